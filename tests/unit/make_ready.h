/* make_ready.h - what is to do, of an assessment that a test made by hand or judged. */
#ifndef MAKE_READY_H
#define MAKE_READY_H

#include "bindery/ready.h"

#include "test.h"

/* Without snapshots and without earlier months unless the test fills them in. */
static inline bd_ready_inputs ready_inputs(const bd_assessment *assessment,
                                           const bd_catalog *catalog,
                                           const bd_engagement *engagement,
                                           const bd_evidences *evidence) {
    static const bd_snapshots none;
    return (bd_ready_inputs){.assessment = assessment,
                             .catalog = catalog,
                             .engagement = engagement,
                             .evidence = evidence,
                             .snapshots = &none};
}

static inline const bd_readiness *ready_make(const bd_ready_inputs *inputs) {
    const bd_readiness *out = NULL;
    bd_err err;
    CHECK_OK(bd_ready_make(inputs, test_arena(), &out, &err), err);
    return out;
}

#endif
