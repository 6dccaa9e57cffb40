#include "bindery/pdf.h"
#include "pdf_priv.h"

#include <hpdf.h>
#include <hpdf_pages.h>

#include <stdio.h>
#include <string.h>

/* libharu, unmodified, as the printer of objects: catalog, information and pages are its dictionaries.  Numbers,
 * streams and the cross-reference stream are ours.
 *
 * Memory.  libharu keeps every page, some 5 KB each, until the document is saved; fifty thousand are more than the
 * report may take.  So there is one page.  It is a form: for each page of the report it is given that page's
 * numbers, printed, and emptied.  What is finished waits (waiting.c), in a file when there is much of it.  How many
 * pages there will be is known, and so are the numbers: catalog, root of the pages, information, then for each hundred
 * pages their node, and for each page itself and its content.  Behind them come our objects as they are asked for, and
 * then the tail, of which nothing is kept at all.
 *
 * Object streams (ISO 32000-2, 7.5.7).  A tagged report has hundreds of small objects to a page, and all of them look
 * alike.  So catalog, root of the pages and information stand by themselves, as streams must, and every other object
 * goes into a pack: when that is full it is deflated on a worker, gets the next number, and is written like any other
 * stream.  What is known of an object is four bytes: where it stands, or in which pack and as which of its objects.
 *
 * Errors: libharu's errors are sticky and some calls return NULL or a code without raising; every
 * result is looked at here, the first failure is latched, and nothing jumps. */

#define BLOCK_BYTES ((size_t)64 << 10)
#define MAX_FILE_BYTES ((size_t)2000 << 20) /* offsets are kept in 31 bits */
#define MAX_STREAM_BYTES ((size_t)256 << 20)
#define PAGES_PER_NODE ((size_t)100)
#define PAGES_AT_ONCE 16
#define CONTENT_BYTES ((size_t)64 << 20) /* of one page */
#define PACKS_AT_ONCE 4
#define PACK_OBJECTS 200
#define PACK_BYTES ((size_t)32 << 10) /* a reader inflates all of a pack for one of its objects */
#define PLACES_BYTES ((size_t)1 << 30)

enum { CATALOG_NUMBER = 1, ROOT_NUMBER, INFO_NUMBER, FIRST_NODE_NUMBER };
#define OBJECTS_PER_PAGE 2 /* the page and its content */
#define OBJECTS_PER_NODE (1 + PAGES_PER_NODE * OBJECTS_PER_PAGE)

/* Four bytes beyond ASCII tell whoever moves the file that it is no text. */
#define HEADER "%PDF-1.7\n%\xb7\xbe\xad\xaa\n"
#define HEADER_BYTES (sizeof HEADER - 1)

/* Where an object is.  In a pack: which one, and as which of its objects.  Else the offset, which of all but the first
 * three is that in a file without those.  0: nowhere. */
#define IS_PACKED 0x80000000u
#define PACK_SHIFT 8
#define MAX_PACKS ((size_t)1 << (31 - PACK_SHIFT))
_Static_assert(PACK_OBJECTS <= 1 << PACK_SHIFT, "a place has room for the object's index");
_Static_assert(MAX_FILE_BYTES < IS_PACKED, "an offset is no place in a pack");

/* A row of the cross-reference stream: kind, offset or number of the pack, index in it; before it the predictor. */
enum { ROW_FREE, ROW_PLAIN, ROW_PACKED, ROW_BYTES = 6, PREDICT_UP = 2 };

/* A page on its way: page i uses place i modulo PAGES_AT_ONCE. */
typedef struct {
    bd_buf content, deflated, entries;
    unsigned resources;
    bd_rc rc;
    bd_err err;
} passing_page;

/* Objects on their way into a stream: pack i uses place i modulo PACKS_AT_ONCE. */
typedef struct {
    bd_buf head, texts, deflated; /* head: number and place of each; the worker puts the texts behind it */
    size_t count, first;          /* first: where the texts begin */
    size_t number;                /* once it is full */
    bd_rc rc;
    bd_err err;
} passing_pack;

/* libharu's one page. */
typedef struct {
    HPDF_Page page;
    HPDF_Dict node, contents, resources; /* the last two stand for ours: nothing but a number */
    bd_str entries;                      /* put behind libharu's */
} form;

struct pdf_file {
    bd_arena *arena;
    HPDF_Doc doc;
    HPDF_Stream stream; /* libharu prints through it to `printed` */
    bd_buf printed;
    form form;
    size_t page_count;
    waiting streams;
    bd_buf places; /* of uint32_t: where each object is, by its number */
    bd_str catalog, info;
    uint8_t id[16];
    size_t tail_first, tail_count; /* objects behind those that were asked for */
    file_entries_fn *put_tail;
    void *tail_context;
    unsigned long failure; /* libharu's first error */
    bool has_failed;
    bd_rc kept_rc; /* first failure that is not libharu's, with its message */
    bd_err kept_err;
    unsigned jobs;
    bd_flate *flates[PAGES_AT_ONCE]; /* one per worker */
    bd_flate *pack_flates[PAGES_AT_ONCE]; /* a third of the time for a few parts in a hundred of the file */
    bd_crew *crew;                   /* deflates pages, and behind their places packs */
    passing_page passing[PAGES_AT_ONCE];
    size_t begun, done; /* pages: `begun` to be written next, `done` of them are in their waiting */
    passing_pack packs[PACKS_AT_ONCE];
    size_t packs_begun, packs_done; /* the pack `packs_begun` is being filled */
    bd_buf pack_numbers;            /* of uint32_t */
    bd_buf deflated;                /* of a stream that is neither */
    bd_sink *sink;                  /* while saving */
    bd_buf block;
    size_t written_bytes, known_bytes; /* known_bytes: of the first three objects */
};

static void note_failure(pdf_file *file, unsigned long code) {
    if (!file->has_failed) {
        file->has_failed = true;
        file->failure = code;
    }
}

static void keep_status(pdf_file *file, HPDF_STATUS status) {
    if (status != HPDF_OK) {
        note_failure(file, status);
    }
}

/* Of what is not libharu's. */
static void keep_rc(pdf_file *file, bd_rc rc, const bd_err *err) {
    if (bd_failed(rc) && !file->has_failed) {
        file->has_failed = true;
        file->kept_rc = rc;
        file->kept_err = *err;
    }
}

static void on_error(HPDF_STATUS error, HPDF_STATUS detail, void *user) {
    (void)detail;
    note_failure(user, error);
}

bd_rc file_check(const pdf_file *file, bd_err *err) {
    if (!file->has_failed) {
        return BD_OK;
    }
    if (bd_failed(file->kept_rc)) {
        BD_RAISE(err, file->kept_err.class, "%s", file->kept_err.message);
    }
    if (file->failure == HPDF_FAILD_TO_ALLOC_MEM) {
        BD_RAISE(err, BD_ERR_LIMIT, "cannot write the PDF: out of memory");
    }
    BD_RAISE(err, BD_ERR_BUG, "cannot write the PDF: libharu says 0x%04lx", file->failure);
}

/* ---- what libharu prints --------------------------------------------------------------------- */

static HPDF_STATUS print(HPDF_Stream stream, const HPDF_BYTE *bytes, HPDF_UINT count) {
    pdf_file *file = stream->attr;
    bd_buf_put(&file->printed, bytes, count);
    return HPDF_OK;
}

static HPDF_STATUS print_text(HPDF_Stream stream, bd_str entries) {
    const void *bytes = entries.data;
    if (entries.size == 0) {
        return HPDF_OK;
    }
    HPDF_STATUS status = HPDF_Stream_Write(stream, bytes, (HPDF_UINT)entries.size);
    return status != HPDF_OK ? status : HPDF_Stream_WriteStr(stream, "\n");
}

static HPDF_STATUS print_catalog(HPDF_Dict dict, HPDF_Stream stream) {
    const pdf_file *file = dict->attr;
    return print_text(stream, file->catalog);
}

static HPDF_STATUS print_info(HPDF_Dict dict, HPDF_Stream stream) {
    const pdf_file *file = dict->attr;
    return print_text(stream, file->info);
}

/* A page's `attr` is libharu's own; what is printed leads to the file. */
static HPDF_STATUS print_page(HPDF_Dict dict, HPDF_Stream stream) {
    (void)dict;
    const pdf_file *file = stream->attr;
    return print_text(stream, file->form.entries);
}

static void begin_object(bd_buf *out, size_t number) {
    put_integer(out, (int64_t)number);
    bd_buf_puts(out, BD_STR(" 0 obj\n"));
}

static void end_object(bd_buf *out) {
    bd_buf_puts(out, BD_STR("\nendobj\n"));
}

static void print_object(pdf_file *file, size_t number, void *object) {
    begin_object(&file->printed, number);
    keep_status(file, HPDF_Obj_WriteValue(object, file->stream, NULL));
    end_object(&file->printed);
}

/* Entries as in "/Type /XObject"; the length stands with them, so that no reader has to look for it. */
static void print_stream(pdf_file *file, size_t number, bd_str entries, bd_str data) {
    begin_object(&file->printed, number);
    bd_buf_printf(&file->printed, "<<\n/Length %zu\n", data.size);
    bd_buf_puts(&file->printed, entries);
    bd_buf_puts(&file->printed, BD_STR("\n>>\nstream\r\n"));
    bd_buf_puts(&file->printed, data);
    bd_buf_puts(&file->printed, BD_STR("\nendstream"));
    end_object(&file->printed);
}

/* ---- numbers and places ------------------------------------------------------------------------ */

static uint32_t *places_of(const pdf_file *file) {
    void *first = file->places.data;
    return first;
}

static size_t number_count(const pdf_file *file) {
    return file->places.size / sizeof(uint32_t);
}

/* Yields the first of `count` new numbers. */
static size_t take_numbers(pdf_file *file, size_t count) {
    static const uint32_t nowhere[64] = {0};
    bd_err err;
    size_t first = number_count(file);
    for (size_t left = count; left > 0;) {
        size_t part = left < BD_COUNT(nowhere) ? left : BD_COUNT(nowhere);
        bd_buf_put(&file->places, nowhere, part * sizeof *nowhere);
        left -= part;
    }
    keep_rc(file, bd_buf_check(&file->places, "the objects of the PDF", &err), &err);
    return first;
}

static void set_place(pdf_file *file, size_t number, uint32_t place) {
    if (!file->has_failed) {
        BD_ASSERT(number < number_count(file) && places_of(file)[number] == 0);
        places_of(file)[number] = place;
    }
}

/* ---- opening --------------------------------------------------------------------------------- */

static void *take_memory(HPDF_UINT bytes) {
    return bd_heap_alloc(bytes);
}

static void open_form(pdf_file *file, double width, double height) {
    form *f = &file->form;
    f->page = HPDF_AddPage(file->doc);
    f->resources = HPDF_Dict_New(file->doc->mmgr);
    file->stream = HPDF_CallbackWriter_New(file->doc->mmgr, print, file);
    if (!f->page || !f->resources || !file->stream) {
        note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
        return;
    }
    HPDF_PageAttr attr = f->page->attr;
    f->node = attr->parent;
    f->contents = attr->contents;
    f->resources->header.obj_id |= HPDF_OTYPE_INDIRECT;
    keep_status(file, HPDF_Page_SetWidth(f->page, (HPDF_REAL)width));
    keep_status(file, HPDF_Page_SetHeight(f->page, (HPDF_REAL)height));
    keep_status(file, HPDF_Dict_Add(f->page, "Resources", f->resources));
    attr->fonts = NULL; /* they lay in the resources that were replaced */
    f->page->write_fn = print_page;
}

static size_t node_count(const pdf_file *file) {
    return (file->page_count + PAGES_PER_NODE - 1) / PAGES_PER_NODE;
}

static void open_buffers(pdf_file *file) {
    for (unsigned i = 0; i < PAGES_AT_ONCE; i++) {
        bd_buf_init(&file->passing[i].content, CONTENT_BYTES);
        bd_buf_init(&file->passing[i].deflated, MAX_STREAM_BYTES);
        bd_buf_init(&file->passing[i].entries, CONTENT_BYTES);
    }
    for (unsigned i = 0; i < PACKS_AT_ONCE; i++) {
        bd_buf_init(&file->packs[i].head, MAX_STREAM_BYTES);
        bd_buf_init(&file->packs[i].texts, MAX_STREAM_BYTES / 2);
        bd_buf_init(&file->packs[i].deflated, MAX_STREAM_BYTES);
    }
    bd_buf_init(&file->places, PLACES_BYTES);
    bd_buf_init(&file->pack_numbers, MAX_PACKS * sizeof(uint32_t));
    bd_buf_init(&file->deflated, MAX_STREAM_BYTES);
    bd_buf_init(&file->printed, 2 * MAX_STREAM_BYTES);
    bd_buf_init(&file->block, 2 * BLOCK_BYTES);
    waiting_open(&file->streams);
}

static void clear_packs(pdf_file *file) {
    for (unsigned i = 0; i < PACKS_AT_ONCE; i++) {
        bd_buf_clear(&file->packs[i].head);
        bd_buf_clear(&file->packs[i].texts);
        bd_buf_clear(&file->packs[i].deflated);
    }
}

static void close_buffers(pdf_file *file) {
    for (unsigned i = 0; i < PAGES_AT_ONCE; i++) {
        bd_buf_clear(&file->passing[i].content);
        bd_buf_clear(&file->passing[i].deflated);
        bd_buf_clear(&file->passing[i].entries);
    }
    clear_packs(file);
    bd_buf_clear(&file->places);
    bd_buf_clear(&file->pack_numbers);
    bd_buf_clear(&file->deflated);
    bd_buf_clear(&file->printed);
    bd_buf_clear(&file->block);
    waiting_close(&file->streams);
}

static void deflate_passing(void *context, size_t place, unsigned worker);

pdf_file *file_open(bd_arena *arena, size_t page_count, double width, double height,
                    unsigned jobs) {
    pdf_file *file = bd_new(arena, pdf_file, 1);
    file->arena = arena;
    file->page_count = page_count;
    file->jobs = jobs < 1 ? 1 : jobs > PAGES_AT_ONCE ? PAGES_AT_ONCE : jobs;
    open_buffers(file);
    for (unsigned i = 0; i < file->jobs; i++) {
        file->flates[i] = bd_flate_open();
        file->pack_flates[i] = bd_flate_open_fast();
    }
    file->crew = bd_crew_open(file->jobs, deflate_passing, file);
    take_numbers(file, FIRST_NODE_NUMBER + node_count(file) + page_count * OBJECTS_PER_PAGE);
    file->doc = HPDF_NewEx(on_error, take_memory, bd_heap_free, 0, file);
    if (!file->doc) {
        note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
        return file;
    }
    file->doc->pdf_version = HPDF_VER_17;
    keep_status(file, HPDF_SetPagesConfiguration(file->doc, (HPDF_UINT)PAGES_PER_NODE));
    open_form(file, width, height);
    return file;
}

void file_close(pdf_file *file) {
    if (!file) {
        return;
    }
    for (; file->done < file->begun; file->done++) {
        bd_crew_wait(file->crew, file->done % PAGES_AT_ONCE);
    }
    for (; file->packs_done < file->packs_begun; file->packs_done++) {
        bd_crew_wait(file->crew, PAGES_AT_ONCE + file->packs_done % PACKS_AT_ONCE);
    }
    bd_crew_close(file->crew);
    if (file->stream) {
        HPDF_Stream_Free(file->stream);
    }
    if (file->form.resources) {
        HPDF_Dict_Free(file->form.resources);
    }
    if (file->doc) {
        HPDF_Free(file->doc);
    }
    for (unsigned i = 0; i < PAGES_AT_ONCE; i++) {
        bd_flate_close(file->flates[i]);
        bd_flate_close(file->pack_flates[i]);
    }
    close_buffers(file);
}

void file_close_ref(pdf_file **file) {
    file_close(*file);
    *file = NULL;
}

/* ---- bytes that leave, or wait for it ------------------------------------------------------------ */

static void flush_block(pdf_file *file) {
    bd_err err;
    if (!file->has_failed && file->block.size > 0) {
        keep_rc(file, bd_sink_write(file->sink, file->block.data, file->block.size, &err), &err);
    }
    file->block.size = 0;
}

static bool is_too_large(pdf_file *file, size_t size) {
    bd_err err;
    if (size > MAX_FILE_BYTES) {
        keep_rc(file,
                bd_raise(&err, BD_ERR_LIMIT, "cannot write the PDF: it is over %zu bytes", MAX_FILE_BYTES),
                &err);
    }
    return size > MAX_FILE_BYTES;
}

static void write_bytes(pdf_file *file, bd_str bytes) {
    file->written_bytes += bytes.size;
    if (is_too_large(file, file->written_bytes)) {
        return;
    }
    for (size_t at = 0; at < bytes.size && !file->has_failed;) {
        size_t part = bytes.size - at > BLOCK_BYTES ? BLOCK_BYTES : bytes.size - at;
        bd_buf_put(&file->block, bytes.data + at, part);
        at += part;
        if (file->block.size >= BLOCK_BYTES) {
            flush_block(file);
        }
    }
}

/* What was printed leaves, or waits before the file is saved; `number` is at its beginning. */
static void put_printed(pdf_file *file, size_t number) {
    bd_err err;
    bool is_saving = file->sink != NULL;
    size_t from = is_saving ? file->written_bytes - file->known_bytes : HEADER_BYTES + waiting_size(&file->streams);
    keep_rc(file, bd_buf_check(&file->printed, "an object of the PDF", &err), &err);
    if (!file->has_failed && !is_too_large(file, from + file->printed.size)) {
        set_place(file, number, (uint32_t)from);
        if (is_saving) {
            write_bytes(file, bd_buf_str(&file->printed));
        } else {
            keep_rc(file, waiting_put(&file->streams, bd_buf_str(&file->printed), &err), &err);
        }
    }
    file->printed.size = 0;
}

/* ---- packs ------------------------------------------------------------------------------------- */

static void deflate_pack(pdf_file *file, size_t place, unsigned worker) {
    passing_pack *pack = &file->packs[place];
    pack->first = pack->head.size;
    bd_buf_puts(&pack->head, bd_buf_str(&pack->texts));
    pack->rc = bd_buf_check(&pack->head, "objects of the PDF", &pack->err);
    if (!bd_failed(pack->rc)) {
        pack->rc = bd_flate_put(file->pack_flates[worker], bd_buf_str(&pack->head), &pack->deflated, &pack->err);
    }
}

/* The oldest pack on its way gets to its place. */
static void take_pack(pdf_file *file) {
    size_t place = file->packs_done++ % PACKS_AT_ONCE;
    passing_pack *pack = &file->packs[place];
    bd_crew_wait(file->crew, PAGES_AT_ONCE + place);
    keep_rc(file, pack->rc, &pack->err);
    if (!file->has_failed) {
        char entries[96];
        int size = snprintf(entries, sizeof entries, "/Type /ObjStm /N %zu /First %zu /Filter /FlateDecode",
                            pack->count, pack->first);
        print_stream(file, pack->number, (bd_str){entries, (size_t)size}, bd_buf_str(&pack->deflated));
        put_printed(file, pack->number);
    }
    pack->count = pack->head.size = pack->texts.size = pack->deflated.size = 0;
}

static void send_pack(pdf_file *file) {
    bd_err err;
    size_t place = file->packs_begun++ % PACKS_AT_ONCE;
    passing_pack *pack = &file->packs[place];
    pack->number = take_numbers(file, 1);
    uint32_t number = (uint32_t)pack->number;
    bd_buf_put(&file->pack_numbers, &number, sizeof number);
    keep_rc(file, bd_buf_check(&file->pack_numbers, "objects of the PDF", &err), &err);
    keep_rc(file, bd_buf_check(&pack->texts, "objects of the PDF", &err), &err);
    bd_crew_put(file->crew, PAGES_AT_ONCE + place);
    if (file->packs_begun - file->packs_done == PACKS_AT_ONCE) {
        take_pack(file);
    }
}

/* The text of an object that is no stream goes into the buffer that comes back, until `end_packed`. */
static bd_buf *begin_packed(pdf_file *file, size_t number) {
    passing_pack *pack = &file->packs[file->packs_begun % PACKS_AT_ONCE];
    set_place(file, number, IS_PACKED | (uint32_t)(file->packs_begun << PACK_SHIFT) | (uint32_t)pack->count);
    put_integer(&pack->head, (int64_t)number);
    bd_buf_putc(&pack->head, ' ');
    put_integer(&pack->head, (int64_t)pack->texts.size);
    bd_buf_putc(&pack->head, '\n');
    pack->count++;
    return &pack->texts;
}

static void end_packed(pdf_file *file) {
    passing_pack *pack = &file->packs[file->packs_begun % PACKS_AT_ONCE];
    bd_buf_putc(&pack->texts, '\n');
    if (pack->count == PACK_OBJECTS || pack->texts.size >= PACK_BYTES) {
        send_pack(file);
    }
}

static void finish_packs(pdf_file *file) {
    if (file->packs[file->packs_begun % PACKS_AT_ONCE].count > 0) {
        send_pack(file);
    }
    while (file->packs_done < file->packs_begun) {
        take_pack(file);
    }
    clear_packs(file); /* the table needs room */
}

/* ---- objects --------------------------------------------------------------------------------- */

unsigned file_add_object(pdf_file *file) {
    return file->has_failed ? 0 : (unsigned)take_numbers(file, 1);
}

void file_set_object(pdf_file *file, unsigned number, bd_str entries) {
    if (file->has_failed) {
        return;
    }
    bd_buf *out = begin_packed(file, number);
    bd_buf_puts(out, BD_STR("<<"));
    bd_buf_puts(out, entries);
    bd_buf_puts(out, BD_STR(">>"));
    end_packed(file);
}

unsigned file_add_plain_stream(pdf_file *file, bd_str entries, bd_str data) {
    unsigned number = file_add_object(file);
    if (number != 0) {
        print_stream(file, number, entries, data);
        put_printed(file, number);
    }
    return number;
}

unsigned file_add_stream(pdf_file *file, bd_str entries, bd_str data) {
    bd_err err;
    file->deflated.size = 0;
    keep_rc(file, bd_flate_put(file->flates[0], data, &file->deflated, &err), &err);
    return file_add_plain_stream(file, bd_str_format(file->arena, "%.*s /Filter /FlateDecode", BD_ARG(entries)),
                                 bd_buf_str(&file->deflated));
}

/* ---- pages ----------------------------------------------------------------------------------- */

static size_t node_number(size_t node) {
    return FIRST_NODE_NUMBER + node * OBJECTS_PER_NODE;
}

static size_t page_number(size_t index) {
    return node_number(index / PAGES_PER_NODE) + 1 + index % PAGES_PER_NODE * OBJECTS_PER_PAGE;
}

unsigned file_page_number(const pdf_file *file, size_t index) {
    BD_ASSERT(index < file->page_count);
    return file->has_failed ? 0 : (unsigned)page_number(index);
}

static void begin_pages(bd_buf *out) {
    bd_buf_puts(out, BD_STR("<<\n/Type /Pages\n/Kids [ "));
}

static void put_kid(bd_buf *out, size_t number) {
    put_integer(out, (int64_t)number);
    bd_buf_puts(out, BD_STR(" 0 R "));
}

static void pack_node(pdf_file *file, size_t node) {
    size_t from = node * PAGES_PER_NODE, to = from + PAGES_PER_NODE;
    to = to < file->page_count ? to : file->page_count;
    bd_buf *out = begin_packed(file, node_number(node));
    begin_pages(out);
    for (size_t i = from; i < to; i++) {
        put_kid(out, page_number(i));
    }
    bd_buf_printf(out, "]\n/Count %zu\n/Parent %d 0 R\n>>", to - from, ROOT_NUMBER);
    end_packed(file);
}

static void print_root(pdf_file *file) {
    begin_object(&file->printed, ROOT_NUMBER);
    begin_pages(&file->printed);
    for (size_t i = 0; i < node_count(file); i++) {
        put_kid(&file->printed, node_number(i));
    }
    bd_buf_printf(&file->printed, "]\n/Count %zu\n>>", file->page_count);
    end_object(&file->printed);
}

static void set_number(HPDF_Obj_Header *header, size_t number) {
    header->obj_id = (HPDF_UINT32)number | HPDF_OTYPE_INDIRECT;
}

static void put_page(pdf_file *file, size_t index, const passing_page *page) {
    form *f = &file->form;
    size_t number = page_number(index);
    set_number(&f->node->header, node_number(index / PAGES_PER_NODE));
    set_number(&f->page->header, number);
    set_number(&f->contents->header, number + 1);
    set_number(&f->resources->header, page->resources);
    f->entries = bd_buf_str(&page->entries);
    keep_status(file, HPDF_Obj_WriteValue(f->page, file->stream, NULL));
    bd_buf_puts(begin_packed(file, number), bd_buf_str(&file->printed));
    file->printed.size = 0;
    end_packed(file);
    print_stream(file, number + 1, BD_STR("/Filter /FlateDecode"), bd_buf_str(&page->deflated));
    put_printed(file, number + 1);
}

static void deflate_page(pdf_file *file, size_t place, unsigned worker) {
    passing_page *page = &file->passing[place];
    page->deflated.size = 0;
    page->rc = bd_flate_put(file->flates[worker], bd_buf_str(&page->content), &page->deflated,
                            &page->err);
}

static void deflate_passing(void *context, size_t place, unsigned worker) {
    if (place < PAGES_AT_ONCE) {
        deflate_page(context, place, worker);
    } else {
        deflate_pack(context, place - PAGES_AT_ONCE, worker);
    }
}

/* The oldest page on its way gets to its place. */
static void take_page(pdf_file *file) {
    size_t index = file->done++;
    const passing_page *page = &file->passing[index % PAGES_AT_ONCE];
    bd_crew_wait(file->crew, index % PAGES_AT_ONCE);
    keep_rc(file, page->rc, &page->err);
    if (!file->has_failed && index % PAGES_PER_NODE == 0) {
        pack_node(file, index / PAGES_PER_NODE);
    }
    if (!file->has_failed) {
        put_page(file, index, page);
    }
}

bd_buf *file_begin_page(pdf_file *file) {
    BD_ASSERT(file->begun < file->page_count);
    if (file->begun - file->done == PAGES_AT_ONCE) {
        take_page(file);
    }
    passing_page *page = &file->passing[file->begun % PAGES_AT_ONCE];
    page->content.size = 0;
    page->entries.size = 0;
    return &page->content;
}

void file_end_page(pdf_file *file, unsigned resources) {
    size_t place = file->begun++ % PAGES_AT_ONCE;
    file->passing[place].resources = resources;
    bd_crew_put(file->crew, place);
}

/* The worker knows nothing of them. */
void file_set_page_entries(pdf_file *file, bd_str entries) {
    BD_ASSERT(file->begun > file->done);
    bd_buf_puts(&file->passing[(file->begun - 1) % PAGES_AT_ONCE].entries, entries);
}

void file_finish_pages(pdf_file *file) {
    while (file->done < file->begun) {
        take_page(file);
    }
    BD_ASSERT(file->has_failed || file->done == file->page_count);
}

/* ---- the file -------------------------------------------------------------------------------- */

void file_set_catalog(pdf_file *file, bd_str entries) {
    file->catalog = bd_str_copy(file->arena, entries);
}

void file_set_info(pdf_file *file, bd_str entries) {
    file->info = bd_str_copy(file->arena, entries);
}

void file_set_id(pdf_file *file, const uint8_t id[16]) {
    memcpy(file->id, id, sizeof file->id);
}

unsigned file_add_tail(pdf_file *file, size_t count, file_entries_fn *put, void *context) {
    BD_ASSERT(file->tail_count == 0);
    file->tail_first = take_numbers(file, count);
    file->tail_count = count;
    file->put_tail = put;
    file->tail_context = context;
    return file->has_failed ? 0 : (unsigned)file->tail_first;
}

/* Of what waited: what goes wrong is latched. */
static bd_rc write_copied(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    pdf_file *file = sink->context;
    write_bytes(file, (bd_str){bytes, count});
    return file_check(file, err);
}

static void write_streams(pdf_file *file) {
    bd_err err;
    bd_sink to = {write_copied, file};
    file->known_bytes = file->written_bytes - HEADER_BYTES;
    if (!file->has_failed) {
        keep_rc(file, waiting_copy(&file->streams, 0, waiting_size(&file->streams), &to, &err), &err);
    }
    waiting_close(&file->streams);
}

/* ---- saving ---- */

static void write_printed(pdf_file *file, size_t number) {
    bd_err err;
    keep_rc(file, bd_buf_check(&file->printed, "an object of the PDF", &err), &err);
    set_place(file, number, (uint32_t)file->written_bytes);
    write_bytes(file, bd_buf_str(&file->printed));
    file->printed.size = 0;
}

static void write_known(pdf_file *file) {
    HPDF_Dict catalog = file->doc->catalog, info = file->doc->info;
    catalog->attr = file;
    catalog->write_fn = print_catalog;
    info->attr = file;
    info->write_fn = print_info;
    set_number(&catalog->header, CATALOG_NUMBER);
    set_number(&info->header, INFO_NUMBER);
    print_object(file, CATALOG_NUMBER, catalog);
    write_printed(file, CATALOG_NUMBER);
    print_root(file);
    write_printed(file, ROOT_NUMBER);
    print_object(file, INFO_NUMBER, info);
    write_printed(file, INFO_NUMBER);
}

static void pack_tail(pdf_file *file) {
    for (size_t i = 0; i < file->tail_count && !file->has_failed; i++) {
        bd_buf *out = begin_packed(file, file->tail_first + i);
        bd_buf_puts(out, BD_STR("<<"));
        file->put_tail(file->tail_context, i, out);
        bd_buf_puts(out, BD_STR(">>"));
        end_packed(file);
    }
}

/* ---- the cross-reference stream (7.5.8) ---- */

static void make_row(const pdf_file *file, size_t number, uint8_t row[ROW_BYTES]) {
    uint32_t place = places_of(file)[number], value = place, index = 0;
    row[0] = place == 0 ? ROW_FREE : ROW_PLAIN;
    if ((place & IS_PACKED) != 0) {
        const void *numbers = file->pack_numbers.data;
        row[0] = ROW_PACKED;
        value = ((const uint32_t *)numbers)[(place & ~IS_PACKED) >> PACK_SHIFT];
        index = place & ((1u << PACK_SHIFT) - 1);
    } else if (number >= FIRST_NODE_NUMBER && place != 0) {
        value += (uint32_t)file->known_bytes;
    }
    for (size_t i = 0; i < 4; i++) {
        row[1 + i] = (uint8_t)(value >> (24 - 8 * i));
    }
    row[5] = (uint8_t)index;
}

/* Each row less the one above it: what follows from each other becomes the same row. */
static void put_rows(const pdf_file *file, bd_buf *out) {
    uint8_t above[ROW_BYTES] = {0}, row[ROW_BYTES], step[1 + ROW_BYTES] = {PREDICT_UP};
    for (size_t number = 0; number < number_count(file); number++) {
        make_row(file, number, row);
        for (size_t i = 0; i < ROW_BYTES; i++) {
            step[1 + i] = (uint8_t)(row[i] - above[i]);
            above[i] = row[i];
        }
        bd_buf_put(out, step, sizeof step);
    }
}

static void put_trailer(const pdf_file *file, bd_buf *out) {
    bd_buf_printf(out,
                  "/Type /XRef\n/Root %d 0 R\n/Info %d 0 R\n/Size %zu\n/W [1 4 1]\n"
                  "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns %d >>\n/ID [",
                  CATALOG_NUMBER, INFO_NUMBER, number_count(file), ROW_BYTES);
    for (int half = 0; half < 2; half++) {
        bd_buf_putc(out, '<');
        for (size_t i = 0; i < sizeof file->id; i++) {
            bd_buf_printf(out, "%02X", file->id[i]);
        }
        bd_buf_putc(out, '>');
    }
    bd_buf_putc(out, ']');
}

static void write_table(pdf_file *file) {
    bd_err err;
    bd_buf rows, entries;
    size_t at = file->written_bytes, number = take_numbers(file, 1);
    bd_buf_init(&rows, MAX_FILE_BYTES);
    bd_buf_init(&entries, BLOCK_BYTES);
    set_place(file, number, (uint32_t)(at - file->known_bytes));
    if (!file->has_failed) {
        put_rows(file, &rows);
        keep_rc(file, bd_buf_check(&rows, "the table of the PDF", &err), &err);
    }
    file->deflated.size = 0;
    if (!file->has_failed) {
        keep_rc(file, bd_flate_put(file->flates[0], bd_buf_str(&rows), &file->deflated, &err), &err);
    }
    put_trailer(file, &entries);
    print_stream(file, number, bd_buf_str(&entries), bd_buf_str(&file->deflated));
    bd_buf_printf(&file->printed, "startxref\n%zu\n%%%%EOF\n", at);
    write_bytes(file, bd_buf_str(&file->printed));
    bd_buf_clear(&entries);
    bd_buf_clear(&rows);
}

bd_rc file_finish(pdf_file *file, bd_sink *sink, bd_err *err) {
    BD_TRY(file_check(file, err));
    file->sink = sink;
    write_bytes(file, BD_STR(HEADER));
    write_known(file);
    write_streams(file);
    pack_tail(file);
    finish_packs(file);
    write_table(file);
    flush_block(file);
    return file_check(file, err);
}

bd_str bd_pdf_versions(bd_arena *arena) {
    return bd_str_format(arena, "libharu %s", HPDF_GetVersion());
}
