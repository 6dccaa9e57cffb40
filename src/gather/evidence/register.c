#include "bindery/evidence.h"

#include "evidence_priv.h"

const char *const bd_register_columns[31] = {
    "file",
    "title",
    "document_type",
    "version",
    "approved_by",
    "approver_role",
    "approver_is_management",
    "approved_on",
    "in_force_from",
    "in_force_to",
    "carried_out_on",
    "states",
    "requirements",
    "prepared_by",
    "prepared_role",
    "prepared_at",
    "reviewed_by",
    "reviewed_role",
    "reviewed_at",
    "reviewed_checked",
    "reviewed_sha256",
    "vendor",
    "report_type",
    "period_from",
    "period_to",
    "auditor",
    "opinion",
    "issued_by",
    "issued_on",
    "document_id",
    "retrieved_by",
};

bd_rc bd_register_check_columns(const bd_str *names, size_t count, bd_str path, bd_err *err) {
    bool has_file = false;
    for (size_t i = 0; i < count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < BD_COUNT(bd_register_columns); k++) {
            is_known = is_known || bd_str_eqz(names[i], bd_register_columns[k]);
        }
        if (!is_known) {
            const char *nearest =
                bd_nearest(names[i], bd_register_columns, BD_COUNT(bd_register_columns));
            BD_RAISE(err, BD_ERR_INPUT, "cannot use '%.*s': unknown column '%.*s'%s%s%s",
                     BD_ARG(path), BD_ARG(bd_str_sub(names[i], 0, 80)),
                     nearest != NULL ? ", the nearest known column is '" : "",
                     nearest != NULL ? nearest : "", nearest != NULL ? "'" : "");
        }
        has_file = has_file || bd_str_eqz(names[i], "file");
    }
    if (!has_file) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use '%.*s': no column 'file', expected the path of each document",
                 BD_ARG(path));
    }
    return BD_OK;
}

typedef struct {
    const bd_value *row;
    uint32_t number;
    bd_str path;
    bd_arena *arena;
    bd_err *err;
} reader;

static bd_str cell(const reader *r, const char *column) {
    return bd_str_trim(bd_value_text(r->row, column));
}

static bd_rc fail_cell(const reader *r, const char *column, const char *expected) {
    bd_str shown = bd_str_visible(r->arena, bd_str_sub(cell(r, column), 0, 80));
    BD_RAISE(r->err, BD_ERR_INPUT,
             "cannot use '%.*s' at row %u, column '%s': found '%.*s', expected %s", BD_ARG(r->path),
             r->number, column, BD_ARG(shown), expected);
}

static bd_rc read_day(const reader *r, const char *column, bd_day *out) {
    bd_str text = cell(r, column);
    *out = BD_DAY_NONE;
    if (text.size > 0 && !bd_day_parse(text, out)) {
        return fail_cell(r, column, "a day YYYY-MM-DD");
    }
    return BD_OK;
}

static bd_rc read_instant(const reader *r, const char *column, bd_instant *out) {
    bd_str text = cell(r, column);
    *out = BD_INSTANT_NONE;
    if (text.size > 0 && !bd_instant_parse(text, out)) {
        return fail_cell(r, column, "a time with offset such as 2026-01-15T06:00:04Z");
    }
    return BD_OK;
}

static bd_rc read_yes(const reader *r, const char *column, bool *out) {
    bd_str text = cell(r, column);
    bool is_yes = bd_str_ieq(text, BD_STR("yes")) || bd_str_ieq(text, BD_STR("true"));
    bool is_no =
        text.size == 0 || bd_str_ieq(text, BD_STR("no")) || bd_str_ieq(text, BD_STR("false"));
    *out = is_yes;
    return is_yes || is_no ? BD_OK : fail_cell(r, column, "yes or no");
}

/* The columns about a vendor's report, as the member "report" of a sidecar has them. */
static bd_rc read_report(const reader *r, bd_document *out) {
    static const char *const columns[] = {"vendor",    "report_type", "period_from", "period_to",
                                          "auditor",   "opinion",     "issued_by",   "issued_on",
                                          "document_id", "retrieved_by"};
    bd_str keys[BD_COUNT(columns)];
    const bd_value *values[BD_COUNT(columns)];
    bd_day from, to, issued;
    size_t count = 0;
    BD_TRY(read_day(r, "period_from", &from));
    BD_TRY(read_day(r, "period_to", &to));
    BD_TRY(read_day(r, "issued_on", &issued));
    if (from != BD_DAY_NONE && to != BD_DAY_NONE && to < from) {
        return fail_cell(r, "period_to", "a day on or after 'period_from'");
    }
    for (size_t i = 0; i < BD_COUNT(columns); i++) {
        bd_str text = cell(r, columns[i]);
        if (text.size > 0) {
            keys[count] = bd_str_of(columns[i]);
            values[count++] = bd_value_string(r->arena, text);
        }
    }
    out->report = count > 0 ? bd_value_object(r->arena, count, keys, values) : NULL;
    return BD_OK;
}

static bd_rc read_states(const reader *r, bd_document *out) {
    bd_str rest = cell(r, "states");
    bd_str piece;
    while (bd_str_cut(&rest, ';', &piece)) {
        piece = bd_str_trim(piece);
        if (piece.size == 0) {
            continue;
        }
        if (!evidence_is_statement(piece)) {
            return fail_cell(r, "states", "words such as 'time-limit', separated by ';'");
        }
        *bd_push(r->arena, &out->states) = piece;
        out->has_states = true;
    }
    return BD_OK;
}

static bd_rc read_document(const reader *r, bd_document *out) {
    *out = (bd_document){.type = cell(r, "document_type"),
                         .title = cell(r, "title"),
                         .version = cell(r, "version"),
                         .approved_by = cell(r, "approved_by"),
                         .approver_role = cell(r, "approver_role")};
    if (out->type.size == 0) {
        return fail_cell(r, "document_type",
                         "the type of the document, such as 'information-security-policy'");
    }
    BD_TRY(read_yes(r, "approver_is_management", &out->approver_is_management));
    out->has_approver_is_management = cell(r, "approver_is_management").size > 0;
    BD_TRY(read_day(r, "approved_on", &out->approved_on));
    BD_TRY(read_day(r, "in_force_from", &out->in_force_from));
    BD_TRY(read_day(r, "in_force_to", &out->in_force_to));
    BD_TRY(read_day(r, "carried_out_on", &out->carried_out_on));
    BD_TRY(read_states(r, out));
    bool has_both = out->in_force_from != BD_DAY_NONE && out->in_force_to != BD_DAY_NONE;
    if (has_both && out->in_force_to < out->in_force_from) {
        return fail_cell(r, "in_force_to", "a day on or after 'in_force_from'");
    }
    return read_report(r, out);
}

static bd_rc read_review(const reader *r, bd_sidecar *out) {
    bd_signoff review = {.name = cell(r, "reviewed_by"),
                         .role = cell(r, "reviewed_role"),
                         .checked = cell(r, "reviewed_checked"),
                         .origin = BD_STR("register")};
    bd_str sha256 = cell(r, "reviewed_sha256");
    BD_TRY(read_instant(r, "reviewed_at", &review.at));
    review.has_sha256 = bd_unhex(sha256, review.sha256, sizeof review.sha256);
    if (sha256.size > 0 && !review.has_sha256) {
        return fail_cell(r, "reviewed_sha256", "64 hexadecimal digits");
    }
    if (review.name.size > 0) {
        *bd_push(r->arena, &out->reviews) = review;
    }
    return BD_OK;
}

static bd_rc read_requirements(const reader *r, bd_sidecar *out) {
    bd_str rest = cell(r, "requirements");
    bd_str piece;
    while (bd_str_cut(&rest, ';', &piece)) {
        piece = bd_str_trim(piece);
        if (piece.size == 0) {
            continue;
        }
        if (!evidence_is_requirement(piece)) {
            return fail_cell(r, "requirements", "requirements such as '1.1a', separated by ';'");
        }
        *bd_push(r->arena, &out->requirements) = piece;
    }
    return BD_OK;
}

static bd_rc read_row(const reader *r, bd_register_row *out) {
    bd_sidecar *s = &out->sidecar;
    *out = (bd_register_row){.file = cell(r, "file"), .row = r->number};
    if (out->file.size == 0) {
        return fail_cell(r, "file", "the path of a document");
    }
    s->source = BD_STR("doc");
    s->title = cell(r, "title");
    s->rows = -1;
    s->collected_at = BD_INSTANT_NONE;
    s->describes_from = BD_INSTANT_NONE;
    s->describes_to = BD_INSTANT_NONE;
    s->has_document = true;
    BD_TRY(read_document(r, &s->document));
    BD_TRY(read_requirements(r, s));
    s->prepared_by = (bd_signoff){.name = cell(r, "prepared_by"),
                                  .role = cell(r, "prepared_role"),
                                  .origin = BD_STR("register")};
    BD_TRY(read_instant(r, "prepared_at", &s->prepared_by.at));
    return read_review(r, s);
}

bd_rc bd_register_parse(const bd_value *const *rows, size_t count, bd_str path, bd_arena *arena,
                        bd_register_rows *out, bd_err *err) {
    bd_map *seen = bd_map_make(arena);
    *out = (bd_register_rows){0};
    for (size_t i = 0; i < count; i++) {
        reader r = {bd_value_copy(arena, rows[i]), (uint32_t)i + 1, path, arena, err};
        bd_register_row row;
        BD_TRY(read_row(&r, &row));
        if (bd_map_find(seen, row.file) != NULL) {
            return fail_cell(&r, "file", "each file once");
        }
        bd_map_put(seen, row.file, seen);
        *bd_push(arena, out) = row;
    }
    return BD_OK;
}
