/* The readiness report as lists: for programs, spreadsheets, mail and calendars. */
#include "bindery/produce.h"

#include "bindery/export.h"
#include "bindery/todo.h"
#include "bindery/writing.h"
#include "produce_priv.h"

const bd_readiness_list bd_readiness_lists[BD_PRODUCTION_LISTS] = {{"readiness.json", "readiness_list"},
                                                 {"readiness.txt", "readiness_text"},
                                                 {"todo.csv", "todo_file"},
                                                 {"due.ics", "calendar_file"},
                                                 {"pbc.csv", "pbc_file"}};

typedef bd_rc list_fn(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
static list_fn *const writers[] = {bd_todo_write_json, bd_todo_write_text,
                                   bd_todo_write_csv, bd_todo_write_calendar,
                                   bd_export_pbc_csv};

bd_rc bd_readiness_find(bd_session *session, const bd_judged_run *judged, bd_arena *arena,
                        const bd_readiness **out, bd_err *err) {
    bd_ready_inputs inputs = {.assessment = judged->assessment,
                              .catalog = session->catalog,
                              .engagement = &session->engagement,
                              .evidence = &judged->read.evidence,
                              .snapshots = &judged->read.snapshots,
                              .past = judged->history.past,
                              .past_count = judged->history.count,
                              .is_shortened = judged->history.is_shortened};
    return bd_ready_make(&inputs, arena, out, err);
}

bd_rc bd_production_list(bd_production *run, bd_err *err) {
    const bd_judged_run *judged = run->judged;
    bd_writing_inputs inputs = {
        .assessment = judged->assessment,
        .catalog = run->session->catalog,
        .engagement = &run->session->engagement,
        .evidence = &judged->read.evidence,
        .collections = &judged->read.collections,
        .snapshots = &judged->read.snapshots,
        .bindery_version = BD_STR(BINDERY_VERSION),
        .tzdata_version = judged->assessment->zone_data_version,
        .ties = run->ties,
        .ready = run->ready,
        .pbc = judged->pbc,
    };
    for (size_t i = 0; i < BD_COUNT(writers); i++) {
        run->lists[i] = bd_session_draft(run->session);
        BD_TRY(writers[i](&inputs, bd_draft_sink(run->lists[i]), err));
        BD_TRY(bd_draft_finish(run->lists[i], err));
    }
    return BD_OK;
}
