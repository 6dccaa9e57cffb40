/* Requirements 5.3 c, 5.4 b, 8.3 c and 8.6 a: what stands behind each deployment to production. */
#include "make_whole.h"

#define REPO "https://api.github.com/repos/Contoso/Pay"
#define GIVEN(name, value)                                                                         \
    "'" name "':{'approved_by':'A','approved_on':'2025-01-01','value':" value "}"
#define GATES "['Contoso/Pay/Production']"

/* What can be told of the one deployment of the month, of commit c2, and of the one before it. */
typedef struct {
    const char *gates, *deployment, *status, *pull, *merger, *review, *rules, *runs, *commits,
        *others;
    bool has_no_log; /* of pull requests and reviews */
    bool has_part_of_statuses, has_part_of_deployments, has_early_runs;
} story;

#define MONTH                                                                                      \
    ",\"describes_from\":\"2026-01-01T00:00:00Z\",\"describes_to\":\"2026-02-01T00:00:00Z\""
#define DEPLOYED(id, sha, env, at, type)                                                           \
    "{'url':'" REPO "/deployments/" id "','id':" id ",'sha':'" sha "','ref':'main','task':"        \
    "'deploy','environment':'" env "','creator':{'login':'bot','type':'" type                      \
    "'},'created_at':'" at "','statuses_url':'" REPO "/deployments/" id "/statuses'}"
#define STATUS(id, state, at)                                                                      \
    "{'url':'x','id':" id "9,'state':'" state "','environment':'production','created_at':'" at     \
    "','deployment_url':'" REPO "/deployments/" id "'}"
#define OLD DEPLOYED("1", "c1", "production", "2025-12-01T00:00:00Z", "Bot")
#define OLD_DONE STATUS("1", "success", "2025-12-01T00:10:00Z")
#define NOW DEPLOYED("2", "c2", "production", "2026-01-20T12:00:00Z", "Bot")
#define NOW_DONE STATUS("2", "success", "2026-01-20T12:10:00Z")
#define THIRD(sha, at) DEPLOYED("4", sha, "production", at, "Bot")
#define THIRD_DONE STATUS("4", "success", "2026-01-21T12:10:00Z")
#define PULL_8(sha, merger)                                                                        \
    "{'url':'" REPO "/pulls/8','number':8,'head':{'sha':'h3'},'base':{'ref':'main','sha':'c2'},"   \
    "'merge_commit_sha':'" sha "','merged_at':'2026-01-10T11:00:00Z','user':{'login':'" merger     \
    "','type':'User'},'merged_by':{'login':'" merger "','type':'User'}}"
#define PULL(sha, more)                                                                            \
    "{'url':'" REPO "/pulls/7','number':7,'head':{'sha':'h2'},'base':{'ref':'main','sha':'c1'},"   \
    "'merge_commit_sha':'" sha "','merged_at':'2026-01-20T11:00:00Z','user':{'login':'Ann',"       \
    "'type':'User'}" more "}"
#define MERGED(by) ",'merged_by':{'login':'" by "','type':'User'}"
#define REVIEW(by, type, state, sha, at)                                                           \
    "{'id':1,'user':{'login':'" by "','type':'" type "'},'state':'" state "','commit_id':'" sha    \
    "','submitted_at':'" at "','pull_request_url':'" REPO "/pulls/7'}"
#define APPROVED REVIEW("Bob", "User", "APPROVED", "h2", "2026-01-20T10:00:00Z")
#define RULES(names)                                                                               \
    "{'url':'" REPO "/branches/main/protection','enforce_admins':{'enabled':true},"                \
    "'allow_force_pushes':{'enabled':false},'required_status_checks':{'contexts':[" names "]}}"
#define RUN(name, sha, conclusion, at)                                                             \
    "{'id':1,'url':'" REPO "/check-runs/1','name':'" name "','head_sha':'" sha                     \
    "','status':'completed','conclusion':'" conclusion "','completed_at':'" at                     \
    "','check_suite':{'id':5}}"
#define RUN_OF(suite, name, sha, conclusion, at)                                                   \
    "{'id':" suite "9,'url':'" REPO "/check-runs/" suite "9','name':'" name "','head_sha':'" sha      \
    "','status':'completed','conclusion':'" conclusion "','completed_at':'" at                     \
    "','check_suite':{'id':" suite "}}"
#define RULESET(target, include, exclude, name)                                                    \
    "{'name':'r','source':'Contoso/Pay','source_type':'Repository','target':'" target              \
    "','enforcement':'active','conditions':{'ref_name':{'include':[" include "],'exclude':["       \
    exclude "]}},'rules':[{'type':'required_status_checks','parameters':{"                         \
    "'required_status_checks':[{'context':'" name "'}]}}]}"
#define ORGANISATION(owner)                                                                        \
    "{'name':'r','source':'" owner "','source_type':'Organization','target':'branch','enforcement':" \
    "'active','conditions':{'ref_name':{'include':['~ALL'],'exclude':[]},'repository_name':{}},"    \
    "'rules':[{'type':'required_status_checks','parameters':{'required_status_checks':["            \
    "{'context':'Lint'}]}}]}"
#define EARLY "2026-01-20T11:30:00Z"
#define GREEN RUN("Build", "h2", "success", "2026-01-20T10:30:00Z")
#define COMMIT(sha, author, committer, parents)                                                    \
    "{'url':'" REPO "/commits/" sha "','sha':'" sha "','commit':{'message':'m','committer':"       \
    "{'date':'2026-01-20T11:00:00Z'}},'author':{'login':'" author "','type':'User'},'committer':"  \
    "{'login':'" committer "','type':'User'},'parents':[" parents "]}"
#define C2 COMMIT("c2", "Ann", "web-flow", "{'sha':'c1'}")

static const char *const facts =
    "'repositories':['contoso/pay@main'],'scanner_checks':{'static':['CodeQL'],'dependency':"
    "['deps'],'infrastructure':['tfsec']},'environment_map':{'contoso/pay/production':{'staging':"
    "'Staging','tests':['Smoke']}}";

static bd_str json_list(const char *records) {
    bd_str text = bd_str_copy(test_arena(), bd_str_of(records));
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\'') {
            ((char *)(uintptr_t)text.data)[i] = '"';
        }
    }
    return bd_str_format(test_arena(), "[%.*s]", BD_ARG(text));
}

static void put_list(whole *w, const char *records, const char *more, const char *source) {
    if (records != NULL) {
        whole_add(w, json_list(records).data,
                  bd_str_format(test_arena(), ",\"source\":\"%s\"%s", source, more).data);
    }
}

/* A list of the month that broke off. */
static void put_part(whole *w, const char *records, const char *source) {
    bd_str name = bd_str_format(test_arena(), "%d.json", w->files++);
    scan_file(&w->bench, name.data, json_list(records),
              bd_str_format(test_arena(),
                            "{\"collected_at\":\"2026-02-02T06:00:00Z\",\"exporter\":\"e\","
                            "\"command\":\"portal: export\",\"complete\":false,\"source\":\"%s\"" MONTH
                            "}",
                            source)
                  .data);
}

static whole *told(const story *of) {
    const char *gates = of->gates != NULL ? of->gates : GATES;
    whole *w =
        whole_open(bd_str_format(test_arena(), "{'production_gates':%s,%s}", gates, facts).data);
    w->engagement.facts = whole_json(
        bd_str_format(test_arena(),
                      "{" GIVEN("production_gates", "%s") "," GIVEN(
                          "repositories",
                          "['contoso/pay@main']") "," GIVEN("scanner_checks",
                                                            "{'static':['CodeQL'],'dependency':['"
                                                            "deps']}") "," GIVEN("environment_map",
                                                                                 "{'contoso/pay/"
                                                                                 "production':{'"
                                                                                 "staging':'"
                                                                                 "Staging',"
                                                                                 "'tests':['Smoke']"
                                                                                 "}}") "}",
                      gates)
            .data);
    const char *deployment = of->deployment != NULL ? of->deployment : NOW;
    const char *status = of->status != NULL ? of->status : NOW_DONE;
    const char *list = bd_str_format(test_arena(), "%s,%s%s%s", OLD, deployment,
                                     of->others != NULL ? "," : "",
                                     of->others != NULL ? of->others : "")
                           .data;
    const char *statuses = bd_str_format(test_arena(), "%s,%s", OLD_DONE, status).data;
    if (of->has_part_of_deployments) {
        put_part(w, list, "S73d");
    } else {
        put_list(w, list, MONTH, "S73d");
    }
    if (of->has_part_of_statuses) {
        put_part(w, statuses, "S73t");
    } else {
        put_list(w, statuses, MONTH, "S73t");
    }
    if (!of->has_no_log) {
        put_list(w, of->pull != NULL ? of->pull : PULL("c2", MERGED("Cid")), MONTH, "S73");
        put_list(w, of->review != NULL ? of->review : APPROVED, MONTH, "S73r");
    }
    put_list(w, of->runs != NULL ? of->runs : GREEN,
             of->has_early_runs ? ",\"describes_from\":\"2026-01-01T00:00:00Z\","
                                  "\"describes_to\":\"2026-01-20T00:00:00Z\""
                                : MONTH,
             "S73k");
    put_list(w, of->commits != NULL ? of->commits : C2 "," COMMIT("c1", "Eve", "Eve", ""), MONTH,
             "S73c");
    put_list(w, of->rules != NULL ? of->rules : RULES("'Build'"), "", "S71");
    whole_judge(w);
    return w;
}

static void expect(const story *of, const char *requirement, const char *check,
                   const char *expected, size_t row) {
    whole *w = told(of);
    const char *found = whole_month(w, requirement, 0);
    const char *said = whole_verdict(w, check);
    test_failure("row %zu: %s; %.*s", row, said, BD_ARG(whole_reason(w, check)));
    (void)found;
    CHECK_EQ_STR(bd_str_format(test_arena(), "row %zu: %s", row, said),
                 bd_str_format(test_arena(), "row %zu: %s", row, expected).data);
    scan_bench_close(&w->bench);
}

TEST(checks_deployments, each_goes_back_to_a_reviewed_change_with_green_checks) {
    static const struct {
        story of;
        const char *expected;
    } rows[] = {
        {{0}, "pass"},
        {{.review = REVIEW("Ann", "User", "APPROVED", "h2", "2026-01-20T10:00:00Z")}, "fail"},
        {{.review = REVIEW("bob", "Bot", "APPROVED", "h2", "2026-01-20T10:00:00Z")}, "fail"},
        {{.review = REVIEW("bob", "User", "COMMENTED", "h2", "2026-01-20T10:00:00Z")}, "fail"},
        {{.review = REVIEW("bob", "User", "APPROVED", "h1", "2026-01-20T10:00:00Z")},
         "fail"}, /* before the last push */
        {{.review = REVIEW("bob", "User", "APPROVED", "h2", "2026-01-20T11:00:01Z")}, "fail"},
        {{.runs = RUN("Build", "h2", "failure", "2026-01-20T10:30:00Z")}, "fail"},
        {{.runs = RUN("Build", "h2", "skipped", "2026-01-20T10:30:00Z")}, "fail"},
        {{.runs = RUN("Build", "h2", "neutral", "2026-01-20T10:30:00Z")}, "fail"},
        {{.runs = RUN("Build", "h2", "success", "2026-01-20T11:30:00Z")}, "fail"}, /* after it */
        {{.runs = RUN("Build", "h2", "failure", "2026-01-20T10:20:00Z") "," GREEN}, "pass"},
        {{.runs = GREEN "," RUN("Build", "h2", "failure", "2026-01-20T10:40:00Z")}, "fail"},
        /* that a check did not run is shown only where its name is that of a check */
        {{.runs = RUN("Other", "h2", "success", "2026-01-20T10:30:00Z")}, "cannot-tell"},
        {{.runs = RUN("Other", "h2", "success", "2026-01-20T10:30:00Z") "," RUN("Build", "h9",
                                                                                "success", EARLY)},
         "fail"},
        {{.runs = RUN("Build", "c2", "success", "2026-01-20T10:30:00Z")}, "cannot-tell"},
        {{.runs = GREEN "," RUN("Other", "h2", "failure", "2026-01-20T10:30:00Z")}, "pass"},
        {{.rules = RULES("'Build','Test'")}, "cannot-tell"},
        {{.rules = RULES("'Build','Test'"), .runs = GREEN "," RUN("Test", "c1", "success", EARLY)},
         "fail"},
        {{.rules = RULES("'Build'"), .has_early_runs = true, .runs = RUN("Build", "h9", "success",
          "2026-01-19T10:30:00Z") "," RUN("Other", "h2", "success", "2026-01-19T10:30:00Z")},
         "cannot-tell"}, /* the runs were read before the merge: more may have come */
        {{.rules = RULES("")}, "cannot-tell"},
        {{.rules = "{'name':'r','source':'Contoso/Pay','source_type':'Repository','target':"
                   "'branch','enforcement':'evaluate','rules':[{'type':'required_status_checks',"
                   "'parameters':{'required_status_checks':[{'context':'build'}]}}]}"},
         "cannot-tell"}, /* reports only */
        {{.rules = "{'name':'r','source':'Contoso/Pay','source_type':'Repository','target':"
                   "'branch','enforcement':'active','rules':[{'type':'required_status_checks',"
                   "'parameters':{'required_status_checks':[{'context':'BUILD'}]}}]}"},
         "cannot-tell"}, /* of which branches it does not say */
        {{.rules = RULESET("branch", "'~ALL'", "", "BUILD")}, "pass"},
        /* of the organisation: for which of its repositories is not worked out */
        {{.rules = RULES("'Build'") "," ORGANISATION("Contoso")}, "cannot-tell"},
        {{.rules = RULES("'Build'") "," ORGANISATION("Contoso"),
          .runs = GREEN "," RUN("Lint", "h2", "success", "2026-01-20T10:30:00Z")},
         "pass"},
        {{.rules = RULES("'Build'") "," ORGANISATION("Cont")}, "pass"},
        {{.pull = PULL("c9", ""), .commits = COMMIT("c1", "Eve", "Eve", "")},
         "cannot-tell"}, /* the list does not reach back to the commit */
        {{.pull = PULL("c9", ""), .commits = C2}, "fail"}, /* made in the month: pushed directly */
        {{.has_no_log = true}, "cannot-tell"},
        {{.pull = "{'url':'" REPO "/pulls/7','number':7,'head':{},'base':{'ref':'main'},"
                  "'merge_commit_sha':'c2','merged_at':'2026-01-20T11:00:00Z','user':{'login':"
                  "'Ann'}}",
          .runs = "{'id':1,'url':'" REPO "/check-runs/1','name':'Build','status':'completed',"
                  "'head_sha':'','conclusion':'success','completed_at':'2026-01-20T10:30:00Z',"
                  "'check_suite':{}}",
          .review = REVIEW("Bob", "User", "APPROVED", "", "2026-01-20T10:00:00Z")},
         "cannot-tell"}, /* what has no commit is of none */
        {{.status = STATUS("2", "failure", "2026-01-20T12:10:00Z")}, "not-applicable"},
        {{.status = STATUS("2", "in_progress", "2026-01-20T12:10:00Z")}, "cannot-tell"},
        {{.status = STATUS("3", "success", "2026-01-20T12:10:00Z")}, "cannot-tell"},
        {{.deployment = DEPLOYED("2", "c2", "staging", "2026-01-20T12:00:00Z", "Bot")},
         "not-applicable"},
        {{.gates = "['contoso/pay/production','contoso/other/production']"}, "pass"},
        /* he took his approval back; another's objection does not take it back for him */
        {{.review = APPROVED "," REVIEW("Bob", "User", "CHANGES_REQUESTED", "h2",
                                        "2026-01-20T10:30:00Z")},
         "fail"},
        {{.review = APPROVED "," REVIEW("bob", "User", "DISMISSED", "h2", "2026-01-20T10:00:00Z")},
         "fail"},
        {{.review = APPROVED "," REVIEW("Bob", "User", "COMMENTED", "h2", "2026-01-20T10:30:00Z")},
         "pass"},
        {{.review = APPROVED "," REVIEW("Eve", "User", "CHANGES_REQUESTED", "h2",
                                        "2026-01-20T10:30:00Z")},
         "pass"},
        {{.review = APPROVED "," REVIEW("Bob", "User", "CHANGES_REQUESTED", "h2",
                                        "2026-01-20T11:30:00Z")},
         "pass"}, /* after the merge */
        /* nothing shows who wrote it: perhaps he who approved */
        {{.commits = COMMIT("c1", "Eve", "Eve", "")}, "cannot-tell"},
        {{.commits = COMMIT("h2", "Ann", "Ann", "{'sha':'c1'}")}, "pass"},
        /* who approved it wrote it, whoever opened the pull request */
        {{.commits = C2 "," COMMIT("h2", "bob", "bob", "{'sha':'c1'}")}, "cannot-tell"},
        {{.commits = COMMIT("c2", "Bob", "web-flow", "{'sha':'c1'}")}, "cannot-tell"},
        {{.commits = COMMIT("c2", "Bob", "web-flow", "{'sha':'c1'},{'sha':'h2'}") "," COMMIT(
              "h2", "Ann", "Ann", "{'sha':'c1'}")},
         "pass"}, /* he pressed the button */
        /* red in one workflow, green in another of the same name */
        {{.runs = RUN_OF("4", "Build", "h2", "failure", "2026-01-20T10:20:00Z") "," GREEN},
         "cannot-tell"},
        {{.runs = RUN_OF("4", "Build", "h2", "success", "2026-01-20T10:20:00Z") "," GREEN}, "pass"},
        {{.rules = RULESET("tag", "'~ALL'", "", "Build")}, "cannot-tell"},
        {{.rules = RULESET("branch", "'refs/heads/develop'", "", "Build")}, "cannot-tell"},
        {{.rules = RULESET("branch", "'~ALL'", "'refs/heads/main'", "Build")}, "cannot-tell"},
        {{.rules = RULESET("branch", "'refs/heads/main'", "", "Build")}, "pass"},
        {{.rules = RULESET("branch", "'~DEFAULT_BRANCH'", "", "Build")}, "pass"},
        {{.rules = RULESET("branch", "'~ALL'", "", "Build")}, "pass"},
        /* one that may hold for the branch neither passes nor fails by itself */
        {{.rules = RULES("'Build'") "," RULESET("branch", "'refs/heads/ma*'", "", "Build")},
         "pass"},
        {{.rules = RULES("'Build'") "," RULESET("branch", "'refs/heads/ma*'", "", "Lint"),
          .runs = GREEN "," RUN("Lint", "h2", "failure", "2026-01-20T10:30:00Z")},
         "cannot-tell"},
        {{.rules = RULES("'Build'") "," RULESET("branch", "'refs/heads/develop'", "", "Lint"),
          .runs = GREEN "," RUN("Lint", "h2", "failure", "2026-01-20T10:30:00Z")},
         "pass"},
        /* its clock runs ahead, and no list of pull requests was read */
        {{.has_no_log = true,
          .commits = "{'url':'" REPO "/commits/c2','sha':'c2','commit':{'message':'m','committer':"
                     "{'date':'2026-01-20T12:00:09Z'}},'author':{'login':'Ann'},'committer':"
                     "{'login':'web-flow'},'parents':[{'sha':'c1'}]}"},
         "cannot-tell"},
        /* one that was merged, and then merged again elsewhere: only its own commit counts */
        {{.pull = PULL("c9", MERGED("Cid")) "," PULL_8("c2", "Ann")}, "fail"},
        {{.review = REVIEW("Bob ", "User", "APPROVED", "h2", "2026-01-20T10:00:00Z")}, "pass"},
        {{.review = REVIEW(" ANN", "User", "APPROVED", "h2", "2026-01-20T10:00:00Z")}, "fail"},
        {{.review = REVIEW("Bob", "User", "APPROVED", "h2", "2026-01-20T12:00:00+01:00")}, "pass"},
        {{.review = REVIEW("Bob", "User", "APPROVED", "h2", "2026-01-20T10:00:00-05:00")}, "fail"},
        {{.review = "{'user':null,'state':'APPROVED','commit_id':'h2','submitted_at':"
                    "'2026-01-20T10:00:00Z','pull_request_url':'" REPO "/pulls/7'}"},
         "fail"},
        {{.review = "{'id':1,'user':{'login':'Bob','type':'User'},'state':'APPROVED','commit_id':"
                    "'h2','submitted_at':'2026-01-20T10:00:00Z','pull_request_url':"
                    "'https://api.github.com/repos/contoso/other/pulls/7'}"},
         "cannot-tell"}, /* of another repository, and of this one nothing was read */
        {{.runs = "{'id':1,'url':'https://api.github.com/repos/contoso/other/check-runs/1','name':"
                  "'Build','head_sha':'h2','status':'completed','conclusion':'success',"
                  "'completed_at':'2026-01-20T10:30:00Z','check_suite':{'id':5}}"},
         "cannot-tell"},
        {{.pull = "{'url':'https://api.github.com/repos/contoso/other/pulls/7','number':7,'head':{"
                  "'sha':'h2'},'base':{'ref':'main'},'merge_commit_sha':'c2','merged_at':"
                  "'2026-01-20T11:00:00Z','user':{'login':'Ann','type':'User'}}"},
         "cannot-tell"},
        {{.deployment = NOW "," NOW}, "pass"}, /* the same record twice */
        /* was live once, and a status that came after the failure is not told */
        {{.status = STATUS("2", "failure", "2026-01-20T12:10:00Z") "," STATUS(
              "2", "inactive", "2026-01-21T12:10:00Z")},
         "cannot-tell"},
        {{.status = STATUS("2", "failure", "2026-01-20T12:10:00Z") "," STATUS(
              "2", "in_progress", "2026-01-20T12:20:00Z")},
         "cannot-tell"},
        {{.has_part_of_statuses = true, .status = STATUS("2", "failure", "2026-01-20T12:10:00Z")},
         "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        expect(&rows[i].of, "5.4b", "deployments-reviewed", rows[i].expected, i);
    }
}

TEST(checks_deployments, none_was_written_and_released_by_one_person) {
    static const struct {
        story of;
        const char *expected;
    } rows[] = {
        {{0}, "pass"},
        {{.deployment = DEPLOYED("2", "c2", "Production", "2026-01-20T12:00:00Z", "User")}, "fail"},
        {{.deployment = DEPLOYED("2", "c2", "production", "2026-01-20T12:00:00Z", "")},
         "cannot-tell"},
        {{.pull = PULL("c2", MERGED("ann"))}, "fail"}, /* one person alone */
        {{.pull = PULL("c2", "")}, "cannot-tell"},     /* the list does not say who merged */
        {{.pull = PULL("c2", ",'merged_by':{'login':'queue','type':'Bot'}")}, "cannot-tell"},
        {{.pull = PULL("c2", "") "," PULL("c2", MERGED("Cid"))}, "pass"},
        {{.pull = PULL("c9", MERGED("Cid"))}, "cannot-tell"},
        /* not only the last commit: Cid wrote the one before */
        {{.commits = COMMIT("c2", "Ann", "web-flow", "{'sha':'b2'}") "," COMMIT(
              "b2", "Cid", "Cid", "{'sha':'c1'}") "," COMMIT("c1", "Eve", "Eve", "")},
         "cannot-tell"},
        {{.commits = COMMIT("c2", "Cid", "web-flow", "{'sha':'b2'}") "," COMMIT(
              "b2", "Cid", "Cid", "{'sha':'c1'}") "," COMMIT("c1", "Eve", "Eve", "")},
         "fail"},
        /* he put it there: a rebase says so, too, and does not show that he wrote it */
        {{.commits = COMMIT("c2", "Ann", "Cid", "{'sha':'c1'}") "," COMMIT("c1", "Eve", "Eve", "")},
         "cannot-tell"},
        {{.commits = COMMIT("c2", "Cid", "Cid", "{'sha':'c1'}") "," COMMIT("c1", "Eve", "Eve", "")},
         "fail"},
        {{.commits = COMMIT("c2", "Ann", "web-flow", "{'sha':'b2'}")}, "cannot-tell"},
        {{.commits = COMMIT("c2", "", "web-flow", "{'sha':'c1'}")}, "cannot-tell"},
        {{.commits = "{'url':'" REPO "/commits/c2','sha':'c2','commit':{'message':'m\\n"
                     "Co-authored-by: C <c@c.example>','committer':{'date':"
                     "'2026-01-20T11:00:00Z'}},'author':{'login':'Ann'},'committer':{'login':"
                     "'web-flow'},'parents':[{'sha':'c1'}]}"},
         "cannot-tell"}, /* with somebody whose account is not known */
        /* the merge itself holds nothing: who pressed the button is no author */
        {{.commits = COMMIT("c2", "Cid", "web-flow", "{'sha':'c1'},{'sha':'h2'}") "," COMMIT(
              "h2", "Ann", "Ann", "{'sha':'c1'}") "," COMMIT("c1", "Eve", "Eve", "")},
         "pass"},
        {{.commits = COMMIT("c2", "Cid", "Cid", "{'sha':'c1'},{'sha':'h2'}") "," COMMIT(
              "h2", "Ann", "Ann", "{'sha':'c1'}") "," COMMIT("c1", "Eve", "Eve", "")},
         "cannot-tell"}, /* merged by hand: it may hold anything */
        /* three in a row, and back: what each shipped counts from the one before it */
        {{.deployment = NOW "," THIRD("c3", "2026-01-21T12:00:00Z"),
          .status = NOW_DONE "," THIRD_DONE,
          .pull = PULL("c2", MERGED("Cid")) "," PULL_8("c3", "Eve"),
          .commits = C2 "," COMMIT("c1", "Eve", "Eve", "") "," COMMIT("c3", "Eve", "web-flow",
                                                                      "{'sha':'c2'}")},
         "fail"},
        {{.deployment = NOW "," THIRD("c3", "2026-01-21T12:00:00Z"),
          .status = NOW_DONE "," THIRD_DONE,
          .pull = PULL("c2", MERGED("Cid")) "," PULL_8("c3", "Cid"),
          .commits = C2 "," COMMIT("c1", "Eve", "Eve", "") "," COMMIT("c3", "Eve", "web-flow",
                                                                      "{'sha':'c2'}")},
         "pass"},
        {{.deployment = THIRD("b1", "2026-01-15T12:00:00Z") "," NOW,
          .status = NOW_DONE "," THIRD_DONE,
          .pull = PULL("c2", MERGED("Cid")) "," PULL_8("b1", "Ann"),
          .commits = COMMIT("c2", "Cid", "web-flow", "{'sha':'c1'}") "," COMMIT(
              "c1", "Eve", "Eve", "") "," COMMIT("b1", "Eve", "Eve", "{'sha':'b0'}") "," COMMIT(
              "b0", "Bea", "Bea", "")},
         "cannot-tell"}, /* the one between was of another line: Eve's commit is shipped again */
        {{.deployment = DEPLOYED("2", "c1", "production", "2026-01-20T12:00:00Z", "Bot"),
          .pull = PULL("c1", MERGED("Cid")),
          .commits = C2},
         "pass"}, /* the same commit again ships nothing new */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        expect(&rows[i].of, "5.3c", "deployments-by-two-people", rows[i].expected, i);
    }
}

#define SCANS(when, static_end, dependency_end)                                                    \
    RUN("codeql", "c2", static_end, when) "," RUN("Deps", "h2", dependency_end, when)

TEST(checks_deployments, scans_ran_and_passed_before_each) {
    static const struct {
        story of;
        const char *expected;
    } rows[] = {
        {{.runs = SCANS(EARLY, "success", "success")}, "pass"},
        {{.runs = SCANS(EARLY, "failure", "success")}, "fail"},
        {{.runs = SCANS(EARLY, "success", "skipped")}, "fail"},
        {{.runs = SCANS(EARLY, "success", "cancelled")}, "fail"},
        {{.runs = SCANS("2026-01-20T12:00:01Z", "success", "success")}, "fail"}, /* too late */
        {{.runs = RUN("codeql", "c2", "success", EARLY)},
         "cannot-tell"}, /* of h2 nothing is read */
        /* no dependency scan: shown where it is known to run as a check, and the fact to name it right */
        {{.runs = RUN("codeql", "c2", "success", EARLY) "," GREEN}, "cannot-tell"},
        {{.runs = RUN("codeql", "c2", "success", EARLY) "," GREEN "," RUN("deps", "c1", "success",
                                                                          EARLY)},
         "fail"},
        {{.runs = RUN("build", "c2", "success", EARLY) "," GREEN "," RUN("codeql", "c1", "success",
                                                                         EARLY)},
         "fail"}, /* a build is no scan */
        {{.runs = SCANS(EARLY, "success", "success") "," RUN_OF("6", "codeql", "c2", "failure",
                                                                EARLY)},
         "cannot-tell"}, /* two of one name */
        {{.runs = SCANS(EARLY, "success", "success") "," RUN("codeql", "c2", "failure",
                                                             "2026-01-20T11:40:00Z")},
         "fail"}, /* the last run holds */
        {{.runs = SCANS(EARLY, "success", "success"), .pull = PULL("c9", "")},
         "cannot-tell"}, /* of which pull request it is, is not known */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        expect(&rows[i].of, "8.3c", "deployments-scanned", rows[i].expected, i);
    }
}

#define STAGED(sha, at) DEPLOYED("3", sha, "staging", at, "Bot")
#define STAGED_DONE(state, at) NOW_DONE "," STATUS("3", state, at)
#define NINE "2026-01-20T09:00:00Z"
#define SMOKE(end, at) RUN("smoke", "c2", end, at)

TEST(checks_deployments, each_ran_in_staging_with_its_tests_first) {
    static const struct {
        story of;
        const char *expected;
    } rows[] = {
        {{.others = STAGED("c2", NINE),
          .status = STAGED_DONE("success", NINE),
          .runs = SMOKE("success", EARLY)},
         "pass"},
        {{.others = STAGED("c2", NINE),
          .status = STAGED_DONE("success", NINE),
          .runs = SMOKE("failure", EARLY)},
         "fail"},
        {{.others = STAGED("c2", NINE),
          .status = STAGED_DONE("success", NINE),
          .runs = SMOKE("success", "2026-01-20T08:00:00Z")},
         "fail"}, /* tested before it was there */
        {{.others = STAGED("c2", NINE),
          .status = STAGED_DONE("success", NINE),
          .runs = SMOKE("success", "2026-01-20T12:30:00Z")},
         "fail"}, /* and after production */
        {{.others = STAGED("c2", NINE), .status = STAGED_DONE("success", NINE), .runs = GREEN},
         "cannot-tell"}, /* runs of the commit were not read */
        {{.others = STAGED("c2", NINE),
          .status = STAGED_DONE("failure", NINE),
          .runs = SMOKE("success", EARLY)},
         "fail"},
        {{.others = STAGED("c2", NINE), .runs = SMOKE("success", EARLY)},
         "cannot-tell"}, /* its outcome is not on file */
        {{.others = STAGED("c3", NINE),
          .status = STAGED_DONE("success", NINE),
          .runs = SMOKE("success", EARLY)},
         "fail"}, /* another commit */
        {{.others = STAGED("c2", NINE),
          .status = STAGED_DONE("success", "2026-01-20T13:00:00Z"),
          .runs = SMOKE("success", EARLY)},
         "fail"},                                           /* later */
        {{.runs = SMOKE("success", EARLY)}, "cannot-tell"}, /* perhaps only production was asked */
        {{.has_part_of_deployments = true,
          .others = STAGED("c3", NINE),
          .status = STAGED_DONE("success", NINE),
          .runs = SMOKE("success", EARLY)},
         "cannot-tell"}, /* the run in staging may stand on a later page */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        expect(&rows[i].of, "8.6a", "deployments-staged", rows[i].expected, i);
    }
}

/* ---- days and gates that nobody looked at ---- */

static void expect_month(const char *gates, const char *from, const char *to, const char *rows,
                         const char *expected) {
    whole *w =
        whole_open(bd_str_format(test_arena(), "{'production_gates':%s,%s}", gates, facts).data);
    w->engagement.facts = whole_json(
        bd_str_format(test_arena(), "{" GIVEN("production_gates", "%s") "}", gates).data);
    put_list(w, rows,
             bd_str_format(test_arena(),
                           ",\"describes_from\":\"2026-%sT00:00:00Z\",\"describes_to\":\"2026-"
                           "%sT00:00:00Z\"",
                           from, to)
                 .data,
             "S73d");
    put_list(w, OLD_DONE, MONTH, "S73t");
    whole_judge(w);
    CHECK_EQ_STR(bd_str_of(whole_month(w, "5.4b", 0)), expected);
    scan_bench_close(&w->bench);
}

TEST(checks_deployments, a_gate_or_a_day_that_nobody_looked_at_is_no_pass) {
    expect_month(GATES, "01-01", "02-01", OLD, "no-occurrence"); /* looked at, and nothing there */
    expect_month(GATES, "01-01", "01-20", OLD, "cannot-tell");
    expect_month(GATES, "01-05", "02-01", OLD, "cannot-tell");
    expect_month(GATES, "01-01", "02-01", DEPLOYED("9", "c1", "staging", NINE, "Bot"),
                 "cannot-tell"); /* shows another environment only */
    expect_month(GATES, "01-01", "02-01", "", "missing"); /* an empty list is of no gate */
    expect_month("['contoso/pay/production','contoso/other/production']", "01-01", "02-01", OLD,
                 "cannot-tell");
    expect_month("['contoso/pay/production','environment/prod']", "01-01", "02-01", OLD,
                 "cannot-tell"); /* Azure DevOps */
}

#define ELSEWHERE                                                                                  \
    "{'url':'https://api.github.com/repos/contoso/other/deployments/5','id':5,'sha':'o1','task':"  \
    "'deploy','environment':'production','creator':{'login':'bot','type':'Bot'},'created_at':"     \
    "'2025-12-01T00:00:00Z','statuses_url':'https://api.github.com/repos/contoso/other/"           \
    "deployments/5/statuses'}"

/* Records that are not what GitHub writes: they break nothing, and speak for nothing. */
TEST(checks_deployments, records_of_the_wrong_kind_pass_nothing) {
    static const struct {
        story of;
        const char *requirement, *check;
    } rows[] = {
        {{.deployment = "{'url':7,'id':{},'sha':['c2'],'environment':'production','created_at':"
                        "'2026-01-20T12:00:00Z','statuses_url':'" REPO "/deployments/2'}"},
         "5.4b",
         "deployments-reviewed"},
        {{.deployment = "{'id':2,'sha':'c2','environment':'production','created_at':'soon',"
                        "'task':'t','statuses_url':'" REPO "/deployments/2/statuses'}"},
         "5.4b",
         "deployments-reviewed"},
        {{.deployment = "{'id':2,'sha':'','environment':'production','created_at':"
                        "'2026-01-20T12:00:00Z','statuses_url':'" REPO "/deployments/2/statuses'}",
          .commits = "{'url':'" REPO "/commits/','sha':'','commit':7,'author':[],'parents':{}}"},
         "5.3c",
         "deployments-by-two-people"},
        {{.status = "{'state':['success'],'created_at':null,'deployment_url':'" REPO
                    "/deployments/2'}"},
         "5.4b",
         "deployments-reviewed"},
        {{.pull = "{'url':'" REPO "/pulls/7','head':'h2','base':[],'merge_commit_sha':'c2',"
                  "'merged_at':'2026-01-20T11:00:00Z','user':'Ann','merged_by':['Cid']}"},
         "5.4b",
         "deployments-reviewed"},
        {{.pull = "{'url':'" REPO "/pulls/7','head':'h2','base':[],'merge_commit_sha':'c2',"
                  "'merged_at':'2026-01-20T11:00:00Z','user':'Ann','merged_by':['Cid']}"},
         "5.3c",
         "deployments-by-two-people"},
        {{.review = "{'user':{'login':{},'type':'User'},'state':'APPROVED','commit_id':'h2',"
                    "'submitted_at':'2026-01-20T10:00:00Z','pull_request_url':'" REPO
                    "/pulls/7'},{'user':null,'state':7,'commit_id':[],'submitted_at':{},"
                    "'pull_request_url':'" REPO "/pulls/7'}"},
         "5.4b",
         "deployments-reviewed"},
        {{.rules = "{'name':'r','source':'Contoso/Pay','target':'branch','enforcement':'active',"
                   "'conditions':{'ref_name':{'include':[7,null,'~ALL'],'exclude':'x'}},'rules':["
                   "7,{'type':'required_status_checks','parameters':{'required_status_checks':["
                   "7,null,{},{'context':'Build'}]}}]}"},
         "5.4b",
         "deployments-reviewed"},
        {{.runs = "{'url':'" REPO "/check-runs/1','name':['Build'],'head_sha':'h2','conclusion':"
                  "'success','completed_at':'2026-01-20T10:30:00Z','check_suite':[]},{'url':'" REPO
                  "/check-runs/2','name':'Build','head_sha':'h2','conclusion':'success',"
                  "'completed_at':7,'check_suite':{'id':{}}}"},
         "5.4b",
         "deployments-reviewed"},
        {{.commits = "{'url':'" REPO "/commits/c2','sha':'c2','commit':{'message':7,'committer':"
                     "{'date':7}},'author':{'login':7},'committer':null,'parents':[7,{},{'sha':"
                     "'c2'},{'sha':'c1'}]}," COMMIT("c1", "Eve", "Eve", "")},
         "5.3c",
         "deployments-by-two-people"}, /* its own parent */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = told(&rows[i].of);
        bool is_passed = strcmp(whole_verdict(w, rows[i].check), "pass") == 0 ||
                         strcmp(whole_month(w, rows[i].requirement, 0), "clean") == 0;
        CHECK_EQ_INT(is_passed ? i : BD_COUNT(rows), BD_COUNT(rows));
        scan_bench_close(&w->bench);
    }
}

/* The list of one repository says nothing of the days and the pages of another's. */
TEST(checks_deployments, each_repository_has_a_list_of_its_own) {
    static const char *const spans[] = {"02-01", "01-10", NULL};
    static const char *const expected[] = {"no-occurrence", "cannot-tell", "cannot-tell"};
    const char *gates = "['contoso/pay/production','contoso/other/production']";
    for (size_t i = 0; i < BD_COUNT(spans); i++) {
        whole *w = whole_open(
            bd_str_format(test_arena(), "{'production_gates':%s,%s}", gates, facts).data);
        w->engagement.facts = whole_json(
            bd_str_format(test_arena(), "{" GIVEN("production_gates", "%s") "}", gates).data);
        put_list(w, OLD, MONTH, "S73d");
        if (spans[i] != NULL) {
            put_list(w, ELSEWHERE,
                     bd_str_format(test_arena(),
                                   ",\"describes_from\":\"2026-01-01T00:00:00Z\","
                                   "\"describes_to\":\"2026-%sT00:00:00Z\"",
                                   spans[i])
                         .data,
                     "S73d");
        } else {
            put_part(w, ELSEWHERE, "S73d");
        }
        put_list(w, OLD_DONE, MONTH, "S73t");
        whole_judge(w);
        CHECK_EQ_STR(bd_str_of(whole_month(w, "5.4b", 0)), expected[i]);
        scan_bench_close(&w->bench);
    }
}

/* ---- 8.3 a: the scanners are among the checks that are required ---- */

#define RULE_PAGE(repository, checks)                                                              \
    "{'url':'https://api.github.com/repos/" repository "/branches/main/protection',"               \
    "'enforce_admins':{'enabled':true},'allow_force_pushes':{'enabled':false},"                    \
    "'required_status_checks':{'contexts':[],'checks':[" checks "]}}"
#define NAMED(name) "{'context':'" name "','app_id':1}"
#define TOOLS(enforcement)                                                                         \
    "{'name':'r','source':'contoso/pay','source_type':'Repository','target':'branch',"             \
    "'enforcement':'" enforcement "','bypass_actors':[],'conditions':{'ref_name':{'include':["     \
    "'~DEFAULT_BRANCH'],'exclude':[]}},'rules':[{'type':'code_scanning','parameters':{"            \
    "'code_scanning_tools':[{'tool':'CodeQL'}]}},{'type':'required_status_checks','parameters':{"  \
    "'required_status_checks':[{'context':'deps'}]}}]}"
#define INFRA RULE_PAGE("contoso/infra", NAMED("tfsec"))
#define BUILD_POLICY(name, blocking)                                                               \
    "{'url':'u','type':{'id':'0609b952-1397-4640-95ec-e00a01b2c241'},'isEnabled':true,"            \
    "'isBlocking':" blocking ",'isDeleted':false,'settings':{'displayName':'" name                 \
    "','buildDefinitionId':5,'scope':[{'repositoryId':'guid-1','refName':'refs/heads/main',"       \
    "'matchKind':'Exact'}]}}"

static void expect_scanners(const char *repositories, const char *rules, const char *policies,
                            const char *scanners, const char *expected, size_t row) {
    whole *w = whole_open(bd_str_format(test_arena(),
                                        "{'repositories':%s,'infrastructure_repositories':"
                                        "['contoso/infra@main']%s%s}",
                                        repositories,
                                        scanners[0] != '\0' ? ",'scanner_checks':" : "", scanners)
                              .data);
    put_list(w, rules, "", "S71");
    put_list(w, policies, "", "S70");
    whole_judge(w);
    static const char *const checks[] = {"static-scan-required", "dependency-scan-required",
                                         "infrastructure-scan-required"};
    bd_str said = {"", 0};
    for (size_t i = 0; i < BD_COUNT(checks); i++) {
        said = bd_str_format(test_arena(), "%.*s%c", BD_ARG(said), whole_verdict(w, checks[i])[0]);
    }
    test_failure("row %zu", row);
    CHECK_EQ_STR(said, expected);
    scan_bench_close(&w->bench);
}

TEST(checks_deployments, a_scan_is_required_where_bindery_json_names_a_required_check_so) {
    static const char *const pay = "['contoso/pay@main']";
    static const char *const names =
        "{'static':['CodeQL'],'dependency':['deps'],'infrastructure':['tfsec']}";
    static const struct {
        const char *repositories, *rules, *policies, *scanners, *expected;
    } rows[] = {
        {NULL, RULE_PAGE("contoso/pay", NAMED("codeql") "," NAMED("Deps")) "," INFRA, NULL, NULL,
         "ppp"},
        {NULL, RULE_PAGE("contoso/pay", NAMED("codeql")) "," INFRA, NULL, NULL, "pcp"},
        {NULL, RULE_PAGE("contoso/pay", NAMED("build")) "," INFRA, NULL, NULL, "ccp"},
        {NULL, RULE_PAGE("contoso/pay", NAMED("tfsec")) "," INFRA, NULL, NULL, "ccp"},
        {NULL, RULE_PAGE("contoso/pay", NAMED("codeql") "," NAMED("deps")), NULL, NULL, "ppc"},
        {NULL, TOOLS("active") "," INFRA, NULL, NULL, "ppp"},
        {NULL, TOOLS("evaluate") "," INFRA, NULL, NULL, "ccp"}, /* reports only */
        /* of a repository of infrastructure its own scan is enough, on whichever list it stands */
        {"['contoso/pay@main','contoso/infra@main']", TOOLS("active") "," INFRA, NULL, NULL, "ppp"},
        {"['contoso/pay@main','contoso/infra@main']",
         TOOLS("active") "," RULE_PAGE("contoso/infra", NAMED("codeql") "," NAMED("deps")), NULL,
         NULL, "ccc"},
        {"['guid-1@main']", INFRA, BUILD_POLICY("codeql", "true") "," BUILD_POLICY("deps", "true"),
         NULL, "ppp"},
        {"['guid-1@main']", INFRA, BUILD_POLICY("codeql", "false") "," BUILD_POLICY("deps", "true"),
         NULL, "cpp"}, /* does not block */
        {NULL, TOOLS("active") "," INFRA, NULL, "{'static':[]}", "ccc"},
        {NULL, TOOLS("active") "," INFRA, NULL, "", "ccc"}, /* nobody says which checks scan */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        expect_scanners(rows[i].repositories != NULL ? rows[i].repositories : pay, rows[i].rules,
                        rows[i].policies, rows[i].scanners != NULL ? rows[i].scanners : names,
                        rows[i].expected, i);
    }
}
