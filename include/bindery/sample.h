/* bindery/sample.h - a draw that anyone can repeat: item keys, ranks, strata, sizes.
 *
 * Method `sha256-rank-1`.  The rank of an item is SHA-256(UTF-8(seed LF population_id LF item_key)) in lower-case hex.
 * Items are sorted by rank, equal ones by key; the first n are the sample, the next k its replacements, in order.
 * With strata the same is done inside each stratum, with "/" and its name behind the population's id.  No generator of
 * random numbers is needed:
 *
 *     while read -r key; do printf '%s\n%s\n%s' "$seed" "$population" "$key" | sha256sum | cut -c1-64 |
 *         sed "s/\$/ $key/"; done < keys | LC_ALL=C sort | head -n 5
 *
 * What is frozen of a population is its item keys, sorted by their bytes, each with one LF behind it; its hash is the
 * SHA-256 of these bytes.  The order that makes a draw worth anything (freeze, then seed, then draw) is kept by who
 * calls; the room is pure and knows neither clock nor journal.
 *
 * Sizes are those of the catalog (sampling.json): a self-test before fieldwork; the auditor chooses the sample.
 */
#ifndef BINDERY_SAMPLE_H
#define BINDERY_SAMPLE_H

#include "bindery/util.h"
#include "bindery/value.h"

#define BD_SAMPLE_METHOD "sha256-rank-1"
#define BD_SAMPLE_MOST 1000 /* items of one draw: more is a test of all, which needs no draw */

/* A record's key as one printable line: parts (U+001F between them) are joined by '|'; '%', '|', control characters and
 * white space at either end are written %XX, so that two keys never become one and no line breaks.  Allocated in
 * <arena>. */
bd_str bd_sample_key(bd_arena *arena, bd_str key);

void bd_sample_rank(bd_str seed, bd_str population, bd_str key, uint8_t out[32]);
/* "6.3.1-leavers-2026-Q3/2026-07"; the population itself for the empty stratum. */
bd_str bd_sample_stratum_id(bd_arena *arena, bd_str population, bd_str stratum);

/* Of an item: "2026-07" or "undated", a subscription or "none". */
bd_str bd_sample_stratum(bool is_by_month, bd_str month, bd_str subscription);
/* Of `size` items out of `of`: what a stratum of `count` gives, rounded up, so that none with an item is left out. */
uint64_t bd_sample_share(uint64_t size, uint64_t count, uint64_t of);
/* How many stand by: half of the sample, rounded up, as far as there are that many. */
uint64_t bd_sample_reserve(uint64_t size, uint64_t count);

typedef struct {
    bd_str key, stratum;
    uint8_t hash[32];
    uint32_t rank; /* from 1, in its stratum */
    bool is_reserve;
} bd_drawn;
typedef BD_VEC(bd_drawn) bd_drawn_list;

/* Takes the items of a frozen population in any order; memory is flat. */
typedef struct bd_sampler bd_sampler;
/* Texts are borrowed until close. */
bd_sampler *bd_sampler_open(bd_str seed, bd_str population);
BD_MUST_USE bd_rc bd_sampler_put(bd_sampler *sampler, bd_str stratum, bd_str key, bd_err *err);
/* Strata by name, in each the sample and then its reserve.  Once.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_sampler_draw(bd_sampler *sampler, uint64_t size, bd_arena *arena,
                                  bd_drawn_list *out, bd_err *err);
void bd_sampler_close(bd_sampler *sampler); /* accepts NULL */

/* The row of the catalog's sizes for so many occurrences. */
typedef struct {
    bd_str id, range; /* "per_event_16-50", "5-10" */
    uint64_t size;
} bd_sample_size;
/* `sizes`: the catalog's; false when no row of it holds so many. */
bool bd_sample_size_of(const bd_value *sizes, uint64_t count, bd_sample_size *out);

#endif
