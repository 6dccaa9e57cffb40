/* Is what we take for JSON exactly RFC 8259, and does streaming see what parsing sees? */
#include "bindery/value.h"

#include "test.h"

#include <dirent.h>
#include <stdlib.h>

/* A record of evidence is built another way than a document, and is the same tree. */
static const bd_value *parsed(const char *text) {
    const bd_value *value = NULL, *record = NULL;
    bd_err err;
    check_ok(__FILE__, __LINE__, text,
             bd_json_parse(bd_str_of(text), NULL, test_arena(), &value, &err), &err);
    check_ok(__FILE__, __LINE__, text,
             bd_json_parse_record(bd_str_of(text), NULL, test_arena(), &record, &err), &err);
    CHECK_EQ_STR(bd_json_canonical(test_arena(), record), bd_json_canonical(test_arena(), value));
    return value;
}

static bd_str canonical(const char *text) {
    return bd_json_canonical(test_arena(), parsed(text));
}

/* ---- refusing ---- */

TEST(value, malformed_text_is_refused_with_its_place) {
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "empty"},
        {" \n ", "empty"},
        {"{\"a\":1,}", "line 1, column 8 (byte 7): found '}', expected a key in double quotes"},
        {"[1,]", "found ']', expected a value"},
        {"[1\n 2]", "line 2, column 2 (byte 4): found '2', expected ',' or ']'"},
        {"{'a':1}", "expected a key in double quotes"},
        {"{\"a\" 1}", "expected ':' after a key"},
        {"[01]", "found '1', expected ',' or ']'"},
        {"[-]", "expected a digit"},
        {"[1.]", "expected a digit"},
        {"[1e]", "expected a digit"},
        {"[+1]", "expected a value"},
        {"[NaN]", "expected a value"},
        {"[nul]", "expected 'true', 'false' or 'null'"},
        {"[TRUE]", "expected a value"},
        {"\"a\tb\"", "control characters"},
        {"\"\\x41\"", "expected an escape of JSON"},
        {"\"\\u00zz\"", "four hexadecimal digits"},
        {"[1] x", "more text after the end"},
        {"{}{}", "more text after the end"},
        {"[1", "cut short"},
        {"{\"a\":", "cut short"},
        {"\"abc", "cut short"},
        {"[\"\xff\"]", "not UTF-8"},
        {"[\"\xc0\xaf\"]", "not UTF-8"},
        {"[\"\xed\xa0\x80\"]", "not UTF-8"},
        {"[\"\xf4\x90\x80\x80\"]", "not UTF-8"},
        {"[\"\\ud800\"]", "lone surrogate"},
        {"[\"\\udc00\"]", "lone surrogate"},
        {"[\"\\ud800\\u0041\"]", "lone surrogate"},
        {"\xef\xbb\xbf\xef\xbb\xbf{}", "expected a value"},
        {"[\xef\xbb\xbf]", "expected a value"},
        {"[1]\f", "more text"},
        {"/*x*/[1]", "expected a value"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const bd_value *value;
        bd_err err;
        test_failure("text %s", cases[i].text);
        CHECK_FAILS(bd_json_parse(bd_str_of(cases[i].text), NULL, test_arena(), &value, &err), err,
                    BD_ERR_INPUT, cases[i].part);
        CHECK(bd_failed(bd_json_check(bd_str_of(cases[i].text), NULL, NULL)));
    }
}

TEST(value, a_nul_byte_is_refused_wherever_it_stands) {
    static const char text[] = "[\"a\0b\"]";
    const bd_value *value;
    bd_err err;
    CHECK_FAILS(bd_json_parse((bd_str){text, sizeof text - 1}, NULL, test_arena(), &value, &err),
                err, BD_ERR_INPUT, "byte 0x00");
    static const char after[] = "[1]\0";
    CHECK_FAILS(bd_json_parse((bd_str){after, 4}, NULL, test_arena(), &value, &err), err,
                BD_ERR_INPUT, "more text");
}

TEST(value, utf16_is_refused_by_name) {
    static const char little[] = "\xff\xfe{\0}\0";
    static const char big[] = "\0{\0}";
    bd_err err;
    CHECK_FAILS(bd_json_check((bd_str){little, 6}, NULL, &err), err, BD_ERR_INPUT, "UTF-16");
    CHECK_FAILS(bd_json_check((bd_str){big, 4}, NULL, &err), err, BD_ERR_INPUT, "UTF-16");
}

static bd_rc parse_only(bd_str text, bd_err *err) {
    const bd_value *value;
    return bd_json_parse(text, NULL, test_arena(), &value, err);
}

TEST(value, duplicate_keys_are_seen_through_escapes_and_depth) {
    static const char *const refused[] = {
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\u00e9\":1,\"\xc3\xa9\":2}",
        "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
        "{\"\":1,\"\":2}",
        "{\"a\\u0000\":1,\"a\\u0000\":2}",
        "[{\"x\":[{\"k\":1,\"b\":{\"k\":1},\"k\":3}]}]",
    };
    for (size_t i = 0; i < BD_COUNT(refused); i++) {
        bd_err err;
        test_failure("text %s", refused[i]);
        CHECK_FAILS(parse_only(bd_str_of(refused[i]), &err), err, BD_ERR_INPUT, "duplicate key");
        CHECK_OK(bd_json_check(bd_str_of(refused[i]), NULL, &err),
                 err); /* well-formed all the same */
    }
    bd_err err;
    CHECK_OK(
        parse_only(BD_STR("{\"a\":{\"a\":{\"a\":1}},\"A\":1,\"b\":[{\"a\":1},{\"a\":1}]}"), &err),
        err);
    CHECK_OK(parse_only(BD_STR("{\"a\":1,\"a\\u0000\":2,\"a\\u0000b\":3}"), &err), err);
}

/* Small objects are searched, large ones hashed: the border and beyond must not differ. */
TEST(value, duplicate_keys_are_seen_in_objects_of_any_size) {
    for (int count = 1; count <= 40; count++) {
        for (int twin = 0; twin < count; twin++) {
            bd_buf text;
            bd_buf_init(&text, 1 << 20);
            bd_buf_puts(&text, BD_STR("{"));
            for (int i = 0; i < count; i++) {
                bd_buf_printf(&text, "\"key%d\":{\"key0\":1,\"key1\":2},", i);
            }
            bd_buf twice = text;
            twice.data = NULL;
            twice.size = twice.room = 0;
            bd_buf_puts(&twice, bd_buf_str(&text));
            bd_buf_printf(&text, "\"other\":0}");
            bd_buf_printf(&twice, "\"key%d\":0}", twin);
            bd_err err;
            CHECK_OK(parse_only(bd_buf_str(&text), &err), err);
            CHECK_FAILS(parse_only(bd_buf_str(&twice), &err), err, BD_ERR_INPUT, "duplicate key");
            bd_buf_clear(&text);
            bd_buf_clear(&twice);
        }
    }
}

static bd_str repeat(const char *part, size_t count, const char *tail) {
    size_t size = strlen(part);
    char *text = bd_alloc(test_arena(), size * count + strlen(tail) + 1, 1);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * size, part, size);
    }
    memcpy(text + size * count, tail, strlen(tail));
    return (bd_str){text, size * count + strlen(tail)};
}

TEST(value, depth_is_bounded_however_deep_the_text_is) {
    bd_err err;
    CHECK_FAILS(bd_json_check(repeat("[", 10000, ""), NULL, &err), err, BD_ERR_LIMIT, "512");
    CHECK_FAILS(bd_json_check(repeat("{\"a\":", 10000, ""), NULL, &err), err, BD_ERR_LIMIT, "512");
    bd_json_limits limits = bd_json_default_limits;
    limits.depth = 4;
    CHECK_OK(bd_json_check(BD_STR("[[[[1]]]]"), &limits, &err), err);
    CHECK_FAILS(bd_json_check(BD_STR("[[[[[1]]]]]"), &limits, &err), err, BD_ERR_LIMIT,
                "nested deeper");
    limits.depth = 512;
    bd_str deep = bd_str_format(test_arena(), "%.*s%.*s", BD_ARG(repeat("[", 512, "")),
                                BD_ARG(repeat("]", 512, "")));
    const bd_value *value;
    CHECK_OK(bd_json_parse(deep, &limits, test_arena(), &value, &err), err);
}

TEST(value, size_and_node_limits_are_kept_before_memory_is_taken) {
    bd_json_limits limits = bd_json_default_limits;
    bd_err err;
    const bd_value *value;
    limits.nodes = 10;
    CHECK_FAILS(bd_json_parse(repeat("1,", 0, "[1,2,3,4,5,6,7,8,9,10]"), &limits, test_arena(),
                              &value, &err),
                err, BD_ERR_LIMIT, "more values");
    limits.record_bytes = 8;
    CHECK_FAILS(bd_json_parse(BD_STR("\"12345678\""), &limits, test_arena(), &value, &err), err,
                BD_ERR_LIMIT, "over the limit");
    bd_str bomb = bd_str_format(test_arena(), "[%.*s1]", BD_ARG(repeat("1,", 4000000, "")));
    CHECK_FAILS(bd_json_parse(bomb, NULL, test_arena(), &value, &err), err, BD_ERR_LIMIT,
                "more values");
}

TEST(value, every_proper_prefix_of_a_document_is_refused) {
    bd_str whole =
        BD_STR("{\"a\":[1.5e+3,true,null,\"\\ud83d\\ude00\\n\xc3\xa9\"],\"b\":{\"c\":-0}}");
    bd_err err;
    CHECK_OK(bd_json_check(whole, NULL, &err), err);
    for (size_t size = 0; size < whole.size; size++) {
        test_failure("prefix of %zu bytes", size);
        CHECK(bd_failed(bd_json_check(bd_str_sub(whole, 0, size), NULL, NULL)));
    }
}

/* ---- what a value holds ---- */

TEST(value, numbers_keep_their_text) {
    CHECK_EQ_STR(canonical("[9007199254740993,1e400,-0,0.10,1E+2,123456789012345678901234567890]"),
                 "[9007199254740993,1e400,-0,0.10,1E+2,123456789012345678901234567890]");
    bd_str digits = repeat("7", 3000, "");
    bd_str text = bd_str_format(test_arena(), "{\"n\":%.*s,\"m\":1,\"k\":[0.%.*s]}", BD_ARG(digits),
                                BD_ARG(digits));
    const bd_value *value = parsed(text.data);
    CHECK_EQ_STR(bd_value_find(value, "n")->text, digits);
    CHECK_EQ_STR(bd_value_find(value, "m")->text, "1");
    CHECK_EQ_INT(bd_value_find(value, "k")->items[0].text.size, 3002);
}

TEST(value, nul_characters_survive_in_strings_and_keys) {
    const bd_value *value =
        parsed("{\"a\\u0000b\":\"x\\u0000y\",\"n\":1,\"s\":\"plain\",\"t\":[\"\\u0000\",\"z\"]}");
    CHECK_EQ_STR(value->keys[0], ((bd_str){"a\0b", 3}));
    CHECK_EQ_STR(value->items[0].text, ((bd_str){"x\0y", 3}));
    CHECK_EQ_STR(bd_value_text(value, "s"), "plain");
    CHECK_EQ_STR(bd_value_at(value, BD_STR("/t/0"))->text, ((bd_str){"\0", 1}));
    CHECK_EQ_STR(bd_value_at(value, BD_STR("/t/1"))->text, "z");
}

TEST(value, escapes_become_the_characters_they_stand_for) {
    CHECK_EQ_STR(parsed("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20ac\\uD83D\\uDE00\"")->text,
                 "\"\\/\b\f\n\r\t\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(value, a_utf8_mark_is_accepted_at_the_start_only) {
    CHECK_EQ_STR(canonical("\xef\xbb\xbf{\"a\":1}"), "{\"a\":1}");
}

/* ---- canonical out ---- */

TEST(value, canonical_form_is_sorted_and_bare) {
    CHECK_EQ_STR(
        canonical(
            " { \"b\" : [ 1 , null ] , \"a\" : null, \"B\":\"\", \"\xc3\xa9\":true, \"aa\":{} } "),
        "{\"B\":\"\",\"aa\":{},\"b\":[1,null],\"\xc3\xa9\":true}");
    CHECK_EQ_STR(canonical("\"\\u0000\\u001f\\u007f\\/\\b\\\"\\\\\""),
                 "\"\\u0000\\u001f\x7f/\\b\\\"\\\\\"");
}

TEST(value, canonical_form_sorts_large_objects_by_bytes) {
    bd_buf text;
    bd_buf_init(&text, 1 << 20);
    bd_buf_puts(&text, BD_STR("{"));
    for (int i = 0; i < 500; i++) {
        bd_buf_printf(&text, "%s\"k%d\":%d", i > 0 ? "," : "", (i * 271) % 500, i);
    }
    bd_buf_puts(&text, BD_STR("}"));
    const bd_value *value;
    bd_err err;
    CHECK_OK(bd_json_parse(bd_buf_str(&text), NULL, test_arena(), &value, &err), err);
    const bd_value *again = parsed(bd_str_z(test_arena(), bd_json_canonical(test_arena(), value)));
    CHECK_EQ_INT(again->count, 500);
    for (size_t i = 1; i < again->count; i++) {
        CHECK(bd_str_cmp(again->keys[i - 1], again->keys[i]) < 0);
    }
    bd_buf_clear(&text);
}

TEST(value, writer_leaves_out_members_without_a_value) {
    bd_buf buf;
    bd_buf_init(&buf, 4096);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_json_writer w;
    bd_json_begin(&w, &sink);
    bd_json_open(&w, '{');
    bd_json_key(&w, "a");
    bd_json_value(&w, NULL);
    bd_json_key(&w, "b");
    bd_json_open(&w, '[');
    bd_json_int(&w, -5);
    bd_json_bool(&w, true);
    bd_json_value(&w, parsed("[null,{\"z\":1,\"y\":null}]"));
    bd_json_close(&w, ']');
    bd_json_key(&w, "c");
    bd_json_value(&w, parsed("null"));
    bd_json_member(&w, "d", BD_STR(""));
    bd_json_member(&w, "e", BD_STR("x\ny"));
    bd_json_key(&w, "f");
    bd_json_number(&w, BD_STR("61.2"));
    bd_json_close(&w, '}');
    bd_json_newline(&w);
    bd_err err;
    CHECK_OK(bd_json_finish(&w, &err), err);
    CHECK_EQ_STR(bd_buf_str(&buf),
                 "{\"b\":[-5,true,[null,{\"z\":1}]],\"e\":\"x\\ny\",\"f\":61.2}\n");
    bd_buf_clear(&buf);
}

static bd_rc fail_write(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)sink;
    (void)bytes;
    (void)count;
    BD_RAISE(err, BD_ERR_IO, "disk is full");
}

TEST(value, writer_reports_the_first_failure_of_its_sink) {
    bd_sink sink = {.write = fail_write};
    bd_json_writer w;
    bd_err err;
    bd_json_begin(&w, &sink);
    bd_json_open(&w, '[');
    bd_json_int(&w, 1);
    bd_json_close(&w, ']');
    CHECK_FAILS(bd_json_finish(&w, &err), err, BD_ERR_IO, "disk is full");
}

/* ---- asking ---- */

TEST(value, lookup_is_exact_then_folded_then_through_properties) {
    const bd_value *v =
        parsed("{\"Id\":1,\"name\":\"a\",\"NAME\":\"b\",\"x\":1,\"X\":2,"
               "\"Properties\":{\"accountEnabled\":true,\"y\":1,\"Y\":2,\"id\":9}}");
    const bd_value *out;
    CHECK_EQ_INT(bd_value_lookup(v, BD_STR("id"), &out), BD_LOOKUP_FOUND);
    CHECK_EQ_STR(out->text, "1");
    CHECK_EQ_INT(bd_value_lookup(v, BD_STR("NAME"), &out), BD_LOOKUP_FOUND);
    CHECK_EQ_STR(out->text, "b");
    CHECK_EQ_INT(bd_value_lookup(v, BD_STR("Name"), &out), BD_LOOKUP_AMBIGUOUS);
    CHECK_EQ_INT(bd_value_lookup(v, BD_STR("ACCOUNTENABLED"), &out), BD_LOOKUP_FOUND);
    CHECK(out->boolean);
    CHECK_EQ_INT(bd_value_lookup(v, BD_STR("Y"), &out), BD_LOOKUP_FOUND);
    CHECK_EQ_INT(bd_value_lookup(v, BD_STR("gone"), &out), BD_LOOKUP_ABSENT);
    CHECK_EQ_INT(bd_value_lookup(parsed("{\"KEY\":1,\"Key\":2,\"key\":3}"), BD_STR("key"), &out),
                 BD_LOOKUP_FOUND);
    CHECK_EQ_STR(out->text, "3");
    CHECK_EQ_INT(bd_value_lookup(parsed("{\"KEY\":1,\"Key\":2}"), BD_STR("key"), &out),
                 BD_LOOKUP_AMBIGUOUS);
    CHECK(out == NULL);
    CHECK_EQ_INT(bd_value_lookup(NULL, BD_STR("gone"), &out), BD_LOOKUP_ABSENT);
    /* Turkish dotless i is another letter: folding is ASCII, whatever the locale. */
    CHECK_EQ_INT(bd_value_lookup(parsed("{\"\xc4\xb1"
                                        "d\":1}"),
                                 BD_STR("Id"), &out),
                 BD_LOOKUP_ABSENT);
}

TEST(value, the_spellings_of_absent_are_known) {
    static const char *const absent[] = {"null",
                                         "\"\"",
                                         "\"00000000-0000-0000-0000-000000000000\"",
                                         "\"0001-01-01T00:00:00Z\"",
                                         "\"0001-01-01T00:00:00.0000000Z\"",
                                         "\"0001-01-01T00:00:00\"",
                                         "\"0001-01-01T00:00:00+00:00\""};
    static const char *const present[] = {"false",
                                          "0",
                                          "[]",
                                          "{}",
                                          "\" \"",
                                          "\"0001-01-01T00:00:01Z\"",
                                          "\"00000000-0000-0000-0000-000000000001\""};
    CHECK(bd_value_is_absent(NULL));
    for (size_t i = 0; i < BD_COUNT(absent); i++) {
        CHECK(bd_value_is_absent(parsed(absent[i])));
    }
    for (size_t i = 0; i < BD_COUNT(present); i++) {
        CHECK(!bd_value_is_absent(parsed(present[i])));
    }
}

TEST(value, numbers_compare_as_exact_decimals) {
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"0", "-0", 0},
        {"0", "0.000e99", 0},
        {"1", "1.0", 0},
        {"10", "1e1", 0},
        {"0.1", "1e-1", 0},
        {"100", "99.999", 1},
        {"-100", "-99.999", -1},
        {"-1", "1", -1},
        {"9007199254740993", "9007199254740992", 1},
        {"1e400", "9e399", 1},
        {"1e-400", "0", 1},
        {"-1e-400", "0", -1},
        {"12.50", "12.5", 0},
        {"0.00012", "1.2e-4", 0},
        {"1e1000000", "1e999999", 1},
        {"123456789012345678901234567890.1", "123456789012345678901234567890.10", 0},
        {"0.05", "0.5", -1},
        {"2", "10", -1},
        {"1.23E+2", "123", 0},
        {"-0.0", "0", 0},
        {"1e99999999999999999999", "1e99999", 1},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s and %s", cases[i].a, cases[i].b);
        int order = bd_number_cmp(bd_str_of(cases[i].a), bd_str_of(cases[i].b));
        CHECK_EQ_INT((order > 0) - (order < 0), cases[i].order);
        order = bd_number_cmp(bd_str_of(cases[i].b), bd_str_of(cases[i].a));
        CHECK_EQ_INT((order > 0) - (order < 0), -cases[i].order);
    }
}

TEST(value, json_pointers_of_rfc_6901_find_their_members) {
    const bd_value *v =
        parsed("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
               "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}");
    static const struct {
        const char *pointer, *text;
    } cases[] = {{"/foo/0", "bar"}, {"/", "0"},  {"/a~1b", "1"}, {"/c%d", "2"},
                 {"/i\\j", "5"},    {"/ ", "7"}, {"/m~0n", "8"}};
    CHECK(bd_value_at(v, BD_STR("")) == v);
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const bd_value *found = bd_value_at(v, bd_str_of(cases[i].pointer));
        CHECK(found != NULL);
        CHECK_EQ_STR(found->text, cases[i].text);
    }
    static const char *const absent[] = {"foo",   "/foo/2", "/foo/-",   "/foo/00", "/foo/-1",
                                         "/m~2n", "/m~",    "/foo/0/x", "/x"};
    for (size_t i = 0; i < BD_COUNT(absent); i++) {
        CHECK(bd_value_at(v, bd_str_of(absent[i])) == NULL);
    }
}

TEST(value, integers_outside_int64_are_not_integers) {
    const bd_value *v =
        parsed("{\"a\":9223372036854775807,\"b\":9223372036854775808,\"c\":1.0,\"d\":\"1\"}");
    int64_t number;
    CHECK(bd_value_i64(v, "a", &number) && number == INT64_MAX);
    CHECK(!bd_value_i64(v, "b", &number));
    CHECK(!bd_value_i64(v, "c", &number));
    CHECK(!bd_value_i64(v, "d", &number));
}

/* ---- splitting ---- */

typedef struct {
    bd_str text;
    size_t at, step;
} slow_source;

static bd_rc read_slowly(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    (void)err;
    slow_source *slow = source->context;
    size_t left = slow->text.size - slow->at;
    size_t size = slow->step < left ? slow->step : left;
    size = size < room ? size : room;
    memcpy(bytes, slow->text.data + slow->at, size);
    slow->at += size;
    *count = size;
    return BD_OK;
}

static bd_rc write_record(void *context, uint64_t ordinal, int64_t offset, bd_str text,
                          const bd_value *value, const bd_err *problem, bd_arena *arena,
                          bd_err *err) {
    (void)err;
    bd_str shown = value != NULL ? bd_json_canonical(arena, value) : bd_str_of(problem->message);
    bd_buf_printf(context, "%llu@%lld %s%.*s", (unsigned long long)ordinal, (long long)offset,
                  value != NULL ? "" : "refused: ", BD_ARG(shown));
    if (value != NULL && text.size > 0) {
        const bd_value *again;
        CHECK(!bd_failed(bd_json_parse(text, NULL, arena, &again, NULL)));
        CHECK_EQ_STR(bd_json_canonical(arena, again), shown);
    }
    bd_buf_putc(context, '\n');
    return BD_OK;
}

static bd_rc write_member(void *context, bd_str key, const bd_value *value, bd_err *err) {
    (void)err;
    bd_str shown = bd_json_canonical(test_arena(), value);
    bd_buf_printf(context, "%.*s=%.*s\n", BD_ARG(key), BD_ARG(shown));
    return BD_OK;
}

/* All that a split says, as text. */
static bd_str transcript(bd_str text, size_t step, const bd_json_limits *limits) {
    bd_buf out;
    bd_buf_init(&out, (size_t)1 << 24);
    slow_source slow = {text, 0, step};
    bd_source source = {.read = read_slowly, .context = &slow};
    bd_json_events events = {.context = &out, .record = write_record, .member = write_member};
    bd_json_summary summary;
    bd_err err;
    bd_rc rc = bd_json_split(&source, limits, &events, &summary, &err);
    static const char *const shapes[] = {"object",       "array",  "value", "data",
                                         "value-object", "tables", "lines", "scalar"};
    bd_buf_printf(&out, "%s %llu/%llu skipped %llu%s%.*s", bd_failed(rc) ? err.message : "",
                  (unsigned long long)summary.records, (unsigned long long)summary.refused,
                  (unsigned long long)summary.members_skipped, summary.had_bom ? " bom " : " ",
                  BD_ARG(summary.table));
    bd_buf_puts(&out, bd_str_of(shapes[summary.shape]));
    bd_str made = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return made;
}

static const struct {
    const char *text, *said;
} split_cases[] = {
    {"[{\"a\":1},{\"b\":2}]", "0@1 {\"a\":1}\n1@9 {\"b\":2}\n 2/0 skipped 0 array"},
    {"[]", " 0/0 skipped 0 array"},
    {"\xef\xbb\xbf[ 1 ]", "0@5 1\n 1/0 skipped 0 bom array"},
    {"{\"value\":[{\"id\":1}],\"nextLink\":null}",
     "0@10 {\"id\":1}\nnextLink=null\n 1/0 skipped 0 value"},
    {"{\"@odata.context\":\"c#users\",\"value\":[]}",
     "@odata.context=\"c#users\"\n 0/0 skipped 0 value"},
    {"{\"totalRecords\":3,\"count\":1,\"data\":[{\"value\":[1]}],\"facets\":[]}",
     "totalRecords=3\ncount=1\n0@36 {\"value\":[1]}\nfacets=[]\n 1/0 skipped 0 data"},
    {"{\"count\":2,\"data\":{\"columns\":[{\"name\":\"a\",\"type\":\"s\"},{\"name\":\"b\"}],"
     "\"rows\":[[1,\"x\"],[2]]}}",
     "count=2\n0@76 {\"a\":1,\"b\":\"x\"}\n1@84 refused: row at byte 84 is no array of 2 cells\n "
     "2/1 skipped 0 data"},
    {"{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"t\"}],\"rows\":[[1],[null]]"
     "}],\"x\":1}",
     "0@68 {\"t\":1}\n1@72 {}\nx=1\n 2/0 skipped 0 PrimaryResulttables"},
    {"{\"value\":{\"decoratedAuditLogEntries\":[{\"id\":\"1\"}],\"hasMore\":false}}",
     "0@38 {\"id\":\"1\"}\nhasMore=false\n 1/0 skipped 0 value-object"},
    {"{\"id\":\"/x\",\"type\":\"T\",\"data\":{\"k\":[1]},\"value\":{\"k\":1}}",
     "0@0 {\"data\":{\"k\":[1]},\"id\":\"/x\",\"type\":\"T\",\"value\":{\"k\":1}}\n 1/0 skipped 0 "
     "object"},
    {"{\"tables\":[{\"a\":1}]}", "0@0 {\"tables\":[{\"a\":1}]}\n 1/0 skipped 0 object"},
    {"{\"a\":1}\n{\"a\":2}\r\n\n{\"value\":[3]}\n",
     "0@0 {\"a\":1}\n1@8 {\"a\":2}\n2@18 {\"value\":[3]}\n 3/0 skipped 0 lines"},
    {"{\"value\":[1]}\n{\"value\":[2]}",
     "0@0 {\"value\":[1]}\n1@14 {\"value\":[2]}\n 2/0 skipped 0 lines"},
    {"{\"a\":1}\n", "0@0 {\"a\":1}\n 1/0 skipped 0 object"},
    {"{\n \"a\":1\n}\n{\n \"a\":2\n}\n", "0@0 {\"a\":1}\n1@11 {\"a\":2}\n 2/0 skipped 0 lines"},
    {" true ", " 0/0 skipped 0 scalar"},
    {"[{\"a\":1,\"a\":2},{\"b\":1}]",
     "0@1 refused: duplicate key 'a', at byte 9\n1@15 {\"b\":1}\n 2/1 skipped 0 array"},
    {"[\"\\ud800\",1]", "0@1 refused: lone surrogate in a string, at byte 8\n1@10 "
                        "1\n 2/1 skipped 0 array"},
    {"{\"a\":1,\"a\":2}", "0@0 refused: duplicate key 'a', at byte 8\n 1/1 skipped 0 object"},
    {"", "no JSON value: the document is empty 0/0 skipped 0 scalar"},
    {"{\"value\":[1],\"value\":[2]}",
     "0@10 1\nmalformed JSON at byte 13: duplicate key 'value' 1/0 skipped 0 value"},
    {"{\"a\":1,\"a\":2,\"value\":[1]}",
     "malformed JSON at byte 7: duplicate key 'a' 0/0 skipped 0 value"},
    {"[1] 2", "0@1 1\nmalformed JSON at byte 4: found '2', expected the end of the document 1/0 "
              "skipped 0 array"},
    {"{\"a\":1} {\"a\":2}", "0@0 {\"a\":1}\nmalformed JSON at byte 8: found '{', expected the end "
                            "of the line after a value 1/0 skipped 0 object"},
    {"{\"value\":[1,]}",
     "0@10 1\nmalformed JSON at byte 12: found ']', expected a value 1/0 skipped 0 value"},
    {"[1,2", "0@1 1\nJSON is cut short: it ends at byte 4 inside a value 1/0 skipped 0 array"},
};

TEST(value, a_split_says_shape_records_and_members) {
    for (size_t i = 0; i < BD_COUNT(split_cases); i++) {
        test_failure("document %s", split_cases[i].text);
        CHECK_EQ_STR(transcript(bd_str_of(split_cases[i].text), 1 << 20, NULL),
                     split_cases[i].said);
    }
}

TEST(value, a_split_says_the_same_however_small_the_reads_are) {
    for (size_t i = 0; i < BD_COUNT(split_cases); i++) {
        for (size_t step = 1; step <= 7; step++) {
            test_failure("document %s in reads of %zu", split_cases[i].text, step);
            CHECK_EQ_STR(transcript(bd_str_of(split_cases[i].text), step, NULL),
                         split_cases[i].said);
        }
    }
}

/* Documents much larger than the window, in every envelope, against the whole parse. */
TEST(value, a_split_of_a_large_document_sees_what_parsing_sees) {
    static const char *const heads[] = {"{\"@odata.context\":\"x\",\"value\":[", "[",
                                        "{\"totalRecords\":9,\"data\":[", ""};
    static const char *const tails[] = {"],\"nextLink\":\"y\"}", "]", "],\"z\":{}}", ""};
    for (size_t form = 0; form < BD_COUNT(heads); form++) {
        bd_buf text;
        bd_buf expected;
        bd_buf_init(&text, (size_t)1 << 24);
        bd_buf_init(&expected, (size_t)1 << 24);
        bd_buf_puts(&text, bd_str_of(heads[form]));
        for (int i = 0; i < 400; i++) {
            const char *between = i == 0 ? "" : form == 3 ? "\n" : ",";
            bd_str pad = repeat("\\u00e9x\xc3\xa9 ", (size_t)(i * 37) % 900, "");
            bd_buf_puts(&text, bd_str_of(between));
            bd_str record =
                bd_str_format(test_arena(), "{\"id\":%d,\"text\":\"%.*s\",\"list\":[1,{\"a\":[]}]}",
                              i, BD_ARG(pad));
            bd_buf_puts(&text, record);
            bd_buf_puts(&expected, bd_json_canonical(test_arena(), parsed(record.data)));
        }
        bd_buf_puts(&text, bd_str_of(tails[form]));
        bd_str said = transcript(bd_buf_str(&text), form + 3, NULL);
        bd_str joined = {bd_alloc(test_arena(), said.size, 1), 0};
        bd_str line;
        while (bd_str_cut(&said, '\n', &line)) {
            ptrdiff_t brace = bd_str_find(line, BD_STR(" {"));
            if (brace > 0 && line.data[0] >= '0' && line.data[0] <= '9') {
                bd_str record = bd_str_sub(line, (size_t)brace + 1, line.size);
                memcpy((char *)(uintptr_t)joined.data + joined.size, record.data, record.size);
                joined.size += record.size;
            }
        }
        CHECK_EQ_INT(joined.size, expected.size);
        CHECK(bd_str_eq(joined, bd_buf_str(&expected)));
        bd_buf_clear(&text);
        bd_buf_clear(&expected);
    }
}

TEST(value, a_truncated_document_is_never_taken_for_a_smaller_one) {
    bd_str whole = BD_STR("{\"@odata.context\":\"x\",\"value\":[{\"id\":1},{\"id\":[2,\"\\u00e9\"]}"
                          "],\"@odata.nextLink\":\"z\"}");
    for (size_t size = 0; size < whole.size; size++) {
        bd_memory_source state;
        bd_source source = bd_source_of_memory(&state, bd_str_sub(whole, 0, size));
        bd_json_events events = {0};
        bd_json_summary summary;
        bd_err err;
        test_failure("%zu bytes", size);
        CHECK_FAILS(bd_json_split(&source, NULL, &events, &summary, &err), err, BD_ERR_INPUT, "");
    }
}

TEST(value, a_record_over_the_limit_is_refused_and_the_rest_goes_on) {
    bd_json_limits limits = bd_json_default_limits;
    limits.record_bytes = 400000;
    bd_str big = repeat("[\\\"]{,", 200000, "");
    bd_str text = bd_str_format(
        test_arena(), "{\"value\":[{\"a\":1},{\"big\":\"%.*s\"},{\"b\":2}],\"n\":1}", BD_ARG(big));
    for (size_t step = 70001; step < 400000; step += 100000) {
        CHECK_EQ_STR(
            transcript(text, step, &limits),
            "0@10 {\"a\":1}\n1@18 refused: record at byte 18 is over the limit of 400000 bytes\n"
            "2@1200029 {\"b\":2}\nn=1\n 3/1 skipped 0 value");
    }
    bd_str lines =
        bd_str_format(test_arena(), "{\"a\":1}\n{\"big\":\"%.*s\"}\n{\"b\":2}\n", BD_ARG(big));
    CHECK_EQ_STR(transcript(lines, 100000, &limits),
                 "0@0 {\"a\":1}\n1@8 refused: record at byte 8 is over the limit of 400000 bytes\n"
                 "2@1200019 {\"b\":2}\n 3/1 skipped 0 lines");
}

TEST(value, a_single_object_over_the_limit_is_refused_but_records_behind_a_large_head_are_read) {
    bd_json_limits limits = bd_json_default_limits;
    limits.record_bytes = 300000;
    bd_str big = repeat("0123456789", 70000, "");
    bd_str alone = bd_str_format(test_arena(), "{\"k\":\"%.*s\",\"m\":1}", BD_ARG(big));
    CHECK_EQ_STR(
        transcript(alone, 65536, &limits),
        "0@0 refused: record at byte 0 is over the limit of 300000 bytes\n 1/1 skipped 1 object");
    bd_str head = bd_str_format(test_arena(), "{\"c\":\"x\",\"k\":\"%.*s\",\"m\":1,\"value\":[7]}",
                                BD_ARG(big));
    CHECK_EQ_STR(transcript(head, 65536, &limits),
                 "c=\"x\"\nm=1\n0@700031 7\n 1/0 skipped 1 value");
}

TEST(value, large_members_are_skipped_and_counted) {
    bd_str big = repeat("0123456789", 7000, "");
    bd_str text =
        bd_str_format(test_arena(), "{\"k\":\"%.*s\",\"value\":[1],\"l\":\"%.*s\",\"m\":2}",
                      BD_ARG(big), BD_ARG(big));
    CHECK_EQ_STR(transcript(text, 1 << 20, NULL), "0@70017 1\nm=2\n 1/0 skipped 2 value");
}

TEST(value, white_space_without_end_is_bounded) {
    bd_json_limits limits = bd_json_default_limits;
    limits.record_bytes = 300000;
    bd_str blank = repeat("          ", 200000, "");
    bd_str text = bd_str_format(test_arena(), "{\"a\":%.*s1}", BD_ARG(blank));
    CHECK_EQ_STR(
        transcript(text, 1 << 20, &limits),
        "0@0 refused: record at byte 0 is over the limit of 300000 bytes\n 1/1 skipped 0 object");
    bd_str array = bd_str_format(test_arena(), "[%.*s1%.*s]", BD_ARG(blank), BD_ARG(blank));
    CHECK_EQ_STR(transcript(array, 1 << 20, &limits), "0@2000001 1\n 1/0 skipped 0 array");
    bd_str inside = bd_str_format(test_arena(), "{\"tables\":[%.*s{\"a\":1}]}", BD_ARG(blank));
    CHECK(bd_str_find(transcript(inside, 1 << 20, &limits), BD_STR("white space without end")) >=
          0);
}

TEST(value, a_document_over_its_limit_stops_the_split) {
    bd_json_limits limits = bd_json_default_limits;
    limits.document_bytes = 10;
    CHECK(bd_str_find(transcript(BD_STR("[1,2,3,4,5,6,7]"), 4, &limits),
                      BD_STR("over the limit of 10 bytes")) >= 0);
}

/* ---- checking a form ---- */

TEST(value, an_unknown_key_names_the_nearest_one) {
    static const char *const known[] = {"categories", "periods", "tenant"};
    CHECK_EQ_STR(bd_nearest(BD_STR("catagories"), known, 3), "categories");
    CHECK_EQ_STR(bd_nearest(BD_STR("Period"), known, 3), "periods");
    CHECK_EQ_STR(bd_nearest(BD_STR("CAT"), known, 3), "categories"); /* its beginning, however much is left */
    CHECK(bd_nearest(BD_STR("xyzzy-and-more"), known, 3) == NULL);
    CHECK(bd_nearest(repeat("a", 5000, ""), known, 3) == NULL);
    static const bd_form form[] = {{.key = "a/b"}, {.key = "list", .kind = BD_FORM_TEXTS}};
    bd_err err;
    CHECK_FAILS(bd_form_check(parsed("{\"a/b\":1}"), form, 2, BD_STR("f.json"), &err), err,
                BD_ERR_INPUT,
                "cannot use 'f.json' at '/a~1b': found 1, expected text that is not empty");
    CHECK_FAILS(bd_form_check(parsed("{\"list\":[\"x\",\"\"]}"), form, 2, BD_STR("f.json"), &err),
                err, BD_ERR_INPUT, "at '/list/1': found '', expected text");
    CHECK_FAILS(bd_form_check(parsed("{\"lst\":[]}"), form, 2, BD_STR("f.json"), &err), err,
                BD_ERR_INPUT, "at '/lst': unknown key 'lst', the nearest known key is 'list'");
    CHECK_FAILS(bd_form_check(parsed("[]"), form, 2, BD_STR("f.json"), &err), err, BD_ERR_INPUT,
                "found an array, expected an object");
}

/* ---- a public suite, by path ---- */

/* BINDERY_JSONTESTSUITE names a work tree or a git directory of github.com/nst/JSONTestSuite. */
static const char *suite_folder(void) {
    const char *given = getenv("BINDERY_JSONTESTSUITE");
    if (given == NULL || !bd_path_is_folder(given)) {
        test_skip("set BINDERY_JSONTESTSUITE to a copy of nst/JSONTestSuite");
    }
    const char *tree = bd_path_join(test_arena(), given, "test_parsing");
    if (bd_path_is_folder(tree)) {
        return tree;
    }
    if (run_command(NULL, "git --git-dir='%s' archive HEAD test_parsing | tar -x", given) != 0) {
        test_skip("'%s' holds no JSONTestSuite", given);
    }
    return test_path("test_parsing");
}

/* -1: refused, 1: accepted, by all ways of reading; duplicate keys are well-formed but refuse the
 * record. */
static int verdict_of(const char *name, bd_str text) {
    const bd_value *value;
    bd_err err = {0};
    bool is_sound = !bd_failed(bd_json_check(text, NULL, NULL));
    bool is_parsed = !bd_failed(bd_json_parse(text, NULL, test_arena(), &value, &err));
    bool is_twice = !is_parsed && strstr(err.message, "duplicate key") != NULL;
    bd_memory_source state;
    bd_source source = bd_source_of_memory(&state, text);
    bd_json_events events = {0};
    bd_json_summary summary;
    bool is_split = !bd_failed(bd_json_split(&source, NULL, &events, &summary, &err));
    test_failure("%s: sound %d, parsed %d, split %d", name, is_sound, is_parsed, is_split);
    CHECK(is_parsed || is_twice ? is_sound && is_split
                                : !is_sound && (!is_split || summary.refused > 0));
    CHECK(!is_twice || summary.refused == 1);
    return is_sound && is_split ? 1 : -1;
}

TEST(value, jsontestsuite_is_judged_as_it_asks) {
    const char *folder = suite_folder();
    DIR *list = opendir(folder);
    CHECK(list != NULL);
    int must_accept = 0;
    int must_refuse = 0;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        int verdict = verdict_of(entry->d_name,
                                 test_read_file(bd_path_join(test_arena(), folder, entry->d_name)));
        must_accept += entry->d_name[0] == 'y' && verdict > 0;
        must_refuse += entry->d_name[0] == 'n' && verdict < 0;
    }
    closedir(list);
    CHECK_EQ_INT(must_accept, 95);
    CHECK_EQ_INT(must_refuse, 188);
}

TEST(value, only_an_array_has_items_to_count) {
    bd_arena *arena = test_arena();
    const bd_value *texts[] = {bd_value_string(arena, BD_STR("a")), bd_value_string(arena, BD_STR("b"))};
    bd_str keys[] = {BD_STR("a")};
    CHECK_EQ_INT(bd_value_count(bd_value_array(arena, 2, texts)), 2);
    CHECK_EQ_INT(bd_value_count(bd_value_object(arena, 1, keys, texts)), 0);
    CHECK_EQ_INT(bd_value_count(texts[0]), 0);
    CHECK_EQ_INT(bd_value_count(NULL), 0);
}
