/* The pages of one answer: which file continues which, and whether the first of them is there.
 *
 * A page says where the next one is and never which one it is itself: a last page alone looks like a whole answer.
 * What tells it is outside of it, in what it was asked with: a token, or a number of records to skip.  Where nobody
 * says what it was asked with, two things leave its beginning in doubt: a name that counts pages and begins with a
 * later one, and an answer of the same scope and time whose next link was not followed.  Both only take away: without
 * either, and without a word of what was asked, an answer that ends without a next link is whole. */
#include "bindery/conclude.h"

#include "conclude_priv.h"

#include <string.h>

#define MOST_PAGES 1899 /* "page-2026" is no page but a year */
#define NO_PAGE (-1)
#define EVERY_RUN BD_STR("\x1e")

static bd_str empty(void) {
    return (bd_str){"", 0};
}

static void set_complete(bd_collection *collection, bd_completeness completeness, bd_str reason) {
    collection->completeness = completeness;
    collection->reason = reason;
}

/* ---- what a page was asked with ---- */

/* The value of a parameter, up to the next one. */
static bd_str value_at(bd_str text, size_t from) {
    size_t end = from;
    while (end < text.size && memchr("&\"' \t\r\n", text.data[end], 7) == NULL) {
        end++;
    }
    return bd_str_sub(text, from, end);
}

/* The value of an option in a body of JSON, {"options": {"$skipToken": "..."}}, or of a command, --skip-token X. */
static bd_str option_at(bd_str text, size_t from) {
    while (from < text.size && memchr(": \t\r\n=\"'\\", text.data[from], 9) != NULL) {
        from++;
    }
    size_t end = from;
    while (end < text.size && memchr("\"'\\,} \t\r\n", text.data[end], 9) == NULL) {
        end++;
    }
    return bd_str_sub(text, from, end);
}

/* What says in a request, command or next link that records before are another page's; empty when nothing does. */
static bd_str skip_token_of(bd_arena *arena, bd_str asked) {
    static const char *const parameters[] = {
        "skiptoken=", "continuationtoken=", "$skip=", "%24skip="};
    static const char *const options[] = {"$skiptoken\"", "$skiptoken\\\"", "$skip\"",
                                          "$skip\\\"",    "--skip-token",   "--skip "};
    bd_str lower = bd_str_lower(arena, asked);
    bd_str token = empty();
    for (size_t i = 0; i < BD_COUNT(parameters) && token.size == 0; i++) {
        ptrdiff_t at = bd_str_find(lower, bd_str_of(parameters[i]));
        token = at < 0 ? token : value_at(asked, (size_t)at + strlen(parameters[i]));
    }
    for (size_t i = 0; i < BD_COUNT(options) && token.size == 0; i++) {
        ptrdiff_t at = bd_str_find(lower, bd_str_of(options[i]));
        token = at < 0 ? token : option_at(asked, (size_t)at + strlen(options[i]));
    }
    bool is_nothing = bd_str_eqz(token, "0") || bd_str_eqz(token, "null");
    return is_nothing ? empty() : token;
}

/* The token that a page itself was asked with: its URL may stand in the command. */
static bd_str own_token(bd_arena *arena, const bd_evidence *item) {
    if (!item->has_sidecar) {
        return empty();
    }
    bd_str token = skip_token_of(arena, item->sidecar.request);
    return token.size > 0 ? token : skip_token_of(arena, item->sidecar.command);
}

/* One answer's pages look alike; a last page without a link may look like a plain list. */
static bd_str form_of(const bd_evidence *item) {
    static const char *const lists[] = {"E1", "E3", "E9"};
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        if (bd_str_eqz(item->facts.envelope, lists[i])) {
            return bd_str_of(lists[0]);
        }
    }
    return item->facts.envelope;
}

bool bd_conclude_is_continued(const bd_evidence *page, const bd_evidence *next, bd_arena *arena) {
    if (!page->facts.has_next_link || !bd_str_eq(form_of(page), form_of(next))) {
        return false;
    }
    bd_str expected = skip_token_of(arena, page->facts.next_link);
    return expected.size == 0 || bd_str_eq(own_token(arena, next), expected);
}

/* A page that was asked for with a token follows another; the token names the one. */
bool bd_conclude_is_chain_broken(bd_conclusion *run, bd_collection *out) {
    bd_str expected = empty();
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[out->members.data[i]];
        bd_str own = own_token(run->arena, item);
        if (own.size > 0 && i == 0) {
            set_complete(out, BD_COMPLETE_NO,
                         BD_STR("it begins with a later page; the page before it is missing"));
            return true;
        }
        if (own.size > 0 && expected.size > 0 && !bd_str_eq(own, expected)) {
            set_complete(out, BD_COMPLETE_NO, BD_STR("a page in the middle is missing"));
            return true;
        }
        expected = skip_token_of(run->arena, item->facts.next_link);
    }
    return false;
}

/* ---- what its name counts ---- */

/* "users-page2.json", "page_02", "Page 2 of 3": 2; NO_PAGE where the name counts none. */
static int64_t page_of_name(bd_arena *arena, bd_str path) {
    bd_str name = bd_str_lower(arena, bd_path_name(path));
    bd_str mark = BD_STR("page");
    for (size_t at = 0; at + mark.size < name.size; at++) {
        bool is_begun = at == 0 || name.data[at - 1] < 'a' || name.data[at - 1] > 'z';
        if (!is_begun || !bd_str_has_prefix(bd_str_sub(name, at, name.size), mark)) {
            continue;
        }
        size_t from = at + mark.size;
        while (from < name.size && memchr("-_ .", name.data[from], 4) != NULL) {
            from++;
        }
        size_t end = from;
        while (end < name.size && name.data[end] >= '0' && name.data[end] <= '9') {
            end++;
        }
        int64_t number;
        if (end > from && bd_str_to_i64(bd_str_sub(name, from, end), &number) &&
            number <= MOST_PAGES) {
            return number;
        }
    }
    return NO_PAGE;
}

/* Why the names of the pages leave one before or between them in doubt; empty when they do not. */
static bd_str why_name_doubts(bd_conclusion *run, const bd_collection *out) {
    int64_t before = NO_PAGE;
    for (size_t i = 0; i < out->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[out->members.data[i]];
        int64_t number = page_of_name(run->arena, item->given.path);
        if (i == 0 && number > 1) {
            return bd_str_format(run->arena,
                                 "its name says that it is page %lld, and no page before it leads "
                                 "to it",
                                 (long long)number);
        }
        if (i > 0 && before != NO_PAGE && number > before + 1) {
            return bd_str_format(
                run->arena,
                "the names go from page %lld to page %lld; one between them may be "
                "missing",
                (long long)before, (long long)number);
        }
        before = number;
    }
    return empty();
}

void bd_conclude_chain(bd_conclusion *run, bd_collection *out) {
    const bd_evidence *first = &run->evidence->data[out->members.data[0]];
    bool is_vouched = bd_conclude_is_vouched(first);
    bd_str doubt = is_vouched ? empty() : why_name_doubts(run, out);
    if (doubt.size > 0) {
        out->is_count_wanted = true;
        set_complete(out, BD_COMPLETE_NOT_SHOWN, doubt);
        return;
    }
    bool is_asked = first->has_sidecar && !first->sidecar.is_asked_by_folder &&
                    (bd_str_trim(first->sidecar.request).size > 0 ||
                     bd_str_trim(first->sidecar.command).size > 0);
    out->is_start_open = !is_vouched && !is_asked;
    set_complete(out, BD_COMPLETE_YES, BD_STR("the page chain ends without a next link"));
}

/* ---- an answer beside that was not followed to its end ---- */

typedef struct {
    bd_conclusion *run;
    bd_map *unfinished; /* source, scope, form, day, run -> bd_evidence whose next link is left */
} loose_ends;

static bd_str end_name(const loose_ends *ends, const bd_evidence *item, bd_str scope, int days,
                       bd_str run) {
    bd_str mark = BD_STR("\x1f");
    bd_str day = bd_day_format(ends->run->scratch, bd_instant_utc_day(item->collected_at) + days);
    return bd_str_concat(
        ends->run->scratch,
        (bd_str[]){item->source, mark, scope, mark, form_of(item), mark, day, mark, run}, 9);
}

static void put_end(loose_ends *ends, bd_evidence *item) {
    bd_str run = item->has_sidecar ? item->sidecar.run : empty();
    for (size_t i = 0; i < item->facts.seen.count; i++) {
        const bd_seen *seen = &item->facts.seen.data[i];
        if (bd_str_eq(seen->source, item->source)) {
            bd_map_put(ends->unfinished, end_name(ends, item, seen->scope, 0, run), item);
            bd_map_put(ends->unfinished, end_name(ends, item, seen->scope, 0, EVERY_RUN), item);
        }
    }
}

/* A page of no named run may be of any; of a named one it is of that, or of what names none. */
static const bd_evidence *find_end(const loose_ends *ends, const bd_evidence *item) {
    bd_str own = item->has_sidecar ? item->sidecar.run : empty();
    bd_str runs[] = {own.size > 0 ? own : EVERY_RUN, empty()};
    for (size_t i = 0; i < item->facts.seen.count; i++) {
        const bd_seen *seen = &item->facts.seen.data[i];
        for (int days = -1; days <= 1 && bd_str_eq(seen->source, item->source); days++) {
            for (size_t j = 0; j < BD_COUNT(runs); j++) {
                const bd_evidence *found =
                    bd_map_find(ends->unfinished, end_name(ends, item, seen->scope, days, runs[j]));
                if (found != NULL) {
                    return found;
                }
            }
        }
    }
    return NULL;
}

void bd_conclude_doubt_starts(bd_conclusion *run) {
    loose_ends ends = {.run = run, .unfinished = bd_map_make(run->scratch)};
    bd_collections *all = run->collections;
    for (size_t i = 0; i < all->count; i++) {
        const bd_collection *one = &all->data[i];
        bd_arenas_pass(BD_CONCLUDE_LOOKED_AT);
        bd_evidence *last = &run->evidence->data[one->members.data[one->members.count - 1]];
        if (last->facts.has_next_link) {
            put_end(&ends, last);
        }
    }
    for (size_t i = 0; i < all->count; i++) {
        bd_collection *one = &all->data[i];
        bd_arenas_pass(BD_CONCLUDE_LOOKED_AT);
        const bd_evidence *end =
            one->is_start_open ? find_end(&ends, &run->evidence->data[one->members.data[0]]) : NULL;
        if (end == NULL) {
            continue;
        }
        one->is_count_wanted = true;
        set_complete(one, BD_COMPLETE_NOT_SHOWN,
                     bd_str_format(run->arena,
                                   "the next link of %.*s was not followed, and nothing says that "
                                   "this is no later page of the same answer",
                                   BD_ARG(bd_evidence_id(run->arena, end->given.number))));
        for (size_t j = 0; j < one->members.count; j++) {
            bd_evidence *item = &run->evidence->data[one->members.data[j]];
            item->completeness = one->completeness;
            item->completeness_reason = one->reason;
        }
    }
}
