/* What comes out otherwise when a package is judged again, and what that means.
 *
 * Made by this very program: every difference is an alteration (exit 1).  Made by another version: a verdict, count,
 * state or score that differs may be the work of either, and only the version that made the package can tell; such a
 * package is not called altered, and not shown to hold either (exit 6, like a time-stamp that is demanded and absent).
 * Whoever lies about the version gains that word and no more. */
#include "bindery/proof.h"

#include "bindery/derivations.h"
#include "proof_priv.h"

#include <string.h>

enum { MOST_VALUES = 10, MOST_SAID = 50, SHOWN_BYTES = 120 }; /* differing values; differences of all kinds */

static void add(bd_differing *run, const char *word, bd_str path, int exit_code, bd_str sentence) {
    if (run->out->differences.count < MOST_SAID) {
        *bd_push(run->arena, &run->out->differences) = (bd_package_fault){
            .word = bd_str_of(word), .path = path, .sentence = sentence, .exit_code = exit_code};
    }
}

void bd_differ(bd_differing *run, bd_str path, bd_str sentence) {
    add(run, "reperformed", path, 1, sentence);
}

void bd_differ_judged(bd_differing *run, bd_str path, bd_str sentence) {
    if (run->is_same_program) {
        bd_differ(run, path, sentence);
        return;
    }
    run->out->differs_by_version = true;
    add(run, "version", path, 6, sentence);
}

/* ---- values ---- */

/* Members that say in words what others say as verdict, count or date: a later version may word them better. */
static bool is_wording(bd_str key) {
    static const char *const keys[] = {"reason",   "problem", "note",    "standing",     "completeness_reason",
                                       "sentence", "message", "what",    "signoff_reason", "why",
                                       "how",      "window",  "formula", "envelope_words"};
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        if (bd_str_eqz(key, keys[i])) {
            return true;
        }
    }
    return false;
}

static bd_str shown(bd_arena *arena, const bd_value *value) {
    if (value == NULL) {
        return BD_STR("nothing");
    }
    bd_str text = bd_str_trim(bd_json_canonical(arena, value));
    bd_str head = bd_str_visible(arena, bd_str_sub(text, 0, SHOWN_BYTES));
    return text.size <= SHOWN_BYTES ? head : bd_str_format(arena, "%.*s...", BD_ARG(head));
}

typedef struct {
    bd_differing *run;
    bd_str path;
} comparison;

static void compare(const comparison *of, const bd_value *packaged, const bd_value *made, bd_str pointer);

/* Words in both, and other ones. */
static bool is_reworded(const comparison *of, bd_str key, const bd_value *packaged, const bd_value *made) {
    return !of->run->is_same_program && made != NULL && packaged->kind == BD_STRING && made->kind == BD_STRING &&
           is_wording(key) && !bd_str_eq(packaged->text, made->text);
}

static bool is_among(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

static void say_changed(bd_differing *run, bd_str said) {
    if (!is_among(&run->out->changed, said)) {
        *bd_push(run->arena, &run->out->changed) = said;
    }
}

/* Members that assessment.json says only since the first version, and that follow from what it said before: a package
 * without them is of a version that did not say them yet. */
static bool is_younger(const comparison *of, bd_str key) {
    static const char *const keys[] = {"longest_gap", "repeats", "answered", "not_shown"};
    for (size_t i = 0; i < BD_COUNT(keys) && !of->run->is_same_program; i++) {
        if (bd_str_eqz(key, keys[i])) {
            say_changed(of->run, bd_str_format(of->run->arena, "assessment.json says '%s' too", keys[i]));
            return true;
        }
    }
    return false;
}

/* A sentence where an older version said nothing. */
static bool is_worded(const comparison *of, bd_str key, const bd_value *made) {
    return !of->run->is_same_program && made->kind == BD_STRING && is_wording(key);
}

static void compare_members(const comparison *of, const bd_value *packaged, const bd_value *made,
                            bd_str pointer) {
    bd_arena *arena = of->run->arena;
    for (size_t i = 0; i < packaged->count; i++) {
        bd_str key = packaged->keys[i];
        bool is_version = (pointer.size == 0 && bd_str_eqz(key, "bindery")) ||
                          (bd_str_eqz(pointer, "/period") && bd_str_eqz(key, "tzdata"));
        const bd_value *again = bd_value_find_str(made, key);
        if (is_reworded(of, key, &packaged->items[i], again)) {
            of->run->out->reworded++;
        } else if (!is_version) {
            compare(of, &packaged->items[i], again,
                    bd_str_format(arena, "%.*s/%.*s", BD_ARG(pointer), BD_ARG(key)));
        }
    }
    for (size_t i = 0; i < made->count; i++) {
        bool is_missing = bd_value_find_str(packaged, made->keys[i]) == NULL;
        if (is_missing && is_worded(of, made->keys[i], &made->items[i])) {
            of->run->out->reworded++;
        } else if (is_missing && !is_younger(of, made->keys[i])) {
            compare(of, NULL, &made->items[i],
                    bd_str_format(arena, "%.*s/%.*s", BD_ARG(pointer), BD_ARG(made->keys[i])));
        }
    }
}

static void compare_items(const comparison *of, const bd_value *packaged, const bd_value *made,
                          bd_str pointer) {
    for (size_t i = 0; i < packaged->count || i < made->count; i++) {
        compare(of, i < packaged->count ? &packaged->items[i] : NULL,
                i < made->count ? &made->items[i] : NULL,
                bd_str_format(of->run->arena, "%.*s/%zu", BD_ARG(pointer), i));
    }
}

/* What vendors' reports leave open stands under /vendors in any version; that it is a gate, only later ones say. */
static const bd_value *without_younger_gates(const comparison *of, const bd_value *packaged, const bd_value *made) {
    bd_arena *arena = of->run->arena;
    BD_VEC(const bd_value *) kept = {0};
    for (size_t i = 0; i < made->count; i++) {
        const bd_value *gate = &made->items[i];
        bool is_younger = bd_str_has_prefix(gate->text, BD_STR("Not complete: the reports of "));
        for (size_t k = 0; k < packaged->count; k++) {
            is_younger = is_younger && !bd_str_eq(packaged->items[k].text, gate->text);
        }
        if (is_younger) {
            say_changed(of->run, BD_STR("assessment.json says a gate of vendors' reports too"));
        } else {
            *bd_push(arena, &kept) = gate;
        }
    }
    return bd_value_array(arena, kept.count, kept.data);
}

static bool is_of_gates(const comparison *of, bd_str pointer) {
    return !of->run->is_same_program && bd_str_eqz(pointer, "/score/gates");
}

static bd_str id_of(const bd_value *item) {
    return item->kind == BD_STRING ? item->text : bd_value_text(item, "id");
}

/* Exceptions, and the ids of them under a control: another version may have another order of them, and an id is of one
 * exception in any.  (Two without a key may share one; in another order they are told as different, never as alike.) */
static bool is_by_id(const comparison *of, bd_str pointer) {
    return !of->run->is_same_program && bd_str_has_suffix(pointer, BD_STR("/exceptions")) &&
           (bd_str_eqz(pointer, "/exceptions") || bd_str_has_prefix(pointer, BD_STR("/controls/")));
}

/* Of each item of `made` the place of the next one under the same id, else `made->count`; `first`: id -> 1 + place. */
static size_t *index_by_id(bd_arena *arena, const bd_value *made, bd_map *first) {
    size_t *next = bd_new(arena, size_t, made->count + 1);
    for (size_t i = made->count; i > 0; i--) {
        uintptr_t later = (uintptr_t)bd_map_find(first, id_of(&made->items[i - 1]));
        next[i - 1] = later > 0 ? later - 1 : made->count;
        bd_map_put(first, id_of(&made->items[i - 1]), (void *)i);
    }
    return next;
}

static void compare_by_id(const comparison *of, const bd_value *packaged, const bd_value *made, bd_str pointer) {
    bd_arena *arena = of->run->arena;
    bd_map *first = bd_map_make(arena);
    bool *is_met = bd_new(arena, bool, made->count + 1);
    const size_t *next = index_by_id(arena, made, first);
    for (size_t i = 0; i < packaged->count; i++) {
        bd_str id = id_of(&packaged->items[i]);
        size_t at = (uintptr_t)bd_map_find(first, id);
        const bd_value *again = at > 0 ? &made->items[at - 1] : NULL;
        if (again != NULL) {
            is_met[at - 1] = true;
            bd_map_put(first, id, next[at - 1] < made->count ? (void *)(uintptr_t)(next[at - 1] + 1) : NULL);
        }
        compare(of, &packaged->items[i], again, bd_str_format(arena, "%.*s/%zu", BD_ARG(pointer), i));
    }
    for (size_t i = 0; i < made->count; i++) {
        if (!is_met[i]) {
            compare(of, NULL, &made->items[i], bd_str_format(arena, "%.*s/%zu", BD_ARG(pointer), i));
        }
    }
}

/* Recursion is bounded by the depth of JSON. */
static void compare(const comparison *of, const bd_value *packaged, const bd_value *made, bd_str pointer) {
    bd_arena *arena = of->run->arena;
    bool are_alike = packaged != NULL && made != NULL && packaged->kind == made->kind;
    if (of->run->out->differences.count >= MOST_VALUES) {
        return;
    }
    if (are_alike && packaged->kind == BD_OBJECT) {
        compare_members(of, packaged, made, pointer);
    } else if (are_alike && is_of_gates(of, pointer)) {
        compare_items(of, packaged, without_younger_gates(of, packaged, made), pointer);
    } else if (are_alike && packaged->kind == BD_ARRAY) {
        (is_by_id(of, pointer) ? compare_by_id : compare_items)(of, packaged, made, pointer);
    } else if (!are_alike ||
               !bd_str_eq(bd_json_canonical(arena, packaged), bd_json_canonical(arena, made))) {
        bd_differ_judged(of->run, of->path,
                         bd_str_format(arena, "at '%.*s' the package says %.*s, judged again it is %.*s",
                                       BD_ARG(pointer), BD_ARG(shown(arena, packaged)),
                                       BD_ARG(shown(arena, made))));
    }
}

void bd_differ_values(bd_differing *run, bd_str path, const bd_value *packaged, const bd_value *made) {
    comparison of = {run, path};
    compare(&of, packaged, made, (bd_str){"", 0});
}

bd_rc bd_differ_lines(bd_differing *run, bd_str path, bd_str packaged, bd_str made, bd_err *err) {
    comparison of = {run, path};
    for (size_t line = 1; packaged.size > 0 || made.size > 0; line++) {
        bd_str texts[2] = {{"", 0}, {"", 0}};
        const bd_value *values[2] = {NULL, NULL};
        (void)bd_str_cut(&packaged, '\n', &texts[0]);
        (void)bd_str_cut(&made, '\n', &texts[1]);
        for (size_t i = 0; i < 2; i++) {
            if (texts[i].size > 0) {
                BD_TRY(bd_json_parse(texts[i], &bd_json_default_limits, run->arena, &values[i], err));
            }
        }
        compare(&of, values[0], values[1], bd_str_format(run->arena, "/%zu", line));
    }
    return BD_OK;
}

/* ---- versions ---- */

/* The package's catalog says by which version of each derivation it was judged. */
void bd_differ_derivations(bd_differing *run, const bd_catalog *catalog) {
    for (size_t i = 0; !run->is_same_program && i < catalog->source_count; i++) {
        const bd_source_def *source = &catalog->sources[i];
        if (source->derivation.size == 0) {
            continue;
        }
        const bd_derivation *here = bd_derivation_find(source->derivation);
        if (here != NULL && here->version == source->derivation_version) {
            continue;
        }
        bd_str now = here == NULL ? BD_STR("is no more")
                                  : bd_str_format(run->arena, "is of version %d now", here->version);
        bd_str said = bd_str_format(run->arena, "derivation '%.*s', version %d then, %.*s",
                                    BD_ARG(source->derivation), source->derivation_version, BD_ARG(now));
        say_changed(run, said); /* several sources may be of one derivation */
    }
}

void bd_differ_say_versions(bd_differing *run, bd_str versions) {
    bd_str then = versions, now = bd_program_versions(run->arena);
    (void)bd_str_cut(&versions, ',', &then);
    bd_str here = now;
    (void)bd_str_cut(&now, ',', &here);
    add(run, "version", (bd_str){"", 0}, 6,
        bd_str_format(run->arena,
                      "the package was made by %.*s and judged again by %.*s: whether the package or the version "
                      "is the reason shows only when the version that made it judges it again",
                      BD_ARG(bd_str_visible(run->arena, then)), BD_ARG(here)));
}
