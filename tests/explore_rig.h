/* explore_rig.h - a space from its text, a database in a folder of its own, and rows made up. */
#ifndef F2F_TESTS_EXPLORE_RIG_H
#define F2F_TESTS_EXPLORE_RIG_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "explore/explorer.h"
#include "fab2fleet/machine.h"

struct rig {
    struct f2f_catalog *catalog;
    f2f_arena *arena;
    char folder[64];
    struct f2f_explore_options options;
};

static inline int rig_setup(void **state) {
    const char *dirs[] = {getenv("FAB2FLEET_DATA")};
    struct rig *r = calloc(1, sizeof *r);
    if (!dirs[0]) dirs[0] = "catalog";
    if (!r || f2f_catalog_new(&r->catalog, dirs, 1, NULL) != F2F_OK) return 1;
    r->arena = f2f_catalog_arena(r->catalog);
    r->options.threads = 2;
    f2f_catalog_on_system(r->catalog, f2f_mem_ports_attach, f2f_mem_ports_new(r->arena));
    (void)snprintf(r->folder, sizeof r->folder, "/tmp/f2f-explore-XXXXXX");
    *state = r;
    return mkdtemp(r->folder) == NULL;
}

static inline const char *rig_path(struct rig *r, const char *name) {
    return f2f_arena_printf(r->arena, "%s/%s", r->folder, name);
}

static inline int rig_teardown(void **state) {
    static const char *const names[] = {"space.yaml", "a.db", "b.db", "chip.yaml"};
    struct rig *r = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) (void)unlink(rig_path(r, names[i]));
    (void)rmdir(r->folder);
    f2f_catalog_free(r->catalog);
    free(r);
    return 0;
}

/* A space of h100-1x that serves Llama 3 8B; `rest` is what follows its job. */
static inline f2f_status rig_load(const struct f2f_space **out, struct rig *r, const char *rest, f2f_error *err) {
    const char *path = rig_path(r, "space.yaml");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "kind: space\nname: rig\nquestion: which?\nbase: h100-1x\n"
            "job: {name: serve, do: serve, model: llama-3-8b, precision: fp8, isl: 256, osl: 64, concurrency: 8, "
            "requests: 16}\n%s\n",
            rest);
    fclose(file);
    return f2f_space_load(out, r->catalog, path, err);
}

static inline const struct f2f_space *rig_space(struct rig *r, const char *rest) {
    const struct f2f_space *space;
    f2f_error err = {0};
    if (rig_load(&space, r, rest, &err) != F2F_OK) fail_msg("%s", err.message);
    return space;
}

/* With an empty database. */
static inline struct f2f_explorer *rig_explorer(struct rig *r, const char *rest) {
    struct f2f_explorer *e;
    f2f_error err = {0};
    if (f2f_explorer_new(&e, r->catalog, rig_space(r, rest), &r->options, &err) != F2F_OK) fail_msg("%s", err.message);
    if (f2f_database_open(&e->database, e->arena, rig_path(r, "a.db"), false, &e->lattice, &e->keys, &e->mark, &err) !=
        F2F_OK)
        fail_msg("%s", err.message);
    return e;
}

/* Rows of small whole numbers, so that many are equal; one in five is no answer. */
static inline void rig_fill(struct f2f_explorer *e, uint32_t seed) {
    for (uint64_t id = 0; id < e->lattice.points; id++) {
        struct f2f_design_row row = {.id = id, .work = F2F_DESIGN_SIMULATED};
        for (int i = 0; i < e->keys.n; i++) {
            seed = seed * 1664525U + 1013904223U;
            row.figure[i] = seed >> 24 & 7;
        }
        seed = seed * 1664525U + 1013904223U;
        if ((seed >> 16) % 5 == 0) row.status = F2F_DESIGN_MISSED, row.why = "made up";
        assert_int_equal(f2f_database_add(e->database, &row, NULL), F2F_OK);
    }
    assert_int_equal(f2f_database_commit(e->database, NULL), F2F_OK);
}

#endif
