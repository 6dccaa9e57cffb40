/* policies_priv.h - shared by the files of room policies. */
#ifndef POLICIES_PRIV_H
#define POLICIES_PRIV_H

#include "bindery/intake.h"
#include "bindery/policies.h"
#include "bindery/policy.h"
#include "bindery/session.h"

/* Files and folders to compiled policies.  INPUT names the file that was named and is none; a file of a folder that
 * cannot be read is said in `diags`. */
BD_MUST_USE bd_rc bd_policies_load(const char *const *paths, size_t count,
                                   const char *parameters_path, bd_arena *arena, bd_diags *diags,
                                   const bd_policies **out, bd_err *err);

#endif
