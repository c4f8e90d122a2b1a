/* router_prefix_aware.c - the replica that has most of the prompt in its cache, unless it is much busier than others.
 *
 * After SGLang's cache-aware router: where the load is out of balance, the least loaded one. */
#include "serve/router.h"

enum { UNBALANCED = 8 }; /* requests more than the least loaded, from where balance comes first */

static int pick(struct f2f_fleet *f, const struct f2f_serve_request *q) {
    int least = f2f_router_least_loaded.pick(f, q), best = least, most = 0;
    for (int i = 0; i < f->n_replicas; i++) {
        const struct f2f_replica *r = &f->replicas[i];
        long long idle;
        if (!f2f_router_may(r, q) || r->present > 2 * f->replicas[least].present + UNBALANCED) continue;
        int found = f2f_kv_match(&r->kv, q, q->n_ids, &idle);
        if (found <= most) continue;
        most = found;
        best = i;
    }
    return best;
}

const struct f2f_router f2f_router_prefix_aware = {"prefix-aware", "most of the prompt in its cache", pick};
