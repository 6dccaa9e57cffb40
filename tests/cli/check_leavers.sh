# A leaver whose account or day the list gives otherwise than the roster is not clean: under another name, or with more
# time, a late disabling looks timely.
fresh_folder
copy_sample s
cp -R s/inbox kept
shown() {
    rm -rf s/locker s/out
    SOURCE_DATE_EPOCH=1785000000 bindery -C s run -q >/dev/null 2>&1
    python3 "$here/leavers.py" s/out/2026-H1/assessment.json
}
claim_leaver() {
    rm -r s/inbox
    cp -R kept s/inbox
    python3 "$here/leavers.py" s/inbox "$2" "$3"
    got=$(shown)
    claim "leavers: $1" test "$got" = "$4"
}
late=2026-03-12T17:00:00+01:00

claim_leaver "the sample's late leaver deviates by his account alone" x x "a clean, b deviation"
claim_leaver "another person's account is not his" oliver.brandt@ tomasz.kowalik@ "a deviation, b clean"
claim_leaver "the case of his account does not matter" oliver.brandt@ OLIVER.BRANDT@ "a clean, b deviation"
claim_leaver "a later day is no agreement" "$late" 2026-03-13 "a deviation, b clean"
claim_leaver "nor is a later hour" "$late" 2026-03-13T19:00:00+01:00 "a deviation, b clean"
claim_leaver "nor a year that is far away" "$late" 2525-03-12T17:00:00+01:00 "a deviation, b clean"
claim_leaver "the same day alone is" "$late" 2026-03-12 "a clean, b deviation"
claim_leaver "midnight of that day is" "$late" 2026-03-13T00:00:00+01:00 "a clean, b deviation"
