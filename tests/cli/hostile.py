"""hostile.py INBOX: files that no export tool should have written; `NAME<TAB>WORDS` for each that has to be refused.

WORDS stand in the one sentence that says so.  Names are written as the program shows them.
"""
import io
import json
import os
import sys
import zipfile

INBOX = sys.argv[1]
SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg"
ACCOUNT = {"id": SUBSCRIPTION + "/providers/Microsoft.Storage/storageAccounts/st1", "name": "st1", "location": "westeurope",
           "type": "Microsoft.Storage/storageAccounts", "properties": {"supportsHttpsTrafficOnly": True}}
GOOD = json.dumps({"value": [ACCOUNT]})
CSV = "employee_id,upn,terminated_at\n1,m\u00fcller@x.example,2026-01-01\n"


def put(name, data, words=None, shown=None):
    path = os.path.join(os.fsencode(INBOX), name if isinstance(name, bytes) else os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)
    if words is not None:
        print("%s\t%s" % (shown or name, words))


def broken_json():
    put("malformed.json", '{"value":[{"id":1,}]}', "malformed JSON at byte 18: found '}', expected a key")
    put("truncated.json", GOOD[:100], "cut short: it ends at byte 100")
    put("trailing.json", GOOD + " x", "found 'x', expected the end of the document")
    put("empty.json", "", "the file is empty")
    put("blank.json", "  \n", "nothing but white space")
    put("deep-array.json", "[" * 10000 + "]" * 10000, "nested deeper than 512 levels")
    put("deep-object.json", '{"a":' * 10000 + "1" + "}" * 10000, "nested deeper than 512 levels")
    put("utf16.json", GOOD.encode("utf-16"), "UTF-16")
    put("latin1.json", GOOD.replace("st1", "M\u00fcller").encode("latin-1"), "not UTF-8")
    put("twice.json", '{"value":[{"id":"%s","name":"a","na\\u006de":"b"}]}' % ACCOUNT["id"], "duplicate key 'name'")
    put("single-quotes.json", "{'value':[]}", "expected")
    put("nan.json", '{"value":[{"a":NaN}]}', "malformed JSON at byte")
    put("lines.ndjson", '{"a":1}\n{"a":\n{"a":3}\n', "cut short")


def broken_csv():
    put("latin1.csv", CSV.encode("latin-1"), "text is not UTF-8, save the file again as UTF-8")
    put("unclosed.csv", 'a,b\n1,2\n"x\n', "the quote opened at line 3 is never closed")
    put("ragged.csv", "a,b,c\n1,2\n", "found 2 cells, expected 3")


def misnamed():
    """What no reader knows is kept and listed; what one knows is read whatever its name says."""
    put("picture.json", b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    put("records.pdf", GOOD)
    pack = io.BytesIO()
    with zipfile.ZipFile(pack, "w") as file:
        file.writestr("a.txt", "x")
    put("packed.csv", pack.getvalue())
    put("login.json", "<html><body>Sign in to your account</body></html>")
    put("utf16.csv", CSV.encode("utf-16"))
    put("bom.json", b"\xef\xbb\xbf" + GOOD.encode())


def names():
    put("new\nline.json", '{"a":1', "cut short", "new\\u{000A}line.json")
    put("red\x1b[31m.json", '{"a":1', "cut short", "red\\u{001B}[31m.json")
    put("right\u202eleft.json", '{"a":1', "cut short", "right\\u{202E}left.json")
    put(b"not-utf8-\xff\xfe.json", "{}", "its name is not UTF-8; rename it", "not-utf8-\ufffd\ufffd.json")
    put("x" * 200 + ".json", '{"a":1', "cut short")
    put("folder.json/inner.json", '{"a":1', "cut short")
    put("'quote\".json", '{"a":1', "cut short")
    put("percent%s%n.json", '{"a":1', "cut short")


def no_files():
    os.symlink("/etc/passwd", os.path.join(INBOX, "link.json"))
    os.symlink("nowhere", os.path.join(INBOX, "dangling.json"))
    os.symlink("/etc", os.path.join(INBOX, "linked-folder"))
    os.mkfifo(os.path.join(INBOX, "pipe.json"))
    for name in ("link.json", "dangling.json", "linked-folder", "pipe.json"):
        print("%s\tnot a regular file; links and devices are not followed" % name)


def sidecars():
    put("described.json", GOOD)
    put("described.json.meta.json", '{"format":"bindery-sidecar 1","sorce":"S17"}',
        "at '/sorce': unknown key 'sorce', the nearest known key is 'source'")
    put("other.json", GOOD)
    put("other.json.meta.json", "[]", "found")
    put("orphan.json.meta.json", '{"format":"bindery-sidecar 1"}')


def main():
    broken_json()
    broken_csv()
    misnamed()
    names()
    no_files()
    sidecars()


main()
