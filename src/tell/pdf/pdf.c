#include "bindery/pdf.h"
#include "pdf_priv.h"

#define NAME_BYTES 32768 /* a name or title lies where the document has it */
#define PAGE_BYTES ((size_t)32 << 10) /* what a page of text takes in memory, about */
#define SCRATCH_BYTES ((size_t)1 << 30)
#define CONTENT_BYTES ((size_t)64 << 20)
#define NAMES_PER_LEAF 64

typedef struct {
    const bd_layout *layout;
    const bd_pdf_options *options;
    bd_arena *arena, *line;
    pdf_file *file;
    pdf_fonts *fonts;
    pdf_images images;
    structure *tags; /* NULL: the layout has no structure */
    unsigned metadata, intent, root; /* objects; root 0: no structure */
    bd_buf text; /* one object's entries, or one page's content, at a time */
} writer;

static void put_destination(writer *w, size_t page_index, double y) {
    bd_buf_printf(&w->text, "[%u 0 R /XYZ null ", file_page_number(w->file, page_index));
    put_number(&w->text, y);
    bd_buf_puts(&w->text, BD_STR(" null]"));
}

static void set_object(writer *w, unsigned number) {
    file_set_object(w->file, number, bd_buf_str(&w->text));
    w->text.size = 0;
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* What it leads to, for who cannot see where it stands. */
static void put_link_words(writer *w, const bd_link *link) {
    bd_str label = w->layout->pages.data[link->page_index].label;
    bd_str words = bd_str_trim(link->words);
    bd_buf_puts(&w->text, BD_STR(" /Contents "));
    put_text_string(&w->text,
                    words.size > 0
                        ? bd_str_format(w->line, "%.*s, page %.*s", BD_ARG(words), BD_ARG(label))
                        : bd_str_format(w->line, "page %.*s", BD_ARG(label)));
    bd_arena_reset(w->line);
}

static void add_links(writer *w, size_t index) {
    const bd_links *links = &w->layout->pages.data[index].links;
    unsigned *numbers = bd_new(w->arena, unsigned, links->count + 1);
    for (size_t i = 0; i < links->count; i++) {
        const bd_link *link = &links->data[i];
        numbers[i] = file_add_object(w->file);
        bd_buf_puts(&w->text, BD_STR("/Type /Annot /Subtype /Link /Border [0 0 0] /F 4 /Rect ["));
        for (int k = 0; k < 4; k++) {
            put_number(&w->text, link->rect[k]);
            bd_buf_putc(&w->text, k < 3 ? ' ' : ']');
        }
        bd_buf_puts(&w->text, BD_STR(" /Dest "));
        put_destination(w, link->page_index, link->y);
        put_link_words(w, link);
        if (w->tags != NULL) {
            bd_buf_printf(&w->text, " /StructParent %u",
                          structure_add_annotation(w->tags, link->element, numbers[i]));
        }
        set_object(w, numbers[i]);
    }
    file_set_page_annotations(w->file, index, numbers, links->count);
}

/* Codes are given in the order of first use, so the pages are written by one thread, in order. */
static bd_rc add_pages(writer *w, unsigned resources, bd_err *err) {
    for (size_t i = 0; i < w->layout->pages.count; i++) {
        bd_buf *text = file_begin_page(w->file);
        bd_arenas_pass(PAGE_BYTES);
        if (w->tags != NULL) {
            structure_begin_page(w->tags, i);
            file_set_page_structure(w->file, i, structure_page_key(i));
        }
        content_put(&w->layout->pages.data[i], w->fonts, &w->images, w->tags, text);
        BD_TRY(bd_buf_check(text, "a page of the PDF", err));
        file_end_page(w->file, resources);
        add_links(w, i);
    }
    file_finish_pages(w->file);
    return BD_OK;
}

/* ---- fonts ----------------------------------------------------------------------------------- */

static bd_rc add_font_file(writer *w, size_t face, unsigned *number, bd_err *err) {
    const pdf_font *font = &w->fonts->fonts[face];
    bd_buf file;
    bd_buf_init(&file, BD_FACE_MAX_BYTES);
    bd_rc rc = bd_text_subset(w->fonts->faces, face, font->code_points.data,
                              font->code_points.count, &file, err);
    if (!bd_failed(rc)) {
        *number = file_add_stream(w->file, bd_str_format(w->arena, "/Length1 %zu", file.size),
                                  bd_buf_str(&file));
    }
    bd_buf_clear(&file);
    return rc;
}

static unsigned add_named_font(writer *w, size_t face, const char *entries) {
    bd_buf_puts(&w->text, bd_str_of(entries));
    bd_buf_puts(&w->text, BD_STR(" /BaseFont /"));
    font_put_name(w->fonts, face, &w->text);
    return file_add_object(w->file);
}

static bd_rc add_font(writer *w, size_t face, unsigned *number, bd_err *err) {
    unsigned data = 0;
    BD_TRY(add_font_file(w, face, &data, err));
    font_put_descriptor(w->fonts, face, &w->text);
    bd_buf_printf(&w->text, " /FontFile2 %u 0 R", data);
    unsigned descriptor = file_add_object(w->file);
    set_object(w, descriptor);
    font_put_to_unicode(&w->fonts->fonts[face], &w->text);
    unsigned to_unicode = file_add_stream(w->file, BD_STR(""), bd_buf_str(&w->text));
    w->text.size = 0;
    unsigned cid_font = add_named_font(w, face, "/Type /Font /Subtype /CIDFontType2");
    bd_buf_printf(&w->text,
                  " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
                  " /FontDescriptor %u 0 R /DW 0 /CIDToGIDMap /Identity\n",
                  descriptor);
    font_put_widths(w->fonts, face, &w->text);
    set_object(w, cid_font);
    *number = add_named_font(w, face, "/Type /Font /Subtype /Type0 /Encoding /Identity-H");
    bd_buf_printf(&w->text, " /DescendantFonts [%u 0 R] /ToUnicode %u 0 R", cid_font, to_unicode);
    set_object(w, *number);
    return BD_OK;
}

/* Its pixels alone: no profile, no transparency, nothing of the file it came from. */
static unsigned add_image(writer *w, const bd_image *image) {
    bd_str pixels = {(const char *)image->rgb, (size_t)image->width * image->height * 3};
    return file_add_stream(w->file,
                           bd_str_format(w->arena,
                                         "/Type /XObject /Subtype /Image /Width %u /Height %u "
                                         "/ColorSpace /DeviceRGB /BitsPerComponent 8",
                                         image->width, image->height),
                           pixels);
}

static void put_images(writer *w) {
    unsigned *numbers = bd_new(w->arena, unsigned, w->images.list.count + 1);
    for (size_t i = 0; i < w->images.list.count; i++) {
        numbers[i] = add_image(w, w->images.list.data[i]);
    }
    bd_buf_puts(&w->text, BD_STR(" /XObject <<"));
    for (size_t i = 0; i < w->images.list.count; i++) {
        bd_buf_printf(&w->text, " /I%zu %u 0 R", i, numbers[i]);
    }
    bd_buf_puts(&w->text, BD_STR(" >>"));
}

static bd_rc set_resources(writer *w, unsigned resources, bd_err *err) {
    unsigned numbers[BD_FACE_MAX_COUNT] = {0};
    for (size_t i = 0; i < w->fonts->count; i++) {
        if (w->fonts->fonts[i].code_points.count > 0) {
            BD_TRY(add_font(w, i, &numbers[i], err));
        }
    }
    bd_buf_puts(&w->text, BD_STR("/ProcSet [/PDF /Text] /Font <<"));
    for (size_t i = 0; i < w->fonts->count; i++) {
        if (numbers[i] != 0) {
            bd_buf_printf(&w->text, " /F%zu %u 0 R", i, numbers[i]);
        }
    }
    bd_buf_puts(&w->text, BD_STR(" >>"));
    if (w->images.list.count > 0) {
        put_images(w);
    }
    set_object(w, resources);
    return BD_OK;
}

/* ---- bookmarks ------------------------------------------------------------------------------- */

#define NONE SIZE_MAX

typedef struct {
    unsigned number;
    size_t parent, previous, next, first, last; /* indices or NONE */
    size_t child_count;
} outline_node;

static outline_node *link_bookmarks(writer *w, outline_node *root) {
    size_t count = w->layout->bookmarks.count;
    outline_node *nodes = bd_new(w->arena, outline_node, count + 1);
    size_t open[4] = {NONE, NONE, NONE, NONE}; /* last node of each level */
    *root = (outline_node){.first = NONE, .last = NONE};
    for (size_t i = 0; i < count; i++) {
        int level = w->layout->bookmarks.data[i].level;
        BD_ASSERT(level >= 1 && level <= 3 && (level == 1 || open[level - 1] != NONE));
        size_t parent = level > 1 ? open[level - 1] : NONE;
        outline_node *above = parent == NONE ? root : &nodes[parent];
        nodes[i] = (outline_node){0, parent, above->last, NONE, NONE, NONE, 0};
        nodes[i].number = file_add_object(w->file);
        if (above->last != NONE) {
            nodes[above->last].next = i;
        } else {
            above->first = i;
        }
        above->last = i;
        above->child_count++;
        open[level] = i;
        for (int deeper = level + 1; deeper < 4; deeper++) {
            open[deeper] = NONE;
        }
    }
    return nodes;
}

static void put_reference(writer *w, const char *key, const outline_node *nodes, size_t index) {
    if (index != NONE) {
        bd_buf_printf(&w->text, " /%s %u 0 R", key, nodes[index].number);
    }
}

/* Yields the object number of /Outlines, 0 without bookmarks. */
static unsigned add_outlines(writer *w) {
    if (w->layout->bookmarks.count == 0) {
        return 0;
    }
    outline_node root;
    unsigned number = file_add_object(w->file);
    outline_node *nodes = link_bookmarks(w, &root);
    for (size_t i = 0; i < w->layout->bookmarks.count; i++) {
        const bd_bookmark *bookmark = &w->layout->bookmarks.data[i];
        bd_arenas_pass(NAME_BYTES);
        bd_buf_puts(&w->text, BD_STR("/Title "));
        put_text_string(&w->text, bookmark->title);
        bd_buf_printf(&w->text, " /Parent %u 0 R",
                      nodes[i].parent == NONE ? number : nodes[nodes[i].parent].number);
        put_reference(w, "Prev", nodes, nodes[i].previous);
        put_reference(w, "Next", nodes, nodes[i].next);
        put_reference(w, "First", nodes, nodes[i].first);
        put_reference(w, "Last", nodes, nodes[i].last);
        if (nodes[i].child_count > 0) {
            bd_buf_printf(&w->text, " /Count -%zu", nodes[i].child_count); /* closed */
        }
        bd_buf_puts(&w->text, BD_STR(" /Dest "));
        put_destination(w, bookmark->page_index, bookmark->y);
        set_object(w, nodes[i].number);
    }
    bd_buf_puts(&w->text, BD_STR("/Type /Outlines"));
    put_reference(w, "First", nodes, root.first);
    put_reference(w, "Last", nodes, root.last);
    bd_buf_printf(&w->text, " /Count %zu", root.child_count);
    set_object(w, number);
    return number;
}

/* ---- named destinations ---------------------------------------------------------------------- */

static unsigned add_name_leaf(writer *w, size_t from, size_t to) {
    bd_buf_puts(&w->text, BD_STR("/Limits ["));
    put_name_string(&w->text, w->layout->places.data[from].name);
    bd_buf_putc(&w->text, ' ');
    put_name_string(&w->text, w->layout->places.data[to - 1].name);
    bd_buf_puts(&w->text, BD_STR("] /Names ["));
    for (size_t i = from; i < to; i++) {
        const bd_place *place = &w->layout->places.data[i];
        bd_arenas_pass(NAME_BYTES);
        put_name_string(&w->text, place->name);
        bd_buf_putc(&w->text, ' ');
        put_destination(w, place->page_index, place->y);
        bd_buf_putc(&w->text, '\n');
    }
    bd_buf_putc(&w->text, ']');
    unsigned number = file_add_object(w->file);
    set_object(w, number);
    return number;
}

/* A name tree of two levels (ISO 32000-1, 7.9.6); the places come sorted by bytes, as it wants
 * them. */
static unsigned add_names(writer *w) {
    size_t count = w->layout->places.count;
    if (count == 0) {
        return 0;
    }
    size_t leaf_count = (count + NAMES_PER_LEAF - 1) / NAMES_PER_LEAF;
    unsigned *leaves = bd_new(w->arena, unsigned, leaf_count);
    for (size_t i = 0; i < leaf_count; i++) {
        size_t from = i * NAMES_PER_LEAF, to = from + NAMES_PER_LEAF;
        leaves[i] = add_name_leaf(w, from, to < count ? to : count);
    }
    bd_buf_puts(&w->text, BD_STR("/Kids ["));
    for (size_t i = 0; i < leaf_count; i++) {
        bd_buf_printf(&w->text, "%u 0 R ", leaves[i]);
    }
    bd_buf_putc(&w->text, ']');
    unsigned number = file_add_object(w->file);
    set_object(w, number);
    return number;
}

/* ---- catalog, info --------------------------------------------------------------------------- */

static void add_metadata(writer *w) {
    metadata_put(w->layout, w->options, &w->text);
    w->metadata =
        file_add_plain_stream(w->file, BD_STR("/Type /Metadata /Subtype /XML"), bd_buf_str(&w->text));
    w->text.size = 0;
    profile_put(&w->text);
    unsigned profile = file_add_stream(w->file, BD_STR("/N 3"), bd_buf_str(&w->text));
    w->text.size = 0;
    bd_buf_printf(&w->text,
                  "/Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB)"
                  " /Info (sRGB IEC61966-2.1) /DestOutputProfile %u 0 R",
                  profile);
    w->intent = file_add_object(w->file);
    set_object(w, w->intent);
}

static unsigned add_attachment(writer *w, const bd_pdf_attachment *a) {
    bd_buf_puts(&w->text, BD_STR("/Type /EmbeddedFile /Subtype /"));
    for (const char *c = a->media_type; *c; c++) {
        if (*c == '/') {
            bd_buf_puts(&w->text, BD_STR("#2F"));
        } else {
            bd_buf_putc(&w->text, *c);
        }
    }
    bd_buf_printf(&w->text, " /Params << /Size %zu /ModDate ", a->bytes.size);
    put_date(&w->text, w->options->created_at);
    bd_buf_puts(&w->text, BD_STR(" >>"));
    bd_str entries = bd_str_copy(w->arena, bd_buf_str(&w->text));
    w->text.size = 0;
    unsigned data = file_add_stream(w->file, entries, a->bytes);
    bd_buf_puts(&w->text, BD_STR("/Type /Filespec /F "));
    put_name_string(&w->text, bd_str_of(a->name));
    bd_buf_puts(&w->text, BD_STR(" /UF "));
    put_text_string(&w->text, bd_str_of(a->name));
    bd_buf_puts(&w->text, BD_STR(" /Desc "));
    put_text_string(&w->text, bd_str_of(a->description));
    bd_buf_printf(&w->text, " /AFRelationship /%s /EF << /F %u 0 R /UF %u 0 R >>", a->relationship,
                  data, data);
    unsigned number = file_add_object(w->file);
    set_object(w, number);
    return number;
}

/* Yields the entries of the catalog. */
static bd_str add_attachments(writer *w, unsigned dests) {
    size_t count = w->options->attachment_count;
    unsigned *numbers = bd_new(w->arena, unsigned, count + 1);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = add_attachment(w, &w->options->attachments[i]);
    }
    bd_buf_puts(&w->text, BD_STR(" /Names <<"));
    if (dests != 0) {
        bd_buf_printf(&w->text, " /Dests %u 0 R", dests);
    }
    bd_buf_puts(&w->text, count > 0 ? BD_STR(" /EmbeddedFiles << /Names [") : BD_STR(""));
    for (size_t i = 0; i < count; i++) {
        put_name_string(&w->text, bd_str_of(w->options->attachments[i].name));
        bd_buf_printf(&w->text, " %u 0 R ", numbers[i]);
    }
    bd_buf_puts(&w->text, count > 0 ? BD_STR("] >> >> /AF [") : BD_STR(" >>"));
    for (size_t i = 0; i < count; i++) {
        bd_buf_printf(&w->text, "%u 0 R ", numbers[i]);
    }
    bd_buf_puts(&w->text, count > 0 ? BD_STR("]") : BD_STR(""));
    bd_str entries = bd_str_copy(w->arena, bd_buf_str(&w->text));
    w->text.size = 0;
    return entries;
}

static void set_catalog(writer *w) {
    unsigned outlines = add_outlines(w);
    bd_str names = add_attachments(w, add_names(w));
    add_metadata(w);
    size_t front = w->layout->front_count;
    bd_buf_puts(
        &w->text,
        BD_STR("/ViewerPreferences << /DisplayDocTitle true >> /PageLayout /SinglePage /Lang "));
    put_text_string(&w->text, w->layout->doc->language);
    bd_buf_puts(&w->text, BD_STR(" /PageLabels << /Nums ["));
    if (front > 0) {
        bd_buf_puts(&w->text, BD_STR("0 << /S /r >> "));
    }
    if (front < w->layout->pages.count) {
        bd_buf_printf(&w->text, "%zu << /S /D >>", front);
    }
    bd_buf_puts(&w->text, BD_STR("] >>"));
    if (outlines != 0) {
        bd_buf_printf(&w->text, " /PageMode /UseOutlines /Outlines %u 0 R", outlines);
    }
    bd_buf_puts(&w->text, names);
    bd_buf_printf(&w->text, " /Metadata %u 0 R /OutputIntents [%u 0 R]", w->metadata, w->intent);
    if (w->root != 0) {
        bd_buf_printf(&w->text, " /MarkInfo << /Marked true >> /StructTreeRoot %u 0 R", w->root);
    }
    file_set_catalog(w->file, bd_buf_str(&w->text));
    w->text.size = 0;
}

static void put_info(writer *w, const char *key, bd_str value) {
    if (value.size > 0) {
        bd_buf_printf(&w->text, "/%s ", key);
        put_text_string(&w->text, value);
        bd_buf_putc(&w->text, '\n');
    }
}

static void set_info(writer *w) {
    const bd_doc *doc = w->layout->doc;
    put_info(w, "Title", doc->title);
    put_info(w, "Author", doc->author);
    put_info(w, "Subject", doc->subject);
    put_info(w, "Keywords", doc->keywords);
    put_info(w, "Creator", bd_str_of(w->options->creator));
    bd_buf_puts(&w->text, BD_STR("/CreationDate "));
    put_date(&w->text, w->options->created_at);
    bd_buf_puts(&w->text, BD_STR("\n/ModDate "));
    put_date(&w->text, w->options->created_at);
    file_set_info(w->file, bd_buf_str(&w->text));
    w->text.size = 0;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bd_rc write_all(writer *w, bd_sink *sink, bd_err *err) {
    unsigned resources = file_add_object(w->file);
    BD_TRY(add_pages(w, resources, err));
    BD_TRY(set_resources(w, resources, err));
    w->root = w->tags != NULL ? file_add_object(w->file) : 0;
    set_catalog(w);
    set_info(w);
    if (w->tags != NULL) { /* numbers the objects behind all others */
        BD_TRY(structure_finish(w->tags, w->file, w->root, &w->text, err));
    }
    file_set_id(w->file, w->options->id);
    BD_TRY(bd_buf_check(&w->text, "an object of the PDF", err));
    return file_finish(w->file, sink, err);
}

bd_rc bd_pdf_write(const bd_layout *layout, bd_text_faces *faces, const bd_pdf_options *options,
                   bd_sink *sink, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("pdf", SCRATCH_BYTES);
    BD_DEFER(file_close_ref)
    pdf_file *file = file_open(arena, layout->pages.count, layout->page_width, layout->page_height,
                               options->jobs);
    BD_DEFER(bd_arena_close_ref) bd_arena *line = bd_arena_open("pdf line", SCRATCH_BYTES);
    writer w = {
        .layout = layout, .options = options, .arena = arena, .line = line, .file = file};
    w.tags = structure_open(arena, layout);
    w.fonts = bd_new(arena, pdf_fonts, 1);
    w.fonts->arena = arena;
    w.images.arena = arena;
    w.fonts->faces = faces;
    w.fonts->count = bd_text_face_count(faces);
    bd_buf_init(&w.text, CONTENT_BYTES);
    bd_rc rc = write_all(&w, sink, err);
    bd_buf_clear(&w.text);
    structure_close(w.tags);
    return rc;
}
