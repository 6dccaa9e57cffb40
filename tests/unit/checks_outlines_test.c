/* Checks of the outline controls: processing integrity and privacy. */
#include "make_checks.h"

TEST(checks, the_outlines_answer_as_the_cases_say) {
    run_check_cases("outlines.case", 200);
}

/* The categories of a scene have no privacy in them: it is added. */
static scene *outline_scene(const char *from, const char *to) {
    scene *s = &files_of(from, to, NULL)->scene;
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Privacy");
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Processing Integrity");
    return s;
}

TEST(checks, an_ageing_report_fills_its_month_and_unsigned_ones_none) {
    static const struct {
        const char *days[3], *states;
        bool is_signed;
        const char *expected;
    } rows[] = {
        {{"2026-01-31", "2026-02-28", "2026-03-31"}, "no-row-past-limit", true, "CCC"},
        {{"2026-01-31", "2026-03-31"}, "no-row-past-limit", true, "CMC"},
        {{"2026-01-31", "2026-02-28", "2026-03-31"}, "no-row-past-limit", false, "???"},
        {{"2026-01-31", "2026-02-28", "2026-03-31"}, "rows", true, "DDD"},
        {{NULL}, "", true, "MMM"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = outline_scene("2026-01-01", "2026-03-31");
        for (size_t j = 0; j < 3 && rows[i].days[j] != NULL; j++) {
            put_document(s, "ageing-report", stating(carried_out(rows[i].days[j]), rows[i].states),
                         rows[i].is_signed);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "B-P4.2-1b"), rows[i].expected);
    }
}

/* The statement of the month alone passes nothing while the list of tickets is not on file. */
TEST(checks, a_statement_of_requests_does_not_pass_without_the_tickets) {
    scene *s = outline_scene("2026-01-01", "2026-02-28");
    const char *states = "each-request-ticketed-or-none;identity-checked";
    put_document(s, "access-requests", stating(carried_out("2026-01-31"), states), true);
    put_document(s, "access-requests", stating(carried_out("2026-02-28"), states), true);
    judge_scene(s);
    CHECK(bd_str_find(outcomes(s, "B-P5.1-1a"), BD_STR("C")) < 0);
}

/* ---- stores ---- */

#define IN_RG "/subscriptions/" SUB_A "/resourceGroups/rg/providers/"
#define PROCESSED IN_RG "Microsoft.Storage/storageAccounts/work"
#define QUEUE IN_RG "Microsoft.ServiceBus/namespaces/queue"

static files *outline_files(const char *to, const char *facts) {
    files *f = files_of("2026-01-01", to, facts);
    *bd_push(test_arena(), &f->scene.engagement.categories) = BD_STR("Privacy");
    *bd_push(test_arena(), &f->scene.engagement.categories) = BD_STR("Processing Integrity");
    return f;
}

static const char *worst_of(const scene *s, const char *id) {
    bd_verdict worst = BD_NOT_APPLICABLE;
    bool has_any = false;
    for (size_t i = 0; i < s->out->checks.count; i++) {
        const bd_check_result *one = &s->out->checks.data[i];
        if (bd_str_eqz(one->check->id, id)) {
            worst = bd_verdict_worse(worst, one->verdict);
            has_any = true;
            test_failure("%s: %.*s", id, BD_ARG(one->reason));
        }
    }
    return has_any ? bd_verdict_text(worst) : "missing";
}

#define BLOBS(members)                                                                             \
    "{'value':[{'id':'" PROCESSED                                                                  \
    "/blobServices/default','name':'default','type':'Microsoft.Storage/storageAccounts/"           \
    "blobServices','properties':{" members "}}]}"

/* az hoists what REST has under properties. */
#define BLOBS_AZ(members)                                                                          \
    "{'id':'" PROCESSED                                                                            \
    "/blobServices/default','name':'default','type':'Microsoft.Storage/storageAccounts/"           \
    "blobServices'," members "}"

TEST(checks, blobs_of_the_processing_can_be_brought_back) {
    static const struct {
        const char *facts, *files, *expected;
    } rows[] = {
        {"{'processing_stores':['" PROCESSED "']}", BLOBS("'isVersioningEnabled':true"), "pass"},
        {"{'processing_stores':['" PROCESSED "']}",
         BLOBS("'isVersioningEnabled':false,'deleteRetentionPolicy':{'enabled':true,'days':7}"), "pass"},
        {"{'processing_stores':['" PROCESSED "']}",
         BLOBS("'deleteRetentionPolicy':{'enabled':true,'days':7}"), "pass"},
        {"{'processing_stores':['" PROCESSED "']}",
         BLOBS("'deleteRetentionPolicy':{'enabled':false}"), "fail"},
        {"{'processing_stores':['" PROCESSED "']}",
         BLOBS_AZ("'isVersioningEnabled':null,'deleteRetentionPolicy':{'enabled':false,'days':null}"),
         "fail"},
        {"{'processing_stores':['" PROCESSED "']}",
         BLOBS_AZ("'isVersioningEnabled':null,'deleteRetentionPolicy':{'enabled':true,'days':14}"),
         "pass"},
        {"{'processing_stores':['" PROCESSED "']}", BLOBS("'cors':{}"), "cannot-tell"},
        /* the account alone shows nothing of its blobs */
        {"{'processing_stores':['" PROCESSED "']}",
         "[{'id':'" PROCESSED "','name':'work','type':'Microsoft.Storage/storageAccounts',"
         "'properties':{'supportsHttpsTrafficOnly':true}}]",
         "missing"},
        {"{'processing_stores':['" PROCESSED "2']}", BLOBS("'isVersioningEnabled':true"), "missing"},
        {"{}", BLOBS("'isVersioningEnabled':true"), "missing"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = outline_files("2026-01-31", rows[i].facts);
        put_file(f, "stores.json", rows[i].files,
                 "{'collected_at':'2026-01-12T06:00:00Z','command':'portal: export','exporter':"
                 "'ann@contoso.example','complete':true}");
        const char *got = worst_of(judge_files(f), "processing-blobs-recoverable");
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}

#define ALL_GUARDED "each-store-versioned-or-soft-deleted;immutability-where-required;each-store-backed-up"

/* The signed list says what no setting says, and the settings say what the list might forget. */
TEST(checks, stores_of_the_processing_need_both_the_list_and_their_settings) {
    static const struct {
        const char *stores, *blobs, *states, *expected;
    } rows[] = {
        {"['" PROCESSED "']", BLOBS("'isVersioningEnabled':true"), ALL_GUARDED, "C"},
        {"['" PROCESSED "']", BLOBS("'isVersioningEnabled':false,'deleteRetentionPolicy':{'enabled':false}"),
         ALL_GUARDED, "D"},
        {"['" PROCESSED "']", BLOBS("'isVersioningEnabled':true"),
         "each-store-versioned-or-soft-deleted;each-store-backed-up", "D"},
        {"['" PROCESSED "']", BLOBS("'isVersioningEnabled':true"), NULL, "?"},
        {"['" PROCESSED "']", NULL, ALL_GUARDED, "?"},
        {"['" PROCESSED "','" PROCESSED "2']", BLOBS("'isVersioningEnabled':true"), ALL_GUARDED, "?"},
        {NULL, BLOBS("'isVersioningEnabled':true"), ALL_GUARDED, "?"},
        /* a kind of store that nothing here reads is left to the list once the inventory shows it */
        {"['" PROCESSED "','" QUEUE "']", BLOBS("'isVersioningEnabled':true"), ALL_GUARDED, "C"},
        {"['" PROCESSED "','" IN_RG "Contoso.Own/stores/x']", BLOBS("'isVersioningEnabled':true"),
         ALL_GUARDED, "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *facts = rows[i].stores == NULL
                                ? "{}"
                                : bd_str_format(test_arena(), "{'processing_stores':%s}", rows[i].stores).data;
        files *f = outline_files("2026-01-31", facts);
        if (rows[i].blobs != NULL) {
            put_file(f, "blobs.json", rows[i].blobs,
                     "{'collected_at':'2026-01-12T06:00:00Z','command':'portal: export','exporter':"
                     "'ann@contoso.example','complete':true}");
        }
        put_file(f, "resources.json",
                 "[{'id':'" PROCESSED "','type':'Microsoft.Storage/storageAccounts','name':'work'},"
                 "{'id':'" QUEUE "','type':'Microsoft.ServiceBus/namespaces','name':'queue'}]",
                 SIDECAR_OF("S77", SUB_A, "2026-01-12T06:00:00Z"));
        scan_conclude(&f->bench);
        scene *s = &f->scene;
        s->evidence = f->bench.items;
        s->collections = f->bench.collections;
        s->snapshots = f->bench.snapshots;
        if (rows[i].states != NULL) {
            put_document(s, "processing-store-protection",
                         stating(carried_out("2026-01-31"), rows[i].states), true);
        }
        judge_scene(s);
        test_failure("row %zu: %.*s", i, BD_ARG(why(s, "B-PI1.5-1a", "2026-01")));
        CHECK_EQ_STR(outcomes(s, "B-PI1.5-1a"), rows[i].expected);
    }
}

#define PERSONAL IN_RG "Microsoft.Storage/storageAccounts/people"
#define ITS_FACT "{'personal_data_stores':['" PERSONAL "']}"

TEST(checks, a_store_with_personal_data_deletes_as_the_inventory_says_or_stays_open) {
    static const struct {
        const char *facts, *row, *store, *rows, *expected;
    } rows[] = {
        {ITS_FACT, PERSONAL ",Ann,personal,low,30,30,", "pass", "pass", "C"},
        {ITS_FACT, PERSONAL ",Ann,personal,low,30,44,", "cannot-tell", "fail", "d"},
        {ITS_FACT, PERSONAL ",Ann,personal,low,,,", "cannot-tell", "cannot-tell", "?"},
        {ITS_FACT, PERSONAL ",Ann,personal,low,30,44,2026-01-01", "cannot-tell",
         "not-applicable", "?"},
        {ITS_FACT, PROCESSED ",Ann,personal,low,30,44,", "cannot-tell",
         "not-applicable", "?"},
        {ITS_FACT, ",Ann,personal,low,30,44,", "cannot-tell", "not-applicable", "?"},
        {"{'personal_data_stores':['" PERSONAL "','" PERSONAL "2']}", PERSONAL ",Ann,personal,low,30,30,", "pass",
         "pass", "?"},
        {"{}", PERSONAL ",Ann,personal,low,30,30,", "missing", "cannot-tell", "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = outline_files("2026-01-31", rows[i].facts);
        bd_str assets = bd_str_format(test_arena(),
                                      "asset_id,resource_id,owner,class,criticality,retention_limit_days,"
                                      "retention_set_days,retired_on\nA1,%s\n",
                                      rows[i].row);
        put_signed(f, "assets.csv", assets.data,
                   "{'source':'csv:assets','describes_from':'2026-01-12T06:00:00Z','describes_to':"
                   "'2026-01-12T06:00:00Z','collected_at':'2026-01-12T06:00:00Z','command':"
                   "'portal: export','exporter':'ann@contoso.example','complete':true}");
        put_file(f, "resources.json",
                 "[{'id':'" PERSONAL "','type':'Microsoft.Storage/storageAccounts','name':'people'}]",
                 SIDECAR_OF("S77", SUB_A, "2026-01-12T06:00:00Z"));
        scene *s = judge_files(f);
        bd_str store = bd_str_of(worst_of(s, "personal-stores-limited"));
        bd_str row = bd_str_of(worst_of(s, "personal-rows-limited"));
        test_failure("row %zu: %.*s", i, BD_ARG(why(s, "B-P4.2-1a", "2026-01")));
        CHECK_EQ_STR(store, rows[i].store);
        CHECK_EQ_STR(row, rows[i].rows);
        CHECK_EQ_STR(outcomes(s, "B-P4.2-1a"), rows[i].expected);
    }
}

/* Whatever a requirement asks for, a check speaks to it: none is left to the reader by an oversight. */
TEST(checks, no_requirement_is_without_a_check) {
    const bd_catalog *catalog = make_catalog();
    for (size_t i = 0; i < catalog->control_count; i++) {
        for (size_t j = 0; j < catalog->controls[i].requirement_count; j++) {
            const bd_requirement *one = &catalog->controls[i].requirements[j];
            test_failure("requirement %.*s", BD_ARG(one->id));
            CHECK(one->checks.count > 0);
        }
    }
}
