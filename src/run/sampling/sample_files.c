/* out/<period>/samples/<control>_<name>/: the lists of a population as the package has them, and a folder for each item
 * that was drawn or selected, with what is known of it and the files that show it. */
#include "bindery/sampling.h"

#include "bindery/export.h"
#include "bindery/package.h"
#include "sampling_priv.h"

#include <string.h>

#define MOST_COPY_BYTES ((int64_t)1 << 20) /* larger ones are named, and lie in the locker and the package */
#define MOST_FILES 40                      /* of one item */
#define SLUG_BYTES 40
#define RECORDS_BYTES ((size_t)1 << 30)

typedef struct record_watch record_watch;

typedef struct {
    sampling_run *run;
    const bd_population *of;
    const char *folder; /* of the population */
    bd_map *by_key;     /* item key -> place in the sample + 1 */
    record_watch *watches; /* records as they were read, by worker */
    size_t watch_count;
    size_t made;
} item_folders;

/* ---- lists ---- */

static const char *path_in(const item_folders *to, const char *name) {
    return bd_path_join(to->run->session->arena, to->folder, name);
}

static bd_str base_of(const item_folders *to) {
    return bd_population_base(to->run->session->arena, to->of, to->run->session->period->id);
}

static const char *list_path(const item_folders *to, const char *extension) {
    bd_str name = bd_str_format(to->run->session->arena, "%.*s.%s", BD_ARG(base_of(to)), extension);
    return path_in(to, name.data);
}

typedef bd_rc list_fn(const bd_population *of, bd_sink *sink, bd_err *err);

static bd_rc write_list(const item_folders *to, const char *extension, list_fn *write, bd_err *err) {
    bd_draft *text = bd_draft_open();
    bd_atomic *file = NULL;
    bd_rc rc = write(to->of, bd_draft_sink(text), err);
    rc = bd_failed(rc) ? rc : bd_draft_finish(text, err);
    rc = bd_failed(rc) ? rc : bd_atomic_open(list_path(to, extension), 0644, &file, err);
    rc = bd_failed(rc) ? rc : bd_draft_write(text, bd_atomic_sink(file), err);
    if (!bd_failed(rc)) {
        rc = bd_atomic_finish(file, err);
    } else {
        bd_atomic_drop(file);
    }
    bd_draft_close(text);
    return rc;
}

static bd_rc write_draft(const item_folders *to, const char *extension, const bd_draft *text,
                         bd_err *err) {
    bd_atomic *file = NULL;
    BD_TRY(bd_atomic_open(list_path(to, extension), 0644, &file, err));
    bd_rc rc = bd_draft_write(text, bd_atomic_sink(file), err);
    if (bd_failed(rc)) {
        bd_atomic_drop(file);
        return rc;
    }
    return bd_atomic_finish(file, err);
}

static bd_rc write_population(const item_folders *to, bd_err *err) {
    bd_population_text text;
    BD_TRY(bd_population_texts(&to->run->judged, to->of, to->run->session->period->id,
                               to->run->session->arena, &text, err));
    BD_TRY(write_draft(to, "population.csv", text.csv, err));
    BD_TRY(write_draft(to, "population.keys", text.keys, err));
    return bd_file_write(list_path(to, "population.sha256"), 0644, text.sums, err);
}

/* ---- the records themselves ---- */

/* Records of the sample's files as the sources gave them, by evidence, type and key; of derived ones there is none. */
static bd_str record_name(bd_arena *arena, uint32_t number, bd_str type, bd_str key) {
    bd_str head = bd_str_format(arena, "%u\x1e", number);
    bd_str parts[] = {head, type, BD_STR("\x1e"), key};
    return bd_str_concat(arena, parts, BD_COUNT(parts));
}

struct record_watch {
    bd_map *wanted; /* name -> nothing of interest */
    bd_arena *arena;
    bd_map *found; /* name -> bd_str, its JSON */
};

/* Sees every record of a wanted file, on the worker's own context. */
static void see_record(void *context, uint32_t evidence, const bd_record *record, bd_arena *keep,
                       bd_arena *scratch) {
    record_watch *watch = context;
    (void)keep;
    bd_str name = record_name(scratch, evidence + 1, record->type, record->key);
    if (bd_map_find(watch->wanted, name) == NULL || bd_map_find(watch->found, name) != NULL) {
        return;
    }
    bd_str *text = bd_new(watch->arena, bd_str, 1);
    *text = bd_json_canonical(watch->arena, record->value);
    bd_map_put(watch->found, bd_str_copy(watch->arena, name), text);
}

typedef struct {
    item_folders *to;
    bool *is_wanted; /* by index of the evidence */
    bd_map *wanted;
} wish;

static bd_rc want_record(void *context, const bd_item *item, bd_err *err) {
    (void)err;
    wish *all = context;
    bd_arena *arena = all->to->run->session->arena;
    uintptr_t place = (uintptr_t)bd_map_find(all->to->by_key, item->key);
    if (place > 0 && all->to->of->sample.data[place - 1].role != BD_SAMPLE_RESERVE) {
        bd_map_put(all->wanted, record_name(arena, item->evidence, item->type, item->record), all);
        all->is_wanted[item->evidence - 1] = true;
    }
    return BD_OK;
}

/* The files that hold the items are read once more; one context for each worker. */
static bd_rc fetch_records(item_folders *to, bd_err *err) {
    bd_session *session = to->run->session;
    unsigned jobs = session->jobs;
    wish all = {.to = to,
                .is_wanted = bd_new(session->arena, bool, to->run->judged.read.evidence.count + 1),
                .wanted = bd_map_make(session->arena)};
    BD_TRY(sampling_items(to->run, to->of, want_record, &all, err));
    to->watches = bd_new(session->arena, record_watch, jobs);
    to->watch_count = jobs;
    void **contexts = bd_new(session->arena, void *, jobs);
    for (unsigned i = 0; i < jobs; i++) {
        bd_arena *arena = bd_arena_open("records", RECORDS_BYTES);
        to->watches[i] = (record_watch){all.wanted, arena, bd_map_make(arena)};
        contexts[i] = &to->watches[i];
    }
    bd_watch watch = {.see = see_record, .contexts = contexts, .is_wanted = all.is_wanted};
    return bd_reread_evidence(session, &watch, &to->run->judged.read, err);
}

static void close_records(item_folders *to) {
    for (size_t i = 0; i < to->watch_count; i++) {
        bd_arena_close(to->watches[i].arena);
    }
    to->watch_count = 0;
}

static const bd_str *find_record(const item_folders *to, const bd_item *item) {
    bd_str name =
        record_name(to->run->session->arena, item->evidence, item->type, item->record);
    for (size_t i = 0; i < to->watch_count; i++) {
        const bd_str *found = bd_map_find(to->watches[i].found, name);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* ---- one item ---- */

static const bd_evidence *evidence_of(const sampling_run *run, uint32_t number) {
    return number > 0 && number <= run->judged.read.evidence.count
               ? &run->judged.read.evidence.data[number - 1]
               : NULL;
}

typedef BD_VEC(uint32_t) number_list;

static void add_once(bd_arena *arena, uint32_t number, number_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->data[i] == number) {
            return;
        }
    }
    *bd_push(arena, list) = number;
}

/* Its own file first, then what speaks to the instances of its checks' requirements that it falls into. */
static number_list files_of(const item_folders *to, const bd_item *item) {
    bd_arena *arena = to->run->session->arena;
    const bd_assessment *assessment = to->run->judged.assessment;
    number_list list = {0};
    add_once(arena, item->evidence, &list);
    for (size_t i = 0; i < assessment->control_count; i++) {
        const bd_control_result *control = &assessment->controls[i];
        for (size_t j = 0; control->control == to->of->control && j < control->requirement_count;
             j++) {
            const bd_requirement_result *requirement = &control->requirements[j];
            for (size_t k = 0; k < requirement->instance_count; k++) {
                const bd_instance *instance = &requirement->instances[k];
                bool holds = item->at != BD_INSTANT_NONE && item->at >= instance->start &&
                             item->at < instance->end;
                for (size_t e = 0; holds && e < instance->evidence.count; e++) {
                    add_once(arena, instance->evidence.data[e], &list);
                }
            }
        }
    }
    return list;
}

static bd_rc copy_file(const item_folders *to, const bd_evidence *item, const char *path,
                       bd_err *err) {
    bd_session *session = to->run->session;
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("copy", (size_t)64 << 20);
    const bd_blob *blob;
    bd_str text;
    BD_TRY(bd_locker_blob(session->locker, &item->given, scratch, &blob, err));
    BD_TRY(bd_blob_read(blob, (size_t)MOST_COPY_BYTES, scratch, &text, err));
    return bd_file_write(path, 0644, text, err);
}

/* The file's own name, without what a file system may take amiss. */
static bd_str plain_name(bd_arena *arena, bd_str path) {
    enum { MOST = 80 };
    bd_str name = bd_path_name(path);
    char *out = bd_new(arena, char, MOST + 1);
    size_t size = 0;
    for (size_t i = name.size > MOST ? name.size - MOST : 0; i < name.size; i++) {
        char c = name.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        c == '.' || c == '_' || c == '-';
        out[size++] = is_plain ? c : '-';
    }
    return (bd_str){out, size};
}

static bd_rc add_file(const item_folders *to, const bd_evidence *item, const char *folder,
                      const bd_value **out, bd_err *err) {
    bd_arena *arena = to->run->session->arena;
    char hex[65];
    bd_hex(item->given.sha256, 32, hex);
    bd_result one = {.arena = arena};
    bd_result_int(&one, "bytes", item->given.bytes);
    if (item->given.bytes <= MOST_COPY_BYTES) {
        bd_str name = bd_str_format(arena, "%.*s_%.*s",
                                    BD_ARG(bd_evidence_id(arena, item->given.number)),
                                    BD_ARG(plain_name(arena, item->given.path)));
        BD_TRY(copy_file(to, item, bd_path_join(arena, folder, name.data), err));
        bd_result_text(&one, "copy", name);
    }
    bd_result_text(&one, "id", bd_evidence_id(arena, item->given.number));
    bd_result_text(&one, "path", item->given.path);
    bd_result_text(&one, "sha256", bd_str_copy(arena, bd_str_of(hex)));
    *out = bd_result_object(&one);
    return BD_OK;
}

static bd_rc add_files(const item_folders *to, const bd_item *item, const char *folder,
                       bd_result *out, bd_err *err) {
    number_list numbers = files_of(to, item);
    size_t count = 0;
    const bd_value **files =
        bd_new(to->run->session->arena, const bd_value *, numbers.count + 1);
    for (size_t i = 0; i < numbers.count && count < MOST_FILES; i++) {
        const bd_evidence *file = evidence_of(to->run, numbers.data[i]);
        if (file != NULL) {
            BD_TRY(add_file(to, file, folder, &files[count], err));
            count++;
        }
    }
    bd_result_value(out, "files", bd_value_array(to->run->session->arena, count, files));
    bd_result_int(out, "files_left_out",
                  numbers.count > MOST_FILES ? (int64_t)(numbers.count - MOST_FILES) : 0);
    return BD_OK;
}

static const bd_value *checks_value(bd_arena *arena, const bd_item *item) {
    const bd_value **checks = bd_new(arena, const bd_value *, item->check_count + 1);
    for (size_t i = 0; i < item->check_count; i++) {
        bd_result one = {.arena = arena};
        bd_result_text(&one, "check", item->checks[i].check->id);
        bd_result_text(&one, "reason", bd_str_copy(arena, item->checks[i].reason));
        bd_result_text(&one, "tested", item->checks[i].check->tested);
        bd_result_text(&one, "verdict", bd_str_of(bd_verdict_text(item->checks[i].verdict)));
        checks[i] = bd_result_object(&one);
    }
    return bd_value_array(arena, item->check_count, checks);
}

static const bd_value *record_value(bd_arena *arena, const bd_item *item) {
    bd_result one = {.arena = arena};
    if (item->at != BD_INSTANT_NONE) {
        bd_result_text(&one, "at", bd_instant_format(arena, item->at));
    }
    bd_result_text(&one, "evidence", bd_evidence_id(arena, item->evidence));
    bd_result_text(&one, "key", bd_str_copy(arena, item->record));
    bd_result_int(&one, "record", (int64_t)item->ordinal + 1);
    bd_result_text(&one, "resource", bd_str_copy(arena, item->resource));
    bd_result_text(&one, "subscription", bd_str_copy(arena, item->subscription));
    bd_result_text(&one, "type", bd_str_copy(arena, item->type));
    return bd_result_object(&one);
}

static bd_rc write_item(item_folders *to, const bd_sample_item *of, size_t place,
                        const bd_item *item, bd_err *err) {
    bd_arena *arena = to->run->session->arena;
    const char *kind = of->drawn != NULL ? "drawn" : "selected";
    bd_str slug = bd_package_slug(arena, item->key, SLUG_BYTES);
    bd_str name = bd_str_format(arena, "%s/%04zu%s%.*s", kind, place + 1, slug.size > 0 ? "_" : "",
                                BD_ARG(slug));
    const char *folder = path_in(to, name.data);
    BD_TRY(bd_folder_make(folder, err));
    bd_result out = {.arena = arena};
    bd_result_value(&out, "checks", checks_value(arena, item));
    bd_result_text(&out, "control", to->of->control->number);
    BD_TRY(add_files(to, item, folder, &out, err));
    bd_result_text(&out, "item_key", bd_str_copy(arena, item->key));
    bd_result_text(&out, "population", to->of->id);
    bd_result_value(&out, "record", record_value(arena, item));
    bd_result_text(&out, "role", bd_str_of(bd_sample_role_name(of->role)));
    bd_result_text(&out, "verdict", bd_str_of(bd_verdict_text(item->verdict)));
    bd_str text = bd_str_format(arena, "%.*s\n",
                                BD_ARG(bd_json_canonical(arena, bd_result_object(&out))));
    to->made++;
    BD_TRY(bd_file_write(bd_path_join(arena, folder, "item.json"), 0644, text, err));
    const bd_str *record = find_record(to, item);
    return record == NULL
               ? BD_OK
               : bd_file_write(bd_path_join(arena, folder, "record.json"), 0644,
                               bd_str_format(arena, "%.*s\n", BD_ARG(*record)), err);
}

static bd_rc take_item(void *context, const bd_item *item, bd_err *err) {
    item_folders *to = context;
    uintptr_t place = (uintptr_t)bd_map_find(to->by_key, item->key);
    const bd_sample_item *of = place > 0 ? &to->of->sample.data[place - 1] : NULL;
    return of == NULL || of->role == BD_SAMPLE_RESERVE
               ? BD_OK
               : write_item(to, of, (size_t)(of - to->of->sample.data), item, err);
}

bd_rc sampling_write(sampling_run *run, const bd_population *of, bd_err *err) {
    bd_session *session = run->session;
    bd_str name = bd_str_format(session->arena, "samples/%.*s_%.*s", BD_ARG(of->control->number),
                                BD_ARG(of->name));
    item_folders to = {.run = run, .of = of, .folder = bd_session_output(session, name.data)};
    BD_TRY(bd_folder_make(to.folder, err));
    BD_TRY(write_population(&to, err));
    BD_TRY(write_list(&to, "selection.json", bd_export_selection, err));
    if (of->sample.count > 0) {
        BD_TRY(write_list(&to, "sample.csv", bd_export_sample_csv, err));
        to.by_key = bd_map_make(session->arena);
        for (size_t i = 0; i < of->sample.count; i++) {
            bd_map_put(to.by_key, of->sample.data[i].key, (void *)(uintptr_t)(i + 1));
        }
        bd_rc rc = fetch_records(&to, err);
        rc = bd_failed(rc) ? rc : sampling_items(run, of, take_item, &to, err);
        close_records(&to);
        BD_TRY(rc);
    }
    sampling_say(run, "%.*s: lists%s in %s", BD_ARG(of->id),
                 to.made > 0 ? " and a folder for each item" : "", to.folder);
    return BD_OK;
}
