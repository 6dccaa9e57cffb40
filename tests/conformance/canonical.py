"""canonical.py FILE... - each JSON file, or each line of an NDJSON file, is what a second writer makes of its value."""
import json
import re
import sys


class Number(str):
    """The text of a number; evidence keeps its own."""


ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_of(string):
    return '"' + re.sub(r'[\x00-\x1f"\\]', lambda m: ESCAPES.get(m[0]) or "\\u%04x" % ord(m[0]), string) + '"'


def members(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a key stands twice")
    if any(value is None for _, value in pairs):
        raise ValueError("a member is null")
    return dict(pairs)


def write(value):
    if isinstance(value, dict):
        return "{" + ",".join(text_of(k) + ":" + write(value[k]) for k in sorted(value, key=str.encode)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return text_of(value)
    return {True: "true", False: "false", None: "null"}[value]


bad = 0
for name in sys.argv[1:]:
    data = open(name, "rb").read()
    lines = data.splitlines(keepends=True) if name.endswith(".ndjson") else [data]
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line, object_pairs_hook=members, parse_int=Number, parse_float=Number)
            if write(value).encode() + b"\n" != line:
                raise ValueError("another writer gives other bytes")
        except ValueError as error:
            bad += 1
            print("%s:%d: %s" % (name, number, error))
sys.exit(1 if bad or len(sys.argv) < 2 else 0)
