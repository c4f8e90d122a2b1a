/* requests.h - the state of a simulation: requests, their queues, blocks and the front end. */
#ifndef F2F_SERVE_REQUESTS_H
#define F2F_SERVE_REQUESTS_H

#include "serve/queue.h"
#include "serve/sim.h"

struct f2f_serve_request {
    double sent_s, ready_s, first_s, end_s;
    long long isl, osl;
    long long prompt; /* tokens to compute before the next one is generated */
    long long computed; /* of them */
    long long generated; /* tokens */
    long long offset; /* context minus step, while it decodes */
    long long end_step; /* step after which it is done */
};

struct f2f_serve_sim {
    const struct f2f_serve_job *job;
    const struct f2f_serve_load *load;
    struct f2f_serve_costs *costs;
    struct f2f_serve_request *requests;
    int n_requests, cap_requests, first_measured;
    struct f2f_serve_queue arriving; /* sent, not yet taken in by the front end */
    struct f2f_serve_queue waiting, prefilling;
    struct f2f_serve_queue decoding; /* by end_step */
    double now_s, front_s; /* front_s: when the front end is free */
    long long step; /* iterations with decodes so far */
    long long context; /* tokens in the cache of all decodes */
    long long free_blocks, taken_now;
    long long *growth; /* [block_tok]: decodes that need a block at steps of that remainder */
    long long done; /* measured requests */
    struct f2f_serve_outcome out;
};

/* The k-th of a queue. */
struct f2f_serve_request *f2f_serve_request_at(const struct f2f_serve_sim *s, const struct f2f_serve_queue *q,
                                               size_t k);

void f2f_serve_blocks_take(struct f2f_serve_sim *s, long long blocks);
/* Blocks of a sequence with that context, or all it will ever need. */
long long f2f_serve_blocks_held(const struct f2f_serve_sim *s, const struct f2f_serve_request *r, long long context);
/* Blocks that `steps` more steps of all decodes need, or any number above `limit`. */
long long f2f_serve_blocks_needed(const struct f2f_serve_sim *s, long long steps, long long limit);

/* A user sends a request. None is left: nothing happens. */
void f2f_serve_request_send(struct f2f_serve_sim *s, double at_s);
/* The front end takes in what has been sent by now. */
void f2f_serve_requests_take_in(struct f2f_serve_sim *s);
/* Time at which tokens that the engine has now are with the users. */
double f2f_serve_tokens_deliver(struct f2f_serve_sim *s, double tokens);

/* Its prompt is complete: it enters the decodes. */
void f2f_serve_decode_start(struct f2f_serve_sim *s, int i);
/* Those whose last step is done leave, and their users send again. */
void f2f_serve_decodes_end(struct f2f_serve_sim *s, double at_s);
/* The sequence with least progress goes back to the head of the queue; its context is computed again. */
void f2f_serve_decode_preempt(struct f2f_serve_sim *s);

#endif
