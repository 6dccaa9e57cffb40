/* run_priv.h - shared by the files of room run. */
#ifndef RUN_PRIV_H
#define RUN_PRIV_H

#include "bindery/assessment.h"
#include "bindery/catalog.h"
#include "bindery/crypto.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/imported.h"
#include "bindery/intake.h"
#include "bindery/judging.h"
#include "bindery/locker.h"
#include "bindery/policies.h"
#include "bindery/produce.h"
#include "bindery/proof.h"
#include "bindery/ready.h"
#include "bindery/rule.h"
#include "bindery/run.h"
#include "bindery/sampling.h"
#include "bindery/session.h"
#include "bindery/sign.h"
#include "bindery/signer.h"
#include "bindery/wording.h"

/* requests.c: requests/ in the engagement's folder: a text for each owner of a control in scope, and blank lists. */
BD_MUST_USE bd_rc bd_requests_write(const char *folder, const bd_engagement *engagement,
                                    bd_arena *arena, size_t *count, bd_err *err);

#endif
