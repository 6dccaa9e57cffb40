# Hostile files in the inbox: one sentence each, and the rest of the run goes on.
fresh_folder
new_engagement e
python3 "$here/hostile.py" e/inbox >list || fail "input: the test's own files are written"
claim_exit "input: a run over hostile files ends 0" 0 timeout 120 bindery -C e run
printf '%s\n' "$said" >words
while IFS="$(printf '\t')" read -r name words; do
    line=$(grep -F "refused: '$name'" words)
    case $line in
    *"$words"*) pass "input: $name is refused in its own words" ;;
    *) fail "input: $name is refused in its own words" "expected '$words', found: $line" ;;
    esac
    if [ "$(grep -cF "refused: '$name'" words)" -gt 2 ]; then
        fail "input: $name is refused once" "$line"
    fi
done <list
claim "input: nothing that a terminal obeys is printed" sh -c '! LC_ALL=C grep -q "$(printf "[\001-\010\013-\037\177]")" words'
claim "input: what is kept and read by nothing is said" grep -q "note: 'picture.json': kept and listed as unmapped" words
claim "input: a sidecar of nothing is said" \
    grep -q "warning: 'orphan.json.meta.json': describes 'orphan.json', which is not in the locker" words
claim "input: what a name hides is read" sh -c 'python3 - e/out/2026-H1/assessment.json <<PY
import json, sys
items = {i["path"]: i for i in json.load(open(sys.argv[1]))["evidence"]}
for path in ("records.pdf", "bom.json", "described.json"):
    assert items[path].get("source") == "S17", (path, items[path])
for path in ("picture.json", "packed.csv", "login.json"):
    assert items[path]["unmapped"], path
assert items["truncated.json"]["malformed"] and items["truncated.json"]["completeness"] == "no"
PY'
claim_exit "input: the package over them verifies" 0 bindery verify --trust e/identity/trial.crt.pem e/out/2026-H1/*.zip
claim "input: unzip takes the package" unzip -tqq e/out/2026-H1/*.zip
claim_exit "input: --strict ends 3" 3 bindery -C e run -q --strict
claim "input: and its outputs are there" test -f e/out/2026-H1/binder.pdf
claim "input: nothing is left behind" no_leftovers e
claim "input: the inbox is as it was" sh -c 'test -p e/inbox/pipe.json && test -L e/inbox/link.json'

# Named on the command line, a refused file is an answer.
claim_exit "input: a missing file that was named ends 3" 3 bindery -C e ingest nowhere.json -q
claim_says "input: and is named" "refused: 'nowhere.json': there is no such file or folder"
mkfifo pipe
claim_exit "input: a pipe is not waited for" 3 timeout 10 bindery -C e ingest pipe -q
claim_exit "input: a device is not read" 3 timeout 10 bindery -C e ingest /dev/zero -q

# A file over the limit is refused before it is read; it has no blocks, so nothing is written either.
truncate -s 1T big.json
timeout 60 bindery -C e ingest big.json -q >out 2>&1
claim "input: an oversized file is refused and said" grep -q "refused: 'big.json': it has .* bytes, one file may have at most 68719476736; split the export" out
rm -f big.json

# A file that changes while it is read.  On a busy machine its writer may sleep while it is read: then once more.
new_engagement c
python3 - c/inbox/growing.json <<'PY' &
import os, sys, time
with open(sys.argv[1], "wb", buffering=0) as file:
    end = time.time() + 30
    file.write(b"[" + b" " * 20000000)
    while time.time() < end and not os.path.exists("stop"):
        file.write(b" " * 1000)
        time.sleep(0.0005)
PY
writer=$!
sleep 1
for try in 1 2 3 4 5; do
    said=$(bindery -C c ingest -q 2>&1)
    case $said in *"changed while it was read"*) break ;; esac
done
touch stop
wait $writer
claim_says "input: a file that changes while it is read is refused" "changed while it was read"
claim "input: and nothing of it is in the locker" test -z "$(find c/locker/objects -name '*.gz' -size +20k)"
said=$(bindery -C c ingest -q 2>&1)
claim_says "input: the next run takes it" "1 new"

# An inbox that is not there, or is no folder.
new_engagement n
rm -r n/inbox
claim_exit "input: a run without an inbox goes on" 0 bindery -C n run -q
claim_says "input: and says so" "there is no such folder, so nothing was put into the locker"
touch n/inbox
claim_exit "input: an inbox that is a file is refused" 3 bindery -C n run -q
claim_says "input: with the way out" "'n/inbox' is not a folder; make it one and put exports there"

# Sign-offs.
copy_ready r
claim_exit "input: an item that is not there cannot be signed off" 3 \
    bindery -C r review E-9999 --by 'Ada Berg' --role Audit --checked rows -q
claim_says "input: and is named" "there is no evidence item 'E-9999'"
claim_exit "input: a sidecar cannot be signed off" 3 \
    bindery -C r review E-0004 --by 'Ada Berg' --role Audit --checked rows -q
claim_says "input: and what it describes is named" \
    "E-0004 ('2026-01/activity-log/nonprod.json.meta.json') is a sidecar; review the item that it describes, E-0003 ('2026-01/activity-log/nonprod.json')"
claim_exit "input: nor one of a folder" 3 \
    bindery -C r review E-0001 --by 'Ada Berg' --role Audit --checked rows -q
claim_says "input: which describes the files beside it" "describes other files; review the items that it describes"
claim_exit "input: a preparer signs" 0 bindery -C r review E-0003 --as preparer --by 'Ola Lind' --role HR --checked made -q
claim_exit "input: nobody reviews what they prepared" 3 \
    bindery -C r review E-0003 --by ' ola LIND ' --role Audit --checked rows -q
claim_says "input: and hears why" "cannot be both preparer and reviewer of E-0003; another person has to sign"
claim_exit "input: a dot is nobody" 2 \
    bindery -C r review E-0003 --by . --role Audit --checked rows -q
claim_says "input: and that is said" "names nobody"
claim_exit "input: more blanks make no other person" 3 \
    bindery -C r review E-0003 --by 'Ola  Lind' --role Audit --checked rows -q
claim_exit "input: a person prepares" 0 \
    bindery -C r review E-0005 --as preparer --by 'Mareike Lindqvist' --role HR --checked made -q
claim_exit "input: and is no other person under a sign-in name" 3 \
    bindery -C r review E-0005 --by mareike.lindqvist@contoso.example --role HR --checked rows -q
claim_exit "input: one bad item keeps all from being signed" 3 \
    bindery -C r review E-0007 E-9999 --by 'Ada Berg' --role Audit --checked rows -q
claim "input: and none is" sh -c '! grep -q "\"evidence\":\"E-0007\",.*reviewed" r/locker/journal.ndjson'

# Every page of a chain stands behind the verdict that it took part in.
claim "input: a later page is listed with its instance" python3 - "$READY/out/2026-H1/assessment.json" <<'PY'
import json, sys
whole = json.load(open(sys.argv[1], encoding="utf-8"))
ids = {item["id"] for item in whole["evidence"] if "2026-01/storage-accounts-prod-page" in item["path"]
       and not item["path"].endswith(".meta.json")}
control = next(c for c in whole["controls"] if c["id"] == "6.7.2")
january = next(i for q in control["requirements"] for i in q["instances"] if i["instance"] == "2026-01")
sys.exit(len(ids) != 2 or not ids <= set(january["evidence"]))
PY
