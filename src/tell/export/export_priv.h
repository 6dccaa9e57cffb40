/* Members of assessment.json that files of the room write for one another. */
#ifndef BINDERY_EXPORT_PRIV_H
#define BINDERY_EXPORT_PRIV_H

#include "bindery/export.h"

void export_evidence_record(bd_writing *run, bd_json_writer *writer, size_t index);
void export_diags(bd_json_writer *writer, const bd_evidence *item, bd_str evidence_id);
/* What other tools say (imported.c): the member "imported". */
void export_imported(bd_writing *run, bd_json_writer *writer);
/* Requests (pbc.c): the member "pbc". */
void export_pbc(bd_writing *run, bd_json_writer *writer);
/* Populations and samples (populations.c): the member "populations". */
void export_populations(bd_writing *run, bd_json_writer *writer);
/* Events joined (matches.c): the member "matches". */
void export_matches(bd_writing *run, bd_json_writer *writer);
/* Access reviews (reviews.c): the member "access_reviews". */
void export_reviews(bd_writing *run, bd_json_writer *writer);
/* Vendors (vendors.c): the member "vendors". */
void export_vendors(bd_writing *run, bd_json_writer *writer);
void export_signoff(bd_json_writer *writer, bd_arena *line, const bd_signoff *signoff);

#endif
