/* What the journal says of a period's seals, and of what came after them: for assessment.json and the binder. */
#include "bindery/judging.h"

#include "judging_priv.h"

/* Of a time after the period: then it is another period's.  What describes other files is taken to be of this one. */
static bool is_of_later_period(const bd_evidence *item, bd_instant end) {
    bd_instant at =
        item->describes_from != BD_INSTANT_NONE ? item->describes_from : item->collected_at;
    bool describes = item->is_sidecar || item->is_register || item->is_document;
    return !describes && at != BD_INSTANT_NONE && at >= end;
}

/* The line that brought each item, by its number. */
static size_t *list_lines(const bd_locker *locker, bd_arena *arena) {
    size_t *lines = bd_new(arena, size_t, bd_locker_count(locker) + 1), number = 0;
    for (size_t i = 0; i < bd_locker_line_count(locker); i++) {
        if (bd_str_eqz(bd_value_text(bd_locker_line(locker, i), "kind"), "ingested")) {
            lines[++number] = i; /* numbers are given in order, without a gap */
        }
    }
    return lines;
}

static bd_str name_covering(const bd_seals *seals, size_t line) {
    for (size_t i = 0; i < seals->count; i++) {
        if (line < seals->data[i].lines) {
            return seals->data[i].name;
        }
    }
    return (bd_str){"", 0};
}

static const bd_value *later_evidence(const bd_session *session, const bd_evidences *evidence,
                                      const bd_seals *seals, bd_arena *arena) {
    const bd_value **list = bd_new(arena, const bd_value *, evidence->count + 1);
    const size_t *lines = list_lines(session->locker, arena);
    bd_instant end = bd_period_end(session->period, session->engagement.zone);
    size_t count = 0;
    for (size_t i = 0; seals->count > 0 && i < evidence->count; i++) {
        const bd_evidence *item = &evidence->data[i];
        bd_arenas_pass(sizeof *item);
        size_t line = lines[item->given.number];
        if (line < seals->data[0].lines || is_of_later_period(item, end)) {
            continue;
        }
        bd_result one = {.arena = arena};
        bd_result_text(&one, "evidence", bd_evidence_id(arena, item->given.number));
        bd_result_text(&one, "seal", name_covering(seals, line));
        list[count++] = bd_result_object(&one);
    }
    return bd_value_array(arena, count, list);
}

static const bd_value *seal_value(const bd_seal *seal, bd_arena *arena) {
    bd_result out = {.arena = arena};
    char root[65], manifest[65];
    bd_hex(seal->root, 32, root);
    bd_hex(seal->manifest_sha256, 32, manifest);
    bd_result_int(&out, "addendum", seal->addendum);
    bd_result_text(&out, "at", bd_instant_format(arena, seal->at));
    bd_result_text(&out, "fingerprint", seal->fingerprint);
    bd_result_int(&out, "lines", (int64_t)seal->lines);
    bd_result_text(&out, "manifest_sha256", bd_str_copy(arena, bd_str_of(manifest)));
    bd_result_text(&out, "name", seal->name);
    bd_result_text(&out, "reason", seal->reason);
    bd_result_text(&out, "root", bd_str_copy(arena, bd_str_of(root)));
    bd_result_text(&out, "signer", seal->signer);
    if (seal->has_stamp) {
        bd_result_text(&out, "timestamp", bd_instant_format(arena, seal->stamped_at));
    }
    return bd_result_object(&out);
}

size_t bd_lines_since(const bd_locker *locker, const bd_seal *seal) {
    size_t count = 0;
    for (size_t i = seal->lines + 1; i < bd_locker_line_count(locker); i++) {
        bd_str kind = bd_value_text(bd_locker_line(locker, i), "kind");
        count += !bd_str_eqz(kind, "sealed") && !bd_str_eqz(kind, "addendum");
    }
    return count;
}

bd_rc bd_period_seals(const bd_session *session, bd_arena *arena, bd_seals *out, bd_err *err) {
    bd_seals all;
    *out = (bd_seals){0};
    BD_TRY(bd_locker_seals(session->locker, arena, &all, err));
    for (size_t i = 0; i < all.count; i++) {
        if (bd_str_eq(all.data[i].period, session->period->id)) {
            *bd_push(arena, out) = all.data[i];
        }
    }
    return BD_OK;
}

bd_rc bd_custody(const bd_session *session, const bd_evidences *evidence, bd_arena *arena,
                 const bd_value **out, bd_err *err) {
    bd_seals seals;
    BD_TRY(bd_period_seals(session, arena, &seals, err));
    const bd_value **list = bd_new(arena, const bd_value *, seals.count + 1);
    for (size_t i = 0; i < seals.count; i++) {
        list[i] = seal_value(&seals.data[i], arena);
    }
    size_t later =
        seals.count > 0 ? bd_lines_since(session->locker, &seals.data[seals.count - 1]) : 0;
    bd_result custody = {.arena = arena};
    bd_result_value(&custody, "later_evidence", later_evidence(session, evidence, &seals, arena));
    bd_result_int(&custody, "later_lines", (int64_t)later);
    bd_result_value(&custody, "seals", bd_value_array(arena, seals.count, list));
    *out = bd_result_object(&custody);
    return BD_OK;
}
