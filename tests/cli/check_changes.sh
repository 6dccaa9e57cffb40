# What changed: evidence withdrawn, two assessments side by side, the binder's changes since the package before it.
fresh_folder
copy_sample s
bindery -C s ingest -q >/dev/null 2>&1
withdraw() { # ITEM NAME REASON
    bindery -C s withdraw "$1" -q --by "$2" --reason "$3"
}
item() { # PATH
    jq -r --arg path "$1" 'select(.kind == "ingested" and .path == $path) | .evidence' s/locker/journal.ndjson
}

# ---- withdraw ----
claim "changes: withdrawing evidence improves nothing" python3 "$here/withdrawn.py" "$BINDERY" s 9
cp s/locker/journal.ndjson before
first=$(item 2026-01/network-security-groups-prod.json)
sidecar=$(jq -r 'select(.kind == "ingested" and (.path | endswith(".meta.json"))) | .evidence' s/locker/journal.ndjson | head -n 1)
register=$(jq -r 'select(.kind == "ingested" and (.path | endswith("register.csv"))) | .evidence' s/locker/journal.ndjson | head -n 1)
claim_exit "changes: an item that is not there is not withdrawn" 3 withdraw E-9999 'Dominik Ahrens' wrong
claim_says "changes: with the command that lists them" "there is no evidence item 'E-9999'"
claim_exit "changes: no number, no item" 3 withdraw 'E-1;rm' 'Dominik Ahrens' wrong
claim_exit "changes: a stranger withdraws nothing" 3 withdraw "$first" 'Eve Black' wrong
claim_says "changes: and learns where people are named" "is not among the people of bindery.json"
claim_exit "changes: without a reason nothing is withdrawn" 2 withdraw "$first" 'Dominik Ahrens' ' '
claim_exit "changes: nor without a name" 2 bindery -C s withdraw "$first" -q --reason wrong
claim_exit "changes: nor by nobody" 2 withdraw "$first" TBD wrong
claim_exit "changes: a sidecar is not withdrawn" 3 withdraw "$sidecar" 'Dominik Ahrens' wrong
claim_says "changes: but what it describes, or another one handed in" "withdraw the items that it describes, or hand in a corrected sidecar"
claim_exit "changes: nor is a register" 3 withdraw "$register" 'Dominik Ahrens' wrong
claim "changes: what was refused left the journal as it was" cmp before s/locker/journal.ndjson
claim_exit "changes: evidence is withdrawn with a reason" 0 withdraw "$first" 'Dominik Ahrens' 'exported from the test tenant'
claim_says "changes: which says what that means" "$first is withdrawn by Dominik Ahrens; its findings stay, and nothing passes by it"
claim_exit "changes: and not twice" 3 withdraw "$first" 'Dominik Ahrens' again
claim_says "changes: with the reason it was withdrawn for" "withdrawn already (exported from the test tenant)"
claim_exit "changes: a run with it ends 0" 0 bindery -C s run -q --as-of 2026-03-31
claim "changes: the same file does not bring it back" test \
    "$(jq -r --arg id "$first" '.evidence[] | select(.id == $id) | [.withdrawn, .withdrawn_by, .withdrawn_reason] | join("|")' \
        s/out/2026-H1/assessment.json)" = 'true|Dominik Ahrens|exported from the test tenant'
pdftotext -layout s/out/2026-H1/binder.pdf binder.txt
claim "changes: the binder prints who withdrew it and why" grep -q 'exported from the test tenant.*Dominik Ahrens' binder.txt
claim "changes: the first binder has none before it" grep -q 'This is the first package of the engagement' binder.txt
claim_exit "changes: explain, too" 0 bindery -C s explain 6.6.3 -q

# ---- roll-forward ----
v1=s/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v1.zip
v2=s/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v2.zip
printf '{"value":[]}' >s/inbox/later.json
claim_exit "changes: a later run rolls the interim package forward" 0 bindery -C s run -q
digest=$(unzip -p $v1 '*/90_INTEGRITY/SHA256SUMS' | sha256sum | cut -d ' ' -f 1)
pdftotext -layout s/out/2026-H1/binder.pdf binder.txt
claim "changes: the binder names the digest of the package before it" grep -q "Its SHA256SUMS *$digest" binder.txt
claim "changes: and what is new" grep -q 'Instances due since' binder.txt
claim "changes: with the new file" grep -q 'later.json' binder.txt
unzip -p $v2 '*/80_MACHINE/previous.json' >previous.json
claim "changes: which is as its schema says" /usr/bin/python3 "$here/../conformance/schema.py" \
    "$here/../../templates/schema/previous.schema.json" previous.json
claim "changes: the package holds what it compares with" test "$(jq -r '.sums_sha256' previous.json)" = "$digest"
unzip -p $v2 '*/80_MACHINE/changes.json' >changes.json
claim "changes: what came of the comparison travels, too" /usr/bin/python3 "$here/../conformance/schema.py" \
    "$here/../../templates/schema/changes.schema.json" changes.json
claim "changes: every number that the binder says of changes is a figure of it" python3 "$here/figures.py" $v2 since
claim_exit "changes: and proves its own words about it" 0 \
    bindery verify -q --trust s/identity/trial.crt.pem --reperform $v2
claim_says "changes: byte for byte" "made again with the same bytes, and the binder"
unzip -p $v2 '*/90_INTEGRITY/manifest.json' >manifest.json
claim_exit "changes: the same run once more" 0 bindery -C s run -q
unzip -p $v2 '*/90_INTEGRITY/manifest.json' >again.json
claim "changes: gives the same package" cmp manifest.json again.json
mv $v1 v1.zip
bindery -C s ingest -q --collected-at 2026-06-30T06:00:00Z previous.json >/dev/null 2>&1
mv $v2 v2.zip
claim_exit "changes: a package that is not at hand stops nothing" 0 bindery -C s run -q
claim_says "changes: but is said" "the binder cannot say what changed since the package before it"
pdftotext -layout s/out/2026-H1/binder.pdf binder.txt
claim "changes: in the binder, too, with its digest" grep -q 'It was not at' binder.txt

# ---- diff ----
claim_exit "changes: two days of a period" 0 bindery -C s diff -q 2026-H1@2026-03-31 2026-H1
claim_says "changes: what is new and fixed" "exceptions  1 new, 1 fixed,"
claim_says "changes: which evidence was carried" "carried, unchanged, hash equal; 0 new, 0 changed, 0 gone"
claim_exit "changes: two packages, without an engagement" 0 sh -c 'bindery diff -q --json v1.zip v2.zip 2>/dev/null >diff.json'
claim "changes: with catalog, instances and scores as data" jq -e \
    '.catalog.known and .catalog.same and (.coverage.instances | length > 0) and .evidence.counts.new == 1' diff.json
claim "changes: and that nobody vouches for either, where nobody is trusted" jq -e \
    '[.standing.before, .standing.after | .kind, .verdict] == ["package", "UNTRUSTED", "package", "UNTRUSTED"]' diff.json
claim_exit "changes: which is no reason not to compare" 0 bindery diff -q v1.zip v2.zip
claim_says "changes: but is said of each" "'v2.zip': nobody whom you trust vouches for this package"
claim_exit "changes: with the certificate of the signer" 0 bindery diff -q --trust s/identity/trial.crt.pem v1.zip v2.zip
claim_says "changes: both are verified" "package VERIFIED"
case $said in *"nobody whom"*) fail "changes: and nothing is doubted" "$said" ;; *) pass "changes: and nothing is doubted" ;; esac
cp v1.zip flipped.zip && chmod u+w flipped.zip
python3 - flipped.zip <<'PY'
import sys, zipfile
path = sys.argv[1]
with zipfile.ZipFile(path) as pack:
    at = next(i for i in pack.infolist() if i.filename.endswith("80_MACHINE/findings.ndjson"))
data = bytearray(open(path, "rb").read())
data[at.header_offset + 30 + len(at.filename) + at.compress_size // 2] ^= 1
open(path, "wb").write(data)
PY
claim_exit "changes: a package with a bit flipped where nothing is compared is refused all the same" 3 \
    bindery diff -q --trust s/identity/trial.crt.pem flipped.zip v2.zip
claim_says "changes: named, with what verify says" "in 'flipped.zip'"
claim_exit "changes: on the other side, too" 3 bindery diff -q v1.zip flipped.zip
claim_exit "changes: a trust that is none is a usage error" 2 bindery diff -q --trust s/bindery.json v1.zip v2.zip
claim_exit "changes: a package and an assessment" 0 bindery diff -q v1.zip s/out/2026-H1/assessment.json
claim_says "changes: of which nothing is known but what it says" "a file that nothing vouches for"
claim_says "changes: nor a catalog" "an assessment.json alone does not hold it"
claim_exit "changes: an unknown period" 3 bindery -C s diff -q 2025-H1 2026-H1
claim_says "changes: with those that there are" "'2025-H1' is neither a period of bindery.json (2026-H1"
claim_exit "changes: a day that is none" 2 bindery -C s diff -q 2026-H1@2026-02-30 2026-H1
claim_exit "changes: no day at all" 2 bindery -C s diff -q 2026-H1@ 2026-H1
claim_exit "changes: a file that is no assessment" 3 bindery -C s diff -q s/bindery.json 2026-H1
claim_says "changes: which is said" "this is no assessment"
echo '{' >torn.json
claim_exit "changes: nor JSON" 3 bindery diff -q torn.json v1.zip
claim_exit "changes: a zip that is no package" 3 bindery diff -q torn.zip v1.zip
cp torn.json torn.zip
claim_exit "changes: nor a zip" 3 bindery diff -q torn.zip v1.zip
jq -c '.engagement.tenant = "00000000-0000-0000-0000-000000000001" | .engagement.organisation = "Other"' \
    s/out/2026-H1/assessment.json >other.json
claim_exit "changes: another organisation's" 3 bindery diff -q other.json v1.zip
claim_says "changes: is named" "they are of different organisations, 'Other' and 'Contoso Ltd'"
jq -c 'del(.populations)' s/out/2026-H1/assessment.json >old.json
claim_exit "changes: one of an older version" 3 bindery diff -q old.json v1.zip
claim_says "changes: is not compared" "no list 'populations'; it is of an older version"
claim_exit "changes: one side is not enough" 2 bindery diff -q v1.zip
