/* Facts that were approved late: a list chooses what is tested, a limit says what is good enough.
 *
 * Of a day before its approval nobody had said that this was the list, or the limit; it may have been another one.
 * What fails by it has failed all the same.  Lists that only let somebody off (break-glass accounts) are not asked
 * for here: before their day they let nobody off, which is for the derivation that reads them to say. */
#include "bindery/views.h"

#include "views_priv.h"
#include "bindery/derivations.h"

/* "slas.note_days": the fact slas, where it has that member. */
static void note_fact(const bd_views *views, bd_str text, bd_dated_fact *latest) {
    const bd_value *facts = views->in.engagement->facts;
    bd_str rest = text, name;
    bd_str_cut(&rest, '.', &name);
    const bd_value *fact = facts != NULL ? bd_value_find_str(facts, name) : NULL;
    bd_day day;
    bool is_read = fact != NULL && (rest.size == 0 ||
                                    bd_value_find_str(bd_value_find(fact, "value"), rest) != NULL);
    if (is_read && bd_day_parse(bd_value_text(fact, "approved_on"), &day) &&
        (latest->name.size == 0 || day > latest->from)) {
        *latest = (bd_dated_fact){.name = name, .from = day};
    }
}

static void note_derivation(const bd_views *views, bd_str source_id, bd_dated_fact *latest) {
    const bd_source_def *source = bd_catalog_source(views->in.catalog, source_id);
    const bd_derivation *derivation =
        source != NULL && source->derivation.size > 0 ? bd_derivation_find(source->derivation)
                                                      : NULL;
    bd_str rest = derivation != NULL && derivation->facts != NULL ? bd_str_of(derivation->facts)
                                                                  : (bd_str){"", 0};
    bd_str name;
    while (bd_str_cut(&rest, ' ', &name)) {
        note_fact(views, name, latest);
    }
}

void bd_views_date_facts(bd_views *views, bd_check_view *view) {
    view->choice = (bd_dated_fact){.name = {"", 0}, .from = BD_DAY_NONE};
    for (size_t i = 0; i < view->plan->facts.count; i++) {
        note_fact(views, view->plan->facts.data[i], &view->choice);
    }
    for (size_t i = 0; i < view->check->sources.count; i++) {
        note_derivation(views, view->check->sources.data[i], &view->choice);
    }
    view->limit = view->choice;
    for (size_t i = 0; i < view->plan->limits.count; i++) {
        note_fact(views, view->plan->limits.data[i], &view->limit);
    }
}

static bool is_before(const bd_views *views, const bd_dated_fact *fact, bd_instant at) {
    return fact->name.size > 0 && bd_zone_day(views->in.engagement->zone, at) < fact->from;
}

bool bd_views_is_before_facts(const bd_views *views, const bd_check_view *view, bd_instant at) {
    return is_before(views, &view->limit, at);
}

bool bd_views_is_before_choice(const bd_views *views, const bd_check_view *view, bd_instant at) {
    return is_before(views, &view->choice, at);
}

bd_str bd_views_before_facts_text(bd_arena *arena, const bd_dated_fact *fact, bool is_event) {
    if (fact->from == BD_DAY_TO_APPROVE) {
        return bd_str_format(arena,
                             "the fact %.*s was taken over from an earlier period and nobody has approved it "
                             "again",
                             BD_ARG(fact->name));
    }
    return bd_str_format(arena, "the fact %.*s was approved on %.*s, after this %s",
                         BD_ARG(fact->name), BD_ARG(bd_day_format(arena, fact->from)),
                         is_event ? "day" : "snapshot");
}
