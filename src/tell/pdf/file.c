#include "bindery/pdf.h"
#include "pdf_priv.h"

#include <hpdf.h>
#include <hpdf_pages.h>

#include <string.h>

/* libharu, unmodified, as the printer of objects: catalog, information and pages are its dictionaries.  Numbers, table
 * and trailer are ours.
 *
 * Memory.  libharu keeps every page, some 5 KB each, until the document is saved; fifty thousand are more than the
 * report may take.  So there is one page.  It is a form: for each page of the report it is given that page's numbers
 * and content, printed, and emptied; what was printed waits (waiting.c), in a file when there is much of it.  The
 * numbers are those that libharu would have given, since how many pages there will be is known: catalog, root of the
 * pages, information, then for each hundred pages their node, and for each page itself, its content and the length of
 * that.  Behind them come our objects, which are text and wait likewise, and then the tail, of which nothing
 * is kept at all.
 *
 * Errors: libharu's errors are sticky and some calls return NULL or a code without raising; every
 * result is looked at here, the first failure is latched, and nothing jumps. */

#define BLOCK_BYTES ((size_t)64 << 10)
#define MAX_FILE_BYTES ((size_t)2000 << 20) /* offsets are kept in 32 bits */
#define MAX_STREAM_BYTES ((size_t)256 << 20)
#define PAGES_PER_NODE ((size_t)100)
#define PAGES_AT_ONCE 16
#define CONTENT_BYTES ((size_t)64 << 20) /* of one page */

enum { CATALOG_NUMBER = 1, ROOT_NUMBER, INFO_NUMBER, FIRST_NODE_NUMBER };
#define OBJECTS_PER_PAGE 3 /* the page, its content, the length of that */
#define OBJECTS_PER_NODE (1 + PAGES_PER_NODE * OBJECTS_PER_PAGE)

/* Where an object's entries wait, from "<<" to ">>" and what follows. */
typedef struct {
    uint32_t from, size; /* size 0: not set */
} raw;

/* A page on its way: page i uses place i modulo PAGES_AT_ONCE. */
typedef struct {
    bd_buf content, deflated, entries;
    unsigned resources;
    bd_rc rc;
    bd_err err;
} passing_page;

/* libharu's one page. */
typedef struct {
    HPDF_Page page;
    HPDF_Dict node, contents, resources; /* `resources` stands for ours: nothing but a number */
    HPDF_Number length;
    bd_str entries; /* put behind libharu's */
} form;

struct pdf_file {
    bd_arena *arena;
    HPDF_Doc doc;
    HPDF_Stream stream; /* libharu prints through it to `printed` */
    bd_buf printed;
    form form;
    size_t page_count;
    waiting pages, objects;
    uint32_t *page_places; /* of the objects of pages and nodes, from the beginning of `pages` */
    BD_VEC(raw) raws;      /* of our objects, by number less the first one */
    bd_str catalog, info;
    uint8_t id[16];
    size_t tail_count; /* objects behind all others */
    file_entries_fn *put_tail;
    void *tail_context;
    unsigned long failure; /* libharu's first error */
    bool has_failed;
    bd_rc kept_rc; /* first failure that is not libharu's, with its message */
    bd_err kept_err;
    unsigned jobs;
    bd_flate *flates[PAGES_AT_ONCE]; /* one per worker */
    bd_crew *crew;                   /* deflates pages */
    passing_page passing[PAGES_AT_ONCE];
    size_t begun, done; /* pages: `begun` to be written next, `done` of them are in their waiting */
    bd_buf deflated;    /* of a stream that is no page */
    bd_sink *sink;      /* while saving */
    bd_buf block;
    size_t written_bytes;
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

static HPDF_STATUS print_filter(HPDF_Dict dict, HPDF_Stream stream) {
    (void)dict;
    return HPDF_Stream_WriteStr(stream, "/Filter /FlateDecode\n");
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
    f->length = HPDF_Dict_GetItem(f->contents, "Length", HPDF_OCLASS_NUMBER);
    f->resources->header.obj_id |= HPDF_OTYPE_INDIRECT;
    keep_status(file, HPDF_Page_SetWidth(f->page, (HPDF_REAL)width));
    keep_status(file, HPDF_Page_SetHeight(f->page, (HPDF_REAL)height));
    keep_status(file, HPDF_Dict_Add(f->page, "Resources", f->resources));
    attr->fonts = NULL; /* they lay in the resources that were replaced */
    f->page->write_fn = print_page;
    f->contents->write_fn = print_filter;
    BD_ASSERT(file->has_failed || f->length != NULL);
}

static size_t node_count(const pdf_file *file) {
    return (file->page_count + PAGES_PER_NODE - 1) / PAGES_PER_NODE;
}

/* The first number behind the pages'. */
static size_t first_raw(const pdf_file *file) {
    return FIRST_NODE_NUMBER + node_count(file) + file->page_count * OBJECTS_PER_PAGE;
}

pdf_file *file_open(bd_arena *arena, size_t page_count, double width, double height,
                    unsigned jobs) {
    pdf_file *file = bd_new(arena, pdf_file, 1);
    file->arena = arena;
    file->page_count = page_count;
    file->jobs = jobs < 1 ? 1 : jobs > PAGES_AT_ONCE ? PAGES_AT_ONCE : jobs;
    for (unsigned i = 0; i < PAGES_AT_ONCE; i++) {
        bd_buf_init(&file->passing[i].content, CONTENT_BYTES);
        bd_buf_init(&file->passing[i].deflated, MAX_STREAM_BYTES);
        bd_buf_init(&file->passing[i].entries, CONTENT_BYTES);
    }
    bd_buf_init(&file->deflated, MAX_STREAM_BYTES);
    bd_buf_init(&file->printed, 2 * MAX_STREAM_BYTES);
    bd_buf_init(&file->block, 2 * BLOCK_BYTES);
    waiting_open(&file->pages);
    waiting_open(&file->objects);
    for (unsigned i = 0; i < file->jobs; i++) {
        file->flates[i] = bd_flate_open();
    }
    file->page_places = bd_new(arena, uint32_t, first_raw(file));
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
    for (; file->crew != NULL && file->done < file->begun; file->done++) {
        bd_crew_wait(file->crew, file->done % PAGES_AT_ONCE);
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
        bd_buf_clear(&file->passing[i].content);
        bd_buf_clear(&file->passing[i].deflated);
        bd_buf_clear(&file->passing[i].entries);
    }
    waiting_close(&file->pages);
    waiting_close(&file->objects);
    bd_buf_clear(&file->deflated);
    bd_buf_clear(&file->printed);
    bd_buf_clear(&file->block);
}

void file_close_ref(pdf_file **file) {
    file_close(*file);
    *file = NULL;
}

/* ---- objects --------------------------------------------------------------------------------- */

unsigned file_add_object(pdf_file *file) {
    if (file->has_failed) {
        return 0;
    }
    *bd_push(file->arena, &file->raws) = (raw){0};
    return (unsigned)(first_raw(file) + file->raws.count - 1);
}

/* What was printed waits with others of its kind; yields where it begins. */
static uint32_t put_by(pdf_file *file, waiting *to) {
    bd_err err;
    size_t from = waiting_size(to);
    bd_rc rc = bd_buf_check(&file->printed, "an object of the PDF", &err);
    if (!bd_failed(rc) && from + file->printed.size > MAX_FILE_BYTES) {
        rc = bd_raise(&err, BD_ERR_LIMIT, "cannot write the PDF: it is over %zu bytes", MAX_FILE_BYTES);
    }
    if (!bd_failed(rc) && !file->has_failed) {
        rc = waiting_put(to, bd_buf_str(&file->printed), &err);
    }
    keep_rc(file, rc, &err);
    file->printed.size = 0;
    return (uint32_t)from;
}

static void put_raw(pdf_file *file, unsigned number) {
    BD_ASSERT(number >= first_raw(file) && number - first_raw(file) < file->raws.count);
    raw *subject = &file->raws.data[number - first_raw(file)];
    BD_ASSERT(subject->size == 0);
    subject->size = (uint32_t)file->printed.size;
    subject->from = put_by(file, &file->objects);
}

static void print_entries(bd_buf *out, bd_str entries) {
    bd_buf_puts(out, entries);
    bd_buf_puts(out, entries.size > 0 ? BD_STR("\n>>") : BD_STR(">>"));
}

void file_set_object(pdf_file *file, unsigned number, bd_str entries) {
    if (file->has_failed) {
        return;
    }
    bd_buf_puts(&file->printed, BD_STR("<<\n"));
    print_entries(&file->printed, entries);
    put_raw(file, number);
}

static unsigned add_stream(pdf_file *file, bd_str entries, bd_str filter, bd_str data) {
    if (file->has_failed) {
        return 0;
    }
    unsigned number = file_add_object(file), length = file_add_object(file);
    bd_buf_printf(&file->printed, "<<\n/Length %u 0 R\n", length);
    bd_buf_puts(&file->printed, entries);
    print_entries(&file->printed, filter);
    bd_buf_puts(&file->printed, BD_STR("\nstream\r\n"));
    bd_buf_puts(&file->printed, data);
    bd_buf_puts(&file->printed, BD_STR("\nendstream"));
    put_raw(file, number);
    put_integer(&file->printed, (int64_t)data.size);
    put_raw(file, length);
    return number;
}

unsigned file_add_plain_stream(pdf_file *file, bd_str entries, bd_str data) {
    return add_stream(file, (bd_str){"", 0}, entries, data);
}

unsigned file_add_stream(pdf_file *file, bd_str entries, bd_str data) {
    bd_err err;
    file->deflated.size = 0;
    keep_rc(file, bd_flate_put(file->flates[0], data, &file->deflated, &err), &err);
    return add_stream(file, entries, BD_STR(" /Filter /FlateDecode"), bd_buf_str(&file->deflated));
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

static void begin_pages(bd_buf *out, size_t number) {
    begin_object(out, number);
    bd_buf_puts(out, BD_STR("<<\n/Type /Pages\n/Kids [ "));
}

static void put_kid(bd_buf *out, size_t number) {
    put_integer(out, (int64_t)number);
    bd_buf_puts(out, BD_STR(" 0 R "));
}

static void print_node(pdf_file *file, size_t node) {
    size_t from = node * PAGES_PER_NODE, to = from + PAGES_PER_NODE;
    to = to < file->page_count ? to : file->page_count;
    begin_pages(&file->printed, node_number(node));
    for (size_t i = from; i < to; i++) {
        put_kid(&file->printed, page_number(i));
    }
    bd_buf_printf(&file->printed, "]\n/Count %zu\n/Parent %d 0 R\n>>", to - from, ROOT_NUMBER);
    end_object(&file->printed);
    file->page_places[node_number(node)] = put_by(file, &file->pages);
}

static void print_root(pdf_file *file) {
    begin_pages(&file->printed, ROOT_NUMBER);
    for (size_t i = 0; i < node_count(file); i++) {
        put_kid(&file->printed, node_number(i));
    }
    bd_buf_printf(&file->printed, "]\n/Count %zu\n>>", file->page_count);
    end_object(&file->printed);
}

static void set_number(HPDF_Obj_Header *header, size_t number) {
    header->obj_id = (HPDF_UINT32)number | HPDF_OTYPE_INDIRECT;
}

static void print_page_objects(pdf_file *file, size_t index, const passing_page *page) {
    form *f = &file->form;
    size_t number = page_number(index);
    set_number(&f->node->header, node_number(index / PAGES_PER_NODE));
    set_number(&f->page->header, number);
    set_number(&f->contents->header, number + 1);
    set_number(&f->length->header, number + 2);
    set_number(&f->resources->header, page->resources);
    f->entries = bd_buf_str(&page->entries);
    print_object(file, number, f->page);
    file->page_places[number] = put_by(file, &file->pages);
    const void *bytes = page->deflated.data;
    HPDF_MemStream_FreeData(f->contents->stream);
    keep_status(file, HPDF_Stream_Write(f->contents->stream, bytes, (HPDF_UINT)page->deflated.size));
    print_object(file, number + 1, f->contents);
    file->page_places[number + 1] = put_by(file, &file->pages);
    print_object(file, number + 2, f->length);
    file->page_places[number + 2] = put_by(file, &file->pages);
}

static void deflate_page(void *context, size_t place, unsigned worker) {
    pdf_file *file = context;
    passing_page *page = &file->passing[place];
    page->deflated.size = 0;
    page->rc = bd_flate_put(file->flates[worker], bd_buf_str(&page->content), &page->deflated,
                            &page->err);
}

/* The oldest page on its way gets to its place. */
static void take_page(pdf_file *file) {
    size_t index = file->done++;
    const passing_page *page = &file->passing[index % PAGES_AT_ONCE];
    bd_crew_wait(file->crew, index % PAGES_AT_ONCE);
    keep_rc(file, page->rc, &page->err);
    if (!file->has_failed && index % PAGES_PER_NODE == 0) {
        print_node(file, index / PAGES_PER_NODE);
    }
    if (!file->has_failed) {
        print_page_objects(file, index, page);
    }
}

bd_buf *file_begin_page(pdf_file *file) {
    BD_ASSERT(file->begun < file->page_count);
    if (file->crew == NULL) {
        file->crew = bd_crew_open(file->jobs, deflate_page, file);
    }
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
    bd_crew_close(file->crew);
    file->crew = NULL;
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

static size_t tail_number(const pdf_file *file) {
    return first_raw(file) + file->raws.count;
}

unsigned file_add_tail(pdf_file *file, size_t count, file_entries_fn *put, void *context) {
    BD_ASSERT(file->tail_count == 0);
    file->tail_count = count;
    file->put_tail = put;
    file->tail_context = context;
    return file->has_failed ? 0 : (unsigned)tail_number(file);
}

static void flush_block(pdf_file *file) {
    bd_err err;
    if (!file->has_failed && file->block.size > 0) {
        keep_rc(file, bd_sink_write(file->sink, file->block.data, file->block.size, &err), &err);
    }
    file->block.size = 0;
}

static void write_bytes(pdf_file *file, bd_str bytes) {
    bd_err err;
    file->written_bytes += bytes.size;
    if (file->written_bytes > MAX_FILE_BYTES) {
        keep_rc(file,
                bd_raise(&err, BD_ERR_LIMIT, "cannot write the PDF: it is over %zu bytes", MAX_FILE_BYTES),
                &err);
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

/* Of what waited: what goes wrong is latched. */
static bd_rc write_copied(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    pdf_file *file = sink->context;
    write_bytes(file, (bd_str){bytes, count});
    return file_check(file, err);
}

static void copy_stored(pdf_file *file, waiting *from, size_t at, size_t count) {
    bd_err err;
    bd_sink to = {write_copied, file};
    if (!file->has_failed) {
        keep_rc(file, waiting_copy(from, at, count, &to, &err), &err);
    }
}

/* ---- saving ---- */

static void write_printed(pdf_file *file) {
    bd_err err;
    keep_rc(file, bd_buf_check(&file->printed, "an object of the PDF", &err), &err);
    write_bytes(file, bd_buf_str(&file->printed));
    file->printed.size = 0;
}

static void write_known(pdf_file *file, uint32_t *places) {
    HPDF_Dict catalog = file->doc->catalog, info = file->doc->info;
    catalog->attr = file;
    catalog->write_fn = print_catalog;
    info->attr = file;
    info->write_fn = print_info;
    set_number(&catalog->header, CATALOG_NUMBER);
    set_number(&info->header, INFO_NUMBER);
    places[CATALOG_NUMBER] = (uint32_t)file->written_bytes;
    print_object(file, CATALOG_NUMBER, catalog);
    write_printed(file);
    places[ROOT_NUMBER] = (uint32_t)file->written_bytes;
    print_root(file);
    write_printed(file);
    places[INFO_NUMBER] = (uint32_t)file->written_bytes;
    print_object(file, INFO_NUMBER, info);
    write_printed(file);
}

static void write_pages(pdf_file *file, uint32_t *places) {
    for (size_t i = FIRST_NODE_NUMBER; i < first_raw(file); i++) {
        places[i] = (uint32_t)file->written_bytes + file->page_places[i];
    }
    copy_stored(file, &file->pages, 0, waiting_size(&file->pages));
}

static void write_raws(pdf_file *file, uint32_t *places) {
    for (size_t i = 0; i < file->raws.count && !file->has_failed; i++) {
        const raw *subject = &file->raws.data[i];
        places[first_raw(file) + i] = (uint32_t)file->written_bytes;
        begin_object(&file->printed, first_raw(file) + i);
        bd_buf_puts(&file->printed, subject->size > 0 ? BD_STR("") : BD_STR("<<\n>>"));
        write_printed(file);
        copy_stored(file, &file->objects, subject->from, subject->size);
        end_object(&file->printed);
        write_printed(file);
    }
}

static void write_tail(pdf_file *file, uint32_t *places) {
    bd_buf *text = &file->printed;
    for (size_t i = 0; i < file->tail_count && !file->has_failed; i++) {
        places[tail_number(file) + i] = (uint32_t)(file->written_bytes + text->size);
        begin_object(text, tail_number(file) + i);
        bd_buf_puts(text, BD_STR("<<"));
        file->put_tail(file->tail_context, i, text);
        bd_buf_puts(text, BD_STR(">>\nendobj\n"));
        if (text->size >= BLOCK_BYTES) {
            write_printed(file);
        }
    }
    write_printed(file);
}

static void write_table(pdf_file *file, const uint32_t *places, size_t count) {
    size_t at = file->written_bytes;
    bd_buf *text = &file->printed;
    bd_buf_printf(text, "xref\n0 %zu\n0000000000 65535 f \n", count);
    for (size_t i = 1; i < count; i++) {
        char row[] = "0000000000 00000 n \n";
        uint32_t rest = places[i];
        for (size_t k = 10; rest > 0; rest /= 10) {
            row[--k] = (char)('0' + rest % 10);
        }
        bd_buf_put(text, row, sizeof row - 1);
        if (text->size >= BLOCK_BYTES) {
            write_printed(file);
        }
    }
    bd_buf_printf(text, "trailer\n<<\n/Root %d 0 R\n/Info %d 0 R\n/Size %zu\n/ID [", CATALOG_NUMBER,
                  INFO_NUMBER, count);
    for (int half = 0; half < 2; half++) {
        bd_buf_putc(text, '<');
        for (size_t i = 0; i < sizeof file->id; i++) {
            bd_buf_printf(text, "%02X", file->id[i]);
        }
        bd_buf_putc(text, '>');
    }
    bd_buf_printf(text, "]\n>>\nstartxref\n%zu\n%%%%EOF\n", at);
    write_printed(file);
}

bd_rc file_finish(pdf_file *file, bd_sink *sink, bd_err *err) {
    BD_TRY(file_check(file, err));
    size_t count = tail_number(file) + file->tail_count;
    uint32_t *places = bd_new(file->arena, uint32_t, count);
    file->sink = sink;
    /* Four bytes beyond ASCII tell whoever moves the file that it is no text. */
    write_bytes(file, BD_STR("%PDF-1.7\n%\xb7\xbe\xad\xaa\n"));
    write_known(file, places);
    write_pages(file, places);
    write_raws(file, places);
    write_tail(file, places);
    write_table(file, places, count);
    flush_block(file);
    return file_check(file, err);
}

bd_str bd_pdf_versions(bd_arena *arena) {
    return bd_str_format(arena, "libharu %s", HPDF_GetVersion());
}
