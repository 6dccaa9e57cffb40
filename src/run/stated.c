/* What sidecars, register and reviews say, held against what only the engagement and the journal know: who its people
 * are, and when a statement was taken in.  What is dated after that was not seen by whoever stated it.
 *
 * Scanning knows neither, so statements that cannot count are set aside before it concludes and put back after, for
 * they are printed all the same (bindery-1, section 3: "an unknown preparer is no sign-off"). */
#include "bindery/run.h"

#include "run_priv.h"

#define FURTHEST_EAST (14 * BD_HOUR) /* the first zone in which a day begins */

struct bd_set_aside {
    bd_signoff preparer;
    bd_signoffs reviewers;
    bd_str why_preparer, why_reviewer; /* the first that cannot count; empty: none */
};

bool bd_session_knows(const bd_session *session, bd_str name) {
    const bd_engagement *engagement = &session->engagement;
    for (size_t i = 0; i < engagement->people.count; i++) {
        const bd_person *one = &engagement->people.data[i];
        if (bd_is_same_person(one->name, name) ||
            (one->upn.size > 0 && bd_is_same_person(one->upn, name))) {
            return true;
        }
    }
    return engagement->people.count == 0;
}

static bd_str place_of(bd_arena *arena, const bd_signoff *who) {
    return who->stated_in.size > 0 ? bd_str_format(arena, "'%.*s'", BD_ARG(who->stated_in))
                                   : BD_STR("the journal");
}

/* Why it is no sign-off, whatever else holds; empty when nothing speaks against it. */
static bd_str why_not_counted(const bd_session *session, const bd_signoff *who, const char *role) {
    bd_arena *arena = session->arena;
    if (who->name.size == 0) {
        return (bd_str){"", 0};
    }
    if (!bd_is_person_name(who->name)) {
        return bd_str_format(arena, "the %s '%.*s' in %.*s is nobody's name", role,
                             BD_ARG(who->name), BD_ARG(place_of(arena, who)));
    }
    if (!bd_session_knows(session, who->name)) {
        return bd_str_format(arena, "the %s '%.*s' in %.*s is not among the people of bindery.json",
                             role, BD_ARG(who->name), BD_ARG(place_of(arena, who)));
    }
    if (who->stated_at != BD_INSTANT_NONE && who->at != BD_INSTANT_NONE &&
        who->at > who->stated_at) {
        return bd_str_format(
            arena, "the %s '%.*s' in %.*s is dated %.*s, after that file was taken in (%.*s)", role,
            BD_ARG(who->name), BD_ARG(place_of(arena, who)),
            BD_ARG(bd_instant_format(arena, who->at)),
            BD_ARG(bd_instant_format(arena, who->stated_at)));
    }
    return (bd_str){"", 0};
}

static void set_aside_item(const bd_session *session, bd_evidence *item, bd_set_aside *out) {
    *out = (bd_set_aside){.preparer = item->preparer, .reviewers = item->reviewers};
    out->why_preparer = why_not_counted(session, &item->preparer, "preparer");
    if (out->why_preparer.size > 0) {
        item->preparer = (bd_signoff){.at = BD_INSTANT_NONE};
    }
    bd_signoffs counted = {0};
    for (size_t i = 0; i < out->reviewers.count; i++) {
        bd_str why = why_not_counted(session, &out->reviewers.data[i], "reviewer");
        if (why.size == 0) {
            *bd_push(session->arena, &counted) = out->reviewers.data[i];
        } else if (out->why_reviewer.size == 0) {
            out->why_reviewer = why;
        }
    }
    item->reviewers = counted;
}

bd_set_aside *bd_stated_set_aside(const bd_session *session, bd_evidences *evidence) {
    bd_set_aside *aside = bd_new(session->arena, bd_set_aside, evidence->count);
    for (size_t i = 0; i < evidence->count; i++) {
        set_aside_item(session, &evidence->data[i], &aside[i]);
    }
    return aside;
}

/* No zone on earth had that day when the statement was taken in. */
static bool is_later_day(bd_day day, bd_instant stated_at) {
    return day != BD_DAY_NONE && stated_at != BD_INSTANT_NONE &&
           day > bd_instant_utc_day(stated_at + FURTHEST_EAST);
}

/* An approval or a review that was still to come is no act; a document that begins to be in force later is one. */
static bd_str why_document_not_counted(bd_arena *arena, const bd_evidence *item) {
    const bd_document *document = &item->sidecar.document;
    bool is_act_later = is_later_day(document->carried_out_on, document->stated_at);
    bd_day day = is_act_later ? document->carried_out_on : document->approved_on;
    if (!item->is_document || !is_later_day(day, document->stated_at)) {
        return (bd_str){"", 0};
    }
    return bd_str_format(
        arena, "'%.*s' says that it was %s on %.*s, after that file was taken in (%.*s)",
        BD_ARG(document->stated_in), is_act_later ? "carried out" : "approved",
        BD_ARG(bd_day_format(arena, day)), BD_ARG(bd_instant_format(arena, document->stated_at)));
}

static void put_back_item(bd_arena *arena, const bd_set_aside *aside, bd_evidence *item) {
    bool has_counted_reviewer = item->reviewers.count > 0;
    item->preparer = aside->preparer;
    item->reviewers = aside->reviewers;
    bd_str why = aside->why_preparer.size > 0 ? aside->why_preparer
                 : has_counted_reviewer       ? (bd_str){"", 0}
                                              : aside->why_reviewer;
    if (why.size == 0 && item->is_signed_off) {
        why = why_document_not_counted(arena, item);
    }
    if (why.size > 0) {
        item->is_signed_off = false;
        item->signoff_reason = why;
    }
}

/* What was taken in at a time cannot have been exported later: then nobody knows when it was. */
static void judge_time(bd_arena *arena, bd_evidence *item, bd_diags *diags) {
    item->time_problem = (bd_str){"", 0};
    if (item->collected_at_is_assumed || item->collected_at <= item->given.ingested_at) {
        return;
    }
    item->time_problem = bd_str_format(
        arena,
        "its time of collection, %.*s, lies after it was taken in (%.*s), so it is not known",
        BD_ARG(bd_instant_format(arena, item->collected_at)),
        BD_ARG(bd_instant_format(arena, item->given.ingested_at)));
    bd_diag_add(arena, diags, BD_DIAG_WARNING, item->given.path, (bd_str){"", 0},
                "%.*s, and nothing in it can pass; give the true one by --collected-at or in a "
                "sidecar",
                BD_ARG(item->time_problem));
}

static void judge_snapshot(bd_arena *arena, const bd_evidences *evidence,
                           const bd_collection *collection, bd_snapshot *out) {
    bool is_said = false;
    for (size_t i = 0; i < collection->members.count && !is_said; i++) {
        const bd_evidence *item = &evidence->data[collection->members.data[i]];
        if (item->origin == BD_ORIGIN_HANDED_IN && !item->is_signed_off) {
            out->may_pass = false;
            out->why_not = bd_str_format(arena, "handed in and not signed off: %.*s",
                                         BD_ARG(item->signoff_reason));
            is_said = true;
        } else if (item->time_problem.size > 0) {
            out->may_pass = false;
            out->is_time_assumed = true;
            out->why_not = item->time_problem;
        }
    }
}

void bd_stated_put_back(const bd_session *session, const bd_set_aside *aside,
                        bd_judged_run *judged) {
    bd_arena *arena = session->arena;
    for (size_t i = 0; i < judged->evidence.count; i++) {
        put_back_item(arena, &aside[i], &judged->evidence.data[i]);
        judge_time(arena, &judged->evidence.data[i], &judged->diags);
    }
    for (size_t i = 0; i < judged->snapshots.count; i++) {
        bd_snapshot *snapshot = &judged->snapshots.data[i];
        judge_snapshot(arena, &judged->evidence, &judged->collections.data[snapshot->collection],
                       snapshot);
    }
}
