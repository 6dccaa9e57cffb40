#!/bin/sh
# headers.sh - every public header compiles alone, and twice, under the project's warnings. CC and CFLAGS are given.
set -u
passed=0
failed=0
for header in include/bindery/*.h; do
    name=${header#include/}
    # shellcheck disable=SC2086 # flags are words
    if printf '#include "%s"\n#include "%s"\nextern int headers_alone;\n' "$name" "$name" |
        ${CC:-cc} ${CFLAGS:--std=c11 -Iinclude} -fsyntax-only -x c -; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name does not compile alone"
    fi
done
echo "headers: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
