/* sign_priv.h - what the files of this room share while a PDF is judged. */
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

typedef struct {
    bd_str text;
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

/* signature.c: byte range, hole and CMS or token of j->placed.data[index]. */
bd_rc sign_judge_signature(judging *j, size_t index);
/* signature.c: once all are judged: revocation, and with it the level. */
bd_rc sign_judge_level(judging *j, size_t index);

/* later.c: whether the step from <before> to <after> adds nothing but proofs for later and document time-stamps.
 * *fault is one sentence, or empty. */
bd_rc sign_check_later(bd_pdf *before, bd_pdf *after, bd_arena *arena, bd_str *fault, bd_err *err);

#endif
