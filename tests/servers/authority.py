"""authority.py FOLDER - answers as a time-stamp authority, an OCSP responder, a CRL's place and a key vault, over the
PKI that pki.sh made in FOLDER; and lies on demand. Prints the port when it listens on 127.0.0.1; every request is a
line of FOLDER/asked. Ends with its standard input.

  POST /tsa            the truth               /tsa/wrong-nonce  /tsa/wrong-imprint  /tsa/other-policy  /tsa/rejected
       /tsa/expired    by a certificate that ended    /tsa/not-a-tsa  by one for signing    /tsa/old  of years ago
       /tsa/altered    a byte of it changed    /tsa/garbage  /tsa/empty  /tsa/huge  /tsa/slow  /tsa/text  /tsa/redirect
       /tsa/down       503, always             /tsa/flaky    503, then the truth          /tsa/forbidden  403
       /tsa/poisoned-crash  /tsa/poisoned-hang    what breaks a reader under tests/fault/wall.c
  POST /ocsp, GET /NAME.crl                    POST /keys/NAME/1/sign   with "Authorization: Bearer secret-token"
       (/vault-wrong/... answers with another key's signature, /vault-raw-short/... with too few bytes)
"""
import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse

os.chdir(sys.argv[1])
lock = threading.Lock()
seen = {}
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    return done.stdout


def put(name, data):
    with open(name, "wb") as file:
        file.write(data)
    return name


def reply(query, signer="tsa"):
    put("query.der", query)
    run("openssl", "ts", "-reply", "-config", "ca.cnf", "-section", "tsa_config", "-queryfile", "query.der", "-signer", signer + ".pem",
        "-inkey", signer + ".key.pem", "-chain", "ca.pem", "-out", "reply.der")
    with open("reply.der", "rb") as file:
        return file.read()


def edited(query, change, signer):
    """A token over a TSTInfo that was changed, signed again."""
    put("reply.der", reply(query))
    run("openssl", "ts", "-reply", "-in", "reply.der", "-token_out", "-out", "token.der")
    run("openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", "token.der", "-out", "tst.der")
    with open("tst.der", "rb") as file:
        put("tst.der", change(file.read()))
    run("openssl", "cms", "-sign", "-binary", "-nodetach", "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-cades", "-nosmimecap",
        "-signer", signer + ".pem", "-inkey", signer + ".key.pem", "-certfile", "ca.pem", "-outform", "DER",
        "-in", "tst.der", "-out", "token.der")
    with open("token.der", "rb") as file:
        body = b"\x30\x03\x02\x01\x00" + file.read()
    return b"\x30\x82" + len(body).to_bytes(2, "big") + body


def same(data):
    return data


def long_ago(data):
    at = data.index(b"\x18\x0f20") + 2
    return data[:at] + b"2021" + data[at + 4:]


def with_imprint(query, digest, options=()):
    return run("openssl", "ts", "-query", "-digest", digest, "-sha256", "-cert", *options)


def imprint_of(query):
    at = query.index(b"\x04\x20") + 2
    return query[at:at + 32].hex()


def stamp(how, query):
    if how == "wrong-nonce":
        return reply(with_imprint(query, imprint_of(query)))
    if how == "wrong-imprint":
        return edited(query, lambda data: data.replace(bytes.fromhex(imprint_of(query)), b"\x11" * 32), "tsa")
    if how == "other-policy":
        return reply(query)
    if how == "rejected":
        return reply(with_imprint(query, imprint_of(query), ("-tspolicy", "1.2.3.4")))
    if how == "expired":
        return reply(query, "tsa-expired")
    if how == "not-a-tsa":
        return edited(query, same, "not-a-tsa")
    if how == "old":
        return edited(query, long_ago, "tsa")
    if how == "altered":
        data = bytearray(reply(query))
        data[-5] ^= 1
        return bytes(data)
    if how == "garbage":
        return b"\x30\x82\x01\x00" + b"garbage " * 32
    if how.startswith("poisoned-"):
        return b"FAULT " + how[9:].encode()  # tests/fault/wall.c knows the words
    if how == "empty":
        return b""
    if how == "huge":
        return b"\x30" * (1 << 20)
    return reply(query)


def ocsp(query):
    put("ocsp.query", query)
    run("openssl", "ocsp", "-index", "ca.db/index.txt", "-CA", "ca.pem", "-rsigner", "ocsp.pem", "-rkey", "ocsp.key.pem", "-reqin", "ocsp.query",
        "-respout", "ocsp.reply", "-ndays", "3650")
    with open("ocsp.reply", "rb") as file:
        return file.read()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw_ecdsa(der):
    """DER ECDSA-Sig-Value to r || s."""
    at, out = 2, b""
    for _ in range(2):
        size = der[at + 1]
        out += der[at + 2:at + 2 + size].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + size
    return out


def vault(handler, name, body, lie):
    if handler.headers.get("Authorization") != "Bearer secret-token":
        return 401, b'{"error":{"code":"Unauthorized","message":"no token"}}'
    asked = json.loads(body)
    digest = base64.urlsafe_b64decode(asked["value"] + "==")
    if len(digest) != 32:
        return 400, b'{"error":{"code":"BadParameter"}}'
    put("digest", digest)
    key = ("reviewer" if lie == "wrong" else name) + ".key.pem"
    options = ["-pkeyopt", "digest:sha256"] if asked["alg"] == "ES256" else ["-pkeyopt", "rsa_padding_mode:pkcs1", "-pkeyopt", "digest:sha256"]
    value = run("openssl", "pkeyutl", "-sign", "-inkey", key, "-in", "digest", *options)
    if asked["alg"] == "ES256":
        value = raw_ecdsa(value)
    if lie == "short":
        value = value[:20]
    kid = "http://127.0.0.1/keys/%s/1" % name
    return 200, json.dumps({"kid": kid, "value": b64(value)}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/timestamp-reply", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def note(self):
        with lock, open("asked", "a") as file:
            file.write("%s %s\n" % (self.command, self.path))

    def do_GET(self):
        self.note()
        name = os.path.basename(self.path)
        if name.endswith(".crl") and os.path.exists(name):
            with open(name, "rb") as file:
                return self.answer(200, file.read(), "application/pkix-crl")
        return self.answer(404, b"no", "text/plain")

    def do_POST(self):
        self.note()
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urllib.parse.urlsplit(self.path).path.strip("/").split("/")  # also as a proxy
        with lock:
            if parts[0] == "ocsp":
                return self.answer(200, ocsp(body), "application/ocsp-response")
            if "keys" in parts:
                at = parts.index("keys")
                lie = parts[0][6:] if parts[0].startswith("vault-") else ""
                return self.answer(*vault(self, parts[at + 1], body, lie), "application/json")
        how = parts[1] if len(parts) > 1 else ""
        if how == "slow":
            time.sleep(30)
        seen[self.path] = seen.get(self.path, 0) + 1
        if how == "down" or (how == "flaky" and seen[self.path] % 2 == 1):
            return self.answer(503, b"later", "text/plain", [("Retry-After", "0")])
        if how == "forbidden":
            return self.answer(403, b"no", "text/plain")
        if how == "redirect":
            return self.answer(302, b"", "text/plain", [("Location", "http://127.0.0.1:9/tsa")])
        with lock:
            try:
                data = stamp(how, body)
            except RuntimeError as error:
                return self.answer(500, str(error).encode(), "text/plain")
        return self.answer(200, data, "text/html" if how == "text" else "application/timestamp-reply")


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
