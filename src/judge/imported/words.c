/* Words of classes and kinds, and groups of other tools as criteria. */
#include "bindery/imported.h"

#include "imported_priv.h"

static const char *const class_names[] = {"not-met",        "error",  "conflict", "other",
                                          "unknown",        "exempt", "off",      "protected",
                                          "not-applicable", "met"};
_Static_assert(BD_COUNT(class_names) == BD_IMPORT_CLASSES, "one name per class");

static const char *const kind_names[] = {"verdicts", "counts", "score", "actions", "attestations"};
_Static_assert(BD_COUNT(kind_names) == BD_IMPORT_ATTESTATIONS + 1, "one name per kind");

const char *bd_import_class_name(bd_import_class means) {
    return class_names[means];
}

const char *bd_import_kind_name(bd_import_kind kind) {
    return kind_names[kind];
}

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bd_str fold_word(bd_arena *arena, bd_str text) {
    bd_str lower = bd_str_lower(arena, text);
    char *out = bd_alloc(arena, lower.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < lower.size; i++) {
        if (is_plain(lower.data[i])) {
            out[size++] = lower.data[i];
        }
    }
    return (bd_str){out, size};
}

/* ---- groups ---- */

#define LONGEST_GROUP 128 /* no name of a criterion is nearly as long */

typedef struct {
    char letters[8];
    size_t letter_count;
    int numbers[2];
    size_t number_count;
} group_parts;

static bool is_between(char c) {
    return c == ' ' || c == '.' || c == '_' || c == '-';
}

static bool take_letter(group_parts *parts, char c) {
    if (parts->number_count > 0 || parts->letter_count == sizeof parts->letters) {
        return false;
    }
    parts->letters[parts->letter_count++] = c;
    return true;
}

static bool take_number(group_parts *parts, bd_str text, size_t *at) {
    int number = 0;
    size_t from = *at;
    for (; *at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9'; (*at)++) {
        number = number * 10 + (text.data[*at] - '0');
        if (*at - from == 3) {
            return false;
        }
    }
    if (parts->number_count == BD_COUNT(parts->numbers)) {
        return false;
    }
    parts->numbers[parts->number_count++] = number;
    return true;
}

/* Letters, then two numbers: "cc6.1", "cc.6_1", "cc 6.1."; "cc_a_1_1" is how one catalogue writes A1.1. */
static bool split_group(bd_str text, group_parts *out) {
    for (size_t at = 0; at < text.size;) {
        char c = text.data[at];
        if (c >= '0' && c <= '9') {
            if (!take_number(out, text, &at)) {
                return false;
            }
            continue;
        }
        if (!is_between(c) && (c < 'a' || c > 'z' || !take_letter(out, c))) {
            return false;
        }
        at++;
    }
    return out->letter_count > 0 && out->number_count == BD_COUNT(out->numbers);
}

static bd_str without_prefix(bd_str text, const bd_strs *prefixes) {
    for (size_t i = 0; i < prefixes->count; i++) {
        if (bd_str_has_prefix(text, prefixes->data[i])) {
            return bd_str_sub(text, prefixes->data[i].size, text.size);
        }
    }
    return text;
}

static const bd_criterion *find_folded(const bd_catalog *catalog, bd_str letters,
                                       const int *numbers) {
    char id[32];
    snprintf(id, sizeof id, "%.*s%d.%d", BD_ARG(letters), numbers[0], numbers[1]);
    for (size_t i = 0; i < catalog->criterion_count; i++) {
        if (bd_str_ieq(catalog->criteria[i].id, bd_str_of(id))) {
            return &catalog->criteria[i];
        }
    }
    return NULL;
}

const bd_criterion *bd_import_criterion(const bd_catalog *catalog, const bd_strs *prefixes,
                                        bd_str group) {
    char lower[LONGEST_GROUP];
    group_parts parts = {0};
    if (group.size > sizeof lower) {
        return NULL;
    }
    for (size_t i = 0; i < group.size; i++) {
        char c = group.data[i];
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    if (!split_group(without_prefix((bd_str){lower, group.size}, prefixes), &parts)) {
        return NULL;
    }
    bd_str letters = {parts.letters, parts.letter_count};
    const bd_criterion *found = find_folded(catalog, letters, parts.numbers);
    if (found == NULL && bd_str_has_prefix(letters, BD_STR("cc")) && letters.size > 2) {
        found = find_folded(catalog, bd_str_sub(letters, 2, letters.size), parts.numbers);
    }
    return found;
}
