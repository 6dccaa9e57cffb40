/* Hostile packages first: each mutation has its name, the word and the exit code that it must bring.  The zips are
 * laid down here byte by byte, so that the writer under test cannot keep a mutation from happening. */
#define _DEFAULT_SOURCE /* setenv, and pread on every libc */
#include "bindery/package.h"

#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define ID "CONTOSO_SOC2_2026-01-01_2026-06-30_v1"
#define CONTROL "10_EVIDENCE/CC6/CC6.7/6.7.2_secure-transfer/"
#define EVIDENCE CONTROL "E-0001_2026-01_storage-accounts.json"
#define SECOND CONTROL "E-0002_2026-02_storage-accounts.json"
#define SCREENSHOT CONTROL "E-0003_2026-02_screenshot.png"
#define EMPTY "10_EVIDENCE/_UNMAPPED/E-0004_static_empty.bin"
#define INDEX "00_START-HERE/index.csv"
#define README "00_START-HERE/README.txt"
#define BINDER "00_START-HERE/binder.pdf"
#define JOURNAL "90_INTEGRITY/journal.ndjson"
#define MANIFEST "90_INTEGRITY/manifest.json"
#define SUMS "90_INTEGRITY/SHA256SUMS"
#define P7S "90_INTEGRITY/SHA256SUMS.p7s"
#define TSR "90_INTEGRITY/SHA256SUMS.tsr"

/* ---- a good package ----------------------------------------------------------------------------------------- */

typedef struct {
    bd_key *key;
    bd_str pem;
    uint8_t fingerprint[32];
} identity;

static identity make_identity(const char *name) {
    identity made = {0};
    bd_err err;
    const char *key = bd_str_format(test_arena(), "%s/%s.key.pem", test_folder(), name).data;
    const char *certificate =
        bd_str_format(test_arena(), "%s/%s.crt.pem", test_folder(), name).data;
    bd_instant from = 0;
    CHECK(bd_instant_parse(BD_STR("2026-01-01T00:00:00Z"), &from));
    CHECK_OK(bd_identity_make(key, certificate, bd_str_of(name), from, &err), err);
    bd_key_options options = {.key_path = key, .certificate_path = certificate};
    CHECK_OK(bd_key_open(&options, &made.key, &err), err);
    made.pem = bd_key_certificate_pem(made.key, test_arena());
    bd_certificate_facts facts;
    CHECK_OK(bd_certificate_read(made.pem, test_arena(), &facts, &err), err);
    memcpy(made.fingerprint, facts.sha256, 32);
    return made;
}

/* Bytes that do not deflate and are the same on every machine. */
static bd_str make_noise(size_t size, uint64_t seed) {
    char *bytes = bd_new(test_arena(), char, size);
    for (size_t i = 0; i < size; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        bytes[i] = (char)(seed >> 56);
    }
    return (bd_str){bytes, size};
}

static bd_str journal_text(void) {
    return BD_STR(
        "{\"kind\":\"ingested\",\"prev\":\"0000\"}\n{\"kind\":\"reviewed\",\"prev\":\"1234\"}\n");
}

static bd_package_facts make_facts(const identity *signer) {
    bd_package_facts facts = {
        .package_id = BD_STR(ID),
        .edition = BD_STR("auditor"),
        .organisation = BD_STR("Contoso Ltd"),
        .short_name = BD_STR("CONTOSO"),
        .tenant = BD_STR("0f0f0f0f-0000-4000-8000-000000000001"),
        .period_id = BD_STR("2026-H1"),
        .period_type = BD_STR("II"),
        .period_from = BD_STR("2026-01-01"),
        .period_to = BD_STR("2026-06-30"),
        .as_of = BD_STR("2026-06-30T22:00:01Z"),
        .bindery_version = BD_STR("0.1.0"),
        .versions = BD_STR("zlib 1.2.13, libdeflate 1.14"),
        .plan_sha256 = {1, 2, 3},
        .catalog_sha256 = {4, 5, 6},
    };
    CHECK(bd_instant_parse(facts.as_of, &facts.fixed_time));
    bd_sha256_of(BD_STR("{\"kind\":\"reviewed\",\"prev\":\"1234\"}\n"), facts.journal_head);
    if (signer != NULL) {
        memcpy(facts.signer_sha256, signer->fingerprint, 32);
    }
    return facts;
}

typedef struct {
    const char *name;
    bd_role role;
    const char *evidence_id;
    bd_str text;
} test_file;

static const char *const test_controls[] = {"6.10.1", "6.7.2"};

static bd_rc add_file(bd_package *package, const test_file *file, bd_err *err) {
    bd_package_file packed = {.name = bd_str_of(file->name),
                              .role = file->role,
                              .evidence_id = bd_str_of(file->evidence_id),
                              .blob = bd_blob_of_memory(test_arena(), file->text)};
    for (size_t i = 0; file->evidence_id != NULL && i < BD_COUNT(test_controls); i++) {
        *bd_push(test_arena(), &packed.controls) = bd_str_of(test_controls[i]);
    }
    return bd_package_add(package, &packed, err);
}

static bd_str evidence_text(void) {
    bd_buf buf;
    bd_buf_init(&buf, 1 << 20);
    for (int i = 0; i < 60; i++) {
        bd_buf_printf(&buf, "{\"id\":\"/subscriptions/s/storageAccounts/st%d\",", i);
        bd_buf_puts(&buf, BD_STR("\"supportsHttpsTrafficOnly\":true}\n"));
    }
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return text;
}

static size_t make_files(const bd_package_facts *facts, test_file out[16]) {
    const test_file files[] = {
        {EVIDENCE, BD_ROLE_EVIDENCE, "E-0001", evidence_text()},
        {SECOND, BD_ROLE_EVIDENCE, "E-0002", BD_STR("[]\n")},
        {SCREENSHOT, BD_ROLE_EVIDENCE, "E-0003", make_noise(7600, 7)},
        {EMPTY, BD_ROLE_EVIDENCE, "E-0004", BD_STR("")},
        {INDEX, BD_ROLE_INDEX, NULL, BD_STR("criterion,evidence\nCC6.7,E-0001\n")},
        {README, BD_ROLE_START, NULL, BD_STR("Read me first.\n")},
        {"80_MACHINE/assessment.json", BD_ROLE_MACHINE, NULL, BD_STR("{\"bindery\":\"0.1.0\"}\n")},
        {JOURNAL, BD_ROLE_INTEGRITY, NULL, journal_text()},
        {"90_INTEGRITY/verify.txt", BD_ROLE_INTEGRITY, NULL,
         bd_package_verify_text(test_arena(), facts)},
    };
    memcpy(out, files, sizeof(files));
    return BD_COUNT(files);
}

typedef struct {
    bd_str manifest, sums, p7s, zip;
} built_package;

static void add_late(bd_package *package, bd_role role, bd_str text) {
    bd_err err;
    CHECK_OK(bd_package_add_late(package, role, bd_blob_of_memory(test_arena(), text), &err), err);
}

/* The whole way from files to zip, in the order of the header's essay. */
static built_package build_files(const bd_package_facts *facts, bd_key *key, const test_file *files,
                                 size_t count) {
    built_package built = {0};
    bd_err err;
    bd_package *package = bd_package_make(test_arena(), facts);
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(add_file(package, &files[i], &err), err);
    }
    CHECK_OK(bd_package_manifest(package, &built.manifest, &err), err);
    add_late(package, BD_ROLE_BINDER, make_noise(900, 11));
    CHECK_OK(bd_package_sums(package, &built.sums, &err), err);
    add_late(package, BD_ROLE_SUMS, built.sums);
    if (key != NULL) {
        uint8_t digest[32];
        bd_sha256_of(built.sums, digest);
        CHECK_OK(bd_cms_sign(key, digest, test_arena(), &built.p7s, &err), err);
        add_late(package, BD_ROLE_SIGNATURE, built.p7s);
    }
    bd_buf buf;
    bd_buf_init(&buf, 16 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    CHECK_OK(bd_package_write(package, &sink, &err), err);
    built.zip = bd_str_copy(test_arena(), bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return built;
}

static built_package build_package(const identity *signer) {
    test_file files[16];
    bd_package_facts facts = make_facts(signer);
    size_t count = make_files(&facts, files);
    return build_files(&facts, signer != NULL ? signer->key : NULL, files, count);
}

/* ---- verifying ---------------------------------------------------------------------------------------------- */

static void verify_file(const char *path, bd_str trust, unsigned jobs, bd_arena *arena,
                        bd_package_report *report) {
    bd_err err;
    bd_package_reader *reader = NULL;
    CHECK_OK(bd_package_verify(path, trust, BD_INSTANT_NONE, jobs, arena, &reader, report, &err),
             err);
    bd_package_close(reader);
}

static void verify_bytes(bd_str zip, bd_str trust, bd_package_report *report) {
    const char *path = test_path("mutated.zip");
    test_write_file(path, zip);
    verify_file(path, trust, 1, test_arena(), report);
}

static const bd_package_fault *find_fault(const bd_package_report *report, const char *word) {
    for (size_t i = 0; i < report->faults.count; i++) {
        if (bd_str_eqz(report->faults.data[i].word, word)) {
            return &report->faults.data[i];
        }
    }
    return NULL;
}

static bd_str list_faults(const bd_package_report *report) {
    bd_str all = {0};
    for (size_t i = 0; i < report->faults.count && i < 8; i++) {
        const bd_package_fault *fault = &report->faults.data[i];
        all = bd_str_format(test_arena(), "%.*s [%.*s %d] %.*s;", BD_ARG(all), BD_ARG(fault->word),
                            fault->exit_code, BD_ARG(fault->sentence));
    }
    return all;
}

/* ---- a zip laid down by hand -------------------------------------------------------------------------------- */

typedef struct {
    bd_str name, data; /* data: as stored */
    bd_str plain;
    uint16_t made_by, needed, flags, method, time, date;
    uint32_t crc32, stored_bytes, bytes;
    uint16_t internal;
    uint32_t external;
    bd_str local_extra, central_extra, comment, behind; /* behind: bytes after the data */
    bd_str local_name;                                  /* where it differs */
    int32_t offset_shift;
    bool leaves_directory, leaves_file; /* not in the directory; only in the directory */
} raw_entry;

typedef struct {
    BD_VEC(raw_entry) entries;
    bd_str before, gap, comment, after;
    int count_shift;
    const identity *signer, *attacker;
    built_package good;
} raw_zip;

static uint16_t load16(const char *at) {
    return (uint16_t)((uint8_t)at[0] | (uint8_t)at[1] << 8);
}

static uint32_t load32(const char *at) {
    return load16(at) | (uint32_t)load16(at + 2) << 16;
}

static void put16(bd_buf *buf, uint32_t value) {
    bd_buf_putc(buf, (char)value);
    bd_buf_putc(buf, (char)(value >> 8));
}

static void put32(bd_buf *buf, uint32_t value) {
    put16(buf, value & 0xffff);
    put16(buf, value >> 16);
}

static bd_str inflate_raw(bd_str data, size_t size) {
    char *plain = bd_new(test_arena(), char, size + 1);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data.data,
                  .avail_in = (uInt)data.size,
                  .next_out = (Bytef *)plain,
                  .avail_out = (uInt)size + 1};
    CHECK(inflateInit2(&z, -MAX_WBITS) == Z_OK);
    CHECK(inflate(&z, Z_FINISH) == Z_STREAM_END);
    inflateEnd(&z);
    return (bd_str){plain, size};
}

static bd_str deflate_raw(bd_str plain, int level) {
    char *data = bd_new(test_arena(), char, plain.size + 128);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)plain.data,
                  .avail_in = (uInt)plain.size,
                  .next_out = (Bytef *)data,
                  .avail_out = (uInt)plain.size + 128};
    CHECK(deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    bd_str made = {data, z.total_out};
    deflateEnd(&z);
    return made;
}

static raw_entry parse_local(bd_str zip, size_t at, size_t *next) {
    const char *header = zip.data + at;
    raw_entry entry = {.needed = load16(header + 4),
                       .flags = load16(header + 6),
                       .method = load16(header + 8),
                       .time = load16(header + 10),
                       .date = load16(header + 12),
                       .crc32 = load32(header + 14),
                       .stored_bytes = load32(header + 18),
                       .bytes = load32(header + 22)};
    size_t name_bytes = load16(header + 26);
    entry.name = bd_str_sub(zip, at + 30, at + 30 + name_bytes);
    entry.data = bd_str_sub(zip, at + 30 + name_bytes, at + 30 + name_bytes + entry.stored_bytes);
    entry.plain = entry.method == 8 ? inflate_raw(entry.data, entry.bytes) : entry.data;
    entry.made_by = (uint16_t)(3 << 8 | entry.needed);
    entry.external = UINT32_C(0100644) << 16;
    *next = at + 30 + name_bytes + entry.stored_bytes;
    return entry;
}

static raw_zip parse_raw(bd_str zip) {
    raw_zip raw = {0};
    for (size_t at = 0; load32(zip.data + at) == 0x04034b50;) {
        raw_entry entry = parse_local(zip, at, &at);
        *bd_push(test_arena(), &raw.entries) = entry;
    }
    return raw;
}

static void put_middle(bd_buf *buf, const raw_entry *entry, bd_str name, bd_str extra) {
    put16(buf, entry->flags);
    put16(buf, entry->method);
    put16(buf, entry->time);
    put16(buf, entry->date);
    put32(buf, entry->crc32);
    put32(buf, entry->stored_bytes);
    put32(buf, entry->bytes);
    put16(buf, (uint32_t)name.size);
    put16(buf, (uint32_t)extra.size);
}

static void put_local(bd_buf *buf, const raw_entry *entry) {
    bd_str name = entry->local_name.size > 0 ? entry->local_name : entry->name;
    put32(buf, 0x04034b50);
    put16(buf, entry->needed);
    put_middle(buf, entry, name, entry->local_extra);
    bd_buf_puts(buf, name);
    bd_buf_puts(buf, entry->local_extra);
    bd_buf_puts(buf, entry->data);
    bd_buf_puts(buf, entry->behind);
}

static void put_central(bd_buf *buf, const raw_entry *entry, uint32_t offset) {
    put32(buf, 0x02014b50);
    put16(buf, entry->made_by);
    put16(buf, entry->needed);
    put_middle(buf, entry, entry->name, entry->central_extra);
    put16(buf, (uint32_t)entry->comment.size);
    put16(buf, 0);
    put16(buf, entry->internal);
    put32(buf, entry->external);
    put32(buf, offset);
    bd_buf_puts(buf, entry->name);
    bd_buf_puts(buf, entry->central_extra);
    bd_buf_puts(buf, entry->comment);
}

static void put_end(bd_buf *buf, uint32_t count, uint32_t size, uint32_t offset, bd_str comment) {
    put32(buf, 0x06054b50);
    put32(buf, 0);
    put16(buf, count);
    put16(buf, count);
    put32(buf, size);
    put32(buf, offset);
    put16(buf, (uint32_t)comment.size);
    bd_buf_puts(buf, comment);
}

static bd_str lay_down(const raw_zip *raw) {
    bd_buf buf;
    bd_buf_init(&buf, 16 << 20);
    uint32_t *offsets = bd_new(test_arena(), uint32_t, raw->entries.count + 1);
    uint32_t count = 0;
    bd_buf_puts(&buf, raw->before);
    for (size_t i = 0; i < raw->entries.count; i++) {
        offsets[i] = (uint32_t)buf.size;
        if (!raw->entries.data[i].leaves_file) {
            put_local(&buf, &raw->entries.data[i]);
        }
    }
    bd_buf_puts(&buf, raw->gap);
    uint32_t directory = (uint32_t)buf.size;
    for (size_t i = 0; i < raw->entries.count; i++) {
        const raw_entry *entry = &raw->entries.data[i];
        if (!entry->leaves_directory) {
            put_central(&buf, entry, offsets[i] + (uint32_t)entry->offset_shift);
            count++;
        }
    }
    put_end(&buf, count + (uint32_t)raw->count_shift, (uint32_t)buf.size - directory, directory,
            raw->comment);
    bd_buf_puts(&buf, raw->after);
    bd_str zip = bd_str_copy(test_arena(), bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return zip;
}

/* ---- edits -------------------------------------------------------------------------------------------------- */

static raw_entry *entry_of(raw_zip *raw, const char *name) {
    for (size_t i = 0; i < raw->entries.count; i++) {
        if (bd_str_has_suffix(raw->entries.data[i].name,
                              bd_str_format(test_arena(), "/%s", name))) {
            return &raw->entries.data[i];
        }
    }
    test_fail(__FILE__, __LINE__, "no entry '%s'", name);
}

static int compare_entries(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const raw_entry *)a)->name, ((const raw_entry *)b)->name);
}

static void sort_entries(raw_zip *raw) {
    bd_sort(raw->entries.data, raw->entries.count, sizeof(raw_entry), compare_entries, NULL);
}

static void set_form(raw_entry *entry, bd_str plain, bd_str data, uint16_t method) {
    entry->plain = plain;
    entry->data = data;
    entry->method = method;
    entry->needed = method == 8 ? 20 : 10;
    entry->made_by = (uint16_t)(3 << 8 | entry->needed);
    entry->bytes = (uint32_t)plain.size;
    entry->stored_bytes = (uint32_t)data.size;
    entry->crc32 = bd_crc32(0, plain.data, plain.size);
}

/* Other content, with every header right for it. */
static void set_content(raw_entry *entry, bd_str plain) {
    set_form(entry, plain, entry->method == 8 ? deflate_raw(plain, 6) : plain, entry->method);
}

static void remove_entry(raw_zip *raw, const char *name) {
    raw_entry *entry = entry_of(raw, name);
    size_t index = (size_t)(entry - raw->entries.data);
    memmove(entry, entry + 1, (raw->entries.count - index - 1) * sizeof(*entry));
    raw->entries.count--;
}

static raw_entry *copy_entry(raw_zip *raw, const char *name, const char *copy) {
    raw_entry entry = *entry_of(raw, name);
    entry.name = bd_str_of(copy);
    raw_entry *added = bd_push(test_arena(), &raw->entries);
    *added = entry;
    return added;
}

static bd_str replace(bd_str text, const char *from, const char *to) {
    ptrdiff_t at = bd_str_find(text, bd_str_of(from));
    CHECK(at >= 0);
    bd_str head = bd_str_sub(text, 0, (size_t)at),
           tail = bd_str_sub(text, (size_t)at + strlen(from), text.size);
    return bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(head), to, BD_ARG(tail));
}

static void edit_text(raw_zip *raw, const char *name, const char *from, const char *to) {
    raw_entry *entry = entry_of(raw, name);
    set_content(entry, replace(entry->plain, from, to));
}

static bd_str flip_byte(bd_str text, size_t at) {
    char *copy = bd_new(test_arena(), char, text.size + 1);
    memcpy(copy, text.data, text.size);
    copy[at] ^= 0x20;
    return (bd_str){copy, text.size};
}

/* A manifest that fits what the entries now hold, and sums that fit the manifest: what an attacker without the key
 * can do. */
static void reseal_sums(raw_zip *raw) {
    raw_entry *sums = entry_of(raw, SUMS), *manifest = entry_of(raw, MANIFEST);
    bd_str old = bd_sha256_hex(test_arena(), raw->good.manifest);
    bd_str new = bd_sha256_hex(test_arena(), manifest->plain);
    set_content(sums,
                replace(sums->plain, bd_str_z(test_arena(), old), bd_str_z(test_arena(), new)));
}

static void sign_sums(raw_zip *raw, bd_key *key) {
    uint8_t digest[32];
    bd_str der;
    bd_err err;
    bd_sha256_of(entry_of(raw, SUMS)->plain, digest);
    CHECK_OK(bd_cms_sign(key, digest, test_arena(), &der, &err), err);
    set_content(entry_of(raw, P7S), der);
}

/* ---- mutations ---------------------------------------------------------------------------------------------- */

#define MUTATION(name) static void name(raw_zip *raw)

/* files */
MUTATION(evidence_changed) {
    edit_text(raw, EVIDENCE, "true", "fals");
}
MUTATION(evidence_longer) {
    edit_text(raw, EVIDENCE, "true", "false");
}
MUTATION(evidence_emptied) {
    set_content(entry_of(raw, EVIDENCE), BD_STR(""));
}
MUTATION(empty_file_filled) {
    set_content(entry_of(raw, EMPTY), BD_STR("x"));
}
MUTATION(data_byte_flipped) {
    raw_entry *e = entry_of(raw, SCREENSHOT);
    e->data = flip_byte(e->data, 800);
}
MUTATION(binder_byte_flipped) {
    raw_entry *e = entry_of(raw, BINDER);
    e->data = flip_byte(e->data, 500);
}
MUTATION(binder_changed) {
    raw_entry *e = entry_of(raw, BINDER);
    set_content(e, flip_byte(e->plain, 500));
}
MUTATION(binder_updated) {
    raw_entry *e = entry_of(raw, BINDER);
    set_content(e, bd_str_format(test_arena(), "%.*s%%%%EOF\n", 100, e->plain.data));
}
MUTATION(contents_swapped) {
    raw_entry *a = entry_of(raw, EVIDENCE), *b = entry_of(raw, SECOND);
    bd_str name = a->name;
    a->name = b->name;
    b->name = name;
    sort_entries(raw);
}
MUTATION(evidence_missing) {
    remove_entry(raw, EVIDENCE);
}
MUTATION(binder_missing) {
    remove_entry(raw, BINDER);
}
MUTATION(journal_missing) {
    remove_entry(raw, JOURNAL);
}
MUTATION(sums_missing) {
    remove_entry(raw, SUMS);
}
MUTATION(signature_missing) {
    remove_entry(raw, P7S);
}
MUTATION(manifest_missing) {
    remove_entry(raw, MANIFEST);
}
MUTATION(integrity_folder_missing) {
    remove_entry(raw, MANIFEST);
    remove_entry(raw, SUMS);
    remove_entry(raw, P7S);
}
MUTATION(file_added) {
    set_content(copy_entry(raw, SECOND, ID "/10_EVIDENCE/CC6/CC6.7/extra.json"), BD_STR("[1]\n"));
    sort_entries(raw);
}
MUTATION(stored_file_added) {
    raw_entry *e = copy_entry(raw, SECOND, ID "/99_EXTRA/a.txt");
    set_form(e, BD_STR("hello\n"), BD_STR("hello\n"), 0);
    sort_entries(raw);
}
MUTATION(file_added_outside_root) {
    set_content(copy_entry(raw, SECOND, "AAA/extra.json"), BD_STR("[1]\n"));
    sort_entries(raw);
}
MUTATION(file_added_without_folder) {
    set_content(copy_entry(raw, SECOND, "extra.json"), BD_STR("[1]\n"));
    sort_entries(raw);
}
MUTATION(file_renamed) {
    entry_of(raw, EVIDENCE)->name = BD_STR(ID "/" CONTROL "E-0001_2026-02_storage-accounts.json");
    sort_entries(raw);
}
MUTATION(file_moved_out_of_root) {
    entry_of(raw, EVIDENCE)->name = BD_STR("OTHER/E-0001.json");
    sort_entries(raw);
}
MUTATION(file_copied) {
    copy_entry(raw, EVIDENCE, ID "/" CONTROL "E-0009_2026-01_storage-accounts.json");
    sort_entries(raw);
}
MUTATION(name_in_other_case) {
    entry_of(raw, README)->name = BD_STR(ID "/00_START-HERE/readme.txt");
    sort_entries(raw);
}
MUTATION(root_renamed) {
    for (size_t i = 0; i < raw->entries.count; i++) {
        raw_entry *e = &raw->entries.data[i];
        e->name =
            bd_str_format(test_arena(), "ACME%.*s", BD_ARG(bd_str_sub(e->name, 7, e->name.size)));
    }
}
MUTATION(timestamp_added) {
    raw_entry *e = copy_entry(raw, P7S, ID "/" TSR);
    set_content(e, BD_STR("junk"));
    sort_entries(raw);
}

/* the form in the zip */
MUTATION(deflated_at_another_level) {
    raw_entry *e = entry_of(raw, EVIDENCE);
    set_form(e, e->plain, deflate_raw(e->plain, 1), 8);
}
MUTATION(stored_instead_of_deflated) {
    raw_entry *e = entry_of(raw, EVIDENCE);
    set_form(e, e->plain, e->plain, 0);
}
MUTATION(binder_deflated) {
    raw_entry *e = entry_of(raw, BINDER);
    set_form(e, e->plain, deflate_raw(e->plain, 6), 8);
}
MUTATION(manifest_deflated) {
    raw_entry *e = entry_of(raw, MANIFEST);
    set_form(e, e->plain, deflate_raw(e->plain, 6), 8);
}
MUTATION(deflate_stream_with_a_tail) {
    raw_entry *e = entry_of(raw, EVIDENCE);
    bd_str data = bd_str_copy(test_arena(), e->data);
    char *longer = bd_new(test_arena(), char, data.size + 4);
    memcpy(longer, data.data, data.size);
    set_form(e, e->plain, (bd_str){longer, data.size + 4}, 8);
}
MUTATION(deflate_stream_cut) {
    raw_entry *e = entry_of(raw, EVIDENCE);
    set_form(e, e->plain, bd_str_sub(e->data, 0, e->data.size - 5), 8);
}
MUTATION(size_lies) {
    entry_of(raw, EVIDENCE)->bytes -= 1;
}
MUTATION(ratio_lies) {
    entry_of(raw, SECOND)->bytes = 4000000;
}
MUTATION(crc_lies) {
    entry_of(raw, EVIDENCE)->crc32 ^= 1;
}
MUTATION(crc_of_binder_lies) {
    entry_of(raw, BINDER)->crc32 ^= 1;
}

/* manifest, sums, signature */
MUTATION(manifest_fact_edited) {
    edit_text(raw, MANIFEST, "Contoso Ltd", "Contoso Inc");
}
MUTATION(manifest_period_edited) {
    edit_text(raw, MANIFEST, "2026-06-30\",\"type", "2026-09-30\",\"type");
}
MUTATION(manifest_hash_edited) {
    raw_entry *e = entry_of(raw, EVIDENCE);
    bd_str hash = bd_sha256_hex(test_arena(), e->plain);
    edit_text(raw, EVIDENCE, "true", "fals");
    bd_str new = bd_sha256_hex(test_arena(), entry_of(raw, EVIDENCE)->plain);
    edit_text(raw, MANIFEST, bd_str_z(test_arena(), hash), bd_str_z(test_arena(), new));
}
MUTATION(manifest_edited_and_resummed) {
    edit_text(raw, MANIFEST, "Contoso Ltd", "Contoso Inc");
    reseal_sums(raw);
}
MUTATION(manifest_edited_and_resigned_by_another) {
    edit_text(raw, MANIFEST, "Contoso Ltd", "Contoso Inc");
    reseal_sums(raw);
    sign_sums(raw, raw->attacker->key);
}
MUTATION(manifest_evidence_id_edited) {
    edit_text(raw, MANIFEST, "E-0001\"", "E-0007\"");
}
MUTATION(manifest_role_edited) {
    edit_text(raw, MANIFEST, "\"role\":\"index\"", "\"role\":\"score\"");
}
MUTATION(manifest_control_edited) {
    edit_text(raw, MANIFEST, "[\"6.7.2\"", "[\"6.7.1\"");
}
MUTATION(manifest_line_dropped) {
    edit_text(raw, MANIFEST, "\"controls\":[\"6.7.2\",\"6.10.1\"],", "");
}
MUTATION(manifest_journal_head_edited) {
    char hex[65];
    bd_package_facts facts = make_facts(NULL);
    bd_hex(facts.journal_head, 32, hex);
    edit_text(raw, MANIFEST, hex,
              "00000000000000000000000000000000000000000000000000000000000000ff");
}
MUTATION(manifest_time_edited) {
    edit_text(raw, MANIFEST, "fixed_time\":\"2026-06-30T22:00:01Z",
              "fixed_time\":\"2026-06-30T22:00:03Z");
}
MUTATION(manifest_with_space) {
    edit_text(raw, MANIFEST, "\"edition\":\"auditor\"", "\"edition\": \"auditor\"");
}
MUTATION(manifest_with_another_order) {
    edit_text(raw, MANIFEST, "\"as_of\":\"2026-06-30T22:00:01Z\",\"bindery\":\"0.1.0\"",
              "\"bindery\":\"0.1.0\",\"as_of\":\"2026-06-30T22:00:01Z\"");
}
MUTATION(manifest_with_unknown_member) {
    edit_text(raw, MANIFEST, "\"edition\"", "\"dummy\":1,\"edition\"");
}
MUTATION(manifest_with_duplicate_key) {
    edit_text(raw, MANIFEST, "\"edition\":\"auditor\"",
              "\"edition\":\"auditor\",\"edition\":\"auditor\"");
}
MUTATION(manifest_with_escape) {
    edit_text(raw, MANIFEST, "Contoso Ltd", "Contoso\\u0020Ltd");
}
MUTATION(manifest_of_another_version) {
    edit_text(raw, MANIFEST, "bindery-package 1", "bindery-package 2");
}
MUTATION(manifest_upper_hex) {
    edit_text(raw, MANIFEST, "\"plan_sha256\":\"010203", "\"plan_sha256\":\"01020A");
}
MUTATION(manifest_is_no_json) {
    set_content(entry_of(raw, MANIFEST), BD_STR("{\"as_of\":"));
}
MUTATION(manifest_is_a_list) {
    set_content(entry_of(raw, MANIFEST), BD_STR("[]\n"));
}
MUTATION(manifest_is_empty) {
    set_content(entry_of(raw, MANIFEST), BD_STR(""));
}
MUTATION(manifest_path_escapes) {
    edit_text(raw, MANIFEST, "80_MACHINE/assess", "../MACHINE/assess");
}
MUTATION(manifest_path_twice) {
    edit_text(raw, MANIFEST, "E-0002_2026-02_storage", "E-0001_2026-01_storage");
}
MUTATION(manifest_without_signer) {
    char hex[65];
    bd_hex(raw->signer->fingerprint, 32, hex);
    edit_text(raw, MANIFEST, bd_str_format(test_arena(), "\"signer_sha256\":\"%s\",", hex).data,
              "");
}
MUTATION(manifest_deep) {
    char *deep = bd_new(test_arena(), char, 20001);
    memset(deep, '[', 20000);
    set_content(entry_of(raw, MANIFEST), (bd_str){deep, 20000});
}
MUTATION(sums_line_edited) {
    edit_text(raw, SUMS, "00_START-HERE/README.txt", "00_START-HERE/README.TXT");
}
MUTATION(sums_line_dropped) {
    raw_entry *e = entry_of(raw, SUMS);
    ptrdiff_t end = bd_str_find(e->plain, BD_STR("\n"));
    set_content(e, bd_str_sub(e->plain, (size_t)end + 1, e->plain.size));
}
MUTATION(sums_line_added) {
    raw_entry *e = entry_of(raw, SUMS);
    set_content(e, bd_str_format(test_arena(), "%.*s%.*s", BD_ARG(e->plain), 80, e->plain.data));
}
MUTATION(sums_without_last_feed) {
    raw_entry *e = entry_of(raw, SUMS);
    set_content(e, bd_str_sub(e->plain, 0, e->plain.size - 1));
}
MUTATION(sums_is_empty) {
    set_content(entry_of(raw, SUMS), BD_STR(""));
}
MUTATION(sums_data_flipped) {
    raw_entry *e = entry_of(raw, SUMS);
    e->data = flip_byte(e->data, 70);
}
MUTATION(manifest_data_flipped) {
    raw_entry *e = entry_of(raw, MANIFEST);
    e->data = flip_byte(e->data, 70);
}
MUTATION(signature_data_flipped) {
    raw_entry *e = entry_of(raw, P7S);
    e->data = flip_byte(e->data, 70);
}
MUTATION(signature_by_another) {
    sign_sums(raw, raw->attacker->key);
}
MUTATION(signature_over_other_sums) {
    uint8_t digest[32] = {9};
    bd_str der;
    bd_err err;
    CHECK_OK(bd_cms_sign(raw->signer->key, digest, test_arena(), &der, &err), err);
    set_content(entry_of(raw, P7S), der);
}
MUTATION(signature_value_flipped) {
    raw_entry *e = entry_of(raw, P7S);
    set_content(e, flip_byte(e->plain, e->plain.size - 5));
}
MUTATION(signature_with_a_tail) {
    raw_entry *e = entry_of(raw, P7S);
    char *longer = bd_new(test_arena(), char, e->plain.size + 1);
    memcpy(longer, e->plain.data, e->plain.size);
    set_content(e, (bd_str){longer, e->plain.size + 1});
}
MUTATION(signature_cut) {
    raw_entry *e = entry_of(raw, P7S);
    set_content(e, bd_str_sub(e->plain, 0, e->plain.size - 1));
}
MUTATION(signature_is_junk) {
    set_content(entry_of(raw, P7S), BD_STR("junk"));
}
MUTATION(signature_is_empty) {
    set_content(entry_of(raw, P7S), BD_STR(""));
}
MUTATION(signature_is_huge) {
    set_content(entry_of(raw, P7S), make_noise(70000, 3));
}
MUTATION(journal_line_dropped) {
    edit_text(raw, JOURNAL, "{\"kind\":\"reviewed\",\"prev\":\"1234\"}\n", "");
}

/* the container */
MUTATION(entries_out_of_order) {
    raw_entry first = raw->entries.data[0];
    raw->entries.data[0] = raw->entries.data[1];
    raw->entries.data[1] = first;
}
MUTATION(entry_twice) {
    copy_entry(raw, EVIDENCE, ID "/" EVIDENCE);
    sort_entries(raw);
}
MUTATION(entry_twice_with_other_content) {
    set_content(copy_entry(raw, EVIDENCE, ID "/" EVIDENCE), BD_STR("[]"));
    sort_entries(raw);
}
MUTATION(names_clash_in_case) {
    copy_entry(raw, README, ID "/00_START-HERE/readme.txt");
    sort_entries(raw);
}
MUTATION(file_is_also_folder) {
    copy_entry(raw, README, ID "/00_START-HERE/README.txt/x");
    sort_entries(raw);
}
MUTATION(folder_entry) {
    raw_entry *e = copy_entry(raw, BINDER, ID "/00_START-HERE/");
    set_form(e, BD_STR(""), BD_STR(""), 0);
    sort_entries(raw);
}
MUTATION(name_climbs) {
    copy_entry(raw, README, ID "/../../etc/passwd");
    sort_entries(raw);
}
MUTATION(name_is_absolute) {
    copy_entry(raw, README, "/etc/passwd");
    sort_entries(raw);
}
MUTATION(name_with_backslash) {
    copy_entry(raw, README, ID "\\evil.txt");
    sort_entries(raw);
}
MUTATION(zip_comment) {
    raw->comment = BD_STR("hello");
}
MUTATION(entry_comment) {
    entry_of(raw, README)->comment = BD_STR("hello");
}
MUTATION(extra_in_local_header) {
    entry_of(raw, README)->local_extra = BD_STR("\x55\x54\x01\x00\x00");
}
MUTATION(extra_in_directory) {
    entry_of(raw, README)->central_extra = BD_STR("\x55\x54\x01\x00\x00");
}
MUTATION(extra_in_both) {
    extra_in_local_header(raw);
    extra_in_directory(raw);
}
MUTATION(time_of_one_entry) {
    entry_of(raw, README)->time ^= 1;
}
MUTATION(time_of_all_entries) {
    for (size_t i = 0; i < raw->entries.count; i++) {
        raw->entries.data[i].time ^= 1;
    }
}
MUTATION(date_of_all_entries) {
    for (size_t i = 0; i < raw->entries.count; i++) {
        raw->entries.data[i].date ^= 2;
    }
}
MUTATION(symlink_attribute) {
    entry_of(raw, README)->external = UINT32_C(0120777) << 16;
}
MUTATION(executable_attribute) {
    entry_of(raw, README)->external = UINT32_C(0100755) << 16;
}
MUTATION(text_attribute) {
    entry_of(raw, README)->internal = 1;
}
MUTATION(encrypted_flag) {
    entry_of(raw, README)->flags |= 1;
}
MUTATION(descriptor_flag) {
    entry_of(raw, README)->flags |= 8;
}
MUTATION(data_descriptor) {
    raw_entry *e = entry_of(raw, README);
    e->flags |= 8;
    e->behind = BD_STR("PK\x07\x08"
                       "abcdefghijkl");
}
MUTATION(name_not_utf8_flag) {
    entry_of(raw, README)->flags = 0;
}
MUTATION(method_unknown) {
    entry_of(raw, README)->method = 99;
}
MUTATION(version_needed) {
    entry_of(raw, README)->needed = 45;
}
MUTATION(made_by_windows) {
    entry_of(raw, README)->made_by = 20;
}
MUTATION(local_name_differs) {
    entry_of(raw, README)->local_name = BD_STR(ID "/00_START-HERE/REWRITE.txt");
}
MUTATION(offset_shifted) {
    entry_of(raw, README)->offset_shift = 1;
}
MUTATION(entry_hidden) {
    entry_of(raw, README)->leaves_directory = true;
}
MUTATION(entry_overlaps) {
    entry_of(raw, README)->leaves_file = true;
}
MUTATION(count_too_high) {
    raw->count_shift = 1;
}
MUTATION(count_too_low) {
    raw->count_shift = -1;
}
MUTATION(bytes_before) {
    raw->before = BD_STR("x");
}
MUTATION(bytes_between) {
    entry_of(raw, README)->behind = BD_STR("x");
}
MUTATION(bytes_before_directory) {
    raw->gap = BD_STR("x");
}
MUTATION(bytes_behind) {
    raw->after = BD_STR("x");
}
MUTATION(line_feed_behind) {
    raw->after = BD_STR("\n");
}
MUTATION(second_end_record) {
    raw->after = BD_STR("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
}
MUTATION(zip_inside_zip) {
    raw->after = lay_down(raw);
}
MUTATION(no_entries) {
    raw->entries.count = 0;
}

typedef struct {
    const char *name;
    void (*edit)(raw_zip *raw);
    const char *word;
    int exit_code;
    const char *path; /* of the fault; NULL: not looked at */
} mutation;

#define M(name, word, code, path)                                                                  \
    { #name, name, word, code, path }
static const mutation mutations[] = {
    M(evidence_changed, "altered", 1, EVIDENCE),
    M(evidence_longer, "altered", 1, EVIDENCE),
    M(evidence_emptied, "altered", 1, EVIDENCE),
    M(empty_file_filled, "altered", 1, NULL),
    M(data_byte_flipped, "altered", 1, SCREENSHOT),
    M(binder_byte_flipped, "altered", 1, BINDER),
    M(binder_changed, "altered", 1, BINDER),
    M(binder_updated, "altered", 1, BINDER),
    M(contents_swapped, "altered", 1, EVIDENCE),
    M(evidence_missing, "missing", 1, EVIDENCE),
    M(binder_missing, "missing", 1, BINDER),
    M(journal_missing, "missing", 1, JOURNAL),
    M(sums_missing, "missing", 1, SUMS),
    M(signature_missing, "missing", 1, P7S),
    M(manifest_missing, "missing", 1, MANIFEST),
    M(integrity_folder_missing, "malformed", 3, NULL),
    M(file_added, "unlisted", 1, "10_EVIDENCE/CC6/CC6.7/extra.json"),
    M(stored_file_added, "unlisted", 1, "99_EXTRA/a.txt"),
    M(file_added_outside_root, "unlisted", 1, "AAA/extra.json"),
    M(file_added_without_folder, "unlisted", 1, "extra.json"),
    M(file_renamed, "renamed", 1, EVIDENCE),
    M(file_moved_out_of_root, "renamed", 1, EVIDENCE),
    M(file_copied, "duplicate", 1, CONTROL "E-0009_2026-01_storage-accounts.json"),
    M(name_in_other_case, "renamed", 1, README),
    M(root_renamed, "metadata", 1, NULL),
    M(timestamp_added, "timestamp", 3, TSR),
    M(deflated_at_another_level, "recompressed", 1, EVIDENCE),
    M(stored_instead_of_deflated, "recompressed", 1, EVIDENCE),
    M(binder_deflated, "recompressed", 1, BINDER),
    M(manifest_deflated, "recompressed", 1, MANIFEST),
    M(deflate_stream_with_a_tail, "altered", 1, EVIDENCE),
    M(deflate_stream_cut, "altered", 1, EVIDENCE),
    M(size_lies, "metadata", 1, EVIDENCE),
    M(ratio_lies, "malformed", 3, NULL),
    M(crc_lies, "metadata", 1, EVIDENCE),
    M(crc_of_binder_lies, "altered", 1, BINDER),
    M(manifest_fact_edited, "metadata", 1, MANIFEST),
    M(manifest_period_edited, "metadata", 1, MANIFEST),
    M(manifest_hash_edited, "metadata", 1, MANIFEST),
    M(manifest_edited_and_resummed, "signature", 1, P7S),
    M(manifest_edited_and_resigned_by_another, "signature", 1, P7S),
    M(manifest_evidence_id_edited, "metadata", 1, MANIFEST),
    M(manifest_role_edited, "metadata", 1, MANIFEST),
    M(manifest_control_edited, "metadata", 1, MANIFEST),
    M(manifest_line_dropped, "metadata", 1, MANIFEST),
    M(manifest_journal_head_edited, "journal", 1, JOURNAL),
    M(manifest_time_edited, "metadata", 1, NULL),
    M(manifest_with_space, "manifest", 3, MANIFEST),
    M(manifest_with_another_order, "manifest", 3, MANIFEST),
    M(manifest_with_unknown_member, "manifest", 3, MANIFEST),
    M(manifest_with_duplicate_key, "manifest", 3, MANIFEST),
    M(manifest_with_escape, "manifest", 3, MANIFEST),
    M(manifest_of_another_version, "manifest", 3, MANIFEST),
    M(manifest_upper_hex, "manifest", 3, MANIFEST),
    M(manifest_is_no_json, "manifest", 3, MANIFEST),
    M(manifest_is_a_list, "manifest", 3, MANIFEST),
    M(manifest_is_empty, "manifest", 3, MANIFEST),
    M(manifest_path_escapes, "manifest", 3, MANIFEST),
    M(manifest_path_twice, "manifest", 3, MANIFEST),
    M(manifest_without_signer, "manifest", 3, MANIFEST),
    M(manifest_deep, "limit", 5, MANIFEST),
    M(sums_line_edited, "sums", 1, SUMS),
    M(sums_line_dropped, "sums", 1, SUMS),
    M(sums_line_added, "sums", 1, SUMS),
    M(sums_without_last_feed, "sums", 1, SUMS),
    M(sums_is_empty, "sums", 1, SUMS),
    M(sums_data_flipped, "altered", 1, SUMS),
    M(manifest_data_flipped, "altered", 1, MANIFEST),
    M(signature_data_flipped, "altered", 1, P7S),
    M(signature_by_another, "signature", 1, P7S),
    M(signature_over_other_sums, "signature", 1, P7S),
    M(signature_value_flipped, "signature", 1, P7S),
    M(signature_with_a_tail, "signature", 3, P7S),
    M(signature_cut, "signature", 3, P7S),
    M(signature_is_junk, "signature", 3, P7S),
    M(signature_is_empty, "signature", 3, P7S),
    M(signature_is_huge, "limit", 5, P7S),
    M(journal_line_dropped, "journal", 1, JOURNAL),
    M(entries_out_of_order, "malformed", 3, NULL),
    M(entry_twice, "malformed", 3, NULL),
    M(entry_twice_with_other_content, "malformed", 3, NULL),
    M(names_clash_in_case, "malformed", 3, NULL),
    M(file_is_also_folder, "malformed", 3, NULL),
    M(folder_entry, "malformed", 3, NULL),
    M(name_climbs, "malformed", 3, NULL),
    M(name_is_absolute, "malformed", 3, NULL),
    M(name_with_backslash, "malformed", 3, NULL),
    M(zip_comment, "malformed", 3, NULL),
    M(entry_comment, "malformed", 3, NULL),
    M(extra_in_local_header, "malformed", 3, NULL),
    M(extra_in_directory, "malformed", 3, NULL),
    M(extra_in_both, "malformed", 3, NULL),
    M(time_of_one_entry, "malformed", 3, NULL),
    M(time_of_all_entries, "metadata", 1, NULL),
    M(date_of_all_entries, "metadata", 1, NULL),
    M(symlink_attribute, "malformed", 3, NULL),
    M(executable_attribute, "malformed", 3, NULL),
    M(text_attribute, "malformed", 3, NULL),
    M(encrypted_flag, "malformed", 3, NULL),
    M(descriptor_flag, "malformed", 3, NULL),
    M(data_descriptor, "malformed", 3, NULL),
    M(name_not_utf8_flag, "malformed", 3, NULL),
    M(method_unknown, "malformed", 3, NULL),
    M(version_needed, "malformed", 3, NULL),
    M(made_by_windows, "malformed", 3, NULL),
    M(local_name_differs, "malformed", 3, NULL),
    M(offset_shifted, "malformed", 3, NULL),
    M(entry_hidden, "malformed", 3, NULL),
    M(entry_overlaps, "malformed", 3, NULL),
    M(count_too_high, "malformed", 3, NULL),
    M(count_too_low, "malformed", 3, NULL),
    M(bytes_before, "malformed", 3, NULL),
    M(bytes_between, "malformed", 3, NULL),
    M(bytes_before_directory, "malformed", 3, NULL),
    M(bytes_behind, "malformed", 3, NULL),
    M(line_feed_behind, "malformed", 3, NULL),
    M(second_end_record, "malformed", 3, NULL),
    M(zip_inside_zip, "malformed", 3, NULL),
    M(no_entries, "malformed", 3, NULL),
};
_Static_assert(BD_COUNT(mutations) >= 60, "at least sixty mutations have a name");

static void check_mutation(const mutation *m, const identity *signer, const identity *attacker,
                           built_package good) {
    bd_package_report report;
    raw_zip raw = parse_raw(good.zip);
    raw.signer = signer;
    raw.attacker = attacker;
    raw.good = good;
    m->edit(&raw);
    verify_bytes(lay_down(&raw), signer->pem, &report);
    bd_str all = list_faults(&report);
    const bd_package_fault *fault = find_fault(&report, m->word);
    if (getenv("BINDERY_SHOW") != NULL) {
        printf("%s: %d%.*s\n", m->name, report.exit_code, BD_ARG(all));
    }
    test_failure("%s gives %d:%.*s", m->name, report.exit_code, BD_ARG(all));
    CHECK(fault != NULL);
    CHECK(fault->sentence.size > 20 && fault->sentence.data[fault->sentence.size - 1] != '.');
    test_failure("%s gives%.*s", m->name, BD_ARG(all));
    CHECK_EQ_INT(report.exit_code, m->exit_code);
    test_failure("%s gives%.*s", m->name, BD_ARG(all));
    if (m->path != NULL) {
        CHECK_EQ_STR(fault->path, m->path);
    }
}

TEST(package, every_named_mutation_is_refused_with_its_word_and_code) {
    identity signer = make_identity("signer"), attacker = make_identity("attacker");
    built_package good = build_package(&signer);
    raw_zip raw = parse_raw(good.zip);
    CHECK_EQ_STR(lay_down(&raw), good.zip); /* the hand-laid zip is the real one */
    for (size_t i = 0; i < BD_COUNT(mutations); i++) {
        check_mutation(&mutations[i], &signer, &attacker, good);
    }
    bd_key_close(signer.key);
    bd_key_close(attacker.key);
}

TEST(package, a_cut_package_is_refused_at_every_offset) {
    identity signer = make_identity("signer");
    built_package good = build_package(&signer);
    const char *path = test_path("cut.zip");
    for (size_t size = 0; size < good.zip.size;
         size += size < 64 || size + 64 > good.zip.size ? 1 : 37) {
        BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("cut", (size_t)64 << 20);
        bd_package_report report;
        test_write_file(path, bd_str_sub(good.zip, 0, size));
        verify_file(path, signer.pem, 1, arena, &report);
        test_failure("cut to %zu bytes", size);
        CHECK_EQ_INT(report.exit_code, 3);
    }
    bd_key_close(signer.key);
}

/* One bit of every seventh byte in every run; BINDERY_TORTURE=1 takes every bit of the package (some 90 s). */
TEST(package, a_package_with_any_bit_flipped_is_refused) {
    identity signer = make_identity("signer");
    built_package good = build_package(&signer);
    const char *path = test_path("flipped.zip");
    test_write_file(path, good.zip);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    bd_arena *arena = bd_arena_open("flip", (size_t)64 << 20);
    unsigned bits = getenv("BINDERY_TORTURE") != NULL ? 8 : 1;
    size_t step = bits == 8 ? 1 : 7;
    size_t accepted = 0, judged = 0;
    for (size_t at = 0; at < good.zip.size; at += step) {
        for (unsigned i = 0; i < bits; i++) {
            unsigned bit = bits == 8 ? i : (unsigned)((at / step * 5 + at / 8) % 8);
            char flipped = (char)(good.zip.data[at] ^ (1 << bit));
            bd_package_report report;
            CHECK(pwrite(fd, &flipped, 1, (off_t)at) == 1);
            verify_file(path, signer.pem, 1, arena, &report);
            test_failure("byte %zu, bit %u", at, bit);
            CHECK(report.exit_code == 1 || report.exit_code == 3 || report.exit_code == 5);
            accepted += report.exit_code == 0 || report.faults.count == 0;
            judged++;
            CHECK(pwrite(fd, &good.zip.data[at], 1, (off_t)at) == 1);
            bd_arena_reset(arena);
        }
    }
    CHECK_EQ_INT(accepted, 0);
    CHECK(judged >= good.zip.size / step);
    bd_arena_close(arena);
    close(fd);
    bd_key_close(signer.key);
}

TEST(package, a_package_of_a_stranger_is_untrusted) {
    identity signer = make_identity("signer"), attacker = make_identity("attacker");
    bd_package_report report;
    verify_bytes(build_package(&attacker).zip, signer.pem, &report);
    CHECK_EQ_INT(report.exit_code, 6);
    CHECK_EQ_INT(report.faults.count, 1);
    CHECK_EQ_STR(report.faults.data[0].word, "untrusted");
    verify_bytes(build_package(&signer).zip, (bd_str){0}, &report);
    CHECK_EQ_INT(report.exit_code, 6);
    CHECK(report.signature.is_intact && !report.signature.is_trusted);
    bd_key_close(signer.key);
    bd_key_close(attacker.key);
}

TEST(package, a_trusted_stranger_cannot_sign_for_the_named_signer) {
    identity signer = make_identity("signer"), other = make_identity("other");
    built_package good = build_package(&signer);
    raw_zip raw = parse_raw(good.zip);
    sign_sums(&raw, other.key);
    bd_str both = bd_str_format(test_arena(), "%.*s%.*s", BD_ARG(signer.pem), BD_ARG(other.pem));
    bd_package_report report;
    verify_bytes(lay_down(&raw), both, &report);
    CHECK_EQ_INT(report.exit_code, 1);
    CHECK_EQ_STR(report.faults.data[0].word, "signature");
    bd_key_close(signer.key);
    bd_key_close(other.key);
}

TEST(package, an_unsigned_package_is_never_verified) {
    bd_package_report report;
    verify_bytes(build_package(NULL).zip, (bd_str){0}, &report);
    CHECK_EQ_INT(report.exit_code, 3);
    CHECK_EQ_INT(report.faults.count, 1);
    CHECK_EQ_STR(report.faults.data[0].word, "unsigned");
}

TEST(package, a_signer_out_of_date_is_untrusted) {
    identity signer = make_identity("signer");
    bd_err err;
    bd_package_reader *reader = NULL;
    bd_package_report report;
    const char *path = test_path("good.zip");
    test_write_file(path, build_package(&signer).zip);
    bd_instant late = 0;
    CHECK(bd_instant_parse(BD_STR("2046-01-01T00:00:00Z"), &late));
    CHECK_OK(bd_package_verify(path, signer.pem, late, 1, test_arena(), &reader, &report, &err),
             err);
    bd_package_close(reader);
    CHECK_EQ_INT(report.exit_code, 6);
    bd_key_close(signer.key);
}

static int count_words(const bd_package_report *report, const char *word) {
    int count = 0;
    for (size_t i = 0; i < report->faults.count; i++) {
        count += bd_str_eqz(report->faults.data[i].word, word);
    }
    return count;
}

TEST(package, all_faults_are_listed_and_the_worst_gives_the_code) {
    identity signer = make_identity("signer");
    raw_zip raw = parse_raw(build_package(&signer).zip);
    evidence_changed(&raw);
    remove_entry(&raw, INDEX);
    file_added(&raw);
    binder_changed(&raw);
    signature_is_junk(&raw);
    bd_package_report report;
    verify_bytes(lay_down(&raw), signer.pem, &report);
    CHECK_EQ_INT(report.exit_code, 3);
    CHECK_EQ_INT(count_words(&report, "altered"), 2);
    CHECK_EQ_INT(count_words(&report, "missing"), 1);
    CHECK_EQ_INT(count_words(&report, "unlisted"), 1);
    CHECK_EQ_INT(count_words(&report, "signature"), 1);
    CHECK_EQ_INT(report.fault_count, 5);
    bd_key_close(signer.key);
}

TEST(package, faults_beyond_a_thousand_are_counted) {
    identity signer = make_identity("signer");
    raw_zip raw = parse_raw(build_package(&signer).zip);
    for (int i = 0; i < 1200; i++) {
        const char *name = bd_str_format(test_arena(), ID "/99_EXTRA/%04d.json", i).data;
        set_content(copy_entry(&raw, SECOND, name), BD_STR("[2]\n"));
    }
    sort_entries(&raw);
    bd_package_report report;
    verify_bytes(lay_down(&raw), signer.pem, &report);
    CHECK_EQ_INT(report.faults.count, BD_PACKAGE_FAULTS_MAX);
    CHECK_EQ_INT(report.fault_count, 1200);
    CHECK_EQ_INT(report.exit_code, 1);
    bd_key_close(signer.key);
}

TEST(package, what_is_no_package_gets_one_sentence) {
    static const struct {
        bd_str bytes;
        const char *part;
    } cases[] = {
        {BD_STR_INIT(""), "not a zip file"},
        {BD_STR_INIT("hello"), "not a zip file"},
        {BD_STR_INIT("%PDF-1.7\n"), "not a zip file"},
        {BD_STR_INIT("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "holds no files"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_package_report report;
        verify_bytes(cases[i].bytes, (bd_str){0}, &report);
        CHECK_EQ_INT(report.exit_code, 3);
        CHECK_EQ_INT(report.faults.count, 1);
        CHECK(bd_str_find(report.faults.data[0].sentence, bd_str_of(cases[i].part)) >= 0);
    }
    bd_package_reader *reader = NULL;
    bd_package_report report;
    bd_err err;
    const char *absent = test_path("absent.zip");
    CHECK_FAILS(bd_package_verify(absent, (bd_str){0}, BD_INSTANT_NONE, 1, test_arena(), &reader,
                                  &report, &err),
                err, BD_ERR_IO, "absent.zip");
}

/* ---- good packages ------------------------------------------------------------------------------------------ */

TEST(package, a_good_package_verifies_with_any_number_of_threads) {
    identity signer = make_identity("signer");
    built_package good = build_package(&signer);
    const char *path = test_path("good.zip");
    test_write_file(path, good.zip);
    for (unsigned jobs = 1; jobs <= 5; jobs += 2) {
        bd_package_report report;
        verify_file(path, signer.pem, jobs, test_arena(), &report);
        test_failure("%.*s", BD_ARG(list_faults(&report)));
        CHECK_EQ_INT(report.exit_code, 0);
        CHECK_EQ_INT(report.fault_count, 0);
        CHECK_EQ_INT(report.files, 13);
        CHECK(report.is_signed && report.signature.is_trusted && report.has_manifest);
        CHECK_EQ_STR(report.facts.organisation, "Contoso Ltd");
        CHECK_EQ_STR(bd_value_text(report.manifest, "package_id"), ID);
        uint8_t digest[32];
        bd_sha256_of(good.manifest, digest);
        CHECK(memcmp(digest, report.manifest_sha256, 32) == 0);
    }
    bd_key_close(signer.key);
}

/* Enough for two threads: one that inflates, one that hashes. */
static bd_str large_text(void) {
    bd_buf buf;
    bd_buf_init(&buf, 16 << 20);
    for (unsigned i = 0; buf.size < (size_t)6 << 20; i++) {
        bd_buf_printf(&buf, "{\"id\":\"/subscriptions/%08x/storageAccounts/st%u\",", i * 2654435761u, i);
        bd_buf_puts(&buf, BD_STR("\"supportsHttpsTrafficOnly\":true}\n"));
    }
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return text;
}

static void check_alike(const char *path, const identity *signer, int exit_code) {
    bd_package_report alone, shared;
    verify_file(path, signer->pem, 1, test_arena(), &alone);
    verify_file(path, signer->pem, 2, test_arena(), &shared);
    CHECK_EQ_INT(alone.exit_code, exit_code);
    CHECK_EQ_INT(shared.exit_code, exit_code);
    CHECK_EQ_INT(alone.bytes, shared.bytes);
    CHECK_EQ_STR(list_faults(&alone), list_faults(&shared));
}

TEST(package, a_large_file_is_judged_alike_by_one_thread_and_by_two) {
    identity signer = make_identity("signer");
    bd_package_facts facts = make_facts(&signer);
    test_file files[16];
    size_t count = make_files(&facts, files);
    files[0].text = large_text();
    built_package good = build_files(&facts, signer.key, files, count);
    const char *path = test_path("large.zip");
    test_write_file(path, good.zip);
    check_alike(path, &signer, 0);
    raw_zip raw = parse_raw(good.zip);
    const raw_entry *large = entry_of(&raw, EVIDENCE);
    size_t at = (size_t)(large->data.data - good.zip.data);
    for (size_t i = 0; i < 24; i++) {
        size_t place = at + i * large->data.size / 24 + i * 77;
        test_failure("byte %zu of the file", place - at);
        test_write_file(path, flip_byte(good.zip, place));
        check_alike(path, &signer, 1);
    }
    test_write_file(path, flip_byte(good.zip, at + large->data.size - 1));
    check_alike(path, &signer, 1);
    bd_key_close(signer.key);
}

TEST(package, an_opened_package_gives_its_files) {
    identity signer = make_identity("signer");
    const char *path = test_path("good.zip");
    test_write_file(path, build_package(&signer).zip);
    bd_package_reader *reader = NULL;
    bd_package_report report;
    bd_err err;
    bd_str text;
    CHECK_OK(bd_package_verify(path, signer.pem, BD_INSTANT_NONE, 2, test_arena(), &reader, &report,
                               &err),
             err);
    CHECK_EQ_INT(bd_package_count(reader), 13);
    CHECK_EQ_STR(bd_package_name_at(reader, 0), README);
    CHECK(bd_package_find(reader, "80_MACHINE/none.json") == NULL);
    const bd_blob *blob = bd_package_find(reader, JOURNAL);
    CHECK(blob != NULL);
    CHECK_OK(bd_blob_read(blob, 1 << 20, test_arena(), &text, &err), err);
    CHECK_EQ_STR(text, journal_text());
    uint8_t digest[32];
    bd_sha256_of(text, digest);
    CHECK(memcmp(digest, blob->sha256, 32) == 0);
    bd_package_close(reader);
    bd_key_close(signer.key);
}

TEST(package, the_same_files_give_the_same_bytes_in_any_order_of_adding) {
    test_file files[16], turned[16];
    bd_package_facts facts = make_facts(NULL);
    size_t count = make_files(&facts, files);
    for (size_t i = 0; i < count; i++) {
        turned[i] = files[count - 1 - i];
    }
    built_package first = build_files(&facts, NULL, files, count);
    CHECK(setenv("TZ", "Pacific/Apia", 1) == 0);
    built_package second = build_files(&facts, NULL, turned, count);
    CHECK_EQ_STR(first.manifest, second.manifest);
    CHECK_EQ_STR(first.zip, second.zip);
}

TEST(package, a_stored_form_is_spliced_and_never_made_again) {
    identity signer = make_identity("signer");
    const char *path = test_path("good.zip");
    built_package good = build_package(&signer);
    test_write_file(path, good.zip);
    bd_package_reader *reader = NULL;
    bd_package_report report;
    bd_err err;
    bd_str manifest;
    CHECK_OK(bd_package_verify(path, signer.pem, BD_INSTANT_NONE, 1, test_arena(), &reader, &report,
                               &err),
             err);
    bd_package_facts facts = make_facts(&signer);
    bd_package *package = bd_package_make(test_arena(), &facts);
    test_file files[16];
    size_t count = make_files(&facts, files);
    for (size_t i = 0; i < count; i++) {
        bd_package_file file = {.name = bd_str_of(files[i].name),
                                .role = files[i].role,
                                .evidence_id = bd_str_of(files[i].evidence_id),
                                .blob = bd_package_find(reader, files[i].name)};
        for (size_t c = BD_COUNT(test_controls); file.evidence_id.size > 0 && c > 0; c--) {
            *bd_push(test_arena(), &file.controls) = bd_str_of(test_controls[c - 1]);
        }
        CHECK(file.blob->has_stored);
        CHECK_OK(bd_package_add(package, &file, &err), err);
    }
    CHECK_OK(bd_package_manifest(package, &manifest, &err), err);
    CHECK_EQ_STR(manifest, good.manifest);
    bd_package_close(reader);
    bd_key_close(signer.key);
}

TEST(package, the_manifest_is_canonical_and_lists_late_files_by_path_and_role_only) {
    identity signer = make_identity("signer");
    built_package good = build_package(&signer);
    const bd_value *root = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(good.manifest, NULL, test_arena(), &root, &err), err);
    CHECK_EQ_STR(
        bd_str_format(test_arena(), "%.*s\n", BD_ARG(bd_json_canonical(test_arena(), root))),
        good.manifest);
    const bd_value *files = bd_value_find(root, "files");
    CHECK_EQ_INT(
        files->count,
        13); /* nine core files, and four late ones of which the time-stamp may be absent */
    CHECK(bd_str_find(good.manifest, BD_STR("{\"path\":\"" BINDER "\",\"role\":\"binder\"}")) > 0);
    CHECK(bd_str_find(good.manifest, BD_STR("{\"path\":\"" TSR "\",\"role\":\"timestamp\"}")) > 0);
    CHECK(bd_str_find(good.manifest, BD_STR("\"controls\":[\"6.7.2\",\"6.10.1\"]")) > 0);
    CHECK(bd_str_find(good.manifest, BD_STR(MANIFEST)) < 0);
    bd_key_close(signer.key);
}

/* ---- what others say ---------------------------------------------------------------------------------------- */

/* Runs every command of verify.txt as it stands, but for the path of the trusted certificate. */
static bd_str commands_of(bd_str text, const char *but) {
    bd_str line, script = BD_STR("set -e\n");
    while (bd_str_cut(&text, '\n', &line)) {
        bool is_command =
            bd_str_has_prefix(line, BD_STR("    ")) && line.size > 4 && line.data[4] != ' ';
        if (is_command && bd_str_find(line, bd_str_of(but)) < 0) {
            script = bd_str_format(test_arena(), "%.*s%.*s\n", BD_ARG(script), BD_ARG(line));
        }
    }
    return replace(script, "/path/to/trusted.pem", test_path("signer.crt.pem"));
}

TEST(package, the_commands_of_verify_txt_hold_for_a_good_package) {
    identity signer = make_identity("signer");
    bd_package_facts facts = make_facts(&signer);
    bd_str output, text = bd_package_verify_text(test_arena(), &facts);
    test_write_file(test_path(ID ".zip"), build_package(&signer).zip);
    test_write_file(test_path("check.sh"), commands_of(text, "pdfsig"));
    int status = run_command(&output, "sh check.sh");
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
    char head[65];
    bd_hex(facts.journal_head, 32, head);
    CHECK(bd_str_find(output, bd_str_of(head)) >= 0 && bd_str_find(text, bd_str_of(head)) > 0);
    CHECK(bd_str_find(output, BD_STR("CMS Verification successful")) >= 0);
    ptrdiff_t at = bd_str_find(output, BD_STR("Fingerprint="));
    CHECK(at > 0);
    CHECK(bd_str_find(text, bd_str_sub(output, (size_t)at + 12, (size_t)at + 12 + 95)) > 0);
    bd_key_close(signer.key);
}

TEST(package, the_commands_of_verify_txt_fail_for_a_changed_package) {
    identity signer = make_identity("signer");
    bd_package_facts facts = make_facts(&signer);
    bd_str output, text = bd_package_verify_text(test_arena(), &facts);
    static void (*const edits[])(raw_zip *) = {evidence_changed, evidence_missing,
                                               file_added,       signature_over_other_sums,
                                               binder_changed,   manifest_fact_edited};
    test_write_file(test_path("check.sh"), commands_of(text, "pdfsig"));
    for (size_t i = 0; i < BD_COUNT(edits); i++) {
        raw_zip raw = parse_raw(build_package(&signer).zip);
        raw.signer = &signer;
        edits[i](&raw);
        test_write_file(test_path(ID ".zip"), lay_down(&raw));
        CHECK_EQ_INT(run_command(NULL, "rm -rf %s files.txt", ID), 0);
        int status = run_command(&output, "sh check.sh");
        test_failure("edit %zu: %.*s", i, BD_ARG(output));
        CHECK(status != 0);
    }
    bd_key_close(signer.key);
}

TEST(package, the_commands_of_verify_txt_say_that_a_package_is_not_signed) {
    bd_package_facts facts = make_facts(NULL);
    bd_str text = bd_package_verify_text(test_arena(), &facts);
    CHECK(bd_str_find(text, BD_STR("NOT signed")) > 0);
    CHECK(bd_str_find(text, BD_STR("openssl cms")) < 0);
}

static const char *absolute_root(void) {
    char *folder = realpath(test_root(), NULL);
    CHECK(folder != NULL);
    const char *root = bd_str_z(test_arena(), bd_str_of(folder));
    free(folder);
    return root;
}

TEST(package, python_reads_the_package_and_finds_the_same_hashes) {
    identity signer = make_identity("signer");
    bd_str output;
    if (run_command(NULL, "python3 -c 'import zipfile'") != 0) {
        test_skip("python3 is not there");
    }
    test_write_file(test_path("good.zip"), build_package(&signer).zip);
    test_write_file(
        test_path("check.py"),
        BD_STR("import zipfile, json, hashlib, sys, zlib\n"
               "z = zipfile.ZipFile('good.zip')\n"
               "assert z.testzip() is None\n"
               "root = '" ID "/'\n"
               "text = z.read(root + '" MANIFEST "')\n"
               "m = json.loads(text)\n"
               "assert json.dumps(m, sort_keys=True, ensure_ascii=False, separators=(',', "
               "':')).encode() + b'\\n' == text\n"
               "listed = [f['path'] for f in m['files']]\n"
               "assert listed == sorted(listed)\n"
               "names = sorted(n[len(root):] for n in z.namelist())\n"
               "assert names == sorted(set(listed) - {'" TSR "'} | {'" MANIFEST "'}), names\n"
               "for f in m['files']:\n"
               "    if 'sha256' not in f: continue\n"
               "    i = z.getinfo(root + f['path'])\n"
               "    b = z.read(i)\n"
               "    assert (len(b), i.compress_size) == (f['bytes'], f['stored_bytes'])\n"
               "    assert hashlib.sha256(b).hexdigest() == f['sha256']\n"
               "    assert '%08x' % zlib.crc32(b) == f['crc32'] and i.CRC == zlib.crc32(b)\n"
               "    assert i.compress_type == 8 and i.date_time == (2026, 6, 30, 22, 0, 0)\n"
               "try:\n"
               "    import jsonschema\n"
               "    jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(m)\n"
               "except ImportError:\n"
               "    pass\n"
               "print(len(names))\n"));
    int status = run_command(&output, "python3 check.py %s/templates/schema/manifest.schema.json",
                             absolute_root());
    CHECK_EQ_STR(output, "13\n");
    CHECK_EQ_INT(status, 0);
    bd_key_close(signer.key);
}

/* ---- what the writer refuses -------------------------------------------------------------------------------- */

TEST(package, names_that_travel_badly_are_refused) {
    static const char *const names[] = {
        "",
        "../x",
        "a/../x",
        "/etc/x",
        "a//b",
        "a/",
        "a/./b",
        "a b.txt",
        "M\xC3\xBCller",
        "a\\b",
        "con.txt",
        "a.",
        "a/b:c",
        "a\nb",
        MANIFEST,
        BINDER,
        "90_integrity/sha256sums",
        TSR,
        ("10_EVIDENCE/CC6/CC6.1/6.1.2_long/"
         "E-0001_2026-01_0123456789012345678901234567890123456789.json")};
    bd_package_facts facts = make_facts(NULL);
    bd_package *package = bd_package_make(test_arena(), &facts);
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        bd_err err = {0};
        test_failure("name '%s'", names[i]);
        CHECK(bd_failed(
            add_file(package, &(test_file){names[i], BD_ROLE_MACHINE, NULL, BD_STR("x")}, &err)));
        CHECK_EQ_INT(err.class, BD_ERR_INPUT);
    }
}

TEST(package, names_that_clash_are_refused) {
    static const char *const names[] = {"a/b.txt", "A/B.TXT", "a/b.txt/c", "A"};
    bd_package_facts facts = make_facts(NULL);
    bd_package *package = bd_package_make(test_arena(), &facts);
    bd_err err;
    CHECK_OK(add_file(package, &(test_file){"a/b.txt", BD_ROLE_MACHINE, NULL, BD_STR("x")}, &err),
             err);
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        test_failure("name '%s'", names[i]);
        CHECK_FAILS(
            add_file(package, &(test_file){names[i], BD_ROLE_MACHINE, NULL, BD_STR("x")}, &err),
            err, BD_ERR_INPUT, "cannot pack");
    }
}

TEST(package, an_auditor_edition_without_journal_is_refused) {
    bd_package_facts facts = make_facts(NULL);
    bd_package *package = bd_package_make(test_arena(), &facts);
    bd_err err;
    bd_str text;
    CHECK_OK(add_file(package, &(test_file){"a.txt", BD_ROLE_MACHINE, NULL, BD_STR("x")}, &err),
             err);
    CHECK_FAILS(bd_package_manifest(package, &text, &err), err, BD_ERR_INPUT, "journal.ndjson");
}

TEST(package, ill_formed_facts_are_refused) {
    bd_package_facts good = make_facts(NULL), bad[6];
    for (size_t i = 0; i < BD_COUNT(bad); i++) {
        bad[i] = good;
    }
    bad[0].package_id = BD_STR("a/b");
    bad[1].package_id = (bd_str){0};
    bad[2].as_of = BD_STR("yesterday");
    bad[3].previous_package = BD_STR("1234");
    bad[4].fixed_time = 0;
    bad[5].versions = (bd_str){0};
    for (size_t i = 0; i < BD_COUNT(bad); i++) {
        bd_package *package = bd_package_make(test_arena(), &bad[i]);
        bd_err err = {0};
        bd_str text;
        CHECK_OK(
            add_file(package, &(test_file){JOURNAL, BD_ROLE_INTEGRITY, NULL, BD_STR("x\n")}, &err),
            err);
        test_failure("facts %zu", i);
        CHECK(bd_failed(bd_package_manifest(package, &text, &err)));
        CHECK_EQ_INT(err.class, BD_ERR_INPUT);
    }
}

TEST(package, late_files_out_of_order_are_a_bug) {
    bd_package_facts facts = make_facts(NULL);
    bd_package *package = bd_package_make(test_arena(), &facts);
    const bd_blob *blob = bd_blob_of_memory(test_arena(), BD_STR("x"));
    bd_err err;
    bd_str text;
    CHECK_OK(add_file(package, &(test_file){JOURNAL, BD_ROLE_INTEGRITY, NULL, BD_STR("x\n")}, &err),
             err);
    CHECK_FAILS(bd_package_add_late(package, BD_ROLE_BINDER, blob, &err), err, BD_ERR_BUG,
                "out of order");
    CHECK_OK(bd_package_manifest(package, &text, &err), err);
    CHECK_FAILS(bd_package_sums(package, &text, &err), err, BD_ERR_BUG, "binder");
    CHECK_FAILS(bd_package_add_late(package, BD_ROLE_SUMS, blob, &err), err, BD_ERR_BUG,
                "out of order");
    CHECK_OK(bd_package_add_late(package, BD_ROLE_BINDER, blob, &err), err);
    CHECK_FAILS(bd_package_add_late(package, BD_ROLE_SUMS, blob, &err), err, BD_ERR_BUG,
                "SHA256SUMS");
    CHECK_FAILS(add_file(package, &(test_file){"b.txt", BD_ROLE_MACHINE, NULL, BD_STR("x")}, &err),
                err, BD_ERR_BUG, "too late");
    bd_buf buf;
    bd_buf_init(&buf, 1 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    CHECK_FAILS(bd_package_write(package, &sink, &err), err, BD_ERR_BUG, "lacks a late file");
    bd_buf_clear(&buf);
}

TEST(package, a_blob_that_does_not_keep_its_word_is_refused) {
    bd_package_facts facts = make_facts(NULL);
    bd_package *package = bd_package_make(test_arena(), &facts);
    bd_blob lying = *bd_blob_of_memory(test_arena(), BD_STR("x\n"));
    lying.crc32 ^= 1;
    bd_err err;
    bd_str text;
    bd_package_file file = {.name = BD_STR(JOURNAL), .role = BD_ROLE_INTEGRITY, .blob = &lying};
    CHECK_OK(bd_package_add(package, &file, &err), err);
    CHECK_FAILS(bd_package_manifest(package, &text, &err), err, BD_ERR_INPUT, "the file changed");
}

/* ---- names -------------------------------------------------------------------------------------------------- */

TEST(package, slugs_are_ascii_words) {
    static const struct {
        const char *text;
        size_t max;
        const char *slug;
    } cases[] = {
        {"MFA for all users", 40, "mfa-for-all-users"},
        {"  Entra: CA policies (2026)  ", 40, "entra-ca-policies-2026"},
        {"\xC5\x81ukasz & M\xC3\xBCller \xE2\x80\x93 Stra\xC3\x9F"
         "e",
         40, "lukasz-muller-strasse"},
        {"\xD0\x9F\xD0\xBE\xD0\xBB\xD0\xB8\xD1\x82\xD0\xB8\xD0\xBA\xD0\xB0", 40, "politika"},
        {"\xCE\x9E\xCE\xAD\xCE\xBD\xCE\xB9\xCE\xB1", 40, "xenia"},
        {"\xE7\xAD\x96\xE7\x95\xA5", 40, ""},
        {"../../etc/passwd", 40, "etc-passwd"},
        {"one two three", 9, "one-two"},
        {"one two three", 7, "one-two"},
        {"abcdefghijkl", 5, "abcde"},
        {"", 40, ""},
        {"x", 0, ""},
        {"bad \xFF utf", 40, "bad-utf"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("'%s'", cases[i].text);
        CHECK_EQ_STR(bd_package_slug(test_arena(), bd_str_of(cases[i].text), cases[i].max),
                     cases[i].slug);
    }
}

TEST(package, evidence_lies_where_an_auditor_looks_for_it) {
    bd_package_place place = {.package_id = BD_STR("ACME_SOC2_2026-07-01_2026-09-30_v1"),
                              .criterion = BD_STR("CC6.1"),
                              .control = BD_STR("6.1.2"),
                              .control_title = BD_STR("MFA all users"),
                              .evidence_id = BD_STR("E-0041"),
                              .date = BD_STR("2026-07"),
                              .title = BD_STR("Entra CA policies"),
                              .extension = BD_STR("JSON")};
    CHECK_EQ_STR(bd_package_evidence_path(test_arena(), &place),
                 "10_EVIDENCE/CC6/CC6.1/6.1.2_mfa-all-users/E-0041_2026-07_entra-ca-policies.json");
    place.extension = BD_STR("ipe.json");
    CHECK_EQ_STR(
        bd_package_evidence_path(test_arena(), &place),
        "10_EVIDENCE/CC6/CC6.1/6.1.2_mfa-all-users/E-0041_2026-07_entra-ca-policies.ipe.json");
    place.criterion = BD_STR("PI1.2");
    place.control = BD_STR("B-PI1.2-1");
    place.date = (bd_str){0};
    place.extension = (bd_str){0};
    CHECK_EQ_STR(bd_package_evidence_path(test_arena(), &place),
                 "10_EVIDENCE/PI1/PI1.2/B-PI1.2-1_mfa-all-users/E-0041_static_entra-ca.bin");
    place.criterion = (bd_str){0};
    CHECK_EQ_STR(bd_package_evidence_path(test_arena(), &place),
                 "10_EVIDENCE/_UNMAPPED/E-0041_static_entra-ca-policies.bin");
}

TEST(package, evidence_paths_always_fit) {
    bd_str long_title =
        BD_STR("A very long title of a control that goes on and on, and then some more");
    static const char *const ids[] = {"A_SOC2_2026-01-01_2026-06-30_v1",
                                      "ABCDEFGHIJKLMNOP_SOC2_2026-01-01_2026-06-30_customer_v123"};
    for (size_t i = 0; i < BD_COUNT(ids); i++) {
        bd_package_place place = {.package_id = bd_str_of(ids[i]),
                                  .criterion = BD_STR("PI1.1"),
                                  .control = BD_STR("B-PI1.1-1"),
                                  .control_title = long_title,
                                  .evidence_id = BD_STR("E-12345"),
                                  .date = BD_STR("2026-07-15"),
                                  .title = long_title,
                                  .extension = BD_STR("meta.json")};
        bd_str path = bd_package_evidence_path(test_arena(), &place);
        CHECK(path.size + 1 + place.package_id.size <= BD_PACKAGE_NAME_MAX);
        bd_package_facts facts = make_facts(NULL);
        facts.package_id = place.package_id;
        bd_package *package = bd_package_make(test_arena(), &facts);
        bd_err err;
        const char *name = bd_str_z(test_arena(), path);
        CHECK_OK(
            add_file(package, &(test_file){name, BD_ROLE_EVIDENCE, "E-12345", BD_STR("x")}, &err),
            err);
    }
}
