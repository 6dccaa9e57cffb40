/* Explain for a person: how one state came about, step by step. */
#include "cli_priv.h"

#include <string.h>

/* ---- explain ---- */

static void print_ids(const bd_value *numbers) {
    bool has_any = numbers != NULL && numbers->count > 0;
    printf("%s", has_any ? "        files:" : "");
    for (size_t i = 0; has_any && i < numbers->count; i++) {
        printf("%s%.*s", i > 0 && i % 10 == 0 ? "\n               " : " ",
               BD_ARG(numbers->items[i].text));
    }
    printf("%s", has_any ? "\n" : "");
}

static void print_instances(const bd_value *requirement) {
    const bd_value *instances = bd_value_find(requirement, "instances");
    for (size_t i = 0; instances != NULL && i < instances->count; i++) {
        const bd_value *instance = &instances->items[i];
        printf("    %.*s  %.*s%s%s  ", BD_ARG(bd_value_text(instance, "instance")),
               BD_ARG(bd_value_text(instance, "outcome")),
               bd_value_is_true(instance, "accepted") ? ", accepted" : "",
               bd_value_is_true(instance, "late") ? ", late" : "");
        cli_print_text(bd_value_text(instance, "reason"));
        printf("\n");
        print_ids(bd_value_find(instance, "evidence"));
    }
    const bd_value *gap = bd_value_find(requirement, "longest_gap");
    if (gap != NULL) {
        int64_t days = cli_number(gap, "days");
        printf("    longest gap: %lld day%s, %.*s to %.*s\n", (long long)days, cli_s(days),
               BD_ARG(bd_value_text(gap, "from")), BD_ARG(bd_value_text(gap, "to")));
    }
}

/* The parts of a check that decide a verdict, as the catalog has them. */
static void print_rule(const bd_value *check) {
    static const char *const parts[] = {
        "source", "population", "events",  "related",  "window", "within_days", "tile",
        "expect", "of",         "together", "min",    "max",    "where",       "pass", "missing",
        "until",  "each",       "reports", "document_types", "max_approval_age_months"};
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        const bd_value *part = bd_value_find(check, parts[i]);
        if (part == NULL) {
            continue;
        }
        printf("      %s: ", parts[i]);
        if (part->kind == BD_STRING) {
            cli_print_text(part->text);
            printf("\n");
        } else {
            cli_print_json(part);
        }
    }
}

static void print_rules(const bd_value *rule) {
    printf("  %.*s (%.*s, %.*s)  ", BD_ARG(bd_value_text(rule, "id")),
           BD_ARG(bd_value_text(rule, "half")), BD_ARG(bd_value_text(rule, "frequency")));
    cli_print_text(bd_value_text(rule, "statement"));
    printf("\n    age: at most %lld days, %lld days of grace%s\n",
           (long long)cli_number(rule, "max_age_days"), (long long)cli_number(rule, "grace_days"),
           bd_value_is_true(rule, "signoff")
               ? "; handed-in items need a preparer and a different reviewer"
               : "");
    const bd_value *checks = bd_value_find(rule, "checks");
    for (size_t i = 0; checks != NULL && i < checks->count; i++) {
        printf("    check %.*s (%.*s): ", BD_ARG(bd_value_text(&checks->items[i], "id")),
               BD_ARG(bd_value_text(&checks->items[i], "shape")));
        cli_print_text(bd_value_text(&checks->items[i], "tested"));
        printf("\n");
        print_rule(&checks->items[i]);
    }
    if (checks == NULL || checks->count == 0) {
        printf("    no check of the catalog reads it; a person has to show it\n");
    }
}

static const bd_value *requirement_of(const bd_value *control, bd_str id) {
    const bd_value *requirements = bd_value_find(control, "requirements");
    bd_str number_text = bd_value_text(control, "id");
    for (size_t i = 0; requirements != NULL && i < requirements->count; i++) {
        bd_str req = bd_value_text(&requirements->items[i], "req");
        if (id.size == number_text.size + req.size && bd_str_has_suffix(id, req)) {
            return &requirements->items[i];
        }
    }
    return NULL;
}

static void print_checks(const bd_value *control) {
    const bd_value *checks = bd_value_find(control, "checks");
    if (checks == NULL || checks->count == 0) {
        return;
    }
    printf("\nWhat the checks found\n");
    for (size_t i = 0; i < checks->count; i++) {
        const bd_value *check = &checks->items[i];
        printf(
            "  %-26.*s %-8.*s %-10.*s %-12.*s pass %lld, fail %lld, n/a %lld, cannot tell %lld  ",
            BD_ARG(bd_value_text(check, "id")), BD_ARG(bd_value_text(check, "instance")),
            BD_ARG(bd_value_text(check, "snapshot")), BD_ARG(bd_value_text(check, "verdict")),
            (long long)cli_number(check, "passed"), (long long)cli_number(check, "failed"),
            (long long)cli_number(check, "not_applicable"),
            (long long)cli_number(check, "cannot_tell"));
        cli_print_text(bd_value_text(check, "scope"));
        printf("\n");
    }
}

static void print_act(const bd_value *exception, const char *kind, const char *title,
                      const char *text) {
    const bd_value *act = bd_value_find(exception, kind);
    if (act == NULL) {
        return;
    }
    printf("  %-12s ", title);
    cli_print_text(bd_value_text(act, text));
    printf(" (");
    cli_print_text(bd_value_text(act, "by"));
    printf(", ");
    cli_print_text(bd_value_text(act, "role"));
    printf(", %.*s)\n", BD_ARG(bd_value_text(act, "at")));
    cli_print_fact(act, "cause", "  cause");
    cli_print_fact(act, "effect", "  effect");
    cli_print_fact(act, "due", "  due");
    cli_print_fact(act, "until", "  until");
}

static void print_exception(const bd_value *one) {
    printf("\nException %.*s (%.*s)\n  ", BD_ARG(bd_value_text(one, "id")), BD_ARG(bd_value_text(one, "state")));
    cli_print_text(bd_value_text(one, "resource"));
    printf("\n  ");
    cli_print_text(bd_value_text(one, "reason"));
    printf("\n");
    cli_print_fact(one, "last_seen_clean", "last clean");
    cli_print_fact(one, "first_seen_failing", "failing from");
    cli_print_fact(one, "last_seen_failing", "failing to");
    cli_print_fact(one, "first_seen_clean", "clean again");
    print_act(one, "response", "response", "response");
    print_act(one, "closed", "reviewed", "checked");
    print_act(one, "waiver", "waiver", "reason");
}

static void print_disagreements(const bd_value *list) {
    if (list == NULL || list->count == 0) {
        return;
    }
    printf("\nOther tools say otherwise (no part of the state)\n");
    for (size_t i = 0; i < list->count; i++) {
        const bd_value *one = &list->items[i];
        printf("  %.*s: ours %.*s on %.*s, theirs %.*s from %.*s to %.*s (%.*s)  ",
               BD_ARG(bd_value_text(one, "check")), BD_ARG(bd_value_text(one, "ours")),
               BD_ARG(bd_value_text(one, "ours_on")), BD_ARG(bd_value_text(one, "theirs")),
               BD_ARG(bd_value_text(one, "first")), BD_ARG(bd_value_text(one, "last")),
               BD_ARG(bd_value_text(one, "import")));
        cli_print_text(bd_value_text(one, "resource"));
        printf("\n");
    }
}

/* ---- how the state follows ---- */

static void print_condition(bool holds, const char *words) {
    printf("  %s  %s", holds ? "holds" : "LACKS", words);
}

static size_t count_open(const bd_value *exceptions) {
    size_t open = 0;
    for (size_t i = 0; i < bd_value_count(exceptions); i++) {
        open += bd_str_eqz(bd_value_text(&exceptions->items[i], "state"), "open");
    }
    return open;
}

static bool is_instance_due(const bd_value *instance) {
    return !bd_str_eqz(bd_value_text(instance, "outcome"), "not-due");
}

static bool ends_in_deviation(const bd_value *requirement) {
    const bd_value *instances = bd_value_find(requirement, "instances");
    bool is_last = false;
    for (size_t i = 0; instances != NULL && i < instances->count; i++) {
        const bd_value *one = &instances->items[i];
        is_last = is_instance_due(one) ? bd_str_eqz(bd_value_text(one, "outcome"), "deviation")
                                       : is_last;
    }
    return is_last;
}

static bool deviates_too_often(const bd_value *requirement) {
    int64_t deviating = cli_number(requirement, "deviating");
    return deviating > 1 && deviating * 4 > cli_number(requirement, "due");
}

typedef bool requirement_fn(const bd_value *requirement);

/* The letters of the requirements of which it is true, behind the sentence. */
static void print_condition_of(const bd_value *control, requirement_fn *is_against,
                               const char *words) {
    const bd_value *requirements = bd_value_find(control, "requirements");
    size_t count = 0;
    for (size_t i = 0; requirements != NULL && i < requirements->count; i++) {
        count += is_against(&requirements->items[i]);
    }
    print_condition(count == 0, words);
    printf("%s", count > 0 ? "; not so in" : "");
    for (size_t i = 0; requirements != NULL && i < requirements->count; i++) {
        if (is_against(&requirements->items[i])) {
            printf(" %.*s", BD_ARG(bd_value_text(&requirements->items[i], "req")));
        }
    }
    printf("\n");
}

static bool is_stale(const bd_value *requirement) {
    return cli_number(requirement, "due") > 0 && !bd_value_is_true(requirement, "fresh");
}

/* The conditions of definition bindery-1, section 3, one by one. */
static void print_derivation(const bd_value *control, const bd_value *exceptions) {
    bd_str state = bd_value_text(control, "state");
    if (bd_str_eqz(state, "n/a") || bd_str_eqz(state, "not-yet-due")) {
        return;
    }
    long long due = cli_number(control, "due"), accepted = cli_number(control, "accepted");
    size_t open = count_open(exceptions);
    printf("\nHow the state follows: [x] needs all of these; else [~] where any evidence describes a day "
           "of the period, else [ ]\n");
    print_condition(accepted == due, "every due instance is accepted:");
    printf(" %lld of %lld\n", accepted, due);
    print_condition(open == 0, "every exception is closed:");
    printf(" %zu open\n", open);
    print_condition_of(control, ends_in_deviation, "the last due instance is no deviation");
    print_condition_of(control, deviates_too_often,
                       "not more than one and more than a quarter of the due instances deviate");
    print_condition_of(control, is_stale, "the evidence is fresh (age limit and grace)");
}

/* ---- files ---- */

static void print_file(const bd_value *item) {
    printf("  %.*s  %.*s  ", BD_ARG(bd_value_text(item, "id")), BD_ARG(bd_value_text(item, "sha256")));
    cli_print_text(bd_value_text(item, "path"));
    printf("\n          describes %.*s", BD_ARG(bd_value_text(item, "describes_from")));
    if (!bd_value_is_true(item, "snapshot")) {
        printf(" to %.*s", BD_ARG(bd_value_text(item, "describes_to")));
    }
    printf("; %.*s; complete: %.*s%s%s\n", BD_ARG(bd_value_text(item, "origin")),
           BD_ARG(bd_value_text(item, "completeness")),
           bd_value_is_true(item, "signed_off") ? "; signed off" : "",
           bd_value_is_true(item, "collected_at_assumed") ? "; time assumed" : "");
    if (bd_value_is_true(item, "withdrawn")) {
        printf("          withdrawn: ");
        cli_print_text(bd_value_text(item, "withdrawn_reason"));
        printf(" (");
        cli_print_text(bd_value_text(item, "withdrawn_by"));
        printf("); its findings stay, nothing passes by it\n");
    }
}

static void print_files(const bd_value *evidence) {
    printf("%s", bd_value_count(evidence) > 0 ? "\nFiles, with SHA-256 of what was handed in\n"
                                              : "\nNo file on record speaks to it.\n");
    for (size_t i = 0; i < bd_value_count(evidence); i++) {
        print_file(&evidence->items[i]);
    }
}

static void print_by_hand(void) {
    printf("\nBy hand: compare each file with its hash (sha256sum FILE). For every snapshot keep the\n"
           "records that 'where' describes and apply 'pass' to each; a field that a record lacks gives\n"
           "what 'missing' says. Any record that fails makes the snapshot fail; else any that cannot be\n"
           "told, or a snapshot that is not complete, makes it cannot-tell. An instance deviates if any\n"
           "of its snapshots fails and is clean if each check passes it; then go through the conditions\n"
           "above. Conditions are those of Azure Policy; 'bindery catalog test' runs one on one record.\n");
}

void cli_print_explain(const cli_call *call, const bd_value *result) {
    (void)call;
    const bd_value *control = bd_value_find(result, "control");
    if (control == NULL) {
        printf(
            "the control is out of scope: none of its criteria belongs to a category in scope\n");
        return;
    }
    printf("%.*s  %.*s%s  %.*s\n", BD_ARG(bd_value_text(control, "id")),
           BD_ARG(bd_value_text(control, "state")),
           bd_value_is_true(control, "exception") ? " !" : "",
           BD_ARG(bd_value_text(control, "owner")));
    cli_print_text(bd_value_text(control, "statement"));
    printf("\nWhy: ");
    cli_print_text(bd_value_text(control, "reason"));
    printf("\n");
    print_derivation(control, bd_value_find(result, "exceptions"));
    printf("\nRules and instances, ");
    cli_print_as_of(result, bd_value_text(result, "timezone"));
    printf("\n");
    const bd_value *rules = bd_value_find(result, "rules");
    for (size_t i = 0; rules != NULL && i < rules->count; i++) {
        print_rules(&rules->items[i]);
        const bd_value *requirement =
            requirement_of(control, bd_value_text(&rules->items[i], "id"));
        if (requirement != NULL) {
            print_instances(requirement);
        }
    }
    print_checks(control);
    const bd_value *exceptions = bd_value_find(result, "exceptions");
    for (size_t i = 0; i < bd_value_count(exceptions); i++) {
        print_exception(&exceptions->items[i]);
    }
    cli_print_populations(bd_value_find(result, "populations"));
    print_disagreements(bd_value_find(result, "disagreements"));
    print_files(bd_value_find(result, "evidence"));
    print_by_hand();
}
