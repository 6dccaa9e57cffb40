/* make_imported.h - exports of other tools' verdicts, and what came of them as text.
 *
 * JSON is written with single quotes; `$A` stands for the id of the engagement's subscription.
 */
#ifndef BINDERY_MAKE_IMPORTED_H
#define BINDERY_MAKE_IMPORTED_H

#include "bindery/export.h"
#include "bindery/imported.h"

#include "make_whole.h"

#define SOC_2                                                                                      \
    "/providers/Microsoft.Authorization/policySetDefinitions/4054785f-702b-4a98-9215-009cbd58b141"
#define SOC_2023                                                                                   \
    "/providers/Microsoft.Authorization/policySetDefinitions/53ad89f5-8542-49e9-ba81-1cbd686e0d52"
#define TRANSFER "404c3081-a854-4457-ae30-26a93ef643f9" /* secure transfer to storage accounts */
#define STORAGE "/subscriptions/$A/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/"

static inline bd_str spelled(const char *text) {
    bd_buf out;
    bd_buf_init(&out, (size_t)256 << 20);
    for (const char *at = text; *at != '\0'; at++) {
        if (at[0] == '$' && at[1] == 'A') {
            bd_buf_puts(&out, BD_STR(SCAN_SUB_A));
            at++;
        } else {
            bd_buf_putc(&out, *at == '\'' ? '"' : *at);
        }
    }
    bd_str copy = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return copy;
}

static inline const char *plain(const char *format, ...) BD_PRINTF(1, 2);
static inline const char *plain(const char *format, ...) {
    va_list args;
    va_start(args, format);
    bd_str text = bd_str_vformat(test_arena(), format, args);
    va_end(args);
    return text.data;
}

/* One policy state as REST prints it. */
static inline const char *policy_state(const char *resource, const char *policy, const char *set,
                                       const char *groups, const char *action, const char *state) {
    return plain("{'@odata.id':null,'timestamp':'2026-01-14T22:00:00Z','resourceId':'%s',"
                 "'policyAssignmentId':'/subscriptions/$A/providers/Microsoft.Authorization/"
                 "policyAssignments/soc2','policyDefinitionId':'/providers/Microsoft.Authorization/"
                 "policyDefinitions/%s','policyDefinitionReferenceId':'ref','subscriptionId':'$A',"
                 "'policyDefinitionAction':'%s','policySetDefinitionId':'%s',"
                 "'complianceState':'%s','policyDefinitionGroupNames':[%s]}",
                 resource, policy, action, set, state, groups);
}

static inline const char *policy_page(const char *states) {
    return plain(
        "{'@odata.nextLink':null,'@odata.context':'https://management.azure.com/subscriptions/$A/"
        "providers/Microsoft.PolicyInsights/policyStates/$metadata#latest','value':[%s]}",
        states);
}

static inline bd_evidence *imported_add(whole *w, const char *text, const char *more) {
    return whole_add(w, spelled(text).data, spelled(more).data);
}

/* ---- rows of the map ---- */

typedef BD_VEC(bd_import_row) import_rows;

static inline import_rows import_rows_of(scan_bench *bench) {
    import_rows out = {0};
    bd_err err;
    CHECK_OK(bd_spool_rewind(bench->rows, &err), err);
    for (;;) {
        bd_str record;
        bool has_record;
        CHECK_OK(bd_spool_next(bench->rows, &record, &has_record, &err), err);
        if (!has_record) {
            return out;
        }
        bd_unpacker unpacker = {bd_str_copy(test_arena(), record), 0};
        (void)bd_unpack_u32(&unpacker);
        if (bd_unpack_u32(&unpacker) == BD_IMPORT_MARK) {
            bd_import_unpack(&unpacker, test_arena(), bd_push(test_arena(), &out));
        }
    }
}

/* "SOC 2 Type 2|CC6.1,?|st1|404c...|Compliant|met" for each row. */
static inline bd_str rows_text(scan_bench *bench) {
    import_rows rows = import_rows_of(bench);
    bd_str out = {"", 0};
    for (size_t i = 0; i < rows.count; i++) {
        const bd_import_row *row = &rows.data[i];
        bd_str groups = {"", 0};
        for (size_t g = 0; g < row->groups.count; g++) {
            bd_str one = row->criteria.data[g].size > 0 ? row->criteria.data[g] : BD_STR("?");
            groups = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(groups), g > 0 ? "," : "",
                                   BD_ARG(one));
        }
        out = bd_str_format(test_arena(), "%.*s%.*s|%.*s|%.*s|%.8s|%.*s|%s%s\n", BD_ARG(out),
                            BD_ARG(row->set), BD_ARG(groups), BD_ARG(bd_path_name(row->resource)),
                            bd_str_z(test_arena(), row->test), BD_ARG(row->status),
                            bd_import_class_name(row->means), row->is_manual ? "|manual" : "");
    }
    return out;
}

/* ---- what assess made of them ---- */

static inline bd_str counts_text(const bd_import_counts *counts) {
    bd_str out = {"", 0};
    for (int i = BD_IMPORT_CLASSES - 1; i >= 0; i--) {
        if (counts->of[i] > 0) {
            out = bd_str_format(test_arena(), "%.*s %llu %s", BD_ARG(out),
                                (unsigned long long)counts->of[i],
                                bd_import_class_name((bd_import_class)i));
        }
    }
    return out;
}

static inline const bd_import_snapshot *snapshot_of(const whole *w, const char *import) {
    for (size_t i = 0; i < w->out->imported.snapshots.count; i++) {
        if (bd_str_eqz(w->out->imported.snapshots.data[i].import->id, import)) {
            return &w->out->imported.snapshots.data[i];
        }
    }
    return NULL;
}

/* A line for each group of the first snapshot of an import: "SOC 2 Type 2/CC6.1: 1 met; manual 2 unknown". */
static inline bd_str groups_text(const whole *w, const char *import) {
    const bd_import_snapshot *snapshot = snapshot_of(w, import);
    bd_str out = {"", 0};
    for (size_t i = 0; snapshot != NULL && i < snapshot->groups.count; i++) {
        const bd_import_group *group = &snapshot->groups.data[i];
        bd_str name = group->criterion.size > 0 ? group->criterion
                      : group->group.size > 0
                          ? bd_str_format(test_arena(), "?%.*s", BD_ARG(group->group))
                          : BD_STR("*");
        out = bd_str_format(test_arena(), "%.*s%.*s%s/%.*s:%.*s", BD_ARG(out), BD_ARG(group->set),
                            group->is_soc ? "" : "(other)", BD_ARG(name),
                            BD_ARG(counts_text(&group->automatic)));
        if (group->has_manual) {
            out = bd_str_format(test_arena(), "%.*s; manual%.*s", BD_ARG(out),
                                BD_ARG(counts_text(&group->manual)));
        }
        out = bd_str_format(test_arena(), "%.*s\n", BD_ARG(out));
    }
    return out;
}

static inline bd_str disagreements_text(const whole *w) {
    bd_str out = {"", 0};
    for (size_t i = 0; i < w->out->imported.disagreements.count; i++) {
        const bd_disagreement *one = &w->out->imported.disagreements.data[i];
        out =
            bd_str_format(test_arena(), "%.*s%.*s %.*s: ours %s, theirs %s, %d\n", BD_ARG(out),
                          BD_ARG(one->check->id), BD_ARG(bd_path_name(one->resource)),
                          bd_verdict_text(one->ours), bd_import_class_name(one->theirs), one->days);
    }
    return out;
}

static inline bd_str compared_text(const whole *w, const char *import) {
    for (size_t i = 0; i < w->out->imported.compared.count; i++) {
        const bd_import_compared *one = &w->out->imported.compared.data[i];
        if (bd_str_eqz(one->import->id, import)) {
            return bd_str_format(
                test_arena(), "%llu agree, %llu differ, %llu undecided, %llu unread, %llu no check",
                (unsigned long long)one->agree, (unsigned long long)one->disagree,
                (unsigned long long)one->undecided, (unsigned long long)one->unread,
                (unsigned long long)one->no_check);
        }
    }
    return BD_STR("");
}

static inline bd_str scores_text(const whole *w) {
    bd_str out = {"", 0};
    for (size_t i = 0; i < w->out->imported.scores.count; i++) {
        const bd_import_score *one = &w->out->imported.scores.data[i];
        out = bd_str_format(test_arena(), "%.*s%.*s: %.*s of %.*s%s%.*s%s%.*s\n", BD_ARG(out),
                            BD_ARG(one->import->id), BD_ARG(one->current), BD_ARG(one->max),
                            one->problem.size > 0 ? "; " : "", BD_ARG(one->problem),
                            one->is_complete ? "" : "; incomplete: ", BD_ARG(one->why_not));
    }
    return out;
}

#endif
