/* Derivations: tests/cases/derive, and the published samples in each form a source has. */
#include "bindery/derivations.h"

#include "test.h"

static const bd_value *parse(bd_str text) {
    const bd_value *value = NULL;
    bd_err err;
    test_failure("%.*s", BD_ARG(bd_str_sub(text, 0, 400)));
    CHECK_OK(bd_json_parse(text, &bd_json_default_limits, test_arena(), &value, &err), err);
    return value;
}

typedef struct {
    bd_str type, key, resource;
    bd_instant time;
    const bd_value *record;
} derived;
typedef BD_VEC(derived) derived_list;

static void keep(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                 const bd_value *record) {
    *bd_push(test_arena(), (derived_list *)context) = (derived){type, key, resource, time, record};
}

static derived_list derive(const char *name, const bd_value *record, const bd_value *parameters) {
    derived_list out = {0};
    const bd_zone *zone = NULL;
    bd_err err;
    CHECK_OK(bd_zone_load(BD_STR("Europe/Berlin"), test_arena(), &zone, &err), err);
    const bd_derivation *derivation = bd_derivation_find(bd_str_of(name));
    CHECK(derivation != NULL);
    if (derivation->map == NULL) {
        return out; /* joins: derive_join_test.c */
    }
    derivation->map(record, parameters, zone, test_arena(), keep, &out);
    return out;
}

/* ---- cases ---- */

static bd_str canonical(const bd_value *value) {
    return value == NULL || value->kind == BD_NULL ? BD_STR("absent")
                                                   : bd_json_canonical(test_arena(), value);
}

static void run_case(bd_str title, bd_str head, bd_str record, bd_str expected) {
    bd_str rest = head, name;
    CHECK(bd_str_cut(&rest, ' ', &name));
    derived_list got = derive(bd_str_z(test_arena(), name), parse(record), parse(rest));
    const bd_value *wanted = parse(expected);
    test_failure("%.*s", BD_ARG(title));
    CHECK_EQ_INT(got.count, wanted->count);
    for (size_t i = 0; i < wanted->count; i++) {
        for (size_t m = 0; m < wanted->items[i].count; m++) {
            bd_str key = wanted->items[i].keys[m];
            test_failure("%.*s: member '%.*s' of record %zu", BD_ARG(title), BD_ARG(key), i);
            CHECK_EQ_STR(canonical(bd_value_find_str(got.data[i].record, key)),
                         canonical(&wanted->items[i].items[m]));
        }
    }
}

static void run_cases(const char *name, size_t least) {
    bd_str lines[3], line, title = BD_STR("");
    size_t count = 0, cases = 0;
    bd_str rest = test_read_file(
        bd_str_format(test_arena(), "%s/tests/cases/derive/%s.case", test_root(), name).data);
    while (bd_str_cut(&rest, '\n', &line)) {
        line = bd_str_trim(line);
        if (line.size == 0 || line.data[0] == '#') {
            title = line.size == 0 ? title : line;
            continue;
        }
        lines[count++] = line;
        if (count == 3) {
            run_case(title, lines[0], lines[1], lines[2]);
            count = 0;
            cases++;
        }
    }
    CHECK_EQ_INT(count, 0);
    CHECK(cases >= least);
}

TEST(derive, exposure_of_a_group_is_as_the_cases_say) {
    run_cases("nsg-exposure", 90);
}
TEST(derive, writes_of_a_group_are_as_the_cases_say) {
    run_cases("nsg-writes", 15);
}
TEST(derive, accounts_of_a_leaver_are_as_the_cases_say) {
    run_cases("leaver-accounts", 16);
}
TEST(derive, lists_by_the_day_are_as_the_cases_say) {
    run_cases("days", 15);
}
TEST(derive, events_of_an_account_are_as_the_cases_say) {
    run_cases("account-events", 30);
}

/* ---- identity ---- */

TEST(derive, derived_records_carry_type_key_and_time) {
    derived_list group =
        derive("nsg-exposure",
               parse(BD_STR("{\"id\":\"subscriptions/S/x/N1/\",\"securityRules\":[]}")), NULL);
    CHECK_EQ_STR(group.data[0].type, "microsoft.network/networksecuritygroups");
    CHECK_EQ_STR(group.data[0].key, "/subscriptions/s/x/n1");
    CHECK_EQ_STR(group.data[0].resource, "subscriptions/S/x/N1/");
    CHECK(group.data[0].time == BD_INSTANT_NONE);
    derived_list leaver =
        derive("leaver-accounts",
               parse(BD_STR("{\"upn\":\"A@b\",\"terminated_at\":\"2026-01-01T00:00:00Z\"}")), NULL);
    CHECK_EQ_STR(leaver.data[0].type, "account");
    CHECK_EQ_STR(leaver.data[0].key, "a@b");
    CHECK_EQ_STR(leaver.data[0].resource, "A@b");
    CHECK_EQ_STR(bd_instant_format(test_arena(), leaver.data[0].time), "2026-01-01T00:00:00Z");
}

TEST(derive, derivations_are_listed_and_found_by_name) {
    static const char *const unknown[] = {"", "nsg", "nsg-exposurf", "aaa", "zzz"};
    for (size_t i = 0; i < BD_COUNT(unknown); i++) {
        CHECK(bd_derivation_find(bd_str_of(unknown[i])) == NULL);
    }
    for (size_t i = 0; i < bd_derivation_count(); i++) {
        const bd_derivation *at = bd_derivation_at(i);
        CHECK(bd_derivation_find(bd_str_of(at->name)) == at);
        CHECK(i == 0 || strcmp(bd_derivation_at(i - 1)->name, at->name) < 0);
    }
    CHECK(bd_derivation_at(bd_derivation_count()) == NULL);
}

TEST(derive, records_of_the_wrong_kind_give_nothing_or_unknown) {
    static const char *const records[] = {
        "[]",
        "null",
        "\"x\"",
        "{}",
        "{\"securityRules\":{},\"targetResources\":1,\"operationName\":[]}",
        "{\"securityRules\":[1,null,\"x\",[]]}"};
    for (size_t r = 0; r < BD_COUNT(records); r++) {
        for (size_t d = 0; d < bd_derivation_count(); d++) {
            derived_list got =
                derive(bd_derivation_at(d)->name, parse(bd_str_of(records[r])), NULL);
            for (size_t i = 0; i < got.count; i++) {
                CHECK(bd_value_find(got.data[i].record, "exposed") == NULL);
                CHECK(bd_value_find(got.data[i].record, "terminated_at") == NULL);
            }
        }
    }
}

/* ---- the published samples ---- */

static const bd_value *sample(const char *name) {
    const char *path =
        bd_str_format(test_arena(), "%s/../shared/reference/azure-samples/%s", test_root(), name)
            .data;
    if (!bd_path_exists(path)) {
        test_skip("'../shared/reference/azure-samples/%s' is not here", name);
    }
    return parse(test_read_file(path));
}

TEST(derive, rest_and_command_line_give_the_same_exposure) {
    const bd_value *rest = bd_value_find(sample("arm_nsg_list.json"), "value");
    const bd_value *az = sample("derived_cli/az_network_nsg_list.json");
    CHECK(rest != NULL && rest->count > 0);
    CHECK_EQ_INT(rest->count, az->count);
    for (size_t i = 0; i < rest->count; i++) {
        derived_list a = derive("nsg-exposure", &rest->items[i], NULL),
                     b = derive("nsg-exposure", &az->items[i], NULL);
        CHECK_EQ_INT(a.count, 1);
        CHECK_EQ_STR(canonical(a.data[0].record), canonical(b.data[0].record));
        CHECK_EQ_STR(a.data[0].key, b.data[0].key);
        CHECK_EQ_STR(canonical(bd_value_find(a.data[0].record, "exposed")), "false");
    }
}

TEST(derive, published_audit_events_yield_no_account_event_by_accident) {
    const bd_value *audits = bd_value_find(sample("graph_directoryaudits_list.json"), "value");
    for (size_t i = 0; i < audits->count; i++) {
        CHECK_EQ_INT(derive("account-events", &audits->items[i], NULL).count,
                     0); /* a member added to a group */
    }
    const bd_value *log = bd_value_find(sample("arm_insights_activitylog_events.json"), "value");
    for (size_t i = 0; i < log->count; i++) {
        CHECK_EQ_INT(derive("nsg-writes", &log->items[i], NULL).count, 0); /* a support ticket */
    }
}
