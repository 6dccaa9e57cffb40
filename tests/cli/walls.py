"""walls.py: what the tests of the walls need.

    poisoned FROM TO WORD     a workbook with one more part, whose bytes tell fault/wall.c what to do
    seccomp PROGRAM WORDS...  runs it and prints the highest value of Seccomp that it was seen with, and its exit code
    rest A B NAME...          two assessments say the same of all evidence but these files
"""
import json
import re
import subprocess
import sys
import zipfile


def poisoned(source, target, word):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr(zipfile.ZipInfo("fault.txt"), "FAULT " + word)
        for item in old.infolist():
            new.writestr(item, old.read(item))


def seccomp(*words):
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    highest = 0
    while child.poll() is None:
        try:
            status = open("/proc/%d/status" % child.pid).read()
        except OSError:
            continue
        found = re.search(r"^Seccomp:\s*(\d)", status, re.M)
        highest = max(highest, int(found.group(1)) if found else 0)
    print(highest, child.returncode)


def rest(a, b, *names):
    def seen(path):
        return [e for e in json.load(open(path))["evidence"] if e["path"] not in names]
    one, other = seen(a), seen(b)
    assert one and one == other, "they differ"


globals()[sys.argv[1]](*sys.argv[2:])
