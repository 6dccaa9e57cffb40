/* `policy eval`: policies over the evidence.
 *
 * Evidence is read twice.  First: which types, of what scope and day, stand in which file, and what resource groups
 * there are.  Then only the files with the newest snapshot of a type that some policy reads; their rows are sorted
 * and joined.  Memory is flat but for the findings. */
#include "bindery/policies.h"

#include "policies_priv.h"

#include <string.h>

#define SORT_BYTES ((size_t)16 << 20)
#define SPOOL_BYTES ((size_t)1 << 20)
#define MAPPER_BYTES ((size_t)256 << 20)
#define NOTES_MAX 100000 /* kinds of record in one file */

typedef struct {
    bd_str source, type, scope, subscription;
} note;
typedef struct {
    BD_VEC(note) notes;
    BD_VEC(const bd_value *) groups; /* records of resource groups */
    bd_strs group_keys;
    bd_map *seen;
} file_notes;

typedef struct {
    bd_day day;
    bool is_complete;
} newest;

typedef struct evaluating evaluating;
typedef struct {
    evaluating *run;
    bd_arena *arena;
    bd_policy_mapper *mapper;
    bd_spool *rows;
    bd_packer *packer;
    bool has_failed;
    bd_err error;
} worker;

struct evaluating {
    bd_session *session;
    const bd_policies *policies;
    bd_read_run read;
    file_notes *files; /* by index of the evidence */
    bd_map *newest;    /* source, type, scope -> newest */
    bd_map *complete;  /* type, scope -> itself */
    bd_map *groups;    /* key -> record */
    bd_strs subscriptions;
    bd_map *has_subscription;
    bool *is_wanted;
    bd_day *days;
    worker *workers;
    bd_arena *scratch; /* one look-up */
    bool wants_findings;
};

static bd_str joined(bd_arena *arena, bd_str a, bd_str b, bd_str c) {
    return bd_str_concat(arena, (bd_str[]){a, BD_STR("\x1f"), b, BD_STR("\x1f"), c}, 5);
}

/* ---- first reading ---- */

static bool is_group(bd_str type) {
    return bd_str_eqz(type, "microsoft.resources/subscriptions/resourcegroups") ||
           bd_str_eqz(type, "microsoft.resources/resourcegroups");
}

static void note_record(void *context, uint32_t evidence, const bd_record *record, bd_arena *keep,
                        bd_arena *scratch) {
    worker *own = context;
    file_notes *file = &own->run->files[evidence];
    bd_str type = bd_policy_type(record);
    if (type.size == 0 || file->notes.count >= NOTES_MAX) {
        return;
    }
    file->seen = file->seen != NULL ? file->seen : bd_map_make(keep);
    bd_str name = joined(scratch, record->source->id, type, record->scope);
    if (bd_map_find(file->seen, name) == NULL) {
        bd_map_put(file->seen, name, file);
        *bd_push(keep, &file->notes) =
            (note){.source = record->source->id,
                   .type = bd_str_copy(keep, type),
                   .scope = bd_str_copy(keep, record->scope),
                   .subscription = bd_str_copy(keep, record->subscription)};
    }
    if (is_group(type)) {
        *bd_push(keep, &file->groups) = bd_value_copy(keep, record->value);
        *bd_push(keep, &file->group_keys) = bd_str_copy(keep, record->key);
    }
}

/* The day of a file is that of the first page of its collection. */
static bd_day day_of(const evaluating *run, uint32_t index) {
    const bd_evidence *item = &run->read.evidence.data[index];
    bd_instant at = item->describes_from;
    if (item->collection < run->read.collections.count) {
        const bd_collection *all = &run->read.collections.data[item->collection];
        for (size_t i = 0; i < all->members.count; i++) {
            if (all->members.data[i] == index) {
                at = run->read.evidence.data[all->members.data[0]].describes_from;
            }
        }
    }
    return at == BD_INSTANT_NONE || at >= run->session->as_of ? BD_DAY_NONE
                                                              : bd_instant_utc_day(at);
}

static void note_newest(evaluating *run, bd_str name, bd_day day, bool is_complete) {
    bd_arena *arena = run->session->arena;
    newest *found = bd_map_find(run->newest, name);
    if (found == NULL) {
        found = bd_new(arena, newest, 1);
        *found = (newest){day, is_complete};
        bd_map_put(run->newest, name, found);
    } else if (day > found->day) {
        *found = (newest){day, is_complete};
    } else if (day == found->day) {
        found->is_complete = found->is_complete && is_complete;
    }
}

static void note_subscription(evaluating *run, bd_str guid) {
    if (guid.size > 0 && bd_map_find(run->has_subscription, guid) == NULL) {
        bd_map_put(run->has_subscription, guid, run);
        *bd_push(run->session->arena, &run->subscriptions) = bd_str_copy(run->session->arena, guid);
    }
}

/* An answer without rows shows that there is nothing, where it says of what. */
static void note_empty(evaluating *run, const bd_evidence *item, bd_day day) {
    bd_arena *arena = run->session->arena;
    for (size_t i = 0; i < item->facts.seen.count; i++) {
        const bd_seen *seen = &item->facts.seen.data[i];
        const bd_source_def *source = bd_catalog_source(run->session->catalog, seen->source);
        for (size_t t = 0; seen->rows == 0 && source != NULL && t < source->types.count; t++) {
            note_newest(run, joined(arena, seen->source, source->types.data[t], seen->scope), day,
                        item->completeness == BD_COMPLETE_YES);
        }
    }
}

static void settle_newest(evaluating *run) {
    bd_arena *arena = run->session->arena;
    for (size_t i = 0; i < run->read.evidence.count; i++) {
        const bd_evidence *item = &run->read.evidence.data[i];
        run->days[i] = day_of(run, (uint32_t)i);
        for (size_t n = 0; run->days[i] != BD_DAY_NONE && n < run->files[i].notes.count; n++) {
            const note *one = &run->files[i].notes.data[n];
            note_newest(run, joined(arena, one->source, one->type, one->scope), run->days[i],
                        item->completeness == BD_COMPLETE_YES);
            note_subscription(run, one->subscription);
        }
        if (run->days[i] != BD_DAY_NONE) {
            note_empty(run, item, run->days[i]);
        }
    }
    for (size_t i = 0; i < run->session->engagement.subscriptions.count; i++) {
        note_subscription(run, run->session->engagement.subscriptions.data[i].id);
    }
}

static void note_complete(evaluating *run, bd_str source, bd_str type, bd_str scope) {
    bd_arena *arena = run->session->arena;
    const newest *found = bd_map_find(run->newest, joined(arena, source, type, scope));
    if (found != NULL && found->is_complete) {
        bd_map_put(run->complete, joined(arena, BD_STR(""), type, scope), run);
    }
}

/* Which files hold what is newest, and of what they show everything. */
static void settle_wanted(evaluating *run) {
    bd_arena *arena = run->session->arena;
    for (size_t i = 0; i < run->read.evidence.count; i++) {
        const file_notes *file = &run->files[i];
        const bd_evidence *item = &run->read.evidence.data[i];
        for (size_t n = 0; n < file->notes.count; n++) {
            const note *one = &file->notes.data[n];
            const newest *found =
                bd_map_find(run->newest, joined(arena, one->source, one->type, one->scope));
            run->is_wanted[i] = run->is_wanted[i] || (found != NULL && found->day == run->days[i]);
            note_complete(run, one->source, one->type, one->scope);
        }
        for (size_t s = 0; s < item->facts.seen.count; s++) {
            const bd_seen *seen = &item->facts.seen.data[s];
            const bd_source_def *source = bd_catalog_source(run->session->catalog, seen->source);
            for (size_t t = 0; source != NULL && t < source->types.count; t++) {
                note_complete(run, seen->source, source->types.data[t], seen->scope);
            }
        }
        for (size_t g = 0; run->is_wanted[i] && g < file->groups.count; g++) {
            bd_map_put(run->groups, file->group_keys.data[g],
                       (void *)(uintptr_t)file->groups.data[g]);
        }
    }
}

/* ---- second reading ---- */

/* Members that every resource has, whatever its settings. */
static bool is_envelope_key(bd_str key) {
    static const char *const keys[] = {
        "id",         "name",       "type",          "kind",        "location",
        "tags",       "sku",        "plan",          "identity",    "zones",
        "managedBy",  "etag",       "resourceGroup", "tenantId",    "subscriptionId",
        "systemData", "apiVersion", "createdTime",   "changedTime", "extendedLocation",
        "properties"};
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        if (bd_str_ieq(key, bd_str_of(keys[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_partial(const bd_facts *facts, const bd_value *record) {
    const bd_value *properties = bd_value_find(record, "properties");
    bool is_projection = bd_str_eqz(facts->envelope, "E4") || bd_str_eqz(facts->envelope, "E5") ||
                         bd_str_eqz(facts->envelope, "E10");
    if ((properties != NULL && properties->kind == BD_OBJECT) || is_projection) {
        return properties == NULL || properties->kind != BD_OBJECT;
    }
    for (size_t i = 0; i < record->count; i++) {
        if (!is_envelope_key(record->keys[i])) {
            return false; /* a tool has lifted the properties up */
        }
    }
    return true;
}

static void put_row(void *context, const bd_policy_row *row) {
    worker *own = context;
    if (own->has_failed) {
        return;
    }
    bd_pack_begin(own->packer);
    bd_policy_row_pack(own->packer, row);
    bd_rc rc = own->packer->overflowed
                   ? bd_raise(&own->error, BD_ERR_LIMIT, "a row of a policy is over 64 KiB")
                   : bd_spool_put(own->rows, bd_pack_end(own->packer), &own->error);
    own->has_failed = bd_failed(rc);
}

static void judge_record(void *context, uint32_t evidence, const bd_record *record, bd_arena *keep,
                         bd_arena *scratch) {
    (void)keep;
    worker *own = context;
    evaluating *run = own->run;
    bd_str type = bd_policy_type(record);
    const newest *found =
        type.size == 0
            ? NULL
            : bd_map_find(run->newest, joined(scratch, record->source->id, type, record->scope));
    if (found == NULL || found->day != run->days[evidence]) {
        return;
    }
    bd_str key = record->key, group = {"", 0};
    for (size_t at = 1, parts = 0; at <= key.size && group.size == 0; at++) {
        parts += at == key.size || key.data[at] == '/' ? 1 : 0;
        group = parts == 4 ? bd_str_sub(key, 0, at) : group;
    }
    bd_policy_subject subject = {
        .record = record,
        .as_of = run->session->as_of,
        .day = run->days[evidence],
        .group = group.size > 0 ? bd_map_find(run->groups, group) : NULL,
        .is_partial = is_partial(&run->read.evidence.data[evidence].facts, record->value)};
    bd_policy_map(own->mapper, &subject, scratch, put_row, own);
}

/* A subscription that evidence speaks of is there, whether or not a file lists it. */
static void judge_subscriptions(evaluating *run) {
    bd_arena *arena = run->session->arena;
    static const bd_source_def none = {0};
    for (size_t i = 0; i < run->subscriptions.count; i++) {
        bd_str guid = run->subscriptions.data[i];
        bd_str id = bd_str_format(arena, "/subscriptions/%.*s", BD_ARG(guid));
        const bd_str keys[] = {BD_STR("id"), BD_STR("name"), BD_STR("type")};
        const bd_value *values[] = {
            bd_value_string(arena, id), bd_value_string(arena, guid),
            bd_value_string(arena, BD_STR("Microsoft.Resources/subscriptions"))};
        bd_record record = {.source = &none,
                            .value = bd_value_object(arena, 3, keys, values),
                            .type = BD_STR("microsoft.resources/subscriptions"),
                            .key = id,
                            .resource = id,
                            .subscription = guid,
                            .time = BD_INSTANT_NONE};
        bd_policy_subject subject = {
            .record = &record, .as_of = run->session->as_of, .is_partial = true};
        bd_policy_map(run->workers[0].mapper, &subject, arena, put_row, &run->workers[0]);
    }
}

static bd_rc check_workers(const evaluating *run, bd_err *err) {
    for (unsigned i = 0; i < run->session->jobs; i++) {
        if (run->workers[i].has_failed) {
            *err = run->workers[i].error;
            return (bd_rc){(int)err->class};
        }
    }
    return BD_OK;
}

static bd_rc sort_rows(evaluating *run, bd_sorter *sorter, bd_err *err) {
    for (unsigned i = 0; i < run->session->jobs; i++) {
        bd_str record;
        bool has_record = true;
        BD_TRY(bd_spool_rewind(run->workers[i].rows, err));
        while (has_record) {
            BD_TRY(bd_spool_next(run->workers[i].rows, &record, &has_record, err));
            if (has_record) {
                BD_TRY(bd_sorter_put(sorter, record, err));
            }
        }
    }
    return BD_OK;
}

static bool is_complete(void *context, bd_str type, bd_str subscription, bd_str anchor) {
    const evaluating *run = context;
    const bd_str scopes[] = {anchor, subscription, {"", 0}};
    bool is_found = false;
    bd_arena_reset(run->scratch);
    for (size_t i = 0; i < BD_COUNT(scopes); i++) {
        bd_str name = joined(run->scratch, BD_STR(""), type, scopes[i]);
        is_found = is_found || bd_map_find(run->complete, name) != NULL;
    }
    return is_found;
}

/* ---- the result ---- */

static const bd_value *count_value(bd_arena *arena, const bd_policy_count *count) {
    bd_result out = {.arena = arena};
    bd_result_text(&out, "type", count->type);
    bd_result_int(&out, "pass", (int64_t)count->counts[BD_PASS]);
    bd_result_int(&out, "fail", (int64_t)count->counts[BD_FAIL]);
    bd_result_int(&out, "not_applicable", (int64_t)count->counts[BD_NOT_APPLICABLE]);
    bd_result_int(&out, "cannot_tell", (int64_t)count->counts[BD_CANNOT_TELL]);
    return bd_result_object(&out);
}

static const bd_value *finding_value(bd_arena *arena, const bd_policy_finding *finding) {
    bd_result out = {.arena = arena};
    bd_result_text(&out, "resource", finding->resource);
    bd_result_text(&out, "type", finding->type);
    bd_result_text(&out, "verdict", bd_str_of(bd_verdict_text(finding->verdict)));
    bd_result_text(&out, "reason", finding->reason);
    return bd_result_object(&out);
}

static const bd_value *policy_value(bd_arena *arena, const bd_policy *policy,
                                    const bd_policy_result *result, bool wants_findings) {
    bd_result out = {.arena = arena};
    const struct {
        const char *key;
        bd_str text;
    } texts[] = {{"id", policy->id},
                 {"title", policy->title},
                 {"effect", policy->effect},
                 {"mode", policy->mode},
                 {"version", policy->version},
                 {"file", policy->file},
                 {"problem", policy->problem},
                 {"initiative", policy->initiative},
                 {"reference", policy->reference}};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        if (texts[i].text.size > 0) {
            bd_result_text(&out, texts[i].key, texts[i].text);
        }
    }
    bd_result_text(&out, "state", bd_str_of(bd_policy_state_text(policy->state)));
    bd_result_list(&out, "groups", &policy->groups);
    const bd_value **list = bd_new(arena, const bd_value *, result->counts.count + 1);
    for (size_t i = 0; i < result->counts.count; i++) {
        list[i] = count_value(arena, &result->counts.data[i]);
    }
    bd_result_value(&out, "types", bd_value_array(arena, result->counts.count, list));
    if (!wants_findings) {
        return bd_result_object(&out);
    }
    list = bd_new(arena, const bd_value *, result->findings.count + 1);
    for (size_t i = 0; i < result->findings.count; i++) {
        list[i] = finding_value(arena, &result->findings.data[i]);
    }
    bd_result_value(&out, "findings", bd_value_array(arena, result->findings.count, list));
    return bd_result_object(&out);
}

static const bd_value *result_value(evaluating *run, const bd_policy_result *results) {
    bd_arena *arena = run->session->arena;
    size_t count = bd_policies_count(run->policies);
    int64_t states[BD_POLICY_ABSENT + 1] = {0};
    const bd_value **list = bd_new(arena, const bd_value *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const bd_policy *policy = bd_policies_at(run->policies, i);
        states[policy->state]++;
        list[i] = policy_value(arena, policy, &results[i], run->wants_findings);
    }
    bd_result out = {.arena = arena};
    bd_result_text(&out, "as_of", bd_instant_format(arena, run->session->as_of));
    bd_result_text(&out, "as_of_why", run->session->as_of_why);
    bd_result_int(&out, "subscriptions", (int64_t)run->subscriptions.count);
    bd_result_value(&out, "policies", bd_value_array(arena, count, list));
    for (int i = 0; i <= BD_POLICY_ABSENT; i++) {
        bd_result_int(&out, bd_policy_state_text((bd_policy_state)i), states[i]);
    }
    return bd_result_object(&out);
}

/* Of a definition that was named the answer is no answer; of an initiative's member it is part of one. */
static bool has_unanswered(const bd_policies *policies, bool is_strict) {
    for (size_t i = 0; i < bd_policies_count(policies); i++) {
        const bd_policy *policy = bd_policies_at(policies, i);
        bool is_open = policy->state == BD_POLICY_UNSUPPORTED || policy->state == BD_POLICY_ABSENT;
        if (is_open && (is_strict || policy->initiative.size == 0)) {
            return true;
        }
    }
    return false;
}

/* ---- all of it ---- */

static void open_run(evaluating *run) {
    bd_arena *arena = run->session->arena;
    run->scratch = bd_arena_open("look-up", (size_t)1 << 20);
    run->newest = bd_map_make(arena);
    run->complete = bd_map_make(arena);
    run->groups = bd_map_make(arena);
    run->has_subscription = bd_map_make(arena);
    run->workers = bd_new(arena, worker, run->session->jobs);
    for (unsigned i = 0; i < run->session->jobs; i++) {
        worker *own = &run->workers[i];
        own->run = run;
        own->arena = bd_arena_open("policy worker", MAPPER_BYTES);
        own->mapper = bd_policy_mapper_make(run->policies, own->arena);
        own->rows = bd_spool_open(SPOOL_BYTES);
        own->packer = bd_new(own->arena, bd_packer, 1);
    }
    size_t count = bd_locker_count(run->session->locker);
    run->files = bd_new(arena, file_notes, count + 1);
    run->is_wanted = bd_new(arena, bool, count + 1);
    run->days = bd_new(arena, bd_day, count + 1);
}

static void close_run(evaluating *run) {
    bd_arena_close(run->scratch);
    for (unsigned i = 0; i < run->session->jobs; i++) {
        bd_spool_close(run->workers[i].rows);
        bd_arena_close(run->workers[i].arena);
    }
}

static bd_rc judge_all(evaluating *run, bd_sorter *sorter, const bd_value **out, bd_err *err) {
    bd_session *session = run->session;
    void **contexts = bd_new(session->arena, void *, session->jobs);
    for (unsigned i = 0; i < session->jobs; i++) {
        contexts[i] = &run->workers[i];
    }
    bd_watch again = {.see = judge_record, .contexts = contexts, .is_wanted = run->is_wanted};
    settle_newest(run);
    settle_wanted(run);
    BD_TRY(bd_reread_evidence(session, &again, &run->read, err));
    judge_subscriptions(run);
    BD_TRY(check_workers(run, err));
    BD_TRY(sort_rows(run, sorter, err));
    bd_policy_result *results = NULL;
    BD_TRY(bd_policies_reduce(run->policies, sorter, is_complete, run, run->wants_findings,
                              session->arena, &results, err));
    *out = result_value(run, results);
    return BD_OK;
}

static bd_rc evaluate(evaluating *run, const bd_value **out, bd_err *err) {
    bd_session *session = run->session;
    void **contexts = bd_new(session->arena, void *, session->jobs);
    for (unsigned i = 0; i < session->jobs; i++) {
        contexts[i] = &run->workers[i];
    }
    bd_watch watch = {.see = note_record, .contexts = contexts};
    BD_TRY(bd_read_evidence(session, &watch, &run->read, err));
    bd_sorter *sorter = bd_sorter_open(SORT_BYTES);
    bd_rc rc = judge_all(run, sorter, out, err);
    bd_sorter_close(sorter);
    bd_read_clear(&run->read);
    return rc;
}

bd_rc bd_policies_eval(const bd_run_options *options, const bd_run_policies *asked, bd_arena *arena,
                       bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    evaluating run = {.session = &session, .wants_findings = asked->wants_findings};
    BD_TRY(bd_policies_load(asked->paths, asked->path_count, asked->parameters_path, arena,
                            &outcome->diags, &run.policies, err));
    BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
    open_run(&run);
    bd_rc rc = evaluate(&run, &outcome->result, err);
    close_run(&run);
    bd_session_close(&session);
    if (!bd_failed(rc) && has_unanswered(run.policies, options->is_strict)) {
        outcome->exit_code = 3;
    }
    return rc;
}
