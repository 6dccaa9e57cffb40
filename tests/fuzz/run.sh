#!/bin/sh
# Builds the fuzz targets into build/fuzz/ and runs each.
#
#     tests/fuzz/run.sh [SECONDS [TARGET...]]     SECONDS for each target, 60 if not given; 0: corpus only
#
# Inputs that crash, hang or eat memory are kept in build/fuzz/crashes/TARGET-*; one that is understood moves to
# tests/corpus/TARGET/ under a name that says what it is.  The grown corpus stays in build/fuzz/corpus/.
# CLANG names the compiler (clang-14); JOBS the targets that run at once (2).
set -eu
cd "$(dirname "$0")/../.."

seconds=${1:-60}
[ $# -gt 0 ] && shift
clang=${CLANG:-clang-14}
jobs=${JOBS:-2}
out=build/fuzz
targets=${*:-$(ls tests/fuzz/*_fuzz.c | sed 's|.*/||; s|_fuzz\.c$||')}

base="-std=c11 -D_XOPEN_SOURCE=700 -Iinclude -pthread -g -O1 -fno-omit-frame-pointer
  -fsanitize=address,undefined -fno-sanitize-recover=undefined
  $(pkg-config --cflags freetype2 libxml-2.0 p11-kit-1)"
libs="-lhpdf -lcjson -lfreetype -lfribidi -lcrypto -ldeflate -lutf8proc -lz -lm"
mkdir -p "$out/obj" "$out/bin" "$out/corpus" "$out/crashes" "$out/log" "$out/tmp"
export base clang out

# ---- build: the rooms that read; src/base/util/arena.c is replaced by tests/fuzz/arena.c ----

cat > "$out/compile.sh" <<'END'
object=$out/obj/$(echo "${1%.c}" | tr / -).o
[ "$object" -nt "$1" ] && [ "$object" -nt "$out/headers" ] && exit 0
case $1 in src/base/crypto/* | src/base/text/faces.c | src/gather/read/sax.c | tests/*) banned= ;;
*) banned="-include include/bindery/banned.h" ;; esac
$clang $base $banned -fsanitize=fuzzer-no-link -DBINDERY_VERSION='"fuzz"' -DBINDERY_MAP_SOURCES='"fuzz"' -Itests/fuzz -c -o "$object.new" "$1" &&
  mv "$object.new" "$object"
END
newest=$(ls -t include/bindery/*.h $(find src -name '*.h') tests/fuzz/*.h | head -1)
[ "$out/headers" -nt "$newest" ] || touch "$out/headers"
sources="$(ls src/*/*/*.c | grep -vE '^src/(base/util/arena\.c|judge/assess/|tell/(report|export)/|run/)') tests/fuzz/arena.c tests/fuzz/fuzz.c tests/fuzz/seeds.c"
for target in $targets; do sources="$sources tests/fuzz/${target}_fuzz.c"; done
echo "$sources" | tr ' ' '\n' | xargs -P "$(nproc)" -n 1 sh "$out/compile.sh"

library=$out/libbindery.a
rm -f "$library"
objects=$(echo "$sources" | tr ' ' '\n' | grep '^src/' | sed "s|\.c\$||; s|/|-|g; s|.*|$out/obj/&.o|")
ar rcs "$library" $objects "$out/obj/tests-fuzz-arena.o" "$out/obj/tests-fuzz-fuzz.o"
$clang $base -fsanitize=fuzzer-no-link -o "$out/bin/seeds" "$out/obj/tests-fuzz-seeds.o" "$library" $libs
for target in $targets; do
  $clang $base -fsanitize=fuzzer -o "$out/bin/$target" "$out/obj/tests-fuzz-${target}_fuzz.o" "$library" $libs &
  [ $(($(jobs | wc -l) % 2)) -eq 0 ] && wait
done
wait

# ---- seeds: binaries are made by seeds.c, texts are cut from the cases and the sample; only small files serve ----

if [ ! -e "$out/seeds/done" ]; then
  "$out/bin/seeds" "$out/seeds"
  for target in rule policy derive scan evidence read engagement; do mkdir -p "$out/seeds/$target"; done
  cat tests/cases/rule/*.case | awk -v to="$out/seeds/rule/case" '/^#/ || /^$/ || /^parameters / { next }
    { line[n++ % 3] = $0 } n % 3 == 0 { file = to n / 3
      print "{\"condition\":" line[0] ",\"record\":" line[1] ",\"parameters\":{\"list\":{\"value\":[\"one\"]}}}" > file; close(file) }'
  for file in baseline definitions/https definitions/plan strange; do
    python3 -c 'import json, sys; print(json.dumps({"policy": json.load(open(sys.argv[1])), "records": [
      {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a", "type": "microsoft.storage/storageaccounts", "properties": {}},
      {"id": "/subscriptions/s/providers/Microsoft.Security/pricings/SqlServers", "type": "microsoft.security/pricings", "properties": {"pricingTier": "Free"}},
      {"id": "/subscriptions/s", "type": "microsoft.resources/subscriptions"}]}))' \
      "tests/cli/policies/$file.json" > "$out/seeds/policy/$(basename "$file")"
  done
  cat tests/cases/derive/*.case | awk -v to="$out/seeds/derive/case" '/^#/ || /^$/ { next }
    { line[n++ % 3] = $0 } n % 3 == 0 && n % 9 == 0 { file = to n / 3; sub(/^[^ ]* /, "", line[0])
      print "{\"parameters\":" line[0] ",\"record\":" line[1] "}" > file; close(file) }'
  find samples/contoso/inbox -type f -name '*.json' -path '*2026-03*' -size -16k | sort | while read -r file; do
    cp "$file" "$out/seeds/scan/$(echo "$file" | tr / -)"
  done
  find samples/contoso/inbox -name '*.meta.json' -path '*hr*' -exec cp {} "$out/seeds/evidence/" \;
  find samples/contoso/inbox -name '*.csv' | while read -r file; do
    head -n 5 "$file" > "$out/seeds/read/$(basename "$file")"
    head -n 5 "$file" > "$out/seeds/scan/$(basename "$file")"
    head -n 5 "$file" > "$out/seeds/evidence/$(basename "$file")"
  done
  touch "$out/seeds/done"
fi
[ "$seconds" = build ] && exit 0

# ---- run ----

cat > "$out/one.sh" <<'END'
target=$1
mkdir -p "$out/corpus/$target" "$out/seeds/$target" "tests/corpus/$target"
dict=tests/fuzz/$target.dict
[ -e "$dict" ] && dict="-dict=$dict" || dict=
limit="-max_total_time=$seconds"
[ "$seconds" = 0 ] && limit="-runs=0"
# A key's DER and a package's zip are dear to lengthen: no target needs more than 64 KiB to be exhausted.
if TMPDIR=$out/tmp nice -n 10 "$out/bin/$target" $limit $dict -rss_limit_mb=2048 -timeout=10 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="$out/crashes/$target-" \
    "$out/corpus/$target" "tests/corpus/$target" "$out/seeds/$target" > "$out/log/$target" 2>&1; then
  echo "passed $target $(sed -n 's/^stat::number_of_executed_units: *//p' "$out/log/$target")"
else
  echo "FAILED $target: see $out/log/$target"
fi
END
export seconds
echo $targets | tr ' ' '\n' | xargs -P "$jobs" -n 1 sh "$out/one.sh" | tee "$out/summary.$$"
passed=$(grep -c '^passed' "$out/summary.$$" || true)
failed=$(grep -c '^FAILED' "$out/summary.$$" || true)
echo "fuzz: $passed passed, $failed failed"
rm -f "$out/summary.$$"
[ "$failed" -eq 0 ]
