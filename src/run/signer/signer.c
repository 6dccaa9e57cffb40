/* Who signs: the key that bindery.json names, else the trial identity of the engagement. */
#include "bindery/signer.h"

#include <stdlib.h>
#include <string.h>

#define TOKEN_BYTES ((size_t)64 << 10)

static bd_rc make_trial(bd_session *session, const char *key, const char *certificate,
                        bd_err *err) {
    BD_TRY(bd_folder_make(bd_session_path(session, "identity"), err));
    bd_str name = bd_str_format(session->arena, "%.*s (trial identity)",
                                BD_ARG(session->engagement.organisation_name));
    BD_TRY(bd_identity_make(key, certificate, name, bd_clock_now(), err));
    bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_NOTE, BD_STR("identity"),
                (bd_str){"", 0},
                "made a trial identity in '%s'; auditors expect a certificate of your organisation",
                certificate);
    return BD_OK;
}

static bd_rc find_trial(bd_session *session, bd_key_options *options, bd_err *err) {
    options->key_path = bd_session_path(session, "identity/trial.key.pem");
    options->certificate_path = bd_session_path(session, "identity/trial.crt.pem");
    bool has_key = bd_path_exists(options->key_path);
    bool has_certificate = bd_path_exists(options->certificate_path);
    if (has_key != has_certificate) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the trial identity is half there: '%s' is missing; bring it back, or remove '%s' "
                 "and a new identity is made",
                 has_key ? options->certificate_path : options->key_path,
                 has_key ? options->key_path : options->certificate_path);
    }
    return has_key ? BD_OK
                   : make_trial(session, options->key_path, options->certificate_path, err);
}

/* Somebody's token who may sign: from the environment, or from a file that it names. */
static bd_rc read_vault_token(bd_arena *arena, bd_str *out, bd_err *err) {
    const char *given = getenv("BINDERY_VAULT_TOKEN"), *path = getenv("BINDERY_VAULT_TOKEN_FILE");
    if (given == NULL && path == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "a key in a vault needs a token: set BINDERY_VAULT_TOKEN or "
                 "BINDERY_VAULT_TOKEN_FILE, for example from 'az account get-access-token --resource "
                 "https://vault.azure.net'");
    }
    if (given != NULL) {
        *out = bd_str_copy(arena, bd_str_trim(bd_str_of(given)));
    } else {
        BD_TRY(bd_secret_read(path, TOKEN_BYTES, arena, out, err));
        *out = bd_str_trim(*out);
    }
    for (size_t i = 0; i < out->size; i++) {
        if (out->data[i] <= ' ' || out->data[i] > '~') {
            BD_RAISE(err, BD_ERR_INPUT, "the vault's token holds something else than a token");
        }
    }
    return BD_OK;
}

static bd_rc find_vault(bd_session *session, const bd_key_place *place, bd_signer *signer,
                        bd_vault_key *vault, bd_key_options *options, bd_err *err) {
    if (session->options->is_offline) {
        BD_RAISE(err, BD_ERR_USAGE, "a key in a vault cannot sign with --offline");
    }
    BD_TRY(bd_vault_key_check(place->vault, err));
    BD_TRY(read_vault_token(session->arena, &vault->token, err));
    if (signer->http == NULL) {
        BD_TRY(bd_http_open(&signer->http, err));
    }
    vault->network = bd_http_network(signer->http);
    vault->url = bd_str_z(session->arena, place->vault);
    options->remote = (bd_key_remote){.sign = bd_vault_sign, .context = vault};
    return BD_OK;
}

static const char *path_of(bd_session *session, bd_str path) {
    return path.size > 0 ? bd_session_path(session, bd_str_z(session->arena, path)) : NULL;
}

static bd_rc open_place(bd_session *session, const bd_key_place *place, bool is_trial,
                        bd_signer *out, bd_vault_key *vault, bd_key **key, bd_err *err) {
    bd_key_options options = {.passphrase = session->options->passphrase,
                              .context = session->options->context,
                              .key_path = path_of(session, place->key),
                              .certificate_path = path_of(session, place->certificate),
                              .pkcs12_path = path_of(session, place->pkcs12)};
    options.pkcs11 = place->pkcs11.size > 0 ? bd_str_z(session->arena, place->pkcs11) : NULL;
    if (is_trial) {
        BD_TRY(find_trial(session, &options, err));
    }
    if (place->vault.size > 0) {
        BD_TRY(find_vault(session, place, out, vault, &options, err));
    }
    BD_TRY_CTX(bd_key_open(&options, key, err), err, "%s",
               is_trial ? "the trial identity" : "named under 'signing' in bindery.json");
    return is_trial ? BD_OK : bd_key_check_time(*key, bd_clock_now(), err);
}

static bd_rc open_preparer(bd_session *session, bd_signer *out, bd_err *err) {
    const bd_key_place *place = &session->engagement.signing.preparer;
    BD_TRY(open_place(session, place, out->is_trial, out, &out->vault, &out->key, err));
    out->certificate_pem = bd_key_certificate_pem(out->key, session->arena);
    BD_TRY(bd_certificate_read(out->certificate_pem, session->arena, &out->facts, err));
    out->fingerprint = bd_hex_text(session->arena, out->facts.sha256, 32);
    return BD_OK;
}

/* Two signatures by one certificate would say that one person checked his own work. */
static bd_rc open_reviewer(bd_session *session, bd_signer *out, bd_err *err) {
    const bd_key_place *place = &session->engagement.signing.reviewer;
    if (!bd_key_place_is_named(place)) {
        return BD_OK;
    }
    BD_TRY_CTX(open_place(session, place, /*is_trial*/ false, out, &out->reviewer_vault, &out->reviewer, err),
               err, "for the reviewer");
    out->reviewer_pem = bd_key_certificate_pem(out->reviewer, session->arena);
    BD_TRY(bd_certificate_read(out->reviewer_pem, session->arena, &out->reviewer_facts, err));
    out->reviewer_fingerprint = bd_hex_text(session->arena, out->reviewer_facts.sha256, 32);
    if (memcmp(out->reviewer_facts.sha256, out->facts.sha256, 32) == 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "preparer and reviewer sign with the same certificate '%.*s', expected two people",
                 BD_ARG(out->facts.subject));
    }
    return BD_OK;
}

bd_rc bd_signer_open(bd_session *session, bd_signer *out, bd_err *err) {
    const bd_signing *signing = &session->engagement.signing;
    *out = (bd_signer){.is_trial = !bd_key_place_is_named(&signing->preparer)};
    bd_rc rc = open_preparer(session, out, err);
    if (!bd_failed(rc)) {
        rc = open_reviewer(session, out, err);
    }
    if (!bd_failed(rc)) {
        rc = bd_signer_ask(session, out, err);
    }
    if (bd_failed(rc)) {
        bd_signer_close(out);
    }
    return rc;
}

void bd_signer_close(bd_signer *signer) {
    bd_key_close(signer->key);
    bd_key_close(signer->reviewer);
    signer->reviewer = NULL;
    bd_http_close(signer->http);
    signer->key = NULL;
    signer->http = NULL;
}

void bd_plan_digest(const bd_session *session, const bd_signer *signer, bd_str edition,
                    uint8_t out[32]) {
    bd_str nobody = {"", 0};
    bd_session_plan(session, signer != NULL ? signer->fingerprint : nobody,
                    signer != NULL ? signer->reviewer_fingerprint : nobody, edition, out);
}
