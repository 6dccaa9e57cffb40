/* bindery/todo.h - what is to do, for programs, spreadsheets, mail and calendars.
 *
 * The readiness report as data: due dates with owners and latest days, gaps that can still be closed, evidence that
 * grows stale, what changed.  All of it is found by `ready` and only written here, each of the four lists from the same
 * inputs as every other export, of which `ready` is needed.  No verdict hangs on any of it.  Same inputs, same bytes;
 * each function writes one output as a whole and fails as the sink does.
 */
#ifndef BINDERY_TODO_H
#define BINDERY_TODO_H

#include "bindery/util.h"
#include "bindery/writing.h"

/* readiness.json: templates/schema/readiness.schema.json; canonical JSON, one LF at the end. */
BD_MUST_USE bd_rc bd_todo_write_json(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
/* todo.csv: a row for each due date, then for each instance that has ended without evidence, then for each remark. */
BD_MUST_USE bd_rc bd_todo_write_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
/* A plain text of at most 72 columns for a mail. */
BD_MUST_USE bd_rc bd_todo_write_text(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
/* The due dates as iCalendar (RFC 5545): one event per day and owner, stamped with the as-of instant. */
BD_MUST_USE bd_rc bd_todo_write_calendar(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);

#endif
