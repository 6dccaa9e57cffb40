/* Does an XML document yield its records by the stated mapping, and nothing that it only points at? */
#include "make_xlsx.h"

static bd_str xml_transcript(bd_str text, const bd_xml_limits *limits) {
    bd_buf out;
    bd_err err;
    bd_memory_source state;
    bd_str path = {"", 0};
    bd_buf_init(&out, (size_t)64 << 20);
    bd_source source = bd_source_of_memory(&state, text);
    bd_rc rc = bd_xml_find(&source, test_arena(), &path, &err);
    if (!bd_failed(rc)) {
        bd_buf_printf(&out, "%.*s\n", BD_ARG(path));
        source = bd_source_of_memory(&state, text);
        bd_part_events events = xlsx_events(&out);
        rc = bd_xml_read(&source, path, limits, &events, &err);
    }
    return xlsx_take(&out, rc, &err);
}

TEST(read, elements_attributes_and_text_become_members) {
    static const struct {
        const char *xml, *out;
    } cases[] = {
        {"<a><r>1</r><r>2</r></a>", "a/r\n0 {\"#text\":\"1\"}\n1 {\"#text\":\"2\"}\n"},
        {"<a><r><x>1</x></r><r><x> 2 </x></r></a>", "a/r\n0 {\"x\":\"1\"}\n1 {\"x\":\" 2 \"}\n"},
        {"<a><r i='1' j=''/><r i='2'>t<!-- c -->u</r></a>",
         "a/r\n0 {\"i\":\"1\",\"j\":\"\"}\n1 {\"#text\":\"tu\",\"i\":\"2\"}\n"},
        {"<a><r><x/><x>2</x><y>3</y><x>4</x></r><r/></a>",
         "a/r\n0 {\"x\":[\"\",\"2\",\"4\"],\"y\":\"3\"}\n1 {\"#text\":\"\"}\n"},
        {"<a><r id='7'><id>8</id></r><r/></a>",
         "a/r\n0 {\"@id\":\"7\",\"id\":\"8\"}\n1 {\"#text\":\"\"}\n"},
        {"<a><r>one <b>two</b> three</r><r/></a>",
         "a/r\n0 {\"#text\":\"one  three\",\"b\":\"two\"}\n1 {\"#text\":\"\"}\n"},
        {"<a xmlns='urn:a' xmlns:b='urn:b'><b:r b:k='1' xml:lang='de'><b:x>2</b:x></b:r><b:r/></a>",
         "a/r\n0 {\"k\":\"1\",\"x\":\"2\"}\n1 {\"#text\":\"\"}\n"},
        {"<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><r><x i:nil='true'/>"
         "<y i:type='z'>1</y></r><r/></a>",
         "a/r\n0 {\"y\":\"1\"}\n1 {\"#text\":\"\"}\n"},
        {"<a><r><![CDATA[<x>&amp;]]></r><r>&lt;&#8364;&quot;</r></a>",
         "a/r\n0 {\"#text\":\"<x>&amp;\"}\n1 {\"#text\":\"<\xe2\x82\xac\\\"\"}\n"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s", cases[i].xml);
        CHECK_EQ_STR(xml_transcript(bd_str_of(cases[i].xml), NULL), cases[i].out);
    }
}

TEST(read, the_records_are_the_children_that_repeat_nearest_the_root) {
    static const struct {
        const char *xml, *path;
    } cases[] = {
        {"<a/>", "a"},
        {"<a><b>1</b><c>2</c></a>", "a"},
        {"<a><b><c>1</c><d>2</d></b></a>", "a/b"},
        {"<a><b><c>1</c></b></a>", "a/b"},
        {"<a><b>1</b></a>", "a"},
        {"<a><m>1</m><l><r/><r/></l></a>", "a/l/r"},
        {"<a><m><c/><c/></m><l><r/><r/><r/></l></a>", "a/l/r"},
        {"<a><l><r><t/><t/></r><r/></l></a>", "a/l/r"},
        {"<a><x><y><z/><z/></y></x><r/><r/></a>", "a/r"},
        {"<a><b><x/><x/></b><b><x/></b></a>", "a/b"},
        {"<p:a xmlns:p='u'><p:b><p:c/><p:c/></p:b></p:a>", "a/b/c"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str rest = xml_transcript(bd_str_of(cases[i].xml), NULL), line = {"", 0};
        (void)bd_str_cut(&rest, '\n', &line);
        test_failure("%s", cases[i].xml);
        CHECK_EQ_STR(line, cases[i].path);
    }
}

TEST(read, xml_comes_in_utf8_utf16_and_latin1) {
    static const char little[] = "\xff\xfe<\0?\0x\0m\0l\0 \0v\0e\0r\0s\0i\0o\0n\0=\0'\0"
                                 "1\0.\0"
                                 "0\0'\0?\0>\0<\0"
                                 "a\0>\0\xac\x20<\0/\0"
                                 "a\0>\0";
    CHECK_EQ_STR(xml_transcript((bd_str){little, sizeof little - 1}, NULL),
                 "a\n0 {\"#text\":\"\xe2\x82\xac\"}\n");
    CHECK_EQ_STR(
        xml_transcript(BD_STR("\xef\xbb\xbf<?xml version='1.0'?><a>\xe2\x82\xac</a>"), NULL),
        "a\n0 {\"#text\":\"\xe2\x82\xac\"}\n");
    CHECK_EQ_STR(
        xml_transcript(BD_STR("<?xml version='1.0' encoding=\"ISO-8859-1\"?><a>\xe4</a>"), NULL),
        "a\n0 {\"#text\":\"\xc3\xa4\"}\n");
    CHECK_EQ_STR(xml_transcript(BD_STR("<?xml version='1.0' encoding='windows-1252'?><a/>"), NULL),
                 "failed 6: XML document says that its encoding is 'windows-1252'; UTF-8, UTF-16 "
                 "with byte order mark and ISO-8859-1 are read\n");
}

TEST(read, hostile_xml_is_refused_in_one_sentence) {
    static const struct {
        const char *xml, *why;
    } cases[] = {
        {"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "document type declaration (DOCTYPE)"},
        {"<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>", "document type declaration (DOCTYPE)"},
        {"<?xml version='1.0'?><!-- x --><!DOCTYPE a><a/>", "document type declaration (DOCTYPE)"},
        {"<!doctype a><a/>", "document type declaration (DOCTYPE)"},
        {"<a>&x;</a>", "Entity 'x' not defined"},
        {"<a b='&x;'/>", "Entity 'x' not defined"},
        {"<a><b></a></b>", "malformed XML document at line 1"},
        {"<a>", "malformed XML document"},
        {"<a/><a/>", "malformed XML document"},
        {"<a b='1' b='2'/>", "malformed XML document"},
        {"<a>\x01</a>", "malformed XML document"},
        {"<a>\xff</a>", "malformed XML document"},
        {"<p:a/>", "malformed XML document"},
        {"<a>&#0;</a>", "malformed XML document"},
        {"", "does not begin with '<'"},
        {"a", "does not begin with '<'"},
        {"<a><!ELEMENT b></a>", "document type declaration (DOCTYPE)"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str text = xml_transcript(bd_str_of(cases[i].xml), NULL);
        test_failure("%s gives %.*s", cases[i].xml, BD_ARG(text));
        CHECK(bd_str_has_prefix(text, BD_STR("failed 2: ")));
        CHECK(bd_str_find(text, bd_str_of(cases[i].why)) > 0);
    }
    static const char nul[] = "<a>x\0y</a>";
    CHECK_EQ_STR(xml_transcript((bd_str){nul, sizeof nul - 1}, NULL),
                 "failed 2: malformed XML document: it holds a NUL byte\n");
}

/* `each` holds one '#', which becomes the number. */
static bd_str repeated(const char *before, const char *each, size_t count, const char *behind) {
    bd_buf text;
    bd_buf_init(&text, (size_t)64 << 20);
    bd_buf_puts(&text, bd_str_of(before));
    for (size_t i = 0; i < count; i++) {
        bd_str rest = bd_str_of(each), piece = {"", 0};
        (void)bd_str_cut(&rest, '#', &piece);
        bd_buf_puts(&text, piece);
        bd_buf_printf(&text, "%010zu", i);
        bd_buf_puts(&text, rest);
    }
    bd_buf_puts(&text, bd_str_of(behind));
    bd_str out = bd_str_copy(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    return out;
}

TEST(read, xml_beyond_a_limit_is_refused) {
    const struct {
        bd_str xml;
        const char *why;
    } cases[] = {
        {repeated("", "<a#>", 65, ""), "nested deeper than 64"},
        {repeated("<a ", "a#='' ", 257, "/>"), "more than 256 attributes"},
        {repeated("<a ", "a#='>' ", 20000, "/>"), "a tag of more than 65536 bytes"},
        {repeated("<a x='", "#>", 7000, "'/>"), "a tag of more than 65536 bytes"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str text = xml_transcript(cases[i].xml, NULL);
        test_failure("case %zu gives %.*s", i, BD_ARG(text));
        CHECK(bd_str_find(text, bd_str_of(cases[i].why)) > 0);
    }
}

TEST(read, a_record_over_a_limit_is_refused_and_the_next_is_read) {
    bd_xml_limits bytes = {.record_bytes = 100, .nodes = 100, .members = 100};
    bd_xml_limits nodes = {.record_bytes = 100000, .nodes = 5, .members = 100};
    bd_xml_limits members = {.record_bytes = 100000, .nodes = 100, .members = 3};
    bd_str xml =
        BD_STR("<a><r><x>1</x></r><r><a>12345678901234567890123456789012345678901234567890</a>"
               "<b>12345678901234567890123456789012345678901234567890</b><c/><d/><e><f/></e></r>"
               "<r><x>3</x></r></a>");
    const bd_xml_limits *limits[] = {&bytes, &nodes, &members};
    for (size_t i = 0; i < BD_COUNT(limits); i++) {
        bd_str text = xml_transcript(xml, limits[i]);
        test_failure("limit %zu gives %.*s", i, BD_ARG(text));
        CHECK(bd_str_has_prefix(text, BD_STR("a/r\n0 {\"x\":\"1\"}\nrefused record 1: ")));
        CHECK(bd_str_has_suffix(text, BD_STR("\n2 {\"x\":\"3\"}\n")));
    }
}

TEST(read, a_document_cut_anywhere_is_said_to_be_cut) {
    bd_str whole =
        BD_STR("<?xml version='1.0'?><a><r i='1'><x>1</x></r><!-- c --><r><![CDATA[2]]></r></a>");
    CHECK(bd_str_find(xml_transcript(whole, NULL), BD_STR("failed")) < 0);
    for (size_t size = 0; size < whole.size; size++) {
        bd_str text = xml_transcript(bd_str_sub(whole, 0, size), NULL);
        test_failure("cut at %zu gives %.*s", size, BD_ARG(text));
        CHECK(bd_str_find(text, BD_STR("failed 2: malformed XML document")) >= 0);
    }
}

typedef struct {
    bd_str text;
    size_t at, step;
} crumbs;

static bd_rc read_crumb(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    (void)err;
    crumbs *from = source->context;
    size_t left = from->text.size - from->at;
    *count = from->step < left ? from->step : left;
    *count = *count < room ? *count : room;
    memcpy(bytes, from->text.data + from->at, *count);
    from->at += *count;
    return BD_OK;
}

TEST(read, xml_read_in_pieces_of_any_size_says_the_same) {
    bd_str xml = repeated("<?xml version='1.0' encoding='ISO-8859-1'?><a>",
                          "<r i='#'>\xe4<![CDATA[<]]>&#233;</r>", 100, "</a>");
    bd_str whole = xml_transcript(xml, NULL);
    CHECK(bd_str_find(whole, BD_STR("failed")) < 0);
    for (size_t step = 1; step < 3000; step = step * 2 + 1) {
        crumbs from = {.text = xml, .step = step};
        bd_source source = {.read = read_crumb, .context = &from};
        bd_buf out;
        bd_err err;
        bd_buf_init(&out, 1 << 20);
        bd_buf_puts(&out, BD_STR("a/r\n"));
        bd_part_events events = xlsx_events(&out);
        bd_rc rc = bd_xml_read(&source, BD_STR("a/r"), NULL, &events, &err);
        test_failure("pieces of %zu", step);
        CHECK_EQ_STR(xlsx_take(&out, rc, &err), whole);
    }
}
