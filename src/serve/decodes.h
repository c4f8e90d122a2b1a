/* decodes.h - the sequences of a replica that generate one token a step, as sums over them.
 *
 * They are ordered by their last step (a heap) and by when they began (a list); context, and how many need a block at
 * which step, are kept as sums. So a step costs the same however many there are, and many steps cost as much as one. */
#ifndef F2F_SERVE_DECODES_H
#define F2F_SERVE_DECODES_H

#include "serve/request.h"

struct f2f_decodes_place {
    long long end_step;
    int slot;
};

struct f2f_decodes {
    struct f2f_serve_pool *pool;
    struct f2f_decodes_place *heap;
    int cap;
    struct f2f_serve_list order; /* of beginning */
    long long step; /* so far */
    long long context; /* tokens in the cache, of all */
    int block_tok;
    long long *growth; /* [block_tok]: those that need a block at steps of that remainder */
};

struct f2f_decodes f2f_decodes_make(struct f2f_serve_pool *pool, int block_tok);
static inline int f2f_decodes_n(const struct f2f_decodes *d) { return d->order.n; }

/* Its prompt tokens are in the cache; osl - generated are left. */
void f2f_decodes_add(struct f2f_decodes *d, int slot);
void f2f_decodes_remove(struct f2f_decodes *d, int slot);
static inline long long f2f_decodes_context(const struct f2f_decodes *d, const struct f2f_serve_request *q) {
    return q->offset + d->step;
}
/* One whose last step is done, or -1. */
int f2f_decodes_ended(const struct f2f_decodes *d);
/* Steps until the first ends. */
long long f2f_decodes_left(const struct f2f_decodes *d);

/* Blocks that so many more steps need. */
long long f2f_decodes_growth(const struct f2f_decodes *d, long long steps);
/* Most steps, up to `steps`, that need no more than `blocks`. */
long long f2f_decodes_steps_within(const struct f2f_decodes *d, long long steps, long long blocks);
void f2f_decodes_advance(struct f2f_decodes *d, long long steps);

#endif
