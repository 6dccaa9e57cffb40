# The six checked controls are judged alike from REST pages, az output and Resource Graph answers.
fresh_folder
for form in rest az graph; do
    if ! python3 "$here/forms.py" "$root/samples/generate.py" $form $form >why 2>&1; then
        fail "forms: the $form form is written" "$(cat why)"
        continue
    fi
    find $form -exec touch -d 2026-07-05T06:00:00Z {} +
    claim_exit "forms: a run over the $form form" 0 bindery -C $form run -q
    claim "forms: nothing of the $form form is refused or unmapped" sh -c \
        "bindery -C $form status --json -q | python3 -c 'import json, sys; a = json.load(sys.stdin); bad = [e[\"path\"] for e in a[\"evidence\"] if e[\"unmapped\"] or e[\"malformed\"] or e[\"rows_refused\"]]; sys.exit(str(bad) if bad else 0)'"
done
set --
for form in rest az graph; do
    set -- "$@" "$form=$form/out/2026-H1/assessment.json,$form/out/2026-H1/findings.ndjson"
done
if said=$(python3 "$here/forms.py" --compare "$@" 2>&1); then
    pass "forms: same judgement in every form"
    echo "cli: $said"
else
    fail "forms: same judgement in every form" "$said"
fi

# And it is the judgement of the sample, which mixes the forms, but for the plans that April lacks there on purpose.
said=$(python3 "$here/forms.py" --compare "rest=rest/out/2026-H1/assessment.json,rest/out/2026-H1/findings.ndjson" \
    "sample=$READY/out/2026-H1/assessment.json,$READY/out/2026-H1/findings.ndjson" 2>&1)
other=$(printf '%s\n' "$said" | grep -v -e '4\.2' -e 'defender-plans' -e 'judgements in')
claim "forms: the sample's mixture is judged like each form" test -z "$other"
[ -z "$other" ] || printf '%s\n' "$other" | head -n 20
