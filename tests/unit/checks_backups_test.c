/* Requirement 9.3 b: completed backups as often as the RPO asks, over the whole period. */
#include "make_whole.h"

#define VM_ID                                                                                      \
    "/subscriptions/" SCAN_SUB_A "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/"
#define VAULT(name) SCAN_IN_A "Microsoft.RecoveryServices/vaults/" name
#define FACT(name, value)                                                                          \
    "'" name "':{'approved_by':'A','approved_on':'2025-01-01','value':" value "}"
#define DAILY "{'default':26}"

static whole *backups_open(const char *stores, const char *rpo) {
    whole *w = whole_open(bd_str_format(test_arena(), "{'critical_resources':%s%s%s}", stores,
                                        rpo[0] != '\0' ? ",'rpo':" : "", rpo)
                              .data);
    w->engagement.facts = whole_json(
        bd_str_format(test_arena(), "{" FACT("critical_resources", "%s") "%s%s%s}", stores,
                      rpo[0] != '\0' ? ",'rpo':{'approved_by':'A','approved_on':'2025-01-01',"
                                       "'value':"
                                     : "",
                      rpo, rpo[0] != '\0' ? "}" : "")
            .data);
    return w;
}

/* A job of a machine of resource group rg; `more`: members of properties that begin with a comma. */
static bd_str job_of(const char *vault, const char *vm, const char *status, bd_instant end,
                     const char *more) {
    static int number;
    bd_str name = bd_str_format(test_arena(), "job%d", number++);
    bd_str done = bd_instant_format(test_arena(), end);
    bd_str begun = bd_instant_format(test_arena(), end - 30 * 60 * BD_SECOND);
    return bd_str_format(
        test_arena(),
        "{\"id\":\"" VAULT(
            "%s") "/backupJobs/%.*s\",\"name\":\"%.*s\",\"type\":"
                  "\"Microsoft.RecoveryServices/vaults/backupJobs\",\"properties\":{\"jobType\":"
                  "\"AzureIaaSVMJob\",\"operation\":\"Backup\",\"status\":\"%s\",\"startTime\":\"%."
                  "*s\","
                  "\"endTime\":\"%.*s\",\"entityFriendlyName\":\"%s\",\"containerName\":"
                  "\"iaasvmcontainerv2;rg;%s\"%s}}",
        vault, BD_ARG(name), BD_ARG(name), status, BD_ARG(begun), BD_ARG(done), vm, vm, more);
}

/* Daily jobs at two in the morning of the days [from, to] of January, but for one. */
static bd_str daily(const char *vault, const char *vm, int from, int to, int but,
                    const char *instead) {
    bd_str out = {"", 0};
    for (int day = from; day <= to; day++) {
        bd_instant at = scan_time("2026-01-01T02:00:00Z") + (day - 1) * 24 * BD_HOUR;
        const char *status = day == but ? instead : "Completed";
        if (status == NULL) {
            continue;
        }
        bd_str job = job_of(vault, vm, status, at, "");
        out = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(out), out.size > 0 ? "," : "",
                            BD_ARG(job));
    }
    return out;
}

static void put_jobs(whole *w, const char *vault, bd_str jobs, const char *from, const char *to) {
    whole_add(
        w, bd_str_format(test_arena(), "{\"value\":[%.*s]}", BD_ARG(jobs)).data,
        bd_str_format(test_arena(),
                      ",\"source\":\"S68\",\"scope\":{\"kind\":\"resource\",\"ids\":[\"" VAULT(
                          "%s") "\"]},\"describes_from\":\"2026-%sT00:00:00Z\","
                                "\"describes_to\":\"2026-%sT00:00:00Z\"",
                      vault, from, to)
            .data);
}

#define ONE_STORE "['" VM_ID "vm1']"
#define TWO_STORES "['" VM_ID "vm1','" VM_ID "vm2']"

TEST(checks_backups, no_stretch_between_completed_backups_is_longer_than_the_rpo) {
    static const struct {
        const char *rpo;
        int but;
        const char *instead, *expected;
    } rows[] = {
        {DAILY, 0, NULL, "clean"},
        {"{'default':24}", 0, NULL, "clean"}, /* here to the minute */
        {"{'default':23}", 0, NULL, "deviation"},
        {DAILY, 10, NULL, "deviation"}, /* no job at all */
        {DAILY, 10, "Failed", "deviation"},
        {DAILY, 10, "Cancelled", "deviation"},
        {DAILY, 10, "InProgress", "deviation"},
        {DAILY, 10, "CompletedWithWarnings", "cannot-tell"},
        {"{'default':50}", 10, "Failed", "clean"},
        {DAILY, 31, "Failed", "deviation"}, /* the last one: the silence up to the end */
        {DAILY, 1, "Failed", "clean"},      /* 2 January at two is 24 hours after the first sign */
        {"{'" VM_ID "VM1/':50,'default':26}", 10, "Failed", "clean"}, /* its own figure */
        {"{'" VM_ID "vm1':26,'default':50}", 10, "Failed", "deviation"},
        {"{'" VM_ID "vm2':26}", 0, NULL, "cannot-tell"}, /* nobody says for this one */
        {"{'default':'26'}", 0, NULL, "cannot-tell"},
        {"{'default':0}", 0, NULL, "cannot-tell"},
        {"26", 0, NULL, "cannot-tell"},
        {"", 0, NULL, "cannot-tell"}, /* no RPO at all */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = backups_open(ONE_STORE, rows[i].rpo);
        put_jobs(w, "v1", daily("v1", "vm1", 1, 31, rows[i].but, rows[i].instead), "01-01",
                 "02-01");
        whole_judge(w);
        const char *found = whole_month(w, "9.3b", 0);
        CHECK_EQ_STR(bd_str_format(test_arena(), "row %zu: %s", i, found),
                     bd_str_format(test_arena(), "row %zu: %s", i, rows[i].expected).data);
        scan_bench_close(&w->bench);
    }
}

static void expect_month(whole *w, const char *expected) {
    whole_judge(w);
    CHECK_EQ_STR(bd_str_of(whole_month(w, "9.3b", 0)), expected);
    scan_bench_close(&w->bench);
}

TEST(checks_backups, each_critical_store_has_to_be_told_of) {
    whole *w = backups_open(TWO_STORES, DAILY);
    put_jobs(w, "v1", daily("v1", "vm1", 1, 31, 0, NULL), "01-01", "02-01");
    expect_month(w, "cannot-tell"); /* of vm2 nothing is said */

    w = backups_open(TWO_STORES, DAILY);
    put_jobs(w, "v1", daily("v1", "vm1", 1, 31, 0, NULL), "01-01", "02-01");
    put_jobs(w, "v2", daily("v2", "vm2", 1, 31, 0, NULL), "01-01", "02-01");
    expect_month(w, "clean");

    w = backups_open(ONE_STORE, DAILY); /* what is not critical is not judged */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 31, 0, NULL), "01-01", "02-01");
    put_jobs(w, "v2", daily("v2", "vm2", 1, 9, 0, NULL), "01-01", "02-01");
    expect_month(w, "clean");
}

TEST(checks_backups, a_store_without_jobs_is_never_in_order) {
    static const char *const stores[] = {
        "['" SCAN_IN_A "Microsoft.Sql/servers/s/databases/d']", /* its service runs its backups */
        "['" SCAN_IN_A "Microsoft.Storage/storageAccounts/s']",
        "['" SCAN_IN_A "Microsoft.Web/sites/s']", /* nothing shows the resource */
    };
    for (size_t i = 0; i < BD_COUNT(stores); i++) {
        whole *w = backups_open(stores[i], DAILY);
        put_jobs(w, "v1", daily("v1", "vm1", 1, 31, 0, NULL), "01-01", "02-01");
        whole_judge(w);
        bd_str month = bd_str_of(whole_month(w, "9.3b", 0));
        CHECK(bd_str_eqz(month, "cannot-tell") || bd_str_eqz(month, "missing"));
        scan_bench_close(&w->bench);
    }
}

TEST(checks_backups, days_whose_jobs_were_not_read_leave_it_open) {
    whole *w = backups_open(ONE_STORE, DAILY);
    put_jobs(w, "v1", daily("v1", "vm1", 1, 20, 0, NULL), "01-01", "01-21");
    expect_month(w, "cannot-tell");

    w = backups_open(ONE_STORE, DAILY); /* a hole in the middle: no deviation, but no pass */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 9, 0, NULL), "01-01", "01-10");
    put_jobs(w, "v1", daily("v1", "vm1", 15, 31, 0, NULL), "01-15", "02-01");
    expect_month(w, "cannot-tell");

    w = backups_open(ONE_STORE, DAILY); /* extracts that touch, and that overlap */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 9, 0, NULL), "01-01", "01-10");
    put_jobs(w, "v1", daily("v1", "vm1", 10, 20, 0, NULL), "01-10", "01-21");
    put_jobs(w, "v1", daily("v1", "vm1", 18, 31, 0, NULL), "01-18", "02-01");
    expect_month(w, "clean");

    w = backups_open(ONE_STORE, DAILY); /* too long over the seam of two extracts */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 8, 0, NULL), "01-01", "01-10");
    put_jobs(w, "v1", daily("v1", "vm1", 10, 31, 0, NULL), "01-10", "02-01");
    expect_month(w, "deviation");

    w = backups_open(ONE_STORE, DAILY); /* another vault was not read to the end */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 31, 0, NULL), "01-01", "02-01");
    put_jobs(w, "v2", daily("v2", "vm2", 1, 9, 0, NULL), "01-01", "01-10");
    expect_month(w, "cannot-tell");

    w = backups_open(ONE_STORE, DAILY); /* nothing before the 20th: perhaps it is new */
    put_jobs(w, "v1", daily("v1", "vm1", 20, 31, 0, NULL), "01-01", "02-01");
    expect_month(w, "cannot-tell");
}

TEST(checks_backups, silence_after_the_period_began_in_it) {
    whole *w = backups_open(ONE_STORE, DAILY); /* the extract goes on, and so does the silence */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 20, 0, NULL), "01-01", "03-01");
    expect_month(w, "deviation");
}

TEST(checks_backups, a_store_may_move_to_another_vault) {
    whole *w = backups_open(ONE_STORE, DAILY);
    put_jobs(w, "v1", daily("v1", "vm1", 1, 15, 0, NULL), "01-01", "02-01");
    put_jobs(w, "v2", daily("v2", "vm1", 16, 31, 0, NULL), "01-01", "02-01");
    expect_month(w, "clean");
}

/* What lies in a vault that has the store and was not read is no silence. */
TEST(checks_backups, a_stretch_is_long_only_where_all_vaults_of_the_store_were_read) {
    whole *w = backups_open(ONE_STORE, DAILY);
    put_jobs(w, "v1", daily("v1", "vm1", 1, 15, 0, NULL), "01-01", "02-01");
    put_jobs(w, "v2", daily("v2", "vm1", 28, 31, 0, NULL), "01-28", "02-01");
    expect_month(w, "cannot-tell");

    w = backups_open(ONE_STORE, DAILY); /* of another store */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 15, 0, NULL), "01-01", "02-01");
    put_jobs(w, "v2", daily("v2", "vm2", 28, 31, 0, NULL), "01-28", "02-01");
    expect_month(w, "deviation");
}

TEST(checks_backups, jobs_that_do_not_say_whose_they_are_leave_it_open) {
    whole *w = backups_open(ONE_STORE, DAILY);
    bd_str rest = daily("v1", "vm1", 1, 31, 10, NULL);
    bd_str nameless = bd_str_of("{\"id\":\"" VAULT(
        "v1") "/backupJobs/n\",\"name\":\"n\",\"type\":"
              "\"Microsoft.RecoveryServices/vaults/"
              "backupJobs\",\"properties\":{\"operation\":\"Backup\","
              "\"status\":\"Completed\",\"startTime\":\"2026-01-10T01:30:00Z\",\"endTime\":"
              "\"2026-01-10T02:00:00Z\",\"entityFriendlyName\":\"VM1\"}}");
    put_jobs(w, "v1", bd_str_format(test_arena(), "%.*s,%.*s", BD_ARG(rest), BD_ARG(nameless)),
             "01-01", "02-01");
    expect_month(w, "cannot-tell");

    w = backups_open(ONE_STORE, DAILY); /* a restore is no backup */
    bd_str restore = job_of("v1", "vm1", "Completed", scan_time("2026-01-10T02:00:00Z"), "");
    ptrdiff_t at = bd_str_find(restore, BD_STR("\"Backup\""));
    restore = bd_str_format(test_arena(), "%.*s\"Restore\"%.*s", (int)at, restore.data,
                            (int)(restore.size - (size_t)at - 8), restore.data + at + 8);
    put_jobs(w, "v1", bd_str_format(test_arena(), "%.*s,%.*s", BD_ARG(rest), BD_ARG(restore)),
             "01-01", "02-01");
    expect_month(w, "deviation");
}

/* Of whatever vault or subscription: what shows but a name is nobody's. */
TEST(checks_backups, a_job_that_shows_only_a_name_satisfies_the_rpo_of_no_store) {
    static const char *const vaults[] = {
        VAULT("v1"), VAULT("v2"),
        "/subscriptions/" SCAN_SUB_B
        "/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v3"};
    for (size_t i = 0; i < BD_COUNT(vaults); i++) {
        bd_str named = {"", 0};
        for (int day = 9; day <= 31; day++) {
            named = bd_str_format(
                test_arena(),
                "%.*s%s{\"id\":\"%s/backupJobs/n%d\",\"name\":\"n%d\",\"type\":"
                "\"Microsoft.RecoveryServices/vaults/backupJobs\",\"properties\":{\"operation\":"
                "\"Backup\",\"status\":\"Completed\",\"startTime\":\"2026-01-%02dT01:30:00Z\","
                "\"endTime\":\"2026-01-%02dT02:00:00Z\",\"entityFriendlyName\":\"vm1\"}}",
                BD_ARG(named), named.size > 0 ? "," : "", vaults[i], day, day, day, day);
        }
        whole *w = backups_open(ONE_STORE, DAILY);
        put_jobs(w, "v1", daily("v1", "vm1", 1, 8, 0, NULL), "01-01", "02-01");
        whole_add(w, bd_str_format(test_arena(), "{\"value\":[%.*s]}", BD_ARG(named)).data,
                  bd_str_format(test_arena(),
                                ",\"source\":\"S68\",\"scope\":{\"kind\":\"resource\",\"ids\":[\"%s"
                                "\"]},\"describes_from\":\"2026-01-01T00:00:00Z\","
                                "\"describes_to\":\"2026-02-01T00:00:00Z\"",
                                vaults[i])
                      .data);
        test_failure("row %zu", i);
        expect_month(w, "cannot-tell");
    }
}

TEST(checks_backups, jobs_of_the_other_family_of_vaults_name_the_store) {
    bd_str jobs = {"", 0};
    for (int day = 1; day <= 31; day++) {
        jobs = bd_str_format(
            test_arena(),
            "%.*s%s{\"id\":\"" SCAN_IN_A
            "Microsoft.DataProtection/backupVaults/bv/backupJobs/j%d\","
            "\"name\":\"j%d\",\"type\":\"Microsoft.DataProtection/backupVaults/backupJobs\","
            "\"properties\":{\"operation\":\"Backup\",\"operationCategory\":\"Backup\",\"status\":"
            "\"Completed\",\"startTime\":\"2026-01-%02dT01:00:00.1234567Z\",\"endTime\":"
            "\"2026-01-%02dT02:00:00.1234567Z\",\"dataSourceId\":\"" SCAN_IN_A
            "Microsoft.Compute/DISKS/d1\"}}",
            BD_ARG(jobs), day > 1 ? "," : "", day, day, day, day);
    }
    for (size_t i = 0; i < 2; i++) {
        whole *w = backups_open("['" SCAN_IN_A "Microsoft.Compute/disks/d1']", DAILY);
        bd_str text = i == 0 ? bd_str_format(test_arena(), "{\"value\":[%.*s]}", BD_ARG(jobs))
                             : bd_str_format(test_arena(), "[%.*s]", BD_ARG(jobs));
        whole_add(w, text.data,
                  ",\"source\":\"S68\",\"describes_from\":\"2026-01-01T00:00:00Z\","
                  "\"describes_to\":\"2026-02-01T00:00:00Z\"");
        expect_month(w, "clean");
    }
}

static bd_str disk_job(int day, const char *instance, const char *status) {
    return bd_str_format(
        test_arena(),
        "{\"id\":\"" SCAN_IN_A "Microsoft.DataProtection/backupVaults/bv/backupJobs/j%s%d\","
        "\"name\":\"j%s%d\",\"type\":\"Microsoft.DataProtection/backupVaults/backupJobs\","
        "\"properties\":{\"operation\":\"Backup\",\"operationCategory\":\"Backup\",\"status\":"
        "\"%s\",\"startTime\":\"2026-01-%02dT01:00:00Z\",\"endTime\":\"2026-01-%02dT02:00:00Z\","
        "\"backupInstanceId\":\"" SCAN_IN_A
        "Microsoft.DataProtection/backupVaults/bv/backupInstances/%s\",\"dataSourceId\":\"" SCAN_IN_A
        "Microsoft.Compute/disks/d1\"}}",
        instance, day, instance, day, status, day, day, instance);
}

/* One store, protected twice. */
TEST(checks_backups, the_copies_of_one_item_hide_no_failure_of_another_of_the_same_store) {
    static const struct {
        int fails_from, first_day_of_second;
        const char *expected;
    } rows[] = {
        {32, 1, "clean"},
        {10, 1, "cannot-tell"}, /* the first fails from the 10th on; the second goes on */
        {32, 40, "clean"},      /* the second has no job in the month */
        {10, 40, "deviation"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str jobs = {"", 0};
        for (int day = 1; day <= 31; day++) {
            bd_str first = disk_job(day, "one", day < rows[i].fails_from ? "Completed" : "Failed");
            bd_str second = disk_job(day, "two", "Completed");
            bool is_second = day >= rows[i].first_day_of_second;
            jobs = bd_str_format(test_arena(), "%.*s%s%.*s%s%.*s", BD_ARG(jobs), day > 1 ? "," : "",
                                 BD_ARG(first), is_second ? "," : "", is_second ? (int)second.size : 0,
                                 second.data);
        }
        whole *w = backups_open("['" SCAN_IN_A "Microsoft.Compute/disks/d1']", DAILY);
        whole_add(w, bd_str_format(test_arena(), "{\"value\":[%.*s]}", BD_ARG(jobs)).data,
                  ",\"source\":\"S68\",\"describes_from\":\"2026-01-01T00:00:00Z\","
                  "\"describes_to\":\"2026-02-01T00:00:00Z\"");
        test_failure("row %zu", i);
        expect_month(w, rows[i].expected);
    }
}

static bd_str disk_jobs(const char *instance, int from, int to) {
    bd_str jobs = {"", 0};
    for (int day = from; day <= to; day++) {
        bd_str one = disk_job(day, instance, "Completed");
        jobs = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(jobs), day > from ? "," : "",
                             BD_ARG(one));
    }
    return jobs;
}

static void put_half(whole *w, bd_str jobs, const char *from, const char *to) {
    bd_str more = bd_str_format(test_arena(),
                                ",\"source\":\"S68\",\"describes_from\":\"2026-%sT00:00:00Z\","
                                "\"describes_to\":\"2026-%sT00:00:00Z\"",
                                from, to);
    whole_add(w, bd_str_format(test_arena(), "{\"value\":[%.*s]}", BD_ARG(jobs)).data, more.data);
}

/* An item that shows no job any more was given up, or its backups stopped without a word. */
TEST(checks_backups, an_item_that_falls_silent_beside_another_of_its_store_leaves_it_open) {
    static const struct {
        int last_day_of_second;
        const char *expected;
    } rows[] = {
        {31, "clean"},
        {15, "cannot-tell"}, /* nothing in the second extract */
        {16, "cannot-tell"}, /* one job there, and then no more */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = backups_open("['" SCAN_IN_A "Microsoft.Compute/disks/d1']", DAILY);
        bd_str first = disk_jobs("one", 1, 15), rest = disk_jobs("one", 16, 31);
        bd_str second = disk_jobs("two", 1, 15), other = disk_jobs("two", 16, rows[i].last_day_of_second);
        put_half(w, bd_str_format(test_arena(), "%.*s,%.*s", BD_ARG(first), BD_ARG(second)), "01-01",
                 "01-16");
        put_half(w, bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(rest), other.size > 0 ? "," : "",
                                  BD_ARG(other)), "01-16", "02-01");
        test_failure("row %zu", i);
        expect_month(w, rows[i].expected);
    }
}

/* That a store shows its first failed job late in the export says nothing of the days before. */
TEST(checks_backups, a_failed_job_begins_no_stretch_where_the_days_before_it_are_silent) {
    whole *w = backups_open(ONE_STORE, DAILY);
    put_jobs(w, "v1", daily("v1", "vm1", 9, 31, 9, "Failed"), "01-01", "02-01");
    expect_month(w, "cannot-tell");

    w = backups_open(ONE_STORE, DAILY); /* only one, on the last day, and it failed */
    put_jobs(w, "v1", daily("v1", "vm1", 31, 31, 31, "Failed"), "01-01", "02-01");
    expect_month(w, "cannot-tell");

    w = backups_open(ONE_STORE, DAILY);
    put_jobs(w, "v1", daily("v1", "vm1", 9, 31, 10, "Failed"), "01-01", "02-01");
    expect_month(w, "deviation"); /* between two completed ones it is long, whatever came before */
}

TEST(checks_backups, jobs_of_one_store_count_once_and_in_order_of_time) {
    whole *w = backups_open(ONE_STORE, DAILY); /* the same extract twice, and out of order */
    bd_str late = daily("v1", "vm1", 16, 31, 0, NULL), early = daily("v1", "vm1", 1, 15, 0, NULL);
    bd_str all = bd_str_format(test_arena(), "%.*s,%.*s", BD_ARG(late), BD_ARG(early));
    put_jobs(w, "v1", all, "01-01", "02-01");
    put_jobs(w, "v1", all, "01-01", "02-01");
    expect_month(w, "clean");

    w = backups_open(ONE_STORE, DAILY); /* one that ended after the extract did */
    bd_str ahead = job_of("v1", "vm1", "Completed", scan_time("2026-02-01T01:00:00Z"), "");
    bd_str rest = daily("v1", "vm1", 1, 29, 0, NULL);
    put_jobs(w, "v1", bd_str_format(test_arena(), "%.*s,%.*s", BD_ARG(rest), BD_ARG(ahead)),
             "01-01", "02-01");
    expect_month(w, "deviation");

    w = backups_open(ONE_STORE, DAILY); /* of a machine of that name in another group */
    bd_str other = job_of("v1", "x;vm1", "Completed", scan_time("2026-01-10T02:00:00Z"), "");
    rest = daily("v1", "vm1", 1, 31, 10, NULL);
    put_jobs(w, "v1", bd_str_format(test_arena(), "%.*s,%.*s", BD_ARG(rest), BD_ARG(other)),
             "01-01", "02-01");
    expect_month(w, "deviation");

    w = backups_open("['" VM_ID "VM1/','" VM_ID "vm1']", DAILY); /* listed twice */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 31, 0, NULL), "01-01", "02-01");
    expect_month(w, "clean");

    w = backups_open("['" VM_ID "vm-1']", DAILY); /* a slip: nothing is said of it */
    put_jobs(w, "v1", daily("v1", "vm1", 1, 31, 0, NULL), "01-01", "02-01");
    whole_judge(w);
    CHECK(strcmp(whole_month(w, "9.3b", 0), "clean") != 0);
    scan_bench_close(&w->bench);
}
