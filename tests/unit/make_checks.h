/* make_checks.h - the built-in checks over whole files: scanned, joined, judged, as a run does it.
 *
 *     files *f = files_of("2026-01-01", "2026-03-31", "{'slas':{'notice_hours':72}}");
 *     put_file(f, "a.json", text, SIDECAR_OF("S25", SUB_A, "2026-01-10T06:00:00Z"));
 *     scene *s = judge_files(f);
 *     CHECK_EQ_STR(outcomes(s, "2.3a"), "CMM");
 */
#ifndef MAKE_CHECKS_H
#define MAKE_CHECKS_H

#include "make_assess.h"
#include "make_scan.h"

typedef struct {
    scan_bench bench;
    scene scene;
} files;

/* Facts in single quotes, or NULL; SUB_A is the one subscription in scope. */
static inline files *files_of(const char *from, const char *to, const char *facts) {
    files *f = bd_new(test_arena(), files, 1);
    scene *s = &f->scene;
    bd_err err;
    s->catalog = make_catalog();
    CHECK_OK(bd_zone_load(BD_STR("UTC"), test_arena(), &s->engagement.zone, &err), err);
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Security");
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Availability");
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Confidentiality");
    expect_subscription(s, SUB_A, "prod");
    s->period = (bd_period){.id = BD_STR_INIT("P"),
                            .is_type_ii = true,
                            .from = day_of(from),
                            .to = day_of(to),
                            .as_of = BD_DAY_NONE,
                            .fieldwork = BD_DAY_NONE};
    s->as_of = bd_period_end(&s->period, s->engagement.zone);
    if (facts != NULL) {
        CHECK_OK(bd_json_parse(quoted(facts), &bd_json_default_limits, test_arena(),
                               &s->engagement.parameters, &err),
                 err);
    }
    bd_engagement_state_period(&s->engagement, &s->period, s->as_of, test_arena());
    compile_scene(s);
    s->rows = kept_spool();
    f->bench.rows = s->rows;
    f->bench.plan.catalog = s->catalog;
    f->bench.plan.rules = s->rules;
    f->bench.plan.parameters = s->engagement.parameters;
    f->bench.plan.zone = s->engagement.zone;
    return f;
}

#define SIDECAR_AT(source, kind, id, at)                                                           \
    "{'source':'" source "','scope':{'kind':'" kind "','ids':['" id "']},'collected_at':'" at      \
    "','command':'portal: export','exporter':'ann@contoso.example','complete':true}"
#define SIDECAR_OF(source, id, at) SIDECAR_AT(source, "subscription", id, at)

/* Text and sidecar in single quotes. */
static inline bd_evidence *put_file(files *f, const char *path, const char *text,
                                    const char *sidecar) {
    return scan_file(&f->bench, path, quoted(text), quoted(sidecar).data);
}

/* As if two people had signed what stands on file. */
static inline bd_evidence *put_signed(files *f, const char *path, const char *text,
                                      const char *sidecar) {
    bd_evidence *item = put_file(f, path, text, sidecar);
    item->preparer = (bd_signoff){.name = BD_STR_INIT("Ann"),
                                  .at = item->sidecar.collected_at,
                                  .stated_at = BD_INSTANT_NONE};
    bd_signoff *review = bd_push(test_arena(), &item->reviewers);
    *review = (bd_signoff){.name = BD_STR_INIT("Ben"),
                           .role = BD_STR_INIT("lead"),
                           .at = item->sidecar.collected_at,
                           .stated_at = BD_INSTANT_NONE,
                           .checked = BD_STR_INIT("rows and dates"),
                           .has_sha256 = true};
    memcpy(review->sha256, item->given.sha256, 32);
    return item;
}

static inline scene *judge_files(files *f) {
    scene *s = &f->scene;
    scan_conclude(&f->bench);
    s->evidence = f->bench.items;
    s->collections = f->bench.collections;
    s->snapshots = f->bench.snapshots;
    judge_scene(s);
    return s;
}

static inline bd_str why(const scene *s, const char *requirement, const char *instance) {
    return instance_of(s, requirement, instance)->reason;
}

/* A document with what a vendor's report or letter says of itself; members in single quotes. */
static inline bd_document telling(bd_document document, const char *report) {
    bd_err err;
    CHECK_OK(bd_json_parse(quoted(report), &bd_json_default_limits, test_arena(), &document.report,
                           &err),
             err);
    return document;
}

/* ---- case files: tests/cases/checks/NAME.case ---- */

typedef struct {
    const char *file;
    size_t count;
} checked_cases;

static inline void take_case(void *context, size_t line, bd_str condition, bd_str problem) {
    checked_cases *seen = context;
    seen->count++;
    if (problem.size > 0) {
        test_fail(__FILE__, __LINE__, "%s:%zu: %.*s: %.*s", seen->file, line, BD_ARG(condition),
                  BD_ARG(problem));
    }
}

static inline void run_check_cases(const char *name, size_t least) {
    bd_str text = test_read_file(
        bd_str_format(test_arena(), "%s/tests/cases/checks/%s", test_root(), name).data);
    bd_arena *scratch = bd_arena_open("case", (size_t)64 << 20);
    bd_case_world world = {.catalog = make_catalog()};
    checked_cases seen = {.file = name};
    bd_err err;
    CHECK_OK(bd_cases_run(&world, text, scratch, take_case, &seen, &err), err);
    bd_arena_close(scratch);
    CHECK(seen.count >= least);
}

#endif
