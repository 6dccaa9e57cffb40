/* From a row to a judged record, and on to who asked. */
#include "bindery/shapes.h"

#include "shapes_priv.h"

bd_judged bd_shapes_judged_of(const bd_views *views, uint32_t check, const bd_group_row *from) {
    return (bd_judged){
        .check = check,
        .type = from->row.type,
        .key = from->row.key,
        .resource = from->row.resource,
        .subscription = from->row.subscription,
        .scope = from->row.scope,
        .reason = from->row.reason,
        .at = from->at,
        .evidence = views->in.evidence->data[from->evidence_index].given.number,
        .ordinal = from->row.ordinal,
        .verdict = from->row.verdict,
    };
}

bd_rc bd_shapes_put(bd_shapes *shapes, const bd_judged *judged, bd_err *err) {
    return shapes->put(shapes->context, judged, err);
}
