#!/usr/bin/env python3
"""large.py BINDERY [--files N] [--gib N] - a package with more than 65,535 entries and a file of more than 4 GiB, for real.

One engagement with N small files and one large one is taken in, packaged, verified and judged again; unzip and Python's zipfile, which
know Zip64 by themselves, must find the same entries and bytes, and a second run nothing to do. Files lie in memory where there is room
(some bytes of each small file, little of the large one, which compresses well). One line per claim with seconds and memory.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

options = argparse.ArgumentParser()
options.add_argument("bindery")
options.add_argument("--files", type=int, default=100000)
options.add_argument("--gib", type=int, default=5)
args = options.parse_args()
bindery = os.path.realpath(args.bindery)
base = "/dev/shm" if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > (args.gib + 4) << 30 else None
work = pathlib.Path(tempfile.mkdtemp(prefix="bindery-large.", dir=base))
passed = failed = 0


def claim(words, is_so, said=""):
    global passed, failed
    passed, failed = passed + bool(is_so), failed + (not is_so)
    print("%s %s%s" % ("PASS" if is_so else "FAIL", words, "" if is_so else ": " + said[-400:]))
    sys.stdout.flush()


def run(*words):
    """Measured by time(1): to a child of this process the system counts what this one holds when it is made."""
    used = work / "used"
    with tempfile.TemporaryFile() as out:
        child = subprocess.run(["/usr/bin/time", "-q", "-o", str(used), "-f", "%e %U %S %M", bindery, *words], stdout=out, stderr=subprocess.STDOUT,
                               env={**os.environ, "HOME": str(work), "LC_ALL": "C"})
        out.seek(0)
        said = out.read().decode(errors="replace")
    wall, user, system, memory = (float(figure) for figure in used.read_text().split())
    return child.returncode, said, "%.0f s, %.0f s of processor, %d MiB" % (wall, user + system, memory / 1024)


def make_inbox(inbox):
    for i in range(args.files):
        folder = inbox / ("%03d" % (i // 1000))
        folder.mkdir(exist_ok=True)
        (folder / ("note-%06d.txt" % i)).write_text("note %d of a large estate\n" % i)
    digest, block = hashlib.sha256(), b"".join(b"line %07d of a long log that says the same again\n" % i for i in range(20000))
    with open(inbox / "long.txt", "wb") as file:
        left = (args.gib << 30) + 12345
        while left > 0:
            piece = block[:left]
            file.write(piece)
            digest.update(piece)
            left -= len(piece)
    old = time.time() - 3600
    for path in inbox.rglob("*"):
        os.utime(path, (old, old))
    return digest.hexdigest()


def main():
    folder = work / "e"
    assert run("init", "-q", str(folder), "--organisation", "Contoso", "--period", "2026-H1=2026-01-01..2026-06-30")[0] == 0
    digest = make_inbox(folder / "inbox")
    code, said, took = run("-C", str(folder), "run", "-q")
    claim("%d files and one of %d GiB are taken in and packaged (%s)" % (args.files, args.gib, took), code == 0, said)
    package = next((folder / "out/2026-H1").glob("*.zip"))
    trust = str(folder / "identity/trial.crt.pem")
    code, said, took = run("verify", "-q", "--trust", trust, str(package))
    claim("the package of %d MiB is VERIFIED (%s)" % (package.stat().st_size >> 20, took), code == 0 and said.startswith("VERIFIED"), said)
    with zipfile.ZipFile(package) as archive:
        entries = archive.infolist()
        manifest = json.loads(archive.read(next(e for e in entries if e.filename.endswith("/90_INTEGRITY/manifest.json"))))
        listed = {one["path"] for one in manifest["files"]} - {"90_INTEGRITY/SHA256SUMS.tsr"} | {"90_INTEGRITY/manifest.json"}
        claim("zipfile finds %d entries, those that the manifest lists and the manifest" % len(entries),
              len(entries) > args.files and {one.filename.split("/", 1)[1] for one in entries} == listed)
        large = max(entries, key=lambda e: e.file_size)
        found = hashlib.sha256()
        with archive.open(large) as file:
            while piece := file.read(1 << 20):
                found.update(piece)
        claim("its largest entry of %d bytes has the bytes that were handed in" % large.file_size,
              found.hexdigest() == digest and large.file_size == (args.gib << 30) + 12345)
    done = subprocess.run(["unzip", "-tqq", str(package)], capture_output=True, text=True)
    claim("unzip finds every byte of it sound", done.returncode == 0, done.stdout + done.stderr)
    code, said, took = run("locker", "check", "-q", "-C", str(folder))
    claim("locker check finds no fault (%s)" % took, code == 0, said)
    code, said, took = run("-C", str(folder), "run", "-q")
    claim("a second run reads and makes nothing (%s)" % took, code == 0 and "0 new" in said, said)
    code, said, took = run("verify", "-q", "--trust", trust, "--reperform", str(package))
    claim("the package is judged again (%s)" % took, code == 0, said)


try:
    main()
finally:
    shutil.rmtree(work, ignore_errors=True)
print("large: %d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
