# Signing with an organisation's certificates: time-stamps, keys elsewhere, proofs for later, two signatures, archiving;
# servers that lie, certificates that must be refused, and forgeries of what was signed.
fresh_folder
open_authorities pades
asked() { [ -f pki/asked ] && wc -l <pki/asked || echo 0; }

bindery init e -q --organisation 'Contoso Ltd' --period 2026-H1=2026-01-01..2026-06-30 >/dev/null
cp -R pki/. e/pki
out=e/out/2026-H1
tsa="\"tsa\":\"http://127.0.0.1:$port/tsa\",\"tsa_certificates\":\"pki/root.pem\""
pem='"key":"pki/signer.key.pem","certificate":"pki/signer.crt.pem"'
# signing MEMBERS - sets `signing` of bindery.json
signing() {
    python3 - e/bindery.json "{$1}" <<'PY'
import json, sys
path, text = sys.argv[1:]
config = json.load(open(path))
config["signing"] = json.loads(text)
json.dump(config, open(path, "w"))
PY
}
package() { ls -t "$out"/*.zip | head -n 1; }
level() { bindery verify --json --trust pki/root.pem "$1" | jq -r '.signatures[0].level'; }

# ---- B-T, end to end ----
signing "$pem,$tsa"
claim_exit "pades: run with a time-stamp authority" 0 bindery -C e run -q
claim_says "pades: the run says the time-stamp" "by CN=Test TSA"
claim "pades: the binder is B-T" test "$(level "$out/binder.pdf")" = "PAdES B-T"
claim_exit "pades: the time-stamp of the package is there" 0 bindery verify --require-timestamp --trust pki/root.pem "$(package)"
mkdir x && unzip -qq "$(package)" -d x
cd x/* || exit 2
claim "pades: openssl verifies SHA256SUMS.tsr over the signature" openssl ts -verify -data 90_INTEGRITY/SHA256SUMS.p7s \
    -in 90_INTEGRITY/SHA256SUMS.tsr -CAfile "$work/case/pki/root.pem" -untrusted "$work/case/pki/ca.pem"
claim "pades: openssl finds the time-stamp attribute in the binder, and one alone" sh -c '
    pdfsig -dump 00_START-HERE/binder.pdf >/dev/null && for f in *.sig*; do openssl cms -cmsout -print -inform DER -in "$f"; done |
    grep -c "id-smime-aa-timeStampToken" | grep -qx 1'
cd "$work/case" || exit 2
bindery verify --json --trust pki/root.pem "$out/binder.pdf" >v.json
claim "pades: verify --json has level, revocation, verdict, time and authority of each signature" jq -e '.signatures | length == 1 and
    (.[0] | .verdict == "VERIFIED" and .intact and .trusted and .docmdp == 1 and .covers_whole_file and .revocation == "unknown" and
    (.later_changes | length) == 0 and .timestamp_facts.trusted and (.timestamp_facts.authority | startswith("CN=Test TSA")))' v.json
openssl x509 -in pki/signer.pem >signer-alone.pem
claim_exit "pades: a time-stamp by an authority that is not trusted is none" 6 bindery verify --require-timestamp --trust signer-alone.pem "$out/binder.pdf"
claim_says "pades: and that is said" "a time-stamp is required"
claim_exit "pades: without the requirement it is verified, the authority named as not trusted" 0 bindery verify --trust signer-alone.pem "$out/binder.pdf"
claim_says "pades: and it is" "which you do not trust"
before=$(asked)
claim_exit "pades: what stands is not stamped again" 0 bindery -C e run -q
claim "pades: nobody was asked" test "$(asked)" -eq "$before"
claim_exit "pades: --offline asks nobody" 0 bindery -C e run -q --no-cache --offline
claim "pades: really nobody" test "$(asked)" -eq "$before"
claim_exit "pades: without a time-stamp --require-timestamp refuses" 6 bindery verify --require-timestamp --trust pki/root.pem "$out/binder.pdf"
claim_exit "pades: the next run asks again" 0 bindery -C e run -q
claim "pades: and is stamped" test "$(level "$out/binder.pdf")" = "PAdES B-T"

# ---- an authority that fails or lies is said, and the rest is whole ----
while IFS=: read -r how words; do
    claim_exit "pades: a run whose authority is '$how' ends well" 0 bindery -C e run -q --no-cache --tsa "http://127.0.0.1:$port/tsa/$how"
    claim_says "pades: '$how' is said" "$words"
    claim_exit "pades: with '$how' binder and package are whole" 0 bindery verify --trust pki/root.pem "$(package)"
    claim "pades: with '$how' the binder is B-B" test "$(level "$out/binder.pdf")" = "PAdES B-B"
done <<'LIES'
wrong-nonce:does not carry the nonce
wrong-imprint:its imprint is not that of these bytes
rejected:the authority rejected the request (status 2)
expired:certificate has expired
not-a-tsa:is not for time-stamping alone
old:more than 10 minutes apart
altered:does not verify with its authority's key
garbage:the answer is no time-stamp
empty:there are no bytes
huge:and no more are read
text:expected application/timestamp-reply
redirect:none is followed
down:asked 3 times
forbidden:answers 403
LIES

# ---- an answer that breaks its reader breaks it in a child, and never where the key is ----
if ! ${CC:-cc} -std=gnu11 -O1 -w -shared -fPIC -o wall.so "$root/tests/fault/wall.c" -ldl 2>why; then
    fail "pades: the shim compiles" "$(cat why)"
fi
breaks="LD_PRELOAD=$PWD/wall.so"
while IFS=: read -r how words; do
    claim_exit "pades: an answer with a reader's $how costs the time-stamp" 0 env "$breaks" WALL_BREAK=1 \
        bindery -C e run -q --no-cache --tsa "http://127.0.0.1:$port/tsa/poisoned-$how"
    claim_says "pades: a reader's $how is said" "$words"
    claim_exit "pades: with a reader's $how binder and package are whole" 0 bindery verify --trust pki/root.pem "$(package)"
done <<'FAULTS'
crash:the reader of time-stamps broke down over this answer (signal 11)
hang:the reader of time-stamps took more than
FAULTS
printf 'FAULT crash' >e/pki/poisoned.crl
signing "$pem,$tsa,\"revocation\":[\"pki/poisoned.crl\"]"
claim_exit "pades: a list that breaks its reader costs the proofs" 0 env "$breaks" WALL_BREAK=1 bindery -C e run -q --no-cache
claim_says "pades: that is said" "the reader of revocation lists broke down over this answer (signal 11)"
claim "pades: and the binder is B-T" test "$(level "$out/binder.pdf")" = "PAdES B-T"
claim_exit "archive: an answer that breaks its reader leaves no file" 3 env "$breaks" WALL_BREAK=1 bindery -C e archive \
    --tsa "http://127.0.0.1:$port/tsa/poisoned-crash" -o broken.pdf "$out/binder.pdf"
claim "archive: really none" test ! -e broken.pdf
signing "$pem,$tsa"

claim_exit "pades: nobody listens" 0 bindery -C e run -q --no-cache --tsa http://127.0.0.1:9/tsa
claim_says "pades: that is said" "does not answer"
claim_exit "pades: a failure that passes is asked again" 0 bindery -C e run -q --no-cache --tsa "http://127.0.0.1:$port/tsa/flaky"
claim_says "pades: and then there is a time-stamp" "by CN=Test TSA"
claim_exit "pades: an address that is none is a usage error" 2 bindery -C e run -q --no-cache --tsa ftp://127.0.0.1/tsa
claim_exit "pades: an address with a user is refused" 2 bindery -C e run -q --no-cache --tsa http://ada:secret@127.0.0.1/tsa
case $said in *secret*) fail "pades: the secret in it is not printed" "$said" ;; *) pass "pades: the secret in it is not printed" ;; esac
signing "$pem,$tsa,\"tsa_policy\":\"1.3.6.1.4.1.99999.2\""
claim_exit "pades: a policy can be asked for" 0 bindery -C e run -q
claim_says "pades: and is given" "by CN=Test TSA"

# ---- keys, wherever they are ----
openssl pkcs12 -export -in pki/signer.crt.pem -inkey pki/signer.key.pem -passout pass:geheim -out e/pki/signer.p12
chmod 600 e/pki/signer.p12
echo geheim >e/pki/pass && chmod 600 e/pki/pass
signs() { # TEXT MEMBERS [NAME=VALUE...]
    text=$1
    signing "$2"
    shift 2
    claim_exit "keys: $text signs" 0 env "$@" bindery -C e run -q --no-cache
    claim_exit "keys: what $text signed is verified" 0 bindery verify --trust pki/root.pem "$out/binder.pdf"
    claim "keys: pdfsig agrees with $text" sh -c "pdfsig -nocert '$out/binder.pdf' | grep -q 'Signature is Valid'"
}
refuses() { # TEXT WORDS MEMBERS [NAME=VALUE...]
    text=$1 words=$2
    signing "$3"
    shift 3
    find e/out -type f -exec sha256sum {} + | sort >was
    claim_exit "keys: $text is refused" 3 env "$@" bindery -C e run -q --no-cache
    claim_says "keys: $text is explained" "$words"
    find e/out -type f -exec sha256sum {} + | sort >is
    claim "keys: $text leaves all outputs as they were" cmp was is
}
signs "PKCS#12" '"pkcs12":"pki/signer.p12"' BINDERY_PASSPHRASE=geheim
signs "PKCS#12 with a passphrase from a file" '"pkcs12":"pki/signer.p12"' BINDERY_PASSPHRASE_FILE=e/pki/pass
refuses "a wrong passphrase" "the passphrase does not fit" '"pkcs12":"pki/signer.p12"' BINDERY_PASSPHRASE=falsch
chmod 644 e/pki/pass
refuses "a passphrase file that others may read" "lets others use it" '"pkcs12":"pki/signer.p12"' BINDERY_PASSPHRASE_FILE=e/pki/pass
chmod 640 e/pki/signer.key.pem
refuses "a key file that others may read" "lets others use it" "$pem" A=b
chmod 600 e/pki/signer.key.pem
refuses "a key that does not match" "do not belong together" '"key":"pki/signer.key.pem","certificate":"pki/reviewer.crt.pem"' A=b
refuses "an expired certificate" "has expired at 2021-01-01T00:00:00Z" '"key":"pki/expired.key.pem","certificate":"pki/expired.crt.pem"' A=b
refuses "a certificate of the future" "is valid only from 2044-01-01T00:00:00Z" '"key":"pki/future.key.pem","certificate":"pki/future.crt.pem"' A=b
refuses "a certificate for something else" "its key usage allows no signatures" '"key":"pki/wrong-usage.key.pem","certificate":"pki/wrong-usage.crt.pem"' A=b
refuses "an authority's own certificate" "it is for time-stamps or answers on revocation" '"key":"pki/tsa.key.pem","certificate":"pki/tsa.crt.pem"' A=b
refuses "a revoked certificate" "was revoked at" "\"key\":\"pki/revoked.key.pem\",\"certificate\":\"pki/revoked.crt.pem\",$tsa,\"revocation\":[\"online\"]" A=b
refuses "two keys at once" "expected one of" '"pkcs12":"a","key":"b","certificate":"c"' A=b
refuses "a PIN in the configuration" "secrets are not kept in this file" '"pkcs11":"pkcs11:object=a?pin-value=1234"' A=b

module=$(ls /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so 2>/dev/null | head -n 1)
if command -v softhsm2-util >/dev/null && [ -n "$module" ]; then
    mkdir tokens
    echo "directories.tokendir = $work/case/tokens" >softhsm.conf
    export SOFTHSM2_CONF="$work/case/softhsm.conf"
    softhsm2-util --init-token --free --label bindery --so-pin 1234 --pin 5678 >/dev/null
    id=1
    for name in signer signer-ec; do
        openssl pkcs8 -topk8 -nocrypt -in "pki/$name.key.pem" -out "$name.p8"
        softhsm2-util --import "$name.p8" --token bindery --label "$name" --id "0$id" --pin 5678 >/dev/null
        id=$((id + 1))
    done
    token="pkcs11:token=bindery;object=signer?module-path=$module"
    signs "a token's RSA key" "\"pkcs11\":\"$token\",\"certificate\":\"pki/signer.crt.pem\"" BINDERY_PASSPHRASE=5678
    signs "a token's P-256 key" "\"pkcs11\":\"pkcs11:token=bindery;id=%02?module-path=$module\",\"certificate\":\"pki/signer-ec.crt.pem\"" BINDERY_PASSPHRASE=5678
    refuses "a wrong PIN" "the PIN does not fit" "\"pkcs11\":\"$token\",\"certificate\":\"pki/signer.crt.pem\"" BINDERY_PASSPHRASE=0000
    refuses "another certificate than the token's key" "what the key signs does not verify" "\"pkcs11\":\"$token\",\"certificate\":\"pki/reviewer.crt.pem\"" BINDERY_PASSPHRASE=5678
    refuses "a token that holds no certificate" "names no file" "\"pkcs11\":\"$token\"" BINDERY_PASSPHRASE=5678
    refuses "a token that is not there" "there is no token 'other'" "\"pkcs11\":\"pkcs11:token=other;object=a?module-path=$module\"" BINDERY_PASSPHRASE=5678
fi
refuses "a module that is not there" "cannot load the PKCS#11 module" '"pkcs11":"pkcs11:token=a;object=b?module-path=/nowhere.so"' BINDERY_PASSPHRASE=5678

vault="http://127.0.0.1:$port"
signs "an RSA key in a vault" "\"vault\":\"$vault/keys/signer/1\",\"certificate\":\"pki/signer.crt.pem\"" BINDERY_VAULT_TOKEN=secret-token
signs "a P-256 key in a vault" "\"vault\":\"$vault/keys/signer-ec/1\",\"certificate\":\"pki/signer-ec.crt.pem\"" BINDERY_VAULT_TOKEN=secret-token
refuses "a vault without a token" "set BINDERY_VAULT_TOKEN" "\"vault\":\"$vault/keys/signer/1\",\"certificate\":\"pki/signer.crt.pem\"" A=b
refuses "a vault that signs with another key" "what the key signs does not verify" "\"vault\":\"$vault/vault-wrong/keys/signer/1\",\"certificate\":\"pki/signer.crt.pem\"" BINDERY_VAULT_TOKEN=secret-token
refuses "a vault whose answer is too short" "expected r and s" "\"vault\":\"$vault/vault-short/keys/signer-ec/1\",\"certificate\":\"pki/signer-ec.crt.pem\"" BINDERY_VAULT_TOKEN=secret-token
refuses "a vault without https" "expected 'https://NAME.vault.azure.net" '"vault":"http://example.com/keys/a/1","certificate":"pki/signer.crt.pem"' BINDERY_VAULT_TOKEN=secret-token
signing "\"vault\":\"$vault/keys/signer/1\",\"certificate\":\"pki/signer.crt.pem\""
claim_exit "keys: a vault cannot sign offline" 2 env BINDERY_VAULT_TOKEN=secret-token bindery -C e run -q --no-cache --offline
claim_exit "keys: a vault that wants another token" 4 env BINDERY_VAULT_TOKEN=other-secret bindery -C e run -q --no-cache
case $said in *other-secret*) fail "keys: the token is in no message" "$said" ;; *) pass "keys: the token is in no message" ;; esac

# ---- the same bytes again: RSA, no time-stamp ----
signing "$pem"
SOURCE_DATE_EPOCH=1782800000 bindery -C e run -q --no-cache >/dev/null 2>&1
cp "$out/binder.pdf" first.pdf
SOURCE_DATE_EPOCH=1782800000 bindery -C e run -q --no-cache >/dev/null 2>&1
claim "pades: RSA without a time-stamp repeats byte for byte" cmp first.pdf "$out/binder.pdf"

# ---- proofs for later, archiving ----
signing "$pem,$tsa,\"revocation\":[\"online\"]"
claim_exit "pades: run with proofs fetched" 0 bindery -C e run -q
cp "$out/binder.pdf" lt.pdf
claim "pades: the binder is B-LT" test "$(level lt.pdf)" = "PAdES B-LT"
claim "pades: one signature covers the whole file" sh -c "pdfsig -nocert lt.pdf | grep -q 'Total document signed'"
claim "pades: OCSP and CRL were asked" sh -c 'grep -q "POST /ocsp" pki/asked && grep -q "GET /root.crl" pki/asked'
claim "pades: verify calls the revocation good" sh -c "bindery verify --json --trust pki/root.pem lt.pdf | jq -e '.signatures[0].revocation == \"good\"'"
signing "$pem,$tsa,\"revocation\":[\"pki/ca.crl\",\"pki/root.crl.pem\"]"
claim_exit "pades: run with proofs from files" 0 bindery -C e run -q
claim "pades: that is B-LT too" test "$(level "$out/binder.pdf")" = "PAdES B-LT"
signing "$pem,$tsa,\"revocation\":[\"pki/ca.crl\"]"
claim_exit "pades: proofs that do not reach the root" 0 bindery -C e run -q
claim_says "pades: are said to be none" "nothing at hand shows that 'CN=Test Issuing CA"
claim "pades: and the binder is B-T" test "$(level "$out/binder.pdf")" = "PAdES B-T"
signing "$pem,$tsa,\"revocation\":[\"online\"]"
claim_exit "archive: a binder gets a document time-stamp" 0 bindery -C e archive -o lta.pdf lt.pdf
claim "archive: it is B-LTA" test "$(level lta.pdf)" = "PAdES B-LTA"
claim_exit "archive: and verified, with what came later named" 0 bindery verify --trust pki/root.pem lta.pdf
claim_says "archive: it is named" "added later  document time-stamp"
claim_exit "archive: again, before the certificate ends" 0 bindery -C e archive -o lta2.pdf lta.pdf
claim_exit "archive: twice stamped is verified" 0 bindery verify --trust pki/root.pem lta2.pdf
claim_exit "archive: a file that is there is not overwritten" 3 bindery -C e archive -o lta2.pdf lta.pdf
claim_exit "archive: nobody to ask is a usage error" 2 bindery archive -o no.pdf lt.pdf
claim_exit "archive: offline is a usage error" 2 bindery -C e archive --offline -o no.pdf lt.pdf
claim_exit "archive: an authority that lies leaves no file" 3 bindery -C e archive --tsa "http://127.0.0.1:$port/tsa/wrong-nonce" -o no.pdf lt.pdf
claim_exit "archive: an authority that is down leaves no file" 4 bindery -C e archive --tsa "http://127.0.0.1:$port/tsa/down" -o no.pdf lt.pdf
printf x | cat lt.pdf - >spoilt.pdf
claim_exit "archive: an altered binder is refused" 3 bindery -C e archive -o no.pdf spoilt.pdf
claim_exit "archive: an unsigned one too" 3 bindery -C e archive -o no.pdf "$out/readiness.pdf"
claim "archive: none of them left a file" test ! -e no.pdf

# ---- revocation and time, for who verifies ----
signing "\"key\":\"pki/revoked.key.pem\",\"certificate\":\"pki/revoked.crt.pem\",$tsa"
bindery -C e run -q >/dev/null 2>&1
claim_exit "verify: without a list nobody knows of the revocation" 0 bindery verify --trust pki/root.pem "$out/binder.pdf"
claim_exit "verify: with it the signer is not trusted" 6 bindery verify --trust pki/root.pem --crl pki/ca.crl "$out/binder.pdf"
claim_says "verify: that is said" "was revoked at"
claim_exit "verify: nor the package" 6 bindery verify --trust pki/root.pem --crl pki/ca.crl.pem "$(package)"
claim_exit "verify: a list that is none is a usage error" 2 bindery verify --crl pki/root.pem "$out/binder.pdf"
claim_exit "verify: first.pdf, without a time-stamp, holds at a day of its certificate" 0 bindery verify --trust pki/root.pem --at 2026-07-15 first.pdf
claim_exit "verify: and not after it" 6 bindery verify --trust pki/root.pem --at 2046-01-01T00:00:00Z first.pdf
claim_exit "verify: a time-stamp goes before --at" 0 bindery verify --trust pki/root.pem --at 2046-01-01 lt.pdf
claim_exit "verify: a day that is none is a usage error" 2 bindery verify --at yesterday first.pdf

# ---- two signatures ----
reviewer='"reviewer":{"key":"pki/reviewer.key.pem","certificate":"pki/reviewer.crt.pem"}'
signing "$pem,$reviewer,$tsa,\"revocation\":[\"online\"]"
claim_exit "two: preparer and reviewer sign" 0 bindery -C e run -q
claim_says "two: both are named" "reviewed by       CN=Ola Lind"
cp "$out/binder.pdf" two.pdf
claim_exit "two: the binder is verified" 0 bindery verify --trust pki/root.pem two.pdf
claim_exit "two: and the package" 0 bindery verify --trust pki/root.pem "$(package)"
claim "two: the first leaves one field open and locks the rest" sh -c "bindery verify --json --trust pki/root.pem two.pdf |
    jq -e '(.signatures | length) == 2 and .signatures[0].docmdp == 2 and .signatures[1].docmdp == 0 and (.signatures | all(.verdict == \"VERIFIED\"))'"
python3 -c 'import re, sys
data = open("two.pdf", "rb").read()
open("cut.pdf", "wb").write(data[:[m.end() for m in re.finditer(rb"%%EOF\n", data)][-2]])'
claim_exit "two: without the second the first still holds" 0 bindery verify --trust pki/root.pem cut.pdf
claim_says "two: and the empty place is said" "the place for the signature 'Reviewer' is empty"
claim_exit "two: trusting the first alone is not enough" 6 bindery verify --trust signer-alone.pem two.pdf
claim_exit "two: archived it is verified too" 0 bindery -C e archive -o two-lta.pdf two.pdf
claim_exit "two: and stays so" 0 bindery verify --trust pki/root.pem two-lta.pdf
print_of() { openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d = -f 2 | tr -d : | tr A-F a-f; }
pdftotext -raw -l 2 two.pdf - | tr -d ' \n' >cover.txt
claim "two: the cover names both certificates" sh -c "grep -q '$(print_of pki/signer.crt.pem)' cover.txt && grep -q '$(print_of pki/reviewer.crt.pem)' cover.txt"
claim "two: and both subjects" sh -c 'grep -q "$(openssl x509 -in pki/signer.crt.pem -noout -subject -nameopt sep_comma_plus | sed "s/.*CN *= *//;s/,.*//" | tr -d " ")" cover.txt && grep -q OlaLind cover.txt'
unzip -qo "$(package)" -d two-package
claim "two: signer.pem holds the preparer's chain" cmp "$(echo two-package/*/90_INTEGRITY/signer.pem)" pki/signer.crt.pem
claim "two: and reviewer.pem the reviewer's" cmp "$(echo two-package/*/90_INTEGRITY/reviewer.pem)" pki/reviewer.crt.pem
claim_exit "two: the package is drawn again from itself" 0 bindery verify -q --trust pki/root.pem --reperform "$(package)"
claim_says "two: byte for byte" "made again with the same bytes, and the binder"
claim_exit "two: a binder is drawn to be signed later" 0 bindery -C e render binder --sign-later -q
cp "$out/binder.pdf" later.pdf
cp later.pdf named.pdf
claim_exit "two: both sign it" 0 bindery -C e sign -q named.pdf
claim "two: and two signatures are in it" sh -c "bindery verify --json --trust pki/root.pem named.pdf | jq -e '.signatures | length == 2'"
signing "$pem,\"reviewer\":{\"key\":\"pki/signer-ec.key.pem\",\"certificate\":\"pki/signer-ec.crt.pem\"}"
claim_exit "two: a reviewer whom the cover does not name signs nothing" 3 bindery -C e sign -q later.pdf
claim_says "two: and the certificate is said" "does not name the certificate $(print_of pki/signer-ec.crt.pem)"
claim "two: nothing is left of it" sh -c 'test "$(grep -c ByteRange later.pdf)" -eq 0 && ! ls later.pdf.tmp-* 2>/dev/null'
refuses "one person for both" "expected two people" "$pem,\"reviewer\":{$pem}" A=b

# ---- forgeries ----
mkdir forged
if ! python3 "$here/mutate.py" lt.pdf lta.pdf two.pdf forged >names 2>why; then
    fail "forgeries: the forger's tools work" "$(cat why)"
fi
wrong=0
while read -r name; do
    bindery verify --trust pki/root.pem "forged/$name.pdf" >out.txt 2>&1
    got=$?
    if { [ $got -eq 1 ] || [ $got -eq 3 ]; } && grep -Eq '^  [a-z]+: .{20,}' out.txt; then
        pass "forgeries: $name is refused and explained"
    else
        fail "forgeries: $name is refused and explained" "exit $got: $(cat out.txt)"
        wrong=$((wrong + 1))
    fi
done <names
count=$(wc -l <names)
claim "forgeries: an attached manifest that is another one is said, and no other attachment" sh -c '
    for f in forged/attachment-*-replaced.pdf; do bindery verify --trust pki/root.pem "$f"; done |
    grep -c "the attached manifest.json is not the one" | grep -qx 1'
claim "forgeries: $count of $count are refused, at least 30" test "$count" -ge 30 -a "$wrong" -eq 0

exec 9>&-
kill "$server" 2>/dev/null
