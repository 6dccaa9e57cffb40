/* The grammar of templates/schema/template.rng over the events of the XML reader.
 *
 * An element is known by where it stands: `kids` says which kinds an element may hold, `open_ELEMENT` reads the
 * attributes, `shut_ELEMENT` asks for what is missing.  What the schema file cannot say is asked for here as well: that
 * the accent colour can be read on paper and on screen, that a drawing has no more shapes than a page bears. */
#include "bindery/template.h"

#include "template_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef enum {
    EL_ROOT,
    EL_LOGO,
    EL_SHAPE,
    EL_FRONT,
    EL_BODY,
    EL_SECTION,
    EL_PAGE,
    EL_HEADING,
    EL_PARAGRAPH,
    EL_LIST,
    EL_ITEM,
    EL_STRONG,
    EL_EMPHASIS,
    EL_MONO,
    EL_VALUE
} element_kind;
#define EL_COUNT (EL_VALUE + 1)
#define BIT(kind) (1u << (kind))
#define INLINE (BIT(EL_STRONG) | BIT(EL_EMPHASIS) | BIT(EL_MONO) | BIT(EL_VALUE))
#define DEPTH 16

/* EL_SECTION stands for all sections of the place. */
static const char *const names[EL_COUNT] = {
    [EL_LOGO] = "logo",           [EL_SHAPE] = "shape",       [EL_FRONT] = "front",
    [EL_BODY] = "body",           [EL_PAGE] = "page",         [EL_HEADING] = "heading",
    [EL_PARAGRAPH] = "paragraph", [EL_LIST] = "list",         [EL_ITEM] = "item",
    [EL_STRONG] = "strong",       [EL_EMPHASIS] = "emphasis", [EL_MONO] = "mono",
    [EL_VALUE] = "value",
};

static const unsigned kids[EL_COUNT] = {
    [EL_LOGO] = BIT(EL_SHAPE),
    [EL_FRONT] = BIT(EL_SECTION) | BIT(EL_PAGE),
    [EL_BODY] = BIT(EL_SECTION) | BIT(EL_PAGE),
    [EL_SECTION] = BIT(EL_PARAGRAPH) | BIT(EL_LIST),
    [EL_PAGE] = BIT(EL_HEADING) | BIT(EL_PARAGRAPH) | BIT(EL_LIST),
    [EL_LIST] = BIT(EL_ITEM),
    [EL_PARAGRAPH] = INLINE,
    [EL_ITEM] = INLINE,
};
#define HOLDS_TEXT                                                                                 \
    (BIT(EL_HEADING) | BIT(EL_PARAGRAPH) | BIT(EL_ITEM) | BIT(EL_STRONG) | BIT(EL_EMPHASIS) |      \
     BIT(EL_MONO))

typedef struct {
    element_kind kind;
    unsigned kids; /* still allowed */
    int line;
    size_t count; /* of children */
} frame;

typedef struct {
    bd_str name; /* of the file */
    bd_arena *arena;
    bd_doc_template *out;
    frame stack[DEPTH];
    size_t depth;
    bool is_seen[BD_SECTION_COUNT];
    bool has_front, has_body;
    size_t part_count, block_count;
    bd_template_part *part;   /* being read */
    bd_template_block *block; /* being read */
    bd_run_style style;
    BD_VEC(bd_outline) shapes;
} reading;

/* ---- refusing ---- */

static bd_rc refuse(const reading *r, int line, bd_err *err, const char *format, ...)
    BD_PRINTF(4, 5);

static bd_rc refuse(const reading *r, int line, bd_err *err, const char *format, ...) {
    char sentence[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return bd_raise(err, BD_ERR_INPUT, "cannot use '%.*s' at line %d: %s", BD_ARG(r->name), line,
                    sentence);
}

/* Text of the file for a message: short and visible. */
static const char *shown(const reading *r, bd_str text) {
    bool is_long = text.size > 60;
    bd_str seen = bd_str_visible(r->arena, bd_str_sub(text, 0, 60));
    return bd_str_format(r->arena, "'%.*s%s'", BD_ARG(seen), is_long ? "..." : "").data;
}

static bool fits_place(const reading *r, size_t section, element_kind where) {
    const section_def *def = &section_defs[section];
    return section != BD_SECTION_PAGE && def->kind == r->out->kind &&
           def->place == (where == EL_FRONT ? IN_FRONT : IN_BODY) && !r->is_seen[section];
}

static void add_name(const reading *r, bd_str *list, const char *name) {
    *list = bd_str_format(r->arena, "%.*s%s'%s'", BD_ARG(*list), list->size > 0 ? ", " : "", name);
}

/* The elements that may stand here now. */
static const char *expected(const reading *r, const frame *at) {
    bd_str list = {"", 0};
    for (size_t i = BD_SECTION_PAGE + 1; at->kids & BIT(EL_SECTION) && i < BD_SECTION_COUNT; i++) {
        bool comes_first = at->kind == EL_FRONT && !r->is_seen[BD_SECTION_COVER];
        if (fits_place(r, i, at->kind) && (!comes_first || i == BD_SECTION_COVER)) {
            add_name(r, &list, section_defs[i].name);
        }
    }
    for (size_t i = EL_LOGO; i < EL_COUNT; i++) {
        if (names[i] != NULL && at->kids & BIT(i)) {
            add_name(r, &list, names[i]);
        }
    }
    if (list.size == 0) {
        return BIT(at->kind) & HOLDS_TEXT ? "text alone" : "nothing in here";
    }
    return list.data;
}

/* ---- attributes ---- */

static bd_str attribute_of(const bd_xml_element *element, const char *name) {
    for (size_t i = 0; i < element->attribute_count; i++) {
        if (bd_str_eqz(element->attributes[i].name, name)) {
            return element->attributes[i].value;
        }
    }
    return (bd_str){NULL, 0};
}

static bool has(bd_str attribute) {
    return attribute.data != NULL;
}

/* `allowed` is a list of names that ends with NULL. */
static bd_rc check_attributes(const reading *r, const bd_xml_element *element,
                              const char *const *allowed, bd_err *err) {
    for (size_t i = 0; i < element->attribute_count; i++) {
        const bd_xml_attribute *one = &element->attributes[i];
        bool is_allowed = false;
        for (size_t k = 0; allowed[k] != NULL; k++) {
            is_allowed = is_allowed || (one->space.size == 0 && bd_str_eqz(one->name, allowed[k]));
        }
        if (!is_allowed) {
            bd_str list = {"", 0};
            for (size_t k = 0; allowed[k] != NULL; k++) {
                add_name(r, &list, allowed[k]);
            }
            return refuse(r, element->line, err, "found the attribute %s of %s, expected %s",
                          shown(r, one->name), shown(r, element->name),
                          list.size > 0 ? list.data : "none");
        }
    }
    return BD_OK;
}

static bd_rc refuse_value(const reading *r, const bd_xml_element *element, const char *attribute,
                          const char *wanted, bd_err *err) {
    bd_str value = attribute_of(element, attribute);
    return has(value) ? refuse(r, element->line, err, "the attribute '%s' of %s is %s, expected %s",
                               attribute, shown(r, element->name), shown(r, value), wanted)
                      : refuse(r, element->line, err, "%s has no attribute '%s', expected %s",
                               shown(r, element->name), attribute, wanted);
}

/* White space as XML Schema's token has it: trimmed, and one space for several. */
static bd_str collapse(bd_arena *arena, bd_str text) {
    char *bytes = bd_new(arena, char, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!is_space) {
            bytes[size++] = c;
        } else if (size > 0 && bytes[size - 1] != ' ') {
            bytes[size++] = ' ';
        }
    }
    size -= size > 0 && bytes[size - 1] == ' ' ? 1 : 0;
    return (bd_str){bytes, size};
}

/* A heading of blanks that are no white space, or of dots, would hide a section that nobody can leave out. */
static bool has_letter(bd_str text) {
    uint32_t c = 0;
    for (size_t at = 0; bd_utf8_next(text, &at, &c);) {
        if (bd_utf8_is_alphanumeric(c)) {
            return true;
        }
    }
    return false;
}

/* A line of text: 1 to MOST_LETTERS characters. */
static bd_rc take_words(const reading *r, const bd_xml_element *element, const char *attribute,
                        bd_str *out, bd_err *err) {
    bd_str value = collapse(r->arena, attribute_of(element, attribute));
    size_t letters = count_letters(value);
    if (letters == 0 || letters > MOST_LETTERS) {
        return refuse_value(r, element, attribute, "text of 1 to 200 characters", err);
    }
    if (!has_letter(value)) {
        return refuse_value(r, element, attribute, "text with a letter or a digit", err);
    }
    *out = value;
    return BD_OK;
}

static bd_rc take_yes(const reading *r, const bd_xml_element *element, const char *attribute,
                      bool *out, bd_err *err) {
    bd_str value = attribute_of(element, attribute);
    if (has(value) && !bd_str_eqz(value, "yes") && !bd_str_eqz(value, "no")) {
        return refuse_value(r, element, attribute, "'yes' or 'no'", err);
    }
    *out = has(value) && bd_str_eqz(value, "yes");
    return BD_OK;
}

/* ---- elements that begin ---- */

static const char *root_name(const reading *r) {
    return r->out->kind == BD_TEMPLATE_BINDER ? "binder" : "readiness";
}

static bd_rc open_root(reading *r, const bd_xml_element *element, bd_err *err) {
    static const char *const allowed[] = {"paper", "accent", NULL};
    if (!bd_str_eqz(element->name, root_name(r))) {
        return refuse(r, element->line, err, "found the element %s, expected '%s'",
                      shown(r, element->name), root_name(r));
    }
    BD_TRY(check_attributes(r, element, allowed, err));
    bd_str paper = attribute_of(element, "paper"), accent = attribute_of(element, "accent");
    if (has(paper) && !bd_str_eqz(paper, "A4") && !bd_str_eqz(paper, "Letter")) {
        return refuse_value(r, element, "paper", "'A4' or 'Letter'", err);
    }
    r->out->is_letter = bd_str_eqz(paper, "Letter");
    if (has(accent) && !take_color(accent, &r->out->accent)) {
        return refuse_value(r, element, "accent", "a colour like '#1f3a5f'", err);
    }
    if (has(accent)) {
        double contrast = bd_template_contrast(r->out->accent, 0xffffff);
        if (contrast < BD_TEMPLATE_LEAST_CONTRAST) {
            return refuse(r, element->line, err,
                          "the accent colour %s has a contrast of %.2f to white paper, expected at "
                          "least 4.50, so that headings can be read",
                          shown(r, accent), contrast);
        }
    }
    return BD_OK;
}

static bd_rc open_logo(reading *r, const bd_xml_element *element, bd_err *err) {
    static const char *const allowed[] = {"file", "view", "width", "alternative", NULL};
    bd_template_logo *logo = &r->out->logo;
    BD_TRY(check_attributes(r, element, allowed, err));
    bd_str file = attribute_of(element, "file"), view = attribute_of(element, "view");
    if (has(file) && has(view)) {
        return refuse(r, element->line, err,
                      "'logo' has both 'file' and 'view', expected 'file' for a picture or 'view' "
                      "for shapes");
    }
    if (!has(view) && !is_logo_name(file)) {
        return refuse_value(r, element, "file",
                            "the name of a PNG beside the template, like 'logo.png'", err);
    }
    if (has(view) && !take_view(view, &logo->view_width, &logo->view_height)) {
        return refuse_value(r, element, "view", "width and height like '120 40'", err);
    }
    double width = 0;
    if (!take_number(attribute_of(element, "width"), &width) || width < 20 || width > 300) {
        return refuse_value(r, element, "width", "20 to 300 points", err);
    }
    BD_TRY(take_words(r, element, "alternative", &logo->alternative, err));
    logo->file = bd_str_copy(r->arena, file);
    logo->width_pt = width;
    r->stack[r->depth - 1].kids = has(view) ? BIT(EL_SHAPE) : 0;
    return BD_OK;
}

static bd_rc open_shape(reading *r, const bd_xml_element *element, bd_err *err) {
    static const char *const allowed[] = {"fill", "points", NULL};
    bd_outline shape = {0};
    BD_TRY(check_attributes(r, element, allowed, err));
    if (r->shapes.count == MOST_SHAPES) {
        return refuse(r, element->line, err, "found another 'shape', expected at most %d",
                      MOST_SHAPES);
    }
    if (!take_color(attribute_of(element, "fill"), &shape.fill)) {
        return refuse_value(r, element, "fill", "a colour like '#1f3a5f'", err);
    }
    if (!take_points(attribute_of(element, "points"), r->arena, &shape)) {
        return refuse_value(r, element, "points", "3 to 256 points like '0,0 10,0 10,5.5'", err);
    }
    *bd_push(r->arena, &r->shapes) = shape;
    return BD_OK;
}

static bd_rc add_part(reading *r, const bd_xml_element *element, bd_section section, bd_err *err) {
    bool is_front = r->stack[r->depth - 2].kind == EL_FRONT;
    if (r->part_count == MOST_PARTS) {
        return refuse(r, element->line, err, "found another section or page, expected at most %d",
                      MOST_PARTS);
    }
    r->part_count++;
    bd_template_parts *parts = is_front ? &r->out->front : &r->out->body;
    r->part = bd_push(r->arena, parts);
    *r->part = (bd_template_part){.section = section};
    return BD_OK;
}

static bd_rc open_contents(reading *r, const bd_xml_element *element, bd_err *err) {
    static const char *const allowed[] = {"heading", "depth", "tables", "charts", NULL};
    BD_TRY(check_attributes(r, element, allowed, err));
    bd_str depth = attribute_of(element, "depth");
    bool is_known =
        !has(depth) || (depth.size == 1 && depth.data[0] >= '1' && depth.data[0] <= '3');
    if (!is_known) {
        return refuse_value(r, element, "depth", "'1', '2' or '3'", err);
    }
    r->part->depth = has(depth) ? depth.data[0] - '0' : 2;
    BD_TRY(take_yes(r, element, "tables", &r->part->lists_tables, err));
    return take_yes(r, element, "charts", &r->part->lists_charts, err);
}

static bd_rc open_section(reading *r, const bd_xml_element *element, bd_section section,
                          bd_err *err) {
    static const char *const none[] = {NULL};
    static const char *const allowed[] = {"heading", NULL};
    bool is_cover = section == BD_SECTION_COVER;
    bool is_wordless = section_defs[section].has_no_words;
    BD_TRY(add_part(r, element, section, err));
    r->is_seen[section] = true;
    if (section == BD_SECTION_CONTENTS) {
        BD_TRY(open_contents(r, element, err));
    } else {
        BD_TRY(check_attributes(r, element, is_cover || is_wordless ? none : allowed, err));
    }
    if (is_wordless || section == BD_SECTION_CONTENTS) {
        r->stack[r->depth - 1].kids = 0;
    }
    return has(attribute_of(element, "heading"))
               ? take_words(r, element, "heading", &r->part->heading, err)
               : BD_OK;
}

static bd_rc open_page(reading *r, const bd_xml_element *element, bd_err *err) {
    static const char *const allowed[] = {"heading", NULL};
    BD_TRY(add_part(r, element, BD_SECTION_PAGE, err));
    BD_TRY(check_attributes(r, element, allowed, err));
    return take_words(r, element, "heading", &r->part->heading, err);
}

static bd_rc open_block(reading *r, const bd_xml_element *element, bd_template_block_kind kind,
                        bd_err *err) {
    static const char *const none[] = {NULL};
    BD_TRY(check_attributes(r, element, none, err));
    if (r->block_count == MOST_BLOCKS) {
        return refuse(r, element->line, err, "found another paragraph, expected at most %d",
                      MOST_BLOCKS);
    }
    r->block_count++;
    r->block = bd_push(r->arena, &r->part->blocks);
    *r->block = (bd_template_block){.kind = kind};
    r->style = BD_RUN_PLAIN;
    return BD_OK;
}

static bd_rc open_style(reading *r, const bd_xml_element *element, bd_run_style style,
                        bd_err *err) {
    static const char *const none[] = {NULL};
    r->style = style;
    return check_attributes(r, element, none, err);
}

static bd_rc open_value(reading *r, const bd_xml_element *element, bd_err *err) {
    static const char *const allowed[] = {"of", NULL};
    static const char *const values[] = {
        [BD_TEMPLATE_ORGANISATION] = "organisation",
        [BD_TEMPLATE_SYSTEM] = "system",
        [BD_TEMPLATE_PERIOD] = "period",
        [BD_TEMPLATE_AS_OF] = "as-of",
        [BD_TEMPLATE_PACKAGE] = "package",
        [BD_TEMPLATE_EDITION] = "edition",
    };
    BD_TRY(check_attributes(r, element, allowed, err));
    bd_str of = attribute_of(element, "of");
    for (size_t i = BD_TEMPLATE_ORGANISATION; i < BD_COUNT(values); i++) {
        bool is_printed = r->out->kind == BD_TEMPLATE_BINDER || i < BD_TEMPLATE_PACKAGE;
        if (is_printed && bd_str_eqz(of, values[i])) {
            *bd_push(r->arena, &r->block->runs) =
                (bd_template_run){.value = (bd_template_value)i, .style = BD_RUN_PLAIN};
            return BD_OK;
        }
    }
    return refuse_value(r, element, "of",
                        r->out->kind == BD_TEMPLATE_BINDER
                            ? "'organisation', 'system', 'period', 'as-of', 'package' or 'edition'"
                            : "'organisation', 'system', 'period' or 'as-of'",
                        err);
}

static bd_rc open_plain(reading *r, const bd_xml_element *element, bd_err *err) {
    static const char *const none[] = {NULL};
    return check_attributes(r, element, none, err);
}

static bd_rc open_kind(reading *r, const bd_xml_element *element, element_kind kind,
                       bd_section section, bd_err *err) {
    switch (kind) {
    case EL_ROOT: return open_root(r, element, err);
    case EL_LOGO: return open_logo(r, element, err);
    case EL_SHAPE: return open_shape(r, element, err);
    case EL_FRONT: r->has_front = true; return open_plain(r, element, err);
    case EL_BODY: r->has_body = true; return open_plain(r, element, err);
    case EL_SECTION: return open_section(r, element, section, err);
    case EL_PAGE: return open_page(r, element, err);
    case EL_HEADING: return open_block(r, element, BD_TEMPLATE_HEADING, err);
    case EL_PARAGRAPH: return open_block(r, element, BD_TEMPLATE_PARAGRAPH, err);
    case EL_LIST: return open_plain(r, element, err);
    case EL_ITEM: return open_block(r, element, BD_TEMPLATE_ITEM, err);
    case EL_STRONG: return open_style(r, element, BD_RUN_STRONG, err);
    case EL_EMPHASIS: return open_style(r, element, BD_RUN_EMPHASIS, err);
    case EL_MONO: return open_style(r, element, BD_RUN_MONO, err);
    case EL_VALUE: return open_value(r, element, err);
    }
    return BD_OK;
}

/* ---- which element it is ---- */

/* A logo where there is one, front matter in a binder, body: in this order, each once. */
static unsigned next_of(const reading *r, element_kind before) {
    unsigned first = r->out->kind == BD_TEMPLATE_BINDER ? BIT(EL_FRONT) : BIT(EL_BODY);
    switch ((int)before) {
    case EL_ROOT: return BIT(EL_LOGO) | first;
    case EL_LOGO: return first;
    case EL_FRONT: return BIT(EL_BODY);
    default: return 0;
    }
}

static bool find_kind(const reading *r, const frame *above, bd_str name, element_kind *kind,
                      bd_section *section) {
    bool comes_first = above->kind == EL_FRONT && !r->is_seen[BD_SECTION_COVER];
    for (size_t i = EL_LOGO; i < EL_COUNT; i++) {
        if (names[i] != NULL && above->kids & BIT(i) && bd_str_eqz(name, names[i]) &&
            !comes_first) {
            *kind = (element_kind)i;
            return true;
        }
    }
    for (size_t i = 0; above->kids & BIT(EL_SECTION) && i < BD_SECTION_COUNT; i++) {
        if (fits_place(r, i, above->kind) && bd_str_eqz(name, section_defs[i].name) &&
            (!comes_first || i == BD_SECTION_COVER)) {
            *kind = EL_SECTION;
            *section = (bd_section)i;
            return true;
        }
    }
    return false;
}

static bd_rc refuse_element(const reading *r, const frame *above, const bd_xml_element *element,
                            bd_err *err) {
    for (size_t i = 0; above->kids & BIT(EL_SECTION) && i < BD_SECTION_COUNT; i++) {
        if (r->is_seen[i] && bd_str_eqz(element->name, section_defs[i].name)) {
            return refuse(r, element->line, err, "found the section %s a second time, expected %s",
                          shown(r, element->name), expected(r, above));
        }
    }
    return refuse(r, element->line, err, "found the element %s, expected %s",
                  shown(r, element->name), expected(r, above));
}

/* A text that ended with an inline element goes on in a run of its own. */
static bd_rc on_open(void *context, const bd_xml_element *element, bd_err *err) {
    reading *r = context;
    element_kind kind = EL_ROOT;
    bd_section section = BD_SECTION_PAGE;
    if (!bd_str_eqz(element->space, BD_TEMPLATE_SPACE)) {
        return refuse(r, element->line, err,
                      "the element %s is of the namespace %s, expected '" BD_TEMPLATE_SPACE "'",
                      shown(r, element->name), shown(r, element->space));
    }
    if (r->depth > 0) {
        frame *above = &r->stack[r->depth - 1];
        if (!find_kind(r, above, element->name, &kind, &section)) {
            return refuse_element(r, above, element, err);
        }
        above->count++;
        if (above->kind == EL_ROOT) {
            above->kids = next_of(r, kind);
        }
    }
    BD_ASSERT(r->depth < DEPTH); /* no way down is longer */
    frame *at = &r->stack[r->depth++];
    *at = (frame){.kind = kind, .kids = kids[kind], .line = element->line};
    if (kind == EL_ROOT) {
        at->kids = next_of(r, EL_ROOT);
    }
    return open_kind(r, element, kind, section, err);
}

/* ---- text ---- */

static bool is_blank(bd_str text) {
    return bd_str_trim(text).size == 0;
}

static bd_rc on_text(void *context, bd_str piece, int line, bd_err *err) {
    reading *r = context;
    const frame *at = &r->stack[r->depth - 1];
    if ((BIT(at->kind) & HOLDS_TEXT) == 0) {
        return is_blank(piece) ? BD_OK
                               : refuse(r, line, err, "found the text %s, expected %s",
                                        shown(r, bd_str_trim(piece)), expected(r, at));
    }
    bd_template_run *run = bd_push(r->arena, &r->block->runs);
    *run = (bd_template_run){.style = r->style, .text = bd_str_copy(r->arena, piece)};
    return BD_OK;
}

/* White space becomes one space, none at either end, across runs; runs that are left empty go. */
static void finish_block(reading *r) {
    bd_template_block *block = r->block;
    size_t kept = 0;
    bool is_spaced = true; /* nothing before, or a space */
    for (size_t i = 0; i < block->runs.count; i++) {
        bd_template_run run = block->runs.data[i];
        if (run.value == BD_TEMPLATE_TEXT) {
            bool begins = run.text.size > 0 && bd_str_trim(bd_str_sub(run.text, 0, 1)).size == 0;
            bool ends =
                run.text.size > 0 &&
                bd_str_trim(bd_str_sub(run.text, run.text.size - 1, run.text.size)).size == 0;
            bd_str core = collapse(r->arena, run.text);
            bool is_empty = core.size == 0;
            run.text = bd_str_format(r->arena, "%s%.*s%s", begins && !is_spaced ? " " : "",
                                     BD_ARG(core), ends && !is_empty ? " " : "");
            is_spaced = is_empty ? is_spaced || begins : ends;
        } else {
            is_spaced = false;
        }
        if (run.value != BD_TEMPLATE_TEXT || run.text.size > 0) {
            block->runs.data[kept++] = run;
        }
    }
    block->runs.count = kept;
    if (kept > 0 && block->runs.data[kept - 1].value == BD_TEMPLATE_TEXT) {
        bd_str *last = &block->runs.data[kept - 1].text;
        last->size -= last->size > 0 && last->data[last->size - 1] == ' ' ? 1 : 0;
    }
}

/* ---- elements that end ---- */

static bd_rc check_sections(const reading *r, element_kind where, int line, bd_err *err) {
    for (size_t i = BD_SECTION_PAGE + 1; i < BD_SECTION_COUNT; i++) {
        const section_def *def = &section_defs[i];
        if (fits_place(r, i, where) && def->why != NULL) {
            return refuse(r, line, err,
                          "'%s' ends without the section '%s', which cannot be left out: %s",
                          names[where], def->name, def->why);
        }
    }
    return BD_OK;
}

static bd_rc shut_heading(reading *r, const frame *at, bd_err *err) {
    bd_str text = {"", 0};
    for (size_t i = 0; i < r->block->runs.count; i++) {
        text =
            bd_str_format(r->arena, "%.*s%.*s", BD_ARG(text), BD_ARG(r->block->runs.data[i].text));
    }
    size_t letters = count_letters(text);
    return letters > 0 && letters <= MOST_LETTERS && has_letter(text)
               ? BD_OK
               : refuse(r, at->line, err,
                        "found a 'heading' of %zu characters, expected 1 to %d with a letter or a digit",
                        letters, MOST_LETTERS);
}

static bd_rc shut_root(const reading *r, int line, bd_err *err) {
    bool lacks_front = r->out->kind == BD_TEMPLATE_BINDER && !r->has_front;
    if (lacks_front || !r->has_body) {
        return refuse(r, line, err, "'%s' ends without '%s', expected it", root_name(r),
                      lacks_front ? "front" : "body");
    }
    return BD_OK;
}

static bd_rc on_shut(void *context, int line, bd_err *err) {
    reading *r = context;
    const frame *at = &r->stack[--r->depth];
    switch (at->kind) {
    case EL_ROOT: return shut_root(r, line, err);
    case EL_LOGO:
        r->out->logo.shapes = r->shapes.data;
        r->out->logo.shape_count = r->shapes.count;
        return r->out->logo.file.size > 0 || r->shapes.count > 0
                   ? BD_OK
                   : refuse(r, line, err, "'logo' ends without a 'shape', expected at least one");
    case EL_FRONT:
    case EL_BODY: return check_sections(r, at->kind, line, err);
    case EL_LIST:
        return at->count > 0
                   ? BD_OK
                   : refuse(r, line, err, "'list' ends without an 'item', expected at least one");
    case EL_HEADING: finish_block(r); return shut_heading(r, at, err);
    case EL_PARAGRAPH:
    case EL_ITEM: finish_block(r); return BD_OK;
    case EL_STRONG:
    case EL_EMPHASIS:
    case EL_MONO: r->style = BD_RUN_PLAIN; return BD_OK;
    case EL_SHAPE:
    case EL_SECTION:
    case EL_PAGE:
    case EL_VALUE: return BD_OK;
    }
    return BD_OK;
}

/* ---- the whole ---- */

bd_rc bd_template_parse(bd_str text, bd_str name, bd_template_kind kind, bd_zygote *zygote,
                        bd_arena *arena, bd_doc_template **out, bd_err *err) {
    if (text.size > BD_TEMPLATE_BYTES) {
        BD_RAISE(err, BD_ERR_LIMIT, "cannot use '%.*s': it has %zu bytes, at most %zu are read",
                 BD_ARG(name), text.size, BD_TEMPLATE_BYTES);
    }
    if (!bd_utf8_is_valid(text)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot use '%.*s': its text is not sound UTF-8", BD_ARG(name));
    }
    reading *r = bd_new(arena, reading, 1);
    r->name = name;
    r->arena = arena;
    r->out = bd_new(arena, bd_doc_template, 1);
    *r->out = (bd_doc_template){.kind = kind, .is_own = true, .accent = BD_TEMPLATE_NO_ACCENT};
    bd_memory_source memory;
    bd_source source = bd_source_of_memory(&memory, text);
    bd_xml_events events = {.context = r, .open = on_open, .shut = on_shut, .text = on_text};
    bd_str label = bd_str_format(arena, "'%.*s'", BD_ARG(name));
    BD_TRY(bd_xml_walk_apart(zygote, &source, label, &events, err));
    *out = r->out;
    return BD_OK;
}

bd_rc bd_template_set_logo(bd_doc_template *subject, bd_str name, bd_str bytes, bd_arena *arena,
                           bd_err *err) {
    if (bytes.size > BD_TEMPLATE_LOGO_BYTES) {
        BD_RAISE(err, BD_ERR_LIMIT,
                 "cannot use the logo '%.*s': it has %zu bytes, at most %zu are read", BD_ARG(name),
                 bytes.size, BD_TEMPLATE_LOGO_BYTES);
    }
    BD_TRY_CTX(bd_png_decode(bytes, arena, &subject->logo.image, err), err,
               "while reading the logo '%.*s'", BD_ARG(name));
    return BD_OK;
}
