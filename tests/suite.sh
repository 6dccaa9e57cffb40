#!/bin/sh
# suite.sh run NAME COMMAND...   run one suite; its count goes to build/results/NAME.txt, its words to NAME.log
# suite.sh sum NAME...           print the counts of these suites; fails when a test failed or a suite did not run
# suite.sh total BROKEN          the counts of all suites, then "N passed, N failed" as the last line
#
# A suite says "N passed, N failed" on its last such line. One that says nothing of the kind counts as one test.
set -u
results=build/results

run() {
    name=$1
    shift
    mkdir -p "$results"
    rm -f "$results/$name.txt"
    began=$(date +%s)
    "$@" >"$results/$name.log" 2>&1
    status=$?
    took=$(($(date +%s) - began))
    passed=$(sed -nE 's/(^|.* )([0-9]+) passed, ([0-9]+) failed.*/\2/p' "$results/$name.log" | tail -n 1)
    failed=$(sed -nE 's/(^|.* )([0-9]+) passed, ([0-9]+) failed.*/\3/p' "$results/$name.log" | tail -n 1)
    if [ -z "$passed" ]; then
        passed=$((status == 0))
        failed=$((status != 0))
    elif [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        failed=1
        echo "$name: ended with status $status" >>"$results/$name.log"
    fi
    if [ "$failed" -ne 0 ] || [ -n "${V:-}" ]; then
        cat "$results/$name.log"
    fi
    echo "$name: $passed passed, $failed failed ($took s)" | tee "$results/$name.new"
    mv "$results/$name.new" "$results/$name.txt"
}

# add FILE... - print each count, and the sum into $passed and $failed
add() {
    passed=0
    failed=0
    for file in "$@"; do
        if [ ! -f "$file" ]; then
            echo "  $(basename "$file" .txt): did not run"
            failed=$((failed + 1))
            continue
        fi
        line=$(cat "$file")
        printf '  %s\n' "$line"
        # shellcheck disable=SC2086 # NAME: P passed, F failed (S s)
        set -- $line
        passed=$((passed + $2))
        failed=$((failed + $4))
    done
}

case ${1:-} in
run)
    shift
    run "$@"
    ;;
sum)
    shift
    files=
    for name in "$@"; do
        files="$files $results/$name.txt"
    done
    if [ $# -gt 1 ]; then
        # shellcheck disable=SC2086
        add $files
        echo "$passed passed, $failed failed; the words of each suite are in $results/"
    else
        # shellcheck disable=SC2086
        add $files >/dev/null
    fi
    [ "$failed" -eq 0 ]
    ;;
total)
    add "$results"/*.txt
    # A build that broke leaves suites that never ran: that is a failure even if all that ran passed.
    if [ "${2:-0}" -ne 0 ] && [ "$failed" -eq 0 ]; then
        failed=1
    fi
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    ;;
*)
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
    ;;
esac
