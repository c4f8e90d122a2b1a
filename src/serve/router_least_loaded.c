/* router_least_loaded.c - the replica with the fewest requests; among equals the first. */
#include "serve/router.h"

static int pick(struct f2f_fleet *f, const struct f2f_serve_request *q) {
    int best = -1;
    for (int i = 0; i < f->n_replicas; i++)
        if (f2f_router_may(&f->replicas[i], q) && (best < 0 || f->replicas[i].present < f->replicas[best].present))
            best = i;
    return best;
}

const struct f2f_router f2f_router_least_loaded = {"least-loaded", "the fewest requests", pick};
