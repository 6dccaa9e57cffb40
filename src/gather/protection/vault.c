/* Key vaults and what is in them, in the one spelling that joins them.
 *
 * The service prints times as Unix seconds, the command line as ISO 8601 under other names; certificates come as items
 * of a list, their policies as answers of their own, and `show` prints both in one. */
#include "bindery/protection.h"

#include "protection_priv.h"

/* "https://name.vault.azure.net": of an id or of a vault's address. */
static bd_str host_of(bd_arena *arena, bd_str text) {
    bd_str lower = bd_str_lower(arena, bd_str_trim(text)), head = BD_STR("https://");
    if (!bd_str_has_prefix(lower, head)) {
        return BD_STR("");
    }
    bd_str rest = bd_str_sub(lower, head.size, lower.size), host, bare;
    if (!bd_str_cut(&rest, '/', &host) || !bd_str_cut(&host, ':', &bare)) {
        return BD_STR("");
    }
    return bd_str_format(arena, "https://%.*s", BD_ARG(bare));
}

void map_vault_hosts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                     bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str id = bd_member_text(record, "id");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "vault", id);
    bd_put_text(&build, "host", host_of(arena, bd_member_text(record, "vaultUri")));
    emit(context, BD_STR("microsoft.keyvault/vaults"), bd_resource_id(arena, id), id,
         BD_INSTANT_NONE, bd_build_object(&build));
}

/* Seconds since 1970, or a time in words; "" when it is neither. */
static bd_str moment_text(bd_arena *arena, const bd_value *value) {
    int64_t seconds;
    bd_instant at;
    if (value == NULL || (value->kind != BD_NUMBER && value->kind != BD_STRING)) {
        return BD_STR("");
    }
    if (bd_str_to_i64(value->text, &seconds)) {
        bool is_fine = seconds > 0 && seconds < 253402300800;
        return is_fine ? bd_instant_format(arena, seconds * BD_SECOND) : BD_STR("");
    }
    return bd_instant_parse(value->text, &at) ? bd_instant_format(arena, at) : BD_STR("");
}

static const bd_value *either(const bd_value *from, const char *one, const char *other) {
    const bd_value *found = bd_member(from, one);
    return found != NULL ? found : bd_member(from, other);
}

/* "https://h/secrets/name": without version, without what stands behind. */
static bd_str item_of(bd_arena *arena, bd_str id, const char *kind) {
    bd_str host = host_of(arena, id), lower = bd_str_lower(arena, id), name;
    bd_str mark = bd_str_format(arena, "/%s/", kind);
    ptrdiff_t at = bd_str_find(lower, mark);
    bd_str rest = at < 0 ? BD_STR("") : bd_str_sub(lower, (size_t)at + mark.size, lower.size);
    return host.size > 0 && bd_str_cut(&rest, '/', &name)
               ? bd_str_format(arena, "%.*s%.*s%.*s", BD_ARG(host), BD_ARG(mark), BD_ARG(name))
               : BD_STR("");
}

static void put_attributes(bd_builder *build, const bd_value *record) {
    bd_arena *arena = build->arena;
    const bd_value *attributes = bd_member(record, "attributes");
    const bd_value *expires = either(attributes, "exp", "expires");
    bd_str shown = moment_text(arena, expires);
    bd_put_value(build, "enabled", bd_member(attributes, "enabled"));
    bd_put_text(build, "expires", shown);
    bd_put_text(build, "created", moment_text(arena, bd_member(attributes, "created")));
    bd_put_text(build, "updated", moment_text(arena, bd_member(attributes, "updated")));
    if (attributes != NULL && (expires == NULL || shown.size > 0)) {
        bd_put_value(build, "has_expiry", bd_value_bool(arena, shown.size > 0));
    }
}

void map_vault_secrets(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                       bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str id = bd_member_text(record, "id");
    const bd_value *managed = bd_member(record, "managed");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "host", host_of(arena, id));
    bd_put_text(&build, "secret", id);
    put_attributes(&build, record);
    bd_put_value(&build, "managed",
                 managed != NULL ? managed
                                 : bd_value_bool(arena, false)); /* left out when it is not */
    emit(context, BD_STR("microsoft.keyvault/vaults/secrets"), bd_str_lower(arena, id), id,
         BD_INSTANT_NONE, bd_build_object(&build));
}

/* ---- certificates ---- */

static bool is_policy_id(bd_arena *arena, bd_str id) {
    return bd_str_has_suffix(bd_str_lower(arena, id), BD_STR("/policy"));
}

void map_vault_certificates(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str id = bd_member_text(record, "id");
    if (is_policy_id(arena, id)) {
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "host", host_of(arena, id));
    bd_put_text(&build, "certificate", item_of(arena, id, "certificates"));
    put_attributes(&build, record);
    emit(context, BD_STR("microsoft.keyvault/vaults/certificates"), bd_str_lower(arena, id), id,
         BD_INSTANT_NONE, bd_build_object(&build));
}

/* {"action":{"action_type":"AutoRenew"}}, or {"action":"AutoRenew"} as the command line prints it. */
static bool renews(const bd_value *actions) {
    for (size_t i = 0; actions != NULL && actions->kind == BD_ARRAY && i < actions->count; i++) {
        const bd_value *action = bd_member(&actions->items[i], "action");
        const bd_value *word = action != NULL && action->kind == BD_OBJECT
                                   ? either(action, "action_type", "actionType")
                                   : action;
        if (word != NULL && word->kind == BD_STRING &&
            bd_str_ieq(bd_str_trim(word->text), BD_STR("AutoRenew"))) {
            return true;
        }
    }
    return false;
}

static bd_str issuer_of(const bd_value *policy) {
    const bd_value *issuer = either(policy, "issuer", "issuerParameters");
    bd_str name = bd_member_text(issuer, "name");
    return name.size > 0 ? name : bd_member_text(policy, "issuerName");
}

/* An item of a list says that there is a policy and not what it says: it leaves the answer open. */
void map_vault_policies(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                        bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str id = bd_member_text(record, "id");
    const bd_value *policy = is_policy_id(arena, id) ? record : bd_member(record, "policy");
    bd_str certificate = item_of(arena, id, "certificates"), issuer = issuer_of(policy);
    const bd_value *attributes = policy == NULL ? NULL : bd_member(policy, "attributes");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "certificate", certificate);
    bd_put_value(&build, "is_policy", bd_value_bool(arena, policy != NULL));
    if (policy != NULL) {
        const bd_value *actions = either(policy, "lifetime_actions", "lifetimeActions");
        const bd_value *enabled = bd_member(attributes, "enabled");
        bd_put_value(&build, "auto_renew", bd_value_bool(arena, renews(actions)));
        bd_put_text(&build, "issuer", issuer);
        bd_put_value(&build, "enabled", enabled != NULL ? enabled : bd_value_bool(arena, true));
    }
    emit(context, BD_STR("microsoft.keyvault/vaults/certificates/policy"),
         policy != NULL ? certificate : bd_str_format(arena, "%.*s/item", BD_ARG(certificate)), id,
         BD_INSTANT_NONE, bd_build_object(&build));
}
