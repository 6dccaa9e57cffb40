/* bindery/derive.h - derivations: pure, versioned functions from records to derived records.
 *
 * What the condition language cannot say (shadowing among firewall rules, which accounts a leaver has) is said here
 * in C, as a function of one record and the parameters.  Derived records are ordinary `bd_value` objects that checks
 * read in the ordinary language.  No clock, no I/O, no state.  A changed meaning is a new version.
 *
 * `reduce`, where present, joins derived records of several collections after the merge (assess calls it).
 */
#ifndef BINDERY_DERIVE_H
#define BINDERY_DERIVE_H

#include "bindery/util.h"
#include "bindery/value.h"

/* Takes one derived record: `type` and `key` identify what it is about (type U+001F key is its identity),
 * `resource` is the source's own id verbatim, `time` its own time or BD_INSTANT_NONE; a record that lacks it
 * says why in its member "time_problem", one that lacks an answer in "problem". */
typedef void bd_derived_fn(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                           const bd_value *record);

typedef struct {
    const char *name; /* "nsg-exposure" */
    int version;
    /* `parameters`: the organisation's facts (an object) or NULL; `zone`: the engagement's time zone. */
    void (*map)(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                bd_arena *arena, bd_derived_fn *emit, void *context);
} bd_derivation;

const bd_derivation *bd_derivation_find(bd_str name); /* NULL when absent */
size_t bd_derivation_count(void);
const bd_derivation *bd_derivation_at(size_t index); /* by name */

#endif
