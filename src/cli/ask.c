/* `init` asks on a terminal for what was not given; elsewhere the defaults are taken and said. */
#include "cli_priv.h"

#include <string.h>
#include <unistd.h>

static bd_str ask(const char *question, const char *preset, bd_arena *arena) {
    char line[1024];
    fprintf(stderr, "%s [%s]: ", question, preset);
    fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return (bd_str){"", 0};
    }
    return bd_str_copy(arena, bd_str_trim(bd_str_of(line)));
}

static void ask_list(const char *question, const char *preset, bd_strs *list, bd_arena *arena) {
    bd_str rest = ask(question, preset, arena);
    bd_str piece;
    while (rest.size > 0 && bd_str_cut(&rest, ',', &piece)) {
        piece = bd_str_trim(piece);
        if (piece.size > 0) {
            *bd_push(arena, list) = piece;
        }
    }
}

void cli_ask_draft(const cli_call *call, bd_run_draft *draft, bd_arena *arena) {
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO) || call->has[OPT_JSON] ||
        call->has[OPT_QUIET]) {
        return;
    }
    if (!call->has[OPT_ORGANISATION]) {
        draft->organisation = ask("Organisation", "the folder's name", arena);
    }
    if (!call->has[OPT_TIMEZONE]) {
        draft->zone_name = ask("Time zone of the period (IANA)", "UTC", arena);
    }
    if (!call->has[OPT_NEW_PERIOD]) {
        ask_list("Period as ID=FROM..TO", "the last three full months", &draft->periods, arena);
    }
    if (!call->has[OPT_CATEGORY]) {
        ask_list("Categories, separated by commas", "Security", &draft->categories, arena);
    }
    if (!call->has[OPT_SUBSCRIPTION]) {
        ask_list("Subscription ids, separated by commas", "all that the evidence shows",
                 &draft->subscriptions, arena);
    }
}
