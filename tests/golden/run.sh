#!/bin/sh
# golden/run.sh [--refresh] - run the sample and compare what it says with the files beside this script.
# BINDERY is the program. --refresh writes the files anew: read the difference before committing it.
#
# The as-of instant is the end of the period, as in the demo; the clock stands at fieldwork, for what the sample says of July
# could not have been taken in before. Hashes are masked: each run makes a new trial key, and the
# bytes of deflated files depend on the library's version. So is the version of the system's time zone data.
# That the same inputs give the same bytes is tested in tests/cli.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
bindery=$(realpath "${BINDERY:-build/release/bindery}")
refresh=${1:-}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
mkdir "$temp/new" "$temp/home"
HOME=$temp/home SOURCE_DATE_EPOCH=1786946400 LC_ALL=C.UTF-8 TZ=UTC
export HOME SOURCE_DATE_EPOCH LC_ALL TZ
unset XDG_CONFIG_HOME

mask() { sed -E 's/[0-9a-f]{64}/HASH/g; s/(manifest|assessment) [0-9a-f]{12}/\1 HASH/; s/(time zone data) [0-9]{4}[a-z]/\1 VERSION/; s/([0-9A-F]{2}:){31}[0-9A-F]{2}/HASH/'; }

cp -R "$root/samples/contoso" "$temp/contoso"
find "$temp/contoso" -exec touch -d @1782000000 {} +
cd "$temp/contoso" || exit 1
if ! "$bindery" run --as-of 2026-06-30 >"$temp/run.out" 2>"$temp/run.err"; then
    cat "$temp/run.err"
    echo "golden: 0 passed, 1 failed"
    exit 1
fi
out=$(ls -d out/*)
package=$(ls "$out"/*.zip)

{ cat "$temp/run.out"; echo '--- standard error'; cat "$temp/run.err"; } | mask >"$temp/new/run.txt"
"$bindery" status --as-of 2026-06-30 >"$temp/new/status.txt" 2>/dev/null
cp "$out/findings.ndjson" "$temp/new/findings.ndjson"
# Names without the evidence's own: the sample says those.
unzip -Z1 "$package" | sed 's|^[^/]*/||' | grep -v '^10_EVIDENCE/.*/' >"$temp/new/package.txt"
unzip -Z1 "$package" | sed -n 's|^[^/]*/10_EVIDENCE/\([^/]*\)/.*|10_EVIDENCE/\1|p' | sort | uniq -c >>"$temp/new/package.txt"
pdftotext -layout -enc UTF-8 -l 12 "$out/binder.pdf" - | tr '\f' '\n' | mask | sed -E 's/ {2,}/  /g; s/ +$//' >"$temp/new/binder.txt"
pdftotext -layout -enc UTF-8 -l 3 "$out/readiness.pdf" - | tr '\f' '\n' | mask | sed -E 's/ {2,}/  /g; s/ +$//' >"$temp/new/readiness.txt"
# One line per requirement: what was due and how each instance came out.
jq -r '.controls[] | .id as $id | "\($id) \(.state)\(if .exception then " !" else "" end) \(.owner): \(.reason)",
    ((.requirements // [])[] | "    \(.req) \(.frequency), \(.accepted) of \(.due):" +
        ([(.instances // [])[] | " \(.instance) \(.outcome)"] | join(",")))' \
    "$out/assessment.json" >"$temp/new/assessment.txt"
"$bindery" catalog coverage >"$temp/new/coverage.txt" 2>/dev/null
# The catalog, control by control: a changed line here is a changed verdict somewhere.
jq -s '{checks: map(.checks) | add}' "$root"/templates/catalog/checks-*.json >"$temp/checks.json"
jq -nr --slurpfile controls "$root/templates/catalog/controls.json" \
    --slurpfile requirements "$root/templates/catalog/requirements.json" \
    --slurpfile checks "$temp/checks.json" '
    $controls[0].controls[] | . as $c |
    "\(.number) (\(.owner)) \(.criteria | join(" "))\(if .outline then " outline" else "" end)",
    ($requirements[0].requirements[] | select(.control == $c.number) | . as $r |
        "    \(.req) \(.half) \(.frequency) from \((.sources // []) | join(" "))\(if .signoff then ", signed off" else "" end)",
        ($checks[0].checks[] | select(.control == $c.number and .requirement == $r.req) |
            "        \(.id) v\(.version) \(.shape), missing is \(.missing // "-"), \(.severity)"))' >"$temp/new/catalog.txt"

passed=0
failed=0
for file in "$temp"/new/*; do
    name=$(basename "$file")
    if [ "$refresh" = --refresh ]; then
        cp "$file" "$here/$name"
        continue
    fi
    if [ ! -s "$file" ]; then
        failed=$((failed + 1))
        echo "FAIL $name: the run gave nothing to compare"
    elif diff -u "$here/$name" "$file" >"$temp/diff"; then
        passed=$((passed + 1))
        echo "PASS $name is as it was"
    else
        failed=$((failed + 1))
        echo "FAIL $name differs; if that is meant: make golden, and commit the difference"
        head -n 40 "$temp/diff" | sed 's/^/    /'
    fi
done

# What the README prints must be what is printed.
sed -n '/^READY/,/^```/p' "$root/README.md" | grep -v '^```' >"$temp/readme"
"$bindery" -h | sed -n 's/^  \([a-z]*\( lint\| coverage\)\{0,1\}\)   .*/\1/p' >"$temp/verbs"
if [ -s "$temp/readme" ] && ! grep -vxFf "$temp/run.out" "$temp/readme"; then
    passed=$((passed + 1))
    echo "PASS README.md shows what the demo prints"
else
    failed=$((failed + 1))
    echo "FAIL README.md shows lines that the demo does not print"
fi
if [ -s "$temp/verbs" ] && ! while read -r verb; do grep -q "^| .$verb[ \`]" "$root/README.md" || echo "    $verb"; done <"$temp/verbs" | grep .; then
    passed=$((passed + 1))
    echo "PASS README.md lists every command"
else
    failed=$((failed + 1))
    echo "FAIL README.md lacks a command"
fi
[ "$refresh" != --refresh ] || { echo "golden: refreshed; see git diff tests/golden"; exit 0; }
echo "golden: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
