/* `init`: a new engagement, with everything that is needed to drop the first file into it. */
#include "bindery/run.h"

#include "run_priv.h"

#include <stdlib.h>
#include <string.h>

static bd_rc write_blank_register(const char *inbox, bd_arena *arena, bd_err *err) {
    bd_buf text;
    bd_buf_init(&text, 4096);
    for (size_t i = 0; i < BD_COUNT(bd_register_columns); i++) {
        bd_buf_printf(&text, "%s%s", i > 0 ? "," : "", bd_register_columns[i]);
    }
    bd_buf_putc(&text, '\n');
    bd_rc rc =
        bd_file_write(bd_path_join(arena, inbox, "register.csv"), 0644, bd_buf_str(&text), err);
    bd_buf_clear(&text);
    return rc;
}

/* The folder need not be there yet; "." and the like are resolved, a new one is called what
 * its path ends in. */
static bd_str folder_name(const char *folder, bd_arena *arena) {
    char *full = realpath(folder, NULL);
    bd_str path = full != NULL ? bd_str_copy(arena, bd_str_of(full)) : bd_str_of(folder);
    free(full);
    while (path.size > 1 && path.data[path.size - 1] == '/') {
        path.size--;
    }
    bd_str name = bd_path_name(path);
    return name.size > 0 ? name : BD_STR("engagement");
}

static bd_rc make_identity(const char *folder, bd_str organisation, bd_arena *arena, bd_err *err) {
    const char *identity = bd_path_join(arena, folder, "identity");
    BD_TRY(bd_folder_make(identity, err));
    bd_str name = bd_str_format(arena, "%.*s (trial identity)", BD_ARG(organisation));
    return bd_identity_make(bd_path_join(arena, identity, "trial.key.pem"),
                            bd_path_join(arena, identity, "trial.crt.pem"), name, bd_clock_now(),
                            err);
}

/* ---- the next period ---- */

/* The organisation's own checks are part of the set-up. */
static bd_rc copy_catalog(const char *from, const char *to, bd_arena *arena, bd_err *err) {
    enum { MOST_FILES = 256, LARGEST = 16 << 20 };
    const char *folder = bd_path_join(arena, from, "catalog");
    const char *target = bd_path_join(arena, to, "catalog");
    bd_entries entries = {0};
    if (!bd_path_is_folder(folder)) {
        return BD_OK;
    }
    BD_TRY(bd_folder_walk(folder, MOST_FILES, arena, &entries, err));
    BD_TRY(bd_folder_make(target, err));
    for (size_t i = 0; i < entries.count; i++) {
        bd_str text, name = entries.data[i].path;
        bool is_ours = bd_str_has_suffix(name, BD_STR(".json")) && bd_str_find(name, BD_STR("/")) < 0;
        if (is_ours) {
            BD_TRY(bd_file_read(bd_path_join(arena, folder, bd_str_z(arena, name)), LARGEST, arena, &text, err));
            BD_TRY(bd_file_write(bd_path_join(arena, target, bd_str_z(arena, name)), 0644, text, err));
        }
    }
    return BD_OK;
}

static bd_rc copy_setup(const bd_run_draft *draft, const char *folder, bd_arena *arena, bd_str *text,
                        bd_strs *notes, bd_err *err) {
    bd_engagement old, made;
    const char *config = bd_path_join(arena, draft->old_folder, "bindery.json");
    BD_TRY(bd_engagement_load(config, arena, &old, err));
    BD_TRY(bd_engagement_next_json(&old, draft->next_period, arena, text, notes, err));
    BD_TRY(bd_engagement_parse(*text, BD_STR("bindery.json"), arena, &made, err));
    BD_TRY(bd_folder_make(folder, err));
    return copy_catalog(draft->old_folder, folder, arena, err);
}

static bd_rc make_new(const char *folder, const bd_run_draft *draft, bd_arena *arena, bd_str *text,
                      bd_strs *defaulted, bd_err *err) {
    const bd_zone *zone;
    bd_str zone_name = draft->zone_name.size > 0 ? draft->zone_name : BD_STR("UTC");
    bd_rc loaded = bd_zone_load(zone_name, arena, &zone, err);
    if (bd_failed(loaded)) {
        bd_err_context(err, "in '--timezone'");
        err->class = err->class == BD_ERR_INPUT ? BD_ERR_USAGE : err->class;
        return (bd_rc){(int)err->class};
    }
    bd_engagement_draft wanted = {
        .organisation = draft->organisation,
        .folder_name = folder_name(folder, arena),
        .periods = draft->periods,
        .is_type_i = draft->is_type_i,
        .categories = draft->categories,
        .subscriptions = draft->subscriptions,
        .zone_name = draft->zone_name,
        .today = bd_zone_day(zone, bd_clock_now()),
    };
    return bd_engagement_make_json(&wanted, arena, text, defaulted, err);
}

static bd_rc write_engagement(const char *folder, bd_str text, const bd_engagement *made, bd_arena *arena,
                              size_t *requests, bd_err *err) {
    const char *inbox = bd_path_join(arena, folder, "inbox");
    BD_TRY(bd_folder_make(inbox, err));
    if (!bd_path_exists(bd_path_join(arena, inbox, "register.csv"))) {
        BD_TRY(write_blank_register(inbox, arena, err));
    }
    BD_TRY(bd_requests_write(folder, made, arena, requests, err));
    BD_TRY(make_identity(folder, made->organisation_name, arena, err));
    return bd_file_write(bd_path_join(arena, folder, "bindery.json"), 0644, text, err);
}

static void say_all(bd_arena *arena, bd_run_outcome *outcome, const bd_strs *texts, const char *behind) {
    for (size_t i = 0; i < texts->count; i++) {
        bd_diag_add(arena, &outcome->diags, BD_DIAG_NOTE, BD_STR("bindery.json"), (bd_str){"", 0},
                    "%.*s%s", BD_ARG(texts->data[i]), behind);
    }
}

bd_rc bd_run_init(const bd_run_options *options, const bd_run_draft *draft, bd_arena *arena,
                  bd_run_outcome *outcome, bd_err *err) {
    const char *folder = options->folder;
    const char *config = bd_path_join(arena, folder, "bindery.json");
    if (bd_path_exists(config)) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' holds an engagement already; edit its bindery.json",
                 folder);
    }
    BD_TRY(bd_check_epoch(err));
    bd_str text;
    bd_strs defaulted = {0}, notes = {0};
    bool is_next = draft->next_period.size > 0;
    BD_TRY(is_next ? copy_setup(draft, folder, arena, &text, &notes, err)
                   : make_new(folder, draft, arena, &text, &defaulted, err));
    bd_engagement made;
    size_t requests = 0;
    BD_TRY(bd_engagement_parse(text, bd_str_of(config), arena, &made, err));
    BD_TRY(write_engagement(folder, text, &made, arena, &requests, err));
    say_all(arena, outcome, &defaulted, " by default");
    say_all(arena, outcome, &notes, "");
    bd_engagement_look_at_periods(&made, arena, &outcome->diags);
    bd_result out = {.arena = arena};
    bd_result_text(&out, "folder", bd_str_of(folder));
    bd_result_text(&out, "organisation", made.organisation_name);
    bd_result_text(&out, "short", made.short_name);
    bd_result_text(&out, "period", made.periods.data[is_next ? made.periods.count - 1 : 0].id);
    bd_result_int(&out, "requests", (int64_t)requests);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
