/* From files to evidence records, collections and snapshots: whose it is, of when, how complete, signed or not. */
#include "bindery/scan.h"

#include "scan_priv.h"

#include <string.h>

typedef struct {
    const bd_scan_plan *plan;
    bd_evidences *evidence;
    bd_arena *arena;
    bd_collections *collections;
    bd_snapshots *snapshots;
} conclusion;

static bd_str empty(void) {
    return (bd_str){"", 0};
}

/* ---- source, title, origin ---- */

static int cmp_texts(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_natural_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

typedef struct {
    bd_str main; /* of most rows */
    uint64_t most;
    bool is_declared_seen;
} source_choice;

static void choose_source(conclusion *run, bd_evidence *item, const bd_seens *list,
                          source_choice *choice) {
    for (size_t i = 0; i < list->count; i++) {
        const bd_seen *seen = &list->data[i];
        if (!bd_scan_has_text(&item->sources, seen->source)) {
            *bd_push(run->arena, &item->sources) = seen->source;
        }
        choice->is_declared_seen =
            choice->is_declared_seen ||
            (item->has_sidecar && bd_str_eq(seen->source, item->sidecar.source));
        if (seen->rows > choice->most || choice->main.size == 0) {
            choice->most = seen->rows;
            choice->main = seen->source;
        }
    }
}

static void conclude_sources(conclusion *run, bd_evidence *item) {
    source_choice choice = {.main = empty()};
    item->sources = (bd_strs){0};
    choose_source(run, item, &item->facts.seen, &choice);
    choose_source(run, item, &item->facts.parts, &choice);
    item->source = choice.is_declared_seen ? item->sidecar.source : choice.main;
    bd_sort(item->sources.data, item->sources.count, sizeof(bd_str), cmp_texts, NULL);
    if (item->is_document && item->sources.count == 0) {
        item->source = BD_STR("doc");
        *bd_push(run->arena, &item->sources) = item->source;
    }
    item->is_unmapped = item->sources.count == 0 && !item->is_sidecar && !item->is_register;
}

static void say_contradiction(conclusion *run, bd_evidence *item) {
    bd_str declared = item->has_sidecar ? item->sidecar.source : empty();
    if (declared.size > 0 && bd_catalog_source(run->plan->catalog, declared) == NULL) {
        bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
                    "the sidecar says source '%.*s', which the catalog does not know",
                    BD_ARG(declared));
        return;
    }
    if (declared.size == 0 || item->sources.count == 0 ||
        bd_scan_has_text(&item->sources, declared) || item->is_document) {
        return;
    }
    bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
                "the sidecar says source '%.*s', the content is '%.*s'; the content was followed",
                BD_ARG(declared), BD_ARG(item->source));
}

static void conclude_title(conclusion *run, bd_evidence *item) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, item->source);
    item->source_title = source != NULL ? source->title : empty();
    if (item->has_sidecar && item->sidecar.title.size > 0) {
        item->title = item->sidecar.title;
    } else if (item->has_sidecar && item->sidecar.document.title.size > 0) {
        item->title = item->sidecar.document.title;
    } else if (item->is_sidecar) {
        item->title =
            bd_str_format(run->arena, "Sidecar %.*s", BD_ARG(bd_path_name(item->given.path)));
    } else if (item->is_register) {
        item->title = BD_STR("Register of documents");
    } else if (source != NULL && !item->is_document) {
        item->title = source->title;
    } else {
        item->title = bd_path_name(item->given.path);
    }
}

static void conclude_origin(conclusion *run, bd_evidence *item) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, item->source);
    bool is_machine =
        (item->facts.media == BD_MEDIA_JSON || item->facts.media == BD_MEDIA_NDJSON) &&
        source != NULL && !source->is_handed_in && !item->is_document;
    item->origin = is_machine ? BD_ORIGIN_MACHINE : BD_ORIGIN_HANDED_IN;
}

/* ---- time ---- */

static void conclude_collected_at(bd_evidence *item) {
    item->collected_at_is_assumed = false;
    if (item->given.given_collected_at != BD_INSTANT_NONE) {
        item->collected_at = item->given.given_collected_at;
    } else if (item->has_sidecar && item->sidecar.collected_at != BD_INSTANT_NONE) {
        item->collected_at = item->sidecar.collected_at;
    } else if (item->facts.export_time != BD_INSTANT_NONE) {
        item->collected_at = item->facts.export_time;
    } else {
        item->collected_at = item->given.file_time;
        item->collected_at_is_assumed = true;
    }
}

static bd_instant document_date(const conclusion *run, const bd_document *document) {
    bd_day day =
        document->carried_out_on != BD_DAY_NONE ? document->carried_out_on : document->approved_on;
    return day == BD_DAY_NONE ? BD_INSTANT_NONE : bd_zone_day_start(run->plan->zone, day);
}

/* The end of what is described is exclusive: the last event lies inside. */
static bd_instant after(bd_instant last) {
    return last == BD_INSTANT_NONE ? last : last + 1;
}

/* Nothing is described after it was collected. */
static void clip_to_collected(conclusion *run, bd_evidence *item) {
    if (item->collected_at_is_assumed || item->describes_to <= item->collected_at) {
        return;
    }
    item->describes_to = item->collected_at;
    if (item->has_sidecar && item->sidecar.describes_to > item->collected_at) {
        bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
                    "says that it describes a time after it was collected; that time was left out");
    }
}

/* An export of settings shows those of the moment it ran, however long the time its sidecar claims. */
static void clip_to_moment(conclusion *run, bd_evidence *item, const bd_source_def *source) {
    bd_instant earliest = item->collected_at - 48 * BD_HOUR; /* a night that a job ran on */
    if (source == NULL || source->is_handed_in || source->types.count == 0 ||
        item->collected_at_is_assumed || item->describes_from >= earliest) {
        return;
    }
    item->describes_from = item->collected_at;
    item->describes_to = item->collected_at;
    bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
                "an export of settings describes the moment it was collected; the longer time that "
                "its sidecar claims was left out");
}

static void conclude_described_log(conclusion *run, bd_evidence *item,
                                   const bd_source_def *source) {
    const bd_sidecar *sidecar = item->has_sidecar ? &item->sidecar : NULL;
    item->is_snapshot = false;
    item->describes_from = sidecar != NULL && sidecar->describes_from != BD_INSTANT_NONE
                               ? sidecar->describes_from
                               : item->facts.first_event;
    item->describes_to = sidecar != NULL && sidecar->describes_to != BD_INSTANT_NONE
                             ? sidecar->describes_to
                             : after(item->facts.last_event);
    if (item->describes_from == BD_INSTANT_NONE || item->describes_to == BD_INSTANT_NONE) {
        item->describes_from = item->collected_at;
        item->describes_to = item->collected_at;
    }
    clip_to_collected(run, item);
    /* nor is anything described that the platform no longer kept when it was asked */
    if (source->retention_days > 0) {
        bd_instant kept = item->collected_at - (bd_instant)source->retention_days * 24 * BD_HOUR;
        if (item->describes_from < kept) {
            item->describes_from = kept;
        }
    }
    if (item->describes_to < item->describes_from) {
        item->describes_to = item->describes_from;
    }
}

static void conclude_described(conclusion *run, bd_evidence *item) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, item->source);
    item->is_snapshot = true;
    if (item->is_document) {
        bd_instant date = document_date(run, &item->sidecar.document);
        item->describes_from = date != BD_INSTANT_NONE ? date : item->collected_at;
        item->describes_to = item->describes_from;
        return;
    }
    if (source != NULL && source->is_log) {
        conclude_described_log(run, item, source);
        return;
    }
    item->describes_from = item->collected_at;
    item->describes_to = item->collected_at;
    if (item->has_sidecar && item->sidecar.describes_from != BD_INSTANT_NONE) {
        item->describes_from = item->sidecar.describes_from;
        item->describes_to = item->sidecar.describes_to != BD_INSTANT_NONE
                                 ? item->sidecar.describes_to
                                 : item->describes_from;
        clip_to_collected(run, item);
        clip_to_moment(run, item, source);
        if (item->describes_to < item->describes_from) {
            item->describes_from = item->describes_to;
        }
        item->is_snapshot = item->describes_from == item->describes_to;
    }
}

/* ---- sign-off ---- */

static bd_str person_of(const bd_signoff *who) {
    return who->person.size > 0 ? who->person : who->name;
}

/* Why this review does not sign the item off; empty when it does. */
static bd_str why_not_signed(conclusion *run, const bd_evidence *item, const bd_signoff *review) {
    if (bd_is_same_person(person_of(review), person_of(&item->preparer))) {
        return bd_str_format(run->arena, "preparer and reviewer are the same person, '%.*s'",
                             BD_ARG(review->name));
    }
    if (review->at != BD_INSTANT_NONE && item->preparer.at != BD_INSTANT_NONE &&
        review->at < item->preparer.at) {
        return bd_str_format(run->arena,
                             "the review by '%.*s' is dated before the file was prepared",
                             BD_ARG(review->name));
    }
    if (!review->has_sha256) {
        return bd_str_format(run->arena,
                             "the review by '%.*s' does not name the SHA-256 of what was reviewed",
                             BD_ARG(review->name));
    }
    if (memcmp(review->sha256, item->given.sha256, 32) != 0) {
        return bd_str_format(run->arena,
                             "the review by '%.*s' is of other bytes than the file kept",
                             BD_ARG(review->name));
    }
    return empty();
}

static void conclude_signoff(conclusion *run, bd_evidence *item) {
    item->is_signed_off = false;
    if (!bd_is_person_name(item->preparer.name)) {
        item->signoff_reason = BD_STR("no preparer is named");
        return;
    }
    item->signoff_reason = BD_STR("no reviewer has signed");
    for (size_t i = 0; i < item->reviewers.count && !item->is_signed_off; i++) {
        const bd_signoff *review = &item->reviewers.data[i];
        if (bd_is_person_name(review->name)) {
            item->signoff_reason = why_not_signed(run, item, review);
            item->is_signed_off = item->signoff_reason.size == 0;
        }
    }
}

/* ---- collections ---- */

typedef struct {
    bd_str group; /* source, scopes and run: what pages of one run share */
    bd_str path;
    uint32_t index;
} page;

static bd_str scopes_text(conclusion *run, const bd_evidence *item) {
    bd_strs texts = {0};
    for (size_t i = 0; i < item->sidecar.scope_ids.count && item->has_sidecar; i++) {
        *bd_push(run->arena, &texts) =
            bd_scan_normal_id(run->arena, item->sidecar.scope_ids.data[i]);
        *bd_push(run->arena, &texts) = BD_STR(" ");
    }
    const bd_seens *list = item->facts.seen.count > 0 ? &item->facts.seen : &item->facts.parts;
    for (size_t i = 0, stated = texts.count; i < list->count && stated == 0; i++) {
        if (bd_str_eq(list->data[i].source, item->source)) {
            *bd_push(run->arena, &texts) = list->data[i].scope;
            *bd_push(run->arena, &texts) = BD_STR(" ");
        }
    }
    return bd_str_concat(run->arena, texts.data, texts.count);
}

static bd_str run_text(conclusion *run, const bd_evidence *item) {
    if (item->has_sidecar && item->sidecar.run.size > 0) {
        return item->sidecar.run;
    }
    return bd_day_format(run->arena, bd_instant_utc_day(item->collected_at));
}

static int cmp_pages(const void *context, const void *a, const void *b) {
    (void)context;
    const page *x = a;
    const page *y = b;
    int order = bd_str_cmp(x->group, y->group);
    return order != 0 ? order : bd_str_natural_cmp(x->path, y->path);
}

static bool is_suspect_count(uint64_t rows) {
    return rows == 100 || rows == 1000 || rows == 5000;
}

static void set_complete(bd_collection *collection, bd_completeness completeness, bd_str reason) {
    collection->completeness = completeness;
    collection->reason = reason;
}

/* What one file alone says against completeness; false when it says nothing. */
static bool is_broken(conclusion *run, const bd_evidence *item, bd_collection *out) {
    const bd_facts *facts = &item->facts;
    if (facts->is_malformed) {
        bool is_said =
            item->is_document || bd_str_has_prefix(facts->problem, BD_STR("the answer is"));
        set_complete(out, BD_COMPLETE_NO,
                     is_said ? facts->problem : BD_STR("the file is malformed or cut off"));
        return true;
    }
    if (facts->is_truncated) {
        set_complete(out, BD_COMPLETE_NO, BD_STR("the source says that the result was truncated"));
        return true;
    }
    if (facts->rows_refused > 0) {
        set_complete(out, BD_COMPLETE_NO,
                     bd_str_format(run->arena, "%llu rows were refused",
                                   (unsigned long long)facts->rows_refused));
        return true;
    }
    if (facts->rows_unmapped > 0 && !item->is_unmapped) {
        set_complete(out, BD_COMPLETE_NO,
                     bd_str_format(run->arena,
                                   "%llu records do not say what they are and were not judged",
                                   (unsigned long long)facts->rows_unmapped));
        return true;
    }
    if (item->has_sidecar && item->sidecar.has_complete && !item->sidecar.complete) {
        set_complete(out, BD_COMPLETE_NO, BD_STR("the sidecar says that it is not complete"));
        return true;
    }
    return false;
}

static bool is_vouched(const bd_evidence *item) {
    const bd_sidecar *sidecar = &item->sidecar;
    return item->has_sidecar && sidecar->has_complete && sidecar->complete &&
           (bd_str_trim(sidecar->command).size > 0 || bd_str_trim(sidecar->request).size > 0) &&
           bd_is_person_name(sidecar->exporter);
}

/* What the sidecars count: the first one's figure is the total's, unless each page has its own; -1: none. */
static int64_t count_stated(conclusion *run, const bd_collection *out) {
    int64_t first = -1;
    int64_t sum = 0;
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[out->members.data[i]];
        int64_t rows = item->has_sidecar ? item->sidecar.rows : -1;
        first = i == 0 ? rows : first;
        sum = rows < 0 || sum < 0 || sum > INT64_MAX - rows ? -1 : sum + rows;
    }
    return sum >= 0 && (uint64_t)sum == out->rows ? sum : first;
}

static int64_t count_reported(conclusion *run, const bd_collection *out) {
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_facts *facts = &run->evidence->data[out->members.data[i]].facts;
        if (facts->rows_reported >= 0) {
            return facts->rows_reported;
        }
    }
    return -1;
}

static bool is_miscounted(conclusion *run, int64_t counted, const char *who, bd_collection *out) {
    if (counted < 0 || (uint64_t)counted == out->rows) {
        return false;
    }
    set_complete(out, BD_COMPLETE_NO,
                 bd_str_format(run->arena, "%s counts %lld rows, %llu were read", who,
                               (long long)counted, (unsigned long long)out->rows));
    return true;
}

static bool is_suspect(conclusion *run, bd_collection *out) {
    if (!is_suspect_count(out->rows)) {
        return false;
    }
    set_complete(out, BD_COMPLETE_NOT_SHOWN,
                 bd_str_format(run->arena,
                               "exactly %llu rows, the size at which tools stop; a count is needed",
                               (unsigned long long)out->rows));
    return true;
}

static void conclude_plain_list(const bd_evidence *first, bd_collection *out) {
    if (is_vouched(first)) {
        set_complete(out, BD_COMPLETE_YES,
                     BD_STR("the sidecar names command, exporter and completeness"));
        return;
    }
    set_complete(out, BD_COMPLETE_NOT_SHOWN,
                 BD_STR("a list without end mark; no sidecar says that it is complete"));
}

static bool is_query(const bd_evidence *item) {
    return bd_str_eqz(item->facts.envelope, "E4") || bd_str_eqz(item->facts.envelope, "E5");
}

/* Nothing in such a list tells its end: Azure DevOps says it in a header of the answer, which is not kept. */
static bool has_no_end_mark(const bd_evidence *item) {
    static const char *const lists[] = {"E2", "E4", "E5", "E9", "E10", "E11", "E12", "E13"};
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        if (bd_str_eqz(item->facts.envelope, lists[i])) {
            return true;
        }
    }
    return false;
}

/* The skip token of a request or next link, up to the next parameter; empty when there is none. */
static bd_str skip_token_of(bd_arena *arena, bd_str request) {
    static const char *const parameters[] = {"skiptoken=", "continuationtoken="};
    bd_str lower = bd_str_lower(arena, request);
    for (size_t i = 0; i < BD_COUNT(parameters); i++) {
        ptrdiff_t at = bd_str_find(lower, bd_str_of(parameters[i]));
        if (at >= 0) {
            bd_str rest = bd_str_sub(request, (size_t)at + strlen(parameters[i]), request.size);
            bd_str token = {"", 0};
            bd_str_cut(&rest, '&', &token);
            return bd_str_trim(token);
        }
    }
    return empty();
}

/* A page that was asked for with a token follows another; the token names the one. */
static bool is_chain_broken(conclusion *run, bd_collection *out) {
    bd_str expected = empty();
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[out->members.data[i]];
        bd_str own = item->has_sidecar ? skip_token_of(run->arena, item->sidecar.request) : empty();
        if (own.size > 0 && i == 0) {
            set_complete(out, BD_COMPLETE_NO,
                         BD_STR("it begins with a later page; the page before it is missing"));
            return true;
        }
        if (own.size > 0 && expected.size > 0 && !bd_str_eq(own, expected)) {
            set_complete(out, BD_COMPLETE_NO, BD_STR("a page in the middle is missing"));
            return true;
        }
        expected = skip_token_of(run->arena, item->facts.next_link);
    }
    return false;
}

/* ---- what was asked for: a part is not all ---- */

static bd_str next_word(bd_str *rest) {
    bd_str word = {"", 0};
    while (word.size == 0 && bd_str_cut(rest, ' ', &word)) {
    }
    return word;
}

/* The option of a command that leaves records out; empty when it has none. */
static bd_str narrowing_option(bd_str command, uint64_t rows) {
    static const char *const options[] = {
        "-g",       "--resource-group", "--tag",           "--status",
        "--caller", "--resource-id",    "--correlation-id"};
    for (bd_str rest = command, word = next_word(&rest); word.size > 0; word = next_word(&rest)) {
        for (size_t i = 0; i < BD_COUNT(options); i++) {
            if (bd_str_eqz(word, options[i])) {
                return word;
            }
        }
        int64_t most = 0;
        bd_str after_word = rest;
        bool is_limit = bd_str_eqz(word, "--max-events") || bd_str_eqz(word, "--max-items");
        if (is_limit && bd_str_to_i64(next_word(&after_word), &most) && most >= 0 &&
            rows >= (uint64_t)most) {
            return word;
        }
    }
    static const char *const filters[] = {"[?", "select("}; /* JMESPath, jq */
    for (size_t i = 0; i < BD_COUNT(filters); i++) {
        if (bd_str_find(command, bd_str_of(filters[i])) >= 0) {
            return bd_str_of(filters[i]);
        }
    }
    return empty();
}

/* The stage of a Resource Graph query that leaves records out by more than their type. */
static bd_str narrowing_stage(bd_arena *arena, bd_str query) {
    static const char *const stages[] = {"take ", "limit ", "top ", "sample "};
    bd_str rest = bd_str_lower(arena, query);
    bd_str piece;
    while (bd_str_cut(&rest, '|', &piece)) {
        bd_str stage = bd_str_trim(piece);
        bool is_narrow = bd_str_has_prefix(stage, BD_STR("where ")) &&
                         bd_str_find(stage, BD_STR("properties.")) >= 0;
        for (size_t i = 0; i < BD_COUNT(stages); i++) {
            is_narrow = is_narrow || bd_str_has_prefix(stage, bd_str_of(stages[i]));
        }
        if (is_narrow) {
            return stage;
        }
    }
    return empty();
}

static bool is_narrowed(conclusion *run, const bd_evidence *first, bd_collection *out) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, first->source);
    if (source == NULL || source->scope != BD_SCOPE_SUBSCRIPTION || !first->has_sidecar) {
        return false;
    }
    bd_str part = narrowing_option(first->sidecar.command, out->rows);
    if (part.size == 0) {
        part = narrowing_stage(run->arena, first->sidecar.query);
    }
    if (part.size == 0) {
        part = narrowing_stage(run->arena, first->sidecar.command);
    }
    if (part.size > 0) {
        set_complete(
            out, BD_COMPLETE_NOT_SHOWN,
            bd_str_format(run->arena, "what was asked for is only a part: '%.*s'", BD_ARG(part)));
    }
    return part.size > 0;
}

/* Once nothing speaks against it and all counts agree. */
static void conclude_counted(conclusion *run, const bd_evidence *first, int64_t stated,
                             int64_t reported, bd_collection *out) {
    bool is_own_count =
        bd_str_eqz(first->facts.envelope, "E9"); /* of this answer, not of what there is */
    if (reported >= 0 && !is_own_count) {
        set_complete(out, BD_COMPLETE_YES, BD_STR("rows read equal the source's own count"));
    } else if (bd_str_eqz(first->facts.envelope, "E7")) {
        set_complete(out, BD_COMPLETE_YES, BD_STR("a single object"));
    } else if (stated < 0 && is_suspect(run, out)) {
        return;
    } else if (has_no_end_mark(first)) {
        conclude_plain_list(first, out);
    } else if (first->facts.envelope.size == 0) {
        set_complete(out, BD_COMPLETE_NOT_SHOWN,
                     BD_STR("it holds no records that could be counted"));
    } else {
        set_complete(out, BD_COMPLETE_YES, BD_STR("the page chain ends without a next link"));
    }
}

static void conclude_collection(conclusion *run, bd_collection *out) {
    const bd_evidence *first = &run->evidence->data[out->members.data[0]];
    const bd_evidence *last = &run->evidence->data[out->members.data[out->members.count - 1]];
    for (size_t i = 0; i < out->members.count; i++) {
        if (is_broken(run, &run->evidence->data[out->members.data[i]], out)) {
            return;
        }
    }
    if (first->is_document) {
        set_complete(out, BD_COMPLETE_YES, BD_STR("a document is whole as kept"));
        return;
    }
    if (first->is_sidecar || first->is_register || first->is_unmapped) {
        set_complete(out, BD_COMPLETE_NOT_SHOWN,
                     first->is_unmapped ? BD_STR("no source recognises it")
                                        : BD_STR("it describes other files"));
        return;
    }
    if (last->facts.has_next_link) {
        set_complete(out, BD_COMPLETE_NO,
                     BD_STR("a next link is left: further pages were not fetched"));
        return;
    }
    if (is_chain_broken(run, out)) {
        return;
    }
    int64_t stated = count_stated(run, out);
    int64_t reported = count_reported(run, out);
    if (!is_miscounted(run, reported, "the source", out) &&
        !is_miscounted(run, stated, "the sidecar", out) && !is_narrowed(run, first, out)) {
        conclude_counted(run, first, stated, reported, out);
    }
}

static void open_collection(conclusion *run, const page *pages, size_t count) {
    bd_collection *out = bd_push(run->arena, run->collections);
    const bd_evidence *first = &run->evidence->data[pages[0].index];
    out->source = first->source;
    out->scope = scopes_text(run, first);
    out->run = run_text(run, first);
    for (size_t i = 0; i < count; i++) {
        bd_evidence *item = &run->evidence->data[pages[i].index];
        *bd_push(run->arena, &out->members) = pages[i].index;
        out->rows += item->facts.rows_read - item->facts.rows_refused;
        item->collection = (uint32_t)run->collections->count - 1;
    }
    conclude_collection(run, out);
    for (size_t i = 0; i < count; i++) {
        bd_evidence *item = &run->evidence->data[pages[i].index];
        item->completeness = out->completeness;
        item->completeness_reason = out->reason;
    }
}

/* The pages of one query show whatever types and subscriptions fall on them; what they share is what the
    sidecar says
 * and the total. */
static bd_str group_text(conclusion *run, const bd_evidence *item) {
    bd_str mark = BD_STR("\x1f");
    if (!is_query(item)) {
        return bd_str_concat(
            run->arena,
            (bd_str[]){item->source, mark, scopes_text(run, item), mark, run_text(run, item)}, 5);
    }
    bd_str declared = item->has_sidecar ? item->sidecar.source : empty();
    bd_str scopes =
        item->has_sidecar && item->sidecar.scope_ids.count > 0 ? scopes_text(run, item) : empty();
    bd_str total = bd_str_format(run->arena, "%lld", (long long)item->facts.rows_reported);
    return bd_str_concat(run->arena,
                         (bd_str[]){BD_STR("query"), mark, declared, mark, scopes, mark,
                                    run_text(run, item), mark, total},
                         9);
}

static void build_collections(conclusion *run) {
    BD_VEC(page) pages = {0};
    for (size_t i = 0; i < run->evidence->count; i++) {
        const bd_evidence *item = &run->evidence->data[i];
        bd_str group = group_text(run, item);
        *bd_push(run->arena, &pages) =
            (page){.group = group, .path = item->given.path, .index = (uint32_t)i};
    }
    bd_sort(pages.data, pages.count, sizeof(page), cmp_pages, NULL);
    for (size_t from = 0, to = 0; from < pages.count; from = to) {
        /* a page with a next link is continued by the next file of its group, if there is one */
        to = from + 1;
        while (to < pages.count && bd_str_eq(pages.data[to].group, pages.data[from].group) &&
               run->evidence->data[pages.data[to - 1].index].facts.has_next_link) {
            to++;
        }
        open_collection(run, pages.data + from, to - from);
    }
}

/* ---- snapshots ---- */

/* "users" is a set, of which one object is one of many; "authenticationmethodspolicy" is one thing. */
static bool is_of_set(const bd_evidence *item, const bd_source_def *source, bd_arena *arena) {
    bd_str set = bd_scan_entity_set(arena, item->facts.context);
    if (set.size == 0 && source->contexts.count > 0) {
        set = source->contexts.data[0];
    }
    return bd_str_has_suffix(set, BD_STR("s"));
}

static bool is_one_of_many(conclusion *run, const bd_evidence *first, const bd_source_def *source) {
    if (!bd_str_eqz(first->facts.envelope, "E7") || is_vouched(first)) {
        return false;
    }
    return source->scope == BD_SCOPE_SUBSCRIPTION ||
           (source->scope == BD_SCOPE_TENANT && is_of_set(first, source, run->arena));
}

/* What all pages of a collection must have; the reason of the first that lacks it. */
typedef struct {
    bool is_assumed, is_unsigned;
    bd_str signoff_reason;
} members_state;

static members_state look_at_members(const conclusion *run, const bd_collection *collection) {
    members_state state = {0};
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[collection->members.data[i]];
        state.is_assumed = state.is_assumed || item->collected_at_is_assumed;
        if (item->origin == BD_ORIGIN_HANDED_IN && !item->is_signed_off && !state.is_unsigned) {
            state.is_unsigned = true;
            state.signoff_reason = item->signoff_reason;
        }
    }
    return state;
}

static void conclude_snapshot(conclusion *run, bd_snapshot *out, const bd_evidence *first,
                              const bd_collection *collection, const bd_source_def *source) {
    out->completeness = collection->completeness;
    out->why_not = collection->completeness == BD_COMPLETE_YES ? empty() : collection->reason;
    if (out->completeness == BD_COMPLETE_YES && is_one_of_many(run, first, source)) {
        out->completeness = BD_COMPLETE_NOT_SHOWN;
        out->why_not = source->scope == BD_SCOPE_TENANT
                           ? BD_STR("a single object shows itself, not all of its tenant")
                           : BD_STR("a single object shows itself, not all of its subscription");
    }
    members_state members = look_at_members(run, collection);
    out->is_time_assumed = members.is_assumed;
    if (out->is_time_assumed) {
        out->why_not = BD_STR(
            "its time is only assumed from the file's own time; give --collected-at or a sidecar");
    }
    if (members.is_unsigned) {
        out->why_not = bd_str_format(run->arena, "handed in and not signed off: %.*s",
                                     BD_ARG(members.signoff_reason));
    }
    out->may_pass =
        out->completeness == BD_COMPLETE_YES && !out->is_time_assumed && !members.is_unsigned;
}

/* The pages of a log each tell of a part of its time. */
static void widen_to_members(const conclusion *run, const bd_collection *collection,
                             bd_snapshot *out) {
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[collection->members.data[i]];
        if (item->facts.rows_read == 0 && i > 0) {
            continue; /* an empty last page describes no time of its own */
        }
        out->from = item->describes_from < out->from ? item->describes_from : out->from;
        out->to = item->describes_to > out->to ? item->describes_to : out->to;
    }
}

static void add_snapshot(conclusion *run, uint32_t index, const bd_seen *seen, uint64_t rows) {
    const bd_collection *collection = &run->collections->data[index];
    const bd_evidence *first = &run->evidence->data[collection->members.data[0]];
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, seen->source);
    bd_snapshot *out = bd_push(run->arena, run->snapshots);
    *out = (bd_snapshot){.source = seen->source,
                         .scope = seen->scope,
                         .date = bd_instant_utc_day(first->describes_from),
                         .from = first->describes_from,
                         .to = first->describes_to,
                         .collection = index,
                         .rows = rows,
                         .evidence = first->given.number};
    if (source->is_log) {
        widen_to_members(run, collection, out);
    }
    conclude_snapshot(run, out, first, collection, source);
}

static int cmp_scopes(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_seen *x = a;
    const bd_seen *y = b;
    int order = bd_str_natural_cmp(x->source, y->source);
    return order != 0 ? order : bd_str_cmp(x->scope, y->scope);
}

static void build_snapshots(conclusion *run, uint32_t index) {
    const bd_collection *collection = &run->collections->data[index];
    BD_VEC(bd_seen) all = {0};
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_facts *facts = &run->evidence->data[collection->members.data[i]].facts;
        for (size_t j = 0; j < facts->seen.count; j++) {
            *bd_push(run->arena, &all) = facts->seen.data[j];
        }
    }
    bd_sort(all.data, all.count, sizeof(bd_seen), cmp_scopes, NULL);
    for (size_t from = 0, to = 0; from < all.count; from = to) {
        uint64_t rows = 0;
        for (to = from; to < all.count && cmp_scopes(NULL, &all.data[from], &all.data[to]) == 0;
             to++) {
            rows += all.data[to].rows;
        }
        add_snapshot(run, index, &all.data[from], rows);
    }
}

static int cmp_snapshots(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_snapshot *x = a;
    const bd_snapshot *y = b;
    int order = bd_str_natural_cmp(x->source, y->source);
    order = order != 0 ? order : bd_str_cmp(x->scope, y->scope);
    if (order != 0) {
        return order;
    }
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    return (x->evidence > y->evidence) - (x->evidence < y->evidence);
}

void bd_scan_conclude(const bd_scan_plan *plan, bd_evidences *evidence, bd_arena *arena,
                      bd_collections *collections, bd_snapshots *snapshots) {
    conclusion run = {plan, evidence, arena, collections, snapshots};
    for (size_t i = 0; i < evidence->count; i++) {
        bd_evidence *item = &evidence->data[i];
        conclude_sources(&run, item);
        conclude_collected_at(item);
        conclude_described(&run, item);
        conclude_title(&run, item);
        conclude_origin(&run, item);
        conclude_signoff(&run, item);
        say_contradiction(&run, item);
    }
    build_collections(&run);
    for (size_t i = 0; i < collections->count; i++) {
        build_snapshots(&run, (uint32_t)i);
    }
    bd_sort(snapshots->data, snapshots->count, sizeof(bd_snapshot), cmp_snapshots, NULL);
}
