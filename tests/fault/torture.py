#!/usr/bin/env python3
"""torture.py BINDERY [--every N] [--kills N] [--pairs N] [--job NAME] - a disk that fails, a process that dies, power that goes, two
at once: nothing committed is lost, nothing half-written is seen, and the next run ends where an undisturbed one does.

Each case works on a copy of one engagement in which a run has ended and new files have come since.  shim.c counts the
calls that change files and lets one of them fail; every N-th is tried (1: all of them).  One line per claim, and the
number of cases behind it; a case that fails is named, so that it can be repeated alone with --only.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

LOSSES = ["kill", "lost", "bytes-lost", "names-lost", "torn"]
ERRORS = ["ENOSPC", "EIO", "EINTR", "EMFILE"]
EPOCH = str(int(time.time()) + 3600)  # one instant for the whole run, at which the certificate made here is valid

options = argparse.ArgumentParser()
options.add_argument("bindery")
options.add_argument("--every", type=int, default=1, help="try every N-th call")
options.add_argument("--kills", type=int, default=1000, help="kills at random times")
options.add_argument("--pairs", type=int, default=200, help="pairs of commands at once")
options.add_argument("--job", help="ingest, run or seal alone")
options.add_argument("--only", help="one case: JOB:FAULT:CALL")
options.add_argument("--jobs", type=int, default=os.cpu_count())
args = options.parse_args()
bindery = os.path.realpath(args.bindery)
here = pathlib.Path(__file__).resolve().parent
base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
work = pathlib.Path(tempfile.mkdtemp(prefix="bindery-fault.", dir=base))
shim, memory = work / "shim.so", work / "memory.so"
passed = failed = 0


def command(folder, words, fault=None, at=None, log=None, more=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("FAULT_", "MEMORY_", "LD_PRELOAD"))}
    env.update(LC_ALL="C.UTF-8", HOME=str(work), SOURCE_DATE_EPOCH=EPOCH, **(more or {}))
    if fault or log:
        env.update(LD_PRELOAD=str(shim), FAULT_ROOT=str(folder))
    if fault:
        env.update(FAULT_DO=fault, FAULT_AT=str(at))
    if log:
        env["FAULT_LOG"] = str(log)
    return subprocess.run([bindery, "-C", str(folder), *words], env=env, capture_output=True, timeout=120)


def claim(words, wrong, cases):
    global passed, failed
    if wrong:
        failed += 1
        print(f"FAIL {words}: {len({one.split(' (')[0] for one in wrong})} of {cases} cases")
        for one in wrong[:8]:
            print(f"    {one}")
    else:
        passed += 1
        print(f"PASS {words} ({cases} cases)")
    sys.stdout.flush()


def sums(folder, parts):
    found = {}
    for part in parts:
        for path in sorted((folder / part).rglob("*")) if (folder / part).is_dir() else []:
            if path.is_file():
                found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def journal(folder):
    path = folder / "locker" / "journal.ndjson"
    return path.read_bytes() if path.exists() else b""


def state(folder):
    """What has to be the same however a run came about; a recovery may be noted in the journal and so in what names it."""
    return sums(folder, ["out", "locker/objects", "locker/periods"]), journal(folder)


def record(name, day):
    return json.dumps({"value": [{
        "id": f"/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/{name}",
        "name": name, "type": "Microsoft.Storage/storageAccounts", "location": "westeurope",
        "properties": {"supportsHttpsTrafficOnly": day % 2 == 0}}]})


def put(folder, day):
    path = folder / "inbox" / f"stores-{day}.json"
    path.write_text(record(f"s{day}", day))
    meta = folder / "inbox" / f"stores-{day}.json.meta.json"
    meta.write_text(json.dumps({"format": "bindery-sidecar 1", "collected_at": f"2026-02-{day:02d}T06:00:00Z", "source": "S17"}))
    for one in (path, meta):
        os.utime(one, (1770000000, 1770000000))


def make_base():
    """An engagement whose first run has ended; its signatures repeat (RSA, no time-stamp)."""
    folder = work / "base"
    assert command(folder.parent, ["init", str(folder), "--organisation", "Contoso", "--period", "2026-H1=2026-01-01..2026-06-30"]).returncode == 0
    identity = folder / "identity"
    identity.mkdir(exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", identity / "key.pem", "-out",
                    identity / "crt.pem", "-days", "3650", "-subj", "/CN=Contoso"], check=True, capture_output=True)
    os.chmod(identity / "key.pem", 0o600)
    config = json.loads((folder / "bindery.json").read_text())
    config["signing"] = {"key": "identity/key.pem", "certificate": "identity/crt.pem"}
    (folder / "bindery.json").write_text(json.dumps(config))
    for path in (folder / "inbox").iterdir():
        if path.is_file():
            os.utime(path, (1770000000, 1770000000))
    for day in (1, 2, 3):
        put(folder, day)
    done = command(folder, ["run", "-q"])
    assert done.returncode == 0, done.stderr
    for day in (4, 5, 6):
        put(folder, day)
    return folder


def copy(folder, name):
    to = work / name
    shutil.copytree(folder, to, copy_function=shutil.copy2, symlinks=True)
    return to


class Job:
    def __init__(self, name, words, start):
        self.name, self.words, self.start = name, words, start
        self.before = sums(start, ["out"])
        self.before_journal = journal(start)
        folder = copy(start, f"clean-{name}")
        log = work / f"{name}.log"
        done = command(folder, words, log=log)
        assert done.returncode == 0, done.stderr
        self.calls = log.read_text().splitlines()
        self.after, self.after_journal = state(folder)
        shutil.rmtree(folder)

    def look(self, folder):
        """What a reader may see between two runs: old bytes or new ones, and the journal as it was, with more behind it."""
        wrong = []
        new = {k: v for k, v in self.after.items() if k.startswith("out/")}
        for path, digest in sums(folder, ["out"]).items():
            if ".tmp-" not in path and digest not in (self.before.get(path), new.get(path)):
                wrong.append(f"{path} is neither the old file nor the new one")
        for path in self.before:
            if not (folder / path).exists():
                wrong.append(f"{path} is gone")
        if not journal(folder).startswith(self.before_journal):
            wrong.append("the journal does not begin as it did")
        return wrong

    def finish(self, folder):
        again = command(folder, self.words)
        if again.returncode != 0:
            return [f"the next one ends {again.returncode}: {again.stderr.decode(errors='replace').strip()}"]
        found, lines = state(folder)
        wrong = []
        if b'"kind":"recovered"' in lines:
            kept = [line for line in lines.splitlines() if b'"kind":"recovered"' not in line]
            wrong += [] if len(kept) == len(self.after_journal.splitlines()) else ["the journal lacks lines, or has some twice"]
            names = {k for k in found if k.startswith("locker/objects")}
            wrong += [] if names == {k for k in self.after if k.startswith("locker/objects")} else ["other objects"]
        elif found != self.after or lines != self.after_journal:
            other = sorted(k for k in set(found) | set(self.after) if found.get(k) != self.after.get(k))
            wrong.append(f"it ends elsewhere: {', '.join(other[:4]) or 'the journal'}")
        checked = command(folder, ["locker", "check", "-q"])
        if checked.returncode != 0:
            wrong.append(f"locker check ends {checked.returncode}: {checked.stderr.decode(errors='replace').strip()[:200]}")
        left = [p for p in folder.rglob("*") if p.is_file() and (p.parent.name == "tmp" or ".tmp" in p.name)]
        wrong += [f"left behind: {left[0].relative_to(folder)}"] if left else []
        return wrong

    def attempt(self, fault, at):
        folder = copy(self.start, f"{self.name}-{fault}-{at}")
        try:
            done = command(folder, self.words, fault, at)
            call = self.calls[at - 1] if at <= len(self.calls) else "?"
            if fault in ERRORS:
                wrong = self.judge_error(fault, call, done)
            elif done.returncode != -9:
                wrong = [f"it was to die, and ended {done.returncode}"]
            else:
                wrong = []
            wrong = wrong + self.look(folder) + self.finish(folder)
            return [f"{self.name}:{fault}:{at} ({call}): {one}" for one in wrong]
        except subprocess.TimeoutExpired:
            return [f"{self.name}:{fault}:{at}: it hangs"]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def judge_error(fault, call, done):
        said = done.stderr.decode(errors="replace")
        if done.returncode == 0:
            is_sync = " fsync " in f" {call} "
            return ["a sync failed, and it ended 0"] if is_sync and fault != "EINTR" else []
        if done.returncode != 4:
            return [f"it ended {done.returncode}: {said.strip()[:200]}"]
        return [] if said.startswith("bindery: ") else [f"no sentence: {said.strip()[:200]!r}"]


def try_all(job, faults, words):
    points = [(fault, at) for fault in faults for at in range(1 + hash_of(fault) % min(args.every, len(job.calls)), len(job.calls) + 1, args.every)
              if fault != "EMFILE" or " open " in f" {job.calls[at - 1]} "]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(lambda one: job.attempt(*one), points))
    claim(f"{job.name}: {words}", [line for lines in results for line in lines], len(points))


def hash_of(text):
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def try_short(job):
    folder = copy(job.start, f"{job.name}-short")
    done = command(folder, job.words, "short", 1)
    wrong = [f"it ended {done.returncode}: {done.stderr.decode(errors='replace').strip()}"] if done.returncode else []
    found, lines = state(folder)
    wrong += [] if found == job.after and lines == job.after_journal else ["other bytes"]
    claim(f"{job.name}: writes that take half of what they are given lose nothing", wrong, len(job.calls))
    shutil.rmtree(folder)


def try_memory(job):
    """Each allocation fails once, those of the libraries too: a sentence, 5, and nothing half-written."""
    folder, count = copy(job.start, f"{job.name}-count"), work / "count"
    command(folder, job.words, more={"LD_PRELOAD": str(memory), "MEMORY_COUNT": str(count)})
    shutil.rmtree(folder)
    all_calls = int(count.read_text())
    most = 400 if args.every > 1 else 6000  # of a run's tens of thousands; every one of what is shorter
    points = range(1, all_calls + 1, max(1, all_calls * args.every // most))

    def attempt(at):
        folder = copy(job.start, f"{job.name}-memory-{at}")
        done = command(folder, job.words, more={"LD_PRELOAD": str(memory), "MEMORY_AT": str(at)})
        said = done.stderr.decode(errors="replace")
        wrong = [] if done.returncode == 0 or done.returncode == 5 and "memory" in said or "Cannot allocate memory" in said else [
            f"it ended {done.returncode}: {said.strip()[:200]}"]
        wrong += job.look(folder) + job.finish(folder)
        shutil.rmtree(folder)
        return [f"{job.name}:memory:{at} of {all_calls}: {one}" for one in wrong]

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(attempt, points))
    claim(f"{job.name}: an allocation that fails ends it with 5 and a sentence, and leaves nothing half-written",
          [line for lines in results for line in lines], len(points))


def try_kills(job):
    """Killed at random times again and again, on one engagement, then once let be."""
    draw = random.Random(20261122)
    wrong, done, batch = [], 0, 20
    began = time.monotonic()
    folder = copy(job.start, f"{job.name}-timed")
    command(folder, job.words)
    span = time.monotonic() - began
    shutil.rmtree(folder)
    while done < args.kills:
        folder = copy(job.start, f"{job.name}-kills")
        for _ in range(min(batch, args.kills - done)):
            env = dict(os.environ, LC_ALL="C.UTF-8", HOME=str(work), SOURCE_DATE_EPOCH=EPOCH)
            process = subprocess.Popen([bindery, "-C", str(folder), *job.words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(draw.random() * span)
            process.kill()
            process.wait()
            done += 1
            wrong += job.look(folder)
        wrong += job.finish(folder)
        shutil.rmtree(folder)
    claim(f"{job.name}: killed at random times, {batch} times in a row, it ends where an undisturbed one does", wrong, done)


def try_pairs(start):
    """Two writers: one works, the other says at once who is at it.  A reader beside them sees a whole state."""
    wrong = []
    folder = copy(start, "pairs")
    command(folder, ["run", "-q"])
    env = dict(os.environ, LC_ALL="C.UTF-8", HOME=str(work))
    for number in range(args.pairs):
        words = [["run", "-q", "--no-cache"], ["ingest", "-q", "--rehash"], ["run", "-q", "--no-cache"], ["status", "--json", "-q"]]
        first, second = words[number % 2], words[2 + number % 2]
        began = time.monotonic()
        pair = [subprocess.Popen([bindery, "-C", str(folder), *w], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for w in (first, second)]
        ended = []
        for process in pair:
            out, err = process.communicate(timeout=120)
            ended.append((process.returncode, time.monotonic() - began, err.decode(errors="replace"), out))
        codes = [one[0] for one in ended]
        if any(code not in (0, 75) for code in codes) or 0 not in codes:
            wrong.append(f"pair {number}: {' and '.join(w[0] for w in (first, second))} end {codes}: {ended[0][2].strip()[:100]} {ended[1][2].strip()[:100]}")
        for code, _, said, _ in ended:
            if code == 75 and "process" not in said and "pid" not in said:
                wrong.append(f"pair {number}: the busy one does not name the holder: {said.strip()[:200]}")
        if second[0] == "status" and codes[1] == 0:
            try:
                json.loads(ended[1][3])
            except ValueError:
                wrong.append(f"pair {number}: the reader's answer is no JSON")
    checked = command(folder, ["locker", "check", "-q"])
    wrong += [] if checked.returncode == 0 else [f"afterwards locker check ends {checked.returncode}"]
    shutil.rmtree(folder)
    claim("pairs of commands at once: one works, the other ends 75 and names it, a reader sees a whole state", wrong, args.pairs)


def main():
    for library, source in ((shim, "shim.c"), (memory, "memory.c")):
        subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-w", "-shared", "-fPIC", "-o", library, here / source, "-ldl", "-lpthread"], check=True)
    start = make_base()
    ready = copy(start, "ready")
    assert command(ready, ["run", "-q"]).returncode == 0
    jobs = [Job("ingest", ["ingest", "-q", "-j", "1"], start), Job("run", ["run", "-q", "-j", "1"], start),
            Job("seal", ["seal", "-q"], ready)]
    if args.only:
        name, fault, at = args.only.split(":")
        job = next(one for one in jobs if one.name == name)
        claim(args.only, job.attempt(fault, int(at)), 1)
        return
    for job in [one for one in jobs if args.job in (None, one.name)]:
        try_all(job, ["kill"], "killed before any call that changes a file, nothing is lost and the next one ends the same")
        try_all(job, LOSSES[1:], "power lost there, with bytes, names or both not on the disk: likewise")
        try_all(job, ERRORS, "no space, a bad disk, an interruption, no file left: it ends 4 with a sentence, or does its work")
        try_short(job)
        try_memory(job)
    if args.job in (None, "run"):
        try_kills(jobs[1])
        try_pairs(start)


try:
    main()
finally:
    shutil.rmtree(work, ignore_errors=True)
print(f"fault: {passed} passed, {failed} failed")
sys.exit(failed > 0)
