/* Status and explain for a person: the assessment as lists of short lines. */
#include "cli_priv.h"

#include <string.h>

/* ---- status ---- */

static void print_control_line(const bd_value *control) {
    char state[24];
    snprintf(state, sizeof state, "%.*s%s", BD_ARG(bd_value_text(control, "state")),
             bd_value_is_true(control, "exception") ? " !" : "");
    bd_str owner = bd_value_text(control, "owner");
    printf("%-6s %-8.*s %-22.*s ", state, BD_ARG(bd_value_text(control, "id")), BD_ARG(owner));
    cli_print_text(bd_value_text(control, "reason"));
    printf("\n");
}

void cli_print_status(const cli_call *call, const bd_value *assessment) {
    const bd_value *score = bd_value_find(assessment, "score");
    const bd_value *period = bd_value_find(assessment, "period");
    printf("%.*s, ", BD_ARG(bd_value_text(period, "id")));
    cli_print_as_of(assessment, bd_value_text(period, "timezone"));
    printf("\n");
    static const char *const ratios[][2] = {
        {"ready", "READY"}, {"cover", "COVER"}, {"fresh", "FRESH"}};
    for (size_t i = 0; i < BD_COUNT(ratios); i++) {
        const bd_value *ratio = bd_value_find(score, ratios[i][0]);
        const bd_value *percent = bd_value_find(ratio, "percent");
        printf("%s%s %lld of %lld (%.*s %%)", i > 0 ? "   " : "", ratios[i][1],
               (long long)cli_number(ratio, "n"), (long long)cli_number(ratio, "of"),
               BD_ARG(percent != NULL ? percent->text : BD_STR("0.0")));
    }
    printf("\n\n");
    const bd_value *controls = bd_value_find(assessment, "controls");
    for (size_t i = 0; controls != NULL && i < controls->count; i++) {
        const bd_value *control = &controls->items[i];
        bool is_ours = bd_str_eqz(bd_value_text(control, "origin"), "ours");
        bool is_others = call->has[OPT_OWNER] &&
                         !bd_str_eq(bd_value_text(control, "owner"), call->values[OPT_OWNER]);
        if ((!is_ours || call->has[OPT_ALL]) && !is_others) {
            print_control_line(control);
        }
    }
    printf("\n[x] complete  [~] in progress  [ ] not started  ! an exception happened in the "
           "period\n");
}

/* ---- explain ---- */

static void print_paths(const bd_value *numbers, const bd_value *evidence) {
    for (size_t i = 0; numbers != NULL && i < numbers->count; i++) {
        bd_str id = numbers->items[i].text;
        printf("        %.*s", BD_ARG(id));
        for (size_t j = 0; evidence != NULL && j < evidence->count; j++) {
            const bd_value *item = &evidence->items[j];
            if (bd_str_eq(bd_value_text(item, "id"), id)) {
                printf("  ");
                cli_print_text(bd_value_text(item, "path"));
                printf("  %.*s", BD_ARG(bd_str_sub(bd_value_text(item, "sha256"), 0, 12)));
            }
        }
        printf("\n");
    }
}

static void print_instances(const bd_value *requirement, const bd_value *evidence) {
    const bd_value *instances = bd_value_find(requirement, "instances");
    for (size_t i = 0; instances != NULL && i < instances->count; i++) {
        const bd_value *instance = &instances->items[i];
        printf("    %.*s  %.*s%s%s  ", BD_ARG(bd_value_text(instance, "instance")),
               BD_ARG(bd_value_text(instance, "outcome")),
               bd_value_is_true(instance, "accepted") ? ", accepted" : "",
               bd_value_is_true(instance, "late") ? ", late" : "");
        cli_print_text(bd_value_text(instance, "reason"));
        printf("\n");
        print_paths(bd_value_find(instance, "evidence"), evidence);
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
        const bd_value *pass = bd_value_find(&checks->items[i], "pass");
        if (pass != NULL) {
            printf("      pass: ");
            cli_print_json(pass);
        }
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

static void print_exceptions(const bd_value *control, const bd_value *exceptions) {
    const bd_value *ids = bd_value_find(control, "exceptions");
    for (size_t i = 0; ids != NULL && i < ids->count; i++) {
        for (size_t j = 0; exceptions != NULL && j < exceptions->count; j++) {
            const bd_value *one = &exceptions->items[j];
            if (!bd_str_eq(bd_value_text(one, "id"), ids->items[i].text)) {
                continue;
            }
            printf("\nException %.*s (%.*s)\n  ", BD_ARG(ids->items[i].text),
                   BD_ARG(bd_value_text(one, "state")));
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
    }
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

void cli_print_explain(const cli_call *call, const bd_value *result) {
    (void)call;
    const bd_value *control = bd_value_find(result, "control");
    if (control == NULL) {
        printf(
            "the control is out of scope: none of its criteria belongs to a category in scope\n");
        return;
    }
    const bd_value *evidence = bd_value_find(result, "evidence");
    printf("%.*s  %.*s%s  %.*s\n", BD_ARG(bd_value_text(control, "id")),
           BD_ARG(bd_value_text(control, "state")),
           bd_value_is_true(control, "exception") ? " !" : "",
           BD_ARG(bd_value_text(control, "owner")));
    cli_print_text(bd_value_text(control, "statement"));
    printf("\nWhy: ");
    cli_print_text(bd_value_text(control, "reason"));
    printf("\n\nRules and instances, ");
    cli_print_as_of(result, bd_value_text(result, "timezone"));
    printf("\n");
    const bd_value *rules = bd_value_find(result, "rules");
    for (size_t i = 0; rules != NULL && i < rules->count; i++) {
        print_rules(&rules->items[i]);
        const bd_value *requirement =
            requirement_of(control, bd_value_text(&rules->items[i], "id"));
        if (requirement != NULL) {
            print_instances(requirement, evidence);
        }
    }
    print_checks(control);
    print_exceptions(control, bd_value_find(result, "exceptions"));
    cli_print_populations(bd_value_find(result, "populations"));
    print_disagreements(bd_value_find(result, "disagreements"));
}
