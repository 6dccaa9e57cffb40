/* Settings that speak only beside another list: disks beside their machines, password rules beside the users. */
#include "bindery/derive.h"

#include "people.h"

/* ---- disk-encryption ---- */

/* The machine that an extension belongs to. */
static bd_str machine_of_extension(bd_arena *arena, bd_str id) {
    bd_str lower = bd_resource_id(arena, id);
    ptrdiff_t at = bd_str_find(lower, BD_STR("/extensions/"));
    return at > 0 ? bd_str_sub(lower, 0, (size_t)at) : (bd_str){"", 0};
}

static void keep_disk(const bd_value *value, bd_arena *arena, bd_part_fn *keep, void *context) {
    bd_str id = bd_member_text(value, "id"), holder = bd_member_text(value, "managedBy");
    const bd_value *encryption = bd_member(value, "encryption");
    const bd_value *ade = bd_member(value, "encryptionSettingsCollection");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "kind", BD_STR("disk"));
    bd_put_text(&build, "id", id);
    bd_put_text(&build, "state", bd_member_text(value, "diskState"));
    bd_put_text(&build, "machine", holder);
    bd_put_text(&build, "method", bd_member_text(encryption, "type"));
    bd_put_answer(&build, "ade", ade == NULL ? BD_NO : bd_answer_of(ade, "enabled"));
    keep(context, bd_resource_id(arena, holder.size > 0 ? holder : id), bd_build_object(&build));
}

static void keep_machine(const bd_value *value, bd_str group, bd_arena *arena, bd_part_fn *keep,
                         void *context) {
    const bd_value *storage = bd_member(value, "storageProfile");
    bool is_unmanaged = bd_member(bd_member(storage, "osDisk"), "vhd") != NULL;
    const bd_value *data = bd_member(storage, "dataDisks");
    for (size_t i = 0; data != NULL && data->kind == BD_ARRAY && i < data->count; i++) {
        is_unmanaged = is_unmanaged || bd_member(&data->items[i], "vhd") != NULL;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "kind", BD_STR("machine"));
    bd_put_text(&build, "id", bd_member_text(value, "id"));
    bd_put_answer(
        &build, "at_host",
        bd_member_is_set(bd_member(value, "securityProfile"), "encryptionAtHost") ? BD_YES : BD_NO);
    bd_put_answer(&build, "unmanaged", is_unmanaged ? BD_YES : BD_NO);
    bd_put_answer(&build, "ephemeral",
                  bd_member(bd_member(storage, "osDisk"), "diffDiskSettings") != NULL ? BD_YES
                                                                                      : BD_NO);
    keep(context, group, bd_build_object(&build));
}

BD_DERIVE_COLLECT(disk_encryption) {
    const bd_value *value = record->value;
    bd_str id = bd_member_text(value, "id");
    if (bd_str_eqz(record->type, "microsoft.compute/disks")) {
        keep_disk(value, arena, keep, context);
    } else if (bd_str_eqz(record->type, "microsoft.compute/virtualmachines")) {
        keep_machine(value, bd_resource_id(arena, id), arena, keep, context);
    } else if (bd_str_find(record->type, BD_STR("/extensions")) > 0) {
        bd_str kind = bd_member_text(value, "type");
        kind = bd_str_find(kind, BD_STR("/")) >= 0
                   ? bd_member_text(bd_value_find(value, "properties"), "type")
                   : kind;
        kind = kind.size > 0 ? kind : bd_member_text(value, "typePropertiesType");
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "kind", BD_STR("extension"));
        bd_str lower = bd_str_lower(arena, kind);
        if (bd_str_has_prefix(lower, BD_STR("azurediskencryption"))) {
            keep(context, machine_of_extension(arena, id), bd_build_object(&build));
        }
    }
}

static const bd_value *kept_of(const bd_part *parts, size_t count, const char *kind) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(bd_value_text(parts[i].kept, "kind"), kind)) {
            return parts[i].kept;
        }
    }
    return NULL;
}

/* A key of our own, disk encryption, or encryption at host. */
static bd_answer is_accepted(const bd_join *join, const bd_value *disk, const bd_part *parts,
                             size_t count) {
    bd_str method = bd_value_text(disk, "method");
    if (bd_str_ieq(method, BD_STR("EncryptionAtRestWithCustomerKey")) ||
        bd_str_ieq(method, BD_STR("EncryptionAtRestWithPlatformAndCustomerKeys")) ||
        bd_answer_of(disk, "ade") == BD_YES) {
        return BD_YES;
    }
    const bd_value *machine = kept_of(parts, count, "machine");
    if (machine != NULL && bd_answer_of(machine, "at_host") == BD_YES) {
        return bd_join_is_whole(join, "S19") ? BD_YES : BD_UNKNOWN;
    }
    bool is_shown = machine != NULL && kept_of(parts, count, "extension") == NULL;
    return method.size > 0 && is_shown ? BD_NO : BD_UNKNOWN;
}

static void emit_disk(const bd_join *join, const bd_value *disk, const bd_part *parts, size_t count,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    bd_str id = bd_value_text(disk, "id"), method = bd_value_text(disk, "method");
    bool is_attached = bd_value_text(disk, "machine").size > 0 ||
                       bd_str_ieq(bd_value_text(disk, "state"), BD_STR("Attached")) ||
                       bd_str_ieq(bd_value_text(disk, "state"), BD_STR("Reserved"));
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "disk", id);
    bd_put_text(&build, "machine", bd_value_text(disk, "machine"));
    bd_put_text(&build, "method", method);
    bool is_state_shown = bd_value_text(disk, "state").size > 0; /* a row of chosen columns shows neither */
    bd_put_answer(&build, "is_attached",
                  is_attached      ? BD_YES
                  : is_state_shown ? BD_NO
                                   : BD_UNKNOWN);
    bd_put_answer(&build, "is_accepted", is_accepted(join, disk, parts, count));
    bd_put_text(&build, "problem",
                method.size == 0 ? BD_STR("the disk does not show its encryption")
                : kept_of(parts, count, "extension") != NULL
                    ? BD_STR("its machine has the disk encryption extension, and the disk does not "
                             "show whether it was encrypted")
                    : BD_STR("its machine is not in the list of machines read within seven days, "
                             "so encryption at host is not known"));
    emit(context, BD_STR("microsoft.compute/disks"), bd_resource_id(arena, id), id, BD_INSTANT_NONE,
         bd_build_object(&build));
}

/* Disks that are no resources of their own: blobs, which nothing here shows to be encrypted, and an ephemeral disk of
 * the machine's own host, which encryption at host covers. */
static void emit_own_disk(const bd_join *join, const bd_value *machine, bd_arena *arena,
                          bd_derived_fn *emit, void *context) {
    bool is_unmanaged = bd_answer_of(machine, "unmanaged") == BD_YES;
    bool is_at_host = bd_answer_of(machine, "at_host") == BD_YES && bd_join_is_whole(join, "S19");
    bd_str id = bd_value_text(machine, "id");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "disk", id);
    bd_put_text(&build, "method",
                is_unmanaged ? BD_STR("unmanaged disks") : BD_STR("ephemeral disk"));
    bd_put_answer(&build, "is_attached", BD_YES);
    bd_put_answer(&build, "is_accepted", is_unmanaged ? BD_NO : is_at_host ? BD_YES : BD_UNKNOWN);
    bd_put_text(&build, "problem",
                BD_STR("an ephemeral disk is in no list of disks, and its machine does not show "
                       "encryption at host"));
    emit(context, BD_STR("microsoft.compute/virtualmachines"), bd_resource_id(arena, id), id,
         BD_INSTANT_NONE, bd_build_object(&build));
}

BD_DERIVE_REDUCE(disk_encryption) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(bd_value_text(parts[i].kept, "kind"), "disk")) {
            emit_disk(join, parts[i].kept, parts, count, arena, emit, context);
        }
    }
    const bd_value *machine = kept_of(parts, count, "machine");
    if (group.size > 0 && machine != NULL &&
        (bd_answer_of(machine, "unmanaged") == BD_YES ||
         bd_answer_of(machine, "ephemeral") == BD_YES)) {
        emit_own_disk(join, machine, arena, emit, context);
    }
    if (group.size == 0 && !bd_join_is_whole(join, "S19")) {
        bd_builder build = {.arena =
                                arena}; /* disks without a record of their own show on machines */
        bd_put_answer(&build, "is_attached", BD_YES);
        bd_put_text(&build, "problem", bd_join_why_not(join, "S19", arena));
        emit(context, BD_STR("microsoft.compute/virtualmachines"), BD_STR("machines"),
             BD_STR("(machines)"), BD_INSTANT_NONE, bd_build_object(&build));
    }
}

/* ---- password-settings ---- */

#define PASSWORD_TEMPLATE "5cf42378-d67d-4f36-ba46-e8b86229381d"
#define MOST_TRIES 10

BD_DERIVE_COLLECT(password_settings) {
    const bd_value *value = record->value;
    if (bd_join_record_is_of(record, "S52")) {
        bd_builder build = {.arena = arena};
        bd_put_value(&build, "values", bd_member(value, "values"));
        if (bd_str_ieq(bd_member_text(value, "templateId"), BD_STR(PASSWORD_TEMPLATE))) {
            keep(context, (bd_str){"", 0}, bd_build_object(&build));
        }
        return;
    }
    bd_str id = bd_str_lower(arena, bd_member_text(value, "id"));
    bd_str policies = bd_str_lower(arena, bd_member_text(value, "passwordPolicies"));
    bool is_weak = bd_str_find(policies, BD_STR("disablestrongpassword")) >= 0;
    bool is_synced = bd_member_is_set(value, "onPremisesSyncEnabled");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "upn", bd_member_text(value, "userPrincipalName"));
    bd_put_answer(&build, "weak", is_weak ? BD_YES : BD_NO);
    bd_put_answer(&build, "synced", is_synced ? BD_YES : BD_NO);
    /* a list of chosen columns that leaves these out says nothing about anybody */
    if (bd_value_find(value, "passwordPolicies") == NULL ||
        bd_value_find(value, "onPremisesSyncEnabled") == NULL) {
        bd_put_answer(&build, "partial", BD_YES);
    }
    if (id.size > 0 && (is_weak || is_synced || build.count > 3)) {
        keep(context, id, bd_build_object(&build));
    }
}

static bd_str setting_of(const bd_join *join, const char *name) {
    for (size_t i = 0; i < join->common_count; i++) {
        const bd_value *values = bd_value_find(join->common[i].kept, "values");
        for (size_t j = 0; values != NULL && j < values->count; j++) {
            if (bd_str_ieq(bd_member_text(&values->items[j], "name"), bd_str_of(name))) {
                return bd_member_text(&values->items[j], "value");
            }
        }
    }
    return (bd_str){"", 0};
}

typedef struct {
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} settings_out;

static void emit_setting(const settings_out *out, const char *name, bd_str found,
                         const char *expected, bd_answer is_fine, bd_str problem) {
    bd_builder build = {.arena = out->arena};
    bd_put_text(&build, "setting", bd_str_of(name));
    bd_put_text(&build, "found", found.size > 0 ? found : BD_STR("(not set)"));
    bd_put_text(&build, "expected", bd_str_of(expected));
    bd_put_answer(&build, "is_fine", is_fine);
    bd_put_text(&build, "problem", problem);
    out->emit(out->context, BD_STR("setting"), bd_str_lower(out->arena, bd_str_of(name)),
              bd_str_of(name), BD_INSTANT_NONE, bd_build_object(&build));
}

static bd_answer is_true_text(bd_str text) {
    return bd_str_ieq(bd_str_trim(text), BD_STR("true")) ? BD_YES : BD_NO;
}

static void reduce_object(const bd_join *join, const settings_out *out) {
    bd_str none = {"", 0};
    if (join->common_count == 0) {
        emit_setting(out, "password settings",
                     BD_STR("the tenant default, without a custom list of banned passwords"),
                     "a settings object with a custom list", BD_NO, none);
        return;
    }
    bd_str check = setting_of(join, "EnableBannedPasswordCheck");
    bd_str list = setting_of(join, "BannedPasswordList");
    bd_str lockout = setting_of(join, "LockoutThreshold");
    int64_t tries = 0;
    bool is_number = bd_str_to_i64(lockout, &tries);
    emit_setting(out, "EnableBannedPasswordCheck", check, "True", is_true_text(check), none);
    emit_setting(out, "BannedPasswordList", list.size > 0 ? BD_STR("a list") : list,
                 "a list that is not empty", list.size > 0 ? BD_YES : BD_NO, none);
    /* the default of the template is 10 */
    emit_setting(out, "LockoutThreshold", lockout, "10 or fewer",
                 lockout.size == 0                               ? BD_UNKNOWN
                 : is_number && tries > 0 && tries <= MOST_TRIES ? BD_YES
                                                                 : BD_NO,
                 BD_STR("the settings object does not show LockoutThreshold"));
}

BD_DERIVE_REDUCE(password_settings) {
    settings_out out = {arena, emit, context};
    if (group.size == 0) {
        reduce_object(join, &out);
        if (!bd_join_is_whole(join, "S53")) {
            emit_setting(&out, "users", (bd_str){"", 0}, "", BD_UNKNOWN,
                         bd_join_why_not(join, "S53", arena));
        }
        return;
    }
    bd_str mode = setting_of(join, "BannedPasswordCheckOnPremisesMode");
    bool is_enforced =
        is_true_text(setting_of(join, "EnableBannedPasswordCheckOnPremises")) == BD_YES &&
        bd_str_ieq(mode, BD_STR("Enforce"));
    for (size_t i = 0; i < count; i++) {
        const bd_value *kept = parts[i].kept;
        if (bd_member_is_set(kept, "partial")) {
            emit_setting(&out, "users", (bd_str){"", 0}, "", BD_UNKNOWN,
                         BD_STR("the list of users was read without passwordPolicies or "
                                "onPremisesSyncEnabled"));
        }
        if (bd_member_is_set(kept, "synced")) {
            emit_setting(&out, "BannedPasswordCheckOnPremisesMode", mode,
                         "Enforce, and switched on, for accounts are synchronised",
                         is_enforced ? BD_YES : BD_NO, (bd_str){"", 0});
        }
        if (bd_member_is_set(kept, "weak")) {
            bd_str upn = bd_value_text(kept, "upn");
            emit_setting(&out, bd_str_z(arena, upn.size > 0 ? upn : group),
                         BD_STR("DisableStrongPassword"), "no such exemption", BD_NO,
                         (bd_str){"", 0});
        }
    }
}
