/* packed.c - object streams (ISO 32000-2, 7.5.7): many objects, compressed as one.
 *
 * Nothing may hide in one.  It stands in the revision whose section names it; the section names every object in it, by
 * the number that its head says; the objects follow each other with nothing but white space between; and no later
 * revision may write its number again, since that would exchange all that is in it. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#define OBJECTS_MAX 65536

static bd_rc raise_pack(int64_t number, const char *problem, bd_err *err) {
    BD_RAISE(err, BD_ERR_INPUT, "the object stream %lld %s", (long long)number, problem);
}

static bool is_white(bd_str text, size_t from, size_t to) {
    while (from < to && bd_pdf_is_space(text.data[from])) {
        from++;
    }
    return from == to;
}

/* Pairs of a number and a place, rising, and then nothing until the first object. */
static bd_rc read_head(bd_pdf_pack *pack, bd_arena *arena, bd_err *err) {
    bd_pdf_lexer lexer = bd_pdf_lexer_of(pack->text, 0, pack->first, arena, err);
    for (size_t i = 0; i < pack->count; i++) {
        int64_t number = 0, from = 0;
        bd_pdf_lexer_skip(&lexer);
        BD_TRY(bd_pdf_lexer_digits(&lexer, &number));
        bd_pdf_lexer_skip(&lexer);
        BD_TRY(bd_pdf_lexer_digits(&lexer, &from));
        bool is_behind = i == 0 ? from == 0 : pack->first + (size_t)from > pack->from[i - 1];
        if (!is_behind || (size_t)from >= pack->text.size - pack->first || number > UINT32_MAX) {
            return raise_pack(pack->number, "has objects that do not follow each other", err);
        }
        pack->numbers[i] = (uint32_t)number;
        pack->from[i] = (uint32_t)(pack->first + (size_t)from);
    }
    pack->from[pack->count] = (uint32_t)pack->text.size;
    if (!is_white(pack->text, lexer.at, pack->first)) {
        return raise_pack(pack->number, "has more in its head than it says", err);
    }
    return BD_OK;
}

/* What the dictionary says has to stand there itself: a reference could lead to something else tomorrow. */
static bd_rc read_pack(const bd_pdf *pdf, int64_t number, size_t most_bytes, bd_pdf_inflating *with, bd_arena *arena,
                       bd_pdf_pack *out, bd_err *err) {
    bd_pdf_object stream;
    BD_TRY(bd_pdf_plain_parse(pdf, number, arena, &stream, err));
    const bd_pdf_object *type = bd_pdf_find(&stream, "Type"), *count = bd_pdf_find(&stream, "N");
    const bd_pdf_object *first = bd_pdf_find(&stream, "First");
    bool is_named = type != NULL && type->kind == BD_PDF_NAME && bd_str_eqz(type->text, "ObjStm");
    if (stream.kind != BD_PDF_STREAM || !is_named) {
        return raise_pack(number, "is none", err);
    }
    if (bd_pdf_find(&stream, "Extends") != NULL) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED, "the object stream %lld extends another one", (long long)number);
    }
    *out = (bd_pdf_pack){.number = number};
    BD_TRY(bd_pdf_own_decode(&stream, most_bytes, 0, with, &out->text, err));
    bool has_counts = count != NULL && count->kind == BD_PDF_INTEGER && count->integer >= 1 &&
                      count->integer <= OBJECTS_MAX && first != NULL && first->kind == BD_PDF_INTEGER &&
                      first->integer >= 1 && (uint64_t)first->integer < out->text.size;
    if (!has_counts) {
        return raise_pack(number, "has no credible /N and /First", err);
    }
    out->count = (size_t)count->integer;
    out->first = (size_t)first->integer;
    if (out->count > out->first) {
        return raise_pack(number, "has no credible /N and /First", err);
    }
    out->numbers = bd_new(arena, uint32_t, out->count);
    out->from = bd_new(arena, uint32_t, out->count + 1);
    return read_head(out, arena, err);
}

/* ---- its form ---------------------------------------------------------------------------------- */

static bd_rc check_member(bd_pdf *pdf, const bd_pdf_pack *pack, size_t index, const bd_pdf_placed *placed,
                          bd_arena *arena, bd_err *err) {
    bd_pdf_object dropped;
    size_t end = pack->from[index + 1];
    bd_pdf_lexer lexer = bd_pdf_lexer_of(pack->text, pack->from[index], end, arena, err);
    lexer.is_check = true;
    lexer.is_packed = true;
    if (placed->entry.generation != index || placed->number != pack->numbers[index]) {
        BD_RAISE(err, BD_ERR_INPUT, "object %u is not what the object stream %lld has in its place",
                 (unsigned)placed->number, (long long)pack->number);
    }
    BD_TRY(bd_pdf_lexer_object(&lexer, &dropped));
    if (!is_white(pack->text, lexer.at, end)) {
        return raise_pack(pack->number, "has something between its objects", err);
    }
    bd_pdf_entry *entry = &pdf->entries[placed->number];
    entry->is_page = lexer.is_page && entry->state == BD_PDF_ENTRY_PACKED && entry->offset == placed->entry.offset;
    return BD_OK;
}

bd_rc bd_pdf_pack_check(bd_pdf *pdf, const bd_pdf_placed *members, size_t count, size_t *bytes_left,
                        bd_pdf_inflating *with, bd_arena *arenas[2], bd_err *err) {
    bd_pdf_pack pack;
    int64_t number = members[0].entry.offset;
    size_t most = *bytes_left < BD_PDF_PACK_BYTES ? *bytes_left : BD_PDF_PACK_BYTES;
    BD_TRY(read_pack(pdf, number, most, with, arenas[0], &pack, err));
    *bytes_left -= pack.text.size;
    if (pack.count != count) {
        return raise_pack(number, "holds objects that its section does not name", err);
    }
    for (size_t i = 0; i < count; i++) {
        BD_TRY(check_member(pdf, &pack, i, &members[i], arenas[1], err));
        bd_arena_reset(arenas[1]);
    }
    bd_arena_reset(arenas[0]);
    return BD_OK;
}

/* ---- an object in it --------------------------------------------------------------------------- */

static bd_str key_of(const int64_t *number) {
    const void *bytes = number;
    return (bd_str){bytes, sizeof *number};
}

static bd_rc find_pack(bd_pdf *pdf, int64_t number, const bd_pdf_pack **out, bd_err *err) {
    if (pdf->packs_by_number == NULL) {
        pdf->packs_by_number = bd_map_make(pdf->arena);
    }
    bd_pdf_pack *pack = bd_map_find(pdf->packs_by_number, key_of(&number));
    if (pack == NULL) {
        BD_DEFER(bd_pdf_inflating_close) bd_pdf_inflating with;
        bd_pdf_inflating_open(&with, BD_PDF_PACK_BYTES + 1);
        pack = bd_new(pdf->arena, bd_pdf_pack, 1);
        BD_TRY(read_pack(pdf, number, BD_PDF_PACK_BYTES, &with, pdf->arena, pack, err));
        pack->text = bd_str_copy(pdf->arena, pack->text);
        pack->base = (int64_t)pdf->text.size + pdf->packed_bytes;
        pdf->packed_bytes += (int64_t)pack->text.size;
        *bd_push(pdf->arena, &pdf->packs) = pack;
        bd_map_put(pdf->packs_by_number, key_of(&pack->number), pack);
    }
    *out = pack;
    return BD_OK;
}

bd_rc bd_pdf_packed_lexer(bd_pdf *pdf, const bd_pdf_entry *entry, bd_pdf_lexer *out, bd_err *err) {
    const bd_pdf_pack *pack = NULL;
    size_t index = entry->generation;
    BD_TRY(find_pack(pdf, entry->offset, &pack, err));
    if (index >= pack->count) { /* its form was checked, but not by who is asked here */
        return raise_pack(pack->number, "has fewer objects than its section names", err);
    }
    *out = bd_pdf_lexer_of(pack->text, pack->from[index], pack->from[index + 1], pdf->arena, err);
    out->is_packed = true;
    out->base = pack->base;
    return BD_OK;
}

bd_str bd_pdf_source(const bd_pdf *pdf, const bd_pdf_object *object) {
    if ((uint64_t)object->end <= pdf->text.size) {
        return bd_str_sub(pdf->text, (size_t)object->start, (size_t)object->end);
    }
    for (size_t i = 0; i < pdf->packs.count; i++) {
        const bd_pdf_pack *pack = pdf->packs.data[i];
        int64_t from = object->start - pack->base, to = object->end - pack->base;
        if (from >= 0 && (uint64_t)to <= pack->text.size) {
            return bd_str_sub(pack->text, (size_t)from, (size_t)to);
        }
    }
    return (bd_str){"", 0};
}
