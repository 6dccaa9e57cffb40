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

bd_rc bd_run_init(const bd_run_options *options, const bd_run_draft *draft, bd_arena *arena,
                  bd_run_outcome *outcome, bd_err *err) {
    const char *folder = options->folder;
    const char *config = bd_path_join(arena, folder, "bindery.json");
    if (bd_path_exists(config)) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' holds an engagement already; edit its bindery.json",
                 folder);
    }
    const bd_zone *zone;
    bd_str zone_name = draft->zone_name.size > 0 ? draft->zone_name : BD_STR("UTC");
    BD_TRY(bd_check_epoch(err));
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
    bd_str text;
    bd_strs defaulted = {0};
    BD_TRY(bd_engagement_make_json(&wanted, arena, &text, &defaulted, err));
    bd_engagement made;
    BD_TRY(bd_engagement_parse(text, bd_str_of(config), arena, &made, err));
    const char *inbox = bd_path_join(arena, folder, "inbox");
    BD_TRY(bd_folder_make(inbox, err));
    if (!bd_path_exists(bd_path_join(arena, inbox, "register.csv"))) {
        BD_TRY(write_blank_register(inbox, arena, err));
    }
    BD_TRY(make_identity(folder, made.organisation_name, arena, err));
    BD_TRY(bd_file_write(config, 0644, text, err));
    for (size_t i = 0; i < defaulted.count; i++) {
        bd_diag_add(arena, &outcome->diags, BD_DIAG_NOTE, BD_STR("bindery.json"), (bd_str){"", 0},
                    "%.*s by default", BD_ARG(defaulted.data[i]));
    }
    bd_result out = {.arena = arena};
    bd_result_text(&out, "folder", bd_str_of(folder));
    bd_result_text(&out, "organisation", made.organisation_name);
    bd_result_text(&out, "short", made.short_name);
    bd_result_text(&out, "period", made.periods.data[0].id);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
