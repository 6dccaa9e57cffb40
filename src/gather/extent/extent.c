/* What the words of a command, request or query asked for: which part, which subscriptions, which workspace.  The words
 * are those of whoever made the export; they bound what it may claim and never widen it. */
#include "bindery/extent.h"

#include "extent_priv.h"

/* ---- what is only a part ---- */

/* A condition that leaves out nothing of the source: it names what the source is. */
static bool is_all_of_source(const bd_source_def *source, const term *one, bd_arena *arena) {
    bd_str field = bd_str_lower(arena, one->field);
    if (one->is_query) {
        return bd_str_eqz(field, "type") || bd_str_eqz(field, "subscriptionid");
    }
    bd_str literal = bd_str_lower(arena, unquoted(one->literal));
    if (bd_str_eqz(field, "resourcetype") && bd_str_eqz(one->op, "eq")) {
        return bd_strs_have(&source->types, literal);
    }
    /* what the catalog itself says that is asked for */
    return has_part(source->rest, "$filter=") && bd_str_find(source->rest, one->text) >= 0;
}

static bd_str narrowing_term(const bd_sidecar *sidecar, const bd_source_def *source,
                             bd_arena *arena) {
    terms all = terms_of(sidecar, arena);
    for (size_t i = 0; i < all.count; i++) {
        const term *one = &all.data[i];
        if (!is_time_term(source, one) && !is_all_of_source(source, one, arena)) {
            return one->text;
        }
    }
    return all.count > MOST_TERMS ? BD_STR("more conditions than are read") : empty();
}

static bool is_reached(bd_str value, uint64_t rows) {
    int64_t most = 0;
    return bd_str_to_i64(unquoted(value), &most) && most >= 0 && rows >= (uint64_t)most;
}

/* The option of a command that leaves records out, or one that is missing; empty when there is none. */
static bd_str narrowing_option(bd_str command, const bd_source_def *source, uint64_t rows) {
    static const char *const options[] = {"-g",
                                          "--resource-group",
                                          "--tag",
                                          "--status",
                                          "--caller",
                                          "--resource-id",
                                          "--namespace",
                                          "--correlation-id",
                                          "--assignee",
                                          "--role",
                                          "--upn",
                                          "--display-name",
                                          "--resource-provider",
                                          "-ResourceGroupName"};
    static const char *const limits[] = {"--max-events", "--max-items", "--top", "-MaxRecord",
                                         "-Top"};
    bool is_scoped = source->scope == BD_SCOPE_SUBSCRIPTION || source->scope == BD_SCOPE_TENANT;
    for (size_t i = 0; i < BD_COUNT(options) && is_scoped; i++) {
        bd_str rest = command;
        bd_str value;
        if (next_option(&rest, &options[i], 1, &value)) {
            return bd_str_of(options[i]);
        }
    }
    for (size_t i = 0; i < BD_COUNT(limits); i++) {
        bd_str rest = command;
        bd_str value;
        if (next_option(&rest, &limits[i], 1, &value) && is_reached(value, rows)) {
            return bd_str_of(limits[i]);
        }
    }
    if (has_part(command, "activity-log list") && !has_part(command, "--max-events") &&
        rows >= 50) {
        return BD_STR("activity-log list without --max-events, which stops at 50");
    }
    if (has_part(command, "Get-AzActivityLog") && !has_part(command, "-MaxRecord") &&
        rows >= 1000) {
        return BD_STR("Get-AzActivityLog without -MaxRecord, which stops at 1,000");
    }
    if (has_part(command, "role assignment list") && !has_part(command, "--all")) {
        return BD_STR("role assignment list without --all");
    }
    static const char *const filters[] = {"[?", "select("}; /* JMESPath, jq */
    for (size_t i = 0; i < BD_COUNT(filters); i++) {
        if (has_part(command, filters[i])) {
            return bd_str_of(filters[i]);
        }
    }
    return empty();
}

/* The stage of a query, or a tool behind a pipe, that leaves records out whatever they are. */
static bd_str narrowing_stage(bd_arena *arena, bd_str query) {
    static const char *const stages[] = {
        "take", "limit", "top",   "sample",        "where-object", "distinct",        "summarize",
        "head", "tail",  "grep",  "select-object", "filter",       "sample-distinct", "top-nested",
        "join", "union", "lookup"};
    bd_str rest = bd_str_lower(arena, query);
    bd_str piece;
    while (bd_str_cut(&rest, '|', &piece)) {
        bd_str stage = bd_str_trim(piece);
        for (size_t i = 0; i < BD_COUNT(stages); i++) {
            if (is_stage(stage, stages[i])) {
                return stage;
            }
        }
    }
    return empty();
}

static bd_str narrowing_parameter(bd_arena *arena, bd_str request) {
    static const char *const names[] = {"$search=", "%24search="};
    parameters_left all = parameters_of(arena, request);
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        parameters_left rest = all;
        bd_str value;
        if (next_parameter(arena, &rest, names[i], &value)) {
            return bd_str_concat(arena, (bd_str[]){bd_str_of(names[i]), value}, 2);
        }
    }
    return empty();
}

/* "/pulls?..." of GitHub lists what is open, unless it asks for another state; "/pulls/7/reviews" is another list. */
static bool lists_open_pulls(bd_str lower) {
    bd_str mark = BD_STR("/pulls");
    ptrdiff_t at = bd_str_find(lower, mark);
    bd_str rest = at < 0 ? lower : bd_str_sub(lower, (size_t)at + mark.size, lower.size);
    bool is_list = at >= 0 && (rest.size == 0 || rest.data[0] == '?' || rest.data[0] == ' ' ||
                               is_quote(rest.data[0]));
    return is_list && !has_part(rest, "state=closed") && !has_part(rest, "state=all");
}

/* A list of one branch, one person or one state is not the list of a repository. */
static bd_str narrowing_of_repository(bd_arena *arena, bd_str request) {
    static const char *const names[] = {"base=",   "head=",        "ref=",        "task=",
                                        "creator=", "state=open",   "author=",     "path=",
                                        "page=2",  "environment=", "check_name="};
    static const char *const before[] = {"?", "&", "-f ", "--field ", "--raw-field "};
    static const char *const pulls[] = {"--search", "--author", "--base", "--label", "--assignee"};
    bd_str lower = bd_str_lower(arena, request);
    for (size_t i = 0; i < BD_COUNT(names) * BD_COUNT(before); i++) {
        const char *name = names[i / BD_COUNT(before)], *mark = before[i % BD_COUNT(before)];
        if (has_part(lower, bd_str_format(arena, "%s%s", mark, name).data)) {
            return bd_str_of(name);
        }
    }
    if (has_part(lower, "/deployments?sha=") ||
        (has_part(lower, "/deployments?") && has_part(lower, "&sha="))) {
        return BD_STR("sha=");
    }
    for (size_t i = 0; has_part(lower, "gh pr list") && i < BD_COUNT(pulls); i++) {
        if (has_part(lower, pulls[i])) {
            return bd_str_of(pulls[i]);
        }
    }
    if (has_part(lower, "gh pr list") && !has_part(lower, "--state all") &&
        !has_part(lower, "--state merged") && !has_part(lower, "--state closed")) {
        return BD_STR("pr list without --state all, which lists open ones");
    }
    return lists_open_pulls(lower) ? BD_STR("pulls without state=all, which lists open ones")
                                   : empty();
}

/* Resource Graph shows what is assigned at a subscription and below it, and what comes from above only on demand. */
static bd_str narrowing_of_scope(const bd_sidecar *sidecar, bd_arena *arena) {
    static const char *const tables[] = {"policyresources", "authorizationresources"};
    static const char *const types[] = {"policyexemptions", "policyassignments", "roleassignments"};
    bd_str text = bd_str_lower(arena, bd_str_format(arena, "%.*s %.*s %.*s", BD_ARG(sidecar->query),
                                                    BD_ARG(sidecar->request),
                                                    BD_ARG(sidecar->command)));
    bool is_table = has_part(text, tables[0]) || has_part(text, tables[1]);
    bool is_inherited = false;
    for (size_t i = 0; i < BD_COUNT(types); i++) {
        is_inherited = is_inherited || has_part(text, types[i]);
    }
    return is_table && is_inherited && !has_part(text, "atscopeaboveandbelow")
               ? BD_STR("no authorizationScopeFilter AtScopeAboveAndBelow, without which what management "
                        "groups assign is left out")
               : empty();
}

bd_str bd_extent_find_part(const bd_sidecar *sidecar, const bd_source_def *source, uint64_t rows,
                           bd_arena *arena) {
    bd_str part = narrowing_option(sidecar->command, source, rows);
    part = part.size > 0 ? part : narrowing_stage(arena, sidecar->query);
    part = part.size > 0 ? part : narrowing_stage(arena, sidecar->command);
    part = part.size > 0 ? part : narrowing_parameter(arena, sidecar->request);
    part = part.size > 0 ? part : narrowing_parameter(arena, sidecar->command);
    if (part.size == 0 && source->scope == BD_SCOPE_REPOSITORY) {
        part = narrowing_of_repository(arena, sidecar->request);
        part = part.size > 0 ? part : narrowing_of_repository(arena, sidecar->command);
    }
    part = part.size > 0 ? part : narrowing_of_scope(sidecar, arena);
    return part.size > 0 ? part : narrowing_term(sidecar, source, arena);
}

/* ---- of which subscriptions ---- */

static bool is_guid_at(bd_str text, size_t at) {
    static const char form[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    if (text.size - at < sizeof form - 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof form - 1; i++) {
        char c = text.data[at + i];
        bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (form[i] == '-' ? c != '-' : !is_digit) {
            return false;
        }
    }
    return true;
}

static void add_ids(bd_str asked, bd_arena *arena, bd_extent_subscriptions *out) {
    ptrdiff_t from = bd_str_find(asked, BD_STR("subscription"));
    for (size_t at = from < 0 ? asked.size : (size_t)from; at < asked.size; at++) {
        if (is_guid_at(asked, at)) {
            *bd_push(arena, &out->ids) = bd_str_sub(asked, at, at + 36);
            at += 35;
        }
    }
}

/* Two subscriptions of one name: nobody knows which of them was asked. */
static void add_name(const bd_known_subscriptions *known, bd_str name, bd_arena *arena,
                     bd_extent_subscriptions *out) {
    bd_str lower = bd_str_lower(arena, name);
    if (name.size == 0) {
        return;
    }
    if (lower.size == 36 && is_guid_at(lower, 0)) {
        *bd_push(arena, &out->ids) = lower;
        return;
    }
    bd_str id = empty();
    for (size_t i = 0; i < known->count; i++) {
        if (bd_str_fold_cmp(known->list[i].name, name) != 0) {
            continue;
        }
        out->is_ambiguous = out->is_ambiguous || id.size > 0;
        out->unknown = id.size > 0 ? name : out->unknown;
        id = bd_str_lower(arena, known->list[i].id);
    }
    if (id.size > 0) {
        *bd_push(arena, &out->ids) = id;
    } else if (out->unknown.size == 0) {
        out->unknown = name;
    }
}

bd_extent_subscriptions bd_extent_find_subscriptions(const bd_known_subscriptions *known,
                                                     const bd_sidecar *sidecar,
                                                     const bd_source_def *source,
                                                     bd_arena *arena) {
    static const char *const names[] = {"--subscription", "--subscriptions", "-s",
                                        "-SubscriptionId"};
    bd_extent_subscriptions out = {.unknown = empty()};
    bd_extent_query_subscriptions(sidecar, source, arena, &out.ids);
    if (out.ids.count > 0) { /* a condition of the query leaves out whatever else is named */
        return out;
    }
    add_ids(bd_str_lower(arena, sidecar->request), arena, &out);
    add_ids(bd_str_lower(arena, sidecar->command), arena, &out);
    bd_str rest = sidecar->command;
    bd_str values;
    while (next_option(&rest, names, BD_COUNT(names), &values)) {
        for (bd_str name = bd_extent_next_word(&values); name.size > 0;
             name = bd_extent_next_word(&values)) {
            add_name(known, name, arena, &out);
        }
    }
    return out;
}

/* ---- of which workspace ---- */

/* Of all that names a workspace; two that differ are two exports in one file, or a slip: nobody knows whose rows these
 * are. */
typedef struct {
    bd_arena *arena;
    bd_str central, central_guid; /* facts, or "" */
    bd_str found;
    bool differs;
} workspace_names;

static void add_workspace(workspace_names *names, bd_str text) {
    bd_str name = bd_str_trim(text);
    if (name.size == 0) {
        return;
    }
    if (names->central_guid.size > 0 && bd_str_ieq(names->central_guid, name)) {
        name = names->central;
    }
    name = bd_str_find(name, BD_STR("/")) >= 0 ? bd_record_id(names->arena, name)
                                               : bd_str_lower(names->arena, name);
    names->differs = names->differs || (names->found.size > 0 && !bd_str_eq(names->found, name));
    names->found = name;
}

/* The id of the workspace whose name begins at `from`, as a request to Azure itself has it; "" where none stands. */
static bd_str id_around(bd_str lower, size_t from) {
    static const char type[] = "/providers/microsoft.operationalinsights/workspaces/";
    ptrdiff_t start = -1;
    if (!bd_str_has_suffix(bd_str_sub(lower, 0, from), BD_STR(type))) {
        return empty();
    }
    for (ptrdiff_t at = (ptrdiff_t)from; at >= 0 && start < 0; at--) {
        bool is_head = bd_str_has_prefix(bd_str_sub(lower, (size_t)at, from), BD_STR("/subscriptions/"));
        start = is_head ? at : -1;
    }
    size_t end = from;
    while (end < lower.size && bd_str_find(BD_STR("/?&'\" )\t\r\n"), bd_str_sub(lower, end, end + 1)) < 0) {
        end++;
    }
    return start >= 0 && end > from ? bd_str_sub(lower, (size_t)start, end) : empty();
}

/* "https://api.loganalytics.io/v1/workspaces/GUID/query", or the id in full, wherever it stands */
static void add_workspaces_of_urls(workspace_names *names, bd_str text) {
    bd_str lower = bd_str_lower(names->arena, text), mark = BD_STR("/workspaces/");
    for (;;) {
        ptrdiff_t at = bd_str_find(lower, mark);
        if (at < 0) {
            return;
        }
        size_t from = (size_t)at + mark.size;
        if (lower.size - from >= 36 && is_guid_at(lower, from)) {
            add_workspace(names, bd_str_sub(lower, from, from + 36));
        } else {
            add_workspace(names, id_around(lower, from));
        }
        lower = bd_str_sub(lower, from, lower.size);
    }
}

/* `-w` is somebody else's option in another tool's command. */
static void add_workspaces_of_command(workspace_names *names, bd_str command) {
    static const char *const options[] = {"--workspace", "-w", "-WorkspaceId"};
    bd_str lower = bd_str_lower(names->arena, command), value, rest = command;
    bool is_query = has_part(lower, "log-analytics") || has_part(lower, "operationalinsights");
    while (is_query && next_option(&rest, options, BD_COUNT(options), &value)) {
        add_workspace(names, unquoted(value));
    }
}

/* A query may read other stores beside, or instead of, the workspace that it is sent to. */
static bool reads_elsewhere(bd_arena *arena, bd_str text) {
    static const char *const words[] = {"workspace(",   "app(",         "adx(",  "cluster(",
                                        "--workspaces", "\"workspaces\"", "resource(", "arg("};
    bd_str lower = bd_str_lower(arena, text);
    for (size_t i = 0; i < BD_COUNT(words); i++) {
        if (has_part(lower, words[i])) {
            return true;
        }
    }
    return false;
}

bd_str bd_extent_find_workspace(const bd_sidecar *sidecar, const bd_source_def *source,
                                const bd_value *facts, bd_arena *arena) {
    if (sidecar == NULL || source->scope != BD_SCOPE_WORKSPACE || sidecar->scope_ids.count > 1 ||
        reads_elsewhere(arena, sidecar->command) || reads_elsewhere(arena, sidecar->request) ||
        reads_elsewhere(arena, sidecar->query)) {
        return empty();
    }
    workspace_names names = {.arena = arena, .found = empty()};
    names.central = facts != NULL ? bd_value_text(facts, "central_workspace") : empty();
    names.central_guid =
        facts != NULL ? bd_str_trim(bd_value_text(facts, "central_workspace_guid")) : empty();
    bd_str scope = sidecar->scope_ids.count == 1 ? sidecar->scope_ids.data[0] : empty();
    bool is_around = bd_str_has_prefix(bd_record_id(arena, scope), BD_STR("/subscriptions/")) &&
                     !has_part(bd_record_id(arena, scope), "/workspaces/");
    if (!is_around) { /* a subscription or a group, in which there may be several */
        add_workspace(&names, scope);
    }
    add_workspaces_of_command(&names, sidecar->command);
    add_workspaces_of_urls(&names, sidecar->command);
    add_workspaces_of_urls(&names, sidecar->request);
    return names.differs ? empty() : names.found;
}
