# A package made by an older version: verified and judged again by this one, which says what has changed since.
fresh_folder
old=$root/tests/corpus/package/old/bindery-0.1.0.zip
its=$root/tests/corpus/package/old/bindery-0.1.0.pem

claim_exit "old: a package of an older version is VERIFIED" 0 bindery verify -q --trust "$its" "$old"
claim_says "old: by name" "VERIFIED CONTOSO_SOC2_2026-01-01_2026-06-30_v2"
claim_exit "old: judged again, every verdict, count, state and score is the same" 0 \
    bindery verify -q --trust "$its" --reperform "$old"
claim_says "old: every figure of its list stands in its binder" \
    "figures      $(unzip -p "$old" '*/80_MACHINE/figures.ndjson' | wc -l), all printed"
claim_says "old: that another version made it is said" "made by another version"
claim_says "old: a derivation that has changed since is named with both versions" \
    "derivation 'nsg-exposure', version 1 then, is of version"
claim_says "old: what only later versions say is named" "assessment.json says 'longest_gap' too"
claim_says "old: so is a gate that its own list of vendors gives, and that is no other judgement" \
    "assessment.json says a gate of vendors' reports too"
claim_exit "old: nobody who trusts another signer is told otherwise" 6 bindery verify -q --trust "$TRUST" "$old"
if python3 "$here/flip.py" "$old" "$its" 60 flipped.zip >why 2>&1; then
    pass "old: a flipped bit at any of 60 places of it is noticed"
else
    fail "old: a flipped bit at any of 60 places of it is noticed" "$(cat why)"
fi

# Exceptions in the order of their ids, five of each check, and a comparison with the package before it.
scattered=$root/tests/corpus/package/old/bindery-0.1.0-by-id
order='[.exceptions[].id] as $is | [.exceptions | sort_by(.check, .type, .key, .first_seen_failing)[].id] as $would | $is != $would'
claim "old: a package whose exceptions stand by their ids" \
    test true = "$(unzip -p "$scattered.zip" '*/80_MACHINE/assessment.json' | jq "$order")"
claim_exit "old: judged again, each exception is the same" 0 bindery verify -q --trust "$scattered.pem" --reperform "$scattered.zip"
claim_says "old: and every figure of each, and of what changed, stands in its binder" \
    "figures      $(unzip -p "$scattered.zip" '*/80_MACHINE/figures.ndjson' | wc -l), all printed"
claim_says "old: that the list came out in another order is said" "other bytes  60_EXCEPTIONS/exceptions.csv"

# another WORD... - a copy of the program that differs in this, an engagement with evidence of one day, its package as made.zip
another() {
    rm -rf e other
    python3 "$here/liar.py" "$BINDERY" other "$@" || return 1
    chmod +x other
    new_engagement e
    cp "$SAMPLE"/inbox/2026-03/network-security-groups-prod-* e/inbox/
    find e -exec touch -d 2026-06-30T12:00:00Z {} +
    SOURCE_DATE_EPOCH=1782972000 ./other -C e run -q >out 2>&1 || return 1
    cp e/out/2026-H1/*.zip made.zip
}
again() { bindery verify -q --trust e/identity/trial.crt.pem --reperform made.zip; }

claim "old: a program of other sources can be made" another version
claim_exit "old: what another version judged alike is VERIFIED" 0 again
claim_says "old: and said to be compared by what was judged" "what was judged is compared, not every byte"
bindery verify -q --json --trust e/identity/trial.crt.pem --reperform made.zip >json
claim "old: the answer as JSON tells the two programs apart" python3 - json <<'PY'
import json, sys
done = json.load(open(sys.argv[1]))["reperformed"]
assert not done["same_program"] and not done["same_version"] and done["differences"] == 0, done
assert done["changed"] == [] and done["other_bytes"] == [] and done["reworded"] == 0, done
PY

claim "old: a version that judges otherwise can be made" another version lie
claim_exit "old: what another version judged otherwise is not VERIFIED" 6 again
claim_says "old: and not called altered" "UNTRUSTED ACME"
claim_says "old: the place is named with both values" \
    "version: 80_MACHINE/assessment.json: at '/controls/"
claim_says "old: and both versions, of which only one can say more" "bindery 0.1.0 (sources 0123456789ab) and judged again"
claim_exit "old: its signature holds without it" 0 bindery verify -q --trust e/identity/trial.crt.pem made.zip

claim "old: a version that names exceptions otherwise can be made" another version ids
claim_exit "old: an exception that is there under no such name is no agreement" 6 again
claim_says "old: the one of the package is named" "/exceptions/0' the package says \"Y-nsg-admin-ports-"
claim_says "old: so is the one that it lacks" "/exceptions/0' the package says nothing, judged again it is \"X-nsg-admin-ports-"

claim "old: a version that words a reason otherwise can be made" another version words
claim_exit "old: other words for the same verdicts are no difference" 0 again
claim_says "old: they are counted" "sentences say the same in other words"
claim_says "old: and each file that came out otherwise is named" "other bytes  80_MACHINE/assessment.json"
claim "old: the same words by a program that claims to be this one can be made" another words
claim_exit "old: by this program they are an alteration" 1 again
claim_says "old: called so" "ALTERED ACME"
claim "old: a program that claims to be this one and judges otherwise can be made" another lie
claim_exit "old: that is an alteration" 1 again

# What no version could have made otherwise, and what another one could use to print what it likes.
claim "old: a version that lies about the edition can be made" another version edition
claim_exit "old: a manifest that contradicts its own package is ALTERED in any version" 1 again
claim_says "old: and says in what" "90_INTEGRITY/manifest.json: its 'edition' is not what the package's own"
claim "old: a version that lists no figures of the score can be made" another version figures
claim_exit "old: figures that point to nothing are an alteration" 1 again
claim_says "old: and a score that is not listed is named, for the binder could print any" "80_MACHINE/figures.ndjson: lacks the figure of '/score/ready/n'"
