/* Stretches of time that a store was without a new completed backup, from the jobs of all vaults.
 *
 * A job is a fact of the moment it ended; what lies between two completed ones is a stretch, and so is what lies
 * between the last one and the end of the extract.  A stretch that is too long is told of at the moment it became so
 * and at its end, so that it fails in the months it belongs to, however long the extract is.  Where the log between
 * was not read, or a job that may be of the store lies inside, its length is not known. */
#include "bindery/operation.h"

#include "operation_priv.h"

#define HOUR_MINUTES 60
#define MOST_HOURS 100000

/* ---- collect ---- */

/* "IaasVMContainer;iaasvmcontainerv2;rg;vm": a machine lies in the subscription of its vault. */
static bd_str machine_of(bd_arena *arena, bd_str vault, bd_str container) {
    bd_str lower = bd_str_lower(arena, container), mark = BD_STR("iaasvmcontainerv2;");
    bd_str head = BD_STR("/subscriptions/"), group, subscription;
    bd_str id = bd_resource_id(arena, vault);
    ptrdiff_t at = bd_str_find(lower, mark);
    if (at < 0 || !bd_str_has_prefix(id, head)) {
        return BD_STR("");
    }
    bd_str rest = bd_str_sub(lower, (size_t)at + mark.size, lower.size);
    bd_str path = bd_str_sub(id, head.size, id.size);
    if (!bd_str_cut(&rest, ';', &group) || rest.size == 0 ||
        !bd_str_cut(&path, '/', &subscription)) {
        return BD_STR("");
    }
    return bd_str_format(arena,
                         "/subscriptions/%.*s/resourcegroups/%.*s/providers/microsoft.compute/"
                         "virtualmachines/%.*s",
                         BD_ARG(subscription), BD_ARG(group), BD_ARG(rest));
}

bd_str store_of_job(const bd_value *job, bd_arena *arena) {
    bd_str source = bd_member_text(job, "dataSourceId");
    return source.size > 0
               ? bd_resource_id(arena, source)
               : machine_of(arena, bd_member_text(job, "id"), bd_member_text(job, "containerName"));
}

bd_str protected_item(const bd_value *job, bd_arena *arena) {
    bd_str instance = bd_member_text(job, "backupInstanceId");
    bd_str name = bd_member_text(job, "entityFriendlyName");
    if (instance.size > 0) {
        return bd_resource_id(arena, instance);
    }
    return name.size == 0
               ? name
               : bd_str_format(
                     arena, "%.*s|%.*s",
                     BD_ARG(bd_str_lower(arena, bd_member_text(job, "backupManagementType"))),
                     BD_ARG(bd_derive_fold_text(arena, name)));
}

static bool is_backup(const bd_value *job) {
    return bd_str_ieq(bd_member_text(job, "operation"), BD_STR("Backup")) ||
           bd_str_ieq(bd_member_text(job, "operationCategory"), BD_STR("Backup"));
}

/* One with warnings may or may not have left a copy that can be restored. */
static const char *result_of(bd_str status) {
    if (bd_str_ieq(status, BD_STR("Completed"))) {
        return "done";
    }
    return bd_str_ieq(status, BD_STR("CompletedWithWarnings")) ? "maybe" : "not";
}

void collect_backup_stretches(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                              void *context) {
    const bd_value *job = record->value;
    bd_str end = bd_member_text(job, "endTime"), start = bd_member_text(job, "startTime");
    if (!is_backup(job) || (end.size == 0 && start.size == 0)) {
        return;
    }
    const char *result = end.size > 0 ? result_of(bd_member_text(job, "status")) : "not";
    bd_str store = store_of_job(job, arena);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "t", end.size > 0 ? end : start);
    bd_put_text(&build, "r", bd_str_of(result));
    if (store.size > 0) {
        bd_put_text(&build, "i", protected_item(job, arena));
        keep(context, store, bd_build_object(&build));
    } else if (bd_str_of(result).data[0] != 'n') {
        bd_put_text(&build, "n", bd_str_lower(arena, bd_member_text(job, "entityFriendlyName")));
        keep(context, BD_STR(""), bd_build_object(&build));
    }
}

/* ---- reduce ---- */

typedef struct {
    bd_instant at;
    char result; /* of "done", "maybe", "not": its first letter */
    bool is_own; /* told of by the extract that is judged */
    bd_str item; /* what protects the store, see protected_item() */
} job;

/* A vault that keeps, or kept, the store. */
typedef struct {
    bd_str scope;
    bd_described read; /* by whole extracts of it */
} vault;
typedef BD_VEC(bd_instant) instants;

typedef struct {
    const bd_join *join;
    bd_str store;
    const job *jobs; /* of one protected item, by time */
    size_t job_count;
    BD_VEC(vault) vaults; /* the first is the one that is judged */
    instants maybe; /* jobs that may have left a copy of it, by time */
    int64_t rpo_minutes; /* -1: bindery.json does not say */
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} history;

static int cmp_jobs(const void *context, const void *a, const void *b) {
    (void)context;
    const job *x = a;
    const job *y = b;
    int order = bd_str_cmp(x->item, y->item);
    if (order != 0) {
        return order;
    }
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : x->result - y->result;
}

static bool read_hours(const bd_value *value, int64_t *hours) {
    return value->kind == BD_NUMBER && bd_str_to_i64(value->text, hours) && *hours >= 1 &&
           *hours <= MOST_HOURS;
}

bool has_own_rpo(const bd_join *join, bd_str store, bd_arena *arena) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, "rpo") : NULL;
    const bd_value *list = fact != NULL ? bd_value_find(fact, "value") : NULL;
    for (size_t i = 0; list != NULL && list->kind == BD_OBJECT && i < list->count; i++) {
        if (bd_str_eq(bd_resource_id(arena, list->keys[i]), store)) {
            return true;
        }
    }
    return false;
}

bool rpo_hours(const bd_join *join, bd_str store, bd_arena *arena, int64_t *hours) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, "rpo") : NULL;
    const bd_value *list = fact != NULL ? bd_value_find(fact, "value") : NULL;
    const bd_value *others = NULL;
    if (list == NULL || list->kind != BD_OBJECT) {
        return list != NULL && read_hours(list, hours);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(bd_resource_id(arena, list->keys[i]), store) ||
            bd_str_ieq(list->keys[i], store)) {
            return read_hours(&list->items[i], hours);
        }
        others = bd_str_eqz(list->keys[i], "default") ? &list->items[i] : others;
    }
    return others != NULL && read_hours(others, hours);
}

static int64_t rpo_minutes_of(const bd_join *join, bd_str store, bd_arena *arena) {
    int64_t hours;
    return rpo_hours(join, store, arena, &hours) ? hours * HOUR_MINUTES : -1;
}

static int cmp_instants(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_instant *x = a;
    const bd_instant *y = b;
    return (*x > *y) - (*x < *y);
}

static bool is_of_vault(const void *context, const bd_join_input *input) {
    return bd_str_eq(input->scope, *(const bd_str *)context);
}

static void add_vault(history *of, bd_str scope) {
    for (size_t i = 0; i < of->vaults.count; i++) {
        if (bd_str_eq(of->vaults.data[i].scope, scope)) {
            return;
        }
    }
    *bd_push(of->arena, &of->vaults) =
        (vault){.scope = scope, .read = bd_join_describe(of->join, is_of_vault, &scope, of->arena)};
}

static void gather_maybes(history *of) {
    bd_str name = bd_id_tail(of->arena, of->store);
    for (size_t i = 0; i < of->job_count; i++) {
        if (of->jobs[i].result == 'm') {
            *bd_push(of->arena, &of->maybe) = of->jobs[i].at;
        }
    }
    for (size_t i = 0; i < of->join->common_count; i++) {
        bd_instant at;
        const bd_value *kept = of->join->common[i].kept;
        if (bd_str_eq(bd_member_text(kept, "n"), name) &&
            bd_instant_parse(bd_member_text(kept, "t"), &at)) {
            *bd_push(of->arena, &of->maybe) = at;
        }
    }
    bd_sort(of->maybe.data, of->maybe.count, sizeof of->maybe.data[0], cmp_instants, NULL);
}

static bd_instant described_from(const history *of, bd_instant to) {
    return bd_described_since(&of->vaults.data[0].read, to);
}

/* A backup may lie in another vault that has the store: all of them have to be read. */
static bool is_read(const history *of, bd_instant from, bd_instant to) {
    for (size_t i = 0; i < of->vaults.count; i++) {
        if (bd_described_since(&of->vaults.data[i].read, to) > from) {
            return false;
        }
    }
    return true;
}

static bool may_hold_another(const history *of, bd_instant from, bd_instant to) {
    size_t low = 0, high = of->maybe.count;
    while (low < high) { /* the first after `from` */
        size_t middle = low + (high - low) / 2;
        if (of->maybe.data[middle] <= from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < of->maybe.count && of->maybe.data[low] < to;
}

static bool is_too_long(const history *of, bd_instant from, bd_instant to) {
    return of->rpo_minutes >= 0 && to - from > of->rpo_minutes * 60 * BD_SECOND;
}

/* `problem`: why the stretch says nothing, "" when it does. */
static void emit_stretch(const history *of, bd_instant from, bd_instant to, bd_instant at,
                         const char *problem) {
    const char *why =
        of->rpo_minutes < 0 ? "the fact rpo of bindery.json gives no hours for it" : problem;
    bool is_long = is_too_long(of, from, to);
    if (why[0] == '\0' && is_long) {
        why = may_hold_another(of, from, to)
                  ? "a job that ended with warnings, or that may be of another store or of another "
                    "protected item of it, lies between"
              : is_read(of, from, to) ? ""
                                      : "the jobs between were not all read";
    }
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "store", of->store);
    bd_put_text(&build, "from", bd_instant_format(of->arena, from));
    bd_put_text(&build, "to", bd_instant_format(of->arena, to));
    bd_put_value(&build, "minutes", bd_value_integer(of->arena, (to - from) / (60 * BD_SECOND)));
    bd_put_value(&build, "allowed", bd_value_integer(of->arena, of->rpo_minutes));
    bd_put_value(&build, "within", why[0] == '\0' ? bd_value_bool(of->arena, !is_long) : NULL);
    bd_put_text(&build, "problem", bd_str_of(why));
    of->emit(of->context, BD_STR("backup-stretch"), of->store, of->store, at,
             bd_build_object(&build));
}

static void tell_stretch(const history *of, bd_instant from, bd_instant to, bd_instant at,
                         const char *problem) {
    if (is_too_long(of, from, to)) {
        bd_instant late = from + of->rpo_minutes * 60 * BD_SECOND;
        emit_stretch(of, from, to, late < at ? late : at, problem);
    }
    emit_stretch(of, from, to, at, problem);
}

/* A first job that failed shows that the store was to be backed up, and not since when: where the days before it were
 * read and are silent for too long, a stretch that begins with it is short for no reason that is known. */
static const char *problem_of_first(const history *of, bd_instant sign, bd_instant to) {
    bool is_known = !is_too_long(of, described_from(of, sign), to);
    return is_known || is_too_long(of, sign, to) ? ""
                                                 : "no earlier completed backup of it is on file";
}

static bd_instant first_failed_before(const history *of, bd_instant end) {
    for (size_t i = 0; i < of->job_count; i++) {
        if (of->jobs[i].result == 'n' && of->jobs[i].at < end) {
            return of->jobs[i].at;
        }
    }
    return BD_INSTANT_NONE;
}

/* The stretch that ends with the first completed job on file. */
static void tell_first(const history *of, bd_instant done) {
    bd_instant sign = first_failed_before(of, done);
    if (sign != BD_INSTANT_NONE) {
        tell_stretch(of, sign, done, done, problem_of_first(of, sign, done));
        return;
    }
    bd_instant from = described_from(of, done);
    tell_stretch(of, from, done, done,
                 is_too_long(of, from, done) ? "no earlier completed backup of it is on file" : "");
}

/* Walks through all jobs of all vaults, and tells of what ends in the extract that is judged: [.., `end`). */
static void walk(const history *of, bd_instant end) {
    bd_instant since = BD_INSTANT_NONE, last = BD_INSTANT_NONE;
    for (size_t i = 0; i < of->job_count; i++) {
        const job *one = &of->jobs[i];
        if (one->result != 'd') {
            continue;
        }
        if (one->is_own && since == BD_INSTANT_NONE) {
            tell_first(of, one->at);
        } else if (one->is_own) {
            tell_stretch(of, since, one->at, one->at, "");
        }
        since = one->at;
        last = one->at < end ? one->at : last;
    }
    bd_instant sign = first_failed_before(of, end);
    if (last != BD_INSTANT_NONE) {
        tell_stretch(of, last, end, end - 1, "");
    } else if (sign != BD_INSTANT_NONE) {
        tell_stretch(of, sign, end, end - 1, problem_of_first(of, sign, end));
    }
}

/* A store may be protected twice, and which of the two its RPO means is not known: a copy that the other one left is
 * one that may count. */
static void add_copies_of_others(history *of, const job *jobs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool is_other = &jobs[i] < of->jobs || &jobs[i] >= of->jobs + of->job_count;
        if (is_other && jobs[i].result == 'd') {
            *bd_push(of->arena, &of->maybe) = jobs[i].at;
        }
    }
}

static bool is_own_job(const job *jobs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].is_own) {
            return true;
        }
    }
    return false;
}

/* A protected item that shows no job in the extract, where another of the store does, was given up, or its backups
 * stopped without a word: which of the two no list of jobs says. */
static void tell_silent(const history *of, bd_instant end) {
    bd_instant last = BD_INSTANT_NONE;
    for (size_t i = 0; i < of->job_count; i++) {
        last = of->jobs[i].result == 'd' && of->jobs[i].at < end ? of->jobs[i].at : last;
    }
    if (last != BD_INSTANT_NONE && is_too_long(of, last, end)) {
        emit_stretch(of, last, end, end - 1,
                     "a protected item of it shows no job any more, where another does: whether it "
                     "was given up is not shown");
    }
}

/* Tells of each protected item by itself: the copies of one hide no failure of another. */
static void walk_items(history *of, const job *jobs, size_t count, bd_instant end) {
    bool is_any_here = is_own_job(jobs, count);
    for (size_t first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && bd_str_eq(jobs[next].item, jobs[first].item)) {
            next++;
        }
        of->jobs = &jobs[first];
        of->job_count = next - first;
        if (is_any_here && !is_own_job(&jobs[first], next - first)) {
            tell_silent(of, end);
            continue;
        }
        of->maybe.count = 0;
        add_copies_of_others(of, jobs, count);
        gather_maybes(of);
        walk(of, end);
    }
}

void reduce_backup_stretches(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                             bd_arena *arena, bd_derived_fn *emit, void *context) {
    job *jobs = bd_new(arena, job, count);
    history of = {.join = join,
                  .store = group,
                  .rpo_minutes = rpo_minutes_of(join, group, arena),
                  .arena = arena,
                  .emit = emit,
                  .context = context};
    bd_instant end = BD_INSTANT_NONE;
    size_t job_count = 0;
    bool is_here = false;
    add_vault(&of, join->scope);
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        bool is_own = bd_str_eq(input->scope, join->scope) && input->from == join->at;
        end = is_own ? input->to : end;
    }
    for (size_t i = 0; i < count; i++) {
        const bd_value *kept = parts[i].kept;
        bd_str result = bd_member_text(kept, "r");
        bd_instant at;
        bool is_of_vault = bd_str_eq(parts[i].scope, join->scope);
        add_vault(&of, parts[i].scope);
        if (bd_instant_parse(bd_member_text(kept, "t"), &at) && result.size > 0) {
            jobs[job_count++] = (job){at, result.data[0], is_of_vault && parts[i].at == join->at,
                                      bd_member_text(kept, "i")};
            is_here = is_here || is_of_vault;
        }
    }
    if (!is_here || end == BD_INSTANT_NONE || end <= join->at) {
        return; /* another vault's, or an answer that does not say which days it describes */
    }
    bd_sort(jobs, job_count, sizeof jobs[0], cmp_jobs, NULL);
    walk_items(&of, jobs, job_count, end);
}
