# A scan in parts gives the bytes of one: any number of shards, any order; what does not belong together is refused by name.
fresh_folder
copy_sample s
bindery -C s ingest -q >/dev/null 2>&1
out=s/out/2026-H1
day=2026-06-30
bindery -C s assess -q --as-of $day >/dev/null 2>&1
cp $out/assessment.json whole.json
cp $out/findings.ndjson whole.ndjson
is_whole() { cmp $out/assessment.json whole.json && cmp $out/findings.ndjson whole.ndjson; }
shards() { # N: parts part-N-I
    i=0
    while [ "$i" -lt "$1" ]; do
        bindery -C s assess -q --as-of $day --shard $i/$1 --out part-$1-$i >o 2>e || return 1
        i=$((i + 1))
    done
}
merge() { # PART...
    rm -f $out/assessment.json $out/findings.ndjson
    bindery -C s merge -q --as-of $day "$@"
}
for n in 1 4 16; do
    claim "shards: $n of them are scanned" shards $n
    claim_exit "shards: $n merge" 0 merge part-$n-*
    claim "shards: $n give the bytes of one run" is_whole
done
claim "shards: each holds its own objects" python3 - <<'PY'
import json, os, struct
entries = {}
for n in (1, 4, 16):
    sets = []
    for i in range(n):
        data = open(f"part-{n}-{i}", "rb").read()
        count = struct.unpack("<Q", data[-40:-32])[0]
        table = data[-40 - 40 * count:-40]
        sets.append([table[k * 40:k * 40 + 32] for k in range(count)])
    every = sorted(k for s in sets for k in s)
    assert len(every) == len(set(every)) and all(s == sorted(s) for s in sets)
    entries[n] = every
assert entries[1] == entries[4] == entries[16] and len(entries[1]) > 100
assert min(os.path.getsize(f"part-4-{i}") for i in range(4)) > 1000
PY
merge part-4-3 part-4-1 part-4-0 part-4-2 >/dev/null
claim "shards: any order" is_whole
merge $(ls part-16-* | sort -R --random-source=whole.json) >/dev/null
claim "shards: any order of 16" is_whole
merge part-4-3 part-4-1 part-4-3 part-4-0 part-4-2 part-4-3 >/dev/null
claim "shards: one that came twice counts once" is_whole
bindery -C s assess -q --as-of $day --shard 2/4 --out again --jobs 1 >/dev/null 2>&1
claim "shards: the same shard again is the same file" cmp again part-4-2
claim "shards: what was found says neither where nor when" sh -c "! grep -q -a -e '$work' again"

# ---- what does not belong together
refused() { # CLAIM WORDS PART...
    text=$1
    words=$2
    shift 2
    claim_exit "shards: $text: refused" 3 merge "$@"
    claim_says "shards: $text: and said" "$words"
    claim "shards: $text: nothing is written" test ! -e $out/assessment.json
}
refused "one is missing" "of 4 shards one is missing: 2" part-4-0 part-4-1 part-4-3
refused "many are missing" "of 16 shards some are missing: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..." part-16-0
refused "of four and of sixteen" "one of 16 shards, with 'part-4-0', one of 4" part-4-* part-16-0
refused "no file" "cannot open 'nowhere'" part-4-0 nowhere
refused "a folder" "it is no partial" part-4-0 s
: >empty
refused "an empty one" "it is no partial" part-4-0 part-4-1 empty part-4-3
head -c 3000 part-4-2 >cut
refused "one cut short" "not closed by the SHA-256" part-4-0 part-4-1 cut part-4-3
bindery -C s assess -q --as-of 2026-05-31 --shard 2/4 --out may >/dev/null 2>&1
refused "another day" "'may': it is of another plan (period 2026-H1 as of 2026-05-31T22:00:00Z)" part-4-0 part-4-1 may part-4-3
cp -R s other
printf '{"value":[]}' >other/inbox/more.json
bindery -C other ingest -q >/dev/null 2>&1
bindery -C other assess -q --as-of $day --shard 2/4 --out other-2 >/dev/null 2>&1
refused "another journal" "'other-2': it is of another plan" part-4-0 part-4-1 other-2 part-4-3
rm -rf other
cp -R s other
sed -i 's/"Contoso Ltd"/"Contoso Inc"/' other/bindery.json
bindery -C other assess -q --as-of $day --shard 2/4 --out other-2 >/dev/null 2>&1
refused "another bindery.json" "'other-2': it is of another plan" part-4-0 part-4-1 other-2 part-4-3

# Forged, and closed well: each is refused, or is the same.
cat >forge.py <<'PY'
import hashlib, struct, sys
data = bytearray(open("part-4-2", "rb").read())
count = struct.unpack("<Q", data[-40:-32])[0]
head = 18
size = struct.unpack("<I", data[head:head + 4])[0]
first = head + 4 + size
table = len(data) - 40 - 40 * count
body = data[:-32]
what = sys.argv[1]
if what == "header":
    body = bytearray(bytes(body).replace(b'"of":4', b'"of":3'))
elif what == "shard":
    body = bytearray(bytes(body).replace(b'"shard":2', b'"shard":1'))
elif what == "entry":
    body[first + 60] ^= 255
elif what == "size":
    body[table + 32] ^= 1
elif what == "count":
    body[-8] ^= 1
elif what == "swap":
    body[table:table + 40], body[table + 40:table + 80] = body[table + 40:table + 80], body[table:table + 40]
elif what == "key":
    body[table + 31] ^= 1
elif what == "huge":
    body[head:head + 4] = b"\xff\xff\xff\x7f"
elif what == "drop":  # one entry less, and everything else in order
    keep = struct.unpack("<Q", body[table + 32:table + 40])[0]
    text = bytes(body[head + 4:first]).replace(b'"entries":%d' % count, b'"entries":%d' % (count - 1))
    body = bytearray(body[:head]) + struct.pack("<I", len(text)) + text + body[first + keep:table] + \
        body[table + 40:-8] + struct.pack("<Q", count - 1)
open("forged", "wb").write(bytes(body) + hashlib.sha256(body).digest())
PY
for what in header size count swap huge key entry; do
    python3 forge.py $what
    claim_exit "shards: a forged $what: refused" 3 merge part-4-0 part-4-1 forged part-4-3
    claim "shards: a forged $what: nothing is written" test ! -e $out/assessment.json
done
python3 forge.py drop
refused "an entry less" "which belongs to shard 2; make it anew" part-4-0 part-4-1 forged part-4-3
python3 forge.py entry
refused "two that differ" "they say different things of one object" part-4-0 part-4-1 part-4-2 forged part-4-3
python3 forge.py shard
refused "a shard under another number" "of 4 shards one is missing: 2" part-4-0 part-4-1 forged part-4-3

# ---- asking for it
claim_exit "shards: without --out" 2 bindery -C s assess --shard 0/4
claim_exit "shards: --out without --shard" 2 bindery -C s assess --out x
for of in 4/4 -1/4 1 1/ /4 a/b 0/0 0/65537 1/4/2 ''; do
    claim_exit "shards: '$of' is no shard" 2 bindery -C s assess --as-of $day --shard "$of" --out x
done
claim "shards: and nothing was written" test ! -e x
sed -i 's/"to": *"2026-06-30"/"to": "2099-06-30"/' s/bindery.json
said=$(bindery -C s assess --shard 0/4 --out x 2>&1)
claim_says "shards: before the period has ended a day is needed" "needs '--as-of DATE'"
