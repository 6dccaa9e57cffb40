/* Files to lists of definitions.  The order of first mention is the catalog's order; an override
 * takes the place of what it overrides, so that an organisation's one changed sentence moves
 * nothing else. */
#include "bindery/catalog.h"

#include "catalog_priv.h"

/* A catalog is small: the built-in one has 0.4 MB. */
static const bd_json_limits limits = {
    .document_bytes = 16 << 20, .record_bytes = 16 << 20, .depth = 64, .nodes = 500000};

static bd_str id_of(loader *load, list_kind list, const bd_value *value) {
    if (list == LIST_CONTROLS) {
        return bd_value_text(value, "number");
    }
    if (list == LIST_MAPPINGS) {
        return bd_value_text(value, "criterion");
    }
    if (list != LIST_REQUIREMENTS) {
        return bd_value_text(value, "id");
    }
    bd_str control = bd_value_text(value, "control"), req = bd_value_text(value, "req");
    return bd_str_format(load->arena, "%.*s%.*s", BD_ARG(control), BD_ARG(req));
}

const item *find_item(const loader *load, list_kind list, bd_str id) {
    void *place = bd_map_find(load->by_id[list], id);
    return place == NULL ? NULL : &load->lists[list].data[(uintptr_t)place - 1];
}

static void put_item(loader *load, list_kind list, item it) {
    const item *earlier = find_item(load, list, it.id);
    if (earlier == NULL) {
        it.order = (uint32_t)load->lists[list].count;
        *bd_push(load->arena, &load->lists[list]) = it;
        bd_map_put(load->by_id[list], it.id, (void *)(uintptr_t)load->lists[list].count);
        return;
    }
    it.order = earlier->order;
    load->lists[list].data[it.order] = it;
}

static void merge_list(loader *load, list_kind list, bd_str file, const bd_value *members) {
    bd_map *seen = bd_map_make(load->arena);
    for (size_t i = 0; i < members->count; i++) {
        item it = {.value = &members->items[i], .file = file, .position = i};
        if (it.value->kind != BD_OBJECT) {
            add_fault(load, list, &it, "", "a definition of '%s' is not an object",
                      list_name(list));
            continue;
        }
        check_fields(load, list, &it);
        it.id = id_of(load, list, it.value);
        if (it.id.size == 0) {
            continue; /* check_fields has said so */
        }
        if (bd_map_find(seen, it.id) != NULL) {
            bd_str visible = bd_str_visible(load->arena, it.id);
            add_fault(load, list, &it, "", "'%.*s' stands twice in this file, expected each once",
                      BD_ARG(visible));
            continue;
        }
        bd_map_put(seen, it.id, seen);
        put_item(load, list, it);
    }
}

static void merge_file(loader *load, const bd_catalog_file *file) {
    const bd_value *root = NULL;
    bd_err err;
    if (bd_failed(bd_json_parse(file->text, &limits, load->arena, &root, &err))) {
        bd_diag_add(load->arena, load->diags, BD_DIAG_REFUSED, file->name, (bd_str){0}, "%s",
                    err.message);
        return;
    }
    if (root->kind != BD_OBJECT) {
        bd_diag_add(
            load->arena, load->diags, BD_DIAG_REFUSED, file->name, BD_STR("/"),
            "a catalog file is no object, expected {\"format\":\"bindery-catalog 1\", ...}");
        return;
    }
    check_top_keys(load, file->name, root);
    for (int list = 0; list < LIST_COUNT; list++) {
        const bd_value *members = bd_value_find(root, list_name((list_kind)list));
        if (members != NULL && members->kind == BD_ARRAY) {
            merge_list(load, (list_kind)list, file->name, members);
        }
    }
}

void merge_files(loader *load, const bd_catalog_file *files, size_t count) {
    for (int list = 0; list < LIST_COUNT; list++) {
        load->by_id[list] = bd_map_make(load->arena);
    }
    load->retired = bd_map_make(load->arena);
    for (size_t i = 0; i < count; i++) {
        merge_file(load, &files[i]);
    }
}
