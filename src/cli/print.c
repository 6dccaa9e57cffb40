/* Results for a person: short lines, aligned, no decoration that a log file could not keep. */
#include "cli_priv.h"

#include <string.h>

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
    if (!bd_failed(bd_json_write_canonical(result, &sink,
                                           &err))) { /* else the end of the command says so */
        fputc('\n', stdout);
    }
}

static bd_arena *print_arena(void) {
    return bd_arena_open("print", (size_t)64 << 20);
}

void cli_print_text(bd_str text) {
    bd_arena *arena = print_arena();
    bd_str seen = bd_str_visible(arena, text);
    fwrite(seen.data, 1, seen.size, stdout);
    bd_arena_close(arena);
}

int64_t cli_number(const bd_value *object, const char *key) {
    int64_t value = 0;
    bd_value_i64(object, key, &value);
    return value;
}

const char *cli_s(int64_t count) {
    return count == 1 ? "" : "s";
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
        bd_str locus = bd_str_visible(arena, diag->locus);
        bd_str message = bd_str_visible(arena, diag->message);
        fprintf(stderr, "bindery: %s: '%.*s'%s%.*s: %.*s\n", words[diag->severity], BD_ARG(subject),
                locus.size > 0 ? ", " : "", BD_ARG(locus), BD_ARG(message));
    }
    bd_arena_close(arena);
}

/* ---- run, ingest, assess, render, package ---- */

void cli_print_as_of(const bd_value *result, bd_str zone_name) {
    bd_str text = bd_value_text(result, "as_of");
    bd_arena *arena = print_arena();
    const bd_zone *zone = NULL;
    bd_instant at;
    bd_err err;
    if (bd_instant_parse(text, &at) && !bd_failed(bd_zone_load(zone_name, arena, &zone, &err))) {
        text = bd_instant_words(arena, zone, at);
    }
    printf("as of %.*s", BD_ARG(text));
    bd_arena_close(arena);
}

static void print_ratio(const bd_value *result, const char *key, const char *word) {
    const bd_value *ratio = bd_value_find(result, key);
    if (ratio != NULL) {
        printf("%s %lld of %lld (%.*s %%)", word, (long long)cli_number(ratio, "n"),
               (long long)cli_number(ratio, "of"), BD_ARG(bd_value_text(ratio, "percent")));
    }
}

static void print_file(const bd_value *result, const char *key, const char *what) {
    bd_str path = bd_value_text(result, key);
    if (path.size > 0) {
        printf("%-17s ", what);
        cli_print_text(path);
        printf("\n");
    }
}

static void print_ingest(const bd_value *ingest) {
    if (ingest == NULL) {
        return;
    }
    int64_t items = cli_number(ingest, "items");
    printf("%lld new, %lld unchanged, %lld refused; %lld item%s in the locker\n",
           (long long)cli_number(ingest, "new"), (long long)cli_number(ingest, "same"),
           (long long)cli_number(ingest, "refused"), (long long)items, cli_s(items));
}

static void print_states(const bd_value *result) {
    printf("period %.*s (%.*s), ", BD_ARG(bd_value_text(result, "period")),
           BD_ARG(bd_value_text(result, "period_why")));
    cli_print_as_of(result, bd_value_text(result, "timezone"));
    printf(", %.*s\n", BD_ARG(bd_value_text(result, "as_of_why")));
    print_ratio(result, "ready", "READY");
    printf("   ");
    print_ratio(result, "cover", "COVER");
    printf("   ");
    print_ratio(result, "fresh", "FRESH");
    printf("\ncontrols in scope: %lld [x]  %lld [~]  %lld [ ]",
           (long long)cli_number(result, "complete"), (long long)cli_number(result, "in_progress"),
           (long long)cli_number(result, "not_started"));
    if (cli_number(result, "not_applicable") + cli_number(result, "not_yet_due") > 0) {
        printf("  %lld n/a  %lld not yet due", (long long)cli_number(result, "not_applicable"),
               (long long)cli_number(result, "not_yet_due"));
    }
    printf("; %lld with an exception (!)\n", (long long)cli_number(result, "with_exception"));
    int64_t evidence = cli_number(result, "evidence");
    int64_t findings = cli_number(result, "findings");
    int64_t exceptions = cli_number(result, "exceptions");
    printf("evidence: %lld item%s, %lld unmapped, %lld unreadable; %lld failing record%s; %lld "
           "exception%s, %lld open\n",
           (long long)evidence, cli_s(evidence), (long long)cli_number(result, "unmapped"),
           (long long)cli_number(result, "malformed"), (long long)findings, cli_s(findings),
           (long long)exceptions, cli_s(exceptions),
           (long long)cli_number(result, "exceptions_open"));
}

static void cli_print_reviewer(const bd_value *result) {
    bd_str reviewer = bd_value_text(result, "reviewer");
    if (reviewer.size > 0) {
        printf("reviewed by       ");
        cli_print_text(reviewer);
        printf("\n");
    }
}

void cli_print_run(const cli_call *call, const bd_value *result) {
    (void)call;
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
        cli_print_text(signer);
        printf("%s\n", bd_value_is_true(result, "trial")
                           ? "; a trial identity proves integrity, not who you are"
                           : "");
        cli_print_reviewer(result);
        const bd_value *stamp = bd_value_find(result, "timestamp_facts");
        if (stamp != NULL) {
            printf("time-stamp        ");
            cli_print_text(bd_value_text(stamp, "time"));
            printf(" by ");
            cli_print_text(bd_value_text(stamp, "authority"));
            printf("\n");
        }
    }
}

void cli_print_shard(const cli_call *call, const bd_value *result) {
    (void)call;
    printf("shard %lld of %lld: %lld objects, %lld bytes\n", (long long)cli_number(result, "shard"),
           (long long)cli_number(result, "of"), (long long)cli_number(result, "objects"),
           (long long)cli_number(result, "bytes"));
    print_file(result, "partial_file", "part");
}

void cli_print_init(const cli_call *call, const bd_value *result) {
    (void)call;
    bd_str folder = bd_value_text(result, "folder");
    cli_print_text(folder);
    printf(" is an engagement of ");
    cli_print_text(bd_value_text(result, "organisation"));
    printf(", period %.*s\nnext: put exports into ", BD_ARG(bd_value_text(result, "period")));
    cli_print_text(folder);
    printf("/inbox (");
    cli_print_text(folder);
    printf("/requests says who hands in what), then 'bindery -C ");
    cli_print_text(folder);
    printf(" run'\n");
}

void cli_print_review(const cli_call *call, const bd_value *result) {
    (void)call;
    int64_t count = cli_number(result, "reviewed");
    printf("%lld item%s signed off by ", (long long)count, cli_s(count));
    cli_print_text(bd_value_text(result, "by"));
    printf(" as %.*s\n", BD_ARG(bd_value_text(result, "as")));
}

void cli_print_withdraw(const cli_call *call, const bd_value *result) {
    (void)call;
    cli_print_text(bd_value_text(result, "evidence"));
    printf(" is withdrawn by ");
    cli_print_text(bd_value_text(result, "by"));
    printf("; its findings stay, and nothing passes by it\n");
}

static bd_str exception_state(const bd_value *exception) {
    bd_str state = bd_value_text(exception, "state");
    if (!bd_str_eqz(state, "open")) {
        return state;
    }
    return bd_value_is_true(exception, "waived")             ? BD_STR("waived")
           : bd_value_find(exception, "response") != NULL ? BD_STR("answered")
                                                             : state;
}

static void print_exception(const bd_value *exception) {
    bd_str day = bd_value_text(exception, "first_seen_failing");
    bd_str last = bd_value_text(exception, "last_seen_failing");
    bd_str clean = bd_value_text(exception, "first_seen_clean");
    const bd_value *controls = bd_value_find(exception, "controls");
    printf("%-10.*s%-10.*s", BD_ARG(exception_state(exception)),
           BD_ARG(bd_value_text(exception, "severity")));
    for (size_t i = 0; controls != NULL && i < controls->count; i++) {
        printf("%s%.*s", i > 0 ? "," : "", BD_ARG(controls->items[i].text));
    }
    printf("  %.*s\n          ", BD_ARG(bd_value_text(exception, "id")));
    cli_print_text(bd_path_name(bd_value_text(exception, "resource")));
    printf(": ");
    cli_print_text(bd_value_text(exception, "reason"));
    printf("\n          failing %.*s", BD_ARG(day));
    if (!bd_str_eq(day, last)) {
        printf(" to %.*s", BD_ARG(last));
    }
    if (clean.size > 0) {
        printf(", clean again %.*s\n", BD_ARG(clean));
    } else {
        printf(", not seen clean since\n");
    }
}

void cli_print_exceptions(const cli_call *call, const bd_value *result) {
    (void)call;
    int64_t open = 0;
    for (size_t i = 0; result != NULL && i < result->count; i++) {
        print_exception(&result->items[i]);
        open += bd_str_eqz(bd_value_text(&result->items[i], "state"), "open");
    }
    int64_t count = result != NULL ? (int64_t)result->count : 0;
    printf("%lld exception%s in the period, %lld open\n", (long long)count, cli_s(count),
           (long long)open);
}

void cli_print_act(const cli_call *call, const bd_value *result) {
    (void)call;
    printf("%.*s: %.*s by ", BD_ARG(bd_value_text(result, "exception")),
           BD_ARG(bd_value_text(result, "act")));
    cli_print_text(bd_value_text(result, "by"));
    printf("; %.*s\n", BD_ARG(bd_value_text(result, "remaining")));
}

void cli_print_not_applicable(const cli_call *call, const bd_value *result) {
    (void)call;
    cli_print_text(bd_value_text(result, "control"));
    printf(" is not applicable: signed by ");
    cli_print_text(bd_value_text(result, "by"));
    printf(", reviewed by ");
    cli_print_text(bd_value_text(result, "reviewer"));
    printf("\n");
}

void cli_print_sign(const cli_call *call, const bd_value *result) {
    (void)call;
    printf("signed by ");
    cli_print_text(bd_value_text(result, "signer"));
    printf("\n");
}

void cli_print_lint(const cli_call *call, const bd_value *result) {
    (void)call;
    int64_t faults = cli_number(result, "faults");
    int64_t remarks = cli_number(result, "remarks");
    printf("%lld criteria, %lld controls, %lld sources, %lld checks: %lld fault%s, %lld remark%s\n",
           (long long)cli_number(result, "criteria"), (long long)cli_number(result, "controls"),
           (long long)cli_number(result, "sources"), (long long)cli_number(result, "checks"),
           (long long)faults, cli_s(faults), (long long)remarks, cli_s(remarks));
}

/* ---- verify ---- */

void cli_print_fact(const bd_value *result, const char *key, const char *label) {
    bd_str text = bd_value_text(result, key);
    if (text.size > 0) {
        printf("  %-12s ", label);
        cli_print_text(text);
        printf("\n");
    }
}

static void print_each(const bd_value *done, const char *key, const char *label) {
    const bd_value *list = bd_value_find(done, key);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        printf("  %-12s ", label);
        cli_print_text(list->items[i].text);
        printf("\n");
    }
}

static void print_reperformance(const bd_value *done) {
    if (done == NULL) {
        return;
    }
    printf("  %-12s %lld of %lld files made again with the same bytes%s\n", "reperformed",
           (long long)cli_number(done, "equal_files"), (long long)cli_number(done, "files"),
           bd_value_is_true(done, "binder_equal") ? ", and the binder" : "");
    printf("  %-12s %lld, all printed in the binder in this order\n", "figures",
           (long long)cli_number(done, "figures"));
    if (!bd_value_is_true(done, "same_version")) {
        printf("  %-12s made by another version or with other libraries: what was judged is "
               "compared, not every byte\n",
               "");
    }
    if (cli_number(done, "reworded") > 0) {
        printf("  %-12s %lld sentences say the same in other words\n", "", (long long)cli_number(done, "reworded"));
    }
    print_each(done, "changed", "changed");
    print_each(done, "other_bytes", "other bytes");
}

static void print_stamp(const bd_value *result) {
    const bd_value *facts = bd_value_find(result, "timestamp_facts");
    printf("  %-12s ", "time-stamp");
    cli_print_text(bd_value_text(result, "timestamp"));
    if (facts != NULL) {
        printf(" by ");
        cli_print_text(bd_value_text(facts, "authority"));
        printf("%s", bd_value_is_true(facts, "trusted") ? "" : ", which you do not trust");
    }
    printf("\n");
}

void cli_print_archive(const cli_call *call, const bd_value *result) {
    (void)call;
    cli_print_text(bd_value_text(result, "file"));
    printf(": time-stamp ");
    cli_print_text(bd_value_text(result, "timestamp"));
    printf(" by ");
    cli_print_text(bd_value_text(bd_value_find(result, "timestamp_facts"), "authority"));
    printf("\n");
}

/* One signature of a PDF: what it is worth, and what came after it. */
static void print_signature(const bd_value *one) {
    const bd_value *later = bd_value_find(one, "later_changes");
    cli_print_fact(one, "signer", "signer");
    cli_print_fact(one, "fingerprint", "SHA-256");
    cli_print_fact(one, "level", "level");
    cli_print_fact(one, "claimed_time", "stated time");
    print_stamp(one);
    if (!bd_str_eqz(bd_value_text(one, "revocation"), "unknown")) {
        cli_print_fact(one, "revocation", "revocation");
    }
    for (size_t i = 0; later != NULL && i < later->count; i++) {
        printf("  %-12s ", "added later");
        cli_print_text(later->items[i].text);
        printf("\n");
    }
}

void cli_print_verify(const cli_call *call, const bd_value *result) {
    (void)call;
    bd_str verdict = bd_value_text(result, "verdict");
    bd_str id = bd_value_text(result, "package_id");
    printf("%.*s ", BD_ARG(verdict));
    cli_print_text(id.size > 0 ? id : bd_value_text(result, "file"));
    printf("\n");
    cli_print_fact(result, "organisation", "organisation");
    if (bd_value_text(result, "period").size > 0) {
        static const char *const parts[][2] = {{"  period       ", "period"},
                                               {", ", "period_from"},
                                               {" to ", "period_to"},
                                               {", judged up to ", "as_of"}};
        for (size_t i = 0; i < BD_COUNT(parts); i++) {
            printf("%s", parts[i][0]);
            cli_print_text(bd_value_text(result, parts[i][1]));
        }
        printf("\n  %-12s %lld, %lld bytes\n", "files", (long long)cli_number(result, "files"),
               (long long)cli_number(result, "bytes"));
    }
    const bd_value *seal = bd_value_find(result, "seal");
    if (seal != NULL) {
        printf("  %-12s ", "seal");
        cli_print_text(bd_value_text(seal, "name"));
        printf(", over %lld journal lines\n", (long long)cli_number(seal, "lines"));
        cli_print_fact(seal, "root", "tree head");
    }
    const bd_value *signatures = bd_value_find(result, "signatures");
    for (size_t i = 0; signatures != NULL && i < signatures->count; i++) {
        print_signature(&signatures->items[i]);
    }
    if (bd_value_text(result, "unsigned_place").size > 0) {
        printf("  %-12s the place for the signature '", "unsigned");
        cli_print_text(bd_value_text(result, "unsigned_place"));
        printf("' is empty: nobody signed there, or the signature was taken away\n");
    }
    cli_print_fact(result, "signer", "signer");
    cli_print_fact(result, "fingerprint", "SHA-256");
    if (bd_value_text(result, "signer").size > 0) {
        print_stamp(result);
    }
    if (bd_value_is_true(result, "meets_checkpoint")) {
        printf("  %-12s met: the first %lld journal lines are those of ", "checkpoint",
               (long long)cli_number(result, "checkpoint_lines"));
        cli_print_text(bd_value_text(result, "checkpoint"));
        printf("\n");
    }
    cli_print_fact(result, "follows", "follows");
    print_reperformance(bd_value_find(result, "reperformed"));
    const bd_value *faults = bd_value_find(result, "faults");
    for (size_t i = 0; faults != NULL && i < faults->count; i++) {
        const bd_value *fault = &faults->items[i];
        printf("  %.*s: ", BD_ARG(bd_value_text(fault, "word")));
        if (bd_value_text(fault, "path").size > 0) {
            cli_print_text(bd_value_text(fault, "path"));
            printf(": ");
        }
        cli_print_text(bd_value_text(fault, "sentence"));
        printf("\n");
    }
    if (bd_str_eqz(verdict, "VERIFIED")) {
        printf("  Unchanged since it was signed by a certificate you trust. This says nothing "
               "about whether controls operated.\n");
    }
}
