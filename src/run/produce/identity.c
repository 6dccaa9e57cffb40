/* Under which name a package goes, after which one it comes, and of what it is made. */
#include "bindery/produce.h"

#include "produce_priv.h"

#include <string.h>

/* ---- its name ---- */

/* N is 1 + the number of different plans packaged before; the same plan keeps its N and its predecessor. */
static bd_rc number_package(bd_production *run, int64_t *n, bd_err *err) {
    bd_session *session = run->session;
    bd_str own = bd_hex_text(session->arena, run->facts.plan_sha256, 32);
    const bd_strs *runs = bd_locker_runs(session->locker);
    bd_strs known = {0};
    bd_str previous = {"", 0};
    *n = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const bd_value *line;
        BD_TRY_CTX(
            bd_json_parse(runs->data[i], &bd_json_default_limits, session->arena, &line, err), err,
            "in line %zu of 'runs.ndjson'", i + 1);
        if (!bd_str_eqz(bd_value_text(line, "kind"), "package") ||
            !bd_str_eq(bd_value_text(line, "edition"), run->facts.edition)) {
            continue;
        }
        bd_str plan = bd_value_text(line, "plan");
        bool is_same_period = bd_str_eq(bd_value_text(line, "period"), session->period->id);
        if (is_same_period && bd_str_eq(plan, own)) {
            bd_value_i64(line, "n", n);
            run->facts.previous_package = bd_value_text(line, "previous_package");
            return BD_OK;
        }
        bool is_known = false;
        for (size_t j = 0; j < known.count; j++) {
            is_known = is_known || bd_str_eq(known.data[j], plan);
        }
        if (is_same_period && !is_known) {
            *bd_push(session->arena, &known) = plan;
        }
        previous = bd_value_text(line, "sums_sha256");
    }
    *n = (int64_t)known.count + 1;
    run->facts.previous_package = previous;
    return BD_OK;
}

static bd_rc name_package(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    bd_arena *arena = session->arena;
    const bd_engagement *engagement = &session->engagement;
    const bd_period *period = session->period;
    bd_package_facts *facts = &run->facts;
    *facts = (bd_package_facts){
        .edition = BD_STR("auditor"),
        .organisation = engagement->organisation_name,
        .short_name = engagement->short_name,
        .tenant = engagement->tenant,
        .period_id = period->id,
        .period_type = period->is_type_ii ? BD_STR("II") : BD_STR("I"),
        .period_from = bd_day_format(arena, period->from),
        .period_to = bd_day_format(arena, period->to),
        .as_of = bd_instant_format(arena, session->as_of),
        .fixed_time = session->as_of,
        .bindery_version = BD_STR(BINDERY_VERSION),
        .versions = bd_program_versions(arena),
    };
    bd_locker_head(session->locker, facts->journal_head);
    memcpy(facts->catalog_sha256, session->catalog->sha256, 32);
    if (run->signer != NULL) {
        memcpy(facts->signer_sha256, run->signer->facts.sha256, 32);
    }
    if (run->wanted.again != NULL) {
        facts->package_id = run->wanted.again->package_id;
        facts->previous_package = run->wanted.again->previous_package;
        memcpy(facts->plan_sha256, run->wanted.again->plan_sha256, 32);
        return BD_OK;
    }
    bd_plan_digest(session, run->signer, facts->edition, facts->plan_sha256);
    int64_t n = 1;
    BD_TRY(number_package(run, &n, err));
    facts->package_id =
        bd_str_format(arena, "%.*s_SOC2_%.*s_%.*s_v%lld", BD_ARG(facts->short_name),
                      BD_ARG(facts->period_from), BD_ARG(facts->period_to), (long long)n);
    run->number = n;
    return BD_OK;
}

/* ---- the one before it ---- */

/* What the binder says of changes must follow from the package alone: so it holds what it compares with. */
static bd_rc find_previous(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    if (!run->wanted.binder && !run->wanted.package) {
        return BD_OK;
    }
    if (run->wanted.again != NULL) {
        run->previous = run->wanted.previous;
    } else {
        BD_TRY(bd_previous_load(session, run->facts.previous_package, &run->previous, err));
    }
    return bd_previous_compare(run->previous, run->judged, session->catalog, run->judged->read.arena,
                               &run->since, err);
}

bd_rc bd_identity_find(bd_production *run, bd_err *err) {
    BD_TRY(name_package(run, err));
    return find_previous(run, err);
}
