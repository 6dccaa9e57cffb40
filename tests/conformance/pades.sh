# conformance/pades.sh - read by run.sh: what poppler, openssl, qpdf, pyHanko and EU DSS say of signatures made with an
# organisation's certificates, under a PKI made here (tests/servers). pyHanko lies in a virtual environment under build/,
# at the versions of requirements.txt; it installs on first use.
pki=$temp/pki
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv=$root/build/conformance-venv
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    "$python" -m venv "$venv" && "$venv/bin/pip" install -q --disable-pip-version-check --no-deps -r "$here/requirements.txt" &&
        cp "$here/requirements.txt" "$venv/requirements.txt"
fi >"$temp/venv.log" 2>&1
claim 'pyHanko is there, at the pinned versions' "$venv/bin/python" -c 'import pyhanko'
claim 'openssl makes the test authorities' sh "$root/tests/servers/pki.sh" "$pki" "$port"
mkfifo "$temp/held"
"$python" "$root/tests/servers/authority.py" "$pki" "$port" <"$temp/held" >"$temp/listening" 2>"$temp/server.log" &
server=$!
exec 9>"$temp/held"
waited=0
until [ -s "$temp/listening" ] || [ $waited -ge 50 ]; do
    sleep 0.1
    waited=$((waited + 1))
done
"$bindery" init "$temp/e" -q --organisation 'Contoso Ltd' --period 2026-H1=2026-01-01..2026-06-30 >/dev/null
ln -s "$pki" "$temp/e/pki"
sign_with() { # FILE MEMBERS: a binder signed as bindery.json then says
    "$python" - "$temp/e/bindery.json" "{$2}" <<'PY' && "$bindery" -C "$temp/e" run -q --no-cache && cp "$temp/e/out/2026-H1/binder.pdf" "$temp/$1.pdf"
import json, sys
config = json.load(open(sys.argv[1]))
config["signing"] = json.loads(sys.argv[2])
json.dump(config, open(sys.argv[1], "w"))
PY
}
key='"key":"pki/signer.key.pem","certificate":"pki/signer.crt.pem"'
tsa="\"tsa\":\"http://127.0.0.1:$port/tsa\",\"tsa_certificates\":\"pki/root.pem\""
later='"revocation":["online"]'
second='"reviewer":{"key":"pki/reviewer.key.pem","certificate":"pki/reviewer.crt.pem"}'
pyhanko() { "$venv/bin/python" "$here/pades.py" "$1" "$pki/root.pem" "$temp/$2.pdf"; }
claim 'a binder is signed without a time-stamp' sign_with bb "$key"
claim 'pyHanko: B-B is valid under the root' pyhanko bb bb
claim 'a binder is signed with a P-256 key' sign_with ec '"key":"pki/signer-ec.key.pem","certificate":"pki/signer-ec.crt.pem"'
claim 'pyHanko: B-B with P-256 is valid under the root' pyhanko bb ec
claim 'a binder is signed with a time-stamp' sign_with bt "$key,$tsa"
claim 'pyHanko: B-T is valid, its time-stamp trusted, the file untouched' pyhanko bt bt
claim 'a binder is signed with proofs for later' sign_with lt "$key,$tsa,$later"
claim 'pyHanko: B-LT is valid by the revocation data in the file alone' pyhanko lt lt
claim 'a binder is archived' "$bindery" -C "$temp/e" archive -o "$temp/lta.pdf" "$temp/lt.pdf"
claim 'pyHanko: B-LTA passes the validation of EN 319 102-1' pyhanko lta lta
claim 'a binder is signed by preparer and reviewer' sign_with two "$key,$second,$tsa,$later"
claim 'pyHanko: both signatures are valid, the second allowed by the first' pyhanko lt two
for file in bb ec bt lt lta two; do
    claim "pdfsig: the signatures of $file.pdf are valid" sh -c 'pdfsig -nocert "$1" | grep -q "Signature is Valid" && ! pdfsig -nocert "$1" |
        grep -E "Digest Mismatch|invalid|not a signature"' sh "$temp/$file.pdf"
    claim "qpdf finds no fault and no warning in $file.pdf" says 'No syntax or stream encoding errors' qpdf --check "$temp/$file.pdf"
done
for file in bb bt lt; do
    claim "pdfsig: one signature covers all of $file.pdf" says 'Total document signed' pdfsig -nocert "$temp/$file.pdf"
done
claim 'openssl verifies the time-stamp of the package over its signature' sh -c '
    sign=$(ls -t "$1"/e/out/2026-H1/*.zip | head -n 1) && mkdir "$1/stamped" && unzip -qq "$sign" -d "$1/stamped" && cd "$1"/stamped/*/90_INTEGRITY &&
    openssl ts -verify -data SHA256SUMS.p7s -in SHA256SUMS.tsr -CAfile "$1/pki/root.pem" -untrusted "$1/pki/ca.pem"' sh "$temp"
# What others append for later must not make us cry wolf, and what they append besides must.
extend() { "$venv/bin/python" "$here/extend.py" "$pki/tsa.pem" "$pki/tsa.key.pem" "$pki/ca.pem" "$temp/bt.pdf" "$@"; }
claim 'pyHanko adds a document time-stamp of its own' extend "$temp/theirs.pdf" plain
claim 'a binder with it is verified' "$bindery" verify --trust "$pki/root.pem" "$temp/theirs.pdf"
claim 'pyHanko adds one and changes the properties' extend "$temp/changed.pdf"
claim 'that binder is ALTERED' sh -c '"$1" verify --trust "$2/root.pem" "$3/changed.pdf" >/dev/null; [ $? -eq 1 ]' sh "$bindery" "$pki" "$temp"
# EU DSS, by the policy it ships, the root as its one anchor, nothing fetched, one time of validation. It tells the level
# T of a file whose /DSS lies inside the signed revision (DSS counts a later one only), and judges the signed bytes
# alone: what was added behind them is our own verifier's to refuse (changed.pdf).
claim 'EU DSS is at hand, and its bytes are the ones that were looked at' sh "$here/dss.sh" fetch
at=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
mkdir "$temp/forged" && "$python" "$root/tests/cli/mutate.py" "$temp/lt.pdf" "$temp/lta.pdf" "$temp/two.pdf" "$temp/forged" >/dev/null
forged=
for name in bit-in-the-page bit-in-the-proofs bit-in-the-time-stamp range-with-a-wider-gap wrapped signature-removed \
    archived-bit-in-the-binder; do
    forged="$forged $temp/forged/$name.pdf"
done
# shellcheck disable=SC2086 # no name holds a space
{
    sh "$here/dss.sh" "$pki/root.pem" "$at" -- "$temp/lt.pdf" "$temp/lta.pdf" "$temp/two.pdf" $forged
    sh "$here/dss.sh" "$pki/root.pem" "$at" "$pki/root.crl" "$pki/ca.crl" -- "$temp/bb.pdf" "$temp/ec.pdf" "$temp/bt.pdf" "$temp/changed.pdf"
    sh "$here/dss.sh" "$pki/revoked.pem" "$at" -- "$temp/two.pdf" | sed 's/^two/stranger/'
} >"$temp/dss" 2>"$temp/dss.log"
dss() { # FILE LINE...: what DSS says of it, line for line
    grep "^$1.pdf " "$temp/dss" | cut -d ' ' -f 2- >"$temp/dss.found"
    shift
    printf '%s\n' "$@" | diff - "$temp/dss.found" || { cat "$temp/dss.log"; return 1; }
}
passed_as() { echo "signature TOTAL_PASSED - PAdES-BASELINE-$1"; }
failed_as() { echo "signature TOTAL_FAILED $1 PAdES-$2"; }
stamped='timestamp PASSED -'
claim 'EU DSS: B-B is TOTAL_PASSED' dss bb "$(passed_as B)"
claim 'EU DSS: B-B with P-256 is TOTAL_PASSED' dss ec "$(passed_as B)"
claim 'EU DSS: B-T is TOTAL_PASSED, its time-stamp PASSED' dss bt "$(passed_as T)" "$stamped"
claim 'EU DSS: B-LT is TOTAL_PASSED by the revocation data in the file alone' dss lt "$(passed_as T)" "$stamped"
claim 'EU DSS: B-LTA is TOTAL_PASSED at that level' dss lta "$(passed_as LTA)" "$stamped" "$stamped"
claim 'EU DSS: both of two signatures are TOTAL_PASSED' dss two "$(passed_as T)" "$stamped" "$(passed_as T)" "$stamped"
claim 'EU DSS: without its root neither is' sh -c 'grep -c "^stranger.pdf signature INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND" "$1" | grep -qx 2' sh "$temp/dss"
claim 'EU DSS: one bit in a page is TOTAL_FAILED' dss bit-in-the-page "$(failed_as HASH_FAILURE BASELINE-T)" "$stamped"
claim 'EU DSS: one bit in the proofs is TOTAL_FAILED' dss bit-in-the-proofs "$(failed_as HASH_FAILURE BASELINE-T)" "$stamped"
claim 'EU DSS: one bit in the time-stamp FAILED it' dss bit-in-the-time-stamp "$(passed_as T)" 'timestamp FAILED SIG_CRYPTO_FAILURE'
claim 'EU DSS: a wider gap is TOTAL_FAILED' dss range-with-a-wider-gap "$(failed_as FORMAT_FAILURE BASELINE-T)" "$stamped"
claim 'EU DSS: a wrapped signature is TOTAL_FAILED' dss wrapped "$(failed_as FORMAT_FAILURE BES)" "$stamped"
claim 'EU DSS: without the signature there is none' dss signature-removed none
claim 'EU DSS: one bit in an archived binder FAILED both' dss archived-bit-in-the-binder "$(failed_as HASH_FAILURE BASELINE-LTA)" \
    "$stamped" 'timestamp FAILED HASH_FAILURE'
exec 9>&-
kill "$server" 2>/dev/null
