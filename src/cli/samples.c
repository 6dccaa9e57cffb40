/* `sample` for a person: what was asked for, what was done, and how a control's populations stand. */
#include "cli_priv.h"

#include <string.h>

/* ---- options ---- */

static bool refuse(int *code, const char *why) {
    bd_err err;
    (void)bd_raise(&err, BD_ERR_USAGE, "%s; see 'bindery sample -h'", why);
    *code = cli_fail(&err);
    return false;
}

static bool read_size(const cli_call *call, bd_run_sampling *out, int *code) {
    int64_t size = 0;
    if (!call->has[OPT_SIZE]) {
        return true;
    }
    if (!bd_str_to_i64(call->values[OPT_SIZE], &size) || size < 1) {
        return refuse(code, "'--size' wants a whole number from 1");
    }
    out->size = (uint64_t)size;
    return true;
}

static bool choose_act(const cli_call *call, bd_run_sampling *out, int *code) {
    static const struct {
        option_id option;
        bd_run_sample_act act;
    } acts[] = {{OPT_FREEZE, BD_RUN_SAMPLE_FREEZE},
                {OPT_SEED, BD_RUN_SAMPLE_DRAW},
                {OPT_REPLACE, BD_RUN_SAMPLE_REPLACE},
                {OPT_ITEMS, BD_RUN_SAMPLE_SELECT},
                {OPT_RESULTS, BD_RUN_SAMPLE_RESULTS}};
    size_t given = 0;
    for (size_t i = 0; i < BD_COUNT(acts); i++) {
        if (call->has[acts[i].option]) {
            out->act = acts[i].act;
            given++;
        }
    }
    if (call->has[OPT_FREEZE] && call->has[OPT_SEED]) {
        return refuse(code, "'--freeze' and '--seed' exclude each other: a seed is taken after the "
                            "freeze");
    }
    return given <= 1 || refuse(code, "only one of '--freeze', '--seed', '--replace', '--items' and "
                                      "'--results' can be done at a time");
}

bool cli_sampling_of(const cli_call *call, bd_run_sampling *out, int *code) {
    *out = (bd_run_sampling){
        .control = bd_str_of(call->operands[0]),
        .population = call->values[OPT_POPULATION],
        .seed = call->values[OPT_SEED],
        .strata = call->values[OPT_STRATA],
        .is_again = call->has[OPT_AGAIN],
        .key = call->values[OPT_REPLACE],
        .reason = call->values[OPT_REASON],
        .by = call->values[OPT_BY],
    };
    option_id file = call->has[OPT_ITEMS] ? OPT_ITEMS : OPT_RESULTS;
    out->path = call->has[file] ? call->values[file].data : NULL;
    if (!choose_act(call, out, code) || !read_size(call, out, code)) {
        return false;
    }
    bool is_known = bd_str_eqz(out->strata, "month") || bd_str_eqz(out->strata, "subscription");
    if (call->has[OPT_STRATA] && !is_known) {
        return refuse(code, "'--strata' wants month or subscription");
    }
    bool shapes_draw = call->has[OPT_SIZE] || call->has[OPT_STRATA] || call->has[OPT_AGAIN];
    return out->act == BD_RUN_SAMPLE_DRAW || !shapes_draw ||
           refuse(code, "'--size', '--strata' and '--again' belong to '--seed'");
}

/* ---- populations ---- */

static size_t count_of(const bd_value *of, const char *key) {
    const bd_value *list = bd_value_find(of, key);
    return list != NULL ? list->count : 0;
}

static void print_freeze(const bd_value *of) {
    if (bd_value_text(of, "frozen_at").size == 0) {
        printf("    not frozen\n");
        return;
    }
    printf("    frozen at %.*s%s%s\n", BD_ARG(bd_value_text(of, "frozen_at")),
           count_of(of, "freezes") > 1 ? ", not for the first time" : "",
           bd_value_is_true(of, "changed") ? "; it changed since" : "");
}

static void print_items(const bd_value *of, const char *key) {
    const bd_value *list = bd_value_find(of, key);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const bd_value *item = &list->items[i];
        printf("      %-11.*s ", BD_ARG(bd_value_text(item, "role")));
        cli_print_text(bd_value_text(item, "key"));
        printf("  %.*s", BD_ARG(bd_value_is_true(item, "there") ? bd_value_text(item, "verdict")
                                                                 : BD_STR("no longer there")));
        if (bd_value_text(item, "result").size > 0) {
            printf("; tested: %.*s", BD_ARG(bd_value_text(item, "result")));
        }
        printf("\n");
    }
}

static void print_sample(const bd_value *of) {
    if (bd_value_text(of, "seed").size > 0) {
        printf("    drawn at %.*s by %.*s, size %lld, seed ", BD_ARG(bd_value_text(of, "drawn_at")),
               BD_ARG(bd_value_text(of, "method")), (long long)cli_number(of, "size"));
        cli_print_text(bd_value_text(of, "seed"));
        printf("%s%s\n", bd_value_is_true(of, "draw_is_older") ? "; from an earlier freeze" : "",
               bd_value_is_true(of, "draw_is_repeated") ? "" : "; not repeatable over these items");
    }
    print_items(of, "chosen");
    print_items(of, "selected");
    const bd_value *results = bd_value_find(of, "results");
    for (size_t i = 0; results != NULL && i < results->count; i++) {
        const bd_value *one = &results->items[i];
        if (bd_str_eqz(bd_value_text(one, "result"), "deviation")) {
            printf("    deviation in ");
            cli_print_text(bd_value_text(one, "key"));
            printf(" (");
            cli_print_text(bd_value_text(one, "tester"));
            printf(", %.*s): ", BD_ARG(bd_value_text(one, "tested_on")));
            cli_print_text(bd_value_text(one, "note"));
            printf("\n");
        }
    }
}

void cli_print_populations(const bd_value *populations) {
    if (populations == NULL || populations->count == 0) {
        return;
    }
    printf("\nPopulations and samples (a self-test; the auditor chooses the sample)\n");
    for (size_t i = 0; i < populations->count; i++) {
        const bd_value *of = &populations->items[i];
        printf("  %.*s  %lld item%s, SHA-256 %.*s  (", BD_ARG(bd_value_text(of, "id")),
               (long long)cli_number(of, "count"), cli_s(cli_number(of, "count")),
               BD_ARG(bd_str_sub(bd_value_text(of, "sha256"), 0, 12)));
        cli_print_text(bd_value_text(of, "source_title"));
        printf(")\n");
        if (!bd_value_is_true(of, "complete")) {
            printf("    its evidence is not complete: ");
            cli_print_text(bd_value_text(of, "problem"));
            printf("\n");
        }
        print_freeze(of);
        print_sample(of);
    }
}

void cli_print_sample(const cli_call *call, const bd_value *result) {
    (void)call;
    const bd_value *said = bd_value_find(result, "said");
    for (size_t i = 0; said != NULL && i < said->count; i++) {
        cli_print_text(said->items[i].text);
        printf("\n");
    }
    if (said == NULL || said->count == 0) {
        cli_print_populations(bd_value_find(result, "populations"));
    }
}
