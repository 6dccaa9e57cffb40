/* `recur` and `document`: judged straight from the register of evidence (judging.md sections 2 and 3). */
#include "bindery/assess.h"

#include "assess_priv.h"

typedef struct {
    const bd_evidence *item;
    bd_day date;          /* carried out, else approved */
    bd_verdict verdict;   /* the check's `pass`, and the sign-off */
    bool is_taken;
} occurrence;
typedef BD_VEC(occurrence) occurrences;

static bool has_text(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

static const bd_value *day_value(bd_arena *arena, bd_day day) {
    return day == BD_DAY_NONE ? NULL : bd_value_string(arena, bd_day_format(arena, day));
}

static const bd_value *text_value(bd_arena *arena, bd_str text) {
    return text.size == 0 ? NULL : bd_value_string(arena, text);
}

/* The document as a record that conditions can read; absent members are left out. */
static const bd_value *record_of(bd_arena *arena, const bd_document *document) {
    const struct {
        bd_str key;
        const bd_value *value;
    } all[] = {
        {BD_STR("type"), text_value(arena, document->type)},
        {BD_STR("title"), text_value(arena, document->title)},
        {BD_STR("version"), text_value(arena, document->version)},
        {BD_STR("approved_by"), text_value(arena, document->approved_by)},
        {BD_STR("approver_role"), text_value(arena, document->approver_role)},
        {BD_STR("approver_is_management"), bd_value_bool(arena, document->approver_is_management)},
        {BD_STR("approved_on"), day_value(arena, document->approved_on)},
        {BD_STR("in_force_from"), day_value(arena, document->in_force_from)},
        {BD_STR("in_force_to"), day_value(arena, document->in_force_to)},
        {BD_STR("carried_out_on"), day_value(arena, document->carried_out_on)},
    };
    bd_str keys[BD_COUNT(all)];
    const bd_value *values[BD_COUNT(all)];
    size_t count = 0;
    for (size_t i = 0; i < BD_COUNT(all); i++) {
        if (all[i].value != NULL) {
            keys[count] = all[i].key;
            values[count++] = all[i].value;
        }
    }
    return bd_value_object(arena, count, keys, values);
}

static bd_verdict judge_document(const bd_judging *run, const bd_condition *pass, const bd_evidence *item) {
    bd_verdict verdict = BD_PASS;
    if (pass != NULL) {
        const bd_source_def *source = bd_catalog_source(run->in->catalog, BD_STR("doc"));
        verdict = bd_condition_eval(pass, record_of(run->arena, &item->sidecar.document), source, run->arena);
    }
    return verdict == BD_PASS && !item->is_signed_off ? BD_CANNOT_TELL : verdict;
}

static int cmp_occurrences(const void *context, const void *a, const void *b) {
    (void)context;
    const occurrence *x = a;
    const occurrence *y = b;
    if (x->date != y->date) {
        return x->date < y->date ? -1 : 1;
    }
    return (x->item->given.number > y->item->given.number) - (x->item->given.number < y->item->given.number);
}

static bd_rc find_occurrences(bd_judging *run, const bd_check *check, occurrences *out, bd_err *err) {
    const bd_condition *pass = NULL;
    const bd_value *body = bd_value_find(check->body, "pass");
    if (body != NULL) {
        BD_TRY_CTX(bd_condition_compile(body, NULL, run->arena, &pass, err), err, "in check '%.*s'",
                   BD_ARG(check->id));
    }
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        const bd_evidence *item = &run->in->evidence->data[i];
        if (!item->is_document || !item->has_sidecar || item->given.is_withdrawn ||
            !has_text(&check->document_types, item->sidecar.document.type)) {
            continue;
        }
        const bd_document *document = &item->sidecar.document;
        bd_day date = document->carried_out_on != BD_DAY_NONE ? document->carried_out_on
                                                              : document->approved_on;
        *bd_push(run->arena, out) =
            (occurrence){.item = item, .date = date, .verdict = judge_document(run, pass, item)};
    }
    bd_sort(out->data, out->count, sizeof(occurrence), cmp_occurrences, NULL);
    return BD_OK;
}

static bd_check_result *add_result(bd_judging *run, const bd_check *check, const bd_instance *instance,
                                   bd_verdict verdict, bd_str reason, const bd_evidence *item) {
    bd_check_result *result = bd_push(run->arena, &run->out->checks);
    *result = (bd_check_result){
        .check = check,
        .instance = instance->id,
        .snapshot = BD_DAY_NONE,
        .scope = {"", 0},
        .verdict = verdict,
        .passed = verdict == BD_PASS,
        .failed = verdict == BD_FAIL,
        .cannot_tell = verdict == BD_CANNOT_TELL,
        .reason = reason,
        .evidence = item != NULL ? item->given.number : 0,
        .is_complete = verdict != BD_CANNOT_TELL,
    };
    return result;
}

static bd_str why_unclear(bd_judging *run, const bd_evidence *item) {
    if (!item->is_signed_off) {
        return bd_str_format(run->arena, "%.*s is not signed off: %.*s",
                             BD_ARG(bd_evidence_id(run->arena, item->given.number)),
                             BD_ARG(item->signoff_reason));
    }
    return bd_str_format(run->arena, "%.*s lacks a fact that the check reads",
                         BD_ARG(bd_evidence_id(run->arena, item->given.number)));
}

/* ---- recur ---- */

/* The days in which an occurrence counts for an instance: [first, last], and from when it is late. */
static void recur_window(const bd_judging *run, const bd_requirement *requirement, const bd_instance *instance,
                         bd_day *first, bd_day *on_time, bd_day *last) {
    bd_day period_last = bd_zone_day(run->in->engagement->zone, run->out->period_end - 1);
    bd_day until = bd_zone_day(run->in->engagement->zone, run->out->until - 1);
    if (requirement->frequency == BD_ANNUAL || requirement->frequency == BD_ONCE) {
        *on_time = until;
        *first = bd_day_add_months(until + 1, -12);
        *last = until; /* carried out by t'; the days of grace reach back, not past the period */
        *first -= requirement->grace_days;
        return;
    }
    *first = instance->from;
    *on_time = instance->to;
    *last = instance->to + requirement->grace_days;
    if (*last > period_last) {
        *last = period_last;
    }
    if (*last > until) {
        *last = until;
    }
}

static bool is_yearly(const bd_requirement *requirement) {
    return requirement->frequency == BD_ANNUAL || requirement->frequency == BD_ONCE;
}

static occurrence *take_occurrence(occurrences *list, bd_day first, bd_day last, bool wants_newest) {
    occurrence *found = NULL;
    for (size_t i = 0; i < list->count; i++) {
        occurrence *one = &list->data[i];
        if (!one->is_taken && one->date != BD_DAY_NONE && one->date >= first && one->date <= last &&
            one->verdict != BD_FAIL) {
            if (found == NULL || wants_newest || (found->verdict != BD_PASS && one->verdict == BD_PASS)) {
                found = one;
            }
            if (!wants_newest && found->verdict == BD_PASS) {
                break;
            }
        }
    }
    return found;
}

static void judge_recur(bd_judging *run, const bd_check *check, occurrences *list) {
    bd_requirement_result *requirement = bd_judging_requirement(run, check->requirement);
    for (size_t i = 0; i < requirement->instance_count; i++) {
        bd_instance *instance = &requirement->instances[i];
        bd_day first;
        bd_day on_time;
        bd_day last;
        if (!instance->is_due) {
            continue;
        }
        recur_window(run, check->requirement, instance, &first, &on_time, &last);
        occurrence *one = take_occurrence(list, first, last, is_yearly(check->requirement));
        if (one == NULL) {
            continue; /* missing: no result */
        }
        one->is_taken = true;
        bool is_early_year = is_yearly(check->requirement) &&
                             one->date < first + check->requirement->grace_days;
        instance->is_late = one->date > on_time || is_early_year;
        bd_str reason = one->verdict == BD_PASS ? (bd_str){"", 0} : why_unclear(run, one->item);
        add_result(run, check, instance, one->verdict, reason, one->item);
    }
}

/* ---- document ---- */

typedef struct {
    bd_day day;      /* first day that is not covered, BD_DAY_NONE: none */
    bool is_unclear; /* something covers it, but not enough */
    const bd_evidence *item;
} hole;

static bool is_in_force(const occurrences *list, size_t index, bd_day day) {
    const bd_document *document = &list->data[index].item->sidecar.document;
    return document->in_force_from != BD_DAY_NONE && day >= document->in_force_from &&
           (document->in_force_to == BD_DAY_NONE || day <= document->in_force_to);
}

static bool is_approval_fresh(const bd_check *check, const bd_document *document, bd_day day) {
    if (check->max_approval_age_months == 0) {
        return true;
    }
    return document->approved_on != BD_DAY_NONE &&
           bd_day_add_months(document->approved_on, check->max_approval_age_months) >= day;
}

static bd_verdict covers_day(const bd_check *check, const occurrences *list, bd_day day, const bd_evidence **item) {
    bd_verdict best = BD_FAIL;
    for (size_t i = 0; i < list->count; i++) {
        const occurrence *one = &list->data[i];
        if (!is_in_force(list, i, day) || one->verdict == BD_FAIL ||
            !is_approval_fresh(check, &one->item->sidecar.document, day)) {
            continue;
        }
        *item = one->item;
        if (one->verdict == BD_PASS) {
            return BD_PASS;
        }
        best = BD_CANNOT_TELL;
    }
    return best;
}

static hole find_hole(const bd_check *check, const occurrences *list, bd_day from, bd_day to) {
    hole found = {.day = BD_DAY_NONE};
    for (bd_day day = from; day <= to; day++) {
        const bd_evidence *item = NULL;
        bd_verdict verdict = covers_day(check, list, day, &item);
        if (verdict == BD_FAIL) {
            return (hole){.day = day, .item = NULL};
        }
        if (verdict == BD_CANNOT_TELL && found.day == BD_DAY_NONE) {
            found = (hole){.day = day, .is_unclear = true, .item = item};
        }
    }
    return found;
}

static bd_rc put_hole(bd_judging *run, const bd_check *check, const occurrences *list, bd_day day,
                      bd_str reason, bd_err *err) {
    const bd_evidence *newest = list->data[list->count - 1].item;
    bd_judged judged = {
        .check = check->index,
        .type = BD_STR("document"),
        .key = check->document_types.data[0],
        .resource = check->document_types.data[0],
        .subscription = {"", 0},
        .scope = {"", 0},
        .reason = reason,
        .at = bd_zone_day_start(run->in->engagement->zone, day),
        .evidence = newest->given.number,
        .verdict = BD_FAIL,
    };
    return bd_judging_put(run, &judged, err);
}

static bd_rc judge_document_days(bd_judging *run, const bd_check *check, const occurrences *list, bd_err *err) {
    bd_requirement_result *requirement = bd_judging_requirement(run, check->requirement);
    bd_day until = bd_zone_day(run->in->engagement->zone, run->out->until - 1);
    for (size_t i = 0; i < requirement->instance_count && list->count > 0; i++) {
        bd_instance *instance = &requirement->instances[i];
        if (!instance->is_due) {
            continue;
        }
        bd_day last = instance->to < until ? instance->to : until;
        hole found = find_hole(check, list, instance->from, last);
        if (found.day == BD_DAY_NONE) {
            add_result(run, check, instance, BD_PASS, (bd_str){"", 0}, list->data[0].item);
            continue;
        }
        if (found.is_unclear) {
            add_result(run, check, instance, BD_CANNOT_TELL, why_unclear(run, found.item), found.item);
            continue;
        }
        bd_str reason = bd_str_format(run->arena, "no approved version was in force on %.*s",
                                      BD_ARG(bd_day_format(run->arena, found.day)));
        add_result(run, check, instance, BD_FAIL, reason, list->data[0].item);
        BD_TRY(put_hole(run, check, list, found.day, reason, err));
    }
    return BD_OK;
}

bd_rc bd_judging_register(bd_judging *run, bd_err *err) {
    for (size_t i = 0; i < run->in->catalog->check_count; i++) {
        const bd_check *check = &run->in->catalog->checks[i];
        if (!run->views[i].is_register) {
            continue;
        }
        occurrences list = {0};
        BD_TRY(find_occurrences(run, check, &list, err));
        if (check->shape == BD_RECUR) {
            judge_recur(run, check, &list);
        } else {
            BD_TRY(judge_document_days(run, check, &list, err));
        }
    }
    return BD_OK;
}
