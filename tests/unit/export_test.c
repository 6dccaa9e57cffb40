#include "bindery/export.h"

#include "make_written.h"

/* ---- exports as functions of one form ---- */

static bd_str export_sheet(const world *w, size_t index) {
    bd_buf buf;
    bd_buf_init(&buf, 1 << 20);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(bd_export_ipe(&w->inputs, index, &sink, &err), err);
    return taken(&buf);
}

static bd_rc export_criterion(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    return bd_export_criterion_csv(inputs, BD_STR("CC6.7"), sink, err);
}

static bd_rc export_first_sheet(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    return bd_export_ipe(inputs, 0, sink, err);
}

static export_fn *const all_exports[] = {
    bd_export_assessment,   bd_export_index_csv,    export_criterion,     bd_export_exceptions_csv,
    bd_export_controls_csv, bd_export_criteria_csv, export_first_sheet,
};

/* ---- findings and figures ---- */

static bd_str finding_line(const bd_finding *finding) {
    bd_buf buf;
    bd_buf_init(&buf, 1 << 16);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(bd_export_finding(finding, &sink, &err), err);
    return taken(&buf);
}

static bd_finding sample_finding(const world *w) {
    return (bd_finding){.check = &w->catalog.checks[0],
                        .control = BD_STR("6.7.2"),
                        .evidence = 1,
                        .instance = BD_STR("2026-01"),
                        .key = BD_STR("/subscriptions/x/storageaccounts/st1"),
                        .reason = BD_STR("secure transfer is \"false\""),
                        .resource = BD_STR("/subscriptions/x/storageAccounts/St1"),
                        .subscription = BD_STR("x"),
                        .type = BD_STR("microsoft.storage/storageaccounts"),
                        .snapshot = bd_day_of_date(2026, 1, 15)};
}

TEST(export, finding_has_exactly_the_documented_members_in_order) {
    world *w = make_world();
    bd_finding finding = sample_finding(w);
    CHECK_EQ_STR(
        finding_line(&finding),
        "{\"check\":\"secure-transfer\",\"control\":\"6.7.2\",\"evidence\":\"E-0001\",\"instance\":"
        "\"2026-01\","
        "\"key\":\"/subscriptions/x/storageaccounts/st1\",\"reason\":\"secure transfer is "
        "\\\"false\\\"\","
        "\"resource\":\"/subscriptions/x/storageAccounts/St1\",\"snapshot\":\"2026-01-15\","
        "\"subscription\":\"x\",\"type\":\"microsoft.storage/storageaccounts\"}\n");
}

TEST(export, finding_of_a_match_has_no_snapshot_and_no_empty_subscription) {
    world *w = make_world();
    bd_finding finding = sample_finding(w);
    finding.snapshot = BD_DAY_NONE;
    finding.subscription = BD_STR("");
    finding.key = BD_STR("4711\x1f"
                         "a");
    CHECK_EQ_STR(finding_line(&finding),
                 "{\"check\":\"secure-transfer\",\"control\":\"6.7.2\",\"evidence\":\"E-0001\","
                 "\"instance\":\"2026-01\","
                 "\"key\":\"4711\\u001fa\",\"reason\":\"secure transfer is \\\"false\\\"\","
                 "\"resource\":\"/subscriptions/x/storageAccounts/"
                 "St1\",\"type\":\"microsoft.storage/storageaccounts\"}\n");
}

TEST(export, figure_is_pointer_and_text) {
    bd_buf buf;
    bd_buf_init(&buf, 1024);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(bd_export_figure(BD_STR("/score/ready/n"), BD_STR("41"), &sink, &err), err);
    CHECK_EQ_STR(taken(&buf), "{\"pointer\":\"/score/ready/n\",\"text\":\"41\"}\n");
}

/* ---- assessment.json ---- */

/* The hashes of the small world, spelt out where they stand. */
#define HASH(last) "00000000000000000000000000000000000000000000000000000000000000" last
#define AB "abababababababab"

static const char expected_controls[] =
    "\"controls\":[{\"accepted\":1,\"age_days\":44,\"checks\":[{\"cannot_tell\":0,\"complete\":"
    "true,\"evidence\":\"E-0001\","
    "\"failed\":1,\"id\":\"secure-transfer\",\"instance\":\"2026-01\",\"not_applicable\":0,"
    "\"passed\":1,\"req\":\"a\","
    "\"scope\":\"" SUBSCRIPTION
    "\",\"snapshot\":\"2026-01-15\",\"verdict\":\"fail\"}],\"criteria\":[\"CC6.1\",\"CC6.7\"],"
    "\"due\":2,\"exception\":true,\"exceptions\":[\"X-secure-transfer-2026-01-15-0123abcd\"],"
    "\"fresh\":false,"
    "\"id\":\"6.7.2\",\"in_scope\":true,\"newest\":\"2026-01-15T00:00:00Z\",\"no_occurrence\":"
    "false,"
    "\"origin\":\"checklist\",\"outline\":false,\"owner\":\"Cloud Admin\",\"primary\":\"CC6.7\","
    "\"reason\":\"6.7.2a in 2026-02 is not "
    "observed\",\"requirements\":[{\"accepted\":1,\"age_days\":44,\"checked\":true,"
    "\"deviating\":1,\"due\":2,\"evidence\":[\"E-0001\"],\"frequency\":\"continuous\",\"fresh\":"
    "false,\"instances\":["
    "{\"accepted\":true,\"evidence\":[\"E-0001\"],\"from\":\"2026-01-01\",\"instance\":\"2026-01\","
    "\"late\":false,"
    "\"outcome\":\"deviation\",\"reason\":\"1 of 2 fails\",\"to\":\"2026-01-31\"},"
    "{\"accepted\":false,\"evidence\":[],\"from\":\"2026-02-01\",\"instance\":\"2026-02\",\"late\":"
    "false,"
    "\"outcome\":\"missing\",\"reason\":\"not "
    "observed\",\"to\":\"2026-02-28\"}],\"newest\":\"2026-01-15T00:00:00Z\","
    "\"req\":\"a\"}],\"state\":\"[~]\",\"statement\":\"Transfer is secure.\"}],";

#define NO_SHARES "{\"automated\":0,\"document\":0,\"none\":0,\"of\":0,\"supporting\":0}"
#define ONE_AUTOMATED "{\"automated\":1,\"document\":0,\"none\":0,\"of\":1,\"supporting\":0}"
static const char expected_criteria[] =
    "\"criteria\":[{\"category\":\"Security\",\"controls\":[\"6.7.2\"],"
    "\"evidenced\":" ONE_AUTOMATED ",\"id\":\"CC6.1\",\"in_scope\":true,\"mapped\":" NO_SHARES
    ",\"open_exceptions\":1,\"state\":\"at risk\"},"
    "{\"category\":\"Security\",\"controls\":[\"6.7.2\"],"
    "\"evidenced\":" ONE_AUTOMATED ",\"id\":\"CC6.7\",\"in_scope\":true,\"mapped\":{"
    "\"automated\":1,\"document\":2,\"none\":3,\"of\":10,\"supporting\":4},"
    "\"open_exceptions\":1,\"state\":\"at risk\"},"
    "{\"category\":\"Privacy\",\"controls\":[],\"evidenced\":" NO_SHARES
    ",\"id\":\"P1.1\",\"in_scope\":false,\"mapped\":" NO_SHARES
    ",\"open_exceptions\":0,\"state\":\"uncovered\"}],"
    "\"custody\":{\"later_evidence\":[],\"later_lines\":0,\"seals\":[]},"
    "\"data_quality\":[{\"evidence\":\"E-0003\",\"message\":\"byte 3: expected "
    "','\",\"path\":\"odd/<b>&\\\"x\\\".json\","
    "\"severity\":\"refused\"}],";

static const char expected_engagement[] =
    "\"engagement\":{\"categories\":[\"Security\"],\"organisation\":\"Müller & <Söhne> "
    "Ltd\",\"short\":\"MS\","
    "\"subscriptions\":[{\"id\":\"" SUBSCRIPTION "\",\"name\":\"prod\"},"
    "{\"id\":\"aaaaaaaa-0000-0000-0000-000000000002\"}],\"system\":\"Pay\",\"timezone\":\"UTC\"},"
    "\"evidence\":[";

static const char expected_item[] =
    "{\"bytes\":10,\"collected_at\":\"2026-01-15T00:00:00Z\",\"collected_at_assumed\":false,"
    "\"collection\":{\"first\":\"E-0001\",\"pages\":1,\"rows\":2},\"completeness\":\"yes\","
    "\"completeness_reason\":\"the page chain ends without a next link\",\"crc32\":\"00000000\","
    "\"describes_from\":\"2026-01-15T00:00:00Z\",\"describes_to\":\"2026-01-15T00:00:00Z\","
    "\"envelope\":\"E1\","
    "\"exporter\":\"jens@contoso.example\",\"file_time\":\"2026-02-01T00:00:00Z\",\"id\":\"E-"
    "0001\","
    "\"ingested_at\":\"2026-02-02T00:00:00Z\",\"kind\":\"records\",\"malformed\":false,"
    "\"media_type\":\"application/json\",\"next_link_left\":false,\"origin\":\"machine\","
    "\"path\":\"2026-01/storage.json\","
    "\"request\":\"GET "
    "https://management.azure.com/"
    "x?api-version=2023-05-01&$top=5\",\"reviewers\":[],\"rows_kept\":2,"
    "\"rows_read\":2,\"rows_refused\":0,\"rows_unmapped\":0,\"seen\":[{\"rows\":2,\"scope\":"
    "\"" SUBSCRIPTION "\","
    "\"source\":\"S17\"}],\"sha256\":\"" HASH(
        "01") "\",\"sidecar\":\"E-0002\",\"signed_off\":false,\"snapshot\":true,"
              "\"source\":\"S17\",\"source_title\":\"Storage "
              "accounts\",\"sources\":[\"S17\"],\"speaks_to\":[\"6.7.2a\"],"
              "\"stored_bytes\":8,\"stored_sha256\":\"" HASH(
                  "00") "\",\"title\":\"Storage accounts\",\"truncated\":false,"
                        "\"unmapped\":false,\"withdrawn\":false},";

static const char expected_tail[] =
    "\"exceptions\":[{\"check\":\"secure-transfer\",\"controls\":[\"6.7.2\"],\"evidence\":\"E-"
    "0001\",\"failing_days\":1,"
    "\"first_seen_failing\":\"2026-01-15\",\"id\":\"X-secure-transfer-2026-01-15-0123abcd\",\"in_"
    "period\":true,"
    "\"key\":\"" ACCOUNT "\",\"last_seen_failing\":\"2026-01-15\",\"observed_days\":1,"
    "\"property\":\"supportsHttpsTrafficOnly\",\"reason\":\"secure transfer is "
    "false\",\"resource\":\"" ACCOUNT "\","
    "\"severity\":\"high\",\"state\":\"open\",\"subscription\":\"" SUBSCRIPTION "\","
    "\"type\":\"microsoft.storage/storageaccounts\"}],"
    "\"excluded\":[{\"approved_by\":\"Jens\",\"approved_on\":\"2026-01-02\",\"check\":\"secure-"
    "transfer\","
    "\"reason\":\"NFS\",\"resource\":\"/subscriptions/x\"}],"
    "\"imported\":{\"attestations\":[],\"compared\":[],\"disagreements\":[],\"latest\":[],"
    "\"models\":[],\"other_scope\":0,\"other_time\":0,\"scores\":[],\"snapshots\":[]},\"journal_head\":\"" HASH(
        "ff") "\",\"matches\":[],"
              "\"pbc\":{\"asked\":[],\"requests\":[],\"unmatched\":0},"
              "\"period\":{\"end\":\"2026-03-01T00:00:00Z\",\"from\":\"2026-01-01\",\"id\":\"2026-"
              "P\","
              "\"start\":\"2026-01-01T00:00:00Z\",\"timezone\":\"UTC\",\"to\":\"2026-02-28\","
              "\"type\":\"II\",\"tzdata\":\"2025b\","
              "\"until\":\"2026-03-01T00:00:00Z\"},\"populations\":[],"
              "\"score\":{\"cover\":{\"n\":1,\"of\":2,\"percent\":50.0},\"fresh\":{\"n\":1,\"of\":"
              "1,\"percent\":100.0},"
              "\"gates\":[\"Not complete: 1 exception rated high is open\"],\"no_occurrence\":0,"
              "\"ready\":{\"n\":0,\"of\":1,\"percent\":0.0,\"with_exceptions\":0}},\"score_"
              "definition\":\"bindery-1\","
              "\"sources_missing\":[\"doc\"],\"unmapped\":[{\"evidence\":\"E-0003\",\"path\":\"odd/"
              "<b>&\\\"x\\\".json\"}],"
              "\"vendors\":[]}\n"; /* the register is the assessment's, and this one was not judged */

TEST(export, small_assessment_has_these_bytes) {
    bd_str text = export_text(make_world(), bd_export_assessment);
    bd_str start =
        bd_str_format(test_arena(),
                      "{\"access_reviews\":{\"quarters\":[],\"reviews\":[]},"
                      "\"as_of\":\"2026-03-01T00:00:00Z\",\"bindery\":\"0.1.0\",\"catalog_"
                      "sha256\":\"" AB AB AB AB "\",%s%s%s%s",
                      expected_controls, expected_criteria, expected_engagement, expected_item);
    CHECK_EQ_STR(bd_str_sub(text, 0, start.size), start);
    bd_str tail = BD_STR(expected_tail);
    CHECK(text.size > start.size + tail.size);
    CHECK_EQ_STR(bd_str_sub(text, text.size - tail.size, text.size), tail);
}

static const char canonical_check[] = "import json,sys\n"
                                      "raw=open(sys.argv[1],'rb').read()\n"
                                      "again=json.dumps(json.loads(raw),sort_keys=True,separators=("
                                      "',',':'),ensure_ascii=False).encode()+b'\\n'\n"
                                      "sys.exit(0 if again==raw else 'not canonical')\n";

static const char schema_check[] =
    "import json,sys,warnings\nwarnings.simplefilter('ignore')\n"
    "try:\n import jsonschema\nexcept ImportError:\n sys.exit(77)\n"
    "schema=json.load(open(sys.argv[1]));jsonschema.Draft202012Validator.check_schema(schema)\n"
    "found=[str(e.absolute_path)+e.message for e in "
    "jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(sys.argv[2])))]\n"
    "sys.exit('\\n'.join(found[:5]) if found else 0)\n";

TEST(export, json_forms_are_canonical) {
    world *w = make_world();
    save("a.json", export_text(w, bd_export_assessment));
    check_python(canonical_check, "a.json");
    for (size_t i = 0; i < 3; i++) {
        save("i.json", export_sheet(w, i));
        check_python(canonical_check, "i.json");
    }
}

static void check_schema(bd_str text) {
    const char *schema =
        bd_path_join(test_arena(), test_root(), "templates/schema/assessment.schema.json");
    save("schema.json", test_read_file(schema));
    save("a.json", text);
    check_python(schema_check, "schema.json a.json");
}

TEST(export, assessment_meets_its_strict_schema) {
    check_schema(export_text(make_world(), bd_export_assessment));
}

TEST(export, assessment_with_every_optional_member_meets_its_schema) {
    world *w = make_world();
    bd_evidence *item = &w->evidence.data[2];
    bd_signoff person = {.name = BD_STR("Юлия"),
                         .role = BD_STR("CISO"),
                         .checked = BD_STR("all"),
                         .at = at(2, 1),
                         .has_sha256 = true,
                         .origin = BD_STR("sidecar")};
    item->preparer = person;
    *bd_push(test_arena(), &item->reviewers) = person;
    item->sidecar = (bd_sidecar){.command = BD_STR("az x"),
                                 .query = BD_STR("q"),
                                 .tool = BD_STR("az 2"),
                                 .run = BD_STR("r"),
                                 .scope_kind = BD_STR("tenant"),
                                 .has_document = true,
                                 .rows = 3,
                                 .document = {.type = BD_STR("t"),
                                              .title = BD_STR("T"),
                                              .version = BD_STR("1"),
                                              .approved_by = BD_STR("A"),
                                              .approver_role = BD_STR("B"),
                                              .approved_on = 1,
                                              .in_force_from = 2,
                                              .in_force_to = 3,
                                              .carried_out_on = 4}};
    item->given.is_withdrawn = true;
    item->given.withdrawn_reason = BD_STR("wrong tenant");
    item->given.given_collected_at = item->facts.first_event = item->facts.last_event = at(1, 2);
    item->facts.export_time = at(1, 3) + 1;
    item->facts.rows_reported = 3;
    item->facts.context = BD_STR("#users");
    item->signoff_reason = BD_STR("none");
    w->period.is_type_ii = false;
    w->period.as_of = w->period.fieldwork = w->period.to;
    w->assessment.controls[0].your_ref = w->assessment.controls[0].your_statement = BD_STR("ours");
    w->assessment.checks.data[0].reason = BD_STR("why");
    w->assessment.exceptions.data[0].exact_from = w->assessment.exceptions.data[0].exact_to =
        at(1, 2);
    w->assessment.controls[0].requirements[0].missing_fact = BD_STR("critical_resources");
    check_schema(export_text(w, bd_export_assessment));
}

TEST(export, check_without_a_snapshot_has_neither_snapshot_nor_scope) {
    world *w = make_world();
    w->assessment.checks.data[0].snapshot = BD_DAY_NONE;
    bd_str text = export_text(w, bd_export_assessment);
    CHECK_HOLDS(text, "\"passed\":1,\"req\":\"a\",\"verdict\":\"fail\"}]");
    w->assessment.checks.data[0].snapshot = bd_day_of_date(2026, 1, 15);
    w->assessment.checks.data[0].scope = BD_STR("");
    CHECK_HOLDS(export_text(w, bd_export_assessment),
                "\"scope\":\"\",\"snapshot\":\"2026-01-15\",\"verdict\":\"fail\"}]");
}

TEST(export, outlines_outside_the_scope_are_left_out_and_checklist_controls_never) {
    world *w = make_world();
    CHECK(!holds(export_text(w, bd_export_assessment), "B-P1.1-1"));
    CHECK(!holds(export_text(w, bd_export_controls_csv), "B-P1.1-1"));
    w->assessment.controls[0].is_in_scope = false;
    CHECK_HOLDS(export_text(w, bd_export_assessment), "\"id\":\"6.7.2\",\"in_scope\":false");
}

TEST(export, known_ties_change_no_byte) {
    world *w = make_world();
    for (size_t i = 0; i < BD_COUNT(all_exports); i++) {
        bd_str alone = export_text(w, all_exports[i]);
        w->inputs.ties = bd_ties_make(&w->assessment, &w->evidence, test_arena());
        CHECK_EQ_STR(export_text(w, all_exports[i]), alone);
        w->inputs.ties = NULL;
    }
}

/* ---- IPE sheets ---- */

TEST(export, ipe_sheet_says_what_is_known_and_names_what_is_not) {
    bd_str sheet = export_sheet(make_world(), 0);
    CHECK_HOLDS(sheet, "\"api_version\":\"2023-05-01\"");
    CHECK_HOLDS(sheet, "\"rows\":{\"kept\":2,\"received\":2,\"refused\":0,\"unmapped\":0}");
    CHECK_HOLDS(sheet, "\"format\":\"bindery-ipe 1\"");
    CHECK_HOLDS(sheet, "\"not_recorded\":[\"distinct keys, first and last key\",\"host\",\"role of "
                       "the operator\",\"row count reported by the source\",\"tool and "
                       "version\",\"version of the query in a repository\"]");
    CHECK_HOLDS(sheet, "\"timezone\":\"UTC\",\"utc_offset\":\"+00:00\"");
}

TEST(export, ipe_sheet_reconciles_subscriptions_in_scope_with_those_seen) {
    bd_str sheet = export_sheet(make_world(), 0);
    CHECK_HOLDS(sheet,
                "\"subscriptions\":[{\"id\":\"" SUBSCRIPTION
                "\",\"name\":\"prod\",\"seen_in_collection\":true},"
                "{\"id\":\"aaaaaaaa-0000-0000-0000-000000000002\",\"seen_in_collection\":false}]");
}

TEST(export, ipe_sheet_hashes_the_query_text) {
    world *w = make_world();
    w->evidence.data[0].sidecar.query = BD_STR("abc"); /* FIPS 180-2, appendix B.1 */
    CHECK_HOLDS(export_sheet(w, 0),
                "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"");
}

TEST(export, ipe_sheet_tells_why_a_file_was_refused) {
    CHECK_HOLDS(export_sheet(make_world(), 2), "\"message\":\"byte 3: expected ','\"");
}

/* ---- CSV ---- */

static bd_str title_cell(world *w, bd_str title) {
    w->evidence.data[0].title = title;
    bd_str text = export_text(w, bd_export_index_csv);
    bd_str mark = BD_STR("\nCC6.1,E-0001,");
    ptrdiff_t from = bd_str_find(text, mark);
    CHECK(from >= 0);
    bd_str rest = bd_str_sub(text, (size_t)from + mark.size, text.size);
    ptrdiff_t to = bd_str_find(rest, BD_STR(",records,S17,machine,"));
    CHECK(to >= 0);
    return bd_str_sub(rest, 0, (size_t)to);
}

TEST(export, csv_cells_that_would_be_formulas_are_guarded) {
    static const struct {
        bd_str text, cell;
    } cases[] = {
        {BD_STR_INIT("=1+1"), BD_STR_INIT("'=1+1")},
        {BD_STR_INIT("+4"), BD_STR_INIT("'+4")},
        {BD_STR_INIT("@x"), BD_STR_INIT("'@x")},
        {BD_STR_INIT("-x"), BD_STR_INIT("'-x")},
        {BD_STR_INIT("-5+cmd"), BD_STR_INIT("'-5+cmd")},
        {BD_STR_INIT("-05"), BD_STR_INIT("'-05")},
        {BD_STR_INIT("-5."), BD_STR_INIT("'-5.")},
        {BD_STR_INIT("-"), BD_STR_INIT("'-")},
        {BD_STR_INIT("\t=1"), BD_STR_INIT("\"'\t=1\"")},
        {BD_STR_INIT("\r=1"), BD_STR_INIT("\"'\r=1\"")},
        {BD_STR_INIT("\n=1"), BD_STR_INIT("\"'\n=1\"")},
        {BD_STR_INIT(" =1"), BD_STR_INIT("\"' =1\"")},
        {BD_STR_INIT("\xC2\xA0=1"), BD_STR_INIT("'\xC2\xA0=1")},
        {BD_STR_INIT("\xEF\xBB\xBF=1"), BD_STR_INIT("'\xEF\xBB\xBF=1")},
        {BD_STR_INIT("＝1+1"), BD_STR_INIT("'＝1+1")},
        {BD_STR_INIT("＋1"), BD_STR_INIT("'＋1")},
        {BD_STR_INIT("－1"), BD_STR_INIT("'－1")},
        {BD_STR_INIT("＠x"), BD_STR_INIT("'＠x")},
        {BD_STR_INIT("=HYPERLINK(\"x\",1)"), BD_STR_INIT("\"'=HYPERLINK(\"\"x\"\",1)\"")},
        {BD_STR_INIT("a;=1+1"), BD_STR_INIT("\"a;=1+1\"")},
    };
    world *w = make_world();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_STR(title_cell(w, cases[i].text), cases[i].cell);
    }
}

TEST(export, csv_cells_that_are_harmless_stay_as_they_are) {
    static const char *const cases[] = {
        "-5",  "-0.25", "12", "a=b",
        "1-2", "'x",    "",   "Müller Łukasz Ξένια Юлия 日本 🙂"};
    world *w = make_world();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_STR(title_cell(w, bd_str_of(cases[i])), cases[i]);
    }
}

TEST(export, csv_quotes_separators_and_shows_control_characters) {
    world *w = make_world();
    CHECK_EQ_STR(title_cell(w, BD_STR("a,b")), "\"a,b\"");
    CHECK_EQ_STR(title_cell(w, BD_STR("say \"x\"")), "\"say \"\"x\"\"\"");
    CHECK_EQ_STR(title_cell(w, BD_STR("two\nlines")), "\"two\nlines\"");
    CHECK_EQ_STR(title_cell(w, BD_STR("a\x1f"
                                      "b\0c")),
                 "a\\u{001F}b\\u{0000}c");
}

static const char csv_check[] =
    "import csv,sys\n"
    "for name in sys.argv[1:]:\n"
    " rows=list(csv.reader(open(name,newline='',encoding='utf-8')))\n"
    " if len(set(map(len,rows)))!=1 or len(rows)<2: sys.exit(name+' has rows of different "
    "lengths')\n"
    " if b'\\r\\n' in open(name,'rb').read(): sys.exit(name+' has CRLF')\n"
    "rows=list(csv.DictReader(open('index.csv',newline='',encoding='utf-8')))\n"
    "assert [(r['criterion'],r['evidence'],r['controls']) for r in "
    "rows]==[('CC6.1','E-0001','6.7.2'),"
    "('CC6.7','E-0001','6.7.2'),('','E-0002',''),('','E-0003','')],rows\n"
    "assert rows[0]['title']=='a \"b\",\\nÜ;c' and rows[0]['rows']=='2',rows\n"
    "row=list(csv.DictReader(open('criterion.csv',newline='',encoding='utf-8')))[0]\n"
    "assert row['instances']=='2026-01' and row['requirements']=='a' and "
    "row['also_supports']=='CC6.1',row\n";

TEST(export, every_list_is_read_back_by_another_reader) {
    world *w = make_world();
    w->evidence.data[0].title = BD_STR("a \"b\",\nÜ;c");
    save("index.csv", export_text(w, bd_export_index_csv));
    save("criterion.csv", export_text(w, export_criterion));
    save("exceptions.csv", export_text(w, bd_export_exceptions_csv));
    save("controls.csv", export_text(w, bd_export_controls_csv));
    save("criteria.csv", export_text(w, bd_export_criteria_csv));
    check_python(csv_check, "index.csv criterion.csv exceptions.csv controls.csv criteria.csv");
}

TEST(export, criterion_that_is_not_there_gives_a_list_without_rows) {
    world *w = make_world();
    bd_buf buf;
    bd_buf_init(&buf, 4096);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_err err;
    CHECK_OK(bd_export_criterion_csv(&w->inputs, BD_STR("CC9.9"), &sink, &err), err);
    bd_str text = taken(&buf);
    CHECK_EQ_INT(bd_str_find(text, BD_STR("\n")), (long long)text.size - 1);
}

/* ---- size and failure ---- */

TEST(export, failing_sink_is_told_once_with_its_class) {
    world *w = make_world();
    for (size_t i = 0; i < BD_COUNT(all_exports); i++) {
        size_t room = 10;
        bd_sink sink = {refuse_bytes, &room};
        bd_err err;
        CHECK_FAILS(all_exports[i](&w->inputs, &sink, &err), err, BD_ERR_IO, "no space left");
    }
}

/* Twenty thousand items under one control: quadratic work would be seen as minutes. */
TEST(export, many_items_take_linear_time) {
    world *w = make_world();
    add_many_items(w, 20000);
    for (size_t i = 0; i < BD_COUNT(all_exports); i++) {
        CHECK(export_text(w, all_exports[i]).size > 100);
    }
}
