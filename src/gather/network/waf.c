/* What stands before each public listener of an application gateway and each domain of a front door. */
#include "bindery/network.h"

#include "network_priv.h"

#define GATEWAY_TYPE "microsoft.network/applicationgateways"
#define POLICY_TYPE "microsoft.cdn/profiles/securitypolicies"

static const bd_value *list_at(const bd_value *record, const char *key) {
    const bd_value *list = bd_member(record, key);
    return list != NULL && list->kind == BD_ARRAY ? list : NULL;
}

static bd_str id_at(const bd_value *record, const char *key) {
    return bd_member_text(bd_member(record, key), "id");
}

typedef struct {
    const bd_value *record;
    bd_str id;
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} gateway;

/* Private only where its own frontend is shown without a public address. */
static bool is_public(const gateway *of, const bd_value *listener) {
    bd_str frontend = bd_resource_id(of->arena, id_at(listener, "frontendIPConfiguration"));
    const bd_value *all = list_at(of->record, "frontendIPConfigurations");
    for (size_t i = 0; all != NULL && i < all->count; i++) {
        const bd_value *one = &all->items[i];
        bool is_it = bd_str_eq(bd_resource_id(of->arena, bd_member_text(one, "id")), frontend);
        if (is_it && id_at(one, "publicIPAddress").size == 0) {
            return false;
        }
    }
    return true;
}

/* A policy of its own comes before that of the gateway, and that before the settings inside of the gateway. */
static void emit_binding(const gateway *of, bd_str id, bd_str own_policy) {
    bd_str policy = own_policy.size > 0 ? own_policy : id_at(of->record, "firewallPolicy");
    const bd_value *inside = bd_member(of->record, "webApplicationFirewallConfiguration");
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "gateway", of->id);
    bd_put_text(&build, "listener", id);
    bd_put_text(&build, "policy", policy);
    bd_put_value(&build, "has_policy", bd_value_bool(of->arena, policy.size > 0));
    bd_put_value(&build, "enabled",
                 inside != NULL ? bd_member(inside, "enabled") : bd_value_bool(of->arena, false));
    bd_put_text(&build, "mode", bd_member_text(inside, "firewallMode"));
    of->emit(of->context, BD_STR(GATEWAY_TYPE), bd_resource_id(of->arena, id), id, BD_INSTANT_NONE,
             bd_build_object(&build));
}

static void emit_path_rules(const gateway *of, const bd_value *map) {
    const bd_value *rules = list_at(map, "pathRules");
    for (size_t i = 0; rules != NULL && i < rules->count; i++) {
        bd_str policy = id_at(&rules->items[i], "firewallPolicy");
        if (policy.size > 0) {
            emit_binding(of, bd_member_text(&rules->items[i], "id"), policy);
        }
    }
}

void map_waf_bindings(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    gateway of = {record, bd_member_text(record, "id"), arena, emit, context};
    const bd_value *listeners = list_at(record, "httpListeners");
    const bd_value *maps = list_at(record, "urlPathMaps");
    bd_str type = bd_member_text(record, "type");
    bool has_public = false;
    if (type.size > 0 && !bd_str_ieq(type, BD_STR(GATEWAY_TYPE))) {
        return;
    }
    for (size_t i = 0; listeners != NULL && i < listeners->count; i++) {
        if (is_public(&of, &listeners->items[i])) {
            has_public = true;
            emit_binding(&of, bd_member_text(&listeners->items[i], "id"),
                         id_at(&listeners->items[i], "firewallPolicy"));
        }
    }
    for (size_t i = 0; maps != NULL && has_public && i < maps->count; i++) {
        emit_path_rules(&of, &maps->items[i]);
    }
    if (listeners == NULL) {
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "gateway", of.id);
        bd_put_text(&build, "problem", BD_STR("the gateway does not show its listeners"));
        emit(context, BD_STR(GATEWAY_TYPE), bd_resource_id(arena, of.id), of.id, BD_INSTANT_NONE,
             bd_build_object(&build));
    }
}

/* ---- front doors ---- */

/* An association protects the paths that it names: all of them, some (`paths`), or it does not say. */
typedef struct {
    bool is_said, is_all;
    bd_str problem; /* why it does not say */
    bd_str paths;
} reach;

static reach reach_of(const gateway *of, const bd_value *association) {
    const bd_value *patterns = list_at(association, "patternsToMatch");
    const bd_value *routes = list_at(association, "routes");
    bool is_routed = routes != NULL && routes->count > 0;
    reach out = {.is_said = patterns != NULL && patterns->count > 0 && !is_routed,
                 .problem = is_routed ? BD_STR("the association is for some routes of the domain")
                                      : BD_STR("the association does not show patternsToMatch"),
                 .paths = {"", 0}};
    for (size_t i = 0; patterns != NULL && i < patterns->count; i++) {
        bd_str one = patterns->items[i].kind == BD_STRING ? patterns->items[i].text : BD_STR("");
        out.is_all = out.is_all || bd_str_eqz(one, "/*") || bd_str_eqz(one, "*");
        out.paths = bd_str_format(of->arena, "%.*s%s%.*s", BD_ARG(out.paths), i > 0 ? " " : "",
                                  BD_ARG(one));
    }
    return out;
}

static void emit_domain(const gateway *of, bd_str domain, bd_str waf, const reach *to,
                        bd_str type) {
    bd_str key = bd_str_format(of->arena, "%.*s\x1f%.*s", BD_ARG(bd_resource_id(of->arena, of->id)),
                               BD_ARG(bd_resource_id(of->arena, domain)));
    if (to->is_said && !to->is_all) { /* another association of the same policy may reach all */
        key = bd_str_format(of->arena, "%.*s\x1f%.*s", BD_ARG(key), BD_ARG(to->paths));
    }
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "domain", domain);
    bd_put_text(&build, "policy", waf);
    bd_put_value(&build, "has_policy",
                 to->is_said || waf.size == 0 ? bd_value_bool(of->arena, waf.size > 0 && to->is_all)
                                              : NULL);
    bd_put_text(&build, "problem", to->is_said ? BD_STR("") : to->problem);
    of->emit(of->context, type, key, domain, BD_INSTANT_NONE, bd_build_object(&build));
}

void map_frontdoor_domains(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                           bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    gateway of = {record, bd_member_text(record, "id"), arena, emit, context};
    const bd_value *settings = bd_member(record, "parameters");
    const bd_value *groups = list_at(settings, "associations");
    bd_str waf = id_at(settings, "wafPolicy");
    for (size_t i = 0; groups != NULL && i < groups->count; i++) {
        const bd_value *domains = list_at(&groups->items[i], "domains");
        reach to = reach_of(&of, &groups->items[i]);
        for (size_t j = 0; domains != NULL && j < domains->count; j++) {
            emit_domain(&of, bd_member_text(&domains->items[j], "id"), waf, &to,
                        BD_STR(POLICY_TYPE));
        }
    }
}

/* The older front door names the policy at each of its frontends. */
void map_frontdoor_frontends(const bd_value *record, const bd_value *parameters,
                             const bd_zone *zone, bd_arena *arena, bd_derived_fn *emit,
                             void *context) {
    (void)parameters, (void)zone;
    gateway of = {record, bd_member_text(record, "id"), arena, emit, context};
    bd_str type = bd_str_lower(arena, bd_member_text(record, "type"));
    const bd_value *ends = list_at(record, "frontendEndpoints");
    const reach whole = {
        .is_said = true, .is_all = true, .problem = {"", 0}, .paths = {"", 0}};
    if (!bd_str_has_prefix(type, BD_STR("microsoft.network/frontdoor")) ||
        bd_str_ieq(bd_member_text(record, "enabledState"), BD_STR("disabled"))) {
        return;
    }
    for (size_t i = 0; ends != NULL && i < ends->count; i++) {
        const bd_value *end = &ends->items[i];
        bd_str id = bd_member_text(end, "id");
        if (id.size == 0) {
            id = bd_str_format(arena, "%.*s/frontendEndpoints/%.*s", BD_ARG(of.id),
                               BD_ARG(bd_member_text(end, "name")));
        }
        emit_domain(&of, id, id_at(end, "webApplicationFirewallPolicyLink"), &whole,
                    BD_STR("microsoft.network/frontdoors/frontendendpoints"));
    }
    if (ends == NULL) {
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "problem", BD_STR("the front door does not show its frontends"));
        emit(context, BD_STR("microsoft.network/frontdoors/frontendendpoints"),
             bd_resource_id(arena, of.id), of.id, BD_INSTANT_NONE, bd_build_object(&build));
    }
}
