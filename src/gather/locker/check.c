/* check.c - `locker check`: every file of a locker is read and held to the journal; `locker gc`: what no line names.
 *
 * The folder is listed first and the journal read afterwards, without the lock.  So a writer at work can only have
 * placed what no line names yet; where one is seen, such files are not judged.  Nothing is repaired here. */
#include "bindery/locker.h"

#include "locker_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ENTRIES_MOST = 8 * 1000 * 1000, SCRATCH_BYTES = 4 << 20, HEX_NAME = 62 };
#define SMALL_FILE_BYTES ((size_t)256 << 20)

/* ---- faults ---------------------------------------------------------------------------------- */

static void list_fault(struct checker *check, bool is_damage, const char *word, bd_str file,
                       const char *remedy, bd_str sentence) {
    if (check->report->faults.count >= CHECK_FAULTS_MOST) {
        return;
    }
    *bd_push(check->arena, &check->report->faults) =
        (bd_locker_fault){.word = word,
                          .file = bd_str_copy(check->arena, file),
                          .sentence = bd_str_copy(check->arena, sentence),
                          .remedy = remedy,
                          .is_damage = is_damage};
}

void check_add(struct checker *check, bool is_damage, const char *word, bd_str file,
               const char *remedy, bd_str sentence) {
    check->report->fault_count++;
    check->report->damage_count += is_damage;
    list_fault(check, is_damage, word, file, remedy, sentence);
}

/* What is never synced may be torn by a power loss in a locker that lost nothing: it is said and counts as no fault.
 * Of many only some are listed, so that they leave room to name what is damaged. */
static void add_stale(struct checker *check, const char *word, bd_str file, const char *remedy,
                      bd_str sentence) {
    if (check->report->stale_count++ < CHECK_STALE_MOST) {
        list_fault(check, false, word, file, remedy, sentence);
    }
}

static int compare_faults(const void *context, const void *a, const void *b) {
    const bd_locker_fault *x = a, *y = b;
    (void)context;
    int order = bd_str_cmp(x->file, y->file);
    return order != 0 ? order : bd_str_cmp(x->sentence, y->sentence);
}

/* ---- objects --------------------------------------------------------------------------------- */

struct object_job {
    const bd_evidence_given *item;
    bd_err problem;
    bool has_problem;
};

struct object_batch {
    const bd_locker *locker;
    struct object_job *jobs;
};

static void check_one_object(void *context, size_t index, unsigned worker) {
    struct object_batch *batch = context;
    struct object_job *job = &batch->jobs[index];
    (void)worker;
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("object check", SCRATCH_BYTES);
    job->has_problem =
        bd_failed(store_check(batch->locker, job->item, scratch, &job->problem));
}

/* Several lines may name one object; what they say of its stored form must be the same. */
static void compare_twins(struct checker *check, const bd_evidence_given *first,
                          const bd_evidence_given *item) {
    if (first->bytes != item->bytes || first->stored_bytes != item->stored_bytes ||
        first->crc32 != item->crc32 ||
        memcmp(first->stored_sha256, item->stored_sha256, 32) != 0) {
        check_add(check, true, "journal", BD_STR("journal.ndjson"), REMEDY_COPY,
                  bd_str_format(check->arena,
                                "E-%04u and E-%04u name one object and say different things of it",
                                first->number, item->number));
    }
}

static size_t list_objects(struct checker *check, struct object_job *jobs) {
    const struct journal *journal = &check->locker->journal;
    size_t count = 0;
    for (size_t i = 0; i < journal->items.count; i++) {
        const bd_evidence_given *item = journal->items.data[i];
        char hex[65];
        bd_hex(item->sha256, 32, hex);
        const bd_evidence_given *first = bd_map_find(journal->by_object, bd_str_of(hex));
        if (first == item) {
            jobs[count++].item = item;
            check->report->bytes += item->bytes;
        } else {
            compare_twins(check, first, item);
        }
    }
    return count;
}

static void check_objects(struct checker *check) {
    struct object_job *jobs =
        bd_new(check->arena, struct object_job, check->locker->journal.items.count + 1);
    struct object_batch batch = {check->locker, jobs};
    size_t count = list_objects(check, jobs);
    bd_pool_run(check->jobs, count, check_one_object, &batch);
    for (size_t i = 0; i < count; i++) {
        char path[OBJECT_PATH_BYTES];
        object_path(jobs[i].item->sha256, path);
        if (jobs[i].has_problem) {
            check_add(check, true, "object", bd_str_of(path), REMEDY_OBJECT,
                      bd_str_of(jobs[i].problem.message));
        }
    }
    check->report->objects = count;
}

/* ---- what no line names ---------------------------------------------------------------------- */

/* "objects/sha256/ab/cd....gz" to its hash. */
static bool is_object_path(bd_str path, uint8_t sha256[32]) {
    char hex[65] = "";
    bd_str head = BD_STR("objects/sha256/");
    if (path.size != head.size + 3 + HEX_NAME + 3 || !bd_str_has_prefix(path, head) ||
        !bd_str_has_suffix(path, BD_STR(".gz")) || path.data[head.size + 2] != '/') {
        return false;
    }
    memcpy(hex, path.data + head.size, 2);
    memcpy(hex + 2, path.data + head.size + 3, HEX_NAME);
    if (!bd_unhex(bd_str_of(hex), sha256, 32)) {
        return false;
    }
    char again[OBJECT_PATH_BYTES];
    object_path(sha256, again); /* one way only to write it: in lower case */
    return bd_str_eqz(path, again);
}

/* Objects that a torn tail names: whoever cut a journal off must not make us remove what it held. */
static void note_torn(bd_map *torn, bd_str text) {
    static const char word[] = "\"sha256\":\"";
    enum { WORD = sizeof(word) - 1, HEX = 64 };
    for (ptrdiff_t at = bd_str_find(text, BD_STR(word)); at >= 0;
         at = bd_str_find(text, BD_STR(word))) {
        text = bd_str_sub(text, (size_t)at + WORD, text.size);
        if (text.size >= HEX) {
            bd_map_put(torn, bd_str_sub(text, 0, HEX), torn);
        }
    }
}

static bd_map *list_torn(const bd_locker *locker, const bd_entries *entries, bd_str tail,
                         bd_arena *arena) {
    bd_map *torn = bd_map_make(arena);
    note_torn(torn, tail);
    for (size_t i = 0; i < entries->count; i++) {
        bd_str path = entries->data[i].path, text;
        bd_err unused;
        if (bd_str_has_prefix(path, BD_STR("quarantine/")) &&
            !bd_failed(bd_file_read(bd_path_join(arena, locker->folder, bd_str_z(arena, path)),
                                    JOURNAL_MAX, arena, &text, &unused))) {
            note_torn(torn, text);
        }
    }
    return torn;
}

typedef enum { IS_NO_WASTE, IS_WASTE, IS_TORN } wasteness;

static wasteness judge_waste(const struct journal *journal, const bd_map *torn, bd_str path) {
    uint8_t sha256[32];
    char hex[65];
    if (bd_str_has_prefix(path, BD_STR("tmp/"))) {
        return IS_WASTE;
    }
    if (!is_object_path(path, sha256)) {
        return IS_NO_WASTE;
    }
    bd_hex(sha256, 32, hex);
    if (bd_map_find(journal->by_object, bd_str_of(hex)) != NULL) {
        return IS_NO_WASTE;
    }
    return bd_map_find(torn, bd_str_of(hex)) != NULL ? IS_TORN : IS_WASTE;
}

static bool is_known_file(bd_str path) {
    static const char *const known[] = {"FORMAT", "lock", "journal.ndjson", "runs.ndjson",
                                        "derived/index"};
    for (size_t i = 0; i < BD_COUNT(known); i++) {
        if (bd_str_eqz(path, known[i])) {
            return true;
        }
    }
    return false;
}

static void check_waste(struct checker *check, const bd_entry *entry, wasteness waste) {
    if (check->report->has_writer || check->is_journal_broken) {
        return;
    }
    if (waste == IS_TORN) {
        check_add(check, false, "torn", entry->path, "put the files of that run in again",
                  BD_STR("only a commit that was cut off names it"));
        return;
    }
    check->report->garbage_objects += bd_str_has_prefix(entry->path, BD_STR("objects/"));
    check->report->garbage_bytes += entry->bytes;
    check_add(check, false, "garbage", entry->path, "bindery locker gc removes it",
              BD_STR("no line of the journal names it: a run was cut off before its commit"));
}

/* One that a writer took away meanwhile is none, and no fault. */
static void check_derived(struct checker *check, bd_str path, const uint8_t key[32]) {
    if (!derived_is_sound(check->locker, key) && !check->report->has_writer) {
        add_stale(check, "derived", path,
                  "bindery locker gc removes it; it only saves time, and a run makes it anew",
                  BD_STR("it is not closed by the SHA-256 of its bytes"));
    }
}

static void check_file(struct checker *check, const bd_entry *entry) {
    uint8_t unused[32];
    bd_str path = entry->path;
    wasteness waste = judge_waste(&check->locker->journal, check->torn, path);
    if (!entry->is_readable) {
        check_add(check, true, "stray", path, "find out what put it there and take it away",
                  bd_str_format(check->arena, "it is no file that can be read: %.*s",
                                BD_ARG(entry->problem)));
    } else if (waste != IS_NO_WASTE) {
        check_waste(check, entry, waste);
    } else if (derived_is_entry(path, unused)) {
        check_derived(check, path, unused);
    } else if (is_object_path(path, unused) || is_known_file(path) ||
               check_is_seal_file(check, path) || check_is_quarantined(check, path)) {
        return;
    } else if (bd_str_has_prefix(path, BD_STR("periods/")) && !check->is_journal_broken &&
               !check->report->has_writer) {
        check_add(check, false, "stray", path,
                  "seal the period again, or take the file away if it was not Bindery that put it there",
                  BD_STR("no line of the journal names its seal: a seal was cut off before its commit"));
    } else if (!check->is_journal_broken) {
        check_add(check, false, "stray", path, "find out what put it there and take it away",
                  BD_STR("it belongs to nothing in a locker"));
    }
}

/* ---- small files ----------------------------------------------------------------------------- */

static void check_journal(struct checker *check, const struct loose_locker *loose) {
    if (!loose->has_format || loose->has_format_problem) {
        check_add(check, true, "format", BD_STR("FORMAT"),
                  "write the line 'bindery-locker 1' into it",
                  BD_STR("it does not say 'bindery-locker 1'"));
    }
    if (!loose->has_journal) {
        check_add(check, true, "journal", BD_STR("journal.ndjson"), REMEDY_COPY,
                  BD_STR("it is missing"));
    } else if (loose->has_journal_problem) {
        check_add(check, true, "journal", BD_STR("journal.ndjson"), REMEDY_COPY,
                  bd_str_of(loose->journal_problem.message));
    } else if (loose->torn_why != NULL && !check->report->has_writer) {
        check_add(check, false, "torn", BD_STR("journal.ndjson"),
                  "the next command that writes sets it aside; put the files of that run in again",
                  bd_str_format(check->arena, "%zu bytes at its end are no whole commit: %s",
                                loose->tail.size, loose->torn_why));
    }
    check->is_journal_broken = !loose->has_journal || loose->has_journal_problem;
}

static void check_runs(struct checker *check) {
    bd_str text, line;
    bd_err problem;
    if (faccessat(check->locker->folder_fd, "runs.ndjson", F_OK, 0) != 0) {
        return;
    }
    if (bd_failed(bd_file_read(bd_path_join(check->arena, check->locker->folder, "runs.ndjson"),
                               SMALL_FILE_BYTES, check->arena, &text, &problem))) {
        check_add(check, false, "runs", BD_STR("runs.ndjson"), "it is no evidence; remove it",
                  bd_str_of(problem.message));
        return;
    }
    bool is_torn = text.size > 0 && text.data[text.size - 1] != '\n';
    for (size_t number = 1; bd_str_cut(&text, '\n', &line); number++) {
        if (line.size > 0 && bd_failed(bd_json_check(line, NULL, NULL)) &&
            !(is_torn && text.data == NULL)) {
            check_add(check, false, "runs", BD_STR("runs.ndjson"),
                      "it is no evidence; take the line out",
                      bd_str_format(check->arena, "line %zu is no JSON", number));
        }
    }
    if (is_torn && !check->report->has_writer) {
        check_add(check, false, "runs", BD_STR("runs.ndjson"),
                  "nothing: the next command that writes drops it",
                  BD_STR("its last line was cut off"));
    }
}

static void check_index(struct checker *check) {
    if (!check->report->has_writer && !index_is_sound(check->locker)) {
        add_stale(check, "index", BD_STR("derived/index"),
                  "remove it; it only saves time, and the next ingest writes it anew",
                  BD_STR("it is not closed by the SHA-256 of its lines"));
    }
}

/* ---- quarantine ------------------------------------------------------------------------------ */

static const bd_value *find_recovered(const struct checker *check, bd_str name) {
    const struct journal *journal = &check->locker->journal;
    for (size_t i = 0; i < journal->lines.count; i++) {
        const bd_value *line = journal->lines.data[i];
        if (bd_str_eqz(bd_value_text(line, "kind"), "recovered") &&
            bd_str_eq(bd_value_text(line, "file"), name)) {
            return line;
        }
    }
    return NULL;
}

bool check_is_quarantined(const struct checker *check, bd_str path) {
    return bd_str_has_prefix(path, BD_STR("quarantine/")) &&
           find_recovered(check, bd_path_name(path)) != NULL;
}

static void check_quarantine(struct checker *check) {
    const struct journal *journal = &check->locker->journal;
    for (size_t i = 0; i < journal->lines.count; i++) {
        const bd_value *line = journal->lines.data[i];
        bd_str text, name = bd_value_text(line, "file");
        bd_err problem;
        if (!bd_str_eqz(bd_value_text(line, "kind"), "recovered") || name.size == 0 ||
            memchr(name.data, '/', name.size) != NULL) {
            continue;
        }
        bd_str path = bd_str_format(check->arena, "quarantine/%.*s", BD_ARG(name));
        if (bd_failed(bd_file_read(
                bd_path_join(check->arena, check->locker->folder, bd_str_z(check->arena, path)),
                JOURNAL_MAX, check->arena, &text, &problem))) {
            check_add(check, true, "quarantine", path, REMEDY_COPY, bd_str_of(problem.message));
        } else if (!bd_str_eq(bd_sha256_hex(check->arena, text), bd_value_text(line, "sha256"))) {
            check_add(check, true, "quarantine", path, REMEDY_COPY,
                      bd_str_format(check->arena,
                                    "it is not the tail that line %zu of the journal tells of",
                                    i + 1));
        }
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void check_parts(struct checker *check, const struct loose_locker *loose,
                        const bd_entries *entries) {
    size_t count;
    check_journal(check, loose);
    check->leaves = bd_journal_leaves(bd_buf_str(&check->locker->text), check->arena, &count);
    check->report->lines = check->locker->journal.lines.count;
    check->report->items = check->locker->journal.items.count;
    bd_merkle_head(check->leaves, count, check->report->root);
    check_objects(check);
    check_seals(check);
    check_quarantine(check);
    check_runs(check);
    check_index(check);
    check->torn = list_torn(check->locker, entries, loose->tail, check->arena);
    for (size_t i = 0; i < entries->count; i++) {
        check_file(check, &entries->data[i]);
    }
    bd_sort(check->report->faults.data, check->report->faults.count, sizeof(bd_locker_fault),
            compare_faults, NULL);
}

static bool is_still_the_journal(const struct loose_locker *loose) {
    struct stat facts;
    return fstatat(loose->locker->folder_fd, "journal.ndjson", &facts, 0) != 0 ||
           loose->has_journal_problem ||
           facts.st_size == loose->locker->journal.bytes + (int64_t)loose->tail.size;
}

/* Two looks, before and after: a writer that came and went in between has made the journal longer. */
static bd_rc list_and_open(const char *folder, bd_arena *arena, bd_entries *entries,
                           struct loose_locker *loose, bool *has_writer, bd_err *err) {
    struct loose_locker before = {0};
    bd_rc rc = locker_open_loose(folder, arena, &before, err);
    if (bd_failed(rc)) {
        bd_locker_close(before.locker);
        return rc;
    }
    *has_writer = locker_has_writer(before.locker);
    rc = bd_folder_walk(folder, ENTRIES_MOST, arena, entries, err);
    *has_writer =
        *has_writer || locker_has_writer(before.locker) || !is_still_the_journal(&before);
    bd_locker_close(before.locker);
    BD_TRY(rc);
    return locker_open_loose(folder, arena, loose, err);
}

bd_rc bd_locker_check(const char *folder, bd_str trust_pem, unsigned jobs, bd_arena *arena,
                      bd_locker_report *out, bd_err *err) {
    struct loose_locker loose = {0};
    bd_entries entries = {0};
    *out = (bd_locker_report){0};
    bd_rc rc = list_and_open(folder, arena, &entries, &loose, &out->has_writer, err);
    if (!bd_failed(rc)) {
        struct checker check = {.arena = arena,
                                .locker = loose.locker,
                                .report = out,
                                .trust_pem = trust_pem,
                                .jobs = jobs};
        check_parts(&check, &loose, &entries);
    }
    bd_locker_close(loose.locker);
    return rc;
}

/* ---- removing -------------------------------------------------------------------------------- */

static void list_waste(const bd_locker *locker, const bd_entries *entries, bd_str tail,
                       bd_arena *arena, bd_locker_wastes *out) {
    const bd_map *torn = list_torn(locker, entries, tail, arena);
    for (size_t i = 0; i < entries->count; i++) {
        const bd_entry *entry = &entries->data[i];
        uint8_t key[32];
        bool is_broken =
            derived_is_entry(entry->path, key) && !derived_is_sound(locker, key);
        if (entry->is_readable &&
            (is_broken || judge_waste(&locker->journal, torn, entry->path) == IS_WASTE)) {
            *bd_push(arena, out) = (bd_locker_waste){entry->path, entry->bytes};
        }
    }
}

/* The lock is held: nobody is about to name what is removed. */
static bd_rc remove_waste(bd_locker *locker, const bd_locker_wastes *waste, bd_err *err) {
    for (size_t i = 0; i < waste->count; i++) {
        bd_arena *scratch = bd_arena_open("path", 1u << 16);
        int failed = unlinkat(locker->folder_fd, bd_str_z(scratch, waste->data[i].file), 0);
        int problem = errno;
        bd_arena_close(scratch);
        if (failed != 0 && problem != ENOENT) {
            BD_RAISE(err, BD_ERR_IO, "cannot remove '%s/%.*s': %s", locker->folder,
                     BD_ARG(waste->data[i].file), strerror(problem));
        }
    }
    return BD_OK;
}

bd_rc bd_locker_gc(const char *folder, bool apply, bd_arena *arena, bd_locker_wastes *out,
                   bd_err *err) {
    bd_locker *locker = NULL;
    bd_entries entries = {0};
    *out = (bd_locker_wastes){0};
    if (!bd_path_is_folder(folder)) {
        return BD_OK;
    }
    /* Lists of before: opening to write sweeps tmp/ itself, and sets a torn tail aside. */
    struct loose_locker loose = {0};
    bd_rc looked = locker_open_loose(folder, arena, &loose, err);
    bd_locker_close(loose.locker);
    BD_TRY(looked);
    BD_TRY(bd_folder_walk(folder, ENTRIES_MOST, arena, &entries, err));
    BD_TRY(bd_locker_open(folder, apply ? BD_LOCKER_WRITE : BD_LOCKER_READ, arena, &locker, err));
    bd_rc rc = BD_OK;
    if (!apply && locker_has_writer(locker)) {
        rc = bd_raise(err, BD_ERR_BUSY,
                      "the locker '%s' is being written; what no line names yet is not waste then",
                      folder);
    }
    if (!bd_failed(rc)) {
        list_waste(locker, &entries, loose.tail, arena, out);
        rc = apply ? remove_waste(locker, out, err) : BD_OK;
    }
    bd_locker_close(locker);
    return rc;
}
