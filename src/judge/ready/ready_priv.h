/* ready_priv.h - shared by the files of room ready. */
#ifndef READY_PRIV_H
#define READY_PRIV_H

#include "bindery/ready.h"

typedef struct {
    const bd_ready_inputs *in;
    const bd_assessment *assessment;
    bd_arena *arena;
    bd_readiness *out;
    uint32_t *
        control_of_check; /* by index of the catalog's check: its control if that counts, or BD_READY_NONE */
} readying;

/* In scope, printed, and not signed away: something is to be done about it. */
bool ready_counts(const bd_control_result *control);
/* Index of a control of the assessment by its number, or BD_READY_NONE. */
uint32_t ready_control(const readying *r, bd_str number);
bd_str ready_owner(const readying *r, uint32_t control);
bd_due *ready_add_due(readying *r, bd_due_kind kind, bd_day day, uint32_t control);

/* due.c */
BD_MUST_USE bd_rc ready_find_dues(readying *r, bd_err *err);
void ready_sort_dues(readying *r);

/* clocks.c */
void ready_find_vendors(readying *r);
void ready_find_retention(readying *r);
void ready_find_unreached(readying *r);
void ready_find_incomplete(readying *r);
uint32_t ready_reader(const readying *r, bd_str source); /* first control in scope that reads it, or NONE */

/* remarks.c */
void ready_find_remarks(readying *r);

#endif
