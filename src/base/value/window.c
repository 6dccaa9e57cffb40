#include "bindery/value.h"

#include <stdlib.h>
#include <string.h>

#include "window.h"

#define FIRST_ROOM ((size_t)256 << 10)
#define LEAST_READ ((size_t)64 << 10)

void json_window_open(json_window *window, bd_source *source, const bd_json_limits *limits) {
    *window = (json_window){.source = source,
                            .document_bytes = limits->document_bytes,
                            .most_room = limits->record_bytes + FIRST_ROOM};
    window->data = bd_heap_alloc(FIRST_ROOM);
    window->room = FIRST_ROOM;
}

void json_window_close(json_window *window) {
    bd_heap_free(window->data);
    window->data = NULL;
}

static void drop_read(json_window *window) {
    size_t dropped = window->keep;
    memmove(window->data, window->data + dropped, window->end - dropped);
    window->keep = 0;
    window->at -= dropped;
    window->end -= dropped;
    window->base += (int64_t)dropped;
}

static void make_room(json_window *window) {
    if (window->room - window->end >= LEAST_READ) {
        return;
    }
    drop_read(window);
    if (window->room - window->end >= LEAST_READ) {
        return;
    }
    size_t room = window->room * 2 < window->most_room ? window->room * 2 : window->most_room;
    BD_ASSERT(room > window->end);
    window->data = bd_heap_resize(window->data, room);
    window->room = room;
}

bd_rc json_window_fill(json_window *window, bd_err *err) {
    make_room(window);
    while (!window->is_at_end && window->end < window->room) {
        size_t count;
        BD_TRY(bd_source_read(window->source, window->data + window->end,
                              window->room - window->end, &count, err));
        window->end += count;
        window->is_at_end = count == 0;
        if (window->base + (int64_t)window->end > window->document_bytes) {
            BD_RAISE(err, BD_ERR_LIMIT, "JSON document is over the limit of %lld bytes",
                     (long long)window->document_bytes);
        }
    }
    return BD_OK;
}
