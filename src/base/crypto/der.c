/* der.c - is this DER and nothing but DER?  (X.690, 10 and 11)
 *
 * OpenSSL reads BER: indefinite lengths, padded lengths, odd booleans, bytes after the end.  Each
 * of them is a second spelling of the same signature, and trusted data has one spelling.  This peek
 * runs before any byte reaches OpenSSL; it recurses over constructed values only, so the inside of
 * an OCTET STRING stays what it is: bytes. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#define DEPTH_MAX 24

typedef struct {
    const uint8_t *data;
    size_t size;
    bd_err *err;
} cursor;

typedef struct {
    uint8_t tag;
    size_t from, to; /* content */
} element;

static bd_rc raise_at(const cursor *c, size_t offset, const char *found) {
    BD_RAISE(c->err, BD_ERR_INPUT, "not DER at byte %zu: %s", offset, found);
}

static bd_rc parse_length(const cursor *c, size_t *at, size_t end, size_t *length) {
    size_t start = *at;
    if (start >= end) {
        return raise_at(c, start, "the length is missing");
    }
    uint8_t first = c->data[(*at)++];
    if (first < 0x80) {
        *length = first;
        return BD_OK;
    }
    size_t count = first & 0x7fu;
    if (count == 0) {
        return raise_at(c, start, "an indefinite length, expected a definite one");
    }
    if (count > 3 || count > end - *at) {
        return raise_at(c, start, "a length beyond the end");
    }
    size_t value = 0;
    for (size_t i = 0; i < count; i++) {
        value = (value << 8) | c->data[(*at)++];
    }
    if (value < 0x80 || value >> (8 * (count - 1)) == 0) {
        return raise_at(c, start, "a padded length, expected the shortest form");
    }
    *length = value;
    return BD_OK;
}

static bd_rc parse_element(const cursor *c, size_t at, size_t end, element *out) {
    size_t start = at;
    size_t length = 0;
    out->tag = c->data[at++];
    if ((out->tag & 0x1f) == 0x1f || out->tag == 0) {
        return raise_at(c, start, "a tag that our profile does not have");
    }
    BD_TRY(parse_length(c, &at, end, &length));
    if (length > end - at) {
        return raise_at(c, start, "a value that ends beyond its container");
    }
    out->from = at;
    out->to = at + length;
    return BD_OK;
}

static bd_rc check_primitive(const cursor *c, const element *e) {
    const uint8_t *bytes = c->data + e->from;
    size_t count = e->to - e->from;
    if (e->tag == 0x01 && (count != 1 || (bytes[0] != 0x00 && bytes[0] != 0xff))) {
        return raise_at(c, e->from, "a boolean that is neither 00 nor ff");
    }
    if (e->tag == 0x05 && count != 0) {
        return raise_at(c, e->from, "a null with content");
    }
    if (e->tag == 0x02) {
        bool padded = count > 1 && ((bytes[0] == 0x00 && bytes[1] < 0x80) ||
                                    (bytes[0] == 0xff && bytes[1] >= 0x80));
        if (count == 0 || padded) {
            return raise_at(c, e->from, "an integer that is not in the shortest form");
        }
    }
    return BD_OK;
}

static bd_rc check_constructed(const cursor *c, size_t at, size_t end, int depth) {
    if (depth > DEPTH_MAX) {
        return raise_at(c, at, "values nested too deeply");
    }
    while (at < end) {
        element e;
        BD_TRY(parse_element(c, at, end, &e));
        bool is_universal = (e.tag & 0xc0) == 0;
        bool is_constructed = (e.tag & 0x20) != 0;
        bool must_be = e.tag == 0x30 || e.tag == 0x31;
        if (is_universal && is_constructed && !must_be) {
            return raise_at(c, at, "a string in pieces, expected it whole");
        }
        if (is_constructed) {
            BD_TRY(check_constructed(c, e.from, e.to, depth + 1));
        } else {
            BD_TRY(check_primitive(c, &e));
        }
        at = e.to;
    }
    return BD_OK;
}

bd_rc bd_crypto_der_check(bd_str der, bd_err *err) {
    cursor c = {(const uint8_t *)der.data, der.size, err};
    element whole;
    if (der.size == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "not DER: there are no bytes");
    }
    BD_TRY(parse_element(&c, 0, der.size, &whole));
    if (whole.to != der.size) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "%zu bytes after the end of the signature at byte %zu, expected none",
                 der.size - whole.to, whole.to);
    }
    return check_constructed(&c, 0, der.size, 0);
}
