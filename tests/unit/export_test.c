#include "bindery/export.h"
#include "bindery/html.h"

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

static bd_instant at(int month, int day) {
    return (bd_instant)bd_day_of_date(2026, month, day) * 24 * BD_HOUR;
}

static bd_evidence *add_item(world *w, const char *path, const char *title) {
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

static void add_evidence(world *w) {
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

static void add_results(world *w) {
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

static void add_failures(world *w) {
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

static void add_engagement(world *w) {
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

static world *make_world(void) {
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

/* ---- running an export ---- */

typedef bd_rc export_fn(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);

static bd_str taken(bd_buf *buf) {
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(buf));
    bd_buf_clear(buf);
    return text;
}

static bd_str export_text(const world *w, export_fn *fn) {
    bd_buf buf;
    bd_buf_init(&buf, (size_t)1 << 30);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(fn(&w->inputs, &sink, &err), err);
    return taken(&buf);
}

static bd_str export_sheet(const world *w, size_t index) {
    bd_buf buf;
    bd_buf_init(&buf, 1 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(bd_export_ipe(&w->inputs, index, &sink, &err), err);
    return taken(&buf);
}

static bd_rc export_criterion(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    return bd_export_criterion_csv(inputs, BD_STR("CC6.7"), sink, err);
}

static bd_rc export_first_sheet(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    return bd_export_ipe(inputs, 0, sink, err);
}

static export_fn *const all_exports[] = {
    bd_export_assessment,   bd_export_index_csv,    export_criterion,     bd_export_exceptions_csv,
    bd_export_controls_csv, bd_export_criteria_csv, bd_html_write_index, export_first_sheet,
};

static bool holds(bd_str text, const char *part) {
    return bd_str_find(text, bd_str_of(part)) >= 0;
}

#define CHECK_HOLDS(text, part)                                                                    \
    (holds((text), (part))                                                                         \
         ? (void)0                                                                                 \
         : test_fail(__FILE__, __LINE__, "'%s' is not in: %.*s", (part), BD_ARG(text)))

static bd_str save(const char *name, bd_str text) {
    test_write_file(test_path(name), text);
    return text;
}

/* ---- findings and figures ---- */

static bd_str finding_line(const bd_finding *finding) {
    bd_buf buf;
    bd_buf_init(&buf, 1 << 16);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(bd_export_finding(finding, &sink, &err), err);
    return taken(&buf);
}

static bd_finding sample_finding(const world *w) {
    return (bd_finding){.check = &w->catalog.checks[0],
                        .control = BD_STR("6.7.2"),
                        .evidence = 1,
                        .instance = BD_STR("2026-01"),
                        .key = BD_STR("/subscriptions/x/storageaccounts/st1"),
                        .reason = BD_STR("secure transfer is \"false\""),
                        .resource = BD_STR("/subscriptions/x/storageAccounts/St1"),
                        .subscription = BD_STR("x"),
                        .type = BD_STR("microsoft.storage/storageaccounts"),
                        .snapshot = bd_day_of_date(2026, 1, 15)};
}

TEST(export, finding_has_exactly_the_documented_members_in_order) {
    world *w = make_world();
    bd_finding finding = sample_finding(w);
    CHECK_EQ_STR(
        finding_line(&finding),
        "{\"check\":\"secure-transfer\",\"control\":\"6.7.2\",\"evidence\":\"E-0001\",\"instance\":"
        "\"2026-01\","
        "\"key\":\"/subscriptions/x/storageaccounts/st1\",\"reason\":\"secure transfer is "
        "\\\"false\\\"\","
        "\"resource\":\"/subscriptions/x/storageAccounts/St1\",\"snapshot\":\"2026-01-15\","
        "\"subscription\":\"x\",\"type\":\"microsoft.storage/storageaccounts\"}\n");
}

TEST(export, finding_of_a_match_has_no_snapshot_and_no_empty_subscription) {
    world *w = make_world();
    bd_finding finding = sample_finding(w);
    finding.snapshot = BD_DAY_NONE;
    finding.subscription = BD_STR("");
    finding.key = BD_STR("4711\x1f"
                         "a");
    CHECK_EQ_STR(finding_line(&finding),
                 "{\"check\":\"secure-transfer\",\"control\":\"6.7.2\",\"evidence\":\"E-0001\","
                 "\"instance\":\"2026-01\","
                 "\"key\":\"4711\\u001fa\",\"reason\":\"secure transfer is \\\"false\\\"\","
                 "\"resource\":\"/subscriptions/x/storageAccounts/"
                 "St1\",\"type\":\"microsoft.storage/storageaccounts\"}\n");
}

TEST(export, figure_is_pointer_and_text) {
    bd_buf buf;
    bd_buf_init(&buf, 1024);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(bd_export_figure(BD_STR("/score/ready/n"), BD_STR("41"), &sink, &err), err);
    CHECK_EQ_STR(taken(&buf), "{\"pointer\":\"/score/ready/n\",\"text\":\"41\"}\n");
}

/* ---- assessment.json ---- */

/* The hashes of the small world, spelt out where they stand. */
#define HASH(last) "00000000000000000000000000000000000000000000000000000000000000" last
#define AB "abababababababab"

static const char expected_controls[] =
    "\"controls\":[{\"accepted\":1,\"age_days\":44,\"checks\":[{\"cannot_tell\":0,\"complete\":"
    "true,\"evidence\":\"E-0001\","
    "\"failed\":1,\"id\":\"secure-transfer\",\"instance\":\"2026-01\",\"not_applicable\":0,"
    "\"passed\":1,\"req\":\"a\","
    "\"scope\":\"" SUBSCRIPTION
    "\",\"snapshot\":\"2026-01-15\",\"verdict\":\"fail\"}],\"criteria\":[\"CC6.1\",\"CC6.7\"],"
    "\"due\":2,\"exception\":true,\"exceptions\":[\"X-secure-transfer-2026-01-15-0123abcd\"],"
    "\"fresh\":false,"
    "\"id\":\"6.7.2\",\"in_scope\":true,\"newest\":\"2026-01-15T00:00:00Z\",\"no_occurrence\":"
    "false,"
    "\"origin\":\"checklist\",\"outline\":false,\"owner\":\"Cloud Admin\",\"primary\":\"CC6.7\","
    "\"reason\":\"6.7.2a in 2026-02 is not "
    "observed\",\"requirements\":[{\"accepted\":1,\"age_days\":44,\"checked\":true,"
    "\"deviating\":1,\"due\":2,\"evidence\":[\"E-0001\"],\"frequency\":\"continuous\",\"fresh\":"
    "false,\"instances\":["
    "{\"accepted\":true,\"evidence\":[\"E-0001\"],\"from\":\"2026-01-01\",\"instance\":\"2026-01\","
    "\"late\":false,"
    "\"outcome\":\"deviation\",\"reason\":\"1 of 2 fails\",\"to\":\"2026-01-31\"},"
    "{\"accepted\":false,\"evidence\":[],\"from\":\"2026-02-01\",\"instance\":\"2026-02\",\"late\":"
    "false,"
    "\"outcome\":\"missing\",\"reason\":\"not "
    "observed\",\"to\":\"2026-02-28\"}],\"newest\":\"2026-01-15T00:00:00Z\","
    "\"req\":\"a\"}],\"state\":\"[~]\",\"statement\":\"Transfer is secure.\"}],";

#define NO_SHARES "{\"automated\":0,\"document\":0,\"none\":0,\"of\":0,\"supporting\":0}"
#define ONE_AUTOMATED "{\"automated\":1,\"document\":0,\"none\":0,\"of\":1,\"supporting\":0}"
static const char expected_criteria[] =
    "\"criteria\":[{\"category\":\"Security\",\"controls\":[\"6.7.2\"],"
    "\"evidenced\":" ONE_AUTOMATED ",\"id\":\"CC6.1\",\"in_scope\":true,\"mapped\":" NO_SHARES
    ",\"open_exceptions\":1,\"state\":\"at risk\"},"
    "{\"category\":\"Security\",\"controls\":[\"6.7.2\"],"
    "\"evidenced\":" ONE_AUTOMATED ",\"id\":\"CC6.7\",\"in_scope\":true,\"mapped\":{"
    "\"automated\":1,\"document\":2,\"none\":3,\"of\":10,\"supporting\":4},"
    "\"open_exceptions\":1,\"state\":\"at risk\"},"
    "{\"category\":\"Privacy\",\"controls\":[],\"evidenced\":" NO_SHARES
    ",\"id\":\"P1.1\",\"in_scope\":false,\"mapped\":" NO_SHARES
    ",\"open_exceptions\":0,\"state\":\"uncovered\"}],"
    "\"custody\":{\"later_evidence\":[],\"later_lines\":0,\"seals\":[]},"
    "\"data_quality\":[{\"evidence\":\"E-0003\",\"message\":\"byte 3: expected "
    "','\",\"path\":\"odd/<b>&\\\"x\\\".json\","
    "\"severity\":\"refused\"}],";

static const char expected_engagement[] =
    "\"engagement\":{\"categories\":[\"Security\"],\"organisation\":\"Müller & <Söhne> "
    "Ltd\",\"short\":\"MS\","
    "\"subscriptions\":[{\"id\":\"" SUBSCRIPTION "\",\"name\":\"prod\"},"
    "{\"id\":\"aaaaaaaa-0000-0000-0000-000000000002\"}],\"system\":\"Pay\",\"timezone\":\"UTC\"},"
    "\"evidence\":[";

static const char expected_item[] =
    "{\"bytes\":10,\"collected_at\":\"2026-01-15T00:00:00Z\",\"collected_at_assumed\":false,"
    "\"collection\":{\"first\":\"E-0001\",\"pages\":1,\"rows\":2},\"completeness\":\"yes\","
    "\"completeness_reason\":\"the page chain ends without a next link\",\"crc32\":\"00000000\","
    "\"describes_from\":\"2026-01-15T00:00:00Z\",\"describes_to\":\"2026-01-15T00:00:00Z\","
    "\"envelope\":\"E1\","
    "\"exporter\":\"jens@contoso.example\",\"file_time\":\"2026-02-01T00:00:00Z\",\"id\":\"E-"
    "0001\","
    "\"ingested_at\":\"2026-02-02T00:00:00Z\",\"kind\":\"records\",\"malformed\":false,"
    "\"media_type\":\"application/json\",\"next_link_left\":false,\"origin\":\"machine\","
    "\"path\":\"2026-01/storage.json\","
    "\"request\":\"GET "
    "https://management.azure.com/"
    "x?api-version=2023-05-01&$top=5\",\"reviewers\":[],\"rows_kept\":2,"
    "\"rows_read\":2,\"rows_refused\":0,\"rows_unmapped\":0,\"seen\":[{\"rows\":2,\"scope\":"
    "\"" SUBSCRIPTION "\","
    "\"source\":\"S17\"}],\"sha256\":\"" HASH(
        "01") "\",\"sidecar\":\"E-0002\",\"signed_off\":false,\"snapshot\":true,"
              "\"source\":\"S17\",\"source_title\":\"Storage "
              "accounts\",\"sources\":[\"S17\"],\"speaks_to\":[\"6.7.2a\"],"
              "\"stored_bytes\":8,\"stored_sha256\":\"" HASH(
                  "00") "\",\"title\":\"Storage accounts\",\"truncated\":false,"
                        "\"unmapped\":false,\"withdrawn\":false},";

static const char expected_tail[] =
    "\"exceptions\":[{\"check\":\"secure-transfer\",\"controls\":[\"6.7.2\"],\"evidence\":\"E-"
    "0001\",\"failing_days\":1,"
    "\"first_seen_failing\":\"2026-01-15\",\"id\":\"X-secure-transfer-2026-01-15-0123abcd\",\"in_"
    "period\":true,"
    "\"key\":\"" ACCOUNT "\",\"last_seen_failing\":\"2026-01-15\",\"observed_days\":1,"
    "\"property\":\"supportsHttpsTrafficOnly\",\"reason\":\"secure transfer is "
    "false\",\"resource\":\"" ACCOUNT "\","
    "\"severity\":\"high\",\"state\":\"open\",\"subscription\":\"" SUBSCRIPTION "\","
    "\"type\":\"microsoft.storage/storageaccounts\"}],"
    "\"excluded\":[{\"approved_by\":\"Jens\",\"approved_on\":\"2026-01-02\",\"check\":\"secure-"
    "transfer\","
    "\"reason\":\"NFS\",\"resource\":\"/subscriptions/x\"}],"
    "\"imported\":{\"attestations\":[],\"compared\":[],\"disagreements\":[],\"latest\":[],"
    "\"models\":[],\"other_scope\":0,\"other_time\":0,\"scores\":[],\"snapshots\":[]},\"journal_head\":\"" HASH(
        "ff") "\",\"matches\":[],"
              "\"pbc\":{\"asked\":[],\"requests\":[],\"unmatched\":0},"
              "\"period\":{\"end\":\"2026-03-01T00:00:00Z\",\"from\":\"2026-01-01\",\"id\":\"2026-"
              "P\","
              "\"start\":\"2026-01-01T00:00:00Z\",\"timezone\":\"UTC\",\"to\":\"2026-02-28\","
              "\"type\":\"II\",\"tzdata\":\"2025b\","
              "\"until\":\"2026-03-01T00:00:00Z\"},\"populations\":[],"
              "\"score\":{\"cover\":{\"n\":1,\"of\":2,\"percent\":50.0},\"fresh\":{\"n\":1,\"of\":"
              "1,\"percent\":100.0},"
              "\"gates\":[\"Not complete: 1 exception rated high is open\"],\"no_occurrence\":0,"
              "\"ready\":{\"n\":0,\"of\":1,\"percent\":0.0,\"with_exceptions\":0}},\"score_"
              "definition\":\"bindery-1\","
              "\"sources_missing\":[\"doc\"],\"unmapped\":[{\"evidence\":\"E-0003\",\"path\":\"odd/"
              "<b>&\\\"x\\\".json\"}],"
              "\"vendors\":[]}\n"; /* the register is the assessment's, and this one was not judged */

TEST(export, small_assessment_has_these_bytes) {
    bd_str text = export_text(make_world(), bd_export_assessment);
    bd_str start =
        bd_str_format(test_arena(),
                      "{\"access_reviews\":{\"quarters\":[],\"reviews\":[]},"
                      "\"as_of\":\"2026-03-01T00:00:00Z\",\"bindery\":\"0.1.0\",\"catalog_"
                      "sha256\":\"" AB AB AB AB "\",%s%s%s%s",
                      expected_controls, expected_criteria, expected_engagement, expected_item);
    CHECK_EQ_STR(bd_str_sub(text, 0, start.size), start);
    bd_str tail = BD_STR(expected_tail);
    CHECK(text.size > start.size + tail.size);
    CHECK_EQ_STR(bd_str_sub(text, text.size - tail.size, text.size), tail);
}

static const char canonical_check[] = "import json,sys\n"
                                      "raw=open(sys.argv[1],'rb').read()\n"
                                      "again=json.dumps(json.loads(raw),sort_keys=True,separators=("
                                      "',',':'),ensure_ascii=False).encode()+b'\\n'\n"
                                      "sys.exit(0 if again==raw else 'not canonical')\n";

static const char schema_check[] =
    "import json,sys,warnings\nwarnings.simplefilter('ignore')\n"
    "try:\n import jsonschema\nexcept ImportError:\n sys.exit(77)\n"
    "schema=json.load(open(sys.argv[1]));jsonschema.Draft202012Validator.check_schema(schema)\n"
    "found=[str(e.absolute_path)+e.message for e in "
    "jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(sys.argv[2])))]\n"
    "sys.exit('\\n'.join(found[:5]) if found else 0)\n";

static void check_python(const char *script, const char *arguments) {
    save("check.py", bd_str_of(script));
    bd_str output;
    int status = run_command(&output, "/usr/bin/python3 check.py %s", arguments);
    if (status == 77 || status == 127) {
        test_skip("python3 with jsonschema is not installed");
    }
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
}

TEST(export, json_forms_are_canonical) {
    world *w = make_world();
    save("a.json", export_text(w, bd_export_assessment));
    check_python(canonical_check, "a.json");
    for (size_t i = 0; i < 3; i++) {
        save("i.json", export_sheet(w, i));
        check_python(canonical_check, "i.json");
    }
}

static void check_schema(bd_str text) {
    const char *schema =
        bd_path_join(test_arena(), test_root(), "templates/schema/assessment.schema.json");
    save("schema.json", test_read_file(schema));
    save("a.json", text);
    check_python(schema_check, "schema.json a.json");
}

TEST(export, assessment_meets_its_strict_schema) {
    check_schema(export_text(make_world(), bd_export_assessment));
}

TEST(export, assessment_with_every_optional_member_meets_its_schema) {
    world *w = make_world();
    bd_evidence *item = &w->evidence.data[2];
    bd_signoff person = {.name = BD_STR("Юлия"),
                         .role = BD_STR("CISO"),
                         .checked = BD_STR("all"),
                         .at = at(2, 1),
                         .has_sha256 = true,
                         .origin = BD_STR("sidecar")};
    item->preparer = person;
    *bd_push(test_arena(), &item->reviewers) = person;
    item->sidecar = (bd_sidecar){.command = BD_STR("az x"),
                                 .query = BD_STR("q"),
                                 .tool = BD_STR("az 2"),
                                 .run = BD_STR("r"),
                                 .scope_kind = BD_STR("tenant"),
                                 .has_document = true,
                                 .rows = 3,
                                 .document = {.type = BD_STR("t"),
                                              .title = BD_STR("T"),
                                              .version = BD_STR("1"),
                                              .approved_by = BD_STR("A"),
                                              .approver_role = BD_STR("B"),
                                              .approved_on = 1,
                                              .in_force_from = 2,
                                              .in_force_to = 3,
                                              .carried_out_on = 4}};
    item->given.is_withdrawn = true;
    item->given.withdrawn_reason = BD_STR("wrong tenant");
    item->given.given_collected_at = item->facts.first_event = item->facts.last_event = at(1, 2);
    item->facts.export_time = at(1, 3) + 1;
    item->facts.rows_reported = 3;
    item->facts.context = BD_STR("#users");
    item->signoff_reason = BD_STR("none");
    w->period.is_type_ii = false;
    w->period.as_of = w->period.fieldwork = w->period.to;
    w->assessment.controls[0].your_ref = w->assessment.controls[0].your_statement = BD_STR("ours");
    w->assessment.checks.data[0].reason = BD_STR("why");
    w->assessment.exceptions.data[0].exact_from = w->assessment.exceptions.data[0].exact_to =
        at(1, 2);
    w->assessment.controls[0].requirements[0].missing_fact = BD_STR("critical_resources");
    check_schema(export_text(w, bd_export_assessment));
}

TEST(export, check_without_a_snapshot_has_neither_snapshot_nor_scope) {
    world *w = make_world();
    w->assessment.checks.data[0].snapshot = BD_DAY_NONE;
    bd_str text = export_text(w, bd_export_assessment);
    CHECK_HOLDS(text, "\"passed\":1,\"req\":\"a\",\"verdict\":\"fail\"}]");
    w->assessment.checks.data[0].snapshot = bd_day_of_date(2026, 1, 15);
    w->assessment.checks.data[0].scope = BD_STR("");
    CHECK_HOLDS(export_text(w, bd_export_assessment),
                "\"scope\":\"\",\"snapshot\":\"2026-01-15\",\"verdict\":\"fail\"}]");
}

TEST(export, outlines_outside_the_scope_are_left_out_and_checklist_controls_never) {
    world *w = make_world();
    CHECK(!holds(export_text(w, bd_export_assessment), "B-P1.1-1"));
    CHECK(!holds(export_text(w, bd_export_controls_csv), "B-P1.1-1"));
    w->assessment.controls[0].is_in_scope = false;
    CHECK_HOLDS(export_text(w, bd_export_assessment), "\"id\":\"6.7.2\",\"in_scope\":false");
}

TEST(export, known_ties_change_no_byte) {
    world *w = make_world();
    for (size_t i = 0; i < BD_COUNT(all_exports); i++) {
        bd_str alone = export_text(w, all_exports[i]);
        w->inputs.ties = bd_ties_make(&w->assessment, &w->evidence, test_arena());
        CHECK_EQ_STR(export_text(w, all_exports[i]), alone);
        w->inputs.ties = NULL;
    }
}

/* ---- IPE sheets ---- */

TEST(export, ipe_sheet_says_what_is_known_and_names_what_is_not) {
    bd_str sheet = export_sheet(make_world(), 0);
    CHECK_HOLDS(sheet, "\"api_version\":\"2023-05-01\"");
    CHECK_HOLDS(sheet, "\"rows\":{\"kept\":2,\"received\":2,\"refused\":0,\"unmapped\":0}");
    CHECK_HOLDS(sheet, "\"format\":\"bindery-ipe 1\"");
    CHECK_HOLDS(sheet, "\"not_recorded\":[\"distinct keys, first and last key\",\"host\",\"role of "
                       "the operator\","
                       "\"row count reported by the source\",\"tool and version\","
                       "\"version of the query in a repository\"]");
    CHECK_HOLDS(sheet, "\"timezone\":\"UTC\",\"utc_offset\":\"+00:00\"");
}

TEST(export, ipe_sheet_reconciles_subscriptions_in_scope_with_those_seen) {
    bd_str sheet = export_sheet(make_world(), 0);
    CHECK_HOLDS(sheet,
                "\"subscriptions\":[{\"id\":\"" SUBSCRIPTION
                "\",\"name\":\"prod\",\"seen_in_collection\":true},"
                "{\"id\":\"aaaaaaaa-0000-0000-0000-000000000002\",\"seen_in_collection\":false}]");
}

TEST(export, ipe_sheet_hashes_the_query_text) {
    world *w = make_world();
    w->evidence.data[0].sidecar.query = BD_STR("abc"); /* FIPS 180-2, appendix B.1 */
    CHECK_HOLDS(export_sheet(w, 0),
                "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"");
}

TEST(export, ipe_sheet_tells_why_a_file_was_refused) {
    CHECK_HOLDS(export_sheet(make_world(), 2), "\"message\":\"byte 3: expected ','\"");
}

/* ---- CSV ---- */

static bd_str title_cell(world *w, bd_str title) {
    w->evidence.data[0].title = title;
    bd_str text = export_text(w, bd_export_index_csv);
    bd_str mark = BD_STR("\nCC6.1,E-0001,");
    ptrdiff_t from = bd_str_find(text, mark);
    CHECK(from >= 0);
    bd_str rest = bd_str_sub(text, (size_t)from + mark.size, text.size);
    ptrdiff_t to = bd_str_find(rest, BD_STR(",records,S17,machine,"));
    CHECK(to >= 0);
    return bd_str_sub(rest, 0, (size_t)to);
}

TEST(export, csv_cells_that_would_be_formulas_are_guarded) {
    static const struct {
        bd_str text, cell;
    } cases[] = {
        {BD_STR_INIT("=1+1"), BD_STR_INIT("'=1+1")},
        {BD_STR_INIT("+4"), BD_STR_INIT("'+4")},
        {BD_STR_INIT("@x"), BD_STR_INIT("'@x")},
        {BD_STR_INIT("-x"), BD_STR_INIT("'-x")},
        {BD_STR_INIT("-5+cmd"), BD_STR_INIT("'-5+cmd")},
        {BD_STR_INIT("-05"), BD_STR_INIT("'-05")},
        {BD_STR_INIT("-5."), BD_STR_INIT("'-5.")},
        {BD_STR_INIT("-"), BD_STR_INIT("'-")},
        {BD_STR_INIT("\t=1"), BD_STR_INIT("\"'\t=1\"")},
        {BD_STR_INIT("\r=1"), BD_STR_INIT("\"'\r=1\"")},
        {BD_STR_INIT("\n=1"), BD_STR_INIT("\"'\n=1\"")},
        {BD_STR_INIT(" =1"), BD_STR_INIT("\"' =1\"")},
        {BD_STR_INIT("\xC2\xA0=1"), BD_STR_INIT("'\xC2\xA0=1")},
        {BD_STR_INIT("\xEF\xBB\xBF=1"), BD_STR_INIT("'\xEF\xBB\xBF=1")},
        {BD_STR_INIT("＝1+1"), BD_STR_INIT("'＝1+1")},
        {BD_STR_INIT("＋1"), BD_STR_INIT("'＋1")},
        {BD_STR_INIT("－1"), BD_STR_INIT("'－1")},
        {BD_STR_INIT("＠x"), BD_STR_INIT("'＠x")},
        {BD_STR_INIT("=HYPERLINK(\"x\",1)"), BD_STR_INIT("\"'=HYPERLINK(\"\"x\"\",1)\"")},
        {BD_STR_INIT("a;=1+1"), BD_STR_INIT("\"a;=1+1\"")},
    };
    world *w = make_world();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_STR(title_cell(w, cases[i].text), cases[i].cell);
    }
}

TEST(export, csv_cells_that_are_harmless_stay_as_they_are) {
    static const char *const cases[] = {
        "-5",  "-0.25", "12", "a=b",
        "1-2", "'x",    "",   "Müller Łukasz Ξένια Юлия 日本 🙂"};
    world *w = make_world();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_STR(title_cell(w, bd_str_of(cases[i])), cases[i]);
    }
}

TEST(export, csv_quotes_separators_and_shows_control_characters) {
    world *w = make_world();
    CHECK_EQ_STR(title_cell(w, BD_STR("a,b")), "\"a,b\"");
    CHECK_EQ_STR(title_cell(w, BD_STR("say \"x\"")), "\"say \"\"x\"\"\"");
    CHECK_EQ_STR(title_cell(w, BD_STR("two\nlines")), "\"two\nlines\"");
    CHECK_EQ_STR(title_cell(w, BD_STR("a\x1f"
                                      "b\0c")),
                 "a\\u{001F}b\\u{0000}c");
}

static const char csv_check[] =
    "import csv,sys\n"
    "for name in sys.argv[1:]:\n"
    " rows=list(csv.reader(open(name,newline='',encoding='utf-8')))\n"
    " if len(set(map(len,rows)))!=1 or len(rows)<2: sys.exit(name+' has rows of different "
    "lengths')\n"
    " if b'\\r\\n' in open(name,'rb').read(): sys.exit(name+' has CRLF')\n"
    "rows=list(csv.DictReader(open('index.csv',newline='',encoding='utf-8')))\n"
    "assert [(r['criterion'],r['evidence'],r['controls']) for r in "
    "rows]==[('CC6.1','E-0001','6.7.2'),"
    "('CC6.7','E-0001','6.7.2'),('','E-0002',''),('','E-0003','')],rows\n"
    "assert rows[0]['title']=='a \"b\",\\nÜ;c' and rows[0]['rows']=='2',rows\n"
    "row=list(csv.DictReader(open('criterion.csv',newline='',encoding='utf-8')))[0]\n"
    "assert row['instances']=='2026-01' and row['requirements']=='a' and "
    "row['also_supports']=='CC6.1',row\n";

TEST(export, every_list_is_read_back_by_another_reader) {
    world *w = make_world();
    w->evidence.data[0].title = BD_STR("a \"b\",\nÜ;c");
    save("index.csv", export_text(w, bd_export_index_csv));
    save("criterion.csv", export_text(w, export_criterion));
    save("exceptions.csv", export_text(w, bd_export_exceptions_csv));
    save("controls.csv", export_text(w, bd_export_controls_csv));
    save("criteria.csv", export_text(w, bd_export_criteria_csv));
    check_python(csv_check, "index.csv criterion.csv exceptions.csv controls.csv criteria.csv");
}

TEST(export, criterion_that_is_not_there_gives_a_list_without_rows) {
    world *w = make_world();
    bd_buf buf;
    bd_buf_init(&buf, 4096);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(bd_export_criterion_csv(&w->inputs, BD_STR("CC9.9"), &sink, &err), err);
    bd_str text = taken(&buf);
    CHECK_EQ_INT(bd_str_find(text, BD_STR("\n")), (long long)text.size - 1);
}

/* ---- index.html ---- */

TEST(export, page_is_well_formed_and_holds_no_script) {
    bd_str text = save("index.html", export_text(make_world(), bd_html_write_index));
    bd_str output;
    CHECK(!holds(text, "<script"));
    CHECK(!holds(text, "http://") && !holds(text, "https://") && !holds(text, "src="));
    int status = run_command(&output, "xmllint --noout index.html");
    if (status == 127) {
        test_skip("xmllint is not installed");
    }
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
    /* libxml2's HTML parser knows HTML 4: elements of HTML 5 are all that it may complain of */
    status = run_command(
        &output,
        "xmllint --html --noout index.html 2>&1 | grep 'error :' | "
        "grep -vE 'Tag (article|details|footer|header|main|nav|section|summary|time) invalid'");
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 1);
}

TEST(export, page_escapes_names_and_encodes_paths) {
    bd_str text = export_text(make_world(), bd_html_write_index);
    CHECK_HOLDS(text, "<h1>Müller &amp; &lt;Söhne&gt; Ltd</h1>");
    CHECK_HOLDS(text, "odd/&lt;b&gt;&amp;&quot;x&quot;.json");
    CHECK_HOLDS(text, "href=\"../10_EVIDENCE/_UNMAPPED/a%20b%25%22%3C.json\"");
    CHECK(!holds(text, "<b>"));
}

TEST(export, page_shows_hidden_characters_and_survives_broken_utf8) {
    world *w = make_world();
    w->evidence.data[2].given.path = BD_STR("x\xE2\x80\xAEgpj\x01\xFF.json");
    bd_str text = save("index.html", export_text(w, bd_html_write_index));
    CHECK(bd_utf8_is_valid(text));
    CHECK_HOLDS(text, "x\\u{202E}gpj\\u{0001}");
    CHECK_EQ_INT(run_command(NULL, "xmllint --noout index.html"), 0);
}

static const char link_check[] =
    "import re,collections,sys\n"
    "s=open('index.html',encoding='utf-8').read()\n"
    "ids=re.findall(r' id=\"([^\"]*)\"',s)\n"
    "assert max(collections.Counter(ids).values())==1,'an id stands twice'\n"
    "lost=set(re.findall(r'href=\"#([^\"]*)\"',s))-set(ids)\n"
    "assert not lost,lost\n"
    "for t in re.findall(r'<th(?:>| [^>]*>)',s): assert 'scope=' in t,t\n"
    "for i in ('CC6.1','criterion-CC6.1','control-6.7.2','evidence-E-0001'): assert i in ids,i\n"
    "for h in ('binder.pdf#criterion-CC6.1','binder.pdf#control-6.7.2',"
    "'../10_EVIDENCE/CC6/CC6.7/6.7.2_x/E-0001_2026-01_storage.json',"
    "'../10_EVIDENCE/CC6/CC6.7/6.7.2_x/E-0001_2026-01_storage.ipe.json'): assert 'href=\"'+h+'\"' "
    "in s,h\n";

TEST(export, page_links_lead_somewhere_and_headers_have_a_scope) {
    save("index.html", export_text(make_world(), bd_html_write_index));
    check_python(link_check, "");
}

TEST(export, page_before_a_package_is_planned_links_to_no_file) {
    world *w = make_world();
    w->inputs.package_paths = NULL;
    w->inputs.ipe_paths = NULL;
    CHECK(!holds(export_text(w, bd_html_write_index), "10_EVIDENCE"));
}

TEST(export, page_tells_states_by_letter_shape_and_word) {
    bd_str text = export_text(make_world(), bd_html_write_index);
    CHECK_HOLDS(text, "◐</span><span class=\"letter\">[~]</span> in progress");
    CHECK_HOLDS(text, "▲</span><span class=\"letter\">!</span> exception in the period");
    CHECK_HOLDS(text, "<li>1 exception rated high is open</li>");
}

static int count_of(bd_str text, const char *part) {
    int found = 0;
    for (ptrdiff_t at = bd_str_find(text, bd_str_of(part)); at >= 0; at = bd_str_find(text, bd_str_of(part))) {
        text = bd_str_sub(text, (size_t)at + 1, text.size);
        found++;
    }
    return found;
}

/* Exceptions of the check, by rising ids; every fourth is closed. */
static void add_exceptions(world *w, const bd_check *check, const char *name, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        bd_exception one = w->assessment.exceptions.data[0];
        one.check = check;
        one.id = bd_str_format(test_arena(), "X-%s-2026-01-15-%08x", name, (unsigned)i);
        one.is_open = i % 4 != 3;
        w->assessment.open_exceptions += one.is_open;
        w->assessment.controls[0].open_exceptions += one.is_open;
        *bd_push(test_arena(), &w->assessment.controls[0].exceptions) = (uint32_t)w->assessment.exceptions.count;
        *bd_push(test_arena(), &w->assessment.exceptions) = one;
    }
}

/* The world without its own exception, and with `counts` of two checks. */
static world *world_of_exceptions(uint32_t first, uint32_t second) {
    static bd_check other;
    world *w = make_world();
    add_exceptions(w, &w->catalog.checks[0], "first", first);
    other = w->catalog.checks[0];
    other.id = BD_STR("other-check");
    add_exceptions(w, &other, "second", second);
    w->assessment.exceptions.data++;
    w->assessment.exceptions.count--;
    w->assessment.open_exceptions--;
    bd_control_result *control = &w->assessment.controls[0];
    control->exceptions.count--;
    control->open_exceptions--;
    return w;
}

/* 250: those from 100 to 249 are 37 fours with three open ones each, and 248 and 249, which are open: 37 * 3 + 2 = 113.
 * Those from 10 on are 59 fours from 12 to 247, and 10, 248 and 249, which are open, and 11: 59 * 3 + 3 = 180. */
TEST(export, page_lists_a_hundred_exceptions_of_a_check_and_counts_the_rest) {
    static const struct {
        uint32_t first, second;
        int rows, notes;
        const char *note, *named;
    } rows[] = {
        {100, 0, 100, 0, "", "90 more of secure-transfer</a> (67 open)</p>"},
        {101, 3, 103, 1,
         "The first 100 of 101 exceptions of <code>secure-transfer</code> are listed; left out: 1 (open: 1).",
         "91 more of secure-transfer</a> (68 open), <a href=\"#X-second-2026-01-15-00000000\">"},
        {250, 101, 200, 2,
         "The first 100 of 250 exceptions of <code>secure-transfer</code> are listed; left out: 150 (open: 113).",
         "<a href=\"#exceptions-secure-transfer\">240 more of secure-transfer</a> (180 open), "},
        {10, 10, 20, 0, "", "X-second-2026-01-15-00000009</a> (open)</p>"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of_exceptions(rows[i].first, rows[i].second);
        bd_str page = save("index.html", export_text(w, bd_html_write_index));
        int all = (int)(rows[i].first + rows[i].second);
        test_failure("%u and %u", (unsigned)rows[i].first, (unsigned)rows[i].second);
        CHECK_EQ_INT(count_of(page, "<tr id=\"X-"), rows[i].rows);
        CHECK_EQ_INT(count_of(page, "are listed; left out: "), rows[i].notes);
        CHECK(holds(page, rows[i].note));
        CHECK(holds(page, rows[i].named));
        CHECK(holds(page, bd_str_format(test_arena(), "<p>In the period: %d; open: %d.", all,
                                        all - (int)(rows[i].first / 4 + rows[i].second / 4)).data));
        CHECK_EQ_INT(count_of(page, "href=\"../60_EXCEPTIONS/exceptions.csv\""), 1 + rows[i].notes);
        CHECK_EQ_INT(count_of(export_text(w, bd_export_exceptions_csv), "\n"), 1 + all);
        CHECK_EQ_INT(count_of(export_text(w, bd_export_assessment), "\"id\":\"X-"), all);
        CHECK_EQ_INT(run_command(NULL, "xmllint --noout index.html"), 0);
        check_python(link_check, "");
    }
}

/* ---- size and failure ---- */

static bd_rc refuse_bytes(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)bytes;
    size_t *room = sink->context;
    if (count > *room) {
        BD_RAISE(err, BD_ERR_IO, "cannot write 'x': no space left on device");
    }
    *room -= count;
    return BD_OK;
}

TEST(export, failing_sink_is_told_once_with_its_class) {
    world *w = make_world();
    for (size_t i = 0; i < BD_COUNT(all_exports); i++) {
        size_t room = 10;
        bd_sink sink = {refuse_bytes, &room};
        bd_err err;
        CHECK_FAILS(all_exports[i](&w->inputs, &sink, &err), err, BD_ERR_IO, "no space left");
    }
}

/* Twenty thousand items under one control: quadratic work would be seen as minutes. */
TEST(export, many_items_take_linear_time) {
    world *w = make_world();
    bd_requirement_result *requirement = &w->assessment.controls[0].requirements[0];
    for (uint32_t i = 4; i <= 20000; i++) {
        add_item(w, "a.json", "many");
        *bd_push(test_arena(), &requirement->evidence) = i;
        *bd_push(test_arena(), &requirement->instances[0].evidence) = i;
    }
    w->inputs.package_paths = NULL;
    w->inputs.ipe_paths = NULL;
    for (size_t i = 0; i < BD_COUNT(all_exports); i++) {
        CHECK(export_text(w, all_exports[i]).size > 100);
    }
    bd_str page = export_text(w, bd_html_write_index);
    CHECK_HOLDS(bd_str_sub(page, page.size - 5000000, page.size), "evidence-E-20000");
}
