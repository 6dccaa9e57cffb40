# A budget for memory is kept by many files, and passed it is a sentence and 5: nothing is committed.
fresh_folder
export SOURCE_DATE_EPOCH=1782972000
bindery init -q e --organisation Contoso --period 2026-H1=2026-01-01..2026-06-30 >made
mkdir e/inbox/many
i=0
while [ $i -lt 3000 ]; do
    i=$((i + 1))
    echo "note $i of a large estate" >e/inbox/many/note-$i.txt
done
find e/inbox -exec touch -d 2026-06-30T12:00:00Z {} +
for name in small large free; do
    cp -a e $name
done
for size in 0 -1 12X 1.5M M 99999999999G ''; do
    claim_exit "memory: '--memory=$size' is no size" 2 bindery -C e status "--memory=$size"
done
claim_exit "memory: a run within 3 MiB ends with 5" 5 bindery -C small run -q --memory 3M
claim_says "memory: says so in a sentence" "bindery: out of memory in '"
claim_says "memory: with the bound" "(limit 3 MiB): nothing half-written was kept"
claim "memory: nothing is committed" test ! -s small/locker/journal.ndjson
claim "memory: nothing is put out" test ! -e small/out/2026-H1/binder.pdf
claim_exit "memory: taking in 3,000 files within 24 MiB" 0 bindery -C small ingest -q --memory 24M
claim_exit "memory: all of a run within 40 MiB" 0 bindery -C large run -q --memory 40M --jobs 2
claim_exit "memory: and without a bound" 0 bindery -C free run -q
claim "memory: gives the same assessment" cmp large/out/2026-H1/assessment.json free/out/2026-H1/assessment.json
pack=$(ls large/out/2026-H1/*.zip)
claim_exit "memory: its package is verified within 16 MiB" 0 bindery verify -q --memory 16M --trust large/identity/trial.crt.pem "$pack"
claim_exit "memory: and judged again within 40 MiB" 0 bindery verify -q --memory 40M --reperform --trust large/identity/trial.crt.pem "$pack"
claim_exit "memory: within 1 MiB it is not" 5 bindery verify -q --memory 1M --trust large/identity/trial.crt.pem "$pack"
mkdir tmp
claim_exit "memory: large lists lie in the temporary folder" 0 env TMPDIR="$PWD/tmp" bindery -C free run -q --no-cache --memory 40M
claim "memory: and nothing of them stays there" test -z "$(ls tmp)"
claim_exit "memory: without one they are memory, and pass the bound" 5 env TMPDIR=/nowhere bindery -C free run -q --no-cache --memory 40M
claim_exit "memory: and a long report, which is drawn in one, says so" 4 env TMPDIR=/nowhere bindery -C free run -q --no-cache

# sixty thousand exceptions: their list alone is 40 MB, and nobody holds it
bindery init -q failing --organisation Contoso --period 2026-H1=2026-01-01..2026-06-30 >made
python3 "$here/resident.py" stores failing/inbox/stores.json 20000
printf '{"format":"bindery-sidecar 1","collected_at":"2026-03-15T06:00:00Z","complete":true}' >failing/inbox/stores.json.meta.json
claim_exit "memory: a run with sixty thousand exceptions" 0 python3 "$here/resident.py" peak "$BINDERY" -C failing run -q
peak=$(printf '%s\n' "$said" | tail -n 1)
claim "memory: has no more than 40 MiB resident ($peak KiB)" test "$peak" -le 40960
claim "memory: and has them all" sh -c 'test "$(jq ".exceptions | length" failing/out/2026-H1/assessment.json)" -eq 60000'
unset SOURCE_DATE_EPOCH
