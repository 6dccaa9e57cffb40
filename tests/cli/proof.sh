#!/bin/sh
# proof.sh FILE: checks what `bindery locker prove` prints with printf, xxd and sha256sum alone.
set -eu

# hash PREFIX HEX: SHA-256 of the prefix byte and the bytes
hash() {
    { printf "$1"; printf %s "$2" | xxd -r -p; } | sha256sum | cut -c1-64
}

kind=$(sed -n '1s/^bindery-proof 1 //p' "$1")
value() { sed -n "s/^$2 //p" "$1"; }

if [ "$kind" = inclusion ]; then
    a=$({ printf '\000'; value "$1" text | tr -d '\n'; } | sha256sum | cut -c1-64)
    [ "$a" = "$(value "$1" leaf)" ] || { echo "the text is not the leaf's"; exit 1; }
else
    a=$(value "$1" start)
fi
b=$a
while read -r side step; do
    case $side in
    left) b=$(hash '\001' "$step$b") ;;
    right) b=$(hash '\001' "$b$step") ;;
    both)
        a=$(hash '\001' "$step$a")
        b=$(hash '\001' "$step$b")
        ;;
    esac
done <"$1"
[ "$b" = "$(value "$1" head)" ] || { echo "it does not end in the head: $b"; exit 1; }
if [ "$kind" = consistency ]; then
    [ "$a" = "$(value "$1" first)" ] || { echo "it does not end in the first head: $a"; exit 1; }
fi
echo "$kind holds"
