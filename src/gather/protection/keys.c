/* Keys in use as customer-managed keys: who uses which, does it rotate, does its user follow, did it rotate. */
#include "bindery/protection.h"

#include "protection_priv.h"

/* ---- names: "vault/key" of whatever names a key ---- */

static bd_str without(bd_str text, const char *head) {
    bd_str start = bd_str_of(head);
    return bd_str_has_prefix(text, start) ? bd_str_sub(text, start.size, text.size) : text;
}

/* "https://v.vault.azure.net:443/keys/k/version" to "v/k"; `*version` is "" when it names none. */
static bd_str name_of_url(bd_arena *arena, bd_str url, bd_str *version) {
    bd_str rest = without(bd_str_lower(arena, bd_str_trim(url)), "https://"), host, piece;
    bd_str parts[3] = {{"", 0}, {"", 0}, {"", 0}};
    *version = (bd_str){"", 0};
    if (!bd_str_cut(&rest, '/', &host)) {
        return (bd_str){"", 0};
    }
    for (size_t i = 0; i < BD_COUNT(parts) && bd_str_cut(&rest, '/', &piece); i++) {
        parts[i] = piece;
    }
    bd_str vault;
    if (!bd_str_eqz(parts[0], "keys") || parts[1].size == 0 || !bd_str_cut(&host, '.', &vault)) {
        return (bd_str){"", 0};
    }
    *version = parts[2];
    /* a managed HSM may have the name of a vault, and keeps keys of its own */
    bool is_hsm = bd_str_has_prefix(host, BD_STR("managedhsm"));
    return bd_str_format(arena, "%.*s%s/%.*s", BD_ARG(vault), is_hsm ? ".managedhsm" : "",
                         BD_ARG(parts[1]));
}

/* An ARM id ".../vaults/v/keys/k" names the same. */
static bd_str name_of_id(bd_arena *arena, bd_str id) {
    bd_str lower = bd_str_lower(arena, id), vault = {"", 0};
    bd_str mark = BD_STR("/vaults/");
    ptrdiff_t at = bd_str_find(lower, mark);
    if (at < 0) {
        bd_str ignored;
        return name_of_url(arena, id, &ignored);
    }
    bd_str rest = bd_str_sub(lower, (size_t)at + mark.size, lower.size);
    bd_str_cut(&rest, '/', &vault);
    bd_str key = without(rest, "keys/");
    return bd_str_format(arena, "%.*s/%.*s", BD_ARG(vault), BD_ARG(key));
}

/* ---- collect ---- */

typedef struct {
    bd_arena *arena;
    bd_part_fn *keep;
    void *context;
} keeper;

static void keep_use(const keeper *to, bd_str key, bd_str use, bd_answer follows) {
    bd_builder build = {.arena = to->arena};
    bd_put_text(&build, "kind", BD_STR("use"));
    bd_put_text(&build, "use", use);
    bd_put_answer(&build, "follows", follows);
    to->keep(to->context, key.size > 0 ? key : BD_STR("(unknown)"), bd_build_object(&build));
}

static void keep_storage(const keeper *to, const bd_value *value) {
    const bd_value *encryption = bd_member(value, "encryption");
    bd_str source = bd_member_text(encryption, "keySource");
    if (source.size == 0) { /* of chosen columns: whether it uses a key is not shown */
        keep_use(to, (bd_str){"", 0}, bd_member_text(value, "id"), BD_UNKNOWN);
        return;
    }
    if (!bd_str_ieq(source, BD_STR("Microsoft.Keyvault"))) {
        return;
    }
    const bd_value *of = bd_member(encryption, "keyvaultproperties");
    bd_str version;
    bd_str vault = bd_member_text(of, "keyvaulturi");
    bool has_slash = vault.size > 0 && vault.data[vault.size - 1] == '/';
    bd_str url = bd_str_format(to->arena, "%.*s%skeys/%.*s", BD_ARG(vault), has_slash ? "" : "/",
                               BD_ARG(bd_member_text(of, "keyname")));
    keep_use(to, name_of_url(to->arena, url, &version), bd_member_text(value, "id"),
             bd_member_text(of, "keyversion").size == 0 ? BD_YES : BD_NO);
}

/* A part of an account may be encrypted by a key of its own, which the account does not show. */
static void keep_scope(const keeper *to, const bd_value *value) {
    bd_str version, source = bd_member_text(value, "source");
    bool is_off = bd_str_ieq(bd_member_text(value, "state"), BD_STR("Disabled"));
    if (is_off || (source.size > 0 && !bd_str_ieq(source, BD_STR("Microsoft.KeyVault")))) {
        return;
    }
    bd_str key = name_of_url(
        to->arena, bd_member_text(bd_member(value, "keyVaultProperties"), "keyUri"), &version);
    keep_use(to, key, bd_member_text(value, "id"),
             key.size == 0       ? BD_UNKNOWN
             : version.size == 0 ? BD_YES
                                 : BD_NO);
}

static void keep_set(const keeper *to, const bd_value *value) {
    bd_str version;
    bd_str id = bd_member_text(value, "id");
    bd_str key =
        name_of_url(to->arena, bd_member_text(bd_member(value, "activeKey"), "keyUrl"), &version);
    bool follows = bd_member_is_set(value, "rotationToLatestKeyVersionEnabled");
    keep_use(to, key, id, follows ? BD_YES : BD_NO);
    bd_builder build = {.arena = to->arena};
    bd_put_text(&build, "kind", BD_STR("set"));
    to->keep(to->context, bd_resource_id(to->arena, id), bd_build_object(&build));
}

static void keep_reference(const keeper *to, const bd_value *disk) {
    bd_str set = bd_member_text(bd_member(disk, "encryption"), "diskEncryptionSetId");
    bd_builder build = {.arena = to->arena};
    bd_put_text(&build, "kind", BD_STR("reference"));
    if (set.size > 0) {
        to->keep(to->context, bd_resource_id(to->arena, set), bd_build_object(&build));
    }
}

/* A server shows which version it uses, and not whether it follows the next. */
static void keep_server(const keeper *to, const bd_value *value) {
    bd_str version, key = bd_member_text(value, "keyId");
    if (key.size > 0) {
        keep_use(to, name_of_url(to->arena, key, &version), bd_member_text(value, "id"),
                 BD_UNKNOWN);
    }
}

static const bd_value *actions_of(const bd_value *policy) {
    const bd_value *list = bd_member(policy, "lifetimeActions");
    return list != NULL && list->kind == BD_ARRAY ? list : NULL;
}

static void keep_policy(const keeper *to, bd_str key, const bd_value *policy) {
    const bd_value *list = actions_of(policy);
    bd_builder build = {.arena = to->arena};
    bool rotates = false;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const bd_value *one = &list->items[i], *action = bd_member(one, "action");
        bd_str word = action != NULL && action->kind == BD_STRING ? action->text
                                                                  : bd_member_text(action, "type");
        if (bd_str_ieq(word, BD_STR("Rotate")) && !rotates) {
            rotates = true;
            bd_str after = bd_member_text(bd_member(one, "trigger"), "timeAfterCreate");
            bd_put_text(&build, "after",
                        after.size > 0 ? after : bd_member_text(one, "timeAfterCreate"));
        }
    }
    bd_put_text(&build, "kind", BD_STR("policy"));
    bd_put_answer(&build, "rotates", list == NULL ? BD_NO : rotates ? BD_YES : BD_NO);
    to->keep(to->context, key, bd_build_object(&build));
}

/* Unix seconds of the data plane, or ISO time of az. */
static void keep_key(const keeper *to, bd_str key, const bd_value *value) {
    const bd_value *created = bd_member(bd_member(value, "attributes"), "created");
    int64_t seconds;
    bd_instant time = BD_INSTANT_NONE;
    if (created != NULL && created->kind == BD_NUMBER && bd_str_to_i64(created->text, &seconds) &&
        seconds > 0 && seconds < INT64_C(100000000000)) {
        time = seconds * BD_SECOND;
    } else if (created != NULL && created->kind == BD_STRING &&
               !bd_instant_parse(created->text, &time)) {
        time = BD_INSTANT_NONE;
    }
    bd_builder build = {.arena = to->arena};
    bd_put_text(&build, "kind", BD_STR("key"));
    bd_put_text(&build, "created",
                time == BD_INSTANT_NONE ? (bd_str){"", 0} : bd_instant_format(to->arena, time));
    to->keep(to->context, key, bd_build_object(&build));
    const bd_value *policy = bd_member(value, "rotationPolicy");
    if (policy != NULL && policy->kind == BD_OBJECT) {
        keep_policy(to, key, policy);
    }
}

BD_DERIVE_COLLECT(customer_keys) {
    keeper to = {arena, keep, context};
    const bd_value *value = record->value;
    bd_str id = bd_member_text(value, "id");
    bd_str key = name_of_id(arena, id.size > 0 ? id : bd_member_text(value, "kid"));
    if (bd_str_eqz(record->type, "microsoft.storage/storageaccounts")) {
        keep_storage(&to, value);
    } else if (bd_join_record_is_of(record, "S17e")) {
        keep_scope(&to, value);
    } else if (bd_str_eqz(record->type, "microsoft.compute/diskencryptionsets")) {
        keep_set(&to, value);
    } else if (bd_str_eqz(record->type, "microsoft.compute/disks")) {
        keep_reference(&to, value);
    } else if (bd_str_eqz(record->type, "microsoft.sql/servers")) {
        keep_server(&to, value);
    } else if (bd_join_record_is_of(record, "S22") && key.size > 0) {
        keep_policy(&to, key, value);
    } else if (bd_join_record_is_of(record, "S21") && key.size > 0) {
        keep_key(&to, key, value);
    }
}

/* ---- reduce ---- */

static const bd_value *kept_of(const bd_part *parts, size_t count, const char *kind) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(bd_value_text(parts[i].kept, "kind"), kind)) {
            return parts[i].kept;
        }
    }
    return NULL;
}

/* Days of an interval at least and at most: months and years differ in length. */
static bool interval_days(bd_str text, int64_t *least, int64_t *most) {
    int64_t minutes, number;
    if (bd_derive_parse_minutes(text, &minutes)) {
        *least = *most = minutes / (24 * 60);
        return true;
    }
    if (text.size < 3 || text.data[0] != 'P' ||
        !bd_str_to_i64(bd_str_sub(text, 1, text.size - 1), &number) || number < 0 ||
        number > 1200) {
        return false;
    }
    char unit = text.data[text.size - 1];
    *least = unit == 'Y' ? number * 365 : number * 28;
    *most = unit == 'Y' ? number * 366 : number * 31;
    return unit == 'Y' || unit == 'M';
}

static void put_age(const bd_join *join, const bd_value *key, const bd_value *policy,
                    bd_builder *build) {
    bd_instant created;
    int64_t least, most;
    if (!bd_instant_parse(bd_value_text(key, "created"), &created) ||
        !interval_days(bd_value_text(policy, "after"), &least, &most)) {
        return;
    }
    int64_t age = (join->at - created) / (24 * BD_HOUR);
    bd_put_value(build, "age_days", bd_value_integer(build->arena, age));
    bd_put_text(build, "interval_days", bd_value_text(policy, "after"));
    bd_put_answer(build, "is_young", age <= least ? BD_YES : age > most ? BD_NO : BD_UNKNOWN);
}

/* What was read of one key. */
typedef struct {
    bd_str name;
    const bd_value *key, *policy; /* NULL: not read */
} used_key;

static void emit_use(const bd_join *join, const used_key *used, const bd_value *use, bd_arena *arena,
                     bd_derived_fn *emit, void *context) {
    const bd_value *policy = used->policy;
    bd_str id = bd_value_text(use, "use");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "use", id);
    bd_put_text(&build, "key", used->name);
    bd_put_answer(&build, "is_use", BD_YES);
    bd_put_answer(&build, "follows", bd_answer_of(use, "follows"));
    bd_put_answer(&build, "rotates", policy == NULL ? BD_UNKNOWN : bd_answer_of(policy, "rotates"));
    put_age(join, used->key, policy, &build);
    bd_put_text(
        &build, "problem",
        policy == NULL
            ? bd_str_format(arena,
                            "the rotation policy of the key '%.*s' was not read within "
                            "seven days of this snapshot",
                            BD_ARG(used->name))
            : BD_STR("the export does not show when the key's version was made and how often "
                     "it rotates, or whether its user follows the newest"));
    emit(context, BD_STR("key-use"), bd_resource_id(arena, id), id, BD_INSTANT_NONE,
         bd_build_object(&build));
}

static void emit_open(bd_str what, bd_str problem, bd_arena *arena, bd_derived_fn *emit,
                      void *context) {
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "use", what);
    bd_put_answer(&build, "is_use", BD_YES);
    bd_put_text(&build, "problem", problem);
    emit(context, BD_STR("key-use"), what, what, BD_INSTANT_NONE, bd_build_object(&build));
}

/* Whether any key is in use is known only from all who may use one. */
static void reduce_whole(const bd_join *join, bd_arena *arena, bd_derived_fn *emit,
                         void *context) {
    static const char *const users[] = {"S17", "S18", "S12s"};
    for (size_t i = 0; i < BD_COUNT(users); i++) {
        if (!bd_join_is_whole(join, users[i])) {
            emit_open(bd_str_of(users[i]), bd_join_why_not(join, users[i], arena), arena, emit,
                      context);
        }
    }
}

BD_DERIVE_REDUCE(customer_keys) {
    if (group.size == 0) {
        reduce_whole(join, arena, emit, context);
    }
    if (kept_of(parts, count, "reference") != NULL && kept_of(parts, count, "set") == NULL) {
        emit_open(group, BD_STR("a disk names this disk encryption set, and it was not read"),
                  arena, emit, context);
    }
    used_key used = {group, kept_of(parts, count, "key"), kept_of(parts, count, "policy")};
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(bd_value_text(parts[i].kept, "kind"), "use")) {
            emit_use(join, &used, parts[i].kept, arena, emit, context);
        }
    }
}
