/* readiness_priv.h - what the files of this room share. */
#ifndef BINDERY_READINESS_PRIV_H
#define BINDERY_READINESS_PRIV_H

#include "bindery/readiness.h"

void section_unreached(
    bd_report *r); /* what was not reached and what the platform is about to drop */

#endif
