#include "bindery/cli.h"
#include "bindery/util.h"

int main(int argc, char **argv) {
    bd_arena_settle();
    return bd_cli_main(argc, argv);
}
