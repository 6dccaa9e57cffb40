#!/bin/sh
# The program from the outside, as people and attackers use it.  tests/cli/README.md says how the files are written.
#
#   tests/cli/run.sh [NAME...]      all, or only the named files ("usage.test", "verify.sh")
#   BINDERY=path                    the program under test (default: build/bindery)
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
BINDERY=${BINDERY:-$root/build/bindery}
case $BINDERY in
/*) ;;
*) BINDERY=$(pwd)/$BINDERY ;;
esac
if [ ! -x "$BINDERY" ]; then
    echo "cli: '$BINDERY' is not there; run 'make' first" >&2
    exit 2
fi

# In memory where that is possible: the sample is written and synced many times.
base=/tmp
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
    base=/dev/shm
fi
work=$(mktemp -d "${TMPDIR:-$base}/bindery-cli.XXXXXX")
trap 'chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$work"

# Nothing of the caller's surroundings may help or hinder.
unset SOURCE_DATE_EPOCH BINDERY_PASSPHRASE TZ
export LC_ALL=C HOME="$work/home" XDG_CONFIG_HOME="$work/home/.config"
mkdir -p "$work/home" "$work/bin"
ln -s "$BINDERY" "$work/bin/bindery"
export PATH="$work/bin:$PATH" BINDERY here root work
export SAMPLE="$root/samples/contoso" COUNTS="$work/counts"
: >"$COUNTS"

. "$here/lib.sh"

# One finished run of the sample, for all that only look at or tamper with it.
export READY="$work/ready"
copy_sample "$READY"
if ! bindery -C "$READY" run -q >"$work/ready.out" 2>"$work/ready.err"; then
    echo "FAIL the sample runs"
    cat "$work/ready.err"
    echo "cli: 0 passed, 1 failed"
    exit 1
fi
export PACK="$READY/out/2026-H1/CONTOSO_SOC2_2026-01-01_2026-06-30_v1.zip"
export TRUST="$READY/identity/trial.crt.pem"

if [ $# -eq 0 ]; then
    set -- "$here"/check_*.sh "$here"/*.test
fi
jobs=$(nproc 2>/dev/null || echo 2)
for file in "$@"; do
    printf '%s\n' "$file"
done | xargs -P "$jobs" -n 1 sh "$here/one.sh"
for file in "$@"; do
    cat "$work/$(basename "$file").log"
done

passed=$(grep -c '^pass' "$COUNTS")
failed=$(grep -c '^fail' "$COUNTS")
echo "cli: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
