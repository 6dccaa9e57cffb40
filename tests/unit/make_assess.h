/* make_assess.h - scenes for the tests of judging: a small catalog, snapshots, rows and documents made by hand.
 *
 *     scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-06-30", "Europe/Berlin");
 *     uint32_t may = put_snapshot(s, "S1", SUB_A, "2026-05-15T06:00:00Z");
 *     put_record(s, may, "each", "vm1", BD_FAIL);
 *     judge_scene(s);
 *     CHECK_EQ_STR(outcomes(s, "1.1a"), "MMMMDM");
 *
 * Catalogs are written with single quotes.  Everything is Allocated in test_arena().
 */
#ifndef MAKE_ASSESS_H
#define MAKE_ASSESS_H

#include "bindery/assess.h"
#include "bindery/crypto.h"

#include "make_carry.h"
#include "test.h"

#define SUB_A "aaaaaaaa-0000-0000-0000-000000000001"
#define SUB_B "bbbbbbbb-0000-0000-0000-000000000002"

typedef struct {
    const bd_catalog *catalog;
    const bd_rules *rules;
    bd_engagement engagement;
    bd_period period;
    bd_instant as_of;
    bd_evidences evidence;
    bd_collections collections;
    bd_snapshots snapshots;
    bd_spool *rows;
    BD_VEC(bd_not_applicable) not_applicable;
    BD_VEC(bd_act) acts;
    BD_VEC(bd_sampling) samplings;
    bd_strs items; /* "population: key" of each item as it came */
    uint32_t next_ordinal;
    const bd_assessment *out;
    BD_VEC(bd_finding) findings;
} scene;

/* ---- catalogs ---- */

static inline bd_str quoted(const char *text) {
    bd_str copy = bd_str_copy(test_arena(), bd_str_of(text));
    char *at = bd_alloc(test_arena(), copy.size + 1, 1);
    for (size_t i = 0; i < copy.size; i++) {
        at[i] = copy.data[i] == '\'' ? '"' : copy.data[i];
    }
    return (bd_str){at, copy.size};
}

#define A_CONTROL(number, frequency)                                                               \
    "{'number':'" number                                                                           \
    "','origin':'checklist','owner':'CISO','statement':'s','criteria':['CC1.1'],"                  \
    "'frequency':'" frequency "'}"
#define A_REQUIREMENT(control, req, frequency, age, grace, sources)                                \
    "{'control':'" control "','req':'" req                                                         \
    "','half':'configuration','statement':'s','sources':[" sources "],'frequency':'" frequency     \
    "','max_age_days':" #age ",'grace_days':" #grace ",'signoff':false}"
#define A_SOURCE(id, scope, more)                                                                  \
    "{'id':'" id "','title':'" id "','origin':'machine','scope':'" scope "','history':'none'" more \
    "}"
#define A_LOG(id, scope)                                                                           \
    "{'id':'" id "','title':'" id "','origin':'machine','scope':'" scope                           \
    "','history':'log','time':'time'}"
#define A_CHECK(id, control, req, shape, more)                                                     \
    "{'id':'" id "','version':1,'control':'" control "','requirement':'" req "','shape':'" shape   \
    "','title':'t','tested':'t','severity':'high','criteria':[],'property':'p','missing':'cannot-" \
    "tell'," more "}"
#define PASS_IF_OK "'pass':{'field':'ok','equals':true}"
#define A_CRITERION(id, category)                                                                  \
    "{'id':'" id "','category':'" category "','series':'CC1','series_title':'s','title':'t'}"
#define CATALOG_OF(criteria, controls, requirements, sources, checks)                              \
    "{'format':'bindery-catalog 1','criteria':[" criteria "],'controls':[" controls                \
    "],'requirements':[" requirements "],'sources':[" sources "],'checks':[" checks "]}"
#define SECURITY_OF(controls, requirements, sources, checks)                                       \
    CATALOG_OF(A_CRITERION("CC1.1", "Security"), controls, requirements, sources, checks)

/* One control 1.1 with one monthly-observed requirement and a check over the storage of each subscription. */
#define EACH_WITH(more)                                                                            \
    SECURITY_OF(A_CONTROL("1.1", "continuous"),                                                    \
                A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S1'"),                            \
                A_SOURCE("S1", "subscription", ""),                                                \
                A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK more))
#define EACH_CHECK EACH_WITH("")

/* ---- scenes ---- */

static inline bd_day day_of(const char *text) {
    bd_day day = BD_DAY_NONE;
    CHECK(text[0] == '\0' || bd_day_parse(bd_str_of(text), &day));
    return day;
}

static inline bd_instant at_of(const char *text) {
    bd_instant at = BD_INSTANT_NONE;
    CHECK(bd_instant_parse(bd_str_of(text), &at));
    return at;
}

static inline void compile_scene(scene *s) {
    bd_err err;
    CHECK_OK(bd_rules_compile(s->catalog, s->engagement.parameters, test_arena(), &s->rules, &err),
             err);
}

/* Held to the end of the test's process, so that it is no leak. */
static inline bd_spool *kept_spool(void) {
    static bd_spool *kept[64];
    static size_t count;
    CHECK(count < BD_COUNT(kept));
    kept[count] = bd_spool_open((size_t)16 << 20);
    return kept[count++];
}

/* `to` empty: a Type I report as of `from`. */
static inline scene *scene_of(const char *catalog, const char *from, const char *to,
                              const char *zone) {
    scene *s = bd_new(test_arena(), scene, 1);
    bd_err err;
    bd_catalog_file file = {BD_STR_INIT("test.json"), quoted(catalog)};
    CHECK_OK(bd_catalog_load(&file, 1, test_arena(), &s->catalog, &err), err);
    CHECK_OK(bd_zone_load(bd_str_of(zone), test_arena(), &s->engagement.zone, &err), err);
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Security");
    *bd_push(test_arena(), &s->engagement.subscriptions) =
        (bd_subscription){BD_STR(SUB_A), BD_STR("prod")};
    bool is_type_ii = to[0] != '\0';
    s->period = (bd_period){.id = BD_STR_INIT("P"), .is_type_ii = is_type_ii, .from = day_of(from)};
    s->period.to = is_type_ii ? day_of(to) : s->period.from;
    s->period.as_of = is_type_ii ? BD_DAY_NONE : s->period.from;
    s->period.fieldwork = BD_DAY_NONE;
    s->as_of = bd_period_end(&s->period, s->engagement.zone);
    s->rows = kept_spool();
    compile_scene(s);
    return s;
}

/* Facts as JSON in single quotes: {'critical_resources':['/subscriptions/...']}. */
static inline void state_facts(scene *s, const char *json) {
    bd_err err;
    CHECK_OK(bd_json_parse(quoted(json), &bd_json_default_limits, test_arena(),
                           &s->engagement.parameters, &err),
             err);
    compile_scene(s);
}

/* When a fact was approved, for what the rules make of the day. */
static inline void approve_facts(scene *s, const char *json) {
    bd_err err;
    CHECK_OK(bd_json_parse(quoted(json), &bd_json_default_limits, test_arena(),
                           &s->engagement.facts, &err),
             err);
}

static inline void judge_as_of(scene *s, const char *day) {
    s->as_of = bd_zone_day_start(s->engagement.zone, day_of(day) + 1);
}

static inline void expect_subscription(scene *s, const char *id, const char *name) {
    *bd_push(test_arena(), &s->engagement.subscriptions) =
        (bd_subscription){bd_str_of(id), bd_str_of(name)};
}

/* ---- evidence ---- */

static inline uint32_t put_item(scene *s, const char *source, bd_instant from, bd_instant to,
                                bool is_snapshot) {
    uint32_t index = (uint32_t)s->evidence.count;
    bd_evidence *item = bd_push(test_arena(), &s->evidence);
    item->given.number = index + 1;
    item->source = bd_str_of(source);
    *bd_push(test_arena(), &item->sources) = item->source;
    item->origin = BD_ORIGIN_MACHINE;
    item->collected_at = to;
    item->describes_from = from;
    item->describes_to = to;
    item->is_snapshot = is_snapshot;
    item->collection = (uint32_t)s->collections.count;
    item->completeness = BD_COMPLETE_YES;
    bd_collection *collection = bd_push(test_arena(), &s->collections);
    collection->completeness = BD_COMPLETE_YES;
    *bd_push(test_arena(), &collection->members) = index;
    return index;
}

/* What a scope is of was seen in the evidence. */
static inline void see_source(scene *s, uint32_t item, bd_str source) {
    bd_seens *seen = &s->evidence.data[item].facts.seen;
    for (size_t i = 0; i < seen->count; i++) {
        if (bd_str_eq(seen->data[i].source, source)) {
            return;
        }
    }
    *bd_push(test_arena(), seen) = (bd_seen){.source = source};
}

static inline void put_scope(scene *s, uint32_t item, const char *source, const char *scope) {
    const bd_evidence *from = &s->evidence.data[item];
    see_source(s, item, bd_str_of(source));
    *bd_push(test_arena(), &s->snapshots) =
        (bd_snapshot){.source = bd_str_of(source),
                      .scope = bd_str_of(scope),
                      .date = bd_instant_utc_day(from->describes_from),
                      .from = from->describes_from,
                      .to = from->describes_to,
                      .completeness = BD_COMPLETE_YES,
                      .may_pass = true,
                      .why_not = {"", 0},
                      .collection = from->collection,
                      .rows = 1,
                      .evidence = from->given.number};
}

static inline uint32_t put_snapshot(scene *s, const char *source, const char *scope,
                                    const char *at) {
    uint32_t item = put_item(s, source, at_of(at), at_of(at), true);
    put_scope(s, item, source, scope);
    return item;
}

static inline uint32_t put_log(scene *s, const char *source, const char *scope, const char *from,
                               const char *to) {
    uint32_t item = put_item(s, source, at_of(from), at_of(to), false);
    put_scope(s, item, source, scope);
    return item;
}

typedef enum { NOT_COMPLETE, NOT_SHOWN, TIME_ASSUMED, UNSIGNED } flaw;

/* What keeps an item from passing, as a scan would say it. */
static inline void spoil(scene *s, uint32_t item, flaw what) {
    bd_evidence *evidence = &s->evidence.data[item];
    bd_collection *collection = &s->collections.data[evidence->collection];
    bd_str why = BD_STR("spoiled");
    if (what == NOT_COMPLETE || what == NOT_SHOWN) {
        collection->completeness = what == NOT_COMPLETE ? BD_COMPLETE_NO : BD_COMPLETE_NOT_SHOWN;
        collection->reason = why;
    }
    evidence->collected_at_is_assumed = what == TIME_ASSUMED;
    if (what == UNSIGNED) {
        evidence->origin = BD_ORIGIN_HANDED_IN;
        evidence->signoff_reason = why;
    }
    for (size_t i = 0; i < s->snapshots.count; i++) {
        bd_snapshot *snapshot = &s->snapshots.data[i];
        if (snapshot->collection == evidence->collection) {
            snapshot->completeness = collection->completeness;
            snapshot->is_time_assumed = what == TIME_ASSUMED;
            snapshot->may_pass = false;
            snapshot->why_not = why;
        }
    }
}

/* ---- rows ---- */

static inline void put_row(scene *s, uint32_t item, bd_row row) {
    static bd_packer packer;
    bd_pack_begin(&packer);
    bd_pack_u32(&packer, item);
    bd_row_pack(&packer, NULL, &row);
    bd_err err;
    CHECK_OK(bd_spool_put(s->rows, bd_pack_end(&packer), &err), err);
}

static inline uint32_t check_index(const scene *s, const char *id) {
    const bd_check *check = bd_catalog_check(s->catalog, bd_str_of(id));
    CHECK(check != NULL);
    return check->index;
}

static inline bd_row row_of(scene *s, uint32_t item, const char *check, const char *key,
                            bd_verdict verdict) {
    bd_str scope = {"", 0};
    for (size_t i = 0; i < s->snapshots.count; i++) {
        scope = s->snapshots.data[i].evidence == item + 1 ? s->snapshots.data[i].scope : scope;
    }
    return (bd_row){.check = check_index(s, check),
                    .side = BD_SIDE_LEFT,
                    .verdict = verdict,
                    .type = BD_STR_INIT("t"),
                    .key = bd_str_of(key),
                    .resource = bd_str_of(key),
                    .subscription = scope,
                    .scope = scope,
                    .source = s->evidence.data[item].source,
                    .time = BD_INSTANT_NONE,
                    .ordinal = s->next_ordinal++,
                    .reason = verdict == BD_FAIL ? BD_STR("it fails") : BD_STR("")};
}

static inline void put_record(scene *s, uint32_t item, const char *check, const char *key,
                              bd_verdict verdict) {
    put_row(s, item, row_of(s, item, check, key, verdict));
}

/* A snapshot of SUB_A with one record. */
static inline uint32_t put_seen(scene *s, const char *at, const char *key, bd_verdict verdict) {
    uint32_t item = put_snapshot(s, "S1", SUB_A, at);
    put_record(s, item, "each", key, verdict);
    return item;
}

/* One row of a match: `side` of a population or an event. */
static inline void put_event(scene *s, uint32_t item, const char *check, bd_side side,
                             const char *key, const char *at) {
    bd_row row = row_of(s, item, check, key, BD_PASS);
    row.side = side;
    row.join = bd_str_of(key);
    row.time = at_of(at);
    row.reason = side == BD_SIDE_LEFT ? BD_STR("it was not shut in time") : BD_STR("");
    row.key = bd_str_format(test_arena(), "%s@%s", key, at);
    row.type = side == BD_SIDE_LEFT ? BD_STR("person") : BD_STR("event");
    put_row(s, item, row);
}

/* ---- documents ---- */

static inline bd_evidence *put_document(scene *s, const char *type, bd_document document,
                                        bool is_signed) {
    bd_day date =
        document.carried_out_on != BD_DAY_NONE ? document.carried_out_on : document.approved_on;
    bd_instant at =
        date != BD_DAY_NONE ? bd_zone_day_start(s->engagement.zone, date) : s->as_of - BD_HOUR;
    uint32_t index = put_item(s, "doc", at, at, true);
    bd_evidence *item = &s->evidence.data[index];
    document.type = bd_str_of(type);
    item->origin = BD_ORIGIN_HANDED_IN;
    item->is_document = true;
    item->has_sidecar = true;
    item->sidecar.has_document = true;
    item->sidecar.document = document;
    item->is_signed_off = is_signed;
    item->signoff_reason = is_signed ? BD_STR("") : BD_STR("no preparer is named");
    return item;
}

static inline bd_document carried_out(const char *day) {
    return (bd_document){.approved_on = BD_DAY_NONE,
                         .in_force_from = BD_DAY_NONE,
                         .in_force_to = BD_DAY_NONE,
                         .carried_out_on = day_of(day)};
}

/* A document with all that its checks ask; `states` in words divided by ';'. */
static inline bd_document stating(bd_document document, const char *states) {
    bd_str rest = bd_str_of(states), word;
    while (bd_str_cut(&rest, ';', &word)) {
        *bd_push(test_arena(), &document.states) = word;
    }
    document.has_states = true;
    return document;
}

static inline bd_document in_force(const char *approved, const char *from, const char *to) {
    return (bd_document){.approved_by = BD_STR_INIT("Ann"),
                         .has_approver_is_management = true,
                         .approver_is_management = true,
                         .approved_on = day_of(approved),
                         .in_force_from = day_of(from),
                         .in_force_to = day_of(to),
                         .carried_out_on = BD_DAY_NONE};
}

/* ---- judging ---- */

static inline bd_rc keep_finding(void *context, const bd_finding *finding, bd_err *err) {
    (void)err;
    scene *s = context;
    bd_finding *kept = bd_push(test_arena(), &s->findings);
    *kept = *finding;
    bd_str *const texts[] = {&kept->key, &kept->reason, &kept->resource, &kept->type};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_str_copy(test_arena(), *texts[i]);
    }
    return BD_OK;
}

static inline bd_rc keep_population_item(void *context, const bd_population *population,
                                         const bd_item *item, bd_err *err) {
    (void)err;
    scene *s = context;
    *bd_push(test_arena(), &s->items) =
        bd_str_format(test_arena(), "%.*s: %.*s %s", BD_ARG(population->name), BD_ARG(item->key),
                      bd_verdict_text(item->verdict));
    return BD_OK;
}

static inline const bd_assessment *judge_scene(scene *s) {
    const bd_row_spool spools[] = {{.rows = s->rows}};
    bd_assess_inputs inputs = {.catalog = s->catalog,
                               .rules = s->rules,
                               .engagement = &s->engagement,
                               .period = &s->period,
                               .as_of = s->as_of,
                               .evidence = &s->evidence,
                               .collections = &s->collections,
                               .snapshots = &s->snapshots,
                               .rows = spools,
                               .spool_count = 1,
                               .not_applicable = s->not_applicable.data,
                               .not_applicable_count = s->not_applicable.count,
                               .acts = s->acts.data,
                               .act_count = s->acts.count,
                               .samplings = s->samplings.data,
                               .sampling_count = s->samplings.count,
                               .on_item = keep_population_item,
                               .item_context = s,
                               .carries = bd_carried_open(s->catalog, NULL)};
    bd_err err;
    s->findings.count = 0;
    s->items.count = 0;
    CHECK_OK(bd_assess(&inputs, test_arena(), keep_finding, s, &s->out, &err), err);
    check_carried(&inputs, inputs.carries, /*most*/ 4);
    bd_carried_close(inputs.carries);
    return s->out;
}

/* Somebody signs for an exception of the last judgement. */
static inline bd_act *sign_act(scene *s, bd_act_kind kind, size_t index, const char *name) {
    const bd_exception *exception = &s->out->exceptions.data[index];
    bd_act *act = bd_push(test_arena(), &s->acts);
    *act = (bd_act){.kind = kind,
                    .check = exception->check->id,
                    .type = exception->type,
                    .key = exception->key,
                    .property = exception->property,
                    .failing = exception->last_seen_failing,
                    .name = bd_str_of(name),
                    .person = bd_str_of(name),
                    .is_known = true,
                    .until = BD_DAY_NONE};
    return act;
}

static inline void sign_response(scene *s, size_t index) {
    sign_act(s, BD_ACT_RESPONSE, index, "Olga Lind");
    sign_act(s, BD_ACT_CLOSED, index, "Ada Berg");
}

/* ---- what came out ---- */

static inline const bd_control_result *control_of(const scene *s, const char *number) {
    for (size_t i = 0; i < s->out->control_count; i++) {
        if (bd_str_eqz(s->out->controls[i].control->number, number)) {
            return &s->out->controls[i];
        }
    }
    test_fail(__FILE__, __LINE__, "no control '%s'", number);
}

static inline const bd_requirement_result *requirement_of(const scene *s, const char *id) {
    for (size_t i = 0; i < s->out->control_count; i++) {
        for (size_t j = 0; j < s->out->controls[i].requirement_count; j++) {
            if (bd_str_eqz(s->out->controls[i].requirements[j].requirement->id, id)) {
                return &s->out->controls[i].requirements[j];
            }
        }
    }
    test_fail(__FILE__, __LINE__, "no requirement '%s'", id);
}

static inline const bd_instance *instance_of(const scene *s, const char *requirement,
                                             const char *id) {
    const bd_requirement_result *found = requirement_of(s, requirement);
    for (size_t i = 0; i < found->instance_count; i++) {
        if (bd_str_eqz(found->instances[i].id, id)) {
            return &found->instances[i];
        }
    }
    test_fail(__FILE__, __LINE__, "no instance '%s' of '%s'", id, requirement);
}

/* A letter per instance: Deviation (d: not accepted), Clean (c: late), ? cannot tell, Missing, 0 no occurrence,
 * L covered by change log, - not due. */
static inline char letter_of(const bd_instance *instance) {
    switch (instance->outcome) {
    case BD_OUTCOME_DEVIATION: return instance->is_accepted ? 'D' : 'd';
    case BD_OUTCOME_CLEAN: return instance->is_late ? 'c' : 'C';
    case BD_OUTCOME_CHANGE_LOG: return 'L';
    case BD_OUTCOME_CANNOT_TELL: return '?';
    case BD_OUTCOME_MISSING: return 'M';
    case BD_OUTCOME_NO_OCCURRENCE: return '0';
    case BD_OUTCOME_NOT_DUE: break;
    }
    return '-';
}

static inline bd_str outcomes(const scene *s, const char *requirement) {
    const bd_requirement_result *found = requirement_of(s, requirement);
    char *text = bd_alloc(test_arena(), found->instance_count + 1, 1);
    for (size_t i = 0; i < found->instance_count; i++) {
        text[i] = letter_of(&found->instances[i]);
    }
    return (bd_str){text, found->instance_count};
}

/* "[x] !" */
static inline bd_str state_of(const scene *s, const char *number) {
    const bd_control_result *control = control_of(s, number);
    return bd_str_format(test_arena(), "%s%s", bd_state_name(control->state),
                         control->has_exception ? " !" : "");
}

static inline bd_str day_text(bd_day day) {
    return day == BD_DAY_NONE ? BD_STR("never") : bd_day_format(test_arena(), day);
}

/* "2026-05-09 | 2026-06-10..2026-06-10 | 2026-07-11 | 1 of 12 | open" */
static inline bd_str exception_text(const scene *s, size_t index) {
    CHECK(index < s->out->exceptions.count);
    const bd_exception *x = &s->out->exceptions.data[index];
    return bd_str_format(
        test_arena(), "%.*s | %.*s..%.*s | %.*s | %d of %d | %s",
        BD_ARG(day_text(x->last_seen_clean)), BD_ARG(day_text(x->first_seen_failing)),
        BD_ARG(day_text(x->last_seen_failing)), BD_ARG(day_text(x->first_seen_clean)),
        x->failing_days, x->observed_days, x->is_open ? "open" : "closed");
}

#endif
