/* seals.c - seals and addenda: their journal lines, their files in periods/, and the checkpoint that is handed on.
 *
 *     {"addendum":0,"at":...,"fingerprint":...,"kind":"sealed","lines":120,"manifest_sha256":...,
 *      "more":0,"organisation":"CONTOSO","period":"2026-H1","prev":...,"root":...,"seq":121,
 *      "signature_sha256":...,"signer":...}
 *
 * An `addendum` has its number, the manifest of the seal before in `parent_sha256`, and a `reason`.  `lines` is
 * seq - 1.  A seal with a time-stamp has what that says in `timestamp`, and the hash of manifest.tsr in
 * `timestamp_sha256`: whoever takes the file away cannot say that there was none.
 */
#include "locker_priv.h"

#include <stdio.h>
#include <string.h>

#define CHECKPOINT_HEAD "bindery-locker 1"
enum { CHECKPOINT_MOST = 4096, NAME_MOST = 64 };

/* ---- the tree -------------------------------------------------------------------------------- */

bd_merkle_hash *bd_journal_leaves(bd_str text, bd_arena *arena, size_t *count) {
    size_t lines = 0;
    for (size_t i = 0; i < text.size; i++) {
        lines += text.data[i] == '\n';
    }
    bd_merkle_hash *leaves = bd_new(arena, bd_merkle_hash, lines + 1);
    bd_str rest = text, line;
    for (size_t i = 0; i < lines; i++) {
        (void)bd_str_cut(&rest, '\n', &line);
        bd_merkle_leaf(line, leaves[i].bytes);
    }
    *count = lines;
    return leaves;
}

bd_rc bd_seals_check(const bd_seals *seals, const bd_merkle_hash *leaves, size_t count,
                     bd_err *err) {
    for (size_t i = 0; i < seals->count; i++) {
        const bd_seal *seal = &seals->data[i];
        uint8_t root[32];
        char hex[65];
        bd_merkle_head(leaves, seal->lines < count ? seal->lines : count, root);
        if (seal->lines > count || memcmp(root, seal->root, 32) != 0) {
            bd_hex(seal->root, 32, hex);
            BD_RAISE(err, BD_ERR_INPUT,
                     "the seal '%.*s' at line %zu has the tree head %.12s..., which is not that of "
                     "the %zu lines before it",
                     BD_ARG(seal->name), seal->lines + 1, hex, seal->lines);
        }
    }
    return BD_OK;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool read_hash(const bd_value *line, const char *key, uint8_t out[32]) {
    return bd_unhex(bd_value_text(line, key), out, 32);
}

static bool is_name(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && c != '.' && c != '_' && c != '-' && c != '+') {
            return false;
        }
    }
    return text.size > 0 && text.size <= NAME_MOST && text.data[0] != '.';
}

static bd_str name_of(bd_arena *arena, const bd_seal *seal) {
    return seal->addendum == 0
               ? seal->period
               : bd_str_format(arena, "%.*s+a%u", BD_ARG(seal->period), seal->addendum);
}

/* NULL, or what is wrong with the line at `index`. */
static const char *read_seal(const bd_value *line, size_t index, bd_arena *arena, bd_seal *out) {
    int64_t lines = -1, addendum = -1;
    bool is_addendum = bd_str_eqz(bd_value_text(line, "kind"), "addendum");
    *out = (bd_seal){.period = bd_value_text(line, "period"),
                     .signer = bd_value_text(line, "signer"),
                     .fingerprint = bd_value_text(line, "fingerprint"),
                     .reason = bd_value_text(line, "reason"),
                     .organisation = bd_value_text(line, "organisation"),
                     .at = BD_INSTANT_NONE};
    if (!is_name(out->period)) {
        return "'period' is no period's id";
    }
    if (!bd_value_i64(line, "lines", &lines) || lines != (int64_t)index) {
        return "'lines' is not the number of lines before it";
    }
    if (!bd_value_i64(line, "addendum", &addendum) || addendum < 0 || addendum > 1000000 ||
        (addendum > 0) != is_addendum) {
        return "'addendum' is not the number of one";
    }
    if (!read_hash(line, "root", out->root) ||
        !read_hash(line, "manifest_sha256", out->manifest_sha256) ||
        !read_hash(line, "signature_sha256", out->signature_sha256) ||
        (is_addendum && !read_hash(line, "parent_sha256", out->parent_sha256))) {
        return "a hash is not 64 hex digits";
    }
    out->has_stamp = bd_value_find(line, "timestamp_sha256") != NULL;
    if (out->has_stamp && (!read_hash(line, "timestamp_sha256", out->stamp_sha256) ||
                           !bd_instant_parse(bd_value_text(line, "timestamp"), &out->stamped_at))) {
        return "its time-stamp has no time or no hash";
    }
    (void)bd_instant_parse(bd_value_text(line, "at"), &out->at);
    out->lines = (size_t)lines;
    out->addendum = (uint32_t)addendum;
    out->name = name_of(arena, out);
    return NULL;
}

bd_rc bd_locker_seals(const bd_locker *locker, bd_arena *arena, bd_seals *out, bd_err *err) {
    *out = (bd_seals){0};
    for (size_t i = 0; i < bd_locker_line_count(locker); i++) {
        const bd_value *line = bd_locker_line(locker, i);
        bd_str kind = bd_value_text(line, "kind");
        if (!bd_str_eqz(kind, "sealed") && !bd_str_eqz(kind, "addendum")) {
            continue;
        }
        bd_seal seal;
        const char *fault = read_seal(line, i, arena, &seal);
        if (fault != NULL) {
            BD_RAISE(err, BD_ERR_INPUT, "line %zu of the journal is no seal: %s", i + 1, fault);
        }
        *bd_push(arena, out) = seal;
    }
    return BD_OK;
}

static const bd_value *hash_value(bd_arena *arena, const uint8_t hash[32]) {
    char hex[65];
    bd_hex(hash, 32, hex);
    return bd_value_string(arena, bd_str_copy(arena, bd_str_of(hex)));
}

static const bd_value *seal_body(bd_arena *arena, const bd_seal *seal) {
    bd_str keys[13] = {BD_STR("addendum"),        BD_STR("fingerprint"),  BD_STR("lines"),
                       BD_STR("manifest_sha256"), BD_STR("organisation"), BD_STR("period"),
                       BD_STR("root"),            BD_STR("signature_sha256"), BD_STR("signer")};
    const bd_value *values[13] = {
        bd_value_integer(arena, seal->addendum),
        bd_value_string(arena, seal->fingerprint),
        bd_value_integer(arena, (int64_t)seal->lines),
        hash_value(arena, seal->manifest_sha256),
        bd_value_string(arena, seal->organisation),
        bd_value_string(arena, seal->period),
        hash_value(arena, seal->root),
        hash_value(arena, seal->signature_sha256),
        bd_value_string(arena, seal->signer),
    };
    size_t count = 9;
    if (seal->addendum > 0) {
        keys[count] = BD_STR("parent_sha256");
        values[count++] = hash_value(arena, seal->parent_sha256);
        keys[count] = BD_STR("reason");
        values[count++] = bd_value_string(arena, seal->reason);
    }
    if (seal->has_stamp) {
        keys[count] = BD_STR("timestamp");
        values[count++] = bd_value_string(arena, bd_instant_format(arena, seal->stamped_at));
        keys[count] = BD_STR("timestamp_sha256");
        values[count++] = hash_value(arena, seal->stamp_sha256);
    }
    return bd_value_object(arena, count, keys, values);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bd_rc write_files(bd_locker *locker, const bd_seal *seal, const bd_seal_file *files,
                         size_t count, bd_err *err) {
    char folder[NAME_MOST + 32];
    snprintf(folder, sizeof(folder), "periods/%.*s", BD_ARG(seal->name));
    BD_TRY(store_folder(locker, "periods", err));
    BD_TRY(store_folder(locker, folder, err));
    for (size_t i = 0; i < count; i++) {
        BD_TRY(store_write(locker, folder, files[i].name, files[i].text, /*is_durable*/ true, err));
    }
    BD_TRY(store_sync_folder(locker, "periods", err));
    return store_sync_folder(locker, ".", err);
}

bd_rc bd_locker_seal(bd_locker *locker, const bd_seal *seal, const bd_seal_file *files,
                     size_t count, bd_instant now, bd_err *err) {
    if (locker->mode != BD_LOCKER_WRITE || seal->lines != locker->journal.lines.count ||
        !is_name(seal->name)) {
        BD_RAISE(err, BD_ERR_BUG, "a seal over %zu lines does not fit the locker '%s'", seal->lines,
                 locker->folder);
    }
    BD_TRY(write_files(locker, seal, files, count, err));
    bd_str kind = seal->addendum == 0 ? BD_STR("sealed") : BD_STR("addendum");
    return bd_locker_append(locker, kind, seal_body(locker->arena, seal), now, err);
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

bd_str bd_checkpoint_text(bd_arena *arena, const bd_seal *seal) {
    char hex[65];
    bd_hex(seal->root, 32, hex);
    return bd_str_format(arena, CHECKPOINT_HEAD " %.*s %.*s\n%zu\n%s\n", BD_ARG(seal->organisation),
                         BD_ARG(seal->name), seal->lines, hex);
}

static bd_str next_line(bd_str *rest) {
    bd_str line;
    return bd_str_cut(rest, '\n', &line) ? bd_str_trim(line) : BD_STR("");
}

bd_rc bd_checkpoint_parse(bd_str text, bd_arena *arena, bd_seal *out, bd_err *err) {
    bd_str rest = bd_str_trim(text);
    int64_t lines = 0;
    if (text.size > CHECKPOINT_MOST) {
        BD_RAISE(err, BD_ERR_INPUT, "a checkpoint has three lines, this file has %zu bytes",
                 text.size);
    }
    bd_str head = next_line(&rest), count = next_line(&rest), hex = next_line(&rest);
    *out = (bd_seal){.at = BD_INSTANT_NONE};
    if (!bd_str_has_prefix(head, BD_STR(CHECKPOINT_HEAD " "))) {
        BD_RAISE(err, BD_ERR_INPUT, "the first line of a checkpoint begins with '%s', found '%.*s'",
                 CHECKPOINT_HEAD,
                 BD_ARG(bd_str_visible(arena, bd_str_sub(head, 0, 60))));
    }
    if (!bd_str_to_i64(count, &lines) || lines <= 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the second line of a checkpoint is the number of journal lines, found '%.*s'",
                 BD_ARG(bd_str_visible(arena, bd_str_sub(count, 0, 60))));
    }
    if (!bd_unhex(hex, out->root, 32) || bd_str_trim(rest).size > 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the third and last line of a checkpoint is the tree head in 64 hex digits");
    }
    out->name = bd_str_copy(arena, bd_str_sub(head, sizeof(CHECKPOINT_HEAD), head.size));
    out->lines = (size_t)lines;
    return BD_OK;
}
