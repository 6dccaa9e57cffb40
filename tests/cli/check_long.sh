# A binder too long to be held: drawn page by page, signed where it lies, made again with the same bytes; without room for
# its pages there is none.
fresh_folder
copy_sample e
seq 1400 | while read -r n; do
    printf '{"value":[{"id":"%d","displayName":"Policy %d"}]}' "$n" "$n" >"e/inbox/x$n.json"
done
trust=e/identity/trial.crt.pem

# First without room, so that nothing is there before.
claim_exit "long: without a folder for temporary files a run ends 4" 4 env TMPDIR=/nonexistent "$BINDERY" -C e run -q
claim_says "long: and says so" "cannot create temporary file '/nonexistent/bindery-"
claim "long: no output is there" test -z "$(find e/out -type f 2>/dev/null)"
claim "long: nothing is left behind" no_leftovers e
mkdir small
# What waits in it comes to about 3 MB, a little less where threads finish early.
if mount -t tmpfs -o size=2m none small 2>/dev/null; then
    claim_exit "long: with a full one it ends 4" 4 env TMPDIR="$PWD/small" "$BINDERY" -C e run -q
    claim_says "long: and is called so" "No space left on device"
    claim "long: no output is there by then" test -z "$(find e/out -type f 2>/dev/null)"
    claim "long: and nothing in the folder" test -z "$(find small -type f)"
    umount small
fi

mkdir temp
claim_exit "long: with room it works" 0 env TMPDIR="$PWD/temp" "$BINDERY" -C e run -q
claim "long: no temporary file is left" test -z "$(find temp -type f)"
binder=$(echo e/out/*/binder.pdf)
claim "long: it is longer than what is held" test "$(stat -c %s "$binder")" -gt 4500000
pages=$(pdfinfo "$binder" | sed -n 's/^Pages: *//p')
claim "long: of more than 600 pages" test "$pages" -gt 600
claim_exit "long: its signature is good" 0 bindery verify --trust "$trust" "$binder"
claim_exit "long: other programs find no fault" 0 qpdf --check "$binder"
claim "long: the last sheet names its file" sh -c "pdftotext '$binder' - | grep -qF x1400.json"
claim "long: and the list of hashes has it" sh -c "pdftotext -f $((pages - 80)) '$binder' - | grep -qF static_x1400-json.json"
claim_exit "long: it is made again with the same bytes" 0 bindery verify --trust "$trust" --reperform e/out/*/*.zip
claim_says "long: and says so" "and the binder"
