#include "bindery/pdf.h"
#include "pdf_priv.h"

#include <hpdf.h>
#include <hpdf_pages.h>

#include <stddef.h>
#include <string.h>

/* libharu, unmodified, as the keeper of objects: page tree, numbering, dictionaries.  Table and trailer are ours, since
 * behind its objects stand more, of which it need not know (file_add_tail).
 *
 * A dictionary of ours is an HPDF_Dict without entries whose write_fn puts the entries as text;
 * that is one allocation for a dictionary instead of one of 150 bytes for each entry.  Content is
 * deflated before it reaches libharu, so that a finished page costs its compressed size, and the
 * file leaves through a callback stream, object by object.
 *
 * What libharu keeps of small objects lies in an arena, which need not stay in memory (bindery/util.h): some hundred
 * thousand of them are a large report's.  Lists that grow are the heap's, since their old places must be free again.
 *
 * Errors: libharu's errors are sticky and some calls return NULL or a code without raising; every
 * result is looked at here, the first failure is latched, and nothing jumps. */

#define BLOCK_BYTES ((size_t)64 << 10)
#define MAX_FILE_BYTES ((size_t)2000 << 20) /* libharu counts offsets in 32 bits */
#define MAX_STREAM_BYTES ((size_t)256 << 20)
#define OBJECT_BYTES ((size_t)2 << 10) /* what one takes in memory, about */
#define PAGES_PER_NODE 100
#define PAGES_AT_ONCE 16
#define OBJECTS_BYTES ((size_t)16 << 30) /* what MAX_FILE_BYTES can be of */
#define CONTENT_BYTES ((size_t)64 << 20) /* of one page */

typedef struct {
    HPDF_Dict dict;
    bd_str entries;
} raw;

/* A page on its way: page i uses place i modulo PAGES_AT_ONCE. */
typedef struct {
    bd_buf content, deflated;
    unsigned resources;
    bd_rc rc;
    bd_err err;
} passing_page;

struct pdf_file {
    bd_arena *arena;
    bd_arena *objects; /* libharu's */
    HPDF_Doc doc;
    size_t page_count;
    HPDF_Page *pages;
    BD_VEC(raw *) raws;
    raw catalog, info;
    uint8_t id[16];
    size_t tail_count; /* objects behind libharu's */
    file_entries_fn *put_tail;
    void *tail_context;
    unsigned long failure; /* libharu's first error */
    bool has_failed;
    bd_rc deflate_rc; /* first failure of compressing, with its message */
    bd_rc sink_rc;
    bd_err kept_err;
    unsigned jobs;
    bd_flate *flates[PAGES_AT_ONCE]; /* one per worker */
    bd_crew *crew;                   /* deflates pages */
    passing_page passing[PAGES_AT_ONCE];
    size_t begun, done; /* pages: `begun` to be written next, `done` of them are in the file */
    bd_buf deflated;    /* of a stream that is no page */
    bd_sink *sink; /* while saving */
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

static void on_error(HPDF_STATUS error, HPDF_STATUS detail, void *user) {
    (void)detail;
    note_failure(user, error);
}

static HPDF_STATUS write_entries(HPDF_Dict dict, HPDF_Stream stream) {
    const raw *subject = dict->attr;
    if (subject->entries.size == 0) {
        return HPDF_OK;
    }
    const void *bytes = subject->entries.data;
    HPDF_STATUS status = HPDF_Stream_Write(stream, bytes, (HPDF_UINT)subject->entries.size);
    return status != HPDF_OK ? status : HPDF_Stream_WriteStr(stream, "\n");
}

static HPDF_STATUS write_flate(HPDF_Dict dict, HPDF_Stream stream) {
    (void)dict;
    return HPDF_Stream_WriteStr(stream, "/Filter /FlateDecode\n");
}

/* ---- opening --------------------------------------------------------------------------------- */

#define LARGEST_KEPT ((size_t)8 << 10)

/* Libharu's hook has no context: each function here that lets it take memory says first whose. */
static _Thread_local bd_arena *objects_on;

/* Before each piece of its memory. */
typedef union {
    bool is_heaps;
    max_align_t place;
} piece_head;

static void *take_memory(HPDF_UINT bytes) {
    size_t size = sizeof(piece_head) + bytes;
    bool is_heaps = bytes > LARGEST_KEPT;
    piece_head *head = is_heaps ? bd_heap_alloc(size) : bd_alloc(objects_on, size, 1);
    head->is_heaps = is_heaps;
    return head + 1;
}

static void give_memory(void *memory) {
    piece_head *head = memory != NULL ? (piece_head *)memory - 1 : NULL;
    if (head != NULL && head->is_heaps) {
        bd_heap_free(head);
    }
}

static void add_pages(pdf_file *file, double width, double height) {
    file->pages = bd_new(file->arena, HPDF_Page, file->page_count + 1);
    for (size_t i = 0; i < file->page_count && !file->has_failed; i++) {
        HPDF_Page page = HPDF_AddPage(file->doc);
        if (!page) {
            note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
            return;
        }
        keep_status(file, HPDF_Page_SetWidth(page, (HPDF_REAL)width));
        keep_status(file, HPDF_Page_SetHeight(page, (HPDF_REAL)height));
        file->pages[i] = page;
    }
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
    }
    bd_buf_init(&file->deflated, MAX_STREAM_BYTES);
    for (unsigned i = 0; i < file->jobs; i++) {
        file->flates[i] = bd_flate_open();
    }
    bd_buf_init(&file->block, 2 * BLOCK_BYTES);
    file->objects = bd_arena_open("objects of the PDF", OBJECTS_BYTES);
    objects_on = file->objects;
    file->doc = HPDF_NewEx(on_error, take_memory, give_memory, 0, file);
    if (!file->doc) {
        note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
        return file;
    }
    file->doc->pdf_version = HPDF_VER_17;
    /* Without intermediate nodes the page tree is one array, and that ends at 32,767. */
    keep_status(file, HPDF_SetPagesConfiguration(file->doc, PAGES_PER_NODE));
    add_pages(file, width, height);
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
    if (file->doc) {
        objects_on = file->objects;
        HPDF_Free(file->doc);
    }
    bd_arena_close(file->objects);
    for (unsigned i = 0; i < PAGES_AT_ONCE; i++) {
        bd_flate_close(file->flates[i]);
        bd_buf_clear(&file->passing[i].content);
        bd_buf_clear(&file->passing[i].deflated);
    }
    bd_buf_clear(&file->deflated);
    bd_buf_clear(&file->block);
}

void file_close_ref(pdf_file **file) {
    file_close(*file);
    *file = NULL;
}

/* ---- objects --------------------------------------------------------------------------------- */

static unsigned number_of(HPDF_Dict dict) {
    return dict->header.obj_id & 0x00ffffffu;
}

static unsigned add_raw(pdf_file *file, HPDF_Dict dict) {
    raw *subject = bd_new(file->arena, raw, 1);
    subject->dict = dict;
    dict->attr = subject;
    dict->write_fn = write_entries;
    unsigned number = number_of(dict);
    while (file->raws.count <= number) {
        *bd_push(file->arena, &file->raws) = NULL;
    }
    file->raws.data[number] = subject;
    return number;
}

unsigned file_add_object(pdf_file *file) {
    if (file->has_failed) {
        return 0;
    }
    objects_on = file->objects;
    HPDF_Dict dict = HPDF_Dict_New(file->doc->mmgr);
    if (!dict) {
        note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
        return 0;
    }
    HPDF_STATUS status = HPDF_Xref_Add(file->doc->xref, dict);
    if (status != HPDF_OK) { /* HPDF_Xref_Add has freed the object */
        note_failure(file, status);
        return 0;
    }
    return add_raw(file, dict);
}

void file_set_object(pdf_file *file, unsigned number, bd_str entries) {
    if (file->has_failed) {
        return;
    }
    BD_ASSERT(number < file->raws.count && file->raws.data[number]);
    file->raws.data[number]->entries = bd_str_copy(file->arena, entries);
}

static void fill_stream(pdf_file *file, HPDF_Stream stream, const bd_buf *deflated, bd_rc rc,
                        const bd_err *err) {
    if (bd_failed(rc)) {
        file->deflate_rc = rc;
        file->kept_err = *err;
        note_failure(file, HPDF_INVALID_OPERATION);
        return;
    }
    const void *bytes = deflated->data;
    objects_on = file->objects;
    keep_status(file, HPDF_Stream_Write(stream, bytes, (HPDF_UINT)deflated->size));
}

static HPDF_Dict add_stream(pdf_file *file, bd_str entries, const char *filter) {
    if (file->has_failed) {
        return NULL;
    }
    objects_on = file->objects;
    HPDF_Dict dict = HPDF_DictStream_New(file->doc->mmgr, file->doc->xref);
    if (!dict) {
        note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
        return NULL;
    }
    unsigned number = add_raw(file, dict);
    file->raws.data[number]->entries =
        bd_str_format(file->arena, "%.*s%s", BD_ARG(entries), filter);
    return dict;
}

unsigned file_add_plain_stream(pdf_file *file, bd_str entries, bd_str data) {
    HPDF_Dict dict = add_stream(file, entries, "");
    if (!dict) {
        return 0;
    }
    const void *bytes = data.data;
    objects_on = file->objects;
    keep_status(file, HPDF_Stream_Write(dict->stream, bytes, (HPDF_UINT)data.size));
    return number_of(dict);
}

unsigned file_add_stream(pdf_file *file, bd_str entries, bd_str data) {
    HPDF_Dict dict = add_stream(file, entries, " /Filter /FlateDecode");
    if (!dict) {
        return 0;
    }
    unsigned number = number_of(dict);
    bd_err err;
    file->deflated.size = 0;
    bd_rc rc = bd_flate_put(file->flates[0], data, &file->deflated, &err);
    fill_stream(file, dict->stream, &file->deflated, rc, &err);
    return number;
}

/* ---- pages ----------------------------------------------------------------------------------- */

unsigned file_page_number(const pdf_file *file, size_t index) {
    BD_ASSERT(index < file->page_count);
    return file->has_failed ? 0 : number_of(file->pages[index]);
}

static void set_page(pdf_file *file, size_t index, unsigned resources) {
    BD_ASSERT(index < file->page_count && resources < file->raws.count);
    HPDF_Page page = file->pages[index];
    HPDF_PageAttr attr = page->attr;
    objects_on = file->objects;
    keep_status(file, HPDF_Dict_Add(page, "Resources", file->raws.data[resources]->dict));
    attr->fonts = NULL; /* they lay in the resources that were replaced */
    attr->contents->write_fn = write_flate;
}

static void deflate_page(void *context, size_t place, unsigned worker) {
    pdf_file *file = context;
    passing_page *page = &file->passing[place];
    page->deflated.size = 0;
    page->rc = bd_flate_put(file->flates[worker], bd_buf_str(&page->content), &page->deflated,
                            &page->err);
}

/* The oldest page on its way gets to its place in the file. */
static void take_page(pdf_file *file) {
    size_t index = file->done++;
    const passing_page *page = &file->passing[index % PAGES_AT_ONCE];
    bd_crew_wait(file->crew, index % PAGES_AT_ONCE);
    if (!file->has_failed) {
        set_page(file, index, page->resources);
        HPDF_PageAttr attr = file->pages[index]->attr;
        fill_stream(file, attr->stream, &page->deflated, page->rc, &page->err);
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
    bd_buf *content = &file->passing[file->begun % PAGES_AT_ONCE].content;
    content->size = 0;
    return content;
}

void file_end_page(pdf_file *file, unsigned resources) {
    size_t place = file->begun++ % PAGES_AT_ONCE;
    file->passing[place].resources = resources;
    bd_crew_put(file->crew, place);
}

void file_finish_pages(pdf_file *file) {
    while (file->done < file->begun) {
        take_page(file);
    }
    bd_crew_close(file->crew);
    file->crew = NULL;
}

void file_set_page_structure(pdf_file *file, size_t index, unsigned key) {
    if (!file->has_failed) {
        HPDF_Page page = file->pages[index];
        objects_on = file->objects;
        keep_status(file, HPDF_Dict_AddNumber(page, "StructParents", (HPDF_INT32)key));
        keep_status(file, HPDF_Dict_AddName(page, "Tabs", "S"));
    }
}

void file_set_page_annotations(pdf_file *file, size_t index, const unsigned *numbers,
                               size_t count) {
    if (file->has_failed || count == 0) {
        return;
    }
    objects_on = file->objects;
    HPDF_Array array = HPDF_Array_New(file->doc->mmgr);
    if (!array) {
        note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
        return;
    }
    keep_status(file, HPDF_Dict_Add(file->pages[index], "Annots", array));
    for (size_t i = 0; i < count && !file->has_failed; i++) {
        keep_status(file, HPDF_Array_Add(array, file->raws.data[numbers[i]]->dict));
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static void set_known(pdf_file *file, HPDF_Dict dict, raw *subject, bd_str entries) {
    subject->dict = dict;
    subject->entries = bd_str_copy(file->arena, entries);
    dict->attr = subject;
    dict->write_fn = write_entries;
}

void file_set_catalog(pdf_file *file, bd_str entries) {
    if (!file->has_failed) {
        set_known(file, file->doc->catalog, &file->catalog, entries);
    }
}

void file_set_info(pdf_file *file, bd_str entries) {
    if (!file->has_failed) {
        set_known(file, file->doc->info, &file->info, entries);
    }
}

void file_set_id(pdf_file *file, const uint8_t id[16]) {
    memcpy(file->id, id, sizeof file->id);
}

unsigned file_add_tail(pdf_file *file, size_t count, file_entries_fn *put, void *context) {
    BD_ASSERT(file->tail_count == 0);
    file->tail_count = count;
    file->put_tail = put;
    file->tail_context = context;
    return file->has_failed ? 0 : (unsigned)file->doc->xref->entries->count;
}

static bool flush_block(pdf_file *file) {
    bd_rc rc = bd_sink_write(file->sink, file->block.data, file->block.size, &file->kept_err);
    file->block.size = 0;
    if (bd_failed(rc)) {
        file->sink_rc = rc;
        return false;
    }
    return true;
}

static HPDF_STATUS write_block(HPDF_Stream stream, const HPDF_BYTE *bytes, HPDF_UINT count) {
    pdf_file *file = stream->attr;
    if (bd_failed(file->sink_rc)) {
        return HPDF_FILE_IO_ERROR;
    }
    file->written_bytes += count;
    if (file->written_bytes > MAX_FILE_BYTES) {
        file->sink_rc = bd_raise(&file->kept_err, BD_ERR_LIMIT,
                                 "cannot write the PDF: it is over %zu bytes", MAX_FILE_BYTES);
        return HPDF_FILE_IO_ERROR;
    }
    for (HPDF_UINT at = 0; at < count;) {
        HPDF_UINT part = count - at > BLOCK_BYTES ? (HPDF_UINT)BLOCK_BYTES : count - at;
        bd_buf_put(&file->block, bytes + at, part);
        at += part;
        if (file->block.size >= BLOCK_BYTES && !flush_block(file)) {
            return HPDF_FILE_IO_ERROR;
        }
    }
    return HPDF_OK;
}

static bd_rc raise_failure(const pdf_file *file, bd_err *err) {
    bool is_kept = bd_failed(file->sink_rc) || bd_failed(file->deflate_rc);
    if (is_kept) {
        BD_RAISE(err, file->kept_err.class, "%s", file->kept_err.message);
    }
    if (file->failure == HPDF_FAILD_TO_ALLOC_MEM) {
        BD_RAISE(err, BD_ERR_LIMIT, "cannot write the PDF: out of memory");
    }
    BD_RAISE(err, BD_ERR_BUG, "cannot write the PDF: libharu says 0x%04lx", file->failure);
}

/* ---- saving ---- */

static void put_bytes(pdf_file *file, HPDF_Stream stream, bd_buf *text) {
    const void *bytes = text->data;
    if (text->overflowed) {
        note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
    }
    if (!file->has_failed && text->size > 0) {
        keep_status(file, HPDF_Stream_Write(stream, bytes, (HPDF_UINT)text->size));
    }
    text->size = 0;
}

static void open_object(pdf_file *file, HPDF_Stream stream, size_t number, bd_buf *text) {
    put_integer(text, (int64_t)number);
    bd_buf_puts(text, BD_STR(" 0 obj\n"));
    put_bytes(file, stream, text);
}

/* Objects of libharu, then those of the tail; yields their places in the file. */
static void put_objects(pdf_file *file, HPDF_Stream stream, uint32_t *places, bd_buf *text) {
    size_t count = file->doc->xref->entries->count, all = count + file->tail_count;
    for (size_t i = 1; i < count && !file->has_failed; i++) {
        HPDF_XrefEntry entry = HPDF_Xref_GetEntry(file->doc->xref, (HPDF_UINT)i);
        places[i] = (uint32_t)file->written_bytes;
        bd_arenas_pass(OBJECT_BYTES);
        open_object(file, stream, i, text);
        keep_status(file, HPDF_Obj_WriteValue(entry->obj, stream, NULL));
        bd_buf_puts(text, BD_STR("\nendobj\n"));
        put_bytes(file, stream, text);
    }
    for (size_t i = count; i < all && !file->has_failed; i++) {
        places[i] = (uint32_t)file->written_bytes + (uint32_t)text->size;
        put_integer(text, (int64_t)i);
        bd_buf_puts(text, BD_STR(" 0 obj\n<<"));
        file->put_tail(file->tail_context, i - count, text);
        bd_buf_puts(text, BD_STR(">>\nendobj\n"));
        if (text->size >= BLOCK_BYTES) {
            put_bytes(file, stream, text);
        }
    }
    put_bytes(file, stream, text);
}

static void put_table(pdf_file *file, HPDF_Stream stream, const uint32_t *places, size_t count,
                      bd_buf *text) {
    size_t at = file->written_bytes;
    bd_buf_printf(text, "xref\n0 %zu\n0000000000 65535 f \n", count);
    for (size_t i = 1; i < count; i++) {
        char row[] = "0000000000 00000 n \n";
        uint32_t rest = places[i];
        for (size_t k = 10; rest > 0; rest /= 10) {
            row[--k] = (char)('0' + rest % 10);
        }
        bd_buf_put(text, row, sizeof row - 1);
        if (text->size >= BLOCK_BYTES) {
            put_bytes(file, stream, text);
        }
    }
    bd_buf_printf(text, "trailer\n<<\n/Root %u 0 R\n/Info %u 0 R\n/Size %zu\n/ID [",
                  number_of(file->doc->catalog), number_of(file->doc->info), count);
    for (int half = 0; half < 2; half++) {
        bd_buf_putc(text, '<');
        for (size_t i = 0; i < sizeof file->id; i++) {
            bd_buf_printf(text, "%02X", file->id[i]);
        }
        bd_buf_putc(text, '>');
    }
    bd_buf_printf(text, "]\n>>\nstartxref\n%zu\n%%%%EOF\n", at);
    put_bytes(file, stream, text);
}

static void save(pdf_file *file, HPDF_Stream stream) {
    bd_buf text;
    size_t count = file->doc->xref->entries->count + file->tail_count;
    uint32_t *places = bd_new(file->arena, uint32_t, count);
    bd_buf_init(&text, MAX_STREAM_BYTES);
    /* Four bytes beyond ASCII tell whoever moves the file that it is no text. */
    bd_buf_puts(&text, BD_STR("%PDF-1.7\n%\xb7\xbe\xad\xaa\n"));
    put_bytes(file, stream, &text);
    put_objects(file, stream, places, &text);
    put_table(file, stream, places, count, &text);
    bd_buf_clear(&text);
}

bd_rc file_finish(pdf_file *file, bd_sink *sink, bd_err *err) {
    if (file->has_failed) {
        return raise_failure(file, err);
    }
    file->sink = sink;
    objects_on = file->objects;
    HPDF_Stream stream = HPDF_CallbackWriter_New(file->doc->mmgr, write_block, file);
    if (!stream) {
        note_failure(file, HPDF_FAILD_TO_ALLOC_MEM);
        return raise_failure(file, err);
    }
    file->doc->stream = stream;
    save(file, stream);
    if (!file->has_failed && file->block.size > 0 && !flush_block(file)) {
        note_failure(file, HPDF_FILE_IO_ERROR);
    }
    return file->has_failed ? raise_failure(file, err) : BD_OK;
}

bd_str bd_pdf_versions(bd_arena *arena) {
    return bd_str_format(arena, "libharu %s", HPDF_GetVersion());
}
