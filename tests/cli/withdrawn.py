"""withdrawn.py BINDERY FOLDER EVERY - withdraws every EVERY-th item of a judged engagement, each in a copy of it, and says
what got better by it: nothing may."""
import json
import os
import shutil
import subprocess
import sys

program, base, every = sys.argv[1], sys.argv[2], int(sys.argv[3])
STATES = {"n/a": -2, "not yet due": -1, "[ ]": 0, "[~]": 1, "[x]": 2}
CRITERIA = {"uncovered": 0, "at risk": 1, "partial": 2, "complete": 3}


def assess(folder):
    subprocess.run([program, "-C", folder, "assess", "-q"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(f"{folder}/out/2026-H1/assessment.json", encoding="utf-8") as file:
        return json.load(file)


def is_state_better(was, now):
    return was != now and (STATES[now] > STATES[was] or STATES[now] < 0)


def better(was, now):
    for name in ("ready", "cover", "fresh"):
        a, b = was["score"][name], now["score"][name]
        if b["n"] > a["n"] or b["of"] != a["of"]:
            yield f"{name} {a} {b}"
    controls = {one["id"]: one for one in was["controls"]}
    for one in now["controls"]:
        before = controls[one["id"]]
        if is_state_better(before["state"], one["state"]):
            yield f"{one['id']} {before['state']} {one['state']}"
        for a, b in zip(before["requirements"], one["requirements"]):
            for x, y in zip(a["instances"], b["instances"]):
                if (y["accepted"] and not x["accepted"]) or (x["outcome"] == "deviation" != y["outcome"]):
                    yield f"{one['id']}{b['req']} {y['instance']} {x['outcome']} {y['outcome']}"
    criteria = {one["id"]: one["state"] for one in was["criteria"]}
    for one in now["criteria"]:
        if CRITERIA.get(one["state"], 9) > CRITERIA.get(criteria[one["id"]], 9):
            yield f"{one['id']} {criteria[one['id']]} {one['state']}"
    for one in was["exceptions"]:  # one stretch may have grown over two: it holds them still
        same = [other for other in now["exceptions"]
                if all(other[key] == one[key] for key in ("check", "type", "key", "property"))
                and other["first_seen_failing"] <= one["first_seen_failing"]
                and other["last_seen_failing"] >= one["last_seen_failing"]]
        if not same or (one["state"] == "open" and all(other["state"] != "open" for other in same)):
            yield f"{one['id']} is gone"


was = assess(base)
items = [one for one in was["evidence"] if one["kind"] not in ("sidecar", "register")][::every]
faults = 0
moved = 0
for item in items:
    copy = base + "-copy"
    shutil.copytree(base, copy)
    subprocess.run([program, "-C", copy, "withdraw", item["id"], "-q", "--by", "Dominik Ahrens", "--reason", "wrong export"],
                   check=True, stdout=subprocess.DEVNULL)
    now = assess(copy)
    shutil.rmtree(copy)
    moved += now["score"] != was["score"]
    for line in better(was, now):
        faults += 1
        print(f"{item['id']} {item['path']}: {line}")
if not items or not moved:
    sys.exit("withdrawing changed no score at all: nothing was tried")
sys.exit(1 if faults else 0)
