/* The two reports: how each begins, its furniture, and what becomes of it once it is written. */
#include "bindery/report.h"

#include "report_priv.h"

#include <string.h>

#define ITEMS_HELD 200 /* of evidence; each has a sheet of some kilobytes */
#define PASSING_BYTES ((size_t)1 << 30) /* of one table */

/* Of a short report all is held; and where links may have to be cut, they have to be seen. */
static void open_passing(bd_report *r) {
    if (r->evidence->count > ITEMS_HELD && parts_are_all(r)) {
        r->passing = (bd_doc){.arena = bd_arena_open("rows of the report", PASSING_BYTES)};
    }
}

static void close_passing(bd_report *r) {
    bd_arena_close_ref(&r->passing.arena);
}

/* ---- page furniture --------------------------------------------------------------------------------------- */

static bd_str keywords(bd_report *r) {
    bd_strs ids = {0};
    for (size_t i = 0; i < r->assessment->criterion_count; i++) {
        if (r->assessment->criteria[i].is_in_scope) {
            *bd_push(r->arena, &ids) = r->assessment->criteria[i].criterion->id;
        }
    }
    return bd_words_list(r, &ids, ", ");
}

static void set_furniture(bd_report *r, const char *kind, bd_str left,
                          const char *confidentiality) {
    bd_doc *doc = r->doc;
    const bd_engagement *e = r->engagement;
    bd_str period = bd_words_period(r);
    doc->title = bd_str_format(r->arena, "%.*s, %.*s: %s, %.*s", BD_ARG(e->organisation_name),
                               BD_ARG(e->system_name), kind, BD_ARG(period));
    doc->author = bd_str_format(r->arena, "Management of %.*s", BD_ARG(e->organisation_name));
    doc->subject = BD_STR("Management's evidence; no auditor's opinion");
    doc->keywords = keywords(r);
    doc->header_left = bd_str_format(r->arena, "%.*s \xc2\xb7 %.*s \xc2\xb7 %s",
                                     BD_ARG(e->organisation_name), BD_ARG(e->system_name), kind);
    doc->header_right = bd_str_format(r->arena, "%.*s \xc2\xb7 %.*s",
                                      BD_ARG(bd_words_period_kind(r)), BD_ARG(period));
    doc->footer_left = left;
    doc->footer_right = bd_str_format(r->arena, "As of %.*s \xc2\xb7 %s", BD_ARG(bd_words_as_of(r)),
                                      confidentiality);
}

/* ---- the binder --------------------------------------------------------------------------------------------- */

/* All that prints the manifest's hash: furniture, cover and document control. */
static void open_binder(bd_report *r, const bd_report_inputs *inputs, bd_arena *arena) {
    bd_report_init(r, inputs, arena, true);
    bd_str left = bd_str_format(arena, "%.*s edition \xc2\xb7 %.*s \xc2\xb7 manifest %.*s",
                                BD_ARG(bd_words_edition(r)), BD_ARG(inputs->package_id),
                                BD_ARG(bd_str_sub(inputs->manifest_sha256, 0, 12)));
    set_furniture(r, "SOC 2\xc2\xae evidence binder \xe2\x80\x93 management's evidence", left,
                  "Confidential: for the organisation and its auditor");
    parts_write(r, &r->template->front);
    bd_doc_cover_end(r->doc);
}

bd_doc *bd_report_binder(const bd_report_inputs *inputs, bd_arena *arena) {
    bd_report r;
    open_binder(&r, inputs, arena);
    open_passing(&r);
    parts_write(&r, &r.template->body);
    parts_cut_links(&r);
    close_passing(&r);
    return r.doc;
}

void bd_report_set_manifest(const bd_report_inputs *inputs, bd_doc *binder) {
    bd_report r;
    open_binder(&r, inputs, binder->arena);
    const bd_doc *front = r.doc;
    size_t count = front->blocks.count;
    BD_ASSERT(count <= binder->blocks.count &&
              binder->blocks.data[count - 1].kind == BD_BLOCK_COVER_END);
    memcpy(binder->blocks.data, front->blocks.data, count * sizeof(bd_block));
    binder->footer_left = front->footer_left;
}

/* ---- the readiness report ------------------------------------------------------------------------------------ */

bd_doc *bd_report_readiness(const bd_report_inputs *inputs, bd_arena *arena) {
    bd_report r;
    bd_report_init(&r, inputs, arena, false);
    bd_str left = bd_str_format(arena, "Readiness \xc2\xb7 assessment %.*s",
                                BD_ARG(bd_str_sub(inputs->assessment_sha256, 0, 12)));
    set_furniture(&r, "Readiness report \xe2\x80\x93 management's own view", left, "Internal");
    bd_add_logo(&r);
    parts_write(&r, &r.template->body);
    parts_cut_links(&r);
    return r.doc;
}
