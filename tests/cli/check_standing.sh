# A run whose plan did not change, and whose outputs are as they were, makes nothing again.
fresh_folder
copy_sample s
out=s/out/2026-H1
bindery -C s run >first 2>first.err
written() { (cd $out && stat -c '%n %Y %y %i' -- *); }
hashed() { (cd $out && sha256sum -- *); }
written >times.1
hashed >hashes.1
claim_exit "standing: a second run ends well" 0 bindery -C s run
printf '%s\n' "$said" >second
claim_says "standing: it says that nothing changed" "nothing has changed since these outputs were made"
claim_says "standing: what was refused is said again" "refused: '2026-05/role-assignments-nonprod.json': JSON is cut short"
written >times.2
claim "standing: no output is written again" cmp times.1 times.2
bindery -C s run >third 2>/dev/null
tail -n +2 first >first.tail
tail -n +2 third >third.tail
claim "standing: it prints what the first run printed" cmp first.tail third.tail
claim "standing: nothing is judged" sh -c '! grep -q -e judging -e drawing -e signing second'
mkdir elsewhere
(cd elsewhere && bindery -C ../s run -q 2>/dev/null) >paths
claim "standing: paths are those of the caller" grep -q '^binder  *\.\./s/out/2026-H1/binder.pdf$' paths
bindery -C s run -q --json 2>/dev/null >again.json
bindery -C s run -q --json --no-cache 2>/dev/null >made.json
claim "standing: the JSON is the same" python3 - <<'PY'
import json
a, b = (json.load(open(name)) for name in ("again.json", "made.json"))
assert a.pop("sums_sha256") != b.pop("sums_sha256"), "each signature is another one"
assert a == b, {k: (a.get(k), b.get(k)) for k in set(a) | set(b) if a.get(k) != b.get(k)}
PY
written >times.3
claim "standing: --no-cache makes all again" sh -c '! cmp -s times.1 times.3'
hashed >hashes.3
claim "standing: with the same bytes, but for what is signed" sh -c \
    "grep -v -e binder.pdf -e zip hashes.1 >a; grep -v -e binder.pdf -e zip hashes.3 | cmp - a"
claim_exit "standing: --strict answers 3 again" 3 bindery -C s run -q --strict
claim_exit "standing: a score below the threshold is below it again" 1 bindery -C s run -q --fail-under READY=80
claim_says "standing: and is named" "READY 4 of 91 (4.4 %) is under 80 %"

remade() { # CLAIM, after a change: the run works again
    bindery -C s run >o 2>e
    if grep -q 'judging the controls' e && ! grep -q 'nothing has changed' e; then
        pass "standing: $1"
    else
        fail "standing: $1" "$(cat e)"
    fi
    bindery -C s run >o 2>e
    grep -q 'nothing has changed' e || fail "standing: after it the next run stands: $1" "$(cat e)"
}
printf x >>$out/todo.csv
remade "an output that somebody changed is made again"
claim "standing: as it was" sh -c "tail -c 1 $out/todo.csv | grep -qv x"
rm $out/findings.ndjson
remade "an output that is gone is made again"
mv $out/readiness.pdf real.pdf
ln -s "$(pwd)/real.pdf" $out/readiness.pdf
remade "a link in an output's place is no output"
python3 - $out/binder.pdf <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[1], "wb").write(data)
PY
remade "one flipped bit of the binder is enough"
item=$(python3 -c 'import json; print(json.load(open("s/out/2026-H1/assessment.json"))["evidence"][4]["id"])')
bindery -C s review "$item" -q --by 'Dominik Ahrens' --role Audit --checked rows >/dev/null 2>&1
remade "a sign-off is judged"
printf '{"value":[]}' >s/inbox/new.json
remade "new evidence is judged"
python3 - s/bindery.json <<'PY'
import json, sys
root = json.load(open(sys.argv[1]))
root["organisation"]["name"] += " & Co"
json.dump(root, open(sys.argv[1], "w"))
PY
remade "another word in bindery.json is judged"
mkdir -p s/catalog
cat >s/catalog/own.json <<'JSON'
{"format":"bindery-catalog 1","checks":[{"id":"own-tls","version":1,"control":"6.7.1","requirement":"a","title":"TLS",
"tested":"TLS of storage","severity":"high","criteria":[],"property":"tls","shape":"each","source":"S17","missing":"fail",
"pass":{"field":"minimumTlsVersion","equals":"TLS1_2"},"reason":"TLS is {minimumTlsVersion}"}]}
JSON
remade "an own check is judged"
rm -r s/catalog
remade "and so is its end"
bindery -C s run -q --as-of 2026-03-31 >/dev/null 2>&1
remade "another day's outputs in their place do not stand"

# What stands in runs.ndjson is believed only as far as the files bear it out.
cp s/locker/runs.ndjson kept
python3 - s/locker/runs.ndjson <<'PY'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
for line in lines:
    for output in line.get("outputs", []):
        output["name"] = "../../bindery.json"
open(sys.argv[1], "w").write("".join(json.dumps(line, separators=(",", ":"), sort_keys=True) + "\n" for line in lines))
PY
bindery -C s run >o 2>e
claim "standing: a name that leaves the folder is no output" grep -q 'judging the controls' e
for text in '{"kind":"run"}' '{"kind":"run","plan":7,"outputs":{},"result":[]}' '{"kind":"run","outputs":[],"result":{}}'; do
    printf '%s\n' "$text" >s/locker/runs.ndjson
    claim_exit "standing: a line of another shape is passed over: $text" 0 bindery -C s run -q
done
