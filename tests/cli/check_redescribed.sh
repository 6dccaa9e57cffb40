# What a later sidecar or register may say of a file that is already held: what was left open, never another time, scope or source.
fresh_folder
new_engagement e
later() { python3 "$here/redescribed.py" "$1" e/inbox; }
outcome() { python3 "$here/redescribed.py" outcome e/out/2026-H1/assessment.json; }
ingest_and_run() { SOURCE_DATE_EPOCH=1781600400 bindery -C e run --as-of 2026-06-16 2>&1; }

later first
ingest_and_run >/dev/null
first=$(outcome)
claim "redescribed: each failing file shows its failure" test "$first" = "folder 2026-03-10, open 2026-04-10, own 2026-02-10"
claim_twice() {
    later "$2"
    said=$(ingest_and_run)
    claim "redescribed: the failures stay where they were after $1" test "$(outcome)" = "$first"
}
claim_twice "another time" time
claim_says "redescribed: and both times are said" \
    "gives 'own.json' (E-0005) the time '2025-02-10T06:00:00Z'; it was taken in with '2026-02-10T06:00:00Z', which stays"
claim_says "redescribed: and the way out" "hand the export in again as a new file"
claim_twice "a range beside the time" range
claim_twice "another source" source
claim_says "redescribed: and both sources are said" "the source 'S20'; it was taken in with 'S17', which stays"
claim_twice "another scope" scope
claim_twice "a kind of document" document
claim_says "redescribed: and that it stays an export" "the kind 'document'; it was taken in with 'export'"
claim_twice "another time for the folder" folder
claim_says "redescribed: and the folder's times are said" "the time '2025-03-10T06:00:00Z'; it was taken in with '2026-03-10T06:00:00Z'"
claim_twice "a sidecar that cannot be read" broken
later sign
said=$(ingest_and_run)
case $said in
*"which stays"*) fail "redescribed: what was left open may be added" "$said" ;;
*) pass "redescribed: what was left open may be added" ;;
esac
claim "redescribed: and counts" grep -q "Ada Berg" e/out/2026-H1/assessment.json

# ---- a list that nobody described, and whose content alone says what it is
fresh_folder
new_engagement e
later undescribed
ingest_and_run >/dev/null
first=$(outcome)
claim "redescribed: an undescribed list shows its failure" test "$first" = "alone 2026-05-10"
later called
said=$(ingest_and_run)
claim "redescribed: which stays when it is called a document" test "$(outcome)" = "$first"
claim_says "redescribed: and that it stays an export is said" \
    "gives 'alone.json' (E-0001) the kind 'document'; it was taken in with 'export', which stays"
claim_says "redescribed: and a workbook that a source knows as well" "gives 'sheet.xlsx' (E-0004) the kind 'document'"
claim "redescribed: what no source knows becomes the document that it is called" \
    grep -q '"type":"information-security-policy"' e/out/2026-H1/assessment.json
pack=$(ls -t e/out/2026-H1/*.zip | head -n 1)
claim_exit "redescribed: the package of it verifies and is judged again the same" 0 \
    bindery verify --trust e/identity/trial.crt.pem --reperform "$pack"
