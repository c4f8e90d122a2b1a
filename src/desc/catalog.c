/* catalog.c - descriptions by name; see include/fab2fleet/catalog.h. */
#include <string.h>
#include <sys/stat.h>

#include "desc/set.h"

f2f_status f2f_catalog_new(struct f2f_catalog **out, const char *const *dirs, size_t n_dirs, f2f_error *err) {
    *out = NULL;
    if (!n_dirs) return f2f_fail(err, F2F_ERUN, "no catalog found: give its folder with --data DIR or FAB2FLEET_DATA");
    f2f_arena *arena = f2f_arena_new();
    struct f2f_catalog *catalog = f2f_arena_alloc(arena, sizeof *catalog);
    catalog->arena = arena;
    catalog->diag = f2f_diag_new(arena);
    catalog->dirs = f2f_arena_alloc(arena, n_dirs * sizeof *catalog->dirs);
    for (size_t i = 0; i < n_dirs; i++) catalog->dirs[i] = f2f_arena_strdup(arena, dirs[i]);
    catalog->n_dirs = n_dirs;
    *out = catalog;
    return F2F_OK;
}

void f2f_catalog_free(struct f2f_catalog *catalog) {
    if (catalog) f2f_arena_free(catalog->arena);
}

void f2f_catalog_override(struct f2f_catalog *catalog, const struct f2f_set *sets, size_t n_sets) {
    catalog->sets = sets;
    catalog->n_sets = n_sets;
}

void f2f_catalog_on_system(struct f2f_catalog *catalog, f2f_system_hook *hook, void *context) {
    catalog->on_system = hook;
    catalog->hook_context = context;
}

f2f_arena *f2f_catalog_arena(struct f2f_catalog *catalog) { return catalog->arena; }
struct f2f_diag *f2f_catalog_diag(struct f2f_catalog *catalog) {
    return catalog->diag;
}

const char *const f2f_desc_kinds[] = {
#define X(name) #name,
    F2F_KIND_LIST(X)
#undef X
        "model",
    NULL};

const char *f2f_desc_kinds_text(f2f_arena *arena) {
    const char *text = f2f_desc_kinds[0];
    for (size_t i = 1; f2f_desc_kinds[i]; i++)
        if (f2f_table_find(f2f_desc_kinds[i])) text = f2f_arena_printf(arena, "%s, %s", text, f2f_desc_kinds[i]);
    return text;
}

const struct f2f_table *f2f_table_find(const char *kind) {
    static const struct f2f_table *const tables[] = {
        &f2f_process_table, &f2f_dram_table,  &f2f_controller_table, &f2f_memory_table, &f2f_class_table,
        &f2f_chip_table,    &f2f_node_table,  &f2f_network_table,    &f2f_system_table, &f2f_engine_table,
        &f2f_traffic_table, &f2f_study_table, &f2f_space_table};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (strcmp(tables[i]->kind, kind) == 0) return tables[i];
    return f2f_cost_table_find(kind);
}

f2f_status f2f_desc_load_tree(void **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                              struct f2f_doc *tree, const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    size_t before = catalog->diag->n + catalog->diag->dropped;
    for (size_t i = 0; i < n_sets; i++) F2F_TRY(f2f_desc_set(catalog, table, tree, &sets[i], err));
    F2F_TRY(f2f_set_check_read(catalog, table, tree, sets, n_sets, err));
    void *object = f2f_arena_alloc(catalog->arena, table->size);
    f2f_desc_decode(object, catalog, table, tree);
    F2F_TRY(f2f_diag_status(catalog->diag, before, err));
    *out = object;
    return F2F_OK;
}

f2f_status f2f_desc_load(void **out, struct f2f_catalog *catalog, const struct f2f_table *table, const char *name,
                         const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    struct f2f_doc *tree;
    *out = NULL;
    F2F_TRY(f2f_desc_resolve(&tree, catalog, table, name, NULL, err));
    return f2f_desc_load_tree(out, catalog, table, tree, sets, n_sets, err);
}

void f2f_catalog_ranges_start(struct f2f_catalog *catalog) {
    catalog->ranges = (struct f2f_ranges){0};
    catalog->lists_ranges = true;
}

const struct f2f_ranges *f2f_catalog_ranges(const struct f2f_catalog *catalog) { return &catalog->ranges; }

f2f_status f2f_catalog_price(const struct f2f_price **out, struct f2f_catalog *catalog, const char *name,
                             const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    static const char by_default[] = "us-2024";
    void *object;
    *out = NULL;
    if (!name && !f2f_catalog_file(catalog, f2f_price_table.kind, by_default)) return F2F_OK;
    F2F_TRY(f2f_desc_load(&object, catalog, &f2f_price_table, name ? name : by_default, sets, n_sets, err));
    *out = object;
    return F2F_OK;
}

f2f_status f2f_catalog_memory(const struct f2f_memory **out, struct f2f_catalog *catalog, const char *name,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    void *object;
    F2F_TRY(f2f_desc_load(&object, catalog, &f2f_memory_table, name, sets, n_sets, err));
    *out = object;
    return F2F_OK;
}

f2f_status f2f_catalog_controller(const struct f2f_controller **out, struct f2f_catalog *catalog, const char *name,
                                  const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    void *object;
    F2F_TRY(f2f_desc_load(&object, catalog, &f2f_controller_table, name, sets, n_sets, err));
    *out = object;
    return F2F_OK;
}
