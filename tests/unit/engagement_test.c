/* Is bindery.json taken whole or refused with its place, and are periods chosen as the manual says?
 */
#include "bindery/engagement.h"

#include "test.h"

static bd_day day(const char *text) {
    bd_day found;
    CHECK(bd_day_parse(bd_str_of(text), &found));
    return found;
}

#define HEAD                                                                                       \
    "{\"format\":\"bindery-engagement 1\",\"organisation\":{\"name\":\"Contoso "                   \
    "Ltd\",\"short\":\"CONTOSO\"},"
#define PERIOD                                                                                     \
    "\"periods\":[{\"id\":\"2026-H1\",\"type\":\"II\",\"from\":\"2026-01-01\",\"to\":\"2026-06-"   \
    "30\"}]"

static bd_engagement loaded(const char *text) {
    bd_engagement engagement;
    bd_err err;
    check_ok(__FILE__, __LINE__, text,
             bd_engagement_parse(bd_str_of(text), BD_STR("bindery.json"), test_arena(), &engagement,
                                 &err),
             &err);
    return engagement;
}

TEST(engagement, every_error_names_pointer_found_and_expected) {
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"{", "cut short"},
        {"[]", "found an array, expected an object"},
        {HEAD PERIOD ",\"catagories\":[]}",
         "'/catagories': unknown key 'catagories', the nearest known key is 'categories'"},
        {HEAD PERIOD ",\"xyzzy_is_no_key\":1}", "unknown key 'xyzzy_is_no_key'"},
        {HEAD PERIOD ",\"categories\":[\"Security\",\"Secrecy\"]}",
         "at '/categories/1': found 'Secrecy', expected 'Security'"},
        {HEAD PERIOD ",\"categories\":[\"security\"]}", "at '/categories/0': found 'security'"},
        {HEAD PERIOD ",\"categories\":[\"Privacy\",\"Privacy\"]}",
         "at '/categories/1': found 'Privacy', expected each"},
        {HEAD PERIOD ",\"categories\":[]}", "at '/categories': found an empty array"},
        {HEAD PERIOD ",\"tenant\":\"contoso\"}", "at '/tenant': found 'contoso', expected a GUID"},
        {HEAD PERIOD ",\"tenant\":null}", "at '/tenant': found null"},
        {HEAD PERIOD ",\"timezone\":\"Europe/Berlyn\"}", "unknown time zone 'Europe/Berlyn'"},
        {HEAD PERIOD ",\"timezone\":\"../../etc/passwd\"}", "unknown time zone"},
        {HEAD PERIOD ",\"subscriptions\":[{\"id\":\"x\"}]}", "at '/subscriptions/0/id': found 'x'"},
        {HEAD PERIOD ",\"subscriptions\":[{\"id\":\"0B1F6471-1BF0-4DDA-AEC3-CB9272F09590\"},"
                     "{\"id\":\"0b1f6471-1bf0-4dda-aec3-cb9272f09590\"}]}",
         "at '/subscriptions/1/id'"},
        {HEAD PERIOD ",\"subscriptions\":{}}",
         "at '/subscriptions': found an object, expected an array of objects"},
        {HEAD PERIOD ",\"sources\":{\"collect\":\"false\"}}",
         "at '/sources/collect': found 'false', expected true or false"},
        {HEAD PERIOD ",\"retention\":{\"raw_years\":-1}}",
         "at '/retention/raw_years': found -1, expected a whole number"},
        {HEAD PERIOD ",\"retention\":{\"raw_years\":1.5}}", "at '/retention/raw_years': found 1.5"},
        {HEAD PERIOD ",\"signing\":{\"key\":\"k.pem\"}}", "at '/signing'"},
        {HEAD PERIOD ",\"signing\":{\"key\":\"k\",\"certificate\":\"c\",\"pkcs12\":\"p\"}}",
         "at '/signing'"},
        {HEAD PERIOD ",\"vendors\":[{\"name\":\"M\",\"method\":\"carved\"}]}",
         "at '/vendors/0/method': found 'carved'"},
        {HEAD PERIOD ",\"facts\":{\"rto\":{}}}",
         "unknown key 'rto', the nearest known key is 'rpo'"},
        {HEAD PERIOD ",\"facts\":{\"rpo\":{\"value\":1,\"approved_by\":\"A\"}}}",
         "at '/facts/rpo/approved_on': nothing found"},
        {HEAD PERIOD ",\"facts\":{\"end_of_business\":{\"value\":\"25:00\",\"approved_by\":\"A\","
                     "\"approved_on\":\"2026-01-01\"}}}",
         "at '/facts/end_of_business/value': found '25:00'"},
        {HEAD PERIOD ",\"facts\":{\"critical_resources\":{\"value\":[\"kv-1\"],\"approved_by\":"
                     "\"A\",\"approved_on\":\"2026-01-01\"}}}",
         "at '/facts/critical_resources/value'"},
        {HEAD PERIOD ",\"exclusions\":[{\"check\":\"c\",\"resource\":\"/"
                     "r\",\"reason\":\"x\",\"approved_by\":\"A\","
                     "\"approved_on\":\"2026-02-01\",\"expires_on\":\"2026-01-31\"}]}",
         "at '/exclusions/0/expires_on'"},
        {HEAD PERIOD ",\"exclusions\":[{\"check\":\"c\",\"resource\":\"/r\",\"reason\":\"x\","
                     "\"approved_by\":\"TBD\",\"approved_on\":\"2026-02-01\"}]}",
         "at '/exclusions/0/approved_by': found 'TBD', expected the name of a person"},
        {HEAD PERIOD ",\"exclusions\":[{\"check\":\"c\",\"resource\":\"/r\",\"reason\":\" \","
                     "\"approved_by\":\"A\",\"approved_on\":\"2026-02-01\"}]}",
         "at '/exclusions/0/reason': found ' ', expected a reason"},
        {HEAD PERIOD ",\"people\":[{\"name\":\"Ann\"}],\"facts\":{\"rpo\":{\"value\":1,"
                     "\"approved_by\":\"Bob\",\"approved_on\":\"2026-01-01\"}}}",
         "at '/facts/rpo/approved_by': found 'Bob', expected one of the people"},
        {HEAD PERIOD ",\"facts\":{\"rpo\":{\"value\":1,\"approved_by\":\"-\",\"approved_on\":"
                     "\"2026-01-01\"}}}",
         "at '/facts/rpo/approved_by': found '-', expected the name"},
        {HEAD PERIOD ",\"people\":[{\"name\":\"Ann\",\"upn\":\"a@x.example\"},{\"name\":\"Bob\","
                     "\"upn\":\"A@x.example\"}]}",
         "at '/people/1/upn': found 'A@x.example', expected a sign-in name of his own: "
         "'/people/0/upn'"},
        {HEAD PERIOD ",\"column_maps\":[{\"source\":\"csv:leavers\",\"columns\":{\"upn\":3}}]}",
         "at '/column_maps/0/columns/upn': found 3"},
        {HEAD "\"periods\":[]}", "at '/periods': found an empty array"},
        {HEAD "\"owners\":[]}", "at '/periods': nothing found"},
        {HEAD "\"periods\":[{\"id\":\"a/"
              "b\",\"type\":\"II\",\"from\":\"2026-01-01\",\"to\":\"2026-06-30\"}]}",
         "at '/periods/0/id': found 'a/b'"},
        {HEAD "\"periods\":[{\"id\":\"..\",\"type\":\"I\",\"as_of\":\"2026-01-01\"}]}",
         "at '/periods/0/id': found '..'"},
        {HEAD "\"periods\":[{\"id\":\"p\",\"type\":\"2\",\"from\":\"2026-01-01\",\"to\":\"2026-06-"
              "30\"}]}",
         "at '/periods/0/type': found '2'"},
        {HEAD "\"periods\":[{\"id\":\"p\",\"type\":\"II\",\"from\":\"2026-02-30\",\"to\":\"2026-06-"
              "30\"}]}",
         "at '/periods/0/from': found '2026-02-30', expected a day"},
        {HEAD "\"periods\":[{\"id\":\"p\",\"type\":\"II\",\"from\":\"2026-07-01\",\"to\":\"2026-06-"
              "30\"}]}",
         "at '/periods/0/to': found '2026-06-30', expected a day on or after 2026-07-01"},
        {HEAD "\"periods\":[{\"id\":\"p\",\"type\":\"II\",\"from\":\"2026-01-01\"}]}",
         "at '/periods/0/to': found ''"},
        {HEAD "\"periods\":[{\"id\":\"p\",\"type\":\"I\"}]}", "at '/periods/0/as_of'"},
        {HEAD "\"periods\":[{\"id\":\"p\",\"type\":\"I\",\"as_of\":\"2026-01-01\",\"to\":\"2026-01-"
              "01\"}]}",
         "at '/periods/0/to'"},
        {HEAD "\"periods\":[{\"id\":\"p\",\"type\":\"II\",\"from\":\"2026-01-01\",\"to\":\"2026-06-"
              "30\",\"as_of\":\"2026-01-01\"}]}",
         "at '/periods/0/as_of'"},
        {HEAD "\"periods\":[{\"id\":\"p\",\"type\":\"I\",\"as_of\":\"2026-01-01\"},{\"id\":\"P\","
              "\"type\":\"I\",\"as_of\":\"2026-02-01\"}]}",
         "at '/periods/1/id': found 'P', expected an id that no other period has"},
        {"{\"format\":\"bindery-engagement 2\"}",
         "at '/format': found 'bindery-engagement 2', expected 'bindery-engagement 1'"},
        {"{\"format\":\"bindery-engagement 1\"," PERIOD "}",
         "at '/organisation': nothing found, expected an object"},
        {"{\"format\":\"bindery-engagement 1\",\"organisation\":{\"name\":\"X\",\"short\":\"con "
         "toso\"}," PERIOD "}",
         "at '/organisation/short': found 'con toso', expected 1 to 16"},
        {HEAD PERIOD "," PERIOD "}", "duplicate key 'periods'"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_engagement engagement;
        bd_err err;
        test_failure("text %s", cases[i].text);
        CHECK_FAILS(bd_engagement_parse(bd_str_of(cases[i].text), BD_STR("bindery.json"),
                                        test_arena(), &engagement, &err),
                    err, BD_ERR_INPUT, cases[i].part);
        CHECK(strstr(err.message, "bindery.json") != NULL);
        CHECK(strchr(err.message, '\n') == NULL);
    }
}

TEST(engagement, a_missing_file_is_an_io_error) {
    bd_engagement engagement;
    bd_err err;
    CHECK_FAILS(bd_engagement_load(test_path("bindery.json"), test_arena(), &engagement, &err), err,
                BD_ERR_IO, "bindery.json");
}

TEST(engagement, defaults_are_filled_in) {
    bd_engagement e = loaded(HEAD PERIOD "}");
    CHECK_EQ_STR(e.zone_name, "UTC");
    CHECK_EQ_INT(e.categories.count, 1);
    CHECK_EQ_STR(e.categories.data[0], "Security");
    CHECK(!e.collect && e.package_years == 7 && e.raw_years == 3);
    CHECK_EQ_INT(e.subscriptions.count, 0);
    CHECK_EQ_INT(e.facts->count, 0);
    CHECK(e.signing.preparer.key.size == 0 && e.signing.preparer.pkcs12.size == 0);
    CHECK_EQ_STR(bd_json_canonical(test_arena(), bd_engagement_value(&e, test_arena())),
                 "{\"categories\":[\"Security\"],\"format\":\"bindery-engagement "
                 "1\",\"organisation\":{\"name\":\"Contoso Ltd\","
                 "\"short\":\"CONTOSO\"},\"periods\":[{\"from\":\"2026-01-01\",\"id\":\"2026-H1\","
                 "\"to\":\"2026-06-30\",\"type\":\"II\"}],\"retention\":{\"package_years\":7,\"raw_"
                 "years\":3},"
                 "\"sources\":{\"collect\":false},\"timezone\":\"UTC\"}");
}

/* Nothing named to look at is not nothing found; that there are no break-glass accounts is a statement. */
TEST(engagement, an_empty_list_of_what_is_judged_is_no_list_for_the_checks) {
    static const char *const silent[] = {
        "production_scope",     "named_assignments",           "repositories",
        "production_gates",     "security_alert_rules",        "developer_groups",
        "customer_data_groups", "infrastructure_repositories", "access_review_scopes"};
    for (size_t i = 0; i < BD_COUNT(silent); i++) {
        test_failure("%s", silent[i]);
        for (int has_one = 0; has_one < 2; has_one++) {
            bd_str text = bd_str_format(
                test_arena(),
                HEAD PERIOD ",\"facts\":{\"%s\":{\"approved_by\":\"Ann Weber\",\"approved_on\":"
                            "\"2026-01-05\",\"value\":[%s]}}}",
                silent[i], has_one ? "\"x\"" : "");
            bd_engagement e = loaded(text.data);
            CHECK(bd_engagement_fact(&e, silent[i], NULL, NULL) != NULL);
            CHECK((bd_value_find(e.parameters, silent[i]) != NULL) == has_one);
        }
    }
    bd_engagement e = loaded(HEAD PERIOD
                             ",\"facts\":{\"break_glass_accounts\":{\"approved_by\":\"Ann Weber\","
                             "\"approved_on\":\"2026-01-05\",\"value\":[]}}}");
    CHECK(bd_value_find(e.parameters, "break_glass_accounts") != NULL);
}

TEST(engagement, everything_stated_is_held) {
    bd_engagement e = loaded(
        HEAD PERIOD
        ",\"system\":{\"name\":\"Contoso Pay\",\"description\":\"d\"},"
        "\"categories\":[\"Confidentiality\",\"Security\"],\"tenant\":\"0B1F6471-1BF0-4DDA-AEC3-"
        "CB9272F09590\","
        "\"subscriptions\":[{\"id\":\"0B1F6471-1BF0-4DDA-AEC3-CB9272F09591\",\"name\":\"prod\"}],"
        "\"timezone\":\"Europe/Berlin\","
        "\"owners\":[{\"owner\":\"Cloud Admin\",\"people\":[\"Jens M\xc3\xbcller\"]}],"
        "\"people\":[{\"name\":\"Jens M\xc3\xbcller\",\"role\":\"Cloud "
        "Admin\",\"upn\":\"j@contoso.example\"}],"
        "\"vendors\":[{\"name\":\"Microsoft "
        "Corporation\",\"service\":\"Azure\",\"method\":\"carve-out\"}],"
        "\"facts\":{\"critical_resources\":{\"approved_by\":\"jens "
        "müller\",\"approved_on\":\"2026-01-05\","
        "\"value\":[\"/subscriptions/x\"]}},"
        "\"exclusions\":[{\"check\":\"c\",\"resource\":\" subscriptions/B/ \",\"reason\":\"NFS\","
        "\"approved_by\":\"j@contoso.example\",\"approved_on\":\"2026-02-01\"},"
        "{\"check\":\"storage-secure-transfer\",\"resource\":\"/Subscriptions/A/"
        "\",\"reason\":\"NFS\","
        "\"approved_by\":\"j@contoso.example\",\"approved_on\":\"2026-02-01\",\"expires_on\":"
        "\"2026-12-31\"}],"
        "\"controls\":[{\"number\":\"6.7.2\",\"your_ref\":\"NET-07\",\"your_statement\":\"s\"}],"
        "\"column_maps\":[{\"source\":\"csv:leavers\",\"columns\":{\"employee_id\":\"Personnel "
        "No\"}}],"
        "\"signing\":{\"pkcs12\":\"identity/"
        "x.p12\"},\"sources\":{\"collect\":true},\"retention\":{\"package_years\":10}}");
    CHECK_EQ_STR(e.categories.data[0], "Security"); /* printed in the order of the names */
    CHECK_EQ_STR(e.tenant, "0b1f6471-1bf0-4dda-aec3-cb9272f09590");
    CHECK_EQ_STR(e.subscriptions.data[0].id, "0b1f6471-1bf0-4dda-aec3-cb9272f09591");
    CHECK_EQ_STR(e.owners.data[0].people.data[0], "Jens M\xc3\xbcller");
    CHECK_EQ_STR(e.exclusions.data[0].resource, "/subscriptions/b"); /* as keys of records are spelled */
    CHECK_EQ_STR(e.exclusions.data[1].resource, "/subscriptions/a");
    CHECK_EQ_INT(e.exclusions.data[1].expires_on, day("2026-12-31"));
    CHECK_EQ_STR(e.signing.preparer.pkcs12, "identity/x.p12");
    CHECK(e.collect && e.package_years == 10 && e.raw_years == 3);
    bd_str by;
    bd_day on;
    CHECK_EQ_INT(bd_engagement_fact(&e, "critical_resources", &by, &on)->count, 1);
    CHECK(bd_str_eqz(by, "jens m\xc3\xbcller") && on == day("2026-01-05"));
    CHECK(bd_engagement_fact(&e, "rpo", NULL, NULL) == NULL);
    CHECK_EQ_STR(bd_json_canonical(test_arena(), e.parameters),
                 "{\"critical_resources\":[\"/subscriptions/x\"]}");
    CHECK_EQ_STR(bd_value_text(e.column_maps.data[0].columns, "employee_id"), "Personnel No");
    CHECK_EQ_STR(bd_instant_format(test_arena(), bd_period_start(&e.periods.data[0], e.zone)),
                 "2025-12-31T23:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), bd_period_end(&e.periods.data[0], e.zone)),
                 "2026-06-30T22:00:00Z");
}

/* ---- choosing ---- */

static void check_choice(const bd_engagement *e, const char *id, const char *today,
                         const char *chosen, const char *why) {
    bd_period_choice choice;
    bd_err err;
    test_failure("today %s", today);
    CHECK_OK(bd_engagement_period_choose(e, bd_str_of(id), day(today), test_arena(), &choice, &err),
             err);
    CHECK_EQ_STR(choice.period->id, chosen);
    CHECK_EQ_STR(choice.why, why);
}

TEST(engagement, a_period_is_chosen_and_the_reason_said) {
    bd_engagement one = loaded(HEAD PERIOD "}");
    check_choice(&one, "", "2020-01-01", "2026-H1", "the only period");
    bd_engagement e = loaded(
        HEAD
        "\"periods\":[{\"id\":\"b\",\"type\":\"II\",\"from\":\"2026-04-01\",\"to\":\"2026-06-30\"},"
        "{\"id\":\"a\",\"type\":\"II\",\"from\":\"2026-01-01\",\"to\":\"2026-03-31\"},"
        "{\"id\":\"i\",\"type\":\"I\",\"as_of\":\"2026-05-15\"}]}");
    check_choice(&e, "a", "2026-05-01", "a", "named by --period");
    check_choice(&e, "", "2026-02-01", "a", "the period that holds 2026-02-01");
    check_choice(&e, "", "2026-03-31", "a", "the period that holds 2026-03-31");
    check_choice(&e, "", "2026-05-15", "i", "the period that holds 2026-05-15");
    check_choice(&e, "", "2026-09-01", "b", "the last period that ended before 2026-09-01");
    check_choice(&e, "", "2025-09-01", "a", "the first period: none has begun by 2025-09-01");
    bd_period_choice choice;
    bd_err err;
    CHECK_FAILS(bd_engagement_period_choose(&e, BD_STR("c"), day("2026-01-01"), test_arena(),
                                            &choice, &err),
                err, BD_ERR_USAGE, "unknown period 'c', known are: b, a, i");
}

/* ---- making ---- */

TEST(engagement, short_names_keep_what_the_package_name_allows) {
    CHECK_EQ_STR(bd_short_name(test_arena(), BD_STR("Contoso Ltd")), "CONTOSOLTD");
    CHECK_EQ_STR(bd_short_name(test_arena(), BD_STR("A-1 Very Long Organisation Name")),
                 "A-1VERYLONGORGAN");
    CHECK_EQ_STR(
        bd_short_name(test_arena(), BD_STR("i\xc4\xb1 \xce\x9e\xce\xad\xce\xbd\xce\xb9\xce\xb1")),
        "I");
    CHECK_EQ_STR(bd_short_name(test_arena(), BD_STR("\xce\x9e")), "ORG");
}

TEST(engagement, init_writes_what_the_loader_takes_and_says_its_defaults) {
    bd_engagement_draft draft = {.folder_name = BD_STR("acme \"x\""), .today = day("2026-01-15")};
    bd_strs defaulted = {0};
    bd_str text;
    bd_err err;
    CHECK_OK(bd_engagement_make_json(&draft, test_arena(), &text, &defaulted, &err), err);
    bd_engagement e = loaded(bd_str_z(test_arena(), text));
    CHECK_EQ_STR(e.organisation_name, "acme \"x\"");
    CHECK_EQ_STR(e.short_name, "ACMEX");
    CHECK_EQ_STR(e.periods.data[0].id, "2025-10_2025-12");
    CHECK(e.periods.data[0].is_type_ii);
    CHECK_EQ_INT(e.periods.data[0].from, day("2025-10-01"));
    CHECK_EQ_INT(e.periods.data[0].to, day("2025-12-31"));
    CHECK_EQ_INT(defaulted.count, 6);
    CHECK(bd_str_has_suffix(text, BD_STR("}\n")));
}

TEST(engagement, init_takes_what_it_is_given) {
    bd_str periods[] = {BD_STR("2026-H1=2026-01-01..2026-06-30"),
                        BD_STR("2026-H2=2026-07-01..2026-12-31")};
    bd_str categories[] = {BD_STR("availability"), BD_STR("SECURITY")};
    bd_str subscriptions[] = {BD_STR("0B1F6471-1BF0-4DDA-AEC3-CB9272F09590")};
    bd_engagement_draft draft = {.organisation = BD_STR("Contoso"),
                                 .periods = {periods, 2, 2},
                                 .categories = {categories, 2, 2},
                                 .subscriptions = {subscriptions, 1, 1},
                                 .zone_name = BD_STR("Europe/Berlin"),
                                 .today = day("2026-01-15")};
    bd_str text;
    bd_err err;
    CHECK_OK(bd_engagement_make_json(&draft, test_arena(), &text, NULL, &err), err);
    bd_engagement e = loaded(bd_str_z(test_arena(), text));
    CHECK_EQ_INT(e.periods.count, 2);
    CHECK_EQ_STR(e.categories.data[1], "Availability");
    CHECK_EQ_STR(e.zone_name, "Europe/Berlin");
    CHECK_EQ_STR(e.subscriptions.data[0].id, "0b1f6471-1bf0-4dda-aec3-cb9272f09590");
}

TEST(engagement, init_refuses_options_it_cannot_use) {
    static const struct {
        const char *period, *category, *subscription, *zone, *part;
        bool is_type_i;
    } cases[] = {
        {"2026", NULL, NULL, NULL, "expected ID=YYYY-MM-DD..YYYY-MM-DD", false},
        {"p=2026-01-01..2026-02-30", NULL, NULL, NULL, "cannot use --period", false},
        {"p=2026-07-01..2026-06-30", NULL, NULL, NULL, "ends before it starts", false},
        {"a b=2026-01-01..2026-06-30", NULL, NULL, NULL, "the id must be", false},
        {"p=2026-01-01..2026-06-30", NULL, NULL, NULL, "Type I", true},
        {NULL, "Securitty", NULL, NULL, "the nearest known is 'Security'", false},
        {NULL, NULL, "prod", NULL, "expected a GUID", false},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_engagement_draft draft = {.folder_name = BD_STR("x"),
                                     .today = day("2026-01-15"),
                                     .is_type_i = cases[i].is_type_i};
        if (cases[i].period != NULL) {
            *bd_push(test_arena(), &draft.periods) = bd_str_of(cases[i].period);
        }
        if (cases[i].category != NULL) {
            *bd_push(test_arena(), &draft.categories) = bd_str_of(cases[i].category);
        }
        if (cases[i].subscription != NULL) {
            *bd_push(test_arena(), &draft.subscriptions) = bd_str_of(cases[i].subscription);
        }
        bd_str text;
        bd_err err;
        CHECK_FAILS(bd_engagement_make_json(&draft, test_arena(), &text, NULL, &err), err,
                    BD_ERR_USAGE, cases[i].part);
    }
}

/* The package keeps the engagement with sorted keys, and what is printed of it must not tell the two apart. */
TEST(engagement, facts_stand_in_the_order_of_their_names_however_they_were_written) {
#define APPROVED ",\"approved_by\":\"Ada Berg\",\"approved_on\":\"2025-12-15\"}"
    bd_engagement engagement = loaded(
        HEAD PERIOD ",\"facts\":{\"repositories\":{\"value\":[\"contoso/app\"]" APPROVED
                    ",\"break_glass_accounts\":{\"value\":[\"bg@contoso.example\"]" APPROVED "}}");
    CHECK_EQ_INT(engagement.facts->count, 2);
    CHECK_EQ_STR(engagement.facts->keys[0], "break_glass_accounts");
    CHECK_EQ_STR(engagement.facts->keys[1], "repositories");
    const bd_value *again = bd_engagement_value(&engagement, test_arena());
    bd_engagement second = loaded(bd_str_z(test_arena(), bd_json_canonical(test_arena(), again)));
    CHECK_EQ_STR(bd_json_canonical(test_arena(), second.facts),
                 bd_json_canonical(test_arena(), engagement.facts));
    CHECK_EQ_STR(bd_json_canonical(test_arena(), bd_engagement_value(&second, test_arena())),
                 bd_json_canonical(test_arena(), again));
}
