#!/bin/sh
# Times each fuzz target on inputs of 1 MB made to be its worst case (worst.py): each must take less than LIMIT ms of
# processor time, oracles included, in a build without sanitizers.
#
#     tests/fuzz/worst.sh [LIMIT [TARGET...]]      LIMIT is 2000 if not given
set -eu
cd "$(dirname "$0")/../.."

limit=${1:-2000}
[ $# -gt 0 ] && shift
cc=${CC:-gcc}
out=build/fuzz/fast
targets=${*:-$(ls tests/fuzz/*_fuzz.c | sed 's|.*/||; s|_fuzz\.c$||')}
base="-std=c11 -D_XOPEN_SOURCE=700 -Iinclude -pthread -g -O2 $(pkg-config --cflags freetype2)"
libs="-lhpdf -lcjson -lfreetype -lfribidi -lcrypto -ldeflate -lutf8proc -lz -lm"
mkdir -p "$out/obj" "$out/bin"
export base cc out

cat > "$out/compile.sh" <<'END'
object=$out/obj/$(echo "${1%.c}" | tr / -).o
[ "$object" -nt "$1" ] && [ "$object" -nt "$out/headers" ] && exit 0
case $1 in src/base/crypto/* | src/base/text/faces.c | tests/*) banned= ;;
*) banned="-include include/bindery/banned.h" ;; esac
$cc $base $banned -DBINDERY_VERSION='"fuzz"' -Itests/fuzz -c -o "$object.new" "$1" && mv "$object.new" "$object"
END
newest=$(ls -t include/bindery/*.h $(find src -name '*.h') tests/fuzz/*.h | head -1)
[ "$out/headers" -nt "$newest" ] || touch "$out/headers"
sources="$(ls src/*/*/*.c | grep -vE '^src/(judge/assess/|tell/(report|export)/|run/)') tests/fuzz/fuzz.c tests/fuzz/timed.c"
for target in $targets; do sources="$sources tests/fuzz/${target}_fuzz.c"; done
echo "$sources" | tr ' ' '\n' | xargs -P "$(nproc)" -n 1 sh "$out/compile.sh"
rm -f "$out/libbindery.a"
objects=$(echo "$sources" | tr ' ' '\n' | grep '^src/' | sed "s|\.c\$||; s|/|-|g; s|.*|$out/obj/&.o|")
ar rcs "$out/libbindery.a" $objects "$out/obj/tests-fuzz-fuzz.o"
python3 tests/fuzz/worst.py build/fuzz/worst

slow=0
for target in $targets; do
  $cc $base -o "$out/bin/$target" "$out/obj/tests-fuzz-${target}_fuzz.o" "$out/obj/tests-fuzz-timed.o" \
    "$out/libbindery.a" $libs
  for file in build/fuzz/worst/"$target"/*; do
    [ -e "$file" ] || continue
    timeout 60 "$out/bin/$target" "$limit" "$file" || { slow=$((slow + 1)); echo "SLOW or stopped: $file"; }
  done
done
echo "worst cases: $slow over the limit"
[ "$slow" -eq 0 ]
