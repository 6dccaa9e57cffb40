/* `locker check`, `locker prove` and `locker gc`. */
#include "bindery/run.h"

#include "run_priv.h"

#include <string.h>

#define CHECKPOINT_BYTES ((size_t)64 << 10)
#define TRUST_BYTES ((size_t)16 << 20)

/* The locker alone matters: an engagement whose settings are broken can still be checked. */
static bd_rc locker_folder(const bd_run_options *options, bd_arena *arena, const char **out,
                           bd_err *err) {
    *out = bd_path_join(arena, options->folder, "locker");
    if (!bd_path_is_folder(*out)) {
        BD_RAISE(err, BD_ERR_INPUT, "there is no locker '%s'; 'bindery ingest' makes one", *out);
    }
    return BD_OK;
}

/* ---- check ---- */

static const bd_value *fault_value(const bd_locker_fault *fault, bd_arena *arena) {
    bd_result out = {.arena = arena};
    bd_result_bool(&out, "damage", fault->is_damage);
    bd_result_text(&out, "file", fault->file);
    bd_result_text(&out, "remedy", bd_str_of(fault->remedy));
    bd_result_text(&out, "sentence", fault->sentence);
    bd_result_text(&out, "word", bd_str_of(fault->word));
    return bd_result_object(&out);
}

static const bd_value *report_value(const bd_locker_report *report, const char *folder,
                                    bd_arena *arena) {
    bd_result out = {.arena = arena};
    const bd_value **faults = bd_new(arena, const bd_value *, report->faults.count + 1);
    for (size_t i = 0; i < report->faults.count; i++) {
        faults[i] = fault_value(&report->faults.data[i], arena);
    }
    bd_result_int(&out, "bytes", report->bytes);
    bd_result_int(&out, "damage_count", (int64_t)report->damage_count);
    bd_result_int(&out, "evidence", (int64_t)report->items);
    bd_result_int(&out, "fault_count", (int64_t)report->fault_count);
    bd_result_value(&out, "faults", bd_value_array(arena, report->faults.count, faults));
    bd_result_text(&out, "folder", bd_str_of(folder));
    bd_result_int(&out, "garbage_bytes", report->garbage_bytes);
    bd_result_int(&out, "garbage_objects", (int64_t)report->garbage_objects);
    bd_result_int(&out, "lines", (int64_t)report->lines);
    bd_result_int(&out, "objects", (int64_t)report->objects);
    bd_result_text(&out, "root", bd_hex_text(arena, report->root, 32));
    bd_result_int(&out, "seals", (int64_t)report->seals);
    bd_result_int(&out, "stale_count", (int64_t)report->stale_count);
    bd_result_bool(&out, "writer", report->has_writer);
    return bd_result_object(&out);
}

bd_rc bd_run_locker_check(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome,
                          bd_err *err) {
    const char *folder;
    bd_locker_report report;
    bd_str trust = {"", 0};
    unsigned jobs = options->jobs > 0 ? options->jobs : bd_pool_default_jobs();
    BD_TRY(locker_folder(options, arena, &folder, err));
    if (options->trust_path != NULL) {
        BD_TRY(bd_file_read(options->trust_path, TRUST_BYTES, arena, &trust, err));
        if (bd_str_find(trust, BD_STR("-----BEGIN CERTIFICATE-----")) < 0) {
            BD_RAISE(err, BD_ERR_USAGE, "'%s' holds no certificate in PEM form",
                     options->trust_path);
        }
    }
    BD_TRY(bd_locker_check(folder, trust, jobs, arena, &report, err));
    outcome->result = report_value(&report, folder, arena);
    outcome->exit_code = report.fault_count > 0 ? 1 : 0;
    return BD_OK;
}

/* ---- prove ---- */

typedef struct {
    bd_arena *arena;
    bd_run_outcome *outcome;
    bd_locker *locker;
    const char *folder;
    bd_merkle_hash *leaves;
    size_t count;       /* of the tree */
    bd_seal checkpoint; /* `lines` 0: none */
    bd_strs lines;      /* of the proof */
} proving;

static void put_line(proving *run, bd_str line) {
    *bd_push(run->arena, &run->lines) = line;
}

static void put_steps(proving *run, const bd_merkle_hash *path, size_t steps, uint64_t index,
                      uint64_t count, bool of_both) {
    bool is_left[BD_MERKLE_STEPS_MOST];
    bd_merkle_sides(index, count, steps, is_left);
    for (size_t i = 0; i < steps; i++) {
        const char *word = !is_left[i] ? "right" : of_both ? "both" : "left";
        put_line(run, bd_str_format(run->arena, "%s %.*s", word,
                                    BD_ARG(bd_hex_text(run->arena, path[i].bytes, 32))));
    }
}

static bd_rc load_checkpoint(proving *run, const char *path, bd_err *err) {
    bd_str text;
    if (path == NULL) {
        return BD_OK;
    }
    BD_TRY(bd_file_read(path, CHECKPOINT_BYTES, run->arena, &text, err));
    BD_TRY_CTX(bd_checkpoint_parse(text, run->arena, &run->checkpoint, err), err, "in '%s'", path);
    if (run->checkpoint.lines > run->count) {
        run->outcome->exit_code = 1;
        bd_diag_add(run->arena, &run->outcome->diags, BD_DIAG_REFUSED, bd_str_of(path),
                    (bd_str){"", 0}, "the journal has %zu lines, the checkpoint is of %zu",
                    run->count, run->checkpoint.lines);
        return BD_OK;
    }
    uint8_t root[32];
    bd_merkle_head(run->leaves, run->checkpoint.lines, root);
    if (memcmp(root, run->checkpoint.root, 32) != 0) {
        run->outcome->exit_code = 1;
        bd_diag_add(run->arena, &run->outcome->diags, BD_DIAG_REFUSED, bd_str_of(path),
                    (bd_str){"", 0},
                    "history was altered: the tree head over the first %zu lines is %.*s",
                    run->checkpoint.lines, BD_ARG(bd_hex_text(run->arena, root, 32)));
    }
    return BD_OK;
}

static bd_rc find_line(const proving *run, bd_str id, size_t *index, bd_err *err) {
    for (size_t i = 0; i < bd_locker_line_count(run->locker); i++) {
        const bd_value *line = bd_locker_line(run->locker, i);
        if (bd_str_eqz(bd_value_text(line, "kind"), "ingested") &&
            bd_str_ieq(bd_value_text(line, "evidence"), id)) {
            *index = i;
            return BD_OK;
        }
    }
    BD_RAISE(err, BD_ERR_INPUT, "there is no evidence item '%.*s' in '%s'",
             BD_ARG(bd_str_visible(run->arena, bd_str_sub(id, 0, 80))), run->folder);
}

static bd_str text_of_line(const proving *run, size_t index) {
    bd_str rest = bd_locker_journal(run->locker), line = {"", 0};
    for (size_t i = 0; i <= index; i++) {
        (void)bd_str_cut(&rest, '\n', &line);
    }
    return line;
}

static bd_rc prove_inclusion(proving *run, bd_str id, bd_err *err) {
    bd_merkle_hash path[BD_MERKLE_STEPS_MOST];
    size_t index = 0;
    uint8_t head[32];
    BD_TRY(find_line(run, id, &index, err));
    size_t count = run->checkpoint.lines > 0 ? run->checkpoint.lines : run->count;
    if (index >= count) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%.*s' stands in line %zu of the journal, behind the %zu lines of the checkpoint",
                 BD_ARG(id), index + 1, count);
    }
    size_t steps = bd_merkle_inclusion(run->leaves, count, index, path);
    bd_merkle_head(run->leaves, count, head);
    BD_ASSERT(bd_merkle_includes(index, count, run->leaves[index].bytes, path, steps, head));
    put_line(run, BD_STR("bindery-proof 1 inclusion"));
    put_line(run, bd_str_format(run->arena, "line %zu of %zu", index + 1, count));
    put_line(run, bd_str_format(run->arena, "text %.*s", BD_ARG(text_of_line(run, index))));
    put_line(run, bd_str_format(run->arena, "leaf %.*s",
                                BD_ARG(bd_hex_text(run->arena, run->leaves[index].bytes, 32))));
    put_steps(run, path, steps, index, count, /*of_both*/ false);
    put_line(run, bd_str_format(run->arena, "head %.*s", BD_ARG(bd_hex_text(run->arena, head, 32))));
    return BD_OK;
}

static void prove_consistency(proving *run) {
    bd_merkle_hash path[BD_MERKLE_STEPS_MOST];
    size_t first = run->checkpoint.lines;
    uint8_t head[32];
    uint64_t at = first - 1, last = run->count - 1;
    size_t steps = bd_merkle_consistency(run->leaves, first, run->count, path);
    bd_merkle_head(run->leaves, run->count, head);
    BD_ASSERT(bd_merkle_is_consistent(first, run->count, path, steps, run->checkpoint.root, head));
    while ((at & 1) != 0) {
        at >>= 1;
        last >>= 1;
    }
    /* Where the first tree is whole its own head is the start, and no step of the proof says so. */
    bool is_whole = (first & (first - 1)) == 0 || first == run->count;
    const uint8_t *start = is_whole ? run->checkpoint.root : path[0].bytes;
    put_line(run, BD_STR("bindery-proof 1 consistency"));
    put_line(run, bd_str_format(run->arena, "lines %zu of %zu", first, run->count));
    put_line(run, bd_str_format(run->arena, "start %.*s", BD_ARG(bd_hex_text(run->arena, start, 32))));
    if (first < run->count) {
        size_t skipped = is_whole ? 0 : 1;
        put_steps(run, path + skipped, steps - skipped, at, last + 1, /*of_both*/ true);
    }
    put_line(run, bd_str_format(run->arena, "first %.*s",
                                BD_ARG(bd_hex_text(run->arena, run->checkpoint.root, 32))));
    put_line(run, bd_str_format(run->arena, "head %.*s", BD_ARG(bd_hex_text(run->arena, head, 32))));
}

static bd_rc prove(proving *run, bd_str evidence, const char *checkpoint, bd_err *err) {
    BD_TRY(bd_locker_open(run->folder, BD_LOCKER_READ, run->arena, &run->locker, err));
    run->leaves = bd_journal_leaves(bd_locker_journal(run->locker), run->arena, &run->count);
    BD_TRY(load_checkpoint(run, checkpoint, err));
    if (run->outcome->exit_code != 0) {
        return BD_OK;
    }
    if (evidence.size > 0) {
        return prove_inclusion(run, evidence, err);
    }
    prove_consistency(run);
    return BD_OK;
}

bd_rc bd_run_locker_prove(const bd_run_options *options, bd_str evidence, const char *checkpoint,
                          bd_arena *arena, bd_run_outcome *outcome, bd_err *err) {
    proving run = {.arena = arena, .outcome = outcome};
    if (evidence.size == 0 && checkpoint == NULL) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "name an item of evidence, or give '--consistency CHECKPOINT'");
    }
    BD_TRY(locker_folder(options, arena, &run.folder, err));
    bd_rc rc = prove(&run, evidence, checkpoint, err);
    bd_locker_close(run.locker);
    bd_result out = {.arena = arena};
    bd_result_list(&out, "proof", &run.lines);
    bd_result_bool(&out, "proved", outcome->exit_code == 0);
    outcome->result = bd_result_object(&out);
    return rc;
}

/* ---- gc ---- */

bd_rc bd_run_locker_gc(const bd_run_options *options, bool apply, bd_arena *arena,
                       bd_run_outcome *outcome, bd_err *err) {
    const char *folder;
    bd_locker_wastes waste;
    int64_t bytes = 0;
    BD_TRY(locker_folder(options, arena, &folder, err));
    BD_TRY(bd_locker_gc(folder, apply, arena, &waste, err));
    const bd_value **files = bd_new(arena, const bd_value *, waste.count + 1);
    for (size_t i = 0; i < waste.count; i++) {
        bd_result one = {.arena = arena};
        bd_result_int(&one, "bytes", waste.data[i].bytes);
        bd_result_text(&one, "file", waste.data[i].file);
        files[i] = bd_result_object(&one);
        bytes += waste.data[i].bytes;
    }
    bd_result out = {.arena = arena};
    bd_result_int(&out, "bytes", bytes);
    bd_result_value(&out, "files", bd_value_array(arena, waste.count, files));
    bd_result_bool(&out, "removed", apply);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
