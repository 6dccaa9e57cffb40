/* Is a template taken as its grammar says, and refused with the line, what was found and what was expected? */
#include "bindery/template.h"
#include "test.h"

#include "bindery/zip.h"

#include <string.h>

#define SPACE "xmlns='urn:bindery:template:1'"
#define DEMANDED                                                                                   \
    "<scope/><criteria/><exceptions/><set-aside/><evidence/><data-quality/><appendices/>"
#define FRONT "<front><cover/><document-control/></front>\n"
#define BINDER(front, body)                                                                        \
    "<binder " SPACE ">\n<front><cover/><document-control/>" front "</front>\n<body>" DEMANDED     \
    "\n" body "</body></binder>"

static bd_rc parse(const char *text, bd_template_kind kind, bd_doc_template **out, bd_err *err) {
    return bd_template_parse(bd_str_of(text), BD_STR("templates/own.xml"), kind, NULL, test_arena(),
                             out, err);
}

static bd_str own_file(const char *name) {
    bd_str text;
    bd_err err;
    const char *path = bd_path_join(test_arena(), test_root(), name);
    CHECK_OK(bd_file_read(path, 1 << 20, test_arena(), &text, &err), err);
    return text;
}

static void check_parts(const bd_template_parts *read, const bd_template_parts *wanted) {
    CHECK_EQ_INT(read->count, wanted->count);
    for (size_t i = 0; i < wanted->count; i++) {
        CHECK_EQ_INT(read->data[i].section, wanted->data[i].section);
        CHECK_EQ_INT(read->data[i].depth, wanted->data[i].depth);
        CHECK_EQ_INT(read->data[i].lists_tables, wanted->data[i].lists_tables);
        CHECK_EQ_INT(read->data[i].lists_charts, wanted->data[i].lists_charts);
        CHECK_EQ_INT(read->data[i].heading.size + read->data[i].blocks.count, 0);
    }
}

TEST(template, the_built_in_files_say_what_is_built_in) {
    static const char *const files[] = {[BD_TEMPLATE_BINDER] = "templates/binder.xml",
                                        [BD_TEMPLATE_READINESS] = "templates/readiness.xml"};
    for (size_t i = 0; i < BD_COUNT(files); i++) {
        bd_doc_template *read;
        bd_err err;
        const bd_doc_template *ours = bd_template_default((bd_template_kind)i, test_arena());
        CHECK_OK(bd_template_parse(own_file(files[i]), bd_str_of(files[i]), (bd_template_kind)i,
                                   NULL, test_arena(), &read, &err),
                 err);
        check_parts(&read->front, &ours->front);
        check_parts(&read->body, &ours->body);
        CHECK_EQ_INT(read->is_letter, ours->is_letter);
        CHECK_EQ_INT(read->accent, ours->accent);
        CHECK(read->is_own && !ours->is_own && read->logo.width_pt < 1);
    }
}

TEST(template, order_wording_pages_paper_colour_and_logo_are_read) {
    bd_doc_template *t;
    bd_err err;
    CHECK_OK(
        parse(
            "<?xml version='1.0'?><!-- ours --><binder " SPACE
            " paper='Letter' accent='#7A1f3d'><logo view='100 40' width='90.5' alternative='Ours'>"
            "<shape fill='#000001' points='0,0 100,0 100,40.5'/></logo>"
            "<front><cover><paragraph>Hello</paragraph></cover><page heading=' A  page '/>"
            "<contents heading='What is in it' depth='3' charts='yes'/><document-control/></front>"
            "<body>" DEMANDED
            "<page heading='P'><heading>H</heading><paragraph> a <strong>b </strong>"
            "\n c<value "
            "of='period'/>.</paragraph><list><item>one</item></list></page></body></binder>",
            BD_TEMPLATE_BINDER, &t, &err),
        err);
    CHECK(t->is_letter);
    CHECK_EQ_INT(t->accent, 0x7a1f3d);
    CHECK_EQ_INT(t->logo.shape_count, 1);
    CHECK_EQ_INT(t->logo.shapes[0].point_count, 3);
    CHECK_EQ_INT(t->front.count, 4);
    CHECK_EQ_INT(t->front.data[0].blocks.count, 1);
    CHECK_EQ_INT(t->front.data[1].section, BD_SECTION_PAGE);
    CHECK_EQ_STR(t->front.data[1].heading, "A page");
    CHECK_EQ_STR(t->front.data[2].heading, "What is in it");
    CHECK(t->front.data[2].depth == 3 && t->front.data[2].lists_charts &&
          !t->front.data[2].lists_tables);
    CHECK_EQ_INT(t->body.count, 8);
    const bd_template_part *page = &t->body.data[7];
    CHECK_EQ_INT(page->blocks.count, 3);
    CHECK_EQ_INT(page->blocks.data[0].kind, BD_TEMPLATE_HEADING);
    CHECK_EQ_INT(page->blocks.data[2].kind, BD_TEMPLATE_ITEM);
    const bd_template_block *text = &page->blocks.data[1];
    CHECK_EQ_INT(text->runs.count, 5);
    CHECK_EQ_STR(text->runs.data[0].text, "a ");
    CHECK_EQ_STR(text->runs.data[1].text, "b ");
    CHECK_EQ_INT(text->runs.data[1].style, BD_RUN_STRONG);
    CHECK_EQ_STR(text->runs.data[2].text, "c");
    CHECK_EQ_INT(text->runs.data[3].value, BD_TEMPLATE_PERIOD);
    CHECK_EQ_STR(text->runs.data[4].text, ".");
}

typedef struct {
    const char *xml;
    int line;
    const char *says;
    bool only_here; /* the schema file cannot say it */
} broken;

static const broken binders[] = {
    {"<binder " SPACE "/>", 1, "'binder' ends without 'front'", false},
    {"<binder " SPACE ">\n" FRONT "</binder>", 3, "'binder' ends without 'body'", false},
    {"<readiness " SPACE "/>", 1, "found the element 'readiness', expected 'binder'", true},
    {"<binder/>", 1, "of the namespace '', expected 'urn:bindery:template:1'", false},
    {"<binder xmlns='urn:bindery:template:2'/>", 1, "of the namespace 'urn:bindery:template:2'",
     false},
    {"<binder " SPACE "><body/></binder>", 1, "found the element 'body', expected 'logo', 'front'",
     false},
    {"<binder " SPACE ">\n<front>\n<document-control/></front></binder>", 3,
     "found the element 'document-control', expected 'cover'", false},
    {"<binder " SPACE ">\n<front><cover/></front></binder>", 2,
     "without the section 'document-control', which cannot be left out: it says how anybody can "
     "verify",
     false},
    {"<binder " SPACE ">\n" FRONT "<body>\n<criteria/>\n</body></binder>", 5,
     "without the section 'scope'", false},
    {"<binder " SPACE ">" FRONT
     "<body><scope/><criteria/><set-aside/><evidence/><data-quality/>\n<appendices/>"
     "</body></binder>",
     3, "without the section 'exceptions', which cannot be left out: every exception", false},
    {"<binder " SPACE ">" FRONT
     "<body><scope/><exceptions/><set-aside/><evidence/><data-quality/><appendices/>"
     "</body></binder>",
     2, "without the section 'criteria', which cannot be left out: every criterion in scope",
     false},
    {"<binder " SPACE ">" FRONT
     "<body><scope/><criteria/><exceptions/><set-aside/><evidence/><appendices/>"
     "</body></binder>",
     2, "without the section 'data-quality', which cannot be left out: what weakens", false},
    {BINDER("", "<glanse/>"), 4, "found the element 'glanse', expected 'glance', 'vendors'", false},
    {BINDER("", "<glance/>\n<glance/>"), 5,
     "found the section 'glance' a second time, expected 'vendors'", false},
    {BINDER("", "<cover/>"), 4, "found the section 'cover' a second time", false},
    {BINDER("", "<dues/>"), 4, "found the element 'dues', expected", false},
    {BINDER("", "loose words"), 4, "found the text 'loose words', expected 'glance'", false},
    {BINDER("", "<glance title='x'/>"), 4,
     "found the attribute 'title' of 'glance', expected 'heading'", false},
    {BINDER("", "<glance heading=''/>"), 4, "is '', expected text of 1 to 200 characters", false},
    {BINDER("", "<glance heading=' \t'/>"), 4, "expected text of 1 to 200 characters", false},
    {BINDER("", "<glance heading='&#xa0;&#x2003;&#x3000;'/>"), 4, "expected text with a letter or a digit", false},
    {BINDER("", "<page heading='x'><heading>&#xa0;</heading></page>"), 4, "with a letter or a digit", false},
    {BINDER("", "<glance heading='&#xad;.'/>"), 4, "expected text with a letter or a digit", false},
    {BINDER("", "<glance><heading>x</heading></glance>"), 4,
     "found the element 'heading', expected 'paragraph', 'list'", false},
    {BINDER("", "<glance>\n<list/></glance>"), 5, "'list' ends without an 'item'", false},
    {BINDER("", "<glance><list>\n<paragraph/></list></glance>"), 5,
     "found the element 'paragraph', expected 'item'", false},
    {BINDER("", "<page/>"), 4, "'page' has no attribute 'heading'", false},
    {BINDER("", "<page heading='x'><heading/></page>"), 4, "a 'heading' of 0 characters", false},
    {BINDER("", "<page heading='x'><heading>a<strong>b</strong></heading></page>"), 4,
     "found the element 'strong', expected text alone", false},
    {BINDER("", "<page heading='x'><paragraph>\n<value of='score'/></paragraph></page>"), 5,
     "the attribute 'of' of 'value' is 'score', expected 'organisation'", false},
    {BINDER("", "<page heading='x'><paragraph><value of='period'>x</value></paragraph></page>"), 4,
     "found the text 'x', expected nothing in here", false},
    {BINDER("", "<page heading='x'><paragraph><script>x</script></paragraph></page>"), 4,
     "found the element 'script', expected 'strong', 'emphasis', 'mono', 'value'", false},
    {BINDER("<contents depth='4'/>", ""), 2,
     "the attribute 'depth' of 'contents' is '4', expected '1', '2' or '3'", false},
    {BINDER("<contents tables='maybe'/>", ""), 2, "expected 'yes' or 'no'", false},
    {BINDER("<contents><paragraph/></contents>", ""), 2,
     "found the element 'paragraph', expected nothing in here", false},
    {"<binder " SPACE ">" FRONT "<body><criteria heading='x'/></body></binder>", 2,
     "found the attribute 'heading' of 'criteria', expected none", false},
    {"<binder " SPACE "\n paper='A3'/>", 2, "is 'A3', expected 'A4' or 'Letter'", false},
    {"<binder " SPACE " accent='red'/>", 1, "expected a colour like '#1f3a5f'", false},
    {"<binder " SPACE " accent='#12345'/>", 1, "expected a colour like '#1f3a5f'", false},
    {"<binder " SPACE " accent='#ffcc00'>" FRONT "<body>" DEMANDED "</body></binder>", 1,
     "has a contrast of 1.51 to white paper, expected at least 4.50", true},
    {"<binder " SPACE "><logo file='../x.png' width='50' alternative='x'/></binder>", 1,
     "expected the name of a PNG beside the template", false},
    {"<binder " SPACE "><logo file='x.svg' width='50' alternative='x'/></binder>", 1,
     "expected the name of a PNG", false},
    {"<binder " SPACE "><logo file='x.png' width='5' alternative='x'/>" FRONT "<body>" DEMANDED
     "</body></binder>",
     1, "expected 20 to 300 points", true},
    {"<binder " SPACE "><logo file='x.png' width='50'/></binder>", 1,
     "'logo' has no attribute 'alternative'", false},
    {"<binder " SPACE "><logo file='x.png' view='1 1' width='50' alternative='x'/></binder>", 1,
     "both 'file' and 'view'", false},
    {"<binder " SPACE ">\n<logo view='9 9' width='50' alternative='x'></logo></binder>", 2,
     "'logo' ends without a 'shape'", false},
    {"<binder " SPACE "><logo view='9 9' width='50' alternative='x'><shape fill='#000000' "
                      "points='0,0 1,1'/></logo></binder>",
     1, "expected 3 to 256 points", false},
    {"<binder " SPACE "><logo view='9 9' width='50' alternative='x'><shape fill='#000000' "
                      "points='0,0 1,1 1e3,0'/></logo></binder>",
     1, "expected 3 to 256 points", false},
    {"<binder " SPACE ">" FRONT "<front/></binder>", 2,
     "found the element 'front', expected 'body'", false},
    {"<!DOCTYPE binder [<!ENTITY a 'x'>]>\n<binder " SPACE "/>", 0, "document type declaration",
     true},
    {"<binder " SPACE ">\n<front>\n</binder>", 3, "malformed 'templates/own.xml' at line 3", false},
    {"<binder " SPACE ">\n&who;</binder>", 2, "at line 2", false},
    {"", 0, "malformed 'templates/own.xml'", false},
};

static const broken readiness[] = {
    {"<binder " SPACE "/>", 1, "found the element 'binder', expected 'readiness'", true},
    {"<readiness " SPACE ">\n<front/></readiness>", 2,
     "found the element 'front', expected 'logo', 'body'", false},
    {"<readiness " SPACE "><body>\n<summary/><doubts/></body></readiness>", 2,
     "without the section 'open-exceptions', which cannot be left out", false},
    {"<readiness " SPACE "><body><summary><paragraph><value of='package'/></paragraph></summary>"
     "<open-exceptions/><doubts/></body></readiness>",
     1, "expected 'organisation', 'system', 'period' or 'as-of'", false},
};

static void check_broken(const broken *list, size_t count, bd_template_kind kind) {
    for (size_t i = 0; i < count; i++) {
        bd_doc_template *t;
        bd_err err = {0};
        test_failure("%s", list[i].xml);
        bd_rc rc = parse(list[i].xml, kind, &t, &err);
        CHECK(bd_failed(rc));
        CHECK_EQ_INT(err.class, BD_ERR_INPUT);
        test_failure("%s: %s", list[i].xml, err.message);
        CHECK(strstr(err.message, list[i].says) != NULL);
        CHECK(strstr(err.message, "templates/own.xml") != NULL);
        char line[40];
        snprintf(line, sizeof line, "at line %d:", list[i].line);
        CHECK(list[i].line == 0 || strstr(err.message, line) != NULL);
    }
}

TEST(template, what_is_broken_is_named_with_its_line_and_what_was_expected) {
    check_broken(binders, BD_COUNT(binders), BD_TEMPLATE_BINDER);
    check_broken(readiness, BD_COUNT(readiness), BD_TEMPLATE_READINESS);
}

/* xmllint knows nothing of our reader: both must take the same documents. */
static int xmllint_says(const char *xml) {
    bd_str said;
    test_write_file(test_path("t.xml"), bd_str_of(xml));
    test_write_file(test_path("template.rng"), own_file("templates/schema/template.rng"));
    int code = run_command(&said, "xmllint --noout --relaxng template.rng t.xml");
    if (code == 127) {
        test_skip("xmllint is not on this machine");
    }
    return code;
}

/* 1: not well-formed, 3: not what the grammar wants; anything else tells of xmllint and not of the document. */
static bool refuses(int code) {
    return code == 1 || code == 3;
}

TEST(template, the_schema_file_refuses_what_we_refuse) {
    for (size_t i = 0; i < BD_COUNT(binders); i++) {
        test_failure("%s", binders[i].xml);
        CHECK(binders[i].only_here || refuses(xmllint_says(binders[i].xml)));
    }
    for (size_t i = 0; i < BD_COUNT(readiness); i++) {
        test_failure("%s", readiness[i].xml);
        CHECK(readiness[i].only_here || refuses(xmllint_says(readiness[i].xml)));
    }
}

TEST(template, the_schema_file_takes_what_we_take) {
    static const char *const sound[] = {
        BINDER("", ""),
        BINDER("<page heading='x'/><contents/><page heading='y'/>", "<hashes/><glance/>"),
        BINDER("", "<page heading=' x "
                   "'><paragraph/><list><item/><item>b<mono>c</mono></item></list></page>"),
        "<binder " SPACE
        " accent='#000000' paper='A4'><logo view='9.5 9' width='50' alternative='x'>"
        "<shape fill='#ABCDEF' points='0,0 1.25,1 9999,0'/></logo>" FRONT "<body>" DEMANDED
        "</body></binder>",
        "<b:binder xmlns:b='urn:bindery:template:1'><b:front><b:cover/><b:document-control "
        "heading='x'/>"
        "</b:front><b:body><b:appendices/><b:data-quality/><b:evidence/><b:set-aside/"
        "><b:exceptions/>"
        "<b:criteria/><b:scope><b:paragraph>x</b:paragraph></b:scope></b:body></b:binder>",
    };
    for (size_t i = 0; i < BD_COUNT(sound); i++) {
        bd_doc_template *t;
        bd_err err;
        test_failure("%s", sound[i]);
        CHECK_OK(parse(sound[i], BD_TEMPLATE_BINDER, &t, &err), err);
        CHECK_EQ_INT(xmllint_says(sound[i]), 0);
    }
    CHECK_EQ_INT(xmllint_says(own_file("templates/binder.xml").data), 0);
}

TEST(template, what_would_grow_without_bound_is_refused) {
    bd_buf big;
    bd_err err;
    bd_doc_template *t;
    bd_buf_init(&big, 1 << 20);
    bd_buf_puts(&big, BD_STR("<binder " SPACE ">" FRONT "<body>" DEMANDED));
    for (int i = 0; i < 70; i++) {
        bd_buf_puts(&big, BD_STR("<page heading='x'/>"));
    }
    CHECK(bd_failed(bd_template_parse(bd_buf_str(&big), BD_STR("t"), BD_TEMPLATE_BINDER, NULL,
                                      test_arena(), &t, &err)));
    CHECK(strstr(err.message, "expected at most 64") != NULL);
    for (int i = 0; i < 20000; i++) {
        bd_buf_puts(&big, BD_STR("<page heading='x'/>"));
    }
    CHECK(bd_failed(bd_template_parse(bd_buf_str(&big), BD_STR("t"), BD_TEMPLATE_BINDER, NULL,
                                      test_arena(), &t, &err)));
    CHECK_EQ_INT(err.class, BD_ERR_LIMIT);
    bd_buf_clear(&big);
}

TEST(template, contrast_is_that_of_wcag) {
    CHECK(bd_template_contrast(0xffffff, 0x000000) > 20.99 &&
          bd_template_contrast(0, 0xffffff) < 21.01);
    CHECK(bd_template_contrast(0x767676, 0xffffff) > 4.53 &&
          bd_template_contrast(0x767676, 0xffffff) < 4.55);
    CHECK(bd_template_contrast(0x1f3a5f, 0xffffff) > 11 &&
          bd_template_contrast(0x123456, 0x123456) < 1.01);
}

/* ---- PNG ---- */

typedef struct {
    uint32_t width, height;
    unsigned depth, color, interlace;
    bd_str rows;            /* with their filter bytes */
    bd_str palette, alphas; /* PLTE, tRNS */
    const char *extra;      /* type of an empty chunk before the pixels */
    bool is_cut, has_tail;
    size_t flip; /* a byte of the pixels' chunk that is changed, from 1 */
} drawn;

static void put_chunk(bd_buf *out, const char *type, bd_str body) {
    char size[4], sum[4];
    bd_buf typed;
    bd_buf_init(&typed, 1 << 20);
    bd_buf_put(&typed, type, 4);
    bd_buf_puts(&typed, body);
    uint32_t crc = bd_crc32(0, typed.data, typed.size), length = (uint32_t)body.size;
    for (int i = 0; i < 4; i++) {
        size[i] = (char)(length >> (24 - 8 * i) & 0xff);
        sum[i] = (char)(crc >> (24 - 8 * i) & 0xff);
    }
    bd_buf_put(out, size, 4);
    bd_buf_puts(out, bd_buf_str(&typed));
    bd_buf_put(out, sum, 4);
    bd_buf_clear(&typed);
}

static bd_str make_png(const drawn *d) {
    bd_buf out, data;
    bd_err err;
    bd_buf_init(&out, 1 << 20);
    bd_buf_init(&data, 1 << 20);
    bd_flate *flate = bd_flate_open();
    CHECK_OK(bd_flate_put(flate, d->rows, &data, &err), err);
    bd_flate_close(flate);
    char header[13] = {(char)(d->width >> 24),
                       (char)(d->width >> 16),
                       (char)(d->width >> 8),
                       (char)d->width,
                       (char)(d->height >> 24),
                       (char)(d->height >> 16),
                       (char)(d->height >> 8),
                       (char)d->height,
                       (char)d->depth,
                       (char)d->color,
                       0,
                       0,
                       (char)d->interlace};
    bd_buf_put(&out, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(&out, "IHDR", (bd_str){header, 13});
    if (d->palette.size > 0) {
        put_chunk(&out, "PLTE", d->palette);
    }
    if (d->alphas.size > 0) {
        put_chunk(&out, "tRNS", d->alphas);
    }
    if (d->extra != NULL) {
        put_chunk(&out, d->extra, BD_STR(""));
    }
    put_chunk(&out, "IDAT", bd_buf_str(&data));
    if (d->flip > 0) {
        out.data[out.size - 4 - d->flip] ^= 1;
    }
    if (!d->is_cut) {
        put_chunk(&out, "IEND", BD_STR(""));
    }
    if (d->has_tail) {
        bd_buf_putc(&out, 'x');
    }
    bd_str made = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    bd_buf_clear(&data);
    return made;
}

static const bd_image *decode(const drawn *d) {
    const bd_image *image;
    bd_err err;
    CHECK_OK(bd_png_decode(make_png(d), test_arena(), &image, &err), err);
    CHECK(image->width == d->width && image->height == d->height);
    return image;
}

#define BYTES(literal) BD_STR(literal)
#define CHECK_PIXELS(image, literal)                                                               \
    CHECK_EQ_INT(memcmp((image)->rgb, (literal), sizeof(literal) - 1), 0)

TEST(template, png_pixels_of_every_kind_come_out_on_white) {
    CHECK_PIXELS(
        decode(&(drawn){2, 1, 8, 2, 0, BYTES("\0\1\2\3\4\5\6"), {0}, {0}, NULL, false, false, 0}),
        "\1\2\3\4\5\6");
    CHECK_PIXELS(
        decode(&(drawn){2, 1, 8, 0, 0, BYTES("\0\0\x80"), {0}, {0}, "gAMA", false, false, 0}),
        "\0\0\0\x80\x80\x80");
    CHECK_PIXELS(decode(&(drawn){4, 1, 1, 0, 0, BYTES("\0\xa0"), {0}, {0}, NULL, false, false, 0}),
                 "\xff\xff\xff\0\0\0\xff\xff\xff\0\0\0");
    CHECK_PIXELS(
        decode(&(drawn){
            2, 1, 8, 6, 0, BYTES("\0\0\0\0\0\1\2\3\xff"), {0}, {0}, NULL, false, false, 0}),
        "\xff\xff\xff\1\2\3");
    CHECK_PIXELS(
        decode(&(drawn){1, 1, 8, 4, 0, BYTES("\0\0\x80"), {0}, {0}, NULL, false, false, 0}),
        "\x7f\x7f\x7f");
    CHECK_PIXELS(decode(&(drawn){2, 1, 4, 3, 0, BYTES("\0\x10"), BYTES("\1\2\3\4\5\6"),
                                 BYTES("\xff\0"), NULL, false, false, 0}),
                 "\xff\xff\xff\1\2\3");
    /* each filter, and rows that lean on the one above */
    CHECK_PIXELS(decode(&(drawn){3,
                                 5,
                                 8,
                                 0,
                                 0,
                                 BYTES("\0\1\2\3"
                                       "\1\1\1\1"
                                       "\2\1\1\1"
                                       "\3\1\1\1"
                                       "\4\1\1\1"),
                                 {0},
                                 {0},
                                 NULL,
                                 false,
                                 false,
                                 0}),
                 "\1\1\1\2\2\2\3\3\3"
                 "\1\1\1\2\2\2\3\3\3"
                 "\2\2\2\3\3\3\4\4\4"
                 "\2\2\2\3\3\3\4\4\4"
                 "\3\3\3\4\4\4\5\5\5");
}

TEST(template, a_png_with_a_bit_too_much_or_too_little_is_refused) {
    static const struct {
        drawn made;
        const char *says;
    } cases[] = {
        {{2, 1, 8, 0, 0, BD_STR_INIT("\0\1\2"), {0}, {0}, NULL, true, false, 0}, "it is cut short"},
        {{2, 1, 8, 0, 0, BD_STR_INIT("\0\1\2"), {0}, {0}, NULL, false, true, 0},
         "1 bytes stand behind its end"},
        {{2, 1, 8, 0, 0, BD_STR_INIT("\0\1\2"), {0}, {0}, NULL, false, false, 3}, "a checksum"},
        {{2, 1, 8, 0, 0, BD_STR_INIT("\0\1"), {0}, {0}, NULL, false, false, 0},
         "do not match its size"},
        {{2, 1, 8, 0, 0, BD_STR_INIT("\0\1\2\3"), {0}, {0}, NULL, false, false, 0}, ""},
        {{2, 1, 8, 0, 0, BD_STR_INIT("\5\1\2"), {0}, {0}, NULL, false, false, 0},
         "a filter that nobody knows"},
        {{2, 1, 8, 3, 0, BD_STR_INIT("\0\0\1"), BD_STR_INIT("\1\2\3"), {0}, NULL, false, false, 0},
         "not in its palette"},
        {{2, 1, 8, 3, 0, BD_STR_INIT("\0\0\1"), {0}, {0}, NULL, false, false, 0}, "out of place"},
        {{2, 1, 8, 3, 0, BD_STR_INIT("\0\0\0"), BD_STR_INIT("\1\2"), {0}, NULL, false, false, 0},
         "its palette"},
        {{2, 1, 8, 0, 0, BD_STR_INIT("\0\0\0"), {0}, BD_STR_INIT("\1"), NULL, false, false, 0},
         "its transparency"},
        {{2, 1, 16, 0, 0, BD_STR_INIT("\0\0\0\0\0"), {0}, {0}, NULL, false, false, 0},
         "8 bits or fewer"},
        {{2, 1, 8, 0, 1, BD_STR_INIT("\0\1\2"), {0}, {0}, NULL, false, false, 0}, "no interlacing"},
        {{2, 1, 8, 5, 0, BD_STR_INIT("\0\1\2"), {0}, {0}, NULL, false, false, 0}, "colour type 5"},
        {{2, 1, 8, 0, 0, BD_STR_INIT("\0\1\2"), {0}, {0}, "EVIL", false, false, 0},
         "a chunk that nobody knows"},
        {{0, 1, 8, 0, 0, BD_STR_INIT("\0"), {0}, {0}, NULL, false, false, 0}, "no pixels"},
        {{5000, 1, 8, 0, 0, BD_STR_INIT("\0"), {0}, {0}, NULL, false, false, 0}, "too large"},
        {{4000, 4000, 8, 0, 0, BD_STR_INIT("\0"), {0}, {0}, NULL, false, false, 0}, "too large"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const bd_image *image;
        bd_err err = {0};
        test_failure("case %zu", i);
        CHECK(bd_failed(bd_png_decode(make_png(&cases[i].made), test_arena(), &image, &err)));
        test_failure("case %zu: %s", i, err.message);
        CHECK(err.class == BD_ERR_INPUT || err.class == BD_ERR_LIMIT);
        CHECK(strstr(err.message, cases[i].says) != NULL);
    }
}

TEST(template, every_cut_and_every_flipped_bit_of_a_png_is_refused_or_is_another_ancillary_byte) {
    drawn d = {3,
               2,
               8,
               2,
               0,
               BYTES("\0\1\2\3\4\5\6\7\x8\x9"
                     "\0\1\2\3\4\5\6\7\x8\x9"),
               {0},
               {0},
               NULL,
               false,
               false,
               0};
    bd_str sound = make_png(&d);
    char *bytes = bd_new(test_arena(), char, sound.size);
    for (size_t i = 0; i < sound.size; i++) {
        const bd_image *image;
        bd_err err;
        CHECK(bd_failed(bd_png_decode(bd_str_sub(sound, 0, i), test_arena(), &image, &err)));
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bytes, sound.data, sound.size);
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
            CHECK(
                bd_failed(bd_png_decode((bd_str){bytes, sound.size}, test_arena(), &image, &err)));
        }
    }
}
