"""corpora.py FOLDER - hostile files of others and of our own: each refused, in little memory and time.

BINDERY_LIBZIP, BINDERY_ZIPBOMBS and BINDERY_JSONTESTSUITE name copies (work trees or git directories) of github.com/nih-at/libzip,
harimypala/Zip_Bomb and nst/JSONTestSuite; what is not named is skipped, and that is said. Bombs after Fifield's description are made
here. Each zip is given to `verify` as a package, and all of them to `run` as workbooks in an inbox; JSON as evidence. Prints `pass`,
`FAIL` or `skip` lines; each command may take 256 MiB of memory and 5 seconds of processor.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib

import zipkit

BINDERY, FOLDER = os.environ["BINDERY"], pathlib.Path(sys.argv[1])
MOST_KIB, MOST_SECONDS = 256 * 1024, 5


most = [0, 0.0]  # KiB and seconds of the commands since the last claim


def say(claim, wrong, count):
    print("%s corpora: %s (%d files, at most %d MiB and %.2f s)%s" % (
        "FAIL" if wrong or not count else "pass", claim, count, most[0] >> 10, most[1], "".join("; " + one for one in wrong[:6])))
    most[:] = [0, 0.0]


def measured(words, cwd=None):
    """Exit code, MiB at most, seconds of processor and what was said."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(["timeout", "120", BINDERY, *words], stdout=out, stderr=subprocess.STDOUT, cwd=cwd)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = 0
        out.seek(0)
        most[:] = [max(most[0], used.ru_maxrss), max(most[1], used.ru_utime + used.ru_stime)]
        return os.waitstatus_to_exitcode(status), used.ru_maxrss, used.ru_utime + used.ru_stime, out.read().decode(errors="replace")


def too_much(name, kib, seconds):
    return ["%s took %d MiB" % (name, kib >> 10)] * (kib > MOST_KIB) + ["%s took %.1f s" % (name, seconds)] * (seconds > MOST_SECONDS)


def files_of(variable, below, pattern):
    """Name and bytes of the files of a corpus, from a work tree or a git directory; None where it is not named."""
    given = os.environ.get(variable)
    if not given:
        return None
    if (pathlib.Path(given) / ".git").exists() or not (pathlib.Path(given) / "objects").is_dir():
        return [(p.name, p.read_bytes()) for p in sorted((pathlib.Path(given) / below).rglob(pattern))]
    names = subprocess.run(["git", "--git-dir", given, "ls-tree", "-r", "--name-only", "HEAD"], check=True, capture_output=True, text=True)
    wanted = [n for n in names.stdout.split("\n") if pathlib.PurePath(n).match(pattern) and n.startswith(below)]
    return [(pathlib.PurePath(n).name, subprocess.run(["git", "--git-dir", given, "show", "HEAD:" + n], check=True, capture_output=True).stdout)
            for n in sorted(wanted)]


def put(name, data):
    path = FOLDER / name
    path.write_bytes(data)
    return str(path)


def refuse_packages(claim, files):
    """As packages: MALFORMED, or over a limit; nothing written."""
    wrong = []
    for name, data in files:
        code, kib, seconds, said = measured(["verify", put("candidate.zip", data)])
        if code not in (3, 5) or not said.startswith("MALFORMED"):
            wrong.append("%s ends %d: %s" % (name, code, said[:120]))
        wrong += too_much(name, kib, seconds)
    say("as packages %s are MALFORMED" % claim, wrong, len(files))


def engagement(name):
    folder = FOLDER / name
    subprocess.run([BINDERY, "init", "-q", str(folder), "--organisation", "Acme", "--period", "2026-H1=2026-01-01..2026-06-30"],
                   check=True, capture_output=True)
    return folder


def read_as(claim, files, ending):
    """As evidence: the run ends 0, and a file of which rows were read before it broke is called malformed."""
    folder = engagement(claim.split()[0])
    for name, data in files:
        (folder / "inbox" / (name.rsplit(".", 1)[0] + ending)).write_bytes(data)
    code, kib, seconds, said = measured(["-C", str(folder), "run", "-q"])
    wrong = ["the run ends %d: %s" % (code, said[-300:])] if code else []
    wrong += too_much("the run", kib, seconds / max(1, len(files)))
    if not wrong:
        state = json.loads((folder / "out/2026-H1/assessment.json").read_text())
        seen = {item["path"]: item for item in state["evidence"]}
        for name, _ in files:
            item = seen.get(name.rsplit(".", 1)[0] + ending)
            if item is None:
                wrong.append("%s is not in the locker" % name)
            elif item.get("rows_kept", 0) > 0 and not item["malformed"]:
                wrong.append("%s gave %d rows" % (name, item["rows_kept"]))
    say("as evidence %s end no run, and none is taken as whole" % claim, wrong, len(files))


# ---- our own bombs, after https://www.bamsoftware.com/hacks/zipbomb/ ----
def kernel(size):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = bytes(1 << 20)
    out = b"".join(packer.compress(piece) for _ in range(size >> 20)) + packer.flush()
    crc = 0
    for _ in range(size >> 20):
        crc = zlib.crc32(piece, crc)
    return out, crc


def entry(name, data, crc, size):
    return zipkit.Entry(name=name, made=0x031E, need=20, flags=0x0800, method=8, time=0, date=0x21, crc=crc, size=size, extra=b"", comment=b"",
                        inner=0, outer=0, local={}, data=data)


def overlapped(count, data, crc, size):
    """Fifield's full overlap: every name of the directory points to one local header."""
    one = entry(b"A", data, crc, size)
    body = zipkit.LOCAL.pack(0x04034B50, 20, 0x0800, 8, 0, 0x21, crc, len(data), size, 1, 0) + b"A" + data
    central = b"".join(zipkit.CENTRAL.pack(0x02014B50, one.made, 20, 0x0800, 8, 0, 0x21, crc, len(data), size, 4, 0, 0, 0, 0, 0, 0) + b"%04d" % i
                       for i in range(count))
    return body + central + zipkit.END.pack(0x06054B50, 0, 0, count, count, len(central), len(body), 0)


def quoted(count, data, crc, size):
    """Fifield's quoted overlap: each stream quotes the local headers behind it, so that names agree."""
    names = [b"%04d" % i for i in range(count)]
    bodies, stream, total, sum_ = [], data, size, crc
    for name in reversed(names):
        header = zipkit.LOCAL.pack(0x04034B50, 20, 0x0800, 8, 0, 0x21, sum_, len(stream), total, 4, 0) + name
        bodies.append((name, header, len(stream), total, sum_))
        quote = b"\0" + len(header).to_bytes(2, "little") + (len(header) ^ 0xFFFF).to_bytes(2, "little") + header
        stream, total, sum_ = quote + stream, total + len(header), 0
    out, places = b"", []
    for name, header, packed, plain, crc32 in reversed(bodies):
        if places:
            out += b"\0" + len(header).to_bytes(2, "little") + (len(header) ^ 0xFFFF).to_bytes(2, "little")
        places.append(len(out))
        out += header
    out += data
    central = b"".join(zipkit.CENTRAL.pack(0x02014B50, 0x031E, 20, 0x0800, 8, 0, 0x21, c, p, s, 4, 0, 0, 0, 0, 0, at) + n
                       for (n, h, p, s, c), at in zip(reversed(bodies), places))
    return out + central + zipkit.END.pack(0x06054B50, 0, 0, count, count, len(central), len(out), 0)


def nested(depth, data):
    path = FOLDER / "nested.zip"
    for level in range(depth):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(data) + packer.flush()
        zipkit.save(str(path), [entry(b"%d-%d.zip" % (level, i), packed, zlib.crc32(data), len(data)) for i in range(8)])
        data = path.read_bytes()
    return data


def workbook(data, crc, size):
    """An .xlsx whose shared strings never end."""
    def small(name, text):
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        return entry(name, packer.compress(text) + packer.flush(), zlib.crc32(text), len(text))
    parts = [small(b"[Content_Types].xml", b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
             small(b"_rels/.rels", b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type='
                   b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
             small(b"xl/workbook.xml", b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'),
             entry(b"xl/sharedStrings.xml", data, crc, size)]
    zipkit.save(str(FOLDER / "bomb.xlsx"), parts)
    return (FOLDER / "bomb.xlsx").read_bytes()


def own_bombs():
    size = 1 << 30
    data, crc = kernel(size)
    bombs = [("one-entry.zip", None), ("overlapped.zip", overlapped(250, data, crc, size)), ("quoted.zip", quoted(250, data, crc, size)),
             ("workbook.zip", workbook(data, crc, size))]
    zipkit.save(str(FOLDER / "one.zip"), [entry(b"CONTOSO/a", data, crc, size)])
    bombs[0] = ("one-entry.zip", (FOLDER / "one.zip").read_bytes())
    return bombs + [("nested.zip", nested(6, bytes(1 << 20)))]


def corpus(variable, what, below, pattern):
    files = files_of(variable, below, pattern)
    if files is None:
        print("skip corpora: set %s to a copy of %s" % (variable, what))
    return files


bombs = own_bombs()
refuse_packages("bombs of our own", bombs)
read_as("bombs of our own", bombs, ".xlsx")
inconsistent = corpus("BINDERY_LIBZIP", "nih-at/libzip", "regress", "*.zip")
if inconsistent is not None:
    bad = [one for one in inconsistent if one[0].startswith("incons")]
    say("libzip's inconsistent archives are all there", [] if len(bad) >= 52 else ["%d of 52" % len(bad)], len(bad))
    refuse_packages("libzip's inconsistent archives", bad)
    refuse_packages("all other zips of libzip's tests", [one for one in inconsistent if one not in bad])
    read_as("inconsistent archives of libzip", bad, ".xlsx")
public = corpus("BINDERY_ZIPBOMBS", "harimypala/Zip_Bomb", "", "*.zip")
if public is not None:
    refuse_packages("public zip bombs", public)
    read_as("public zip bombs", public, ".xlsx")
texts = corpus("BINDERY_JSONTESTSUITE", "nst/JSONTestSuite", "test_parsing", "n_*.json")
if texts is not None:
    read_as("texts that are no JSON", texts, ".json")
