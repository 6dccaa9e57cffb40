/* Readers in a child process: their events as frames, and frames as events again.
 *
 * A frame is a kind, a length and a payload; integers are little-endian, a text is its length and bytes, a value its
 * kind and what belongs to it.  Whoever takes over the child can send anything: the side that decodes trusts no length,
 * count, kind or character of it, and takes no more memory than a bounded frame asks for. */
#include "bindery/read.h"

#include <string.h>

#define FRAME_BYTES ((size_t)48 << 20) /* a record of 16 MiB of text and its names */
#define FRAME_VALUES 400000
#define FRAME_ARENA_BYTES ((size_t)512 << 20)
#define FRAME_DEPTH 70
#define FLUSH_BYTES ((size_t)64 << 10)

typedef enum {
    FRAME_KIND = 1,
    FRAME_SHEET,
    FRAME_ROW,
    FRAME_RECORD,
    FRAME_REFUSED,
    FRAME_SAID,
    FRAME_PATH,
    FRAME_OPEN,
    FRAME_SHUT,
    FRAME_TEXT
} frame_kind;

/* ---- in the child: events to frames ------------------------------------------------------------- */

typedef struct {
    bd_buf frames; /* whole ones */
    bd_buf frame;
    bd_sink *out;
} encoder;

static void put_u32(bd_buf *to, uint32_t value) {
    char bytes[4] = {(char)(value & 0xff), (char)(value >> 8 & 0xff), (char)(value >> 16 & 0xff),
                     (char)(value >> 24 & 0xff)};
    bd_buf_put(to, bytes, 4);
}

static void put_text(bd_buf *to, bd_str text) {
    put_u32(to, (uint32_t)text.size);
    bd_buf_puts(to, text);
}

static void put_value(bd_buf *to, const bd_value *value) {
    bd_buf_putc(to, (char)value->kind);
    switch (value->kind) {
    case BD_NULL: break;
    case BD_BOOL: bd_buf_putc(to, value->boolean ? 1 : 0); break;
    case BD_NUMBER:
    case BD_STRING: put_text(to, value->text); break;
    case BD_ARRAY:
    case BD_OBJECT:
        put_u32(to, (uint32_t)value->count);
        for (size_t i = 0; i < value->count; i++) {
            if (value->kind == BD_OBJECT) {
                put_text(to, value->keys[i]);
            }
            put_value(to, &value->items[i]);
        }
        break;
    }
}

static bd_rc flush_frames(encoder *e, bd_err *err) {
    bd_rc rc = bd_sink_write(e->out, e->frames.data, e->frames.size, err);
    e->frames.size = 0;
    return rc;
}

static bd_rc end_frame(encoder *e, frame_kind kind, bd_err *err) {
    BD_TRY(bd_buf_check(&e->frame, "what was read of a record", err));
    bd_buf_putc(&e->frames, (char)kind);
    put_text(&e->frames, bd_buf_str(&e->frame));
    BD_TRY(bd_buf_check(&e->frames, "what was read of a record", err));
    e->frame.size = 0;
    return e->frames.size >= FLUSH_BYTES ? flush_frames(e, err) : BD_OK;
}

static bd_rc send_kind(void *context, bool is_workbook, bd_str words, bd_err *err) {
    encoder *e = context;
    bd_buf_putc(&e->frame, is_workbook ? 1 : 0);
    put_text(&e->frame, words);
    return end_frame(e, FRAME_KIND, err);
}

static bd_rc send_sheet(void *context, const bd_sheet *sheet, bd_err *err) {
    encoder *e = context;
    put_text(&e->frame, sheet->name);
    bd_buf_putc(&e->frame, (char)sheet->state);
    put_u32(&e->frame, (uint32_t)sheet->merge_count);
    for (size_t i = 0; i < sheet->merge_count; i++) {
        put_u32(&e->frame, sheet->merges[i].first_row);
        put_u32(&e->frame, sheet->merges[i].last_row);
        put_u32(&e->frame, sheet->merges[i].first_column);
        put_u32(&e->frame, sheet->merges[i].last_column);
    }
    return end_frame(e, FRAME_SHEET, err);
}

static bd_rc send_row(void *context, uint32_t number, const bd_cell_value *cells, size_t count,
                      bd_err *err) {
    encoder *e = context;
    put_u32(&e->frame, number);
    put_u32(&e->frame, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        put_u32(&e->frame, cells[i].column);
        put_value(&e->frame, &cells[i].value);
    }
    return end_frame(e, FRAME_ROW, err);
}

static bd_rc send_record(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    (void)ordinal; /* the receiver counts */
    encoder *e = context;
    put_value(&e->frame, value);
    return end_frame(e, FRAME_RECORD, err);
}

static bd_rc send_refused(void *context, bd_str locus, const bd_err *problem, bd_err *err) {
    encoder *e = context;
    bd_buf_putc(&e->frame, (char)problem->class);
    put_text(&e->frame, locus);
    put_text(&e->frame, bd_str_of(problem->message));
    return end_frame(e, FRAME_REFUSED, err);
}

static bd_rc send_said(void *context, bd_diag_severity severity, bd_str locus, bd_str sentence,
                       bd_err *err) {
    encoder *e = context;
    bd_buf_putc(&e->frame, (char)severity);
    put_text(&e->frame, locus);
    put_text(&e->frame, sentence);
    return end_frame(e, FRAME_SAID, err);
}

static bd_rc send_open(void *context, const bd_xml_element *element, bd_err *err) {
    encoder *e = context;
    put_u32(&e->frame, (uint32_t)element->line);
    put_text(&e->frame, element->name);
    put_text(&e->frame, element->space);
    put_u32(&e->frame, (uint32_t)element->attribute_count);
    for (size_t i = 0; i < element->attribute_count; i++) {
        put_text(&e->frame, element->attributes[i].name);
        put_text(&e->frame, element->attributes[i].space);
        put_text(&e->frame, element->attributes[i].value);
    }
    return end_frame(e, FRAME_OPEN, err);
}

static bd_rc send_shut(void *context, int line, bd_err *err) {
    encoder *e = context;
    put_u32(&e->frame, (uint32_t)line);
    return end_frame(e, FRAME_SHUT, err);
}

static bd_rc send_text(void *context, bd_str piece, int line, bd_err *err) {
    encoder *e = context;
    put_u32(&e->frame, (uint32_t)line);
    put_text(&e->frame, piece);
    return end_frame(e, FRAME_TEXT, err);
}

static const bd_part_events sending = {
    .kind = send_kind,
    .sheet = send_sheet,
    .row = send_row,
    .record = send_record,
    .refused = send_refused,
    .said = send_said,
};

typedef bd_rc reading_fn(bd_str argument, bd_source *in, encoder *e, const bd_part_events *events,
                         bd_err *err);

static bd_rc run_reader(reading_fn *read, bd_str argument, bd_source *in, bd_sink *out,
                        bd_err *err) {
    encoder e = {.out = out};
    bd_buf_init(&e.frame, FRAME_BYTES);
    bd_buf_init(&e.frames, FRAME_BYTES + 2 * FLUSH_BYTES);
    bd_part_events events = sending;
    events.context = &e;
    bd_rc rc = read(argument, in, &e, &events, err);
    bd_err unused;
    bd_rc flushed = flush_frames(&e, &unused); /* what was read before a failure counts too */
    bd_buf_clear(&e.frame);
    bd_buf_clear(&e.frames);
    return bd_failed(rc) ? rc : flushed;
}

static bd_rc read_xlsx(bd_str argument, bd_source *in, encoder *e, const bd_part_events *events,
                       bd_err *err) {
    (void)argument;
    (void)e;
    return bd_xlsx_read(in, NULL, events, err);
}

static bd_rc find_xml(bd_str argument, bd_source *in, encoder *e, const bd_part_events *events,
                      bd_err *err) {
    (void)argument;
    (void)events;
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("XML path", (size_t)1 << 20);
    bd_str path;
    BD_TRY(bd_xml_find(in, arena, &path, err));
    put_text(&e->frame, path);
    return end_frame(e, FRAME_PATH, err);
}

static bd_rc read_xml(bd_str argument, bd_source *in, encoder *e, const bd_part_events *events,
                      bd_err *err) {
    (void)e;
    return bd_xml_read(in, argument, NULL, events, err);
}

static bd_rc walk_xml(bd_str argument, bd_source *in, encoder *e, const bd_part_events *events,
                      bd_err *err) {
    (void)events;
    bd_xml_events walking = {
        .context = e, .open = send_open, .shut = send_shut, .text = send_text};
    return bd_xml_walk(in, argument, &walking, err);
}

static bd_rc run_xlsx(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    return run_reader(read_xlsx, argument, in, out, err);
}

static bd_rc run_find_xml(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    return run_reader(find_xml, argument, in, out, err);
}

static bd_rc run_read_xml(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    return run_reader(read_xml, argument, in, out, err);
}

static bd_rc run_walk_xml(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    return run_reader(walk_xml, argument, in, out, err);
}

#define TASK(asked_by, what, function)                                                             \
    {                                                                                              \
        .id = (asked_by), .name = (what), .prepare = bd_read_prepare, .run = (function),           \
        .memory_bytes = (size_t)1 << 30, .seconds = 60                                             \
    }

static const bd_child_task tasks[BD_READ_TASKS] = {
    TASK("xlsx", "the reader of workbooks", run_xlsx),
    TASK("xml-find", "the reader of XML", run_find_xml),
    TASK("xml-read", "the reader of XML", run_read_xml),
    TASK("xml-walk", "the reader of XML", run_walk_xml),
};

const bd_child_task *const bd_read_tasks[BD_READ_TASKS] = {&tasks[0], &tasks[1], &tasks[2], &tasks[3]};

/* ---- here: frames to events ----------------------------------------------------------------------- */

typedef struct {
    const bd_part_events *events;
    bd_arena *arena; /* one frame */
    bd_buf pending;
    uint64_t ordinal;
    uint32_t last_row;
    bd_str *path;
    bd_arena *path_arena;
    const bd_xml_events *walk;
    size_t depth; /* of the walk */
} decoder;

typedef struct {
    decoder *d;
    const char *at, *end;
    size_t values;
    bool is_bad;
} cursor;

static uint8_t take_u8(cursor *c) {
    if (c->at == c->end) {
        c->is_bad = true;
        return 0;
    }
    return (uint8_t)*c->at++;
}

static uint32_t load_u32(const char *at) {
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static uint32_t take_u32(cursor *c) {
    if (c->end - c->at < 4) {
        c->is_bad = true;
        c->at = c->end;
        return 0;
    }
    c->at += 4;
    return load_u32(c->at - 4);
}

static bd_str take_text(cursor *c) {
    uint32_t size = take_u32(c);
    if ((size_t)(c->end - c->at) < size) {
        c->is_bad = true;
        return (bd_str){"", 0};
    }
    bd_str text = {c->at, size};
    c->at += size;
    c->is_bad = c->is_bad || !bd_utf8_is_valid(text);
    return text;
}

/* A sentence for people: one line. */
static bd_str take_line(cursor *c) {
    bd_str text = take_text(c);
    return c->is_bad ? text : bd_str_visible(c->d->arena, bd_str_sub(text, 0, 1000));
}

static void take_value(cursor *c, unsigned depth, bd_value *out);

static void take_members(cursor *c, unsigned depth, bd_value *out) {
    uint32_t count = take_u32(c);
    c->values += count;
    if (count > (size_t)(c->end - c->at) || c->values > FRAME_VALUES || depth > FRAME_DEPTH) {
        c->is_bad = true;
        return;
    }
    out->count = count;
    out->items = bd_new(c->d->arena, bd_value, count);
    out->keys = out->kind == BD_OBJECT ? bd_new(c->d->arena, bd_str, count) : NULL;
    for (uint32_t i = 0; i < count && !c->is_bad; i++) {
        if (out->kind == BD_OBJECT) {
            out->keys[i] = take_text(c);
        }
        take_value(c, depth + 1, &out->items[i]);
    }
}

static bool is_number(bd_str text) {
    bd_err unused;
    return text.size > 0 && (text.data[0] == '-' || (text.data[0] >= '0' && text.data[0] <= '9')) &&
           !bd_failed(bd_json_check(text, NULL, &unused));
}

static void take_value(cursor *c, unsigned depth, bd_value *out) {
    *out = (bd_value){.kind = BD_NULL};
    uint8_t kind = take_u8(c);
    switch (kind) {
    case BD_NULL: break;
    case BD_BOOL: *out = (bd_value){.kind = BD_BOOL, .boolean = take_u8(c) == 1}; break;
    case BD_NUMBER:
    case BD_STRING:
        *out = (bd_value){.kind = (bd_kind)kind, .text = take_text(c)};
        c->is_bad = c->is_bad || (kind == BD_NUMBER && !is_number(out->text));
        break;
    case BD_ARRAY:
    case BD_OBJECT:
        out->kind = (bd_kind)kind;
        take_members(c, depth, out);
        break;
    default: c->is_bad = true;
    }
}

static bd_rc refuse_answer(bd_err *err) {
    BD_RAISE(err, BD_ERR_INPUT,
             "the reader of untrusted files broke down over this file: its answer is malformed");
}

static bd_rc take_sheet(cursor *c, bd_err *err) {
    bd_sheet sheet = {.name = take_text(c)};
    uint8_t state = take_u8(c);
    uint32_t count = take_u32(c);
    c->is_bad = c->is_bad || state > BD_SHEET_VERY_HIDDEN ||
                count > bd_xlsx_default_limits.merges || (size_t)(c->end - c->at) != count * 16u;
    if (c->is_bad) {
        return refuse_answer(err);
    }
    bd_merge *merges = bd_new(c->d->arena, bd_merge, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        merges[i].first_row = take_u32(c);
        merges[i].last_row = take_u32(c);
        merges[i].first_column = take_u32(c);
        merges[i].last_column = take_u32(c);
    }
    sheet.state = (bd_sheet_state)state;
    sheet.merges = merges;
    sheet.merge_count = count;
    c->d->last_row = 0;
    const bd_part_events *events = c->d->events;
    return events->sheet != NULL ? events->sheet(events->context, &sheet, err) : BD_OK;
}

static bd_rc take_row(cursor *c, bd_err *err) {
    uint32_t number = take_u32(c), count = take_u32(c), last = 0;
    c->is_bad = c->is_bad || number <= c->d->last_row || count == 0 ||
                count > bd_xlsx_default_limits.columns || count > (size_t)(c->end - c->at);
    if (c->is_bad) {
        return refuse_answer(err);
    }
    bd_cell_value *cells = bd_new(c->d->arena, bd_cell_value, count);
    for (uint32_t i = 0; i < count && !c->is_bad; i++) {
        cells[i].column = take_u32(c);
        take_value(c, FRAME_DEPTH + 1, &cells[i].value); /* no members in a cell */
        c->is_bad = c->is_bad || cells[i].column <= last ||
                    cells[i].column > bd_xlsx_default_limits.columns ||
                    cells[i].value.kind == BD_ARRAY || cells[i].value.kind == BD_OBJECT;
        last = cells[i].column;
    }
    if (c->is_bad || c->at != c->end) {
        return refuse_answer(err);
    }
    c->d->last_row = number;
    const bd_part_events *events = c->d->events;
    return events->row != NULL ? events->row(events->context, number, cells, count, err) : BD_OK;
}

static bd_rc take_record(cursor *c, bd_err *err) {
    bd_value value;
    take_value(c, 1, &value);
    if (c->is_bad || c->at != c->end || value.kind != BD_OBJECT) {
        return refuse_answer(err);
    }
    const bd_part_events *events = c->d->events;
    uint64_t ordinal = c->d->ordinal++;
    return events->record != NULL ? events->record(events->context, ordinal, &value, err) : BD_OK;
}

static bd_rc take_refused(cursor *c, bd_err *err) {
    uint8_t class = take_u8(c);
    bd_str locus = take_line(c);
    bd_str message = take_line(c);
    if (c->is_bad || (class != BD_ERR_INPUT && class != BD_ERR_LIMIT)) {
        return refuse_answer(err);
    }
    c->d->ordinal++;
    bd_err problem;
    (void)bd_raise(&problem, (bd_err_class) class, "%.*s", BD_ARG(message));
    const bd_part_events *events = c->d->events;
    return events->refused != NULL ? events->refused(events->context, locus, &problem, err) : BD_OK;
}

static bd_rc take_said(cursor *c, bd_err *err) {
    uint8_t severity = take_u8(c);
    bd_str locus = take_line(c);
    bd_str sentence = take_line(c);
    if (c->is_bad || severity > BD_DIAG_WARNING) {
        return refuse_answer(err);
    }
    const bd_part_events *events = c->d->events;
    return events->said != NULL
               ? events->said(events->context, (bd_diag_severity)severity, locus, sentence, err)
               : BD_OK;
}

static bd_rc take_kind(cursor *c, bd_err *err) {
    bool is_workbook = take_u8(c) == 1;
    bd_str words = take_line(c);
    if (c->is_bad) {
        return refuse_answer(err);
    }
    const bd_part_events *events = c->d->events;
    return events->kind != NULL ? events->kind(events->context, is_workbook, words, err) : BD_OK;
}

static bd_rc take_path(cursor *c, bd_err *err) {
    bd_str path = take_text(c);
    if (c->is_bad || c->d->path == NULL || path.size == 0 || path.size > BD_CHILD_ARGUMENT_BYTES) {
        return refuse_answer(err);
    }
    *c->d->path = bd_str_copy(c->d->path_arena, path);
    return BD_OK;
}

/* Elements come and go as they do in a document, whatever the child says. */
static bd_rc take_open(cursor *c, bd_err *err) {
    bd_xml_element element = {.line = (int)(take_u32(c) & INT32_MAX)};
    element.name = take_text(c);
    element.space = take_text(c);
    uint32_t count = take_u32(c);
    c->is_bad = c->is_bad || c->d->walk == NULL || c->d->depth >= FRAME_DEPTH ||
                count > (size_t)(c->end - c->at) / 12;
    if (c->is_bad) {
        return refuse_answer(err);
    }
    bd_xml_attribute *attributes = bd_new(c->d->arena, bd_xml_attribute, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        attributes[i].name = take_text(c);
        attributes[i].space = take_text(c);
        attributes[i].value = take_text(c);
    }
    if (c->is_bad || c->at != c->end) {
        return refuse_answer(err);
    }
    element.attributes = attributes;
    element.attribute_count = count;
    c->d->depth++;
    return c->d->walk->open(c->d->walk->context, &element, err);
}

static bd_rc take_shut(cursor *c, bd_err *err) {
    int line = (int)(take_u32(c) & INT32_MAX);
    if (c->is_bad || c->d->walk == NULL || c->d->depth == 0) {
        return refuse_answer(err);
    }
    c->d->depth--;
    return c->d->walk->shut(c->d->walk->context, line, err);
}

static bd_rc take_piece(cursor *c, bd_err *err) {
    int line = (int)(take_u32(c) & INT32_MAX);
    bd_str piece = take_text(c);
    if (c->is_bad || c->d->walk == NULL || c->d->depth == 0) {
        return refuse_answer(err);
    }
    return c->d->walk->text(c->d->walk->context, piece, line, err);
}

static bd_rc take_frame(decoder *d, uint8_t kind, const char *at, size_t size, bd_err *err) {
    bd_arena_reset(d->arena);
    cursor c = {.d = d, .at = at, .end = at + size};
    switch (kind) {
    case FRAME_KIND: return take_kind(&c, err);
    case FRAME_SHEET: return take_sheet(&c, err);
    case FRAME_ROW: return take_row(&c, err);
    case FRAME_RECORD: return take_record(&c, err);
    case FRAME_REFUSED: return take_refused(&c, err);
    case FRAME_SAID: return take_said(&c, err);
    case FRAME_PATH: return take_path(&c, err);
    case FRAME_OPEN: return take_open(&c, err);
    case FRAME_SHUT: return take_shut(&c, err);
    case FRAME_TEXT: return take_piece(&c, err);
    default: return refuse_answer(err);
    }
}

/* Bytes come as the socket cuts them; whole frames are taken, the rest waits. */
static bd_rc take_pieces(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    decoder *d = sink->context;
    bd_buf_put(&d->pending, bytes, count);
    size_t at = 0;
    while (d->pending.size - at >= 5) {
        size_t size = load_u32(d->pending.data + at + 1);
        if (size > FRAME_BYTES) {
            return refuse_answer(err);
        }
        if (d->pending.size - at - 5 < size) {
            break;
        }
        BD_TRY(take_frame(d, (uint8_t)d->pending.data[at], d->pending.data + at + 5, size, err));
        at += 5 + size;
    }
    if (d->pending.overflowed) {
        return refuse_answer(err);
    }
    if (at > 0) {
        memmove(d->pending.data, d->pending.data + at, d->pending.size - at);
        d->pending.size -= at;
    }
    return BD_OK;
}

static bd_rc run_apart(bd_zygote *zygote, const char *task, bd_str argument, bd_source *source,
                       decoder *d, bd_err *err) {
    BD_DEFER(bd_arena_close_ref)
    bd_arena *arena = bd_arena_open("answer of a reader", FRAME_ARENA_BYTES);
    d->arena = arena;
    bd_buf_init(&d->pending, FRAME_BYTES + (1u << 20));
    bd_sink sink = {.write = take_pieces, .context = d};
    bd_rc rc = bd_zygote_run(zygote, task, argument, source, &sink, err);
    if (!bd_failed(rc) && d->pending.size > 0) {
        rc = refuse_answer(err);
    }
    bd_buf_clear(&d->pending);
    return rc;
}

bd_rc bd_xlsx_read_apart(bd_zygote *zygote, bd_source *source, const bd_part_events *events,
                         bd_err *err) {
    if (zygote == NULL) {
        return bd_xlsx_read(source, NULL, events, err);
    }
    decoder d = {.events = events};
    return run_apart(zygote, "xlsx", (bd_str){"", 0}, source, &d, err);
}

bd_rc bd_xml_find_apart(bd_zygote *zygote, bd_source *source, bd_arena *arena, bd_str *path,
                        bd_err *err) {
    if (zygote == NULL) {
        return bd_xml_find(source, arena, path, err);
    }
    static const bd_part_events none = {0};
    *path = (bd_str){"", 0};
    decoder d = {.events = &none, .path = path, .path_arena = arena};
    BD_TRY(run_apart(zygote, "xml-find", (bd_str){"", 0}, source, &d, err));
    return path->size > 0 ? BD_OK : refuse_answer(err);
}

bd_rc bd_xml_read_apart(bd_zygote *zygote, bd_source *source, bd_str path,
                        const bd_part_events *events, bd_err *err) {
    if (zygote == NULL) {
        return bd_xml_read(source, path, NULL, events, err);
    }
    decoder d = {.events = events};
    return run_apart(zygote, "xml-read", path, source, &d, err);
}

bd_rc bd_xml_walk_apart(bd_zygote *zygote, bd_source *source, bd_str label,
                        const bd_xml_events *events, bd_err *err) {
    if (zygote == NULL) {
        return bd_xml_walk(source, label, events, err);
    }
    static const bd_part_events none = {0};
    decoder d = {.events = &none, .walk = events};
    BD_TRY(run_apart(zygote, "xml-walk", label, source, &d, err));
    return d.depth == 0 ? BD_OK : refuse_answer(err);
}
