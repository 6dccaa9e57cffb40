/* Places that a fact names: resource ids, what they begin with, subscriptions, resource groups.
 *
 * Checks leave out what lies elsewhere.  A misspelt place leaves out all of it, and looks like a place where nothing
 * offends; so each must hold at least one record of the evidence, whenever it was read. */
#include "bindery/views.h"

#include "views_priv.h"

void bd_views_open_places(bd_views *views) {
    for (size_t i = 0; i < views->in.catalog->check_count && views->unseen_places.count == 0; i++) {
        const bd_strs *places = &views->by_check[i].plan->places;
        for (size_t j = 0; j < places->count; j++) {
            *bd_push(views->arena, &views->unseen_places) = places->data[j];
        }
    }
}

/* Does `path` begin with the place, whole segments of it? */
static bool starts_with(bd_str path, bd_str place) {
    bd_str head = bd_str_sub(path, 0, place.size);
    bool is_head = head.size == place.size && bd_str_ieq(head, place);
    bool is_prefix = place.size > 0 && place.data[place.size - 1] == '/';
    return is_head && (is_prefix || path.size == place.size || path.data[place.size] == '/');
}

/* A guid behind "subscriptions", a name behind "resourceGroups", or the beginning of an id. */
static bool is_in_place(bd_str id, bd_str place) {
    bd_str rest = id, piece, before = {"", 0};
    if (starts_with(id, place) || starts_with(bd_str_sub(id, 1, id.size), place)) {
        return true;
    }
    while (bd_str_cut(&rest, '/', &piece)) {
        bool names_place = bd_str_ieq(before, BD_STR("subscriptions")) ||
                           bd_str_ieq(before, BD_STR("resourcegroups"));
        if (names_place && bd_str_ieq(piece, place)) {
            return true;
        }
        before = piece;
    }
    return false;
}

void bd_views_note_place(bd_strs *unseen, const bd_row *row) {
    bd_str id = row->key.size > 0 && row->key.data[0] == '/' ? row->key : row->resource;
    if (unseen->count == 0 || id.size == 0 || id.data[0] != '/') {
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < unseen->count; i++) {
        if (!is_in_place(id, unseen->data[i])) {
            unseen->data[kept++] = unseen->data[i];
        }
    }
    unseen->count = kept;
}

bd_str bd_views_unseen_place(const bd_views *views, const bd_check_view *view) {
    if (view->plan->places.count == 0 || views->unseen_places.count == 0) {
        return (bd_str){"", 0};
    }
    return bd_str_format(views->arena,
                         "%.*s names '%.*s', and no record of the evidence lies there: is it "
                         "misspelt?",
                         BD_ARG(view->plan->place_fact), BD_ARG(views->unseen_places.data[0]));
}
