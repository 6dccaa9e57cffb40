/* journal.c - what happened to evidence, line by line: the format of locker/journal.ndjson, and its
 * reader.
 *
 * WHAT IT IS FOR
 *
 * The objects of a locker are bytes without a story.  The journal is the story: which file was put
 * in when and under which number, who reviewed it, what was withdrawn and why.  Nothing in a locker
 * is evidence unless a line names it, and a line, once there, is never changed or removed.
 *
 * BYTE LAYOUT
 *
 *     journal  = *commit
 *     commit   = 1*line
 *     line     = object LF
 *     object   = canonical JSON: UTF-8, keys sorted, no spaces, one way only to write each value
 *
 * A line holds at most 1 MiB with its LF.  Each has these members, besides those of its kind:
 *
 *     at     instant in UTC, "2026-07-01T12:34:56Z"
 *     kind   "ingested", "reviewed", "withdrawn", "recovered", ... : lower-case letters and '_'
 *     more   how many lines of the same commit follow: n-1, n-2, ... 0
 *     prev   SHA-256 of the line before with its LF, as 64 hex digits; 64 zeros in the first line
 *     seq    1, 2, 3, ...
 *
 * `ingested` holds the given half of an evidence record:
 *
 *     evidence                 "E-0007"; numbers are given in order, without a gap, and never again
 *     path                     relative to the folder ingested
 *     bytes, crc32, sha256     of the file; crc32 as 8 hex digits
 *     stored_bytes,            of the raw deflate stream, bytes 10 to -8 of
 *     stored_sha256              objects/sha256/ab/cd....gz, which is what a package splices
 *     file_time                modification time of the file
 *     collected_at             where the caller gave it
 *     sidecar                  "E-0008", where the file has one
 *
 * `withdrawn` names the `evidence` it withdraws and the `reason`.  `recovered` tells of a torn
 * tail: `file` (in quarantine/), `offset`, `bytes`, `sha256`, `reason`.  The other kinds belong to
 * those who append them.
 *
 * An `ingested` sidecar ("a.json.meta.json") speaks for the latest item at the path it stands
 * beside ("a.json"), so a sidecar that comes or changes later takes effect without a second item.
 *
 * WHEN A JOURNAL IS VALID
 *
 *  1. It consists of whole lines, each at most 1 MiB.
 *  2. Each line is well-formed JSON, an object, and equals its own canonical form.
 *  3. `prev` is the SHA-256 of the line before.
 *  4. `seq` is one more than in the line before.
 *  5. `more` counts down to 0 within a commit, and the last line has 0.
 *  6. `at` is an instant, `kind` is a word of its alphabet.
 *  7. An `ingested` line has all its members, and its number is one more than the number before it.
 *  8. A `withdrawn` line names an item that an earlier line brought.
 *
 * So one altered, missing, doubled or moved line breaks the chain at the line behind it, for
 * anybody with sha256sum. An altered last line is caught by whoever holds the head: each package
 * and each seal prints it.
 *
 * HOW A COMMIT IS MADE (one writer at a time holds the lock)
 *
 *  1. Each object is written to tmp/, read back and compared with its hash.
 *  2. fsync of every new object, several at a time; a failure is final, because the state of the
 *     page cache is then unknown.
 *  3. rename to objects/sha256/ab/..., then fsync of every folder touched.
 *  4. All lines of the commit are appended with one write, and the journal is synced.  THIS IS THE
 *     COMMIT POINT.
 *
 * Until 4 nothing names the objects, so that a run killed before it leaves only garbage (tmp/ is
 * swept by the next writer, unnamed objects are taken over when the same bytes come again).  After
 * 4 everything the lines name is durable.  An append that fails half-way is cut off again; where
 * even that fails, the next writer recovers.
 *
 * HOW IT IS READ
 *
 *  Lines are taken one after the other; those of a commit become visible with its last line (`more`
 *  0).  The text may end in a torn commit: an append that was cut off by a kill, a full disk or a
 *  loss of power.  It is torn if
 *    a. bytes follow the last LF (part of a line, or zeros of a block that was never written), or
 *    b. the text ends with a line whose `more` is not 0.
 *  Everything from the start of the torn commit is set aside.  A reader without the lock ignores it
 *  (the writer may be in the middle of it); a writer copies it to quarantine/, cuts it off and
 *  appends a `recovered` line, in this order, so that a crash in between leaves either the torn
 *  tail or a quarantine file that the next writer finds without a line and gives one.
 *  Any other breach of the rules is no accident of appending: the locker is refused with the line
 *  and the reason, and nothing is repaired.
 */
#include "locker_priv.h"

#include <stdio.h>
#include <string.h>

static const bd_json_limits line_limits = {
    .document_bytes = (int64_t)JOURNAL_LINE_MAX,
    .record_bytes = JOURNAL_LINE_MAX,
    .depth = 64,
    .nodes = 100000,
};

void journal_init(struct journal *journal, bd_arena *arena) {
    *journal = (struct journal){
        .arena = arena, .by_path = bd_map_make(arena), .by_object = bd_map_make(arena)};
}

/* ---- members --------------------------------------------------------------------------------- */

static bool read_sha256(const bd_value *line, const char *key, uint8_t out[32]) {
    return bd_unhex(bd_value_text(line, key), out, 32);
}

bool journal_number(bd_str text, uint32_t *out) {
    int64_t number = 0;
    char again[24];
    if (!bd_str_has_prefix(text, BD_STR("E-")) ||
        !bd_str_to_i64(bd_str_sub(text, 2, text.size), &number) || number < 1 ||
        number > UINT32_MAX) {
        return false;
    }
    snprintf(again, sizeof(again), "E-%04lld", (long long)number);
    *out = (uint32_t)number;
    return bd_str_eqz(text, again);
}

static bool read_number(const bd_value *line, const char *key, uint32_t *out) {
    return journal_number(bd_value_text(line, key), out);
}

static bool read_instant(const bd_value *line, const char *key, bd_instant *out) {
    bd_str text = bd_value_text(line, key);
    return text.size > 0 && bd_instant_parse(text, out);
}

static const char *read_ingested(const bd_value *line, bd_evidence_given *item) {
    uint8_t crc[4];
    *item = (bd_evidence_given){.given_collected_at = BD_INSTANT_NONE,
                                .path = bd_value_text(line, "path")};
    if (!read_number(line, "evidence", &item->number)) {
        return "'evidence' is no evidence number";
    }
    if (item->path.size == 0) {
        return "'path' is missing";
    }
    if (!bd_value_i64(line, "bytes", &item->bytes) || item->bytes < 0 ||
        !bd_value_i64(line, "stored_bytes", &item->stored_bytes) || item->stored_bytes < 0) {
        return "'bytes' or 'stored_bytes' is no size";
    }
    if (!read_sha256(line, "sha256", item->sha256) ||
        !read_sha256(line, "stored_sha256", item->stored_sha256)) {
        return "'sha256' or 'stored_sha256' is not 64 hex digits";
    }
    if (!bd_unhex(bd_value_text(line, "crc32"), crc, 4)) {
        return "'crc32' is not 8 hex digits";
    }
    item->crc32 = (uint32_t)crc[0] << 24 | (uint32_t)crc[1] << 16 | (uint32_t)crc[2] << 8 | crc[3];
    if (!read_instant(line, "file_time", &item->file_time) ||
        !read_instant(line, "at", &item->ingested_at)) {
        return "'file_time' is no instant";
    }
    if (bd_value_find(line, "collected_at") != NULL &&
        !read_instant(line, "collected_at", &item->given_collected_at)) {
        return "'collected_at' is no instant";
    }
    if (bd_value_find(line, "sidecar") != NULL && !read_number(line, "sidecar", &item->sidecar)) {
        return "'sidecar' is no evidence number";
    }
    return NULL;
}

/* ---- applying -------------------------------------------------------------------------------- */

static void apply_ingested(struct journal *journal, bd_evidence_given *item) {
    char hex[65];
    bd_hex(item->sha256, 32, hex);
    *bd_push(journal->arena, &journal->items) = item;
    bd_map_put(journal->by_path, item->path, item);
    if (bd_map_find(journal->by_object, bd_str_of(hex)) == NULL) {
        bd_map_put(journal->by_object, bd_str_of(hex), item);
    }
    bd_str subject = bd_path_is_sidecar(item->path) ? bd_sidecar_subject(item->path) : (bd_str){0};
    bd_evidence_given *described = subject.size > 0 ? bd_map_find(journal->by_path, subject) : NULL;
    if (described != NULL) {
        described->sidecar = item->number;
    }
}

static void apply_withdrawn(struct journal *journal, const bd_value *line) {
    uint32_t number = 0;
    if (read_number(line, "evidence", &number) && number <= journal->items.count) {
        bd_evidence_given *item = journal->items.data[number - 1];
        item->is_withdrawn = true;
        item->withdrawn_reason = bd_value_text(line, "reason");
        item->withdrawn_by = bd_value_text(line, "by");
        if (!bd_instant_parse(bd_value_text(line, "at"), &item->withdrawn_at)) {
            item->withdrawn_at = BD_INSTANT_NONE;
        }
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool is_kind(bd_str kind) {
    for (size_t i = 0; i < kind.size; i++) {
        if (kind.data[i] != '_' && (kind.data[i] < 'a' || kind.data[i] > 'z')) {
            return false;
        }
    }
    return kind.size > 0 && kind.size <= 64;
}

/* Rules 3 to 6. */
static const char *check_chain(const struct journal *journal, const struct journal_commit *commit,
                               const bd_value *line) {
    uint8_t prev[32];
    int64_t seq = 0, more = 0;
    bd_instant at = 0;
    if (!read_sha256(line, "prev", prev) || memcmp(prev, commit->head, 32) != 0) {
        return "'prev' is not the SHA-256 of the line before: a line was altered, removed or added";
    }
    if (!bd_value_i64(line, "seq", &seq) ||
        seq != (int64_t)(journal->lines.count + commit->lines.count) + 1) {
        return "'seq' does not follow that of the line before";
    }
    if (!bd_value_i64(line, "more", &more) || more < 0 ||
        (commit->more >= 0 && more != commit->more)) {
        return "'more' does not count down";
    }
    if (!read_instant(line, "at", &at)) {
        return "'at' is no instant";
    }
    if (!is_kind(bd_value_text(line, "kind"))) {
        return "'kind' is no word of lower-case letters";
    }
    return NULL;
}

/* Rules 7 and 8. */
static const char *check_kind(const struct journal *journal, struct journal_commit *commit,
                              const bd_value *line) {
    bd_evidence_given **slot = bd_push(journal->arena, &commit->items);
    *slot = NULL;
    bd_str kind = bd_value_text(line, "kind");
    uint32_t number = 0;
    if (bd_str_eqz(kind, "withdrawn")) {
        bool is_known = read_number(line, "evidence", &number) && number <= commit->last_number;
        return is_known ? NULL : "'evidence' names nothing that was ingested";
    }
    if (!bd_str_eqz(kind, "ingested")) {
        return NULL;
    }
    bd_evidence_given *item = bd_new(journal->arena, bd_evidence_given, 1);
    const char *fault = read_ingested(line, item);
    if (fault != NULL) {
        return fault;
    }
    if (item->number != commit->last_number + 1) {
        return "'evidence' is not the next number";
    }
    commit->last_number = item->number;
    *slot = item;
    return NULL;
}

/* Parses `text` (a line without its LF) and adds it to the commit.  NULL, or the rule it breaks. */
static const char *take_line(const struct journal *journal, struct journal_commit *commit,
                             bd_str text) {
    const bd_value *line = NULL;
    bd_err problem = {0};
    if (text.size >= JOURNAL_LINE_MAX) {
        return "it is longer than 1 MiB";
    }
    if (bd_failed(bd_json_parse(text, &line_limits, journal->arena, &line, &problem)) ||
        line->kind != BD_OBJECT) {
        return "it is no JSON object";
    }
    {
        BD_DEFER(bd_arena_close_ref)
        bd_arena *scratch = bd_arena_open("journal line", JOURNAL_LINE_MAX * 64);
        if (!bd_str_eq(bd_json_canonical(scratch, line), text)) {
            return "it is not in canonical form";
        }
    }
    const char *fault = check_chain(journal, commit, line);
    if (fault == NULL) {
        fault = check_kind(journal, commit, line);
    }
    if (fault != NULL) {
        return fault;
    }
    *bd_push(journal->arena, &commit->lines) = line;
    (void)bd_value_i64(line, "more", &commit->more);
    commit->more--;
    /* The LF stands behind the line in the text it was cut from. */
    bd_sha256_of((bd_str){text.data, text.size + 1}, commit->head);
    return NULL;
}

static void begin_commit(const struct journal *journal, struct journal_commit *commit) {
    commit->lines.count = 0;
    commit->items.count = 0;
    commit->more = -1;
    commit->last_number = (uint32_t)journal->items.count;
    memcpy(commit->head, journal->head, 32);
}

void journal_apply(struct journal *journal, const struct journal_commit *commit) {
    uint32_t first_number = (uint32_t)journal->items.count + 1;
    for (size_t i = 0; i < commit->lines.count; i++) {
        *bd_push(journal->arena, &journal->lines) = commit->lines.data[i];
        if (commit->items.data[i] != NULL) {
            commit->items.data[i]->commit = first_number;
            apply_ingested(journal, commit->items.data[i]);
        } else if (bd_str_eqz(bd_value_text(commit->lines.data[i], "kind"), "withdrawn")) {
            apply_withdrawn(journal, commit->lines.data[i]);
        }
    }
    memcpy(journal->head, commit->head, 32);
    journal->bytes += commit->bytes;
}

/* Reads one commit from the start of `text`.  `torn_why` is set, and nothing is wrong, when the
 * text ends first. */
static bd_rc read_commit(const struct journal *journal, bd_str text, struct journal_commit *commit,
                         const char **torn_why, bd_err *err) {
    size_t at = 0;
    begin_commit(journal, commit);
    do {
        const char *feed = at < text.size ? memchr(text.data + at, '\n', text.size - at) : NULL;
        if (feed == NULL) {
            *torn_why = at < text.size ? "the last line was cut off"
                                       : "the last commit lacks its last lines";
            return BD_OK;
        }
        bd_str line = {text.data + at, (size_t)(feed - text.data) - at};
        const char *fault = take_line(journal, commit, line);
        if (fault != NULL) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "the journal is broken at line %zu (byte %lld): %s; nothing was repaired, "
                     "bring the file back from a copy",
                     journal->lines.count + commit->lines.count + 1,
                     (long long)journal->bytes + (long long)at, fault);
        }
        at += line.size + 1;
    } while (commit->more >= 0);
    commit->bytes = (int64_t)at;
    return BD_OK;
}

bd_rc journal_take(struct journal *journal, bd_str text, struct journal_end *end, bd_err *err) {
    struct journal_commit commit = {0};
    *end = (struct journal_end){0, NULL};
    while (end->good_bytes < text.size) {
        bd_str rest = bd_str_sub(text, end->good_bytes, text.size);
        BD_TRY(read_commit(journal, rest, &commit, &end->torn_why, err));
        if (end->torn_why != NULL) {
            break;
        }
        journal_apply(journal, &commit);
        end->good_bytes += (size_t)commit.bytes;
    }
    return BD_OK;
}

bd_rc journal_stage(const struct journal *journal, bd_str text, struct journal_commit *commit,
                    bd_err *err) {
    const char *torn_why = NULL;
    bd_err problem = {0};
    *commit = (struct journal_commit){0};
    bd_rc rc = read_commit(journal, text, commit, &torn_why, &problem);
    if (bd_failed(rc) || torn_why != NULL || (size_t)commit->bytes != text.size) {
        BD_RAISE(err, BD_ERR_BUG, "a journal line of our own making would not be readable: %s",
                 bd_failed(rc) ? problem.message : "it is not one commit");
    }
    return BD_OK;
}

/* ---- making lines ---------------------------------------------------------------------------- */

void draft_open(struct journal_draft *draft, const struct journal *journal, size_t lines) {
    *draft = (struct journal_draft){.journal = journal, .lines_wanted = lines};
    draft->arena = bd_arena_open("journal draft", JOURNAL_MAX);
    bd_buf_init(&draft->text, JOURNAL_MAX);
    memcpy(draft->head, journal->head, 32);
}

void draft_close(struct journal_draft *draft) {
    bd_buf_clear(&draft->text);
    bd_arena_close(draft->arena);
}

static const char *const own_members[] = {"at", "kind", "more", "prev", "seq"};

bd_rc draft_add(struct journal_draft *draft, bd_str kind, const bd_value *body, bd_instant at,
                bd_err *err) {
    bd_arena *arena = draft->arena;
    size_t count = body->count, before = draft->text.size;
    bd_str *keys = bd_new(arena, bd_str, count + BD_COUNT(own_members));
    const bd_value **values = bd_new(arena, const bd_value *, count + BD_COUNT(own_members));
    for (size_t i = 0; i < count; i++) {
        keys[i] = body->keys[i];
        values[i] = &body->items[i];
    }
    char prev[65];
    bd_hex(draft->head, 32, prev);
    const bd_value *own[BD_COUNT(own_members)] = {
        bd_value_string(arena, bd_instant_format(arena, at)),
        bd_value_string(arena, kind),
        bd_value_integer(arena, (int64_t)(draft->lines_wanted - draft->lines_made - 1)),
        bd_value_string(arena, bd_str_copy(arena, bd_str_of(prev))),
        bd_value_integer(arena, (int64_t)(draft->journal->lines.count + draft->lines_made) + 1),
    };
    for (size_t i = 0; i < BD_COUNT(own_members); i++) {
        if (bd_value_find(body, own_members[i]) != NULL) {
            BD_RAISE(err, BD_ERR_BUG, "a journal line of kind '%.*s' brings its own '%s'",
                     BD_ARG(kind), own_members[i]);
        }
        keys[count + i] = bd_str_of(own_members[i]);
        values[count + i] = own[i];
    }
    bd_buf_puts(&draft->text,
                bd_json_canonical(
                    arena, bd_value_object(arena, count + BD_COUNT(own_members), keys, values)));
    bd_buf_putc(&draft->text, '\n');
    BD_TRY(bd_buf_check(&draft->text, "the journal's new lines", err));
    if (draft->text.size - before > JOURNAL_LINE_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "a journal line of kind '%.*s' has %zu bytes, the limit is %zu",
                 BD_ARG(kind), draft->text.size - before, JOURNAL_LINE_MAX);
    }
    bd_sha256_of(bd_str_sub(bd_buf_str(&draft->text), before, draft->text.size), draft->head);
    draft->lines_made++;
    return BD_OK;
}

static const bd_value *hex_value(bd_arena *arena, const uint8_t *bytes, size_t count) {
    char *hex = bd_new(arena, char, 2 * count + 1);
    bd_hex(bytes, count, hex);
    return bd_value_string(arena, (bd_str){hex, 2 * count});
}

const bd_value *journal_ingested_body(bd_arena *arena, const bd_evidence_given *item) {
    uint8_t crc[4] = {(uint8_t)(item->crc32 >> 24), (uint8_t)(item->crc32 >> 16),
                      (uint8_t)(item->crc32 >> 8), (uint8_t)item->crc32};
    bd_str keys[11] = {BD_STR("bytes"),        BD_STR("crc32"),        BD_STR("evidence"),
                       BD_STR("file_time"),    BD_STR("path"),         BD_STR("sha256"),
                       BD_STR("stored_bytes"), BD_STR("stored_sha256")};
    const bd_value *values[11] = {
        bd_value_integer(arena, item->bytes),
        hex_value(arena, crc, 4),
        bd_value_string(arena, bd_evidence_id(arena, item->number)),
        bd_value_string(arena, bd_instant_format(arena, item->file_time)),
        bd_value_string(arena, item->path),
        hex_value(arena, item->sha256, 32),
        bd_value_integer(arena, item->stored_bytes),
        hex_value(arena, item->stored_sha256, 32),
    };
    size_t count = 8;
    if (item->given_collected_at != BD_INSTANT_NONE) {
        keys[count] = BD_STR("collected_at");
        values[count++] =
            bd_value_string(arena, bd_instant_format(arena, item->given_collected_at));
    }
    if (item->sidecar != 0) {
        keys[count] = BD_STR("sidecar");
        values[count++] = bd_value_string(arena, bd_evidence_id(arena, item->sidecar));
    }
    return bd_value_object(arena, count, keys, values);
}

/* ---- a journal by itself --------------------------------------------------------------------- */

static bd_rc take_whole(bd_str text, bd_arena *arena, struct journal *journal, bd_err *err) {
    struct journal_end end;
    journal_init(journal, arena);
    BD_TRY(journal_take(journal, text, &end, err));
    if (end.torn_why != NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "the journal is broken at line %zu (byte %zu): %s",
                 journal->lines.count + 1, end.good_bytes, end.torn_why);
    }
    return BD_OK;
}

bd_rc bd_journal_check(bd_str text, bd_arena *arena, size_t *lines, uint8_t head[32], bd_err *err) {
    struct journal journal;
    BD_TRY(take_whole(text, arena, &journal, err));
    *lines = journal.lines.count;
    memcpy(head, journal.head, 32);
    return BD_OK;
}

bd_rc bd_journal_items(bd_str text, bd_arena *arena, const bd_evidence_given **items, size_t *count,
                       bd_err *err) {
    struct journal journal;
    BD_TRY(take_whole(text, arena, &journal, err));
    bd_evidence_given *list = bd_new(arena, bd_evidence_given, journal.items.count);
    for (size_t i = 0; i < journal.items.count; i++) {
        list[i] = *journal.items.data[i];
    }
    *items = list;
    *count = journal.items.count;
    return BD_OK;
}
