/* The bytes of an entry.
 *
 *     frames:  u32 plain bytes (1 to 256 KiB) | u32 packed bytes | zlib form        ... until plain bytes is 0
 *     plain:   u32 1 | u32 size of the facts | facts | u64 number of records | (u32 size, record) ...
 *
 * Numbers are little-endian, a text is its u32 length and its bytes, facts are the members of bd_facts in their order.
 * A record is a packed row, part or imported row as it lay in the spool, but for the evidence it belongs to, which is
 * zero.  The same facts and records give the same bytes; an entry has no time, place or name in it. */
#include "bindery/memo.h"

#include "bindery/derive.h"
#include "bindery/zip.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, FRAME_BYTES = 256 << 10, PACKED_MOST = FRAME_BYTES + 4096 };
#define FACTS_MOST ((size_t)16 << 20)

static void store_u32(uint8_t out[4], uint32_t value) {
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t load_u32(const void *bytes) {
    const uint8_t *b = bytes;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* ---- facts to bytes ---- */

static void put_u32(bd_buf *out, uint32_t value) {
    uint8_t bytes[4];
    store_u32(bytes, value);
    bd_buf_put(out, bytes, sizeof bytes);
}

static void put_u64(bd_buf *out, uint64_t value) {
    put_u32(out, (uint32_t)value);
    put_u32(out, (uint32_t)(value >> 32));
}

static void put_text(bd_buf *out, bd_str text) {
    put_u32(out, (uint32_t)text.size);
    bd_buf_puts(out, text);
}

static void put_seens(bd_buf *out, const bd_seens *list) {
    put_u32(out, (uint32_t)list->count);
    for (size_t i = 0; i < list->count; i++) {
        put_text(out, list->data[i].source);
        put_text(out, list->data[i].scope);
        put_u64(out, list->data[i].rows);
    }
}

/* Only texts that a type count names are kept with the facts. */
static void put_types(bd_buf *out, const bd_facts *facts) {
    uint32_t texts = 0;
    for (size_t i = 0; i < facts->types.count; i++) {
        const bd_type_count *one = &facts->types.data[i];
        texts = one->type >= texts ? one->type + 1 : texts;
        texts = one->subscription >= texts ? one->subscription + 1 : texts;
    }
    put_u32(out, texts);
    for (uint32_t i = 0; i < texts; i++) {
        put_text(out, facts->texts[i]);
    }
    put_u32(out, (uint32_t)facts->types.count);
    for (size_t i = 0; i < facts->types.count; i++) {
        const bd_type_count *one = &facts->types.data[i];
        put_u32(out, one->type);
        put_u32(out, one->subscription);
        put_u64(out, one->count);
        put_u64(out, one->ids);
    }
}

static void put_tallies(bd_buf *out, const bd_facts *facts) {
    put_u32(out, (uint32_t)facts->days.count);
    for (size_t i = 0; i < facts->days.count; i++) {
        const bd_day_tally *one = &facts->days.data[i];
        put_text(out, one->source);
        put_text(out, one->scope);
        put_u32(out, (uint32_t)one->day);
        put_u64(out, one->count);
    }
    put_u32(out, (uint32_t)facts->people.count);
    for (size_t i = 0; i < facts->people.count; i++) {
        const bd_person_tally *one = &facts->people.data[i];
        put_u32(out, (uint32_t)one->event);
        put_u32(out, (uint32_t)one->day);
        put_u64(out, one->who);
    }
}

static void put_said(bd_buf *out, const bd_facts *facts) {
    put_u32(out, (uint32_t)facts->diags.count);
    for (size_t i = 0; i < facts->diags.count; i++) {
        const bd_diag *one = &facts->diags.data[i];
        put_u32(out, (uint32_t)one->severity);
        put_text(out, one->subject);
        put_text(out, one->locus);
        put_text(out, one->message);
    }
    put_u32(out, (uint32_t)facts->tables.count);
    for (size_t i = 0; i < facts->tables.count; i++) {
        put_text(out, facts->tables.data[i].name);
        put_text(out, facts->tables.data[i].source);
        put_u32(out, facts->tables.data[i].header_row);
        put_u64(out, facts->tables.data[i].rows_read);
        put_u64(out, facts->tables.data[i].rows_refused);
        put_u64(out, facts->tables.data[i].rows_left);
        put_u32(out, facts->tables.data[i].is_hidden);
    }
}

enum {
    HAS_MORE_TYPES = 1,
    HAS_MORE_DAYS = 2,
    HAS_MORE_PEOPLE = 4,
    HAS_LINK = 8,
    IS_TRUNCATED = 16,
    IS_ARRAY = 32,
    IS_MALFORMED = 64
};

static uint32_t flags_of(const bd_facts *facts) {
    return (facts->has_more_types ? HAS_MORE_TYPES : 0U) | (facts->has_more_days ? HAS_MORE_DAYS : 0U) |
           (facts->has_more_people ? HAS_MORE_PEOPLE : 0U) | (facts->has_next_link ? HAS_LINK : 0U) |
           (facts->is_truncated ? IS_TRUNCATED : 0U) | (facts->is_az_array ? IS_ARRAY : 0U) |
           (facts->is_malformed ? IS_MALFORMED : 0U);
}

static void put_facts(bd_buf *out, const bd_facts *facts) {
    const uint64_t numbers[] = {facts->rows_read,
                                facts->rows_refused,
                                facts->rows_unmapped,
                                facts->rows_repeated,
                                (uint64_t)facts->rows_reported,
                                (uint64_t)facts->first_event,
                                (uint64_t)facts->last_event,
                                (uint64_t)facts->export_time};
    put_u32(out, (uint32_t)facts->media);
    put_u32(out, flags_of(facts));
    put_text(out, facts->envelope);
    put_text(out, facts->envelope_words);
    put_text(out, facts->bad_count);
    put_text(out, facts->next_link);
    put_text(out, facts->context);
    put_text(out, facts->problem);
    for (size_t i = 0; i < BD_COUNT(numbers); i++) {
        put_u64(out, numbers[i]);
    }
    put_seens(out, &facts->seen);
    put_seens(out, &facts->parts);
    put_types(out, facts);
    put_tallies(out, facts);
    put_said(out, facts);
}

/* ---- writing ---- */

typedef struct {
    bd_sink *sink;
    bd_flate *flate;
    uint8_t *plain; /* FRAME_BYTES */
    size_t size;
    bd_buf packed;
} frame_writer;

static bd_rc end_frame(frame_writer *out, bd_err *err) {
    uint8_t sizes[8];
    if (out->size == 0) {
        return BD_OK;
    }
    out->packed.size = 0;
    BD_TRY(bd_flate_put(out->flate, (bd_str){(const char *)out->plain, out->size}, &out->packed, err));
    store_u32(sizes, (uint32_t)out->size);
    store_u32(sizes + 4, (uint32_t)out->packed.size);
    out->size = 0;
    BD_TRY(bd_sink_write(out->sink, sizes, sizeof sizes, err));
    return bd_sink_write(out->sink, out->packed.data, out->packed.size, err);
}

static bd_rc put_plain(frame_writer *out, const void *bytes, size_t count, bd_err *err) {
    const uint8_t *from = bytes;
    while (count > 0) {
        size_t room = FRAME_BYTES - out->size;
        size_t taken = count < room ? count : room;
        memcpy(out->plain + out->size, from, taken);
        out->size += taken;
        from += taken;
        count -= taken;
        if (out->size == FRAME_BYTES) {
            BD_TRY(end_frame(out, err));
        }
    }
    return BD_OK;
}

static bd_rc put_record(void *context, bd_str record, bd_err *err) {
    uint8_t head[8] = {0}; /* size, and nobody's evidence */
    BD_ASSERT(record.size >= 4);
    store_u32(head, (uint32_t)record.size);
    BD_TRY(put_plain(context, head, sizeof head, err));
    return put_plain(context, record.data + 4, record.size - 4, err);
}

static bd_rc write_frames(frame_writer *out, bd_str facts, const bd_spool *rows, bd_spool_mark from,
                          bd_spool_mark to, bd_err *err) {
    uint8_t head[8], end[4] = {0}, count[8];
    store_u32(head, VERSION);
    store_u32(head + 4, (uint32_t)facts.size);
    store_u32(count, (uint32_t)(to.count - from.count));
    store_u32(count + 4, (uint32_t)((to.count - from.count) >> 32));
    BD_TRY(put_plain(out, head, sizeof head, err));
    BD_TRY(put_plain(out, facts.data, facts.size, err));
    BD_TRY(put_plain(out, count, sizeof count, err));
    BD_TRY(bd_spool_look(rows, from, to, put_record, out, err));
    BD_TRY(end_frame(out, err));
    return bd_sink_write(out->sink, end, sizeof end, err);
}

bd_rc bd_memo_write(const bd_facts *facts, const bd_spool *rows, bd_spool_mark from,
                    bd_spool_mark to, bd_sink *sink, bd_err *err) {
    bd_buf text;
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("memo", (size_t)1 << 20);
    frame_writer out = {.sink = sink,
                        .flate = bd_flate_open_fast(),
                        .plain = bd_new(scratch, uint8_t, FRAME_BYTES)};
    bd_buf_init(&out.packed, PACKED_MOST);
    bd_buf_init(&text, FACTS_MOST);
    put_facts(&text, facts);
    bd_rc rc = bd_buf_check(&text, "what was found in a file", err);
    if (!bd_failed(rc)) {
        rc = write_frames(&out, bd_buf_str(&text), rows, from, to, err);
    }
    bd_buf_clear(&text);
    bd_buf_clear(&out.packed);
    bd_flate_close(out.flate);
    return rc;
}

/* ---- bytes to facts ---- */

typedef struct {
    bd_str bytes; /* in the arena of the facts: texts are borrowed from it */
    size_t at;
    bool is_short; /* something did not fit: all that was taken since is nothing */
    const bd_catalog *catalog;
    bd_arena *arena;
} facts_reader;

static bool has_room(facts_reader *in, size_t count) {
    in->is_short = in->is_short || count > in->bytes.size - in->at;
    return !in->is_short;
}

static uint32_t take_u32(facts_reader *in) {
    if (!has_room(in, 4)) {
        return 0;
    }
    in->at += 4;
    return load_u32(in->bytes.data + in->at - 4);
}

static uint64_t take_u64(facts_reader *in) {
    uint64_t low = take_u32(in);
    return low | (uint64_t)take_u32(in) << 32;
}

static bd_str take_text(facts_reader *in) {
    size_t size = take_u32(in);
    if (!has_room(in, size)) {
        return (bd_str){"", 0};
    }
    in->at += size;
    return (bd_str){in->bytes.data + in->at - size, size};
}

/* A list of at most so many entries, each of so many bytes at least. */
static size_t take_count(facts_reader *in, size_t most, size_t least_bytes) {
    size_t count = take_u32(in);
    in->is_short = in->is_short || count > most || count * least_bytes > in->bytes.size - in->at;
    return in->is_short ? 0 : count;
}

static uint32_t take_below(facts_reader *in, uint32_t end) {
    uint32_t value = take_u32(in);
    in->is_short = in->is_short || value >= end;
    return in->is_short ? 0 : value;
}

static bd_str take_source(facts_reader *in) {
    const bd_source_def *source = bd_catalog_source(in->catalog, take_text(in));
    in->is_short = in->is_short || source == NULL;
    return source != NULL ? source->id : (bd_str){"", 0};
}

static void take_seens(facts_reader *in, bd_seens *out) {
    size_t count = take_count(in, FACTS_MOST, 16);
    out->data = bd_new(in->arena, bd_seen, count);
    out->count = out->room = count;
    for (size_t i = 0; i < count && !in->is_short; i++) {
        out->data[i].source = take_source(in);
        out->data[i].scope = take_text(in);
        out->data[i].rows = take_u64(in);
    }
}

static void take_types(facts_reader *in, bd_facts *out) {
    size_t texts = take_count(in, FACTS_MOST, 4);
    bd_str *list = bd_new(in->arena, bd_str, texts);
    for (size_t i = 0; i < texts; i++) {
        list[i] = take_text(in);
    }
    out->texts = list;
    size_t count = take_count(in, BD_MOST_TYPE_COUNTS, 24);
    out->types.data = bd_new(in->arena, bd_type_count, count);
    out->types.count = out->types.room = count;
    for (size_t i = 0; i < count; i++) {
        bd_type_count *one = &out->types.data[i];
        one->type = take_below(in, (uint32_t)texts);
        one->subscription = take_below(in, (uint32_t)texts);
        one->count = take_u64(in);
        one->ids = take_u64(in);
    }
}

static void take_tallies(facts_reader *in, bd_facts *out) {
    size_t days = take_count(in, BD_MOST_DAY_TALLIES, 20);
    out->days.data = bd_new(in->arena, bd_day_tally, days);
    out->days.count = out->days.room = days;
    for (size_t i = 0; i < days; i++) {
        bd_day_tally *one = &out->days.data[i];
        one->source = take_source(in);
        one->scope = take_text(in);
        one->day = (bd_day)take_u32(in);
        one->count = take_u64(in);
    }
    size_t people = take_count(in, BD_MOST_PERSON_TALLIES, 16);
    out->people.data = bd_new(in->arena, bd_person_tally, people);
    out->people.count = out->people.room = people;
    for (size_t i = 0; i < people; i++) {
        bd_person_tally *one = &out->people.data[i];
        one->event = (bd_person_event)take_below(in, BD_PERSON_SHUT + 1);
        one->day = (bd_day)take_u32(in);
        one->who = take_u64(in);
    }
}

static void take_said(facts_reader *in, bd_facts *out) {
    size_t diags = take_count(in, FACTS_MOST, 16);
    out->diags.data = bd_new(in->arena, bd_diag, diags);
    out->diags.count = out->diags.room = diags;
    for (size_t i = 0; i < diags; i++) {
        bd_diag *one = &out->diags.data[i];
        one->severity = (bd_diag_severity)take_below(in, BD_DIAG_REFUSED + 1);
        one->subject = take_text(in);
        one->locus = take_text(in);
        one->message = take_text(in);
    }
    size_t tables = take_count(in, FACTS_MOST, 40);
    for (size_t i = 0; i < tables; i++) {
        bd_table_facts *one = bd_push(in->arena, &out->tables);
        one->name = take_text(in);
        bd_str source = take_text(in);
        const bd_source_def *known = bd_catalog_source(in->catalog, source);
        in->is_short = in->is_short || (source.size > 0 && known == NULL);
        one->source = known != NULL ? known->id : (bd_str){"", 0};
        one->header_row = take_u32(in);
        one->rows_read = take_u64(in);
        one->rows_refused = take_u64(in);
        one->rows_left = take_u64(in);
        one->is_hidden = take_below(in, 2) != 0;
    }
}

static void take_flags(facts_reader *in, bd_facts *out) {
    uint32_t flags = take_below(in, IS_MALFORMED << 1);
    out->has_more_types = (flags & HAS_MORE_TYPES) != 0;
    out->has_more_days = (flags & HAS_MORE_DAYS) != 0;
    out->has_more_people = (flags & HAS_MORE_PEOPLE) != 0;
    out->has_next_link = (flags & HAS_LINK) != 0;
    out->is_truncated = (flags & IS_TRUNCATED) != 0;
    out->is_az_array = (flags & IS_ARRAY) != 0;
    out->is_malformed = (flags & IS_MALFORMED) != 0;
}

static bool take_facts(facts_reader *in, bd_facts *out) {
    *out = (bd_facts){0};
    out->media = (bd_media)take_below(in, BD_MEDIA_BINARY + 1);
    take_flags(in, out);
    bd_str *const texts[] = {&out->envelope,  &out->envelope_words, &out->bad_count,
                             &out->next_link, &out->context,        &out->problem};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = take_text(in);
    }
    out->rows_read = take_u64(in);
    out->rows_refused = take_u64(in);
    out->rows_unmapped = take_u64(in);
    out->rows_repeated = take_u64(in);
    out->rows_reported = (int64_t)take_u64(in);
    out->first_event = (bd_instant)take_u64(in);
    out->last_event = (bd_instant)take_u64(in);
    out->export_time = (bd_instant)take_u64(in);
    take_seens(in, &out->seen);
    take_seens(in, &out->parts);
    take_types(in, out);
    take_tallies(in, out);
    take_said(in, out);
    return !in->is_short && in->at == in->bytes.size;
}

/* ---- reading ---- */

typedef struct {
    bd_source *from;
    bd_flate *flate;
    uint8_t *packed, *plain; /* PACKED_MOST, FRAME_BYTES */
    size_t size, at;
    bool is_at_end;
} frame_reader;

static bd_rc refuse(bd_err *err, const char *what) {
    return bd_raise(err, BD_ERR_INPUT, "the entry does not hold: %s", what);
}

static bd_rc read_exactly(bd_source *from, void *bytes, size_t count, bd_err *err) {
    uint8_t *at = bytes;
    while (count > 0) {
        size_t taken = 0;
        BD_TRY(bd_source_read(from, at, count, &taken, err));
        if (taken == 0) {
            return refuse(err, "it ends too early");
        }
        at += taken;
        count -= taken;
    }
    return BD_OK;
}

static bd_rc next_frame(frame_reader *in, bd_err *err) {
    uint8_t size[4], packed_size[4];
    BD_TRY(read_exactly(in->from, size, sizeof size, err));
    in->size = load_u32(size);
    in->at = 0;
    if (in->size == 0) {
        in->is_at_end = true;
        return BD_OK;
    }
    BD_TRY(read_exactly(in->from, packed_size, sizeof packed_size, err));
    size_t packed = load_u32(packed_size);
    if (in->size > FRAME_BYTES || packed > PACKED_MOST) {
        return refuse(err, "a frame of it is larger than any");
    }
    BD_TRY(read_exactly(in->from, in->packed, packed, err));
    return bd_flate_undo(in->flate, (bd_str){(const char *)in->packed, packed}, in->plain, in->size,
                         err);
}

static bd_rc take_plain(frame_reader *in, void *out, size_t count, bd_err *err) {
    uint8_t *to = out;
    while (count > 0) {
        if (in->at == in->size) {
            BD_TRY(next_frame(in, err));
            if (in->is_at_end) {
                return refuse(err, "it ends too early");
            }
        }
        size_t taken = in->size - in->at < count ? in->size - in->at : count;
        memcpy(to, in->plain + in->at, taken);
        in->at += taken;
        to += taken;
        count -= taken;
    }
    return BD_OK;
}

static bd_rc read_facts(frame_reader *in, const bd_scan_plan *plan, bd_arena *arena, bd_facts *out,
                        bd_err *err) {
    uint8_t head[8];
    BD_TRY(take_plain(in, head, sizeof head, err));
    size_t size = load_u32(head + 4);
    if (load_u32(head) != VERSION || size > FACTS_MOST) {
        return refuse(err, "it is of another version");
    }
    char *bytes = bd_alloc(arena, size + 1, 1);
    BD_TRY(take_plain(in, bytes, size, err));
    facts_reader facts = {.bytes = {bytes, size}, .catalog = plan->catalog, .arena = arena};
    return take_facts(&facts, out) ? BD_OK : refuse(err, "its facts are none");
}

typedef struct {
    const bd_scan_plan *plan;
    bd_row_marks seen;
} record_check;

static bool record_fits(record_check *check, bd_str record) {
    bd_unpacker packed = {.record = record, .at = 4};
    if (record.size < 8) {
        return false;
    }
    uint32_t mark = bd_unpack_u32(&packed);
    const bd_scan_plan *plan = check->plan;
    return mark == BD_PART_MARK ? bd_part_fits(record, 8, plan->catalog->source_count)
           : mark == BD_IMPORT_MARK
               ? plan->imports != NULL && bd_import_fits(record, 8, bd_imports_count(plan->imports))
               : bd_row_fits(record, 4, plan->catalog->check_count, &check->seen);
}

static bd_rc read_records(frame_reader *in, const bd_scan_plan *plan, uint32_t evidence,
                          char *record, bd_spool *rows, bd_err *err) {
    uint8_t number[8];
    record_check check = {.plan = plan};
    BD_TRY(take_plain(in, number, sizeof number, err));
    uint64_t count = load_u32(number) | (uint64_t)load_u32(number + 4) << 32;
    for (uint64_t i = 0; i < count; i++) {
        BD_TRY(take_plain(in, number, 4, err));
        size_t size = load_u32(number);
        if (size < 8 || size > BD_SPILL_RECORD_BYTES) {
            return refuse(err, "a record of it has no size that one can have");
        }
        BD_TRY(take_plain(in, record, size, err));
        for (int k = 0; k < 4; k++) {
            record[k] = (char)(evidence >> (24 - 8 * k));
        }
        if (!record_fits(&check, (bd_str){record, size})) {
            return refuse(err, "a record of it is none");
        }
        BD_TRY(bd_spool_put(rows, (bd_str){record, size}, err));
    }
    return BD_OK;
}

/* The last frame is behind, and the source knows that it held. */
static bd_rc read_end(frame_reader *in, bd_err *err) {
    char extra;
    size_t count = 0;
    if (in->at == in->size && !in->is_at_end) {
        BD_TRY(next_frame(in, err));
    }
    if (!in->is_at_end) {
        return refuse(err, "more stands in it than was announced");
    }
    BD_TRY(bd_source_read(in->from, &extra, 1, &count, err));
    return count == 0 ? BD_OK : refuse(err, "more stands behind it");
}

bd_rc bd_memo_read(const bd_scan_plan *plan, bd_source *from, uint32_t evidence, bd_arena *arena,
                   bd_spool *rows, bd_facts *out, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("memo", (size_t)2 << 20);
    frame_reader in = {.from = from,
                       .flate = bd_flate_open_fast(),
                       .packed = bd_new(scratch, uint8_t, PACKED_MOST),
                       .plain = bd_new(scratch, uint8_t, FRAME_BYTES)};
    char *record = bd_new(scratch, char, BD_SPILL_RECORD_BYTES);
    bd_spool_mark mark = bd_spool_at(rows);
    bd_rc rc = read_facts(&in, plan, arena, out, err);
    if (!bd_failed(rc)) {
        rc = read_records(&in, plan, evidence, record, rows, err);
    }
    if (!bd_failed(rc)) {
        rc = read_end(&in, err);
    }
    bd_flate_close(in.flate);
    if (bd_failed(rc)) {
        bd_err unused;
        *out = (bd_facts){.rows_reported = -1};
        if (bd_failed(bd_spool_cut(rows, mark, &unused))) {
            *err = unused;
            return (bd_rc){(int)unused.class};
        }
    }
    return rc;
}
