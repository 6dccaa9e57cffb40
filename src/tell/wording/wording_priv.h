/* wording_priv.h - what the files of this room share. */
#ifndef BINDERY_WORDING_PRIV_H
#define BINDERY_WORDING_PRIV_H

#include "bindery/wording.h"

void words_open(bd_report *r); /* what bd_words_catalog looks for, by letter */

#endif
