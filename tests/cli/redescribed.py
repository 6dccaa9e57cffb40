"""redescribed.py CHANGE INBOX | outcome ASSESSMENT: three failing exports, and what is said of them afterwards."""
import json
import os
import sys

SUB = "41e77a9f-656f-48da-89ae-97daafd4abd1"
OTHER = "1b79904b-82b3-411a-87d1-c1913f900b8f"


def account(name):
    return {"id": f"/subscriptions/{SUB}/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/{name}", "name": name,
            "type": "Microsoft.Storage/storageAccounts", "properties": {"supportsHttpsTrafficOnly": False}}


def put(path, value):
    with open(path, "w", encoding="utf-8") as file:
        file.write(value if isinstance(value, str) else json.dumps(value))


def sidecar(at, **more):
    own = {"format": "bindery-sidecar 1", "source": "S17", "scope": {"kind": "subscription", "ids": [SUB]}, **more}
    return {**own, "collected_at": at} if at else own


AT = "2026-02-10T06:00:00Z"
DOCUMENT = {"type": "information-security-policy", "approved_by": "Ada Berg", "approved_on": "2025-01-02", "in_force_from": "2025-01-02"}
OWN = {
    "time": sidecar("2025-02-10T06:00:00Z"),
    "range": sidecar(AT, describes_from="2025-02-01T00:00:00Z", describes_to="2025-02-02T00:00:00Z"),
    "source": {**sidecar(AT), "source": "S20"},
    "scope": {**sidecar(AT), "scope": {"kind": "subscription", "ids": [OTHER]}},
    "document": sidecar(AT, document=DOCUMENT),
    "broken": "{",
    "sign": sidecar(AT, prepared_by={"name": "Ada Berg", "role": "Audit", "at": "2026-02-11T08:00:00Z"}),
}


def write(change, inbox):
    if change == "first":
        os.makedirs(f"{inbox}/folder", exist_ok=True)
        for path, name in (("own.json", "own"), ("open.json", "open"), ("folder/f.json", "folder")):
            put(f"{inbox}/{path}", [account(name)])
        put(f"{inbox}/own.json.meta.json", sidecar(AT))
        put(f"{inbox}/open.json.meta.json", sidecar("2026-04-10T06:00:00Z"))
        put(f"{inbox}/folder/_folder.meta.json", sidecar("2026-03-10T06:00:00Z"))
    elif change == "folder":
        put(f"{inbox}/folder/_folder.meta.json", sidecar("2025-03-10T06:00:00Z"))
        put(f"{inbox}/own.json.meta.json", sidecar(AT))
    else:
        put(f"{inbox}/folder/_folder.meta.json", sidecar("2026-03-10T06:00:00Z"))
        put(f"{inbox}/own.json.meta.json", OWN[change])


def outcome(path):
    with open(path, encoding="utf-8") as file:
        exceptions = json.load(file)["exceptions"]
    shown = {f"{e['resource'].rsplit('/', 1)[-1]} {str(e['first_seen_failing'])[:10]}" for e in exceptions
             if e["check"] == "storage-secure-transfer"}
    print(", ".join(sorted(shown)))


if sys.argv[1] == "outcome":
    outcome(sys.argv[2])
else:
    write(sys.argv[1], sys.argv[2])
