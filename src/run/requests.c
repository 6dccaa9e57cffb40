/* What `init` writes for people: a request for each owner, ready to be mailed, and blank lists with the headers that
 * are recognised.  They lie beside the inbox, for an empty list in it would be evidence. */
#include "bindery/run.h"

#include "run_priv.h"

#include <string.h>

enum { WIDTH = 76, TEXT_BYTES = 1 << 20 };

typedef struct {
    const bd_engagement *engagement;
    const bd_catalog *catalog;
    bd_arena *arena;
    bd_buf text;
} letter;

/* ---- lines ---- */

/* Words of `text`, the first line behind `head`, the others under it. */
static void put_wrapped(letter *l, const char *head, bd_str text) {
    size_t indent = strlen(head), at = indent;
    bd_str rest = text, word;
    bd_buf_printf(&l->text, "%s", head);
    bool is_first = true;
    while (bd_str_cut(&rest, ' ', &word)) {
        if (word.size == 0) {
            continue;
        }
        if (!is_first && at + 1 + word.size > WIDTH) {
            bd_buf_printf(&l->text, "\n%*s", (int)indent, "");
            at = indent;
            is_first = true;
        }
        bd_buf_printf(&l->text, "%s%.*s", is_first ? "" : " ", BD_ARG(word));
        at += word.size + (is_first ? 0 : 1);
        is_first = false;
    }
    bd_buf_putc(&l->text, '\n');
}

static bd_str joined(bd_arena *arena, const bd_strs *texts, const char *between) {
    bd_str out = {"", 0};
    for (size_t i = 0; i < texts->count; i++) {
        out = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(out), i > 0 ? between : "", BD_ARG(texts->data[i]));
    }
    return out;
}

/* ---- how often, by when ---- */

static bd_str when_of(letter *l, const bd_requirement *requirement, const bd_period *period) {
    bd_arena *arena = l->arena;
    bd_str from = bd_day_format(arena, period->from), to = bd_day_format(arena, period->to);
    if (!period->is_type_ii) {
        return bd_str_format(arena, "as it stands on %.*s", BD_ARG(to));
    }
    bd_str late = requirement->grace_days > 0
                      ? bd_str_format(arena, ", at most %d days later", requirement->grace_days)
                      : BD_STR("");
    switch (requirement->frequency) {
    case BD_CONTINUOUS:
        return bd_str_format(arena,
                             "an export in each month from %.*s to %.*s, by the month's last day; a later one "
                             "shows it only where it is a log",
                             BD_ARG(from), BD_ARG(to));
    case BD_MONTHLY:
        return bd_str_format(arena, "by the last day of each month from %.*s to %.*s%.*s, and before the period ends",
                             BD_ARG(from), BD_ARG(to), BD_ARG(late));
    case BD_QUARTERLY:
        return bd_str_format(arena, "by the last day of each quarter from %.*s to %.*s%.*s, and before the period ends",
                             BD_ARG(from), BD_ARG(to), BD_ARG(late));
    case BD_ANNUAL:
        return bd_str_format(arena, "by %.*s, of the twelve months that end then", BD_ARG(to));
    case BD_PER_EVENT:
        return bd_str_format(arena, "every day from %.*s to %.*s; the last export after the last day",
                             BD_ARG(from), BD_ARG(to));
    case BD_ONCE: return bd_str_format(arena, "by %.*s, in force since %.*s", BD_ARG(to), BD_ARG(from));
    }
    return to;
}

/* ---- in which form ---- */

static const bd_value *source_body(const letter *l, bd_str id) {
    const bd_value *list = bd_value_find(l->catalog->resolved, "sources");
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (bd_str_eq(bd_value_text(&list->items[i], "id"), id)) {
            return &list->items[i];
        }
    }
    return NULL;
}

static bd_str template_name(bd_arena *arena, bd_str source) {
    bd_str name = bd_str_has_prefix(source, BD_STR("csv:")) ? bd_str_sub(source, 4, source.size) : source;
    return bd_str_format(arena, "%.*s.csv", BD_ARG(name));
}

static bd_str types_of(letter *l, const bd_requirement *requirement) {
    bd_strs types = {0};
    for (size_t i = 0; i < requirement->checks.count; i++) {
        const bd_check *check = &l->catalog->checks[requirement->checks.data[i]];
        for (size_t k = 0; k < check->document_types.count; k++) {
            bool is_there = false;
            for (size_t t = 0; t < types.count; t++) {
                is_there = is_there || bd_str_eq(types.data[t], check->document_types.data[k]);
            }
            if (!is_there) {
                *bd_push(l->arena, &types) = check->document_types.data[k];
            }
        }
    }
    return joined(l->arena, &types, ", ");
}

static void put_document(letter *l, const bd_requirement *requirement) {
    bd_str types = types_of(l, requirement);
    put_wrapped(l, "      form   ",
                bd_str_format(l->arena, "the document itself, with a row in inbox/register.csv%s%.*s",
                              types.size > 0 ? "; document_type: " : "", BD_ARG(types)));
}

static void put_source(letter *l, const bd_requirement *requirement, bd_str id) {
    const bd_source_def *source = bd_catalog_source(l->catalog, id);
    const bd_value *body = source_body(l, id);
    if (bd_str_eqz(id, "doc")) {
        put_document(l, requirement);
    } else if (source == NULL || source->derivation.size > 0) {
        return; /* made of others, which the requirement names as well */
    } else if (source->is_handed_in && body != NULL && bd_value_find(body, "columns_all") != NULL) {
        put_wrapped(l, "      form   ",
                    bd_str_format(l->arena, "%.*s: CSV or XLSX with the header of requests/templates/%.*s",
                                  BD_ARG(source->title), BD_ARG(template_name(l->arena, id))));
    } else {
        bd_str how = bd_catalog_way(source, l->arena);
        put_wrapped(l, "      form   ",
                    bd_str_format(l->arena, "%.*s (%.*s)%s%.*s", BD_ARG(source->title), BD_ARG(id),
                                  how.size > 0 ? ": " : "", BD_ARG(how)));
    }
}

static void put_requirement(letter *l, const bd_requirement *requirement) {
    bd_str head = bd_str_format(l->arena, "  [ ] %.*s  ", BD_ARG(requirement->id));
    put_wrapped(l, head.data, requirement->statement);
    put_wrapped(l, "      often  ", bd_str_of(bd_frequency_name(requirement->frequency)));
    for (size_t i = 0; i < l->engagement->periods.count; i++) {
        const bd_period *period = &l->engagement->periods.data[i];
        put_wrapped(l, "      by     ",
                    bd_str_format(l->arena, "%.*s: %.*s", BD_ARG(period->id),
                                  BD_ARG(when_of(l, requirement, period))));
    }
    for (size_t i = 0; i < requirement->sources.count; i++) {
        put_source(l, requirement, requirement->sources.data[i]);
    }
    put_wrapped(l, "      where  ",
                requirement->needs_signoff
                    ? BD_STR("inbox/; a preparer and another person as reviewer sign it off")
                    : BD_STR("inbox/"));
}

/* ---- one owner ---- */

static bool is_in_scope(const letter *l, const bd_control *control) {
    for (size_t i = 0; i < control->criteria.count; i++) {
        const bd_criterion *criterion = bd_catalog_criterion(l->catalog, control->criteria.data[i]);
        for (size_t k = 0; criterion != NULL && k < l->engagement->categories.count; k++) {
            if (bd_str_eq(criterion->category, l->engagement->categories.data[k])) {
                return true;
            }
        }
    }
    return false;
}

static void put_head(letter *l, bd_str owner) {
    bd_strs people = {0};
    for (size_t i = 0; i < l->engagement->owners.count; i++) {
        if (bd_str_eq(l->engagement->owners.data[i].owner, owner)) {
            people = l->engagement->owners.data[i].people;
        }
    }
    bd_buf_printf(&l->text, "To: %.*s\n", BD_ARG(owner));
    if (people.count > 0) {
        put_wrapped(l, "    ", joined(l->arena, &people, ", "));
    }
    bd_buf_printf(&l->text, "Subject: Evidence for the SOC 2 audit of %.*s\n\n",
                  BD_ARG(l->engagement->organisation_name));
    put_wrapped(l, "",
                BD_STR("This is what you own and what shows that it works. Please hand in what is listed, complete "
                       "and unchanged, by the days named. Exports of Azure and Microsoft Entra come as the tool "
                       "writes them, all pages; beside each lies NAME.meta.json with who exported it, when "
                       "(collected_at) and with which command. Lists and documents get a row in "
                       "inbox/register.csv with who prepared and who reviewed them: two people."));
    for (size_t i = 0; i < l->engagement->periods.count; i++) {
        const bd_period *period = &l->engagement->periods.data[i];
        bd_str from = bd_day_format(l->arena, period->from), to = bd_day_format(l->arena, period->to);
        if (period->is_type_ii) {
            bd_buf_printf(&l->text, "\nPeriod %.*s: %.*s to %.*s\n", BD_ARG(period->id), BD_ARG(from), BD_ARG(to));
        } else {
            bd_buf_printf(&l->text, "\nPeriod %.*s: the day %.*s\n", BD_ARG(period->id), BD_ARG(to));
        }
    }
}

static void put_control(letter *l, const bd_control *control) {
    bd_str head = bd_str_format(l->arena, "\n%.*s  ", BD_ARG(control->number));
    bd_buf_putc(&l->text, '\n');
    put_wrapped(l, head.data + 1, control->statement);
    put_wrapped(l, "  criteria: ", joined(l->arena, &control->criteria, ", "));
    for (size_t i = 0; i < control->requirement_count; i++) {
        put_requirement(l, &control->requirements[i]);
    }
}

static bd_str file_name(bd_arena *arena, bd_str owner) {
    char *text = bd_alloc(arena, owner.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < owner.size; i++) {
        char c = owner.data[i];
        bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_plain || (size > 0 && text[size - 1] != '-')) {
            text[size++] = is_plain ? c : '-';
        }
    }
    return bd_str_format(arena, "%.*s.txt", (int)size, text);
}

static bd_rc write_letter(const letter *from, const char *folder, bd_str owner, bd_err *err) {
    letter l = *from;
    bd_buf_init(&l.text, TEXT_BYTES);
    put_head(&l, owner);
    for (size_t i = 0; i < l.catalog->control_count; i++) {
        const bd_control *control = &l.catalog->controls[i];
        if (bd_str_eq(control->owner, owner) && is_in_scope(&l, control)) {
            put_control(&l, control);
        }
    }
    bd_str name = file_name(l.arena, owner);
    bd_rc rc = bd_buf_check(&l.text, "a request", err);
    rc = bd_failed(rc) ? rc
                       : bd_file_write(bd_path_join(l.arena, folder, name.data), 0644,
                                       bd_buf_str(&l.text), err);
    bd_buf_clear(&l.text);
    return rc;
}

static bd_strs owners_of(const letter *l) {
    bd_strs out = {0};
    for (size_t i = 0; i < l->catalog->control_count; i++) {
        const bd_control *control = &l->catalog->controls[i];
        bool is_there = !is_in_scope(l, control);
        for (size_t k = 0; k < out.count; k++) {
            is_there = is_there || bd_str_eq(out.data[k], control->owner);
        }
        if (!is_there) {
            *bd_push(l->arena, &out) = control->owner;
        }
    }
    return out;
}

/* ---- blank lists ---- */

static bd_rc write_templates(const letter *l, const char *folder, bd_err *err) {
    const bd_value *list = bd_value_find(l->catalog->resolved, "sources");
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const bd_value *columns = bd_value_find(&list->items[i], "columns_all");
        bd_str id = bd_value_text(&list->items[i], "id");
        if (columns == NULL || !bd_str_has_prefix(id, BD_STR("csv:"))) {
            continue;
        }
        bd_str line = {"", 0};
        for (size_t k = 0; k < columns->count; k++) {
            line = bd_str_format(l->arena, "%.*s%s%.*s", BD_ARG(line), k > 0 ? "," : "",
                                 BD_ARG(columns->items[k].text));
        }
        const char *path = bd_path_join(l->arena, folder, template_name(l->arena, id).data);
        BD_TRY(bd_file_write(path, 0644, bd_str_format(l->arena, "%.*s\n", BD_ARG(line)), err));
    }
    return BD_OK;
}

bd_rc bd_requests_write(const char *folder, const bd_engagement *engagement, bd_arena *arena,
                        size_t *count, bd_err *err) {
    const bd_catalog_file *files;
    size_t file_count;
    letter l = {.engagement = engagement, .arena = arena};
    BD_TRY(bd_session_catalog_files(folder, arena, &files, &file_count, err));
    BD_TRY(bd_catalog_load(files, file_count, arena, &l.catalog, err));
    const char *requests = bd_path_join(arena, folder, "requests");
    const char *templates = bd_path_join(arena, requests, "templates");
    BD_TRY(bd_folder_make(templates, err));
    bd_strs owners = owners_of(&l);
    for (size_t i = 0; i < owners.count; i++) {
        BD_TRY(write_letter(&l, requests, owners.data[i], err));
    }
    *count = owners.count;
    return write_templates(&l, templates, err);
}
