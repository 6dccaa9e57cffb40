/* What a network resource holds, one record for each part that is judged on its own: subnets, what a security group is
 * attached to, what stands before each listener of a gateway and each domain of a front door. */
#include "bindery/network.h"

#include "network_priv.h"

static const bd_value *list_at(const bd_value *record, const char *key) {
    const bd_value *list = bd_member(record, key);
    return list != NULL && list->kind == BD_ARRAY ? list : NULL;
}

static bool has_key(const bd_value *record, const char *key) {
    const bd_value *found = NULL;
    return bd_value_lookup(record, bd_str_of(key), &found) != BD_LOOKUP_ABSENT;
}

static bool is_of_type(const bd_value *record, const char *type) {
    bd_str own = bd_member_text(record, "type");
    return own.size == 0 || bd_str_ieq(own, bd_str_of(type));
}

static bd_str id_at(const bd_value *record, const char *key) {
    return bd_member_text(bd_member(record, key), "id");
}

/* A part of a resource that has no id of its own is known by its place in it. */
static bd_str part_id(bd_arena *arena, bd_str parent, const char *kind, const bd_value *part) {
    bd_str id = bd_member_text(part, "id");
    return id.size > 0 ? id
                       : bd_str_format(arena, "%.*s/%s/%.*s", BD_ARG(parent), kind,
                                       BD_ARG(bd_member_text(part, "name")));
}

/* ---- subnets ---- */

/* REST leaves a member out where there is nothing to say, so that its absence is an answer only in a record that shows
 * the rest. */
static bool is_subnet_shown(const bd_value *subnet) {
    return bd_member(subnet, "addressPrefix") != NULL ||
           bd_member(subnet, "addressPrefixes") != NULL || has_key(subnet, "networkSecurityGroup");
}

void map_subnets(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                 bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str network = bd_member_text(record, "id"),
           type = BD_STR("microsoft.network/virtualnetworks/subnets");
    const bd_value *subnets = list_at(record, "subnets");
    if (!is_of_type(record, "microsoft.network/virtualnetworks")) {
        return;
    }
    if (subnets == NULL) {
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "problem", BD_STR("the virtual network does not show its subnets"));
        emit(context, type, bd_resource_id(arena, network), network, BD_INSTANT_NONE,
             bd_build_object(&build));
    }
    for (size_t i = 0; subnets != NULL && i < subnets->count; i++) {
        const bd_value *subnet = &subnets->items[i];
        bd_str id = part_id(arena, network, "subnets", subnet);
        bd_str nsg = id_at(subnet, "networkSecurityGroup");
        bool is_shown = nsg.size > 0 || is_subnet_shown(subnet);
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "subnet", id);
        bd_put_text(&build, "name", bd_member_text(subnet, "name"));
        bd_put_text(&build, "network", network);
        bd_put_text(&build, "nsg", nsg);
        bd_put_value(&build, "has_nsg", is_shown ? bd_value_bool(arena, nsg.size > 0) : NULL);
        bd_put_text(&build, "problem",
                    is_shown ? BD_STR("") : BD_STR("the subnet stands there without its settings"));
        emit(context, type, bd_resource_id(arena, id), id, BD_INSTANT_NONE,
             bd_build_object(&build));
    }
}

/* ---- security groups: what they are attached to ---- */

#define NSG_TYPE "microsoft.network/networksecuritygroups"

/* REST leaves out what there is none of; a whole record is one that shows its rules.  A line of an inventory shows its
 * state and nothing else. */
static bool is_attachment_shown(const bd_value *record) {
    bool is_whole =
        bd_member(record, "provisioningState") != NULL && list_at(record, "securityRules") != NULL;
    return is_whole || (has_key(record, "subnets") && has_key(record, "networkInterfaces"));
}

/* ".../virtualnetworks/v" of ".../virtualnetworks/v/subnets/s". */
static bd_str network_of(bd_arena *arena, bd_str subnet) {
    ptrdiff_t at = bd_str_find(bd_str_lower(arena, subnet), BD_STR("/subnets/"));
    return at > 0 ? bd_str_sub(subnet, 0, (size_t)at) : BD_STR("");
}

typedef struct {
    bd_str nsg;
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} attaching;

static void emit_attachment(const attaching *of, bd_str at, bool is_subnet) {
    bd_arena *arena = of->arena;
    const bd_value *targets[3] = {bd_value_string(arena, of->nsg), bd_value_string(arena, at)};
    bd_str network = is_subnet ? network_of(arena, at) : BD_STR("");
    size_t count = 2;
    if (network.size > 0) {
        targets[count++] = bd_value_string(arena, network);
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "nsg", of->nsg);
    bd_put_text(&build, "attachment", at);
    bd_put_text(&build, "kind", is_subnet ? BD_STR("subnet") : BD_STR("interface"));
    bd_put_value(&build, "targets", bd_value_array(arena, count, targets));
    /* one group at most is attached to a subnet or an interface, so that its id is key enough */
    of->emit(of->context, BD_STR("microsoft.network/attachments"), bd_resource_id(arena, at), at,
             BD_INSTANT_NONE, bd_build_object(&build));
}

void map_nsg_attachments(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    static const char *const keys[] = {"subnets", "networkInterfaces"};
    attaching of = {bd_member_text(record, "id"), arena, emit, context};
    if (!is_of_type(record, NSG_TYPE)) {
        return;
    }
    for (size_t k = 0; k < BD_COUNT(keys); k++) {
        const bd_value *list = list_at(record, keys[k]);
        for (size_t i = 0; list != NULL && i < list->count; i++) {
            emit_attachment(&of, bd_member_text(&list->items[i], "id"), /*is_subnet*/ k == 0);
        }
    }
    if (!is_attachment_shown(record)) {
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "nsg", of.nsg);
        bd_put_text(&build, "problem", BD_STR("the group does not show what it is attached to"));
        emit(context, BD_STR(NSG_TYPE), bd_resource_id(arena, of.nsg), of.nsg, BD_INSTANT_NONE,
             bd_build_object(&build));
    }
}

/* ---- security groups: their own rules ---- */

static bool read_port(bd_str text, int64_t *out) {
    return bd_str_to_i64(bd_str_trim(text), out) && *out >= 0 && *out <= 65535;
}

/* "*", "80", "1-1024"; false when it is none of them. */
static bool read_span(bd_str token, int64_t *from, int64_t *to) {
    ptrdiff_t dash = bd_str_find(token, BD_STR("-"));
    *from = 0, *to = 65535;
    if (bd_str_eqz(token, "*") || bd_str_ieq(token, BD_STR("any"))) {
        return true;
    }
    if (dash < 0) {
        bool is_port = read_port(token, from);
        *to = *from;
        return is_port;
    }
    return read_port(bd_str_sub(token, 0, (size_t)dash), from) &&
           read_port(bd_str_sub(token, (size_t)dash + 1, token.size), to);
}

#define SPANS_MAX 512
typedef struct {
    int64_t from[SPANS_MAX], to[SPANS_MAX];
    size_t count;
    bool is_unclear;
} spans;

static void add_spans(bd_arena *arena, const bd_value *value, spans *out) {
    bd_str rest = value != NULL && value->kind == BD_STRING ? value->text : BD_STR(""), token;
    (void)arena;
    while (bd_str_cut(&rest, ',', &token)) {
        token = bd_str_trim(token);
        if (token.size == 0) {
            continue; /* "" beside a filled array is normal and means nothing */
        }
        bool fits = out->count < SPANS_MAX &&
                    read_span(token, &out->from[out->count], &out->to[out->count]);
        out->count += fits ? 1 : 0;
        out->is_unclear = out->is_unclear || !fits;
    }
}

/* Do the ranges together hold every port?  Port 0 carries nothing. */
static bool reaches_every_port(const spans *all) {
    int64_t reached = 0;
    for (bool grows = true; grows && reached < 65535;) {
        grows = false;
        for (size_t i = 0; i < all->count; i++) {
            if (all->from[i] <= reached + 1 && all->to[i] > reached) {
                reached = all->to[i];
                grows = true;
            }
        }
    }
    return reached >= 65535;
}

/* The rule's source before one port: whether that is the internet has been worked out elsewhere. */
static bool is_from_anywhere(const bd_value *rule, bd_arena *arena, bool *is_known) {
    static const char *const kept[] = {"name", "sourceAddressPrefix", "sourceAddressPrefixes",
                                       "sourceApplicationSecurityGroups"};
    static const char *const set[][2] = {{"access", "Allow"},
                                         {"direction", "Inbound"},
                                         {"protocol", "*"},
                                         {"sourcePortRange", "*"},
                                         {"destinationPortRange", "22"},
                                         {"destinationAddressPrefix", "*"}};
    bd_builder build = {.arena = arena};
    for (size_t i = 0; i < BD_COUNT(kept); i++) {
        bd_put_value(&build, kept[i], bd_member(rule, kept[i]));
    }
    for (size_t i = 0; i < BD_COUNT(set); i++) {
        bd_put_text(&build, set[i][0], bd_str_of(set[i][1]));
    }
    bd_put_value(&build, "priority", bd_value_integer(arena, 100));
    const bd_value *made = bd_build_object(&build);
    exposure found = judge_rules(bd_value_array(arena, 1, &made), NULL, arena);
    *is_known = found.is_known;
    return found.exposure_count > 0;
}

typedef struct {
    size_t inbound;
    bool is_known;
    BD_VEC(const bd_value *) wide_open;
} own_rules;

static void read_own_rule(const bd_value *rule, bd_arena *arena, own_rules *out) {
    bd_str direction = bd_member_text(rule, "direction"), access = bd_member_text(rule, "access");
    bool is_known = true;
    spans ports; /* its room is not cleared: no more is read than `count` */
    ports.count = 0;
    ports.is_unclear = false;
    if (direction.size == 0 || access.size == 0) {
        out->is_known = false;
        return;
    }
    if (!bd_str_ieq(direction, BD_STR("inbound"))) {
        return;
    }
    out->inbound++;
    if (!bd_str_ieq(access, BD_STR("allow"))) {
        return;
    }
    const bd_value *many = list_at(rule, "destinationPortRanges");
    add_spans(arena, bd_member(rule, "destinationPortRange"), &ports);
    for (size_t i = 0; many != NULL && i < many->count; i++) {
        add_spans(arena, &many->items[i], &ports);
    }
    bool is_every_port = reaches_every_port(&ports);
    bool is_anywhere = is_from_anywhere(rule, arena, &is_known);
    if (is_every_port && is_anywhere) {
        *bd_push(arena, &out->wide_open) = bd_value_string(arena, bd_member_text(rule, "name"));
    } else if (ports.count == 0 || (ports.is_unclear && is_anywhere) ||
               (is_every_port && !is_known)) {
        out->is_known = false;
    }
}

void map_nsg_rules(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                   bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    const bd_value *custom = list_at(record, "securityRules"), *one;
    const bd_value *subnets = list_at(record, "subnets");
    const bd_value *interfaces = list_at(record, "networkInterfaces");
    bd_str id = bd_member_text(record, "id");
    own_rules own = {.is_known = custom != NULL};
    if (!is_of_type(record, NSG_TYPE)) {
        return;
    }
    for (size_t i = 0; custom != NULL && i < custom->count; i++) {
        one = &custom->items[i];
        read_own_rule(one, arena, &own);
    }
    size_t attached =
        (subnets != NULL ? subnets->count : 0) + (interfaces != NULL ? interfaces->count : 0);
    bool is_clear = own.is_known || own.wide_open.count > 0;
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "nsg", id);
    bd_put_value(&build, "associated",
                 attached > 0 || is_attachment_shown(record) ? bd_value_bool(arena, attached > 0)
                                                             : NULL);
    bd_put_value(&build, "custom_inbound",
                 is_clear ? bd_value_integer(arena, (int64_t)own.inbound) : NULL);
    bd_put_value(&build, "wide_open_count",
                 is_clear ? bd_value_integer(arena, (int64_t)own.wide_open.count) : NULL);
    bd_put_value(&build, "wide_open",
                 bd_value_array(arena, own.wide_open.count, own.wide_open.data));
    bd_put_text(&build, "problem",
                is_clear ? BD_STR("") : BD_STR("its rules, or one of them, cannot be read whole"));
    emit(context, BD_STR(NSG_TYPE), bd_resource_id(arena, id), id, BD_INSTANT_NONE,
         bd_build_object(&build));
}
