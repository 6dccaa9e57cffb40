"""A signature in the true one's form, made with another key: what a forger who knows the format hands in."""
import base64
import hashlib
import subprocess


def parse(der, at=0):
    """One DER element as [tag, bytes or list of elements] and where it ends."""
    tag, size, at = der[at], der[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(der[at:at + count], "big"), at + count
    end = at + size
    if not tag & 0x20:
        return [tag, der[at:end]], end
    items = []
    while at < end:
        item, at = parse(der, at)
        items.append(item)
    return [tag, items], end


def encode(element):
    tag, body = element
    if isinstance(body, list):
        parts = [encode(item) for item in body]
        body = b"".join(sorted(parts) if tag == 0x31 else parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    count = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | count]) + size.to_bytes(count, "big") + body


def replace(element, pairs):
    for old, new in pairs:
        if encode(element) == old:
            return parse(new)[0]
    tag, body = element
    return [tag, [replace(item, pairs) for item in body]] if isinstance(body, list) else element


def read_pem(path):
    lines = open(path).read().splitlines()
    start = lines.index("-----BEGIN CERTIFICATE-----") + 1
    return base64.b64decode("".join(lines[start:lines.index("-----END CERTIFICATE-----")]))


def names(certificate):
    """The issuer and serial number of a certificate, as CMS repeats them."""
    fields = parse(certificate)[0][1][0][1]
    return encode(fields[3]), encode(fields[1])


def octets(value):
    return encode([0x04, value])


def smaller(signature):
    """Of the two values of an ECDSA signature the one with the smaller s, as the form demands."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    r, s = parse(signature)[0][1]
    number = int.from_bytes(s[1], "big")
    number = min(number, order - number)
    return encode([0x30, [r, [0x02, number.to_bytes(number.bit_length() // 8 + 1, "big")]]])


def sign(genuine, old_text, new_text, key, certificate_path):
    signed_data = parse(genuine)[0][1][1][1][0]
    old = encode(next(e for e in signed_data[1] if e[0] == 0xA0)[1][0])
    new = read_pem(certificate_path)
    pairs = [(old, new), (octets(hashlib.sha256(old).digest()), octets(hashlib.sha256(new).digest())),
             (octets(hashlib.sha256(old_text).digest()), octets(hashlib.sha256(new_text).digest()))]
    pairs += list(zip(names(old), names(new)))
    tree = replace(parse(genuine)[0], pairs)
    signer = tree[1][1][1][0][1][-1][1][0]
    attributes = next(e for e in signer[1] if e[0] == 0xA0)
    signed = encode([0x31, attributes[1]])
    attributes[1].sort(key=encode)
    value = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed, check=True,
                           capture_output=True).stdout
    signer[1][-1] = [0x04, smaller(value)]
    return encode(tree)
