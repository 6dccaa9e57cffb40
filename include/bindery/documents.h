/* bindery/documents.h - what is judged straight from the register of evidence: documents, and the papers of vendors.
 *
 * A document is an item of evidence whose sidecar or register row says what it is.  Checks of two shapes read documents
 * and nothing else (bindery-1, sections 2 to 4): of `recur` each occurrence fills one instance of its requirement; of
 * `document` an approved version has to be in force on every day, or, with the member `reports`, the periods of a
 * vendor's reports and letters have to cover ours.
 *
 *     const bd_documents *documents = bd_documents_make(&inputs, arena);
 *     bd_documents_judge(&(bd_document_asking){.documents = documents, .check = check, ...}, err);
 *     bd_vendors_make(documents, left_out, &vendors);
 *
 * Who asks hands over the instances of the requirement and takes what is said of each: this room knows neither results
 * nor exceptions.  An instance nothing is said of is missing.  What is of a later time than `until` is no evidence yet;
 * what nobody signed off never passes.  The register of vendors says of the same papers what people have to know; no
 * verdict reads it.  One thread at a time.
 */
#ifndef BINDERY_DOCUMENTS_H
#define BINDERY_DOCUMENTS_H

#include "bindery/catalog.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/period.h"
#include "bindery/rule.h"
#include "bindery/util.h"

#define BD_DOCUMENTS_TAIL_DAYS 92 /* behind a vendor's report that letters bridge, where a check does not say */

/* ---- documents on file -------------------------------------------------------------------------------------- */

typedef struct {
    const bd_catalog *catalog;
    const bd_rules *rules; /* of that catalog */
    const bd_engagement *engagement;
    const bd_period *period;
    const bd_evidences *evidence;
    bd_instant as_of, until; /* t and t' = min(as_of, period end) */
} bd_documents_inputs;

typedef struct bd_documents bd_documents;
/* What all checks of documents go through; all that is said of them is Allocated in `arena`, too.  Borrows what the
 * inputs name. */
const bd_documents *bd_documents_make(const bd_documents_inputs *inputs, bd_arena *arena);

/* ---- judging ------------------------------------------------------------------------------------------------ */

/* What a check says of one instance. */
typedef struct {
    const bd_instance *instance;
    bd_verdict verdict;
    bd_str reason; /* "" of a pass */
    const bd_evidence *item;
} bd_document_result;

/* A failure, and from which local day on. */
typedef struct {
    bd_day day;
    bd_str reason;
    const bd_evidence *item;
} bd_document_failure;

typedef void bd_document_result_fn(void *context, const bd_check *check, const bd_document_result *result);
typedef bd_rc bd_document_failure_fn(void *context, const bd_check *check, const bd_document_failure *failure,
                                     bd_err *err);

typedef struct {
    const bd_documents *documents;
    const bd_check *check;
    const bool *left_out;   /* by evidence index: what is not judged now; NULL: nothing */
    bd_instance *instances; /* of its requirement; `is_late` is set, and with `notes_evidence` `evidence` grows */
    size_t instance_count;
    bool notes_evidence;
    bd_document_result_fn *put_result;   /* borrowed until it returns, but for the texts */
    bd_document_failure_fn *put_failure; /* behind the result of the same instance */
    void *context;
} bd_document_asking;
/* Judges one check of shape recur or document.  Fails with what `put_failure` returns. */
BD_MUST_USE bd_rc bd_documents_judge(const bd_document_asking *asked, bd_err *err);

/* ---- vendors ------------------------------------------------------------------------------------------------ */

typedef enum { BD_VENDOR_REPORT, BD_VENDOR_LETTER, BD_VENDOR_MEMO } bd_vendor_kind;
const char *bd_vendor_kind_name(bd_vendor_kind kind); /* "report", "letter", "assessment" */

/* A report of a vendor, a letter that bridges the days behind one, or what we wrote after reading one. */
typedef struct {
    bd_vendor_kind kind;
    uint32_t vendor; /* index */
    const bd_evidence *item;
    bd_day from, to; /* as stated, both inclusive; BD_DAY_NONE where nothing is said */
    bd_day issued_on, retrieved_on;
    bd_day counts_to;   /* the last day that it can speak of: no later than it was issued and fetched */
    bool counts;        /* for the days that it describes */
    int64_t gap_days;   /* of a dated report: last day judged less its end; not above 0: none */
    bd_strs problems;   /* sentences; also of one that counts */
    const bd_evidence *assessment; /* of a report: the newest memo that names its retrieval or is later; NULL */
} bd_vendor_document;

typedef enum {
    BD_CUEC_MAPPED,
    BD_CUEC_NOT_APPLICABLE,
    BD_CUEC_UNMAPPED, /* also: not applicable without a reason, mapped to nothing */
    BD_CUEC_UNKNOWN   /* mapped to a control that there is none of */
} bd_cuec_standing;
const char *bd_cuec_standing_name(bd_cuec_standing standing); /* "mapped", "not applicable", ... */

/* One control that a report expects of its users. */
typedef struct {
    uint32_t vendor, document; /* indexes */
    bd_str id, text, reason;
    bd_strs controls; /* as the catalog writes their numbers, where it has them */
    bd_cuec_standing standing;
    bd_str problem; /* of a finding */
} bd_vendor_cuec;

/* What rests on a vendor: a criterion that it operates wholly or in part, and our control that watches it. */
typedef struct {
    uint32_t vendor;
    bd_str criterion;
    const bd_control *control; /* NULL: none is named */
    bd_str why;
    bool is_stated; /* in bindery.json, else by a check that reads the vendor's reports */
} bd_carve_out;

typedef struct {
    bd_str name, service, method; /* the last two empty where bindery.json does not name it */
    bool is_stated;
    const bd_vendor *stated;
    bd_day report_to;   /* end of the newest report that counts; BD_DAY_NONE: none */
    bd_day bridge_until;/* last day that letters may bridge, by which the next report is due */
    int64_t gap_days;   /* last day judged less `report_to`; 0 without a report */
    int64_t open_days;  /* of the days judged, described by neither */
    int64_t bridged_days; /* described by letters alone */
    bd_str standing;    /* one sentence */
    bool is_finding;    /* days are open */
    bd_strs problems;   /* of what bindery.json says */
} bd_vendor_standing;

typedef struct {
    int64_t tail_days;  /* that letters may bridge */
    bd_day from, to;    /* the days judged, both inclusive */
    BD_VEC(bd_vendor_standing) vendors;     /* those of bindery.json in its order, then others by name */
    BD_VEC(bd_vendor_document) documents;   /* by vendor, kind, first day, number */
    BD_VEC(bd_vendor_cuec) cuecs;           /* by document, in its order */
    BD_VEC(bd_carve_out) carve_outs;        /* by vendor, criterion, control */
    int64_t cuec_findings;
} bd_vendor_register;

/* All of it, Allocated in the arena of `documents`; `left_out` as above. */
void bd_vendors_make(const bd_documents *documents, const bool *left_out, bd_vendor_register *out);

#endif
