"""mutants.py PACK KEY TRUST FOLDER - named mutations of a good package, none of which may be verified.

PACK is sealed, signed by KEY (RSA) and time-stamped. Each mutation is judged by `bindery verify`; the table says its
class, its name, the exit code and the first fault. What can be signed again is signed again with the true KEY, so that
not the sums alone but what they cover has to betray it: the forger may be the signer himself. Ends 1 if any is
accepted, or if a class has fewer than it must have.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

import forge
import pdfkit
import zipkit

PACK, KEY, TRUST, FOLDER = sys.argv[1:5]
GOOD = zipkit.load(PACK)
ROOT = GOOD[0].name.split(b"/", 1)[0]
LEAST = {"zip": 24, "manifest": 16, "journal": 8, "merkle": 6, "cms": 18, "time-stamp": 9, "pdf": 22}
counts, accepted = {}, []
MANIFEST, JOURNAL, BINDER = "90_INTEGRITY/manifest.json", "90_INTEGRITY/journal.ndjson", "00_START-HERE/binder.pdf"
SUMS, P7S, TSR = "90_INTEGRITY/SHA256SUMS", "90_INTEGRITY/SHA256SUMS.p7s", "90_INTEGRITY/SHA256SUMS.tsr"


def text_of(stem, entries=GOOD):
    return next(e for e in entries if e.stem() == stem).text()


def put(stem, text, entries=GOOD):
    return [e.with_text(text) if e.stem() == stem else e for e in entries]


def without(stem, entries=GOOD):
    return [e for e in entries if e.stem() != stem]


def sums_of(entries):
    lines = [(e.stem(), hashlib.sha256(e.text()).hexdigest()) for e in entries if e.stem() not in (SUMS, P7S, TSR)]
    return "".join("%s  %s\n" % (digest, stem) for stem, digest in sorted(lines, key=lambda one: one[0].encode())).encode()


def signed_data(der):
    """ContentInfo as a tree, and in it SignedData, its certificates, its first SignerInfo, that one's attributes."""
    tree = forge.parse(der)[0]
    data = tree[1][1][1][0]
    signer = data[1][-1][1][0]
    return tree, data, next(e for e in data[1] if e[0] == 0xA0), signer, next(e for e in signer[1] if e[0] == 0xA0)


def sign_again(tree, signer, attributes, key=KEY):
    attributes[1].sort(key=forge.encode)
    value = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=forge.encode([0x31, attributes[1]]), check=True,
                           capture_output=True).stdout
    next(e for e in signer[1] if e[0] == 0x04)[1] = value
    return forge.encode(tree)


def signed(entries):
    """Sums and their signature as the signer himself makes them; his time-stamp of before is left out."""
    sums = sums_of(entries)
    tree, _, _, signer, attributes = signed_data(text_of(P7S))
    old, new = hashlib.sha256(text_of(SUMS)).digest(), hashlib.sha256(sums).digest()
    for attribute in attributes[1]:
        if attribute[1][1][1][0] == [0x04, old]:
            attribute[1][1][1][0][1] = new
    return without(TSR, put(P7S, sign_again(tree, signer, attributes), put(SUMS, sums, entries)))


def judge(path, more=()):
    done = subprocess.run([os.environ["BINDERY"], "verify", "--json", "--trust", TRUST, *more, path], capture_output=True)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return done.returncode, "no answer: %s" % done.stderr.decode(errors="replace").strip()
    words = ["%s: %s" % (f["word"], f["sentence"]) for f in said["faults"]]
    return done.returncode, words[0] if words else said["verdict"]


def mutant(kind, name, entries, more=(), raw=None, **how):
    path = os.path.join(FOLDER, "mutant.zip")
    zipkit.save(path, entries, **how)
    if raw is not None:
        data = raw(open(path, "rb").read())
        open(path, "wb").write(data)
    if not more and open(path, "rb").read() == open(PACK, "rb").read():
        sys.exit("mutant '%s' changes nothing" % name)
    code, word = judge(path, more)
    counts[kind] = counts.get(kind, 0) + 1
    print("%-10s %-44s %3d  %.100s" % (kind, name, code, word))
    if code not in (1, 3, 5, 6):
        accepted.append(name)


# ---- zip: the container; nobody can sign it into order ----
AT = next(i for i, e in enumerate(GOOD) if re.fullmatch(r"10_EVIDENCE/.*/E-\d+_\d[-\d]*_[-a-z]+\.json", e.stem()) and e.method == 8)
ONE = GOOD[AT]


def changed(**fields):
    return GOOD[:AT] + [ONE.copy(**fields)] + GOOD[AT + 1:]


def with_more(entry):
    return sorted(GOOD + [entry], key=lambda e: e.name)


def zips():
    mutant("zip", "entry-removed", GOOD[:AT] + GOOD[AT + 1:])
    mutant("zip", "entry-added", with_more(ONE.copy(name=ROOT + b"/10_EVIDENCE/more.json")))
    mutant("zip", "entry-renamed", changed(name=ONE.name[:-6] + b"x" + ONE.name[-5:]))
    mutant("zip", "contents-swapped", GOOD[:AT] + [GOOD[AT + 1].copy(name=ONE.name), ONE.copy(name=GOOD[AT + 1].name)] + GOOD[AT + 2:])
    mutant("zip", "entry-twice", GOOD[:AT] + [ONE] + GOOD[AT:])
    mutant("zip", "order-changed", GOOD[:AT] + [GOOD[AT + 1], ONE] + GOOD[AT + 2:])
    mutant("zip", "comment-of-the-archive", GOOD, comment=b"hello")
    mutant("zip", "comment-of-an-entry", changed(comment=b"hello"))
    mutant("zip", "bytes-before", GOOD, before=b"#!/bin/sh\n")
    mutant("zip", "bytes-behind", GOOD, after=b"\n")
    mutant("zip", "second-end-record", GOOD, after=zipkit.END.pack(0x06054B50, 0, 0, 0, 0, 0, 0, 0))
    mutant("zip", "zip64-field", changed(extra=b"\x01\x00\x08\x00" + ONE.size.to_bytes(8, "little")))
    mutant("zip", "zip64-locator", GOOD, raw=lambda b: b[:-22] + b"PK\x06\x07" + bytes(16) + b[-22:])
    mutant("zip", "data-descriptor-flag", changed(flags=ONE.flags | 8))
    mutant("zip", "name-in-other-case", with_more(ONE.copy(name=ONE.name.swapcase())))
    mutant("zip", "symbolic-link", changed(outer=0o120777 << 16))
    mutant("zip", "executable", changed(outer=0o100755 << 16))
    mutant("zip", "encrypted-flag", changed(flags=ONE.flags | 1))
    mutant("zip", "method-99", changed(method=99))
    mutant("zip", "size-lies", changed(size=ONE.size + 1))
    mutant("zip", "ratio-lies", changed(size=len(ONE.data) * 1200))
    mutant("zip", "crc-lies", changed(crc=ONE.crc ^ 1))
    mutant("zip", "time-changed", changed(time=ONE.time ^ 1))
    mutant("zip", "time-of-all-changed", [e.copy(time=e.time ^ 2) for e in GOOD])
    mutant("zip", "overlapping-entries", GOOD, raw=lambda b: b[:-22 - 4] + b"\0\0\0\0" + b[-22:])
    mutant("zip", "local-name-differs", changed(local={"name": ONE.name[:-1] + b"x"}))
    mutant("zip", "local-size-differs", changed(local={"size": ONE.size ^ 1}))
    mutant("zip", "extra-field", changed(extra=b"\x55\x54\x01\x00\x00"))
    mutant("zip", "extra-field-in-the-local-header", changed(local={"extra": b"\x55\x54\x01\x00\x00"}))
    mutant("zip", "empty-archive", [])
    mutant("zip", "cut-off", GOOD, raw=lambda b: b[:-1])
    mutant("zip", "stored-instead-of-deflated", changed(method=0, data=ONE.text()))
    mutant("zip", "deflated-otherwise", changed(**{k: v for k, v in ONE.with_text(ONE.text(), 1).__dict__.items() if k in ("data", "crc", "size")}))
    mutant("zip", "name-climbs", with_more(ONE.copy(name=ROOT + b"/../../evil.sh")))
    mutant("zip", "backslash-in-a-name", with_more(ONE.copy(name=ROOT + b"/a\\b")))
    mutant("zip", "root-folder-renamed", [e.copy(name=b"X" + e.name[1:]) for e in GOOD])


# ---- manifest: signed again by the signer himself ----
def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def manifest_with(change):
    value = json.loads(text_of(MANIFEST))
    change(value)
    return canonical(value)


def item(value, stem=None):
    return next(f for f in value["files"] if (f["path"] == stem if stem else f["path"] in ONE.name.decode()))


def manifests():
    other = "0123456789abcdef" * 4
    facts = {"as_of": "2026-06-29T22:00:00Z", "bindery": "9.9.9", "catalog_sha256": other, "edition": "customer",
             "journal_head": other, "organisation": "Fabrikam Ltd", "plan_sha256": other, "previous_package": other,
             "signer_sha256": other, "versions": "bindery 0.1.0 (sources 0123456789ab)", "package_id": "FABRIKAM_SOC2_2026-01-01_2026-06-30_v1"}
    value = json.loads(text_of(MANIFEST))
    for name in sorted(facts):
        mutant("manifest", "fact-" + name, signed(put(MANIFEST, manifest_with(lambda v: v.update({name: facts[name]})))))
    for name, to in (("from", "2025-01-01"), ("to", "2026-12-31"), ("id", "2026-H2"), ("type", "I")):
        if isinstance(value.get("period"), dict):
            mutant("manifest", "period-" + name, signed(put(MANIFEST, manifest_with(lambda v: v["period"].update({name: to})))))
    for name, to in (("bytes", 1), ("sha256", other), ("crc32", "00000000"), ("stored_bytes", 1), ("stored_sha256", other),
                     ("role", "score"), ("evidence_id", "E-9999"), ("controls", ["1.1"])):
        mutant("manifest", "file-" + name, signed(put(MANIFEST, manifest_with(lambda v: item(v).update({name: to})))))
    mutant("manifest", "file-left-out", signed(put(MANIFEST, manifest_with(lambda v: v["files"].remove(item(v))))))
    mutant("manifest", "file-that-is-not-there", signed(put(MANIFEST, manifest_with(
        lambda v: v["files"].insert(0, {**item(v), "path": "00_A/a.json"})))))
    mutant("manifest", "binder-called-something-else", signed(put(MANIFEST, manifest_with(lambda v: item(v, BINDER).update(role="machine")))))
    text = text_of(MANIFEST)
    mutant("manifest", "space-inside", signed(put(MANIFEST, text.replace(b":", b": ", 1))))
    mutant("manifest", "line-feed-missing", signed(put(MANIFEST, text[:-1])))
    mutant("manifest", "member-twice", signed(put(MANIFEST, b"{" + text[1:text.index(b",") + 1] + text[1:])))
    mutant("manifest", "member-unknown", signed(put(MANIFEST, manifest_with(lambda v: v.update(zzz=1)))))
    mutant("manifest", "escape-for-a-letter", signed(put(MANIFEST, text.replace(b"auditor", b"\\u0061uditor", 1))))
    mutant("manifest", "changed-and-not-signed-again", put(MANIFEST, manifest_with(lambda v: v.update(organisation="Fabrikam"))))
    # evidence, manifest, sums and signature all made anew: the binder still prints the old manifest
    lied = put(ONE.stem(), ONE.text().replace(b"e", b"a", 1))
    entry = next(e for e in lied if e.stem() == ONE.stem())
    new = manifest_with(lambda v: item(v).update(bytes=entry.size, sha256=hashlib.sha256(entry.text()).hexdigest(), crc32="%08x" % entry.crc,
                                                 stored_bytes=len(entry.data), stored_sha256=hashlib.sha256(entry.data).hexdigest()))
    mutant("manifest", "evidence-and-all-above-it-anew", signed(put(MANIFEST, new, lied)))


# ---- journal and its tree: chained again, listed and signed again by the signer himself ----
def chain(lines):
    out, head = [], "0" * 64
    for line in lines:
        text = canonical({**line, "prev": head, "seq": len(out) + 1})
        head = hashlib.sha256(text).hexdigest()
        out.append(text)
    return b"".join(out), head


def with_journal(text, head=None):
    entry = next(e for e in GOOD if e.stem() == JOURNAL).with_text(text)

    def change(value):
        item(value, JOURNAL).update(bytes=entry.size, sha256=hashlib.sha256(text).hexdigest(), crc32="%08x" % entry.crc,
                                    stored_bytes=len(entry.data), stored_sha256=hashlib.sha256(entry.data).hexdigest())
        value["journal_head"] = head or hashlib.sha256(text[text.rindex(b"\n", 0, -1) + 1:] if text.count(b"\n") > 1 else text).hexdigest()
    return signed(put(MANIFEST, manifest_with(change), put(JOURNAL, text)))


def journals():
    text = text_of(JOURNAL)
    lines = [json.loads(line) for line in text.splitlines()]
    raw = text.splitlines(True)
    for name, new in (("first-line-out", raw[1:]), ("line-out-of-the-middle", raw[:2] + raw[3:]), ("last-line-out", raw[:-1]),
                      ("two-lines-swapped", [raw[1], raw[0]] + raw[2:]), ("line-twice", raw[:2] + raw[1:]),
                      ("line-feed-missing", [text[:-1]]), ("carriage-returns", [text.replace(b"\n", b"\r\n")]), ("empty", [b""]),
                      ("line-with-a-space", [text.replace(b":", b": ", 1)]), ("blank-line", raw[:1] + [b"\n"] + raw[1:])):
        joined = b"".join(new)
        mutant("journal", name, with_journal(joined, None if joined.strip() else "0" * 64))
    mutant("journal", "changed-and-not-signed-again", put(JOURNAL, text.replace(b"ingested", b"ingestad", 1)))
    for name, change in (("time-moved", lambda l: l[0].update(at="2025-01-01T00:00:00Z")),
                         ("hash-of-evidence", lambda l: l[0].update(sha256="0" * 64)), ("size-of-evidence", lambda l: l[0].update(bytes=1)),
                         ("item-forgotten", lambda l: l.pop([x["kind"] for x in l].index("sealed") - 1)), ("kind-unknown", lambda l: l[0].update(kind="blessed"))):
        copy = json.loads(json.dumps(lines))
        change(copy)
        mutant("journal", "chained-again-" + name, with_journal(*chain(copy)))
    seal = next(i for i, line in enumerate(lines) if line["kind"] == "sealed")
    point = os.path.join(FOLDER, "point.txt")
    open(point, "w").write("bindery-locker 1 CONTOSO 2026-H1\n%d\n%s\n" % (lines[seal]["lines"], base_of(text, lines[seal]["lines"])))
    held = ("--checkpoint", point)
    assert judge(PACK, held)[0] == 0, judge(PACK, held)
    roots = [k for k, v in lines[seal].items() if k in ("root", "tree_head", "head") or k.endswith("root")]
    for key in roots:
        mutant("merkle", "another-" + key, with_journal(*chain(edit(lines, seal, **{key: other_of(lines[seal][key])}))))
    mutant("merkle", "seal-over-fewer-lines", with_journal(*chain(edit(lines, seal, lines=lines[seal]["lines"] - 1))))
    mutant("merkle", "seal-over-more-lines", with_journal(*chain(edit(lines, seal, lines=lines[seal]["lines"] + 1))))
    mutant("merkle", "seal-taken-out", with_journal(*chain(lines[:seal] + lines[seal + 1:])), held)
    mutant("merkle", "sealed-line-rewritten", with_journal(*chain(edit(lines, 0, at="2025-01-01T00:00:00Z"))))
    mutant("merkle", "sealed-line-rewritten-against-the-checkpoint", with_journal(*chain(edit(lines, 0, at="2025-01-01T00:00:00Z"))), held)
    mutant("merkle", "two-sealed-lines-swapped", with_journal(*chain([lines[1], lines[0]] + lines[2:])))
    for name, words in (("root-of-another-tree", "%d\n%s" % (lines[seal]["lines"], base_of(text, 1))),
                        ("more-lines-than-there-are", "%d\n%s" % (len(lines) + 5, base_of(text, len(lines)))),
                        ("root-of-fewer-lines", "%d\n%s" % (lines[seal]["lines"] - 1, base_of(text, lines[seal]["lines"])))):
        open(point, "w").write("bindery-locker 1 CONTOSO 2026-H1\n%s\n" % words)
        mutant("merkle", "checkpoint-" + name, GOOD, held)


def edit(every, at, /, **fields):
    return every[:at] + [{**every[at], **fields}] + every[at + 1:]


def other_of(text):
    return ("0" if text[0] != "0" else "1") + text[1:]


def base_of(text, count):
    """The root of RFC 6962 over the first lines, as a checkpoint has it."""
    def root(leaves):
        if len(leaves) == 1:
            return leaves[0]
        half = 1
        while half * 2 < len(leaves):
            half *= 2
        return hashlib.sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()
    return root([hashlib.sha256(b"\0" + line).digest() for line in text.splitlines()[:count]]).hex()


# ---- CMS: the bytes of the signature ----
def cms(name, der):
    mutant("cms", name, without(TSR, put(P7S, der)))


def signatures():
    good = text_of(P7S)
    fresh = lambda: signed_data(good)
    sha256 = bytes.fromhex("608648016503040201")
    cms("byte-behind", good + b"\0")
    cms("cut-off", good[:-1])
    cms("empty", b"")
    cms("no-der", b"junk")
    cms("a-megabyte", good + bytes(1 << 20))
    cms("indefinite-length", b"\x30\x80" + good[4:] + b"\0\0")
    cms("length-with-a-leading-zero", b"\x30\x83\0" + good[2:4] + good[4:])
    cms("signature-bit", good[:-40] + bytes([good[-40] ^ 1]) + good[-39:])
    cms("enveloped-data", good.replace(bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010703"), 1))
    for name, oid in (("md5", "2a864886f70d0205"), ("sha1", "2b0e03021a"), ("sha512", "608648016503040203")):
        tree, data, _, signer, attributes = fresh()
        cms("digest-" + name, forge.encode(swap(tree, [0x06, sha256], [0x06, bytes.fromhex(oid)])))
    tree, data, *_ = fresh()
    data[1][-1][1] = []
    cms("no-signer", forge.encode(tree))
    tree, data, _, signer, _ = fresh()
    data[1][-1][1].append(signer)
    cms("two-signers", forge.encode(tree))
    tree, data, *_ = fresh()
    data[1][1][1] = []
    cms("no-digest-algorithms", forge.encode(tree))
    tree, data, *_ = fresh()
    data[1][2][1].append([0xA0, [[0x04, text_of(SUMS)]]])
    cms("content-inside", forge.encode(tree))
    tree, data, certificates, *_ = fresh()
    data[1].remove(certificates)
    cms("no-certificates", forge.encode(tree))
    tree, data, certificates, *_ = fresh()
    certificates[1] = certificates[1][:1]
    cms("certificate-left-out", forge.encode(tree))
    stranger = forge.parse(forge.read_pem(os.environ["STRANGER_CRT"]))[0]
    tree, data, certificates, *_ = fresh()
    certificates[1].append(stranger)
    cms("certificate-added", forge.encode(tree))
    tree, data, certificates, *_ = fresh()
    certificates[1] = [stranger] + certificates[1][1:]
    cms("certificate-exchanged", forge.encode(tree))
    tree, data, certificates, signer, _ = fresh()
    data[1].insert(data[1].index(certificates) + 1, [0xA1, []])
    cms("empty-list-of-revocations", forge.encode(tree))
    tree, _, _, signer, attributes = fresh()
    signer[1].remove(attributes)
    cms("no-signed-attributes", forge.encode(tree))
    tree, _, _, signer, _ = fresh()
    signer[1].append(forge.parse(forge.encode([0xA1, [[0x30, [[0x06, bytes.fromhex("2a0304")], [0x31, [[0x04, b"junk"]]]]]]]))[0])
    cms("unsigned-attribute", forge.encode(tree))
    tree, _, _, signer, _ = fresh()
    signer[1][0] = [0x02, b"\x03"]
    cms("version-of-the-signer", forge.encode(tree))
    tree, data, *_ = fresh()
    data[1][0] = [0x02, b"\x05"]
    cms("version-of-the-data", forge.encode(tree))
    tree, _, _, signer, attributes = fresh()
    attributes[1].reverse()
    cms("attributes-in-another-order", forge.encode(tree))
    # and signed again by the true key
    for name, at in (("digest-of-other-bytes", bytes.fromhex("2a864886f70d010904")), ("other-certificate-hash", bytes.fromhex("2a864886f70d010910022f")),
                     ("other-content-type", bytes.fromhex("2a864886f70d010903"))):
        tree, _, _, signer, attributes = fresh()
        for one in [a for a in attributes[1] if a[1][0][1] == at]:
            flip_last(one)
        cms(name, sign_again(tree, signer, attributes))
    for name, at in (("no-digest", "2a864886f70d010904"), ("no-certificate-hash", "2a864886f70d010910022f"), ("no-content-type", "2a864886f70d010903")):
        tree, _, _, signer, attributes = fresh()
        attributes[1] = [a for a in attributes[1] if a[1][0][1] != bytes.fromhex(at)]
        cms(name, sign_again(tree, signer, attributes))
    tree, _, _, signer, attributes = fresh()
    cms("by-another-key", sign_again(tree, signer, attributes, os.environ["STRANGER_KEY"]))
    mutant("cms", "signature-removed", without(TSR, without(P7S)))
    mutant("cms", "sums-removed", without(TSR, without(SUMS)))
    mutant("cms", "sums-with-one-line-less", put(SUMS, text_of(SUMS).split(b"\n", 1)[1]))


def swap(element, old, new):
    if element == old:
        return new
    tag, body = element
    return [tag, [swap(one, old, new) for one in body]] if isinstance(body, list) else element


def flip_last(element):
    """Changes one bit of the last value inside."""
    while isinstance(element[1], list):
        element = element[1][-1]
    element[1] = element[1][:-1] + bytes([element[1][-1] ^ 1])


# ---- time-stamp ----
def stamps():
    good = text_of(TSR)
    imprint = hashlib.sha256(text_of(P7S)).digest()
    at = good.index(imprint)
    when = re.search(rb"\x18[\x0f-\x17]20\d{12}", good).start() + 2
    for name, der in (("byte-behind", good + b"\0"), ("cut-off", good[:-1]), ("empty", b""), ("no-der", b"junk"), ("half-a-megabyte", good + bytes(1 << 19)),
                      ("another-imprint", good[:at] + hashlib.sha256(b"x").digest() + good[at + 32:]), ("another-year", good[:when] + b"2021" + good[when + 4:]),
                      ("signature-bit", good[:-30] + bytes([good[-30] ^ 1]) + good[-29:]), ("status-rejected", good.replace(b"\x30\x03\x02\x01\x00", b"\x30\x03\x02\x01\x02", 1)),
                      ("indefinite-length", b"\x30\x80" + good[4:] + b"\0\0"), ("is-the-signature", text_of(P7S)),
                      ("of-another-file", open(os.environ["OTHER_TSR"], "rb").read()), ("by-no-authority", open(os.environ["STRANGE_TSR"], "rb").read())):
        mutant("time-stamp", name, put(TSR, der))
    mutant("time-stamp", "taken-away-where-one-is-required", without(TSR), ("--require-timestamp",))


# ---- PDF: the binder inside, sums and signature made anew by the signer himself ----
def pdfs():
    good = text_of(BINDER)
    hole = [m for m in re.finditer(rb"/ByteRange (\[[^\]]*\])\s*/Contents <([0-9a-f]+)>", good)][-1]
    numbers = [int(n) for n in hole.group(1)[1:-1].split()]
    root, size = (int(re.findall(rb"/%s (\d+)" % key, pdfkit.trailer_of(good))[-1]) for key in (b"Root", b"Size"))

    def in_place(old, new):
        assert len(new) <= len(old)
        return good.replace(old, new.ljust(len(old)), 1)

    def update(number, body, more=b""):
        trailer = re.sub(rb"/Info \d+ 0 R" if more else b"^$", b"", pdfkit.trailer_of(good))
        return pdfkit.update(good, {number: body}, trailer[:trailer.rindex(b">>")] + more + b">>")

    def ranged(words):
        return in_place(hole.group(1), words)

    def flipped(at):
        return good[:at] + bytes([good[at] ^ 1]) + good[at + 1:]

    page = int(re.findall(rb"/FT /Sig\b.*?/P (\d+) 0 R", good, flags=re.S)[-1])
    content = int(re.search(rb"/Contents (\d+) 0 R", pdfkit.body(good, page)).group(1))
    pack, members = next(iter(pdfkit.packs(good).items()))
    stream = b"<< /Length 12 >>\nstream\n0 0 9 9 re f\nendstream"
    hostile = b"\n%d 0 obj\n%s\nendobj\n" % (content, stream)
    wrapped = good[:numbers[2]] + hostile + good[numbers[2]:]
    forms = {
        "byte-behind": good + b"x", "line-behind": good + b"\n", "comment-behind": good + b"% harmless\n", "second-end": good + b"%%EOF\n",
        "another-pdf-behind": good + good, "cut-off": good[:-20], "bytes-before": b"\n" + good, "header": b"%PDF-1.4" + good[8:],
        "no-byte-range": in_place(b"/ByteRange", b"/ByteRangf"), "no-contents": in_place(b"/Contents <" + hole.group(2)[:8], b"/Contentz <" + hole.group(2)[:8]),
        "range-of-zeros": ranged(b"[0 0 0 0]"), "range-negative": ranged(b"[0 %d %d -1]" % (numbers[1], numbers[2])),
        "range-beyond-the-file": ranged(b"[0 %d %d 99999999]" % (numbers[1], numbers[2])), "range-of-two": ranged(b"[0 %d]" % numbers[1]),
        "range-overlapping": ranged(b"[0 %d %d %d]" % (numbers[1], numbers[1] - 9, numbers[3])),
        "range-that-ends-early": ranged(b"[0 %d %d %d]" % (numbers[1], numbers[2], numbers[3] - 10)),
        "gap-that-is-wider": ranged(b"[0 %d %d %d]" % (numbers[1] - 40, numbers[2], numbers[3])),
        "contents-of-zeros": in_place(hole.group(2), b"0" * len(hole.group(2))), "contents-in-capitals": in_place(hole.group(2), hole.group(2).upper()),
        "contents-with-more-behind": in_place(hole.group(2), hole.group(2)[:-2] + b"41"),
        "another-kind-of-signature": in_place(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"),
        "empty-update": update(size, b"<< >>"), "page-replaced-by-an-update": update(content, stream),
        "root-replaced-by-an-update": update(root, b"<< /Type /Catalog >>"), "info-added-by-an-update": update(size, b"<< /Title (x) >>", b"/Info %d 0 R " % size),
        "page-packed-by-an-update": pdfkit.update(good, {}, packed={size: [(page, b"<< /Type /Page >>")]}),
        "pack-exchanged-by-an-update": pdfkit.update(good, {}, packed={pack: members[:-1] + [(members[-1][0], b"null")]}),
        "wrapped": wrapped.replace(hole.group(1), (b"[0 %d %d %d]" % (numbers[1], numbers[2] + len(hostile), numbers[3])).ljust(len(hole.group(1))), 1),
        "bit-of-a-page": flipped(good.index(b"stream") + 20), "bit-of-the-time": flipped(good.rindex(b"/M (D:") + 10),
        "bit-of-the-signature": flipped(hole.start(2) + 600), "unsigned": good[:good.index(b"%%EOF") + 6], "empty": b"", "no-pdf": b"hello",
    }
    for name in forms:
        mutant("pdf", name, signed(put(BINDER, forms[name])))
    mutant("pdf", "changed-and-not-signed-again", put(BINDER, good + b"\n"))
    mutant("pdf", "taken-away", signed(without(BINDER)))


assert judge(PACK)[0] == 0, judge(PACK)
zipkit.save(os.path.join(FOLDER, "same.zip"), GOOD)
assert open(os.path.join(FOLDER, "same.zip"), "rb").read() == open(PACK, "rb").read(), "the test's own writer writes other bytes"
zipkit.save(os.path.join(FOLDER, "resigned.zip"), signed(GOOD))
assert judge(os.path.join(FOLDER, "resigned.zip"))[0] == 0, judge(os.path.join(FOLDER, "resigned.zip"))
for part in (zips, manifests, journals, signatures, stamps, pdfs):
    part()
few = ["%s: %d of %d" % (kind, counts.get(kind, 0), least) for kind, least in LEAST.items() if counts.get(kind, 0) < least]
print("%d mutants: %s; %d accepted%s" % (sum(counts.values()), ", ".join("%s %d" % one for one in counts.items()), len(accepted),
                                          "".join(" " + name for name in accepted + few)))
sys.exit(bool(accepted or few or sum(counts.values()) < 100))
