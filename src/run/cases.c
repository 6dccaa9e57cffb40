/* `catalog test`: three-line cases against the built-in catalog and the engagement's own. */
#include "bindery/run.h"

#include "run_priv.h"

#define CASE_BYTES ((size_t)64 << 20)
#define CASE_ARENA_BYTES ((size_t)512 << 20)

typedef struct {
    bd_arena *arena;
    bd_diags *diags;
    const char *path;
    int64_t held, failed;
} tally;

static void note_case(void *context, size_t line, bd_str condition, bd_str problem) {
    tally *seen = context;
    if (problem.size == 0) {
        seen->held++;
        return;
    }
    bd_str cut = bd_str_sub(condition, 0, 200);
    seen->failed++;
    bd_diag_add(seen->arena, seen->diags, BD_DIAG_WARNING, bd_str_of(seen->path),
                bd_str_format(seen->arena, "line %zu", line), "%.*s, of %.*s%s",
                BD_ARG(bd_str_copy(seen->arena, problem)), BD_ARG(bd_str_copy(seen->arena, cut)),
                cut.size < condition.size ? "..." : "");
}

static bd_rc run_file(const bd_case_world *world, tally *seen, bd_err *err) {
    bd_str text;
    BD_TRY(bd_file_read(seen->path, CASE_BYTES, seen->arena, &text, err));
    bd_arena *scratch = bd_arena_open("case", CASE_ARENA_BYTES);
    bd_rc rc = bd_cases_run(world, text, scratch, note_case, seen, err);
    bd_arena_close(scratch);
    BD_TRY_CTX(rc, err, "in '%s'", seen->path);
    return BD_OK;
}

/* The facts of an engagement hold where there is one; a catalog can be tested without. */
static bd_rc load_world(const bd_run_options *options, bd_arena *arena, bd_case_world *out,
                        bd_err *err) {
    const bd_catalog_file *files;
    size_t count;
    const char *config = bd_path_join(arena, options->folder, "bindery.json");
    if (!bd_path_is_folder(options->folder)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot look for a catalog in '%s': there is no such folder",
                 options->folder);
    }
    BD_TRY(bd_session_catalog_files(options->folder, arena, &files, &count, err));
    BD_TRY(bd_catalog_load(files, count, arena, &out->catalog, err));
    if (bd_path_exists(config)) {
        bd_engagement engagement;
        BD_TRY(bd_engagement_load(config, arena, &engagement, err));
        out->parameters = engagement.parameters;
    }
    return BD_OK;
}

bd_rc bd_run_catalog_test(const bd_run_options *options, const char *const *paths, size_t count,
                          bd_arena *arena, bd_run_outcome *outcome, bd_err *err) {
    bd_case_world world = {0};
    tally seen = {.arena = arena, .diags = &outcome->diags};
    BD_TRY(load_world(options, arena, &world, err));
    for (size_t i = 0; i < count; i++) {
        seen.path = paths[i];
        BD_TRY(run_file(&world, &seen, err));
    }
    bd_result out = {.arena = arena};
    bd_result_int(&out, "files", (int64_t)count);
    bd_result_int(&out, "passed", seen.held);
    bd_result_int(&out, "failed", seen.failed);
    outcome->result = bd_result_object(&out);
    outcome->exit_code = seen.failed > 0 ? 1 : 0;
    return BD_OK;
}
