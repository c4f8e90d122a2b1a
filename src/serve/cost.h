/* cost.h - time and energy of an iteration, remembered by what matters. */
#ifndef F2F_SERVE_COST_H
#define F2F_SERVE_COST_H

#include "fab2fleet/serve.h"

/* What an iteration carries. Prompt chunks of different lengths count as as many equal ones. */
struct f2f_serve_batch {
    long long chunks; /* prompts with a chunk in this iteration */
    long long chunk_tok; /* new tokens of all of them */
    double chunk_pairs; /* (query, key) pairs of all of them under the causal mask */
    long long ends; /* prompts that are complete after it */
    long long decodes; /* sequences that generate one token */
    double decode_kv; /* their mean context, the new token included */
};

struct f2f_serve_cost {
    double time_s; /* host included */
    double energy_J; /* dynamic, all chips of the replica */
};

struct f2f_serve_costs;

/* machine and job must live as long. F2F_EINPUT: what f2f_graph_cut refuses. */
f2f_status f2f_serve_costs_make(struct f2f_serve_costs **out, f2f_arena *arena, const struct f2f_machine *machine,
                                const struct f2f_serve_job *job, f2f_error *err);

/* One iteration, added to the account. */
struct f2f_serve_cost f2f_serve_costs_of(struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch);
/* Up to `steps` iterations of decode alone, from the second on each context one token longer; stops after the
 * one that ends at or after within_s. Returns how many; *cost is their sum. */
long long f2f_serve_costs_decode(struct f2f_serve_cost *cost, struct f2f_serve_costs *costs,
                                 const struct f2f_serve_batch *first, long long steps, double within_s);

/* Forgets the account, not the costs. */
void f2f_serve_costs_reset(struct f2f_serve_costs *costs);
/* Tree of seconds of all iterations since, times `scale`: prefill (iterations with prompts), decode, host; operators at
 * the leaves. */
void f2f_serve_costs_explain(const struct f2f_serve_costs *costs, struct f2f_record *r, double scale);

#endif
