/* What a join is told: facts that were approved in time, and whether what its inputs lack is really absent. */
#include "bindery/derive.h"

/* ---- records and parts ---- */

bool bd_join_record_is_of(const bd_join_record *record, const char *source) {
    return bd_str_eqz(record->source, source);
}

bool bd_part_is_of(const bd_part *part, const char *source) {
    return bd_str_eqz(part->source, source);
}

/* ---- facts ---- */

static const bd_value *fact_of(const bd_join *join, const char *name) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, name) : NULL;
    return fact != NULL && fact->kind == BD_OBJECT ? fact : NULL;
}

bool bd_join_has_fact(const bd_join *join, const char *fact) {
    return fact_of(join, fact) != NULL;
}

bd_str bd_join_approved_words(const bd_join *join, const char *fact, bd_arena *arena) {
    return bd_join_has_fact(join, fact)
               ? BD_STR("the approved list")
               : bd_str_format(arena, "an approved list: bindery.json lacks the fact %s", fact);
}

/* An approval holds from its own day on, never for what was before it. */
const bd_value *bd_join_approved_list(const bd_join *join, const char *name) {
    const bd_value *fact = fact_of(join, name);
    const bd_value *list = fact != NULL ? bd_value_find(fact, "value") : NULL;
    bd_day day;
    bool is_approved = list != NULL && list->kind == BD_ARRAY &&
                       bd_day_parse(bd_value_text(fact, "approved_on"), &day) &&
                       bd_zone_day(join->zone, join->at) >= day;
    return is_approved ? list : NULL;
}

bool bd_join_is_approved(const bd_join *join, const char *fact, const bd_str *ids, size_t count) {
    const bd_value *list = bd_join_approved_list(join, fact);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        for (size_t j = 0; j < count && list->items[i].kind == BD_STRING; j++) {
            if (ids[j].size > 0 && bd_str_fold_cmp(bd_str_trim(list->items[i].text), ids[j]) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* ---- inputs ---- */

const bd_join_input *bd_join_find_input(const bd_join *join, const char *source,
                                        const bd_str *scope) {
    for (size_t i = 0; i < join->input_count; i++) {
        if (bd_str_eqz(join->inputs[i].source, source) &&
            (scope == NULL || bd_str_eq(join->inputs[i].scope, *scope))) {
            return &join->inputs[i];
        }
    }
    return NULL;
}

bool bd_join_is_whole(const bd_join *join, const char *source) {
    bool is_there = false;
    for (size_t i = 0; i < join->input_count; i++) {
        if (!bd_str_eqz(join->inputs[i].source, source)) {
            continue;
        }
        is_there = true;
        if (!join->inputs[i].is_whole) {
            return false;
        }
    }
    return is_there;
}

bool bd_join_is_whole_everywhere(const bd_join *join, const char *source) {
    for (size_t i = 0; i < join->subscriptions->count; i++) {
        if (bd_join_find_input(join, source, &join->subscriptions->data[i]) == NULL) {
            return false;
        }
    }
    return bd_join_is_whole(join, source);
}

bool bd_join_has_set(const bd_join *join, const char *source, const char *set) {
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        for (size_t j = 0; j < input->sets.count && bd_str_eqz(input->source, source); j++) {
            if (bd_str_eqz(input->sets.data[j], set)) {
                return true;
            }
        }
    }
    return false;
}

bool bd_join_has_set_everywhere(const bd_join *join, const char *source, const char *set) {
    bool is_there = false;
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        bool is_in = !bd_str_eqz(input->source, source);
        is_there = is_there || !is_in;
        for (size_t j = 0; j < input->sets.count && !is_in; j++) {
            is_in = bd_str_eqz(input->sets.data[j], set);
        }
        if (!is_in) {
            return false;
        }
    }
    return is_there;
}

bd_str bd_join_why_not(const bd_join *join, const char *source, bd_arena *arena) {
    bd_str why = bd_str_format(arena, "no %s was read within seven days of this snapshot", source);
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eqz(input->source, source) && !input->is_whole) {
            return bd_str_format(arena, "%s may lack records: %.*s", source,
                                 BD_ARG(input->why_not));
        }
    }
    return why;
}
