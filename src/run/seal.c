/* `seal`: closes a period.  One signature over the head of the journal's tree, so that whoever holds the checkpoint can
 * tell a history that was altered afterwards; what comes later goes into an addendum, with a reason. */
#include "bindery/run.h"

#include "run_priv.h"

#include <string.h>

#define CHECK_ARENA_BYTES ((size_t)2 << 30)

typedef struct {
    bd_session *session;
    bd_arena *arena;
    bd_str reason;
    bd_seals seals; /* of this period, so far */
    bd_seal seal;   /* the one that is made */
    bd_str manifest, signature, checkpoint, stamp; /* `stamp` is "" where there is none */
    bd_stamping stamping;
} sealing;

/* ---- may it be sealed? ---- */

static bd_rc check_ended(const sealing *run, bd_err *err) {
    const bd_session *session = run->session;
    const bd_period *period = session->period;
    if (bd_clock_now() >= bd_period_end(period, session->engagement.zone)) {
        return BD_OK;
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "cannot seal period '%.*s': it has not ended, its last day is %.*s (%.*s)",
             BD_ARG(period->id), BD_ARG(bd_day_format(run->arena, period->to)),
             BD_ARG(session->engagement.zone_name));
}

/* A seal over damaged evidence would vouch for what is not there. */
static bd_rc check_locker(const sealing *run, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("locker check", CHECK_ARENA_BYTES);
    bd_locker_report report;
    BD_TRY(bd_locker_check(bd_session_path(run->session, "locker"), BD_STR(""), run->session->jobs,
                           arena, &report, err));
    for (size_t i = 0; i < report.faults.count; i++) {
        const bd_locker_fault *fault = &report.faults.data[i];
        if (fault->is_damage) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "cannot seal what is damaged: '%.*s': %.*s; 'bindery locker check' names all "
                     "%zu faults",
                     BD_ARG(fault->file), BD_ARG(fault->sentence), report.damage_count);
        }
    }
    return BD_OK;
}

/* `is_done`: the seal that is there covers everything. */
static bd_rc check_again(sealing *run, bool *is_done, bd_err *err) {
    *is_done = false;
    bd_str id = run->session->period->id;
    if (run->seals.count == 0) {
        if (run->reason.size > 0) {
            BD_RAISE(err, BD_ERR_USAGE,
                     "'--reason' is for an addendum, and period '%.*s' is not sealed yet",
                     BD_ARG(id));
        }
        return BD_OK;
    }
    const bd_seal *last = &run->seals.data[run->seals.count - 1];
    size_t later = bd_lines_since(run->session->locker, last);
    *is_done = later == 0;
    if (later > 0 && run->reason.size == 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "period '%.*s' was sealed at %.*s over %zu journal lines, and %zu came since; "
                 "'--reason TEXT' closes them in an addendum",
                 BD_ARG(id), BD_ARG(bd_instant_format(run->arena, last->at)), last->lines, later);
    }
    return BD_OK;
}

/* ---- the manifest ---- */

static const bd_value *list_evidence(const sealing *run) {
    const bd_locker *locker = run->session->locker;
    const bd_value **list = bd_new(run->arena, const bd_value *, bd_locker_count(locker) + 1);
    for (size_t i = 0; i < bd_locker_count(locker); i++) {
        const bd_evidence_given *item = bd_locker_at(locker, i);
        bd_result one = {.arena = run->arena};
        bd_result_int(&one, "bytes", item->bytes);
        bd_result_text(&one, "evidence", bd_evidence_id(run->arena, item->number));
        bd_result_text(&one, "path", item->path);
        bd_result_text(&one, "sha256", bd_hex_text(run->arena, item->sha256, 32));
        bd_result_bool(&one, "withdrawn", item->is_withdrawn);
        list[i] = bd_result_object(&one);
    }
    return bd_value_array(run->arena, bd_locker_count(locker), list);
}

static const bd_value *journal_value(const sealing *run) {
    uint8_t head[32];
    bd_result out = {.arena = run->arena};
    bd_locker_head(run->session->locker, head);
    bd_result_int(&out, "bytes", (int64_t)bd_locker_journal(run->session->locker).size);
    bd_result_text(&out, "head", bd_hex_text(run->arena, head, 32));
    bd_result_int(&out, "lines", (int64_t)run->seal.lines);
    bd_result_text(&out, "root", bd_hex_text(run->arena, run->seal.root, 32));
    return bd_result_object(&out);
}

static const bd_value *period_value(const sealing *run) {
    const bd_period *period = run->session->period;
    bd_result out = {.arena = run->arena};
    bd_result_text(&out, "from", bd_day_format(run->arena, period->from));
    bd_result_text(&out, "id", period->id);
    bd_result_text(&out, "timezone", run->session->engagement.zone_name);
    bd_result_text(&out, "to", bd_day_format(run->arena, period->to));
    return bd_result_object(&out);
}

static void make_manifest(sealing *run) {
    const bd_session *session = run->session;
    bd_result out = {.arena = run->arena};
    bd_result_int(&out, "addendum", run->seal.addendum);
    bd_result_text(&out, "catalog_sha256", bd_hex_text(run->arena, session->catalog->sha256, 32));
    bd_result_value(&out, "evidence", list_evidence(run));
    bd_result_text(&out, "format", BD_STR("bindery-seal 1"));
    bd_result_value(&out, "journal", journal_value(run));
    bd_result_text(&out, "made_by", BD_STR(BINDERY_VERSION));
    bd_result_text(&out, "organisation", session->engagement.short_name);
    if (run->seal.addendum > 0) {
        bd_result_text(&out, "parent_sha256", bd_hex_text(run->arena, run->seal.parent_sha256, 32));
        bd_result_text(&out, "reason", run->seal.reason);
    }
    bd_result_value(&out, "period", period_value(run));
    bd_result_text(&out, "signer", run->seal.signer);
    bd_result_text(&out, "tenant", session->engagement.tenant);
    run->manifest = bd_str_format(run->arena, "%.*s\n",
                                  BD_ARG(bd_json_canonical(run->arena, bd_result_object(&out))));
}

static void plan_seal(sealing *run, const bd_signer *signer) {
    const bd_session *session = run->session;
    size_t count;
    bd_str journal = bd_locker_journal(session->locker);
    const bd_merkle_hash *leaves = bd_journal_leaves(journal, run->arena, &count);
    run->seal = (bd_seal){.period = session->period->id,
                          .addendum = (uint32_t)run->seals.count,
                          .lines = count,
                          .organisation = session->engagement.short_name,
                          .signer = signer->facts.subject,
                          .fingerprint = signer->fingerprint,
                          .reason = run->reason};
    bd_merkle_head(leaves, count, run->seal.root);
    run->seal.name = run->seal.period;
    if (run->seal.addendum > 0) {
        run->seal.name = bd_str_format(run->arena, "%.*s+a%u", BD_ARG(run->seal.period),
                                       run->seal.addendum);
        memcpy(run->seal.parent_sha256, run->seals.data[run->seals.count - 1].manifest_sha256, 32);
    }
}

/* Over the signature, so that it shows when that was there; an authority that fails leaves the seal as whole. */
static bd_rc stamp_seal(sealing *run, const bd_signer *signer, bd_err *err) {
    bd_str token;
    if (!signer->asks_stamp) {
        return BD_OK;
    }
    run->stamping = (bd_stamping){.authority = &signer->authority};
    BD_TRY(bd_stamp_for_cms(&run->stamping, run->seal.signature_sha256, run->arena, &token, err));
    bd_stamping_say(run->session, "manifest.p7s", &run->stamping);
    if (token.size == 0) {
        return BD_OK;
    }
    run->stamp = bd_tsp_file_make(token, run->arena);
    run->seal.has_stamp = true;
    run->seal.stamped_at = run->stamping.stamp.time;
    bd_sha256_of(run->stamp, run->seal.stamp_sha256);
    return BD_OK;
}

static bd_rc write_seal(sealing *run, bd_signer *signer, bd_err *err) {
    plan_seal(run, signer);
    make_manifest(run);
    bd_sha256_of(run->manifest, run->seal.manifest_sha256);
    BD_TRY(bd_cms_sign(signer->key, run->seal.manifest_sha256, run->arena, &run->signature, err));
    bd_sha256_of(run->signature, run->seal.signature_sha256);
    run->checkpoint = bd_checkpoint_text(run->arena, &run->seal);
    BD_TRY(stamp_seal(run, signer, err));
    const bd_seal_file files[] = {{"manifest.json", run->manifest},
                                  {"manifest.p7s", run->signature},
                                  {"checkpoint.txt", run->checkpoint},
                                  {"manifest.tsr", run->stamp}};
    size_t count = BD_COUNT(files) - (run->seal.has_stamp ? 0 : 1);
    run->seal.at = bd_clock_now();
    return bd_locker_seal(run->session->locker, &run->seal, files, count, run->seal.at, err);
}

/* ---- the command ---- */

static const bd_value *result_of(const sealing *run, const bd_seal *seal, bool is_new) {
    bd_result out = {.arena = run->arena};
    bd_str folder = bd_str_format(run->arena, "locker/periods/%.*s", BD_ARG(seal->name));
    bd_result_text(&out, "at", bd_instant_format(run->arena, seal->at));
    bd_result_text(&out, "checkpoint", bd_checkpoint_text(run->arena, seal));
    bd_result_text(&out, "folder", bd_str_of(bd_session_path(run->session, folder.data)));
    bd_result_int(&out, "lines", (int64_t)seal->lines);
    bd_result_text(&out, "name", seal->name);
    bd_result_bool(&out, "new", is_new);
    bd_result_text(&out, "period", seal->period);
    bd_result_text(&out, "root", bd_hex_text(run->arena, seal->root, 32));
    bd_result_text(&out, "signer", seal->signer);
    if (is_new || !seal->has_stamp) {
        bd_result_stamp(&out, seal->has_stamp, &run->stamping.stamp);
    } else {
        bd_result_text(&out, "timestamp", bd_instant_format(run->arena, seal->stamped_at));
    }
    return bd_result_object(&out);
}

static bd_rc seal_period(sealing *run, bd_err *err) {
    bd_session *session = run->session;
    bool is_done = false;
    BD_TRY(check_ended(run, err));
    BD_TRY(bd_period_seals(session, run->arena, &run->seals, err));
    BD_TRY(check_again(run, &is_done, err));
    if (is_done) {
        const bd_seal *last = &run->seals.data[run->seals.count - 1];
        session->outcome->result = result_of(run, last, /*is_new*/ false);
        return BD_OK;
    }
    if (bd_locker_count(session->locker) == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "there is nothing to seal: the locker holds no evidence");
    }
    bd_signer signer = {0};
    BD_TRY(bd_signer_open(session, &signer, err));
    bd_rc rc = check_locker(run, err);
    if (!bd_failed(rc)) {
        rc = write_seal(run, &signer, err);
    }
    bd_signer_close(&signer);
    if (!bd_failed(rc)) {
        session->outcome->result = result_of(run, &run->seal, /*is_new*/ true);
    }
    return rc;
}

bd_rc bd_run_seal(const bd_run_options *options, bd_str reason, bd_arena *arena,
                  bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_WRITE, arena, outcome, &session, err));
    sealing run = {.session = &session, .arena = arena, .reason = bd_str_trim(reason)};
    bd_rc rc = seal_period(&run, err);
    bd_session_close(&session);
    return rc;
}
