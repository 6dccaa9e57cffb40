"""signature.py PDF SIGNED DER - take the signed bytes and the signature out of a PDF by /ByteRange alone."""
import re
import sys

data = open(sys.argv[1], "rb").read()
ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)
if len(ranges) != 1:
    sys.exit("%d byte ranges" % len(ranges))
a, b, c, d = map(int, ranges[0])
hole = data[b:c]
if a != 0 or c + d != len(data) or hole[:1] != b"<" or hole[-1:] != b">":
    sys.exit("the ranges leave out more than the string of /Contents: %s of %d bytes" % (ranges[0], len(data)))
if not re.fullmatch(rb"<[0-9a-f]*>", hole):
    sys.exit("/Contents is not lower-case hex")
der = bytes.fromhex(hole[1:-1].decode())
# The length of the outer SEQUENCE; what follows it is padding and must be zero.
first = der[1]
size = 2 + first if first < 0x80 else 2 + (first & 0x7F) + int.from_bytes(der[2:2 + (first & 0x7F)], "big")
if der[0] != 0x30 or any(der[size:]):
    sys.exit("the padding of /Contents is not zero")
open(sys.argv[2], "wb").write(data[a:a + b] + data[c:c + d])
open(sys.argv[3], "wb").write(der[:size])
