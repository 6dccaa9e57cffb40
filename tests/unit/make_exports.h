/* make_exports.h - small exports with their sidecars, and what is said of them: for tests of scan and conclude. */
#ifndef BINDERY_MAKE_EXPORTS_H
#define BINDERY_MAKE_EXPORTS_H

#include "make_scan.h"

#define VAULT(in, name)                                                                            \
    "{\"id\":\"" in "Microsoft.KeyVault/vaults/" name "\",\"name\":\"" name                        \
    "\",\"type\":\"Microsoft.KeyVault/vaults\",\"properties\":{\"enableSoftDelete\":true}}"
#define STORE(in, name, secure)                                                                    \
    "{\"id\":\"" in "Microsoft.Storage/storageAccounts/" name "\",\"name\":\"" name                \
    "\",\"type\":\"Microsoft.Storage/"                                                             \
    "storageAccounts\",\"properties\":{\"supportsHttpsTrafficOnly\":" secure "}}"
#define NSG(in, name)                                                                              \
    "{\"id\":\"" in "Microsoft.Network/networkSecurityGroups/" name "\",\"name\":\"" name          \
    "\",\"type\":\"Microsoft.Network/"                                                             \
    "networkSecurityGroups\",\"properties\":{\"securityRules\":[]}}"
#define BARE(in, type, name)                                                                       \
    "{\"id\":\"" in type "/" name "\",\"name\":\"" name "\",\"type\":\"" type "\"}"
#define AT "\"collected_at\":\"2026-02-01T06:00:00Z\""
#define SUB_A_SCOPE "\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A "\"]}"
#define VOUCH                                                                                      \
    "\"command\":\"az storage account "                                                            \
    "list\",\"exporter\":\"jens@contoso.example\",\"complete\":true"

static inline void check_completeness(const bd_evidence *item, bd_completeness wanted, const char *part) {
    test_failure("reason: %.*s", BD_ARG(item->completeness_reason));
    CHECK_EQ_STR(bd_completeness_name(item->completeness), bd_completeness_name(wanted));
    CHECK(bd_str_find(item->completeness_reason, bd_str_of(part)) >= 0);
}

static inline bool has_diag(const bd_evidence *item, const char *part) {
    for (size_t i = 0; i < item->facts.diags.count; i++) {
        if (bd_str_find(item->facts.diags.data[i].message, bd_str_of(part)) >= 0) {
            return true;
        }
    }
    return false;
}

#endif
