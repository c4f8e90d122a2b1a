/* lookup.c - names in a table to machines and models, each loaded once per file.
 *
 * A chip that is asked for more than once is looked for in the catalog's nodes, then in its systems; if none
 * has so many, nodes of it are joined by a network the catalog has. What is not there is no error of the
 * table: its rows are skipped, and the reason is told once. */
#include <string.h>

#include "desc/table.h"
#include "validate/aliases.h"
#include "validate/state.h"

enum { NAMES_MAX = 512, CHIPS_MAX = 10000000 };

static bool in_catalog(struct f2f_validation *v, const char *kind, const char *name) {
    const char *names[NAMES_MAX];
    size_t n = f2f_catalog_names(names, NAMES_MAX, v->catalog, kind);
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

/* A name of the catalog, or a path (whose errors are then the user's to see). */
static bool is_hardware(struct f2f_validation *v, const char *name) {
    return strchr(name, '/') || in_catalog(v, "chip", name) || in_catalog(v, "node", name) ||
           in_catalog(v, "system", name);
}

/* So many of the chip's smallest node with several as are wanted, on the catalog's full-bisection fabric. */
static f2f_status join_nodes(const struct f2f_system **out, struct f2f_validation *v, const char *chip, int chips,
                             f2f_error *err) {
    const struct f2f_system *host, *fabric;
    F2F_TRY(f2f_catalog_host(&host, v->catalog, chip, 2, NULL, 0, err));
    F2F_TRY(f2f_catalog_system(&fabric, v->catalog, f2f_alias_fabric(), NULL, 0, err));
    struct f2f_system *joined = f2f_arena_alloc(v->arena, sizeof *joined);
    *joined = *host;
    joined->nodes = chips / host->node->chips + (chips % host->node->chips > 0);
    joined->network = fabric->network;
    *out = joined;
    return F2F_OK;
}

static const char *load_machine(struct f2f_validation *v, struct f2f_known_machine *known) {
    const struct f2f_system *system;
    f2f_error err;
    const char *name = f2f_alias_chip(known->name);
    if (!is_hardware(v, name)) return f2f_arena_printf(v->arena, "chip '%.60s' is not in the catalog", name);
    if (f2f_catalog_host(&system, v->catalog, name, known->chips, NULL, 0, NULL) != F2F_OK &&
        join_nodes(&system, v, name, known->chips, &err) != F2F_OK)
        return f2f_arena_strdup(v->arena, err.message);
    struct f2f_machine *machine = f2f_arena_alloc(v->arena, sizeof *machine);
    if (f2f_machine_make(machine, system, &err) != F2F_OK) return f2f_arena_strdup(v->arena, err.message);
    machine->quantile = v->quantile;
    known->machine = machine;
    return NULL;
}

struct f2f_machine *f2f_lookup_machine(struct f2f_validation *v, const char *chip, double count, const char **reason) {
    int chips = count < CHIPS_MAX ? (int)count : CHIPS_MAX;
    size_t i = 0;
    while (i < v->n_machines && (v->machines[i].chips != chips || strcmp(v->machines[i].name, chip) != 0)) i++;
    if (chips == CHIPS_MAX || i == F2F_NAME_MAX) {
        *reason = chips == CHIPS_MAX ? "more chips than any system has" : "too many different chips in one file";
        return NULL;
    }
    struct f2f_known_machine *known = &v->machines[i];
    if (i == v->n_machines) {
        v->n_machines++;
        *known = (struct f2f_known_machine){.name = f2f_arena_strdup(v->arena, chip), .chips = chips};
        known->reason = load_machine(v, known);
    }
    *reason = known->reason;
    return known->machine;
}

struct f2f_machine *f2f_lookup_kernel(struct f2f_precision *p, struct f2f_validation *v, const struct f2f_key *key,
                                      const char *kv_dtype) {
    f2f_error err;
    const char *reason;
    const struct f2f_known_framework *framework = f2f_lookup_framework(v, key->framework);
    struct f2f_machine *machine = f2f_lookup_machine(v, key->chip, 1, &reason);
    if (framework->reason) {
        machine = NULL;
        reason = framework->reason;
    } else if (machine && f2f_precision_parse(p, key->dtype, kv_dtype, &err) != F2F_OK) {
        machine = NULL;
        reason = err.message;
    }
    if (!machine) f2f_validation_skip(v, key, reason);
    return machine;
}

static const char *load_model(struct f2f_validation *v, struct f2f_known_model *known) {
    f2f_error err;
    struct f2f_model *made;
    const char *name = f2f_alias_model(known->name);
    const struct f2f_model *shape = f2f_alias_shape(name);
    f2f_status status = F2F_EINPUT;
    if (shape) {
        status = f2f_model_from_shape(&made, v->arena, shape, &err);
        known->model = made;
    } else if (strchr(name, '/') || in_catalog(v, "model", name)) {
        status = f2f_catalog_model(&known->model, v->catalog, name, &err);
    } else {
        return f2f_arena_printf(v->arena, "model '%.60s' is not in the catalog", name);
    }
    return status == F2F_OK ? NULL : f2f_arena_strdup(v->arena, err.message);
}

const struct f2f_model *f2f_lookup_model(struct f2f_validation *v, const char *name, const char **reason) {
    size_t i = 0;
    while (i < v->n_models && strcmp(v->models[i].name, name) != 0) i++;
    if (i == F2F_NAME_MAX) {
        *reason = "too many different models in one file";
        return NULL;
    }
    struct f2f_known_model *known = &v->models[i];
    if (i == v->n_models) {
        v->n_models++;
        *known = (struct f2f_known_model){.name = f2f_arena_strdup(v->arena, name)};
        known->reason = load_model(v, known);
    }
    *reason = known->reason;
    return known->model;
}
