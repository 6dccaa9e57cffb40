/* writing_priv.h - what the files of this room share. */
#ifndef BINDERY_WRITING_PRIV_H
#define BINDERY_WRITING_PRIV_H

#include "bindery/writing.h"

void words_open(bd_report *r); /* what bd_words_catalog looks for, by letter */

#endif
