/* bindery/compare.h - two assessments side by side: what is new, fixed, still failing, better, worse, carried.
 *
 * Pure: values in, values out.  Neither side is judged again.  A *summary* is what a comparison needs of an assessment
 * (assessment.json) and of the catalog that it was judged by, and small enough to travel in the next package, so that
 * "changes since the last binder" can be made again from that package alone:
 *
 *     bd_compare_make_summary(assessment, catalog, arena, &before, &err);
 *     bd_compare_make_summary(other, other_catalog, arena, &after, &err);
 *     bd_compare_check_pair(before, after, &err);
 *     const bd_value *changes = bd_compare_make(before, after, arena);
 *
 * Two things are the same thing by what they are, never by where they stand: an exception by check, type, key and
 * property (its id holds a date that may move); evidence by path and SHA-256; a population by control and name.
 *
 * An exception of the earlier side is *fixed* only where the later side shows it: the stretch was seen clean or is
 * closed, or the check passed and lists nothing of that subject any more.  Where the later side judged nothing of that
 * check it is *not observed*, which is said apart.
 */
#ifndef BINDERY_COMPARE_H
#define BINDERY_COMPARE_H

#include "bindery/util.h"
#include "bindery/value.h"

#define BD_COMPARE_FORMAT "bindery-summary 1"

/* `catalog`: catalog.json as a value, or NULL: then checks and requirements cannot be compared.  INPUT when
 * `assessment` is no assessment, or one of another score definition.  Allocated in <arena>; borrows from both. */
BD_MUST_USE bd_rc bd_compare_make_summary(const bd_value *assessment, const bd_value *catalog,
                                          bd_arena *arena, const bd_value **out, bd_err *err);
/* Is it a summary of this format?  INPUT says what it is instead. */
BD_MUST_USE bd_rc bd_compare_check_summary(const bd_value *summary, bd_err *err);
/* INPUT when the two are of different organisations: by tenant, else by name. */
BD_MUST_USE bd_rc bd_compare_check_pair(const bd_value *before, const bd_value *after, bd_err *err);

/* What changed, an object:
 *     before, after      as_of, bindery, catalog_sha256, period, score definition and scores of each side
 *     exceptions         new, fixed, still, unobserved: arrays of exceptions of the later side, else of the earlier
 *                        one; `repeated` where one was clean in between
 *     states             [{id, owner, before, after, direction}], better, worse or other; controls in scope of both
 *     coverage           before, after {accepted, due}; controls: those where it differs; instances: that are due only
 *                        on the later side, [{control, req, instance, outcome}]
 *     scope              what was added and removed of categories, subscriptions, vendors and controls; controls whose
 *                        owner or words changed
 *     populations        [{control, name, before, after}], sizes, where size or items differ; that of a
 *                        side without it is left out
 *     catalog            same, known; checks, controls, requirements, mappings: added, removed, changed
 *     evidence           carried (same path and bytes), new, changed (same path, other bytes), gone: counts and lists
 *     counts             how long each other list is, under the names that lead to it: counts/exceptions/new
 * Allocated in <arena>; borrows from both. */
const bd_value *bd_compare_make(const bd_value *before, const bd_value *after, bd_arena *arena);

#endif
