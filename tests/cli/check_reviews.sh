# Access reviews: what each export shows of them, who was denied and is still there, and which quarters lack one.
fresh_folder
new_engagement e
head='AccessReviewId,AccessReviewSeriesId,ReviewType,ResourceDisplayName,ResourceId,ReviewName,ReviewStartDate,ReviewEndDate,ReviewStatus,PrincipalId,PrincipalUPN,ReviewResult,ReviewerId,ReviewerUPN,AppliedDate,SubmissionResult'
role=62e90394-69f5-4237-9190-012177145e10
row() { # REVIEW END WHO RESULT REVIEWER APPLIED SUBMISSION
    printf '%s,s1,Entra role,Global Administrator,%s,Quarterly,2026-03-01T00:00:00Z,%s,Applied,%s,%s@acme.example,%s,%s,%s@acme.example,%s,%s\n' \
        "$1" $role "$2" "$3" "$3" "$4" "$5" "$5" "$6" "$7"
}
file() { # NAME COLLECTED - rows on stdin
    { echo "$head"; cat; } >"e/inbox/$1"
    sha=$(sha256sum "e/inbox/$1" | cut -c1-64)
    cat >"e/inbox/$1.meta.json" <<JSON
{"format":"bindery-sidecar 1","source":"S50","scope":{"kind":"tenant","ids":["11111111-1111-1111-1111-111111111111"]},
 "collected_at":"$2","describes_from":"2026-01-01T00:00:00Z","describes_to":"2026-04-01T00:00:00Z","complete":true,
 "command":"portal: review history","exporter":"jo@acme.example",
 "prepared_by":{"name":"Jo Day","role":"Ops","at":"$2"},
 "reviews":[{"name":"Ada Berg","role":"CISO","at":"$2","checked":"count","sha256":"$sha"}]}
JSON
}
{
    row r1 2026-03-15T00:00:00Z u1 Approve boss '' ''
    row r1 2026-03-15T00:00:00Z u2 Approve u2 '' ''
    row r1 2026-03-15T00:00:00Z u3 Deny boss 2026-03-18T12:00:00Z applied
    row r1 2026-03-15T00:00:00Z u4 Deny boss '' new
    row r1 2026-03-15T00:00:00Z u5 NotReviewed '' '' ''
    row r1 2026-03-15T00:00:00Z u6 "Don't know" boss '' ''
    row r1 2026-03-15T00:00:00Z u7 Approve '' '' ''
    row r1 2026-03-15T00:00:00Z '=cmd' Perhaps boss '' ''
} | file all.csv 2026-04-02T08:00:00Z
row r1 2026-03-15T00:00:00Z u1 Approve boss '' '' | file part.csv 2026-04-20T08:00:00Z
row r0 2025-12-15T00:00:00Z u1 Approve boss '' '' | file before.csv 2026-04-21T08:00:00Z
# the holders of the role as first read after it: u3 is still one of them
for side in Assignment Eligibility; do
    who=
    if [ $side = Assignment ]; then
        who='{"id":"a-u3","principalId":"u3","roleDefinitionId":"'$role'","directoryScopeId":"/","assignmentType":"Assigned","memberType":"Direct","endDateTime":null,"principal":{"@odata.type":"#microsoft.graph.user","id":"u3"}}'
    fi
    printf '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#roleManagement/directory/role%sScheduleInstances","value":[%s]}' $side "$who" >e/inbox/$side.json
    printf '{"format":"bindery-sidecar 1","source":"S48","scope":{"kind":"tenant","ids":["11111111-1111-1111-1111-111111111111"]},"collected_at":"2026-04-10T08:00:00Z","complete":true,"exporter":"jo@acme.example","request":"GET https://graph.microsoft.com/v1.0/roleManagement/directory/role%sScheduleInstances"}' $side >e/inbox/$side.json.meta.json
done
SOURCE_DATE_EPOCH=1783000000 bindery -C e run -q >/dev/null 2>&1
data=e/out/2026-H1/assessment.json
of() { # CLAIM FILTER WANTED - of the review that ended in March
    claim "$1" test "$(jq -r ".access_reviews.reviews[] | select(.id == \"r1\") | $2" $data)" = "$3"
}
of "reviews: the export with most items is the one that is listed" '.items' 8
of "reviews: decisions are counted by their word" '[.approve, .deny, .not_reviewed, .dont_know, .other] | join(" ")' '3 2 1 1 1'
of "reviews: who decided on himself, and what nobody decided" '[.self_reviews, .by_nobody] | join(" ")' '1 1'
of "reviews: what was carried out, and how long it took" '[.applied, .not_applied, .days] | join(" ")' '1 1 4'
of "reviews: who was denied and is still there" '[.denied[] | select(.still == "present") | .name] | join(" ")' 'u3@acme.example'
of "reviews: and who is gone" '[.denied[] | select(.still == "gone") | .name] | join(" ")' 'u4@acme.example'
of "reviews: its quarter is that of its end" '[.quarter, .in_period] | join(" ")' '2026-Q1 true'
claim "reviews: one of before the period is listed and not of it" test \
    "$(jq -r '.access_reviews.reviews[] | select(.id == "r0") | [.quarter, .in_period] | join(" ")' $data)" = '2025-Q4 false'
claim "reviews: a quarter without one is missed" test \
    "$(jq -r '.access_reviews.quarters[] | select(.requirement == "6.3.4a" and .instance == "2026-Q2") | .missed' $data)" = true
pack=$(ls e/out/2026-H1/*.zip)
mkdir unpacked
(cd unpacked && python3 -m zipfile -e "../$pack" .)
lists=$(echo unpacked/*/30_ACCESS-REVIEWS)
claim "reviews: the package has a line for each" test "$(wc -l <"$lists/reviews.csv")" -eq 3
claim "reviews: and for each Deny" test "$(wc -l <"$lists/denied.csv")" -eq 3
claim "reviews: and what was due" grep -q '^6.3.4a,2026-Q2,.*,yes,' "$lists/quarters.csv"
pdftotext -layout e/out/2026-H1/binder.pdf - | tr -s ' \n' ' ' >binder.txt
claim "reviews: the binder has the page" grep -qF "Decisions per quarter" binder.txt
claim "reviews: with who is still present" grep -qF "still present in the first list after it" binder.txt
claim_exit "reviews: the package verifies and is judged again the same" 0 \
    bindery verify --trust e/identity/trial.crt.pem --reperform "$pack"

fresh_folder
new_engagement e
SOURCE_DATE_EPOCH=1783000000 bindery -C e run -q >/dev/null 2>&1
claim "reviews: where none is on file, none is listed" test "$(jq -r '.access_reviews.reviews | length' e/out/2026-H1/assessment.json)" = 0
pdftotext -layout e/out/2026-H1/binder.pdf - | tr -s ' \n' ' ' >binder.txt
claim "reviews: and the binder says so" grep -qF "No access review is on file." binder.txt
