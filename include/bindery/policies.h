/* bindery/policies.h - published policies and initiatives over the evidence of an engagement.
 *
 * Room policy knows what a definition means; this room finds the definitions in files and folders, hands it the records
 * of the evidence as intake reads them, and adds up what it says per definition and resource.  Evidence is read twice:
 * once to see which types stand in which file, once for the newest of those that some policy reads.  Memory is flat but
 * for the findings.  Nothing is judged by the catalog, and no verdict, state or score knows of it.
 */
#ifndef BINDERY_POLICIES_H
#define BINDERY_POLICIES_H

#include "bindery/command.h"
#include "bindery/util.h"

/* As bd_run_policy_eval. */
BD_MUST_USE bd_rc bd_policies_eval(const bd_run_options *options, const char *const *paths,
                                   size_t count, const char *parameters_path, bool wants_findings,
                                   bd_arena *arena, bd_run_outcome *outcome, bd_err *err);

#endif
