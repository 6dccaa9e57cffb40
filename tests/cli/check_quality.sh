# Is what weakens the inputs said, with its file, in assessment.json and in both reports, and does it ever pass?
fresh_folder
sub=0b1f6471-1bf0-4dda-aec3-cb9272f09590
bindery init e -q --organisation Acme --period 2026-H1=2026-01-01..2026-06-30 --subscription $sub >/dev/null
edit_config e 'd["subscriptions"].append({"id": "aaaaaaaa-0000-0000-0000-000000000002"})'
account() { # NUMBER - a storage account that is in order
    printf '{"id":"/subscriptions/%s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st%s","name":"st%s","type":"Microsoft.Storage/storageAccounts","properties":{"supportsHttpsTrafficOnly":true,"minimumTlsVersion":"TLS1_2"}}' $sub "$1" "$1"
}
sidecar() { # NAME MORE
    printf '{"format":"bindery-sidecar 1","collected_at":"2026-0%s-15T06:00:00Z","exporter":"Ola Lind","request":"GET https://management.azure.com/subscriptions/%s/providers/Microsoft.Storage/storageAccounts?api-version=2023-05-01"%s}' \
        "$2" $sub "$3" >"e/inbox/$1.meta.json"
}
printf '{"value":[%s],"nextLink":"https://management.azure.com/next?$skiptoken=x"}' "$(account 1)" >e/inbox/next.json
sidecar next.json 1 ''
printf '{"totalRecords":2,"count":1,"resultTruncated":"true","data":[%s]}' "$(account 1)" >e/inbox/cut.json
sidecar cut.json 2 ''
printf '{"error":{"code":"AuthorizationFailed","message":"no"}}' >e/inbox/denied.json
sidecar denied.json 3 ',"scope":{"kind":"subscription","ids":["aaaaaaaa-0000-0000-0000-000000000002"]}'
printf '{"@odata.count":-5,"value":[%s]}' "$(account 1)" >e/inbox/negative.json
sidecar negative.json 4 ''
printf '{"totalRecords":"many","count":1,"data":[%s]}' "$(account 1)" >e/inbox/words.json
sidecar words.json 5 ''
printf '{"value":[%s]}' "$(account 1)" >e/inbox/fewer.json
sidecar fewer.json 6 ',"rows":7'
printf '{"value":[{"id":"/subscriptions/cccccccc-0000-0000-0000-000000000003/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/x","type":"Microsoft.Storage/storageAccounts","properties":{}}]}' >e/inbox/elsewhere.json
sidecar elsewhere.json 6 ''
# People: two lists of the same days that disagree, and a directory that saw something else.
people() { # FILE ROW...
    file=$1
    shift
    { echo employee_id,upn,terminated_at,type,time_zone,other_accounts,reported_at
        for row in "$@"; do echo "$row"; done; } >"e/inbox/$file"
    printf '{"format":"bindery-sidecar 1","source":"csv:leavers","collected_at":"2026-07-01T06:00:00Z","describes_from":"2026-01-01T00:00:00Z","describes_to":"2026-07-01T00:00:00Z","exporter":"HR","command":"export","complete":true}' >"e/inbox/$file.meta.json"
}
people hr-a.csv 1,a@x,2026-02-01T17:00:00Z,,,, 2,b@x,2026-03-01T17:00:00Z,,,, 3,c@x,nobody-knows,,,,
people hr-b.csv 1,a@x,2026-02-01T17:00:00Z,,,, 2,b@x,2026-03-01T17:00:00Z,,,, 4,d@x,2026-04-01T17:00:00Z,,,, 9,e@x,2025-04-01T17:00:00Z,,,,
python3 - <<'PY'
import datetime
import json

def event(n, day, name, target):
    return {"id": f"e{n}", "activityDateTime": f"{day}T08:00:00Z", "activityDisplayName": name, "result": "success",
            "targetResources": [{"id": target}]}

# June without its 13th, a thousand events and more on every other day.
events = [event(0, "2026-06-02", "Disable account", "t1"), event(1, "2026-06-02", "Disable account", "t1")]
day = datetime.date(2026, 6, 1)
n = 2
while day.month == 6:
    if day.day != 13:
        for _ in range(1001):
            events.append(event(n, day.isoformat(), "Update user", "t9"))
            n += 1
    day += datetime.timedelta(days=1)
head = "https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits"
json.dump({"@odata.context": head, "value": events}, open("e/inbox/audits.json", "w"))
json.dump({"format": "bindery-sidecar 1", "collected_at": "2026-07-01T06:00:00Z", "exporter": "Ola Lind",
           "request": "GET https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$filter=activityDateTime ge 2026-06-01T00:00:00Z",
           "describes_from": "2026-06-01T00:00:00Z", "describes_to": "2026-07-01T00:00:00Z"},
          open("e/inbox/audits.json.meta.json", "w"))
PY
bindery -C e run -q >said 2>&1
out=e/out/2026-H1
doubt() { # CLAIM KIND FILTER
    claim "quality: $1" jq -e ".data_quality[] | select(.kind == \"$2\") | select($3)" $out/assessment.json
}
doubt "a next link that is left is said" next-link '.path == "next.json"'
doubt "a truncated answer is said" truncated '.path == "cut.json"'
doubt "a 403 is said with its scope" service-error '.path == "denied.json" and .scope == "aaaaaaaa-0000-0000-0000-000000000002" and (.sentence | contains("AuthorizationFailed"))'
doubt "a negative count is no count" count '.path == "negative.json" and (.sentence | contains("-5"))'
doubt "a count in words is no count" count '.path == "words.json" and (.sentence | contains("many"))'
doubt "fewer rows than counted are said" count '.path == "fewer.json"'
doubt "a subscription in scope that nothing shows is said" scope-not-seen '.scope == "aaaaaaaa-0000-0000-0000-000000000002" and .path == "bindery.json, /subscriptions/1"'
doubt "a subscription that is not listed is said" scope-not-listed '.scope == "cccccccc-0000-0000-0000-000000000003"'
doubt "a day without an event is said" days-without-events '.path == "audits.json" and (.sentence | contains("no event on 2026-06-13, where other days have about 1001"))'
doubt "two lists of people that disagree are said" people-counts '.path == "hr-b.csv" and (.sentence | contains(" 2 people who left in the period, ") and endswith(" 3, and both describe the same days"))'
doubt "people and the directory's log are counted against each other" people-counts '.sentence | startswith("3 people left in the period by the lists of people") and contains("1 accounts were disabled or deleted") and contains("cannot be counted")'
claim "quality: nothing of it passes" jq -e \
    '[.controls[].requirements[].instances[]? | select(.outcome == "clean")] | length == 0' $out/assessment.json
claim "quality: no control is complete" jq -e '[.controls[] | select(.state == "[x]")] | length == 0' $out/assessment.json
claim "quality: the schema holds" /usr/bin/python3 "$here/../conformance/schema.py" "$root/templates/schema/assessment.schema.json" $out/assessment.json
for report in binder readiness; do
    pdftotext -layout $out/$report.pdf - | tr -s ' \n' ' ' >$report.txt
    listed="Counts, scopes and days that do not agree"
    [ $report = binder ] || listed="days without events" # one list, by kind
    for words in "$listed" "AuthorizationFailed" "next link is left" "no event on 2026-06-13" \
        "disabled or deleted by the directory" "bindery.json does not list"; do
        claim "quality: the $report says '$words'" grep -qF "$words" $report.txt
    done
done
claim_exit "quality: the package says the same again" 0 bindery verify --trust e/identity/trial.crt.pem --reperform $out/*.zip
