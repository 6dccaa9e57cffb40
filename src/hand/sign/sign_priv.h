/* sign_priv.h - what the files of this room share: a PDF while it is judged, and answers before they are. */
#ifndef BINDERY_SIGN_PRIV_H
#define BINDERY_SIGN_PRIV_H

#include "bindery/pdffile.h"
#include "bindery/sign.h"

/* A signature with where it stands. */
typedef struct {
    const bd_pdf_object *field; /* of the whole file */
    int64_t field_number;
    bd_pdf_signature *facts;
    size_t revision; /* whose end its range reaches; 0: none's */
} sign_placed;

/* A digest that is known, and the byte range it is of. */
typedef struct {
    int64_t range[4];
    uint8_t sha256[32];
} sign_digest;

/* What is known of a file before it is judged: readings of its revisions, the last one of the whole, and digests. */
typedef struct {
    bd_pdf *const *handles;
    size_t handle_count;
    const sign_digest *digests;
    size_t digest_count;
} sign_known;

typedef struct {
    bd_str text;
    const sign_known *known; /* or NULL */
    const bd_pdf_judging *how;
    bd_arena *arena;   /* of the report */
    bd_arena *scratch; /* of the parsed file */
    bd_pdf *pdf;
    bd_pdf_report *report;
    bd_pdf_signature *signature; /* the one being judged, or NULL */
    BD_VEC(sign_placed) placed;
    bd_pdf_proofs proofs; /* of the whole file */
    bd_str others_pem;    /* certificates of the proofs and of the caller */
    bool is_malformed, is_altered;
    bd_err *err;
} judging;

/* Notes why not: in the report, and with the signature it belongs to. */
void sign_add_reason(judging *j, bd_str reason);
void sign_add_malformed(judging *j, bd_str reason);
void sign_add_altered(judging *j, bd_str reason);
bool sign_is_name(const bd_pdf_object *object, const char *name);
/* verify.c: the signature fields of a file that are filled. */
bd_rc sign_find_list(bd_pdf *pdf, const bd_pdf_object **out, bd_err *err);

/* verify.c: bd_judge_pdf for a file of which something is known. */
bd_rc sign_judge_known(bd_str text, const sign_known *known, const bd_pdf_judging *how, bd_arena *arena,
                       bd_pdf_report *out, bd_err *err);

/* copy.c: what goes into the hole, once the digest around it is known. */
typedef struct {
    bd_rc (*fill)(void *context, const uint8_t digest[32], bd_arena *arena, bd_str *der, bd_err *err);
    void *context;
} sign_filler;
bd_arena *sign_copy_arena(const bd_pdf_copy *copy); /* of whoever made it */
bd_rc sign_copy_add(bd_pdf_copy *copy, const bd_pdf_signature_plan *plan, const sign_filler *filler,
                    bd_err *err);

/* signature.c: byte range, hole and CMS or token of j->placed.data[index]. */
bd_rc sign_judge_signature(judging *j, size_t index);
/* signature.c: once all are judged: revocation, and with it the level. */
bd_rc sign_judge_level(judging *j, size_t index);

/* later.c: whether the step from <before> to <after> adds nothing but proofs for later and document time-stamps.
 * *fault is one sentence, or empty. */
bd_rc sign_check_later(bd_pdf *before, bd_pdf *after, bd_arena *arena, bd_str *fault, bd_err *err);

/* answer.c: OK where no zygote is named, and where the child that judged the answer came back and did not refuse it. */
BD_MUST_USE bd_rc answer_try_stamp(const bd_stamp_authority *authority, const bd_tsp_request *question, bd_str reply,
                                   bd_err *err);
/* Proofs that are at hand, and one more (its data NULL: none), for that chain. */
BD_MUST_USE bd_rc answer_try_proofs(const bd_long_term_plan *plan, bd_str chain_pem, const bd_revocations *said,
                                    bd_str more, bd_err *err);

#endif
