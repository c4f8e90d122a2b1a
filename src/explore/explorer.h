/* explorer.h - inside of explore/: a space being explored. */
#ifndef F2F_EXPLORE_EXPLORER_H
#define F2F_EXPLORE_EXPLORER_H

#include <pthread.h>

#include "explore/database.h"

struct f2f_explorer {
    f2f_arena *arena;
    const struct f2f_explore_options *options;
    struct f2f_space space; /* with the options' seed */
    struct f2f_lattice lattice;
    struct f2f_design_keys keys;
    struct f2f_fingerprint mark;
    const char *mark_text; /* the same in one line, for other processes */
    struct f2f_design_shop shop;
    pthread_mutex_t lock; /* of all below */
    struct f2f_database *database; /* NULL: of a process that lends a hand */
    uint64_t next; /* unit */
    uint64_t done; /* designs in the database, those of an earlier run too */
    bool stop; /* asked to, or something failed */
    f2f_error failure; /* the first; status F2F_OK: none */
};

/* fingerprint.c: of the space with the user's changes, and of every description, model and file it is made of. */
f2f_status f2f_fingerprint_make(struct f2f_fingerprint *out, struct f2f_catalog *catalog, const struct f2f_space *space,
                                const struct f2f_explore_options *options, f2f_error *err);

/* explorer.c: works until nothing is left, or the run is to end. */
void f2f_explorer_run(struct f2f_explorer *explorer);

/* What is seen of all designs: front.c and effects.c add tables. */
struct f2f_front {
    uint64_t *ids; /* by the first objective, then the next, then by id */
    size_t n, capacity;
    double *figures; /* n_objectives of each, smaller is better */
    size_t ties; /* designs on it that another equals in all objectives */
};
f2f_status f2f_front_find(struct f2f_front *out, struct f2f_explorer *explorer, f2f_error *err);
void f2f_front_put(struct f2f_results *results, struct f2f_explorer *explorer, const struct f2f_front *front);
f2f_status f2f_effects_put(struct f2f_results *results, struct f2f_explorer *explorer, f2f_error *err);

#endif
