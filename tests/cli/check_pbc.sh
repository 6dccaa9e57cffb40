# Does everybody know what to hand in, and is an auditor's list answered row by row, none of them dropped?
fresh_folder

# What init writes.
bindery init e -q --organisation Acme --period 2026-H1=2026-01-01..2026-06-30 --category Availability --category Security >/dev/null
claim "pbc: init writes a request for an owner as the checklist names it" grep -qx 'To: HR / Cloud Admin' e/requests/HR-Cloud-Admin.txt
claim "pbc: with control, requirement and document" sh -c \
    "grep -q '^1.1  ' e/requests/CISO-Compliance.txt && grep -q '\[ \] 1.1a' e/requests/CISO-Compliance.txt && grep -q 'inbox/register.csv' e/requests/CISO-Compliance.txt"
claim "pbc: every control has one request" test "$(cat e/requests/*.txt | grep -c '^  criteria: ')" -gt 67
# An address cut in two is none, so that one word may be longer: RFC 5322 section 2.1.1 has 998.
claim "pbc: no line is too long for a mail" sh -c "! grep -hE '^.{100}' e/requests/*.txt | grep -qE '[^ ] +[^ ]|.{999}'"
claim "pbc: a blank list has the header that is recognised" grep -qx \
    'employee_id,upn,terminated_at,type,time_zone,other_accounts,reported_at' e/requests/templates/leavers.csv
for list in e/requests/templates/*.csv; do
    claim "pbc: blank list $(basename "$list") has one line" test "$(wc -l <"$list")" -eq 1
done
for list in e/requests/templates/*.csv; do
    { cat "$list"; head -n 1 "$list" | sed 's/[a-z_]\{1,\}/x/g'; } >"e/inbox/$(basename "$list")"
done
bindery -C e run -q >said 2>&1
for list in e/requests/templates/*.csv; do
    name=$(basename "$list" .csv)
    claim "pbc: list $name is known by its header" jq -e \
        ".evidence[] | select(.path == \"$name.csv\") | .sources | index(\"csv:$name\") != null" e/out/2026-H1/assessment.json
done
claim "pbc: a list of one senseless row shows nothing" jq -e '[.controls[] | select(.state == "[x]")] | length == 0' e/out/2026-H1/assessment.json

# The next period.
copy_sample s
claim_exit "pbc: the set-up goes to the next period" 0 bindery -C s init s2 --next-period 2026-H2=2026-07-01..2026-12-31
claim_says "pbc: facts are flagged" "/facts/critical_resources is to be approved again"
claim_says "pbc: exclusions stay behind" "1 exclusion was not copied"
claim "pbc: evidence is never copied" test ! -e s2/locker
claim "pbc: nor what lay in the inbox" test "$(find s2/inbox -type f | wc -l)" -eq 1
claim "pbc: nor a key" sh -c '! cmp -s s/identity/trial.key.pem s2/identity/trial.key.pem'
claim "pbc: people and periods are there" jq -e '(.people | length) == 8 and (.periods | length) == 2 and .facts.end_of_business.to_approve' s2/bindery.json
claim_exit "pbc: the next period can be judged" 0 bindery -C s2 status -q --period 2026-H2
claim_exit "pbc: a gap before it is said" 0 bindery -C s init s3 -q --next-period 2026-Q4=2026-10-01..2026-12-31
claim_says "pbc: with its place" "'bindery.json', /periods/1/from: no period holds 2026-07-01 to 2026-09-30"
claim_exit "pbc: an id that is taken is refused" 2 bindery -C s init s4 --next-period 2026-H1=2026-07-01..2026-12-31
claim_exit "pbc: what is copied is not given as well" 2 bindery -C s init s4 --next-period 2026-H2=2026-07-01..2026-12-31 --timezone UTC
claim_exit "pbc: nothing is copied from nowhere" 4 bindery -C nowhere init s4 --next-period 2026-H2=2026-07-01..2026-12-31
claim "pbc: and nothing is made then" test ! -e s4

# The auditor's list: CSV with our header, a workbook with another one by a column map.
cat >s/inbox/list.csv <<'LIST'
auditor_ref,request,control,criterion,kind,due,status,note
A-1,"Population of terminated employees, with the date access was removed",6.3.1,CC6.2,population,2026-07-20,,
A-2,Show that no network security group opens administration ports to the internet,,CC6.6,,,,
A-3,The constitution of the company canteen,,,,,,
A-4,Anything,99.9,,,soon,,
A-5,Walkthrough of the control,8.4,,walkthrough,,Accepted,
A-6,three cells,only
,"=HYPERLINK(""http://x"",""y"")",,,,,,
R-6.7.2a-2026-H1,as you call it,,,,,,
LIST
/usr/bin/python3 - <<'PY'
import openpyxl
book = openpyxl.Workbook()
notes = book.active
notes.title = "Read me"
notes.append(["Dear client", "please answer"])
sheet = book.create_sheet("IRL")
sheet.append(["Ref", "Request", "Control no."])
sheet.append(["X-1", "Leavers", "6.3.1"])
sheet.append(["X-2", "The colour of the lift", None])
book.save("s/inbox/irl.xlsx")
PY
printf '{"format":"bindery-sidecar 1","source":"csv:auditor-requests","exporter":"the auditor","collected_at":"2026-07-01T08:00:00Z"}' >s/inbox/irl.xlsx.meta.json
edit_config s 'd["column_maps"] = [{"source": "csv:auditor-requests", "columns": {"auditor_ref": "Ref", "request": "Request", "control": "Control no."}}]'
claim_exit "pbc: a run takes the lists in" 0 bindery -C s run -q
out=s/out/2026-H1
asked() { # CLAIM REF FILTER
    claim "$1" jq -e ".pbc.asked[] | select(.auditor_ref == \"$2\") | $3" $out/assessment.json
}
asked "pbc: a row that names a control gets its requests" A-1 \
    '[.matches[].request] | index("R-P-6.3.1-leavers-2026-H1") != null and all(startswith("R-6.3.1") or startswith("R-P-6.3.1"))'
asked "pbc: with the reason" A-1 '.matches[0].reason | startswith("names control 6.3.1 and criterion CC6.2; shares ")'
asked "pbc: a criterion and words lead to one" A-2 '[.matches[].request] == ["R-6.6.3a-2026-H1"]'
asked "pbc: what matches nothing says so" A-3 '.matches == [] and (.remark | startswith("it names no control"))'
asked "pbc: a control that is not there is said" A-4 '.remark | startswith("'"'99.9'"' is no control of ours; '"'soon'"' is no date")'
asked "pbc: a walkthrough is one" A-5 '[.matches[].request] == ["R-W-8.4-2026-H1"]'
asked "pbc: our own id is enough" R-6.7.2a-2026-H1 '[.matches[].request] == ["R-6.7.2a-2026-H1"]'
asked "pbc: a workbook with other headers is read by the column map" X-1 '.sheet == "IRL" and (.matches | length) > 0'
asked "pbc: its unmatched rows stay too" X-2 '.matches == []'
claim "pbc: a row that cannot be read stays" jq -e '[.pbc.asked[] | select((.note // "") | contains("could not be read"))] | length == 1' $out/assessment.json
claim "pbc: no row is dropped" jq -e '.pbc.asked | length == 10' $out/assessment.json
claim "pbc: the unmatched are counted" jq -e '.pbc.unmatched == ([.pbc.asked[] | select(.matches == [])] | length) and .pbc.unmatched == 5' $out/assessment.json
claim "pbc: the schema holds" /usr/bin/python3 "$here/../conformance/schema.py" "$root/templates/schema/assessment.schema.json" $out/assessment.json
/usr/bin/python3 - "$out/pbc.csv" >told 2>&1 <<'PY'
import csv
import sys

rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
by_id = {row["request_id"]: row for row in rows}
assert len(by_id) == len(rows), "an id stands twice"
for row in rows:
    assert not row["auditor_status"] or row["auditor_status"] == "Accepted", row
    assert row["what"][:1] not in "=+-@" or row["what"] == "", row
leavers = by_id["R-P-6.3.1-leavers-2026-H1"]
assert sorted(leavers["auditor_ref"].split("; ")) == ["A-1", "X-1"], leavers
assert leavers["due"] == "2026-07-20" and leavers["owner"] == "HR / Cloud Admin", leavers
assert leavers["evidence_ids"].startswith("E-"), leavers
assert by_id["R-W-8.4-2026-H1"]["auditor_status"] == "Accepted"
assert by_id["R-6.3.1a-2026-H1"]["kind"] in ("population", "config", "document")
assert sum(row["request_id"].startswith("A-") for row in rows) == 5
PY
claim "pbc: pbc.csv says the same to a spreadsheet ($(tail -n 1 told))" test ! -s told
package=$(ls $out/*.zip)
unzip -p "$package" "*/80_MACHINE/pbc.csv" >packed.csv
claim "pbc: the package holds it" cmp packed.csv $out/pbc.csv
claim_exit "pbc: and is judged again with it" 0 bindery verify --trust s/identity/trial.crt.pem --reperform "$package"
pdftotext -layout $out/binder.pdf - >binder.txt
claim "pbc: the binder has the cross-reference" grep -q '^ *Request cross-reference (PBC)' binder.txt
claim "pbc: with what nothing answers" grep -q 'The constitution of the company canteen' binder.txt
cut -d, -f1 $out/pbc.csv | grep '^R-' >ids
rm s/inbox/list.csv s/inbox/irl.xlsx*
edit_config s 'd["column_maps"] = []; d["organisation"]["name"] = "Contoso AG"'
bindery -C s run -q >/dev/null 2>&1
cut -d, -f1 $out/pbc.csv | grep '^R-' >again
claim "pbc: ids are the same in the next run" cmp ids again
