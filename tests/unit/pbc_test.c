/* Requests: ids that stay, an auditor's rows matched with a reason, none of them dropped. */
#include "bindery/pbc.h"

#include "make_assess.h"

#define TWO_CONTROLS                                                                               \
    SECURITY_OF(                                                                                   \
        "{'number':'6.3.1','origin':'checklist','owner':'HR / Cloud Admin','statement':'Accounts " \
        "of leavers are disabled in time.','criteria':['CC1.1'],'frequency':'continuous'},"        \
        "{'number':'9.3','origin':'checklist','owner':'Cloud Admin','statement':'Critical stores " \
        "have a backup.','criteria':['CC1.1'],'frequency':'continuous'}",                          \
        A_REQUIREMENT("6.3.1", "a", "continuous", 35, 0, "'S1'") ","                               \
        A_REQUIREMENT("9.3", "a", "continuous", 35, 0, "'S1'"),                                    \
        A_SOURCE("S1", "subscription", ""),                                                        \
        A_CHECK("each", "6.3.1", "a", "each", "'source':'S1'," PASS_IF_OK) ","                     \
        A_CHECK("backed", "9.3", "a", "each", "'source':'S1'," PASS_IF_OK))

typedef struct {
    scene *s;
    bd_asked_rows rows;
    const bd_pbc *out;
} asking_scene;

static asking_scene asking_of(const char *catalog) {
    return (asking_scene){.s = scene_of(catalog, "2026-01-01", "2026-03-31", "UTC")};
}

static bd_asked_row *ask(asking_scene *a, const char *ref, const char *text) {
    bd_asked_row *row = bd_push(test_arena(), &a->rows);
    *row = (bd_asked_row){.evidence = 7,
                          .row = (uint32_t)a->rows.count,
                          .ref = bd_str_of(ref),
                          .text = bd_str_of(text)};
    return row;
}

static void answer(asking_scene *a) {
    judge_scene(a->s);
    bd_pbc_inputs inputs = {.assessment = a->s->out,
                            .catalog = a->s->catalog,
                            .engagement = &a->s->engagement,
                            .evidence = &a->s->evidence,
                            .rows = &a->rows};
    a->out = bd_pbc_make(&inputs, test_arena());
    CHECK_EQ_INT(a->out->asked_count, a->rows.count);
}

/* "R-6.3.1a-P: reason" of each match, in order. */
static const char *matches(const asking_scene *a, size_t index) {
    const bd_asked *asked = &a->out->asked[index];
    bd_str text = {"", 0};
    for (size_t i = 0; i < asked->matches.count; i++) {
        text = bd_str_format(test_arena(), "%.*s%s%.*s: %.*s", BD_ARG(text), i > 0 ? " | " : "",
                             BD_ARG(a->out->requests[asked->matches.data[i].request].id),
                             BD_ARG(asked->matches.data[i].reason));
    }
    return text.size > 0 ? text.data : "nothing";
}

static const bd_request *request_of(const asking_scene *a, const char *id) {
    for (size_t i = 0; i < a->out->request_count; i++) {
        if (bd_str_eqz(a->out->requests[i].id, id)) {
            return &a->out->requests[i];
        }
    }
    test_failure("no request %s", id);
    CHECK(false);
    return NULL;
}

TEST(pbc, a_request_is_of_a_requirement_and_a_period_and_keeps_its_id) {
    asking_scene a = asking_of(TWO_CONTROLS);
    answer(&a);
    CHECK_EQ_INT(a.out->request_count, 4);
    const bd_request *request = request_of(&a, "R-6.3.1a-P");
    CHECK(request->status == BD_REQUEST_OPEN);
    CHECK_EQ_STR(bd_day_format(test_arena(), request->due).data, "2026-03-31");
    put_seen(a.s, "2026-02-10T06:00:00Z", "one", BD_FAIL);
    answer(&a);
    request = request_of(&a, "R-6.3.1a-P");
    CHECK(request->status == BD_REQUEST_PARTLY);
    CHECK_EQ_INT(request->evidence.count, 1);
    CHECK(bd_str_find(request->note, BD_STR("1 of 3 due instances deviate")) >= 0);
}

TEST(pbc, fieldwork_is_the_day_where_it_is_known) {
    asking_scene a = asking_of(TWO_CONTROLS);
    a.s->period.fieldwork = day_of("2026-05-04");
    answer(&a);
    CHECK_EQ_INT(request_of(&a, "R-9.3a-P")->due, day_of("2026-05-04"));
}

TEST(pbc, a_control_that_is_named_decides) {
    asking_scene a = asking_of(TWO_CONTROLS);
    ask(&a, "1", "Backups of leavers")->control = BD_STR("6.3.1");
    ask(&a, "2", "see 6.3.1, please");
    ask(&a, "R-9.3a-P", "whatever");
    *bd_push(test_arena(), &a.s->engagement.controls) =
        (bd_control_note){BD_STR("9.3"), BD_STR("IAM 11"), BD_STR("")};
    ask(&a, "4", "x")->control = BD_STR("iam 11");
    answer(&a);
    CHECK_EQ_STR(matches(&a, 0), "R-6.3.1a-P: names control 6.3.1; shares 'leaver'");
    CHECK_EQ_STR(matches(&a, 1), "R-6.3.1a-P: names control 6.3.1");
    CHECK_EQ_STR(matches(&a, 2), "R-9.3a-P: names this request by its id");
    CHECK_EQ_STR(matches(&a, 3), "R-9.3a-P: names control 9.3");
    CHECK_EQ_INT(request_of(&a, "R-6.3.1a-P")->asked.count, 2);
}

TEST(pbc, a_criterion_alone_is_too_little_and_words_choose_under_it) {
    asking_scene a = asking_of(TWO_CONTROLS);
    ask(&a, "1", "evidence for the period")->criterion = BD_STR("CC1.1");
    ask(&a, "2", "terminated users")->criterion = BD_STR("CC1.1");
    ask(&a, "3", "terminated users")->criterion = BD_STR("CC9.9");
    answer(&a);
    CHECK_EQ_STR(matches(&a, 0), "nothing");
    CHECK_EQ_STR(matches(&a, 1), "R-6.3.1a-P: names criterion CC1.1; shares 'leaver'");
    CHECK_EQ_STR(matches(&a, 2), "nothing");
    CHECK_EQ_INT(a.out->unmatched, 2);
}

TEST(pbc, words_alone_need_two_and_say_which) {
    asking_scene a = asking_of(TWO_CONTROLS);
    ask(&a, "1", "Disabled accounts of people who were terminated");
    ask(&a, "2", "accounts");
    ask(&a, "3", "the quick brown fox");
    answer(&a);
    CHECK_EQ_STR(matches(&a, 0), "R-6.3.1a-P: shares 'account', 'disabled', 'leaver'");
    CHECK_EQ_STR(matches(&a, 1), "nothing");
    CHECK_EQ_STR(matches(&a, 2), "nothing");
    CHECK(bd_str_find(a.out->asked[2].remark, BD_STR("names no control and no criterion")) >= 0);
}

TEST(pbc, a_walkthrough_answers_only_who_asks_for_one) {
    asking_scene a = asking_of(TWO_CONTROLS);
    ask(&a, "1", "Walkthrough, please")->control = BD_STR("9.3");
    ask(&a, "2", "All of it")->control = BD_STR("9.3");
    answer(&a);
    CHECK_EQ_STR(matches(&a, 0), "R-W-9.3-P: names control 9.3");
    CHECK_EQ_STR(matches(&a, 1), "R-9.3a-P: names control 9.3");
}

TEST(pbc, what_a_row_has_wrong_is_said_and_the_row_stays) {
    asking_scene a = asking_of(TWO_CONTROLS);
    bd_asked_row *row = ask(&a, "1", "Backups");
    row->control = BD_STR("99.9; 9.3");
    row->due = BD_STR("next week");
    row->kind = BD_STR("haiku");
    ask(&a, "", "");
    ask(&a, "", "")->due = BD_STR("2026-04-01");
    answer(&a);
    CHECK_EQ_STR(matches(&a, 0), "R-9.3a-P: names control 9.3; shares 'backup'");
    CHECK_EQ_STR(a.out->asked[0].remark.data, "'99.9' is no control of ours; 'next week' is no date like 2026-12-31; "
                                              "the kind 'haiku' is none that is known");
    CHECK_EQ_STR(a.out->asked[1].remark.data, "the row asks for nothing in words");
    CHECK_EQ_INT(a.out->asked[2].due, day_of("2026-04-01"));
    CHECK_EQ_STR(a.out->asked[2].id.data,
                 bd_str_format(test_arena(), "%.*s-2", BD_ARG(a.out->asked[1].id)).data);
}

TEST(pbc, a_control_that_does_not_serve_the_criterion_beside_it_is_said) {
    asking_scene a = asking_of(CATALOG_OF(
        A_CRITERION("CC1.1", "Security") "," A_CRITERION("CC1.2", "Security"), A_CONTROL("1.1", "continuous"),
        A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S1'"), A_SOURCE("S1", "subscription", ""),
        A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK)));
    bd_asked_row *row = ask(&a, "1", "x");
    row->control = BD_STR("1.1");
    row->criterion = BD_STR("CC1.2");
    answer(&a);
    CHECK_EQ_STR(matches(&a, 0), "R-1.1a-P: names control 1.1");
    CHECK(bd_str_find(a.out->asked[0].remark, BD_STR("does not serve CC1.2; the control decided")) >= 0);
}

TEST(pbc, the_id_of_a_row_hangs_on_the_row_alone) {
    asking_scene a = asking_of(TWO_CONTROLS), b = asking_of(TWO_CONTROLS);
    ask(&a, "7", "Backups");
    ask(&b, "6", "Another");
    ask(&b, "7", "Backups")->row = 12;
    answer(&a);
    answer(&b);
    CHECK_EQ_STR(a.out->asked[0].id.data, b.out->asked[1].id.data);
}

TEST(pbc, requests_change_nothing_in_the_assessment) {
    asking_scene a = asking_of(TWO_CONTROLS);
    put_seen(a.s, "2026-02-10T06:00:00Z", "one", BD_PASS);
    const bd_ratio before = judge_scene(a.s)->cover;
    ask(&a, "1", "Everything")->control = BD_STR("6.3.1");
    answer(&a);
    CHECK_EQ_INT(a.s->out->cover.n, before.n);
    CHECK_EQ_INT(a.s->out->cover.of, before.of);
}

TEST(pbc, words_are_those_that_tell_requests_apart) {
    bd_strs words;
    bd_pbc_words(BD_STR("Please provide the POLICIES for terminated employees' MFA, and policy!"),
                 test_arena(), &words);
    bd_str text = {"", 0};
    for (size_t i = 0; i < words.count; i++) {
        text = bd_str_format(test_arena(), "%.*s %.*s", BD_ARG(text), BD_ARG(words.data[i]));
    }
    CHECK_EQ_STR(text.data, " leaver mfa policy staff");
}

TEST(pbc, a_text_of_one_letter_for_a_megabyte_is_no_word) {
    bd_strs words;
    char *text = bd_alloc(test_arena(), (1 << 20) + 1, 1);
    for (size_t i = 0; i < 1 << 20; i++) {
        text[i] = i % 3 == 0 ? ' ' : 'a';
    }
    bd_pbc_words((bd_str){text, 1 << 20}, test_arena(), &words);
    CHECK_EQ_INT(words.count, 0);
    for (size_t i = 0; i < 1 << 20; i++) {
        text[i] = 'a';
    }
    bd_pbc_words((bd_str){text, 1 << 20}, test_arena(), &words);
    CHECK_EQ_INT(words.count, 0);
}
