/* Sidecars and registers: the same bytes are tried as both. */
#include "fuzz.h"

#include "bindery/evidence.h"
#include "bindery/read.h"

typedef BD_VEC(const bd_value *) value_list;

static bd_rc on_header(void *context, const bd_str *names, size_t count, bd_err *err) {
    (void)context;
    return bd_register_check_columns(names, count, BD_STR("register.csv"), err);
}

static bd_rc on_row(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    value_list *rows = context;
    (void)ordinal;
    (void)err;
    *bd_push(fuzz_arena(), rows) = bd_value_copy(fuzz_arena(), value);
    return BD_OK;
}

static void try_register(bd_str text) {
    value_list rows = {0};
    bd_register_rows parsed = {0};
    bd_memory_source state;
    bd_err err;
    bd_source source = bd_source_of_memory(&state, text);
    bd_csv_events events = {.context = &rows, .header = on_header, .row = on_row};
    if (!fuzz_holds(bd_csv_read(&source, &bd_csv_default_limits, NULL, &events, &err), &err)) {
        return;
    }
    if (fuzz_holds(bd_register_parse(rows.data, rows.count, BD_STR("register.csv"), fuzz_arena(),
                                     &parsed, &err),
                   &err)) {
        for (size_t i = 0; i < parsed.count; i++) {
            FUZZ_CHECK(parsed.data[i].sidecar.has_document && parsed.data[i].file.size > 0);
        }
    }
}

static void try_sidecar(bd_str text) {
    bd_sidecar own, folder;
    bd_err err;
    if (fuzz_holds(bd_sidecar_parse(text, BD_STR("a/b.json.meta.json"), fuzz_arena(), &own, &err),
                   &err)) {
        FUZZ_CHECK(own.rows >= -1);
        bd_rc again =
            bd_sidecar_parse(text, BD_STR("a/_folder.meta.json"), fuzz_arena(), &folder, &err);
        FUZZ_CHECK(fuzz_holds(again, &err));
        bd_sidecar_merge(&own, &folder);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size);
    try_sidecar(text);
    try_register(text);
    bd_str subject = bd_sidecar_subject(text);
    FUZZ_CHECK(subject.size <= text.size);
    (void)bd_path_is_register(text);
    fuzz_end();
    return 0;
}
