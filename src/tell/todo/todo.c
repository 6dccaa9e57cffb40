/* todo.csv: what is to do, for a spreadsheet. */
#include "bindery/todo.h"

static bd_str people_of(const bd_writing *run, bd_str owner) {
    const bd_engagement *engagement = run->in->engagement;
    for (size_t i = 0; i < engagement->owners.count; i++) {
        if (bd_str_eq(engagement->owners.data[i].owner, owner)) {
            return bd_writing_joined(run->line, &engagement->owners.data[i].people, "; ");
        }
    }
    return BD_STR("");
}

static const bd_control_result *control_of(const bd_writing *run, uint32_t index) {
    return index == BD_READY_NONE ? NULL : &run->in->assessment->controls[index];
}

static bd_str source_words(const bd_writing *run, bd_str id) {
    const bd_source_def *source = bd_catalog_source(run->in->catalog, id);
    return source == NULL || bd_str_eqz(id, "doc")
               ? id
               : bd_str_format(run->line, "%.*s %.*s", BD_ARG(id), BD_ARG(source->title));
}

static bd_str sources_of(const bd_writing *run, const bd_requirement *requirement) {
    bd_strs texts = {0};
    for (size_t i = 0; requirement != NULL && i < requirement->sources.count; i++) {
        *bd_push(run->line, &texts) = source_words(run, requirement->sources.data[i]);
    }
    return bd_writing_joined(run->line, &texts, "; ");
}

/* The command that makes the first export asked for, or where a document is described. */
static bd_str way_of(const bd_writing *run, const bd_requirement *requirement) {
    for (size_t i = 0; requirement != NULL && i < requirement->sources.count; i++) {
        const bd_source_def *source =
            bd_catalog_source(run->in->catalog, requirement->sources.data[i]);
        bd_str way = source != NULL ? bd_catalog_way(source, run->line) : BD_STR("");
        if (way.size > 0) {
            return way;
        }
    }
    return requirement == NULL
               ? BD_STR("")
               : bd_str_format(run->line,
                               "a file in inbox/, with a row in inbox/register.csv that names %.*s",
                               BD_ARG(requirement->id));
}

typedef struct {
    const bd_control_result *control; /* or NULL */
    const bd_requirement *requirement;
    bd_str kind, subject, instance, owner, what;
    bd_day due, latest;
    bool is_over;
} todo_row;

static void put_row(bd_list *to, const todo_row *row) {
    bd_writing *run = to->run;
    if (row->control != NULL) {
        bd_list_put(to, row->control->control->number);
    } else {
        bd_list_put_empty(to);
    }
    bd_list_put(to, row->subject);
    bd_list_put(to, row->owner);
    bd_list_put(to, people_of(run, row->owner));
    bd_list_put(to, row->control != NULL ? bd_str_of(bd_state_name(row->control->state)) : BD_STR(""));
    bd_list_put(to, row->kind);
    bd_list_put(to, bd_writing_day(run->line, row->due));
    bd_list_put(to, bd_writing_day(run->line, row->latest));
    bd_list_put_bool(to, row->is_over);
    bd_list_put(to, row->instance);
    bd_list_put(to, row->what);
    bd_list_put(to, sources_of(run, row->requirement));
    bd_list_put(to, way_of(run, row->requirement));
    bd_list_end_row(to);
}

static void put_due(bd_list *to, const bd_due *due) {
    const bd_control_result *control = control_of(to->run, due->control);
    bool has_requirement = control != NULL && due->requirement != BD_READY_NONE;
    todo_row row = {
        .control = control,
        .requirement = has_requirement ? control->requirements[due->requirement].requirement : NULL,
        .kind = bd_str_of(bd_due_name(due->kind)),
        .subject = due->subject,
        .instance = due->instance,
        .owner = due->owner,
        .what = due->what,
        .due = due->day,
        .latest = due->latest,
        .is_over = due->is_over};
    put_row(to, &row);
}

/* Windows that have ended and are not accepted: evidence that exists can still be handed in. */
static void put_gaps(bd_list *to, const bd_control_result *control,
                     const bd_requirement_result *q) {
    bool is_whole = q->requirement->frequency == BD_ANNUAL || q->requirement->frequency == BD_ONCE;
    for (size_t i = 0; i < q->instance_count && !is_whole; i++) {
        const bd_instance *one = &q->instances[i];
        if (!one->is_due || one->is_accepted) {
            continue;
        }
        todo_row row = {.control = control,
                        .requirement = q->requirement,
                        .kind = BD_STR("gap"),
                        .subject = q->requirement->id,
                        .instance = one->id,
                        .owner = control->control->owner,
                        .what = one->reason,
                        .due = one->to,
                        .latest = one->to,
                        .is_over = true};
        put_row(to, &row);
    }
}

/* Not due by a date: what weakens the evidence is mended by whoever owns what reads it. */
static void put_remark(bd_list *to, const bd_ready_remark *one) {
    const bd_control_result *control = control_of(to->run, one->control);
    bd_str what = one->path.size > 0 ? bd_str_format(to->run->line, "%.*s: %.*s", BD_ARG(one->path),
                                                     BD_ARG(one->what))
                                     : one->what;
    todo_row row = {.control = control,
                    .kind = bd_str_of(one->kind),
                    .subject = one->subject,
                    .owner = control != NULL ? control->control->owner : BD_STR(""),
                    .what = what,
                    .due = BD_DAY_NONE,
                    .latest = BD_DAY_NONE};
    put_row(to, &row);
}

bd_rc bd_todo_write_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const names[] = {"control", "subject", "owner",  "people",  "state",
                                        "kind",    "due",     "latest", "overdue", "instance",
                                        "what",    "sources", "how"};
    BD_ASSERT(inputs->ready != NULL);
    const bd_assessment *a = inputs->assessment;
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {.run = &run};
    bd_list_put_head(&to, names, BD_COUNT(names));
    for (size_t i = 0; i < inputs->ready->dues.count; i++) {
        put_due(&to, &inputs->ready->dues.data[i]);
    }
    for (size_t i = 0; i < a->control_count; i++) {
        const bd_control_result *c = &a->controls[i];
        for (size_t k = 0; c->is_in_scope && c->state != BD_STATE_NA && k < c->requirement_count;
             k++) {
            put_gaps(&to, c, &c->requirements[k]);
        }
    }
    for (size_t i = 0; i < inputs->ready->remarks.count; i++) {
        put_remark(&to, &inputs->ready->remarks.data[i]);
    }
    return bd_writing_close(&run, err);
}
