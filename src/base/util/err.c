#include "bindery/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bd_rc bd_raise(bd_err *err, bd_err_class class, const char *format, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->class = class;
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
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
}

void bd_bug(const char *file, int line, const char *what) {
    fprintf(stderr, "bindery: a bug: '%s' does not hold at %s:%d; please report it\n", what, file, line);
    exit(70);
}

void bd_diag_add(bd_arena *arena, bd_diags *diags, bd_diag_severity severity, bd_str subject, bd_str locus,
                 const char *format, ...) {
    va_list args;
    va_start(args, format);
    bd_str message = bd_str_vformat(arena, format, args);
    va_end(args);
    *bd_push(arena, diags) = (bd_diag){.severity = severity,
                                       .subject = bd_str_copy(arena, subject),
                                       .locus = bd_str_copy(arena, locus),
                                       .message = message};
}
