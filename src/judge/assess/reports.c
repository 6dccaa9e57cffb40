/* Vendor reports (bindery-1, section 4): the union of the reports' periods covers ours.  A letter of the vendor bridges
 * the days between the end of the newest report and the end of the period, where they are few; it never stands in for
 * a report before that, nor between two.  The days that a report or letter covers are its in_force_from and
 * in_force_to. */
#include "bindery/assess.h"

#include "assess_priv.h"

typedef struct {
    const bd_judging *run;
    const bd_check *check;
    const bd_occurrences *list;
    bd_day report_end; /* of the newest report that may count; BD_DAY_NONE: there is none */
} reports;

static const bd_document *document_of(const bd_occurrence *one) {
    return &one->item->sidecar.document;
}

static bool is_report(const reports *all, const bd_occurrence *one) {
    return bd_strs_have(&all->check->document_types, document_of(one)->type);
}

/* A document without an end would cover every day to come; one without a start, every day before. */
static bool covers(const bd_occurrence *one, bd_day day) {
    const bd_document *document = document_of(one);
    bool is_unclear = one->verdict == BD_CANNOT_TELL;
    bool is_begun =
        document->in_force_from == BD_DAY_NONE ? is_unclear : day >= document->in_force_from;
    bool is_running =
        document->in_force_to == BD_DAY_NONE ? is_unclear : day <= document->in_force_to;
    return is_begun && is_running;
}

static bd_day newest_end(const reports *all) {
    bd_day end = BD_DAY_NONE;
    for (size_t i = 0; i < all->list->count; i++) {
        const bd_occurrence *one = &all->list->data[i];
        bd_day to = document_of(one)->in_force_to;
        if (is_report(all, one) && one->verdict != BD_FAIL && to != BD_DAY_NONE &&
            (end == BD_DAY_NONE || to > end)) {
            end = to;
        }
    }
    return end;
}

/* What of a kind covers the day: pass, cannot-tell, or fail with the best reason at hand. */
static bd_verdict cover_day(const reports *all, bd_day day, bool wants_reports,
                            const bd_occurrence **by) {
    bd_verdict best = BD_FAIL;
    for (size_t i = 0; i < all->list->count; i++) {
        const bd_occurrence *one = &all->list->data[i];
        if (is_report(all, one) != wants_reports || !covers(one, day)) {
            continue;
        }
        if (one->verdict == BD_PASS) {
            return BD_PASS;
        }
        if (one->verdict == BD_CANNOT_TELL || best == BD_FAIL) {
            best = one->verdict;
            *by = one;
        }
    }
    return best;
}

typedef struct {
    bd_verdict verdict;
    bd_day day; /* first day that is open */
    bd_str reason;
    const bd_evidence *item; /* that would have covered it; NULL: nothing would */
} answer;

static answer open_day(const reports *all, bd_day day, const bd_occurrence *by, bd_verdict verdict,
                       const char *what) {
    bd_arena *arena = all->run->arena;
    bd_str text = bd_day_format(arena, day);
    bd_str why = by != NULL ? by->reason : (bd_str){"", 0};
    return (answer){.verdict = verdict,
                    .day = day,
                    .reason = bd_str_format(arena, "no %s covers %.*s%s%.*s", what, BD_ARG(text),
                                            why.size > 0 ? ": " : "", BD_ARG(why)),
                    .item = by != NULL ? by->item : NULL};
}

static answer long_tail(const reports *all, bd_day last) {
    bd_arena *arena = all->run->arena;
    bd_str end = bd_day_format(arena, all->report_end);
    return (answer){
        .verdict = BD_FAIL,
        .day = all->report_end + 1,
        .reason = bd_str_format(arena,
                                "the newest report ends on %.*s, %d days before %.*s, which "
                                "is more than a letter may bridge (%d)",
                                BD_ARG(end), last - all->report_end,
                                BD_ARG(bd_day_format(arena, last)), all->check->max_tail_days)};
}

static bool is_worse(bd_verdict next, const answer *so_far) {
    return next == BD_FAIL ||
           (next == BD_CANNOT_TELL && so_far->verdict != BD_FAIL && so_far->day == BD_DAY_NONE);
}

/* The days behind the newest report: letters, if there are not too many of them. */
static answer judge_tail(const reports *all, bd_day first, bd_day last) {
    answer found = {.verdict = BD_NOT_APPLICABLE, .day = BD_DAY_NONE, .reason = {"", 0}};
    if (all->report_end == BD_DAY_NONE || all->report_end >= last) {
        return found;
    }
    if (last - all->report_end > all->check->max_tail_days) {
        return long_tail(all, last);
    }
    found.verdict = BD_PASS;
    bd_day from = all->report_end + 1 > first ? all->report_end + 1 : first;
    for (bd_day day = from; day <= last && found.verdict != BD_FAIL; day++) {
        const bd_occurrence *by = NULL;
        bd_verdict verdict = cover_day(all, day, /*wants_reports*/ false, &by);
        if (verdict != BD_PASS && is_worse(verdict, &found)) {
            found = open_day(all, day, by, verdict, "report or letter of the vendor");
        }
    }
    return found;
}

/* The days up to the end of the newest report: reports alone. */
static answer judge_body(const reports *all, bd_day first, bd_day last) {
    answer found = {.verdict = BD_PASS, .day = BD_DAY_NONE, .reason = {"", 0}};
    bd_day end = all->report_end != BD_DAY_NONE && all->report_end < last ? all->report_end : last;
    for (bd_day day = first; day <= end && found.verdict != BD_FAIL; day++) {
        const bd_occurrence *by = NULL;
        bd_verdict verdict = cover_day(all, day, /*wants_reports*/ true, &by);
        if (verdict != BD_PASS && is_worse(verdict, &found)) {
            found = open_day(all, day, by, verdict, "report of the vendor");
        }
    }
    return found;
}

static answer judge_whole(const reports *all, bd_day first, bd_day last) {
    answer body = judge_body(all, first, last);
    if (body.verdict == BD_FAIL) {
        return body;
    }
    answer tail = judge_tail(all, first, last);
    if (tail.verdict == BD_NOT_APPLICABLE || tail.verdict == BD_PASS) {
        return body;
    }
    return tail.verdict == BD_FAIL || body.verdict == BD_PASS ? tail : body;
}

static bool has_report(const reports *all) {
    for (size_t i = 0; i < all->list->count; i++) {
        if (is_report(all, &all->list->data[i])) {
            return true;
        }
    }
    return false;
}

/* Letters bridge behind a report: where no report says its end, what they bridge is not known. */
static answer judge_instance(const reports *all, bd_day first, bd_day last) {
    if (!all->check->is_tail_only) {
        return judge_whole(all, first, last);
    }
    if (all->report_end == BD_DAY_NONE) {
        return (answer){.verdict = BD_CANNOT_TELL,
                        .day = last,
                        .reason = BD_STR("no report on file shows where its period ends")};
    }
    return judge_tail(all, first, last);
}

bd_rc bd_judging_reports(bd_judging *run, const bd_check *check, bd_occurrences *list,
                         bd_err *err) {
    for (size_t i = 0; i < list->count; i++) {
        const bd_document *document = document_of(&list->data[i]);
        bd_judging_need_date(run, &list->data[i], document->in_force_from, "in_force_from");
        bd_judging_need_date(run, &list->data[i], document->in_force_to, "in_force_to");
    }
    reports all = {.run = run, .check = check, .list = list};
    all.report_end = newest_end(&all);
    bd_requirement_result *requirement = bd_judging_requirement(run, check->requirement);
    bd_day until = bd_zone_day(run->in->engagement->zone, run->out->until - 1);
    for (size_t i = 0; i < requirement->instance_count && list->count > 0; i++) {
        bd_instance *instance = &requirement->instances[i];
        bool is_needless = check->is_tail_only && !has_report(&all);
        if (!instance->is_due || is_needless) {
            continue;
        }
        bd_day last = instance->to < until ? instance->to : until;
        answer found =
            judge_instance(&all, run->in->period->is_type_ii ? instance->from : last, last);
        const bd_evidence *item =
            found.item != NULL ? found.item : list->data[list->count - 1].item;
        for (size_t j = 0; j < list->count; j++) {
            *bd_push(run->arena, &instance->evidence) = list->data[j].item->given.number;
        }
        bd_judging_put_register(run, check, instance, found.verdict, found.reason, item);
        if (found.verdict == BD_FAIL) {
            bd_day day = found.day > instance->from ? found.day : instance->from;
            BD_TRY(bd_judging_put_register_failure(run, check, item, day, found.reason, err));
        }
    }
    return BD_OK;
}
