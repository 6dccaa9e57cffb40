# verify --reperform: a package proves its own judgement, also against whoever holds the key.
fresh_folder
again() { bindery verify -q --trust "$TRUST" --reperform "$@"; }

claim_exit "reperform: the sample's package is judged again" 0 again "$PACK"
claim_says "reperform: it stays VERIFIED" "VERIFIED CONTOSO_SOC2_2026-01-01_2026-06-30_v1"
claim_says "reperform: all its files and the binder come out the same" \
    "files made again with the same bytes, and the binder"
files=$(unzip -Z1 "$PACK" | grep -cv -e '/SHA256SUMS' -e '/binder.pdf' -e '/manifest.json' -e '/$')
claim_says "reperform: every core file of the zip is among them" "$files of $files files"
figures=$(unzip -p "$PACK" '*/80_MACHINE/figures.ndjson' | wc -l)
claim_says "reperform: every listed figure is found in the binder" "figures      $figures, all printed"
claim_exit "reperform: one thread says the same" 0 again --jobs 1 "$PACK"
claim_exit "reperform: so do another time zone and language" 0 \
    env TZ=Pacific/Auckland LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 bindery verify -q --trust "$TRUST" --reperform "$PACK"
mkdir read-only && chmod 555 read-only
(cd read-only && claim_exit "reperform: nothing is written where it stands" 0 again "$PACK")
claim "reperform: the folder is as empty as it was" test -z "$(ls read-only)"
bindery verify -q --json --trust "$TRUST" --reperform "$PACK" >json
claim "reperform: the answer as JSON has the counts" python3 - json "$files" "$figures" <<'PY'
import json, sys
done = json.load(open(sys.argv[1]))["reperformed"]
assert done == {"binder_equal": True, "differences": 0, "equal_files": int(sys.argv[2]), "figures": int(sys.argv[3]),
                "files": int(sys.argv[2]), "same_program": True, "same_version": True}, done
PY

# Whoever nobody trusts is still judged again; what is not whole is not judged at all.
claim_exit "reperform: an untrusted package is judged again and stays UNTRUSTED" 6 bindery verify -q --reperform "$PACK"
claim_says "reperform: with its counts" "$files of $files files"
python3 - "$PACK" cut.zip <<'PY'
import sys
open(sys.argv[2], "wb").write(open(sys.argv[1], "rb").read()[:-1])
PY
claim_exit "reperform: a package that is cut off is only MALFORMED" 3 again cut.zip
case $said in
*reperformed*) fail "reperform: of it nothing is judged" "$said" ;;
*) pass "reperform: of it nothing is judged" ;;
esac

# Somebody holds the key and lies: a program that calls what is in progress complete, and signs it.
copy_sample s
if python3 "$here/liar.py" "$BINDERY" liar 2>why; then
    chmod +x liar
    ./liar -C s run -q >/dev/null 2>&1
    lie=$(ls s/out/2026-H1/*.zip)
    own=s/identity/trial.crt.pem
    claim_exit "reperform: a lie that is well signed is VERIFIED without it" 0 bindery verify -q --trust $own "$lie"
    claim_exit "reperform: and found with it" 1 bindery verify -q --trust $own --reperform "$lie"
    claim_says "reperform: the verdict is ALTERED" "ALTERED CONTOSO"
    claim_says "reperform: it names the place, what stands there and what should" \
        "80_MACHINE/assessment.json: at '/controls/"
    claim_says "reperform: with both values" "the package says \"[x]\", judged again it is \"[~]\""
    claim_says "reperform: the binder is named, too" "00_START-HERE/binder.pdf: drawn again"
else
    fail "reperform: a lying program can be made" "$(cat why)"
fi

# Facts in another order, and a second package after a sign-off: still the same judgement.
copy_sample t
python3 - t/bindery.json <<'PY'
import json, sys
root = json.load(open(sys.argv[1]))
root["facts"] = dict(reversed(list(root["facts"].items())))
json.dump(dict(reversed(list(root.items()))), open(sys.argv[1], "w"), indent=1)
PY
bindery -C t run -q >/dev/null 2>&1
item=$(python3 -c 'import json; print(json.load(open("t/out/2026-H1/assessment.json"))["evidence"][4]["id"])')
bindery -C t review "$item" -q --by 'Dominik Ahrens' --role Audit --checked 'rows' >/dev/null 2>&1
bindery -C t run -q >/dev/null 2>&1
second=$(ls t/out/2026-H1/*_v2.zip)
claim_exit "reperform: a second package names its predecessor and is judged again" 0 \
    bindery verify -q --trust t/identity/trial.crt.pem --reperform "$second"
claim_says "reperform: byte by byte" "same bytes, and the binder"

# What was expected.
tenant=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["tenant"])' "$SAMPLE/bindery.json")
claim_exit "verify: the expected tenant and period hold" 0 \
    bindery verify -q --trust "$TRUST" --expect-tenant "$tenant" --expect-period 2026-H1 "$PACK"
claim_exit "verify: another tenant than expected is refused" 1 \
    bindery verify -q --trust "$TRUST" --expect-tenant 00000000-1111-2222-3333-444444444444 "$PACK"
claim_says "verify: and both are named" "is of tenant '$tenant', expected '00000000-1111"
claim_exit "verify: another period than expected is refused" 1 \
    bindery verify -q --trust "$TRUST" --expect-period 2025-H2 "$PACK"
claim_says "verify: and it is named" "is of period '2026-H1', expected '2025-H2'"
