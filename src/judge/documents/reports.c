/* Reports of vendors: do their periods cover ours, and does each of them meet the rule (bindery-1, section 4)?
 *
 * The union of the report periods covers our period; a head gap needs the earlier report; a tail of at most so many
 * days needs letters that the vendor issued and that leave no day of it open; a longer tail is a finding. */
#include "bindery/documents.h"

#include "documents_priv.h"

/* Which documents may count: those that pass, or also those of which it cannot be told. */
typedef enum { ONLY_CLEAR, ALSO_UNCLEAR } leniency;

typedef struct {
    const bd_document_asking *asked;
    bd_arena *arena;
    const bd_occurrences *reports, *letters;
    int64_t tail_days;
    bd_day from, to; /* our days, both inclusive */
} coverage;

/* A paper speaks of no day that was still to come when it was issued or fetched. */
bd_day documents_cut_at_issue(const bd_value *report, bd_day to) {
    static const char *const acts[] = {"issued_on", "retrieved_on"};
    for (size_t i = 0; i < BD_COUNT(acts); i++) {
        bd_day day;
        bool is_earlier = bd_day_parse(bd_value_text(report, acts[i]), &day) && day < to;
        to = is_earlier ? day : to;
    }
    return to;
}

/* The days that a report or letter describes: its own, else those on which the document is said to be in force. */
static bd_day day_at(const bd_occurrence *one, const char *key) {
    bd_day day;
    const bd_document *document = &one->item->sidecar.document;
    bool is_first = bd_str_eqz(bd_str_of(key), "period_from");
    if (!bd_day_parse(bd_value_text(document->report, key), &day)) {
        day = is_first ? document->in_force_from : document->in_force_to;
    }
    if (is_first || day == BD_DAY_NONE) {
        return day;
    }
    day = documents_cut_at_issue(document->report, day);
    bool is_later = document->carried_out_on != BD_DAY_NONE && day > document->carried_out_on; /* it was fetched then */
    return is_later ? document->carried_out_on : day;
}

static bool counts(const bd_occurrence *one, leniency how) {
    return one->verdict == BD_PASS || (how == ALSO_UNCLEAR && one->verdict == BD_CANNOT_TELL);
}

static bool is_described(const bd_occurrences *list, bd_day day, leniency how) {
    for (size_t i = 0; i < list->count; i++) {
        const bd_occurrence *one = &list->data[i];
        if (counts(one, how) && day >= day_at(one, "period_from") &&
            day <= day_at(one, "period_to")) {
            return true;
        }
    }
    return false;
}

/* First day of [from, to] that nothing describes, or BD_DAY_NONE. */
static bd_day first_open(const bd_occurrences *list, bd_day from, bd_day to, leniency how) {
    for (bd_day day = from; day <= to; day++) {
        if (!is_described(list, day, how)) {
            return day;
        }
    }
    return BD_DAY_NONE;
}

/* Earliest and latest day of the reports that count; false: none counts. */
static bool find_bounds(const coverage *c, leniency how, bd_day *first, bd_day *last) {
    bool has_any = false;
    for (size_t i = 0; i < c->reports->count; i++) {
        const bd_occurrence *one = &c->reports->data[i];
        bd_day from = day_at(one, "period_from");
        bd_day to = day_at(one, "period_to");
        if (counts(one, how) && from != BD_DAY_NONE && to != BD_DAY_NONE && from <= c->to) {
            *first = !has_any || from < *first ? from : *first;
            *last = !has_any || to > *last ? to : *last;
            has_any = true;
        }
    }
    return has_any;
}

static bd_str day_text(const coverage *c, bd_day day) {
    return bd_day_format(c->arena, day);
}

/* What is open behind the last report, which ends on `last`; "" when nothing is. */
static bd_str find_tail_gap(const coverage *c, leniency how, bd_day last, bd_day *day) {
    bd_arena *arena = c->arena;
    int64_t tail = last < c->to ? c->to - last : 0;
    *day = last + 1 > c->from ? last + 1 : c->from;
    if (tail > c->tail_days) {
        return bd_str_format(arena,
                             "the last report ends on %.*s, %lld days before %.*s; letters bridge "
                             "at most %lld",
                             BD_ARG(day_text(c, last)), (long long)tail, BD_ARG(day_text(c, c->to)),
                             (long long)c->tail_days);
    }
    *day = tail > 0 ? first_open(c->letters, last + 1, c->to, how) : BD_DAY_NONE;
    return *day == BD_DAY_NONE
               ? BD_STR("")
               : bd_str_format(arena,
                               "the last report ends on %.*s, and no letter issued by the vendor "
                               "describes %.*s",
                               BD_ARG(day_text(c, last)), BD_ARG(day_text(c, *day)));
}

/* Why our days are not covered; "" when they are. `*day` is the first day left open. */
static bd_str find_gap(const coverage *c, leniency how, bd_day *day) {
    bd_arena *arena = c->arena;
    bd_day first = 0, last = 0;
    *day = c->from;
    if (!find_bounds(c, how, &first, &last)) {
        return BD_STR("no report on file counts for a day of the period");
    }
    *day = first_open(c->reports, c->from, last < c->to ? last : c->to, how);
    if (*day != BD_DAY_NONE && *day < first) {
        return bd_str_format(arena,
                             "no report describes %.*s; the first one begins on %.*s, and the "
                             "earlier report is needed",
                             BD_ARG(day_text(c, *day)), BD_ARG(day_text(c, first)));
    }
    if (*day != BD_DAY_NONE) {
        return bd_str_format(arena, "no report describes %.*s, between two reports",
                             BD_ARG(day_text(c, *day)));
    }
    return find_tail_gap(c, how, last, day);
}

/* "Microsoft" of "Microsoft Corporation": the name without what only says in which form the company is founded. */
static bd_str plain_name(bd_str name) {
    static const char *const forms[] = {"corporation", "corp", "incorporated", "inc", "limited",
                                        "ltd",         "llc",  "gmbh",         "ag",  "se",
                                        "plc",         "s.a",  "sa",           "b.v", "bv"};
    bool has_cut = true;
    while (has_cut) {
        has_cut = false;
        while (name.size > 0 &&
               bd_str_find(BD_STR(" .,"), bd_str_sub(name, name.size - 1, name.size)) >= 0) {
            name.size--;
        }
        for (size_t i = 0; i < BD_COUNT(forms) && !has_cut; i++) {
            bd_str form = bd_str_of(forms[i]);
            bool is_behind = name.size > form.size + 1 &&
                             bd_str_ieq(bd_str_sub(name, name.size - form.size, name.size), form) &&
                             bd_str_find(BD_STR(" ,"), bd_str_sub(name, name.size - form.size - 1,
                                                                  name.size - form.size)) >= 0;
            name.size -= is_behind ? form.size : 0;
            has_cut = is_behind;
        }
    }
    return name;
}

bool documents_is_same_vendor(bd_str a, bd_str b) {
    return bd_is_same_person(plain_name(bd_str_trim(a)), plain_name(bd_str_trim(b)));
}

/* "Microsoft Ireland Operations" begins with the vendor's name: perhaps the vendor, perhaps a partner of it. */
static bool may_be_same(bd_str a, bd_str b) {
    bd_str shorter = a.size < b.size ? a : b, longer = a.size < b.size ? b : a;
    return shorter.size > 0 && longer.size > shorter.size && longer.data[shorter.size] == ' ' &&
           bd_str_ieq(bd_str_sub(longer, 0, shorter.size), shorter);
}

/* A letter counts only if the vendor itself issued it; what does not say for which days, describes none for certain. */
static void judge_letters(bd_arena *arena, bd_occurrences *letters) {
    for (size_t i = 0; i < letters->count; i++) {
        bd_occurrence *one = &letters->data[i];
        const bd_value *report = one->item->sidecar.document.report;
        bd_str vendor = plain_name(bd_str_trim(bd_value_text(report, "vendor")));
        bd_str issuer = plain_name(bd_str_trim(bd_value_text(report, "issued_by")));
        bd_str id = bd_evidence_id(arena, one->item->given.number);
        if (issuer.size > 0 && bd_is_same_person(vendor, issuer)) {
            continue;
        }
        bool is_open = issuer.size == 0 || may_be_same(vendor, issuer);
        if (!is_open) {
            one->verdict = BD_FAIL;
        } else if (one->verdict == BD_PASS) {
            one->verdict = BD_CANNOT_TELL;
            one->reason =
                issuer.size == 0
                    ? bd_str_format(arena, "%.*s does not say who issued it", BD_ARG(id))
                    : bd_str_format(
                          arena,
                          "%.*s was issued by '%.*s' and is of vendor '%.*s': if both are "
                          "the same company, write one name in issued_by and vendor",
                          BD_ARG(id), BD_ARG(bd_value_text(report, "issued_by")),
                          BD_ARG(bd_value_text(report, "vendor")));
        }
    }
}

/* A report without its days may be of any day. */
static void need_periods(bd_arena *arena, bd_occurrences *reports) {
    for (size_t i = 0; i < reports->count; i++) {
        bd_occurrence *one = &reports->data[i];
        bool is_dated = day_at(one, "period_from") != BD_DAY_NONE &&
                        day_at(one, "period_to") != BD_DAY_NONE;
        if (!is_dated && one->verdict == BD_PASS) {
            one->verdict = BD_CANNOT_TELL;
            one->reason =
                bd_str_format(arena, "%.*s gives no period_from and period_to",
                              BD_ARG(bd_evidence_id(arena, one->item->given.number)));
        }
    }
}

static const bd_occurrence *find_unclear(const bd_occurrences *list, bool only_undated) {
    for (size_t i = 0; i < list->count; i++) {
        const bd_occurrence *one = &list->data[i];
        bool is_dated = day_at(one, "period_from") != BD_DAY_NONE &&
                        day_at(one, "period_to") != BD_DAY_NONE;
        if (one->verdict == BD_CANNOT_TELL && !(only_undated && is_dated)) {
            return one;
        }
    }
    return NULL;
}

/* Of what cannot be counted, one that would change the answer. */
static const bd_occurrence *find_open(const coverage *c, bool only_undated) {
    const bd_occurrence *unclear = find_unclear(c->reports, only_undated);
    return unclear != NULL ? unclear : find_unclear(c->letters, only_undated);
}

static bd_rc judge_coverage(const coverage *c, bd_instance *instance, bd_err *err) {
    const bd_evidence *newest = c->reports->data[c->reports->count - 1].item;
    bd_day day, rest_day;
    bd_str gap = find_gap(c, ONLY_CLEAR, &day);
    if (gap.size == 0) {
        documents_say(c->asked, instance, BD_PASS, gap, newest);
        return BD_OK;
    }
    bd_str rest = find_gap(c, ALSO_UNCLEAR, &rest_day);
    const bd_occurrence *unclear = find_open(c, /*only_undated*/ rest.size > 0);
    if (unclear != NULL) {
        documents_say(c->asked, instance, BD_CANNOT_TELL, unclear->reason, unclear->item);
        return BD_OK;
    }
    documents_say(c->asked, instance, BD_FAIL, gap, newest);
    return documents_fail(c->asked, newest, day < c->from ? c->from : day, gap, err);
}

/* The days behind the last report alone: there may be none, which only a report that counts can show. */
static bd_verdict weigh_tail(const coverage *c, leniency how, bd_day *day, bd_str *why) {
    bd_day first, last;
    *day = c->from;
    if (!find_bounds(c, how, &first, &last)) {
        *why = BD_STR("no report on file shows where its period ends");
        return BD_CANNOT_TELL;
    }
    *why = find_tail_gap(c, how, last, day);
    return why->size > 0 ? BD_FAIL : (last >= c->to ? BD_NOT_APPLICABLE : BD_PASS);
}

static bd_rc judge_tail(const coverage *c, bd_instance *instance, bd_err *err) {
    const bd_evidence *newest = c->reports->data[c->reports->count - 1].item;
    bd_day day, rest_day;
    bd_str why, rest_why;
    bd_verdict verdict = weigh_tail(c, ONLY_CLEAR, &day, &why);
    bool is_open = verdict == BD_FAIL || verdict == BD_CANNOT_TELL;
    bool may_hold = is_open && weigh_tail(c, ALSO_UNCLEAR, &rest_day, &rest_why) != verdict;
    const bd_occurrence *unclear = is_open ? find_open(c, /*only_undated*/ !may_hold) : NULL;
    if (unclear != NULL) {
        documents_say(c->asked, instance, BD_CANNOT_TELL, unclear->reason, unclear->item);
        return BD_OK;
    }
    documents_say(c->asked, instance, verdict, why, newest);
    return verdict == BD_FAIL
               ? documents_fail(c->asked, newest, day, why, err)
               : BD_OK;
}

/* The newest report that began by then, and every other one that describes one of our days. */
static bool is_in_question(const coverage *c, const bd_occurrence *one) {
    bd_day from = day_at(one, "period_from"), to = day_at(one, "period_to");
    if (from == BD_DAY_NONE || to == BD_DAY_NONE || (from <= c->to && to >= c->from)) {
        return true;
    }
    for (size_t i = 0; i < c->reports->count; i++) {
        bd_day other = day_at(&c->reports->data[i], "period_to");
        if (other != BD_DAY_NONE && other > to) {
            return false;
        }
    }
    return true;
}

/* From when we held it on.  A day that moves with the as-of instant would be another exception each day, and whoever
 * answered it would have answered one that is gone. */
static bd_day held_since(const coverage *c, const bd_occurrence *one) {
    bd_day day = one->date > c->from ? one->date : c->from;
    return day < c->to ? day : c->to;
}

static bd_rc judge_every(const coverage *c, bd_instance *instance, bd_err *err) {
    const bd_occurrence *worst = NULL;
    for (size_t i = 0; i < c->reports->count; i++) {
        const bd_occurrence *one = &c->reports->data[i];
        bool is_worse = worst == NULL ||
                        bd_verdict_worse(one->verdict, worst->verdict) != worst->verdict;
        worst = is_in_question(c, one) && is_worse ? one : worst;
    }
    if (worst == NULL) {
        return BD_OK;
    }
    documents_say(c->asked, instance, worst->verdict, worst->reason, worst->item);
    return worst->verdict == BD_FAIL ? documents_fail(c->asked, worst->item, held_since(c, worst), worst->reason, err)
                                     : BD_OK;
}

static bd_strs letter_types(bd_arena *arena, const bd_value *rule) {
    bd_strs types = {0};
    const bd_value *named = bd_value_find(rule, "letter_types");
    for (size_t i = 0; named != NULL && named->kind == BD_ARRAY && i < named->count; i++) {
        if (named->items[i].kind == BD_STRING) {
            *bd_push(arena, &types) = named->items[i].text;
        }
    }
    return types;
}

bd_rc documents_judge_reports(const bd_document_asking *asked, bd_occurrences *reports, bd_err *err) {
    const bd_documents *run = asked->documents;
    const bd_check *check = asked->check;
    const bd_value *rule = bd_value_find(check->body, "reports");
    bd_str judge = bd_value_text(rule, "judge");
    bd_occurrences letters = {0};
    bd_strs types = letter_types(run->arena, rule);
    documents_find(run, asked->left_out, check, &types, /*judges*/ false, &letters);
    judge_letters(run->arena, &letters);
    need_periods(run->arena, &letters);
    need_periods(run->arena, reports);
    coverage c = {.asked = asked,
                  .arena = run->arena,
                  .reports = reports,
                  .letters = &letters,
                  .tail_days = BD_DOCUMENTS_TAIL_DAYS};
    (void)bd_value_i64(rule, "tail_days", &c.tail_days);
    bd_day until = bd_zone_day(run->in.engagement->zone, run->in.until - 1);
    for (size_t i = 0; i < asked->instance_count && reports->count > 0; i++) {
        bd_instance *instance = &asked->instances[i];
        if (!instance->is_due) {
            continue;
        }
        c.to = instance->to < until ? instance->to : until;
        c.from = run->in.period->is_type_ii ? instance->from : c.to;
        for (size_t j = 0; asked->notes_evidence && j < reports->count + letters.count; j++) {
            const bd_occurrence *one = j < reports->count ? &reports->data[j]
                                                          : &letters.data[j - reports->count];
            *bd_push(run->arena, &instance->evidence) = one->item->given.number;
        }
        BD_TRY(bd_str_eqz(judge, "coverage") ? judge_coverage(&c, instance, err)
               : bd_str_eqz(judge, "tail")   ? judge_tail(&c, instance, err)
                                             : judge_every(&c, instance, err));
    }
    return BD_OK;
}
