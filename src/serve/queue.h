/* queue.h - a ring of request numbers: first come first served, with a door at each end. */
#ifndef F2F_SERVE_QUEUE_H
#define F2F_SERVE_QUEUE_H

#include <assert.h>

#include "fab2fleet/arena.h"

struct f2f_serve_queue {
    int *items;
    size_t mask, head, n;
};

/* Room for at least `most` numbers. */
static inline struct f2f_serve_queue f2f_serve_queue_make(f2f_arena *arena, size_t most) {
    size_t cap = 1;
    while (cap < most) cap *= 2;
    return (struct f2f_serve_queue){.items = f2f_arena_alloc(arena, cap * sizeof(int)), .mask = cap - 1};
}

/* The i-th from the front. */
static inline int *f2f_serve_queue_at(const struct f2f_serve_queue *q, size_t i) {
    return &q->items[(q->head + i) & q->mask];
}

static inline void f2f_serve_queue_push(struct f2f_serve_queue *q, int item) {
    assert(q->n <= q->mask);
    *f2f_serve_queue_at(q, q->n++) = item;
}

static inline void f2f_serve_queue_push_front(struct f2f_serve_queue *q, int item) {
    assert(q->n <= q->mask);
    q->head--;
    q->n++;
    *f2f_serve_queue_at(q, 0) = item;
}

static inline int f2f_serve_queue_pop(struct f2f_serve_queue *q) {
    int item = *f2f_serve_queue_at(q, 0);
    q->head++;
    q->n--;
    return item;
}

static inline int f2f_serve_queue_pop_back(struct f2f_serve_queue *q) { return *f2f_serve_queue_at(q, --q->n); }

#endif
