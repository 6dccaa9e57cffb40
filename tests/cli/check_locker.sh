# Seals, checkpoints, proofs, `locker check` and `locker gc`, and two commands at once on one locker.

fresh_folder
copy_ready e
trust=e/identity/trial.crt.pem
journal=e/locker/journal.ndjson

# ---- check ----

claim_exit "locker: a finished run's locker has no fault" 0 bindery -C e locker check
claim_says "locker: and says what it read" "0 seals: 0 faults"
claim "locker: check's JSON counts as the journal does" sh -c \
    "bindery -C e locker check --json | python3 -c \"import json, sys
d = json.load(sys.stdin)
lines = open('$journal', 'rb').read().splitlines()
assert d['lines'] == len(lines) and d['fault_count'] == 0 and d['faults'] == [] and not d['writer'], d\""
find e -type f -exec sha256sum {} + | sort >before
bindery -C e locker check >/dev/null
bindery -C e locker gc >/dev/null
bindery -C e locker prove E-0001 >/dev/null
find e -type f -exec sha256sum {} + | sort >after
claim "locker: check, prove and gc without --apply change no byte" cmp before after
claim_exit "locker: none is no empty one" 3 bindery -C nowhere locker check
claim_says "locker: and is called so" "there is no locker 'nowhere/locker'"

# ---- seal: what is refused ----

claim_exit "seal: not before the period has ended" 3 env SOURCE_DATE_EPOCH=1777593600 "$BINDERY" -C e seal -q
claim_says "seal: and says its last day" "it has not ended, its last day is 2026-06-30 (Europe/Berlin)"
claim_exit "seal: a reason without a seal before it is no addendum" 2 bindery -C e seal --reason x -q
claim_exit "seal: an unknown period is refused" 2 bindery -C e seal --period 2031 -q
new_engagement n
claim_exit "seal: an empty locker is nothing to seal" 3 bindery -C n seal -q
claim_says "seal: and says so" "the locker holds no evidence"
object=$(find e/locker/objects -name '*.gz' | sort | head -n 1)
cp -p "$object" kept.gz
chmod u+w "$object"
printf '\377' | dd of="$object" bs=1 seek=20 conv=notrunc 2>/dev/null
claim_exit "seal: damaged evidence is not sealed" 3 bindery -C e seal -q
claim_says "seal: and is named" "cannot seal what is damaged: 'objects/sha256/"
claim_exit "check: a flipped byte is a fault" 1 bindery -C e locker check
claim_says "check: named with its file" "object: ${object#e/locker/}: "
claim_says "check: and what to do" "-> bring the file back from a copy"
cp -pf kept.gz "$object"
claim "seal: nothing was written" test ! -e e/locker/periods

# ---- seal ----

lines=$(wc -l <$journal)
claim_exit "seal: a period that ended is sealed" 0 bindery -C e seal -q
claim_says "seal: and says over what" "2026-H1 is sealed: $lines journal lines, signed by CN=Contoso"
claim "seal: the journal has one line more, of kind sealed" sh -c \
    "test \$(wc -l <$journal) -eq $((lines + 1)) && tail -n 1 $journal | grep -q '\"kind\":\"sealed\"'"
seal=e/locker/periods/2026-H1
claim "seal: openssl holds its signature" openssl cms -verify -binary -inform DER -in $seal/manifest.p7s \
    -content $seal/manifest.json -CAfile $trust -purpose any -out /dev/null
claim "seal: the checkpoint is the head of RFC 6962 as another program computes it" python3 -c "
import hashlib
h = lambda b: hashlib.sha256(b).digest()
stack = []
for line in open('$journal', 'rb').read().split(b'\n')[:$lines]:
    stack.append((0, h(b'\0' + line)))
    while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
        (_, right), (level, left) = stack.pop(), stack.pop()
        stack.append((level + 1, h(b'\1' + left + right)))
head = stack.pop()[1]
while stack:
    head = h(b'\1' + stack.pop()[1] + head)
assert open('$seal/checkpoint.txt').read() == 'bindery-locker 1 CONTOSO 2026-H1\n$lines\n%s\n' % head.hex()"
claim "seal: the manifest lists every item" python3 -c "
import json
items = [json.loads(l) for l in open('$journal', 'rb') if b'\"kind\":\"ingested\"' in l]
listed = json.load(open('$seal/manifest.json'))['evidence']
assert [(i['evidence'], i['sha256'], i['path']) for i in items] == [(i['evidence'], i['sha256'], i['path']) for i in listed]"
cp $seal/checkpoint.txt first.txt
sha256sum $journal $seal/* >before
claim_exit "seal: sealing again with nothing new is said" 0 bindery -C e seal -q
claim_says "seal: in these words" "2026-H1 is sealed already, nothing came since"
claim "seal: and writes nothing" sha256sum -c --quiet before
claim_exit "seal: the sealed locker has no fault" 0 bindery -C e locker check --trust $trust
claim_says "seal: and one seal" "1 seal: 0 faults"
claim_exit "seal: status says it" 0 bindery -C e status -q
claim_says "seal: with its lines" "over $lines journal lines"

# ---- what comes later ----

printf 'late,words\n1,2\n' >late.csv
bindery -C e ingest -q --collected-at 2026-06-29T10:00:00Z late.csv >/dev/null 2>&1
claim_exit "addendum: status says what came since" 0 bindery -C e status -q
claim_says "addendum: in lines and items" "; 1 line came since, with 1 item of evidence"
claim_exit "addendum: needs a reason" 3 bindery -C e seal -q
claim_says "addendum: and says how" "1 came since; '--reason TEXT' closes them in an addendum"
claim_exit "addendum: with a reason it is made" 0 bindery -C e seal -q --reason 'a list that came late'
claim_says "addendum: under its own name" "2026-H1+a1 is sealed: $((lines + 2)) journal lines"
claim "addendum: its line names the parent" python3 -c "
import hashlib, json
line = json.loads(open('$journal', 'rb').read().splitlines()[-1])
parent = hashlib.sha256(open('$seal/manifest.json', 'rb').read()).hexdigest()
assert line['kind'] == 'addendum' and line['parent_sha256'] == parent and line['reason'] == 'a list that came late', line"
claim_exit "addendum: the locker has no fault" 0 bindery -C e locker check --trust $trust
bindery -C e run -q >/dev/null 2>&1
claim "addendum: assessment.json names seals and what came late, as its schema says" /usr/bin/python3 -c "
import json, sys
d = json.load(open('e/out/2026-H1/assessment.json'))['custody']
assert [s['name'] for s in d['seals']] == ['2026-H1', '2026-H1+a1'] and d['later_lines'] == 0, d
assert [x['seal'] for x in d['later_evidence']] == ['2026-H1+a1'], d"
claim "addendum: the schema holds" /usr/bin/python3 "$here/../conformance/schema.py" \
    "$root/templates/schema/assessment.schema.json" e/out/2026-H1/assessment.json
pack=$(find e/out/2026-H1 -name '*_v2.zip')
if command -v pdftotext >/dev/null; then
    pdftotext -raw e/out/2026-H1/binder.pdf binder.txt
    claim "addendum: the binder says who sealed and why" grep -q "a list that came late" binder.txt
    claim "addendum: and that it was sealed" grep -q "^Seal 2026-H1+a1" binder.txt
fi

# ---- verify --checkpoint ----

claim_exit "checkpoint: a later package goes on from it" 0 \
    bindery verify --trust $trust --checkpoint first.txt --reperform "$pack"
claim_says "checkpoint: and says so" "met: the first $lines journal lines are those of CONTOSO 2026-H1"
claim_exit "checkpoint: the package made before the seal does too" 0 \
    bindery verify --trust $trust --checkpoint first.txt "$PACK"
claim_exit "checkpoint: a package with fewer lines is ALTERED" 1 \
    bindery verify --trust $trust --checkpoint e/locker/periods/2026-H1+a1/checkpoint.txt "$PACK"
claim_says "checkpoint: for lines are missing" "lines are missing, or the package is older than the checkpoint"
sed '3y/0123456789abcdef/123456789abcdef0/' first.txt >wrong.txt
claim_exit "checkpoint: another head is ALTERED" 1 bindery verify --trust $trust --checkpoint wrong.txt "$pack"
claim_says "checkpoint: history was altered" "history was altered: the tree head over the first $lines lines"
# The same evidence put in anew, signed with the same key: sound in itself, and another history.
copy_sample again
rm -rf again/identity
cp -a e/identity again/
sleep 1
bindery -C again run -q >/dev/null 2>&1
claim_exit "checkpoint: a history written anew verifies by itself" 0 bindery verify --trust $trust again/out/2026-H1/*_v1.zip
claim_exit "checkpoint: and is found by the checkpoint" 1 \
    bindery verify --trust $trust --checkpoint first.txt again/out/2026-H1/*_v1.zip
claim_says "checkpoint: as ALTERED" "ALTERED"
tr -d '\r' <first.txt | sed 's/$/\r/' >mailed.txt
claim_exit "checkpoint: line ends of a mail do no harm" 0 bindery verify --trust $trust --checkpoint mailed.txt "$pack"
for bad in "" "x" "bindery-locker 1 X\n0\nab\n"; do
    printf "$bad" >bad.txt
    claim_exit "checkpoint: what is none is refused" 2 bindery verify --trust $trust --checkpoint bad.txt "$pack"
done
claim_exit "checkpoint: an absent file is I/O" 4 bindery verify --trust $trust --checkpoint none.txt "$pack"
claim_exit "checkpoint: a PDF has no journal" 2 \
    bindery verify --trust $trust --checkpoint first.txt e/out/2026-H1/binder.pdf

# ---- prove ----

for id in E-0001 E-0002 E-0007 E-0200; do
    bindery -C e locker prove $id >proof.txt
    claim "prove: $id is checked with sha256sum alone" sh "$here/proof.sh" proof.txt
    bindery -C e locker prove $id --checkpoint first.txt >proof.txt
    claim "prove: $id against the checkpoint" sh "$here/proof.sh" proof.txt
    claim "prove: $id ends in the checkpoint's head" grep -qx "head $(sed -n 3p first.txt)" proof.txt
done
sed 's/"bytes":/"bytes": /' proof.txt >forged.txt
claim "prove: another text does not pass" sh -c "! sh '$here/proof.sh' forged.txt"
for file in first.txt e/locker/periods/2026-H1+a1/checkpoint.txt; do
    bindery -C e locker prove --consistency $file >proof.txt
    claim "prove: $(basename $file) is consistent, by sha256sum alone" sh "$here/proof.sh" proof.txt
done
for size in 1 2 3 64 100 $lines; do
    head -n $size $journal | python3 -c "
import hashlib, sys
h = lambda b: hashlib.sha256(b).digest()
def head(l):
    if len(l) == 1: return h(b'\0' + l[0])
    k = 1
    while k * 2 < len(l): k *= 2
    return h(b'\1' + head(l[:k]) + head(l[k:]))
l = sys.stdin.buffer.read().split(b'\n')[:-1]
print('bindery-locker 1 X Y\n%d\n%s' % (len(l), head(l).hex()))" >size.txt
    bindery -C e locker prove --consistency size.txt >proof.txt
    claim "prove: $size lines of a journal written by hand are consistent" sh "$here/proof.sh" proof.txt
done
claim_exit "prove: another history is said" 1 bindery -C e locker prove --consistency wrong.txt
claim_exit "prove: no such item" 3 bindery -C e locker prove E-9999
claim_exit "prove: nothing named" 2 bindery -C e locker prove
claim_exit "prove: an item behind the checkpoint is not in it" 3 bindery -C e locker prove \
    "$(grep '"path":"late.csv"' $journal | sed 's/.*"evidence":"\(E-[0-9]*\)".*/\1/')" --checkpoint first.txt

# ---- gc ----

mkdir -p e/locker/objects/sha256/00
orphan=e/locker/objects/sha256/00/$(printf '0%.0s' $(seq 62)).gz
echo x >"$orphan"
claim_exit "gc: what no line names is a fault of check" 1 bindery -C e locker check
claim_says "gc: which names the way out" "bindery locker gc removes it"
claim_exit "gc: it is listed" 0 bindery -C e locker gc
claim_says "gc: and kept" "1 file of 2 bytes that no journal line names; '--apply' removes them"
claim "gc: the file is still there" test -f "$orphan"
find e/locker/objects -name '*.gz' ! -path "$orphan" | sort >before
claim_exit "gc: it is removed when asked" 0 bindery -C e locker gc --apply
find e/locker/objects -name '*.gz' | sort >after
claim "gc: it alone" cmp before after
claim_exit "gc: then check is clean" 0 bindery -C e locker check

# ---- a pipe where an object was, or a package: nobody waits for whoever might write to it ----
cp -R e pipe
object=$(find pipe/locker/objects -type f | sort | head -n 1)
chmod -R u+w pipe/locker
rm "$object"
mkfifo "$object"
claim_exit "pipe: check names it" 1 timeout 20 "$BINDERY" -C pipe locker check
claim_says "pipe: as what cannot be read" "stray: ${object#pipe/locker/}: it is no file that can be read: not a regular file"
claim_exit "pipe: a run refuses it" 3 timeout 20 "$BINDERY" -C pipe run -q --no-cache
mkfifo pipe.zip pipe.pdf
claim_exit "pipe: it is no package" 3 timeout 20 "$BINDERY" verify pipe.zip
claim_exit "pipe: and as a PDF it cannot be read" 4 timeout 20 "$BINDERY" verify pipe.pdf

# ---- a torn journal, a seal that was cut off ----

copy_ready t
bindery -C t ingest -q late.csv >/dev/null 2>&1
truncate -s -100 t/locker/journal.ndjson
claim_exit "torn: check says it" 1 bindery -C t locker check
claim_says "torn: and what will come of it" "no whole commit"
claim_exit "torn: seal sets the tail aside first" 0 bindery -C t seal
claim_says "torn: and says so" "was moved to 't/locker/quarantine/"
claim "torn: before it signs" sh -c "tail -n 2 t/locker/journal.ndjson | head -n 1 | grep -q '\"kind\":\"recovered\"'"
claim_exit "torn: check names the object that only the tail named" 1 bindery -C t locker check
claim_says "torn: as such" "only a commit that was cut off names it"
claim_exit "torn: which gc leaves" 0 bindery -C t locker gc --apply
claim_says "torn: for somebody may have cut the journal off" "0 files of 0 bytes"
bindery -C t ingest -q late.csv >/dev/null 2>&1
claim_exit "torn: with the files put in again all is sound" 0 bindery -C t locker check
copy_ready b
sed -i 5d b/locker/journal.ndjson
claim_exit "broken: a broken journal is not sealed" 3 bindery -C b seal -q
claim_exit "broken: nor collected" 3 bindery -C b locker gc --apply
claim_exit "broken: but checked" 1 bindery -C b locker check
claim_says "broken: to the line" "the journal is broken at line 5"
rm -rf t b
copy_ready k
for hundredths in 2 5 8 12 16 20 25 30 40; do
    bindery -C k seal -q >/dev/null 2>&1 &
    victim=$!
    sleep "0.$(printf %02d $hundredths)"
    kill -9 $victim 2>/dev/null
    wait $victim 2>/dev/null
done
claim_exit "kill: after nine killed seals one is made, or was" 0 bindery -C k seal -q
claim "kill: exactly one" test "$(grep -c '"kind":"sealed"' k/locker/journal.ndjson)" -eq 1
claim_exit "kill: and the locker is sound" 0 bindery -C k locker check
claim "kill: nothing is left behind" no_leftovers k
rm -rf k

# ---- two at once ----

# A writer that takes a second, and another command beside it: readers see what was there before or after, a writer is
# told who holds the lock.
new_engagement p
bindery -C p seal -q >/dev/null 2>&1
head -c 24000000 /dev/urandom >big.bin
echo '[]' >small.json
bindery -C p ingest -q small.json >/dev/null 2>&1
busy=0
wrong=
number=0
while [ $number -lt 40 ]; do
    number=$((number + 1))
    printf %s "$number" | dd of=big.bin conv=notrunc 2>/dev/null
    printf '[%s]' "$number" >small.json
    items=$(grep -c '"kind":"ingested"' p/locker/journal.ndjson)
    : >p/locker/lock
    bindery -C p ingest -q big.bin >/dev/null 2>&1 &
    first=$!
    tries=0
    while ! grep -q "process $first on" p/locker/lock && [ $tries -lt 100 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
    case $((number % 4)) in
    0) set -- locker check --json ;;
    1) set -- ingest -q small.json ;;
    2) set -- seal -q ;;
    3) set -- locker gc --apply ;;
    esac
    begun=$(date +%s%N)
    bindery -C p "$@" >second.out 2>second.err
    code=$?
    took=$((($(date +%s%N) - begun) / 1000000))
    wait $first
    done=$?
    [ $done -eq 0 ] || wrong="$wrong; pair $number: the first ended $done"
    if [ $((number % 4)) -eq 0 ]; then
        [ $code -eq 0 ] || wrong="$wrong; pair $number: check ended $code: $(cat second.out)"
        python3 -c "
import json
assert json.load(open('second.out'))['evidence'] in ($items, $items + 1)" || wrong="$wrong; pair $number: torn sight"
    elif [ $code -eq 75 ]; then
        busy=$((busy + 1))
        grep -q "is being written by process $first on" second.err || wrong="$wrong; pair $number: $(cat second.err)"
        [ $took -le 1000 ] || wrong="$wrong; pair $number: 75 after $took ms"
    elif [ $code -ne 0 ] && [ $code -ne 3 ]; then
        wrong="$wrong; pair $number: $* ended $code: $(cat second.err)"
    fi
done
claim "pairs: forty pairs, one writer at a time, readers undisturbed" test -z "$wrong"
[ -z "$wrong" ] || echo "     $wrong"
claim "pairs: most second writers were told to wait ($busy of 30)" test $busy -ge 20
claim_exit "pairs: the locker is sound" 0 bindery -C p locker check
claim "pairs: no number was given twice" python3 -c "
import json
ids = [json.loads(l)['evidence'] for l in open('p/locker/journal.ndjson') if '\"kind\":\"ingested\"' in l]
assert len(ids) == len(set(ids)) >= 41, len(ids)"

# ---- a disk of another machine ----

if command -v cc >/dev/null && ! ldd "$BINDERY" 2>/dev/null | grep -q asan; then
    cat >nfs.c <<'C'
#include <sys/vfs.h>
int fstatfs(int fd, struct statfs *facts) { (void)fd; *facts = (struct statfs){.f_type = 0x6969}; return 0; }
C
    cc -shared -fPIC -o nfs.so nfs.c 2>/dev/null
    said=$(LD_PRELOAD=$PWD/nfs.so bindery -C e status 2>&1)
    claim_says "nfs: a locker on NFS is said" "warning: 'locker': it lies on NFS"
fi
