/* Packages.  An input that begins like a zip is judged as it is.  Any other is text that takes the place of one file
 * of a sound package: its first line names the file ("manifest.json"), the rest is its content.  The zip around it is
 * made anew and holds.  Oracle: a package that is not the sound one is never VERIFIED. */
#include "fuzz.h"

#include "bindery/package.h"

#define SEED "build/fuzz/seeds/package/signed.zip"
#define TRUST "build/fuzz/seeds/trust.pem"

static bd_str sound, trust;

static void check_package(bd_str text) {
    bd_package_reader *reader = NULL;
    bd_package_report report = {0};
    bd_err err;
    bd_arena *arena = fuzz_arena();
    bd_rc rc = bd_package_verify(fuzz_path(text), trust, BD_INSTANT_NONE, /*jobs*/ 1, arena,
                                 &reader, &report, &err);
    if (fuzz_holds(rc, &err)) {
        FUZZ_CHECK((report.exit_code == 0) == (report.fault_count == 0));
        FUZZ_CHECK(report.exit_code != 0 || bd_str_eq(text, sound));
        for (size_t i = 0; i < report.faults.count; i++) {
            FUZZ_CHECK(bd_utf8_is_valid(report.faults.data[i].sentence));
        }
        for (size_t i = 0; reader != NULL && i < bd_package_count(reader); i++) {
            bd_str name = bd_package_name_at(reader, i);
            (void)bd_package_find(reader, bd_str_z(arena, name));
        }
        bd_package_close(reader);
    }
}

/* The sound package with `content` in place of the file that ends in `name`. */
static bd_str repack(bd_str name, bd_str content) {
    bd_arena *arena = fuzz_arena();
    bd_zip_reader *reader = NULL;
    bd_err err;
    bd_buf file;
    bd_buf_init(&file, 64 << 20);
    bd_sink sink = bd_sink_to_buf(&file);
    FUZZ_CHECK(fuzz_holds(bd_zip_reader_open(fuzz_path(sound), NULL, arena, &reader, &err), &err));
    bd_zip_writer *writer = bd_zip_writer_open(&sink, bd_zip_reader_time(reader));
    for (size_t i = 0; i < bd_zip_reader_count(reader); i++) {
        const bd_zip_entry *entry = bd_zip_reader_at(reader, i);
        bd_str text;
        const bd_blob *old = bd_zip_reader_blob(reader, entry, arena);
        FUZZ_CHECK(fuzz_holds(bd_blob_read(old, 16 << 20, arena, &text, &err), &err));
        bool is_replaced = name.size > 0 && bd_str_has_suffix(entry->name, name);
        const bd_blob *blob = bd_blob_of_memory(arena, is_replaced ? content : text);
        FUZZ_CHECK(fuzz_holds(
            bd_zip_writer_add(writer, entry->name, blob, /*deflated*/ false, &err), &err));
    }
    FUZZ_CHECK(fuzz_holds(bd_zip_writer_finish(writer, &err), &err));
    bd_zip_writer_close(writer);
    bd_zip_reader_close(reader);
    bd_str made = bd_str_copy(arena, bd_buf_str(&file));
    bd_buf_clear(&file);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size), name;
    if (sound.size == 0) {
        sound = fuzz_file(SEED);
        trust = fuzz_file(TRUST);
    }
    if (sound.size == 0 || bd_str_has_prefix(text, BD_STR("PK"))) {
        check_package(text);
    } else if (bd_str_cut(&text, '\n', &name)) {
        check_package(repack(name, text));
    }
    fuzz_end();
    return 0;
}
