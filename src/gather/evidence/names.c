#include "bindery/evidence.h"

bd_str bd_evidence_id(bd_arena *arena, uint32_t number) {
    return bd_str_format(arena, "E-%04u", number);
}

const char *bd_completeness_name(bd_completeness c) {
    static const char *const names[] = {
        [BD_COMPLETE_NOT_SHOWN] = "not shown", [BD_COMPLETE_YES] = "yes", [BD_COMPLETE_NO] = "no"};
    return names[c];
}

const char *bd_origin_name(bd_origin o) {
    static const char *const names[] = {[BD_ORIGIN_COLLECTED] = "collected",
                                        [BD_ORIGIN_MACHINE] = "machine",
                                        [BD_ORIGIN_HANDED_IN] = "handed-in"};
    return names[o];
}

const char *bd_media_type(bd_media media) {
    static const char *const types[] = {
        [BD_MEDIA_UNKNOWN] = "application/octet-stream",
        [BD_MEDIA_JSON] = "application/json",
        [BD_MEDIA_NDJSON] = "application/x-ndjson",
        [BD_MEDIA_CSV] = "text/csv",
        [BD_MEDIA_PDF] = "application/pdf",
        [BD_MEDIA_TEXT] = "text/plain",
        [BD_MEDIA_BINARY] = "application/octet-stream",
    };
    return types[media];
}
