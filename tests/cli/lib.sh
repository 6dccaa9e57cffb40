# Shared by run.sh and the check_*.sh files: counting, fresh folders, and the reader of .test files.

pass() {
    echo "pass $1" >>"$COUNTS"
}

# fail CLAIM [DETAIL]
fail() {
    echo "fail $1" >>"$COUNTS"
    echo "FAIL $1"
    if [ -n "${2:-}" ]; then
        printf '%s\n' "$2" | head -n 20 | sed 's/^/     /'
    fi
}

# claim TEXT COMMAND... - passes when the command ends 0; $said stays as it was
claim() {
    text=$1
    shift
    if claimed=$("$@" 2>&1); then
        pass "$text"
    else
        fail "$text" "$claimed"
    fi
}

# claim_exit TEXT CODE COMMAND... - what it said stays in $said
claim_exit() {
    text=$1
    wanted=$2
    shift 2
    said=$("$@" 2>&1)
    got=$?
    if [ "$got" -eq "$wanted" ]; then
        pass "$text"
    else
        fail "$text" "exit $got, expected $wanted: $said"
    fi
}

# claim_says TEXT WORDS - WORDS stand in $said
claim_says() {
    case $said in
    *"$2"*) pass "$1" ;;
    *) fail "$1" "expected '$2' in: $said" ;;
    esac
}

fresh_folder() {
    chmod -R u+rwx "$work/case" 2>/dev/null
    rm -rf "$work/case"
    mkdir "$work/case"
    cd "$work/case" || exit 2
}

# copy_sample FOLDER - the sample with the file times of one fixed instant
copy_sample() {
    cp -R "$SAMPLE" "$1"
    chmod -R u+w "$1"
    find "$1" -exec touch -d 2026-07-02T06:00:00Z {} +
}

# copy_ready FOLDER - the finished run
copy_ready() {
    cp -a "$READY" "$1"
}

# new_engagement FOLDER - a small empty one
new_engagement() {
    bindery init "$1" -q --organisation Acme --period 2026-H1=2026-01-01..2026-06-30 --timezone Europe/Berlin >/dev/null
}

# edit_config FOLDER PYTHON - changes bindery.json, whose content is `d`
edit_config() {
    python3 - "$1/bindery.json" "$2" <<'PY'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    d = json.load(file)
exec(sys.argv[2])
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(d, file)
PY
}

# no_leftovers FOLDER... - no temp file is left anywhere below
no_leftovers() {
    found=$(find "$@" \( -name '*.tmp-*' -o -path '*/locker/tmp/*' \) -print)
    if [ -n "$found" ]; then
        echo "left behind: $found"
        return 1
    fi
}

# as_nobody COMMAND... - as a user whom file modes hold back; alone when already one
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    else
        "$@"
    fi
}

# ---- .test files -----------------------------------------------------------------------------------

begin_case() {
    case_claim=$1
    case_exit=0
    case_problem=
    case_ran=
    fresh_folder
    : >"$work/expected.stdout"
    : >"$work/expected.stderr"
}

problem() {
    case_problem="$case_problem$1
"
}

end_case() {
    if [ -z "$case_claim" ]; then
        return
    fi
    for stream in stdout stderr; do
        if [ -s "$work/expected.$stream" ] && ! cmp -s "$work/expected.$stream" "$work/$stream"; then
            problem "$stream differs: $(diff "$work/expected.$stream" "$work/$stream")"
        fi
    done
    if [ -z "$case_problem" ]; then
        pass "$case_claim"
    else
        fail "$(basename "$case_file" .test): $case_claim" "$case_problem"
    fi
    case_claim=
}

# run_line SHELL - the command under test; input is empty and no terminal
run_line() {
    (eval "$1") >"$work/stdout" 2>"$work/stderr" </dev/null
    case_got=$?
    case_ran=yes
}

# check_stream NAME WORD TEXT
check_stream() {
    case $2 in
    is) printf '%s\n' "$3" >>"$work/expected.$1" ;;
    has) grep -qF -- "$3" "$work/$1" || problem "$1 lacks '$3': $(head -n 5 "$work/$1")" ;;
    lacks) ! grep -qF -- "$3" "$work/$1" || problem "$1 has '$3'" ;;
    empty) [ ! -s "$work/$1" ] || problem "$1 is not empty: $(head -n 5 "$work/$1")" ;;
    lines) [ "$(wc -l <"$work/$1")" -eq "$3" ] || problem "$1 has not $3 lines: $(head -n 5 "$work/$1")" ;;
    json) python3 "$here/canonical.py" <"$work/$1" 2>"$work/why" || problem "$1: $(cat "$work/why")" ;;
    *) problem "'$2' is no way to check a stream" ;;
    esac
}

# run_cases FILE
run_cases() {
    case_file=$1
    case_claim=
    while IFS= read -r line || [ -n "$line" ]; do
        word=${line%% *}
        rest=${line#"$word"}
        rest=${rest# }
        case $word in
        '' | '#'*) ;;
        claim)
            end_case
            begin_case "$rest"
            ;;
        before) (eval "$rest") >"$work/why" 2>&1 </dev/null || problem "before: $rest: $(cat "$work/why")" ;;
        args) run_line "bindery $rest" ;;
        shell) run_line "$rest" ;;
        exit) [ "$case_got" -eq "$rest" ] || problem "exit $case_got, expected $rest: $(head -n 3 "$work/stderr")" ;;
        stdout | stderr)
            how=${rest%% *}
            text=${rest#"$how"}
            check_stream "$word" "$how" "${text# }"
            ;;
        after) (eval "$rest") >"$work/why" 2>&1 </dev/null || problem "after: $rest: $(cat "$work/why")" ;;
        *) problem "'$word' is no word of a .test file" ;;
        esac
    done <"$case_file"
    end_case
}

# open_authorities NAME - the test's PKI in pki/, with its servers (time-stamps, OCSP, CRLs) on a free port, which the
# certificates name; they end with descriptor 9.  Leaves servers, port and server.
open_authorities() {
    servers=$root/tests/servers
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    sh "$servers/pki.sh" pki "$port" >pki.log 2>&1 || fail "$1: the test's authorities are made" "$(cat pki.log)"
    mkfifo held
    python3 "$servers/authority.py" pki "$port" <held >listening 2>server.log &
    server=$!
    exec 9>held
    at=0
    until [ -s listening ] || [ $at -ge 50 ]; do
        sleep 0.1
        at=$((at + 1))
    done
}
