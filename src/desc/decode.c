/* decode.c - a tree of text and a field table in, a struct in SI units out.
 *
 * All faults of a description are reported, each at its place and with a remedy. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "desc/digest.h"

/* Keys every described thing may carry besides its table's own. */
static const char *const head_keys[] = {"kind", "name", "title", "status", "source", "note", "extends"};
#define N_HEAD_KEYS (sizeof head_keys / sizeof head_keys[0])

const struct f2f_field *f2f_table_field(const struct f2f_table *table, const char *key) {
    for (size_t i = 0; i < table->n_fields; i++)
        if (strcmp(table->fields[i].key, key) == 0) return &table->fields[i];
    return NULL;
}

struct f2f_doc *f2f_desc_scalar(struct f2f_doc *node) {
    if (node->kind == F2F_DOC_MAP) node = f2f_doc_get(node, "value");
    return node && node->kind == F2F_DOC_SCALAR ? node : NULL;
}

static bool is_head_key(const char *key) {
    for (size_t i = 0; i < N_HEAD_KEYS; i++)
        if (strcmp(key, head_keys[i]) == 0) return true;
    return false;
}

static void report_unknown(struct f2f_diag *diag, const struct f2f_table *table, const struct f2f_doc *node) {
    const char *keys[96];
    size_t n = 0;
    for (size_t i = 0; i < table->n_fields && n < 80; i++) keys[n++] = table->fields[i].key;
    for (size_t i = 0; i < N_HEAD_KEYS; i++) keys[n++] = head_keys[i];
    const char *near = f2f_nearest(node->key, keys, n);
    if (near) f2f_doc_error(diag, node, "unknown key '%.60s' (did you mean '%s'?)", node->key, near);
    else
        f2f_doc_error(diag, node, "unknown key '%.60s': `fab2fleet show --schema %s` lists the known ones", node->key,
                      table->kind ? table->kind : "KIND");
}

/* The scalar of a field; what else stands beside its `value:` is reported. */
static struct f2f_doc *scalar_of(struct f2f_diag *diag, struct f2f_doc *node) {
    struct f2f_doc *scalar = f2f_desc_scalar(node);
    for (const struct f2f_doc *child = node->child; scalar && child; child = child->next) {
        size_t n = 0;
        while (f2f_desc_value_keys[n] && strcmp(child->key, f2f_desc_value_keys[n]) != 0) n++;
        if (f2f_desc_value_keys[n]) continue;
        const char *near = f2f_nearest(child->key, f2f_desc_value_keys, n);
        f2f_doc_error(diag, child, "unknown key '%.60s' beside 'value': %s%s%s", child->key,
                      near ? "did you mean '" : "only source, note, low, high and shape may stand there",
                      near ? near : "", near ? "'?" : "");
    }
    return scalar;
}

static void decode_quantity(double *out, struct f2f_catalog *catalog, const struct f2f_table *table,
                            const struct f2f_field *field, const char *key, struct f2f_doc *node) {
    struct f2f_diag *diag = catalog->diag;
    struct f2f_doc *scalar = scalar_of(diag, node);
    if (!scalar) {
        f2f_doc_error(diag, node, "'%s' must be %s (e.g. %s), not a list or mapping", key,
                      f2f_quantity_text(field->quantity), f2f_quantity_example(field->quantity));
        return;
    }
    double value;
    if (!f2f_desc_quantity(&value, out, catalog, field, key, node, scalar)) return;
    if (table->sourced && !scalar->source)
        f2f_doc_error(diag, scalar,
                      "'%s' has no source: add `source:` to this mapping, or write {value: %.40s, source: ...}", key,
                      scalar->text);
    *out = value;
}

static void decode_timing(struct f2f_dram_timing *out, struct f2f_diag *diag, const struct f2f_table *table,
                          const struct f2f_field *field, struct f2f_doc *node) {
    f2f_error reason;
    struct f2f_doc *scalar = scalar_of(diag, node);
    if (!scalar) {
        f2f_doc_error(diag, node, "'%s' must be a time or clocks (e.g. 2.5 ns, 4 nCK), not a list or mapping",
                      field->key);
        return;
    }
    if (f2f_desc_timing_parse(out, scalar->text, &reason) != F2F_OK) {
        f2f_doc_error(diag, scalar, "'%s': %s", field->key, reason.message);
        return;
    }
    if (table->sourced && !scalar->source)
        f2f_doc_error(diag, scalar,
                      "'%s' has no source: add `source:` to this mapping, or write {value: %.40s, source: ...}",
                      field->key, scalar->text);
}

static void decode_int(int *out, struct f2f_diag *diag, const struct f2f_table *table, const struct f2f_field *field,
                       struct f2f_doc *node) {
    struct f2f_doc *scalar = scalar_of(diag, node);
    long long value;
    if (!scalar || !f2f_doc_integer(scalar, &value)) {
        f2f_doc_error(diag, node, "'%s' must be a whole number", field->key);
        return;
    }
    double low = field->min < field->max ? field->min : -2e9, high = field->min < field->max ? field->max : 2e9;
    if ((double)value < low || (double)value > high) {
        f2f_doc_error(diag, scalar, "'%s' is %lld, out of its range %.0f to %.0f", field->key, value, low, high);
        return;
    }
    if (table->sourced && !scalar->source)
        f2f_doc_error(diag, scalar,
                      "'%s' has no source: add `source:` to this mapping, or write {value: %lld, source: ...}",
                      field->key, value);
    *out = (int)value;
}

static void decode_word(int *out, struct f2f_diag *diag, const struct f2f_field *field, struct f2f_doc *node) {
    struct f2f_doc *scalar = scalar_of(diag, node);
    char known[200] = "";
    size_t n = 0;
    for (; field->words[n]; n++) {
        if (scalar && strcmp(scalar->text, field->words[n]) == 0) {
            *out = (int)n;
            return;
        }
        size_t used = strlen(known);
        (void)snprintf(known + used, sizeof known - used, "%s%s", n ? ", " : "", field->words[n]);
    }
    f2f_doc_error(diag, node, "'%s' must be one of %s, not '%.40s'%s", field->key, known,
                  scalar ? scalar->text : "a list", scalar ? f2f_did_you_mean(scalar->text, field->words, n).text : "");
}

static void decode_dtypes(double *out, struct f2f_catalog *catalog, const struct f2f_table *table,
                          const struct f2f_field *field, struct f2f_doc *node) {
    struct f2f_diag *diag = catalog->diag;
    if (node->kind != F2F_DOC_MAP) {
        f2f_doc_error(diag, node, "'%s' must map number formats to rates, e.g. {bf16: 989 TFLOP/s}", field->key);
        return;
    }
    for (struct f2f_doc *child = node->child; child; child = child->next) {
        enum f2f_dtype dtype;
        f2f_error reason;
        if (strcmp(child->key, "source") == 0 || strcmp(child->key, "note") == 0) continue;
        if (f2f_dtype_parse(&dtype, child->key, &reason) != F2F_OK) f2f_doc_error(diag, child, "%s", reason.message);
        else decode_quantity(&out[dtype], catalog, table, field, child->key, child);
    }
}

static void decode_list(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                        struct f2f_doc *node) {
    if (node->kind != F2F_DOC_SEQ) {
        f2f_doc_error(catalog->diag, node, "'%s' must be a list: one '- ' item each", field->key);
        return;
    }
    size_t n = f2f_doc_count(node), size = field->table->size;
    char *items = f2f_arena_alloc(catalog->arena, n * size);
    size_t i = 0;
    for (struct f2f_doc *child = node->child; child; child = child->next)
        f2f_desc_decode(items + size * i++, catalog, field->table, child);
    memcpy((char *)object + field->offset, &items, sizeof items);
    *(int *)((char *)object + field->count_offset) = (int)n;
}

static void decode_ref(void *object, struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node) {
    (void)scalar_of(catalog->diag, node);
    struct f2f_doc *tree = f2f_desc_follow(catalog, field, node);
    if (!tree) return;
    void *target = f2f_arena_alloc(catalog->arena, field->table->size);
    f2f_desc_decode(target, catalog, field->table, tree);
    memcpy((char *)object + field->offset, &target, sizeof target);
}

static void decode_bool(bool *out, struct f2f_diag *diag, const struct f2f_field *field, struct f2f_doc *node) {
    struct f2f_doc *scalar = scalar_of(diag, node);
    if (!scalar || !f2f_doc_bool(scalar, out)) f2f_doc_error(diag, node, "'%s' must be true or false", field->key);
}

static void decode_text(void *target, struct f2f_diag *diag, const struct f2f_field *field, struct f2f_doc *node) {
    struct f2f_doc *scalar = scalar_of(diag, node);
    if (!scalar) f2f_doc_error(diag, node, "'%s' must be a text", field->key);
    else memcpy(target, &scalar->text, sizeof scalar->text);
}

static void decode_field(void *object, struct f2f_catalog *catalog, const struct f2f_table *table,
                         const struct f2f_field *field, struct f2f_doc *node) {
    void *target = (char *)object + field->offset;
    struct f2f_diag *diag = catalog->diag;
    switch (field->type) {
    case F2F_FIELD_TEXT: decode_text(target, diag, field, node); break;
    case F2F_FIELD_PATH:
        decode_text(target, diag, field, node);
        if (*(const char **)target)
            *(const char **)target = f2f_desc_path(catalog->arena, *(const char **)target, node);
        break;
    case F2F_FIELD_BOOL: decode_bool(target, diag, field, node); break;
    case F2F_FIELD_INT: decode_int(target, diag, table, field, node); break;
    case F2F_FIELD_QUANTITY: decode_quantity(target, catalog, table, field, field->key, node); break;
    case F2F_FIELD_TIMING: decode_timing(target, diag, table, field, node); break;
    case F2F_FIELD_WORD: decode_word(target, diag, field, node); break;
    case F2F_FIELD_QUANTITIES: f2f_desc_decode_quantities(object, catalog, field, node); break;
    case F2F_FIELD_STRUCT: f2f_desc_decode(target, catalog, field->table, node); break;
    case F2F_FIELD_REF: decode_ref(object, catalog, field, node); break;
    case F2F_FIELD_LIST: decode_list(object, catalog, field, node); break;
    case F2F_FIELD_DTYPES: decode_dtypes(target, catalog, table, field, node); break;
    case F2F_FIELD_NAME: f2f_desc_decode_name(target, catalog, field, node); break;
    case F2F_FIELD_MODELS: f2f_desc_decode_models(object, catalog, field, node); break;
    case F2F_FIELD_SETS: f2f_desc_decode_sets(object, catalog, field, node); break;
    case F2F_FIELD_TEXTS: f2f_desc_decode_texts(object, catalog, field, node); break;
    case F2F_FIELD_AXES: f2f_desc_decode_axes(object, catalog, field, node); break;
    case F2F_FIELD_GOALS: f2f_desc_decode_goals(object, catalog, field, node); break;
    }
}

void f2f_desc_try(struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node) {
    enum { LARGEST = 64 }; /* of one value in its struct */
    static const struct f2f_table unsourced = {0};
    void *object = f2f_arena_alloc(catalog->arena, field->offset + field->count_offset + LARGEST);
    decode_field(object, catalog, &unsourced, field, node);
}

static void set_fallbacks(void *object, const struct f2f_table *table) {
    for (size_t i = 0; i < table->n_fields; i++) (void)f2f_desc_leave_out(object, &table->fields[i]);
}

static const char *text_of(const struct f2f_doc *node, const char *key) {
    const struct f2f_doc *child = f2f_doc_get(node, key);
    return child && child->kind == F2F_DOC_SCALAR ? child->text : NULL;
}

/* The head of a description: f2f_ident is its struct's first member. false: it is of another kind, whose keys need not
 * be told one by one. */
static bool decode_ident(struct f2f_ident *id, struct f2f_diag *diag, const struct f2f_table *table,
                         struct f2f_doc *node) {
    static const struct f2f_field status = {.key = "status", .words = f2f_maturity_words};
    id->name = text_of(node, "name");
    id->title = text_of(node, "title");
    id->source = text_of(node, "source");
    struct f2f_doc *word = f2f_doc_get(node, "status"), *kind = f2f_doc_get(node, "kind");
    id->status = F2F_ESTIMATE;
    if (word) decode_word(&id->status, diag, &status, word);
    if (!kind || (kind->kind == F2F_DOC_SCALAR && strcmp(kind->text, table->kind) == 0)) return true;
    f2f_doc_error(diag, kind, "a description of kind '%s' is wanted here, this is a '%.40s'", table->kind,
                  kind->text ? kind->text : "");
    return false;
}

const char *f2f_desc_only_word(const struct f2f_field *field, const struct f2f_doc *map) {
    size_t length = strcspn(field->only, "=");
    for (struct f2f_doc *child = map->child; child; child = child->next) {
        const struct f2f_doc *scalar = f2f_desc_scalar(child);
        if (strlen(child->key) != length || strncmp(child->key, field->only, length) != 0 || !scalar) continue;
        return strcmp(scalar->text, field->only + length + 1) == 0 ? NULL : scalar->text;
    }
    return NULL;
}

/* A value that the same file makes useless. One that is inherited, or of which the other was changed, may stay. */
static void report_unread(struct f2f_diag *diag, const struct f2f_field *field, const struct f2f_doc *map,
                          const struct f2f_doc *node) {
    const char *word = f2f_desc_only_word(field, map);
    for (const struct f2f_doc *other = map->child; word && other; other = other->next)
        if (other->kind == F2F_DOC_SCALAR && other->text == word && other->file == node->file)
            f2f_doc_error(diag, node, "'%s' is read only with '%s', not with '%.40s': leave it out", field->key,
                          field->only, word);
}

void f2f_desc_decode(void *object, struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *node) {
    size_t before = catalog->diag->n + catalog->diag->dropped;
    if (node->kind != F2F_DOC_MAP) {
        if (node->key) f2f_doc_error(catalog->diag, node, "'%.60s' must be a mapping (key: value lines)", node->key);
        else f2f_doc_error(catalog->diag, node, "a mapping is wanted here (key: value lines)");
        return;
    }
    set_fallbacks(object, table);
    if (table->kind && !decode_ident(object, catalog->diag, table, node)) return;
    for (struct f2f_doc *child = node->child; child; child = child->next) {
        const struct f2f_field *field = f2f_table_field(table, child->key);
        if (field) decode_field(object, catalog, table, field, child);
        if (field && field->given_offset) *(bool *)((char *)object + field->given_offset) = true;
        if (field && field->only) report_unread(catalog->diag, field, node, child);
        if (!field && !is_head_key(child->key)) report_unknown(catalog->diag, table, child);
    }
    for (size_t i = 0; i < table->n_fields; i++)
        if (table->fields[i].required && !f2f_doc_get(node, table->fields[i].key))
            f2f_doc_error(catalog->diag, node, "'%s' is missing: %s", table->fields[i].key, table->fields[i].help);
    if (table->kind && !catalog->files) /* what it refers to has taken the place of its name by now */
        ((struct f2f_ident *)object)->digest = f2f_doc_digest(F2F_DIGEST_START, node);
    if (table->check && catalog->diag->n + catalog->diag->dropped == before) table->check(object, node, catalog->diag);
}
