/* The lists of a frozen population: as `sample` puts them into its folder and the package into 20_POPULATIONS. */
#include "bindery/judging.h"

#include "bindery/export.h"
#include "judging_priv.h"

enum { MOST_BASE_BYTES = 38 }; /* what a package's root and the longest extension leave */

/* The package names the period too, so that a long one may be left out. */
bd_str bd_population_base(bd_arena *arena, const bd_population *of, bd_str period) {
    bd_str control = of->control->number;
    if (control.size + 1 + of->name.size + 1 + period.size > MOST_BASE_BYTES) {
        return bd_str_format(arena, "%.*s_%.*s", BD_ARG(control), BD_ARG(of->name));
    }
    return bd_str_format(arena, "%.*s_%.*s_%.*s", BD_ARG(control), BD_ARG(of->name), BD_ARG(period));
}

/* A population without items was never listed: its list is the head alone, its keys no byte. */
static bd_rc make_empty(bd_judged_run *judged, bd_population_file **out, bd_err *err) {
    bd_population_file *made = bd_new(judged->read.arena, bd_population_file, 1);
    made->csv = judged->no_items_csv;
    made->keys = judged->no_items_keys;
    *out = made;
    if (made->csv != NULL) {
        return BD_OK;
    }
    judged->no_items_csv = made->csv = bd_draft_open();
    judged->no_items_keys = made->keys = bd_draft_open();
    BD_TRY(bd_export_items_close(bd_export_items_open(bd_draft_sink(made->csv)), err));
    BD_TRY(bd_draft_finish(made->csv, err));
    return bd_draft_finish(made->keys, err);
}

static bd_str sum_line(bd_arena *arena, const bd_draft *text, bd_str base, const char *extension) {
    char hex[65];
    bd_hex(bd_draft_sha256(text), 32, hex);
    return bd_str_format(arena, "%s  %.*s.%s\n", hex, BD_ARG(base), extension);
}

bd_rc bd_population_texts(bd_judged_run *judged, const bd_population *of, bd_str period,
                          bd_arena *arena, bd_population_text *out, bd_err *err) {
    bd_population_file *file = NULL;
    bd_str base = bd_population_base(arena, of, period);
    for (size_t i = 0; i < judged->population_count; i++) {
        if (bd_str_eq(judged->populations[i].id, of->id)) {
            file = &judged->populations[i];
        }
    }
    if (file == NULL) {
        BD_TRY(make_empty(judged, &file, err));
    }
    bd_str lines[] = {sum_line(arena, file->csv, base, "population.csv"),
                      sum_line(arena, file->keys, base, "population.keys")};
    *out = (bd_population_text){file->csv, file->keys, bd_str_concat(arena, lines, 2)};
    return BD_OK;
}
