#!/bin/sh
# bench/run.sh - time and memory of the main job, against a shell script of stock tools that does the like.
#
# Generator and script are not part of this tree: BINDERY_SHARED (default: ../shared) names the folder whose bench/ holds
# evidence-gen.c and baseline.sh. Without them only the sample is measured. Figures are printed with their goals and
# never fail the build: a shared machine is no clock. Runs alternate, so that a slow minute meets both sides.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
bindery=$(realpath "${BINDERY:-$root/build/release/bindery}")
shared=${BINDERY_SHARED:-$root/../shared}/bench
rounds=${ROUNDS:-5}
work=$root/build/bench
LC_ALL=C.UTF-8
export LC_ALL
if [ -d "$work" ]; then
    mv "$work" "$work.old.$$"
fi
trap 'rm -rf "$work".old.*' EXIT
mkdir -p "$work"
cd "$work"

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", (b > 0 ? a / b : 0) }'; }
row() { # WHAT FIGURE UNIT GOAL: GOAL is an upper limit, or "-"
    verdict=$(awk -v f="$2" -v g="$4" 'BEGIN { print g == "-" ? "" : (f + 0 <= g + 0 ? "MET" : "MISSED") }')
    printf '  %-52s %9s %-4s %9s  %s\n' "$1" "$2" "$3" "$4" "$verdict"
}
# measure LABEL COMMAND...: appends seconds to LABEL.s and KiB to LABEL.k
measure() {
    label=$1
    shift
    /usr/bin/time -o time.txt -f '%e %M' "$@" >last.out 2>last.err || {
        cat last.out last.err >&2
        exit 1
    }
    tail -n 1 time.txt | cut -d ' ' -f 1 >>"$label.s"
    tail -n 1 time.txt | cut -d ' ' -f 2 >>"$label.k"
}
engagement() { # NAME EVIDENCE
    "$bindery" init "$1" --organisation Bench --period 2026-H1=2026-01-01..2026-06-30 >/dev/null 2>&1
    cp "$2" "$1/inbox/evidence.json"
    printf '%s' '{"format":"bindery-sidecar 1","collected_at":"2026-03-15T06:00:00Z","complete":true,"run":"2026-03-15"}' \
        >"$1/inbox/evidence.json.meta.json"
}

# Two runs after a first one, each with a small file more: the first reads only that file, the second all evidence again.
more() { # NAME LABEL
    printf '{"value":[]}' >"$1/inbox/one.json"
    measure "$2-new" "$bindery" -C "$1" run -q
    printf '{"value": []}' >"$1/inbox/two.json"
    measure "$2-all" "$bindery" -C "$1" run -q --no-cache
}

# A folder for each round, and none is removed before: ext4 without a journal passes over inodes that were freed in the
# last minute one by one, and a run that makes hundreds of files would be charged for what was removed before it.
for round in $(seq "$rounds"); do
    cp -R "$root/samples/contoso" "sample-$round"
    measure sample "$bindery" -C "sample-$round" run -q
    measure verify "$bindery" verify --trust "sample-$round/identity/trial.crt.pem" "sample-$round"/out/*/*.zip
done
printf '  %-52s %9s %-4s %9s  %s\n' "median of $rounds, $(nproc) processors" figure '' goal verdict
row 'the sample, end to end' "$(median <sample.s)" s 0.5
row 'verify of the sample'"'"'s package' "$(median <verify.s)" s -

# A PDF of a hundred megabytes: of many small pages, and of few large ones.
spent() { # LABEL COMMAND...: processor seconds to LABEL.c, KiB to LABEL.k
    label=$1
    shift
    /usr/bin/time -o time.txt -f '%U %S %M' "$@" >last.out 2>last.err || { cat last.out last.err >&2; exit 1; }
    tail -n 1 time.txt | awk '{ print $1 + $2 }' >>"$label.c"
    tail -n 1 time.txt | cut -d ' ' -f 3 >>"$label.k"
}
${CC:-cc} -O2 -w -o bulk "$root/tests/bench/bulk.c"
fingerprint=$(openssl x509 -in sample-1/identity/trial.crt.pem -noout -fingerprint -sha256 | cut -d = -f 2 | tr -d : | tr A-F a-f)
for kind in '40000 2300' '100 1000000'; do
    pages=${kind% *}
    ./bulk "$pages" "${kind#* }" "$fingerprint" "bulk-$pages.pdf"
    for round in $(seq "$rounds"); do
        cp "bulk-$pages.pdf" signed.pdf
        spent "sign-$pages" "$bindery" -C sample-1 sign -q "$work/signed.pdf"
        spent "verify-$pages" "$bindery" verify --trust sample-1/identity/trial.crt.pem signed.pdf
        spent "hash-$pages" openssl dgst -sha256 "bulk-$pages.pdf"
    done
    row "signing $(($(wc -c <"bulk-$pages.pdf") / 1000000)) MB of $pages pages, processor time" "$(median <"sign-$pages.c")" s -
    row 'ratio to one pass of SHA-256 (openssl dgst)' "$(ratio "$(median <"sign-$pages.c")" "$(median <"hash-$pages.c")")" '' 2
    row 'its peak memory' "$(median <"sign-$pages.k")" KiB 32768
    row 'verifying it, peak memory' "$(median <"verify-$pages.k")" KiB -
    rm -f "bulk-$pages.pdf" signed.pdf
done

if [ ! -f "$shared/evidence-gen.c" ] || [ ! -f "$shared/baseline.sh" ]; then
    echo "  skipped: generator and baseline are not in '$shared' (set BINDERY_SHARED)"
    exit 0
fi
${CC:-cc} -O2 -w -o generate "$shared/evidence-gen.c"
./generate -b 10m -f value -o evidence-10.json 2>/dev/null
./generate -b 200m -f value -o evidence-200.json 2>/dev/null
openssl req -x509 -newkey rsa:3072 -nodes -keyout key.pem -out cert.pem -days 30 -subj '/CN=Bench' 2>/dev/null

stock() { # LABEL EVIDENCE: seconds to LABEL.s, of its verification to LABEL-verify.s, bytes of its zip to LABEL.b
    KEY=$work/key.pem CERT=$work/cert.pem bash "$shared/baseline.sh" "$work/baseline" "$2" >baseline.tsv
    awk '$1 == "TOTAL" { print $2 }' baseline.tsv >>"$1.s"
    awk '$1 ~ /^v_/ { sum += $2 } END { print sum }' baseline.tsv >>"$1-verify.s"
    stat -c %s baseline/package.zip >>"$1.b"
    rm -rf baseline
}
# How long one stage of a run took: from the line that names it to the next one, or to the end.
stage() { # LABEL FOLDER LINE
    { "$bindery" -C "$2" run --no-cache 2>&1 >/dev/null; echo end; } | while IFS= read -r line; do
        printf '%s %s\n' "$(date +%s.%N)" "$line"
    done >stages.txt
    awk -v named="$3" 'from != "" { printf "%.3f\n", $1 - from; exit } index($0, named) { from = $1 }' stages.txt >>"$1.s"
}

for round in $(seq "$rounds"); do
    engagement "ten-$round" evidence-10.json
    measure ten "$bindery" -C "ten-$round" run -q
    more "ten-$round" ten
    stock stock-ten evidence-10.json
done
for round in 1 2 3; do
    rm -rf large
    engagement large evidence-200.json
    measure large "$bindery" -C large run -q
    more large large
    stock stock-large evidence-200.json
done
rm -rf large evidence-200.json
row '10 MB of evidence, end to end' "$(median <ten.s)" s -
row '10 MB by the stock tools' "$(median <stock-ten.s)" s -
row '10 MB: ratio to the stock tools' "$(ratio "$(median <ten.s)" "$(median <stock-ten.s)")" '' 0.20
row '200 MB of evidence, end to end' "$(median <large.s)" s -
row '200 MB by the stock tools' "$(median <stock-large.s)" s -
row '200 MB: ratio to the stock tools' "$(ratio "$(median <large.s)" "$(median <stock-large.s)")" '' 0.10
row 'one small file more at 10 MB, against reading all again' "$(ratio "$(median <ten-new.s)" "$(median <ten-all.s)")" '' -
row 'one small file more at 200 MB, against reading all again' "$(ratio "$(median <large-new.s)" "$(median <large-all.s)")" '' -

# A gigabyte, once: the stock tools take minutes.  The floor is what no ingest can do without, on one thread; two
# processors halve it.
./generate -b 1g -f value -o evidence-1g.json 2>/dev/null
bench=$root/build/release/scan-bench
floor() { # ARGUMENTS...: processor seconds
    "$bench" "$@" | cut -d ' ' -f 1
}
engagement giga evidence-1g.json
measure giga "$bindery" -C giga run -q
measure giga-again "$bindery" -C giga run -q
measure giga-verify "$bindery" verify --trust giga/identity/trial.crt.pem giga/out/*/*.zip
stock stock-giga evidence-1g.json
under=$(awk -v one="$(floor floor evidence-1g.json)" 'BEGIN { printf "%.3f", one / 2 }')
package=$(echo giga/out/*/*.zip)
inflate=$(floor inflate "$package")
row '1 GB of evidence, end to end' "$(cat giga.s)" s -
row '1 GB by the stock tools' "$(cat stock-giga.s)" s -
row '1 GB: ratio to the stock tools' "$(ratio "$(cat giga.s)" "$(cat stock-giga.s)")" '' 0.08
row '1 GB: the floor on two processors' "$under" s -
row '1 GB: ratio to the floor' "$(ratio "$(cat giga.s)" "$under")" '' 1.4
mkdir -p unpacked
(cd unpacked && unzip -q "$work/$package" && zip -6 -q -r ../again.zip .)
row 'package against zip -6 of the same files' "$(ratio "$(stat -c %s "$package")" "$(stat -c %s again.zip)")" '' 1.03
row 'package against the zip of the stock tools' "$(ratio "$(stat -c %s "$package")" "$(cat stock-giga.b)")" '' -
rm -rf unpacked again.zip
row 'peak memory at 10 MB' "$(median <ten.k)" KiB 32768
row 'peak memory at 200 MB' "$(median <large.k)" KiB 32768
row 'peak memory at 1 GB' "$(cat giga.k)" KiB 32768
row 'ratio of memory, 10 MB to 1 GB, end to end' "$(ratio "$(cat giga.k)" "$(median <ten.k)")" '' 1.1
row 'second run at 1 GB, nothing new: ratio to the first' "$(ratio "$(cat giga-again.s)" "$(cat giga.s)")" '' 0.02
row 'verify of 1 GB' "$(cat giga-verify.s)" s -
row 'ratio to inflate and SHA-256' "$(ratio "$(cat giga-verify.s)" "$inflate")" '' 1.2
row 'ratio to unzip, sha256sum and openssl' "$(ratio "$(cat giga-verify.s)" "$(cat stock-giga-verify.s)")" '' 0.15

# The package step against a copy of the same bytes: one that may still be lost, as cp leaves it, and one that is on the
# disk when it is reported, as the package is.
stage packing giga 'writing the package'
measure copying cp giga/out/*/*.zip copy.zip
measure keeping dd if="$(echo giga/out/*/*.zip)" of=kept.zip bs=1M conv=fsync
row 'package step at 1 GB, against cp' "$(ratio "$(cat packing.s)" "$(cat copying.s)")" '' 2
row 'package step, against a copy that is on the disk' "$(ratio "$(cat packing.s)" "$(cat keeping.s)")" '' 2
rm -rf giga evidence-1g.json copy.zip kept.zip

# A hundred thousand findings: evidence in which nearly all fails.  No template leaves the list of exceptions out of the
# binder, so a run without it is the same run with the drawing of a binder that has few of them.
./generate -s 7 -b 130m -f value -o failing.json 2>/dev/null
sed -i -e 's/"TLS1_2"/"TLS1_0"/g' -e 's/TrafficOnly":true/TrafficOnly":false/g' -e 's/httpsOnly":true/httpsOnly":false/g' \
    -e 's/PurgeProtection":true/PurgeProtection":false/g' -e 's/encryptionAtHost":true/encryptionAtHost":false/g' \
    -e 's/"publicNetworkAccess":"Disabled"/"publicNetworkAccess":"Enabled"/g' failing.json
engagement findings failing.json
measure findings "$bindery" -C findings run -q
stage drawing findings 'drawing the report'
stage drawing-few ten-1 'drawing the report'
found=$(cat findings/out/*/findings.ndjson | wc -l)
without=$(awk -v all="$(cat findings.s)" -v drawn="$(cat drawing.s)" -v few="$(cat drawing-few.s)" \
    'BEGIN { printf "%.3f", all - drawn + few }')
row "$found findings, ratio to a binder without their list" "$(ratio "$(cat findings.s)" "$without")" '' 1.1
row 'its peak memory' "$(cat findings.k)" KiB 32768
rm -rf findings failing.json

# A year: twelve monthly snapshots of a hundred thousand records, the trend of its month ends included, and then a second
# run with nothing new.
"$bindery" init year --organisation Bench --period 2025=2025-01-01..2025-12-31 >/dev/null 2>&1
for month in 01 02 03 04 05 06 07 08 09 10 11 12; do
    ./generate -s "1$month" -n 100000 -f value -o "year/inbox/$month.json" 2>/dev/null
    printf '{"format":"bindery-sidecar 1","collected_at":"2025-%s-15T06:00:00Z","complete":true,"run":"2025-%s-15"}' \
        "$month" "$month" >"year/inbox/$month.json.meta.json"
done
measure year "$bindery" -C year run -q
measure again "$bindery" -C year run -q
row "a year of 12 x 100,000 records, $(du -sm year/inbox | cut -f 1) MB" "$(cat year.s)" s -
row 'its peak memory' "$(cat year.k)" KiB -
row 'a second run with nothing new' "$(cat again.s)" s -
row 'ratio of the second run' "$(ratio "$(cat again.s)" "$(cat year.s)")" '' 0.05
rm -rf year

# The one pass alone: a gigabyte of Resource Graph answers in eight files, and ten megabytes in as many, with a hundred
# checks spread over the catalog, and with all of it.
for seed in 1 2 3 4 5 6 7 8; do
    ./generate -s "$seed" -b 125m -f data -o "graph-$seed.json" 2>/dev/null
done
for seed in 1 2 3 4 5 6 7 8; do
    ./generate -s "$seed" -b 1250k -f data -o "small-$seed.json" 2>/dev/null
done
alone() { # LABEL ARGUMENTS...: CPU to LABEL.c, wall to LABEL.s, KiB to LABEL.k
    label=$1
    shift
    (cd "$root" && "$bench" "$@") >time.txt
    read -r cpu wall memory rows <time.txt
    echo "$cpu" >>"$label.c"
    echo "$wall" >>"$label.s"
    echo "$memory" >>"$label.k"
}
for round in 1 2 3; do
    alone sha sha "$work"/graph-?.json
    alone one scan 1 100 "$work"/graph-?.json
    alone two scan 2 100 "$work"/graph-?.json
    alone small scan 2 100 "$work"/small-?.json
    alone all scan 1 0 "$work"/graph-?.json
done
alone join join 5000000
row '1 GB: SHA-256 alone, processor time' "$(median <sha.c)" s -
row '1 GB: hash, split, parse, 100 checks, processor time' "$(median <one.c)" s -
row 'ratio' "$(ratio "$(median <one.c)" "$(median <sha.c)")" '' 6
row 'ratio with every check of the catalog' "$(ratio "$(median <all.c)" "$(median <sha.c)")" '' -
row 'two threads against one, wall time' "$(ratio "$(median <two.s)" "$(median <one.s)")" '' 0.588
row 'peak memory at 1 GB, two threads' "$(median <two.k)" KiB 32768
row 'ratio of memory, 10 MB to 1 GB' "$(ratio "$(median <two.k)" "$(median <small.k)")" '' 1.1
row 'related and match over 5 million records, peak memory' "$(median <join.k)" KiB 32768
rm -f graph-?.json small-?.json

# Long documents, with and without the tree of tags, and the same tables by another program. Of 53,000 times fifty rows
# somewhat more than 50,000 pages are made.
pages_a_second() { sed -n 's|.*[^0-9]\([0-9]*\) pages/s.*|\1|p'; }
pages() { # LABEL PAGES...: prints a line, KiB to LABEL.k, pages a second to LABEL.p
    label=$1
    shift
    /usr/bin/time -o time.txt -f '%M' "$root/build/release/pages-bench" "$1" pages.pdf ${2+"$2"} >line.txt
    cat line.txt
    pages_a_second <line.txt >>"$label.p"
    tail -n 1 time.txt >>"$label.k"
}
for count in 500 5000; do
    pages "tagged-$count" "$count"
    pages "plain-$count" "$count" untagged
done
pages plain-50000 53000 untagged
for round in 1 2 3; do
    /usr/bin/python3 "$root/tests/bench/pages_reportlab.py" 500 pages.pdf | pages_a_second >>theirs.p
    "$root/build/release/pages-bench" 500 pages.pdf untagged | pages_a_second >>ours.p
done
row '500 pages of tables by reportlab' "$(median <theirs.p)" pages/s -
row '500 pages of tables, untagged' "$(median <ours.p)" pages/s -
row 'ratio of the times (goal of pages a second: 1.5 times)' "$(ratio "$(median <theirs.p)" "$(median <ours.p)")" '' 0.667
row 'the same of 50,000 pages' "$(ratio "$(median <theirs.p)" "$(cat plain-50000.p)")" '' 0.667
row '50,000 pages of tables, untagged: peak memory' "$(cat plain-50000.k)" KiB 307200
row '4,700 pages of tables with the tree of tags: peak memory' "$(cat tagged-5000.k)" KiB 307200
rm -f pages.pdf
