/* What a scan hangs on, as one hash. */
#include "bindery/memo.h"

#include "bindery/derivations.h"

#include <string.h>

#define KIND "bindery-map-1"
#define SCRATCH_BYTES ((size_t)256 << 20)

/* ---- putting ---- */

static void put_number(bd_sha256 *hash, int64_t number) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    }
    bd_sha256_put(hash, bytes, sizeof bytes);
}

/* Its length goes first, so that two texts are never another two. */
static void put_text(bd_sha256 *hash, bd_str text) {
    put_number(hash, (int64_t)text.size);
    bd_sha256_put(hash, text.data, text.size);
}

static void put_value(bd_sha256 *hash, const bd_value *value, bd_arena *scratch) {
    put_text(hash, value != NULL ? bd_json_canonical(scratch, value) : (bd_str){"", 0});
}

/* ---- the map part ---- */

static void put_engagement(bd_sha256 *hash, const bd_scan_plan *plan, bd_arena *scratch) {
    put_value(hash, bd_rules_undated(plan->parameters, scratch), scratch);
    put_value(hash, plan->column_maps, scratch);
    put_text(hash, plan->tenant);
    put_number(hash, (int64_t)plan->subscriptions.count);
    for (size_t i = 0; i < plan->subscriptions.count; i++) {
        put_text(hash, plan->subscriptions.list[i].id);
        put_text(hash, plan->subscriptions.list[i].name);
    }
}

static void put_days(bd_sha256 *hash, const bd_value *parameters) {
    for (size_t i = 0; parameters != NULL && i < parameters->count; i++) {
        if (bd_rules_is_day(parameters->keys[i])) {
            put_text(hash, parameters->keys[i]);
            put_text(hash, parameters->items[i].text);
        }
    }
}

bool bd_memo_plan_make(const bd_scan_plan *plan, bd_memo_plan *out) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("map part", SCRATCH_BYTES);
    bd_str zone = bd_zone_name(plan->zone), zones = bd_zone_data_version(scratch);
    bool is_known = bd_str_eqz(zone, "UTC") || !bd_str_eqz(zones, "unknown");
    bd_sha256 *hash = bd_sha256_open();
    put_text(hash, BD_STR(BINDERY_MAP_SOURCES)); /* the program that scans: no number that somebody must raise */
    put_text(hash, bd_str_of(bd_utf8_version()));
    put_text(hash, zone);
    put_text(hash, zones);
    bd_sha256_put(hash, plan->catalog->sha256, 32); /* recognisers, checks, derivations with their versions */
    put_number(hash, (plan->rules != NULL ? 1 : 0) | (plan->imports != NULL ? 2 : 0));
    put_engagement(hash, plan, scratch);
    bd_sha256_finish(hash, out->part);
    put_days(hash, plan->parameters);
    bd_sha256_finish(hash, out->days);
    bd_sha256_close(hash);
    return is_known;
}

/* ---- one object ---- */

/* All that a sidecar says of the file as an export, used by a scan or not. */
static void put_description(bd_sha256 *hash, const bd_sidecar *sidecar) {
    put_number(hash, sidecar != NULL);
    if (sidecar == NULL) {
        return;
    }
    const bd_str texts[] = {sidecar->source,  sidecar->title, sidecar->command,
                            sidecar->request, sidecar->query, sidecar->exporter,
                            sidecar->tool,    sidecar->run,   sidecar->scope_kind};
    const int64_t numbers[] = {sidecar->is_asked_by_folder, sidecar->collected_at,
                               sidecar->describes_from,     sidecar->describes_to,
                               sidecar->has_complete,       sidecar->complete,
                               sidecar->rows,               sidecar->has_document};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        put_text(hash, texts[i]);
    }
    for (size_t i = 0; i < BD_COUNT(numbers); i++) {
        put_number(hash, numbers[i]);
    }
    put_number(hash, (int64_t)sidecar->scope_ids.count);
    for (size_t i = 0; i < sidecar->scope_ids.count; i++) {
        put_text(hash, sidecar->scope_ids.data[i]);
    }
}

void bd_memo_key(const bd_memo_plan *memo, const bd_scan_plan *plan, const bd_sidecar *sidecar,
                 const uint8_t object[32], bool has_days, uint8_t out[32]) {
    bd_sha256 *hash = bd_sha256_open();
    bd_sha256_put(hash, KIND, sizeof KIND);
    bd_sha256_put(hash, object, 32);
    bd_sha256_put(hash, memo->part, sizeof memo->part);
    put_number(hash, plan->has_collected_at);
    put_number(hash, plan->has_collected_at ? plan->collected_at : 0);
    put_description(hash, sidecar);
    put_number(hash, has_days);
    bd_sha256_put(hash, memo->days, has_days ? sizeof memo->days : 0);
    bd_sha256_finish(hash, out);
    bd_sha256_close(hash);
}

/* ---- what may be kept, and what hangs on the days ---- */

bool bd_memo_may_keep(const bd_sidecar *sidecar, const bd_facts *facts) {
    bool is_document = sidecar != NULL && sidecar->has_document;
    bool is_parsed = facts->media == BD_MEDIA_JSON || facts->media == BD_MEDIA_NDJSON ||
                     facts->media == BD_MEDIA_CSV || facts->media == BD_MEDIA_XLSX ||
                     facts->media == BD_MEDIA_XML;
    return is_parsed && !is_document && !facts->is_malformed;
}

static bool asks_of_source(const bd_scan_plan *plan, bd_str source) {
    size_t count;
    const bd_source_def *const *derived = bd_rules_derived(plan->rules, source, &count);
    bool asks = bd_rules_asks_for_days(plan->rules, source);
    for (size_t i = 0; i < count && !asks; i++) {
        const bd_derivation *made = bd_derivation_find(derived[i]->derivation);
        asks = bd_rules_asks_for_days(plan->rules, derived[i]->id) ||
               (made != NULL && made->asks_for_days);
    }
    return asks;
}

bool bd_memo_asks_for_days(const bd_scan_plan *plan, const bd_facts *facts) {
    const bd_seens *lists[] = {&facts->seen, &facts->parts};
    if (plan->rules == NULL) {
        return false;
    }
    /* any resource is also one of the inventory */
    bool asks = bd_rules_asks_for_days(plan->rules, BD_STR("S77"));
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        bd_str last = {"", 0};
        for (size_t k = 0; k < lists[i]->count && !asks; k++) {
            bd_str source = lists[i]->data[k].source;
            asks = !bd_str_eq(source, last) && asks_of_source(plan, source);
            last = source;
        }
    }
    return asks;
}
