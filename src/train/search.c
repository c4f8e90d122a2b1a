/* Which strategy: every open field is tried over its axis, memory first, then time.
 *
 * Axes: tp in one node, cp only for long sequences, pp where layers divide (also with the two ends one
 * layer lighter), micro_batch, ep for experts, vp, zero, recompute; dp is the rest of the chips. What
 * one layer costs depends on the outer axes alone and is kept while the inner ones vary.
 * Leaves out: uneven stages beyond the ends, tp across nodes unless it is given. */
#include "train/constants.h"
#include "train/plan.h"

#include <stddef.h>

enum { AXES = 8, AXIS_MAX = 64 };

struct axis {
    size_t offset; /* of the int in struct f2f_strategy */
    int n, value[AXIS_MAX];
};

struct search {
    f2f_arena *arena;
    const struct f2f_machine *machine;
    const struct f2f_train_job *job;
    struct axis axis[AXES];
    struct f2f_strategy s;
    struct f2f_train_pieces *pieces; /* of the outer axes as they stand, or NULL */
    struct f2f_train_choice *best;
};

static int *field(struct f2f_strategy *s, size_t offset) { return (int *)(void *)((char *)s + offset); }

static void axis_add(struct axis *a, int value) {
    if (a->n < AXIS_MAX) a->value[a->n++] = value;
}

static void add_powers(struct axis *a, long long to) {
    for (int v = 1; v <= to; v *= 2) axis_add(a, v);
}

static void add_tp(struct axis *a, const struct search *q) { add_powers(a, q->machine->system->node->chips); }

static void add_cp(struct axis *a, const struct search *q) {
    axis_add(a, 1);
    for (int v = 2; v <= q->job->seq / F2F_TRAIN_CONTEXT_TOK; v *= 2) axis_add(a, v);
}

static void add_micro_batch(struct axis *a, const struct search *q) {
    (void)q;
    add_powers(a, 8);
}

static void add_pp(struct axis *a, const struct search *q) {
    long long layers = q->job->model->layers;
    for (int pp = 1; pp <= layers && pp <= q->job->chips; pp++)
        if (q->job->chips % pp == 0 && (layers % pp == 0 || (layers + 2) % pp == 0)) axis_add(a, pp);
}

static void add_ep(struct axis *a, const struct search *q) {
    add_powers(a, q->job->model->experts > 0 ? q->job->model->experts : 1);
}

static void add_vp(struct axis *a, const struct search *q) {
    (void)q;
    add_powers(a, 8);
}

static void add_zero(struct axis *a, const struct search *q) {
    (void)q;
    for (int v = 0; v <= 3; v++) axis_add(a, v);
}

static void add_recompute(struct axis *a, const struct search *q) {
    (void)q;
    for (int v = F2F_RECOMPUTE_NONE; v <= F2F_RECOMPUTE_FULL; v++) axis_add(a, v);
}

/* Outer axes first: those that change the cost of a layer. */
static const struct {
    size_t offset;
    int open; /* up to this value the field is to be chosen */
    void (*add)(struct axis *a, const struct search *q);
} AXIS_LIST[AXES] = {
    {offsetof(struct f2f_strategy, tp), 0, add_tp},
    {offsetof(struct f2f_strategy, cp), 0, add_cp},
    {offsetof(struct f2f_strategy, micro_batch), 0, add_micro_batch},
    {offsetof(struct f2f_strategy, pp), 0, add_pp},
    {offsetof(struct f2f_strategy, ep), 0, add_ep},
    {offsetof(struct f2f_strategy, vp), 0, add_vp},
    {offsetof(struct f2f_strategy, zero), F2F_ZERO_CHOSEN, add_zero},
    {offsetof(struct f2f_strategy, recompute), F2F_RECOMPUTE_CHOSEN, add_recompute},
};

/* false when nothing is left to choose. */
static bool axes_make(struct search *q) {
    bool open = false;
    for (int i = 0; i < AXES; i++) {
        struct axis *a = &q->axis[i];
        a->offset = AXIS_LIST[i].offset;
        int given = *field(&q->s, a->offset);
        if (given > AXIS_LIST[i].open) axis_add(a, given);
        else AXIS_LIST[i].add(a, q);
        open |= a->n > 1;
    }
    return open;
}

static bool same_pieces(const struct f2f_train_pieces *p, const struct f2f_strategy *s) {
    return p && p->key.tp == s->tp && p->key.cp == s->cp && p->key.micro_batch == s->micro_batch &&
           p->key.ep == s->ep && (s->ep == 1 || p->key.pp == s->pp);
}

static f2f_status pieces_for(struct search *q, f2f_error *err) {
    if (same_pieces(q->pieces, &q->s)) return F2F_OK;
    q->pieces = f2f_arena_alloc(q->arena, sizeof *q->pieces);
    return f2f_train_pieces_make(q->pieces, q->arena, q->machine, q->job, &q->s, err);
}

/* Times the strategy at hand and keeps it if it is the best so far. */
static f2f_status try_step(struct search *q, const struct f2f_train_layout *l, const struct f2f_train_memory *memory,
                           f2f_error *err) {
    struct f2f_train_choice *best = q->best;
    bool fits = memory->total_B <= q->machine->mem.capacity_B;
    best->evaluated++;
    best->feasible_n += fits;
    if (!fits && (best->fits || (best->found && memory->total_B >= best->memory.total_B))) return F2F_OK;
    struct f2f_train_step step;
    F2F_TRY(pieces_for(q, err));
    f2f_train_step_make(&step, q->machine, q->job, &q->s, q->pieces, l);
    if (fits && best->fits && step.total_s >= best->step.total_s) return F2F_OK;
    best->strategy = q->s;
    best->layout = *l;
    best->memory = *memory;
    best->pieces = q->pieces;
    best->step = step;
    best->found = true;
    best->fits = fits;
    return F2F_OK;
}

/* dp is what is left; false when nothing is, or when it contradicts a given dp. */
static bool take_rest(struct search *q) {
    double product = (double)q->s.tp * q->s.cp * q->s.pp; /* may be past any integer */
    if (product > q->job->chips) return false;
    long long others = (long long)product;
    if (q->job->chips % others != 0) return false;
    q->s.dp = (int)(q->job->chips / others);
    return q->job->strategy.dp == 0 || q->job->strategy.dp == q->s.dp;
}

static f2f_status visit(struct search *q, int depth, f2f_error *err) {
    if (depth == AXES) {
        struct f2f_train_layout l;
        struct f2f_train_memory memory;
        if (f2f_train_layout_make(&l, q->job, &q->s, NULL) != F2F_OK) return F2F_OK;
        if (f2f_strategy_check(&q->s, q->job->model, q->machine->system, NULL) != F2F_OK) return F2F_OK;
        F2F_TRY(f2f_train_memory(&memory, q->job, &q->s, err));
        return try_step(q, &l, &memory, err);
    }
    const struct axis *a = &q->axis[depth];
    for (int i = 0; i < a->n; i++) {
        *field(&q->s, a->offset) = a->value[i];
        if (a->offset == offsetof(struct f2f_strategy, pp) && !take_rest(q)) continue;
        F2F_TRY(visit(q, depth + 1, err));
    }
    return F2F_OK;
}

static int or_one(int value) { return value > 0 ? value : 1; }

f2f_status f2f_train_given(struct f2f_train_choice *out, f2f_arena *arena, const struct f2f_machine *machine,
                           const struct f2f_train_job *job, f2f_error *err) {
    struct f2f_strategy s = job->strategy;
    if (s.zero == F2F_ZERO_CHOSEN) s.zero = 1;
    if (s.recompute == F2F_RECOMPUTE_CHOSEN) s.recompute = F2F_RECOMPUTE_NONE;
    s.tp = or_one(s.tp);
    s.cp = or_one(s.cp);
    s.pp = or_one(s.pp);
    s.vp = or_one(s.vp);
    s.ep = or_one(s.ep);
    s.micro_batch = or_one(s.micro_batch);
    struct search q = {.arena = arena, .machine = machine, .job = job, .s = s, .best = out};
    struct f2f_train_layout l;
    struct f2f_train_memory memory;
    *out = (struct f2f_train_choice){0};
    if (!take_rest(&q))
        return f2f_fail(err, F2F_EINPUT, "%d chips do not divide by tp %d x cp %d x pp %d, or dp %d is not the rest",
                        job->chips, s.tp, s.cp, s.pp, s.dp);
    F2F_TRY(f2f_strategy_check(&q.s, job->model, machine->system, err));
    F2F_TRY(f2f_train_layout_make(&l, job, &q.s, err));
    F2F_TRY(f2f_train_memory(&memory, job, &q.s, err));
    return try_step(&q, &l, &memory, err);
}

f2f_status f2f_train_search(struct f2f_train_choice *out, f2f_arena *arena, const struct f2f_machine *machine,
                            const struct f2f_train_job *job, f2f_error *err) {
    struct search q = {.arena = arena, .machine = machine, .job = job, .s = job->strategy, .best = out};
    *out = (struct f2f_train_choice){0};
    bool open = axes_make(&q);
    if (!open) return f2f_train_given(out, arena, machine, job, err); /* whose messages name what is wrong */
    F2F_TRY(visit(&q, 0, err));
    if (!out->found)
        return f2f_fail(
            err, F2F_EINPUT,
            "no strategy divides %d chips, a batch of %d, %lld layers and %lld heads with tp %d, cp %d, pp %d, "
            "dp %d, micro_batch %d (0: open)",
            job->chips, job->global_batch, job->model->layers, job->model->heads, job->strategy.tp, job->strategy.cp,
            job->strategy.pp, job->strategy.dp, job->strategy.micro_batch);
    return F2F_OK;
}
