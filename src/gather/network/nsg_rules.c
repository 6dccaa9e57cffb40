/* Which of the ports 22 and 3389 a set of network security rules opens to the internet.
 *
 * Rules apply in the order of their priority number and the first that fits decides.  What is asked
 * per port and protocol is whether an Allow fits the whole internet (of IPv4, of IPv6) before
 * Denies with lower numbers have taken all of it away.  A Deny takes away only what it covers
 * wholly: every source address of the family, every source port, every destination.  Anything
 * partial leaves an opening and so does not hide the Allow.
 *
 * Destinations of an Allow are not looked at: the control says that no group allows it, reachable
 * or not.  A rule that names application security groups as its source can only match members of
 * the network. */
#include "bindery/network.h"

#include "network_priv.h"

enum { V4 = 1, V6 = 2, BOTH = 3 };

/* What is asked: 22 over TCP, 3389 over TCP and over UDP. */
static const struct {
    int port;
    const char *protocol;
    int64_t number;
} asked[] = {{22, "Tcp", 6}, {3389, "Tcp", 6}, {3389, "Udp", 17}};
#define ASKED BD_COUNT(asked)

typedef struct {
    bd_str name;
    bool is_deny;
    int64_t priority;
    bool fits[ASKED];  /* port and protocol */
    unsigned whole;    /* families of which the source covers every address */
    unsigned wide;     /* ... or so much that it counts as the internet */
    bool is_any_azure; /* the tag AzureCloud */
    bool is_partial;   /* narrowed by source port or destination */
    bd_str source;     /* what makes it internet-wide, for print */
} rule;

typedef struct {
    bd_arena *arena;
    BD_VEC(rule) rules;
    bool is_incomplete;
    int64_t least;        /* the lowest number that a rule of one's own can have */
    bd_str problem;       /* of the rule that is read, "": it lacks what decides */
    bd_str first_problem; /* of the first that cannot be read, with its name */
    BD_VEC(const bd_value *) exposures, shadowed, warnings;
} judging;

/* ---- lists of tokens: a string, an array of strings, or both ---- */

static void add_tokens(bd_arena *arena, bd_str text, bd_strs *out) {
    bd_str rest = text, piece;
    while (bd_str_cut(&rest, ',', &piece)) {
        piece = bd_str_trim(piece);
        if (piece.size > 0) { /* "" beside a filled array is normal and means nothing */
            *bd_push(arena, out) = piece;
        }
    }
}

static bd_strs tokens_of(bd_arena *arena, const bd_value *from, const char *one, const char *many) {
    bd_strs out = {0};
    const bd_value *single = bd_member(from, one), *list = bd_member(from, many);
    if (single != NULL && (single->kind == BD_STRING || single->kind == BD_NUMBER)) {
        add_tokens(arena, single->text, &out);
    }
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (list->items[i].kind == BD_STRING || list->items[i].kind == BD_NUMBER) {
            add_tokens(arena, list->items[i].text, &out);
        }
    }
    return out;
}

static bool is_any(bd_str token) {
    return bd_str_eqz(token, "*") || bd_str_ieq(token, BD_STR("any"));
}

/* ---- ports ---- */

static bool parse_ports(bd_str token, int64_t *from, int64_t *to) {
    if (is_any(token)) {
        *from = 0;
        *to = 65535;
        return true;
    }
    ptrdiff_t dash = bd_str_find(token, BD_STR("-"));
    bd_str low = dash < 0 ? token : bd_str_trim(bd_str_sub(token, 0, (size_t)dash));
    bd_str high = dash < 0 ? token : bd_str_trim(bd_str_sub(token, (size_t)dash + 1, token.size));
    return bd_str_to_i64(low, from) && bd_str_to_i64(high, to) && *from >= 0 && *from <= *to &&
           *to <= 65535;
}

/* Names of protocols in rules, and their numbers (IANA, "Protocol Numbers"), which templates use too. */
static const struct {
    const char *name;
    int64_t number;
} protocols[] = {{"Tcp", 6}, {"Udp", 17}, {"Icmp", 1}, {"Esp", 50}, {"Ah", 51}, {"Icmpv6", 58}};

/* The number of the protocol, -1 for any; false for a word or a number that is none. */
static bool read_protocol(const bd_value *from, int64_t *out) {
    const bd_value *value = bd_member(from, "protocol");
    bool is_number = value != NULL && value->kind == BD_NUMBER;
    bd_str text = is_number ? value->text : bd_member_text(from, "protocol");
    if (is_any(text)) {
        *out = -1;
        return true;
    }
    for (size_t i = 0; i < BD_COUNT(protocols); i++) {
        if (bd_str_ieq(text, bd_str_of(protocols[i].name))) {
            *out = protocols[i].number;
            return true;
        }
    }
    return bd_str_to_i64(text, out) && *out >= 0 && *out <= 255;
}

/* False: the rule does not show its ports or its protocol. */
static bool read_ports(judging *judge, const bd_value *from, rule *out) {
    int64_t protocol;
    if (!read_protocol(from, &protocol)) {
        bd_str text = bd_member_text(from, "protocol");
        judge->problem = text.size == 0 ? BD_STR("it does not show its protocol")
                                        : bd_str_format(judge->arena,
                                                        "its protocol '%.*s' is none that is known",
                                                        BD_ARG(text));
        return false;
    }
    bd_strs tokens = tokens_of(judge->arena, from, "destinationPortRange", "destinationPortRanges");
    for (size_t i = 0; i < tokens.count; i++) {
        int64_t low, high;
        if (!parse_ports(tokens.data[i], &low, &high)) {
            judge->problem =
                bd_str_format(judge->arena, "its port '%.*s' is none", BD_ARG(tokens.data[i]));
            return false;
        }
        for (size_t a = 0; a < ASKED; a++) {
            bool is_in = low <= asked[a].port && asked[a].port <= high;
            bool fits = protocol < 0 || protocol == asked[a].number;
            out->fits[a] = out->fits[a] || (is_in && fits);
        }
    }
    return tokens.count > 0;
}

/* ---- addresses ---- */

typedef struct {
    unsigned family;
    uint8_t first[16], last[16]; /* IPv4 in the last four bytes */
    int64_t length;              /* of the prefix */
    bool is_private;             /* fc00::/7, which is as short as an internet-wide prefix */
} block;

static bool parse_v4(bd_str text, uint8_t out[16]) {
    bd_str rest = text, piece;
    for (int i = 0; i < 4; i++) {
        int64_t part;
        if (!bd_str_cut(&rest, '.', &piece) || piece.size > 3 || !bd_str_to_i64(piece, &part) ||
            part < 0 || part > 255) {
            return false;
        }
        out[12 + i] = (uint8_t)part;
    }
    return rest.size == 0 && text.data[text.size - 1] != '.';
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Groups of one side of "::" into `out`; how many, or -1. */
static int parse_groups(bd_str text, uint16_t out[8]) {
    bd_str rest = text, piece;
    int count = 0;
    while (text.size > 0 && bd_str_cut(&rest, ':', &piece)) {
        unsigned group = 0;
        if (piece.size == 0 || piece.size > 4 || count == 8) {
            return -1;
        }
        for (size_t i = 0; i < piece.size; i++) {
            int digit = hex_digit(piece.data[i]);
            if (digit < 0) {
                return -1;
            }
            group = group << 4 | (unsigned)digit;
        }
        out[count++] = (uint16_t)group;
    }
    return count;
}

static bool parse_v6(bd_str text, uint8_t out[16]) {
    uint16_t head[8] = {0}, tail[8] = {0};
    ptrdiff_t gap = bd_str_find(text, BD_STR("::"));
    int heads = parse_groups(gap < 0 ? text : bd_str_sub(text, 0, (size_t)gap), head);
    int tails = gap < 0 ? 0 : parse_groups(bd_str_sub(text, (size_t)gap + 2, text.size), tail);
    if (heads < 0 || tails < 0 || (gap < 0 ? heads != 8 : heads + tails > 7)) {
        return false;
    }
    for (int i = 0; i < 8; i++) {
        int from_tail = i - (8 - tails);
        uint16_t group = i < heads ? head[i] : from_tail >= 0 && gap >= 0 ? tail[from_tail] : 0;
        out[i * 2] = (uint8_t)(group >> 8);
        out[i * 2 + 1] = (uint8_t)(group & 0xff);
    }
    return true;
}

/* First and last address of the prefix; bits count from the start of the family's own address. */
static void span_block(block *out) {
    int start = out->family == V4 ? 96 : 0;
    for (int bit = 0; bit < 128; bit++) {
        uint8_t mask = (uint8_t)(0x80u >> (bit % 8));
        if (bit >= start + out->length) {
            out->first[bit / 8] &= (uint8_t)~mask;
            out->last[bit / 8] |= mask;
        }
    }
}

/* An address or a prefix; false for anything else. */
static bool parse_block(bd_str token, block *out) {
    ptrdiff_t slash = bd_str_find(token, BD_STR("/"));
    bd_str address = slash < 0 ? token : bd_str_sub(token, 0, (size_t)slash);
    *out = (block){.family = bd_str_find(address, BD_STR(":")) >= 0 ? V6 : V4};
    if (address.size == 0 ||
        !(out->family == V4 ? parse_v4(address, out->first) : parse_v6(address, out->first))) {
        return false;
    }
    int64_t most = out->family == V4 ? 32 : 128;
    out->length = most;
    if (slash >= 0 &&
        (!bd_str_to_i64(bd_str_sub(token, (size_t)slash + 1, token.size), &out->length) ||
         out->length < 0 || out->length > most)) {
        return false;
    }
    out->is_private = out->family == V6 && out->length >= 7 && (out->first[0] & 0xfe) == 0xfc;
    for (int i = 0; i < 16; i++) {
        out->last[i] = out->first[i];
    }
    span_block(out);
    return true;
}

static int by_first(const void *context, const void *a, const void *b) {
    (void)context;
    const block *x = a, *y = b;
    return bd_str_cmp((bd_str){(const char *)x->first, 16}, (bd_str){(const char *)y->first, 16});
}

/* Moves `address` to the next one; false at the end of the family. */
static bool step(uint8_t address[16], unsigned family) {
    for (int i = 15; i >= (family == V4 ? 12 : 0); i--) {
        if (++address[i] != 0) {
            return true;
        }
    }
    return false;
}

/* True when the blocks of one family together leave no address out. */
static bool covers_family(const block *sorted, size_t count, unsigned family) {
    uint8_t next[16] = {0}; /* first address not yet covered */
    for (size_t i = 0; i < count; i++) {
        const block *at = &sorted[i];
        if (at->family != family) {
            continue;
        }
        bd_str wanted = {(const char *)next, 16};
        if (bd_str_cmp((bd_str){(const char *)at->first, 16}, wanted) > 0) {
            return false;
        }
        if (bd_str_cmp((bd_str){(const char *)at->last, 16}, wanted) < 0) {
            continue;
        }
        for (int b = 0; b < 16; b++) {
            next[b] = at->last[b];
        }
        if (!step(next, family)) {
            return true;
        }
    }
    return false;
}

/* ---- sources ---- */

static void add_source(judging *judge, rule *out, bd_str token) {
    out->source = out->source.size == 0 ? token
                                        : bd_str_format(judge->arena, "%.*s, %.*s",
                                                        BD_ARG(out->source), BD_ARG(token));
}

static bool is_azure_cloud(bd_str token) {
    bd_str tag = BD_STR("azurecloud");
    return bd_str_ieq(bd_str_sub(token, 0, tag.size), tag) &&
           (token.size == tag.size || token.data[tag.size] == '.');
}

/* "<anything>/0": whatever stands before it, the prefix has no bits. */
static bool is_zero_prefix(bd_str token) {
    return bd_str_has_suffix(token, BD_STR("/0"));
}

typedef BD_VEC(block) blocks;

/* False: the token is nothing that a source can be. */
static bool read_source(judging *judge, bd_str token, rule *out, blocks *all) {
    if (is_any(token) || bd_str_ieq(token, BD_STR("internet"))) {
        out->whole |= BOTH;
        add_source(judge, out, token);
        return true;
    }
    if (bd_str_eqz(token, "0.0.0.0") || bd_str_eqz(token, "::") || is_zero_prefix(token)) {
        out->whole |= bd_str_find(token, BD_STR(":")) >= 0 ? V6 : V4;
        add_source(judge, out, token);
        return true;
    }
    block found;
    if (parse_block(token, &found)) {
        if (found.length < 8 && !found.is_private) {
            out->wide |= found.family;
            add_source(judge, out, token);
        }
        *bd_push(judge->arena, all) = found;
        return true;
    }
    out->is_any_azure = out->is_any_azure || is_azure_cloud(token);
    return is_service_tag(token);
}

static void add_unions(judging *judge, rule *out, const bd_strs *tokens, blocks *all) {
    bd_sort(all->data, all->count, sizeof(block), by_first, NULL);
    for (unsigned family = V4; family <= V6; family++) {
        if (!covers_family(all->data, all->count, family)) {
            continue;
        }
        out->whole |= family;
        if (out->source.size == 0) { /* none of them is wide alone */
            add_source(judge, out,
                       bd_str_format(judge->arena, "%zu prefixes that together cover IPv%d",
                                     tokens->count, family == V4 ? 4 : 6));
        }
    }
}

static bool has_members(const bd_value *from, const char *key) {
    const bd_value *list = bd_member(from, key);
    return list != NULL && list->kind == BD_ARRAY && list->count > 0;
}

/* False: the rule does not show its source. */
static bool read_sources(judging *judge, const bd_value *from, rule *out) {
    if (has_members(from, "sourceApplicationSecurityGroups")) {
        return true; /* only members of the network */
    }
    bd_strs tokens = tokens_of(judge->arena, from, "sourceAddressPrefix", "sourceAddressPrefixes");
    blocks all = {0};
    for (size_t i = 0; i < tokens.count; i++) {
        if (!read_source(judge, tokens.data[i], out, &all)) {
            judge->problem = bd_str_format(
                judge->arena, "its source '%.*s' is no address and no known service tag",
                BD_ARG(tokens.data[i]));
            return false;
        }
    }
    add_unions(judge, out, &tokens, &all);
    out->wide |= out->whole;
    return tokens.count > 0;
}

/* ---- rules ---- */

static bool has_any(const bd_strs *tokens) {
    for (size_t i = 0; i < tokens->count; i++) {
        if (is_any(tokens->data[i])) {
            return true;
        }
    }
    return false;
}

static bool has_token(const bd_strs *tokens, const char *word) {
    for (size_t i = 0; i < tokens->count; i++) {
        if (bd_str_eqz(tokens->data[i], word)) {
            return true;
        }
    }
    return false;
}

/* The families of which a rule reaches every address; a rule narrowed by source port or destination reaches none. */
static unsigned reaches_all(bd_arena *arena, const bd_value *from) {
    bd_strs ports = tokens_of(arena, from, "sourcePortRange", "sourcePortRanges");
    bd_strs places =
        tokens_of(arena, from, "destinationAddressPrefix", "destinationAddressPrefixes");
    bool all_ports = ports.count == 0 || has_any(&ports) || bd_str_eqz(ports.data[0], "0-65535");
    if (!all_ports || has_members(from, "destinationApplicationSecurityGroups")) {
        return 0;
    }
    if (places.count == 0 || has_any(&places)) {
        return BOTH;
    }
    return (has_token(&places, "0.0.0.0/0") ? V4 : 0U) | (has_token(&places, "::/0") ? V6 : 0U);
}

/* Azure knows 100 (of admin rules 1) to 4096 for rules of one's own and 65000 to 65500 for its defaults: another order
 * decides nothing. */
static bool is_priority(judging *judge, int64_t priority, bool is_standard) {
    bool is_fine = (priority >= judge->least && priority <= 4096) ||
                   (is_standard && priority >= 65000 && priority <= 65500);
    if (!is_fine) {
        judge->problem = bd_str_format(judge->arena, "priority %lld lies outside %lld to 4096",
                                       (long long)priority, (long long)judge->least);
    }
    return is_fine;
}

/* False: the rule lacks what decides. */
static bool read_rule(judging *judge, const bd_value *from, bool is_standard, rule *out) {
    bd_str access = bd_member_text(from, "access");
    const bd_value *priority = bd_member(from, "priority");
    *out =
        (rule){.name = bd_member_text(from, "name"), .is_deny = bd_str_ieq(access, BD_STR("deny"))};
    if (!out->is_deny && !bd_str_ieq(access, BD_STR("allow"))) {
        return false;
    }
    bool has_number =
        priority != NULL && (priority->kind == BD_NUMBER || priority->kind == BD_STRING);
    if (!has_number || !bd_str_to_i64(priority->text, &out->priority) ||
        !is_priority(judge, out->priority, is_standard)) {
        return false;
    }
    unsigned reached = reaches_all(judge->arena, from);
    out->is_partial = reached == 0;
    bool is_read = read_ports(judge, from, out) && read_sources(judge, from, out);
    out->whole &= out->is_deny ? reached : BOTH; /* what goes to an IPv6 address a deny of IPv4 lets pass */
    return is_read;
}

static void note_problem(judging *judge, const bd_value *from) {
    if (judge->first_problem.size > 0) {
        return;
    }
    bd_str name = from->kind == BD_OBJECT ? bd_member_text(from, "name") : BD_STR("");
    bd_str problem = judge->problem.size > 0 ? judge->problem : BD_STR("it lacks what decides");
    judge->first_problem = bd_str_format(judge->arena, "rule '%.*s' cannot be read: %.*s",
                                         BD_ARG(name), BD_ARG(problem));
}

static void read_rules(judging *judge, const bd_value *list, bool is_standard) {
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        const bd_value *from = &list->items[i];
        bd_str direction = from->kind == BD_OBJECT ? bd_member_text(from, "direction") : BD_STR("");
        if (bd_str_ieq(direction, BD_STR("outbound"))) {
            continue;
        }
        rule found;
        judge->problem = BD_STR("");
        if (!bd_str_ieq(direction, BD_STR("inbound")) ||
            !read_rule(judge, from, is_standard, &found)) {
            judge->is_incomplete = true;
            note_problem(judge, from);
            continue;
        }
        *bd_push(judge->arena, &judge->rules) = found;
    }
}

/* Allow before Deny at the same number: only a lower number hides. */
static int by_priority(const void *context, const void *a, const void *b) {
    (void)context;
    const rule *x = a, *y = b;
    if (x->priority != y->priority) {
        return x->priority < y->priority ? -1 : 1;
    }
    if (x->is_deny != y->is_deny) {
        return x->is_deny ? 1 : -1;
    }
    return bd_str_cmp(x->name, y->name);
}

static const bd_value *describe(bd_arena *arena, const rule *of, size_t which, bd_str denied_by) {
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "rule", of->name);
    bd_put_value(&build, "port", bd_value_integer(arena, asked[which].port));
    bd_put_text(&build, "protocol", bd_str_of(asked[which].protocol));
    bd_put_value(&build, "priority", bd_value_integer(arena, of->priority));
    bd_put_text(&build, "source", of->source);
    bd_put_text(&build, "denied_by", denied_by);
    return bd_build_object(&build);
}

static void warn_azure(judging *judge, const rule *of, size_t which) {
    bd_str text = bd_str_format(
        judge->arena,
        "rule %.*s lets every address of Azure, other customers' too, reach port %d over %s",
        BD_ARG(of->name), asked[which].port, asked[which].protocol);
    *bd_push(judge->arena, &judge->warnings) = bd_value_string(judge->arena, text);
}

/* One port and protocol through all rules in order. */
static void judge_port(judging *judge, size_t which) {
    unsigned denied = 0;
    bd_str denied_by = BD_STR("");
    for (size_t i = 0; i < judge->rules.count; i++) {
        const rule *at = &judge->rules.data[i];
        if (!at->fits[which]) {
            continue;
        }
        if (at->is_deny) {
            bool takes = !at->is_partial && (at->whole & ~denied) != 0;
            denied_by = takes ? at->name : denied_by;
            denied |= at->is_partial ? 0 : at->whole;
            continue;
        }
        if (at->wide != 0 && (at->wide & ~denied) != 0) {
            *bd_push(judge->arena, &judge->exposures) =
                describe(judge->arena, at, which, BD_STR(""));
        } else if (at->wide != 0) {
            *bd_push(judge->arena, &judge->shadowed) = describe(judge->arena, at, which, denied_by);
        } else if (at->is_any_azure && denied != BOTH) {
            warn_azure(judge, at, which);
        }
    }
}

static exposure judge_all(const bd_value *custom, const bd_value *standard, int64_t least,
                          bd_arena *arena) {
    judging judge = {.arena = arena, .least = least};
    read_rules(&judge, custom, false);
    read_rules(&judge, standard, true);
    bd_sort(judge.rules.data, judge.rules.count, sizeof(rule), by_priority, NULL);
    for (size_t which = 0; which < ASKED; which++) {
        judge_port(&judge, which);
    }
    return (exposure){.is_known = !judge.is_incomplete,
                      .problem = judge.first_problem,
                      .exposures =
                          bd_value_array(arena, judge.exposures.count, judge.exposures.data),
                      .shadowed = bd_value_array(arena, judge.shadowed.count, judge.shadowed.data),
                      .warnings = bd_value_array(arena, judge.warnings.count, judge.warnings.data),
                      .exposure_count = judge.exposures.count};
}

exposure judge_rules(const bd_value *custom, const bd_value *standard, bd_arena *arena) {
    return judge_all(custom, standard, /*least*/ 100, arena);
}

exposure judge_admin_rules(const bd_value *rules, bd_arena *arena) {
    return judge_all(rules, NULL, /*least*/ 1, arena);
}
