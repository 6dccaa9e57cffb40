/* The strict zip reader: what it accepts tiles the file, and no entry yields more than its header says. */
#include "fuzz.h"

#include "bindery/zip.h"

/* An input of some KiB can say it holds gigabytes; reading is bounded by what we ask for. */
#define READ_MAX ((size_t)4 << 20)

static void check_entry(bd_zip_reader *reader, const bd_zip_entry *entry, size_t size) {
    bd_arena *arena = bd_arena_open("entry", 64 << 20);
    bd_blob *blob = bd_zip_reader_blob(reader, entry, arena);
    bd_str text;
    bd_err err;
    FUZZ_CHECK(entry->data_offset >= 0 && entry->stored_bytes >= 0 &&
               (uint64_t)entry->data_offset + (uint64_t)entry->stored_bytes <= size);
    FUZZ_CHECK(!bd_failed(bd_zip_name_check(entry->name, 200, &err)));
    FUZZ_CHECK(bd_zip_reader_find(reader, entry->name) == entry);
    if (fuzz_holds(bd_blob_read(blob, READ_MAX, arena, &text, &err), &err)) {
        FUZZ_CHECK((int64_t)text.size == entry->bytes &&
                   bd_crc32(0, text.data, text.size) == entry->crc32);
    }
    bd_arena_close(arena);
}

static void check_inflate(bd_str text) {
    static char piece[4096];
    bd_memory_source state;
    bd_source in = bd_source_of_memory(&state, text);
    bd_inflater *inflater = bd_inflater_open(&in, (int64_t)READ_MAX);
    bd_source out = bd_inflater_source(inflater);
    size_t count = 1, total = 0;
    bd_err err;
    while (count > 0 && fuzz_holds(bd_source_read(&out, piece, sizeof piece, &count, &err), &err)) {
        total += count;
        FUZZ_CHECK(total <= READ_MAX);
    }
    bd_inflater_close(inflater);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_zip_reader *reader = NULL;
    bd_str text = fuzz_text(data, size);
    bd_err err;
    if (fuzz_holds(bd_zip_reader_open(fuzz_path(text), NULL, fuzz_arena(), &reader, &err), &err)) {
        for (size_t i = 0; i < bd_zip_reader_count(reader); i++) {
            check_entry(reader, bd_zip_reader_at(reader, i), size);
        }
        (void)bd_zip_reader_time(reader);
        bd_zip_reader_close(reader);
    }
    check_inflate(text);
    (void)fuzz_holds(bd_zip_name_check(text, 200, &err), &err);
    fuzz_end();
    return 0;
}
