/* The verb table, and the few lines that each verb needs. */
#include "bindery/cli.h"

#include "cli_priv.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bd_exit exit_codes(bd_err_class class) {
    switch (class) {
    case BD_ERR_USAGE: return BD_EXIT_USAGE;
    case BD_ERR_INPUT:
    case BD_ERR_UNSUPPORTED: return BD_EXIT_INPUT;
    case BD_ERR_IO: return BD_EXIT_IO;
    case BD_ERR_LIMIT: return BD_EXIT_LIMIT;
    case BD_ERR_TRUST: return BD_EXIT_UNTRUSTED;
    case BD_ERR_BUSY: return BD_EXIT_BUSY;
    case BD_ERR_BUG: return BD_EXIT_BUG;
    }
    return BD_EXIT_BUG;
}

int cli_exit_of(bd_err_class class) {
    return (int)exit_codes(class);
}

/* Names of files and words of the command line stand in messages: what a terminal would obey
 * is shown instead. */
int cli_fail(const bd_err *err) {
    cli_progress_end();
    bd_arena *arena = bd_arena_open("message", (size_t)1 << 20);
    fprintf(stderr, "bindery: %.*s\n", BD_ARG(bd_str_visible(arena, bd_str_of(err->message))));
    bd_arena_close(arena);
    return cli_exit_of(err->class);
}

static int refuse_value(const char *option, bd_str value, const char *expected) {
    bd_err err;
    (void)bd_raise(&err, BD_ERR_USAGE, "'%s %.*s' %s", option, BD_ARG(value), expected);
    return cli_fail(&err);
}

/* ---- passphrases: environment, else a prompt on the terminal without echo ---- */

static bd_rc ask_terminal(const char *path, bd_arena *arena, bd_str *out, bd_err *err) {
    FILE *terminal = fopen("/dev/tty", "r+");
    if (terminal == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s' is encrypted and there is no terminal to ask for its passphrase; set "
                 "BINDERY_PASSPHRASE or BINDERY_PASSPHRASE_FILE",
                 path);
    }
    struct termios old;
    char line[1024];
    fprintf(terminal, "Passphrase of %s: ", path);
    fflush(terminal);
    bool has_old = tcgetattr(fileno(terminal), &old) == 0;
    if (has_old) {
        struct termios silent = old;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
    }
    bool is_read = fgets(line, sizeof line, terminal) != NULL;
    if (has_old) {
        tcsetattr(fileno(terminal), TCSAFLUSH, &old);
    }
    fprintf(terminal, "\n");
    fclose(terminal);
    if (!is_read) {
        BD_RAISE(err, BD_ERR_INPUT, "no passphrase was given for '%s'", path);
    }
    *out = bd_str_copy(arena, bd_str_sub(bd_str_of(line), 0, strcspn(line, "\r\n")));
    return BD_OK;
}

static bd_rc ask_passphrase(void *context, const char *path, bd_arena *arena, bd_str *out,
                            bd_err *err) {
    (void)context;
    const char *given = getenv("BINDERY_PASSPHRASE");
    if (given != NULL) {
        *out = bd_str_copy(arena, bd_str_of(given));
        return BD_OK;
    }
    const char *file = getenv("BINDERY_PASSPHRASE_FILE");
    if (file != NULL) {
        bd_str text;
        BD_TRY(bd_run_secret(file, arena, &text, err));
        *out = bd_str_sub(text, 0, strcspn(bd_str_z(arena, text), "\r\n"));
        return BD_OK;
    }
    return ask_terminal(path, arena, out, err);
}

/* ---- common ---- */

bd_run_options cli_run_options(const cli_call *call) {
    int64_t jobs = 0;
    bd_str_to_i64(call->values[OPT_JOBS], &jobs);
    bd_run_options options = {
        .folder = call->has[OPT_DIR] ? call->values[OPT_DIR].data : ".",
        .period_id = call->values[OPT_PERIOD],
        .as_of = call->values[OPT_AS_OF],
        .edition = call->values[OPT_EDITION],
        .jobs = (unsigned)jobs,
        .is_offline = call->has[OPT_OFFLINE],
        .is_strict = call->has[OPT_STRICT],
        .rehash = call->has[OPT_REHASH],
        .again = call->has[OPT_NO_CACHE],
        .collected_at = BD_INSTANT_NONE,
        .trust_path = call->has[OPT_TRUST] ? call->values[OPT_TRUST].data : NULL,
        .require_timestamp = call->has[OPT_REQUIRE_TIMESTAMP],
        .crls = call->lists[OPT_CRL],
        .at = call->values[OPT_AT],
        .output = call->has[OPT_OUTPUT] ? call->values[OPT_OUTPUT].data : NULL,
        .tsa = call->has[OPT_TSA] ? call->values[OPT_TSA].data : NULL,
        .reperform = call->has[OPT_REPERFORM],
        .expect_tenant = call->values[OPT_EXPECT_TENANT],
        .expect_period = call->values[OPT_EXPECT_PERIOD],
        .previous_path = call->has[OPT_PREVIOUS] ? call->values[OPT_PREVIOUS].data : NULL,
        .checkpoint_path = call->has[OPT_CHECKPOINT] ? call->values[OPT_CHECKPOINT].data : NULL,
        .progress = call->has[OPT_QUIET] ? NULL : cli_progress,
        .fail_under = call->lists[OPT_FAIL_UNDER],
        .passphrase = ask_passphrase,
    };
    return options;
}

/* "256M": bytes, or with the letter of a power of 1024. */
static bool read_size(bd_str text, size_t *out) {
    static const char letters[] = "KMG";
    int64_t count = 0;
    const char *letter = text.size > 0 ? strchr(letters, text.data[text.size - 1]) : NULL;
    size_t shift = letter != NULL && *letter != '\0' ? 10 * ((size_t)(letter - letters) + 1) : 0;
    bd_str digits = bd_str_sub(text, 0, text.size - (shift > 0));
    if (!bd_str_to_i64(digits, &count) || count < 1 || (uint64_t)count > SIZE_MAX >> (shift + 1)) {
        return false;
    }
    *out = (size_t)count << shift;
    return true;
}

static bd_rc check_common(const cli_call *call, bd_err *err) {
    size_t most_bytes = 0;
    if (call->has[OPT_MEMORY] && !read_size(call->values[OPT_MEMORY], &most_bytes)) {
        BD_RAISE(err, BD_ERR_USAGE, "'--memory %.*s' is not a size such as 256M",
                 BD_ARG(call->values[OPT_MEMORY]));
    }
    if (most_bytes > 0) {
        bd_memory_limit(most_bytes);
    }
    int64_t jobs = 1;
    if (call->has[OPT_JOBS] &&
        (!bd_str_to_i64(call->values[OPT_JOBS], &jobs) || jobs < 1 || jobs > 64)) {
        BD_RAISE(err, BD_ERR_USAGE, "'--jobs %.*s' is not a number from 1 to 64",
                 BD_ARG(call->values[OPT_JOBS]));
    }
    return BD_OK;
}

typedef void print_fn(const cli_call *call, const bd_value *result);

static int finish(const cli_call *call, bd_rc rc, const bd_run_outcome *outcome, const bd_err *err,
                  print_fn *print) {
    cli_progress_end();
    cli_print_diags(&outcome->diags, call->has[OPT_QUIET]);
    if (bd_failed(rc)) {
        return cli_fail(err);
    }
    if (call->has[OPT_JSON]) {
        cli_print_json(outcome->result);
    } else {
        print(call, outcome->result);
    }
    fflush(stdout);
    for (size_t i = 0; i < outcome->misses.count; i++) {
        fprintf(stderr, "bindery: %.*s\n", BD_ARG(outcome->misses.data[i]));
    }
    return outcome->exit_code;
}

/* A command that has its options alone, and one that has a file. */
typedef bd_rc plain_fn(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out, bd_err *err);
typedef bd_rc file_fn(const bd_run_options *options, const char *path, bd_arena *arena,
                      bd_run_outcome *out, bd_err *err);

static int run_plain(const cli_call *call, plain_fn *fn, print_fn *print, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = fn(&options, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, print);
}

static int run_on_file(const cli_call *call, file_fn *fn, print_fn *print, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = fn(&options, call->operands[0], arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, print);
}

int cli_finish(const cli_call *call, bd_rc rc, const bd_run_outcome *outcome, const bd_err *err,
               cli_print_fn *print) {
    return finish(call, rc, outcome, err, print);
}

/* ---- verbs ---- */

static int run_init(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    options.folder = call->operands[0];
    bd_str type = call->values[OPT_TYPE];
    if (call->has[OPT_TYPE] && !bd_str_eqz(type, "I") && !bd_str_eqz(type, "II")) {
        return refuse_value("--type", type, "is neither I nor II");
    }
    bd_run_draft draft = {
        .organisation = call->values[OPT_ORGANISATION],
        .periods = call->lists[OPT_NEW_PERIOD],
        .categories = call->lists[OPT_CATEGORY],
        .subscriptions = call->lists[OPT_SUBSCRIPTION],
        .is_type_i = bd_str_eqz(type, "I"),
        .zone_name = call->values[OPT_TIMEZONE],
    };
    static const option_id copied[] = {OPT_ORGANISATION, OPT_NEW_PERIOD, OPT_CATEGORY,
                                       OPT_SUBSCRIPTION, OPT_TIMEZONE, OPT_TYPE};
    for (size_t i = 0; call->has[OPT_NEXT_PERIOD] && i < BD_COUNT(copied); i++) {
        if (call->has[copied[i]]) {
            (void)bd_raise(&err, BD_ERR_USAGE,
                           "'--next-period' copies the rest of the set-up; edit the new bindery.json");
            return cli_fail(&err);
        }
    }
    if (call->has[OPT_NEXT_PERIOD]) {
        draft.next_period = call->values[OPT_NEXT_PERIOD];
        draft.old_folder = call->has[OPT_DIR] ? call->values[OPT_DIR].data : ".";
    } else {
        cli_ask_draft(call, &draft, arena);
    }
    bd_rc rc = bd_run_init(&options, &draft, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_init);
}

static int run_ingest(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    if (call->has[OPT_COLLECTED_AT] &&
        !bd_instant_parse(call->values[OPT_COLLECTED_AT], &options.collected_at)) {
        return refuse_value("--collected-at", call->values[OPT_COLLECTED_AT],
                            "is not an instant with offset like 2026-01-15T06:00:00Z");
    }
    bd_rc rc = bd_run_ingest(&options, call->operands, call->operand_count, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_run);
}

static int fail_missing(const cli_verb *verb, option_id id) {
    bd_err err;
    for (size_t i = 0; i < cli_option_count; i++) {
        if (cli_options[i].id == id) {
            (void)bd_raise(&err, BD_ERR_USAGE, "'bindery %s' needs %s %s (%s); see 'bindery %s -h'",
                           verb->name, cli_options[i].name, cli_options[i].argument,
                           cli_options[i].help, verb->name);
        }
    }
    return cli_fail(&err);
}

static int run_review(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_strs evidence = {0};
    bd_str as = call->values[OPT_AS];
    if (call->has[OPT_AS] && !bd_str_eqz(as, "preparer") && !bd_str_eqz(as, "reviewer")) {
        return refuse_value("--as", as, "is neither preparer nor reviewer");
    }
    static const option_id needed[] = {OPT_BY, OPT_ROLE, OPT_CHECKED};
    for (size_t i = 0; i < BD_COUNT(needed); i++) {
        if (!call->has[needed[i]]) {
            return fail_missing(call->verb, needed[i]);
        }
    }
    for (size_t i = 0; i < call->operand_count; i++) {
        *bd_push(arena, &evidence) = bd_str_of(call->operands[i]);
    }
    bd_run_signoff asked = {.evidence = &evidence,
                            .name = call->values[OPT_BY],
                            .role = call->values[OPT_ROLE],
                            .checked = call->values[OPT_CHECKED],
                            .as_preparer = bd_str_eqz(as, "preparer")};
    bd_rc rc = bd_run_review(&options, &asked, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_review);
}

static bool lacks(const cli_call *call, const option_id *needed, size_t count, int *code);

static int run_withdraw(const cli_call *call, bd_arena *arena) {
    static const option_id needed[] = {OPT_BY, OPT_REASON};
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    int code = 0;
    if (lacks(call, needed, BD_COUNT(needed), &code)) {
        return code;
    }
    bd_rc rc = bd_run_withdraw(&options, bd_str_of(call->operands[0]), call->values[OPT_BY],
                               call->values[OPT_REASON], arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_withdraw);
}

/* ---- exceptions, waivers, controls that do not apply ---- */

static bool lacks(const cli_call *call, const option_id *needed, size_t count, int *code) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_trim(call->values[needed[i]]).size == 0) {
            *code = fail_missing(call->verb, needed[i]);
            return true;
        }
    }
    return false;
}

static bool read_day(const cli_call *call, option_id id, const char *name, bd_day *out, int *code) {
    *out = BD_DAY_NONE;
    if (call->has[id] && !bd_day_parse(call->values[id], out)) {
        *code = refuse_value(name, call->values[id], "is not a date like 2026-12-31");
        return false;
    }
    return true;
}

static bd_run_act act_of(const cli_call *call, option_id text) {
    return (bd_run_act){.subject = bd_str_of(call->operands[0]),
                        .by = call->values[OPT_BY],
                        .role = call->values[OPT_ROLE],
                        .cause = call->values[OPT_CAUSE],
                        .effect = call->values[OPT_EFFECT],
                        .text = call->values[text],
                        .until = BD_DAY_NONE};
}

static int sign_act(const cli_call *call, bd_run_act_kind kind, const bd_run_act *act,
                    bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = bd_run_exception_sign(&options, kind, act, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_act);
}

static int run_respond(const cli_call *call, bd_arena *arena) {
    static const option_id needed[] = {OPT_BY, OPT_ROLE, OPT_CAUSE, OPT_RESPONSE};
    bd_run_act act = act_of(call, OPT_RESPONSE);
    int code = 0;
    if (lacks(call, needed, BD_COUNT(needed), &code) ||
        !read_day(call, OPT_DUE, "--due", &act.until, &code)) {
        return code;
    }
    return sign_act(call, BD_RUN_RESPOND, &act, arena);
}

static int run_close(const cli_call *call, bd_arena *arena) {
    static const option_id needed[] = {OPT_BY, OPT_ROLE, OPT_CHECKED};
    bd_run_act act = act_of(call, OPT_CHECKED);
    int code = 0;
    return lacks(call, needed, BD_COUNT(needed), &code) ? code
                                                        : sign_act(call, BD_RUN_CLOSE, &act, arena);
}

static int run_waiver(const cli_call *call, bd_arena *arena) {
    static const option_id needed[] = {OPT_BY, OPT_ROLE, OPT_REASON, OPT_UNTIL};
    bd_run_act act = act_of(call, OPT_REASON);
    int code = 0;
    if (lacks(call, needed, BD_COUNT(needed), &code) ||
        !read_day(call, OPT_UNTIL, "--until", &act.until, &code)) {
        return code;
    }
    return sign_act(call, BD_RUN_WAIVE, &act, arena);
}

static int run_not_applicable(const cli_call *call, bd_arena *arena) {
    static const option_id needed[] = {OPT_BY, OPT_ROLE, OPT_REVIEWER, OPT_REASON};
    bd_run_act act = act_of(call, OPT_REASON);
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    int code = 0;
    if (lacks(call, needed, BD_COUNT(needed), &code)) {
        return code;
    }
    bd_rc rc = bd_run_not_applicable(&options, &act, call->values[OPT_REVIEWER], arena, &outcome,
                                     &err);
    return finish(call, rc, &outcome, &err, cli_print_not_applicable);
}

static int run_sample(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_run_sampling asked;
    bd_err err;
    int code = 0;
    if (!cli_sampling_of(call, &asked, &code)) {
        return code;
    }
    bd_rc rc = bd_run_sample(&options, &asked, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_sample);
}

static int run_diff(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = bd_run_diff(&options, call->operands[0], call->operands[1], arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_diff);
}

/* The assessment has them all; --json prints the list alone. */
static int run_exceptions(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = bd_run_status(&options, arena, &outcome, &err);
    if (!bd_failed(rc)) {
        outcome.result = bd_value_find(outcome.result, "exceptions");
    }
    return finish(call, rc, &outcome, &err, cli_print_exceptions);
}

/* "I/N" */
static bd_rc take_shard(const cli_call *call, bd_run_options *options, bd_err *err) {
    bd_str of = call->values[OPT_SHARD], part;
    int64_t index = 0, count = 0;
    if (call->has[OPT_SHARD] != call->has[OPT_OUT]) {
        BD_RAISE(err, BD_ERR_USAGE, "'--shard I/N' and '--out FILE' go together");
    }
    if (!call->has[OPT_SHARD]) {
        return BD_OK;
    }
    bool has_two = bd_str_cut(&of, '/', &part) && bd_str_to_i64(part, &index) &&
                   bd_str_to_i64(of, &count);
    if (!has_two || index < 0 || count > BD_RUN_MOST_SHARDS || index >= count) {
        BD_RAISE(err, BD_ERR_USAGE, "'--shard %.*s' is not I/N with I from 0 to N-1 and N up to %d",
                 BD_ARG(call->values[OPT_SHARD]), BD_RUN_MOST_SHARDS);
    }
    options->shard = (uint32_t)index;
    options->shard_count = (uint32_t)count;
    options->out_path = call->values[OPT_OUT].data;
    return BD_OK;
}

static int run_assess(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    if (bd_failed(take_shard(call, &options, &err))) {
        return cli_fail(&err);
    }
    bd_rc rc = bd_run_assess(&options, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err,
                  options.shard_count > 0 ? cli_print_shard : cli_print_run);
}

static int run_merge(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc =
        bd_run_merge(&options, call->operands, call->operand_count, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_run);
}

static int run_render(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    if (call->has[OPT_UNSIGNED] && call->has[OPT_SIGN_LATER]) {
        (void)bd_raise(&err, BD_ERR_USAGE, "'--unsigned' and '--sign-later' exclude each other");
        return cli_fail(&err);
    }
    bd_run_signing signing = call->has[OPT_UNSIGNED]     ? BD_RUN_UNSIGNED
                             : call->has[OPT_SIGN_LATER] ? BD_RUN_SIGN_LATER
                                                         : BD_RUN_SIGN;
    bd_rc rc =
        bd_run_render(&options, bd_str_of(call->operands[0]), signing, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_run);
}

static int run_archive(const cli_call *call, bd_arena *arena) {
    return run_on_file(call, bd_run_archive, cli_print_archive, arena);
}

static int run_sign(const cli_call *call, bd_arena *arena) {
    return run_on_file(call, bd_run_sign, cli_print_sign, arena);
}

static int run_package(const cli_call *call, bd_arena *arena) {
    return run_plain(call, bd_run_package, cli_print_run, arena);
}

static int run_run(const cli_call *call, bd_arena *arena) {
    return run_plain(call, bd_run_all, cli_print_run, arena);
}

static int run_verify(const cli_call *call, bd_arena *arena) {
    return run_on_file(call, bd_run_verify, cli_print_verify, arena);
}

static int run_status(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_run_filter filter = {.owner = call->values[OPT_OWNER],
                            .criterion = call->values[OPT_CRITERION],
                            .state = call->values[OPT_STATE],
                            .all = call->has[OPT_ALL]};
    bd_rc rc = bd_run_checklist(&options, &filter, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_status);
}

static int run_explain(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc = bd_run_explain(&options, bd_str_of(call->operands[0]), arena, &outcome, &err);
    outcome.diags.count = 0; /* those of the whole run are status' and run's to print */
    return finish(call, rc, &outcome, &err, cli_print_explain);
}

static int run_lint(const cli_call *call, bd_arena *arena) {
    return run_plain(call, bd_run_catalog_lint, cli_print_lint, arena);
}

static int run_coverage(const cli_call *call, bd_arena *arena) {
    return run_plain(call, bd_run_catalog_coverage, cli_print_coverage, arena);
}

static int run_cases(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_rc rc =
        bd_run_catalog_test(&options, call->operands, call->operand_count, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_cases);
}

static int run_policy_eval(const cli_call *call, bd_arena *arena) {
    bd_run_options options = cli_run_options(call);
    bd_run_outcome outcome = {0};
    bd_err err;
    bd_run_policies asked = {
        .paths = call->operands,
        .path_count = call->operand_count,
        .parameters_path = call->has[OPT_PARAMETERS] ? call->values[OPT_PARAMETERS].data : NULL,
        .wants_findings = call->has[OPT_JSON]};
    bd_rc rc = bd_run_policy_eval(&options, &asked, arena, &outcome, &err);
    return finish(call, rc, &outcome, &err, cli_print_policies);
}

/* The verb that the operands name, one word or two; NULL after an error. */
static const cli_verb *find_topic(const cli_call *call, bd_arena *arena, bd_err *err) {
    bd_str wanted = bd_str_of(call->operands[0]);
    for (size_t i = 1; i < call->operand_count; i++) {
        wanted = bd_str_format(arena, "%.*s %s", BD_ARG(wanted), call->operands[i]);
    }
    for (size_t i = 0; i < cli_verb_count; i++) {
        if (bd_str_eqz(wanted, cli_verbs[i].name)) {
            return &cli_verbs[i];
        }
    }
    (void)cli_unknown_verb(bd_str_z(arena, wanted), err);
    return NULL;
}

static int print_help(const cli_call *call, const cli_verb *verb, bd_arena *arena) {
    if (call->has[OPT_JSON]) {
        cli_print_json(verb != NULL ? cli_verb_value(verb, arena) : cli_table_value(arena));
    } else if (verb != NULL) {
        cli_print_help(stdout, verb);
    } else {
        cli_print_overview(stdout);
    }
    return BD_EXIT_DONE;
}

static int run_help(const cli_call *call, bd_arena *arena) {
    bd_err err;
    const cli_verb *verb = call->operand_count > 0 ? find_topic(call, arena, &err) : NULL;
    if (call->operand_count > 0 && verb == NULL) {
        return cli_fail(&err);
    }
    if (call->has[OPT_MAN] && !call->has[OPT_JSON]) {
        cli_print_man(stdout);
        return BD_EXIT_DONE;
    }
    return print_help(call, verb, arena);
}

#define MANY 100000

const cli_verb cli_verbs[] = {
    {"init", "DIR", 1, 1, "make an engagement: bindery.json, inbox/, requests/, a trial identity",
     "Makes DIR an engagement: bindery.json, an inbox with a blank register, a signing identity for "
     "trial use, and requests/ with a text for each owner (what to hand in, for which control, how "
     "often, by when, in which form, where) and blank lists in requests/templates. What is not given "
     "is asked on a terminal, taken by default elsewhere, and said. With --next-period the set-up "
     "of an engagement that is there is copied, never its evidence.",
     "bindery init acme --organisation 'Acme GmbH' --period 2026-H1=2026-01-01..2026-06-30 "
     "--timezone Europe/Berlin",
     "acme is an engagement of Acme GmbH, period 2026-H1\nnext: put exports into acme/inbox "
     "(acme/requests says who hands in what), then 'bindery -C acme run'",
     run_init},
    {"ingest", "[FILE|DIR]...", 0, MANY, "put exports and documents into the locker",
     "Puts files into the locker, each once, and describes them by their sidecars (NAME.meta.json, "
     "_folder.meta.json, register.csv). Without operands: the inbox, which is never changed. What "
     "a file is, is decided by its content. What cannot be read of the new files is said here and "
     "by run; later commands keep it in the assessment.",
     "bindery -C acme ingest exports/", "12 new, 0 unchanged, 0 refused; 12 items in the locker",
     run_ingest},
    {"review", "EVIDENCE...", 1, MANY, "sign evidence off",
     "Signs items off in the journal, over the hash of what is kept. Handed-in evidence needs a "
     "preparer and a different reviewer; the same person in both roles is refused.",
     "bindery -C acme review E-0007 --by 'Ada Berg' --role 'Internal Audit' --checked 'rows "
     "against the HR system'",
     "1 item signed off by Ada Berg as reviewer", run_review},
    {"withdraw", "EVIDENCE", 1, 1, "say that evidence is not to be relied on",
     "Withdraws an item of evidence in the journal, for a reason that is printed. Nothing is removed: what "
     "fails in it stays, no pass rests on it any more, and the same file does not bring it back. A "
     "corrected export is handed in as a new item.",
     "bindery -C acme withdraw E-0007 --by 'Ada Berg' --reason 'exported from the test tenant'",
     "E-0007 is withdrawn by Ada Berg; its findings stay, and nothing passes by it", run_withdraw},
    {"exception list", "", 0, 0, "the exceptions of the period",
     "Lists what failed in the period: id, state, resource, the days on which it was seen failing "
     "and clean, and what is still to be signed. --json prints each with its responses.",
     "bindery -C acme exception list",
     "open      high      6.6.3  X-nsg-admin-ports-2026-03-15-af0d2b31", run_exceptions},
    {"exception respond", "EXCEPTION", 1, 1, "sign the owner's response to an exception",
     "Puts cause, effect and response of the owner into the journal. Where bindery.json names the "
     "owners of the control, one of them signs. The exception closes when a later instance is "
     "clean and another person has closed it; it stays disclosed either way.",
     "bindery -C acme exception respond X-nsg-admin-ports-2026-03-15-af0d2b31 --by 'Ola Lind' "
     "--role 'Cloud Admin' --cause 'rule left from a migration' --response 'rule removed'",
     "X-nsg-admin-ports-2026-03-15-af0d2b31: response signed by Ola Lind; it stays open until a later "
     "instance is clean and a reviewer closes it", run_respond},
    {"exception close", "EXCEPTION", 1, 1, "sign that an exception was dealt with",
     "The reviewer's signature under a response: who signed the response cannot close it. A later "
     "response asks for a new one.",
     "bindery -C acme exception close X-nsg-admin-ports-2026-03-15-af0d2b31 --by 'Ada Berg' "
     "--role 'Internal Audit' --checked 'rule is gone, April is clean'",
     "X-nsg-admin-ports-2026-03-15-af0d2b31: closing signed by Ada Berg; it closes when a later "
     "instance is clean; none is on file yet", run_close},
    {"waiver add", "EXCEPTION", 1, 1, "accept an exception until a day",
     "Puts an approved waiver into the journal. It explains an open exception until its last day "
     "and changes no verdict, state or score; an expired one counts as absent.",
     "bindery -C acme waiver add X-tls-storage-2026-03-15-175ede85 --by 'Ada Berg' --role CISO "
     "--reason 'old clients until the move' --until 2026-12-31",
     "X-tls-storage-2026-03-15-175ede85: waiver signed by Ada Berg; it stays open: a waiver explains "
     "it and changes no verdict", run_waiver},
    {"na", "CONTROL", 1, 1, "state that a control is not applicable",
     "Takes a control out of all ratios, with a reason that is printed. Two people who differ "
     "stand for it.",
     "bindery -C acme na 4.5 --by 'Ola Lind' --role CISO --reviewer 'Ada Berg' --reason 'no Azure "
     "roles are assigned in this system'",
     "4.5 is not applicable: signed by Ola Lind, reviewed by Ada Berg", run_not_applicable},
    {"sample", "CONTROL", 1, 1, "freeze a control's population, draw from it, take results in",
     "What the checks of a control judge over the period is its population: leavers, changes, "
     "incidents, review decisions. Freeze it, then take a seed, then draw; each is a line of the "
     "journal. The rank of an item is the SHA-256 of seed, population and item key with a line "
     "break between them, so that anybody can repeat the draw. Without an option: lists the "
     "control's populations. A sample is a pre-fieldwork self-test; the auditor chooses the sample.",
     "bindery -C acme sample 6.3.1 --population leavers --freeze",
     "6.3.1-leavers-2026-H1: 20 items frozen, SHA-256 "
     "f9c6374cc768e074d208374a68cfeb3f0c8d072e00c72e1e7d240d5f076717d8\n6.3.1-leavers-2026-H1: lists "
     "in acme/out/2026-H1/samples/6.3.1_leavers",
     run_sample},
    {"assess", "", 0, 0, "judge the controls over the period",
     "Judges every control over the period from the evidence in the locker and writes "
     "assessment.json and findings.ndjson.",
     "bindery -C acme assess",
     "READY 4 of 91 (4.4 %)   COVER 95 of 823 (11.5 %)   FRESH 29 of 91 (31.9 %)", run_assess},
    {"merge", "FILE...", 1, MANY, "judge from the parts that shards found",
     "Judges like assess, from what 'bindery assess --shard' found on this or other machines instead of a scan, and "
     "writes the same bytes, whatever the number and order of the parts. The locker must be the one that they were "
     "made from, --period and --as-of the same. A part of another plan, two that differ about one object or a "
     "missing shard is refused. A part given twice counts once.",
     "bindery -C acme assess --shard 0/2 --as-of 2026-06-30 --out part-0 && bindery -C acme assess --shard 1/2 "
     "--as-of 2026-06-30 --out part-1 && bindery -C acme merge --as-of 2026-06-30 part-0 part-1",
     "READY 4 of 91 (4.4 %)   COVER 95 of 823 (11.5 %)   FRESH 29 of 91 (31.9 %)", run_merge},
    {"render", "binder|readiness", 1, 1, "write one report as PDF",
     "Writes the binder, signed, or the readiness report to out/PERIOD/.",
     "bindery -C acme render readiness", "readiness report  acme/out/2026-H1/readiness.pdf",
     run_render},
    {"sign", "FILE.pdf", 1, 1, "sign a binder that was rendered with --sign-later",
     "Signs a binder in place with the engagement's identity: PAdES B-B, with a time-stamp "
     "authority B-T, with 'signing.revocation' B-LT; a certification that allows no change, or, "
     "where bindery.json names a reviewer's key, that one's signature alone. A certificate that "
     "the cover does not name is refused; 'run' and 'render binder' sign by themselves.",
     "bindery -C acme render binder --sign-later && bindery -C acme sign "
     "acme/out/2026-H1/binder.pdf",
     "signed by CN=Acme GmbH (trial identity)", run_sign},
    {"archive", "FILE.pdf", 1, 1, "add a document time-stamp to a signed binder",
     "Writes a new file: the signed binder with a time-stamp over all of it (PAdES B-LTA), and before it, where "
     "bindery.json has 'signing.revocation', proofs that it does not hold yet. Archive again before the authority's "
     "certificate ends. A packaged binder is never changed.",
     "bindery -C acme archive --tsa http://timestamp.example.com/tsa acme/out/2026-H1/binder.pdf",
     "acme/out/2026-H1/binder.archived.pdf: time-stamp 2026-07-15T06:00:00Z by CN=Test TSA", run_archive},
    {"package", "", 0, 0, "write the evidence package",
     "Writes the zip: evidence, sheets, machine files, the signed binder, manifest, checksums and "
     "signature.",
     "bindery -C acme package",
     "package           acme/out/2026-H1/ACMEGMBH_SOC2_2026-01-01_2026-06-30_v1.zip", run_package},
    {"run", "", 0, 0, "the main job: ingest, assess, render, sign, package",
     "Does everything for one period: ingests the inbox, judges, renders and signs the binder, "
     "renders the readiness report, writes the package. A failing control is a successful run.",
     "bindery -C acme run",
     "READY 4 of 91 (4.4 %)   COVER 95 of 823 (11.5 %)   FRESH 29 of 91 (31.9 %)\nbinder            "
     "acme/out/2026-H1/binder.pdf\npackage           "
     "acme/out/2026-H1/ACMEGMBH_SOC2_2026-01-01_2026-06-30_v1.zip",
     run_run},
    {"verify", "FILE.zip|FILE.pdf|FOLDER", 1, 1, "check a package, a binder or a seal",
     "Checks that nothing was changed, added or left out and that a trusted signer vouches for it. "
     "FOLDER is that of a seal, locker/periods/PERIOD: manifest, signature, time-stamp and checkpoint "
     "are held against each other, 'locker check' holds them against the journal. Nothing is extracted "
     "and no network is used. The manifest.json attached to a binder has to be the package's, "
     "or, for a binder alone, the one whose SHA-256 it prints. A place that was left for a second "
     "signature and is empty is said; with --json it is 'unsigned_place'. Answers VERIFIED (0), ALTERED (1), MALFORMED "
     "(3, or 5 over a limit) or UNTRUSTED (6).",
     "bindery verify --trust acme/identity/trial.crt.pem "
     "acme/out/2026-H1/ACMEGMBH_SOC2_2026-01-01_2026-06-30_v1.zip",
     "VERIFIED ACMEGMBH_SOC2_2026-01-01_2026-06-30_v1", run_verify},
    {"seal", "", 0, 0, "close a period: sign the journal as it stands",
     "Signs the head of the hash tree (RFC 6962) over all journal lines, once the period has ended "
     "and the whole locker was read and found sound: manifest.json, manifest.p7s and checkpoint.txt "
     "in locker/periods/PERIOD, and manifest.tsr where 'signing.tsa' or --tsa names a time-stamp "
     "authority; one that fails is said and leaves the seal whole. 'verify' and 'openssl' check the "
     "folder alone. Keep the checkpoint's three lines elsewhere, best with the auditor: "
     "'verify --checkpoint' then finds an altered history. What comes later is named in status, "
     "binder and assessment.json; sealing again puts it into an addendum, with --reason.",
     "bindery -C acme seal --period 2026-H1",
     "2026-H1 is sealed: 120 journal lines, signed by CN=Acme GmbH", cli_run_seal},
    {"locker check", "", 0, 0, "read the whole locker and name every fault",
     "Holds the journal's chain, every object's frame, sizes and hashes, the index, quarantine, seals "
     "with their signatures and tree heads, and files that belong to nothing to each other. Writes "
     "nothing and waits for nobody. Ends 1 when there is a fault, each with its file and what to do. "
     "What only saves time and was torn by a power loss is named and is no fault.",
     "bindery -C acme locker check",
     "120 journal lines, 118 items of evidence, 97 objects of 41204 bytes, 1 seal: 0 faults",
     cli_run_locker_check},
    {"locker prove", "[EVIDENCE]", 0, 1, "prove by hashes that a journal line is there, or that none changed",
     "Prints a proof to check by hand. H is SHA-256 of bytes; hashes are joined as bytes. Inclusion: "
     "leaf = H(00 text); for each step from the top x = H(01 step x) where it says left, H(01 x step) "
     "where it says right; x ends as head. Consistency: a and b begin as start; both: a = H(01 step a), "
     "b = H(01 step b); right: b = H(01 b step); a ends as first, b as head. One step in a shell: "
     "(printf '\\001'; printf %s $left$right | xxd -r -p) | sha256sum",
     "bindery -C acme locker prove E-0001", "bindery-proof 1 inclusion", cli_run_locker_prove},
    {"locker gc", "", 0, 0, "list, and with --apply remove, what no journal line names",
     "Objects of runs that were cut off before their commit, and what lies in tmp/. Evidence is "
     "never removed, and nothing at all while the journal does not hold.",
     "bindery -C acme locker gc", "0 files of 0 bytes that no journal line names", cli_run_locker_gc},
    {"status", "", 0, 0, "the checklist in the terminal",
     "Lists the checklist by section: state, number, item, owner, what is due next, newest evidence, "
     "and '!' where an exception happened in the period. Filters take what fits all of them and add "
     "the reason for each state. Nothing is written; colour is for a terminal alone, and NO_COLOR "
     "turns it off.",
     "bindery -C acme status --owner 'Cloud Admin' --state in-progress",
     "[~] !  6.6.3   No NSG opens admin ports to the...  Cloud Admin  2026-07-31  2026-06-15", run_status},
    {"explain", "CONTROL", 1, 1, "every input, rule and file behind a control's state",
     "Prints how a control's state comes about: requirements, rules, instances, checks, evidence "
     "files and exceptions, so that a person can do it again by hand.",
     "bindery -C acme explain 6.6.3",
     "6.6.3  [~] !  Cloud Admin\nNo NSG opens admin ports to the whole internet.", run_explain},
    {"diff", "BEFORE AFTER", 2, 2, "what changed between two periods, days or packages",
     "Compares two assessments. Each side is a period of bindery.json (judged now; PERIOD@DATE as of the "
     "end of that day), a package, or an assessment.json. Says what is new, fixed and still failing, which "
     "controls got better or worse, coverage, scope, populations, versions, and which evidence was carried "
     "with the same hash. Nothing is written. A package is verified first, by the certificates of --trust: one "
     "that is altered is refused (3), one whose signer you do not trust is compared and said so.",
     "bindery -C acme diff 2026-H1@2026-03-31 2026-H1",
     "exceptions  2 new, 1 fixed, 3 still failing, 0 not observed since", run_diff},
    {"catalog lint", "", 0, 0, "check the built-in catalog and your own",
     "Checks criteria, controls, requirements, sources and checks, built in and in catalog/, and "
     "names every fault.",
     "bindery -C acme catalog lint",
     "61 criteria, 114 controls, 199 sources, 368 checks: 0 faults, 1 remark", run_lint},
    {"catalog coverage", "", 0, 0, "how each criterion is evidenced, and remarks on the mapping",
     "Counts for each criterion the controls that list it: automated (a check over what machines "
     "made says why it speaks to the criterion), supporting (such checks, for other criteria), "
     "document (documents and lists alone) and without a check. Then it names criteria with the "
     "same checks, checks and controls under criteria to which they do not speak, products that "
     "end, and criteria without automated input.",
     "bindery -C acme catalog coverage", "27 of 61 criteria have automated input; 38 remarks",
     run_coverage},
    {"catalog test", "FILE.case...", 1, MANY, "run three-line cases: condition, record, verdict",
     "Runs cases of three lines each: a condition, a record and the verdict it must have (true, "
     "false or unknown). The first line may also be the id of a check in quotes, answered by pass, "
     "fail, not-applicable or cannot-tell; {\"if\": condition} in a policy's own semantics; or "
     "{\"template\": \"[...]\"}, answered by a value. '!' in front of the third line expects an "
     "error with that text. Ends 1 when a case does not hold.",
     "bindery -C acme catalog test own.case", "2 cases hold, 0 do not", run_cases},
    {"policy eval", "FILE|DIR...", 1, MANY, "run published Azure policies over the evidence",
     "Runs definitions and initiatives of Azure Policy, unmodified, over the newest evidence of "
     "each type. A DIR is where the members of an initiative are looked for; without an initiative "
     "every definition in it runs. Counts resources per policy and type: pass, fail, "
     "not-applicable, cannot-tell; --json lists each that fails or cannot be told, with the "
     "reason. A policy with anything that is not understood does not run in part: the construct "
     "is named, and a definition that was named on the command line then ends 3.",
     "bindery -C acme policy eval baseline.json definitions/",
     "Baseline: 3 policies, 2 run, 1 manual", run_policy_eval},
    {"help", "[COMMAND]", 0, 2, "explain a command, or print the manual",
     "Explains a command or prints the manual.", "bindery help run", "usage: bindery run [options]",
     run_help},
};
const size_t cli_verb_count = BD_COUNT(cli_verbs);

/* ---- entry ---- */

static int print_version(const cli_call *call, bd_arena *arena) {
    bd_str parts = call->has[OPT_BUILD_INFO] ? bd_run_versions(arena) : (bd_str){"", 0};
    if (call->has[OPT_JSON]) {
        cli_print_json(cli_version_value(parts, arena));
        return BD_EXIT_DONE;
    }
    printf("bindery %s\n", BINDERY_VERSION);
    if (parts.size > 0) {
        printf("%.*s\n", BD_ARG(parts));
        printf("untrusted files: XML, workbooks and answers of authorities in a child process each, with bounded "
               "memory and time and no new privileges; %s\n",
               bd_can_confine() ? "children and verify behind seccomp" : "this kernel allows no seccomp");
    }
    return BD_EXIT_DONE;
}

static int dispatch(int argc, char **argv, bd_arena *arena) {
    cli_call *call = bd_new(arena, cli_call, 1);
    bd_err err;
    if (bd_failed(cli_parse(argc, argv, arena, call, &err)) ||
        bd_failed(check_common(call, &err))) {
        return cli_fail(&err);
    }
    if (call->has[OPT_VERSION]) {
        return print_version(call, arena);
    }
    if (call->has[OPT_HELP]) {
        return print_help(call, call->verb, arena);
    }
    if (call->verb == NULL) {
        cli_print_overview(stderr);
        return BD_EXIT_USAGE;
    }
    return call->verb->run(call, arena);
}

/* A caller may have closed the standard streams; the next file opened would then take their
 * place and be printed into. */
static void hold_standard_streams(void) {
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

#define RUN_BYTES ((size_t)8 << 30)

int bd_cli_main(int argc, char **argv) {
    bd_run_settle();
    hold_standard_streams();
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is a write that fails and says so */
    bd_arena *arena = bd_arena_open("run", RUN_BYTES);
    int exit_code = dispatch(argc, argv, arena);
    bd_arena_close(arena);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "bindery: cannot write the result to standard output\n");
        return BD_EXIT_IO;
    }
    return exit_code;
}
