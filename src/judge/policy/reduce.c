/* Rows to one verdict per resource and policy, in two sorts.
 *
 * First by policy, side and key: the same resource may stand in several files, and of its rows the one from a whole
 * record counts before one of chosen columns, then the newest; of two of one day the worse verdict.  Then by policy
 * and join, what is asked for before who asks. */
#include "bindery/policy.h"

#include "policy_priv.h"

#define JOIN_BYTES ((size_t)16 << 20)
#define ROW_BYTES ((size_t)4 << 20) /* a row has at most 64 KiB */

typedef struct {
    const bd_policies *policies;
    bd_policy_complete_fn *is_complete;
    void *context;
    bool wants_findings;
    bd_arena *arena;
    bd_arena *next,
        *kept;       /* texts of the row just read, and of the one held back: they take turns */
    bd_arena *group; /* texts of the group at hand */
    bd_policy_result *results;
    bd_map **by_type; /* per policy: type -> index + 1 */
    bd_policy_row held;
    bool has_held;
    bd_sorter *joins; /* the second sort */
    bd_packer *packer;
    bd_rc rc; /* first failure of it */
    bd_err *err;
    /* what is asked for in the group at hand */
    bd_str join;
    uint32_t policy;
    bool has_pass, has_unknown, has_any;
    bd_str why;
} reducing;

static void unpack_rest(bd_unpacker *unpacker, bd_arena *arena, bd_policy_row *out) {
    out->verdict = (bd_verdict)bd_unpack_u8(unpacker);
    out->needs_related = bd_unpack_u8(unpacker) == 1;
    out->has_name = bd_unpack_u8(unpacker) == 1;
    bd_str *const texts[] = {&out->type, &out->resource, &out->subscription, &out->reason};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_str_copy(arena, bd_unpack_text(unpacker));
    }
}

static void unpack_row(bd_str record, bd_arena *arena, bd_policy_row *out) {
    bd_unpacker unpacker = {.record = record};
    out->policy = bd_unpack_u32(&unpacker);
    out->is_related = bd_unpack_u8(&unpacker) == 0;
    out->key = bd_unpack_key(&unpacker, arena);
    out->is_partial = bd_unpack_u8(&unpacker) == 1;
    out->day = (bd_day)-bd_unpack_i64(&unpacker);
    unpack_rest(&unpacker, arena, out);
    out->join = bd_unpack_key(&unpacker, arena);
}

static void pack_join(bd_packer *packer, const bd_policy_row *row) {
    bd_pack_begin(packer);
    bd_pack_u32(packer, row->policy);
    bd_pack_key(packer, row->join);
    bd_pack_u8(packer, row->is_related ? 0 : 1);
    pack_rest(packer, row);
}

static void unpack_join(bd_str record, bd_arena *arena, bd_policy_row *out) {
    bd_unpacker unpacker = {.record = record};
    out->policy = bd_unpack_u32(&unpacker);
    out->join = bd_unpack_key(&unpacker, arena);
    out->is_related = bd_unpack_u8(&unpacker) == 0;
    unpack_rest(&unpacker, arena, out);
}

/* ---- counting ---- */

static bd_policy_count *count_of(reducing *state, const bd_policy_row *row) {
    bd_policy_result *result = &state->results[row->policy];
    bd_map **map = &state->by_type[row->policy];
    if (*map == NULL) {
        *map = bd_map_make(state->arena);
    }
    uintptr_t found = (uintptr_t)bd_map_find(*map, row->type);
    if (found == 0) {
        *bd_push(state->arena, &result->counts) =
            (bd_policy_count){.type = bd_str_copy(state->arena, row->type)};
        found = result->counts.count;
        bd_map_put(*map, row->type, (void *)found);
    }
    return &result->counts.data[found - 1];
}

static void settle(reducing *state, const bd_policy_row *row, bd_verdict verdict, bd_str reason) {
    count_of(state, row)->counts[verdict]++;
    if (state->wants_findings && (verdict == BD_FAIL || verdict == BD_CANNOT_TELL)) {
        *bd_push(state->arena, &state->results[row->policy].findings) =
            (bd_policy_finding){.type = bd_str_copy(state->arena, row->type),
                                .resource = bd_str_copy(state->arena, row->resource),
                                .reason = bd_str_copy(state->arena, reason),
                                .verdict = verdict};
    }
}

/* What was found decides where it meets the condition, or where one thing was asked for by name and is there.  Else
 * the evidence must show that there is no other. */
static void settle_needing(reducing *state, const bd_policy_row *row) {
    const policy *of = &state->policies->list[row->policy];
    bd_str anchor = row->join, end = BD_STR("\x1f");
    ptrdiff_t mark = bd_str_find(row->join, end);
    anchor = mark < 0 ? anchor : bd_str_sub(anchor, 0, (size_t)mark);
    if (state->has_pass) {
        settle(state, row, BD_PASS, BD_STR(""));
        return;
    }
    if (state->has_unknown) {
        settle(state, row, BD_CANNOT_TELL, state->why);
        return;
    }
    bool is_found = row->has_name && state->has_any;
    bd_str type = of->stand_in != NULL ? bd_str_of(of->stand_in) : of->related_type;
    if (is_found || state->is_complete(state->context, type, row->subscription, anchor)) {
        settle(state, row, BD_FAIL, row->reason);
        return;
    }
    settle(state, row, BD_CANNOT_TELL,
           bd_str_format(state->kept, "the evidence does not show every '%.*s' that hangs on it",
                         BD_ARG(type)));
}

/* ---- groups ---- */

static void enter_group(reducing *state, const bd_policy_row *row) {
    if (row->policy == state->policy && bd_str_eq(row->join, state->join)) {
        return;
    }
    state->policy = row->policy;
    bd_arena_reset(state->group);
    state->join = bd_str_copy(state->group, row->join);
    state->has_pass = state->has_unknown = state->has_any = false;
    state->why = BD_STR("");
}

static void take_join(reducing *state, const bd_policy_row *row) {
    enter_group(state, row);
    if (!row->is_related) {
        settle_needing(state, row);
        return;
    }
    state->has_any = true;
    state->has_pass = state->has_pass || row->verdict == BD_PASS;
    if (row->verdict == BD_CANNOT_TELL && !state->has_unknown) {
        state->has_unknown = true;
        state->why = bd_str_copy(state->group, row->reason);
    }
}

/* ---- the first sort ---- */

static void flush(reducing *state) {
    const bd_policy_row *row = &state->held;
    if (!state->has_held || bd_failed(state->rc)) {
        return;
    }
    state->has_held = false;
    if (!row->is_related && !row->needs_related) {
        settle(state, row, row->verdict, row->reason);
        return;
    }
    pack_join(state->packer, row);
    state->rc = bd_sorter_put(state->joins, bd_pack_end(state->packer), state->err);
}

static bool is_same_key(const bd_policy_row *a, const bd_policy_row *b) {
    return a->policy == b->policy && a->is_related == b->is_related && bd_str_eq(a->key, b->key);
}

static void hold(reducing *state, const bd_policy_row *row) {
    bd_arena *free = state->kept;
    state->kept = state->next;
    state->next = free;
    state->held = *row;
    state->has_held = true;
}

static void put_row(reducing *state, const bd_policy_row *row) {
    if (state->has_held && is_same_key(&state->held, row)) {
        bool is_equal = state->held.is_partial == row->is_partial && state->held.day == row->day;
        if (is_equal && bd_verdict_worse(state->held.verdict, row->verdict) == row->verdict) {
            hold(state, row);
        }
        return;
    }
    flush(state);
    hold(state, row);
}

static int cmp_counts(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const bd_policy_count *)a)->type, ((const bd_policy_count *)b)->type);
}

static int cmp_findings(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_policy_finding *one = a, *other = b;
    int order = bd_str_cmp(one->type, other->type);
    return order != 0 ? order : bd_str_cmp(one->resource, other->resource);
}

static bd_rc reduce_rows(reducing *state, bd_sorter *sorter, bd_err *err) {
    bd_str record;
    bool has_record = true;
    BD_TRY(bd_sorter_finish(sorter, err));
    for (;;) {
        BD_TRY(bd_sorter_next(sorter, &record, &has_record, err));
        if (!has_record || bd_failed(state->rc)) {
            break;
        }
        bd_policy_row row = {0};
        bd_arena_reset(state->next);
        unpack_row(record, state->next, &row);
        put_row(state, &row);
    }
    flush(state);
    return state->rc;
}

static bd_rc reduce_joins(reducing *state, bd_err *err) {
    bd_str record;
    bool has_record = true;
    BD_TRY(bd_sorter_finish(state->joins, err));
    for (;;) {
        BD_TRY(bd_sorter_next(state->joins, &record, &has_record, err));
        if (!has_record) {
            return BD_OK;
        }
        bd_policy_row row = {0};
        bd_arena_reset(state->kept);
        unpack_join(record, state->kept, &row);
        take_join(state, &row);
    }
}

bd_rc bd_policies_reduce(const bd_policies *policies, bd_sorter *sorter,
                         bd_policy_complete_fn *is_complete, void *context, bool wants_findings,
                         bd_arena *arena, bd_policy_result **out, bd_err *err) {
    reducing state = {.policies = policies,
                      .is_complete = is_complete,
                      .context = context,
                      .wants_findings = wants_findings,
                      .arena = arena,
                      .next = bd_arena_open("row", ROW_BYTES),
                      .kept = bd_arena_open("row", ROW_BYTES),
                      .group = bd_arena_open("group", ROW_BYTES),
                      .policy = UINT32_MAX,
                      .joins = bd_sorter_open(JOIN_BYTES),
                      .packer = bd_new(arena, bd_packer, 1),
                      .err = err,
                      .results = bd_new(arena, bd_policy_result, policies->count + 1),
                      .by_type = bd_new(arena, bd_map *, policies->count + 1)};
    bd_rc rc = reduce_rows(&state, sorter, err);
    if (!bd_failed(rc)) {
        rc = reduce_joins(&state, err);
    }
    bd_sorter_close(state.joins);
    bd_arena_close(state.next);
    bd_arena_close(state.kept);
    bd_arena_close(state.group);
    for (size_t i = 0; i < policies->count; i++) {
        bd_policy_result *result = &state.results[i];
        bd_sort(result->counts.data, result->counts.count, sizeof(bd_policy_count), cmp_counts,
                NULL);
        bd_sort(result->findings.data, result->findings.count, sizeof(bd_policy_finding),
                cmp_findings, NULL);
    }
    *out = state.results;
    return rc;
}
