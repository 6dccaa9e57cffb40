/* extent_priv.h - shared by the files of room extent: the words of a command, request or query as its readers see them
 * (words.c). */
#ifndef EXTENT_PRIV_H
#define EXTENT_PRIV_H

#include "bindery/extent.h"

#define MOST_TERMS 200 /* of one sidecar; what stands behind them is not read, and said */

bd_str empty(void);
bool is_digit(char c);
bool is_quote(char c);
bool has_part(bd_str text, const char *part);
bd_str unquoted(bd_str text);

/* Moves `*rest` behind the next of these options; `out`: its words up to the next option. */
bool next_option(bd_str *rest, const char *const *names, size_t count, bd_str *out);

/* A condition of a filter or query. */
typedef struct {
    bd_str text;               /* as written */
    bd_str field, op, literal; /* op lower-cased */
    bool is_query;             /* of Kusto, else of OData */
} term;
typedef BD_VEC(term) terms;
terms terms_of(const bd_sidecar *sidecar, bd_arena *arena);
/* A condition on the time of a log's records: it bounds what the log describes. */
bool is_time_term(const bd_source_def *source, const term *one);
/* "where x", "where(x)", "take\n5": the name ends where no letter follows. */
bool is_stage(bd_str stage, const char *name);

/* What is left of a request to look for parameters in, and the same in lower case. */
typedef struct {
    bd_str text, lower;
} parameters_left;
parameters_left parameters_of(bd_arena *arena, bd_str text);
/* The next value of a parameter, percent-decoded. */
bool next_parameter(bd_arena *arena, parameters_left *rest, const char *name, bd_str *out);

/* shape.c: the subscriptions that a condition of the query names, lower-cased; none when it names none. */
void bd_extent_query_subscriptions(const bd_sidecar *sidecar, const bd_source_def *source,
                                   bd_arena *arena, bd_strs *out);

#endif
