/* file.c - the skeleton of a PDF: cross-reference sections, revisions, objects (ISO 32000-2, 7.5).
 *
 * The reader trusts no table.  Each section must be followed by its own startxref and %%EOF; each
 * entry of a section must point between the end of the revision before and the section itself, at
 * an object that bears its number; no two objects may share a byte.  A file that passes has exactly
 * the revisions it shows, and nothing can hide in a disagreement between two readers.
 *
 * Sections are tables or cross-reference streams (rows.c), in one file all of the same form; with streams objects may
 * stand in object streams (packed.c). */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#include <string.h>

#define FILE_MAX (INT64_C(1) << 30)
#define REVISIONS_MAX 64
#define TAIL_BYTES 1024
#define REFERENCES_MAX 16

#define RELEASE_BYTES ((size_t)4 << 20)

typedef struct {
    bd_pdf *pdf;
    const bd_pdf *known; /* a reading of a longer or shorter beginning of the file, or NULL */
    bool is_grown;       /* its revisions are ours too, and were taken over */
    bd_arena *scratch;
    bd_pdf_section sections[REVISIONS_MAX]; /* as the revisions: base first, once all are read */
    int64_t table_limit, rows_limit;        /* no object number may reach that of its section's form */
    size_t packed_left;                     /* bytes that may still be inflated */
    bd_err *err;
} reading;

void bd_pdf_release(const bd_pdf *pdf) {
    bd_view_release(pdf->view);
}

/* ---- one section ----------------------------------------------------------------------------- */

static bool read_digits(const char *digits, size_t count, int64_t *out) {
    int64_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return false;
        }
        value = value * 10 + (digits[i] - '0');
    }
    *out = value;
    return true;
}

/* "oooooooooo ggggg n" and a line end of two bytes (7.5.4).  An offset beyond any file is kept as the largest number,
 * which lies behind every section too. */
static bool read_entry(const char row[20], bd_pdf_entry *out) {
    int64_t offset = 0, generation = 0;
    bool is_ended = (row[18] == ' ' && (row[19] == '\n' || row[19] == '\r')) ||
                    (row[18] == '\r' && row[19] == '\n');
    if (!is_ended || row[10] != ' ' || row[16] != ' ' || (row[17] != 'n' && row[17] != 'f') ||
        !read_digits(row, 10, &offset) || !read_digits(row + 11, 5, &generation) || generation > UINT16_MAX) {
        return false;
    }
    out->offset = offset < UINT32_MAX ? (uint32_t)offset : UINT32_MAX;
    out->generation = (uint16_t)generation;
    out->state = row[17] == 'n' ? BD_PDF_ENTRY_USED : BD_PDF_ENTRY_FREE;
    return true;
}

/* Room for exactly these where it is known, and twice as much where many small lists follow each other. */
static void reserve(reading *r, bd_pdf_section *into, size_t more) {
    size_t room = into->count + more;
    if (room <= into->room) {
        return;
    }
    room = into->room > 0 && room < 2 * into->room ? 2 * into->room : room;
    bd_pdf_placed *data = bd_new(r->scratch, bd_pdf_placed, room);
    if (into->count > 0) {
        memcpy(data, into->data, into->count * sizeof *data);
    }
    into->data = data;
    into->room = room;
}

static bd_rc read_subsection(reading *r, bd_pdf_lexer *lexer, bd_pdf_section *into) {
    int64_t first = 0, count = 0;
    BD_TRY(bd_pdf_lexer_digits(lexer, &first));
    bd_pdf_lexer_skip(lexer);
    BD_TRY(bd_pdf_lexer_digits(lexer, &count));
    bd_pdf_lexer_skip(lexer);
    if (first > r->table_limit || count > r->table_limit - first ||
        (uint64_t)count > (lexer->end - lexer->at) / 20) {
        return bd_pdf_lexer_raise(lexer,
                                  "a cross-reference section that is larger than the file can be");
    }
    reserve(r, into, (size_t)count);
    for (int64_t i = 0; i < count; i++, lexer->at += 20) {
        bd_pdf_placed *placed = &into->data[into->count++];
        placed->number = (uint32_t)(first + i);
        if (!read_entry(lexer->text.data + lexer->at, &placed->entry)) {
            return bd_pdf_lexer_raise(lexer,
                                      "a cross-reference entry that is not 20 bytes of its form");
        }
    }
    return BD_OK;
}

static bd_rc check_trailer(reading *r, const bd_pdf_revision *revision) {
    const bd_pdf_object *trailer = &revision->trailer;
    const bd_pdf_object *size = bd_pdf_find(trailer, "Size");
    bool is_stream = revision->stream_number > 0;
    if (trailer->kind != (is_stream ? BD_PDF_STREAM : BD_PDF_DICT) || size == NULL || size->kind != BD_PDF_INTEGER ||
        size->integer < 1 || size->integer > (is_stream ? r->rows_limit : r->table_limit)) {
        BD_RAISE(r->err, BD_ERR_INPUT, "a trailer without a credible /Size, at byte %lld",
                 (long long)trailer->start);
    }
    if (bd_pdf_find(trailer, "XRefStm") != NULL) {
        BD_RAISE(r->err, BD_ERR_UNSUPPORTED,
                 "a hybrid pdf with two cross-reference forms, at byte %lld",
                 (long long)trailer->start);
    }
    if (bd_pdf_find(trailer, "Encrypt") != NULL) {
        BD_RAISE(r->err, BD_ERR_UNSUPPORTED, "an encrypted pdf, at byte %lld",
                 (long long)trailer->start);
    }
    return BD_OK;
}

/* "startxref <own offset> %%EOF" and one line end close each revision. */
static bd_rc read_ending(bd_pdf_lexer *lexer, bd_pdf_revision *revision) {
    int64_t offset = 0;
    BD_TRY(bd_pdf_lexer_expect(lexer, BD_STR("startxref")));
    bd_pdf_lexer_skip(lexer);
    BD_TRY(bd_pdf_lexer_digits(lexer, &offset));
    if (offset != revision->xref) {
        return bd_pdf_lexer_raise(lexer, "a startxref that does not name its own section");
    }
    while (lexer->at < lexer->end && bd_pdf_is_space(lexer->text.data[lexer->at])) {
        lexer->at++;
    }
    if (!bd_str_has_prefix(bd_str_sub(lexer->text, lexer->at, lexer->end), BD_STR("%%EOF"))) {
        return bd_pdf_lexer_raise(lexer, "expected '%%EOF' with both signs after startxref");
    }
    lexer->at += 5;
    bd_str rest = bd_str_sub(lexer->text, lexer->at, lexer->end);
    if (bd_str_has_prefix(rest, BD_STR("\r\n"))) {
        lexer->at += 2;
    } else if (rest.size > 0 && (rest.data[0] == '\n' || rest.data[0] == '\r')) {
        lexer->at += 1;
    }
    revision->end = (int64_t)lexer->at;
    return BD_OK;
}

static bd_rc parse_indirect(const bd_pdf *pdf, int64_t number, const bd_pdf_entry *entry,
                            bd_pdf_lexer *lexer, bd_pdf_object *out);

static bd_rc read_table(reading *r, bd_pdf_lexer *lexer, size_t index, bd_pdf_revision *out) {
    lexer->at += 4;
    for (;;) {
        bd_pdf_lexer_skip(lexer);
        if (lexer->at >= lexer->end || lexer->text.data[lexer->at] < '0' || lexer->text.data[lexer->at] > '9') {
            break;
        }
        BD_TRY(read_subsection(r, lexer, &r->sections[index]));
    }
    BD_TRY(bd_pdf_lexer_expect(lexer, BD_STR("trailer")));
    BD_TRY(bd_pdf_lexer_object(lexer, &out->trailer));
    return check_trailer(r, out);
}

/* Its own row, if it has one, names the place where it stands. */
static bd_rc read_rows(reading *r, bd_pdf_lexer *lexer, size_t index, bd_pdf_revision *out) {
    const bd_pdf_entry here = {.offset = (uint32_t)out->xref, .state = BD_PDF_ENTRY_USED};
    int64_t number = 0, from = (int64_t)lexer->at;
    BD_TRY(bd_pdf_lexer_digits(lexer, &number));
    lexer->at = (size_t)from;
    if (number < 1 || number >= r->rows_limit) {
        return bd_pdf_lexer_raise(lexer, "a cross-reference stream without a credible number");
    }
    BD_TRY(parse_indirect(r->pdf, number, &here, lexer, &out->trailer));
    out->stream_number = number;
    const bd_pdf_object *type = bd_pdf_find(&out->trailer, "Type");
    if (type == NULL || type->kind != BD_PDF_NAME || !bd_str_eqz(type->text, "XRef")) {
        return bd_pdf_lexer_raise(lexer, "expected 'xref' or a cross-reference stream where startxref points");
    }
    BD_TRY(check_trailer(r, out));
    return bd_pdf_rows_read(&out->trailer, r->rows_limit, r->scratch, &r->sections[index], r->err);
}

static bd_rc read_section(reading *r, int64_t offset, size_t index, bd_pdf_revision *out) {
    bd_str text = r->pdf->text;
    bd_pdf_lexer lexer = bd_pdf_lexer_of(text, (size_t)offset, text.size, r->pdf->arena, r->err);
    bd_str here = bd_str_sub(text, (size_t)offset, (size_t)offset + 4);
    bool is_stream = here.size > 0 && here.data[0] >= '1' && here.data[0] <= '9';
    out->xref = offset;
    if (!is_stream && !bd_str_eqz(here, "xref")) {
        return bd_pdf_lexer_raise(&lexer, "expected 'xref' or a cross-reference stream where startxref points");
    }
    BD_TRY(is_stream ? read_rows(r, &lexer, index, out) : read_table(r, &lexer, index, out));
    return read_ending(&lexer, out);
}

/* ---- all sections ---------------------------------------------------------------------------- */

static bd_rc find_start(const reading *r, int64_t *offset) {
    bd_str text = r->pdf->text;
    size_t from = text.size > TAIL_BYTES ? text.size - TAIL_BYTES : 0;
    bd_str tail = bd_str_sub(text, from, text.size);
    ptrdiff_t at = -1;
    for (ptrdiff_t next = 0; next >= 0;) {
        next = bd_str_find(bd_str_sub(tail, (size_t)(at + 1), tail.size), BD_STR("startxref"));
        at = next >= 0 ? at + 1 + next : at;
    }
    if (at < 0) {
        BD_RAISE(r->err, BD_ERR_INPUT,
                 "no startxref in the last %d bytes of the pdf: it is cut off or no pdf",
                 TAIL_BYTES);
    }
    bd_pdf_lexer lexer =
        bd_pdf_lexer_of(text, from + (size_t)at + 9, text.size, r->scratch, r->err);
    bd_pdf_lexer_skip(&lexer);
    return bd_pdf_lexer_digits(&lexer, offset);
}

static void reverse_revisions(reading *r) {
    bd_pdf *pdf = r->pdf;
    for (size_t i = 0; i < pdf->revisions.count / 2; i++) {
        size_t other = pdf->revisions.count - 1 - i;
        bd_pdf_revision revision = pdf->revisions.data[i];
        bd_pdf_section entries = r->sections[i];
        pdf->revisions.data[i] = pdf->revisions.data[other];
        pdf->revisions.data[other] = revision;
        r->sections[i] = r->sections[other];
        r->sections[other] = entries;
    }
}

/* Whether what is known ends with the section at <offset>, and would be read from these bytes as it was. */
static bool ends_known(const reading *r, int64_t offset) {
    const bd_pdf *known = r->known;
    if (known == NULL || known->text.size >= r->pdf->text.size) {
        return false;
    }
    const bd_pdf_revision *last = &known->revisions.data[known->revisions.count - 1];
    const bd_pdf_object *size = bd_pdf_find(&r->pdf->revisions.data[0].trailer, "Size");
    bool is_line_whole =
        (uint64_t)last->end < known->text.size || known->text.data[known->text.size - 1] == '\n';
    return last->xref == offset && is_line_whole && (uint64_t)size->integer >= known->entry_count &&
           r->pdf->revisions.count + known->revisions.count <= REVISIONS_MAX;
}

/* Newest first, as they are read. */
static void take_revisions(reading *r) {
    for (size_t i = r->known->revisions.count; i > 0; i--) {
        *bd_push(r->pdf->arena, &r->pdf->revisions) = r->known->revisions.data[i - 1];
    }
    r->is_grown = true;
}

static bd_rc read_sections(reading *r) {
    bd_pdf *pdf = r->pdf;
    int64_t offset = 0, before = (int64_t)pdf->text.size;
    BD_TRY(find_start(r, &offset));
    for (;;) {
        if (offset <= 0 || offset >= before) {
            BD_RAISE(r->err, BD_ERR_INPUT,
                     "a cross-reference section at byte %lld, expected it before byte %lld",
                     (long long)offset, (long long)before);
        }
        if (pdf->revisions.count >= REVISIONS_MAX) {
            BD_RAISE(r->err, BD_ERR_LIMIT, "a pdf with more than %d revisions", REVISIONS_MAX);
        }
        if (pdf->revisions.count > 0 && ends_known(r, offset)) {
            take_revisions(r);
            break;
        }
        bd_pdf_revision revision = {0};
        BD_TRY(read_section(r, offset, pdf->revisions.count, &revision));
        *bd_push(pdf->arena, &pdf->revisions) = revision;
        const bd_pdf_object *previous = bd_pdf_find(&revision.trailer, "Prev");
        if (previous == NULL) {
            break;
        }
        if (previous->kind != BD_PDF_INTEGER) {
            BD_RAISE(r->err, BD_ERR_INPUT, "a /Prev that is not a number, at byte %lld",
                     (long long)previous->start);
        }
        before = offset;
        offset = previous->integer;
    }
    reverse_revisions(r);
    return BD_OK;
}

/* ---- places ---------------------------------------------------------------------------------- */

static bd_rc check_section(const reading *r, size_t revision) {
    const bd_pdf *pdf = r->pdf;
    int64_t from = revision == 0 ? 1 : pdf->revisions.data[revision - 1].end;
    int64_t to = pdf->revisions.data[revision].xref, stream = pdf->revisions.data[revision].stream_number;
    for (size_t i = 0; i < r->sections[revision].count; i++) {
        const bd_pdf_placed *placed = &r->sections[revision].data[i];
        bool is_own = stream > 0 && placed->number == stream;
        if ((is_own && (placed->entry.state != BD_PDF_ENTRY_USED || placed->entry.offset != to)) ||
            (!is_own && placed->entry.state == BD_PDF_ENTRY_USED &&
             (placed->entry.offset < from || placed->entry.offset >= to))) {
            BD_RAISE(r->err, BD_ERR_INPUT,
                     "object %u at byte %u, expected it between %lld and %lld",
                     (unsigned)placed->number, (unsigned)placed->entry.offset, (long long)from,
                     (long long)to);
        }
    }
    return BD_OK;
}

static bd_rc check_places(const reading *r) {
    const bd_pdf *pdf = r->pdf;
    for (size_t i = 1; i < pdf->revisions.count; i++) {
        if ((pdf->revisions.data[i].stream_number > 0) != (pdf->revisions.data[0].stream_number > 0)) {
            BD_RAISE(r->err, BD_ERR_UNSUPPORTED, "a pdf with a table and a cross-reference stream, at byte %lld",
                     (long long)pdf->revisions.data[i].xref);
        }
        if (pdf->revisions.data[i].xref < pdf->revisions.data[i - 1].end) {
            BD_RAISE(r->err, BD_ERR_INPUT, "revisions that overlap, at byte %lld",
                     (long long)pdf->revisions.data[i].xref);
        }
    }
    for (size_t i = 0; i < pdf->revisions.count; i++) {
        BD_TRY(check_section(r, i));
    }
    return BD_OK;
}

static int compare_numbers(const void *context, const void *a, const void *b) {
    uint32_t left = ((const bd_pdf_placed *)a)->number, right = ((const bd_pdf_placed *)b)->number;
    (void)context;
    return left < right ? -1 : left > right;
}

static bd_rc fill_section(reading *r, size_t revision, int64_t size) {
    bd_pdf *pdf = r->pdf;
    bd_pdf_section *own = &r->sections[revision];
    bd_sort(own->data, own->count, sizeof(bd_pdf_placed), compare_numbers, NULL);
    for (size_t i = 0; i < own->count; i++) {
        const bd_pdf_placed *placed = &own->data[i];
        if (i > 0 && placed->number == placed[-1].number) {
            BD_RAISE(r->err, BD_ERR_INPUT, "object %u stands twice in one cross-reference section",
                     (unsigned)placed->number);
        }
        if (placed->number >= size) {
            BD_RAISE(r->err, BD_ERR_INPUT, "object %u is beyond the trailer's /Size of %lld",
                     (unsigned)placed->number, (long long)size);
        }
        if (pdf->entries[placed->number].is_pack) {
            BD_RAISE(r->err, BD_ERR_INPUT, "the object stream %u is written again, and all objects in it with it",
                     (unsigned)placed->number);
        }
        pdf->entries[placed->number] = placed->entry;
    }
    return BD_OK;
}

static int compare_number(const void *context, const void *key, const void *item) {
    int64_t left = *(const int64_t *)key, right = ((const bd_pdf_placed *)item)->number;
    (void)context;
    return left < right ? -1 : left > right;
}

/* The object streams of a section, which is sorted by numbers, stand in it too; and a cross-reference stream that is
 * not in it takes no other object's number. */
static bd_rc note_packs(reading *r, size_t revision) {
    bd_pdf *pdf = r->pdf;
    const bd_pdf_section *own = &r->sections[revision];
    int64_t stream = pdf->revisions.data[revision].stream_number;
    bool is_listed =
        bd_sorted_find(own->data, own->count, sizeof(bd_pdf_placed), &stream, compare_number, NULL) != NULL;
    if (stream > 0 && !is_listed && bd_pdf_has(pdf, stream)) {
        BD_RAISE(r->err, BD_ERR_INPUT, "a cross-reference stream with the number of another object, %lld",
                 (long long)stream);
    }
    int64_t last = -1;
    for (size_t i = 0; i < own->count; i++) {
        int64_t number = own->data[i].entry.offset;
        if (own->data[i].entry.state != BD_PDF_ENTRY_PACKED || number == last) {
            continue;
        }
        last = number;
        const bd_pdf_placed *pack =
            bd_sorted_find(own->data, own->count, sizeof(bd_pdf_placed), &number, compare_number, NULL);
        if (pack == NULL || pack->entry.state != BD_PDF_ENTRY_USED || number == stream) {
            BD_RAISE(r->err, BD_ERR_INPUT, "object %u is in the object stream %lld, which its revision has not",
                     (unsigned)own->data[i].number, (long long)number);
        }
        pdf->entries[number].is_pack = true;
    }
    return BD_OK;
}

/* Fills the table, the newest section last; within one a number may stand once. */
static bd_rc fill_entries(reading *r) {
    bd_pdf *pdf = r->pdf;
    const bd_pdf_object *size = bd_pdf_find(bd_pdf_trailer(pdf), "Size");
    pdf->entry_count = (size_t)size->integer;
    pdf->entries = bd_new(pdf->arena, bd_pdf_entry, pdf->entry_count);
    for (size_t i = 0; r->is_grown && i < r->known->entry_count; i++) {
        pdf->entries[i] = r->known->entries[i];
        pdf->entries[i].is_page = pdf->entries[i].is_seen = false;
    }
    for (size_t k = r->is_grown ? r->known->revisions.count : 0; k < pdf->revisions.count; k++) {
        BD_TRY(fill_section(r, k, size->integer));
        BD_TRY(note_packs(r, k));
    }
    return BD_OK;
}

/* ---- one object ------------------------------------------------------------------------------ */

/* /Length may be a reference; only a plain integer object will do, so nothing recurses here. */
static bd_rc read_length(const bd_pdf *pdf, const bd_pdf_object *length, int64_t *out,
                         bd_err *err) {
    if (length->kind == BD_PDF_INTEGER) {
        *out = length->integer;
        return BD_OK;
    }
    int64_t number = length->kind == BD_PDF_REF ? length->integer : -1;
    if (number < 0 || (uint64_t)number >= pdf->entry_count ||
        pdf->entries[number].state != BD_PDF_ENTRY_USED) {
        BD_RAISE(err, BD_ERR_INPUT, "a stream without /Length");
    }
    bd_pdf_lexer lexer = bd_pdf_lexer_of(pdf->text, (size_t)pdf->entries[number].offset,
                                         pdf->text.size, pdf->arena, err);
    int64_t found = 0, generation = 0;
    BD_TRY(bd_pdf_lexer_digits(&lexer, &found));
    bd_pdf_lexer_skip(&lexer);
    BD_TRY(bd_pdf_lexer_digits(&lexer, &generation));
    BD_TRY(bd_pdf_lexer_expect(&lexer, BD_STR("obj")));
    bd_pdf_lexer_skip(&lexer);
    BD_TRY(bd_pdf_lexer_digits(&lexer, out));
    BD_TRY(bd_pdf_lexer_expect(&lexer, BD_STR("endobj")));
    if (found != number || generation != pdf->entries[number].generation) {
        return bd_pdf_lexer_raise(&lexer, "a /Length that is another object");
    }
    return BD_OK;
}

static bd_rc parse_stream(const bd_pdf *pdf, bd_pdf_lexer *lexer, bd_pdf_object *out) {
    bd_str rest = bd_str_sub(lexer->text, lexer->at, lexer->end);
    size_t line_end = bd_str_has_prefix(rest, BD_STR("\r\n")) ? 2
                      : bd_str_has_prefix(rest, BD_STR("\n")) ? 1
                                                              : 0;
    int64_t length = 0;
    if (line_end == 0) {
        return bd_pdf_lexer_raise(lexer, "expected a line end after 'stream'");
    }
    BD_TRY(read_length(pdf, &lexer->length, &length, lexer->err));
    size_t from = lexer->at + line_end;
    if (length < 0 || (uint64_t)length > lexer->end - from) {
        return bd_pdf_lexer_raise(lexer, "a stream that is longer than its place");
    }
    out->kind = BD_PDF_STREAM;
    out->stream = bd_str_sub(lexer->text, from, from + (size_t)length);
    lexer->at = from + (size_t)length;
    while (lexer->at < lexer->end && bd_pdf_is_space(lexer->text.data[lexer->at])) {
        lexer->at++;
    }
    return bd_pdf_lexer_expect(lexer, BD_STR("endstream"));
}

/* Parses "N G obj … endobj" where the lexer stands, and leaves it just after endobj. */
static bd_rc parse_indirect(const bd_pdf *pdf, int64_t number, const bd_pdf_entry *entry,
                            bd_pdf_lexer *lexer, bd_pdf_object *out) {
    int64_t found = 0, generation = 0;
    BD_TRY(bd_pdf_lexer_digits(lexer, &found));
    bd_pdf_lexer_skip(lexer);
    BD_TRY(bd_pdf_lexer_digits(lexer, &generation));
    BD_TRY(bd_pdf_lexer_expect(lexer, BD_STR("obj")));
    if (found != number || generation != entry->generation) {
        BD_RAISE(lexer->err, BD_ERR_INPUT, "object '%lld %lld' at byte %lld, expected '%lld %d'",
                 (long long)found, (long long)generation, (long long)entry->offset,
                 (long long)number, entry->generation);
    }
    BD_TRY(bd_pdf_lexer_object(lexer, out));
    bd_pdf_lexer_skip(lexer);
    size_t at = lexer->at;
    if (bd_str_eq(bd_pdf_lexer_word(lexer), BD_STR("stream")) && out->kind == BD_PDF_DICT) {
        BD_TRY(parse_stream(pdf, lexer, out));
    } else {
        lexer->at = at;
    }
    return bd_pdf_lexer_expect(lexer, BD_STR("endobj"));
}

bd_rc bd_pdf_plain_parse(const bd_pdf *pdf, int64_t number, bd_arena *arena, bd_pdf_object *out, bd_err *err) {
    const bd_pdf_entry *entry = &pdf->entries[number];
    bd_pdf_lexer lexer = bd_pdf_lexer_of(pdf->text, entry->offset, pdf->text.size, arena, err);
    return parse_indirect(pdf, number, entry, &lexer, out);
}

bd_rc bd_pdf_look_at(bd_pdf *pdf, int64_t number, bd_arena *arena, bd_pdf_lexer *out, bd_err *err) {
    const bd_pdf_entry *entry = &pdf->entries[number];
    bd_pdf_object dropped;
    if (entry->state == BD_PDF_ENTRY_PACKED) {
        BD_TRY(bd_pdf_packed_lexer(pdf, entry, out, err));
        out->arena = arena;
        out->is_check = true;
        return bd_pdf_lexer_object(out, &dropped);
    }
    *out = bd_pdf_lexer_of(pdf->text, entry->offset, pdf->text.size, arena, err);
    out->is_check = true;
    return parse_indirect(pdf, number, entry, out, &dropped);
}

/* Objects in the file by their offsets; behind them those in object streams, by stream and index. */
static int compare_places(const void *context, const void *a, const void *b) {
    const bd_pdf_entry *left = &((const bd_pdf_placed *)a)->entry, *right = &((const bd_pdf_placed *)b)->entry;
    bool is_left_packed = left->state == BD_PDF_ENTRY_PACKED, is_right_packed = right->state == BD_PDF_ENTRY_PACKED;
    (void)context;
    if (is_left_packed != is_right_packed) {
        return is_left_packed ? 1 : -1;
    }
    if (left->offset != right->offset) {
        return left->offset < right->offset ? -1 : 1;
    }
    return is_left_packed ? (int)left->generation - (int)right->generation : 0;
}

/* Of entries that are sorted by their numbers: those in object streams, in order, behind the others. */
static size_t part_packed(bd_pdf_section *own, bd_arena *arena) {
    size_t count = 0, to = own->count;
    for (size_t i = 0; i < own->count; i++) {
        count += own->data[i].entry.state != BD_PDF_ENTRY_PACKED;
    }
    bd_pdf_placed *others = bd_new(arena, bd_pdf_placed, count + 1);
    size_t left = count;
    for (size_t i = own->count; i > 0; i--) {
        const bd_pdf_placed placed = own->data[i - 1];
        if (placed.entry.state == BD_PDF_ENTRY_PACKED) {
            own->data[--to] = placed;
        } else {
            others[--left] = placed;
        }
    }
    memcpy(own->data, others, count * sizeof *others);
    return count;
}

/* By places.  A long document has hundreds of thousands of objects in object streams, and behind the first of them each
 * follows the one before it: those are found to be in order, and only the others sorted. */
static void sort_places(bd_pdf_section *own, bd_arena *arena) {
    size_t plain = part_packed(own, arena), from = own->count;
    bd_pdf_placed *data = own->data;
    while (from > plain + 1 && compare_places(NULL, &data[from - 2], &data[from - 1]) <= 0) {
        from--;
    }
    bd_sort(data, plain, sizeof *data, compare_places, NULL);
    size_t first = from > plain ? from - 1 : plain, behind = first;
    bd_sort(data + plain, first - plain, sizeof *data, compare_places, NULL);
    while (first > plain && behind < own->count && compare_places(NULL, &data[first - 1], &data[behind]) > 0) {
        behind++;
    }
    bd_sort(data + plain, behind - plain, sizeof *data, compare_places, NULL);
}

static void note_page(bd_pdf *pdf, const bd_pdf_placed *placed) {
    bd_pdf_entry *entry = &pdf->entries[placed->number];
    entry->is_page = entry->state == BD_PDF_ENTRY_USED && entry->offset == placed->entry.offset;
}

/* Each object stream of a revision whose entries are sorted by their places. */
static bd_rc check_packs(reading *r, const bd_pdf_section *own, size_t from, bd_arena *arena) {
    bd_pdf *pdf = r->pdf;
    BD_DEFER(bd_arena_close_ref) bd_arena *held = bd_arena_open("object stream", 256u << 20);
    BD_DEFER(bd_pdf_inflating_close) bd_pdf_inflating with;
    bd_arena *arenas[2] = {held, arena};
    bd_pdf_inflating_open(&with, BD_PDF_PACK_BYTES + 1);
    while (from < own->count) {
        size_t to = from + 1;
        while (to < own->count && own->data[to].entry.offset == own->data[from].entry.offset) {
            to++;
        }
        BD_TRY(bd_pdf_pack_check(pdf, own->data + from, to - from, &r->packed_left, &with, arenas, r->err));
        from = to;
    }
    return BD_OK;
}

/* Reads every object of a revision once, in file order: each must end before the next begins. */
static bd_rc check_objects(reading *r, size_t revision, bd_arena *arena) {
    bd_pdf *pdf = r->pdf;
    bd_pdf_section *own = &r->sections[revision];
    size_t end = 0, released = 0, limit = (size_t)pdf->revisions.data[revision].xref, i = 0;
    sort_places(own, r->scratch);
    for (; i < own->count && own->data[i].entry.state != BD_PDF_ENTRY_PACKED; i++) {
        const bd_pdf_placed *placed = &own->data[i];
        if (placed->entry.state != BD_PDF_ENTRY_USED || placed->entry.offset >= limit) {
            continue; /* free, or the cross-reference stream itself */
        }
        if (placed->entry.offset < end) {
            BD_RAISE(r->err, BD_ERR_INPUT, "object %u at byte %u overlaps the one before it",
                     (unsigned)placed->number, (unsigned)placed->entry.offset);
        }
        bd_pdf_object object;
        bd_pdf_lexer lexer = bd_pdf_lexer_of(pdf->text, placed->entry.offset, limit, arena, r->err);
        lexer.is_check = true;
        BD_TRY(parse_indirect(pdf, placed->number, &placed->entry, &lexer, &object));
        end = lexer.at;
        if (lexer.is_page) {
            note_page(pdf, placed);
        }
        if (object.kind == BD_PDF_STREAM && lexer.length.kind == BD_PDF_REF) {
            *bd_push(pdf->arena, &pdf->lengths) = lexer.length.integer;
        }
        bd_arena_reset(arena);
        if (end - released > RELEASE_BYTES) {
            bd_pdf_release(pdf);
            released = end;
        }
    }
    bd_rc rc = check_packs(r, own, i, arena);
    bd_pdf_release(pdf);
    return rc;
}

static bool is_same_entry(const bd_pdf_entry *a, const bd_pdf_entry *b) {
    return a->state == b->state && a->generation == b->generation && a->offset == b->offset;
}

/* Whether the objects that hold lengths of streams are the same ones for both readings. */
static bool has_same_lengths(const bd_pdf *pdf, const bd_pdf *known) {
    for (size_t i = 0; i < known->lengths.count; i++) {
        int64_t number = known->lengths.data[i];
        bool is_here = (uint64_t)number < pdf->entry_count, was_there = (uint64_t)number < known->entry_count;
        if (is_here != was_there || (is_here && !is_same_entry(&pdf->entries[number], &known->entries[number]))) {
            return false;
        }
    }
    return true;
}

/* How many revisions need no second look.  What the form of an object hangs on: its bytes, the table that names it, and
 * for a stream a /Length that may be an object of a later revision.  Where all of it is the same, a second look finds
 * the same. */
static size_t count_checked(const bd_pdf *pdf, const bd_pdf *known) {
    size_t count = 0;
    if (!has_same_lengths(pdf, known)) {
        return 0;
    }
    while (count < pdf->revisions.count && count < known->revisions.count &&
           pdf->revisions.data[count].xref == known->revisions.data[count].xref &&
           pdf->revisions.data[count].end == known->revisions.data[count].end) {
        count++;
    }
    return count;
}

/* What the look at <known> found of objects that are the same here. */
static void take_checked(bd_pdf *pdf, const bd_pdf *known) {
    for (size_t i = 0; i < known->lengths.count; i++) {
        *bd_push(pdf->arena, &pdf->lengths) = known->lengths.data[i];
    }
    for (size_t i = 0; i < pdf->entry_count && i < known->entry_count; i++) {
        pdf->entries[i].is_page = known->entries[i].is_page && is_same_entry(&pdf->entries[i], &known->entries[i]);
    }
}

static bd_rc check_revisions(reading *r) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("pdf object", 256u << 20);
    const bd_pdf *known = r->known;
    size_t checked = known != NULL ? count_checked(r->pdf, known) : 0;
    if (checked > 0) {
        take_checked(r->pdf, known);
    }
    for (size_t i = checked; i < r->pdf->revisions.count; i++) {
        BD_TRY(check_objects(r, i, arena));
    }
    return BD_OK;
}

/* With `known`, one of the two texts is the beginning of the other. */
static bd_rc parse_file(bd_str text, bd_view *view, const bd_pdf *known, bd_arena *arena, bd_pdf **out,
                        bd_err *err) {
    BD_DEFER(bd_arena_close_ref)
    bd_arena *scratch = bd_arena_open("pdf reading", (64u << 20) + 16 * text.size);
    bd_pdf *pdf = bd_new(arena, bd_pdf, 1);
    pdf->text = text;
    pdf->view = view;
    pdf->arena = arena;
    reading *r = bd_new(scratch, reading, 1);
    *r = (reading){.pdf = pdf, .known = known, .scratch = scratch, .err = err};
    /* An object needs 20 bytes in a table, and packed some; so a larger number is a lie and would only cost memory.
     * What is deflated is rarely longer than a hundred times what it became. */
    r->table_limit = (int64_t)(text.size / 16 + 16);
    r->rows_limit = (int64_t)(text.size / 4 + 1024);
    r->packed_left = ((size_t)64 << 20) + 100 * text.size;
    BD_TRY(read_sections(r));
    BD_TRY(check_places(r));
    BD_TRY(fill_entries(r));
    if (r->is_grown && count_checked(pdf, known) < known->revisions.count) {
        return parse_file(text, view, NULL, arena, out, err); /* what is known does not hold for the longer file */
    }
    BD_TRY(check_revisions(r));
    *out = pdf;
    return BD_OK;
}

static bd_rc check_beginning(bd_str text, bd_err *err) {
    if (text.size > (uint64_t)FILE_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "a pdf of %zu bytes, expected at most 1 GiB", text.size);
    }
    if (!bd_str_has_prefix(text, BD_STR("%PDF-1.")) &&
        !bd_str_has_prefix(text, BD_STR("%PDF-2."))) {
        BD_RAISE(err, BD_ERR_INPUT, "not a pdf: it does not begin with '%%PDF-1.' or '%%PDF-2.'");
    }
    return BD_OK;
}

bd_rc bd_pdf_parse(bd_str text, bd_arena *arena, bd_pdf **out, bd_err *err) {
    BD_TRY(check_beginning(text, err));
    return parse_file(text, NULL, NULL, arena, out, err);
}

bd_rc bd_pdf_view_parse(bd_view *view, bd_arena *arena, bd_pdf **out, bd_err *err) {
    BD_TRY(check_beginning(bd_view_text(view), err));
    return parse_file(bd_view_text(view), view, NULL, arena, out, err);
}

bd_rc bd_pdf_grown_parse(bd_str text, bd_view *view, const bd_pdf *before, bd_arena *arena, bd_pdf **out,
                         bd_err *err) {
    BD_ASSERT(text.size >= before->text.size);
    return parse_file(text, view, before, arena, out, err);
}

bd_rc bd_pdf_base_parse(const bd_pdf *whole, bd_arena *arena, bd_pdf **out, bd_err *err) {
    return bd_pdf_revision_parse(whole, 0, arena, out, err);
}

bd_rc bd_pdf_revision_parse(const bd_pdf *whole, size_t index, bd_arena *arena, bd_pdf **out,
                            bd_err *err) {
    BD_ASSERT(index < whole->revisions.count);
    bd_str text = bd_str_sub(whole->text, 0, (size_t)whole->revisions.data[index].end);
    return parse_file(text, whole->view, whole, arena, out, err);
}

bool bd_pdf_has(const bd_pdf *pdf, int64_t number) {
    return number >= 0 && (uint64_t)number < pdf->entry_count &&
           pdf->entries[number].state >= BD_PDF_ENTRY_USED;
}

int bd_pdf_generation(const bd_pdf *pdf, int64_t number) {
    const bd_pdf_entry *entry = &pdf->entries[number];
    return entry->state == BD_PDF_ENTRY_PACKED ? 0 : entry->generation;
}

bool bd_pdf_is_container(const bd_pdf *pdf, int64_t number) {
    if (!bd_pdf_has(pdf, number)) {
        return false;
    }
    bool is_container = pdf->entries[number].is_pack;
    for (size_t i = 0; i < pdf->revisions.count; i++) {
        const bd_pdf_revision *revision = &pdf->revisions.data[i];
        is_container = is_container || (revision->stream_number == number &&
                                        pdf->entries[number].state == BD_PDF_ENTRY_USED &&
                                        pdf->entries[number].offset == revision->xref);
    }
    return is_container;
}

void bd_pdf_changes(const bd_pdf *before, const bd_pdf *after, bd_arena *arena,
                    bd_pdf_numbers *out) {
    for (size_t i = 0; i < after->entry_count; i++) {
        bd_pdf_entry none = {.state = BD_PDF_ENTRY_ABSENT};
        const bd_pdf_entry *old = i < before->entry_count ? &before->entries[i] : &none;
        const bd_pdf_entry *new = &after->entries[i];
        bool was = old->state >= BD_PDF_ENTRY_USED, is = new->state >= BD_PDF_ENTRY_USED;
        bool is_same = was == is && (!is || is_same_entry(old, new));
        if (!is_same) {
            *bd_push(arena, out) = (int64_t)i;
        }
    }
}

/* ---- objects --------------------------------------------------------------------------------- */

/* Where an object of this number is or would be. */
static bd_pdf_parsed *find_parsed(const bd_pdf *pdf, int64_t number) {
    size_t mask = pdf->parsed_room - 1;
    size_t at = (size_t)((uint64_t)number * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
    while (pdf->parsed[at].object != NULL && pdf->parsed[at].number != number) {
        at = (at + 1) & mask;
    }
    return &pdf->parsed[at];
}

static void keep_parsed(bd_pdf *pdf, int64_t number, bd_pdf_object *object) {
    bd_pdf_parsed *old = pdf->parsed;
    size_t room = pdf->parsed_room;
    if (2 * (pdf->parsed_count + 1) > room) {
        pdf->parsed_room = room > 0 ? 2 * room : 64;
        pdf->parsed = bd_new(pdf->arena, bd_pdf_parsed, pdf->parsed_room);
        for (size_t i = 0; i < room; i++) {
            if (old[i].object != NULL) {
                *find_parsed(pdf, old[i].number) = old[i];
            }
        }
    }
    *find_parsed(pdf, number) = (bd_pdf_parsed){number, object};
    pdf->parsed_count++;
}

static bd_rc parse_object(bd_pdf *pdf, int64_t number, bd_pdf_object *out, bd_err *err) {
    bd_pdf_lexer lexer;
    if (pdf->entries[number].state != BD_PDF_ENTRY_PACKED) {
        return bd_pdf_plain_parse(pdf, number, pdf->arena, out, err);
    }
    BD_TRY(bd_pdf_packed_lexer(pdf, &pdf->entries[number], &lexer, err));
    return bd_pdf_lexer_object(&lexer, out);
}

bd_rc bd_pdf_object_at(bd_pdf *pdf, int64_t number, const bd_pdf_object **out, bd_err *err) {
    *out = NULL;
    if (!bd_pdf_has(pdf, number)) {
        return BD_OK;
    }
    bd_pdf_object *object = pdf->parsed_room > 0 ? find_parsed(pdf, number)->object : NULL;
    if (object == NULL) {
        object = bd_new(pdf->arena, bd_pdf_object, 1);
        BD_TRY(parse_object(pdf, number, object, err));
        keep_parsed(pdf, number, object);
    }
    *out = object->kind == BD_PDF_NULL ? NULL : object;
    return BD_OK;
}

bd_rc bd_pdf_resolve(bd_pdf *pdf, const bd_pdf_object *object, const bd_pdf_object **out,
                     bd_err *err) {
    for (int i = 0; object != NULL && object->kind == BD_PDF_REF; i++) {
        if (i >= REFERENCES_MAX) {
            BD_RAISE(err, BD_ERR_INPUT, "references that lead to references, at byte %lld",
                     (long long)object->start);
        }
        bool is_known = (uint64_t)object->integer < pdf->entry_count &&
                        bd_pdf_generation(pdf, object->integer) == object->generation;
        const bd_pdf_object *next = NULL;
        if (is_known) {
            BD_TRY(bd_pdf_object_at(pdf, object->integer, &next, err));
        }
        object = next;
    }
    *out = object != NULL && object->kind != BD_PDF_NULL ? object : NULL;
    return BD_OK;
}

const bd_pdf_object *bd_pdf_find(const bd_pdf_object *dict, const char *name) {
    if (dict == NULL || (dict->kind != BD_PDF_DICT && dict->kind != BD_PDF_STREAM)) {
        return NULL;
    }
    for (size_t i = 0; i < dict->count; i++) {
        if (bd_str_eqz(dict->keys[i], name)) {
            return &dict->items[i];
        }
    }
    return NULL;
}

bd_rc bd_pdf_value(bd_pdf *pdf, const bd_pdf_object *dict, const char *name,
                   const bd_pdf_object **out, bd_err *err) {
    return bd_pdf_resolve(pdf, bd_pdf_find(dict, name), out, err);
}

size_t bd_pdf_revision_count(const bd_pdf *pdf) {
    return pdf->revisions.count;
}

int64_t bd_pdf_revision_end(const bd_pdf *pdf, size_t index) {
    return index < pdf->revisions.count ? pdf->revisions.data[index].end : -1;
}

const bd_pdf_object *bd_pdf_trailer(const bd_pdf *pdf) {
    return &pdf->revisions.data[pdf->revisions.count - 1].trailer;
}
