/* The plan digest: what the outputs of a run follow from. */
#include "bindery/session.h"

void bd_session_plan(const bd_session *session, bd_str signer, bd_str reviewer, bd_str edition,
                     uint8_t out[32]) {
    bd_arena *arena = session->arena;
    uint8_t head[32];
    bd_locker_head(session->locker, head);
    bd_result plan = {.arena = arena};
    bd_result_text(&plan, "as_of", bd_instant_format(arena, session->as_of));
    bd_result_text(&plan, "catalog", bd_hex_text(arena, session->catalog->sha256, 32));
    bd_result_text(&plan, "edition", edition);
    bd_result_text(&plan, "engagement",
                   bd_sha256_hex(arena, bd_json_canonical(arena, session->engagement.source)));
    bd_result_text(&plan, "journal_head", bd_hex_text(arena, head, 32));
    bd_result_text(&plan, "period", session->period->id);
    if (reviewer.size > 0) {
        bd_result_text(&plan, "reviewer", reviewer);
    }
    bd_result_text(&plan, "signer", signer);
    bd_result_text(&plan, "templates", bd_hex_text(arena, session->templates.sha256, 32));
    bd_result_text(&plan, "versions", bd_program_versions(arena));
    bd_str text = bd_json_canonical(arena, bd_result_object(&plan));
    bd_sha256_of(bd_str_format(arena, "%.*s\n", BD_ARG(text)), out);
}
