/* cli_priv.h - shared by the files of room cli. */
#ifndef CLI_PRIV_H
#define CLI_PRIV_H

#include "bindery/cli.h"
#include "bindery/run.h"
#include "bindery/util.h"
#include "bindery/value.h"

#include <stdio.h>

/* ---- the option table: parsing, -h, help, man page and the manual's tests come from it ---- */

typedef enum {
    OPT_DIR,
    OPT_PERIOD,
    OPT_AS_OF,
    OPT_JSON,
    OPT_QUIET,
    OPT_OFFLINE,
    OPT_JOBS,
    OPT_MEMORY,
    OPT_HELP,
    OPT_VERSION,
    OPT_BUILD_INFO,
    OPT_ORGANISATION,
    OPT_NEW_PERIOD,
    OPT_TYPE,
    OPT_CATEGORY,
    OPT_SUBSCRIPTION,
    OPT_TIMEZONE,
    OPT_COLLECTED_AT,
    OPT_REHASH,
    OPT_NO_CACHE,
    OPT_STRICT,
    OPT_UNSIGNED,
    OPT_EDITION,
    OPT_TRUST,
    OPT_REQUIRE_TIMESTAMP,
    OPT_REPERFORM,
    OPT_EXPECT_TENANT,
    OPT_EXPECT_PERIOD,
    OPT_PREVIOUS,
    OPT_BY,
    OPT_ROLE,
    OPT_CHECKED,
    OPT_AS,
    OPT_MAN,
    OPT_ALL,
    OPT_OWNER,
    OPT_SIGN_LATER,
    OPT_PARAMETERS,
    OPT_CAUSE,
    OPT_EFFECT,
    OPT_RESPONSE,
    OPT_DUE,
    OPT_REASON,
    OPT_UNTIL,
    OPT_REVIEWER,
    OPT_CRITERION,
    OPT_STATE,
    OPT_FAIL_UNDER,
    OPT_FREEZE,
    OPT_POPULATION,
    OPT_SEED,
    OPT_SIZE,
    OPT_STRATA,
    OPT_AGAIN,
    OPT_REPLACE,
    OPT_ITEMS,
    OPT_RESULTS,
    OPT_CHECKPOINT,
    OPT_CONSISTENCY,
    OPT_APPLY,
    OPT_NEXT_PERIOD,
    OPT_SHARD,
    OPT_OUT,
    OPT_TSA,
    OPT_CRL,
    OPT_AT,
    OPT_OUTPUT,
    OPT_COUNT
} option_id;

typedef struct {
    option_id id;
    const char *name;     /* "--as-of" */
    const char *letter;   /* "-C", or NULL */
    const char *argument; /* "DATE", or NULL */
    bool repeats;
    const char *help; /* one fragment */
    const char *text; /* the manual's sentences */
    const char *example;
    const char *since;
    const char *verbs; /* " init ingest " or "*" for all */
} cli_option;

extern const cli_option cli_options[];
extern const size_t cli_option_count;

typedef struct cli_verb cli_verb;

typedef struct {
    const cli_verb *verb;
    bd_str values[OPT_COUNT]; /* the last one given */
    bool has[OPT_COUNT];
    bd_strs lists[OPT_COUNT]; /* of options that repeat */
    const char **operands;
    size_t operand_count;
} cli_call;

struct cli_verb {
    const char *name;     /* "catalog lint" is two words */
    const char *operands; /* "FILE.zip|FILE.pdf" */
    size_t least, most;   /* operands */
    const char *summary;  /* one line of the list */
    const char *text;     /* a paragraph */
    const char *example;  /* command line(s) */
    const char *answer;   /* what it prints, abridged */
    int (*run)(const cli_call *call, bd_arena *arena);
};

extern const cli_verb cli_verbs[];
extern const size_t cli_verb_count;

/* parse.c; INPUT class USAGE names the option and what was expected, nearest known name
 * suggested. */
BD_MUST_USE bd_rc cli_parse(int argc, char **argv, bd_arena *arena, cli_call *out, bd_err *err);
bd_rc cli_unknown_verb(const char *word, bd_err *err);
bool cli_takes(const cli_verb *verb, const cli_option *option);

/* help.c */
void cli_print_overview(FILE *to);
void cli_print_help(FILE *to, const cli_verb *verb);
void cli_print_man(FILE *to);

/* samples.c: what the options ask of a control's populations; false: refused, with the exit code. */
bool cli_sampling_of(const cli_call *call, bd_run_sampling *out, int *code);

/* commands.c */
int cli_fail(const bd_err *err);
int cli_exit_of(bd_err_class class);
bd_run_options cli_run_options(const cli_call *call);
/* Prints what a command answers and says; its exit code. */
typedef void cli_print_fn(const cli_call *call, const bd_value *result);
int cli_finish(const cli_call *call, bd_rc rc, const bd_run_outcome *outcome, const bd_err *err,
               cli_print_fn *print);

/* lockers.c */
int cli_run_seal(const cli_call *call, bd_arena *arena);
int cli_run_locker_check(const cli_call *call, bd_arena *arena);
int cli_run_locker_prove(const cli_call *call, bd_arena *arena);
int cli_run_locker_gc(const cli_call *call, bd_arena *arena);

/* ask.c */
void cli_ask_draft(const cli_call *call, bd_run_draft *draft, bd_arena *arena);

/* table.c: verbs and options as data, for `help --json`.  Allocated in <arena>. */
const bd_value *cli_table_value(bd_arena *arena);
const bd_value *cli_verb_value(const cli_verb *verb, bd_arena *arena);
const bd_value *cli_version_value(bd_str parts, bd_arena *arena);

/* print.c, judged.c: a result for a person. */
void cli_print_text(bd_str text); /* made visible, to stdout */
void cli_print_fact(const bd_value *result, const char *key, const char *label);
int64_t cli_number(const bd_value *object, const char *key);
const char *cli_s(int64_t count); /* "" or "s" */
void cli_print_json(const bd_value *result);
/* "as of the end of 2026-06-30 (Europe/Berlin)": the last day that was judged; another instant as it is. */
void cli_print_as_of(const bd_value *result, bd_str zone_name);
void cli_print_diags(const bd_diags *diags, bool is_quiet);
void cli_print_run(const cli_call *call, const bd_value *result);
void cli_print_shard(const cli_call *call, const bd_value *result);
void cli_print_init(const cli_call *call, const bd_value *result);
void cli_print_exceptions(const cli_call *call, const bd_value *result);
void cli_print_act(const cli_call *call, const bd_value *result);
void cli_print_not_applicable(const cli_call *call, const bd_value *result);
void cli_print_review(const cli_call *call, const bd_value *result);
void cli_print_withdraw(const cli_call *call, const bd_value *result);
void cli_print_diff(const cli_call *call, const bd_value *result); /* changes.c */
void cli_print_sample(const cli_call *call, const bd_value *result); /* samples.c */
/* The populations of a control, as `explain` and `sample` print them; NULL: nothing. */
void cli_print_populations(const bd_value *populations);
void cli_print_archive(const cli_call *call, const bd_value *result);
void cli_print_sign(const cli_call *call, const bd_value *result);
void cli_print_lint(const cli_call *call, const bd_value *result);
void cli_print_coverage(const cli_call *call, const bd_value *result);
void cli_print_cases(const cli_call *call, const bd_value *result);
void cli_print_policies(const cli_call *call, const bd_value *result);
void cli_print_verify(const cli_call *call, const bd_value *result);
/* status.c */
void cli_print_status(const cli_call *call, const bd_value *assessment);
void cli_print_explain(const cli_call *call, const bd_value *result);

/* progress.c: a bar on a terminal, one plain line per stage elsewhere. */
void cli_progress(void *context, const char *stage, uint64_t done, uint64_t total);
void cli_progress_end(void);

#endif
