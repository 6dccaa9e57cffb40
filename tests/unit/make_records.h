/* make_records.h - records as exports hold them, in scenes that are judged by the built-in catalog.
 *
 *     scene *s = records_scene("2026-05-01", "2026-05-31", "{'repositories':['contoso/pay@main']}");
 *     uint32_t item = put_snapshot(s, "S26", SUB_A, "2026-05-15T06:00:00Z");
 *     put_json(s, item, SUB_A, "{'id':'/subscriptions/...','properties':{}}");
 *     judge_scene(s);
 *
 * JSON is written with single quotes.  What a source derives is mapped too, as scan does it. */
#ifndef MAKE_RECORDS_H
#define MAKE_RECORDS_H

#include "bindery/derivations.h"

#include "make_assess.h"
#include "make_catalog.h"

static inline scene *records_scene(const char *from, const char *to, const char *facts) {
    scene *s = scene_of(EACH_CHECK, from, to, "UTC");
    s->catalog = make_catalog();
    state_facts(s, facts);
    expect_subscription(s, SUB_A, "a");
    return s;
}

typedef struct {
    scene *s;
    uint32_t item;
    bd_record record;
} mapped;

static inline void put_mapped_row(void *context, const bd_row *row) {
    mapped *to = context;
    put_row(to->s, to->item, *row);
}

static inline void put_derived_record(void *context, bd_str type, bd_str key, bd_str resource,
                                      bd_instant time, const bd_value *value) {
    mapped *to = context;
    bd_record record = to->record;
    record.type = type;
    record.key = key;
    record.resource = resource;
    record.time = time;
    record.value = value;
    bd_rules_map(to->s->rules, &record, test_arena(), put_mapped_row, to);
}

static inline bd_instant time_of_record(const bd_source_def *source, const bd_value *value) {
    bd_instant at = BD_INSTANT_NONE;
    bd_str rest = source->time, part;
    while (value != NULL && bd_str_cut(&rest, '.', &part)) {
        const bd_value *inner = NULL;
        value = bd_value_lookup(value, part, &inner) == BD_LOOKUP_FOUND ? inner : NULL;
    }
    bool is_there = source->time.size > 0 && value != NULL && value->kind == BD_STRING;
    return is_there && bd_instant_parse(value->text, &at) ? at : BD_INSTANT_NONE;
}

static inline bool is_made_from(const bd_source_def *made, bd_str source) {
    for (size_t i = 0; i < made->derived_from.count; i++) {
        if (bd_str_eq(made->derived_from.data[i], source)) {
            return true;
        }
    }
    return false;
}

static inline void check_case(void *context, size_t line, bd_str condition, bd_str problem) {
    test_failure("line %zu: %.*s", line, BD_ARG(condition));
    CHECK_EQ_STR(problem, "");
    ++*(size_t *)context;
}

/* tests/cases/checks/NAME, asked of the built-in checks. */
static inline void run_check_cases(const char *name, size_t least) {
    bd_str text = test_read_file(
        bd_str_format(test_arena(), "%s/tests/cases/checks/%s", test_root(), name).data);
    bd_arena *scratch = bd_arena_open("case", (size_t)64 << 20);
    bd_case_world world = {.catalog = make_catalog()};
    size_t count = 0;
    bd_err err;
    CHECK_OK(bd_cases_run(&world, text, scratch, check_case, &count, &err), err);
    bd_arena_close(scratch);
    CHECK(count >= least);
}

/* The record belongs to the item's source and to `scope` ("": to no subscription). */
static inline void put_json(scene *s, uint32_t item, const char *scope, const char *json) {
    const bd_source_def *source = bd_catalog_source(s->catalog, s->evidence.data[item].source);
    const bd_value *value = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(quoted(json), &bd_json_default_limits, test_arena(), &value, &err), err);
    mapped to = {.s = s, .item = item};
    bd_str id = bd_value_text(value, "id");
    to.record = (bd_record){.source = source,
                            .value = value,
                            .type = bd_str_lower(test_arena(), bd_value_text(value, "type")),
                            .key = bd_str_lower(test_arena(), id),
                            .resource = id,
                            .subscription = bd_str_of(scope),
                            .scope = bd_str_of(scope),
                            .time = time_of_record(source, value),
                            .ordinal = s->next_ordinal++};
    bd_rules_map(s->rules, &to.record, test_arena(), put_mapped_row, &to);
    for (size_t i = 0; i < s->catalog->source_count; i++) {
        const bd_source_def *made = &s->catalog->sources[i];
        const bd_derivation *derivation =
            made->derivation.size > 0 ? bd_derivation_find(made->derivation) : NULL;
        if (derivation == NULL || derivation->map == NULL || !is_made_from(made, source->id)) {
            continue; /* one that joins collections is not of a single record */
        }
        to.record.source = made;
        derivation->map(value, s->engagement.parameters, s->engagement.zone, test_arena(),
                        put_derived_record, &to);
    }
}

/* What one check says of an instance: "pass", "fail", "cannot-tell" ..., "" when it says nothing; the worst holds. */
static inline bd_str said_by(const scene *s, const char *check, const char *instance) {
    bd_str worst = {"", 0};
    bd_verdict verdict = BD_NOT_APPLICABLE;
    for (size_t i = 0; i < s->out->checks.count; i++) {
        const bd_check_result *one = &s->out->checks.data[i];
        if (bd_str_eqz(one->check->id, check) && bd_str_eqz(one->instance, instance)) {
            verdict = bd_verdict_worse(verdict, one->verdict);
            worst = bd_str_of(bd_verdict_text(verdict));
        }
    }
    return worst;
}

#endif
