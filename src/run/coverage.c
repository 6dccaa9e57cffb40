/* `catalog coverage`: how each criterion is evidenced, and what in the mapping looks like more than it is. */
#include "bindery/run.h"

#include "run_priv.h"

static const bd_value *criterion_value(const bd_catalog *catalog, const bd_coverage *one,
                                       bd_arena *arena) {
    bd_result out = {.arena = arena};
    bd_strs checks = {0};
    for (size_t i = 0; i < one->checks.count; i++) {
        *bd_push(arena, &checks) = catalog->checks[one->checks.data[i]].id;
    }
    bd_result_text(&out, "id", one->criterion->id);
    bd_result_int(&out, "controls", one->of);
    bd_result_int(&out, "automated", one->automated);
    bd_result_int(&out, "supporting", one->supporting);
    bd_result_int(&out, "document", one->document);
    bd_result_int(&out, "none", one->none);
    bd_result_list(&out, "checks", &checks);
    return bd_result_object(&out);
}

static const bd_value *remark_value(const bd_remark *remark, bd_arena *arena) {
    bd_result out = {.arena = arena};
    bd_result_text(&out, "kind", bd_str_of(bd_remark_kind_name(remark->kind)));
    bd_result_text(&out, "subject", remark->subject);
    bd_result_text(&out, "text", remark->text);
    return bd_result_object(&out);
}

bd_rc bd_run_catalog_coverage(const bd_run_options *options, bd_arena *arena,
                              bd_run_outcome *outcome, bd_err *err) {
    const bd_catalog_file *files;
    size_t count;
    const bd_catalog *catalog;
    bd_catalog_coverage found;
    if (!bd_path_is_folder(options->folder)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot look for a catalog in '%s': there is no such folder",
                 options->folder);
    }
    BD_TRY(bd_session_catalog_files(options->folder, arena, &files, &count, err));
    BD_TRY(bd_catalog_load(files, count, arena, &catalog, err));
    bd_catalog_survey(catalog, arena, &found);
    const bd_value **criteria = bd_new(arena, const bd_value *, found.count + 1);
    const bd_value **remarks = bd_new(arena, const bd_value *, found.remarks.count + 1);
    for (size_t i = 0; i < found.count; i++) {
        criteria[i] = criterion_value(catalog, &found.criteria[i], arena);
    }
    for (size_t i = 0; i < found.remarks.count; i++) {
        remarks[i] = remark_value(&found.remarks.data[i], arena);
    }
    bd_result out = {.arena = arena};
    bd_result_int(&out, "automated", found.automated);
    bd_result_value(&out, "criteria", bd_value_array(arena, found.count, criteria));
    bd_result_value(&out, "remarks", bd_value_array(arena, found.remarks.count, remarks));
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
