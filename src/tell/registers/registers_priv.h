/* registers_priv.h - what the files of this room share: parts of the section of vendors. */
#ifndef BINDERY_REGISTERS_PRIV_H
#define BINDERY_REGISTERS_PRIV_H

#include "bindery/registers.h"

void add_expected_of_vendors(bd_report *r);
void add_expected_of_customers(bd_report *r);

#endif
