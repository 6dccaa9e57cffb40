/* One item: which days people know it by, and which requirements it may serve. */
#include "bindery/evidence.h"

bd_evidence_days bd_evidence_days_of(const bd_evidence *item, const bd_zone *zone) {
    bd_instant from = item->describes_from;
    bd_instant to = item->describes_to;
    if (from == BD_INSTANT_NONE) {
        return (bd_evidence_days){BD_DAY_NONE, BD_DAY_NONE};
    }
    if (item->is_snapshot || to == BD_INSTANT_NONE || to <= from) {
        bd_day day = item->is_document ? bd_zone_day(zone, from) : bd_instant_utc_day(from);
        return (bd_evidence_days){day, day};
    }
    return (bd_evidence_days){bd_zone_day(zone, from), bd_zone_day(zone, to - 1)};
}

bool bd_evidence_serves(const bd_evidence *item, bd_str requirement) {
    return !item->is_document || !item->has_sidecar || item->sidecar.requirements.count == 0 ||
           bd_strs_have(&item->sidecar.requirements, requirement);
}
