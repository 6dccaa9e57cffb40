/* Populations and samples: the member of assessment.json, and the lists of 20_POPULATIONS. */
#include "bindery/export.h"

#include "export_priv.h"

/* ---- the list of a population ---- */

struct bd_export_items {
    bd_writing run;
    bd_list to;
    bd_arena *keeper;
};

bd_export_items *bd_export_items_open(bd_sink *sink) {
    static const char *const heads[] = {"item_key", "at",       "month",  "type",
                                        "resource", "subscription", "verdict", "reason",
                                        "checks",   "evidence", "record"};
    bd_arena *arena = bd_arena_open("items", BD_WRITING_LINE_BYTES);
    bd_export_items *items = bd_new(arena, bd_export_items, 1);
    bd_writing_open_alone(&items->run, sink);
    items->keeper = arena;
    items->to = (bd_list){&items->run, false};
    bd_list_put_head(&items->to, heads, BD_COUNT(heads));
    return items;
}

/* "leaver-disabled-in-time: pass; leaver-stays-disabled: fail" */
static bd_str verdicts_of(bd_arena *line, const bd_item *item) {
    bd_strs texts = {0};
    for (size_t i = 0; i < item->check_count; i++) {
        *bd_push(line, &texts) =
            bd_str_format(line, "%.*s: %s", BD_ARG(item->checks[i].check->id),
                          bd_verdict_text(item->checks[i].verdict));
    }
    return bd_writing_joined(line, &texts, "; ");
}

void bd_export_items_put(bd_export_items *items, const bd_item *item) {
    bd_list *to = &items->to;
    bd_arena *line = items->run.line;
    bd_list_put(to, item->key);
    bd_list_put(to, bd_writing_instant(line, item->at));
    bd_list_put(to, item->month);
    bd_list_put(to, item->type);
    bd_list_put(to, item->resource);
    bd_list_put(to, item->subscription);
    bd_list_put_word(to, bd_verdict_text(item->verdict));
    bd_list_put(to, item->reason);
    bd_list_put(to, verdicts_of(line, item));
    bd_list_put(to, bd_evidence_id(line, item->evidence));
    bd_list_put_int(to, (int64_t)item->ordinal + 1);
    bd_list_end_row(to);
}

bd_rc bd_export_items_close(bd_export_items *items, bd_err *err) {
    if (items == NULL) {
        return BD_OK;
    }
    bd_arena *keeper = items->keeper;
    bd_rc rc = bd_writing_close(&items->run, err);
    bd_arena_close(keeper);
    return rc;
}

/* ---- the sample ---- */

static bool is_of_draw(const bd_sample_item *item) {
    return item->drawn != NULL && item->role != BD_SAMPLE_RESERVE;
}

static const char *result_of(const bd_tested *tested) {
    return tested->is_deviation ? "deviation" : "no deviation";
}

static void put_drawn(bd_list *to, const bd_sample_item *item) {
    if (item->drawn == NULL) {
        bd_list_put_empty(to);
        bd_list_put_empty(to);
        bd_list_put_empty(to);
        return;
    }
    bd_list_put(to, item->drawn->stratum);
    bd_list_put_int(to, item->drawn->rank);
    bd_list_put(to, bd_hex_text(to->run->line, item->drawn->hash, 32));
}

static void put_found(bd_list *to, const bd_sample_item *item) {
    bd_arena *line = to->run->line;
    if (!item->is_there) {
        for (int i = 0; i < 6; i++) {
            bd_list_put_empty(to);
        }
        return;
    }
    bd_list_put(to, bd_writing_instant(line, item->item.at));
    bd_list_put(to, item->item.resource);
    bd_list_put_word(to, bd_verdict_text(item->item.verdict));
    bd_list_put(to, item->item.reason);
    bd_list_put(to, bd_evidence_id(line, item->item.evidence));
    bd_list_put_int(to, (int64_t)item->item.ordinal + 1);
}

static void put_tested(bd_list *to, const bd_tested *tested) {
    bd_list_put_word(to, tested != NULL ? result_of(tested) : "");
    bd_list_put(to, tested != NULL ? tested->note : (bd_str){"", 0});
    bd_list_put(to, tested != NULL ? tested->tester : (bd_str){"", 0});
    bd_list_put(to, tested != NULL ? bd_writing_day(to->run->line, tested->tested_on) : (bd_str){"", 0});
}

bd_rc bd_export_sample_csv(const bd_population *population, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "item_key", "role",    "stratum", "rank",     "sha256", "at",     "resource", "verdict",
        "reason",   "evidence", "record",  "replaces", "replaced_by", "why",  "by",       "result",
        "note",     "tester",  "tested_on"};
    bd_writing run;
    bd_writing_open_alone(&run, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < population->sample.count; i++) {
        const bd_sample_item *item = &population->sample.data[i];
        bd_list_put(&to, item->key);
        bd_list_put_word(&to, bd_sample_role_name(item->role));
        put_drawn(&to, item);
        put_found(&to, item);
        bd_list_put(&to, item->role == BD_SAMPLE_REPLACING ? item->other : (bd_str){"", 0});
        bd_list_put(&to, item->role == BD_SAMPLE_REPLACED ? item->other : (bd_str){"", 0});
        bd_list_put(&to, item->reason);
        bd_list_put(&to, item->by);
        put_tested(&to, item->tested);
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}

/* ---- JSON ---- */

static void write_item(bd_writing *run, bd_json_writer *writer, const bd_sample_item *item) {
    bd_json_open(writer, '{');
    if (item->is_there) {
        bd_json_member(writer, "at", bd_writing_instant(run->line, item->item.at));
        bd_write_str(writer, "evidence", bd_evidence_id(run->line, item->item.evidence));
    }
    bd_write_str(writer, "key", item->key);
    if (item->drawn != NULL) {
        bd_write_int(writer, "rank", item->drawn->rank);
    }
    if (item->is_there) {
        bd_json_member(writer, "reason", item->item.reason);
        bd_write_int(writer, "record", (int64_t)item->item.ordinal + 1);
        bd_write_str(writer, "resource", item->item.resource);
    }
    if (item->tested != NULL) {
        bd_write_str(writer, "result", bd_str_of(result_of(item->tested)));
    }
    bd_write_str(writer, "role", bd_str_of(bd_sample_role_name(item->role)));
    if (item->drawn != NULL) {
        bd_write_str(writer, "sha256", bd_hex_text(run->line, item->drawn->hash, 32));
        bd_json_member(writer, "stratum", item->drawn->stratum);
    }
    bd_write_bool(writer, "there", item->is_there);
    if (item->is_there) {
        bd_write_str(writer, "verdict", bd_str_of(bd_verdict_text(item->item.verdict)));
    }
    bd_json_close(writer, '}');
}

typedef bool wanted_fn(const bd_sample_item *item);

static bool is_reserve(const bd_sample_item *item) {
    return item->role == BD_SAMPLE_RESERVE;
}

static bool is_selected(const bd_sample_item *item) {
    return item->drawn == NULL;
}

static void write_items(bd_writing *run, bd_json_writer *writer, const char *key,
                        const bd_population *of, wanted_fn *is_wanted) {
    bd_json_key(writer, key);
    bd_json_open(writer, '[');
    for (size_t i = 0; i < of->sample.count; i++) {
        if (is_wanted(&of->sample.data[i])) {
            write_item(run, writer, &of->sample.data[i]);
        }
    }
    bd_json_close(writer, ']');
}

static void write_freeze(bd_writing *run, bd_json_writer *writer, const bd_sampling *act) {
    bd_json_open(writer, '{');
    bd_json_member(writer, "at", bd_writing_instant(run->line, act->at));
    bd_write_bool(writer, "complete", act->is_complete);
    bd_write_int(writer, "count", (int64_t)act->count);
    bd_json_member(writer, "problem", act->problem);
    bd_write_str(writer, "sha256", act->sha256);
    bd_json_close(writer, '}');
}

static void write_draw(bd_writing *run, bd_json_writer *writer, const bd_sampling *act) {
    bd_json_open(writer, '{');
    bd_json_member(writer, "at", bd_writing_instant(run->line, act->at));
    bd_json_member(writer, "by", act->by);
    bd_write_str(writer, "method", act->method);
    bd_json_member(writer, "problem", act->problem);
    bd_json_member(writer, "reason", act->reason);
    bd_write_str(writer, "seed", act->seed);
    bd_write_str(writer, "sha256", act->sha256);
    bd_write_int(writer, "size", (int64_t)act->size);
    bd_json_member(writer, "strata", act->strata);
    bd_json_close(writer, '}');
}

static void write_replacement(bd_writing *run, bd_json_writer *writer, const bd_sampling *act) {
    bd_json_open(writer, '{');
    bd_json_member(writer, "at", bd_writing_instant(run->line, act->at));
    bd_write_str(writer, "by", act->by);
    bd_write_str(writer, "key", act->key);
    bd_write_str(writer, "reason", act->reason);
    bd_write_str(writer, "replacement", act->replacement);
    bd_json_close(writer, '}');
}

static void write_results(bd_writing *run, bd_json_writer *writer, const bd_sampling *act) {
    for (size_t i = 0; i < act->tested.count; i++) {
        const bd_tested *one = &act->tested.data[i];
        bd_json_open(writer, '{');
        bd_json_member(writer, "at", bd_writing_instant(run->line, act->at));
        bd_write_str(writer, "key", one->key);
        bd_json_member(writer, "note", one->note);
        bd_write_str(writer, "result", bd_str_of(result_of(one)));
        bd_json_member(writer, "tested_on", bd_writing_day(run->line, one->tested_on));
        bd_write_str(writer, "tester", one->tester);
        bd_json_close(writer, '}');
    }
}

static void write_selection(bd_writing *run, bd_json_writer *writer, const bd_sampling *act) {
    bd_json_open(writer, '{');
    bd_json_member(writer, "at", bd_writing_instant(run->line, act->at));
    bd_json_member(writer, "by", act->by);
    bd_json_member(writer, "file", act->file);
    bd_json_member(writer, "file_sha256", act->file_sha256);
    bd_write_strs(writer, "items", &act->items);
    bd_write_str(writer, "sha256", act->sha256);
    bd_write_strs(writer, "unmatched", &act->unmatched);
    bd_json_close(writer, '}');
}

static void write_acts(bd_writing *run, bd_json_writer *writer, const char *key,
                       const bd_population *of, bd_sampling_kind kind) {
    static void (*const writers[])(bd_writing *, bd_json_writer *, const bd_sampling *) = {
        [BD_SAMPLING_FROZEN] = write_freeze,
        [BD_SAMPLING_DRAWN] = write_draw,
        [BD_SAMPLING_REPLACED] = write_replacement,
        [BD_SAMPLING_SELECTED] = write_selection,
        [BD_SAMPLING_TESTED] = write_results};
    bd_json_key(writer, key);
    bd_json_open(writer, '[');
    for (size_t i = 0; i < of->acts.count; i++) {
        if (of->acts.data[i]->kind == kind) {
            writers[kind](run, writer, of->acts.data[i]);
        }
    }
    bd_json_close(writer, ']');
}

/* Members in sorted order; `draw` may be NULL. */
static void write_population(bd_writing *run, bd_json_writer *writer, const bd_population *of) {
    const bd_sampling *draw = of->draw;
    bd_json_open(writer, '{');
    bd_write_bool(writer, "changed", of->is_changed);
    bd_write_strs(writer, "checks", &of->checks);
    write_items(run, writer, "chosen", of, is_of_draw);
    bd_json_member(writer, "collected_at", bd_writing_instant(run->line, of->collected_at));
    bd_write_bool(writer, "complete", of->is_complete);
    bd_write_str(writer, "control", of->control->number);
    bd_write_int(writer, "count", (int64_t)of->count);
    bd_write_int(writer, "deviations", (int64_t)of->deviations);
    if (draw != NULL) {
        bd_write_bool(writer, "draw_is_older", of->is_draw_older);
        bd_write_bool(writer, "draw_is_repeated", of->is_repeated);
        bd_json_member(writer, "drawn_at", bd_writing_instant(run->line, draw->at));
    }
    write_acts(run, writer, "draws", of, BD_SAMPLING_DRAWN);
    bd_write_ids(writer, run->line, "evidence", of->evidence.data, of->evidence.count);
    write_acts(run, writer, "freezes", of, BD_SAMPLING_FROZEN);
    if (of->freeze != NULL) {
        bd_json_member(writer, "frozen_at", bd_writing_instant(run->line, of->freeze->at));
    }
    bd_write_str(writer, "id", of->id);
    bd_json_member(writer, "method", draw != NULL ? draw->method : (bd_str){"", 0});
    bd_write_str(writer, "name", of->name);
    bd_json_member(writer, "problem", of->problem);
    bd_json_member(writer, "query", of->query);
    write_acts(run, writer, "replacements", of, BD_SAMPLING_REPLACED);
    write_items(run, writer, "reserve", of, is_reserve);
    write_acts(run, writer, "results", of, BD_SAMPLING_TESTED);
    bd_json_member(writer, "seed", draw != NULL ? draw->seed : (bd_str){"", 0});
    write_items(run, writer, "selected", of, is_selected);
    write_acts(run, writer, "selections", of, BD_SAMPLING_SELECTED);
    bd_write_str(writer, "sha256", bd_hex_text(run->line, of->sha256, 32));
    if (draw != NULL) {
        bd_write_int(writer, "size", (int64_t)draw->size);
    }
    bd_write_str(writer, "source", of->source);
    bd_write_str(writer, "source_title", of->source_title);
    bd_json_member(writer, "strata", draw != NULL ? draw->strata : (bd_str){"", 0});
    bd_write_int(writer, "tested", (int64_t)of->tested);
    bd_write_int(writer, "unanswered", (int64_t)of->unanswered);
    bd_json_close(writer, '}');
}

void export_populations(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "populations");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < run->in->assessment->population_count; i++) {
        write_population(run, writer, &run->in->assessment->populations[i]);
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

bd_rc bd_export_selection(const bd_population *population, bd_sink *sink, bd_err *err) {
    bd_writing run;
    bd_writing_open_alone(&run, sink);
    bd_json_writer writer;
    bd_json_begin(&writer, bd_writing_sink(&run));
    write_population(&run, &writer, population);
    bd_json_newline(&writer);
    bd_rc written = bd_json_finish(&writer, err);
    bd_rc closed = bd_writing_close(&run, err);
    return bd_failed(written) ? written : closed;
}
