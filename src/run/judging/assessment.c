/* assessment.json as a value again. */
#include "bindery/judging.h"

#include <string.h>

/* Text whose size is known lies where the tree lies that borrows from it. */
typedef struct {
    char *data;
    size_t size, room;
} filling;

static bd_rc fill_by(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)err;
    filling *into = sink->context;
    BD_ASSERT(count <= into->room - into->size);
    memcpy(into->data + into->size, bytes, count);
    into->size += count;
    return BD_OK;
}

bd_rc bd_assessment_parse(const bd_draft *text, bd_arena *arena, const bd_value **out,
                          bd_err *err) {
    bd_json_limits limits = bd_json_default_limits;
    limits.nodes = 100000000;
    limits.record_bytes = (size_t)2 << 30;
    filling whole = {.room = (size_t)bd_draft_bytes(text)};
    if (whole.room > limits.record_bytes) {
        BD_RAISE(err, BD_ERR_LIMIT, "the assessment is larger than 2 GiB");
    }
    whole.data = bd_alloc(arena, whole.room + 1, 1);
    bd_sink sink = {.write = fill_by, .context = &whole};
    BD_TRY(bd_draft_write(text, &sink, err));
    return bd_json_parse((bd_str){whole.data, whole.size}, &limits, arena, out, err);
}
