# The checklist, the readiness report as lists, the trend and --fail-under: can they be trusted, and redone?
fresh_folder
copy_ready r
out=r/out/2026-H1
claim_exit "readiness: the report alone is rendered" 0 bindery -C r render readiness -q
for name in readiness.pdf readiness.json readiness.txt todo.csv due.ics; do
    claim "readiness: $name is there" test -s $out/$name
    cp $out/$name was.$name
done
chmod -R a-w r/locker
claim_exit "readiness: it changes nothing in the locker" 0 bindery -C r render readiness -q -j 1
chmod -R u+w r/locker
for name in readiness.pdf readiness.json readiness.txt todo.csv due.ics; do
    claim "readiness: $name is the same again, on one thread" cmp was.$name $out/$name
done
pages=$(pdfinfo $out/readiness.pdf | sed -n 's/^Pages: *//p')
claim "readiness: the report has six to ten pages" test "$pages" -ge 6 -a "$pages" -le 10
pdftotext -f 1 -l 1 -layout $out/readiness.pdf first.txt
claim "readiness: of which the first says all that stands on it" grep -q 'counts for it as well' first.txt
pdftotext -layout $out/readiness.pdf all.txt
claim "readiness: every remark's kind stands in the report, too" sh -c "jq -r '.data_quality.remarks[].kind' $out/readiness.json |
    tr - ' ' | sort -u | while read -r kind; do grep -q \"^ *\$kind \" all.txt || exit 1; done"
claim "readiness: the list meets its schema" /usr/bin/python3 "$here/../conformance/schema.py" \
    "$here/../../templates/schema/readiness.schema.json" $out/readiness.json
claim "readiness: every item that the binder doubts is among its remarks" /usr/bin/python3 - $out/assessment.json $out/readiness.json $out/todo.csv <<'PY'
import csv
import json
import sys

assessment, ready = (json.load(open(path)) for path in sys.argv[1:3])
remarks = ready["data_quality"]["remarks"]
rows = list(csv.DictReader(open(sys.argv[3], encoding="utf-8", newline="")))
said = {(one["kind"], one.get("subject")) for one in remarks}
wanted = {("refused" if one["severity"] == "refused" else None, one["evidence"])
          for one in assessment["data_quality"] if one.get("severity") == "refused"}
wanted |= {("not-recognised", one["evidence"]) for one in assessment["unmapped"]}
wanted |= {("time-assumed", one["id"]) for one in assessment["evidence"] if one["collected_at_assumed"]
           and not one["path"].endswith((".meta.json", "register.csv"))}
wanted |= {(one["kind"], one["source"]) for one in assessment["data_quality"] if one.get("kind") == "people-counts"}
missing = wanted - said
unlisted = said - {(row["kind"], row["subject"]) for row in rows}
sys.exit("missing %s, not in todo.csv %s" % (missing, unlisted) if missing or unlisted or len(wanted) < 4 else 0)
PY
claim "readiness: the list is canonical" /usr/bin/python3 "$here/../conformance/canonical.py" $out/readiness.json

# every point of the trend is what --as-of that day says
for day in $(jq -r '.history[].day' $out/readiness.json); do
    wanted=$(bindery -C r status --json -q --as-of "$day" | jq -Sc '.score | [.ready, .cover, .fresh | [.n, .of, .percent]]')
    claim "readiness: the trend of $day is the judging as of it" test "$wanted" = \
        "$(jq -Sc --arg day "$day" '.history[] | select(.day == $day) | [.ready, .cover, .fresh | [.n, .of, .percent]]' $out/readiness.json)"
done
claim "readiness: the trend has the five earlier months" test "$(jq '.history | length' $out/readiness.json)" -eq 5
last=$(jq -r '.since.day' $out/readiness.json)
bindery -C r status --json -q --as-of "$last" >then.json
bindery -C r status --json -q >now.json
claim "readiness: what changed is the difference of the two states" test "$(jq -rs '
    [.[0].controls, .[1].controls | map(select(.in_scope) | {key: .id, value: (.state + (.exception | tostring))}) | from_entries]
    | . as [$a, $b] | $b | keys | map(select($a[.] != $b[.])) | sort | join(" ")' then.json now.json)" = \
    "$(jq -r '[.since.controls[].control] | sort | join(" ")' $out/readiness.json)"
claim "readiness: todo.csv is read by others, each row as wide as its head" /usr/bin/python3 - $out/todo.csv <<'PY'
import csv
import sys

rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", newline="")))
sys.exit(len({len(row) for row in rows}) != 1 or len(rows) < 50)
PY
claim "readiness: due.ics has CRLF alone, no line over 75 octets and as many ends as beginnings" /usr/bin/python3 - $out/due.ics <<'PY'
import sys

data = open(sys.argv[1], "rb").read()
lines = data.split(b"\r\n")
begins = [line for line in lines if line.startswith(b"BEGIN:")]
ends = [line for line in lines if line.startswith(b"END:")]
uids = [line for line in lines if line.startswith(b"UID:")]
sys.exit(b"\n" in data.replace(b"\r\n", b"") or max(map(len, lines)) > 75 or len(begins) != len(ends)
         or len(uids) != len(set(uids)) or data[-2:] != b"\r\n" or len(uids) < 5)
PY
claim "readiness: the mail keeps to 72 columns" sh -c "! grep -nE '^.{73,}' $out/readiness.txt | grep -v 'X-'"

# half way through the period: due dates of its own windows, a log that is about to be dropped
claim_exit "readiness: a report in the middle of the period" 0 bindery -C r render readiness -q --as-of 2026-03-20
claim "readiness: windows end with the running month" test \
    "$(jq -r '[.due[] | select(.kind == "window" and .subject == "6.6.3b") | .due] | join(" ")' $out/readiness.json)" = 2026-03-31
claim "readiness: and are those of the period" test "$(jq -r .due_period $out/readiness.json)" = 2026-H1
claim "readiness: the days to period end are counted" test "$(jq -r .period.days_to_end $out/readiness.json)" = 102

# ---- --fail-under ----
claim_exit "fail-under: a score that is reached ends 0" 0 bindery -C r assess -q --fail-under READY=2
rm -f $out/readiness.json
claim_exit "fail-under: one below ends 1" 1 bindery -C r render readiness -q --fail-under READY=80 --fail-under cover=0.5
claim_says "fail-under: with one sentence" "bindery: READY 4 of 91 (4.4 %) is under 80 %"
claim "fail-under: and writes all the same" test -s $out/readiness.json
claim_exit "fail-under: a run, too" 1 bindery -C r run -q --fail-under FRESH=99.5
claim_exit "fail-under: and the status" 1 bindery -C r status -q --fail-under COVER=12
claim_exit "fail-under: --json tells it as well" 1 sh -c 'bindery -C r assess -q --json --fail-under READY=80 2>/dev/null >below.json'
claim "fail-under: in a member of its own" test "$(jq -r '.below[0]' below.json)" = "READY 4 of 91 (4.4 %) is under 80 %"
for bad in READY=80% READY READY= SCORE=1 READY=101 READY=-1 =5; do
    claim_exit "fail-under: $bad is a usage error" 2 bindery -C r assess -q "--fail-under=$bad"
done
claim_says "fail-under: and says what is expected" "expected READY=, COVER= or FRESH="
claim_exit "fail-under: a command without a score does not take it" 2 bindery -C r ingest -q --fail-under READY=1

# ---- status ----
claim_exit "status: lists the checklist" 0 bindery -C r status -q
claim "status: all 67 of it" test "$(printf '%s\n' "$said" | grep -cE '^(\[[x~ .]\]|n/a) [! ] *[0-9]')" -eq 67
claim "status: no line is wider than 80 columns" sh -c '! printf "%s\n" "$0" | grep -qE "^.{81,}"' "$said"
claim "status: nor coloured where nobody looks" sh -c '! printf "%s" "$0" | grep -q "$(printf "\033")"' "$said"
claim_says "status: an item with due date and newest evidence" "[x]   1.1"
claim_exit "status: one owner's in any case" 0 bindery -C r status -q --owner 'cloud admin' --state in-progress
claim "status: has no others" sh -c '! printf "%s\n" "$0" | grep -E "^\[" | grep -qvE "Cloud Admin|^\[x\] complete"' "$said"
claim_says "status: and says why" "2 exceptions are open"
claim "status: filters hold for --json, too" test "$(bindery -C r status -q --json --criterion CC6.6 --state '!' | \
    jq -r '[.checklist[].number] | join(" ")')" = "$(bindery -C r status -q --json | \
    jq -r '[.controls[] | select(.exception and .in_scope) | select(.criteria | index("CC6.6")) | .id] | join(" ")')"
for wrong in "--owner Boss" "--criterion CC99" "--state done"; do
    # shellcheck disable=SC2086
    claim_exit "status: $wrong is a usage error" 2 bindery -C r status -q $wrong
    claim_says "status: that names the known ones" "known are '"
done
python3 "$here/terminal.py" -- -C r status -q >shown 2>&1
claim "status: colour on a terminal" grep -q "$(printf '\033')\[33m\[~\]" shown
NO_COLOR=1 python3 "$here/terminal.py" -- -C r status -q >shown 2>&1
claim "status: none with NO_COLOR" sh -c '! grep -q "$(printf "\033")\[3" shown'
TERM=dumb python3 "$here/terminal.py" -- -C r status -q >shown 2>&1
claim "status: nor on a dumb terminal" sh -c '! grep -q "$(printf "\033")\[3" shown'
said=$(COLUMNS=120 bindery -C r status -q)
claim_says "status: a wide terminal shows the whole item" "An information security policy approved by named management is"

# ---- explain ----
for control in 1.1 6.6.3 2.1; do
    claim_exit "explain: $control" 0 bindery -C r explain $control -q
    state=$(jq -r --arg id $control '.controls[] | select(.id == $id) | .state' now.json)
    lacks=$(printf '%s\n' "$said" | grep -c '^  LACKS')
    claim "explain: the conditions of $control all hold where it is $state, and else not" sh -c \
        'if [ "$0" = "[x]" ]; then [ "$1" -eq 0 ]; else [ "$1" -gt 0 ]; fi' "$state" "$lacks"
done
said=$(bindery -C r explain 6.6.3 -q)
printf '%s\n' "$said" | sed -nE 's/^  (E-[0-9]+)  ([0-9a-f]{64})  (.*)$/\2  r\/inbox\/\3/p' >sums
claim "explain: its files are named with hashes that sha256sum finds in the inbox" sh -c 'test -s sums && sha256sum --quiet -c sums'
