/* The journal, as it is and with its chain mended: `prev` and `seq` of every line are made to hold, so that mutations
 * get past the chain to the rules behind it. */
#include "fuzz.h"

#include "bindery/crypto.h"
#include "bindery/locker.h"

#include <string.h>

static void check_journal(bd_str text) {
    bd_arena *arena = fuzz_arena();
    const bd_evidence_given *items = NULL;
    size_t lines = 0, count = 0;
    uint8_t head[32];
    bd_err err;
    bool is_sound = fuzz_holds(bd_journal_check(text, arena, &lines, head, &err), &err);
    bool has_items = fuzz_holds(bd_journal_items(text, arena, &items, &count, &err), &err);
    FUZZ_CHECK(is_sound == has_items);
    if (is_sound) {
        FUZZ_CHECK(count <= lines && (text.size == 0) == (lines == 0));
        for (size_t i = 0; i < count; i++) {
            FUZZ_CHECK(items[i].number == i + 1 && items[i].path.size > 0 && items[i].bytes >= 0);
        }
    }
}

/* The line with `prev` put right, if it has the member where canonical form puts it. */
static bd_str mend_line(bd_str line, const uint8_t head[32]) {
    char hex[65];
    static const bd_str member = BD_STR_INIT("\"prev\":\"");
    ptrdiff_t at = bd_str_find(line, member);
    if (at < 0 || (size_t)at + member.size + 64 > line.size) {
        return line;
    }
    char *copy = bd_new(fuzz_arena(), char, line.size);
    memcpy(copy, line.data, line.size);
    bd_hex(head, 32, hex);
    memcpy(copy + at + member.size, hex, 64);
    return (bd_str){copy, line.size};
}

static bd_str mend(bd_str text) {
    bd_buf mended;
    bd_str line;
    uint8_t head[32] = {0};
    bd_buf_init(&mended, 64 << 20);
    while (bd_str_cut(&text, '\n', &line)) {
        size_t from = mended.size;
        bd_buf_puts(&mended, mend_line(line, head));
        bd_buf_putc(&mended, '\n');
        bd_sha256_of((bd_str){mended.data + from, mended.size - from}, head);
    }
    bd_str whole = bd_buf_str(&mended);
    char *copy = bd_new(fuzz_arena(), char, whole.size);
    if (whole.size > 0) {
        memcpy(copy, whole.data, whole.size);
    }
    bd_buf_clear(&mended);
    return (bd_str){copy, whole.size};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size);
    check_journal(text);
    check_journal(mend(text));
    fuzz_end();
    return 0;
}
