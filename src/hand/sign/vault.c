/* vault.c - a key in Azure Key Vault: the digest travels, the key never does.
 *
 *     POST {vault}/keys/{name}/{version}/sign?api-version=7.4
 *     Authorization: Bearer {token}
 *     {"alg":"RS256","value":"{base64url of SHA-256}"}        ->  {"kid":"...","value":"{base64url}"}
 *
 * The token is somebody's who may sign with the key; it comes from the environment or a file and stands in no
 * message. */
#include "bindery/sign.h"

#include "bindery/value.h"

#include <string.h>

#define API "7.4"
#define REPLY_BYTES ((size_t)64 << 10)

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static bd_str encode_base64url(bd_arena *arena, const uint8_t *bytes, size_t count) {
    char *out = bd_new(arena, char, count * 4 / 3 + 5);
    size_t size = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < count; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 6; held -= 6) {
            out[size++] = letters[bits >> (held - 6) & 63];
        }
    }
    if (held > 0) {
        out[size++] = letters[bits << (6 - held) & 63];
    }
    return (bd_str){out, size};
}

static bool decode_base64url(bd_arena *arena, bd_str text, bd_str *out) {
    char *bytes = bd_new(arena, char, text.size + 1);
    size_t size = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char *at = memchr(letters, text.data[i], sizeof letters - 1);
        if (at == NULL) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(at - letters);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[size++] = (char)(bits >> held & 255);
        }
    }
    *out = (bd_str){bytes, size};
    return text.size % 4 != 1;
}

bd_rc bd_vault_key_check(bd_str url, bd_err *err) {
    ptrdiff_t at = bd_str_find(url, BD_STR("/keys/"));
    BD_TRY(bd_http_url_check(url, err));
    bd_str rest = bd_str_sub(url, at < 0 ? url.size : (size_t)at + 6, url.size);
    bool is_local = bd_str_has_prefix(url, BD_STR("http://127.0.0.1"));
    bool is_plain = rest.size > 0 && bd_str_find(rest, BD_STR("?")) < 0 &&
                    bd_str_find(rest, BD_STR("#")) < 0;
    if (!is_plain || (!is_local && !bd_str_has_prefix(url, BD_STR("https://")))) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use '%.*s' as a key of Azure Key Vault, expected "
                 "'https://NAME.vault.azure.net/keys/KEY/VERSION'",
                 BD_ARG(bd_str_sub(url, 0, 160)));
    }
    return BD_OK;
}

static bd_rc read_value(bd_str body, bd_arena *arena, bd_str *out, bd_err *err) {
    const bd_value *answer = NULL;
    BD_TRY_CTX(bd_json_parse(body, &bd_json_default_limits, arena, &answer, err), err,
               "in the key vault's answer");
    bd_str text = bd_value_text(answer, "value");
    if (text.size == 0 || !decode_base64url(arena, text, out)) {
        BD_RAISE(err, BD_ERR_INPUT, "the key vault's answer holds no signature value");
    }
    return BD_OK;
}

bd_rc bd_vault_sign(void *context, const char *algorithm, const uint8_t digest[32], bd_arena *arena,
                    bd_str *value, bd_err *err) {
    const bd_vault_key *key = context;
    bd_http_reply reply;
    bd_str url = bd_str_format(arena, "%s/sign?api-version=" API, key->url);
    bd_str digest_text = encode_base64url(arena, digest, 32);
    bd_str body = bd_str_format(arena, "{\"alg\":\"%s\",\"value\":\"%.*s\"}", algorithm,
                                BD_ARG(digest_text));
    bd_http_request request = {.url = url.data,
                               .body = body,
                               .content_type = "application/json",
                               .accept = "application/json",
                               .bearer = key->token,
                               .most_bytes = REPLY_BYTES};
    BD_TRY_CTX(bd_http_ask(key->network, &request, arena, &reply, err), err,
               "while signing with the key '%s'", key->url);
    return read_value(reply.body, arena, value, err);
}
