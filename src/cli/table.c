/* Verbs and options as data: what `help --json` prints, for completion scripts and for the
 * manual's tests. */
#include "cli_priv.h"

#include <string.h>

enum { MOST_MEMBERS = 12 };

typedef struct {
    bd_arena *arena;
    size_t count;
    bd_str keys[MOST_MEMBERS];
    const bd_value *values[MOST_MEMBERS];
} members;

static void add_value(members *to, const char *key, const bd_value *value) {
    BD_ASSERT(to->count < MOST_MEMBERS);
    to->keys[to->count] = bd_str_of(key);
    to->values[to->count++] = value;
}

static void add_text(members *to, const char *key, const char *text) {
    if (text != NULL) {
        add_value(to, key, bd_value_string(to->arena, bd_str_of(text)));
    }
}

static const bd_value *close_members(const members *from) {
    return bd_value_object(from->arena, from->count, from->keys, from->values);
}

static const bd_value *option_value(const cli_option *option, bd_arena *arena) {
    members out = {.arena = arena};
    add_text(&out, "name", option->name);
    add_text(&out, "letter", option->letter);
    add_text(&out, "argument", option->argument);
    add_value(&out, "repeats", bd_value_bool(arena, option->repeats));
    add_text(&out, "help", option->help);
    add_text(&out, "text", option->text);
    add_text(&out, "example", option->example);
    add_text(&out, "since", option->since);
    return close_members(&out);
}

const bd_value *cli_verb_value(const cli_verb *verb, bd_arena *arena) {
    const bd_value **options = bd_new(arena, const bd_value *, cli_option_count);
    size_t count = 0;
    for (size_t i = 0; i < cli_option_count; i++) {
        if (cli_takes(verb, &cli_options[i])) {
            options[count++] = option_value(&cli_options[i], arena);
        }
    }
    members out = {.arena = arena};
    add_text(&out, "name", verb->name);
    add_text(&out, "operands", verb->operands);
    add_text(&out, "summary", verb->summary);
    add_text(&out, "text", verb->text);
    add_text(&out, "example", verb->example);
    add_text(&out, "answer", verb->answer);
    add_value(&out, "options", bd_value_array(arena, count, options));
    return close_members(&out);
}

const bd_value *cli_table_value(bd_arena *arena) {
    const bd_value **commands = bd_new(arena, const bd_value *, cli_verb_count);
    for (size_t i = 0; i < cli_verb_count; i++) {
        commands[i] = cli_verb_value(&cli_verbs[i], arena);
    }
    members out = {.arena = arena};
    add_text(&out, "bindery", BINDERY_VERSION);
    add_value(&out, "commands", bd_value_array(arena, cli_verb_count, commands));
    return close_members(&out);
}

const bd_value *cli_version_value(bd_str parts, bd_arena *arena) {
    members out = {.arena = arena};
    add_text(&out, "bindery", BINDERY_VERSION);
    if (parts.size > 0) {
        add_value(&out, "parts", bd_value_string(arena, parts));
        add_value(&out, "seccomp", bd_value_bool(arena, bd_can_confine()));
    }
    return close_members(&out);
}
