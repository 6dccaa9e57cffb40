/* make_written.h - a small assessment made by hand, what an export writes of it as text, and other readers of that.
 *
 *     world *w = make_world();
 *     CHECK_HOLDS(export_text(w, bd_html_write_index), "<h1>");
 *     save("index.csv", export_text(w, bd_export_index_csv));
 *     check_python("import csv...", "index.csv");
 *
 * Two criteria in scope, two controls, three files, one failing check.  Everything is Allocated in test_arena().
 */
#ifndef MAKE_WRITTEN_H
#define MAKE_WRITTEN_H

#include "bindery/writing.h"

#include "test.h"

/* ---- a small world: two criteria, two controls, three files ---- */

static const char catalog_text[] =
    "{\"format\":\"bindery-catalog 1\",\"criteria\":["
    "{\"id\":\"CC6.1\",\"category\":\"Security\",\"series\":\"CC6\",\"series_title\":\"Access\","
    "\"title\":\"Guarding\"},"
    "{\"id\":\"CC6.7\",\"category\":\"Security\",\"series\":\"CC6\",\"series_title\":\"Access\","
    "\"title\":\"Moving data\"},"
    "{\"id\":\"P1.1\",\"category\":\"Privacy\",\"series\":\"P1\",\"series_title\":\"Notice\","
    "\"title\":\"Telling\"}],"
    "\"controls\":["
    "{\"number\":\"6.7.2\",\"origin\":\"checklist\",\"owner\":\"Cloud "
    "Admin\",\"statement\":\"Transfer is secure.\","
    "\"criteria\":[\"CC6.7\",\"CC6.1\"],\"primary\":\"CC6.7\",\"frequency\":\"continuous\"},"
    "{\"number\":\"B-P1.1-1\",\"origin\":\"ours\",\"owner\":\"Privacy\",\"statement\":\"A notice "
    "is given.\","
    "\"criteria\":[\"P1.1\"],\"primary\":\"P1.1\",\"frequency\":\"annual\",\"outline\":true}],"
    "\"requirements\":["
    "{\"control\":\"6.7.2\",\"req\":\"a\",\"half\":\"configuration\",\"statement\":\"Every account "
    "asks for it.\","
    "\"sources\":[\"S17\"],\"frequency\":\"continuous\",\"max_age_days\":35,\"signoff\":false},"
    "{\"control\":\"B-P1.1-1\",\"req\":\"a\",\"half\":\"document\",\"statement\":\"A notice "
    "stands.\","
    "\"sources\":[\"doc\"],\"frequency\":\"annual\",\"max_age_days\":365,\"signoff\":true}],"
    "\"sources\":["
    "{\"id\":\"S17\",\"title\":\"Storage "
    "accounts\",\"origin\":\"machine\",\"scope\":\"subscription\",\"history\":\"none\","
    "\"recognise\":{\"types\":[\"microsoft.storage/storageaccounts\"]}},"
    "{\"id\":\"doc\",\"title\":\"Documents\",\"origin\":\"handed-in\",\"scope\":\"tenant\","
    "\"history\":\"none\"}],"
    "\"checks\":[{\"id\":\"secure-transfer\",\"version\":1,\"control\":\"6.7.2\",\"requirement\":"
    "\"a\",\"shape\":\"each\","
    "\"source\":\"S17\",\"title\":\"Secure transfer\",\"tested\":\"Read the "
    "flag.\",\"severity\":\"high\","
    "\"criteria\":[{\"id\":\"CC6.7\",\"why\":\"it moves "
    "data\"}],\"property\":\"supportsHttpsTrafficOnly\","
    "\"missing\":\"cannot-tell\",\"pass\":{\"field\":\"supportsHttpsTrafficOnly\",\"equals\":true}}"
    "]}";

#define SUBSCRIPTION "aaaaaaaa-0000-0000-0000-000000000001"
#define ACCOUNT "/subscriptions/" SUBSCRIPTION "/storageaccounts/st1"

typedef struct {
    bd_catalog catalog;
    bd_engagement engagement;
    bd_period period;
    bd_assessment assessment;
    bd_evidences evidence;
    bd_collections collections;
    bd_snapshots snapshots;
    bd_str paths[3], ipe_paths[3];
    bd_writing_inputs inputs;
} world;

static inline bd_instant at(int month, int day) {
    return (bd_instant)bd_day_of_date(2026, month, day) * 24 * BD_HOUR;
}

static inline bd_evidence *add_item(world *w, const char *path, const char *title) {
    bd_evidence *item = bd_push(test_arena(), &w->evidence);
    uint32_t number = (uint32_t)w->evidence.count;
    item->given = (bd_evidence_given){.number = number,
                                      .path = bd_str_of(path),
                                      .bytes = 10,
                                      .stored_bytes = 8,
                                      .file_time = at(2, 1),
                                      .given_collected_at = BD_INSTANT_NONE,
                                      .ingested_at = at(2, 2)};
    item->given.sha256[31] = (uint8_t)number;
    item->title = bd_str_of(title);
    item->collected_at = item->describes_from = item->describes_to = at(1, 15);
    item->is_snapshot = true;
    item->facts = (bd_facts){.media = BD_MEDIA_JSON,
                             .rows_reported = -1,
                             .first_event = BD_INSTANT_NONE,
                             .last_event = BD_INSTANT_NONE,
                             .export_time = BD_INSTANT_NONE};
    item->sidecar.rows = -1;
    item->origin = BD_ORIGIN_MACHINE;
    bd_collection *collection = bd_push(test_arena(), &w->collections);
    *bd_push(test_arena(), &collection->members) = number - 1;
    item->collection = number - 1;
    return item;
}

static inline void add_evidence(world *w) {
    bd_evidence *records = add_item(w, "2026-01/storage.json", "Storage accounts");
    records->source = BD_STR("S17");
    records->source_title = BD_STR("Storage accounts");
    *bd_push(test_arena(), &records->sources) = BD_STR("S17");
    *bd_push(test_arena(), &records->facts.seen) =
        (bd_seen){BD_STR("S17"), BD_STR(SUBSCRIPTION), 2};
    records->facts.rows_read = 2;
    records->facts.envelope = BD_STR("E1");
    records->completeness = BD_COMPLETE_YES;
    records->completeness_reason = BD_STR("the page chain ends without a next link");
    records->given.sidecar = 2;
    records->has_sidecar = true;
    records->sidecar.request =
        BD_STR("GET https://management.azure.com/x?api-version=2023-05-01&$top=5");
    records->sidecar.exporter = BD_STR("jens@contoso.example");
    w->collections.data[0].rows = 2;
    bd_evidence *sidecar =
        add_item(w, "2026-01/storage.json.meta.json", "Sidecar storage.json.meta.json");
    sidecar->is_sidecar = true;
    bd_evidence *odd = add_item(w, "odd/<b>&\"x\".json", "=1+1");
    odd->is_unmapped = true;
    odd->facts.is_malformed = true;
    odd->facts.problem = BD_STR("byte 3: expected ','");
}

static inline void add_results(world *w) {
    bd_assessment *assessment = &w->assessment;
    const bd_catalog *catalog = &w->catalog;
    static bd_control_result controls[2];
    static bd_requirement_result requirements[2];
    static bd_instance instances[2];
    instances[0] = (bd_instance){.id = BD_STR("2026-01"),
                                 .from = bd_day_of_date(2026, 1, 1),
                                 .to = bd_day_of_date(2026, 1, 31),
                                 .is_due = true,
                                 .is_accepted = true,
                                 .outcome = BD_OUTCOME_DEVIATION,
                                 .reason = BD_STR("1 of 2 fails")};
    *bd_push(test_arena(), &instances[0].evidence) = 1;
    instances[1] = (bd_instance){.id = BD_STR("2026-02"),
                                 .from = bd_day_of_date(2026, 2, 1),
                                 .to = bd_day_of_date(2026, 2, 28),
                                 .is_due = true,
                                 .outcome = BD_OUTCOME_MISSING,
                                 .reason = BD_STR("not observed")};
    requirements[0] = (bd_requirement_result){.requirement = &catalog->controls[0].requirements[0],
                                              .instances = instances,
                                              .instance_count = 2,
                                              .due = 2,
                                              .accepted = 1,
                                              .deviating = 1,
                                              .newest = at(1, 15),
                                              .age_days = 44,
                                              .has_evidence = true,
                                              .is_checked = true};
    *bd_push(test_arena(), &requirements[0].evidence) = 1;
    requirements[1] = (bd_requirement_result){.requirement = &catalog->controls[1].requirements[0],
                                              .newest = BD_INSTANT_NONE,
                                              .newest_day = BD_DAY_NONE,
                                              .age_days = -1};
    controls[0] = (bd_control_result){.control = &catalog->controls[0],
                                      .state = BD_STATE_PROGRESS,
                                      .has_exception = true,
                                      .reason = BD_STR("6.7.2a in 2026-02 is not observed"),
                                      .requirements = &requirements[0],
                                      .requirement_count = 1,
                                      .due = 2,
                                      .accepted = 1,
                                      .is_in_scope = true,
                                      .newest = at(1, 15),
                                      .age_days = 44};
    *bd_push(test_arena(), &controls[0].exceptions) = 0;
    controls[1] = (bd_control_result){.control = &catalog->controls[1],
                                      .state = BD_STATE_BLANK,
                                      .requirements = &requirements[1],
                                      .requirement_count = 1,
                                      .newest = BD_INSTANT_NONE,
                                      .newest_day = BD_DAY_NONE,
                                      .age_days = -1};
    assessment->controls = controls;
    assessment->control_count = 2;
    static bd_criterion_result criteria[3];
    for (uint32_t i = 0; i < 3; i++) {
        criteria[i] =
            (bd_criterion_result){.criterion = &catalog->criteria[i],
                                  .state = i < 2 ? BD_CRITERION_AT_RISK : BD_CRITERION_UNCOVERED,
                                  .is_in_scope = i < 2,
                                  .automated = i < 2,
                                  .of = i < 2,
                                  .open_exceptions = i < 2};
        *bd_push(test_arena(), &criteria[i].controls) = i < 2 ? 0 : 1;
    }
    criteria[1].mapped =
        (bd_coverage){.automated = 1, .supporting = 4, .document = 2, .none = 3, .of = 10};
    assessment->criteria = criteria;
    assessment->criterion_count = 3;
}

static inline void add_failures(world *w) {
    const bd_check *check = &w->catalog.checks[0];
    *bd_push(test_arena(), &w->assessment.checks) =
        (bd_check_result){.check = check,
                          .instance = BD_STR("2026-01"),
                          .snapshot = bd_day_of_date(2026, 1, 15),
                          .scope = BD_STR(SUBSCRIPTION),
                          .verdict = BD_FAIL,
                          .passed = 1,
                          .failed = 1,
                          .evidence = 1,
                          .is_complete = true};
    bd_exception *exception = bd_push(test_arena(), &w->assessment.exceptions);
    *exception = (bd_exception){.id = BD_STR("X-secure-transfer-2026-01-15-0123abcd"),
                                .check = check,
                                .type = BD_STR("microsoft.storage/storageaccounts"),
                                .key = BD_STR(ACCOUNT),
                                .resource = BD_STR(ACCOUNT),
                                .subscription = BD_STR(SUBSCRIPTION),
                                .property = BD_STR("supportsHttpsTrafficOnly"),
                                .last_seen_clean = BD_DAY_NONE,
                                .first_seen_failing = bd_day_of_date(2026, 1, 15),
                                .last_seen_failing = bd_day_of_date(2026, 1, 15),
                                .first_seen_clean = BD_DAY_NONE,
                                .exact_from = BD_INSTANT_NONE,
                                .exact_to = BD_INSTANT_NONE,
                                .observed_days = 1,
                                .failing_days = 1,
                                .reason = BD_STR("secure transfer is false"),
                                .is_open = true,
                                .is_in_period = true,
                                .evidence = 1};
    w->assessment.open_exceptions = 1;
    w->assessment.controls[0].open_exceptions = 1;
    *bd_push(test_arena(), &exception->controls) = BD_STR("6.7.2");
}

static inline void add_engagement(world *w) {
    bd_engagement *engagement = &w->engagement;
    bd_err err;
    engagement->organisation_name = BD_STR("Müller & <Söhne> Ltd");
    engagement->short_name = BD_STR("MS");
    engagement->system_name = BD_STR("Pay");
    *bd_push(test_arena(), &engagement->categories) = BD_STR("Security");
    *bd_push(test_arena(), &engagement->subscriptions) =
        (bd_subscription){BD_STR(SUBSCRIPTION), BD_STR("prod")};
    *bd_push(test_arena(), &engagement->subscriptions) =
        (bd_subscription){BD_STR("aaaaaaaa-0000-0000-0000-000000000002"), {"", 0}};
    *bd_push(test_arena(), &engagement->vendors) =
        (bd_vendor){.name = BD_STR("Microsoft Corporation"),
                    .service = BD_STR("Azure"),
                    .method = BD_STR("carve-out")};
    *bd_push(test_arena(), &engagement->exclusions) = (bd_exclusion){BD_STR("secure-transfer"),
                                                                     BD_STR("/subscriptions/x"),
                                                                     BD_STR("NFS"),
                                                                     BD_STR("Jens"),
                                                                     bd_day_of_date(2026, 1, 2),
                                                                     BD_DAY_NONE};
    engagement->zone_name = BD_STR("UTC");
    CHECK_OK(bd_zone_load(BD_STR("UTC"), test_arena(), &engagement->zone, &err), err);
}

static inline world *make_world(void) {
    world *w = bd_new(test_arena(), world, 1);
    bd_catalog_file file = {BD_STR("catalog.json"), BD_STR(catalog_text)};
    const bd_catalog *catalog = NULL;
    bd_err err;
    CHECK_OK(bd_catalog_load(&file, 1, test_arena(), &catalog, &err), err);
    w->catalog = *catalog;
    memset(w->catalog.sha256, 0xab, 32); /* how a catalog is hashed is no matter of this room */
    w->period = (bd_period){
        BD_STR("2026-P"), true,       bd_day_of_date(2026, 1, 1), bd_day_of_date(2026, 2, 28),
        BD_DAY_NONE,      BD_DAY_NONE};
    w->assessment.period = &w->period;
    w->assessment.period_start = at(1, 1);
    w->assessment.period_end = w->assessment.as_of = w->assessment.until = at(3, 1);
    w->assessment.cover = bd_ratio_of(1, 2);
    w->assessment.ready = bd_ratio_of(0, 1);
    w->assessment.fresh = bd_ratio_of(1, 1);
    *bd_push(test_arena(), &w->assessment.months) = BD_STR("2026-01");
    *bd_push(test_arena(), &w->assessment.months) = BD_STR("2026-02");
    *bd_push(test_arena(), &w->assessment.gates) =
        BD_STR("Not complete: 1 exception rated high is open");
    *bd_push(test_arena(), &w->assessment.sources_missing) = BD_STR("doc");
    add_engagement(w);
    add_evidence(w);
    add_results(w);
    add_failures(w);
    w->paths[0] = BD_STR("10_EVIDENCE/CC6/CC6.7/6.7.2_x/E-0001_2026-01_storage.json");
    w->paths[1] = BD_STR("10_EVIDENCE/CC6/CC6.7/6.7.2_x/E-0001_2026-01_storage.meta.json");
    w->paths[2] = BD_STR("10_EVIDENCE/_UNMAPPED/a b%\"<.json");
    w->ipe_paths[0] = BD_STR("10_EVIDENCE/CC6/CC6.7/6.7.2_x/E-0001_2026-01_storage.ipe.json");
    w->inputs = (bd_writing_inputs){
        .assessment = &w->assessment,
        .catalog = &w->catalog,
        .engagement = &w->engagement,
        .evidence = &w->evidence,
        .collections = &w->collections,
        .snapshots = &w->snapshots,
        .bindery_version = BD_STR("0.1.0"),
        .tzdata_version = BD_STR("2025b"),
        .journal_head = BD_STR("00000000000000000000000000000000000000000000000000000000000000ff"),
        .package_id = BD_STR("MS_SOC2_2026-01-01_2026-02-28_v1"),
        .package_paths = w->paths,
        .ipe_paths = w->ipe_paths};
    return w;
}

/* `count` items in all, those beyond the three under the first control; no package is planned. */
static inline void add_many_items(world *w, uint32_t count) {
    bd_requirement_result *requirement = &w->assessment.controls[0].requirements[0];
    for (uint32_t i = 4; i <= count; i++) {
        add_item(w, "a.json", "many");
        *bd_push(test_arena(), &requirement->evidence) = i;
        *bd_push(test_arena(), &requirement->instances[0].evidence) = i;
    }
    w->inputs.package_paths = NULL;
    w->inputs.ipe_paths = NULL;
}

/* ---- what is written of it ---- */

typedef bd_rc export_fn(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);

static inline bd_str taken(bd_buf *buf) {
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(buf));
    bd_buf_clear(buf);
    return text;
}

static inline bd_str export_text(const world *w, export_fn *fn) {
    bd_buf buf;
    bd_buf_init(&buf, (size_t)1 << 30);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(fn(&w->inputs, &sink, &err), err);
    return taken(&buf);
}

static inline bool holds(bd_str text, const char *part) {
    return bd_str_find(text, bd_str_of(part)) >= 0;
}

#define CHECK_HOLDS(text, part)                                                                    \
    (holds((text), (part))                                                                         \
         ? (void)0                                                                                 \
         : test_fail(__FILE__, __LINE__, "'%s' is not in: %.*s", (part), BD_ARG(text)))

static inline bd_str save(const char *name, bd_str text) {
    test_write_file(test_path(name), text);
    return text;
}

static inline void check_python(const char *script, const char *arguments) {
    save("check.py", bd_str_of(script));
    bd_str output;
    int status = run_command(&output, "/usr/bin/python3 check.py %s", arguments);
    if (status == 77 || status == 127) {
        test_skip("python3 with jsonschema is not installed");
    }
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
}

/* A sink of so many bytes: `context` is a size_t. */
static inline bd_rc refuse_bytes(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)bytes;
    size_t *room = sink->context;
    if (count > *room) {
        BD_RAISE(err, BD_ERR_IO, "cannot write 'x': no space left on device");
    }
    *room -= count;
    return BD_OK;
}

#endif
