/* What auditors draw from: the records of the period that the checks of a control judge for their population side. */
#include "bindery/populations.h"

#include "populations_priv.h"
#include "bindery/crypto.h"

#include <string.h>

#define ITEM_BYTES ((size_t)64 << 20)
#define SORT_BYTES ((size_t)512 << 10)
#define NAME_BYTES 24 /* it stands in names of files that lie deep in a package */

/* ---- which there are ---- */

static bool draws(const bd_check *check) {
    const bd_requirement *requirement = check->requirement;
    bool is_of_records = check->shape == BD_MATCH || check->shape == BD_EACH;
    bool is_of_events = bd_str_eqz(requirement->kind, "event") ||
                        bd_str_eqz(requirement->kind, "population");
    return is_of_records && is_of_events && requirement->frequency != BD_CONTINUOUS;
}

static bd_str source_of(const bd_check_view *view) {
    return view->check->shape == BD_MATCH ? view->plan->population_source
                                          : bd_value_text(view->check->body, "source");
}

/* "csv:leavers" gives "leavers", "leaver-accounts" stays; of "S66" the title speaks: "sentinel-incidents". */
static bd_str name_of(bd_populations *all, bd_str source) {
    const bd_source_def *found = bd_catalog_source(all->in.views->in.catalog, source);
    bool is_numbered = source.size > 1 && source.data[0] == 'S' && source.data[1] >= '0' &&
                       source.data[1] <= '9';
    bd_str from = is_numbered && found != NULL ? found->title : source;
    from = bd_str_has_prefix(from, BD_STR("csv:")) ? bd_str_sub(from, 4, from.size) : from;
    char *out = bd_new(all->in.arena, char, NAME_BYTES + 1);
    size_t size = 0;
    for (size_t i = 0; i < from.size && size < NAME_BYTES; i++) {
        char c = from.data[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_word || (size > 0 && out[size - 1] != '-')) {
            out[size++] = is_word ? c : '-';
        }
    }
    while (size > 0 && out[size - 1] == '-') {
        size--;
    }
    return (bd_str){out, size};
}

static int cmp_populations(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_population *x = a;
    const bd_population *y = b;
    if (x->control != y->control) {
        return x->control < y->control ? -1 : 1; /* the catalog's order */
    }
    int order = bd_str_cmp(x->name, y->name);
    return order != 0 ? order : bd_str_cmp(x->source, y->source);
}

static bd_population *find_population(const bd_populations *all, const bd_control *control,
                                      bd_str source) {
    for (size_t i = 0; i < all->in.out->population_count; i++) {
        bd_population *one = &all->in.out->populations[i];
        if (one->control == control && bd_str_eq(one->source, source)) {
            return one;
        }
    }
    return NULL;
}

static void add_population(bd_populations *all, const bd_check_view *view) {
    const bd_control *control = view->check->requirement->control;
    bd_str source = source_of(view);
    bd_population *found = find_population(all, control, source);
    if (found == NULL) {
        const bd_source_def *def = bd_catalog_source(all->in.views->in.catalog, source);
        found = &all->in.out->populations[all->in.out->population_count++];
        *found = (bd_population){.control = control,
                                 .source = source,
                                 .source_title = def != NULL ? def->title : source,
                                 .name = name_of(all, source),
                                 .collected_at = BD_INSTANT_NONE};
    }
    *bd_push(all->in.arena, &found->checks) = view->check->id;
}

/* Two sources of one control may have one name; their populations must not. */
static void name_populations(bd_populations *all) {
    bd_population *list = all->in.out->populations;
    size_t same = 0;
    for (size_t i = 0; i < all->in.out->population_count; i++) {
        bd_population *one = &list[i];
        const bd_population *first = i > same ? &list[i - same - 1] : NULL;
        bool is_second = first != NULL && first->control == one->control &&
                         bd_str_eq(first->name, one->name);
        same = is_second ? same + 1 : 0;
        if (is_second) {
            one->name = bd_str_format(all->in.arena, "%.*s-%zu", BD_ARG(one->name), same + 1);
        }
        one->id = bd_str_format(all->in.arena, "%.*s-%.*s-%.*s", BD_ARG(one->control->number),
                                BD_ARG(one->name), BD_ARG(all->in.views->in.period->id));
    }
}

static void find_populations(bd_populations *all) {
    const bd_catalog *catalog = all->in.views->in.catalog;
    all->in.out->populations = bd_new(all->in.arena, bd_population, catalog->check_count + 1);
    if (!all->in.views->in.period->is_type_ii) {
        return;
    }
    for (size_t i = 0; i < catalog->check_count; i++) {
        const bd_control *control = catalog->checks[i].requirement->control;
        if (draws(&catalog->checks[i]) &&
            all->in.out->controls[control - catalog->controls].is_in_scope) {
            add_population(all, &all->in.views->by_check[i]);
        }
    }
    if (all->in.out->population_count == 0) {
        return;
    }
    bd_sort(all->in.out->populations, all->in.out->population_count, sizeof(bd_population),
            cmp_populations, NULL);
    name_populations(all);
    for (size_t i = 0; i < catalog->check_count; i++) {
        const bd_control *control = catalog->checks[i].requirement->control;
        const bd_population *of =
            draws(&catalog->checks[i])
                ? find_population(all, control, source_of(&all->in.views->by_check[i]))
                : NULL;
        all->in.views->by_check[i].draws_from = of != NULL ? (uint32_t)(of - all->in.out->populations) + 1 : 0;
    }
    all->items = bd_sorter_open(SORT_BYTES);
    all->item_arena = bd_arena_open("item key", (size_t)1 << 20);
}

bd_populations *bd_populations_open(const bd_populations_inputs *inputs) {
    bd_populations *all = bd_new(inputs->scratch, bd_populations, 1);
    all->in = *inputs;
    find_populations(all);
    bd_populations_bind(all);
    return all;
}

void bd_populations_close(bd_populations *all) {
    if (all != NULL) {
        bd_sorter_close(all->items);
        bd_arena_close(all->item_arena);
    }
}

/* ---- their records ---- */

/* A record without a key is told by its place. */
static bd_str item_key(bd_arena *arena, const bd_judged *judged) {
    if (judged->key.size > 0 && judged->key.data[0] != '#') {
        return bd_sample_key(arena, judged->key);
    }
    return bd_str_format(arena, "%.*s#%u", BD_ARG(bd_evidence_id(arena, judged->evidence)),
                         judged->ordinal);
}

bd_rc bd_populations_put(bd_populations *all, const bd_judged *judged, bd_err *err) {
    uint32_t population = all->in.views->by_check[judged->check].draws_from;
    bool is_of_period = judged->is_undated || judged->at >= all->in.out->period_start;
    if (population == 0 || judged->is_leftover || !is_of_period ||
        judged->verdict == BD_NOT_APPLICABLE) {
        return BD_OK;
    }
    bd_packer *packer = all->in.packer;
    bd_arena_reset(all->item_arena);
    bd_pack_begin(packer);
    bd_pack_u32(packer, population - 1);
    bd_pack_key(packer, item_key(all->item_arena, judged));
    bd_pack_i64(packer, judged->is_undated ? INT64_MAX : judged->at);
    bd_pack_u32(packer, judged->evidence);
    bd_pack_u32(packer, judged->ordinal);
    bd_pack_u32(packer, judged->check);
    bd_pack_u8(packer, (uint8_t)judged->verdict);
    bd_pack_text(packer, judged->type);
    bd_pack_text(packer, judged->key);
    bd_pack_text(packer, judged->resource);
    bd_pack_text(packer, judged->subscription);
    bd_pack_text(packer, judged->verdict == BD_PASS ? (bd_str){"", 0} : judged->reason);
    if (packer->overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "a record of check '%.*s' is larger than 64 KiB",
                 BD_ARG(all->in.views->by_check[judged->check].check->id));
    }
    return bd_sorter_put(all->items, bd_pack_end(packer), err);
}

/* ---- the items in order ---- */

typedef struct {
    bd_populations *all;
    bd_arena *arena; /* of the item being put together */
    bd_sha256 *hash;
    bool has_item;
    uint32_t population;
    bd_item item;
    BD_VEC(bd_item_verdict) checks;
} listing;

static void settle_population(listing *to) {
    bd_population *done = &to->all->in.out->populations[to->population];
    bd_sha256_finish(to->hash, done->sha256);
}

static bd_rc hand_item(listing *to, bd_err *err) {
    bd_populations *all = to->all;
    bd_population *of = &all->in.out->populations[to->population];
    bd_item *item = &to->item;
    if (item->at != BD_INSTANT_NONE) {
        bd_date date = bd_date_of_day(bd_zone_day(all->in.views->in.engagement->zone, item->at));
        item->month = bd_str_format(to->arena, "%04d-%02d", date.year, date.month);
    }
    item->checks = to->checks.data;
    item->check_count = to->checks.count;
    bd_sha256_put(to->hash, item->key.data, item->key.size);
    bd_sha256_put(to->hash, "\n", 1);
    of->count++;
    bd_populations_note_item(all, of, item);
    return all->in.on_item != NULL ? all->in.on_item(all->in.item_context, of, item, err)
                                    : BD_OK;
}

/* A population without items is hashed too: of no bytes. */
static void move_to(listing *to, uint32_t population) {
    while (to->population < population) {
        settle_population(to);
        to->population++;
    }
}

static void begin_item(listing *to, bd_str key, uint32_t population) {
    move_to(to, population);
    bd_arena_reset(to->arena);
    to->checks.data = NULL;
    to->checks.count = 0;
    to->checks.room = 0;
    to->has_item = true;
    to->item = (bd_item){.key = bd_str_copy(to->arena, key),
                         .at = BD_INSTANT_NONE,
                         .verdict = BD_NOT_APPLICABLE};
}

static void add_verdict(listing *to, const bd_check *check, bd_verdict verdict, bd_str reason) {
    for (size_t i = 0; i < to->checks.count; i++) {
        bd_item_verdict *known = &to->checks.data[i];
        if (known->check != check) {
            continue;
        }
        if (bd_verdict_worse(known->verdict, verdict) != known->verdict) {
            known->verdict = verdict;
            known->reason = reason;
        }
        return;
    }
    *bd_push(to->arena, &to->checks) = (bd_item_verdict){check, verdict, reason};
}

static void add_record(listing *to, bd_unpacker in) {
    bd_item *item = &to->item;
    bool is_first = to->checks.count == 0;
    bd_instant at = bd_unpack_i64(&in);
    uint32_t evidence = bd_unpack_u32(&in);
    uint32_t ordinal = bd_unpack_u32(&in);
    const bd_check *check = to->all->in.views->by_check[bd_unpack_u32(&in)].check;
    bd_verdict verdict = (bd_verdict)bd_unpack_u8(&in);
    bd_str texts[5];
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        texts[i] = bd_str_copy(to->arena, bd_unpack_text(&in));
    }
    if (is_first) {
        item->at = at == INT64_MAX ? BD_INSTANT_NONE : at;
        item->evidence = evidence;
        item->ordinal = ordinal;
        item->type = texts[0];
        item->record = texts[1];
        item->resource = texts[2];
        item->subscription = texts[3];
    }
    if (is_first || bd_verdict_worse(item->verdict, verdict) != item->verdict) {
        item->verdict = verdict;
        item->reason = texts[4];
    }
    add_verdict(to, check, verdict, texts[4]);
}

static bd_rc list_items(listing *to, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("item", (size_t)1 << 20);
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_sorter_next(to->all->items, &record, &has_record, err));
        bd_unpacker in = {.record = record};
        bd_arena_reset(scratch);
        uint32_t population = has_record ? bd_unpack_u32(&in) : 0;
        bd_str key = has_record ? bd_unpack_key(&in, scratch) : (bd_str){"", 0};
        bool is_same = has_record && to->has_item && population == to->population &&
                       bd_str_eq(key, to->item.key);
        if (!is_same && to->has_item) {
            BD_TRY(hand_item(to, err));
            to->has_item = false;
        }
        if (!has_record) {
            return BD_OK;
        }
        if (!is_same) {
            begin_item(to, key, population);
        }
        add_record(to, in);
    }
}

bd_rc bd_populations_list(bd_populations *all, bd_err *err) {
    if (all->items == NULL) {
        return BD_OK;
    }
    BD_TRY(bd_sorter_finish(all->items, err));
    listing to = {.all = all,
                  .arena = bd_arena_open("item", ITEM_BYTES),
                  .hash = bd_sha256_open()};
    bd_rc rc = list_items(&to, err);
    move_to(&to, (uint32_t)all->in.out->population_count);
    bd_arena_close(to.arena);
    bd_sha256_close(to.hash);
    bd_populations_settle(all);
    return rc;
}

/* ---- what stands behind them ---- */

static void say_incomplete(bd_population *of, bd_str problem) {
    of->problem = of->is_complete ? problem : of->problem;
    of->is_complete = false;
}

/* Of the groups of logs that must describe every day, those of the population's side. */
static void weigh_log(bd_populations *all, const bd_check_view *view, bd_population *of) {
    size_t count, own = 0;
    const bd_strs *tiles = bd_view_tiles(view, &count);
    for (size_t i = 0; i <= count; i++) {
        const bd_strs *group = i < count ? &tiles[i] : &view->sources;
        bool is_own = i == count && own == 0;
        for (size_t j = 0; i < count && j < group->count; j++) {
            is_own = is_own || bd_strs_have(&view->sources, group->data[j]);
        }
        if (!is_own || group->count == 0) {
            continue;
        }
        own++;
        bd_tiling tiling = bd_views_tile(all->in.views, group, &view->plan->tile_of,
                                         all->in.out->period_start, all->in.out->until);
        if (!tiling.is_tiled) {
            say_incomplete(of, tiling.reason);
        }
    }
}

static void weigh_lists(bd_populations *all, const bd_check_view *view, bd_population *of) {
    size_t seen = 0;
    for (size_t i = 0; i < all->in.views->in.snapshots->count; i++) {
        const bd_snapshot *list = &all->in.views->in.snapshots->data[i];
        if (!bd_strs_have(&view->sources, list->source) || list->from < all->in.views->times.snapshots_from ||
            list->from >= all->in.out->until) {
            continue;
        }
        seen++;
        if (!list->may_pass) {
            say_incomplete(of, list->why_not);
        }
    }
    if (seen == 0) {
        say_incomplete(of, bd_str_format(all->in.arena, "no list of %.*s describes a day of the period",
                                         BD_ARG(view->sources.count > 0 ? view->sources.data[0]
                                                : of->source)));
    }
}

static int cmp_numbers(const void *context, const void *a, const void *b) {
    (void)context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void add_pages(bd_populations *all, const bd_snapshot *extract, bd_population *of) {
    const bd_collection *pages = &all->in.views->in.collections->data[extract->collection];
    for (size_t i = 0; i < pages->members.count; i++) {
        const bd_evidence *page = &all->in.views->in.evidence->data[pages->members.data[i]];
        *bd_push(all->in.arena, &of->evidence) = page->given.number;
        if (page->collected_at > of->collected_at || of->collected_at == BD_INSTANT_NONE) {
            of->collected_at = page->collected_at;
        }
    }
}

static void sort_numbers(bd_population *of) {
    size_t kept = 0;
    bd_sort(of->evidence.data, of->evidence.count, sizeof(uint32_t), cmp_numbers, NULL);
    for (size_t i = 0; i < of->evidence.count; i++) {
        if (i == 0 || of->evidence.data[i] != of->evidence.data[kept - 1]) {
            of->evidence.data[kept++] = of->evidence.data[i];
        }
    }
    of->evidence.count = kept;
}

static void find_query(bd_populations *all, bd_population *of) {
    for (size_t i = 0; i < all->in.views->in.evidence->count && of->evidence.count > 0; i++) {
        const bd_evidence *item = &all->in.views->in.evidence->data[i];
        if (item->given.number == of->evidence.data[0] && item->has_sidecar) {
            const bd_sidecar *said = &item->sidecar;
            of->query = said->query.size > 0     ? said->query
                        : said->request.size > 0 ? said->request
                                                 : said->command;
        }
    }
}

static void add_evidence(bd_populations *all, const bd_strs *sources, bd_population *of) {
    for (size_t i = 0; i < all->in.views->in.snapshots->count; i++) {
        const bd_snapshot *extract = &all->in.views->in.snapshots->data[i];
        bool reaches_in =
            extract->from < all->in.out->until && (extract->to > all->in.out->period_start ||
                                                   extract->from >= all->in.out->period_start);
        if (reaches_in && bd_strs_have(sources, extract->source)) {
            add_pages(all, extract, of);
        }
    }
}

/* The list of an inquiry into records that must be there may itself lack a fact that bindery.json states. */
static void weigh_check(bd_populations *all, const bd_check_view *view, bd_population *of) {
    if (view->missing_fact.size > 0) {
        say_incomplete(of, bd_str_format(all->in.arena,
                                         "the organisation fact '%.*s' is missing in bindery.json",
                                         BD_ARG(view->missing_fact)));
    }
    if (view->is_event) {
        weigh_log(all, view, of);
    } else {
        weigh_lists(all, view, of);
    }
    add_evidence(all, &view->sources, of);
}

void bd_populations_weigh(bd_populations *all) {
    for (size_t i = 0; i < all->in.out->population_count; i++) {
        bd_population *of = &all->in.out->populations[i];
        of->is_complete = true;
        for (size_t j = 0; j < all->in.views->in.catalog->check_count; j++) {
            if (all->in.views->by_check[j].draws_from == i + 1) {
                weigh_check(all, &all->in.views->by_check[j], of);
            }
        }
        sort_numbers(of);
        find_query(all, of);
    }
}
