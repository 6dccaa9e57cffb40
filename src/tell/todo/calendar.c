/* due.ics (RFC 5545): the dates of todo.csv for a calendar. */
#include "bindery/todo.h"

#include "bindery/crypto.h"

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

bd_rc bd_todo_write_calendar(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
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
