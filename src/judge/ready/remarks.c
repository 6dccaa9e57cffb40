/* What weakens the evidence, and who could do something about it: the same that the binder lists under data quality. */
#include "bindery/ready.h"

#include "bindery/pbc.h"
#include "ready_priv.h"

const char *bd_weakness_name(bd_weakness kind) {
    static const char *const names[] = {"refused",      "not-recognised", "not-complete", "time-assumed",
                                        "not-signed-off", "withdrawn",    "withheld"};
    _Static_assert(BD_COUNT(names) == BD_WEAKNESSES, "one name per weakness");
    return names[kind];
}

static bool is_refused(const bd_evidence *item) {
    return item->facts.is_malformed || item->facts.problem.size > 0;
}

/* The rows of an auditor's request list are asked for, not handed in. */
bool bd_evidence_is_weak(const bd_evidence *item, bd_weakness kind) {
    bool has_sheet = !item->is_sidecar && !item->is_register;
    bool is_read = has_sheet && !is_refused(item) && !item->is_unmapped && !bd_pbc_is_list(item);
    switch (kind) {
    case BD_WEAK_REFUSED: return has_sheet && is_refused(item);
    case BD_WEAK_UNMAPPED: return has_sheet && item->is_unmapped && !is_refused(item);
    case BD_WEAK_INCOMPLETE:
        return is_read && !item->is_document && item->completeness != BD_COMPLETE_YES;
    case BD_WEAK_TIME: return has_sheet && item->collected_at_is_assumed && !is_refused(item);
    case BD_WEAK_UNSIGNED:
        return is_read && item->origin == BD_ORIGIN_HANDED_IN && !item->is_signed_off;
    case BD_WEAK_WITHDRAWN: return item->given.is_withdrawn;
    case BD_WEAK_WITHHELD: return has_sheet && item->is_withheld && !item->is_document;
    }
    return false;
}

static bd_str words_of(bd_arena *arena, const bd_evidence *item, bd_weakness kind) {
    switch (kind) {
    case BD_WEAK_REFUSED: return item->facts.problem;
    case BD_WEAK_UNMAPPED:
        return BD_STR("no source of the catalog recognises it; kept and packaged, judged by no check");
    case BD_WEAK_INCOMPLETE:
        return bd_str_format(arena, "%s: %.*s", bd_completeness_name(item->completeness),
                             BD_ARG(item->completeness_reason));
    case BD_WEAK_TIME:
        return bd_str_format(arena, "%.*s is the file's own time; a sidecar would state it",
                             BD_ARG(bd_instant_format(arena, item->collected_at)));
    case BD_WEAK_UNSIGNED: return item->signoff_reason;
    case BD_WEAK_WITHDRAWN:
        return bd_str_format(arena, "%.*s; its findings stay, and nothing passes by it",
                             BD_ARG(item->given.withdrawn_reason));
    case BD_WEAK_WITHHELD:
        return BD_STR("it is, or may be, a vendor's report: not packaged, and nothing is read of it");
    }
    return BD_STR("");
}

static bd_ready_remark *add(readying *r, const char *kind, bd_str subject, uint32_t control, bd_str what) {
    bd_ready_remark *one = bd_push(r->arena, &r->out->remarks);
    *one = (bd_ready_remark){.kind = kind,
                       .subject = subject,
                       .control = control,
                       .path = BD_STR(""),
                       .what = what.size > 0 ? what : BD_STR("no reason is stated")};
    return one;
}

static void add_items(readying *r) {
    for (int kind = 0; kind < BD_WEAKNESSES; kind++) {
        for (size_t i = 0; i < r->in->evidence->count; i++) {
            bd_arenas_pass(sizeof(bd_evidence));
            const bd_evidence *item = &r->in->evidence->data[i];
            if (!bd_evidence_is_weak(item, (bd_weakness)kind)) {
                continue;
            }
            bd_ready_remark *one = add(r, bd_weakness_name((bd_weakness)kind),
                                       bd_evidence_id(r->arena, item->given.number),
                                       item->source.size > 0 ? ready_reader(r, item->source) : BD_READY_NONE,
                                       words_of(r->arena, item, (bd_weakness)kind));
            one->path = item->given.path;
        }
    }
}

/* Doubts of single items are among the items already. */
static void add_doubts(readying *r) {
    const bd_assessment *a = r->assessment;
    for (size_t i = 0; i < a->doubts.count; i++) {
        const bd_doubt *doubt = &a->doubts.data[i];
        if (!bd_doubt_is_of_item(doubt->kind)) {
            uint32_t control =
                doubt->source.size > 0 ? ready_reader(r, doubt->source) : BD_READY_NONE;
            bd_str subject = doubt->evidence > 0 ? bd_evidence_id(r->arena, doubt->evidence)
                             : doubt->source.size > 0 ? doubt->source
                                                      : doubt->scope;
            add(r, bd_doubt_name(doubt->kind), subject, control, doubt->sentence)->path = doubt->place;
        }
    }
}

static void add_populations(readying *r) {
    const bd_assessment *a = r->assessment;
    for (size_t i = 0; i < a->population_count; i++) {
        const bd_population *of = &a->populations[i];
        uint32_t control = ready_control(r, of->control->number);
        if (of->evidence.count > 0 && !of->is_complete) {
            add(r, "population", of->id, control,
                bd_str_format(r->arena, "it is not complete: %.*s", BD_ARG(of->problem)));
        }
        if (of->is_changed) {
            add(r, "population", of->id, control,
                BD_STR("it holds other items now than those that were frozen last; freeze it anew"));
        }
        if (of->draw != NULL && of->is_draw_older) {
            add(r, "population", of->id, control,
                BD_STR("its sample was drawn before the latest freeze; draw anew"));
        }
        if (of->unanswered > 0) {
            add(r, "population", of->id, control,
                bd_str_format(r->arena, "a tester found %llu deviation%s that no check of ours shows",
                              (unsigned long long)of->unanswered, of->unanswered == 1 ? "" : "s"));
        }
    }
}

/* Copied from the period before: until somebody approves them again they let nothing pass. */
static void add_facts(readying *r) {
    const bd_value *facts = r->in->engagement->facts;
    bd_str open = bd_day_format(r->arena, BD_DAY_TO_APPROVE);
    for (size_t i = 0; facts != NULL && facts->kind == BD_OBJECT && i < facts->count; i++) {
        if (bd_str_eq(bd_value_text(&facts->items[i], "approved_on"), open)) {
            add(r, "fact", facts->keys[i], BD_READY_NONE,
                BD_STR("it was copied from another period and is to be approved again"));
        }
    }
}

void ready_find_remarks(readying *r) {
    add_items(r);
    add_doubts(r);
    add_populations(r);
    add_facts(r);
}
