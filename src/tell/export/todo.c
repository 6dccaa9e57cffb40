/* todo.csv and due.ics: the same dates for a spreadsheet and for a calendar. */
#include "bindery/export.h"

#include "bindery/crypto.h"
#include "export_priv.h"

/* ---- todo.csv ---- */

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
        if (source != NULL && source->az.size > 0) {
            return source->az;
        }
        if (source != NULL && (source->rest.size > 0 || source->graph.size > 0)) {
            return source->rest.size > 0 ? source->rest : source->graph;
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

bd_rc bd_export_todo_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
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

/* ---- due.ics (RFC 5545) ---- */

#define FOLD_OCTETS 75

/* Lines of more than 75 octets go on behind CRLF and a blank; a character is never parted. */
static void put_line(bd_writing *run, bd_str line) {
    size_t room = FOLD_OCTETS, at = 0;
    while (at < line.size) {
        size_t end = line.size - at <= room ? line.size : at + room;
        while (end < line.size && end > at + 1 && ((unsigned char)line.data[end] & 0xc0) == 0x80) {
            end--;
        }
        if (at > 0) {
            bd_writing_puts(run, " ");
        }
        bd_writing_put(run, bd_str_sub(line, at, end));
        bd_writing_puts(run, "\r\n");
        at = end;
        room = FOLD_OCTETS - 1;
    }
}

static void put_text(bd_writing *run, const char *name, bd_str text) {
    bd_buf line;
    bd_buf_init(&line, BD_WRITING_LINE_BYTES);
    bd_buf_puts(&line, bd_str_format(run->line, "%s:", name));
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_escaped = c == '\\' || c == ';' || c == ',';
        if (c == '\n') {
            bd_buf_puts(&line, BD_STR("\\n"));
        } else if ((unsigned char)c >= 0x20 && c != 0x7f) {
            bd_buf_puts(&line, is_escaped ? BD_STR("\\") : BD_STR(""));
            bd_buf_puts(&line, bd_str_sub(text, i, i + 1));
        }
    }
    put_line(run, bd_buf_str(&line));
    bd_buf_clear(&line);
}

static bd_str plain_day(const bd_writing *run, bd_day day) {
    bd_date date = bd_date_of_day(day);
    return bd_str_format(run->line, "%04d%02d%02d", date.year, date.month, date.day);
}

/* "2026-06-30T22:00:00Z" as 20260630T220000Z. */
static bd_str stamp_of(const bd_writing *run) {
    bd_str text = bd_instant_format(run->line, run->in->assessment->as_of);
    char *out = bd_alloc(run->line, 17, 1);
    size_t count = 0;
    for (size_t i = 0; i < text.size && i < 19 && count < 15; i++) {
        if (text.data[i] != '-' && text.data[i] != ':') {
            out[count++] = text.data[i];
        }
    }
    out[count++] = 'Z';
    return (bd_str){out, count};
}

typedef struct {
    bd_day day;
    bd_str key; /* tells events of one day apart */
    bd_str summary, description, category;
} calendar_event;

static void put_event(bd_writing *run, const calendar_event *event) {
    const bd_engagement *e = run->in->engagement;
    bd_str name =
        bd_str_format(run->line, "%.*s\n%.*s\n%.*s\n%d\n%.*s", BD_ARG(e->organisation_name),
                      BD_ARG(e->system_name), BD_ARG(run->in->assessment->period->id),
                      (int)event->day, BD_ARG(event->key));
    bd_writing_puts(run, "BEGIN:VEVENT\r\n");
    put_line(run, bd_str_format(run->line, "UID:%.*s@bindery",
                                BD_ARG(bd_str_sub(bd_sha256_hex(run->line, name), 0, 32))));
    put_line(run, bd_str_format(run->line, "DTSTAMP:%.*s", BD_ARG(stamp_of(run))));
    put_line(run, bd_str_format(run->line, "DTSTART;VALUE=DATE:%.*s",
                                BD_ARG(plain_day(run, event->day))));
    put_line(run, bd_str_format(run->line, "DTEND;VALUE=DATE:%.*s",
                                BD_ARG(plain_day(run, event->day + 1))));
    put_text(run, "SUMMARY", event->summary);
    put_text(run, "DESCRIPTION", event->description);
    if (event->category.size > 0) {
        put_text(run, "CATEGORIES", event->category);
    }
    bd_writing_puts(run, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
    bd_arena_reset(run->line);
}

/* What lies behind today is in the lists; a calendar is for what is to come. */
static bool is_to_come(const bd_readiness *ready, const bd_due *due) {
    return due->kind != BD_DUE_NOW && due->latest >= ready->today &&
           !(due->is_over && due->day >= ready->today);
}

static bd_day event_day(const bd_readiness *ready, const bd_due *due) {
    return due->day < ready->today ? due->latest : due->day;
}

static bool is_same_event(const bd_readiness *ready, const bd_due *a, const bd_due *b) {
    return event_day(ready, a) == event_day(ready, b) && bd_str_eq(a->owner, b->owner);
}

static void put_due_event(bd_writing *run, size_t first) {
    const bd_readiness *ready = run->in->ready;
    const bd_due *due = &ready->dues.data[first];
    bd_buf list;
    size_t count = 0;
    bd_buf_init(&list, BD_WRITING_LINE_BYTES);
    for (size_t i = 0; i < ready->dues.count; i++) {
        const bd_due *one = &ready->dues.data[i];
        if (!is_to_come(ready, one) || !is_same_event(ready, due, one)) {
            continue;
        }
        bd_str line = bd_str_format(run->line, "%s%.*s %.*s%s(%s): %.*s", count > 0 ? "\n" : "",
                                    BD_ARG(one->subject), BD_ARG(one->instance),
                                    one->instance.size > 0 ? " " : "", bd_due_words(one->kind),
                                    BD_ARG(one->what));
        bd_buf_puts(&list, line);
        count++;
    }
    bd_str owner = due->owner.size > 0 ? due->owner : BD_STR("nobody's");
    calendar_event event = {.day = event_day(ready, due),
                            .key = owner,
                            .summary =
                                bd_str_format(run->line, "SOC 2 evidence due: %.*s, %zu item%s",
                                              BD_ARG(owner), count, count == 1 ? "" : "s"),
                            .description = bd_buf_str(&list),
                            .category = owner};
    put_event(run, &event);
    bd_buf_clear(&list);
}

static void put_dues(bd_writing *run) {
    const bd_readiness *ready = run->in->ready;
    for (size_t i = 0; i < ready->dues.count; i++) {
        bool is_first = is_to_come(ready, &ready->dues.data[i]);
        for (size_t k = i; k > 0 && is_first; k--) {
            const bd_due *before = &ready->dues.data[k - 1];
            is_first =
                !is_to_come(ready, before) || !is_same_event(ready, before, &ready->dues.data[i]);
        }
        if (is_first) {
            put_due_event(run, i);
        }
    }
}

static void put_day(bd_writing *run, bd_day day, const char *key, const char *summary) {
    if (day != BD_DAY_NONE && day >= run->in->ready->today) {
        calendar_event event = {.day = day,
                                .key = bd_str_of(key),
                                .summary = bd_str_format(run->line, "SOC 2: %s (%.*s)", summary,
                                                         BD_ARG(run->in->assessment->period->id)),
                                .description = run->in->engagement->system_name,
                                .category = BD_STR("")};
        put_event(run, &event);
    }
}

bd_rc bd_export_due_calendar(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    BD_ASSERT(inputs->ready != NULL);
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_writing_puts(&run, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bindery//Readiness//EN\r\n"
                          "CALSCALE:GREGORIAN\r\n");
    put_day(&run, inputs->ready->ends, "the period ends", "the period ends");
    put_day(&run, inputs->ready->fieldwork, "fieldwork begins", "fieldwork begins");
    put_dues(&run);
    bd_writing_puts(&run, "END:VCALENDAR\r\n");
    return bd_writing_close(&run, err);
}
