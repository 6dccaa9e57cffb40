/* The register of vendors: reports, letters and memos on file, what they leave open of our days, which controls they
 * expect of us, and what rests on whom.  It is for people: checks over documents judge the same papers (reports.c). */
#include "bindery/documents.h"

#include "documents_priv.h"

typedef struct {
    const bd_documents *all;
    const bool *left_out;
    bd_arena *arena;
    bd_vendor_register *out;
    bd_strs report_types, letter_types; /* of all checks that read reports */
} registering;

const char *bd_vendor_kind_name(bd_vendor_kind kind) {
    static const char *const names[] = {[BD_VENDOR_REPORT] = "report",
                                        [BD_VENDOR_LETTER] = "letter",
                                        [BD_VENDOR_MEMO] = "assessment"};
    return names[kind];
}

const char *bd_cuec_standing_name(bd_cuec_standing standing) {
    static const char *const names[] = {[BD_CUEC_MAPPED] = "mapped",
                                        [BD_CUEC_NOT_APPLICABLE] = "not applicable",
                                        [BD_CUEC_UNMAPPED] = "unmapped",
                                        [BD_CUEC_UNKNOWN] = "mapped to an unknown control"};
    return names[standing];
}

/* ---- which documents ---- */

static void add_types(registering *r, const bd_strs *from, bd_strs *to) {
    for (size_t i = 0; i < from->count; i++) {
        if (!bd_strs_have(to, from->data[i])) {
            *bd_push(r->arena, to) = from->data[i];
        }
    }
}

static const bd_value *rule_of(const bd_check *check) {
    return bd_value_find(check->body, "reports");
}

static void find_types(registering *r) {
    const bd_catalog *catalog = r->all->in.catalog;
    for (size_t i = 0; i < catalog->check_count; i++) {
        const bd_value *rule = rule_of(&catalog->checks[i]);
        if (rule == NULL) {
            continue;
        }
        const bd_value *letters = bd_value_find(rule, "letter_types");
        (void)bd_value_i64(rule, "tail_days", &r->out->tail_days);
        add_types(r, &catalog->checks[i].document_types, &r->report_types);
        for (size_t j = 0; letters != NULL && letters->kind == BD_ARRAY && j < letters->count; j++) {
            if (letters->items[j].kind == BD_STRING &&
                !bd_strs_have(&r->letter_types, letters->items[j].text)) {
                *bd_push(r->arena, &r->letter_types) = letters->items[j].text;
            }
        }
    }
}

/* Others that say which vendor's report they are about are what we wrote of it. */
static bool find_kind(const registering *r, const bd_document *document, bd_vendor_kind *kind) {
    *kind = bd_strs_have(&r->report_types, document->type)   ? BD_VENDOR_REPORT
            : bd_strs_have(&r->letter_types, document->type) ? BD_VENDOR_LETTER
                                                             : BD_VENDOR_MEMO;
    return *kind != BD_VENDOR_MEMO || document->report != NULL;
}

static size_t vendor_of(registering *r, bd_str name) {
    for (size_t i = 0; i < r->out->vendors.count; i++) {
        bd_str other = r->out->vendors.data[i].name;
        bool is_nameless = name.size == 0 && other.size == 0;
        if (is_nameless || (name.size > 0 && documents_is_same_vendor(other, name))) {
            return i;
        }
    }
    *bd_push(r->arena, &r->out->vendors) = (bd_vendor_standing){
        .name = name, .report_to = BD_DAY_NONE, .bridge_until = BD_DAY_NONE};
    return r->out->vendors.count - 1;
}

static void add_problem(const registering *r, bd_strs *to, bd_str text) {
    *bd_push(r->arena, to) = text;
}

static bd_str day_words(const registering *r, bd_day day) {
    return bd_day_format(r->arena, day);
}

/* ---- one document ---- */

static bd_day day_of(const bd_document *document, const char *key, bd_day otherwise) {
    bd_day day;
    return bd_day_parse(bd_value_text(document->report, key), &day) ? day : otherwise;
}

static bd_day today_of(const registering *r) {
    return bd_zone_day(r->all->in.engagement->zone, r->all->in.as_of - 1);
}

/* Later than it was stated: a run as of an earlier day may well read a paper that was issued since. */
static bool is_to_come(const registering *r, const bd_evidence *item, bd_day day) {
    bd_instant stated = item->sidecar.document.stated_at;
    bd_instant last = stated != BD_INSTANT_NONE && stated > r->all->in.as_of ? stated
                                                                             : r->all->in.as_of;
    return day != BD_DAY_NONE && day > bd_zone_day(r->all->in.engagement->zone, last);
}

static bool is_future(const registering *r, bd_vendor_document *one, const char *what, bd_day day) {
    if (!is_to_come(r, one->item, day)) {
        return false;
    }
    add_problem(r, &one->problems,
                bd_str_format(r->arena, "%s on %.*s, which is still to come", what,
                              BD_ARG(day_words(r, day))));
    return true;
}

static bool is_issued_by_vendor(const registering *r, bd_vendor_document *one) {
    const bd_value *report = one->item->sidecar.document.report;
    bd_str issuer = bd_str_trim(bd_value_text(report, "issued_by"));
    bd_str vendor = bd_str_trim(bd_value_text(report, "vendor"));
    if (issuer.size == 0) {
        add_problem(r, &one->problems, BD_STR("nothing says who issued it"));
        return false;
    }
    if (documents_is_same_vendor(issuer, vendor)) {
        return true;
    }
    bool is_ours =
        documents_is_same_vendor(issuer, r->all->in.engagement->organisation_name);
    add_problem(r, &one->problems,
                is_ours ? BD_STR("it was issued by ourselves; a bridge letter is the vendor's")
                        : bd_str_format(r->arena, "it was issued by '%.*s', not by the vendor",
                                        BD_ARG(issuer)));
    return false;
}

static void weigh_days(const registering *r, bd_vendor_document *one) {
    if (one->from == BD_DAY_NONE || one->to == BD_DAY_NONE) {
        one->counts = false;
        add_problem(r, &one->problems, BD_STR("it does not say which days it describes"));
        return;
    }
    if (one->to < one->from) {
        one->counts = false;
        add_problem(r, &one->problems, BD_STR("it ends before it begins"));
        return;
    }
    one->counts_to = documents_cut_at_issue(one->item->sidecar.document.report, one->to);
    if (one->counts_to < one->to) {
        add_problem(r, &one->problems,
                    bd_str_format(r->arena,
                                  "it describes days behind %.*s, when it was issued or fetched; "
                                  "those do not count",
                                  BD_ARG(day_words(r, one->counts_to))));
    }
    one->gap_days = r->out->to - one->counts_to;
}

static void weigh_document(const registering *r, bd_vendor_document *one) {
    one->counts = true;
    if (!one->item->is_signed_off) {
        one->counts = false;
        add_problem(r, &one->problems, one->item->signoff_reason.size > 0
                                           ? one->item->signoff_reason
                                           : BD_STR("it is not signed off"));
    }
    bool is_early = is_future(r, one, "issued", one->issued_on);
    is_early = is_future(r, one, "retrieved", one->retrieved_on) || is_early;
    one->counts = one->counts && !is_early;
    if (one->kind == BD_VENDOR_LETTER) {
        one->counts = is_issued_by_vendor(r, one) && one->counts;
    }
    if (one->kind != BD_VENDOR_MEMO) {
        weigh_days(r, one);
    }
}

static void add_documents(registering *r) {
    for (size_t i = 0; i < r->all->in.evidence->count; i++) {
        const bd_evidence *item = &r->all->in.evidence->data[i];
        bd_arenas_pass(sizeof *item);
        const bd_document *document = &item->sidecar.document;
        bd_vendor_kind kind;
        bool is_ours = item->is_document && item->has_sidecar && item->sidecar.has_document &&
                       !item->given.is_withdrawn && find_kind(r, document, &kind);
        if (!is_ours) {
            continue;
        }
        bd_str name = bd_str_trim(bd_value_text(document->report, "vendor"));
        bd_vendor_document one = {
            .kind = kind,
            .vendor = (uint32_t)vendor_of(r, name),
            .item = item,
            .from = day_of(document, "period_from", document->in_force_from),
            .to = day_of(document, "period_to", document->in_force_to),
            .issued_on = day_of(document, "issued_on", BD_DAY_NONE),
            .retrieved_on = day_of(document, "retrieved_on", document->carried_out_on),
            .counts_to = BD_DAY_NONE};
        weigh_document(r, &one);
        *bd_push(r->arena, &r->out->documents) = one;
    }
}

/* Does some check that reads reports find it wanting, and none finds it good?  Its reason then. */
static const bd_str *find_refusal(const bd_occurrences *lists, size_t count,
                                  const bd_evidence *item) {
    const bd_str *refusal = NULL;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < lists[i].count; j++) {
            const bd_occurrence *one = &lists[i].data[j];
            if (one->item == item && one->verdict == BD_PASS) {
                return NULL;
            }
            bool is_first = one->item == item && refusal == NULL;
            refusal = is_first ? &one->reason : refusal;
        }
    }
    return refusal;
}

static void ask_checks(registering *r) {
    const bd_catalog *catalog = r->all->in.catalog;
    bd_occurrences *lists = bd_new(r->arena, bd_occurrences, catalog->check_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < catalog->check_count; i++) {
        const bd_check *check = &catalog->checks[i];
        const bd_value *rule = rule_of(check);
        if (rule != NULL && bd_str_eqz(bd_value_text(rule, "judge"), "coverage")) {
            documents_find(r->all, r->left_out, check, &check->document_types, /*judges*/ true,
                           &lists[count++]);
        }
    }
    for (size_t i = 0; i < r->out->documents.count; i++) {
        bd_vendor_document *one = &r->out->documents.data[i];
        const bd_str *refusal =
            one->kind == BD_VENDOR_REPORT ? find_refusal(lists, count, one->item) : NULL;
        if (refusal != NULL) {
            one->counts = false;
            if (one->item->is_signed_off) { /* else it was said */
                add_problem(r, &one->problems, *refusal);
            }
        }
    }
}

/* ---- documents beside each other ---- */

static int cmp_days(bd_day a, bd_day b) {
    return (a > b) - (a < b);
}

static int cmp_documents(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_vendor_document *x = a, *y = b;
    int order = (x->vendor > y->vendor) - (x->vendor < y->vendor);
    order = order != 0 ? order : (x->kind > y->kind) - (x->kind < y->kind);
    order = order != 0 ? order : cmp_days(x->from, y->from);
    return order != 0 ? order
                      : (x->item->given.number > y->item->given.number) -
                            (x->item->given.number < y->item->given.number);
}

static bool has_days(const bd_vendor_document *one) {
    return one->counts_to != BD_DAY_NONE;
}

/* Two reports of one day: which of them an auditor should read of it, somebody has to say. */
static void note_overlaps(registering *r) {
    for (size_t i = 0; i < r->out->documents.count; i++) {
        bd_vendor_document *one = &r->out->documents.data[i];
        for (size_t j = 0; j < i && one->kind == BD_VENDOR_REPORT && has_days(one); j++) {
            const bd_vendor_document *other = &r->out->documents.data[j];
            if (other->vendor == one->vendor && other->kind == one->kind && has_days(other) &&
                other->from <= one->to && one->from <= other->to) {
                bd_day from = one->from > other->from ? one->from : other->from;
                bd_day to = one->to < other->to ? one->to : other->to;
                add_problem(
                    r, &one->problems,
                    bd_str_format(r->arena, "%.*s describes %.*s to %.*s as well",
                                  BD_ARG(bd_evidence_id(r->arena, other->item->given.number)),
                                  BD_ARG(day_words(r, from)), BD_ARG(day_words(r, to))));
            }
        }
    }
}

/* The newest memo on the same vendor that names the day it was fetched, or, naming none, was written since. */
static void join_memos(registering *r) {
    for (size_t i = 0; i < r->out->documents.count; i++) {
        bd_vendor_document *report = &r->out->documents.data[i];
        bd_day best = BD_DAY_NONE;
        for (size_t j = 0; j < r->out->documents.count && report->kind == BD_VENDOR_REPORT; j++) {
            const bd_vendor_document *memo = &r->out->documents.data[j];
            const bd_document *document = &memo->item->sidecar.document;
            bool names_day = bd_value_text(document->report, "retrieved_on").size > 0;
            bd_day day = document->carried_out_on != BD_DAY_NONE ? document->carried_out_on
                                                                 : document->approved_on;
            bool is_of_it =
                memo->vendor == report->vendor && memo->kind == BD_VENDOR_MEMO &&
                day != BD_DAY_NONE && report->retrieved_on != BD_DAY_NONE &&
                (names_day ? memo->retrieved_on == report->retrieved_on
                           : day >= report->retrieved_on);
            if (is_of_it && (best == BD_DAY_NONE || day > best)) {
                best = day;
                report->assessment = memo->item;
            }
        }
    }
}

/* ---- the days of each vendor ---- */

static bool is_described(const registering *r, uint32_t vendor, bd_vendor_kind kind, bd_day day) {
    bd_day last = r->out->vendors.data[vendor].bridge_until;
    if (kind == BD_VENDOR_LETTER && (last == BD_DAY_NONE || day > last)) {
        return false;
    }
    for (size_t i = 0; i < r->out->documents.count; i++) {
        const bd_vendor_document *one = &r->out->documents.data[i];
        if (one->vendor == vendor && one->kind == kind && one->counts && day >= one->from &&
            day <= one->counts_to) {
            return true;
        }
    }
    return false;
}

static bd_str open_words(const registering *r, const bd_vendor_standing *vendor, bd_day first) {
    const bd_vendor_register *out = r->out;
    bd_str ends = day_words(r, vendor->report_to);
    if (vendor->gap_days > out->tail_days) {
        return bd_str_format(r->arena,
                             "Finding: the newest report ends on %.*s, %lld days before the last "
                             "day judged; letters bridge at most %lld; %lld days are open.",
                             BD_ARG(ends), (long long)vendor->gap_days, (long long)out->tail_days,
                             (long long)vendor->open_days);
    }
    bool is_behind = first > vendor->report_to;
    return bd_str_format(r->arena,
                         "Finding: %lld %s open, the first of them %.*s; %s.",
                         (long long)vendor->open_days,
                         vendor->open_days == 1 ? "day is" : "days are",
                         BD_ARG(day_words(r, first)),
                         is_behind ? "no letter that the vendor issued describes it"
                                   : "no report describes it, and a letter bridges only what "
                                     "lies behind the newest report");
}

static bd_str standing_words(const registering *r, const bd_vendor_standing *vendor,
                             bd_day first) {
    if (vendor->report_to == BD_DAY_NONE) {
        return bd_str_format(r->arena,
                             "Finding: no report on file counts; all %lld days are open.",
                             (long long)vendor->open_days);
    }
    if (vendor->open_days > 0) {
        return open_words(r, vendor, first);
    }
    if (vendor->bridged_days > 0) {
        return bd_str_format(r->arena,
                             "Reports describe the days up to %.*s; the %lld behind it are bridged "
                             "by the vendor's letters.",
                             BD_ARG(day_words(r, vendor->report_to)),
                             (long long)vendor->bridged_days);
    }
    return BD_STR("Reports describe every day judged; no letter is needed.");
}

static void weigh_vendor(registering *r, uint32_t index) {
    bd_vendor_standing *vendor = &r->out->vendors.data[index];
    bd_day first = BD_DAY_NONE;
    for (size_t i = 0; i < r->out->documents.count; i++) {
        const bd_vendor_document *one = &r->out->documents.data[i];
        bool is_newer = vendor->report_to == BD_DAY_NONE || one->counts_to > vendor->report_to;
        if (one->vendor == index && one->kind == BD_VENDOR_REPORT && one->counts &&
            one->from <= r->out->to && is_newer) {
            vendor->report_to = one->counts_to;
        }
    }
    if (vendor->report_to != BD_DAY_NONE) {
        vendor->bridge_until = vendor->report_to + (bd_day)r->out->tail_days;
        vendor->gap_days = r->out->to - vendor->report_to;
    }
    bool is_bridged = vendor->gap_days <= r->out->tail_days; /* else the tail is a finding whole */
    for (bd_day day = r->out->from; day <= r->out->to; day++) {
        if (is_described(r, index, BD_VENDOR_REPORT, day)) {
            continue;
        }
        bool is_tail = vendor->report_to != BD_DAY_NONE && day > vendor->report_to;
        if (is_tail && is_bridged && is_described(r, index, BD_VENDOR_LETTER, day)) {
            vendor->bridged_days++;
            continue;
        }
        first = vendor->open_days++ == 0 ? day : first;
    }
    vendor->is_finding = vendor->open_days > 0;
    vendor->standing = standing_words(r, vendor, first);
}

/* ---- user-entity controls ---- */

static const bd_control *control_of(const registering *r, bd_str number) {
    const bd_catalog *catalog = r->all->in.catalog;
    for (size_t i = 0; i < catalog->control_count; i++) {
        if (bd_str_ieq(catalog->controls[i].number, bd_str_trim(number))) {
            return &catalog->controls[i];
        }
    }
    return NULL;
}

static void take_controls(const registering *r, const bd_value *list, bd_vendor_cuec *out) {
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        const bd_control *control = control_of(r, list->items[i].text);
        *bd_push(r->arena, &out->controls) =
            control != NULL ? control->number : list->items[i].text;
        if (control == NULL) {
            out->standing = BD_CUEC_UNKNOWN;
            out->problem = bd_str_format(r->arena, "there is no control '%.*s'",
                                         BD_ARG(list->items[i].text));
        }
    }
}

static bd_vendor_cuec weigh_cuec(const registering *r, const bd_value *stated) {
    bd_str status = bd_str_trim(bd_value_text(stated, "status"));
    bd_vendor_cuec out = {.id = bd_value_text(stated, "id"),
                          .text = bd_value_text(stated, "text"),
                          .reason = bd_value_text(stated, "reason"),
                          .standing = BD_CUEC_MAPPED};
    take_controls(r, bd_value_find(stated, "controls"), &out);
    bool is_not_applicable = bd_str_ieq(status, BD_STR("not applicable")) ||
                             bd_str_ieq(status, BD_STR("not-applicable"));
    if (is_not_applicable) {
        bool has_reason = bd_str_trim(out.reason).size > 0;
        out.standing = has_reason ? BD_CUEC_NOT_APPLICABLE : BD_CUEC_UNMAPPED;
        out.problem = has_reason ? BD_STR("") : BD_STR("not applicable, and no reason is given");
    } else if (!bd_str_ieq(status, BD_STR("mapped")) || out.controls.count == 0) {
        bool is_mapped = bd_str_ieq(status, BD_STR("mapped"));
        out.standing = BD_CUEC_UNMAPPED;
        out.problem = is_mapped ? BD_STR("mapped, and to no control")
                      : status.size == 0 || bd_str_ieq(status, BD_STR("unmapped"))
                          ? BD_STR("mapped to no control of ours")
                          : bd_str_format(r->arena,
                                          "its status is '%.*s', expected mapped, not applicable or "
                                          "unmapped",
                                          BD_ARG(status));
    }
    return out;
}

static void add_cuecs(registering *r) {
    for (size_t i = 0; i < r->out->documents.count; i++) {
        const bd_vendor_document *one = &r->out->documents.data[i];
        const bd_value *list = bd_value_find(one->item->sidecar.document.report, "cuecs");
        for (size_t j = 0; one->kind == BD_VENDOR_REPORT && list != NULL &&
             list->kind == BD_ARRAY && j < list->count;
             j++) {
            bd_vendor_cuec cuec = weigh_cuec(r, &list->items[j]);
            cuec.vendor = one->vendor;
            cuec.document = (uint32_t)i;
            r->out->cuec_findings += cuec.problem.size > 0 ? 1 : 0;
            *bd_push(r->arena, &r->out->cuecs) = cuec;
        }
    }
}

/* ---- what rests on whom ---- */

static void add_carve_out(registering *r, const bd_carve_out *one) {
    for (size_t i = 0; i < r->out->carve_outs.count; i++) {
        bd_carve_out *other = &r->out->carve_outs.data[i];
        bool is_same = other->vendor == one->vendor && other->control == one->control &&
                       bd_str_eq(other->criterion, one->criterion);
        if (is_same) {
            other->is_stated = other->is_stated || one->is_stated;
            return;
        }
    }
    *bd_push(r->arena, &r->out->carve_outs) = *one;
}

/* A check whose reports are a vendor's says for which criteria it stands in. */
static void add_read_criteria(registering *r) {
    const bd_catalog *catalog = r->all->in.catalog;
    for (size_t i = 0; i < catalog->check_count; i++) {
        const bd_check *check = &catalog->checks[i];
        bd_occurrences found = {0};
        if (rule_of(check) == NULL) {
            continue;
        }
        documents_find(r->all, r->left_out, check, &check->document_types, /*judges*/ false, &found);
        for (size_t j = 0; j < found.count; j++) {
            const bd_value *report = found.data[j].item->sidecar.document.report;
            size_t vendor = vendor_of(r, bd_str_trim(bd_value_text(report, "vendor")));
            for (size_t k = 0; k < check->criteria.count; k++) {
                add_carve_out(r, &(bd_carve_out){.vendor = (uint32_t)vendor,
                                                 .criterion = check->criteria.data[k],
                                                 .control = check->requirement->control,
                                                 .why = check->criteria_why.data[k]});
            }
        }
    }
}

static void add_stated_criterion(registering *r, uint32_t index, bd_str criterion) {
    bd_vendor_standing *vendor = &r->out->vendors.data[index];
    const bd_vendor *stated = vendor->stated;
    if (bd_catalog_criterion(r->all->in.catalog, criterion) == NULL) {
        add_problem(r, &vendor->problems,
                    bd_str_format(r->arena, "there is no criterion '%.*s'", BD_ARG(criterion)));
    }
    bd_carve_out one = {.vendor = index, .criterion = criterion, .is_stated = true};
    one.why = BD_STR("operated by the vendor, as bindery.json states");
    bool is_watched = false;
    for (size_t i = 0; i < stated->monitored_by.count; i++) {
        one.control = control_of(r, stated->monitored_by.data[i]);
        if (one.control != NULL) {
            add_carve_out(r, &one);
            is_watched = true;
        }
    }
    if (!is_watched) {
        one.control = NULL;
        add_carve_out(r, &one);
    }
}

static void add_csoc_problems(registering *r, bd_vendor_standing *vendor) {
    for (size_t i = 0; vendor->stated != NULL && i < vendor->stated->csocs.count; i++) {
        const bd_expected_control *one = &vendor->stated->csocs.data[i];
        for (size_t k = 0; k < one->criteria.count; k++) {
            if (bd_catalog_criterion(r->all->in.catalog, one->criteria.data[k]) == NULL) {
                add_problem(r, &vendor->problems,
                            bd_str_format(r->arena, "there is no criterion '%.*s' that '%.*s' could serve",
                                          BD_ARG(one->criteria.data[k]), BD_ARG(one->id)));
            }
        }
    }
}

static void add_stated_criteria(registering *r) {
    for (uint32_t i = 0; i < r->out->vendors.count; i++) {
        bd_vendor_standing *vendor = &r->out->vendors.data[i];
        const bd_vendor *stated = vendor->stated;
        for (size_t j = 0; stated != NULL && j < stated->criteria.count; j++) {
            add_stated_criterion(r, i, stated->criteria.data[j]);
        }
        for (size_t j = 0; stated != NULL && j < stated->monitored_by.count; j++) {
            if (control_of(r, stated->monitored_by.data[j]) == NULL) {
                add_problem(r, &vendor->problems,
                            bd_str_format(r->arena, "there is no control '%.*s' to watch it",
                                          BD_ARG(stated->monitored_by.data[j])));
            }
        }
        add_csoc_problems(r, vendor);
        for (size_t j = 0; stated != NULL && j < stated->recipients.count; j++) {
            const bd_recipient *one = &stated->recipients.data[j];
            if (one->on > today_of(r)) {
                add_problem(r, &vendor->problems,
                            bd_str_format(r->arena,
                                          "'%.*s' is noted as recipient on %.*s, which is still to "
                                          "come",
                                          BD_ARG(one->name), BD_ARG(day_words(r, one->on))));
            }
        }
    }
}

static int cmp_carve_outs(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_carve_out *x = a, *y = b;
    int order = (x->vendor > y->vendor) - (x->vendor < y->vendor);
    order = order != 0 ? order : bd_str_cmp(x->criterion, y->criterion);
    bd_str left = x->control != NULL ? x->control->number : BD_STR("");
    bd_str right = y->control != NULL ? y->control->number : BD_STR("");
    return order != 0 ? order : bd_str_natural_cmp(left, right);
}

/* ---- the whole ---- */

static int cmp_names(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const bd_vendor_standing *)a)->name, ((const bd_vendor_standing *)b)->name);
}

/* Vendors that only documents name come in the order of names, whatever the order of the files. */
static void open_vendors(registering *r) {
    const bd_engagement *engagement = r->all->in.engagement;
    for (size_t i = 0; i < engagement->vendors.count; i++) {
        const bd_vendor *stated = &engagement->vendors.data[i];
        *bd_push(r->arena, &r->out->vendors) = (bd_vendor_standing){.name = stated->name,
                                                                    .service = stated->service,
                                                                    .method = stated->method,
                                                                    .is_stated = true,
                                                                    .stated = stated,
                                                                    .report_to = BD_DAY_NONE,
                                                                    .bridge_until = BD_DAY_NONE};
    }
    size_t stated = r->out->vendors.count;
    for (size_t i = 0; i < r->all->in.evidence->count; i++) {
        const bd_evidence *item = &r->all->in.evidence->data[i];
        bd_arenas_pass(sizeof *item);
        bd_vendor_kind kind;
        if (item->is_document && item->has_sidecar && item->sidecar.has_document &&
            !item->given.is_withdrawn && find_kind(r, &item->sidecar.document, &kind)) {
            vendor_of(r, bd_str_trim(bd_value_text(item->sidecar.document.report, "vendor")));
        }
    }
    bd_sort(r->out->vendors.data + stated, r->out->vendors.count - stated,
            sizeof(bd_vendor_standing), cmp_names, NULL);
}

void bd_vendors_make(const bd_documents *documents, const bool *left_out, bd_vendor_register *out) {
    registering r = {.all = documents, .left_out = left_out, .arena = documents->arena, .out = out};
    const bd_period *period = documents->in.period;
    bd_day last = bd_zone_day(documents->in.engagement->zone, documents->in.until - 1);
    *out = (bd_vendor_register){.tail_days = BD_DOCUMENTS_TAIL_DAYS};
    out->to = period->is_type_ii ? period->to : period->as_of;
    out->to = last < out->to ? last : out->to;
    out->from = period->is_type_ii ? period->from : out->to;
    find_types(&r);
    open_vendors(&r);
    add_documents(&r);
    ask_checks(&r);
    bd_sort(out->documents.data, out->documents.count, sizeof(bd_vendor_document), cmp_documents,
            NULL);
    note_overlaps(&r);
    join_memos(&r);
    for (uint32_t i = 0; i < out->vendors.count; i++) {
        weigh_vendor(&r, i);
    }
    add_cuecs(&r);
    add_read_criteria(&r);
    add_stated_criteria(&r);
    bd_sort(out->carve_outs.data, out->carve_outs.count, sizeof(bd_carve_out), cmp_carve_outs,
            NULL);
}
