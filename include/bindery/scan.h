/* bindery/scan.h - the one pass over evidence bytes: blob to facts, diagnostics and rows.
 *
 * The same code runs at ingest, on a cache miss and in `verify --reperform`, because it sees only a `bd_blob`.
 * What a file is, is decided by its content, never by its name; a sidecar's word counts where content is silent.
 *
 * `bd_scan` reads one object and yields facts and rows; it may run on many threads.  What the facts of all objects say
 * together, collections, completeness, snapshots, is concluded afterwards (conclude.h).
 *
 * Memory is flat: one record, its arena and the spool's buffer.
 */
#ifndef BINDERY_SCAN_H
#define BINDERY_SCAN_H

#include "bindery/catalog.h"
#include "bindery/evidence.h"
#include "bindery/extent.h"
#include "bindery/imported.h"
#include "bindery/rule.h"
#include "bindery/spill.h"
#include "bindery/util.h"
#include "bindery/zip.h"

/* Sees a record that has an identity, on the thread that scans.  `keep` lives as long as the facts, `scratch` until the
 * next record. */
typedef void bd_observe_fn(void *context, uint32_t evidence, const bd_record *record,
                           bd_arena *keep, bd_arena *scratch);

typedef struct {
    const bd_catalog *catalog;
    const bd_rules *rules;       /* NULL: no rows are wanted */
    const bd_imports *imports;   /* NULL: what other tools say is not wanted */
    const bd_value *parameters;  /* the organisation's facts, or NULL */
    const bd_value *column_maps; /* array of {source, columns:{ours: theirs}}, or NULL */
    const bd_zone *zone;
    bd_str tenant; /* lower-case guid, or empty: nobody says which */
    bd_known_subscriptions subscriptions;
    bd_zygote *zygote; /* where workbooks and XML are read; NULL: in this process, as tests do */
    bool reads_ahead; /* large objects are unpacked on a thread of their own */
    bool has_collected_at;
    bd_instant collected_at; /* of the file at hand, where the caller knows better than its sidecar */
    bd_observe_fn *observe; /* NULL: nobody watches */
    void *observe_context;
} bd_scan_plan;

/* The facts of an object whose bytes are not handed on, and so must decide nothing: its name says what it is, and the
 * diagnostics that stand in `out` stay. */
void bd_scan_withheld(bd_str path, int64_t bytes, bd_facts *out);

/* Scans one object.  `sidecar` may be NULL.  Rows go to `rows` as packed records: u32 `evidence` (the caller's index),
 * then bd_row_pack's bytes, or a mark and what another room packs (derive.h, imported.h).  Malformed content is not a
 * failure: it is said in the facts (is_malformed, problem) and the rows read before it stay.  Fails with IO, or INPUT
 * when the stored bytes do not match their hash.
 * Texts in `out` are Allocated in <arena>. */
BD_MUST_USE bd_rc bd_scan(const bd_scan_plan *plan, const bd_blob *blob, const bd_sidecar *sidecar,
                          uint32_t evidence, bd_arena *arena, bd_spool *rows, bd_facts *out,
                          bd_err *err);

/* The entity set that an @odata.context names, lower-cased; "" where it names none:
 * "https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)/$entity" is of "users".  Allocated in <arena>. */
bd_str bd_scan_entity_set(bd_arena *arena, bd_str context);

#endif
