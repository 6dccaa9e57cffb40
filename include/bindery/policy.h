/* bindery/policy.h - published policy definitions and initiatives, run unmodified over records of evidence.
 *
 * A definition is read as Azure Policy's own JSON: mode, parameters, policyRule.  An initiative names definitions and
 * gives them parameters.  What can be judged offline is compiled; a policy with anything that is not understood is
 * not run in part: it is listed as unsupported with the construct's name and place.
 *
 * Map: one record gives rows to the policies that speak of its type; of a type that no policy reads it costs one
 * look-up.  Reduce: rows sorted by (policy, join, side, key) give one verdict per resource.
 *
 *     bd_policies_build(&inputs, arena, &policies, err);
 *     mapper = bd_policy_mapper_make(policies, arena);               one for each thread
 *     bd_policy_map(mapper, &record, scratch, put_row, context);     rows into a sorter by bd_policy_row_pack
 *     bd_policies_reduce(policies, sorter, is_complete, context, arena, &results, err);
 *
 * What a verdict means.  fail: the resource meets the condition of an audit or deny, or lacks the related resource
 * that an auditIfNotExists or deployIfNotExists asks for.  pass: the opposite.  not-applicable: the condition in front
 * of the related resource does not hold.  cannot-tell: the evidence does not show what is asked.
 */
#ifndef BINDERY_POLICY_H
#define BINDERY_POLICY_H

#include "bindery/rule.h"
#include "bindery/spill.h"
#include "bindery/util.h"
#include "bindery/value.h"

/* ---- reading ----------------------------------------------------------------------------------------- */

typedef enum { BD_POLICY_NO_KIND, BD_POLICY_DEFINITION, BD_POLICY_INITIATIVE } bd_policy_kind;
bd_policy_kind bd_policy_kind_of(const bd_value *json);
/* Lower-cased id, made of the name where there is none.  Allocated in <arena>. */
bd_str bd_policy_id_of(const bd_value *json, bd_arena *arena);
/* Of two files with one id: is `a` the better one?  A higher version, then fewer folders, then the order of bytes. */
bool bd_policy_is_better(const bd_value *a, bd_str path_a, const bd_value *b, bd_str path_b);
/* Lower-cased ids of an initiative's members, in its order. */
bd_strs bd_policy_members(const bd_value *initiative, bd_arena *arena);

typedef struct {
    bd_str path; /* as it is printed */
    const bd_value *json;
    bool is_member_only; /* runs only where an initiative names it */
} bd_policy_file;

typedef enum {
    BD_POLICY_RUNS,
    BD_POLICY_DISABLED, /* by its effect */
    BD_POLICY_MANUAL,   /* asks a person for an attestation */
    BD_POLICY_UNSUPPORTED,
    BD_POLICY_ABSENT /* an initiative names it, and no file holds it */
} bd_policy_state;
const char *bd_policy_state_text(bd_policy_state state); /* "runs", "disabled", ... */

typedef struct {
    bd_str id, title, effect, mode, version, file;
    bd_str initiative,
        reference;  /* title of the initiative and the member's own name in it, or "" */
    bd_strs groups; /* in the initiative */
    bd_policy_state state;
    bd_str problem; /* why it is unsupported */
} bd_policy;

typedef struct {
    const bd_policy_file *files;
    size_t count;
    const bd_value *parameters; /* {"name":{"value":...}} or {"name":...}, or NULL */
} bd_policy_inputs;

typedef struct bd_policies bd_policies;
/* Compiles them: initiatives first, member by member, then definitions of their own, in the order of the files.
 * Immutable afterwards.  INPUT names the file and the JSON pointer where a file has not the form of a policy; what a
 * policy asks beyond us is no failure but its `problem`. */
BD_MUST_USE bd_rc bd_policies_build(const bd_policy_inputs *inputs, bd_arena *arena,
                                    const bd_policies **out, bd_err *err);
size_t bd_policies_count(const bd_policies *policies);
const bd_policy *bd_policies_at(const bd_policies *policies, size_t index);

/* ---- map --------------------------------------------------------------------------------------------- */

/* Type of a record as policies name it, lower case: that of Key Vault's own records is not an ARM type.  "" for a
 * record of something that is no resource.  Borrowed from the record. */
bd_str bd_policy_type(const bd_record *record);

typedef struct {
    const bd_record *record;
    bd_instant as_of;
    bd_day day;            /* of the record's snapshot */
    const bd_value *group; /* record of its resource group, or NULL */
    bool is_partial;       /* it shows chosen columns only */
} bd_policy_subject;

typedef struct {
    uint32_t policy;
    bd_str join;        /* "" where the resource alone decides */
    bool is_related;    /* the side that a left row asks for */
    bd_str key;         /* of the record; a resource counts once */
    bool is_partial;    /* a row from a whole record is preferred */
    bd_day day;         /* then the newest */
    bd_verdict verdict; /* related: does it meet the existence condition? */
    bool needs_related; /* left: the verdict hangs on the other side */
    bool has_name;      /* left: it asks for one related resource by name */
    bd_str type, resource, subscription, reason;
} bd_policy_row;
void bd_policy_row_pack(bd_packer *packer, const bd_policy_row *row);

typedef void bd_policy_row_fn(void *context, const bd_policy_row *row);
typedef struct bd_policy_mapper bd_policy_mapper;
bd_policy_mapper *bd_policy_mapper_make(const bd_policies *policies, bd_arena *arena);
/* Rows are Borrowed until the callback returns; `scratch` may be reset after the call. */
void bd_policy_map(bd_policy_mapper *mapper, const bd_policy_subject *subject, bd_arena *scratch,
                   bd_policy_row_fn *emit, void *context);

/* ---- reduce ------------------------------------------------------------------------------------------ */

typedef struct {
    bd_str type;
    uint64_t counts[4]; /* by bd_verdict */
} bd_policy_count;

typedef struct {
    bd_str type, resource, reason;
    bd_verdict verdict; /* fail or cannot-tell */
} bd_policy_finding;

typedef struct {
    BD_VEC(bd_policy_count) counts;     /* sorted by type */
    BD_VEC(bd_policy_finding) findings; /* sorted by type and resource */
} bd_policy_result;

/* Does the evidence show all resources of `type` that hang on `anchor` (an id, lower case) in `subscription`? */
typedef bool bd_policy_complete_fn(void *context, bd_str type, bd_str subscription, bd_str anchor);
/* One result per policy, by index.  `sorter` is finished here.  Memory is flat but for findings, which are kept only
 * where `wants_findings`. */
BD_MUST_USE bd_rc bd_policies_reduce(const bd_policies *policies, bd_sorter *sorter,
                                     bd_policy_complete_fn *is_complete, void *context,
                                     bool wants_findings, bd_arena *arena, bd_policy_result **out,
                                     bd_err *err);

#endif
