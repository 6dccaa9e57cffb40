/* How what a file is of is spelled: once, so that sidecar, command and record can be held against each other. */
#include "bindery/evidence.h"

bd_str bd_scope_normal(bd_arena *arena, bd_str id) {
    while (id.size > 1 && id.data[id.size - 1] == '/') {
        id.size--;
    }
    if (id.size == 0) {
        return id;
    }
    bd_str lower = bd_str_lower(arena, id);
    bool is_bare_path = bd_str_has_prefix(lower, BD_STR("subscriptions/")) ||
                        bd_str_has_prefix(lower, BD_STR("providers/"));
    return is_bare_path ? bd_str_concat(arena, (bd_str[]){BD_STR("/"), lower}, 2) : lower;
}
