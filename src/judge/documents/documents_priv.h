/* documents_priv.h - shared by the files of room documents. */
#ifndef DOCUMENTS_PRIV_H
#define DOCUMENTS_PRIV_H

#include "bindery/documents.h"

struct bd_documents {
    bd_documents_inputs in;
    bd_arena *arena;
    BD_VEC(uint32_t) documents; /* indexes of the items that are described as one */
};

typedef struct {
    const bd_evidence *item;
    bd_day date;        /* carried out, else approved */
    bd_verdict verdict; /* the check's `pass`, and the sign-off */
    bd_str reason;      /* of a fail or cannot-tell */
    bool is_taken;
} bd_occurrence;
typedef BD_VEC(bd_occurrence) bd_occurrences;

/* documents.c: recur and document.  Documents of these types that belong to the check, by date; `verdict` is that of
 * its `pass` only with `judges`, else only of the sign-off. */
void documents_find(const bd_documents *run, const bool *left_out, const bd_check *check, const bd_strs *types,
                    bool judges, bd_occurrences *out);
void documents_say(const bd_document_asking *asked, const bd_instance *instance, bd_verdict verdict, bd_str reason,
                   const bd_evidence *item);
bd_rc documents_fail(const bd_document_asking *asked, const bd_evidence *item, bd_day day, bd_str reason,
                     bd_err *err);

/* reports.c: a check of shape document with the member "reports" */
bd_rc documents_judge_reports(const bd_document_asking *asked, bd_occurrences *reports, bd_err *err);
bool documents_is_same_vendor(bd_str a, bd_str b);
/* The last day up to `to` that a paper can speak of: none that was still to come when it was issued or fetched. */
bd_day documents_cut_at_issue(const bd_value *report, bd_day to);

#endif
