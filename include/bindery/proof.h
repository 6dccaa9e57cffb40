/* bindery/proof.h - whether a package, a binder or a seal holds, and whether judging again says the same.
 *
 * What is verified is a stranger's file.  The process gives up writing, the network and programs before it reads it,
 * and what the file says counts only as far as its own hashes, signatures and time-stamps carry it.  Three questions
 * are kept apart: is it what was signed (a fault of any kind: exit 1), does the caller trust who signed (else exit
 * 6), and, where it is asked, do the same stages over what the package holds come to the same (reperform.c).  A
 * package of another version of this program is compared by what was judged, and what the version may account for is
 * told from what contradicts the package itself (differences.c).
 *
 * A fault is a path and a sentence; all of them stand in the result, and the verdict is in the outcome, never in the
 * bd_rc.
 */
#ifndef BINDERY_PROOF_H
#define BINDERY_PROOF_H

#include "bindery/command.h"
#include "bindery/pdffile.h"
#include "bindery/util.h"

/* FILE.zip, FILE.pdf, or the folder of a seal; as bd_run_verify. */
BD_MUST_USE bd_rc bd_proof_verify(const bd_run_options *options, const char *path, bd_arena *arena,
                                  bd_run_outcome *out, bd_err *err);

/* Whether a text (without white space) stands on the first pages of one of our PDFs. */
BD_MUST_USE bd_rc bd_cover_holds(bd_pdf *pdf, bd_str text, bd_arena *arena, bool *is_there,
                                 bd_err *err);

#endif
