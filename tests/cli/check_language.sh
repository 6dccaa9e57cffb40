# Random conditions and records, answered by a second reading of the language that shares no code with ours.
fresh_folder
for seed in 1 2 3; do
    if ! python3 "$here/language.py" $seed 4000 >random.case 2>why; then
        fail "language: cases of seed $seed are made" "$(cat why)"
        continue
    fi
    claim_exit "language: 4000 random conditions of seed $seed answer as the model does" 0 bindery catalog test random.case
    claim "language: ... and each of the three answers occurs" sh -c \
        'for word in true false unknown; do [ "$(grep -cx $word random.case)" -gt 200 ] || exit 1; done'
done
