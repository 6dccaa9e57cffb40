#include "bindery/catalog.h"

#include "catalog_priv.h"

static bd_catalog *build_catalog(const bd_catalog_file *files, size_t count, bd_arena *arena,
                                 bd_diags *diags) {
    loader load = {.arena = arena, .diags = diags};
    merge_files(&load, files, count);
    return link_catalog(&load);
}

static const bd_diag *find_fault(const bd_diags *diags) {
    for (size_t i = 0; i < diags->count; i++) {
        if (diags->data[i].severity == BD_DIAG_REFUSED) {
            return &diags->data[i];
        }
    }
    return NULL;
}

bd_rc bd_catalog_load(const bd_catalog_file *files, size_t count, bd_arena *arena,
                      const bd_catalog **out, bd_err *err) {
    bd_diags diags = {0};
    bd_catalog *catalog = build_catalog(files, count, arena, &diags);
    const bd_diag *fault = find_fault(&diags);
    if (fault == NULL) {
        *out = catalog;
        return BD_OK;
    }
    bd_str more =
        diags.count > 1 ? bd_str_format(arena, " (and %zu more)", diags.count - 1) : BD_STR("");
    if (fault->locus.size == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot use the catalog file '%.*s': %.*s%.*s",
                 BD_ARG(fault->subject), BD_ARG(fault->message), BD_ARG(more));
    }
    BD_RAISE(err, BD_ERR_INPUT, "cannot use the catalog file '%.*s' at '%.*s': %.*s%.*s",
             BD_ARG(fault->subject), BD_ARG(fault->locus), BD_ARG(fault->message), BD_ARG(more));
}

bd_rc bd_catalog_load_resolved(bd_str text, bd_arena *arena, const bd_catalog **out, bd_err *err) {
    bd_catalog_file file = {.name = BD_STR_INIT("catalog.json"), .text = text};
    return bd_catalog_load(&file, 1, arena, out, err);
}

static bool is_type_withheld(bd_str type, bd_str asked) {
    return asked.size > 0 && bd_str_ieq(type, bd_str_trim(asked));
}

static bool is_type_within(bd_str type, bd_str text) {
    for (size_t at = 0; at + type.size <= text.size; at++) {
        if (bd_str_ieq(bd_str_sub(text, at, at + type.size), type)) {
            return true;
        }
    }
    return false;
}

/* Types of the documents that checks read as a vendor's reports. */
static bool is_any_report_type(const bd_catalog *catalog, bool (*is_it)(bd_str type, bd_str text),
                               bd_str text) {
    for (size_t i = 0; i < catalog->check_count; i++) {
        const bd_check *check = &catalog->checks[i];
        bool reads_reports = bd_value_find(check->body, "reports") != NULL;
        for (size_t j = 0; reads_reports && j < check->document_types.count; j++) {
            if (is_it(check->document_types.data[j], text)) {
                return true;
            }
        }
    }
    return false;
}

bool bd_catalog_withholds(const bd_catalog *catalog, bd_str document_type) {
    return is_any_report_type(catalog, is_type_withheld, document_type);
}

bool bd_catalog_names_withheld(const bd_catalog *catalog, bd_str text) {
    return is_any_report_type(catalog, is_type_within, text);
}

/* ---- lint ---- */

static void remark_criteria(const bd_catalog *catalog, bd_arena *arena, bd_diags *out) {
    for (size_t i = 0; i < catalog->uncovered.count; i++) {
        bd_diag_add(
            arena, out, BD_DIAG_WARNING, catalog->uncovered.data[i], (bd_str){0},
            "no control lists this criterion: it is printed as uncovered where it is in scope");
    }
}

static void remark_controls(const bd_catalog *catalog, bd_arena *arena, bd_diags *out) {
    size_t requirements = 0, checked = 0;
    for (size_t i = 0; i < catalog->control_count; i++) {
        const bd_control *control = &catalog->controls[i];
        if (control->requirement_count == 0) {
            bd_diag_add(arena, out, BD_DIAG_WARNING, control->number, (bd_str){0},
                        "this control has no requirement: it can never be complete");
        }
        for (size_t r = 0; r < control->requirement_count; r++) {
            requirements++;
            checked += control->requirements[r].checks.count > 0 ? 1 : 0;
        }
    }
    bd_diag_add(
        arena, out, BD_DIAG_NOTE, BD_STR("catalog"), (bd_str){0},
        "%zu criteria, %zu controls, %zu requirements (%zu with a check), %zu checks, %zu sources",
        catalog->criterion_count, catalog->control_count, requirements, checked,
        catalog->check_count, catalog->source_count);
}

/* What `catalog coverage` says of the mapping is a remark here only where it is a slip of a check. */
static void remark_checks(const bd_catalog *catalog, bd_arena *arena, bd_diags *out) {
    bd_catalog_coverage found;
    bd_catalog_survey(catalog, arena, &found);
    for (size_t i = 0; i < found.remarks.count; i++) {
        const bd_remark *remark = &found.remarks.data[i];
        if (remark->kind == BD_REMARK_OTHER_CRITERION) {
            bd_diag_add(arena, out, BD_DIAG_WARNING, remark->subject, (bd_str){0}, "%.*s",
                        BD_ARG(remark->text));
        }
    }
}

void bd_catalog_lint(const bd_catalog_file *files, size_t count, bd_arena *arena, bd_diags *out) {
    const bd_catalog *catalog = build_catalog(files, count, arena, out);
    remark_criteria(catalog, arena, out);
    remark_checks(catalog, arena, out);
    remark_controls(catalog, arena, out);
}

/* ---- asking ---- */

const bd_criterion *bd_catalog_criterion(const bd_catalog *catalog, bd_str id) {
    return bd_map_find(catalog->index->criteria, id);
}
const bd_control *bd_catalog_control(const bd_catalog *catalog, bd_str number) {
    return bd_map_find(catalog->index->controls, number);
}
const bd_requirement *bd_catalog_requirement(const bd_catalog *catalog, bd_str id) {
    return bd_map_find(catalog->index->requirements, id);
}
const bd_source_def *bd_catalog_source(const bd_catalog *catalog, bd_str id) {
    return bd_map_find(catalog->index->sources, id);
}
bd_str bd_catalog_way(const bd_source_def *source, bd_arena *arena) {
    bool asks_nothing = bd_str_eqz(source->az, "az rest") || bd_str_eqz(source->az, "gh api");
    if (asks_nothing && source->rest.size > 0) {
        return bd_str_format(arena, "%.*s: %.*s", BD_ARG(source->az), BD_ARG(source->rest));
    }
    return source->az.size > 0     ? source->az
           : source->rest.size > 0 ? source->rest
                                   : source->graph;
}
const bd_check *bd_catalog_check(const bd_catalog *catalog, bd_str id) {
    return bd_map_find(catalog->index->checks, id);
}
