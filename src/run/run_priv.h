/* run_priv.h - shared by the files of room run. */
#ifndef RUN_PRIV_H
#define RUN_PRIV_H

#include "bindery/assess.h"
#include "bindery/catalog.h"
#include "bindery/conclude.h"
#include "bindery/crypto.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/imported.h"
#include "bindery/locker.h"
#include "bindery/package.h"
#include "bindery/pbc.h"
#include "bindery/ready.h"
#include "bindery/report.h"
#include "bindery/rule.h"
#include "bindery/run.h"
#include "bindery/scan.h"
#include "bindery/sign.h"
#include "bindery/template.h"
#include "bindery/text.h"

#define BD_RUN_ARENA_BYTES ((size_t)4 << 30)

typedef struct bd_early bd_early;           /* early.c */
typedef struct bd_early_scan bd_early_scan;
typedef struct bd_memos bd_memos;           /* memos.c */
typedef struct bd_partials bd_partials;     /* shards.c */

/* result.c: small builder for result objects; keys in any order. */
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

/* templates.c: how both reports are put together. */
typedef struct {
    const bd_doc_template *binder, *readiness;
    bd_str binder_text; /* 80_MACHINE/template.xml */
    bd_str logo;        /* bytes of the binder's picture, 80_MACHINE/template-logo.png; or "" */
    uint8_t sha256[32]; /* of all of it, the readiness report's too */
} bd_templates;
#define BD_TEMPLATE_ENTRY "80_MACHINE/template.xml"
#define BD_TEMPLATE_LOGO_ENTRY "80_MACHINE/template-logo.png"

/* The engagement as opened: configuration, catalog, period, as-of. */
typedef struct {
    const bd_run_options *options;
    bd_arena *arena;
    bd_run_outcome *outcome;
    bd_engagement engagement;
    const bd_catalog *catalog;
    const bd_rules *rules;
    const bd_imports *imports;
    bd_templates templates;
    const bd_period *period;
    bd_str period_why;
    bd_instant as_of;
    bd_str as_of_why;
    unsigned jobs;
    bool is_writer; /* holds the locker's lock */
    bool
        tells_evidence; /* the command that took the files in says what is wrong with them; later ones do not */
    bd_locker *locker;
    bd_arena *locker_arena; /* what the locker hands out ends with it */
    bd_zygote *zygote; /* made before anything else: reads workbooks and XML, judges answers of authorities first */
    bd_early *early;   /* what was scanned while it was taken in; NULL: nothing */
    bd_partials *partials; /* what shards found, in place of a scan; NULL: there is none */
    const bd_package_facts *again; /* of the package that is made once more: its id, predecessor and plan stand */
    bd_str previous; /* again: its 80_MACHINE/previous.json, "" where it holds none */
    bool wants_history; /* the earlier month ends are judged as well */
    bd_item_fn *on_item; /* told of each item of each population while judging; NULL: nobody asks */
    void *item_context;
} bd_session;

BD_MUST_USE bd_rc bd_session_open(const bd_run_options *options, bd_locker_mode mode,
                                  bd_arena *arena, bd_run_outcome *outcome, bd_session *out,
                                  bd_err *err);
/* For all that a run reads of strangers.  Before any thread and any key. */
BD_MUST_USE bd_rc bd_run_zygote_open(bd_zygote **out, bd_err *err);
/* No more than the engagement and who asks for what: no catalog, no locker, nothing to close. */
BD_MUST_USE bd_rc bd_session_begin(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome,
                                   bd_session *out, bd_err *err);
/* USAGE when SOURCE_DATE_EPOCH is set to something that is no instant. */
BD_MUST_USE bd_rc bd_check_epoch(bd_err *err);
/* Of the engagement's templates/, else ours.  INPUT names file and line. */
BD_MUST_USE bd_rc bd_templates_load(bd_session *session, bd_err *err);
/* The binder's as a package carries it; an empty text stands for a package that carries none. */
BD_MUST_USE bd_rc bd_templates_take(bd_session *session, bd_str text, bd_str logo, bd_err *err);
void bd_session_close(bd_session *session); /* accepts a zeroed one */
/* The name of the engagement's person whose sign-in name `name` is; else `name` itself. */
bd_str bd_session_person(const bd_session *session, bd_str name);
/* Is it one of the engagement's people, by name or sign-in name?  True of anybody where it lists none. */
bool bd_session_knows(const bd_session *session, bd_str name);
const char *bd_session_path(const bd_session *session,
                            const char *name); /* in the engagement folder */
const char *bd_session_output(const bd_session *session, const char *name); /* in out/<period>/ */
bd_draft *bd_session_draft(const bd_session *session); /* deflates behind where there are jobs for it */
void bd_session_progress(const bd_session *session, const char *stage, uint64_t done,
                         uint64_t total);
/* Built-in catalog files, then the organisation's own. */
BD_MUST_USE bd_rc bd_session_catalog_files(const char *folder, bd_arena *arena,
                                           const bd_catalog_file **files, size_t *count,
                                           bd_err *err);

/* The items of a frozen population that has some: its list, and its keys, whose hash was frozen. */
typedef struct {
    bd_str id;
    bd_draft *csv, *keys;
    struct bd_export_items *rows; /* while they are listed */
} bd_population_file;

/* judge.c: everything between the locker and the report.  It can be cleared as soon as lists and documents are made of
 * it: drawing needs the room. */
typedef struct {
    bd_past *past; /* rising */
    size_t count;
    bool is_shortened; /* earlier months were left out for the size of the evidence */
} bd_history;

typedef struct {
    bd_arena *arena; /* of all that follows */
    bd_evidences evidence;
    bd_collections collections;
    bd_snapshots snapshots;
    const bd_assessment *assessment;
    bd_draft *findings; /* findings.ndjson */
    bd_draft *assessment_json;
    bd_finding_group *groups;
    size_t group_count;
    bd_population_file *populations; /* of the frozen ones, in the assessment's order */
    size_t population_count;
    bd_draft *no_items_csv, *no_items_keys; /* of all that have none; NULL until one is asked for */
    const bd_value *custody;             /* bd_custody */
    bd_diags diags;
    bd_arena **arenas; /* of the workers: hold the facts */
    size_t arena_count;
    bd_history history;
    const bd_pbc *pbc;
} bd_judged_run;
BD_MUST_USE bd_rc bd_judge(bd_session *session, bd_judged_run *out, bd_err *err);
/* What descriptions leave in doubt of what must stay out of the package. */
typedef struct {
    const bd_evidence *from;
    bd_str path; /* that it describes, and where no file is */
} bd_astray;
typedef struct {
    /* by item: the text of a sidecar or register that cannot be read, without its zero bytes; else "" */
    const bd_str *refused;
    const bd_evidence *const *called; /* by item: what called it a report and is not heard any more, or NULL */
    const bd_astray *astray; /* words of reports */
    size_t astray_count;
} bd_doubts;
/* Marks what must stay out of the package. */
BD_MUST_USE bd_rc bd_withhold(bd_session *session, bd_judged_run *out, const bd_doubts *doubts,
                              bd_err *err);
/* Puts what sidecars and registers say with each item of out->evidence; <by_path> leads from a path to the index + 1 of
 * the latest item there. */
/* Does its content alone say what it is a list of?  withhold.c; no rows are kept of it. */
BD_MUST_USE bd_rc bd_recognises(bd_session *session, const bd_evidence *item, bd_arena *arena,
                                bool *knows, bd_err *err);
BD_MUST_USE bd_rc bd_describe(bd_session *session, bd_judged_run *out, const bd_map *by_path,
                              bd_err *err);
void bd_judged_clear(bd_judged_run *judged); /* may be called again */
/* Reads the items after number `after` and says what cannot be read of them; judges nothing. */
BD_MUST_USE bd_rc bd_judge_fresh(bd_session *session, size_t after, bd_err *err);
/* Who looks at every record while evidence is read: one context for each worker of the session. */
typedef struct {
    bd_observe_fn *see;
    void **contexts;
    const bool *is_wanted; /* by index of the evidence; NULL: all of it */
} bd_watch;
/* Scans the items that `wants` (called from several threads), and hands each to `scanned` in order, with its rows; then
 * NULL, while all of them are still there. */
typedef bool bd_wants_fn(void *context, const bd_evidence *item);
typedef bd_rc bd_scanned_fn(void *context, const bd_evidence *item, const bd_spool *rows,
                            bd_spool_mark from, bd_spool_mark to, bd_err *err);
BD_MUST_USE bd_rc bd_scan_some(bd_session *session, bd_wants_fn *wants, bd_scanned_fn *scanned,
                               void *context, bd_err *err);
/* Everything but judging: what each file is, of when and how complete; checks see nothing. */
BD_MUST_USE bd_rc bd_read_evidence(bd_session *session, const bd_watch *watch, bd_judged_run *out,
                                   bd_err *err);
/* Reads wanted items of `judged` once more for somebody who now knows what to look for. */
BD_MUST_USE bd_rc bd_reread_evidence(bd_session *session, const bd_watch *watch,
                                     bd_judged_run *judged, bd_err *err);

/* acts.c: what people signed of exceptions and controls, in the order of the journal.  Who is not among the people, or
 * signed both sides, signs no control away. */
typedef struct {
    BD_VEC(bd_act) acts;
    BD_VEC(bd_not_applicable) not_applicable;
} bd_acts;
void bd_acts_read(const bd_session *session, bd_arena *arena, bd_acts *out);

/* history.c: the earlier month ends of the period, judged again from the rows of today's judging. */
typedef struct {
    bd_session *session;
    bd_arena *arena; /* of what is kept */
    const bd_evidences *evidence;
    bd_assess_inputs *today; /* what it carries to the month ends is set here */
    const bd_scan_plan *plan;
    const bd_row_spool *rows;
    size_t spool_count;
    bd_rc (*judge_today)(void *context, bd_err *err); /* by `today`, before the month ends */
    void *context;
} bd_history_inputs;
/* Judges today and the earlier month ends; `wants_history` of the session: else today alone. */
BD_MUST_USE bd_rc bd_history_judge(const bd_history_inputs *in, bd_history *out, bd_err *err);
/* samplings.c: what the journal says of populations and samples, in its order. */
typedef BD_VEC(bd_sampling) bd_samplings;
void bd_samplings_read(const bd_session *session, bd_arena *arena, bd_samplings *out);

/* population_files.c: the lists of a frozen population.  Drafts are borrowed until the run is cleared; `sums` is for
 * `sha256sum -c`. */
typedef struct {
    const bd_draft *csv, *keys;
    bd_str sums;
} bd_population_text;
bd_str bd_population_base(bd_arena *arena, const bd_population *of,
                          bd_str period); /* "6.3.1_leavers_2026-Q3" */
BD_MUST_USE bd_rc bd_population_texts(bd_judged_run *judged, const bd_population *of, bd_str period,
                                      bd_arena *arena, bd_population_text *out, bd_err *err);

/* pbc.c: reads the auditors' request lists among the evidence and sets judged->pbc; after judging. */
BD_MUST_USE bd_rc bd_requests_find(bd_session *session, bd_judged_run *judged, bd_err *err);

/* requests.c: requests/ in the engagement's folder: a text for each owner of a control in scope, and blank lists. */
BD_MUST_USE bd_rc bd_requests_write(const char *folder, const bd_engagement *engagement,
                                    bd_arena *arena, size_t *count, bd_err *err);

/* How evidence of this engagement is scanned. */
void bd_plan_scan(bd_session *session, bd_scan_plan *out);

/* early.c: large files are scanned while the locker reads them.  `begin` before the put of `file`, whose place in its
 * folder is entry->path: NULL where it does not pay.  The sink is the put's reader, NULL without one; `end` is told
 * whether the put made a new item.  Both accept NULL. */
bd_early_scan *bd_early_begin(bd_session *session, const char *file, const bd_entry *entry);
bd_sink *bd_early_sink(bd_early_scan *one);
BD_MUST_USE bd_rc bd_early_end(bd_early_scan *one, bool is_new, bd_err *err);
/* After the commit: the rows of all scans and the arena of their facts now belong to the caller. */
bd_row_spool bd_early_hand_over(bd_early *early, bd_arena **facts);
/* The facts of the item at `index`, if it was scanned under the description that it has now; its rows then stand under
 * `index`, between `from` and `to`.  May be called from several threads for different items.  Accepts NULL. */
bool bd_early_take(bd_early *early, const bd_evidence *item, size_t index, bd_facts *out,
                   bd_spool_mark *from, bd_spool_mark *to);
void bd_early_close(bd_early *early); /* accepts NULL */

/* memos.c: what scans yielded, kept in the locker.  For `count` items; NULL: nothing is kept; all accept NULL.  `take`
 * and `note` may be called from several threads for different items; `take` fails where the rows cannot be put. */
bd_memos *bd_memos_open(bd_session *session, const bd_scan_plan *plan, size_t count,
                        bd_arena *arena);
BD_MUST_USE bd_rc bd_memos_take(bd_memos *memos, const bd_evidence *item, size_t index,
                                bd_arena *arena, bd_spool *rows, bd_facts *out, bool *is_taken,
                                bd_err *err);
/* The item was scanned: its facts, and its rows between two marks of a spool that stays until `close`. */
void bd_memos_note(bd_memos *memos, const bd_evidence *item, size_t index, const bd_spool *rows,
                   bd_spool_mark from, bd_spool_mark to);
/* Begins to write what was noted, beside what the caller goes on with; nothing more is put to the spools. */
void bd_memos_write(bd_memos *memos);
/* Waits for it.  `is_whole`: every item was asked for, and entries of others may go. */
void bd_memos_close(bd_memos *memos, bool is_whole);

/* shards.c: one shard's part of a scan, to options->out_path; and those of all shards in place of a scan.  `take` fails
 * with INPUT where no partial holds the item. */
BD_MUST_USE bd_rc bd_shard_write(bd_session *session, const bd_value **result, bd_err *err);
BD_MUST_USE bd_rc bd_partials_open(bd_session *session, const char *const *paths, size_t count,
                                   bd_err *err);
BD_MUST_USE bd_rc bd_partials_take(const bd_partials *partials, const bd_scan_plan *plan,
                                   const bd_evidence *item, size_t index, bd_arena *arena,
                                   bd_spool *rows, bd_facts *out, bd_err *err);
void bd_partials_close(bd_partials *partials); /* accepts NULL */

/* custody.c: the seals of this session's period, in order; lines after one of them that are no seals themselves; and
 * both with the evidence that came later, as assessment.json has them. */
BD_MUST_USE bd_rc bd_period_seals(const bd_session *session, bd_arena *arena, bd_seals *out,
                                  bd_err *err);
size_t bd_lines_since(const bd_locker *locker, const bd_seal *seal);
BD_MUST_USE bd_rc bd_custody(const bd_session *session, const bd_evidences *evidence,
                             bd_arena *arena, const bd_value **out, bd_err *err);

/* ingest.c */
BD_MUST_USE bd_rc bd_ingest(bd_session *session, const char *const *paths, size_t count,
                            const bd_value **result, bd_err *err);

/* signer.c: who signs, as the cover names it. */
typedef struct {
    bd_key *key;
    bd_str certificate_pem;
    bd_certificate_facts facts;
    bd_str fingerprint, reviewer_fingerprint; /* hex; the second is empty where one signs */
    bool is_trial;
    bd_http *http; /* NULL: nothing is asked over the network */
    bd_stamp_authority authority;
    bool asks_stamp;
    bd_vault_key vault, reviewer_vault;
    const bd_strs *revocation;     /* where proofs for later come from; NULL: none are asked for */
    bd_str others_pem;             /* issuers besides those of the chains */
    bd_str long_term_problem;      /* why there are none */
    bd_key *reviewer;              /* NULL: one signature */
    bd_str reviewer_pem;
    bd_certificate_facts reviewer_facts;
} bd_signer;
BD_MUST_USE bd_rc bd_signer_open(bd_session *session, bd_signer *out, bd_err *err);
void bd_signer_close(bd_signer *signer);

/* stamps.c: the authority that bindery.json or an option names, unless --offline.  What a stamping ended with is said
 * of <what>, and stands in a result as "timestamp" and "timestamp_facts". */
BD_MUST_USE bd_rc bd_signer_ask(bd_session *session, bd_signer *signer, bd_err *err);
/* Signs a binder as bindery.json wants it: proofs before the signature, a second signature behind it.  Adds no diags,
 * so that it may run beside other work; `bd_signer_say` says what became of it. */
BD_MUST_USE bd_rc bd_signer_sign(bd_session *session, bd_signer *signer, bd_pdf_copy *copy,
                                 bd_sign_options *options, bd_stamping *stamping, bd_err *err);
void bd_signer_say(bd_session *session, const bd_signer *signer, const bd_stamping *stamping);
bd_str bd_signer_trust(const bd_signer *signer, bd_arena *arena); /* certificates of all who sign */
void bd_stamping_say(bd_session *session, const char *what, const bd_stamping *stamping);
void bd_result_stamp(bd_result *out, bool is_there, const bd_tsp_report *stamp);

/* outputs.c: files that appear together.  Each is written whole beside its place first;
 * `finish` puts all in place, so that a full disk leaves the outputs of the run before as they
 * were. */
enum { BD_RUN_MOST_OUTPUTS = 16 };
typedef struct bd_output bd_output;
typedef struct {
    bd_session *session;
    bd_output *files[BD_RUN_MOST_OUTPUTS];
    size_t count, finished; /* being written; put in place, and then known by name, size and hash */
} bd_outputs;
struct bd_output {
    bd_atomic *file; /* NULL once it is in place */
    bd_sink sink;
    bd_sha256 *hash;
    bd_str name; /* in out/<period>/ */
    int64_t bytes;
    uint8_t sha256[32];
};
/* The sink is Borrowed until `finish` or `drop`. */
BD_MUST_USE bd_rc bd_outputs_open(bd_outputs *outputs, const char *path, bd_sink **sink,
                                  bd_err *err);
BD_MUST_USE bd_rc bd_outputs_put_draft(bd_outputs *outputs, const char *path, const bd_draft *text,
                                       bd_err *err);
BD_MUST_USE bd_rc bd_outputs_put(bd_outputs *outputs, const char *path, bd_str text, bd_err *err);
/* Of which no more than a few MiB are held at a time. */
BD_MUST_USE bd_rc bd_outputs_put_view(bd_outputs *outputs, const char *path, bd_view *view,
                                      bd_err *err);
BD_MUST_USE bd_rc bd_outputs_finish(bd_outputs *outputs, bd_err *err);
void bd_outputs_drop(
    bd_outputs *outputs); /* what was not put in place is gone; may be called after `finish` */

/* attach.c: where each criterion in scope stands in the binder, for programs: criteria-index.json, attached to it.
 * Planned while there is an assessment, written once pages are known.  Allocated in <arena>. */
typedef struct {
    bd_str criterion, anchor, state;
    bd_strs controls;
} bd_index_row;
typedef BD_VEC(bd_index_row) bd_index_rows;
void bd_index_plan(const bd_assessment *assessment, bd_arena *arena, bd_index_rows *out);
struct bd_layout;
BD_MUST_USE bd_rc bd_index_write(const bd_index_rows *rows, const struct bd_layout *layout,
                                 bd_arena *arena, bd_str *out, bd_err *err);

/* render.c: a document as PDF. */
typedef struct {
    bd_arena *arena; /* for the rest of it */
    unsigned jobs;   /* threads at most */
    const bd_doc_template *template; /* paper and colour */
    bd_text_faces *faces;
    bd_str manifest;            /* attached with `index`; or "" and nothing is */
    const bd_index_rows *index;
    bd_str pdf;    /* bytes of the view */
    bd_view *view; /* closed by whoever draws */
    size_t signature_page;
    double signature_rect[4];
    bd_diags remarks; /* glyphs and link targets that are missing */
} bd_drawing;
BD_MUST_USE bd_rc bd_render_pdf(const bd_doc *doc, bd_instant created_at, bd_drawing *drawing,
                                bd_err *err);
BD_MUST_USE bd_rc bd_render_faces(bd_text_faces **out, bd_err *err); /* those of fonts/fonts.json */

/* tried.c: reads the PDF in a confined child.  INPUT or LIMIT where that breaks it; all else is found when it is read
 * here.  Before any thread. */
BD_MUST_USE bd_rc bd_pdf_try(const char *path, bd_err *err);

/* commands.c: assessment.json as a value.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_assessment_parse(const bd_draft *text, bd_arena *arena, const bd_value **out,
                                      bd_err *err);

/* checklist.c: --fail-under.  `check` before any work; `apply` sets the exit code and says why. */
BD_MUST_USE bd_rc bd_thresholds_check(const bd_run_options *options, bd_err *err);
void bd_thresholds_apply(const bd_run_options *options, const bd_assessment *assessment,
                         bd_arena *arena, bd_run_outcome *outcome);

/* produce.c: package plan, binder, readiness report, zip. */
typedef struct {
    bool binder, readiness, package;
} bd_products;
typedef struct {
    bd_session *session;
    bd_judged_run *judged;
    bd_signer *signer; /* NULL: unsigned */
    bd_products wanted;
    bool is_signed_later; /* the cover names the signer, `sign` signs */
    bd_package *package;
    bd_package_facts facts;
    const bd_control **owners; /* of each evidence item: the control it lies under, or NULL */
    bd_package_place *places;
    bd_str *paths;     /* of each evidence item in the package */
    bd_str *ipe_paths; /* of its sheet; empty where it has none */
    const struct bd_export_joins *joins;
    bd_report_inputs report;
    bd_doc *document;         /* the binder before it is drawn */
    bd_arena *document_arena; /* closed once it is drawn */
    bd_str manifest;
    bd_index_rows index; /* for the binder */
    bd_str binder; /* bytes of the PDF, signed where there is a signer */
    bd_stamping binder_stamp, sums_stamp; /* asked for where the signer has an authority */
    bd_str binder_unsigned;
    bd_view *binder_view; /* of a long binder once it is signed; NULL: `binder` lies elsewhere */
    int64_t number; /* N of the package id */
    bd_str previous; /* text of 80_MACHINE/previous.json, or "" */
    const bd_value *since; /* bd_previous_compare; until the judged run is cleared */
    bd_doc *readiness_document;
    bd_arena *readiness_arena; /* of document and PDF */
    bd_text_faces *faces;          /* of both, one after the other */
    bd_drawing binder_drawing, readiness_drawing;
    const bd_readiness *ready; /* until the judged run is cleared */
    bd_draft *lists[5];     /* of the readiness report, in the order of bd_readiness_lists */
    bd_str readiness;       /* bytes of the PDF */
    bd_blob_packer *packer; /* while the package is planned */
    bd_str sums_sha256;     /* set by bd_production_package */
    bd_sink *zip;           /* while it is written */
} bd_production;
/* Which outputs a run makes: SHA-256 of what they follow from (the plan digest).  `signer` may be NULL. */
void bd_plan_digest(const bd_session *session, const bd_signer *signer, bd_str edition,
                    uint8_t out[32]);

/* standing.c: what a run made stands as long as its plan is the same and each file has the bytes that it had.  `find`
 * adds to `out` and to the outcome what that run said; `note` keeps it in runs.ndjson, <said> being how much had been
 * said before anything was judged. */
BD_MUST_USE bd_rc bd_standing_find(bd_session *session, const bd_signer *signer, bd_result *out,
                                   bool *stands, bd_err *err);
BD_MUST_USE bd_rc bd_standing_note(const bd_outputs *outputs, const bd_signer *signer, size_t said,
                                   bd_result *out, bd_err *err);

/* Plans the package and builds both documents, side by side where there are workers.
 * Clears `judged`: nothing of it is needed for what is left. */
BD_MUST_USE bd_rc bd_production_open(bd_session *session, bd_judged_run *judged, bd_signer *signer,
                                     bd_products wanted, bd_production *out, bd_err *err);
void bd_production_close(bd_production *production); /* accepts one that was never opened */
BD_MUST_USE bd_rc bd_production_package(bd_production *production, bd_outputs *outputs,
                                        bd_str *sums_sha256, bd_err *err);
/* differ.c: what of the package before this one, named by the hash of its SHA256SUMS, goes into this one as
 * 80_MACHINE/previous.json; "" where there is none, or it is not at hand, which is then a warning.  Allocated in the
 * session's arena. */
BD_MUST_USE bd_rc bd_previous_load(bd_session *session, bd_str sums_sha256, bd_str *out, bd_err *err);
/* What changed since, an object of format, package_id, sums_sha256 and `changes` (bd_compare_make), as it stands in
 * 80_MACHINE/changes.json; NULL where `previous` is empty or of somebody else.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_previous_compare(bd_str previous, const bd_judged_run *judged,
                                      const bd_catalog *catalog, bd_arena *arena,
                                      const bd_value **out, bd_err *err);

/* listing.c: the readiness report as lists; names of their files in out/PERIOD/, and keys in results. */
typedef struct {
    const char *file, *key;
} bd_readiness_list;
extern const bd_readiness_list bd_readiness_lists[5];
BD_MUST_USE bd_rc bd_readiness_find(bd_session *session, const bd_judged_run *judged,
                                    bd_arena *arena, const bd_readiness **out, bd_err *err);
BD_MUST_USE bd_rc bd_production_list(bd_production *production, bd_err *err);

/* Tells runs.ndjson of the package, once it is in place. */
BD_MUST_USE bd_rc bd_production_note(bd_production *production, bd_err *err);

/* Parts of the work that need nothing of each other: each fills members of its own.  At most two; the first failure in
 * their order is the answer. */
typedef bd_rc bd_production_part(bd_production *production, bd_err *err);
BD_MUST_USE bd_rc bd_production_work(bd_production *production, bd_production_part *const *parts,
                                     size_t count, bd_err *err);

/* draw.c: draws the binder and signs it, draws the readiness report, says what was remarked on either. */
BD_MUST_USE bd_rc bd_production_draw(bd_production *production, bd_err *err);

/* reperform.c: judges again from what an intact package holds, makes its files and its binder once more, and compares.
 * `zygote` was made before any thread.  What comes out otherwise is in `out`; fails only with IO, BUG or LIMIT. */
typedef struct {
    bool is_same_program; /* of the same sources: then every core file's bytes count, else what was judged */
    bool is_same_version; /* and by the same libraries: then the binder's bytes count as well */
    uint64_t files, equal_files; /* core files of the package; made again with the same bytes */
    uint64_t figures;            /* found in the binder, in order */
    bool is_binder_equal;        /* byte by byte up to its signature */
    bd_package_faults differences;
    /* Of another program's package: */
    bool differs_by_version; /* some of the differences may be the version's: exit 6 */
    uint64_t reworded;       /* sentences that say the same in other words */
    bd_strs changed;         /* derivations of another version here, and what is said here only */
    bd_strs other_bytes;     /* files that come out otherwise: at most 50 */
} bd_reperformance;
BD_MUST_USE bd_rc bd_reperform(const bd_run_options *options, bd_zygote *zygote,
                               bd_package_reader *reader, const bd_package_report *report,
                               bd_arena *arena, bd_reperformance *out, bd_err *err);

/* seal_verify.c: is it a folder of locker/periods?  What is wrong with one goes into `faults`, what it says into `out`.
 * Fails only where a file cannot be read or the trust is none. */
bool bd_seal_is_folder(const char *path, bd_arena *arena);
BD_MUST_USE bd_rc bd_seal_verify(const char *folder, bd_str trust, bd_instant at, bd_result *out,
                                 bd_package_faults *faults, bool *has_stamp, bd_tsp_report *stamp,
                                 bd_err *err);

/* differences.c: what comes out otherwise.  Paths are borrowed as long as `out`. */
typedef struct {
    bd_arena *arena;
    bool is_same_program;
    bd_reperformance *out;
} bd_differing;
void bd_differ(bd_differing *run, bd_str path, bd_str sentence); /* contradicts the package itself: exit 1 always */
/* Is judged otherwise: exit 1 by the same program, else 6. */
void bd_differ_judged(bd_differing *run, bd_str path, bd_str sentence);
void bd_differ_values(bd_differing *run, bd_str path, const bd_value *packaged, const bd_value *made);
BD_MUST_USE bd_rc bd_differ_lines(bd_differing *run, bd_str path, bd_str packaged, bd_str made, bd_err *err);
void bd_differ_derivations(bd_differing *run, const bd_catalog *catalog);
void bd_differ_say_versions(bd_differing *run, bd_str versions); /* `versions` of the package */

/* versions.c: does the manifest's `versions` name a program of these sources? */
bool bd_run_is_this_program(bd_str versions);

/* verify.c: a text without its white space, which falls where a line is full. */
bd_str bd_squeeze(bd_arena *arena, bd_str text);
/* verify.c: whether a text (without white space) stands on the first pages of one of our PDFs. */
BD_MUST_USE bd_rc bd_cover_holds(bd_pdf *pdf, bd_str text, bd_arena *arena, bool *is_there,
                                 bd_err *err);

#endif
