/* What other tools say, added up by snapshot, set and group.
 *
 * Rows go through one sort, in which the same result twice stands beside itself with the worse status first.  Memory is
 * one line per snapshot and group.  Nothing here is read by verdicts, outcomes, states or the score. */
#include "bindery/others.h"

#include "others_priv.h"

#include <string.h>

#define MOST_STRANGERS 256 /* names of groups that no criterion has, of one snapshot */
#define MOST_WORDS 64      /* different statuses of one snapshot */
#define MOST_TESTS 65536   /* different tests of one group that are told apart */
#define SCRATCH_BYTES ((size_t)2 << 30)
#define LINE_BYTES ((size_t)256 << 20)

enum { LEVEL_SET, LEVEL_CRITERION, LEVEL_STRANGER };
enum { FLAG_SOC = 1, FLAG_NO_CHECK = 2, FLAG_UNGROUPED = 4 };

struct bd_others {
    bd_others_side side; /* what both files look at */
    bd_sorter *rows;
    bd_contrast *contrast;
    bool has_any;
    bd_arena *row;                /* one record */
    bd_arena *line;               /* one group: its tests */
    bd_map *order;                /* criterion id -> index + 1 */
    bd_import_compared *compared; /* by import */
};

static bool has_source(const bd_map *sources, const bd_seens *seen) {
    bool has = false;
    for (size_t i = 0; i < seen->count && !has; i++) {
        has = bd_map_find(sources, seen->data[i].source) != NULL;
    }
    return has;
}

/* Is there a record of what another tool says?  Where there is none, ours need not be kept to be set beside it. */
static bool has_theirs(const bd_others_side *side) {
    bd_map *sources = bd_map_make(side->scratch);
    bool has = false;
    for (size_t i = 0; i < bd_imports_count(side->in.imports); i++) {
        bd_map_put(sources, bd_imports_at(side->in.imports, i)->source->id, sources);
    }
    for (size_t i = 0; i < side->in.evidence->count && !has; i++) {
        const bd_facts *facts = &side->in.evidence->data[i].facts;
        bd_arenas_pass(sizeof *facts);
        has = has_source(sources, &facts->seen) || has_source(sources, &facts->parts);
    }
    return has;
}

bd_others *bd_others_open(const bd_others_inputs *inputs, bd_arena *arena, bd_imported *found) {
    bd_arena *scratch = bd_arena_open("what others say", SCRATCH_BYTES);
    bd_others *out = bd_new(scratch, bd_others, 1);
    out->side = (bd_others_side){.in = *inputs, .arena = arena, .scratch = scratch, .out = found};
    *found = (bd_imported){0};
    out->has_any = has_theirs(&out->side);
    out->rows = bd_sorter_open(OTHERS_SORT_BYTES);
    out->contrast = bd_contrast_open(&out->side);
    out->row = bd_arena_open("imported row", LINE_BYTES);
    out->line = bd_arena_open("imported group", LINE_BYTES);
    out->order = bd_map_make(scratch);
    out->compared = bd_new(scratch, bd_import_compared, bd_imports_count(inputs->imports));
    for (size_t i = 0; i < inputs->catalog->criterion_count; i++) {
        bd_map_put(out->order, inputs->catalog->criteria[i].id, (void *)(uintptr_t)(i + 1));
    }
    return out;
}

void bd_others_close(bd_others *others) {
    if (others != NULL) {
        bd_sorter_close(others->rows);
        bd_contrast_close(others->contrast);
        bd_arena_close(others->row);
        bd_arena_close(others->line);
        bd_arena_close(others->side.scratch);
    }
}

bool bd_others_has_any(const bd_others *others) {
    return others->has_any;
}

bd_rc bd_others_put_ours(bd_others *others, const bd_own_reading *ours, bd_err *err) {
    return others->has_any ? bd_contrast_put_ours(others->contrast, ours, err) : BD_OK;
}

static uint32_t number_of(const bd_others_side *side, uint32_t evidence_index) {
    return side->in.evidence->data[evidence_index].given.number;
}

static bool may_pass(const bd_others_side *side, uint32_t evidence_index, bd_str *why) {
    return bd_collection_may_pass(side->in.collections, side->in.evidence, evidence_index, why);
}

static bd_instant instant_of(const bd_others_side *side, uint32_t evidence_index) {
    return bd_collection_instant(side->in.collections, side->in.evidence, evidence_index);
}

/* ---- scores and attestations: kept one by one ---- */

static bd_import_score *add_score(bd_others_side *side, uint32_t import, bd_str scope, bd_instant at,
                                  uint32_t evidence_index) {
    bd_import_score *out = bd_push(side->arena, &side->out->scores);
    bd_str why = {"", 0};
    bool is_complete = may_pass(side, evidence_index, &why);
    *out = (bd_import_score){.import = bd_imports_at(side->in.imports, import),
                             .scope = bd_str_copy(side->arena, scope),
                             .name = {"", 0},
                             .key = {"", 0},
                             .at = at,
                             .date = bd_instant_utc_day(instant_of(side, evidence_index)),
                             .evidence = number_of(side, evidence_index),
                             .is_complete = is_complete,
                             .why_not = why};
    return out;
}

static bd_str score_problem(const bd_import_row *row) {
    if (row->current.size == 0) {
        return BD_STR("its score is not a plain number");
    }
    if (row->max.size > 0 && bd_number_cmp(row->max, BD_STR("0")) <= 0) {
        return BD_STR("its greatest score is 0: nothing was assessed");
    }
    if (bd_number_cmp(row->current, BD_STR("0")) < 0 ||
        (row->max.size > 0 && bd_number_cmp(row->current, row->max) > 0)) {
        return BD_STR("its score lies outside 0 and the greatest score");
    }
    return BD_STR("");
}

static void take_score(bd_others_side *side, const bd_import_row *row, bd_instant at,
                       uint32_t evidence_index) {
    bd_arena *arena = side->arena;
    bd_import_score *score = add_score(side, row->import, row->scope,
                                       row->at != BD_INSTANT_NONE ? row->at : at, evidence_index);
    score->name = bd_str_copy(arena, row->title);
    score->key = bd_str_copy(arena, row->key);
    score->current = bd_str_copy(arena, row->current);
    score->max = bd_str_copy(arena, row->max);
    score->percentage = bd_str_copy(arena, row->percentage);
    score->weight = bd_str_copy(arena, row->weight);
    score->problem = score_problem(row);
}

static void take_attestation(bd_others_side *side, const bd_import_row *row, bd_instant at,
                             uint32_t evidence_index) {
    bd_arena *arena = side->arena;
    bd_import_attestation *out = bd_push(arena, &side->out->attestations);
    *out =
        (bd_import_attestation){.import = bd_imports_at(side->in.imports, row->import),
                                .scope = bd_str_copy(arena, row->scope),
                                .resource = bd_str_copy(arena, row->resource),
                                .test = bd_str_copy(arena, row->test),
                                .status = bd_str_copy(arena, row->status),
                                .owner = bd_str_copy(arena, row->owner),
                                .comments = bd_str_copy(arena, row->comments),
                                .key = bd_str_copy(arena, row->key),
                                .means = row->means,
                                .date = bd_instant_utc_day(at),
                                .assessed = row->at,
                                .expires = row->expires,
                                .is_expired = row->expires != BD_INSTANT_NONE && row->expires <= at,
                                .evidence_count = row->evidence_count,
                                .evidence = number_of(side, evidence_index)};
}

/* ---- results: one line per set, criterion and strange group ---- */

typedef struct {
    const bd_import_row *row;
    bd_instant at;
    uint32_t evidence_index;
    uint8_t flags;
} result;

static bd_rc put_line(bd_others *others, const result *one, uint8_t level, uint32_t order,
                      bd_str group, bd_err *err) {
    const bd_import_row *row = one->row;
    bd_packer *packer = &others->side.packer;
    bd_pack_begin(packer);
    bd_pack_u32(packer, row->import);
    bd_pack_key(packer, row->scope);
    bd_pack_i64(packer, bd_instant_utc_day(one->at));
    bd_pack_u8(packer, row->is_soc ? 0 : 1);
    bd_pack_key(packer, row->set);
    bd_pack_u8(packer, level);
    bd_pack_u32(packer, order);
    bd_pack_key(packer, group);
    bd_pack_u8(packer, row->is_manual ? 1 : 0);
    bd_pack_key(packer, row->resource_key);
    bd_pack_key(packer, row->test);
    bd_pack_key(packer, row->key);
    bd_pack_u8(packer, (uint8_t)row->means);
    bd_pack_u32(packer, one->evidence_index);
    bd_pack_u8(packer, one->flags);
    const int64_t numbers[] = {row->count, row->at, one->at, row->groups_left};
    for (size_t i = 0; i < BD_COUNT(numbers); i++) {
        bd_pack_i64(packer, numbers[i]);
    }
    const bd_str texts[] = {row->status, row->cause, row->current, row->max};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        bd_pack_text(packer, texts[i]);
    }
    if (packer->overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "a result of another tool is larger than 64 KiB");
    }
    return bd_sorter_put(others->rows, bd_pack_end(packer), err);
}

static bd_rc put_result(bd_others *others, result *one, bd_err *err) {
    const bd_import_row *row = one->row;
    bool has_check =
        row->resource_key.size > 0 &&
        bd_imports_at(others->side.in.imports, row->import)->kind == BD_IMPORT_VERDICTS &&
        bd_contrast_has_check(others->contrast, row->test);
    one->flags = (uint8_t)((row->is_soc ? FLAG_SOC : 0) | (has_check ? 0 : FLAG_NO_CHECK) |
                           (row->is_soc && row->groups.count == 0 ? FLAG_UNGROUPED : 0));
    BD_TRY(put_line(others, one, LEVEL_SET, 0, (bd_str){"", 0}, err));
    for (size_t i = 0; i < row->groups.count && row->is_soc; i++) {
        uintptr_t order = (uintptr_t)bd_map_find(others->order, row->criteria.data[i]);
        BD_TRY(order > 0 ? put_line(others, one, LEVEL_CRITERION, (uint32_t)order - 1,
                                    (bd_str){"", 0}, err)
                         : put_line(others, one, LEVEL_STRANGER, 0, row->groups.data[i], err));
    }
    return has_check ? bd_contrast_put_theirs(others->contrast, row, one->at,
                                              number_of(&others->side, one->evidence_index), err)
                     : BD_OK;
}

/* What describes another time than the one that is judged, or a subscription out of scope, is counted and left out. */
static bool is_wanted(bd_others_side *side, const bd_import_row *row, bd_instant at) {
    const bd_others_inputs *in = &side->in;
    const bd_import *import = bd_imports_at(side->in.imports, row->import);
    bool is_elsewhere = in->subscriptions != NULL &&
                        import->source->scope == BD_SCOPE_SUBSCRIPTION && row->scope.size > 0 &&
                        bd_map_find(in->subscriptions, row->scope) == NULL;
    if (at < in->from || at >= in->until) {
        side->out->other_time++;
        return false;
    }
    side->out->other_scope += is_elsewhere;
    return !is_elsewhere;
}

bd_rc bd_others_take_row(bd_others *others, uint32_t evidence_index, bd_unpacker *packed, bd_err *err) {
    bd_others_side *side = &others->side;
    bd_arena_reset(others->row);
    bd_import_row row;
    bd_import_unpack(packed, others->row, &row);
    bd_instant at = instant_of(side, evidence_index);
    if (!is_wanted(side, &row, at)) {
        return BD_OK;
    }
    result one = {.row = &row, .at = at, .evidence_index = evidence_index};
    switch (bd_imports_at(side->in.imports, row.import)->kind) {
    case BD_IMPORT_VERDICTS:
    case BD_IMPORT_COUNTS:
    case BD_IMPORT_ACTIONS: return put_result(others, &one, err);
    case BD_IMPORT_SCORE: take_score(side, &row, at, evidence_index); break;
    case BD_IMPORT_ATTESTATIONS: take_attestation(side, &row, at, evidence_index); break;
    }
    return BD_OK;
}

/* ---- sums of decimals ---- */

#define SCALE 1000000 /* six digits behind the point */

typedef struct {
    int64_t micros;
    bool is_lost; /* too large, or finer than six digits */
} decimal_sum;

static void add_decimal(decimal_sum *sum, bd_str text) {
    bool is_negative = text.size > 0 && text.data[0] == '-';
    int64_t value = 0, unit = SCALE;
    bool is_fraction = false;
    for (size_t i = is_negative ? 1 : 0; i < text.size; i++) {
        if (text.data[i] == '.') {
            is_fraction = true;
            continue;
        }
        int digit = text.data[i] - '0';
        unit /= is_fraction ? 10 : 1;
        bool is_lost = (is_fraction && unit == 0 && digit != 0) || value > INT64_MAX / 100;
        sum->is_lost = sum->is_lost || is_lost;
        if (is_lost) {
            return;
        }
        value = is_fraction ? value + digit * unit : value * 10 + (int64_t)digit * SCALE;
    }
    sum->is_lost = sum->is_lost || sum->micros > INT64_MAX / 2 || sum->micros < -(INT64_MAX / 2);
    sum->micros += sum->is_lost ? 0 : (is_negative ? -value : value);
}

static bd_str decimal_text(bd_arena *arena, const decimal_sum *sum) {
    if (sum->is_lost) {
        return BD_STR("");
    }
    int64_t whole = sum->micros / SCALE, part = sum->micros % SCALE;
    part = part < 0 ? -part : part;
    bool is_negative = sum->micros < 0 && whole == 0;
    bd_str text = bd_str_format(arena, "%s%lld.%06lld", is_negative ? "-" : "", (long long)whole,
                                (long long)part);
    while (text.data[text.size - 1] == '0') {
        text.size--;
    }
    text.size -= text.data[text.size - 1] == '.' ? 1 : 0;
    return text;
}

/* ---- out of the sort ---- */

/* A line of the sort, unpacked. */
typedef struct {
    uint32_t import, order, evidence_index;
    bd_str scope, set, group, resource, test, key, status, cause, current, max;
    bd_day day;
    bool is_stranger_set, is_manual;
    uint8_t level, flags;
    bd_import_class means;
    int64_t count, their_time, at, groups_left;
} line;

typedef struct {
    bd_others *others;
    bd_import_snapshot
        *snapshot; /* of the assessment's list; the list does not move while it is filled */
    bd_import_group *group;
    size_t strangers;
    bool skips_group; /* a stranger beyond the limit */
    bool has_resource, has_counted;
    bool resource_not_met, counted_not_met;
    bd_str resource, last_key, last_test;
    bool last_manual;
    bd_map *tests;
    size_t test_count;
    decimal_sum current, max;
    bool has_points, has_bad_points;
    uint32_t evidence_index;
    uint8_t *usable; /* by evidence: 0 not asked, 1 yes, 2 no */
    bd_arena *arenas[2];
    line before;
    bool has_before;
} adding;

/* Kept until the next line is compared with it: the record itself is gone by then. */
static void unpack_line(bd_str borrowed, bd_arena *arena, line *out) {
    bd_unpacker in = {.record = bd_str_copy(arena, borrowed)};
    *out = (line){.import = bd_unpack_u32(&in)};
    out->scope = bd_unpack_key(&in, arena);
    out->day = (bd_day)bd_unpack_i64(&in);
    out->is_stranger_set = bd_unpack_u8(&in) != 0;
    out->set = bd_unpack_key(&in, arena);
    out->level = bd_unpack_u8(&in);
    out->order = bd_unpack_u32(&in);
    out->group = bd_unpack_key(&in, arena);
    out->is_manual = bd_unpack_u8(&in) != 0;
    out->resource = bd_unpack_key(&in, arena);
    out->test = bd_unpack_key(&in, arena);
    out->key = bd_unpack_key(&in, arena);
    out->means = (bd_import_class)bd_unpack_u8(&in);
    out->evidence_index = bd_unpack_u32(&in);
    out->flags = bd_unpack_u8(&in);
    int64_t *const numbers[] = {&out->count, &out->their_time, &out->at, &out->groups_left};
    for (size_t i = 0; i < BD_COUNT(numbers); i++) {
        *numbers[i] = bd_unpack_i64(&in);
    }
    bd_str *const texts[] = {&out->status, &out->cause, &out->current, &out->max};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_unpack_text(&in);
    }
}

static bool is_same_snapshot(const line *a, const line *b) {
    return a->import == b->import && a->day == b->day && bd_str_eq(a->scope, b->scope);
}

static bool is_same_group(const line *a, const line *b) {
    return is_same_snapshot(a, b) && a->is_stranger_set == b->is_stranger_set &&
           a->level == b->level && a->order == b->order && bd_str_eq(a->set, b->set) &&
           bd_str_eq(a->group, b->group);
}

static bool is_same_result(const line *a, const line *b) {
    return is_same_group(a, b) && a->is_manual == b->is_manual &&
           bd_str_eq(a->resource, b->resource) && bd_str_eq(a->test, b->test) &&
           bd_str_eq(a->key, b->key);
}

/* ---- one snapshot ---- */

static void begin_snapshot(adding *to, const line *now) {
    bd_others_side *side = &to->others->side;
    bd_import_snapshot *made = bd_push(side->arena, &side->out->snapshots);
    *made = (bd_import_snapshot){.import = bd_imports_at(side->in.imports, now->import),
                                 .scope = bd_str_copy(side->arena, now->scope),
                                 .date = now->day,
                                 .at = now->at,
                                 .oldest = BD_INSTANT_NONE,
                                 .newest = BD_INSTANT_NONE,
                                 .evidence = number_of(side, now->evidence_index),
                                 .is_complete = true,
                                 .why_not = {"", 0}};
    to->snapshot = made;
    to->strangers = 0;
    to->current = to->max = (decimal_sum){0};
    to->has_points = to->has_bad_points = false;
    to->evidence_index = now->evidence_index;
}

/* Points of all actions make one score. */
static void end_snapshot(adding *to) {
    bd_others_side *side = &to->others->side;
    const bd_import_snapshot *done = to->snapshot;
    if (done == NULL || done->import->kind != BD_IMPORT_ACTIONS) {
        return;
    }
    bd_import_score *score =
        add_score(side, done->import->index, done->scope, done->at, to->evidence_index);
    score->name = done->import->title;
    score->current = decimal_text(side->arena, &to->current);
    score->max = decimal_text(side->arena, &to->max);
    bool is_lost = to->current.is_lost || to->max.is_lost;
    score->problem = !to->has_points      ? BD_STR("no points are in it")
                     : is_lost            ? BD_STR("its points are too large to be added up")
                     : to->has_bad_points ? BD_STR("some points of it are no plain numbers")
                                          : BD_STR("");
    score->is_complete = done->is_complete;
    score->why_not = done->why_not;
}

/* Each file of a snapshot has to be all of what it is a part of. */
static void note_completeness(adding *to, const line *now) {
    bd_others_side *side = &to->others->side;
    bd_str why = {"", 0};
    uint8_t *known = &to->usable[now->evidence_index];
    if (*known == 0) {
        *known = may_pass(side, now->evidence_index, &why) ? 1 : 2;
    }
    if (*known == 2 && to->snapshot->is_complete) {
        (void)may_pass(side, now->evidence_index, &why);
        to->snapshot->is_complete = false;
        to->snapshot->why_not = bd_str_copy(side->arena, why);
    }
    uint32_t number = number_of(side, now->evidence_index);
    to->snapshot->evidence = number < to->snapshot->evidence ? number : to->snapshot->evidence;
    to->snapshot->at = now->at < to->snapshot->at ? now->at : to->snapshot->at;
}

static void note_word(adding *to, const line *now) {
    bd_import_snapshot *snapshot = to->snapshot;
    bool is_rest = snapshot->words.count >= MOST_WORDS;
    for (size_t i = 0; i < snapshot->words.count; i++) {
        bd_import_word *word = &snapshot->words.data[i];
        bool is_same = word->means == now->means && bd_str_eq(word->status, now->status) &&
                       bd_str_eq(word->cause, now->cause);
        if (is_same || (is_rest && word->means == now->means && i >= MOST_WORDS)) {
            word->count += (uint64_t)now->count;
            return;
        }
    }
    bd_arena *arena = to->others->side.arena;
    *bd_push(arena, &snapshot->words) = (bd_import_word){
        .status = is_rest ? BD_STR("(further words)") : bd_str_copy(arena, now->status),
        .cause = is_rest ? BD_STR("") : bd_str_copy(arena, now->cause),
        .means = now->means,
        .count = (uint64_t)now->count};
}

static void note_times(bd_import_snapshot *snapshot, bd_instant at) {
    if (at == BD_INSTANT_NONE) {
        return;
    }
    snapshot->oldest =
        snapshot->oldest == BD_INSTANT_NONE || at < snapshot->oldest ? at : snapshot->oldest;
    snapshot->newest = at > snapshot->newest ? at : snapshot->newest;
}

/* Each result once, whatever groups it is in. */
static void add_to_snapshot(adding *to, const line *now) {
    bd_import_snapshot *snapshot = to->snapshot;
    bd_import_compared *compared = &to->others->compared[now->import];
    uint64_t count = (uint64_t)now->count;
    snapshot->results += count;
    snapshot->ungrouped += (now->flags & FLAG_UNGROUPED) != 0 ? count : 0;
    snapshot->groups_left_out += (uint64_t)now->groups_left;
    compared->no_check += (now->flags & FLAG_NO_CHECK) != 0 ? count : 0;
    note_word(to, now);
    note_times(snapshot, now->their_time);
    if (snapshot->import->kind != BD_IMPORT_ACTIONS) {
        return;
    }
    to->has_bad_points = to->has_bad_points || now->current.size == 0 || now->max.size == 0;
    to->has_points = to->has_points || now->current.size > 0;
    add_decimal(&to->current, now->current);
    add_decimal(&to->max, now->max);
}

/* ---- one group ---- */

static void begin_group(adding *to, const line *now) {
    bd_others_side *side = &to->others->side;
    to->skips_group = now->level == LEVEL_STRANGER && to->strangers >= MOST_STRANGERS;
    to->strangers += now->level == LEVEL_STRANGER ? 1 : 0;
    to->has_resource = false;
    bd_arena_reset(to->others->line);
    to->tests = bd_map_make(to->others->line);
    to->test_count = 0;
    if (to->skips_group) {
        to->snapshot->groups_left_out++;
        return;
    }
    to->group = bd_push(side->arena, &to->snapshot->groups);
    *to->group = (bd_import_group){.set = bd_str_copy(side->arena, now->set),
                                   .group = bd_str_copy(side->arena, now->group),
                                   .criterion = now->level == LEVEL_CRITERION
                                                    ? side->in.catalog->criteria[now->order].id
                                                    : (bd_str){"", 0},
                                   .is_soc = !now->is_stranger_set};
}

static void count_test(adding *to, bd_str test) {
    if (test.size == 0 || to->test_count >= MOST_TESTS || bd_map_find(to->tests, test) != NULL) {
        return;
    }
    bd_map_put(to->tests, test, to);
    to->test_count++;
    to->group->tests++;
}

/* Results of one resource are neighbours, the automatic ones before the manual ones. */
static void count_resource(adding *to, const line *now, bool is_new) {
    if (now->is_manual || now->resource.size == 0) {
        return;
    }
    if (is_new) {
        to->group->resources++;
        to->resource_not_met = false;
    }
    if (now->means == BD_IMPORT_NOT_MET && !to->resource_not_met) {
        to->resource_not_met = true;
        to->group->resources_not_met++;
    }
}

static void add_to_group(adding *to, const line *now, bool is_new_resource) {
    bd_import_counts *counts = now->is_manual ? &to->group->manual : &to->group->automatic;
    counts->of[now->means] += (uint64_t)now->count;
    to->group->has_manual = to->group->has_manual || now->is_manual;
    count_test(to, now->test);
    count_resource(to, now, is_new_resource);
}

static void add_line(adding *to, const line *now) {
    const line *before = to->has_before ? &to->before : NULL;
    if (before == NULL || !is_same_snapshot(before, now)) {
        end_snapshot(to);
        begin_snapshot(to, now);
    }
    bool is_new_group = before == NULL || !is_same_group(before, now);
    if (is_new_group) {
        begin_group(to, now);
    }
    note_completeness(to, now);
    if (before != NULL && is_same_result(before, now)) {
        to->snapshot->repeated += now->level == LEVEL_SET ? 1 : 0;
        return;
    }
    if (now->level == LEVEL_SET) {
        add_to_snapshot(to, now);
    }
    if (!to->skips_group) {
        bool is_new_resource = is_new_group || before->is_manual != now->is_manual ||
                               !bd_str_eq(before->resource, now->resource);
        add_to_group(to, now, is_new_resource);
    }
}

static bd_rc read_lines(adding *to, bd_err *err) {
    BD_TRY(bd_sorter_finish(to->others->rows, err));
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_sorter_next(to->others->rows, &record, &has_record, err));
        if (!has_record) {
            end_snapshot(to);
            return BD_OK;
        }
        bd_arena_reset(to->arenas[1]);
        line now;
        unpack_line(record, to->arenas[1], &now);
        add_line(to, &now);
        to->before = now;
        to->has_before = true;
        bd_arena *swap = to->arenas[0];
        to->arenas[0] = to->arenas[1];
        to->arenas[1] = swap;
    }
}

static bd_rc add_lines(bd_others *others, bd_err *err) {
    adding to = {.others = others,
                 .usable = bd_new(others->side.scratch, uint8_t, others->side.in.evidence->count),
                 .arenas = {bd_arena_open("imported line", LINE_BYTES),
                            bd_arena_open("imported line", LINE_BYTES)}};
    bd_rc rc = read_lines(&to, err);
    bd_arena_close(to.arenas[0]);
    bd_arena_close(to.arenas[1]);
    return rc;
}

/* ---- order, and what is newest ---- */

static int cmp_days(bd_day a, bd_day b) {
    return (a > b) - (a < b);
}

static int cmp_snapshots(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_import_snapshot *x = a;
    const bd_import_snapshot *y = b;
    if (x->import->index != y->import->index) {
        return x->import->index < y->import->index ? -1 : 1;
    }
    int order = bd_str_cmp(x->scope, y->scope);
    return order != 0 ? order : cmp_days(x->date, y->date);
}

static int cmp_scores(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_import_score *x = a;
    const bd_import_score *y = b;
    if (x->import->index != y->import->index) {
        return x->import->index < y->import->index ? -1 : 1;
    }
    int order = bd_str_cmp(x->scope, y->scope);
    order = order != 0 ? order : bd_str_cmp(x->name, y->name);
    order = order != 0 ? order : (x->at > y->at) - (x->at < y->at);
    order = order != 0 ? order : bd_str_cmp(x->current, y->current);
    order = order != 0 ? order : bd_str_cmp(x->max, y->max);
    return order != 0 ? order : (x->evidence > y->evidence) - (x->evidence < y->evidence);
}

static int cmp_attestations(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_import_attestation *x = a;
    const bd_import_attestation *y = b;
    if (x->import->index != y->import->index) {
        return x->import->index < y->import->index ? -1 : 1;
    }
    int order = bd_str_cmp(x->scope, y->scope);
    order = order != 0 ? order : cmp_days(x->date, y->date);
    order = order != 0 ? order : bd_str_cmp(x->key, y->key);
    order = order != 0 ? order : bd_str_cmp(x->status, y->status);
    return order != 0 ? order : (x->evidence > y->evidence) - (x->evidence < y->evidence);
}

static bool is_same_score(const bd_import_score *a, const bd_import_score *b) {
    return a->import == b->import && a->at == b->at && bd_str_eq(a->scope, b->scope) &&
           bd_str_eq(a->name, b->name) && bd_str_eq(a->current, b->current) &&
           bd_str_eq(a->max, b->max);
}

/* The same score in two files is one score. */
static void settle_scores(bd_imported *out) {
    bd_sort(out->scores.data, out->scores.count, sizeof(bd_import_score), cmp_scores, NULL);
    size_t kept = 0;
    for (size_t i = 0; i < out->scores.count; i++) {
        if (kept == 0 || !is_same_score(&out->scores.data[kept - 1], &out->scores.data[i])) {
            out->scores.data[kept++] = out->scores.data[i];
        }
    }
    out->scores.count = kept;
    for (size_t i = 0; i < kept; i++) {
        bd_import_score *own = &out->scores.data[i];
        const bd_import_score *next = i + 1 < kept ? &own[1] : NULL;
        own->is_newest = next == NULL || next->import != own->import ||
                         !bd_str_eq(next->scope, own->scope) || !bd_str_eq(next->name, own->name);
    }
}

static void settle_attestations(bd_imported *out) {
    bd_sort(out->attestations.data, out->attestations.count, sizeof(bd_import_attestation),
            cmp_attestations, NULL);
    size_t kept = 0;
    for (size_t i = 0; i < out->attestations.count; i++) {
        const bd_import_attestation *own = &out->attestations.data[i];
        const bd_import_attestation *last = kept > 0 ? &out->attestations.data[kept - 1] : NULL;
        bool is_repeat = last != NULL && last->import == own->import && last->date == own->date &&
                         bd_str_eq(last->scope, own->scope) && bd_str_eq(last->key, own->key) &&
                         bd_str_eq(last->status, own->status);
        if (!is_repeat) {
            out->attestations.data[kept++] = *own;
        }
    }
    out->attestations.count = kept;
}

/* An answer without records says that the tool had nothing to say, and is not the same as no answer. */
static void add_empty(bd_others_side *side) {
    bd_imported *out = side->out;
    size_t filled = out->snapshots.count;
    for (size_t i = 0; i < side->in.snapshots->count; i++) {
        const bd_snapshot *snapshot = &side->in.snapshots->data[i];
        const bd_import *import = NULL;
        for (size_t k = 0; k < bd_imports_count(side->in.imports) && import == NULL; k++) {
            const bd_import *one = bd_imports_at(side->in.imports, k);
            import = bd_str_eq(one->source->id, snapshot->source) ? one : NULL;
        }
        bool is_known = snapshot->rows > 0 || import == NULL ||
                        snapshot->from < side->in.from || snapshot->from >= side->in.until;
        for (size_t k = 0; k < filled && !is_known; k++) {
            const bd_import_snapshot *other = &out->snapshots.data[k];
            is_known = other->import == import && other->date == snapshot->date &&
                       bd_str_eq(other->scope, snapshot->scope);
        }
        if (!is_known) {
            *bd_push(side->arena, &out->snapshots) =
                (bd_import_snapshot){.import = import,
                                     .scope = snapshot->scope,
                                     .date = snapshot->date,
                                     .at = snapshot->from,
                                     .oldest = BD_INSTANT_NONE,
                                     .newest = BD_INSTANT_NONE,
                                     .evidence = snapshot->evidence,
                                     .is_complete = snapshot->may_pass,
                                     .why_not = snapshot->why_not};
        }
    }
    bd_sort(out->snapshots.data, out->snapshots.count, sizeof(bd_import_snapshot), cmp_snapshots,
            NULL);
    for (size_t i = 0; i < out->snapshots.count; i++) {
        bd_import_snapshot *own = &out->snapshots.data[i];
        own->is_newest = i + 1 == out->snapshots.count || own[1].import != own->import ||
                         !bd_str_eq(own[1].scope, own->scope);
    }
}

/* ---- the newest of all scopes together ---- */

typedef struct {
    bd_map *by_name;
    bd_arena *scratch;
} summing;

static bd_import_sum *sum_of(bd_others_side *side, summing *state, const bd_import_snapshot *snapshot,
                             const bd_import_group *group) {
    bd_arena_reset(state->scratch);
    bd_str name = bd_str_format(state->scratch, "%u\x1f%d\x1f%.*s\x1f%.*s\x1f%.*s",
                                snapshot->import->index, group->is_soc, BD_ARG(group->set),
                                BD_ARG(group->criterion), BD_ARG(group->group));
    uintptr_t found = (uintptr_t)bd_map_find(state->by_name, name);
    if (found == 0) {
        *bd_push(side->arena, &side->out->sums) =
            (bd_import_sum){.import = snapshot->import,
                            .sum = {.set = group->set,
                                    .group = group->group,
                                    .criterion = group->criterion,
                                    .is_soc = group->is_soc},
                            .oldest = snapshot->date,
                            .newest = snapshot->date,
                            .is_complete = true};
        found = side->out->sums.count;
        bd_map_put(state->by_name, name, (void *)found);
    }
    return &side->out->sums.data[found - 1];
}

static void add_group_to_sum(bd_import_sum *sum, const bd_import_snapshot *snapshot,
                             const bd_import_group *group) {
    for (int i = 0; i < BD_IMPORT_CLASSES; i++) {
        sum->sum.automatic.of[i] += group->automatic.of[i];
        sum->sum.manual.of[i] += group->manual.of[i];
    }
    sum->sum.has_manual = sum->sum.has_manual || group->has_manual;
    sum->sum.resources += group->resources;
    sum->sum.resources_not_met += group->resources_not_met;
    sum->scopes++;
    sum->oldest = snapshot->date < sum->oldest ? snapshot->date : sum->oldest;
    sum->newest = snapshot->date > sum->newest ? snapshot->date : sum->newest;
    sum->is_complete = sum->is_complete && snapshot->is_complete;
}

typedef struct {
    const bd_others *others;
} sum_order;

static uintptr_t place_of(const bd_others *others, const bd_import_group *group) {
    uintptr_t order = (uintptr_t)bd_map_find(others->order, group->criterion);
    return group->criterion.size > 0 ? order : group->group.size > 0 ? UINTPTR_MAX : 0;
}

static int cmp_sums(const void *context, const void *a, const void *b) {
    const sum_order *by = context;
    const bd_import_sum *x = a;
    const bd_import_sum *y = b;
    if (x->import->index != y->import->index) {
        return x->import->index < y->import->index ? -1 : 1;
    }
    if (x->sum.is_soc != y->sum.is_soc) {
        return x->sum.is_soc ? -1 : 1;
    }
    int order = bd_str_cmp(x->sum.set, y->sum.set);
    uintptr_t left = place_of(by->others, &x->sum), right = place_of(by->others, &y->sum);
    order = order != 0 ? order : (left > right) - (left < right);
    return order != 0 ? order : bd_str_cmp(x->sum.group, y->sum.group);
}

static void add_sums(bd_others *others) {
    bd_others_side *side = &others->side;
    bd_imported *out = side->out;
    summing state = {.by_name = bd_map_make(side->scratch), .scratch = others->row};
    for (size_t i = 0; i < out->snapshots.count; i++) {
        const bd_import_snapshot *snapshot = &out->snapshots.data[i];
        for (size_t g = 0; snapshot->is_newest && g < snapshot->groups.count; g++) {
            const bd_import_group *group = &snapshot->groups.data[g];
            add_group_to_sum(sum_of(side, &state, snapshot, group), snapshot, group);
        }
    }
    sum_order by = {others};
    bd_sort(out->sums.data, out->sums.count, sizeof(bd_import_sum), cmp_sums, &by);
}

static void list_imports(bd_others *others) {
    bd_others_side *side = &others->side;
    bd_imported *out = side->out;
    for (size_t k = 0; k < bd_imports_count(side->in.imports); k++) {
        const bd_import *import = bd_imports_at(side->in.imports, k);
        bool is_there = false;
        for (size_t i = 0; i < out->snapshots.count && !is_there; i++) {
            is_there = out->snapshots.data[i].import == import;
        }
        for (size_t i = 0; i < out->scores.count && !is_there; i++) {
            is_there = out->scores.data[i].import == import;
        }
        for (size_t i = 0; i < out->attestations.count && !is_there; i++) {
            is_there = out->attestations.data[i].import == import;
        }
        if (!is_there) {
            continue;
        }
        *bd_push(side->arena, &out->imports) = import;
        if (import->kind == BD_IMPORT_VERDICTS) {
            bd_import_compared *compared = bd_push(side->arena, &out->compared);
            *compared = others->compared[k];
            compared->import = import;
        }
    }
}

bd_rc bd_others_finish(bd_others *others, bd_err *err) {
    BD_TRY(add_lines(others, err));
    BD_TRY(bd_contrast_finish(others->contrast, others->compared, err));
    add_empty(&others->side);
    settle_scores(others->side.out);
    settle_attestations(others->side.out);
    add_sums(others);
    list_imports(others);
    return BD_OK;
}
