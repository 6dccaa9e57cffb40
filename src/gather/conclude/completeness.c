/* How complete a collection is, and why: all pages of one run, taken together. */
#include "bindery/conclude.h"

#include "bindery/extent.h"
#include "conclude_priv.h"

static bool is_suspect_count(uint64_t rows) {
    return rows == 100 || rows == 1000 || rows == 5000;
}

static void set_complete(bd_collection *collection, bd_completeness completeness, bd_str reason) {
    collection->completeness = completeness;
    collection->reason = reason;
}

/* What one file alone says against completeness; false when it says nothing. */
static bool is_broken(bd_conclusion *run, const bd_evidence *item, bd_collection *out) {
    const bd_facts *facts = &item->facts;
    if (facts->is_malformed) {
        bool is_said =
            item->is_document || bd_str_has_prefix(facts->problem, BD_STR("the answer is"));
        set_complete(out, BD_COMPLETE_NO,
                     is_said ? facts->problem : BD_STR("the file is malformed or cut off"));
        return true;
    }
    if (facts->is_truncated) {
        set_complete(out, BD_COMPLETE_NO, BD_STR("the source says that the result was truncated"));
        return true;
    }
    if (facts->bad_count.size > 0) {
        set_complete(out, BD_COMPLETE_NO,
                     bd_str_format(run->arena, "its own count '%.*s' is no number of rows",
                                   BD_ARG(facts->bad_count)));
        return true;
    }
    if (facts->rows_refused > 0) {
        set_complete(out, BD_COMPLETE_NO,
                     bd_str_format(run->arena, "%llu rows were refused",
                                   (unsigned long long)facts->rows_refused));
        return true;
    }
    if (facts->rows_unmapped > 0 && !item->is_unmapped) {
        set_complete(out, BD_COMPLETE_NO,
                     bd_str_format(run->arena,
                                   "%llu records do not say what they are and were not judged",
                                   (unsigned long long)facts->rows_unmapped));
        return true;
    }
    if (item->has_sidecar && item->sidecar.has_complete && !item->sidecar.complete) {
        set_complete(out, BD_COMPLETE_NO, BD_STR("the sidecar says that it is not complete"));
        return true;
    }
    return false;
}

bool bd_conclude_is_vouched(const bd_evidence *item) {
    const bd_sidecar *sidecar = &item->sidecar;
    return item->has_sidecar && sidecar->has_complete && sidecar->complete &&
           (bd_str_trim(sidecar->command).size > 0 || bd_str_trim(sidecar->request).size > 0) &&
           bd_is_person_name(sidecar->exporter);
}

/* What the sidecars count: the first one's figure is the total's, unless each page has its own; -1: none. */
static int64_t count_stated(bd_conclusion *run, const bd_collection *out) {
    int64_t first = -1;
    int64_t sum = 0;
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[out->members.data[i]];
        int64_t rows = item->has_sidecar ? item->sidecar.rows : -1;
        first = i == 0 ? rows : first;
        sum = rows < 0 || sum < 0 || sum > INT64_MAX - rows ? -1 : sum + rows;
    }
    return sum >= 0 && (uint64_t)sum == out->rows ? sum : first;
}

static int64_t count_reported(bd_conclusion *run, const bd_collection *out) {
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_facts *facts = &run->evidence->data[out->members.data[i]].facts;
        if (facts->rows_reported >= 0) {
            return facts->rows_reported;
        }
    }
    return -1;
}

/* Every page names the total; `count` is of its own page (E9). */
static bool is_contradicted(bd_conclusion *run, int64_t reported, bd_collection *out) {
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_facts *facts = &run->evidence->data[out->members.data[i]].facts;
        bool is_total = facts->rows_reported >= 0 && !bd_str_eqz(facts->envelope, "E9");
        if (is_total && facts->rows_reported != reported) {
            set_complete(out, BD_COMPLETE_NO,
                         bd_str_format(run->arena, "its pages count differently: %lld and %lld",
                                       (long long)reported, (long long)facts->rows_reported));
            return true;
        }
    }
    return false;
}

static bool is_miscounted(bd_conclusion *run, int64_t counted, const char *who,
                          bd_collection *out) {
    uint64_t repeated = 0; /* a row that stands twice is one of what there is */
    for (size_t i = 0; i < out->members.count; i++) {
        repeated += run->evidence->data[out->members.data[i]].facts.rows_repeated;
    }
    if (counted < 0 || (uint64_t)counted == out->rows - repeated) {
        return false;
    }
    set_complete(out, BD_COMPLETE_NO,
                 bd_str_format(run->arena, "%s counts %lld rows, %llu%s were read", who,
                               (long long)counted, (unsigned long long)(out->rows - repeated),
                               repeated > 0 ? " different ones" : ""));
    return true;
}

/* Rows at which tools stop. Only a count that is not of this list lifts the doubt: the source's own (totalRecords,
 * @odata.count: conclude_counted does not come here then) or an inventory's (second.c). The `rows` of a sidecar is what
 * the exporter read off the same file: it contradicts, but it confirms nothing. */
static bool is_suspect(bd_conclusion *run, bd_collection *out) {
    if (!is_suspect_count(out->rows)) {
        return false;
    }
    out->is_count_wanted = true;
    set_complete(out, BD_COMPLETE_NOT_SHOWN,
                 bd_str_format(run->arena,
                               "exactly %llu rows, the size at which tools stop; a count is needed",
                               (unsigned long long)out->rows));
    return true;
}

static void conclude_plain_list(const bd_evidence *first, bd_collection *out) {
    if (bd_conclude_is_vouched(first)) {
        set_complete(out, BD_COMPLETE_YES,
                     BD_STR("the sidecar names command, exporter and completeness"));
        return;
    }
    out->is_count_wanted = true;
    set_complete(out, BD_COMPLETE_NOT_SHOWN,
                 BD_STR("a list without end mark; no sidecar says that it is complete"));
}

bool bd_conclude_is_query(const bd_evidence *item) {
    return bd_str_eqz(item->facts.envelope, "E4") || bd_str_eqz(item->facts.envelope, "E5");
}

/* Nothing in such a list tells its end: Azure DevOps says it in a header of the answer, which is not kept. */
static bool has_no_end_mark(const bd_evidence *item) {
    static const char *const lists[] = {"E2", "E4", "E5", "E9", "E10", "E11", "E12", "E13"};
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        if (bd_str_eqz(item->facts.envelope, lists[i])) {
            return true;
        }
    }
    return false;
}

/* ---- what was asked for: a part is not all ---- */

static bool is_narrowed(bd_conclusion *run, const bd_evidence *item, bd_collection *out) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, item->source);
    if (source == NULL || !item->has_sidecar) {
        return false;
    }
    bd_str part = bd_extent_find_part(&item->sidecar, source, out->rows, run->arena);
    if (part.size > 0) {
        set_complete(
            out, BD_COMPLETE_NOT_SHOWN,
            bd_str_format(run->arena, "what was asked for is only a part: '%.*s'", BD_ARG(part)));
    }
    return part.size > 0;
}

/* Only what is known to ask for all asks for all.  The later pages of a chain ask by a token. */
static bool is_unread(bd_conclusion *run, const bd_evidence *item, bd_collection *out) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, item->source);
    bool is_single =
        bd_str_eqz(item->facts.envelope, "E7"); /* shows itself; second.c counts them */
    if (source == NULL || !item->has_sidecar || is_single) {
        return false;
    }
    uint64_t rows = out->members.count == 1 ? out->rows : 0;
    bd_str unread = bd_extent_find_unread(&item->sidecar, source, rows, run->arena);
    if (unread.size > 0) {
        set_complete(out, BD_COMPLETE_NOT_SHOWN,
                     bd_str_format(run->arena,
                                   "what was asked for cannot be read as asking for all: '%.*s'",
                                   BD_ARG(unread)));
    }
    return unread.size > 0;
}

/* A time that is asked for and cannot be read may be shorter than the one that is claimed. */
static bool is_time_unreadable(bd_conclusion *run, const bd_evidence *item, bd_collection *out) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, item->source);
    if (source == NULL || !item->has_sidecar) {
        return false;
    }
    bd_extent_time asked =
        bd_extent_find_time(&item->sidecar, source, run->plan->zone, item->collected_at, run->arena);
    if (asked.unreadable.size > 0) {
        set_complete(
            out, BD_COMPLETE_NOT_SHOWN,
            bd_str_format(run->arena,
                          "the time asked for cannot be read: '%.*s'; expected one date or "
                          "time such as 2026-03-01T00:00:00Z",
                          BD_ARG(asked.unreadable)));
    }
    return asked.unreadable.size > 0;
}

/* The scope of a record that command and request did not ask for; NULL when there is none. */
static const bd_seen *find_unasked(const bd_evidence *item, const bd_extent_subscriptions *asked) {
    for (size_t i = 0; i < item->facts.seen.count && asked->ids.count > 0; i++) {
        const bd_seen *seen = &item->facts.seen.data[i];
        if (bd_str_eq(seen->source, item->source) && seen->scope.size > 0 && seen->rows > 0 &&
            !bd_strs_have(&asked->ids, seen->scope)) {
            return seen;
        }
    }
    return NULL;
}

/* Command or request name another subscription than the records, or one that nobody knows. */
static bool is_of_other_scope(bd_conclusion *run, const bd_evidence *item, bd_collection *out) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, item->source);
    if (source == NULL || source->scope != BD_SCOPE_SUBSCRIPTION || !item->has_sidecar) {
        return false;
    }
    bd_extent_subscriptions asked =
        bd_extent_find_subscriptions(&run->plan->subscriptions, &item->sidecar, source, run->arena);
    if (asked.unknown.size > 0) {
        set_complete(out, BD_COMPLETE_NOT_SHOWN,
                     bd_str_format(run->arena,
                                   "the command names subscription '%.*s', which bindery.json %s; "
                                   "expected its id or a name from there",
                                   BD_ARG(asked.unknown),
                                   asked.is_ambiguous ? "lists twice" : "does not list"));
        return true;
    }
    const bd_seen *unasked = find_unasked(item, &asked);
    if (unasked != NULL) {
        set_complete(
            out, BD_COMPLETE_NOT_SHOWN,
            bd_str_format(run->arena,
                          "holds records of subscription %.*s, its command or request asks "
                          "for %.*s",
                          BD_ARG(unasked->scope), BD_ARG(asked.ids.data[0])));
    }
    return unasked != NULL;
}

/* Its own sidecar says that it is of a tenant that is not the engagement's. */
static bool is_of_other_tenant(bd_conclusion *run, const bd_evidence *item, bd_collection *out) {
    const bd_sidecar *sidecar = &item->sidecar;
    bd_str tenant = run->plan->tenant;
    bool is_stated = item->has_sidecar && bd_str_eqz(sidecar->scope_kind, "tenant") &&
                     sidecar->scope_ids.count > 0 && tenant.size > 0;
    for (size_t i = 0; i < sidecar->scope_ids.count && is_stated; i++) {
        is_stated = !bd_str_ieq(bd_str_trim(sidecar->scope_ids.data[i]), tenant);
    }
    if (is_stated) {
        set_complete(out, BD_COMPLETE_NOT_SHOWN,
                     bd_str_format(run->arena,
                                   "its sidecar says that it is of tenant '%.*s'; that of "
                                   "bindery.json is '%.*s'",
                                   BD_ARG(sidecar->scope_ids.data[0]), BD_ARG(tenant)));
    }
    return is_stated;
}

/* Does what any page was asked for speak against all being shown? */
static bool is_asked_for_less(bd_conclusion *run, bd_collection *out) {
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[out->members.data[i]];
        if (is_narrowed(run, item, out) || is_time_unreadable(run, item, out) ||
            is_of_other_scope(run, item, out) || is_of_other_tenant(run, item, out) ||
            (i == 0 && is_unread(run, item, out))) {
            return true;
        }
    }
    return false;
}

/* Once nothing speaks against it and all counts agree. */
static void conclude_counted(bd_conclusion *run, const bd_evidence *first, int64_t reported,
                             bd_collection *out) {
    bool is_own_count =
        bd_str_eqz(first->facts.envelope, "E9"); /* of this answer, not of what there is */
    if (reported >= 0 && !is_own_count) {
        set_complete(out, BD_COMPLETE_YES, BD_STR("rows read equal the source's own count"));
    } else if (bd_str_eqz(first->facts.envelope, "E7")) {
        set_complete(out, BD_COMPLETE_YES, BD_STR("a single object"));
    } else if (is_suspect(run, out)) {
        return;
    } else if (has_no_end_mark(first)) {
        conclude_plain_list(first, out);
    } else if (first->facts.envelope.size == 0) {
        set_complete(out, BD_COMPLETE_NOT_SHOWN,
                     BD_STR("it holds no records that could be counted"));
    } else {
        bd_conclude_chain(run, out);
    }
}

/* What its own sidecar says of a file is not known when it cannot be read; a folder's word is not of this one. */
static bool is_description_lost(bd_conclusion *run, bd_collection *out) {
    for (size_t i = 0; i < out->members.count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        if (run->evidence->data[out->members.data[i]].is_sidecar_refused) {
            set_complete(out, BD_COMPLETE_NOT_SHOWN, BD_STR("its own sidecar cannot be read"));
            return true;
        }
    }
    return false;
}

/* One file has one time. What is now, beside records of a log that tells of earlier days, would be of those days. */
static bool is_of_two_times(bd_conclusion *run, bd_collection *out) {
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[out->members.data[i]];
        bd_arenas_pass(sizeof *item);
        bool is_earlier = item->describes_from < item->collected_at - BD_CONCLUDE_NIGHT;
        for (size_t j = 0; j < item->sources.count && is_earlier; j++) {
            bd_str id = item->sources.data[j];
            if (!bd_str_eq(id, item->source) &&
                bd_conclude_is_of_moment(bd_catalog_source(run->plan->catalog, id))) {
                set_complete(out, BD_COMPLETE_NOT_SHOWN,
                             bd_str_format(run->arena,
                                           "it mixes '%.*s', which shows the moment it was collected, with '%.*s' of "
                                           "earlier days; hand them in as files of their own",
                                           BD_ARG(id), BD_ARG(item->source)));
                return true;
            }
        }
    }
    return false;
}

void bd_conclude_collection(bd_conclusion *run, bd_collection *out) {
    const bd_evidence *first = &run->evidence->data[out->members.data[0]];
    const bd_evidence *last = &run->evidence->data[out->members.data[out->members.count - 1]];
    for (size_t i = 0; i < out->members.count; i++) {
        if (is_broken(run, &run->evidence->data[out->members.data[i]], out)) {
            return;
        }
    }
    if (first->is_document) {
        set_complete(out, BD_COMPLETE_YES, BD_STR("a document is whole as kept"));
        return;
    }
    if (first->is_sidecar || first->is_register || first->is_unmapped) {
        set_complete(out, BD_COMPLETE_NOT_SHOWN,
                     first->is_unmapped ? BD_STR("no source recognises it")
                                        : BD_STR("it describes other files"));
        return;
    }
    if (last->facts.has_next_link) {
        set_complete(out, BD_COMPLETE_NO,
                     BD_STR("a next link is left: further pages were not fetched"));
        return;
    }
    if (bd_conclude_is_chain_broken(run, out) || is_description_lost(run, out) || is_of_two_times(run, out)) {
        return;
    }
    int64_t stated = count_stated(run, out);
    int64_t reported = count_reported(run, out);
    if (is_contradicted(run, reported, out)) {
        return;
    }
    if (!is_miscounted(run, reported, "the source", out) &&
        !is_miscounted(run, stated, "the sidecar", out) && !is_asked_for_less(run, out)) {
        conclude_counted(run, first, reported, out);
    }
}
