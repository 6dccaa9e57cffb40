/* What the last run made still stands: then nothing is judged, drawn, signed or packed again.
 *
 * A run leaves a line in runs.ndjson: the digest of its plan, its outputs with size and hash, what it said.  A later
 * run with the same digest that finds each of them as it was says the same and ends.  The line is no evidence: who
 * alters it can make a run skip its work, and the outputs are those that were signed all the same.  An object that is
 * lost from the locker is noticed, one that was altered there only by who reads it: `locker check`, or a run with
 * --no-cache. */
#include "bindery/produce.h"

#include "produce_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SAID = 2000, READ_BYTES = 64 * 1024 };

static bd_str plan_of(const bd_session *session, const bd_signer *signer, const char *stamped_by) {
    uint8_t plan[32];
    bd_plan_digest(session, signer, BD_STR("auditor"), plan);
    return bd_str_format(session->arena, "%.*s%s%s", BD_ARG(bd_hex_text(session->arena, plan, 32)),
                         stamped_by[0] != '\0' ? " " : "", stamped_by);
}

/* With an authority to ask only what it stamped stands; without one, whatever has no stamp. */
static const char *authority_of(const bd_signer *signer) {
    return signer != NULL && signer->asks_stamp ? signer->authority.url : "";
}

/* ---- writing the line ---- */

static const bd_value *outputs_value(const bd_outputs *outputs) {
    bd_arena *arena = outputs->session->arena;
    const bd_value **items = bd_new(arena, const bd_value *, outputs->finished + 1);
    for (size_t i = 0; i < outputs->finished; i++) {
        bd_result one = {.arena = arena};
        bd_result_int(&one, "bytes", outputs->files[i]->bytes);
        bd_result_text(&one, "name", outputs->files[i]->name);
        bd_result_text(&one, "sha256", bd_hex_text(arena, outputs->files[i]->sha256, 32));
        items[i] = bd_result_object(&one);
    }
    return bd_value_array(arena, outputs->finished, items);
}

static const bd_value *said_value(const bd_session *session, size_t from) {
    const bd_diags *diags = &session->outcome->diags;
    size_t count = 0;
    const bd_value **items = bd_new(session->arena, const bd_value *, diags->count - from + 1);
    for (size_t i = from; i < diags->count; i++) {
        bd_result one = {.arena = session->arena};
        bd_result_int(&one, "severity", (int64_t)diags->data[i].severity);
        bd_result_text(&one, "subject", diags->data[i].subject);
        bd_result_text(&one, "locus", diags->data[i].locus);
        bd_result_text(&one, "message", diags->data[i].message);
        items[count++] = bd_result_object(&one);
    }
    return bd_value_array(session->arena, count, items);
}

static bool is_of_this_run(bd_str key) {
    static const char *const keys[] = {"ingest", "below", "period_why", "as_of_why"};
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        if (bd_str_eqz(key, keys[i])) {
            return true;
        }
    }
    return false;
}

static bool names_file(bd_str key) {
    return bd_str_has_suffix(key, BD_STR("_file"));
}

/* What is printed, but for what the next run finds out by itself; paths hang on where the engagement is named from. */
static const bd_value *result_value(bd_arena *arena, const bd_result *out) {
    bd_result kept = {.arena = arena};
    for (size_t i = 0; i < out->keys.count; i++) {
        const char *key = bd_str_z(arena, out->keys.data[i]);
        if (names_file(out->keys.data[i])) {
            bd_result_text(&kept, key, bd_path_name(out->values.data[i]->text));
        } else if (!is_of_this_run(out->keys.data[i])) {
            bd_result_value(&kept, key, out->values.data[i]);
        }
    }
    return bd_result_object(&kept);
}

static bool has_stamp(const bd_result *out) {
    for (size_t i = 0; i < out->keys.count; i++) {
        if (bd_str_eqz(out->keys.data[i], "timestamp_facts")) {
            return true;
        }
    }
    return false;
}

/* A run whose authority failed does not stand: the next one asks again. */
bd_rc bd_standing_note(const bd_outputs *outputs, const bd_signer *signer, size_t said,
                       bd_result *out, bd_err *err) {
    bd_session *session = outputs->session;
    bool is_missing = signer != NULL && signer->asks_stamp && !has_stamp(out);
    if (is_missing || session->outcome->diags.count - said > MOST_SAID) {
        return BD_OK; /* it would have to be said again, and is too much to keep */
    }
    bd_result line = {.arena = session->arena};
    bd_result_text(&line, "kind", BD_STR("run"));
    bd_result_value(&line, "outputs", outputs_value(outputs));
    bd_result_text(&line, "period", session->period->id);
    bd_result_text(&line, "plan", plan_of(session, signer, authority_of(signer)));
    bd_result_value(&line, "result", result_value(session->arena, out));
    bd_result_value(&line, "said", said_value(session, said));
    return bd_locker_note_run(session->locker, bd_result_object(&line), err);
}

/* ---- asking it ---- */

static const bd_value *find_line(bd_session *session, bd_str plan) {
    const bd_strs *runs = bd_locker_runs(session->locker);
    for (size_t i = runs->count; i-- > 0;) {
        const bd_value *line;
        bd_err err;
        bool is_read = !bd_failed(bd_json_parse(runs->data[i], &bd_json_default_limits,
                                                session->arena, &line, &err));
        if (is_read && bd_str_eqz(bd_value_text(line, "kind"), "run") &&
            bd_str_eq(bd_value_text(line, "plan"), plan)) {
            return line;
        }
    }
    return NULL;
}

static bool hash_file(int fd, bd_sha256 *hash, int64_t *bytes) {
    char buffer[READ_BYTES];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        bd_sha256_put(hash, buffer, (size_t)got);
        *bytes += got;
    }
}

static bool is_as_it_was(bd_session *session, const bd_value *output) {
    bd_str name = bd_value_text(output, "name");
    uint8_t wanted[32], found[32];
    int64_t bytes = 0, size = 0;
    if (name.size == 0 || bd_str_find(name, BD_STR("/")) >= 0 ||
        !bd_unhex(bd_value_text(output, "sha256"), wanted, 32) ||
        !bd_value_i64(output, "bytes", &bytes)) {
        return false;
    }
    struct stat facts;
    BD_DEFER(bd_fd_close)
    int fd = open(bd_session_output(session, bd_str_z(session->arena, name)),
                  O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size != bytes) {
        return false;
    }
    bd_sha256 *hash = bd_sha256_open();
    bool is_read = hash_file(fd, hash, &size);
    bd_sha256_finish(hash, found);
    bd_sha256_close(hash);
    return is_read && size == bytes && memcmp(found, wanted, 32) == 0;
}

static bool are_as_they_were(bd_session *session, const bd_value *outputs) {
    for (size_t i = 0; outputs != NULL && i < outputs->count; i++) {
        if (!is_as_it_was(session, &outputs->items[i])) {
            return false;
        }
    }
    return outputs != NULL && outputs->kind == BD_ARRAY && outputs->count > 0;
}

/* What is lost from the locker is the run's to say. */
static bool has_all_objects(bd_session *session) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("objects", (size_t)64 << 20);
    for (size_t i = 0; i < bd_locker_count(session->locker); i++) {
        const bd_blob *blob;
        bd_err err;
        if (bd_failed(bd_locker_blob(session->locker, bd_locker_at(session->locker, i), scratch,
                                     &blob, &err))) {
            return false;
        }
        bd_arena_reset(scratch);
    }
    return true;
}

static void say_again(bd_session *session, const bd_value *said) {
    bool is_refused = false;
    for (size_t i = 0; said != NULL && i < said->count; i++) {
        const bd_value *one = &said->items[i];
        int64_t severity = BD_DIAG_NOTE;
        bool is_known = bd_value_i64(one, "severity", &severity) &&
                        (severity == BD_DIAG_NOTE || severity == BD_DIAG_WARNING ||
                         severity == BD_DIAG_REFUSED);
        bd_diag_severity kept = is_known ? (bd_diag_severity)severity : BD_DIAG_WARNING;
        bd_diag_add(session->arena, &session->outcome->diags, kept, bd_value_text(one, "subject"),
                    bd_value_text(one, "locus"), "%.*s", BD_ARG(bd_value_text(one, "message")));
        is_refused = is_refused || kept == BD_DIAG_REFUSED;
    }
    if (session->options->is_strict && is_refused) {
        session->outcome->exit_code = 3;
    }
}

static bd_ratio ratio_at(const bd_value *result, const char *key) {
    const bd_value *ratio = bd_value_find(result, key);
    int64_t n = 0, of = 0;
    (void)bd_value_i64(ratio, "n", &n);
    (void)bd_value_i64(ratio, "of", &of);
    return bd_ratio_of((int)n, (int)of);
}

static void take_result(bd_session *session, const bd_value *result, bd_result *out) {
    for (size_t i = 0; i < result->count; i++) {
        const char *key = bd_str_z(session->arena, result->keys[i]);
        if (names_file(result->keys[i])) {
            const char *name = bd_str_z(session->arena, result->items[i].text);
            bd_result_text(out, key, bd_str_of(bd_session_output(session, name)));
        } else if (!is_of_this_run(result->keys[i])) {
            bd_result_value(out, key, &result->items[i]);
        }
    }
    bd_result_text(out, "period_why", session->period_why);
    bd_result_text(out, "as_of_why", session->as_of_why);
    bd_assessment scores = {.ready = ratio_at(result, "ready"),
                            .cover = ratio_at(result, "cover"),
                            .fresh = ratio_at(result, "fresh")};
    bd_thresholds_apply(session->options, &scores, session->arena, session->outcome);
    bd_result_list(out, "below", &session->outcome->misses);
}

bd_rc bd_standing_find(bd_session *session, const bd_signer *signer, bd_result *out, bool *stands,
                       bd_err *err) {
    (void)err;
    const bd_value *line = find_line(session, plan_of(session, signer, authority_of(signer)));
    const bd_value *result = bd_value_find(line, "result");
    *stands = line != NULL && result != NULL && result->kind == BD_OBJECT &&
              are_as_they_were(session, bd_value_find(line, "outputs")) && has_all_objects(session);
    if (!*stands) {
        return BD_OK;
    }
    say_again(session, bd_value_find(line, "said"));
    take_result(session, result, out);
    bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_NOTE, bd_value_text(line, "period"),
                (bd_str){"", 0},
                "nothing has changed since these outputs were made, and they are as they were: they "
                "stand; --no-cache makes them again");
    return BD_OK;
}
