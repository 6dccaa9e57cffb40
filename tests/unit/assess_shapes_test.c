/* What the reduce of other shapes makes of its rows: changes, scope, related. */
#include "make_assess.h"

/* ---- changes: writes of a log, silent ones decided by the next snapshot (requirement 6.6.3 b) ---- */

#define CHANGES                                                                                    \
    SECURITY_OF(A_CONTROL("6.6.3", "continuous"),                                                  \
                A_REQUIREMENT("6.6.3", "a", "continuous", 35, 0,                                   \
                              "'S1'") "," A_REQUIREMENT("6.6.3", "b", "per-event", 35, 10, "'L'"), \
                A_SOURCE("S1", "subscription", "") "," A_LOG("L", "subscription"),                 \
                A_CHECK("ports", "6.6.3", "a", "each", "'source':'S1'," PASS_IF_OK) "," A_CHECK(   \
                    "writes", "6.6.3", "b", "each",                                                \
                    "'source':'L','tile':[['L']],'operation':{'id':'op','status':'st'},'decided_"  \
                    "by':'ports'," PASS_IF_OK))

static scene *changes_scene(uint32_t *log) {
    scene *s = scene_of(CHANGES, "2026-01-01", "2026-03-31", "UTC");
    *log = put_log(s, "L", SUB_A, "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
    return s;
}

static void put_write(scene *s, uint32_t log, const char *operation, const char *status,
                      const char *at, bd_verdict verdict) {
    bd_row row = row_of(s, log, "writes", "nsg", verdict);
    row.join = bd_str_of(operation);
    row.detail = bd_str_of(status);
    row.time = at_of(at);
    put_row(s, log, row);
}

static void put_ports(scene *s, const char *at, bd_verdict verdict) {
    put_record(s, put_snapshot(s, "S1", SUB_A, at), "ports", "nsg", verdict);
}

TEST(assess, the_records_of_one_operation_are_one_event) {
    static const struct {
        const char *statuses[2];
        bd_verdict verdicts[2];
        const char *expected;
    } rows[] = {
        {{"started", "succeeded"}, {BD_FAIL, BD_CANNOT_TELL}, "0D0"},
        {{"started", "succeeded"}, {BD_PASS, BD_CANNOT_TELL}, "0C0"},
        {{"started", "failed"}, {BD_FAIL, BD_CANNOT_TELL}, "000"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        uint32_t log;
        scene *s = changes_scene(&log);
        for (int turn = 0; turn < 2; turn++) { /* extracts overlap: everything twice */
            put_write(s, log, "op1", rows[i].statuses[0], "2026-02-10T10:00:00Z",
                      rows[i].verdicts[0]);
            put_write(s, log, "op1", rows[i].statuses[1], "2026-02-10T10:00:05Z",
                      rows[i].verdicts[1]);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "6.6.3b"), rows[i].expected);
        CHECK_EQ_INT(s->findings.count, i == 0);
    }
}

TEST(assess, an_event_gives_the_exact_time_of_its_exception) {
    uint32_t log;
    scene *s = changes_scene(&log);
    put_write(s, log, "op1", "succeeded", "2026-02-10T10:00:00Z", BD_FAIL);
    put_write(s, log, "op2", "succeeded", "2026-02-10T12:00:00Z",
              BD_FAIL); /* the same day: one id, one exception */
    put_write(s, log, "op3", "succeeded", "2026-02-20T12:00:00Z", BD_PASS);
    judge_scene(s);
    CHECK_EQ_INT(s->out->exceptions.count, 1);
    CHECK_EQ_STR(bd_instant_format(test_arena(), s->out->exceptions.data[0].exact_from),
                 "2026-02-10T10:00:00Z");
    CHECK_EQ_STR(exception_text(s, 0), "never | 2026-02-10..2026-02-10 | never | 2 of 3 | open");
    CHECK_EQ_INT(s->findings.count, 2);
}

TEST(assess, one_silent_write_between_two_snapshots_is_decided_by_the_next) {
    static const struct {
        const char *writes[2], *next;
        bd_verdict verdict;
        bool is_usable;
        const char *expected;
    } rows[] = {
        {{"2026-02-10T10:00:00Z"}, "2026-02-15T06:00:00Z", BD_PASS, true, "0C0"},
        {{"2026-02-10T10:00:00Z"}, "2026-02-15T06:00:00Z", BD_FAIL, true, "0D0"},
        {{"2026-02-10T10:00:00Z"}, "2026-02-15T06:00:00Z", BD_PASS, false, "0?0"},
        {{"2026-02-10T10:00:00Z"}, NULL, BD_PASS, true, "0?0"},
        {{"2026-02-10T10:00:00Z"},
         "2026-04-15T06:00:00Z",
         BD_PASS,
         true,
         "0C0"}, /* "next" may be after the period */
        {{"2026-02-10T10:00:00Z", "2026-02-11T10:00:00Z"},
         "2026-02-15T06:00:00Z",
         BD_PASS,
         true,
         "0?0"},
        {{"2026-02-10T10:00:00Z", "2026-02-10T10:00:00Z"},
         "2026-02-15T06:00:00Z",
         BD_PASS,
         true,
         "0C0"}, /* the same */
        {{"2026-01-14T10:00:00Z", "2026-02-10T10:00:00Z"},
         "2026-02-15T06:00:00Z",
         BD_PASS,
         true,
         "CC0"}, /* a snapshot between */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        uint32_t log;
        scene *s = changes_scene(&log);
        put_ports(s, "2026-01-15T06:00:00Z", BD_PASS);
        for (size_t j = 0; j < 2 && rows[i].writes[j] != NULL; j++) {
            put_write(s, log, "", "succeeded", rows[i].writes[j], BD_CANNOT_TELL);
        }
        if (rows[i].next != NULL) {
            put_ports(s, rows[i].next, rows[i].verdict);
        }
        if (!rows[i].is_usable) {
            spoil(s, 2, NOT_COMPLETE);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "6.6.3b"), rows[i].expected);
    }
}

TEST(assess, writes_of_a_subscription_out_of_scope_are_not_judged) {
    uint32_t log;
    scene *s = changes_scene(&log);
    uint32_t other = put_log(s, "L", SUB_B, "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
    put_write(s, other, "op1", "succeeded", "2026-02-10T10:00:00Z", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "6.6.3b"), "000");
}

/* ---- scope: plans against what is in use (requirement 4.2 a) ---- */

#define PLANS                                                                                      \
    SECURITY_OF(A_CONTROL("4.2", "continuous"),                                                    \
                A_REQUIREMENT("4.2", "a", "continuous", 35, 0, "'S10','S77'"),                     \
                A_SOURCE("S10", "subscription", "") "," A_SOURCE("S77", "subscription", ""),       \
                A_CHECK("plans", "4.2", "a", "scope",                                              \
                        "'source':'S10','item':'name','expect':{'source':'S77','path':'type','"    \
                        "table':{'x/vm':'Vm','x/sql':'Sql'}}," PASS_IF_OK))

typedef struct {
    const char *plan; /* NULL: the answer lists none */
    bd_verdict verdict;
    const char *in_use;       /* NULL: the inventory does not show it */
    const char *inventory_at; /* NULL: nobody read it */
    bool is_complete, is_inventory_complete;
    const char *expected;
} plan_case;

static bd_str judge_plan(const plan_case *row) {
    scene *s = scene_of(PLANS, "2026-01-01", "2026-01-31", "UTC");
    uint32_t plans = put_snapshot(s, "S10", SUB_A, "2026-01-15T06:00:00Z");
    bd_row item = row_of(s, plans, "plans", "/plans/other", BD_PASS);
    item.join = BD_STR(SUB_A);
    item.detail = BD_STR("Other");
    put_row(s, plans, item);
    if (row->plan != NULL) {
        item.key = BD_STR("/plans/vm");
        item.detail = bd_str_of(row->plan);
        item.verdict = row->verdict;
        put_row(s, plans, item);
    }
    uint32_t inventory =
        row->inventory_at != NULL ? put_snapshot(s, "S77", SUB_A, row->inventory_at) : 0;
    if (row->in_use != NULL) {
        bd_row presence = row_of(s, inventory, "plans", "/vm/1", BD_PASS);
        presence.side = BD_SIDE_RIGHT;
        presence.join = BD_STR(SUB_A);
        presence.detail = bd_str_of(row->in_use);
        put_row(s, inventory, presence);
        put_row(s, inventory, presence);
    }
    if (!row->is_complete) {
        spoil(s, plans, NOT_COMPLETE);
    }
    if (!row->is_inventory_complete && inventory > 0) {
        spoil(s, inventory, NOT_COMPLETE);
    }
    judge_scene(s);
    return outcomes(s, "4.2a");
}

/* A check of one plan only, of which the answer says nothing: whether that matters, the inventory shows. */
TEST(assess, a_plan_that_is_not_listed_stays_open_without_an_inventory) {
    static const struct {
        const char *inventory_at;
        bool is_in_use;
        const char *expected;
    } rows[] = {
        {NULL, false, "?"},
        {"2026-01-23T06:00:00Z", false, "?"}, /* too far away */
        {"2026-01-16T06:00:00Z", false, "0"},
        {"2026-01-16T06:00:00Z", true, "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(PLANS, "2026-01-01", "2026-01-31", "UTC");
        put_snapshot(s, "S10", SUB_A, "2026-01-15T06:00:00Z"); /* lists other plans */
        if (rows[i].inventory_at != NULL) {
            uint32_t inventory = put_snapshot(s, "S77", SUB_A, rows[i].inventory_at);
            bd_row presence = row_of(s, inventory, "plans", "/vm/1", BD_PASS);
            presence.side = BD_SIDE_RIGHT;
            presence.join = BD_STR(SUB_A);
            presence.detail = BD_STR("Vm");
            if (rows[i].is_in_use) {
                put_row(s, inventory, presence);
            }
        }
        for (size_t j = 0; j < s->snapshots.count; j++) {
            s->snapshots.data[j].rows = 1;
        }
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(outcomes(s, "4.2a"), rows[i].expected);
    }
}

TEST(assess, a_plan_is_needed_where_its_type_is_in_use) {
    static const plan_case rows[] = {
        {"Vm", BD_PASS, "Vm", "2026-01-15T06:00:00Z", true, true, "C"},
        {"Vm", BD_FAIL, "Vm", "2026-01-15T06:00:00Z", true, true, "D"},
        {"Vm", BD_FAIL, NULL, "2026-01-15T06:00:00Z", true, true,
         "0"}, /* off, and nothing of it in use */
        {"Vm", BD_FAIL, NULL, "2026-01-15T06:00:00Z", true, false,
         "?"},                                        /* an inventory that may lack it */
        {"Vm", BD_FAIL, NULL, NULL, true, true, "?"}, /* the inventory was not read */
        {"Vm", BD_PASS, NULL, NULL, true, true, "C"}, /* on is on */
        {"Vm", BD_FAIL, "Vm", "2026-01-22T06:00:00Z", true, true, "D"}, /* seven days away */
        {"Vm", BD_FAIL, "Vm", "2026-01-22T06:00:01Z", true, true, "?"}, /* more */
        {"vm", BD_FAIL, "VM", "2026-01-15T06:00:00Z", true, true, "D"},
        {NULL, BD_PASS, "Vm", "2026-01-15T06:00:00Z", true, true,
         "D"}, /* in use, and the plan is absent */
        {NULL, BD_PASS, "Vm", "2026-01-15T06:00:00Z", false, true,
         "?"}, /* the answer may lack it */
        {"Vm", BD_FAIL, "Vm", "2026-01-15T06:00:00Z", true, false, "D"}, /* seen is seen */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(judge_plan(&rows[i]), rows[i].expected);
    }
}

TEST(assess, an_answer_that_lists_no_plan_at_all_is_cannot_tell) {
    scene *s = scene_of(PLANS, "2026-01-01", "2026-01-31", "UTC");
    put_snapshot(s, "S10", SUB_A, "2026-01-15T06:00:00Z");
    s->snapshots.data[0].rows = 0;
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.2a"), "?");
}

/* ---- related: diagnostic settings of critical resources (requirement 7.3 a) ---- */

#define VAULT "/subscriptions/s/resourcegroups/g/providers/x/vaults/v"
#define SERVER "/subscriptions/s/resourcegroups/g/providers/x/servers/v"
#define RELATED_WITH(where)                                                                        \
    SECURITY_OF(                                                                                   \
        A_CONTROL("7.3", "continuous"),                                                            \
        A_REQUIREMENT("7.3", "a", "continuous", 35, 0, "'S20','S25'"),                             \
        A_SOURCE("S20", "subscription",                                                            \
                 ",'recognise':{'types':['x/vaults']}") "," A_SOURCE("S25", "resource", ""),       \
        A_CHECK("logs", "7.3", "a", "related",                                                     \
                "'source':'S20','population':'critical_resources','reason':'no "                   \
                "setting','related':{'source':'S25',"                                              \
                "'key':'parent'" where "," PASS_IF_OK "}"))

typedef struct {
    const char *settings_at;    /* NULL: not read */
    const char *settings_scope; /* "": the vault itself */
    bool has_setting;
    bd_verdict setting;
    bool is_spoiled;
    flaw what;
    const char *expected;
} settings_case;

static bd_str judge_settings(const char *catalog, const settings_case *row) {
    scene *s = scene_of(catalog, "2026-01-01", "2026-01-31", "UTC");
    state_facts(s, "{'critical_resources':['" VAULT "']}");
    uint32_t vaults = put_snapshot(s, "S20", SUB_A, "2026-01-15T06:00:00Z");
    bd_row vault = row_of(s, vaults, "logs", VAULT, BD_PASS);
    vault.join = BD_STR(VAULT);
    vault.reason = BD_STR("no setting");
    put_row(s, vaults, vault);
    if (row->settings_at != NULL) {
        bd_str scope = bd_str_format(test_arena(), VAULT "%s", row->settings_scope);
        uint32_t settings = put_snapshot(s, "S25", scope.data, row->settings_at);
        bd_row setting = row_of(s, settings, "logs", VAULT "/d1", row->setting);
        setting.side = BD_SIDE_RIGHT;
        setting.join = BD_STR(VAULT);
        if (row->has_setting) {
            put_row(s, settings, setting);
        } else {
            s->snapshots.data[s->snapshots.count - 1].rows = 0;
        }
        if (row->is_spoiled) {
            spoil(s, settings, row->what);
        }
    }
    judge_scene(s);
    return outcomes(s, "7.3a");
}

TEST(assess, a_resource_is_judged_by_the_nearest_answer_about_it) {
    static const settings_case rows[] = {
        {"2026-01-15T06:00:00Z", "", true, BD_PASS, false, UNSIGNED, "C"},
        {"2026-01-15T06:00:00Z", "", true, BD_FAIL, false, UNSIGNED, "D"},
        {"2026-01-15T06:00:00Z", "", false, BD_PASS, false, UNSIGNED,
         "D"}, /* a complete answer without settings */
        {"2026-01-15T06:00:00Z", "", true, BD_CANNOT_TELL, false, UNSIGNED, "?"},
        {"2026-01-22T06:00:00Z", "", true, BD_PASS, false, UNSIGNED, "C"}, /* seven days */
        {"2026-01-22T06:00:01Z", "", true, BD_PASS, false, UNSIGNED, "?"},
        {"2026-01-08T06:00:00Z", "", false, BD_PASS, false, UNSIGNED, "D"},
        {NULL, "", false, BD_PASS, false, UNSIGNED, "?"},
        {"2026-01-15T06:00:00Z", "", false, BD_PASS, true, NOT_COMPLETE, "?"},
        {"2026-01-15T06:00:00Z", "", true, BD_PASS, true, NOT_COMPLETE, "?"},
        {"2026-01-15T06:00:00Z", "", true, BD_PASS, true, TIME_ASSUMED, "?"},
        {"2026-01-15T06:00:00Z", "", false, BD_PASS, true, TIME_ASSUMED, "?"},
        {"2026-01-15T06:00:00Z", "", true, BD_PASS, true, UNSIGNED, "?"},
        {"2026-01-15T06:00:00Z", "", false, BD_PASS, true, UNSIGNED, "D"}, /* unsigned can fail */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(judge_settings(RELATED_WITH(""), &rows[i]), rows[i].expected);
    }
}

/* As the settings of a slot of an app, or those of another file that lies in the same place. */
TEST(assess, an_answer_that_lists_only_what_hangs_on_another_resource_says_nothing) {
    scene *s = scene_of(RELATED_WITH(""), "2026-01-01", "2026-01-31", "UTC");
    state_facts(s, "{'critical_resources':['" VAULT "']}");
    uint32_t vaults = put_snapshot(s, "S20", SUB_A, "2026-01-15T06:00:00Z");
    bd_row vault = row_of(s, vaults, "logs", VAULT, BD_PASS);
    vault.join = BD_STR(VAULT);
    put_row(s, vaults, vault);
    uint32_t settings = put_snapshot(s, "S25", VAULT, "2026-01-15T06:00:00Z");
    bd_row setting = row_of(s, settings, "logs", VAULT "/slots/x/d1", BD_PASS);
    setting.side = BD_SIDE_RIGHT;
    setting.join = BD_STR(VAULT "/slots/x");
    put_row(s, settings, setting);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "7.3a"), "?");
}

TEST(assess, only_an_answer_about_the_part_that_is_read_says_that_nothing_is_there) {
    static const settings_case rows[] = {
        {"2026-01-15T06:00:00Z", "/blobservices/default", false, BD_PASS, false, UNSIGNED, "D"},
        {"2026-01-15T06:00:00Z", "/queueservices/default", false, BD_PASS, false, UNSIGNED,
         "?"},                                                              /* another part */
        {"2026-01-15T06:00:00Z", "", false, BD_PASS, false, UNSIGNED, "?"}, /* the whole */
        {"2026-01-15T06:00:00Z", "/blobservices/default", true, BD_PASS, false, UNSIGNED, "C"},
    };
    const char *catalog =
        RELATED_WITH(",'where':{'field':'id','contains':'/blobServices/default/'}");
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(judge_settings(catalog, &rows[i]), rows[i].expected);
    }
}

TEST(assess, of_several_answers_the_nearest_decides) {
    scene *s = scene_of(RELATED_WITH(""), "2026-01-01", "2026-01-31", "UTC");
    state_facts(s, "{'critical_resources':['" VAULT "']}");
    uint32_t vaults = put_snapshot(s, "S20", SUB_A, "2026-01-15T06:00:00Z");
    bd_row row = row_of(s, vaults, "logs", VAULT, BD_PASS);
    row.join = BD_STR(VAULT);
    put_row(s, vaults, row);
    uint32_t far = put_snapshot(s, "S25", VAULT, "2026-01-12T06:00:00Z");
    row.side = BD_SIDE_RIGHT;
    put_row(s, far, row);
    put_snapshot(s, "S25", VAULT, "2026-01-16T06:00:00Z"); /* no setting any more */
    s->snapshots.data[s->snapshots.count - 1].rows = 0;
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "7.3a"), "D");
}

TEST(assess, of_a_related_record_that_is_shown_twice_the_worse_one_holds) {
    static const struct {
        bd_verdict first, second, third;
        const char *key, *expected;
    } rows[] = {
        {BD_PASS, BD_PASS, BD_FAIL, "/d1", "D"},
        {BD_FAIL, BD_PASS, BD_PASS, "/d1", "D"},
        {BD_PASS, BD_CANNOT_TELL, BD_PASS, "/d1", "?"},
        {BD_PASS, BD_PASS, BD_PASS, "/d1", "C"},
        {BD_PASS, BD_FAIL, BD_FAIL, "/d2", "C"}, /* another one: that of the first is good */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(RELATED_WITH(""), "2026-01-01", "2026-01-31", "UTC");
        state_facts(s, "{'critical_resources':['" VAULT "']}");
        uint32_t vaults = put_snapshot(s, "S20", SUB_A, "2026-01-15T06:00:00Z");
        bd_row vault = row_of(s, vaults, "logs", VAULT, BD_PASS);
        vault.join = BD_STR(VAULT);
        vault.reason = BD_STR("no setting");
        put_row(s, vaults, vault);
        const bd_verdict verdicts[] = {rows[i].first, rows[i].second, rows[i].third};
        for (size_t j = 0; j < BD_COUNT(verdicts); j++) {
            uint32_t file = put_snapshot(s, "S25", VAULT, "2026-01-15T06:00:00Z");
            bd_str key = bd_str_format(test_arena(), VAULT "%s", j == 0 ? "/d1" : rows[i].key);
            bd_row setting = row_of(s, file, "logs", key.data, verdicts[j]);
            setting.side = BD_SIDE_RIGHT;
            setting.join = BD_STR(VAULT);
            put_row(s, file, setting);
        }
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(outcomes(s, "7.3a"), rows[i].expected);
        if (i < 2) {
            CHECK_EQ_STR(s->findings.data[0].reason,
                         "no setting; the snapshot shows 'd1' twice, with different verdicts; the "
                         "worse one holds");
        }
    }
}

TEST(assess, a_list_of_resources_passes_nothing_of_a_day_before_its_approval) {
    static const struct {
        const char *approved, *zone;
        bool is_on;
        const char *expected, *reason;
    } rows[] = {
        {"2025-12-01", "UTC", true, "C", ""},
        {"2026-01-15", "UTC", true, "C", ""}, /* the day itself */
        {"2026-01-16", "UTC", true, "?",
         "v: the fact critical_resources was approved on 2026-01-16, after this snapshot"},
        {"2026-01-16", "Pacific/Auckland", true, "?", NULL}, /* the 15th there, too */
        {"2026-01-15", "Pacific/Honolulu", true, "?", NULL}, /* still the 14th there */
        {"2026-01-16", "UTC", false, "D", NULL},             /* a failure stays one */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(RELATED_WITH(""), "2026-01-01", "2026-01-31", rows[i].zone);
        state_facts(s, "{'critical_resources':['" VAULT "']}");
        approve_facts(s, bd_str_format(test_arena(), "{'critical_resources':{'approved_on':'%s'}}",
                                       rows[i].approved)
                             .data);
        uint32_t vaults = put_snapshot(s, "S20", SUB_A, "2026-01-15T06:00:00Z");
        bd_row vault = row_of(s, vaults, "logs", VAULT, BD_PASS);
        vault.join = BD_STR(VAULT);
        vault.reason = BD_STR("no setting");
        put_row(s, vaults, vault);
        uint32_t settings = put_snapshot(s, "S25", VAULT, "2026-01-15T06:00:00Z");
        bd_row setting =
            row_of(s, settings, "logs", VAULT "/d1", rows[i].is_on ? BD_PASS : BD_FAIL);
        setting.side = BD_SIDE_RIGHT;
        setting.join = BD_STR(VAULT);
        put_row(s, settings, setting);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "7.3a"), rows[i].expected);
        if (rows[i].reason != NULL && rows[i].reason[0] != '\0') {
            CHECK_EQ_STR(instance_of(s, "7.3a", "2026-01")->reason, rows[i].reason);
        }
    }
}

TEST(assess, each_critical_resource_is_expected_and_a_list_of_assumed_time_passes_none) {
    scene *s = scene_of(RELATED_WITH(""), "2026-01-01", "2026-02-28", "UTC");
    state_facts(s, "{'critical_resources':['" VAULT "','" VAULT "2','" SERVER "']}");
    for (int month = 1; month <= 2; month++) {
        const char *at = bd_str_format(test_arena(), "2026-%02d-15T06:00:00Z", month).data;
        uint32_t vaults = put_snapshot(s, "S20", SUB_A, at);
        for (int i = 0; i < 3 - month; i++) { /* February lacks the second */
            bd_row row = row_of(s, vaults, "logs", i == 0 ? VAULT : VAULT "2", BD_PASS);
            row.join = row.key;
            put_row(s, vaults, row);
            row.side = BD_SIDE_RIGHT;
            put_row(s, put_snapshot(s, "S25", row.key.data, at), row);
        }
    }
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "7.3a"), "??"); /* no check reads the server's type */
    CHECK_EQ_STR(instance_of(s, "7.3a", "2026-02")->reason, "no snapshot of v2");
    state_facts(s, "{'critical_resources':['" VAULT "','" VAULT "2']}");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "7.3a"), "C?");
    spoil(s, 0, TIME_ASSUMED);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "7.3a"), "??");
}

TEST(assess, a_fact_that_is_not_stated_is_named_where_there_is_evidence) {
    scene *s = scene_of(RELATED_WITH(""), "2026-01-01", "2026-02-28", "UTC");
    put_snapshot(s, "S20", SUB_A, "2026-01-15T06:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "7.3a"), "?M");
    CHECK_EQ_STR(instance_of(s, "7.3a", "2026-01")->reason,
                 "the organisation fact 'critical_resources' is missing in bindery.json");
    CHECK_EQ_STR(requirement_of(s, "7.3a")->missing_fact, "critical_resources");
}
