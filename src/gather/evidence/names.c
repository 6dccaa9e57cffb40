#include "bindery/evidence.h"

bd_str bd_evidence_id(bd_arena *arena, uint32_t number) {
    return bd_str_format(arena, "E-%04u", number);
}

const char *bd_completeness_name(bd_completeness c) {
    static const char *const names[] = {
        [BD_COMPLETE_NOT_SHOWN] = "not shown", [BD_COMPLETE_YES] = "yes", [BD_COMPLETE_NO] = "no"};
    return names[c];
}

const char *bd_origin_name(bd_origin o) {
    static const char *const names[] = {[BD_ORIGIN_COLLECTED] = "collected",
                                        [BD_ORIGIN_MACHINE] = "machine",
                                        [BD_ORIGIN_HANDED_IN] = "handed-in"};
    return names[o];
}

const char *bd_media_type(bd_media media) {
    static const char *const types[] = {
        [BD_MEDIA_UNKNOWN] = "application/octet-stream",
        [BD_MEDIA_JSON] = "application/json",
        [BD_MEDIA_NDJSON] = "application/x-ndjson",
        [BD_MEDIA_CSV] = "text/csv",
        [BD_MEDIA_XLSX] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        [BD_MEDIA_XML] = "application/xml",
        [BD_MEDIA_PDF] = "application/pdf",
        [BD_MEDIA_TEXT] = "text/plain",
        [BD_MEDIA_BINARY] = "application/octet-stream",
    };
    return types[media];
}

/* ---- names of people ---- */

/* White space of Unicode that names are typed or pasted with. */
static bool is_blank(uint32_t c) {
    return c <= 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

/* Next letter of a name, folded; a run of blanks is one blank, blanks at the ends are none; 0 at the end. */
static uint32_t next_of_name(bd_str name, size_t *at) {
    uint32_t c = 0;
    bool has_blank = false;
    bool is_first = *at == 0;
    size_t before = *at;
    while (bd_utf8_next(name, at, &c)) {
        if (!is_blank(c)) {
            break;
        }
        has_blank = true;
        before = *at;
        c = 0;
    }
    if (c == 0 || !has_blank || is_first) {
        return bd_fold(c);
    }
    *at = before;
    return ' ';
}

bool bd_is_same_person(bd_str a, bd_str b) {
    size_t i = 0;
    size_t j = 0;
    for (;;) {
        uint32_t x = next_of_name(a, &i);
        uint32_t y = next_of_name(b, &j);
        if (x != y || x == 0) {
            return x == y;
        }
    }
}

/* A letter or a digit of any script; not a lone dot or dash. */
bool bd_is_person_name(bd_str name) {
    size_t at = 0;
    uint32_t c = 0;
    while (bd_utf8_next(name, &at, &c)) {
        bool is_ascii_word =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (is_ascii_word || (c > 0x7F && !is_blank(c))) {
            return true;
        }
    }
    return false;
}
