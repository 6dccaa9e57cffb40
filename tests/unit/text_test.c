#include "bindery/text.h"
#include "test.h"

static bd_text_faces *open_faces(void) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_text_faces *faces = NULL;
    bd_err err;
    CHECK_OK(bd_text_open(specs, count, &faces, &err), err);
    return faces;
}

/* All of a split joined, each change of face shown as '|'. */
static bd_str split_text(bd_text_faces *faces, bd_text_role role, bd_str text, bd_text_gaps *gaps) {
    bd_text_spans spans = {0};
    bd_text_split(faces, role, text, test_arena(), &spans, gaps);
    bd_str joined = {0};
    for (size_t i = 0; i < spans.count; i++) {
        joined = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(joined), i > 0 ? "|" : "",
                               BD_ARG(spans.data[i].text));
    }
    return joined;
}

/* ---- hostile --------------------------------------------------------------------------------- */

TEST(text, malformed_bytes_are_drawn_as_replacement_and_listed) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    static const struct {
        const char *text, *shown;
        size_t count;
    } rows[] = {{"a\xff"
                 "b",
                 "a\xef\xbf\xbd"
                 "b",
                 1},
                {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", 2},
                {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3},
                {"x\xe2\x82", "x\xef\xbf\xbd\xef\xbf\xbd", 2}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_text_gaps gaps = {.arena = test_arena(), .where = BD_STR("here")};
        CHECK_EQ_STR(split_text(faces, BD_ROLE_TEXT, bd_str_of(rows[i].text), &gaps),
                     rows[i].shown);
        CHECK_EQ_INT(gaps.gaps.count, 1);
        CHECK_EQ_INT(gaps.gaps.data[0].code_point, 0xfffd);
        CHECK_EQ_INT(gaps.gaps.data[0].count, rows[i].count);
    }
}

TEST(text, invisible_and_steering_characters_are_written_out) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    CHECK_EQ_STR(split_text(faces, BD_ROLE_TEXT,
                            BD_STR("a\xe2\x80\xae"
                                   "b"),
                            NULL),
                 "a[U+202E]b");
    CHECK_EQ_STR(split_text(faces, BD_ROLE_TEXT,
                            BD_STR("a\xe2\x80\x8b"
                                   "b"),
                            NULL),
                 "a[U+200B]b");
    CHECK_EQ_STR(split_text(faces, BD_ROLE_TEXT, BD_STR("\x07"), NULL), "[U+0007]");
    CHECK_EQ_STR(split_text(faces, BD_ROLE_TEXT,
                            BD_STR("\xef\xbb\xbf"
                                   "x"),
                            NULL),
                 "[U+FEFF]x");
}

TEST(text, every_byte_value_alone_gives_text_that_can_be_drawn) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    for (int byte = 0; byte < 256; byte++) {
        char text[] = {(char)byte, 'a', (char)byte};
        bd_text_spans spans = {0};
        bd_text_split(faces, BD_ROLE_MONO, (bd_str){text, sizeof text}, test_arena(), &spans, NULL);
        for (size_t i = 0; i < spans.count; i++) {
            uint32_t c;
            for (size_t at = 0; bd_utf8_next(spans.data[i].text, &at, &c);) {
                test_failure("byte 0x%02x", (unsigned)byte);
                CHECK(c == '\n' || bd_text_has_glyph(faces, spans.data[i].face, c));
            }
        }
    }
}

TEST(text, missing_glyph_becomes_its_code_point_and_is_listed_once) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    bd_text_gaps gaps = {.arena = test_arena(), .where = BD_STR("Evidence")};
    bd_str text = BD_STR("x\xf0\x9f\xa6\x84y\xf0\x9f\xa6\x84");
    CHECK_EQ_STR(split_text(faces, BD_ROLE_TEXT, text, &gaps), "x[U+1F984]y[U+1F984]");
    CHECK_EQ_INT(gaps.gaps.count, 1);
    CHECK_EQ_INT(gaps.gaps.data[0].code_point, 0x1f984);
    CHECK_EQ_INT(gaps.gaps.data[0].count, 2);
    CHECK_EQ_STR(gaps.gaps.data[0].where, "Evidence");
}

TEST(text, truncated_font_is_refused_or_used_without_a_crash) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_str whole = test_read_file(specs[0].path);
    const char *path = test_path("cut.ttf");
    bd_text_face_spec cut[BD_ROLE_COUNT];
    for (int role = 0; role < BD_ROLE_COUNT; role++) {
        cut[role] = (bd_text_face_spec){(bd_text_role)role, path, "test", false};
    }
    for (size_t step = 0; step < 24; step++) {
        test_write_file(path, bd_str_sub(whole, 0, whole.size * step / 24 + step));
        bd_text_faces *faces;
        bd_err err;
        if (bd_failed(bd_text_open(cut, BD_COUNT(cut), &faces, &err))) {
            continue;
        }
        uint32_t letters[] = {'A', 0xe4, 0x416};
        bd_buf out;
        bd_buf_init(&out, 1 << 20);
        (void)bd_failed(bd_text_subset(faces, 0, letters, BD_COUNT(letters), &out, &err));
        bd_buf_clear(&out);
        bd_text_close(faces);
    }
}

TEST(text, absent_font_names_its_package) {
    bd_text_face_spec specs[] = {{BD_ROLE_TEXT, "/nonexistent/face.ttf", "fonts-open-sans", false}};
    bd_text_faces *faces;
    bd_err err;
    CHECK_FAILS(bd_text_open(specs, 1, &faces, &err), err, BD_ERR_IO, "fonts-open-sans");
}

TEST(text, file_that_is_no_font_is_refused) {
    const char *path = test_path("no.ttf");
    test_write_file(path, BD_STR("not a font at all, but long enough to look into"));
    bd_text_face_spec specs[] = {{BD_ROLE_TEXT, path, "test", false}};
    bd_text_faces *faces;
    bd_err err;
    CHECK_FAILS(bd_text_open(specs, 1, &faces, &err), err, BD_ERR_INPUT, "expected TrueType");
}

/* ---- names and normal form ------------------------------------------------------------------- */

TEST(text, names_in_latin_greek_and_cyrillic_need_no_fallback) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    static const char *names[] = {"Müller", "Łukasz Wójcik",   "Ξένια Παπαδοπούλου",
                                  "Юлия",   "Nguyễn Thị Hồng", "Çağlar"};
    static const bd_text_role roles[] = {BD_ROLE_TEXT, BD_ROLE_SEMIBOLD, BD_ROLE_BOLD,
                                         BD_ROLE_ITALIC};
    for (size_t r = 0; r < BD_COUNT(roles); r++) {
        for (size_t i = 0; i < BD_COUNT(names); i++) {
            bd_text_spans spans = {0};
            bd_text_split(faces, roles[r], bd_str_of(names[i]), test_arena(), &spans, NULL);
            test_failure("'%s' in role %d", names[i], (int)roles[r]);
            CHECK_EQ_INT(spans.count, 1);
            CHECK_EQ_INT(spans.data[0].face, bd_text_primary(faces, roles[r]));
        }
    }
}

TEST(text, decomposed_letters_are_composed) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"Mu\xcc\x88ller", "Müller"},
        {"e\xcc\x82\xcc\x83", "ễ"}, /* two marks on one letter */
        {"\xce\xb5\xcc\x81", "έ"},
        {"\xd0\xb8\xcc\x86", "й"},
        {"a\xcc\x8a\xcc\x8a", "å\xcc\x8a"}, /* the second ring has nothing to compose with */
        {"\xcc\x88u", "\xcc\x88u"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str shown = split_text(faces, BD_ROLE_TEXT, bd_str_of(rows[i].text), NULL);
        test_failure("row %zu", i);
        CHECK(bd_str_find(shown, bd_str_of(rows[i].shown)) == 0 ||
              bd_str_find(shown, BD_STR("|")) > 0);
    }
}

TEST(text, line_ends_and_tabs_are_brought_to_one_form) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    CHECK_EQ_STR(split_text(faces, BD_ROLE_TEXT, BD_STR("a\r\nb\rc\td"), NULL), "a\nb\nc d");
}

TEST(text, fallback_face_draws_what_the_first_lacks) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    CHECK_EQ_STR(split_text(faces, BD_ROLE_TEXT, BD_STR("a \xe2\x86\x92 b"), NULL),
                 "a |\xe2\x86\x92 |b");
}

/* ---- widths ---------------------------------------------------------------------------------- */

TEST(text, digits_have_one_width) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    for (size_t face = 0; face < bd_text_face_count(faces); face++) {
        for (uint32_t c = '1'; c <= '9'; c++) {
            CHECK_EQ_INT(bd_text_advance(faces, face, c), bd_text_advance(faces, face, '0'));
        }
    }
}

TEST(text, kerning_is_in_the_measure_and_not_beside_spaces) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    size_t face = bd_text_primary(faces, BD_ROLE_TEXT);
    int kerning = bd_text_kerning(faces, face, 'A', 'V');
    CHECK(kerning < 0);
    CHECK_EQ_INT(bd_text_measure(faces, face, BD_STR("AV")),
                 bd_text_advance(faces, face, 'A') + bd_text_advance(faces, face, 'V') + kerning);
    CHECK_EQ_INT(bd_text_kerning(faces, face, 'V', ' '), 0);
    CHECK_EQ_INT(bd_text_kerning(faces, bd_text_primary(faces, BD_ROLE_MONO), 'A', 'V'), 0);
}

/* ---- breaking -------------------------------------------------------------------------------- */

TEST(text, words_are_cut_at_spaces_and_not_at_no_break_spaces) {
    bd_str text = BD_STR("  one two\xc2\xa0three\n\nfour ");
    bd_text_word word;
    size_t at = 0;
    CHECK(bd_text_next_word(text, &at, &word));
    CHECK_EQ_STR(bd_str_sub(text, word.from, word.to), "one");
    CHECK_EQ_INT(word.spaces, 2);
    CHECK(bd_text_next_word(text, &at, &word));
    CHECK_EQ_STR(bd_str_sub(text, word.from, word.to), "two\xc2\xa0three");
    CHECK(bd_text_next_word(text, &at, &word));
    CHECK_EQ_STR(bd_str_sub(text, word.from, word.to), "four");
    CHECK_EQ_INT(word.breaks, 2);
    CHECK(!bd_text_next_word(text, &at, &word));
}

static bd_str break_text(bd_text_faces *faces, const char *word, const char *room_as) {
    size_t face = bd_text_primary(faces, BD_ROLE_TEXT);
    double room = bd_text_measure(faces, face, bd_str_of(room_as)) + 1;
    return bd_str_sub(bd_str_of(word), 0, bd_text_break(faces, face, bd_str_of(word), room));
}

TEST(text, long_words_break_after_separators_first) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    CHECK_EQ_STR(break_text(faces, "/subscriptions/0b1f6471-1bf0", "/subscriptions/0b1f"),
                 "/subscriptions/");
    CHECK_EQ_STR(break_text(faces, "/a/0b1f6471-1bf0-4dda", "/a/0b1f6471-1bf"), "/a/0b1f6471-");
    CHECK_EQ_STR(break_text(faces, "abcdefgh", "abcd"), "abcd");
    CHECK_EQ_STR(break_text(faces, "short", "short and more"), "short");
    CHECK_EQ_STR(break_text(faces, "WWW", "i"), "");
}

TEST(text, a_break_never_parts_a_mark_from_its_letter) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    const char *word = "aaaaq\xcc\x88zzzz"; /* q with diaeresis has no composed form */
    for (double room = 300; room < 6000; room += 50) {
        size_t cut =
            bd_text_break(faces, bd_text_primary(faces, BD_ROLE_TEXT), bd_str_of(word), room);
        CHECK(cut != 5 && cut != 6);
    }
}

/* ---- embedding ------------------------------------------------------------------------------- */

TEST(text, subset_is_a_font_that_fontconfig_reads) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    uint32_t letters[] = {'A', 0xe4 /* composite in Open Sans */, 0x141, 0x39e, 0x42e, ' '};
    for (size_t face = 0; face < bd_text_face_count(faces); face++) {
        bd_buf out, again;
        bd_buf_init(&out, 1 << 20);
        bd_buf_init(&again, 1 << 20);
        bd_err err;
        CHECK_OK(bd_text_subset(faces, face, letters, BD_COUNT(letters), &out, &err), err);
        CHECK_OK(bd_text_subset(faces, face, letters, BD_COUNT(letters), &again, &err), err);
        CHECK_EQ_STR(bd_buf_str(&out), bd_buf_str(&again));
        CHECK(out.size < 60000);
        test_write_file(test_path("subset.ttf"), bd_buf_str(&out));
        bd_text_face_spec spec = {BD_ROLE_TEXT, test_path("subset.ttf"), "test", false};
        bd_text_faces *subset;
        /* It opens as TrueType; it has no cmap, so the check for ASCII is what refuses it. */
        CHECK_FAILS(bd_text_open(&spec, 1, &subset, &err), err, BD_ERR_INPUT, "");
        bd_buf_clear(&out);
        bd_buf_clear(&again);
    }
}

TEST(text, compiled_in_faces_are_those_of_fonts_json) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_str json = test_read_file(bd_path_join(test_arena(), test_root(), "fonts/fonts.json"));
    static const char *roles[] = {"\"text\"", "\"semibold\"", "\"bold\"", "\"italic\"", "\"mono\""};
    for (size_t i = 0; i < count; i++) {
        bd_str path = bd_str_format(test_arena(), "\"path\": \"%s\", \"package\": \"%s\"",
                                    specs[i].path, specs[i].package);
        test_failure("%s is not in fonts.json", specs[i].path);
        CHECK(bd_str_find(json, path) >= 0);
    }
    for (size_t i = 0; i < count;) {
        bd_str chain = bd_str_format(test_arena(), "%s: [", roles[specs[i].role]);
        bd_text_role role = specs[i].role;
        for (size_t k = 0; i < count && specs[i].role == role; i++, k++) {
            bd_str name = bd_path_name(bd_str_of(specs[i].path));
            chain = bd_str_format(test_arena(), "%.*s%s\"%.*s\"", BD_ARG(chain), k > 0 ? ", " : "",
                                  (int)name.size - 4, name.data);
        }
        chain = bd_str_format(test_arena(), "%.*s]", BD_ARG(chain));
        test_failure("%.*s is not in fonts.json", BD_ARG(chain));
        CHECK(bd_str_find(json, chain) >= 0);
    }
}
