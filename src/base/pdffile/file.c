/* file.c - the skeleton of a PDF: cross-reference sections, revisions, objects (ISO 32000-1, 7.5).
 *
 * The reader trusts no table.  Each section must be followed by its own startxref and %%EOF; each
 * entry of a section must point between the end of the revision before and the section itself, at
 * an object that bears its number; no two objects may share a byte.  A file that passes has exactly
 * the revisions it shows, and nothing can hide in a disagreement between two readers. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#include <string.h>

#define FILE_MAX (INT64_C(1) << 30)
#define REVISIONS_MAX 64
#define TAIL_BYTES 1024
#define REFERENCES_MAX 16

/* An entry with its place, for the checks over all sections. */
typedef struct {
    int64_t number;
    bd_pdf_entry entry;
    size_t revision;
} placed_entry;
typedef BD_VEC(placed_entry) placed_entries;

typedef struct {
    bd_pdf *pdf;
    bd_arena *scratch;
    placed_entries placed;
    int64_t number_limit; /* no object number may reach it */
    bd_err *err;
} reading;

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

/* "oooooooooo ggggg n" and a line end of two bytes (7.5.4). */
static bool read_entry(const char row[20], bd_pdf_entry *out) {
    int64_t generation = 0;
    bool is_ended = (row[18] == ' ' && (row[19] == '\n' || row[19] == '\r')) ||
                    (row[18] == '\r' && row[19] == '\n');
    if (!is_ended || row[10] != ' ' || row[16] != ' ' || (row[17] != 'n' && row[17] != 'f') ||
        !read_digits(row, 10, &out->offset) || !read_digits(row + 11, 5, &generation)) {
        return false;
    }
    out->generation = (int)generation;
    out->state = row[17] == 'n' ? BD_PDF_ENTRY_USED : BD_PDF_ENTRY_FREE;
    return true;
}

static bd_rc read_subsection(reading *r, bd_pdf_lexer *lexer, size_t revision) {
    int64_t first = 0, count = 0;
    BD_TRY(bd_pdf_lexer_digits(lexer, &first));
    bd_pdf_lexer_skip(lexer);
    BD_TRY(bd_pdf_lexer_digits(lexer, &count));
    bd_pdf_lexer_skip(lexer);
    if (first > r->number_limit || count > r->number_limit - first ||
        (uint64_t)count > (lexer->end - lexer->at) / 20) {
        return bd_pdf_lexer_raise(lexer,
                                  "a cross-reference section that is larger than the file can be");
    }
    if (r->placed.room == 0 && count > 0) {
        r->placed.data = bd_new(r->scratch, placed_entry, (size_t)count);
        r->placed.room = (size_t)count;
    }
    for (int64_t i = 0; i < count; i++, lexer->at += 20) {
        placed_entry *placed = bd_push(r->scratch, &r->placed);
        placed->number = first + i;
        placed->revision = revision;
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
    if (trailer->kind != BD_PDF_DICT || size == NULL || size->kind != BD_PDF_INTEGER ||
        size->integer < 1 || size->integer > r->number_limit) {
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

static bd_rc read_section(reading *r, int64_t offset, size_t index, bd_pdf_revision *out) {
    bd_str text = r->pdf->text;
    bd_pdf_lexer lexer = bd_pdf_lexer_of(text, (size_t)offset, text.size, r->pdf->arena, r->err);
    bd_str here = bd_str_sub(text, (size_t)offset, (size_t)offset + 4);
    if (here.size > 0 && here.data[0] >= '1' && here.data[0] <= '9') {
        BD_RAISE(r->err, BD_ERR_UNSUPPORTED,
                 "a cross-reference stream, expected a classic table, at byte %lld",
                 (long long)offset);
    }
    if (!bd_str_eqz(here, "xref")) {
        return bd_pdf_lexer_raise(&lexer, "expected 'xref' where startxref points");
    }
    lexer.at += 4;
    out->xref = offset;
    for (;;) {
        bd_pdf_lexer_skip(&lexer);
        if (lexer.at >= lexer.end || text.data[lexer.at] < '0' || text.data[lexer.at] > '9') {
            break;
        }
        BD_TRY(read_subsection(r, &lexer, index));
    }
    BD_TRY(bd_pdf_lexer_expect(&lexer, BD_STR("trailer")));
    BD_TRY(bd_pdf_lexer_object(&lexer, &out->trailer));
    BD_TRY(check_trailer(r, out));
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

static void reverse_revisions(bd_pdf *pdf) {
    for (size_t i = 0; i < pdf->revisions.count / 2; i++) {
        bd_pdf_revision *a = &pdf->revisions.data[i];
        bd_pdf_revision *b = &pdf->revisions.data[pdf->revisions.count - 1 - i];
        bd_pdf_revision kept = *a;
        *a = *b;
        *b = kept;
    }
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
    reverse_revisions(pdf);
    for (size_t i = 0; i < r->placed.count; i++) {
        r->placed.data[i].revision = pdf->revisions.count - 1 - r->placed.data[i].revision;
    }
    return BD_OK;
}

/* ---- places ---------------------------------------------------------------------------------- */

static bd_rc check_places(reading *r) {
    const bd_pdf *pdf = r->pdf;
    for (size_t i = 1; i < pdf->revisions.count; i++) {
        if (pdf->revisions.data[i].xref < pdf->revisions.data[i - 1].end) {
            BD_RAISE(r->err, BD_ERR_INPUT, "revisions that overlap, at byte %lld",
                     (long long)pdf->revisions.data[i].xref);
        }
    }
    for (size_t i = 0; i < r->placed.count; i++) {
        const placed_entry *placed = &r->placed.data[i];
        int64_t from = placed->revision == 0 ? 1 : pdf->revisions.data[placed->revision - 1].end;
        int64_t to = pdf->revisions.data[placed->revision].xref;
        if (placed->entry.state == BD_PDF_ENTRY_USED &&
            (placed->entry.offset < from || placed->entry.offset >= to)) {
            BD_RAISE(r->err, BD_ERR_INPUT,
                     "object %lld at byte %lld, expected it between %lld and %lld",
                     (long long)placed->number, (long long)placed->entry.offset, (long long)from,
                     (long long)to);
        }
    }
    return BD_OK;
}

static int compare_versions(const void *context, const void *a, const void *b) {
    const placed_entry *left = a, *right = b;
    (void)context;
    if (left->number != right->number) {
        return left->number < right->number ? -1 : 1;
    }
    return left->revision < right->revision ? -1 : left->revision > right->revision;
}

/* Fills the table; within one revision a number may stand once. */
static bd_rc fill_entries(reading *r) {
    bd_pdf *pdf = r->pdf;
    const bd_pdf_object *size = bd_pdf_find(bd_pdf_trailer(pdf), "Size");
    pdf->entry_count = (size_t)size->integer;
    pdf->entries = bd_new(pdf->arena, bd_pdf_entry, pdf->entry_count);
    bd_sort(r->placed.data, r->placed.count, sizeof(placed_entry), compare_versions, NULL);
    for (size_t i = 0; i < r->placed.count; i++) {
        const placed_entry *placed = &r->placed.data[i];
        if (i > 0 && compare_versions(NULL, placed, placed - 1) == 0) {
            BD_RAISE(r->err, BD_ERR_INPUT,
                     "object %lld stands twice in one cross-reference section",
                     (long long)placed->number);
        }
        if (placed->number >= size->integer) {
            BD_RAISE(r->err, BD_ERR_INPUT, "object %lld is beyond the trailer's /Size of %lld",
                     (long long)placed->number, (long long)size->integer);
        }
        pdf->entries[placed->number] = placed->entry;
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

static int compare_offsets(const void *context, const void *a, const void *b) {
    int64_t left = ((const placed_entry *)a)->entry.offset,
            right = ((const placed_entry *)b)->entry.offset;
    (void)context;
    return left < right ? -1 : left > right;
}

/* Reads every object of every revision once, in file order: each must end before the next
 * begins. */
static bd_rc check_objects(reading *r) {
    bd_pdf *pdf = r->pdf;
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("pdf object", 256u << 20);
    bd_sort(r->placed.data, r->placed.count, sizeof(placed_entry), compare_offsets, NULL);
    size_t end = 0;
    for (size_t i = 0; i < r->placed.count; i++) {
        const placed_entry *placed = &r->placed.data[i];
        if (placed->entry.state != BD_PDF_ENTRY_USED) {
            continue;
        }
        if ((uint64_t)placed->entry.offset < end) {
            BD_RAISE(r->err, BD_ERR_INPUT, "object %lld at byte %lld overlaps the one before it",
                     (long long)placed->number, (long long)placed->entry.offset);
        }
        bd_pdf_object object;
        size_t limit = (size_t)pdf->revisions.data[placed->revision].xref;
        bd_pdf_lexer lexer =
            bd_pdf_lexer_of(pdf->text, (size_t)placed->entry.offset, limit, arena, r->err);
        lexer.is_check = true;
        BD_TRY(parse_indirect(pdf, placed->number, &placed->entry, &lexer, &object));
        end = lexer.at;
        if (object.kind == BD_PDF_STREAM && lexer.length.kind == BD_PDF_REF) {
            *bd_push(pdf->arena, &pdf->lengths) = lexer.length.integer;
        }
        bd_arena_reset(arena);
    }
    return BD_OK;
}

/* Whether the objects that hold lengths of streams are the same ones for both readings. */
static bool has_same_lengths(const bd_pdf *base, const bd_pdf *whole) {
    for (size_t i = 0; i < whole->lengths.count; i++) {
        int64_t number = whole->lengths.data[i];
        if ((uint64_t)number >= base->entry_count ||
            base->entries[number].state != whole->entries[number].state ||
            base->entries[number].generation != whole->entries[number].generation ||
            base->entries[number].offset != whole->entries[number].offset) {
            return false;
        }
    }
    return true;
}

/* What the form of an object hangs on: its bytes, the table that names it, and for a stream a /Length
 * that may be an object of a later revision.  Where all of it is the same, a second look finds the
 * same. */
static bool is_checked(const bd_pdf *base, const bd_pdf *whole) {
    const bd_pdf_revision *own = &base->revisions.data[0], *first = &whole->revisions.data[0];
    return base->revisions.count == 1 && own->xref == first->xref && own->end == first->end &&
           has_same_lengths(base, whole);
}

/* With `whole`, `text` is its beginning. */
static bd_rc parse_file(bd_str text, const bd_pdf *whole, bd_arena *arena, bd_pdf **out,
                        bd_err *err) {
    BD_DEFER(bd_arena_close_ref)
    bd_arena *scratch = bd_arena_open("pdf reading", (64u << 20) + 16 * text.size);
    bd_pdf *pdf = bd_new(arena, bd_pdf, 1);
    pdf->text = text;
    pdf->arena = arena;
    reading r = {.pdf = pdf, .scratch = scratch, .err = err};
    /* An object needs 20 bytes in a table, so a larger number is a lie and would only cost
     * memory. */
    r.number_limit = (int64_t)(text.size / 16 + 16);
    BD_TRY(read_sections(&r));
    BD_TRY(check_places(&r));
    BD_TRY(fill_entries(&r));
    if (whole == NULL || !is_checked(pdf, whole)) {
        BD_TRY(check_objects(&r));
    }
    *out = pdf;
    return BD_OK;
}

bd_rc bd_pdf_parse(bd_str text, bd_arena *arena, bd_pdf **out, bd_err *err) {
    if (text.size > (uint64_t)FILE_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "a pdf of %zu bytes, expected at most 1 GiB", text.size);
    }
    if (!bd_str_has_prefix(text, BD_STR("%PDF-1.")) &&
        !bd_str_has_prefix(text, BD_STR("%PDF-2."))) {
        BD_RAISE(err, BD_ERR_INPUT, "not a pdf: it does not begin with '%%PDF-1.' or '%%PDF-2.'");
    }
    return parse_file(text, NULL, arena, out, err);
}

bd_rc bd_pdf_base_parse(const bd_pdf *whole, bd_arena *arena, bd_pdf **out, bd_err *err) {
    bd_str text = bd_str_sub(whole->text, 0, (size_t)whole->revisions.data[0].end);
    return parse_file(text, whole, arena, out, err);
}

bd_rc bd_pdf_revision_parse(const bd_pdf *whole, size_t index, bd_arena *arena, bd_pdf **out,
                            bd_err *err) {
    BD_ASSERT(index < whole->revisions.count);
    bd_str text = bd_str_sub(whole->text, 0, (size_t)whole->revisions.data[index].end);
    return index == 0 ? parse_file(text, whole, arena, out, err)
                      : parse_file(text, NULL, arena, out, err);
}

bool bd_pdf_has(const bd_pdf *pdf, int64_t number) {
    return number >= 0 && (uint64_t)number < pdf->entry_count &&
           pdf->entries[number].state == BD_PDF_ENTRY_USED;
}

void bd_pdf_changes(const bd_pdf *before, const bd_pdf *after, bd_arena *arena,
                    bd_pdf_numbers *out) {
    for (size_t i = 0; i < after->entry_count; i++) {
        bd_pdf_entry none = {.state = BD_PDF_ENTRY_ABSENT};
        const bd_pdf_entry *old = i < before->entry_count ? &before->entries[i] : &none;
        const bd_pdf_entry *new = &after->entries[i];
        bool was = old->state == BD_PDF_ENTRY_USED, is = new->state == BD_PDF_ENTRY_USED;
        bool is_same = was == is && (!is || (old->offset == new->offset &&
                                             old->generation == new->generation));
        if (!is_same) {
            *bd_push(arena, out) = (int64_t)i;
        }
    }
}

/* ---- objects --------------------------------------------------------------------------------- */

bd_rc bd_pdf_object_at(bd_pdf *pdf, int64_t number, const bd_pdf_object **out, bd_err *err) {
    *out = NULL;
    if (number < 0 || (uint64_t)number >= pdf->entry_count ||
        pdf->entries[number].state != BD_PDF_ENTRY_USED) {
        return BD_OK;
    }
    bd_pdf_entry *entry = &pdf->entries[number];
    if (entry->object == NULL) {
        bd_pdf_object *object = bd_new(pdf->arena, bd_pdf_object, 1);
        bd_pdf_lexer lexer =
            bd_pdf_lexer_of(pdf->text, (size_t)entry->offset, pdf->text.size, pdf->arena, err);
        BD_TRY(parse_indirect(pdf, number, entry, &lexer, object));
        entry->object = object;
    }
    *out = entry->object->kind == BD_PDF_NULL ? NULL : entry->object;
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
                        pdf->entries[object->integer].generation == object->generation;
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
