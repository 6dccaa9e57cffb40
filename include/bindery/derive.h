/* bindery/derive.h - derivations: pure, versioned functions from records to derived records.
 *
 * What the condition language cannot say (shadowing among firewall rules, which accounts a leaver has) is said here
 * in C, as a function of one record and the parameters.  Derived records are ordinary `bd_value` objects that checks
 * read in the ordinary language.  No clock, no I/O, no state.  A changed meaning is a new version.
 *
 * A derivation has `map` (one record alone) or `collect` and `reduce` (several collections together).  `collect` is
 * called in scan: it says which group a record belongs to and keeps what the join needs of it.  `reduce` is called in
 * assess, once for each group of each snapshot of the first source that the derivation reads; of the other sources it
 * sees the snapshot nearest in time, at most seven days away, and of a log all
 * extracts of the 130 days before.
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

/* What `collect` is told of a record: whose it is, and of what its snapshot is (a group's id, a subscription). */
typedef struct {
    bd_str source, scope, type, key, resource;
    const bd_value *value;
} bd_join_record;

/* Takes what a join keeps of a record.  `group` "": all groups see it (policies, role holders). */
typedef void bd_part_fn(void *context, bd_str group, const bd_value *kept);

typedef struct {
    bd_str source, scope;
    bd_instant at; /* of its snapshot */
    uint32_t list; /* of a log by repository: which of the lists; 0 of all else */
    const bd_value *kept;
} bd_part;

/* A snapshot that a join sees, and whether what it lacks is really absent. */
typedef struct {
    bd_str source, scope;
    bd_instant from, to; /* what an extract of a log describes; equal for a snapshot */
    uint32_t list;       /* as in bd_part: snapshots of one day are one, but each list of a repository is its own */
    bool is_whole; /* complete, its time known, signed off where that is needed */
    bd_str why_not;
    /* Entity sets of Graph that its pages name, lower case, without what stands in parentheses; of Azure the types of
     * the source that its records show or its request names. */
    bd_strs sets;
} bd_join_input;

typedef struct {
    const bd_value *facts; /* of bindery.json: {"break_glass_accounts":{"approved_on":...,"value":[...]}}, or NULL */
    const bd_zone *zone;
    bd_instant at;         /* of the snapshot that is judged */
    bd_str scope;          /* and of what it is */
    uint32_t list;         /* and which list of a repository, as in bd_part */
    const bd_strs *subscriptions; /* of the engagement */
    const bd_join_input *inputs;
    size_t input_count;
    const bd_part *common; /* parts of group "" */
    size_t common_count;
} bd_join;

typedef struct {
    const char *name; /* "nsg-exposure" */
    int version;
    /* `parameters`: the organisation's facts (an object) or NULL; `zone`: the engagement's time zone. */
    void (*map)(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                bd_arena *arena, bd_derived_fn *emit, void *context);
    /* Organisation facts that decide what comes out, by name with blanks between, "slas.note_days" where one member
     * of it alone does: what is of before their approval may not pass.  Not those whose days it looks at itself. */
    const char *facts;
    /* `map` reads the days that are judged; of any other they are not among the parameters. */
    bool asks_for_days;
    /* The other sources are seen with all their snapshots, from 130 days before on, not with the nearest alone. */
    bool sees_all;
    /* And so is the first source: what a snapshot shows is judged by those before it.  Needs sees_all. */
    bool sees_own;
    /* Of a log that each resource keeps for itself an anchor sees those of the other resources, too. */
    bool sees_others;
    /* Both or neither. */
    void (*collect)(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep, void *context);
    /* Called with group "" and no parts first, also where the snapshot is empty: what must not vanish is said there. */
    void (*reduce)(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                   bd_arena *arena, bd_derived_fn *emit, void *context);
    /* Records for people, of all common parts: no check reads them.  NULL: none.  Needs reduce. */
    void (*list)(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context);
} bd_derivation;

/* ---- parts on their way from scan to assess ---- */

/* A packed part stands among packed rows: u32 evidence, then this number where a row has its check. */
#define BD_PART_MARK UINT32_MAX
/* From behind the mark: the derived source's place in the catalog, group, source, scope, what is kept as JSON. */
void bd_part_pack(bd_packer *packer, uint32_t derived, bd_str group, bd_str source, bd_str scope,
                  bd_str kept);
/* Could bytes from `at` on, which nobody vouches for, be a part of one of so many sources? */
bool bd_part_fits(bd_str packed, size_t at, size_t source_count);
/* All but `at`, which belongs to the snapshot. */
void bd_part_unpack(bd_unpacker *unpacker, bd_arena *arena, uint32_t *derived, bd_str *group,
                    bd_part *out);

const bd_derivation *bd_derivation_find(bd_str name); /* NULL when absent */
size_t bd_derivation_count(void);
const bd_derivation *bd_derivation_at(size_t index); /* by name */

#endif
