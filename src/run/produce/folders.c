/* The lists that have a folder of the package each, where there is something to list: populations, access reviews,
 * vendors, scores and what other tools say. */
#include "bindery/produce.h"

#include "bindery/export.h"
#include "produce_priv.h"

/* ---- the score ---- */

static void write_ratio(bd_json_writer *writer, const char *key, bd_ratio ratio, bd_arena *arena) {
    bd_json_key(writer, key);
    bd_json_open(writer, '{');
    bd_json_key(writer, "n");
    bd_json_int(writer, ratio.n);
    bd_json_key(writer, "of");
    bd_json_int(writer, ratio.of);
    bd_json_key(writer, "percent");
    bd_json_number(writer, bd_ratio_text(arena, ratio));
    bd_json_close(writer, '}');
}

static bd_rc add_score(bd_production *run, bd_err *err) {
    const bd_assessment *assessment = run->judged->assessment;
    bd_draft *text = bd_draft_open();
    bd_json_writer writer;
    bd_json_begin(&writer, bd_draft_sink(text));
    bd_json_open(&writer, '{');
    write_ratio(&writer, "cover", assessment->cover, run->session->arena);
    write_ratio(&writer, "fresh", assessment->fresh, run->session->arena);
    write_ratio(&writer, "ready", assessment->ready, run->session->arena);
    bd_json_key(&writer, "score_definition");
    bd_json_text(&writer, BD_STR("bindery-1"));
    bd_json_close(&writer, '}');
    bd_json_newline(&writer);
    bd_rc rc = bd_json_finish(&writer, err);
    return bd_entry_add_written(run, "50_SCORES/readiness.json", BD_ROLE_SCORE, text, rc, err);
}

/* ---- what other tools say ---- */

static bd_rc add_imported_list(bd_production *run, bd_str list, bd_err *err) {
    bd_writing_inputs inputs = bd_entry_inputs(run);
    bd_draft *text = bd_draft_open();
    const char *name = bd_str_format(run->session->arena, "50_SCORES/%.*s.csv", BD_ARG(list)).data;
    bd_rc rc = bd_export_imported_csv(&inputs, list, bd_draft_sink(text), err);
    return bd_entry_add_written(run, name, BD_ROLE_SCORE, text, rc, err);
}

static bd_rc add_imported_lists(bd_production *run, bd_err *err) {
    bd_writing_inputs inputs = bd_entry_inputs(run);
    bd_strs lists = bd_export_imported_lists(&inputs, run->session->arena);
    for (size_t i = 0; i < lists.count; i++) {
        BD_TRY(add_imported_list(run, lists.data[i], err));
    }
    return BD_OK;
}

/* ---- populations and samples ---- */

static bd_rc add_population_text(bd_production *run, bd_str base, const char *extension,
                                 const bd_draft *text, const bd_control *control, bd_err *err) {
    const bd_blob *blob;
    bd_str name = bd_str_format(run->session->arena, "20_POPULATIONS/%.*s.%s", BD_ARG(base), extension);
    BD_TRY(bd_blob_pack_draft(run->packer, text, &blob, err));
    return bd_entry_add(run, name, BD_ROLE_POPULATION, blob, (bd_str){"", 0}, control, err);
}

typedef bd_rc population_fn(const bd_population *of, bd_sink *sink, bd_err *err);

static bd_rc add_population_list(bd_production *run, bd_str base, const char *extension,
                                 population_fn *write, const bd_population *of, bd_err *err) {
    bd_draft *text = bd_draft_open();
    bd_rc rc = write(of, bd_draft_sink(text), err);
    rc = bd_failed(rc) ? rc : bd_draft_finish(text, err);
    rc = bd_failed(rc) ? rc : add_population_text(run, base, extension, text, of->control, err);
    bd_draft_close(text);
    return rc;
}

static bd_rc add_sums(bd_production *run, bd_str base, bd_str sums, const bd_control *control,
                      bd_err *err) {
    const bd_blob *blob;
    bd_str name =
        bd_str_format(run->session->arena, "20_POPULATIONS/%.*s.population.sha256", BD_ARG(base));
    BD_TRY(bd_blob_pack(run->packer, sums, &blob, err));
    return bd_entry_add(run, name, BD_ROLE_POPULATION, blob, (bd_str){"", 0}, control, err);
}

/* Those that were frozen; of the others assessment.json has count and hash. */
static bd_rc add_populations(bd_production *run, bd_err *err) {
    const bd_assessment *assessment = run->judged->assessment;
    bd_str period = run->session->period->id;
    for (size_t i = 0; i < assessment->population_count; i++) {
        const bd_population *of = &assessment->populations[i];
        if (of->freeze == NULL) {
            continue;
        }
        bd_population_text text;
        bd_str base = bd_population_base(run->session->arena, of, period);
        BD_TRY(bd_population_texts(run->judged, of, period, run->session->arena, &text, err));
        BD_TRY(add_population_text(run, base, "population.csv", text.csv, of->control, err));
        BD_TRY(add_population_text(run, base, "population.keys", text.keys, of->control, err));
        BD_TRY(add_sums(run, base, text.sums, of->control, err));
        BD_TRY(add_population_list(run, base, "selection.json", bd_export_selection, of, err));
        if (of->sample.count > 0) {
            BD_TRY(add_population_list(run, base, "sample.csv", bd_export_sample_csv, of, err));
        }
    }
    return BD_OK;
}

/* ---- lists of the assessment ---- */

static bool has_matches(const bd_production *run) {
    return run->judged->assessment->matches.count > 0;
}

static bool has_reviews(const bd_production *run) {
    return run->judged->assessment->reviews.reviews.count > 0;
}

static bool has_vendors(const bd_production *run) {
    return run->judged->assessment->vendors.vendors.count > 0;
}

static bool has_recipients(const bd_production *run) {
    const bd_engagement *engagement = &run->session->engagement;
    size_t count = 0;
    for (size_t i = 0; i < engagement->vendors.count; i++) {
        count += engagement->vendors.data[i].recipients.count;
    }
    return has_vendors(run) && count > 0;
}

static bool has_expected_controls(const bd_production *run) {
    const bd_engagement *engagement = &run->session->engagement;
    size_t count = engagement->our_cuecs.count;
    for (size_t i = 0; i < engagement->vendors.count; i++) {
        count += engagement->vendors.data[i].csocs.count;
    }
    return count > 0;
}

static bool has_compared(const bd_production *run) {
    return run->judged->assessment->imported.compared.count > 0;
}

static bool has_attestations(const bd_production *run) {
    return run->judged->assessment->imported.attestations.count > 0;
}

/* Of vendors, letters and memos lie with the other evidence, and of their reports the sheets. */
static const struct {
    const char *name;
    bd_role role;
    bd_entry_fn *write;
    bool (*is_there)(const bd_production *run); /* NULL: always */
} lists[] = {
    {"20_POPULATIONS/matches.csv", BD_ROLE_POPULATION, bd_export_matches_csv, has_matches},
    {"20_POPULATIONS/unmatched.csv", BD_ROLE_POPULATION, bd_export_unmatched_csv, has_matches},
    {"30_ACCESS-REVIEWS/reviews.csv", BD_ROLE_REVIEW, bd_export_reviews_csv, has_reviews},
    {"30_ACCESS-REVIEWS/denied.csv", BD_ROLE_REVIEW, bd_export_denied_csv, has_reviews},
    {"30_ACCESS-REVIEWS/quarters.csv", BD_ROLE_REVIEW, bd_export_review_quarters_csv, has_reviews},
    {"40_VENDORS/expected-controls.csv", BD_ROLE_VENDOR, bd_export_expected_controls_csv,
     has_expected_controls},
    {"40_VENDORS/vendor-reports.csv", BD_ROLE_VENDOR, bd_export_vendor_reports_csv, has_vendors},
    {"40_VENDORS/cuec-map.csv", BD_ROLE_VENDOR, bd_export_cuec_map_csv, has_vendors},
    {"40_VENDORS/recipients.csv", BD_ROLE_VENDOR, bd_export_recipients_csv, has_recipients},
    {"50_SCORES/months.csv", BD_ROLE_SCORE, bd_export_months_csv, NULL},
    {"50_SCORES/disagreements.csv", BD_ROLE_SCORE, bd_export_disagreements_csv, has_compared},
    {"50_SCORES/attestations.csv", BD_ROLE_SCORE, bd_export_attestations_csv, has_attestations},
    {"60_EXCEPTIONS/exceptions.csv", BD_ROLE_EXCEPTION, bd_export_exceptions_csv, NULL},
};

bd_rc bd_folders_add(bd_production *run, bd_err *err) {
    BD_TRY(add_score(run, err));
    BD_TRY(add_imported_lists(run, err));
    BD_TRY(add_populations(run, err));
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        if (lists[i].is_there == NULL || lists[i].is_there(run)) {
            BD_TRY(bd_entry_add_export(run, lists[i].name, lists[i].role, lists[i].write, err));
        }
    }
    return BD_OK;
}
