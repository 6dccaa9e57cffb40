/* `diff`: where the two sides of a comparison come from.
 *
 * A side is a period of the engagement, judged now (PERIOD, or PERIOD@DATE as of the end of that day), a package, or
 * an assessment.json.  A package is verified first: one that does not hold is not compared, one that nobody vouches for
 * is, and that is said.  Nothing can vouch for an assessment.json alone. */
#include "bindery/run.h"

#include "bindery/compare.h"
#include "run_priv.h"

#include <string.h>
#include <unistd.h>

enum { UNTRUSTED = 6 }; /* `verify` of what holds, signed by nobody whom the caller trusts */

static bd_rc judge_side(const bd_run_options *options, bd_str period, bd_str as_of, bd_arena *arena,
                        const bd_value **out, bd_err *err) {
    bd_run_options own = *options;
    bd_run_outcome quiet = {0};
    bd_session session;
    bd_judged_run judged;
    const bd_value *assessment = NULL;
    own.period_id = period;
    own.as_of = as_of;
    BD_TRY(bd_session_open(&own, BD_LOCKER_READ, arena, &quiet, &session, err));
    const bd_value *catalog = session.catalog->resolved;
    bd_rc rc = bd_judge(&session, NULL, &judged, err);
    bd_session_close(&session);
    BD_TRY(rc);
    rc = bd_assessment_parse(judged.assessment_json, arena, &assessment, err);
    bd_judged_clear(&judged);
    BD_TRY(rc);
    return bd_compare_make_summary(assessment, catalog, arena, out, err);
}

static bd_str cut_as_of(bd_str side, bd_str *as_of) {
    ptrdiff_t at = bd_str_find(side, BD_STR("@"));
    *as_of = at < 0 ? (bd_str){"", 0} : bd_str_sub(side, (size_t)at + 1, side.size);
    return at < 0 ? side : bd_str_sub(side, 0, (size_t)at);
}

/* Is there such a period?  Without an engagement there is none, and every side is a file. */
static bool names_period(const bd_run_options *options, bd_str id, bd_arena *arena, bd_str *known) {
    bd_engagement engagement;
    bd_err ignored;
    const char *path = bd_path_join(arena, options->folder, "bindery.json");
    *known = (bd_str){"", 0};
    if (bd_failed(bd_engagement_load(path, arena, &engagement, &ignored))) {
        return false;
    }
    for (size_t i = 0; i < engagement.periods.count; i++) {
        *known = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(*known), i > 0 ? ", " : "",
                               BD_ARG(engagement.periods.data[i].id));
    }
    return bd_engagement_period_find(&engagement, id) != NULL;
}

/* "ALTERED": what it says is not what was signed.  "UNTRUSTED": it may be, by whomever. */
static bd_rc check_package(const bd_run_options *options, const char *path, bd_run_outcome *outcome,
                           bd_result *standing, bd_arena *arena, bd_err *err) {
    bd_run_outcome quiet = {0};
    BD_TRY(bd_proof_verify(options, path, arena, &quiet, err));
    const bd_value *faults = bd_value_find(quiet.result, "faults");
    bd_str verdict = bd_value_text(quiet.result, "verdict");
    const bd_value *first = bd_value_count(faults) > 0 ? &faults->items[0] : NULL;
    if (quiet.exit_code != 0 && quiet.exit_code != UNTRUSTED) {
        BD_RAISE(err, quiet.exit_code == 5 ? BD_ERR_LIMIT : BD_ERR_INPUT,
                 "the package is %.*s: %.*s: %.*s; 'bindery verify' says all", BD_ARG(verdict),
                 BD_ARG(bd_value_text(first, "path")), BD_ARG(bd_value_text(first, "sentence")));
    }
    if (quiet.exit_code == UNTRUSTED) {
        bd_diag_add(arena, &outcome->diags, BD_DIAG_WARNING, bd_str_of(path), (bd_str){"", 0},
                    "nobody whom you trust vouches for this package: %.*s",
                    BD_ARG(bd_value_text(first, "sentence")));
    }
    bd_result_text(standing, "verdict", verdict);
    bd_result_text(standing, "signer", bd_value_text(quiet.result, "signer"));
    bd_result_text(standing, "fingerprint", bd_value_text(quiet.result, "fingerprint"));
    return BD_OK;
}

static bd_rc load_side(const bd_run_options *options, const char *side, bd_run_outcome *outcome,
                       bd_result *standing, bd_arena *arena, const bd_value **out, bd_err *err) {
    bd_str as_of, known;
    bd_str period = cut_as_of(bd_str_of(side), &as_of);
    bd_day day;
    if (names_period(options, period, arena, &known)) {
        if (strchr(side, '@') != NULL && !bd_day_parse(as_of, &day)) {
            BD_RAISE(err, BD_ERR_USAGE, "'%s' gives no date like 2026-03-31 behind the '@'", side);
        }
        BD_TRY_CTX(judge_side(options, period, as_of, arena, out, err), err, "in '%s'", side);
        bd_result_text(standing, "kind", BD_STR("judged"));
        return BD_OK;
    }
    if (access(side, F_OK) != 0 || bd_path_is_folder(side)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s' is neither a period of bindery.json (%.*s) nor a file; give PERIOD, PERIOD@DATE, a "
                 "package or an assessment.json",
                 side, BD_ARG(known.size > 0 ? known : BD_STR("none is there")));
    }
    bool is_package = bd_str_has_suffix(bd_str_of(side), BD_STR(".zip"));
    bd_result_text(standing, "kind", is_package ? BD_STR("package") : BD_STR("file"));
    if (is_package) {
        BD_TRY_CTX(check_package(options, side, outcome, standing, arena, err), err, "in '%s'", side);
    }
    BD_TRY_CTX(is_package ? bd_summary_load_package(side, NULL, arena, out, err)
                          : bd_summary_load_assessment(side, arena, out, err),
               err, "in '%s'", side);
    return BD_OK;
}

bd_rc bd_run_diff(const bd_run_options *options, const char *before, const char *after,
                  bd_arena *arena, bd_run_outcome *outcome, bd_err *err) {
    const bd_value *sides[2];
    bd_result standings[2] = {{.arena = arena}, {.arena = arena}}, both = {.arena = arena};
    BD_TRY(load_side(options, before, outcome, &standings[0], arena, &sides[0], err));
    BD_TRY(load_side(options, after, outcome, &standings[1], arena, &sides[1], err));
    BD_TRY_CTX(bd_compare_check_pair(sides[0], sides[1], err), err, "in '%s' and '%s'", before, after);
    const bd_value *changes = bd_compare_make(sides[0], sides[1], arena);
    bd_result_value(&both, "after", bd_result_object(&standings[1]));
    bd_result_value(&both, "before", bd_result_object(&standings[0]));
    bd_result out = {.arena = arena};
    for (size_t i = 0; i < changes->count; i++) {
        bd_result_value(&out, bd_str_z(arena, changes->keys[i]), &changes->items[i]);
    }
    bd_result_value(&out, "standing", bd_result_object(&both));
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
