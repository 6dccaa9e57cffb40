"""Inputs of about 1 MB, each made to be the worst case of one parser.

    worst.py FOLDER     writes FOLDER/<target>/<what it is>
"""

import os
import struct
import sys
import zlib

MB = 1 << 20
PAGE = (b"<< /Type /Catalog /Pages 2 0 R >>\n%%\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\n%%\n"
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>\n%%\n")


def stream(data, extra=b""):
    return b"<< /Length %d %s>>\nstream\n" % (len(data), extra) + data + b"\nendstream"


def pdf(bodies, revisions=0):
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, table)
    parts = [out]
    size = len(out)
    for _ in range(revisions):
        part = b"xref\n0 0\ntrailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
            len(bodies) + 1, table, size)
        table = size
        size += len(part)
        parts.append(part)
    return b"".join(parts)


def zip_of(count, name=lambda i: b"%06d.txt" % i, data=b""):
    head, central = [], []
    at = 0
    packed = zlib.compress(data)[2:-4] if data else b""
    method = 8 if data else 0
    for i in range(count):
        common = struct.pack("<HHHHHIIIHH", 20, 1 << 11, method, 0xB000, 0x5CDE, zlib.crc32(data), len(packed),
                             len(data), len(name(i)), 0)
        local = b"PK\x03\x04" + common + name(i) + packed
        central.append(b"PK\x01\x02" + struct.pack("<H", 0x0314) + common + struct.pack("<HHHII", 0, 0, 0, 0x81A40000, at) +
                       name(i))
        head.append(local)
        at += len(local)
    directory = b"".join(central)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), at, 0)
    return b"".join(head) + directory + end


def json_cases():
    keys = b",".join(b'"k%d":%d' % (i, i) for i in range(70000))
    return {
        "many-nested-arrays": b"[" * 500000 + b"]" * 500000,
        "nested-arrays-of-depth-60": b"[" + b",".join([b"[" * 60 + b"]" * 60] * 8600) + b"]",
        "one-object-of-70k-keys": b"{" + keys + b"}",
        "record-of-70k-keys": b'[{"a":{' + keys + b"}}]",
        "keys-that-share-a-long-prefix": b'{"value":[{' + b",".join(b'"' + b"p" * 200 + b'%d":1' % i for i in range(5000)) + b"}]}",
        "string-of-escaped-quotes": b'["' + b'\\"' * 500000 + b'"]',
        "string-of-unicode-escapes": b'{"a":"' + b"\\u0061" * 170000 + b'"}',
        "string-of-surrogate-pairs": b'["' + b"\\ud83d\\ude00" * 87000 + b'"]',
        "many-empty-records": b"[" + b"{}," * 349000 + b"{}]",
        "many-empty-strings": b"[" + b'"",' * 349000 + b'""]',
        "many-lines": b"{}\n" * 349000,
        "blank-lines": b"{}\n" + b"\n" * MB,
        "white-space": b" " * MB + b"{}",
        "one-number-of-1m-digits": b"[" + b"1" * MB + b"]",
        "two-numbers-of-500k-digits": b"[" + b"9" * 500000 + b"," + b"9" * 499999 + b"8]",
        "number-with-10000-digit-exponent": b"[1e" + b"9" * 10000 + b",1e" + b"9" * 9999 + b"8]",
        "numbers-with-far-exponents": b"[" + b",".join([b"1e999999,1e-999999"] * 55000) + b"]",
        "members-before-the-records": b"{" + keys + b',"value":[{}]}',
        "unclosed-strings": b'"' * MB,
        "unclosed-objects": b'{"a":' * 200000,
        "table-of-1000-columns": b'{"tables":[{"name":"T","columns":[' +
        b",".join(b'{"name":"c%d","type":"s"}' % i for i in range(1000)) + b'],"rows":[' +
        b",".join([b"[" + b",".join([b"1"] * 1000) + b"]"] * 480) + b"]}]}",
    }


def csv_cases():
    return {
        "quotes": b'"' * MB,
        "doubled-quotes-in-a-cell": b'a\n"' + b'""' * 500000 + b'"\n',
        "quote-that-never-closes": b'a,b\n1,"' + b"x\n" * 500000,
        "separators": b"," * MB,
        "rows-of-1023-empty-cells": b"," * 1023 + b"\n" + (b"," * 1023 + b"\n") * 1000,
        "empty-rows": b"a\n" + b"\n" * MB,
        "short-rows": b"a,b\n" + b"1\n" * 500000,
        "same-header-1024-times": b",".join([b"a"] * 1024) + b"\n1\n",
        "headers-that-collide-when-numbered": b",".join([b"a"] * 512 + [b"a (%d)" % i for i in range(2, 514)]) + b"\n1\n",
        "header-primes": b",".join([b"a"] * 2 + [b"a (2)" + b"'" * i for i in range(1000)]) + b"\n1\n",
        "json-cells": b"a\n" + b'"{""a"":[1,2]}"\n' * 65000,
        "cells-that-are-almost-json": b"a,b\n" + (b"[" * 500 + b"," + b"{" * 500 + b"\n") * 1000,
        "header-of-1-mb": b"x" * MB,
        "utf-16": b"\xff\xfe" + b"a\0,\0b\0\n\0" * 130000,
    }


def rule_cases():
    condition = b'{"condition":%s,"record":%s}'
    deep = b'{"not":' * 30 + b'{"field":"a","equals":1}' + b"}" * 30
    many = b",".join([b'{"field":"a","equals":2}'] * 30000)
    items = b",".join([b'{"b":1}'] * 60000)
    nested = b'{"a":[' + b",".join([b'{"b":[' + b",".join([b'{"c":1}'] * 300) + b"]}"] * 300) + b"]}"
    return {
        "deep-not": condition % (deep, b'{"a":1}'),
        "30k-operands": condition % (b'{"allOf":[' + many + b"]}", b'{"a":2}'),
        "count-over-60k-items": condition % (
            b'{"count":{"field":"a[*]","where":{"field":"a[*].b","equals":2}},"equals":0}', b'{"a":[' + items + b"]}"),
        "count-within-count": condition % (
            b'{"count":{"field":"a[*]","where":{"count":{"field":"a[*].b[*]","where":{"field":"a[*].b[*].c","equals":2}},'
            b'"greater":0}},"equals":0}', nested),
        "like-with-many-stars": condition % (b'{"field":"a","like":"' + b"*a" * 300 + b'*b"}',
                                             b'{"a":"' + b"a" * 900000 + b'"}'),
        "in-60k-words": condition % (b'{"field":"a[*]","in":[' + b",".join(b'"w%d"' % i for i in range(60000)) + b"]}",
                                     b'{"a":["x","y","z"]}'),
        "contains": condition % (b'{"field":"a","contains":"' + b"a" * 40 + b'b"}', b'{"a":"' + b"a" * 500000 + b'"}'),
        "record-of-70k-keys": condition % (b'{"field":"K69999","equals":1}',
                                           b"{" + b",".join(b'"k%d":1' % i for i in range(70000)) + b"}"),
        "path-of-100k-parts": condition % (b'{"field":"' + b"a." * 100000 + b'a","equals":1}', b'{"a":1}'),
        "path-of-stars": condition % (b'{"field":"' + b"a[*]." * 20 + b'a","equals":1}',
                                      b'{"a":[{"a":[{"a":[{"a":[' + items[:400000].rsplit(b",", 1)[0] + b"]}]}]}]}"),
    }


def nsg(rules):
    return (b'{"name":"n","id":"/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/n",'
            b'"type":"Microsoft.Network/networkSecurityGroups","properties":{"defaultSecurityRules":[],"securityRules":['
            + b",".join(rules) + b"]}}")


def nsg_rule(i, ports, sources, access=b"Allow"):
    return (b'{"name":"r%d","properties":{"protocol":"Tcp","sourcePortRange":"*","destinationPortRanges":[%s],'
            b'"sourceAddressPrefixes":[%s],"destinationAddressPrefix":"*","access":"%s","priority":%d,"direction":"Inbound"}}'
            % (i, ports, sources, access, i + 100))


def derive_cases():
    port_list = b",".join(b'"%d"' % p for p in range(1, 60000, 3))
    prefixes = b",".join(b'"10.%d.%d.0/24"' % (i // 250, i % 250) for i in range(4000))
    deny = [nsg_rule(i, b'"%d"' % (i % 65000 + 1), b'"10.%d.%d.0/24"' % (i // 250 % 250, i % 250), b"Deny") for i in range(4000)]
    return {
        "nsg-of-4000-rules": nsg([nsg_rule(i, b'"%d-%d"' % (i, i + 9), b'"*"') for i in range(1, 4000)]),
        "nsg-of-denies-before-one-allow": nsg(deny + [nsg_rule(4000, b'"0-65535"', b'"*"')]),
        "nsg-rule-of-20000-ports": nsg([nsg_rule(i, port_list, b'"*"') for i in range(6)]),
        "nsg-rule-of-4000-prefixes": nsg([nsg_rule(i, b'"22"', prefixes) for i in range(12)]),
        "nsg-ports-times-prefixes": nsg([nsg_rule(i, port_list, prefixes) for i in range(4)]),
    }


def journal_cases():
    import hashlib
    import json
    lines, prev = [], "0" * 64
    for i in range(2400):
        line = {"at": "2026-07-01T12:34:56Z", "bytes": 3, "crc32": "00000000", "evidence": "E-%04d" % (i + 1),
                "file_time": "2026-06-30T00:00:00Z", "kind": "ingested", "more": 2399 - i, "path": "p%d" % i,
                "sha256": "a" * 64, "stored_bytes": 5, "stored_sha256": "b" * 64, "prev": prev, "seq": i + 1}
        text = (json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n").encode()
        prev = hashlib.sha256(text).hexdigest()
        lines.append(text)
    return {"one-commit-of-2400-lines": b"".join(lines), "line-feeds": b"\n" * MB, "one-line": b"{" * MB}


def pdf_cases():
    def page_of(content):
        return pdf(PAGE[:-4].split(b"\n%%\n") + [stream(content), b"<< /Type /Font /Subtype /Type1 >>"])

    bomb = zlib.compress(b"0 0 Td " * 9000000, 9)
    kids = b" ".join(b"%d 0 R" % (i + 3) for i in range(9000))
    pages = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [" + kids + b"] /Count 9000 >>"]
    loops = [b"<< /Type /Catalog /Pages 2 0 R >>"] + [
        b"<< /Type /Pages /Kids [" + b" ".join([b"%d 0 R" % (i + 1)] * 30) + b"] /Count 9 >>" for i in range(2, 60)]
    chain = [b"<< /Type /Catalog /Pages 2 0 R >>"] + [b"%d 0 R" % (i + 1) for i in range(2, 20000)]
    cmap = b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
    ranges = cmap + b"60000 beginbfrange " + b"".join(b"<%04X> <FFFF> <0041> " % i for i in range(40000)) + b"endbfrange"
    font = b"<< /Type /Font /Subtype /Type0 /ToUnicode 6 0 R >>"
    page = PAGE[:-4].split(b"\n%%\n")
    return {
        "deep-arrays": pdf([b"[" * 500000 + b"]" * 500000]),
        "deep-dictionaries": pdf([b"<< /A " * 150000 + b">> " * 150000]),
        "many-objects": pdf([b"<< /Type /Catalog /Pages 2 0 R >>"] + [b"null"] * 20000),
        "references-in-a-chain": pdf(chain),
        "page-tree-of-9000-pages": pdf(pages + [b"<< /Type /Page /Parent 2 0 R >>"] * 9000),
        "page-tree-that-doubles": pdf(loops),
        "many-revisions": pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"], 12000),
        "string-of-parentheses": pdf([b"(" * 500000 + b")" * 500000]),
        "string-of-octal-escapes": pdf([b"(" + b"\\101" * 250000 + b")"]),
        "hex-string": pdf([b"<" + b"41" * 500000 + b">"]),
        "dictionary-of-60k-keys": pdf([b"<< /Type /Catalog " + b" ".join(b"/K%d 1" % i for i in range(60000)) + b">>"]),
        "content-of-shows": page_of(b"BT /F1 12 Tf " + b"(a) Tj " * 140000 + b"ET"),
        "content-of-moves": page_of(b"BT /F1 12 Tf " + b"1 1 Td (a) Tj " * 70000 + b"ET"),
        "content-of-numbers": page_of(b"1 " * 500000),
        "content-of-font-changes": page_of(b"BT " + b"/F1 12 Tf (a) Tj " * 60000 + b"ET"),
        "content-of-saved-states": page_of(b"q " * 500000),
        "deflate-bomb": pdf(page + [stream(bomb, b"/Filter /FlateDecode "), b"<< /Type /Font >>"]),
        "font-map-of-40k-ranges": pdf(page + [stream(b"BT /F1 12 Tf <" + b"0101" * 20000 + b"> Tj ET"), font, stream(ranges)]),
        "only-percent-signs": b"%PDF-1.7\n" + b"%" * MB,
        "startxref-everywhere": b"%PDF-1.7\n" + b"startxref\n0\n%%EOF\n" * 55000,
        "stream-words": pdf([b"<< /Length 9 >>\nstream\n" + b"endstream " * 100000]),
    }


def zip_cases():
    return {
        "65k-entries": zip_of(65000),
        "20k-entries": zip_of(9500),
        "long-names-that-share-a-prefix": zip_of(2300, lambda i: b"a" * 190 + b"%06d" % i),
        "deep-names": zip_of(4500, lambda i: b"%06d/" % i + b"a/" * 45 + b"a"),
        "bomb": zip_of(1, data=b"\0" * (4 << 20)),
        "end-records": b"PK\x05\x06" * 262144,
        "local-headers": b"PK\x03\x04" * 262144,
    }


def text_cases():
    return {
        "combining-marks": "e\u0301\u0323\u0302".encode() * 150000,
        "one-letter-and-marks": b"e" + "\u0301".encode() * 500000,
        "one-word": b"a" * MB,
        "one-word-of-breaks": b"/a" * 500000,
        "spaces": b" " * MB,
        "astral": "\U0001F600".encode() * 260000,
        "250k-different-characters-without-glyph": "".join(map(chr, range(0x20000, 0x20000 + 250000))).encode(),
        "ideographs": "".join(map(chr, range(0x4E00, 0x9FFF))).encode() * 16,
        "malformed": b"\xff" * MB,
        "controls": b"\x01" * MB,
        "right-to-left": "\u05d0\u202e".encode() * 200000,
        "line-feeds": b"\n" * MB,
        "digits": b"9" * MB,
    }


def evidence_cases():
    rows = b"file,title,document_type,requirements\n"
    return {
        "register-of-30k-rows": rows + b"".join(b"f%d.pdf,t,policy,1.1a\n" % i for i in range(30000)),
        "register-with-one-cell-of-words": rows + b"f.pdf,t,policy,\"" + b"1.1a " * 200000 + b"\"\n",
        "sidecar-of-20k-reviews": b'{"format":"bindery-sidecar 1","reviews":[' +
        b",".join([b'{"name":"a","at":"2026-01-01T00:00:00Z"}'] * 20000) + b"]}",
        "sidecar-of-60k-unknown-keys": b'{"format":"bindery-sidecar 1",' +
        b",".join(b'"k%d":1' % i for i in range(60000)) + b"}",
        "sidecar-with-a-key-of-1-mb": b'{"' + b"k" * MB + b'":1}',
    }


def engagement_cases():
    day = b'{"format":"bindery-engagement 1","organisation":{"name":"C"},"timezone":"UTC","periods":[%s]}'
    return {
        "12k-periods": day % b",".join(b'{"id":"p%d","type":"II","from":"2026-01-01","to":"2026-06-30"}' % i for i in range(12000)),
        "30k-categories": b'{"format":"bindery-engagement 1","categories":[' + b",".join([b'"Security"'] * 90000) + b"]}",
        "key-of-1-mb": b'{"' + b"k" * MB + b'":1}',
    }


def catalog_cases():
    controls = b",".join(b'{"number":"9.%d","origin":"ours","owner":"o","statement":"s","criteria":["CC1.1"],'
                         b'"frequency":"annual"}' % i for i in range(9000))
    sources = b",".join(b'{"id":"Q%d","title":"t","origin":"machine","scope":"tenant","history":"none"}' % i for i in range(10000))
    unknown = b",".join(b'{"id":"c","k%d":1}' % i for i in range(40000))
    head = b'{"format":"bindery-catalog 1",'
    checks = b",".join(b'{"id":"c%d","version":1,"control":"1","requirement":"a","shape":"each","source":"SA","title":"t",'
                       b'"tested":"t","severity":"high","criteria":[],"property":"p","missing":"fail","pass":{"field":"a",'
                       b'"equals":1}}' % i for i in range(5000))
    return {
        "9000-controls": head + b'"controls":[' + controls + b"]}",
        "10000-sources": head + b'"sources":[' + sources + b"]}",
        "40k-unknown-keys": head + b'"checks":[' + unknown + b"]}",
        "5000-checks": head + b'"checks":[' + checks + b"]}",
        "key-of-1-mb": b'{"' + b"k" * MB + b'":1}',
    }


def main():
    json = json_cases()
    scans = dict(json)
    scans.update({"csv-" + key: value for key, value in csv_cases().items()})
    arm = b'{"id":"/subscriptions/41e77a9f-656f-48da-89ae-97daafd4abd1/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a%d","type":"Microsoft.Storage/storageAccounts"}'
    scans["7000-storage-accounts"] = b"[" + b",".join(arm % i for i in range(6000)) + b"]"
    scans["7000-scopes"] = b"[" + b",".join((arm % i).replace(b"41e77a9f", b"%08x" % i) for i in range(6000)) + b"]"
    cases = {
        "value": json, "read": csv_cases(), "rule": rule_cases(), "derive": derive_cases(), "scan": scans,
        "journal": journal_cases(), "pdffile": pdf_cases(), "sign": pdf_cases(), "zip": zip_cases(),
        "package": zip_cases(), "text": text_cases(), "layout": text_cases(), "evidence": evidence_cases(),
        "engagement": engagement_cases(), "catalog": catalog_cases(),
        "time": {"digits": b"9" * MB, "fraction": b"2026-01-01T00:00:00." + b"1" * MB + b"Z"},
        "cms": {"nested-sequences": b"\x30\x80" * 500000, "zeros": b"\0" * MB,
                "pem": b"-----BEGIN CERTIFICATE-----\n" * 37000},
    }
    for target, inputs in cases.items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for name, data in inputs.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)


main()
