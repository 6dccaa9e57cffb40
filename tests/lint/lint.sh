#!/bin/sh
# lint.sh - the habits that a machine can see. Each is one claim; a claim that fails prints where.
# Notes are figures to look at, not failures.
set -u
LC_ALL=C.UTF-8
export LC_ALL
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

find src include tests/unit -name '*.[ch]' | sort >"$temp/c"
find src include -name '*.[ch]' | sort >"$temp/ours"
find src -name '*.c' | sort >"$temp/src"
find Makefile README.md LICENSE src include templates fonts tests samples .ci .clang-format .gitignore \
    -type f ! -path 'samples/contoso/*' ! -path 'tests/corpus/*' ! -name '*.pyc' 2>/dev/null | sort >"$temp/text"
find .ci tests samples -type f \( -name '*.sh' -o -path '.ci/*' \) | sort >"$temp/scripts"

# claim SENTENCE: passes when standard input is empty.
claim() {
    cat >"$temp/found"
    if [ -s "$temp/found" ]; then
        echo "FAIL $1" | tee -a "$temp/verdicts"
        head -n 20 "$temp/found" | sed 's/^/    /'
        more=$(($(wc -l <"$temp/found") - 20))
        [ "$more" -le 0 ] || echo "    and $more more"
    else
        echo "PASS $1" | tee -a "$temp/verdicts"
    fi
}
# in LIST PATTERN: matching lines of the listed files, comments included.
in_files() {
    list=$1
    shift
    xargs grep -nE "$@" <"$temp/$list"
}
# The same without comments, for rules about code; without an argument their contents are taken out too.
strip() {
    awk -v keep="$1" '
    FNR == 1 { inside = 0 }
    {
        line = $0; code = ""
        while (line != "") {
            if (inside) {
                end = index(line, "*/")
                if (!end) { line = ""; break }
                line = substr(line, end + 2); inside = 0
                continue
            }
            if (match(line, /^"([^"\\]|\\.)*"/)) {
                code = code (keep ? substr(line, 1, RLENGTH) : "\"\"")
                line = substr(line, RLENGTH + 1)
                continue
            }
            if (match(line, /^\047([^\047\\]|\\.)*\047/)) { code = code "0"; line = substr(line, RLENGTH + 1); continue }
            if (substr(line, 1, 2) == "/*") { inside = 1; line = substr(line, 3); continue }
            code = code substr(line, 1, 1); line = substr(line, 2)
        }
        print FILENAME ":" FNR ": " code
    }' $(cat "$temp/ours")
}
strip '' >"$temp/code"
strip 1 >"$temp/strings"
code() { grep -E "^[^:]*:[0-9]+: .*$1" "$temp/code"; }

# ---- files ----
ls -A | grep -vxE 'Makefile|README\.md|LICENSE|src|include|templates|fonts|tests|samples|build|\..*' |
    claim 'the top level holds nothing else'
in_files c "$(printf '\t')" | claim 'C files have no tabs'
in_files text '[ 	]+$' | claim 'no line ends in white space'
xargs awk 'length($0) > 120 { print FILENAME ":" FNR ": " length($0) " characters" }' <"$temp/c" |
    claim 'no line of C is wider than 120 characters'
while read -r file; do
    [ ! -s "$file" ] || [ "$(tail -c 1 "$file" | od -An -tx1 | tr -d ' ')" = 0a ] || echo "$file"
done <"$temp/text" | claim 'files end with a line feed'
in_files text "$(printf '\r')\$" | claim 'lines end with a line feed alone'
while read -r file; do sh -n "$file" 2>&1; done <"$temp/scripts" | claim 'scripts parse'
while read -r file; do head -n 1 "$file" | grep '^#!' | grep -vx '#!/bin/sh'; done <"$temp/scripts" |
    claim 'scripts are POSIX sh'
in_files text -w 'TODO|FIXME|XXX' | grep -v '^tests/lint/lint.sh:' | claim 'no note of work left undone'

# ---- code ----
code '//' | claim 'comments are /* */'
grep -P '[^\x00-\x7f]' "$temp/strings" | grep -vE '^src/(tell|base/text)/' |
    claim 'only the rooms that draw signs hold any that are not ASCII'
code '(^|[^a-z_])(malloc|calloc|realloc|free|strdup|strndup|asprintf|getline) *\(' |
    grep -vE '^src/base/(util|spill|crypto|http|zip|text)/|^src/tell/pdf/|^src/base/value/(tree|window)\.c' |
    grep -v '^src/run/init.c:.*free(full)' |
    claim 'the heap is used in util, spill and the adapters of libraries alone'
code '(^|[^a-z_])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|strtok_r|atoi|atol|atof|gmtime|localtime|ctime|asctime|mktime|strftime|system|popen|tmpnam|tempnam|mktemp|rand|srand|alloca|setlocale|setjmp|longjmp) *\(' |
    claim 'no banned function is called, in adapters either'
code '(^|[^a-z_])(printf|puts|putchar|putc|perror) *\(|[^a-z_](stdout|stderr)[^a-z_]' |
    grep -vE '^src/cli/|^src/base/util/(err|memory)\.c' | claim 'only cli prints'
code '(^|[^a-z_])(exit|_exit|abort|quick_exit) *\(' | grep -vE '^src/cli/|^src/base/util/(err|memory|pool|child|confine)\.c' |
    claim 'only cli exits, the two ends of util (a bug, memory past its limit) and its child processes'
code '(^|[^a-z_])(clock_gettime|gettimeofday|time) *\(' | grep -v '^src/base/util/clock.c' | claim 'the clock is read in one file'
code 'bd_clock_now *\(' | grep -vE '^src/(run|cli)/|^src/base/util/clock.c|^include/bindery/util.h' |
    claim 'only run and cli ask for the time'
code '(^|[^a-z_])getenv *\(' | grep -vE '^src/(run|cli)/|^src/base/util/' | claim 'only run, cli and util see the environment'
code 'goto ' | grep -v 'goto out;' | claim 'goto leads to out and nowhere else'
code '[^a-z]bd_[a-z]+_(get|process|handle|do|perform|manage)(_[a-z_]+)? *\(' | claim 'no public name has a filler for a verb'
code '(^|[^a-z_])(if|for|while) \(.*\)$' | grep -vE '(&&|\|\|)$|\} while' | awk -F': ' '
    # a condition that closes on its line and has no brace after it
    { open = gsub(/\(/, "(", $0); shut = gsub(/\)/, ")", $0); if (open == shut) print }' |
    claim 'bodies of if, for and while have braces'
grep -nE '(SOC 2|AICPA|[Aa]uditor|[Tt]rust [Ss]ervices)' $(grep -E '^src/base/' "$temp/src") \
    include/bindery/util.h include/bindery/value.h include/bindery/crypto.h include/bindery/zip.h \
    include/bindery/text.h include/bindery/spill.h include/bindery/pdffile.h | claim 'base knows no word of audit'
grep -rnF "\"$(sed -n 's/^VERSION := //p' Makefile)\"" src include | claim 'the version is written in the Makefile alone'
grep -lF '"bindery/derive.h"' include/bindery/*.h | sed 's|.*/||; s|\.h$||' | while read -r room; do
    sed -n 's/^DERIVE_ROOMS := //p' Makefile | tr ' ' '\n' | grep -qx "$room" || echo "Makefile: DERIVE_ROOMS lacks $room"
done | claim 'what is kept of a scan hangs on every room of derivations'
xargs grep -cE '^TEST(_ALONE)?\(' <"$temp/c" | grep '_test\.c:0$' | claim 'every test file holds tests'
xargs grep -hoE '^TEST(_ALONE)?\([a-z_]+, *[a-z0-9_]+' <"$temp/c" | sed 's/.*(//' | sort | uniq -d | claim 'no claim is tested twice under one name'

# ---- checks ----
# Each check of the catalog: id, shape, requirement; one check stands on one line.
sed -n 's/^{"id":"\([^"]*\)".*"control":"\([^"]*\)","requirement":"\([^"]*\)","shape":"\([^"]*\)".*/\1 \4 \2\3/p' \
    templates/catalog/checks-*.json >"$temp/checks"
cat templates/catalog/checks-*.json | grep -c '"shape":' | grep -vx "$(grep -c . "$temp/checks")" |
    claim 'every check of the catalog stands on a line of its own'
awk 'FNR == 1 { check = record = "" }
    check ~ /^"[a-z0-9-]+"$/ && $1 ~ /^(pass|fail|cannot-tell)$/ { print substr(check, 2, length(check) - 2), $1 }
    { check = record; record = $0 }' tests/cases/checks/*.case tests/cases/rule/checks.case | sort -u >"$temp/answered"
sed -n 's/^\([a-z0-9-]* [a-z-]*\): .*/\1/p' tests/lint/one-sided.txt >"$temp/onesided"
grep -ohE '"[A-Za-z0-9.-]+"' tests/unit/*_test.c | tr -d '"' | sort -u >"$temp/named"
# A test of whole engagements names the check, or, where records are set beside each other, the requirement.
awk 'FILENAME ~ /answered$|onesided$/ { shown[$1 " " $2]; next }
    FILENAME ~ /named$/ { named[$1]; next }
    $1 in named || ($2 != "each" && $3 in named) { next }
    {
        count = split("pass fail cannot-tell", verdicts, " ")
        for (i = 1; i <= count; i++)
            if (!(($1 " " verdicts[i]) in shown)) print $1 ": no test in which it says " verdicts[i]
    }' "$temp/answered" "$temp/onesided" "$temp/named" "$temp/checks" |
    claim 'every check has a test for pass, fail and cannot-tell'
awk 'FILENAME ~ /answered$/ { shown[$1 " " $2]; next }
    FILENAME ~ /checks$/ { is[$1]; next }
    !($1 in is) || $0 in shown { print "one-sided.txt: " $0 }' "$temp/answered" "$temp/checks" "$temp/onesided" |
    claim 'what is said to be one-sided is'

find . -path ./build -prune -o -path ./.git -prune -o -name '*.md' -exec basename {} \; | sort -u >"$temp/documents"
xargs grep -noE '[a-z][a-z0-9-]*\.md([^a-z]|$)' <"$temp/c" | sed -E 's/[^a-z]$//' | awk -F: -v known="$temp/documents" '
    BEGIN { while ((getline line < known) > 0) is[line] = 1 }
    !($3 in is) { print $1 ":" $2 ": " $3 }' | claim 'every document that a comment names is in the tree'

# ---- notes ----
xargs awk 'length($0) > 100 { n++ } END { print "note: " n + 0 " lines of C are wider than 100 characters" }' <"$temp/c"
xargs awk '
    FNR == 1 { name = "" }
    /^[a-zA-Z].*[a-z0-9_]\(/ && !/;$/ && !/=/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); begun = FNR }
    /^}/ && name != "" {
        if (FNR - begun >= 100) print "note: " FILENAME ":" begun ": " name " is " FNR - begun + 1 " lines long"
        name = ""
    }' <"$temp/src"
xargs wc -l <"$temp/src" | awk '$1 > 900 && $2 != "total" { print "note: " $2 " is " $1 " lines long" }'
if command -v clang-format >/dev/null 2>&1; then
    while read -r file; do clang-format "$file" | diff -U0 "$file" - | grep '^-[^-]'; done <"$temp/c" >"$temp/format"
    echo "note: clang-format would change $(wc -l <"$temp/format") of $(xargs cat <"$temp/c" | wc -l) lines"
fi

passed=$(grep -c '^PASS' "$temp/verdicts")
failed=$(grep -c '^FAIL' "$temp/verdicts")
echo "lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
