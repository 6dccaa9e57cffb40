/* The sample engagement against the table of samples/README.md: every outcome, exception and state. */
#include "bindery/run.h"

#include "test.h"

#include <stdlib.h>

static const bd_value *judge_sample(void) {
    char *root = realpath(test_root(), NULL);
    CHECK(root != NULL);
    int status = run_command(NULL, "cp -a '%s/samples/contoso' contoso", root);
    free(root);
    CHECK_EQ_INT(status, 0);
    bd_run_options options = {.folder = test_path("contoso"),
                              .as_of = BD_STR_INIT("2026-06-30"),
                              .jobs = 2,
                              .collected_at = BD_INSTANT_NONE};
    bd_run_outcome outcome = {0};
    bd_err err;
    CHECK_OK(bd_run_ingest(&options, NULL, 0, test_arena(), &outcome, &err), err);
    CHECK_OK(bd_run_assess(&options, test_arena(), &outcome, &err), err);
    const bd_value *out = NULL;
    bd_str text = test_read_file(test_path("contoso/out/2026-H1/assessment.json"));
    CHECK_OK(bd_json_parse(text, &bd_json_default_limits, test_arena(), &out, &err), err);
    return out;
}

static const bd_value *member_named(const bd_value *list, const char *key, bd_str name) {
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (bd_str_eq(bd_value_text(&list->items[i], key), name)) {
            return &list->items[i];
        }
    }
    test_fail(__FILE__, __LINE__, "nothing is named '%.*s'", BD_ARG(name));
}

static bd_str outcomes_of(const bd_value *requirement) {
    bd_str text = {"", 0};
    const bd_value *instances = bd_value_find(requirement, "instances");
    for (size_t i = 0; i < instances->count; i++) {
        text = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(text), i > 0 ? " " : "",
                             BD_ARG(bd_value_text(&instances->items[i], "outcome")));
    }
    return text;
}

static int64_t number_of(const bd_value *object, const char *key) {
    int64_t number = -1;
    bd_value_i64(object, key, &number);
    return number;
}

TEST(sample, every_month_of_the_six_controls_comes_out_as_its_readme_says) {
    static const struct {
        const char *control, *req, *outcomes;
        int due, accepted;
    } rows[] = {
        {"1.1", "a", "clean", 1, 1},
        {"4.2", "a", "clean deviation clean missing clean clean", 6, 5},
        {"6.3.1", "a", "clean clean clean no-occurrence clean clean", 6, 6},
        {"6.3.1", "b", "clean clean deviation no-occurrence clean clean", 6, 6},
        {"6.6.3", "a", "clean clean deviation clean clean clean", 6, 6},
        {"6.6.3", "b", "clean clean deviation clean clean clean", 6, 6},
        {"6.7.2", "a", "clean clean clean clean clean clean", 6, 6},
        {"7.3", "a", "deviation deviation clean clean clean clean", 6, 6},
    };
    const bd_value *out = judge_sample();
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s%s", rows[i].control, rows[i].req);
        const bd_value *control =
            member_named(bd_value_find(out, "controls"), "id", bd_str_of(rows[i].control));
        const bd_value *requirement =
            member_named(bd_value_find(control, "requirements"), "req", bd_str_of(rows[i].req));
        CHECK_EQ_STR(outcomes_of(requirement), rows[i].outcomes);
        CHECK_EQ_INT(number_of(requirement, "due"), rows[i].due);
        CHECK_EQ_INT(number_of(requirement, "accepted"), rows[i].accepted);
    }
}

static bool is_checklist(const bd_value *control) {
    return bd_str_eqz(bd_value_text(control, "origin"), "checklist");
}

TEST(sample, the_sixty_seven_items_have_their_states) {
    const bd_value *controls = bd_value_find(judge_sample(), "controls");
    bd_str complete = {"", 0};
    bd_str flagged = {"", 0};
    int progress = 0;
    int blank = 0;
    int count = 0;
    for (size_t i = 0; i < controls->count; i++) {
        const bd_value *control = &controls->items[i];
        bd_str state = bd_value_text(control, "state");
        bd_str id = bd_value_text(control, "id");
        bool has_exception = bd_value_is_true(control, "exception");
        if (!is_checklist(control)) { /* carried by the vendor's report */
            CHECK(bd_str_eqz(state, "[x]") == bd_str_eqz(id, "B-CC6.4-1"));
            continue;
        }
        count++;
        blank += bd_str_eqz(state, "[ ]");
        progress += bd_str_eqz(state, "[~]") && !has_exception;
        if (bd_str_eqz(state, "[x]")) {
            complete = bd_str_format(test_arena(), "%.*s %.*s", BD_ARG(complete), BD_ARG(id));
        }
        if (has_exception) {
            flagged = bd_str_format(test_arena(), "%.*s %.*s%.*s", BD_ARG(flagged), BD_ARG(id),
                                    BD_ARG(state));
        }
    }
    CHECK_EQ_INT(count, 67);
    CHECK_EQ_STR(complete, " 1.1 1.6 6.7.2");
    CHECK_EQ_STR(flagged, " 4.2[~] 6.3.1[~] 6.3.2[~] 6.6.1[~] 6.6.3[~] 7.3[~] 9.2[~]");
    CHECK_EQ_INT(progress, 41);
    CHECK_EQ_INT(blank, 16);
}

TEST(sample, its_exceptions_are_those_of_its_readme) {
    static const struct {
        const char *check, *clean, *from, *to, *since;
    } rows[] = {
        {"azure-user-controls-mapped", "", "2026-05-20", "2026-05-20", ""},
        {"defender-plans", "2026-01-15", "2026-02-16", "2026-02-16", "2026-03-15"},
        {"leaver-disabled-in-time", "", "2026-03-12", "2026-03-12", ""},
        {"leaver-sessions-revoked", "", "2026-03-26", "2026-03-26", ""}, /* by key: adm-zsofia.kertesz */
        {"leaver-sessions-revoked", "", "2026-05-11", "2026-05-11", ""}, /* baptiste.rouviere */
        {"leaver-sessions-revoked", "", "2026-03-12", "2026-03-12", ""}, /* oliver.brandt */
        {"leaver-sessions-revoked", "", "2026-02-13", "2026-02-13", ""}, /* pernille.aagaard */
        {"nsg-admin-ports", "2026-02-16", "2026-03-15", "2026-03-15", "2026-04-15"},
        {"nsg-opening-writes", "", "2026-03-13", "2026-03-13", ""},
        {"nsg-own-rules", "", "2026-01-15", "2026-06-15", ""},
        {"resource-logs-keyvault", "", "2026-01-15", "2026-02-16", "2026-03-15"},
    };
    const bd_value *list = bd_value_find(judge_sample(), "exceptions");
    CHECK_EQ_INT(list->count, BD_COUNT(rows));
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_value *one = &list->items[i];
        CHECK_EQ_STR(bd_value_text(one, "check"), rows[i].check);
        CHECK_EQ_STR(bd_value_text(one, "last_seen_clean"), rows[i].clean);
        CHECK_EQ_STR(bd_value_text(one, "first_seen_failing"), rows[i].from);
        CHECK_EQ_STR(bd_value_text(one, "last_seen_failing"), rows[i].to);
        CHECK_EQ_STR(bd_value_text(one, "first_seen_clean"), rows[i].since);
    }
    CHECK_EQ_STR(bd_value_text(&list->items[1], "id"), "X-defender-plans-2026-02-16-4cbb7217");
}
