/* Changes of business, technology or vendors, and the risk row that each led to.
 *
 * A register of risks shows the last review of a row alone.  What it showed on other days stands in
 * its other exports, so that all of them are seen: a review that came too late does not show that
 * there was none in time. */
#include "bindery/change.h"

#include "change_priv.h"

#define CHANGE_MOMENT                                                                              \
    (10 * BD_HOUR + 1800 * BD_SECOND) /* as in days.c: of that day nearly everywhere */
#define DAY (24 * BD_HOUR)

void collect_change_notes(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                          void *context) {
    static const char *const of_change[] = {"change_id", "class", "started_at", "reference"};
    static const char *const of_risk[] = {"risk_id", "reviewed_at"};
    bool is_change = bd_join_record_is_of(record, "csv:changes");
    const char *const *kept = is_change ? of_change : of_risk;
    size_t count = is_change ? BD_COUNT(of_change) : BD_COUNT(of_risk);
    bd_builder build = {.arena = arena};
    for (size_t i = 0; i < count; i++) {
        bd_str text = bd_member_text(record->value, kept[i]);
        bool is_id = !is_change && i == 0; /* compared with every change: folded once */
        bd_put_text(&build, kept[i], is_id ? bd_derive_fold_text(arena, text) : text);
    }
    bd_str id = bd_member_text(record->value, kept[0]);
    bd_str group = !is_change ? BD_STR("") : id.size > 0 ? id : BD_STR("(unknown)");
    keep(context, group, bd_build_object(&build));
}

static bool day_of_text(bd_str text, const bd_zone *zone, bd_day *day) {
    bd_instant at;
    int32_t seconds;
    if (bd_day_parse(text, day)) {
        return true;
    }
    if (bd_instant_parse(text, &at)) {
        *day = bd_zone_day(zone, at);
        return true;
    }
    return bd_local_parse(text, day, &seconds);
}

static bool note_days(const bd_join *join, int64_t *days) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, "slas") : NULL;
    const bd_value *value = fact != NULL ? bd_value_find(fact, "value") : NULL;
    return value != NULL && value->kind == BD_OBJECT &&
           bd_value_i64(value, "risk_note_days", days) && *days >= 0 && *days <= 366;
}

/* One change, and the days in which its risk has to be reviewed. */
typedef struct {
    const bd_join *join;
    bd_day first, last;
    bd_str reference;
    bool is_noted, is_perhaps,
        is_hidden;       /* hidden: the review that an export shows came after the days */
    bool was_read_after; /* a whole export of after the days */
} question;

/* The change may name several rows: "R-1; R-7".  Both folded. */
static bool names_risk(bd_str reference, bd_str risk) {
    for (size_t from = 0, i = 0; i <= reference.size; i++) {
        bool is_end = i == reference.size || reference.data[i] == ';' || reference.data[i] == ',' ||
                      reference.data[i] == ' ';
        if (is_end) {
            if (risk.size > 0 && bd_str_eq(bd_str_sub(reference, from, i), risk)) {
                return true;
            }
            from = i + 1;
        }
    }
    return false;
}

static const bd_join_input *register_of(const bd_join *join, const bd_part *part) {
    for (size_t i = 0; i < join->input_count; i++) {
        if (bd_str_eq(join->inputs[i].source, part->source) && join->inputs[i].from == part->at) {
            return &join->inputs[i];
        }
    }
    return NULL;
}

static void look_at_risk(question *of, const bd_part *part) {
    const bd_join_input *list = register_of(of->join, part);
    bd_str text = bd_value_text(part->kept, "reviewed_at");
    bd_day day;
    if (!day_of_text(text, of->join->zone, &day)) {
        of->is_perhaps = of->is_perhaps || text.size > 0;
        return;
    }
    if (day < of->first || day > of->last) {
        of->is_hidden = of->is_hidden || day > of->last;
        return;
    }
    bool is_usable = list != NULL && list->is_whole;
    of->is_noted = of->is_noted || is_usable;
    of->is_perhaps = of->is_perhaps || !is_usable;
}

static bd_answer answer_question(question *of) {
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        if (names_risk(of->reference, bd_value_text(part->kept, "risk_id"))) {
            look_at_risk(of, part);
        }
    }
    for (size_t i = 0; i < of->join->input_count; i++) {
        const bd_join_input *input = &of->join->inputs[i];
        bool is_after = bd_zone_day(of->join->zone, input->from) > of->last ||
                        bd_zone_day(of->join->zone, input->to) > of->last;
        of->was_read_after =
            of->was_read_after ||
            (bd_str_eqz(input->source, "csv:risk-register") && input->is_whole && is_after);
    }
    if (of->is_noted) {
        return BD_YES;
    }
    return of->is_perhaps || of->is_hidden || !of->was_read_after ? BD_UNKNOWN : BD_NO;
}

static const char *problem_of(const question *of, bool has_class, bool has_days) {
    return !has_class  ? "class is empty, expected business, technology, vendor or another word"
           : !has_days ? "bindery.json gives no risk_note_days in the fact slas"
           : of->is_perhaps ? "the review stands on a register that may not pass, or has no day"
           : of->is_hidden  ? "the register shows only the last review, which came later"
                            : "no usable register of after the days in question was read";
}

static void emit_change(const bd_join *join, const bd_value *change, bd_arena *arena,
                        bd_derived_fn *emit, void *context) {
    bd_str id = bd_value_text(change, "change_id"), started = bd_value_text(change, "started_at");
    int64_t days = 0;
    bd_day day = 0;
    bool has_class = bd_value_text(change, "class").size > 0;
    bool has_days = note_days(join, &days), has_day = day_of_text(started, join->zone, &day);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "change_id", id);
    bd_put_text(&build, "class", bd_value_text(change, "class"));
    bd_put_text(&build, "reference", bd_value_text(change, "reference"));
    bd_put_text(&build, "started_at", started);
    if (!has_day) {
        bd_put_text(&build, "time_problem", BD_STR("the change does not show the day it started"));
        bd_put_text(&build, "problem", BD_STR("the change does not show the day it started"));
    } else {
        question of = {.join = join,
                       .first = day - (bd_day)days,
                       .last = day + (bd_day)days,
                       .reference = bd_derive_fold_text(arena, bd_value_text(change, "reference"))};
        bd_answer noted = answer_question(&of);
        bd_put_answer(&build, "noted", has_days ? noted : BD_UNKNOWN);
        bd_put_text(&build, "problem", bd_str_of(problem_of(&of, has_class, has_days)));
    }
    bd_instant time = has_day ? (bd_instant)day * DAY + CHANGE_MOMENT : BD_INSTANT_NONE;
    bd_put_text(&build, "time", has_day ? bd_instant_format(arena, time) : BD_STR(""));
    emit(context, BD_STR("change"), id, id, time, bd_build_object(&build));
}

void reduce_change_notes(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    for (size_t i = 0; group.size > 0 && i < count; i++) {
        if (bd_part_is_of(&parts[i], "csv:changes") && parts[i].at == join->at) {
            emit_change(join, parts[i].kept, arena, emit, context);
        }
    }
}
