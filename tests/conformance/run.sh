#!/bin/sh
# conformance/run.sh DEMO - judge the outputs of a run by tools that are not ours. DEMO is the folder of `make demo`.
# One line per claim. Needs maven and Java for veraPDF and EU DSS, node and npm for PDF.js, PAGES_BENCH for a long document, poppler-utils, qpdf, openssl, unzip,
# coreutils, libxml2-utils, jq and Debian's python3-jsonschema and python3-venv; pyHanko comes into build/.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tests/conformance
demo=$(cd "$1" && pwd) || exit 2
bindery=$(realpath "${BINDERY:-$root/build/bindery}")
python=${PYTHON:-/usr/bin/python3}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
out=$(ls -d "$demo"/out/*)
zip=$(ls "$out"/*.zip)
id=$(basename "$zip" .zip)
trust=$demo/identity/trial.crt.pem
LC_ALL=C.UTF-8
export LC_ALL
passed=0
failed=0

# claim SENTENCE COMMAND...: passes when the command ends with 0; else its words are shown.
claim() {
    sentence=$1
    shift
    if "$@" >"$temp/said" 2>&1; then
        passed=$((passed + 1))
        echo "PASS $sentence"
    else
        failed=$((failed + 1))
        echo "FAIL $sentence"
        head -n 15 "$temp/said" | sed 's/^/    /'
    fi
}
# silent COMMAND...: ends with 0 and says nothing, neither here nor there.
silent() {
    "$@" >"$temp/silent" 2>&1 && [ ! -s "$temp/silent" ] || {
        cat "$temp/silent"
        return 1
    }
}
says() { # WORDS COMMAND...
    words=$1
    shift
    "$@" >"$temp/words" 2>&1 && grep -qF -- "$words" "$temp/words" || {
        cat "$temp/words"
        return 1
    }
}
lacks() { # PATTERN FILE
    ! grep -nwiE "$1" "$2"
}

# ---- the package, unpacked by unzip ----

cd "$temp" || exit 2
claim 'unzip finds the container sound' silent unzip -tqq "$zip"
claim 'unzip unpacks it without a word' silent unzip -qq "$zip" -d "$temp"
package=$temp/$id
cd "$package" || { echo "conformance: $passed passed, $((failed + 1)) failed"; exit 1; }
claim 'python reads every member of the zip, and no name twice' "$python" "$here/container.py" "$zip"
claim 'sha256sum agrees with every line of SHA256SUMS' silent sha256sum -c --strict --quiet 90_INTEGRITY/SHA256SUMS
listed_is_packed() {
    find . -type f ! -name 'SHA256SUMS*' | cut -c 3- | LC_ALL=C sort >"$temp/files.txt"
    cut -c 67- 90_INTEGRITY/SHA256SUMS | diff - "$temp/files.txt"
}
claim 'SHA256SUMS lists every file of the package and no other' listed_is_packed
claim 'openssl verifies the signature over SHA256SUMS' openssl cms -verify -binary -inform DER \
    -in 90_INTEGRITY/SHA256SUMS.p7s -content 90_INTEGRITY/SHA256SUMS -CAfile "$trust" -out /dev/null
stranger() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$temp/s.key" -out "$temp/s.crt" \
        -days 2 -subj /CN=Stranger 2>/dev/null || return 1
    ! openssl cms -verify -binary -inform DER -in 90_INTEGRITY/SHA256SUMS.p7s -content 90_INTEGRITY/SHA256SUMS \
        -CAfile "$temp/s.crt" -out /dev/null
}
claim 'openssl refuses it under a stranger'"'"'s certificate' stranger
altered() {
    sed '1s/^./x/' 90_INTEGRITY/SHA256SUMS >"$temp/altered"
    ! openssl cms -verify -binary -inform DER -in 90_INTEGRITY/SHA256SUMS.p7s -content "$temp/altered" -CAfile "$trust" -out /dev/null
}
claim 'openssl refuses a list with one character changed' altered
same_signer() {
    openssl x509 -in 90_INTEGRITY/signer.pem -noout -fingerprint -sha256 >"$temp/a" &&
        openssl pkcs7 -inform DER -in 90_INTEGRITY/SHA256SUMS.p7s -print_certs | openssl x509 -noout -fingerprint -sha256 >"$temp/b" &&
        cmp "$temp/a" "$temp/b"
}
claim 'signer.pem is the certificate in the signature' same_signer
chained() {
    "$python" - 90_INTEGRITY/journal.ndjson <<'PY'
import hashlib, json, sys
prev = "0" * 64
for number, line in enumerate(open(sys.argv[1], "rb"), 1):
    if json.loads(line)["prev"] != prev:
        sys.exit("line %d does not name the line before it" % number)
    prev = hashlib.sha256(line).hexdigest()
PY
}
claim 'each line of the journal names the hash of the line before' chained
locker_objects() {
    find "$demo/locker/objects" -name '*.gz' | while read -r object; do
        name=$(basename "$(dirname "$object")")$(basename "$object" .gz)
        [ "$(zcat "$object" | sha256sum | cut -c 1-64)" = "$name" ] || echo "$object"
    done >"$temp/objects"
    silent cat "$temp/objects"
}
claim 'zcat and sha256sum give each locker object its name' locker_objects
# verify.txt is for people without Bindery: its own commands, as printed, must work.
printed_commands() {
    mkdir "$temp/printed" && cp "$zip" "$temp/printed/" || return 1
    # Four spaces begin a command; deeper lines are what to expect.
    grep '^    [a-z]' "$package/90_INTEGRITY/verify.txt" | sed "s|/path/to/trusted.pem|$trust|" >"$temp/commands"
    [ "$(wc -l <"$temp/commands")" -ge 6 ] || { echo "too few commands"; return 1; }
    { echo "set -e; cd '$temp/printed'"; cat "$temp/commands"; } >"$temp/commands.sh"
    (sh "$temp/commands.sh")
}
claim 'the commands printed in verify.txt work as they stand' printed_commands

# ---- the PDFs, by poppler and qpdf ----

pdf=$out/binder.pdf
cd "$temp" || exit 2
claim 'the binder in the package is the one beside it' cmp "$pdf" "$package/00_START-HERE/binder.pdf"
claim 'pdfsig: the signature is valid' says 'Signature is Valid' pdfsig -nocert "$pdf"
claim 'pdfsig: it covers the whole document' says 'Total document signed' pdfsig -nocert "$pdf"
claim 'pdfsig: it is of the PAdES kind' says 'ETSI.CAdES.detached' pdfsig -nocert "$pdf"
pades_by_openssl() {
    "$python" "$here/signature.py" "$pdf" "$temp/signed" "$temp/signature.der" &&
        openssl cms -verify -binary -inform DER -in "$temp/signature.der" -content "$temp/signed" -CAfile "$trust" -purpose any -out /dev/null
}
claim 'openssl verifies the bytes that /ByteRange names, which are all but /Contents' pades_by_openssl
for file in binder readiness; do
    claim "qpdf finds no fault and no warning in $file.pdf" says 'No syntax or stream encoding errors' qpdf --check "$out/$file.pdf"
    claim "pdftotext has no complaint about $file.pdf" silent pdftotext -enc UTF-8 "$out/$file.pdf" "$temp/$file.txt"
    claim "pdfinfo has no complaint about $file.pdf" sh -c 'pdfinfo "$1" 2>&1 >/dev/null | { ! grep .; }' sh "$out/$file.pdf"
    fonts_embedded() { pdffonts "$1" 2>&1 | awk 'NR > 2 { n++; if ($(NF - 4) != "yes" || $(NF - 3) != "yes" || $(NF - 2) != "yes") { print; bad = 1 } } END { exit bad || !n }'; }
    claim "every font of $file.pdf is embedded, subset and mapped to Unicode" fonts_embedded "$out/$file.pdf"
    claim "$file.pdf uses no word that only an auditor may use" lacks 'certified|compliant' "$temp/$file.txt"
done
claim 'veraPDF is at hand, and its bytes are the ones that were looked at' sh "$here/verapdf.sh" fetch
claim 'a document of more than 500 pages is written' "${PAGES_BENCH:-$root/build/release/pages-bench}" 535 "$temp/long.pdf"
# It takes minutes: all at once, as many as there are processors.
for file in "$out/binder.pdf" "$out/readiness.pdf" "$temp/long.pdf"; do
    printf '%s\0%s\0%s\0' 3b "$file" "$temp" ua1 "$file" "$temp"
done | here=$here xargs -0 -n 3 -P "$(nproc)" sh -c \
    'sh "$here/verapdf.sh" "$1" "$2" >"$3/vera.$1.$(basename "$2")" 2>&1 && echo conforms >"$3/vera.$1.$(basename "$2").ok"' sh
vera() { # FLAVOUR FILE
    cat "$temp/vera.$1.$(basename "$2")"
    [ -f "$temp/vera.$1.$(basename "$2").ok" ]
}
for file in binder readiness; do
    claim "veraPDF finds $file.pdf conforming to PDF/A-3b" vera 3b "$out/$file.pdf"
    claim "veraPDF finds $file.pdf conforming to PDF/UA-1" vera ua1 "$out/$file.pdf"
    claim "poppler finds no fault in the tags of $file.pdf" sh -c 'pdfinfo -struct "$1" 2>&1 >/dev/null | { ! grep .; }' sh "$out/$file.pdf"
done
claim 'veraPDF finds the long document conforming to PDF/A-3b' vera 3b "$temp/long.pdf"
claim 'veraPDF finds the long document conforming to PDF/UA-1' vera ua1 "$temp/long.pdf"
# Who hears the report is told what who reads it sees, word for word: headers, footers and repeated heads apart. A
# figure has words of its own.
spoken() {
    pdfinfo -struct-text "$1" | sed '/^ *Figure/,/^ *"/d' | sed -n 's/^ *"\(.*\)"$/\1/p' | tr -s ' \n' '\n\n' >"$temp/spoken"
    pdftotext -enc UTF-8 -raw "$1" - | tr -s ' \f\t\n' '\n\n\n\n' | sort -u >"$temp/written"
    [ "$(wc -l <"$temp/spoken")" -gt 1000 ] || { echo "little is spoken"; return 1; }
    sort -u "$temp/spoken" | comm -23 - "$temp/written" >"$temp/joined"
    silent cat "$temp/joined"
}
claim 'the words that the tags of the readiness report give are those on its pages' spoken "$out/readiness.pdf"
# Search and copy in a browser give the words that poppler gives, in every script.
claim 'PDF.js is at hand, and its bytes are the ones that were looked at' sh "$here/pdfjs.sh" fetch
same_words() {
    sh "$here/pdfjs.sh" "$1" >"$temp/browser.txt" || return 1
    for made in browser poppler; do
        tr -s ' \f\t\n' '\n\n\n\n' <"$temp/$made.txt" | LC_ALL=C sort >"$temp/$made.words"
    done
    [ "$(wc -l <"$temp/poppler.words")" -gt 5000 ] || { echo "few words"; return 1; }
    LC_ALL=C diff "$temp/poppler.words" "$temp/browser.words"
}
for file in binder readiness; do
    pdftotext -enc UTF-8 -raw "$out/$file.pdf" "$temp/poppler.txt"
    claim "PDF.js reads every word of $file.pdf as poppler does, as often" same_words "$out/$file.pdf"
    mv "$temp/browser.txt" "$temp/$file.browser"
done
for name in 'Müller' 'Łukasz' 'Ξένια' 'Юлия'; do
    claim "PDF.js finds the name $name in the binder" grep -qF "$name" "$temp/binder.browser"
done
attached() {
    pdfdetach -saveall -o "$temp" "$pdf" && cmp "$temp/manifest.json" "$package/90_INTEGRITY/manifest.json" &&
        jq -e --slurpfile all "$out/assessment.json" '[.criteria[] | select(.page > 0) | [.criterion, .state, .controls]] ==
            [$all[0].criteria[] | select(.in_scope) | [.id, .state, .controls]]' "$temp/criteria-index.json"
}
claim 'manifest.json and an index of criteria with their pages are attached to the binder' attached
claim 'qpdf linearises the binder, having read every object' qpdf --linearize --warning-exit-0 "$pdf" "$temp/linear.pdf"
for name in 'Müller' 'Łukasz' 'Ξένια' 'Юлия'; do
    claim "the name $name is in the binder as it is written" grep -qF "$name" "$temp/binder.txt"
done
all_criteria() {
    jq -r '.criteria[].id' "$out/assessment.json" >"$temp/ids" && [ -s "$temp/ids" ] || return 1
    pdftotext -enc UTF-8 -raw "$pdf" - | tr -s ' \f\t' '\n' | sort -u >"$temp/seen"
    sort "$temp/ids" | comm -23 - "$temp/seen" >"$temp/absent"
    silent cat "$temp/absent"
}
claim 'every one of the 61 criteria is in the binder' all_criteria
all_sixty_seven() {
    jq -r '.controls[] | select(.origin == "checklist") | .number' "$root/templates/catalog/controls.json" | sort >"$temp/sixty-seven"
    [ "$(wc -l <"$temp/sixty-seven")" -eq 67 ] && [ "$(wc -l <"$temp/ids")" -eq 61 ] || return 1
    pdftotext -enc UTF-8 -raw "$pdf" - | tr -s ' \f\t' '\n' | sort -u >"$temp/seen"
    comm -23 "$temp/sixty-seven" "$temp/seen" >"$temp/absent"
    silent cat "$temp/absent"
}
claim 'every one of the 67 checklist items is in the binder' all_sixty_seven
in_scope() {
    jq -r --slurpfile mine "$demo/bindery.json" '.criteria[] | select(.category | IN($mine[0].categories[])) | .id' \
        "$root/templates/catalog/criteria.json" >"$temp/wanted"
    jq -r '.criteria[] | select(.in_scope) | .id' "$out/assessment.json" | diff "$temp/wanted" - &&
        [ "$(jq '.criteria | length' "$out/assessment.json")" -eq 61 ]
}
claim 'the assessment holds all 61 criteria, those of the categories of bindery.json in scope' in_scope
manifest_named() { tr -d ' \n' <"$temp/binder.txt" | grep -q "$(sha256sum "$package/90_INTEGRITY/manifest.json" | cut -c 1-64)"; }
claim 'the binder prints the SHA-256 of manifest.json' manifest_named

# ---- HTML and JSON ----

claim 'xmllint reads index.html as XML' silent xmllint --noout --nonet --nowarning "$package/00_START-HERE/index.html"
claim 'index.html reaches for nothing outside the package' "$python" "$here/offline.py" "$package/00_START-HERE/index.html"
claim 'index.html uses no word that only an auditor may use' lacks 'certified|compliant' "$package/00_START-HERE/index.html"
schema() { # SCHEMA FILE...
    name=$1
    shift
    claim "$(echo "$name" | tr - ' ') files are as their schema says" "$python" "$here/schema.py" "$root/templates/schema/$name.schema.json" "$@"
}
for file in "$root"/templates/catalog/[!c]*.json "$root"/templates/catalog/c[!h]*.json; do
    schema "$(basename "$file" .json)" "$file"
done
schema checks "$root"/templates/catalog/checks-*.json
schema engagement "$demo/bindery.json"
schema assessment "$out/assessment.json"
schema readiness "$out/readiness.json"
schema manifest "$package/90_INTEGRITY/manifest.json"
find "$demo/inbox" -name '*.meta.json' >"$temp/sidecars"
# shellcheck disable=SC2046 # no name of the sample holds a space
schema sidecar $(cat "$temp/sidecars")
# shellcheck disable=SC2046
claim 'our JSON is canonical to the byte' "$python" "$here/canonical.py" "$out/assessment.json" "$out/findings.ndjson" "$out/readiness.json" \
    "$demo/locker/journal.ndjson" $(find "$package/50_SCORES" "$package/80_MACHINE" "$package/90_INTEGRITY" -name '*json')
claim 'our CSV has as many cells in every row as in the first' "$python" "$here/csvrows.py" $(find "$package" -name '*.csv' ! -path '*/10_EVIDENCE/*')
man_page() { "$bindery" help --man >"$temp/bindery.1" && [ -s "$temp/bindery.1" ] && head -n 1 "$temp/bindery.1" | grep -q '^\.TH BINDERY 1'; }
claim 'the manual is a man page' man_page

# ---- signatures with an organisation's certificates, by poppler, openssl, qpdf and pyHanko ----

cd "$temp" || exit 2
. "$here/pades.sh"

echo "conformance: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
