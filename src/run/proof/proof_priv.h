/* proof_priv.h - shared by the files of room proof. */
#ifndef PROOF_PRIV_H
#define PROOF_PRIV_H

#include "bindery/produce.h"
#include "bindery/proof.h"

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

/* revoked.c: by the caller's lists, of an intact signature and of its time-stamp (NULL: none).  `reasons`: why the
 * signer is not trusted after all; a revoked authority makes the stamp untrusted and is its `reason`. */
typedef struct {
    const bd_revocations *said;
    bd_str trust;
    bd_instant at; /* when a signature without a time-stamp is judged */
    bd_arena *arena;
} bd_revoking;
BD_MUST_USE bd_rc bd_revoked_judge(const bd_revoking *by, bd_cms_report *signature, bd_tsp_report *stamp,
                                   bd_strs *reasons, bd_err *err);

/* seal_verify.c: is it a folder of locker/periods?  What is wrong with one goes into `faults`, what it says into `out`
 * (and its arena).  Fails only where a file cannot be read or the trust is none. */
bool bd_seal_is_folder(const char *path, bd_arena *arena);
BD_MUST_USE bd_rc bd_seal_verify(const char *folder, const bd_revoking *by, bd_result *out,
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

/* verify.c: a text without its white space, which falls where a line is full. */
bd_str bd_squeeze(bd_arena *arena, bd_str text);

#endif
