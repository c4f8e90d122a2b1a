/* cost.h - time and energy of iterations on one replica: the chips' parts, its pipeline and its host. */
#ifndef F2F_SERVE_COST_H
#define F2F_SERVE_COST_H

#include "fab2fleet/serve.h"
#include "serve/parts.h"

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

/* Iterations of decode alone, one after the other: the i-th (from 0) takes first + i * slope. */
struct f2f_serve_line {
    double first_s, slope_s, first_J, slope_J;
    long long n; /* iterations for which this holds */
    /* for the account */
    struct f2f_part_entry *body, *head, *low, *high, *draft_body, *draft_head, *draft_low, *draft_high;
    double share, share_slope; /* of high */
    double head_frac; /* micro-batches that meet the head, over the turns of the bodies */
    double host_s;
};

struct f2f_serve_costs;

/* machine and job must live as long. F2F_EINPUT: what f2f_graph_cut refuses. */
f2f_status f2f_serve_costs_make(struct f2f_serve_costs **out, f2f_arena *arena, const struct f2f_machine *machine,
                                const struct f2f_serve_job *job, f2f_error *err);

/* One iteration with prompts, added to the account. */
struct f2f_serve_cost f2f_serve_costs_of(struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch);
/* Iterations of decode alone from that batch on, each context longer by what an iteration yields. */
struct f2f_serve_line f2f_serve_costs_line(struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch);
/* The first n of them are run: adds them to the account, and makes the line begin behind them. */
struct f2f_serve_cost f2f_serve_costs_run(struct f2f_serve_costs *costs, struct f2f_serve_line *line, long long n);

/* Time of the first n iterations of a line. */
static inline double f2f_serve_line_s(const struct f2f_serve_line *line, long long n) {
    return (double)n * (line->first_s + 0.5 * (double)(n - 1) * line->slope_s);
}
/* Iterations that are over at a time after its beginning, at most n. */
long long f2f_serve_line_done(const struct f2f_serve_line *line, double after_s, long long n);

/* Tokens that an iteration of decode yields for a sequence, on average: 1 without a draft. */
double f2f_serve_yield(const struct f2f_speculation *s);
/* Blocks of cache to and from the host's memory. */
double f2f_serve_swap_s(const struct f2f_serve_costs *costs, double bytes_B);

/* Forgets the account, not the costs. */
void f2f_serve_costs_reset(struct f2f_serve_costs *costs);
/* Tree of seconds of all iterations since, times `scale`: prefill (iterations with prompts), decode, host; operators at
 * the leaves. */
void f2f_serve_costs_explain(const struct f2f_serve_costs *costs, struct f2f_record *r, double scale);

#endif
