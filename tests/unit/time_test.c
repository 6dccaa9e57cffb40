/* Do days, instants and zones agree with the calendar, with RFC 3339 and with the system's own zone
 * tools? */
#include "bindery/util.h"

#include "test.h"

#include <stdlib.h>

static bd_instant instant(const char *text) {
    bd_instant at;
    test_failure("instant %s", text);
    CHECK(bd_instant_parse(bd_str_of(text), &at));
    return at;
}

static const bd_zone *zone(const char *name) {
    const bd_zone *found = NULL;
    bd_err err;
    CHECK_OK(bd_zone_load(bd_str_of(name), test_arena(), &found, &err), err);
    return found;
}

static bd_day day(const char *text) {
    bd_day found;
    CHECK(bd_day_parse(bd_str_of(text), &found));
    return found;
}

/* ---- the calendar ---- */

TEST(time, days_count_as_the_gregorian_calendar_does) {
    static const struct {
        const char *text;
        int days;
    } cases[] = {{"1970-01-01", 0},       {"1969-12-31", -1},     {"2000-02-29", 11016},
                 {"2000-03-01", 11017},   {"1900-02-28", -25509}, {"1900-03-01", -25508},
                 {"2100-02-28", 47540},   {"2100-03-01", 47541},  {"2026-01-15", 20468},
                 {"0001-01-01", -719162}, {"9999-12-31", 2932896}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_INT(day(cases[i].text), cases[i].days);
        CHECK_EQ_STR(bd_day_format(test_arena(), cases[i].days), cases[i].text);
    }
}

TEST(time, every_day_of_eleven_centuries_comes_back) {
    bd_day at = bd_day_of_date(1500, 1, 1);
    for (int year = 1500; year < 2600; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int d = 1; d <= bd_month_days(year, month); d++, at++) {
                bd_date date = bd_date_of_day(at);
                CHECK(date.year == year && date.month == month && date.day == d);
                CHECK(bd_day_of_date(year, month, d) == at);
            }
        }
    }
}

TEST(time, ill_formed_days_are_refused) {
    static const char *const wrong[] = {
        "",           "2026-1-01",  "2026-02-29",  "2100-02-29",  "2026-13-01",
        "2026-00-10", "2026-04-31", "0000-01-01",  "2026-01-01 ", " 2026-01-01",
        "2026/01/01", "20260101",   "2026-01-01T", "-026-01-01",  "2026-01-0x"};
    for (size_t i = 0; i < BD_COUNT(wrong); i++) {
        bd_day found = 77;
        test_failure("day '%s'", wrong[i]);
        CHECK(!bd_day_parse(bd_str_of(wrong[i]), &found) && found == 77);
    }
}

/* ---- instants ---- */

TEST(time, the_spellings_of_azure_tools_are_read) {
    static const struct {
        const char *text, *same;
    } cases[] = {
        {"2021-04-12T09:07:18.6759138Z", "2021-04-12T09:07:18.6759138Z"},
        {"2023-08-10T14:37:41.276351+00:00", "2023-08-10T14:37:41.276351Z"},
        {"2026-01-15 06:00:04Z", "2026-01-15T06:00:04Z"},
        {"2026-01-15T08:00:04+02:00", "2026-01-15T06:00:04Z"},
        {"2026-01-15T08:00:04+0200", "2026-01-15T06:00:04Z"},
        {"2026-01-14T20:30:04-09:30", "2026-01-15T06:00:04Z"},
        {"2026-01-15T06:00:04.12345678999Z", "2026-01-15T06:00:04.1234567Z"},
        {"2026-01-15T06:00:04.000Z", "2026-01-15T06:00:04Z"},
        {"2026-01-15T06:00Z", "2026-01-15T06:00:00Z"},
        {"1768456804", "2026-01-15T06:00:04Z"},
        {"946684800", "2000-01-01T00:00:00Z"},
        {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
        {"1905-06-07T08:09:10Z", "1905-06-07T08:09:10Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_STR(bd_instant_format(test_arena(), instant(cases[i].text)), cases[i].same);
    }
}

TEST(time, what_is_no_instant_is_refused) {
    static const char *const wrong[] = {
        "",
        "2026-01-15",
        "2026-01-15T06:00:04",
        "2026-01-15T24:00:00Z",
        "2026-01-15T06:60:00Z",
        "2026-02-30T06:00:00Z",
        "2026-01-15T06:00:61Z",
        "2026-01-15T06:00:04.Z",
        "2026-01-15T06:00:04+2",
        "2026-01-15T06:00:04+24:00",
        "2026-01-15T06:00:04 Z",
        "2026-01-15T06:00:04ZZ",
        "12345678",
        "12345678901",
        "-123456789",
        "0001-01-01T00:00:00Z",
        "0000-12-31T00:00:00Z",
        "15.01.2026 06:00:04",
        "1/15/2026 6:00:04 AM",
        "2026-01-15T6:00:04Z",
        "9999-12-31T23:59:59-01:00", /* in UTC a year of five digits */
        "0002-01-01T00:00:00+01:00",
    };
    for (size_t i = 0; i < BD_COUNT(wrong); i++) {
        bd_instant at = 77;
        test_failure("instant '%s'", wrong[i]);
        CHECK(!bd_instant_parse(bd_str_of(wrong[i]), &at));
    }
}

TEST(time, every_prefix_of_an_instant_is_no_instant) {
    bd_str whole = BD_STR("2026-01-15T06:00:04.5+02:00");
    for (size_t size = 0; size < whole.size; size++) {
        bd_instant at;
        bd_str part = bd_str_sub(whole, 0, size);
        CHECK(!bd_instant_parse(part, &at));
    }
}

TEST(time, the_utc_day_of_an_instant_is_floored) {
    CHECK_EQ_INT(bd_instant_utc_day(instant("1970-01-01T00:00:00Z")), 0);
    CHECK_EQ_INT(bd_instant_utc_day(instant("1969-12-31T23:59:59.9999999Z")), -1);
    CHECK_EQ_INT(bd_instant_utc_day(instant("2026-01-15T23:59:59Z")), 20468);
}

TEST(time, local_times_have_no_offset) {
    bd_day at;
    int32_t second;
    CHECK(bd_local_parse(BD_STR("2026-01-02T17:30"), &at, &second));
    CHECK(at == day("2026-01-02") && second == 17 * 3600 + 30 * 60);
    CHECK(bd_local_parse(BD_STR("2026-01-02 17:30:09"), &at, &second) &&
          second == 17 * 3600 + 30 * 60 + 9);
    CHECK(!bd_local_parse(BD_STR("2026-01-02T17:30Z"), &at, &second));
    CHECK(!bd_local_parse(BD_STR("2026-01-02T17:30:00.5"), &at, &second));
    CHECK(!bd_local_parse(BD_STR("2026-01-02"), &at, &second));
}

/* ---- zones ---- */

TEST(time, zone_names_that_leave_their_folder_are_refused) {
    static const char *const wrong[] = {
        "",
        "/etc/passwd",
        "../../etc/passwd",
        "Europe/../UTC",
        "Europe",
        "Europe/Berlyn",
        "Europe/Berlin\n",
        ".hidden",
        "tzdata.zi",
        "zone.tab",
        "europe berlin",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < BD_COUNT(wrong); i++) {
        const bd_zone *found;
        bd_err err;
        test_failure("zone '%s'", wrong[i]);
        CHECK_FAILS(bd_zone_load(bd_str_of(wrong[i]), test_arena(), &found, &err), err,
                    BD_ERR_INPUT, "time zone");
    }
}

TEST(time, local_midnights_follow_the_clock_changes) {
    static const struct {
        const char *zone, *day, *start;
    } cases[] = {
        {"UTC", "2026-03-29", "2026-03-29T00:00:00Z"},
        {"Europe/Berlin", "2026-01-01", "2025-12-31T23:00:00Z"},
        {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},
        {"Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"},
        {"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z"},
        {"Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z"},
        {"Europe/Berlin", "2099-07-01", "2099-06-30T22:00:00Z"},
        {"Asia/Kathmandu", "2026-07-01", "2026-06-30T18:15:00Z"},
        {"America/St_Johns", "2026-07-01", "2026-07-01T02:30:00Z"},
        {"Africa/Cairo", "2026-04-24",
         "2026-04-23T22:00:00Z"}, /* 00:00 is skipped: the change itself */
        {"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"}, /* 00:00 comes twice: the first */
        {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},   /* a day that never was */
        {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
        {"Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s %s", cases[i].zone, cases[i].day);
        CHECK_EQ_STR(bd_instant_format(test_arena(),
                                       bd_zone_day_start(zone(cases[i].zone), day(cases[i].day))),
                     cases[i].start);
    }
}

TEST(time, a_day_in_a_zone_holds_its_own_instants) {
    const bd_zone *berlin = zone("Europe/Berlin");
    for (bd_day d = day("2025-12-25"); d < day("2027-01-05"); d++) {
        bd_instant start = bd_zone_day_start(berlin, d);
        CHECK_EQ_INT(bd_zone_day(berlin, start), d);
        CHECK_EQ_INT(bd_zone_day(berlin, start - 1), d - 1);
        CHECK_EQ_INT(bd_zone_day(berlin, bd_zone_instant(berlin, d, 23 * 3600 + 3599)), d);
    }
}

/* The system's `date` is the oracle: offsets of many instants in zones with odd histories. */
TEST(time, offsets_agree_with_the_system) {
    static const char *const zones[] = {"Europe/Berlin",    "Asia/Kathmandu",
                                        "America/St_Johns", "Africa/Casablanca",
                                        "Europe/Dublin",    "Australia/Lord_Howe",
                                        "Pacific/Apia",     "America/Nuuk",
                                        "Asia/Tehran",      "Asia/Gaza"};
    for (size_t z = 0; z < BD_COUNT(zones); z++) {
        const bd_zone *here = zone(zones[z]);
        bd_buf script;
        bd_buf_init(&script, 1 << 20);
        for (int64_t i = 0; i < 200; i++) {
            int64_t second = INT64_C(-2000000000) + i * 33333331;
            bd_buf_printf(&script, "@%lld\n", (long long)second);
        }
        test_write_file(test_path("instants"), bd_buf_str(&script));
        bd_buf_clear(&script);
        bd_str said;
        CHECK_EQ_INT(run_command(&said, "TZ=%s date -f instants +%%::z", zones[z]), 0);
        bd_str line;
        for (int64_t i = 0; i < 200; i++) {
            int64_t second = INT64_C(-2000000000) + i * 33333331;
            int32_t offset = bd_zone_offset_seconds(here, second * BD_SECOND);
            int32_t size = offset < 0 ? -offset : offset;
            CHECK(bd_str_cut(&said, '\n', &line));
            test_failure("%s at %lld", zones[z], (long long)second);
            CHECK_EQ_STR(bd_str_format(test_arena(), "%c%02d:%02d:%02d", offset < 0 ? '-' : '+',
                                       size / 3600, size / 60 % 60, size % 60),
                         line);
        }
    }
}

TEST(time, the_version_of_the_zone_data_is_told) {
    bd_str version = bd_zone_data_version(test_arena());
    CHECK(bd_str_eqz(version, "unknown") || (version.size >= 5 && version.data[0] == '2'));
}

/* ---- the clock ---- */

TEST(time, source_date_epoch_wins_where_it_is_well_formed) {
    setenv("SOURCE_DATE_EPOCH", "1768456804", 1);
    CHECK_EQ_STR(bd_instant_format(test_arena(), bd_clock_now()), "2026-01-15T06:00:04Z");
    static const char *const ignored[] = {"", "x", "-1", "1768456804x", "99999999999999999999"};
    for (size_t i = 0; i < BD_COUNT(ignored); i++) {
        setenv("SOURCE_DATE_EPOCH", ignored[i], 1);
        CHECK(bd_clock_now() != instant("2026-01-15T06:00:04Z"));
        CHECK(bd_clock_now() > instant("2020-01-01T00:00:00Z"));
    }
    unsetenv("SOURCE_DATE_EPOCH");
}

TEST(time, the_end_of_a_day_is_named_by_that_day) {
    static const struct {
        const char *zone, *at, *words;
    } rows[] = {
        {"UTC", "2026-07-01T00:00:00Z", "the end of 2026-06-30 (UTC)"},
        {"Europe/Berlin", "2026-06-30T22:00:00Z", "the end of 2026-06-30 (Europe/Berlin)"},
        {"Europe/Berlin", "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z"},
        {"America/New_York", "2026-01-01T05:00:00Z", "the end of 2025-12-31 (America/New_York)"},
        {"UTC", "2026-06-30T23:59:59.9999999Z", "2026-06-30T23:59:59.9999999Z"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_zone *zone;
        bd_instant at;
        bd_err err;
        CHECK_OK(bd_zone_load(bd_str_of(rows[i].zone), test_arena(), &zone, &err), err);
        CHECK(bd_instant_parse(bd_str_of(rows[i].at), &at));
        CHECK_EQ_STR(bd_instant_words(test_arena(), zone, at), rows[i].words);
    }
}
