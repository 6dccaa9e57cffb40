/* scan_priv.h - shared by the files of room scan. */
#ifndef SCAN_PRIV_H
#define SCAN_PRIV_H

#include "bindery/scan.h"

/* What a record is, by its own content and its document's envelope. */
typedef struct {
    const bd_scan_plan *plan;
    bd_str declared;       /* the sidecar's source, or "" */
    bd_str declared_scope; /* the sidecar's scope id where it names exactly one, or "" */
    bd_str context;        /* entity set of @odata.context, lower-cased, or "" */
    bd_str table;          /* Log Analytics table, or "" */
    bool is_graph_query;   /* envelope E4 or E5, or a CSV of resources */
} bd_scan_context;

/* Fills identity, source and scope of one record; false when nothing recognises it.  `*is_part`: the record belongs to
 * its source but must make no snapshot of it.  Texts Allocated in <arena>. */
bool bd_scan_identify(const bd_scan_context *context, const bd_value *value, bd_arena *arena,
                      bd_record *out, bool *is_part);
/* The same for a CSV row of a recognised source. */
void bd_scan_identify_row(const bd_scan_context *context, const bd_source_def *source,
                          const bd_value *row, bd_arena *arena, bd_record *out);
/* A record's own member, exact or the single one without regard to case; `properties` is not asked. */
bd_str bd_scan_own_text(const bd_value *record, const char *key);
/* "https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)/$entity" -> "users" */
bd_str bd_scan_entity_set(bd_arena *arena, bd_str context);
/* Resource ids: lower case, leading '/', no trailing '/'. */
bd_str bd_scan_normal_id(bd_arena *arena, bd_str id);
/* The resource that something hangs on: of an extension resource the id up to its last provider part, of a child the
 * resource at the top, of a key or secret its vault; the id itself when it hangs on nothing. */
bd_str bd_scan_host_of(bd_str normal_id);
bd_str bd_scan_subscription_of(bd_str normal_id); /* guid part, or "" */
/* Scope text for a source from a declared scope id. */
bd_str bd_scan_scope_of_declared(bd_arena *arena, const bd_source_def *source, bd_str id);
bool bd_scan_has_text(const bd_strs *list, bd_str text);

#endif
