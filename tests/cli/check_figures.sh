# Every number printed in the binder stands in assessment.json, by the text of the pages.
fresh_folder
if said=$(python3 "$here/figures.py" "$PACK" 2>&1); then
    pass "figures: every figure of the binder is the assessment's"
    echo "cli: $said"
else
    fail "figures: every figure of the binder is the assessment's" "$said"
fi
