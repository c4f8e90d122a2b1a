/* each_chip.h - for tests of what must hold for every chip of the catalog. */
#ifndef EACH_CHIP_H
#define EACH_CHIP_H

#include "chip_rig.h"
#include "fab2fleet/catalog.h"

/* Calls check with every chip of the catalog that can be timed, on its own. */
static void each_chip(void (*check)(const struct f2f_system *system)) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog;
    int chips = 0;
    assert_int_equal(f2f_catalog_new(&catalog, dirs, 1, NULL), F2F_OK);
    f2f_catalog_on_system(catalog, f2f_mem_ports_attach, f2f_mem_ports_new(f2f_catalog_arena(catalog)));
    struct f2f_results *list = f2f_results_new(f2f_catalog_arena(catalog), "list");
    assert_int_equal(f2f_catalog_list(list, catalog, "chip", NULL), F2F_OK);
    for (size_t c = 0; c < list->n_items; c++) {
        const struct f2f_system *system;
        const char *name = list->items[c]->title;
        if (f2f_catalog_system(&system, catalog, name, NULL, 0, NULL) != F2F_OK || !system->node->chip->cls) continue;
        chips++;
        check(system);
    }
    assert_true(chips > 40);
    f2f_catalog_free(catalog);
}

#endif
