/* system.c - a system by the name of a system, a node or a chip: the smaller ones are wrapped, so
 * that every model sees a system and every --set path works the same. */
#include <string.h>
#include <sys/stat.h>

#include "desc/table.h"

static struct f2f_doc *new_map(f2f_arena *arena, const char *key, const struct f2f_doc *like) {
    struct f2f_doc *map = f2f_arena_alloc(arena, sizeof *map);
    *map = (struct f2f_doc){.kind = F2F_DOC_MAP, .key = key, .file = like->file, .line = like->line, .col = like->col};
    return map;
}

static void push(struct f2f_doc *map, struct f2f_doc *child, const char *key) {
    child->key = key;
    child->parent = map;
    child->next = map->child;
    map->child = child;
}

static void push_text(f2f_arena *arena, struct f2f_doc *map, const char *key, const char *text) {
    struct f2f_doc *scalar = new_map(arena, key, map);
    scalar->kind = F2F_DOC_SCALAR;
    scalar->text = text;
    scalar->source = "one of it";
    push(map, scalar, key);
}

/* {name, <counted>: 1, <inner kind>: tree} */
static struct f2f_doc *wrap(f2f_arena *arena, struct f2f_doc *tree, const char *key, const char *count_key) {
    struct f2f_doc *outer = new_map(arena, NULL, tree);
    const struct f2f_doc *name = f2f_doc_get(tree, "name"), *status = f2f_doc_get(tree, "status");
    push(outer, tree, key);
    push_text(arena, outer, count_key, "1");
    if (name && name->kind == F2F_DOC_SCALAR) push_text(arena, outer, "name", name->text);
    if (status && status->kind == F2F_DOC_SCALAR) push_text(arena, outer, "status", status->text);
    return outer;
}

static bool in_catalog(const struct f2f_catalog *catalog, const char *kind, const char *name) {
    struct stat info;
    for (size_t d = 0; d < catalog->n_dirs; d++)
        if (stat(f2f_arena_printf(catalog->arena, "%s/%s/%s.yaml", catalog->dirs[d], kind, name), &info) == 0)
            return true;
    return false;
}

/* The kind a name stands for: of a path, what its file says. */
static const char *kind_of(struct f2f_catalog *catalog, const char *name) {
    static const char *const kinds[] = {"system", "node", "chip"};
    if (strchr(name, '/') || (strlen(name) > 5 && strcmp(name + strlen(name) - 5, ".yaml") == 0)) {
        struct f2f_doc *tree;
        struct f2f_diag *scratch = f2f_diag_new(catalog->arena);
        if (f2f_doc_read(&tree, catalog->arena, name, scratch, NULL) != F2F_OK) return "system";
        const struct f2f_doc *kind = f2f_doc_get(tree, "kind");
        return kind && kind->kind == F2F_DOC_SCALAR ? kind->text : "system";
    }
    for (size_t i = 0; i < 3; i++)
        if (in_catalog(catalog, kinds[i], name)) return kinds[i];
    return "system";
}

static f2f_status system_tree(struct f2f_doc **out, struct f2f_catalog *catalog, const char *name, f2f_error *err) {
    const char *kind = kind_of(catalog, name);
    struct f2f_doc *tree;
    if (strcmp(kind, "chip") == 0) {
        F2F_TRY(f2f_desc_resolve(&tree, catalog, &f2f_chip_table, name, NULL, err));
        tree = wrap(catalog->arena, wrap(catalog->arena, tree, "chip", "chips"), "node", "nodes");
    } else if (strcmp(kind, "node") == 0) {
        F2F_TRY(f2f_desc_resolve(&tree, catalog, &f2f_node_table, name, NULL, err));
        tree = wrap(catalog->arena, tree, "node", "nodes");
    } else {
        F2F_TRY(f2f_desc_resolve(&tree, catalog, &f2f_system_table, name, NULL, err));
    }
    *out = tree;
    return F2F_OK;
}

f2f_status f2f_catalog_system(const struct f2f_system **out, struct f2f_catalog *catalog, const char *name,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    struct f2f_doc *tree;
    void *object;
    *out = NULL;
    F2F_TRY(system_tree(&tree, catalog, name, err));
    for (size_t i = 0; i < catalog->n_sets; i++)
        F2F_TRY(f2f_desc_set(catalog, &f2f_system_table, tree, &catalog->sets[i], err));
    F2F_TRY(f2f_desc_load_tree(&object, catalog, &f2f_system_table, tree, sets, n_sets, err));
    *out = object;
    return F2F_OK;
}
