"""people.py write INBOX | check ASSESSMENT [anybody]: documents that differ in who signed for them and when."""
import hashlib
import json
import sys
import unicodedata

PREPARED = {"name": "Jürgen Müller", "role": "CISO", "at": "2026-06-13T08:00:00Z"}
REVIEWED = {"name": "Ada Berg", "role": "Audit", "at": "2026-06-14T08:00:00Z", "checked": "all"}
MAIL = {"name": "ada@x.example"}
UNLISTED = "is not among the people of bindery.json"

# name: (preparer, reviewers, document, reason with people, reason without); "" is signed off
CASES = {
    "plain": ({}, [{}], {}, "", ""),
    "sign-in-name": ({}, [MAIL], {}, "", ""),
    "decomposed": ({}, [{"name": unicodedata.normalize("NFD", "jürgen müller")}], {}, "the same person", "the same person"),
    "full-width": ({}, [{"name": "Ｊürgen Müller"}], {}, "the same person", "the same person"),
    "strange-reviewer": ({}, [{"name": "Eve Black"}], {},
                         "the reviewer 'Eve Black' in 'strange-reviewer.txt.meta.json' " + UNLISTED, ""),
    "strange-preparer": ({"name": "Eve Black"}, [{}], {},
                         "the preparer 'Eve Black' in 'strange-preparer.txt.meta.json' " + UNLISTED, ""),
    "strange-and-known": ({}, [{"name": "Eve Black"}, {}], {}, "", ""),
    "unknown": ({"name": "unknown"}, [{}], {}, "the preparer 'unknown' in 'unknown.txt.meta.json' is nobody's name",
                "the preparer 'unknown' in 'unknown.txt.meta.json' is nobody's name"),
    "not-applicable": ({}, [{"name": "N/A"}], {}, "the reviewer 'N/A'", "the reviewer 'N/A'"),
    "review-to-come": ({}, [{"at": "2026-06-16T09:00:01Z"}], {}, "is dated 2026-06-16T09:00:01Z, after that file was taken in",
                       "is dated 2026-06-16T09:00:01Z"),
    "review-just-now": ({}, [{"at": "2026-06-16T09:00:00Z"}], {}, "", ""),
    "prepared-to-come": ({"at": "2026-06-28T09:00:00Z"}, [{"at": None}], {}, "the preparer 'Jürgen Müller'", "is dated 2026-06-28"),
    "approved-to-come": ({}, [{}], {"approved_on": "2026-06-18"}, "was approved on 2026-06-18, after that file was taken in",
                         "was approved on 2026-06-18"),
    "approved-today": ({"at": "2026-06-16T07:00:00Z"}, [{"at": "2026-06-16T08:00:00Z"}], {"approved_on": "2026-06-16"}, "", ""),
    "reviewed-before-approval": ({"at": None}, [{}], {"approved_on": "2026-06-16"}, "before the day of the document itself (2026-06-16)",
                                 "before the day of the document itself"),
    "prepared-before-approval": ({}, [{"at": "2026-06-16T08:00:00Z"}], {"approved_on": "2026-06-16"}, "the preparation by",
                                 "the preparation by"),
    "without-time": ({}, [{"at": None}], {}, "does not say when it was made", "does not say when it was made"),
    "without-role": ({}, [{"role": None}], {}, "does not say the reviewer's role", "does not say the reviewer's role"),
    "without-work": ({}, [{"checked": None}], {}, "does not say what was checked", "does not say what was checked"),
    "held-to-come": ({}, [{}], {"carried_out_on": "2026-06-29"}, "was carried out on 2026-06-29", "was carried out on 2026-06-29"),
    "in-force-to-come": ({}, [{}], {"in_force_from": "2027-01-01"}, "", ""),
}


def write(inbox):
    for name, (preparer, reviewers, document, _, _) in CASES.items():
        text = f"policy {name}\n".encode()
        digest = hashlib.sha256(text).hexdigest()
        sidecar = {
            "format": "bindery-sidecar 1",
            "prepared_by": {**PREPARED, **preparer},
            "reviews": [{**REVIEWED, **one, "sha256": digest} for one in reviewers],
            "document": {"type": "information-security-policy", "approved_by": "C", "approver_is_management": True,
                         "approved_on": "2025-12-01", "in_force_from": "2025-12-01", **document},
        }
        with open(f"{inbox}/{name}.txt", "wb") as file:
            file.write(text)
        with open(f"{inbox}/{name}.txt.meta.json", "w", encoding="utf-8") as file:
            json.dump(sidecar, file)
    subscription = "41e77a9f-656f-48da-89ae-97daafd4abd1"
    account = {"id": f"/subscriptions/{subscription}/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a", "name": "a",
               "type": "Microsoft.Storage/storageAccounts", "properties": {"supportsHttpsTrafficOnly": True}}
    for name, at in (("late-export", "2026-06-16T09:00:01Z"), ("export", "2026-06-15T09:00:00Z")):
        with open(f"{inbox}/{name}.json", "w", encoding="utf-8") as file:
            json.dump({"value": [account]}, file)
        with open(f"{inbox}/{name}.json.meta.json", "w", encoding="utf-8") as file:
            json.dump({"format": "bindery-sidecar 1", "collected_at": at}, file)


def check(path, column):
    whole = json.load(open(path, encoding="utf-8"))
    items = {one["path"]: one for one in whole["evidence"]}
    for name, case in CASES.items():
        item = items[name + ".txt"]
        reason = item.get("signoff_reason", "")
        assert item.get("signed_off", False) == (case[column] == ""), (name, item)
        assert case[column] in reason, (name, reason)
        said = item.get("preparer") or item.get("prepared_by")
        assert said["name"] == {**PREPARED, **case[0]}["name"], (name, "is printed as it was stated")
    verdicts = {}
    for control in whole["controls"]:
        for one in control.get("checks", []):
            if one["id"] == "storage-secure-transfer":
                verdicts[one["snapshot"]] = one["verdict"]
    assert verdicts == {"2026-06-15": "pass", "2026-06-16": "cannot-tell"}, verdicts


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    check(sys.argv[2], 4 if sys.argv[3:] else 3)
