/* index.html of a small assessment made by hand: what a browser is given, and what strangers' names do to it. */
#include "bindery/html.h"

#include "bindery/export.h"

#include "make_written.h"

TEST(html, page_is_well_formed_and_holds_no_script) {
    bd_str text = save("index.html", export_text(make_world(), bd_html_write_index));
    bd_str output;
    CHECK(!holds(text, "<script"));
    CHECK(!holds(text, "http://") && !holds(text, "https://") && !holds(text, "src="));
    int status = run_command(&output, "xmllint --noout index.html");
    if (status == 127) {
        test_skip("xmllint is not installed");
    }
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
    /* libxml2's HTML parser knows HTML 4: elements of HTML 5 are all that it may complain of */
    status = run_command(
        &output,
        "xmllint --html --noout index.html 2>&1 | grep 'error :' | grep -vE 'Tag "
        "(article|details|footer|header|main|nav|section|summary|time) invalid'");
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 1);
}

TEST(html, page_escapes_names_and_encodes_paths) {
    bd_str text = export_text(make_world(), bd_html_write_index);
    CHECK_HOLDS(text, "<h1>Müller &amp; &lt;Söhne&gt; Ltd</h1>");
    CHECK_HOLDS(text, "odd/&lt;b&gt;&amp;&quot;x&quot;.json");
    CHECK_HOLDS(text, "href=\"../10_EVIDENCE/_UNMAPPED/a%20b%25%22%3C.json\"");
    CHECK(!holds(text, "<b>"));
}

TEST(html, page_shows_hidden_characters_and_survives_broken_utf8) {
    world *w = make_world();
    w->evidence.data[2].given.path = BD_STR("x\xE2\x80\xAEgpj\x01\xFF.json");
    bd_str text = save("index.html", export_text(w, bd_html_write_index));
    CHECK(bd_utf8_is_valid(text));
    CHECK_HOLDS(text, "x\\u{202E}gpj\\u{0001}");
    CHECK_EQ_INT(run_command(NULL, "xmllint --noout index.html"), 0);
}

static const char link_check[] =
    "import re,collections,sys\n"
    "s=open('index.html',encoding='utf-8').read()\n"
    "ids=re.findall(r' id=\"([^\"]*)\"',s)\n"
    "assert max(collections.Counter(ids).values())==1,'an id stands twice'\n"
    "lost=set(re.findall(r'href=\"#([^\"]*)\"',s))-set(ids)\n"
    "assert not lost,lost\n"
    "for t in re.findall(r'<th(?:>| [^>]*>)',s): assert 'scope=' in t,t\n"
    "for i in ('CC6.1','criterion-CC6.1','control-6.7.2','evidence-E-0001'): assert i in ids,i\n"
    "for h in ('binder.pdf#criterion-CC6.1','binder.pdf#control-6.7.2',"
    "'../10_EVIDENCE/CC6/CC6.7/6.7.2_x/E-0001_2026-01_storage.json',"
    "'../10_EVIDENCE/CC6/CC6.7/6.7.2_x/E-0001_2026-01_storage.ipe.json'): assert 'href=\"'+h+'\"' "
    "in s,h\n";

TEST(html, page_links_lead_somewhere_and_headers_have_a_scope) {
    save("index.html", export_text(make_world(), bd_html_write_index));
    check_python(link_check, "");
}

TEST(html, page_before_a_package_is_planned_links_to_no_file) {
    world *w = make_world();
    w->inputs.package_paths = NULL;
    w->inputs.ipe_paths = NULL;
    CHECK(!holds(export_text(w, bd_html_write_index), "10_EVIDENCE"));
}

TEST(html, page_tells_states_by_letter_shape_and_word) {
    bd_str text = export_text(make_world(), bd_html_write_index);
    CHECK_HOLDS(text, "◐</span><span class=\"letter\">[~]</span> in progress");
    CHECK_HOLDS(text, "▲</span><span class=\"letter\">!</span> exception in the period");
    CHECK_HOLDS(text, "<li>1 exception rated high is open</li>");
}

static int count_of(bd_str text, const char *part) {
    int found = 0;
    for (ptrdiff_t at = bd_str_find(text, bd_str_of(part)); at >= 0; at = bd_str_find(text, bd_str_of(part))) {
        text = bd_str_sub(text, (size_t)at + 1, text.size);
        found++;
    }
    return found;
}

/* Exceptions of the check, by rising ids; every fourth is closed. */
static void add_exceptions(world *w, const bd_check *check, const char *name, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        bd_exception one = w->assessment.exceptions.data[0];
        one.check = check;
        one.id = bd_str_format(test_arena(), "X-%s-2026-01-15-%08x", name, (unsigned)i);
        one.is_open = i % 4 != 3;
        w->assessment.open_exceptions += one.is_open;
        w->assessment.controls[0].open_exceptions += one.is_open;
        *bd_push(test_arena(), &w->assessment.controls[0].exceptions) = (uint32_t)w->assessment.exceptions.count;
        *bd_push(test_arena(), &w->assessment.exceptions) = one;
    }
}

/* The world without its own exception, and with `counts` of two checks. */
static world *world_of_exceptions(uint32_t first, uint32_t second) {
    static bd_check other;
    world *w = make_world();
    add_exceptions(w, &w->catalog.checks[0], "first", first);
    other = w->catalog.checks[0];
    other.id = BD_STR("other-check");
    add_exceptions(w, &other, "second", second);
    w->assessment.exceptions.data++;
    w->assessment.exceptions.count--;
    w->assessment.open_exceptions--;
    bd_control_result *control = &w->assessment.controls[0];
    control->exceptions.count--;
    control->open_exceptions--;
    return w;
}

/* 250: those from 100 to 249 are 37 fours with three open ones each, and 248 and 249, which are open: 37 * 3 + 2 = 113.
 * Those from 10 on are 59 fours from 12 to 247, and 10, 248 and 249, which are open, and 11: 59 * 3 + 3 = 180. */
TEST(html, page_lists_a_hundred_exceptions_of_a_check_and_counts_the_rest) {
    static const struct {
        uint32_t first, second;
        int rows, notes;
        const char *note, *named;
    } rows[] = {
        {100, 0, 100, 0, "", "90 more of secure-transfer</a> (67 open)</p>"},
        {101, 3, 103, 1,
         "The first 100 of 101 exceptions of <code>secure-transfer</code> are listed; left out: 1 (open: 1).",
         "91 more of secure-transfer</a> (68 open), <a href=\"#X-second-2026-01-15-00000000\">"},
        {250, 101, 200, 2,
         "The first 100 of 250 exceptions of <code>secure-transfer</code> are listed; left out: 150 (open: 113).",
         "<a href=\"#exceptions-secure-transfer\">240 more of secure-transfer</a> (180 open), "},
        {10, 10, 20, 0, "", "X-second-2026-01-15-00000009</a> (open)</p>"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of_exceptions(rows[i].first, rows[i].second);
        bd_str page = save("index.html", export_text(w, bd_html_write_index));
        int all = (int)(rows[i].first + rows[i].second);
        test_failure("%u and %u", (unsigned)rows[i].first, (unsigned)rows[i].second);
        CHECK_EQ_INT(count_of(page, "<tr id=\"X-"), rows[i].rows);
        CHECK_EQ_INT(count_of(page, "are listed; left out: "), rows[i].notes);
        CHECK(holds(page, rows[i].note));
        CHECK(holds(page, rows[i].named));
        CHECK(holds(page, bd_str_format(test_arena(), "<p>In the period: %d; open: %d.", all,
                                        all - (int)(rows[i].first / 4 + rows[i].second / 4)).data));
        CHECK_EQ_INT(count_of(page, "href=\"../60_EXCEPTIONS/exceptions.csv\""), 1 + rows[i].notes);
        CHECK_EQ_INT(count_of(export_text(w, bd_export_exceptions_csv), "\n"), 1 + all);
        CHECK_EQ_INT(count_of(export_text(w, bd_export_assessment), "\"id\":\"X-"), all);
        CHECK_EQ_INT(run_command(NULL, "xmllint --noout index.html"), 0);
        check_python(link_check, "");
    }
}

/* ---- size and failure ---- */

TEST(html, page_is_the_same_where_ties_are_known) {
    world *w = make_world();
    bd_str alone = export_text(w, bd_html_write_index);
    w->inputs.ties = bd_ties_make(&w->assessment, &w->evidence, test_arena());
    CHECK_EQ_STR(export_text(w, bd_html_write_index), alone);
}

TEST(html, page_into_a_failing_sink_fails_with_its_class) {
    size_t room = 10;
    bd_sink sink = {refuse_bytes, &room};
    bd_err err;
    CHECK_FAILS(bd_html_write_index(&make_world()->inputs, &sink, &err), err, BD_ERR_IO,
                "no space left");
}

/* Twenty thousand items under one control: quadratic work would be seen as minutes. */
TEST(html, page_of_many_items_takes_linear_time) {
    world *w = make_world();
    add_many_items(w, 20000);
    bd_str page = export_text(w, bd_html_write_index);
    CHECK_HOLDS(bd_str_sub(page, page.size - 5000000, page.size), "evidence-E-20000");
}
