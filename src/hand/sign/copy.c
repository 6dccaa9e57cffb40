/* copy.c - a PDF that signatures are put behind, in memory or on its way into a file.
 *
 * The bytes before an update never change.  So they are copied once, in blocks, and hashed in the same pass; what an
 * update adds is built in memory with its hole filled, and only then written.  The digest of a signature is that of the
 * copy so far and of the update around the hole: no byte is hashed twice, however many signatures follow.
 *
 *     source --blocks--> hash --> temporary file beside the place --window--> reader: tables, the objects in question
 *                         |                   ^
 *                         +--> digest --> CMS, verified --> update with its hole filled
 *
 * What was written is read back out of the file: end, table, trailer and objects of the new revision, the signature
 * over the known digest.  The revisions before it were judged when the copy was made and are not judged again. */
#include "sign_priv.h"

#include <string.h>

#define HANDLES_MAX 4
#define TEMP_NAME "a temporary file"
#define STRETCH_BYTES ((size_t)4 << 20) /* of a view that is hashed, held at a time */
#define FIELDS_MAX 1000
#define ARENA_BYTES(pdf_bytes) ((64u << 20) + 16 * (pdf_bytes))

struct bd_pdf_copy {
    bd_arena *arena;  /* of the handles */
    bd_arena *caller; /* of texts in memory, and of what is said of time-stamps */
    bd_atomic *file;  /* NULL: in memory, or in a temporary file */
    int temp_fd;      /* -1: in no temporary file */
    char *path;
    BD_VEC(bd_view *) views; /* each of the file as it was; the handles borrow them */
    bd_str text;
    bd_sha256 *hash; /* of text */
    bd_pdf *handles[HANDLES_MAX];
    sign_digest digests[HANDLES_MAX];
    size_t handle_count, digest_count;
};

static bd_view *last_view(const bd_pdf_copy *copy) {
    return copy->views.count > 0 ? copy->views.data[copy->views.count - 1] : NULL;
}

static bd_pdf *last_handle(const bd_pdf_copy *copy) {
    return copy->handles[copy->handle_count - 1];
}

void bd_pdf_copy_drop(bd_pdf_copy *copy) {
    if (copy == NULL) {
        return;
    }
    for (size_t i = 0; i < copy->views.count; i++) {
        bd_view_close(copy->views.data[i]);
    }
    bd_atomic_drop(copy->file);
    bd_sha256_close(copy->hash);
    bd_arena_close(copy->arena);
    bd_heap_free(copy->path);
    bd_heap_free(copy);
}

void bd_pdf_copy_drop_ref(bd_pdf_copy **copy) {
    bd_pdf_copy_drop(*copy);
    *copy = NULL;
}

static bd_pdf_copy *make_copy(size_t pdf_bytes, bd_arena *arena) {
    bd_pdf_copy *copy = bd_heap_zeroed(sizeof *copy);
    copy->caller = arena;
    copy->temp_fd = -1;
    copy->arena = bd_arena_open("signing", ARENA_BYTES(pdf_bytes));
    copy->hash = bd_sha256_open();
    return copy;
}

/* Looks at the file anew, as long as it is now. */
static bd_rc look(bd_pdf_copy *copy, size_t size, bd_err *err) {
    bd_view *view = NULL;
    bool is_temp = copy->file == NULL;
    BD_TRY(bd_view_open(is_temp ? copy->temp_fd : bd_atomic_fd(copy->file), size,
                        is_temp ? TEMP_NAME : copy->path, &view, err));
    *bd_push(copy->arena, &copy->views) = view;
    copy->text = bd_view_text(view);
    return BD_OK;
}

static bd_rc write_hashed(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    bd_pdf_copy *copy = sink->context;
    bd_sha256_put(copy->hash, bytes, count);
    return bd_sink_write(bd_atomic_sink(copy->file), bytes, count, err);
}

static bd_rc fill_copy(bd_pdf_copy *copy, int from, size_t size, const char *path, const char *to, bd_err *err) {
    bd_sink sink = {write_hashed, copy};
    copy->path = bd_heap_alloc(strlen(to) + 1);
    memcpy(copy->path, to, strlen(to) + 1);
    BD_TRY(bd_atomic_open(to, 0644, &copy->file, err));
    BD_TRY(bd_atomic_reserve(copy->file, size, err));
    BD_TRY(bd_fd_copy(from, size, path, &sink, err));
    BD_TRY(look(copy, size, err));
    if (size == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "not a pdf: it is empty");
    }
    BD_TRY(bd_pdf_view_parse(last_view(copy), copy->arena, &copy->handles[0], err));
    copy->handle_count = 1;
    return BD_OK;
}

bd_rc bd_pdf_copy_open(const char *path, const char *to, bd_arena *arena, bd_pdf_copy **out, bd_err *err) {
    BD_DEFER(bd_fd_close) int fd = -1;
    size_t size = 0;
    BD_TRY(bd_regular_open(path, BD_SIGN_FILE_BYTES, &fd, &size, err));
    bd_pdf_copy *copy = make_copy(size, arena);
    bd_rc rc = fill_copy(copy, fd, size, path, to, err);
    if (bd_failed(rc)) {
        bd_pdf_copy_drop(copy);
        return rc;
    }
    *out = copy;
    return BD_OK;
}

bd_rc bd_pdf_copy_of(bd_str pdf, bd_arena *arena, bd_pdf_copy **out, bd_err *err) {
    bd_pdf_copy *copy = make_copy(pdf.size, arena);
    copy->text = pdf;
    bd_rc rc = bd_pdf_parse(pdf, copy->arena, &copy->handles[0], err);
    if (bd_failed(rc)) {
        bd_err_context(err, "while signing");
        bd_pdf_copy_drop(copy);
        return rc;
    }
    bd_sha256_put(copy->hash, pdf.data, pdf.size);
    copy->handle_count = 1;
    *out = copy;
    return BD_OK;
}

static bd_rc open_temp(bd_pdf_copy *copy, bd_view *view, bd_err *err) {
    bd_str text = bd_view_text(view);
    copy->temp_fd = bd_view_fd(view);
    for (size_t at = 0; at < text.size; at += STRETCH_BYTES) {
        bd_str part = bd_str_sub(text, at, at + STRETCH_BYTES);
        bd_sha256_put(copy->hash, part.data, part.size);
        bd_view_release(view);
    }
    BD_TRY(look(copy, text.size, err));
    BD_TRY(bd_pdf_view_parse(last_view(copy), copy->arena, &copy->handles[0], err));
    copy->handle_count = 1;
    return BD_OK;
}

bd_rc bd_pdf_copy_of_view(bd_view *view, bd_arena *arena, bd_pdf_copy **out, bd_err *err) {
    if (bd_view_fd(view) < 0) {
        return bd_pdf_copy_of(bd_view_text(view), arena, out, err);
    }
    bd_pdf_copy *copy = make_copy(bd_view_text(view).size, arena);
    bd_rc rc = open_temp(copy, view, err);
    if (bd_failed(rc)) {
        bd_err_context(err, "while signing");
        bd_pdf_copy_drop(copy);
        return rc;
    }
    *out = copy;
    return BD_OK;
}

bd_str bd_pdf_copy_text(const bd_pdf_copy *copy) {
    return copy->text;
}

bd_pdf *bd_pdf_copy_pdf(const bd_pdf_copy *copy) {
    return last_handle(copy);
}

bd_arena *sign_copy_arena(const bd_pdf_copy *copy) {
    return copy->caller;
}

/* A form that cannot be read is refused when it is signed. */
bool bd_pdf_copy_is_signed(const bd_pdf_copy *copy) {
    bd_pdf *pdf = last_handle(copy);
    const bd_pdf_object *list = NULL;
    bd_err problem = {0};
    if (bd_failed(sign_find_list(pdf, &list, &problem)) || list == NULL || list->kind != BD_PDF_ARRAY) {
        return false;
    }
    for (size_t i = 0; i < list->count && i < FIELDS_MAX; i++) {
        const bd_pdf_object *field = NULL;
        bool is_read = !bd_failed(bd_pdf_resolve(pdf, &list->items[i], &field, &problem));
        if (is_read && sign_is_name(bd_pdf_find(field, "FT"), "Sig") && bd_pdf_find(field, "V") != NULL) {
            return true;
        }
    }
    return false;
}

bd_rc bd_pdf_copy_finish(bd_pdf_copy *copy, bd_err *err) {
    bd_atomic *file = copy->file;
    BD_ASSERT(file != NULL);
    copy->file = NULL;
    return bd_atomic_finish(file, err);
}

/* ---- one update -------------------------------------------------------------------------------- */

static bd_rc put_value(bd_str appended, int64_t base, const int64_t range[4], bd_str der, bd_arena *scratch,
                       bd_err *err) {
    size_t room = (size_t)(range[2] - range[1] - 2) / 2;
    if (der.size > room) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot sign: the signature needs %zu bytes, its place has %zu",
                 der.size, room);
    }
    char *hex = bd_new(scratch, char, 2 * der.size + 1);
    bd_hex((const uint8_t *)der.data, der.size, hex);
    memcpy((char *)(uintptr_t)appended.data + (range[1] - base) + 1, hex, 2 * der.size);
    return BD_OK;
}

/* Over all that is there and over the update around its hole. */
static void digest_update(const bd_pdf_copy *copy, const bd_pdf_signature_update *update, sign_digest *out) {
    bd_sha256 *hash = bd_sha256_fork(copy->hash);
    const int64_t *range = update->byte_range;
    bd_str appended = update->appended;
    bd_sha256_put(hash, appended.data, (size_t)range[1] - copy->text.size);
    bd_sha256_put(hash, appended.data + ((size_t)range[2] - copy->text.size), (size_t)range[3]);
    bd_sha256_finish(hash, out->sha256);
    bd_sha256_close(hash);
    memcpy(out->range, range, sizeof out->range);
}

static bd_rc append(bd_pdf_copy *copy, bd_str appended, bd_err *err) {
    size_t size = copy->text.size + appended.size;
    bd_sha256_put(copy->hash, appended.data, appended.size);
    if (copy->file != NULL) {
        BD_TRY(bd_sink_write(bd_atomic_sink(copy->file), appended.data, appended.size, err));
        return look(copy, size, err);
    }
    if (copy->temp_fd >= 0) {
        BD_TRY(bd_write_all(copy->temp_fd, appended.data, appended.size, TEMP_NAME, err));
        return look(copy, size, err);
    }
    char *text = bd_alloc(copy->caller, size, 1);
    memcpy(text, copy->text.data, copy->text.size);
    memcpy(text + copy->text.size, appended.data, appended.size);
    copy->text = (bd_str){text, size};
    return BD_OK;
}

bd_rc sign_copy_add(bd_pdf_copy *copy, const bd_pdf_signature_plan *plan, const sign_filler *filler,
                    bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("sign", ARENA_BYTES(copy->text.size));
    bd_pdf_signature_update update;
    bd_str der;
    int64_t base = (int64_t)copy->text.size;
    BD_ASSERT(copy->handle_count < HANDLES_MAX);
    sign_digest *digest = &copy->digests[copy->digest_count];
    BD_TRY(bd_pdf_signature_build(last_handle(copy), plan, scratch, &update, err));
    digest_update(copy, &update, digest);
    BD_TRY(filler->fill(filler->context, digest->sha256, scratch, &der, err));
    BD_TRY(put_value(update.appended, base, update.byte_range, der, scratch, err));
    BD_TRY(append(copy, update.appended, err));
    copy->digest_count++;
    bd_pdf **made = &copy->handles[copy->handle_count];
    BD_TRY(bd_pdf_grown_parse(copy->text, last_view(copy), last_handle(copy), copy->arena, made, err));
    copy->handle_count++;
    return BD_OK;
}

/* ---- judging it --------------------------------------------------------------------------------- */

bd_rc bd_pdf_copy_judge(const bd_pdf_copy *copy, const bd_pdf_judging *how, bd_arena *arena,
                        bd_pdf_report *out, bd_err *err) {
    sign_known known = {.handles = copy->handles,
                        .handle_count = copy->handle_count,
                        .digests = copy->digests,
                        .digest_count = copy->digest_count};
    return sign_judge_known(copy->text, &known, how, arena, out, err);
}
