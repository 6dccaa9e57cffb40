# What people sign of exceptions and controls: who may, what it changes, where it is printed.
fresh_folder
copy_sample s
bindery -C s run -q >/dev/null 2>&1
rdp=X-nsg-admin-ports-2026-03-15-4631df62
own=X-nsg-own-rules-2026-01-15-76f2d468
claim_exit "acts: the exceptions of the period are listed" 0 bindery -C s exception list -q
claim_says "acts: with state, control and id" "open      high      6.6.3  $rdp"
claim_says "acts: and when they were seen" "failing 2026-03-15, clean again 2026-04-15"

respond() { # NAME
    bindery -C s exception respond $rdp -q --by "$1" --role 'Cloud Admin' --cause 'left from a vendor session' \
        --effect 'no sign-in came through it' --response 'the rule was removed' --due 2026-07-31
}
close() { # NAME
    bindery -C s exception close $rdp -q --by "$1" --role Audit --checked 'the rule is gone in April'
}
cp s/locker/journal.ndjson before
claim_exit "acts: nobody closes what nobody answered" 3 close 'Dominik Ahrens'
claim_says "acts: and is told who answers" "has no response yet; its owner signs one with 'bindery exception respond'"
claim_exit "acts: who does not own the control does not answer for it" 3 respond 'Dominik Ahrens'
claim_says "acts: and is told who does" "the response is its owner's, Jens Müller (Cloud Admin)"
claim_exit "acts: a stranger signs nothing" 3 respond 'Eve Black'
claim_says "acts: and learns where people are named" "'Eve Black' is not among the people of bindery.json"
claim_exit "acts: a response without a cause is refused" 2 \
    bindery -C s exception respond $rdp -q --by 'Jens Müller' --role CISO --response x
claim_says "acts: with the option that is missing" "needs --cause TEXT"
claim_exit "acts: an exception that is not there is refused" 3 \
    bindery -C s exception close X-none-2026-01-01-00000000 -q --by 'Jens Müller' --role x --checked x
claim_says "acts: with the command that lists them" "'bindery exception list' lists them"
claim "acts: what was refused left the journal as it was" cmp before s/locker/journal.ndjson

claim_exit "acts: the owner answers, in any spelling of his name" 0 respond 'MÜLLER, jens'
claim_says "acts: and is told what is still missing" "it stays open until a later instance is clean and a reviewer closes it"
claim_exit "acts: who answered does not close" 3 close 'Jens Müller'
claim_says "acts: another person has to" "another person has to close it"
claim_exit "acts: another person closes" 0 close 'Dominik Ahrens'
claim_exit "acts: a waiver without an end is refused" 2 \
    bindery -C s waiver add $own -q --by 'Dominik Ahrens' --role CISO --reason 'old batch'
claim_exit "acts: a waiver that has ended is refused" 2 \
    bindery -C s waiver add $own -q --by 'Dominik Ahrens' --role CISO --reason 'old batch' --until 2026-01-31
claim_exit "acts: no day, no waiver" 2 \
    bindery -C s waiver add $own -q --by 'Dominik Ahrens' --role CISO --reason 'old batch' --until 2027-02-29
claim_exit "acts: a waiver until a day to come is kept" 0 \
    bindery -C s waiver add $own -q --by 'Dominik Ahrens' --role CISO --reason 'old batch' --until 2099-12-31

cp s/out/2026-H1/assessment.json was.json
claim_exit "acts: a run with them ends 0" 0 bindery -C s run -q
is() { # CLAIM FILTER WANTED
    claim "$1" test "$(jq -r --arg rdp $rdp --arg own $own "$2" s/out/2026-H1/assessment.json)" = "$3"
}
is "acts: the exception is closed and keeps who signed" \
    '.exceptions[] | select(.id == $rdp) | [.state, .response.by, .response.due, .closed.by] | join("|")' \
    'closed|MÜLLER, jens|2026-07-31|Dominik Ahrens'
is "acts: the waived one stays open" \
    '.exceptions[] | select(.id == $own) | [.state, .waived, .waiver.until] | join("|")' 'open|true|2099-12-31'
claim "acts: a waiver moves no state and no score" test \
    "$(jq -c '[(.score | [.ready, .cover, .fresh]), (.controls[] | select(.id == "6.6.1") | [.state, .due, .accepted])]' was.json)" = \
    "$(jq -c '[(.score | [.ready, .cover, .fresh]), (.controls[] | select(.id == "6.6.1") | [.state, .due, .accepted])]' s/out/2026-H1/assessment.json)"
pdftotext -layout s/out/2026-H1/binder.pdf binder.txt
claim "acts: the binder prints the response" grep -q 'the rule was removed. Signed by MÜLLER, jens (Cloud Admin)' binder.txt
claim "acts: the waiver, too" grep -q 'Until 2099-12-31: old batch. Approved by Dominik Ahrens (CISO)' binder.txt
claim_exit "acts: the package over them is verified" 0 \
    bindery verify --trust s/identity/trial.crt.pem s/out/2026-H1/*_v2.zip

claim_exit "acts: explain tells who signed" 0 bindery -C s explain 6.6.3 -q
claim_says "acts: with response and role" "the rule was removed (MÜLLER, jens, Cloud Admin, "
claim_exit "acts: one person does not sign a control away" 3 \
    bindery -C s na 4.5 -q --by 'Dominik Ahrens' --role CISO --reviewer 'ahrens dominik' --reason 'no such roles'
claim_exit "acts: a control that is not there is not signed away" 3 \
    bindery -C s na 99.9 -q --by 'Dominik Ahrens' --role CISO --reviewer 'Jens Müller' --reason 'no such roles'
claim_exit "acts: two do" 0 \
    bindery -C s na 4.5 -q --by 'Dominik Ahrens' --role CISO --reviewer 'Jens Müller' --reason 'no such roles'
claim_exit "acts: and the reason is printed" 0 env COLUMNS=160 bindery -C s status -q
claim_says "acts: beside the state" "not applicable: no such roles (Dominik Ahrens, reviewed by Jens Müller)"
