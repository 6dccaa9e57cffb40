/* bindery/run.h - the commands: stage order, summary; all that the command line sees.
 *
 * Each function does one command's work on an engagement folder and never prints: it returns a
 * result value (an object, for `--json` and for the terminal alike) and diagnostics, and calls the
 * progress callback it was handed. A failing control is a successful run.  On failure nothing
 * half-written is left: outputs appear whole or not at all, and evidence is visible only after its
 * journal line.
 *
 * Everything returned is Allocated in the arena handed in.
 */
#ifndef BINDERY_RUN_H
#define BINDERY_RUN_H

#include "bindery/command.h"
#include "bindery/policies.h"
#include "bindery/sampling.h"
#include "bindery/util.h"
#include "bindery/value.h"

typedef struct {
    bd_str organisation;
    bd_strs periods, categories, subscriptions;
    bool is_type_i;
    bd_str zone_name;
    const char *old_folder; /* with next_period: the engagement whose set-up is copied */
    bd_str next_period;     /* "ID=FROM..TO"; empty: a new engagement */
} bd_run_draft;

/* Has the C library give memory back and the libraries take theirs from one allocator, which ends the program with one
 * sentence and 5 where there is none, or no more within the budget (bd_memory_limit).  Once, before anything else. */
void bd_run_settle(void);

/* The first secret of a file that nobody else may read. */
BD_MUST_USE bd_rc bd_run_secret(const char *path, bd_arena *arena, bd_str *out, bd_err *err);

/* Makes an engagement in options->folder: bindery.json, inbox/ with a blank register, requests/ with a text for each
 * owner and blank lists, a trial identity.  With `next_period` the set-up and the own catalog of an engagement that is
 * there are copied to a new one, never its evidence.  INPUT when the folder already holds one. */
BD_MUST_USE bd_rc bd_run_init(const bd_run_options *options, const bd_run_draft *draft,
                              bd_arena *arena, bd_run_outcome *out, bd_err *err);
/* Puts files and folders into the locker; none: the inbox.  A path named on the command line
 * that is refused ends 3.  What cannot be read of the new items is said in the outcome's diags; commands that take
 * nothing in do not say it again. */
BD_MUST_USE bd_rc bd_run_ingest(const bd_run_options *options, const char *const *paths,
                                size_t count, bd_arena *arena, bd_run_outcome *out, bd_err *err);
/* Judges and writes out/<period>/assessment.json and findings.ndjson; of a shard scans its objects alone and writes
 * what was found. */
BD_MUST_USE bd_rc bd_run_assess(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out,
                                bd_err *err);
/* A binder is signed at once, or left for bd_run_sign with the signer named on its cover, or
 * names nobody. */
typedef enum { BD_RUN_SIGN, BD_RUN_SIGN_LATER, BD_RUN_UNSIGNED } bd_run_signing;
/* The same from what shards found (options->out_path of each), whatever their order: nothing is scanned.  INPUT where a
 * partial is of another plan or does not hold, two differ about one object, or a shard is missing. */
BD_MUST_USE bd_rc bd_run_merge(const bd_run_options *options, const char *const *paths,
                               size_t count, bd_arena *arena, bd_run_outcome *out, bd_err *err);
/* `kind`: "binder" or "readiness"; the latter is never signed. */
BD_MUST_USE bd_rc bd_run_render(const bd_run_options *options, bd_str kind, bd_run_signing signing,
                                bd_arena *arena, bd_run_outcome *out, bd_err *err);
/* Signs a binder in place that was rendered for signing later; refuses a certificate that its
 * cover does not name. */
BD_MUST_USE bd_rc bd_run_sign(const bd_run_options *options, const char *path, bd_arena *arena,
                              bd_run_outcome *out, bd_err *err);
/* Adds a document time-stamp to a signed binder, and proofs where bindery.json asks for them; into a new file. */
BD_MUST_USE bd_rc bd_run_archive(const bd_run_options *options, const char *path, bd_arena *arena,
                                 bd_run_outcome *out, bd_err *err);
BD_MUST_USE bd_rc bd_run_package(const bd_run_options *options, bd_arena *arena,
                                 bd_run_outcome *out, bd_err *err);
/* ingest, assess, render, sign, package: the main job. */
BD_MUST_USE bd_rc bd_run_all(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out,
                             bd_err *err);
/* FILE.zip or FILE.pdf.  The verdict is in the outcome; fails only with USAGE, IO or BUG, and with LIMIT where what is
 * to be judged again is larger than this program takes in.  Confines the process for good (bd_confine). */
BD_MUST_USE bd_rc bd_run_verify(const bd_run_options *options, const char *path, bd_arena *arena,
                                bd_run_outcome *out, bd_err *err);
/* The assessment as a value, nothing written. */
BD_MUST_USE bd_rc bd_run_status(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out,
                                bd_err *err);
/* What `status` shows of the checklist; empty texts take all.  USAGE names the known ones. */
typedef struct {
    bd_str owner;     /* as in the catalog, any case */
    bd_str criterion; /* "CC6.1" */
    bd_str state;     /* "[x]", "complete", ..., or "exception" */
    bool all;         /* our own controls too; a filter that fits them takes them anyway */
} bd_run_filter;
/* The assessment with one more member, "checklist": per control number, section, item, owner, state, exception, due,
 * newest and reason.  Nothing is written. */
BD_MUST_USE bd_rc bd_run_checklist(const bd_run_options *options, const bd_run_filter *filter,
                                   bd_arena *arena, bd_run_outcome *out, bd_err *err);
/* One control with every input, rule and file behind its state. */
BD_MUST_USE bd_rc bd_run_explain(const bd_run_options *options, bd_str control, bd_arena *arena,
                                 bd_run_outcome *out, bd_err *err);
/* What a person signs of evidence items: who, in which role, and what was checked. */
typedef struct {
    const bd_strs *evidence; /* ids */
    bd_str name, role, checked;
    bool as_preparer; /* who prepared them, and not who reviewed */
} bd_run_signoff;
/* Signs evidence items off.  USAGE where one of the words is missing; preparer = reviewer is refused (INPUT). */
BD_MUST_USE bd_rc bd_run_review(const bd_run_options *options, const bd_run_signoff *asked,
                                bd_arena *arena, bd_run_outcome *out, bd_err *err);
/* Withdraws one item of evidence, in the journal: it supports no pass from then on, its findings stay.  USAGE without a
 * reason or a name; INPUT: no such item, a sidecar or register, withdrawn already, a person whom bindery.json does not
 * know. */
BD_MUST_USE bd_rc bd_run_withdraw(const bd_run_options *options, bd_str evidence, bd_str by,
                                  bd_str reason, bd_arena *arena, bd_run_outcome *out, bd_err *err);
/* What a person says of an exception or a control; all texts are printed as given. */
typedef struct {
    bd_str subject;       /* X-..., or the number of a control */
    bd_str by, role;      /* who signs, in which role */
    bd_str cause, effect; /* of a response; the effect may be empty */
    bd_str text;          /* the response; what was checked before closing; the reason */
    bd_day until;         /* a response is due; the last day of a waiver; else BD_DAY_NONE */
} bd_run_act;
typedef enum { BD_RUN_RESPOND, BD_RUN_CLOSE, BD_RUN_WAIVE } bd_run_act_kind;
/* Signs for one exception of the period, in the journal.  INPUT: no such exception; a person whom bindery.json does not
 * know, who does not own the control (response), or who signed the response too (closing).  USAGE: a waiver without a
 * day to come. */
BD_MUST_USE bd_rc bd_run_exception_sign(const bd_run_options *options, bd_run_act_kind kind,
                                        const bd_run_act *act, bd_arena *arena, bd_run_outcome *out,
                                        bd_err *err);
/* States that a control is not applicable; two known people who differ sign, else INPUT. */
BD_MUST_USE bd_rc bd_run_not_applicable(const bd_run_options *options, const bd_run_act *act,
                                        bd_str reviewer, bd_arena *arena, bd_run_outcome *out,
                                        bd_err *err);
/* Seals the period: signed manifest and checkpoint in locker/periods/.  Sealed before: an addendum over what came
 * since, which takes a `reason`; nothing came: said (`new` is false).  INPUT: the period has not ended, nothing is in
 * the locker, the locker is damaged, or an addendum without a reason. */
BD_MUST_USE bd_rc bd_run_seal(const bd_run_options *options, bd_str reason, bd_arena *arena,
                              bd_run_outcome *outcome, bd_err *err);
/* Reads all of the locker; ends 1 with faults. */
BD_MUST_USE bd_rc bd_run_locker_check(const bd_run_options *options, bd_arena *arena,
                                      bd_run_outcome *outcome, bd_err *err);
/* That an item's line stands in the journal, or (`evidence` empty) that the journal goes on from a checkpoint.
 * `checkpoint`: a file; may be NULL for an item, whose tree is then over the whole journal. Ends 1 when the journal is
 * not the checkpoint's. */
BD_MUST_USE bd_rc bd_run_locker_prove(const bd_run_options *options, bd_str evidence,
                                      const char *checkpoint, bd_arena *arena,
                                      bd_run_outcome *outcome, bd_err *err);
/* Lists what no line names, and removes it with `apply`. */
BD_MUST_USE bd_rc bd_run_locker_gc(const bd_run_options *options, bool apply, bd_arena *arena,
                                   bd_run_outcome *outcome, bd_err *err);
/* Each act is one journal line (`frozen`, `drawn`) and files below out/<period>/samples/; the order freeze, seed, draw
 * is kept here.  INPUT: a seed before the freeze, one that was known by then, one for a population that changed since
 * (it is frozen anew, which the journal keeps), another draw over one freeze without a reason, a replacement of what is
 * not in the sample, results of other items.  What was done already is said and not done twice. */
BD_MUST_USE bd_rc bd_run_sample(const bd_run_options *options, const bd_run_sampling *asked,
                                bd_arena *arena, bd_run_outcome *outcome, bd_err *err);
/* Two assessments side by side; the result is that of bd_compare_make (compare.h).  Each side is the id of a period of
 * the engagement, judged now, PERIOD@DATE for one as of the end of that day, a package (.zip), or an assessment.json.
 * INPUT: a side that is none of these, one of an older version or another organisation. */
BD_MUST_USE bd_rc bd_run_diff(const bd_run_options *options, const char *before, const char *after,
                              bd_arena *arena, bd_run_outcome *out, bd_err *err);
BD_MUST_USE bd_rc bd_run_catalog_lint(const bd_run_options *options, bd_arena *arena,
                                      bd_run_outcome *out, bd_err *err);
/* How each criterion is evidenced by the catalog, and remarks on its mapping. */
BD_MUST_USE bd_rc bd_run_catalog_coverage(const bd_run_options *options, bd_arena *arena,
                                          bd_run_outcome *out, bd_err *err);
/* Three-line cases (bindery/rule.h) against the built-in catalog and the folder's own.  Ends 1 when
 * one does not hold. */
BD_MUST_USE bd_rc bd_run_catalog_test(const bd_run_options *options, const char *const *paths,
                                      size_t count, bd_arena *arena, bd_run_outcome *outcome,
                                      bd_err *err);
/* Published policies and initiatives over the evidence in the locker.  Ends 3 when a definition that was named asks
 * for something that is not understood; with is_strict, when a member of an initiative does. */
BD_MUST_USE bd_rc bd_run_policy_eval(const bd_run_options *options, const bd_run_policies *asked,
                                     bd_arena *arena, bd_run_outcome *outcome, bd_err *err);
/* Versions of bindery and of every library it uses. */
bd_str bd_run_versions(bd_arena *arena);

#endif
