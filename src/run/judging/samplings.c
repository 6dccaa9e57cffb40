/* Populations and samples in the journal: lines of kind `frozen`, and of kind `drawn` whose `act` is sample,
 * replacement, selection or results.  What cannot be read of a line is left out of it; a line that names no population
 * is none. */
#include "bindery/judging.h"

#include "judging_priv.h"

#include <string.h>

static uint64_t number_of(const bd_value *line, const char *key) {
    int64_t number = 0;
    return bd_value_i64(line, key, &number) && number > 0 ? (uint64_t)number : 0;
}

static const bd_value *list_of(const bd_value *line, const char *key, size_t *count) {
    const bd_value *list = bd_value_find(line, key);
    *count = list != NULL && list->kind == BD_ARRAY ? list->count : 0;
    return list;
}

static void read_drawn(const bd_value *line, bd_arena *arena, bd_sampling *out) {
    size_t count;
    const bd_value *items = list_of(line, "items", &count);
    for (size_t i = 0; i < count; i++) {
        const bd_value *item = &items->items[i];
        bd_drawn *drawn = bd_push(arena, &out->drawn);
        drawn->key = bd_value_text(item, "key");
        drawn->stratum = bd_value_text(item, "stratum");
        drawn->rank = (uint32_t)number_of(item, "rank");
        drawn->is_reserve = bd_str_eqz(bd_value_text(item, "role"), "reserve");
        if (!bd_unhex(bd_value_text(item, "sha256"), drawn->hash, sizeof drawn->hash)) {
            memset(drawn->hash, 0, sizeof drawn->hash);
        }
    }
}

static void read_texts(const bd_value *line, const char *key, bd_arena *arena, bd_strs *out) {
    size_t count;
    const bd_value *list = list_of(line, key, &count);
    for (size_t i = 0; i < count; i++) {
        *bd_push(arena, out) = list->items[i].text;
    }
}

/* Whatever is not plainly "no deviation" is one. */
static void read_tested(const bd_value *line, bd_arena *arena, bd_sampling *out) {
    size_t count;
    const bd_value *results = list_of(line, "results", &count);
    for (size_t i = 0; i < count; i++) {
        const bd_value *one = &results->items[i];
        bd_tested *tested = bd_push(arena, &out->tested);
        *tested = (bd_tested){
            .key = bd_value_text(one, "key"),
            .note = bd_value_text(one, "note"),
            .tester = bd_value_text(one, "tester"),
            .tested_on = BD_DAY_NONE,
            .is_deviation = !bd_str_eqz(bd_value_text(one, "result"), "no deviation"),
        };
        if (!bd_day_parse(bd_value_text(one, "tested_on"), &tested->tested_on)) {
            tested->tested_on = BD_DAY_NONE;
        }
    }
}

static bool kind_of(const bd_value *line, bd_sampling_kind *out) {
    static const struct {
        const char *act;
        bd_sampling_kind kind;
    } acts[] = {{"sample", BD_SAMPLING_DRAWN},
                {"replacement", BD_SAMPLING_REPLACED},
                {"selection", BD_SAMPLING_SELECTED},
                {"results", BD_SAMPLING_TESTED}};
    bd_str kind = bd_value_text(line, "kind");
    if (bd_str_eqz(kind, "frozen")) {
        *out = BD_SAMPLING_FROZEN;
        return true;
    }
    for (size_t i = 0; bd_str_eqz(kind, "drawn") && i < BD_COUNT(acts); i++) {
        if (bd_str_eqz(bd_value_text(line, "act"), acts[i].act)) {
            *out = acts[i].kind;
            return true;
        }
    }
    return false;
}

static void read_sampling(const bd_value *line, bd_sampling_kind kind, bd_arena *arena,
                          bd_sampling *out) {
    *out = (bd_sampling){
        .kind = kind,
        .population = bd_value_text(line, "population"),
        .at = BD_INSTANT_NONE,
        .count = number_of(line, "count"),
        .sha256 = bd_value_text(line, "sha256"),
        .is_complete = bd_value_is_true(line, "complete"),
        .problem = bd_value_text(line, "problem"),
        .seed = bd_value_text(line, "seed"),
        .method = bd_value_text(line, "method"),
        .strata = bd_value_text(line, "strata"),
        .size = number_of(line, "size"),
        .key = bd_value_text(line, "key"),
        .replacement = bd_value_text(line, "replacement"),
        .reason = bd_value_text(line, "reason"),
        .by = bd_value_text(line, "by"),
        .file = bd_value_text(line, "file"),
        .file_sha256 = bd_value_text(line, "file_sha256"),
    };
    bd_instant at;
    if (bd_instant_parse(bd_value_text(line, "at"), &at)) {
        out->at = at;
    }
    if (kind == BD_SAMPLING_DRAWN) {
        read_drawn(line, arena, out);
    } else if (kind == BD_SAMPLING_SELECTED) {
        read_texts(line, "items", arena, &out->items);
        read_texts(line, "unmatched", arena, &out->unmatched);
    } else if (kind == BD_SAMPLING_TESTED) {
        read_tested(line, arena, out);
    }
}

void bd_samplings_read(const bd_session *session, bd_arena *arena, bd_samplings *out) {
    *out = (bd_samplings){0};
    for (size_t i = 0; i < bd_locker_line_count(session->locker); i++) {
        const bd_value *line = bd_locker_line(session->locker, i);
        bd_sampling_kind kind;
        if (kind_of(line, &kind) && bd_value_text(line, "population").size > 0) {
            read_sampling(line, kind, arena, bd_push(arena, out));
        }
    }
}
