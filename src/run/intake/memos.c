/* What scans yielded is kept in the locker's derived/, so that the next run reads only what is new.
 *
 * An object is asked for under its key before it is opened.  What was scanned after all is written while the judging
 * goes on; only a run that holds the lock writes, and what cannot be written only costs time.  An entry is at most as
 * large as the stored object and 64 KiB more: what would take more room than the evidence itself is scanned each time.
 * A whole run that wrote some removes those that it did not ask for, so that the folder never holds more than one set.
 *
 * Nothing is read where somebody else's judgement is checked (`verify --reperform`) or all is to be made again
 * (--no-cache, which writes the entries anew). */
#include "bindery/intake.h"

#include "bindery/memo.h"
#include "intake_priv.h"

#include <string.h>

#define LEAST_ROOM ((int64_t)64 << 10)

typedef enum { IS_NOTHING, IS_TAKEN, IS_SCANNED } memo_state;

typedef struct {
    memo_state state;
    uint8_t key[32];
    const bd_spool *rows;
    bd_spool_mark from, to;
    int64_t room;
    bd_facts facts; /* lists are shared with the item's */
} memo;

struct bd_memos {
    bd_session *session;
    const bd_scan_plan *plan;
    bd_memo_plan memo_plan;
    bool may_read, may_write;
    memo *items;
    size_t count;
    bd_crew *crew; /* writes; NULL: nothing to write, or not begun */
    size_t written;
};

bd_memos *bd_memos_open(bd_session *session, const bd_scan_plan *plan, size_t count,
                        bd_arena *arena) {
    bd_memos *memos = bd_new(arena, bd_memos, 1);
    bool is_ours = !session->is_of_package;
    *memos = (bd_memos){.session = session,
                        .plan = plan,
                        .may_read = is_ours && !session->options->again,
                        .may_write = is_ours && session->is_writer,
                        .count = count};
    if ((!memos->may_read && !memos->may_write) || !bd_memo_plan_make(plan, &memos->memo_plan)) {
        return NULL;
    }
    memos->items = bd_new(arena, memo, count + 1);
    return memos;
}

static void find_key(const bd_memos *memos, const bd_evidence *item, bool has_days,
                     uint8_t out[32]) {
    bd_scan_plan plan = *memos->plan;
    plan.has_collected_at = item->given.given_collected_at != BD_INSTANT_NONE;
    plan.collected_at = item->given.given_collected_at;
    bd_memo_key(&memos->memo_plan, &plan, item->has_sidecar ? &item->sidecar : NULL,
                item->given.sha256, has_days, out);
}

/* ---- taking ---- */

static bool is_about_entry(const bd_err *err) {
    return err->class == BD_ERR_INPUT || err->class == BD_ERR_LIMIT;
}

bd_rc bd_memos_take(bd_memos *memos, const bd_evidence *item, size_t index, bd_arena *arena,
                    bd_spool *rows, bd_facts *out, bool *is_taken, bd_err *err) {
    *is_taken = false;
    bool is_document = item->has_sidecar && item->sidecar.has_document;
    for (int days = 0; memos != NULL && memos->may_read && !is_document && days < 2; days++) {
        memo *one = &memos->items[index];
        bd_derived entry;
        find_key(memos, item, days != 0, one->key);
        if (!bd_locker_derived_open(memos->session->locker, one->key, &entry)) {
            continue;
        }
        bd_rc rc =
            bd_memo_read(memos->plan, &entry.source, (uint32_t)index, arena, rows, out, err);
        bd_derived_close(&entry);
        if (!bd_failed(rc)) {
            one->state = IS_TAKEN;
            *is_taken = true;
            return BD_OK;
        }
        if (!is_about_entry(err)) {
            return rc;
        }
    }
    return BD_OK;
}

/* ---- writing ---- */

void bd_memos_note(bd_memos *memos, const bd_evidence *item, size_t index, const bd_spool *rows,
                   bd_spool_mark from, bd_spool_mark to) {
    const bd_sidecar *sidecar = item->has_sidecar ? &item->sidecar : NULL;
    if (memos == NULL || !memos->may_write || !bd_memo_may_keep(sidecar, &item->facts)) {
        return;
    }
    memo *one = &memos->items[index];
    *one = (memo){.state = IS_SCANNED,
                  .rows = rows,
                  .from = from,
                  .to = to,
                  .room = item->given.stored_bytes + LEAST_ROOM,
                  .facts = item->facts};
    find_key(memos, item, bd_memo_asks_for_days(memos->plan, &item->facts), one->key);
}

static void write_one(bd_memos *memos, const memo *one) {
    bd_derived_draft draft;
    bd_err unused;
    if (bd_locker_derived_begin(memos->session->locker, one->key, one->room, &draft)) {
        bd_rc rc =
            bd_memo_write(&one->facts, one->rows, one->from, one->to, &draft.sink, &unused);
        memos->written += bd_derived_finish(&draft, !bd_failed(rc)) ? 1 : 0;
    }
}

static void write_all(void *context, size_t job, unsigned worker) {
    bd_memos *memos = context;
    (void)job;
    (void)worker;
    for (size_t i = 0; i < memos->count; i++) {
        if (memos->items[i].state == IS_SCANNED) {
            write_one(memos, &memos->items[i]);
        }
    }
}

void bd_memos_write(bd_memos *memos) {
    if (memos != NULL && memos->may_write) {
        memos->crew = bd_crew_open(memos->session->jobs > 1 ? 2 : 1, write_all, memos);
        bd_crew_put(memos->crew, 0);
    }
}

static void remove_others(bd_memos *memos) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch =
        bd_arena_open("memo keys", BD_RUN_ARENA_BYTES);
    uint8_t(*keys)[32] = bd_alloc(scratch, memos->count + 1, 32);
    size_t count = 0;
    for (size_t i = 0; i < memos->count; i++) {
        if (memos->items[i].state != IS_NOTHING) {
            memcpy(keys[count++], memos->items[i].key, 32);
        }
    }
    bd_locker_derived_keep(memos->session->locker, keys, count);
}

void bd_memos_close(bd_memos *memos, bool is_whole) {
    if (memos == NULL || memos->crew == NULL) {
        return;
    }
    bd_crew_wait(memos->crew, 0);
    bd_crew_close(memos->crew);
    memos->crew = NULL;
    if (is_whole && memos->written > 0) {
        remove_others(memos);
    }
}
