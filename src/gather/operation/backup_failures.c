/* Backup jobs that failed: were they noticed, and was the store backed up again in time?
 *
 * Recovery Services vaults and Backup vaults write their jobs differently.  What was found to be
 * good counts from any extract that may pass; that nothing was found counts only where the extracts
 * of the vault, or the lists of tickets, describe the whole time in question. */
#include "bindery/operation.h"

#include "operation_priv.h"

#define NOTICED_WITHIN (24 * BD_HOUR)
#define RETRIED_WITHIN BD_HOUR

/* ---- collect ---- */

static bool is_any_of(bd_str text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_ieq(text, bd_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* Databases inside machines are backed up in parts: "Backup (Full)", "Backup (Log)"; "" for other jobs. */
static bd_str part_of_workload(const bd_value *job) {
    bd_str head = BD_STR("Backup ("), operation = bd_member_text(job, "operation");
    bool is_part = operation.size > head.size && bd_str_ieq(bd_str_sub(operation, 0, head.size), head);
    return is_part ? operation : BD_STR("");
}

/* "backup", "other", or "" when the job does not say what it did. */
static const char *kind_of(const bd_value *job) {
    static const char *const backups[] = {"Backup",         "ScheduledBackup",  "AdhocBackup",
                                          "OnDemandBackup", "Scheduled Backup", "On-demand Backup"};
    bd_str category = bd_member_text(job, "operationCategory");
    bd_str operation = bd_member_text(job, "operation");
    if (bd_str_ieq(category, BD_STR("Backup")) || part_of_workload(job).size > 0 ||
        is_any_of(operation, backups, BD_COUNT(backups))) {
        return "backup";
    }
    return category.size + operation.size > 0 ? "other" : "";
}

static bd_str vault_of(bd_arena *arena, bd_str id) {
    bd_str lower = bd_resource_id(arena, id);
    ptrdiff_t at = bd_str_find(lower, BD_STR("/backupjobs/"));
    return at < 0 ? lower : bd_str_sub(lower, 0, (size_t)at);
}

/* What was backed up: its id, or its name in its vault.  All jobs of it come together. */
static bd_str item_of(const bd_value *job, bd_arena *arena) {
    bd_str source = store_of_job(job, arena);
    bd_str name = bd_member_text(job, "entityFriendlyName");
    name = name.size > 0 ? name : bd_member_text(job, "dataSourceName");
    if (source.size > 0) {
        return source;
    }
    return name.size == 0 ? name
                          : bd_str_format(arena, "%.*s|%.*s",
                                          BD_ARG(vault_of(arena, bd_member_text(job, "id"))),
                                          BD_ARG(bd_derive_fold_text(arena, name)));
}

/* The log of a database puts no full copy of it right, nor the other way round. */
static bd_str protected_part(const bd_value *job, bd_arena *arena) {
    bd_str item = protected_item(job, arena), part = part_of_workload(job);
    return part.size == 0 ? item
                          : bd_str_format(arena, "%.*s|%.*s", BD_ARG(item),
                                          BD_ARG(bd_str_lower(arena, part)));
}

static void collect_job(const bd_value *job, bd_arena *arena, bd_part_fn *keep, void *context) {
    bd_str id = bd_member_text(job, "id"), item = item_of(job, arena);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "id", bd_resource_id(arena, id));
    bd_put_text(&build, "item", item);
    bd_put_text(&build, "protected", protected_part(job, arena));
    bd_put_text(&build, "kind", bd_str_of(kind_of(job)));
    bd_put_text(&build, "status", bd_str_lower(arena, bd_member_text(job, "status")));
    bd_put_text(&build, "start", bd_member_text(job, "startTime"));
    bd_put_text(&build, "end", bd_member_text(job, "endTime"));
    keep(context, item.size > 0 ? item : BD_STR("(unknown)"), bd_build_object(&build));
}

/* Only those that name a job: by its id, or by its name, a guid. */
static void collect_ticket(const bd_value *ticket, bd_arena *arena, bd_part_fn *keep,
                           void *context) {
    bd_str job = bd_id_tail(arena, bd_member_text(ticket, "source_ref"));
    if (job.size == 36) {
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "job", job);
        bd_put_text(&build, "opened", bd_member_text(ticket, "opened_at"));
        keep(context, BD_STR(""), bd_build_object(&build));
    }
}

void collect_backup_failures(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                             void *context) {
    if (bd_join_record_is_of(record, "csv:tickets")) {
        collect_ticket(record->value, arena, keep, context);
    } else {
        collect_job(record->value, arena, keep, context);
    }
}

/* ---- what the extracts describe ---- */

static const bd_join_input *input_behind(const bd_join *join, const bd_part *part) {
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eq(input->source, part->source) && bd_str_eq(input->scope, part->scope) &&
            input->from == part->at) {
            return input;
        }
    }
    return NULL;
}

typedef struct {
    const char *source;
    bd_str scope;
} wanted;

static bool is_wanted(const void *context, const bd_join_input *input) {
    const wanted *one = context;
    return bd_str_eqz(input->source, one->source) && bd_str_eq(input->scope, one->scope);
}

/* ---- one failure ---- */

typedef struct {
    const bd_join *join;
    const bd_part *parts;
    size_t count;
    const bd_value *job;
    bd_instant start, end;
    bd_arena *arena;
    bd_str problem; /* why the first answer that is unknown is so */
} failure;

static bd_answer unknown_for(failure *of, bd_str why) {
    of->problem = of->problem.size == 0 ? why : of->problem;
    return BD_UNKNOWN;
}

static bool read_time(const bd_value *kept, const char *key, bd_instant *out) {
    return bd_instant_parse(bd_value_text(kept, key), out);
}

/* A vault may hold machines of one name from several resource groups.  A name tells of one store only where
 * bindery.json gives an RPO by it. */
static bool is_name_shared(const failure *of) {
    bd_str item = bd_value_text(of->job, "item");
    return bd_str_find(item, BD_STR("|")) >= 0 && !has_own_rpo(of->join, item, of->arena);
}

/* A completed backup of the same item that ended in (from, to]. */
static bd_answer succeeded_by(failure *of, bd_instant from, bd_instant to) {
    bd_str protects = bd_value_text(of->job, "protected");
    bd_answer best = BD_NO;
    for (size_t i = 0; i < of->count; i++) {
        const bd_value *job = of->parts[i].kept;
        const bd_join_input *input = input_behind(of->join, &of->parts[i]);
        bd_str status = bd_value_text(job, "status");
        bd_instant end = 0;
        if (!bd_str_eqz(bd_value_text(job, "kind"), "backup") || !read_time(job, "end", &end) ||
            end <= from || end > to) {
            continue;
        }
        bool is_same = bd_str_eq(bd_value_text(job, "protected"), protects);
        if (bd_str_eqz(status, "completed") && is_same && input != NULL && input->is_whole &&
            !is_name_shared(of)) {
            return BD_YES;
        }
        bool is_open = bd_str_eqz(status, "completed") || status.size == 0 ||
                       bd_str_has_prefix(status, BD_STR("completed"));
        best = is_open ? BD_UNKNOWN : best;
    }
    return best;
}

static bd_answer was_retried(failure *of) {
    return succeeded_by(of, of->end, of->end + RETRIED_WITHIN);
}

static bd_answer was_noticed(failure *of) {
    bd_str name = bd_id_tail(of->arena, bd_value_text(of->job, "id"));
    bd_answer best = BD_NO;
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        const bd_join_input *input = input_behind(of->join, part);
        bd_instant opened = 0;
        if (!bd_str_eq(bd_value_text(part->kept, "job"), name)) {
            continue;
        }
        bool is_dated = read_time(part->kept, "opened", &opened);
        if (is_dated && (opened < of->start || opened > of->end + NOTICED_WITHIN)) {
            continue;
        }
        if (is_dated && input != NULL && input->is_whole) {
            return BD_YES;
        }
        best = BD_UNKNOWN;
    }
    if (best == BD_UNKNOWN) {
        return unknown_for(
            of, BD_STR("its ticket shows no time, or stands on a list that may not pass"));
    }
    const wanted tickets = {.source = "csv:tickets", .scope = BD_STR_INIT("")};
    bd_described days = bd_join_describe(of->join, is_wanted, &tickets, of->arena);
    return bd_described_has(&days, of->start, of->end + NOTICED_WITHIN)
               ? BD_NO
               : unknown_for(of, BD_STR("no usable list of tickets describes the day after it"));
}

static bd_answer was_put_right(failure *of) {
    bd_str item = bd_value_text(of->job, "item");
    int64_t hours = 0;
    if (item.size == 0) {
        return unknown_for(of, BD_STR("the job does not show what it backed up"));
    }
    if (!rpo_hours(of->join, item, of->arena, &hours)) {
        return unknown_for(of, bd_str_format(of->arena, "bindery.json gives no fact rpo for '%.*s'",
                                             BD_ARG(item)));
    }
    bd_instant last = of->end + hours * BD_HOUR;
    bd_answer found = succeeded_by(of, of->end, last);
    if (found == BD_UNKNOWN) {
        return unknown_for(
            of, is_name_shared(of)
                    ? BD_STR("the jobs show only a name, which another store of the vault may have")
                    : BD_STR("a later backup is of another protected item, ended with warnings, or "
                             "stands in an extract that may not pass"));
    }
    const wanted jobs = {.source = "S68", .scope = of->join->scope};
    bd_described days = bd_join_describe(of->join, is_wanted, &jobs, of->arena);
    if (found == BD_YES || bd_described_has(&days, of->end, last)) {
        return found;
    }
    return unknown_for(of, BD_STR("no usable job list of the vault describes its RPO after it"));
}

static void emit_failure(failure *of, bd_derived_fn *emit, void *context) {
    bool is_backup = bd_str_eqz(bd_value_text(of->job, "kind"), "backup");
    bd_str id = bd_value_text(of->job, "id");
    bool is_dated = read_time(of->job, "start", &of->start);
    is_dated = (read_time(of->job, "end", &of->end) && is_dated) ||
               (is_dated && bd_value_text(of->job, "end").size == 0);
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "job", id);
    bd_put_text(&build, "item", bd_value_text(of->job, "item"));
    if (!is_dated) {
        bd_put_text(&build, "problem", BD_STR("the job does not show when it ran"));
        bd_put_text(&build, "time_problem", BD_STR("the job does not show when it ran"));
        emit(context, BD_STR("backup-failure"), id, id, BD_INSTANT_NONE, bd_build_object(&build));
        return;
    }
    of->end = bd_value_text(of->job, "end").size == 0 ? of->start : of->end;
    bd_put_text(&build, "time", bd_instant_format(of->arena, of->end));
    if (bd_value_text(of->job, "kind").size == 0) {
        bd_put_text(&build, "problem", BD_STR("the job does not show what it did"));
    } else {
        bd_answer retried = is_backup ? was_retried(of) : BD_NO;
        bd_put_value(&build, "retried", bd_value_bool(of->arena, retried == BD_YES));
        bd_put_answer(&build, "noticed", retried == BD_YES ? BD_YES : was_noticed(of));
        bd_put_answer(&build, "put_right",
                      retried == BD_YES || !is_backup ? BD_YES : was_put_right(of));
        bd_put_text(&build, "problem", of->problem);
    }
    emit(context, BD_STR("backup-failure"), id, id, of->end, bd_build_object(&build));
}

/* Of the extract at hand; the others are seen for what came after. */
void reduce_backup_failures(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                            bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)group;
    for (size_t i = 0; i < count; i++) {
        bd_str status = bd_value_text(parts[i].kept, "status");
        bool is_own = bd_str_eq(parts[i].scope, join->scope) && parts[i].at == join->at;
        bool is_bad = status.size == 0 || bd_str_has_prefix(status, BD_STR("fail"));
        if (is_own && is_bad) {
            failure of = {.join = join,
                          .parts = parts,
                          .count = count,
                          .job = parts[i].kept,
                          .arena = arena,
                          .problem = {"", 0}};
            emit_failure(&of, emit, context);
        }
    }
}
