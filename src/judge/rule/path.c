/* Field paths: "properties.logs[*].enabled", "tags['cost centre']", or a policy alias such as
 * "Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly".
 *
 * `properties` is transparent at every hop, whether the path or the record has it: that one rule
 * makes REST, Resource Graph and flattened command line output answer the same path.  A source's
 * renames step in where a key is absent. */
#include "bindery/rule.h"

#include "rule_priv.h"

/* ---- compiling ---- */

typedef BD_VEC(segment) segments;

/* "[*]", "['key']" or "[key]" behind a segment; moves *at behind the bracket. */
static bool parse_bracket(bd_arena *arena, bd_str text, size_t *at, segments *out) {
    ptrdiff_t close = bd_str_find(bd_str_sub(text, *at, text.size), BD_STR("]"));
    if (close < 0) {
        return false;
    }
    bd_str inside = bd_str_sub(text, *at + 1, *at + (size_t)close);
    *at += (size_t)close + 1;
    if (bd_str_eqz(inside, "*")) {
        segment *last = out->count > 0 ? &out->data[out->count - 1] : NULL;
        if (last == NULL || last->is_each) {
            return false;
        }
        last->is_each = true;
        return true;
    }
    bool is_quoted =
        inside.size >= 2 && inside.data[0] == '\'' && inside.data[inside.size - 1] == '\'';
    bd_str key = is_quoted ? bd_str_sub(inside, 1, inside.size - 1) : inside;
    *bd_push(arena, out) = (segment){.key = key};
    return key.size > 0 && bd_str_find(key, BD_STR("(")) < 0;
}

static bool parse_segments(bd_arena *arena, bd_str text, segments *out) {
    size_t at = 0;
    while (at < text.size) {
        size_t from = at;
        while (at < text.size && text.data[at] != '.' && text.data[at] != '[') {
            at++;
        }
        if (at == from) {
            return false;
        }
        *bd_push(arena, out) = (segment){.key = bd_str_sub(text, from, at)};
        while (at < text.size && text.data[at] == '[') {
            if (!parse_bracket(arena, text, &at, out)) {
                return false;
            }
        }
        if (at < text.size && (text.data[at] != '.' || ++at == text.size)) {
            return false;
        }
    }
    return out->count > 0;
}

/* True when `inner` starts with all segments of the count's field. */
static bool is_within(const path *outer, const segments *inner) {
    if (outer->whole_count > inner->count) {
        return false;
    }
    for (size_t i = 0; i < outer->whole_count; i++) {
        if (outer->whole[i].is_each != inner->data[i].is_each ||
            !bd_str_ieq(outer->whole[i].key, inner->data[i].key)) {
            return false;
        }
    }
    return true;
}

static bool set_path(compiler *compile, bd_str text, bd_str spelled, const scope *scopes,
                     path *out) {
    segments parsed = {0};
    if (text.size > 1024 || !parse_segments(compile->arena, spelled, &parsed)) {
        return false;
    }
    *out = (path){.text = text,
                  .segments = parsed.data,
                  .count = parsed.count,
                  .whole = parsed.data,
                  .whole_count = parsed.count,
                  .scope = SCOPE_RECORD};
    for (const scope *s = scopes; s != NULL; s = s->outer) {
        if (s->field != NULL && is_within(s->field, &parsed)) {
            out->segments += s->field->whole_count;
            out->count -= s->field->whole_count;
            out->scope = s->depth;
            break;
        }
    }
    for (size_t i = 0; i < out->count; i++) {
        out->has_each = out->has_each || out->segments[i].is_each;
    }
    return true;
}

static bd_rc compile_policy_path(compiler *compile, bd_str text, const scope *scopes,
                                 const place *at, path *out) {
    alias found;
    path *otherwise = NULL;
    if (bd_str_ieq(text, BD_STR("tags[]")) || bd_str_ieq(text, BD_STR("tags['']"))) {
        /* what a parameter without a tag's name makes of it: a tag that nothing has */
        segment *none = bd_new(compile->arena, segment, 1);
        *none = (segment){.key = BD_STR_INIT("tags[]")};
        *out = (path){.text = text,
                      .segments = none,
                      .count = 1,
                      .whole = none,
                      .whole_count = 1,
                      .scope = SCOPE_RECORD};
        return BD_OK;
    }
    bool is_fine = resolve_alias(compile->arena, text, &found) &&
                   set_path(compile, text, found.path, scopes, out);
    if (is_fine && found.otherwise.size > 0) {
        otherwise = bd_new(compile->arena, path, 1);
        is_fine = set_path(compile, text, found.otherwise, scopes, otherwise);
    }
    if (!is_fine) {
        return refuse(compile, at,
                      "'%.*s' is neither a field of all resources (name, fullName, id, type, kind, "
                      "location, identity.type, tags) nor an alias such as "
                      "'Microsoft.Storage/storageAccounts/networkAcls.bypass'",
                      BD_ARG(bd_str_visible(compile->arena, bd_str_sub(text, 0, 96))));
    }
    out->alias_type = found.type;
    out->is_alias = found.is_alias;
    out->otherwise = otherwise;
    out->is_full_name = bd_str_ieq(text, BD_STR("fullName"));
    return BD_OK;
}

bd_rc compile_path(compiler *compile, bd_str text, const scope *scopes, const place *at,
                   path *out) {
    if (compile->is_policy) {
        return compile_policy_path(compile, text, scopes, at, out);
    }
    if (!set_path(compile, text, strip_alias(text), scopes, out)) {
        bd_str visible = bd_str_visible(compile->arena, bd_str_sub(text, 0, 64));
        return refuse(
            compile, at,
            "'%.*s' is not a field path, expected one such as 'a.b', 'list[*].a' or 'tags['a']'",
            BD_ARG(visible));
    }
    return BD_OK;
}

/* ---- finding ---- */

static bool is_null(const bd_value *value) {
    return value == NULL || value->kind == BD_NULL;
}

/* Segments from `from` on that spell `name` (dots and all): how many, or 0. */
static size_t spelled_by(const path *at, size_t from, bd_str name) {
    bd_str rest = name, piece;
    size_t used = 0;
    while (bd_str_cut(&rest, '.', &piece)) {
        if (from + used >= at->count || !bd_str_ieq(at->segments[from + used].key, piece)) {
            return 0;
        }
        used++;
    }
    return used;
}

/* Finds the value of segment *i in `object`; *i moves to the last segment that was used. */
static bd_lookup find_segment(const evaluation *eval, const bd_value *object, const path *at,
                              size_t *i, const bd_value **out) {
    *out = NULL;
    bd_lookup found = bd_value_lookup(object, at->segments[*i].key, out);
    if (found == BD_LOOKUP_FOUND && is_null(*out)) {
        /* Resource Graph prints every column of its table: "sku": null beside properties.sku */
        found = bd_value_lookup(bd_value_find(object, "properties"), at->segments[*i].key, out);
    }
    if (found == BD_LOOKUP_AMBIGUOUS || (found == BD_LOOKUP_FOUND && !is_null(*out)) ||
        eval->source == NULL) {
        return found;
    }
    const bd_source_def *source = eval->source;
    for (size_t r = 0; r < source->rename_to.count; r++) {
        size_t used = spelled_by(at, *i, source->rename_to.data[r]);
        const bd_value *other = NULL;
        if (used > 0 &&
            bd_value_lookup(object, source->rename_from.data[r], &other) == BD_LOOKUP_FOUND) {
            *i += used - 1;
            *out = other;
            return BD_LOOKUP_FOUND;
        }
    }
    return found;
}

static const bd_value *start_of(const evaluation *eval, const path *at) {
    return at->scope == SCOPE_RECORD ? eval->record : eval->current[at->scope];
}

/* "properties" in a path, where the record does not have it: the record is flattened, stay. */
static bool is_flattened(const bd_value *object, const path *at, size_t i) {
    return i + 1 < at->count && bd_str_eqz(at->segments[i].key, "properties") &&
           bd_value_find(object, "properties") == NULL;
}

/* Few conditions ask for it, and every record has one: it is written when it is asked for. */
static const bd_value *moment_of(evaluation *eval) {
    if (eval->moment.text.size == 0 && eval->exported_at != BD_INSTANT_NONE) {
        eval->moment =
            (bd_value){.kind = BD_STRING,
                       .text = bd_instant_format(eval->scratch, eval->exported_at)};
    }
    return &eval->moment;
}

/* What a record does not say itself: of whose list it is a member ("$scope"), which workspace answered ("$workspace"),
 * and when that was made ("$at"). */
static const bd_value *find_around(evaluation *eval, const path *at) {
    if (!eval->knows_around || at->count != 1 || at->scope != SCOPE_RECORD) {
        return NULL; /* in a case the record says it */
    }
    bd_str key = at->segments[0].key;
    return bd_str_eqz(key, "$scope")       ? &eval->place
           : bd_str_eqz(key, "$workspace") ? &eval->workspace
           : bd_str_eqz(key, "$at")        ? moment_of(eval)
                                           : NULL;
}

bd_lookup find_value(evaluation *eval, const path *at, const bd_value **out) {
    const bd_value *value = start_of(eval, at);
    *out = NULL;
    const bd_value *around = find_around(eval, at);
    if (around != NULL) {
        *out = around->text.size > 0 ? around : NULL;
        return *out != NULL ? BD_LOOKUP_FOUND : BD_LOOKUP_ABSENT;
    }
    for (size_t i = 0; i < at->count; i++) {
        if (is_null(value)) {
            return BD_LOOKUP_ABSENT;
        }
        if (is_flattened(value, at, i)) {
            continue;
        }
        const bd_value *next = NULL;
        if (find_segment(eval, value, at, &i, &next) == BD_LOOKUP_AMBIGUOUS) {
            return BD_LOOKUP_AMBIGUOUS;
        }
        value = next;
    }
    bool wants_type = at->scope == SCOPE_RECORD && at->count == 1 &&
                      bd_str_ieq(at->segments[0].key, BD_STR("type"));
    if (is_null(value) && wants_type && eval->type.text.size > 0) {
        value = &eval->type;
    }
    *out = value;
    return is_null(value) ? BD_LOOKUP_ABSENT : BD_LOOKUP_FOUND;
}

static bool has_each_from(const path *at, size_t i) {
    for (; i < at->count; i++) {
        if (at->segments[i].is_each) {
            return true;
        }
    }
    return false;
}

static bool select_from(evaluation *eval, const bd_value *value, const path *at, size_t i,
                        selection *out) {
    while (i < at->count && is_flattened(value, at, i)) {
        i++;
    }
    if (i == at->count) {
        *bd_push(eval->scratch, out) = is_null(value) ? NULL : value;
        return take_step(eval, 1);
    }
    const bd_value *next = NULL;
    if (!is_null(value) && find_segment(eval, value, at, &i, &next) == BD_LOOKUP_AMBIGUOUS) {
        return false;
    }
    if (is_null(next)) {
        if (!has_each_from(at, i)) {
            *bd_push(eval->scratch, out) = NULL;
        } else {
            eval->has_gap = true;
        }
        return true; /* an absent array is an empty collection */
    }
    if (!at->segments[i].is_each) {
        return select_from(eval, next, at, i + 1, out);
    }
    if (next->kind != BD_ARRAY) {
        return false;
    }
    for (size_t m = 0; m < next->count;
         m++) { /* each of them is a step, or the end of the path is */
        if (!take_step(eval, 1) || !select_from(eval, &next->items[m], at, i + 1, out)) {
            return false;
        }
    }
    return true;
}

bool find_values(evaluation *eval, const path *at, selection *out) {
    return select_from(eval, start_of(eval, at), at, 0, out);
}
