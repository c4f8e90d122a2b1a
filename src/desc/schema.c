/* schema.c - JSON Schema (draft 2020-12) of a kind, from its field table: editors then complete keys
 * and mark mistakes while a description is typed. */
#include <string.h>

#include "base/json_out.h"
#include "desc/table.h"

static void put_object(struct f2f_json *json, const struct f2f_table *table);

static void put_words(struct f2f_json *json, const char *const *words) {
    f2f_json_array(json, "enum");
    for (; *words; words++) f2f_json_text(json, NULL, *words);
    f2f_json_array_end(json);
}

/* A quantity, or {value:, source:, note:}. */
static void put_quantity(struct f2f_json *json, enum f2f_quantity quantity) {
    bool bare = quantity == F2F_QUANTITY_NUMBER || quantity == F2F_QUANTITY_FRACTION;
    f2f_json_array(json, "type");
    f2f_json_text(json, NULL, "string");
    if (bare) f2f_json_text(json, NULL, "number");
    f2f_json_text(json, NULL, "object");
    f2f_json_array_end(json);
    f2f_json_array(json, "examples");
    f2f_json_text(json, NULL, f2f_quantity_example(quantity));
    f2f_json_array_end(json);
}

static void put_either(struct f2f_json *json, const char *a, const char *b) {
    f2f_json_array(json, "type");
    f2f_json_text(json, NULL, a);
    f2f_json_text(json, NULL, b);
    f2f_json_array_end(json);
}

static void put_type(struct f2f_json *json, const struct f2f_field *field) {
    switch (field->type) {
    case F2F_FIELD_PATH:
    case F2F_FIELD_TEXT:
    case F2F_FIELD_NAME: f2f_json_text(json, "type", "string"); break;
    case F2F_FIELD_BOOL: put_either(json, "boolean", "object"); break;
    case F2F_FIELD_INT: put_either(json, "integer", "object"); break;
    case F2F_FIELD_TIMING:
    case F2F_FIELD_QUANTITY: put_quantity(json, field->quantity); break;
    case F2F_FIELD_WORD: put_words(json, field->words); break;
    case F2F_FIELD_STRUCT: put_object(json, field->table); break;
    case F2F_FIELD_REF: put_either(json, "string", "object"); break;
    case F2F_FIELD_LIST:
        f2f_json_text(json, "type", "array");
        f2f_json_object(json, "items");
        put_object(json, field->table);
        f2f_json_object_end(json);
        break;
    case F2F_FIELD_DTYPES:
    case F2F_FIELD_AXES:
    case F2F_FIELD_GOALS:
    case F2F_FIELD_SETS: f2f_json_text(json, "type", "object"); break;
    case F2F_FIELD_MODELS:
    case F2F_FIELD_QUANTITIES:
    case F2F_FIELD_TEXTS: put_either(json, "string", "array"); break;
    }
}

static void put_head(struct f2f_json *json) {
    static const char *const keys[] = {"kind", "name", "title", "source", "note", "extends"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        f2f_json_object(json, keys[i]);
        f2f_json_text(json, "type", "string");
        f2f_json_object_end(json);
    }
    f2f_json_object(json, "status");
    put_words(json, f2f_maturity_words);
    f2f_json_object_end(json);
}

static const char *description_of(f2f_arena *arena, const struct f2f_field *field) {
    if (field->unless) return f2f_arena_printf(arena, "%s; not read where '%s' is given", field->help, field->unless);
    if (field->only) return f2f_arena_printf(arena, "%s; read only with '%s'", field->help, field->only);
    return field->help;
}

static void put_object(struct f2f_json *json, const struct f2f_table *table) {
    f2f_json_text(json, "type", "object");
    f2f_json_bool(json, "additionalProperties", false);
    f2f_json_object(json, "properties");
    for (size_t i = 0; i < table->n_fields; i++) {
        f2f_json_object(json, table->fields[i].key);
        f2f_json_text(json, "description", description_of(json->out->arena, &table->fields[i]));
        put_type(json, &table->fields[i]);
        f2f_json_object_end(json);
    }
    if (table->kind) put_head(json);
    else
        for (int i = 0; i < 2; i++) {
            static const char *const keys[] = {"source", "note"};
            if (f2f_table_field(table, keys[i])) continue;
            f2f_json_object(json, keys[i]);
            f2f_json_text(json, "type", "string");
            f2f_json_object_end(json);
        }
    f2f_json_object_end(json);
}

f2f_status f2f_catalog_schema(const char **out, f2f_arena *arena, const char *kind, f2f_error *err) {
    const struct f2f_table *table = f2f_table_find(kind);
    if (!table)
        return f2f_fail(err, F2F_EUSAGE, "no kind '%.40s': %s, making, plan, space and study are known", kind,
                        f2f_desc_kinds_text(arena));
    struct f2f_buffer buffer = {.arena = arena};
    struct f2f_json json = {.out = &buffer};
    f2f_json_object(&json, NULL);
    f2f_json_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    f2f_json_text(&json, "title", f2f_arena_printf(arena, "fab2fleet %s", kind));
    put_object(&json, table);
    f2f_json_object_end(&json);
    f2f_buffer_text(&buffer, "\n");
    *out = f2f_buffer_str(&buffer);
    return F2F_OK;
}
