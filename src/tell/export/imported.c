/* What other tools say, as a member of assessment.json and as lists of the package. */
#include "bindery/export.h"

#include "export_priv.h"

/* ---- counts ---- */

/* Members of a count in sorted order. */
static const struct {
    const char *name;
    bd_import_class means;
} count_members[] = {{"conflict", BD_IMPORT_CONFLICT},
                     {"error", BD_IMPORT_ERROR},
                     {"exempt", BD_IMPORT_EXEMPT},
                     {"met", BD_IMPORT_MET},
                     {"not_applicable", BD_IMPORT_NOT_APPLICABLE},
                     {"not_met", BD_IMPORT_NOT_MET},
                     {"off", BD_IMPORT_OFF},
                     {"other", BD_IMPORT_OTHER},
                     {"protected", BD_IMPORT_PROTECTED},
                     {"unknown", BD_IMPORT_UNKNOWN}};
_Static_assert(BD_COUNT(count_members) == BD_IMPORT_CLASSES, "one member per class");

static void write_counts(bd_json_writer *writer, const char *key, const bd_import_counts *counts) {
    bd_json_key(writer, key);
    bd_json_open(writer, '{');
    for (size_t i = 0; i < BD_COUNT(count_members); i++) {
        bd_write_int(writer, count_members[i].name,
                     (int64_t)counts->of[count_members[i].means]);
    }
    bd_json_close(writer, '}');
}

static void member_count(bd_json_writer *writer, const char *key, uint64_t count) {
    bd_write_int(writer, key, (int64_t)count);
}

static void member_evidence(bd_writing *run, bd_json_writer *writer, const char *key,
                            uint32_t number) {
    if (number != 0) {
        bd_write_str(writer, key, bd_evidence_id(run->line, number));
    }
}

/* ---- models ---- */

static void write_models(bd_writing *run, bd_json_writer *writer) {
    const bd_imported *imported = &run->in->assessment->imported;
    bd_json_key(writer, "models");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < imported->imports.count; i++) {
        const bd_import *import = imported->imports.data[i];
        bd_json_open(writer, '{');
        bd_write_str(writer, "formula", import->formula);
        bd_write_str(writer, "id", import->id);
        bd_write_str(writer, "kind", bd_str_of(bd_import_kind_name(import->kind)));
        bd_write_str(writer, "model", import->model);
        bd_write_str(writer, "source", import->source->id);
        bd_write_str(writer, "title", import->title);
        bd_write_str(writer, "unit", import->unit);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
}

/* ---- results ---- */

static void write_group_from_automatic(bd_json_writer *writer, const bd_import_group *group) {
    write_counts(writer, "automatic", &group->automatic);
    bd_json_member(writer, "criterion", group->criterion);
    bd_json_member(writer, "group", group->group);
    if (group->has_manual) {
        write_counts(writer, "manual", &group->manual);
    }
    bd_write_int(writer, "resources", (int64_t)group->resources);
    bd_write_int(writer, "resources_not_met", (int64_t)group->resources_not_met);
    bd_write_str(writer, "set", group->set);
    bd_write_bool(writer, "soc", group->is_soc);
}

static void write_words(bd_json_writer *writer, const bd_import_snapshot *snapshot) {
    bd_json_key(writer, "words");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < snapshot->words.count; i++) {
        const bd_import_word *word = &snapshot->words.data[i];
        bd_json_open(writer, '{');
        bd_json_member(writer, "cause", word->cause);
        bd_write_int(writer, "count", (int64_t)word->count);
        bd_write_str(writer, "counts_as", bd_str_of(bd_import_class_name(word->means)));
        bd_write_str(writer, "status", word->status);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
}

static void write_snapshot(bd_writing *run, bd_json_writer *writer,
                           const bd_import_snapshot *snapshot) {
    bd_json_open(writer, '{');
    bd_write_str(writer, "at", bd_instant_format(run->line, snapshot->at));
    bd_write_bool(writer, "complete", snapshot->is_complete);
    bd_write_str(writer, "date", bd_day_format(run->line, snapshot->date));
    member_evidence(run, writer, "evidence", snapshot->evidence);
    bd_json_key(writer, "groups");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < snapshot->groups.count; i++) {
        const bd_import_group *group = &snapshot->groups.data[i];
        bd_json_open(writer, '{');
        write_group_from_automatic(writer, group);
        member_count(writer, "tests", group->tests);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
    member_count(writer, "groups_left_out", snapshot->groups_left_out);
    bd_write_str(writer, "import", snapshot->import->id);
    bd_json_member(writer, "judged_from", bd_writing_instant(run->line, snapshot->oldest));
    bd_json_member(writer, "judged_to", bd_writing_instant(run->line, snapshot->newest));
    bd_write_bool(writer, "newest", snapshot->is_newest);
    bd_json_member(writer, "reason", snapshot->why_not);
    member_count(writer, "repeated", snapshot->repeated);
    member_count(writer, "results", snapshot->results);
    bd_write_str(writer, "scope", snapshot->scope);
    member_count(writer, "ungrouped", snapshot->ungrouped);
    write_words(writer, snapshot);
    bd_json_close(writer, '}');
}

static void write_snapshots(bd_writing *run, bd_json_writer *writer) {
    const bd_imported *imported = &run->in->assessment->imported;
    bd_json_key(writer, "snapshots");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < imported->snapshots.count; i++) {
        write_snapshot(run, writer, &imported->snapshots.data[i]);
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

static void write_sums(bd_writing *run, bd_json_writer *writer) {
    const bd_imported *imported = &run->in->assessment->imported;
    bd_json_key(writer, "latest");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < imported->sums.count; i++) {
        const bd_import_sum *sum = &imported->sums.data[i];
        const bd_import_group *group = &sum->sum;
        bd_json_open(writer, '{');
        write_counts(writer, "automatic", &group->automatic);
        bd_write_bool(writer, "complete", sum->is_complete);
        bd_json_member(writer, "criterion", group->criterion);
        bd_write_str(writer, "from", bd_day_format(run->line, sum->oldest));
        bd_json_member(writer, "group", group->group);
        bd_write_str(writer, "import", sum->import->id);
        if (group->has_manual) {
            write_counts(writer, "manual", &group->manual);
        }
        member_count(writer, "resources", group->resources);
        member_count(writer, "resources_not_met", group->resources_not_met);
        member_count(writer, "scopes", sum->scopes);
        bd_write_str(writer, "set", group->set);
        bd_write_bool(writer, "soc", group->is_soc);
        bd_write_str(writer, "to", bd_day_format(run->line, sum->newest));
        bd_json_close(writer, '}');
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

/* ---- scores ---- */

static void member_number(bd_json_writer *writer, const char *key, bd_str number) {
    if (number.size > 0) {
        bd_json_key(writer, key);
        bd_json_number(writer, number);
    }
}

static void write_score(bd_writing *run, bd_json_writer *writer, const bd_import_score *score) {
    bd_json_open(writer, '{');
    bd_write_str(writer, "at", bd_instant_format(run->line, score->at));
    bd_write_bool(writer, "complete", score->is_complete);
    member_number(writer, "current", score->current);
    bd_write_str(writer, "date", bd_day_format(run->line, score->date));
    member_evidence(run, writer, "evidence", score->evidence);
    bd_write_str(writer, "import", score->import->id);
    member_number(writer, "max", score->max);
    bd_write_str(writer, "name", score->name);
    bd_write_bool(writer, "newest", score->is_newest);
    member_number(writer, "percentage", score->percentage);
    bd_json_member(writer, "problem", score->problem);
    bd_json_member(writer, "reason", score->why_not);
    bd_write_str(writer, "scope", score->scope);
    member_number(writer, "weight", score->weight);
    bd_json_close(writer, '}');
}

static void write_scores(bd_writing *run, bd_json_writer *writer) {
    const bd_imported *imported = &run->in->assessment->imported;
    bd_json_key(writer, "scores");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < imported->scores.count; i++) {
        write_score(run, writer, &imported->scores.data[i]);
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

/* ---- attestations ---- */

static void write_attestation(bd_writing *run, bd_json_writer *writer,
                              const bd_import_attestation *one) {
    bd_json_open(writer, '{');
    bd_json_member(writer, "assessed_at", bd_writing_instant(run->line, one->assessed));
    bd_json_member(writer, "comments", one->comments);
    bd_write_str(writer, "counts_as", bd_str_of(bd_import_class_name(one->means)));
    bd_write_str(writer, "date", bd_day_format(run->line, one->date));
    member_evidence(run, writer, "evidence", one->evidence);
    bd_write_bool(writer, "expired", one->is_expired);
    bd_json_member(writer, "expires", bd_writing_instant(run->line, one->expires));
    bd_write_str(writer, "import", one->import->id);
    bd_json_member(writer, "owner", one->owner);
    bd_write_int(writer, "pieces", one->evidence_count);
    bd_write_str(writer, "resource", one->resource);
    bd_write_str(writer, "scope", one->scope);
    bd_write_str(writer, "status", one->status);
    bd_json_member(writer, "test", one->test);
    bd_json_close(writer, '}');
}

static void write_attestations(bd_writing *run, bd_json_writer *writer) {
    const bd_imported *imported = &run->in->assessment->imported;
    bd_json_key(writer, "attestations");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < imported->attestations.count; i++) {
        write_attestation(run, writer, &imported->attestations.data[i]);
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

/* ---- ours and theirs ---- */

static void write_compared(bd_json_writer *writer, const bd_imported *imported) {
    bd_json_key(writer, "compared");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < imported->compared.count; i++) {
        const bd_import_compared *one = &imported->compared.data[i];
        bd_json_open(writer, '{');
        member_count(writer, "agree", one->agree);
        member_count(writer, "disagree", one->disagree);
        bd_write_str(writer, "import", one->import->id);
        member_count(writer, "no_check", one->no_check);
        member_count(writer, "undecided", one->undecided);
        member_count(writer, "unread", one->unread);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
}

static void write_disagreement(bd_writing *run, bd_json_writer *writer,
                               const bd_disagreement *one) {
    bd_json_open(writer, '{');
    bd_write_str(writer, "check", one->check->id);
    bd_write_int(writer, "days", one->days);
    member_evidence(run, writer, "evidence", one->evidence);
    bd_write_str(writer, "first", bd_day_format(run->line, one->first));
    bd_write_str(writer, "import", one->import->id);
    bd_write_str(writer, "key", one->key);
    bd_write_str(writer, "last", bd_day_format(run->line, one->last));
    bd_write_str(writer, "ours", bd_str_of(bd_verdict_text(one->ours)));
    member_evidence(run, writer, "ours_evidence", one->ours_evidence);
    bd_write_str(writer, "ours_on", bd_day_format(run->line, one->ours_on));
    bd_write_str(writer, "resource", one->resource);
    bd_json_member(writer, "set", one->set);
    bd_write_str(writer, "status", one->status);
    bd_write_str(writer, "test", one->test);
    bd_write_str(writer, "theirs", bd_str_of(bd_import_class_name(one->theirs)));
    bd_json_member(writer, "title", one->title);
    bd_json_close(writer, '}');
}

static void write_disagreements(bd_writing *run, bd_json_writer *writer) {
    const bd_imported *imported = &run->in->assessment->imported;
    bd_json_key(writer, "disagreements");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < imported->disagreements.count; i++) {
        write_disagreement(run, writer, &imported->disagreements.data[i]);
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

void export_imported(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "imported");
    bd_json_open(writer, '{');
    write_attestations(run, writer);
    write_compared(writer, &run->in->assessment->imported);
    write_disagreements(run, writer);
    write_sums(run, writer);
    write_models(run, writer);
    member_count(writer, "other_scope", run->in->assessment->imported.other_scope);
    member_count(writer, "other_time", run->in->assessment->imported.other_time);
    write_scores(run, writer);
    write_snapshots(run, writer);
    bd_json_close(writer, '}');
}

/* ---- lists ---- */

static int cmp_names(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

bd_strs bd_export_imported_lists(const bd_writing_inputs *inputs, bd_arena *arena) {
    const bd_imported *imported = &inputs->assessment->imported;
    bd_strs out = {0};
    for (size_t i = 0; i < imported->imports.count; i++) {
        if (imported->imports.data[i]->kind != BD_IMPORT_ATTESTATIONS) {
            bd_writing_add_once(arena, &out, imported->imports.data[i]->list);
        }
    }
    bd_sort(out.data, out.count, sizeof(bd_str), cmp_names, NULL);
    return out;
}

static void put_counts(bd_list *to, const bd_import_counts *counts) {
    for (size_t i = 0; i < BD_COUNT(count_members); i++) {
        bd_list_put_int(to, (int64_t)counts->of[count_members[i].means]);
    }
}

static void put_standing(bd_list *to, bool is_complete, bd_str why_not, uint32_t evidence) {
    bd_list_put_bool(to, is_complete);
    bd_list_put(to, why_not);
    bd_list_put(to, evidence != 0 ? bd_evidence_id(to->run->line, evidence) : BD_STR(""));
}

/* One line for the automatic results of a group, one for its manual ones. */
static void put_group(bd_list *to, const bd_import_snapshot *snapshot,
                      const bd_import_group *group, bool is_manual) {
    bd_list_put(to, snapshot->import->model);
    bd_list_put(to, snapshot->import->id);
    bd_list_put(to, snapshot->scope);
    bd_list_put(to, bd_day_format(to->run->line, snapshot->date));
    bd_list_put(to, group->set);
    bd_list_put(to, group->criterion);
    bd_list_put(to, group->group);
    bd_list_put_word(to, is_manual ? "manual" : "automatic");
    bd_list_put(to, snapshot->import->unit);
    put_counts(to, is_manual ? &group->manual : &group->automatic);
    put_standing(to, snapshot->is_complete, snapshot->why_not, snapshot->evidence);
    bd_list_end_row(to);
}

static void put_results(bd_list *to, bd_str list) {
    static const char *const heads[] = {
        "model", "import",    "scope",   "date",     "set",    "criterion",      "group",   "kind",
        "unit",  "conflict",  "error",   "exempt",   "met",    "not_applicable", "not_met", "off",
        "other", "protected", "unknown", "complete", "reason", "evidence"};
    const bd_imported *imported = &to->run->in->assessment->imported;
    bd_list_put_head(to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < imported->snapshots.count; i++) {
        const bd_import_snapshot *snapshot = &imported->snapshots.data[i];
        for (size_t g = 0; bd_str_eq(snapshot->import->list, list) && g < snapshot->groups.count;
             g++) {
            const bd_import_group *group = &snapshot->groups.data[g];
            put_group(to, snapshot, group, /*is_manual*/ false);
            if (group->has_manual) {
                put_group(to, snapshot, group, /*is_manual*/ true);
            }
        }
    }
}

static void put_scores(bd_list *to, bd_str list) {
    static const char *const heads[] = {"model",    "import", "scope",      "name",   "at",
                                        "current",  "max",    "percentage", "weight", "problem",
                                        "complete", "reason", "evidence"};
    const bd_imported *imported = &to->run->in->assessment->imported;
    bd_list_put_head(to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < imported->scores.count; i++) {
        const bd_import_score *score = &imported->scores.data[i];
        if (!bd_str_eq(score->import->list, list)) {
            continue;
        }
        bd_list_put(to, score->import->model);
        bd_list_put(to, score->import->id);
        bd_list_put(to, score->scope);
        bd_list_put(to, score->name);
        bd_list_put(to, bd_instant_format(to->run->line, score->at));
        bd_list_put(to, score->current);
        bd_list_put(to, score->max);
        bd_list_put(to, score->percentage);
        bd_list_put(to, score->weight);
        bd_list_put(to, score->problem);
        put_standing(to, score->is_complete, score->why_not, score->evidence);
        bd_list_end_row(to);
    }
}

static bool is_list_of_scores(const bd_imported *imported, bd_str list) {
    for (size_t i = 0; i < imported->imports.count; i++) {
        const bd_import *import = imported->imports.data[i];
        if (bd_str_eq(import->list, list) &&
            (import->kind == BD_IMPORT_SCORE || import->kind == BD_IMPORT_ACTIONS)) {
            return true;
        }
    }
    return false;
}

bd_rc bd_export_imported_csv(const bd_writing_inputs *inputs, bd_str list, bd_sink *sink,
                             bd_err *err) {
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    if (is_list_of_scores(&inputs->assessment->imported, list)) {
        put_scores(&to, list);
    } else {
        put_results(&to, list);
    }
    return bd_writing_close(&run, err);
}

bd_rc bd_export_disagreements_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"check",  "resource", "ours", "ours_on", "ours_evidence",
                                        "theirs", "status",   "test", "title",   "set",
                                        "import", "first",    "last", "days",    "evidence"};
    const bd_imported *imported = &inputs->assessment->imported;
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < imported->disagreements.count; i++) {
        const bd_disagreement *one = &imported->disagreements.data[i];
        bd_list_put(&to, one->check->id);
        bd_list_put(&to, one->resource);
        bd_list_put_word(&to, bd_verdict_text(one->ours));
        bd_list_put(&to, bd_day_format(run.line, one->ours_on));
        bd_list_put(&to, bd_evidence_id(run.line, one->ours_evidence));
        bd_list_put_word(&to, bd_import_class_name(one->theirs));
        bd_list_put(&to, one->status);
        bd_list_put(&to, one->test);
        bd_list_put(&to, one->title);
        bd_list_put(&to, one->set);
        bd_list_put(&to, one->import->id);
        bd_list_put(&to, bd_day_format(run.line, one->first));
        bd_list_put(&to, bd_day_format(run.line, one->last));
        bd_list_put_int(&to, one->days);
        bd_list_put(&to, bd_evidence_id(run.line, one->evidence));
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}

bd_rc bd_export_attestations_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"resource", "test",        "status",  "counts_as",
                                        "owner",    "assessed_at", "expires", "expired",
                                        "pieces",   "comments",    "date",    "evidence"};
    const bd_imported *imported = &inputs->assessment->imported;
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < imported->attestations.count; i++) {
        const bd_import_attestation *one = &imported->attestations.data[i];
        bd_list_put(&to, one->resource);
        bd_list_put(&to, one->test);
        bd_list_put(&to, one->status);
        bd_list_put_word(&to, bd_import_class_name(one->means));
        bd_list_put(&to, one->owner);
        bd_list_put(&to, bd_writing_instant(run.line, one->assessed));
        bd_list_put(&to, bd_writing_instant(run.line, one->expires));
        bd_list_put_bool(&to, one->is_expired);
        bd_list_put_int(&to, one->evidence_count);
        bd_list_put(&to, one->comments);
        bd_list_put(&to, bd_day_format(run.line, one->date));
        bd_list_put(&to, bd_evidence_id(run.line, one->evidence));
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}
