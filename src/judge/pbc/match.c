/* An auditor's rows beside our requests.
 *
 * What a row names decides first: a request of ours by its id, controls by number or by the organisation's own
 * reference, criteria.  Words choose among those, and stand alone only where nothing is named.  A word that few
 * controls use weighs more.  Where too many requests fit alike, none is chosen: a person has to. */
#include "bindery/pbc.h"

#include "bindery/crypto.h"
#include "pbc_priv.h"

enum {
    HASH_DIGITS = 12,
    MOST_ALIKE = 6,      /* more of the same weight say nothing */
    RARE = 3, SOME = 12, /* controls that use a word */
    LEAST_BY_CRITERION = 3,
    LEAST_ALONE = 5,     /* and at least two words */
    MOST_SHOWN = 5       /* words of a reason */
};

typedef struct {
    pbc_work *work;
    bd_asked *out;
    bd_strs words;
    bd_strs ids, controls, criteria; /* as named: ids of ours, numbers, criteria in scope or not */
    bd_request_kind kind;
    uint32_t *weights; /* by request; of the row at hand */
} asking;

static const bd_control_result *control_of(const pbc_work *work, uint32_t request) {
    return &work->in->assessment->controls[work->out->requests[request].control];
}

static bool holds(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_ieq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

static void add_once(bd_arena *arena, bd_strs *list, bd_str text) {
    if (text.size > 0 && !holds(list, text)) {
        *bd_push(arena, list) = text;
    }
}

/* ---- words of ours ---- */

static bd_str text_of(pbc_work *work, const bd_request *request) {
    const bd_control_result *control = &work->in->assessment->controls[request->control];
    bd_buf text;
    bd_buf_init(&text, (size_t)1 << 20);
    bd_buf_printf(&text, "%.*s %.*s %.*s %.*s", BD_ARG(control->control->statement),
                  BD_ARG(control->your_statement), BD_ARG(control->control->population),
                  BD_ARG(request->what));
    if (request->requirement != BD_PBC_NONE) {
        const bd_requirement *own = control->requirements[request->requirement].requirement;
        bd_buf_printf(&text, " %.*s", BD_ARG(own->pass));
        for (size_t i = 0; i < own->sources.count; i++) {
            const bd_source_def *source = bd_catalog_source(work->in->catalog, own->sources.data[i]);
            bd_buf_printf(&text, " %.*s", BD_ARG(source != NULL ? source->title : own->sources.data[i]));
        }
    }
    bd_str all = bd_str_copy(work->arena, bd_buf_str(&text));
    bd_buf_clear(&text);
    return all;
}

static void count_words(pbc_work *work) {
    bd_map *last = bd_map_make(work->arena); /* word -> 1 + control that used it last */
    work->usage = bd_map_make(work->arena);
    work->words = bd_new(work->arena, bd_strs, work->out->request_count + 1);
    for (size_t i = 0; i < work->out->request_count; i++) {
        const bd_request *request = &work->out->requests[i];
        bd_pbc_words(text_of(work, request), work->arena, &work->words[i]);
        for (size_t k = 0; k < work->words[i].count; k++) {
            bd_str word = work->words[i].data[k];
            if ((uintptr_t)bd_map_find(last, word) != (uintptr_t)request->control + 1) {
                uintptr_t used = (uintptr_t)bd_map_find(work->usage, word);
                bd_map_put(work->usage, word, (void *)(used + 1));
                bd_map_put(last, word, (void *)((uintptr_t)request->control + 1));
            }
        }
    }
}

static uint32_t weight_of(const pbc_work *work, bd_str word) {
    uintptr_t used = (uintptr_t)bd_map_find(work->usage, word);
    return used <= RARE ? 3 : used <= SOME ? 2 : 1;
}

/* Both lists are sorted. */
static bd_strs shared_words(const asking *a, uint32_t request, uint32_t *weight) {
    const bd_strs *ours = &a->work->words[request];
    bd_strs out = {0};
    *weight = 0;
    for (size_t i = 0, k = 0; i < a->words.count && k < ours->count;) {
        int cmp = bd_str_cmp(a->words.data[i], ours->data[k]);
        if (cmp == 0) {
            *weight += weight_of(a->work, ours->data[k]);
            *bd_push(a->work->arena, &out) = ours->data[k];
        }
        i += cmp <= 0 ? 1 : 0;
        k += cmp >= 0 ? 1 : 0;
    }
    return out;
}

/* ---- what a row names ---- */

static bool is_token(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

static bool next_token(bd_str text, size_t *at, bd_str *out) {
    while (*at < text.size && !is_token(text.data[*at])) {
        (*at)++;
    }
    size_t from = *at;
    while (*at < text.size && is_token(text.data[*at])) {
        (*at)++;
    }
    *out = bd_str_sub(text, from, *at);
    while (out->size > 0 && (out->data[out->size - 1] == '.' || out->data[out->size - 1] == '-')) {
        out->size--;
    }
    return *at > from;
}

static size_t count_dots(bd_str text) {
    size_t dots = 0;
    for (size_t i = 0; i < text.size; i++) {
        dots += text.data[i] == '.' ? 1 : 0;
    }
    return dots;
}

/* By number, by requirement ("6.3.1a"), or as the organisation calls it. */
static const bd_control_result *find_control(const pbc_work *work, bd_str token) {
    const bd_assessment *assessment = work->in->assessment;
    for (size_t i = 0; i < assessment->control_count; i++) {
        const bd_control_result *control = &assessment->controls[i];
        if (bd_str_ieq(control->control->number, token) ||
            (control->your_ref.size > 0 && bd_str_ieq(bd_str_trim(control->your_ref), token))) {
            return control;
        }
        for (size_t k = 0; k < control->requirement_count; k++) {
            if (bd_str_ieq(control->requirements[k].requirement->id, token)) {
                return control;
            }
        }
    }
    return NULL;
}

static void remark(asking *a, bd_str text) {
    a->out->remark = bd_str_format(a->work->arena, "%.*s%s%.*s", BD_ARG(a->out->remark),
                                   a->out->remark.size > 0 ? "; " : "", BD_ARG(text));
}

static bool is_request_id(const pbc_work *work, bd_str token) {
    for (size_t i = 0; i < work->out->request_count; i++) {
        if (bd_str_eq(work->out->requests[i].id, token)) {
            return true;
        }
    }
    return false;
}

static void take_token(asking *a, bd_str token, bool is_control_cell) {
    pbc_work *work = a->work;
    const bd_criterion *criterion = bd_catalog_criterion(work->in->catalog, token);
    if (criterion != NULL) {
        add_once(work->arena, &a->criteria, criterion->id);
        return;
    }
    if (bd_str_has_prefix(token, BD_STR("R-")) && is_request_id(work, token)) {
        add_once(work->arena, &a->ids, token);
        return;
    }
    /* in a sentence "1.1" may be anything; "6.3.1" and "B-CC3.3-1" are not */
    bool is_number = is_control_cell || count_dots(token) >= 2 || bd_str_has_prefix(token, BD_STR("B-"));
    const bd_control_result *control = is_number ? find_control(work, token) : NULL;
    if (control != NULL) {
        add_once(work->arena, &a->controls, control->control->number);
    } else if (is_control_cell) {
        remark(a, bd_str_format(work->arena, "'%.*s' is no control of ours", BD_ARG(token)));
    }
}

static void take_cell(asking *a, bd_str cell, bool is_control_cell) {
    size_t at = 0;
    bd_str token;
    const bd_control_result *whole = is_control_cell ? find_control(a->work, cell) : NULL;
    if (whole != NULL) { /* a reference of the organisation may have blanks */
        add_once(a->work->arena, &a->controls, whole->control->number);
        return;
    }
    while (next_token(cell, &at, &token)) {
        bool is_word = is_control_cell && (bd_str_ieq(token, BD_STR("control")) || token.size == 0);
        if (token.size > 0 && !is_word) {
            take_token(a, token, is_control_cell);
        }
    }
}

/* ---- its kind ---- */

static bool has_part(bd_str text, const char *part) {
    return bd_str_find(text, bd_str_of(part)) >= 0;
}

static bd_request_kind kind_in(bd_str text) {
    static const struct {
        const char *part;
        bd_request_kind kind;
    } parts[] = {{"walkthrough", BD_REQUEST_WALKTHROUGH}, {"walk-through", BD_REQUEST_WALKTHROUGH},
                 {"walk through", BD_REQUEST_WALKTHROUGH}, {"population", BD_REQUEST_POPULATION},
                 {"full list", BD_REQUEST_POPULATION},     {"complete list", BD_REQUEST_POPULATION},
                 {"listing of all", BD_REQUEST_POPULATION}, {"for the sample", BD_REQUEST_SAMPLE_ITEM},
                 {"sample item", BD_REQUEST_SAMPLE_ITEM},  {"config", BD_REQUEST_CONFIG},
                 {"setting", BD_REQUEST_CONFIG},           {"document", BD_REQUEST_DOCUMENT},
                 {"policy", BD_REQUEST_DOCUMENT},          {"procedure", BD_REQUEST_DOCUMENT}};
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        if (has_part(text, parts[i].part)) {
            return parts[i].kind;
        }
    }
    return BD_REQUEST_ANY;
}

static void read_kind(asking *a) {
    bd_arena *arena = a->work->arena;
    bd_str cell = bd_str_lower(arena, a->out->row.kind);
    a->kind = kind_in(cell);
    if (cell.size > 0 && a->kind == BD_REQUEST_ANY && bd_str_eqz(cell, "sample")) {
        a->kind = BD_REQUEST_SAMPLE_ITEM;
    } else if (cell.size > 0 && a->kind == BD_REQUEST_ANY) {
        remark(a, bd_str_format(arena, "the kind '%.*s' is none that is known", BD_ARG(a->out->row.kind)));
    }
    if (a->kind == BD_REQUEST_ANY) {
        a->kind = kind_in(bd_str_lower(arena, a->out->row.text));
    }
}

/* ---- choosing ---- */

static bool is_in_pool(const asking *a, uint32_t request) {
    const bd_control_result *control = control_of(a->work, request);
    if (a->controls.count > 0) {
        return holds(&a->controls, control->control->number);
    }
    for (size_t i = 0; i < a->criteria.count; i++) {
        if (holds(&control->control->criteria, a->criteria.data[i])) {
            return true;
        }
    }
    return a->criteria.count == 0;
}

/* Single items and walkthroughs answer only who asks for them. */
static bool is_wanted(const asking *a, uint32_t request, bool by_kind) {
    bd_request_kind own = a->work->out->requests[request].kind;
    bool is_special = own == BD_REQUEST_WALKTHROUGH || own == BD_REQUEST_SAMPLE_ITEM;
    return by_kind ? own == a->kind : !is_special;
}

static bool has_kind_in_pool(const asking *a) {
    for (uint32_t i = 0; a->kind != BD_REQUEST_ANY && i < a->work->out->request_count; i++) {
        if (is_in_pool(a, i) && a->work->out->requests[i].kind == a->kind) {
            return true;
        }
    }
    return false;
}

static bd_str reason_of(const asking *a, uint32_t request, const bd_strs *shared) {
    bd_arena *arena = a->work->arena;
    const bd_control *control = control_of(a->work, request)->control;
    bd_str out = {"", 0};
    if (a->controls.count > 0) {
        out = bd_str_format(arena, "names control %.*s", BD_ARG(control->number));
    }
    for (size_t i = 0; i < a->criteria.count; i++) {
        if (holds(&control->criteria, a->criteria.data[i])) {
            out = bd_str_format(arena, "%.*s%s %.*s", BD_ARG(out),
                                out.size > 0 ? " and criterion" : "names criterion",
                                BD_ARG(a->criteria.data[i]));
            break;
        }
    }
    for (size_t i = 0; i < shared->count && i < MOST_SHOWN; i++) {
        out = bd_str_format(arena, "%.*s%s'%.*s'", BD_ARG(out),
                            i > 0          ? ", "
                            : out.size > 0 ? "; shares "
                                           : "shares ",
                            BD_ARG(shared->data[i]));
    }
    return out;
}

static void add_match(asking *a, uint32_t request, bd_str reason) {
    *bd_push(a->work->arena, &a->out->matches) = (bd_asked_match){request, reason};
}

static bool match_ids(asking *a) {
    for (uint32_t i = 0; i < a->work->out->request_count; i++) {
        if (holds(&a->ids, a->work->out->requests[i].id)) {
            add_match(a, i, BD_STR("names this request by its id"));
        }
    }
    return a->out->matches.count > 0;
}

typedef struct {
    uint32_t best, alike;
    size_t pool;
} choice;

static choice weigh(asking *a, bool by_kind) {
    choice out = {0};
    for (uint32_t i = 0; i < a->work->out->request_count; i++) {
        uint32_t weight = 0;
        bool is_candidate = is_in_pool(a, i) && is_wanted(a, i, by_kind);
        bd_strs shared = is_candidate ? shared_words(a, i, &weight) : (bd_strs){0};
        bool is_enough = a->controls.count > 0 || (a->criteria.count > 0 && weight >= LEAST_BY_CRITERION) ||
                         (a->criteria.count == 0 && shared.count >= 2 && weight >= LEAST_ALONE);
        a->weights[i] = is_candidate && is_enough ? weight + 1 : 0;
        out.pool += is_candidate ? 1 : 0;
        if (a->weights[i] > out.best) {
            out.best = a->weights[i];
            out.alike = 0;
        }
        out.alike += a->weights[i] > 0 && a->weights[i] == out.best ? 1 : 0;
    }
    return out;
}

static bd_str why_not(const asking *a, const choice *chosen) {
    bd_arena *arena = a->work->arena;
    if (chosen->alike > MOST_ALIKE) {
        return bd_str_format(arena, "%u of our requests fit it alike, and no word decides", chosen->alike);
    }
    bool is_wordless = a->out->row.text.size == 0 && a->controls.count + a->criteria.count == 0;
    if (is_wordless) {
        return BD_STR("the row asks for nothing in words");
    }
    if (a->controls.count > 0) {
        return BD_STR("the control it names is not in scope, or has no request of this kind");
    }
    if (a->criteria.count > 0 && chosen->pool == 0) {
        return BD_STR("no control in scope serves the criterion it names");
    }
    return a->criteria.count > 0
               ? BD_STR("of the requests under the criterion it names none shares its words")
               : BD_STR("it names no control and no criterion of ours, and too few of its words are ours");
}

static void match_row(asking *a) {
    if (match_ids(a)) {
        return;
    }
    bool by_kind = has_kind_in_pool(a);
    choice chosen = weigh(a, by_kind);
    /* of a named control all is meant, unless rare words choose */
    bool takes_all = a->controls.count > 0 && (chosen.best <= RARE || chosen.alike > MOST_ALIKE);
    if (!takes_all && (chosen.best == 0 || chosen.alike > MOST_ALIKE)) {
        remark(a, why_not(a, &chosen));
        return;
    }
    for (uint32_t i = 0; i < a->work->out->request_count; i++) {
        uint32_t weight;
        if (a->weights[i] > 0 && (takes_all || a->weights[i] == chosen.best)) {
            bd_strs shared = shared_words(a, i, &weight);
            add_match(a, i, reason_of(a, i, &shared));
        }
    }
    if (a->out->matches.count == 0) {
        remark(a, why_not(a, &chosen));
    }
}

static void say_conflict(asking *a) {
    for (size_t i = 0; a->controls.count > 0 && i < a->criteria.count; i++) {
        bool is_served = false;
        for (size_t k = 0; k < a->controls.count; k++) {
            const bd_control_result *control = find_control(a->work, a->controls.data[k]);
            is_served = is_served || holds(&control->control->criteria, a->criteria.data[i]);
        }
        if (!is_served) {
            remark(a, bd_str_format(a->work->arena, "the control it names does not serve %.*s; the control decided",
                                    BD_ARG(a->criteria.data[i])));
        }
    }
}

static void read_due(asking *a) {
    bd_str given = a->out->row.due;
    a->out->due = BD_DAY_NONE;
    if (given.size > 0 && !bd_day_parse(given, &a->out->due)) {
        a->out->due = BD_DAY_NONE;
        remark(a, bd_str_format(a->work->arena, "'%.*s' is no date like 2026-12-31",
                                BD_ARG(bd_str_sub(given, 0, 40))));
    }
}

/* Of the row alone, so that it stays when the list comes again with more rows. */
static bd_str id_of(pbc_work *work, bd_map *seen, const bd_asked_row *row) {
    bd_str text = bd_str_format(work->arena, "%.*s\n%.*s", BD_ARG(row->ref), BD_ARG(row->text));
    bd_str id = bd_str_format(work->arena, "A-%.*s",
                              BD_ARG(bd_str_sub(bd_sha256_hex(work->arena, text), 0, HASH_DIGITS)));
    uintptr_t before = (uintptr_t)bd_map_find(seen, id);
    bd_map_put(seen, id, (void *)(before + 1));
    return before == 0 ? id
                       : bd_str_format(work->arena, "%.*s-%llu", BD_ARG(id),
                                       (unsigned long long)before + 1);
}

static void ask(pbc_work *work, bd_map *seen, uint32_t *weights, uint32_t index) {
    asking a = {.work = work, .out = &work->out->asked[index], .weights = weights};
    a.out->row = work->in->rows->data[index];
    a.out->id = id_of(work, seen, &a.out->row);
    a.out->remark = (bd_str){"", 0};
    bd_pbc_words(a.out->row.text, work->arena, &a.words);
    take_cell(&a, a.out->row.control, /*is_control_cell*/ true);
    take_cell(&a, a.out->row.criterion, /*is_control_cell*/ false);
    take_cell(&a, a.out->row.text, /*is_control_cell*/ false);
    take_cell(&a, a.out->row.ref, /*is_control_cell*/ false);
    read_due(&a);
    read_kind(&a);
    say_conflict(&a);
    match_row(&a);
    for (size_t i = 0; i < a.out->matches.count; i++) {
        *bd_push(work->arena, &work->out->requests[a.out->matches.data[i].request].asked) = index;
    }
    work->out->unmatched += a.out->matches.count == 0 ? 1 : 0;
}

void pbc_match_all(pbc_work *work) {
    size_t count = work->in->rows != NULL ? work->in->rows->count : 0;
    work->out->asked = bd_new(work->arena, bd_asked, count);
    work->out->asked_count = count;
    if (count == 0) {
        return;
    }
    count_words(work);
    bd_map *seen = bd_map_make(work->arena);
    uint32_t *weights = bd_new(work->arena, uint32_t, work->out->request_count + 1);
    for (uint32_t i = 0; i < count; i++) {
        ask(work, seen, weights, i);
    }
}
