/* Ranks by hash, sorted outside memory: strata one after another, in each the lowest first. */
#include "bindery/sample.h"

#include "bindery/crypto.h"
#include "bindery/spill.h"

#include <string.h>

#define SORT_BYTES ((size_t)1 << 20)
#define COUNTS_BYTES ((size_t)256 << 20)

/* ---- keys ---- */

static bool is_blank(char c) {
    return c == ' ';
}

static bool is_escaped(bd_str key, size_t at) {
    unsigned char c = (unsigned char)key.data[at];
    bool is_end = at == 0 || at + 1 == key.size;
    return c < 0x20 || c == 0x7F || c == '%' || c == '|' || (is_end && is_blank(key.data[at]));
}

bd_str bd_sample_key(bd_arena *arena, bd_str key) {
    static const char digits[] = "0123456789ABCDEF";
    char *out = bd_alloc(arena, key.size * 3 + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < key.size; i++) {
        unsigned char c = (unsigned char)key.data[i];
        if (c == 0x1F) {
            out[size++] = '|';
        } else if (is_escaped(key, i)) {
            out[size++] = '%';
            out[size++] = digits[c >> 4];
            out[size++] = digits[c & 15];
        } else {
            out[size++] = (char)c;
        }
    }
    return (bd_str){out, size};
}

/* ---- ranks ---- */

static void rank_by(bd_sha256 *hash, bd_str seed, bd_str population, bd_str key, uint8_t out[32]) {
    bd_sha256_put(hash, seed.data, seed.size);
    bd_sha256_put(hash, "\n", 1);
    bd_sha256_put(hash, population.data, population.size);
    bd_sha256_put(hash, "\n", 1);
    bd_sha256_put(hash, key.data, key.size);
    bd_sha256_finish(hash, out);
}

void bd_sample_rank(bd_str seed, bd_str population, bd_str key, uint8_t out[32]) {
    bd_sha256 *hash = bd_sha256_open();
    rank_by(hash, seed, population, key, out);
    bd_sha256_close(hash);
}

bd_str bd_sample_stratum_id(bd_arena *arena, bd_str population, bd_str stratum) {
    return stratum.size == 0
               ? population
               : bd_str_format(arena, "%.*s/%.*s", BD_ARG(population), BD_ARG(stratum));
}

bd_str bd_sample_stratum(bool is_by_month, bd_str month, bd_str subscription) {
    if (is_by_month) {
        return month.size > 0 ? month : BD_STR("undated");
    }
    return subscription.size > 0 ? subscription : BD_STR("none");
}

uint64_t bd_sample_share(uint64_t size, uint64_t count, uint64_t of) {
    if (of == 0) {
        return 0;
    }
    uint64_t share = (size * count + of - 1) / of;
    return share < count ? share : count;
}

uint64_t bd_sample_reserve(uint64_t size, uint64_t count) {
    uint64_t left = count > size ? count - size : 0;
    uint64_t wanted = (size + 1) / 2;
    return wanted < left ? wanted : left;
}

/* ---- the draw ---- */

struct bd_sampler {
    bd_str seed, population;
    bd_arena *arena; /* names and counts of strata */
    bd_map *strata;  /* name -> its count */
    bd_sorter *ranked;
    bd_sha256 *hash;
    uint64_t count;
    bd_packer packer;
};

typedef struct {
    bd_str id;
    uint64_t count;
} stratum_facts;

bd_sampler *bd_sampler_open(bd_str seed, bd_str population) {
    bd_arena *arena = bd_arena_open("sampler", COUNTS_BYTES);
    bd_sampler *sampler = bd_new(arena, bd_sampler, 1);
    sampler->arena = arena;
    sampler->seed = seed;
    sampler->population = population;
    sampler->strata = bd_map_make(arena);
    sampler->ranked = bd_sorter_open(SORT_BYTES);
    sampler->hash = bd_sha256_open();
    return sampler;
}

void bd_sampler_close(bd_sampler *sampler) {
    if (sampler == NULL) {
        return;
    }
    bd_sorter_close(sampler->ranked);
    bd_sha256_close(sampler->hash);
    bd_arena_close(sampler->arena);
}

static stratum_facts *stratum_of(bd_sampler *sampler, bd_str name) {
    stratum_facts *found = bd_map_find(sampler->strata, name);
    if (found == NULL) {
        found = bd_new(sampler->arena, stratum_facts, 1);
        found->id = bd_sample_stratum_id(sampler->arena, sampler->population, name);
        bd_map_put(sampler->strata, bd_str_copy(sampler->arena, name), found);
    }
    return found;
}

bd_rc bd_sampler_put(bd_sampler *sampler, bd_str stratum, bd_str key, bd_err *err) {
    stratum_facts *of = stratum_of(sampler, stratum);
    uint8_t hash[32];
    of->count++;
    sampler->count++;
    rank_by(sampler->hash, sampler->seed, of->id, key, hash);
    bd_pack_begin(&sampler->packer);
    bd_pack_key(&sampler->packer, stratum);
    bd_pack_packed(&sampler->packer, (bd_str){(const char *)hash, sizeof hash});
    bd_pack_key(&sampler->packer, key);
    if (sampler->packer.overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "an item key of population '%.*s' is larger than 64 KiB",
                 BD_ARG(sampler->population));
    }
    return bd_sorter_put(sampler->ranked, bd_pack_end(&sampler->packer), err);
}

typedef struct {
    bd_str stratum; /* being read */
    bool has_stratum;
    uint64_t seen, size, reserve;
} progress;

static void begin_stratum(bd_sampler *sampler, bd_str name, uint64_t size, progress *at) {
    const stratum_facts *of = bd_map_find(sampler->strata, name);
    *at = (progress){.stratum = bd_str_copy(sampler->arena, name), .has_stratum = true};
    at->size = bd_sample_share(size, of->count, sampler->count);
    at->reserve = bd_sample_reserve(at->size, of->count);
}

static void take_ranked(bd_sampler *sampler, bd_str record, uint64_t size, bd_arena *scratch,
                        progress *at, bd_arena *arena, bd_drawn_list *out) {
    bd_unpacker in = {.record = record};
    bd_str name = bd_unpack_key(&in, scratch);
    if (!at->has_stratum || !bd_str_eq(name, at->stratum)) {
        begin_stratum(sampler, name, size, at);
    }
    if (at->seen++ >= at->size + at->reserve) {
        return;
    }
    uint8_t hash[32];
    for (size_t i = 0; i < sizeof hash; i++) {
        hash[i] = bd_unpack_u8(&in);
    }
    bd_drawn *drawn = bd_push(arena, out);
    drawn->key = bd_str_copy(arena, bd_unpack_key(&in, scratch));
    drawn->stratum = bd_str_copy(arena, name);
    memcpy(drawn->hash, hash, sizeof hash);
    drawn->rank = (uint32_t)at->seen;
    drawn->is_reserve = at->seen > at->size;
}

bd_rc bd_sampler_draw(bd_sampler *sampler, uint64_t size, bd_arena *arena, bd_drawn_list *out,
                      bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("ranked", (size_t)1 << 20);
    progress at = {0};
    *out = (bd_drawn_list){0};
    BD_TRY(bd_sorter_finish(sampler->ranked, err));
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_sorter_next(sampler->ranked, &record, &has_record, err));
        if (!has_record) {
            return BD_OK;
        }
        bd_arena_reset(scratch);
        take_ranked(sampler, record, size, scratch, &at, arena, out);
    }
}

/* ---- sizes ---- */

bool bd_sample_size_of(const bd_value *sizes, uint64_t count, bd_sample_size *out) {
    for (size_t i = 0; sizes != NULL && sizes->kind == BD_ARRAY && i < sizes->count; i++) {
        const bd_value *row = &sizes->items[i];
        int64_t least = 0, most = INT64_MAX, size = 0;
        if (!bd_value_i64(row, "min", &least)) {
            continue; /* of a frequency: counted in instances, not in events */
        }
        bd_value_i64(row, "max", &most);
        if (count < (uint64_t)least || count > (uint64_t)most) {
            continue;
        }
        bool is_all = bd_str_eqz(bd_value_text(row, "n"), "all");
        *out = (bd_sample_size){.id = bd_value_text(row, "id"),
                                .range = bd_value_text(row, "range"),
                                .size = count};
        if (!is_all && bd_value_i64(row, "n", &size) && (uint64_t)size < count) {
            out->size = (uint64_t)size;
        }
        return true;
    }
    return false;
}
