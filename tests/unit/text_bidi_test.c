/* Does text that runs from right to left stand as a reader expects it, and Chinese break where it may? */
#include "bindery/text.h"
#include "test.h"

#include "bindery/layout.h"

static bd_text_faces *open_faces(void) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_text_faces *faces = NULL;
    bd_err err;
    CHECK_OK(bd_text_open(specs, count, &faces, &err), err);
    return faces;
}

/* alef, bet, gimel */
#define A "\u05d0"
#define B "\u05d1"
#define G "\u05d2"

TEST(text, a_line_is_drawn_in_visual_order) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    static const struct {
        const char *text, *drawn;
    } rows[] = {
        {"plain", "plain"},
        {A B G, G B A},
        {"x " A B " " G A " y", "x " A G " " B A " y"},
        {"(" A B ") z", "(" B A ") z"},
        {A " (" B ") " G, G " (" B ") " A},
        {A B "-12 " G, B A "-12 " G}, /* digits stand as Latin letters do */
        {"\u0645 2026-01-15", "\ufee1 2026-01-15"},
        {A "abc" B, A "abc" B},
        {A ", " B, B " ," A},
        {A B "\u05b8" G, G "\u05b8" B A}, /* a mark is drawn over the letter to its right */
        {A "\u202e" B, B "\u202e" A}, /* a command is not obeyed: printed as its code point later */
        {"ab\u202e"
         "cd",
         "ab\u202ecd"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu: %s", i, rows[i].text);
        CHECK_EQ_STR(bd_text_line(faces, BD_ROLE_TEXT, bd_str_of(rows[i].text), test_arena()),
                     rows[i].drawn);
    }
}

TEST(text, arabic_letters_are_joined_and_mean_what_was_written) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    uint32_t letters[BD_TEXT_PLAIN_LETTERS];
    /* beh, seen, meem: initial, medial, final, and drawn from the last to the first */
    CHECK_EQ_STR(bd_text_line(faces, BD_ROLE_TEXT, BD_STR("\u0628\u0633\u0645"), test_arena()),
                 "\ufee2\ufeb4\ufe91");
    CHECK_EQ_STR(bd_text_line(faces, BD_ROLE_TEXT, BD_STR("\u0644\u0627"), test_arena()), "\ufefb");
    CHECK_EQ_INT(bd_text_plain_letters(0xfe91, letters), 1);
    CHECK_EQ_INT(letters[0], 0x628);
    CHECK_EQ_INT(bd_text_plain_letters(0xfefb, letters), 2);
    CHECK(letters[0] == 0x627 && letters[1] == 0x644);
    CHECK_EQ_INT(bd_text_plain_letters(0xfe83, letters), 1);
    CHECK_EQ_INT(letters[0], 0x623);
    CHECK_EQ_INT(bd_text_plain_letters(0xfb01, letters), 1); /* a ligature of Latin stays */
    CHECK_EQ_INT(letters[0], 0xfb01);
}

TEST(text, hostile_text_of_any_direction_is_cut_without_loss) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    static const bd_str hostile[] = {
        BD_STR_INIT("\xd7\xff\xd7"),
        BD_STR_INIT(A "\0" B),
        BD_STR_INIT("\u202e\u2067\u202e" A "\u202c\u2069"),
        BD_STR_INIT("((((((((((" A "]]]]]]]]]]" B),
        BD_STR_INIT("\u0640\u0640\u0640\u200d\u0644\ufeff\u0627"),
        BD_STR_INIT(A "\n\n" B "\r\n"),
        BD_STR_INIT("\u05b8\u05b8\u05b8"),
    };
    for (size_t i = 0; i < BD_COUNT(hostile); i++) {
        bd_text_stretches list = {0};
        bd_text_direct(faces, BD_ROLE_TEXT, hostile[i], test_arena(), &list);
        test_failure("text %zu", i);
        CHECK(list.count > 0);
        for (size_t k = 0; k < list.count; k++) {
            CHECK(bd_utf8_is_valid(list.data[k].text));
            CHECK(bd_utf8_is_valid(bd_text_mirror(list.data[k].text, test_arena())));
        }
        CHECK(bd_utf8_is_valid(bd_text_line(faces, BD_ROLE_TEXT, hostile[i], test_arena())));
    }
}

TEST(text, chinese_japanese_and_korean_have_faces) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    static const uint32_t letters[] = {0x738b, 0x6771, 0x3042, 0x30ab, 0xae40, 0xcca0,
                                       0x5d0,  0x645,  0x3b1,  0x416,  0xff08, 0x3002};
    for (size_t role = 0; role < BD_ROLE_COUNT; role++) {
        for (size_t i = 0; i < BD_COUNT(letters); i++) {
            size_t face;
            test_failure("role %zu, U+%04X", role, (unsigned)letters[i]);
            CHECK(bd_text_find_face(faces, (bd_text_role)role, letters[i], &face));
            CHECK(bd_text_advance(faces, face, letters[i]) > 0);
        }
    }
}

TEST(text, a_rare_face_that_is_missing_is_said_and_one_that_is_no_font_has_no_glyphs) {
    size_t count;
    bd_err err = {0};
    bd_text_faces *faces = NULL;
    const bd_text_face_spec *ours = bd_text_default_faces(&count);
    bd_text_face_spec specs[BD_FACE_MAX_COUNT];
    test_write_file(test_path("none.ttf"), BD_STR("no font at all"));
    for (size_t i = 0; i < count; i++) {
        specs[i] = ours[i];
        specs[i].path = ours[i].is_rare ? test_path("none.ttf") : ours[i].path;
    }
    CHECK_OK(bd_text_open(specs, count, &faces, &err), err);
    size_t face;
    CHECK(!bd_text_find_face(faces, BD_ROLE_TEXT, 0x738b, &face));
    CHECK(bd_text_find_face(faces, BD_ROLE_TEXT, 'a', &face));
    bd_text_close(faces);
    for (size_t i = 0; i < count; i++) {
        specs[i].path = ours[i].is_rare ? test_path("absent.ttf") : ours[i].path;
    }
    CHECK_FAILS(bd_text_open(specs, count, &faces, &err), err, BD_ERR_IO, "fonts-droid-fallback");
}

TEST(text, a_line_may_end_between_ideographs_and_not_before_a_stop) {
    static const struct {
        const char *word;
        size_t unit;
    } rows[] = {
        {"latin-word", 10},
        {"\u738b\u5c0f\u660e", 3},
        {"\u738b\u3002\u5c0f", 6},       /* a full stop stays behind */
        {"\u300c\u738b\u300d\u5c0f", 9}, /* brackets stay with what they hold */
        {"abc\u738b", 3},
        {"\u738b"
         "abc",
         3},
        {"\u30ab\u30fc\u30c9", 6}, /* the mark of length */
        {"", 0},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_INT(bd_text_unit(bd_str_of(rows[i].word)), rows[i].unit);
    }
}

/* All text of a page in drawing order, one operation after another. */
static bd_str drawn_text(const bd_doc *doc) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    bd_layout *layout;
    bd_err err;
    bd_layout_options options = {.paper = BD_PAPER_A4};
    CHECK_OK(bd_layout_build(doc, faces, &options, test_arena(), &layout, &err), err);
    bd_str text = {"", 0};
    const bd_ops *ops = &layout->pages.data[0].ops;
    double x = 0;
    for (size_t i = 0; i < ops->count; i++) {
        if (ops->data[i].kind == BD_OP_TEXT && ops->data[i].y > 100) {
            CHECK(ops->data[i].x > x - 0.5F || text.size == 0);
            x = (double)(ops->data[i].x + ops->data[i].width) - 3;
            text =
                bd_str_format(test_arena(), "%.*s[%.*s]", BD_ARG(text), BD_ARG(ops->data[i].text));
        }
    }
    return text;
}

TEST(text, pieces_of_a_line_stand_in_visual_order_from_left_to_right) {
    bd_doc *doc = bd_doc_make(test_arena());
    bd_para *para = bd_doc_paragraph(doc, BD_PARA_BODY);
    bd_para_text(para, BD_STR("x " A B " " G A));
    bd_para_styled(para, BD_RUN_STRONG, BD_STR(" y"));
    /* a space that parts words is drawn behind them, whichever way they run */
    CHECK_EQ_STR(drawn_text(doc), "[x ][" A G " ][" B A " ][y]");
}
