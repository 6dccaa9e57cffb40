/* What rests on withdrawn evidence: collections with such a page, and lists that only such an inventory counted.
 *
 * The files are concluded once more without the counts of what is withdrawn, and of each collection and snapshot the
 * worse answer holds: an inventory that speaks against a list does not fall silent by being withdrawn. */
#include "bindery/conclude.h"

#include "conclude_priv.h"

#include <string.h>

#define SCRATCH_BYTES ((size_t)4 << 30)

static bool has_withdrawn(const bd_evidences *evidence) {
    for (size_t i = 0; i < evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &evidence->data[i];
        if (item->given.is_withdrawn && !item->is_sidecar && !item->is_register) {
            return true;
        }
    }
    return false;
}

static bd_str withdrawn_words(bd_arena *arena, const bd_evidence *item) {
    return bd_str_format(arena, "%.*s is withdrawn: %.*s",
                         BD_ARG(bd_evidence_id(arena, item->given.number)),
                         BD_ARG(item->given.withdrawn_reason));
}

/* The reason of its first withdrawn member; NULL: none is. */
static const bd_evidence *first_withdrawn(const bd_evidences *evidence, const bd_collection *of) {
    for (size_t i = 0; i < of->members.count; i++) {
        const bd_evidence *item = &evidence->data[of->members.data[i]];
        if (item->given.is_withdrawn) {
            return item;
        }
    }
    return NULL;
}

static void hold_collection(bd_evidences *evidence, bd_arena *arena, const bd_collection *without,
                            bd_collection *held) {
    const bd_evidence *item = first_withdrawn(evidence, held);
    if (item != NULL) {
        held->is_withdrawn = true;
        held->is_count_wanted = false;
        held->reason = withdrawn_words(arena, item);
        held->completeness =
            held->completeness == BD_COMPLETE_NO ? BD_COMPLETE_NO : BD_COMPLETE_NOT_SHOWN;
        return;
    }
    if (held->completeness != BD_COMPLETE_YES || without->completeness == BD_COMPLETE_YES) {
        return;
    }
    held->completeness = without->completeness;
    held->reason = bd_str_copy(arena, without->reason);
    for (size_t i = 0; i < held->members.count; i++) {
        bd_evidence *member = &evidence->data[held->members.data[i]];
        member->completeness = held->completeness;
        member->completeness_reason = held->reason;
    }
}

static void hold_snapshot(bd_arena *arena, const bd_collections *collections,
                          const bd_snapshot *without, bd_snapshot *held) {
    const bd_collection *of = &collections->data[held->collection];
    held->is_withdrawn = of->is_withdrawn;
    if (held->completeness == BD_COMPLETE_YES || of->is_withdrawn) {
        held->completeness = of->completeness;
    }
    if (of->is_withdrawn) {
        held->may_pass = false;
        held->why_not = of->reason;
    } else if (held->may_pass && !without->may_pass) {
        held->may_pass = false;
        held->why_not = bd_str_copy(arena, without->why_not);
    }
}

bool bd_conclude_withdraw(const bd_scan_plan *plan, bd_evidences *evidence, bd_arena *arena,
                          bd_collections *collections, bd_snapshots *snapshots,
                          bd_collections *before_collections, bd_snapshots *before_snapshots) {
    if (!has_withdrawn(evidence)) {
        return false;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("withdraw", SCRATCH_BYTES);
    bd_evidences copy = {0};
    bd_collections other_collections = {0};
    bd_snapshots other_snapshots = {0};
    bd_conclusion again = {.plan = plan,
                           .evidence = &copy,
                           .arena = scratch,
                           .collections = &other_collections,
                           .snapshots = &other_snapshots,
                           .leaves_out_withdrawn = true};
    for (size_t i = 0; i < evidence->count; i++) {
        bd_evidence *item = bd_push(scratch, &copy);
        *item = evidence->data[i];
        item->facts.diags = (bd_diags){0}; /* said already */
        item->sources = (bd_strs){0};
    }
    bd_conclude_all(&again);
    *before_collections = *collections;
    *before_snapshots = *snapshots;
    *collections = (bd_collections){0};
    *snapshots = (bd_snapshots){0};
    /* a count decides nothing but completeness, so that both lists are of the same things in the same order */
    BD_ASSERT(other_collections.count == before_collections->count &&
              other_snapshots.count == before_snapshots->count);
    for (size_t i = 0; i < before_collections->count; i++) {
        *bd_push(arena, collections) = before_collections->data[i];
        hold_collection(evidence, arena, &other_collections.data[i], &collections->data[i]);
    }
    for (size_t i = 0; i < before_snapshots->count; i++) {
        *bd_push(arena, snapshots) = before_snapshots->data[i];
        hold_snapshot(arena, collections, &other_snapshots.data[i], &snapshots->data[i]);
    }
    return true;
}
