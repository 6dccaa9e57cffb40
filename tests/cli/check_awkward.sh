# Input that contradicts itself or the calendar: each is said with file and place, and judged on the safe side.
fresh_folder
bindery init e -q --organisation Acme --period 2026-H1=2026-01-01..2026-06-30 --period 2026-Q2=2026-05-01..2026-07-31 \
    --period 2026-Q4=2026-10-01..2026-12-31 --subscription 0b1f6471-1bf0-4dda-aec3-cb9272f09590 >/dev/null 2>&1
edit_config e 'd["people"] = [{"name": "Ola Lind", "role": "CISO"}, {"name": "Ada Berg", "role": "Audit"}]'
run() { # - of the first half, taken in after it
    SOURCE_DATE_EPOCH=1783058400 bindery -C e run -q --period 2026-H1 # 2026-07-03T06:00:00Z
}
out=e/out/2026-H1

# Periods.
claim_exit "awkward: periods that overlap and leave days out are judged all the same" 0 run
claim_says "awkward: the overlap is said with its place" \
    "'bindery.json', /periods/1/from: period '2026-Q2' overlaps '2026-H1' from 2026-05-01 to 2026-06-30"
claim_says "awkward: the gap, too" \
    "'bindery.json', /periods/2/from: no period holds 2026-08-01 to 2026-09-30, between '2026-Q2' and '2026-Q4'"
claim "awkward: both stand in the assessment" jq -e '[.data_quality[] | select(.kind == "periods") | .path] == ["bindery.json, /periods/1/from", "bindery.json, /periods/2/from"]' $out/assessment.json

# Snapshots of one month, and of one day, that disagree; one of a time still to come.
storage() { # FILE DAY HTTPS... - one account for each word
    name=$1
    day=$2
    shift 2
    n=0
    rows=
    for https in "$@"; do
        n=$((n + 1))
        rows="$rows${rows:+,}{\"id\":\"/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st$n\",\"name\":\"st$n\",\"type\":\"Microsoft.Storage/storageAccounts\",\"properties\":{\"supportsHttpsTrafficOnly\":$https,\"minimumTlsVersion\":\"TLS1_2\"}}"
    done
    printf '{"value":[%s]}' "$rows" >"e/inbox/$name"
    printf '{"format":"bindery-sidecar 1","collected_at":"%s","exporter":"Ola Lind","request":"GET https://management.azure.com/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/providers/Microsoft.Storage/storageAccounts?api-version=2023-05-01"}' \
        "$day" >"e/inbox/$name.meta.json"
}
storage jan-a.json 2026-01-10T06:00:00Z true
storage jan-b.json 2026-01-20T06:00:00Z false
storage feb-a.json 2026-02-10T06:00:00Z true true
storage feb-b.json 2026-02-10T09:00:00Z true
storage mar-a.json 2026-03-10T06:00:00Z true
storage mar-b.json 2026-03-10T09:00:00Z false
storage next-year.json 2027-01-10T06:00:00Z true
claim_exit "awkward: contradictory snapshots are judged" 0 run
month() { # CLAIM MONTH OUTCOME
    claim "awkward: $1" jq -e ".controls[] | select(.id == \"6.7.2\") | .requirements[] | select(.req == \"a\") | .instances[] | select(.instance == \"$2\") | .outcome == \"$3\"" $out/assessment.json
}
month "of two snapshots of one month the worse holds" 2026-01 deviation
month "and of two of one day" 2026-03 deviation
claim "awkward: two of one day that show different things are said" jq -e \
    '.data_quality[] | select(.kind == "snapshots-differ") | .path == "feb-b.json" and (.sentence | contains(" shows 2 records of ") and contains(" 1, both of 2026-02-10"))' $out/assessment.json
claim "awkward: evidence of the future is said with its file" jq -e \
    '.data_quality[] | select(.kind == "time") | .path == "next-year.json" and (.sentence | contains("2027-01-10T06:00:00Z"))' $out/assessment.json

# A preparer who reviews.
mkdir e/inbox/docs
printf 'Policy\n' >e/inbox/docs/policy.txt
cat >e/inbox/docs/register.csv <<'CSV'
file,title,document_type,approved_by,approver_is_management,approved_on,in_force_from,prepared_by,prepared_role,prepared_at,reviewed_by,reviewed_role,reviewed_at,reviewed_checked
policy.txt,Policy,information-security-policy,Ola Lind,true,2026-01-01,2026-01-01,Ola Lind,CISO,2026-01-02T08:00:00Z,"LIND, Ola",CISO,2026-01-02T09:00:00Z,read
CSV
run >said 2>&1
claim "awkward: a review by the preparer under another spelling is none" jq -e \
    '.evidence[] | select(.path == "docs/policy.txt") | .signed_off == false and (.signoff_reason | contains("prepare"))' $out/assessment.json
id=$(jq -r '.evidence[] | select(.path == "docs/policy.txt") | .id' $out/assessment.json)
bindery -C e review "$id" -q --as preparer --by 'Ada Berg' --role Audit --checked all >/dev/null 2>&1
claim_exit "awkward: nor by the command" 3 bindery -C e review "$id" -q --by 'Ada Berg' --role Audit --checked all
claim_says "awkward: and that is said" "Ada Berg"

# A waiver without an end.
x=$(jq -r '.exceptions[0].id' $out/assessment.json)
claim_exit "awkward: a waiver without an end is refused" 2 bindery -C e waiver add "$x" -q --period 2026-H1 --by 'Ada Berg' --role CISO --reason x
claim_says "awkward: it needs one" "--until"
claim_exit "awkward: so is one that has ended" 2 env SOURCE_DATE_EPOCH=1783058400 bindery -C e waiver add "$x" -q --period 2026-H1 \
    --by 'Ada Berg' --role CISO --reason x --until 2026-01-01

# A vendor's report that ends before it starts, in a sidecar and in a register.
printf 'report' >e/inbox/soc.pdf
printf '{"format":"bindery-sidecar 1","document":{"type":"vendor-report","title":"SOC 2","report":{"vendor":"Microsoft Corporation","period_from":"2026-06-30","period_to":"2026-01-01"}}}' >e/inbox/soc.pdf.meta.json
run >said 2>&1
said=$(cat said)
claim_says "awkward: a report that ends before it starts is said with its place" \
    "'soc.pdf.meta.json' at '/document/report/period_to': it lies before 'period_from'"
claim "awkward: and is no report" jq -e '.evidence[] | select(.path == "soc.pdf") | .signed_off == false' $out/assessment.json
mkdir e/inbox/vendors
printf 'report' >e/inbox/vendors/report.txt
printf 'file,document_type,vendor,report_type,period_from,period_to\nreport.txt,vendor-report,Microsoft Corporation,SOC 2,2026-06-30,2026-01-01\n' >e/inbox/vendors/register.csv
run >said 2>&1
said=$(cat said)
claim_says "awkward: in a register with its row" "row 1"
claim_says "awkward: and the column" "period_to"

# The same file twice in a register; a journal in which a number stands twice.
mkdir e/inbox/twice
printf 'x' >e/inbox/twice/a.txt
printf 'file,title,document_type\na.txt,One,minutes\na.txt,Two,minutes\n' >e/inbox/twice/register.csv
run >said 2>&1
said=$(cat said)
claim_says "awkward: a file that stands twice in a register is said" "twice/register.csv"
claim_says "awkward: with the row" "row 2"
cp e/locker/journal.ndjson before.ndjson
grep '"kind":"' e/locker/journal.ndjson | sed -n 2p >>e/locker/journal.ndjson
claim_exit "awkward: a journal with a number that stands twice is not judged" 3 run
claim_says "awkward: with file and line" "journal.ndjson"
cp before.ndjson e/locker/journal.ndjson
claim_exit "awkward: the journal as it was is" 0 run
claim "awkward: what is said is said in the binder" sh -c "pdftotext -layout $out/binder.pdf - | tr -s ' \n' ' ' | grep -qF 'both of 2026-02-10 and both complete'"
claim "awkward: no id of evidence stands twice" jq -e '[.evidence[].id] | length == (unique | length)' $out/assessment.json
