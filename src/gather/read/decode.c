#include "bindery/read.h"

#include <string.h>

#include "read_priv.h"

bool read_decoder_init(read_decoder *decoder, bd_str head) {
    *decoder = (read_decoder){0};
    if (bd_str_has_prefix(head, BD_STR("\xef\xbb\xbf"))) {
        decoder->bom_bytes = 3;
        return false;
    }
    bool is_little = bd_str_has_prefix(head, BD_STR("\xff\xfe"));
    decoder->is_big_endian = bd_str_has_prefix(head, BD_STR("\xfe\xff"));
    decoder->is_utf16 = is_little || decoder->is_big_endian;
    decoder->bom_bytes = decoder->is_utf16 ? 2 : 0;
    return decoder->is_utf16;
}

static bool put_unit(read_decoder *decoder, uint32_t unit, char *out, size_t *size) {
    if (decoder->high != 0) {
        if (unit < 0xdc00 || unit > 0xdfff) {
            return false;
        }
        *size +=
            bd_utf8_put(out + *size, 0x10000 + ((decoder->high - 0xd800) << 10) + (unit - 0xdc00));
        decoder->high = 0;
        return true;
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
        decoder->high = unit;
        return true;
    }
    if (unit >= 0xdc00 && unit <= 0xdfff) {
        return false;
    }
    *size += bd_utf8_put(out + *size, unit);
    return true;
}

bool read_decode(read_decoder *decoder, const char *bytes, size_t size, char *out,
                 size_t *out_size) {
    *out_size = 0;
    if (!decoder->is_utf16) {
        memcpy(out, bytes, size);
        *out_size = size;
        return true;
    }
    for (size_t i = 0; i < size; i++) {
        decoder->left[decoder->has_left ? 1 : 0] = (unsigned char)bytes[i];
        decoder->has_left = !decoder->has_left;
        if (decoder->has_left) {
            continue;
        }
        unsigned low = decoder->left[decoder->is_big_endian ? 1 : 0];
        unsigned high = decoder->left[decoder->is_big_endian ? 0 : 1];
        if (!put_unit(decoder, high << 8 | low, out, out_size)) {
            return false;
        }
    }
    return true;
}

bool read_decoder_is_at_rest(const read_decoder *decoder) {
    return !decoder->has_left && decoder->high == 0;
}

char read_separator_of(bd_str text) {
    static const char candidates[3] = {',', ';', '\t'};
    size_t counts[3] = {0, 0, 0};
    bool is_quoted = false;
    for (size_t i = 0; i < text.size && (is_quoted || text.data[i] != '\n'); i++) {
        if (text.data[i] == '"') {
            is_quoted = !is_quoted;
        }
        for (size_t k = 0; k < 3 && !is_quoted; k++) {
            counts[k] += text.data[i] == candidates[k];
        }
    }
    size_t most = 0;
    for (size_t k = 1; k < 3; k++) {
        most = counts[k] > counts[most] ? k : most;
    }
    return candidates[most];
}
