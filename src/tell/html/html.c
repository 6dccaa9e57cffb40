/* index.html: what a reader opens first.  Static, offline, no script, no reference beyond the package; it is also
 * well-formed XML, so that any parser can check it.  It lies in 00_START-HERE/, hence "../" before every file. */
#include "bindery/html.h"

#include "html_priv.h"

#include <string.h>

/* ---- characters ---- */

static const char *entity_of(char c) {
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void html_put(bd_writing *run, const char *markup) {
    bd_writing_puts(run, markup);
}

void html_text(bd_writing *run, bd_str text) {
    bd_str visible = bd_str_visible(run->line, text);
    size_t from = 0;
    for (size_t i = 0; i < visible.size; i++) {
        const char *entity = entity_of(visible.data[i]);
        if (entity != NULL) {
            bd_writing_put(run, bd_str_sub(visible, from, i));
            bd_writing_puts(run, entity);
            from = i + 1;
        }
    }
    bd_writing_put(run, bd_str_sub(visible, from, visible.size));
}

void html_words(bd_writing *run, const char *text) {
    html_text(run, bd_str_of(text));
}

void html_int(bd_writing *run, int64_t value) {
    html_text(run, bd_str_format(run->line, "%lld", (long long)value));
}

void html_rows(bd_writing *run, const bd_evidence *item) {
    if (bd_ties_has_rows(item)) {
        html_int(run, bd_ties_rows_kept(item));
    } else {
        html_put(run, "–");
    }
}

/* `singular` is followed by "s" for any number but one. */
void html_count(bd_writing *run, int64_t count, const char *singular) {
    html_int(run, count);
    html_put(run, " ");
    html_put(run, singular);
    html_put(run, count == 1 ? "" : "s");
}

/* RFC 3986: unreserved characters and '/' stay, every other byte becomes %XX. */
static void put_url(bd_writing *run, bd_str path) {
    for (size_t i = 0; i < path.size; i++) {
        char c = path.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~/", c) != NULL);
        if (is_plain) {
            bd_writing_put(run, bd_str_sub(path, i, i + 1));
        } else {
            bd_writing_put(run, bd_str_format(run->line, "%%%02X", (unsigned)(unsigned char)c));
        }
    }
}

/* ---- links ---- */

void html_link_open(bd_writing *run, const char *prefix, bd_str target) {
    html_put(run, "<a href=\"");
    html_put(run, prefix);
    put_url(run, target);
    html_put(run, "\">");
}

void html_link(bd_writing *run, const char *prefix, bd_str target, bd_str text) {
    html_link_open(run, prefix, target);
    html_text(run, text);
    html_put(run, "</a>");
}

/* A file of the package, or its words alone while nobody knows where it will lie. */
void html_file(bd_writing *run, bd_str path, bd_str text) {
    if (path.size == 0) {
        html_text(run, text);
        return;
    }
    html_link(run, "../", path, text);
}

/* ---- marks: letter, shape and word ---- */

typedef struct {
    const char *style, *shape, *letter, *word;
} mark;

static void put_mark(bd_writing *run, const mark *shown) {
    html_put(run, "<span class=\"mark ");
    html_put(run, shown->style);
    html_put(run, "\"><span class=\"shape\" aria-hidden=\"true\">");
    html_put(run, shown->shape);
    html_put(run, "</span>");
    if (shown->letter[0] != '\0') {
        html_put(run, "<span class=\"letter\">");
        html_put(run, shown->letter);
        html_put(run, "</span> ");
    }
    html_put(run, shown->word);
    html_put(run, "</span>");
}

void html_state(bd_writing *run, bd_state state, bool has_exception) {
    static const mark marks[] = {
        [BD_STATE_COMPLETE] = {"good", "●", "[x]", "complete"},
        [BD_STATE_PROGRESS] = {"part", "◐", "[~]", "in progress"},
        [BD_STATE_BLANK] = {"none", "○", "[ ]", "not started"},
        [BD_STATE_NA] = {"off", "◇", "n/a", "not applicable"},
        [BD_STATE_NOT_DUE] = {"off", "△", "–", "not yet due"},
    };
    _Static_assert(BD_COUNT(marks) == BD_STATE_NOT_DUE + 1, "a mark for every state");
    put_mark(run, &marks[state]);
    if (has_exception) {
        static const mark flag = {"bad", "▲", "!", "exception in the period"};
        html_put(run, " ");
        put_mark(run, &flag);
    }
}

void html_criterion_state(bd_writing *run, bd_criterion_state state) {
    static const mark marks[] = {
        [BD_CRITERION_COMPLETE] = {"good", "●", "", "complete"},
        [BD_CRITERION_AT_RISK] = {"bad", "▲", "", "at risk"},
        [BD_CRITERION_PARTIAL] = {"part", "◐", "", "partial"},
        [BD_CRITERION_UNCOVERED] = {"none", "○", "", "uncovered"},
        [BD_CRITERION_CARVED_OUT] = {"off", "◇", "", "carved out"},
    };
    _Static_assert(BD_COUNT(marks) == BD_CRITERION_CARVED_OUT + 1, "a mark for every state");
    put_mark(run, &marks[state]);
}

void html_exception_state(bd_writing *run, bool is_open) {
    static const mark open = {"bad", "▲", "", "open"};
    static const mark closed = {"good", "●", "", "closed"};
    put_mark(run, is_open ? &open : &closed);
}

static const mark outcome_marks[] = {
    [BD_OUTCOME_DEVIATION] = {"bad", "▲", "D", "deviation"},
    [BD_OUTCOME_CLEAN] = {"good", "●", "C", "clean"},
    [BD_OUTCOME_CHANGE_LOG] = {"good", "◍", "L", "covered by change log"},
    [BD_OUTCOME_CANNOT_TELL] = {"part", "◆", "?", "cannot tell"},
    [BD_OUTCOME_MISSING] = {"none", "○", "M", "missing, or not observed"},
    [BD_OUTCOME_NO_OCCURRENCE] = {"good", "□", "N", "no occurrence"},
    [BD_OUTCOME_NOT_DUE] = {"off", "△", "–", "not due"},
};
_Static_assert(BD_COUNT(outcome_marks) == BD_OUTCOME_NOT_DUE + 1, "a mark for every outcome");

void html_outcome(bd_writing *run, bd_outcome outcome) {
    put_mark(run, &outcome_marks[outcome]);
}

/* Shape and letter; the word is for those who listen. */
void html_outcome_short(bd_writing *run, bd_outcome outcome) {
    const mark *shown = &outcome_marks[outcome];
    html_put(run, "<span class=\"shape\" aria-hidden=\"true\">");
    html_put(run, shown->shape);
    html_put(run, "</span><span class=\"letter\" aria-hidden=\"true\">");
    html_put(run, shown->letter);
    html_put(run, "</span><span class=\"heard\">");
    html_put(run, shown->word);
    html_put(run, "</span>");
}

const char *html_outcome_style(bd_outcome outcome) {
    return outcome_marks[outcome].style;
}

/* ---- time ---- */

static void put_time(bd_writing *run, bd_instant at, bd_day shown) {
    html_put(run, "<time datetime=\"");
    html_text(run, bd_instant_format(run->line, at));
    html_put(run, "\">");
    html_text(run, bd_day_format(run->line, shown));
    html_put(run, "</time>");
}

void html_time(bd_writing *run, bd_instant at) {
    if (at == BD_INSTANT_NONE) {
        html_put(run, "–");
        return;
    }
    put_time(run, at, bd_instant_utc_day(at));
}

/* The days that an item describes: `to` is exclusive where it is another instant. */
void html_described(bd_writing *run, const bd_evidence *item) {
    bd_evidence_days days = bd_evidence_days_of(item, run->in->engagement->zone);
    if (days.first == BD_DAY_NONE) {
        html_put(run, "–");
        return;
    }
    put_time(run, item->describes_from, days.first);
    if (days.last != days.first) {
        html_put(run, " to ");
        put_time(run, item->describes_to, days.last);
    }
}

void html_day(bd_writing *run, bd_day day) {
    html_text(run, day == BD_DAY_NONE ? BD_STR("–") : bd_day_format(run->line, day));
}
