/* What a sidecar may declare of a file, and what an inventory shows: scopes and types without a record. */
#include "bindery/scan.h"

#include "bindery/extent.h"
#include "scan_priv.h"

#include <string.h>

static bool is_seen(const bd_scan_state *state, bd_str source) {
    for (size_t i = 0; i < state->facts->seen.count; i++) {
        if (bd_str_eq(state->facts->seen.data[i].source, source)) {
            return true;
        }
    }
    return false;
}

/* Does an answer without records say by its header or context that it is of another source? */
static bool is_of_another(const bd_scan_state *state, const bd_source_def *source) {
    if (state->facts->media == BD_MEDIA_CSV || state->facts->media == BD_MEDIA_XLSX) {
        return state->csv_source != NULL && state->csv_source != source;
    }
    const bd_value nothing = {.kind = BD_OBJECT};
    bd_str none = {"", 0};
    const bd_source_def *found =
        bd_catalog_recognise(state->plan->catalog, none, state->context.context, none,
                             state->summary.table, &nothing, none);
    return found != NULL && found != source;
}

static bool declares(const bd_scan_state *state, const bd_source_def *source, bd_str scope) {
    const bd_strs *ids = &state->sidecar->scope_ids;
    for (size_t i = 0; i < ids->count; i++) {
        if (bd_str_eq(bd_scan_scope_of_declared(state->scratch, source, ids->data[i]), scope)) {
            return true;
        }
    }
    return false;
}

/* Records of a subscription that the sidecar does not name: its word on what was asked does not hold. */
static bool shows_undeclared(const bd_scan_state *state, const bd_source_def *source) {
    const bd_seens *seen = &state->facts->seen;
    bool is_scoped = source->scope == BD_SCOPE_SUBSCRIPTION && state->sidecar->scope_ids.count > 0;
    for (size_t i = 0; i < seen->count && is_scoped; i++) {
        if (bd_str_eq(seen->data[i].source, source->id) && seen->data[i].scope.size > 0 &&
            !declares(state, source, seen->data[i].scope)) {
            bd_diag_add(state->arena, &state->facts->diags, BD_DIAG_WARNING, (bd_str){"", 0},
                        (bd_str){"", 0},
                        "holds records of subscription %.*s, which its sidecar does not name; only "
                        "what the records show was taken",
                        BD_ARG(seen->data[i].scope));
            return true;
        }
    }
    return false;
}

/* A request or command that names subscriptions, by id or by name, did not ask for others. */
static bool asks_elsewhere(const bd_scan_state *state, const bd_source_def *source, bd_str scope) {
    if (source->scope != BD_SCOPE_SUBSCRIPTION) {
        return false;
    }
    bd_extent_subscriptions asked =
        bd_extent_find_subscriptions(&state->plan->subscriptions, state->sidecar, source, state->scratch);
    return (asked.ids.count > 0 || asked.unknown.size > 0) && !bd_strs_have(&asked.ids, scope);
}

/* A scope that the sidecar names and the records do not show is shown empty, as long as the content is of the source
 * that the sidecar names: an answer without records, or records of that source for other scopes. */
static bool may_declare(const bd_scan_state *state, const bd_source_def *source) {
    const bd_facts *facts = state->facts;
    bool is_readable = facts->media == BD_MEDIA_CSV || facts->media == BD_MEDIA_XLSX ||
                       facts->media == BD_MEDIA_XML || state->summary.shape != BD_JSON_SCALAR ||
                       facts->is_malformed;
    if (!is_readable || facts->rows_unmapped > 0) {
        return false;
    }
    if (shows_undeclared(state, source)) {
        return false;
    }
    bool is_empty = facts->seen.count == 0 && facts->parts.count == 0;
    return is_empty ? !is_of_another(state, source) : is_seen(state, source->id);
}

/* ---- an empty answer whose command says what it is of ---- */

/* "az network nsg list", the words of a command up to its first option; "" where several commands stand there, or none
 * of az. */
static bd_str verb_of(bd_str command, bd_arena *arena) {
    bd_str rest = bd_str_trim(command), verb = {"", 0};
    for (size_t i = 0; i < rest.size; i++) {
        if (memchr("|;&\n`$", rest.data[i], 6) != NULL) {
            return verb;
        }
    }
    for (bd_str word = bd_extent_next_word(&rest);
         word.size > 0 && word.data[0] != '-' && word.data[0] != '>'; word = bd_extent_next_word(&rest)) {
        verb = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(verb), verb.size > 0 ? " " : "",
                             BD_ARG(bd_str_lower(arena, word)));
    }
    return bd_str_has_prefix(verb, BD_STR("az ")) ? verb : (bd_str){"", 0};
}

/* What stands behind the option, or "" where it does not stand there. */
static bool find_option(bd_str command, bd_str option, bd_str *value) {
    bd_str rest = command;
    for (bd_str word = bd_extent_next_word(&rest); word.size > 0; word = bd_extent_next_word(&rest)) {
        bd_str with = {word.data, word.size < option.size ? word.size : option.size};
        bool is_joined = word.size > option.size && word.data[option.size] == '=' &&
                         bd_str_eq(with, option);
        if (bd_str_eq(word, option) || is_joined) {
            bd_str ahead = rest;
            *value = is_joined ? bd_str_sub(word, option.size + 1, word.size)
                               : bd_extent_next_word(&ahead);
            return true;
        }
    }
    return false;
}

/* Is this command, with the options that the catalog names, the one way in which the source is listed?  Where it is
 * listed in several, or place by place, an empty answer is of a part alone. */
static bool is_listed_by(const bd_source_def *source, bd_str verb, bd_str command) {
    bd_str rest = bd_str_sub(source->az, verb.size, source->az.size), value;
    bool is_own = bd_str_has_prefix(source->az, verb) && bd_str_has_suffix(verb, BD_STR(" list")) &&
                  (rest.size == 0 || bd_str_has_prefix(rest, BD_STR(" --"))) &&
                  bd_str_find(rest, BD_STR(",")) < 0 && bd_str_find(rest, BD_STR(";")) < 0 &&
                  bd_str_find(rest, BD_STR("{")) < 0 && bd_str_find(rest, BD_STR("(")) < 0;
    for (bd_str word = bd_extent_next_word(&rest); is_own && word.size > 0;
         word = bd_extent_next_word(&rest)) {
        is_own = find_option(command, word, &value);
    }
    return is_own;
}

/* An empty array does not say what it is a list of; where its sidecar names no source, the command may. */
static const bd_source_def *source_of_command(const bd_scan_state *state) {
    const bd_facts *facts = state->facts;
    bool is_list = facts->media == BD_MEDIA_JSON && (state->summary.shape == BD_JSON_ARRAY ||
                                                     state->summary.shape == BD_JSON_VALUE);
    if (!is_list || state->sidecar == NULL || facts->is_malformed || facts->rows_read > 0 ||
        state->context.declared.size > 0 || state->sidecar->has_document) {
        return NULL;
    }
    bd_str command = state->sidecar->command, verb = verb_of(command, state->scratch);
    const bd_source_def *found = NULL;
    for (size_t i = 0; verb.size > 0 && i < state->plan->catalog->source_count; i++) {
        const bd_source_def *one = &state->plan->catalog->sources[i];
        if (!one->is_handed_in && is_listed_by(one, verb, command)) {
            if (found != NULL) {
                return NULL; /* two are listed so */
            }
            found = one;
        }
    }
    return found;
}

/* The subscriptions or the resource that the command names, where the sidecar names no scope. */
static bd_strs scopes_of_command(bd_scan_state *state, const bd_source_def *source) {
    bd_strs out = {0};
    bd_str value;
    if (source->scope == BD_SCOPE_SUBSCRIPTION) {
        bd_extent_subscriptions asked =
            bd_extent_find_subscriptions(&state->plan->subscriptions, state->sidecar, source, state->scratch);
        return asked.unknown.size > 0 ? out : asked.ids;
    }
    if (source->scope == BD_SCOPE_RESOURCE &&
        find_option(state->sidecar->command, BD_STR("--resource"), &value) &&
        bd_str_has_prefix(bd_record_id(state->scratch, value), BD_STR("/subscriptions/"))) {
        *bd_push(state->scratch, &out) = value;
    }
    return out;
}

static void add_commanded_scopes(bd_scan_state *state) {
    bd_arena_reset(state->scratch);
    const bd_source_def *source = source_of_command(state);
    if (source == NULL || is_of_another(state, source)) {
        return;
    }
    bd_strs ids = state->sidecar->scope_ids;
    ids = ids.count > 0 ? ids : scopes_of_command(state, source);
    for (size_t i = 0; i < ids.count; i++) {
        bd_str scope = bd_scan_scope_of_declared(state->scratch, source, ids.data[i]);
        if (scope.size > 0 && !asks_elsewhere(state, source, scope)) {
            bd_scan_seen_of(state, source, scope, /*is_part*/ false);
        }
    }
    if (source->scope == BD_SCOPE_TENANT) {
        bd_scan_seen_of(state, source, (bd_str){"", 0}, /*is_part*/ false);
    }
}

void bd_scan_add_declared_scopes(bd_scan_state *state) {
    const bd_source_def *source = bd_catalog_source(state->plan->catalog, state->context.declared);
    if (source == NULL && state->sidecar != NULL && state->context.declared.size == 0) {
        add_commanded_scopes(state);
        return;
    }
    if (source == NULL || state->sidecar == NULL || bd_str_eqz(source->id, "doc") ||
        !may_declare(state, source)) {
        return;
    }
    bd_arena_reset(state->scratch);
    for (size_t i = 0; i < state->sidecar->scope_ids.count; i++) {
        bd_str scope =
            bd_scan_scope_of_declared(state->scratch, source, state->sidecar->scope_ids.data[i]);
        if (!asks_elsewhere(state, source, scope)) {
            bd_scan_seen_of(state, source, scope, /*is_part*/ false);
        }
    }
    bool is_of_workspace =
        !source->is_log &&
        bd_extent_find_workspace(state->sidecar, source, state->undated, state->scratch).size > 0;
    if (source->scope == BD_SCOPE_TENANT || is_of_workspace) {
        bd_scan_seen_of(state, source, (bd_str){"", 0}, /*is_part*/ false);
    }
}

/* "resources | where type == '...' | ...": of all types it shows those it asks for. */
static bool asks_for_types(const bd_sidecar *sidecar, bd_arena *scratch) {
    bd_str rest = sidecar != NULL ? bd_str_lower(scratch, sidecar->query) : (bd_str){"", 0};
    bd_str piece;
    while (bd_str_cut(&rest, '|', &piece)) {
        if (bd_str_has_prefix(bd_str_trim(piece), BD_STR("where")) &&
            bd_str_find(piece, BD_STR("type")) >= 0) {
            return true;
        }
    }
    return false;
}

/* Only an answer over all types, or one that says it is the inventory, can show that a type is absent. */
static bool is_inventory(const bd_scan_state *state) {
    bool is_query = state->context.is_graph_query;
    if (bd_str_eqz(state->context.declared, "S77")) {
        return is_query || state->has_many_types || !state->has_properties;
    }
    return is_query && state->has_many_types && !asks_for_types(state->sidecar, state->scratch);
}

static void show_inventory(bd_scan_state *state, const bd_source_def *inventory,
                           const bd_seen *seen) {
    const bd_source_def *source = bd_catalog_source(state->plan->catalog, seen->source);
    if (source != NULL && source->scope == BD_SCOPE_SUBSCRIPTION && seen->scope.size > 0) {
        uint64_t rows = source == inventory ? seen->rows : 0;
        bd_scan_seen_of(state, inventory, seen->scope, /*is_part*/ false)->rows += rows;
    }
}

void bd_scan_add_inventory(bd_scan_state *state) {
    const bd_source_def *inventory = bd_catalog_source(state->plan->catalog, BD_STR("S77"));
    bd_arena_reset(state->scratch);
    if (inventory == NULL || !is_inventory(state)) {
        return;
    }
    bd_seens *seen = &state->facts->seen;
    for (size_t i = 0, count = seen->count; i < count; i++) {
        bd_seen entry = seen->data[i]; /* showing may move the list */
        show_inventory(state, inventory, &entry);
    }
    bd_seens *parts = &state->facts->parts;
    size_t kept = 0;
    for (size_t i = 0; i < parts->count; i++) {
        bd_seen entry = parts->data[i];
        show_inventory(state, inventory, &entry);
        if (!bd_str_eq(entry.source, inventory->id) || entry.scope.size == 0) {
            parts->data[kept++] = entry;
        }
    }
    parts->count = kept;
    state->last_source = NULL;
}
