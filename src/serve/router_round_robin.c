/* router_round_robin.c - one after the other, whatever they do. */
#include "serve/router.h"

static int pick(struct f2f_fleet *f, const struct f2f_serve_request *q) {
    for (int i = 0; i < f->n_replicas; i++) {
        int at = (f->turn + i) % f->n_replicas;
        if (!f2f_router_may(&f->replicas[at], q)) continue;
        f->turn = at + 1;
        return at;
    }
    return -1;
}

const struct f2f_router f2f_router_round_robin = {"round-robin", "one after the other", pick};
