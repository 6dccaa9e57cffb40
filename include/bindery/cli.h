/* bindery/cli.h - the command line: options, help, printing, exit codes.
 *
 * Results go to stdout, progress and diagnostics to stderr.  Nothing above this room exists; nothing else prints.
 */
#ifndef BINDERY_CLI_H
#define BINDERY_CLI_H

/* Exit codes; any other code is failure too. */
typedef enum {
    BD_EXIT_DONE = 0,
    BD_EXIT_NO = 1, /* done, and the answer is no */
    BD_EXIT_USAGE = 2,
    BD_EXIT_INPUT = 3,     /* bad or hostile input or configuration */
    BD_EXIT_IO = 4,        /* disk or network */
    BD_EXIT_LIMIT = 5,     /* over a stated limit */
    BD_EXIT_UNTRUSTED = 6, /* intact and signed, the signer is not one the caller trusts */
    BD_EXIT_BUG = 70,
    BD_EXIT_BUSY = 75
} bd_exit;

/* Runs one command and returns its exit code. */
int bd_cli_main(int argc, char **argv);

#endif
