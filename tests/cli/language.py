"""language.py SEED COUNT: random conditions and records with the answer of a second reading of the language.

The model below follows the published semantics of policy conditions and knows nothing of the C: null is a value,
[*] asks all members, a count reduces its list to one member, three values where kinds do not go together. Prints
three-line cases for `bindery catalog test`.
"""
import json
import random
import re
import sys

LOW = str.lower


def scalar(v):
    return isinstance(v, (str, int, float, bool))


def number(v):
    if isinstance(v, bool):
        return None
    if isinstance(v, (int, float)):
        return float(v)
    return float(v) if isinstance(v, str) and re.fullmatch(r"-?\d+(\.\d+)?", v) else None


def truth(v):
    return v if isinstance(v, bool) else {"true": True, "false": False}.get(LOW(v)) if isinstance(v, str) else None


def text(v):
    return str(v).lower() if isinstance(v, bool) else json.dumps(v) if not isinstance(v, str) else v


def same(v, o):
    if not scalar(v) or not scalar(o):
        return None
    if isinstance(v, bool) or isinstance(o, bool):
        return truth(v) is not None and truth(v) == truth(o)
    if not isinstance(v, str) or not isinstance(o, str):
        return number(v) is not None and number(v) == number(o)
    return LOW(v) == LOW(o)


def some(answers):
    answers = list(answers)
    return True if True in answers else None if None in answers else False


def every(answers):
    answers = list(answers)
    return False if False in answers else None if None in answers else True


def order(v, o):
    if isinstance(v, bool) or isinstance(o, bool) or not scalar(v) or not scalar(o):
        return None
    if isinstance(v, str) and isinstance(o, str):
        a, b = LOW(v), LOW(o)
    else:
        a, b = number(v), number(o)
        if a is None or b is None:
            return None
    return (a > b) - (a < b)


def pattern(v, o, fold):
    parts = {"#": "[0-9]", "?": "[A-Za-z]", ".": "."}
    shape = "".join(parts.get(c, re.escape(c)) for c in o)
    return re.fullmatch(shape, text(v), re.I if fold else 0) is not None


def plain(op, v, o):
    """Answer of an operator that is not a negation."""
    if op == "exists":
        return truth(o) == (v is not None)
    if v is None:
        return False
    if op == "equals":
        return same(v, o)
    if op == "in":
        return some(same(m, o_) for m in [v] for o_ in o) if scalar(v) else None
    if op == "contains":
        if isinstance(v, list):
            return some(same(m, o) if m is not None else False for m in v)
        return LOW(text(o)) in LOW(text(v)) if scalar(v) else None
    if op == "containsKey":
        return LOW(o) in map(LOW, v) if isinstance(v, dict) else None
    if op in ("like", "match", "matchInsensitively"):
        if not scalar(v):
            return None
        if op == "like":
            return re.fullmatch(re.escape(o).replace(r"\*", ".*"), text(v), re.I | re.S) is not None
        return pattern(v, o, op != "match")
    sign = order(v, o)
    if sign is None:
        return None
    return {"less": sign < 0, "lessOrEquals": sign <= 0, "greater": sign > 0, "greaterOrEquals": sign >= 0}[op]


def negate(answer):
    return None if answer is None else not answer


def compare(op, v, o):
    if op.startswith("not"):
        base = op[3].lower() + op[4:]
        return negate(plain(base, v, o))
    return plain(op, v, o)


class NoList(Exception):
    pass


def values(at, parts):
    """All values of a path; a part that ends in [*] is a list."""
    if not parts:
        return [at]
    key = parts[0].replace("[*]", "")
    at = at.get(key) if isinstance(at, dict) else None
    if not parts[0].endswith("[*]"):
        return values(at, parts[1:]) if at is not None or parts[1:] else [None]
    if at is None:
        return []
    if not isinstance(at, list):
        raise NoList
    return [v for member in at for v in values(member, parts[1:])]


def read(path, record, scopes):
    """scopes: [(path of the counted list, its member)], innermost last."""
    for counted, member in reversed(scopes):
        if path == counted or path.startswith(counted + "."):
            rest = [p for p in path[len(counted):].split(".") if p]
            return values(member, rest), "[*]" in path[len(counted):]
    return values(record["properties"], path.split(".")), "[*]" in path


def evaluate(c, record, scopes=()):
    scopes = list(scopes)
    if "allOf" in c:
        return every(evaluate(x, record, scopes) for x in c["allOf"])
    if "anyOf" in c:
        return some(evaluate(x, record, scopes) for x in c["anyOf"])
    if "not" in c:
        return negate(evaluate(c["not"], record, scopes))
    op = next(k for k in c if k not in ("field", "value", "count"))
    if "value" in c:
        return compare(op, c["value"], c[op])
    try:
        if "field" in c:
            found, is_list = read(c["field"], record, scopes)
            return every(compare(op, v, c[op]) for v in found) if is_list else compare(op, found[0], c[op])
        count = c["count"]
        members, _ = read(count["field"], record, scopes)
    except NoList:
        return None
    answers = [evaluate(count["where"], record, scopes + [(count["field"], m)]) if "where" in count else True
               for m in members]
    sure, maybe = answers.count(True), answers.count(None)
    possible = {compare(op, n, c[op]) for n in range(sure, sure + maybe + 1)}
    return possible.pop() if len(possible) == 1 else None


# ---- random things

WORDS = ["x", "X", "xy", "7", "07", "", "true", "Enabled", "a-b"]
SCALARS = WORDS + [7, 0, -3, 2.5, True, False]
ANY = SCALARS + [None, [], ["x"], ["X", 7, None], {"k": 1}, {}]


def some_record(r):
    def member():
        m = {}
        if r.random() < 0.8:
            m["p"] = r.choice(ANY)
        if r.random() < 0.6:
            m["q"] = [r.choice(SCALARS) for _ in range(r.randrange(3))]
        return m
    properties = {}
    for key in ("s", "t"):
        if r.random() < 0.85:
            properties[key] = r.choice(ANY)
    if r.random() < 0.85:
        properties["l"] = [member() for _ in range(r.randrange(4))] if r.random() < 0.95 else "no list"
    if r.random() < 0.85:
        properties["m"] = [r.choice(ANY[:-6] + [None]) for _ in range(r.randrange(4))]
    return {"type": "A.B/c", "properties": properties}


OPERATORS = ["equals", "notEquals", "like", "notLike", "match", "notMatch", "matchInsensitively",
             "notMatchInsensitively", "contains", "notContains", "in", "notIn", "containsKey", "notContainsKey",
             "less", "lessOrEquals", "greater", "greaterOrEquals", "exists"]


def operand(r, op):
    base = op[3].lower() + op[4:] if op.startswith("not") else op
    if base == "exists":
        return r.choice([True, False, "true", "False"])
    if base == "in":
        return [r.choice(SCALARS) for _ in range(r.randrange(4))]
    if base == "containsKey":
        return r.choice(["k", "K", "z"])
    if base == "like":
        return r.choice(["x*", "*Y", "*", "x", "*a*"[0:2], "7"])
    if base.startswith("match"):
        return r.choice(["x", "X", "?", "#", "..", "?-b", ""])
    if base in ("less", "lessOrEquals", "greater", "greaterOrEquals"):
        return r.choice(WORDS + [7, 0, 2.5])
    return r.choice(SCALARS)


def comparison(r, subject):
    op = r.choice(OPERATORS)
    return dict(subject, **{op: operand(r, op)})


def condition(r, depth, counted=""):
    fields = ["s", "t", "m[*]", "l[*].p", "l[*].q[*]", "s.k", "none"] + ([counted, counted] if counted else [])
    fields += ["l[*].p", "l[*].q[*]"] if counted == "l[*]" else []
    kind = r.random()
    if depth > 0 and kind < 0.35:
        children = [condition(r, depth - 1, counted) for _ in range(r.randrange(1, 4))]
        return {r.choice(["allOf", "anyOf"]): children}
    if depth > 0 and kind < 0.45:
        return {"not": condition(r, depth - 1, counted)}
    if depth > 0 and kind < 0.65:
        inner = r.choice(["l[*]", "m[*]", "l[*].q[*]"])
        count = {"field": inner}
        if r.random() < 0.8:
            count["where"] = condition(r, depth - 1, inner)
        op = r.choice(["equals", "notEquals", "less", "greaterOrEquals", "in"])
        return {"count": count, op: [0, 2] if op == "in" else r.randrange(3)}
    if kind < 0.7:
        return comparison(r, {"value": r.choice(SCALARS)})
    return comparison(r, {"field": r.choice(fields)})


def spelled(c):
    """Paths as aliases."""
    if isinstance(c, list):
        return [spelled(x) for x in c]
    if isinstance(c, dict):
        return {k: "A.B/c/" + v if k == "field" else spelled(v) for k, v in c.items()}
    return c


def main():
    r = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        c, record = condition(r, 3), some_record(r)
        answer = {True: "true", False: "false", None: "unknown"}[evaluate(c, record)]
        print("%s\n%s\n%s\n" % (json.dumps({"if": spelled(c)}), json.dumps(record), answer))


main()
