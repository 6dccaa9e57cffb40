# Microsoft's own initiatives, unmodified.  BINDERY_AZURE_POLICY names the folder `built-in-policies` of the public
# collection (github.com/Azure/azure-policy); it is not part of this tree.
fresh_folder
new_engagement acme
python3 "$here/policyfacts.py" facts
bindery -C acme ingest -q --collected-at 2026-05-10T06:00:00Z facts/may.json >/dev/null
bindery -C acme ingest -q --collected-at 2026-06-10T06:00:00Z facts/june.json facts/databases.json >/dev/null
# line: policy, pass, fail, not applicable, cannot tell
while IFS='|' read -r name pass fail idle open claim; do
    # what is asked for is printed as one line: the four counts
    as_of=2026-06-30
    [ "$name" = https-in-may ] && as_of=2026-05-31
    said=$(bindery -C acme policy eval "facts/${name%-in-may}.json" -q --json --as-of $as_of |
        python3 -c 'import json, sys
t = json.load(sys.stdin)["policies"][0]["types"]
print("|".join(str(sum(x[k] for x in t)) for k in ("pass", "fail", "not_applicable", "cannot_tell")))')
    claim "policy: $claim" test "$said" = "$pass|$fail|$idle|$open"
done <<'LIST'
https|1|1|0|0|the newest snapshot counts, and what is gone from it is gone
https-in-may|0|2|0|0|an older as-of sees the older snapshot
location|1|1|0|0|resourceGroup() reads the record of the group
audited|1|1|0|0|a setting that a whole answer does not show is missing
threats|0|0|0|2|a setting of which the evidence shows nothing is not known
named|1|1|0|0|a setting that is there by name decides
LIST

if [ ! -d "${BINDERY_AZURE_POLICY:-}/policyDefinitions" ]; then
    echo "cli: policy: the built-in policies are not run, for BINDERY_AZURE_POLICY does not name them"
    return 0 2>/dev/null || exit 0
fi
fresh_folder
definitions=$BINDERY_AZURE_POLICY/policyDefinitions
sets="$BINDERY_AZURE_POLICY/policySetDefinitions/Regulatory Compliance"
# initiative, automatic policies, of them at least so many without an unsupported construct
while IFS='|' read -r file automatic least; do
    claim_exit "policy: $file runs" 0 sh -c \
        'bindery -C "$READY" policy eval "$1" "$2" --json -q >set.json 2>why' - "$sets/$file" "$definitions"
    claim "policy: of the $automatic automatic policies of $file at least $least run, and the rest names its construct" \
        python3 "$here/policies.py" set.json "$automatic" "$least"
done <<'LIST'
SOC_2.json|114|98
SOC_2023.json|218|211
LIST

# All of them: nothing crashes, and what is not understood is named.
claim_exit "policy: every built-in definition is read" 3 sh -c \
    'bindery -C "$READY" policy eval "$1" --json -q >all.json 2>why' - "$definitions"
claim "policy: of all automatic definitions 19 in 20 run" python3 "$here/policies.py" all.json any 2750
