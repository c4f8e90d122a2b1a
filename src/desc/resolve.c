/* resolve.c - `extends` chains and references to one tree.
 *
 * Works on trees only: what a value means is decode.c's matter. Each scalar is stamped with the
 * source that covers it in its own file before trees are merged, so an inherited number keeps its
 * own source and a changed one needs a new one. */
#include <string.h>

#include "desc/files.h"

#define MAX_CHAIN 16

struct chain { /* files being resolved, innermost first: finds cycles */
    const struct chain *outer;
    const char *path;
};

static f2f_status resolve(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                          const char *name, const struct f2f_doc *at, const struct chain *outer, f2f_error *err);

/* Gives every scalar below the source that covers it. */
static void stamp_sources(struct f2f_doc *node, const char *covering) {
    struct f2f_doc *own = f2f_doc_get(node, "source");
    if (own && own->kind == F2F_DOC_SCALAR && own->text[0]) covering = own->text;
    node->source = covering;
    for (struct f2f_doc *child = node->child; child; child = child->next) stamp_sources(child, covering);
}

static void append_child(struct f2f_doc *map, struct f2f_doc *child) {
    struct f2f_doc **tail = &map->child;
    while (*tail) tail = &(*tail)->next;
    *tail = child;
    child->parent = map;
}

static void replace_node(struct f2f_doc *old, const struct f2f_doc *with) {
    const char *key = old->key;
    struct f2f_doc *next = old->next, *parent = old->parent;
    *old = *with;
    old->key = key;
    old->next = next;
    old->parent = parent;
    for (struct f2f_doc *child = old->child; child; child = child->next) child->parent = old;
}

/* Heads are not inherited: a derived thing has a name, status and source of its own. */
static bool is_inherited(const char *key) {
    static const char *const own[] = {"name", "title", "status", "source", "note", "extends"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(key, own[i]) == 0) return false;
    return true;
}

/* child over base, mappings key by key; a mapping with `value:` counts as one value. Over a name, a mapping
 * changes some fields of what is named. */
static void merge(f2f_arena *arena, struct f2f_doc *base, const struct f2f_doc *child) {
    const struct f2f_doc *name = f2f_desc_scalar(base);
    bool whole = child->kind != F2F_DOC_MAP || f2f_doc_get(child, "value") || f2f_doc_get(child, "extends");
    if (whole || name || base->kind != F2F_DOC_MAP) {
        struct f2f_doc *extends = name && !whole ? f2f_doc_copy(arena, name, base) : NULL;
        replace_node(base, f2f_doc_copy(arena, child, base->parent));
        if (!extends) return;
        extends->key = "extends";
        append_child(base, extends);
        return;
    }
    for (const struct f2f_doc *item = child->child; item; item = item->next) {
        struct f2f_doc *same = f2f_doc_get(base, item->key);
        if (same) merge(arena, same, item);
        else append_child(base, f2f_doc_copy(arena, item, base));
    }
}

static f2f_status inherit(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                          struct f2f_doc *node, const struct chain *outer, f2f_error *err) {
    struct f2f_doc *parent_name = f2f_doc_get(node, "extends"), *base;
    *out = node;
    if (!parent_name) return F2F_OK;
    if (parent_name->kind != F2F_DOC_SCALAR)
        return f2f_desc_fail(catalog, NULL, parent_name, err, "'extends' must be one name or path");
    F2F_TRY(resolve(&base, catalog, table, parent_name->text, parent_name, outer, err));
    F2F_TRY(f2f_desc_check_with(catalog, table, base, node, err));
    struct f2f_doc *whole = f2f_arena_alloc(catalog->arena, sizeof *whole);
    *whole = *node;
    whole->child = NULL;
    for (const struct f2f_doc *item = base->child; item; item = item->next)
        if (is_inherited(item->key)) append_child(whole, f2f_doc_copy(catalog->arena, item, whole));
    for (const struct f2f_doc *item = node->child; item; item = item->next) {
        if (item == parent_name) continue; /* done: must not be merged again */
        struct f2f_doc *same = f2f_doc_get(whole, item->key);
        if (same) merge(catalog->arena, same, item);
        else append_child(whole, f2f_doc_copy(catalog->arena, item, whole));
    }
    *out = whole;
    return F2F_OK;
}

static f2f_status check_chain(struct f2f_catalog *catalog, const struct chain *link, const struct f2f_doc *at,
                              f2f_error *err) {
    int depth = 0;
    for (const struct chain *outer = link->outer; outer; outer = outer->outer, depth++) {
        if (strcmp(outer->path, link->path) != 0 && depth < MAX_CHAIN) continue;
        return f2f_desc_fail(catalog, NULL, at, err,
                             "'extends' runs in a circle or deeper than %d files at '%.120s': remove one", MAX_CHAIN,
                             link->path);
    }
    return F2F_OK;
}

static f2f_status locate(const char **path, struct f2f_catalog *catalog, const char *kind, const char *name,
                         const struct f2f_doc *at, f2f_error *err) {
    const char *const kinds[] = {kind, NULL};
    *path = f2f_desc_is_path(name) ? f2f_desc_path(catalog->arena, name, at) : f2f_catalog_file(catalog, kind, name);
    bool read = *path && catalog->files && f2f_files_has(catalog->files, *path);
    return read || (*path && f2f_desc_is_file(*path)) ? F2F_OK : f2f_desc_unknown(catalog, kinds, name, at, err);
}

static f2f_status resolve(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                          const char *name, const struct f2f_doc *at, const struct chain *outer, f2f_error *err) {
    struct chain link = {outer, NULL};
    struct f2f_doc *tree;
    *out = NULL;
    F2F_TRY(locate(&link.path, catalog, table->kind, name, at, err));
    if (at) F2F_TRY(check_chain(catalog, &link, at, err));
    F2F_TRY(f2f_desc_read(&tree, catalog, link.path, err));
    if (tree->kind != F2F_DOC_MAP)
        return f2f_desc_fail(catalog, NULL, tree, err, "a description is a mapping: key: value lines");
    stamp_sources(tree, NULL);
    return inherit(out, catalog, table, tree, &link, err);
}

f2f_status f2f_desc_resolve(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                            const char *name, const struct f2f_doc *at, f2f_error *err) {
    return resolve(out, catalog, table, name, at, NULL, err);
}

struct f2f_doc *f2f_desc_follow(struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node) {
    const struct f2f_doc *name = f2f_desc_scalar(node);
    struct f2f_doc *tree = node;
    f2f_status status = F2F_OK;
    if (name) status = resolve(&tree, catalog, field->table, name->text, name, NULL, NULL);
    else if (node->kind == F2F_DOC_MAP) status = inherit(&tree, catalog, field->table, node, NULL, NULL);
    else
        f2f_doc_error(catalog->diag, node, "'%s' must be the name of a %s, a path, or a mapping", field->key,
                      field->table->kind);
    if (status != F2F_OK || tree->kind != F2F_DOC_MAP) return NULL;
    if (tree != node) replace_node(node, tree);
    return node;
}
