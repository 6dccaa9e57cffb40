/* The files of the package: where each item of evidence lies, and how what was written becomes a file of it. */
#include "bindery/produce.h"

#include "bindery/ties.h"
#include "bindery/writing.h"
#include "produce_priv.h"

/* ---- where each item lies ---- */

static bd_str extension_of(bd_arena *arena, const bd_evidence *item) {
    bd_str name = bd_path_name(item->given.path);
    if (item->is_sidecar) {
        return BD_STR("meta.json");
    }
    for (size_t at = name.size; at > 0; at--) {
        if (name.data[at - 1] == '.') {
            bd_str own = bd_str_sub(name, at, name.size);
            return own.size <= 8 ? bd_str_lower(arena, own) : BD_STR("bin");
        }
    }
    return BD_STR("bin");
}

static bd_str date_of(bd_arena *arena, const bd_zone *zone, const bd_evidence *item) {
    if (item->is_sidecar || item->is_register || item->is_unmapped) {
        return (bd_str){"", 0};
    }
    bd_date date = bd_date_of_day(bd_evidence_days_of(item, zone).first);
    return bd_str_format(arena, "%04d-%02d", date.year, date.month);
}

/* The first control, in natural order, that an item speaks to; sidecars lie with what they
 * describe. */
static const bd_control **control_by_item(bd_production *run) {
    bd_judged_run *judged = run->judged;
    const bd_control **owners =
        bd_new(run->session->arena, const bd_control *, judged->read.evidence.count + 1);
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        size_t count = 0;
        const bd_tie *ties = bd_ties_of_evidence(run->ties, i, &count);
        owners[i] = count > 0 ? judged->assessment->controls[ties[0].control].control : NULL;
    }
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        uint32_t sidecar = judged->read.evidence.data[i].given.sidecar;
        if (sidecar > 0 && owners[sidecar - 1] == NULL) {
            owners[sidecar - 1] = owners[i];
        }
    }
    return owners;
}

static bd_str short_title(const bd_control *control) {
    return bd_str_sub(control->statement, 0, 48);
}

static bd_package_place place_of(bd_production *run, const bd_evidence *item,
                                 const bd_control *control) {
    bd_arena *arena = run->session->arena;
    return (bd_package_place){
        .package_id = run->facts.package_id,
        .criterion = control != NULL ? control->primary : (bd_str){"", 0},
        .control = control != NULL ? control->number : (bd_str){"", 0},
        .control_title = control != NULL ? short_title(control) : (bd_str){"", 0},
        .evidence_id = bd_evidence_id(arena, item->given.number),
        .date = date_of(arena, run->session->engagement.zone, item),
        .title =
            item->is_sidecar ? bd_path_name(bd_sidecar_subject(item->given.path)) : item->title,
        .extension = extension_of(arena, item),
    };
}

void bd_entries_place(bd_production *run) {
    bd_arena *arena = run->session->arena;
    run->ties = bd_ties_make(run->judged->assessment, &run->judged->read.evidence, arena);
    run->owners = control_by_item(run);
    run->places = bd_new(arena, bd_package_place, run->judged->read.evidence.count + 1);
    run->paths = bd_new(arena, bd_str, run->judged->read.evidence.count + 1);
    run->ipe_paths = bd_new(arena, bd_str, run->judged->read.evidence.count + 1);
    for (size_t i = 0; i < run->judged->read.evidence.count; i++) {
        const bd_evidence *item = &run->judged->read.evidence.data[i];
        bd_arenas_pass(sizeof *item);
        run->places[i] = place_of(run, item, run->owners[i]);
        run->paths[i] = bd_package_evidence_path(arena, &run->places[i]);
        if (!item->is_sidecar && !item->is_register) {
            bd_package_place sheet = run->places[i];
            sheet.extension = BD_STR("ipe.json");
            run->ipe_paths[i] = bd_package_evidence_path(arena, &sheet);
            /* of a vendor's report the package has the sheet, with the hash of its bytes, and not the bytes */
            run->paths[i] = item->is_withheld ? run->ipe_paths[i] : run->paths[i];
        }
    }
}

/* ---- what was written ---- */

bd_rc bd_entry_add(bd_production *run, bd_str name, bd_role role, const bd_blob *blob,
                   bd_str evidence_id, const bd_control *control, bd_err *err) {
    bd_package_file file = {.name = name, .role = role, .evidence_id = evidence_id, .blob = blob};
    if (control != NULL) {
        *bd_push(run->session->arena, &file.controls) = control->number;
    }
    return bd_package_add(run->package, &file, err);
}

bd_rc bd_entry_add_text(bd_production *run, const char *name, bd_role role, bd_str text,
                        bd_err *err) {
    const bd_blob *blob;
    BD_TRY(bd_blob_pack(run->packer, text, &blob, err));
    return bd_entry_add(run, bd_str_of(name), role, blob, (bd_str){"", 0}, NULL, err);
}

bd_rc bd_entry_pack(bd_production *run, bd_draft *text, bd_rc written, const bd_blob **out,
                    bd_err *err) {
    bd_rc rc = bd_failed(written) ? written : bd_draft_finish(text, err);
    rc = bd_failed(rc) ? rc : bd_blob_pack_draft(run->packer, text, out, err);
    bd_draft_close(text);
    return rc;
}

bd_rc bd_entry_add_written(bd_production *run, const char *name, bd_role role, bd_draft *text,
                           bd_rc written, bd_err *err) {
    const bd_blob *blob;
    BD_TRY(bd_entry_pack(run, text, written, &blob, err));
    return bd_entry_add(run, bd_str_of(name), role, blob, (bd_str){"", 0}, NULL, err);
}

bd_rc bd_entry_add_export(bd_production *run, const char *name, bd_role role, bd_entry_fn *write,
                          bd_err *err) {
    bd_writing_inputs inputs = bd_entry_inputs(run);
    bd_draft *text = bd_session_draft(run->session);
    bd_rc rc = write(&inputs, bd_draft_sink(text), err);
    return bd_entry_add_written(run, name, role, text, rc, err);
}

bd_writing_inputs bd_entry_inputs(bd_production *run) {
    return (bd_writing_inputs){
        .assessment = run->judged->assessment,
        .catalog = run->session->catalog,
        .engagement = &run->session->engagement,
        .evidence = &run->judged->read.evidence,
        .collections = &run->judged->read.collections,
        .snapshots = &run->judged->read.snapshots,
        .bindery_version = BD_STR(BINDERY_VERSION),
        .tzdata_version = run->judged->assessment->zone_data_version,
        .journal_head = bd_hex_text(run->session->arena, run->facts.journal_head, 32),
        .custody = run->judged->custody,
        .package_id = run->facts.package_id,
        .package_paths = run->paths,
        .ipe_paths = run->ipe_paths,
        .ties = run->ties,
        .pbc = run->judged->pbc,
    };
}
