/* Templates: those of the engagement, else the built-in ones.
 *
 * The built-in ones are not read at run time: what they say is bd_template_default, and a test holds the two to each
 * other, so that a run without templates of its own needs no reader of XML.  A package carries the text of its binder's
 * template and the picture in it: what a person sees follows from the package alone. */
#include "bindery/session.h"

#include "builtin.h"

#include <string.h>

typedef struct {
    bd_str name, text; /* as messages call it; "" where ours stands */
    bd_str logo_name, logo;
    const bd_doc_template *read;
} source_template;

static bd_str builtin_text(const char *name) {
    for (size_t i = 0; i < bd_builtin_count; i++) {
        if (strcmp(bd_builtins[i].name, name) == 0) {
            return (bd_str){bd_builtins[i].start,
                            (size_t)(bd_builtins[i].end - bd_builtins[i].start)};
        }
    }
    return (bd_str){"", 0};
}

static const char *name_of(bd_template_kind kind) {
    return kind == BD_TEMPLATE_BINDER ? "binder.xml" : "readiness.xml";
}

/* `logo` is read by the caller once it is known that there is one. */
typedef bd_rc logo_fn(void *context, bd_str file, source_template *into, bd_err *err);

static bd_rc read_template(const bd_session *session, bd_template_kind kind, logo_fn *read_logo,
                           void *context, source_template *subject, bd_err *err) {
    bd_arena *arena = session->arena;
    if (subject->text.size == 0 || bd_str_eq(subject->text, builtin_text(name_of(kind)))) {
        subject->text = builtin_text(name_of(kind));
        subject->read = bd_template_default(kind, arena);
        return BD_OK;
    }
    bd_doc_template *own;
    BD_TRY(
        bd_template_parse(subject->text, subject->name, kind, session->zygote, arena, &own, err));
    if (own->logo.file.size > 0) {
        BD_TRY(read_logo(context, own->logo.file, subject, err));
        BD_TRY(bd_template_set_logo(own, subject->logo_name, subject->logo, arena, err));
    }
    subject->read = own;
    return BD_OK;
}

/* A hash of the lengths and bytes of all four. */
static void set_templates(bd_session *session, const source_template *binder,
                          const source_template *readiness) {
    bd_sha256 *hash = bd_sha256_open();
    const bd_str parts[] = {binder->text, binder->logo, readiness->text, readiness->logo};
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        bd_str size = bd_str_format(session->arena, "%zu:", parts[i].size);
        bd_sha256_put(hash, size.data, size.size);
        bd_sha256_put(hash, parts[i].data, parts[i].size);
    }
    bd_templates *templates = &session->templates;
    bd_sha256_finish(hash, templates->sha256);
    bd_sha256_close(hash);
    templates->binder = binder->read;
    templates->readiness = readiness->read;
    templates->binder_text = binder->text;
    templates->logo = binder->logo;
}

/* ---- of the engagement ---- */

static bd_rc read_own_logo(void *context, bd_str file, source_template *into, bd_err *err) {
    bd_session *session = context;
    into->logo_name = bd_str_format(session->arena, "templates/%.*s", BD_ARG(file));
    const char *path = bd_session_path(session, into->logo_name.data);
    if (!bd_path_exists(path)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot use '%.*s': its logo '%.*s' is not there",
                 BD_ARG(into->name), BD_ARG(into->logo_name));
    }
    return bd_file_read(path, BD_TEMPLATE_LOGO_BYTES, session->arena, &into->logo, err);
}

static bd_rc load_own(bd_session *session, bd_template_kind kind, source_template *out,
                      bd_err *err) {
    *out = (source_template){.name = bd_str_format(session->arena, "templates/%s", name_of(kind))};
    const char *path = bd_session_path(session, out->name.data);
    if (bd_path_exists(path)) {
        BD_TRY(bd_file_read(path, BD_TEMPLATE_BYTES, session->arena, &out->text, err));
        if (out->text.size == 0) {
            BD_RAISE(err, BD_ERR_INPUT, "cannot use '%.*s': it is empty, expected a template",
                     BD_ARG(out->name));
        }
    }
    return read_template(session, kind, read_own_logo, session, out, err);
}

bd_rc bd_templates_load(bd_session *session, bd_err *err) {
    source_template binder, readiness;
    BD_TRY(load_own(session, BD_TEMPLATE_BINDER, &binder, err));
    BD_TRY(load_own(session, BD_TEMPLATE_READINESS, &readiness, err));
    set_templates(session, &binder, &readiness);
    return BD_OK;
}

/* ---- of a package ---- */

static bd_rc take_logo(void *context, bd_str file, source_template *into, bd_err *err) {
    (void)context;
    (void)file;
    into->logo_name = BD_STR(BD_TEMPLATE_LOGO_ENTRY);
    if (into->logo.size == 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the template of the package has a logo, and the package holds no "
                 "'" BD_TEMPLATE_LOGO_ENTRY "'");
    }
    return BD_OK;
}

bd_rc bd_templates_take(bd_session *session, bd_str text, bd_str logo, bd_err *err) {
    source_template binder = {.name = BD_STR(BD_TEMPLATE_ENTRY), .text = text, .logo = logo};
    source_template readiness = {.read =
                                     bd_template_default(BD_TEMPLATE_READINESS, session->arena)};
    BD_TRY(read_template(session, BD_TEMPLATE_BINDER, take_logo, NULL, &binder, err));
    set_templates(session, &binder, &readiness);
    return BD_OK;
}
