/* From files to evidence records, collections and snapshots: whose it is, of when, how complete, signed or not. */
#include "bindery/conclude.h"

#include "bindery/extent.h"
#include "conclude_priv.h"

#include <string.h>

#define SCRATCH_BYTES ((size_t)4 << 30)

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

static void choose_source(bd_conclusion *run, bd_evidence *item, const bd_seens *list,
                          source_choice *choice) {
    for (size_t i = 0; i < list->count; i++) {
        const bd_seen *seen = &list->data[i];
        if (!bd_strs_have(&item->sources, seen->source)) {
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

static void conclude_sources(bd_conclusion *run, bd_evidence *item) {
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

static void say_contradiction(bd_conclusion *run, bd_evidence *item) {
    bd_str declared = item->has_sidecar ? item->sidecar.source : empty();
    if (declared.size > 0 && bd_catalog_source(run->plan->catalog, declared) == NULL) {
        bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
                    "the sidecar says source '%.*s', which the catalog does not know",
                    BD_ARG(declared));
        return;
    }
    if (declared.size == 0 || item->sources.count == 0 ||
        bd_strs_have(&item->sources, declared) || item->is_document) {
        return;
    }
    bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
                "the sidecar says source '%.*s', the content is '%.*s'; the content was followed",
                BD_ARG(declared), BD_ARG(item->source));
}

static void conclude_title(bd_conclusion *run, bd_evidence *item) {
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

static void conclude_origin(bd_conclusion *run, bd_evidence *item) {
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

/* What was taken in at a time cannot have been exported later: then nobody knows when it was. */
static void conclude_time_problem(bd_conclusion *run, bd_evidence *item) {
    item->time_problem = empty();
    if (item->collected_at_is_assumed || item->collected_at <= item->given.ingested_at) {
        return;
    }
    item->time_problem = bd_str_format(
        run->arena,
        "its time of collection, %.*s, lies after it was taken in (%.*s), so it is not known",
        BD_ARG(bd_instant_format(run->arena, item->collected_at)),
        BD_ARG(bd_instant_format(run->arena, item->given.ingested_at)));
    bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, empty(), empty(),
                "%.*s, and nothing in it can pass; give the true one by --collected-at or in a "
                "sidecar",
                BD_ARG(item->time_problem));
}

static bd_instant document_date(const bd_conclusion *run, const bd_document *document) {
    bd_day day =
        document->carried_out_on != BD_DAY_NONE ? document->carried_out_on : document->approved_on;
    return day == BD_DAY_NONE ? BD_INSTANT_NONE : bd_zone_day_start(run->plan->zone, day);
}

/* The end of what is described is exclusive: the last event lies inside. */
static bd_instant after(bd_instant last) {
    return last == BD_INSTANT_NONE ? last : last + 1;
}

/* Nothing is described after it was collected. */
static void clip_to_collected(bd_conclusion *run, bd_evidence *item) {
    if (item->collected_at_is_assumed || item->describes_to <= item->collected_at) {
        return;
    }
    item->describes_to = item->collected_at;
    if (item->has_sidecar && item->sidecar.describes_to > item->collected_at) {
        bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
                    "says that it describes a time after it was collected; that time was left out");
    }
}

bool bd_conclude_is_of_moment(const bd_source_def *source) {
    return source != NULL && !source->is_log && !source->is_dated && !source->is_handed_in;
}

/* An export of settings shows those of the moment it ran, however long the time its sidecar claims. */
static void clip_to_moment(bd_conclusion *run, bd_evidence *item, const bd_source_def *source) {
    bd_instant earliest = item->collected_at - BD_CONCLUDE_NIGHT;
    if (!bd_conclude_is_of_moment(source) || item->collected_at_is_assumed || item->describes_from >= earliest) {
        return;
    }
    item->describes_from = item->collected_at;
    item->describes_to = item->collected_at;
    bd_diag_add(run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
                "an export of settings describes the moment it was collected; the longer time that "
                "its sidecar claims was left out");
}

static void conclude_described_log(bd_conclusion *run, bd_evidence *item,
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

static void conclude_described(bd_conclusion *run, bd_evidence *item) {
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

/* ---- collections ---- */

typedef struct {
    bd_str group; /* source, scopes and run: what pages of one run share */
    bd_str path;
    uint32_t index;
} page;

static bd_str scopes_text(bd_conclusion *run, const bd_evidence *item) {
    bd_strs texts = {0};
    for (size_t i = 0; i < item->sidecar.scope_ids.count && item->has_sidecar; i++) {
        *bd_push(run->arena, &texts) =
            bd_record_id(run->arena, item->sidecar.scope_ids.data[i]);
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

static bd_str run_text(bd_conclusion *run, const bd_evidence *item) {
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

/* An extract tells of no time that its own command or request did not ask for, whatever its sidecar claims. */
static void clip_to_asked(bd_conclusion *run, bd_evidence *item, const bd_extent_time *asked) {
    bd_instant from = item->describes_from;
    bd_instant to = item->describes_to;
    if (asked->from != BD_INSTANT_NONE && from < asked->from) {
        from = asked->from;
    }
    if (asked->to != BD_INSTANT_NONE && to > asked->to) {
        to = asked->to;
    }
    from = from > to ? to : from;
    bool is_claimed =
        item->has_sidecar &&
        ((item->sidecar.describes_from != BD_INSTANT_NONE && from > item->describes_from) ||
         (item->sidecar.describes_to != BD_INSTANT_NONE && to < item->describes_to));
    if (is_claimed) {
        bd_str open = BD_STR("(open)");
        bd_diag_add(
            run->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, empty(),
            "its sidecar claims %.*s to %.*s, its command or request asks for %.*s to %.*s; the "
            "time that was not asked for was left out",
            BD_ARG(bd_instant_format(run->arena, item->describes_from)),
            BD_ARG(bd_instant_format(run->arena, item->describes_to)),
            BD_ARG(asked->from == BD_INSTANT_NONE ? open
                                                  : bd_instant_format(run->arena, asked->from)),
            BD_ARG(asked->to == BD_INSTANT_NONE ? open : bd_instant_format(run->arena, asked->to)));
    }
    item->describes_from = from;
    item->describes_to = to;
}

/* All pages are of one question: what bounds one bounds all, even where a later page names its token only. */
static void clip_members(bd_conclusion *run, const bd_collection *collection) {
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, collection->source);
    bd_extent_time all = {.from = BD_INSTANT_NONE, .to = BD_INSTANT_NONE};
    for (size_t i = 0; i < collection->members.count && source != NULL && source->is_log; i++) {
        const bd_evidence *item = &run->evidence->data[collection->members.data[i]];
        if (!item->has_sidecar) {
            continue;
        }
        bd_extent_time own = bd_extent_find_time(&item->sidecar, source, run->plan->zone,
                                                 item->collected_at, run->arena);
        all.from =
            own.from != BD_INSTANT_NONE && (all.from == BD_INSTANT_NONE || own.from > all.from)
                ? own.from
                : all.from;
        all.to = own.to != BD_INSTANT_NONE && (all.to == BD_INSTANT_NONE || own.to < all.to)
                     ? own.to
                     : all.to;
    }
    for (size_t i = 0; i < collection->members.count; i++) {
        clip_to_asked(run, &run->evidence->data[collection->members.data[i]], &all);
    }
}

static void open_collection(bd_conclusion *run, const page *pages, size_t count) {
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
    clip_members(run, out);
    bd_conclude_collection(run, out);
    for (size_t i = 0; i < count; i++) {
        bd_evidence *item = &run->evidence->data[pages[i].index];
        item->completeness = out->completeness;
        item->completeness_reason = out->reason;
    }
}

/* The pages of one query show whatever types and subscriptions fall on them; what they share is what the sidecar
 * says and the total. */
static bd_str group_text(bd_conclusion *run, const bd_evidence *item) {
    bd_str mark = BD_STR("\x1f");
    if (!bd_conclude_is_query(item)) {
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

static void build_collections(bd_conclusion *run) {
    BD_VEC(page) pages = {0};
    for (size_t i = 0; i < run->evidence->count; i++) {
        const bd_evidence *item = &run->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        bd_str group = group_text(run, item);
        *bd_push(run->arena, &pages) =
            (page){.group = group, .path = item->given.path, .index = (uint32_t)i};
    }
    bd_sort(pages.data, pages.count, sizeof(page), cmp_pages, NULL);
    for (size_t from = 0, to = 0; from < pages.count; from = to) {
        bd_arenas_pass(BD_CONCLUDE_LOOKED_AT);
        /* a page with a next link is continued by the next file of its group, if there is one */
        to = from + 1;
        while (to < pages.count && bd_str_eq(pages.data[to].group, pages.data[from].group) &&
               bd_conclude_is_continued(&run->evidence->data[pages.data[to - 1].index],
                                        &run->evidence->data[pages.data[to].index], run->scratch)) {
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

static bool is_one_of_many(bd_conclusion *run, const bd_evidence *first,
                           const bd_source_def *source) {
    if (!bd_str_eqz(first->facts.envelope, "E7") || bd_conclude_is_vouched(first)) {
        return false;
    }
    return source->scope == BD_SCOPE_SUBSCRIPTION ||
           (source->scope == BD_SCOPE_TENANT && is_of_set(first, source, run->arena));
}

/* What all pages of a collection must have; the reason of the first that lacks it. */
typedef struct {
    bool is_assumed, is_unsigned;
    bd_str signoff_reason, time_problem;
} members_state;

static members_state look_at_members(const bd_conclusion *run, const bd_collection *collection) {
    members_state state = {0};
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[collection->members.data[i]];
        state.is_assumed = state.is_assumed || item->collected_at_is_assumed;
        if (state.time_problem.size == 0) {
            state.time_problem = item->time_problem;
        }
        if (item->origin == BD_ORIGIN_HANDED_IN && !item->is_signed_off && !state.is_unsigned) {
            state.is_unsigned = true;
            state.signoff_reason = item->signoff_reason;
        }
    }
    return state;
}

static void conclude_snapshot(bd_conclusion *run, bd_snapshot *out, const bd_evidence *first,
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
    out->is_time_assumed = members.is_assumed || members.time_problem.size > 0;
    if (members.time_problem.size > 0) {
        out->why_not = members.time_problem;
    } else if (out->is_time_assumed) {
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
static void widen_to_members(const bd_conclusion *run, const bd_collection *collection,
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

static void add_snapshot(bd_conclusion *run, uint32_t index, const bd_seen *seen, uint64_t rows) {
    const bd_collection *collection = &run->collections->data[index];
    const bd_evidence *first = &run->evidence->data[collection->members.data[0]];
    const bd_source_def *source = bd_catalog_source(run->plan->catalog, seen->source);
    bd_snapshot *out = bd_push(run->arena, run->snapshots);
    *out = (bd_snapshot){.source = seen->source,
                         .scope = seen->scope,
                         .workspace = bd_extent_find_workspace(&first->sidecar, source,
                                                               run->plan->parameters, run->arena),
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

static void build_snapshots(bd_conclusion *run, uint32_t index) {
    const bd_collection *collection = &run->collections->data[index];
    BD_VEC(bd_seen) all = {0};
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_facts *facts = &run->evidence->data[collection->members.data[i]].facts;
        for (size_t j = 0; j < facts->seen.count; j++) {
            *bd_push(run->scratch, &all) = facts->seen.data[j];
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

void bd_conclude_all(bd_conclusion *run) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("conclude", SCRATCH_BYTES);
    run->scratch = scratch;
    for (size_t i = 0; i < run->evidence->count; i++) {
        bd_evidence *item = &run->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        conclude_sources(run, item);
        conclude_collected_at(item);
        conclude_time_problem(run, item);
        conclude_described(run, item);
        conclude_title(run, item);
        conclude_origin(run, item);
        bd_conclude_signoff(run, item);
        say_contradiction(run, item);
    }
    build_collections(run);
    bd_conclude_doubt_starts(run);
    bd_conclude_count_again(run);
    for (size_t i = 0; i < run->collections->count; i++) {
        bd_arenas_pass(BD_CONCLUDE_LOOKED_AT);
        bd_conclude_doubt_days(run, &run->collections->data[i]);
        build_snapshots(run, (uint32_t)i);
    }
    bd_sort(run->snapshots->data, run->snapshots->count, sizeof(bd_snapshot), cmp_snapshots, NULL);
    run->scratch = NULL;
}

void bd_conclude(const bd_scan_plan *plan, bd_evidences *evidence, bd_arena *arena,
                 bd_collections *collections, bd_snapshots *snapshots) {
    bd_conclusion run = {.plan = plan,
                         .evidence = evidence,
                         .arena = arena,
                         .collections = collections,
                         .snapshots = snapshots};
    bd_conclude_all(&run);
}
