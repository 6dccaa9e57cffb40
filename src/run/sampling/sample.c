/* `sample`: freeze a population, then take a seed, then draw; replace an item; take what auditors and testers bring.
 *
 * A seed is worth something only if nobody could choose the population after it.  So the journal holds the freeze
 * first, a draw names the hash that it was made over, and a seed that stands in the journal before the freeze, or that
 * begins with a time before it, is refused. */
#include "bindery/sampling.h"

#include "bindery/export.h"
#include "sampling_priv.h"

#include <stdarg.h>
#include <string.h>

#define MOST_SEED_BYTES 200
#define ITEM_MEMORY ((size_t)4 << 20)
#define ITEM_ARENA_BYTES ((size_t)1 << 20)

void sampling_say(sampling_run *run, const char *format, ...) {
    va_list args;
    va_start(args, format);
    *bd_push(run->session->arena, &run->said) =
        bd_str_vformat(run->session->arena, format, args);
    va_end(args);
}

/* ---- items of the judging pass ---- */

static bd_rc keep_item(void *context, const bd_population *population, const bd_item *item,
                       bd_err *err) {
    sampling_run *run = context;
    if (!bd_str_eq(population->control->number, run->asked->control)) {
        return BD_OK;
    }
    static bd_packer packer;
    const bd_str texts[] = {item->key,      item->month,        item->type,  item->record,
                            item->resource, item->subscription, item->reason};
    bd_pack_begin(&packer);
    bd_pack_key(&packer, population->id);
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        bd_pack_key(&packer, texts[i]);
    }
    bd_pack_i64(&packer, item->at);
    bd_pack_u8(&packer, (uint8_t)item->verdict);
    bd_pack_u32(&packer, item->evidence);
    bd_pack_u32(&packer, item->ordinal);
    bd_pack_u32(&packer, (uint32_t)item->check_count);
    for (size_t i = 0; i < item->check_count; i++) {
        bd_pack_key(&packer, item->checks[i].check->id);
        bd_pack_u8(&packer, (uint8_t)item->checks[i].verdict);
        bd_pack_key(&packer, item->checks[i].reason);
    }
    if (packer.overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "an item of population '%.*s' is larger than 64 KiB",
                 BD_ARG(population->id));
    }
    return bd_spool_put(run->items, bd_pack_end(&packer), err);
}

static void unpack_item(const bd_catalog *catalog, bd_unpacker in, bd_arena *arena, bd_item *out) {
    bd_str *const texts[] = {&out->key,      &out->month,        &out->type,  &out->record,
                             &out->resource, &out->subscription, &out->reason};
    *out = (bd_item){.at = BD_INSTANT_NONE};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_unpack_key(&in, arena);
    }
    out->at = bd_unpack_i64(&in);
    out->verdict = (bd_verdict)bd_unpack_u8(&in);
    out->evidence = bd_unpack_u32(&in);
    out->ordinal = bd_unpack_u32(&in);
    out->check_count = bd_unpack_u32(&in);
    bd_item_verdict *checks = bd_new(arena, bd_item_verdict, out->check_count + 1);
    for (size_t i = 0; i < out->check_count; i++) {
        checks[i].check = bd_catalog_check(catalog, bd_unpack_key(&in, arena));
        checks[i].verdict = (bd_verdict)bd_unpack_u8(&in);
        checks[i].reason = bd_unpack_key(&in, arena);
    }
    out->checks = checks;
}

bd_rc sampling_items(sampling_run *run, const bd_population *of, sampling_item_fn *take,
                     void *context, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("item", ITEM_ARENA_BYTES);
    BD_TRY(bd_spool_rewind(run->items, err));
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_spool_next(run->items, &record, &has_record, err));
        if (!has_record) {
            return BD_OK;
        }
        bd_arena_reset(arena);
        bd_unpacker in = {.record = record};
        if (bd_str_eq(bd_unpack_key(&in, arena), of->id)) {
            bd_item item;
            unpack_item(run->session->catalog, in, arena, &item);
            BD_TRY(take(context, &item, err));
        }
    }
}

const bd_sample_item *sampling_find(const bd_population *of, bd_str key) {
    for (size_t i = 0; i < of->sample.count; i++) {
        if (bd_str_eq(of->sample.data[i].key, key)) {
            return &of->sample.data[i];
        }
    }
    return NULL;
}

/* ---- judging ---- */

static void close_judgement(sampling_run *run) {
    if (run->is_judged) {
        bd_judged_clear(&run->judged);
        bd_spool_close(run->items);
    }
    run->items = NULL;
    run->is_judged = false;
    run->chosen.count = 0;
}

static bd_rc judge(sampling_run *run, bd_err *err) {
    close_judgement(run);
    run->items = bd_spool_open(ITEM_MEMORY);
    bd_judging_wants wants = {.on_item = keep_item, .context = run};
    bd_rc rc = bd_judge(run->session, &wants, &run->judged, err);
    if (bd_failed(rc)) {
        bd_spool_close(run->items);
        run->items = NULL;
        return rc;
    }
    run->is_judged = true;
    return BD_OK;
}

static bool is_asked(const sampling_run *run, const bd_population *of) {
    bd_str wanted = run->asked->population;
    return bd_str_eq(of->control->number, run->asked->control) &&
           (wanted.size == 0 || bd_str_eq(of->name, wanted) || bd_str_eq(of->id, wanted));
}

static bd_str names_of(const sampling_run *run, bd_str population) {
    bd_arena *arena = run->session->arena;
    const bd_assessment *assessment = run->judged.assessment;
    bd_str list = {"", 0};
    for (size_t i = 0; i < assessment->population_count; i++) {
        const bd_population *one = &assessment->populations[i];
        if (bd_str_eq(one->control->number, run->asked->control) && population.size == 0) {
            list = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(list), list.size > 0 ? ", " : "",
                                 BD_ARG(one->name));
        }
    }
    return list;
}

static bd_rc refuse_none(const sampling_run *run, bd_err *err) {
    const bd_run_sampling *asked = run->asked;
    bd_str names = names_of(run, (bd_str){"", 0});
    if (bd_catalog_control(run->session->catalog, asked->control) == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "there is no control '%.*s'; 'bindery status --all' lists them",
                 BD_ARG(asked->control));
    }
    if (!run->session->period->is_type_ii) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "period %.*s is of Type I, which walks one event through and draws no samples",
                 BD_ARG(run->session->period->id));
    }
    if (names.size > 0) {
        BD_RAISE(err, BD_ERR_INPUT, "control %.*s has no population '%.*s'; it has: %.*s",
                 BD_ARG(asked->control), BD_ARG(asked->population), BD_ARG(names));
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "control %.*s has no population to draw from: it is out of scope, or its checks read "
             "settings and documents, which are tested whole",
             BD_ARG(asked->control));
}

static bd_rc choose(sampling_run *run, bd_err *err) {
    const bd_assessment *assessment = run->judged.assessment;
    bd_arena *arena = run->session->arena;
    run->chosen.count = 0;
    for (size_t i = 0; i < assessment->population_count; i++) {
        if (is_asked(run, &assessment->populations[i])) {
            *bd_push(arena, &run->chosen) = &assessment->populations[i];
        }
    }
    if (run->chosen.count == 0) {
        return refuse_none(run, err);
    }
    bool takes_all =
        run->asked->act == BD_RUN_SAMPLE_LIST || run->asked->act == BD_RUN_SAMPLE_FREEZE;
    if (run->chosen.count > 1 && !takes_all) {
        BD_RAISE(err, BD_ERR_USAGE, "control %.*s has %zu populations; name one with --population: %.*s",
                 BD_ARG(run->asked->control), run->chosen.count,
                 BD_ARG(names_of(run, (bd_str){"", 0})));
    }
    return BD_OK;
}

/* ---- freezing ---- */

bd_rc sampling_append(sampling_run *run, const char *kind, bd_result *line, bd_err *err) {
    return bd_locker_append(run->session->locker, bd_str_of(kind), bd_result_object(line),
                            bd_clock_now(), err);
}

static void add_evidence(bd_result *line, const bd_population *of) {
    bd_strs ids = {0};
    for (size_t i = 0; i < of->evidence.count; i++) {
        *bd_push(line->arena, &ids) = bd_evidence_id(line->arena, of->evidence.data[i]);
    }
    bd_result_list(line, "evidence", &ids);
}

static void put_given(bd_result *line, const char *key, bd_str text) {
    if (text.size > 0) {
        bd_result_text(line, key, bd_str_copy(line->arena, text));
    }
}

static bd_rc append_freeze(sampling_run *run, const bd_population *of, bd_err *err) {
    bd_arena *arena = run->session->arena;
    bd_result line = {.arena = arena};
    bd_result_text(&line, "as_of", bd_instant_format(arena, run->session->as_of));
    if (of->collected_at != BD_INSTANT_NONE) {
        bd_result_text(&line, "collected_at", bd_instant_format(arena, of->collected_at));
    }
    bd_result_bool(&line, "complete", of->is_complete);
    bd_result_text(&line, "control", of->control->number);
    bd_result_int(&line, "count", (int64_t)of->count);
    add_evidence(&line, of);
    bd_result_text(&line, "population", bd_str_copy(arena, of->id));
    put_given(&line, "problem", of->problem);
    put_given(&line, "query", of->query);
    bd_result_text(&line, "sha256", bd_hex_text(arena, of->sha256, 32));
    bd_result_text(&line, "source", of->source);
    return sampling_append(run, "frozen", &line, err);
}

static const char *s_of(uint64_t count) {
    return count == 1 ? "" : "s";
}

static void say_incomplete(sampling_run *run, const bd_population *of) {
    if (!of->is_complete) {
        sampling_say(run, "%.*s: its evidence is not complete: %.*s", BD_ARG(of->id),
                     BD_ARG(of->problem));
    }
}

static void say_none(sampling_run *run, const bd_population *of) {
    bd_str at = of->collected_at == BD_INSTANT_NONE
                    ? BD_STR("never")
                    : bd_instant_format(run->session->arena, of->collected_at);
    sampling_say(run, "%.*s: %s in the period, asked of %.*s (%.*s), last exported %.*s",
                 BD_ARG(of->id), of->is_complete ? "no occurrence" : "none was seen",
                 BD_ARG(of->source_title),
                 BD_ARG(of->query.size > 0 ? of->query : of->source), BD_ARG(at));
}

bd_rc sampling_freeze(sampling_run *run, const bd_population *of, bd_err *err) {
    bd_arena *arena = run->session->arena;
    bd_str hex = bd_hex_text(arena, of->sha256, 32);
    if (of->freeze != NULL && !of->is_changed) {
        sampling_say(run, "%.*s: frozen already at %.*s with these %llu item%s; nothing was done",
                     BD_ARG(of->id), BD_ARG(bd_instant_format(arena, of->freeze->at)),
                     (unsigned long long)of->count, s_of(of->count));
        return BD_OK;
    }
    BD_TRY(append_freeze(run, of, err));
    if (of->freeze != NULL) {
        sampling_say(run,
                     "%.*s: it changed since it was frozen at %.*s (%llu item%s then, %llu now); it "
                     "is frozen anew, and the journal keeps both",
                     BD_ARG(of->id), BD_ARG(bd_instant_format(arena, of->freeze->at)),
                     (unsigned long long)of->freeze->count, s_of(of->freeze->count),
                     (unsigned long long)of->count);
    }
    sampling_say(run, "%.*s: %llu item%s frozen, SHA-256 %.*s", BD_ARG(of->id),
                 (unsigned long long)of->count, s_of(of->count), BD_ARG(hex));
    if (of->count == 0) {
        say_none(run, of);
    }
    say_incomplete(run, of);
    return BD_OK;
}

/* ---- drawing ---- */

static bd_rc check_seed_text(bd_str seed, bd_err *err) {
    bool is_plain = bd_str_trim(seed).size > 0 && seed.size <= MOST_SEED_BYTES &&
                    bd_utf8_is_valid(seed) && bd_str_trim(seed).size == seed.size;
    for (size_t i = 0; i < seed.size; i++) {
        is_plain = is_plain && (unsigned char)seed.data[i] >= 0x20 && seed.data[i] != 0x7F;
    }
    if (!is_plain) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "'--seed' wants one line of 1 to %d bytes without blanks at its ends; take it from "
                 "the auditor or from a public beacon",
                 MOST_SEED_BYTES);
    }
    return BD_OK;
}

/* Did anybody draw with it before this population was frozen?  Then it was known. */
static bool was_known(sampling_run *run, const bd_population *of, bd_str seed) {
    bd_samplings all;
    bd_samplings_read(run->session, run->session->arena, &all);
    size_t frozen = 0;
    for (size_t i = 0; i < all.count; i++) {
        bool is_own = bd_str_eq(all.data[i].population, of->id);
        frozen = is_own && all.data[i].kind == BD_SAMPLING_FROZEN ? i : frozen;
    }
    for (size_t i = 0; i < frozen; i++) {
        if (all.data[i].kind == BD_SAMPLING_DRAWN && bd_str_eq(all.data[i].seed, seed)) {
            return true;
        }
    }
    return false;
}

/* "2026-10-05T06:00:00Z/auditor-7319" says when it was taken. */
static bool is_of_before(bd_str seed, bd_instant frozen_at) {
    bd_str rest = seed, head = {"", 0};
    bd_instant at;
    return bd_str_cut(&rest, '/', &head) && bd_instant_parse(head, &at) && at < frozen_at;
}

static bd_rc check_order(sampling_run *run, const bd_population *of, bd_err *err) {
    bd_str seed = run->asked->seed, control = of->control->number;
    bd_arena *arena = run->session->arena;
    if (of->freeze == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the seed comes before the freeze: population %.*s is not frozen; 'bindery sample "
                 "%.*s --freeze' freezes it, and a seed is taken after that",
                 BD_ARG(of->id), BD_ARG(control));
    }
    if (of->is_changed) {
        BD_TRY(sampling_freeze(run, of, err));
        BD_RAISE(err, BD_ERR_INPUT,
                 "population %.*s changed since it was frozen (%llu items then, %llu now): it is "
                 "frozen anew, and this seed was known before; take another one",
                 BD_ARG(of->id), (unsigned long long)of->freeze->count,
                 (unsigned long long)of->count);
    }
    if (is_of_before(seed, of->freeze->at)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the seed '%.*s' names a time before the freeze of %.*s at %.*s; take one after it",
                 BD_ARG(seed), BD_ARG(of->id), BD_ARG(bd_instant_format(arena, of->freeze->at)));
    }
    if (was_known(run, of, seed)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the seed '%.*s' was used before %.*s was frozen, so that it was known by then; "
                 "take another one",
                 BD_ARG(seed), BD_ARG(of->id));
    }
    return BD_OK;
}

static bd_rc choose_size(sampling_run *run, const bd_population *of, uint64_t *out, bd_err *err) {
    bd_sample_size usual = {0};
    if (of->count == 0) {
        say_none(run, of);
        BD_RAISE(err, BD_ERR_INPUT,
                 "there is nothing to draw from: %.*s", BD_ARG(run->said.data[run->said.count - 1]));
    }
    *out = run->asked->size;
    if (*out == 0) {
        bool is_listed = bd_sample_size_of(run->session->catalog->sampling, of->count, &usual);
        *out = is_listed ? usual.size : of->count;
    }
    if (*out > of->count || *out > BD_SAMPLE_MOST) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "'--size' wants 1 to %llu of population %.*s, got %llu",
                 (unsigned long long)(of->count < BD_SAMPLE_MOST ? of->count : BD_SAMPLE_MOST),
                 BD_ARG(of->id), (unsigned long long)*out);
    }
    return BD_OK;
}

static bool is_same_draw(const sampling_run *run, const bd_population *of, uint64_t size) {
    const bd_sampling *draw = of->draw;
    return bd_str_eq(draw->seed, run->asked->seed) &&
           bd_str_eq(draw->strata, run->asked->strata) && draw->size == size;
}

static bd_rc check_signed(const sampling_run *run, const char *what, bd_err *err) {
    const bd_run_sampling *asked = run->asked;
    if (bd_str_trim(asked->reason).size == 0 || !bd_is_person_name(asked->by)) {
        BD_RAISE(err, BD_ERR_USAGE, "%s needs --reason TEXT and --by NAME, a person's", what);
    }
    return BD_OK;
}

typedef struct {
    bd_sampler *sampler;
    bd_str strata;
} drawing;

static bd_rc put_item(void *context, const bd_item *item, bd_err *err) {
    drawing *to = context;
    bd_str stratum = to->strata.size == 0
                         ? (bd_str){"", 0}
                         : bd_sample_stratum(bd_str_eqz(to->strata, "month"), item->month,
                                             item->subscription);
    return bd_sampler_put(to->sampler, stratum, item->key, err);
}

static const bd_value *drawn_value(bd_arena *arena, const bd_drawn_list *list) {
    const bd_value **items = bd_new(arena, const bd_value *, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        const bd_drawn *one = &list->data[i];
        bd_result item = {.arena = arena};
        bd_result_text(&item, "key", one->key);
        bd_result_int(&item, "rank", one->rank);
        bd_result_text(&item, "role", one->is_reserve ? BD_STR("reserve") : BD_STR("sample"));
        bd_result_text(&item, "sha256", bd_hex_text(arena, one->hash, 32));
        put_given(&item, "stratum", one->stratum);
        items[i] = bd_result_object(&item);
    }
    return bd_value_array(arena, list->count, items);
}

static bd_rc append_draw(sampling_run *run, const bd_population *of, uint64_t size,
                         const bd_drawn_list *drawn, bd_err *err) {
    const bd_run_sampling *asked = run->asked;
    bd_arena *arena = run->session->arena;
    bd_result line = {.arena = arena};
    bd_result_text(&line, "act", BD_STR("sample"));
    put_given(&line, "by", bd_str_trim(asked->by));
    bd_result_bool(&line, "complete", of->is_complete);
    bd_result_text(&line, "control", of->control->number);
    bd_result_int(&line, "count", (int64_t)of->count);
    bd_result_value(&line, "items", drawn_value(arena, drawn));
    bd_result_text(&line, "method", BD_STR(BD_SAMPLE_METHOD));
    bd_result_text(&line, "population", bd_str_copy(arena, of->id));
    put_given(&line, "problem", of->problem);
    put_given(&line, "reason", bd_str_trim(asked->reason));
    bd_result_text(&line, "seed", asked->seed);
    bd_result_text(&line, "sha256", bd_hex_text(arena, of->sha256, 32));
    bd_result_int(&line, "size", (int64_t)size);
    put_given(&line, "strata", asked->strata);
    return sampling_append(run, "drawn", &line, err);
}

static void say_draw(sampling_run *run, const bd_population *of, uint64_t size,
                     const bd_drawn_list *drawn) {
    uint64_t chosen = 0;
    bd_sample_size usual = {0};
    for (size_t i = 0; i < drawn->count; i++) {
        chosen += !drawn->data[i].is_reserve;
    }
    (void)bd_sample_size_of(run->session->catalog->sampling, of->count, &usual);
    sampling_say(run, "%.*s: %llu of %llu item%s drawn by %s with seed '%.*s'; %llu more stand by",
                 BD_ARG(of->id), (unsigned long long)chosen, (unsigned long long)of->count,
                 s_of(of->count), BD_SAMPLE_METHOD, BD_ARG(run->asked->seed),
                 (unsigned long long)(drawn->count - chosen));
    sampling_say(run,
                 "pre-fieldwork self-test; the auditor chooses the sample (size %llu; common range "
                 "%.*s)",
                 (unsigned long long)size, BD_ARG(usual.range));
    say_incomplete(run, of);
    for (size_t i = 0; i < drawn->count; i++) {
        const bd_drawn *one = &drawn->data[i];
        sampling_say(run, "%s %u%s%.*s  %.*s", one->is_reserve ? "reserve" : "sample ", one->rank,
                     one->stratum.size > 0 ? " of " : "", BD_ARG(one->stratum), BD_ARG(one->key));
    }
}

static bd_rc draw_now(sampling_run *run, const bd_population *of, uint64_t size, bd_err *err) {
    bd_sampler *sampler = bd_sampler_open(run->asked->seed, of->id);
    drawing to = {sampler, run->asked->strata};
    bd_drawn_list drawn = {0};
    bd_rc rc = sampling_items(run, of, put_item, &to, err);
    if (!bd_failed(rc)) {
        rc = bd_sampler_draw(sampler, size, run->session->arena, &drawn, err);
    }
    bd_sampler_close(sampler);
    BD_TRY(rc);
    BD_TRY(append_draw(run, of, size, &drawn, err));
    say_draw(run, of, size, &drawn);
    return BD_OK;
}

static bd_rc draw(sampling_run *run, const bd_population *of, bd_err *err) {
    uint64_t size = 0;
    BD_TRY(check_seed_text(run->asked->seed, err));
    BD_TRY(check_order(run, of, err));
    BD_TRY(choose_size(run, of, &size, err));
    bool is_second = of->draw != NULL && !of->is_draw_older;
    if (is_second && is_same_draw(run, of, size)) {
        sampling_say(run, "%.*s: drawn already with this seed at %.*s, with the same result; "
                          "nothing was done",
                     BD_ARG(of->id),
                     BD_ARG(bd_instant_format(run->session->arena, of->draw->at)));
        return BD_OK;
    }
    if (is_second && !run->asked->is_again) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "population %.*s was drawn at %.*s with seed '%.*s' and size %llu over the same "
                 "freeze; a second draw needs --again with --reason and --by, and both are kept",
                 BD_ARG(of->id), BD_ARG(bd_instant_format(run->session->arena, of->draw->at)),
                 BD_ARG(of->draw->seed), (unsigned long long)of->draw->size);
    }
    if (is_second) {
        BD_TRY(check_signed(run, "'--again'", err));
    }
    return draw_now(run, of, size, err);
}

/* ---- replacing ---- */

static const bd_sample_item *next_reserve(const bd_population *of, const bd_sample_item *gone) {
    for (size_t i = 0; i < of->sample.count; i++) {
        const bd_sample_item *item = &of->sample.data[i];
        if (item->role == BD_SAMPLE_RESERVE && gone->drawn != NULL &&
            bd_str_eq(item->drawn->stratum, gone->drawn->stratum)) {
            return item;
        }
    }
    return NULL;
}

static bd_rc check_replaced(const bd_population *of, const bd_sample_item *gone, bd_str key,
                            bd_err *err) {
    bool is_in = gone != NULL &&
                 (gone->role == BD_SAMPLE_CHOSEN || gone->role == BD_SAMPLE_REPLACING);
    if (gone != NULL && gone->role == BD_SAMPLE_REPLACED) {
        BD_RAISE(err, BD_ERR_INPUT, "item '%.*s' is replaced already, by '%.*s'", BD_ARG(key),
                 BD_ARG(gone->other));
    }
    if (!is_in) {
        BD_RAISE(err, BD_ERR_INPUT, "item '%.*s' is not in the sample of %.*s", BD_ARG(key),
                 BD_ARG(of->id));
    }
    if (gone->tested != NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "item '%.*s' was tested ('%s'); what has a result is not replaced", BD_ARG(key),
                 gone->tested->is_deviation ? "deviation" : "no deviation");
    }
    return BD_OK;
}

static bd_rc replace(sampling_run *run, const bd_population *of, bd_err *err) {
    const bd_run_sampling *asked = run->asked;
    const bd_sample_item *gone = sampling_find(of, asked->key);
    BD_TRY(check_signed(run, "a replacement", err));
    BD_TRY(check_replaced(of, gone, asked->key, err));
    const bd_sample_item *next = next_reserve(of, gone);
    if (next == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "no item stands by any more in the sample of %.*s; draw again with --again and a "
                 "larger --size",
                 BD_ARG(of->id));
    }
    bd_result line = {.arena = run->session->arena};
    bd_result_text(&line, "act", BD_STR("replacement"));
    bd_result_text(&line, "by", bd_str_trim(asked->by));
    bd_result_text(&line, "control", of->control->number);
    bd_result_text(&line, "key", asked->key);
    bd_result_text(&line, "population", bd_str_copy(line.arena, of->id));
    bd_result_text(&line, "reason", bd_str_trim(asked->reason));
    bd_result_text(&line, "replacement", bd_str_copy(line.arena, next->key));
    BD_TRY(sampling_append(run, "drawn", &line, err));
    sampling_say(run, "%.*s: '%.*s' stands for '%.*s' (rank %u, the next in order)", BD_ARG(of->id),
                 BD_ARG(next->key), BD_ARG(asked->key), next->drawn->rank);
    return BD_OK;
}

/* ---- the command ---- */

static bd_rc act_on(sampling_run *run, const bd_population *of, bd_err *err) {
    switch (run->asked->act) {
    case BD_RUN_SAMPLE_LIST: return BD_OK;
    case BD_RUN_SAMPLE_FREEZE: return sampling_freeze(run, of, err);
    case BD_RUN_SAMPLE_DRAW: return draw(run, of, err);
    case BD_RUN_SAMPLE_REPLACE: return replace(run, of, err);
    case BD_RUN_SAMPLE_SELECT: return sampling_select(run, of, err);
    case BD_RUN_SAMPLE_RESULTS: return sampling_results(run, of, err);
    }
    return BD_OK;
}

/* Judged anew with what the journal says now: the files and the answer show it as every later run will. */
static bd_rc show(sampling_run *run, bd_result *out, bd_err *err) {
    bd_arena *arena = run->session->arena;
    const bd_value **shown = bd_new(arena, const bd_value *, run->chosen.count + 1);
    for (size_t i = 0; i < run->chosen.count; i++) {
        bd_buf text;
        bd_buf_init(&text, (size_t)256 << 20);
        bd_sink sink = bd_sink_to_buf(&text);
        bd_rc rc = bd_export_selection(run->chosen.data[i], &sink, err);
        if (!bd_failed(rc)) {
            rc = bd_json_parse(bd_str_copy(arena, bd_buf_str(&text)), &bd_json_default_limits, arena,
                               &shown[i], err);
        }
        bd_buf_clear(&text);
        BD_TRY(rc);
    }
    bd_result_value(out, "populations", bd_value_array(arena, run->chosen.count, shown));
    return BD_OK;
}

static bd_rc sample(sampling_run *run, bd_result *out, bd_err *err) {
    BD_TRY(judge(run, err));
    BD_TRY(choose(run, err));
    for (size_t i = 0; i < run->chosen.count; i++) {
        BD_TRY(act_on(run, run->chosen.data[i], err));
    }
    if (run->asked->act != BD_RUN_SAMPLE_LIST) {
        BD_TRY(judge(run, err));
        BD_TRY(choose(run, err));
    }
    for (size_t i = 0; run->asked->act != BD_RUN_SAMPLE_LIST && i < run->chosen.count; i++) {
        BD_TRY(sampling_write(run, run->chosen.data[i], err));
    }
    return show(run, out, err);
}

bd_rc bd_sampling_run(const bd_run_options *options, const bd_run_sampling *asked, bd_arena *arena,
                      bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    bool writes = asked->act != BD_RUN_SAMPLE_LIST;
    BD_TRY(bd_session_open(options, writes ? BD_LOCKER_WRITE : BD_LOCKER_READ, arena, outcome,
                           &session, err));
    sampling_run run = {.session = &session, .asked = asked};
    bd_result out = {.arena = arena};
    bd_rc rc = sample(&run, &out, err);
    close_judgement(&run);
    bd_session_close(&session);
    BD_TRY(rc);
    bd_result_text(&out, "control", asked->control);
    bd_result_list(&out, "said", &run.said);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
