# verify on every kind of tampering: the word, the exit code, a sentence; and a flipped byte anywhere.
fresh_folder

bindery init mallory -q --organisation 'Contoso Ltd' >/dev/null
key=mallory/identity/trial.key.pem
crt=mallory/identity/trial.crt.pem
mkdir forged
if ! python3 "$here/tamper.py" "$PACK" forged "$key" "$crt" >list 2>why; then
    fail "verify: the forger's tools work" "$(cat why)"
fi
claim "verify: the test's own zip writer writes the package as it was" cmp "$PACK" forged/untouched.zip

while IFS="$(printf '\t')" read -r file code word what; do
    bindery verify --trust "$TRUST" "$file" >out 2>err
    got=$?
    said=$(cat out err)
    if [ "$got" -ne "$code" ] || [ "$(head -n 1 out | cut -d ' ' -f 1)" != "$word" ]; then
        fail "verify: $what is $word" "exit $got: $said"
    elif [ "$code" -ne 0 ] && ! grep -Eq '^  [a-z]+: .{20,}' out; then
        fail "verify: $what is explained" "$said"
    else
        pass "verify: $what is $word"
    fi
done <list

# Whole and well made, by somebody else of the same name.
copy_sample e
cp -R mallory/identity e/
bindery -C e run -q >/dev/null 2>&1
theirs=$(ls e/out/2026-H1/*.zip)
claim_exit "verify: a whole package of somebody else is UNTRUSTED" 6 bindery verify --trust "$TRUST" "$theirs"
claim_says "verify: an untrusted signer is named by fingerprint" "$(openssl x509 -in "$crt" -outform DER |
    sha256sum | cut -c 1-64)"
claim_exit "verify: it is VERIFIED for whoever trusts them" 0 bindery verify --trust "$crt" "$theirs"
claim_exit "verify: no trust at all is UNTRUSTED" 6 bindery verify "$PACK"
claim_says "verify: and says what to do" "--trust"
claim_exit "verify: a missing time-stamp can be required" 6 \
    bindery verify --require-timestamp --trust "$TRUST" "$PACK"
claim_says "verify: and is named" "time-stamp is required"

# The trust file of the user.
mkdir -p "$XDG_CONFIG_HOME/bindery"
cp "$TRUST" "$XDG_CONFIG_HOME/bindery/trust.pem"
claim_exit "verify: the user's trust file counts" 0 bindery verify "$PACK"
rm "$XDG_CONFIG_HOME/bindery/trust.pem"

# Binders alone.
binder=$READY/out/2026-H1/binder.pdf
claim_exit "verify: a binder alone is VERIFIED" 0 bindery verify --trust "$TRUST" "$binder"
cp "$binder" b.pdf
printf x >>b.pdf
claim_exit "verify: a binder with an appended byte is ALTERED" 1 bindery verify --trust "$TRUST" b.pdf
cp "$binder" binder.bin
claim_exit "verify: a binder is known by its content" 0 bindery verify --trust "$TRUST" binder.bin
cp "$PACK" pack.pdf
claim_exit "verify: a package is known by its content" 0 bindery verify --trust "$TRUST" pack.pdf

# The place of the signature is no part of what is signed: another one who is trusted fits into it as well.
python3 - "$binder" swapped.pdf "$key" "$crt" "$here" <<'PY'
import re, sys
sys.path.insert(0, sys.argv[5])
import forge
good, (key, crt) = open(sys.argv[1], "rb").read(), sys.argv[3:5]
hole = re.search(rb"/Contents <([0-9a-f]{200,})>", good)
covered = good[:hole.start(1) - 1] + good[hole.end(1) + 1:]
der = forge.encode(forge.parse(bytes.fromhex(hole.group(1).decode()))[0])
new = forge.sign(der, covered, covered, key, crt).hex().encode().ljust(len(hole.group(1)), b"0")
open(sys.argv[2], "wb").write(good[:hole.start(1)] + new + good[hole.end(1):])
PY
cat "$TRUST" "$crt" >two.pem
claim_exit "verify: a binder signed by another one than its cover names is ALTERED" 1 bindery verify --trust two.pem swapped.pdf
claim_says "verify: whom is said" "the cover does not name the certificate of 'CN=Contoso Ltd (trial identity)'"
claim_exit "verify: and so it is where only that one is trusted" 1 bindery verify --trust "$crt" swapped.pdf
claim_exit "verify: the true one holds where both are trusted" 0 bindery verify --trust two.pem "$binder"

if command -v qpdf >/dev/null; then
    qpdf "$binder" rewritten.pdf >/dev/null 2>&1
    bindery verify --trust "$TRUST" rewritten.pdf >out 2>&1
    got=$?
    claim "verify: a binder that qpdf wrote anew is not verified" test "$got" -eq 1 -o "$got" -eq 3
fi
claim_exit "verify: an unsigned report is no signed one" 3 bindery verify "$READY/out/2026-H1/readiness.pdf"
claim_says "verify: and says so" "carries no signature"

# What is no package.
echo hello >n.zip
claim_exit "verify: a zip that is not a zip is MALFORMED" 3 bindery verify n.zip
claim_says "verify: it says what was found" "is not a zip file"
: >n.zip
claim_exit "verify: an empty file is MALFORMED" 3 bindery verify n.zip
claim_exit "verify: a folder is MALFORMED" 3 bindery verify .
claim_exit "verify: a missing file is an I/O failure" 4 bindery verify nowhere.zip
claim_says "verify: the missing file is named" "cannot open 'nowhere.zip': there is no such file"
claim_exit "verify: a trust file that is missing is an I/O failure" 4 bindery verify --trust nowhere.pem "$PACK"
claim_exit "verify: a trust file without certificate is wrong usage" 2 bindery verify --trust "$key" "$PACK"
claim_says "verify: the trust file is named" "'$key' holds no certificate"
printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' >bad.pem
claim_exit "verify: a trust file that is no certificate is wrong usage" 2 bindery verify --trust bad.pem "$PACK"
claim_says "verify: that trust file is named too" "in 'bad.pem'"

if said=$(python3 "$here/flip.py" "$PACK" "$TRUST" 240 flipped.zip 2>&1); then
    pass "verify: a flipped bit at any of 240 places is noticed"
else
    fail "verify: a flipped bit at any of 240 places is noticed" "$said"
fi
if said=$(python3 "$here/flip.py" "$binder" "$TRUST" 120 flipped.pdf 2>&1); then
    pass "verify: a flipped bit at any of 120 places of a binder is noticed"
else
    fail "verify: a flipped bit at any of 120 places of a binder is noticed" "$said"
fi
