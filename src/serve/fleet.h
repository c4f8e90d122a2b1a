/* fleet.h - replicas under one load: what happens next, and what came out. */
#ifndef F2F_SERVE_FLEET_H
#define F2F_SERVE_FLEET_H

#include "serve/arrivals.h"
#include "serve/replica.h"
#include "serve/tally.h"
#include "sim/events.h"
#include "sim/random.h"
#include "sim/series.h"

enum f2f_fleet_event {
    F2F_FLEET_WAKE, /* of a replica: what it has in flight ends */
    F2F_FLEET_SEND, /* a user of the closed loop sends */
    F2F_FLEET_ARRIVE, /* a context is through the network: subject is the request */
    F2F_FLEET_FAIL, /* of a replica */
    F2F_FLEET_RETURN, /* of a replica */
    F2F_FLEET_SCALE
};

/* How requests come. */
struct f2f_serve_load {
    struct f2f_arrivals *arrivals; /* NULL: a closed loop */
    long long requests; /* that are measured; of arrivals 0: all */
    long long in_flight; /* at all times; requests or more: all at the start */
    bool steady; /* starts with in_flight sequences spread over all stages, and ends at full load */
    bool front_end; /* requests come through the engine's front end, else straight from memory */
};

struct f2f_serve_outcome {
    struct f2f_serve_stat ttft, tpot, itl, e2e, queue;
    double goodput_frac;
    double wall_s, energy_J; /* energy: dynamic */
    double output_tokps;
    double area_s; /* requests in the system, integrated over time */
    double up_s; /* replicas in service, integrated over time */
    double busy_s, running_s, kv_used_s; /* the same of: iterations, sequences in them, share of the cache in use */
    double sent_B; /* contexts over the network */
    long long requests, iterations, preemptions;
    long long sent, ended, refused, lost, skipped; /* requests; refused: could never fit; skipped: failed in the log */
    long long asked_tok; /* prompts and answers of what was sent */
    long long tokens_in, tokens_out; /* prompt tokens computed (again after preemption), tokens generated */
    double kv_peak_frac; /* most of its cache that one replica used */
    long long blocks_taken, blocks_freed;
    long long looked_tok, hit_tok; /* prompt tokens asked for in the prefix cache, and found */
    long long failures, started, stopped; /* of replicas */
    double logged_ttft_s, logged_tpot_s; /* means of what the log measured; 0: nothing */
    bool interrupted;
};

/* Figures over time, as struct f2f_series has them. */
enum { F2F_OVER_ENERGY, F2F_OVER_TOKENS, F2F_OVER_RUNNING, F2F_OVER_WAITING, F2F_OVER_KV, F2F_OVER_N };

struct f2f_router;

struct f2f_fleet {
    f2f_arena *arena;
    const struct f2f_serve_job *job;
    const struct f2f_serve_load *load;
    const struct f2f_router *router;
    struct f2f_serve_pool pool;
    struct f2f_events events;
    struct f2f_tally tally;
    struct f2f_replica *replicas;
    int n_replicas, turn; /* turn: of a router that goes round */
    struct f2f_serve_list parked; /* no replica is up to take them */
    struct f2f_arrival next; /* of the arrivals */
    bool more;
    bool front_end;
    int id_tok;
    double kv_B_per_tok; /* all chips of a replica together */
    double *link_s; /* [replica]: when its way out is free */
    struct f2f_random random; /* failures */
    double now_s;
    long long sent, first_measured;
    struct f2f_serve_outcome out;
    struct f2f_series *series; /* NULL: not asked for */
    struct f2f_record *timeline; /* NULL: not asked for */
    f2f_error error;
    f2f_status status;
};

/* Runs the load to its end on replicas of the plants. counts[i] replicas of plants[i]. scratch holds the run.
 * timeline, series: NULL, or what is filled. F2F_EINPUT of a trace; F2F_EINTERRUPTED with a partial outcome. */
f2f_status f2f_fleet_run(struct f2f_serve_outcome *out, const struct f2f_serve_job *job, struct f2f_plant *plants,
                         const int *counts, int n_plants, const struct f2f_serve_load *load, f2f_arena *scratch,
                         struct f2f_record *timeline, struct f2f_series *series, f2f_error *err);

/* ---- what replicas tell ---- */

/* n iterations of what is in flight, from begin to now, are over. */
void f2f_fleet_ran(struct f2f_fleet *f, const struct f2f_replica *r, double begin_s, long long n,
                   const struct f2f_serve_cost *cost);
/* The last token of a request is with its user at that time; the replica has let go of it. */
void f2f_fleet_finish(struct f2f_fleet *f, struct f2f_replica *r, int slot, double at_s);
/* A request is lost for good. */
void f2f_fleet_give_up(struct f2f_fleet *f, int slot);
/* The prompt of a request is computed; a replica of the decode pool goes on. */
void f2f_fleet_hand_over(struct f2f_fleet *f, struct f2f_replica *r, int slot);
/* A replica that was to stop is empty. */
void f2f_fleet_stop(struct f2f_fleet *f, struct f2f_replica *r, double at_s);

/* ---- inside ---- */

/* Sends a request to a replica that can do what it needs next. */
void f2f_fleet_route(struct f2f_fleet *f, int slot, double at_s);
/* transfer.c, upkeep.c: events of their kinds. */
void f2f_fleet_arrive(struct f2f_fleet *f, int slot, double at_s);
void f2f_fleet_upkeep_start(struct f2f_fleet *f);
void f2f_fleet_fail(struct f2f_fleet *f, struct f2f_replica *r, double at_s);
void f2f_fleet_return(struct f2f_fleet *f, struct f2f_replica *r, double at_s);
void f2f_fleet_scale(struct f2f_fleet *f, double at_s);

#endif
