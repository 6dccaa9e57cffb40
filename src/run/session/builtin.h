/* builtin.h - files of templates/ and fonts/ that are built into the binary (made by the
 * Makefile). */
#ifndef BUILTIN_H
#define BUILTIN_H

#include <stddef.h>

typedef struct {
    const char *name; /* "catalog/controls.json" */
    const char *start, *end;
} bd_builtin;

extern const bd_builtin bd_builtins[];
extern const size_t bd_builtin_count;

#endif
