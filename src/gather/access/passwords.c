/* Settings of passwords, which speak only beside the users: rules for all, and who is exempt from them. */
#include "bindery/access.h"

#include "access_priv.h"

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
