/* What the journal says of populations: freezes, draws, replacements, selections and what testers found. */
#include "bindery/assess.h"

#include "assess_priv.h"

#include <string.h>

const char *bd_sample_role_name(bd_sample_role role) {
    static const char *const names[] = {[BD_SAMPLE_CHOSEN] = "sample",
                                        [BD_SAMPLE_REPLACED] = "replaced",
                                        [BD_SAMPLE_REPLACING] = "replacement",
                                        [BD_SAMPLE_RESERVE] = "reserve",
                                        [BD_SAMPLE_SELECTED] = "selected"};
    return names[role];
}

static bd_sample_item *find_item(bd_population *of, bd_str key) {
    for (size_t i = 0; i < of->sample.count; i++) {
        if (bd_str_eq(of->sample.data[i].key, key)) {
            return &of->sample.data[i];
        }
    }
    return NULL;
}

/* ---- binding ---- */

static void take_draw(bd_judging *run, bd_population *of, const bd_sampling *draw) {
    of->draw = draw;
    of->draws++;
    of->is_draw_older = false;
    of->sample.count = 0;
    for (size_t i = 0; i < draw->drawn.count; i++) {
        const bd_drawn *one = &draw->drawn.data[i];
        *bd_push(run->arena, &of->sample) =
            (bd_sample_item){.role = one->is_reserve ? BD_SAMPLE_RESERVE : BD_SAMPLE_CHOSEN,
                             .drawn = one,
                             .key = one->key};
    }
}

static void take_replacement(bd_population *of, const bd_sampling *act) {
    bd_sample_item *gone = find_item(of, act->key), *next = find_item(of, act->replacement);
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

static void take_act(bd_judging *run, bd_population *of, const bd_sampling *act) {
    *bd_push(run->arena, &of->acts) = act;
    switch (act->kind) {
    case BD_SAMPLING_FROZEN:
        of->freeze = act;
        of->freezes++;
        of->is_draw_older = of->draw != NULL;
        return;
    case BD_SAMPLING_DRAWN: take_draw(run, of, act); return;
    case BD_SAMPLING_REPLACED: take_replacement(of, act); return;
    case BD_SAMPLING_SELECTED:
    case BD_SAMPLING_TESTED: return; /* they hold over all draws: below */
    }
}

static void add_items(bd_judging *run, bd_population *of, bd_str key, bd_sample_role role) {
    if (find_item(of, key) == NULL) {
        *bd_push(run->arena, &of->sample) = (bd_sample_item){.role = role, .key = key};
    }
}

/* Selected items stand behind the drawn ones, whichever came first; and so does what was tested of an earlier draw,
 * for a deviation is not drawn away. */
static void add_selected(bd_judging *run, bd_population *of) {
    for (size_t i = 0; i < of->acts.count; i++) {
        const bd_sampling *act = of->acts.data[i];
        for (size_t k = 0; act->kind == BD_SAMPLING_SELECTED && k < act->items.count; k++) {
            add_items(run, of, act->items.data[k], BD_SAMPLE_SELECTED);
        }
    }
    for (size_t i = 0; i < of->acts.count; i++) {
        const bd_sampling *act = of->acts.data[i];
        for (size_t k = 0; act->kind == BD_SAMPLING_TESTED && k < act->tested.count; k++) {
            add_items(run, of, act->tested.data[k].key, BD_SAMPLE_SELECTED);
        }
    }
}

static void add_results(bd_population *of) {
    for (size_t i = 0; i < of->acts.count; i++) {
        const bd_sampling *act = of->acts.data[i];
        for (size_t k = 0; act->kind == BD_SAMPLING_TESTED && k < act->tested.count; k++) {
            const bd_tested *now = &act->tested.data[k];
            bd_sample_item *item = find_item(of, now->key);
            bool holds = item->tested == NULL || now->is_deviation || !item->tested->is_deviation;
            item->tested = holds ? now : item->tested;
        }
    }
}

static bd_population *find_population(const bd_judging *run, bd_str id) {
    for (size_t i = 0; i < run->out->population_count; i++) {
        if (bd_str_eq(run->out->populations[i].id, id)) {
            return &run->out->populations[i];
        }
    }
    return NULL;
}

void bd_judging_bind_samplings(bd_judging *run) {
    for (size_t i = 0; i < run->in->sampling_count; i++) {
        const bd_sampling *act = &run->in->samplings[i];
        bd_population *of = find_population(run, act->population);
        if (of != NULL) {
            take_act(run, of, act);
        }
    }
    for (size_t i = 0; i < run->out->population_count; i++) {
        add_selected(run, &run->out->populations[i]);
        add_results(&run->out->populations[i]);
    }
}

/* ---- against the items as they are now ---- */

void bd_judging_note_item(bd_judging *run, bd_population *population, const bd_item *item) {
    bd_sample_item *of = find_item(population, item->key);
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
        *texts[i] = bd_str_copy(run->arena, *texts[i]);
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

void bd_judging_settle_samplings(bd_judging *run) {
    for (size_t i = 0; i < run->out->population_count; i++) {
        bd_population *of = &run->out->populations[i];
        char hex[65];
        bd_hex(of->sha256, 32, hex);
        of->is_changed = of->freeze != NULL && !bd_str_eqz(of->freeze->sha256, hex);
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

void bd_judging_apply_samplings(bd_judging *run) {
    for (size_t i = 0; i < run->out->population_count; i++) {
        const bd_population *of = &run->out->populations[i];
        if (of->unanswered == 0) {
            continue;
        }
        bd_control_result *control =
            &run->out->controls[of->control - run->in->catalog->controls];
        const bd_sample_item *item = first_deviation(of);
        control->sample_deviations += (int)of->unanswered;
        control->has_exception = true;
        if (control->state == BD_STATE_COMPLETE) {
            control->state = BD_STATE_PROGRESS;
            control->is_no_occurrence = false;
            control->reason = bd_str_format(
                run->arena, "%.*s found a deviation in item %.*s of the sample of %.*s",
                BD_ARG(item->tested->tester), BD_ARG(item->key), BD_ARG(of->id));
        }
    }
}
