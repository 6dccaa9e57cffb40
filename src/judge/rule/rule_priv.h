/* Shared by the files of the room `rule`. */
#ifndef BINDERY_RULE_PRIV_H
#define BINDERY_RULE_PRIV_H

#include "bindery/rule.h"

/* ---- where compilation stands, for messages ---- */

typedef struct place {
    const struct place *parent;
    bd_str key; /* "" : an array member, `index` */
    size_t index;
} place;

/* ---- paths ---- */

typedef struct {
    bd_str key;   /* "" only in front of "[*]" on a count's current member */
    bool is_each; /* "[*]" follows */
} segment;

#define SCOPE_RECORD (-1)
#define SCOPES_MAX 8

typedef struct path path;
struct path {
    bd_str text;       /* as written */
    segment *segments; /* from `scope` on */
    size_t count;
    const segment
        *whole; /* from the record on: what paths inside a count over this one begin with */
    size_t whole_count;
    bool has_each;
    int scope;         /* SCOPE_RECORD, or the count whose current member the path starts at */
    bd_str alias_type; /* policies: the resource type an alias speaks of, lower case; or "" */
    const struct path *otherwise; /* policies: where else the alias may stand; may be NULL */
    bool is_alias;                /* policies: names a property, not what all resources have */
    bool is_full_name;            /* policies: "fullName", made of the id */
};

/* ---- conditions ---- */

typedef enum {
    OP_EQUALS,
    OP_LIKE,
    OP_MATCH,
    OP_MATCH_FOLDED,
    OP_IN,
    OP_CONTAINS,
    OP_CONTAINS_KEY,
    OP_LESS,
    OP_LESS_OR_EQUALS,
    OP_GREATER,
    OP_GREATER_OR_EQUALS,
    OP_EXISTS
} operator_kind;

typedef enum {
    EXPR_LITERAL,
    EXPR_UNSET,   /* a parameter without a value */
    EXPR_CURRENT, /* `path`: from a count's current member on */
    EXPR_FIELD,   /* `path` */
    EXPR_CALL,    /* `call` with `args` */
    EXPR_MEMBER   /* args[0].args[1] */
} expression_kind;

typedef struct function function;
typedef struct expression expression;
struct expression {
    expression_kind kind;
    const bd_value *literal;
    bd_str name; /* unset: of the parameter */
    path path;
    const function *call;
    expression *args;
    size_t arg_count;
};

typedef enum { NODE_ALL, NODE_ANY, NODE_NOT, NODE_FIELD, NODE_VALUE, NODE_COUNT } node_kind;

typedef struct node node;
struct node {
    node_kind kind;
    node **children; /* all, any; not: one */
    size_t child_count;
    path field;       /* field; count over a field */
    expression value; /* value; count over a value (is_value_count) */
    bool is_value_count;
    node *where; /* count; may be NULL */
    int scope;   /* count: index of its current member */
    operator_kind op;
    bool is_negated;
    expression operand;
};

struct bd_condition {
    node *root;
};

/* The counts around a condition, innermost first. */
typedef struct scope {
    const struct scope *outer;
    const path *field; /* NULL: a value count */
    bd_str name;       /* value count */
    int depth;
} scope;

typedef struct {
    bd_arena *arena;
    const bd_value *parameters;
    const bd_value *own;   /* the check's own parameters, asked first; may be NULL */
    bool is_policy;        /* Azure's own semantics: see bd_policy_condition_compile */
    const char *subject;   /* "the condition", "check 'x'" : for messages */
    bool needs_parameters; /* an unset parameter is an error, not a missing fact */
    bd_str missing_fact;   /* first parameter without a value */
    const bd_value *controls; /* numbers of the catalog's controls, for CONTROL_NUMBERS; or NULL */
    const bd_value *places; /* value of the fact PLACE_FACT, once a condition has asked for it */
    bd_reduce_plan *plan;   /* notes which facts the check asks for; NULL: nobody wants to know */
    bool is_limit;          /* they are asked for a number of its window */
    bd_err *err;
} compiler;

/* What a check may ask for beside the organisation's facts: which controls there are. */
#define CONTROL_NUMBERS BD_STR("control_numbers")

/* The fact that says where production lies: what lies nowhere of it is not judged. */
#define PLACE_FACT BD_STR("production_scope")

bd_rc refuse(const compiler *compile, const place *at, const char *format, ...) BD_PRINTF(3, 4);
bd_rc compile_path(compiler *compile, bd_str text, const scope *scopes, const place *at, path *out);
/* alias.c: what an alias of a policy says of the record: path and, where it has one, resource type. */
typedef struct {
    bd_str path, otherwise; /* otherwise: "" when there is no other place */
    bd_str type;            /* lower case; "" when the alias speaks of several types */
    bool is_alias;
} alias;
/* False when `text` is neither an alias nor a field that all resources have. */
bool resolve_alias(bd_arena *arena, bd_str text, alias *out);
bd_str strip_alias(bd_str text); /* checks: the path alone, whatever the type */
/* expression.c: a literal, or a template such as [concat('a', parameters('b'))]. */
bool is_template(bd_str text);
bd_str unset_parameter(const expression *from); /* the first one without a value, or "" */
bd_rc compile_expression(compiler *compile, const bd_value *json, const scope *scopes,
                         const place *at, expression *out);
bd_rc compile_condition(compiler *compile, const bd_value *json, const scope *scopes,
                        const place *at, node **out);
/* Value of a parameter, or NULL: {"x":{"value":...}} or {"x":...}. */
const bd_value *find_parameter(const bd_value *parameters, bd_str name);
/* A fact of the organisation, which the check's plan notes as read; NULL when it is not stated. */
const bd_value *read_fact(compiler *compile, bd_str name);

/* ---- evaluation ---- */

typedef struct {
    const bd_value *record;
    const bd_source_def *source; /* for renames; may be NULL */
    bd_value type;               /* stands in for a record's own "type" when it has none */
    bool knows_around;         /* `place` and `moment` are what is known, and no record can say it */
    bd_value place;            /* "$scope": whose list the record was read from; empty: not known */
    bd_value workspace;        /* "$workspace": which one was asked; empty: not known */
    bd_instant exported_at;    /* "$at": when the export was made; BD_INSTANT_NONE: nobody says */
    bd_value moment;           /* the same as text, once a condition has asked for it */
    bd_arena *scratch;
    const bd_value *current[SCOPES_MAX];
    bd_str lacking;                   /* path of the first comparison that stayed unknown */
    bool is_ambiguous;                /* ... because its keys are */
    bd_str trouble;                   /* or a whole sentence: why something could not be computed */
    const bd_policy_setting *setting; /* a policy's; NULL: a check's */
    bool only_identity; /* only type, kind and name are known (see bd_condition_may_hold) */
    bool has_gap;       /* a list was absent and read as empty */
    size_t steps;       /* taken; past STEPS_MAX all is unknown */
} evaluation;

/* A count inside a count inside a count multiplies: what takes longer than this cannot be told. */
#define STEPS_MAX 2000000
#define TEXT_MAX 65536                          /* bytes of a text that a function makes */
bool take_step(evaluation *eval, size_t steps); /* false: past the limit, and said */
/* What a function makes is paid for by its size, so that the scratch arena outlasts the steps. */
bool take_bytes(evaluation *eval, size_t bytes);
bool has_cause(const evaluation *eval); /* a reason is noted already */
void note_lacking(evaluation *eval, const path *at, bool is_ambiguous);
void note_trouble(evaluation *eval, const char *format, ...) BD_PRINTF(2, 3);

evaluation start_evaluation(const bd_value *record, const bd_source_def *source, bd_str type,
                            bd_arena *scratch);
bd_verdict eval_node(evaluation *eval, const node *at);
bd_verdict negate(bd_verdict verdict);

typedef BD_VEC(const bd_value *) selection; /* NULL members: absent */
/* The one value of a path without "[*]"; `*out` NULL when absent. */
bd_lookup find_value(evaluation *eval, const path *at, const bd_value **out);
/* All values of a path with "[*]"; false when a key on the way is ambiguous. */
bool find_values(evaluation *eval, const path *at, selection *out);

/* compare.c: `value` may be NULL (absent).  Negation is the caller's. */
/* Blanks alone are as good as nothing, also where the empty text is asked for.  Borrowed from `value`, or constant. */
const bd_value *without_blanks(const bd_value *value);
bd_verdict compare(operator_kind op, const bd_value *value, const bd_value *operand);
/* The same as Azure Policy has it: null is a value, and "Enabled" is not true. */
bd_verdict compare_policy(operator_kind op, const bd_value *value, const bd_value *operand);

/* The value of an expression; false when it has none that can be told, and why is noted.  `*out` is
 * never NULL otherwise: null is a value. */
bool eval_expression(evaluation *eval, const expression *from, const bd_value **out);
extern const bd_value null_value;
bool has_two_stars(bd_str text);

/* function.c.  A function is pure: it sees its arguments, the as-of instant and the record's id. */
typedef enum { LAZY_NOT, LAZY_IF, LAZY_AND, LAZY_OR, LAZY_COALESCE } laziness;
struct function {
    const char *name;
    size_t least, most; /* arguments */
    bool (*apply)(evaluation *eval, const bd_value *const *args, size_t count,
                  const bd_value **out); /* NULL when it is lazy */
    laziness lazy;
    bool is_constant; /* of constant arguments it is one itself */
};
const function *find_function(bd_str name);
/* address.c: false when one is no range, or they are of two versions of IP. */
bool compare_ranges(bd_str whole, bd_str part, bool *contains);
const char *nearest_function(bd_arena *arena, bd_str name);
int truth_of_value(const bd_value *value); /* 1, 0, or -1: no truth value; "true" and "False" are */

/* ---- reasons ---- */

typedef struct {
    bd_str literal;
    path *field; /* NULL: the literal */
} reason_part;
typedef BD_VEC(reason_part) reason_template;

bd_rc compile_reason(compiler *compile, bd_str text, const place *at, reason_template *out);
bd_str fill_reason(evaluation *eval, const reason_template *reason);
bd_str lacking_reason(evaluation *eval);
/* Text of a value as a person reads it. */
bd_str visible_value(bd_arena *arena, const bd_value *value);

/* ---- checks ---- */

typedef enum {
    KEY_ID,
    KEY_PARENT,
    KEY_RESOURCE_GROUP,
    KEY_SUBSCRIPTION,
    KEY_GUID_TAIL,
    KEY_FIELD
} key_transform;

typedef struct {
    bd_str source;
    node *where;
    path *keys;
    size_t key_count;
    bool has_time;
    path time, alias;
    bool has_alias;
    bool needs_instant; /* a day alone is no time: the window has an end */
} match_side;

/* A record is good until so many days after the time in the field. */
typedef struct {
    path field;
    expression days;
} expiry;

typedef struct {
    const bd_check *check;
    bd_reduce_plan plan;
    bd_verdict missing;
    node *where, *pass, *of;
    reason_template reason;
    bd_str missing_fact;
    bd_map *population_ids; /* each, related; NULL: every record is judged */
    key_transform population_key; /* where plan.has_population_key: KEY_FIELD or KEY_PARENT */
    path population_field;
    bd_strs population_types;
    node *related_where, *related_pass;
    node **together; /* plan.together.count; NULL: `of` or `related_pass` holds */
    const bd_value *related_needs; /* array of arrays of field names; NULL: none */
    key_transform left_key, related_key;
    path related_field, left_field;
    bd_strs parent_types;
    path item, presence_path;
    bd_map *presence_table; /* lower-cased value -> bd_value string */
    path age_of; /* where plan.age_months > 0 */
    bool has_operation;
    path operation_id, operation_status;
    expiry *until; /* each */
    size_t until_count;
    match_side population;
    match_side *events;
    match_side undo; /* where plan.has_undo */
    size_t event_count;
} program;

typedef enum {
    ROLE_LEFT,
    ROLE_RELATED,
    ROLE_PRESENCE,
    ROLE_POPULATION,
    ROLE_EVENT,
    ROLE_UNDO
} role_kind;
typedef struct {
    uint32_t program;
    role_kind role;
    size_t event;
    bool names_types; /* its condition fails for a record of any other type than `types` */
    bd_strs types;    /* lower case */
    const node *where; /* which records it reads; NULL: all */
    bool asks_type;    /* `types` are from it: found by its type, a record need not be asked for that again */
} role;
typedef BD_VEC(role) roles;

typedef BD_VEC(const bd_source_def *) sources;

/* Who reads one source. */
typedef struct {
    roles all;
    bool names_types;    /* some of them do */
    bd_map *by_type;     /* type -> roles *, of each type that one of them names */
    const roles *others; /* for the types that none of them names */
} readers;

struct bd_rules {
    const bd_catalog *catalog;
    program *programs; /* one per check, same index */
    path type;         /* "type", as a condition has it */
    bd_map *readers;   /* source id -> readers * */
    bd_map *derived;   /* source id -> sources * : what is made of it */
    bd_map *read;      /* ids of sources that some check or derivation reads */
    bd_map *dated;     /* ids of sources that a check reads which asks for the days that are judged */
};

/* dispatch.c */
void build_dispatch(bd_rules *rules, bd_arena *arena);
/* In the order of the catalog; NULL when nobody reads the source. */
const roles *find_roles(const bd_rules *rules, const bd_record *record, evaluation *eval);

/* key.c */
bd_str type_of_id(bd_arena *arena, bd_str id); /* of a normal id: "microsoft.x/y/z", or "" */
/* The nearest ancestor of what a setting hangs on whose type is one of `types`; "" when there is
 * none. */
bd_str parent_of_id(bd_arena *arena, bd_str id, const bd_strs *types);
/* The values of a field that names several keys, as keys. */
bd_strs join_keys(evaluation *eval, const path *field);
/* `id`: of the record, normal. */
bd_str join_key(evaluation *eval, const bd_record *record, bd_str id, key_transform transform,
                const path *field, const bd_strs *parent_types);

#endif
