/* What the package must not hold: a vendor's report, in every copy, and what a description that cannot be read may mean
 * as one.  In doubt a file is kept back: a package that goes without can be made again, and one that went cannot be
 * called back. */
#include "bindery/run.h"

#include "run_priv.h"

/* A register that cannot be read: the files that it names, beside and below it. */
static bool is_named_by(const bd_evidence *item, const bd_evidence *from, bd_str text) {
    bd_str folder = bd_path_folder(from->given.path);
    bool is_below = bd_str_eqz(folder, ".") ||
                    (bd_str_has_prefix(item->given.path, folder) &&
                     item->given.path.size > folder.size && item->given.path.data[folder.size] == '/');
    return is_below && bd_str_find(text, bd_path_name(item->given.path)) >= 0;
}

static bool is_meant_by(const bd_evidence *item, const bd_evidence *from, bd_str text) {
    if (from->is_register) {
        return is_named_by(item, from, text);
    }
    bool is_own = bd_sidecar_subject(from->given.path).size > 0;
    return is_own ? item->given.sidecar == from->given.number
                  : bd_str_eq(bd_path_folder(item->given.path), bd_path_folder(from->given.path));
}

static void withhold_item(bd_judged_run *out, bd_evidence *item, const char *why,
                          const bd_evidence *of) {
    item->is_withheld = true;
    bd_diag_add(out->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, (bd_str){"", 0},
                "is kept out of the package: %s '%.*s'", why, BD_ARG(of->given.path));
}

static void withhold_meant(bd_judged_run *out, const bd_evidence *from, bd_str text) {
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        bool is_described = item->is_sidecar || item->is_register || item->is_document;
        if (!is_described && !item->is_withheld && is_meant_by(item, from, text)) {
            withhold_item(out, item, "it may be a vendor's report, as far as can be read in", from);
        }
    }
}

static void withhold_copies(bd_judged_run *out) {
    bd_map *withheld = bd_map_make(out->arena);
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        if (item->is_withheld) {
            bd_map_put(withheld, (bd_str){(const char *)item->given.sha256, 32}, item);
        }
    }
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        const bd_evidence *of = bd_map_find(withheld, (bd_str){(const char *)item->given.sha256, 32});
        if (of != NULL && !item->is_withheld && !item->is_sidecar && !item->is_register) {
            withhold_item(out, item, "it has the bytes of", of);
        }
    }
}

void bd_withhold(const bd_catalog *catalog, bd_judged_run *out, const bd_str *refused) {
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        item->is_withheld =
            item->is_document && bd_catalog_withholds(catalog, item->sidecar.document.type);
    }
    for (size_t i = 0; i < out->evidence.count; i++) {
        if (bd_catalog_names_withheld(catalog, refused[i])) {
            withhold_meant(out, &out->evidence.data[i], refused[i]);
        }
    }
    withhold_copies(out);
}
