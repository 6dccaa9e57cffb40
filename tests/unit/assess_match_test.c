/* match: populations against events, extracts that tile every day, Type I (bindery-1, 2, 6.3). */
#include "make_assess.h"

/* ---- match: leavers and the directory log (requirement 6.3.1 b) ---- */

#define LEAVERS_WITH(window, more, tile)                                                           \
    SECURITY_OF(                                                                                   \
        A_CONTROL("6.3.1", "per-event"),                                                           \
        A_REQUIREMENT("6.3.1", "b", "per-event", 60, 10, "'P','L','W'"),                           \
        A_LOG("P", "tenant") "," A_LOG("L", "tenant") "," A_LOG("W", "workspace") "," A_SOURCE(    \
            "U", "tenant", ""),                                                                    \
        A_CHECK(                                                                                   \
            "shut", "6.3.1", "b", "match",                                                         \
            "'population':{'source':'P','key':['k'],'time':'time'},'events':[{'source':'L','key':" \
            "['k'],"                                                                               \
            "'time':'time'},{'source':'W','key':['k'],'time':'time'},{'source':'U','key':['k']}]," \
            "'window':{" window "},'tile':" tile more))
#define LEAVERS                                                                                    \
    LEAVERS_WITH("'to_hours':24", ",'uses':'one','expect':'some','both_sides':false",              \
                 "[['L','W'],['P']]")
#define LEAVERS_MANY                                                                               \
    LEAVERS_WITH("'to_hours':24", ",'uses':'many','expect':'some','both_sides':false",             \
                 "[['L','W'],['P']]")
#define STAYS                                                                                      \
    LEAVERS_WITH("'from_hours':24", ",'uses':'many','expect':'none','both_sides':false",           \
                 "[['L','W'],['P']]")

typedef struct {
    scene *s;
    uint32_t people, log;
} leaving;

/* The first half of 2026; both lists complete. */
static leaving leavers_of(const char *catalog) {
    leaving out = {.s = scene_of(catalog, "2026-01-01", "2026-03-31", "UTC")};
    out.people = put_log(out.s, "P", "", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
    out.log = put_log(out.s, "L", "", "2025-12-01T00:00:00Z", "2026-04-05T00:00:00Z");
    return out;
}

static bd_str judge_leaver(leaving it, const char *left, const char *shut) {
    put_event(it.s, it.people, "shut", BD_SIDE_LEFT, "ann", left);
    if (shut != NULL) {
        put_event(it.s, it.log, "shut", BD_SIDE_RIGHT, "ann", shut);
    }
    judge_scene(it.s);
    return outcomes(it.s, "6.3.1b");
}

TEST(assess, an_event_counts_up_to_the_last_instant_of_its_window) {
    static const struct {
        const char *left, *shut, *expected;
    } rows[] = {
        {"2026-02-02T17:00:00Z", "2026-02-02T20:00:00Z", "0C0"},
        {"2026-02-02T17:00:00Z", "2026-02-03T17:00:00Z", "0C0"},
        {"2026-02-02T17:00:00Z", "2026-02-03T17:00:00.0000001Z", "0D0"},
        {"2026-02-02T17:00:00Z", "2026-01-02T17:00:00Z", "0C0"}, /* early is fine */
        {"2026-02-02T17:00:00Z", NULL, "0D0"},
        {"2026-01-31T23:00:00Z", "2026-02-01T02:00:00Z", "C00"}, /* the month of the population */
        {"2026-03-31T20:00:00Z", "2026-04-01T19:00:00Z",
         "00C"}, /* the window reaches past the period */
        {"2026-03-31T20:00:00Z", "2026-04-01T20:00:01Z", "00D"},
        {"2025-12-31T23:59:59Z", NULL, "000"},
        {"2026-04-01T00:00:00Z", NULL, "000"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("left %s", rows[i].left);
        CHECK_EQ_STR(judge_leaver(leavers_of(LEAVERS), rows[i].left, rows[i].shut),
                     rows[i].expected);
    }
}

TEST(assess, a_late_event_names_its_delay_and_is_one_exception) {
    leaving it = leavers_of(LEAVERS);
    judge_leaver(it, "2026-03-01T17:00:00Z", "2026-03-03T00:04:00Z");
    CHECK_EQ_INT(it.s->findings.count, 1);
    CHECK_EQ_STR(it.s->findings.data[0].reason,
                 "it was not shut in time; it came 31 h 04 min after");
    CHECK_EQ_INT(it.s->findings.data[0].snapshot, BD_DAY_NONE);
    CHECK_EQ_STR(it.s->findings.data[0].instance, "2026-03");
    CHECK_EQ_STR(exception_text(it.s, 0), "never | 2026-03-01..2026-03-01 | never | 1 of 1 | open");
}

TEST(assess, no_event_is_a_failure_only_where_the_whole_window_was_read) {
    static const struct {
        const char *log_to, *expected;
    } rows[] = {
        {"2026-02-03T17:00:00Z", "d"}, /* the window is whole, the month is not */
        {"2026-02-03T16:59:59Z", "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(LEAVERS, "2026-02-01", "2026-02-28", "UTC");
        uint32_t people = put_log(s, "P", "", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        put_log(s, "L", "", "2026-01-01T00:00:00Z", rows[i].log_to);
        put_event(s, people, "shut", BD_SIDE_LEFT, "ann", "2026-02-02T17:00:00Z");
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "6.3.1b"), rows[i].expected);
    }
}

TEST(assess, a_window_that_the_as_of_instant_cuts_is_not_yet_a_failure) {
    scene *s = scene_of(LEAVERS, "2026-02-01", "2026-02-28", "UTC");
    uint32_t people = put_log(s, "P", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_log(s, "L", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_event(s, people, "shut", BD_SIDE_LEFT, "ann", "2026-02-28T20:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "6.3.1b"), "?");
    uint32_t later = put_log(s, "L", "", "2026-03-01T00:00:00Z",
                             "2026-03-05T00:00:00Z"); /* later evidence answers */
    put_event(s, later, "shut", BD_SIDE_RIGHT, "ann", "2026-03-01T06:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "6.3.1b"), "C");
}

TEST(assess, overlapping_extracts_count_their_rows_once) {
    leaving it = leavers_of(LEAVERS);
    uint32_t again = put_log(it.s, "P", "", "2026-01-15T00:00:00Z", "2026-03-15T00:00:00Z");
    put_event(it.s, again, "shut", BD_SIDE_LEFT, "ann", "2026-02-02T17:00:00Z");
    CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", "2026-02-02T20:00:00Z"), "0C0");
    CHECK_EQ_INT(it.s->out->checks.data[0].passed, 1);
}

/* Two departures of one account need two events of their own where each serves one. */
TEST(assess, an_event_serves_one_row_or_many) {
    static const struct {
        const char *catalog, *expected;
        bool is_doubled;
    } rows[] = {{LEAVERS, "0D0", false}, {LEAVERS, "0D0", true}, {LEAVERS_MANY, "0C0", false}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        leaving it = leavers_of(rows[i].catalog);
        put_event(it.s, it.people, "shut", BD_SIDE_LEFT, "ann", "2026-02-02T10:00:00Z");
        if (rows[i]
                .is_doubled) { /* the same event out of an overlapping extract is no second one */
            uint32_t again = put_log(it.s, "L", "", "2026-02-01T00:00:00Z", "2026-02-15T00:00:00Z");
            put_event(it.s, again, "shut", BD_SIDE_RIGHT, "ann", "2026-02-02T20:00:00Z");
        }
        test_failure("row %zu", i);
        CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", "2026-02-02T20:00:00Z"),
                     rows[i].expected);
    }
}

TEST(assess, each_row_takes_the_earliest_event_that_is_free) {
    leaving it = leavers_of(LEAVERS);
    put_event(it.s, it.people, "shut", BD_SIDE_LEFT, "ann", "2026-02-02T10:00:00Z");
    put_event(it.s, it.log, "shut", BD_SIDE_RIGHT, "ann",
              "2026-02-03T11:00:00Z"); /* only the second may use it */
    CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", "2026-02-02T20:00:00Z"), "0C0");
    CHECK_EQ_INT(it.s->out->checks.data[0].passed, 2);
}

TEST(assess, an_event_of_an_export_that_may_not_pass_passes_nobody) {
    static const flaw flaws[] = {NOT_COMPLETE, TIME_ASSUMED, UNSIGNED};
    for (size_t i = 0; i < BD_COUNT(flaws); i++) {
        leaving it = leavers_of(LEAVERS);
        uint32_t other = put_log(it.s, "L", "", "2026-02-01T00:00:00Z", "2026-02-15T00:00:00Z");
        spoil(it.s, other, flaws[i]);
        put_event(it.s, other, "shut", BD_SIDE_RIGHT, "ann", "2026-02-02T18:00:00Z");
        CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", NULL), "0?0");
    }
}

TEST(assess, the_usable_copy_of_an_event_is_the_one_that_counts) {
    for (int turn = 0; turn < 2; turn++) { /* whichever was put on file first */
        scene *s = scene_of(LEAVERS, "2026-02-01", "2026-02-28", "UTC");
        uint32_t people = put_log(s, "P", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
        uint32_t logs[2];
        for (int i = 0; i < 2; i++) {
            logs[i] = put_log(s, "L", "", "2026-02-01T00:00:00Z", "2026-03-02T00:00:00Z");
            put_event(s, logs[i], "shut", BD_SIDE_RIGHT, "ann", "2026-02-02T20:00:00Z");
        }
        spoil(s, logs[turn], UNSIGNED);
        put_event(s, people, "shut", BD_SIDE_LEFT, "ann", "2026-02-02T17:00:00Z");
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "6.3.1b"), "C");
    }
}

TEST(assess, an_event_that_lacks_a_field_leaves_its_row_open) {
    leaving it = leavers_of(LEAVERS);
    bd_row event = row_of(it.s, it.log, "shut", "e1", BD_CANNOT_TELL);
    event.side = BD_SIDE_RIGHT;
    event.join = BD_STR("ann");
    event.time = at_of("2026-02-02T18:00:00Z");
    put_row(it.s, it.log, event);
    CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", NULL), "0?0");
}

TEST(assess, whoever_has_no_usable_time_is_cannot_tell_and_never_lost) {
    leaving it = leavers_of(LEAVERS);
    uint32_t early = put_log(it.s, "P", "", "2025-11-01T00:00:00Z",
                             "2026-04-01T00:00:00Z"); /* begins before the period */
    bd_row person = row_of(it.s, early, "shut", "bob", BD_CANNOT_TELL);
    person.reason = BD_STR("the row does not show its time with an offset from UTC");
    put_row(it.s, early, person); /* he may have left in any month that the list describes */
    CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", "2026-02-02T18:00:00Z"), "???");
}

#define UNDOES                                                                                     \
    LEAVERS_WITH(                                                                                  \
        "'to_hours':24",                                                                           \
        ",'uses':'one','expect':'some','both_sides':false,'undone_by':{'source':'L','key':"        \
        "['k'],'time':'time'}",                                                                    \
        "[['L','W'],['P']]")

static void put_undo(leaving it, const char *at, bd_verdict verdict) {
    bd_row undo = row_of(it.s, it.log, "shut", at, verdict);
    undo.side = BD_SIDE_UNDO;
    undo.join = BD_STR("ann");
    undo.time = at[0] != '\0' ? at_of(at) : BD_INSTANT_NONE;
    put_row(it.s, it.log, undo);
}

TEST(assess, an_event_that_was_undone_before_its_window_ended_counts_for_nothing) {
    static const struct {
        const char *shut, *opened;
        bd_verdict opening;
        const char *again, *expected;
    } rows[] = {
        {"2026-02-01T12:00:00Z", NULL, BD_PASS, NULL, "0C0"}, /* before leaving, and it stayed */
        {"2026-02-01T12:00:00Z", "2026-02-01T13:00:00Z", BD_PASS, NULL, "0D0"},
        {"2026-02-01T12:00:00Z", "2026-02-01T11:00:00Z", BD_PASS, NULL,
         "0C0"}, /* was open before */
        {"2026-02-01T12:00:00Z", "2026-02-01T13:00:00Z", BD_PASS, "2026-02-02T18:00:00Z", "0C0"},
        {"2026-02-02T18:00:00Z", "2026-02-03T17:00:00Z", BD_PASS, NULL, "0D0"}, /* at its end */
        {"2026-02-02T18:00:00Z", "2026-02-03T17:00:00.0000001Z", BD_PASS, NULL, "0C0"},
        {"2026-02-02T18:00:00Z", "2026-02-02T19:00:00Z", BD_CANNOT_TELL, NULL, "0?0"},
        {"2026-02-02T18:00:00Z", "2026-02-02T18:00:00Z", BD_PASS, NULL,
         "0?0"},                                                   /* which was last? */
        {"2026-02-02T18:00:00Z", "", BD_CANNOT_TELL, NULL, "0?0"}, /* opened, nobody knows when */
        {NULL, "2026-02-02T18:00:00Z", BD_PASS, NULL, "0D0"},      /* opening is no shutting */
        {"2025-11-20T12:00:00Z", NULL, BD_PASS, NULL, "0?0"},      /* nobody read the days since */
        {"2025-11-20T12:00:00Z", NULL, BD_PASS, "2026-02-02T18:00:00Z", "0C0"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        leaving it = leavers_of(UNDOES);
        if (rows[i].opened != NULL) {
            put_undo(it, rows[i].opened, rows[i].opening);
        }
        if (rows[i].again != NULL) {
            put_event(it.s, it.log, "shut", BD_SIDE_RIGHT, "ann", rows[i].again);
        }
        CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", rows[i].shut), rows[i].expected);
    }
}

/* A log that nobody handed in holds no event either: that none was found says nothing. */
TEST(assess, a_row_without_an_event_is_not_answered_by_a_list_that_is_not_there) {
    for (uint64_t i = 0; i < 2; i++) {
        leaving it = {.s = scene_of(STAYS, "2026-01-01", "2026-03-31", "UTC")};
        it.people = put_log(it.s, "P", "", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        if (i == 1) {
            it.log = put_log(it.s, "L", "", "2025-12-01T00:00:00Z", "2026-04-05T00:00:00Z");
        }
        CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", NULL), i == 0 ? "???" : "0C0");
        CHECK_EQ_INT(it.s->out->matches.count, 1);
        const bd_match_sums *sums = &it.s->out->matches.data[0];
        CHECK_EQ_INT(sums->rows, 1);
        CHECK_EQ_INT(sums->passed, 1);
        CHECK_EQ_INT(sums->not_shown, 1 - i);
    }
}

TEST(assess, an_undated_row_leaves_open_the_months_of_its_list_alone) {
    leaving it = leavers_of(LEAVERS);
    uint32_t list = put_log(it.s, "P", "", "2026-01-10T00:00:00Z", "2026-03-01T00:00:00Z");
    put_row(it.s, list, row_of(it.s, list, "shut", "bob", BD_CANNOT_TELL));
    CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", "2026-02-02T18:00:00Z"), "??0");
}

TEST(assess, expecting_none_fails_by_any_match_also_of_later_evidence) {
    static const struct {
        const char *event, *expected;
    } rows[] = {
        {NULL, "0C0"},
        {"2026-02-03T16:59:59Z", "0C0"}, /* before the window */
        {"2026-02-03T17:00:00Z", "0D0"},
        {"2026-04-04T12:00:00Z", "0D0"}, /* after the period: "no later enable" */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(judge_leaver(leavers_of(STAYS), "2026-02-02T17:00:00Z", rows[i].event),
                     rows[i].expected);
    }
    leaving it = leavers_of(STAYS);
    uint32_t later = put_snapshot(
        it.s, "U", "", "2026-07-05T06:00:00Z"); /* describes a time after the as-of instant */
    put_event(it.s, later, "shut", BD_SIDE_OTHER, "ann", "2026-07-05T06:00:00Z");
    CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", NULL), "0D0");
}

TEST(assess, each_event_source_may_have_a_window_of_its_own) {
    leaving it = leavers_of(
        SECURITY_OF(A_CONTROL("6.3.1", "per-event"),
                    A_REQUIREMENT("6.3.1", "b", "per-event", 60, 10, "'P','L'"),
                    A_LOG("P", "tenant") "," A_LOG("L", "tenant") "," A_SOURCE("U", "tenant", ""),
                    A_CHECK("shut", "6.3.1", "b", "match",
                            "'population':{'source':'P','key':['k'],'time':'time'},'events':[{'"
                            "source':'L','key':['k'],'time':'time',"
                            "'window':{'from_hours':0}},{'source':'U','key':['k']}],'window':{'"
                            "from_hours':24},'uses':'many',"
                            "'expect':'none','both_sides':false,'tile':[['L'],['P']]")));
    uint32_t users = put_snapshot(it.s, "U", "", "2026-02-02T18:00:00Z");
    put_event(it.s, users, "shut", BD_SIDE_OTHER, "ann",
              "2026-02-02T18:00:00Z"); /* too early for its window */
    CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", NULL), "0C0");
    put_event(it.s, it.log, "shut", BD_SIDE_RIGHT, "ann", "2026-02-02T18:00:00Z");
    judge_scene(it.s);
    CHECK_EQ_STR(outcomes(it.s, "6.3.1b"), "0D0");
}

TEST(assess, more_events_than_a_match_can_hold_are_cannot_tell_and_said) {
    static const struct {
        int events;
        const char *expected;
    } rows[] = {{65536, "0C0"}, {65537, "0?0"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        leaving it = leavers_of(LEAVERS);
        for (int n = 0; n < rows[i].events; n++) {
            bd_row event = row_of(it.s, it.log, "shut", "e", BD_PASS);
            event.side = BD_SIDE_RIGHT;
            event.join = BD_STR("ann");
            event.time = at_of("2026-02-02T18:00:00Z") + n;
            put_row(it.s, it.log, event);
        }
        CHECK_EQ_STR(judge_leaver(it, "2026-02-02T17:00:00Z", NULL), rows[i].expected);
        if (i == 1) {
            CHECK_EQ_STR(instance_of(it.s, "6.3.1b", "2026-02")->reason,
                         "more than 65,536 events share its key");
        }
    }
}

/* ---- match: both sides (requirement 6.3.1 a) ---- */

#define RECONCILED_WITHIN(window)                                                                  \
    SECURITY_OF(A_CONTROL("6.3.1", "per-event"),                                                   \
                A_REQUIREMENT("6.3.1", "a", "per-event", 60, 10, "'P','R'"),                       \
                A_LOG("P", "tenant") "," A_SOURCE("R", "tenant", ""),                              \
                A_CHECK("both", "6.3.1", "a", "match",                                             \
                        "'population':{'source':'P','key':['k'],'time':'time'},'events':[{'"       \
                        "source':'R','key':['k'],"                                                 \
                        "'time':'end'}],'window':{" window                                         \
                        "},'uses':'many','expect':'some','both_sides':true,'tile':[['P']]"))
#define RECONCILED RECONCILED_WITHIN("")

typedef struct {
    const char *leaver, *roster; /* times, NULL: not on the list */
    bool has_leavers, has_roster;
    const char *expected;
} reconciliation;

static bd_str reconcile_by(const char *catalog, const reconciliation *row) {
    scene *s = scene_of(catalog, "2026-01-01", "2026-03-31", "UTC");
    if (row->has_leavers) {
        uint32_t list = put_log(s, "P", "", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        if (row->leaver != NULL) {
            put_event(s, list, "both", BD_SIDE_LEFT, "ann", row->leaver);
        }
    }
    if (row->has_roster) {
        uint32_t roster = put_snapshot(s, "R", "", "2026-03-30T00:00:00Z");
        if (row->roster != NULL) {
            put_event(s, roster, "both", BD_SIDE_RIGHT, "ann", row->roster);
        }
    }
    judge_scene(s);
    return outcomes(s, "6.3.1a");
}

TEST(assess, both_lists_must_name_whoever_left_in_the_period) {
    static const reconciliation rows[] = {
        {"2026-02-02T17:00:00Z", "2026-02-02T10:30:00Z", true, true, "0C0"},
        {"2026-02-02T17:00:00Z", NULL, true, true, "0D0"},
        {NULL, "2026-02-02T10:30:00Z", true, true, "0D0"},
        {NULL, "2026-09-30T10:30:00Z", true, true, "000"}, /* leaves after the period */
        {NULL, NULL, true, true, "000"},
        {"2026-02-02T17:00:00Z", NULL, true, false,
         "???"}, /* nobody read the roster: neither pass nor failure */
        {NULL, NULL, true, false, "???"},
        {NULL, "2026-02-02T10:30:00Z", false, true, "M?M"}, /* nor the leavers */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(reconcile_by(RECONCILED, &rows[i]), rows[i].expected);
    }
}

TEST(assess, a_leaver_who_leaves_later_on_one_list_is_on_one_list_only) {
    static const reconciliation rows[] = {
        {"2026-02-02T17:00:00Z", "2026-02-02T10:30:00Z", true, true, "0C0"},
        {"2026-02-03T09:30:00Z", "2026-02-02T10:30:00Z", true, true, "0C0"}, /* midnight and zone */
        {"2026-02-03T09:30:00.0000001Z", "2026-02-02T10:30:00Z", true, true, "0D0"},
        {"2026-01-02T17:00:00Z", "2026-02-02T10:30:00Z", true, true, "C00"}, /* earlier is harder */
        {"2026-03-02T17:00:00Z", "2026-02-02T10:30:00Z", true, true, "0DD"},
        {"2525-02-02T17:00:00Z", "2026-02-02T10:30:00Z", true, true, "0D0"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(reconcile_by(RECONCILED_WITHIN("'from_hours':-23,'days':true"), &rows[i]),
                     rows[i].expected);
    }
}

TEST(assess, a_leaver_without_a_readable_date_leaves_both_lists_open) {
    for (int has_roster = 0; has_roster < 2; has_roster++) {
        scene *s = scene_of(RECONCILED, "2026-01-01", "2026-03-31", "UTC");
        uint32_t list = put_log(s, "P", "", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        bd_row person = row_of(s, list, "both", "ann", BD_CANNOT_TELL);
        person.join = BD_STR("ann");
        person.reason = BD_STR("left is '31.03.2026'");
        put_row(s, list, person);
        uint32_t roster = put_snapshot(s, "R", "", "2026-03-30T00:00:00Z");
        if (has_roster) {
            put_event(s, roster, "both", BD_SIDE_RIGHT, "ann", "2026-03-31T10:30:00Z");
            put_event(s, roster, "both", BD_SIDE_RIGHT, "bob", "2026-02-10T10:30:00Z");
        }
        judge_scene(s);
        /* bob stands on the roster alone, and that is sure */
        CHECK_EQ_STR(outcomes(s, "6.3.1a"), has_roster ? "?D?" : "???");
        if (has_roster) {
            CHECK_EQ_STR(instance_of(s, "6.3.1a", "2026-03")->reason, "left is '31.03.2026'");
        }
    }
}

/* ---- extracts tile every day ---- */

TEST(assess, extracts_that_touch_or_overlap_tile_a_month) {
    static const struct {
        const char *spans[3][2];
        const char *expected;
    } rows[] = {
        {{{"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"}}, "0"},
        {{{"2026-01-01T00:00:00Z", "2026-01-15T12:00:00Z"},
          {"2026-01-15T12:00:00Z", "2026-02-01T00:00:00Z"}},
         "0"},
        {{{"2026-01-10T00:00:00Z", "2026-02-09T00:00:00Z"},
          {"2025-12-10T00:00:00Z", "2026-01-20T00:00:00Z"}},
         "0"},
        {{{"2026-01-01T00:00:00Z", "2026-01-15T12:00:00Z"},
          {"2026-01-15T12:00:00.0000001Z", "2026-02-01T00:00:00Z"}},
         "?"},
        {{{"2026-01-01T00:00:01Z", "2026-02-01T00:00:00Z"}}, "?"},
        {{{"2026-01-01T00:00:00Z", "2026-01-31T23:59:59Z"}}, "?"},
        {{{"2026-01-01T00:00:00Z", "2026-01-20T00:00:00Z"},
          {"2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z"},
          {"2026-01-20T00:00:00Z", "2026-02-02T00:00:00Z"}},
         "0"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(LEAVERS, "2026-01-01", "2026-01-31", "UTC");
        put_log(s, "P", "", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        for (size_t j = 0; j < 3 && rows[i].spans[j][0] != NULL; j++) {
            put_log(s, "L", "", rows[i].spans[j][0], rows[i].spans[j][1]);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "6.3.1b"), rows[i].expected);
    }
}

TEST(assess, every_group_and_every_subscription_must_be_tiled) {
    const char *catalog = SECURITY_OF(
        A_CONTROL("1.1", "per-event"), A_REQUIREMENT("1.1", "b", "per-event", 60, 0, "'L'"),
        A_LOG("L", "subscription"),
        A_CHECK("writes", "1.1", "b", "each", "'source':'L'," PASS_IF_OK)); /* no tile named */
    scene *s = scene_of(catalog, "2026-01-01", "2026-01-31", "UTC");
    expect_subscription(s, SUB_B, "test");
    put_log(s, "L", SUB_A, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1b"), "?");
    CHECK_EQ_STR(instance_of(s, "1.1b", "2026-01")->reason,
                 "no usable extract of L describes 2026-01-01 in subscription " SUB_B);
    uint32_t other = put_log(s, "L", SUB_B, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1b"), "0");
    spoil(s, other, NOT_SHOWN); /* what may not pass tiles nothing */
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1b"), "?");
}

TEST(assess, a_result_that_only_its_evidence_leaves_open_says_what_is_wrong_with_that) {
    const char *catalog = SECURITY_OF(
        A_CONTROL("1.1", "per-event"), A_REQUIREMENT("1.1", "b", "per-event", 60, 0, "'L'"),
        A_LOG("L", "subscription"),
        A_CHECK("writes", "1.1", "b", "each", "'source':'L'," PASS_IF_OK));
    scene *s = scene_of(catalog, "2026-01-01", "2026-01-31", "UTC");
    uint32_t log = put_log(s, "L", SUB_A, "2026-01-02T00:00:00Z", "2026-02-01T00:00:00Z");
    put_event(s, log, "writes", BD_SIDE_LEFT, "a", "2026-01-10T06:00:00Z");
    judge_scene(s);
    CHECK_EQ_INT(s->out->checks.count, 1);
    const bd_check_result *one = &s->out->checks.data[0];
    CHECK_EQ_INT(one->verdict, BD_CANNOT_TELL);
    CHECK_EQ_INT(one->passed, 1); /* the record itself is in order */
    CHECK_EQ_STR(one->reason, "no usable extract of L describes 2026-01-01 in subscription " SUB_A);
}

TEST(assess, a_deviation_on_incomplete_evidence_says_what_is_not_there) {
    scene *s = scene_of(
        SECURITY_OF(A_CONTROL("1.1", "continuous"),
                    A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S1','doc'"),
                    A_SOURCE("S1", "subscription", "") "," A_SOURCE("doc", "tenant", ""),
                    A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK) "," A_CHECK(
                        "paper", "1.1", "a", "recur", "'source':'doc','document_types':['x']")),
        "2026-01-01", "2026-01-31", "UTC");
    put_record(s, put_snapshot(s, "S1", SUB_A, "2026-01-10T06:00:00Z"), "each", "a", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "d");
    CHECK_EQ_STR(instance_of(s, "1.1a", "2026-01")->reason,
                 "a deviation was observed, on incomplete evidence: evidence for a part of the requirement is "
                 "not on file");
}

TEST(assess, an_extract_that_ends_where_a_month_begins_is_no_evidence_of_it) {
    scene *s = scene_of(
        SECURITY_OF(A_CONTROL("1.1", "per-event"),
                    A_REQUIREMENT("1.1", "b", "per-event", 60, 0, "'L'"), A_LOG("L", "tenant"),
                    A_CHECK("writes", "1.1", "b", "each", "'source':'L'," PASS_IF_OK)),
        "2026-01-01", "2026-02-28", "UTC");
    put_log(s, "L", "", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1b"), "0M");
}

/* bindery-1, 6.3: the log keeps 30 days and is pulled on the 5th */
TEST(assess, worked_3_leavers_with_a_log_that_keeps_thirty_days) {
    scene *s = scene_of(LEAVERS, "2026-01-01", "2026-06-30", "UTC");
    uint32_t people = put_log(s, "P", "", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z");
    uint32_t pulls[7];
    for (int month = 1; month <= 7; month++) {
        const char *at = bd_str_format(test_arena(), "2026-%02d-05T09:00:00Z", month).data;
        const char *kept = bd_instant_format(test_arena(), at_of(at) - 30 * 24 * BD_HOUR).data;
        pulls[month - 1] = put_log(s, "L", "", kept, at);
    }
    put_event(s, people, "shut", BD_SIDE_LEFT, "ann", "2026-01-02T17:00:00Z");
    put_event(s, pulls[0], "shut", BD_SIDE_RIGHT, "ann", "2026-01-02T20:00:00Z"); /* 3 h */
    put_event(s, people, "shut", BD_SIDE_LEFT, "bob", "2026-03-01T17:00:00Z");
    put_event(s, pulls[2], "shut", BD_SIDE_RIGHT, "bob", "2026-03-03T00:00:00Z"); /* 31 h */
    put_event(s, people, "shut", BD_SIDE_LEFT, "cem", "2026-06-01T17:00:00Z");
    put_event(s, pulls[5], "shut", BD_SIDE_RIGHT, "cem", "2026-06-01T22:00:00Z"); /* 5 h */
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "6.3.1b"), "?0d0?C"); /* days lost in January, March and May */
    CHECK_EQ_STR(state_of(s, "6.3.1"), "[~] !");
    CHECK_EQ_INT(s->out->exceptions.count, 1);
    sign_response(s, 0);
    judge_scene(s);
    CHECK_EQ_STR(state_of(s, "6.3.1"), "[~] !");
    put_log(s, "W", "", "2026-01-05T09:00:00Z",
            "2026-06-06T00:00:00Z"); /* filled from Log Analytics */
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "6.3.1b"), "C0D00C");
    CHECK_EQ_STR(state_of(s, "6.3.1"), "[x] !");
    s->acts.count = 0;
    judge_scene(s);
    CHECK_EQ_STR(state_of(s, "6.3.1"), "[~] !");
}

TEST(assess, type_i_without_a_usable_extract_shows_no_absence_of_events) {
    scene *s = scene_of(LEAVERS, "2026-03-31", "", "UTC");
    put_log(s, "P", "", "2026-01-01T00:00:00Z", "2026-03-30T00:00:00Z");
    spoil(s, put_log(s, "L", "", "2026-02-01T00:00:00Z", "2026-03-30T00:00:00Z"), NOT_SHOWN);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "6.3.1b"), "?");
}

TEST(assess, type_i_walks_the_latest_event_through) {
    static const struct {
        const char *events[2]; /* when two people left; the second is shut, the first not */
        bool is_usable;
        const char *expected;
    } rows[] = {
        {{"2026-02-10T00:00:00Z", "2026-03-10T00:00:00Z"}, true, "C"},
        {{"2026-03-20T00:00:00Z", "2026-03-10T00:00:00Z"}, true, "D"},
        {{"2026-02-10T00:00:00Z", "2026-03-10T00:00:00Z"}, false, "?"},
        {{"2024-02-10T00:00:00Z", "2024-03-10T00:00:00Z"}, true, "0"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(LEAVERS, "2026-03-31", "", "UTC");
        uint32_t people = put_log(s, "P", "", "2026-01-01T00:00:00Z", "2026-03-30T00:00:00Z");
        uint32_t log = put_log(s, "L", "", "2026-02-01T00:00:00Z", "2026-03-30T00:00:00Z");
        put_event(s, people, "shut", BD_SIDE_LEFT, "ann", rows[i].events[0]);
        put_event(s, people, "shut", BD_SIDE_LEFT, "bob", rows[i].events[1]);
        put_event(s, log, "shut", BD_SIDE_RIGHT, "bob", rows[i].events[1]);
        if (!rows[i].is_usable) {
            spoil(s, log, NOT_SHOWN);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "6.3.1b"), rows[i].expected);
    }
}

/* ---- one thing under several keys ---- */

static void put_known(leaving it, bd_side side, const char *join, const char *alias,
                      const char *at) {
    bd_row row = row_of(it.s, it.log, "shut", at, join[0] != '\0' ? BD_PASS : BD_CANNOT_TELL);
    row.side = side;
    row.join = bd_str_of(join);
    row.lacks_key = join[0] == '\0';
    row.alias = bd_str_of(alias);
    row.time = at_of(at);
    put_row(it.s, it.log, row);
}

TEST(assess, an_event_joins_by_another_key_of_the_same_thing) {
    static const struct {
        const char *join, *alias, *expected;
    } rows[] = {
        {"ann", "7", "0D0"}, {"", "7", "0D0"}, {"ann.new", "7", "0D0"},
        {"", "8", "0C0"},    {"", "", "0C0"},  {"bob", "8", "0C0"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        leaving it = leavers_of(UNDOES);
        put_event(it.s, it.people, "shut", BD_SIDE_LEFT, "ann", "2026-02-02T17:00:00Z");
        put_known(it, BD_SIDE_RIGHT, "ann", "7", "2026-02-02T18:00:00Z");
        put_known(it, BD_SIDE_UNDO, rows[i].join, rows[i].alias, "2026-02-02T19:00:00Z");
        judge_scene(it.s);
        test_failure("'%s' with alias '%s'", rows[i].join, rows[i].alias);
        CHECK_EQ_STR(outcomes(it.s, "6.3.1b"), rows[i].expected);
    }
}
