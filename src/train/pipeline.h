/* pipeline.h - a pipeline schedule with times: when each stage starts and ends. */
#ifndef F2F_TRAIN_PIPELINE_H
#define F2F_TRAIN_PIPELINE_H

#include "fab2fleet/record.h"
#include "train/schedule.h"

enum { F2F_PIECES_MAX = 1024 }; /* stages * chunks */

/* What is simulated. Arrays have one entry for each of stages * chunks pieces of the model, in their order. */
struct f2f_pipeline {
    const struct f2f_schedule *schedule;
    struct f2f_schedule_shape shape;
    const double *forward_s, *backward_s,
        *weight_s; /* of one micro-batch; weight_s: where the schedule splits it off */
    double send_s; /* from a piece to the next on another stage; hides nothing by itself */
};

struct f2f_pipeline_times {
    double total_s; /* start of the first forward to the end of the last action */
    double first_start_s, first_end_s; /* of stage 0 */
    double last_start_s, last_end_s; /* of the last stage */
};

enum { F2F_REPLAYS = 64 };
/* An order in which all actions of a shape could be taken, kept for the next pipeline of that shape (replay.c). */
struct f2f_pipeline_replay {
    const struct f2f_schedule *schedule;
    struct f2f_schedule_shape shape;
    struct f2f_pipeline_step *step;
    int n, cap;
};

/* What the caller keeps over many runs. */
struct f2f_pipeline_scratch {
    f2f_arena *arena;
    double *end_s; /* [forward, backward][piece][micro-batch] */
    size_t cap;
    struct f2f_pipeline_order *order; /* [chunk * micro-batch] */
    size_t order_cap;
    struct f2f_pipeline_replay replay[F2F_REPLAYS]; /* a ring, the oldest goes first */
    int next_replay;
};

/* Every action in turn, as early as the order of its stage and what it waits for allow. spans (may be NULL)
 * receives one bar for each action. */
struct f2f_pipeline_times f2f_pipeline_simulate(const struct f2f_pipeline *p, struct f2f_pipeline_scratch *scratch,
                                                struct f2f_record *spans);
/* The same without spans; long runs settle into a period of `stages` micro-batches, which is taken for the rest. */
struct f2f_pipeline_times f2f_pipeline_run(const struct f2f_pipeline *p, struct f2f_pipeline_scratch *scratch);
/* No less than total_s can be: the busiest stage, and what must come before and after its work. */
double f2f_pipeline_bound_s(const struct f2f_pipeline *p);

/* replay.c: the order kept for a pipeline's shape, or NULL. */
const struct f2f_pipeline_replay *f2f_pipeline_replay_find(const struct f2f_pipeline_scratch *scratch,
                                                           const struct f2f_pipeline *p);
/* Room for the order of a shape; NULL where it is too long to be kept. */
struct f2f_pipeline_replay *f2f_pipeline_replay_new(struct f2f_pipeline_scratch *scratch, const struct f2f_pipeline *p);
/* Appends an action: where it is in the tables of ends. */
void f2f_pipeline_replay_add(struct f2f_pipeline_replay *replay, enum f2f_act act, int stage, int piece, size_t at);
/* The same as simulating, in that order; fills the tables of ends. */
struct f2f_pipeline_times f2f_pipeline_replay_run(const struct f2f_pipeline_replay *replay,
                                                  const struct f2f_pipeline *p, double *end_s);

#endif
