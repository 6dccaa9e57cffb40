/* Derivations that join collections: for each snapshot of the first source, what the others show nearest to it. */
#include "bindery/joins.h"

#include "bindery/derivations.h"
#include "bindery/derive.h"

#define DAY_TICKS (24 * BD_HOUR)
#define JOIN_ARENA_BYTES ((size_t)1 << 30)
#define SORT_BYTES ((size_t)512 << 10)
#define LOG_DAYS 130 /* a quarter, and what began before it */
#define MOST_COMMON_PARTS 500000
#define MOST_GROUP_PARTS 500000 /* the check runs of a large repository */

/* A snapshot that a join may see: of a source, of a scope, of a day. */
typedef struct {
    bd_str source, scope;
    bd_day date;
    bd_instant from, to;
    uint32_t list;           /* 0: all of the day */
    uint32_t evidence_index; /* first page */
    bool has_evidence, is_whole;
    bd_str why_not;
    bd_strs sets;
    BD_VEC(uint32_t) readers; /* anchors that see it */
} sight;

/* A snapshot of the first source of a derived source: what is judged. */
typedef struct {
    uint32_t derived; /* place of the derived source in the catalog */
    const sight *of;
    BD_VEC(bd_join_input) inputs;
} anchor;

struct bd_joins {
    bd_joins_inputs in;
    bd_arena *arena, *scratch; /* `scratch`: one part */
    bd_map *index; /* source U+001F scope U+001F day U+001F list -> sight */
    BD_VEC(sight *) sights;
    BD_VEC(anchor) anchors;
    bd_sorter *parts;
    bd_packer packer;
};

static const bd_derivation *derivation_of(const bd_source_def *source) {
    const bd_derivation *found =
        source->derivation.size > 0 ? bd_derivation_find(source->derivation) : NULL;
    return found != NULL && found->reduce != NULL ? found : NULL;
}

/* ---- what there is to see ---- */

static bd_str sight_name(bd_arena *arena, bd_str source, bd_str scope, bd_day date, uint32_t list) {
    return bd_str_format(arena, "%.*s\x1f%.*s\x1f%d\x1f%u", BD_ARG(source), BD_ARG(scope), date,
                         list);
}

/* No scope tells the logs of two repositories apart: what one of their lists describes, or that it is whole, says
 * nothing of another list of that day. */
static uint32_t list_of(const bd_joins *joins, bd_str source, uint32_t evidence_index) {
    const bd_source_def *found = bd_catalog_source(joins->in.catalog, source);
    bool is_own = found != NULL && found->is_log && found->scope == BD_SCOPE_REPOSITORY;
    return is_own ? joins->in.evidence->data[evidence_index].collection + 1 : 0;
}

static bd_instant instant_of(const bd_joins *joins, uint32_t evidence_index) {
    return bd_collection_instant(joins->in.collections, joins->in.evidence, evidence_index);
}

static sight *sight_of(bd_joins *joins, bd_str source, bd_str scope, bd_instant from,
                       uint32_t list) {
    bd_day date = bd_instant_utc_day(from);
    bd_str name = sight_name(joins->arena, source, scope, date, list);
    sight *found = bd_map_find(joins->index, name);
    if (found == NULL) {
        found = bd_new(joins->arena, sight, 1);
        *found = (sight){.source = source,
                         .scope = scope,
                         .date = date,
                         .from = from,
                         .to = from,
                         .list = list,
                         .is_whole = true,
                         .why_not = {"", 0}};
        bd_map_put(joins->index, name, found);
        *bd_push(joins->arena, &joins->sights) = found;
    }
    found->from = from < found->from ? from : found->from;
    return found;
}

static void add_set(bd_joins *joins, sight *seen, bd_str context) {
    ptrdiff_t mark = bd_str_find(context, BD_STR("#"));
    if (mark < 0) {
        return;
    }
    bd_str rest = bd_str_sub(context, (size_t)mark + 1, context.size);
    char *plain = bd_alloc(joins->arena, rest.size + 1, 1);
    size_t size = 0;
    int depth = 0;
    for (size_t i = 0; i < rest.size; i++) {
        depth += rest.data[i] == '(' ? 1 : 0;
        if (depth == 0) {
            plain[size++] = rest.data[i];
        }
        depth -= rest.data[i] == ')' && depth > 0 ? 1 : 0;
    }
    bd_str set = bd_str_lower(joins->arena, (bd_str){plain, size});
    if (!bd_strs_have(&seen->sets, set)) {
        *bd_push(joins->arena, &seen->sets) = set;
    }
}

static bool has_type(const bd_evidence *page, bd_str type) {
    for (size_t i = 0; i < page->facts.types.count; i++) {
        if (bd_str_eq(page->facts.texts[page->facts.types.data[i].type], type)) {
            return true;
        }
    }
    return false;
}

static bool is_named(const bd_evidence *page, bd_str type, bd_arena *scratch) {
    bd_str name = bd_str_format(scratch, "/%.*s", BD_ARG(bd_path_name(type)));
    return bd_str_find(bd_str_lower(scratch, page->sidecar.request), name) >= 0 ||
           bd_str_find(bd_str_lower(scratch, page->sidecar.command), name) >= 0;
}

/* Of a source that is several lists of Azure: those whose records a page shows, or the one whose name was asked for; a
 * command that names several lists does not say which of them this page is. */
static void add_types(bd_joins *joins, sight *seen, const bd_evidence *page) {
    const bd_source_def *source = bd_catalog_source(joins->in.catalog, seen->source);
    size_t named = 0, types = source != NULL && source->types.count > 1 ? source->types.count : 0;
    for (size_t i = 0; i < types; i++) {
        named += is_named(page, source->types.data[i], joins->scratch) ? 1 : 0;
    }
    for (size_t i = 0; i < types; i++) {
        bd_str type = source->types.data[i];
        bool is_asked = named == 1 && is_named(page, type, joins->scratch);
        if ((is_asked || has_type(page, type)) && !bd_strs_have(&seen->sets, type)) {
            *bd_push(joins->arena, &seen->sets) = type;
        }
    }
    bd_arena_reset(joins->scratch);
}

/* Snapshots of one day are one, but for lists of repositories: it is whole if all its collections are. */
static void see_collection(bd_joins *joins, bd_str source, bd_str scope,
                           uint32_t collection_index) {
    const bd_collection *collection = &joins->in.collections->data[collection_index];
    uint32_t first = collection->members.data[0];
    sight *seen = sight_of(joins, source, scope, instant_of(joins, first),
                           list_of(joins, source, first));
    bd_str why;
    if (!seen->has_evidence || first < seen->evidence_index) {
        seen->evidence_index = first;
        seen->has_evidence = true;
    }
    if (!bd_collection_may_pass(joins->in.collections, joins->in.evidence, first, &why) && seen->is_whole) {
        seen->is_whole = false;
        seen->why_not = why;
    }
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_evidence *page = &joins->in.evidence->data[collection->members.data[i]];
        seen->to = page->describes_to > seen->to ? page->describes_to : seen->to;
        add_set(joins, seen, page->facts.context);
        add_types(joins, seen, page);
    }
}

static void see_all(bd_joins *joins) {
    for (size_t i = 0; i < joins->in.snapshots->count; i++) {
        const bd_snapshot *snapshot = &joins->in.snapshots->data[i];
        see_collection(joins, snapshot->source, snapshot->scope, snapshot->collection);
    }
    for (size_t i = 0; i < joins->in.evidence->count; i++) {
        const bd_evidence *item = &joins->in.evidence->data[i];
        bd_arenas_pass(sizeof *item);
        bool is_seen = joins->in.left_out == NULL || !joins->in.left_out[i];
        for (size_t j = 0; is_seen && j < item->facts.parts.count; j++) {
            see_collection(joins, item->facts.parts.data[j].source,
                           item->facts.parts.data[j].scope, item->collection);
        }
    }
}

/* ---- who sees what ---- */

static bd_instant distance(bd_instant a, bd_instant b) {
    return a > b ? a - b : b - a;
}

static int cmp_sights(const void *context, const void *a, const void *b) {
    (void)context;
    const sight *x = *(sight *const *)a;
    const sight *y = *(sight *const *)b;
    int order = bd_str_cmp(x->source, y->source);
    order = order != 0 ? order : bd_str_cmp(x->scope, y->scope);
    order = order != 0 ? order : (x->date > y->date) - (x->date < y->date);
    return order != 0 ? order : (x->list > y->list) - (x->list < y->list);
}

/* What an anchor of one subscription sees of a source that is kept by subscription is that subscription alone; of its
 * own log that is kept by resource, that resource. */
static bool sees_own_scope_alone(const bd_derivation *derivation, const bd_source_def *own,
                                 const bd_source_def *source) {
    if (own == NULL || source == NULL) {
        return false;
    }
    bool is_of_resource = own == source && own->scope == BD_SCOPE_RESOURCE && own->is_log &&
                          !derivation->sees_others;
    return is_of_resource || (own->scope == BD_SCOPE_SUBSCRIPTION &&
                              source->scope == BD_SCOPE_SUBSCRIPTION);
}

static void add_input(bd_joins *joins, uint32_t index, sight *seen) {
    anchor *of = &joins->anchors.data[index];
    *bd_push(joins->arena, &of->inputs) = (bd_join_input){.source = seen->source,
                                                          .scope = seen->scope,
                                                          .from = seen->from,
                                                          .to = seen->to,
                                                          .list = seen->list,
                                                          .is_whole = seen->is_whole,
                                                          .why_not = seen->why_not,
                                                          .sets = seen->sets};
    *bd_push(joins->arena, &seen->readers) = index;
}

/* The sights of one source, of those that anchors of one derived source may see. */
typedef struct {
    const bd_source_def *source;
    bool is_log;
    size_t from, to; /* in the view */
} sight_run;

/* What anchors of one derived source may see, in the order of sights. */
typedef struct {
    const bd_derivation *derivation;
    BD_VEC(sight *) sights;
    BD_VEC(sight_run) runs;
} view;

static view view_of(bd_joins *joins, const bd_source_def *derived) {
    view out = {.derivation = derivation_of(derived)};
    bd_str source = {"", 0};
    bool is_origin = false;
    for (size_t i = 0; i < joins->sights.count; i++) {
        sight *seen = joins->sights.data[i];
        bool is_other = i == 0 || !bd_str_eq(seen->source, source);
        if (is_other) {
            source = seen->source;
            is_origin = bd_strs_have(&derived->derived_from, source);
        }
        if (is_origin && is_other) {
            const bd_source_def *found = bd_catalog_source(joins->in.catalog, source);
            *bd_push(joins->arena, &out.runs) = (sight_run){.source = found,
                                                            .is_log = found != NULL && found->is_log,
                                                            .from = out.sights.count,
                                                            .to = out.sights.count};
        }
        if (is_origin && seen->from < joins->in.as_of) {
            *bd_push(joins->arena, &out.sights) = seen;
            out.runs.data[out.runs.count - 1].to = out.sights.count;
        }
    }
    return out;
}

/* The first sight of a run whose scope is not before `scope`, or is behind it. */
static size_t find_scope(const view *all, const sight_run *one, bd_str scope, bool is_behind) {
    size_t low = one->from, high = one->to;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = bd_str_cmp(all->sights.data[middle]->scope, scope);
        if (order < 0 || (is_behind && order == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* One anchor on its way through what it may see. */
typedef struct {
    bd_joins *joins;
    const view *all;
    uint32_t index;
    sight *best; /* so far, of one source and scope */
} choice;

static void take_best(choice *at) {
    if (at->best != NULL) {
        add_input(at->joins, at->index, at->best);
    }
    at->best = NULL;
}

static void look_at(choice *at, const sight_run *one, sight *seen) {
    const sight *own = at->joins->anchors.data[at->index].of;
    const bd_derivation *derivation = at->all->derivation;
    if (at->best != NULL && (!bd_str_eq(seen->source, at->best->source) ||
                             !bd_str_eq(seen->scope, at->best->scope))) {
        take_best(at);
    }
    bool is_own = bd_str_eq(seen->source, own->source);
    bool is_seen = derivation->sees_all && (!is_own || derivation->sees_own);
    if (one->is_log || is_seen) {
        bool is_near = seen->to > own->from - LOG_DAYS * DAY_TICKS &&
                       (seen->from <= own->from || derivation->sees_all);
        if (is_near) {
            add_input(at->joins, at->index, seen);
        }
        return;
    }
    bd_instant away = distance(seen->from, own->from);
    if (is_own ? seen != own : away > BD_SNAPSHOT_NEAR_DAYS * DAY_TICKS) {
        return; /* of its own source a join sees the one snapshot that is judged */
    }
    if (at->best == NULL || away <= distance(at->best->from, own->from)) {
        at->best = seen;
    }
}

/* Of each source and scope the snapshot nearest in time; of two equally near the later one.  Ten thousand subscriptions
 * are as many anchors and sights: each looks only where its own subscription stands. */
static void add_inputs(bd_joins *joins, const view *all, uint32_t index) {
    choice at = {.joins = joins, .all = all, .index = index};
    const sight *of = joins->anchors.data[index].of;
    const bd_source_def *own = bd_catalog_source(joins->in.catalog, of->source);
    for (size_t i = 0; i < all->runs.count; i++) {
        const sight_run *one = &all->runs.data[i];
        bool is_narrow = sees_own_scope_alone(all->derivation, own, one->source);
        size_t from = is_narrow ? find_scope(all, one, of->scope, /*is_behind*/ false) : one->from;
        size_t to = is_narrow ? find_scope(all, one, of->scope, /*is_behind*/ true) : one->to;
        for (size_t j = from; j < to; j++) {
            look_at(&at, one, all->sights.data[j]);
        }
    }
    take_best(&at);
}

static void add_anchors(bd_joins *joins, uint32_t derived) {
    const bd_source_def *source = &joins->in.catalog->sources[derived];
    view all = view_of(joins, source);
    for (size_t i = 0; i < all.sights.count; i++) {
        sight *seen = all.sights.data[i];
        if (bd_str_eq(seen->source, source->derived_from.data[0])) {
            *bd_push(joins->arena, &joins->anchors) = (anchor){.derived = derived, .of = seen};
            add_inputs(joins, &all, (uint32_t)joins->anchors.count - 1);
        }
    }
}

bd_joins *bd_joins_open(const bd_joins_inputs *inputs) {
    bd_arena *arena = bd_arena_open("joins", JOIN_ARENA_BYTES);
    bd_joins *joins = bd_new(arena, bd_joins, 1);
    joins->in = *inputs;
    joins->arena = arena;
    joins->scratch = bd_arena_open("part", (size_t)16 << 20);
    joins->index = bd_map_make(arena);
    joins->parts = bd_sorter_open(SORT_BYTES);
    if (inputs->sorts_behind) {
        bd_sorter_work_behind(joins->parts);
    }
    see_all(joins);
    bd_sort(joins->sights.data, joins->sights.count, sizeof joins->sights.data[0], cmp_sights,
            NULL);
    for (size_t i = 0; i < joins->in.catalog->source_count; i++) {
        const bd_source_def *source = &joins->in.catalog->sources[i];
        if (derivation_of(source) != NULL && bd_rules_reads(joins->in.rules, source->id)) {
            add_anchors(joins, (uint32_t)i);
        }
    }
    return joins;
}

void bd_joins_close(bd_joins *joins) {
    bd_sorter_close(joins->parts);
    bd_arena_close(joins->scratch);
    bd_arena_close(joins->arena);
}

/* ---- parts ---- */

bd_rc bd_joins_take_part(bd_joins *joins, uint32_t evidence_index, bd_unpacker *part, bd_err *err) {
    bd_arena *scratch = joins->scratch;
    bd_arena_reset(scratch);
    bd_unpacker head = *part;
    uint32_t derived = bd_unpack_u32(&head);
    bd_str group = bd_unpack_key(&head, scratch);
    bd_str source = bd_unpack_key(&head, scratch);
    bd_str scope = bd_unpack_key(&head, scratch);
    bd_day date = bd_instant_utc_day(instant_of(joins, evidence_index));
    uint32_t list = list_of(joins, source, evidence_index);
    const sight *seen = bd_map_find(joins->index, sight_name(scratch, source, scope, date, list));
    bd_str rest = bd_str_sub(part->record, part->at, part->record.size);
    for (size_t i = 0; seen != NULL && i < seen->readers.count; i++) {
        uint32_t reader = seen->readers.data[i];
        if (joins->anchors.data[reader].derived != derived) {
            continue;
        }
        bd_packer *packer = &joins->packer;
        bd_pack_begin(packer);
        bd_pack_u32(packer, reader);
        bd_pack_key(packer, group);
        bd_pack_key(packer, source);
        bd_pack_i64(packer, seen->from);
        bd_pack_u32(packer, evidence_index);
        bd_pack_packed(packer, rest);
        if (packer->overflowed) {
            BD_RAISE(err, BD_ERR_LIMIT, "what is kept of a record of '%.*s' is larger than 64 KiB",
                     BD_ARG(source));
        }
        BD_TRY(bd_sorter_put(joins->parts, bd_pack_end(packer), err));
    }
    return BD_OK;
}

/* ---- reduce ---- */

typedef struct {
    const bd_joins *joins;
    const bd_source_def *source;
    const anchor *of;
    uint32_t evidence_index, ordinal;
    bd_arena *scratch;
    const bd_joins_readers *readers;
    bd_rc rc;
    bd_err *err;
} emission;

static void put_row(void *context, const bd_row *row) {
    emission *out = context;
    bd_row judged = *row;
    /* a source is several lists of a day: one that is whole does not stand for one that is not */
    if (!out->of->of->is_whole && judged.verdict == BD_PASS) {
        judged.verdict = BD_CANNOT_TELL;
        judged.reason = out->of->of->why_not;
    }
    if (!bd_failed(out->rc)) {
        out->rc = out->readers->put_row(out->readers->context, &judged, out->evidence_index, out->err);
    }
}

static void put_record(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                       const bd_value *value) {
    emission *out = context;
    bd_record record = {.source = out->source,
                        .value = value,
                        .type = type,
                        .key = key,
                        .resource = resource,
                        .subscription = out->source->scope == BD_SCOPE_SUBSCRIPTION
                                            ? out->of->of->scope
                                            : (bd_str){"", 0},
                        .scope = out->of->of->scope,
                        .time = time,
                        .ordinal = out->ordinal++};
    if (out->source->scope != BD_SCOPE_SUBSCRIPTION || record.scope.size > 0) {
        bd_rules_map(out->joins->in.rules, &record, out->scratch, put_row, out);
        return;
    }
    /* what is set above the subscriptions, at a management group or the root, holds in each of them */
    for (size_t i = 0; i < out->joins->in.subscriptions->count; i++) {
        record.scope = out->joins->in.subscriptions->data[i];
        record.subscription = record.scope;
        bd_rules_map(out->joins->in.rules, &record, out->scratch, put_row, out);
    }
}

/* Nothing is judged by what a derivation lists. */
static void put_listed(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                       const bd_value *value) {
    emission *out = context;
    (void)key, (void)resource, (void)time;
    bd_listed listed = {.type = type,
                        .scope = out->of->of->scope,
                        .value = value,
                        .evidence_index = out->of->of->evidence_index,
                        .is_whole = out->of->of->is_whole};
    out->readers->put_listed(out->readers->context, &listed);
}

typedef struct {
    bd_arena *common_arena, *group_arena;
    BD_VEC(bd_part) common, parts;
    bd_str group;
    bool is_open; /* the group "" was handed over */
} grouping;

static bool group_is_whole(const grouping *state) {
    return state->group.size == 0;
}

static bd_rc reduce_group(emission *out, grouping *state) {
    const bd_derivation *derivation = derivation_of(out->source);
    bd_join join = {.facts = out->joins->in.engagement->facts,
                    .zone = out->joins->in.engagement->zone,
                    .at = out->of->of->from,
                    .scope = out->of->of->scope,
                    .list = out->of->of->list,
                    .subscriptions = out->joins->in.subscriptions,
                    .inputs = out->of->inputs.data,
                    .input_count = out->of->inputs.count,
                    .common = state->common.data,
                    .common_count = state->common.count};
    derivation->reduce(&join, state->group, state->parts.data, state->parts.count, out->scratch,
                       put_record, out);
    if (derivation->list != NULL && group_is_whole(state)) {
        derivation->list(&join, out->scratch, put_listed, out);
    }
    bd_arena_reset(out->scratch);
    return out->rc;
}

/* Hands over what is gathered: the common parts first, then the group at hand. */
static bd_rc finish_group(emission *out, grouping *state) {
    bd_rc rc = BD_OK;
    if (!state->is_open) {
        state->is_open = true;
        grouping whole = *state;
        whole.group = (bd_str){"", 0};
        whole.parts.count = 0;
        out->evidence_index = out->of->of->evidence_index;
        rc = reduce_group(out, &whole);
    }
    if (!bd_failed(rc) && state->parts.count > 0) {
        rc = reduce_group(out, state);
    }
    bd_arena_reset(state->group_arena);
    state->parts.data = NULL;
    state->parts.count = 0;
    state->parts.room = 0;
    state->group = (bd_str){"", 0};
    return rc;
}

static bd_rc add_part(emission *out, grouping *state, bd_str group, bd_instant at,
                      uint32_t evidence_index, bd_unpacker *unpacker, bd_err *err) {
    bool is_common = group.size == 0;
    size_t most = is_common ? MOST_COMMON_PARTS : MOST_GROUP_PARTS;
    if ((is_common ? state->common.count : state->parts.count) >= most) {
        BD_RAISE(err, BD_ERR_LIMIT, "more than %zu records are joined at '%.*s' of '%.*s'", most,
                 BD_ARG(group), BD_ARG(out->source->id));
    }
    bd_arena *arena = is_common ? state->common_arena : state->group_arena;
    uint32_t derived;
    bd_str name;
    bd_part part = {.at = at};
    bd_str record = bd_str_copy(arena, unpacker->record); /* the sorter's own goes with the next */
    bd_unpacker kept = {.record = record, .at = unpacker->at};
    bd_part_unpack(&kept, arena, &derived, &name, &part);
    if (part.kept == NULL) {
        return BD_OK;
    }
    part.list = list_of(out->joins, part.source, evidence_index);
    if (is_common) {
        *bd_push(arena, &state->common) = part;
        return BD_OK;
    }
    if (state->parts.count == 0) {
        state->group = name;
        out->evidence_index = out->of->of->evidence_index;
    }
    const sight *own = out->of->of;
    if (bd_str_eq(part.source, own->source) && bd_str_eq(part.scope, own->scope) &&
        part.at == own->from && part.list == own->list) {
        out->evidence_index = evidence_index; /* not of another snapshot: a verdict stands where it is of */
    }
    *bd_push(arena, &state->parts) = part;
    return BD_OK;
}

/* All parts of one anchor; `*record` is the first part behind them, or none is left. */
static bd_rc reduce_anchor(bd_joins *joins, uint32_t index, emission *out,
                           grouping *state, bd_str *record, bool *has_record, bd_err *err) {
    while (*has_record) {
        bd_unpacker unpacker = {.record = *record};
        if (bd_unpack_u32(&unpacker) != index) {
            break;
        }
        bd_str group = bd_unpack_key(&unpacker, out->scratch);
        bd_unpack_key(&unpacker, out->scratch);
        bd_instant at = bd_unpack_i64(&unpacker);
        uint32_t evidence_index = bd_unpack_u32(&unpacker);
        bool is_new = group.size > 0 && (!state->is_open || !bd_str_eq(group, state->group));
        if (is_new) {
            BD_TRY(finish_group(out, state));
            bd_unpacker again = {.record = *record}; /* the scratch was emptied */
            bd_unpack_u32(&again);
            group = bd_unpack_key(&again, out->scratch);
            bd_unpack_key(&again, out->scratch);
            bd_unpack_i64(&again);
            bd_unpack_u32(&again);
            unpacker = again;
        }
        BD_TRY(add_part(out, state, group, at, evidence_index, &unpacker, err));
        BD_TRY(bd_sorter_next(joins->parts, record, has_record, err));
    }
    return finish_group(out, state);
}

bd_rc bd_joins_finish(bd_joins *joins, const bd_joins_readers *readers, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("join", JOIN_ARENA_BYTES);
    BD_DEFER(bd_arena_close_ref) bd_arena *common = bd_arena_open("common", JOIN_ARENA_BYTES);
    BD_DEFER(bd_arena_close_ref) bd_arena *group = bd_arena_open("group", JOIN_ARENA_BYTES);
    bd_str record = {"", 0};
    bool has_record;
    BD_TRY(bd_sorter_finish(joins->parts, err));
    BD_TRY(bd_sorter_next(joins->parts, &record, &has_record, err));
    for (uint32_t i = 0; i < joins->anchors.count; i++) {
        bd_arena_reset(common);
        bd_arena_reset(group);
        grouping state = {.common_arena = common, .group_arena = group, .group = {"", 0}};
        const anchor *of = &joins->anchors.data[i];
        emission out = {.joins = joins,
                        .source = &joins->in.catalog->sources[of->derived],
                        .of = of,
                        .evidence_index = of->of->evidence_index,
                        .scratch = scratch,
                        .readers = readers,
                        .err = err};
        BD_TRY(reduce_anchor(joins, i, &out, &state, &record, &has_record, err));
    }
    return BD_OK;
}
