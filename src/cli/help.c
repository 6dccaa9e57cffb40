#include "cli_priv.h"

#include <string.h>

static void print_wrapped(FILE *to, const char *text, int indent) {
    int column = indent;
    fprintf(to, "%*s", indent, "");
    for (const char *at = text; *at != '\0';) {
        size_t size = strcspn(at, " ");
        if (column > indent && column + (int)size + 1 > 90) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(to, "%s%.*s", column > indent ? " " : "", (int)size, at);
        at += size;
        at += strspn(at, " ");
    }
    fprintf(to, "\n");
}

void cli_print_overview(FILE *to) {
    static const char *const lines[] = {
        "bindery turns exported Azure evidence into the auditor's binder: a signed PDF and an",
        "evidence package for one audit period, mapped to the SOC 2 Trust Services Criteria.",
        "",
        "  bindery init acme && cp exports/* acme/inbox/ && bindery -C acme run",
        "",
    };
    for (size_t i = 0; i < BD_COUNT(lines); i++) {
        fprintf(to, "%s\n", lines[i]);
    }
    for (size_t i = 0; i < cli_verb_count; i++) {
        fprintf(to, "  %-17s %s\n", cli_verbs[i].name, cli_verbs[i].summary);
    }
    fprintf(
        to,
        "\n'bindery COMMAND -h' explains one command; 'bindery help --man' prints the manual.\n");
}

static void print_option(FILE *to, const cli_option *option) {
    char name[64];
    snprintf(name, sizeof name, "%s%s%s%s%s", option->letter != NULL ? option->letter : "",
             option->letter != NULL ? ", " : "", option->name, option->argument != NULL ? " " : "",
             option->argument != NULL ? option->argument : "");
    fprintf(to, "  %-30s %s\n", name, option->help);
}

void cli_print_help(FILE *to, const cli_verb *verb) {
    fprintf(to, "usage: bindery %s%s%s [options]\n\n", verb->name,
            verb->operands[0] != '\0' ? " " : "", verb->operands);
    print_wrapped(to, verb->text, 0);
    fprintf(to, "\n");
    for (size_t i = 0; i < cli_option_count; i++) { /* the command's own first */
        if (cli_takes(verb, &cli_options[i]) && cli_options[i].verbs[0] != '*') {
            print_option(to, &cli_options[i]);
        }
    }
    for (size_t i = 0; i < cli_option_count; i++) {
        bool is_common = cli_options[i].verbs[0] == '*';
        if (is_common && cli_options[i].id != OPT_BUILD_INFO && cli_options[i].id != OPT_VERSION) {
            print_option(to, &cli_options[i]);
        }
    }
    fprintf(to, "\nexample:\n  $ %s\n", verb->example);
    bd_str rest = bd_str_of(verb->answer);
    bd_str line;
    while (bd_str_cut(&rest, '\n', &line)) {
        fprintf(to, "  %.*s\n", BD_ARG(line));
    }
}

/* ---- the man page ---- */

static void print_roff(FILE *to, const char *text) {
    for (const char *at = text; *at != '\0'; at++) {
        bool is_line_start = at == text || at[-1] == '\n';
        if (*at == '-' || *at == '\\') {
            fprintf(to, "\\%c", *at == '\\' ? 'e' : '-');
        } else if (is_line_start && (*at == '.' || *at == '\'')) {
            fprintf(to, "\\&%c", *at);
        } else {
            fputc(*at, to);
        }
    }
}

static void print_roff_line(FILE *to, const char *macro, const char *text) {
    fprintf(to, "%s", macro);
    print_roff(to, text);
    fprintf(to, "\n");
}

static void print_man_option(FILE *to, const cli_option *option) {
    fprintf(to, ".TP\n.B ");
    print_roff(to, option->letter != NULL ? option->letter : "");
    print_roff(to, option->letter != NULL ? ", " : "");
    print_roff(to, option->name);
    print_roff(to, option->argument != NULL ? " " : "");
    print_roff(to, option->argument != NULL ? option->argument : "");
    fprintf(to, "\n");
    print_roff_line(to, "", option->text);
    print_roff_line(to, "Example: ", option->example);
    fprintf(to, "(since %s)\n", option->since);
}

static void print_man_verb(FILE *to, const cli_verb *verb) {
    fprintf(to, ".SS \"bindery %s %s\"\n", verb->name, verb->operands);
    print_roff_line(to, "", verb->text);
    fprintf(to, ".PP\nExample:\n.PP\n.nf\n.RS\n$ ");
    print_roff_line(to, "", verb->example);
    print_roff_line(to, "", verb->answer);
    fprintf(to, ".RE\n.fi\n");
    for (size_t i = 0; i < cli_option_count; i++) {
        if (cli_options[i].verbs[0] != '*' && cli_takes(verb, &cli_options[i])) {
            print_man_option(to, &cli_options[i]);
        }
    }
}

void cli_print_man(FILE *to) {
    fprintf(to, ".TH BINDERY 1 \"\" \"bindery %s\" \"User Commands\"\n", BINDERY_VERSION);
    fprintf(to, ".SH NAME\nbindery \\- Azure evidence into the auditor's binder\n");
    fprintf(to, ".SH SYNOPSIS\n.B bindery\n.I COMMAND\n[options]\n.SH DESCRIPTION\n");
    print_roff_line(to, "",
                    "Turns exported Azure evidence into a signed PDF and a zipped evidence package "
                    "for one audit period, mapped to the SOC 2 Trust Services Criteria. Results go "
                    "to standard output, progress and diagnostics to standard error. The binder is "
                    "management's evidence, not an opinion.");
    fprintf(to, ".SH COMMANDS\n");
    for (size_t i = 0; i < cli_verb_count; i++) {
        print_man_verb(to, &cli_verbs[i]);
    }
    fprintf(to, ".SH COMMON OPTIONS\n");
    for (size_t i = 0; i < cli_option_count; i++) {
        if (cli_options[i].verbs[0] == '*') {
            print_man_option(to, &cli_options[i]);
        }
    }
    fprintf(to, ".SH EXIT STATUS\n");
    static const char *const codes[][2] = {
        {"0", "done; a failing control is a successful run"},
        {"1", "done, and the answer is no: the package or binder was altered"},
        {"2", "wrong usage"},
        {"3", "bad or hostile input or configuration; a malformed package"},
        {"4", "input or output failed"},
        {"5", "over a stated limit"},
        {"6", "intact and signed, but the signer is not one you trust"},
        {"70", "a bug"},
        {"75", "busy: somebody else is writing"},
    };
    for (size_t i = 0; i < BD_COUNT(codes); i++) {
        fprintf(to, ".TP\n.B %s\n%s\n", codes[i][0], codes[i][1]);
    }
    fprintf(to, "Any other code is failure too.\n");
    fprintf(to, ".SH ENVIRONMENT\n.TP\n.B SOURCE_DATE_EPOCH\nthe time of journal events and "
                "signatures, and the default as\\-of instant\n.TP\n.B XDG_CONFIG_HOME\nwhere "
                "bindery/trust.pem is looked for\n.TP\n.B BINDERY_PASSPHRASE\nthe passphrase of an "
                "encrypted key, or the PIN of a token; without it a terminal is asked\n.TP\n"
                ".B BINDERY_PASSPHRASE_FILE\na file that nobody else may read, with the passphrase\n.TP\n"
                ".B BINDERY_VAULT_TOKEN\nthe access token for a key in Azure Key Vault\n.TP\n"
                ".B BINDERY_VAULT_TOKEN_FILE\na file that nobody else may read, with that token\n");
    fprintf(
        to,
        ".SH FILES\n.TP\n.I bindery.json\nthe engagement\n.TP\n.I inbox/\nfiles to ingest; never "
        "changed\n.TP\n.I locker/\nthe evidence store\n.TP\n.I out/PERIOD/\nthe outputs\n");
}
