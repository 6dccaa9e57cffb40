# Every number printed in the binder stands in assessment.json, by the text of the pages.
fresh_folder
if said=$(python3 "$here/figures.py" "$PACK" 2>&1); then
    pass "figures: every figure of the binder is the assessment's"
    echo "cli: $said"
else
    fail "figures: every figure of the binder is the assessment's" "$said"
fi

# The heat grid as data, counted again from the instances.
claim "figures: months.csv counts due and accepted instances as assessment.json has them" /usr/bin/python3 - "$PACK" <<'PY'
import collections
import csv
import io
import json
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as pack:
    root = pack.namelist()[0].split("/")[0]
    assessment = json.loads(pack.read(root + "/80_MACHINE/assessment.json"))
    rows = list(csv.DictReader(io.StringIO(pack.read(root + "/50_SCORES/months.csv").decode())))
controls = {one["id"]: one for one in assessment["controls"]}
rank = ["not-due", "no-occurrence", "clean", "covered-by-change-log", "missing", "cannot-tell", "deviation"]
due, accepted, worst = collections.Counter(), collections.Counter(), {}
for criterion in assessment["criteria"]:
    for control in (controls[number] for number in criterion["controls"] if criterion["in_scope"]):
        if not control["in_scope"] or control["state"] in ("n/a", "not-yet-due"):
            continue
        for requirement in control["requirements"]:
            by_month = requirement["frequency"] in ("continuous", "monthly", "per-event")
            for one in requirement["instances"]:
                if one["outcome"] == "not-due":
                    continue
                cell = criterion["id"], one["instance"] if by_month else "longer"
                due[cell] += 1
                accepted[cell] += one["accepted"]
                worst[cell] = max(worst.get(cell, "not-due"), one["outcome"], key=rank.index)
wrong = [row for row in rows if (int(row["due"]), int(row["accepted"])) != (due[row["criterion"], row["month"]], accepted[row["criterion"], row["month"]])
         or (int(row["due"]) and row["worst"] != worst[row["criterion"], row["month"]])]
sys.exit("%d rows, wrong: %s" % (len(rows), wrong[:3]) if wrong or len(rows) < 200 or sum(int(row["due"]) for row in rows) != sum(due.values()) else 0)
PY

# What is stated as a day is that day wherever it is printed; the sample's days are of Berlin, so that each begins on the day
# before in UTC.
claim "figures: a paper is filed and listed under the day that it states" /usr/bin/python3 - "$PACK" <<'PY'
import json
import re
import subprocess
import sys
import tempfile
import zipfile

with zipfile.ZipFile(sys.argv[1]) as pack:
    root = pack.namelist()[0].split("/")[0]
    assessment = json.loads(pack.read(root + "/80_MACHINE/assessment.json"))
    page = pack.read(root + "/00_START-HERE/index.html").decode()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as pdf:
        pdf.write(pack.read(root + "/00_START-HERE/binder.pdf"))
        pdf.flush()
        text = subprocess.run(["pdftotext", "-layout", pdf.name, "-"], check=True, capture_output=True).stdout.decode()
    names = pack.namelist()
papers = {one["id"]: one["document"]["approved_on"] for one in assessment["evidence"] if "approved_on" in one.get("document", {})}
wrong = []
for number, day in papers.items():
    rows = re.findall(r"(?m)^ *%s  .* doc +(\S+)" % number, text)
    if not rows or set(rows) != {day}:
        wrong.append("%s of %s is listed as %s" % (number, day, rows))
    if not any("/%s_%s_" % (number, day[:7]) in name for name in names):
        wrong.append("%s of %s is not filed so" % (number, day))
    if page.count(">%s</time>" % day) < 1:
        wrong.append("index.html does not have %s" % day)
control = next(one for one in assessment["controls"] if one["id"] == "1.1")
if not re.search(r"(?m)^ *1\.1 .* 1/1 +%s " % max(papers[one] for one in control["requirements"][0]["evidence"]), text):
    wrong.append("the control matrix has another newest day of 1.1")
sys.exit("%d papers: %s" % (len(papers), "; ".join(wrong)) if wrong or len(papers) < 3 else 0)
PY
