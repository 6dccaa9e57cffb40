# Large files are scanned while they are taken in; what is judged of them does not show it.
fresh_folder

python3 - <<'PY'
import json, os, random
random.seed(7)
N = "1b79904b-82b3-411a-87d1-c1913f900b8f"
P = "41e77a9f-656f-48da-89ae-97daafd4abd1"
os.makedirs("inbox/folder"); os.makedirs("inbox/listed")

def store(sub, i):
    return {"id": f"/subscriptions/{sub}/resourceGroups/rg{i % 9}/providers/Microsoft.Storage/storageAccounts/st{i:06d}",
            "name": f"st{i:06d}", "type": "Microsoft.Storage/storageAccounts", "location": "westeurope", "kind": "StorageV2",
            "properties": {"supportsHttpsTrafficOnly": i % 97 != 0, "minimumTlsVersion": "TLS1_2", "note": "x" * 300}}

def side(path, **more):
    json.dump({"format": "bindery-sidecar 1", "collected_at": "2026-03-15T06:00:00Z", "complete": True, "run": "2026-03-15",
               "exporter": "Ada Berg", **more}, open(path, "w"))

def put(path, value):
    json.dump(value, open(path, "w"))
    assert os.path.getsize(path) > 2 << 20, path

put("inbox/own.json", {"value": [store(P, i) for i in range(5003)]})
side("inbox/own.json.meta.json", command=f"az rest --method get --url 'https://management.azure.com/subscriptions/{P}"
     "/providers/Microsoft.Storage/storageAccounts?api-version=2023-01-01'", scope={"kind": "subscription", "ids": [P]})
put("inbox/twin.json", {"value": [store(P, i) for i in range(5003)]})
put("inbox/alone.json", [store(N, i) for i in range(6000)])
put("inbox/folder/a.json", {"value": [store(N, i) for i in range(5003)]})
put("inbox/folder/b.json", {"value": [store(N, i) for i in range(7000, 12003)]})
side("inbox/folder/b.json.meta.json", collected_at="2026-04-15T06:00:00Z", run="2026-04-15")
side("inbox/folder/_folder.meta.json", command="portal: Storage accounts, export")
users = [{"id": f"00000000-0000-4000-8000-{i:012d}", "displayName": "U" * 200, "userPrincipalName": f"u{i}@contoso.example",
          "accountEnabled": True} for i in range(9000)]
put("inbox/late.json", {"value": users, "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users"})
side("inbox/late.json.meta.json", command="GET https://graph.microsoft.com/v1.0/users")
text = open("inbox/alone.json").read()
open("inbox/torn.json", "w").write(text[: len(text) * 3 // 4])
side("inbox/torn.json.meta.json")
side("inbox/broken.json.meta.json"); open("inbox/broken.json.meta.json", "a").write("}")
put("inbox/broken.json", {"value": [store(P, i) for i in range(20000, 25003)]})
open("inbox/listed/policy.json", "w").write(text)
open("inbox/listed/register.csv", "w").write("file,title,document_type,approved_by,approved_on\n"
    "policy.json,Information security policy,information-security-policy,Ada Berg,2026-01-02\n")
open("inbox/noise.bin", "wb").write(random.randbytes(3 << 20))
open("inbox/rows.csv", "w").write("id,type,name\n" + "".join(
    f"/subscriptions/{N}/resourceGroups/rg/providers/Microsoft.Compute/disks/d{i},microsoft.compute/disks,{'d' * 200}\n"
    for i in range(9000)))
side("inbox/rows.csv.meta.json", command="portal: Disks, export")
PY
find inbox -exec touch -d 2026-03-15T07:00:00Z {} +

# engage FOLDER JOBS: the main job over the large files
engage() {
    bindery init "$1" --organisation Large --period 2026-H1=2026-01-01..2026-06-30 >/dev/null 2>&1
    rm -rf "$1/inbox" "$1/identity"
    cp -a inbox "$1/inbox"
    cp -a identity "$1/identity"
    SOURCE_DATE_EPOCH=1785304800 bindery -C "$1" run -q --as-of 2026-06-30 --jobs "$2" >"$1.out" 2>&1
}
bindery init seed --organisation Large >/dev/null 2>&1
cp -a seed/identity identity

claim "large: read by one worker, one after the other" engage one 1
for jobs in 2 8; do
    claim "large: read by $jobs workers, scanned on the way" engage "j$jobs" "$jobs"
    for name in assessment.json findings.ndjson; do
        claim "large: the same $name from $jobs workers" cmp "one/out/2026-H1/$name" "j$jobs/out/2026-H1/$name"
    done
done
claim "large: every file has its kind" python3 - <<'PY'
import json
a = json.load(open("j2/out/2026-H1/assessment.json"))
by = {e["path"]: e for e in a["evidence"]}

assert by["own.json"]["source"] == by["twin.json"]["source"], (by["own.json"], by["twin.json"])
assert by["own.json"]["completeness"] == "yes", by["own.json"]
assert by["listed/policy.json"].get("document"), by["listed/policy.json"]
assert by["torn.json"]["completeness"] != "yes", by["torn.json"]
assert json.dumps(by["late.json"]).find("users") >= 0, by["late.json"]
PY
# Taken in one after the other, by name, the same file twice among them.
bindery init pieces --organisation Large --period 2026-H1=2026-01-01..2026-06-30 >/dev/null 2>&1
bindery -C pieces ingest inbox/own.json inbox/own.json inbox/folder/a.json inbox/alone.json --jobs 4 -q >/dev/null 2>&1
cp -a pieces slow
for name in pieces slow; do
    SOURCE_DATE_EPOCH=1785304800 bindery -C $name assess -q --jobs "$([ $name = slow ] && echo 1 || echo 4)" >/dev/null 2>&1
done
claim "large: what is judged later is judged alike" cmp pieces/out/2026-H1/assessment.json slow/out/2026-H1/assessment.json
