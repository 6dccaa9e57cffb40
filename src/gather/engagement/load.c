#include "bindery/engagement.h"

#include "bindery/evidence.h"

#include <string.h>

#include "engagement_priv.h"

#define LARGEST_FILE ((size_t)4 << 20)
#define FORMAT "bindery-engagement 1"

const char *const bd_category_names[5] = {"Security", "Availability", "Confidentiality",
                                          "Processing Integrity", "Privacy"};

/* ---- shapes of texts ---- */

static bool is_one_of(char c, const char *set) {
    return c != '\0' && strchr(set, c) != NULL;
}

static bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool engagement_is_guid(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text.data[i] != '-' : !is_one_of(text.data[i], "0123456789abcdefABCDEF")) {
            return false;
        }
    }
    return text.size == 36;
}

bool engagement_is_period_id(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        if (!is_alnum(text.data[i]) && !is_one_of(text.data[i], "._-")) {
            return false;
        }
    }
    /* "." and ".." are names of folders, and a period names one below out/ */
    bool is_folder = bd_str_eqz(text, ".") || bd_str_eqz(text, "..");
    return text.size >= 1 && text.size <= 32 && !is_folder;
}

bool engagement_is_short(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        if (!is_one_of(text.data[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")) {
            return false;
        }
    }
    return text.size >= 1 && text.size <= 16;
}

int engagement_category(bd_str text) {
    for (size_t i = 0; i < BD_COUNT(bd_category_names); i++) {
        if (bd_str_ieq(text, bd_str_of(bd_category_names[i]))) {
            return (int)i;
        }
    }
    return -1;
}

static bool is_day(bd_str text) {
    bd_day day;
    return bd_day_parse(text, &day);
}

static bool is_category(bd_str text) {
    int at = engagement_category(text);
    return at >= 0 && bd_str_eqz(text, bd_category_names[at]);
}

static bool is_type(bd_str text) {
    return bd_str_eqz(text, "I") || bd_str_eqz(text, "II");
}

static bool is_format(bd_str text) {
    return bd_str_eqz(text, FORMAT);
}

static bool is_method(bd_str text) {
    return bd_str_eqz(text, "carve-out") || bd_str_eqz(text, "inclusive");
}

/* ---- the form of the file ---- */

#define DAY "a day YYYY-MM-DD"
#define GUID "a GUID such as 0b1f6471-1bf0-4dda-aec3-cb9272f09590"
#define MEMBERS(table) .members = (table), .member_count = BD_COUNT(table)

static const bd_form organisation_form[] = {
    {.key = "name", .is_needed = true},
    {.key = "short",
     .is_needed = true,
     .is_ok = engagement_is_short,
     .expected = "1 to 16 of A-Z, 0-9 and '-'"},
};
static const bd_form system_form[] = {{.key = "name", .is_needed = true},
                                      {.key = "description", .may_be_null = true}};
static const bd_form subscription_form[] = {
    {.key = "id", .is_needed = true, .is_ok = engagement_is_guid, .expected = GUID},
    {.key = "name"},
};
static const bd_form period_form[] = {
    {.key = "id",
     .is_needed = true,
     .is_ok = engagement_is_period_id,
     .expected = "1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-'"},
    {.key = "type", .is_needed = true, .is_ok = is_type, .expected = "'I' or 'II'"},
    {.key = "from", .is_ok = is_day, .expected = DAY},
    {.key = "to", .is_ok = is_day, .expected = DAY},
    {.key = "as_of", .is_ok = is_day, .expected = DAY},
    {.key = "fieldwork", .is_ok = is_day, .expected = DAY},
};
static const bd_form owner_form[] = {
    {.key = "owner", .is_needed = true},
    {.key = "people", .kind = BD_FORM_TEXTS, .is_needed = true, .expected = "a person's name"},
};
static const bd_form person_form[] = {
    {.key = "name", .is_needed = true}, {.key = "role"}, {.key = "upn"}};
static const bd_form recipient_form[] = {
    {.key = "name", .is_needed = true},
    {.key = "on", .is_needed = true, .is_ok = is_day, .expected = DAY},
    {.key = "document", .is_needed = true},
    {.key = "by"},
};
static const bd_form csoc_form[] = {
    {.key = "id", .is_needed = true},
    {.key = "text", .is_needed = true},
    {.key = "criteria", .kind = BD_FORM_TEXTS, .expected = "a criterion such as CC6.4"},
};
static const bd_form vendor_form[] = {
    {.key = "name", .is_needed = true},
    {.key = "service"},
    {.key = "method",
     .is_needed = true,
     .is_ok = is_method,
     .expected = "'carve-out' or 'inclusive'"},
    {.key = "criteria", .kind = BD_FORM_TEXTS, .expected = "a criterion such as CC6.4"},
    {.key = "monitored_by", .kind = BD_FORM_TEXTS, .expected = "the number of a control"},
    {.key = "csocs", .kind = BD_FORM_OBJECTS, MEMBERS(csoc_form)},
    {.key = "recipients", .kind = BD_FORM_OBJECTS, MEMBERS(recipient_form)},
};
static const bd_form fact_form[] = {
    {.key = "approved_by", .is_needed = true},
    {.key = "approved_on", .is_needed = true, .is_ok = is_day, .expected = DAY},
    {.key = "to_approve", .kind = BD_FORM_BOOL},
    {.key = "value", .kind = BD_FORM_ANY, .is_needed = true},
};
#define FACT(name)                                                                                 \
    { .key = (name), .kind = BD_FORM_OBJECT, MEMBERS(fact_form) }
static const bd_form facts_form[] = {
    FACT("critical_resources"),
    FACT("end_of_business"),
    FACT("break_glass_accounts"),
    FACT("production_scope"),
    FACT("approved_exclusions"),
    FACT("central_workspace"),
    FACT("central_workspace_guid"),
    FACT("named_assignments"),
    FACT("slas"),
    FACT("rpo"),
    FACT("repositories"),
    FACT("production_gates"),
    FACT("security_alert_rules"),
    FACT("developer_groups"),
    FACT("our_cuecs"),
    FACT("approval_roles"),
    FACT("confidential_stores"),
    FACT("processing_stores"),
    FACT("personal_data_stores"),
    FACT("infrastructure_repositories"),
    FACT("access_review_scopes"),
    FACT("customer_data_groups"),
    FACT("scanner_checks"),
    FACT("environment_map"),
    FACT("capacity_measures"),
    FACT("retention_limits"),
};
static const bd_form exclusion_form[] = {
    {.key = "check", .is_needed = true},
    {.key = "resource", .is_needed = true},
    {.key = "reason", .is_needed = true},
    {.key = "approved_by", .is_needed = true},
    {.key = "approved_on", .is_needed = true, .is_ok = is_day, .expected = DAY},
    {.key = "expires_on", .may_be_null = true, .is_ok = is_day, .expected = DAY},
};
static const bd_form control_form[] = {
    {.key = "number", .is_needed = true}, {.key = "your_ref"}, {.key = "your_statement"}};
static const bd_form column_map_form[] = {
    {.key = "source", .is_needed = true},
    {.key = "columns",
     .kind = BD_FORM_MAP,
     .is_needed = true,
     .expected = "the column's name in the export"},
};
static const bd_form key_form[] = {
    {.key = "key"}, {.key = "certificate"}, {.key = "pkcs12"}, {.key = "pkcs11"}, {.key = "vault"}};
static const bd_form signing_form[] = {
    {.key = "key"},
    {.key = "certificate"},
    {.key = "pkcs12"},
    {.key = "pkcs11"},
    {.key = "vault"},
    {.key = "reviewer", .kind = BD_FORM_OBJECT, MEMBERS(key_form)},
    {.key = "tsa"},
    {.key = "tsa_policy"},
    {.key = "tsa_certificates"},
    {.key = "revocation",
     .kind = BD_FORM_TEXTS,
     .expected = "'online', or the path of a CRL or an OCSP response"},
};
static const bd_form sources_form[] = {{.key = "collect", .kind = BD_FORM_BOOL}};
static const bd_form retention_form[] = {{.key = "package_years", .kind = BD_FORM_COUNT},
                                         {.key = "raw_years", .kind = BD_FORM_COUNT}};

static const bd_form engagement_form[] = {
    {.key = "format", .is_needed = true, .is_ok = is_format, .expected = "'" FORMAT "'"},
    {.key = "organisation", .kind = BD_FORM_OBJECT, .is_needed = true, MEMBERS(organisation_form)},
    {.key = "system", .kind = BD_FORM_OBJECT, MEMBERS(system_form)},
    {.key = "categories",
     .kind = BD_FORM_TEXTS,
     .is_ok = is_category,
     .expected =
         "'Security', 'Availability', 'Confidentiality', 'Processing Integrity' or 'Privacy'"},
    {.key = "tenant", .is_ok = engagement_is_guid, .expected = GUID},
    {.key = "subscriptions", .kind = BD_FORM_OBJECTS, MEMBERS(subscription_form)},
    {.key = "timezone"},
    {.key = "periods", .kind = BD_FORM_OBJECTS, .is_needed = true, MEMBERS(period_form)},
    {.key = "owners", .kind = BD_FORM_OBJECTS, MEMBERS(owner_form)},
    {.key = "people", .kind = BD_FORM_OBJECTS, MEMBERS(person_form)},
    {.key = "vendors", .kind = BD_FORM_OBJECTS, MEMBERS(vendor_form)},
    {.key = "facts", .kind = BD_FORM_OBJECT, MEMBERS(facts_form)},
    {.key = "exclusions", .kind = BD_FORM_OBJECTS, MEMBERS(exclusion_form)},
    {.key = "controls", .kind = BD_FORM_OBJECTS, MEMBERS(control_form)},
    {.key = "column_maps", .kind = BD_FORM_OBJECTS, MEMBERS(column_map_form)},
    {.key = "signing", .kind = BD_FORM_OBJECT, MEMBERS(signing_form)},
    {.key = "sources", .kind = BD_FORM_OBJECT, MEMBERS(sources_form)},
    {.key = "retention", .kind = BD_FORM_OBJECT, MEMBERS(retention_form)},
};

/* ---- filling the structure; the form has been checked ---- */

typedef struct {
    bd_str path;
    bd_arena *arena;
    bd_engagement *out;
    bd_err *err;
} loader;

static bd_rc fail_at(const loader *l, const char *pointer, size_t index, const char *member,
                     bd_str found, const char *expected) {
    bd_str shown = bd_str_visible(l->arena, bd_str_sub(found, 0, 80));
    BD_RAISE(l->err, BD_ERR_INPUT, "cannot use '%.*s' at '/%s/%zu%s': found '%.*s', expected %s",
             BD_ARG(l->path), pointer, index, member, BD_ARG(shown), expected);
}

static bool is_known_person(const bd_engagement *out, bd_str name) {
    for (size_t i = 0; i < out->people.count; i++) {
        const bd_person *one = &out->people.data[i];
        if (bd_is_same_person(one->name, name) ||
            (one->upn.size > 0 && bd_is_same_person(one->upn, name))) {
            return true;
        }
    }
    return out->people.count == 0;
}

/* A fact or an exclusion that nobody has approved would decide all the same. */
static bd_rc check_approver(const loader *l, bd_str pointer, bd_str name) {
    bool is_name = bd_is_person_name(name);
    if (is_name && is_known_person(l->out, name)) {
        return BD_OK;
    }
    bd_str shown = bd_str_visible(l->arena, bd_str_sub(name, 0, 80));
    BD_RAISE(l->err, BD_ERR_INPUT, "cannot use '%.*s' at '%.*s': found '%.*s', expected %s",
             BD_ARG(l->path), BD_ARG(pointer), BD_ARG(shown),
             is_name ? "one of the people listed at '/people'" : "the name of a person");
}

static bd_day day_of(const bd_value *object, const char *key) {
    bd_day day;
    return bd_day_parse(bd_value_text(object, key), &day) ? day : BD_DAY_NONE;
}

static size_t count_of(const bd_value *array) {
    return array != NULL ? array->count : 0;
}

static void add_texts(bd_arena *arena, const bd_value *array, bd_strs *out) {
    for (size_t i = 0; i < count_of(array); i++) {
        *bd_push(arena, out) = array->items[i].text;
    }
}

static bd_rc load_categories(loader *l, const bd_value *root) {
    const bd_value *list = bd_value_find(root, "categories");
    bool has[BD_COUNT(bd_category_names)] = {false};
    for (size_t i = 0; i < count_of(list); i++) {
        int at = engagement_category(list->items[i].text);
        if (has[at]) {
            return fail_at(l, "categories", i, "", list->items[i].text, "each category once");
        }
        has[at] = true;
    }
    if (list != NULL && list->count == 0) {
        BD_RAISE(l->err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '/categories': found an empty array, expected at least "
                 "one category",
                 BD_ARG(l->path));
    }
    has[0] = has[0] || list == NULL;
    for (size_t i = 0; i < BD_COUNT(has); i++) {
        if (has[i]) {
            *bd_push(l->arena, &l->out->categories) = bd_str_of(bd_category_names[i]);
        }
    }
    return BD_OK;
}

static bd_rc load_subscriptions(loader *l, const bd_value *root) {
    const bd_value *list = bd_value_find(root, "subscriptions");
    bd_map *seen = bd_map_make(l->arena);
    for (size_t i = 0; i < count_of(list); i++) {
        const bd_value *item = &list->items[i];
        bd_subscription s = {.id = bd_str_lower(l->arena, bd_value_text(item, "id")),
                             .name = bd_value_text(item, "name")};
        if (bd_map_find(seen, s.id) != NULL) {
            return fail_at(l, "subscriptions", i, "/id", s.id, "each subscription once");
        }
        bd_map_put(seen, s.id, l);
        *bd_push(l->arena, &l->out->subscriptions) = s;
    }
    return BD_OK;
}

static bd_rc check_type_i(const loader *l, size_t i, const bd_value *item,
                          const bd_period *period) {
    if (period->as_of == BD_DAY_NONE) {
        return fail_at(l, "periods", i, "/as_of", (bd_str){"", 0},
                       DAY ": a Type I period describes one day");
    }
    static const char *const unwanted[] = {"from", "to"};
    for (size_t k = 0; k < BD_COUNT(unwanted); k++) {
        if (bd_value_find(item, unwanted[k]) != NULL) {
            return fail_at(l, "periods", i, k == 0 ? "/from" : "/to",
                           bd_value_text(item, unwanted[k]),
                           "only 'as_of': a Type I period describes one day");
        }
    }
    return BD_OK;
}

static bd_rc check_type_ii(const loader *l, size_t i, const bd_value *item,
                           const bd_period *period) {
    if (period->from == BD_DAY_NONE || period->to == BD_DAY_NONE) {
        return fail_at(l, "periods", i, period->from == BD_DAY_NONE ? "/from" : "/to",
                       (bd_str){"", 0}, DAY ": a Type II period runs from a day to a day");
    }
    if (bd_value_find(item, "as_of") != NULL) {
        return fail_at(l, "periods", i, "/as_of", bd_value_text(item, "as_of"),
                       "no such key in a Type II period: 'as_of' belongs to Type I");
    }
    if (period->to < period->from) {
        bd_str expected = bd_str_format(l->arena, "a day on or after %.*s, where the period begins",
                                        BD_ARG(bd_value_text(item, "from")));
        return fail_at(l, "periods", i, "/to", bd_value_text(item, "to"), expected.data);
    }
    return BD_OK;
}

static bd_rc load_period(loader *l, size_t i, const bd_value *item) {
    bd_period period = {.id = bd_value_text(item, "id"),
                        .is_type_ii = bd_str_eqz(bd_value_text(item, "type"), "II"),
                        .from = day_of(item, "from"),
                        .to = day_of(item, "to"),
                        .as_of = day_of(item, "as_of"),
                        .fieldwork = day_of(item, "fieldwork")};
    BD_TRY(period.is_type_ii ? check_type_ii(l, i, item, &period)
                             : check_type_i(l, i, item, &period));
    if (!period.is_type_ii) {
        period.from = period.as_of;
        period.to = period.as_of;
    }
    for (size_t k = 0; k < l->out->periods.count; k++) {
        /* names that differ in case alone would share a folder on some disks */
        if (bd_str_ieq(l->out->periods.data[k].id, period.id)) {
            return fail_at(l, "periods", i, "/id", period.id, "an id that no other period has");
        }
    }
    *bd_push(l->arena, &l->out->periods) = period;
    return BD_OK;
}

static bd_rc load_periods(loader *l, const bd_value *root) {
    const bd_value *list = bd_value_find(root, "periods");
    if (list->count == 0) {
        BD_RAISE(
            l->err, BD_ERR_INPUT,
            "cannot use '%.*s' at '/periods': found an empty array, expected at least one period",
            BD_ARG(l->path));
    }
    for (size_t i = 0; i < list->count; i++) {
        BD_TRY(load_period(l, i, &list->items[i]));
    }
    return BD_OK;
}

/* Two people of one sign-in name would be each other's reviewers. */
static bd_rc check_sign_in_name(const loader *l, size_t index, bd_str upn) {
    for (size_t i = 0; i < l->out->people.count && upn.size > 0; i++) {
        if (bd_is_same_person(l->out->people.data[i].upn, upn)) {
            bd_str expected = bd_str_format(
                l->arena, "a sign-in name of his own: '/people/%zu/upn' is the same", i);
            return fail_at(l, "people", index, "/upn", upn, expected.data);
        }
    }
    return BD_OK;
}

static bd_recipient recipient_of(const bd_value *item) {
    bd_recipient one = {.name = bd_value_text(item, "name"),
                        .document = bd_value_text(item, "document"),
                        .by = bd_value_text(item, "by")};
    one.on = bd_day_parse(bd_value_text(item, "on"), &one.on) ? one.on : BD_DAY_NONE;
    return one;
}

static bd_expected_controls expected_controls(loader *l, const bd_value *list) {
    bd_expected_controls out = {0};
    for (size_t i = 0; i < count_of(list); i++) {
        bd_expected_control *one = bd_push(l->arena, &out);
        one->id = bd_value_text(&list->items[i], "id");
        one->text = bd_value_text(&list->items[i], "text");
        add_texts(l->arena, bd_value_find(&list->items[i], "criteria"), &one->criteria);
    }
    return out;
}

static void take_vendors(loader *l, const bd_value *list) {
    for (size_t i = 0; i < count_of(list); i++) {
        const bd_value *item = &list->items[i];
        const bd_value *recipients = bd_value_find(item, "recipients");
        bd_vendor *vendor = bd_push(l->arena, &l->out->vendors);
        *vendor = (bd_vendor){.name = bd_value_text(item, "name"),
                              .service = bd_value_text(item, "service"),
                              .method = bd_value_text(item, "method")};
        add_texts(l->arena, bd_value_find(item, "criteria"), &vendor->criteria);
        add_texts(l->arena, bd_value_find(item, "monitored_by"), &vendor->monitored_by);
        vendor->csocs = expected_controls(l, bd_value_find(item, "csocs"));
        for (size_t k = 0; k < count_of(recipients); k++) {
            *bd_push(l->arena, &vendor->recipients) = recipient_of(&recipients->items[k]);
        }
    }
}

static bd_rc load_people(loader *l, const bd_value *root) {
    const bd_value *owners = bd_value_find(root, "owners");
    for (size_t i = 0; i < count_of(owners); i++) {
        bd_owner owner = {.owner = bd_value_text(&owners->items[i], "owner")};
        add_texts(l->arena, bd_value_find(&owners->items[i], "people"), &owner.people);
        for (size_t k = 0; k < l->out->owners.count; k++) {
            if (bd_str_eq(l->out->owners.data[k].owner, owner.owner)) {
                return fail_at(l, "owners", i, "/owner", owner.owner, "each owner once");
            }
        }
        *bd_push(l->arena, &l->out->owners) = owner;
    }
    const bd_value *people = bd_value_find(root, "people");
    for (size_t i = 0; i < count_of(people); i++) {
        const bd_value *item = &people->items[i];
        BD_TRY(check_sign_in_name(l, i, bd_value_text(item, "upn")));
        *bd_push(l->arena, &l->out->people) = (bd_person){
            bd_value_text(item, "name"), bd_value_text(item, "role"), bd_value_text(item, "upn")};
    }
    take_vendors(l, bd_value_find(root, "vendors"));
    return BD_OK;
}

static bd_rc load_exclusions(loader *l, const bd_value *root) {
    const bd_value *list = bd_value_find(root, "exclusions");
    for (size_t i = 0; i < count_of(list); i++) {
        const bd_value *item = &list->items[i];
        bd_exclusion e = {.check = bd_value_text(item, "check"),
                          .resource = bd_record_id(l->arena, bd_value_text(item, "resource")),
                          .reason = bd_value_text(item, "reason"),
                          .approved_by = bd_value_text(item, "approved_by"),
                          .approved_on = day_of(item, "approved_on"),
                          .expires_on = day_of(item, "expires_on")};
        bd_str pointer = bd_str_format(l->arena, "/exclusions/%zu/approved_by", i);
        BD_TRY(check_approver(l, pointer, e.approved_by));
        if (bd_str_trim(e.reason).size == 0) {
            return fail_at(l, "exclusions", i, "/reason", e.reason, "a reason in words");
        }
        if (e.expires_on != BD_DAY_NONE && e.expires_on < e.approved_on) {
            return fail_at(l, "exclusions", i, "/expires_on", bd_value_text(item, "expires_on"),
                           "a day on or after 'approved_on'");
        }
        *bd_push(l->arena, &l->out->exclusions) = e;
    }
    return BD_OK;
}

static bd_rc load_controls(loader *l, const bd_value *root) {
    const bd_value *list = bd_value_find(root, "controls");
    for (size_t i = 0; i < count_of(list); i++) {
        const bd_value *item = &list->items[i];
        bd_control_note note = {bd_value_text(item, "number"), bd_value_text(item, "your_ref"),
                                bd_value_text(item, "your_statement")};
        for (size_t k = 0; k < l->out->controls.count; k++) {
            if (bd_str_eq(l->out->controls.data[k].number, note.number)) {
                return fail_at(l, "controls", i, "/number", note.number, "each control once");
            }
        }
        *bd_push(l->arena, &l->out->controls) = note;
    }
    return BD_OK;
}

static bd_rc load_column_maps(loader *l, const bd_value *root) {
    const bd_value *list = bd_value_find(root, "column_maps");
    l->out->column_map_values = list != NULL ? list : bd_value_array(l->arena, 0, NULL);
    for (size_t i = 0; i < count_of(list); i++) {
        bd_column_map map = {bd_value_text(&list->items[i], "source"),
                             bd_value_find(&list->items[i], "columns")};
        for (size_t k = 0; k < l->out->column_maps.count; k++) {
            if (bd_str_eq(l->out->column_maps.data[k].source, map.source)) {
                return fail_at(l, "column_maps", i, "/source", map.source, "each source once");
            }
        }
        *bd_push(l->arena, &l->out->column_maps) = map;
    }
    return BD_OK;
}

static bool is_clock_time(bd_str text) {
    bd_day day;
    int32_t second;
    char local[] = "2000-01-01T00:00";
    if (text.size != 5) {
        return false;
    }
    memcpy(local + 11, text.data, 5);
    return bd_local_parse(bd_str_of(local), &day, &second);
}

static bool is_resource_id(bd_str text) {
    bd_str prefix = BD_STR("/subscriptions/");
    return bd_str_ieq(bd_str_sub(text, 0, prefix.size), prefix);
}

static bd_rc check_fact_texts(loader *l, const char *name, const bd_value *value) {
    bool are_ids = strcmp(name, "critical_resources") == 0;
    bool is_fine = value->kind == BD_ARRAY;
    for (size_t i = 0; i < value->count && is_fine; i++) {
        const bd_value *item = &value->items[i];
        is_fine = item->kind == BD_STRING && item->text.size > 0 &&
                  (!are_ids || is_resource_id(item->text));
    }
    if (is_fine) {
        return BD_OK;
    }
    BD_RAISE(l->err, BD_ERR_INPUT,
             "cannot use '%.*s' at '/facts/%s/value': expected an array of %s", BD_ARG(l->path),
             name,
             are_ids ? "resource ids, each beginning with '/subscriptions/'"
                     : "texts that are not empty");
}

static bool are_texts(const bd_value *list) {
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (list->kind != BD_ARRAY || list->items[i].kind != BD_STRING) {
            return false;
        }
    }
    return list == NULL || list->kind == BD_ARRAY;
}

/* What we count on our customers to do. */
static bd_rc take_our_cuecs(loader *l) {
    const bd_value *list = bd_engagement_fact(l->out, "our_cuecs", NULL, NULL);
    bool is_fine = list == NULL || list->kind == BD_ARRAY;
    size_t at = 0;
    for (; is_fine && at < count_of(list); at++) {
        const bd_value *item = &list->items[at];
        is_fine = item->kind == BD_OBJECT && bd_value_text(item, "id").size > 0 &&
                  bd_value_text(item, "text").size > 0 &&
                  are_texts(bd_value_find(item, "criteria"));
    }
    if (!is_fine) {
        BD_RAISE(l->err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '/facts/our_cuecs/value%s': expected a list of objects, each with 'id', "
                 "'text' and, if it likes, 'criteria'",
                 BD_ARG(l->path), at > 0 ? bd_str_format(l->arena, "/%zu", at - 1).data : "");
    }
    l->out->our_cuecs = expected_controls(l, list);
    return BD_OK;
}

static bd_rc check_facts(loader *l) {
    static const char *const lists[] = {"critical_resources", "break_glass_accounts",
                                        "production_scope", "approved_exclusions", "repositories",
                                        "production_gates", "security_alert_rules",
                                        "developer_groups", "approval_roles", "confidential_stores",
                                        "processing_stores", "personal_data_stores",
                                        "infrastructure_repositories", "access_review_scopes",
                                        "customer_data_groups"};
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        const bd_value *value = bd_engagement_fact(l->out, lists[i], NULL, NULL);
        BD_TRY(value != NULL ? check_fact_texts(l, lists[i], value) : BD_OK);
    }
    BD_TRY(take_our_cuecs(l));
    const bd_value *business = bd_engagement_fact(l->out, "end_of_business", NULL, NULL);
    if (business != NULL && (business->kind != BD_STRING || !is_clock_time(business->text))) {
        bd_str shown = bd_str_visible(l->arena, bd_str_sub(business->text, 0, 40));
        BD_RAISE(l->err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '/facts/end_of_business/value': found '%.*s', expected a "
                 "time of day such as '18:00'",
                 BD_ARG(l->path), BD_ARG(shown));
    }
    return BD_OK;
}

/* Of these an empty list would leave nothing to judge, and that would look like nothing to find: for the checks it
 * is a list that nobody has given. */
static bool is_list_of_nothing(bd_str name, const bd_value *value) {
    static const char *const lists[] = {
        "production_scope",     "named_assignments",           "repositories",
        "production_gates",     "security_alert_rules",        "developer_groups",
        "customer_data_groups", "infrastructure_repositories", "access_review_scopes",
        "processing_stores",    "personal_data_stores"};
    bool is_empty = value != NULL && value->kind == BD_ARRAY && value->count == 0;
    for (size_t i = 0; i < BD_COUNT(lists) && is_empty; i++) {
        if (bd_str_eqz(name, lists[i])) {
            return true;
        }
    }
    return false;
}

/* Copied from an earlier period: nobody has approved it for this one. */
static const bd_value *set_back(loader *l, const bd_value *fact) {
    bd_str keys[] = {BD_STR("approved_by"), BD_STR("approved_on"), BD_STR("value")};
    const bd_value *values[] = {bd_value_find(fact, "approved_by"),
                                bd_value_string(l->arena, bd_day_format(l->arena, BD_DAY_TO_APPROVE)),
                                bd_value_find(fact, "value")};
    return bd_value_object(l->arena, BD_COUNT(keys), keys, values);
}

static void set_back_facts(loader *l) {
    const bd_value *given = l->out->facts;
    const bd_value **values = bd_new(l->arena, const bd_value *, given->count);
    for (size_t i = 0; i < given->count; i++) {
        const bd_value *fact = &given->items[i];
        values[i] = bd_value_is_true(fact, "to_approve") ? set_back(l, fact) : fact;
    }
    l->out->facts = bd_value_object(l->arena, given->count, given->keys, values);
}

static bd_rc load_facts(loader *l, const bd_value *root) {
    const bd_value *facts = bd_value_find(root, "facts");
    l->out->facts = bd_value_object(l->arena, 0, NULL, NULL);
    if (facts != NULL) { /* by name, as the package keeps them: nothing hangs on how they were written */
        bd_str sorted = bd_json_canonical(l->arena, facts);
        BD_TRY(bd_json_parse(sorted, &bd_json_default_limits, l->arena, &l->out->facts, l->err));
        set_back_facts(l);
    }
    size_t count = l->out->facts->count, given = 0;
    bd_str *names = bd_new(l->arena, bd_str, count);
    const bd_value **values = bd_new(l->arena, const bd_value *, count);
    for (size_t i = 0; i < count; i++) {
        bd_str name = l->out->facts->keys[i];
        const bd_value *value = bd_value_find(&l->out->facts->items[i], "value");
        bd_str pointer = bd_str_format(l->arena, "/facts/%.*s/approved_by", BD_ARG(name));
        BD_TRY(check_approver(l, pointer, bd_value_text(&l->out->facts->items[i], "approved_by")));
        if (!is_list_of_nothing(name, value)) {
            names[given] = name;
            values[given++] = value;
        }
    }
    l->out->parameters = bd_value_object(l->arena, given, names, values);
    return check_facts(l);
}

bool bd_key_place_is_named(const bd_key_place *place) {
    return place->key.size > 0 || place->pkcs12.size > 0 || place->pkcs11.size > 0 ||
           place->vault.size > 0;
}

static bd_rc load_key_place(const loader *l, const bd_value *object, const char *pointer,
                            bd_key_place *out) {
    bd_key_place s = {bd_value_text(object, "key"), bd_value_text(object, "certificate"),
                      bd_value_text(object, "pkcs12"), bd_value_text(object, "pkcs11"),
                      bd_value_text(object, "vault")};
    int count = (s.key.size > 0) + (s.pkcs12.size > 0) + (s.pkcs11.size > 0) + (s.vault.size > 0);
    bool needs_certificate = s.key.size > 0 || s.vault.size > 0;
    bool may_have_it = needs_certificate || s.pkcs11.size > 0;
    bool has_it = s.certificate.size > 0;
    if (count > 1 || (needs_certificate && !has_it) || (has_it && !may_have_it)) {
        BD_RAISE(l->err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '%s': expected one of 'key' with 'certificate', 'pkcs12', "
                 "'pkcs11', or 'vault' with 'certificate'",
                 BD_ARG(l->path), pointer);
    }
    if (bd_str_find(s.pkcs11, BD_STR("pin-value=")) >= 0) {
        BD_RAISE(l->err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '%s/pkcs11': it holds a PIN, and secrets are not kept in "
                 "this file; set BINDERY_PASSPHRASE",
                 BD_ARG(l->path), pointer);
    }
    *out = s;
    return BD_OK;
}

static bd_rc load_signing(loader *l, const bd_value *root) {
    const bd_value *signing = bd_value_find(root, "signing");
    const bd_value *reviewer = bd_value_find(signing, "reviewer");
    bd_signing *s = &l->out->signing;
    BD_TRY(load_key_place(l, signing, "/signing", &s->preparer));
    BD_TRY(load_key_place(l, reviewer, "/signing/reviewer", &s->reviewer));
    if (reviewer != NULL && !bd_key_place_is_named(&s->reviewer)) {
        BD_RAISE(l->err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '/signing/reviewer': it names no key", BD_ARG(l->path));
    }
    s->tsa = bd_value_text(signing, "tsa");
    s->tsa_policy = bd_value_text(signing, "tsa_policy");
    s->tsa_certificates = bd_value_text(signing, "tsa_certificates");
    bool is_web = bd_str_has_prefix(s->tsa, BD_STR("http://")) ||
                  bd_str_has_prefix(s->tsa, BD_STR("https://"));
    if (s->tsa.size > 0 && !is_web) {
        BD_RAISE(l->err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '/signing/tsa': found '%.*s', expected an address that "
                 "begins with http:// or https://",
                 BD_ARG(l->path), BD_ARG(bd_str_visible(l->arena, bd_str_sub(s->tsa, 0, 80))));
    }
    const bd_value *files = bd_value_find(signing, "revocation");
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        *bd_push(l->arena, &s->revocation) = files->items[i].text;
    }
    return BD_OK;
}

static bd_rc load_zone(loader *l, const bd_value *root) {
    bd_str name = bd_value_text(root, "timezone");
    l->out->zone_name = name.size > 0 ? name : BD_STR("UTC");
    BD_TRY_CTX(bd_zone_load(l->out->zone_name, l->arena, &l->out->zone, l->err), l->err,
               "in '%.*s' at '/timezone'", BD_ARG(l->path));
    return BD_OK;
}

static void load_names(loader *l, const bd_value *root) {
    const bd_value *organisation = bd_value_find(root, "organisation");
    const bd_value *described = bd_value_find(root, "system");
    const bd_value *retention = bd_value_find(root, "retention");
    bd_engagement *out = l->out;
    out->source = root;
    out->organisation_name = bd_value_text(organisation, "name");
    out->short_name = bd_value_text(organisation, "short");
    out->system_name = bd_value_text(described, "name");
    out->system_description = bd_value_text(described, "description");
    out->tenant = bd_str_lower(l->arena, bd_value_text(root, "tenant"));
    out->collect = bd_value_is_true(bd_value_find(root, "sources"), "collect");
    out->package_years = 7;
    out->raw_years = 3;
    (void)bd_value_i64(retention, "package_years", &out->package_years);
    (void)bd_value_i64(retention, "raw_years", &out->raw_years);
}

bd_rc bd_engagement_parse(bd_str text, bd_str path, bd_arena *arena, bd_engagement *out,
                          bd_err *err) {
    const bd_value *root;
    *out = (bd_engagement){0};
    BD_TRY_CTX(bd_json_parse(text, NULL, arena, &root, err), err, "in '%.*s'", BD_ARG(path));
    BD_TRY(bd_form_check(root, engagement_form, BD_COUNT(engagement_form), path, err));
    loader l = {path, arena, out, err};
    load_names(&l, root);
    BD_TRY(load_zone(&l, root));
    BD_TRY(load_categories(&l, root));
    BD_TRY(load_subscriptions(&l, root));
    BD_TRY(load_periods(&l, root));
    BD_TRY(load_people(&l, root));
    BD_TRY(load_facts(&l, root));
    BD_TRY(load_exclusions(&l, root));
    BD_TRY(load_controls(&l, root));
    BD_TRY(load_column_maps(&l, root));
    return load_signing(&l, root);
}

bd_rc bd_engagement_load(const char *path, bd_arena *arena, bd_engagement *out, bd_err *err) {
    bd_str text;
    BD_TRY(bd_file_read(path, LARGEST_FILE, arena, &text, err));
    return bd_engagement_parse(text, bd_path_name(bd_str_of(path)), arena, out, err);
}
