/* What lists say of one evidence item. */
#include "bindery/ties.h"

const char *bd_ties_kind(const bd_evidence *item) {
    if (item->is_sidecar) {
        return "sidecar";
    }
    if (item->is_register) {
        return "register";
    }
    if (item->is_document) {
        return "document";
    }
    return item->is_unmapped ? "unmapped" : "records";
}

bool bd_ties_is_aside(const bd_evidence *item) {
    return item->is_sidecar || item->is_register;
}

bool bd_ties_has_rows(const bd_evidence *item) {
    return !item->is_document && !bd_ties_is_aside(item);
}

int64_t bd_ties_rows_kept(const bd_evidence *item) {
    return (int64_t)(item->facts.rows_read - item->facts.rows_refused);
}

bd_str bd_ties_untold_problem(const bd_evidence *item) {
    const bd_facts *facts = &item->facts;
    bool is_told = !facts->is_malformed;
    for (size_t i = 0; i < facts->diags.count; i++) {
        is_told = is_told || bd_str_eq(facts->diags.data[i].message, facts->problem);
    }
    return is_told ? (bd_str){"", 0} : facts->problem;
}
