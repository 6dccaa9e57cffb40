# Vendors: which papers count, what they leave open, what they expect of us, who was given them; in binder, data and package.
fresh_folder
new_engagement e
edit_config e 'd["vendors"] = [
    {"name": "Fabrikam Cloud", "service": "Hosting", "method": "carve-out",
     "criteria": ["CC6.4", "CC9.9"], "monitored_by": ["9.2", "77.7"],
     "csocs": [{"id": "S-1", "text": "Guards the data centres.", "criteria": ["CC6.4", "CC0.0"]}],
     "recipients": [{"name": "Contoso Bank", "on": "2026-03-03", "document": "FC-2025", "by": "Ada Berg"},
                    {"name": "Later Ltd", "on": "2031-01-01", "document": "FC-2025"}]},
    {"name": "Harbourline Mail GmbH", "service": "E-mail", "method": "carve-out"}]
d.setdefault("facts", {})["our_cuecs"] = {"approved_by": "Ada Berg", "approved_on": "2026-01-02",
    "value": [{"id": "C-1", "text": "Customers remove their leavers.", "criteria": ["CC6.2"]}]}'
# paper FILE TYPE REPORT [DOCUMENT MEMBERS] - signed by two people over the bytes
paper() {
    printf '%%PDF-1.4\n%s\n%%%%EOF\n' "words of $1" >"e/inbox/$1"
    sha=$(sha256sum "e/inbox/$1" | cut -c1-64)
    cat >"e/inbox/$1.meta.json" <<JSON
{"format":"bindery-sidecar 1","source":"doc",
 "prepared_by":{"name":"Jo Day","role":"Compliance","at":"2026-04-01T08:00:00Z"},
 "reviews":[{"name":"Ada Berg","role":"CISO","at":"2026-04-02T08:00:00Z","checked":"read","sha256":"$sha"}],
 "document":{"type":"$2","title":"Title of $1","approved_on":"2026-03-01","approved_by":"Ada Berg",
  "carried_out_on":"2026-03-10"${4:-},"report":$3}}
JSON
}
two='"report_type":"SOC 2 Type 2","auditor":"Audit LLP","opinion":"unqualified","document_id":"FC-2025","retrieved_by":"Jo Day"'
paper first.pdf vendor-report "{\"vendor\":\"Fabrikam Cloud Ltd\",$two,\"period_from\":\"2025-04-01\",\"period_to\":\"2026-03-31\",\"issued_on\":\"2026-04-20\",\"retrieved_on\":\"2026-05-02\",
 \"cuecs\":[{\"id\":\"U-1\",\"text\":\"Users remove leavers.\",\"status\":\"mapped\",\"controls\":[\"6.3.1\"]},
  {\"id\":\"U-2\",\"status\":\"not applicable\",\"reason\":\"service unused\"},{\"id\":\"U-3\",\"status\":\"not applicable\"},
  {\"id\":\"U-4\",\"status\":\"mapped\",\"controls\":[\"99.9\"]},{\"id\":\"U-5\",\"status\":\"unmapped\"},{\"id\":\"U-6\",\"status\":\"mapped\"}]}"
paper overlap.pdf vendor-report "{\"vendor\":\"Fabrikam Cloud\",$two,\"period_from\":\"2025-01-01\",\"period_to\":\"2025-12-31\"}"
paper letter.pdf vendor-bridge-letter '{"vendor":"Fabrikam Cloud","issued_by":"Fabrikam Cloud","issued_on":"2026-06-20","period_from":"2026-04-01","period_to":"2026-06-15"}'
paper ours.pdf vendor-bridge-letter '{"vendor":"Fabrikam Cloud","issued_by":"Acme","period_from":"2026-06-16","period_to":"2026-06-30"}'
paper nobody.pdf vendor-bridge-letter '{"vendor":"Fabrikam Cloud","period_from":"2026-06-16","period_to":"2026-06-30"}'
paper future.pdf vendor-bridge-letter '{"vendor":"Fabrikam Cloud","issued_by":"Fabrikam Cloud","issued_on":"2031-06-20","period_from":"2026-06-16","period_to":"2026-06-30"}'
paper memo.pdf vendor-report-review '{"vendor":"Fabrikam Cloud","opinion":"unqualified","retrieved_on":"2026-05-02"}' ',"states":["exceptions-assessed"]'
paper stranger.pdf vendor-report "{\"vendor\":\"Old Works\",$two,\"period_from\":\"2025-01-01\",\"period_to\":\"2026-02-28\"}"
paper reversed.pdf vendor-report "{\"vendor\":\"Back Wards\",$two,\"period_from\":\"2026-05-01\",\"period_to\":\"2026-04-01\"}"
bindery() { SOURCE_DATE_EPOCH=1783000000 "$BINDERY" "$@"; }
said=$(bindery -C e run -q 2>&1)
claim_says "vendors: a report that ends before it starts is refused with its place" "reversed.pdf.meta.json' at '/document/report/period_to': it lies before 'period_from'"
data=e/out/2026-H1/assessment.json
of() { # CLAIM FILTER WANTED - of the vendor that bindery.json names first
    claim "$1" test "$(jq -r ".vendors[0] | $2" $data)" = "$3"
}
paper_of() { # CLAIM FILE FILTER WANTED
    claim "$1" test "$(jq -r "[.vendors[].documents[] | select(.title == \"Title of $2\")][0] | $3" $data)" = "$4"
}
of "vendors: the newest report that counts ends the gap" '[.report_to, .gap_days, .bridged_days, .open_days, .next_due] | join(" ")' '2026-03-31 91 76 15 2026-07-01'
of "vendors: what letters leave open is a finding" '.finding' true
of "vendors: and said" '.standing' 'Finding: 15 days are open, the first of them 2026-06-16; no letter that the vendor issued describes it.'
paper_of "vendors: our own letter does not count" ours.pdf '[.counts, .problems[]] | join("; ")' 'false; it was issued by ourselves; a bridge letter is the vendor'"'"'s'
paper_of "vendors: a letter of nobody does not count" nobody.pdf '[.counts, .problems[]] | join("; ")' 'false; nothing says who issued it'
paper_of "vendors: a letter of a day to come does not count" future.pdf '[.counts, .problems[]] | join("; ")' 'false; issued on 2031-06-20, which is still to come'
paper_of "vendors: reports that overlap say so" first.pdf '.problems[0] | sub("E-[0-9]+"; "E")' 'E describes 2025-04-01 to 2025-12-31 as well'
paper_of "vendors: the memo says who assessed the report, and when" first.pdf '[.assessed_by, .assessed_on] | join(" ")' 'Ada Berg 2026-03-10'
claim "vendors: a tail of more than 92 days is a finding" test "$(jq -r '.vendors[] | select(.name == "Old Works") | .standing' $data)" = \
    "Finding: the newest report ends on 2026-02-28, 122 days before the last day judged; letters bridge at most 92; 122 days are open."
claim "vendors: one that only a document names is listed as such" test "$(jq -r '.vendors[] | select(.name == "Old Works") | .stated' $data)" = false
claim "vendors: one without a report leaves all open" test "$(jq -r '.vendors[1] | [.name, .open_days] | join(" ")' $data)" = 'Harbourline Mail GmbH 181'
of "vendors: user-entity controls stand as they are mapped" '[.cuecs[] | .id + " " + .standing] | join(", ")' \
    'U-1 mapped, U-2 not applicable, U-3 unmapped, U-4 mapped to an unknown control, U-5 unmapped, U-6 unmapped'
of "vendors: what is unmapped or mapped to no control of ours is a finding" '[.cuecs[] | select(.finding) | .id] | join(" ")' 'U-3 U-4 U-5 U-6'
of "vendors: what bindery.json says wrong is said" '.problems | join("; ")' \
    "there is no criterion 'CC9.9'; there is no control '77.7' to watch it; there is no criterion 'CC0.0' that 'S-1' could serve; 'Later Ltd' is noted as recipient on 2031-01-01, which is still to come"
of "vendors: the carve-out names criterion and watching control" '[.carve_outs[] | select(.stated and .criterion == "CC6.4") | .control] | join(" ")' 9.2

claim "vendors: what reports leave open of a carved-out vendor is a gate each, of one that bindery.json does not name none" \
    test "$(jq -r '.score.gates[] | select(contains("reports"))' $data)" = \
    "Not complete: the reports of Fabrikam Cloud leave 15 days open
Not complete: the reports of Harbourline Mail GmbH leave 181 days open"
claim "vendors: the clock of the readiness report counts as the register does" \
    test "$(jq -c '[.vendors[] | [.vendor, .open_days]]' e/out/2026-H1/readiness.json)" = \
    "$(jq -c '[.vendors[] | [.name, .open_days]]' $data)"

pack=$(ls e/out/2026-H1/*.zip)
mkdir unpacked
(cd unpacked && python3 -m zipfile -e "../$pack" .)
lists=$(echo unpacked/*/40_VENDORS)
claim "vendors: the package has a line for each paper" test "$(wc -l <"$lists/vendor-reports.csv")" -eq 9
claim "vendors: and for each user-entity control" test "$(wc -l <"$lists/cuec-map.csv")" -eq 7
claim "vendors: and for each recipient" grep -q '^Fabrikam Cloud,FC-2025,Contoso Bank,2026-03-03,Ada Berg$' "$lists/recipients.csv"
claim "vendors: what we count on others to do is a list" diff - "$lists/expected-controls.csv" <<'CSV'
of,id,text,criteria
Fabrikam Cloud,S-1,Guards the data centres.,CC6.4 CC0.0
our customers,C-1,Customers remove their leavers.,CC6.2
CSV
absent() { ! grep -rlq "$1" unpacked; }
claim "vendors: the bytes of a report are not in the package" absent 'words of first.pdf'
claim "vendors: those of a letter are, among the evidence" grep -rq 'words of letter.pdf' "$(echo unpacked/*/10_EVIDENCE)"
pdftotext -layout e/out/2026-H1/binder.pdf - | tr -s ' \n' ' ' >binder.txt
claim "vendors: the binder has the section" grep -qF "Shared responsibility and vendors" binder.txt
claim "vendors: with the rule in words" grep -qF "at most 92 days may be bridged by a letter that the vendor itself issued" binder.txt
claim "vendors: with the finding" grep -qF "there is no control '99.9'" binder.txt
claim "vendors: with what is expected of vendors" grep -qF "Guards the data centres." binder.txt
claim "vendors: and of customers, with who approved it" grep -qF "as Ada Berg approved them on 2026-01-02" binder.txt
claim "vendors: and the chart's words" grep -qF "open: described by neither" binder.txt
claim_exit "vendors: the package verifies and is judged again the same" 0 bindery verify --trust e/identity/trial.crt.pem --reperform "$pack"

edit_config e 'd["vendors"][0]["recipients"][0]["on"] = "soon"'
claim_exit "vendors: a recipient without a day is refused" 3 bindery -C e run -q
claim_says "vendors: with its place" "/vendors/0/recipients/0/on"
edit_config e 'd["vendors"][0]["recipients"] = []
d["facts"]["our_cuecs"]["value"].append({"id": "C-2"})'
claim_exit "vendors: a customer's control without words is refused" 3 bindery -C e run -q
claim_says "vendors: with its place" "/facts/our_cuecs/value/1"

# A letter is read by the check over reports: it lies with that check's control and not with what nobody reads.
rm -rf e unpacked
new_engagement e
paper azure.pdf vendor-report "{\"vendor\":\"Microsoft Corporation (Azure)\",$two,\"period_from\":\"2025-04-01\",\"period_to\":\"2026-03-31\"}"
paper bridge.pdf vendor-bridge-letter '{"vendor":"Microsoft Corporation (Azure)","issued_by":"Microsoft Corporation (Azure)","period_from":"2026-04-01","period_to":"2026-06-30"}'
bindery -C e run -q >/dev/null 2>&1
pack=$(ls e/out/2026-H1/*.zip)
letters() { unzip -Z1 "$pack" | grep 'bridge' | grep -vc '/10_EVIDENCE/CC[0-9]*/'; }
claim "vendors: a letter that a check reads lies with its control" test "$(letters)" = 0
claim "vendors: and index.csv finds it by criterion" \
    test "$(unzip -p "$pack" '*/index.csv' | grep bridge | cut -d, -f1 | grep -c '^CC9.2$')" = 1
