#include "zip_priv.h"

#include <string.h>

enum { COPY_BYTES = 64 * 1024 };

/* What is stored of a blob is hashed while it is read; from here on that is done beside the writing. */
#define READ_AHEAD_BYTES (4u << 20)

struct bd_zip_writer {
    bd_arena *arena;
    bd_sink *sink;
    uint16_t dos_time, dos_date;
    uint64_t at; /* bytes written so far */
    uint64_t count;
    bd_buf central;
    struct zip_names names;
    bd_buf last_name;
    char copy[COPY_BYTES];
};

/* A directory of a million entries with names of the longest kind. */
#define CENTRAL_MAX ((size_t)1 << 30)
#define ARENA_MAX ((size_t)2 << 30)

bd_zip_writer *bd_zip_writer_open(bd_sink *sink, bd_instant fixed_time) {
    bd_arena *arena = bd_arena_open("zip writer", ARENA_MAX);
    bd_zip_writer *writer = bd_new(arena, bd_zip_writer, 1);
    writer->arena = arena;
    writer->sink = sink;
    zip_dos_of_instant(fixed_time, &writer->dos_time, &writer->dos_date);
    zip_names_init(&writer->names, arena);
    bd_buf_init(&writer->central, CENTRAL_MAX);
    bd_buf_init(&writer->last_name, ZIP_NAME_MAX);
    return writer;
}

static bd_rc write_bytes(bd_zip_writer *writer, const void *bytes, size_t count, bd_err *err) {
    BD_TRY(bd_sink_write(writer->sink, bytes, count, err));
    writer->at += count;
    return BD_OK;
}

static bd_rc check_name(bd_zip_writer *writer, bd_str name, bd_err *err) {
    BD_TRY(bd_zip_name_check(name, bd_zip_default_limits.name_bytes, err));
    bd_str last = bd_buf_str(&writer->last_name);
    if (writer->count > 0 && bd_str_cmp(last, name) >= 0) {
        BD_RAISE(err, BD_ERR_BUG, "zip entry '%.*s' does not come after '%.*s'", BD_ARG(name),
                 BD_ARG(last));
    }
    BD_TRY(zip_names_add(&writer->names, name, err));
    bd_buf_clear(&writer->last_name);
    bd_buf_puts(&writer->last_name, name);
    return BD_OK;
}

/* The next bytes, empty at the end; they live until the next call. */
static bd_rc take_bytes(bd_zip_writer *writer, bd_source *source, bd_readahead *ahead, bd_str *out,
                        bd_err *err) {
    if (ahead != NULL) {
        return bd_readahead_take(ahead, out, err);
    }
    size_t count;
    BD_TRY(bd_source_read(source, writer->copy, COPY_BYTES, &count, err));
    *out = (bd_str){writer->copy, count};
    return BD_OK;
}

/* Copies the whole source and counts it; a blob that does not keep its word must not leave a
 * plausible entry. */
static bd_rc copy_bytes(bd_zip_writer *writer, bd_source *source, bd_readahead *ahead,
                        const struct zip_facts *facts, bd_err *err) {
    uint64_t count = 0;
    uint32_t crc32 = 0;
    for (bd_str taken = BD_STR("-"); taken.size > 0;) {
        BD_TRY(take_bytes(writer, source, ahead, &taken, err));
        count += taken.size;
        if (count > facts->stored_bytes) {
            break;
        }
        crc32 = facts->method == 0 ? bd_crc32(crc32, taken.data, taken.size) : 0;
        BD_TRY(write_bytes(writer, taken.data, taken.size, err));
    }
    if (count != facts->stored_bytes) {
        BD_RAISE(err, BD_ERR_INPUT, "'%.*s' gives %s than the %llu bytes it declares",
                 BD_ARG(facts->name), count < facts->stored_bytes ? "less" : "more",
                 (unsigned long long)facts->stored_bytes);
    }
    if (facts->method == 0 && crc32 != facts->crc32) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%.*s' gives other bytes than it declares: CRC-32 %08lx, expected %08lx",
                 BD_ARG(facts->name), (unsigned long)crc32, (unsigned long)facts->crc32);
    }
    return BD_OK;
}

static bd_rc copy_source(bd_zip_writer *writer, bd_source *source, const struct zip_facts *facts,
                         bd_err *err) {
    bd_readahead *ahead = facts->stored_bytes < READ_AHEAD_BYTES ? NULL : bd_readahead_open(source);
    bd_rc rc = copy_bytes(writer, source, ahead, facts, err);
    bd_readahead_close(ahead);
    return rc;
}

bd_rc bd_zip_writer_add(bd_zip_writer *writer, bd_str name, const bd_blob *blob, bool deflated,
                        bd_err *err) {
    if (deflated && !blob->has_stored) {
        BD_RAISE(err, BD_ERR_BUG, "zip entry '%.*s' has no deflated form to splice", BD_ARG(name));
    }
    BD_TRY(check_name(writer, name, err));
    struct zip_facts facts = {
        .name = name,
        .method = deflated ? 8 : 0,
        .bytes = (uint64_t)blob->bytes,
        .stored_bytes = (uint64_t)(deflated ? blob->stored_bytes : blob->bytes),
        .offset = writer->at,
        .crc32 = blob->crc32,
        .dos_time = writer->dos_time,
        .dos_date = writer->dos_date,
    };
    uint8_t header[ZIP_HEADER_MAX];
    BD_TRY(write_bytes(writer, header, zip_local_build(&facts, header), err));
    bd_source source = {0};
    BD_TRY_CTX(deflated ? blob->open_stored(blob, &source, err)
                        : blob->open_plain(blob, &source, err),
               err, "while packing '%.*s'", BD_ARG(name));
    bd_rc rc = copy_source(writer, &source, &facts, err);
    blob->close(blob, &source);
    BD_TRY_CTX(rc, err, "while packing '%.*s'", BD_ARG(name));
    bd_buf_put(&writer->central, header, zip_central_build(&facts, header));
    writer->count++;
    return BD_OK;
}

bd_rc bd_zip_writer_finish(bd_zip_writer *writer, bd_err *err) {
    BD_TRY(bd_buf_check(&writer->central, "the zip directory", err));
    struct zip_end end = {
        .count = writer->count, .size = writer->central.size, .offset = writer->at};
    BD_TRY(write_bytes(writer, writer->central.data, writer->central.size, err));
    uint8_t tail[ZIP_TAIL_MAX];
    return write_bytes(writer, tail, zip_end_build(&end, tail), err);
}

void bd_zip_writer_close(bd_zip_writer *writer) {
    if (writer == NULL) {
        return;
    }
    bd_buf_clear(&writer->central);
    bd_buf_clear(&writer->last_name);
    bd_arena_close(writer->arena);
}
