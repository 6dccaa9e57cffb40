/* `recur` and `document`: judged straight from the register of evidence (bindery-1, section 2 and 3). */
#include "bindery/documents.h"

#include "documents_priv.h"

static const bd_value *day_value(bd_arena *arena, bd_day day) {
    return day == BD_DAY_NONE ? NULL : bd_value_string(arena, bd_day_format(arena, day));
}

static const bd_value *text_value(bd_arena *arena, bd_str text) {
    return text.size == 0 ? NULL : bd_value_string(arena, text);
}

/* "TBD" approves nothing. */
static bd_str approver_of(const bd_document *document) {
    return bd_is_person_name(document->approved_by) ? document->approved_by : (bd_str){"", 0};
}

static const bd_value *states_value(bd_arena *arena, const bd_document *document) {
    if (!document->has_states) {
        return NULL;
    }
    const bd_value **members = bd_new(arena, const bd_value *, document->states.count + 1);
    for (size_t i = 0; i < document->states.count; i++) {
        members[i] = bd_value_string(arena, document->states.data[i]);
    }
    return bd_value_array(arena, document->states.count, members);
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
        {BD_STR("approved_by"), text_value(arena, approver_of(document))},
        {BD_STR("approver_role"), text_value(arena, document->approver_role)},
        {BD_STR("approver_is_management"),
         document->has_approver_is_management
             ? bd_value_bool(arena, document->approver_is_management)
             : NULL},
        {BD_STR("approved_on"), day_value(arena, document->approved_on)},
        {BD_STR("in_force_from"), day_value(arena, document->in_force_from)},
        {BD_STR("in_force_to"), day_value(arena, document->in_force_to)},
        {BD_STR("carried_out_on"), day_value(arena, document->carried_out_on)},
        {BD_STR("states"), states_value(arena, document)},
    };
    size_t more = document->report != NULL ? document->report->count : 0;
    bd_str *keys = bd_new(arena, bd_str, BD_COUNT(all) + more);
    const bd_value **values = bd_new(arena, const bd_value *, BD_COUNT(all) + more);
    size_t count = 0;
    for (size_t i = 0; i < BD_COUNT(all); i++) {
        if (all[i].value != NULL) {
            keys[count] = all[i].key;
            values[count++] = all[i].value;
        }
    }
    for (size_t i = 0; i < more; i++) { /* a vendor's report: its own members beside them */
        keys[count] = document->report->keys[i];
        values[count++] = &document->report->items[i];
    }
    return bd_value_object(arena, count, keys, values);
}

static void need_signoff(const bd_documents *run, bd_occurrence *one) {
    if (one->verdict != BD_PASS) {
        return;
    }
    bd_str id = bd_evidence_id(run->arena, one->item->given.number);
    if (one->item->facts.is_malformed) {
        one->verdict = BD_CANNOT_TELL;
        one->reason = bd_str_format(run->arena, "%.*s cannot be read: %.*s", BD_ARG(id),
                                    BD_ARG(one->item->facts.problem));
    } else if (!one->item->is_signed_off) {
        one->verdict = BD_CANNOT_TELL;
        one->reason = bd_str_format(run->arena, "%.*s is not signed off: %.*s", BD_ARG(id),
                                    BD_ARG(one->item->signoff_reason));
    }
}

static void say_placeholder(const bd_documents *run, bd_occurrence *one) {
    bd_str approver = one->item->sidecar.document.approved_by;
    if (one->verdict == BD_CANNOT_TELL && approver.size > 0 && !bd_is_person_name(approver)) {
        one->reason = bd_str_format(run->arena, "%.*s names no approver: '%.*s' is nobody's name",
                                    BD_ARG(bd_evidence_id(run->arena, one->item->given.number)),
                                    BD_ARG(approver));
    }
}

/* Not-applicable: the check's `where` says that the document is about something else. */
static void judge_document(const bd_documents *run, const bd_check *check, bool judges,
                           bd_occurrence *one) {
    const bd_value *record = record_of(run->arena, &one->item->sidecar.document);
    const bd_rules *rules = run->in.rules;
    one->verdict = bd_rules_belongs(rules, check->index, record, run->arena, &one->reason);
    if (one->verdict == BD_PASS && judges) {
        one->verdict = bd_rules_judge(rules, check->index, record, run->arena, &one->reason);
    }
    say_placeholder(run, one);
    need_signoff(run, one);
}

/* A date that decides and is not given leaves the document open; a failure stays one. */
static void need_date(const bd_documents *run, bd_occurrence *one, bd_day day, const char *name) {
    if (day == BD_DAY_NONE && one->verdict == BD_PASS) {
        one->verdict = BD_CANNOT_TELL;
        one->reason =
            bd_str_format(run->arena, "%.*s gives no %s",
                          BD_ARG(bd_evidence_id(run->arena, one->item->given.number)), name);
    }
}

static int cmp_occurrences(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_occurrence *x = a;
    const bd_occurrence *y = b;
    if (x->date != y->date) {
        return x->date < y->date ? -1 : 1;
    }
    return (x->item->given.number > y->item->given.number) -
           (x->item->given.number < y->item->given.number);
}

static bool is_known_by(const bd_documents *run, const bd_document *document, bd_day date) {
    bd_day last = bd_zone_day(run->in.engagement->zone, run->in.until - 1);
    bd_day first = document->in_force_from != BD_DAY_NONE ? document->in_force_from : date;
    return first == BD_DAY_NONE || first <= last || (date != BD_DAY_NONE && date <= last);
}

/* A report or a letter describes days: it may have come in after them. */
static bool is_report_known(const bd_documents *run, const bd_document *document) {
    bd_day from;
    bd_day last = bd_zone_day(run->in.engagement->zone, run->in.until - 1);
    return !bd_day_parse(bd_value_text(document->report, "period_from"), &from) || from <= last;
}

/* The day that counts: of an approval the one on which it was given, whatever else was done on another. */
static bd_day date_of(const bd_check *check, const bd_document *document) {
    bool is_approval = bd_str_eqz(check->property, "approved_on");
    bd_day first = is_approval ? document->approved_on : document->carried_out_on;
    bd_day second = is_approval ? document->carried_out_on : document->approved_on;
    return first != BD_DAY_NONE ? first : second;
}

/* Each check of documents goes through all of them, and most evidence is none. */
const bd_documents *bd_documents_make(const bd_documents_inputs *inputs, bd_arena *arena) {
    bd_documents *made = bd_new(arena, bd_documents, 1);
    *made = (bd_documents){.in = *inputs, .arena = arena};
    for (size_t i = 0; i < inputs->evidence->count; i++) {
        const bd_evidence *item = &inputs->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        if (item->is_document && item->has_sidecar) {
            *bd_push(arena, &made->documents) = (uint32_t)i;
        }
    }
    return made;
}

/* In the order of their dates; what is of a later time is no evidence yet. */
void documents_find(const bd_documents *run, const bool *left_out, const bd_check *check, const bd_strs *types,
                    bool judges, bd_occurrences *out) {
    for (size_t i = 0; i < run->documents.count; i++) {
        uint32_t index = run->documents.data[i];
        const bd_evidence *item = &run->in.evidence->data[index];
        bd_arenas_pass(sizeof *item);
        if ((left_out != NULL && left_out[index]) ||
            !bd_strs_have(types, item->sidecar.document.type) ||
            !bd_evidence_serves(item, check->requirement->id)) {
            continue;
        }
        const bd_document *document = &item->sidecar.document;
        bd_day date = date_of(check, document);
        bd_occurrence one = {.item = item, .date = date, .reason = {"", 0}};
        bool is_known = document->report != NULL ? is_report_known(run, document)
                                                 : is_known_by(run, document, date);
        if (is_known) {
            judge_document(run, check, judges, &one);
            if (one.verdict != BD_NOT_APPLICABLE) {
                *bd_push(run->arena, out) = one;
            }
        }
    }
    bd_sort(out->data, out->count, sizeof(bd_occurrence), cmp_occurrences, NULL);
}

/* ---- what is said of an instance ---- */

void documents_say(const bd_document_asking *asked, const bd_instance *instance, bd_verdict verdict, bd_str reason,
                   const bd_evidence *item) {
    asked->put_result(asked->context, asked->check, &(bd_document_result){instance, verdict, reason, item});
}

bd_rc documents_fail(const bd_document_asking *asked, const bd_evidence *item, bd_day day, bd_str reason,
                     bd_err *err) {
    return asked->put_failure(asked->context, asked->check, &(bd_document_failure){day, reason, item}, err);
}

/* ---- recur ---- */

static bool is_yearly(const bd_requirement *requirement) {
    return requirement->frequency == BD_ANNUAL || requirement->frequency == BD_ONCE;
}

/* The days in which an occurrence counts for an instance, and those in which it is late. */
typedef struct {
    bd_day first, last;
    bd_day on_time_from, on_time_to;
} counting;

static counting counting_of(const bd_documents *run, const bd_requirement *requirement,
                            const bd_instance *instance) {
    bd_day until = bd_zone_day(run->in.engagement->zone, run->in.until - 1);
    if (!run->in.period->is_type_ii) { /* the latest occurrence; how old it may be is for freshness to say */
        return (counting){BD_DAY_NONE + 1, until, BD_DAY_NONE + 1, until};
    }
    if (is_yearly(requirement)) { /* the days of grace reach back, not past the period */
        bd_day year_from = bd_day_add_months(until + 1, -12);
        return (counting){year_from - requirement->grace_days, until, year_from, until};
    }
    bd_day last = instance->to + requirement->grace_days;
    last = last > until ? until : last; /* never after the period's end, either */
    return (counting){instance->from, last, instance->from, instance->to};
}

/* What fills each instance of the requirement; NULL: nothing. */
static void fill_instances(const bd_document_asking *asked, bd_occurrences *list, bd_verdict verdict,
                           bool is_undated, bd_occurrence **filled) {
    const bd_documents *run = asked->documents;
    const bd_requirement *requirement = asked->check->requirement;
    bool newest_first = is_yearly(requirement) || !run->in.period->is_type_ii;
    for (size_t k = 0; k < list->count; k++) {
        bd_occurrence *one = &list->data[newest_first ? list->count - 1 - k : k];
        bool is_candidate =
            one->verdict == verdict && !one->is_taken && is_undated == (one->date == BD_DAY_NONE);
        for (size_t i = 0; is_candidate && i < asked->instance_count; i++) {
            const bd_instance *instance = &asked->instances[i];
            counting days = counting_of(run, requirement, instance);
            bool is_in = is_undated || (one->date >= days.first && one->date <= days.last);
            if (instance->is_due && filled[i] == NULL && is_in) {
                filled[i] = one;
                one->is_taken = true;
                break;
            }
        }
    }
}

/* In date order each occurrence fills the earliest unfilled instance that it can satisfy (bindery-1, 2).  What may not
 * pass satisfies none: it only says of an instance still unfilled that something is there. */
static bd_rc judge_recur(const bd_document_asking *asked, bd_occurrences *list, bd_err *err) {
    const bd_documents *run = asked->documents;
    static const bd_verdict order[] = {BD_PASS, BD_CANNOT_TELL, BD_FAIL};
    for (size_t i = 0; i < list->count; i++) {
        need_date(run, &list->data[i], list->data[i].date, "date on which it was carried out");
    }
    bd_occurrence **filled = bd_new(run->arena, bd_occurrence *, asked->instance_count);
    for (size_t i = 0; i < BD_COUNT(order); i++) {
        fill_instances(asked, list, order[i], /*is_undated*/ false, filled);
    }
    /* which instance it is of, cannot be told: it leaves open what nothing else fills */
    fill_instances(asked, list, BD_CANNOT_TELL, /*is_undated*/ true, filled);
    for (size_t i = 0; i < asked->instance_count; i++) {
        bd_instance *instance = &asked->instances[i];
        const bd_occurrence *one = filled[i];
        if (one == NULL) {
            continue; /* missing: no result */
        }
        counting days = counting_of(run, asked->check->requirement, instance);
        instance->is_late = one->date != BD_DAY_NONE &&
                            (one->date < days.on_time_from || one->date > days.on_time_to);
        documents_say(asked, instance, one->verdict, one->reason, one->item);
        if (one->verdict == BD_FAIL) {
            bd_day day = one->date > instance->from ? one->date : instance->from;
            BD_TRY(documents_fail(asked, one->item, day, one->reason, err));
        }
    }
    return BD_OK;
}

/* ---- document ---- */

typedef struct {
    bd_day day;                /* first day that is not covered, BD_DAY_NONE: none */
    const bd_occurrence *unclear; /* what covers it, but not enough; NULL: nothing does */
} hole;

/* A date that is not given excludes no day: such a document is cannot-tell already. */
static bool is_in_force(const bd_document *document, bd_day day) {
    return (document->in_force_from == BD_DAY_NONE || day >= document->in_force_from) &&
           (document->in_force_to == BD_DAY_NONE || day <= document->in_force_to);
}

/* Approved by that day, and not too long before it. */
static bool is_approved(const bd_check *check, const bd_document *document, bd_day day) {
    if (document->approved_on == BD_DAY_NONE) {
        return true;
    }
    return document->approved_on <= day &&
           (check->max_approval_age_months == 0 ||
            bd_day_add_months(document->approved_on, check->max_approval_age_months) >= day);
}

/* "Security policy 2.1" and "Security Policy v3" are versions of one; so is what has no title. */
static bool is_same_title(bd_arena *arena, bd_str a, bd_str b) {
    bd_str both[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        char *letters = bd_alloc(arena, both[i].size + 1, 1);
        size_t size = 0;
        for (size_t j = 0; j < both[i].size; j++) {
            char c = both[i].data[j];
            bool is_version = c == 'v' || c == 'V';
            bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
            if (is_letter && !is_version) {
                letters[size++] = c;
            }
        }
        both[i] = (bd_str){letters, size};
    }
    return both[0].size == 0 || both[1].size == 0 || bd_str_fold_cmp(both[0], both[1]) == 0;
}

/* What came into force later is the version of the day, whatever the register says of the one before it; of a version
 * without a last day.  NULL: nothing did, or what did is in order or waits for its signatures alone. */
static const bd_occurrence *find_later(const bd_documents *run, const bd_check *check,
                                       const bd_occurrences *list, const bd_document *version, bd_day day) {
    for (size_t i = 0; version->in_force_to == BD_DAY_NONE && i < list->count; i++) {
        const bd_occurrence *one = &list->data[i];
        const bd_document *other = &one->item->sidecar.document;
        bool is_later = other->in_force_from != BD_DAY_NONE && other->in_force_from > version->in_force_from;
        bool is_bad = one->verdict == BD_FAIL ||
                      (one->verdict == BD_PASS && !is_approved(check, other, day));
        if (is_later && is_bad && is_in_force(other, day) &&
            is_same_title(run->arena, version->title, other->title)) {
            return one;
        }
    }
    return NULL;
}

/* Versions overlap: one that passes is enough, unless a later one that does not has taken its place. */
static bd_verdict cover_day(const bd_documents *run, const bd_check *check, const bd_occurrences *list, bd_day day,
                            const bd_occurrence **unclear) {
    bd_verdict best = BD_FAIL;
    for (size_t i = 0; i < list->count; i++) {
        const bd_occurrence *one = &list->data[i];
        const bd_document *document = &one->item->sidecar.document;
        if (one->verdict == BD_FAIL || !is_in_force(document, day) ||
            !is_approved(check, document, day)) {
            continue;
        }
        const bd_occurrence *later = find_later(run, check, list, document, day);
        if (one->verdict != BD_CANNOT_TELL && later == NULL) {
            return BD_PASS;
        }
        best = BD_CANNOT_TELL;
        *unclear = later != NULL ? later : one;
    }
    return best;
}

static hole find_hole(const bd_documents *run, const bd_check *check, const bd_occurrences *list, bd_day from,
                      bd_day to) {
    hole found = {.day = BD_DAY_NONE};
    for (bd_day day = from; day <= to; day++) {
        const bd_occurrence *unclear = NULL;
        bd_verdict verdict = cover_day(run, check, list, day, &unclear);
        if (verdict == BD_FAIL) {
            return (hole){.day = day};
        }
        if (verdict == BD_CANNOT_TELL && found.day == BD_DAY_NONE) {
            found = (hole){.day = day, .unclear = unclear};
        }
    }
    return found;
}

static bd_rc judge_document_days(const bd_document_asking *asked, bd_occurrences *list, bd_err *err) {
    const bd_documents *run = asked->documents;
    for (size_t i = 0; i < list->count; i++) {
        const bd_document *document = &list->data[i].item->sidecar.document;
        need_date(run, &list->data[i], document->in_force_from, "in_force_from");
        need_date(run, &list->data[i], document->approved_on, "approved_on");
    }
    bd_day until = bd_zone_day(run->in.engagement->zone, run->in.until - 1);
    for (size_t i = 0; i < asked->instance_count && list->count > 0; i++) {
        bd_instance *instance = &asked->instances[i];
        if (!instance->is_due) {
            continue;
        }
        bd_day last = instance->to < until ? instance->to : until;
        hole found =
            find_hole(run, asked->check, list, run->in.period->is_type_ii ? instance->from : last, last);
        const bd_evidence *newest = list->data[list->count - 1].item;
        for (size_t j = 0; asked->notes_evidence && j < list->count; j++) { /* all versions speak of the days */
            *bd_push(run->arena, &instance->evidence) = list->data[j].item->given.number;
        }
        if (found.day == BD_DAY_NONE) {
            documents_say(asked, instance, BD_PASS, (bd_str){"", 0}, list->data[0].item);
            continue;
        }
        if (found.unclear != NULL) {
            bd_str why = found.unclear->reason;
            if (found.unclear->verdict != BD_CANNOT_TELL) {
                why = bd_str_format(run->arena,
                                    "%.*s came into force, and is not approved as the check asks on %.*s; the "
                                    "version before it shows no last day",
                                    BD_ARG(bd_evidence_id(run->arena, found.unclear->item->given.number)),
                                    BD_ARG(bd_day_format(run->arena, found.day)));
            }
            documents_say(asked, instance, BD_CANNOT_TELL, why, found.unclear->item);
            continue;
        }
        bd_str reason = bd_str_format(run->arena, "no approved version was in force on %.*s",
                                      BD_ARG(bd_day_format(run->arena, found.day)));
        documents_say(asked, instance, BD_FAIL, reason, newest);
        BD_TRY(documents_fail(asked, newest, found.day, reason, err));
    }
    return BD_OK;
}

bd_rc bd_documents_judge(const bd_document_asking *asked, bd_err *err) {
    const bd_check *check = asked->check;
    bd_occurrences list = {0};
    documents_find(asked->documents, asked->left_out, check, &check->document_types, /*judges*/ true, &list);
    if (bd_value_find(check->body, "reports") != NULL) {
        return documents_judge_reports(asked, &list, err);
    }
    return check->shape == BD_RECUR ? judge_recur(asked, &list, err) : judge_document_days(asked, &list, err);
}
