/* token.c - keys that never leave their device: PKCS#11, called directly.
 *
 * Debian 12 has no PKCS#11 provider for OpenSSL 3, and the old ENGINE interface is deprecated.  None is needed: our
 * signatures want one value over given bytes, and that is C_Sign.  The device is named by a URI of RFC 7512; its PIN
 * never stands there.  The module is somebody else's code in our process: it is loaded when a key is in it, and its
 * path comes from bindery.json alone. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MODULE "p11-kit-proxy.so"
#define SLOTS_MAX 64
#define CERTIFICATE_MAX (32 << 10)

typedef struct {
    void *library;
    CK_FUNCTION_LIST *call;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    bool is_initialized, is_open, is_ec;
} device;

/* ---- the address ------------------------------------------------------------------------------ */

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static bd_str decode_percent(bd_str text, bd_arena *arena) {
    char *out = bd_new(arena, char, text.size + 1);
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_code = text.data[i] == '%' && i + 2 < text.size + 0 &&
                       hex_digit(text.data[i + 1]) >= 0 && hex_digit(text.data[i + 2]) >= 0;
        out[count++] =
            is_code ? (char)(hex_digit(text.data[i + 1]) * 16 + hex_digit(text.data[i + 2]))
                    : text.data[i];
        i += is_code ? 2 : 0;
    }
    return (bd_str){out, count};
}

static void put_part(bd_str part, bd_arena *arena, bd_token_address *out) {
    struct {
        const char *name;
        bd_str *value;
    } parts[] = {{"token", &out->token},
                 {"object", &out->object},
                 {"id", &out->id},
                 {"serial", &out->serial},
                 {"module-path", &out->module_path}};
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        bd_str name = bd_str_of(parts[i].name);
        if (bd_str_has_prefix(part, name) && part.size > name.size && part.data[name.size] == '=') {
            *parts[i].value = decode_percent(bd_str_sub(part, name.size + 1, part.size), arena);
        }
    }
}

bd_rc bd_token_address_parse(bd_str uri, bd_arena *arena, bd_token_address *out, bd_err *err) {
    bd_str rest = bd_str_sub(uri, bd_str_has_prefix(uri, BD_STR("pkcs11:")) ? 7 : uri.size, uri.size);
    *out = (bd_token_address){.module_path = BD_STR(DEFAULT_MODULE)};
    for (size_t from = 0; from < rest.size;) {
        size_t to = from;
        while (to < rest.size && rest.data[to] != ';' && rest.data[to] != '?' &&
               rest.data[to] != '&') {
            to++;
        }
        bd_str part = bd_str_sub(rest, from, to);
        if (bd_str_has_prefix(part, BD_STR("pin-value"))) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "refused a token's address: it holds a PIN; set BINDERY_PASSPHRASE");
        }
        put_part(part, arena, out);
        from = to + 1;
    }
    if (out->object.size == 0 && out->id.size == 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use '%.*s' as a token's address, expected "
                 "'pkcs11:token=NAME;object=KEY?module-path=LIBRARY.so'",
                 BD_ARG(bd_str_sub(bd_str_visible(arena, uri), 0, 120)));
    }
    return BD_OK;
}

/* ---- the device ------------------------------------------------------------------------------- */

static const char *explain(CK_RV code, char room[32]) {
    static const struct {
        CK_RV code;
        const char *words;
    } known[] = {
        {CKR_PIN_INCORRECT, "the PIN does not fit"},
        {CKR_PIN_LEN_RANGE, "the PIN does not fit"},
        {CKR_PIN_LOCKED, "the PIN is locked after wrong attempts"},
        {CKR_PIN_EXPIRED, "the PIN has expired"},
        {CKR_TOKEN_NOT_PRESENT, "the token is not there"},
        {CKR_DEVICE_REMOVED, "the token was taken away"},
        {CKR_DEVICE_ERROR, "the device fails"},
        {CKR_USER_NOT_LOGGED_IN, "the token wants a PIN"},
        {CKR_KEY_FUNCTION_NOT_PERMITTED, "the key may not sign"},
        {CKR_MECHANISM_INVALID, "the token cannot sign in this way"},
    };
    for (size_t i = 0; i < BD_COUNT(known); i++) {
        if (known[i].code == code) {
            return known[i].words;
        }
    }
    snprintf(room, 32, "PKCS#11 error 0x%lx", (unsigned long)code);
    return room;
}

static bd_rc raise_device(bd_err *err, const char *what, CK_RV code) {
    char room[32];
    BD_RAISE(err, BD_ERR_INPUT, "%s: %s", what, explain(code, room));
}

static void device_close(void *opened) {
    device *d = opened;
    if (d->is_open) {
        d->call->C_CloseSession(d->session);
    }
    if (d->is_initialized) {
        d->call->C_Finalize(NULL);
    }
    if (d->library != NULL) {
        dlclose(d->library);
    }
    bd_heap_free(d);
}

static bd_rc load_module(device *d, const bd_token_address *address, bd_arena *arena, bd_err *err) {
    const char *path = bd_str_z(arena, address->module_path);
    CK_RV (*list)(CK_FUNCTION_LIST **) = NULL;
    d->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = d->library != NULL ? dlsym(d->library, "C_GetFunctionList") : NULL;
    memcpy(&list, &symbol, sizeof list);
    if (symbol == NULL || list(&d->call) != CKR_OK) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot load the PKCS#11 module '%s': %s", path,
                 d->library == NULL ? "no such library, or one that cannot be loaded"
                                    : "it is no PKCS#11 module");
    }
    CK_RV code = d->call->C_Initialize(NULL);
    if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        return raise_device(err, "cannot start the PKCS#11 module", code);
    }
    d->is_initialized = code == CKR_OK;
    return BD_OK;
}

static bool is_padded(const CK_UTF8CHAR *field, size_t size, bd_str wanted) {
    bd_str found = {(const char *)field, size};
    while (found.size > 0 && found.data[found.size - 1] == ' ') {
        found.size--;
    }
    return wanted.size == 0 || bd_str_eq(found, wanted);
}

static bd_rc open_session(device *d, const bd_token_address *address, bd_err *err) {
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = SLOTS_MAX;
    CK_RV code = d->call->C_GetSlotList(CK_TRUE, slots, &count);
    if (code != CKR_OK) {
        return raise_device(err, "cannot list the tokens", code);
    }
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO facts;
        if (d->call->C_GetTokenInfo(slots[i], &facts) != CKR_OK ||
            (facts.flags & CKF_TOKEN_INITIALIZED) == 0 ||
            !is_padded(facts.label, sizeof facts.label, address->token) ||
            !is_padded(facts.serialNumber, sizeof facts.serialNumber, address->serial)) {
            continue;
        }
        code = d->call->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &d->session);
        d->is_open = code == CKR_OK;
        return d->is_open ? BD_OK : raise_device(err, "cannot open the token", code);
    }
    BD_RAISE(err, BD_ERR_INPUT, "there is no token '%.*s' among the %lu that are present",
             BD_ARG(address->token), (unsigned long)count);
}

static bd_rc log_in(device *d, const bd_key_options *options, const bd_token_address *address,
                    bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("pin", 1 << 16);
    bd_str pin = {0}, name = bd_str_format(arena, "token '%.*s'", BD_ARG(address->token));
    if (options->passphrase == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "%.*s wants a PIN and none can be had", BD_ARG(name));
    }
    BD_TRY(options->passphrase(options->context, name.data, arena, &pin, err));
    CK_RV code = d->call->C_Login(d->session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin.data, pin.size);
    if (pin.data != NULL) {
        OPENSSL_cleanse((void *)(uintptr_t)pin.data, pin.size);
    }
    if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) {
        return raise_device(err, bd_str_format(arena, "cannot log in to %.*s", BD_ARG(name)).data, code);
    }
    return BD_OK;
}

static size_t put_names(CK_ATTRIBUTE *out, CK_OBJECT_CLASS *class, const bd_token_address *address) {
    size_t count = 0;
    out[count++] = (CK_ATTRIBUTE){CKA_CLASS, class, sizeof *class};
    if (address->object.size > 0) {
        out[count++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)(uintptr_t)address->object.data, address->object.size};
    }
    if (address->id.size > 0) {
        out[count++] = (CK_ATTRIBUTE){CKA_ID, (void *)(uintptr_t)address->id.data, address->id.size};
    }
    return count;
}

static bd_rc find_object(device *d, CK_OBJECT_CLASS class, const bd_token_address *address,
                         const char *what, CK_OBJECT_HANDLE *out, bd_err *err) {
    CK_ATTRIBUTE wanted[3];
    CK_OBJECT_HANDLE found[2] = {0};
    CK_ULONG count = 0;
    CK_RV code = d->call->C_FindObjectsInit(d->session, wanted, put_names(wanted, &class, address));
    if (code == CKR_OK) {
        code = d->call->C_FindObjects(d->session, found, 2, &count);
        d->call->C_FindObjectsFinal(d->session);
    }
    if (code != CKR_OK) {
        return raise_device(err, "cannot search the token", code);
    }
    if (count != 1) {
        BD_RAISE(err, BD_ERR_INPUT, "the token holds %s %s '%.*s', expected exactly one",
                 count == 0 ? "no" : "more than one", what, BD_ARG(address->object));
    }
    *out = found[0];
    return BD_OK;
}

static bd_rc read_key_kind(device *d, bd_err *err) {
    CK_KEY_TYPE kind = 0;
    CK_ATTRIBUTE wanted = {CKA_KEY_TYPE, &kind, sizeof kind};
    CK_RV code = d->call->C_GetAttributeValue(d->session, d->key, &wanted, 1);
    if (code != CKR_OK || (kind != CKK_RSA && kind != CKK_EC)) {
        BD_RAISE(err, BD_ERR_INPUT, "the token's key is neither RSA nor of an elliptic curve");
    }
    d->is_ec = kind == CKK_EC;
    return BD_OK;
}

static bd_rc read_certificate(device *d, const bd_token_address *address, X509 **out, bd_err *err) {
    CK_OBJECT_HANDLE object = 0;
    unsigned char der[CERTIFICATE_MAX];
    CK_ATTRIBUTE wanted = {CKA_VALUE, der, sizeof der};
    BD_TRY_CTX(find_object(d, CKO_CERTIFICATE, address, "certificate", &object, err), err,
               "and 'certificate' names no file");
    CK_RV code = d->call->C_GetAttributeValue(d->session, object, &wanted, 1);
    const unsigned char *at = der;
    *out = code == CKR_OK ? d2i_X509(NULL, &at, (long)wanted.ulValueLen) : NULL;
    ERR_clear_error();
    if (*out == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot read the certificate in the token");
    }
    return BD_OK;
}

/* ---- signing ---------------------------------------------------------------------------------- */

/* DigestInfo of SHA-256 (RFC 8017, 9.2): for tokens that pad but do not hash. */
static const uint8_t digest_head[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                      0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

static CK_RV sign_with(device *d, CK_MECHANISM_TYPE mechanism, const void *bytes, size_t count,
                       uint8_t *out, CK_ULONG *size) {
    CK_MECHANISM how = {mechanism, NULL, 0};
    CK_RV code = d->call->C_SignInit(d->session, &how, d->key);
    return code != CKR_OK ? code
                          : d->call->C_Sign(d->session, (CK_BYTE *)(uintptr_t)bytes, count, out, size);
}

static bd_rc sign_in_token(const bd_key *key, bd_str tbs, uint8_t *signature, size_t *count,
                           bd_err *err) {
    device *d = key->device;
    uint8_t digest[sizeof digest_head + 32];
    CK_ULONG size = BD_CRYPTO_SIGNATURE_MAX;
    memcpy(digest, digest_head, sizeof digest_head);
    bd_sha256_of(tbs, digest + sizeof digest_head);
    CK_RV code = d->is_ec ? sign_with(d, CKM_ECDSA, digest + sizeof digest_head, 32, signature, &size)
                          : sign_with(d, CKM_RSA_PKCS, digest, sizeof digest, signature, &size);
    if (code != CKR_OK) {
        return raise_device(err, "the token cannot sign", code);
    }
    *count = size;
    return d->is_ec ? bd_crypto_ecdsa_encode(signature, count, err) : BD_OK;
}

static bd_rc open_device(device *d, const bd_key_options *options, const bd_token_address *address,
                         bd_arena *arena, X509 **certificate, bd_err *err) {
    BD_TRY(load_module(d, address, arena, err));
    BD_TRY(open_session(d, address, err));
    BD_TRY(log_in(d, options, address, err));
    BD_TRY(find_object(d, CKO_PRIVATE_KEY, address, "private key", &d->key, err));
    BD_TRY(read_key_kind(d, err));
    return certificate != NULL ? read_certificate(d, address, certificate, err) : BD_OK;
}

bd_rc bd_crypto_token_open(const bd_key_options *options, bd_arena *arena, bd_key *key, bd_err *err) {
    bd_token_address address;
    BD_TRY(bd_token_address_parse(bd_str_of(options->pkcs11), arena, &address, err));
    device *d = bd_heap_zeroed(sizeof *d);
    BD_ASSERT(d != NULL);
    X509 **certificate = options->certificate_path == NULL ? &key->certificate : NULL;
    bd_rc rc = open_device(d, options, &address, arena, certificate, err);
    if (bd_failed(rc)) {
        device_close(d);
        return rc;
    }
    key->device = d;
    key->close_device = device_close;
    key->sign = sign_in_token;
    return BD_OK;
}
