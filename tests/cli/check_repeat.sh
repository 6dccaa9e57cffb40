# Same locker, catalog, options and as-of: same bytes, wherever and however the program runs.
fresh_folder

# An RSA key signs the same bytes each time; SOURCE_DATE_EPOCH is the only clock.
base=$work/case/base
copy_sample "$base"
mkdir "$base/identity"
openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj '/CN=Contoso Assurance' -addext keyUsage=digitalSignature \
    -keyout "$base/identity/rsa.key.pem" -out "$base/identity/rsa.crt.pem" 2>/dev/null
chmod 600 "$base/identity/rsa.key.pem"
edit_config "$base" "d['signing'] = {'key': 'identity/rsa.key.pem', 'certificate': 'identity/rsa.crt.pem'}"
find "$base" -exec touch -d 2026-07-02T06:00:00Z {} +
epoch=$(($(date +%s) + 86400)) # the certificate is valid then, and the period is over: --as-of is not the same by chance

# run_in FOLDER ENVIRONMENT... -- OPTIONS: the main job and an unsigned binder; its outputs stay in FOLDER
run_in() {
    run_folder=$1
    shift
    run_env=
    while [ "$1" != -- ]; do
        run_env="$run_env $1"
        shift
    done
    shift
    mkdir -p "$(dirname "$run_folder")"
    cp -a "$base" "$run_folder"
    # shellcheck disable=SC2086 # words of the environment
    env SOURCE_DATE_EPOCH=$epoch $run_env bindery -C "$run_folder" run -q --as-of 2026-06-30 "$@" >"$work/out" 2>&1 &&
        cp "$run_folder/out/2026-H1/binder.pdf" "$run_folder/signed.pdf" &&
        env SOURCE_DATE_EPOCH=$epoch $run_env bindery -C "$run_folder" render binder --unsigned -q --as-of 2026-06-30 \
            "$@" >>"$work/out" 2>&1
}

# same_outputs A B
same_outputs() {
    for name in binder.pdf readiness.pdf assessment.json findings.ndjson CONTOSO_SOC2_2026-01-01_2026-06-30_v1.zip; do
        cmp "$1/out/2026-H1/$name" "$2/out/2026-H1/$name" || return 1
    done
    cmp "$1/signed.pdf" "$2/signed.pdf" && cmp "$1/locker/journal.ndjson" "$2/locker/journal.ndjson"
}

# vary TEXT FOLDER ENVIRONMENT... -- OPTIONS
vary() {
    vary_text=$1
    shift
    if run_in "$@" && said=$(same_outputs first "$1" 2>&1); then
        pass "repeat: same bytes $vary_text"
    else
        fail "repeat: same bytes $vary_text" "$said$(cat "$work/out")"
    fi
    rm -rf "$1"
}

# Locales that Debian has as sources only; without them the names alone are set.
locales=$work/case/locales
mkdir "$locales"
for name in tr_TR de_DE fr_FR; do
    localedef -i $name -f UTF-8 "$locales/$name.UTF-8" >/dev/null 2>&1 || true
done

claim "repeat: a first run with an RSA key" run_in first --
vary "a second time" again --
vary "in Kathmandu" z1 TZ=Asia/Kathmandu --
vary "in St. John's" z2 TZ=America/St_Johns --
vary "with a broken TZ" z3 TZ=:/etc/passwd --
vary "in Turkish" l1 "LOCPATH=$locales" LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 --
vary "in German" l2 "LOCPATH=$locales" LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 --
vary "in French" l3 "LOCPATH=$locales" LC_NUMERIC=fr_FR.UTF-8 --
vary "without any locale" l4 LC_ALL= LANG= --
vary "in a deep folder with blanks" "deep/er/and deeper/Ünïcode/x" --
vary "with 1 worker" j1 -- --jobs 1
vary "with 2 workers" j2 -- --jobs 2
vary "with 8 workers" j8 -- --jobs 8
vary "with 64 workers" j64 -- --jobs 64
old=$(umask)
umask 077
vary "under umask 077" u1 --
umask 000
vary "under umask 000" u2 --
umask "$old"

# From inside the folder, by an absolute path.
cp -a "$base" inside
(cd inside && SOURCE_DATE_EPOCH=$epoch bindery run -q --as-of 2026-06-30 >/dev/null 2>&1)
claim "repeat: same package from inside the folder" cmp inside/out/2026-H1/*_v1.zip first/out/2026-H1/*_v1.zip

# A P-256 key and a running clock: what is not signed repeats all the same.
unsigned_parts() {
    unzip -p "$1" '*/90_INTEGRITY/manifest.json' && unzip -p "$1" '*/80_MACHINE/*' && unzip -p "$1" '*/00_START-HERE/index.*'
}
copy_ready second
bindery -C second run -q >/dev/null 2>&1
claim "repeat: a second run with nothing new keeps its number" test "$(ls second/out/2026-H1/*.zip | wc -l)" -eq 1
unsigned_parts "$PACK" >a
unsigned_parts second/out/2026-H1/*.zip >b
claim "repeat: manifest and machine files repeat under a P-256 key" cmp a b
claim "repeat: the manifest was compared" grep -q plan_sha256 a

# Versions and their chain.
echo '{"value":[]}' >second/inbox/new.json
touch -d 2026-07-03T06:00:00Z second/inbox/new.json
bindery -C second run -q >/dev/null 2>&1
claim "repeat: new evidence makes v2" test -f second/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v2.zip
claim "repeat: v1 stays" test -f second/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v1.zip
previous() {
    unzip -p "$1" '*/90_INTEGRITY/manifest.json' |
        python3 -c 'import json, sys; print(json.load(sys.stdin).get("previous_package", "none"))'
}
sums_hash() {
    unzip -p "$1" '*/90_INTEGRITY/SHA256SUMS' | sha256sum | cut -c 1-64
}
v1=second/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v1.zip
v2=second/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v2.zip
v3=second/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v3.zip
claim "repeat: the first package has no predecessor" test "$(previous $v1)" = none
claim "repeat: v2 names the sums of v1" test "$(previous $v2)" = "$(sums_hash $v1)"
bindery -C second run -q --as-of 2026-05-31 >/dev/null 2>&1
claim "repeat: another as-of makes v3" test -f $v3
claim "repeat: v3 names the sums of v2" test "$(previous $v3)" = "$(sums_hash $v2)"
bindery -C second run -q >/dev/null 2>&1
claim "repeat: the plan of v2 made again is v2" test ! -e second/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v4.zip
claim "repeat: v2 made again names the same predecessor" test "$(previous $v2)" = "$(sums_hash $v1)"
for one in $v1 $v2 $v3; do
    claim "repeat: $(basename $one) verifies" bindery verify --trust second/identity/trial.crt.pem $one
done
bindery -C second review E-0003 --by 'Ada Berg' --role Audit --checked rows -q >/dev/null 2>&1
bindery -C second run -q >/dev/null 2>&1
claim "repeat: a sign-off makes v4" test -f second/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v4.zip

# A copy of the engagement has new file times throughout; what sidecars, folder sidecars and registers date is the same.
copy_sample copied
bindery -C copied ingest -q >/dev/null 2>&1
find copied/inbox -type f -exec touch -d '2026-08-01' {} +
bindery -C copied ingest >copied.txt 2>/dev/null
claim "repeat: a copy with other file times holds nothing new" grep -q '^0 new, ' copied.txt

# What only stands near a register or a folder sidecar, and is dated by neither, is dated by its file: handed in again
# with equal bytes and another time, it is another month's.
new_engagement dated
in=dated/inbox
mkdir $in/named $in/scoped $in/timed
for one in named/policy.json named/export.json scoped/export.json timed/export.json; do
    printf '{"value":[{"id":"/subscriptions/aaaaaaaa-0000-4000-8000-00000000000a/%s","type":"microsoft.x/y","name":"x"}]}' $one >$in/$one
done
printf 'file,document_type,approved_on\n"named/policy.json",information-security-policy,2026-03-01\n' >$in/register.csv
printf '{"format":"bindery-sidecar 1","scope":{"kind":"subscription","ids":["aaaaaaaa-0000-4000-8000-00000000000a"]}}' >$in/scoped/_folder.meta.json
printf '{"format":"bindery-sidecar 1","collected_at":"2026-05-01T06:00:00Z"}' >$in/timed/_folder.meta.json
find $in -type f -exec touch -d 2026-05-15T06:00:00Z {} +
bindery -C dated ingest -q >/dev/null 2>&1
find $in -type f -exec touch -d 2026-06-15T06:00:00Z {} +
bindery -C dated ingest >again.txt 2>/dev/null
claim "repeat: equal bytes of another month are another item where only the file has a time" grep -q '^2 new, 5 unchanged' again.txt
claim "repeat: and those are the two that nothing dates" test "$(tail -n 2 dated/locker/journal.ndjson | grep -o '"path":"[^"]*"' | sort | tr '\n' ' ')" = \
    '"path":"named/export.json" "path":"scoped/export.json" '
