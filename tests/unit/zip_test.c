#include "test.h"

#include "bindery/crypto.h"
#include "bindery/zip.h"

#include <fcntl.h>
#include <unistd.h>

/* ---- material ---------------------------------------------------------------------------------- */

enum { MIB = 1 << 20 };

/* A generator of its own (xorshift), so that the same bytes come on every machine. */
static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static bd_str random_bytes(size_t count) {
    char *bytes = bd_new(test_arena(), char, count + 1);
    uint32_t state = 2463534242u;
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (char)(next_random(&state) >> 11);
    }
    return (bd_str){bytes, count};
}

/* Text that repeats the way exports do. */
static bd_str export_text(size_t count) {
    bd_buf buf;
    bd_buf_init(&buf, (size_t)64 << 20);
    uint32_t state = 88172645u;
    while (buf.size < count) {
        uint32_t a = next_random(&state), b = next_random(&state);
        bd_buf_printf(
            &buf,
            "{\"id\":\"/subscriptions/%08x-0000-4000-8000-%08x/resourceGroups/rg-%u/providers/"
            "Microsoft.Storage/storageAccounts/st%08x\",\"etag\":\"W/"
            "%08x%08x\",\"location\":\"%s\",\"properties\":{"
            "\"supportsHttpsTrafficOnly\":%s,\"minimumTlsVersion\":\"TLS1_%u\",\"creationTime\":"
            "\"2025-%02u-%02uT%02u:%02u:%02uZ\",\"sizeInBytes\":%u}}\n",
            a % 7, b % 5, a % 97, a * 31 + b, a ^ b << 7, b, a % 3 ? "westeurope" : "northeurope",
            b % 9 ? "true" : "false", a % 3, a % 12 + 1, b % 28 + 1, a % 24, b % 60, a % 60,
            b % 1000000);
    }
    bd_str text = bd_str_copy(test_arena(), bd_str_sub(bd_buf_str(&buf), 0, count));
    bd_buf_clear(&buf);
    return text;
}

/* Without the fsyncs of test_write_file: some tests write thousands of files. */
static void put_file(const char *path, bd_str text) {
    bd_err err = {0};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    CHECK(fd >= 0);
    CHECK_OK(bd_write_all(fd, text.data, text.size, path, &err), err);
    bd_fd_close(&fd);
}

struct deflated {
    bd_str stream;
    int64_t bytes;
    uint32_t crc32;
};

static struct deflated deflate_text(bd_str text, unsigned jobs, size_t piece) {
    bd_err err = {0};
    bd_buf buf;
    bd_buf_init(&buf, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_deflater *deflater = bd_deflater_open(&sink);
    bd_deflater_set_jobs(deflater, jobs);
    for (size_t at = 0; at < text.size; at += piece) {
        size_t count = text.size - at < piece ? text.size - at : piece;
        CHECK_OK(bd_deflater_write(deflater, text.data + at, count, &err), err);
    }
    CHECK_OK(bd_deflater_finish(deflater, &err), err);
    struct deflated out = {bd_str_copy(test_arena(), bd_buf_str(&buf)),
                           bd_deflater_plain_bytes(deflater), bd_deflater_crc32(deflater)};
    CHECK_EQ_INT(bd_deflater_stored_bytes(deflater), out.stream.size);
    bd_deflater_close(deflater);
    bd_buf_clear(&buf);
    return out;
}

static void write_gzip(const char *path, const struct deflated *deflated) {
    static const char header[10] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)255};
    bd_buf buf;
    bd_buf_init(&buf, (size_t)64 << 20);
    bd_buf_put(&buf, header, sizeof(header));
    bd_buf_puts(&buf, deflated->stream);
    for (int i = 0; i < 4; i++) {
        bd_buf_putc(&buf, (char)(deflated->crc32 >> (8 * i)));
    }
    for (int i = 0; i < 4; i++) {
        bd_buf_putc(&buf, (char)(deflated->bytes >> (8 * i)));
    }
    put_file(path, bd_buf_str(&buf));
    bd_buf_clear(&buf);
}

static bd_rc inflate_by(size_t room, bd_str stream, int64_t max_bytes, bd_buf *out, bd_err *err) {
    bd_memory_source state;
    bd_source in = bd_source_of_memory(&state, stream);
    bd_inflater *inflater = bd_inflater_open(&in, max_bytes);
    bd_source plain = bd_inflater_source(inflater);
    char bytes[5000];
    CHECK(room <= sizeof bytes);
    bd_rc rc = BD_OK;
    for (size_t got = 1; got > 0 && !bd_failed(rc);) {
        rc = bd_source_read(&plain, bytes, room, &got, err);
        bd_buf_put(out, bytes, bd_failed(rc) ? 0 : got);
    }
    bd_inflater_close(inflater);
    return rc;
}

static bd_rc inflate_text(bd_str stream, int64_t max_bytes, bd_buf *out, bd_err *err) {
    return inflate_by(5000, stream, max_bytes, out, err);
}

/* ---- deflate ------------------------------------------------------------------------------------ */

TEST(zip, an_empty_stream_is_one_final_stored_block) {
    struct deflated empty = deflate_text(BD_STR(""), 1, 1);
    CHECK_EQ_INT(empty.stream.size, 5);
    CHECK(memcmp(empty.stream.data, "\x01\x00\x00\xff\xff", 5) == 0);
    CHECK_EQ_INT(empty.crc32, 0);
}

TEST(zip, gzip_gives_back_what_was_deflated_at_every_chunk_boundary) {
    static const size_t sizes[] = {0,       1,   55,      56,      5000,
                                   MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 17};
    for (size_t i = 0; i < 2 * BD_COUNT(sizes); i++) {
        size_t size = sizes[i / 2];
        bd_str text = i % 2 == 0 ? export_text(size) : random_bytes(size);
        struct deflated deflated = deflate_text(text, 1, 100000);
        test_failure("%zu bytes of %s", size, i % 2 == 0 ? "text" : "noise");
        CHECK_EQ_INT(deflated.bytes, size);
        write_gzip(test_path("a.gz"), &deflated);
        bd_str found;
        CHECK_EQ_INT(run_command(&found, "gzip -t a.gz && zcat a.gz | sha256sum | cut -c1-64"), 0);
        CHECK_EQ_STR(bd_str_trim(found), bd_sha256_hex(test_arena(), text));
    }
}

TEST(zip, the_stream_depends_on_neither_workers_nor_the_size_of_writes) {
    bd_str text = export_text(5 * MIB + 12345);
    struct deflated one = deflate_text(text, 1, text.size);
    struct deflated two = deflate_text(text, 2, 4096);
    struct deflated eight = deflate_text(text, 8, 999983);
    CHECK(bd_str_eq(one.stream, two.stream));
    CHECK(bd_str_eq(one.stream, eight.stream));
    CHECK_EQ_INT(one.crc32, two.crc32);
    CHECK_EQ_INT(one.crc32, eight.crc32);
}

TEST(zip, a_cleared_deflater_gives_the_same_stream_again) {
    bd_err err = {0};
    bd_str text = export_text(MIB + 100);
    struct deflated fresh = deflate_text(text, 1, text.size);
    bd_buf buf;
    bd_buf_init(&buf, (size_t)8 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_deflater *deflater = bd_deflater_open(&sink);
    CHECK_OK(bd_deflater_write(deflater, "unfinished", 10, &err), err);
    bd_deflater_clear(deflater, &sink);
    CHECK_OK(bd_deflater_write(deflater, text.data, text.size, &err), err);
    CHECK_OK(bd_deflater_finish(deflater, &err), err);
    CHECK(bd_str_eq(bd_buf_str(&buf), fresh.stream));
    CHECK_EQ_INT(bd_deflater_crc32(deflater), fresh.crc32);
    bd_deflater_close(deflater);
    bd_buf_clear(&buf);
}

static bd_str deflate_thoroughly(bd_deflater *deflater, bd_buf *buf, bd_str text, size_t piece) {
    bd_err err = {0};
    bd_sink sink = bd_sink_to_buf(buf);
    buf->size = 0;
    bd_deflater_clear(deflater, &sink);
    bd_deflater_set_thorough(deflater);
    for (size_t at = 0; at < text.size; at += piece) {
        bd_str part = bd_str_sub(text, at, at + piece);
        CHECK_OK(bd_deflater_write(deflater, part.data, part.size, &err), err);
    }
    CHECK_OK(bd_deflater_finish(deflater, &err), err);
    return bd_buf_str(buf);
}

/* A chunk stands alone, so that the stream of the first four is that of their text, less the five bytes of its end. */
TEST(zip, a_thorough_stream_is_thorough_behind_its_first_four_chunks) {
    bd_str text = export_text(6 * MIB + 99), head = bd_str_sub(text, 0, 4 * MIB);
    struct deflated usual = deflate_text(text, 1, text.size), usual_head = deflate_text(head, 1, head.size);
    size_t shared = usual_head.stream.size - 5;
    bd_buf buf;
    bd_buf_init(&buf, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_deflater *deflater = bd_deflater_open(&sink);
    CHECK(bd_str_eq(deflate_thoroughly(deflater, &buf, head, 1000), usual_head.stream));
    bd_str thorough = bd_str_copy(test_arena(), deflate_thoroughly(deflater, &buf, text, 77777));
    CHECK(bd_str_eq(bd_str_sub(thorough, 0, shared), bd_str_sub(usual.stream, 0, shared)));
    CHECK((thorough.size - shared) * 100 < (usual.stream.size - shared) * 99);
    struct deflated packed = {thorough, bd_deflater_plain_bytes(deflater), bd_deflater_crc32(deflater)};
    bd_deflater_set_jobs(deflater, 3);
    CHECK(bd_str_eq(deflate_thoroughly(deflater, &buf, text, text.size), thorough));
    bd_deflater_work_behind(deflater);
    CHECK(bd_str_eq(deflate_thoroughly(deflater, &buf, text, 77777), thorough));
    CHECK(bd_str_eq(deflate_thoroughly(deflater, &buf, head, 1000), usual_head.stream));
    bd_deflater_close(deflater);
    bd_buf_clear(&buf);
    write_gzip(test_path("a.gz"), &packed);
    bd_str found;
    CHECK_EQ_INT(run_command(&found, "gzip -t a.gz && zcat a.gz | sha256sum | cut -c1-64"), 0);
    CHECK_EQ_STR(bd_str_trim(found), bd_sha256_hex(test_arena(), text));
}

TEST(zip, deflated_text_is_at_most_a_hundredth_larger_than_zip_makes_it) {
    bd_str text = export_text(3 * MIB), listing;
    struct deflated deflated = deflate_text(text, 1, text.size);
    put_file(test_path("a.json"), text);
    CHECK_EQ_INT(
        run_command(&listing,
                    "zip -q -6 a.zip a.json && zipinfo -l a.zip a.json | awk '{print $6}'"),
        0);
    int64_t zip_bytes = 0;
    CHECK(bd_str_to_i64(bd_str_trim(listing), &zip_bytes));
    test_failure("ours %zu, zip -6 %lld", deflated.stream.size, (long long)zip_bytes);
    CHECK((int64_t)deflated.stream.size * 100 <= zip_bytes * 101);
}

TEST(zip, crc_is_that_of_the_check_string) {
    CHECK_EQ_INT(bd_crc32(0, "123456789", 9), 0xCBF43926);
    CHECK_EQ_INT(bd_crc32(bd_crc32(0, "1234", 4), "56789", 5), 0xCBF43926);
    CHECK_EQ_INT(bd_crc32(7, NULL, 0), 7);
}

/* The last bytes of input may all be taken while much of what they say has not come out yet. */
TEST(zip, what_zlib_still_holds_comes_out_whatever_the_reads) {
    /* 375 times 'a' by zlib at level 9: with its last byte it knows of 115 bytes more */
    static const bd_str stream = BD_STR_INIT("\x4b\x4c\x1c\x05\x03\x00\x00");
    char wanted[375];
    memset(wanted, 'a', sizeof wanted);
    for (size_t room = 1; room < 600; room++) {
        bd_err err;
        bd_buf out;
        bd_buf_init(&out, 1000);
        test_failure("reads of %zu", room);
        CHECK_OK(inflate_by(room, stream, sizeof wanted, &out, &err), err);
        CHECK(bd_str_eq(bd_buf_str(&out), (bd_str){wanted, sizeof wanted}));
        bd_buf_clear(&out);
    }
}

TEST(zip, the_inflater_refuses_a_stream_cut_off_anywhere) {
    bd_err err = {0};
    bd_str stream = deflate_text(export_text(2000), 1, 2000).stream;
    for (size_t size = 0; size < stream.size; size++) {
        bd_buf out;
        bd_buf_init(&out, 1 << 16);
        test_failure("%zu of %zu bytes", size, stream.size);
        CHECK_FAILS(inflate_text(bd_str_sub(stream, 0, size), 1 << 16, &out, &err), err,
                    BD_ERR_INPUT, "cut off");
        bd_buf_clear(&out);
    }
}

TEST(zip, the_inflater_refuses_bytes_behind_the_stream_and_malformed_blocks) {
    bd_err err = {0};
    bd_buf out;
    bd_buf_init(&out, 1 << 16);
    CHECK_FAILS(inflate_text(BD_STR("\x01\x00\x00\xff\xff!"), 100, &out, &err), err, BD_ERR_INPUT,
                "more bytes follow");
    CHECK_FAILS(inflate_text(BD_STR("\x07"), 100, &out, &err), err, BD_ERR_INPUT, "malformed");
    CHECK_FAILS(inflate_text(BD_STR("\x01\x05\x00\xfa\xfe"), 100, &out, &err), err, BD_ERR_INPUT,
                "malformed");
    CHECK_EQ_INT(out.size, 0);
}

TEST(zip, the_inflater_stops_at_its_limit) {
    bd_err err = {0};
    bd_str text = export_text(70000);
    bd_str stream = deflate_text(text, 1, text.size).stream;
    bd_buf out;
    bd_buf_init(&out, 1 << 20);
    CHECK_OK(inflate_text(stream, 70000, &out, &err), err);
    CHECK(bd_str_eq(bd_buf_str(&out), text));
    bd_buf_clear(&out);
    CHECK_FAILS(inflate_text(stream, 69999, &out, &err), err, BD_ERR_LIMIT,
                "more than 69999 bytes");
    CHECK(out.size <= 69999);
    bd_buf_clear(&out);
}

/* ---- packages ------------------------------------------------------------------------------------ */

/* 2026-07-01T12:34:57Z: an odd second, which a DOS time cannot hold. */
#define FIXED_TIME ((bd_instant)1782909297 * BD_SECOND)

struct file {
    const char *name;
    bd_str text;
    bool deflated;
};

/* A blob over "<test folder>/<tag>.deflate". */
static bd_blob *stored_blob(bd_str text, int tag) {
    struct deflated deflated = deflate_text(text, 1, text.size + 1);
    const char *path =
        test_path(bd_str_z(test_arena(), bd_str_format(test_arena(), "%d.deflate", tag)));
    put_file(path, deflated.stream);
    bd_blob_place place = {
        .fd = -1, .folder_fd = AT_FDCWD, .path = path, .label = bd_str_of(path), .method = 8};
    bd_blob *blob = bd_blob_of_file(test_arena(), &place, deflated.bytes,
                                    (int64_t)deflated.stream.size, deflated.crc32);
    bd_sha256_of(text, blob->sha256);
    bd_sha256_of(deflated.stream, blob->stored_sha256);
    return blob;
}

/* What the manifest would say: filled in by write_package. */
static uint8_t stored_hashes[8][32];

static bd_str write_package(const struct file *files, size_t count) {
    bd_err err = {0};
    bd_buf buf;
    bd_buf_init(&buf, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_zip_writer *writer = bd_zip_writer_open(&sink, FIXED_TIME);
    for (size_t i = 0; i < count; i++) {
        const bd_blob *blob = files[i].deflated ? stored_blob(files[i].text, (int)i)
                                                : bd_blob_of_memory(test_arena(), files[i].text);
        memcpy(stored_hashes[i], blob->stored_sha256, 32);
        CHECK_OK(bd_zip_writer_add(writer, bd_str_of(files[i].name), blob, files[i].deflated, &err),
                 err);
    }
    CHECK_OK(bd_zip_writer_finish(writer, &err), err);
    bd_zip_writer_close(writer);
    bd_str made = bd_str_copy(test_arena(), bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return made;
}

static const struct file small_files[] = {
    {"00_START.txt", BD_STR_INIT("start here\n"), false},
    {"10_EVIDENCE/1.1/E-0001.json",
     BD_STR_INIT("{\"value\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}"), true},
    {"90_INTEGRITY/Müller.txt", BD_STR_INIT("x"), true},
};

/* What a verifier knows from the manifest; the reader's blobs are checked against it. */
static bd_rc read_package(const char *path, const struct file *files, size_t count, bd_arena *arena,
                          bd_err *err) {
    bd_zip_reader *reader = NULL;
    BD_TRY(bd_zip_reader_open(path, NULL, arena, &reader, err));
    bd_rc rc = BD_OK;
    if (bd_zip_reader_count(reader) != count) {
        rc = bd_raise(err, BD_ERR_INPUT, "other count");
    }
    for (size_t i = 0; i < count && !bd_failed(rc); i++) {
        const bd_zip_entry *entry = bd_zip_reader_find(reader, bd_str_of(files[i].name));
        if (entry == NULL) {
            rc = bd_raise(err, BD_ERR_INPUT, "missing");
            break;
        }
        bd_blob *blob = bd_zip_reader_blob(reader, entry, arena);
        bd_sha256_of(files[i].text, blob->sha256);
        if (files[i].deflated) {
            memcpy(blob->stored_sha256, stored_hashes[i], 32);
        }
        bd_str text;
        rc = bd_blob_read(blob, 1 << 20, arena, &text, err);
        if (!bd_failed(rc) && !bd_str_eq(text, files[i].text)) {
            rc = bd_raise(err, BD_ERR_BUG, "accepted other bytes");
        }
    }
    bd_zip_reader_close(reader);
    return rc;
}

TEST(zip, a_package_is_byte_for_byte_what_the_profile_says) {
    static const struct file files[] = {{"a.txt", BD_STR_INIT("abc"), false},
                                        {"b.txt", BD_STR_INIT(""), true}};
    static const char expected[] = "PK\3\4"
                                   "\x0a\0"
                                   "\x00\x08"
                                   "\0\0"
                                   "\x5c\x64"
                                   "\xe1\x5c"
                                   "\xc2\x41\x24\x35"
                                   "\3\0\0\0"
                                   "\3\0\0\0"
                                   "\5\0"
                                   "\0\0"
                                   "a.txt"
                                   "abc"
                                   "PK\3\4"
                                   "\x14\0"
                                   "\x00\x08"
                                   "\x08\0"
                                   "\x5c\x64"
                                   "\xe1\x5c"
                                   "\0\0\0\0"
                                   "\5\0\0\0"
                                   "\0\0\0\0"
                                   "\5\0"
                                   "\0\0"
                                   "b.txt"
                                   "\1\0\0\xff\xff"
                                   "PK\1\2"
                                   "\x0a\3"
                                   "\x0a\0"
                                   "\x00\x08"
                                   "\0\0"
                                   "\x5c\x64"
                                   "\xe1\x5c"
                                   "\xc2\x41\x24\x35"
                                   "\3\0\0\0"
                                   "\3\0\0\0"
                                   "\5\0"
                                   "\0\0"
                                   "\0\0"
                                   "\0\0"
                                   "\0\0"
                                   "\0\0\xa4\x81"
                                   "\0\0\0\0"
                                   "a.txt"
                                   "PK\1\2"
                                   "\x14\3"
                                   "\x14\0"
                                   "\x00\x08"
                                   "\x08\0"
                                   "\x5c\x64"
                                   "\xe1\x5c"
                                   "\0\0\0\0"
                                   "\5\0\0\0"
                                   "\0\0\0\0"
                                   "\5\0"
                                   "\0\0"
                                   "\0\0"
                                   "\0\0"
                                   "\0\0"
                                   "\0\0\xa4\x81"
                                   "\x26\0\0\0"
                                   "b.txt"
                                   "PK\5\6"
                                   "\0\0"
                                   "\0\0"
                                   "\2\0"
                                   "\2\0"
                                   "\x66\0\0\0"
                                   "\x4e\0\0\0"
                                   "\0\0";
    bd_str made = write_package(files, 2);
    CHECK_EQ_INT(made.size, sizeof(expected) - 1);
    for (size_t i = 0; i < made.size; i++) {
        test_failure("byte %zu", i);
        CHECK_EQ_INT((unsigned char)made.data[i], (unsigned char)expected[i]);
    }
}

TEST(zip, zlib_of_another_maker_reads_a_flate_text) {
    bd_buf out;
    bd_buf_init(&out, 1 << 20);
    bd_flate *flate = bd_flate_open();
    bd_str texts[] = {BD_STR(""), BD_STR("q"),
                      BD_STR("0 0 m 1 1 l S\n0 0 m 1 1 l S\n0 0 m 1 1 l S\n")};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        bd_err err;
        bd_str output;
        out.size = 0;
        bd_buf_puts(&out, BD_STR("before"));
        CHECK_OK(bd_flate_put(flate, texts[i], &out, &err), err);
        put_file(test_path("flate"), bd_buf_str(&out));
        CHECK_EQ_INT(run_command(&output, "python3 -c \"import sys,zlib;sys.stdout.buffer.write("
                                          "zlib.decompress(open('flate','rb').read()[6:]))\""),
                     0);
        CHECK_EQ_STR(output, texts[i]);
    }
    bd_flate_close(flate);
    bd_buf_clear(&out);
}

TEST(zip, a_flate_text_that_does_not_fit_leaves_the_buffer_as_it_was) {
    bd_buf out;
    bd_buf_init(&out, 16);
    bd_buf_puts(&out, BD_STR("before"));
    bd_flate *flate = bd_flate_open();
    bd_err err;
    CHECK_FAILS(bd_flate_put(flate, BD_STR("a text that needs more room"), &out, &err), err,
                BD_ERR_LIMIT, "27 bytes");
    CHECK_EQ_STR(bd_buf_str(&out), BD_STR("before"));
    bd_flate_close(flate);
    bd_buf_clear(&out);
}

TEST(zip, unzip_python_and_zipinfo_read_a_package_without_complaint) {
    bd_str output;
    put_file(test_path("a.zip"), write_package(small_files, BD_COUNT(small_files)));
    test_failure("unzip -t");
    CHECK_EQ_INT(run_command(&output, "unzip -t a.zip 2>&1"), 0);
    CHECK(bd_str_find(output, BD_STR("No errors detected")) >= 0);
    CHECK(bd_str_find(output, BD_STR("warning")) < 0);
    CHECK_EQ_INT(run_command(&output, "TZ=UTC LC_ALL=C.UTF-8 zipinfo -v a.zip"), 0);
    CHECK(bd_str_find(output, BD_STR("There is no zipfile comment")) >= 0);
    CHECK(bd_str_find(output, BD_STR("2026 Jul 1 12:34:56")) >= 0);
    CHECK(bd_str_find(output, BD_STR("-rw-r--r--")) >= 0);
    CHECK(bd_str_find(output, BD_STR("warning")) < 0);
    CHECK_EQ_INT(
        run_command(&output,
                    "python3 -c \"import zipfile; z=zipfile.ZipFile('a.zip'); print(z.testzip(), "
                    "z.namelist()[2], z.read('10_EVIDENCE/1.1/E-0001.json').decode())\""),
        0);
    CHECK(bd_str_find(output, BD_STR("None 90_INTEGRITY/Müller.txt {\"value\":[1,1")) >= 0);
}

TEST(zip, the_reader_gives_back_names_facts_time_and_bytes) {
    bd_err err = {0};
    const char *path = test_path("a.zip");
    put_file(path, write_package(small_files, BD_COUNT(small_files)));
    CHECK_OK(read_package(path, small_files, BD_COUNT(small_files), test_arena(), &err), err);
    bd_zip_reader *reader;
    CHECK_OK(bd_zip_reader_open(path, NULL, test_arena(), &reader, &err), err);
    CHECK_EQ_INT(bd_zip_reader_time(reader), FIXED_TIME - BD_SECOND);
    CHECK_EQ_STR(bd_zip_reader_at(reader, 0)->name, "00_START.txt");
    CHECK_EQ_INT(bd_zip_reader_at(reader, 0)->data_offset, 30 + 12);
    CHECK_EQ_INT(bd_zip_reader_at(reader, 1)->method, 8);
    CHECK(bd_zip_reader_find(reader, BD_STR("00_start.txt")) == NULL);
    bd_zip_reader_close(reader);
}

TEST(zip, times_outside_what_dos_holds_are_clamped) {
    static const struct {
        bd_instant given, found;
    } rows[] = {
        {0, (bd_instant)315532800 * BD_SECOND}, /* 1980-01-01 */
        {INT64_MIN, (bd_instant)315532800 * BD_SECOND},
        {INT64_MAX, (bd_instant)4354819198 * BD_SECOND}, /* 2107-12-31T23:59:58 */
        {(bd_instant)951827696 * BD_SECOND, (bd_instant)951827696 * BD_SECOND}, /* 2000-02-29 */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_err err = {0};
        bd_buf buf;
        bd_buf_init(&buf, 1 << 16);
        bd_sink sink = bd_sink_to_buf(&buf);
        bd_zip_writer *writer = bd_zip_writer_open(&sink, rows[i].given);
        CHECK_OK(bd_zip_writer_add(writer, BD_STR("a"),
                                   bd_blob_of_memory(test_arena(), BD_STR("a")), false, &err),
                 err);
        CHECK_OK(bd_zip_writer_finish(writer, &err), err);
        bd_zip_writer_close(writer);
        put_file(test_path("a.zip"), bd_buf_str(&buf));
        bd_buf_clear(&buf);
        bd_zip_reader *reader;
        CHECK_OK(bd_zip_reader_open(test_path("a.zip"), NULL, test_arena(), &reader, &err), err);
        CHECK_EQ_INT(bd_zip_reader_time(reader), rows[i].found);
        bd_zip_reader_close(reader);
    }
}

TEST(zip, the_writer_refuses_disorder_and_names_that_systems_read_differently) {
    static const struct {
        const char *first, *second;
        bd_err_class class;
        const char *part;
    } rows[] = {
        {"b", "a", BD_ERR_BUG, "does not come after"},
        {"a", "a", BD_ERR_BUG, "does not come after"},
        {"A.txt", "a.txt", BD_ERR_INPUT, "only in case"},
        {"MÜLLER", "müller", BD_ERR_INPUT, "only in case"},
        {"a", "a/b", BD_ERR_INPUT, "folder is also a file"},
        {"A/b", "a", BD_ERR_INPUT, "both a file and a folder"},
        {"a", "b/../c", BD_ERR_INPUT, "a part '.' or '..'"},
        {"a", "b//c", BD_ERR_INPUT, "empty part"},
        {"a", "b/", BD_ERR_INPUT, "empty part"},
        {"", "/etc/passwd", BD_ERR_INPUT, "empty part"},
        {"a", "b\\c", BD_ERR_INPUT, "some system gives a meaning"},
        {"a", "c:x", BD_ERR_INPUT, "some system gives a meaning"},
        {"a", "b\nc", BD_ERR_INPUT, "control"},
        {"a", "b./c", BD_ERR_INPUT, "ends in a space or a dot"},
        {"a", "d/LPT1.txt", BD_ERR_INPUT, "device name"},
        {"a", "b\xff", BD_ERR_INPUT, "not UTF-8"},
        {"a", "bu\xcc\x88", BD_ERR_INPUT, "combining"},
        {"a",
         "b\xe2\x80\xae"
         "fdp.exe",
         BD_ERR_INPUT, "format character"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_err err = {0};
        bd_buf buf;
        bd_buf_init(&buf, 1 << 16);
        bd_sink sink = bd_sink_to_buf(&buf);
        bd_zip_writer *writer = bd_zip_writer_open(&sink, FIXED_TIME);
        const bd_blob *blob = bd_blob_of_memory(test_arena(), BD_STR("x"));
        test_failure("row %zu", i);
        if (rows[i].first[0] != '\0') {
            CHECK_OK(bd_zip_writer_add(writer, bd_str_of(rows[i].first), blob, false, &err), err);
        }
        CHECK_FAILS(bd_zip_writer_add(writer, bd_str_of(rows[i].second), blob, false, &err), err,
                    rows[i].class, rows[i].part);
        bd_zip_writer_close(writer);
        bd_buf_clear(&buf);
    }
}

/* Large ones are read ahead while what came before is written. */
TEST(zip, a_blob_that_breaks_its_word_is_refused_while_packing) {
    static const size_t sizes[] = {3000, (size_t)5 << 20};
    for (size_t i = 0; i < BD_COUNT(sizes); i++) {
        bd_err err = {0};
        bd_buf buf;
        bd_buf_init(&buf, (size_t)64 << 20);
        bd_sink sink = bd_sink_to_buf(&buf);
        bd_zip_writer *writer = bd_zip_writer_open(&sink, FIXED_TIME);
        bd_blob wrong = *bd_blob_of_memory(test_arena(), random_bytes(sizes[i]));
        test_failure("%zu bytes", sizes[i]);
        wrong.crc32 ^= 1;
        CHECK_FAILS(bd_zip_writer_add(writer, BD_STR("a"), &wrong, false, &err), err, BD_ERR_INPUT,
                    "other bytes");
        wrong.crc32 ^= 1;
        wrong.bytes--;
        CHECK_FAILS(bd_zip_writer_add(writer, BD_STR("b"), &wrong, false, &err), err, BD_ERR_INPUT,
                    "more than the");
        wrong.bytes += 2;
        CHECK_FAILS(bd_zip_writer_add(writer, BD_STR("c"), &wrong, false, &err), err, BD_ERR_INPUT,
                    "less than the");
        bd_blob *stored = stored_blob(random_bytes(sizes[i]), 9);
        stored->stored_sha256[5] ^= 1;
        CHECK_FAILS(bd_zip_writer_add(writer, BD_STR("d"), stored, true, &err), err, BD_ERR_INPUT,
                    "deflated form");
        bd_zip_writer_close(writer);
        bd_buf_clear(&buf);
    }
}

/* The disk is full after the first pieces of a large blob: the reading beside it ends, too. */
static bd_rc write_a_little(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    size_t *left = sink->context;
    (void)bytes;
    if (count > *left) {
        BD_RAISE(err, BD_ERR_IO, "no room");
    }
    *left -= count;
    return BD_OK;
}

TEST(zip, a_sink_that_fails_in_the_middle_of_a_large_blob_fails_the_packing) {
    const bd_blob *blob = bd_blob_of_memory(test_arena(), random_bytes((size_t)6 << 20));
    for (size_t left = 0; left < (size_t)6 << 20; left = left * 3 + 100000) {
        bd_err err = {0};
        size_t room = left;
        bd_sink sink = {.write = write_a_little, .context = &room};
        bd_zip_writer *writer = bd_zip_writer_open(&sink, FIXED_TIME);
        CHECK_FAILS(bd_zip_writer_add(writer, BD_STR("a"), blob, false, &err), err, BD_ERR_IO,
                    "no room");
        bd_zip_writer_close(writer);
    }
}

/* ---- hostile packages ---------------------------------------------------------------------------- */

/* The package of the byte-true test: local headers at 0 and 38, the directory at 78 and 129, the end record at 180,
 * 202 bytes in all.  "a.txt" is stored ("abc"), "b.txt" is deflated (empty). */
struct edit {
    int at, cut; /* replaces `cut` bytes from `at` */
    bd_str put;
};

struct mutation {
    const char *claim;
    struct edit edits[4]; /* in rising order; unused ones are all zero */
    const char *part;     /* of the message */
};

#define PUT(bytes) BD_STR_INIT(bytes)

static const struct mutation mutations[] = {
    {"file removed from the directory",
     {{129, 51, PUT("")}, {188, 4, PUT("\1\0\1\0")}, {192, 4, PUT("\x33\0\0\0")}},
     "between the last file"},
    {"file removed altogether", {{38, 40, PUT("")}}, "does not fit a file"},
    {"count lowered", {{188, 4, PUT("\1\0\1\0")}}, "between the last file"},
    {"count raised", {{188, 4, PUT("\3\0\3\0")}}, "do not fit a directory"},
    {"counts that differ", {{188, 2, PUT("\1\0")}}, "count on this disk"},
    {"names swapped in the directory",
     {{124, 5, PUT("b.txt")}, {175, 5, PUT("a.txt")}},
     "another name or extra field"},
    {"names swapped everywhere",
     {{30, 5, PUT("b.txt")}, {68, 5, PUT("a.txt")}, {124, 5, PUT("b.txt")}, {175, 5, PUT("a.txt")}},
     "names must rise"},
    {"name changed in the local header only",
     {{30, 5, PUT("x.txt")}},
     "another name or extra field"},
    {"name changed in the directory only", {{124, 5, PUT("0.txt")}}, "another name or extra field"},
    {"duplicate name", {{68, 5, PUT("a.txt")}, {175, 5, PUT("a.txt")}}, "is there twice"},
    {"names that differ in case", {{30, 5, PUT("B.txt")}, {124, 5, PUT("B.txt")}}, "only in case"},
    {"path that climbs", {{30, 5, PUT("../.a")}, {124, 5, PUT("../.a")}}, "a part '.' or '..'"},
    {"absolute path", {{30, 5, PUT("/atxt")}, {124, 5, PUT("/atxt")}}, "empty part"},
    {"backslash", {{30, 5, PUT("a\\txt")}, {124, 5, PUT("a\\txt")}}, "gives a meaning"},
    {"drive letter", {{30, 5, PUT("C:txt")}, {124, 5, PUT("C:txt")}}, "gives a meaning"},
    {"NUL in a name", {{30, 5, PUT("a\0txt")}, {124, 5, PUT("a\0txt")}}, "control"},
    {"folder entry", {{30, 5, PUT("atxt/")}, {124, 5, PUT("atxt/")}}, "empty part"},
    {"archive comment", {{200, 2, PUT("\2\0hi")}}, "end record"},
    {"comment that holds an end record",
     {{200, 2, PUT("\x16\0PK\5\6\0\0\0\0\2\0\2\0\x66\0\0\0\x4e\0\0\0\0\0")}},
     "does not fit a file"},
    {"two end records",
     {{202, 0, PUT("PK\5\6\0\0\0\0\2\0\2\0\x66\0\0\0\x4e\0\0\0\0\0")}},
     "does not fit a file"},
    {"file comment",
     {{110, 2, PUT("\2\0")}, {129, 0, PUT("hi")}, {192, 4, PUT("\x68\0\0\0")}},
     "comment length"},
    {"prefix", {{0, 0, PUT("#!/bin/sh\n")}}, "does not fit a file"},
    {"prefix with offsets mended",
     {{0, 0, PUT("##")},
      {120, 4, PUT("\2\0\0\0")},
      {171, 4, PUT("\x28\0\0\0")},
      {196, 4, PUT("\x50\0\0\0")}},
     "expected byte 0"},
    {"suffix", {{202, 0, PUT("x")}}, "does not end with its end record"},
    {"gap between files",
     {{38, 0, PUT("xx")}, {171, 4, PUT("\x28\0\0\0")}, {196, 4, PUT("\x50\0\0\0")}},
     "expected byte 38"},
    {"gap before the directory",
     {{78, 0, PUT("xx")}, {196, 4, PUT("\x50\0\0\0")}},
     "between the last file"},
    {"overlapping files", {{171, 4, PUT("\0\0\0\0")}}, "expected byte 38"},
    {"data descriptor", {{6, 2, PUT("\x08\x08")}, {86, 2, PUT("\x08\x08")}}, "flags 0x0808"},
    {"encrypted", {{6, 2, PUT("\x01\x08")}, {86, 2, PUT("\x01\x08")}}, "flags 0x0801"},
    {"flag in the local header only", {{6, 2, PUT("\0\0")}}, "flags 0x0000"},
    {"unknown method", {{8, 2, PUT("\x63\0")}, {88, 2, PUT("\x63\0")}}, "method 99"},
    {"method in the local header only", {{8, 2, PUT("\x08\0")}}, "method 0x0008"},
    {"symbolic link", {{116, 4, PUT("\0\0\xff\xa1")}}, "external attributes"},
    {"made by another system", {{82, 2, PUT("\x0a\0")}}, "version made by"},
    {"extra field in the local header",
     {{28, 2, PUT("\4\0")},
      {35, 0, PUT("XX\0\0")},
      {171, 4, PUT("\x2a\0\0\0")},
      {196, 4, PUT("\x52\0\0\0")}},
     "extra length"},
    {"extra field in the directory",
     {{108, 2, PUT("\4\0")}, {129, 0, PUT("XX\0\0")}, {192, 4, PUT("\x6a\0\0\0")}},
     "extra length"},
    {"Zip64 where nothing needs it",
     {{20, 4, PUT("\xff\xff\xff\xff")}, {24, 0, PUT("")}},
     "stored size"},
    {"sizes that differ", {{18, 4, PUT("\4\0\0\0")}}, "stored size"},
    {"stored with two sizes", {{22, 4, PUT("\2\0\0\0")}, {102, 4, PUT("\2\0\0\0")}}, "two sizes"},
    {"a ratio that cannot be",
     {{60, 4, PUT("\0\0\0\x40")}, {153, 4, PUT("\0\0\0\x40")}},
     "more than deflate can give"},
    {"stored size beyond the file", {{98, 4, PUT("\0\0\1\0")}}, "in a file of 202"},
    {"CRC that differs", {{14, 4, PUT("\0\0\0\0")}}, "CRC-32"},
    {"times that differ", {{48, 2, PUT("\0\0")}, {141, 2, PUT("\0\0")}}, "another time"},
    {"a time that does not exist",
     {{10, 2, PUT("\xff\xff")}, {90, 2, PUT("\xff\xff")}},
     "do not exist"},
    {"a day that does not exist", {{12, 2, PUT("\0\0")}, {92, 2, PUT("\0\0")}}, "do not exist"},
    {"disk number", {{184, 2, PUT("\1\0")}}, "disk number"},
    {"directory size that is not true", {{192, 4, PUT("\x67\0\0\0")}}, "does not fit"},
    {"directory offset that is not true", {{196, 4, PUT("\x4d\0\0\0")}}, "does not fit"},
    {"Zip64 sizes promised, none there", {{196, 4, PUT("\xff\xff\xff\xff")}}, "does not fit"},
    {"no files", {{0, 202, PUT("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")}}, "holds no files"},
    {"empty file", {{0, 202, PUT("")}}, "is not a zip file"},
    {"another kind of file",
     {{0, 202, PUT("%PDF-1.7\n%%EOF and some more bytes here\n")}},
     "begins with the bytes 25 50"},
};

static const struct file two_files[] = {{"a.txt", BD_STR_INIT("abc"), false},
                                        {"b.txt", BD_STR_INIT(""), true}};

static bd_str splice(bd_str text, const struct edit *edit) {
    bd_buf buf;
    bd_buf_init(&buf, 1 << 20);
    bd_buf_puts(&buf, bd_str_sub(text, 0, (size_t)edit->at));
    bd_buf_puts(&buf, edit->put);
    bd_buf_puts(&buf, bd_str_sub(text, (size_t)(edit->at + edit->cut), text.size));
    bd_str made = bd_str_copy(test_arena(), bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return made;
}

TEST(zip, the_reader_refuses_every_named_mutation) {
    bd_str good = write_package(two_files, 2);
    const char *path = test_path("a.zip");
    for (size_t i = 0; i < BD_COUNT(mutations); i++) {
        bd_err err = {0};
        bd_str bad = good;
        for (size_t e = BD_COUNT(mutations[i].edits); e-- > 0;) {
            bad = splice(bad, &mutations[i].edits[e]);
        }
        CHECK(!bd_str_eq(bad, good));
        put_file(path, bad);
        test_failure("%s", mutations[i].claim);
        CHECK_FAILS(read_package(path, two_files, 2, test_arena(), &err), err, BD_ERR_INPUT,
                    mutations[i].part);
    }
}

TEST(zip, the_reader_refuses_a_package_cut_off_anywhere) {
    bd_str good = write_package(small_files, BD_COUNT(small_files));
    const char *path = test_path("a.zip");
    for (size_t size = 0; size < good.size; size++) {
        bd_err err = {0};
        bd_zip_reader *reader;
        put_file(path, bd_str_sub(good, 0, size));
        test_failure("%zu of %zu bytes", size, good.size);
        CHECK_FAILS(bd_zip_reader_open(path, NULL, test_arena(), &reader, &err), err, BD_ERR_INPUT,
                    "");
    }
}

static void flip_bit(int fd, bd_str package, size_t bit, bool back) {
    char byte = package.data[bit / 8];
    if (!back) {
        byte = (char)(byte ^ 1 << bit % 8);
    }
    CHECK_EQ_INT(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
}

TEST(zip, no_single_flipped_bit_of_a_package_is_accepted) {
    bd_str good = write_package(small_files, BD_COUNT(small_files));
    const char *path = test_path("a.zip");
    put_file(path, good);
    int fd = open(path, O_WRONLY);
    for (size_t bit = 0; bit < good.size * 8; bit++) {
        bd_arena *arena = bd_arena_open("flip", 16 << 20);
        bd_err err = {0};
        flip_bit(fd, good, bit, false);
        test_failure("bit %zu of byte %zu", bit % 8, bit / 8);
        CHECK(bd_failed(read_package(path, small_files, BD_COUNT(small_files), arena, &err)));
        CHECK(err.class == BD_ERR_INPUT || err.class == BD_ERR_LIMIT);
        flip_bit(fd, good, bit, true);
        bd_arena_close(arena);
    }
    bd_fd_close(&fd);
}

TEST(zip, limits_are_named) {
    bd_err err = {0};
    bd_zip_reader *reader;
    const char *path = test_path("a.zip");
    put_file(path, write_package(small_files, BD_COUNT(small_files)));
    bd_zip_limits limits = bd_zip_default_limits;
    limits.entries = 2;
    CHECK_FAILS(bd_zip_reader_open(path, &limits, test_arena(), &reader, &err), err, BD_ERR_LIMIT,
                "holds 3 files, the limit is 2");
    limits = bd_zip_default_limits;
    limits.entry_bytes = 50;
    CHECK_FAILS(bd_zip_reader_open(path, &limits, test_arena(), &reader, &err), err, BD_ERR_LIMIT,
                "holds 51 bytes");
    limits = bd_zip_default_limits;
    limits.total_bytes = 60;
    CHECK_FAILS(bd_zip_reader_open(path, &limits, test_arena(), &reader, &err), err, BD_ERR_LIMIT,
                "more than 60 bytes");
    limits = bd_zip_default_limits;
    limits.name_bytes = 20;
    CHECK_FAILS(bd_zip_reader_open(path, &limits, test_arena(), &reader, &err), err, BD_ERR_INPUT,
                "at most 20");
}

TEST(zip, a_missing_path_is_io_and_a_folder_or_pipe_is_no_zip) {
    bd_err err = {0};
    bd_zip_reader *reader;
    CHECK_FAILS(bd_zip_reader_open(test_path("absent.zip"), NULL, test_arena(), &reader, &err), err,
                BD_ERR_IO, "absent.zip");
    CHECK_FAILS(bd_zip_reader_open(test_folder(), NULL, test_arena(), &reader, &err), err,
                BD_ERR_INPUT, "not a regular file");
    CHECK_EQ_INT(run_command(NULL, "mkfifo pipe.zip"), 0);
    CHECK_FAILS(bd_zip_reader_open(test_path("pipe.zip"), NULL, test_arena(), &reader, &err), err,
                BD_ERR_INPUT, "not a regular file");
}

/* ---- Zip64 ----------------------------------------------------------------------------------------- */

static bd_str write_many(size_t count) {
    bd_err err = {0};
    bd_buf buf;
    bd_buf_init(&buf, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_zip_writer *writer = bd_zip_writer_open(&sink, FIXED_TIME);
    const bd_blob *blob = bd_blob_of_memory(test_arena(), BD_STR(""));
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(
            bd_zip_writer_add(writer, bd_str_format(test_arena(), "%05zu", i), blob, false, &err),
            err);
    }
    CHECK_OK(bd_zip_writer_finish(writer, &err), err);
    bd_zip_writer_close(writer);
    bd_str made = bd_str_copy(test_arena(), bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return made;
}

TEST(zip, zip64_end_records_come_with_65535_files_and_not_before) {
    bd_err err = {0};
    bd_zip_reader *reader;
    const char *path = test_path("a.zip");
    for (size_t count = 65534; count <= 65536; count++) {
        bd_str made = write_many(count);
        put_file(path, made);
        test_failure("%zu files", count);
        CHECK_EQ_INT(made.size, count * (30 + 5 + 46 + 5) + 22 + (count >= 65535 ? 76 : 0));
        CHECK_OK(bd_zip_reader_open(path, NULL, test_arena(), &reader, &err), err);
        CHECK_EQ_INT(bd_zip_reader_count(reader), count);
        CHECK_EQ_STR(bd_zip_reader_at(reader, count - 1)->name,
                     bd_str_format(test_arena(), "%05zu", count - 1));
        bd_zip_reader_close(reader);
    }
    CHECK_EQ_INT(run_command(NULL, "unzip -qt a.zip"), 0);
    CHECK_EQ_INT(run_command(NULL, "python3 -c \"import zipfile; assert "
                                   "len(zipfile.ZipFile('a.zip').namelist()) == 65536\""),
                 0);
}

TEST(zip, a_flipped_bit_in_zip64_end_records_is_refused) {
    bd_str good = write_many(65535);
    const char *path = test_path("a.zip");
    put_file(path, good);
    int fd = open(path, O_WRONLY);
    for (size_t bit = (good.size - 98) * 8; bit < good.size * 8; bit++) {
        bd_err err = {0};
        bd_zip_reader *reader;
        flip_bit(fd, good, bit, false);
        test_failure("bit %zu of byte %zu from the end", bit % 8, good.size - bit / 8);
        CHECK(bd_failed(bd_zip_reader_open(path, NULL, test_arena(), &reader, &err)));
        flip_bit(fd, good, bit, true);
    }
    bd_fd_close(&fd);
}

/* Gives 5.5 MB of zeros as the "stored form" of 5 GiB: only sizes matter here. */
static bd_rc read_zeros(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    size_t *left = source->context;
    (void)err;
    *count = room < *left ? room : *left;
    memset(bytes, 0, *count);
    *left -= *count;
    return BD_OK;
}

static bd_rc open_zeros(const bd_blob *blob, bd_source *out, bd_err *err) {
    (void)err;
    size_t *left = blob->context;
    *left = (size_t)blob->stored_bytes;
    *out = (bd_source){.read = read_zeros, .context = left};
    return BD_OK;
}

static void close_zeros(const bd_blob *blob, bd_source *source) {
    (void)blob;
    (void)source;
}

TEST(zip, sizes_beyond_4_gib_move_to_the_zip64_field) {
    bd_err err = {0};
    size_t left = 0;
    bd_blob big = {.bytes = INT64_C(5) << 30,
                   .crc32 = 1,
                   .has_stored = true,
                   .stored_bytes = 5500000,
                   .open_plain = open_zeros,
                   .open_stored = open_zeros,
                   .close = close_zeros,
                   .context = &left};
    bd_buf buf;
    bd_buf_init(&buf, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_zip_writer *writer = bd_zip_writer_open(&sink, FIXED_TIME);
    CHECK_OK(bd_zip_writer_add(writer, BD_STR("big"), &big, true, &err), err);
    CHECK_OK(bd_zip_writer_add(writer, BD_STR("small"),
                               bd_blob_of_memory(test_arena(), BD_STR("s")), false, &err),
             err);
    CHECK_OK(bd_zip_writer_finish(writer, &err), err);
    bd_zip_writer_close(writer);
    put_file(test_path("a.zip"), bd_buf_str(&buf));
    bd_buf_clear(&buf);
    bd_zip_reader *reader;
    CHECK_OK(bd_zip_reader_open(test_path("a.zip"), NULL, test_arena(), &reader, &err), err);
    CHECK_EQ_INT(bd_zip_reader_at(reader, 0)->bytes, INT64_C(5) << 30);
    CHECK_EQ_INT(bd_zip_reader_at(reader, 0)->data_offset, 30 + 3 + 20);
    bd_zip_reader_close(reader);
    bd_str output;
    CHECK_EQ_INT(run_command(&output, "zipinfo -v a.zip big && python3 -c \"import zipfile; "
                                      "print(zipfile.ZipFile('a.zip').infolist()[0].file_size)\""),
                 0);
    CHECK(bd_str_find(output, BD_STR("5368709120 bytes")) >= 0);
    CHECK(bd_str_find(output, BD_STR("\n5368709120\n")) >= 0);
}

/* Leaves holes where blocks of zeros come, in whatever size the writer hands them over. */
static bd_rc write_sparse(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    int fd = *(int *)sink->context;
    const char *at = bytes;
    if (count >= 4096 && at[0] == 0 && memcmp(at, at + 1, count - 1) == 0) {
        return lseek(fd, (off_t)count, SEEK_CUR) > 0 ? BD_OK
                                                     : bd_raise(err, BD_ERR_IO, "cannot seek");
    }
    return bd_write_all(fd, bytes, count, "a.zip", err);
}

TEST(zip, a_file_beyond_4_gib_is_found_through_its_zip64_offset) {
    bd_err err = {0};
    size_t left = 0;
    int fd = open(test_path("a.zip"), O_RDWR | O_CREAT, 0644);
    bd_blob far = {.bytes = INT64_C(5) << 30,
                   .crc32 = 1,
                   .has_stored = true,
                   .stored_bytes = INT64_C(4294967296) + 10,
                   .open_plain = open_zeros,
                   .open_stored = open_zeros,
                   .close = close_zeros,
                   .context = &left};
    bd_sink sink = {.write = write_sparse, .context = &fd};
    bd_zip_writer *writer = bd_zip_writer_open(&sink, FIXED_TIME);
    CHECK_OK(bd_zip_writer_add(writer, BD_STR("far"), &far, true, &err), err);
    CHECK_OK(bd_zip_writer_add(writer, BD_STR("near"),
                               bd_blob_of_memory(test_arena(), BD_STR("found")), false, &err),
             err);
    CHECK_OK(bd_zip_writer_finish(writer, &err), err);
    bd_zip_writer_close(writer);
    bd_fd_close(&fd);
    bd_zip_reader *reader;
    bd_str text;
    CHECK_OK(bd_zip_reader_open(test_path("a.zip"), NULL, test_arena(), &reader, &err), err);
    const bd_zip_entry *entry = bd_zip_reader_find(reader, BD_STR("near"));
    CHECK_EQ_INT(entry->data_offset, INT64_C(4294967296) + 10 + 30 + 3 + 20 + 30 + 4);
    CHECK_OK(bd_blob_read(bd_zip_reader_blob(reader, entry, test_arena()), 10, test_arena(), &text,
                          &err),
             err);
    CHECK_EQ_STR(text, "found");
    bd_zip_reader_close(reader);
    CHECK_EQ_INT(
        run_command(
            &text,
            "python3 -c \"import zipfile; z=zipfile.ZipFile('a.zip'); print(z.read('near'))\""),
        0);
    CHECK_EQ_STR(bd_str_trim(text), "b'found'");
}

/* ---- blobs ------------------------------------------------------------------------------------------ */

TEST(zip, a_blob_over_a_file_checks_all_it_was_told_when_it_ends) {
    bd_err err = {0};
    bd_str text = export_text(300000), found;
    bd_blob *blob = stored_blob(text, 1);
    CHECK_OK(bd_blob_read(blob, 300000, test_arena(), &found, &err), err);
    CHECK(bd_str_eq(found, text));
    CHECK_FAILS(bd_blob_read(blob, 299999, test_arena(), &found, &err), err, BD_ERR_LIMIT,
                "300000 bytes");
    bd_blob wrong = *blob;
    wrong.sha256[31] ^= 1;
    /* The copy is read through the original's context: change the original as the copy was changed. */
    *blob = wrong;
    CHECK_FAILS(bd_blob_read(blob, 300000, test_arena(), &found, &err), err, BD_ERR_INPUT,
                "SHA-256 of its content");
    blob->sha256[31] ^= 1;
    blob->stored_sha256[0] ^= 1;
    CHECK_FAILS(bd_blob_read(blob, 300000, test_arena(), &found, &err), err, BD_ERR_INPUT,
                "deflated form");
    blob->stored_sha256[0] ^= 1;
    blob->crc32 ^= 1;
    CHECK_FAILS(bd_blob_read(blob, 300000, test_arena(), &found, &err), err, BD_ERR_INPUT,
                "CRC-32");
    blob->crc32 ^= 1;
    blob->bytes--;
    CHECK_FAILS(bd_blob_read(blob, 300000, test_arena(), &found, &err), err, BD_ERR_INPUT,
                "more than the expected");
    blob->bytes += 2;
    CHECK_FAILS(bd_blob_read(blob, 300001, test_arena(), &found, &err), err, BD_ERR_INPUT,
                "it holds 300000 bytes");
    blob->bytes--;
    blob->stored_bytes++;
    CHECK_FAILS(bd_blob_read(blob, 300000, test_arena(), &found, &err), err, BD_ERR_INPUT,
                "cut off");
}

TEST(zip, a_blob_in_memory_knows_its_hashes_and_can_be_read_twice) {
    bd_err err = {0};
    bd_str found;
    const bd_blob *blob = bd_blob_of_memory(test_arena(), BD_STR("abc"));
    CHECK_EQ_INT(blob->crc32, 0x352441C2);
    CHECK(blob->sha256[0] == 0xba && blob->sha256[31] == 0xad);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(bd_blob_read(blob, 3, test_arena(), &found, &err), err);
        CHECK_EQ_STR(found, "abc");
    }
}

TEST(zip, a_blob_over_an_absent_file_is_input) {
    bd_err err = {0};
    bd_str found;
    bd_blob *blob = stored_blob(BD_STR("x"), 3);
    CHECK_EQ_INT(unlink(test_path("3.deflate")), 0);
    CHECK_FAILS(bd_blob_read(blob, 10, test_arena(), &found, &err), err, BD_ERR_INPUT, "3.deflate");
}

/* More texts than a packer has places, of sizes around what it copies, on one and on many threads. */
TEST(zip, a_packer_keeps_each_text_under_its_own_blob) {
    static const size_t sizes[] = {0,       1, 1u << 10, (1u << 20) - 1, 1u << 20, (1u << 20) + 1,
                                   3 << 20, 77, 70000,    0,              5,        2,
                                   9};
    static const unsigned jobs[] = {1, 2, 5};
    static char text[3 << 20];
    bd_err err = {0};
    for (size_t j = 0; j < BD_COUNT(jobs); j++) {
        const bd_blob *blobs[BD_COUNT(sizes)];
        bd_blob_packer *packer = bd_blob_packer_open(test_arena(), jobs[j]);
        for (size_t i = 0; i < BD_COUNT(sizes); i++) {
            memset(text, 'a' + (int)i, sizes[i]);
            CHECK_OK(bd_blob_pack(packer, (bd_str){text, sizes[i]}, &blobs[i], &err), err);
            memset(text, '-', sizeof text); /* the text may go after the call */
        }
        CHECK_OK(bd_blob_packer_finish(packer, &err), err);
        bd_blob_packer_close(packer);
        for (size_t i = 0; i < BD_COUNT(sizes); i++) {
            bd_str found;
            uint8_t hash[32];
            memset(text, 'a' + (int)i, sizes[i]);
            CHECK_OK(bd_blob_read(blobs[i], sizeof text, test_arena(), &found, &err), err);
            CHECK_EQ_INT(found.size, sizes[i]);
            CHECK(sizes[i] == 0 || memcmp(found.data, text, sizes[i]) == 0);
            bd_sha256_of(found, hash);
            CHECK(memcmp(hash, blobs[i]->sha256, sizeof hash) == 0);
        }
    }
}

/* Letters that do not repeat by the chunk: chunks that are cut elsewhere would give another stream. */
static char draft_letter(size_t at) {
    return (char)('a' + (at * 2654435761u >> 20) % 26);
}

static const bd_blob *pack_whole(bd_str text) {
    bd_err err = {0};
    const bd_blob *blob = NULL;
    bd_blob_packer *packer = bd_blob_packer_open(test_arena(), 1);
    CHECK_OK(bd_blob_pack(packer, text, &blob, &err), err);
    CHECK_OK(bd_blob_packer_finish(packer, &err), err);
    bd_blob_packer_close(packer);
    return blob;
}

static const bd_blob *pack_drafted(bd_str text, size_t step, bool is_behind) {
    bd_err err = {0};
    const bd_blob *blob = NULL;
    bd_buf found;
    bd_buf_init(&found, SIZE_MAX / 2);
    bd_sink sink = bd_sink_to_buf(&found);
    bd_blob_packer *packer = bd_blob_packer_open(test_arena(), 1);
    bd_draft *draft = bd_draft_open();
    if (is_behind) {
        bd_draft_work_behind(draft);
    }
    for (size_t at = 0; at < text.size; at += step) {
        bd_str piece = bd_str_sub(text, at, at + step);
        CHECK_OK(bd_sink_write(bd_draft_sink(draft), piece.data, piece.size, &err), err);
    }
    CHECK_OK(bd_draft_finish(draft, &err), err);
    CHECK_EQ_INT(bd_draft_bytes(draft), text.size);
    for (int reading = 0; reading < 2; reading++) {
        found.size = 0;
        CHECK_OK(bd_draft_write(draft, &sink, &err), err);
        CHECK(bd_str_eq(bd_buf_str(&found), text));
    }
    CHECK_OK(bd_blob_pack_draft(packer, draft, &blob, &err), err);
    uint8_t hash[32];
    bd_sha256_of(text, hash);
    CHECK(memcmp(hash, bd_draft_sha256(draft), sizeof hash) == 0);
    bd_draft_close(draft);
    CHECK_OK(bd_blob_packer_finish(packer, &err), err);
    bd_blob_packer_close(packer);
    bd_buf_clear(&found);
    return blob;
}

TEST(zip, a_draft_becomes_the_blob_that_packing_its_text_gives) {
    static const size_t sizes[] = {0, 1, (1u << 20) - 1, 1u << 20, (1u << 20) + 1, 5u << 19, 11u << 19};
    static const size_t steps[] = {977, 1u << 19, 3u << 20};
    static char text[6 << 20];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = draft_letter(i);
    }
    for (size_t i = 0; i < BD_COUNT(sizes); i++) {
        bd_str whole = {text, sizes[i]};
        const bd_blob *wanted = pack_whole(whole);
        for (size_t j = 0; j < 2 * BD_COUNT(steps); j++) {
            const bd_blob *blob = pack_drafted(whole, steps[j / 2], /*is_behind*/ j % 2 == 1);
            CHECK_EQ_INT(blob->bytes, sizes[i]);
            CHECK_EQ_INT(blob->crc32, wanted->crc32);
            CHECK_EQ_INT(blob->stored_bytes, wanted->stored_bytes);
            CHECK(memcmp(blob->sha256, wanted->sha256, 32) == 0);
            CHECK(memcmp(blob->stored_sha256, wanted->stored_sha256, 32) == 0);
        }
    }
}

TEST(zip, a_draft_that_is_left_unfinished_frees_what_it_took) {
    static char text[2 << 20];
    bd_err err = {0};
    bd_draft *draft = bd_draft_open();
    CHECK_OK(bd_sink_write(bd_draft_sink(draft), text, sizeof text, &err), err);
    bd_draft_close(draft);
    draft = bd_draft_open();
    bd_draft_work_behind(draft);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(bd_sink_write(bd_draft_sink(draft), text, sizeof text, &err), err);
    }
    bd_draft_close(draft);
    bd_draft_close(NULL);
}

/* ---- memory ---- */

#ifdef __GLIBC__
static size_t hold_inflater(bool reads) {
    static const unsigned char stream[] = {0x4b, 0x4c, 0x4a, 0x06, 0x00}; /* "abc" */
    char bytes[8];
    bd_err err;
    bd_memory_source state;
    bd_source in = bd_source_of_memory(&state, (bd_str){(const char *)stream, sizeof stream});
    bd_inflater *inflater = bd_inflater_open(&in, 100);
    bd_source plain = bd_inflater_source(inflater);
    size_t count = 0;
    if (reads) {
        CHECK_OK(bd_source_read(&plain, bytes, sizeof bytes, &count, &err), err);
        CHECK_EQ_STR(((bd_str){bytes, count}), "abc");
    }
    size_t held = bd_memory_held();
    bd_inflater_close(inflater);
    return held;
}

/* zlib's state has some 7 KiB, and its window 32 KiB as soon as something came out. */
TEST(zip, what_zlib_takes_is_counted_and_given_back) {
    (void)hold_inflater(true);
    size_t before = bd_memory_held();
    bd_arena *alone = bd_arena_open("inflate", 1 << 20);
    (void)bd_alloc(alone, (128 << 10), 1);
    size_t arena = bd_memory_held() - before;
    bd_arena_close(alone);
    CHECK_EQ_INT(bd_memory_held(), before);
    size_t opened = hold_inflater(false) - before, read = hold_inflater(true) - before;
    CHECK(read >= opened);
    CHECK(opened > 64 * 1024 + 6000);
    CHECK(opened < arena + 64 * 1024);
    CHECK_EQ_INT(bd_memory_held(), before);
}
#endif

/* ---- short texts ------------------------------------------------------------------------------- */

/* Text of ten thousand times its packed size has to be given room more than once. */
TEST(zip, a_short_text_is_undone_without_its_size_being_known) {
    static const size_t sizes[] = {0, 1, 5000, 20 << 20};
    bd_flate *flate = bd_flate_open();
    for (size_t i = 0; i < BD_COUNT(sizes); i++) {
        bd_err err = {0};
        bd_buf packed, plain;
        bd_buf_init(&packed, 64 << 20);
        bd_buf_init(&plain, 64 << 20);
        char *zeros = bd_new(test_arena(), char, sizes[i] + 1);
        CHECK_OK(bd_flate_put(flate, (bd_str){zeros, sizes[i]}, &packed, &err), err);
        CHECK_OK(bd_flate_undo_all(flate, bd_buf_str(&packed), sizes[i] + 1, &plain, &err), err);
        CHECK(bd_str_eq(bd_buf_str(&plain), (bd_str){zeros, sizes[i]}));
        bd_str cut = bd_str_sub(bd_buf_str(&packed), 0, packed.size - 1);
        CHECK_FAILS(bd_flate_undo_all(flate, cut, 32 << 20, &plain, &err), err, BD_ERR_INPUT, "no deflated text");
        if (sizes[i] > 0) {
            CHECK_FAILS(bd_flate_undo_all(flate, bd_buf_str(&packed), sizes[i] - 1, &plain, &err), err, BD_ERR_LIMIT,
                        "inflate to more than");
        }
        bd_buf_putc(&packed, 'x');
        CHECK_FAILS(bd_flate_undo_all(flate, bd_buf_str(&packed), 32 << 20, &plain, &err), err, BD_ERR_INPUT,
                    "or not all of one");
        CHECK_EQ_INT(plain.size, sizes[i]);
        bd_buf_clear(&packed);
        bd_buf_clear(&plain);
    }
    bd_flate_close(flate);
}
