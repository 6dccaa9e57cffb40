"""Cell text of our reader against openpyxl's, over a folder of workbooks.

    python3 workbooks.py DUMPS WORKBOOKS

DUMPS holds NAME.tsv for each workbook that our reader read whole: sheet number, row, column, kind, text in JSON.
Prints one line for each difference that is not explained, then "N sheets, M differ, K cells". Exits 77 without openpyxl.
"""
import datetime
import json
import os
import re
import sys
import warnings

try:
    import openpyxl
except ImportError:
    sys.exit(77)
warnings.simplefilter("ignore")


def unescape(text):
    """openpyxl takes the escapes of ST_Xstring as they stand, but for x005F_, which it takes out."""
    text = re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("x005F_", "").replace("_", "")


def clock(t):
    return t.hour * 3600000 + t.minute * 60000 + t.second * 1000 + round(t.microsecond / 1000)


def moment(kind, value):
    """Milliseconds since 1900, whatever of day and time of day is known."""
    epoch = datetime.datetime(1900, 1, 1)
    if isinstance(value, datetime.datetime):
        return (value - epoch) // datetime.timedelta(milliseconds=1)
    if isinstance(value, datetime.timedelta):
        return value // datetime.timedelta(milliseconds=1)
    if isinstance(value, datetime.time):
        return clock(value)
    m = re.fullmatch(r"PT(\d+)H(\d+)M(\d+)(?:\.(\d+))?S", value)
    if m:
        return (int(m[1]) * 3600 + int(m[2]) * 60 + int(m[3])) * 1000 + int(m[4] or 0)
    if re.fullmatch(r"\d\d:\d\d:\d\d(\.\d+)?", value):
        return clock(datetime.time.fromisoformat(value))
    return (datetime.datetime.fromisoformat(value) - epoch) // datetime.timedelta(milliseconds=1)


def same(kind, ours, theirs, shown):
    if isinstance(theirs, (int, float)) and kind == "string" and re.fullmatch(r"(\[[A-Z]+\]|A/P|[DMHYS])", shown, re.I):
        return True  # a format of one letter or of elapsed time alone is none of a date to openpyxl
    if isinstance(theirs, (datetime.datetime, datetime.time, datetime.timedelta)):
        if kind == "number":  # no day of the calendar: shown by spreadsheets as day 0 or as a row of signs
            return float(ours) < 1 or int(float(ours)) == 60
        try:
            a, b = moment(kind, ours), moment(kind, theirs)
        except (ValueError, OverflowError):
            return False
        # elapsed time in one is a point in time in the other, counted from the eve of the system's first day
        day = 86400000
        return any(abs(a - b - d) <= 1 for d in (0, day, 2 * day, -day, -2 * day))
    if kind == "number":
        return isinstance(theirs, (int, float)) and not isinstance(theirs, bool) and float(ours) == float(theirs)
    if kind == "bool":
        return isinstance(theirs, bool) and (ours == "true") == theirs
    if kind == "null":
        return isinstance(theirs, str) and theirs.startswith("#") or theirs is None
    return isinstance(theirs, str) and unescape(ours) == unescape(theirs)


def main():
    sheets = differing = cells = 0
    for name in sorted(os.listdir(sys.argv[1])):
        path = os.path.join(sys.argv[2], name[:-4])
        try:
            book = openpyxl.load_workbook(path, data_only=True)
        except Exception:
            continue  # what it cannot read it cannot judge
        ours = {}
        for line in open(os.path.join(sys.argv[1], name), encoding="utf-8"):
            sheet, row, column, kind, text = line.rstrip("\n").split("\t", 4)
            ours.setdefault(int(sheet), {})[int(row), int(column)] = (kind, json.loads(text))
        for number, sheet in enumerate(book.worksheets):
            theirs = {(c.row, c.column): (c.value, c.number_format) for row in sheet.iter_rows() for c in row
                      if c.value is not None and c.value != ""}
            mine = ours.get(number, {})
            sheets += 1
            faults = []
            for place in sorted(set(theirs) | set(mine)):
                cells += 1
                kind, text = mine.get(place, ("null", ""))
                value, shown = theirs.get(place, (None, ""))
                if not same(kind, text, value, shown):
                    faults.append((place, kind, text, value, shown))
            if faults:
                differing += 1
                print("%s, sheet %d: %d cells, first %s" % (name[:-4], number + 1, len(faults), repr(faults[0])[:200]))
    print("%d sheets, %d differ, %d cells" % (sheets, differing, cells))


main()
