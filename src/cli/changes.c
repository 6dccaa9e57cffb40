/* `diff` for a person. */
#include "bindery/cli.h"

#include "cli_priv.h"

static void print_member(const bd_value *object, const char *key) {
    const bd_value *value = bd_value_find(object, key);
    bool is_there = value != NULL && (value->kind == BD_STRING || value->kind == BD_NUMBER);
    cli_print_text(is_there ? value->text : BD_STR("-"));
}

/* What stands behind the words of a side. */
static void print_standing(const bd_value *standing) {
    bd_str kind = bd_value_text(standing, "kind");
    if (bd_str_eqz(kind, "judged")) {
        printf(", judged now");
    } else if (bd_str_eqz(kind, "file")) {
        printf(", a file that nothing vouches for");
    } else {
        printf(", package %.*s", BD_ARG(bd_value_text(standing, "verdict")));
    }
    if (bd_value_text(standing, "signer").size > 0) {
        printf("\n%-12ssigned by ", "");
        print_member(standing, "signer");
    }
}

static void print_side(const bd_value *result, const char *key) {
    const bd_value *side = bd_value_find(result, key);
    printf("%-12s", key);
    print_member(bd_value_find(side, "period"), "id");
    printf(" as of ");
    print_member(side, "as_of");
    printf(", bindery ");
    print_member(side, "bindery");
    print_standing(bd_value_find(bd_value_find(result, "standing"), key));
    printf("\n");
}

static void print_scores(const bd_value *result) {
    static const char *const names[] = {"ready", "cover", "fresh"};
    static const char *const words[] = {"READY", "COVER", "FRESH"};
    const bd_value *before = bd_value_find(bd_value_find(result, "before"), "score");
    const bd_value *after = bd_value_find(bd_value_find(result, "after"), "score");
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        const bd_value *was = bd_value_find(before, names[i]), *is = bd_value_find(after, names[i]);
        printf("%-12s%lld of %lld -> %lld of %lld\n", words[i], (long long)cli_number(was, "n"),
               (long long)cli_number(was, "of"), (long long)cli_number(is, "n"),
               (long long)cli_number(is, "of"));
    }
}

static void print_exceptions(const bd_value *exceptions) {
    static const struct {
        const char *key, *words;
    } lists[] = {{"new", "new"}, {"fixed", "fixed"}, {"still", "still"}, {"unobserved", "unseen"}};
    printf("exceptions  %zu new, %zu fixed, %zu still failing, %zu not observed since\n",
           bd_value_count(bd_value_find(exceptions, "new")), bd_value_count(bd_value_find(exceptions, "fixed")),
           bd_value_count(bd_value_find(exceptions, "still")),
           bd_value_count(bd_value_find(exceptions, "unobserved")));
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        const bd_value *list = bd_value_find(exceptions, lists[i].key);
        for (size_t k = 0; k < bd_value_count(list); k++) {
            printf("  %-8s", lists[i].words);
            print_member(&list->items[k], "id");
            printf("  ");
            cli_print_text(bd_path_name(bd_value_text(&list->items[k], "resource")));
            printf("%s\n", bd_value_is_true(&list->items[k], "repeated") ? "  (repeated)" : "");
        }
    }
}

static void print_states(const bd_value *states) {
    printf("states      %zu changed\n", bd_value_count(states));
    for (size_t i = 0; i < bd_value_count(states); i++) {
        const bd_value *one = &states->items[i];
        printf("  %-8.*s", BD_ARG(bd_value_text(one, "direction")));
        print_member(one, "id");
        printf("  ");
        print_member(one, "before");
        printf(" -> ");
        print_member(one, "after");
        printf("  ");
        print_member(one, "owner");
        printf("\n");
    }
}

static void print_names(const char *label, const bd_value *list) {
    if (bd_value_count(list) == 0) {
        return;
    }
    printf("  %s: ", label);
    for (size_t i = 0; i < bd_value_count(list); i++) {
        const bd_value *one = &list->items[i];
        bd_str name = bd_value_text(one, "name");
        printf("%s", i > 0 ? ", " : "");
        cli_print_text(one->kind == BD_STRING ? one->text
                       : name.size > 0        ? name
                                              : bd_value_text(one, "id"));
        if (bd_value_find(one, "owner_after") != NULL) {
            printf(" (owner ");
            print_member(one, "owner_before");
            printf(" -> ");
            print_member(one, "owner_after");
            printf(")");
        }
    }
    printf("\n");
}

static void print_scope(const bd_value *scope) {
    static const struct {
        const char *key, *label;
    } lists[] = {{"categories_added", "categories added"},
                 {"categories_removed", "categories removed"},
                 {"subscriptions_added", "subscriptions added"},
                 {"subscriptions_removed", "subscriptions removed"},
                 {"vendors_added", "vendors added or restated"},
                 {"vendors_removed", "vendors removed or restated"},
                 {"controls_added", "controls now in scope"},
                 {"controls_removed", "controls no longer in scope"},
                 {"controls_changed", "controls with another owner or wording"}};
    size_t changes = 0;
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        changes += bd_value_count(bd_value_find(scope, lists[i].key));
    }
    printf("scope       %zu change%s\n", changes, cli_s((int64_t)changes));
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        print_names(lists[i].label, bd_value_find(scope, lists[i].key));
    }
}

static void print_catalog(const bd_value *catalog) {
    static const char *const lists[] = {"controls", "requirements", "checks", "mappings"};
    static const char *const kinds[] = {"added", "changed", "removed"};
    printf("catalog     %s%s\n", bd_value_is_true(catalog, "same") ? "the same" : "another",
           bd_value_is_true(catalog, "known") ? ""
                                              : "; an assessment.json alone does not hold it, a package does");
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        for (size_t k = 0; k < BD_COUNT(kinds); k++) {
            char label[40];
            snprintf(label, sizeof label, "%s %s", lists[i], kinds[k]);
            print_names(label, bd_value_find(bd_value_find(catalog, lists[i]), kinds[k]));
        }
    }
}

static void print_populations(const bd_value *populations) {
    printf("populations %zu changed\n", bd_value_count(populations));
    for (size_t i = 0; i < bd_value_count(populations); i++) {
        const bd_value *one = &populations->items[i];
        printf("  ");
        print_member(one, "control");
        printf(" ");
        print_member(one, "name");
        printf("  ");
        print_member(one, "before");
        printf(" -> ");
        print_member(one, "after");
        printf("\n");
    }
}

static void print_evidence(const bd_value *evidence) {
    static const char *const lists[] = {"new", "changed", "gone"};
    const bd_value *counts = bd_value_find(evidence, "counts");
    printf("evidence    %lld carried, unchanged, hash equal; %lld new, %lld changed, %lld gone\n",
           (long long)cli_number(counts, "carried"), (long long)cli_number(counts, "new"),
           (long long)cli_number(counts, "changed"), (long long)cli_number(counts, "gone"));
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        const bd_value *list = bd_value_find(evidence, lists[i]);
        for (size_t k = 0; k < bd_value_count(list); k++) {
            printf("  %-8s", lists[i]);
            print_member(&list->items[k], "id");
            printf("  ");
            print_member(&list->items[k], "path");
            printf("\n");
        }
    }
}

void cli_print_diff(const cli_call *call, const bd_value *result) {
    (void)call;
    const bd_value *coverage = bd_value_find(result, "coverage");
    print_side(result, "before");
    print_side(result, "after");
    print_scores(result);
    print_exceptions(bd_value_find(result, "exceptions"));
    print_states(bd_value_find(result, "states"));
    printf("coverage    %zu instance%s due since; accepted or due differs for %zu control%s\n",
           bd_value_count(bd_value_find(coverage, "instances")),
           cli_s((int64_t)bd_value_count(bd_value_find(coverage, "instances"))),
           bd_value_count(bd_value_find(coverage, "controls")),
           cli_s((int64_t)bd_value_count(bd_value_find(coverage, "controls"))));
    print_scope(bd_value_find(result, "scope"));
    print_populations(bd_value_find(result, "populations"));
    print_catalog(bd_value_find(result, "catalog"));
    print_evidence(bd_value_find(result, "evidence"));
}
