/* replica.h - one replica of an engine: its queues, its cache, and what it is doing. */
#ifndef F2F_SERVE_REPLICA_H
#define F2F_SERVE_REPLICA_H

#include "serve/budget.h"
#include "serve/cost.h"
#include "serve/decodes.h"
#include "serve/kv.h"

struct f2f_scheduler;
struct f2f_fleet;

/* What the replicas of a group share. */
struct f2f_plant {
    struct f2f_serve_job job; /* with the group's strategy and the engine's limits on this chip */
    struct f2f_machine machine;
    struct f2f_serve_budget budget;
    struct f2f_serve_costs *costs;
    const struct f2f_scheduler *scheduler;
    long long seats; /* sequences the engine lets into a batch, of a pipeline into all its micro-batches */
    long long batched_tok; /* most tokens of an iteration, likewise */
    int role; /* enum f2f_serve_role */
    double yield; /* tokens of an iteration of decode */
    long long blocks_peak; /* of the last run: most that one of its replicas used */
};

enum f2f_flight { F2F_FLIGHT_NONE, F2F_FLIGHT_PROMPTS, F2F_FLIGHT_SWAP, F2F_FLIGHT_DECODES };

struct f2f_replica {
    struct f2f_fleet *fleet;
    struct f2f_plant *plant;
    struct f2f_serve_pool *pool;
    int index;
    bool up, draining, starting;
    unsigned life; /* times it came into service */
    struct f2f_kv kv;
    struct f2f_decodes decodes;
    struct f2f_serve_list waiting, prefilling; /* in the order they are served */
    double now_s; /* begin of what is in flight */
    double front_s; /* when the front end is free */
    enum f2f_flight flight;
    struct f2f_serve_batch batch; /* in flight */
    struct f2f_serve_cost cost; /* of an iteration with prompts */
    struct f2f_serve_line line; /* of iterations of decode */
    long long planned; /* iterations of it until the next look */
    double credit; /* part of a step that decodes are ahead, with a draft */
    bool crowded; /* something had to give way for this iteration: the next one looks again */
    bool blocked; /* the first that waits is ready, but has no room */
    double stall_s, stalled; /* time and number of decodes that wait while prompts run alone */
    double swap_B; /* to and from the host, in the next iteration */
    unsigned version; /* of the event that is waited for */
    int present; /* requests here */
    double area_s, area_at_s; /* their number, integrated over time */
    double up_s, up_since_s; /* time in service */
};

void f2f_replica_make(struct f2f_replica *r, struct f2f_fleet *fleet, struct f2f_plant *plant, int index);

/* ---- for schedulers ---- */

struct f2f_serve_request *f2f_replica_request(const struct f2f_replica *r, int slot);
/* Could one more sequence run? */
bool f2f_replica_seat(const struct f2f_replica *r);
/* Takes a request from the waiting into the batch if there is room for its next `tokens` of prompt: it then stands last
 * among the prefilling, or, when its context arrived whole, decodes. */
bool f2f_replica_admit(struct f2f_replica *r, int slot, long long tokens);
/* Adds the next chunk of a prefilling prompt, at most `tokens`; makes room for it at the expense of younger ones.
 * Returns its tokens, 0 when it had to give way itself. */
long long f2f_replica_chunk(struct f2f_replica *r, struct f2f_serve_batch *batch, int slot, long long tokens);
/* Preempts the youngest until the decodes have blocks for their next tokens. */
void f2f_replica_make_room(struct f2f_replica *r);
/* All decodes take part. */
void f2f_replica_decode(const struct f2f_replica *r, struct f2f_serve_batch *batch);

/* ---- for the fleet ---- */

/* A request comes in at that time. Its prompt and generated tokens are set. */
void f2f_replica_offer(struct f2f_replica *r, int slot, double at_s);
/* The event it waited for is there. */
void f2f_replica_wake(struct f2f_replica *r, double at_s);
/* Iterations that are over by then are done; nothing else changes. */
void f2f_replica_settle(struct f2f_replica *r, double at_s);
/* The next look is at the first end of an iteration at or after that time. */
void f2f_replica_look_at(struct f2f_replica *r, double at_s);
/* Blocks and references of a request that leaves. */
void f2f_replica_release(struct f2f_replica *r, int slot);
/* Puts a request right into its decode, at the start of a run; false: no room. */
bool f2f_replica_seed(struct f2f_replica *r, int slot);
/* Everything in flight is lost: its requests, in order of arrival, go to the list. */
void f2f_replica_fail(struct f2f_replica *r, double at_s, struct f2f_serve_list *lost);
/* Counts one more or one fewer request. */
void f2f_replica_present(struct f2f_replica *r, double at_s, int change);

#endif
