/* src/gather/evidence/evidence_priv.h - what sidecars and register rows check alike. */
#ifndef BINDERY_EVIDENCE_PRIV_H
#define BINDERY_EVIDENCE_PRIV_H

#include "bindery/evidence.h"

/* "1.1a", "6.3.1b": a control's number and the letter of its requirement. */
bool evidence_is_requirement(bd_str text);
/* "time-limit": small letters, digits and dashes, at most 64. */
bool evidence_is_statement(bd_str text);

#endif
