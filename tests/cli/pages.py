"""pages.py ASSESSMENT PATH | by-az SIDECAR: how complete a file is and what April shows of 6.6.3b; a request as a command."""
import json
import sys

with open(sys.argv[2] if sys.argv[1] == "by-az" else sys.argv[1], encoding="utf-8") as file:
    content = json.load(file)

if sys.argv[1] == "by-az":
    content["command"] = 'az rest --url "' + content.pop("request")[4:] + '"'
    content.pop("rows", None)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(content, file)
else:
    complete = next(e["completeness"] for e in content["evidence"] if e["path"] == sys.argv[2])
    outcome = next(i["outcome"] for c in content["controls"] if c["id"] == "6.6.3" for r in c["requirements"] if r["req"] == "b"
                   for i in r["instances"] if i["instance"] == "2026-04")
    print(f"{complete}, 6.6.3b {outcome}")
