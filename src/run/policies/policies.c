/* Policy files: those that were named, and in folders those that an initiative asks for.
 *
 * The published collection has thousands of files and one initiative a few hundred members: a file of a folder is read
 * into scratch, and only what is needed is kept. */
#include "bindery/policies.h"

#include "policies_priv.h"

#include <string.h>

#define POLICY_BYTES ((size_t)8 << 20)
#define MOST_FILES 200000
#define SCRATCH_BYTES ((size_t)512 << 20)

static const bd_json_limits policy_limits = {.document_bytes = (int64_t)POLICY_BYTES,
                                             .record_bytes = POLICY_BYTES,
                                             .depth = 256,
                                             .nodes = 1000000};

typedef struct {
    bd_arena *arena, *scratch;
    BD_VEC(bd_policy_file) files;
    bd_map *wanted; /* ids that an initiative names -> index + 1 in `files`, or the mark */
    bool has_initiative;
    bd_diags *diags;
} loading;

static char unmet; /* an id that is wanted and not found yet */

static bd_rc read_policy(const char *path, bd_arena *arena, const bd_value **out, bd_err *err) {
    bd_str text;
    BD_TRY(bd_file_read(path, POLICY_BYTES, arena, &text, err));
    BD_TRY_CTX(bd_json_parse(text, &policy_limits, arena, out, err), err, "while reading '%s'",
               path);
    return BD_OK;
}

static void want_members(loading *load, const bd_value *initiative) {
    bd_strs ids = bd_policy_members(initiative, load->arena);
    for (size_t i = 0; i < ids.count; i++) {
        if (bd_map_find(load->wanted, ids.data[i]) == NULL) {
            bd_map_put(load->wanted, ids.data[i], &unmet);
        }
    }
    load->has_initiative = true;
}

static bd_rc load_named(loading *load, const char *path, bd_err *err) {
    const bd_value *json = NULL;
    BD_TRY(read_policy(path, load->arena, &json, err));
    bd_policy_kind kind = bd_policy_kind_of(json);
    if (kind == BD_POLICY_NO_KIND) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s' is no policy, expected a definition with 'policyRule' or an initiative with "
                 "'policyDefinitions'",
                 path);
    }
    if (kind == BD_POLICY_INITIATIVE) {
        want_members(load, json);
    }
    *bd_push(load->arena, &load->files) = (bd_policy_file){.path = bd_str_of(path), .json = json};
    return BD_OK;
}

/* Two files may hold one definition, for two clouds or in two versions. */
static void keep_definition(loading *load, const char *path, const bd_value *json) {
    bd_str id = bd_policy_id_of(json, load->scratch);
    void *mark = bd_map_find(load->wanted, id);
    if (load->has_initiative && mark == NULL) {
        return;
    }
    bd_policy_file made = {.path = bd_str_copy(load->arena, bd_str_of(path)),
                           .is_member_only = load->has_initiative};
    if (mark == NULL || mark == &unmet) {
        made.json = bd_value_copy(load->arena, json);
        *bd_push(load->arena, &load->files) = made;
        bd_map_put(load->wanted, id, (void *)(uintptr_t)load->files.count);
        return;
    }
    bd_policy_file *other = &load->files.data[(uintptr_t)mark - 1];
    if (bd_policy_is_better(json, made.path, other->json, other->path)) {
        made.json = bd_value_copy(load->arena, json);
        *other = made;
    }
}

static bd_rc load_folder(loading *load, const char *folder, bd_err *err) {
    bd_entries entries = {0};
    BD_TRY(bd_folder_walk(folder, MOST_FILES, load->arena, &entries, err));
    for (size_t i = 0; i < entries.count; i++) {
        const bd_entry *entry = &entries.data[i];
        if (!entry->is_readable || !bd_str_has_suffix(entry->path, BD_STR(".json"))) {
            continue;
        }
        const bd_value *json = NULL;
        bd_err problem;
        bd_arena_reset(load->scratch);
        const char *path =
            bd_path_join(load->scratch, folder, bd_str_z(load->scratch, entry->path));
        if (bd_failed(read_policy(path, load->scratch, &json, &problem))) {
            bd_diag_add(load->arena, load->diags, BD_DIAG_REFUSED,
                        bd_str_copy(load->arena, bd_str_of(path)), (bd_str){"", 0}, "%s",
                        bd_str_copy(load->arena, bd_str_of(problem.message)).data);
            continue;
        }
        if (bd_policy_kind_of(json) == BD_POLICY_DEFINITION) {
            keep_definition(load, path, json);
        }
    }
    return BD_OK;
}

static bd_rc load_parameters(const char *path, bd_arena *arena, const bd_value **out, bd_err *err) {
    const bd_value *json = NULL, *inner = NULL;
    BD_TRY(read_policy(path, arena, &json, err));
    bool is_assignment = bd_value_lookup(json, BD_STR("parameters"), &inner) == BD_LOOKUP_FOUND &&
                         inner->kind == BD_OBJECT;
    *out = is_assignment ? inner : json;
    if ((*out)->kind != BD_OBJECT) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s' holds no parameters, expected {\"name\":{\"value\":...}} or an assignment",
                 path);
    }
    return BD_OK;
}

static bd_rc load_paths(loading *load, const char *const *paths, size_t count, bd_err *err) {
    for (size_t i = 0; i < count; i++) {
        if (!bd_path_is_folder(paths[i])) {
            BD_TRY(load_named(load, paths[i], err));
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (bd_path_is_folder(paths[i])) {
            BD_TRY(load_folder(load, paths[i], err));
        }
    }
    return BD_OK;
}

bd_rc bd_policies_load(const char *const *paths, size_t count, const char *parameters_path,
                       bd_arena *arena, bd_diags *diags, const bd_policies **out, bd_err *err) {
    loading load = {.arena = arena,
                    .scratch = bd_arena_open("policy file", SCRATCH_BYTES),
                    .wanted = bd_map_make(arena),
                    .diags = diags};
    bd_policy_inputs inputs = {0};
    bd_rc rc = parameters_path == NULL
                   ? BD_OK
                   : load_parameters(parameters_path, arena, &inputs.parameters, err);
    if (!bd_failed(rc)) {
        rc = load_paths(&load, paths, count, err);
    }
    bd_arena_close(load.scratch);
    BD_TRY(rc);
    inputs.files = load.files.data;
    inputs.count = load.files.count;
    return bd_policies_build(&inputs, arena, out, err);
}
