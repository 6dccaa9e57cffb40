# A page whose first page is missing is not the whole answer, and no control is clean because of it.
fresh_folder
copy_sample s
run_sample() { SOURCE_DATE_EPOCH=1785000000 bindery -C s run -q >/dev/null 2>&1; }
shown() { python3 "$here/pages.py" s/out/2026-H1/assessment.json "$@"; }
log=2026-04/activity-log/prod-page

run_sample
claim "pages: a chain of two pages is complete" test "$(shown "${log}2.json")" = "yes, 6.6.3b clean"
rm -r s/locker s/out

# Only the folder describes it; a later page says nowhere what it is, except by its name.
cp -R s/inbox kept
rm "s/inbox/${log}1.json" "s/inbox/${log}1.json.meta.json" "s/inbox/${log}2.json.meta.json"
run_sample
claim "pages: a page that its name counts as the second is not shown alone" \
    test "$(shown "${log}2.json")" = "not shown, 6.6.3b cannot-tell"
rm -r s/locker s/out

# The first page is there, the link to the second leads to none, and a third, by another name, says nothing.
cp "kept/${log}1.json" "kept/${log}1.json.meta.json" s/inbox/2026-04/activity-log/
mv "s/inbox/${log}2.json" s/inbox/2026-04/activity-log/rest.json
run_sample
claim "pages: what may be the rest of an unfinished answer is not shown" \
    test "$(shown 2026-04/activity-log/rest.json)" = "not shown, 6.6.3b cannot-tell"
rm -r s/locker s/out

# By az rest, the URL in the command.
rm -r s/inbox
cp -R kept s/inbox
users=2026-01/entra/users-page
rm "s/inbox/${users}1.json" "s/inbox/${users}1.json.meta.json"
python3 "$here/pages.py" by-az "s/inbox/${users}2.json.meta.json"
run_sample
claim "pages: a page fetched by a token in the command begins nothing" \
    test "$(shown "${users}2.json")" = "no, 6.6.3b clean"
rm -r s/locker s/out

# A whole answer that the folder describes stays whole.
rm -r s/inbox
cp -R kept s/inbox
rm s/inbox/2026-04/activity-log/nonprod.json.meta.json
run_sample
claim "pages: one answer without a next link, described by its folder, is complete" \
    test "$(shown 2026-04/activity-log/nonprod.json)" = "yes, 6.6.3b clean"
