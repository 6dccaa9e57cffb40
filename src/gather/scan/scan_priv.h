/* scan_priv.h - shared by the files of room scan. */
#ifndef SCAN_PRIV_H
#define SCAN_PRIV_H

#include "bindery/scan.h"

/* What a record is, by its own content and its document's envelope. */
typedef struct {
    const bd_scan_plan *plan;
    bd_str declared;     /* the sidecar's source, or "" */
    bd_str context;      /* entity set of @odata.context, lower-cased, or "" */
    bd_str table;        /* Log Analytics table, or "" */
    bool is_graph_query; /* envelope E4 or E5 */
} bd_scan_context;

/* Fills identity, source and scope of one record; false when nothing recognises it.  Texts Allocated in <arena>. */
bool bd_scan_identify(const bd_scan_context *context, const bd_value *value, bd_arena *arena, bd_record *out);
/* The same for a CSV row of a recognised source. */
void bd_scan_identify_row(const bd_source_def *source, const bd_value *row, bd_arena *arena, bd_record *out);
/* Resource ids: lower case, leading '/', no trailing '/'. */
bd_str bd_scan_normal_id(bd_arena *arena, bd_str id);
/* The resource that an extension resource hangs on: the id up to its last provider part; the id itself when it has
 * only one. */
bd_str bd_scan_host_of(bd_str normal_id);
bd_str bd_scan_subscription_of(bd_str normal_id); /* guid part, or "" */
/* Scope text for a source from a declared scope id. */
bd_str bd_scan_scope_of_declared(bd_arena *arena, const bd_source_def *source, bd_str id);

#endif
