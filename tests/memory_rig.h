/* memory_rig.h - every memory of the catalog, for tests of what holds for all. */
#ifndef MEMORY_RIG_H
#define MEMORY_RIG_H

#include <stdlib.h>
#include <string.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/memory.h"

enum { RIG_MEMORIES = 64 };

struct memory_rig {
    struct f2f_catalog *catalog;
    const struct f2f_memory *memory[RIG_MEMORIES];
    int n;
};

static inline struct memory_rig memory_rig_open(void) {
    struct memory_rig rig = {0};
    f2f_error err;
    const char *dir = getenv("FAB2FLEET_DATA");
    assert_non_null(dir);
    assert_int_equal(f2f_catalog_new(&rig.catalog, &dir, 1, NULL), F2F_OK);
    struct f2f_results *all = f2f_results_new(f2f_catalog_arena(rig.catalog), "list");
    if (f2f_catalog_list(all, rig.catalog, "memory", &err) != F2F_OK) fail_msg("%s", err.message);
    assert_true(all->n_items <= RIG_MEMORIES);
    for (; rig.n < (int)all->n_items; rig.n++)
        if (f2f_catalog_memory(&rig.memory[rig.n], rig.catalog, all->items[rig.n]->title, NULL, 0, &err) != F2F_OK)
            fail_msg("%s: %s", all->items[rig.n]->title, err.message);
    assert_true(rig.n > 0);
    return rig;
}

static inline void memory_rig_close(struct memory_rig *rig) { f2f_catalog_free(rig->catalog); }

static inline const struct f2f_memory *memory_rig_find(const struct memory_rig *rig, const char *name) {
    for (int i = 0; i < rig->n; i++)
        if (strcmp(rig->memory[i]->id.name, name) == 0) return rig->memory[i];
    fail_msg("%s is not in the catalog", name);
    return NULL;
}

#endif
