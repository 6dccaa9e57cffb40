/* `archive`: a document time-stamp over a signed binder, and proofs where bindery.json asks for them.
 *
 * A PDF of somebody else is read in a confined child before `archive` reads it: that needs files and the network, so
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

/* In a confined child: INPUT or LIMIT where the file breaks it; all else is found when it is read here.  Before any
 * thread. */
static bd_rc try_pdf(const char *path, bd_err *err) {
    return bd_confined_try("the reader of PDFs", PDF_SECONDS, read_pdf, (void *)(uintptr_t)path, err);
}

/* What the file itself names is enough to look for proofs; the engagement only says where from. */
static bd_rc gather_again(bd_session *session, bd_signer *signer, const bd_pdf_report *report,
                          bd_long_term *out, bd_err *err) {
    bd_long_term_plan plan = {.network = bd_http_network(signer->http),
                              .sources = signer->revocation,
                              .chain_pem = report->signatures.data[0].chain_pem,
                              .others_pem = signer->others_pem,
                              .authority = &signer->authority,
                              .at = signer->authority.now,
                              .zygote = session->zygote};
    return bd_long_term_gather(&plan, session->arena, out, err);
}

static bd_rc load_engagement(bd_session *session, bd_err *err) {
    const char *path = bd_session_path(session, "bindery.json");
    return bd_path_exists(path)
               ? bd_engagement_load(path, session->arena, &session->engagement, err)
               : BD_OK;
}

static bd_rc archive(bd_session *session, bd_signer *signer, const char *path, const char *to,
                     bd_result *out, bd_err *err) {
    BD_DEFER(bd_pdf_copy_drop_ref) bd_pdf_copy *copy = NULL;
    bd_pdf_judging how = {.trust_pem = {"", 0}, .at = BD_INSTANT_NONE};
    bd_pdf_report report;
    bd_long_term proofs;
    bd_tsp_report stamp;
    bd_arena *arena = session->arena;
    BD_TRY_CTX(try_pdf(path, err), err, "cannot archive");
    BD_TRY_CTX(bd_pdf_copy_open(path, to, arena, &copy, err), err, "cannot archive");
    BD_TRY(bd_pdf_copy_judge(copy, &how, arena, &report, err));
    if (report.verdict != BD_VERDICT_UNTRUSTED) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot archive: it is %s: %.*s", bd_verdict_name(report.verdict),
                 BD_ARG(report.reasons.count > 0 ? report.reasons.data[0] : BD_STR("")));
    }
    bd_signer_find_sources(session, signer);
    if (signer->revocation != NULL) {
        BD_TRY(gather_again(session, signer, &report, &proofs, err));
    }
    BD_TRY(bd_pdf_copy_stamp(copy, &signer->authority, signer->revocation != NULL ? &proofs : NULL, arena, &stamp,
                             err));
    BD_TRY(bd_pdf_copy_finish(copy, err));
    bd_result_text(out, "file", bd_str_of(to));
    bd_result_int(out, "bytes", (int64_t)bd_pdf_copy_text(copy).size);
    bd_result_stamp(out, true, &stamp);
    return BD_OK;
}

static const char *place_beside(bd_arena *arena, const char *path) {
    bd_str name = bd_str_of(path);
    bool is_pdf = bd_str_has_suffix(bd_str_lower(arena, name), BD_STR(".pdf"));
    return bd_str_format(arena, "%.*s.archived.pdf",
                         BD_ARG(bd_str_sub(name, 0, is_pdf ? name.size - 4 : name.size)))
        .data;
}

bd_rc bd_run_archive(const bd_run_options *options, const char *path, bd_arena *arena,
                     bd_run_outcome *outcome, bd_err *err) {
    bd_session session = {.options = options, .arena = arena, .outcome = outcome};
    BD_DEFER(bd_zygote_close_ref) bd_zygote *zygote = NULL;
    bd_signer signer = {0};
    bd_result out = {.arena = arena};
    const char *to = options->output != NULL ? options->output : place_beside(arena, path);
    BD_TRY(load_engagement(&session, err));
    if (bd_path_exists(to)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot archive into '%s': it is there already; give another --output", to);
    }
    if (options->is_offline || (options->tsa == NULL && session.engagement.signing.tsa.size == 0)) {
        BD_RAISE(err, BD_ERR_USAGE, options->is_offline
                                        ? "a time-stamp cannot be asked for with --offline"
                                        : "no time-stamp authority is named: give --tsa, or "
                                          "'signing.tsa' in bindery.json");
    }
    BD_TRY(bd_session_zygote_open(&zygote, err));
    session.zygote = zygote;
    bd_rc rc = bd_signer_ask(&session, &signer, err);
    if (!bd_failed(rc)) {
        rc = archive(&session, &signer, path, to, &out, err);
    }
    bd_signer_close(&signer);
    BD_TRY_CTX(rc, err, "in '%s'", path);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
