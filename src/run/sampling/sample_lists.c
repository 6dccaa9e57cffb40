/* Files that name items: an auditor's own selection, and what testers found.  CSV with a head; the column item_key is
 * needed.  A cell that our own lists guard against being a formula is taken with or without its apostrophe.
 *
 * A selection may name what is not in the population: it is kept as unmatched and said, never dropped.  Of results all
 * rows hold or none is taken. */
#include "bindery/sampling.h"

#include "bindery/read.h"
#include "sampling_priv.h"

#include <string.h>

#define FILE_BYTES ((size_t)16 << 20)
#define MOST_ROWS 10000

typedef struct {
    bd_str cells[5]; /* by column */
    uint32_t row;    /* from 2: the head is the first */
} named_item;

typedef struct {
    bd_arena *arena;
    const char *path;
    bool has[5];
    BD_VEC(named_item) rows;
} item_file;

enum { KEY, RESULT, NOTE, TESTER, TESTED_ON };
static const char *const columns[] = {"item_key", "result", "note", "tester", "tested_on"};

static bd_rc on_head(void *context, const bd_str *names, size_t count, bd_err *err) {
    item_file *file = context;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < BD_COUNT(columns); k++) {
            file->has[k] = file->has[k] || bd_str_ieq(names[i], bd_str_of(columns[k]));
        }
    }
    if (!file->has[KEY]) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' has no column item_key", file->path);
    }
    return BD_OK;
}

static bd_str cell_of(const bd_value *row, const char *column) {
    for (size_t i = 0; i < row->count; i++) {
        if (bd_str_ieq(row->keys[i], bd_str_of(column))) {
            return bd_str_trim(row->items[i].text);
        }
    }
    return (bd_str){"", 0};
}

static bd_rc on_row(void *context, uint64_t ordinal, const bd_value *row, bd_err *err) {
    item_file *file = context;
    if (file->rows.count >= MOST_ROWS) {
        BD_RAISE(err, BD_ERR_LIMIT, "'%s' names more than %d items", file->path, MOST_ROWS);
    }
    named_item *out = bd_push(file->arena, &file->rows);
    out->row = (uint32_t)ordinal + 2;
    for (size_t i = 0; i < BD_COUNT(columns); i++) {
        out->cells[i] = bd_str_copy(file->arena, cell_of(row, columns[i]));
    }
    if (out->cells[KEY].size == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' has no item_key in row %u", file->path, out->row);
    }
    return BD_OK;
}

static bd_rc read_file(sampling_run *run, item_file *out, bd_str *sha256, bd_err *err) {
    bd_str text;
    *out = (item_file){.arena = run->session->arena, .path = run->asked->path};
    BD_TRY(bd_file_read(run->asked->path, FILE_BYTES, run->session->arena, &text, err));
    *sha256 = bd_sha256_hex(run->session->arena, text);
    bd_memory_source state;
    bd_source source = bd_source_of_memory(&state, text);
    bd_csv_events events = {.context = out, .header = on_head, .row = on_row};
    BD_TRY_CTX(bd_csv_read(&source, &bd_csv_default_limits, NULL, &events, err), err, "in '%s'",
               run->asked->path);
    if (out->rows.count == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' names no item", run->asked->path);
    }
    return BD_OK;
}

static bd_str without_guard(bd_str key) {
    return bd_str_has_prefix(key, BD_STR("'")) ? bd_str_sub(key, 1, key.size) : key;
}

static bool is_taken_in(const bd_population *of, bd_sampling_kind kind, bd_str file_sha256) {
    for (size_t i = 0; i < of->acts.count; i++) {
        if (of->acts.data[i]->kind == kind &&
            bd_str_eq(of->acts.data[i]->file_sha256, file_sha256)) {
            return true;
        }
    }
    return false;
}

/* ---- a selection ---- */

typedef struct {
    bd_map *wanted; /* key -> itself, or what was found for it */
    const item_file *file;
    bool *is_found;
    bd_arena *arena;
    bd_strs keys;
} matching;

static bd_rc match_item(void *context, const bd_item *item, bd_err *err) {
    (void)err;
    matching *to = context;
    uintptr_t row = (uintptr_t)bd_map_find(to->wanted, item->key);
    if (row > 0) {
        to->is_found[row - 1] = true;
        *bd_push(to->arena, &to->keys) = bd_str_copy(to->arena, item->key);
    }
    return BD_OK;
}

/* The first row that names a key stands for it, as given and without an apostrophe before it. */
static void want(matching *to, bd_str key, size_t row) {
    if (bd_map_find(to->wanted, key) == NULL) {
        bd_map_put(to->wanted, key, (void *)(uintptr_t)(row + 1));
    }
}

static void say_unmatched(sampling_run *run, const bd_population *of, const named_item *row) {
    bd_diag_add(run->session->arena, &run->session->outcome->diags, BD_DIAG_WARNING,
                bd_str_of(run->asked->path), bd_str_format(run->session->arena, "row %u", row->row),
                "'%.*s' is no item of population %.*s; it is kept as unmatched",
                BD_ARG(row->cells[KEY]), BD_ARG(of->id));
}

static bool is_named_before(const item_file *file, size_t row) {
    for (size_t i = 0; i < row; i++) {
        if (bd_str_eq(file->rows.data[i].cells[KEY], file->rows.data[row].cells[KEY])) {
            return true;
        }
    }
    return false;
}

static bd_rc append_selection(sampling_run *run, const bd_population *of, const bd_strs *keys,
                              const bd_strs *unmatched, bd_str sha256, bd_err *err) {
    char hex[65];
    bd_result line = {.arena = run->session->arena};
    bd_hex(of->sha256, 32, hex);
    bd_result_text(&line, "act", BD_STR("selection"));
    if (run->asked->by.size > 0) {
        bd_result_text(&line, "by", run->asked->by);
    }
    bd_result_text(&line, "control", of->control->number);
    bd_result_text(&line, "file", bd_path_name(bd_str_of(run->asked->path)));
    bd_result_text(&line, "file_sha256", sha256);
    bd_result_list(&line, "items", keys);
    bd_result_text(&line, "method", BD_STR("chosen by the auditor"));
    bd_result_text(&line, "population", bd_str_copy(line.arena, of->id));
    bd_result_text(&line, "sha256", bd_str_copy(line.arena, bd_str_of(hex)));
    bd_result_list(&line, "unmatched", unmatched);
    return sampling_append(run, "drawn", &line, err);
}

bd_rc sampling_select(sampling_run *run, const bd_population *of, bd_err *err) {
    item_file file;
    bd_str sha256;
    bd_strs unmatched = {0};
    bd_arena *arena = run->session->arena;
    BD_TRY(read_file(run, &file, &sha256, err));
    if (of->freeze == NULL || of->is_changed) {
        BD_TRY(sampling_freeze(run, of, err));
    } else if (is_taken_in(of, BD_SAMPLING_SELECTED, sha256)) {
        sampling_say(run, "%.*s: this selection was taken in already; its folders are made again",
                     BD_ARG(of->id));
        return BD_OK;
    }
    matching to = {.wanted = bd_map_make(arena),
                   .file = &file,
                   .is_found = bd_new(arena, bool, file.rows.count),
                   .arena = arena};
    for (size_t i = 0; i < file.rows.count; i++) {
        want(&to, file.rows.data[i].cells[KEY], i);
        want(&to, without_guard(file.rows.data[i].cells[KEY]), i);
    }
    BD_TRY(sampling_items(run, of, match_item, &to, err));
    for (size_t i = 0; i < file.rows.count; i++) {
        if (!to.is_found[i] && !is_named_before(&file, i)) {
            *bd_push(arena, &unmatched) = file.rows.data[i].cells[KEY];
            say_unmatched(run, of, &file.rows.data[i]);
        }
    }
    BD_TRY(append_selection(run, of, &to.keys, &unmatched, sha256, err));
    sampling_say(run, "%.*s: %zu item%s selected by the auditor, %zu of the list unmatched",
                 BD_ARG(of->id), to.keys.count, to.keys.count == 1 ? "" : "s", unmatched.count);
    return BD_OK;
}

/* ---- results ---- */

static bd_rc check_columns(const item_file *file, bd_err *err) {
    static const int needed[] = {RESULT, TESTER, TESTED_ON};
    for (size_t i = 0; i < BD_COUNT(needed); i++) {
        if (!file->has[needed[i]]) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "'%s' has no column %s; results have item_key, result, note, tester and "
                     "tested_on",
                     file->path, columns[needed[i]]);
        }
    }
    return BD_OK;
}

static bd_rc check_item(const item_file *file, const named_item *row, const bd_population *of,
                        const bd_sample_item **out, bd_err *err) {
    bd_str key = row->cells[KEY];
    const bd_sample_item *item = sampling_find(of, key);
    item = item != NULL ? item : sampling_find(of, without_guard(key));
    if (item != NULL && item->role == BD_SAMPLE_REPLACED) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s', row %u: '%.*s' was replaced by '%.*s'", file->path,
                 row->row, BD_ARG(key), BD_ARG(item->other));
    }
    if (item == NULL || item->role == BD_SAMPLE_RESERVE) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s', row %u: '%.*s' is not in the sample of %.*s", file->path,
                 row->row, BD_ARG(key), BD_ARG(of->id));
    }
    *out = item;
    return BD_OK;
}

static bd_rc check_result(const sampling_run *run, const item_file *file, const named_item *row,
                          bd_err *err) {
    bd_str result = row->cells[RESULT], on = row->cells[TESTED_ON];
    bd_day day, today = bd_zone_day(run->session->engagement.zone, bd_clock_now());
    if (!bd_str_ieq(result, BD_STR("deviation")) && !bd_str_ieq(result, BD_STR("no deviation"))) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s', row %u: result is '%.*s', expected 'no deviation' or 'deviation'",
                 file->path, row->row, BD_ARG(result));
    }
    if (bd_str_ieq(result, BD_STR("deviation")) && row->cells[NOTE].size == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s', row %u: a deviation needs a note that says what it is",
                 file->path, row->row);
    }
    if (!bd_is_person_name(row->cells[TESTER])) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s', row %u: tester is '%.*s', which names nobody",
                 file->path, row->row, BD_ARG(row->cells[TESTER]));
    }
    if (!bd_day_parse(on, &day) || day > today) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s', row %u: tested_on is '%.*s', expected a date like 2026-07-15 that is not "
                 "still to come",
                 file->path, row->row, BD_ARG(on));
    }
    return BD_OK;
}

static const bd_value *result_value(bd_arena *arena, const named_item *row, bd_str key) {
    bd_result one = {.arena = arena};
    bd_result_text(&one, "key", bd_str_copy(arena, key));
    if (row->cells[NOTE].size > 0) {
        bd_result_text(&one, "note", row->cells[NOTE]);
    }
    bd_result_text(&one, "result", bd_str_lower(arena, row->cells[RESULT]));
    bd_result_text(&one, "tested_on", row->cells[TESTED_ON]);
    bd_result_text(&one, "tester", row->cells[TESTER]);
    return bd_result_object(&one);
}

static bd_rc read_results(sampling_run *run, const bd_population *of, const item_file *file,
                          const bd_value ***out, uint64_t *deviations, bd_err *err) {
    bd_arena *arena = run->session->arena;
    *out = bd_new(arena, const bd_value *, file->rows.count + 1);
    for (size_t i = 0; i < file->rows.count; i++) {
        const named_item *row = &file->rows.data[i];
        const bd_sample_item *item = NULL;
        BD_TRY(check_item(file, row, of, &item, err));
        BD_TRY(check_result(run, file, row, err));
        bool deviates = bd_str_ieq(row->cells[RESULT], BD_STR("deviation"));
        if (item->tested != NULL && item->tested->is_deviation && !deviates) {
            bd_diag_add(arena, &run->session->outcome->diags, BD_DIAG_WARNING, bd_str_of(file->path),
                        bd_str_format(arena, "row %u", row->row),
                        "'%.*s' has a deviation on record, by %.*s; both are kept, and the "
                        "deviation holds",
                        BD_ARG(item->key), BD_ARG(item->tested->tester));
        }
        *deviations += deviates;
        (*out)[i] = result_value(arena, row, item->key);
    }
    return BD_OK;
}

bd_rc sampling_results(sampling_run *run, const bd_population *of, bd_err *err) {
    item_file file;
    bd_str sha256;
    const bd_value **results = NULL;
    uint64_t deviations = 0;
    BD_TRY(read_file(run, &file, &sha256, err));
    BD_TRY(check_columns(&file, err));
    if (is_taken_in(of, BD_SAMPLING_TESTED, sha256)) {
        sampling_say(run, "%.*s: these results were taken in already; nothing was done",
                     BD_ARG(of->id));
        return BD_OK;
    }
    BD_TRY(read_results(run, of, &file, &results, &deviations, err));
    bd_result line = {.arena = run->session->arena};
    bd_result_text(&line, "act", BD_STR("results"));
    bd_result_text(&line, "control", of->control->number);
    bd_result_text(&line, "file", bd_path_name(bd_str_of(run->asked->path)));
    bd_result_text(&line, "file_sha256", sha256);
    bd_result_text(&line, "population", bd_str_copy(line.arena, of->id));
    bd_result_value(&line, "results", bd_value_array(line.arena, file.rows.count, results));
    BD_TRY(sampling_append(run, "drawn", &line, err));
    sampling_say(run, "%.*s: %zu result%s taken in, %llu deviation%s", BD_ARG(of->id),
                 file.rows.count, file.rows.count == 1 ? "" : "s", (unsigned long long)deviations,
                 deviations == 1 ? "" : "s");
    return BD_OK;
}
