/* The set-up of the next period: what an organisation has said of itself, and nothing that it has shown.
 *
 * Facts are copied with their approvals, flagged: until somebody approves one again it passes nothing.  Exclusions let
 * records off by an approval for what was then; they stay behind.  Keys are not copied, so that a signing identity that
 * lies in the old folder stays behind, too. */
#include "bindery/engagement.h"

#include "engagement_priv.h"

#define LARGEST_TEXT ((size_t)16 << 20)

typedef struct {
    const bd_engagement *old;
    bd_arena *arena;
    bd_buf text;
    bd_strs *notes;
    const char *comma;
} copying;

static void note(copying *c, bd_str sentence) {
    *bd_push(c->arena, c->notes) = sentence;
}

static bd_str quoted(copying *c, bd_str text) {
    return bd_json_canonical(c->arena, bd_value_string(c->arena, text));
}

static void put_key(copying *c, bd_str key) {
    bd_buf_printf(&c->text, "%s\n  %.*s: ", c->comma, BD_ARG(quoted(c, key)));
    c->comma = ",";
}

static void put_rows(copying *c, const bd_value *list, bd_str last) {
    bd_buf_printf(&c->text, "[");
    const char *comma = "";
    for (size_t i = 0; i < list->count; i++) {
        bd_buf_printf(&c->text, "%s\n    %.*s", comma,
                      BD_ARG(bd_json_canonical(c->arena, &list->items[i])));
        comma = ",";
    }
    if (last.size > 0) {
        bd_buf_printf(&c->text, "%s\n    %.*s", comma, BD_ARG(last));
        comma = ",";
    }
    bd_buf_printf(&c->text, "%s]", comma[0] != '\0' ? "\n  " : "");
}

static bd_str flagged(copying *c, const bd_value *fact) {
    bd_str keys[] = {BD_STR("approved_by"), BD_STR("approved_on"), BD_STR("to_approve"),
                     BD_STR("value")};
    const bd_value *values[] = {bd_value_find(fact, "approved_by"),
                                bd_value_find(fact, "approved_on"), bd_value_bool(c->arena, true),
                                bd_value_find(fact, "value")};
    return bd_json_canonical(c->arena, bd_value_object(c->arena, BD_COUNT(keys), keys, values));
}

static void put_facts(copying *c, const bd_value *facts) {
    bd_buf_printf(&c->text, "{");
    for (size_t i = 0; i < facts->count; i++) {
        bd_buf_printf(&c->text, "%s\n    %.*s: %.*s", i > 0 ? "," : "",
                      BD_ARG(quoted(c, facts->keys[i])), BD_ARG(flagged(c, &facts->items[i])));
        note(c, bd_str_format(c->arena,
                              "/facts/%.*s is to be approved again: renew approved_by and approved_on, then take "
                              "to_approve out; until then it passes nothing",
                              BD_ARG(facts->keys[i])));
    }
    bd_buf_printf(&c->text, "%s}", facts->count > 0 ? "\n  " : "");
}

static bool is_rooted(bd_str path) {
    return path.size == 0 || path.data[0] == '/';
}

static bool is_key_inside(const bd_key_place *place) {
    return !is_rooted(place->key) || !is_rooted(place->certificate) || !is_rooted(place->pkcs12);
}

/* False: the member stays behind, said. */
static bool is_copied(copying *c, bd_str key, const bd_value *value) {
    const bd_signing *signing = &c->old->signing;
    if (bd_str_eqz(key, "exclusions") && value->count > 0) {
        note(c, bd_str_format(c->arena,
                              "%zu exclusion%s not copied: each was approved for what was then", value->count,
                              value->count == 1 ? " was" : "s were"));
        return false;
    }
    bool is_inside = is_key_inside(&signing->preparer) || is_key_inside(&signing->reviewer) ||
                     !is_rooted(signing->tsa_certificates);
    if (bd_str_eqz(key, "signing") && is_inside) {
        note(c, BD_STR("/signing was not copied: keys are never copied; the trial identity signs until it is set"));
        return false;
    }
    return true;
}

static void put_member(copying *c, bd_str key, const bd_value *value, bd_str period) {
    if (!is_copied(c, key, value)) {
        return;
    }
    put_key(c, key);
    if (bd_str_eqz(key, "periods")) {
        put_rows(c, value, period);
    } else if (bd_str_eqz(key, "facts")) {
        put_facts(c, value);
    } else if (value->kind == BD_ARRAY && value->count > 0 && value->items[0].kind == BD_OBJECT) {
        put_rows(c, value, (bd_str){"", 0});
    } else {
        bd_buf_puts(&c->text, bd_json_canonical(c->arena, value));
    }
}

static bd_rc read_period(const bd_engagement *old, bd_str spec, bd_arena *arena, bd_str *out, bd_err *err) {
    bd_str id;
    bd_day from, to;
    bool is_type_ii = bd_str_find(spec, BD_STR("..")) >= 0;
    bd_str shown = bd_str_visible(arena, bd_str_sub(spec, 0, 80));
    if (!engagement_parse_span(spec, !is_type_ii, &id, &from, &to)) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "cannot use --next-period '%.*s': expected ID=YYYY-MM-DD..YYYY-MM-DD, or ID=YYYY-MM-DD for Type I",
                 BD_ARG(shown));
    }
    if (!engagement_is_period_id(id) || to < from) {
        BD_RAISE(err, BD_ERR_USAGE, "cannot use --next-period '%.*s': %s", BD_ARG(shown),
                 to < from ? "it ends before it starts"
                           : "the id must be 1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-'");
    }
    for (size_t i = 0; i < old->periods.count; i++) {
        if (bd_str_ieq(old->periods.data[i].id, id)) {
            BD_RAISE(err, BD_ERR_USAGE,
                     "cannot use --next-period '%.*s': '/periods/%zu' of the engagement has this id", BD_ARG(shown), i);
        }
    }
    bd_str first = bd_day_format(arena, from), last = bd_day_format(arena, to);
    *out = is_type_ii ? bd_str_format(arena, "{\"from\":\"%.*s\",\"id\":\"%.*s\",\"to\":\"%.*s\",\"type\":\"II\"}",
                                      BD_ARG(first), BD_ARG(id), BD_ARG(last))
                      : bd_str_format(arena, "{\"as_of\":\"%.*s\",\"id\":\"%.*s\",\"type\":\"I\"}",
                                      BD_ARG(last), BD_ARG(id));
    return BD_OK;
}

bd_rc bd_engagement_next_json(const bd_engagement *old, bd_str spec, bd_arena *arena, bd_str *out,
                              bd_strs *notes, bd_err *err) {
    bd_str period;
    BD_TRY(read_period(old, spec, arena, &period, err));
    copying c = {.old = old, .arena = arena, .notes = notes, .comma = ""};
    bd_buf_init(&c.text, LARGEST_TEXT);
    bd_buf_printf(&c.text, "{");
    for (size_t i = 0; i < old->source->count; i++) {
        put_member(&c, old->source->keys[i], &old->source->items[i], period);
    }
    bd_buf_printf(&c.text, "\n}\n");
    bd_rc rc = bd_buf_check(&c.text, "bindery.json", err);
    *out = bd_str_copy(arena, bd_buf_str(&c.text));
    bd_buf_clear(&c.text);
    return rc;
}
