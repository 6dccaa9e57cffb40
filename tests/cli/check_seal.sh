# Seals with a time-stamp of a server that may lie or be down, and `verify` of a seal's folder alone.
fresh_folder
open_authorities seal
copy_sample e
cp -R pki e/pki
python3 - e/bindery.json "$port" <<'PY'
import json, sys
path, port = sys.argv[1:]
config = json.load(open(path))
config["signing"] = {"key": "pki/signer.key.pem", "certificate": "pki/signer.crt.pem",
                     "tsa": "http://127.0.0.1:%s/tsa" % port, "tsa_certificates": "pki/root.pem"}
json.dump(config, open(path, "w"))
PY
bindery -C e ingest -q >/dev/null 2>&1
seal=e/locker/periods/2026-H1
journal=e/locker/journal.ndjson
cp -R e down

# ---- sealed and stamped ----
claim_exit "seal: with an authority the period is sealed" 0 bindery -C e seal -q
claim_says "seal: and says when, by the authority" ", time-stamp 20"
claim "seal: openssl finds the time-stamp to be of the signature, by the authority" \
    openssl ts -verify -data $seal/manifest.p7s -in $seal/manifest.tsr -CAfile pki/root.pem -untrusted pki/ca.pem
claim "seal: the journal names the time-stamp and its hash" sh -c \
    "tail -n 1 $journal | jq -e --arg sha \$(sha256sum <$seal/manifest.tsr | cut -d ' ' -f 1) \
        '.timestamp_sha256 == \$sha and (.timestamp | startswith(\"20\"))'"
claim_exit "seal: the locker holds" 0 bindery -C e locker check --trust pki/root.pem
claim_exit "seal: sealing again asks nobody" 0 bindery -C e seal -q --tsa http://127.0.0.1:9/tsa
claim_says "seal: and names the time-stamp that is there" "sealed already, nothing came since"
claim_says "seal: with its time" ", time-stamp 20"
claim_exit "seal: status still knows it" 0 bindery -C e status -q
bindery -C e run -q >/dev/null 2>&1
claim "seal: assessment.json has the time, as its schema says" sh -c \
    "jq -e '.custody.seals[0].timestamp | startswith(\"20\")' e/out/2026-H1/assessment.json &&
     /usr/bin/python3 $here/../conformance/schema.py $root/templates/schema/assessment.schema.json e/out/2026-H1/assessment.json"
pdftotext -raw e/out/2026-H1/binder.pdf binder.txt
claim "seal: the binder prints it" grep -q '^Time-stamp of the signature 20' binder.txt
claim_exit "seal: and the package proves it again" 0 \
    bindery verify -q --trust pki/root.pem --reperform "$(ls e/out/2026-H1/*.zip)"

# ---- verify FOLDER ----
sealed() { bindery verify -q --trust pki/root.pem --require-timestamp "$@"; }
cp -R $seal good
claim_exit "seal: its folder alone is verified" 0 sealed good
claim_says "seal: with name and lines" "seal         2026-H1, over"
claim_says "seal: signer" "signer       CN="
claim_says "seal: and time-stamp" "by CN=Test TSA"
claim_exit "seal: of whom nobody trusts it is UNTRUSTED" 6 bindery verify -q --trust "$TRUST" good
claim_says "seal: which is said" "UNTRUSTED good"
openssl x509 -in pki/signer.crt.pem -out alone.pem
claim_exit "seal: an authority that nobody trusts is named, and no fault" 0 bindery verify -q --trust alone.pem good
claim_says "seal: as what it is" "which you do not trust"
claim_exit "seal: but no answer to --require-timestamp" 6 bindery verify -q --trust alone.pem --require-timestamp good
claim_exit "seal: of the period that was expected" 0 sealed --expect-period 2026-H1 good
claim_exit "seal: and of no other" 1 sealed --expect-period 2025-H2 good
claim_says "seal: which is said" "the seal is of period '2026-H1', expected '2025-H2'"
claim_exit "seal: there is nothing in it to judge again" 2 sealed --reperform good
claim_exit "seal: and no journal to hold a checkpoint against" 2 sealed --checkpoint good/checkpoint.txt good
claim "seal: as JSON" sh -c "bindery verify --json --trust pki/root.pem good | \
    jq -e '.kind == \"seal\" and .seal.name == \"2026-H1\" and .timestamp_facts.trusted'"

# ---- revoked, by a list of the caller's ----
cp -R down gone
edit_config gone 'd["signing"].update(key="pki/revoked.key.pem", certificate="pki/revoked.crt.pem")'
bindery -C gone seal -q >/dev/null 2>&1
claim_exit "seal: without a list nobody knows of a revocation" 0 sealed gone/locker/periods/2026-H1
claim_exit "seal: with it the signer is not trusted" 6 sealed --crl pki/ca.crl gone/locker/periods/2026-H1
claim_says "seal: that is said" "untrusted: manifest.p7s: the certificate 'CN=Revoked Signer"
claim_exit "seal: a list that names somebody else changes nothing" 0 sealed --crl pki/ca.crl --crl pki/root.crl good
cp -R pki lost
(cd lost && openssl ca -config ca.cnf -name issuing_ca -revoke tsa.pem &&
    sed -i '/Test TSA/s/^\(R\t[0-9]*Z\t\)[0-9]*Z/\1260101000000Z/' ca.db/index.txt && openssl ca -gencrl -config ca.cnf -name issuing_ca \
    -crlexts crl -crl_lastupdate 20260101000000Z -crl_nextupdate 20440101000000Z -out tsa.crl) 2>lost.log
package=$(ls e/out/2026-H1/*.zip)
lost() { bindery verify -q --trust pki/root.pem --crl lost/tsa.crl "$@"; }
claim_exit "seal: a revoked authority is no answer to --require-timestamp" 6 lost --require-timestamp good
claim_says "seal: and why" "a time-stamp is required: the certificate 'CN=Test TSA"
claim_exit "seal: without the requirement the rest holds" 0 lost good
claim_exit "seal: nor does its time go before --at" 6 lost --at 2046-01-01 good
claim_says "seal: which is said" "the signer's certificate is not valid at the time asked for"
claim_exit "seal: as that of a good one does" 0 sealed --at 2046-01-01 good
claim_exit "seal: the same of a package" 6 lost --require-timestamp "$package"
claim_says "seal: of its own time-stamp" "90_INTEGRITY/SHA256SUMS.p7s: a time-stamp is required: the certificate 'CN=Test TSA"
claim_exit "seal: and at a later day" 6 lost --at 2046-01-01 "$package"
claim_says "seal: for its own signature" "90_INTEGRITY/SHA256SUMS.p7s: the signer's certificate is not valid at the time asked for"
claim_exit "seal: of a binder it is said" 0 lost e/out/2026-H1/binder.pdf
claim_says "seal: and nothing of it called altered" "timestamp: e/out/2026-H1/binder.pdf: the time-stamp does not count"
claim_exit "seal: and of a binder" 6 lost --at 2046-01-01 e/out/2026-H1/binder.pdf

cp -R good manifest && chmod -R u+w manifest
sed -i 's/"withdrawn":false/"withdrawn":true/' manifest/manifest.json
claim_exit "seal: another manifest is ALTERED" 1 sealed manifest
claim_says "seal: by its signature" "altered: manifest.json: the signature does not hold"
cp -R good checkpoint && chmod -R u+w checkpoint
sed -i '2s/.*/1/' checkpoint/checkpoint.txt
claim_exit "seal: another checkpoint is ALTERED" 1 sealed checkpoint
claim_says "seal: and named" "checkpoint.txt: it is not the checkpoint of this manifest"
rm checkpoint/checkpoint.txt
claim_exit "seal: so is none" 1 sealed checkpoint
cp -R good torn && chmod -R u+w torn
head -c 200 good/manifest.tsr >torn/manifest.tsr
claim_exit "seal: a torn time-stamp is MALFORMED" 3 sealed torn
rm torn/manifest.tsr
claim_exit "seal: without the time-stamp --require-timestamp refuses" 6 sealed torn
claim_exit "seal: and without the requirement the rest holds" 0 bindery verify -q --trust pki/root.pem torn
cp good/manifest.p7s torn/manifest.tsr
claim_exit "seal: what is no time-stamp is none" 3 sealed torn
echo '{}' >manifest/manifest.json
claim_exit "seal: a manifest that is none is MALFORMED" 3 sealed manifest

# ---- an addendum is stamped likewise, over its own signature ----
printf 'late,words\n1,2\n' >late.csv
bindery -C e ingest -q --collected-at 2026-06-29T10:00:00Z late.csv >/dev/null 2>&1
claim_exit "seal: an addendum is stamped" 0 bindery -C e seal -q --reason 'a list that came late'
claim_says "seal: too" "2026-H1+a1 is sealed"
claim "seal: over its own signature" openssl ts -verify -data $seal+a1/manifest.p7s -in $seal+a1/manifest.tsr \
    -CAfile pki/root.pem -untrusted pki/ca.pem
claim_exit "seal: verify names it" 0 sealed $seal+a1
claim_says "seal: by its number" "2026-H1+a1, over"
claim_exit "seal: and the locker still holds" 0 bindery -C e locker check
cp $seal+a1/manifest.tsr kept.tsr
chmod u+w $seal+a1 $seal+a1/manifest.tsr
cp $seal/manifest.tsr $seal+a1/manifest.tsr
claim_exit "check: another seal's time-stamp is a fault" 1 bindery -C e locker check
claim_says "check: named" "periods/2026-H1+a1/manifest.tsr: it is altered"
claim_exit "check: and by verify, which has no journal" 1 sealed $seal+a1
claim_says "check: by its imprint" "the time-stamp does not hold"
rm $seal+a1/manifest.tsr
claim_exit "check: a time-stamp that is taken away is a fault" 1 bindery -C e locker check
claim_says "check: for the journal knows of it" "periods/2026-H1+a1/manifest.tsr"
cp kept.tsr $seal+a1/manifest.tsr
claim_exit "check: brought back it holds" 0 bindery -C e locker check

# ---- an authority that fails or lies is said, and the seal is whole ----
for how in wrong-imprint rejected expired garbage down; do
    rm -rf one && cp -R down one
    claim_exit "seal: with an authority that is '$how' it is sealed" 0 bindery -C one seal -q --tsa "http://127.0.0.1:$port/tsa/$how"
    claim_says "seal: '$how' is said" "'manifest.p7s': it has no time-stamp"
    claim_says "seal: '$how', and in the result" ", no time-stamp"
    claim "seal: '$how' leaves no file" test ! -e one/locker/periods/2026-H1/manifest.tsr
    claim_exit "seal: '$how' leaves the locker whole" 0 bindery -C one locker check --trust pki/root.pem
done
rm -rf one && cp -R down one
claim_exit "seal: --offline asks nobody" 0 bindery -C one seal --offline
claim_says "seal: which is said" "none was asked for: --offline"
printf 'x' >one/locker/periods/2026-H1/manifest.tsr
claim_exit "check: a time-stamp that no line names is a stray file" 1 bindery -C one locker check
rm -rf one && cp -R down one
claim_exit "seal: an address that is none seals nothing" 2 bindery -C one seal -q --tsa ftp://127.0.0.1/tsa
claim "seal: really nothing" test ! -e one/locker/periods
exec 9>&-
kill "$server" 2>/dev/null
