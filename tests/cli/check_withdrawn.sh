# What is withdrawn stays withdrawn, under whatever name it comes again; words are UTF-8 or refused.
fresh_folder
copy_sample s
bindery -C s run -q >/dev/null 2>&1
list() { python3 -c 'import json; print([e[2] for e in sorted((e["path"], e["id"], e) for e in json.load(open("s/out/2026-H1/assessment.json"))["evidence"]) if e[0] == "2026-04/storage-accounts-resource-graph.json"][0]["id"])'; }
item=$(list)
score() { bindery -C s run -q 2>/dev/null | grep '^READY' | sed 's/ *FRESH.*//'; }
before=$(score)
claim_exit "withdrawn: an export is withdrawn" 0 bindery -C s withdraw "$item" -q --by 'Dominik Ahrens' --reason ' wrong tenant '
after=$(score)
claim "withdrawn: the score falls" test "$before" != "$after"
cp s/inbox/2026-04/storage-accounts-resource-graph.json s/inbox/copy.json
cp s/inbox/2026-04/storage-accounts-resource-graph.json.meta.json s/inbox/copy.json.meta.json
claim "withdrawn: a copy under another name does not bring it back" test "$(score)" = "$after"
touch s/inbox/2026-04/storage-accounts-resource-graph.json
claim "withdrawn: nor does another time of the file" test "$(score)" = "$after"
claim "withdrawn: the copy is said to be one" grep -q "wrong tenant (the same bytes as $item)" s/out/2026-H1/assessment.json
pack=$(ls -t s/out/2026-H1/*.zip | head -n 1)
claim_exit "withdrawn: the package is judged again" 0 bindery verify -q --trust s/identity/trial.crt.pem --reperform "$pack"
claim_exit "withdrawn: a reason that is not UTF-8 is refused" 2 \
    bindery -C s na 4.5 -q --by 'Dominik Ahrens' --role CISO --reviewer 'Jens Müller' --reason "$(printf 'bad\377')"
claim_says "withdrawn: and named" "the value of '--reason' is not UTF-8"
