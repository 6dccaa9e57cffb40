/* Who prepared an item and who reviewed it (bindery-1, section 3): two people, over the bytes that are kept, in that
 * order, and before they said so.  "An unknown preparer is no sign-off." */
#include "bindery/conclude.h"

#include "conclude_priv.h"

#include <string.h>

#define FURTHEST_EAST (14 * BD_HOUR) /* the first zone in which a day begins */

static bd_str empty(void) {
    return (bd_str){"", 0};
}

static bd_str person_of(const bd_signoff *who) {
    return who->person.size > 0 ? who->person : who->name;
}

/* Why the statement counts for nothing, whatever it is about; empty when nothing speaks against it. */
static bd_str why_no_statement(bd_arena *arena, const bd_signoff *who, const char *role) {
    bd_str place = who->stated_in.size > 0 ? bd_str_format(arena, "'%.*s'", BD_ARG(who->stated_in))
                                           : BD_STR("the journal");
    if (!bd_is_person_name(who->name)) {
        return bd_str_format(arena, "the %s '%.*s' in %.*s is nobody's name", role,
                             BD_ARG(who->name), BD_ARG(place));
    }
    if (who->is_stranger) {
        return bd_str_format(arena, "the %s '%.*s' in %.*s is not among the people of bindery.json",
                             role, BD_ARG(who->name), BD_ARG(place));
    }
    if (who->stated_at != BD_INSTANT_NONE && who->at != BD_INSTANT_NONE &&
        who->at > who->stated_at) {
        return bd_str_format(
            arena, "the %s '%.*s' in %.*s is dated %.*s, after that file was taken in (%.*s)", role,
            BD_ARG(who->name), BD_ARG(place), BD_ARG(bd_instant_format(arena, who->at)),
            BD_ARG(bd_instant_format(arena, who->stated_at)));
    }
    return empty();
}

/* The item's bytes did not exist yet: an export is no older than its collection, a document no older than its act. */
static bd_str why_too_early(bd_arena *arena, const bd_evidence *item, const bd_signoff *who,
                            const char *what) {
    const bd_document *document = &item->sidecar.document;
    if (who->at == BD_INSTANT_NONE) {
        return empty();
    }
    if (!item->is_document && !item->collected_at_is_assumed && who->at < item->collected_at) {
        return bd_str_format(arena,
                             "the %s by '%.*s' is dated %.*s, before the file was collected (%.*s)",
                             what, BD_ARG(who->name), BD_ARG(bd_instant_format(arena, who->at)),
                             BD_ARG(bd_instant_format(arena, item->collected_at)));
    }
    bd_day day = !item->is_document                        ? BD_DAY_NONE
                 : document->carried_out_on != BD_DAY_NONE ? document->carried_out_on
                                                           : document->approved_on;
    if (day != BD_DAY_NONE && bd_instant_utc_day(who->at + FURTHEST_EAST) < day) {
        return bd_str_format(
            arena, "the %s by '%.*s' is dated %.*s, before the day of the document itself (%.*s)",
            what, BD_ARG(who->name), BD_ARG(bd_instant_format(arena, who->at)),
            BD_ARG(bd_day_format(arena, day)));
    }
    return empty();
}

/* A review says who, as what, when and what was looked at (bindery-1, section 3). */
static bd_str why_incomplete(bd_arena *arena, const bd_signoff *review) {
    const char *missing = !bd_is_statement(review->role)      ? "the reviewer's role"
                          : review->at == BD_INSTANT_NONE     ? "when it was made"
                          : !bd_is_statement(review->checked) ? "what was checked"
                                                              : NULL;
    return missing == NULL ? empty()
                           : bd_str_format(arena, "the review by '%.*s' does not say %s",
                                           BD_ARG(review->name), missing);
}

/* Why this review does not sign the item off; empty when it does. */
static bd_str why_not_signed(bd_arena *arena, const bd_evidence *item, const bd_signoff *review) {
    bd_str why = why_no_statement(arena, review, "reviewer");
    if (why.size > 0) {
        return why;
    }
    if (bd_is_same_person(person_of(review), person_of(&item->preparer))) {
        return bd_str_format(arena, "preparer and reviewer are the same person, '%.*s'",
                             BD_ARG(review->name));
    }
    why = why_incomplete(arena, review);
    if (why.size > 0) {
        return why;
    }
    if (review->at != BD_INSTANT_NONE && item->preparer.at != BD_INSTANT_NONE &&
        review->at < item->preparer.at) {
        return bd_str_format(arena, "the review by '%.*s' is dated before the file was prepared",
                             BD_ARG(review->name));
    }
    why = why_too_early(arena, item, review, "review");
    if (why.size > 0) {
        return why;
    }
    if (!review->has_sha256) {
        return bd_str_format(arena,
                             "the review by '%.*s' does not name the SHA-256 of what was reviewed",
                             BD_ARG(review->name));
    }
    if (memcmp(review->sha256, item->given.sha256, 32) != 0) {
        return bd_str_format(arena, "the review by '%.*s' is of other bytes than the file kept",
                             BD_ARG(review->name));
    }
    return empty();
}

/* No zone on earth had that day when the statement was taken in. */
static bool is_later_day(bd_day day, bd_instant stated_at) {
    return day != BD_DAY_NONE && stated_at != BD_INSTANT_NONE &&
           day > bd_instant_utc_day(stated_at + FURTHEST_EAST);
}

/* An approval or a review that was still to come is no act; a document that begins to be in force later is one. */
static bd_str why_no_act(bd_arena *arena, const bd_evidence *item) {
    const bd_document *document = &item->sidecar.document;
    bool is_act_later = is_later_day(document->carried_out_on, document->stated_at);
    bd_day day = is_act_later ? document->carried_out_on : document->approved_on;
    if (!item->is_document || !is_later_day(day, document->stated_at)) {
        return empty();
    }
    return bd_str_format(
        arena, "'%.*s' says that it was %s on %.*s, after that file was taken in (%.*s)",
        BD_ARG(document->stated_in), is_act_later ? "carried out" : "approved",
        BD_ARG(bd_day_format(arena, day)), BD_ARG(bd_instant_format(arena, document->stated_at)));
}

/* The reason of the first review that counts for nothing; a later one may still sign. */
static bd_str why_unreviewed(bd_arena *arena, const bd_evidence *item) {
    bd_str first = BD_STR("no reviewer has signed");
    bool is_first = true;
    for (size_t i = 0; i < item->reviewers.count; i++) {
        const bd_signoff *review = &item->reviewers.data[i];
        if (review->name.size == 0) {
            continue;
        }
        bd_str why = why_not_signed(arena, item, review);
        if (why.size == 0) {
            return why;
        }
        first = is_first ? why : first;
        is_first = false;
    }
    return first;
}

void bd_conclude_signoff(bd_conclusion *run, bd_evidence *item) {
    bd_str why = item->preparer.name.size == 0
                     ? BD_STR("no preparer is named")
                     : why_no_statement(run->arena, &item->preparer, "preparer");
    if (why.size == 0) {
        why = why_no_act(run->arena, item);
    }
    if (why.size == 0 && item->preparer.name.size > 0) {
        why = why_too_early(run->arena, item, &item->preparer, "preparation");
    }
    if (why.size == 0) {
        why = why_unreviewed(run->arena, item);
    }
    item->is_signed_off = why.size == 0;
    item->signoff_reason = why;
}
