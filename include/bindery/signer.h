/* bindery/signer.h - who signs for an engagement, and how: keys, a time-stamp authority and proofs, as bindery.json
 * wants them.
 *
 * Room sign judges and makes signatures over bytes; it knows no engagement.  This room finds the keys (files, a device,
 * a vault, else a trial identity that is made), the authority to ask and where proofs for later come from, and says in
 * the session's diags what became of an attempt: a signature without the time-stamp that was asked for is a signature
 * all the same.
 *
 *     BD_TRY(bd_signer_open(session, &signer, err));
 *     bd_rc rc = bd_signer_sign(session, &signer, copy, &options, &stamping, err);
 *     bd_signer_say(session, &signer, &stamping);
 *     bd_signer_close(&signer);
 *
 * Nothing is asked over the network with --offline.
 */
#ifndef BINDERY_SIGNER_H
#define BINDERY_SIGNER_H

#include "bindery/command.h"
#include "bindery/crypto.h"
#include "bindery/http.h"
#include "bindery/session.h"
#include "bindery/sign.h"
#include "bindery/util.h"

/* Who signs, as the cover names it. */
typedef struct {
    bd_key *key;
    bd_str certificate_pem;
    bd_certificate_facts facts;
    bd_str fingerprint, reviewer_fingerprint; /* hex; the second is empty where one signs */
    bool is_trial;
    bd_http *http; /* NULL: nothing is asked over the network */
    bd_stamp_authority authority;
    bool asks_stamp;
    bd_vault_key vault, reviewer_vault;
    const bd_strs *revocation;     /* where proofs for later come from; NULL: none are asked for */
    bd_str others_pem;             /* issuers besides those of the chains */
    bd_str long_term_problem;      /* why there are none */
    bd_key *reviewer;              /* NULL: one signature */
    bd_str reviewer_pem;
    bd_certificate_facts reviewer_facts;
} bd_signer;
BD_MUST_USE bd_rc bd_signer_open(bd_session *session, bd_signer *out, bd_err *err);
void bd_signer_close(bd_signer *signer);

/* The authority that bindery.json or an option names, unless --offline.  `open` has asked for it. */
BD_MUST_USE bd_rc bd_signer_ask(bd_session *session, bd_signer *signer, bd_err *err);
/* Sets signer->revocation: where bindery.json says that proofs come from; NULL where no time-stamp is asked for.
 * Allocated in the session's arena. */
void bd_signer_find_sources(bd_session *session, bd_signer *signer);
/* Signs a binder as bindery.json wants it: proofs before the signature, a second signature behind it.  Adds no diags,
 * so that it may run beside other work; `bd_signer_say` says what became of it. */
BD_MUST_USE bd_rc bd_signer_sign(bd_session *session, bd_signer *signer, bd_pdf_copy *copy,
                                 bd_sign_options *options, bd_stamping *stamping, bd_err *err);
void bd_signer_say(bd_session *session, const bd_signer *signer, const bd_stamping *stamping);
bd_str bd_signer_trust(const bd_signer *signer, bd_arena *arena); /* certificates of all who sign */
/* What a stamping ended with is said of <what>, and stands in a result as "timestamp" and "timestamp_facts". */
void bd_stamping_say(bd_session *session, const char *what, const bd_stamping *stamping);
void bd_result_stamp(bd_result *out, bool is_there, const bd_tsp_report *stamp);

/* The digest of bd_session_plan; `signer` may be NULL. */
void bd_plan_digest(const bd_session *session, const bd_signer *signer, bd_str edition,
                    uint8_t out[32]);

#endif
