/* The sections of both reports, in the order of the built-in templates. */
#include "bindery/template.h"

#include "template_priv.h"

#define BINDER(section_name, ...)                                                                  \
    { .name = (section_name), .kind = BD_TEMPLATE_BINDER, .place = IN_BODY, __VA_ARGS__ }
#define FRONT(section_name, ...)                                                                   \
    { .name = (section_name), .kind = BD_TEMPLATE_BINDER, .place = IN_FRONT, __VA_ARGS__ }
#define READY(section_name, ...)                                                                   \
    { .name = (section_name), .kind = BD_TEMPLATE_READINESS, .place = IN_BODY, __VA_ARGS__ }

const section_def section_defs[BD_SECTION_COUNT] = {
    [BD_SECTION_PAGE] = BINDER("page", .why = NULL),
    [BD_SECTION_COVER] =
        FRONT("cover", .why = "it says whose the binder is, that it is management's "
                              "evidence and no auditor's opinion, and it carries "
                              "the signature"),
    [BD_SECTION_DOCUMENT_CONTROL] =
        FRONT("document-control", .why = "it says how anybody can verify what he holds"),
    [BD_SECTION_CONTENTS] = FRONT("contents", .why = NULL),
    [BD_SECTION_GLANCE] = BINDER("glance", .why = NULL),
    [BD_SECTION_SCOPE] =
        BINDER("scope", .why = "it says what is in scope, what is not and who said so"),
    [BD_SECTION_VENDORS] = BINDER("vendors", .why = NULL),
    [BD_SECTION_CRITERIA_INDEX] = BINDER("criteria-index", .why = NULL),
    [BD_SECTION_CONTROL_MATRIX] = BINDER("control-matrix", .why = NULL),
    [BD_SECTION_CRITERIA] = BINDER("criteria", .has_no_words = true,
                                   .why = "every criterion in scope is told, whatever its state"),
    [BD_SECTION_SAMPLES] = BINDER("samples", .why = NULL),
    [BD_SECTION_MATCHES] = BINDER("matches", .why = NULL),
    [BD_SECTION_REVIEWS] = BINDER("reviews", .why = NULL),
    [BD_SECTION_POSTURE] = BINDER("posture", .why = NULL),
    [BD_SECTION_EXCEPTIONS] = BINDER("exceptions", .why = "every exception of the period is told"),
    [BD_SECTION_SINCE] = BINDER("since", .why = NULL),
    [BD_SECTION_SET_ASIDE] =
        BINDER("set-aside", .why = "what was waived, withdrawn or excused is told"),
    [BD_SECTION_EVIDENCE] =
        BINDER("evidence", .why = "every evidence item is told with its origin; "
                                  "the criteria and index.html lead there"),
    [BD_SECTION_PBC] = BINDER("pbc", .why = NULL),
    [BD_SECTION_DATA_QUALITY] =
        BINDER("data-quality", .why = "what weakens the evidence is told beside it"),
    [BD_SECTION_HASHES] = BINDER("hashes", .why = NULL),
    [BD_SECTION_APPENDICES] =
        BINDER("appendices", .why = "it says how states are made and what the "
                                    "binder does not claim"),
    [BD_SECTION_SUMMARY] = READY("summary", .why = "it says of which period and day the report is"),
    [BD_SECTION_MONTHS] = READY("months", .why = NULL),
    [BD_SECTION_DUES] = READY("dues", .why = NULL),
    [BD_SECTION_STALE] = READY("stale", .why = NULL),
    [BD_SECTION_AGEING] = READY("open-exceptions", .why = "every open exception is told"),
    [BD_SECTION_VENDOR_CLOCK] = READY("vendor-clock", .why = NULL),
    [BD_SECTION_SCORES] = READY("posture-scores", .why = NULL),
    [BD_SECTION_CHANGES] = READY("changes", .why = NULL),
    [BD_SECTION_DOUBTS] = READY("doubts", .why = "what weakens the evidence is told beside it"),
    [BD_SECTION_OWNERS] = READY("owners", .why = NULL),
};

const char *bd_section_name(bd_section section) {
    return section_defs[section].name;
}

const bd_doc_template *bd_template_default(bd_template_kind kind, bd_arena *arena) {
    bd_doc_template *made = bd_new(arena, bd_doc_template, 1);
    made->kind = kind;
    made->accent = BD_TEMPLATE_NO_ACCENT;
    for (size_t i = BD_SECTION_PAGE + 1; i < BD_SECTION_COUNT; i++) {
        const section_def *def = &section_defs[i];
        if (def->kind != kind) {
            continue;
        }
        bool is_contents = i == BD_SECTION_CONTENTS;
        *bd_push(arena, def->place == IN_FRONT ? &made->front : &made->body) =
            (bd_template_part){.section = (bd_section)i,
                               .depth = is_contents ? 2 : 0,
                               .lists_tables = is_contents,
                               .lists_charts = is_contents};
    }
    return made;
}
