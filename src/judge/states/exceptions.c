/* Exceptions: those of the period, what people signed of each, and under which controls they stand (bindery-1, 3). */
#include "bindery/states.h"

#include "states_priv.h"

static bool binds_to(const bd_act *act, const bd_exception *exception) {
    return act->is_known && act->failing >= exception->first_seen_failing &&
           act->failing <= exception->last_seen_failing &&
           bd_str_eq(act->check, exception->check->id) && bd_str_eq(act->key, exception->key) &&
           bd_str_eq(act->type, exception->type) && bd_str_eq(act->property, exception->property);
}

/* A later response asks for a new signature of the reviewer. */
static void bind_act(bd_exception *exception, const bd_act *act) {
    switch (act->kind) {
    case BD_ACT_RESPONSE:
        exception->response = act;
        exception->closing = NULL;
        return;
    case BD_ACT_CLOSED:
        if (exception->response != NULL &&
            !bd_is_same_person(exception->response->person, act->person)) {
            exception->closing = act;
        }
        return;
    case BD_ACT_WAIVER: exception->waiver = act; return;
    }
}

static void bind_acts(const bd_states *states, bd_exception *exception) {
    for (size_t i = 0; i < states->act_count; i++) {
        if (binds_to(&states->acts[i], exception)) {
            bind_act(exception, &states->acts[i]);
        }
    }
    bd_day today = bd_zone_day(states->views->in.engagement->zone, states->views->in.as_of - 1);
    exception->is_waived = exception->waiver != NULL && exception->waiver->until >= today;
}

/* Closes only when a later instance is clean and the owner and a reviewer have signed a response. */
static bool has_later_clean(const bd_states *states, const bd_exception *exception) {
    const bd_requirement_result *requirement =
        bd_states_requirement(states, exception->check->requirement);
    for (size_t i = 0; i < requirement->instance_count; i++) {
        const bd_instance *instance = &requirement->instances[i];
        bool is_clean =
            instance->outcome == BD_OUTCOME_CLEAN || instance->outcome == BD_OUTCOME_NO_OCCURRENCE;
        if (instance->is_due && is_clean && instance->start > exception->last_failing_at) {
            return true;
        }
    }
    return false;
}

/* Stretches of one property of one resource stand together, neighbours beside each other.  Not by id, whose last part
 * is a hash and scatters them: hard to read, and half as large again when deflated. */
static int cmp_exceptions(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_exception *x = a;
    const bd_exception *y = b;
    int order = x->check == y->check ? 0 : bd_str_cmp(x->check->id, y->check->id);
    order = order != 0 ? order : bd_str_cmp(x->type, y->type);
    order = order != 0 ? order : bd_str_cmp(x->key, y->key);
    order = order != 0 ? order : bd_str_cmp(x->property, y->property);
    return order != 0 ? order
                      : (x->first_seen_failing > y->first_seen_failing) -
                            (x->first_seen_failing < y->first_seen_failing);
}

static bool is_same_property(const bd_exception *a, const bd_exception *b) {
    return a->check == b->check && bd_str_eq(a->type, b->type) && bd_str_eq(a->key, b->key) &&
           bd_str_eq(a->property, b->property);
}

/* A record without a key is another one each time.  What failed before the period is known as far as its evidence is on
 * file. */
static bool is_repeated(const bd_exception *before, const bd_exception *one) {
    bool has_key = one->key.size > 0 && one->key.data[0] != '#';
    return has_key && is_same_property(before, one) && before->first_seen_clean != BD_DAY_NONE &&
           before->first_seen_failing < one->first_seen_failing;
}

void bd_states_keep_exceptions(bd_states *states) {
    bd_exception *all = states->out->exceptions.data;
    size_t count = states->out->exceptions.count;
    size_t kept = 0;
    bd_exception before = {0}; /* its place may be taken by then */
    bd_sort(all, count, sizeof(bd_exception), cmp_exceptions, NULL);
    for (size_t i = 0; i < count; i++) {
        bd_exception one = *bd_assessment_exception(states->out, i);
        one.repeats = i > 0 && is_repeated(&before, &one) ? before.id : BD_STR("");
        before = one;
        if (one.is_in_period) {
            all[kept++] = one;
        }
    }
    states->out->exceptions.count = kept;
}

static void list_under(bd_states *states, bd_control_result *control, uint32_t index, bool is_open) {
    size_t listed = control->exceptions.count;
    if (listed > 0 && control->exceptions.data[listed - 1] == index) {
        return;
    }
    *bd_push(states->arena, &control->exceptions) = index;
    control->has_exception = true;
    control->open_exceptions += is_open;
}

/* There may be very many exceptions, so they are gone through once and not for each control. */
void bd_states_settle_exceptions(bd_states *states) {
    bd_map *by_number = bd_map_make(states->scratch);
    for (size_t i = 0; i < states->out->control_count; i++) {
        bd_map_put(by_number, states->out->controls[i].control->number, &states->out->controls[i]);
    }
    for (size_t i = 0; i < states->out->exceptions.count; i++) {
        bd_exception *exception = &states->out->exceptions.data[i];
        bd_arenas_pass(sizeof *exception);
        bind_acts(states, exception);
        exception->is_open = exception->closing == NULL || !has_later_clean(states, exception);
        states->out->open_exceptions += exception->is_open;
        for (size_t j = 0; j < exception->controls.count; j++) {
            bd_control_result *control = bd_map_find(by_number, exception->controls.data[j]);
            if (control != NULL) {
                list_under(states, control, (uint32_t)i, exception->is_open);
            }
        }
    }
}
