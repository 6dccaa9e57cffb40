/* Cover, document control and how to verify. */
#include "bindery/report.h"

#include "report_priv.h"

static void add_boundaries(bd_report *r, bd_table *table) {
    const bd_assessment *a = r->assessment;
    bd_add_fact(table, "Period",
                bd_str_format(r->arena, "%.*s, %.*s (%.*s), days of %.*s",
                              BD_ARG(bd_words_period_kind(r)), BD_ARG(bd_words_period(r)),
                              BD_ARG(a->period->id), BD_ARG(r->engagement->zone_name)));
    bd_add_fact(table, "Boundaries",
                bd_str_format(r->arena, "from %.*s up to, not including, %.*s",
                              BD_ARG(bd_words_instant(r, a->period_start)),
                              BD_ARG(bd_words_instant(r, a->period_end))));
}

static bd_str signer_words(bd_report *r) {
    const bd_report_inputs *in = r->in;
    if (!in->is_signed) {
        return BD_STR("unsigned");
    }
    return bd_str_format(r->arena, "%s%.*s", in->is_trial ? "trial identity: " : "",
                         BD_ARG(in->signer_subject));
}

static void add_signer(bd_report *r, bd_table *table) {
    bd_add_fact(table, "Signer", signer_words(r));
    if (r->in->is_signed) {
        bd_cell_run(table, bd_fact_cell(table, "Certificate"), BD_RUN_MONO,
                    bd_str_format(r->arena, "SHA-256 %.*s", BD_ARG(r->in->signer_fingerprint)));
    }
    if (r->in->is_signed && r->in->reviewer_fingerprint.size > 0) {
        bd_add_fact(table, "Second signer", r->in->reviewer_subject);
        bd_cell_run(table, bd_fact_cell(table, "Its certificate"), BD_RUN_MONO,
                    bd_str_format(r->arena, "SHA-256 %.*s", BD_ARG(r->in->reviewer_fingerprint)));
    }
    bd_cell_run(table, bd_fact_cell(table, "Manifest"), BD_RUN_MONO,
                bd_str_format(r->arena, "SHA-256 %.*s", BD_ARG(r->in->manifest_sha256)));
}

static const char *trust_warning(const bd_report_inputs *in) {
    if (!in->is_signed) {
        return " This binder is unsigned: nothing shows who made it or that it is unchanged.";
    }
    if (in->is_trial) {
        return " It is signed with a trial identity that the tool made itself: the signature shows "
               "that the file is unchanged, not who signed it.";
    }
    return "";
}

void section_cover(bd_report *r) {
    const bd_engagement *e = r->engagement;
    bd_doc_space(r->doc, r->template->logo.width_pt > 0 ? 24 : 64);
    bd_add_logo(r);
    bd_say_text(r, BD_PARA_SUBTITLE, e->organisation_name);
    bd_say_text(r, BD_PARA_TITLE, e->system_name);
    bd_say(r, BD_PARA_SUBTITLE, "SOC 2\xc2\xae evidence binder");
    bd_say(r, BD_PARA_LEAD, "Management's evidence; no auditor's opinion");
    bd_say_own(r);
    bd_doc_space(r->doc, 16);
    bd_table *table = bd_add_facts(r, false);
    add_boundaries(r, table);
    bd_add_fact(table, "Criteria",
                BD_STR("2017 Trust Services Criteria with revised points of focus, 2022"));
    bd_add_fact(table, "Categories", bd_words_list(r, &e->categories, ", "));
    bd_add_fact(table, "Edition", bd_words_edition(r));
    bd_add_fact(table, "Package", r->in->package_id);
    bd_add_fact(table, "As of", bd_words_as_of(r));
    bd_add_fact(table, "Prepared by",
                bd_str_format(r->arena, "Management of %.*s", BD_ARG(e->organisation_name)));
    add_signer(r, table);
    bd_doc_space(r->doc, 10);
    if (r->in->is_signed) {
        bd_say(r, BD_PARA_CAPTION, "Signature of management");
        bd_doc_signature(r->doc, 66);
        bd_doc_signature_line(r->doc, r->in->signer_subject);
        bd_doc_signature_line(r->doc, bd_str_format(r->arena, "for the management of %.*s",
                                                    BD_ARG(e->organisation_name)));
        bd_doc_signature_line(r->doc, BD_STR("A PDF reader shows whether it holds, and since when;"));
        bd_doc_signature_line(r->doc, BD_STR("so does: bindery verify binder.pdf"));
        bd_say(
            r, BD_PARA_NOTE,
            "The field above holds the digital signature; PDF readers show it when it is opened. "
            "It covers the whole file.");
    }
    bd_para *warning = bd_doc_paragraph(r->doc, BD_PARA_WARNING);
    bd_para_styled(warning, BD_RUN_STRONG, BD_STR("Not an auditor's report."));
    bd_para_text(
        warning,
        BD_STR(
            " Management of the organisation prepared this binder from exports of its own systems. "
            "It holds no opinion of an independent accountant; the auditor selects what to test "
            "and draws the conclusions. It holds confidential information: do not pass it on."));
    bd_para_text(warning, bd_str_of(trust_warning(r->in)));
}

/* ---- document control ------------------------------------------------------------------------------------ */

static bd_str retention_words(bd_report *r) {
    const bd_engagement *e = r->engagement;
    bd_date end = bd_date_of_day(bd_zone_day(e->zone, r->assessment->period_end - 1));
    return bd_str_format(
        r->arena, "package until %04d-%02d at the earliest (%lld years), raw evidence %lld years",
        end.year + (int)e->package_years, end.month, (long long)e->package_years,
        (long long)e->raw_years);
}

static void add_versions(bd_report *r) {
    bd_table *table = bd_add_facts(r, true);
    bd_add_fact(table, "Package", r->in->package_id);
    bd_add_fact(table, "Previous package",
                r->in->previous_package.size > 0
                    ? r->in->previous_package
                    : BD_STR("none: the first of this period and edition"));
    bd_add_fact(table, "Edition", bd_words_edition(r));
    bd_add_fact(table, "As of", bd_words_as_of(r));
    bd_add_fact(table, "Made with",
                bd_str_format(r->arena, "Bindery %.*s", BD_ARG(r->in->bindery_version)));
    bd_add_fact(table, "Score definition", BD_STR("bindery-1 (Appendix A)"));
    bd_add_fact(table, "Signer", signer_words(r));
    bd_add_fact(
        table, "Signature",
        r->in->is_signed
            ? BD_STR("PAdES B-B over the whole file; no later change is allowed (DocMDP P=1)")
            : BD_STR("none"));
    bd_add_fact(table, "Template", parts_words(r));
    bd_add_fact(table, "Retention", retention_words(r));
    bd_add_fact(table, "For", BD_STR("the organisation and its auditor"));
}

static void add_hashes(bd_report *r) {
    const struct {
        const char *what;
        bd_str sha256;
    } rows[] = {
        {"90_INTEGRITY/manifest.json", r->in->manifest_sha256},
        {"80_MACHINE/assessment.json", r->in->assessment_sha256},
        {"80_MACHINE/findings.ndjson", r->in->findings_sha256},
        {"last line of 90_INTEGRITY/journal.ndjson", r->in->journal_head},
    };
    static const bd_column_def columns[] = {{"What", BD_ALIGN_LEFT, 0},
                                            {"SHA-256", BD_ALIGN_LEFT, 1}};
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Hashes that this binder stands on"), columns, true);
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_table_styled(table, BD_RUN_MONO, bd_str_of(rows[i].what));
        bd_table_styled(table, BD_RUN_MONO,
                        rows[i].sha256.size > 0 ? rows[i].sha256 : BD_STR("none"));
    }
}

static void add_commands(bd_report *r) {
    bd_doc_heading(r->doc, 2, BD_STR("How to verify in three commands"), BD_STR("verify"));
    bd_say(
        r, BD_PARA_BODY,
        "With stock tools of any Linux distribution, without Bindery and without a network. "
        "/path/to/trusted.pem is the signer's certificate or its issuer's; get it from the signer "
        "in another way than this package.");
    bd_str id = r->in->package_id;
    bd_say_text(r, BD_PARA_MONO,
                bd_str_format(r->arena,
                              "unzip -qq %.*s.zip && cd %.*s && sha256sum -c --strict --quiet "
                              "90_INTEGRITY/SHA256SUMS",
                              BD_ARG(id), BD_ARG(id)));
    bd_say(r, BD_PARA_MONO,
           "openssl cms -verify -binary -inform DER -in 90_INTEGRITY/SHA256SUMS.p7s "
           "-content 90_INTEGRITY/SHA256SUMS -CAfile /path/to/trusted.pem -out /dev/null");
    bd_say(r, BD_PARA_MONO, "pdfsig 00_START-HERE/binder.pdf");
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_BODY);
    bd_para_text(
        para,
        BD_STR(
            "Expect no output from the first, \"CMS Verification successful\" from the second, and "
            "\"Signature is Valid\" with \"Total document signed\" from the third. The SHA-256 of "
            "90_INTEGRITY/manifest.json is the one above. Every step, with what it shows and what "
            "it does not, stands in 90_INTEGRITY/verify.txt. With Bindery, one command does all of "
            "it: "));
    bd_para_styled(para, BD_RUN_MONO,
                   bd_str_format(r->arena, "bindery verify --trust /path/to/trusted.pem %.*s.zip",
                                 BD_ARG(id)));
    bd_say(r, BD_PARA_NOTE,
           "A package that verifies is whole, unchanged and signed by the certificate named. That "
           "says nothing about whether controls operated.");
}

void section_control(bd_report *r) {
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Document control"), BD_STR("document-control"));
    add_versions(r);
    add_hashes(r);
    add_commands(r);
}

void section_contents(bd_report *r) {
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Contents"), BD_STR("contents"))->in_contents = false;
    bd_doc_contents(r->doc, r->part->depth);
    if (r->part->lists_tables) {
        bd_doc_exhibits(r->doc, BD_EXHIBIT_TABLES);
    }
    if (r->part->lists_charts) {
        bd_doc_exhibits(r->doc, BD_EXHIBIT_CHARTS);
    }
}
