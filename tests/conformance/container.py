"""container.py ZIP - every member reads back with its CRC; names are sorted, unique, safe and below one folder."""
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as package:
    names = package.namelist()
    bad = package.testzip()
    if bad:
        sys.exit("CRC of %s is wrong" % bad)
    if names != sorted(names, key=lambda name: name.encode()):
        sys.exit("names are not sorted")
    if len({name.casefold() for name in names}) != len(names):
        sys.exit("two names differ by case alone, or not at all")
    for name in names:
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or "\\" in name or parts[0] != names[0].split("/")[0]:
            sys.exit("unsafe name %s" % name)
    for member in package.infolist():
        if member.extra or member.comment:
            sys.exit("%s has an extra field or a comment" % member.filename)
    if package.comment:
        sys.exit("the archive has a comment")
