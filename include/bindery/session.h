/* bindery/session.h - an engagement as a command finds it: its configuration, catalog, templates, period, as-of and
 * locker, and the folder that its outputs go to.
 *
 * Nearly every command begins here and ends here: it opens a session, asks the rooms above what it wants to know,
 * puts its outputs in place and closes the session.
 *
 *     bd_session session;
 *     BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
 *     bd_rc rc = ...;
 *     bd_session_close(&session);
 *     BD_TRY(rc);
 *
 * Opening reads bindery.json, the catalog (ours and the organisation's own) and the templates, chooses period and
 * as-of and says why, and opens the locker; what it finds odd goes into the outcome's diags.  This is the one place
 * where the clock becomes an as-of and where SOURCE_DATE_EPOCH is looked at for it: whatever is judged, drawn and
 * packed takes the time from the session.  A process apart for what strangers wrote is made before all else, as it
 * must be made before any thread and any key.  It is the caller's one session: its members are read by the rooms
 * above and set by the command, before these begin.
 *
 * Which outputs a run makes hangs on the inputs that `bd_session_plan` lists and on the program: a digest of them
 * tells whether a package was made before, and whether what a run made still stands.  Outputs appear together, or
 * none does.
 */
#ifndef BINDERY_SESSION_H
#define BINDERY_SESSION_H

#include "bindery/catalog.h"
#include "bindery/command.h"
#include "bindery/crypto.h"
#include "bindery/engagement.h"
#include "bindery/imported.h"
#include "bindery/locker.h"
#include "bindery/rule.h"
#include "bindery/template.h"
#include "bindery/util.h"
#include "bindery/value.h"
#include "bindery/zip.h"

#define BD_RUN_ARENA_BYTES ((size_t)4 << 30)

/* How both reports are put together. */
typedef struct {
    const bd_doc_template *binder, *readiness;
    bd_str binder_text; /* 80_MACHINE/template.xml */
    bd_str logo;        /* bytes of the binder's picture, 80_MACHINE/template-logo.png; or "" */
    uint8_t sha256[32]; /* of all of it, the readiness report's too */
} bd_templates;
#define BD_TEMPLATE_ENTRY "80_MACHINE/template.xml"
#define BD_TEMPLATE_LOGO_ENTRY "80_MACHINE/template-logo.png"

/* What room intake keeps with a session. */
typedef struct bd_early bd_early;
typedef struct bd_partials bd_partials;

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
    void (*close_early)(bd_early *early); /* set by whoever sets `early` */
    void (*close_partials)(bd_partials *partials);
    bool is_of_package; /* stands on what a package holds: not on all that was handed in, and not on how it was made */
} bd_session;

/* ---- life ---- */

BD_MUST_USE bd_rc bd_session_open(const bd_run_options *options, bd_locker_mode mode,
                                  bd_arena *arena, bd_run_outcome *outcome, bd_session *out,
                                  bd_err *err);
/* No more than the engagement and who asks for what: no catalog, no locker, nothing to close. */
BD_MUST_USE bd_rc bd_session_begin(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome,
                                   bd_session *out, bd_err *err);
void bd_session_close(bd_session *session); /* accepts a zeroed one */
/* For all that a run reads of strangers.  Before any thread and any key. */
BD_MUST_USE bd_rc bd_session_zygote_open(bd_zygote **out, bd_err *err);
/* USAGE when SOURCE_DATE_EPOCH is set to something that is no instant. */
BD_MUST_USE bd_rc bd_check_epoch(bd_err *err);
/* Of the engagement's templates/, else ours.  INPUT names file and line. */
BD_MUST_USE bd_rc bd_templates_load(bd_session *session, bd_err *err);
/* The binder's as a package carries it; an empty text stands for a package that carries none. */
BD_MUST_USE bd_rc bd_templates_take(bd_session *session, bd_str text, bd_str logo, bd_err *err);
/* Built-in catalog files, then the organisation's own.  Allocated in <arena>; texts of the built-in ones live as
 * long as the program. */
BD_MUST_USE bd_rc bd_session_catalog_files(const char *folder, bd_arena *arena,
                                           const bd_catalog_file **files, size_t *count,
                                           bd_err *err);

/* ---- asking ---- */

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

/* ---- what outputs hang on ---- */

/* Versions of bindery and of every library it uses. */
bd_str bd_program_versions(bd_arena *arena);
/* Does the manifest's `versions` name a program of these sources? */
bool bd_program_is_this(bd_str versions);
/* Which outputs a run makes: SHA-256 of what they follow from.  `signer` and `reviewer` are fingerprints in hex, empty
 * where nobody signs. */
void bd_session_plan(const bd_session *session, bd_str signer, bd_str reviewer, bd_str edition,
                     uint8_t out[32]);

/* ---- outputs ---- */

/* Files that appear together.  Each is written whole beside its place first; `finish` puts all in place, so that a full
 * disk leaves the outputs of the run before as they were. */
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

#endif
