/* The evidence record as JSON, and the IPE sheet of one item: what makes an export believable, as far as it is known.
 * What is not known is named in the sheet's `not_recorded`, so that nobody takes silence for an answer. */
#include "bindery/export.h"

#include "bindery/crypto.h"

#include "export_priv.h"

#include <stdio.h>
#include <string.h>

/* ---- parts ---- */

void export_signoff(bd_json_writer *writer, bd_arena *line, const bd_signoff *signoff) {
    bd_json_open(writer, '{');
    bd_json_member(writer, "at", bd_writing_instant(line, signoff->at));
    bd_json_member(writer, "checked", signoff->checked);
    bd_write_str(writer, "name", signoff->name);
    bd_json_member(writer, "origin", signoff->origin);
    bd_json_member(writer, "role", signoff->role);
    bd_json_member(writer, "sha256",
                   signoff->has_sha256 ? bd_hex_text(line, signoff->sha256, 32) : (bd_str){"", 0});
    bd_json_close(writer, '}');
}

static void write_people(bd_json_writer *writer, bd_arena *line, const bd_evidence *item) {
    if (item->preparer.name.size > 0) {
        bd_json_key(writer, "preparer");
        export_signoff(writer, line, &item->preparer);
    }
}

static void write_reviewers(bd_json_writer *writer, bd_arena *line, const bd_evidence *item) {
    bd_json_key(writer, "reviewers");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < item->reviewers.count; i++) {
        export_signoff(writer, line, &item->reviewers.data[i]);
    }
    bd_json_close(writer, ']');
}

static const char *severity_name(bd_diag_severity severity) {
    static const char *const names[] = {
        [BD_DIAG_NOTE] = "note", [BD_DIAG_WARNING] = "warning", [BD_DIAG_REFUSED] = "refused"};
    return names[severity];
}

static void write_diag(bd_json_writer *writer, const bd_evidence *item, bd_str evidence_id,
                       const bd_diag *diag) {
    bd_json_open(writer, '{');
    bd_write_str(writer, "evidence", evidence_id);
    bd_json_member(writer, "locus", diag->locus);
    bd_write_str(writer, "message", diag->message);
    bd_write_str(writer, "path", item->given.path);
    bd_write_str(writer, "severity", bd_str_of(severity_name(diag->severity)));
    bd_json_close(writer, '}');
}

void export_diags(bd_json_writer *writer, const bd_evidence *item, bd_str evidence_id) {
    for (size_t i = 0; i < item->facts.diags.count; i++) {
        write_diag(writer, item, evidence_id, &item->facts.diags.data[i]);
    }
    bd_diag problem = {.severity = BD_DIAG_REFUSED, .message = bd_ties_untold_problem(item)};
    if (problem.message.size > 0) {
        write_diag(writer, item, evidence_id, &problem);
    }
}

static void write_document(bd_json_writer *writer, bd_arena *line, const bd_document *document) {
    bd_json_key(writer, "document");
    bd_json_open(writer, '{');
    bd_json_member(writer, "approved_by", document->approved_by);
    bd_json_member(writer, "approved_on", bd_writing_day(line, document->approved_on));
    bd_write_bool(writer, "approver_is_management", document->approver_is_management);
    bd_json_member(writer, "approver_role", document->approver_role);
    bd_json_member(writer, "carried_out_on", bd_writing_day(line, document->carried_out_on));
    bd_json_member(writer, "in_force_from", bd_writing_day(line, document->in_force_from));
    bd_json_member(writer, "in_force_to", bd_writing_day(line, document->in_force_to));
    bd_json_member(writer, "title", document->title);
    bd_json_member(writer, "type", document->type);
    bd_json_member(writer, "version", document->version);
    bd_json_close(writer, '}');
}

/* The sheets of a workbook, or the records of an XML document; other files are one table and have no list. */
static void write_tables(bd_json_writer *writer, const bd_facts *facts) {
    if (facts->tables.count == 0) {
        return;
    }
    bd_json_key(writer, "tables");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < facts->tables.count; i++) {
        const bd_table_facts *table = &facts->tables.data[i];
        bd_json_open(writer, '{');
        if (table->header_row > 0) {
            bd_write_int(writer, "header_row", table->header_row);
        }
        bd_write_bool(writer, "hidden", table->is_hidden);
        bd_write_str(writer, "name", table->name);
        bd_write_int(writer, "rows_left", (int64_t)table->rows_left);
        bd_write_int(writer, "rows_read", (int64_t)table->rows_read);
        bd_write_int(writer, "rows_refused", (int64_t)table->rows_refused);
        bd_json_member(writer, "source", table->source);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
}

static void write_seen(bd_json_writer *writer, const bd_seens *seen) {
    bd_json_key(writer, "seen");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < seen->count; i++) {
        bd_json_open(writer, '{');
        bd_write_int(writer, "rows", (int64_t)seen->data[i].rows);
        bd_write_str(writer, "scope", seen->data[i].scope);
        bd_write_str(writer, "source", seen->data[i].source);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
}

static void write_speaks_to(bd_writing *run, bd_json_writer *writer, size_t index) {
    bd_json_key(writer, "speaks_to");
    bd_json_open(writer, '[');
    size_t count;
    const bd_tie *links = bd_ties_of_evidence(run->ties, index, &count);
    for (size_t i = 0; i < count; i++) {
        const bd_control_result *control = &run->in->assessment->controls[links[i].control];
        bd_json_text(writer, control->requirements[links[i].requirement].requirement->id);
    }
    bd_json_close(writer, ']');
}

static const bd_collection *collection_of(const bd_writing *run, const bd_evidence *item) {
    const bd_collections *collections = run->in->collections;
    if (collections == NULL || item->collection >= collections->count || item->is_sidecar ||
        item->is_register) {
        return NULL;
    }
    const bd_collection *collection = &collections->data[item->collection];
    return collection->members.count > 0 ? collection : NULL;
}

static uint32_t first_page(const bd_writing *run, const bd_collection *collection) {
    return run->in->evidence->data[collection->members.data[0]].given.number;
}

static bd_str crc32_text(bd_arena *line, uint32_t crc32) {
    return bd_str_format(line, "%08x", (unsigned)crc32);
}

/* ---- the record in assessment.json ---- */

static void write_record_scope(bd_json_writer *writer, const bd_sidecar *sidecar) {
    if (sidecar->scope_kind.size == 0 && sidecar->scope_ids.count == 0) {
        return;
    }
    bd_json_key(writer, "scope");
    bd_json_open(writer, '{');
    bd_write_strs(writer, "ids", &sidecar->scope_ids);
    bd_json_member(writer, "kind", sidecar->scope_kind);
    bd_json_close(writer, '}');
}

static void write_record_collection(bd_writing *run, bd_json_writer *writer,
                                    const bd_evidence *item) {
    const bd_collection *collection = collection_of(run, item);
    if (collection == NULL) {
        return;
    }
    bd_json_key(writer, "collection");
    bd_json_open(writer, '{');
    bd_write_str(writer, "first", bd_evidence_id(run->line, first_page(run, collection)));
    bd_write_int(writer, "pages", (int64_t)collection->members.count);
    bd_write_int(writer, "rows", (int64_t)collection->rows);
    bd_json_close(writer, '}');
}

/* bytes ... exporter */
static void write_record_a_to_e(bd_writing *run, bd_json_writer *writer, const bd_evidence *item) {
    bd_arena *line = run->line;
    bd_write_int(writer, "bytes", item->given.bytes);
    bd_json_member(writer, "collected_at", bd_writing_instant(line, item->collected_at));
    bd_write_bool(writer, "collected_at_assumed", item->collected_at_is_assumed);
    write_record_collection(run, writer, item);
    bd_json_member(writer, "command", item->sidecar.command);
    bd_write_str(writer, "completeness", bd_str_of(bd_completeness_name(item->completeness)));
    bd_write_str(writer, "completeness_reason", item->completeness_reason);
    bd_json_member(writer, "context", item->facts.context);
    bd_write_str(writer, "crc32", crc32_text(line, item->given.crc32));
    bd_json_member(writer, "describes_from", bd_writing_instant(line, item->describes_from));
    bd_json_member(writer, "describes_to", bd_writing_instant(line, item->describes_to));
    if (item->sidecar.has_document) {
        write_document(writer, line, &item->sidecar.document);
    }
    bd_json_member(writer, "envelope", item->facts.envelope);
    bd_json_member(writer, "envelope_words", item->facts.envelope_words);
    bd_json_member(writer, "export_time", bd_writing_instant(line, item->facts.export_time));
    bd_json_member(writer, "exporter", item->sidecar.exporter);
}

/* file_time ... run */
static void write_record_f_to_r(bd_writing *run, bd_json_writer *writer, const bd_evidence *item) {
    bd_arena *line = run->line;
    const bd_facts *facts = &item->facts;
    bd_json_member(writer, "file_time", bd_writing_instant(line, item->given.file_time));
    bd_json_member(writer, "first_event", bd_writing_instant(line, facts->first_event));
    bd_json_member(writer, "given_collected_at",
                   bd_writing_instant(line, item->given.given_collected_at));
    bd_write_str(writer, "id", bd_evidence_id(line, item->given.number));
    bd_json_member(writer, "ingested_at", bd_writing_instant(line, item->given.ingested_at));
    bd_write_str(writer, "kind", bd_str_of(bd_ties_kind(item)));
    bd_json_member(writer, "last_event", bd_writing_instant(line, facts->last_event));
    bd_write_bool(writer, "malformed", facts->is_malformed);
    bd_write_str(writer, "media_type", bd_str_of(bd_media_type(facts->media)));
    bd_write_bool(writer, "next_link_left", facts->has_next_link);
    bd_write_str(writer, "origin", bd_str_of(bd_origin_name(item->origin)));
    bd_write_str(writer, "path", item->given.path);
    write_people(writer, line, item);
    bd_json_member(writer, "problem", facts->problem);
    bd_json_member(writer, "query", item->sidecar.query);
    bd_json_member(writer, "request", item->sidecar.request);
    write_reviewers(writer, line, item);
    bd_write_int(writer, "rows_kept", bd_ties_rows_kept(item));
    bd_write_int(writer, "rows_read", (int64_t)facts->rows_read);
    bd_write_int(writer, "rows_refused", (int64_t)facts->rows_refused);
    if (facts->rows_reported >= 0) {
        bd_write_int(writer, "rows_reported", facts->rows_reported);
    }
    bd_write_int(writer, "rows_unmapped", (int64_t)facts->rows_unmapped);
    bd_json_member(writer, "run", item->sidecar.run);
}

/* withdrawn_at ... withdrawn_reason; nothing where it is not */
static void write_withdrawal(bd_json_writer *writer, bd_arena *line, const bd_evidence *item) {
    if (!item->given.is_withdrawn) {
        return;
    }
    bd_json_member(writer, "withdrawn_at", bd_writing_instant(line, item->given.withdrawn_at));
    bd_json_member(writer, "withdrawn_by", item->given.withdrawn_by);
    bd_json_member(writer, "withdrawn_reason", item->given.withdrawn_reason);
}

/* scope ... withdrawn_reason */
static void write_record_s_to_w(bd_writing *run, bd_json_writer *writer, const bd_evidence *item,
                                size_t index) {
    bd_arena *line = run->line;
    write_record_scope(writer, &item->sidecar);
    write_seen(writer, &item->facts.seen);
    bd_write_str(writer, "sha256", bd_hex_text(line, item->given.sha256, 32));
    bd_json_member(writer, "sidecar",
                   item->given.sidecar != 0 ? bd_evidence_id(line, item->given.sidecar)
                                            : (bd_str){"", 0});
    bd_write_bool(writer, "signed_off", item->is_signed_off);
    bd_json_member(writer, "signoff_reason", item->signoff_reason);
    bd_write_bool(writer, "snapshot", item->is_snapshot);
    bd_json_member(writer, "source", item->source);
    bd_json_member(writer, "source_title", item->source_title);
    bd_write_strs(writer, "sources", &item->sources);
    write_speaks_to(run, writer, index);
    bd_write_int(writer, "stored_bytes", item->given.stored_bytes);
    bd_write_str(writer, "stored_sha256", bd_hex_text(line, item->given.stored_sha256, 32));
    write_tables(writer, &item->facts);
    bd_write_str(writer, "title", item->title);
    bd_json_member(writer, "tool", item->sidecar.tool);
    bd_write_bool(writer, "truncated", item->facts.is_truncated);
    bd_write_bool(writer, "unmapped", item->is_unmapped);
    bd_write_bool(writer, "withdrawn", item->given.is_withdrawn);
    write_withdrawal(writer, line, item);
}

void export_evidence_record(bd_writing *run, bd_json_writer *writer, size_t index) {
    const bd_evidence *item = &run->in->evidence->data[index];
    bd_json_open(writer, '{');
    write_record_a_to_e(run, writer, item);
    write_record_f_to_r(run, writer, item);
    write_record_s_to_w(run, writer, item, index);
    bd_json_close(writer, '}');
}

/* ---- the IPE sheet ---- */

/* What follows `name` up to the next separator of a URL or a command line; empty when it does not stand there. */
static bd_str parameter_of(bd_str text, const char *name) {
    ptrdiff_t at = bd_str_find(text, bd_str_of(name));
    if (at < 0) {
        return (bd_str){"", 0};
    }
    size_t from = (size_t)at + strlen(name);
    size_t to = from;
    while (to < text.size && text.data[to] != '\0' &&
           strchr("& \t\r\n\"'#", text.data[to]) == NULL) {
        to++;
    }
    return bd_str_sub(text, from, to);
}

static bd_str api_version(const bd_sidecar *sidecar) {
    bd_str found = parameter_of(sidecar->request, "api-version=");
    return found.size > 0 ? found : parameter_of(sidecar->command, "api-version=");
}

static void write_how(bd_json_writer *writer, bd_arena *line, const bd_evidence *item) {
    const bd_sidecar *sidecar = &item->sidecar;
    bd_str text = sidecar->query.size > 0     ? sidecar->query
                  : sidecar->request.size > 0 ? sidecar->request
                                              : sidecar->command;
    bd_json_key(writer, "how");
    bd_json_open(writer, '{');
    bd_json_member(writer, "api_version", api_version(sidecar));
    bd_json_member(writer, "command", sidecar->command);
    bd_json_member(writer, "context", item->facts.context);
    bd_json_member(writer, "exporter", sidecar->exporter);
    bd_json_member(writer, "query", sidecar->query);
    bd_json_member(writer, "request", sidecar->request);
    bd_json_member(writer, "sha256", text.size > 0 ? bd_sha256_hex(line, text) : text);
    bd_json_member(writer, "tool", sidecar->tool);
    bd_json_close(writer, '}');
}

static void write_completeness(bd_writing *run, bd_json_writer *writer, const bd_evidence *item) {
    const bd_collection *collection = collection_of(run, item);
    bd_json_key(writer, "completeness");
    bd_json_open(writer, '{');
    if (collection != NULL) {
        bd_write_int(writer, "collection_rows", (int64_t)collection->rows);
        bd_write_str(writer, "first_page",
                     bd_evidence_id(run->line, first_page(run, collection)));
    }
    bd_write_bool(writer, "next_link_left", item->facts.has_next_link);
    if (collection != NULL) {
        bd_write_int(writer, "pages", (int64_t)collection->members.count);
    }
    bd_write_str(writer, "reason", item->completeness_reason);
    bd_write_bool(writer, "truncated", item->facts.is_truncated);
    bd_write_str(writer, "verdict", bd_str_of(bd_completeness_name(item->completeness)));
    bd_json_close(writer, '}');
}

static void write_rows(bd_json_writer *writer, const bd_evidence *item) {
    bd_json_key(writer, "rows");
    bd_json_open(writer, '{');
    bd_write_int(writer, "kept", bd_ties_rows_kept(item));
    bd_write_int(writer, "received", (int64_t)item->facts.rows_read);
    bd_write_int(writer, "refused", (int64_t)item->facts.rows_refused);
    if (item->facts.rows_reported >= 0) {
        bd_write_int(writer, "reported_by_source", item->facts.rows_reported);
    }
    if (!item->sidecar.has_document && item->has_sidecar && item->sidecar.rows >= 0) {
        bd_write_int(writer, "stated_by_exporter", item->sidecar.rows);
    }
    write_tables(writer, &item->facts);
    bd_write_int(writer, "unmapped", (int64_t)item->facts.rows_unmapped);
    bd_json_close(writer, '}');
}

static void write_file(bd_json_writer *writer, bd_arena *line, const bd_evidence *item) {
    bd_json_key(writer, "file");
    bd_json_open(writer, '{');
    bd_write_int(writer, "bytes", item->given.bytes);
    bd_write_str(writer, "crc32", crc32_text(line, item->given.crc32));
    bd_json_member(writer, "envelope", item->facts.envelope);
    bd_json_member(writer, "envelope_words", item->facts.envelope_words);
    bd_json_member(writer, "file_time", bd_writing_instant(line, item->given.file_time));
    bd_write_str(writer, "media_type", bd_str_of(bd_media_type(item->facts.media)));
    bd_write_str(writer, "path", item->given.path);
    bd_write_str(writer, "sha256", bd_hex_text(line, item->given.sha256, 32));
    bd_write_bool(writer, "unchanged",
                  true); /* the locker keeps bytes, and packaging checks their hash */
    bd_json_close(writer, '}');
}

static bd_str offset_text(bd_arena *line, int32_t seconds) {
    unsigned size = (unsigned)(seconds < 0 ? -(int64_t)seconds : seconds);
    return bd_str_format(line, "%c%02u:%02u", seconds < 0 ? '-' : '+', size / 3600, size / 60 % 60);
}

static void write_time(bd_writing *run, bd_json_writer *writer, const bd_evidence *item) {
    const bd_engagement *engagement = run->in->engagement;
    bd_arena *line = run->line;
    bd_json_key(writer, "time");
    bd_json_open(writer, '{');
    bd_json_member(writer, "collected_at", bd_writing_instant(line, item->collected_at));
    bd_write_bool(writer, "collected_at_assumed", item->collected_at_is_assumed);
    bd_json_member(writer, "describes_from", bd_writing_instant(line, item->describes_from));
    bd_json_member(writer, "describes_to", bd_writing_instant(line, item->describes_to));
    bd_json_member(writer, "first_event", bd_writing_instant(line, item->facts.first_event));
    bd_json_member(writer, "ingested_at", bd_writing_instant(line, item->given.ingested_at));
    bd_json_member(writer, "last_event", bd_writing_instant(line, item->facts.last_event));
    bd_json_member(writer, "run", item->sidecar.run);
    bd_write_bool(writer, "snapshot", item->is_snapshot);
    bd_write_str(writer, "timezone", engagement->zone_name);
    if (engagement->zone != NULL && item->collected_at != BD_INSTANT_NONE) {
        bd_write_str(
            writer, "utc_offset",
            offset_text(line, bd_zone_offset_seconds(engagement->zone, item->collected_at)));
    }
    bd_json_close(writer, '}');
}

/* Subscriptions that some page of the collection shows.  Asked for the first page alone, whose sheet speaks for the
 * collection: repeated for each of n pages it would be work for n times n. */
static bd_map *scopes_seen(bd_writing *run, const bd_collection *collection, bd_str source) {
    bd_map *seen = bd_map_make(run->line);
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_seens *list = &run->in->evidence->data[collection->members.data[i]].facts.seen;
        for (size_t j = 0; j < list->count; j++) {
            if (bd_str_eq(list->data[j].source, source) && list->data[j].scope.size > 0) {
                bd_map_put(seen, list->data[j].scope, run);
            }
        }
    }
    return seen;
}

static void write_reconciliation(bd_writing *run, bd_json_writer *writer, const bd_evidence *item) {
    const bd_engagement *engagement = run->in->engagement;
    const bd_collection *collection = collection_of(run, item);
    const bd_source_def *source = bd_catalog_source(run->in->catalog, item->source);
    if (collection == NULL || source == NULL || source->scope != BD_SCOPE_SUBSCRIPTION ||
        engagement->subscriptions.count == 0 || first_page(run, collection) != item->given.number) {
        return;
    }
    bd_map *seen = scopes_seen(run, collection, item->source);
    bd_json_key(writer, "subscriptions");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < engagement->subscriptions.count; i++) {
        const bd_subscription *subscription = &engagement->subscriptions.data[i];
        bd_json_open(writer, '{');
        bd_write_str(writer, "id", subscription->id);
        bd_json_member(writer, "name", subscription->name);
        bd_write_bool(writer, "seen_in_collection",
                      bd_map_find(seen, subscription->id) != NULL);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
}

static void write_system(bd_writing *run, bd_json_writer *writer, const bd_evidence *item) {
    const bd_source_def *source = bd_catalog_source(run->in->catalog, item->source);
    bd_json_key(writer, "source");
    bd_json_open(writer, '{');
    if (source != NULL) {
        bd_json_member(writer, "az", source->az);
        bd_json_member(writer, "graph", source->graph);
    }
    bd_json_member(writer, "id", item->source);
    bd_write_str(writer, "origin", bd_str_of(bd_origin_name(item->origin)));
    if (source != NULL) {
        bd_json_member(writer, "permission", source->permission);
        bd_json_member(writer, "rest", source->rest);
        if (source->retention_days > 0) {
            bd_write_int(writer, "retention_days", source->retention_days);
        }
    }
    write_record_scope(writer, &item->sidecar);
    write_seen(writer, &item->facts.seen);
    write_reconciliation(run, writer, item);
    bd_json_member(writer, "tenant", run->in->engagement->tenant);
    bd_json_member(writer, "title", item->source_title);
    bd_json_close(writer, '}');
}

/* Fields an auditor asks for that this item has no answer to. */
static void write_not_recorded(bd_json_writer *writer, const bd_evidence *item) {
    const bd_sidecar *sidecar = &item->sidecar;
    bool has_how =
        sidecar->command.size > 0 || sidecar->request.size > 0 || sidecar->query.size > 0;
    const struct {
        const char *name;
        bool is_missing;
    } fields[] = {
        {"command, request or query", !item->is_document && !has_how},
        {"distinct keys, first and last key", true},
        {"host", true},
        {"operator", sidecar->exporter.size == 0},
        {"role of the operator", true},
        {"row count reported by the source", !item->is_document && item->facts.rows_reported < 0},
        {"time of collection", item->collected_at_is_assumed},
        {"tool and version", sidecar->tool.size == 0},
        {"version of the query in a repository", !item->is_document},
    };
    bd_json_key(writer, "not_recorded");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < BD_COUNT(fields); i++) {
        if (fields[i].is_missing) {
            bd_json_text(writer, bd_str_of(fields[i].name));
        }
    }
    bd_json_close(writer, ']');
}

static void write_review(bd_json_writer *writer, bd_arena *line, const bd_evidence *item) {
    bd_json_key(writer, "review");
    bd_json_open(writer, '{');
    bd_write_bool(writer, "needed", item->origin == BD_ORIGIN_HANDED_IN);
    write_people(writer, line, item);
    bd_json_member(writer, "reason", item->signoff_reason);
    write_reviewers(writer, line, item);
    bd_write_bool(writer, "signed_off", item->is_signed_off);
    bd_write_str(writer, "standing", BD_STR("stated, not authenticated"));
    bd_json_close(writer, '}');
}

static void write_sheet(bd_writing *run, bd_json_writer *writer, size_t index) {
    const bd_evidence *item = &run->in->evidence->data[index];
    bd_str id = bd_evidence_id(run->arena, item->given.number);
    bd_json_open(writer, '{');
    write_completeness(run, writer, item);
    bd_json_key(writer, "data_quality");
    bd_json_open(writer, '[');
    export_diags(writer, item, id);
    bd_json_close(writer, ']');
    if (item->sidecar.has_document) {
        write_document(writer, run->line, &item->sidecar.document);
    }
    bd_write_str(writer, "evidence", id);
    write_file(writer, run->line, item);
    bd_write_str(writer, "format", BD_STR("bindery-ipe 1"));
    write_how(writer, run->line, item);
    bd_write_str(writer, "kind", bd_str_of(bd_ties_kind(item)));
    write_not_recorded(writer, item);
    write_review(writer, run->line, item);
    write_rows(writer, item);
    bd_json_member(writer, "sidecar",
                   item->given.sidecar != 0 ? bd_evidence_id(run->line, item->given.sidecar)
                                            : (bd_str){"", 0});
    write_system(run, writer, item);
    write_speaks_to(run, writer, index);
    write_time(run, writer, item);
    bd_write_str(writer, "title", item->title);
    bd_write_bool(writer, "withdrawn", item->given.is_withdrawn);
    write_withdrawal(writer, run->line, item);
    if (item->is_withheld) {
        bd_write_bool(writer, "withheld", true);
    }
    bd_json_close(writer, '}');
    bd_json_newline(writer);
}

bd_rc bd_export_ipe(const bd_writing_inputs *inputs, size_t evidence_index, bd_sink *sink,
                    bd_err *err) {
    BD_ASSERT(evidence_index < inputs->evidence->count);
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_json_writer writer;
    bd_json_begin(&writer, bd_writing_sink(&run));
    write_sheet(&run, &writer, evidence_index);
    bd_rc written = bd_json_finish(&writer, err);
    bd_rc closed = bd_writing_close(&run, err);
    return bd_failed(written) ? written : closed;
}
