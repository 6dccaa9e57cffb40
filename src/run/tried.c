/* A PDF of somebody else is read in a confined child before `archive` reads it: that needs files and the network, so
 * that it cannot give these up itself, and whatever breaks a reader then breaks the child.  `sign` takes what bears no
 * signature yet, which is its caller's own document, and reading 40,000 pages twice would cost it half its time. */
#include "bindery/run.h"

#include "bindery/sign.h"
#include "run_priv.h"

#define PDF_SECONDS 120
#define PDF_BYTES ((size_t)1 << 30)
#define ARENA_BYTES ((size_t)4 << 30)

/* The signatures that it bears are judged, too: their CMS, time-stamps and proofs. */
static bd_rc read_pdf(void *context, bd_err *err) {
    BD_DEFER(bd_fd_close) int fd = -1;
    BD_DEFER(bd_view_close_ref) bd_view *view = NULL;
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("PDF", ARENA_BYTES);
    const char *path = context;
    size_t size = 0;
    bd_pdf_report report;
    BD_TRY(bd_regular_open(path, PDF_BYTES, &fd, &size, err));
    BD_TRY(bd_view_open(fd, size, path, &view, err)); /* who shortens the file meanwhile ends this child alone */
    bd_pdf_judging how = {.trust_pem = {"", 0}, .at = BD_INSTANT_NONE, .view = view};
    return bd_judge_pdf(bd_view_text(view), &how, arena, &report, err);
}

bd_rc bd_pdf_try(const char *path, bd_err *err) {
    return bd_confined_try("the reader of PDFs", PDF_SECONDS, read_pdf, (void *)(uintptr_t)path, err);
}
