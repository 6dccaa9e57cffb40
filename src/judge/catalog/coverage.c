/* What the mapping of checks to criteria is worth: who speaks to which criterion, and what looks like more than it is.
 *
 * A check says which criteria it speaks to and why.  A control that stands under a criterion to which none of its
 * checks speaks is watched for another reason; it counts as support, never as an automated test of the criterion. */
#include "catalog_priv.h"

static const char *const remark_names[] = {"same-checks",    "other-criterion", "no-criterion",
                                           "silent-control", "retiring",        "not-automated"};

const char *bd_remark_kind_name(bd_remark_kind kind) {
    return remark_names[kind];
}

static bool has_text(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

bool bd_check_speaks_to(const bd_check *check, bd_str criterion) {
    return has_text(&check->criteria, criterion);
}

bool bd_check_is_automated(const bd_catalog *catalog, const bd_check *check) {
    bool is_of_register = check->shape == BD_RECUR || check->shape == BD_DOCUMENT;
    for (size_t i = 0; i < check->sources.count && !is_of_register; i++) {
        const bd_source_def *source = bd_catalog_source(catalog, check->sources.data[i]);
        if (source != NULL && !source->is_handed_in) {
            return true;
        }
    }
    return false;
}

/* ---- shares ---- */

typedef struct {
    bool automated, supporting, document;
} basis;

static basis basis_of(const bd_catalog *catalog, const bd_control *control, bd_str criterion) {
    basis found = {false, false, false};
    for (size_t i = 0; i < control->requirement_count; i++) {
        const bd_requirement *requirement = &control->requirements[i];
        for (size_t k = 0; k < requirement->checks.count; k++) {
            const bd_check *check = &catalog->checks[requirement->checks.data[k]];
            bool is_automated = bd_check_is_automated(catalog, check);
            found.automated =
                found.automated || (is_automated && bd_check_speaks_to(check, criterion));
            found.supporting = found.supporting || is_automated;
            found.document = found.document || !is_automated;
        }
    }
    return found;
}

static void count_controls(const bd_catalog *catalog, bd_coverage *out) {
    for (size_t i = 0; i < catalog->control_count; i++) {
        const bd_control *control = &catalog->controls[i];
        if (!has_text(&control->criteria, out->criterion->id)) {
            continue;
        }
        basis found = basis_of(catalog, control, out->criterion->id);
        out->of++;
        out->automated += found.automated;
        out->supporting += found.supporting && !found.automated;
        out->document += found.document && !found.supporting;
        out->none += !found.document && !found.supporting;
    }
}

/* A check counts under a criterion only where both it and its control stand there. */
static bool is_under(const bd_check *check, bd_str criterion) {
    return check->requirement != NULL && bd_check_speaks_to(check, criterion) &&
           has_text(&check->requirement->control->criteria, criterion);
}

static void list_checks(const bd_catalog *catalog, bd_arena *arena, bd_coverage *out) {
    for (size_t i = 0; i < catalog->check_count; i++) {
        if (is_under(&catalog->checks[i], out->criterion->id)) {
            *bd_push(arena, &out->checks) = (uint32_t)i;
        }
    }
}

/* ---- remarks ---- */

typedef struct {
    const bd_catalog *catalog;
    bd_arena *arena;
    bd_catalog_coverage *out;
} surveyor;

static void add_remark(const surveyor *s, bd_remark_kind kind, bd_str subject, bd_str text) {
    *bd_push(s->arena, &s->out->remarks) = (bd_remark){kind, subject, text};
}

static bool has_same_checks(const bd_coverage *a, const bd_coverage *b) {
    bool is_same = a->checks.count == b->checks.count && a->checks.count > 0;
    for (size_t i = 0; i < a->checks.count && is_same; i++) {
        is_same = a->checks.data[i] == b->checks.data[i];
    }
    return is_same;
}

/* Of criteria with the same checks the first one names all others. */
static void remark_same(const surveyor *s) {
    for (size_t i = 0; i < s->out->count; i++) {
        const bd_coverage *one = &s->out->criteria[i];
        bd_str others = {"", 0};
        bool is_first = true;
        for (size_t k = 0; k < s->out->count && is_first; k++) {
            bool is_other = k != i && has_same_checks(one, &s->out->criteria[k]);
            is_first = !(is_other && k < i);
            if (is_other && k > i) {
                others = bd_str_format(s->arena, "%.*s%s%.*s", BD_ARG(others),
                                       others.size > 0 ? ", " : "",
                                       BD_ARG(s->out->criteria[k].criterion->id));
            }
        }
        if (is_first && others.size > 0) {
            add_remark(s, BD_REMARK_SAME_CHECKS, one->criterion->id,
                       bd_str_format(s->arena,
                                     "the same checks stand under %.*s: nothing tells them apart",
                                     BD_ARG(others)));
        }
    }
}

static void remark_others(const surveyor *s, const bd_check *check) {
    const bd_control *control = check->requirement->control;
    for (size_t i = 0; i < check->criteria.count; i++) {
        if (!is_under(check, check->criteria.data[i])) {
            add_remark(s, BD_REMARK_OTHER_CRITERION, check->id,
                       bd_str_format(s->arena,
                                     "the check speaks to criterion '%.*s', which its control "
                                     "'%.*s' does not list",
                                     BD_ARG(check->criteria.data[i]), BD_ARG(control->number)));
        }
    }
}

static void remark_mute(const surveyor *s, const bd_check *check) {
    const bd_control *control = check->requirement->control;
    for (size_t i = 0; i < control->criteria.count; i++) {
        if (bd_check_speaks_to(check, control->criteria.data[i])) {
            return;
        }
    }
    add_remark(s, BD_REMARK_NO_CRITERION, check->id,
               bd_str_format(s->arena,
                             "the check says of no criterion of its control '%.*s' why it speaks "
                             "to it",
                             BD_ARG(control->number)));
}

static void remark_checks(const surveyor *s,
                          void (*remark)(const surveyor *, const bd_check *)) {
    for (size_t i = 0; i < s->catalog->check_count; i++) {
        if (s->catalog->checks[i].requirement != NULL) {
            remark(s, &s->catalog->checks[i]);
        }
    }
}

/* Has the control checks, and none that speaks to this criterion of its own? */
static bool is_silent(const surveyor *s, const bd_control *control, bd_str criterion) {
    bool has_checks = false;
    for (size_t i = 0; i < control->requirement_count; i++) {
        const bd_requirement *requirement = &control->requirements[i];
        for (size_t k = 0; k < requirement->checks.count; k++) {
            has_checks = true;
            if (bd_check_speaks_to(&s->catalog->checks[requirement->checks.data[k]], criterion)) {
                return false;
            }
        }
    }
    return has_checks;
}

static void remark_controls(const surveyor *s) {
    for (size_t i = 0; i < s->catalog->control_count; i++) {
        const bd_control *control = &s->catalog->controls[i];
        for (size_t k = 0; k < control->criteria.count; k++) {
            bd_str criterion = control->criteria.data[k];
            if (is_silent(s, control, criterion)) {
                add_remark(s, BD_REMARK_SILENT_CONTROL, control->number,
                           bd_str_format(s->arena,
                                         "the control stands under criterion '%.*s', and none of "
                                         "its checks speaks to it",
                                         BD_ARG(criterion)));
            }
        }
    }
}

static bool is_read(const bd_catalog *catalog, bd_str source) {
    for (size_t i = 0; i < catalog->check_count; i++) {
        if (has_text(&catalog->checks[i].sources, source)) {
            return true;
        }
    }
    return false;
}

/* A source is read by checks of its own and by those of what is derived from it. */
static bool serves_checks(const bd_catalog *catalog, const bd_source_def *source) {
    bool serves = is_read(catalog, source->id);
    for (size_t i = 0; i < catalog->source_count && !serves; i++) {
        const bd_source_def *derived = &catalog->sources[i];
        serves = has_text(&derived->derived_from, source->id) && is_read(catalog, derived->id);
    }
    return serves;
}

static void remark_retiring(const surveyor *s) {
    for (size_t i = 0; i < s->catalog->source_count; i++) {
        const bd_source_def *source = &s->catalog->sources[i];
        if (source->retires.size == 0 || !serves_checks(s->catalog, source)) {
            continue;
        }
        bd_str instead =
            source->retires_for.size > 0
                ? bd_str_format(s->arena, "; instead: %.*s", BD_ARG(source->retires_for))
                : (bd_str){"", 0};
        add_remark(s, BD_REMARK_RETIRING, source->id,
                   bd_str_format(s->arena, "checks read %.*s, retired on %.*s%.*s",
                                 BD_ARG(source->retires), BD_ARG(source->retires_on),
                                 BD_ARG(instead)));
    }
}

static void remark_not_automated(const surveyor *s) {
    for (size_t i = 0; i < s->out->count; i++) {
        const bd_coverage *one = &s->out->criteria[i];
        if (one->automated > 0) {
            continue;
        }
        add_remark(s, BD_REMARK_NOT_AUTOMATED, one->criterion->id,
                   one->of == 0 ? BD_STR("no control lists this criterion")
                   : one->checks.count == 0
                       ? BD_STR("no check speaks to it: what is handed in is kept, and a person "
                                "has to judge it")
                       : BD_STR("documents and lists alone speak to it, no export of a machine"));
    }
}

void bd_catalog_survey(const bd_catalog *catalog, bd_arena *arena, bd_catalog_coverage *out) {
    *out = (bd_catalog_coverage){
        .criteria = bd_new(arena, bd_coverage, catalog->criterion_count),
        .count = catalog->criterion_count,
    };
    const surveyor s = {catalog, arena, out};
    for (size_t i = 0; i < out->count; i++) {
        out->criteria[i].criterion = &catalog->criteria[i];
        count_controls(catalog, &out->criteria[i]);
        list_checks(catalog, arena, &out->criteria[i]);
        out->automated += out->criteria[i].automated > 0;
    }
    remark_same(&s);
    remark_checks(&s, remark_others);
    remark_checks(&s, remark_mute);
    remark_controls(&s);
    remark_retiring(&s);
    remark_not_automated(&s);
}
