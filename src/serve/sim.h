/* sim.h - requests through an engine, iteration by iteration. */
#ifndef F2F_SERVE_SIM_H
#define F2F_SERVE_SIM_H

#include "serve/budget.h"
#include "serve/cost.h"
#include "serve/slo.h"

/* How requests come. */
struct f2f_serve_load {
    long long requests; /* that are measured */
    long long in_flight; /* at all times; requests or more: all at the start */
    long long max_seqs; /* sequences the engine may run at once */
    bool steady; /* starts with in_flight sequences spread over all stages, and ends at full load */
    bool front_end; /* requests come through the engine's front end, else straight from memory */
};

struct f2f_serve_outcome {
    struct f2f_serve_stat ttft, tpot, e2e;
    double goodput_frac;
    double wall_s, energy_J; /* energy: dynamic */
    double output_tokps;
    long long requests, iterations, preemptions;
    long long tokens_in, tokens_out; /* prompt tokens computed (again after preemption), tokens generated */
    long long blocks_taken, blocks_freed, blocks_peak;
};

/* Runs the load to its end. scratch holds the requests; blocks >= those of one whole context. */
struct f2f_serve_outcome f2f_serve_simulate(const struct f2f_serve_job *job, const struct f2f_serve_budget *budget,
                                            const struct f2f_serve_load *load, struct f2f_serve_costs *costs,
                                            f2f_arena *scratch);

#endif
