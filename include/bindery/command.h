/* bindery/command.h - what a command is asked for, what it answers with, and how an answer is built.
 *
 * Every command of this program is asked in one form, bd_run_options, and answers in one, bd_run_outcome: a value (an
 * object, for `--json` and for the terminal alike), diagnostics, and the exit code that they come to.  Who asks fills
 * in what it was given and zeroes the rest; who answers never prints.  Rooms of the wing that do a part of a command
 * are handed the same two, so that no part needs a form of its own.
 *
 *     bd_result out = {.arena = arena};
 *     bd_result_text(&out, "period", session.period->id);
 *     bd_result_int(&out, "controls", count);
 *     outcome->result = bd_result_object(&out);
 *
 * A builder may be dropped at any time.  Keys are Borrowed until the object is used for the last time, texts and values
 * likewise.
 */
#ifndef BINDERY_COMMAND_H
#define BINDERY_COMMAND_H

#include "bindery/util.h"
#include "bindery/value.h"

enum { BD_RUN_MOST_SHARDS = 65536 };

typedef struct {
    const char *folder; /* the engagement; "." by default */
    bd_str period_id;   /* empty: chosen by rule, and said */
    bd_str as_of;       /* "2026-06-30" or empty */
    bd_str edition;     /* "auditor" */
    unsigned jobs;      /* 0: processors online */
    bool is_offline, is_strict, rehash;
    bool again; /* run: judge, draw and sign also where nothing changed since the last run */
    bd_instant collected_at; /* for ingest; BD_INSTANT_NONE */
    const char *trust_path;  /* PEM that the caller trusts, or NULL: the user's trust file */
    uint32_t shard, shard_count; /* assess: scan this one of so many alone; count 0: judge */
    const char *out_path;        /* where what a shard found goes; NULL without a shard */
    bool require_timestamp;
    bd_strs crls;    /* verify: files of CRLs and OCSP responses */
    bd_str at;       /* verify: a day or an instant at which chains must hold; empty: no time enters */
    const char *output; /* archive: the new file; NULL: beside the old one */
    const char *tsa; /* a time-stamp authority instead of bindery.json's; NULL: that one */
    bool reperform; /* verify: judge again from the package and compare */
    const char *checkpoint_path; /* verify: the journal must go on from this checkpoint; or NULL */
    const char *previous_path; /* verify: the package that must be the one before it; or NULL */
    bd_str expect_tenant, expect_period; /* verify: what the package must be of; empty: anything */
    bd_strs fail_under; /* "READY=80": a score below it makes the exit code 1; see bd_run_outcome */
    /* Stage and share done, for a bar on a terminal; may be NULL. */
    void (*progress)(void *context, const char *stage, uint64_t done, uint64_t total);
    /* Asked once for an encrypted key; may be NULL. */
    bd_rc (*passphrase)(void *context, const char *path, bd_arena *arena, bd_str *out, bd_err *err);
    void *context;
} bd_run_options;

typedef struct {
    const bd_value *result; /* an object; members per command in cli's print functions */
    bd_diags diags;
    int exit_code; /* 0, or what verify, --strict and --fail-under answer */
    bd_strs misses; /* one sentence for each score below what was asked for; outputs are written all the same */
} bd_run_outcome;

/* Small builder for result objects; keys in any order. */
typedef struct {
    bd_arena *arena;
    BD_VEC(bd_str) keys;
    BD_VEC(const bd_value *) values;
} bd_result;
void bd_result_text(bd_result *result, const char *key, bd_str text);
void bd_result_int(bd_result *result, const char *key, int64_t value);
void bd_result_bool(bd_result *result, const char *key, bool value);
void bd_result_value(bd_result *result, const char *key, const bd_value *value);
void bd_result_list(bd_result *result, const char *key, const bd_strs *list);
const bd_value *bd_result_object(bd_result *result);

#endif
