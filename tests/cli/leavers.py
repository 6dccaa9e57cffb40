"""leavers.py ASSESSMENT | INBOX OLD NEW: what March shows of 6.3.1; the leavers list changed and signed anew."""
import hashlib
import json
import sys

if len(sys.argv) == 2:
    with open(sys.argv[1], encoding="utf-8") as file:
        controls = json.load(file)["controls"]
    requirements = next(c["requirements"] for c in controls if c["id"] == "6.3.1")
    print(", ".join(f"{r['req']} {i['outcome']}" for r in requirements for i in r["instances"] if i["instance"] == "2026-03"))
else:
    path = sys.argv[1] + "/hr/leavers-2026-H1.csv"
    with open(path, "rb") as file:
        content = file.read().replace(sys.argv[2].encode(), sys.argv[3].encode())
    with open(path, "wb") as file:
        file.write(content)
    with open(path + ".meta.json", encoding="utf-8") as file:
        sidecar = json.load(file)
    sidecar["reviews"][0]["sha256"] = hashlib.sha256(content).hexdigest()
    with open(path + ".meta.json", "w", encoding="utf-8") as file:
        json.dump(sidecar, file)
