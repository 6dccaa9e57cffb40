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
hash=$(sha256sum e/inbox/soc2.pdf | cut -d ' ' -f 1)
SOURCE_DATE_EPOCH=1783000000 bindery -C e run -q >/dev/null 2>&1
pack=$(ls e/out/2026-H1/*.zip)
mkdir unpacked
(cd unpacked && python3 -m zipfile -e "../$pack" .)
absent() { ! grep -rlq "$1" unpacked; }
claim "withheld: the bytes of a vendor's report are nowhere in the package" absent 'words of soc2.pdf'
claim "withheld: its sheet is, with the hash" grep -rq "$hash" unpacked
claim "withheld: and says so" grep -rq '"withheld":true' unpacked
claim "withheld: a letter is packed as ever" grep -rq 'words of letter.pdf' unpacked
claim "withheld: a policy is packed as ever" grep -rq 'words of policy.pdf' unpacked
claim_exit "withheld: the package verifies" 0 bindery verify --trust e/identity/trial.crt.pem "$pack"
claim "withheld: the locker keeps the report" test -e e/inbox/soc2.pdf
