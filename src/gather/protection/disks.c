/* Disks, whose encryption speaks only beside their machines: a key of our own, disk encryption, or at host. */
#include "bindery/protection.h"

#include "protection_priv.h"

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
