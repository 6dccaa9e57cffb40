# Files from elsewhere are read behind walls: a reader that breaks decides its own file alone, and without seccomp all is the same.
fresh_folder
if ! ${CC:-cc} -std=gnu11 -O1 -w -shared -fPIC -o wall.so "$root/tests/fault/wall.c" -ldl 2>why; then
    fail "walls: the shim compiles" "$(cat why)"
fi
wall="LD_PRELOAD=$PWD/wall.so"
case $(bindery --version --build-info) in
*"untrusted files: "*) pass "walls: --build-info says how untrusted files are read" ;;
*) fail "walls: --build-info says how untrusted files are read" "$(bindery --version --build-info)" ;;
esac
claim "walls: and as JSON" sh -c 'bindery --version --build-info --json | jq -e "has(\"seccomp\")"'
claim_exit "walls: where the kernel has no seccomp" 0 env "$wall" WALL_NONE=1 bindery --version --build-info
claim_says "walls: that is said" "this kernel allows no seccomp"
claim "walls: as JSON too" sh -c "env $wall WALL_NONE=1 bindery --version --build-info --json | jq -e '.seccomp == false'"

book=$SAMPLE/inbox/2026-06/purview-improvement-actions.xlsx
new_engagement e
cp "$book" e/inbox/actions.xlsx
cp "$SAMPLE"/inbox/2026-03/network-security-groups-prod-* e/inbox/
printf '<?xml version="1.0"?>\n<reports><report id="1"><name>a</name></report></reports>\n' >e/inbox/reports.xml
for word in crash hang hunger; do
    python3 "$here/walls.py" poisoned "$book" e/inbox/$word.xlsx $word
done
find e -exec touch -d 2026-06-30T12:00:00Z {} +
for name in with without broken; do
    cp -a e $name
done
export SOURCE_DATE_EPOCH=1782972000
claim_exit "walls: a run behind them" 0 bindery -C with run -q
claim_exit "walls: a run without seccomp" 0 env "$wall" WALL_NONE=1 bindery -C without run -q
claim "walls: gives the same assessment" cmp with/out/2026-H1/assessment.json without/out/2026-H1/assessment.json
claim "walls: and the same failing records" cmp with/out/2026-H1/findings.ndjson without/out/2026-H1/findings.ndjson
claim_exit "walls: a run whose readers break" 0 env "$wall" WALL_BREAK=1 bindery -C broken run -q
problem() { jq -r --arg path "$1" '[.evidence[] | select(.path == $path) | .problem // empty, .completeness_reason // empty] | join(" ")' broken/out/2026-H1/assessment.json; }
for line in "crash:broke down over this file (signal 11)" "hang:took more than" "hunger:needed more than"; do
    said=$(problem "${line%%:*}.xlsx")
    claim_says "walls: a reader's ${line%%:*} is said of its file" "${line#*:}"
done
claim "walls: and decides that file alone" python3 "$here/walls.py" rest with/out/2026-H1/assessment.json broken/out/2026-H1/assessment.json \
    crash.xlsx hang.xlsx hunger.xlsx
claim_exit "walls: the locker has no fault after it" 0 bindery -C broken locker check -q
unset SOURCE_DATE_EPOCH

said=$(python3 "$here/walls.py" seccomp "$BINDERY" verify -q --trust "$TRUST" "$PACK")
claim_says "walls: verify is behind seccomp while it reads" "2 0"
said=$(python3 "$here/walls.py" seccomp "$BINDERY" verify -q --trust "$TRUST" --reperform "$PACK")
claim_says "walls: also where it judges again" "2 0"
bindery verify -q --trust "$TRUST" "$PACK" >one
env "$wall" WALL_NONE=1 bindery verify -q --trust "$TRUST" "$PACK" >other
claim "walls: without seccomp verify says the same" cmp one other

# archive needs files and the network itself: what it reads of a PDF is tried in a confined child before
claim_exit "walls: a binder that is to be signed later" 0 bindery -C with render binder --sign-later -q
cp with/out/2026-H1/binder.pdf unsigned.pdf
claim_exit "walls: is signed" 0 bindery -C with sign -q unsigned.pdf
claim_exit "walls: a PDF that breaks its reader is not archived" 3 env "$wall" WALL_PDF=1 bindery -C with archive --tsa http://127.0.0.1:9/ -o archived.pdf unsigned.pdf
claim_says "walls: that is said" "the reader of PDFs broke down over this file (signal 11)"
claim "walls: and nothing is written" test ! -e archived.pdf
