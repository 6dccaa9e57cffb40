/* Aliases of policies: from "Microsoft.Storage/storageAccounts/networkAcls.bypass" to a path in the record.
 *
 * The rule: what stands before the last slash is the resource type, what follows is the path, `properties` being
 * transparent.  Of the 260 aliases that the two SOC 2 initiatives use it reaches all but those of the table. */
#include "bindery/rule.h"

#include "rule_priv.h"

/* `otherwise` is where another tool or another resource type has it. */
static const struct {
    const char *alias, *path, *otherwise;
} rows[] = {
    {"microsoft.authorization/roledefinitions/type", "roleType", "properties.type"},
    {"microsoft.compute/imageid", "storageProfile.imageReference.id",
     "virtualMachineProfile.storageProfile.imageReference.id"},
    {"microsoft.compute/imageoffer", "storageProfile.imageReference.offer",
     "virtualMachineProfile.storageProfile.imageReference.offer"},
    {"microsoft.compute/imagepublisher", "storageProfile.imageReference.publisher",
     "virtualMachineProfile.storageProfile.imageReference.publisher"},
    {"microsoft.compute/imagesku", "storageProfile.imageReference.sku",
     "virtualMachineProfile.storageProfile.imageReference.sku"},
    {"microsoft.compute/imageversion", "storageProfile.imageReference.version",
     "virtualMachineProfile.storageProfile.imageReference.version"},
    {"microsoft.compute/virtualmachines/extensions/type", "typePropertiesType", "properties.type"},
    {"microsoft.compute/virtualmachines/osdisk.uri", "storageProfile.osDisk.vhd.uri", NULL},
    {"microsoft.compute/virtualmachines/sku.name", "hardwareProfile.vmSize", NULL},
    {"microsoft.compute/virtualmachinescalesets/extensions/type", "typePropertiesType",
     "properties.type"},
    {"microsoft.compute/virtualmachinescalesets/osdisk.imageurl",
     "virtualMachineProfile.storageProfile.osDisk.image.uri", NULL},
    {"microsoft.compute/virtualmachinescalesets/osdisk.vhdcontainers",
     "virtualMachineProfile.storageProfile.osDisk.vhdContainers", NULL},
    {"microsoft.insights/diagnosticsettings/logs.enabled", "logs[*].enabled", NULL},
    {"microsoft.keyvault.data/vaults/certificates/attributes.createdon", "attributes.created",
     NULL},
    {"microsoft.keyvault.data/vaults/certificates/attributes.expireson", "attributes.exp",
     "attributes.expires"},
    {"microsoft.keyvault.data/vaults/certificates/properties.validityinmonths",
     "policy.x509_props.validity_months", "policy.x509CertificateProperties.validityInMonths"},
    {"microsoft.keyvault.data/vaults/keys/attributes.createdon", "attributes.created", NULL},
    {"microsoft.keyvault.data/vaults/keys/attributes.expireson", "attributes.exp",
     "attributes.expires"},
    {"microsoft.keyvault.data/vaults/keys/ellipticcurvename", "key.crv", NULL},
    {"microsoft.keyvault.data/vaults/keys/keytype", "key.kty", NULL},
    {"microsoft.keyvault.data/vaults/secrets/attributes.createdon", "attributes.created", NULL},
    {"microsoft.keyvault.data/vaults/secrets/attributes.expireson", "attributes.exp",
     "attributes.expires"},
    {"microsoft.security/securitycontacts/email", "emails", NULL},
    {"microsoft.security/securitycontacts/notificationssources[*].alert.minimalseverity",
     "notificationsSources[*].minimalSeverity", NULL},
};

/* Where the path of an alias begins; 0 when the text is no alias. */
static size_t path_start(bd_str text) {
    size_t end = 0, last = 0;
    while (end < text.size && text.data[end] != '[') {
        last = text.data[end] == '/' ? end + 1 : last;
        end++;
    }
    ptrdiff_t slash = bd_str_find(text, BD_STR("/")), dot = bd_str_find(text, BD_STR("."));
    bool is_alias = last > 0 && last < text.size && dot > 0 && dot < slash && slash > 0;
    return is_alias ? last : 0;
}

static bool find_row(bd_str text, bd_str *out, bd_str *otherwise) {
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        if (bd_str_ieq(text, bd_str_of(rows[i].alias))) {
            *out = bd_str_of(rows[i].path);
            *otherwise = bd_str_of(rows[i].otherwise);
            return true;
        }
    }
    return false;
}

/* Behind a dot; the whole text when there is none. */
static bd_str behind_dot(bd_str text) {
    ptrdiff_t dot = bd_str_find(text, BD_STR("."));
    return dot < 0 ? text : bd_str_sub(text, (size_t)dot + 1, text.size);
}

/* "Microsoft.Web/sites/config/web.x": "web" is the name of the setting, not a part of the path. */
static bd_str strip_config(bd_str text, bd_str rest) {
    bd_str mark = BD_STR("/sites/config/web."), other = BD_STR("/sites/slots/config/web.");
    bd_str head = bd_str_sub(text, 0, text.size - rest.size + 4);
    bool is_config = head.size > other.size &&
                     (bd_str_ieq(bd_str_sub(head, head.size - mark.size, head.size), mark) ||
                      bd_str_ieq(bd_str_sub(head, head.size - other.size, head.size), other));
    return is_config ? behind_dot(rest) : rest;
}

/* "Microsoft.Sql/auditingSettings.state" names the last part of the type only. */
static bool names_last_type(bd_str text, size_t start) {
    bd_str head = bd_str_sub(text, 0, start - 1);
    return bd_str_find(head, BD_STR("/")) < 0 &&
           bd_str_find(bd_str_sub(text, start, text.size), BD_STR(".")) > 0;
}

bd_str strip_alias(bd_str text) {
    size_t start = path_start(text);
    bd_str found, otherwise;
    if (start == 0 || find_row(text, &found, &otherwise)) {
        return start == 0 ? text : found;
    }
    bd_str rest = bd_str_sub(text, start, text.size);
    return names_last_type(text, start) ? behind_dot(rest) : strip_config(text, rest);
}

static bool is_plain_field(bd_str text) {
    static const char *const fields[] = {"name", "fullName", "id",       "type",
                                         "kind", "location", "identity", "tags"};
    size_t end = 0;
    while (end < text.size && text.data[end] != '.' && text.data[end] != '[') {
        end++;
    }
    for (size_t i = 0; i < BD_COUNT(fields); i++) {
        if (bd_str_ieq(bd_str_sub(text, 0, end), bd_str_of(fields[i]))) {
            return true;
        }
    }
    return false;
}

bool resolve_alias(bd_arena *arena, bd_str text, alias *out) {
    *out = (alias){.path = text};
    if (is_plain_field(text)) {
        return true;
    }
    size_t start = path_start(text);
    if (start == 0) {
        return false;
    }
    out->is_alias = true;
    out->path = strip_alias(text);
    bd_str head = bd_str_sub(text, 0, start - 1), found;
    bool is_row = find_row(text, &found, &out->otherwise);
    if (bd_str_find(head, BD_STR("/")) > 0) {
        out->type = bd_str_lower(arena, head);
    } else if (!is_row && names_last_type(text, start)) {
        bd_str rest = bd_str_sub(text, start, text.size);
        ptrdiff_t dot = bd_str_find(rest, BD_STR("."));
        out->type = bd_str_lower(
            arena, bd_str_format(arena, "/%.*s", BD_ARG(bd_str_sub(rest, 0, (size_t)dot))));
    }
    return true;
}
