# Freeze, then seed, then draw: the order is kept, the draw is repeated by stock tools, nothing is replaced in silence.
fresh_folder
copy_sample s
bindery -C s run -q >/dev/null 2>&1
sample() { # OPTION... - of the leavers
    bindery -C s sample 6.3.1 --population leavers -q "$@"
}
files=s/out/2026-H1/samples/6.3.1_leavers
base=$files/6.3.1_leavers_2026-H1
is() { # CLAIM FILTER WANTED - of the leavers' population
    claim "$1" test "$(jq -r ".populations[] | select(.id == \"6.3.1-leavers-2026-H1\") | $2" s/out/2026-H1/assessment.json)" = "$3"
}
is "samples: a run counts a population that nobody froze" '[.count, .complete, (.freezes | length)] | join(" ")' '6 true 0'

cp s/locker/journal.ndjson before
claim_exit "samples: a seed before the freeze is refused" 3 sample --seed 7319
claim_says "samples: with what comes first" \
    "the seed comes before the freeze: population 6.3.1-leavers-2026-H1 is not frozen; 'bindery sample 6.3.1 --freeze' freezes it"
claim_exit "samples: freeze and seed in one call are refused" 2 sample --freeze --seed 7319
claim_exit "samples: of several populations one has to be named" 2 bindery -C s sample 6.3.1 -q --seed 7319
claim_says "samples: and they are listed" "name one with --population: leaver-accounts, leavers, roster"
claim_exit "samples: a population that is not there is refused" 3 bindery -C s sample 6.3.1 -q --population nobody --freeze
claim_says "samples: with those that are" "it has: leaver-accounts, leavers, roster"
claim_exit "samples: settings are not drawn from" 3 bindery -C s sample 6.7.2 -q --freeze
claim_says "samples: because all of them are tested" "which are tested whole"
claim_exit "samples: a control that is not there is refused" 3 bindery -C s sample 99.9 -q --freeze
claim_exit "samples: a size without a seed is refused" 2 sample --freeze --size 3
claim_exit "samples: no size of nothing" 2 sample --seed x --size 0
claim_exit "samples: strata are of the calendar or the subscription" 2 sample --seed x --strata week
claim "samples: what was refused left the journal as it was" cmp before s/locker/journal.ndjson
claim_exit "samples: populations are listed without an option" 0 bindery -C s sample 6.3.1 -q
claim_says "samples: with count and hash" "6.3.1-leavers-2026-H1  6 items, SHA-256 fba05b18ae73"

claim_exit "samples: a population is frozen" 0 sample --freeze
claim_says "samples: under its hash" "6 items frozen, SHA-256 $(sha256sum <"$base.population.keys" | cut -c1-64)"
claim "samples: the keys are sorted by their bytes" env LC_ALL=C sort -cu "$base.population.keys"
claim "samples: sha256sum checks the lists" sh -c "cd $files && sha256sum -c 6.3.1_leavers_2026-H1.population.sha256"
claim_exit "samples: a second freeze of the same says so" 0 sample --freeze
claim_says "samples: and does nothing" "with these 6 items; nothing was done"
claim "samples: one line of the journal holds the freeze" test "$(grep -c '"kind":"frozen"' s/locker/journal.ndjson)" -eq 1
claim_exit "samples: a seed of a time before the freeze is refused" 3 sample --seed 2026-01-01T06:00:00Z/auditor-7319
claim_says "samples: because it was known" "names a time before the freeze"
claim_exit "samples: also where it is nothing but a time" 3 sample --seed 2026-01-01T06:00:00Z
claim_exit "samples: a seed of two lines is refused" 2 sample --seed 'a
b'
claim_exit "samples: more than there are is refused" 2 sample --seed 7319 --size 7

claim_exit "samples: a seed after the freeze draws" 0 sample --seed 'beacon 7319'
claim_says "samples: as a self-test" "pre-fieldwork self-test; the auditor chooses the sample (size 5; common range 3-5)"
while IFS= read -r key; do
    printf '%s %s\n' "$(printf 'beacon 7319\n6.3.1-leavers-2026-H1\n%s' "$key" | sha256sum | cut -c1-64)" "$key"
done <"$base.population.keys" | LC_ALL=C sort >ranked
jq -r '(.chosen + .reserve)[] | [.sha256, .key] | join(" ")' "$base.selection.json" >drawn
claim "samples: sha256sum and sort repeat the draw" diff ranked drawn
claim_exit "samples: the same seed again is the same draw" 0 sample --seed 'beacon 7319'
claim_says "samples: and said to be" "with the same result; nothing was done"
claim_exit "samples: another seed over one freeze is refused" 3 sample --seed 4711
claim_says "samples: unless somebody says why" "a second draw needs --again with --reason and --by"
claim_exit "samples: --again alone says nothing" 2 sample --seed 4711 --again
claim "samples: one line of the journal holds the draw" test "$(grep -c '"kind":"drawn"' s/locker/journal.ndjson)" -eq 1

first=$(sed -n 1p drawn | cut -c66-)
second=$(sed -n 2p drawn | cut -c66-)
last=$(sed -n 6p drawn | cut -c66-)
claim_exit "samples: nothing is replaced without a reason" 2 sample --replace "$first" --by 'Ada Berg'
claim_exit "samples: nor by nobody" 2 sample --replace "$first" --reason 'entered twice' --by 'n/a'
claim_exit "samples: what is not in the sample is not replaced" 3 sample --replace "$last" --reason x --by 'Ada Berg'
claim_exit "samples: the next in order stands for what is replaced" 0 \
    sample --replace "$first" --reason 'entered twice' --by 'Ada Berg'
claim_says "samples: and both are named" "'$last' stands for '$first'"
claim_exit "samples: what is replaced is not replaced again" 3 sample --replace "$first" --reason x --by 'Ada Berg'
claim_exit "samples: when none stands by, that is said" 3 sample --replace "$second" --reason x --by 'Ada Berg'
claim_says "samples: with what can be done" "no item stands by any more"

# An item has a folder with what shows it.
item=$(find "$files/drawn" -name item.json | sort | sed -n 2p)
claim "samples: an item has its verdict, its checks and its files" jq -e \
    '.checks[0].check == "leavers-reconciled" and .verdict == "pass" and (.files | length) > 0' "$item"
claim "samples: the record itself lies beside it" test \
    "$(jq -r '[.employee_id, .terminated_at] | join("|")' "$(dirname "$item")/record.json")" = "$(jq -r .item_key "$item")"
claim "samples: a file beside it is the one in the locker" sh -c \
    "jq -r '.files[] | select(.copy) | .sha256 + \"  \" + .copy' $item | (cd $(dirname "$item") && sha256sum -c)"

# Results.
row="$second,no deviation,,Ada Berg,2026-07-15"
for bad in "$second,maybe,,Ada Berg,2026-07-15|expected 'no deviation' or 'deviation'" \
    "$second,deviation,,Ada Berg,2026-07-15|a deviation needs a note" \
    "$second,deviation,late,N/A,2026-07-15|which names nobody" \
    "$second,deviation,late,Ada Berg,2999-01-01|not still to come" \
    "$second,deviation,late,Ada Berg,15.7.2026|expected a date like" \
    "nobody,deviation,late,Ada Berg,2026-07-15|is not in the sample" \
    "$first,deviation,late,Ada Berg,2026-07-15|was replaced by"; do
    # the keys of the sample hold a bar of their own
    printf 'item_key,result,note,tester,tested_on\n%s\n%s\n' "$row" "${bad%|*}" >bad.csv
    claim_exit "samples: results with one bad row are refused: ${bad##*|}" 3 sample --results bad.csv
    claim_says "samples: with file and row: ${bad##*|}" "'bad.csv', row 3: "
    claim_says "samples: and what is wrong: ${bad##*|}" "${bad##*|}"
done
printf 'item_key,result\n%s,deviation\n' "$second" >bad.csv
claim_exit "samples: results without a tester are refused" 3 sample --results bad.csv
claim_says "samples: with the columns" "has no column tester"
claim_exit "samples: no file, no results" 4 sample --results nothing.csv
claim "samples: none of these was taken in" test "$(grep -c '"act":"results"' s/locker/journal.ndjson)" -eq 0
cp s/out/2026-H1/assessment.json was.json
printf 'item_key,result,note,tester,tested_on\n%s\n' "$row" >good.csv
claim_exit "samples: a result without deviation is taken in" 0 sample --results good.csv
bindery -C s run -q >/dev/null 2>&1
claim "samples: and moves no state, no instance and no score" test \
    "$(jq -c '[.score, [.controls[] | [.id, .state, .exception, .due, .accepted]]]' was.json)" = \
    "$(jq -c '[.score, [.controls[] | [.id, .state, .exception, .due, .accepted]]]' s/out/2026-H1/assessment.json)"
printf 'item_key,result,note,tester,tested_on\n%s,Deviation,"=badge still opened, the door",Ada Berg,2026-07-16\n' "$last" >deviation.csv
claim_exit "samples: a deviation is taken in" 0 sample --results deviation.csv
claim_says "samples: and counted" "1 result taken in, 1 deviation"
claim_exit "samples: the same file twice is one" 0 sample --results deviation.csv
claim_says "samples: and that is said" "these results were taken in already; nothing was done"
printf 'item_key,result,note,tester,tested_on\n%s,no deviation,looked again,Ola Lind,2026-07-17\n' "$last" >back.csv
claim_exit "samples: a deviation is not taken back" 0 bindery -C s sample 6.3.1 --population leavers --results back.csv
claim_says "samples: and that is said" "has a deviation on record, by Ada Berg; both are kept, and the deviation holds"
claim_exit "samples: what was tested is not replaced" 3 sample --replace "$second" --reason x --by 'Ada Berg'

claim_exit "samples: a run over it ends 0" 0 bindery -C s run -q
is "samples: the assessment has draw, replacement and results" \
    '[.seed, .size, .tested, .deviations, .unanswered, .replacements[0].by, ([.chosen[].role] | sort | join("+"))] | join("|")' \
    'beacon 7319|5|2|1|1|Ada Berg|replaced+replacement+sample+sample+sample+sample'
is "samples: and repeats the draw" '.draw_is_repeated' true
claim "samples: the control is flagged" test \
    "$(jq -r '.controls[] | select(.id == "6.3.1") | .exception' s/out/2026-H1/assessment.json)" = true
claim "samples: the schema holds" python3 -c "
import json, jsonschema
schema = json.load(open('$root/templates/schema/assessment.schema.json'))
jsonschema.Draft202012Validator(schema).validate(json.load(open('s/out/2026-H1/assessment.json')))"
claim_exit "samples: explain shows the sample" 0 bindery -C s explain 6.3.1 -q
claim_says "samples: with the deviation" "deviation in $last (Ada Berg, 2026-07-16): =badge still opened, the door"
pdftotext -layout s/out/2026-H1/binder.pdf binder.txt
claim "samples: the binder prints the seed" grep -q 'size 5 by sha256-rank-1 with seed "beacon 7319"' binder.txt
claim "samples: the replacement" grep -q 'Replaced .*(entered twice)\|entered twice' binder.txt
claim "samples: and the published vector" grep -q '00457a6151abc14e6a99671099551883f57e0902de9ddfcda9d534df197b82c6' binder.txt
zip=$(ls s/out/2026-H1/*.zip | sort -V | tail -n 1)
claim_exit "samples: the package over them is verified" 0 bindery verify --trust s/identity/trial.crt.pem "$zip"
unzip -q "$zip" -d unpacked
claim "samples: it holds the lists that sample wrote" sh -c \
    "cd unpacked/*/20_POPULATIONS && sha256sum -c 6.3.1_leavers_2026-H1.population.sha256 && test -s 6.3.1_leavers_2026-H1.selection.json"
claim "samples: no cell of theirs begins a formula" sh -c \
    "grep -h 'badge still' unpacked/*/20_POPULATIONS/*.sample.csv | grep -q \"\\\"'=badge still opened, the door\\\"\""

# The auditor's own selection.
printf 'item_key\n%s\n%s\nC9999|2026-01-01\n%s\n' "$second" "$last" "$second" >own.csv
claim_exit "samples: an auditor's selection is taken" 0 bindery -C s sample 6.3.1 --population leavers --items own.csv
claim_says "samples: what is not in the population is said, with its row" \
    "'own.csv', row 4: 'C9999|2026-01-01' is no item of population 6.3.1-leavers-2026-H1; it is kept as unmatched"
claim_says "samples: and counted" "2 items selected by the auditor, 1 of the list unmatched"
claim "samples: it is kept as unmatched" jq -e '.selections[0].unmatched == ["C9999|2026-01-01"]' "$base.selection.json"
printf 'key\nx\n' >own.csv
claim_exit "samples: a list without keys is refused" 3 sample --items own.csv
bindery -C s sample 1.3 --population active-people -q --freeze >/dev/null
keys=s/out/2026-H1/samples/1.3_active-people/1.3_active-people_2026-H1.population.keys
(echo item_key; head -n 2 $keys) >own.csv
claim_exit "samples: a selection of another population" 0 bindery -C s sample 1.3 --population active-people -q --items own.csv
claim "samples: has a folder for each item" test "$(find s/out/2026-H1/samples/1.3_active-people/selected -name item.json | wc -l)" -eq 2

# A population that changes, and one that is empty.
head -n 1 s/inbox/hr/leavers-2026-H1.csv >s/inbox/hr/leavers-late.csv
printf '=1+1,late.one@contoso.example,2026-06-10T17:00:00+02:00,voluntary,Europe/Berlin,,2026-06-10T09:00:00+02:00\n' >>s/inbox/hr/leavers-late.csv
jq '.rows = 1 | del(.reviews)' s/inbox/hr/leavers-2026-H1.csv.meta.json >s/inbox/hr/leavers-late.csv.meta.json
bindery -C s ingest -q >/dev/null 2>&1
claim_exit "samples: a seed for a population that changed is refused" 3 sample --seed 4712
claim_says "samples: it is frozen anew" "changed since it was frozen (6 items then, 7 now): it is frozen anew, and this seed was known before"
claim "samples: and the journal keeps both freezes" test \
    "$(grep '"kind":"frozen"' s/locker/journal.ndjson | grep -c '6.3.1-leavers-2026-H1')" -eq 2
claim_exit "samples: a seed that was drawn with before is refused" 3 sample --seed 'beacon 7319'
claim_says "samples: because it was known" "was used before 6.3.1-leavers-2026-H1 was frozen"
claim_exit "samples: a new one draws" 0 sample --seed 4713 --strata month
claim_says "samples: inside each month" "1 of 2026-06  "
bindery -C s assess -q >/dev/null 2>&1
is "samples: which is repeated with each run" '[.draw_is_repeated, .draw_is_older, .strata] | join(" ")' 'true false month'
claim_exit "samples: once more, for a reason" 0 sample --seed 4714 --again --reason 'the auditor gave a seed' --by 'Ada Berg'
claim "samples: a key that looks like a formula is guarded in the list" grep -q "^'=1+1|" "$base.population.csv"
claim "samples: and stands as it is among the keys" grep -q "^=1+1|" "$base.population.keys"
printf "item_key\n'=1+1|2026-06-10T17:00:00+02:00\n" >own.csv
claim_exit "samples: a key is found with the apostrophe of our list" 0 sample --items own.csv
claim_says "samples: as it stands there" "1 item selected by the auditor, 0 of the list unmatched"
claim_exit "samples: an earlier deviation outlives the draw" 0 bindery -C s explain 6.3.1 -q
claim_says "samples: and is shown" "deviation in $last"
claim_exit "samples: an empty population is frozen" 0 bindery -C s sample 2.2 -q --freeze
claim_says "samples: as what it is" "2.2-tickets-2026-H1: none was seen in the period, asked of Tickets (csv:tickets), last exported never"
claim_says "samples: with what is missing" "its evidence is not complete: no usable extract of csv:tickets describes 2026-01-01"
claim_exit "samples: and nothing is drawn from it" 3 bindery -C s sample 2.2 -q --seed 4715
claim_exit "samples: a complete one without items" 0 bindery -C s sample 6.2.2 --population grants-made -q --freeze
claim_says "samples: is no occurrence, with query and time" \
    "no occurrence in the period, asked of Access that was granted (GET https://graph.microsoft.com/"
claim_exit "samples: all of it runs" 0 bindery -C s run -q
claim "samples: nothing is left behind" no_leftovers s/out s/locker

# The longest names that a period and an organisation may have still fit a package.
copy_sample l
edit_config l "d['periods'][0]['id'] = 'A-period-with-a-very-long-name-3'; d['organisation']['short'] = 'ABCDEFGHIJKLMNOP'"
bindery -C l ingest -q >/dev/null 2>&1
claim_exit "samples: all populations of a control are frozen at once" 0 bindery -C l sample 4.5 -q --freeze
claim_exit "samples: and packaged under names that fit" 0 bindery -C l run -q
claim "samples: each with its list" test "$(unzip -Z1 l/out/*/*.zip | grep -c '20_POPULATIONS/4.5_.*population.csv$')" -eq 5

# Type I walks one event through.
new_engagement e
edit_config e "d['periods'] = [{'id': 'DAY', 'type': 'I', 'as_of': '2026-06-30'}]"
claim_exit "samples: Type I draws nothing" 3 bindery -C e sample 6.3.1 -q --freeze
claim_says "samples: and says why" "is of Type I, which walks one event through and draws no samples"
