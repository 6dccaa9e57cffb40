# conformance/pades.sh - read by run.sh: what poppler, openssl, qpdf and pyHanko say of signatures made with an
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
exec 9>&-
kill "$server" 2>/dev/null
