/* Derivations that join collections, and those of the directory's logs: hostile records, and what is read. */
#include "bindery/derivations.h"

#include "test.h"

static const bd_value *parse(const char *text) {
    bd_str copy = bd_str_copy(test_arena(), bd_str_of(text));
    char *at = bd_alloc(test_arena(), copy.size + 1, 1);
    for (size_t i = 0; i < copy.size; i++) {
        at[i] = copy.data[i] == '\'' ? '"' : copy.data[i];
    }
    const bd_value *value = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse((bd_str){at, copy.size}, &bd_json_default_limits, test_arena(), &value,
                           &err),
             err);
    return value;
}

typedef struct {
    BD_VEC(const bd_value *) records;
} made;

static void keep_made(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                      const bd_value *record) {
    (void)type, (void)key, (void)resource, (void)time;
    *bd_push(test_arena(), &((made *)context)->records) = record;
}

static const bd_zone *utc(void) {
    const bd_zone *zone = NULL;
    bd_err err;
    CHECK_OK(bd_zone_load(BD_STR("UTC"), test_arena(), &zone, &err), err);
    return zone;
}

/* ---- logs ---- */

/* "key=value; ..." of the wanted members of the first record; "nothing" when none came. */
static bd_str mapped(const char *name, const char *record, const char *wanted) {
    made out = {0};
    const bd_derivation *derivation = bd_derivation_find(bd_str_of(name));
    derivation->map(parse(record), NULL, utc(), test_arena(), keep_made, &out);
    if (out.records.count == 0) {
        return BD_STR("nothing");
    }
    bd_str rest = bd_str_of(wanted), key, text = {"", 0};
    while (bd_str_cut(&rest, ' ', &key)) {
        const bd_value *found = bd_value_find_str(out.records.data[0], key);
        bd_str shown = found == NULL ? BD_STR("absent") : bd_json_canonical(test_arena(), found);
        text = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(text), text.size > 0 ? " " : "",
                             BD_ARG(shown));
    }
    return text;
}

TEST(derive, a_sign_in_shows_how_many_factors_it_took) {
    static const struct {
        const char *record, *expected;
    } rows[] = {
        {"{'userPrincipalName':'A@b','status':{'errorCode':0},'authenticationRequirement':"
         "'singleFactorAuthentication','createdDateTime':'2026-01-01T00:00:00Z'}",
         "\"a@b\" true \"single\""},
        {"{'userPrincipalName':'a@b','status':{'errorCode':50126},'authenticationRequirement':"
         "'multiFactorAuthentication'}",
         "\"a@b\" false \"multi\""},
        {"{'userPrincipalName':'a@b','status':{'errorCode':0},'authenticationRequirement':"
         "'singleFactorAuthentication','authenticationDetails':[{'authenticationStepResultDetail':"
         "'MFA requirement satisfied by claim in the token'}]}",
         "\"a@b\" true \"multi\""},
        {"{'UserPrincipalName':'a@b','ResultType':'0','AuthenticationRequirement':"
         "'singleFactorAuthentication','AuthenticationDetails':'[]'}",
         "\"a@b\" true \"single\""}, /* Log Analytics */
        {"{'UserPrincipalName':'a@b','ResultType':0}", "\"a@b\" true absent"},
        {"{'Username':'a@b','Sign-in error code':'None','Authentication requirement':"
         "'Single-factor authentication','Date (UTC)':'2026-01-01T00:00:00Z'}",
         "\"a@b\" true \"single\""}, /* the portal's CSV */
        {"{'Username':'a@b','Status':'Failure','Authentication requirement':"
         "'Multifactor authentication'}",
         "\"a@b\" false \"multi\""},
        {"{'userPrincipalName':'a@b'}", "\"a@b\" absent absent"},
        {"{'servicePrincipalName':'x','status':{'errorCode':0}}", "nothing"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(mapped("sign-ins", rows[i].record, "account succeeded factors"),
                     rows[i].expected);
    }
}

#define ACTIVATION(details, reason)                                                                \
    "{'id':'e','correlationId':'C','result':'success','activityDisplayName':'Add member to role "  \
    "completed (PIM activation)','activityDateTime':'2026-01-01T00:00:00Z','resultReason':'" reason \
    "','initiatedBy':{'user':{'userPrincipalName':'A@b'}},'targetResources':[{'type':'Role','id':" \
    "'R1','displayName':'Owner'},{'type':'User','userPrincipalName':'A@b'}],'additionalDetails':[" \
    details "]}"

TEST(derive, an_activation_shows_its_reason_and_its_length) {
    CHECK_EQ_STR(mapped("pim-activations",
                        ACTIVATION("{'key':'StartTime','value':'2026-01-01T00:00:00Z'},{'key':"
                                   "'ExpirationTime','value':'2026-01-01T08:00:00.5Z'}",
                                   "ticket 7"),
                        "account role_id request_id justification has_reason minutes"),
                 "\"a@b\" \"r1\" \"c\" \"ticket 7\" true 481");
    CHECK_EQ_STR(mapped("pim-activations", ACTIVATION("", ""), "has_reason minutes"),
                 "false absent");
    CHECK_EQ_STR(mapped("pim-activations",
                        "{'activityDisplayName':'Add member to role requested (PIM activation)'}",
                        "account"),
                 "nothing");
}

TEST(derive, an_approval_by_the_requester_is_his_own) {
    static const char *const event =
        "{'id':'e','correlationId':'C','result':'success','OperationName':'Add member to role "
        "request approved (PIM activation)','InitiatedBy':'{\\u0022user\\u0022:{"
        "\\u0022userPrincipalName\\u0022:\\u0022%s\\u0022}}','TargetResources':[{'type':'User',"
        "'userPrincipalName':'a@b'}]}";
    CHECK_EQ_STR(mapped("pim-approvals", bd_str_format(test_arena(), event, "A@b").data, "is_self"),
                 "true");
    CHECK_EQ_STR(mapped("pim-approvals", bd_str_format(test_arena(), event, "c@b").data, "is_self"),
                 "false");
}

TEST(derive, what_pim_writes_for_an_activation_is_no_grant) {
    CHECK_EQ_STR(mapped("grants-made",
                        "{'activityDisplayName':'Add member to role','result':'success',"
                        "'initiatedBy':{'app':{'displayName':'MS-PIM'}},'targetResources':[]}",
                        "beneficiary"),
                 "nothing");
    CHECK_EQ_STR(mapped("grants-made",
                        "{'activityDisplayName':'Add member to group','result':'success',"
                        "'initiatedBy':{'user':{}},'targetResources':[{'Type':'Group','id':'g'},"
                        "{'Type':'User','userPrincipalName':'A@b'}]}",
                        "beneficiary"),
                 "\"a@b\"");
}

/* ---- joins ---- */

typedef struct {
    BD_VEC(bd_part) parts;
    bd_str source;
} collected;

static void keep_part(void *context, bd_str group, const bd_value *kept) {
    collected *list = context;
    (void)group;
    *bd_push(test_arena(), &list->parts) =
        (bd_part){.source = list->source, .scope = BD_STR("g"), .kept = kept};
}

TEST(derive, records_of_the_wrong_kind_break_no_join) {
    static const char *const sources[] = {"S53", "S45", "S46", "S46b", "S47", "S48", "S65",
                                          "S49", "S50", "S35", "S06",  "S05", "S51", "S52",
                                          "S18", "S19", "S58s", "S13", "S68",
                                          "S71", "S73", "S73c", "S73d", "S73k", "S73r", "S73t"};
    static const char *const records[] = {
        "{}",
        "{'id':1,'principalId':2,'roleDefinitionId':[]}",
        "{'id':'k','state':'enabled','conditions':{'users':{'includeUsers':[1,null,{}],"
        "'includeGroups':[{},[],7],'includeRoles':[{},null],'excludeGroups':'x'},'applications':{"
        "'includeApplications':[{},'All'],'excludeApplications':[[],{}]},'locations':{"
        "'includeLocations':['All'],'excludeLocations':[{}]},'clientAppTypes':[null,'all']},"
        "'grantControls':{'operator':1,'builtInControls':[{},2],'authenticationStrength':{"
        "'allowedCombinations':[{},[]]}}}",
        "{'id':'k','values':[1,{},{'name':'LockoutThreshold','value':[]}],'templateId':"
        "'5cf42378-d67d-4f36-ba46-e8b86229381d'}",
        "{'id':'k','roleDefinitionId':'62e90394-69f5-4237-9190-012177145e10','principalId':'k',"
        "'assignmentType':{},'policy':{'rules':[1,{},{'id':'Expiration_EndUser_Assignment',"
        "'maximumDuration':7}]}}",
        "{'id':'i','endDateTime':'x','status':[],'scope':{'resourceScopes':[1,{'query':{}}]}}",
        "{'id':'d','decision':{},'principal':[],'reviewedBy':1}",
        "{'AccessReviewId':1,'ReviewResult':2}",
    };
    for (size_t d = 0; d < bd_derivation_count(); d++) {
        const bd_derivation *derivation = bd_derivation_at(d);
        if (derivation->reduce == NULL) {
            continue;
        }
        collected list = {.source = {"", 0}};
        bd_join_input inputs[BD_COUNT(sources)];
        bd_strs subscriptions = {0};
        for (size_t s = 0; s < BD_COUNT(sources); s++) {
            list.source = bd_str_of(sources[s]);
            inputs[s] = (bd_join_input){
                .source = list.source, .scope = BD_STR("g"), .is_whole = s % 2 == 0};
            for (size_t r = 0; r < BD_COUNT(records); r++) {
                bd_join_record from = {.source = list.source,
                                       .scope = BD_STR("g"),
                                       .type = BD_STR("microsoft.compute/disks"),
                                       .key = BD_STR("k"),
                                       .resource = BD_STR("k"),
                                       .value = parse(records[r])};
                derivation->collect(&from, test_arena(), keep_part, &list);
            }
        }
        bd_join join = {.facts = parse("{'approved_exclusions':{'value':[1,{}]},"
                                       "'named_assignments':{'approved_on':'x','value':7}}"),
                        .zone = utc(),
                        .scope = BD_STR(""),
                        .subscriptions = &subscriptions,
                        .inputs = inputs,
                        .input_count = BD_COUNT(inputs),
                        .common = list.parts.data,
                        .common_count = list.parts.count};
        made out = {0};
        derivation->reduce(&join, BD_STR(""), NULL, 0, test_arena(), keep_made, &out);
        derivation->reduce(&join, BD_STR("k"), list.parts.data, list.parts.count, test_arena(),
                           keep_made, &out);
        for (size_t i = 0; i < out.records.count; i++) {
            test_failure("%s", derivation->name);
            CHECK(!bd_value_is_true(out.records.data[i], "mfa"));
            CHECK(!bd_value_is_true(out.records.data[i], "strong"));
            CHECK(!bd_value_is_true(out.records.data[i], "held"));
            CHECK(!bd_value_is_true(out.records.data[i], "is_approved"));
        }
    }
}
