# Microsoft's own initiatives, unmodified.  BINDERY_AZURE_POLICY names the folder `built-in-policies` of the public
# collection (github.com/Azure/azure-policy); it is not part of this tree.
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
