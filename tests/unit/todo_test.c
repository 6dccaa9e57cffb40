/* What is to do as lists for people and calendars: what they guard against in the words of others. */
#include "bindery/todo.h"

#include "make_due.h"

typedef bd_rc list_fn(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);

static bd_str write_list(scene *s, list_fn *write) {
    static const bd_collections none;
    bd_writing_inputs inputs = {.assessment = &s->assessment,
                               .catalog = s->catalog,
                               .engagement = &s->engagement,
                               .evidence = &s->evidence,
                               .collections = &none,
                               .snapshots = &s->snapshots,
                               .bindery_version = BD_STR("0.1"),
                               .ready = make(s)};
    bd_buf text;
    bd_err err;
    bd_buf_init(&text, (size_t)16 << 20);
    bd_sink sink = bd_sink_to_buf(&text);
    CHECK_OK(write(&inputs, &sink, &err), err);
    bd_str out = bd_str_copy(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    return out;
}

/* A control whose owner and words hold what each form has to guard against. */
static scene *hostile_scene(void) {
    scene *s = open_scene("", "2026-02-20");
    set_requirement(s, BD_MONTHLY, 45, 10);
    bd_control *control = bd_new(test_arena(), bd_control, 1);
    *control = *s->assessment.controls[0].control;
    control->owner = BD_STR("HR; Legal, \\ \xce\x9e\xce\xad\xce\xbd\xce\xb9\xce\xb1");
    s->assessment.controls[0].control = control;
    s->requirement.statement = BD_STR("=cmd|' /C calc'!A0, \"quoted\"; a line\r\nEND:VEVENT "
                                      "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3"
                                      "\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc"
                                      "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3"
                                      "\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc");
    return s;
}

TEST(todo, calendar_lines_are_folded_at_75_octets_between_characters_and_end_in_crlf) {
    bd_str text = write_list(hostile_scene(), bd_todo_write_calendar);
    bd_str rest = text, line;
    size_t ends = 0, begins = 0;
    while (rest.size > 0 && bd_str_cut(&rest, '\n', &line)) {
        CHECK(line.size > 0 && line.data[line.size - 1] == '\r');
        CHECK(line.size - 1 <= 75);
        CHECK(bd_utf8_is_valid(line));
        ends += bd_str_has_prefix(line, BD_STR("END:VEVENT"));
        begins += bd_str_has_prefix(line, BD_STR("BEGIN:VEVENT"));
    }
    /* the period's end, the due date, a log: text of others opens and ends nothing */
    CHECK_EQ_INT(ends, 3);
    CHECK_EQ_INT(begins, ends);
    CHECK(bd_str_find(text, BD_STR("CATEGORIES:HR\\; Legal\\, \\\\ \xce\x9e")) > 0);
    CHECK(bd_str_find(text, BD_STR("DTSTAMP:20260220T230000Z\r\n")) > 0);
    CHECK(bd_str_find(text,
                      BD_STR("DTSTART;VALUE=DATE:20260228\r\nDTEND;VALUE=DATE:20260301\r\n")) > 0);
}

TEST(todo, a_cell_of_the_todo_list_is_no_formula) {
    bd_str text = write_list(hostile_scene(), bd_todo_write_csv);
    CHECK(bd_str_find(text, BD_STR("\"'=cmd|")) > 0);
    CHECK(bd_str_find(text, BD_STR(",gap,2026-01-31,")) > 0);
    CHECK(bd_str_find(text, BD_STR(",window,2026-02-28,2026-03-10,no,2026-02,")) > 0);
}

TEST(todo, no_line_of_the_mail_is_wider_than_72_columns_unless_a_word_is) {
    bd_str rest = write_list(hostile_scene(), bd_todo_write_text), line;
    while (bd_str_cut(&rest, '\n', &line)) {
        size_t at_byte = 0, columns = 0;
        uint32_t code_point;
        while (bd_utf8_next(line, &at_byte, &code_point)) {
            CHECK(code_point >= 0x20);
            columns += (size_t)bd_utf8_columns(code_point);
        }
        test_failure("%.*s", BD_ARG(line));
        CHECK(columns <= 72);
    }
}

TEST(todo, the_json_list_is_canonical_and_the_same_twice) {
    scene *s = hostile_scene();
    s->past_count = 1;
    bd_past_of(&s->assessment, s->engagement.zone, test_arena(), &s->past[0]);
    bd_str text = write_list(s, bd_todo_write_json);
    CHECK_EQ_STR(text, write_list(s, bd_todo_write_json));
    const bd_value *value = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(text, &bd_json_default_limits, test_arena(), &value, &err), err);
    CHECK_EQ_STR(
        bd_str_format(test_arena(), "%.*s\n", BD_ARG(bd_json_canonical(test_arena(), value))),
        text);
    CHECK_EQ_STR(bd_value_text(value, "format"), "bindery-readiness 1");
}

TEST(todo, what_weakens_the_evidence_stands_in_the_lists) {
    scene *s = open_scene("", "2026-02-20");
    add_weak(s);
    bd_str todo = write_list(s, bd_todo_write_csv);
    CHECK(bd_str_find(todo, BD_STR("changed,")) > 0);
    CHECK(bd_str_find(todo, BD_STR(",fact,,,no,,it was copied from another period")) > 0);
    bd_str json = write_list(s, bd_todo_write_json);
    CHECK(bd_str_find(json, BD_STR("\"kind\":\"population\",\"sentence\":\"it holds other items now")) > 0);
}
