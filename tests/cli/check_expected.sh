# What a receiver expects of a package, besides that nothing was changed: tenant, period, the package before it.
fresh_folder
old=$root/tests/corpus/package/old/bindery-0.1.0
tenant=$(jq -r .tenant "$SAMPLE/bindery.json")
checked() { bindery verify -q --trust "$TRUST" "$@"; }

claim_exit "expected: tenant and period hold" 0 checked --expect-tenant "$tenant" --expect-period 2026-H1 "$PACK"
claim_exit "expected: a tenant in capitals is the same one" 0 checked --expect-tenant "$(echo "$tenant" | tr a-f A-F)" "$PACK"
for wrong in "${tenant%?}" "${tenant}0" " $tenant" "$(echo "$tenant" | tr 0123456789 9876543210)" '*' '%s%n' "$(printf '%s\033[31m' "$tenant")"; do
    claim_exit "expected: tenant '$(printf %s "$wrong" | cat -v)' is another one" 1 checked --expect-tenant "$wrong" "$PACK"
    claim_says "expected: and that is said" "expected '"
done
case $said in *"$(printf '\033')"*) fail "expected: no escape goes to the terminal" "$said" ;; *) pass "expected: no escape goes to the terminal" ;; esac
for wrong in 2026-H 2026-H11 2025-H2 2026; do
    claim_exit "expected: period '$wrong' is another one" 1 checked --expect-period "$wrong" "$PACK"
done
claim_exit "expected: an empty tenant is wrong usage" 2 checked --expect-tenant '' "$PACK"
claim_exit "expected: an empty period is wrong usage" 2 checked --expect-period '' "$PACK"
claim_exit "expected: what is altered does not become right by its tenant" 6 bindery verify -q --expect-tenant "$tenant" "$PACK"
binder=$READY/out/2026-H1/binder.pdf
for words in "--expect-tenant $tenant" "--expect-period 2026-H1" "--reperform" "--previous $PACK"; do
    claim_exit "expected: ${words%% *} of a PDF is wrong usage, and not passed over" 2 checked $words "$binder"
    claim_says "expected: and says why" "needs a package"
done

# ---- the package before it ----
new_engagement e
cp "$SAMPLE"/inbox/2026-03/network-security-groups-prod-* e/inbox/
bindery -C e run -q >/dev/null 2>&1
cp "$SAMPLE"/inbox/policies/information-security-policy-3.2.md e/inbox/
bindery -C e run -q >/dev/null 2>&1
cp "$SAMPLE"/inbox/policies/business-continuity-plan-2.1.md e/inbox/
bindery -C e run -q >/dev/null 2>&1
for n in 1 2 3; do
    ln "$(ls e/out/2026-H1/*_v$n.zip)" v$n.zip
done
own() { bindery verify -q --trust e/identity/trial.crt.pem "$@"; }
claim_exit "previous: the second follows the first" 0 own --previous v1.zip v2.zip
claim_says "previous: and says so" "follows      ACME_SOC2_2026-01-01_2026-06-30_v1"
claim_exit "previous: the third follows the second" 0 own --previous v2.zip v3.zip
claim_exit "previous: the third does not follow the first" 1 own --previous v1.zip v3.zip
claim_says "previous: both are named" "the package before it is 'ACME_SOC2_2026-01-01_2026-06-30_v1' ("
claim_exit "previous: nor does the second follow itself" 1 own --previous v2.zip v2.zip
claim_exit "previous: the first follows none" 1 own --previous v2.zip v1.zip
claim_says "previous: which is said" "the package names none"
# Evidence taken out, the journal begun anew, and what was handed over before named as the one before it.
cp -R e anew
chmod -R u+w anew/locker
cp anew/locker/runs.ndjson runs
rm -rf anew/locker anew/inbox/network-security-groups-prod-*
bindery -C anew ingest -q >/dev/null 2>&1
cp runs anew/locker/runs.ndjson
bindery -C anew run -q >/dev/null 2>&1
anew=$(ls anew/out/2026-H1/*_v4.zip)
claim_exit "previous: a history written anew holds by itself" 0 own --reperform "$anew"
claim_exit "previous: and is found by the package before it" 1 own --previous v3.zip "$anew"
claim_says "previous: as what it is" "history was altered: the journal does not go on from that of the package before it"
claim_says "previous: with the first line that is another one" "'ACME_SOC2_2026-01-01_2026-06-30_v3': line 1 of that one"
case $said in *follows*) fail "previous: it is not said to follow" "$said" ;; *) pass "previous: it is not said to follow" ;; esac

claim_exit "previous: that of somebody else is nobody's" 6 own --previous "$PACK" v2.zip
claim_exit "previous: though trusted it is another one" 1 sh -c "cat e/identity/trial.crt.pem '$TRUST' >both.pem &&
    bindery verify -q --trust both.pem --previous '$PACK' v2.zip"
python3 - v1.zip bent.zip cut.zip <<'PY'
import sys
good, bent, cut = sys.argv[1:]
data = bytearray(open(good, "rb").read())
open(cut, "wb").write(data[:-1])
data[len(data) // 2] ^= 1
open(bent, "wb").write(data)
PY
claim_exit "previous: one with a flipped bit is not VERIFIED" 1 own --previous bent.zip v2.zip
claim_says "previous: and named" "bent.zip: the package before it is not VERIFIED"
claim_exit "previous: one that is cut off is MALFORMED" 3 own --previous cut.zip v2.zip
claim_exit "previous: a PDF is none" 3 own --previous "$binder" v2.zip
claim_exit "previous: an absent one is I/O" 4 own --previous none.zip v2.zip
claim_exit "previous: the old package's is not at hand, and another is not it" 6 \
    bindery verify -q --trust "$old.pem" --previous v1.zip "$old.zip"
