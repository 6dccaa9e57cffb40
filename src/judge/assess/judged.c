/* A judged record on its way from stage 1 to stage 2: packed, so that the sort brings together what was judged of one
 * thing, over time.
 *
 *     check, thing, time, evidence, ordinal, pass, verdict, flags, scope, reason, [names]
 *
 * A thing is known by the first half of the SHA-256 of its type and key, and only where it is named later do the texts
 * travel with it: of a hundred thousand records most are only counted, and their ids are nine tenths of what would have
 * to be sorted.  A scope or a sentence that thousands share is kept once; its hash stands in front of its number, so
 * that the order depends on what it says and not on which row came first. */
#include "bindery/assess.h"

#include "assess_priv.h"
#include "bindery/crypto.h"

#include <string.h>

#define TEXT_BYTES ((size_t)1 << 20) /* of shared texts; what comes after stands in its record */
#define MOST_KNOWN_BYTES ((size_t)1024) /* of the last thing's name */
#define TEXT_SEED 1
#define MOST_SHORT_BYTES ((size_t)1024)

struct bd_shared_texts {
    bd_arena *arena;
    bd_map *index; /* text -> number + 1 */
    BD_VEC(bd_str) texts;
    size_t bytes;
};

bd_shared_texts *bd_shared_texts_make(bd_arena *arena) {
    bd_shared_texts *made = bd_new(arena, bd_shared_texts, 1);
    made->arena = arena;
    made->index = bd_map_make(arena);
    return made;
}

/* ---- things ---- */

struct bd_thing_namer {
    bd_sha256 *hash;
    char last[MOST_KNOWN_BYTES]; /* type, key */
    size_t last_type, last_key;  /* their sizes */
    uint8_t name[32];
};

bd_thing_namer *bd_thing_namer_open(bd_arena *arena) {
    bd_thing_namer *made = bd_new(arena, bd_thing_namer, 1);
    made->hash = bd_sha256_open();
    return made;
}

void bd_thing_namer_close(bd_thing_namer *namer) {
    bd_sha256_close(namer->hash);
}

/* Rows of one record follow each other: its checks ask for one name. */
static bool is_last_thing(const bd_thing_namer *namer, bd_str type, bd_str key) {
    return bd_str_eq((bd_str){namer->last, namer->last_type}, type) &&
           bd_str_eq((bd_str){namer->last + namer->last_type, namer->last_key}, key);
}

/* The size of the type stands in front: what a record says of itself may hold any byte. */
static void name_thing(bd_thing_namer *namer, bd_str type, bd_str key) {
    uint32_t size = (uint32_t)type.size;
    if (is_last_thing(namer, type, key)) {
        return;
    }
    bd_sha256_put(namer->hash, &size, sizeof size);
    bd_sha256_put(namer->hash, type.data, type.size);
    bd_sha256_put(namer->hash, key.data, key.size);
    bd_sha256_finish(namer->hash, namer->name);
    bool fits = type.size + key.size <= sizeof namer->last;
    namer->last_type = fits ? type.size : 0;
    namer->last_key = fits ? key.size : 0;
    if (fits) {
        memcpy(namer->last, type.size > 0 ? type.data : "", type.size);
        memcpy(namer->last + type.size, key.data, key.size);
    }
}

/* ---- shared texts ---- */

static uint32_t number_text(bd_shared_texts *shared, bd_str text) {
    uintptr_t known = (uintptr_t)bd_map_find(shared->index, text);
    bool is_full = shared->texts.count == BD_ASSESS_MOST_TEXTS || shared->bytes + text.size > TEXT_BYTES;
    if (known == 0 && !is_full) {
        bd_str kept = bd_str_copy(shared->arena, text);
        *bd_push(shared->arena, &shared->texts) = kept;
        known = shared->texts.count;
        bd_map_put(shared->index, kept, (void *)known);
        shared->bytes += text.size;
    }
    return (uint32_t)known;
}

static void pack_shared(bd_packer *packer, bd_shared_texts *shared, bd_str text) {
    uint32_t number = number_text(shared, text);
    bd_pack_u32(packer, (uint32_t)(bd_hash(text, TEXT_SEED) >> 32));
    bd_pack_u32(packer, number);
    if (number == 0) {
        bd_pack_text(packer, text);
    }
}

static bd_str unpack_shared(bd_unpacker *in, const bd_shared_texts *shared, uint32_t *number) {
    bd_unpack_u32(in);
    *number = bd_unpack_u32(in);
    return *number == 0 ? bd_unpack_text(in) : shared->texts.data[*number - 1];
}

/* ---- records ---- */

/* Type I walks one event through: the latest. */
static void note_event(bd_judging *run, const bd_judged *judged) {
    bd_check_view *view = &run->views->by_check[judged->check];
    bool may_hold = run->pass != BD_JUDGING_BEFORE || judged->verdict == BD_FAIL ||
                    judged->verdict == BD_CANNOT_TELL;
    if (view->is_event && may_hold && judged->at < run->out->until && judged->at > view->latest_event) {
        view->latest_event = judged->at;
    }
}

/* Exceptions and findings name what fails, populations their items, exclusions what they leave out, and a check that
 * asks what another tool asks, each resource. */
static bool is_named_later(const bd_judging *run, const bd_judged *judged) {
    const bd_check_view *view = &run->views->by_check[judged->check];
    bool may_be_excluded =
        view->check->takes_exclusions && run->in->engagement->exclusions.count > 0;
    return judged->verdict == BD_FAIL || view->draws_from != 0 || may_be_excluded ||
           (run->sets_beside && view->check->same_as.count > 0);
}

/* Neither may be cut on its way. */
static bool is_short_named(const bd_judged *judged, bd_str key) {
    bool is_same = key.size == judged->resource.size && key.size <= MOST_SHORT_BYTES &&
                   judged->type.size <= MOST_SHORT_BYTES;
    for (size_t i = 0; i < key.size && is_same; i++) {
        char c = judged->resource.data[i];
        is_same = key.data[i] == (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return is_same;
}

static uint8_t flags_of(const bd_judged *judged, bd_str key, bool is_named) {
    return (uint8_t)((judged->is_any_key ? BD_JUDGED_ANY_KEY : 0) |
                     (judged->is_leftover ? BD_JUDGED_LEFTOVER : 0) |
                     (judged->is_undated ? BD_JUDGED_UNDATED : 0) |
                     (key.data[0] == '#' ? BD_JUDGED_KEYLESS : 0) |
                     (is_named ? BD_JUDGED_NAMED : 0) |
                     (is_named && is_short_named(judged, key) ? BD_JUDGED_SHORT_NAMED : 0));
}

static void pack_names(bd_packer *packer, bd_shared_texts *shared, const bd_judged *judged, bd_str key,
                       uint8_t flags) {
    if ((flags & BD_JUDGED_SHORT_NAMED) != 0) {
        pack_shared(packer, shared, judged->type);
        pack_shared(packer, shared, judged->subscription);
        bd_pack_text(packer, judged->resource);
        return;
    }
    bd_pack_key(packer, judged->type);
    bd_pack_key(packer, key);
    bd_pack_text(packer, judged->resource);
    bd_pack_text(packer, judged->subscription);
}

bd_rc bd_judging_put(void *context, const bd_judged *judged, bd_err *err) {
    bd_judging *run = context;
    bd_packer *packer = &run->packer;
    if (bd_judging_is_taken(run, judged->check)) {
        return BD_OK;
    }
    note_event(run, judged);
    char ordinal[24] = "";
    if (judged->key.size == 0) {
        snprintf(ordinal, sizeof ordinal, "#%u", judged->ordinal);
    }
    bd_str key = judged->key.size > 0 ? judged->key : bd_str_of(ordinal);
    bool is_named = is_named_later(run, judged);
    name_thing(run->namer, judged->type, key);
    bd_pack_begin(packer);
    bd_pack_u32(packer, judged->check);
    bd_pack_packed(packer, (bd_str){(const char *)run->namer->name, BD_THING_BYTES});
    bd_pack_i64(packer, judged->at);
    bd_pack_u32(packer, judged->evidence);
    bd_pack_u32(packer, judged->ordinal);
    bd_pack_u8(packer, run->pass == BD_JUDGING_BEFORE ? 1 : 0); /* sorts: each pass's answers side by side */
    bd_pack_u8(packer, (uint8_t)judged->verdict);
    uint8_t flags = flags_of(judged, key, is_named);
    bd_pack_u8(packer, flags);
    pack_shared(packer, run->texts, judged->scope);
    pack_shared(packer, run->texts, judged->reason);
    if (is_named) {
        pack_names(packer, run->texts, judged, key, flags);
    }
    if (packer->overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "a judged record of check '%.*s' is larger than 64 KiB",
                 BD_ARG(run->views->by_check[judged->check].check->id));
    }
    return bd_sorter_put(run->judged, bd_pack_end(packer), err);
}

static void unpack_names(bd_unpacker *in, const bd_shared_texts *texts, uint8_t flags, bd_arena *arena,
                         bd_sorted *out) {
    uint32_t number;
    if ((flags & BD_JUDGED_SHORT_NAMED) != 0) {
        out->type = unpack_shared(in, texts, &number);
        out->subscription = unpack_shared(in, texts, &number);
        out->resource = bd_unpack_text(in);
        out->key = bd_str_lower(arena, out->resource);
        return;
    }
    out->type = bd_unpack_key(in, arena);
    out->key = bd_unpack_key(in, arena);
    out->resource = bd_unpack_text(in);
    out->subscription = bd_unpack_text(in);
}

void bd_judging_unpack(bd_str record, const bd_shared_texts *texts, bd_arena *arena, bd_sorted *out) {
    bd_unpacker in = {.record = record};
    bd_str none = {"", 0};
    *out = (bd_sorted){.type = none, .key = none, .resource = none, .subscription = none};
    out->check = bd_unpack_u32(&in);
    bd_str thing = bd_unpack_packed(&in, BD_THING_BYTES);
    memcpy(out->thing, thing.data, thing.size);
    out->at = bd_unpack_i64(&in);
    out->evidence = bd_unpack_u32(&in);
    out->ordinal = bd_unpack_u32(&in);
    out->is_before = bd_unpack_u8(&in) != 0;
    out->verdict = (bd_verdict)bd_unpack_u8(&in);
    uint8_t flags = bd_unpack_u8(&in);
    out->is_any_key = (flags & BD_JUDGED_ANY_KEY) != 0;
    out->is_leftover = (flags & BD_JUDGED_LEFTOVER) != 0;
    out->is_undated = (flags & BD_JUDGED_UNDATED) != 0;
    out->is_keyless = (flags & BD_JUDGED_KEYLESS) != 0;
    out->scope = unpack_shared(&in, texts, &out->scope_number);
    uint32_t reason_number;
    out->reason = unpack_shared(&in, texts, &reason_number);
    if ((flags & BD_JUDGED_NAMED) != 0) {
        unpack_names(&in, texts, flags, arena, out);
    }
}

bool bd_judging_is_same_thing(const bd_sorted *a, const bd_sorted *b) {
    return a->check == b->check && memcmp(a->thing, b->thing, BD_THING_BYTES) == 0;
}

bool bd_judging_is_told_before(const bd_sorted *a, const bd_sorted *b) {
    if (a->evidence != b->evidence) {
        return a->evidence < b->evidence;
    }
    return a->ordinal != b->ordinal ? a->ordinal < b->ordinal : bd_str_cmp(a->reason, b->reason) < 0;
}
