/* What the two reports say, on an assessment made by hand over the built-in catalog. */
#include "bindery/report.h"

#include "make_catalog.h"
#include "make_ready.h"
#include "test.h"

#define MONTHS 6
#define EXCEPTIONS 102

/* ---- the fixture ------------------------------------------------------------------------------------------ */

typedef struct {
    bd_arena *arena;
    const bd_catalog *catalog;
    bd_engagement engagement;
    bd_evidences evidence;
    bd_assessment assessment;
    bd_finding_group group;
    bd_diags diags;
    bd_report_inputs inputs;
} fixture;

static const char engagement_text[] =
    "{\"format\":\"bindery-engagement 1\",\"organisation\":{\"name\":\"Contoso "
    "Ltd\",\"short\":\"CONTOSO\"},"
    "\"system\":{\"name\":\"Contoso "
    "Pay\",\"description\":\"Payments.\"},\"categories\":[\"Security\"],"
    "\"timezone\":\"UTC\",\"subscriptions\":[{\"id\":\"41e77a9f-656f-48da-89ae-97daafd4abd1\","
    "\"name\":\"contoso-"
    "prod\"}],"
    "\"periods\":[{\"id\":\"2026-H1\",\"type\":\"II\",\"from\":\"2026-01-01\",\"to\":\"2026-06-"
    "30\"}],"
    "\"owners\":[{\"owner\":\"Cloud Admin\",\"people\":[\"Jens M\303\274ller\"]}]}";

static bool is_in_scope(const bd_criterion *criterion) {
    return bd_str_eqz(criterion->category, "Security");
}

static bool lists_scope(const fixture *f, const bd_control *control) {
    for (size_t i = 0; i < control->criteria.count; i++) {
        if (is_in_scope(bd_catalog_criterion(f->catalog, control->criteria.data[i]))) {
            return true;
        }
    }
    return false;
}

static bd_instance *make_instances(bd_arena *arena, bd_outcome outcome) {
    bd_instance *instances = bd_new(arena, bd_instance, MONTHS);
    for (int i = 0; i < MONTHS; i++) {
        instances[i] = (bd_instance){.id = bd_str_format(arena, "2026-%02d", i + 1),
                                     .from = bd_day_of_date(2026, i + 1, 1),
                                     .to = bd_day_of_date(2026, i + 1, bd_month_days(2026, i + 1)),
                                     .is_due = true,
                                     .outcome = outcome,
                                     .is_accepted = outcome == BD_OUTCOME_CLEAN};
    }
    return instances;
}

static void make_control(fixture *f, size_t index) {
    const bd_control *control = &f->catalog->controls[index];
    bd_control_result *out = &f->assessment.controls[index];
    bool is_clean = bd_str_eqz(control->number, "6.7.2"),
         is_begun = bd_str_eqz(control->number, "6.6.3");
    *out = (bd_control_result){.control = control,
                               .state = is_clean   ? BD_STATE_COMPLETE
                                        : is_begun ? BD_STATE_PROGRESS
                                                   : BD_STATE_BLANK,
                               .reason = BD_STR("no evidence describes a day of the period"),
                               .requirement_count = control->requirement_count,
                               .is_in_scope = lists_scope(f, control),
                               .newest = BD_INSTANT_NONE,
                               .newest_day = BD_DAY_NONE,
                               .age_days = -1};
    out->requirements = bd_new(f->arena, bd_requirement_result, control->requirement_count);
    for (size_t i = 0; i < control->requirement_count; i++) {
        bd_requirement_result *q = &out->requirements[i];
        *q = (bd_requirement_result){
            .requirement = &control->requirements[i],
            .instances = make_instances(f->arena, is_clean || is_begun ? BD_OUTCOME_CLEAN
                                                                       : BD_OUTCOME_MISSING),
            .instance_count = MONTHS,
            .due = MONTHS,
            .accepted = is_clean || is_begun ? MONTHS : 0,
            .newest = BD_INSTANT_NONE,
            .newest_day = BD_DAY_NONE,
            .age_days = -1};
        out->due += q->due;
        out->accepted += q->accepted;
    }
}

static void make_criterion(fixture *f, size_t index) {
    bd_criterion_result *out = &f->assessment.criteria[index];
    out->criterion = &f->catalog->criteria[index];
    out->is_in_scope = is_in_scope(out->criterion);
    out->state = BD_CRITERION_PARTIAL;
    for (size_t i = 0; i < f->catalog->control_count; i++) {
        const bd_strs *criteria = &f->catalog->controls[i].criteria;
        for (size_t k = 0; k < criteria->count; k++) {
            if (bd_str_eq(criteria->data[k], out->criterion->id)) {
                *bd_push(f->arena, &out->controls) = (uint32_t)i;
            }
        }
    }
    out->of = (int)out->controls.count;
}

static bd_control_result *control_of(fixture *f, const char *number) {
    return &f->assessment
                .controls[bd_catalog_control(f->catalog, bd_str_of(number)) - f->catalog->controls];
}

static void make_exceptions(fixture *f) {
    bd_control_result *control = control_of(f, "6.6.3");
    const bd_check *check = bd_catalog_check(f->catalog, BD_STR("nsg-admin-ports"));
    for (uint32_t i = 0; i < EXCEPTIONS; i++) {
        bd_exception *x = bd_push(f->arena, &f->assessment.exceptions);
        *x = (bd_exception){
            .id = bd_str_format(f->arena, "X-nsg-admin-ports-2026-03-15-%08x", i),
            .check = check,
            .resource =
                BD_STR("/subscriptions/41e77a9f-656f-48da-89ae-97daafd4abd1/resourceGroups/rg-net/"
                       "providers/Microsoft.Network/networkSecurityGroups/nsg-jump"),
            .property = BD_STR("exposed"),
            .last_seen_clean = BD_DAY_NONE,
            .first_seen_failing = bd_day_of_date(2026, 3, 15),
            .last_seen_failing = bd_day_of_date(2026, 3, 15),
            .first_seen_clean = BD_DAY_NONE,
            .exact_from = BD_INSTANT_NONE,
            .exact_to = BD_INSTANT_NONE,
            .observed_days = 6,
            .failing_days = 1,
            .reason = BD_STR("rule lets\x1b[31m 0.0.0.0/0 reach port 3389"),
            .is_open = true,
            .is_in_period = true,
            .evidence = 1};
        *bd_push(f->arena, &x->controls) = BD_STR("6.6.3");
        *bd_push(f->arena, &control->exceptions) = i;
    }
    control->has_exception = true;
    control->open_exceptions = EXCEPTIONS;
    f->assessment.open_exceptions = EXCEPTIONS;
}

static void make_evidence(fixture *f) {
    for (uint32_t i = 1; i <= 3; i++) {
        bd_evidence *item = bd_push(f->arena, &f->evidence);
        item->given.number = i;
        item->given.path = bd_str_format(f->arena, "2026-03/nsg-%u.json", i);
        item->given.bytes = 1000 + i;
        item->title = BD_STR("Network security groups");
        item->source = BD_STR("S01n");
        item->origin = BD_ORIGIN_MACHINE;
        item->is_snapshot = true;
        item->facts.rows_read = 7;
        item->facts.rows_reported = -1;
        item->facts.first_event = BD_INSTANT_NONE;
        item->completeness = BD_COMPLETE_YES;
        item->is_sidecar = i == 3;
    }
    bd_requirement_result *q = &control_of(f, "6.6.3")->requirements[0];
    *bd_push(f->arena, &q->evidence) = 1;
    *bd_push(f->arena, &q->evidence) = 2;
}

static void make_results(fixture *f) {
    static const char *const checks[] = {"nsg-admin-ports", "storage-secure-transfer"};
    for (size_t i = 0; i < BD_COUNT(checks); i++) {
        *bd_push(f->arena, &f->assessment.checks) =
            (bd_check_result){.check = bd_catalog_check(f->catalog, bd_str_of(checks[i])),
                              .instance = BD_STR("2026-03"),
                              .snapshot = bd_day_of_date(2026, 3, 15),
                              .scope = BD_STR("41e77a9f-656f-48da-89ae-97daafd4abd1"),
                              .verdict = i == 0 ? BD_FAIL : BD_PASS,
                              .passed = i == 0 ? 409 : 412,
                              .failed = i == 0 ? 3 : 0,
                              .evidence = 1,
                              .is_complete = true};
    }
    f->group.check = bd_catalog_check(f->catalog, BD_STR("nsg-admin-ports"));
    f->group.count = 123;
    for (size_t i = 0; i < BD_REPORT_FINDINGS; i++) {
        *bd_push(f->arena, &f->group.first) = (bd_finding){.check = f->group.check,
                                                           .control = BD_STR("6.6.3"),
                                                           .evidence = 1,
                                                           .instance = BD_STR("2026-03"),
                                                           .reason = BD_STR("open"),
                                                           .resource = BD_STR("nsg"),
                                                           .snapshot = bd_day_of_date(2026, 3, 15)};
    }
}

static void make_assessment(fixture *f) {
    bd_assessment *a = &f->assessment;
    a->period = &f->engagement.periods.data[0];
    a->period_start = bd_period_start(a->period, f->engagement.zone);
    a->period_end = bd_period_end(a->period, f->engagement.zone);
    a->as_of = a->until = a->period_end;
    a->zone_data_version = BD_STR("2026a");
    a->control_count = f->catalog->control_count;
    a->controls = bd_new(f->arena, bd_control_result, a->control_count);
    for (size_t i = 0; i < a->control_count; i++) {
        make_control(f, i);
    }
    a->criterion_count = f->catalog->criterion_count;
    a->criteria = bd_new(f->arena, bd_criterion_result, a->criterion_count);
    for (size_t i = 0; i < a->criterion_count; i++) {
        make_criterion(f, i);
    }
    for (int i = 0; i < MONTHS; i++) {
        *bd_push(f->arena, &a->months) = bd_str_format(f->arena, "2026-%02d", i + 1);
    }
    a->ready = bd_ratio_of(41, 67);
    a->cover = bd_ratio_of(5, 8);
    a->fresh = bd_ratio_of(0, 67);
}

static fixture *make_fixture(void) {
    bd_arena *arena = test_arena();
    fixture *f = bd_new(arena, fixture, 1);
    bd_err err;
    f->arena = arena;
    f->catalog = make_catalog();
    CHECK_OK(bd_engagement_parse(bd_str_of(engagement_text), BD_STR("bindery.json"), arena,
                                 &f->engagement, &err),
             err);
    make_assessment(f);
    f->inputs = (bd_report_inputs){
        .assessment = &f->assessment,
        .catalog = f->catalog,
        .engagement = &f->engagement,
        .evidence = &f->evidence,
        .findings = &f->group,
        .diags = &f->diags,
        .package_id = BD_STR("CONTOSO_SOC2_2026-01-01_2026-06-30_v1"),
        .edition = BD_STR("auditor"),
        .bindery_version = BD_STR("0.1.0"),
        .manifest_sha256 = BD_STR("aa11"),
        .assessment_sha256 = BD_STR("bb22"),
        .findings_sha256 = BD_STR("cc33"),
        .signer_subject = BD_STR("CN=Contoso Ltd"),
        .signer_fingerprint = BD_STR("dd44"),
        .is_signed = true,
    };
    return f;
}

static fixture *make_full_fixture(void) {
    fixture *f = make_fixture();
    make_evidence(f);
    make_results(f);
    make_exceptions(f);
    f->inputs.finding_group_count = 1;
    return f;
}

static bd_doc *readiness_of(fixture *f) {
    bd_ready_inputs inputs = ready_inputs(&f->assessment, f->catalog, &f->engagement, &f->evidence);
    f->inputs.ready = ready_make(&inputs);
    return bd_report_readiness(&f->inputs, f->arena);
}

/* ---- walking a document ------------------------------------------------------------------------------------- */

typedef void run_fn(void *context, const bd_run *run);

static void each_run(const bd_doc *doc, run_fn *visit, void *context) {
    for (size_t i = 0; i < doc->blocks.count; i++) {
        const bd_block *block = &doc->blocks.data[i];
        for (size_t k = 0; block->kind == BD_BLOCK_PARA && k < block->para->runs.count; k++) {
            visit(context, &block->para->runs.data[k]);
        }
        for (size_t c = 0; block->kind == BD_BLOCK_TABLE && c < block->table->cells.count; c++) {
            const bd_cell *cell = &block->table->cells.data[c];
            for (size_t k = 0; k < cell->runs.count; k++) {
                visit(context, &cell->runs.data[k]);
            }
        }
    }
}

typedef struct {
    bd_buf text;
} collected;

static void collect_run(void *context, const bd_run *run) {
    collected *all = context;
    bd_buf_puts(&all->text, run->text);
    bd_buf_putc(&all->text, '\n');
}

/* Everything that can be read on the pages, but for what the layout adds. */
static bd_str text_of(const bd_doc *doc) {
    collected all;
    bd_buf_init(&all.text, (size_t)64 << 20);
    each_run(doc, collect_run, &all);
    for (size_t i = 0; i < doc->blocks.count; i++) {
        const bd_block *block = &doc->blocks.data[i];
        bd_buf_printf(&all.text, "%.*s\n", BD_ARG(block->text));
        if (block->kind == BD_BLOCK_TABLE) {
            bd_buf_printf(&all.text, "%.*s\n", BD_ARG(block->table->caption));
        }
        if (block->kind == BD_BLOCK_CHART) {
            bd_buf_printf(&all.text, "%.*s\n%.*s\n", BD_ARG(block->chart->caption),
                          BD_ARG(block->chart->alternative));
        }
    }
    bd_buf_printf(&all.text, "%.*s %.*s %.*s %.*s %.*s\n", BD_ARG(doc->header_left),
                  BD_ARG(doc->header_right), BD_ARG(doc->footer_left), BD_ARG(doc->footer_right),
                  BD_ARG(doc->title));
    bd_str copy = bd_str_copy(test_arena(), bd_buf_str(&all.text));
    bd_buf_clear(&all.text);
    return copy;
}

static bool says(const bd_doc *doc, const char *words) {
    return bd_str_find(text_of(doc), bd_str_of(words)) >= 0;
}

static size_t count_headings(const bd_doc *doc, const char *anchor) {
    size_t count = 0;
    for (size_t i = 0; i < doc->blocks.count; i++) {
        count += doc->blocks.data[i].kind == BD_BLOCK_HEADING &&
                 bd_str_eqz(doc->blocks.data[i].anchor, anchor);
    }
    return count;
}

static const bd_doc *make_binder(void) {
    fixture *f = make_full_fixture();
    return bd_report_binder(&f->inputs, f->arena);
}

/* ---- order ---- */

TEST(report, binder_sections_stand_in_the_order_of_the_outline) {
    static const char *const order[] = {
        "document-control", "contents",   "glance", "scope",        "criteria", "controls",
        "series-CC1",       "exceptions", "ipe",    "data-quality", "hashes",   "appendices"};
    const bd_doc *doc = make_binder();
    size_t at = 0;
    for (size_t i = 0; i < doc->blocks.count && at < BD_COUNT(order); i++) {
        const bd_block *block = &doc->blocks.data[i];
        at += block->kind == BD_BLOCK_HEADING && block->level == 1 &&
              bd_str_eqz(block->anchor, order[at]);
    }
    CHECK_EQ_INT(at, BD_COUNT(order));
}

TEST(report, a_control_block_stands_once_at_its_primary_criterion) {
    const bd_doc *doc = make_binder();
    bd_str criterion = {"", 0};
    for (size_t i = 0; i < doc->blocks.count; i++) {
        const bd_block *block = &doc->blocks.data[i];
        if (block->kind == BD_BLOCK_HEADING && block->level == 2) {
            criterion = block->anchor;
        }
        if (block->kind == BD_BLOCK_HEADING && bd_str_eqz(block->anchor, "control-6.1.3")) {
            CHECK_EQ_STR(criterion, "criterion-CC6.3");
        }
    }
    CHECK_EQ_INT(count_headings(doc, "control-6.1.3"), 1);
}

TEST(report,
     every_checklist_control_has_a_block_and_controls_of_categories_out_of_scope_have_none) {
    fixture *f = make_full_fixture();
    const bd_doc *doc = bd_report_binder(&f->inputs, f->arena);
    for (size_t i = 0; i < f->catalog->control_count; i++) {
        const bd_control_result *control = &f->assessment.controls[i];
        bd_str anchor = bd_report_anchor(f->arena, "control", control->control->number);
        test_failure("control %.*s", BD_ARG(control->control->number));
        CHECK_EQ_INT(count_headings(doc, bd_str_z(f->arena, anchor)),
                     bd_report_is_listed(control) ? 1 : 0);
    }
}

TEST(report, criteria_out_of_scope_are_listed_without_a_section) {
    const bd_doc *doc = make_binder();
    CHECK_EQ_INT(count_headings(doc, "criterion-CC6.6"), 1);
    CHECK_EQ_INT(count_headings(doc, "criterion-P8.1"), 0);
    CHECK(says(doc, "P8.1"));
}

/* ---- anchors and links ---- */

static bd_map *anchors_of(const bd_doc *doc) {
    bd_map *anchors = bd_map_make(test_arena());
    for (size_t i = 0; i < doc->blocks.count; i++) {
        bd_str anchor = doc->blocks.data[i].anchor;
        if (anchor.size > 0) {
            test_failure("anchor '%.*s' stands twice", BD_ARG(anchor));
            CHECK(bd_map_find(anchors, anchor) == NULL);
            bd_map_put(anchors, anchor, &doc->blocks.data[i]);
        }
    }
    return anchors;
}

static void check_link(void *context, const bd_run *run) {
    if (run->link.size > 0) {
        test_failure("link '%.*s'", BD_ARG(run->link));
        CHECK(bd_map_find(context, run->link) != NULL);
    }
}

static void check_links(const bd_doc *doc) {
    bd_map *anchors = anchors_of(doc);
    each_run(doc, check_link, anchors);
    for (size_t i = 0; i < doc->blocks.count; i++) {
        const bd_chart *chart = doc->blocks.data[i].chart;
        for (size_t k = 0; chart != NULL && k < chart->row_count; k++) {
            CHECK(chart->row_links[k].size == 0 ||
                  bd_map_find(anchors, chart->row_links[k]) != NULL);
        }
    }
}

TEST(report, binder_anchors_are_unique_and_every_link_leads_somewhere) {
    check_links(make_binder());
}

TEST(report, readiness_anchors_are_unique_and_every_link_leads_somewhere) {
    fixture *f = make_full_fixture();
    check_links(readiness_of(f));
}

TEST(report, anchors_of_evidence_and_exceptions_are_those_that_index_html_uses) {
    const bd_doc *doc = make_binder();
    CHECK_EQ_INT(count_headings(doc, "evidence-E-0001"), 1);
    CHECK_EQ_INT(count_headings(doc, "exception-X-nsg-admin-ports-2026-03-15-00000000"), 1);
}

/* ---- words ---- */

static void check_words(const bd_doc *doc) {
    static const char *const forbidden[] = {
        "certified",     "compliant",   "passed", "sample-sizes.tsv",
        "algorithm 5.1", "section 5.5", "seed item",     "seed section", "seed cc"};
    bd_str text = bd_str_lower(test_arena(), text_of(doc));
    for (size_t i = 0; i < BD_COUNT(forbidden); i++) {
        ptrdiff_t at = bd_str_find(text, bd_str_of(forbidden[i]));
        bd_str around =
            bd_str_sub(text, at > 60 ? (size_t)at - 60 : 0, at < 0 ? 0 : (size_t)at + 60);
        test_failure("'%s' in '%.*s'", forbidden[i], BD_ARG(around));
        CHECK(at < 0);
    }
}

/* With all five categories, every text of the catalog that can be printed is. */
static fixture *make_wide_fixture(void) {
    fixture *f = make_full_fixture();
    for (size_t i = 0; i < f->assessment.criterion_count; i++) {
        f->assessment.criteria[i].is_in_scope = true;
    }
    for (size_t i = 0; i < f->assessment.control_count; i++) {
        f->assessment.controls[i].is_in_scope = true;
    }
    return f;
}

TEST(report, no_word_that_is_not_for_print_stands_in_the_binder) {
    fixture *f = make_wide_fixture();
    check_words(bd_report_binder(&f->inputs, f->arena));
}

TEST(report, no_word_that_is_not_for_print_stands_in_the_readiness_report) {
    fixture *f = make_wide_fixture();
    check_words(readiness_of(f));
}

TEST(report, results_are_said_in_words) {
    const bd_doc *doc = make_binder();
    bd_str text = text_of(doc);
    CHECK(bd_str_find(text, BD_STR("no deviation found (\n412\n of \n412\n)")) >= 0);
    CHECK(bd_str_find(text, BD_STR("3\n of 412 deviate\n")) >= 0);
}

/* Of "storage-secure-transfer" on 15 April; the scope is the subscription's own id. */
static void add_doubt(fixture *f, const char *scope, const char *reason, uint64_t cannot_tell,
                      uint32_t evidence) {
    *bd_push(f->arena, &f->assessment.checks) = (bd_check_result){
        .check = bd_catalog_check(f->catalog, BD_STR("storage-secure-transfer")),
        .instance = BD_STR("2026-04"),
        .snapshot = bd_day_of_date(2026, 4, 15),
        .scope = bd_str_of(scope),
        .verdict = BD_CANNOT_TELL,
        .cannot_tell = cannot_tell,
        .reason = bd_str_of(reason),
        .evidence = evidence};
}

TEST(report, results_that_differ_in_their_scope_alone_are_one_row_with_each_scope_and_count) {
    fixture *f = make_full_fixture();
    add_doubt(f, "/s/one", "no list of it", 7, 1);
    add_doubt(f, "/s/two", "no list of it", 8, 2);
    add_doubt(f, "/s/three", "cut short", 2, 1);
    add_doubt(f, "/s/four", "cut short", 2, 1);
    const bd_doc *doc = bd_report_binder(&f->inputs, f->arena);
    CHECK(says(doc, "one\n, \ntwo\ncannot tell\n no list of it\n0\n7\n, \n8\nE-0001\n, \nE-0002\n"));
    CHECK(says(doc, "three\n, \nfour\ncannot tell\n cut short\n0\n2\n each\nE-0001\n"));
}

TEST(report, a_deviation_has_a_row_of_its_own) {
    fixture *f = make_full_fixture();
    add_doubt(f, "/s/one", "open", 0, 1);
    add_doubt(f, "/s/two", "open", 0, 1);
    for (size_t i = 2; i < f->assessment.checks.count; i++) {
        f->assessment.checks.data[i].verdict = BD_FAIL;
        f->assessment.checks.data[i].failed = i;
    }
    const bd_doc *doc = bd_report_binder(&f->inputs, f->arena);
    CHECK(says(doc, "one\n2\n of 2 deviate\n open\n"));
    CHECK(says(doc, "two\n3\n of 3 deviate\n open\n"));
}

TEST(report, cover_says_what_it_is_and_what_it_is_not) {
    const bd_doc *doc = make_binder();
    CHECK(says(doc, "2017 Trust Services Criteria with revised points of focus, 2022"));
    CHECK(says(doc, "Management's evidence; no auditor's opinion"));
    CHECK(says(doc, "from 2026-01-01 00:00:00 UTC up to, not including, 2026-07-01 00:00:00 UTC"));
    CHECK(says(doc, "CN=Contoso Ltd"));
    CHECK(says(doc, "SHA-256 dd44"));
    CHECK(says(doc, "SHA-256 aa11"));
}

TEST(report, cover_of_a_trial_identity_says_so) {
    fixture *f = make_full_fixture();
    f->inputs.is_trial = true;
    CHECK(says(bd_report_binder(&f->inputs, f->arena), "trial identity: CN=Contoso Ltd"));
}

TEST(report, unsigned_binder_says_so_and_has_no_panel) {
    fixture *f = make_full_fixture();
    f->inputs.is_signed = false;
    const bd_doc *doc = bd_report_binder(&f->inputs, f->arena);
    CHECK(says(doc, "This binder is unsigned"));
    CHECK(!says(doc, "CN=Contoso Ltd"));
    for (size_t i = 0; i < doc->blocks.count; i++) {
        CHECK(doc->blocks.data[i].kind != BD_BLOCK_SIGNATURE);
    }
}

TEST(report, text_from_evidence_cannot_hide_control_characters) {
    const bd_doc *doc = make_binder();
    bd_str text = text_of(doc);
    CHECK(bd_str_find(text, BD_STR("\x1b")) < 0);
    CHECK(bd_str_find(text, BD_STR("\\u{001B}[31m")) >= 0);
}

/* ---- what is left out ---- */

TEST(report, failing_records_beyond_the_first_hundred_are_counted_with_path_and_hash) {
    const bd_doc *doc = make_binder();
    CHECK(says(
        doc,
        "The first 100 failing records are printed. 23 more of 123 are left out; all stand in \n"
        "80_MACHINE/findings.ndjson\n (SHA-256 \ncc33\n"));
}

TEST(report, exceptions_beyond_the_first_twenty_five_of_a_check_are_counted) {
    const bd_doc *doc = make_binder();
    CHECK(says(doc,
               "The first 25 exceptions of this check are printed. 77 more of 102 are left out"));
    CHECK(says(doc, "X-nsg-admin-ports-2026-03-15-00000018"));
    CHECK(!says(doc, "X-nsg-admin-ports-2026-03-15-00000019"));
}

/* A reader who sees ten of many must not miss a worse one behind them. */
TEST(report, what_is_open_at_a_glance_begins_with_what_is_rated_high) {
    fixture *f = make_full_fixture();
    bd_exception *first = &f->assessment.exceptions.data[0];
    first->check = bd_catalog_check(f->catalog, BD_STR("azure-user-controls-mapped"));
    first->reason = BD_STR("something of medium weight");
    bd_str text = text_of(bd_report_binder(&f->inputs, f->arena));
    bd_str shown = bd_str_sub(text, 0, (size_t)bd_str_find(text, BD_STR("92 more are open")));
    CHECK(bd_str_find(shown, BD_STR("reach port 3389")) >= 0);
    CHECK(bd_str_find(shown, BD_STR("omething of medium weight")) < 0);
}

TEST(report, the_first_five_exceptions_of_a_check_have_a_sheet_the_further_ones_a_line) {
    const bd_doc *doc = make_binder();
    CHECK_EQ_INT(count_headings(doc, "exception-X-nsg-admin-ports-2026-03-15-00000004"), 1);
    CHECK_EQ_INT(count_headings(doc, "exception-X-nsg-admin-ports-2026-03-15-00000005"), 0);
    CHECK(says(doc, "X-nsg-admin-ports-2026-03-15-00000005"));
    CHECK(says(doc, "Further exceptions: "));
}

/* ---- figures ---- */

typedef struct {
    const bd_doc *doc;
    size_t at;
} figure_walk;

static void check_figure(void *context, const bd_run *run) {
    figure_walk *walk = context;
    if (run->figure.size == 0) {
        return;
    }
    CHECK(walk->at < walk->doc->figures.count);
    CHECK_EQ_STR(run->figure, walk->doc->figures.data[walk->at].pointer);
    CHECK_EQ_STR(run->text, walk->doc->figures.data[walk->at].text);
    walk->at++;
}

TEST(report, every_figure_is_recorded_in_print_order) {
    const bd_doc *doc = make_binder();
    figure_walk walk = {doc, 0};
    each_run(doc, check_figure, &walk);
    CHECK_EQ_INT(walk.at, doc->figures.count);
    CHECK(walk.at > 100);
}

static const char *figure_at(const bd_doc *doc, const char *pointer) {
    for (size_t i = 0; i < doc->figures.count; i++) {
        if (bd_str_eqz(doc->figures.data[i].pointer, pointer)) {
            return bd_str_z(test_arena(), doc->figures.data[i].text);
        }
    }
    return "none";
}

TEST(report, figures_point_where_assessment_json_has_them) {
    fixture *f = make_full_fixture();
    const bd_doc *doc = bd_report_binder(&f->inputs, f->arena);
    size_t place = 0;
    for (const bd_control_result *c = f->assessment.controls; c != control_of(f, "6.6.3"); c++) {
        place += bd_report_is_listed(c);
    }
    CHECK_EQ_STR(figure_at(doc, "/score/ready/n"), "41");
    CHECK_EQ_STR(figure_at(doc, "/score/ready/percent"), "61.2");
    CHECK_EQ_STR(figure_at(doc, bd_str_format(f->arena, "/controls/%zu/due", place).data), "12");
    CHECK_EQ_STR(
        figure_at(doc,
                  bd_str_format(f->arena, "/controls/%zu/requirements/0/accepted", place).data),
        "6");
    CHECK_EQ_STR(
        figure_at(doc, bd_str_format(f->arena, "/controls/%zu/checks/0/failed", place).data), "3");
    CHECK_EQ_STR(figure_at(doc, "/evidence/1/bytes"), "1002");
    CHECK_EQ_STR(figure_at(doc, "/exceptions/24/observed_days"), "6");
}

TEST(report, the_index_of_a_control_skips_those_that_are_not_listed) {
    fixture *f = make_fixture();
    for (size_t i = 0; i < f->assessment.control_count; i++) {
        const bd_control_result *c = &f->assessment.controls[i];
        CHECK_EQ_INT(bd_report_is_listed(c), c->is_in_scope || !c->control->is_ours);
    }
    CHECK(!bd_report_is_listed(control_of(f, "B-A1.1-1")));
    CHECK(bd_report_is_listed(control_of(f, "9.3")));
}

/* ---- the readiness report ---- */

TEST(report, readiness_names_the_assessment_and_no_package) {
    fixture *f = make_full_fixture();
    const bd_doc *doc = readiness_of(f);
    CHECK(says(doc, "SHA-256 bb22"));
    CHECK(!says(doc, "CONTOSO_SOC2_2026-01-01_2026-06-30_v1"));
    CHECK(!says(doc, "SOC 2\302\256 evidence binder"));
}

TEST(report, readiness_has_a_page_for_each_owner_as_the_checklist_names_them) {
    fixture *f = make_full_fixture();
    const bd_doc *doc = readiness_of(f);
    CHECK_EQ_INT(count_headings(doc, "owner-HR / Cloud Admin"), 1);
    CHECK_EQ_INT(count_headings(doc, "owner-Cloud Admin"), 1);
    CHECK(says(doc, "Cloud Admin: Jens M\303\274ller"));
}

/* ---- edges ---- */

TEST(report, an_assessment_without_evidence_gives_both_reports) {
    fixture *f = make_fixture();
    f->assessment.months.count = 0;
    const bd_doc *binder = bd_report_binder(&f->inputs, f->arena);
    const bd_doc *readiness = readiness_of(f);
    CHECK(says(binder, "No exception happened in the period."));
    CHECK(readiness->blocks.count > 10);
    check_links(binder);
}

TEST(report, a_manifest_that_is_set_later_gives_the_same_binder) {
    fixture *f = make_full_fixture();
    bd_str known = text_of(bd_report_binder(&f->inputs, f->arena));
    bd_str sha256 = f->inputs.manifest_sha256;
    f->inputs.manifest_sha256 = (bd_str){"", 0};
    bd_doc *binder = bd_report_binder(&f->inputs, f->arena);
    bd_str unknown = text_of(binder);
    size_t figures = binder->figures.count;
    CHECK(!bd_str_eq(known, unknown));
    f->inputs.manifest_sha256 = sha256;
    bd_report_set_manifest(&f->inputs, binder);
    CHECK_EQ_STR(text_of(binder), known);
    CHECK_EQ_INT(binder->figures.count, figures);
}

TEST(report, the_same_inputs_give_the_same_document) {
    fixture *f = make_full_fixture();
    CHECK_EQ_STR(text_of(bd_report_binder(&f->inputs, f->arena)),
                 text_of(bd_report_binder(&f->inputs, f->arena)));
}
