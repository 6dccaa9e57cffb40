/* How values read in print.  Words for results are those of "bindery-1". */
#include "bindery/wording.h"

#include "wording_priv.h"

#include <string.h>

/* ---- numbers and times ------------------------------------------------------------------------------ */

bd_str bd_words_number(const bd_report *r, int64_t number) {
    return bd_str_format(r->arena, "%lld", (long long)number);
}

bd_str bd_words_day(const bd_report *r, bd_day day) {
    return day == BD_DAY_NONE ? BD_STR(BD_DASH) : bd_day_format(r->arena, day);
}

static bd_str readable_instant(const bd_report *r, bd_instant at, size_t length, const char *zone) {
    if (at == BD_INSTANT_NONE) {
        return BD_STR(BD_DASH);
    }
    bd_str text = bd_instant_format(r->arena, at);
    bd_str clock = bd_str_sub(text, 11, text.size - 1);
    clock = bd_str_sub(clock, 0, length < clock.size ? length : clock.size);
    return bd_str_format(r->arena, "%.*s %.*s%s", BD_ARG(bd_str_sub(text, 0, 10)), BD_ARG(clock),
                         zone);
}

bd_str bd_words_instant(const bd_report *r, bd_instant at) {
    return readable_instant(r, at, SIZE_MAX, " UTC");
}

bd_str bd_words_as_of(const bd_report *r) {
    bd_instant at = r->assessment->as_of;
    bd_str words = bd_instant_words(r->arena, r->engagement->zone, at);
    return bd_str_has_prefix(words, BD_STR("the end of ")) ? words : bd_words_instant(r, at);
}

bd_str bd_words_moment(const bd_report *r, bd_instant at) {
    return readable_instant(r, at, 5, "");
}

bd_str bd_words_utc_day(const bd_report *r, bd_instant at) {
    return at == BD_INSTANT_NONE ? BD_STR(BD_DASH)
                                 : bd_day_format(r->arena, bd_instant_utc_day(at));
}

bd_str bd_words_described(const bd_report *r, const bd_evidence *item) {
    bd_evidence_days days = bd_evidence_days_of(item, r->engagement->zone);
    if (days.first == days.last) {
        return bd_words_day(r, days.first);
    }
    return bd_str_format(r->arena, "%.*s " BD_DASH " %.*s", BD_ARG(bd_words_day(r, days.first)),
                         BD_ARG(bd_words_day(r, days.last)));
}

bd_str bd_words_period(const bd_report *r) {
    const bd_period *period = r->assessment->period;
    if (!period->is_type_ii) {
        return bd_str_format(r->arena, "as of %.*s", BD_ARG(bd_words_day(r, period->as_of)));
    }
    return bd_str_format(r->arena, "%.*s to %.*s", BD_ARG(bd_words_day(r, period->from)),
                         BD_ARG(bd_words_day(r, period->to)));
}

bd_str bd_words_period_kind(const bd_report *r) {
    return r->assessment->period->is_type_ii ? BD_STR("Type II") : BD_STR("Type I");
}

bd_str bd_words_age_limit(const bd_report *r, int max_age_days, int grace_days) {
    if (grace_days == 0) {
        return bd_str_format(r->arena, "%d days", max_age_days);
    }
    return bd_str_format(r->arena, "%d + %d days", max_age_days, grace_days);
}

/* ---- hashes ------------------------------------------------------------------------------------------- */

bd_str bd_words_hash(const bd_report *r, const uint8_t sha256[32]) {
    return bd_hex_text(r->arena, sha256, 32);
}

bd_str bd_words_hash_short(const bd_report *r, const uint8_t sha256[32]) {
    return bd_str_sub(bd_words_hash(r, sha256), 0, 12);
}

/* ---- sentences ---------------------------------------------------------------------------------------- */

bd_str bd_words_list(const bd_report *r, const bd_strs *texts, const char *between) {
    bd_str list = {"", 0};
    for (size_t i = 0; i < texts->count; i++) {
        list = bd_str_format(r->arena, "%.*s%s%.*s", BD_ARG(list), i > 0 ? between : "",
                             BD_ARG(texts->data[i]));
    }
    return list;
}

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

/* Identifiers ("supportsHttpsTrafficOnly", "csv:leavers") keep their spelling. */
bd_str bd_words_capital(const bd_report *r, bd_str text) {
    size_t end = 0;
    while (end < text.size && is_lower(text.data[end])) {
        end++;
    }
    bool is_word = end > 0 && (end == text.size || text.data[end] == ' ' || text.data[end] == ',' ||
                               text.data[end] == ';');
    if (!is_word) {
        return text;
    }
    char first = (char)(text.data[0] - 'a' + 'A');
    return bd_str_format(r->arena, "%c%.*s", first, BD_ARG(bd_str_sub(text, 1, text.size)));
}

bd_str bd_words_sentence(const bd_report *r, bd_str text) {
    text = bd_str_trim(text);
    if (text.size == 0) {
        return text;
    }
    char last = text.data[text.size - 1];
    bd_str raised = bd_words_capital(r, text);
    return last == '.' || last == '?' || last == '!'
               ? raised
               : bd_str_format(r->arena, "%.*s.", BD_ARG(raised));
}

bd_str bd_words_journal_text(const bd_report *r, bd_str text) {
    return bd_str_visible(r->arena, text);
}

/* ---- catalog text --------------------------------------------------------------------------------------- */

/* Phrases that point into working papers, or that could be read as a verdict of ours.  Longer ones first. */
static const struct {
    const char *from, *to;
} phrases[] = {
    {"see sample-sizes.tsv (continuous_automated)", "one per state of the setting"},
    {"see sample-sizes.tsv (per event)", "the auditor's choice from the events"},
    {"see sample-sizes.tsv (annual)", "the one yearly instance"},
    {"see sample-sizes.tsv (quarterly)", "the auditor's choice of quarters"},
    {"see sample-sizes.tsv (monthly)", "the auditor's choice of months"},
    {"see sample-sizes.tsv (daily)", "the auditor's choice of days"},
    {"see sample-sizes.tsv", "the auditor's choice"},
    {"algorithm 5.1", "the exposure algorithm"},
    {"log passed = snapshot rule of section 5.5",
     "a day that the log no longer reaches follows the snapshot rule"},
    {"the snapshot rule of section 5.5", "the snapshot rule"},
    {"section 5.5", "the snapshot rule"},
    {"newly NonCompliant with", "newly departing from"},
    {"non-compliant states", "departures"},
    {"non-compliant", "non-conforming"},
    {"non-compliance", "departures"},
    {"complianceState compliant", "reported as conforming"},
    {"or is compliant in", "or conforms in"},
    {"not compliant", "not conforming"},
    {"compliant", "conforming"},
    {"passed on to", "forwarded to"},
    {"not passed on", "not forwarded"},
    {"passed on", "forwarded"},
    {"expiry not passed", "an expiry that lies ahead"},
    {"ran and passed", "ran without a blocking finding"},
    {"seed", "checklist"},
};

_Static_assert(BD_COUNT(phrases) <= 32, "a bit for every phrase");

/* Every byte of the catalog's texts is asked for a phrase: two letters settle nearly all of them. */
void words_open(bd_report *r) {
    for (size_t i = 0; i < BD_COUNT(phrases); i++) {
        r->phrases_by_first[(unsigned char)phrases[i].from[0]] |= UINT32_C(1) << i;
        r->phrases_by_second[(unsigned char)phrases[i].from[1]] |= UINT32_C(1) << i;
    }
}

/* The phrase that stands at `at`, or -1. */
static int find_phrase(const bd_report *r, bd_str text, size_t at) {
    if (at + 1 >= text.size) {
        return -1;
    }
    uint32_t candidates = r->phrases_by_first[(unsigned char)text.data[at]] &
                          r->phrases_by_second[(unsigned char)text.data[at + 1]];
    for (size_t i = 0; candidates != 0; i++, candidates >>= 1) {
        if ((candidates & 1) != 0 &&
            bd_str_has_prefix(bd_str_sub(text, at, text.size), bd_str_of(phrases[i].from))) {
            return (int)i;
        }
    }
    return -1;
}

/* The longer phrases stand first, and no replacement holds a phrase: one walk does them all. */
bd_str bd_words_catalog(const bd_report *r, bd_str text) {
    bd_str done = {"", 0};
    size_t from = 0;
    for (size_t at = 0; at < text.size; at++) {
        int found = find_phrase(r, text, at);
        if (found >= 0) {
            done = bd_str_format(r->arena, "%.*s%.*s%s", BD_ARG(done),
                                 BD_ARG(bd_str_sub(text, from, at)), phrases[found].to);
            from = at + strlen(phrases[found].from);
            at = from - 1;
        }
    }
    bd_str rest = bd_str_sub(text, from, text.size);
    return from == 0 ? text : bd_str_format(r->arena, "%.*s%.*s", BD_ARG(done), BD_ARG(rest));
}

static bool opens_with_any(bd_str text, const char *const *openings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_has_prefix(text, bd_str_of(openings[i]))) {
            return true;
        }
    }
    return false;
}

/* A note's first clause compares the checklist's own sections with the criteria: a matter of the catalog's makers.
 * What follows it says why a control of the checklist stands at its criteria. */
bd_str bd_words_mapping(const bd_report *r, const bd_control *control) {
    static const char *const comparing[] = {"seed", "matches", "no seed"};
    static const char *const bare[] = {"as ", "shared with"};
    bd_str note = control->mapping_note;
    if (opens_with_any(note, comparing, BD_COUNT(comparing))) {
        ptrdiff_t cut = bd_str_find(note, BD_STR("; "));
        note =
            cut < 0 || control->is_ours ? BD_STR("") : bd_str_sub(note, (size_t)cut + 2, note.size);
    }
    if (opens_with_any(note, bare, BD_COUNT(bare))) {
        return BD_STR("");
    }
    return bd_words_sentence(r, bd_words_catalog(r, note));
}

/* ---- names ------------------------------------------------------------------------------------------------ */

static const char *const frequency_words[] = {
    [BD_CONTINUOUS] = "continuous", [BD_MONTHLY] = "monthly",
    [BD_QUARTERLY] = "quarterly",   [BD_ANNUAL] = "annual",
    [BD_PER_EVENT] = "per event",   [BD_ONCE] = "once, in force every day",
};
_Static_assert(BD_COUNT(frequency_words) == BD_ONCE + 1, "a word for every frequency");

bd_str bd_words_frequency(const bd_report *r, bd_frequency frequency) {
    (void)r;
    return bd_str_of(frequency_words[frequency]);
}

static bd_str subscription_name(const bd_report *r, bd_str id) {
    for (size_t i = 0; i < r->engagement->subscriptions.count; i++) {
        const bd_subscription *known = &r->engagement->subscriptions.data[i];
        if (bd_str_ieq(known->id, id) && known->name.size > 0) {
            return known->name;
        }
    }
    return id;
}

bd_str bd_words_scope(const bd_report *r, bd_str scope) {
    if (scope.size == 0) {
        return BD_STR("tenant");
    }
    if (bd_str_find(scope, BD_STR("/")) >= 0) {
        return bd_path_name(scope);
    }
    return subscription_name(r, scope);
}

bd_str bd_words_resource(const bd_report *r, bd_str resource) {
    (void)r;
    if (resource.size > 0 && resource.data[0] == '/') {
        bd_str name = bd_path_name(resource);
        return name.size > 0 ? name : resource;
    }
    return resource;
}

/* "storageAccounts, rg-data-prod, contoso-prod". */
bd_str bd_words_resource_place(const bd_report *r, bd_str resource) {
    if (resource.size == 0 || resource.data[0] != '/') {
        return BD_STR("");
    }
    bd_str rest = bd_str_sub(resource, 1, resource.size), piece = {"", 0}, before = {"", 0};
    bd_str group = {"", 0}, subscription = {"", 0}, last_type = {"", 0};
    for (size_t i = 0; bd_str_cut(&rest, '/', &piece); i++) {
        if (bd_str_ieq(before, BD_STR("subscriptions"))) {
            subscription = subscription_name(r, piece);
        }
        if (bd_str_ieq(before, BD_STR("resourcegroups"))) {
            group = piece;
        }
        last_type = before;
        before = piece;
    }
    if (group.size == 0) {
        return subscription;
    }
    return bd_str_format(r->arena, "%.*s, %.*s, %.*s", BD_ARG(last_type), BD_ARG(group),
                         BD_ARG(subscription));
}

bd_str bd_words_people(const bd_report *r, bd_str owner) {
    for (size_t i = 0; i < r->engagement->owners.count; i++) {
        const bd_owner *known = &r->engagement->owners.data[i];
        if (bd_str_eq(known->owner, owner)) {
            return bd_words_list(r, &known->people, ", ");
        }
    }
    return BD_STR("");
}

bd_str bd_words_edition(const bd_report *r) {
    return r->in->edition.size == 0 ? BD_STR("Internal") : bd_words_capital(r, r->in->edition);
}

bd_str bd_words_source_title(const bd_report *r, bd_str source) {
    const bd_source_def *known = source.size > 0 ? bd_catalog_source(r->catalog, source) : NULL;
    if (known == NULL) {
        return source.size > 0 ? source : BD_STR("not recognised");
    }
    return bd_str_format(r->arena, "%.*s %.*s", BD_ARG(known->id), BD_ARG(known->title));
}

bd_str bd_words_signoff(const bd_report *r, const bd_signoff *signoff) {
    if (signoff->name.size == 0) {
        return BD_STR("");
    }
    bd_str role = signoff->role.size == 0
                      ? BD_STR("")
                      : bd_str_format(r->arena, " (%.*s)", BD_ARG(signoff->role));
    bd_str at = signoff->at == BD_INSTANT_NONE
                    ? BD_STR("")
                    : bd_str_format(r->arena, ", %.*s", BD_ARG(bd_words_instant(r, signoff->at)));
    return bd_words_journal_text(r, bd_str_format(r->arena, "%.*s%.*s%.*s", BD_ARG(signoff->name),
                                                  BD_ARG(role), BD_ARG(at)));
}

/* ---- outcomes ------------------------------------------------------------------------------------------------ */

static const char *const outcome_words[] = {
    [BD_OUTCOME_DEVIATION] = "deviation",
    [BD_OUTCOME_CLEAN] = "clean",
    [BD_OUTCOME_CHANGE_LOG] = "covered by change log",
    [BD_OUTCOME_CANNOT_TELL] = "cannot tell",
    [BD_OUTCOME_MISSING] = "missing",
    [BD_OUTCOME_NO_OCCURRENCE] = "no occurrence",
    [BD_OUTCOME_NOT_DUE] = "not due",
};
_Static_assert(BD_COUNT(outcome_words) == BD_OUTCOME_NOT_DUE + 1, "a word for every outcome");

bd_str bd_words_outcome(bd_outcome outcome, bd_frequency frequency) {
    if (outcome == BD_OUTCOME_MISSING && frequency == BD_CONTINUOUS) {
        return BD_STR("not observed");
    }
    return bd_str_of(outcome_words[outcome]);
}

bd_str bd_words_outcomes(const bd_report *r, const bd_requirement_result *requirement) {
    static const bd_outcome order[] = {BD_OUTCOME_CLEAN,       BD_OUTCOME_NO_OCCURRENCE,
                                       BD_OUTCOME_CHANGE_LOG,  BD_OUTCOME_DEVIATION,
                                       BD_OUTCOME_CANNOT_TELL, BD_OUTCOME_MISSING,
                                       BD_OUTCOME_NOT_DUE};
    bd_str list = {"", 0};
    for (size_t i = 0; i < BD_COUNT(order); i++) {
        int count = 0;
        for (size_t k = 0; k < requirement->instance_count; k++) {
            count += requirement->instances[k].outcome == order[i];
        }
        if (count > 0) {
            list = bd_str_format(
                r->arena, "%.*s%s%d %.*s", BD_ARG(list), list.size > 0 ? ", " : "", count,
                BD_ARG(bd_words_outcome(order[i], requirement->requirement->frequency)));
        }
    }
    return list.size > 0 ? list : BD_STR("none due");
}
