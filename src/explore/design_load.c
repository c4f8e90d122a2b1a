/* design_load.c - the descriptions of a design, from the values of its axes. */
#include <string.h>

#include "desc/table.h"
#include "explore/designer.h"

enum { CATALOG_B = 4 << 20 }; /* a thread starts over with a new catalog when it has taken so much */

/* Most changes that a value of the axis makes; and what they change. */
static size_t look_at_axis(struct f2f_designer *d, int a) {
    const struct f2f_space_axis *axis = &d->shop->space->axes[a];
    size_t most = 0;
    for (int v = 0; v < axis->n_values; v++) {
        if ((size_t)axis->values[v].n_changes > most) most = (size_t)axis->values[v].n_changes;
        for (int c = 0; c < axis->values[v].n_changes; c++) {
            int part = axis->values[v].changes[c].part;
            if (part == F2F_SPACE_SYSTEM || part == F2F_SPACE_BASE) d->of_system[a] = true;
            if (part == F2F_SPACE_PRICE || part == F2F_SPACE_PRICE_LIST) d->of_price[a] = true;
        }
    }
    return most;
}

struct f2f_designer *f2f_designer_new(const struct f2f_design_shop *shop) {
    f2f_arena *arena = f2f_arena_new();
    struct f2f_designer *d = f2f_arena_alloc(arena, sizeof *d);
    size_t most = (size_t)shop->space->n_sets + shop->n_sets + 1;
    *d = (struct f2f_designer){.shop = shop, .arena = arena};
    for (int a = 0; a < shop->space->n_axes; a++) most += look_at_axis(d, a);
    d->sets = f2f_arena_alloc(arena, most * sizeof *d->sets);
    d->price_sets = f2f_arena_alloc(arena, most * sizeof *d->price_sets);
    d->engine_sets = f2f_arena_alloc(arena, most * sizeof *d->engine_sets);
    return d;
}

void f2f_designer_free(struct f2f_designer *d) {
    f2f_catalog_free(d->catalog);
    f2f_arena_free(d->arena);
}

/* A set goes to the price list, the engine or the system, by its path. */
static void add_set(struct f2f_designer *d, struct f2f_set set) {
    if (strncmp(set.path, "price.", 6) == 0) d->price_sets[d->n_price_sets++] = set;
    else if (strncmp(set.path, "engine.", 7) == 0) d->engine_sets[d->n_engine_sets++] = set;
    else d->sets[d->n_sets++] = set;
}

static f2f_status add_change(struct f2f_designer *d, const struct f2f_space_change *change, f2f_error *err) {
    switch ((enum f2f_space_part)change->part) {
    case F2F_SPACE_BASE: d->base = change->set.value; break;
    case F2F_SPACE_PRICE_LIST: d->price_name = change->set.value; break;
    case F2F_SPACE_MODEL: d->job.models = (const struct f2f_model **)&change->model; break;
    case F2F_SPACE_JOB:
        if (change->field->type != F2F_FIELD_TEXTS) return f2f_job_vary(&d->job, change->field, change->set.value, err);
        d->job.precisions = (const char **)&change->set.value;
        break;
    default: add_set(d, change->set);
    }
    return F2F_OK;
}

/* What the design is made of; the changes of its axes come last. */
static f2f_status choose(struct f2f_designer *d, uint64_t id, f2f_error *err) {
    const struct f2f_design_shop *shop = d->shop;
    const struct f2f_space *space = shop->space;
    d->n_sets = d->n_price_sets = d->n_engine_sets = 0;
    d->base = space->base;
    d->price_name = shop->price ? shop->price : space->price;
    d->job = space->job;
    for (int i = 0; i < space->n_sets; i++) add_set(d, space->sets[i]);
    for (size_t i = 0; i < shop->n_sets; i++) add_set(d, shop->sets[i]);
    for (int a = 0; a < space->n_axes; a++) {
        const struct f2f_space_value *v = &space->axes[a].values[f2f_lattice_place(shop->lattice, id, a)];
        for (int c = 0; c < v->n_changes; c++) F2F_TRY(add_change(d, &v->changes[c], err));
    }
    return F2F_OK;
}

/* The combination of the axes that change the system (or the price list), as one number. */
static uint64_t combination(const struct f2f_designer *d, uint64_t id, const bool *counts) {
    uint64_t number = 0;
    for (int a = 0; a < d->shop->space->n_axes; a++)
        if (counts[a])
            number = number * (uint64_t)d->shop->space->axes[a].n_values +
                     (uint64_t)f2f_lattice_place(d->shop->lattice, id, a);
    return number;
}

f2f_status f2f_designer_refresh(struct f2f_designer *d, bool *fresh, f2f_error *err) {
    *fresh = false;
    if (d->catalog && f2f_arena_used_B(f2f_catalog_arena(d->catalog)) < CATALOG_B) return F2F_OK;
    *fresh = true;
    f2f_catalog_free(d->catalog);
    d->catalog = NULL;
    d->system = NULL;
    d->has_price = false;
    F2F_TRY(f2f_catalog_again(&d->catalog, d->shop->catalog, d->shop->files, err));
    f2f_catalog_on_system(d->catalog, f2f_mem_ports_attach, d->shop->ports);
    return F2F_OK;
}

/* What the design before had is kept. */
f2f_status f2f_designer_load(struct f2f_designer *d, uint64_t id, f2f_error *err) {
    struct f2f_diag *diag = f2f_catalog_diag(d->catalog), none = *diag;
    uint64_t system = combination(d, id, d->of_system), price = combination(d, id, d->of_price);
    f2f_status status = F2F_OK;
    none.n = none.dropped = 0;
    *diag = none; /* err has what was said of others */
    F2F_TRY(choose(d, id, err));
    if (!d->system || d->at_system != system) {
        d->system = NULL;
        status = f2f_catalog_system(&d->system, d->catalog, d->base, d->sets, d->n_sets, err);
        d->at_system = system;
    }
    if (status == F2F_OK && (!d->has_price || d->at_price != price)) {
        status = f2f_catalog_price(&d->price, d->catalog, d->price_name, d->price_sets, d->n_price_sets, err);
        d->has_price = status == F2F_OK;
        d->at_price = price;
    }
    return status;
}
