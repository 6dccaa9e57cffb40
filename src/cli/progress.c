/* How far a command is: a bar on a terminal, one plain line per stage elsewhere, so that a log
 * shows where time went. */
#include "cli_priv.h"

#include <string.h>
#include <unistd.h>

static const char *const stages[][2] = {
    {"ingest", "putting files into the locker"},
    {"scan", "reading the evidence"},
    {"assess", "judging the controls"},
    {"plan", "planning the package"},
    {"render", "drawing the report"},
    {"sign", "signing"},
    {"package", "writing the package"},
};

static bool has_bar;
static const char *last_stage = "";

static const char *words_of(const char *stage) {
    for (size_t i = 0; i < BD_COUNT(stages); i++) {
        if (strcmp(stages[i][0], stage) == 0) {
            return stages[i][1];
        }
    }
    return stage;
}

static void print_bar(const char *words, uint64_t done, uint64_t total) {
    enum { WIDTH = 24 };
    int filled = total > 0 ? (int)(done * WIDTH / total) : 0;
    fprintf(stderr, "\r%-30s [", words);
    for (int i = 0; i < WIDTH; i++) {
        fputc(i < filled ? '#' : '.', stderr);
    }
    fprintf(stderr, "]\033[K");
    fflush(stderr);
    has_bar = true;
}

void cli_progress(void *context, const char *stage, uint64_t done, uint64_t total) {
    (void)context;
    const char *words = words_of(stage);
    if (isatty(STDERR_FILENO)) {
        print_bar(words, done, total);
        return;
    }
    if (strcmp(last_stage, words) != 0) {
        last_stage = words;
        fprintf(stderr, "bindery: %s\n", words);
    }
}

void cli_progress_end(void) {
    if (has_bar) {
        fprintf(stderr, "\r\033[K");
        has_bar = false;
    }
}
