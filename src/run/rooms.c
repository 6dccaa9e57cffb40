/* Commands whose work is a room of its own, and what the program asks of the rooms before any command. */
#include "bindery/run.h"

#include "run_priv.h"

void bd_run_settle(void) {
    bd_arena_settle();
    bd_crypto_settle();
    bd_zip_settle();
}

bd_str bd_run_versions(bd_arena *arena) {
    return bd_program_versions(arena);
}
