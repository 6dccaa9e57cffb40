#include "zip_priv.h"

#include <string.h>

/* Unpackers and file systems disagree about separators, case, composition, trailing dots and device
 * names.  A name that any two of them could read differently stays outside a package. */

static const char *const windows_devices[] = {
    "con",  "prn",  "aux",  "nul",  "com1", "com2", "com3", "com4", "com5", "com6", "com7",
    "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"};

static const struct {
    uint32_t first, last;
    const char *what;
} refused_characters[] = {
    {0x00, 0x1F, "a control character"},
    {0x7F, 0x9F, "a control character"},
    {0xAD, 0xAD, "a format character"},
    {0x0300, 0x036F, "a combining character (write the composed letter)"},
    {0x0483, 0x0489, "a combining character (write the composed letter)"},
    {0x061C, 0x061C, "a format character"},
    {0x1AB0, 0x1AFF, "a combining character (write the composed letter)"},
    {0x1DC0, 0x1DFF, "a combining character (write the composed letter)"},
    {0x200B, 0x200F, "a format character"},
    {0x2028, 0x202E, "a format character"},
    {0x2060, 0x206F, "a format character"},
    {0x20D0, 0x20FF, "a combining character (write the composed letter)"},
    {0xE000, 0xF8FF, "a private character"},
    {0xFE00, 0xFE0F, "a format character"},
    {0xFE20, 0xFE2F, "a combining character (write the composed letter)"},
    {0xFEFF, 0xFEFF, "a format character"},
    {0xFFF0, 0xFFFF, "a format character"},
    {0xE0000, 0x10FFFF, "a private or format character"},
};

static const char *character_fault(uint32_t code_point) {
    if (code_point < 0x80 && code_point >= 0x20 && strchr("\\:*?\"<>|", (int)code_point) != NULL) {
        return "a character that some system gives a meaning (one of \\ : * ? \" < > |)";
    }
    for (size_t i = 0; i < BD_COUNT(refused_characters); i++) {
        if (code_point >= refused_characters[i].first && code_point <= refused_characters[i].last) {
            return refused_characters[i].what;
        }
    }
    return NULL;
}

static const char *part_fault(bd_str part) {
    if (part.size == 0) {
        return "an empty part (a '/' at an end or two in a row)";
    }
    if (bd_str_eqz(part, ".") || bd_str_eqz(part, "..")) {
        return "a part '.' or '..'";
    }
    if (part.data[0] == ' ' || part.data[part.size - 1] == ' ' || part.data[part.size - 1] == '.') {
        return "a part that begins with a space or ends in a space or a dot";
    }
    bd_str rest = part, stem = {0};
    (void)bd_str_cut(&rest, '.', &stem);
    for (size_t i = 0; i < BD_COUNT(windows_devices); i++) {
        if (bd_str_ieq(stem, bd_str_of(windows_devices[i]))) {
            return "a device name of Windows";
        }
    }
    return NULL;
}

static const char *name_fault(bd_str name) {
    if (!bd_utf8_is_valid(name)) {
        return "bytes that are not UTF-8";
    }
    uint32_t code_point = 0;
    for (size_t at = 0; bd_utf8_next(name, &at, &code_point);) {
        const char *fault = character_fault(code_point);
        if (fault != NULL) {
            return fault;
        }
    }
    /* bd_str_cut does not show an empty last part, so the parts are walked by hand. */
    for (size_t from = 0; from <= name.size;) {
        size_t to = from;
        while (to < name.size && name.data[to] != '/') {
            to++;
        }
        const char *fault = part_fault(bd_str_sub(name, from, to));
        if (fault != NULL) {
            return fault;
        }
        from = to + 1;
    }
    return NULL;
}

/* A name for a message: at most 200 bytes of it, what is not printable ASCII as '?'. */
static void show_name(bd_str name, char out[204]) {
    size_t count = name.size < 200 ? name.size : 200;
    for (size_t i = 0; i < count; i++) {
        out[i] = name.data[i] >= 0x20 && name.data[i] < 0x7F ? name.data[i] : '?';
    }
    memcpy(out + count, name.size > 200 ? "..." : "", name.size > 200 ? 4 : 1);
}

bd_rc bd_zip_name_check(bd_str name, size_t max_bytes, bd_err *err) {
    char shown[204];
    if (name.size == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "refused an empty name");
    }
    show_name(name, shown);
    if (name.size > max_bytes || name.size > ZIP_NAME_MAX) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "refused the name '%s': it has %zu bytes, a package takes at most %zu", shown,
                 name.size, max_bytes < ZIP_NAME_MAX ? max_bytes : (size_t)ZIP_NAME_MAX);
    }
    const char *fault = name_fault(name);
    if (fault != NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "refused the name '%s': it has %s", shown, fault);
    }
    return BD_OK;
}

/* ---- clashes --------------------------------------------------------------------------------- */

void zip_names_init(struct zip_names *names, bd_arena *arena) {
    names->files = bd_map_make(arena);
    names->folders = bd_map_make(arena);
}

static bd_str fold_name(bd_str name, char out[ZIP_NAME_MAX * 2]) {
    size_t size = 0;
    uint32_t code_point = 0;
    for (size_t at = 0; bd_utf8_next(name, &at, &code_point);) {
        char bytes[4];
        size_t count = bd_utf8_put(bytes, bd_fold(code_point));
        if (size + count > ZIP_NAME_MAX * 2) {
            break;
        }
        memcpy(out + size, bytes, count);
        size += count;
    }
    return (bd_str){out, size};
}

/* Only that a key is there counts, not what it leads to. */
static char present;

bd_rc zip_names_add(struct zip_names *names, bd_str name, bd_err *err) {
    char folded_bytes[ZIP_NAME_MAX * 2];
    bd_str folded = fold_name(name, folded_bytes);
    if (bd_map_find(names->files, folded) != NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "refused the name '%.*s': another name differs from it only in case",
                 BD_ARG(name));
    }
    if (bd_map_find(names->folders, folded) != NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "refused the name '%.*s': it is both a file and a folder",
                 BD_ARG(name));
    }
    bd_map_put(names->files, folded, &present);
    for (size_t i = 0; i < folded.size; i++) {
        bd_str folder = bd_str_sub(folded, 0, i);
        if (folded.data[i] != '/' || bd_map_find(names->folders, folder) != NULL) {
            continue;
        }
        if (bd_map_find(names->files, folder) != NULL) {
            BD_RAISE(err, BD_ERR_INPUT, "refused the name '%.*s': its folder is also a file",
                     BD_ARG(name));
        }
        bd_map_put(names->folders, folder, &present);
    }
    return BD_OK;
}
