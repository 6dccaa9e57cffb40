#include "cli_priv.h"

#include <string.h>

static size_t edit_distance(const char *a, const char *b) {
    enum { MOST = 48 };
    size_t la = strlen(a);
    size_t lb = strlen(b);
    if (la >= MOST || lb >= MOST) {
        return MOST;
    }
    size_t row[MOST + 1];
    for (size_t j = 0; j <= lb; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= la; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t replaced = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = replaced < least ? replaced : least;
        }
    }
    return row[lb];
}

const char *cli_nearest(const char *word, const char *const *known, size_t count) {
    const char *best = NULL;
    size_t least = 4;
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(word, known[i]);
        if (distance < least) {
            least = distance;
            best = known[i];
        }
    }
    return best;
}

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

static bd_rc unknown_verb(const char *word, bd_err *err) {
    const char *known[32];
    size_t count = 0;
    for (size_t i = 0; i < cli_verb_count && count < BD_COUNT(known); i++) {
        known[count++] = cli_verbs[i].name;
    }
    const char *near = cli_nearest(word, known, count);
    return bd_raise(err, BD_ERR_USAGE, "'%s' is no command%s%s%s; 'bindery -h' lists them", word,
                    near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
}

/* ---- options ---- */

static const cli_option *find_option(const cli_verb *verb, bd_str name) {
    const cli_option *elsewhere = NULL;
    for (size_t i = 0; i < cli_option_count; i++) {
        const cli_option *option = &cli_options[i];
        bool is_named = bd_str_eqz(name, option->name) || (option->letter != NULL && bd_str_eqz(name, option->letter));
        if (is_named && cli_takes(verb, option)) {
            return option;
        }
        elsewhere = is_named ? option : elsewhere;
    }
    return verb == NULL ? elsewhere : NULL;
}

static bd_rc unknown_option(const cli_verb *verb, bd_str name, bd_arena *arena, bd_err *err) {
    const char *known[64];
    size_t count = 0;
    for (size_t i = 0; i < cli_option_count && count < BD_COUNT(known); i++) {
        if (cli_takes(verb, &cli_options[i])) {
            known[count++] = cli_options[i].name;
        }
    }
    const char *near = cli_nearest(bd_str_z(arena, name), known, count);
    return bd_raise(err, BD_ERR_USAGE, "'%s%s' has no option '%.*s'%s%s%s; see 'bindery %s%s-h'", verb != NULL ? "bindery " : "",
                    verb != NULL ? verb->name : "bindery", BD_ARG(name), near != NULL ? "; did you mean '" : "",
                    near != NULL ? near : "", near != NULL ? "'?" : "", verb != NULL ? verb->name : "",
                    verb != NULL ? " " : "");
}

static bd_rc take_option(int argc, char **argv, int *at, bd_arena *arena, cli_call *out, bd_err *err) {
    bd_str word = bd_str_of(argv[*at]);
    bd_str name = word;
    bd_str value = {NULL, 0};
    ptrdiff_t equals = bd_str_has_prefix(word, BD_STR("--")) ? bd_str_find(word, BD_STR("=")) : -1;
    if (equals > 0) {
        name = bd_str_sub(word, 0, (size_t)equals);
        value = bd_str_sub(word, (size_t)equals + 1, word.size);
    }
    const cli_option *option = find_option(out->verb, name);
    if (option == NULL) {
        return unknown_option(out->verb, name, arena, err);
    }
    *at += 1;
    if (option->argument == NULL) {
        if (equals > 0) {
            BD_RAISE(err, BD_ERR_USAGE, "'%s' takes no value", option->name);
        }
        out->has[option->id] = true;
        return BD_OK;
    }
    if (equals < 0) {
        if (*at >= argc) {
            BD_RAISE(err, BD_ERR_USAGE, "'%.*s' needs a value: %s", BD_ARG(name), option->argument);
        }
        value = bd_str_of(argv[*at]);
        *at += 1;
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
    if (call->operand_count < verb->least) {
        BD_RAISE(err, BD_ERR_USAGE, "'bindery %s' needs %s; see 'bindery %s -h'", verb->name, verb->operands, verb->name);
    }
    if (call->operand_count > verb->most) {
        BD_RAISE(err, BD_ERR_USAGE, "'bindery %s' does not take '%s'; see 'bindery %s -h'", verb->name,
                 call->operands[verb->most], verb->name);
    }
    return BD_OK;
}

bd_rc cli_parse(int argc, char **argv, bd_arena *arena, cli_call *out, bd_err *err) {
    bool is_rest = false;
    out->operands = bd_new(arena, const char *, argc + 1);
    for (int at = 1; at < argc;) {
        bool is_option = !is_rest && argv[at][0] == '-' && argv[at][1] != '\0';
        if (is_option && strcmp(argv[at], "--") == 0) {
            is_rest = true;
            at++;
        } else if (is_option) {
            BD_TRY(take_option(argc, argv, &at, arena, out, err));
        } else if (out->verb == NULL) {
            int words = 1;
            out->verb = find_verb(argc, argv, at, &words);
            if (out->verb == NULL) {
                return unknown_verb(argv[at], err);
            }
            at += words;
        } else {
            out->operands[out->operand_count++] = argv[at++];
        }
    }
    return check_operands(out, err);
}
