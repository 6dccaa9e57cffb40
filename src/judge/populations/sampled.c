/* What the journal says of populations: freezes, draws, replacements, selections and what testers found. */
#include "bindery/populations.h"

#include "populations_priv.h"

#include <string.h>

static bd_sampling_view *view_of(const bd_populations *all, const bd_population *of) {
    return &all->sampled[of - all->in.out->populations];
}

static bd_sample_item *find_item(const bd_populations *all, bd_population *of, bd_str key) {
    const bd_map *by_key = view_of(all, of)->by_key;
    uintptr_t place = by_key != NULL ? (uintptr_t)bd_map_find(by_key, key) : 0;
    return place > 0 ? &of->sample.data[place - 1] : NULL;
}

static bd_sample_item *add_item(bd_populations *all, bd_population *of, bd_str key,
                                bd_sample_role role) {
    bd_sampling_view *view = view_of(all, of);
    bd_sample_item *made = bd_push(all->in.arena, &of->sample);
    *made = (bd_sample_item){.role = role, .key = key};
    view->by_key = view->by_key != NULL ? view->by_key : bd_map_make(all->in.scratch);
    bd_map_put(view->by_key, key, (void *)(uintptr_t)of->sample.count);
    return made;
}

/* ---- binding ---- */

static void take_draw(bd_populations *all, bd_population *of, const bd_sampling *draw) {
    of->draw = draw;
    of->draws++;
    of->is_draw_older = false;
    of->sample.count = 0;
    view_of(all, of)->by_key = NULL;
    for (size_t i = 0; i < draw->drawn.count; i++) {
        const bd_drawn *one = &draw->drawn.data[i];
        add_item(all, of, one->key, one->is_reserve ? BD_SAMPLE_RESERVE : BD_SAMPLE_CHOSEN)->drawn =
            one;
    }
}

static void take_replacement(bd_populations *all, bd_population *of, const bd_sampling *act) {
    bd_sample_item *gone = find_item(all, of, act->key);
    bd_sample_item *next = find_item(all, of, act->replacement);
    if (gone == NULL || next == NULL) {
        return; /* of an earlier draw */
    }
    gone->role = BD_SAMPLE_REPLACED;
    gone->other = act->replacement;
    gone->reason = act->reason;
    gone->by = act->by;
    next->role = BD_SAMPLE_REPLACING;
    next->other = act->key;
}

static void take_act(bd_populations *all, bd_population *of, const bd_sampling *act) {
    *bd_push(all->in.arena, &of->acts) = act;
    switch (act->kind) {
    case BD_SAMPLING_FROZEN:
        of->freeze = act;
        of->freezes++;
        of->is_draw_older = of->draw != NULL;
        return;
    case BD_SAMPLING_DRAWN: take_draw(all, of, act); return;
    case BD_SAMPLING_REPLACED: take_replacement(all, of, act); return;
    case BD_SAMPLING_SELECTED:
    case BD_SAMPLING_TESTED: return; /* they hold over all draws: below */
    }
}

static void add_once(bd_populations *all, bd_population *of, bd_str key) {
    if (find_item(all, of, key) == NULL) {
        add_item(all, of, key, BD_SAMPLE_SELECTED);
    }
}

/* Selected items stand behind the drawn ones, whichever came first; and so does what was tested of an earlier draw,
 * for a deviation is not drawn away. */
static void add_selected(bd_populations *all, bd_population *of) {
    for (size_t i = 0; i < of->acts.count; i++) {
        const bd_sampling *act = of->acts.data[i];
        for (size_t k = 0; act->kind == BD_SAMPLING_SELECTED && k < act->items.count; k++) {
            add_once(all, of, act->items.data[k]);
        }
    }
    for (size_t i = 0; i < of->acts.count; i++) {
        const bd_sampling *act = of->acts.data[i];
        for (size_t k = 0; act->kind == BD_SAMPLING_TESTED && k < act->tested.count; k++) {
            add_once(all, of, act->tested.data[k].key);
        }
    }
}

static void add_results(const bd_populations *all, bd_population *of) {
    for (size_t i = 0; i < of->acts.count; i++) {
        const bd_sampling *act = of->acts.data[i];
        for (size_t k = 0; act->kind == BD_SAMPLING_TESTED && k < act->tested.count; k++) {
            const bd_tested *now = &act->tested.data[k];
            bd_sample_item *item = find_item(all, of, now->key);
            bool holds = item->tested == NULL || now->is_deviation || !item->tested->is_deviation;
            item->tested = holds ? now : item->tested;
        }
    }
}

/* ---- the draw once more ---- */

static bool is_by_month(const bd_sampling *draw) {
    return bd_str_eqz(draw->strata, "month");
}

static bd_str stratum_of(const bd_sampling *draw, const bd_item *item) {
    if (draw->strata.size == 0) {
        return (bd_str){"", 0};
    }
    return bd_sample_stratum(is_by_month(draw), item->month, item->subscription);
}

/* In each stratum the last that was drawn: nothing else may come before it. */
static void expect_draw(bd_populations *all, bd_population *of) {
    bd_sampling_view *view = view_of(all, of);
    bool is_known = of->draw != NULL && bd_str_eqz(of->draw->method, BD_SAMPLE_METHOD);
    if (!is_known) {
        return;
    }
    view->farthest = bd_map_make(all->in.scratch);
    for (size_t i = 0; i < of->draw->drawn.count; i++) {
        bd_drawn *one = &of->draw->drawn.data[i];
        bd_map_put(view->farthest, one->stratum, one);
    }
}

static void repeat_draw(bd_populations *all, bd_population *of, const bd_item *item,
                        const bd_sample_item *drawn) {
    bd_sampling_view *view = view_of(all, of);
    bd_str stratum = stratum_of(of->draw, item);
    const bd_drawn *last = bd_map_find(view->farthest, stratum);
    uint8_t hash[32];
    bd_arena_reset(all->item_arena);
    bd_sample_rank(of->draw->seed, bd_sample_stratum_id(all->item_arena, of->id, stratum),
                   item->key, hash);
    bool is_drawn = drawn != NULL && drawn->drawn != NULL;
    bool comes_before = last == NULL || memcmp(hash, last->hash, sizeof hash) < 0;
    view->met += is_drawn && memcmp(hash, drawn->drawn->hash, sizeof hash) == 0;
    view->differs = view->differs || (comes_before && !is_drawn);
}

static bd_population *find_population(const bd_populations *all, bd_str id) {
    for (size_t i = 0; i < all->in.out->population_count; i++) {
        if (bd_str_eq(all->in.out->populations[i].id, id)) {
            return &all->in.out->populations[i];
        }
    }
    return NULL;
}

void bd_populations_bind(bd_populations *all) {
    all->sampled = bd_new(all->in.scratch, bd_sampling_view, all->in.out->population_count + 1);
    for (size_t i = 0; i < all->in.sampling_count; i++) {
        const bd_sampling *act = &all->in.samplings[i];
        bd_population *of = find_population(all, act->population);
        if (of != NULL) {
            take_act(all, of, act);
        }
    }
    for (size_t i = 0; i < all->in.out->population_count; i++) {
        add_selected(all, &all->in.out->populations[i]);
        add_results(all, &all->in.out->populations[i]);
        expect_draw(all, &all->in.out->populations[i]);
    }
}

/* ---- against the items as they are now ---- */

void bd_populations_note_item(bd_populations *all, bd_population *population, const bd_item *item) {
    bd_sample_item *of = find_item(all, population, item->key);
    if (view_of(all, population)->farthest != NULL) {
        repeat_draw(all, population, item, of);
    }
    if (of == NULL) {
        return;
    }
    of->is_there = true;
    of->item = *item;
    of->item.key = of->key;
    of->item.checks = NULL;
    of->item.check_count = 0;
    bd_str *const texts[] = {&of->item.type,         &of->item.record, &of->item.resource,
                             &of->item.subscription, &of->item.month,  &of->item.reason};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_str_copy(all->in.arena, *texts[i]);
    }
}

static void count_results(bd_population *of) {
    for (size_t i = 0; i < of->sample.count; i++) {
        const bd_sample_item *item = &of->sample.data[i];
        bool deviates = item->tested != NULL && item->tested->is_deviation;
        bool is_shared = item->is_there && item->item.verdict == BD_FAIL;
        of->tested += item->tested != NULL;
        of->deviations += deviates;
        of->unanswered += deviates && !is_shared;
    }
}

void bd_populations_settle(bd_populations *all) {
    for (size_t i = 0; i < all->in.out->population_count; i++) {
        bd_population *of = &all->in.out->populations[i];
        char hex[65];
        bd_hex(of->sha256, 32, hex);
        of->is_changed = of->freeze != NULL && !bd_str_eqz(of->freeze->sha256, hex);
        const bd_sampling_view *view = view_of(all, of);
        of->is_repeated = view->farthest != NULL && !view->differs &&
                          view->met == of->draw->drawn.count && bd_str_eqz(of->draw->sha256, hex);
        count_results(of);
    }
}

/* ---- what they do to a control ---- */

static const bd_sample_item *first_deviation(const bd_population *of) {
    for (size_t i = 0; i < of->sample.count; i++) {
        const bd_sample_item *item = &of->sample.data[i];
        if (item->tested != NULL && item->tested->is_deviation &&
            !(item->is_there && item->item.verdict == BD_FAIL)) {
            return item;
        }
    }
    return NULL;
}

void bd_populations_apply(bd_populations *all) {
    for (size_t i = 0; i < all->in.out->population_count; i++) {
        const bd_population *of = &all->in.out->populations[i];
        if (of->unanswered == 0) {
            continue;
        }
        bd_control_result *control =
            &all->in.out->controls[of->control - all->in.views->in.catalog->controls];
        const bd_sample_item *item = first_deviation(of);
        control->sample_deviations += (int)of->unanswered;
        control->has_exception = true;
        if (control->state == BD_STATE_COMPLETE) {
            control->state = BD_STATE_PROGRESS;
            control->is_no_occurrence = false;
            control->reason = bd_str_format(
                all->in.arena, "%.*s found a deviation in item %.*s of the sample of %.*s",
                BD_ARG(item->tested->tester), BD_ARG(item->key), BD_ARG(of->id));
        }
    }
}
