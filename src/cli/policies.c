/* What `policy eval`, `catalog coverage` and `catalog test` print for a person. */
#include "cli_priv.h"

#include <string.h>

void cli_print_cases(const cli_call *call, const bd_value *result) {
    (void)call;
    int64_t held = cli_number(result, "passed");
    int64_t failed = cli_number(result, "failed");
    printf("%lld case%s hold%s, %lld do%s not\n", (long long)held, cli_s(held),
           held == 1 ? "s" : "", (long long)failed, failed == 1 ? "es" : "");
}

/* Counts of the whole, or of the members of one initiative. */
typedef struct {
    int64_t all, runs, manual, disabled, unsupported, absent;
} state_counts;

static void add_state(state_counts *counts, bd_str state) {
    counts->all++;
    counts->runs += bd_str_eqz(state, "runs");
    counts->manual += bd_str_eqz(state, "manual");
    counts->disabled += bd_str_eqz(state, "disabled");
    counts->unsupported += bd_str_eqz(state, "unsupported");
    counts->absent += bd_str_eqz(state, "absent");
}

static void print_counts(const state_counts *counts) {
    const struct {
        int64_t count;
        const char *word;
    } rest[] = {{counts->manual, "manual"},
                {counts->disabled, "disabled"},
                {counts->unsupported, "unsupported"},
                {counts->absent, "absent"}};
    printf("%lld polic%s, %lld run%s", (long long)counts->all, counts->all == 1 ? "y" : "ies",
           (long long)counts->runs, counts->runs == 1 ? "s" : "");
    for (size_t i = 0; i < BD_COUNT(rest); i++) {
        if (rest[i].count > 0) {
            printf(", %lld %s", (long long)rest[i].count, rest[i].word);
        }
    }
    printf("\n");
}

static void print_name(const bd_value *policy) {
    bd_str title = bd_value_text(policy, "title");
    cli_print_text(title.size > 0 ? title : bd_value_text(policy, "id"));
}

static void print_type(const bd_value *count, const bd_value *policy) {
    printf("%8lld %6lld %6lld %12lld  ", (long long)cli_number(count, "pass"),
           (long long)cli_number(count, "fail"), (long long)cli_number(count, "not_applicable"),
           (long long)cli_number(count, "cannot_tell"));
    print_name(policy);
    printf(" (");
    cli_print_text(bd_value_text(policy, "effect"));
    printf(", ");
    cli_print_text(bd_value_text(count, "type"));
    printf(")\n");
}

/* Returns how many policies concern nothing that the evidence shows. */
static int64_t print_run(const bd_value *list, size_t from, size_t to) {
    int64_t idle = 0;
    printf("%8s %6s %6s %12s\n", "pass", "fail", "n/a", "cannot-tell");
    for (size_t i = from; i < to; i++) {
        const bd_value *types = bd_value_find(&list->items[i], "types");
        bool runs = bd_str_eqz(bd_value_text(&list->items[i], "state"), "runs");
        idle += runs && types->count == 0 ? 1 : 0;
        for (size_t t = 0; runs && t < types->count; t++) {
            print_type(&types->items[t], &list->items[i]);
        }
    }
    return idle;
}

static void print_problems(const bd_value *list, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        bd_str problem = bd_value_text(&list->items[i], "problem");
        if (problem.size > 0) {
            cli_print_text(bd_value_text(&list->items[i], "state"));
            printf(": ");
            print_name(&list->items[i]);
            printf(": ");
            cli_print_text(problem);
            printf("\n");
        }
    }
}

void cli_print_coverage(const cli_call *call, const bd_value *result) {
    (void)call;
    const bd_value *criteria = bd_value_find(result, "criteria");
    const bd_value *remarks = bd_value_find(result, "remarks");
    printf("%-9s %8s %9s %10s %8s %8s %6s\n", "criterion", "controls", "automated", "supporting",
           "document", "no check", "checks");
    for (size_t i = 0; i < criteria->count; i++) {
        const bd_value *one = &criteria->items[i];
        const bd_value *checks = bd_value_find(one, "checks");
        bd_str id = bd_value_text(one, "id");
        printf("%-9.*s %8lld %9lld %10lld %8lld %8lld %6zu\n", BD_ARG(id),
               (long long)cli_number(one, "controls"), (long long)cli_number(one, "automated"),
               (long long)cli_number(one, "supporting"), (long long)cli_number(one, "document"),
               (long long)cli_number(one, "none"), checks->count);
    }
    printf("%lld of %zu criteria have automated input; %zu remark%s\n",
           (long long)cli_number(result, "automated"), criteria->count, remarks->count,
           cli_s((int64_t)remarks->count));
    for (size_t i = 0; i < remarks->count; i++) {
        bd_str kind = bd_value_text(&remarks->items[i], "kind");
        printf("%-15.*s ", BD_ARG(kind));
        cli_print_text(bd_value_text(&remarks->items[i], "subject"));
        printf(": ");
        cli_print_text(bd_value_text(&remarks->items[i], "text"));
        printf("\n");
    }
}

void cli_print_policies(const cli_call *call, const bd_value *result) {
    (void)call;
    const bd_value *list = bd_value_find(result, "policies");
    for (size_t from = 0, to; from < list->count; from = to) {
        bd_str initiative = bd_value_text(&list->items[from], "initiative");
        state_counts counts = {0};
        for (to = from; to < list->count &&
                        bd_str_eq(bd_value_text(&list->items[to], "initiative"), initiative);
             to++) {
            add_state(&counts, bd_value_text(&list->items[to], "state"));
        }
        if (initiative.size > 0) {
            cli_print_text(initiative);
            printf(": ");
        }
        print_counts(&counts);
        int64_t idle = print_run(list, from, to);
        printf("%lld of those that run concern%s no resource that the evidence shows\n",
               (long long)idle, idle == 1 ? "s" : "");
        print_problems(list, from, to);
    }
}
