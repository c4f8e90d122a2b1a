/* resolve.c - names to files, `extends` chains to one tree, references, and --set.
 *
 * Works on trees only: what a value means is decode.c's matter. Each scalar is stamped with the
 * source that covers it in its own file before trees are merged, so an inherited number keeps its
 * own source and a changed one needs a new one. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "desc/table.h"

#define MAX_CHAIN 16

struct chain { /* files being resolved, innermost first: finds cycles */
    const struct chain *outer;
    const char *path;
};

static f2f_status resolve(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                          const char *name, const struct f2f_doc *at, const struct chain *outer, f2f_error *err);

static bool is_file(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool is_path(const char *name) {
    size_t length = strlen(name);
    return strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".yaml") == 0);
}

/* Paths inside a file are relative to it. */
static const char *relative_to(f2f_arena *arena, const char *path, const struct f2f_doc *at) {
    const char *slash = at && path[0] != '/' ? strrchr(at->file, '/') : NULL;
    return slash ? f2f_arena_printf(arena, "%.*s/%s", (int)(slash - at->file), at->file, path) : path;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Names of a kind: YAML files without their ending; of models the folders. Sorted. */
size_t f2f_catalog_names(const char **names, size_t max, struct f2f_catalog *catalog, const char *kind) {
    size_t n = 0;
    bool folders = strcmp(kind, "model") == 0;
    for (size_t d = 0; d < catalog->n_dirs; d++) {
        DIR *dir = opendir(f2f_arena_printf(catalog->arena, "%s/%s", catalog->dirs[d], kind));
        for (struct dirent *entry; dir && n < max && (entry = readdir(dir)) != NULL;) {
            size_t length = strlen(entry->d_name), ending = folders ? 0 : 5;
            if (entry->d_name[0] == '.' || length <= ending) continue;
            if (!folders && strcmp(entry->d_name + length - ending, ".yaml") != 0) continue;
            names[n++] = f2f_arena_strndup(catalog->arena, entry->d_name, length - ending);
        }
        if (dir) closedir(dir);
    }
    qsort(names, n, sizeof *names, by_name);
    return n;
}

static f2f_status not_found(struct f2f_catalog *catalog, const char *kind, const char *name, const struct f2f_doc *at,
                            f2f_error *err) {
    const char *names[512];
    const char *near = f2f_nearest(name, names, f2f_catalog_names(names, 512, catalog, kind));
    const char *hint = near ? f2f_arena_printf(catalog->arena, "did you mean '%s'?", near)
                            : f2f_arena_printf(catalog->arena, "`fab2fleet list %s` shows what is there", kind);
    const char *message = f2f_arena_printf(catalog->arena, "no %s '%.80s' in the catalog: %s", kind, name, hint);
    if (at) f2f_doc_error(catalog->diag, at, "%s", message);
    else f2f_diag_add(catalog->diag, name, 0, 0, "%s", message);
    return f2f_fail(err, F2F_EINPUT, "%s", message);
}

f2f_status f2f_model_unknown(struct f2f_catalog *catalog, const char *name, f2f_error *err) {
    return not_found(catalog, "model", name, NULL, err);
}

static f2f_status locate(const char **path, struct f2f_catalog *catalog, const char *kind, const char *name,
                         const struct f2f_doc *at, f2f_error *err) {
    if (is_path(name)) {
        *path = relative_to(catalog->arena, name, at);
        if (is_file(*path)) return F2F_OK;
        const char *message = f2f_arena_printf(
            catalog->arena, "no file '%.150s': give a path to a %s description, or a name", *path, kind);
        if (at) f2f_doc_error(catalog->diag, at, "%s", message);
        else f2f_diag_add(catalog->diag, name, 0, 0, "%s", message);
        return f2f_fail(err, F2F_EINPUT, "%s", message);
    }
    for (size_t d = 0; d < catalog->n_dirs; d++) {
        *path = f2f_arena_printf(catalog->arena, "%s/%s/%s.yaml", catalog->dirs[d], kind, name);
        if (is_file(*path)) return F2F_OK;
    }
    return not_found(catalog, kind, name, at, err);
}

/* Gives every scalar below the source that covers it. */
static void stamp_sources(struct f2f_doc *node, const char *covering) {
    struct f2f_doc *own = f2f_doc_get(node, "source");
    if (own && own->kind == F2F_DOC_SCALAR && own->text[0]) covering = own->text;
    node->source = covering;
    for (struct f2f_doc *child = node->child; child; child = child->next) stamp_sources(child, covering);
}

static struct f2f_doc *copy_tree(f2f_arena *arena, const struct f2f_doc *node, struct f2f_doc *parent) {
    struct f2f_doc *copy = f2f_arena_alloc(arena, sizeof *copy);
    *copy = *node;
    copy->parent = parent;
    copy->next = copy->child = NULL;
    struct f2f_doc **tail = &copy->child;
    for (const struct f2f_doc *child = node->child; child; child = child->next) {
        *tail = copy_tree(arena, child, copy);
        tail = &(*tail)->next;
    }
    return copy;
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

/* child over base, mappings key by key; a mapping with `value:` counts as one value. */
static void merge(f2f_arena *arena, struct f2f_doc *base, const struct f2f_doc *child) {
    bool both_maps = base->kind == F2F_DOC_MAP && child->kind == F2F_DOC_MAP;
    if (!both_maps || f2f_doc_get(base, "value") || f2f_doc_get(child, "value") || f2f_doc_get(child, "extends")) {
        replace_node(base, copy_tree(arena, child, base->parent));
        return;
    }
    for (const struct f2f_doc *item = child->child; item; item = item->next) {
        struct f2f_doc *same = f2f_doc_get(base, item->key);
        if (same) merge(arena, same, item);
        else append_child(base, copy_tree(arena, item, base));
    }
}

static f2f_status inherit(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                          struct f2f_doc *node, const struct chain *outer, f2f_error *err) {
    struct f2f_doc *parent_name = f2f_doc_get(node, "extends"), *base;
    *out = node;
    if (!parent_name) return F2F_OK;
    if (parent_name->kind != F2F_DOC_SCALAR) {
        f2f_doc_error(catalog->diag, parent_name, "'extends' must be one name or path");
        return f2f_fail(err, F2F_EINPUT, "'extends' must be one name or path");
    }
    F2F_TRY(resolve(&base, catalog, table, parent_name->text, parent_name, outer, err));
    struct f2f_doc *whole = f2f_arena_alloc(catalog->arena, sizeof *whole);
    *whole = *node;
    whole->child = NULL;
    for (const struct f2f_doc *item = base->child; item; item = item->next)
        if (is_inherited(item->key)) append_child(whole, copy_tree(catalog->arena, item, whole));
    for (const struct f2f_doc *item = node->child; item; item = item->next) {
        if (item == parent_name) continue; /* done: must not be merged again */
        struct f2f_doc *same = f2f_doc_get(whole, item->key);
        if (same) merge(catalog->arena, same, item);
        else append_child(whole, copy_tree(catalog->arena, item, whole));
    }
    *out = whole;
    return F2F_OK;
}

static f2f_status check_chain(struct f2f_catalog *catalog, const struct chain *link, const struct f2f_doc *at,
                              f2f_error *err) {
    int depth = 0;
    for (const struct chain *outer = link->outer; outer; outer = outer->outer, depth++) {
        if (strcmp(outer->path, link->path) != 0 && depth < MAX_CHAIN) continue;
        const char *message = f2f_arena_printf(
            catalog->arena, "'extends' runs in a circle or deeper than %d files at '%.120s': remove one", MAX_CHAIN,
            link->path);
        f2f_doc_error(catalog->diag, at, "%s", message);
        return f2f_fail(err, F2F_EINPUT, "%s", message);
    }
    return F2F_OK;
}

static f2f_status resolve(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                          const char *name, const struct f2f_doc *at, const struct chain *outer, f2f_error *err) {
    struct chain link = {outer, NULL};
    struct f2f_doc *tree;
    *out = NULL;
    F2F_TRY(locate(&link.path, catalog, table->kind, name, at, err));
    if (at) F2F_TRY(check_chain(catalog, &link, at, err));
    F2F_TRY(f2f_doc_read(&tree, catalog->arena, link.path, catalog->diag, err));
    if (tree->kind != F2F_DOC_MAP) {
        f2f_doc_error(catalog->diag, tree, "a description is a mapping: key: value lines");
        return f2f_fail(err, F2F_EINPUT, "'%.120s' is no mapping", link.path);
    }
    stamp_sources(tree, NULL);
    return inherit(out, catalog, table, tree, &link, err);
}

f2f_status f2f_desc_resolve(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                            const char *name, const struct f2f_doc *at, f2f_error *err) {
    return resolve(out, catalog, table, name, at, NULL, err);
}

f2f_status f2f_desc_inherit(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                            struct f2f_doc *node, f2f_error *err) {
    return inherit(out, catalog, table, node, NULL, err);
}

struct f2f_doc *f2f_desc_follow(struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node) {
    struct f2f_doc *tree = node;
    f2f_status status = F2F_OK;
    if (node->kind == F2F_DOC_SCALAR) status = f2f_desc_resolve(&tree, catalog, field->table, node->text, node, NULL);
    else if (node->kind == F2F_DOC_MAP) status = f2f_desc_inherit(&tree, catalog, field->table, node, NULL);
    else
        f2f_doc_error(catalog->diag, node, "'%s' must be the name of a %s, a path, or a mapping", field->key,
                      field->table->kind);
    if (status != F2F_OK || tree->kind != F2F_DOC_MAP) return NULL;
    if (tree != node) replace_node(node, tree);
    return node;
}
