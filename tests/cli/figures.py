"""figures.py PACK [since]: every figure of figures.ndjson equals assessment.json, or the file that its pointer names, and is
printed, in that order, in binder.pdf.

Figures are looked for as whole words in the text of the pages, each behind the one before it.
"""
import json
import re
import subprocess
import sys
import tempfile
import zipfile

LEAST = 300
LEAST_SINCE = 12  # two scores of three, and the items of evidence


def at(value, pointer):
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def left_over(text, figures):
    """Numbers of "Changes since the last binder" that are no figures: what is left when the figures are cut out."""
    own = [figure["text"] for figure in figures if figure["pointer"].startswith("changes.json#")]
    begin = text.rindex("Compared with the package before this one")
    place, rest = begin, ""
    for one in own:
        found = re.compile(r"(?<![\w.])" + re.escape(one) + r"(?![\w]|\.\d)").search(text, place)
        rest, place = rest + text[place:found.start()] + "#", found.end()
    return len(own), re.findall(r"\(\d+\)|(?<!Page )\b\d+ of \S+|# of \d+|\d+ (?:before|carried|new|with|no longer)", rest)


def main():
    with zipfile.ZipFile(sys.argv[1]) as pack:
        root = pack.namelist()[0].split("/")[0]
        assessment = json.loads(pack.read(root + "/80_MACHINE/assessment.json"), parse_float=str)
        files = {"": assessment}
        changes = root + "/80_MACHINE/changes.json"
        if changes in pack.namelist():
            files["changes.json#"] = json.loads(pack.read(changes), parse_float=str)
        figures = [json.loads(line) for line in pack.read(root + "/80_MACHINE/figures.ndjson").splitlines()]
        with tempfile.NamedTemporaryFile(suffix=".pdf") as pdf:
            pdf.write(pack.read(root + "/00_START-HERE/binder.pdf"))
            pdf.flush()
            text = subprocess.run(["pdftotext", "-raw", "-enc", "UTF-8", pdf.name, "-"], check=True,
                                  capture_output=True).stdout.decode()
    faults, place = [], 0
    for number, figure in enumerate(figures):
        try:
            file, pointer = re.match("([^/]*)(.*)", figure["pointer"]).groups()
            value = at(files[file], pointer)
        except (KeyError, IndexError, ValueError):
            faults.append("%s leads nowhere" % figure["pointer"])
            continue
        if str(value) != re.sub("[\u00a0\u2009\u202f, ]", "", figure["text"]):
            faults.append("%s is %s, the binder has %s" % (figure["pointer"], value, figure["text"]))
        found = re.compile(r"(?<![\w.])" + re.escape(figure["text"]) + r"(?![\w]|\.\d)").search(text, place)
        if found is None:
            faults.append("figure %d, %s of %s, is not printed behind the one before it" %
                          (number + 1, figure["text"], figure["pointer"]))
            break
        place = found.end()
    if sys.argv[2:] == ["since"]:
        own, strays = left_over(text, figures)
        if own < LEAST_SINCE or strays:
            faults.append("of what changed %d figures are listed, and these numbers are none: %s" % (own, strays))
    covered = 100 * place // max(1, len(text))
    print("%d figures checked, the last at %d %% of the text" % (len(figures), covered))
    for fault in faults[:20]:
        print(fault)
    if len(figures) < LEAST:
        print("expected at least %d figures" % LEAST)
    sys.exit(bool(faults) or len(figures) < LEAST)


main()
