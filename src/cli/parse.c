#include "cli_priv.h"

#include <string.h>

/* ---- verbs ---- */

static bool is_verb(const cli_verb *verb, int argc, char **argv, int at, int *words) {
    bd_str rest = bd_str_of(verb->name);
    bd_str piece;
    int taken = 0;
    while (bd_str_cut(&rest, ' ', &piece)) {
        if (at + taken >= argc || !bd_str_eqz(piece, argv[at + taken])) {
            return false;
        }
        taken++;
    }
    *words = taken;
    return true;
}

static const cli_verb *find_verb(int argc, char **argv, int at, int *words) {
    for (size_t i = 0; i < cli_verb_count; i++) {
        if (is_verb(&cli_verbs[i], argc, argv, at, words)) {
            return &cli_verbs[i];
        }
    }
    return NULL;
}

/* Names all commands that begin with the word, from the first one on. */
static bd_rc unfinished_verb(const char *const *known, size_t count, size_t first, const char *word,
                             bd_err *err) {
    char list[256] = "";
    size_t size = strlen(word), used = 0;
    for (size_t i = first; i < count && used < sizeof list; i++) {
        if (strncmp(known[i], word, size) == 0 && known[i][size] == ' ') {
            used += (size_t)snprintf(list + used, sizeof list - used, "%s'bindery %s'",
                                     used > 0 ? " or " : "", known[i]);
        }
    }
    BD_RAISE(err, BD_ERR_USAGE, "'%s' needs one more word: %s", word, list);
}

bd_rc cli_unknown_verb(const char *word, bd_err *err) {
    const char *known[32];
    size_t count = 0;
    for (size_t i = 0; i < cli_verb_count && count < BD_COUNT(known); i++) {
        known[count++] = cli_verbs[i].name;
    }
    for (size_t i = 0; i < count; i++) { /* "catalog" alone is half of a command */
        size_t size = strlen(word);
        if (strncmp(known[i], word, size) == 0 && known[i][size] == ' ') {
            return unfinished_verb(known, count, i, word, err);
        }
    }
    const char *near = bd_nearest(bd_str_of(word), known, count);
    if (near != NULL) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "'%s' is no command; did you mean '%s'? 'bindery -h' lists them", word, near);
    }
    BD_RAISE(err, BD_ERR_USAGE, "'%s' is no command; 'bindery -h' lists them", word);
}

/* ---- options ---- */

static bool is_called(const cli_option *option, bd_str name) {
    return bd_str_eqz(name, option->name) ||
           (option->letter != NULL && bd_str_eqz(name, option->letter));
}

static const cli_option *find_option(const cli_verb *verb, bd_str name) {
    for (size_t i = 0; i < cli_option_count; i++) {
        if (is_called(&cli_options[i], name) && cli_takes(verb, &cli_options[i])) {
            return &cli_options[i];
        }
    }
    return NULL;
}

static bool is_option(const char *word) {
    return word[0] == '-' && word[1] != '\0';
}

/* An option of any command that takes the next word as its value: the same name takes one in
 * every command. */
static bool takes_next(const char *word) {
    for (size_t i = 0; i < cli_option_count; i++) {
        if (cli_options[i].argument != NULL && is_called(&cli_options[i], bd_str_of(word))) {
            return true;
        }
    }
    return false;
}

/* Options may stand before the command, and which options there are depends on it: so it is
 * looked for first. */
static int find_verb_place(int argc, char **argv) {
    int at = 1;
    while (at < argc && is_option(argv[at])) {
        if (strcmp(argv[at], "--") == 0) {
            return at + 1;
        }
        at += takes_next(argv[at]) ? 2 : 1;
    }
    return at < argc ? at : argc;
}

static bd_rc unknown_option(const cli_verb *verb, bd_str name, bd_err *err) {
    const char *known[64];
    size_t count = 0;
    for (size_t i = 0; i < cli_option_count && count < BD_COUNT(known); i++) {
        if (cli_takes(verb, &cli_options[i])) {
            known[count++] = cli_options[i].name + strspn(cli_options[i].name, "-");
        }
    }
    bd_str word = name; /* dashes, which all have, make none alike */
    while (word.size > 0 && word.data[0] == '-') {
        word = bd_str_sub(word, 1, word.size);
    }
    const char *near = bd_nearest(word, known, count);
    const char *space = verb != NULL ? " " : "";
    const char *own = verb != NULL ? verb->name : "";
    if (near != NULL) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "'bindery%s%s' has no option '%.*s'; did you mean '--%s'? see 'bindery%s%s -h'",
                 space, own, BD_ARG(name), near, space, own);
    }
    BD_RAISE(err, BD_ERR_USAGE, "'bindery%s%s' has no option '%.*s'; see 'bindery%s%s -h'", space,
             own, BD_ARG(name), space, own);
}

/* "-j4" is "-j 4": the letter's value follows at once. */
static void split_letter(const cli_verb *verb, bd_str word, bd_str *name, bd_str *value) {
    const cli_option *option = find_option(verb, bd_str_sub(word, 0, 2));
    if (word.size > 2 && word.data[1] != '-' && option != NULL && option->argument != NULL) {
        *name = bd_str_sub(word, 0, 2);
        *value = bd_str_sub(word, 2, word.size);
    }
}

/* The next word; one that is an option itself was hardly meant as a value ("--period=--x" says
 * that it was). */
static bd_rc next_value(int argc, char **argv, int *at, bd_str name, const cli_option *option,
                        bd_str *value, bd_err *err) {
    if (*at >= argc) {
        BD_RAISE(err, BD_ERR_USAGE, "'%.*s' needs a value: %s", BD_ARG(name), option->argument);
    }
    if (is_option(argv[*at])) {
        BD_RAISE(err, BD_ERR_USAGE, "'%.*s' needs a value, %s, and found the option '%s'",
                 BD_ARG(name), option->argument, argv[*at]);
    }
    *value = bd_str_of(argv[*at]);
    *at += 1;
    return BD_OK;
}

static bd_rc take_option(int argc, char **argv, int *at, bd_arena *arena, cli_call *out,
                         bd_err *err) {
    bd_str word = bd_str_of(argv[*at]);
    bd_str name = word;
    bd_str value = {NULL, 0};
    ptrdiff_t equals = bd_str_has_prefix(word, BD_STR("--")) ? bd_str_find(word, BD_STR("=")) : -1;
    if (equals > 0) {
        name = bd_str_sub(word, 0, (size_t)equals);
        value = bd_str_sub(word, (size_t)equals + 1, word.size);
    }
    split_letter(out->verb, word, &name, &value);
    const cli_option *option = find_option(out->verb, name);
    if (option == NULL) {
        return unknown_option(out->verb, name, err);
    }
    *at += 1;
    if (option->argument == NULL) {
        if (equals > 0) {
            BD_RAISE(err, BD_ERR_USAGE, "'%s' takes no value", option->name);
        }
        out->has[option->id] = true;
        return BD_OK;
    }
    if (value.data == NULL) {
        BD_TRY(next_value(argc, argv, at, name, option, &value, err));
    }
    if (value.size == 0) {
        BD_RAISE(err, BD_ERR_USAGE, "'%s' is given an empty value, it needs %s", option->name,
                 option->argument);
    }
    bool is_path = strstr(option->argument, "FILE") != NULL || strstr(option->argument, "DIR") != NULL;
    if (!is_path && !bd_utf8_is_valid(value)) {
        BD_RAISE(err, BD_ERR_USAGE, "the value of '%s' is not UTF-8", option->name);
    }
    if (out->has[option->id] && !option->repeats) {
        BD_RAISE(err, BD_ERR_USAGE, "'%s' is given twice", option->name);
    }
    out->has[option->id] = true;
    out->values[option->id] = value;
    *bd_push(arena, &out->lists[option->id]) = value;
    return BD_OK;
}

static bd_rc check_operands(const cli_call *call, bd_err *err) {
    const cli_verb *verb = call->verb;
    if (verb == NULL || call->has[OPT_HELP]) {
        return BD_OK;
    }
    for (size_t i = 0; i < call->operand_count; i++) {
        if (call->operands[i][0] == '\0') {
            BD_RAISE(err, BD_ERR_USAGE, "'bindery %s' is given an empty word; see 'bindery %s -h'",
                     verb->name, verb->name);
        }
    }
    if (call->operand_count < verb->least) {
        BD_RAISE(err, BD_ERR_USAGE, "'bindery %s' needs %s; see 'bindery %s -h'", verb->name,
                 verb->operands, verb->name);
    }
    if (verb->most == 0 && call->operand_count > 0 && bd_path_is_folder(call->operands[0])) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "'bindery %s' works in the current folder; for '%s' write 'bindery -C %s %s'",
                 verb->name, call->operands[0], call->operands[0], verb->name);
    }
    if (call->operand_count > verb->most) {
        BD_RAISE(err, BD_ERR_USAGE, "'bindery %s' does not take '%s'; see 'bindery %s -h'",
                 verb->name, call->operands[verb->most], verb->name);
    }
    return BD_OK;
}

bd_rc cli_parse(int argc, char **argv, bd_arena *arena, cli_call *out, bd_err *err) {
    bool is_rest = false;
    int words = 1;
    int place = find_verb_place(argc, argv);
    out->operands = bd_new(arena, const char *, argc + 1);
    out->verb = find_verb(argc, argv, place, &words);
    if (out->verb == NULL && place < argc) {
        return cli_unknown_verb(argv[place], err);
    }
    for (int at = 1; at < argc;) {
        if (at == place) {
            at += words;
        } else if (!is_rest && strcmp(argv[at], "--") == 0) {
            is_rest = true;
            at++;
        } else if (!is_rest && is_option(argv[at])) {
            BD_TRY(take_option(argc, argv, &at, arena, out, err));
        } else {
            out->operands[out->operand_count++] = argv[at++];
        }
    }
    return check_operands(out, err);
}
