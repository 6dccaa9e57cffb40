/* From the locker to rows: sidecars and register first, then every object once. */
#include "bindery/intake.h"

#include "bindery/conclude.h"
#include "intake_priv.h"

#define FACTS_ARENA_BYTES ((size_t)4 << 30)
#define ROWS_BYTES ((size_t)256 << 10)

/* The rows of one item. */
typedef struct {
    const bd_spool *rows;
    bd_spool_mark from, to;
} row_range;

typedef struct {
    bd_session *session;
    bd_read_run *out;
    bd_map *by_path;   /* latest item at a path -> index + 1 */
    bd_early *early;    /* what was scanned while it was taken in; NULL: nothing */
    bd_row_spool *rows; /* one per worker, then that of the early scans */
    bd_arena **arenas;  /* likewise; they hold the facts */
    size_t row_count;
    bd_scan_plan plan;
    bd_memos *memos;       /* NULL: nothing is kept */
    size_t first;          /* items before it are not read */
    const bd_watch *watch; /* NULL: nobody */
    bd_wants_fn *wants;    /* NULL: all items are scanned */
    void *wants_context;
    row_range *ranges; /* of each item, where somebody asks */
    bool is_reread;        /* the facts stand already */
    bd_err *errors;        /* one per worker */
    bool *has_failed;
    bool has_withdrawn;
    bd_collections before_collections; /* before anything was withdrawn */
    bd_snapshots before_snapshots;
} reading;

/* ---- sign-offs ---- */

/* The locker numbers items 1, 2, 3, ... without a gap. */
static bd_evidence *item_of_number(reading *run, uint32_t number) {
    bool is_known = number > 0 && number <= run->out->evidence.count;
    return is_known ? &run->out->evidence.data[number - 1] : NULL;
}

static uint32_t number_of_id(bd_str id) {
    int64_t number = 0;
    bd_str digits = bd_str_sub(id, 2, id.size);
    return bd_str_has_prefix(id, BD_STR("E-")) && bd_str_to_i64(digits, &number) && number > 0 &&
                   number <= UINT32_MAX
               ? (uint32_t)number
               : 0;
}

/* One person may be given by name and by sign-in name. */
static void find_person(const bd_session *session, bd_signoff *who) {
    who->person = bd_session_person(session, who->name);
    who->is_stranger = who->name.size > 0 && !bd_session_knows(session, who->name);
}

static void take_review(reading *run, const bd_value *line) {
    bd_evidence *item = item_of_number(run, number_of_id(bd_value_text(line, "evidence")));
    if (item == NULL) {
        return;
    }
    bd_signoff review = {.name = bd_value_text(line, "name"),
                         .role = bd_value_text(line, "role"),
                         .checked = bd_value_text(line, "checked"),
                         .origin = BD_STR("journal"),
                         .stated_at = BD_INSTANT_NONE};
    review.has_sha256 = bd_unhex(bd_value_text(line, "sha256"), review.sha256, 32);
    if (!bd_instant_parse(bd_value_text(line, "at"), &review.at)) {
        review.at = BD_INSTANT_NONE;
    }
    if (bd_str_eqz(bd_value_text(line, "as"), "preparer")) {
        item->preparer = review;
    } else {
        *bd_push(run->out->arena, &item->reviewers) = review;
    }
}

static void apply_signoffs(reading *run) {
    for (size_t i = 0; i < run->out->evidence.count; i++) {
        bd_evidence *item = &run->out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (!item->has_sidecar) {
            continue;
        }
        item->preparer = item->sidecar.prepared_by;
        for (size_t j = 0; j < item->sidecar.reviews.count; j++) {
            *bd_push(run->out->arena, &item->reviewers) = item->sidecar.reviews.data[j];
        }
    }
    for (size_t i = 0; i < bd_locker_line_count(run->session->locker); i++) {
        const bd_value *line = bd_locker_line(run->session->locker, i);
        if (bd_str_eqz(bd_value_text(line, "kind"), "reviewed")) {
            take_review(run, line);
        }
    }
    for (size_t i = 0; i < run->out->evidence.count; i++) {
        bd_evidence *item = &run->out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        find_person(run->session, &item->preparer);
        for (size_t j = 0; j < item->reviewers.count; j++) {
            find_person(run->session, &item->reviewers.data[j]);
        }
    }
}

/* ---- the scan ---- */

#define TRIVIAL_BYTES 64 /* an empty answer is many answers' */

/* Handed in again, under another name or with another time, withdrawn bytes are withdrawn still. */
static void withdraw_copies(reading *run) {
    bd_map *withdrawn = bd_map_make(run->out->arena);
    bd_evidences *all = &run->out->evidence;
    for (size_t i = 0; i < all->count; i++) {
        const bd_evidence_given *given = &all->data[i].given;
        bd_arenas_pass(sizeof *given);
        if (given->is_withdrawn && given->bytes > TRIVIAL_BYTES) {
            bd_map_put(withdrawn, (bd_str){(const char *)given->sha256, 32}, &all->data[i]);
        }
    }
    for (size_t i = 0; i < all->count; i++) {
        bd_evidence *item = &all->data[i];
        bd_arenas_pass(sizeof *item);
        const bd_evidence *of = bd_map_find(withdrawn, (bd_str){(const char *)item->given.sha256, 32});
        if (of == NULL || item->given.is_withdrawn || item->is_sidecar || item->is_register) {
            continue;
        }
        item->given.is_withdrawn = true;
        item->given.withdrawn_reason = bd_str_format(
            run->out->arena, "%.*s (the same bytes as %.*s)", BD_ARG(of->given.withdrawn_reason),
            BD_ARG(bd_evidence_id(run->out->arena, of->given.number)));
    }
}

static void list_items(reading *run) {
    bd_locker *locker = run->session->locker;
    run->by_path = bd_map_make(run->out->arena);
    for (size_t i = 0; i < bd_locker_count(locker); i++) {
        bd_evidence *item = bd_push(run->out->arena, &run->out->evidence);
        bd_arenas_pass(2 * sizeof *item);
        item->given = *bd_locker_at(locker, i);
        item->is_sidecar = bd_path_is_sidecar(item->given.path);
        item->is_register = bd_path_is_register(item->given.path);
        item->facts.rows_reported = -1;
        bd_map_put(run->by_path, item->given.path, (void *)(uintptr_t)(i + 1));
    }
    withdraw_copies(run);
}

static void note_rows(reading *run, size_t index, const bd_spool *rows, bd_spool_mark from) {
    if (run->ranges != NULL) {
        run->ranges[index] = (row_range){rows, from, bd_spool_at(rows)};
    }
}

/* Notes what was scanned of the item, to be kept. */
static bd_rc scan_object(reading *run, size_t index, unsigned worker, bd_err *err) {
    bd_evidence *item = &run->out->evidence.data[index];
    const bd_blob *blob;
    bd_facts again = {.rows_reported = -1};
    bd_scan_plan plan = run->plan;
    bd_spool *rows = run->rows[worker].rows;
    bool is_taken = false;
    bd_spool_mark from = bd_spool_at(rows);
    if (run->session->partials != NULL && run->watch == NULL) {
        return bd_partials_take(run->session->partials, &run->plan, item, index,
                                run->arenas[worker], rows, &item->facts, err);
    }
    BD_TRY(bd_memos_take(run->memos, item, index, run->arenas[worker], rows, &item->facts, &is_taken,
                         err));
    if (is_taken) {
        note_rows(run, index, rows, from);
        return BD_OK;
    }
    plan.has_collected_at = item->given.given_collected_at != BD_INSTANT_NONE;
    plan.collected_at = item->given.given_collected_at;
    if (run->watch != NULL) {
        plan.observe = run->watch->see;
        plan.observe_context = run->watch->contexts[worker];
    }
    BD_TRY(bd_locker_blob(run->session->locker, &item->given, run->arenas[worker], &blob, err));
    BD_TRY(bd_scan(&plan, blob, item->has_sidecar ? &item->sidecar : NULL,
                   (uint32_t)index, run->arenas[worker], rows,
                   run->is_reread ? &again : &item->facts, err));
    bd_memos_note(run->memos, item, index, rows, from, bd_spool_at(rows));
    note_rows(run, index, rows, from);
    return BD_OK;
}

static void scan_item(void *context, size_t index, unsigned worker) {
    reading *run = context;
    bd_evidence *item = &run->out->evidence.data[index];
    bool is_wanted =
        run->watch == NULL || run->watch->is_wanted == NULL || run->watch->is_wanted[index];
    is_wanted = is_wanted && (run->wants == NULL || run->wants(run->wants_context, item));
    if (run->has_failed[worker] || !is_wanted) {
        return;
    }
    /* what is withdrawn is read for its findings, which stay; whoever only looks at records sees none of it */
    bool is_left_out = (item->given.is_withdrawn || item->is_withheld) && run->watch != NULL;
    if (item->is_sidecar || item->is_register || is_left_out || index < run->first) {
        item->facts.media = item->is_register ? BD_MEDIA_CSV : BD_MEDIA_JSON;
        item->facts.first_event = BD_INSTANT_NONE;
        item->facts.last_event = BD_INSTANT_NONE;
        item->facts.export_time = BD_INSTANT_NONE;
        return;
    }
    if (item->is_withheld) {
        bd_scan_withheld(item->given.path, item->given.bytes, &item->facts);
        return;
    }
    bd_spool_mark from, to;
    if (bd_early_take(run->early, item, index, &item->facts, &from, &to)) {
        bd_memos_note(run->memos, item, index, run->rows[run->row_count - 1].rows, from, to);
        return;
    }
    bd_err *err = &run->errors[worker];
    if (bd_failed(scan_object(run, index, worker, err))) {
        bd_err_context(err, "while scanning '%.*s'", BD_ARG(item->given.path));
        run->has_failed[worker] = true;
    }
}

static bd_rc scan_all(reading *run, bd_err *err) {
    unsigned jobs = run->session->jobs;
    if (run->watch == NULL && run->plan.rules != NULL) {
        run->memos =
            bd_memos_open(run->session, &run->plan, run->out->evidence.count, run->out->arena);
    }
    bd_session_progress(run->session, "scan", 0, run->out->evidence.count);
    bd_pool_run(jobs, run->out->evidence.count, scan_item, run);
    for (unsigned i = 0; i < jobs; i++) {
        if (run->has_failed[i]) {
            *err = run->errors[i];
            return (bd_rc){(int)err->class};
        }
    }
    bd_session_progress(run->session, "scan", run->out->evidence.count, run->out->evidence.count);
    return BD_OK;
}

/* ---- all of it ---- */

static void say_facts(reading *run) {
    for (size_t i = run->first; i < run->out->evidence.count; i++) {
        const bd_evidence *item = &run->out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (item->facts.is_malformed) {
            bd_diag_add(run->out->arena, &run->out->diags, BD_DIAG_REFUSED, item->given.path,
                        (bd_str){"", 0}, "%.*s", BD_ARG(item->facts.problem));
        }
        for (size_t j = 0; j < item->facts.diags.count; j++) {
            bd_diag diag = item->facts.diags.data[j];
            diag.subject = item->given.path;
            *bd_push(run->out->arena, &run->out->diags) = diag;
        }
    }
}

static void open_workers(reading *run) {
    bd_session *session = run->session;
    bd_arena *arena = run->out->arena;
    run->rows = bd_new(arena, bd_row_spool, session->jobs + 1);
    run->arenas = bd_new(arena, bd_arena *, session->jobs + 1);
    run->errors = bd_new(arena, bd_err, session->jobs);
    run->has_failed = bd_new(arena, bool, session->jobs);
    for (unsigned i = 0; i < session->jobs; i++) {
        run->rows[i].rows = bd_spool_open(ROWS_BYTES);
        run->arenas[i] = bd_arena_open("facts", FACTS_ARENA_BYTES);
    }
    run->row_count = session->jobs;
    if (session->early != NULL) {
        run->early = session->early;
        session->early = NULL;
        run->rows[run->row_count] = bd_early_hand_over(run->early, &run->arenas[run->row_count]);
        run->row_count++;
    }
}

static bd_rc read_all(reading *run, bd_err *err) {
    list_items(run);
    BD_TRY(bd_describe(run->session, run->out, run->by_path, err));
    apply_signoffs(run);
    BD_TRY(scan_all(run, err));
    bd_conclude(&run->plan, &run->out->evidence, run->out->arena, &run->out->collections,
                &run->out->snapshots);
    run->has_withdrawn = bd_conclude_withdraw(
        &run->plan, &run->out->evidence, run->out->arena, &run->out->collections,
        &run->out->snapshots, &run->before_collections, &run->before_snapshots);
    say_facts(run);
    return BD_OK;
}

static bd_known_subscriptions name_subscriptions(const bd_session *session) {
    const bd_engagement *engagement = &session->engagement;
    size_t count = engagement->subscriptions.count;
    bd_known_subscription *out = bd_new(session->arena, bd_known_subscription, count);
    for (size_t i = 0; i < count; i++) {
        out[i] = (bd_known_subscription){engagement->subscriptions.data[i].id,
                                         engagement->subscriptions.data[i].name};
    }
    return (bd_known_subscriptions){out, count};
}

void bd_plan_scan(bd_session *session, bd_scan_plan *out) {
    *out = (bd_scan_plan){.catalog = session->catalog,
                          .rules = session->rules,
                          .imports = session->imports,
                          .parameters = session->engagement.parameters,
                          .column_maps = session->engagement.column_map_values,
                          .zone = session->engagement.zone,
                          .tenant = session->engagement.tenant,
                          .zygote = session->zygote,
                          .subscriptions = name_subscriptions(session),
                          .reads_ahead = session->jobs > 1};
}

/* Some stand in the arenas of the workers, which are closed before anything is printed. */
static void tell_diags(bd_session *session, const bd_read_run *read) {
    for (size_t i = 0; i < read->diags.count; i++) {
        bd_diag diag = read->diags.data[i];
        diag.subject = bd_str_copy(session->arena, diag.subject);
        diag.locus = bd_str_copy(session->arena, diag.locus);
        diag.message = bd_str_copy(session->arena, diag.message);
        *bd_push(session->arena, &session->outcome->diags) = diag;
    }
}

static void open_reading(reading *run, bd_session *session, bd_read_run *out) {
    *run = (reading){.session = session, .out = out};
    bd_plan_scan(session, &run->plan);
    open_workers(run);
}

static void open_run(reading *run, bd_session *session, bd_read_run *out) {
    *out = (bd_read_run){.arena = bd_arena_open("judged", BD_RUN_ARENA_BYTES)};
    open_reading(run, session, out);
}

static void close_rows(reading *run) {
    for (size_t i = 0; i < run->row_count; i++) {
        bd_spool_close(run->rows[i].rows);
    }
}

/* Spools end here; the arenas of the workers hold the facts and stay until what was read is cleared. */
static bd_rc close_reading(reading *run, bd_rc rc) {
    bd_session *session = run->session;
    bd_read_run *out = run->out;
    bd_memos_close(run->memos, !bd_failed(rc));
    close_rows(run);
    out->arenas = run->arenas;
    out->arena_count = run->row_count;
    if (session->tells_evidence) {
        tell_diags(session, out);
    }
    return rc;
}

static bool has_refusal(const bd_diags *diags) {
    for (size_t i = 0; i < diags->count; i++) {
        if (diags->data[i].severity == BD_DIAG_REFUSED) {
            return true;
        }
    }
    return false;
}

bd_rc bd_read_fresh(bd_session *session, size_t after, bd_err *err) {
    if (bd_locker_count(session->locker) <= after) {
        return BD_OK;
    }
    bd_read_run out;
    reading run;
    open_run(&run, session, &out);
    run.first = after;
    list_items(&run);
    bd_rc rc = bd_describe(session, &out, run.by_path, err);
    rc = bd_failed(rc) ? rc : scan_all(&run, err);
    bd_memos_write(run.memos);
    say_facts(&run);
    tell_diags(session, &out);
    bd_memos_close(run.memos, /*is_whole*/ false);
    if (session->options->is_strict && has_refusal(&out.diags)) {
        session->outcome->exit_code = 3;
    }
    close_rows(&run);
    out.arenas = run.arenas;
    out.arena_count = run.row_count;
    bd_read_clear(&out);
    return rc;
}

static bd_rc scan_some(reading *run, bd_scanned_fn *scanned, bd_err *err) {
    list_items(run);
    BD_TRY(bd_describe(run->session, run->out, run->by_path, err));
    run->ranges = bd_new(run->out->arena, row_range, run->out->evidence.count + 1);
    BD_TRY(scan_all(run, err));
    for (size_t i = 0; i < run->out->evidence.count; i++) {
        const row_range *range = &run->ranges[i];
        if (range->rows != NULL) {
            BD_TRY(scanned(run->wants_context, &run->out->evidence.data[i], range->rows,
                           range->from, range->to, err));
        }
    }
    bd_spool_mark none = {0, 0};
    return scanned(run->wants_context, NULL, NULL, none, none, err);
}

bd_rc bd_scan_some(bd_session *session, bd_wants_fn *wants, bd_scanned_fn *scanned, void *context,
                   bd_err *err) {
    bd_read_run out;
    reading run;
    open_run(&run, session, &out);
    run.wants = wants;
    run.wants_context = context;
    bd_rc rc = close_reading(&run, scan_some(&run, scanned, err));
    bd_read_clear(&out);
    return rc;
}

static bd_rc read_rows(reading *run, bd_rows_fn *then, void *context, bd_err *err) {
    BD_TRY(read_all(run, err));
    bd_memos_write(run->memos);
    bd_rows_read rows = {.plan = &run->plan, .rows = run->rows, .spool_count = run->row_count};
    if (run->has_withdrawn) {
        rows.before_collections = &run->before_collections;
        rows.before_snapshots = &run->before_snapshots;
    }
    return then(context, &rows, err);
}

bd_rc bd_read_rows(bd_session *session, bd_read_run *out, bd_rows_fn *then, void *context, bd_err *err) {
    reading run;
    open_run(&run, session, out);
    return close_reading(&run, read_rows(&run, then, context, err));
}

bd_rc bd_read_evidence(bd_session *session, const bd_watch *watch, bd_read_run *out, bd_err *err) {
    reading run;
    open_run(&run, session, out);
    run.plan.rules = NULL;
    run.plan.imports = NULL;
    run.watch = watch;
    bd_rc rc = close_reading(&run, read_all(&run, err));
    if (bd_failed(rc)) {
        bd_read_clear(out);
    }
    return rc;
}

bd_rc bd_reread_evidence(bd_session *session, const bd_watch *watch, bd_read_run *read, bd_err *err) {
    reading run;
    open_reading(&run, session, read);
    run.plan.rules = NULL;
    run.plan.imports = NULL;
    run.watch = watch;
    run.is_reread = true;
    bd_rc rc = scan_all(&run, err);
    close_rows(&run);
    for (size_t i = 0; i < run.row_count; i++) {
        bd_arena_close(run.arenas[i]);
    }
    return rc;
}

void bd_read_clear(bd_read_run *read) {
    for (size_t i = 0; i < read->arena_count; i++) {
        bd_arena_close(read->arenas[i]);
    }
    read->arena_count = 0;
    bd_arena_close(read->arena);
    read->arena = NULL;
}
