#!/bin/sh
# deps-check.sh - hold the tree to src/DEPS, then show that planted violations are caught.
set -u
root=$(pwd)
here=$root/tests/lint
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
passed=0
failed=0

verdict() { # STATUS CLAIM
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
        echo "PASS $2"
    else
        failed=$((failed + 1))
        echo "FAIL $2"
    fi
}

sh "$here/walls.sh" "$root" "$root/build/release"
verdict $? "the tree keeps to src/DEPS"

# plant CLAIM FILE LINE WORDS: with LINE as the first of FILE the check must fail and say WORDS.
plant() {
    rm -rf "$temp/tree"
    mkdir -p "$temp/tree/tests"
    cp -R "$root/src" "$root/include" "$temp/tree/"
    cp -R "$root/tests/unit" "$temp/tree/tests/"
    { printf '%s\n' "$3"; cat "$temp/tree/$2" 2>/dev/null; } >"$temp/planted"
    mv "$temp/planted" "$temp/tree/$2"
    if sh "$here/walls.sh" "$temp/tree" >"$temp/said" 2>&1; then
        verdict 1 "$1 (nothing was said)"
    elif grep -qF -- "$4" "$temp/said"; then
        verdict 0 "$1"
    else
        cat "$temp/said"
        verdict 1 "$1 (other words were said)"
    fi
}

plant 'a rule that opens the locker is caught' src/judge/rule/eval.c '#include "bindery/locker.h"' \
    "room 'rule' may not include 'bindery/locker.h'"
plant 'a header that reaches up is caught' include/bindery/doc.h '#include "bindery/assess.h"' \
    "room 'doc' may not include 'bindery/assess.h'"
plant 'a third-party header outside its room is caught' src/hand/sign/sign.c '#include <openssl/cms.h>' \
    "room 'sign' may not include <openssl/cms.h>"
plant 'a third-party header in a header of ours is caught' include/bindery/pdf.h '#include <hpdf.h>' \
    "'include/bindery/pdf.h' may not include <hpdf.h>"
plant 'an unknown system header is caught' src/base/doc/doc.c '#include <magic.h>' \
    "<magic.h> is neither C, POSIX nor in src/DEPS"
plant 'a path into another room is caught' src/base/doc/doc.c '#include "../value/value_priv.h"' \
    "'../value/value_priv.h'"
plant 'a private header of another room is caught' src/tell/report/report.c '#include "export_priv.h"' \
    "'export_priv.h' is not a file of room 'report'"
plant 'a first include that is not the own header is caught' src/tell/wording/words.c '#include <string.h>' \
    "the first include is"
plant 'a test that opens another room is caught' tests/unit/doc_test.c \
    '#include "../../src/base/crypto/crypto_priv.h"' "a test of 'doc' opens"
plant 'a cycle is caught' src/DEPS 'value: assess' 'has a cycle'
plant 'an unknown room is caught' src/DEPS 'doc: attic' "names room 'attic'"

mkdir -p "$temp/objects/base/doc"
printf 'void bd_doc_planted(void);\nvoid bd_assess_planted(void);\nvoid bd_doc_planted(void) { bd_assess_planted(); }\n' |
    ${CC:-cc} -x c -c -o "$temp/objects/base/doc/doc.o" -
mkdir -p "$temp/objects/judge/assess"
printf 'void bd_assess_planted(void);\nvoid bd_assess_planted(void) {}\n' |
    ${CC:-cc} -x c -c -o "$temp/objects/judge/assess/assess.o" -
sh "$here/walls.sh" "$root" "$temp/objects" 2>&1 | grep -qF "room 'doc' calls 'bd_assess_planted' of room 'assess'"
verdict $? 'a call over the wall without an include is caught'

echo "deps-check: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
