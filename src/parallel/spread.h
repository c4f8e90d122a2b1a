/* spread.h - what the kinds of parallelism share while one chip's graph grows (cut.c).
 *
 * Each kind is one file with one ops table: it shrinks an operator to one chip's part and adds its
 * collectives before and after it. */
#ifndef F2F_PARALLEL_SPREAD_H
#define F2F_PARALLEL_SPREAD_H

#include "fab2fleet/parallel.h"

struct f2f_spread {
    const struct f2f_graph *whole;
    struct f2f_graph *graph; /* of one chip */
    const struct f2f_model *model;
    const struct f2f_strategy *strategy; /* every size at least 1 */
    double layers; /* of the stage */
    bool sequence_parallel;
};

struct f2f_spread_ops {
    void (*cut)(const struct f2f_spread *x, struct f2f_op *op);
    void (*before)(const struct f2f_spread *x, const struct f2f_op *op); /* op: as cut by all kinds */
    void (*after)(const struct f2f_spread *x, const struct f2f_op *op);
};

extern const struct f2f_spread_ops f2f_spread_context, f2f_spread_expert, f2f_spread_tensor;

/* Adds a collective named after op that runs `count` times. */
void f2f_spread_collective(const struct f2f_spread *x, const struct f2f_op *op, enum f2f_collective_kind kind,
                           enum f2f_axis axis, double count, double bytes_B);
/* Divides the token dimension of an operator that is neither attention nor a collective. */
void f2f_spread_tokens(struct f2f_op *op, double parts);

/* The strategy with every size of 0 made 1. */
struct f2f_strategy f2f_strategy_whole(const struct f2f_strategy *s);
/* Key-value heads of one chip. */
long long f2f_spread_kv_heads(long long kv_heads, int tp);

/* pipeline.c */
long long f2f_stage_layers(const struct f2f_strategy *s, const struct f2f_model *m, int stage);
int f2f_stage_fullest(const struct f2f_strategy *s, const struct f2f_model *m);
/* Runs the operator on that stage? Scales its count to the stage's layers. */
bool f2f_stage_cut(struct f2f_op *op, const struct f2f_strategy *s, const struct f2f_model *m, int stage);

#endif
