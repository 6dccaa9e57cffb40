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

bd_rc bd_run_verify(const bd_run_options *options, const char *path, bd_arena *arena,
                    bd_run_outcome *out, bd_err *err) {
    return bd_proof_verify(options, path, arena, out, err);
}

bd_rc bd_run_sample(const bd_run_options *options, const bd_run_sampling *asked, bd_arena *arena,
                    bd_run_outcome *outcome, bd_err *err) {
    return bd_sampling_run(options, asked, arena, outcome, err);
}

bd_rc bd_run_policy_eval(const bd_run_options *options, const bd_run_policies *asked, bd_arena *arena,
                         bd_run_outcome *outcome, bd_err *err) {
    return bd_policies_eval(options, asked, arena, outcome, err);
}
