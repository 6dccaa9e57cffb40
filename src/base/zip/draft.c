/* Texts of unknown size: short ones are kept, long ones deflated while they are written. */
#include "bindery/zip.h"

#include "bindery/crypto.h"

#include "zip_priv.h"

#include <stdlib.h>
#include <string.h>

#define LOOKED_AT 4 /* bytes for one that is written, about: texts follow from what arenas hold */

struct bd_draft {
    bd_sink sink;
    bd_buf text; /* what is not deflated yet: all of a short text */
    /* of a long one */
    bd_buf stored;
    bd_sink stored_sink;
    bd_deflater *deflater;
    bd_sha256 *hash;
    struct packed_blob packed;
    bool is_packed, works_behind;
    uint8_t sha256[32];
    int64_t bytes;
};

static void open_packing(bd_draft *draft) {
    bd_buf_init(&draft->stored, SIZE_MAX / 2);
    draft->stored_sink = bd_sink_to_buf(&draft->stored);
    draft->deflater = bd_deflater_open(&draft->stored_sink);
    bd_deflater_set_thorough(draft->deflater);
    if (draft->works_behind) {
        bd_deflater_work_behind(draft->deflater);
    }
    draft->hash = bd_sha256_open();
}

static bd_rc pack_bytes(bd_draft *draft, const void *bytes, size_t count, bd_err *err) {
    if (draft->deflater == NULL) {
        open_packing(draft);
    }
    bd_sha256_put(draft->hash, bytes, count);
    return bd_deflater_write(draft->deflater, bytes, count, err);
}

static bd_rc pack_text(bd_draft *draft, bd_err *err) {
    bd_str text = bd_buf_str(&draft->text);
    BD_TRY(pack_bytes(draft, text.data, text.size, err));
    draft->text.size = 0;
    return BD_OK;
}

static bd_rc write_draft(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    bd_draft *draft = sink->context;
    draft->bytes += (int64_t)count;
    bd_arenas_pass(count * LOOKED_AT);
    if (draft->text.size + count > BD_DEFLATE_CHUNK_BYTES) {
        BD_TRY(pack_text(draft, err));
    }
    if (count > BD_DEFLATE_CHUNK_BYTES) {
        return pack_bytes(draft, bytes, count, err);
    }
    bd_buf_put(&draft->text, bytes, count);
    return bd_buf_check(&draft->text, "a text", err);
}

bd_draft *bd_draft_open(void) {
    bd_draft *draft = bd_heap_zeroed(sizeof *draft);
    draft->sink = (bd_sink){.write = write_draft, .context = draft};
    bd_buf_init(&draft->text, BD_DEFLATE_CHUNK_BYTES);
    return draft;
}

void bd_draft_work_behind(bd_draft *draft) {
    BD_ASSERT(draft->bytes == 0);
    draft->works_behind = true;
}

bd_sink *bd_draft_sink(bd_draft *draft) {
    return &draft->sink;
}

static void settle_packed(bd_draft *draft) {
    packed_blob_init(&draft->packed);
    bd_blob *blob = &draft->packed.blob;
    draft->packed.stored = bd_buf_str(&draft->stored);
    blob->bytes = draft->bytes;
    blob->crc32 = bd_deflater_crc32(draft->deflater);
    blob->stored_bytes = bd_deflater_stored_bytes(draft->deflater);
    bd_sha256_finish(draft->hash, draft->sha256);
    memcpy(blob->sha256, draft->sha256, sizeof blob->sha256);
    bd_sha256_of(draft->packed.stored, blob->stored_sha256);
    draft->is_packed = true;
}

static void close_packing(bd_draft *draft) {
    bd_deflater_close(draft->deflater);
    draft->deflater = NULL;
    bd_sha256_close(draft->hash);
    draft->hash = NULL;
}

bd_rc bd_draft_finish(bd_draft *draft, bd_err *err) {
    if (draft->deflater == NULL) {
        bd_sha256_of(bd_buf_str(&draft->text), draft->sha256);
        return BD_OK;
    }
    BD_TRY(pack_text(draft, err));
    BD_TRY(bd_deflater_finish(draft->deflater, err));
    BD_TRY(bd_buf_check(&draft->stored, "a deflated text", err));
    bd_buf_clear(&draft->text);
    settle_packed(draft);
    close_packing(draft);
    return BD_OK;
}

int64_t bd_draft_bytes(const bd_draft *draft) {
    return draft->bytes;
}

const uint8_t *bd_draft_sha256(const bd_draft *draft) {
    return draft->sha256;
}

bd_str draft_text(const bd_draft *draft) {
    return bd_buf_str(&draft->text);
}

const struct packed_blob *draft_packed(const bd_draft *draft) {
    return draft->is_packed ? &draft->packed : NULL;
}

static bd_rc copy_to(bd_source *source, bd_sink *sink, bd_err *err) {
    char bytes[16384];
    for (size_t count = 1; count > 0;) {
        BD_TRY(bd_source_read(source, bytes, sizeof bytes, &count, err));
        BD_TRY(bd_sink_write(sink, bytes, count, err));
    }
    return BD_OK;
}

bd_rc bd_draft_write(const bd_draft *draft, bd_sink *sink, bd_err *err) {
    if (!draft->is_packed) {
        bd_str text = bd_buf_str(&draft->text);
        return bd_sink_write(sink, text.data, text.size, err);
    }
    const bd_blob *blob = &draft->packed.blob;
    bd_source source = {0};
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_rc rc = copy_to(&source, sink, err);
    blob->close(blob, &source);
    return rc;
}

void bd_draft_close(bd_draft *draft) {
    if (draft == NULL) {
        return;
    }
    close_packing(draft);
    bd_buf_clear(&draft->text);
    bd_buf_clear(&draft->stored);
    bd_heap_free(draft);
}
