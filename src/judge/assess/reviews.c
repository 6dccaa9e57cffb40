/* Access reviews for people: each one with its counts, each Deny, and the quarters that the requirements ask for.
 * What is judged of them, checks judge over the derived sources; this list is read by none. */
#include "bindery/assess.h"

#include "assess_priv.h"
#include "bindery/derivations.h"

static int64_t count_of(const bd_value *value, const char *key, int64_t otherwise) {
    int64_t count = otherwise;
    return bd_value_i64(value, key, &count) ? count : otherwise;
}

static bd_instant instant_of(const bd_value *value, const char *key) {
    bd_instant at;
    return bd_instant_parse(bd_value_text(value, key), &at) ? at : BD_INSTANT_NONE;
}

static bd_str kept_text(const bd_judging *run, const bd_value *value, const char *key) {
    return bd_str_copy(run->arena, bd_value_text(value, key));
}

static bd_str quarter_of(const bd_judging *run, bd_instant end) {
    if (end == BD_INSTANT_NONE) {
        return BD_STR("");
    }
    bd_date date = bd_date_of_day(bd_zone_day(run->in->engagement->zone, end));
    return bd_str_format(run->arena, "%04d-Q%d", date.year, (date.month - 1) / 3 + 1);
}

/* ---- taking what is listed ---- */

struct bd_kept_review {
    bd_access_review review;
    BD_VEC(bd_denied) denied;
    bool takes_denied; /* the export at hand shows no less of it than those before */
};

static bd_kept_review *kept_of(bd_judging *run, const bd_listed *listed, const char *key) {
    bd_str name = bd_str_format(run->scratch, "%.*s\x1f%.*s", BD_ARG(listed->scope),
                                BD_ARG(bd_value_text(listed->value, key)));
    if (run->review_index == NULL) {
        run->review_index = bd_map_make(run->scratch);
    }
    bd_kept_review *found = bd_map_find(run->review_index, name);
    if (found == NULL) {
        found = bd_new(run->arena, bd_kept_review, 1);
        bd_map_put(run->review_index, name, found);
        *bd_push(run->scratch, &run->kept_reviews) = found;
    }
    return found;
}

static bd_access_review review_of(const bd_judging *run, const bd_listed *listed) {
    const bd_value *v = listed->value;
    bd_access_review one = {.id = kept_text(run, v, "id"),
                            .kind = kept_text(run, v, "kind"),
                            .subscription = bd_str_copy(run->arena, listed->scope),
                            .scope = kept_text(run, v, "scope"),
                            .side = kept_text(run, v, "side"),
                            .status = kept_text(run, v, "status"),
                            .reviewers = kept_text(run, v, "reviewers"),
                            .start = instant_of(v, "start"),
                            .end = instant_of(v, "end"),
                            .items = count_of(v, "items", 0),
                            .approve = count_of(v, "approve", 0),
                            .deny = count_of(v, "deny", 0),
                            .not_reviewed = count_of(v, "not_reviewed", 0),
                            .dont_know = count_of(v, "dont_know", 0),
                            .other = count_of(v, "other", 0),
                            .self_reviews = count_of(v, "self_reviews", 0),
                            .by_nobody = count_of(v, "by_nobody", 0),
                            .not_covered = count_of(v, "not_covered", -1),
                            .applied = count_of(v, "applied", 0),
                            .not_applied = count_of(v, "not_applied", 0),
                            .present = count_of(v, "present", 0),
                            .gone_unknown = count_of(v, "gone_unknown", 0),
                            .days = count_of(v, "days", -1),
                            .is_whole = listed->is_whole};
    one.evidence = run->in->evidence->data[listed->evidence_index].given.number;
    one.quarter = quarter_of(run, one.end);
    one.is_in_period = one.end != BD_INSTANT_NONE && one.end >= run->out->period_start &&
                       one.end < run->out->until;
    return one;
}

/* Of two exports the one that shows more items, of two alike the later; a review comes before its denials. */
void bd_judging_note_review(bd_judging *run, const bd_listed *listed) {
    if (run->pass == BD_JUDGING_BEFORE) {
        return; /* of what was withdrawn no page is made */
    }
    bool is_denied = bd_str_eqz(listed->type, "denied");
    bd_kept_review *of = kept_of(run, listed, is_denied ? "review" : "id");
    if (!is_denied) {
        bd_access_review one = review_of(run, listed);
        of->takes_denied = of->review.id.size == 0 || one.items >= of->review.items;
        of->review = of->takes_denied ? one : of->review;
        of->denied.count = of->takes_denied ? 0 : of->denied.count;
        return;
    }
    if (of->takes_denied) {
        *bd_push(run->arena, &of->denied) =
            (bd_denied){.principal = kept_text(run, listed->value, "principal"),
                        .name = kept_text(run, listed->value, "name"),
                        .result = kept_text(run, listed->value, "result"),
                        .still = kept_text(run, listed->value, "still"),
                        .applied = instant_of(listed->value, "applied"),
                        .days = count_of(listed->value, "days", -1)};
    }
}

/* ---- order ---- */

static int cmp_kept(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_access_review *x = &(*(bd_kept_review *const *)a)->review;
    const bd_access_review *y = &(*(bd_kept_review *const *)b)->review;
    int order = (x->end > y->end) - (x->end < y->end);
    order = order != 0 ? order : bd_str_cmp(x->kind, y->kind);
    order = order != 0 ? order : bd_str_cmp(x->scope, y->scope);
    order = order != 0 ? order : bd_str_cmp(x->subscription, y->subscription);
    return order != 0 ? order : bd_str_cmp(x->id, y->id);
}

static int cmp_denied(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_denied *x = a, *y = b;
    int order = bd_str_cmp(x->name, y->name);
    return order != 0 ? order : bd_str_cmp(x->principal, y->principal);
}

static void take_kept(bd_judging *run, bd_kept_review *kept) {
    bd_access_reviews *out = &run->out->reviews;
    bd_sort(kept->denied.data, kept->denied.count, sizeof(bd_denied), cmp_denied, NULL);
    *bd_push(run->arena, &out->reviews) = kept->review;
    for (size_t i = 0; i < kept->denied.count; i++) {
        kept->denied.data[i].review = (uint32_t)(out->reviews.count - 1);
        *bd_push(run->arena, &out->denied) = kept->denied.data[i];
    }
}

/* ---- what was due ---- */

/* Does a check of it read a source that is derived from what reviews are listed of? */
static bool reads_reviews(const bd_judging *run, const bd_requirement *requirement) {
    const bd_catalog *catalog = run->in->catalog;
    for (size_t i = 0; i < requirement->checks.count; i++) {
        const bd_check *check = &catalog->checks[requirement->checks.data[i]];
        const bd_source_def *source =
            check->sources.count > 0 ? bd_catalog_source(catalog, check->sources.data[0]) : NULL;
        for (size_t k = 0; source != NULL && k < catalog->source_count; k++) {
            const bd_source_def *lister = &catalog->sources[k];
            const bd_derivation *found =
                lister->derivation.size > 0 ? bd_derivation_find(lister->derivation) : NULL;
            if (found != NULL && found->list != NULL && source->derived_from.count > 0 &&
                bd_str_eq(source->derived_from.data[0], lister->derived_from.data[0])) {
                return true;
            }
        }
    }
    return false;
}

static void add_quarters(bd_judging *run, const bd_requirement_result *requirement) {
    for (size_t i = 0; i < requirement->instance_count; i++) {
        const bd_instance *instance = &requirement->instances[i];
        bool is_over = instance->is_due && instance->end <= run->out->until;
        bool is_unseen = instance->outcome == BD_OUTCOME_MISSING ||
                         instance->outcome == BD_OUTCOME_CANNOT_TELL;
        if (instance->is_due) {
            *bd_push(run->arena, &run->out->reviews.quarters) =
                (bd_review_quarter){requirement, instance, is_over && is_unseen};
        }
    }
}

void bd_judging_reviews(bd_judging *run) {
    bd_sort(run->kept_reviews.data, run->kept_reviews.count, sizeof run->kept_reviews.data[0],
            cmp_kept, NULL);
    for (size_t i = 0; i < run->kept_reviews.count; i++) {
        if (run->kept_reviews.data[i]->review.id.size > 0) {
            take_kept(run, run->kept_reviews.data[i]);
        }
    }
    for (size_t i = 0; i < run->out->control_count; i++) {
        const bd_control_result *control = &run->out->controls[i];
        for (size_t j = 0; control->is_in_scope && j < control->requirement_count; j++) {
            const bd_requirement *requirement = control->requirements[j].requirement;
            if (requirement->frequency == BD_QUARTERLY && reads_reviews(run, requirement)) {
                add_quarters(run, &control->requirements[j]);
            }
        }
    }
}
