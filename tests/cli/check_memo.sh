# What scans yielded is kept: a later run makes the same bytes from it, reads only what is new, and believes nothing damaged.
fresh_folder
copy_sample s
out=s/out/2026-H1
export SOURCE_DATE_EPOCH=1782979200

bytes() { # NAME: the outputs of the run, but for what is signed with a new time or an own key
    (cd $out && sha256sum -- assessment.json findings.ndjson readiness.pdf *.csv *.json *.ics 2>/dev/null | sort) >"$1"
    unzip -p "$(ls -t $out/*.zip | head -n 1)" '*/90_INTEGRITY/manifest.json' | sha256sum >>"$1"
}
entries() { find s/locker/derived -type f ! -name index | sort; }
count() { entries | wc -l; }
again() { # makes the run judge again, whatever stands
    rm -f $out/findings.ndjson
    bindery -C s run "$@" >o 2>e
}
# opened NAME...: which objects a run opened, by strace; empty where it cannot be used
opened() {
    strace -f -e trace=openat -o t bindery -C s "$@" >o 2>e
    grep -o 'objects/sha256/[0-9a-f/]*\.gz' t | sort -u
}

claim_exit "memo: a first run ends well" 0 bindery -C s run
bytes cold
first=$(count)
claim "memo: what its scans yielded is kept" test "$first" -gt 100
entries >kept
cp -R s/locker/derived derived.first
again
bytes warm
claim "memo: from what was kept come the same bytes" cmp cold warm
claim "memo: nothing was written again" sh -c "find s/locker/derived -newer e -type f ! -name index | grep -q . && exit 1; exit 0"
again --no-cache
bytes made
claim "memo: --no-cache gives the same bytes" cmp cold made
claim "memo: and the same entries" sh -c "cd s/locker/derived && find . -type f ! -name index -exec sha256sum {} + | sort >../../../a &&
    cd ../../../derived.first && find . -type f ! -name index -exec sha256sum {} + | sort | cmp - ../a"
again --jobs 1
bytes one
claim "memo: one thread, the same bytes" cmp cold one
claim "memo: another run's entries are the same to the byte" sh -c '
    cp -R "$SAMPLE" t2 && chmod -R u+w t2 && find t2 -exec touch -d 2026-07-02T06:00:00Z {} + && bindery -C t2 run -q --jobs 1 >/dev/null 2>&1
    (cd t2/locker/derived && find . -type f ! -name index -exec sha256sum {} + | sort) | cmp - a'
rm -rf t2

# ---- damage: found, made anew, and no byte of an output changes
damaged() { # CLAIM, after the entries were changed
    again
    bytes now
    claim "memo: $1: the same bytes" cmp cold now
    claim "memo: $1: made anew" sh -c "cd s/locker/derived && find . -type f ! -name index -exec sha256sum {} + | sort | cmp - ../../../a"
}
change() { # PYTHON: statements that change `data` of every entry, whose number is i
    python3 - "$1" <<'PY'
import os, sys
names = sorted(os.path.join(d, n) for d, _, ns in os.walk("s/locker/derived") for n in ns if n != "index")
whole = [open(n, "rb").read() for n in names]
for i, name in enumerate(names):
    scope = {"data": bytearray(whole[i]), "i": i, "whole": whole, "os": os}
    exec(sys.argv[1], scope)
    os.unlink(name)
    if scope["data"] is not None:
        with open(name, "wb") as f:
            f.write(bytes(scope["data"]))
        os.chmod(name, scope.get("mode", 0o444))
PY
}
change 'data[i % len(data)] ^= 1 << (i % 8)'
said=$(bindery -C s locker check 2>&1)
claim_says "memo: locker check names a damaged entry" "it is not closed by the SHA-256 of its bytes"
claim_says "memo: and says that no evidence is meant" ": 0 faults; "
claim "memo: locker check is not failed by what a power loss may tear" bindery -C s locker check
said=$(bindery -C s locker gc 2>&1)
claim_says "memo: locker gc lists it" "derived/"
damaged "a flipped bit in each entry, at another place in each"
change 'data[-1 - i % 32] ^= 255'
damaged "another close"
change 'data[18 + i % 32] ^= 1'
damaged "another key inside"
change 'data = data[: i * len(data) // len(whole)]'
damaged "cut short at another place in each"
change 'data = b""'
damaged "empty"
change 'data = data + b"x"'
damaged "one byte more"
change 'data = whole[(i + 1) % len(whole)]'
damaged "each in the place of another"
change 'import hashlib; b = data[:-32].replace(b"bindery-derived 1", b"bindery-derived 2"); data = b + hashlib.sha256(b).digest()'
damaged "of another version, closed well"
# closed well, by somebody who knows the form: the body of another object, or zeros, under the right key
change 'import hashlib; b = data[:50] + b"\0" * 64; data = b + hashlib.sha256(b).digest()'
damaged "a body of zeros, closed well"
change 'import hashlib; k = len(data) - 40; b = data[:k]; data = b + hashlib.sha256(b).digest()'
damaged "a body that ends too early, closed well"
change 'mode = 0o644'
damaged "files that could be written since"
change 'data = data if i % 2 else None'
damaged "every other one gone"
rm -rf s/locker/derived
damaged "the whole folder gone"
find s/locker/derived -type f ! -name index | head -n 3 | while read -r name; do
    rm "$name"
    mkdir "$name"
done
again
bytes now
claim "memo: folders in the place of entries: the same bytes" cmp cold now
rm -rf s/locker/derived
: >s/locker/derived
again
bytes now
claim "memo: a file in the place of the folder: the same bytes" cmp cold now
rm s/locker/derived
damaged "and after it"

mkdir -p s/locker/tmp
(cd s/locker/derived && find . -type f ! -name index) | tr -d ./ | while read -r key; do
    echo torn >"s/locker/tmp/$key"
done
rm -rf s/locker/derived
damaged "what a killed writer left in tmp/"
claim "memo: and nothing of it is left" test -z "$(ls s/locker/tmp 2>/dev/null)"

# ---- a change of what a scan hangs on
differs() { # CLAIM NOW-BYTES: as a run that keeps nothing has it
    again
    bytes warm
    again --no-cache
    bytes made
    claim "memo: $1: as made from the evidence" cmp made warm
    claim "memo: $1: and otherwise than before" sh -c '! cmp -s cold made'
    cp made cold
}
python3 - s/bindery.json <<'PY'
import json, sys
root = json.load(open(sys.argv[1]))
name = sorted(root["facts"])[0]
del root["facts"][name]
json.dump(root, open(sys.argv[1], "w"))
PY
differs "a fact of bindery.json is gone"
mkdir -p s/catalog
cat >s/catalog/own.json <<'JSON'
{"format":"bindery-catalog 1","checks":[{"id":"own-tls","version":1,"control":"6.7.1","requirement":"a","title":"TLS",
"tested":"TLS of storage","severity":"high","criteria":[],"property":"tls","shape":"each","source":"S17","missing":"fail",
"pass":{"field":"minimumTlsVersion","equals":"TLS1_2"},"reason":"TLS is {minimumTlsVersion}"}]}
JSON
differs "an own check came"
sed -i 's/TLS1_2/TLS1_0/' s/catalog/own.json
differs "an own check changed"
claim "memo: the folder holds one set" test "$(count)" -le $((first + 5))
printf '{"value":[{"id":"/subscriptions/aaaaaaaa-0000-4000-8000-00000000000a/x","type":"microsoft.x/y","name":"x"}]}' >s/inbox/another.json
differs "a file came"
printf '{"format":"bindery-sidecar 1","collected_at":"2026-06-15T06:00:00Z"}' >s/inbox/another.json.meta.json
differs "its sidecar came"
unset SOURCE_DATE_EPOCH
for day in 2026-03-31 2026-05-31; do
    bindery -C s run -q --as-of $day >/dev/null 2>&1
    bytes warm
    bindery -C s run -q --as-of $day --no-cache >/dev/null 2>&1
    bytes made
    claim "memo: as of $day: as made from the evidence" cmp made warm
done

# ---- only what is new is read
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
    bindery -C s run -q --as-of 2026-05-31 --no-cache >/dev/null 2>&1
    printf '{"value":[]}' >s/inbox/new-one.json
    rm $out/findings.ndjson
    opened assess --as-of 2026-05-31 >read.1
    wanted=$(python3 - <<'PY'
import json
keep = {}
for line in open("s/locker/journal.ndjson"):
    line = json.loads(line)
    if line["kind"] == "ingested":
        keep[line["sha256"]] = line["path"]
names = set()
for line in open("read.1"):
    names.add(keep[line.strip().split("sha256/")[1].replace("/", "").replace(".gz", "")])
# sidecars, registers and documents say what the rest is, and are read each time; malformed files are not kept
print(sum(1 for n in names if n.endswith(".json") and not n.endswith(".meta.json")))
PY
)
    claim "memo: of the exports hardly one is opened again" test "$wanted" -le 3
fi

# ---- a package is judged from itself
export SOURCE_DATE_EPOCH=1782979200
again
change 'import hashlib; b = data[:50] + b"\0" * 64; data = b + hashlib.sha256(b).digest()'
claim_exit "memo: verify --reperform reads no entry" 0 bindery verify --reperform --trust s/identity/trial.crt.pem \
    "$(ls -t $out/*.zip | head -n 1)"
