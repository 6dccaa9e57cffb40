#include "bindery/engagement.h"

#include <string.h>

#include "engagement_priv.h"

#define LARGEST_TEXT ((size_t)1 << 20)

typedef struct {
    const bd_engagement_draft *draft;
    bd_arena *arena;
    bd_buf text;
    bd_strs *defaulted;
    bd_err *err;
} maker;

static void note_default(maker *m, bd_str clause) {
    if (m->defaulted != NULL) {
        *bd_push(m->arena, m->defaulted) = clause;
    }
}

bd_str bd_short_name(bd_arena *arena, bd_str organisation) {
    char *text = bd_alloc(arena, 17, 1);
    size_t size = 0;
    for (size_t i = 0; i < organisation.size && size < 16; i++) {
        char c = organisation.data[i];
        c = (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-') {
            text[size++] = c;
        }
    }
    return size > 0 ? (bd_str){text, size} : BD_STR("ORG");
}

static void put_quoted(maker *m, bd_str text) {
    bd_buf_puts(&m->text, bd_json_canonical(m->arena, bd_value_string(m->arena, text)));
}

static bd_rc put_organisation(maker *m) {
    bd_str name = bd_str_trim(m->draft->organisation);
    if (name.size == 0) {
        name = m->draft->folder_name.size > 0 ? m->draft->folder_name : BD_STR("Our organisation");
        note_default(m, bd_str_format(m->arena, "organisation '%.*s', from the folder's name",
                                      BD_ARG(name)));
    }
    if (!bd_utf8_is_valid(name)) {
        BD_RAISE(m->err, BD_ERR_USAGE, "cannot use the organisation's name: it is not UTF-8 text");
    }
    bd_str short_name = bd_short_name(m->arena, name);
    note_default(m, bd_str_format(m->arena, "short name '%.*s'", BD_ARG(short_name)));
    bd_buf_printf(&m->text, "  \"organisation\": {\"name\": ");
    put_quoted(m, name);
    bd_buf_printf(&m->text,
                  ", \"short\": \"%.*s\"},\n  \"system\": {\"name\": ", BD_ARG(short_name));
    put_quoted(m, name);
    bd_buf_printf(&m->text, "},\n");
    return BD_OK;
}

static bd_rc put_categories(maker *m) {
    bool has[5] = {false};
    for (size_t i = 0; i < m->draft->categories.count; i++) {
        bd_str name = m->draft->categories.data[i];
        int at = engagement_category(name);
        if (at < 0) {
            const char *nearest = bd_nearest(name, bd_category_names, BD_COUNT(bd_category_names));
            BD_RAISE(m->err, BD_ERR_USAGE,
                     "unknown category '%.*s'%s%s%s; all known are Security, Availability, "
                     "Confidentiality, Processing Integrity and Privacy",
                     BD_ARG(bd_str_visible(m->arena, name)),
                     nearest != NULL ? ", the nearest known is '" : "",
                     nearest != NULL ? nearest : "", nearest != NULL ? "'" : "");
        }
        has[at] = true;
    }
    if (m->draft->categories.count == 0) {
        has[0] = true;
        note_default(m, BD_STR("category Security"));
    }
    bd_buf_printf(&m->text, "  \"categories\": [");
    const char *comma = "";
    for (size_t i = 0; i < BD_COUNT(has); i++) {
        if (has[i]) {
            bd_buf_printf(&m->text, "%s\"%s\"", comma, bd_category_names[i]);
            comma = ", ";
        }
    }
    bd_buf_printf(&m->text, "],\n");
    return BD_OK;
}

static bd_rc put_subscriptions(maker *m) {
    const bd_strs *list = &m->draft->subscriptions;
    if (list->count == 0) {
        note_default(m, BD_STR("all subscriptions that the evidence shows"));
        return BD_OK;
    }
    bd_buf_printf(&m->text, "  \"subscriptions\": [");
    for (size_t i = 0; i < list->count; i++) {
        if (!engagement_is_guid(list->data[i])) {
            BD_RAISE(m->err, BD_ERR_USAGE, "cannot use --subscription '%.*s': expected a GUID",
                     BD_ARG(bd_str_visible(m->arena, list->data[i])));
        }
        bd_str id = bd_str_lower(m->arena, list->data[i]);
        bd_buf_printf(&m->text, "%s\n    {\"id\": \"%.*s\"}", i > 0 ? "," : "", BD_ARG(id));
    }
    bd_buf_printf(&m->text, "\n  ],\n");
    return BD_OK;
}

static bd_rc put_zone(maker *m) {
    bd_str name = m->draft->zone_name;
    if (name.size == 0) {
        name = BD_STR("UTC");
        note_default(m, BD_STR("time zone UTC"));
    }
    const bd_zone *zone;
    BD_TRY(bd_zone_load(name, m->arena, &zone, m->err));
    bd_buf_printf(&m->text, "  \"timezone\": \"%.*s\",\n", BD_ARG(name));
    return BD_OK;
}

/* ---- periods ---- */

typedef struct {
    bd_str id;
    bd_day from, to; /* equal for Type I */
} span;

static void put_period(maker *m, const span *s, bool is_first) {
    bd_str from = bd_day_format(m->arena, s->from);
    bd_str to = bd_day_format(m->arena, s->to);
    bd_buf_printf(&m->text, "%s\n    {\"id\": \"%.*s\", ", is_first ? "" : ",", BD_ARG(s->id));
    if (m->draft->is_type_i) {
        bd_buf_printf(&m->text, "\"type\": \"I\", \"as_of\": \"%.*s\"}", BD_ARG(to));
        return;
    }
    bd_buf_printf(&m->text, "\"type\": \"II\", \"from\": \"%.*s\", \"to\": \"%.*s\"}", BD_ARG(from),
                  BD_ARG(to));
}

bool engagement_parse_span(bd_str text, bool is_type_i, bd_str *id, bd_day *from, bd_day *to) {
    ptrdiff_t equals = bd_str_find(text, BD_STR("="));
    if (equals < 0) {
        return false;
    }
    *id = bd_str_sub(text, 0, (size_t)equals);
    bd_str days = bd_str_sub(text, (size_t)equals + 1, text.size);
    ptrdiff_t dots = bd_str_find(days, BD_STR(".."));
    if (is_type_i && dots < 0) {
        *to = BD_DAY_NONE;
        bool is_day = bd_day_parse(days, from);
        *to = *from;
        return is_day;
    }
    return dots >= 0 && !is_type_i && bd_day_parse(bd_str_sub(days, 0, (size_t)dots), from) &&
           bd_day_parse(bd_str_sub(days, (size_t)dots + 2, days.size), to);
}

static bd_rc put_given_period(maker *m, bd_str text, size_t index) {
    span s;
    bd_str shown = bd_str_visible(m->arena, bd_str_sub(text, 0, 80));
    if (!engagement_parse_span(text, m->draft->is_type_i, &s.id, &s.from, &s.to)) {
        BD_RAISE(m->err, BD_ERR_USAGE, "cannot use --period '%.*s': expected %s", BD_ARG(shown),
                 m->draft->is_type_i ? "ID=YYYY-MM-DD for Type I" : "ID=YYYY-MM-DD..YYYY-MM-DD");
    }
    if (!engagement_is_period_id(s.id)) {
        BD_RAISE(m->err, BD_ERR_USAGE,
                 "cannot use --period '%.*s': the id must be 1 to 32 of A-Z, a-z, 0-9, '.', '_' "
                 "and '-'",
                 BD_ARG(shown));
    }
    if (s.to < s.from) {
        BD_RAISE(m->err, BD_ERR_USAGE, "cannot use --period '%.*s': it ends before it starts",
                 BD_ARG(shown));
    }
    put_period(m, &s, index == 0);
    return BD_OK;
}

/* The last three full calendar months before today; Type I: the last day of them. */
static void put_default_period(maker *m) {
    bd_date today = bd_date_of_day(m->draft->today);
    bd_day first_of_month = bd_day_of_date(today.year, today.month, 1);
    int months = today.year * 12 + today.month - 1 - 3;
    span s = {.from = bd_day_of_date(months / 12, months % 12 + 1, 1), .to = first_of_month - 1};
    bd_date last = bd_date_of_day(s.to);
    s.id = bd_str_format(m->arena, "%04d-%02d_%04d-%02d", months / 12, months % 12 + 1, last.year,
                         last.month);
    if (m->draft->is_type_i) {
        s.from = s.to;
        s.id = bd_day_format(m->arena, s.to);
    }
    note_default(m, bd_str_format(m->arena, "period '%.*s'", BD_ARG(s.id)));
    put_period(m, &s, /*is_first*/ true);
}

static bd_rc put_periods(maker *m) {
    bd_buf_printf(&m->text, "  \"periods\": [");
    for (size_t i = 0; i < m->draft->periods.count; i++) {
        BD_TRY(put_given_period(m, m->draft->periods.data[i], i));
    }
    if (m->draft->periods.count == 0) {
        put_default_period(m);
    }
    bd_buf_printf(&m->text, "\n  ],\n");
    return BD_OK;
}

static bd_rc put_all(maker *m) {
    bd_buf_printf(&m->text, "{\n  \"format\": \"bindery-engagement 1\",\n");
    BD_TRY(put_organisation(m));
    BD_TRY(put_categories(m));
    BD_TRY(put_subscriptions(m));
    BD_TRY(put_zone(m));
    BD_TRY(put_periods(m));
    bd_buf_printf(
        &m->text,
        "  \"owners\": [],\n  \"people\": [],\n  \"vendors\": [\n    {\"name\": "
        "\"Microsoft Corporation\", \"service\": \"Azure\", \"method\": \"carve-out\"}\n  ],\n"
        "  \"facts\": {},\n  \"exclusions\": [],\n  \"sources\": {\"collect\": false}\n}\n");
    return bd_buf_check(&m->text, "bindery.json", m->err);
}

bd_rc bd_engagement_make_json(const bd_engagement_draft *draft, bd_arena *arena, bd_str *out,
                              bd_strs *defaulted, bd_err *err) {
    maker m = {.draft = draft, .arena = arena, .defaulted = defaulted, .err = err};
    bd_buf_init(&m.text, LARGEST_TEXT);
    bd_rc rc = put_all(&m);
    bd_str text = bd_str_copy(arena, bd_buf_str(&m.text));
    bd_buf_clear(&m.text);
    BD_TRY(rc);
    /* Duplicate period ids and the like are told as the loader tells them. */
    bd_engagement check;
    rc = bd_engagement_parse(text, BD_STR("bindery.json"), arena, &check, err);
    if (bd_failed(rc) && err != NULL) {
        err->class = BD_ERR_USAGE; /* the options made it so */
    }
    BD_TRY(rc);
    *out = text;
    return BD_OK;
}
