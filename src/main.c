#include "bindery/cli.h"

int main(int argc, char **argv) {
    return bd_cli_main(argc, argv);
}
