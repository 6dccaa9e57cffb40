/* The checklist in the terminal: state, number, item, owner, what is due, newest evidence.
 *
 * Colour repeats what marks and words say already, and only on a terminal; NO_COLOR (no-color.org) and a terminal
 * called "dumb" turn it off.  Columns are counted as a terminal draws them: a wide character is two, a combining one
 * none. */
#include "cli_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NARROWEST 60
#define WIDEST 160
#define USUAL 80
#define OWNER_MOST 17
#define DAY_COLUMNS 10
#define STATE_COLUMNS 5

typedef struct {
    bd_arena *arena;
    bool has_color;
    size_t width, number_width, owner_width, item_width;
} screen;

/* ---- columns ---- */

/* The longest start of `text` that takes at most `most` columns. */
static bd_str start_of(bd_str text, size_t most) {
    size_t at = 0, end = 0, count = 0;
    uint32_t code_point;
    while (bd_utf8_next(text, &at, &code_point)) {
        count += (size_t)bd_utf8_columns(code_point);
        if (count > most) {
            break;
        }
        end = at;
    }
    return bd_str_sub(text, 0, end);
}

/* Cut behind a word where that leaves more than half. */
static bd_str shorten(screen *s, bd_str text, size_t most) {
    if (bd_str_columns(text) <= most) {
        return text;
    }
    bd_str kept = start_of(text, most - 3);
    size_t word = kept.size;
    while (word > 0 && kept.data[word - 1] != ' ') {
        word--;
    }
    bool ends_word = kept.size < text.size && text.data[kept.size] == ' ';
    if (!ends_word && word > kept.size / 2) {
        kept = bd_str_trim(bd_str_sub(kept, 0, word));
    }
    return bd_str_format(s->arena, "%.*s...", BD_ARG(kept));
}

/* Takes the first line of `rest`, cut between words where one ends within the item's column. */
static bd_str cut_line(const screen *s, bd_str *rest) {
    bd_str line = *rest;
    if (bd_str_columns(line) > s->item_width) {
        line = start_of(*rest, s->item_width);
        size_t end = line.size;
        while (end > 0 && rest->data[end] != ' ') {
            end--;
        }
        line = end > 0 ? bd_str_sub(*rest, 0, end) : line;
    }
    *rest = bd_str_trim(bd_str_sub(*rest, line.size, rest->size));
    return line;
}

static void print_padded(bd_str text, size_t width) {
    size_t size = bd_str_columns(text);
    printf("%.*s%*s", BD_ARG(text), (int)(width > size ? width - size : 0), "");
}

/* Words on lines that end within the width, each set in by `indent`. */
static void print_wrapped(const screen *s, bd_str text, size_t indent) {
    bd_str rest = text, word;
    size_t column = 0;
    while (bd_str_cut(&rest, ' ', &word)) {
        size_t size = bd_str_columns(word);
        if (column > 0 && column + 1 + size > s->width) {
            printf("\n");
            column = 0;
        }
        if (column == 0) {
            printf("%*s", (int)indent, "");
            column = indent;
        } else {
            printf(" ");
            column++;
        }
        printf("%.*s", BD_ARG(word));
        column += size;
    }
    printf("\n");
}

/* ---- the screen ---- */

static size_t width_of_terminal(void) {
    struct winsize size;
    int64_t given = 0;
    const char *stated = getenv("COLUMNS");
    size_t width = USUAL;
    if (stated != NULL && bd_str_to_i64(bd_str_of(stated), &given) && given > 0) {
        width = given > WIDEST ? WIDEST : (size_t)given;
    } else if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
               size.ws_col > 0) {
        width = size.ws_col;
    }
    return width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : width;
}

static bool wants_color(void) {
    const char *off = getenv("NO_COLOR"), *kind = getenv("TERM");
    return isatty(STDOUT_FILENO) && (off == NULL || off[0] == '\0') && kind != NULL &&
           strcmp(kind, "dumb") != 0;
}

static void set_color(const screen *s, const char *code) {
    if (s->has_color) {
        printf("\033[%sm", code);
    }
}

static screen open_screen(const bd_value *rows, bd_arena *arena) {
    screen s = {.arena = arena,
                .has_color = wants_color(),
                .width = width_of_terminal(),
                .number_width = 6,
                .owner_width = 5};
    for (size_t i = 0; rows != NULL && i < rows->count; i++) {
        size_t number = bd_str_columns(bd_value_text(&rows->items[i], "number"));
        size_t owner = bd_str_columns(bd_value_text(&rows->items[i], "owner"));
        s.number_width = number > s.number_width ? number : s.number_width;
        s.owner_width = owner > s.owner_width ? owner : s.owner_width;
    }
    s.owner_width = s.owner_width > OWNER_MOST ? OWNER_MOST : s.owner_width;
    s.item_width = s.width - STATE_COLUMNS - s.number_width - s.owner_width - 2 * DAY_COLUMNS - 5;
    return s;
}

/* ---- head ---- */

static void print_score(const bd_value *assessment) {
    static const char *const ratios[][2] = {
        {"ready", "READY"}, {"cover", "COVER"}, {"fresh", "FRESH"}};
    const bd_value *score = bd_value_find(assessment, "score");
    for (size_t i = 0; i < BD_COUNT(ratios); i++) {
        const bd_value *ratio = bd_value_find(score, ratios[i][0]);
        const bd_value *percent = bd_value_find(ratio, "percent");
        printf("%s%s %lld of %lld (%.*s %%)", i > 0 ? "   " : "", ratios[i][1],
               (long long)cli_number(ratio, "n"), (long long)cli_number(ratio, "of"),
               BD_ARG(percent != NULL ? percent->text : BD_STR("0.0")));
    }
    printf("\n");
}

/* Sealed or not is said only where there is a seal: a period that runs has none. */
static void print_custody(const bd_value *custody) {
    const bd_value *seals = bd_value_find(custody, "seals");
    const bd_value *later = bd_value_find(custody, "later_evidence");
    if (seals == NULL || seals->count == 0) {
        return;
    }
    const bd_value *last = &seals->items[seals->count - 1];
    printf("Sealed as %.*s at %.*s over %lld journal lines",
           BD_ARG(bd_value_text(last, "name")), BD_ARG(bd_value_text(last, "at")),
           (long long)cli_number(last, "lines"));
    size_t open = 0;
    for (size_t i = 0; later != NULL && i < later->count; i++) {
        open += bd_value_text(&later->items[i], "seal").size == 0;
    }
    int64_t lines = cli_number(custody, "later_lines");
    if (lines > 0) {
        printf("; %lld line%s came since, with %zu item%s of evidence", (long long)lines,
               cli_s(lines), open, cli_s((int64_t)open));
    }
    printf("\n");
}

static void print_columns(const screen *s) {
    set_color(s, "2");
    printf("%-*s ", STATE_COLUMNS, "State");
    print_padded(BD_STR("No."), s->number_width);
    printf(" ");
    print_padded(BD_STR("Item"), s->item_width);
    printf(" ");
    print_padded(BD_STR("Owner"), s->owner_width);
    printf(" %-*s %s\n", DAY_COLUMNS, "Due", "Newest");
    set_color(s, "0");
}

/* ---- rows ---- */

static bd_str section_of(const bd_value *row) {
    bd_str section = bd_value_text(row, "section");
    return section.size > 0 && !bd_str_eqz(bd_value_text(row, "origin"), "ours")
               ? section
               : BD_STR("Bindery's own controls");
}

static void print_section(const screen *s, const bd_value *rows, size_t first) {
    bd_str section = section_of(&rows->items[first]);
    size_t complete = 0, of = 0;
    for (size_t i = first; i < rows->count && bd_str_eq(section_of(&rows->items[i]), section);
         i++) {
        bd_str state = bd_value_text(&rows->items[i], "state");
        complete += bd_str_eqz(state, "[x]");
        of += !bd_str_eqz(state, "n/a") && !bd_str_eqz(state, "not-yet-due");
    }
    printf("\n");
    set_color(s, "1");
    cli_print_text(section);
    set_color(s, "0");
    printf("  %zu of %zu complete\n", complete, of);
}

static const char *color_of_state(bd_str state) {
    return bd_str_eqz(state, "[x]")   ? "32"
           : bd_str_eqz(state, "[~]") ? "33"
           : bd_str_eqz(state, "[ ]") ? "31"
                                      : "2";
}

static void print_state(const screen *s, const bd_value *row) {
    bd_str state = bd_value_text(row, "state");
    set_color(s, color_of_state(state));
    printf("%.*s", BD_ARG(bd_str_eqz(state, "not-yet-due") ? BD_STR("[.]") : state));
    set_color(s, "1;31");
    printf("%s", bd_value_is_true(row, "exception") ? " !" : "  ");
    set_color(s, "0");
}

/* "now" and "late" say in a word what has no day to come. */
static bd_str due_of(const bd_value *row) {
    bd_str kind = bd_value_text(row, "due_kind");
    return bd_str_eqz(kind, "now")    ? BD_STR("now")
           : bd_str_eqz(kind, "late") ? BD_STR("late")
                                      : bd_value_text(row, "due");
}

static bd_str or_dash(bd_str text) {
    return text.size > 0 ? text : BD_STR("-");
}

static void print_row(screen *s, const bd_value *row, bool has_reason) {
    bd_str due = due_of(row);
    bool is_over = due.size > 0 && due.size < DAY_COLUMNS;
    print_state(s, row);
    printf(" ");
    print_padded(bd_value_text(row, "number"), s->number_width);
    printf(" ");
    bd_str rest = bd_str_visible(s->arena, bd_value_text(row, "item"));
    print_padded(cut_line(s, &rest), s->item_width);
    printf(" ");
    print_padded(shorten(s, bd_value_text(row, "owner"), s->owner_width), s->owner_width);
    printf(" ");
    set_color(s, is_over ? "1;31" : "0");
    print_padded(or_dash(due), DAY_COLUMNS);
    set_color(s, "0");
    printf(" %.*s\n", BD_ARG(or_dash(bd_value_text(row, "newest"))));
    if (rest.size > 0) { /* two lines at most: a list is to be seen at a glance */
        printf("%*s%.*s\n", (int)(STATE_COLUMNS + s->number_width + 2), "",
               BD_ARG(shorten(s, rest, s->item_width)));
    }
    if (has_reason || bd_str_eqz(bd_value_text(row, "state"), "n/a")) {
        set_color(s, "2");
        print_wrapped(s, bd_str_visible(s->arena, bd_value_text(row, "reason")),
                      STATE_COLUMNS + 1 + s->number_width + 1);
        set_color(s, "0");
    }
}

static void print_rows(screen *s, const bd_value *rows, bool has_reasons) {
    for (size_t i = 0; rows != NULL && i < rows->count; i++) {
        bool is_first =
            i == 0 || !bd_str_eq(section_of(&rows->items[i]), section_of(&rows->items[i - 1]));
        if (is_first) {
            print_section(s, rows, i);
        }
        print_row(s, &rows->items[i], has_reasons);
    }
}

void cli_print_status(const cli_call *call, const bd_value *assessment) {
    const bd_value *period = bd_value_find(assessment, "period");
    const bd_value *rows = bd_value_find(assessment, "checklist");
    bool is_filtered = call->has[OPT_OWNER] || call->has[OPT_CRITERION] || call->has[OPT_STATE];
    bd_arena *arena = bd_arena_open("status", (size_t)64 << 20);
    screen s = open_screen(rows, arena);
    printf("%.*s, ", BD_ARG(bd_value_text(period, "id")));
    cli_print_as_of(assessment, bd_value_text(period, "timezone"));
    printf("\n");
    print_score(assessment);
    print_custody(bd_value_find(assessment, "custody"));
    printf("\n");
    if (rows == NULL || rows->count == 0) {
        printf("No control fits what was asked for.\n");
    } else {
        print_columns(&s);
        print_rows(&s, rows, is_filtered);
    }
    printf("\n[x] complete  [~] in progress  [ ] not started  [.] not yet due  n/a not\n"
           "applicable  ! an exception happened in the period\n"
           "now: due, nothing accepted yet  late: still accepted  -: none\n");
    bd_arena_close(arena);
}
