"""tamper.py PACK OUT KEY CRT: writes one package per way of tampering and prints `FILE<TAB>CODE<TAB>WORD<TAB>CLAIM`.

CODE and WORD are what `bindery verify --trust` (the true signer) has to answer.
"""
import hashlib
import json
import os
import subprocess
import sys

import forge
import pdfkit
import zipkit

PACK, OUT, KEY, CRT = sys.argv[1:5]
ENTRIES = zipkit.load(PACK)
ROOT = ENTRIES[0].name.split(b"/", 1)[0]
CASES = []


def index(stem):
    return next(i for i, e in enumerate(ENTRIES) if e.stem() == stem)


def first(test):
    return next(i for i, e in enumerate(ENTRIES) if test(e))


EVIDENCE = first(lambda e: e.stem().startswith("10_EVIDENCE/") and e.stem().endswith("storage-accounts.json"))
SUMS, P7S = index("90_INTEGRITY/SHA256SUMS"), index("90_INTEGRITY/SHA256SUMS.p7s")
MANIFEST, BINDER = index("90_INTEGRITY/manifest.json"), index("00_START-HERE/binder.pdf")


def case(name, code, claim, entries, **how):
    path = os.path.join(OUT, name + ".zip")
    zipkit.save(path, entries, **how)
    words = {0: "VERIFIED", 1: "ALTERED", 3: "MALFORMED", 6: "UNTRUSTED"}
    print("%s\t%d\t%s\t%s" % (path, code, words[code], claim))


def changed(at, **fields):
    out = list(ENTRIES)
    out[at] = out[at].copy(**fields)
    return out


def replaced(at, text, level=6):
    out = list(ENTRIES)
    out[at] = out[at].with_text(text, level)
    return out


def resorted(entries):
    return sorted(entries, key=lambda e: e.name)


def remade_sums(entries):
    """SHA256SUMS says the new hashes; its signature stays the old one."""
    by_name = {e.name: e for e in entries}
    lines = []
    sums = by_name[ROOT + b"/90_INTEGRITY/SHA256SUMS"]
    for line in sums.text().decode().splitlines():
        _, name = line.split("  ", 1)
        entry = by_name.get(ROOT + b"/" + name.encode()) or by_name[name.encode()]
        lines.append(hashlib.sha256(entry.text()).hexdigest() + "  " + name)
    text = ("\n".join(lines) + "\n").encode()
    return [e.with_text(text) if e is sums else e for e in entries]


def with_signature(entries, der):
    return [e.with_text(der) if e.stem() == "90_INTEGRITY/SHA256SUMS.p7s" else e for e in entries]


def resigned(entries):
    """Signed again by somebody else, in the true signature's form."""
    sums = next(e for e in entries if e.stem() == "90_INTEGRITY/SHA256SUMS")
    return with_signature(entries, forge.sign(ENTRIES[P7S].text(), ENTRIES[SUMS].text(), sums.text(), KEY, CRT))


def resigned_by_openssl(entries):
    path = os.path.join(OUT, "sums")
    open(path, "wb").write(ENTRIES[SUMS].text())
    der = subprocess.run(["openssl", "cms", "-sign", "-binary", "-cades", "-md", "sha256", "-outform", "DER", "-in", path,
                          "-signer", CRT, "-inkey", KEY, "-nosmimecap"], check=True, capture_output=True).stdout
    return with_signature(entries, der)


def remade_manifest(entries, at):
    """The manifest lists the new bytes of entry `at`, canonically."""
    manifest = json.loads(entries[MANIFEST].text())
    stem, entry = entries[at].stem(), entries[at]
    item = next(f for f in manifest["files"] if stem.endswith(f["path"]) or f["path"].endswith(stem))
    item.update(bytes=entry.size, sha256=hashlib.sha256(entry.text()).hexdigest(), crc32="%08x" % entry.crc,
                stored_bytes=len(entry.data), stored_sha256=hashlib.sha256(entry.data).hexdigest())
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    out = list(entries)
    out[MANIFEST] = out[MANIFEST].with_text(text)
    return out


def updated_pdf():
    """An incremental update: a new revision behind the signed one that changes nothing visible."""
    return pdfkit.update(ENTRIES[BINDER].text(), {199999: b"<< /Evil true >>"})


def contents():
    text = ENTRIES[EVIDENCE].text()
    case("changed", 1, "a changed file", replaced(EVIDENCE, text.replace(b"true", b"null", 1)))
    case("same-size", 1, "a file changed without changing its size", replaced(EVIDENCE, text.replace(b"a", b"b", 1)))
    case("missing", 1, "a missing file", ENTRIES[:EVIDENCE] + ENTRIES[EVIDENCE + 1:])
    more = ENTRIES[EVIDENCE].copy(name=ROOT + b"/10_EVIDENCE/extra.json")
    case("unlisted", 1, "an unlisted file", resorted(ENTRIES + [more]))
    name = ENTRIES[EVIDENCE].name
    case("renamed", 1, "a renamed file", resorted(changed(EVIDENCE, name=name.replace(b"storage", b"storaga"))))
    case("repacked", 1, "the same content, deflated otherwise", replaced(EVIDENCE, text, level=1))
    case("stored", 3, "the same content, stored instead of deflated",
         changed(EVIDENCE, method=0, data=text, size=len(text)))
    case("no-signature", 1, "a removed signature", ENTRIES[:P7S] + ENTRIES[P7S + 1:])
    case("no-manifest", 1, "a removed manifest", ENTRIES[:MANIFEST] + ENTRIES[MANIFEST + 1:])
    case("no-binder", 1, "a removed binder", ENTRIES[:BINDER] + ENTRIES[BINDER + 1:])
    case("journal", 1, "a line taken out of the journal",
         replaced(index("90_INTEGRITY/journal.ndjson"), b"\n".join(
             ENTRIES[index("90_INTEGRITY/journal.ndjson")].text().split(b"\n")[1:])))


def containers():
    entry = ENTRIES[EVIDENCE]
    twice = ENTRIES[:EVIDENCE] + [entry] + ENTRIES[EVIDENCE:]
    case("twice", 3, "a file that stands twice", twice)
    other = entry.copy(name=ROOT + b"/" + entry.stem().upper().encode())
    case("case", 3, "a name that differs in case only", resorted(ENTRIES + [other]))
    case("slip", 3, "a name that leads out of the folder",
         resorted(ENTRIES + [entry.copy(name=ROOT + b"/../../evil.sh")]))
    case("absolute", 3, "an absolute name", [entry.copy(name=b"/etc/passwd")] + ENTRIES)
    case("backslash", 3, "a name with a backslash", resorted(ENTRIES + [entry.copy(name=ROOT + b"/a\\b")]))
    case("order", 3, "two entries in the wrong order",
         ENTRIES[:EVIDENCE] + [ENTRIES[EVIDENCE + 1], entry] + ENTRIES[EVIDENCE + 2:])
    case("central", 3, "headers that disagree on the name", changed(EVIDENCE, local={"name": entry.name[:-1] + b"x"}))
    case("local-crc", 3, "headers that disagree on the checksum", changed(EVIDENCE, local={"crc": entry.crc ^ 1}))
    case("appended", 3, "an appended byte", ENTRIES, after=b"x")
    case("prepended", 3, "bytes before the first entry", ENTRIES, before=b"#!/bin/sh\n")


def metadata():
    for name, fields, claim in [
            ("time", {"time": ENTRIES[EVIDENCE].time + 1}, "an edited time"),
            ("date", {"date": ENTRIES[EVIDENCE].date + 1}, "an edited date"),
            ("comment", {"comment": b"hello"}, "a comment on an entry"),
            ("outer", {"outer": 0o120777 << 16}, "a link's attributes"),
            ("inner", {"inner": 1}, "an internal attribute"),
            ("made", {"made": ENTRIES[EVIDENCE].made ^ 0x0300}, "another maker"),
            ("extra", {"extra": b"\x0a\x00\x04\x00abcd"}, "an extra field")]:
        case(name, 3, claim, changed(EVIDENCE, **fields))
    case("archive-comment", 3, "a comment on the archive", ENTRIES, comment=b"hello")
    case("encrypted", 3, "an entry marked as encrypted",
         changed(EVIDENCE, flags=ENTRIES[EVIDENCE].flags | 1))
    case("cms-tail", 3, "a byte behind the signature's DER", replaced(P7S, ENTRIES[P7S].text() + b"\0"))


def signers():
    pdf = replaced(BINDER, updated_pdf())
    case("pdf-updated", 1, "a binder updated after signing", pdf)
    case("pdf-sums", 1, "an updated binder with the sums made anew", remade_sums(pdf))
    text = ENTRIES[EVIDENCE].text().replace(b"true", b"null", 1)
    deep = remade_sums(remade_manifest(replaced(EVIDENCE, text), EVIDENCE))
    case("deep", 1, "changed evidence with manifest and sums made anew", deep)
    case("deep-signed", 1, "the same, signed by somebody of the same name", resigned(deep))
    case("pdf-signed", 1, "an updated binder, signed by somebody of the same name", resigned(remade_sums(pdf)))
    case("other-signer", 1, "an untouched package signed by somebody of the same name", resigned(ENTRIES))
    case("other-form", 3, "a signature of a form that no packer writes", resigned_by_openssl(ENTRIES))


def main():
    case("untouched", 0, "the same package written anew", ENTRIES)
    contents()
    containers()
    metadata()
    signers()


main()
