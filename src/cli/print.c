/* Results for a person: short lines, aligned, no decoration that a log file could not keep. */
#include "cli_priv.h"

#include <string.h>
#include <unistd.h>

/* ---- plumbing ---- */

static bd_rc write_stdout(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)sink;
    if (fwrite(bytes, 1, count, stdout) != count) {
        BD_RAISE(err, BD_ERR_IO, "cannot write to standard output");
    }
    return BD_OK;
}

void cli_print_json(const bd_value *result) {
    bd_sink sink = {.write = write_stdout};
    bd_err err;
    if (bd_failed(bd_json_write_canonical(result, &sink, &err))) {
        fprintf(stderr, "bindery: %s\n", err.message);
        return;
    }
    fputc('\n', stdout);
}

static bd_arena *print_arena(void) {
    return bd_arena_open("print", (size_t)64 << 20);
}

static void print_text(bd_str text) {
    bd_arena *arena = print_arena();
    bd_str seen = bd_str_visible(arena, text);
    fwrite(seen.data, 1, seen.size, stdout);
    bd_arena_close(arena);
}

static int64_t number(const bd_value *object, const char *key) {
    int64_t value = 0;
    bd_value_i64(object, key, &value);
    return value;
}

void cli_print_diags(const bd_diags *diags, bool is_quiet) {
    static const char *const words[] = {
        [BD_DIAG_NOTE] = "note", [BD_DIAG_WARNING] = "warning", [BD_DIAG_REFUSED] = "refused"};
    bd_arena *arena = print_arena();
    for (size_t i = 0; i < diags->count; i++) {
        const bd_diag *diag = &diags->data[i];
        if (is_quiet && diag->severity == BD_DIAG_NOTE) {
            continue;
        }
        bd_str subject = bd_str_visible(arena, diag->subject);
        bd_str message = bd_str_visible(arena, diag->message);
        fprintf(stderr, "bindery: %s: '%.*s'%s%.*s: %.*s\n", words[diag->severity], BD_ARG(subject),
                diag->locus.size > 0 ? ", " : "", BD_ARG(diag->locus), BD_ARG(message));
    }
    bd_arena_close(arena);
}

static bool has_bar;

void cli_progress(void *context, const char *stage, uint64_t done, uint64_t total) {
    (void)context;
    if (!isatty(STDERR_FILENO)) {
        return; /* plain lines would only fill a scheduler's log: the result says what was done */
    }
    enum { WIDTH = 24 };
    int filled = total > 0 ? (int)(done * WIDTH / total) : 0;
    fprintf(stderr, "\r%-8s [", stage);
    for (int i = 0; i < WIDTH; i++) {
        fputc(i < filled ? '#' : '.', stderr);
    }
    fprintf(stderr, "]\033[K");
    fflush(stderr);
    has_bar = true;
}

void cli_progress_end(void) {
    if (has_bar) {
        fprintf(stderr, "\r\033[K");
        has_bar = false;
    }
}

/* ---- run, ingest, assess, render, package ---- */

static void print_ratio(const bd_value *result, const char *key, const char *word) {
    const bd_value *ratio = bd_value_find(result, key);
    if (ratio != NULL) {
        printf("%s %lld of %lld (%.*s %%)", word, (long long)number(ratio, "n"), (long long)number(ratio, "of"),
               BD_ARG(bd_value_text(ratio, "percent")));
    }
}

static void print_file(const bd_value *result, const char *key, const char *what) {
    bd_str path = bd_value_text(result, key);
    if (path.size > 0) {
        printf("%-17s ", what);
        print_text(path);
        printf("\n");
    }
}

static void print_ingest(const bd_value *ingest) {
    if (ingest == NULL) {
        return;
    }
    printf("%lld new, %lld unchanged, %lld refused; %lld items in the locker\n", (long long)number(ingest, "new"),
           (long long)number(ingest, "same"), (long long)number(ingest, "refused"), (long long)number(ingest, "items"));
}

static void print_states(const bd_value *result) {
    printf("period %.*s (%.*s), as of %.*s (%.*s)\n", BD_ARG(bd_value_text(result, "period")),
           BD_ARG(bd_value_text(result, "period_why")), BD_ARG(bd_value_text(result, "as_of")),
           BD_ARG(bd_value_text(result, "as_of_why")));
    print_ratio(result, "ready", "READY");
    printf("   ");
    print_ratio(result, "cover", "COVER");
    printf("   ");
    print_ratio(result, "fresh", "FRESH");
    printf("\ncontrols in scope: %lld [x]  %lld [~]  %lld [ ]", (long long)number(result, "complete"),
           (long long)number(result, "in_progress"), (long long)number(result, "not_started"));
    if (number(result, "not_applicable") + number(result, "not_yet_due") > 0) {
        printf("  %lld n/a  %lld not yet due", (long long)number(result, "not_applicable"),
               (long long)number(result, "not_yet_due"));
    }
    printf("; %lld with an exception (!)\n", (long long)number(result, "with_exception"));
    printf("evidence: %lld items, %lld unmapped; %lld failing records; %lld exceptions, %lld open\n",
           (long long)number(result, "evidence"), (long long)number(result, "unmapped"),
           (long long)number(result, "findings"), (long long)number(result, "exceptions"),
           (long long)number(result, "exceptions_open"));
}

void cli_print_run(const bd_value *result) {
    print_ingest(bd_value_find(result, "ingest"));
    if (bd_value_find(result, "ready") == NULL) {
        return;
    }
    print_states(result);
    print_file(result, "binder_file", "binder");
    print_file(result, "readiness_file", "readiness report");
    print_file(result, "assessment_file", "assessment");
    print_file(result, "findings_file", "findings");
    print_file(result, "package_file", "package");
    bd_str signer = bd_value_text(result, "signer");
    if (signer.size > 0) {
        printf("signed by         ");
        print_text(signer);
        printf("%s\n", bd_value_is_true(result, "trial") ? "; a trial identity proves integrity, not who you are" : "");
    }
}

void cli_print_init(const bd_value *result) {
    bd_str folder = bd_value_text(result, "folder");
    print_text(folder);
    printf(" is an engagement of ");
    print_text(bd_value_text(result, "organisation"));
    printf(", period %.*s\nnext: put exports into ", BD_ARG(bd_value_text(result, "period")));
    print_text(folder);
    printf("/inbox, then 'bindery -C ");
    print_text(folder);
    printf(" run'\n");
}

void cli_print_review(const bd_value *result) {
    int64_t count = number(result, "reviewed");
    printf("%lld item%s signed off by ", (long long)count, count == 1 ? "" : "s");
    print_text(bd_value_text(result, "by"));
    printf(" as %.*s\n", BD_ARG(bd_value_text(result, "as")));
}

void cli_print_sign(const bd_value *result) {
    printf("signed by ");
    print_text(bd_value_text(result, "signer"));
    printf("\n");
}

void cli_print_lint(const bd_value *result) {
    printf("%lld criteria, %lld controls, %lld sources, %lld checks: %lld faults, %lld remarks\n",
           (long long)number(result, "criteria"), (long long)number(result, "controls"),
           (long long)number(result, "sources"), (long long)number(result, "checks"), (long long)number(result, "faults"),
           (long long)number(result, "remarks"));
}

/* ---- verify ---- */

static void print_fact(const bd_value *result, const char *key, const char *label) {
    bd_str text = bd_value_text(result, key);
    if (text.size > 0) {
        printf("  %-12s ", label);
        print_text(text);
        printf("\n");
    }
}

void cli_print_verify(const bd_value *result) {
    bd_str verdict = bd_value_text(result, "verdict");
    bd_str id = bd_value_text(result, "package_id");
    printf("%.*s ", BD_ARG(verdict));
    print_text(id.size > 0 ? id : bd_value_text(result, "file"));
    printf("\n");
    print_fact(result, "organisation", "organisation");
    if (bd_value_text(result, "period").size > 0) {
        printf("  %-12s %.*s, %.*s to %.*s, as of %.*s\n", "period", BD_ARG(bd_value_text(result, "period")),
               BD_ARG(bd_value_text(result, "period_from")), BD_ARG(bd_value_text(result, "period_to")),
               BD_ARG(bd_value_text(result, "as_of")));
        printf("  %-12s %lld, %lld bytes\n", "files", (long long)number(result, "files"), (long long)number(result, "bytes"));
    }
    const bd_value *signatures = bd_value_find(result, "signatures");
    for (size_t i = 0; signatures != NULL && i < signatures->count; i++) {
        print_fact(&signatures->items[i], "signer", "signer");
        print_fact(&signatures->items[i], "fingerprint", "SHA-256");
        print_fact(&signatures->items[i], "level", "level");
        print_fact(&signatures->items[i], "claimed_time", "stated time");
    }
    print_fact(result, "signer", "signer");
    print_fact(result, "fingerprint", "SHA-256");
    printf("  %-12s none\n", "time-stamp");
    const bd_value *faults = bd_value_find(result, "faults");
    for (size_t i = 0; faults != NULL && i < faults->count; i++) {
        const bd_value *fault = &faults->items[i];
        printf("  %.*s: ", BD_ARG(bd_value_text(fault, "word")));
        if (bd_value_text(fault, "path").size > 0) {
            print_text(bd_value_text(fault, "path"));
            printf(": ");
        }
        print_text(bd_value_text(fault, "sentence"));
        printf("\n");
    }
    if (bd_str_eqz(verdict, "VERIFIED")) {
        printf("  Unchanged since it was signed by a certificate you trust. This says nothing about whether controls "
               "operated.\n");
    }
}

/* ---- status ---- */

static void print_control_line(const bd_value *control) {
    char state[24];
    snprintf(state, sizeof state, "%.*s%s", BD_ARG(bd_value_text(control, "state")),
             bd_value_is_true(control, "exception") ? " !" : "");
    bd_str owner = bd_value_text(control, "owner");
    printf("%-6s %-8.*s %-22.*s ", state, BD_ARG(bd_value_text(control, "id")), BD_ARG(owner));
    print_text(bd_value_text(control, "reason"));
    printf("\n");
}

void cli_print_status(const bd_value *assessment, const cli_call *call) {
    const bd_value *score = bd_value_find(assessment, "score");
    const bd_value *period = bd_value_find(assessment, "period");
    printf("%.*s, as of %.*s\n", BD_ARG(bd_value_text(period, "id")), BD_ARG(bd_value_text(assessment, "as_of")));
    static const char *const ratios[][2] = {{"ready", "READY"}, {"cover", "COVER"}, {"fresh", "FRESH"}};
    for (size_t i = 0; i < BD_COUNT(ratios); i++) {
        const bd_value *ratio = bd_value_find(score, ratios[i][0]);
        const bd_value *percent = bd_value_find(ratio, "percent");
        printf("%s%s %lld of %lld (%.*s %%)", i > 0 ? "   " : "", ratios[i][1], (long long)number(ratio, "n"),
               (long long)number(ratio, "of"), BD_ARG(percent != NULL ? percent->text : BD_STR("0.0")));
    }
    printf("\n\n");
    const bd_value *controls = bd_value_find(assessment, "controls");
    for (size_t i = 0; controls != NULL && i < controls->count; i++) {
        const bd_value *control = &controls->items[i];
        bool is_ours = bd_str_eqz(bd_value_text(control, "origin"), "ours");
        bool is_others = call->has[OPT_OWNER] && !bd_str_eq(bd_value_text(control, "owner"), call->values[OPT_OWNER]);
        if ((!is_ours || call->has[OPT_ALL]) && !is_others) {
            print_control_line(control);
        }
    }
    printf("\n[x] complete  [~] in progress  [ ] not started  ! an exception happened in the period\n");
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
                print_text(bd_value_text(item, "path"));
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
               BD_ARG(bd_value_text(instance, "outcome")), bd_value_is_true(instance, "accepted") ? ", accepted" : "",
               bd_value_is_true(instance, "late") ? ", late" : "");
        print_text(bd_value_text(instance, "reason"));
        printf("\n");
        print_paths(bd_value_find(instance, "evidence"), evidence);
    }
}

static void print_rules(const bd_value *rule) {
    printf("  %.*s (%.*s, %.*s)  ", BD_ARG(bd_value_text(rule, "id")), BD_ARG(bd_value_text(rule, "half")),
           BD_ARG(bd_value_text(rule, "frequency")));
    print_text(bd_value_text(rule, "statement"));
    printf("\n    age: at most %lld days, %lld days of grace%s\n", (long long)number(rule, "max_age_days"),
           (long long)number(rule, "grace_days"),
           bd_value_is_true(rule, "signoff") ? "; handed-in items need a preparer and a different reviewer" : "");
    const bd_value *checks = bd_value_find(rule, "checks");
    for (size_t i = 0; checks != NULL && i < checks->count; i++) {
        printf("    check %.*s (%.*s): ", BD_ARG(bd_value_text(&checks->items[i], "id")),
               BD_ARG(bd_value_text(&checks->items[i], "shape")));
        print_text(bd_value_text(&checks->items[i], "tested"));
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
        printf("  %-26.*s %-8.*s %-10.*s %-12.*s pass %lld, fail %lld, n/a %lld, cannot tell %lld  ",
               BD_ARG(bd_value_text(check, "id")), BD_ARG(bd_value_text(check, "instance")),
               BD_ARG(bd_value_text(check, "snapshot")), BD_ARG(bd_value_text(check, "verdict")),
               (long long)number(check, "passed"), (long long)number(check, "failed"),
               (long long)number(check, "not_applicable"), (long long)number(check, "cannot_tell"));
        print_text(bd_value_text(check, "scope"));
        printf("\n");
    }
}

static void print_exceptions(const bd_value *control, const bd_value *exceptions) {
    const bd_value *ids = bd_value_find(control, "exceptions");
    for (size_t i = 0; ids != NULL && i < ids->count; i++) {
        for (size_t j = 0; exceptions != NULL && j < exceptions->count; j++) {
            const bd_value *one = &exceptions->items[j];
            if (!bd_str_eq(bd_value_text(one, "id"), ids->items[i].text)) {
                continue;
            }
            printf("\nException %.*s (%.*s)\n  ", BD_ARG(ids->items[i].text), BD_ARG(bd_value_text(one, "state")));
            print_text(bd_value_text(one, "resource"));
            printf("\n  ");
            print_text(bd_value_text(one, "reason"));
            printf("\n");
            print_fact(one, "last_seen_clean", "last clean");
            print_fact(one, "first_seen_failing", "failing from");
            print_fact(one, "last_seen_failing", "failing to");
            print_fact(one, "first_seen_clean", "clean again");
        }
    }
}

void cli_print_explain(const bd_value *result) {
    const bd_value *control = bd_value_find(result, "control");
    if (control == NULL) {
        printf("the control is out of scope: none of its criteria belongs to a category in scope\n");
        return;
    }
    const bd_value *evidence = bd_value_find(result, "evidence");
    printf("%.*s  %.*s%s  %.*s\n", BD_ARG(bd_value_text(control, "id")), BD_ARG(bd_value_text(control, "state")),
           bd_value_is_true(control, "exception") ? " !" : "", BD_ARG(bd_value_text(control, "owner")));
    print_text(bd_value_text(control, "statement"));
    printf("\nWhy: ");
    print_text(bd_value_text(control, "reason"));
    printf("\n\nRules and instances, as of %.*s\n", BD_ARG(bd_value_text(result, "as_of")));
    const bd_value *rules = bd_value_find(result, "rules");
    for (size_t i = 0; rules != NULL && i < rules->count; i++) {
        print_rules(&rules->items[i]);
        const bd_value *requirement = requirement_of(control, bd_value_text(&rules->items[i], "id"));
        if (requirement != NULL) {
            print_instances(requirement, evidence);
        }
    }
    print_checks(control);
    print_exceptions(control, bd_value_find(result, "exceptions"));
}
