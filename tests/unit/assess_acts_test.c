/* What people signed of exceptions: which signatures close one, which explain it, which count for nothing. */
#include "make_assess.h"

/* One record that fails in January and is clean in February. */
static scene *mended_scene(void) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "UTC");
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    put_seen(s, "2026-02-10T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    return s;
}

static const bd_exception *judged_again(scene *s) {
    judge_scene(s);
    return &s->out->exceptions.data[0];
}

TEST(assess, a_response_alone_closes_nothing) {
    scene *s = mended_scene();
    sign_act(s, BD_ACT_RESPONSE, 0, "Olga Lind");
    const bd_exception *found = judged_again(s);
    CHECK(found->is_open && found->response != NULL && found->closing == NULL);
}

TEST(assess, a_reviewer_closes_only_what_another_person_answered) {
    static const struct {
        const char *owner, *reviewer;
        bool is_open;
    } rows[] = {{"Olga Lind", "Ada Berg", false},
                {"Olga Lind", "olga lind", true},
                {"Olga Lind", "Lind, Olga", true},
                {NULL, "Ada Berg", true}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = mended_scene();
        if (rows[i].owner != NULL) {
            sign_act(s, BD_ACT_RESPONSE, 0, rows[i].owner);
        }
        sign_act(s, BD_ACT_CLOSED, 0, rows[i].reviewer);
        CHECK_EQ_INT(judged_again(s)->is_open, rows[i].is_open);
    }
}

TEST(assess, a_later_response_asks_for_a_new_signature_of_the_reviewer) {
    scene *s = mended_scene();
    sign_response(s, 0);
    sign_act(s, BD_ACT_RESPONSE, 0, "Olga Lind");
    CHECK(judged_again(s)->is_open);
    sign_act(s, BD_ACT_CLOSED, 0, "Ada Berg");
    CHECK(!judged_again(s)->is_open);
}

TEST(assess, a_person_whom_nobody_knows_signs_nothing) {
    for (int kind = BD_ACT_RESPONSE; kind <= BD_ACT_WAIVER; kind++) {
        scene *s = mended_scene();
        sign_act(s, (bd_act_kind)kind, 0, "Olga Lind")->is_known = false;
        const bd_exception *found = judged_again(s);
        CHECK(found->response == NULL && found->closing == NULL && found->waiver == NULL);
    }
}

TEST(assess, a_waiver_changes_neither_state_nor_score) {
    scene *s = mended_scene();
    const char *state = state_of(s, "1.1").data;
    int ready = s->out->ready.n;
    sign_act(s, BD_ACT_WAIVER, 0, "Ada Berg")->until = bd_day_of_date(2099, 12, 31);
    const bd_exception *found = judged_again(s);
    CHECK(found->is_open && found->is_waived);
    CHECK_EQ_STR(state_of(s, "1.1"), state);
    CHECK_EQ_INT(s->out->ready.n, ready);
}

TEST(assess, an_expired_waiver_counts_as_absent_and_is_still_told) {
    static const struct {
        int year, month, day;
        bool is_waived;
    } rows[] = {{2026, 2, 27, false}, {2026, 2, 28, true}, {2026, 3, 1, true}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = mended_scene();
        sign_act(s, BD_ACT_WAIVER, 0, "Ada Berg")->until =
            bd_day_of_date(rows[i].year, rows[i].month, rows[i].day);
        const bd_exception *found = judged_again(s);
        CHECK(found->waiver != NULL);
        CHECK_EQ_INT(found->is_waived, rows[i].is_waived);
    }
}

/* Earlier evidence moves the first failing day, and with it the id; the signature stays with its stretch. */
TEST(assess, a_signature_stays_with_the_stretch_that_holds_its_day) {
    scene *s = mended_scene();
    sign_response(s, 0);
    put_seen(s, "2026-01-05T06:00:00Z", "a", BD_FAIL);
    const bd_exception *found = judged_again(s);
    CHECK_EQ_STR(bd_day_format(test_arena(), found->first_seen_failing), "2026-01-05");
    CHECK(!found->is_open);
}

TEST(assess, a_signature_for_one_stretch_says_nothing_of_another) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-04-30", "UTC");
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    put_seen(s, "2026-02-10T06:00:00Z", "a", BD_PASS);
    put_seen(s, "2026-03-10T06:00:00Z", "a", BD_FAIL);
    put_seen(s, "2026-04-10T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_INT(s->out->exceptions.count, 2);
    sign_response(s, 0);
    judge_scene(s);
    CHECK(!s->out->exceptions.data[0].is_open);
    CHECK(s->out->exceptions.data[1].is_open && s->out->exceptions.data[1].response == NULL);
    CHECK_EQ_INT(s->out->open_exceptions, 1);
    CHECK_EQ_INT(bd_assessment_exception(s->out, 1)->first_seen_failing, bd_day_of_date(2026, 3, 10));
    for (size_t i = 0; i < s->out->control_count; i++) {
        const bd_control_result *control = &s->out->controls[i];
        CHECK_EQ_INT(control->exceptions.count, control->has_exception ? 2 : 0);
        CHECK_EQ_INT(control->open_exceptions, control->has_exception ? 1 : 0);
    }
}

TEST(assess, a_signature_for_another_property_key_or_check_binds_to_nothing) {
    for (int i = 0; i < 4; i++) {
        scene *s = mended_scene();
        sign_response(s, 0);
        for (size_t k = 0; k < s->acts.count; k++) {
            bd_act *act = &s->acts.data[k];
            bd_str *const texts[] = {&act->check, &act->type, &act->key, &act->property};
            *texts[i] = BD_STR("other");
        }
        CHECK(judged_again(s)->is_open);
    }
}
