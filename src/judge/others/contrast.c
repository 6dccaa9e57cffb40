/* A check of ours and a test of another tool that ask the same, resource by resource: who says what, and where the two
 * differ.  Both sides meet in one sort, so that memory holds the readings of one resource. */
#include "bindery/others.h"

#include "others_priv.h"

#include <string.h>

#define RECORD_BYTES ((size_t)64 << 20)
#define NEAR ((bd_instant)BD_SNAPSHOT_NEAR_DAYS * 24 * BD_HOUR)

enum { SIDE_OURS, SIDE_THEIRS };

typedef struct {
    bd_instant at;
    bd_verdict verdict;
    uint32_t evidence;
} reading;

/* Their results of one test on one resource, as they go by. */
typedef struct {
    uint32_t import;
    bd_str test;
    bd_day day;
    int64_t open[2]; /* index of a disagreement, -1: none; by whether ours passes */
} following;

struct bd_contrast {
    bd_others_side *side;
    bd_sorter *rows;
    bd_map *checks; /* test -> list */
    bd_arena *record;
    uint32_t check; /* what is at hand */
    bd_str key;
    bool has_record;
    BD_VEC(reading) ours;
    following last;
};

typedef struct {
    BD_VEC(uint32_t) checks;
} check_list;

bd_contrast *bd_contrast_open(bd_others_side *side) {
    bd_contrast *out = bd_new(side->scratch, bd_contrast, 1);
    *out = (bd_contrast){.side = side,
                         .rows = bd_sorter_open(OTHERS_SORT_BYTES),
                         .checks = bd_map_make(side->scratch),
                         .record = bd_arena_open("contrast", RECORD_BYTES)};
    for (size_t i = 0; i < side->in.catalog->check_count; i++) {
        const bd_strs *same = &side->in.catalog->checks[i].same_as;
        for (size_t t = 0; t < same->count; t++) {
            check_list *list = bd_map_find(out->checks, same->data[t]);
            if (list == NULL) {
                list = bd_new(side->scratch, check_list, 1);
                bd_map_put(out->checks, same->data[t], list);
            }
            *bd_push(side->scratch, &list->checks) = (uint32_t)i;
        }
    }
    return out;
}

void bd_contrast_close(bd_contrast *contrast) {
    if (contrast != NULL) {
        bd_sorter_close(contrast->rows);
        bd_arena_close(contrast->record);
    }
}

bool bd_contrast_has_check(const bd_contrast *contrast, bd_str test) {
    return test.size > 0 && bd_map_find(contrast->checks, test) != NULL;
}

/* ---- in ---- */

static bd_rc put_ours(bd_contrast *contrast, const bd_own_reading *ours, bd_str key, bd_err *err) {
    bd_packer *packer = &contrast->side->packer;
    bd_pack_begin(packer);
    bd_pack_u32(packer, ours->check->index);
    bd_pack_key(packer, key);
    bd_pack_u8(packer, SIDE_OURS);
    bd_pack_i64(packer, ours->at);
    bd_pack_u8(packer, (uint8_t)ours->verdict);
    bd_pack_u32(packer, ours->evidence);
    return bd_sorter_put(contrast->rows, bd_pack_end(packer), err);
}

bd_rc bd_contrast_put_ours(bd_contrast *contrast, const bd_own_reading *ours, bd_err *err) {
    if (ours->check->same_as.count == 0) {
        return BD_OK;
    }
    bd_arena_reset(contrast->record);
    bd_str resource = ours->is_sum ? bd_str_format(contrast->record, "/subscriptions/%.*s",
                                                   BD_ARG(ours->subscription))
                                   : bd_record_id(contrast->record, ours->resource);
    bool is_resource = resource.size > 0 && resource.data[0] == '/';
    if (is_resource && !bd_str_eq(resource, ours->key)) {
        BD_TRY(put_ours(contrast, ours, resource, err));
    }
    return put_ours(contrast, ours, ours->key, err);
}

bd_rc bd_contrast_put_theirs(bd_contrast *contrast, const bd_import_row *row, bd_instant at,
                             uint32_t evidence, bd_err *err) {
    const check_list *list = bd_map_find(contrast->checks, row->test);
    bd_packer *packer = &contrast->side->packer;
    for (size_t i = 0; list != NULL && i < list->checks.count; i++) {
        bd_pack_begin(packer);
        bd_pack_u32(packer, list->checks.data[i]);
        bd_pack_key(packer, row->resource_key);
        bd_pack_u8(packer, SIDE_THEIRS);
        bd_pack_u32(packer, row->import);
        bd_pack_key(packer, row->test);
        bd_pack_i64(packer, bd_instant_utc_day(at));
        bd_pack_u8(packer,
                   (uint8_t)row->means); /* of the same result twice the worse comes first */
        bd_pack_i64(packer, at);
        bd_pack_u32(packer, evidence);
        const bd_str texts[] = {row->resource, row->title, row->status, row->set};
        for (size_t t = 0; t < BD_COUNT(texts); t++) {
            bd_pack_text(packer, texts[t]);
        }
        if (packer->overflowed) {
            BD_RAISE(err, BD_ERR_LIMIT, "a result of another tool is larger than 64 KiB");
        }
        BD_TRY(bd_sorter_put(contrast->rows, bd_pack_end(packer), err));
    }
    return BD_OK;
}

/* ---- beside each other ---- */

/* Ours nearest in time, at most a week away; of one moment the worst. */
static const reading *nearest(const bd_contrast *contrast, bd_instant at) {
    const reading *best = NULL;
    bd_instant least = NEAR + 1;
    for (size_t i = 0; i < contrast->ours.count; i++) {
        const reading *one = &contrast->ours.data[i];
        bd_instant far = one->at > at ? one->at - at : at - one->at;
        bool is_worse = best != NULL && far == least && one->at == best->at &&
                        bd_verdict_worse(one->verdict, best->verdict) == one->verdict;
        if (far < least || is_worse) {
            best = one;
            least = far;
        }
    }
    return best;
}

static int64_t open_disagreement(bd_contrast *contrast, const bd_import_row *row) {
    bd_others_side *side = contrast->side;
    *bd_push(side->arena, &side->out->disagreements) =
        (bd_disagreement){.import = bd_imports_at(side->in.imports, row->import),
                          .check = &side->in.catalog->checks[contrast->check],
                          .resource = bd_str_copy(side->arena, row->resource),
                          .key = bd_str_copy(side->arena, contrast->key),
                          .test = bd_str_copy(side->arena, row->test),
                          .title = bd_str_copy(side->arena, row->title),
                          .set = bd_str_copy(side->arena, row->set),
                          .first = contrast->last.day};
    return (int64_t)side->out->disagreements.count - 1;
}

static void note_disagreement(bd_contrast *contrast, const bd_import_row *row, const reading *ours,
                              uint32_t evidence) {
    bd_others_side *side = contrast->side;
    int64_t *open = &contrast->last.open[ours->verdict == BD_PASS];
    if (*open < 0) {
        *open = open_disagreement(contrast, row);
    }
    bd_disagreement *found = &side->out->disagreements.data[*open];
    found->status = bd_str_eq(found->status, row->status) ? found->status
                                                          : bd_str_copy(side->arena, row->status);
    found->theirs = row->means;
    found->ours = ours->verdict;
    found->last = contrast->last.day;
    found->days++;
    found->ours_on = bd_instant_utc_day(ours->at);
    found->ours_evidence = ours->evidence;
    found->evidence = evidence;
}

static void set_beside(bd_contrast *contrast, const bd_import_row *row, bd_instant at,
                       uint32_t evidence, bd_import_compared *compared) {
    const reading *ours = nearest(contrast, at);
    if (ours == NULL) {
        compared->unread++;
        return;
    }
    bool theirs_say = row->means == BD_IMPORT_MET || row->means == BD_IMPORT_NOT_MET;
    bool ours_say = ours->verdict == BD_PASS || ours->verdict == BD_FAIL;
    if (!theirs_say || !ours_say) {
        compared->undecided++;
    } else if ((row->means == BD_IMPORT_MET) == (ours->verdict == BD_PASS)) {
        compared->agree++;
    } else {
        compared->disagree++;
        note_disagreement(contrast, row, ours, evidence);
    }
}

static void follow(bd_contrast *contrast, const bd_import_row *row, bd_day day, bool *is_repeat) {
    following *last = &contrast->last;
    bool is_same = last->import == row->import && bd_str_eq(last->test, row->test);
    *is_repeat = is_same && last->day == day;
    if (!is_same) {
        *last = (following){.import = row->import,
                            .test = bd_str_copy(contrast->record, row->test),
                            .open = {-1, -1}};
    }
    last->day = day;
}

static void begin_record(bd_contrast *contrast, uint32_t check, bd_str key) {
    char kept[BD_PACK_BYTES]; /* `key` stands in the arena that is emptied */
    memcpy(kept, key.data, key.size);
    bd_arena_reset(contrast->record);
    contrast->check = check;
    contrast->key = bd_str_copy(contrast->record, (bd_str){kept, key.size});
    contrast->has_record = true;
    contrast->ours.data = NULL;
    contrast->ours.count = 0;
    contrast->ours.room = 0;
    contrast->last = (following){.import = UINT32_MAX, .day = BD_DAY_NONE, .open = {-1, -1}};
}

static void take_theirs(bd_contrast *contrast, bd_unpacker *in, bd_import_compared *compared) {
    bd_import_row row = {.import = bd_unpack_u32(in)};
    row.test = bd_unpack_key(in, contrast->record);
    bd_day day = (bd_day)bd_unpack_i64(in);
    row.means = (bd_import_class)bd_unpack_u8(in);
    bd_instant at = bd_unpack_i64(in);
    uint32_t evidence = bd_unpack_u32(in);
    bd_str *const texts[] = {&row.resource, &row.title, &row.status, &row.set};
    for (size_t t = 0; t < BD_COUNT(texts); t++) {
        *texts[t] = bd_unpack_text(in);
    }
    bool is_repeat;
    follow(contrast, &row, day, &is_repeat);
    if (!is_repeat) {
        set_beside(contrast, &row, at, evidence, &compared[row.import]);
    }
}

bd_rc bd_contrast_finish(bd_contrast *contrast, bd_import_compared *compared, bd_err *err) {
    BD_TRY(bd_sorter_finish(contrast->rows, err));
    contrast->has_record = false;
    bd_arena_reset(contrast->record);
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_sorter_next(contrast->rows, &record, &has_record, err));
        if (!has_record) {
            return BD_OK;
        }
        bd_unpacker in = {.record = record};
        uint32_t check = bd_unpack_u32(&in);
        bd_str key = bd_unpack_key(&in, contrast->record);
        if (!contrast->has_record || check != contrast->check || !bd_str_eq(key, contrast->key)) {
            begin_record(contrast, check, key);
        }
        if (bd_unpack_u8(&in) == SIDE_THEIRS) {
            take_theirs(contrast, &in, compared);
            continue;
        }
        reading *ours = bd_push(contrast->record, &contrast->ours);
        ours->at = bd_unpack_i64(&in);
        ours->verdict = (bd_verdict)bd_unpack_u8(&in);
        ours->evidence = bd_unpack_u32(&in);
    }
}
