/* Any text as a space of designs, unfolded and drawn from; or any bytes as the database of one, to be taken up again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desc/table.h"
#include "explore/database.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_space(const uint8_t *data, size_t size) {
    static const char *const dirs[] = {"/nonexistent"};
    struct f2f_catalog *catalog;
    struct f2f_lattice lattice;
    struct f2f_doc *doc;
    void *object;
    if (f2f_catalog_new(&catalog, dirs, 1, NULL) != F2F_OK) return;
    f2f_arena *arena = f2f_catalog_arena(catalog);
    if (f2f_doc_parse(&doc, arena, (const char *)data, size, "input", f2f_catalog_diag(catalog), NULL) == F2F_OK &&
        doc->kind == F2F_DOC_MAP) {
        (void)f2f_desc_load_tree(&object, catalog, &f2f_space_table, doc, NULL, 0, NULL);
        /* without a catalog some name is always wrong: the axes alone, too */
        struct f2f_space space = {.samples = 100};
        const struct f2f_field *axes = f2f_table_field(&f2f_space_table, "space");
        struct f2f_doc *node = f2f_doc_get(doc, "space");
        if (node) f2f_desc_decode_axes(&space, catalog, axes, node);
        bool whole = space.n_axes > 0;
        for (int a = 0; a < space.n_axes; a++) whole = whole && space.axes[a].n_values > 0;
        if (whole && f2f_lattice_make(&lattice, arena, &space, NULL) == F2F_OK)
            for (uint64_t u = 0; u < lattice.n_units && u < 200; u++)
                if (f2f_lattice_id(&lattice, u, f2f_lattice_count(&lattice, u) - 1) >= lattice.points) abort();
    }
    f2f_catalog_free(catalog);
}

static bool see(void *context, uint64_t id, int place, const double *figures) {
    uint64_t *most = context;
    if (id >= *most || place < 0 || place > 1) abort(); /* checked when it was opened */
    return figures[0] < 1e300;
}

static void read_all(struct f2f_database *db, f2f_arena *arena, uint64_t points) {
    struct f2f_database_counts counts;
    struct f2f_design_row row;
    const char *why;
    uint64_t n;
    (void)f2f_database_count(db, &counts, NULL);
    (void)f2f_database_each(db, -1, 1, see, &points, NULL);
    (void)f2f_database_each(db, 0, 0, see, &points, NULL);
    (void)f2f_database_reason(db, arena, F2F_DESIGN_REFUSED, &why, &n, NULL);
    (void)f2f_database_row(db, arena, &row, 1);
    if (!f2f_database_has(db, 3)) {
        row = (struct f2f_design_row){.id = 3, .work = F2F_DESIGN_SHARED};
        (void)f2f_database_add(db, &row, NULL);
    }
    (void)f2f_database_commit(db, NULL);
    (void)f2f_database_mark(db, &row.id, 1, NULL);
}

/* A space of four designs. */
static void try_database(const uint8_t *data, size_t size) {
    struct f2f_space_change pays = {.set = {"price.electricity", "1 USD/kWh"}, .pays = true},
                            sets = {.set = {"tdp", "1 W"}};
    struct f2f_space_value values[] = {{"a", &sets, 1, NULL}, {"b", &sets, 1, NULL}},
                           prices[] = {{"1 USD/kWh", &pays, 1, NULL}, {"2 USD/kWh", &pays, 1, NULL}};
    struct f2f_space_axis axes[] = {{"tdp", values, 2}, {"price.electricity", prices, 2}};
    struct f2f_space_objective goal = {"power_W", false};
    const struct f2f_space space = {.id = {.name = "four"},
                                    .question = "which?",
                                    .axes = axes,
                                    .n_axes = 2,
                                    .objectives = &goal,
                                    .n_objectives = 1};
    const struct f2f_design_keys keys = {.key = {"power_W", "usd_per_Mtok"}, .n = 2};
    const struct f2f_fingerprint mark = {"program", "space", "catalog"};
    struct f2f_lattice lattice;
    struct f2f_database *db;
    char folder[] = "/tmp/f2f-fuzz-XXXXXX";
    f2f_arena *arena = f2f_arena_new();
    if (f2f_lattice_make(&lattice, arena, &space, NULL) == F2F_OK && mkdtemp(folder)) {
        const char *path = f2f_arena_printf(arena, "%s/f.db", folder);
        FILE *file = fopen(path, "wb");
        bool written = file && fwrite(data, 1, size, file) == size;
        if (file) fclose(file);
        if (written && f2f_database_open(&db, arena, path, true, &lattice, &keys, &mark, NULL) == F2F_OK) {
            f2f_error err;
            read_all(db, arena, lattice.points);
            (void)f2f_database_close(db, &err);
        }
        (void)unlink(path);
        (void)unlink(f2f_arena_printf(arena, "%s-wal", path));
        (void)unlink(f2f_arena_printf(arena, "%s-journal", path));
        (void)rmdir(folder);
    }
    f2f_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 6 && memcmp(data, "SQLite", 6) == 0) try_database(data, size);
    else try_space(data, size);
    return 0;
}
