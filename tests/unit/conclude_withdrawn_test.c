/* Evidence that is withdrawn: it supports no pass, its findings stay, and nothing gets better by it. */
#include "make_whole.h"

#define STORAGE(name, tls)                                                                         \
    "{\"id\":\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/" name "\",\"name\":\"" name         \
    "\",\"type\":\"Microsoft.Storage/storageAccounts\",\"properties\":{\"minimumTlsVersion\":"     \
    "\"" tls "\",\"supportsHttpsTrafficOnly\":true}}"
#define LIST(records) "{\"value\":[" records "]}"
#define TLS "tls-storage"

static bd_evidence *put_list(whole *w, const char *records, const char *day) {
    bd_str name = bd_str_format(test_arena(), "%d.json", w->files++);
    return scan_file(&w->bench, name.data, bd_str_of(records),
                     bd_str_format(test_arena(),
                                   "{\"collected_at\":\"2026-01-%sT06:00:00Z\",\"exporter\":\"e\","
                                   "\"command\":\"portal: export\",\"complete\":true,\"scope\":{"
                                   "\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A "\"]}}",
                                   day)
                         .data);
}

/* As `bd_judge` does it. */
static void judge(whole *w) {
    const bd_row_spool spools[] = {{.rows = w->bench.rows}};
    bd_collections before_collections = {0};
    bd_snapshots before_snapshots = {0};
    bd_err err;
    w->findings.count = 0;
    w->bench.collections = (bd_collections){0};
    w->bench.snapshots = (bd_snapshots){0};
    scan_conclude(&w->bench);
    bool is_withdrawn =
        bd_conclude_withdraw(&w->bench.plan, &w->bench.items, test_arena(), &w->bench.collections,
                             &w->bench.snapshots, &before_collections, &before_snapshots);
    bd_assess_inputs inputs = {.catalog = w->bench.plan.catalog,
                               .rules = w->bench.plan.rules,
                               .imports = w->bench.plan.imports,
                               .engagement = &w->engagement,
                               .period = &w->period,
                               .as_of = bd_period_end(&w->period, w->engagement.zone),
                               .evidence = &w->bench.items,
                               .collections = &w->bench.collections,
                               .snapshots = &w->bench.snapshots,
                               .before_collections = is_withdrawn ? &before_collections : NULL,
                               .before_snapshots = is_withdrawn ? &before_snapshots : NULL,
                               .rows = spools,
                               .spool_count = 1};
    CHECK_OK(bd_assess(&inputs, test_arena(), whole_keep, w, &w->out, &err), err);
}

static void withdraw(whole *w, size_t index) {
    w->bench.items.data[index].given.is_withdrawn = true;
    w->bench.items.data[index].given.withdrawn_reason = BD_STR("wrong tenant");
    judge(w);
}

static size_t exceptions_of(const whole *w, const char *check) {
    size_t count = 0;
    for (size_t i = 0; i < w->out->exceptions.count; i++) {
        count += bd_str_eqz(w->out->exceptions.data[i].check->id, check);
    }
    return count;
}

TEST(conclude, what_passed_by_it_passes_no_more) {
    whole *w = whole_open("{}");
    put_list(w, LIST(STORAGE("a", "TLS1_2")), "10");
    judge(w);
    CHECK_EQ_STR(whole_verdict(w, TLS), "pass");
    withdraw(w, 0);
    CHECK_EQ_STR(whole_verdict(w, TLS), "cannot-tell");
    bool is_said = false;
    for (size_t i = 0; i < w->out->checks.count; i++) {
        is_said = is_said || bd_str_eqz(w->out->checks.data[i].reason,
                                        "E-0001 is withdrawn: wrong tenant");
    }
    CHECK(is_said);
    scan_bench_close(&w->bench);
}

TEST(conclude, what_failed_in_it_stays_with_its_exception) {
    whole *w = whole_open("{}");
    put_list(w, LIST(STORAGE("a", "TLS1_0") "," STORAGE("b", "TLS1_2")), "10");
    judge(w);
    CHECK_EQ_STR(whole_verdict(w, TLS), "fail");
    CHECK_EQ_INT(exceptions_of(w, TLS), 1);
    CHECK(w->out->exceptions.data[0].is_open);
    bd_str id = w->out->exceptions.data[0].id;
    uint64_t findings = w->findings.count;
    withdraw(w, 0);
    CHECK_EQ_STR(whole_verdict(w, TLS), "fail");
    CHECK_EQ_INT(exceptions_of(w, TLS), 1);
    CHECK(bd_str_eq(w->out->exceptions.data[0].id, id));
    CHECK_EQ_INT(w->findings.count, findings); /* once, not once for each time it was judged */
    scan_bench_close(&w->bench);
}

TEST(conclude, a_corrected_export_passes_in_its_place) {
    whole *w = whole_open("{}");
    put_list(w, LIST(STORAGE("a", "TLS1_2")), "10");
    put_list(w, LIST(STORAGE("a", "TLS1_2") "," STORAGE("b", "TLS1_2")), "12");
    withdraw(w, 0);
    for (size_t i = 0; i < w->out->checks.count; i++) {
        const bd_check_result *one = &w->out->checks.data[i];
        bool is_later = bd_str_eqz(one->check->id, TLS) && one->evidence == 2;
        CHECK(!is_later || one->verdict == BD_PASS);
    }
    CHECK_EQ_INT(exceptions_of(w, TLS), 0);
    scan_bench_close(&w->bench);
}

TEST(conclude, a_clean_snapshot_that_is_withdrawn_ends_no_failing_stretch) {
    whole *w = whole_open("{}");
    put_list(w, LIST(STORAGE("a", "TLS1_0")), "05");
    put_list(w, LIST(STORAGE("a", "TLS1_2")), "10");
    put_list(w, LIST(STORAGE("a", "TLS1_0")), "20");
    judge(w);
    CHECK_EQ_INT(exceptions_of(w, TLS), 2);
    withdraw(w, 1);
    CHECK_EQ_INT(exceptions_of(w, TLS), 1); /* one stretch that holds both */
    CHECK_EQ_INT(w->out->exceptions.data[0].failing_days, 2);
    CHECK(w->out->exceptions.data[0].first_seen_clean == BD_DAY_NONE);
    scan_bench_close(&w->bench);
}

TEST(conclude, a_keyless_record_that_fails_is_counted_once) {
    whole *w = whole_open("{}");
    put_list(w, LIST(STORAGE("a", "TLS1_0")), "05");
    put_list(w, LIST(STORAGE("b", "TLS1_0")), "06");
    judge(w);
    uint64_t findings = w->findings.count;
    uint64_t failed = 0, still = 0;
    for (size_t i = 0; i < w->out->checks.count; i++) {
        failed += w->out->checks.data[i].failed;
    }
    withdraw(w, 1);
    for (size_t i = 0; i < w->out->checks.count; i++) {
        still += w->out->checks.data[i].failed;
    }
    CHECK_EQ_INT(w->findings.count, findings);
    CHECK_EQ_INT(still, failed);
    scan_bench_close(&w->bench);
}

TEST(conclude, without_a_withdrawal_nothing_is_done) {
    whole *w = whole_open("{}");
    put_list(w, LIST(STORAGE("a", "TLS1_2")), "10");
    bd_collections collections = {0};
    bd_snapshots snapshots = {0};
    scan_conclude(&w->bench);
    CHECK(!bd_conclude_withdraw(&w->bench.plan, &w->bench.items, test_arena(), &w->bench.collections,
                                &w->bench.snapshots, &collections, &snapshots));
    CHECK(w->bench.snapshots.count > 0);
    scan_bench_close(&w->bench);
}
