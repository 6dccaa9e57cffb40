/* make_world.h - whole engagements over the built-in catalog: exports as text, scanned, concluded and judged.
 *
 *     world *w = world_of("{'break_glass_accounts':{...}}");
 *     put_graph(w, "users", "2026-02-10T06:00:00Z", "", "{'id':'u1','accountEnabled':true}");
 *     CHECK_EQ_STR(said(w, "mfa-for-every-user"), "0 pass, 1 fail, 0 unclear: u1 ...");
 *
 * JSON is written with single quotes.  Everything is Allocated in test_arena(); close_world at the end.
 */
#ifndef MAKE_WORLD_H
#define MAKE_WORLD_H

#include "make_assess.h"
#include "make_scan.h"

typedef struct {
    scan_bench bench;
    scene *s;
} world;

/* `facts` as in bindery.json, or NULL. */
static inline world *world_of(const char *facts) {
    world *w = bd_new(test_arena(), world, 1);
    scene *s = bd_new(test_arena(), scene, 1);
    bd_err err;
    w->bench = scan_bench_open();
    w->s = s;
    s->catalog = w->bench.plan.catalog;
    CHECK_OK(bd_zone_load(BD_STR("UTC"), test_arena(), &s->engagement.zone, &err), err);
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Security");
    *bd_push(test_arena(), &s->engagement.subscriptions) =
        (bd_subscription){BD_STR(SCAN_SUB_A), BD_STR("prod")};
    s->period = (bd_period){.id = BD_STR_INIT("P"),
                            .is_type_ii = true,
                            .from = day_of("2026-01-01"),
                            .to = day_of("2026-03-31"),
                            .as_of = BD_DAY_NONE,
                            .fieldwork = BD_DAY_NONE};
    s->as_of = bd_period_end(&s->period, s->engagement.zone);
    if (facts != NULL) {
        approve_facts(s, facts);
        size_t count = s->engagement.facts->count;
        const bd_value **values = bd_new(test_arena(), const bd_value *, count + 1);
        for (size_t i = 0; i < count; i++) {
            values[i] = bd_value_find(&s->engagement.facts->items[i], "value");
        }
        s->engagement.parameters =
            bd_value_object(test_arena(), count, s->engagement.facts->keys, values);
    }
    compile_scene(s);
    w->bench.plan.rules = s->rules;
    w->bench.plan.parameters = s->engagement.parameters;
    return w;
}

static inline void close_world(world *w) {
    scan_bench_close(&w->bench);
}

/* A file with its sidecar's members, `more` beginning with a comma or empty. */
static inline bd_evidence *put_text_file(world *w, bd_str text, const char *at, const char *more) {
    bd_str sidecar = quoted(
        bd_str_format(test_arena(), "{'collected_at':'%s'%s}", at, more).data);
    bd_str path = bd_str_format(test_arena(), "f%zu.json", w->bench.items.count + 1);
    return scan_file(&w->bench, path.data, text, sidecar.data);
}

/* A page of Graph: `set` behind the mark of its context, `records` without brackets. */
static inline bd_evidence *put_graph(world *w, const char *set, const char *at, const char *more,
                                     const char *records) {
    bd_str text = quoted(
        bd_str_format(test_arena(),
                      "{'@odata.context':'https://graph.microsoft.com/v1.0/$metadata#%s',"
                      "'value':[%s]}",
                      set, records)
            .data);
    return put_text_file(w, text, at, more);
}

/* A page of Azure's REST. */
static inline bd_evidence *put_page(world *w, const char *at, const char *more,
                                    const char *records) {
    return put_text_file(w, quoted(bd_str_format(test_arena(), "{'value':[%s]}", records).data), at,
                         more);
}

static inline const bd_assessment *judge_world(world *w) {
    scan_conclude(&w->bench);
    w->s->evidence = w->bench.items;
    w->s->collections = w->bench.collections;
    w->s->snapshots = w->bench.snapshots;
    w->s->rows = w->bench.rows;
    return judge_scene(w->s);
}

/* What a check said of all its snapshots: counts, then the reason of each failing record, then of what is unclear. */
static inline bd_str said(world *w, const char *check) {
    uint64_t passed = 0, failed = 0, unclear = 0;
    bd_str why = {"", 0}, out = {"", 0};
    for (size_t i = 0; i < w->s->out->checks.count; i++) {
        const bd_check_result *one = &w->s->out->checks.data[i];
        if (bd_str_eqz(one->check->id, check)) {
            passed += one->passed;
            failed += one->failed;
            unclear += one->cannot_tell;
            why = why.size == 0 ? one->reason : why;
        }
    }
    for (size_t i = 0; i < w->s->findings.count; i++) {
        const bd_finding *one = &w->s->findings.data[i];
        if (bd_str_eqz(one->check->id, check)) {
            out = bd_str_format(test_arena(), "%.*s; %.*s", BD_ARG(out), BD_ARG(one->reason));
        }
    }
    why = unclear > 0 ? why : BD_STR("");
    return bd_str_format(test_arena(), "%llu pass, %llu fail, %llu unclear%.*s%s%.*s",
                         (unsigned long long)passed, (unsigned long long)failed,
                         (unsigned long long)unclear, BD_ARG(out), unclear > 0 ? "; " : "", BD_ARG(why));
}

#endif
