/* What a document is said to state: in a sidecar, and in a register. */
#include "bindery/evidence.h"

#include "test.h"

#define SIDECAR(states) "{\"format\":\"bindery-sidecar 1\",\"document\":{\"type\":\"a\"" states "}}"

static bd_rc parse(const char *text, bd_sidecar *out, bd_err *err) {
    return bd_sidecar_parse(bd_str_of(text), BD_STR("x.meta.json"), test_arena(), out, err);
}

TEST(evidence, a_sidecar_says_what_its_document_states) {
    bd_sidecar s;
    bd_err err;
    CHECK_FAILS(parse(SIDECAR(",\"states\":[\"Time limit\"]"), &s, &err), err, BD_ERR_INPUT,
                "a word such as 'time-limit'");
    CHECK_FAILS(parse(SIDECAR(",\"states\":[\"\"]"), &s, &err), err, BD_ERR_INPUT, "states");
    CHECK_FAILS(parse(SIDECAR(",\"states\":\"time-limit\""), &s, &err), err, BD_ERR_INPUT,
                "states");
    CHECK_OK(parse(SIDECAR(""), &s, &err), err);
    CHECK(!s.document.has_states);
    CHECK_OK(parse(SIDECAR(",\"states\":null"), &s, &err), err);
    CHECK(!s.document.has_states);
    CHECK_OK(parse(SIDECAR(",\"states\":[]"), &s, &err), err);
    CHECK(s.document.has_states && s.document.states.count == 0);
    CHECK_OK(parse(SIDECAR(",\"states\":[\"time-limit\",\"how\"]"), &s, &err), err);
    CHECK_EQ_INT(s.document.states.count, 2);
    CHECK_EQ_STR(s.document.states.data[1], "how");
}

static bd_rc parse_row(const char *states, bd_register_rows *out, bd_err *err) {
    bd_str keys[] = {BD_STR_INIT("file"), BD_STR_INIT("document_type"), BD_STR_INIT("states")};
    const bd_value *values[] = {bd_value_string(test_arena(), BD_STR("a.pdf")),
                                bd_value_string(test_arena(), BD_STR("a")),
                                bd_value_string(test_arena(), bd_str_of(states))};
    const bd_value *row = bd_value_object(test_arena(), 3, keys, values);
    return bd_register_parse(&row, 1, BD_STR("register.csv"), test_arena(), out, err);
}

TEST(evidence, a_register_row_says_what_its_document_states) {
    bd_register_rows rows;
    bd_err err;
    CHECK_FAILS(parse_row("time limit", &rows, &err), err, BD_ERR_INPUT,
                "row 1, column 'states': found 'time limit'");
    CHECK_OK(parse_row("", &rows, &err), err);
    CHECK(!rows.data[0].sidecar.document.has_states);
    CHECK_OK(parse_row(" time-limit ; how;", &rows, &err), err);
    CHECK(rows.data[0].sidecar.document.has_states);
    CHECK_EQ_INT(rows.data[0].sidecar.document.states.count, 2);
    CHECK_EQ_STR(rows.data[0].sidecar.document.states.data[0], "time-limit");
}
