/* Opening an engagement: bindery.json, catalog, period, as-of, locker. */
#include "bindery/session.h"

#include "bindery/read.h"
#include "bindery/sign.h"
#include "builtin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CATALOG_FILE_BYTES ((size_t)16 << 20)
#define EARLIEST_SECOND INT64_C(315532800) /* 1980-01-01: the zip format knows no earlier day */
#define LATEST_SECOND INT64_C(4354819199)  /* 2107-12-31 */

const char *bd_session_path(const bd_session *session, const char *name) {
    return bd_path_join(session->arena, session->options->folder, name);
}

const char *bd_session_output(const bd_session *session, const char *name) {
    const char *folder = bd_str_format(session->arena, "out/%.*s%s%s", BD_ARG(session->period->id),
                                       name[0] != '\0' ? "/" : "", name)
                             .data;
    return bd_session_path(session, folder);
}

bd_draft *bd_session_draft(const bd_session *session) {
    bd_draft *made = bd_draft_open();
    if (session->jobs > 1) {
        bd_draft_work_behind(made);
    }
    return made;
}

void bd_session_progress(const bd_session *session, const char *stage, uint64_t done,
                         uint64_t total) {
    if (session->options->progress != NULL) {
        session->options->progress(session->options->context, stage, done, total);
    }
}

/* ---- catalog ---- */

static bd_rc add_own_files(const char *folder, bd_arena *arena, bd_catalog_file *files,
                           size_t *count, size_t room, bd_err *err) {
    const char *own = bd_path_join(arena, folder, "catalog");
    if (!bd_path_is_folder(own)) {
        return BD_OK;
    }
    bd_entries entries = {0};
    BD_TRY(bd_folder_walk(own, room, arena, &entries, err));
    for (size_t i = 0; i < entries.count; i++) {
        bd_str path = entries.data[i].path;
        if (!bd_str_has_suffix(path, BD_STR(".json"))) {
            continue;
        }
        if (*count == room) {
            BD_RAISE(err, BD_ERR_LIMIT, "'%s' holds more than %zu catalog files", own, room);
        }
        bd_catalog_file *file = &files[*count];
        file->name = bd_str_format(arena, "catalog/%.*s", BD_ARG(path));
        BD_TRY(bd_file_read(bd_path_join(arena, own, bd_str_z(arena, path)), CATALOG_FILE_BYTES,
                            arena, &file->text, err));
        *count += 1;
    }
    return BD_OK;
}

bd_rc bd_session_catalog_files(const char *folder, bd_arena *arena, const bd_catalog_file **files,
                               size_t *count, bd_err *err) {
    enum { MOST_OWN_FILES = 256 };
    bd_catalog_file *list = bd_new(arena, bd_catalog_file, bd_builtin_count + MOST_OWN_FILES);
    *count = 0;
    for (size_t i = 0; i < bd_builtin_count; i++) {
        bd_str name = bd_str_of(bd_builtins[i].name);
        if (bd_str_has_prefix(name, BD_STR("catalog/"))) {
            list[*count] =
                (bd_catalog_file){.name = bd_path_name(name),
                                  .text = {bd_builtins[i].start,
                                           (size_t)(bd_builtins[i].end - bd_builtins[i].start)}};
            *count += 1;
        }
    }
    if (folder != NULL) {
        BD_TRY(add_own_files(folder, arena, list, count, bd_builtin_count + MOST_OWN_FILES, err));
    }
    *files = list;
    return BD_OK;
}

static bd_rc load_catalog(bd_session *session, bd_err *err) {
    const bd_catalog_file *files;
    size_t count;
    BD_TRY(bd_session_catalog_files(session->options->folder, session->arena, &files, &count, err));
    bd_arena_keep(session->arena, true); /* every record asks for it */
    BD_TRY(bd_catalog_load(files, count, session->arena, &session->catalog, err));
    BD_TRY(bd_imports_compile(session->catalog, session->arena, &session->imports, err));
    bd_rc rc = bd_rules_compile(session->catalog, session->engagement.parameters, session->arena,
                                &session->rules, err);
    bd_arena_keep(session->arena, false);
    return rc;
}

/* What bindery.json names of the catalog is there: a slip would leave an exclusion or a note without effect. */
static bd_rc check_names(const bd_session *session, bd_err *err) {
    const bd_engagement *engagement = &session->engagement;
    for (size_t i = 0; i < engagement->exclusions.count; i++) {
        bd_str check = engagement->exclusions.data[i].check;
        if (bd_catalog_check(session->catalog, check) == NULL) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "cannot use 'bindery.json' at '/exclusions/%zu/check': found '%.*s', expected "
                     "the id of a check of the catalog",
                     i, BD_ARG(bd_str_visible(session->arena, bd_str_sub(check, 0, 80))));
        }
    }
    for (size_t i = 0; i < engagement->controls.count; i++) {
        bd_str number = engagement->controls.data[i].number;
        if (bd_catalog_control(session->catalog, number) == NULL) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "cannot use 'bindery.json' at '/controls/%zu/number': found '%.*s', expected "
                     "the number of a control of the catalog",
                     i, BD_ARG(bd_str_visible(session->arena, bd_str_sub(number, 0, 80))));
        }
    }
    return BD_OK;
}

/* A person who answers for controls and is not listed may not sign; said, as his name may have changed. */
static void say_strange_owners(bd_session *session) {
    const bd_engagement *engagement = &session->engagement;
    for (size_t i = 0; i < engagement->owners.count; i++) {
        const bd_strs *people = &engagement->owners.data[i].people;
        for (size_t k = 0; k < people->count; k++) {
            if (!bd_session_knows(session, people->data[k])) {
                bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_WARNING,
                            BD_STR("bindery.json"),
                            bd_str_format(session->arena, "/owners/%zu/people/%zu", i, k),
                            "'%.*s' is not among the people", BD_ARG(people->data[k]));
            }
        }
    }
}

/* ---- period and as-of ---- */

static bd_rc choose_period(bd_session *session, bd_err *err) {
    bd_day today = bd_zone_day(session->engagement.zone, bd_clock_now());
    bd_period_choice choice;
    BD_TRY(bd_engagement_period_choose(&session->engagement, session->options->period_id, today,
                                       session->arena, &choice, err));
    session->period = choice.period;
    session->period_why = choice.why;
    return BD_OK;
}

/* A time that cannot be used must not be taken for none at all: the outputs would silently
 * hang on the clock. */
bd_rc bd_check_epoch(bd_err *err) {
    enum { DIGITS = 12 };
    const char *given = getenv("SOURCE_DATE_EPOCH");
    int64_t seconds = 0;
    if (given == NULL || (strlen(given) <= DIGITS && bd_str_to_i64(bd_str_of(given), &seconds) &&
                          seconds >= EARLIEST_SECOND && seconds <= LATEST_SECOND)) {
        return BD_OK;
    }
    BD_RAISE(
        err, BD_ERR_USAGE,
        "SOURCE_DATE_EPOCH is '%s', expected seconds since 1970 from %lld (1980) to %lld (2107)",
        given, (long long)EARLIEST_SECOND, (long long)LATEST_SECOND);
}

/* Order of precedence: --as-of, SOURCE_DATE_EPOCH, the earlier of now and the period's end. */
static bd_rc choose_as_of(bd_session *session, bd_err *err) {
    const bd_zone *zone = session->engagement.zone;
    if (session->options->as_of.size > 0) {
        bd_day day;
        if (!bd_day_parse(session->options->as_of, &day)) {
            BD_RAISE(err, BD_ERR_USAGE, "'--as-of %.*s' is not a date like 2026-06-30",
                     BD_ARG(session->options->as_of));
        }
        if (bd_date_of_day(day).year < 1981 || bd_date_of_day(day).year > 2106) {
            BD_RAISE(err, BD_ERR_USAGE,
                     "'--as-of %.*s' lies outside 1981 to 2106, the years a package can carry",
                     BD_ARG(session->options->as_of));
        }
        session->as_of = bd_zone_day_start(zone, day + 1);
        session->as_of_why = BD_STR("given by --as-of");
        return BD_OK;
    }
    bd_instant now = bd_clock_now();
    bd_instant end = bd_period_end(session->period, zone);
    if (getenv("SOURCE_DATE_EPOCH") != NULL) {
        session->as_of = now;
        session->as_of_why = BD_STR("given by SOURCE_DATE_EPOCH");
        return BD_OK;
    }
    session->as_of = now < end ? now : end;
    session->as_of_why = now < end ? BD_STR("now") : BD_STR("the end of the period");
    return BD_OK;
}

static bd_rc find_engagement(const char *folder, const char *path, bd_err *err) {
    struct stat facts;
    if (stat(folder, &facts) != 0) {
        BD_RAISE(err, errno == ENOENT ? BD_ERR_INPUT : BD_ERR_IO,
                 "cannot open the engagement '%s': %s", folder,
                 errno == ENOENT ? "there is no such folder" : strerror(errno));
    }
    if (!S_ISDIR(facts.st_mode)) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' is a file, expected the folder of an engagement", folder);
    }
    if (lstat(path, &facts) == 0) {
        return BD_OK;
    }
    if (errno != ENOENT) {
        BD_RAISE(err, BD_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "'%s' is not an engagement: it holds no bindery.json; make one with 'bindery init', "
             "or name the folder with -C",
             folder);
}

/* The catalog wants a processor, the locker the disk: side by side, each in an arena of its own. */
typedef struct {
    bd_session *session;
    const char *folder;
    bd_locker_mode mode;
    bd_rc rcs[2];
    bd_err errs[2];
} slow_parts;

static void open_slow_part(void *context, size_t index, unsigned worker) {
    slow_parts *parts = context;
    bd_session *session = parts->session;
    bd_err *err = &parts->errs[index];
    (void)worker;
    parts->rcs[index] = index == 0 ? load_catalog(session, err)
                                   : bd_locker_open(parts->folder, parts->mode,
                                                    session->locker_arena, &session->locker, err);
}

static bd_rc open_slow_parts(bd_session *session, bd_locker_mode mode, bd_err *err) {
    slow_parts parts = {
        .session = session, .folder = bd_session_path(session, "locker"), .mode = mode};
    session->locker_arena = bd_arena_open("locker", BD_RUN_ARENA_BYTES);
    bd_pool_run(session->jobs, BD_COUNT(parts.rcs), open_slow_part, &parts);
    for (size_t i = 0; i < BD_COUNT(parts.rcs); i++) {
        if (bd_failed(parts.rcs[i])) {
            *err = parts.errs[i];
            return parts.rcs[i];
        }
    }
    return BD_OK;
}

static bd_rc load_engagement(bd_session *session, bd_err *err) {
    const char *path = bd_session_path(session, "bindery.json");
    BD_TRY(bd_check_epoch(err));
    BD_TRY(find_engagement(session->options->folder, path, err));
    return bd_engagement_load(path, session->arena, &session->engagement, err);
}

bd_rc bd_session_begin(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome,
                       bd_session *out, bd_err *err) {
    *out = (bd_session){.options = options, .arena = arena, .outcome = outcome};
    return load_engagement(out, err);
}

bd_rc bd_session_zygote_open(bd_zygote **out, bd_err *err) {
    const bd_child_task *tasks[BD_READ_TASKS + BD_SIGN_TASKS];
    memcpy(tasks, bd_read_tasks, sizeof bd_read_tasks);
    memcpy(tasks + BD_READ_TASKS, bd_sign_tasks, sizeof bd_sign_tasks);
    return bd_zygote_open(tasks, BD_COUNT(tasks), out, err);
}

static bd_rc open_parts(bd_session *session, bd_locker_mode mode, bd_err *err) {
    BD_TRY(bd_session_zygote_open(&session->zygote, err));
    BD_TRY(load_engagement(session, err));
    BD_TRY(bd_templates_load(session, err));
    BD_TRY(choose_period(session, err));
    BD_TRY(choose_as_of(session, err));
    bd_engagement_state_period(&session->engagement, session->period, session->as_of,
                               session->arena);
    BD_TRY(open_slow_parts(session, mode, err));
    BD_TRY(check_names(session, err));
    say_strange_owners(session);
    bd_engagement_look_at_periods(&session->engagement, session->arena, &session->outcome->diags);
    return BD_OK;
}

bd_rc bd_session_open(const bd_run_options *options, bd_locker_mode mode, bd_arena *arena,
                      bd_run_outcome *outcome, bd_session *out, bd_err *err) {
    *out = (bd_session){.options = options, .arena = arena, .outcome = outcome};
    out->is_writer = mode == BD_LOCKER_WRITE;
    out->jobs = options->jobs > 0 ? options->jobs : bd_pool_default_jobs();
    bd_rc rc = open_parts(out, mode, err);
    if (bd_failed(rc)) {
        bd_session_close(out);
        return rc;
    }
    const char *doubt = bd_locker_doubt(out->locker);
    if (doubt != NULL) {
        bd_diag_add(arena, &outcome->diags, BD_DIAG_WARNING, BD_STR("locker"), (bd_str){"", 0}, "%s",
                    doubt);
    }
    const bd_strs *recoveries = bd_locker_recoveries(out->locker);
    for (size_t i = 0; i < recoveries->count; i++) {
        bd_diag_add(arena, &outcome->diags, BD_DIAG_WARNING, BD_STR("locker"), (bd_str){"", 0},
                    "%.*s", BD_ARG(recoveries->data[i]));
    }
    return BD_OK;
}

bd_str bd_session_person(const bd_session *session, bd_str name) {
    const bd_engagement *engagement = &session->engagement;
    for (size_t i = 0; i < engagement->people.count; i++) {
        const bd_person *one = &engagement->people.data[i];
        if (one->upn.size > 0 && bd_is_same_person(one->upn, name)) {
            return one->name;
        }
    }
    return name;
}

bool bd_session_knows(const bd_session *session, bd_str name) {
    const bd_engagement *engagement = &session->engagement;
    for (size_t i = 0; i < engagement->people.count; i++) {
        const bd_person *one = &engagement->people.data[i];
        if (bd_is_same_person(one->name, name) ||
            (one->upn.size > 0 && bd_is_same_person(one->upn, name))) {
            return true;
        }
    }
    return engagement->people.count == 0;
}

void bd_session_close(bd_session *session) {
    if (session->early != NULL) {
        session->close_early(session->early);
    }
    session->early = NULL;
    if (session->partials != NULL) {
        session->close_partials(session->partials);
    }
    session->partials = NULL;
    bd_locker_close(session->locker);
    session->locker = NULL;
    bd_arena_close(session->locker_arena);
    session->locker_arena = NULL;
    bd_zygote_close(session->zygote);
    session->zygote = NULL;
}
