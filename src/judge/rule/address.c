/* Ranges of IP addresses: "10.0.0.1", "10.0.0.0/8", "10.0.0.1-10.0.0.9", and the same of version 6. */
#include "bindery/rule.h"

#include "rule_priv.h"

#include <string.h>

typedef struct {
    uint8_t from[16], to[16];
    bool is_v6;
} ip_range;

static bool parse_v4(bd_str text, uint8_t out[16]) {
    bd_str rest = text, piece;
    int parts = 0;
    while (bd_str_cut(&rest, '.', &piece)) {
        int64_t number;
        if (parts == 4 || piece.size == 0 || piece.size > 3 || piece.data[0] == '-' ||
            !bd_str_to_i64(piece, &number) || number > 255) {
            return false;
        }
        out[12 + parts++] = (uint8_t)number;
    }
    return parts == 4 && text.data[text.size - 1] != '.';
}

static bool parse_group(bd_str piece, uint8_t out[2]) {
    char padded[4] = {'0', '0', '0', '0'};
    if (piece.size == 0 || piece.size > 4) {
        return false;
    }
    memcpy(padded + 4 - piece.size, piece.data, piece.size);
    return bd_unhex((bd_str){padded, 4}, out, 2);
}

/* Groups divided by ':' from the start of `out`; how many bytes, or -1. */
static int parse_groups(bd_str text, uint8_t out[16]) {
    int size = 0;
    bd_str rest = text, piece;
    while (text.size > 0 && bd_str_cut(&rest, ':', &piece)) {
        uint8_t group[2];
        if (size == 16 || !parse_group(piece, group)) {
            return -1;
        }
        out[size++] = group[0];
        out[size++] = group[1];
    }
    return text.size > 0 && text.data[text.size - 1] == ':' ? -1 : size;
}

static bool parse_v6(bd_str text, uint8_t out[16]) {
    uint8_t head[16] = {0}, tail[16] = {0};
    ptrdiff_t gap = bd_str_find(text, BD_STR("::"));
    bd_str front = gap < 0 ? text : bd_str_sub(text, 0, (size_t)gap);
    bd_str back = gap < 0 ? BD_STR("") : bd_str_sub(text, (size_t)gap + 2, text.size);
    int front_size = parse_groups(front, head), back_size = parse_groups(back, tail);
    bool is_fine = front_size >= 0 && back_size >= 0 &&
                   (gap < 0 ? front_size == 16 : front_size + back_size <= 14);
    if (is_fine) {
        memset(out, 0, 16);
        memcpy(out, head, (size_t)front_size);
        memcpy(out + 16 - back_size, tail, (size_t)back_size);
    }
    return is_fine;
}

static bool parse_address(bd_str text, uint8_t out[16], bool *is_v6) {
    memset(out, 0, 16);
    *is_v6 = bd_str_find(text, BD_STR(":")) >= 0;
    return text.size > 0 && (*is_v6 ? parse_v6(text, out) : parse_v4(text, out));
}

static void set_prefix(ip_range *out, int bits) {
    for (int i = 0; i < 128; i++) {
        uint8_t mask = (uint8_t)(0x80u >> (i % 8));
        if (i >= bits) {
            out->from[i / 8] &= (uint8_t)~mask;
            out->to[i / 8] |= mask;
        }
    }
}

/* "a", "a/n" or "a-b"; addresses of version 4 stand in the last four bytes. */
static bool parse_range(bd_str text, ip_range *out) {
    bd_str head = bd_str_trim(text);
    ptrdiff_t slash = bd_str_find(head, BD_STR("/")), dash = bd_str_find(head, BD_STR("-"));
    int64_t bits = 0;
    bool is_other_v6 = false;
    if (dash > 0) {
        return parse_address(bd_str_trim(bd_str_sub(head, 0, (size_t)dash)), out->from,
                             &out->is_v6) &&
               parse_address(bd_str_trim(bd_str_sub(head, (size_t)dash + 1, head.size)), out->to,
                             &is_other_v6) &&
               out->is_v6 == is_other_v6 && memcmp(out->from, out->to, 16) <= 0;
    }
    bd_str address = slash < 0 ? head : bd_str_sub(head, 0, (size_t)slash);
    if (!parse_address(address, out->from, &out->is_v6)) {
        return false;
    }
    memcpy(out->to, out->from, 16);
    int most = out->is_v6 ? 128 : 32;
    if (slash >= 0) {
        bool is_fine = bd_str_to_i64(bd_str_sub(head, (size_t)slash + 1, head.size), &bits) &&
                       bits >= 0 && bits <= most;
        if (!is_fine) {
            return false;
        }
        set_prefix(out, 128 - most + (int)bits);
    }
    return true;
}

bool compare_ranges(bd_str whole_text, bd_str part_text, bool *contains) {
    ip_range whole, part;
    if (!parse_range(whole_text, &whole) || !parse_range(part_text, &part) ||
        whole.is_v6 != part.is_v6) {
        return false;
    }
    *contains = memcmp(whole.from, part.from, 16) <= 0 && memcmp(part.to, whole.to, 16) <= 0;
    return true;
}
