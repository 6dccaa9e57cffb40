# Who may sign, and when: statements of sidecars against the people of bindery.json and the time they were taken in.
fresh_folder
new_engagement e
edit_config e "d['people'] = [{'name': 'Jürgen Müller', 'role': 'CISO', 'upn': 'jm@x.example'}, {'name': 'Ada Berg', 'role': 'Audit', 'upn': 'ada@x.example'}]"
python3 "$here/people.py" write e/inbox
claim_exit "people: a run over all sign-offs ends 0" 0 \
    env SOURCE_DATE_EPOCH=1781600400 bindery -C e run --as-of 2026-06-30 # 2026-06-16T09:00:00Z
claim_says "people: a time of collection still to come is said" \
    "warning: 'late-export.json': its time of collection, 2026-06-16T09:00:01Z, lies after it was taken in (2026-06-16T09:00:00Z)"
claim "people: each sign-off counts or says why not" python3 "$here/people.py" check e/out/2026-H1/assessment.json
claim_exit "people: the package over them is verified" 0 \
    bindery verify --trust e/identity/trial.crt.pem e/out/2026-H1/*.zip

claim_exit "people: a stranger's review is kept" 0 bindery -C e review E-0001 --by 'Eve Black' --role Audit --checked rows
claim_says "people: and said to be no sign-off" "warning: 'bindery.json', /people: 'Eve Black' is not among the people"
claim_exit "people: no word for nobody reviews" 2 bindery -C e review E-0001 --by 'N/A' --role Audit --checked rows
claim_says "people: and that is said" "names nobody"

# Without people anybody with a name may sign.
new_engagement f
python3 "$here/people.py" write f/inbox
SOURCE_DATE_EPOCH=1781600400 bindery -C f run -q --as-of 2026-06-30 >/dev/null 2>&1
claim "people: without people any name signs, and no placeholder" \
    python3 "$here/people.py" check f/out/2026-H1/assessment.json anybody
