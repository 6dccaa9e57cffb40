/* bindery/sign.h - signatures on files: PAdES on a PDF, CMS on a manifest, and their verification.
 *
 * This room sees bytes, ranges and keys; it knows nothing of reports.  A PDF is signed with one certification
 * signature (PAdES B-B or, with a time-stamp, B-T: ETSI EN 319 142-1; DocMDP P=1, ISO 32000-2, 12.8.2.2) in one
 * incremental update.
 */
#ifndef BINDERY_SIGN_H
#define BINDERY_SIGN_H

#include "bindery/crypto.h"
#include "bindery/http.h"
#include "bindery/pdffile.h"
#include "bindery/util.h"

/* ---- answers of strangers -------------------------------------------------------------------------- */

/* Tasks for bd_zygote_open, in which an authority's answer is judged before this process, which has the key, judges it:
 * done where the authority or the plan names a zygote that has them.  An answer that breaks its reader is INPUT or
 * LIMIT, like any other that is of no use. */
#define BD_SIGN_TASKS 2
extern const bd_child_task *const bd_sign_tasks[BD_SIGN_TASKS];

/* ---- time-stamps ---------------------------------------------------------------------------------- */

/* Whom to ask for the time (RFC 3161 over HTTP).  All borrowed. */
typedef struct {
    const bd_http_transport *network;
    const char *url;
    bd_str policy;    /* or empty */
    bd_str trust_pem; /* what its certificate must lead to; empty: not judged while signing */
    bd_instant now;   /* the answer must be of within ten minutes; BD_INSTANT_NONE: not compared */
    unsigned timeout_ms; /* of one attempt; 0: BD_HTTP_TIMEOUT_MS */
    bd_zygote *zygote;   /* of bd_sign_tasks, or NULL */
} bd_stamp_authority;
/* A token over `imprint`, judged before it is handed on; out->token has it.  IO: nobody answers.  INPUT: what is
 * answered is no time-stamp for this question; it was asked twice.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_stamp_ask(const bd_stamp_authority *authority, const uint8_t imprint[32],
                               bd_arena *arena, bd_tsp_report *out, bd_err *err);

/* One signature that is to be stamped, and what came of it: an authority that fails is no failure of signing. */
typedef struct {
    const bd_stamp_authority *authority;
    bool is_stamped;
    bd_tsp_report stamp; /* with is_stamped */
    bd_str problem;      /* why not; one sentence */
} bd_stamping;
/* `stamp` of a bd_cms_stamper whose context is a bd_stamping. */
bd_rc bd_stamp_for_cms(void *context, const uint8_t imprint[32], bd_arena *arena, bd_str *token,
                       bd_err *err);

/* ---- keys with somebody else ---------------------------------------------------------------------- */

/* A key of Azure Key Vault; `bd_vault_sign` with it as context is a bd_key_remote.  All borrowed as long as the key. */
typedef struct {
    const bd_http_transport *network;
    const char *url; /* "https://NAME.vault.azure.net/keys/KEY/VERSION" */
    bd_str token;    /* of somebody who may sign; never in a message */
} bd_vault_key;
/* USAGE or INPUT: not of this form, or neither https nor this machine. */
BD_MUST_USE bd_rc bd_vault_key_check(bd_str url, bd_err *err);
bd_rc bd_vault_sign(void *context, const char *algorithm, const uint8_t digest[32], bd_arena *arena,
                    bd_str *value, bd_err *err);

/* ---- proofs for later ------------------------------------------------------------------------------ */

/* What shows later that neither signer nor time-stamp authority was revoked. */
typedef struct {
    bd_strs certificates; /* DER */
    bd_revocations said;
} bd_long_term;
/* Gathers it for the chains of a key and of an authority (NULL: none; it is asked for one time-stamp, to learn who it
 * is).  `sources` are "online" (CRL and OCSP addresses of the certificates, asked over `network`) and paths of files;
 * issuers are looked for in `others_pem` too.  INPUT: a certificate is revoked, or nothing shows that it is not; IO:
 * nobody answers.  Allocated in <arena>. */
typedef struct {
    const bd_http_transport *network; /* NULL: "online" is refused */
    const bd_strs *sources;
    bd_str chain_pem, others_pem;
    const bd_stamp_authority *authority;
    bd_instant at;
    bd_zygote *zygote; /* of bd_sign_tasks, or NULL */
} bd_long_term_plan;
BD_MUST_USE bd_rc bd_long_term_gather(const bd_long_term_plan *plan, bd_arena *arena,
                                      bd_long_term *out, bd_err *err);

/* ---- signing -------------------------------------------------------------------------------------- */

typedef struct {
    bd_instant signed_at; /* printed as /M */
    bd_str signer_name;   /* /Name; usually the certificate's CN */
    bd_str reason, location;
    size_t page_index;
    double rect[4];        /* signature panel in points, zero: invisible */
    bool is_checked_later; /* the caller calls bd_check_signed_by before the file leaves its hands */
    bd_stamping *stamping; /* PAdES B-T; NULL: none is asked for */
    const bd_long_term *long_term; /* PAdES B-LT: proofs that go into the file before it is signed; or NULL */
    bd_str open_field; /* a field for one further signature: then DocMDP P=2; empty: no change at all, P=1 */
    size_t contents_bytes; /* room for the CMS; 0: as much as key, chain and time-stamp can need */
} bd_sign_options;

/* A PDF that signatures are put behind: a copy of a file on its way to the place where it will stand, read through a
 * window and hashed while it is copied, once; or bytes in memory.
 *     BD_TRY(bd_pdf_copy_open("binder.pdf", "binder.pdf", arena, &copy, err));
 *     rc = bd_pdf_copy_sign(copy, key, &options, err);
 *     rc = bd_failed(rc) ? rc : bd_pdf_copy_finish(copy, err);
 *     bd_pdf_copy_drop(copy);
 * After a failure nothing but `drop` makes sense; the place is as it was. */
typedef struct bd_pdf_copy bd_pdf_copy;
#define BD_SIGN_FILE_BYTES ((size_t)1 << 30) /* of a file at most */
/* The file at `path` for the place `to`, which may be the same.  What is said of time-stamps is Allocated in <arena>.
 * INPUT: not a PDF that pdffile reads; LIMIT, IO. */
BD_MUST_USE bd_rc bd_pdf_copy_open(const char *path, const char *to, bd_arena *arena, bd_pdf_copy **out,
                                   bd_err *err);
/* Of bytes, which stay borrowed; longer ones are Allocated in <arena>. */
BD_MUST_USE bd_rc bd_pdf_copy_of(bd_str pdf, bd_arena *arena, bd_pdf_copy **out, bd_err *err);
/* Of a view that was written here (bd_view_draft): where it has a file, signatures are put behind it in that file,
 * whose first bytes stay what they are; the view is borrowed until `drop`. */
BD_MUST_USE bd_rc bd_pdf_copy_of_view(bd_view *view, bd_arena *arena, bd_pdf_copy **out, bd_err *err);
bd_str bd_pdf_copy_text(const bd_pdf_copy *copy); /* of bytes: the caller's or the arena's; else Borrowed until drop */
bd_pdf *bd_pdf_copy_pdf(const bd_pdf_copy *copy); /* the same, parsed.  Borrowed until drop */
bool bd_pdf_copy_is_signed(const bd_pdf_copy *copy); /* somebody's signature is in it */
/* The first signature.  What was written is read back and verified, unless that comes later; a failure there is a BUG.
 * INPUT: already signed. */
BD_MUST_USE bd_rc bd_pdf_copy_sign(bd_pdf_copy *copy, bd_key *key, const bd_sign_options *options, bd_err *err);
/* The second: fills the field that the first left open as `options->open_field`, and covers all before it.  INPUT:
 * there is no such field, or it is filled. */
BD_MUST_USE bd_rc bd_pdf_copy_countersign(bd_pdf_copy *copy, bd_key *key, const bd_sign_options *options,
                                          bd_err *err);
/* A document time-stamp over a signed file, with proofs that it does not hold yet (NULL: none): PAdES B-LTA, made new
 * by another one before its authority's certificate ends.  Fails as bd_stamp_ask does; *stamp is Allocated in
 * <arena>. */
BD_MUST_USE bd_rc bd_pdf_copy_stamp(bd_pdf_copy *copy, const bd_stamp_authority *authority,
                                    const bd_long_term *long_term, bd_arena *arena, bd_tsp_report *stamp,
                                    bd_err *err);
/* fsync and rename; the copy can still be asked, and is dropped all the same. */
BD_MUST_USE bd_rc bd_pdf_copy_finish(bd_pdf_copy *copy, bd_err *err);
void bd_pdf_copy_drop(bd_pdf_copy *copy); /* accepts NULL */
void bd_pdf_copy_drop_ref(bd_pdf_copy **copy);

/* The same of bytes in one call: `signed_pdf` is the whole new file, Allocated in <arena>. */
BD_MUST_USE bd_rc bd_sign_pdf(bd_str pdf, bd_key *key, const bd_sign_options *options,
                              bd_arena *arena, bd_str *signed_pdf, bd_err *err);
BD_MUST_USE bd_rc bd_countersign_pdf(bd_str pdf, bd_key *key, const bd_sign_options *options,
                                     bd_arena *arena, bd_str *signed_pdf, bd_err *err);
/* Reads back what was signed, with the certificates of all who signed.  BUG: our own verification does not
 * accept it. */
BD_MUST_USE bd_rc bd_check_signed_by(bd_str signed_pdf, bd_str trust_pem, bd_err *err);

typedef enum {
    BD_VERDICT_VERIFIED, /* intact, whole file covered, signer trusted                    exit 0 */
    BD_VERDICT_ALTERED,  /* changed, missing, unlisted, not covered                        exit 1 */
    BD_VERDICT_MALFORMED, /* breaks the profile; cannot be judged                           exit 3 (5 over a limit) */
    BD_VERDICT_UNTRUSTED /* intact and signed, the signer is not one the caller trusts     exit 6 */
} bd_verdict_word;
const char *bd_verdict_name(bd_verdict_word verdict); /* "VERIFIED" ... */

typedef struct {
    bd_str level;           /* "PAdES B-B", "B-T", "B-LT", "B-LTA", or "document time-stamp" */
    bd_verdict_word verdict;
    bool is_document_stamp;
    size_t revision;         /* whose end it reaches, the base being 0; 0: none's */
    bd_strs later_changes;   /* allowed ones: "proofs for later", "document time-stamp" */
    bd_revocation revocation; /* by the proofs inside and the lists of the caller */
    bd_instant judged_at;    /* when the chain had to hold; BD_INSTANT_NONE: no time entered */
    bd_str chain_pem;
    bool is_intact;         /* digest, CMS and byte range hold */
    bool covers_whole_file; /* nothing came later: starts at 0, gap is exactly /Contents, ends at the last byte */
    bool is_trusted;
    bool is_certification; /* DocMDP present */
    int docmdp;            /* 1..3, 0 when absent */
    bd_certificate_facts signer;
    bool has_stamp;
    bd_tsp_report stamp;     /* with has_stamp */
    bd_instant claimed_time; /* /M, stated by the signer; BD_INSTANT_NONE when absent */
    bd_strs reasons;         /* why not, one sentence each; empty when all holds */
} bd_pdf_signature;
typedef BD_VEC(bd_pdf_signature) bd_pdf_signatures;

typedef struct {
    bd_verdict_word verdict;
    bool is_signed;
    bool is_foreign; /* no signature of ours is promised: "signature not evaluated" */
    bd_pdf_signatures signatures;
    bd_strs reasons;
    size_t revision_count;
    bd_str open_field; /* the place that waits for a second signature, or whose signature was taken away; empty: none */
} bd_pdf_report;
/* Judges every signature of a PDF strictly (incremental saving, wrapping, overlap, bytes after
 * EOF are ALTERED or MALFORMED; an unsigned file has verdict MALFORMED with is_signed false).  After the certification
 * may come one further signature where it left a field for it, proofs for later, and document time-stamps.
 * `trust_pem` may be empty.  Everything about the file is in the report; fails only with USAGE (`trust_pem` holds
 * something else than certificates), IO or BUG. */
typedef struct {
    bd_str trust_pem;
    bd_instant at; /* where no trusted time-stamp says when; BD_INSTANT_NONE: no time enters */
    const bd_revocations *revocations; /* of the caller, besides those in the file; or NULL */
    bd_view *view; /* where `pdf` is its text; or NULL */
} bd_pdf_judging;
/* The copy as it is now; what is known of it is not computed again. */
BD_MUST_USE bd_rc bd_pdf_copy_judge(const bd_pdf_copy *copy, const bd_pdf_judging *how, bd_arena *arena,
                                    bd_pdf_report *out, bd_err *err);
BD_MUST_USE bd_rc bd_judge_pdf(bd_str pdf, const bd_pdf_judging *how, bd_arena *arena,
                               bd_pdf_report *out, bd_err *err);
BD_MUST_USE bd_rc bd_verify_pdf(bd_str pdf, bd_str trust_pem, bd_instant at, bd_arena *arena,
                                bd_pdf_report *out, bd_err *err);

#endif
