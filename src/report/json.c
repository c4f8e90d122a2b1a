/* json.c - results as one JSON object: SI units, unrounded, keys in the order of the record. */
#include "base/json_out.h"
#include "report/report.h"
#include "report/shares.h"

static void put_record(struct f2f_json *json, const struct f2f_record *r, bool explain);

static void put_items(struct f2f_json *json, const struct f2f_value *list, bool explain) {
    f2f_json_array(json, list->key);
    for (size_t i = 0; i < list->record->n_values; i++) {
        if (list->record->values[i].kind != F2F_VALUE_RECORD) continue;
        f2f_json_object(json, NULL);
        put_record(json, list->record->values[i].record, explain);
        f2f_json_object_end(json);
    }
    f2f_json_array_end(json);
}

static void put_value(struct f2f_json *json, const struct f2f_value *value, bool explain) {
    switch (value->kind) {
    case F2F_VALUE_NUMBER: f2f_json_number(json, value->key, value->number); break;
    case F2F_VALUE_INT: f2f_json_int(json, value->key, value->integer); break;
    case F2F_VALUE_BOOL: f2f_json_bool(json, value->key, value->integer != 0); break;
    case F2F_VALUE_TEXT: f2f_json_text(json, value->key, value->text); break;
    case F2F_VALUE_RECORD:
        if (value->record->is_list) {
            put_items(json, value, explain);
            break;
        }
        f2f_json_object(json, value->key);
        put_record(json, value->record, explain);
        f2f_json_object_end(json);
        break;
    }
}

/* {"name", "bound", "amount", "frac", "children"}: frac is of the whole tree. */
static void put_share(struct f2f_json *json, const struct f2f_share *node, double whole) {
    f2f_json_text(json, "name", node->name);
    if (node->bound) f2f_json_text(json, "bound", node->bound);
    f2f_json_number(json, "amount", node->amount);
    f2f_json_number(json, "frac", f2f_share_frac(node->amount, whole));
    if (!node->child) return;
    f2f_json_array(json, "children");
    for (const struct f2f_share *child = node->child; child; child = child->next) {
        f2f_json_object(json, NULL);
        put_share(json, child, whole);
        f2f_json_object_end(json);
    }
    f2f_json_array_end(json);
}

/* Values, then the tree, of the record and of those in it. */
static void put_record(struct f2f_json *json, const struct f2f_record *r, bool explain) {
    for (size_t i = 0; i < r->n_values; i++) put_value(json, &r->values[i], explain);
    if (!explain || !r->shares) return;
    f2f_json_object(json, "explain");
    f2f_json_text(json, "unit", r->share_unit);
    put_share(json, r->shares, r->shares->amount);
    f2f_json_object_end(json);
}

static void put_records(struct f2f_json *json, const char *key, struct f2f_record *const *records, size_t n,
                        bool explain) {
    f2f_json_array(json, key);
    for (size_t i = 0; i < n; i++) {
        f2f_json_object(json, NULL);
        put_record(json, records[i], explain);
        f2f_json_object_end(json);
    }
    f2f_json_array_end(json);
}

/* {"title", values of the heading, "rows": [...]}. */
static void put_table(struct f2f_json *json, const struct f2f_record *table) {
    struct f2f_record **rows;
    size_t n = f2f_table_rows(json->out->arena, table, &rows);
    f2f_json_object(json, NULL);
    f2f_json_text(json, "title", table->title);
    for (size_t i = 0; i < table->n_values; i++)
        if (table->values[i].kind != F2F_VALUE_RECORD) put_value(json, &table->values[i], false);
    put_records(json, "rows", rows, n, false);
    f2f_json_object_end(json);
}

static void put_tables(struct f2f_json *json, const struct f2f_results *results) {
    f2f_json_array(json, "tables");
    for (size_t i = 0; i < results->n_tables; i++) put_table(json, results->tables[i]);
    f2f_json_array_end(json);
}

void f2f_report_json(struct f2f_buffer *out, const struct f2f_results *results,
                     const struct f2f_report_options *options) {
    struct f2f_json json = {.out = out};
    f2f_json_object(&json, NULL);
    f2f_json_text(&json, "schema", F2F_REPORT_SCHEMA);
    f2f_json_text(&json, "command", results->command);
    if (results->title) f2f_json_text(&json, "title", results->title);
    if (results->question) f2f_json_text(&json, "question", results->question);
    put_records(&json, "results", results->items, results->n_items, options->explain);
    if (results->n_claims) put_records(&json, "claims", results->claims, results->n_claims, false);
    if (results->n_tables) put_tables(&json, results);
    if (results->n_notes) {
        f2f_json_array(&json, "notes");
        for (size_t i = 0; i < results->n_notes; i++) f2f_json_text(&json, NULL, results->notes[i]);
        f2f_json_array_end(&json);
    }
    f2f_json_object_end(&json);
    f2f_buffer_text(out, "\n");
}
