/* Commands whose work is a room of its own, and what the program asks of the rooms before any command. */
#include "bindery/run.h"

#include "run_priv.h"

#define SECRET_BYTES ((size_t)64 << 10)

void bd_run_settle(void) {
    bd_arena_settle();
    bd_crypto_settle();
    bd_zip_settle();
}

bd_rc bd_run_secret(const char *path, bd_arena *arena, bd_str *out, bd_err *err) {
    return bd_secret_read(path, SECRET_BYTES, arena, out, err);
}

bd_str bd_run_versions(bd_arena *arena) {
    return bd_program_versions(arena);
}
