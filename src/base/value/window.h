/* src/base/value/window.h - the stretch of a document that is held in memory while it is split. */
#ifndef BINDERY_VALUE_WINDOW_H
#define BINDERY_VALUE_WINDOW_H

#include "bindery/value.h"

/* data[keep, end) is held; what lies before `keep` may be dropped at the next fill, which moves
 * every offset. */
typedef struct {
    bd_source *source;
    int64_t document_bytes;
    size_t most_room;
    char *data;
    size_t room, keep, at, end;
    int64_t base; /* offset of data[0] in the document */
    bool is_at_end;
} json_window;

void json_window_open(json_window *window, bd_source *source, const bd_json_limits *limits);
void json_window_close(json_window *window);
/* Reads until the window is full or the document ends; grows it when what is kept nearly fills it.
 */
bd_rc json_window_fill(json_window *window, bd_err *err);
/* Offset in the document of a byte of the window. */
static inline int64_t json_window_offset(const json_window *window, size_t at) {
    return window->base + (int64_t)at;
}

#endif
