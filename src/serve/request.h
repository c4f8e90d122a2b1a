/* request.h - the requests in flight: a pool of slots, and lists through them.
 *
 * A slot is used again when its request has ended, so memory follows what is in flight, not how long the traffic is.
 * Requests are named by their slot; pointers into the pool hold until the next one is taken. */
#ifndef F2F_SERVE_REQUEST_H
#define F2F_SERVE_REQUEST_H

#include <stdbool.h>

#include "fab2fleet/arena.h"

struct f2f_serve_request {
    double sent_s, ready_s; /* by its user; to the scheduler, on the replica where it is now */
    double started_s, first_s; /* first admitted; first token delivered; negative: not yet */
    long long number; /* in order of sending */
    int isl, osl; /* tokens */
    int replica;
    int restarts; /* after failures */
    int prompt; /* tokens that must be in the cache before the next one is generated */
    int computed; /* of them */
    int generated; /* tokens */
    long long blocks; /* held, while its prompt is computed */
    long long offset; /* context minus step, while it decodes */
    long long end_step; /* step after which it is done */
    int heap_at; /* place among the decodes */
    int next, prev; /* neighbours in its list, -1: none */
    bool arrives_whole; /* its context comes over the network or from the host: nothing to compute */
    /* Prefix caching: names of its blocks of prompt, of which the first `held` are referenced in the cache. */
    unsigned *ids;
    int n_ids, cap_ids, held;
    int left, left_held; /* what its preemption left in the cache (-1: nothing), behind so many names */
};

struct f2f_serve_pool {
    f2f_arena *arena;
    struct f2f_serve_request *items;
    int n, cap, free; /* free: head of the list of unused slots, -1: none */
    int in_flight;
};

struct f2f_serve_list {
    int head, tail, n;
};

struct f2f_serve_pool f2f_serve_pool_make(f2f_arena *arena);
/* A slot, zeroed but for the buffer of its ids. */
int f2f_serve_pool_take(struct f2f_serve_pool *pool);
void f2f_serve_pool_give(struct f2f_serve_pool *pool, int slot);
/* Copies the names of its blocks. */
void f2f_serve_pool_name(struct f2f_serve_pool *pool, int slot, const unsigned *ids, int n);

/* before: the slot it goes in front of, -1: the end. */
void f2f_serve_list_insert(struct f2f_serve_list *list, struct f2f_serve_pool *pool, int slot, int before);
void f2f_serve_list_remove(struct f2f_serve_list *list, struct f2f_serve_pool *pool, int slot);

static inline struct f2f_serve_list f2f_serve_list_empty(void) { return (struct f2f_serve_list){-1, -1, 0}; }

#endif
