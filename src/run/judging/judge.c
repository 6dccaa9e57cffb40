/* From rows to an assessment, its findings and its lists. */
#include "bindery/judging.h"

#include "bindery/export.h"
#include "bindery/writing.h"
#include "judging_priv.h"

typedef struct {
    bd_session *session;
    bd_judging_wants wants;
    bd_judged_run *out;
    BD_VEC(bd_population_file) files;
} judging;

/* ---- findings ---- */

static bd_finding_group *group_of(judging *run, const bd_check *check) {
    bd_judged_run *out = run->out;
    for (size_t i = 0; i < out->group_count; i++) {
        if (out->groups[i].check == check) {
            return &out->groups[i];
        }
    }
    bd_finding_group *made = &out->groups[out->group_count++];
    made->check = check;
    return made;
}

static bd_rc on_finding(void *context, const bd_finding *finding, bd_err *err) {
    judging *run = context;
    bd_arena *arena = run->out->read.arena;
    bd_finding_group *group = group_of(run, finding->check);
    group->count++;
    if (group->first.count < BD_REPORT_FINDINGS) {
        bd_finding *kept = bd_push(arena, &group->first);
        *kept = *finding;
        bd_str *const texts[] = {&kept->key, &kept->reason, &kept->resource, &kept->subscription,
                                 &kept->type};
        for (size_t i = 0; i < BD_COUNT(texts); i++) {
            *texts[i] = bd_str_copy(arena, *texts[i]);
        }
    }
    return bd_export_finding(finding, bd_draft_sink(run->out->findings), err);
}

/* ---- populations ---- */

/* Of those that nobody froze only count and hash are kept. */
static bd_population_file *file_of(judging *run, const bd_population *population) {
    bd_judged_run *out = run->out;
    for (size_t i = 0; i < out->population_count; i++) {
        if (bd_str_eq(out->populations[i].id, population->id)) {
            return &out->populations[i];
        }
    }
    bd_population_file *made = bd_push(out->read.arena, &run->files);
    out->populations = run->files.data;
    out->population_count = run->files.count;
    *made = (bd_population_file){
        .id = population->id, .csv = bd_draft_open(), .keys = bd_draft_open()};
    made->rows = bd_export_items_open(bd_draft_sink(made->csv));
    return made;
}

static bd_rc on_item(void *context, const bd_population *population, const bd_item *item,
                     bd_err *err) {
    judging *run = context;
    if (population->freeze != NULL) {
        bd_population_file *file = file_of(run, population);
        bd_sink *keys = bd_draft_sink(file->keys);
        bd_export_items_put(file->rows, item);
        BD_TRY(bd_sink_write(keys, item->key.data, item->key.size, err));
        BD_TRY(bd_sink_write(keys, "\n", 1, err));
    }
    return run->wants.on_item != NULL
               ? run->wants.on_item(run->wants.context, population, item, err)
               : BD_OK;
}

static bd_rc finish_files(judging *run, bd_err *err) {
    for (size_t i = 0; i < run->out->population_count; i++) {
        bd_population_file *file = &run->out->populations[i];
        bd_export_items *rows = file->rows;
        file->rows = NULL;
        BD_TRY(bd_export_items_close(rows, err));
        BD_TRY(bd_draft_finish(file->csv, err));
        BD_TRY(bd_draft_finish(file->keys, err));
    }
    return BD_OK;
}

static int cmp_groups(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const bd_finding_group *)a)->check->id,
                      ((const bd_finding_group *)b)->check->id);
}

typedef struct {
    judging *run;
    const bd_assess_inputs *inputs;
} today;

static bd_rc judge_today(void *context, bd_err *err) {
    const today *one = context;
    bd_judged_run *out = one->run->out;
    BD_TRY(bd_assess(one->inputs, out->read.arena, on_finding, one->run, &out->assessment, err));
    bd_sort(out->groups, out->group_count, sizeof(bd_finding_group), cmp_groups, NULL);
    BD_TRY(bd_draft_finish(out->findings, err));
    return finish_files(one->run, err);
}

static bd_rc assess_all(judging *run, const bd_rows_read *read, bd_err *err) {
    bd_session *session = run->session;
    bd_acts people;
    bd_samplings samplings;
    bd_acts_read(session, run->out->read.arena, &people);
    bd_samplings_read(session, run->out->read.arena, &samplings);
    bd_assess_inputs inputs = {
        .catalog = session->catalog,
        .rules = session->rules,
        .imports = session->imports,
        .engagement = &session->engagement,
        .period = session->period,
        .as_of = session->as_of,
        .evidence = &run->out->read.evidence,
        .collections = &run->out->read.collections,
        .snapshots = &run->out->read.snapshots,
        .before_collections = read->before_collections,
        .before_snapshots = read->before_snapshots,
        .rows = read->rows,
        .spool_count = read->spool_count,
        .sorts_behind = session->jobs > 1,
        .not_applicable = people.not_applicable.data,
        .not_applicable_count = people.not_applicable.count,
        .acts = people.acts.data,
        .act_count = people.acts.count,
        .samplings = samplings.data,
        .sampling_count = samplings.count,
        .on_item = on_item,
        .item_context = run,
    };
    run->out->groups = bd_new(run->out->read.arena, bd_finding_group, session->catalog->check_count + 1);
    today one = {run, &inputs};
    bd_history_inputs history = {.session = session,
                                 .is_wanted = run->wants.history,
                                 .arena = run->out->read.arena,
                                 .evidence = &run->out->read.evidence,
                                 .today = &inputs,
                                 .plan = read->plan,
                                 .rows = read->rows,
                                 .spool_count = read->spool_count,
                                 .judge_today = judge_today,
                                 .context = &one};
    return bd_history_judge(&history, &run->out->history, err);
}

static bd_rc export_assessment(judging *run, bd_err *err) {
    bd_session *session = run->session;
    uint8_t head[32];
    char hex[65];
    bd_locker_head(session->locker, head);
    bd_hex(head, 32, hex);
    bd_writing_inputs inputs = {
        .assessment = run->out->assessment,
        .catalog = session->catalog,
        .engagement = &session->engagement,
        .evidence = &run->out->read.evidence,
        .collections = &run->out->read.collections,
        .snapshots = &run->out->read.snapshots,
        .pbc = run->out->pbc,
        .bindery_version = BD_STR(BINDERY_VERSION),
        .tzdata_version = run->out->assessment->zone_data_version,
        .journal_head = bd_str_copy(run->out->read.arena, bd_str_of(hex)),
    };
    BD_TRY(bd_custody(session, &run->out->read.evidence, run->out->read.arena, &run->out->custody, err));
    inputs.custody = run->out->custody;
    BD_TRY(bd_export_assessment(&inputs, bd_draft_sink(run->out->assessment_json), err));
    return bd_draft_finish(run->out->assessment_json, err);
}

/* ---- all of it ---- */

static bd_rc judge_rows(void *context, const bd_rows_read *read, bd_err *err) {
    judging *run = context;
    bd_arenas_keep_none(); /* no record asks for the whole catalog any more */
    BD_TRY(assess_all(run, read, err));
    BD_TRY(bd_requests_find(run->session, run->out, err));
    return export_assessment(run, err);
}

bd_rc bd_judge(bd_session *session, const bd_judging_wants *wants, bd_judged_run *out,
               bd_err *err) {
    judging run = {.session = session, .out = out};
    run.wants = wants != NULL ? *wants : run.wants;
    *out = (bd_judged_run){.findings = bd_session_draft(session),
                           .assessment_json = bd_session_draft(session)};
    bd_rc rc = bd_read_rows(session, &out->read, judge_rows, &run, err);
    if (bd_failed(rc)) {
        bd_judged_clear(out);
    }
    return rc;
}

void bd_judged_clear(bd_judged_run *judged) {
    bd_draft_close(judged->findings);
    bd_draft_close(judged->assessment_json);
    judged->findings = NULL;
    judged->assessment_json = NULL;
    for (size_t i = 0; i < judged->population_count; i++) {
        bd_err ignored;
        (void)bd_failed(bd_export_items_close(judged->populations[i].rows, &ignored));
        bd_draft_close(judged->populations[i].csv);
        bd_draft_close(judged->populations[i].keys);
    }
    judged->population_count = 0;
    bd_draft_close(judged->no_items_csv);
    bd_draft_close(judged->no_items_keys);
    judged->no_items_csv = NULL;
    judged->no_items_keys = NULL;
    bd_read_clear(&judged->read);
}
