#include "bindery/evidence.h"

/* No name is longer.  What lies beyond does not tell two people apart. */
#define NAME_SIZE 1024u
#define NAMES_BYTES ((size_t)1 << 20)

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

/* A name without blanks at its ends and with one space for each run of them inside. */
static bd_str one_spaced(bd_arena *arena, bd_str name) {
    char *bytes = bd_new(arena, char, name.size * 3 + 1);
    size_t size = 0;
    size_t at = 0;
    uint32_t c;
    bool has_blank = false;
    while (bd_utf8_next(name, &at, &c)) {
        if (!is_blank(c)) {
            if (has_blank && size > 0) {
                bytes[size++] = ' ';
            }
            size += bd_utf8_put(bytes + size, c);
        }
        has_blank = is_blank(c);
    }
    return (bd_str){bytes, size};
}

static bd_str key_of(bd_arena *arena, bd_str name) {
    return bd_str_caseless(arena, one_spaced(arena, bd_str_sub(name, 0, NAME_SIZE)));
}

static int cmp_words(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

/* The words of a key in one order, each with a blank behind it: "Berg, Ada" is "Ada Berg". */
static bd_str words_of(bd_arena *arena, bd_str key) {
    bd_strs words = {0};
    bd_strs pieces = {0};
    for (size_t from = 0, to = 0; from < key.size; from = to + 1) {
        for (to = from; to < key.size && key.data[to] != ' ' && key.data[to] != ','; to++) {
        }
        if (to > from) {
            *bd_push(arena, &words) = bd_str_sub(key, from, to);
        }
    }
    bd_sort(words.data, words.count, sizeof(bd_str), cmp_words, NULL);
    for (size_t i = 0; i < words.count; i++) {
        *bd_push(arena, &pieces) = words.data[i];
        *bd_push(arena, &pieces) = BD_STR(" ");
    }
    return bd_str_concat(arena, pieces.data, pieces.count);
}

bool bd_is_same_person(bd_str a, bd_str b) {
    if (bd_str_eq(a, b)) {
        return true;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("names", NAMES_BYTES);
    bd_str key_a = key_of(scratch, a);
    bd_str key_b = key_of(scratch, b);
    bd_str words = words_of(scratch, key_a);
    return bd_str_eq(key_a, key_b) ||
           (words.size > 0 && bd_str_eq(words, words_of(scratch, key_b)));
}

/* What people write where something is asked for and they have none; without blanks and marks, in caseless form. */
static const char *const no_answers[] = {
    "keine",
    "keineangabe",
    "missing",
    "na",
    "nil",
    "none",
    "notapplicable",
    "notavailable",
    "notknown",
    "notyet",
    "null",
    "open",
    "pending",
    "tba",
    "tbc",
    "tbd",
    "tobeconfirmed",
    "tobedefined",
    "todo",
    "unbekannt",
    "undefined",
    "unknown",
    "x",
    "xx",
    "xxx",
};

/* And for a name that they do not have. */
static const char *const nobodies[] = {
    "admin",
    "administrator",
    "anonymous",
    "approver",
    "compliance",
    "desconocido",
    "dummy",
    "empty",
    "foo",
    "fullname",
    "hr",
    "inconnu",
    "keiner",
    "management",
    "name",
    "niemand",
    "nn",
    "noone",
    "nobody",
    "owner",
    "preparer",
    "reviewer",
    "sample",
    "securityteam",
    "somebody",
    "someone",
    "system",
    "team",
    "test",
    "tester",
    "unassigned",
    "unnamed",
    "user",
    "yourname",
};

/* "(N. A.)" is "na". */
static bd_str letters_of(bd_arena *arena, bd_str name) {
    bd_str key = key_of(arena, name);
    char *bytes = bd_new(arena, char, key.size * 3 + 1);
    size_t size = 0;
    size_t at = 0;
    uint32_t c;
    while (bd_utf8_next(key, &at, &c)) {
        if (bd_utf8_is_alphanumeric(c)) {
            size += bd_utf8_put(bytes + size, c);
        }
    }
    return (bd_str){bytes, size};
}

static bool is_number(bd_str letters) {
    for (size_t i = 0; i < letters.size; i++) {
        if (letters.data[i] < '0' || letters.data[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool is_one_of(bd_str letters, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(letters, words[i])) {
            return true;
        }
    }
    return false;
}

bool bd_is_person_name(bd_str name) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("names", NAMES_BYTES);
    bd_str letters = letters_of(scratch, name);
    return !is_number(letters) && !is_one_of(letters, no_answers, BD_COUNT(no_answers)) &&
           !is_one_of(letters, nobodies, BD_COUNT(nobodies));
}

#define LONGEST_NO_ANSWER 64 /* bytes, with blanks and marks */

bool bd_is_statement(bd_str text) {
    bd_str trimmed = bd_str_trim(text);
    if (trimmed.size > LONGEST_NO_ANSWER) {
        return true;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("names", NAMES_BYTES);
    bd_str letters = letters_of(scratch, trimmed);
    return letters.size > 0 && !is_one_of(letters, no_answers, BD_COUNT(no_answers));
}
