"""Zip files as plain lists of entries, every header field in sight, so that a test can change exactly one."""
import struct
import zlib

LOCAL = struct.Struct("<IHHHHHIIIHH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
END = struct.Struct("<IHHHHIIH")


class Entry:
    def __init__(self, **fields):
        self.__dict__.update(fields)

    def copy(self, **changes):
        return Entry(**{**self.__dict__, **changes})

    def text(self):
        return zlib.decompress(self.data, -15) if self.method == 8 else self.data

    def with_text(self, text, level=6):
        deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
        data = deflate.compress(text) + deflate.flush() if self.method == 8 else text
        return self.copy(data=data, crc=zlib.crc32(text), size=len(text))

    def stem(self):
        return self.name.split(b"/", 1)[1].decode()


def load(path):
    raw = open(path, "rb").read()
    end = END.unpack_from(raw, len(raw) - END.size)
    entries, at = [], end[6]
    for _ in range(end[4]):
        (_, made, need, flags, method, time, date, crc, packed, size, names, extras, comments, _, inner, outer,
         place) = CENTRAL.unpack_from(raw, at)
        at += CENTRAL.size
        name = raw[at:at + names]
        extra = raw[at + names:at + names + extras]
        comment = raw[at + names + extras:at + names + extras + comments]
        at += names + extras + comments
        start = place + LOCAL.size + names
        entries.append(Entry(name=name, made=made, need=need, flags=flags, method=method, time=time, date=date, crc=crc,
                             size=size, extra=extra, comment=comment, inner=inner, outer=outer, local={},
                             data=raw[start:start + packed]))
    return entries


def save(path, entries, comment=b"", before=b"", after=b""):
    out, central = bytearray(before), bytearray()
    for e in entries:
        place = len(out)
        local = {"name": e.name, "time": e.time, "crc": e.crc, "size": e.size, "extra": b"", **e.local}
        out += LOCAL.pack(0x04034B50, e.need, e.flags, e.method, local["time"], e.date, local["crc"], len(e.data),
                          local["size"], len(local["name"]), len(local["extra"]))
        out += local["name"] + local["extra"] + e.data
        central += CENTRAL.pack(0x02014B50, e.made, e.need, e.flags, e.method, e.time, e.date, e.crc, len(e.data),
                                e.size, len(e.name), len(e.extra), len(e.comment), 0, e.inner, e.outer, place)
        central += e.name + e.extra + e.comment
    start = len(out)
    out += central
    out += END.pack(0x06054B50, 0, 0, len(entries), len(entries), len(central), start, len(comment)) + comment + after
    open(path, "wb").write(out)
