/* bindery/pbc.h - what an auditor asks for and what answers it: the request list ("provided by client").
 *
 * Our own requests follow from an assessment alone: one for each requirement of each control in scope, one for each
 * population, each sample item, and a walkthrough for each control.  Their ids are made of what they are for and the
 * period, so that they stay the same from run to run and are never given to something else.  An auditor's own list
 * comes in as evidence (source csv:auditor-requests); its rows are matched to ours by control number, criterion and
 * words, each with the reason.  A row that matches nothing is listed with the reason for that; none is dropped.
 *
 * Nothing here changes a verdict, a state or the score, and what an auditor thinks of a request is never said by us.
 * Pure: no clock, no files.  One thread builds it; afterwards it is immutable.
 */
#ifndef BINDERY_PBC_H
#define BINDERY_PBC_H

#include "bindery/assessment.h"
#include "bindery/catalog.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/util.h"

#define BD_PBC_SOURCE "csv:auditor-requests"
#define BD_PBC_NONE UINT32_MAX
#define BD_PBC_MOST_ROWS 10000 /* of one list */

typedef enum {
    BD_REQUEST_DOCUMENT,
    BD_REQUEST_CONFIG,
    BD_REQUEST_POPULATION,
    BD_REQUEST_SAMPLE_ITEM,
    BD_REQUEST_WALKTHROUGH,
    BD_REQUEST_ANY /* an auditor's row that does not say which */
} bd_request_kind;
const char *bd_request_kind_name(bd_request_kind kind); /* "document" ... "walkthrough", "" */

typedef enum {
    BD_REQUEST_OPEN,   /* nothing on file answers it */
    BD_REQUEST_PARTLY, /* something does, and not all that is due */
    BD_REQUEST_READY,  /* what is due is on file and accepted; it may still show deviations */
    BD_REQUEST_NOT_DUE,
    BD_REQUEST_NOT_APPLICABLE
} bd_request_status;
const char *bd_request_status_name(bd_request_status status); /* "open", "partly", "ready", ... */

typedef struct {
    bd_str id; /* "R-6.3.1a-2026-H1" */
    bd_request_kind kind;
    bd_request_status status;
    uint32_t control;     /* of the assessment */
    uint32_t requirement; /* of that control, or BD_PBC_NONE */
    uint32_t population;  /* of the assessment, or BD_PBC_NONE */
    bd_str what, note;    /* note: why it is not ready, or what is seen in it; may be empty */
    bd_day due;
    BD_VEC(uint32_t) evidence; /* numbers, rising */
    BD_VEC(uint32_t) asked;    /* auditors' rows that it answers, rising */
} bd_request;

/* One row of an auditor's list, as it came in. */
typedef struct {
    uint32_t evidence; /* number of the file */
    bd_str sheet;      /* of a workbook, or "" */
    uint32_t row;      /* place among the rows of its table, from 1 */
    bd_str ref, text, control, criterion, kind, due, status, note;
} bd_asked_row;
typedef BD_VEC(bd_asked_row) bd_asked_rows;

typedef struct {
    uint32_t request; /* of ours */
    bd_str reason;    /* "names control 6.3.1; shares 'leaver'" */
} bd_asked_match;

typedef struct {
    bd_asked_row row;
    bd_str id;     /* "A-" and the beginning of the hash of reference and text; "-2" for a second one */
    bd_day due;    /* BD_DAY_NONE: none, or no date */
    bd_str remark; /* why it is unmatched; beside matches what could not be used of the row; or "" */
    BD_VEC(bd_asked_match) matches; /* in the order of requests */
} bd_asked;

typedef struct {
    bd_request *requests; /* by control in catalog order, then requirements, populations, items, walkthrough */
    size_t request_count;
    bd_asked *asked; /* in the order of evidence numbers and rows */
    size_t asked_count;
    size_t unmatched;
} bd_pbc;

typedef struct {
    const bd_assessment *assessment;
    const bd_catalog *catalog;
    const bd_engagement *engagement;
    const bd_evidences *evidence;
    const bd_asked_rows *rows;
} bd_pbc_inputs;

/* Allocated in <arena>; borrows from what the inputs name. */
const bd_pbc *bd_pbc_make(const bd_pbc_inputs *inputs, bd_arena *arena);

/* Is this item an auditor's list?  It asks for evidence and is none: nobody signs it off, no state hangs on it. */
bool bd_pbc_is_list(const bd_evidence *item);

/* The words that matter of a text, each once, sorted by bytes: lower case, singular, without those that stand in every
 * request, one word for several that mean the same ("terminated": "leaver").  Allocated in <arena>. */
void bd_pbc_words(bd_str text, bd_arena *arena, bd_strs *out);

#endif
