/* The files of one answer: when it is of, and whether what stands in it may pass. */
#include "bindery/evidence.h"

static const bd_evidence *first_page(const bd_collections *all, const bd_evidences *evidence,
                                     uint32_t evidence_index, const bd_collection **collection) {
    *collection = &all->data[evidence->data[evidence_index].collection];
    return &evidence->data[(*collection)->members.data[0]];
}

bd_instant bd_collection_instant(const bd_collections *all, const bd_evidences *evidence, uint32_t evidence_index) {
    const bd_collection *collection;
    return first_page(all, evidence, evidence_index, &collection)->describes_from;
}

bool bd_collection_may_pass(const bd_collections *all, const bd_evidences *evidence, uint32_t evidence_index,
                            bd_str *why) {
    const bd_collection *collection;
    const bd_evidence *first = first_page(all, evidence, evidence_index, &collection);
    *why = (bd_str){"", 0};
    if (collection->completeness != BD_COMPLETE_YES) {
        *why = collection->reason;
        return false;
    }
    if (first->collected_at_is_assumed) {
        *why = BD_STR("its time is only assumed from the file's own time");
        return false;
    }
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_evidence *page = &evidence->data[collection->members.data[i]];
        if (page->time_problem.size > 0) {
            *why = page->time_problem;
            return false;
        }
    }
    if (first->origin == BD_ORIGIN_HANDED_IN && !first->is_signed_off) {
        *why = first->signoff_reason;
        return false;
    }
    return true;
}
