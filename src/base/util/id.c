/* One spelling of ids that are paths: what names the same resource has the same bytes. */
#include "bindery/util.h"

/* Without white space around it and without '/' behind it, but for a first one where `keeps_root`. */
static bd_str cut_ends(bd_str id, bool keeps_root) {
    bd_str bare = bd_str_trim(id);
    size_t least = keeps_root ? 1 : 0;
    while (bare.size > least && bare.data[bare.size - 1] == '/') {
        bare.size--;
    }
    return bare;
}

static bd_str with_slash(bd_arena *arena, bd_str path) {
    return bd_str_concat(arena, (bd_str[]){BD_STR("/"), path}, 2);
}

bd_str bd_resource_id(bd_arena *arena, bd_str id) {
    bd_str lower = bd_str_lower(arena, cut_ends(id, /*keeps_root*/ false));
    bool is_spelled = lower.size == 0 || lower.data[0] == '/';
    return is_spelled ? lower : with_slash(arena, lower);
}

bd_str bd_record_id(bd_arena *arena, bd_str id) {
    bd_str lower = bd_str_lower(arena, cut_ends(id, /*keeps_root*/ true));
    bool is_path = bd_str_has_prefix(lower, BD_STR("subscriptions/")) ||
                   bd_str_has_prefix(lower, BD_STR("providers/"));
    return is_path ? with_slash(arena, lower) : lower;
}

ptrdiff_t bd_resource_id_last_provider(bd_str id, size_t *count) {
    bd_str mark = BD_STR("/providers/");
    ptrdiff_t last = -1;
    size_t met = 0;
    for (;;) {
        size_t base = (size_t)(last + 1);
        ptrdiff_t at = bd_str_find(bd_str_sub(id, base, id.size), mark);
        if (at < 0) {
            break;
        }
        last = (ptrdiff_t)base + at;
        met++;
    }
    if (count != NULL) {
        *count = met;
    }
    return last;
}
