"""Standard input is one canonical JSON value of ours and a line end, and nothing else."""
import json
import sys


def unique(pairs):
    keys = [key for key, _ in pairs]
    if keys != sorted(keys, key=lambda key: key.encode()):
        sys.exit("keys are not sorted: %s" % keys[:12])
    if len(keys) != len(set(keys)):
        sys.exit("a key stands twice: %s" % keys[:12])
    if any(value is None for _, value in pairs):
        sys.exit("a member is null")
    return dict(pairs)


class Text(str):
    """A number keeps its text."""


def write(value):
    if isinstance(value, dict):
        return "{" + ",".join(write(key) + ":" + write(item) for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(item) for item in value) + "]"
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def main():
    data = sys.stdin.buffer.read()
    if not data.endswith(b"\n") or data.count(b"\n") != 1:
        sys.exit("expected one line with its line end, found %d lines" % data.count(b"\n"))
    value = json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_int=Text, parse_float=Text)
    if write(value) != data[:-1].decode("utf-8"):
        sys.exit("not canonical: spaces or escapes")


main()
