/* imported_priv.h - shared by the files of room imported. */
#ifndef IMPORTED_PRIV_H
#define IMPORTED_PRIV_H

#include "bindery/imported.h"

/* Where a value stands: the first of these that is there. */
typedef struct {
    bd_strs paths;
} places;

/* A set of tests that speaks of our criteria. */
typedef struct {
    bd_str name;
    bd_strs ids;      /* lower case: of the set itself */
    bd_strs names;    /* folded: letters and digits alone */
    bd_strs prefixes; /* lower case: of its groups */
    bool is_retired;  /* its groups are of older criteria */
} group_set;

typedef struct {
    bd_str word; /* folded; "status/cause" with both */
    bd_import_class means;
} status_word;

typedef struct {
    bd_import shown;
    bd_strs types; /* lower case */
    bd_strs keys;  /* all of them are there */
    bd_strs each;  /* lists inside each other, of which every member is a row */
    places resource, test, title, status, cause, groups, set, manual, at;
    places scope; /* where the record itself names none */
    places current, max, percentage, weight, owner, comments, expires, pieces;
    places counts;            /* of [{status, count}] */
    places count;             /* number beside a status in such a list */
    BD_VEC(places) parts_key; /* key: texts of all, in order */
    BD_VEC(status_word) words;
    BD_VEC(group_set) sets;
    bd_strs prefixes;                 /* of all sets, the longest first */
    bd_strs count_words, count_paths; /* counts in members of their own: status word -> path */
} declaration;

struct bd_imports {
    const bd_catalog *catalog;
    BD_VEC(declaration) list; /* by source id, then as declared */
};

/* Letters and digits, lower case. */
bd_str fold_word(bd_arena *arena, bd_str text);

#endif
