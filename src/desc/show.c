/* show.c - one description with all its fields as written, each with SI value, help and source;
 * and the check of a file of any kind. */
#include <stdio.h>
#include <string.h>

#include "desc/set.h"

static void show_table(struct f2f_record *r, struct f2f_catalog *catalog, const struct f2f_table *table,
                       struct f2f_doc *node, const char *prefix);

static const char *join(f2f_arena *arena, const char *prefix, const char *key) {
    return *prefix ? f2f_arena_printf(arena, "%s.%s", prefix, key) : key;
}

/* Clocks, or the longer of both, are no seconds before a pin rate is known. */
static void show_timing(struct f2f_record *row, const char *text) {
    struct f2f_dram_timing timing;
    if (f2f_desc_timing_parse(&timing, text, NULL) != F2F_OK || timing.ck > 0) return;
    f2f_record_num(row, "si", timing.s, NULL);
    f2f_record_text(row, "unit", f2f_quantity_unit(F2F_QUANTITY_TIME), NULL);
}

static void show_scalar(struct f2f_record *r, const struct f2f_field *field, enum f2f_field_type type, const char *path,
                        struct f2f_doc *node) {
    struct f2f_doc *scalar = f2f_desc_scalar(node), *note = f2f_doc_get(node, "note");
    if (!scalar) return;
    struct f2f_record *row = f2f_record_sub(r, path, field->help);
    double si;
    f2f_record_text(row, "value", scalar->text, NULL);
    if (type == F2F_FIELD_QUANTITY && f2f_quantity_parse(&si, field->quantity, scalar->text, NULL) == F2F_OK) {
        f2f_record_num(row, "si", si, NULL);
        f2f_record_text(row, "unit", f2f_quantity_unit(field->quantity), NULL);
    }
    if (type == F2F_FIELD_TIMING) show_timing(row, scalar->text);
    f2f_record_text(row, "source", scalar->source, NULL);
    if (note && note->kind == F2F_DOC_SCALAR) f2f_record_text(row, "note", note->text, NULL);
}

static void show_texts(struct f2f_record *r, const struct f2f_field *field, const char *path,
                       const struct f2f_doc *node) {
    const char *all = "";
    for (const struct f2f_doc *item = node->child; item; item = item->next)
        if (item->kind == F2F_DOC_SCALAR) all = f2f_arena_printf(r->arena, "%s%s%s", all, *all ? ", " : "", item->text);
    f2f_record_text(f2f_record_sub(r, path, field->help), "value", all, NULL);
}

static void show_field(struct f2f_record *r, struct f2f_catalog *catalog, const struct f2f_field *field,
                       struct f2f_doc *node, const char *prefix) {
    const char *path = join(r->arena, prefix, field->key);
    if (field->type == F2F_FIELD_STRUCT) {
        show_table(r, catalog, field->table, node, path);
    } else if (field->type == F2F_FIELD_REF) {
        if (node->kind == F2F_DOC_SCALAR) show_scalar(r, field, F2F_FIELD_TEXT, path, node);
        else show_table(r, catalog, field->table, node, path);
    } else if (field->type == F2F_FIELD_DTYPES) {
        for (struct f2f_doc *child = node->child; child; child = child->next)
            if (strcmp(child->key, "source") != 0 && strcmp(child->key, "note") != 0)
                show_scalar(r, field, F2F_FIELD_QUANTITY, join(r->arena, path, child->key), child);
    } else if (field->type == F2F_FIELD_LIST) {
        int i = 0;
        for (struct f2f_doc *child = node->child; child; child = child->next)
            show_table(r, catalog, field->table, child, f2f_arena_printf(r->arena, "%s[%d]", path, i++));
    } else if (field->type == F2F_FIELD_TEXTS && node->kind == F2F_DOC_SEQ) {
        show_texts(r, field, path, node);
    } else {
        show_scalar(r, field, field->type, path, node);
    }
}

static void show_table(struct f2f_record *r, struct f2f_catalog *catalog, const struct f2f_table *table,
                       struct f2f_doc *node, const char *prefix) {
    for (size_t i = 0; i < table->n_fields; i++) {
        struct f2f_doc *child = f2f_doc_get(node, table->fields[i].key);
        if (child) show_field(r, catalog, &table->fields[i], child, prefix);
    }
}

static void put_head(struct f2f_record *r, const struct f2f_doc *tree, const char *kind, const char *name) {
    static const char *const keys[] = {"title", "status", "source", "note"};
    f2f_record_text(r, "name", name, NULL);
    f2f_record_text(r, "kind", kind, NULL);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct f2f_doc *node = f2f_doc_get(tree, keys[i]);
        if (node && node->kind == F2F_DOC_SCALAR) f2f_record_text(r, keys[i], node->text, NULL);
    }
}

static f2f_status show_model(struct f2f_record **out, struct f2f_catalog *catalog, const char *name, f2f_error *err) {
    const struct f2f_model *m;
    F2F_TRY(f2f_catalog_model(&m, catalog, name, err));
    struct f2f_record *r = f2f_record_new(catalog->arena, name);
    f2f_record_text(r, "name", name, NULL);
    f2f_record_text(r, "kind", "model", NULL);
    f2f_record_text(r, "status", "shipping", NULL);
    f2f_record_text(r, "source", "config.json of the model", NULL);
    f2f_record_int(r, "params", m->params, "all parameters");
    f2f_record_int(r, "active_params", m->active_params, "used for one token");
    f2f_record_int(r, "layers", m->layers, NULL);
    f2f_record_int(r, "hidden", m->hidden, NULL);
    f2f_record_int(r, "heads", m->heads, NULL);
    f2f_record_int(r, "kv_heads", m->kv_heads, NULL);
    f2f_record_int(r, "head_dim", m->head_dim, NULL);
    f2f_record_int(r, "vocab", m->vocab, NULL);
    f2f_record_num(r, "kv_per_tok_bf16_B", f2f_model_kv_B_per_tok(m, F2F_DTYPE_BF16), "KV cache of one token in bf16");
    f2f_record_num(r, "kv_per_tok_fp8_B", f2f_model_kv_B_per_tok(m, F2F_DTYPE_FP8), "KV cache of one token in fp8");
    *out = r;
    return F2F_OK;
}

/* "foundry/cowos-s": a name that several kinds have; a file of that path goes first. */
static bool split_kind(const char **kind, const char **name) {
    const char *slash = strchr(*name, '/');
    if (!slash || f2f_desc_is_file(*name)) return false;
    for (size_t i = 0; f2f_desc_kinds[i]; i++) {
        size_t length = strlen(f2f_desc_kinds[i]);
        if ((size_t)(slash - *name) != length || strncmp(*name, f2f_desc_kinds[i], length) != 0) continue;
        *kind = f2f_desc_kinds[i];
        *name = slash + 1;
        return true;
    }
    return false;
}

/* What else has the name. */
static void put_others(struct f2f_record *r, struct f2f_catalog *catalog, const char *kind, const char *name) {
    const char *others = "";
    for (size_t i = 0; f2f_desc_kinds[i]; i++)
        if (strcmp(f2f_desc_kinds[i], kind) != 0 && f2f_catalog_file(catalog, f2f_desc_kinds[i], name))
            others =
                f2f_arena_printf(r->arena, "%s%s`show %s/%s`", others, *others ? ", " : "", f2f_desc_kinds[i], name);
    if (*others) f2f_record_text(r, "also", others, "descriptions of other kinds with the name");
}

/* A description must also decode, or what is shown could not be used. */
f2f_status f2f_catalog_show(struct f2f_record **out, struct f2f_catalog *catalog, const char *name,
                            const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    const char *kind;
    *out = NULL;
    if (!split_kind(&kind, &name)) F2F_TRY(f2f_desc_kind(&kind, catalog, f2f_desc_kinds, name, NULL, err));
    if (strcmp(kind, "model") == 0) return show_model(out, catalog, name, err);
    const struct f2f_table *table = f2f_table_find(kind);
    struct f2f_doc *tree;
    void *object;
    F2F_TRY(f2f_desc_resolve(&tree, catalog, table, name, NULL, err));
    struct f2f_record *r = f2f_record_new(catalog->arena, name);
    put_head(r, tree, kind, name);
    put_others(r, catalog, kind, name);
    for (size_t i = 0; i < n_sets; i++) F2F_TRY(f2f_desc_set(catalog, table, tree, &sets[i], err));
    F2F_TRY(f2f_set_check_read(catalog, table, tree, sets, n_sets, err));
    show_table(r, catalog, table, tree, "");
    F2F_TRY(f2f_desc_load_tree(&object, catalog, table, tree, NULL, 0, err));
    *out = r;
    return F2F_OK;
}

f2f_status f2f_catalog_check(struct f2f_record **out, struct f2f_catalog *catalog, const char *path, f2f_error *err) {
    /* a file is checked, not what the catalog has under its name */
    const char *file = f2f_desc_is_path(path) ? path : f2f_arena_printf(catalog->arena, "./%s", path), *kind;
    const struct f2f_model *model;
    void *object;
    *out = NULL;
    F2F_TRY(f2f_desc_file_kind(&kind, catalog, path, err));
    const struct f2f_table *table = f2f_table_find(kind);
    if (table) F2F_TRY(f2f_desc_load(&object, catalog, table, file, NULL, 0, err));
    else F2F_TRY(f2f_catalog_model(&model, catalog, file, err));
    *out = f2f_record_new(catalog->arena, path);
    f2f_record_text(*out, "name", path, NULL);
    f2f_record_text(*out, "kind", kind, NULL);
    f2f_record_bool(*out, "ok", true, "reads without errors");
    return F2F_OK;
}
