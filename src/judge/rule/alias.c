/* Aliases of policies: from "Microsoft.Storage/storageAccounts/networkAcls.bypass" to a path in the record.
 *
 * The rule: what stands before the last slash is the resource type, what follows is the path, `properties` being
 * transparent.  Of the 260 aliases that the two SOC 2 initiatives use it reaches all but those of the table. */
#include "bindery/rule.h"

#include "rule_priv.h"

/* `otherwise` is where another tool, another version or another resource type has it. */
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
    {"microsoft.compute/virtualmachines/imageoffer", "storageProfile.imageReference.offer", NULL},
    {"microsoft.compute/virtualmachines/imagepublisher", "storageProfile.imageReference.publisher",
     NULL},
    {"microsoft.compute/virtualmachines/imagesku", "storageProfile.imageReference.sku", NULL},
    {"microsoft.compute/virtualmachines/osdisk.uri", "storageProfile.osDisk.vhd.uri", NULL},
    {"microsoft.compute/virtualmachines/sku.name", "hardwareProfile.vmSize", NULL},
    {"microsoft.compute/virtualmachinescalesets/osdisk.imageurl",
     "virtualMachineProfile.storageProfile.osDisk.image.url",
     "virtualMachineProfile.storageProfile.osDisk.image.uri"},
    {"microsoft.compute/virtualmachinescalesets/osdisk.vhdcontainers",
     "virtualMachineProfile.storageProfile.osDisk.vhdContainers", NULL},
    {"microsoft.compute/virtualmachinescalesets/upgradepolicy.automaticosupgrade",
     "upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade", NULL},
    {"microsoft.hybridcompute/imageoffer", "osName", NULL},
    {"microsoft.hybridcompute/imagesku", "osVersion", NULL},
    {"microsoft.insights/diagnosticsettings/logs.enabled", "logs[*].enabled", NULL},
    {"microsoft.insights/diagnosticsettings/metrics.enabled", "metrics[*].enabled", NULL},
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
    {"microsoft.security/securitycontacts/alertnotifications", "alertNotifications.state",
     "alertNotifications"},
    {"microsoft.security/securitycontacts/alertstoadmins", "notificationsByRole.state",
     "alertsToAdmins"},
    {"microsoft.security/securitycontacts/email", "emails", "email"},
    {"microsoft.security/securitycontacts/notificationssources[*].alert.minimalseverity",
     "notificationsSources[*].minimalSeverity", NULL},
    {"microsoft.sql/managedinstances/storageaccounttype", "requestedBackupStorageRedundancy",
     "storageAccountType"},
    {"microsoft.sql/servers/databases/edition", "sku.tier", "edition"},
    {"microsoft.sql/servers/databases/storageaccounttype", "requestedBackupStorageRedundancy",
     "storageAccountType"},
    {"microsoft.storage/storageaccounts/enableblobencryption", "encryption.services.blob.enabled",
     NULL},
    {"microsoft.storage/storageaccounts/enablefileencryption", "encryption.services.file.enabled",
     NULL},
    {"microsoft.web/sites/slots/vnetimagepullenabled", "outboundVnetRouting.imagePullTraffic",
     "vnetImagePullEnabled"},
    {"microsoft.web/sites/vnetimagepullenabled", "outboundVnetRouting.imagePullTraffic",
     "vnetImagePullEnabled"},
};

/* Some aliases name one shape of a property that has several ("SqlServer.typeProperties"): read without that, they
 * would answer for the other shapes too. */
static bool names_a_shape(bd_str text) {
    static const char *const marks[] = {"Microsoft-", "#",           ".typeProperties",
                                        "/Stream.",   "/Reference.", ".FirewallPolicy",
                                        ".Vmss.",     "Extension-",  ".PowerBI."};
    for (size_t i = 0; i < BD_COUNT(marks); i++) {
        if (bd_str_find(text, bd_str_of(marks[i])) >= 0) {
            return true;
        }
    }
    return false;
}

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

/* "Microsoft.Web/sites/config/web.x": "web" is the name of the one setting, not a part of the path. */
static bd_str strip_name(bd_str rest) {
    static const char *const names[] = {"web.", "default.", "DataExportSetting.",
                                        "AzureServersSetting."};
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        bd_str name = bd_str_of(names[i]);
        if (rest.size > name.size && bd_str_ieq(bd_str_sub(rest, 0, name.size), name)) {
            return bd_str_sub(rest, name.size, rest.size);
        }
    }
    return rest;
}

/* What is true of all aliases of a kind: `type` is never the resource's own; a scale set has the settings of its
 * machines in their profile; a compute has properties of its own inside of its properties. */
static void settle_kind(bd_arena *arena, alias *out) {
    bd_str rest = out->path;
    if (bd_str_ieq(rest, BD_STR("type"))) {
        out->path = BD_STR("typePropertiesType");
        out->otherwise = BD_STR("properties.type");
    } else if (bd_str_eqz(out->type, "microsoft.compute/virtualmachinescalesets")) {
        out->otherwise = bd_str_format(arena, "virtualMachineProfile.%.*s", BD_ARG(rest));
    } else if (bd_str_eqz(out->type, "microsoft.machinelearningservices/workspaces/computes")) {
        out->otherwise = bd_str_format(arena, "properties.properties.%.*s", BD_ARG(rest));
    }
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
    return names_last_type(text, start) ? behind_dot(rest) : strip_name(rest);
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
    if (start == 0 || names_a_shape(bd_str_sub(text, start - 1, text.size))) {
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
    if (!is_row) {
        settle_kind(arena, out);
    }
    return true;
}
