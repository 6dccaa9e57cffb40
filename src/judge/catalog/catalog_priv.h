/* Shared by the files of the room `catalog`. */
#ifndef BINDERY_CATALOG_PRIV_H
#define BINDERY_CATALOG_PRIV_H

#include "bindery/catalog.h"

typedef enum {
    LIST_CRITERIA,
    LIST_CONTROLS,
    LIST_REQUIREMENTS,
    LIST_SOURCES,
    LIST_CHECKS,
    LIST_MAPPINGS,
    LIST_SIZES,
    LIST_COUNT
} list_kind;

/* One definition as it stands in a file. */
typedef struct {
    const bd_value *value;
    bd_str id; /* requirements: control + req */
    bd_str file;
    size_t position; /* in the file's list, for the JSON pointer */
    uint32_t order;  /* of first mention over all files: an override keeps its place */
} item;

typedef struct {
    bd_arena *arena;
    bd_diags *diags;
    BD_VEC(item) lists[LIST_COUNT];
    bd_map *by_id[LIST_COUNT]; /* id -> (void *)(index + 1) */
    bd_map *retired;           /* ids of retired sources */
} loader;

const char *list_name(list_kind kind); /* "criteria" ... "sizes" */

/* fields.c: which keys a definition may have and of what kind. */
void check_fields(loader *load, list_kind list, const item *it);
void check_top_keys(loader *load, bd_str file, const bd_value *root);
/* A fault at a place inside a definition; `inside` is a pointer suffix such as "/owner" or "". */
void add_fault(loader *load, list_kind list, const item *it, const char *inside, const char *format,
               ...) BD_PRINTF(5, 6);

/* merge.c: files to lists of definitions, later ids in place of earlier ones. */
void merge_files(loader *load, const bd_catalog_file *files, size_t count);
const item *find_item(const loader *load, list_kind list, bd_str id);

/* link.c: lists to the linked catalog; faults are added, the result is usable only without faults.
 */
bd_catalog *link_catalog(loader *load);

/* recognise.c */
struct bd_catalog_index {
    bd_map *criteria, *controls, *requirements, *sources, *checks; /* id -> element */
    bd_map *types, *contexts, *tables;
    struct recogniser *recognisers; /* one per source, in catalog order */
    size_t recogniser_count;
    struct id_parts *id_parts;
    const bd_source_def *any_resource;
};
void build_recognisers(bd_catalog *catalog, bd_arena *arena);
/* Every text of a string or an array of strings, as written or lower-cased. */
bd_strs strings_of(bd_arena *arena, const bd_value *value, bool lower);

#endif
