/* Repositories by the name that people write: the service's own id is a number. */
#include "bindery/change.h"

#include "change_priv.h"

void map_repositories(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str name = bd_member_text(record, "full_name");
    const bd_value *scanning =
        bd_member(bd_member(record, "security_and_analysis"), "secret_scanning");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "repository", name);
    bd_put_text(&build, "secret_scanning", bd_member_text(scanning, "status"));
    bd_put_value(&build, "archived", bd_member(record, "archived"));
    /* with the '/' in front that ids of a list of the organisation are compared with */
    bd_str key = bd_str_format(arena, "/%.*s", BD_ARG(bd_str_lower(arena, name)));
    emit(context, BD_STR("repository"), key, name, BD_INSTANT_NONE, bd_build_object(&build));
}
