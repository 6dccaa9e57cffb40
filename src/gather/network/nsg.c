/* Network security groups as they stand (nsg-exposure) and as they are written (nsg-writes). */
#include "bindery/network.h"

#include "network_priv.h"

#define NSG_TYPE "microsoft.network/networksecuritygroups"

static size_t count_of(const bd_value *record, const char *key) {
    const bd_value *list = bd_member(record, key);
    return list != NULL && list->kind == BD_ARRAY ? list->count : 0;
}

void map_nsg_exposure(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str type = bd_member_text(record, "type"), id = bd_member_text(record, "id");
    if (type.size > 0 && !bd_str_ieq(type, BD_STR(NSG_TYPE))) {
        return;
    }
    const bd_value *custom = bd_member(record, "securityRules");
    exposure found = judge_rules(custom, bd_member(record, "defaultSecurityRules"), arena);
    size_t attached = count_of(record, "subnets") + count_of(record, "networkInterfaces");
    bool is_known = found.is_known && custom != NULL && custom->kind == BD_ARRAY;
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "nsg", id);
    bd_put_text(&build, "name", bd_member_text(record, "name"));
    bd_put_text(&build, "location", bd_member_text(record, "location"));
    bd_put_value(&build, "exposed",
                 is_known ? bd_value_bool(arena, found.exposure_count > 0) : NULL);
    bd_put_text(&build, "problem", found.problem);
    bd_put_value(&build, "exposures", found.exposures);
    bd_put_value(&build, "shadowed", found.shadowed);
    bd_put_value(&build, "warnings", found.warnings);
    bd_put_value(&build, "associated", bd_value_bool(arena, attached > 0));
    bd_put_value(&build, "association_count", bd_value_integer(arena, (int64_t)attached));
    emit(context, BD_STR(NSG_TYPE), bd_resource_id(arena, id), id, BD_INSTANT_NONE,
         bd_build_object(&build));
}

/* ---- writes ---- */

/* The body of the request: JSON in a string of the event's properties. */
static const bd_value *request_of(const bd_value *record, bd_arena *arena) {
    const bd_value *properties = bd_member(record, "properties");
    if (properties != NULL && properties->kind == BD_STRING) {
        properties = bd_derive_parse_text(
            arena, properties->text); /* some exports print the whole object as a string */
    }
    const bd_value *body = bd_member(properties, "requestbody");
    if (body != NULL && body->kind == BD_STRING) {
        body = bd_derive_parse_text(arena, body->text);
    }
    return body != NULL && body->kind == BD_OBJECT ? body : NULL;
}

/* A single rule is judged as if it stood alone: the event does not show what stands before it. */
static exposure judge_rule_body(const bd_value *body, bd_str name, bd_arena *arena) {
    const bd_value *rule = body;
    if (bd_member(body, "name") == NULL && name.size > 0) {
        bd_str keys[2] = {BD_STR_INIT("name"), BD_STR_INIT("properties")};
        const bd_value *properties = bd_value_find(body, "properties");
        const bd_value *values[2] = {bd_value_string(arena, name),
                                     properties != NULL ? properties : body};
        rule = bd_value_object(arena, 2, keys, values);
    }
    return judge_rules(bd_value_array(arena, 1, &rule), NULL, arena);
}

/* A body without rules writes none: tags, for example. */
static exposure judge_group_body(const bd_value *body, bd_arena *arena) {
    return judge_rules(bd_member(body, "securityRules"), NULL, arena);
}

typedef struct {
    bd_str nsg, rule; /* as written in the id; rule "" for a write of the group */
} target;

static target target_of(const bd_value *record, bd_arena *arena) {
    bd_str id = bd_member_text(record, "resourceId");
    if (id.size == 0) {
        id = bd_member_text(bd_member(record, "authorization"), "scope");
    }
    bd_str mark = BD_STR("/securityrules/");
    ptrdiff_t at = bd_str_find(bd_str_lower(arena, id), mark);
    if (at < 0) {
        return (target){.nsg = id};
    }
    return (target){.nsg = bd_str_sub(id, 0, (size_t)at),
                    .rule = bd_str_sub(id, (size_t)at + mark.size, id.size)};
}

/* Who deletes a Deny opens what it hid. */
static bool is_write(bd_str operation) {
    return bd_str_ieq(operation, BD_STR(NSG_TYPE "/write")) ||
           bd_str_ieq(operation, BD_STR(NSG_TYPE "/securityRules/write")) ||
           bd_str_ieq(operation, BD_STR(NSG_TYPE "/securityRules/delete"));
}

/* A Deny opens nothing by itself; what it took away before it was written, or who deleted it in between, its own
 * write does not show. */
static bool is_deny(const bd_value *body) {
    return bd_str_ieq(bd_member_text(body, "access"), BD_STR("deny")) &&
           !bd_str_ieq(bd_member_text(body, "direction"), BD_STR("outbound"));
}

void map_nsg_writes(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                    bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str operation = bd_member_text(record, "operationName");
    if (!is_write(operation)) {
        return;
    }
    bd_instant time = BD_INSTANT_NONE;
    if (!bd_instant_parse(bd_member_text(record, "eventTimestamp"), &time)) {
        time = BD_INSTANT_NONE;
    }
    target of = target_of(record, arena);
    const bd_value *body = request_of(record, arena);
    exposure found = {0};
    if (body != NULL) {
        found = of.rule.size > 0 ? judge_rule_body(body, of.rule, arena)
                                 : judge_group_body(body, arena);
    }
    bool is_silent = of.rule.size > 0 && is_deny(body);
    bool is_known = body != NULL && found.is_known && !is_silent;
    bd_str correlation = bd_member_text(record, "correlationId");
    bd_str written = of.rule.size > 0 ? bd_str_format(arena, "%.*s/securityrules/%.*s",
                                                      BD_ARG(of.nsg), BD_ARG(of.rule))
                                      : of.nsg;
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "nsg", of.nsg);
    bd_put_text(&build, "rule", of.rule);
    bd_put_text(&build, "operation", operation);
    bd_put_text(&build, "operation_id",
                correlation.size == 0
                    ? correlation
                    : bd_str_format(arena, "%.*s%.*s", BD_ARG(bd_str_lower(arena, correlation)),
                                    BD_ARG(bd_resource_id(arena, written))));
    bd_put_text(&build, "status", bd_str_lower(arena, bd_member_text(record, "status")));
    bd_put_text(&build, "caller", bd_member_text(record, "caller"));
    bd_put_text(&build, "event_id", bd_member_text(record, "eventDataId"));
    bd_put_text(&build, "time",
                time == BD_INSTANT_NONE ? BD_STR("") : bd_instant_format(arena, time));
    bd_put_value(&build, "opens_admin_port",
                 is_known ? bd_value_bool(arena, found.exposure_count > 0) : NULL);
    bd_put_text(&build, "problem",
                is_silent ? BD_STR("a Deny was written; what it took away before is not shown")
                          : found.problem);
    bd_put_value(&build, "exposures", found.exposures);
    bd_put_value(&build, "warnings", found.warnings);
    emit(context, BD_STR(NSG_TYPE), bd_resource_id(arena, of.nsg), of.nsg, time,
         bd_build_object(&build));
}
