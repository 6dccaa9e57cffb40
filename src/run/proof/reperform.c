/* `verify --reperform`: the judgement once more, from the package alone.
 *
 * The package's journal, evidence, catalog and engagement take the place of a locker and a folder; what a run makes of
 * them is compared with what the package holds.  By the same program and the same libraries every core file and the
 * binder up to its signature must come out byte by byte, and what does not was altered.  Another version may write a
 * list in another way: then what was judged counts (assessment.json and findings.ndjson value by value), and that the
 * binder prints the figures; files that come out otherwise are named.  It may also judge otherwise, which does not tell
 * whether the package or the version is the reason: that is said as it is, and is neither a forgery nor an agreement
 * (differences.c). */
#include "bindery/proof.h"

#include "bindery/pdffile.h"
#include "proof_priv.h"

#include <string.h>

#define TEXT_BYTES ((size_t)1 << 30)
#define MOST_NODES ((size_t)100000000)
#define FIGURES "80_MACHINE/figures.ndjson"
#define CHANGES "changes.json#" /* a figure of what changed; all others are of assessment.json */

typedef struct {
    const bd_run_options *options;
    bd_package_reader *reader;
    const bd_package_report *report;
    bd_arena *arena;
    bd_reperformance *out;
    bd_differing differing;
    bd_run_outcome quiet; /* what a run says on its way was said when the package was made */
    bd_session session;
    const bd_value *assessment; /* the packaged one */
    const char **names; /* of evidence items in the package, by number */
    size_t name_count;
    bd_str previous; /* its 80_MACHINE/previous.json, or "" */
    const bd_value *changes; /* since the package before, compared again */
} performance;

/* Told of what no other version of the program could have made otherwise, either. */
static void differ(performance *run, bd_str path, bd_str sentence) {
    bd_differ(&run->differing, path, sentence);
}

static bd_rc read_text(performance *run, const char *name, bd_str *out, bd_err *err) {
    const bd_blob *blob = bd_package_find(run->reader, name);
    if (blob == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "the package holds no '%s'", name);
    }
    return bd_blob_read(blob, TEXT_BYTES, run->arena, out, err);
}

/* ---- a session over the package ---- */

/* The manifest names the evidence item of each file; a sheet made of it has the same number and another role. */
static void list_names(performance *run) {
    const bd_value *files = bd_value_find(run->report->manifest, "files");
    run->name_count = files->count + 1;
    run->names = bd_new(run->arena, const char *, run->name_count);
    for (size_t i = 0; i < files->count; i++) {
        const bd_value *file = &files->items[i];
        bd_str id = bd_value_text(file, "evidence_id"), role = bd_value_text(file, "role");
        bool is_own = bd_str_eqz(role, bd_role_name(BD_ROLE_EVIDENCE)) ||
                      bd_str_eqz(role, bd_role_name(BD_ROLE_SIDECAR));
        int64_t number = 0;
        if (is_own && bd_str_to_i64(bd_str_sub(id, 2, id.size), &number) && number > 0 &&
            (uint64_t)number < run->name_count) {
            run->names[number] = bd_str_z(run->arena, bd_value_text(file, "path"));
        }
    }
}

static bd_rc open_absent(const bd_blob *blob, bd_source *out, bd_err *err) {
    (void)out;
    BD_RAISE(err, BD_ERR_INPUT, "the journal names evidence '%s', whose bytes are not in the package",
             (const char *)blob->context);
}

static void close_absent(const bd_blob *blob, bd_source *source) {
    (void)blob;
    (void)source;
}

/* A report that is withheld is judged by its description; whatever else would be read of an absent item is a fault. */
static bd_rc find_object(void *context, const bd_evidence_given *item, bd_arena *arena,
                         const bd_blob **out, bd_err *err) {
    performance *run = context;
    const char *name = item->number < run->name_count ? run->names[item->number] : NULL;
    const bd_blob *blob = name != NULL ? bd_package_find(run->reader, name) : NULL;
    (void)err;
    if (blob != NULL && memcmp(blob->sha256, item->sha256, 32) == 0) {
        *out = blob;
        return BD_OK;
    }
    bd_blob *absent = bd_new(arena, bd_blob, 1);
    *absent = (bd_blob){.bytes = item->bytes,
                        .open_plain = open_absent,
                        .close = close_absent,
                        .context = (void *)(uintptr_t)bd_evidence_id(arena, item->number).data};
    memcpy(absent->sha256, item->sha256, 32);
    *out = absent;
    return BD_OK;
}

static bd_rc open_engagement(performance *run, bd_err *err) {
    bd_session *session = &run->session;
    const bd_package_facts *facts = &run->report->facts;
    bd_str text;
    BD_TRY(read_text(run, "80_MACHINE/engagement.json", &text, err));
    BD_TRY(bd_engagement_parse(text, BD_STR("80_MACHINE/engagement.json"), run->arena,
                               &session->engagement, err));
    session->period = bd_engagement_period_find(&session->engagement, facts->period_id);
    if (session->period == NULL || !bd_instant_parse(facts->as_of, &session->as_of)) {
        BD_RAISE(err, BD_ERR_INPUT, "the engagement of the package has no period '%.*s'",
                 BD_ARG(facts->period_id));
    }
    bd_engagement_state_period(&session->engagement, session->period, session->as_of, run->arena);
    return BD_OK;
}

static bd_rc open_catalog(performance *run, bd_err *err) {
    bd_session *session = &run->session;
    bd_str text;
    BD_TRY(read_text(run, "80_MACHINE/catalog.json", &text, err));
    BD_TRY(bd_catalog_load_resolved(text, run->arena, &session->catalog, err));
    BD_TRY(bd_imports_compile(session->catalog, run->arena, &session->imports, err));
    return bd_rules_compile(session->catalog, session->engagement.parameters, run->arena,
                            &session->rules, err);
}

/* Packages of earlier versions carry no template: theirs was ours. */
static bd_rc open_templates(performance *run, bd_err *err) {
    bd_str text = {"", 0}, logo = {"", 0};
    if (bd_package_find(run->reader, BD_TEMPLATE_ENTRY) != NULL) {
        BD_TRY(read_text(run, BD_TEMPLATE_ENTRY, &text, err));
    }
    if (bd_package_find(run->reader, BD_TEMPLATE_LOGO_ENTRY) != NULL) {
        BD_TRY(read_text(run, BD_TEMPLATE_LOGO_ENTRY, &logo, err));
    }
    return bd_templates_take(&run->session, text, logo, err);
}

/* What the package says of the one before it is taken as said; it must be of the one that the manifest names. */
static bd_rc open_previous(performance *run, bd_err *err) {
    const bd_value *value;
    bd_json_limits limits = bd_json_default_limits;
    limits.record_bytes = TEXT_BYTES;
    limits.nodes = MOST_NODES;
    if (bd_package_find(run->reader, "80_MACHINE/previous.json") == NULL) {
        return BD_OK;
    }
    BD_TRY(read_text(run, "80_MACHINE/previous.json", &run->previous, err));
    BD_TRY(bd_json_parse(run->previous, &limits, run->arena, &value, err));
    if (!bd_str_eq(bd_value_text(value, "sums_sha256"), run->report->facts.previous_package)) {
        differ(run, BD_STR("80_MACHINE/previous.json"),
               BD_STR("is of another package than the one that the manifest names as the one before it"));
    }
    return BD_OK;
}

static bd_rc open_session(performance *run, bd_zygote *zygote, bd_err *err) {
    bd_str journal;
    run->session = (bd_session){
        .options = run->options,
        .arena = run->arena,
        .outcome = &run->quiet,
        .jobs = run->options->jobs > 0 ? run->options->jobs : bd_pool_default_jobs(),
        .zygote = zygote,
        .is_of_package = true,
    };
    BD_TRY(open_engagement(run, err));
    BD_TRY(open_catalog(run, err));
    BD_TRY(open_templates(run, err));
    BD_TRY(read_text(run, "90_INTEGRITY/journal.ndjson", &journal, err));
    list_names(run);
    BD_TRY(open_previous(run, err));
    return bd_locker_open_text(journal, find_object, run, run->arena, &run->session.locker, err);
}

/* ---- values ---- */

static bd_json_limits whole_file(void) {
    bd_json_limits limits = bd_json_default_limits;
    limits.record_bytes = TEXT_BYTES;
    limits.nodes = MOST_NODES;
    return limits;
}

static bd_rc draft_text(const bd_draft *draft, bd_arena *arena, bd_str *out, bd_err *err) {
    bd_buf buf;
    bd_buf_init(&buf, TEXT_BYTES);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_rc rc = bd_draft_write(draft, &sink, err);
    *out = bd_failed(rc) ? (bd_str){"", 0} : bd_str_copy(arena, bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return rc;
}

/* Rules of the time zones are no part of the program, and may move an instant: this machine may have others. */
static void note_zones(performance *run) {
    bd_str then = bd_value_text(bd_value_find(run->assessment, "period"), "tzdata");
    bd_str now = bd_zone_data_version(run->arena);
    if (!bd_str_eq(then, now)) {
        run->differing.is_same_program = false;
        run->out->is_same_program = run->out->is_same_version = false;
        *bd_push(run->arena, &run->out->changed) =
            bd_str_format(run->arena, "time zone data %.*s then, %.*s now",
                          BD_ARG(bd_str_visible(run->arena, then)), BD_ARG(now));
    }
}

static bd_rc compare_assessment(performance *run, const bd_draft *made, bd_err *err) {
    const char *name = "80_MACHINE/assessment.json";
    bd_json_limits limits = whole_file();
    bd_str packaged, text;
    const bd_value *again;
    BD_TRY(read_text(run, name, &packaged, err));
    BD_TRY(bd_json_parse(packaged, &limits, run->arena, &run->assessment, err));
    note_zones(run);
    const bd_blob *blob = bd_package_find(run->reader, name);
    if (memcmp(blob->sha256, bd_draft_sha256(made), 32) == 0) {
        return BD_OK;
    }
    BD_TRY(draft_text(made, run->arena, &text, err));
    BD_TRY(bd_json_parse(text, &limits, run->arena, &again, err));
    bd_differ_values(&run->differing, bd_str_of(name), run->assessment, again);
    return BD_OK;
}

/* By the same program the list has the same bytes; another may word a reason otherwise. */
static bd_rc compare_findings(performance *run, const bd_draft *made, bd_err *err) {
    const char *name = "80_MACHINE/findings.ndjson";
    bd_str packaged, text;
    const bd_blob *blob = bd_package_find(run->reader, name);
    if (blob != NULL && memcmp(blob->sha256, bd_draft_sha256(made), 32) == 0) {
        return BD_OK;
    }
    if (blob == NULL || run->differing.is_same_program) {
        differ(run, bd_str_of(name),
               BD_STR("judged again, the list of failing records is another one"));
        return BD_OK;
    }
    BD_TRY(read_text(run, name, &packaged, err));
    BD_TRY(draft_text(made, run->arena, &text, err));
    return bd_differ_lines(&run->differing, bd_str_of(name), packaged, text, err);
}

/* ---- files ---- */

/* By path: two manifests are held against each other, and there may be a hundred thousand files in each. */
static bd_map *files_by_path(const bd_value *manifest, bd_arena *arena) {
    bd_map *map = bd_map_make(arena);
    const bd_value *files = bd_value_find(manifest, "files");
    for (size_t i = files != NULL ? files->count : 0; i > 0; i--) {
        bd_map_put(map, bd_value_text(&files->items[i - 1], "path"), (void *)(uintptr_t)&files->items[i - 1]);
    }
    return map;
}

static bool is_late(const bd_value *file) {
    return bd_value_find(file, "sha256") == NULL;
}

enum { MOST_OTHERS = 50 };

/* By the same program an alteration; another may lay a list out otherwise, so that the file is named and no more. */
static void differ_in_bytes(performance *run, bd_str path, bd_str sentence) {
    if (run->differing.is_same_program) {
        differ(run, path, sentence);
    } else if (run->out->other_bytes.count < MOST_OTHERS) {
        *bd_push(run->arena, &run->out->other_bytes) = path;
    }
}

static bool is_same_member(const bd_value *a, const bd_value *b, const char *key, bd_arena *arena) {
    const bd_value *left = bd_value_find(a, key), *right = bd_value_find(b, key);
    return left == NULL || right == NULL ? left == right
                                         : bd_str_eq(bd_json_canonical(arena, left), bd_json_canonical(arena, right));
}

/* Whose package it is and of when: any version takes that from engagement, journal and catalog, so that a manifest that
 * says something else contradicts the package itself.  Only the binder's bytes would show it otherwise, which are not
 * compared where another version, or who claims to be one, drew it. */
static void compare_facts(performance *run, const bd_value *packaged, const bd_value *made) {
    static const char *const facts[] = {"organisation", "period",       "as_of",          "fixed_time",
                                        "edition",      "journal_head", "catalog_sha256", "signer_sha256"};
    for (size_t i = 0; i < BD_COUNT(facts); i++) {
        if (!is_same_member(packaged, made, facts[i], run->arena)) {
            differ(run, BD_STR("90_INTEGRITY/manifest.json"),
                   bd_str_format(run->arena,
                                 "its '%s' is not what the package's own engagement, journal and catalog say",
                                 facts[i]));
        }
    }
}

/* What a file is taken for hangs on the manifest as well. */
static void compare_place(performance *run, const bd_value *packaged, const bd_value *made) {
    static const char *const members[] = {"role", "evidence_id"};
    for (size_t i = 0; made != NULL && i < BD_COUNT(members); i++) {
        if (!is_same_member(packaged, made, members[i], run->arena)) {
            differ(run, bd_value_text(packaged, "path"),
                   bd_str_format(run->arena, "the manifest calls it by another '%s' than the journal", members[i]));
        }
    }
}

static void compare_file(performance *run, const bd_value *packaged, const bd_value *made) {
    bd_str path = bd_value_text(packaged, "path");
    bool is_equal = made != NULL && bd_str_eq(bd_value_text(packaged, "sha256"),
                                              bd_value_text(made, "sha256"));
    run->out->files++;
    run->out->equal_files += is_equal ? 1 : 0;
    if (!is_equal) {
        differ_in_bytes(run, path,
                        made == NULL ? BD_STR("made again, the package holds no such file")
                                     : BD_STR("made again from the evidence, this file has other bytes"));
    }
}

static bd_rc compare_files(performance *run, bd_str manifest, bd_err *err) {
    const bd_value *made;
    const bd_value *packaged = run->report->manifest;
    bd_json_limits limits = whole_file();
    BD_TRY(bd_json_parse(manifest, &limits, run->arena, &made, err));
    const bd_map *made_by_path = files_by_path(made, run->arena);
    const bd_map *packaged_by_path = files_by_path(packaged, run->arena);
    const bd_value *files = bd_value_find(packaged, "files");
    compare_facts(run, packaged, made);
    for (size_t i = 0; i < files->count; i++) {
        const bd_value *file = &files->items[i];
        const bd_value *again = bd_map_find(made_by_path, bd_value_text(file, "path"));
        if (!is_late(file)) {
            compare_file(run, file, again);
            compare_place(run, file, again);
        }
    }
    const bd_value *again = bd_value_find(made, "files");
    for (size_t i = 0; i < again->count; i++) {
        bd_str path = bd_value_text(&again->items[i], "path");
        if (bd_map_find(packaged_by_path, path) == NULL) {
            differ_in_bytes(run, path, BD_STR("is made of the evidence, and the package does not hold it"));
        }
    }
    return BD_OK;
}

/* ---- the binder ---- */

static bd_rc binder_text(performance *run, bd_str pdf, bd_str *out, bd_err *err) {
    bd_pdf *file;
    bd_buf buf;
    bd_rc rc = BD_OK;
    BD_TRY(bd_pdf_parse(pdf, run->arena, &file, err));
    bd_buf_init(&buf, TEXT_BYTES);
    for (size_t i = 0; i < bd_pdf_page_count(file) && !bd_failed(rc); i++) {
        bd_str page = {"", 0};
        rc = bd_pdf_page_text(file, i, run->arena, &page, err);
        bd_buf_puts(&buf, bd_squeeze(run->arena, page));
    }
    *out = bd_str_copy(run->arena, bd_buf_str(&buf));
    bd_buf_clear(&buf);
    return rc;
}

/* "/score/ready/n" leads into assessment.json, "changes.json#/..." into what changed since the package before. */
static const bd_value *value_at(const performance *run, bd_str pointer, bool is_change) {
    return is_change ? bd_value_at(run->changes, bd_str_sub(pointer, sizeof CHANGES - 1, pointer.size))
                     : bd_value_at(run->assessment, pointer);
}

/* What the list says of a figure has to be what the package's own assessment says: a binder by another version is not
 * drawn again byte by byte, and its figures must not speak of anything else. */
static void check_figure(performance *run, const bd_value *figure) {
    bd_str pointer = bd_value_text(figure, "pointer"), text = bd_value_text(figure, "text");
    bool is_change = bd_str_has_prefix(pointer, BD_STR(CHANGES));
    const bd_value *value = value_at(run, pointer, is_change);
    bool is_text = value != NULL && (value->kind == BD_NUMBER || value->kind == BD_STRING);
    if (is_text && bd_str_eq(value->text, text)) {
        return;
    }
    bd_str path = BD_STR(FIGURES);
    bd_str sentence = bd_str_format(run->arena, "the figure '%.*s' of '%.*s' is %.*s%s",
                                    BD_ARG(bd_str_visible(run->arena, text)),
                                    BD_ARG(bd_str_visible(run->arena, pointer)),
                                    BD_ARG(is_text ? value->text : BD_STR("none")),
                                    is_change ? ", compared again" : " in assessment.json");
    if (is_change) {
        bd_differ_judged(&run->differing, path, sentence);
        return;
    }
    differ(run, path, sentence);
}

/* The figures stand in the binder in the order in which they are listed, and say what was judged. */
static bd_rc find_figures(performance *run, bd_str pdf, bd_err *err) {
    bd_str list, line, text;
    BD_TRY(read_text(run, FIGURES, &list, err));
    BD_TRY(binder_text(run, pdf, &text, err));
    while (bd_str_cut(&list, '\n', &line)) {
        const bd_value *figure;
        if (line.size == 0) {
            continue;
        }
        BD_TRY(bd_json_parse(line, &bd_json_default_limits, run->arena, &figure, err));
        check_figure(run, figure);
        bd_str wanted = bd_squeeze(run->arena, bd_value_text(figure, "text"));
        ptrdiff_t at = bd_str_find(text, wanted);
        if (at < 0) {
            differ(run, BD_STR("00_START-HERE/binder.pdf"),
                   bd_str_format(run->arena,
                                 "the figure '%.*s' of '%.*s' is not printed where it should be",
                                 BD_ARG(bd_value_text(figure, "text")),
                                 BD_ARG(bd_value_text(figure, "pointer"))));
            return BD_OK; /* all that follow would be looked for in the wrong place */
        }
        text = bd_str_sub(text, (size_t)at + wanted.size, text.size);
        run->out->figures++;
    }
    return BD_OK;
}

/* Another version may print other figures, and its list may say which; a list without a score or a count of exceptions
 * would let the binder print any. */
static bd_rc find_unlisted(performance *run, const bd_doc *made, bd_err *err) {
    bd_str list, line;
    bd_map *listed = bd_map_make(run->arena);
    BD_TRY(read_text(run, FIGURES, &list, err));
    while (bd_str_cut(&list, '\n', &line)) {
        const bd_value *figure;
        if (line.size > 0) {
            BD_TRY(bd_json_parse(line, &bd_json_default_limits, run->arena, &figure, err));
            bd_map_put(listed, bd_value_text(figure, "pointer"), run);
        }
    }
    for (size_t i = 0; i < made->figures.count; i++) {
        bd_str pointer = made->figures.data[i].pointer;
        if (bd_str_has_prefix(pointer, BD_STR("/score/")) && bd_map_find(listed, pointer) == NULL) {
            bd_differ_judged(&run->differing, BD_STR(FIGURES),
                             bd_str_format(run->arena, "lacks the figure of '%.*s', which a binder prints",
                                           BD_ARG(pointer)));
        }
    }
    return BD_OK;
}

static bd_rc compare_binder(performance *run, bd_str made, bd_err *err) {
    bd_str pdf;
    bd_pdf *file;
    BD_TRY(read_text(run, "00_START-HERE/binder.pdf", &pdf, err));
    BD_TRY(bd_pdf_parse(pdf, run->arena, &file, err));
    bd_str base = bd_str_sub(pdf, 0, (size_t)bd_pdf_revision_end(file, 0));
    run->out->is_binder_equal = bd_str_eq(base, made);
    if (!run->out->is_binder_equal && run->out->is_same_version) {
        differ(run, BD_STR("00_START-HERE/binder.pdf"),
               BD_STR("drawn again from the evidence, the binder has other bytes"));
    }
    return find_figures(run, pdf, err);
}

/* ---- all of it ---- */

static bd_rc keep_changes(performance *run, const bd_judged_run *judged, bd_err *err) {
    return bd_previous_compare(run->previous, judged, run->session.catalog, run->arena,
                               &run->changes, err);
}

static bd_rc read_signer(performance *run, bd_signer *out, bd_err *err) {
    const bd_signing *signing = &run->session.engagement.signing;
    *out = (bd_signer){.is_trial = !bd_key_place_is_named(&signing->preparer)};
    BD_TRY(read_text(run, "90_INTEGRITY/signer.pem", &out->certificate_pem, err));
    BD_TRY(bd_certificate_read(out->certificate_pem, run->arena, &out->facts, err));
    out->fingerprint = bd_hex_text(run->arena, out->facts.sha256, 32);
    if (memcmp(out->facts.sha256, run->report->facts.signer_sha256, 32) != 0) {
        differ(run, BD_STR("90_INTEGRITY/signer.pem"),
               BD_STR("holds another certificate than that of the signer whom the manifest names"));
    }
    if (!bd_key_place_is_named(&signing->reviewer)) {
        return BD_OK;
    }
    BD_TRY(read_text(run, "90_INTEGRITY/reviewer.pem", &out->reviewer_pem, err));
    BD_TRY(bd_certificate_read(out->reviewer_pem, run->arena, &out->reviewer_facts, err));
    out->reviewer_fingerprint = bd_hex_text(run->arena, out->reviewer_facts.sha256, 32);
    return BD_OK;
}

static bd_rc make_again(performance *run, bd_signer *signer, bd_judged_run *judged, bd_err *err) {
    bd_production *production;
    bd_products wanted = {.binder = true,
                          .package = true,
                          /* the key is not here; the signature itself was verified */
                          .is_signed_later = true,
                          .again = &run->report->facts,
                          .previous = run->previous};
    BD_TRY(bd_production_open(&run->session, judged, signer, &wanted, &production, err));
    bd_rc rc = compare_files(run, bd_production_manifest(production), err);
    if (!bd_failed(rc) && !run->differing.is_same_program) {
        rc = find_unlisted(run, bd_production_document(production), err);
    }
    if (!bd_failed(rc)) {
        rc = bd_production_draw(production, err);
    }
    if (!bd_failed(rc)) {
        rc = compare_binder(run, bd_production_drawn_binder(production), err);
    }
    bd_production_close(production);
    return rc;
}

static bd_rc perform(performance *run, bd_zygote *zygote, bd_err *err) {
    bd_signer signer;
    bd_judged_run judged;
    BD_TRY(open_session(run, zygote, err));
    BD_TRY(read_signer(run, &signer, err));
    BD_TRY(bd_judge(&run->session, NULL, &judged, err));
    bd_rc rc = compare_assessment(run, judged.assessment_json, err);
    bd_differ_derivations(&run->differing, run->session.catalog);
    if (!bd_failed(rc)) {
        rc = compare_findings(run, judged.findings, err);
    }
    if (!bd_failed(rc)) {
        rc = keep_changes(run, &judged, err);
    }
    if (!bd_failed(rc)) {
        return make_again(run, &signer, &judged, err);
    }
    bd_judged_clear(&judged);
    return rc;
}

bd_rc bd_reperform(const bd_run_options *options, bd_zygote *zygote, bd_package_reader *reader,
                   const bd_package_report *report, bd_arena *arena, bd_reperformance *out,
                   bd_err *err) {
    bool is_same_program = bd_program_is_this(report->facts.versions);
    *out = (bd_reperformance){
        .is_same_program = is_same_program,
        .is_same_version = is_same_program &&
                           bd_str_eq(report->facts.versions, bd_program_versions(arena))};
    performance run = {.options = options,
                       .reader = reader,
                       .report = report,
                       .arena = arena,
                       .out = out,
                       .differing = {.arena = arena, .is_same_program = is_same_program, .out = out}};
    bd_rc rc = perform(&run, zygote, err);
    bd_locker_close(run.session.locker);
    bool is_answer = bd_failed(rc) && err->class != BD_ERR_IO && err->class != BD_ERR_BUG &&
                     err->class != BD_ERR_LIMIT;
    if (is_answer) {
        bd_differ_judged(&run.differing, (bd_str){"", 0},
                         bd_str_format(arena, "the judgement cannot be made again: %s", err->message));
    }
    if (out->differs_by_version) {
        bd_differ_say_versions(&run.differing, report->facts.versions);
    }
    return is_answer ? BD_OK : rc;
}
