/* One strategy at a time, with what the last ones had in common kept (struct f2f_train_evaluator).
 *
 * Costs of a layer are kept by how it is cut, the pipeline of the last call for the next; a search that changes the
 * sharding of state innermost simulates each pipeline once. */
#include "train/plan.h"

#include <string.h>

enum { COSTS_MAX = 64 };

struct f2f_train_evaluator {
    f2f_arena *arena;
    struct f2f_train_warm warm;
    struct f2f_train_job job;
    struct f2f_train_costs *costs[COSTS_MAX]; /* a ring, the oldest goes first */
    int n_costs;
    struct f2f_pipeline_scratch scratch;
    struct f2f_train_pipe pipe;
    struct f2f_strategy piped; /* whose pipe that is; tp 0: none */
};

f2f_status f2f_train_evaluator_new(struct f2f_train_evaluator **out, f2f_arena *arena, const struct f2f_system *system,
                                   const struct f2f_train_job *job, f2f_error *err) {
    struct f2f_train_evaluator *e = f2f_arena_alloc(arena, sizeof *e);
    memset(e, 0, sizeof *e);
    e->arena = arena;
    e->job = *job;
    e->scratch.arena = arena;
    F2F_TRY(f2f_train_warm_make(&e->warm, system, err));
    *out = e;
    return F2F_OK;
}

static f2f_status costs_for(const struct f2f_train_costs **out, struct f2f_train_evaluator *e,
                            const struct f2f_strategy *s, f2f_error *err) {
    int n = e->n_costs < COSTS_MAX ? e->n_costs : COSTS_MAX;
    for (int i = 0; i < n; i++)
        if (f2f_train_costs_fit(*out = e->costs[(e->n_costs - 1 - i) % COSTS_MAX], s)) return F2F_OK;
    struct f2f_train_costs *made = f2f_arena_alloc(e->arena, sizeof *made);
    F2F_TRY(f2f_train_costs_make(made, e->arena, &e->warm.machine, &e->job, s, err));
    *out = e->costs[e->n_costs++ % COSTS_MAX] = made;
    return F2F_OK;
}

/* Without stages the sums of gradients depend on how they are sharded. */
static bool same_pipe(const struct f2f_strategy *a, const struct f2f_strategy *b) {
    struct f2f_strategy x = *a, y = *b;
    bool alone = x.pp == 1 && (x.zero >= 2) != (y.zero >= 2);
    x.zero = y.zero = x.shard = y.shard = x.offload = y.offload = 0;
    return memcmp(&x, &y, sizeof x) == 0 && !alone;
}

f2f_status f2f_train_evaluate(struct f2f_train_estimate *out, struct f2f_train_evaluator *e,
                              const struct f2f_strategy *s, f2f_error *err) {
    const struct f2f_machine *machine = &e->warm.machine;
    const struct f2f_train_costs *costs;
    struct f2f_train_layout layout;
    struct f2f_train_step step;
    F2F_TRY(f2f_train_memory(&out->memory, &e->job, s, err)); /* refuses what does not divide */
    F2F_TRY(f2f_train_layout_make(&layout, &e->job, s, err));
    F2F_TRY(costs_for(&costs, e, s, err));
    if (!same_pipe(s, &e->piped)) {
        F2F_TRY(f2f_strategy_check(s, e->job.model, machine->system, err));
        f2f_train_pipe_make(&e->pipe, machine, &e->job, s, costs, &layout);
        f2f_train_pipe_time(&e->pipe, &e->scratch);
        e->piped = *s;
    }
    f2f_train_step_make(&step, machine, &e->job, s, costs, &layout, &e->pipe);
    out->step_s = step.total_s;
    out->fits = out->memory.total_B <= f2f_train_capacity_B(machine, &e->job);
    return F2F_OK;
}
