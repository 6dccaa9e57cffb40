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
    const export_run *run;
    bd_map *criteria; /* id -> bd_criterion_result */
    placing *out;
} placement;

static void place_item(placement *at, size_t item, bool is_counting) {
    const export_run *run = at->run;
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

static placing place_evidence(export_run *run) {
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
static void put_facts_cells(csv_table *to, const bd_evidence *item) {
    bd_arena *line = to->run->line;
    csv_text(to, export_instant(line, item->describes_from));
    csv_text(to, export_instant(line, item->describes_to));
    csv_text(to, export_instant(line, item->collected_at));
    if (bd_ties_has_rows(item)) {
        csv_int(to, bd_ties_rows_kept(item));
    } else {
        csv_empty(to);
    }
    csv_word(to, bd_completeness_name(item->completeness));
    csv_bool(to, item->is_signed_off);
}

static void put_evidence_cells(csv_table *to, const bd_evidence *item) {
    csv_text(to, bd_evidence_id(to->run->line, item->given.number));
    csv_text(to, item->title);
    csv_word(to, bd_ties_kind(item));
    csv_text(to, item->source);
    csv_word(to, bd_origin_name(item->origin));
    if (bd_ties_is_aside(item)) {
        for (int i = 0; i < 6; i++) {
            csv_empty(to);
        }
    } else {
        put_facts_cells(to, item);
    }
    csv_bool(to, item->given.is_withdrawn);
}

static void put_file_cells(csv_table *to, size_t item) {
    csv_text(to, bd_hex_text(to->run->line, to->run->in->evidence->data[item].given.sha256, 32));
    csv_text(to, export_package_path(to->run, item));
}

#define EVIDENCE_HEADS                                                                             \
    "evidence", "title", "kind", "source", "origin", "describes_from", "describes_to",             \
        "collected_at", "rows", "complete", "signed_off", "withdrawn"

/* Places of one criterion that name the same item are neighbours: one row. */
static void put_places(csv_table *to, const placing *placed, size_t criterion) {
    const export_run *run = to->run;
    for (size_t i = placed->from[criterion]; i < placed->from[criterion + 1];) {
        size_t item = placed->places[i].item;
        bd_strs controls = {0};
        for (; i < placed->from[criterion + 1] && placed->places[i].item == item; i++) {
            *bd_push(run->line, &controls) =
                run->in->assessment->controls[placed->places[i].control].control->number;
        }
        csv_text(to, run->in->assessment->criteria[criterion].criterion->id);
        put_evidence_cells(to, &run->in->evidence->data[item]);
        csv_text(to, export_joined(run->line, &controls, " "));
        put_file_cells(to, item);
        csv_end_row(to);
    }
}

bd_rc bd_export_index_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"criterion", EVIDENCE_HEADS, "controls", "sha256", "path"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    placing placed = place_evidence(&run);
    for (size_t i = 0; i < inputs->assessment->criterion_count; i++) {
        put_places(&to, &placed, i);
    }
    for (size_t i = 0; i < inputs->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        size_t item = bd_ties_evidence_at(run.ties, i);
        if (!placed.is_placed[item]) {
            csv_empty(&to);
            put_evidence_cells(&to, &inputs->evidence->data[item]);
            csv_empty(&to);
            put_file_cells(&to, item);
            csv_end_row(&to);
        }
    }
    return export_close(&run, err);
}

/* ---- _INDEX.csv of one criterion: one row per control and evidence item ---- */

/* Other criteria in scope that the item speaks to. */
static bd_str also_supports(export_run *run, size_t item, bd_str criterion) {
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
                export_add_once(run->line, &others, other->criterion->id);
            }
        }
    }
    return export_joined(run->line, &others, " ");
}

static void put_control_rows(csv_table *to, bd_str criterion, const bd_control_result *control) {
    export_run *run = to->run;
    bd_mentions list = bd_mentions_make(run->arena, control);
    for (size_t i = 0; i < list.count;) {
        uint32_t number = list.data[i].number;
        bd_strs requirements = {0};
        bd_strs instances = {0};
        for (; i < list.count && list.data[i].number == number; i++) {
            export_add_once(run->line, &requirements, list.data[i].requirement);
            export_add_once(run->line, &instances, list.data[i].instance);
        }
        size_t item = 0;
        if (!bd_ties_find_evidence(run->ties, number, &item)) {
            continue;
        }
        csv_text(to, criterion);
        csv_text(to, control->control->number);
        csv_word(to, bd_state_name(control->state));
        csv_text(to, export_joined(run->line, &requirements, " "));
        csv_text(to, export_joined(run->line, &instances, " "));
        put_evidence_cells(to, &run->in->evidence->data[item]);
        csv_text(to, also_supports(run, item, criterion));
        put_file_cells(to, item);
        csv_end_row(to);
    }
}

bd_rc bd_export_criterion_csv(const bd_export_inputs *inputs, bd_str criterion, bd_sink *sink,
                              bd_err *err) {
    static const char *const heads[] = {"criterion",     "control",   "control_state",
                                        "requirements",  "instances", EVIDENCE_HEADS,
                                        "also_supports", "sha256",    "path"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    const bd_criterion_result *result = bd_ties_find_criterion(run.ties, criterion);
    for (size_t i = 0; result != NULL && i < result->controls.count; i++) {
        put_control_rows(&to, criterion, &inputs->assessment->controls[result->controls.data[i]]);
    }
    return export_close(&run, err);
}

/* ---- exceptions.csv ---- */

/* What people signed of it; ten columns. */
static void put_acts(csv_table *to, const bd_exception *exception) {
    static const bd_act nobody = {.until = BD_DAY_NONE};
    const bd_act *response = exception->response != NULL ? exception->response : &nobody;
    const bd_act *closing = exception->closing != NULL ? exception->closing : &nobody;
    const bd_act *waiver = exception->waiver != NULL ? exception->waiver : &nobody;
    csv_text(to, response->cause);
    csv_text(to, response->effect);
    csv_text(to, response->text);
    csv_text(to, response->name);
    csv_text(to, export_day(to->run->line, response->until));
    csv_text(to, closing->name);
    csv_text(to, closing->text);
    csv_text(to, export_day(to->run->line, waiver->until));
    csv_text(to, waiver->name);
    csv_text(to, waiver->text);
}

bd_rc bd_export_exceptions_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
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
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->exceptions.count; i++) {
        const bd_exception *exception = bd_assessment_exception(inputs->assessment, i);
        csv_text(&to, exception->id);
        csv_word(&to, exception->is_open ? "open" : "closed");
        csv_text(&to, exception->check->severity);
        csv_text(&to, export_joined(run.line, &exception->controls, " "));
        csv_text(&to, exception->check->id);
        csv_text(&to, exception->type);
        csv_text(&to, exception->key);
        csv_text(&to, exception->resource);
        csv_text(&to, exception->subscription);
        csv_text(&to, exception->property);
        csv_text(&to, export_day(run.line, exception->last_seen_clean));
        csv_text(&to, export_day(run.line, exception->first_seen_failing));
        csv_text(&to, export_day(run.line, exception->last_seen_failing));
        csv_text(&to, export_day(run.line, exception->first_seen_clean));
        csv_text(&to, export_instant(run.line, exception->exact_from));
        csv_text(&to, export_instant(run.line, exception->exact_to));
        csv_int(&to, exception->failing_days);
        csv_int(&to, exception->observed_days);
        csv_text(&to, exception->evidence != 0 ? bd_evidence_id(run.line, exception->evidence)
                                                : (bd_str){"", 0});
        csv_text(&to, exception->reason);
        csv_text(&to, exception->repeats);
        put_acts(&to, exception);
        csv_end_row(&to);
    }
    return export_close(&run, err);
}

/* ---- controls.csv ---- */

static void put_control(csv_table *to, const bd_control_result *result) {
    const bd_control *control = result->control;
    bd_arena *line = to->run->line;
    csv_text(to, control->number);
    csv_word(to, control->is_ours ? "ours" : "checklist");
    csv_text(to, control->owner);
    csv_text(to, control->statement);
    csv_text(to, result->your_ref);
    csv_text(to, result->your_statement);
    csv_text(to, export_joined(line, &control->criteria, " "));
    csv_text(to, control->primary);
    csv_word(to, bd_frequency_name(control->frequency));
    csv_bool(to, result->is_in_scope);
    csv_word(to, bd_state_name(result->state));
    csv_word(to, bd_state_words(result->state));
    csv_int(to, result->due);
    csv_int(to, result->accepted);
    csv_bool(to, result->is_fresh);
    csv_text(to, export_instant(line, result->newest));
    if (result->age_days >= 0) {
        csv_int(to, result->age_days);
    } else {
        csv_empty(to);
    }
    csv_int(to, (int64_t)result->exceptions.count);
    csv_int(to, (int64_t)result->open_exceptions);
    csv_text(to, result->reason);
    csv_end_row(to);
}

bd_rc bd_export_controls_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "control",        "origin",      "owner",      "statement",       "your_ref",
        "your_statement", "criteria",    "primary",    "frequency",       "in_scope",
        "state",          "state_words", "due",        "accepted",        "fresh",
        "newest",         "age_days",    "exceptions", "open_exceptions", "reason"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->control_count; i++) {
        if (bd_ties_is_listed(&inputs->assessment->controls[i])) {
            put_control(&to, &inputs->assessment->controls[i]);
        }
    }
    return export_close(&run, err);
}

/* ---- criteria.csv ---- */

static bd_str numbers_of(const export_run *run, const bd_criterion_result *result) {
    bd_strs numbers = {0};
    for (size_t i = 0; i < result->controls.count; i++) {
        const bd_control_result *control = &run->in->assessment->controls[result->controls.data[i]];
        if (bd_ties_is_listed(control)) {
            *bd_push(run->line, &numbers) = control->control->number;
        }
    }
    return export_joined(run->line, &numbers, " ");
}

bd_rc bd_export_criteria_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"criterion", "category", "series",          "title",
                                        "in_scope",  "state",    "automated",       "supporting",
                                        "document",  "of",       "open_exceptions", "controls"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->criterion_count; i++) {
        const bd_criterion_result *result = &inputs->assessment->criteria[i];
        csv_text(&to, result->criterion->id);
        csv_text(&to, result->criterion->category);
        csv_text(&to, result->criterion->series);
        csv_text(&to, result->criterion->title);
        csv_bool(&to, result->is_in_scope);
        csv_word(&to, bd_criterion_state_name(result->state));
        csv_int(&to, result->automated);
        csv_int(&to, result->supporting);
        csv_int(&to, result->document);
        csv_int(&to, result->of);
        csv_int(&to, result->open_exceptions);
        csv_text(&to, numbers_of(&run, result));
        csv_end_row(&to);
    }
    return export_close(&run, err);
}

/* ---- months.csv: the heat grid as data ---- */

bd_rc bd_export_months_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"criterion", "month", "due", "accepted", "worst"};
    const bd_strs *months = &inputs->assessment->months;
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->criterion_count; i++) {
        const bd_criterion_result *result = &inputs->assessment->criteria[i];
        for (size_t k = 0; result->is_in_scope && k <= months->count; k++) {
            int complete = 0, counted = 0;
            const bd_month_cell *one = /* until the row ends */
                &bd_month_cells_make(run.line, inputs->assessment, result, &complete, &counted)[k];
            csv_text(&to, result->criterion->id);
            csv_text(&to, k < months->count ? months->data[k] : BD_STR("longer"));
            csv_int(&to, one->due);
            csv_int(&to, one->accepted);
            csv_word(&to, one->due > 0       ? bd_outcome_name(one->worst)
                          : one->not_due > 0 ? bd_outcome_name(BD_OUTCOME_NOT_DUE)
                                             : "");
            csv_end_row(&to);
        }
    }
    return export_close(&run, err);
}
