/* decode_many.c - fields of a study that are lists, --set changes, or names of systems and models; fields left out. */
#include <string.h>

#include "desc/table.h"

/* Items of a field that is one value or a list of them. */
static struct f2f_doc *first_item(struct f2f_doc *node) { return node->kind == F2F_DOC_SEQ ? node->child : node; }
static struct f2f_doc *next_item(const struct f2f_doc *node, const struct f2f_doc *item) {
    return item == node ? NULL : item->next;
}

/* An array with room for all items; empty lists are reported. */
static void *new_items(struct f2f_catalog *catalog, const struct f2f_field *field, const struct f2f_doc *node,
                       size_t size) {
    size_t n = node->kind == F2F_DOC_SEQ ? f2f_doc_count(node) : 1;
    if (!n) f2f_doc_error(catalog->diag, node, "'%s' is empty: give one value or a list of them", field->key);
    return f2f_arena_alloc(catalog->arena, (n + 1) * size);
}

static void put_items(void *object, const struct f2f_field *field, const void *items, int n) {
    memcpy((char *)object + field->offset, &items, sizeof items);
    *(int *)((char *)object + field->count_offset) = n;
}

void f2f_desc_decode_texts(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                           struct f2f_doc *node) {
    const char **texts = new_items(catalog, field, node, sizeof *texts);
    int n = 0;
    for (struct f2f_doc *item = first_item(node); item; item = next_item(node, item)) {
        const struct f2f_doc *scalar = f2f_desc_scalar(item);
        if (scalar) texts[n++] = scalar->text;
        else f2f_doc_error(catalog->diag, item, "'%s' must be a text or a list of them", field->key);
    }
    put_items(object, field, texts, n);
}

void f2f_desc_decode_quantities(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                                struct f2f_doc *node) {
    double *values = new_items(catalog, field, node, sizeof *values);
    int n = 0;
    for (struct f2f_doc *item = first_item(node); item; item = next_item(node, item)) {
        struct f2f_doc *scalar = f2f_desc_scalar(item);
        if (!scalar) f2f_doc_error(catalog->diag, item, "'%s' must be a quantity or a list of them", field->key);
        else if (f2f_desc_quantity(&values[n], &values[n], catalog, field, field->key, item, scalar)) n++;
    }
    put_items(object, field, values, n);
}

void f2f_desc_decode_models(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                            struct f2f_doc *node) {
    const struct f2f_model **models = new_items(catalog, field, node, sizeof *models);
    int n = 0;
    for (struct f2f_doc *item = first_item(node); item; item = next_item(node, item)) {
        const struct f2f_doc *name = f2f_desc_scalar(item);
        if (!name)
            f2f_doc_error(catalog->diag, item, "'%s' must be the name of a model, a path, or a list of them",
                          field->key);
        else if (f2f_desc_model(&models[n], catalog, name->text, name, NULL) == F2F_OK) n++;
    }
    put_items(object, field, models, n);
}

/* A path in the value means what it means in this file. */
static void add_set(struct f2f_set *set, struct f2f_catalog *catalog, const struct f2f_doc *node) {
    const struct f2f_field *last;
    f2f_error reason;
    if (f2f_desc_set_field(&last, catalog->arena, &f2f_system_table, node->key, &reason) != F2F_OK)
        f2f_doc_error(catalog->diag, node, "%s", reason.message);
    else if (last->type == F2F_FIELD_REF && f2f_desc_is_path(node->text))
        *set = (struct f2f_set){node->key, f2f_desc_path(catalog->arena, node->text, node)};
    else *set = (struct f2f_set){node->key, node->text};
}

void f2f_desc_decode_sets(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                          struct f2f_doc *node) {
    if (node->kind != F2F_DOC_MAP) {
        f2f_doc_error(catalog->diag, node, "'%s' must map paths to values, e.g. {chip.memory.stacks: 8}", field->key);
        return;
    }
    struct f2f_set *sets = new_items(catalog, field, node, f2f_doc_count(node) * sizeof *sets);
    int n = 0;
    for (const struct f2f_doc *child = node->child; child; child = child->next) {
        if (child->kind == F2F_DOC_SCALAR) add_set(&sets[n++], catalog, child);
        else f2f_doc_error(catalog->diag, child, "'%.60s' must be set to one value", child->key);
    }
    put_items(object, field, sets, n);
}

void f2f_desc_decode_name(const char **out, struct f2f_catalog *catalog, const struct f2f_field *field,
                          struct f2f_doc *node) {
    const struct f2f_doc *name = f2f_desc_scalar(node);
    const char *kind;
    if (!name) {
        f2f_doc_error(catalog->diag, node, "'%s' must be the name of a %s, or a path", field->key, field->words[0]);
        return;
    }
    *out = f2f_desc_is_path(name->text) ? f2f_desc_path(catalog->arena, name->text, name) : name->text;
    (void)f2f_desc_kind(&kind, catalog, field->words, name->text, name, NULL);
}

bool f2f_desc_leave_out(void *object, const struct f2f_field *field) {
    void *target = (char *)object + field->offset;
    switch (field->type) {
    case F2F_FIELD_QUANTITY: *(double *)target = field->fallback; break;
    case F2F_FIELD_INT: *(int *)target = (int)field->fallback; break;
    case F2F_FIELD_BOOL: *(bool *)target = false; break;
    case F2F_FIELD_TEXT:
    case F2F_FIELD_PATH:
    case F2F_FIELD_NAME: *(const char **)target = NULL; break;
    default: return false;
    }
    return true;
}
