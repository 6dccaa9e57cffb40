/* revoked.c - what the caller's lists say of who signed, and of who dated it.
 *
 * The authority comes first: who was revoked proves no date, and then a signature is judged as one without a
 * time-stamp.  Otherwise a stolen key of an authority would bring a revoked signer back by a time before that. */
#include "bindery/proof.h"

#include "proof_priv.h"

static void add_reason(bd_arena *arena, bd_strs *reasons, const char *head, bd_str reason) {
    *bd_push(arena, reasons) = bd_str_format(arena, "%s%.*s", head, BD_ARG(reason));
}

static bd_rc judge_stamp(const bd_revoking *by, bd_cms_report *signature, bd_tsp_report *stamp,
                         bd_strs *reasons, bd_err *err) {
    const bd_certificate_facts *signer = &signature->signer;
    bd_revocation_report found;
    bool was_dated = stamp->is_intact && stamp->is_trusted;
    if (stamp->chain_pem.size == 0) {
        return BD_OK;
    }
    BD_TRY(bd_revocation_check(stamp->chain_pem, by->trust, by->said, stamp->time, by->arena, &found, err));
    if (found.state != BD_REVOCATION_REVOKED) {
        return BD_OK;
    }
    stamp->is_trusted = false;
    stamp->reason = found.reason;
    bool is_late = by->at != BD_INSTANT_NONE && (by->at < signer->not_before || by->at > signer->not_after);
    signature->judged_at = was_dated ? by->at : signature->judged_at;
    if (was_dated && is_late) {
        signature->is_trusted = false;
        add_reason(by->arena, reasons, "the signer's certificate is not valid at the time asked for, and its "
                                       "time-stamp does not count: ", found.reason);
    }
    return BD_OK;
}

bd_rc bd_revoked_judge(const bd_revoking *by, bd_cms_report *signature, bd_tsp_report *stamp,
                       bd_strs *reasons, bd_err *err) {
    bd_revocation_report found;
    if (stamp != NULL) {
        BD_TRY(judge_stamp(by, signature, stamp, reasons, err));
    }
    if (signature->chain_pem.size == 0) {
        return BD_OK;
    }
    BD_TRY(bd_revocation_check(signature->chain_pem, by->trust, by->said, signature->judged_at, by->arena,
                               &found, err));
    if (found.state == BD_REVOCATION_REVOKED) {
        signature->is_trusted = false;
        add_reason(by->arena, reasons, "", found.reason);
    }
    return BD_OK;
}
