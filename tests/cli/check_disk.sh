# Full disks, missing rights, kills, damaged lockers, other writers: one sentence, the right code, nothing half-written.

# outputs_of FOLDER - hashes of the outputs
outputs_of() {
    find "$1/out" -type f -exec sha256sum {} + 2>/dev/null | sort
}

fresh_folder

# A limit on the size of files stands for a full disk anywhere; which write fails hangs on the limit.
for blocks in 16 200 700 1400 2600; do
    rm -rf e
    copy_sample e
    (
        ulimit -f "$blocks"
        bindery -C e run -q >out 2>err
        echo $? >code
    )
    claim "disk: files of at most $blocks blocks end 4" test "$(cat code)" -eq 4
    claim "disk: $blocks blocks: one sentence names the file" grep -Eq "^bindery: cannot write '.*': File too large" err
    claim "disk: $blocks blocks: no output is there" test -z "$(find e/out -type f 2>/dev/null)"
    claim "disk: $blocks blocks: nothing is left behind" no_leftovers e
    claim_exit "disk: $blocks blocks: the next run works" 0 bindery -C e run -q
done

# The outputs of the run before stay as they were.
rm -rf e
copy_ready e
outputs_of e >before
(
    ulimit -f 2600
    bindery -C e run -q --as-of 2026-05-31 >/dev/null 2>&1
)
outputs_of e >after
claim "disk: a failed run leaves the outputs of the run before" cmp before after

# A really full file system, where one may be mounted.
mkdir small
if mount -t tmpfs -o size=6m none small 2>/dev/null; then
    copy_sample small/e 2>/dev/null
    claim_exit "disk: a full file system ends 4" 4 bindery -C small/e run -q
    claim_says "disk: and is called so" "No space left on device"
    claim "disk: no output is there" test -z "$(find small/e/out -type f 2>/dev/null)"
    claim "disk: nothing is left behind" no_leftovers small/e
    mount -o remount,size=60m small
    claim_exit "disk: with room again it works" 0 bindery -C small/e run -q
    umount small
fi

# ---- rights ----

# own FOLDER - belongs to whoever as_nobody is
own() {
    [ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$1"
}
chmod 755 "$work/case"
rm -rf e
copy_sample e
own e
chmod 000 e/inbox/2026-03 e/inbox/hr/roster-2026-H1.csv
claim_exit "rights: an unreadable folder does not stop a run" 0 as_nobody "$BINDERY" -C e run -q
claim_says "rights: the folder is named" \
    "refused: '2026-03': cannot be read: Permission denied; give whoever runs bindery the right to read it"
claim_says "rights: the file is named" "refused: 'hr/roster-2026-H1.csv': cannot be read: Permission denied"
chmod 000 e/inbox
claim_exit "rights: an unreadable inbox is an I/O failure" 4 as_nobody "$BINDERY" -C e run -q
claim_says "rights: the inbox is named" "e/inbox': Permission denied"
chmod 755 e/inbox

rm -rf e
copy_ready e
own e
outputs_of e >before
chmod 555 e/out/2026-H1
claim_exit "rights: a read-only out/ is an I/O failure" 4 as_nobody "$BINDERY" -C e run -q --no-cache
claim_says "rights: the file is named" "cannot create 'e/out/2026-H1/"
outputs_of e >after
claim "rights: its files stay" cmp before after
chmod 755 e/out/2026-H1
chmod 555 e/locker
claim_exit "rights: a read-only locker can be read" 0 as_nobody "$BINDERY" -C e status -q
chmod 755 e/locker
chmod 000 e/bindery.json
claim_exit "rights: an unreadable bindery.json is an I/O failure" 4 as_nobody "$BINDERY" -C e run -q
claim_says "rights: and is named" "'e/bindery.json': Permission denied"
chmod 644 e/bindery.json
chmod 000 e
claim_exit "rights: an unreadable engagement is not called none" 4 as_nobody "$BINDERY" -C e run -q
claim_says "rights: but unreadable" "Permission denied"
chmod 755 e

# ---- kills ----

rm -rf e
copy_sample e
for hundredths in 1 3 6 9 12 16 20 25 30 36; do
    bindery -C e run -q >/dev/null 2>&1 &
    victim=$!
    sleep "0.$(printf %02d $hundredths)"
    kill -9 $victim 2>/dev/null
    wait $victim 2>/dev/null
    for pack in e/out/2026-H1/*.zip; do
        if [ -f "$pack" ] && ! bindery verify --trust e/identity/trial.crt.pem "$pack" >/dev/null 2>&1; then
            fail "kill: a package that is there is whole" "killed after 0.$hundredths s"
        fi
    done
done
claim_exit "kill: after ten kills the next run works" 0 bindery -C e run -q
claim "kill: nothing is left behind" no_leftovers e
claim "kill: every file is in the locker once" test "$(grep -c '"kind":"ingested"' e/locker/journal.ndjson)" -eq \
    "$(grep -c '"kind":"ingested"' "$READY/locker/journal.ndjson")"
claim "kill: its package verifies" bindery verify --trust e/identity/trial.crt.pem e/out/2026-H1/*_v1.zip

# ---- another writer ----

flock e/locker/lock sleep 5 &
holder=$!
sleep 0.3
claim_exit "busy: a second writer ends 75" 75 bindery -C e run -q
claim_says "busy: and is told to wait" "try again when it has finished"
claim_exit "busy: readers do not wait" 0 bindery -C e status -q
kill $holder 2>/dev/null
wait $holder 2>/dev/null

# ---- damage ----

# damaged TEXT CODE WORDS SHELL - a run over a damaged copy
damaged() {
    rm -rf e
    copy_ready e
    outputs_of e >before
    eval "$4"
    claim_exit "damage: $1 ends $2" "$2" bindery -C e run -q $again
    claim_says "damage: $1 is said" "$3"
    if [ "$2" -ne 0 ]; then
        outputs_of e >after
        claim "damage: $1 leaves the outputs" cmp before after
    fi
}
object=$(find "$READY/locker/objects" -name '*.gz' | sort | head -n 1)
object=e/${object#"$READY/"}
again=
damaged "a journal line taken out" 3 "'prev' is not the SHA-256 of the line before" "sed -i 5d e/locker/journal.ndjson"
damaged "a changed journal line" 3 "the journal is broken at line 5" \
    "sed -i '5s/E-0005/E-0006/' e/locker/journal.ndjson"
damaged "a torn journal" 0 "was moved to 'e/locker/quarantine/" "truncate -s -100 e/locker/journal.ndjson"
damaged "a locker of a later form" 3 "its format is 'bindery-locker 9', this program knows 'bindery-locker 1'" \
    "chmod u+w e/locker/FORMAT; echo 'bindery-locker 9' >e/locker/FORMAT"
damaged "a locker without FORMAT" 3 "no FORMAT file" "rm -f e/locker/FORMAT"
damaged "a lost object" 3 "cannot open the object of E-" "rm -f $object"
again=--no-cache # nothing is read again where all outputs stand
damaged "a changed object" 3 "malformed" \
    "chmod u+w $object; printf '\\377\\377\\377' | dd of=$object bs=1 seek=30 conv=notrunc 2>/dev/null"
damaged "a torn line in runs.ndjson" 0 "" "printf '{\"ki' >>e/locker/runs.ndjson"
damaged "a lost index" 0 "" "rm -rf e/locker/derived"
damaged "a garbled index" 0 "" "echo garbage >e/locker/derived/index"

# ---- keys ----

key=e/identity/trial.key.pem
damaged "a missing key" 3 "the trial identity is half there: 'e/identity/trial.key.pem' is missing" "rm $key"
damaged "a missing certificate" 3 "'e/identity/trial.crt.pem' is missing" "rm e/identity/trial.crt.pem"
damaged "a key that others can read" 3 "its mode 0644 lets others use it, expected 0600; run chmod 600 on it" "chmod 644 $key"
damaged "a key that is none" 3 "it holds no private key in PEM form" "echo none >$key"
damaged "another's key" 3 "do not belong together" \
    "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $key 2>/dev/null; chmod 600 $key"
encrypt="openssl ec -in $key -aes256 -passout pass:secret -out k 2>/dev/null; cp k $key; chmod 600 $key"
BINDERY_PASSPHRASE=wrong
export BINDERY_PASSPHRASE
damaged "a wrong passphrase" 3 "the passphrase does not fit" "$encrypt"
BINDERY_PASSPHRASE=secret
damaged "a right passphrase" 0 "" "$encrypt"
unset BINDERY_PASSPHRASE
if command -v setsid >/dev/null; then
    claim_exit "keys: without terminal and passphrase it ends 3" 3 setsid -w bindery -C e run -q </dev/null
    claim_says "keys: and says what to set" "set BINDERY_PASSPHRASE"
fi

# ---- signing by itself ----

rm -rf e
copy_ready e
claim_exit "sign: a binder can be rendered for signing later" 0 bindery -C e render binder --sign-later -q
claim_exit "sign: it is not signed yet" 3 bindery verify --trust e/identity/trial.crt.pem e/out/2026-H1/binder.pdf
claim_exit "sign: and is signed later" 0 bindery -C e sign e/out/2026-H1/binder.pdf -q
claim_exit "sign: it verifies" 0 bindery verify --trust e/identity/trial.crt.pem e/out/2026-H1/binder.pdf
if command -v pdfsig >/dev/null; then
    said=$(pdfsig e/out/2026-H1/binder.pdf 2>&1)
    claim_says "sign: pdfsig agrees" "Total document signed"
fi
claim_exit "sign: a binder can be rendered for nobody" 0 bindery -C e render binder --unsigned -q
claim_exit "sign: which nobody signs" 3 bindery -C e sign e/out/2026-H1/binder.pdf -q
claim_says "sign: because its cover names nobody" "its cover does not name the certificate"
claim_exit "sign: not both at once" 2 bindery -C e render binder --unsigned --sign-later -q
rm -rf e
copy_ready e
claim_exit "sign: a signed binder is not signed again" 3 bindery -C e sign e/out/2026-H1/binder.pdf -q
claim_says "sign: and says so" "cannot sign 'e/out/2026-H1/binder.pdf': it is signed already"
claim_exit "sign: a PDF that names nobody is refused" 3 bindery -C e sign e/out/2026-H1/readiness.pdf -q
claim_says "sign: with the certificate" "its cover does not name the certificate"
echo none >x.pdf
claim_exit "sign: what is no PDF is refused" 3 bindery -C e sign x.pdf -q
claim_says "sign: and is named" "x.pdf"
claim_exit "sign: a missing file is an I/O failure" 4 bindery -C e sign nowhere.pdf -q
