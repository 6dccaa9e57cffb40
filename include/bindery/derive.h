/* bindery/derive.h - what a derivation is, and what all of them are written with: pure, versioned functions from
 * records to derived records.
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
 *
 * Of their subjects this header knows nothing.  A record is built member by member, and one that is not known is left
 * out, for a check reads what is absent as cannot-tell:
 *
 *     bd_builder build = {.arena = arena};
 *     bd_put_text(&build, "disk", bd_member_text(record, "id"));
 *     bd_put_answer(&build, "is_attached", bd_answer_of(record, "attached"));
 *     emit(context, BD_STR("disk"), key, id, BD_INSTANT_NONE, bd_build_object(&build));
 *
 * All of it is pure too and may be called from several threads; what is not said to be allocated is borrowed from what
 * was given.
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

/* The three functions, declared or begun: BD_DERIVE_MAP(subnets) is map_subnets. */
#define BD_DERIVE_MAP(name)                                                                        \
    void map_##name(const bd_value *record, const bd_value *parameters, const bd_zone *zone,       \
                    bd_arena *arena, bd_derived_fn *emit, void *context)
#define BD_DERIVE_COLLECT(name)                                                                    \
    void collect_##name(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,           \
                        void *context)
#define BD_DERIVE_REDUCE(name)                                                                     \
    void reduce_##name(const bd_join *join, bd_str group, const bd_part *parts, size_t count,      \
                       bd_arena *arena, bd_derived_fn *emit, void *context)

/* ---- answers ---- */

/* Three-valued: what cannot be read is neither yes nor no. */
typedef enum { BD_NO, BD_YES, BD_UNKNOWN } bd_answer;
/* YES where one is, or NO where one is, though the other is not known. */
bd_answer bd_answer_or(bd_answer a, bd_answer b);
bd_answer bd_answer_and(bd_answer a, bd_answer b);

/* ---- reading a record ---- */

/* The member by the lookup rule (bd_value_lookup), or that of its "properties" where it is null; NULL when absent,
 * null, ambiguous, or `object` is NULL or no object. */
const bd_value *bd_member(const bd_value *object, const char *key);
/* The same of a string, or of {"value": string}; trimmed, "" for all else. */
bd_str bd_member_text(const bd_value *object, const char *key);
/* true and false, also as texts in any case; all else is UNKNOWN. */
bd_answer bd_answer_of(const bd_value *record, const char *key);
bool bd_member_is_set(const bd_value *record, const char *key); /* the answer is YES */

/* ---- building a record ---- */

#define BD_BUILDER_MOST 24 /* members; one more is a bug */

/* A record in the making, in the order in which its members are put.  Begun with its arena alone. */
typedef struct {
    bd_arena *arena;
    bd_str keys[BD_BUILDER_MOST];
    const bd_value *values[BD_BUILDER_MOST];
    size_t count;
} bd_builder;
/* `key` and `value` are borrowed until the object is built, what `value` holds as long as that lives; NULL: the member
 * is left out. */
void bd_put_value(bd_builder *build, const char *key, const bd_value *value);
/* A copy of the text; "": left out. */
void bd_put_text(bd_builder *build, const char *key, bd_str text);
/* As true or false; UNKNOWN: left out. */
void bd_put_answer(bd_builder *build, const char *key, bd_answer answer);
/* The object with what was put so far.  Allocated in the builder's arena. */
const bd_value *bd_build_object(const bd_builder *build);

/* ---- texts and ids ---- */

/* By simple case folding, for names that people compare.  Allocated in `arena`. */
bd_str bd_derive_fold_text(bd_arena *arena, bd_str text);
/* JSON that stands in a string; NULL when it is none.  Allocated in `arena`. */
const bd_value *bd_derive_parse_text(bd_arena *arena, bd_str text);
/* "PT8H", "P1DT30M" to minutes, seconds rounded up; false for anything else and for months and years, whose length
 * varies: `*minutes` says nothing then. */
bool bd_derive_parse_minutes(bd_str text, int64_t *minutes);
/* What stands behind its last '/', lower case: a role definition's or a group's own guid.  Allocated in `arena`. */
bd_str bd_id_tail(bd_arena *arena, bd_str id);

/* How much a scope reaches; GROUP: a management group, LESS: a part of a subscription. */
typedef enum {
    BD_LEVEL_NOTHING, /* it is no scope, or "" */
    BD_LEVEL_ROOT,
    BD_LEVEL_GROUP,
    BD_LEVEL_SUBSCRIPTION,
    BD_LEVEL_LESS
} bd_level;
/* Of a scope as a record gives it; `arena` for scratch. */
bd_level bd_level_of_scope(bd_arena *arena, bd_str scope);
/* Of an id as bd_resource_id gives it: the root "/" is "" there, and NOTHING. */
bd_level bd_level_of_id(bd_str id);

/* ---- what a join is told ---- */

bool bd_join_record_is_of(const bd_join_record *record, const char *source);
bool bd_part_is_of(const bd_part *part, const char *source);

/* The list that is a fact of bindery.json, NULL unless it was approved by the day of `at`.  Borrowed from the facts. */
const bd_value *bd_join_approved_list(const bd_join *join, const char *fact);
/* Is one of these on a list of bindery.json that was approved by the day of `at`?  Ids compare ignoring case. */
bool bd_join_is_approved(const bd_join *join, const char *fact, const bd_str *ids, size_t count);
bool bd_join_has_fact(const bd_join *join, const char *fact);
/* "the approved list", or that bindery.json does not give the fact.  Allocated in `arena`. */
bd_str bd_join_approved_words(const bd_join *join, const char *fact, bd_arena *arena);

/* The first input of a source (and scope, unless NULL); NULL when nothing near was read. */
const bd_join_input *bd_join_find_input(const bd_join *join, const char *source,
                                        const bd_str *scope);
/* All snapshots of a source that the join sees are whole, and there is one. */
bool bd_join_is_whole(const bd_join *join, const char *source);
/* The same of a source that is kept by subscription: each subscription of the engagement is there. */
bool bd_join_is_whole_everywhere(const bd_join *join, const char *source);
/* One of the source's snapshots names this entity set, be it whole or not. */
bool bd_join_has_set(const bd_join *join, const char *source, const char *set);
/* Each of them does, and there is one. */
bool bd_join_has_set_everywhere(const bd_join *join, const char *source, const char *set);
/* Why a source is not whole, or that none was read within seven days.  Allocated in `arena`. */
bd_str bd_join_why_not(const bd_join *join, const char *source, bd_arena *arena);

/* What whole extracts describe: stretches in the order of time, which do not touch. */
typedef struct {
    bd_instant from, to; /* [from, to) */
} bd_described_span;
typedef struct {
    bd_described_span *data;
    size_t count;
} bd_described;
typedef bool bd_join_input_fn(const void *context, const bd_join_input *input);
/* By the whole inputs for which `wants` is true.  Allocated in `arena`. */
bd_described bd_join_describe(const bd_join *join, bd_join_input_fn *wants, const void *context,
                              bd_arena *arena);
/* Each moment of [from, to]. */
bool bd_described_has(const bd_described *of, bd_instant from, bd_instant to);
/* From when on, without a hole, all is described up to `to`; `to` where nothing is. */
bd_instant bd_described_since(const bd_described *of, bd_instant to);

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

#endif
