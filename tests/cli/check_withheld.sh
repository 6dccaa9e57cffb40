# A vendor's report is evidence that must not be passed on: the package has its sheet and its hash, and not its bytes.
fresh_folder
new_engagement e
report() { # FILE TYPE
    printf '%%PDF-1.4\n%s\n%%%%EOF\n' "words of $1" >"e/inbox/$1"
    printf '{"format":"bindery-sidecar 1","source":"doc","document":{"type":"%s","title":"t","approved_on":"2026-03-01","carried_out_on":"2026-03-01"}}' \
        "$2" >"e/inbox/$1.meta.json"
}
report soc2.pdf azure-soc2-report
report letter.pdf azure-bridge-letter
report policy.pdf information-security-policy
# Without a word of its own, with a slip in its sidecar, named by a register with a slip, in a folder whose sidecar has one.
mkdir e/inbox/copy e/inbox/listed e/inbox/whole
cp e/inbox/soc2.pdf e/inbox/copy/again.pdf
report slip.pdf azure-soc2-report
sed -i 's/}}$/,"slip":1}}/' e/inbox/slip.pdf.meta.json
report listed/soc1.pdf x
rm e/inbox/listed/soc1.pdf.meta.json
printf '%%PDF-1.4\nwords of other.pdf\n%%%%EOF\n' >e/inbox/listed/other.pdf
printf 'file,document_type,approved_on\nsoc1.pdf,azure-soc2-report,soon\n' >e/inbox/listed/register.csv
report whole/soc3.pdf x
rm e/inbox/whole/soc3.pdf.meta.json
printf '{"format":"bindery-sidecar 1","document":{"type":"azure-soc2-report"' >e/inbox/whole/_folder.meta.json
hash=$(sha256sum e/inbox/soc2.pdf | cut -d ' ' -f 1)
SOURCE_DATE_EPOCH=1783000000 bindery -C e run -q >/dev/null 2>&1
pack=$(ls e/out/2026-H1/*.zip)
mkdir unpacked
(cd unpacked && python3 -m zipfile -e "../$pack" .)
absent() { ! grep -rlq "$1" unpacked; }
claim "withheld: the bytes of a vendor's report are nowhere in the package" absent 'words of soc2.pdf'
claim "withheld: nor those of a copy without a description" absent 'words of soc2.pdf'
claim "withheld: nor those of one whose sidecar has a slip" absent 'words of slip.pdf'
claim "withheld: nor those of one that a broken register names" absent 'words of listed/soc1.pdf'
claim "withheld: nor those in a folder whose sidecar is broken" absent 'words of whole/soc3.pdf'
claim "withheld: a file that the broken register does not name is packed" grep -rq 'words of other.pdf' unpacked
claim "withheld: each of them says why" test "$(grep -rho 'is kept out of the package: [a-z ]*' unpacked/*/10_EVIDENCE | sort | uniq -c | tr -s ' ' | tr '\n' ';')" = \
    " 1 is kept out of the package: it has the bytes of ; 3 is kept out of the package: it may be a vendor;"
claim "withheld: its sheet is, with the hash" grep -rq "$hash" unpacked
claim "withheld: and says so" grep -rq '"withheld":true' unpacked
claim "withheld: a letter is packed as ever" grep -rq 'words of letter.pdf' unpacked
claim "withheld: a policy is packed as ever" grep -rq 'words of policy.pdf' unpacked
claim_exit "withheld: the package verifies and is judged again the same without them" 0 bindery verify --trust e/identity/trial.crt.pem --reperform "$pack"
claim "withheld: the locker keeps the report" test -e e/inbox/soc2.pdf

# ---- what a slip, another hand or a later word hides from view, and what none of them may take away
fresh_folder
new_engagement e
pdf() {
    mkdir -p "$(dirname "e/inbox/$1")"
    printf '%%PDF-1.4\nwords of %s\n%%%%EOF\n' "$1" >"e/inbox/$1"
}
row() { # FOLDER FILE TYPE
    printf 'file,document_type,approved_on\n%s,%s,2026-03-01\n' "$2" "$3" >"e/inbox/$1/register.csv"
}
report upper.pdf Azure-SOC2-Report
report wide.pdf azure-soc2-report
iconv -f UTF-8 -t UTF-16 e/inbox/wide.pdf.meta.json >t && mv t e/inbox/wide.pdf.meta.json
report stem.pdf azure-soc2-report
mv e/inbox/stem.pdf.meta.json e/inbox/stem.meta.json
pdf case/soc.pdf
row case SOC.PDF azure-soc2-report
pdf dated/soc2.pdf
printf '{"format":"bindery-sidecar 1","collected_at":"2026-06-01T00:00:00Z"}' >e/inbox/dated/_folder.meta.json
pdf row/soc.pdf
row row other.pdf policy
pdf before/soc.pdf
row before soc.pdf azure-soc2-report
# a list with failing records, and a copy of it that somebody calls a report
mkdir e/inbox/storage e/inbox/v
printf '{"value":[{"id":"/subscriptions/aaaaaaaa-0000-4000-8000-00000000000a/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/bad1","name":"bad1","type":"Microsoft.Storage/storageAccounts","properties":{"minimumTlsVersion":"TLS1_0"}}]}' >e/inbox/storage/a.json
printf '{"format":"bindery-sidecar 1","collected_at":"2026-06-15T06:00:00Z"}' >e/inbox/storage/a.json.meta.json
cp e/inbox/storage/a.json e/inbox/v/report.json
# and a list in a workbook, of which a copy is called one from the first
mkdir e/inbox/hr
python3 "$here/redescribed.py" leavers e/inbox/hr
cp e/inbox/hr/leavers.xlsx e/inbox/v/copy.xlsx
printf '{"format":"bindery-sidecar 1","document":{"type":"azure-soc2-report","title":"t"}}' >e/inbox/v/copy.xlsx.meta.json
said=$(bindery -C e run 2>&1)
case $said in
*"'hr/leavers.xlsx': is kept out"*) fail "withheld: a workbook that a source knows is a list, whatever a copy is called" "$said" ;;
*) pass "withheld: a workbook that a source knows is a list, whatever a copy is called" ;;
esac
claim "withheld: a list has findings" grep -q bad1 e/out/2026-H1/findings.ndjson
printf '{"format":"bindery-sidecar 1","document":{"type":"vendor-report","title":"t"}}' >e/inbox/v/report.json.meta.json
printf '{"format":"bindery-sidecar 1","document":{"type":"azure-soc2-report"' >e/inbox/storage/_folder.meta.json
printf '{"format":"bindery-sidecar 1","document":{"type":"azure-soc2-report","title":"t"}}' >e/inbox/dated/soc2.pdf.meta.json
printf '%%PDF-1.4\nnewer\n%%%%EOF\n' >e/inbox/before/soc.pdf
row row soc.pdf azure-soc2-report
bindery -C e run -q >/dev/null 2>&1
row row other.pdf policy # and its row is gone
bindery -C e run -q >/dev/null 2>&1
pack=$(ls -t e/out/2026-H1/*.zip | head -n 1)
rm -rf unpacked
mkdir unpacked
(cd unpacked && python3 -m zipfile -e "../$pack" .)
claim "withheld: a type in other letters" absent 'words of upper.pdf'
claim "withheld: a sidecar in UTF-16" absent 'words of wide.pdf'
claim "withheld: a sidecar whose name lacks the ending" absent 'words of stem.pdf'
claim "withheld: a row that writes the name in other letters" absent 'words of case/soc.pdf'
claim "withheld: a file that was only dated when it was taken in" absent 'words of dated/soc2.pdf'
claim "withheld: a file whose row went away again" absent 'words of row/soc.pdf'
claim "withheld: an earlier file at the place that a row describes" absent 'words of before/soc.pdf'
claim "withheld: a list keeps its findings when a copy is called a report" grep -q bad1 e/out/2026-H1/findings.ndjson
claim "withheld: and its bytes are packed with them" grep -rq '"name":"bad1"' unpacked
claim_exit "withheld: the package of all this verifies and is judged again the same" 0 bindery verify --trust e/identity/trial.crt.pem --reperform "$pack"
