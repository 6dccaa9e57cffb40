/* One record to the rows of every policy that speaks of its type. */
#include "bindery/policy.h"

#include "policy_priv.h"

#define MAPPER_TYPES_MAX 65536 /* types whose policies are remembered; the rest is asked anew */

typedef struct {
    uint32_t policy;
    bool is_related;
} part;
typedef BD_VEC(part) parts;

struct bd_policy_mapper {
    const bd_policies *policies;
    bd_arena *arena;
    bd_map *by_type; /* -> entry * */
    size_t type_count;
    const struct entry *last; /* records of one type come one after another */
};

typedef struct entry {
    bd_str type;
    parts list;
} entry;

typedef struct {
    const bd_policies *policies;
    const bd_policy_subject *subject;
    bd_str type;
    bd_policy_setting setting;
    bd_arena *scratch;
    bd_policy_row_fn *emit;
    void *context;
} mapping;

bd_policy_mapper *bd_policy_mapper_make(const bd_policies *policies, bd_arena *arena) {
    bd_policy_mapper *mapper = bd_new(arena, bd_policy_mapper, 1);
    *mapper =
        (bd_policy_mapper){.policies = policies, .arena = arena, .by_type = bd_map_make(arena)};
    return mapper;
}

void pack_rest(bd_packer *packer, const bd_policy_row *row) {
    bd_pack_u8(packer, (uint8_t)row->verdict);
    bd_pack_u8(packer, row->needs_related ? 1 : 0);
    bd_pack_u8(packer, row->has_name ? 1 : 0);
    const bd_str texts[] = {row->type, row->resource, row->subscription, row->reason};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        bd_pack_text(packer, texts[i]);
    }
}

/* ---- types ---- */

bd_str bd_policy_type(const bd_record *record) {
    static const struct {
        const char *part, *type;
    } planes[] = {{"/keys/", "microsoft.keyvault.data/vaults/keys"},
                  {"/secrets/", "microsoft.keyvault.data/vaults/secrets"},
                  {"/certificates/", "microsoft.keyvault.data/vaults/certificates"}};
    bool is_web = bd_str_has_prefix(record->key, BD_STR("https://")) &&
                  bd_str_find(record->key, BD_STR(".vault.")) > 0;
    for (size_t i = 0; is_web && i < BD_COUNT(planes); i++) {
        if (bd_str_find(record->key, bd_str_of(planes[i].part)) > 0) {
            return bd_str_of(planes[i].type);
        }
    }
    ptrdiff_t dot = bd_str_find(record->type, BD_STR(".")),
              slash = bd_str_find(record->type, BD_STR("/"));
    return !is_web && dot > 0 && slash > dot ? record->type : BD_STR("");
}

static bool is_data_type(bd_str type) {
    return bd_str_has_prefix(type, BD_STR("microsoft.keyvault.data/"));
}

static bool is_subject_type(const policy *of, bd_str type, bd_arena *scratch) {
    return is_data_type(type) == of->is_data &&
           bd_condition_may_hold(of->rule, type, NULL, scratch);
}

static bool is_related_type(const policy *of, bd_str type) {
    return of->relation != RELATION_NONE &&
           (bd_str_eq(of->related_type, type) ||
            (of->stand_in != NULL && bd_str_eqz(type, of->stand_in)));
}

static void list_parts(bd_policy_mapper *mapper, bd_str type, bd_arena *arena, bd_arena *scratch,
                       parts *out) {
    for (size_t i = 0; i < mapper->policies->count; i++) {
        const policy *of = &mapper->policies->list[i];
        if (of->shown.state != BD_POLICY_RUNS) {
            continue;
        }
        if (is_subject_type(of, type, scratch)) {
            *bd_push(arena, out) = (part){(uint32_t)i, false};
        }
        if (is_related_type(of, type)) {
            *bd_push(arena, out) = (part){(uint32_t)i, true};
        }
    }
}

static const parts *parts_of(bd_policy_mapper *mapper, bd_str type, bd_arena *scratch) {
    if (mapper->last != NULL && bd_str_eq(type, mapper->last->type)) {
        return &mapper->last->list;
    }
    entry *found = bd_map_find(mapper->by_type, type);
    if (found == NULL) {
        bool is_kept = mapper->type_count < MAPPER_TYPES_MAX;
        bd_arena *arena = is_kept ? mapper->arena : scratch;
        found = bd_new(arena, entry, 1);
        found->type = bd_str_copy(arena, type);
        list_parts(mapper, type, arena, scratch, &found->list);
        if (!is_kept) {
            return &found->list;
        }
        mapper->type_count++;
        bd_map_put(mapper->by_type, type, found);
    }
    mapper->last = found;
    return &found->list;
}

/* ---- rows ---- */

static bd_policy_row start_row(const mapping *map, uint32_t index) {
    const bd_record *record = map->subject->record;
    return (bd_policy_row){.policy = index,
                           .key = record->key,
                           .is_partial = map->subject->is_partial,
                           .day = map->subject->day,
                           .verdict = BD_PASS,
                           .type = map->type,
                           .resource = record->resource,
                           .subscription = record->subscription};
}

/* A related resource is asked for by its own name under the resource, by its full one elsewhere. */
static bd_str wanted_name(const policy *of, bd_str name, bd_arena *scratch) {
    bool is_under = of->relation == RELATION_NESTED || of->relation == RELATION_EXTENSION;
    return bd_str_lower(scratch, is_under ? bd_path_name(name) : name);
}

static bd_str join_of(bd_arena *scratch, bd_str anchor, bd_str name) {
    return bd_str_concat(scratch, (bd_str[]){anchor, BD_STR("\x1f"), name}, 3);
}

/* False, and the row cannot be told, when the template has no text. */
static bool fill_text(const mapping *map, const bd_template *from, const char *what,
                      bd_policy_row *row, bd_str *out) {
    bd_str why = BD_STR("it is no text");
    const bd_value *value =
        bd_template_eval(from, map->subject->record->value, map->subject->record->source,
                         &map->setting, map->scratch, &why);
    if (value != NULL && value->kind == BD_STRING) {
        *out = value->text;
        return true;
    }
    row->verdict = BD_CANNOT_TELL;
    row->needs_related = false;
    row->reason = bd_str_format(map->scratch, "the %s of what is asked for is not known: %.*s",
                                what, BD_ARG(why));
    return false;
}

static void ask_related(const mapping *map, const policy *of, bd_policy_row *row) {
    bd_str anchor = anchor_of_subject(of, map->subject->record, map->scratch);
    bd_str name = BD_STR(""), group = BD_STR("");
    row->verdict = BD_FAIL;
    row->needs_related = true;
    if (of->name != NULL && !fill_text(map, of->name, "name", row, &name)) {
        return;
    }
    if (of->group != NULL && of->relation == RELATION_GROUP) {
        if (!fill_text(map, of->group, "resource group", row, &group)) {
            return;
        }
        anchor =
            bd_str_format(map->scratch, "/subscriptions/%.*s/resourcegroups/%.*s",
                          BD_ARG(row->subscription), BD_ARG(bd_str_lower(map->scratch, group)));
    }
    row->has_name = of->name != NULL;
    row->join = join_of(map->scratch, anchor,
                        row->has_name ? wanted_name(of, name, map->scratch) : BD_STR(""));
    row->reason =
        bd_str_format(map->scratch, "no '%.*s'%s%.*s%s %s", BD_ARG(of->related_type),
                      row->has_name ? " named '" : "", BD_ARG(name), row->has_name ? "'" : "",
                      of->existence != NULL ? "meets the existence condition" : "exists");
}

static void map_subject(const mapping *map, uint32_t index) {
    const policy *of = &map->policies->list[index];
    const bd_record *record = map->subject->record;
    if (of->is_any_type && bd_str_ieq(of->shown.mode, BD_STR("Indexed")) &&
        bd_value_text(record->value, "location").size == 0) {
        return;
    }
    bd_policy_row row = start_row(map, index);
    bd_verdict holds = bd_policy_condition_eval(of->rule, record->value, record->source,
                                                &map->setting, map->scratch, &row.reason);
    bool has_related = of->relation != RELATION_NONE;
    if (holds != BD_PASS &&
        !bd_condition_may_hold(of->rule, map->type, record->value, map->scratch)) {
        return; /* of this type, but not of this kind or name */
    }
    if (holds == BD_CANNOT_TELL) {
        row.verdict = BD_CANNOT_TELL;
    } else if (holds == BD_FAIL) {
        row.verdict = has_related ? BD_NOT_APPLICABLE : BD_PASS;
    } else if (has_related) {
        ask_related(map, of, &row);
    } else {
        row.verdict = BD_FAIL;
        row.reason = BD_STR("the resource meets the condition of the policy");
    }
    map->emit(map->context, &row);
}

static void map_related(const mapping *map, uint32_t index) {
    const policy *of = &map->policies->list[index];
    const bd_record *record = map->subject->record;
    bd_str anchor = anchor_of_related(of, record, map->scratch);
    if (anchor.size == 0) {
        return;
    }
    bd_policy_row row = start_row(map, index);
    row.is_related = true;
    if (of->existence != NULL) {
        row.verdict = bd_policy_condition_eval(of->existence, record->value, record->source,
                                               &map->setting, map->scratch, &row.reason);
    }
    bd_str name = of->name == NULL
                      ? BD_STR("")
                      : wanted_name(of, bd_full_name(map->scratch, record->key), map->scratch);
    row.join = join_of(map->scratch, anchor, name);
    map->emit(map->context, &row);
}

void bd_policy_map(bd_policy_mapper *mapper, const bd_policy_subject *subject, bd_arena *scratch,
                   bd_policy_row_fn *emit, void *context) {
    mapping map = {.policies = mapper->policies,
                   .subject = subject,
                   .type = bd_policy_type(subject->record),
                   .scratch = scratch,
                   .emit = emit,
                   .context = context};
    if (map.type.size == 0 || subject->record->key.size == 0) {
        return;
    }
    const parts *list = parts_of(mapper, map.type, scratch);
    map.setting = (bd_policy_setting){.as_of = subject->as_of,
                                      .type = map.type,
                                      .id = subject->record->resource,
                                      .group = subject->group,
                                      .is_partial = subject->is_partial || is_data_type(map.type)};
    for (size_t i = 0; i < list->count; i++) {
        if (list->data[i].is_related) {
            map_related(&map, list->data[i].policy);
        } else {
            map_subject(&map, list->data[i].policy);
        }
    }
}

/* ---- packing: what sorts in front, what is only carried behind ---- */

void bd_policy_row_pack(bd_packer *packer, const bd_policy_row *row) {
    bd_pack_u32(packer, row->policy);
    bd_pack_u8(packer, row->is_related ? 0 : 1);
    bd_pack_key(packer, row->key);
    bd_pack_u8(packer, row->is_partial ? 1 : 0);
    bd_pack_i64(packer, -(int64_t)row->day);
    pack_rest(packer, row);
    bd_pack_key(packer, row->join);
}
