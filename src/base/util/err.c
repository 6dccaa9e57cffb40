#include "bindery/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cut by the buffer's size must not leave half a UTF-8 sequence at the end. */
static void trim_cut(char *message, size_t room) {
    size_t size = strlen(message);
    if (size + 1 < room) {
        return;
    }
    size_t at = size;
    while (at > 0 && size - at < 4 && ((unsigned char)message[at - 1] & 0xC0) == 0x80) {
        at--;
    }
    if (at > 0 && ((unsigned char)message[at - 1] & 0x80) != 0 &&
        !bd_utf8_is_valid((bd_str){message + at - 1, size - at + 1})) {
        message[at - 1] = '\0';
    }
}

/* A message is one line of UTF-8 whatever bytes of a file it quotes: it goes into reports and JSON as it is. */
static void make_line(char *message, size_t room) {
    char line[sizeof((bd_err *)NULL)->message];
    bd_str text = {message, strlen(message)};
    size_t at = 0;
    size_t size = 0;
    uint32_t c = 0;
    while (bd_utf8_next(text, &at, &c)) {
        char piece[12];
        bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0);
        size_t count = is_control ? (size_t)snprintf(piece, sizeof piece, "\\u{%04X}", c)
                                  : bd_utf8_put(piece, c);
        if (size + count >= room || size + count >= sizeof line) {
            break;
        }
        memcpy(line + size, piece, count);
        size += count;
    }
    memcpy(message, line, size);
    message[size] = '\0';
}

bd_rc bd_raise(bd_err *err, bd_err_class class, const char *format, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->class = class;
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
        trim_cut(err->message, sizeof err->message);
        make_line(err->message, sizeof err->message);
    }
    return (bd_rc){(int)class};
}

void bd_err_context(bd_err *err, const char *format, ...) {
    if (err == NULL) {
        return;
    }
    size_t used = strlen(err->message);
    if (used + 3 >= sizeof err->message) {
        return;
    }
    memcpy(err->message + used, ", ", 3);
    used += 2;
    va_list args;
    va_start(args, format);
    vsnprintf(err->message + used, sizeof err->message - used, format, args);
    va_end(args);
    trim_cut(err->message, sizeof err->message);
    make_line(err->message, sizeof err->message);
}

void bd_bug(const char *file, int line, const char *what) {
    fprintf(stderr, "bindery: a bug: '%s' does not hold at %s:%d; please report it\n", what, file,
            line);
    exit(70);
}

void bd_diag_add(bd_arena *arena, bd_diags *diags, bd_diag_severity severity, bd_str subject,
                 bd_str locus, const char *format, ...) {
    va_list args;
    va_start(args, format);
    bd_str message = bd_str_vformat(arena, format, args);
    va_end(args);
    *bd_push(arena, diags) = (bd_diag){.severity = severity,
                                       .subject = bd_str_copy(arena, subject),
                                       .locus = bd_str_copy(arena, locus),
                                       .message = message};
}
