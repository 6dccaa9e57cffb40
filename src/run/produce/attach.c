/* What is attached to the binder: the manifest, whose hash the binder prints, and where each criterion stands. */
#include "bindery/produce.h"

#include "bindery/pdf.h"
#include "produce_priv.h"

#define INDEX_BYTES ((size_t)64 << 20)

static bd_strs controls_of(const bd_assessment *assessment, const bd_criterion_result *result,
                           bd_arena *arena) {
    bd_strs numbers = {0};
    for (size_t i = 0; i < result->controls.count; i++) {
        const bd_control_result *control = &assessment->controls[result->controls.data[i]];
        if (bd_report_is_listed(control)) {
            *bd_push(arena, &numbers) = bd_str_copy(arena, control->control->number);
        }
    }
    return numbers;
}

void bd_index_plan(const bd_assessment *assessment, bd_arena *arena, bd_index_rows *out) {
    for (size_t i = 0; i < assessment->criterion_count; i++) {
        const bd_criterion_result *result = &assessment->criteria[i];
        if (!result->is_in_scope) {
            continue;
        }
        *bd_push(arena, out) = (bd_index_row){
            .criterion = bd_str_copy(arena, result->criterion->id),
            .anchor = bd_report_anchor(arena, "criterion", result->criterion->id),
            .state = bd_str_of(bd_criterion_state_name(result->state)),
            .controls = controls_of(assessment, result, arena),
        };
    }
}

static void write_row(bd_json_writer *writer, const bd_index_row *row, const bd_layout *layout) {
    const bd_place *place = bd_layout_find(layout, row->anchor);
    bd_json_open(writer, '{');
    bd_json_key(writer, "controls");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < row->controls.count; i++) {
        bd_json_text(writer, row->controls.data[i]);
    }
    bd_json_close(writer, ']');
    bd_json_member(writer, "criterion", row->criterion);
    if (place != NULL) {
        bd_json_member(writer, "destination", row->anchor);
        bd_json_member(writer, "label", layout->pages.data[place->page_index].label);
        bd_json_key(writer, "page");
        bd_json_int(writer, (int64_t)place->page_index + 1);
    }
    bd_json_member(writer, "state", row->state);
    bd_json_close(writer, '}');
}

bd_rc bd_index_write(const bd_index_rows *rows, const bd_layout *layout, bd_arena *arena,
                     bd_str *out, bd_err *err) {
    bd_buf text;
    bd_json_writer writer;
    bd_buf_init(&text, INDEX_BYTES);
    bd_sink sink = bd_sink_to_buf(&text);
    bd_json_begin(&writer, &sink);
    bd_json_open(&writer, '{');
    bd_json_key(&writer, "criteria");
    bd_json_open(&writer, '[');
    for (size_t i = 0; i < rows->count; i++) {
        write_row(&writer, &rows->data[i], layout);
    }
    bd_json_close(&writer, ']');
    bd_json_member(&writer, "format", BD_STR("bindery-criteria-index-1"));
    bd_json_close(&writer, '}');
    bd_json_newline(&writer);
    bd_rc rc = bd_json_finish(&writer, err);
    *out = bd_failed(rc) ? (bd_str){"", 0} : bd_str_copy(arena, bd_buf_str(&text));
    bd_buf_clear(&text);
    return rc;
}
