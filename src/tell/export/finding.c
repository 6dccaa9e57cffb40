/* Lines of findings.ndjson and figures.ndjson. */
#include "bindery/export.h"

#include "export_priv.h"

#include <stdio.h>

bd_rc bd_export_finding(const bd_finding *finding, bd_sink *sink, bd_err *err) {
    char evidence[16];
    snprintf(evidence, sizeof evidence, "E-%04u", (unsigned)finding->evidence);
    bd_json_writer writer;
    bd_json_begin(&writer, sink);
    bd_json_open(&writer, '{');
    bd_write_str(&writer, "check", finding->check->id);
    bd_write_str(&writer, "control", finding->control);
    bd_json_member(&writer, "evidence",
                   finding->evidence != 0 ? bd_str_of(evidence) : (bd_str){"", 0});
    bd_write_str(&writer, "instance", finding->instance);
    bd_write_str(&writer, "key", finding->key);
    bd_write_str(&writer, "reason", finding->reason);
    bd_write_str(&writer, "resource", finding->resource);
    if (finding->snapshot != BD_DAY_NONE) {
        bd_date date = bd_date_of_day(finding->snapshot);
        char day[16];
        snprintf(day, sizeof day, "%04d-%02d-%02d", date.year, date.month, date.day);
        bd_write_str(&writer, "snapshot", bd_str_of(day));
    }
    bd_json_member(&writer, "subscription", finding->subscription);
    bd_write_str(&writer, "type", finding->type);
    bd_json_close(&writer, '}');
    bd_json_newline(&writer);
    return bd_json_finish(&writer, err);
}

bd_rc bd_export_figure(bd_str pointer, bd_str text, bd_sink *sink, bd_err *err) {
    bd_json_writer writer;
    bd_json_begin(&writer, sink);
    bd_json_open(&writer, '{');
    bd_write_str(&writer, "pointer", pointer);
    bd_write_str(&writer, "text", text);
    bd_json_close(&writer, '}');
    bd_json_newline(&writer);
    return bd_json_finish(&writer, err);
}
