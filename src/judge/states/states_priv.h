/* states_priv.h - shared by the files of room states. */
#ifndef STATES_PRIV_H
#define STATES_PRIV_H

#include "bindery/states.h"

/* skeleton.c */
bool bd_states_describes(const bd_evidence *item, bd_instant start, bd_instant end); /* a moment of [start, end) */

/* outcome.c */
void bd_states_verdicts(bd_states *states);
void bd_states_outcome(bd_states *states, bd_requirement_result *requirement, bd_instance *instance);

/* exceptions.c: `keep` drops those of another time and puts the rest in order; `settle`, once requirements have their
 * outcomes, binds acts and lists each under its controls */
void bd_states_keep_exceptions(bd_states *states);
void bd_states_settle_exceptions(bd_states *states);

#endif
