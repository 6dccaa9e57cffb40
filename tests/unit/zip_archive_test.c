/* Are archives of other programs read as they all agree, and refused where they could differ? */
#include "test.h"

#include "bindery/zip.h"

/* Python writes the archive; `body` makes it of z (the archive), zi(name) and w(name, bytes). */
static bd_str python_zip(const char *name, const char *body) {
    static const char head[] =
        "import io, zipfile, sys, struct\n"
        "class Pipe(io.RawIOBase):\n"
        "    def __init__(s): s.b = b''\n"
        "    def writable(s): return True\n"
        "    def write(s, d): s.b += bytes(d); return len(d)\n"
        "def zi(n):\n    return zipfile.ZipInfo(n, (2026, 1, 2, 3, 4, 6))\n"
        "D, S = zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED\n"
        "out = io.BytesIO()\n"
        "def w(n, d, c=D): i = zi(n); i.compress_type = c; z.writestr(i, d)\n";
    bd_str script =
        bd_str_format(test_arena(), "%s%s\nopen(sys.argv[1], 'wb').write(data)\n", head, body);
    test_write_file(test_path("make.py"), script);
    bd_str said = {"", 0};
    int status = run_command(&said, "${PYTHON:-/usr/bin/python3} make.py %s.zip", name);
    if (status != 0) {
        test_failure("%.*s", BD_ARG(said));
    }
    CHECK_EQ_INT(status, 0);
    return test_read_file(test_path(bd_str_format(test_arena(), "%s.zip", name).data));
}

static bd_rc read_all(const bd_archive *archive, const bd_zip_entry *entry, bd_buf *out,
                      bd_err *err) {
    BD_DEFER(bd_archive_reading_close_ref)
    bd_archive_reading *reading = bd_archive_reading_open(archive, entry);
    bd_source source = bd_archive_reading_source(reading);
    char bytes[1000];
    size_t count = 1;
    while (count > 0) {
        BD_TRY(bd_source_read(&source, bytes, sizeof bytes, &count, err));
        bd_buf_put(out, bytes, count);
    }
    return BD_OK;
}

/* "name=bytes;..." of all entries; the failure, where there is one, instead. */
static bd_str listing(bd_str bytes, const bd_archive_limits *limits) {
    bd_archive *archive = NULL;
    bd_err err;
    bd_buf out;
    bd_buf_init(&out, 64 << 20);
    bd_rc rc = bd_archive_open(bytes, limits, test_arena(), &archive, &err);
    for (size_t i = 0; !bd_failed(rc) && i < bd_archive_count(archive); i++) {
        const bd_zip_entry *entry = bd_archive_at(archive, i);
        CHECK(bd_archive_find(archive, entry->name) == entry);
        bd_buf_printf(&out, "%.*s=", BD_ARG(entry->name));
        rc = read_all(archive, entry, &out, &err);
        bd_buf_putc(&out, ';');
    }
    bd_str text = bd_failed(rc) ? bd_str_format(test_arena(), "%d %s", (int)err.class, err.message)
                                : bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return text;
}

TEST(zip, archives_of_other_programs_are_read) {
    static const struct {
        const char *name, *body;
    } cases[] = {
        {"plain", "z = zipfile.ZipFile(out, 'w'); w('b', 'two'); w('a/c', 'three'*9, S); "
                  "z.close()\ndata = out.getvalue()"},
        {"folders", "z = zipfile.ZipFile(out, 'w'); w('b', 'two'); z.writestr(zi('a/'), ''); "
                    "w('a/c', 'three'*9); z.close()\ndata = out.getvalue()"},
        {"comment", "z = zipfile.ZipFile(out, 'w'); z.comment = b'PK and so on'; w('b', 'two'); "
                    "w('a/c', 'three'*9); z.close()\ndata = out.getvalue()"},
        {"descriptor",
         "p = Pipe(); z = zipfile.ZipFile(p, 'w'); w('b', 'two'); w('a/c', 'three'*9); z.close()\n"
         "data = p.b"},
        {"zip64",
         "z = zipfile.ZipFile(out, 'w')\nfor n, d in (('b', b'two'), ('a/c', b'three'*9)):\n"
         "  with z.open(zi(n), 'w', force_zip64=True) as f: f.write(d)\nz.close()\ndata = "
         "out.getvalue()"},
        {"stream64",
         "p = Pipe(); z = zipfile.ZipFile(p, 'w')\nfor n, d in (('b', b'two'), ('a/c', "
         "b'three'*9)):\n"
         "  with z.open(zi(n), 'w', force_zip64=True) as f: f.write(d)\nz.close()\ndata = p.b"},
        {"extra", "z = zipfile.ZipFile(out, 'w')\nfor n, d in (('b', 'two'), ('a/c', 'three'*9)):\n"
                  "  i = zi(n); i.extra = struct.pack('<HHBL', 0x5455, 5, 1, 7); z.writestr(i, "
                  "d)\nz.close()\n"
                  "data = out.getvalue()"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s", cases[i].name);
        CHECK_EQ_STR(listing(python_zip(cases[i].name, cases[i].body), NULL),
                     "b=two;a/c=threethreethreethreethreethreethreethreethree;");
    }
}

TEST(zip, archives_that_readers_take_differently_are_refused) {
    static const struct {
        const char *name, *body, *why;
    } cases[] = {
        {"twice",
         "import warnings; warnings.simplefilter('ignore')\nz = zipfile.ZipFile(out, 'w'); w('a', "
         "'1'); w('A', '2'); z.close()\ndata = out.getvalue()",
         "'A' is there twice"},
        {"before",
         "z = zipfile.ZipFile(out, 'w'); w('a', '1'); z.close()\nd = out.getvalue()\n"
         "data = b'#!/bin/sh\\n' + d",
         "malformed zip file"},
        {"behind",
         "z = zipfile.ZipFile(out, 'w'); w('a', '1'); z.close()\ndata = out.getvalue() + b'x'",
         "it has no end record"},
        {"up",
         "z = zipfile.ZipFile(out, 'w'); w('a/../../b', '1'); z.close()\ndata = out.getvalue()",
         "a name that readers take differently"},
        {"root", "z = zipfile.ZipFile(out, 'w'); w('/b', '1'); z.close()\ndata = out.getvalue()",
         "a name that readers take differently"},
        {"back",
         "z = zipfile.ZipFile(out, 'w'); w('xl/b', '1'); z.close()\n"
         "data = out.getvalue().replace(b'xl/b', b'xl\\\\b')",
         "a name that readers take differently"},
        {"local",
         "z = zipfile.ZipFile(out, 'w'); w('abcd', '1'); z.close()\n"
         "data = out.getvalue().replace(b'abcd', b'abcx', 1)",
         "differs from the directory"},
        {"central",
         "z = zipfile.ZipFile(out, 'w'); w('abcd', '1'); z.close()\nd = out.getvalue()\n"
         "at = d.rindex(b'abcd'); data = d[:at] + b'abcx' + d[at + 4:]",
         "differs from the directory"},
        {"crypt",
         "z = zipfile.ZipFile(out, 'w'); w('a', '1'); z.close()\nd = bytearray(out.getvalue())\n"
         "d[6] |= 1; d[d.index(b'PK\\1\\2') + 8] |= 1; data = bytes(d)",
         "is encrypted"},
        {"method",
         "z = zipfile.ZipFile(out, 'w'); w('a', '1'*99, zipfile.ZIP_BZIP2); z.close()\n"
         "data = out.getvalue()",
         "method 12, which is not deflate"},
        {"crc",
         "z = zipfile.ZipFile(out, 'w'); w('a', 'abcdef', S); z.close()\n"
         "data = out.getvalue().replace(b'abcdef', b'abcdeg')",
         "with CRC-32"},
        {"gap",
         "z = zipfile.ZipFile(out, 'w'); w('a', '1'); z.close()\nd = out.getvalue()\n"
         "at = d.index(b'PK\\1\\2'); e = bytearray(d[:at] + b'XXXX' + d[at:])\n"
         "e[-6:-2] = struct.pack('<L', at + 4); data = bytes(e)",
         "has bytes of nobody behind it"},
        {"overlap",
         "z = zipfile.ZipFile(out, 'w'); w('a', 'x'*40, S); w('b', 'y'*40, S); z.close()\n"
         "d = bytearray(out.getvalue()); c = d.index(b'PK\\1\\2'); "
         "d[c + 20:c + 28] = struct.pack('<LL', 80, 80); d[18:26] = struct.pack('<LL', 80, 80)\n"
         "data = bytes(d)",
         "overlaps what follows it"},
        {"count",
         "z = zipfile.ZipFile(out, 'w'); w('a', '1'); w('b', '2'); z.close()\n"
         "d = bytearray(out.getvalue()); d[-14:-10] = struct.pack('<HH', 1, 1); data = bytes(d)",
         "more than its 1 entries"},
        {"size",
         "z = zipfile.ZipFile(out, 'w'); w('a', 'abcdef'); z.close()\nd = "
         "bytearray(out.getvalue())\n"
         "c = d.index(b'PK\\1\\2'); d[c + 24:c + 28] = struct.pack('<L', 5); d[22:26] = "
         "struct.pack('<L', 5)\n"
         "data = bytes(d)",
         "the deflate stream holds more than 5 bytes"},
        {"disks",
         "z = zipfile.ZipFile(out, 'w'); w('a', '1'); z.close()\nd = bytearray(out.getvalue())\n"
         "d[-18] = 1; data = bytes(d)",
         "one of several parts"},
        {"described",
         "p = Pipe(); z = zipfile.ZipFile(p, 'w'); w('a', 'abcdef'); z.close()\nd = "
         "bytearray(p.b)\n"
         "at = d.index(b'PK\\7\\10'); d[at + 8] ^= 1; data = bytes(d)",
         "a data descriptor that differs"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str text = listing(python_zip(cases[i].name, cases[i].body), NULL);
        test_failure("%s gives %.*s", cases[i].name, BD_ARG(text));
        CHECK(bd_str_find(text, bd_str_of(cases[i].why)) > 0);
    }
}

/* The overlapping files of a published bomb, and one file of many zeros. */
TEST(zip, an_archive_that_grows_without_end_is_refused_unread) {
    bd_str zeros = python_zip(
        "zeros", "z = zipfile.ZipFile(out, 'w'); w('a', b'\\0' * (64 << 20)); z.close()\n"
                 "data = out.getvalue()");
    CHECK(bd_str_find(listing(zeros, NULL), BD_STR("3 'a' in the zip file grows from")) == 0);
    bd_str lies = python_zip(
        "lies", "z = zipfile.ZipFile(out, 'w'); w('a', 'x'*999); z.close()\n"
                "d = bytearray(out.getvalue()); c = d.index(b'PK\\1\\2')\n"
                "d[c + 24:c + 28] = struct.pack('<L', 0x7fffffff); d[22:26] = d[c + 24:c + 28]\n"
                "data = bytes(d)");
    CHECK(bd_str_find(listing(lies, NULL),
                      BD_STR("3 'a' in the zip file holds 2147483647 bytes")) == 0);
    bd_str overlap = python_zip(
        "overlap", "z = zipfile.ZipFile(out, 'w'); w('a', 'x'*999); z.close()\n"
                   "d = out.getvalue(); c = d.index(b'PK\\1\\2'); e = d.index(b'PK\\5\\6')\n"
                   "one = d[c:e]; two = one.replace(b'a', b'b')\n"
                   "end = bytearray(d[e:]); end[8:16] = struct.pack('<HHL', 2, 2, 2 * len(one))\n"
                   "data = d[:c] + one + two + bytes(end)");
    bd_str text = listing(overlap, NULL);
    test_failure("%.*s", BD_ARG(text));
    CHECK(bd_str_find(text, BD_STR("malformed zip file")) > 0);
    bd_archive_limits limits = bd_archive_default_limits;
    limits.entries = 1;
    bd_str two =
        python_zip("two", "z = zipfile.ZipFile(out, 'w'); w('a', '1'); w('b', '2'); z.close()\n"
                          "data = out.getvalue()");
    CHECK_EQ_STR(listing(two, &limits), "3 the zip file has 2 entries, more than 1");
    limits = bd_archive_default_limits;
    limits.total_bytes = 1;
    CHECK_EQ_STR(listing(two, &limits), "3 the zip file holds more than 1 bytes");
}

TEST(zip, an_archive_cut_anywhere_is_refused) {
    bd_str whole = python_zip(
        "whole", "p = Pipe(); z = zipfile.ZipFile(p, 'w'); w('b', 'two'); w('a/c', 'three'); "
                 "z.close()\ndata = p.b");
    for (size_t size = 0; size < whole.size; size++) {
        bd_str text = listing(bd_str_sub(whole, 0, size), NULL);
        test_failure("cut at %zu gives %.*s", size, BD_ARG(text));
        CHECK(bd_str_find(text, BD_STR("2 malformed zip file")) == 0);
    }
}
