/* verdicts_priv.h - what the files of this room share. */
#ifndef BINDERY_VERDICTS_PRIV_H
#define BINDERY_VERDICTS_PRIV_H

#include "bindery/verdicts.h"

void section_results(bd_report *r, size_t control); /* what the checks of one control found */

#endif
