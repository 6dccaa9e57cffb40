/* The lists of the package. */
#include "bindery/export.h"

#include "export_priv.h"

#include <string.h>

/* ---- index.csv: one row per evidence item and criterion ---- */

/* An item stands under a criterion because of a control. */
typedef struct {
    uint32_t item, control;
} place;

typedef struct {
    size_t *from; /* of criterion i: places[from[i]] up to places[from[i + 1]] */
    place *places;
    bool *is_placed; /* per item */
} placing;

typedef struct {
    const bd_writing *run;
    bd_map *criteria; /* id -> bd_criterion_result */
    placing *out;
} placement;

static void place_item(placement *at, size_t item, bool is_counting) {
    const bd_writing *run = at->run;
    size_t count;
    const bd_tie *links = bd_ties_of_evidence(run->ties, item, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t control = links[i].control;
        if (i > 0 && links[i - 1].control == control) {
            continue; /* each control once: links stand in control order */
        }
        const bd_strs *criteria = &run->in->assessment->controls[control].control->criteria;
        for (size_t j = 0; j < criteria->count; j++) {
            const bd_criterion_result *criterion = bd_map_find(at->criteria, criteria->data[j]);
            if (criterion == NULL || !criterion->is_in_scope) {
                continue;
            }
            size_t *next = &at->out->from[(size_t)(criterion - run->in->assessment->criteria) + 1];
            if (!is_counting) {
                at->out->places[*next] = (place){(uint32_t)item, control};
            }
            (*next)++;
            at->out->is_placed[item] = true;
        }
    }
}

static void place_all(placement *at, bool is_counting) {
    for (size_t i = 0; i < at->run->in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        place_item(at, bd_ties_evidence_at(at->run->ties, i), is_counting);
    }
}

static placing place_evidence(bd_writing *run) {
    size_t criteria = run->in->assessment->criterion_count;
    placing out = {.from = bd_new(run->arena, size_t, criteria + 2),
                   .is_placed = bd_new(run->arena, bool, run->in->evidence->count + 1)};
    placement at = {run, bd_map_make(run->arena), &out};
    for (size_t i = 0; i < criteria; i++) {
        bd_map_put(at.criteria, run->in->assessment->criteria[i].criterion->id,
                   &run->in->assessment->criteria[i]);
    }
    place_all(&at, /*is_counting*/ true);
    size_t total = 0;
    for (size_t i = 0; i <= criteria; i++) {
        size_t own = out.from[i + 1];
        out.from[i + 1] = total;
        total += own;
    }
    out.places = bd_new(run->arena, place, total + 1);
    place_all(&at, /*is_counting*/ false);
    return out;
}

/* What a sidecar or register is of stands with the item it describes. */
static void put_facts_cells(bd_list *to, const bd_evidence *item) {
    bd_arena *line = to->run->line;
    bd_list_put(to, bd_writing_instant(line, item->describes_from));
    bd_list_put(to, bd_writing_instant(line, item->describes_to));
    bd_list_put(to, bd_writing_instant(line, item->collected_at));
    if (bd_ties_has_rows(item)) {
        bd_list_put_int(to, bd_ties_rows_kept(item));
    } else {
        bd_list_put_empty(to);
    }
    bd_list_put_word(to, bd_completeness_name(item->completeness));
    bd_list_put_bool(to, item->is_signed_off);
}

static void put_evidence_cells(bd_list *to, const bd_evidence *item) {
    bd_list_put(to, bd_evidence_id(to->run->line, item->given.number));
    bd_list_put(to, item->title);
    bd_list_put_word(to, bd_ties_kind(item));
    bd_list_put(to, item->source);
    bd_list_put_word(to, bd_origin_name(item->origin));
    if (bd_ties_is_aside(item)) {
        for (int i = 0; i < 6; i++) {
            bd_list_put_empty(to);
        }
    } else {
        put_facts_cells(to, item);
    }
    bd_list_put_bool(to, item->given.is_withdrawn);
}

static void put_file_cells(bd_list *to, size_t item) {
    bd_list_put(to, bd_hex_text(to->run->line, to->run->in->evidence->data[item].given.sha256, 32));
    bd_list_put(to, bd_writing_package_path(to->run, item));
}

#define EVIDENCE_HEADS                                                                             \
    "evidence", "title", "kind", "source", "origin", "describes_from", "describes_to",             \
        "collected_at", "rows", "complete", "signed_off", "withdrawn"

/* Places of one criterion that name the same item are neighbours: one row. */
static void put_places(bd_list *to, const placing *placed, size_t criterion) {
    const bd_writing *run = to->run;
    for (size_t i = placed->from[criterion]; i < placed->from[criterion + 1];) {
        size_t item = placed->places[i].item;
        bd_strs controls = {0};
        for (; i < placed->from[criterion + 1] && placed->places[i].item == item; i++) {
            *bd_push(run->line, &controls) =
                run->in->assessment->controls[placed->places[i].control].control->number;
        }
        bd_list_put(to, run->in->assessment->criteria[criterion].criterion->id);
        put_evidence_cells(to, &run->in->evidence->data[item]);
        bd_list_put(to, bd_writing_joined(run->line, &controls, " "));
        put_file_cells(to, item);
        bd_list_end_row(to);
    }
}

bd_rc bd_export_index_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"criterion", EVIDENCE_HEADS, "controls", "sha256", "path"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    placing placed = place_evidence(&run);
    for (size_t i = 0; i < inputs->assessment->criterion_count; i++) {
        put_places(&to, &placed, i);
    }
    for (size_t i = 0; i < inputs->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        size_t item = bd_ties_evidence_at(run.ties, i);
        if (!placed.is_placed[item]) {
            bd_list_put_empty(&to);
            put_evidence_cells(&to, &inputs->evidence->data[item]);
            bd_list_put_empty(&to);
            put_file_cells(&to, item);
            bd_list_end_row(&to);
        }
    }
    return bd_writing_close(&run, err);
}

/* ---- _INDEX.csv of one criterion: one row per control and evidence item ---- */

/* Other criteria in scope that the item speaks to. */
static bd_str also_supports(bd_writing *run, size_t item, bd_str criterion) {
    bd_strs others = {0};
    size_t count;
    const bd_tie *links = bd_ties_of_evidence(run->ties, item, &count);
    for (size_t i = 0; i < count; i++) {
        const bd_control_result *control = &run->in->assessment->controls[links[i].control];
        for (size_t j = 0; j < control->control->criteria.count; j++) {
            const bd_criterion_result *other =
                bd_ties_find_criterion(run->ties, control->control->criteria.data[j]);
            if (other != NULL && other->is_in_scope &&
                !bd_str_eq(other->criterion->id, criterion)) {
                bd_writing_add_once(run->line, &others, other->criterion->id);
            }
        }
    }
    return bd_writing_joined(run->line, &others, " ");
}

static void put_control_rows(bd_list *to, bd_str criterion, const bd_control_result *control) {
    bd_writing *run = to->run;
    bd_mentions list = bd_mentions_make(run->arena, control);
    for (size_t i = 0; i < list.count;) {
        uint32_t number = list.data[i].number;
        bd_strs requirements = {0};
        bd_strs instances = {0};
        for (; i < list.count && list.data[i].number == number; i++) {
            bd_writing_add_once(run->line, &requirements, list.data[i].requirement);
            bd_writing_add_once(run->line, &instances, list.data[i].instance);
        }
        size_t item = 0;
        if (!bd_ties_find_evidence(run->ties, number, &item)) {
            continue;
        }
        bd_list_put(to, criterion);
        bd_list_put(to, control->control->number);
        bd_list_put_word(to, bd_state_name(control->state));
        bd_list_put(to, bd_writing_joined(run->line, &requirements, " "));
        bd_list_put(to, bd_writing_joined(run->line, &instances, " "));
        put_evidence_cells(to, &run->in->evidence->data[item]);
        bd_list_put(to, also_supports(run, item, criterion));
        put_file_cells(to, item);
        bd_list_end_row(to);
    }
}

bd_rc bd_export_criterion_csv(const bd_writing_inputs *inputs, bd_str criterion, bd_sink *sink,
                              bd_err *err) {
    static const char *const heads[] = {"criterion",     "control",   "control_state",
                                        "requirements",  "instances", EVIDENCE_HEADS,
                                        "also_supports", "sha256",    "path"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    const bd_criterion_result *result = bd_ties_find_criterion(run.ties, criterion);
    for (size_t i = 0; result != NULL && i < result->controls.count; i++) {
        put_control_rows(&to, criterion, &inputs->assessment->controls[result->controls.data[i]]);
    }
    return bd_writing_close(&run, err);
}

/* ---- exceptions.csv ---- */

/* What people signed of it; ten columns. */
static void put_acts(bd_list *to, const bd_exception *exception) {
    static const bd_act nobody = {.until = BD_DAY_NONE};
    const bd_act *response = exception->response != NULL ? exception->response : &nobody;
    const bd_act *closing = exception->closing != NULL ? exception->closing : &nobody;
    const bd_act *waiver = exception->waiver != NULL ? exception->waiver : &nobody;
    bd_list_put(to, response->cause);
    bd_list_put(to, response->effect);
    bd_list_put(to, response->text);
    bd_list_put(to, response->name);
    bd_list_put(to, bd_writing_day(to->run->line, response->until));
    bd_list_put(to, closing->name);
    bd_list_put(to, closing->text);
    bd_list_put(to, bd_writing_day(to->run->line, waiver->until));
    bd_list_put(to, waiver->name);
    bd_list_put(to, waiver->text);
}

bd_rc bd_export_exceptions_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"exception",
                                        "state",
                                        "severity",
                                        "controls",
                                        "check",
                                        "type",
                                        "key",
                                        "resource",
                                        "subscription",
                                        "property",
                                        "last_seen_clean",
                                        "first_seen_failing",
                                        "last_seen_failing",
                                        "first_seen_clean",
                                        "exact_from",
                                        "exact_to",
                                        "failing_days",
                                        "observed_days",
                                        "evidence",
                                        "reason",
                                        "repeats",
                                        "cause",
                                        "effect",
                                        "response",
                                        "response_by",
                                        "response_due",
                                        "closed_by",
                                        "closed_checked",
                                        "waived_until",
                                        "waived_by",
                                        "waiver_reason"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->exceptions.count; i++) {
        const bd_exception *exception = bd_assessment_exception(inputs->assessment, i);
        bd_list_put(&to, exception->id);
        bd_list_put_word(&to, exception->is_open ? "open" : "closed");
        bd_list_put(&to, exception->check->severity);
        bd_list_put(&to, bd_writing_joined(run.line, &exception->controls, " "));
        bd_list_put(&to, exception->check->id);
        bd_list_put(&to, exception->type);
        bd_list_put(&to, exception->key);
        bd_list_put(&to, exception->resource);
        bd_list_put(&to, exception->subscription);
        bd_list_put(&to, exception->property);
        bd_list_put(&to, bd_writing_day(run.line, exception->last_seen_clean));
        bd_list_put(&to, bd_writing_day(run.line, exception->first_seen_failing));
        bd_list_put(&to, bd_writing_day(run.line, exception->last_seen_failing));
        bd_list_put(&to, bd_writing_day(run.line, exception->first_seen_clean));
        bd_list_put(&to, bd_writing_instant(run.line, exception->exact_from));
        bd_list_put(&to, bd_writing_instant(run.line, exception->exact_to));
        bd_list_put_int(&to, exception->failing_days);
        bd_list_put_int(&to, exception->observed_days);
        bd_list_put(&to, exception->evidence != 0 ? bd_evidence_id(run.line, exception->evidence)
                                                : (bd_str){"", 0});
        bd_list_put(&to, exception->reason);
        bd_list_put(&to, exception->repeats);
        put_acts(&to, exception);
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}

/* ---- controls.csv ---- */

static void put_control(bd_list *to, const bd_control_result *result) {
    const bd_control *control = result->control;
    bd_arena *line = to->run->line;
    bd_list_put(to, control->number);
    bd_list_put_word(to, control->is_ours ? "ours" : "checklist");
    bd_list_put(to, control->owner);
    bd_list_put(to, control->statement);
    bd_list_put(to, result->your_ref);
    bd_list_put(to, result->your_statement);
    bd_list_put(to, bd_writing_joined(line, &control->criteria, " "));
    bd_list_put(to, control->primary);
    bd_list_put_word(to, bd_frequency_name(control->frequency));
    bd_list_put_bool(to, result->is_in_scope);
    bd_list_put_word(to, bd_state_name(result->state));
    bd_list_put_word(to, bd_state_words(result->state));
    bd_list_put_int(to, result->due);
    bd_list_put_int(to, result->accepted);
    bd_list_put_bool(to, result->is_fresh);
    bd_list_put(to, bd_writing_instant(line, result->newest));
    if (result->age_days >= 0) {
        bd_list_put_int(to, result->age_days);
    } else {
        bd_list_put_empty(to);
    }
    bd_list_put_int(to, (int64_t)result->exceptions.count);
    bd_list_put_int(to, (int64_t)result->open_exceptions);
    bd_list_put(to, result->reason);
    bd_list_end_row(to);
}

bd_rc bd_export_controls_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "control",        "origin",      "owner",      "statement",       "your_ref",
        "your_statement", "criteria",    "primary",    "frequency",       "in_scope",
        "state",          "state_words", "due",        "accepted",        "fresh",
        "newest",         "age_days",    "exceptions", "open_exceptions", "reason"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->control_count; i++) {
        if (bd_ties_is_listed(&inputs->assessment->controls[i])) {
            put_control(&to, &inputs->assessment->controls[i]);
        }
    }
    return bd_writing_close(&run, err);
}

/* ---- criteria.csv ---- */

static bd_str numbers_of(const bd_writing *run, const bd_criterion_result *result) {
    bd_strs numbers = {0};
    for (size_t i = 0; i < result->controls.count; i++) {
        const bd_control_result *control = &run->in->assessment->controls[result->controls.data[i]];
        if (bd_ties_is_listed(control)) {
            *bd_push(run->line, &numbers) = control->control->number;
        }
    }
    return bd_writing_joined(run->line, &numbers, " ");
}

bd_rc bd_export_criteria_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"criterion", "category", "series",          "title",
                                        "in_scope",  "state",    "automated",       "supporting",
                                        "document",  "of",       "open_exceptions", "controls"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->criterion_count; i++) {
        const bd_criterion_result *result = &inputs->assessment->criteria[i];
        bd_list_put(&to, result->criterion->id);
        bd_list_put(&to, result->criterion->category);
        bd_list_put(&to, result->criterion->series);
        bd_list_put(&to, result->criterion->title);
        bd_list_put_bool(&to, result->is_in_scope);
        bd_list_put_word(&to, bd_criterion_state_name(result->state));
        bd_list_put_int(&to, result->automated);
        bd_list_put_int(&to, result->supporting);
        bd_list_put_int(&to, result->document);
        bd_list_put_int(&to, result->of);
        bd_list_put_int(&to, result->open_exceptions);
        bd_list_put(&to, numbers_of(&run, result));
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}

/* ---- months.csv: the heat grid as data ---- */

bd_rc bd_export_months_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"criterion", "month", "due", "accepted", "worst"};
    const bd_strs *months = &inputs->assessment->months;
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->criterion_count; i++) {
        const bd_criterion_result *result = &inputs->assessment->criteria[i];
        for (size_t k = 0; result->is_in_scope && k <= months->count; k++) {
            int complete = 0, counted = 0;
            const bd_month_cell *one = /* until the row ends */
                &bd_month_cells_make(run.line, inputs->assessment, result, &complete, &counted)[k];
            bd_list_put(&to, result->criterion->id);
            bd_list_put(&to, k < months->count ? months->data[k] : BD_STR("longer"));
            bd_list_put_int(&to, one->due);
            bd_list_put_int(&to, one->accepted);
            bd_list_put_word(&to, one->due > 0       ? bd_outcome_name(one->worst)
                          : one->not_due > 0 ? bd_outcome_name(BD_OUTCOME_NOT_DUE)
                                             : "");
            bd_list_end_row(&to);
        }
    }
    return bd_writing_close(&run, err);
}
