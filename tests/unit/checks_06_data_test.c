/* The checks of 6.7: over records, and over engagements of a month. */
#include "make_whole.h"

#define SITE SCAN_IN_A "Microsoft.Web/sites/app"
#define VAULT SCAN_IN_A "Microsoft.KeyVault/vaults/kv"
#define HOST "https://kv.vault.azure.net"
#define FACTS "{'slas':{'secret_rotation_days':90}}"

TEST(checks_06_data, answer_as_the_cases_say) {
    whole_cases("06-data.case", 50);
}

/* Files, NULL-terminated, to the verdict of one check. */
static bd_str judge(const char *facts, const char *check, const char *const *files) {
    whole *w = whole_open(facts);
    for (; *files != NULL; files++) {
        whole_add(w, *files, "");
    }
    whole_judge(w);
    bd_str verdict = bd_str_of(whole_verdict(w, check));
    scan_bench_close(&w->bench);
    return verdict;
}

/* ---- App Service ---- */

#define APP                                                                                        \
    "{\"value\":[{\"id\":\"" SITE "\",\"name\":\"app\",\"type\":\"Microsoft.Web/"                  \
    "sites\",\"properties\":{\"state\":\"Running\"}}]}"
#define APP_AND_SLOT                                                                               \
    "{\"value\":[{\"id\":\"" SITE "\",\"name\":\"app\",\"type\":\"Microsoft.Web/"                  \
    "sites\",\"properties\":{\"state\":\"Running\"}},{\"id\":\"" SITE                              \
    "/slots/s\",\"name\":\"app/s\",\"type\":\"Microsoft.Web/sites/"                                \
    "slots\",\"properties\":{\"state\":\"Running\"}}]}"
#define CONFIG(site, tls, scm)                                                                     \
    "{\"id\":\"" site "/config/web\",\"name\":\"web\",\"type\":\"Microsoft.Web/sites/"             \
    "config\",\"properties\":{\"minTlsVersion\":" tls ",\"scmMinTlsVersion\":" scm "}}"
#define CONFIG_AZ                                                                                  \
    "{\"id\":\"" SITE "/config/web\",\"name\":\"app\",\"type\":\"Microsoft.Web/"                   \
    "sites\",\"minTlsVersion\":\"1.2\",\"scmMinTlsVersion\":\"1.2\",\"resourceGroup\":\"rg\"}"

TEST(checks_06_data, the_tls_version_of_an_app_stands_in_its_configuration) {
    static const struct {
        const char *files[4], *expected;
    } rows[] = {
        {{APP, CONFIG(SITE, "\"1.2\"", "\"1.3\"")}, "pass"},
        {{APP, CONFIG(SITE, "\"1.0\"", "\"1.2\"")}, "fail"},
        {{APP, CONFIG(SITE, "\"1.2\"", "\"1.1\"")}, "fail"},
        {{APP, CONFIG(SITE, "null", "\"1.2\"")}, "cannot-tell"},
        {{APP}, "cannot-tell"}, /* the list of apps does not show it */
        {{APP_AND_SLOT, CONFIG(SITE, "\"1.2\"", "\"1.2\"")}, "cannot-tell"}, /* the slot was not read */
        {{APP_AND_SLOT, CONFIG(SITE, "\"1.2\"", "\"1.2\""), CONFIG(SITE "/slots/s", "\"1.0\"", "\"1.2\"")}, "fail"},
        {{APP_AND_SLOT, CONFIG(SITE, "\"1.2\"", "\"1.2\""), CONFIG(SITE "/slots/s", "\"1.2\"", "\"1.2\"")}, "pass"},
        {{APP, CONFIG(SITE "/slots/s", "\"1.2\"", "\"1.2\"")}, "cannot-tell"}, /* nor here the app */
        {{APP, "{\"id\":\"" SITE "/config/authsettingsV2\",\"name\":\"authsettingsV2\",\"type\":"
               "\"Microsoft.Web/sites/config\",\"properties\":{\"platform\":{\"enabled\":true}}}"},
         "cannot-tell"}, /* another part of its configuration */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = judge(FACTS, "tls-appservice", rows[i].files);
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

/* `az webapp list` shows no slots; Resource Graph does. */
TEST(checks_06_data, a_slot_that_only_the_inventory_shows_is_judged) {
#define SLOT_LINE(more)                                                                            \
    "{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"false\",\"data\":[{\"id\":\"" SITE           \
    "/slots/s\",\"name\":\"s\",\"type\":\"microsoft.web/sites/slots\",\"subscriptionId\":\"" SCAN_SUB_A \
    "\"" more "}]}"
    static const struct {
        const char *inventory, *config, *expected;
    } rows[] = {
        {SLOT_LINE(""), CONFIG(SITE "/slots/s", "\"1.2\"", "\"1.2\""), "pass"},
        {SLOT_LINE(""), CONFIG(SITE "/slots/s", "\"1.0\"", "\"1.2\""), "fail"},
        {SLOT_LINE(""), CONFIG(SITE, "\"1.2\"", "\"1.2\""), "cannot-tell"}, /* that of the app */
        {SLOT_LINE(",\"publicNetworkAccess\":\"Disabled\""), CONFIG(SITE, "\"1.2\"", "\"1.2\""),
         "not-applicable"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        whole_add(w, APP, "");
        whole_add(w, rows[i].inventory, ",\"source\":\"S77\"");
        whole_add(w, rows[i].config, "");
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "tls-appservice-slots"));
        scan_bench_close(&w->bench);
        test_failure("row %zu", i);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

#define REFERENCE(name, more)                                                                      \
    "{\"id\":\"" SITE "/config/configreferences/appsettings/" name                                 \
    "\",\"properties\":{\"vaultName\":\"kv\"" more "}}"

#define SLOT_REFERENCE(status)                                                                     \
    "{\"value\":[{\"id\":\"" SITE "/slots/s/config/configreferences/appsettings/a\","               \
    "\"properties\":{\"vaultName\":\"kv\"" status "}}]}"

TEST(checks_06_data, every_reference_to_a_vault_has_to_be_resolved) {
    static const struct {
        const char *files[4], *expected;
    } rows[] = {
        {{APP, "{\"value\":[" REFERENCE("a", ",\"status\":\"Resolved\"") "]}"}, "pass"},
        {{APP, "{\"value\":[" REFERENCE("a", ",\"status\":\"Resolved\"") "," REFERENCE(
                   "b", ",\"status\":\"SecretNotFound\"") "]}"},
         "fail"},
        {{APP,
          "{\"value\":[" REFERENCE("a", ",\"status\":\"Resolved\"") "," REFERENCE("b", "") "]}"},
         "cannot-tell"},
        {{APP, "{\"value\":[" REFERENCE(
                   "a", ",\"status\":\"Resolved\"") "],\"nextLink\":\"https://x/\"}"},
         "cannot-tell"},
        {{APP}, "cannot-tell"},
        {{APP_AND_SLOT, "{\"value\":[" REFERENCE("a", ",\"status\":\"Resolved\"") "]}"},
         "cannot-tell"}, /* the slot's were not read */
        {{APP_AND_SLOT, "{\"value\":[" REFERENCE("a", ",\"status\":\"Resolved\"") "]}",
          SLOT_REFERENCE(",\"status\":\"Resolved\"")},
         "pass"},
        {{APP_AND_SLOT, "{\"value\":[" REFERENCE("a", ",\"status\":\"Resolved\"") "]}",
          SLOT_REFERENCE(",\"status\":\"SecretNotFound\"")},
         "fail"},
        {{APP, SLOT_REFERENCE(",\"status\":\"Resolved\"")}, "cannot-tell"}, /* nor here the app's */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = judge(FACTS, "keyvault-references-resolved", rows[i].files);
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

TEST(checks_06_data, references_of_a_slot_that_only_the_inventory_shows_are_judged) {
    static const struct {
        const char *inventory, *references, *expected;
    } rows[] = {
        {SLOT_LINE(""), SLOT_REFERENCE(",\"status\":\"Resolved\""), "pass"},
        {SLOT_LINE(""), SLOT_REFERENCE(",\"status\":\"SecretNotFound\""), "fail"},
        {SLOT_LINE(""), SLOT_REFERENCE(""), "cannot-tell"},
        {SLOT_LINE(""), "{\"value\":[" REFERENCE("a", ",\"status\":\"Resolved\"") "]}",
         "cannot-tell"}, /* those of the app */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        whole_add(w, APP, "");
        whole_add(w, rows[i].inventory, ",\"source\":\"S77\"");
        whole_add(w, rows[i].references, "");
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "keyvault-references-slots"));
        scan_bench_close(&w->bench);
        test_failure("row %zu", i);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

/* ---- what is in a vault ---- */

#define VAULTS                                                                                     \
    "{\"value\":[{\"id\":\"" VAULT "\",\"name\":\"kv\",\"type\":\"Microsoft.KeyVault/"             \
    "vaults\",\"properties\":{\"vaultUri\":\"https://KV.vault.azure.net/\"}}]}"
#define SECRET(name, attributes)                                                                   \
    "{\"id\":\"" HOST "/secrets/" name "\",\"attributes\":{" attributes "}}"
#define LIST(items) "{\"value\":[" items "]}"

/* 15 January 2026 is 1768435200; 90 days before it begin at 1760659200. */
TEST(checks_06_data, age_and_expiry_are_those_of_the_day_of_the_snapshot) {
    static const struct {
        const char *files[4], *expected;
    } rows[] = {
        {{VAULTS, LIST(SECRET("s", "\"enabled\":true,\"exp\":1777000000,\"created\":1767000000"))},
         "pass"},
        {{VAULTS, LIST(SECRET("s", "\"enabled\":true,\"exp\":1768000000,\"created\":1767000000"))},
         "fail"}, /* expired */
        {{VAULTS, LIST(SECRET("s", "\"enabled\":true,\"exp\":1777000000,\"created\":1760000000"))},
         "fail"}, /* too old */
        {{VAULTS, LIST(SECRET("s", "\"enabled\":true,\"created\":1767000000"))},
         "fail"}, /* no expiry */
        /* a new expiry is an update, and no new secret */
        {{VAULTS, LIST(SECRET("s", "\"enabled\":true,\"exp\":1777000000,\"created\":1700000000,"
                                   "\"updated\":1767000000"))},
         "fail"},
        {{VAULTS, LIST(SECRET("s", "\"enabled\":true,\"exp\":1777000000,\"updated\":1767000000"))},
         "cannot-tell"},
        {{VAULTS, LIST(SECRET("s", "\"enabled\":true,\"exp\":1777000000"))}, "cannot-tell"},
        {{VAULTS, LIST(SECRET("s", "\"enabled\":false,\"exp\":1768000000"))}, "not-applicable"},
        {{VAULTS, "{\"value\":[{\"id\":\"" HOST
                  "/secrets/c\",\"managed\":true,\"attributes\":{\"enabled\":true}}]}"},
         "not-applicable"},
        /* az: ISO times under other names */
        {{VAULTS,
          "[{\"id\":\"" HOST "/secrets/"
          "s\",\"name\":\"s\",\"managed\":null,\"attributes\":{\"enabled\":true,\"expires\":\"2026-"
          "06-01T00:00:00+00:00\",\"created\":\"2025-12-20T08:00:00+00:00\"}}]"},
         "pass"},
        {{VAULTS,
          "[{\"id\":\"" HOST "/secrets/"
          "s\",\"name\":\"s\",\"managed\":null,\"attributes\":{\"enabled\":true,\"expires\":\"2026-"
          "01-14T00:00:00+00:00\",\"created\":\"2025-12-20T08:00:00+00:00\"}}]"},
         "fail"},
        {{VAULTS, "[{\"id\":\"" HOST "/secrets/"
                  "s\",\"name\":\"s\",\"managed\":null,\"attributes\":{\"enabled\":true,"
                  "\"expires\":null,\"created\":\"2025-12-20T08:00:00+00:00\"}}]"},
         "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = judge(FACTS, "secrets-rotated", rows[i].files);
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

TEST(checks_06_data, a_vault_whose_list_was_not_read_stays_open) {
    static const struct {
        const char *files[4], *expected;
    } rows[] = {
        {{VAULTS, LIST(SECRET("s", "\"enabled\":true"))}, "pass"},
        {{VAULTS}, "cannot-tell"},
        {{VAULTS, "{\"value\":[{\"id\":\"https://other.vault.azure.net/secrets/"
                  "s\",\"attributes\":{\"enabled\":true}}]}"},
         "cannot-tell"},
        {{VAULTS,
          "{\"value\":[" SECRET(
              "s",
              "\"enabled\":true") "],\"nextLink\":\"https://kv.vault.azure.net:443/secrets?x\"}"},
         "cannot-tell"},
        {{VAULTS, "{\"error\":{\"code\":\"Forbidden\",\"message\":\"firewall\"}}"}, "cannot-tell"},
        {{"{\"value\":[{\"id\":\"" VAULT
          "\",\"name\":\"kv\",\"type\":\"Microsoft.KeyVault/vaults\",\"properties\":{}}]}",
          LIST(SECRET("s", "\"enabled\":true"))},
         "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = judge(FACTS, "vault-secrets-read", rows[i].files);
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

#define CERTIFICATE                                                                                \
    "{\"value\":[{\"id\":\"" HOST                                                                  \
    "/certificates/c\",\"attributes\":{\"enabled\":true,\"exp\":1777000000}}]}"
#define ISSUANCE(action, issuer)                                                                   \
    "{\"id\":\"" HOST "/certificates/c/"                                                           \
    "policy\",\"lifetime_actions\":[{\"trigger\":{\"lifetime_percentage\":80},"                    \
    "\"action\":{\"action_type\":\"" action "\"}}],\"issuer\":{\"name\":\"" issuer                 \
    "\"},\"attributes\":{\"enabled\":true}}"
#define SHOWN                                                                                      \
    "{\"id\":\"" HOST "/certificates/c/"                                                           \
    "0123\",\"attributes\":{\"enabled\":true,\"expires\":\"2026-06-01T00:00:00+"                   \
    "00:00\"},\"policy\":{\"issuerParameters\":{\"name\":\"DigiCert\"},"                           \
    "\"lifetimeActions\":[{\"action\":\"AutoRenew\"}]}}"

TEST(checks_06_data, a_certificate_renews_itself_from_an_issuer) {
    static const struct {
        const char *files[4], *read, *renews;
    } rows[] = {
        {{CERTIFICATE, ISSUANCE("AutoRenew", "DigiCert")}, "pass", "pass"},
        {{CERTIFICATE, ISSUANCE("EmailContacts", "DigiCert")}, "cannot-tell", "fail"},
        {{CERTIFICATE, ISSUANCE("AutoRenew", "Unknown")}, "cannot-tell", "fail"},
        {{CERTIFICATE}, "cannot-tell", "not-applicable"}, /* nobody exported the policy */
        {{SHOWN}, "pass", "pass"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str read = judge(FACTS, "certificates-policy-read", rows[i].files);
        bd_str renews = judge(FACTS, "certificates-policy-renews", rows[i].files);
        test_failure("row %zu: %.*s, %.*s", i, BD_ARG(read), BD_ARG(renews));
        CHECK_EQ_STR(read, rows[i].read);
        CHECK_EQ_STR(renews, rows[i].renews);
    }
}

TEST(checks_06_data, without_a_stated_interval_the_age_of_a_secret_says_nothing) {
    const char *const files[] = {
        VAULTS, LIST(SECRET("s", "\"enabled\":true,\"exp\":1777000000,\"created\":1767000000")),
        NULL};
    CHECK_EQ_STR(judge("{'slas':{}}", "secrets-rotated", files), "cannot-tell");
    whole *w = whole_open("{}");
    whole_add(w, files[1], "");
    whole_judge(w);
    uint32_t index = bd_catalog_check(w->bench.plan.catalog, BD_STR("secrets-rotated"))->index;
    CHECK_EQ_STR(bd_rules_missing_fact(w->bench.plan.rules, index), "slas");
    scan_bench_close(&w->bench);
}

/* ---- repositories ---- */

#define REPOSITORY(name, status)                                                                   \
    "{\"id\":1,\"node_id\":\"x\",\"name\":\"r\",\"full_name\":\"" name                             \
    "\",\"security_and_analysis\":{" status "}}"
#define SCANNING(status) "\"secret_scanning\":{\"status\":\"" status "\"}"

TEST(checks_06_data, secret_scanning_is_on_in_each_repository_of_the_list) {
    static const struct {
        const char *files[4], *expected;
    } rows[] = {
        {{REPOSITORY("Contoso/app", SCANNING("enabled"))}, "pass"},
        {{REPOSITORY("contoso/app", SCANNING("disabled"))}, "fail"},
        {{REPOSITORY("contoso/app", "")}, "cannot-tell"},
        {{REPOSITORY("contoso/other", SCANNING("enabled"))}, "missing"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = judge("{'repositories':['contoso/App']}", "secret-scanning-on", rows[i].files);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

/* ---- statements ---- */

static bool is_accepted(const char *const *types) {
    whole *w = whole_open(FACTS);
    for (; *types != NULL; types++) {
        const char *text = bd_str_format(test_arena(), "a document: %s", *types).data;
        uint8_t hash[32];
        char hex[65];
        bd_sha256_of(bd_str_of(text), hash);
        bd_hex(hash, 32, hex);
        whole_add(
            w, text,
            bd_str_format(
                test_arena(),
                ",\"document\":{\"type\":\"%s\",\"title\":\"t\",\"carried_out_on\":\"2026-01-10\","
                "\"states\":[\"every-application-stated\"]},"
                "\"prepared_by\":{\"name\":\"A\",\"role\":\"r\",\"at\":\"2026-01-11T00:00:00Z\"},"
                "\"reviews\":[{\"name\":\"B\",\"role\":\"r\",\"at\":\"2026-01-12T00:00:00Z\","
                "\"checked\":\"all\",\"sha256\":\"%s\"}]",
                *types, hex)
                .data);
    }
    whole_judge(w);
    bool accepted = false;
    for (size_t i = 0; i < w->out->control_count; i++) {
        for (size_t j = 0; j < w->out->controls[i].requirement_count; j++) {
            const bd_requirement_result *one = &w->out->controls[i].requirements[j];
            if (bd_str_eqz(one->requirement->id, "6.7.3d")) {
                test_failure("%.*s", BD_ARG(one->instances[0].reason));
                accepted = one->instances[0].is_accepted;
            }
        }
    }
    scan_bench_close(&w->bench);
    return accepted;
}

TEST(checks_06_data, a_statement_alone_does_not_show_that_none_is_missing) {
    const char *const one[] = {"secrets-statement", NULL};
    const char *const other[] = {"secrets-statement-comparison", NULL};
    const char *const both[] = {"secrets-statement", "secrets-statement-comparison", NULL};
    CHECK(!is_accepted(one));
    CHECK(!is_accepted(other));
    CHECK(is_accepted(both));
}

/* Where there is no vault there is nothing to renew: that the list of vaults was read shows it. */
TEST(checks_06_data, an_organisation_without_vaults_is_not_held_open) {
    whole *w = whole_open(FACTS);
    whole_add(w, "[]",
              ",\"source\":\"S20\",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A
              "\"]}");
    whole_judge(w);
    for (size_t i = 0; i < w->out->control_count; i++) {
        const bd_control_result *control = &w->out->controls[i];
        if (bd_str_eqz(control->control->number, "6.7.4")) {
            test_failure("%.*s", BD_ARG(control->requirements[0].instances[0].reason));
            CHECK_EQ_INT(control->requirements[0].instances[0].outcome, BD_OUTCOME_NO_OCCURRENCE);
        }
    }
    scan_bench_close(&w->bench);
    w = whole_open(FACTS); /* a vault, and nobody read what is in it */
    whole_add(w, VAULTS, "");
    whole_judge(w);
    for (size_t i = 0; i < w->out->control_count; i++) {
        const bd_control_result *control = &w->out->controls[i];
        if (bd_str_eqz(control->control->number, "6.7.4")) {
            CHECK_EQ_INT(control->requirements[0].instances[0].outcome, BD_OUTCOME_CANNOT_TELL);
        }
    }
    scan_bench_close(&w->bench);
}
