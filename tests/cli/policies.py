"""policies.py RESULT AUTOMATIC LEAST: do at least LEAST of AUTOMATIC policies run, and does each other name why?"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    result = json.load(file)
automatic = [p for p in result["policies"] if p["state"] not in ("manual", "disabled")]
runs = [p for p in automatic if p["state"] == "runs"]
silent = [p["id"] for p in automatic if p["state"] != "runs" and "cannot use" not in p.get("problem", "")]
counted = {key: sum(1 for p in result["policies"] if p["state"] == key) for key in ("runs", "manual", "unsupported")}
if sys.argv[2] != "any" and len(automatic) + result["disabled"] != int(sys.argv[2]):
    sys.exit("%d are automatic" % len(automatic))
if len(runs) < int(sys.argv[3]):
    sys.exit("%d run: %s" % (len(runs), [p["problem"] for p in automatic if p["state"] != "runs"][:5]))
if silent or any(result[key] != n for key, n in counted.items()):
    sys.exit("said nothing of %s, or miscounted %s" % (silent, counted))
