/* list.c - what is in the catalog, from the head of each file; and which node carries a chip. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "desc/table.h"

#define MAX_NAMES 1024

static const char *head_text(const struct f2f_doc *tree, const char *key) {
    const struct f2f_doc *node = tree ? f2f_doc_get(tree, key) : NULL;
    return node && node->kind == F2F_DOC_SCALAR ? node->text : NULL;
}

static void list_model(struct f2f_record *r, struct f2f_catalog *catalog, const char *name) {
    const struct f2f_model *model;
    if (f2f_catalog_model(&model, catalog, name, NULL) != F2F_OK) return;
    f2f_record_text(r, "status", "shipping", NULL);
    f2f_record_text(
        r, "title",
        f2f_arena_printf(r->arena, "%.4g G parameters, %lld layers", (double)model->params / 1e9, model->layers), NULL);
    f2f_record_text(r, "source", "config.json of the model", NULL);
}

static void list_description(struct f2f_record *r, struct f2f_catalog *catalog, const char *kind, const char *name) {
    struct f2f_doc *tree;
    if (f2f_desc_resolve(&tree, catalog, f2f_table_find(kind), name, NULL, NULL) != F2F_OK) return;
    f2f_record_text(r, "status", head_text(tree, "status"), NULL);
    f2f_record_text(r, "title", head_text(tree, "title"), NULL);
    f2f_record_text(r, "source", head_text(tree, "source"), NULL);
}

static void list_kind(struct f2f_results *out, struct f2f_catalog *catalog, const char *kind) {
    const char *names[MAX_NAMES];
    size_t n = f2f_catalog_names(names, MAX_NAMES, catalog, kind);
    for (size_t i = 0; i < n; i++) {
        if (i && strcmp(names[i], names[i - 1]) == 0) continue; /* the same name in a second folder is shadowed */
        struct f2f_record *r = f2f_record_new(out->arena, names[i]);
        f2f_record_text(r, "name", names[i], NULL);
        f2f_record_text(r, "kind", kind, NULL);
        if (strcmp(kind, "model") == 0) list_model(r, catalog, names[i]);
        else list_description(r, catalog, kind, names[i]);
        f2f_results_add(out, r);
    }
}

f2f_status f2f_catalog_list(struct f2f_results *out, struct f2f_catalog *catalog, const char *kind, f2f_error *err) {
    size_t before = catalog->diag->n + catalog->diag->dropped;
    bool known = false;
    size_t n = 0;
    for (; f2f_desc_kinds[n]; n++) {
        if (kind && strcmp(kind, f2f_desc_kinds[n]) != 0) continue;
        known = true;
        list_kind(out, catalog, f2f_desc_kinds[n]);
    }
    if (!known)
        return f2f_fail(err, F2F_EUSAGE, "no kind '%.40s': %s and model are known%s", kind,
                        f2f_desc_kinds_text(out->arena), f2f_did_you_mean(kind, f2f_desc_kinds, n).text);
    return f2f_diag_status(catalog->diag, before, err);
}

static int integer_of(const struct f2f_doc *tree, const char *key) {
    struct f2f_doc *node = f2f_doc_get(tree, key);
    long long value = 0;
    node = node ? f2f_desc_scalar(node) : NULL;
    return node && f2f_doc_integer(node, &value) && value < INT_MAX ? (int)value : 0;
}

/* Chips of the node if it carries that chip, else 0. */
static int carries(struct f2f_catalog *catalog, const char *node_name, const char *chip) {
    struct f2f_doc *tree;
    if (f2f_desc_resolve(&tree, catalog, &f2f_node_table, node_name, NULL, NULL) != F2F_OK) return 0;
    const char *name = head_text(tree, "chip");
    return name && strcmp(name, chip) == 0 ? integer_of(tree, "chips") : 0;
}

static const char *smallest_node(struct f2f_catalog *catalog, const char *chip, int chips) {
    const char *names[MAX_NAMES], *best = NULL;
    size_t n = f2f_catalog_names(names, MAX_NAMES, catalog, "node");
    int least = INT_MAX;
    for (size_t i = 0; i < n; i++) {
        int has = carries(catalog, names[i], chip);
        if (has < chips || has >= least) continue;
        least = has;
        best = names[i];
    }
    return best;
}

/* The smallest system whose node carries the chip. */
static const char *smallest_system(struct f2f_catalog *catalog, const char *chip, int chips) {
    const char *names[MAX_NAMES], *best = NULL;
    size_t n = f2f_catalog_names(names, MAX_NAMES, catalog, "system");
    double least = 1e18;
    for (size_t i = 0; i < n; i++) {
        struct f2f_doc *tree;
        if (f2f_desc_resolve(&tree, catalog, &f2f_system_table, names[i], NULL, NULL) != F2F_OK) continue;
        const char *node = head_text(tree, "node");
        double has = node ? (double)carries(catalog, node, chip) * integer_of(tree, "nodes") : 0;
        if (has < chips || has >= least) continue;
        least = has;
        best = names[i];
    }
    return best;
}

/* A node or system of the same chip that has so many, to be named in a message; NULL: none. */
static const char *larger_of(struct f2f_catalog *catalog, const struct f2f_chip *chip, int chips) {
    if (!chip->id.name) return NULL;
    const char *host = smallest_node(catalog, chip->id.name, chips);
    return host ? host : smallest_system(catalog, chip->id.name, chips);
}

f2f_status f2f_catalog_host(const struct f2f_system **out, struct f2f_catalog *catalog, const char *name, int chips,
                            const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    f2f_error reason;
    F2F_TRY(f2f_catalog_system(out, catalog, name, sets, n_sets, err));
    if ((double)(*out)->nodes * (*out)->node->chips >= chips) return F2F_OK;
    const char *host = smallest_node(catalog, name, chips);
    if (!host) host = smallest_system(catalog, name, chips);
    if (host) return f2f_catalog_system(out, catalog, host, sets, n_sets, err);
    int has = (*out)->nodes * (*out)->node->chips;
    host = larger_of(catalog, (*out)->node->chip, chips);
    if (host)
        (void)f2f_fail(&reason, F2F_EINPUT, "'%.60s' has %d chips, %d are asked for: name a larger one, e.g. %.60s",
                       name, has, chips, host);
    else
        (void)f2f_fail(
            &reason, F2F_EINPUT,
            "'%.60s' has %d chips, %d are asked for, and no node or system of the catalog with that chip has "
            "as many",
            name, has, chips);
    *out = NULL;
    return f2f_fail(err, F2F_EINPUT, "%s", reason.message);
}
