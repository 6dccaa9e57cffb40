/* make_whole.h - an engagement of a month from JSON texts to outcomes, over the built-in catalog. */
#ifndef MAKE_WHOLE_H
#define MAKE_WHOLE_H

#include "bindery/assess.h"

#include "make_carry.h"
#include "make_scan.h"

typedef struct {
    scan_bench bench;
    bd_engagement engagement;
    bd_period period;
    const bd_assessment *out;
    BD_VEC(bd_finding) findings;
    int files;
    bd_instant as_of;   /* 0: the end of the month */
    bd_instant earlier; /* a day on which what is carried is held against the rows, too; 0: none */
} whole;

/* JSON in single quotes. */
static inline const bd_value *whole_json(const char *text) {
    bd_str copy = bd_str_copy(test_arena(), bd_str_of(text));
    char *bytes = bd_alloc(test_arena(), copy.size + 1, 1);
    const bd_value *out = NULL;
    bd_err err;
    for (size_t i = 0; i < copy.size; i++) {
        bytes[i] = copy.data[i] == '\'' ? '"' : copy.data[i];
    }
    CHECK_OK(bd_json_parse((bd_str){bytes, copy.size}, &bd_json_default_limits, test_arena(), &out,
                           &err),
             err);
    return out;
}

/* January 2026 of SCAN_SUB_A.  `facts`: their values by name. */
static inline whole *whole_open(const char *facts) {
    whole *w = bd_new(test_arena(), whole, 1);
    bd_err err;
    const bd_rules *rules = NULL;
    w->bench = scan_bench_open();
    w->engagement.parameters = whole_json(facts);
    w->engagement.facts = whole_json("{}");
    w->engagement.zone = w->bench.plan.zone;
    *bd_push(test_arena(), &w->engagement.categories) = BD_STR("Security");
    *bd_push(test_arena(), &w->engagement.subscriptions) =
        (bd_subscription){BD_STR(SCAN_SUB_A), BD_STR("prod")};
    w->period = (bd_period){
        .id = BD_STR_INIT("P"), .is_type_ii = true, .as_of = BD_DAY_NONE, .fieldwork = BD_DAY_NONE};
    CHECK(bd_day_parse(BD_STR("2026-01-01"), &w->period.from));
    CHECK(bd_day_parse(BD_STR("2026-01-31"), &w->period.to));
    CHECK_OK(bd_rules_compile(w->bench.plan.catalog, w->engagement.parameters, test_arena(), &rules,
                              &err),
             err);
    w->bench.plan.rules = rules;
    w->bench.plan.parameters = w->engagement.parameters;
    return w;
}

/* A file of records, complete.  `text`: an answer of REST or an array of az; `more`: further members of the sidecar
 * that begin with a comma, or "". */
static inline bd_evidence *whole_add_at(whole *w, const char *at, const char *text, const char *more) {
    bd_str name = bd_str_format(test_arena(), "%d.json", w->files++);
    bd_str sidecar = bd_str_format(test_arena(),
                                   "{\"collected_at\":\"%s\",\"exporter\":\"e\","
                                   "\"command\":\"portal: export\",\"complete\":true%s}",
                                   at, more);
    return scan_file(&w->bench, name.data, bd_str_of(text), sidecar.data);
}

/* One collected on 15 January at six, or after the month if it describes a time. */
static inline bd_evidence *whole_add(whole *w, const char *text, const char *more) {
    bool is_log = bd_str_find(bd_str_of(more), BD_STR("describes_from")) >= 0;
    return whole_add_at(w, is_log ? "2026-02-02T06:00:00Z" : "2026-01-15T06:00:00Z", text, more);
}

static inline bd_rc whole_keep(void *context, const bd_finding *finding, bd_err *err) {
    (void)err;
    bd_finding *kept = bd_push(test_arena(), &((whole *)context)->findings);
    *kept = *finding;
    kept->reason = bd_str_copy(test_arena(), finding->reason);
    return BD_OK;
}

static inline void whole_judge(whole *w) {
    const bd_row_spool spools[] = {{.rows = w->bench.rows}};
    bd_err err;
    scan_conclude(&w->bench);
    w->findings.count = 0;
    bd_assess_inputs inputs = {.catalog = w->bench.plan.catalog,
                               .rules = w->bench.plan.rules,
                               .imports = w->bench.plan.imports,
                               .engagement = &w->engagement,
                               .period = &w->period,
                               .as_of = w->as_of != 0 ? w->as_of
                                                      : bd_period_end(&w->period, w->engagement.zone),
                               .evidence = &w->bench.items,
                               .collections = &w->bench.collections,
                               .snapshots = &w->bench.snapshots,
                               .rows = spools,
                               .spool_count = 1,
                               .carries = bd_carried_open(w->bench.plan.catalog, NULL)};
    CHECK_OK(bd_assess(&inputs, test_arena(), whole_keep, w, &w->out, &err), err);
    check_carried(&inputs, inputs.carries, /*most*/ 1);
    if (w->earlier != 0) {
        check_earlier_day(&inputs, inputs.carries, w->earlier);
    }
    bd_carried_close(inputs.carries);
}

/* How one check came out of the month, over all its scopes: "pass", "fail", "not-applicable", "cannot-tell", or
 * "missing" where it judged nothing. */
static inline const char *whole_verdict(const whole *w, const char *check) {
    const char *found = "missing";
    bd_verdict worst = BD_NOT_APPLICABLE;
    for (size_t i = 0; i < w->out->checks.count; i++) {
        const bd_check_result *one = &w->out->checks.data[i];
        if (bd_str_eqz(one->check->id, check)) {
            worst = bd_verdict_worse(worst, one->verdict);
            found = bd_verdict_text(worst);
            test_failure("%s: %.*s", check, BD_ARG(one->reason));
        }
    }
    return found;
}

/* How an instance of a requirement came out: "clean", "deviation", ...; "none" where there is no such instance. */
static inline const char *whole_month(const whole *w, const char *requirement, size_t index) {
    for (size_t i = 0; i < w->out->control_count; i++) {
        const bd_control_result *control = &w->out->controls[i];
        for (size_t j = 0; j < control->requirement_count; j++) {
            const bd_requirement_result *one = &control->requirements[j];
            if (bd_str_eqz(one->requirement->id, requirement) && index < one->instance_count) {
                test_failure("%s: %.*s", requirement, BD_ARG(one->instances[index].reason));
                return bd_outcome_name(one->instances[index].outcome);
            }
        }
    }
    return "none";
}

static inline bd_str whole_reason(const whole *w, const char *check) {
    for (size_t i = 0; i < w->findings.count; i++) {
        if (bd_str_eqz(w->findings.data[i].check->id, check)) {
            return w->findings.data[i].reason;
        }
    }
    return BD_STR("");
}

/* ---- three-line cases of the built-in checks ---- */

typedef struct {
    const char *file;
    size_t seen, failed;
} whole_tally;

static inline void whole_case(void *context, size_t line, bd_str condition, bd_str problem) {
    whole_tally *tally = context;
    tally->seen++;
    tally->failed += problem.size > 0 ? 1 : 0;
    if (problem.size > 0) {
        fprintf(stderr, "    %s:%zu: %.*s: %.*s\n", tally->file, line, BD_ARG(condition),
                BD_ARG(problem));
    }
}

static inline void whole_cases(const char *name, size_t least) {
    bd_str path = bd_str_format(test_arena(), "%s/tests/cases/checks/%s", test_root(), name);
    bd_arena *scratch = bd_arena_open("case", (size_t)64 << 20);
    bd_case_world world = {.catalog = make_catalog()};
    whole_tally tally = {.file = name};
    bd_err err;
    CHECK_OK(bd_cases_run(&world, test_read_file(path.data), scratch, whole_case, &tally, &err),
             err);
    CHECK_EQ_INT(tally.failed, 0);
    CHECK(tally.seen >= least);
    bd_arena_close(scratch);
}

#endif
