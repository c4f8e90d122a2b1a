/* system.c - a system by the name of a system, a node or a chip: the smaller ones are wrapped, so
 * that every model sees a system and every --set path works the same. */
#include <string.h>

#include "desc/set.h"

const char *const f2f_system_kinds[4] = {"system", "node", "chip", NULL};

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

static f2f_status system_tree(struct f2f_doc **out, struct f2f_catalog *catalog, const char *name, f2f_error *err) {
    const char *kind;
    struct f2f_doc *tree;
    *out = NULL;
    F2F_TRY(f2f_desc_kind(&kind, catalog, f2f_system_kinds, name, NULL, err));
    bool is_chip = strcmp(kind, "chip") == 0, is_node = strcmp(kind, "node") == 0;
    if (!is_chip && !is_node && strcmp(kind, "system") != 0)
        return f2f_desc_fail(catalog, name, NULL, err, "a system, node or chip is wanted here, this is a '%s'", kind);
    F2F_TRY(f2f_desc_resolve(&tree, catalog, f2f_table_find(kind), name, NULL, err));
    if (is_chip) tree = wrap(catalog->arena, tree, "chip", "chips");
    if (is_chip || is_node) tree = wrap(catalog->arena, tree, "node", "nodes");
    *out = tree;
    return F2F_OK;
}

/* The catalog's changes, then those given; what changes an engine is none of the system's. */
static f2f_status set_all(struct f2f_catalog *catalog, struct f2f_doc *tree, const struct f2f_set *sets, size_t n_sets,
                          f2f_error *err) {
    struct f2f_set *all = f2f_arena_alloc(catalog->arena, (catalog->n_sets + n_sets + 1) * sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < catalog->n_sets + n_sets; i++) {
        const struct f2f_set *set = i < catalog->n_sets ? &catalog->sets[i] : &sets[i - catalog->n_sets];
        if (strncmp(set->path, "engine.", 7) == 0) continue;
        all[n++] = *set;
        F2F_TRY(f2f_desc_set(catalog, &f2f_system_table, tree, set, err));
    }
    return f2f_set_check_read(catalog, &f2f_system_table, tree, all, n, err);
}

f2f_status f2f_catalog_system(const struct f2f_system **out, struct f2f_catalog *catalog, const char *name,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    struct f2f_doc *tree;
    void *object;
    *out = NULL;
    F2F_TRY(system_tree(&tree, catalog, name, err));
    F2F_TRY(set_all(catalog, tree, sets, n_sets, err));
    F2F_TRY(f2f_desc_load_tree(&object, catalog, &f2f_system_table, tree, NULL, 0, err));
    if (catalog->on_system) F2F_TRY(catalog->on_system(catalog->hook_context, object, err));
    *out = object;
    return F2F_OK;
}
