/* `seal` and `locker ...`: what they ask for and how their results look. */
#include "cli_priv.h"

/* ---- seal ---- */

static void print_seal(const cli_call *call, const bd_value *result) {
    (void)call;
    bool is_new = bd_value_is_true(result, "new");
    cli_print_text(bd_value_text(result, "name"));
    printf(is_new ? " is sealed: %lld journal lines, signed by "
                  : " is sealed already, nothing came since: %lld journal lines, signed by ",
           (long long)cli_number(result, "lines"));
    cli_print_text(bd_value_text(result, "signer"));
    bd_str stamp = bd_value_text(result, "timestamp");
    bool has_stamp = !bd_str_eqz(stamp, "none");
    printf(has_stamp ? ", time-stamp %.*s\n" : ", no time-stamp\n", BD_ARG(stamp));
    cli_print_fact(result, "folder", "folder");
    printf("  hand this checkpoint to the auditor:\n");
    bd_str rest = bd_value_text(result, "checkpoint"), line;
    while (bd_str_cut(&rest, '\n', &line)) {
        if (line.size > 0) {
            printf("    ");
            cli_print_text(line);
            printf("\n");
        }
    }
}

int cli_run_seal(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = bd_run_seal(&options, call->values[OPT_REASON], arena, &outcome, &err);
    return cli_finish(call, rc, &outcome, &err, print_seal);
}

/* ---- locker check ---- */

static void print_check(const cli_call *call, const bd_value *result) {
    (void)call;
    int64_t faults = cli_number(result, "fault_count");
    int64_t stale = cli_number(result, "stale_count");
    printf("%lld journal line%s, %lld item%s of evidence, %lld object%s of %lld bytes, %lld seal%s: "
           "%lld fault%s",
           (long long)cli_number(result, "lines"), cli_s(cli_number(result, "lines")),
           (long long)cli_number(result, "evidence"), cli_s(cli_number(result, "evidence")),
           (long long)cli_number(result, "objects"), cli_s(cli_number(result, "objects")),
           (long long)cli_number(result, "bytes"), (long long)cli_number(result, "seals"),
           cli_s(cli_number(result, "seals")), (long long)faults, cli_s(faults));
    if (stale > 0) {
        printf("; %lld file%s that only save%s time will be made anew", (long long)stale,
               cli_s(stale), stale == 1 ? "s" : "");
    }
    printf("\n");
    if (bd_value_is_true(result, "writer")) {
        printf("  somebody is writing: files that no line names yet were not judged\n");
    }
    const bd_value *list = bd_value_find(result, "faults");
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const bd_value *fault = &list->items[i];
        printf("  %.*s: ", BD_ARG(bd_value_text(fault, "word")));
        cli_print_text(bd_value_text(fault, "file"));
        printf(": ");
        cli_print_text(bd_value_text(fault, "sentence"));
        printf("\n    -> ");
        cli_print_text(bd_value_text(fault, "remedy"));
        printf("\n");
    }
    if (list != NULL && faults + stale > (int64_t)list->count) {
        printf("  the first %zu are listed\n", list->count);
    }
}

int cli_run_locker_check(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = bd_run_locker_check(&options, arena, &outcome, &err);
    return cli_finish(call, rc, &outcome, &err, print_check);
}

/* ---- locker prove ---- */

static void print_proof(const cli_call *call, const bd_value *result) {
    (void)call;
    const bd_value *lines = bd_value_find(result, "proof");
    for (size_t i = 0; lines != NULL && i < lines->count; i++) {
        printf("%.*s\n", BD_ARG(lines->items[i].text)); /* a journal line is hashed as it stands */
    }
}

int cli_run_locker_prove(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_str evidence = call->operand_count > 0 ? bd_str_of(call->operands[0]) : (bd_str){"", 0};
    option_id id = evidence.size > 0 ? OPT_CHECKPOINT : OPT_CONSISTENCY;
    if ((evidence.size > 0 && call->has[OPT_CONSISTENCY]) ||
        (evidence.size == 0 && call->has[OPT_CHECKPOINT])) {
        (void)bd_raise(&err, BD_ERR_USAGE,
                       "an item is proved against '--checkpoint FILE', the whole journal against "
                       "'--consistency FILE'");
        return cli_fail(&err);
    }
    bd_rc rc = bd_run_locker_prove(&options, evidence, call->has[id] ? call->values[id].data : NULL,
                                   arena, &outcome, &err);
    return cli_finish(call, rc, &outcome, &err, print_proof);
}

/* ---- locker gc ---- */

static void print_waste(const cli_call *call, const bd_value *result) {
    (void)call;
    const bd_value *files = bd_value_find(result, "files");
    bool is_removed = bd_value_is_true(result, "removed");
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        printf("%12lld  ", (long long)cli_number(&files->items[i], "bytes"));
        cli_print_text(bd_value_text(&files->items[i], "file"));
        printf("\n");
    }
    int64_t count = files != NULL ? (int64_t)files->count : 0;
    printf("%lld file%s of %lld bytes that no journal line names%s\n", (long long)count,
           cli_s(count), (long long)cli_number(result, "bytes"),
           count == 0   ? ""
           : is_removed ? ": removed"
                        : "; '--apply' removes them");
}

int cli_run_locker_gc(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = bd_run_locker_gc(&options, call->has[OPT_APPLY], arena, &outcome, &err);
    return cli_finish(call, rc, &outcome, &err, print_waste);
}
