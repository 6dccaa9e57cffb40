"""pdfkit.py - PDFs taken apart and grown by forgers: with tables, and with cross-reference streams and object streams."""
import re
import zlib


def last(pattern, pdf):
    return re.findall(pattern, pdf)[-1]


def start_of(pdf):
    return int(last(rb"startxref\s+(\d+)", pdf))


def has_streams(pdf):
    return not pdf[start_of(pdf):].startswith(b"xref")


def packs(pdf):
    """{number of an object stream: [(number, text), ...]}"""
    found = {}
    for m in re.finditer(rb"(\d+) 0 obj\s*<<((?:(?!>>).)*?/Type /ObjStm.*?)>>\s*stream\r?\n", pdf, flags=re.S):
        size, count, first = (int(re.search(rb"/%s (\d+)" % key, m.group(2)).group(1)) for key in (b"Length", b"N", b"First"))
        plain = pdf[m.end():m.end() + size]
        plain = zlib.decompress(plain) if b"/FlateDecode" in m.group(2) else plain
        head = [int(n) for n in plain[:first].split()]
        ends = head[3::2] + [len(plain) - first]
        found[int(m.group(1))] = [(head[2 * i], plain[first + head[2 * i + 1]:first + ends[i]].strip()) for i in range(count)]
    return found


def body(pdf, number):
    """The newest text of an object, without 'N 0 obj' and 'endobj'."""
    at = [m.end() for m in re.finditer(rb"(?<![0-9])%d 0 obj\s" % number, pdf)]
    if at:
        return pdf[at[-1]:pdf.index(b"endobj", at[-1])].strip()
    return [text for members in packs(pdf).values() for n, text in members if n == number][-1]


def trailer_of(pdf):
    """What the newest section says of the file, as a dictionary."""
    if not has_streams(pdf):
        at = pdf.rindex(b"trailer") + len(b"trailer")
        return pdf[at:pdf.rindex(b"startxref")].strip()
    at = start_of(pdf)
    text = pdf[pdf.index(b"<<", at):pdf.index(b"stream", at)].strip()
    text = re.sub(rb"/DecodeParms <<.*?>>", b"", text, flags=re.S)
    return re.sub(rb"/Type /XRef\s|/Filter /FlateDecode\s|/Length \d+\s|/(?:W|Index) \[[^\]]*\]\s", b"", text)


def pack(members, more=b""):
    """The text of an object stream of [(number, text), ...]."""
    head, texts = b"", b""
    for number, text in members:
        head += b"%d %d " % (number, len(texts))
        texts += text + b"\n"
    plain = zlib.compress(head + texts)
    return b"<< /Type /ObjStm /N %d /First %d /Length %d /Filter /FlateDecode %s>>\nstream\n%s\nendstream" % (
        len(members), len(head), len(plain), more, plain)


def table(rows):
    form = {0: b"%010d %05d f \n", 1: b"%010d %05d n \n"}
    return b"".join(b"%d 1\n%s" % (n, form[rows[n][0]] % rows[n][1:]) for n in sorted(rows))


def update(pdf, objects, trailer=None, raw_entries=(), free=(), packed=None, rows_of=(), as_table=False, own=None):
    """An incremental update in the form of the file: objects is {number: body}, packed {number of an object stream:
    [(number, text), ...]}, raw_entries (number, offset), rows_of {number: (kind, second, third)}."""
    out = pdf
    size = int(last(rb"/Size (\d+)", trailer_of(pdf)))
    rows = {}
    for number, members in (packed or {}).items():
        objects = dict(objects, **{})
        objects[number] = pack(members)
        rows.update({n: (2, number, i) for i, (n, _) in enumerate(members)})
    for number, text in objects.items():
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    rows.update({number: (1, offset, 0) for number, offset in raw_entries})
    rows.update({number: (0, 0, 1) for number in free})
    rows.update(dict(rows_of))
    at = len(out)
    text = re.sub(rb"/Prev \d+\s?", b"", trailer or trailer_of(pdf))
    text = text[:text.rindex(b">>")] + b"/Prev %d\n>>" % start_of(pdf)
    size = max([size - 1] + list(rows)) + 1
    if as_table or not has_streams(pdf):
        text = re.sub(rb"/Size \d+", b"/Size %d" % size, text)
        return out + b"xref\n" + table(rows) + b"trailer\n" + text + b"\nstartxref\n%d\n%%%%EOF\n" % at
    own = size if own is None else own
    rows[own] = (1, at, 0)
    text = re.sub(rb"/Size \d+", b"/Size %d" % max(size, own + 1), text)
    index = b" ".join(b"%d 1" % n for n in sorted(rows))
    cells = b"".join(bytes([kind]) + second.to_bytes(4, "big") + third.to_bytes(2, "big") for _, (kind, second, third) in sorted(rows.items()))
    text = text[:text.rindex(b">>")] + b"/Type /XRef /W [1 4 2] /Index [%s] /Length %d >>" % (index, len(cells))
    return out + b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, text, cells, at)
