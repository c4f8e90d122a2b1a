/* Which strategy: every open field is tried over its axis (axes.c), the best are kept in order.
 *
 * Branch and bound. What a layer costs is taken once for the outer axes, a pipeline once for the next; where the
 * pipeline's lower bound says that a step cannot be among the best, the strategies that differ only in how state
 * is sharded are not looked at. The result is that of trying all (tests/test_train.c compares). */
#include "train/axes.h"
#include "train/constants.h"

#include <math.h>

struct search {
    f2f_arena *arena;
    const struct f2f_machine *machine;
    const struct f2f_train_job *job;
    struct f2f_train_axis axis[F2F_AXES];
    struct f2f_strategy s;
    struct f2f_train_layout layout;
    struct f2f_train_costs *costs; /* of the outer axes as they stand, or NULL */
    struct f2f_train_pipe pipe;
    bool piped; /* pipe is that of the axes as they stand */
    bool only_asks, divides; /* is there a strategy at all? Nothing is timed. */
    struct f2f_pipeline_scratch scratch;
    struct f2f_train_found *found;
};

double f2f_train_capacity_B(const struct f2f_machine *machine, const struct f2f_train_job *job) {
    return machine->mem.capacity_B * (job->memory_frac > 0 ? job->memory_frac : 1);
}

static f2f_status costs_for(struct search *q, f2f_error *err) {
    if (q->costs && f2f_train_costs_fit(q->costs, &q->s)) return F2F_OK;
    q->costs = f2f_arena_alloc(q->arena, sizeof *q->costs);
    return f2f_train_costs_make(q->costs, q->arena, q->machine, q->job, &q->s, err);
}

/* A step that takes longer than this is not kept. */
static double worst_kept_s(const struct f2f_train_found *f) {
    return f->n == F2F_TRAIN_RANKS && f->best[0].fits ? f->best[f->n - 1].step.total_s : HUGE_VAL;
}

/* Into its place; strategies found earlier go first among equals. */
static void keep(struct f2f_train_found *f, const struct f2f_train_choice *choice) {
    if (f->n && !f->best[0].fits) f->n = 0;
    int at = f->n;
    while (at > 0 && choice->step.total_s < f->best[at - 1].step.total_s) at--;
    if (at == F2F_TRAIN_RANKS) return;
    int last = f->n < F2F_TRAIN_RANKS ? f->n++ : F2F_TRAIN_RANKS - 1;
    for (int i = last; i > at; i--) f->best[i] = f->best[i - 1];
    f->best[at] = *choice;
}

static f2f_status pipe_for(struct search *q, f2f_error *err) {
    bool alone = q->s.pp == 1; /* without stages the sums of gradients depend on how they are sharded */
    if (q->piped && !alone) return F2F_OK;
    F2F_TRY(costs_for(q, err));
    f2f_train_pipe_make(&q->pipe, q->machine, q->job, &q->s, q->costs, &q->layout);
    q->piped = true;
    return F2F_OK;
}

/* Times the strategy at hand and keeps it if it is among the best. */
static f2f_status try_step(struct search *q, const struct f2f_train_memory *memory, f2f_error *err) {
    struct f2f_train_found *f = q->found;
    struct f2f_train_choice choice = {.strategy = q->s, .layout = q->layout, .memory = *memory};
    choice.fits = memory->total_B <= f2f_train_capacity_B(q->machine, q->job);
    f->feasible_n += choice.fits;
    if (!choice.fits && f->n && (f->best[0].fits || memory->total_B >= f->best[0].memory.total_B)) return F2F_OK;
    F2F_TRY(pipe_for(q, err));
    if (f2f_train_step_bound_s(&q->s, q->pipe.bound_s) > worst_kept_s(f)) {
        f->dominated_n++;
        return F2F_OK;
    }
    f2f_train_pipe_time(&q->pipe, &q->scratch);
    f2f_train_step_make(&choice.step, q->machine, q->job, &q->s, q->costs, &q->layout, &q->pipe);
    choice.costs = q->costs;
    if (choice.fits) {
        keep(f, &choice);
    } else {
        f->best[0] = choice;
        f->n = 1;
    }
    return F2F_OK;
}

static f2f_status try_leaf(struct search *q, f2f_error *err) {
    struct f2f_train_memory memory;
    q->layout.shards = q->s.shard ? q->s.shard : q->layout.same;
    q->found->evaluated++;
    F2F_TRY(f2f_train_memory(&memory, q->job, &q->s, err));
    return try_step(q, &memory, err);
}

/* Fields that are set from here on decide whether the layout stands. */
static bool lay_out(struct search *q) {
    struct f2f_strategy s = q->s;
    s.zero = s.shard = s.offload = 0;
    q->piped = false;
    return f2f_train_layout_make(&q->layout, q->job, &s, NULL) == F2F_OK &&
           f2f_strategy_check(&s, q->job->model, q->machine->system, NULL) == F2F_OK;
}

static f2f_status visit(struct search *q, int depth, f2f_error *err) {
    bool complete = depth == F2F_AXES_COST || depth == F2F_AXES_PIPE || depth == F2F_AXES;
    if (complete && !f2f_train_axes_canonical(q->job, &q->s, depth)) return F2F_OK;
    if (depth == F2F_AXES) return try_leaf(q, err);
    if (depth == F2F_AXES_PIPE && !lay_out(q)) return F2F_OK;
    q->divides |= depth == F2F_AXES_PIPE;
    if (depth == F2F_AXES_PIPE && q->only_asks) return F2F_OK;
    if (depth == F2F_AXES_PIPE && q->job->go_on && !q->job->go_on(q->job->go_on_context))
        return f2f_fail(err, F2F_EINTERRUPTED, "interrupted: the search was not finished");
    const struct f2f_train_axis *a = &q->axis[depth];
    for (int i = 0; i < a->n && !(q->only_asks && q->divides); i++) {
        *f2f_train_axis_field(&q->s, a) = a->value[i];
        if (a->offset == offsetof(struct f2f_strategy, pp) && !f2f_train_axes_take_rest(&q->s, q->job)) continue;
        F2F_TRY(visit(q, depth + 1, err));
    }
    return F2F_OK;
}

static struct search *search_new(struct f2f_train_found *out, f2f_arena *arena, const struct f2f_machine *machine,
                                 const struct f2f_train_job *job) {
    struct search *q = f2f_arena_alloc(arena, sizeof *q);
    *q = (struct search){.arena = arena, .machine = machine, .job = job, .s = job->strategy, .found = out};
    q->scratch.arena = arena;
    *out = (struct f2f_train_found){0};
    return q;
}

static int or_one(int value) { return value > 0 ? value : 1; }

f2f_status f2f_train_given(struct f2f_train_found *out, f2f_arena *arena, const struct f2f_machine *machine,
                           const struct f2f_train_job *job, f2f_error *err) {
    struct search *q = search_new(out, arena, machine, job);
    struct f2f_strategy *s = &q->s;
    struct f2f_train_memory memory;
    if (s->zero == F2F_ZERO_CHOSEN) s->zero = 1;
    if (s->recompute == F2F_RECOMPUTE_CHOSEN) s->recompute = F2F_RECOMPUTE_NONE;
    if (s->schedule == F2F_SCHEDULE_CHOSEN) s->schedule = 0;
    int *const sizes[] = {&s->tp, &s->cp, &s->pp, &s->vp, &s->ep, &s->micro_batch};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) *sizes[i] = or_one(*sizes[i]);
    if (!f2f_train_axes_take_rest(s, job))
        return f2f_fail(err, F2F_EINPUT, "%d chips do not divide by tp %d x cp %d x pp %d, or dp %d is not the rest",
                        job->chips, s->tp, s->cp, s->pp, job->strategy.dp);
    F2F_TRY(f2f_strategy_check(s, job->model, machine->system, err));
    F2F_TRY(f2f_train_layout_make(&q->layout, job, s, err));
    F2F_TRY(f2f_train_memory(&memory, job, s, err));
    out->evaluated = 1;
    return try_step(q, &memory, err);
}

/* Chips that suit no strategy may stand by, a twentieth of them at most: 350,000 divide by no power of two above 16. */
static f2f_status search_with_spares(struct search *q, f2f_error *err) {
    struct f2f_train_job *job = f2f_arena_alloc(q->arena, sizeof *job);
    *job = *q->job;
    job->spares = job->chips / 20;
    q->job = job;
    q->s = job->strategy;
    (void)f2f_train_axes_make(q->axis, q->machine, job);
    return visit(q, 0, err);
}

/* Is there a strategy with another context? */
static bool divides_without_ring(const struct search *q, const struct f2f_train_job *given) {
    struct f2f_train_job job = *given;
    struct search asked = *q;
    job.strategy.context = 0;
    asked.job = &job;
    asked.s = job.strategy;
    asked.only_asks = true;
    (void)f2f_train_axes_make(asked.axis, asked.machine, &job);
    return visit(&asked, 0, NULL) == F2F_OK && asked.divides;
}

static f2f_status none_divides(const struct search *q, const struct f2f_train_job *job, f2f_error *err) {
    if (job->strategy.context == F2F_CONTEXT_RING && job->strategy.cp < 2 && divides_without_ring(q, job))
        return f2f_fail(err, F2F_EINPUT,
                        "context ring is for sequences that are cut over chips: give cp too, e.g. cp=2");
    return f2f_fail(err, F2F_EINPUT,
                    "no strategy divides %d chips, a batch of %d, %lld layers and %lld heads with tp %d, cp %d, pp %d, "
                    "dp %d, micro_batch %d (0: open)",
                    job->chips, job->global_batch, job->model->layers, job->model->heads, job->strategy.tp,
                    job->strategy.cp, job->strategy.pp, job->strategy.dp, job->strategy.micro_batch);
}

f2f_status f2f_train_search(struct f2f_train_found *out, f2f_arena *arena, const struct f2f_machine *machine,
                            const struct f2f_train_job *job, f2f_error *err) {
    struct search *q = search_new(out, arena, machine, job);
    bool open = f2f_train_axes_make(q->axis, machine, job);
    if (!open) return f2f_train_given(out, arena, machine, job, err); /* whose messages name what is wrong */
    F2F_TRY(visit(q, 0, err));
    if (!out->n && job->wide && job->spares == 0) F2F_TRY(search_with_spares(q, err));
    return out->n ? F2F_OK : none_divides(q, job, err);
}

f2f_status f2f_train_search_check(f2f_arena *arena, const struct f2f_machine *machine, const struct f2f_train_job *job,
                                  f2f_error *err) {
    struct f2f_train_found *found = f2f_arena_alloc(arena, sizeof *found);
    struct search *q = search_new(found, arena, machine, job);
    if (!job->search || !f2f_train_axes_make(q->axis, machine, job))
        return f2f_train_given(found, arena, machine, job, err);
    q->only_asks = true;
    F2F_TRY(visit(q, 0, err));
    if (!q->divides && job->wide && job->spares == 0) F2F_TRY(search_with_spares(q, err));
    return q->divides ? F2F_OK : none_divides(q, job, err);
}
