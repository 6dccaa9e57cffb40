#include "bindery/package.h"

#include "package_priv.h"

#include <stdio.h>
#include <string.h>

#define FORMAT "bindery-package 1"

static int compare_paths(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const package_listed *)a)->path, ((const package_listed *)b)->path);
}

void package_listing_finish(package_listing *listing, bool is_signed, bd_arena *arena) {
    static const struct {
        bd_str path;
        bd_role role;
        bool needs_signature;
    } late[] = {
        {BD_STR_INIT(PACKAGE_BINDER), BD_ROLE_BINDER, false},
        {BD_STR_INIT(PACKAGE_SUMS), BD_ROLE_SUMS, false},
        {BD_STR_INIT(PACKAGE_SIGNATURE), BD_ROLE_SIGNATURE, true},
        {BD_STR_INIT(PACKAGE_TIMESTAMP), BD_ROLE_TIMESTAMP, true},
    };
    for (size_t i = 0; i < BD_COUNT(late); i++) {
        if (is_signed || !late[i].needs_signature) {
            *bd_push(arena, listing) =
                (package_listed){.path = late[i].path, .role = late[i].role, .is_late = true};
        }
    }
    bd_sort(listing->data, listing->count, sizeof(listing->data[0]), compare_paths, NULL);
}

/* ---- facts ---- */

static bd_rc check_id(bd_str id, bd_err *err) {
    for (size_t i = 0; i < id.size; i++) {
        if (id.data[i] == '/') {
            BD_RAISE(err, BD_ERR_INPUT, "the package id '%.*s' has a '/'",
                     BD_ARG(bd_str_sub(id, 0, 200)));
        }
    }
    if (id.size > PACKAGE_ID_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "the package id '%.*s' has %zu bytes, expected at most %d",
                 BD_ARG(bd_str_sub(id, 0, 200)), id.size, PACKAGE_ID_MAX);
    }
    return package_name_check(id, 0, err);
}

static bool is_hash_text(bd_str text) {
    uint8_t hash[32];
    return bd_unhex(text, hash, sizeof(hash));
}

/* DOS times, which zip headers hold, begin in 1980 and end in 2107. */
static bool is_zip_time(bd_instant at) {
    return at >= (bd_instant)bd_day_of_date(1980, 1, 1) * 24 * BD_HOUR &&
           at < (bd_instant)bd_day_of_date(2108, 1, 1) * 24 * BD_HOUR;
}

bd_rc package_facts_check(const bd_package_facts *facts, bd_err *err) {
    const struct {
        const char *name;
        bd_str text;
    } needed[] = {
        {"as_of", facts->as_of},
        {"bindery", facts->bindery_version},
        {"edition", facts->edition},
        {"organisation/name", facts->organisation},
        {"organisation/short", facts->short_name},
        {"package_id", facts->package_id},
        {"period/from", facts->period_from},
        {"period/id", facts->period_id},
        {"period/to", facts->period_to},
        {"period/type", facts->period_type},
        {"versions", facts->versions},
    };
    bd_instant as_of = 0;
    for (size_t i = 0; i < BD_COUNT(needed); i++) {
        if (needed[i].text.size == 0) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "the manifest lacks '/%s', expected a text that is not empty", needed[i].name);
        }
    }
    BD_TRY(check_id(facts->package_id, err));
    if (!bd_instant_parse(facts->as_of, &as_of)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'/as_of' of the manifest is '%.*s', expected an instant such as "
                 "2026-07-01T00:00:00Z",
                 BD_ARG(bd_str_sub(facts->as_of, 0, 64)));
    }
    if (!is_zip_time(facts->fixed_time)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'/fixed_time' of the manifest lies outside 1980 to 2107, where no zip can go");
    }
    if (facts->previous_package.size > 0 && !is_hash_text(facts->previous_package)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'/previous_package' of the manifest is '%.*s', expected 64 hex digits",
                 BD_ARG(bd_str_sub(facts->previous_package, 0, 80)));
    }
    return BD_OK;
}

/* ---- building ---- */

static void put_hash(bd_json_writer *writer, const char *key, const uint8_t sha256[32]) {
    char hex[65];
    bd_hex(sha256, 32, hex);
    bd_json_key(writer, key);
    bd_json_text(writer, bd_str_of(hex));
}

static void put_int(bd_json_writer *writer, const char *key, int64_t value) {
    bd_json_key(writer, key);
    bd_json_int(writer, value);
}

static void put_controls(bd_json_writer *writer, const bd_strs *controls) {
    if (controls->count == 0) {
        return;
    }
    bd_json_key(writer, "controls");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < controls->count; i++) {
        bd_json_text(writer, controls->data[i]);
    }
    bd_json_close(writer, ']');
}

static void put_core(bd_json_writer *writer, const package_listed *listed) {
    char crc32[9];
    snprintf(crc32, sizeof(crc32), "%08x", (unsigned)listed->crc32);
    put_int(writer, "bytes", listed->bytes);
    put_controls(writer, &listed->controls);
    bd_json_key(writer, "crc32");
    bd_json_text(writer, bd_str_of(crc32));
    bd_json_member(writer, "evidence_id", listed->evidence_id);
    bd_json_member(writer, "path", listed->path);
    /* Only what comes from outside can have been redacted. */
    bd_json_member(writer, "redaction", listed->evidence_id.size > 0 ? BD_STR("none") : BD_STR(""));
    bd_json_member(writer, "role", bd_str_of(bd_role_name(listed->role)));
    put_hash(writer, "sha256", listed->sha256);
    put_int(writer, "stored_bytes", listed->stored_bytes);
    put_hash(writer, "stored_sha256", listed->stored_sha256);
}

static void put_files(bd_json_writer *writer, const package_listing *listing) {
    bd_json_key(writer, "files");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < listing->count; i++) {
        const package_listed *listed = &listing->data[i];
        bd_arenas_pass(2 * sizeof *listed);
        bd_json_open(writer, '{');
        if (listed->is_late) {
            bd_json_member(writer, "path", listed->path);
            bd_json_member(writer, "role", bd_str_of(bd_role_name(listed->role)));
        } else {
            put_core(writer, listed);
        }
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
}

static void put_manifest(bd_json_writer *writer, const bd_package_facts *facts,
                         const package_listing *listing, bd_arena *arena) {
    bd_json_open(writer, '{');
    bd_json_member(writer, "as_of", facts->as_of);
    bd_json_member(writer, "bindery", facts->bindery_version);
    put_hash(writer, "catalog_sha256", facts->catalog_sha256);
    bd_json_member(writer, "edition", facts->edition);
    put_files(writer, listing);
    bd_json_member(writer, "fixed_time", bd_instant_format(arena, facts->fixed_time));
    bd_json_member(writer, "format", BD_STR(FORMAT));
    put_hash(writer, "journal_head", facts->journal_head);
    bd_json_key(writer, "organisation");
    bd_json_open(writer, '{');
    bd_json_member(writer, "name", facts->organisation);
    bd_json_member(writer, "short", facts->short_name);
    bd_json_member(writer, "tenant", facts->tenant);
    bd_json_close(writer, '}');
    bd_json_member(writer, "package_id", facts->package_id);
    bd_json_key(writer, "period");
    bd_json_open(writer, '{');
    bd_json_member(writer, "from", facts->period_from);
    bd_json_member(writer, "id", facts->period_id);
    bd_json_member(writer, "to", facts->period_to);
    bd_json_member(writer, "type", facts->period_type);
    bd_json_close(writer, '}');
    put_hash(writer, "plan_sha256", facts->plan_sha256);
    bd_json_member(writer, "previous_package", facts->previous_package);
    if (!package_is_zero(facts->signer_sha256)) {
        put_hash(writer, "signer_sha256", facts->signer_sha256);
    }
    bd_json_member(writer, "versions", facts->versions);
    bd_json_close(writer, '}');
    bd_json_newline(writer);
}

bd_rc package_manifest_build(const bd_package_facts *facts, const package_listing *listing,
                             bd_arena *arena, bd_str *text, bd_err *err) {
    BD_TRY(package_facts_check(facts, err));
    bd_buf buf;
    bd_buf_init(&buf, PACKAGE_TEXT_MAX);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_json_writer *writer = bd_new(arena, bd_json_writer, 1);
    bd_json_begin(writer, &sink);
    put_manifest(writer, facts, listing, arena);
    bd_rc rc = bd_json_finish(writer, err);
    if (!bd_failed(rc)) {
        rc = bd_buf_check(&buf, "the manifest", err);
    }
    *text = bd_failed(rc) ? (bd_str){0} : bd_str_copy(arena, bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return rc;
}

static void put_sum(bd_buf *buf, const uint8_t sha256[32], bd_str path) {
    char hex[65];
    bd_hex(sha256, 32, hex);
    bd_buf_put(buf, hex, 64);
    bd_buf_puts(buf, BD_STR("  "));
    bd_buf_puts(buf, path);
    bd_buf_putc(buf, '\n');
}

bd_rc package_sums_build(const package_listing *listing, const uint8_t manifest_sha256[32],
                         const uint8_t binder_sha256[32], bd_arena *arena, bd_str *text,
                         bd_err *err) {
    static const bd_str manifest = BD_STR_INIT(PACKAGE_MANIFEST);
    bool has_manifest = false;
    bd_buf buf;
    bd_buf_init(&buf, PACKAGE_TEXT_MAX);
    for (size_t i = 0; i < listing->count; i++) {
        const package_listed *listed = &listing->data[i];
        bd_arenas_pass(2 * sizeof *listed);
        if (!has_manifest && bd_str_cmp(manifest, listed->path) < 0) {
            put_sum(&buf, manifest_sha256, manifest);
            has_manifest = true;
        }
        if (!listed->is_late || listed->role == BD_ROLE_BINDER) {
            put_sum(&buf, listed->is_late ? binder_sha256 : listed->sha256, listed->path);
        }
    }
    if (!has_manifest) {
        put_sum(&buf, manifest_sha256, manifest);
    }
    bd_rc rc = bd_buf_check(&buf, "SHA256SUMS", err);
    *text = bd_failed(rc) ? (bd_str){0} : bd_str_copy(arena, bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return rc;
}

/* ---- parsing ------------------------------------------------------------------------------------------
 *
 * Only what is needed to write the manifest again is asked of it here: whether it has further members, another order
 * or another spelling shows when the text that these facts have is compared with it. */

static bd_rc parse_hash(const bd_value *object, const char *key, const char *pointer,
                        uint8_t out[32], bd_err *err) {
    if (!bd_unhex(bd_value_text(object, key), out, 32)) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s/%s' of the manifest is no SHA-256, expected 64 hex digits",
                 pointer, key);
    }
    return BD_OK;
}

static bd_rc parse_size(const bd_value *object, const char *key, const char *pointer, int64_t *out,
                        bd_err *err) {
    if (!bd_value_i64(object, key, out) || *out < 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s/%s' of the manifest is no size, expected a whole number of bytes", pointer,
                 key);
    }
    return BD_OK;
}

static bd_rc parse_crc32(const bd_value *object, const char *pointer, uint32_t *out, bd_err *err) {
    uint8_t bytes[4];
    if (!bd_unhex(bd_value_text(object, "crc32"), bytes, sizeof(bytes))) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s/crc32' of the manifest is no CRC-32, expected 8 hex digits", pointer);
    }
    *out = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return BD_OK;
}

static bd_rc parse_core(const bd_value *value, const char *pointer, bd_arena *arena,
                        package_listed *listed, bd_err *err) {
    BD_TRY(parse_size(value, "bytes", pointer, &listed->bytes, err));
    BD_TRY(parse_size(value, "stored_bytes", pointer, &listed->stored_bytes, err));
    BD_TRY(parse_crc32(value, pointer, &listed->crc32, err));
    BD_TRY(parse_hash(value, "sha256", pointer, listed->sha256, err));
    BD_TRY(parse_hash(value, "stored_sha256", pointer, listed->stored_sha256, err));
    listed->evidence_id = bd_value_text(value, "evidence_id");
    const bd_value *controls = bd_value_find(value, "controls");
    for (size_t i = 0; controls != NULL && controls->kind == BD_ARRAY && i < controls->count; i++) {
        *bd_push(arena, &listed->controls) = controls->items[i].text;
    }
    return BD_OK;
}

static bd_rc parse_listed(const bd_value *value, size_t index, size_t root_bytes, bd_arena *arena,
                          package_listing *listing, bd_err *err) {
    char pointer[40];
    package_listed listed = {.path = bd_value_text(value, "path")};
    snprintf(pointer, sizeof(pointer), "/files/%zu", index);
    if (!package_role_parse(bd_value_text(value, "role"), &listed.role)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s/role' of the manifest is '%.*s', expected a role such as evidence", pointer,
                 BD_ARG(bd_str_sub(bd_value_text(value, "role"), 0, 64)));
    }
    BD_TRY_CTX(package_name_check(listed.path, root_bytes, err), err,
               "at '%s/path' of the manifest", pointer);
    if (listed.role >= BD_ROLE_BINDER) {
        return BD_OK; /* late: package_listing_finish knows them */
    }
    if (package_path_is_reserved(listed.path)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s' of the manifest lists '%.*s' as a core file, which it cannot be", pointer,
                 BD_ARG(listed.path));
    }
    if (listing->count > 0 &&
        bd_str_cmp(listing->data[listing->count - 1].path, listed.path) >= 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the manifest lists '%.*s' twice or out of order, expected rising paths",
                 BD_ARG(listed.path));
    }
    BD_TRY(parse_core(value, pointer, arena, &listed, err));
    *bd_push(arena, listing) = listed;
    return BD_OK;
}

static bd_rc parse_facts(const bd_value *root, bd_package_facts *facts, bd_err *err) {
    const bd_value *organisation = bd_value_find(root, "organisation");
    const bd_value *period = bd_value_find(root, "period");
    bd_str format = bd_value_text(root, "format");
    if (!bd_str_eqz(format, FORMAT)) {
        BD_RAISE(err, BD_ERR_INPUT, "'/format' of the manifest is '%.*s', expected '" FORMAT "'",
                 BD_ARG(bd_str_sub(format, 0, 64)));
    }
    *facts = (bd_package_facts){
        .package_id = bd_value_text(root, "package_id"),
        .edition = bd_value_text(root, "edition"),
        .organisation = bd_value_text(organisation, "name"),
        .short_name = bd_value_text(organisation, "short"),
        .tenant = bd_value_text(organisation, "tenant"),
        .period_id = bd_value_text(period, "id"),
        .period_type = bd_value_text(period, "type"),
        .period_from = bd_value_text(period, "from"),
        .period_to = bd_value_text(period, "to"),
        .as_of = bd_value_text(root, "as_of"),
        .bindery_version = bd_value_text(root, "bindery"),
        .versions = bd_value_text(root, "versions"),
        .previous_package = bd_value_text(root, "previous_package"),
    };
    if (!bd_instant_parse(bd_value_text(root, "fixed_time"), &facts->fixed_time)) {
        BD_RAISE(err, BD_ERR_INPUT, "'/fixed_time' of the manifest is no instant");
    }
    BD_TRY(parse_hash(root, "plan_sha256", "", facts->plan_sha256, err));
    BD_TRY(parse_hash(root, "journal_head", "", facts->journal_head, err));
    BD_TRY(parse_hash(root, "catalog_sha256", "", facts->catalog_sha256, err));
    if (bd_value_find(root, "signer_sha256") != NULL) {
        BD_TRY(parse_hash(root, "signer_sha256", "", facts->signer_sha256, err));
    }
    return package_facts_check(facts, err);
}

static bd_rc check_same_form(bd_str found, bd_str expected, bd_err *err) {
    size_t at = 0;
    while (at < found.size && at < expected.size && found.data[at] == expected.data[at]) {
        at++;
    }
    if (at == found.size && at == expected.size) {
        return BD_OK;
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "the manifest is not in the one form that its facts have: it differs at byte %zu "
             "(another order or spelling, or a member that does not belong)",
             at);
}

static bd_rc parse_tree(bd_str text, bd_arena *arena, const bd_value **root, bd_err *err) {
    bd_json_limits limits = bd_json_default_limits;
    limits.document_bytes = PACKAGE_TEXT_MAX;
    limits.record_bytes = PACKAGE_TEXT_MAX;
    limits.depth = 8;
    limits.nodes = 16000000;
    BD_TRY_CTX(bd_json_parse(text, &limits, arena, root, err), err, "in the manifest");
    if ((*root)->kind != BD_OBJECT) {
        BD_RAISE(err, BD_ERR_INPUT, "the manifest is no JSON object");
    }
    return BD_OK;
}

bd_rc package_manifest_parse(bd_str text, bd_arena *arena, bd_package_facts *facts,
                             package_listing *listing, const bd_value **tree, bd_err *err) {
    bd_str again;
    const bd_value *root = NULL;
    BD_TRY(parse_tree(text, arena, &root, err));
    BD_TRY(parse_facts(root, facts, err));
    const bd_value *files = bd_value_find(root, "files");
    for (size_t i = 0; files != NULL && files->kind == BD_ARRAY && i < files->count; i++) {
        BD_TRY(parse_listed(&files->items[i], i, facts->package_id.size, arena, listing, err));
    }
    package_listing_finish(listing, !package_is_zero(facts->signer_sha256), arena);
    BD_TRY(package_manifest_build(facts, listing, arena, &again, err));
    BD_TRY(check_same_form(text, again, err));
    *tree = root;
    return BD_OK;
}
