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

typedef struct {
    const char *const *paths; /* of definitions: files, and folders where an initiative's members are looked for */
    size_t path_count;
    const char *parameters_path; /* values of an assignment, or NULL */
    bool wants_findings; /* each resource that fails or cannot be told is in the result */
} bd_run_policies;
/* As bd_run_policy_eval. */
BD_MUST_USE bd_rc bd_policies_eval(const bd_run_options *options, const bd_run_policies *asked,
                                   bd_arena *arena, bd_run_outcome *outcome, bd_err *err);

#endif
