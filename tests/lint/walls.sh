#!/bin/sh
# walls.sh ROOT [OBJECTS] - check the includes below ROOT, and the symbols of the objects, against ROOT/src/DEPS.
# One sentence per violation; the exit status says whether there was one.
set -u
LC_ALL=C
export LC_ALL
cd "$1" || exit 2
objects=${2:-}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

rooms() {
    for folder in src/*/*/ src/run/ src/cli/; do
        case $folder in src/cli/*/) continue ;; esac
        if ls "$folder"*.c >/dev/null 2>&1; then
            basename "$folder"
        fi
    done
}
rooms >"$temp/rooms"

# Edges, one "from to" a line; "everything above" written out.
sed 's/#.*//' src/DEPS | awk '
    /^[a-z]+:/ {
        room = substr($1, 1, length($1) - 1)
        if ($2 == "everything") {
            for (i = 1; i <= count; i++) print room, order[i]
        } else {
            for (i = 2; i <= NF; i++) print room, $i
        }
        if (room != "util") print room, "util"
        print room, room
        order[++count] = room
    }' | sort -u >"$temp/edges"
sed 's/#.*//' src/DEPS | awk '/^</ { print substr($1, 2, length($1) - 2), $2 }' >"$temp/third"

status=0
say() {
    echo "deps: $*"
    status=1
}

awk '$1 != $2' "$temp/edges" | tsort >/dev/null 2>"$temp/cycle" || say "src/DEPS has a cycle: $(tr '\n' ' ' <"$temp/cycle")"
tr ' ' '\n' <"$temp/edges" | sort -u | while read -r room; do
    grep -qx "$room" "$temp/rooms" || echo "deps: src/DEPS names room '$room', which has no code"
done >"$temp/out"
sort -u "$temp/rooms" | while read -r room; do
    grep -q "^$room $room\$" "$temp/edges" || echo "deps: room '$room' has no line in src/DEPS"
    [ -f "include/bindery/$room.h" ] || echo "deps: room '$room' has no header include/bindery/$room.h"
done >>"$temp/out"

# Every include as "file<TAB>what".
grep -HE '^[[:space:]]*#[[:space:]]*include' $(find src include tests/unit -name '*.[ch]' | sort) |
    sed -E 's/:[[:space:]]*#[[:space:]]*include[[:space:]]*/\t/; s#[[:space:]]*(/\*|//).*##' >"$temp/includes"

awk -F '\t' -v edges="$temp/edges" -v third="$temp/third" '
    function say(text) { print "deps: " text }
    function room_of(file,    part, n) {
        n = split(file, part, "/")
        if (file ~ /^include\/bindery\//) { sub(/\.h$/, "", part[n]); return part[n] }
        if (file ~ /^tests\/unit\/.*_test\.c$/) { sub(/_test\.c$/, "", part[n]); return part[n] }
        if (file ~ /^src\//) return n > 2 ? part[n - 1] : "main"
        return "tests"
    }
    function owner(header,    name) {
        for (name in third_room) if (index(header, name) == 1) return third_room[name]
        return ""
    }
    BEGIN {
        while ((getline line < edges) > 0) { split(line, e, " "); allowed[e[1], e[2]] = 1; known[e[1]] = 1 }
        while ((getline line < third) > 0) { split(line, e, " "); third_room[e[1]] = e[2] }
        split("assert ctype errno float inttypes limits locale math setjmp signal stdarg stdatomic stdbool stddef stdint " \
              "stdio stdlib stdnoreturn string time dirent dlfcn fcntl poll pthread sys/file sys/mman sys/resource sys/socket " \
              "sys/stat sys/statvfs sys/types sys/wait termios unistd", c, " ")
        for (i in c) standard[c[i] ".h"] = 1
    }
    {
        file = $1; what = $2; room = room_of(file); in_header = file ~ /^include\//
        test = file ~ /^tests\//
        inner = substr(what, 2, length(what) - 2)
        if (!(file in first)) { first[file] = what; files[++count] = file }
        seen[file, what] = 1
        if (what ~ /^"bindery\//) {
            name = inner; sub(/^bindery\//, "", name); sub(/\.h$/, "", name)
            if (name == "banned" || test) next
            if (room == "main") { if (name != "cli") say("\047" file "\047 may include \047bindery/cli.h\047 only"); next }
            if (!((room, name) in allowed)) say("room \047" room "\047 may not include \047" inner "\047 (" file ")")
            next
        }
        if (what ~ /^"/) {
            if (test && inner ~ /^\.\.\/\.\.\/src\//) {
                n = split(inner, part, "/")
                if (part[n - 1] != room) say("a test of \047" room "\047 opens \047" inner "\047; a test may open only its own room")
                next
            }
            if (inner ~ /\//) { say("\047" file "\047 includes \047" inner "\047; rooms meet as bindery/ROOM.h only"); next }
            folder = file; sub(/[^\/]*$/, "", folder)
            if ((getline line < (folder inner)) < 0) say("\047" inner "\047 is not a file of room \047" room "\047 (" file ")")
            close(folder inner)
            next
        }
        if (what !~ /^</) inner = what
        if (inner in standard) next
        if (test) next # a test may ask a library for a second opinion
        home = owner(inner)
        if (home == "") { say("<" inner "> is neither C, POSIX nor in src/DEPS (" file ")"); next }
        if (in_header) { say("\047" file "\047 may not include <" inner ">; headers of ours show nobody else\047s"); next }
        if (home != room) say("room \047" room "\047 may not include <" inner ">; it belongs to \047" home "\047 (" file ")")
    }
    END {
        # The first include of a source is its room\047s header, or a private header that begins with it.
        for (i = 1; i <= count; i++) {
            file = files[i]; room = room_of(file)
            if (file !~ /^src\/.*\.c$/ || room == "main") continue
            own = "\"bindery/" room ".h\""
            if (first[file] == own) continue
            folder = file; sub(/[^\/]*$/, "", folder)
            header = folder substr(first[file], 2, length(first[file]) - 2)
            if (first[file] ~ /^"/ && (first[header] == own || (header, own) in seen)) continue
            say("the first include is " first[file] ", not " own " (" file ")")
        }
    }' "$temp/includes" >>"$temp/out"

# What a room calls must belong to a room that it may include: a header that comes along with another opens no door.
if [ -n "$objects" ] && [ -d "$objects" ]; then
    find "$objects" -name '*.o' ! -path '*/tests/*' | sort | while read -r object; do
        source=${object#"$objects"/}
        [ -f "src/${source%.o}.c" ] || continue # left of a file that is gone
        room=$(basename "$(dirname "$object")")
        grep -qx "$room" "$temp/rooms" || continue
        nm -g "$object" | awk -v room="$room" 'NF >= 2 { print room, $(NF - 1), $NF }'
    done >"$temp/symbols"
    awk -v edges="$temp/edges" '
        BEGIN { while ((getline line < edges) > 0) { split(line, e, " "); allowed[e[1], e[2]] = 1 } }
        $2 != "U" && $2 != "w" { home[$3] = $1 }
        $2 == "U" { calls[$1 " " $3] = 1 }
        END {
            for (call in calls) {
                split(call, c, " ")
                if (c[2] in home && !((c[1], home[c[2]]) in allowed))
                    print "deps: room \047" c[1] "\047 calls \047" c[2] "\047 of room \047" home[c[2]] "\047"
            }
        }' "$temp/symbols" | sort >>"$temp/out"
fi

if [ -s "$temp/out" ]; then
    cat "$temp/out"
    status=1
fi
exit $status
