/* One record to the rows of every check that reads its source. */
#include "bindery/rule.h"

#include "rule_priv.h"

typedef struct {
    const program *check;
    const node *where; /* of the role at hand */
    const bd_record *record;
    bd_str id; /* of the record, normal; made when the first check asks for it */
    evaluation eval;
    bd_row_fn *emit;
    void *context;
} mapping;

static bd_str own_id(mapping *map) {
    if (map->id.data == NULL) {
        map->id = bd_resource_id(map->eval.scratch, map->record->key);
    }
    return map->id;
}

static bd_row start_row(const mapping *map) {
    const bd_record *record = map->record;
    return (bd_row){.check = map->check->check->index,
                    .side = BD_SIDE_LEFT,
                    .verdict = BD_PASS,
                    .type = record->type,
                    .key = record->key,
                    .resource = record->resource,
                    .subscription = record->subscription,
                    .scope = record->scope,
                    .source = record->source->id,
                    .time = record->time,
                    .ordinal = record->ordinal};
}

/* Does the record belong?  `*lacks` gets the sentence when that cannot be told. */
static bd_verdict eval_where(mapping *map, bd_str *lacks) {
    if (map->where == NULL) {
        return BD_PASS;
    }
    bd_verdict verdict = eval_node(&map->eval, map->where);
    if (verdict == BD_CANNOT_TELL) {
        *lacks = lacking_reason(&map->eval);
    }
    return verdict;
}

/* Verdict and reason of a record by a condition; unknown becomes the check's `missing`. */
static void judge_row(mapping *map, const node *pass, bd_row *row) {
    bd_verdict verdict = eval_node(&map->eval, pass);
    if (verdict == BD_PASS) {
        row->verdict = BD_PASS;
        return;
    }
    row->verdict = verdict == BD_FAIL ? BD_FAIL : map->check->missing;
    row->reason = verdict == BD_FAIL ? fill_reason(&map->eval, &map->check->reason)
                                     : lacking_reason(&map->eval);
    if (row->verdict == BD_PASS || row->verdict == BD_NOT_APPLICABLE) {
        row->reason = BD_STR("");
    }
}

static void missing_row(const mapping *map, bd_row *row, bd_str lacks) {
    row->verdict = map->check->missing;
    row->reason = row->verdict == BD_PASS || row->verdict == BD_NOT_APPLICABLE ? BD_STR("") : lacks;
}

static bd_str text_at(mapping *map, const path *at) {
    const bd_value *value = NULL;
    if (find_value(&map->eval, at, &value) != BD_LOOKUP_FOUND || bd_value_is_absent(value)) {
        return BD_STR("");
    }
    if (value->kind == BD_BOOL) {
        return bd_str_of(value->boolean ? "true" : "false");
    }
    return value->kind == BD_STRING || value->kind == BD_NUMBER ? bd_str_trim(value->text)
                                                                : BD_STR("");
}

/* ---- each, scope, aggregate, related ---- */

/* "2026-05-01T..." or Unix seconds, as number or text. */
static bool read_moment(mapping *map, const path *at, bd_instant *out) {
    bd_str text = text_at(map, at);
    int64_t seconds;
    if (bd_str_to_i64(text, &seconds) && seconds > 0 && seconds < 253402300800) {
        *out = seconds * BD_SECOND;
        return true;
    }
    return bd_instant_parse(text, out);
}

static bool read_days(mapping *map, const expression *from, int64_t *out) {
    const bd_value *value = NULL;
    return eval_expression(&map->eval, from, &value) && value->kind == BD_NUMBER &&
           bd_str_to_i64(value->text, out) && *out >= 0 && *out <= 36600;
}

/* How long a record that passes is good: reduce knows when it was seen. */
static void map_until(mapping *map, bd_row *row) {
    row->time = BD_INSTANT_NONE;
    for (size_t i = 0; i < map->check->until_count && row->verdict == BD_PASS; i++) {
        const expiry *one = &map->check->until[i];
        bd_instant at = 0;
        int64_t days = 0;
        if (!read_moment(map, &one->field, &at)) {
            note_lacking(&map->eval, &one->field, false);
            missing_row(map, row, lacking_reason(&map->eval));
        } else if (!read_days(map, &one->days, &days)) {
            note_trouble(&map->eval, "how many days it is good is no whole number");
            missing_row(map, row, lacking_reason(&map->eval));
        } else {
            bd_instant end = at + days * 24 * BD_HOUR;
            row->time = row->time == BD_INSTANT_NONE || end < row->time ? end : row->time;
        }
    }
    if (row->verdict == BD_PASS) {
        row->reason = fill_reason(&map->eval, &map->check->reason);
    }
}

static bd_str population_member(mapping *map) {
    const program *check = map->check;
    if (!check->plan.has_population_key) {
        return own_id(map);
    }
    return check->population_key == KEY_PARENT
               ? join_key(&map->eval, map->record, own_id(map), KEY_PARENT, NULL,
                          &check->population_types)
               : bd_resource_id(map->eval.scratch, text_at(map, &check->population_field));
}

/* Is it one of the records that the organisation's fact names?  The scope of those is their own id. */
static bool is_chosen(mapping *map, bd_row *row) {
    if (map->check->population_ids == NULL) {
        return true;
    }
    row->scope = population_member(map);
    return bd_map_find(map->check->population_ids, row->scope) != NULL;
}

/* The day or instant that the age counts from; a day alone lies at its noon, in the same day of most zones. */
static void read_age(mapping *map, bd_row *row) {
    bd_str text = text_at(map, &map->check->age_of);
    bd_day day;
    int32_t seconds;
    const bd_reduce_plan *plan = &map->check->plan;
    bool is_aged = plan->age_months > 0 || plan->age_hours > 0;
    if (!is_aged || row->verdict != BD_PASS || bd_instant_parse(text, &row->time)) {
        return;
    }
    if (plan->age_hours == 0 && (bd_day_parse(text, &day) || bd_local_parse(text, &day, &seconds))) {
        row->time = day * (24 * BD_HOUR) + 12 * BD_HOUR;
        return;
    }
    bd_str field = map->check->age_of.text;
    row->verdict = map->check->missing;
    row->reason =
        text.size == 0
            ? bd_str_format(map->eval.scratch, "the record does not show '%.*s'", BD_ARG(field))
            : bd_str_format(map->eval.scratch, "%.*s is '%.*s', expected %s",
                            BD_ARG(field), BD_ARG(bd_str_visible(map->eval.scratch, text)),
                            plan->age_hours > 0 ? "a time such as 2026-03-31T17:00:00Z"
                                                : "a day such as 2026-03-31");
}

/* A row of a list may give its own day alone; one that gives none cannot be placed, and so cannot pass. */
static void read_event_day(mapping *map, bd_row *row) {
    const bd_source_def *source = map->record->source;
    const bd_value *value = NULL;
    bd_day day;
    int32_t seconds;
    if (!source->is_log || !source->is_handed_in || source->derivation.size > 0 ||
        row->time != BD_INSTANT_NONE) {
        return;
    }
    bd_lookup found = bd_value_lookup(map->record->value, source->time, &value);
    bd_str text = found == BD_LOOKUP_FOUND && value != NULL && value->kind == BD_STRING
                      ? bd_str_trim(value->text)
                      : BD_STR("");
    if (bd_instant_parse(text, &row->time)) {
        return;
    }
    if (bd_day_parse(text, &day) || bd_local_parse(text, &day, &seconds)) {
        row->time = day * (24 * BD_HOUR) + 10 * BD_HOUR + 1800 * BD_SECOND;
        return;
    }
    row->verdict = BD_CANNOT_TELL;
    row->reason = bd_str_format(map->eval.scratch,
                                "the time of '%.*s' cannot be told: %.*s is '%.*s'",
                                BD_ARG(map->record->key), BD_ARG(source->time),
                                BD_ARG(bd_str_visible(map->eval.scratch, text)));
}

static void map_each(mapping *map) {
    bd_row row = start_row(map);
    if (!is_chosen(map, &row)) {
        return;
    }
    bd_verdict belongs = eval_where(map, &row.reason);
    if (belongs == BD_FAIL && map->check->population_ids == NULL) {
        return;
    }
    if (belongs == BD_FAIL) {
        row.verdict = BD_NOT_APPLICABLE; /* named, looked at, and not what the check is about */
    } else if (belongs == BD_CANNOT_TELL) {
        missing_row(map, &row, row.reason);
    } else {
        judge_row(map, map->check->pass, &row);
    }
    if (map->check->until_count > 0) {
        map_until(map, &row);
    }
    read_age(map, &row);
    read_event_day(map, &row);
    if (map->check->has_operation) {
        row.join = text_at(map, &map->check->operation_id);
        row.detail = bd_str_lower(map->eval.scratch, text_at(map, &map->check->operation_status));
    }
    map->emit(map->context, &row);
}

/* A record that several conditions ask: a row for each, as what one lacks another record may have. */
static void map_shared_count(mapping *map, const bd_row *start, bd_verdict belongs) {
    for (size_t i = 0; i < map->check->plan.together.count; i++) {
        bd_row row = *start;
        row.detail = map->check->plan.together.data[i];
        if (belongs == BD_CANNOT_TELL) {
            missing_row(map, &row, row.reason);
        } else {
            judge_row(map, map->check->together[i], &row);
        }
        map->emit(map->context, &row);
    }
}

static void map_aggregate(mapping *map) {
    bd_row row = start_row(map);
    bd_verdict belongs = eval_where(map, &row.reason);
    if (belongs == BD_FAIL) {
        return;
    }
    if (map->check->together != NULL) {
        map_shared_count(map, &row, belongs);
        return;
    }
    if (belongs == BD_CANNOT_TELL) {
        missing_row(map, &row, row.reason);
    } else if (map->check->of != NULL) {
        judge_row(map, map->check->of, &row);
    }
    if (map->check->plan.has_each_of) {
        row.detail = text_at(map, &map->check->item);
    }
    map->emit(map->context, &row);
}

static void map_item(mapping *map) {
    bd_row row = start_row(map);
    bd_verdict belongs = eval_where(map, &row.reason);
    if (belongs == BD_FAIL) {
        return;
    }
    if (belongs == BD_CANNOT_TELL) {
        missing_row(map, &row, row.reason);
    } else {
        judge_row(map, map->check->pass, &row);
    }
    row.join = row.subscription;
    row.detail = text_at(map, &map->check->item);
    if (row.join.size == 0 || row.detail.size == 0) {
        row.verdict = BD_CANNOT_TELL;
        row.reason = BD_STR("the record does not show what it is of");
    }
    map->emit(map->context, &row);
}

static void map_presence(mapping *map) {
    bd_str found = bd_str_lower(map->eval.scratch, text_at(map, &map->check->presence_path));
    const bd_value *item = bd_map_find(map->check->presence_table, found);
    if (item == NULL) {
        return;
    }
    bd_row row = start_row(map);
    row.side = BD_SIDE_RIGHT;
    row.join = row.subscription;
    row.detail = item->text;
    map->emit(map->context, &row);
}

/* A record that any of several keys may answer: a row for each. */
static void emit_keys(mapping *map, bd_row *row) {
    bd_strs keys = join_keys(&map->eval, &map->check->left_field);
    row->detail = BD_ROW_ANY_KEY;
    for (size_t i = 0; i < keys.count; i++) {
        row->join = keys.data[i];
        map->emit(map->context, row);
    }
    if (keys.count == 0 && row->verdict == BD_NOT_APPLICABLE) {
        map->emit(map->context, row);
    } else if (keys.count == 0) {
        row->join = BD_STR("");
        missing_row(map, row, BD_STR("the record does not show what it refers to"));
        map->emit(map->context, row);
    }
}

static void map_left(mapping *map) {
    if (map->check->check->shape == BD_EACH) {
        map_each(map);
        return;
    }
    if (map->check->check->shape == BD_AGGREGATE) {
        map_aggregate(map);
        return;
    }
    if (map->check->check->shape == BD_SCOPE_SHAPE) {
        map_item(map);
        return;
    }
    bd_row row = start_row(map);
    if (!is_chosen(map, &row)) {
        return;
    }
    bd_verdict belongs = eval_where(map, &row.reason);
    if (belongs == BD_FAIL && map->check->population_ids == NULL) {
        return;
    }
    row.verdict = belongs == BD_FAIL ? BD_NOT_APPLICABLE : row.verdict;
    if (belongs == BD_CANNOT_TELL) {
        missing_row(map, &row, row.reason);
    } else {
        row.reason = fill_reason(
            &map->eval, &map->check->reason); /* for the case that nothing is related to it */
    }
    if (map->check->left_key == KEY_FIELD && map->check->left_field.has_each) {
        emit_keys(map, &row);
        return;
    }
    row.join = join_key(&map->eval, map->record, own_id(map), map->check->left_key,
                        &map->check->left_field, &map->check->parent_types);
    if (row.join.size == 0 && belongs == BD_PASS) {
        missing_row(map, &row, BD_STR("the record does not show what it refers to"));
    }
    map->emit(map->context, &row);
}

/* The first group of needed fields of which the record has none; NULL when it answers all.  A field that is there and
 * null or empty is an answer. */
static const bd_value *find_unanswered(const mapping *map) {
    const bd_value *groups = map->check->related_needs;
    for (size_t i = 0; groups != NULL && i < groups->count; i++) {
        bool is_there = false;
        for (size_t j = 0; j < groups->items[i].count; j++) {
            const bd_value *value;
            is_there =
                is_there || bd_value_lookup(map->record->value, groups->items[i].items[j].text,
                                            &value) != BD_LOOKUP_ABSENT;
        }
        if (!is_there) {
            return &groups->items[i];
        }
    }
    return NULL;
}

static void judge_needs(const mapping *map, bd_row *row) {
    const bd_value *group = row->verdict == BD_FAIL ? find_unanswered(map) : NULL;
    if (group == NULL) {
        return;
    }
    bd_arena *arena = map->eval.scratch;
    bd_str names = group->items[0].text;
    for (size_t i = 1; i < group->count; i++) {
        names = bd_str_format(arena, "%.*s, %.*s", BD_ARG(names), BD_ARG(group->items[i].text));
    }
    row->verdict = map->check->missing;
    row->reason = bd_str_format(arena,
                                group->count == 1 ? "'%.*s' lacks the field %.*s"
                                                  : "'%.*s' has none of the fields %.*s",
                                BD_ARG(map->record->resource), BD_ARG(names));
}

/* What the record says to one condition of the relation. */
static void answer_demand(mapping *map, bd_verdict belongs, const node *pass, bd_row *row) {
    row->verdict = belongs == BD_PASS ? eval_node(&map->eval, pass) : BD_CANNOT_TELL;
    row->reason = row->verdict == BD_CANNOT_TELL ? lacking_reason(&map->eval) : BD_STR("");
    judge_needs(map, row);
    map->emit(map->context, row);
}

static void map_related(mapping *map) {
    bd_row row = start_row(map);
    row.side = BD_SIDE_RIGHT;
    row.join = join_key(&map->eval, map->record, own_id(map), map->check->related_key,
                        &map->check->related_field, &map->check->parent_types);
    if (row.join.size == 0) {
        return; /* hangs on something of another kind */
    }
    bd_verdict belongs = eval_where(map, &row.reason);
    if (belongs == BD_FAIL) {
        return;
    }
    if (map->check->together == NULL) {
        answer_demand(map, belongs, map->check->related_pass, &row);
    }
    for (size_t i = 0; i < map->check->plan.together.count; i++) {
        row.detail = map->check->plan.together.data[i];
        answer_demand(map, belongs, map->check->together[i], &row);
    }
}

/* ---- match ---- */

static bool put_folded(bd_buf *buf, bd_str text) {
    size_t at = 0;
    uint32_t c;
    while (bd_utf8_next(text, &at, &c)) {
        char bytes[4];
        bd_buf_put(buf, bytes, bd_utf8_put(bytes, bd_fold(c)));
    }
    return text.size > 0;
}

/* Key values folded and joined by U+001F; "" when one of them is absent. */
static bd_str match_key(mapping *map, const match_side *side) {
    bd_buf buf;
    bd_buf_init(&buf, 4096);
    bool is_whole = true;
    for (size_t i = 0; i < side->key_count; i++) {
        if (i > 0) {
            bd_buf_putc(&buf, '\x1f');
        }
        is_whole = put_folded(&buf, text_at(map, &side->keys[i])) && is_whole;
    }
    is_whole = is_whole && !buf.overflowed;
    bd_str key = is_whole ? bd_str_copy(map->eval.scratch, bd_buf_str(&buf)) : BD_STR("");
    bd_buf_clear(&buf);
    return key;
}

static bd_str match_alias(mapping *map, const match_side *side) {
    return side->has_alias
               ? bd_str_caseless(map->eval.scratch, bd_str_trim(text_at(map, &side->alias)))
               : BD_STR("");
}

/* False: the row has no usable time.  An event without a declared time takes its snapshot's, which
 * the driver knows. */
static bool match_time(mapping *map, const match_side *side, bd_instant *out) {
    *out = map->record->time;
    if (!side->has_time) {
        return true;
    }
    bool is_own = bd_str_eq(side->time.text, map->record->source->time);
    if (is_own && map->record->time != BD_INSTANT_NONE) {
        return true;
    }
    bd_str text = text_at(map, &side->time);
    if (bd_instant_parse(text, out)) {
        return true;
    }
    bd_day day;
    int32_t seconds;
    if (side->needs_instant ||
        (!bd_day_parse(text, &day) && !bd_local_parse(text, &day, &seconds))) {
        *out = BD_INSTANT_NONE;
        return false;
    }
    /* Only the period it falls into matters: 10:30 UTC lies in that calendar day in all zones from
     * -10:00 to +13:00. */
    *out = day * (24 * BD_HOUR) + 10 * BD_HOUR + 1800 * BD_SECOND;
    return true;
}

/* The source's declared key tells duplicates of one event apart from two events. */
static bd_str event_id(mapping *map) {
    const bd_strs *key = &map->record->source->key;
    bd_str id = BD_STR("");
    for (size_t i = 0; i < key->count; i++) {
        const bd_value *value = NULL;
        if (bd_value_lookup(map->record->value, key->data[i], &value) != BD_LOOKUP_FOUND ||
            value->kind != BD_STRING) {
            return BD_STR("");
        }
        id = i == 0 ? value->text
                    : bd_str_format(map->eval.scratch, "%.*s\x1f%.*s", BD_ARG(id),
                                    BD_ARG(value->text));
    }
    return id;
}

/* Whose row it is, what stands there, and what would have been read. */
static bd_str no_time_reason(mapping *map, const match_side *side) {
    bd_arena *arena = map->eval.scratch;
    bd_str who = map->record->resource.size > 0 ? map->record->resource : map->record->key;
    const bd_value *problem = bd_value_find(map->record->value, "time_problem");
    if (problem != NULL && problem->kind == BD_STRING) {
        return bd_str_format(arena, "the time of '%.*s' cannot be told: %.*s", BD_ARG(who),
                             BD_ARG(problem->text));
    }
    bd_str text = text_at(map, &side->time);
    if (text.size == 0) {
        return bd_str_format(arena, "the time of '%.*s' cannot be told: the row gives no %.*s",
                             BD_ARG(who), BD_ARG(side->time.text));
    }
    return bd_str_format(
        arena, "the time of '%.*s' cannot be told: %.*s is '%.*s', expected %s", BD_ARG(who),
        BD_ARG(side->time.text), BD_ARG(text),
        side->needs_instant
            ? "a time with its offset from UTC such as 2026-03-31T17:00:00+02:00"
            : "a time such as 2026-03-31T17:00:00+02:00 or a day such as 2026-03-31");
}

static void map_match(mapping *map, const match_side *side, bd_side where) {
    bd_row row = start_row(map);
    row.side = where;
    bd_verdict belongs = eval_where(map, &row.reason);
    if (belongs == BD_FAIL) {
        return;
    }
    row.join = match_key(map, side);
    row.alias = match_alias(map, side);
    row.detail = event_id(map);
    bool has_time = match_time(map, side, &row.time);
    if (belongs == BD_CANNOT_TELL) {
        row.verdict = BD_CANNOT_TELL;
    } else if (row.join.size == 0 || !has_time) {
        row.verdict = BD_CANNOT_TELL;
        row.lacks_key = row.join.size == 0 && has_time;
        row.reason = row.join.size == 0 ? BD_STR("the row does not show its key")
                                        : no_time_reason(map, side);
    } else {
        row.reason =
            fill_reason(&map->eval, &map->check->reason); /* for the case that it stays unmatched */
    }
    map->emit(map->context, &row);
}

/* ---- the whole ---- */

static void map_role(mapping *map, const role *part) {
    switch (part->role) {
    case ROLE_LEFT: map_left(map); return;
    case ROLE_RELATED: map_related(map); return;
    case ROLE_PRESENCE: map_presence(map); return;
    case ROLE_POPULATION: map_match(map, &map->check->population, BD_SIDE_LEFT); return;
    case ROLE_UNDO: map_match(map, &map->check->undo, BD_SIDE_UNDO); return;
    case ROLE_EVENT:
        map_match(map, &map->check->events[part->event],
                  part->event == 0 ? BD_SIDE_RIGHT : BD_SIDE_OTHER);
        return;
    }
}

void bd_rules_map(const bd_rules *rules, const bd_record *record, bd_arena *scratch,
                  bd_row_fn *emit, void *context) {
    mapping map = {.record = record, .emit = emit, .context = context};
    evaluation start = start_evaluation(record->value, record->source, record->type, scratch);
    start.knows_around = true;
    start.place = (bd_value){.kind = BD_STRING, .text = record->scope};
    start.workspace = (bd_value){.kind = BD_STRING, .text = record->workspace};
    start.exported_at = record->has_moment ? record->moment : BD_INSTANT_NONE;
    const roles *list = find_roles(rules, record, &start);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        map.check = &rules->programs[list->data[i].program];
        map.where = list->data[i].where;
        map.eval = start;
        map_role(&map, &list->data[i]);
    }
}

bd_verdict bd_rules_judge(const bd_rules *rules, uint32_t check, const bd_value *record,
                          bd_arena *scratch, bd_str *reason) {
    const program *made = &rules->programs[check];
    mapping map = {.check = made, .eval = start_evaluation(record, NULL, (bd_str){0}, scratch)};
    bd_row row = {.verdict = BD_PASS};
    if (made->pass != NULL) {
        judge_row(&map, made->pass, &row);
    }
    if (reason != NULL) {
        *reason = row.reason;
    }
    return row.verdict;
}

bd_verdict bd_rules_belongs(const bd_rules *rules, uint32_t check, const bd_value *record,
                            bd_arena *scratch, bd_str *reason) {
    const program *made = &rules->programs[check];
    mapping map = {.check = made,
                   .where = made->where,
                   .eval = start_evaluation(record, NULL, (bd_str){0}, scratch)};
    bd_verdict belongs = eval_where(&map, reason);
    return belongs == BD_FAIL          ? BD_NOT_APPLICABLE
           : belongs == BD_CANNOT_TELL ? made->missing
                                       : BD_PASS;
}

/* ---- operations ---- */

typedef struct {
    bool succeeded, accepted, failed;
    size_t worst; /* row whose verdict stands for what was written */
} operation;

static bool is_word(bd_str status, const char *word) {
    return bd_str_ieq(status, bd_str_of(word));
}

/* Known beats unknown, fail beats pass: of the records of one operation usually only one carries
 * the request. */
static bool decides_more(bd_verdict a, bd_verdict b) {
    static const int rank[] = {
        [BD_CANNOT_TELL] = 0, [BD_NOT_APPLICABLE] = 1, [BD_PASS] = 2, [BD_FAIL] = 3};
    return rank[a] > rank[b];
}

bd_verdict bd_rules_fold_operation(const bd_row *rows, size_t count, size_t *decides) {
    operation seen = {0};
    for (size_t i = 0; i < count; i++) {
        bd_str status = rows[i].detail;
        seen.succeeded = seen.succeeded || is_word(status, "succeeded");
        seen.accepted = seen.accepted || is_word(status, "accepted");
        seen.failed = seen.failed || is_word(status, "failed") || is_word(status, "canceled") ||
                      is_word(status, "cancelled");
        seen.worst = decides_more(rows[i].verdict, rows[seen.worst].verdict) ? i : seen.worst;
    }
    if (decides != NULL) {
        *decides = seen.worst;
    }
    bd_verdict written = count > 0 ? rows[seen.worst].verdict : BD_NOT_APPLICABLE;
    if (seen.failed && !seen.succeeded) {
        return BD_NOT_APPLICABLE;
    }
    bool is_open = !seen.succeeded && !seen.accepted;
    return is_open && written == BD_FAIL ? BD_CANNOT_TELL : written;
}
