/* Members of JSON objects that exports write alike. */
#include "bindery/writing.h"

void bd_write_str(bd_json_writer *writer, const char *key, bd_str text) {
    bd_json_key(writer, key);
    bd_json_text(writer, text);
}

void bd_write_int(bd_json_writer *writer, const char *key, int64_t value) {
    bd_json_key(writer, key);
    bd_json_int(writer, value);
}

void bd_write_bool(bd_json_writer *writer, const char *key, bool value) {
    bd_json_key(writer, key);
    bd_json_bool(writer, value);
}

void bd_write_strs(bd_json_writer *writer, const char *key, const bd_strs *texts) {
    bd_json_key(writer, key);
    bd_json_open(writer, '[');
    for (size_t i = 0; i < texts->count; i++) {
        bd_json_text(writer, texts->data[i]);
    }
    bd_json_close(writer, ']');
}

void bd_write_ids(bd_json_writer *writer, bd_arena *line, const char *key,
                  const uint32_t *numbers, size_t count) {
    bd_json_key(writer, key);
    bd_json_open(writer, '[');
    for (size_t i = 0; i < count; i++) {
        bd_json_text(writer, bd_evidence_id(line, numbers[i]));
    }
    bd_json_close(writer, ']');
}
