# Named mutations of a good package, of each kind of part; and what VERIFIED means to tools that are not ours.
fresh_folder
open_authorities mutants

bindery init e -q --organisation 'Contoso Ltd' --period 2026-H1=2026-01-01..2026-06-30 >/dev/null
cp -R pki e/pki
cp "$SAMPLE"/inbox/2026-03/network-security-groups-prod-* e/inbox/
# signed_by NAME - whose key signs from now on
signed_by() {
    edit_config e "d['organisation']['short'] = 'CONTOSO'; d['signing'] = {'key': 'pki/$1.key.pem', 'certificate': 'pki/$1.crt.pem', 'tsa': 'http://127.0.0.1:$port/tsa', 'tsa_certificates': 'pki/root.pem'}"
}

# agrees FILE - unzip, sha256sum and openssl say of a package what verify says: nothing was changed
agrees() {
    rm -rf x && mkdir x
    unzip -tqq "$1" && unzip -qq "$1" -d x || return 1
    python3 -c 'import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)' "$1" || return 1
    (
        cd x/* || exit 1
        sha256sum --strict --quiet -c 90_INTEGRITY/SHA256SUMS || exit 1
        find . -type f ! -path './90_INTEGRITY/SHA256SUMS*' | sort | cut -c 3- >"$work/there"
        sed 's/^[0-9a-f]*  //' 90_INTEGRITY/SHA256SUMS | sort | cmp - "$work/there" || exit 1
        openssl cms -verify -binary -inform DER -in 90_INTEGRITY/SHA256SUMS.p7s -content 90_INTEGRITY/SHA256SUMS \
            -CAfile "$2" -purpose any -out /dev/null || exit 1
        if [ -f 90_INTEGRITY/SHA256SUMS.tsr ]; then
            openssl ts -verify -data 90_INTEGRITY/SHA256SUMS.p7s -in 90_INTEGRITY/SHA256SUMS.tsr -CAfile "$2" \
                -untrusted "$3" || exit 1
        fi
        pdfsig -nocert 00_START-HERE/binder.pdf >"$work/pdf" && grep -q 'Signature is Valid' "$work/pdf" || exit 1
        qpdf --check 00_START-HERE/binder.pdf >"$work/pdf" 2>&1
    )
}
# good NAME FILE TRUST [UNTRUSTED] - VERIFIED by us, and by everybody else
good() {
    claim_exit "mutants: $1 is VERIFIED" 0 bindery verify -q --trust "$3" "$2"
    claim "mutants: unzip, python, sha256sum, openssl, pdfsig and qpdf find nothing in $1 either" agrees "$2" "$3" "${4:-$3}"
}
here_pki=$PWD/pki
signed_by signer
claim_exit "mutants: a package is made" 0 bindery -C e run -q
good "a time-stamped package (RSA)" "$(ls e/out/2026-H1/*_v1.zip)" "$here_pki/root.pem" "$here_pki/ca.pem"
claim_exit "mutants: its period is sealed" 0 bindery -C e seal -q
claim_exit "mutants: another is made, behind the seal" 0 bindery -C e run -q
sealed=$(ls e/out/2026-H1/*_v2.zip)
good "a sealed package that names the one before it" "$sealed" "$here_pki/root.pem" "$here_pki/ca.pem"
signed_by signer-ec
claim_exit "mutants: a third is made by an EC key" 0 bindery -C e run -q
good "a package by an EC key" "$(ls e/out/2026-H1/*_v3.zip)" "$here_pki/root.pem" "$here_pki/ca.pem"
good "the sample's package by its trial identity" "$PACK" "$TRUST"
old=$root/tests/corpus/package/old/bindery-0.1.0
good "a package of an older version" "$old.zip" "$old.pem"

openssl req -x509 -newkey rsa:2048 -nodes -keyout stranger.key -out stranger.pem -days 3650 -subj '/CN=Ada Berg' 2>/dev/null
printf 'other bytes' >other
# token FILE WHO REPLY - a time-stamp over the file by an authority of the test
token() {
    openssl ts -query -data "$1" -sha256 -cert -out query.tsq 2>/dev/null
    python3 - "http://127.0.0.1:$port/$2" query.tsq "$3" <<'PY'
import sys
import urllib.request

url, query, reply = sys.argv[1:]
asked = urllib.request.Request(url, open(query, "rb").read(), {"Content-Type": "application/timestamp-query"})
open(reply, "wb").write(urllib.request.urlopen(asked).read())
PY
}
unzip -p "$sealed" '*/SHA256SUMS.p7s' >sealed.p7s
token other tsa other.tsr
token sealed.p7s tsa/not-a-tsa strange.tsr
if STRANGER_KEY=stranger.key STRANGER_CRT=stranger.pem OTHER_TSR=other.tsr STRANGE_TSR=strange.tsr python3 "$here/mutants.py" \
    "$sealed" pki/signer.key.pem pki/root.pem . >mutants.txt 2>why; then
    pass "mutants: $(tail -n 1 mutants.txt)"
else
    fail "mutants: none of at least 100 named mutations is accepted" "$(grep -E '^[a-z-]+ +[^ ]+ +0 ' mutants.txt; tail -n 3 mutants.txt; cat why)"
fi
if [ -n "${BINDERY_MUTANTS:-}" ]; then
    cp mutants.txt "$BINDERY_MUTANTS"
fi
if said=$(python3 "$here/flip.py" "$sealed" pki/root.pem "${BINDERY_FLIPS:-200}" flipped.zip 2>&1); then
    pass "mutants: $said"
else
    fail "mutants: a flipped bit of a sealed and stamped package is noticed" "$said"
fi
exec 9>&-
wait $server
