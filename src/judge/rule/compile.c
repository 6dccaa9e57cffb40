/* Checks to programs.  A check is compiled whole or refused with the place of the fault; nothing of
 * it is ignored. */
#include "bindery/rule.h"

#include "rule_priv.h"

static bd_rc check_keys(compiler *compile, const bd_value *object, const char *const *known,
                        size_t count, const place *at) {
    if (object == NULL || object->kind != BD_OBJECT) {
        return refuse(compile, at, "expected an object");
    }
    for (size_t i = 0; i < object->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < count; k++) {
            is_known = is_known || bd_str_eqz(object->keys[i], known[k]);
        }
        if (!is_known) {
            return refuse(
                compile, at, "unknown key '%.*s', the nearest known one is '%s'",
                BD_ARG(bd_str_visible(compile->arena, bd_str_sub(object->keys[i], 0, 64))),
                bd_catalog_nearest(known, count, object->keys[i]));
        }
    }
    return BD_OK;
}
#define KEYS(compile, object, at, ...)                                                             \
    check_keys((compile), (object), (const char *const[]){__VA_ARGS__},                            \
               BD_COUNT(((const char *const[]){__VA_ARGS__})), (at))

static bd_rc compile_optional(compiler *compile, const bd_value *object, const char *key,
                              const place *at, node **out) {
    const bd_value *json = bd_value_find(object, key);
    place below = {.parent = at, .key = bd_str_of(key)};
    return json == NULL ? BD_OK : compile_condition(compile, json, NULL, &below, out);
}

static bd_rc compile_needed(compiler *compile, const bd_value *object, const char *key,
                            const place *at, node **out) {
    place below = {.parent = at, .key = bd_str_of(key)};
    return compile_condition(compile, bd_value_find(object, key), NULL, &below, out);
}

static bd_rc compile_text_path(compiler *compile, const bd_value *object, const char *key,
                               const place *at, path *out) {
    place below = {.parent = at, .key = bd_str_of(key)};
    const bd_value *json = bd_value_find(object, key);
    if (json == NULL || json->kind != BD_STRING) {
        return refuse(compile, &below, "expected a field path");
    }
    return compile_path(compile, json->text, NULL, &below, out);
}

static bd_verdict verdict_named(bd_str word) {
    for (int v = BD_PASS; v <= BD_CANNOT_TELL; v++) {
        if (bd_str_eqz(word, bd_verdict_text((bd_verdict)v))) {
            return (bd_verdict)v;
        }
    }
    return BD_CANNOT_TELL;
}

static bd_rc need_source(compiler *compile, const bd_check *check) {
    return bd_value_text(check->body, "source").size > 0
               ? BD_OK
               : refuse(compile, NULL, "'source' is absent, expected its id");
}

/* ---- related ---- */

static bd_rc compile_transform(compiler *compile, const bd_value *object, const char *key,
                               const place *at, key_transform *out, path *field) {
    static const char *const names[] = {"id", "parent", "resourceGroup", "subscription",
                                        "guid-tail"};
    bd_str name = bd_value_text(object, key), prefix = BD_STR("field:");
    place below = {.parent = at, .key = bd_str_of(key)};
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        if (bd_str_eqz(name, names[i])) {
            *out = (key_transform)i;
            return BD_OK;
        }
    }
    *out = KEY_FIELD;
    if (bd_str_has_prefix(name, prefix)) {
        return compile_path(compile, bd_str_sub(name, prefix.size, name.size), NULL, &below, field);
    }
    return refuse(
        compile, &below,
        "'%.*s' is no key, expected id, parent, resourceGroup, subscription, guid-tail or "
        "field:PATH",
        BD_ARG(name));
}

static bd_strs lower_texts(bd_arena *arena, const bd_value *list) {
    bd_strs out = {0};
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (list->items[i].kind == BD_STRING) {
            *bd_push(arena, &out) = bd_str_lower(arena, list->items[i].text);
        }
    }
    return out;
}

static bool is_among(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

/* The types that the left side of a relation can have. */
static bd_strs left_types(compiler *compile, const bd_catalog *catalog, const bd_value *body,
                          const bd_value *named) {
    bd_strs types = lower_texts(compile->arena, named);
    const bd_source_def *source = bd_catalog_source(catalog, bd_value_text(body, "source"));
    return types.count == 0 && source != NULL ? source->types : types;
}

static void add_population(compiler *compile, const bd_strs *types, const bd_value *named,
                           program *out) {
    bd_str id = named->kind == BD_STRING ? bd_resource_id(compile->arena, named->text) : BD_STR("");
    bool is_other = types->count > 0 && !is_among(types, type_of_id(compile->arena, id));
    if (!is_other && bd_map_find(out->population_ids, id) == NULL) {
        bd_map_put(out->population_ids, id, out);
        *bd_push(compile->arena, &out->plan.population) = id;
    }
}

/* The ids of a fact, of the check's types only: one fact lists what is critical of every kind.  A fact that is one id
 * (the central workspace) is a list of one. */
static bd_rc compile_population(compiler *compile, const bd_catalog *catalog, program *out) {
    const bd_value *body = out->check->body, *name = bd_value_find(body, "population");
    if (name == NULL) {
        return BD_OK;
    }
    place at = {.key = BD_STR_INIT("population")};
    if (name->kind != BD_STRING) {
        return refuse(compile, &at, "expected the name of a fact, such as 'critical_resources'");
    }
    out->plan.population_fact = name->text;
    if (bd_value_find(body, "population_key") != NULL) {
        BD_TRY(compile_transform(compile, body, "population_key", NULL, &out->population_key,
                                 &out->population_field));
        out->plan.has_population_key = true;
        if (out->population_key != KEY_FIELD && out->population_key != KEY_PARENT) {
            return refuse(compile, &at, "expected a 'population_key': field:PATH or parent");
        }
    }
    out->population_ids = bd_map_make(compile->arena);
    const bd_value *ids = read_fact(compile, name->text);
    if (ids == NULL) {
        compile->missing_fact = name->text;
        return BD_OK;
    }
    bd_strs types = left_types(compile, catalog, body, bd_value_find(body, "population_types"));
    out->population_types = types;
    if (ids->kind == BD_STRING) {
        add_population(compile, &types, ids, out);
    }
    for (size_t i = 0; ids->kind == BD_ARRAY && i < ids->count; i++) {
        add_population(compile, &types, &ids->items[i], out);
    }
    return BD_OK;
}

/* [["logs"], ["a", "b"]]: of each group at least one field has to be there. */
static bd_rc compile_needs(compiler *compile, const bd_value *groups, const place *at,
                           program *out) {
    place here = {.parent = at, .key = BD_STR_INIT("needs")};
    if (groups == NULL) {
        return BD_OK;
    }
    if (groups->kind != BD_ARRAY) {
        return refuse(compile, &here, "expected a list of lists of fields");
    }
    for (size_t i = 0; i < groups->count; i++) {
        place group = {.parent = &here, .index = i};
        const bd_value *fields = &groups->items[i];
        if (fields->kind != BD_ARRAY || fields->count == 0) {
            return refuse(compile, &group, "expected a list of fields");
        }
        for (size_t j = 0; j < fields->count; j++) {
            if (fields->items[j].kind != BD_STRING || fields->items[j].text.size == 0) {
                return refuse(compile, &group, "expected names of fields");
            }
        }
    }
    out->related_needs = groups;
    return BD_OK;
}

/* [{"name": ..., "pass": condition}]: what no one record has to meet alone. */
static bd_rc compile_together(compiler *compile, const bd_value *list, const place *at,
                              program *out) {
    place here = {.parent = at, .key = BD_STR_INIT("together")};
    if (list->kind != BD_ARRAY || list->count < 2 || list->count > BD_TOGETHER_MAX) {
        return refuse(compile, &here, "expected a list of 2 to %d names with a condition each",
                      BD_TOGETHER_MAX);
    }
    out->together = bd_new(compile->arena, node *, list->count);
    for (size_t i = 0; i < list->count; i++) {
        place member = {.parent = &here, .index = i};
        BD_TRY(KEYS(compile, &list->items[i], &member, "name", "pass"));
        bd_str name = bd_value_text(&list->items[i], "name");
        if (name.size == 0 || is_among(&out->plan.together, name)) {
            return refuse(compile, &member, "expected a name of its own");
        }
        *bd_push(compile->arena, &out->plan.together) = name;
        BD_TRY(compile_needed(compile, &list->items[i], "pass", &member, &out->together[i]));
    }
    return BD_OK;
}

/* One condition that a single record has to meet, or several that records meet together. */
static bd_rc compile_demand(compiler *compile, const bd_value *related, const place *at,
                            program *out) {
    const bd_value *together = bd_value_find(related, "together");
    if (together == NULL) {
        return compile_needed(compile, related, "pass", at, &out->related_pass);
    }
    if (bd_value_find(related, "pass") != NULL || bd_value_is_true(related, "every")) {
        return refuse(compile, at, "'together' stands alone, without 'pass' and 'every'");
    }
    return compile_together(compile, together, at, out);
}

static bd_rc compile_related(compiler *compile, const bd_catalog *catalog, program *out) {
    const bd_value *body = out->check->body, *related = bd_value_find(body, "related");
    place at = {.key = BD_STR_INIT("related")};
    BD_TRY(need_source(compile, out->check));
    BD_TRY(KEYS(compile, related, &at, "source", "key", "left_key", "parent_types", "where", "pass",
                "together", "needs", "every", "absent"));
    BD_TRY(compile_transform(compile, related, "key", &at, &out->related_key, &out->related_field));
    if (bd_value_find(related, "left_key") != NULL) {
        BD_TRY(
            compile_transform(compile, related, "left_key", &at, &out->left_key, &out->left_field));
    }
    BD_TRY(compile_optional(compile, related, "where", &at, &out->related_where));
    BD_TRY(compile_demand(compile, related, &at, out));
    BD_TRY(compile_needs(compile, bd_value_find(related, "needs"), &at, out));
    out->parent_types = left_types(compile, catalog, body, bd_value_find(related, "parent_types"));
    int64_t days = 7;
    bd_value_i64(body, "within_days", &days);
    if (days < 0 || days > 366) {
        return refuse(compile, NULL, "'within_days' is %lld, expected 0 to 366", (long long)days);
    }
    out->plan.within_days = (int)days;
    out->plan.related_source = bd_value_text(related, "source");
    out->plan.is_open_when_absent =
        bd_str_eqz(bd_value_text(related, "absent"), bd_verdict_text(BD_CANNOT_TELL));
    out->plan.is_every = bd_value_is_true(related, "every");
    out->plan.is_by_subscription =
        out->left_key == KEY_GUID_TAIL && out->related_key == KEY_SUBSCRIPTION;
    return compile_population(compile, catalog, out);
}

/* ---- scope ---- */

static bd_rc compile_scope(compiler *compile, program *out) {
    const bd_value *body = out->check->body, *expect = bd_value_find(body, "expect");
    place at = {.key = BD_STR_INIT("expect")};
    BD_TRY(need_source(compile, out->check));
    BD_TRY(compile_needed(compile, body, "pass", NULL, &out->pass));
    BD_TRY(compile_text_path(compile, body, "item", NULL, &out->item));
    BD_TRY(KEYS(compile, expect, &at, "source", "path", "table"));
    BD_TRY(compile_text_path(compile, expect, "path", &at, &out->presence_path));
    const bd_value *table = bd_value_find(expect, "table");
    if (table == NULL || table->kind != BD_OBJECT) {
        return refuse(compile, &at,
                      "'table' is no object, expected values and the items they ask for");
    }
    out->presence_table = bd_map_make(compile->arena);
    for (size_t i = 0; i < table->count; i++) {
        if (table->items[i].kind != BD_STRING) {
            return refuse(compile, &at, "'table' has a member that is no string");
        }
        bd_map_put(out->presence_table, bd_str_lower(compile->arena, table->keys[i]),
                   &table->items[i]);
    }
    out->plan.presence_source = bd_value_text(expect, "source");
    out->plan.item_path = out->item.text;
    return BD_OK;
}

/* ---- aggregate ---- */

/* "99.5" to 995: tenths of a percent, exactly. */
static bool tenths_of(bd_str text, int64_t *out) {
    ptrdiff_t dot = bd_str_find(text, BD_STR("."));
    bd_str whole = dot < 0 ? text : bd_str_sub(text, 0, (size_t)dot);
    bd_str tenth = dot < 0 ? BD_STR("0") : bd_str_sub(text, (size_t)dot + 1, text.size);
    int64_t a, b;
    if (tenth.size != 1 || !bd_str_to_i64(whole, &a) || !bd_str_to_i64(tenth, &b) || a < 0 ||
        a > 100) {
        return false;
    }
    *out = a * 10 + b;
    return true;
}

static bd_rc compile_bound(compiler *compile, program *out, const char *key, bool is_percent,
                           bool *has, int64_t *bound) {
    const bd_value *json = bd_value_find(out->check->body, key);
    if (json == NULL) {
        return BD_OK;
    }
    place at = {.key = bd_str_of(key)};
    bool is_fine = is_percent ? tenths_of(json->text, bound)
                              : bd_value_i64(out->check->body, key, bound) && *bound >= 0;
    if (!is_fine || *has) {
        return refuse(compile, &at, "expected one bound, %s",
                      is_percent ? "0 to 100 with at most one decimal" : "a count");
    }
    *has = true;
    out->plan.is_percent = out->plan.is_percent || is_percent;
    return BD_OK;
}

/* As many as a fact lists: one for each repository, each gate. */
static bd_rc compile_min_fact(compiler *compile, program *out) {
    const bd_value *name = bd_value_find(out->check->body, "min_of");
    if (name == NULL) {
        return BD_OK;
    }
    place at = {.key = BD_STR_INIT("min_of")};
    if (name->kind != BD_STRING || name->text.size == 0 || out->plan.has_min) {
        return refuse(compile, &at, "expected one bound, the name of a fact that is a list");
    }
    const bd_value *list = read_fact(compile, name->text);
    out->plan.has_min = true;
    out->plan.min_fact = name->text;
    if (list == NULL || list->kind != BD_ARRAY || list->count == 0) {
        compile->missing_fact = name->text;
        return BD_OK;
    }
    out->plan.min = (int64_t)list->count;
    return BD_OK;
}

/* "absent": what it means that a whole list holds no such record; a deviation, unless it says otherwise. */
static bd_rc compile_absent(compiler *compile, program *out) {
    bd_str absent = bd_value_text(out->check->body, "absent");
    place at = {.key = BD_STR_INIT("absent")};
    out->plan.fails_absent = absent.size == 0 || bd_str_eqz(absent, "fail");
    return out->plan.fails_absent || bd_str_eqz(absent, "cannot-tell")
               ? BD_OK
               : refuse(compile, &at, "found '%.*s', expected 'fail' or 'cannot-tell'",
                        BD_ARG(bd_str_visible(compile->arena, bd_str_sub(absent, 0, 64))));
}

/* "each_of": a good record for each member of a fact, or for each subscription in scope. */
static bd_rc compile_each_of(compiler *compile, program *out) {
    const bd_value *body = out->check->body;
    bd_reduce_plan *plan = &out->plan;
    bd_str name = bd_value_text(body, "each_of");
    plan->has_each_of = true;
    plan->wants_subscriptions = bd_str_eqz(name, "$subscriptions");
    BD_TRY(compile_text_path(compile, body, "item", NULL, &out->item));
    const bd_value *list = read_fact(compile, name);
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (list->items[i].kind == BD_STRING && list->items[i].text.size > 0) {
            *bd_push(compile->arena, &plan->each_of) = list->items[i].text;
        }
    }
    if (!plan->wants_subscriptions && plan->each_of.count == 0) {
        compile->missing_fact = name; /* an empty list asks for nothing, and so shows nothing */
    }
    return BD_OK;
}

/* Of each member of `together` at least one record: a minimum of one, and no other bound. */
static bd_rc compile_shared_count(compiler *compile, const bd_value *list, program *out) {
    static const char *const others[] = {"of",  "each_of",     "min",        "max",
                                         "min_of", "min_percent", "max_percent"};
    for (size_t i = 0; i < BD_COUNT(others); i++) {
        if (bd_value_find(out->check->body, others[i]) != NULL) {
            return refuse(compile, NULL, "'together' stands alone, without '%s'", others[i]);
        }
    }
    out->plan.has_min = true;
    out->plan.min = 1;
    return compile_together(compile, list, NULL, out);
}

static bd_rc compile_aggregate(compiler *compile, const bd_catalog *catalog, program *out) {
    bd_reduce_plan *plan = &out->plan;
    const bd_value *together = bd_value_find(out->check->body, "together");
    BD_TRY(need_source(compile, out->check));
    bd_str id = bd_value_text(out->check->body, "source");
    const bd_source_def *source = bd_catalog_source(catalog, id);
    if (source != NULL && source->is_log) {
        return refuse(compile, NULL, "'%.*s' is a log, and only snapshots are counted", BD_ARG(id));
    }
    BD_TRY(compile_optional(compile, out->check->body, "of", NULL, &out->of));
    BD_TRY(compile_absent(compile, out));
    if (bd_value_find(out->check->body, "each_of") != NULL) {
        return compile_each_of(compile, out);
    }
    if (bd_str_find(bd_value_text(out->check->body, "reason"), BD_STR("{")) >= 0) {
        return refuse(compile, NULL, "the reason of a count names no field, for it tells of no one record");
    }
    if (together != NULL) {
        return compile_shared_count(compile, together, out);
    }
    BD_TRY(compile_bound(compile, out, "min", false, &plan->has_min, &plan->min));
    BD_TRY(compile_min_fact(compile, out));
    BD_TRY(compile_bound(compile, out, "max", false, &plan->has_max, &plan->max));
    bool is_count = plan->has_min || plan->has_max;
    BD_TRY(compile_bound(compile, out, "min_percent", true, &plan->has_min, &plan->min));
    BD_TRY(compile_bound(compile, out, "max_percent", true, &plan->has_max, &plan->max));
    if (plan->is_percent && (is_count || out->of == NULL)) {
        return refuse(compile, NULL, "a share needs 'of' and no count beside it");
    }
    return plan->has_min || plan->has_max
               ? BD_OK
               : refuse(compile, NULL,
                        "expected at least one of min, max, min_percent and max_percent");
}

/* ---- match ---- */

/* "[tryGet(parameters('slas'), 'notice_hours')]": what of which fact is not stated, as a person would write it. */
static bd_str unstated_part(compiler *compile, bd_str text) {
    bd_str out = BD_STR(""), rest = text, piece;
    for (int part = 0; bd_str_cut(&rest, '\'', &piece); part++) {
        if (part % 2 == 1) {
            out = out.size == 0 ? piece
                                : bd_str_format(compile->arena, "%.*s.%.*s", BD_ARG(out),
                                                BD_ARG(piece));
        }
    }
    return out;
}

/* A number, or a template over the organisation's facts: without them nothing can be matched, and the check says which
 * one is missing. */
static bd_rc compile_span(compiler *compile, const bd_value *window, const char *key,
                          bd_instant unit, const place *at, bool *has, bd_instant *out) {
    const bd_value *json = bd_value_find(window, key);
    place below = {.parent = at, .key = bd_str_of(key)};
    expression made = {0};
    int64_t count = 0;
    if (json == NULL || json->kind == BD_NULL) {
        return BD_OK;
    }
    compile->is_limit = true;
    bd_rc rc = compile_expression(compile, json, NULL, &below, &made);
    compile->is_limit = false;
    BD_TRY(rc);
    *has = true;
    *out = 0;
    bool is_stated = made.kind == EXPR_LITERAL && made.literal->kind != BD_NULL;
    if (!is_stated && compile->missing_fact.size == 0) {
        compile->missing_fact = unstated_part(compile, json->text);
    }
    if (!is_stated) {
        return BD_OK;
    }
    const int64_t most = 87600 * BD_HOUR / unit;
    if (made.literal->kind != BD_NUMBER || !bd_str_to_i64(made.literal->text, &count) ||
        count < -most || count > most) {
        return refuse(compile, at, "'%s' is not a whole number of %s within ten years", key,
                      unit == BD_HOUR ? "hours" : "minutes");
    }
    *out = count * unit;
    return BD_OK;
}

static bd_rc compile_window(compiler *compile, const bd_value *window, const place *at,
                            bd_match_window *out) {
    BD_TRY(KEYS(compile, window, at, "from_hours", "to_hours", "to_minutes", "days"));
    out->takes_days = bd_value_is_true(window, "days");
    BD_TRY(compile_span(compile, window, "to_minutes", BD_SECOND * 60, at, &out->has_to, &out->to));
    BD_TRY(compile_span(compile, window, "from_hours", BD_HOUR, at, &out->has_from, &out->from));
    BD_TRY(compile_span(compile, window, "to_hours", BD_HOUR, at, &out->has_to, &out->to));
    return out->has_from && out->has_to && out->from > out->to
               ? refuse(compile, at, "the window ends before it starts")
               : BD_OK;
}

static bd_rc compile_side(compiler *compile, const bd_value *json, const place *at,
                          match_side *out) {
    BD_TRY(KEYS(compile, json, at, "source", "where", "key", "alias", "time", "window"));
    out->source = bd_value_text(json, "source");
    const bd_value *keys = bd_value_find(json, "key");
    if (out->source.size == 0 || keys == NULL || keys->kind != BD_ARRAY || keys->count == 0) {
        return refuse(compile, at, "expected 'source' and 'key', an array of field paths");
    }
    out->key_count = keys->count;
    out->keys = bd_new(compile->arena, path, keys->count);
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->items[i].kind != BD_STRING) {
            return refuse(compile, at, "a member of 'key' is no field path");
        }
        BD_TRY(compile_path(compile, keys->items[i].text, NULL, at, &out->keys[i]));
    }
    out->has_time = bd_value_find(json, "time") != NULL;
    if (out->has_time) {
        BD_TRY(compile_text_path(compile, json, "time", at, &out->time));
    }
    out->has_alias = bd_value_find(json, "alias") != NULL;
    if (out->has_alias) {
        BD_TRY(compile_text_path(compile, json, "alias", at, &out->alias));
    }
    return compile_optional(compile, json, "where", at, &out->where);
}

static bd_rc compile_events(compiler *compile, program *out, bd_match_window whole,
                            const bd_value *events) {
    place at = {.key = BD_STR_INIT("events")};
    if (events == NULL || events->kind != BD_ARRAY || events->count == 0) {
        return refuse(compile, &at, "expected an array of at least one event source");
    }
    bd_reduce_plan *plan = &out->plan;
    bd_match_window *windows = bd_new(compile->arena, bd_match_window, events->count);
    out->event_count = events->count;
    out->events = bd_new(compile->arena, match_side, events->count);
    for (size_t i = 0; i < events->count; i++) {
        place member = {.parent = &at, .index = i};
        const bd_value *own = bd_value_find(&events->items[i], "window");
        BD_TRY(compile_side(compile, &events->items[i], &member, &out->events[i]));
        windows[i] = whole;
        if (own != NULL) {
            place below = {.parent = &member, .key = BD_STR_INIT("window")};
            windows[i] = (bd_match_window){0};
            BD_TRY(compile_window(compile, own, &below, &windows[i]));
        }
        out->events[i].needs_instant =
            (windows[i].has_from || windows[i].has_to) && !windows[i].takes_days;
        out->population.needs_instant =
            out->population.needs_instant || out->events[i].needs_instant;
        *bd_push(compile->arena, &plan->event_sources) = out->events[i].source;
    }
    plan->event_windows = windows;
    return BD_OK;
}

static bd_rc compile_word(compiler *compile, const bd_value *body, const char *key, const char *yes,
                          const char *no, bool *out) {
    bd_str word = bd_value_text(body, key);
    place at = {.key = bd_str_of(key)};
    *out = bd_str_eqz(word, yes);
    return *out || bd_str_eqz(word, no) ? BD_OK
                                        : refuse(compile, &at, "expected '%s' or '%s'", yes, no);
}

static bd_rc compile_undo(compiler *compile, program *out) {
    const bd_value *undo = bd_value_find(out->check->body, "undone_by");
    place at = {.key = BD_STR_INIT("undone_by")};
    if (undo == NULL) {
        return BD_OK;
    }
    BD_TRY(compile_side(compile, undo, &at, &out->undo));
    if (!out->undo.has_time || out->plan.expects_none) {
        return refuse(compile, &at, "it needs 'time', and a check that expects some");
    }
    out->undo.needs_instant = true;
    out->plan.has_undo = true;
    return BD_OK;
}

/* "contoso/pay@main": the repository alone, each once; a text is a list of one. */
static void add_tile(compiler *compile, const bd_value *named, bd_reduce_plan *plan) {
    bd_str rest = bd_str_lower(compile->arena, named->text), own = {"", 0};
    bool is_new = named->kind == BD_STRING && bd_str_cut(&rest, '@', &own) && own.size > 0;
    for (size_t j = 0; is_new && j < plan->tile_of.count; j++) {
        is_new = !bd_str_eq(plan->tile_of.data[j], own);
    }
    if (is_new) {
        *bd_push(compile->arena, &plan->tile_of) = own;
    }
}

static bd_rc compile_tile_of(compiler *compile, const bd_value *body, bd_reduce_plan *plan) {
    const bd_value *name = bd_value_find(body, "tile_of");
    if (name == NULL) {
        return BD_OK;
    }
    const bd_value *list = read_fact(compile, name->text);
    if (list != NULL && list->kind == BD_STRING) {
        add_tile(compile, list, plan);
    }
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        add_tile(compile, &list->items[i], plan);
    }
    if (plan->tile_of.count == 0 && compile->missing_fact.size == 0) {
        compile->missing_fact = name->text;
    }
    return BD_OK;
}

static bd_rc compile_match(compiler *compile, program *out) {
    const bd_value *body = out->check->body, *window = bd_value_find(body, "window");
    bd_reduce_plan *plan = &out->plan;
    place population = {.key = BD_STR_INIT("population")}, at = {.key = BD_STR_INIT("window")};
    BD_TRY(compile_side(compile, bd_value_find(body, "population"), &population, &out->population));
    if (!out->population.has_time) {
        return refuse(compile, &population,
                      "'time' is absent, expected the path of the row's own time");
    }
    bd_match_window whole = {0};
    if (window != NULL) {
        BD_TRY(compile_window(compile, window, &at, &whole));
    }
    plan->has_from = whole.has_from;
    plan->has_to = whole.has_to;
    plan->from = whole.from;
    plan->to = whole.to;
    plan->population_source = out->population.source;
    BD_TRY(compile_tile_of(compile, body, plan));
    plan->takes_year = bd_value_is_true(body, "year");
    plan->both_sides = bd_value_is_true(body, "both_sides");
    BD_TRY(compile_word(compile, body, "uses", "one", "many", &plan->uses_one));
    BD_TRY(compile_word(compile, body, "expect", "none", "some", &plan->expects_none));
    BD_TRY(compile_undo(compile, out));
    return compile_events(compile, out, whole, bd_value_find(body, "events"));
}

/* ---- each ---- */

/* [{"field":"exp"},{"field":"updated","days":90}]: what a record says of how long it is good. */
static bd_rc compile_until(compiler *compile, program *out) {
    static const bd_value no_days = {.kind = BD_NUMBER, .text = {"0", 1}};
    const bd_value *list = bd_value_find(out->check->body, "until");
    place at = {.key = BD_STR_INIT("until")};
    if (list == NULL) {
        return BD_OK;
    }
    if (list->kind != BD_ARRAY || list->count == 0) {
        return refuse(compile, &at, "expected a list of fields that hold times");
    }
    out->plan.has_until = true;
    out->until_count = list->count;
    out->until = bd_new(compile->arena, expiry, list->count);
    for (size_t i = 0; i < list->count; i++) {
        place member = {.parent = &at, .index = i}, below = {&member, BD_STR("days"), 0};
        const bd_value *days = bd_value_find(&list->items[i], "days");
        BD_TRY(KEYS(compile, &list->items[i], &member, "field", "days"));
        BD_TRY(compile_text_path(compile, &list->items[i], "field", &member, &out->until[i].field));
        BD_TRY(compile_expression(compile, days != NULL ? days : &no_days, NULL, &below,
                                  &out->until[i].days));
    }
    return BD_OK;
}

static bd_rc compile_age(compiler *compile, program *out) {
    const bd_value *age = bd_value_find(out->check->body, "age");
    place at = {.key = BD_STR_INIT("age")};
    int64_t months = 0, hours = 0;
    if (age == NULL) {
        return BD_OK;
    }
    BD_TRY(KEYS(compile, age, &at, "of", "months", "hours"));
    BD_TRY(compile_text_path(compile, age, "of", &at, &out->age_of));
    bool has_months = bd_value_i64(age, "months", &months) && months >= 1 && months <= 120;
    bool has_hours = bd_value_i64(age, "hours", &hours) && hours >= 1 && hours <= 8784;
    if (out->plan.has_until) {
        return refuse(compile, &at, "expected either 'age' or 'until'");
    }
    if (has_months == has_hours) {
        return refuse(compile, &at, "expected 'months', 1 to 120, or 'hours', 1 to 8784");
    }
    out->plan.age_months = has_months ? (int)months : 0;
    out->plan.age_hours = has_hours ? (int)hours : 0;
    return BD_OK;
}

/* "min" of events: an instance passes with so many, and stays open with fewer. */
static bd_rc compile_least(compiler *compile, const bd_catalog *catalog, program *out) {
    const bd_source_def *source =
        bd_catalog_source(catalog, bd_value_text(out->check->body, "source"));
    BD_TRY(compile_bound(compile, out, "min", false, &out->plan.has_min, &out->plan.min));
    place at = {.key = BD_STR_INIT("min")};
    bool is_fine = !out->plan.has_min || (source != NULL && source->is_log && out->plan.min > 0);
    return is_fine ? BD_OK
                   : refuse(compile, &at, "of shape each it counts the events of a log, from 1");
}

static bd_rc compile_each(compiler *compile, const bd_catalog *catalog, program *out) {
    const bd_value *body = out->check->body, *operation = bd_value_find(body, "operation");
    BD_TRY(need_source(compile, out->check));
    BD_TRY(compile_needed(compile, body, "pass", NULL, &out->pass));
    BD_TRY(compile_population(compile, catalog, out));
    BD_TRY(compile_until(compile, out));
    BD_TRY(compile_age(compile, out));
    BD_TRY(compile_least(compile, catalog, out));
    if (operation == NULL) {
        return BD_OK;
    }
    place at = {.key = BD_STR_INIT("operation")};
    out->has_operation = true;
    BD_TRY(KEYS(compile, operation, &at, "id", "status"));
    BD_TRY(compile_text_path(compile, operation, "id", &at, &out->operation_id));
    return compile_text_path(compile, operation, "status", &at, &out->operation_status);
}

/* ---- the check ---- */

static bd_rc compile_register(compiler *compile, program *out) {
    if (out->check->document_types.count == 0) {
        return refuse(compile, NULL, "'document_types' is absent, expected at least one");
    }
    return compile_optional(compile, out->check->body, "pass", NULL, &out->pass);
}

static bd_rc compile_shape(compiler *compile, const bd_catalog *catalog, program *out) {
    switch (out->check->shape) {
    case BD_EACH: return compile_each(compile, catalog, out);
    case BD_RELATED: return compile_related(compile, catalog, out);
    case BD_AGGREGATE: return compile_aggregate(compile, catalog, out);
    case BD_SCOPE_SHAPE: return compile_scope(compile, out);
    case BD_MATCH: return compile_match(compile, out);
    case BD_RECUR:
    case BD_DOCUMENT: return compile_register(compile, out);
    }
    return BD_OK;
}

static void take_places(compiler *compile, bd_reduce_plan *plan) {
    const bd_value *list = compile->places;
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (list->items[i].kind == BD_STRING) {
            plan->place_fact = PLACE_FACT;
            *bd_push(compile->arena, &plan->places) =
                bd_str_lower(compile->arena, list->items[i].text);
        }
    }
}

static bd_rc compile_check(compiler *compile, const bd_catalog *catalog, program *out) {
    const bd_value *body = out->check->body;
    place at = {.key = BD_STR_INIT("reason")};
    compile->missing_fact = BD_STR("");
    compile->places = NULL;
    compile->plan = &out->plan;
    compile->own = bd_value_find(body, "parameters");
    compile->subject = bd_str_format(compile->arena, "check '%.*s'", BD_ARG(out->check->id)).data;
    out->missing = verdict_named(bd_value_text(body, "missing"));
    BD_TRY(compile_reason(compile, bd_value_text(body, "reason"), &at, &out->reason));
    BD_TRY(compile_optional(compile, body, "where", NULL, &out->where));
    BD_TRY(compile_shape(compile, catalog, out));
    out->missing_fact = compile->missing_fact;
    take_places(compile, &out->plan);
    return BD_OK;
}

/* ---- the days that are judged ---- */

bool bd_rules_is_day(bd_str parameter) {
    return bd_str_eqz(parameter, "period_from") || bd_str_eqz(parameter, "period_to") ||
           bd_str_eqz(parameter, "year_from");
}

const bd_value *bd_rules_undated(const bd_value *parameters, bd_arena *arena) {
    if (parameters == NULL || parameters->kind != BD_OBJECT) {
        return parameters;
    }
    bd_str *keys = bd_new(arena, bd_str, parameters->count);
    const bd_value **values = bd_new(arena, const bd_value *, parameters->count);
    size_t count = 0;
    for (size_t i = 0; i < parameters->count; i++) {
        if (!bd_rules_is_day(parameters->keys[i])) {
            keys[count] = parameters->keys[i];
            values[count++] = &parameters->items[i];
        }
    }
    return bd_value_object(arena, count, keys, values);
}

static bool has_day(const bd_strs *names) {
    for (size_t i = 0; i < names->count; i++) {
        if (bd_rules_is_day(names->data[i])) {
            return true;
        }
    }
    return false;
}

static void note_dated(bd_rules *rules, const program *made) {
    bool asks = has_day(&made->plan.facts) || has_day(&made->plan.limits);
    for (size_t i = 0; i < made->check->sources.count && asks; i++) {
        bd_map_put(rules->dated, made->check->sources.data[i], rules);
    }
}

bool bd_rules_asks_for_days(const bd_rules *rules, bd_str source_id) {
    return bd_map_find(rules->dated, source_id) != NULL;
}

/* ---- the whole ---- */

static const bd_value *control_numbers(const bd_catalog *catalog, bd_arena *arena) {
    const bd_value **numbers = bd_new(arena, const bd_value *, catalog->control_count + 1);
    for (size_t i = 0; i < catalog->control_count; i++) {
        numbers[i] = bd_value_string(arena, catalog->controls[i].number);
    }
    return bd_value_array(arena, catalog->control_count, numbers);
}

bd_rc bd_rules_compile(const bd_catalog *catalog, const bd_value *parameters, bd_arena *arena,
                       const bd_rules **out, bd_err *err) {
    bd_rules *rules = bd_new(arena, bd_rules, 1);
    rules->catalog = catalog;
    rules->programs = bd_new(arena, program, catalog->check_count + 1);
    rules->dated = bd_map_make(arena);
    compiler compile = {.arena = arena,
                        .parameters = parameters,
                        .controls = control_numbers(catalog, arena),
                        .err = err};
    for (size_t i = 0; i < catalog->check_count; i++) {
        rules->programs[i].check = &catalog->checks[i];
        BD_TRY(compile_check(&compile, catalog, &rules->programs[i]));
        note_dated(rules, &rules->programs[i]);
    }
    BD_TRY(compile_path(&compile, BD_STR("type"), NULL, NULL, &rules->type));
    build_dispatch(rules, arena);
    *out = rules;
    return BD_OK;
}

bd_str bd_rules_missing_fact(const bd_rules *rules, uint32_t check) {
    return rules->programs[check].missing_fact;
}

const bd_reduce_plan *bd_rules_plan(const bd_rules *rules, uint32_t check) {
    return &rules->programs[check].plan;
}
