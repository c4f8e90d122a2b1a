/* pipeline.c - runs a pipeline schedule, stage by stage, action by action.
 *
 * An action starts when its stage is free and what it needs has arrived: a forward the output of the piece before
 * it, a backward the gradient of the piece after it and, on the last piece, its own forward. Sends take time but no
 * stage waits to have sent. Leaves out: memory as a brake (the footprint says whether the order fits). */
#include "train/pipeline.h"

#include <math.h>
#include <stddef.h>

/* Where the k-th forward and backward of every stage are: first piece of the chunk, and the place of that piece's end
 * in a table. Stage s is s pieces on. */
struct f2f_pipeline_order {
    int forward_piece, backward_piece;
    size_t forward_at, backward_at;
};

struct run {
    const struct f2f_pipeline *p;
    struct f2f_record *spans;
    const struct f2f_pipeline_order *order;
    struct f2f_pipeline_replay *replay; /* receives the order, may be NULL */
    double *forward_s, *backward_s; /* end of each, by piece and micro-batch; below 0: not yet */
    double free_s[F2F_PIECES_MAX]; /* by stage: end of its last action */
    double start_s[F2F_PIECES_MAX]; /* by stage: start of its first */
    int done[F2F_PIECES_MAX], ahead[F2F_PIECES_MAX]; /* by stage: actions; forwards before the first backward */
    double end_s; /* of the latest action */
};

static void add_span(const struct run *r, const struct f2f_action *a, int stage, double start_s, double takes_s) {
    static const char *const names[] = {"F", "B", "W"};
    f2f_arena *arena = r->spans->arena;
    struct f2f_place at = f2f_schedule_place(&r->p->shape, a->act, a->k);
    f2f_record_span(r->spans, f2f_arena_printf(arena, "stage %d", stage),
                    f2f_arena_printf(arena, "%s%d.%d", names[a->act], at.micro, at.chunk), start_s, takes_s);
}

/* Takes a stage as far as it can go; false if that is nowhere. An input that is not there yet ends below 0. */
static bool advance(struct run *r, int stage) {
    const struct f2f_pipeline *p = r->p;
    const struct f2f_schedule_shape *x = &p->shape;
    bool turns = p->schedule->at == f2f_schedule_alternate;
    int all = (p->schedule->splits ? 3 : 2) * x->micro * x->chunks, i = r->done[stage], ahead = r->ahead[stage];
    int last_piece = x->stages * x->chunks - 1;
    size_t step = (size_t)x->micro, down = (size_t)stage * step;
    double send_s = x->stages > 1 ? p->send_s : 0, free_s = r->free_s[stage];
    for (; i < all; i++) {
        struct f2f_action a = turns ? f2f_schedule_turns(x, ahead, i) : p->schedule->at(x, stage, ahead, i);
        const struct f2f_pipeline_order *o = &r->order[a.k];
        bool forward = a.act == F2F_ACT_FORWARD, weight = a.act == F2F_ACT_WEIGHT;
        int piece = stage + (forward ? o->forward_piece : o->backward_piece);
        size_t at = down + (forward ? o->forward_at : o->backward_at);
        double from_s = 0, takes_s, *end_s = NULL;
        if (forward) {
            end_s = r->forward_s + at;
            if (piece && (from_s = end_s[-(ptrdiff_t)step]) < 0) break;
            if (piece) from_s += send_s;
            takes_s = p->forward_s[piece];
        } else {
            bool turn = piece == last_piece;
            end_s = weight ? NULL : r->backward_s + at;
            from_s = weight ? r->backward_s[at] : turn ? r->forward_s[at] : r->backward_s[at + step];
            if (from_s < 0) break;
            if (!weight && !turn) from_s += send_s;
            takes_s = (weight ? p->weight_s : p->backward_s)[piece];
        }
        double start_s = from_s > free_s ? from_s : free_s;
        free_s = start_s + takes_s;
        if (r->replay) f2f_pipeline_replay_add(r->replay, a.act, stage, piece, at);
        if (end_s) *end_s = free_s;
        if (i == 0) r->start_s[stage] = start_s;
        if (r->spans) add_span(r, &a, stage, start_s, takes_s);
    }
    bool moved = i > r->done[stage];
    r->done[stage] = i;
    r->free_s[stage] = free_s;
    return moved;
}

static void make_room(struct f2f_pipeline_scratch *scratch, size_t ends, size_t places) {
    if (scratch->cap < ends) {
        scratch->cap = 2 * ends;
        scratch->end_s = f2f_arena_alloc(scratch->arena, scratch->cap * sizeof *scratch->end_s);
    }
    if (scratch->order_cap < places) {
        scratch->order_cap = 2 * places;
        scratch->order = f2f_arena_alloc(scratch->arena, scratch->order_cap * sizeof *scratch->order);
    }
}

static void fill_order(struct f2f_pipeline_order *order, const struct f2f_schedule_shape *x) {
    for (int k = 0; k < x->chunks * x->micro; k++) {
        struct f2f_place at = f2f_schedule_place(x, F2F_ACT_FORWARD, k);
        int forward = at.chunk * x->stages, backward = (x->chunks - 1 - at.chunk) * x->stages;
        order[k] = (struct f2f_pipeline_order){forward, backward, (size_t)forward * (size_t)x->micro + (size_t)at.micro,
                                               (size_t)backward * (size_t)x->micro + (size_t)at.micro};
    }
}

struct f2f_pipeline_times f2f_pipeline_simulate(const struct f2f_pipeline *p, struct f2f_pipeline_scratch *scratch,
                                                struct f2f_record *spans) {
    const struct f2f_schedule_shape *x = &p->shape;
    size_t n = (size_t)x->stages * (size_t)x->chunks * (size_t)x->micro;
    make_room(scratch, 2 * n, (size_t)x->chunks * (size_t)x->micro);
    const struct f2f_pipeline_replay *known = spans ? NULL : f2f_pipeline_replay_find(scratch, p);
    if (known) return f2f_pipeline_replay_run(known, p, scratch->end_s);
    fill_order(scratch->order, x);
    struct run r = {
        .p = p, .spans = spans, .order = scratch->order, .forward_s = scratch->end_s, .backward_s = scratch->end_s + n};
    if (!spans) r.replay = f2f_pipeline_replay_new(scratch, p);
    for (size_t i = 0; i < 2 * n; i++) scratch->end_s[i] = -1;
    for (int s = 0; s < x->stages; s++) r.ahead[s] = p->schedule->ahead(x, s);
    for (bool moved = true; moved;) { /* down with the forwards, up with the backwards */
        moved = false;
        for (int s = 0; s < x->stages; s++) moved |= advance(&r, s);
        for (int s = x->stages - 2; s >= 0; s--) moved |= advance(&r, s);
    }
    int last = x->stages - 1, all = (p->schedule->splits ? 3 : 2) * x->micro * x->chunks;
    for (int s = 0; s < x->stages; s++) {
        r.end_s = fmax(r.end_s, r.free_s[s]);
        if (r.done[s] < all) r.end_s = HUGE_VAL; /* an order that waits for itself */
    }
    if (r.replay && !(r.end_s < HUGE_VAL)) r.replay->schedule = NULL; /* none to keep */
    return (struct f2f_pipeline_times){
        r.end_s, r.start_s[0], r.free_s[0], r.start_s[last], r.free_s[last],
    };
}

/* Work of a micro-batch on one stage. */
static double busy_s(const struct f2f_pipeline *p, int stage) {
    double sum_s = 0;
    for (int q = stage; q < p->shape.stages * p->shape.chunks; q += p->shape.stages)
        sum_s += p->forward_s[q] + p->backward_s[q] + (p->schedule->splits ? p->weight_s[q] : 0);
    return sum_s;
}

static double busiest_s(const struct f2f_pipeline *p) {
    double most_s = 0;
    for (int s = 0; s < p->shape.stages; s++) most_s = fmax(most_s, busy_s(p, s));
    return most_s;
}

/* Of a group where all forwards come first: its slowest forward and its slowest backward. */
static double separate_s(const struct f2f_pipeline *p) {
    double forward_s = 0, backward_s = 0;
    for (int s = 0; s < p->shape.stages; s++) {
        forward_s = fmax(forward_s, p->forward_s[s]);
        backward_s = fmax(backward_s, p->backward_s[s]);
    }
    return p->shape.stages * (forward_s + backward_s);
}

/* Time between two groups of `stages` micro-batches, as the last piece of a settled run sees it at its end. */
static double period_s(const struct f2f_pipeline *settled, const struct f2f_pipeline_scratch *scratch) {
    const struct f2f_schedule_shape *x = &settled->shape;
    size_t pieces = (size_t)x->stages * (size_t)x->chunks, micro = (size_t)x->micro;
    const double *backward_s = scratch->end_s + pieces * micro + (pieces - 1) * micro;
    return backward_s[micro - 1] - backward_s[micro - 1 - (size_t)x->stages];
}

struct f2f_pipeline_times f2f_pipeline_run(const struct f2f_pipeline *p, struct f2f_pipeline_scratch *scratch) {
    int stages = p->shape.stages, micro = p->shape.micro, settled = micro % stages + 3 * stages;
    /* groups of unequal size repeat late, if at all: such runs are short enough to be simulated, or are nearly equal */
    bool unequal = p->shape.chunks > 1 && micro % stages != 0;
    long long actions = 2LL * micro * stages * p->shape.chunks, most = 1 << 18;
    if (micro <= settled || (unequal && actions <= most)) return f2f_pipeline_simulate(p, scratch, NULL);
    struct f2f_pipeline part = *p;
    part.shape.micro = settled;
    struct f2f_pipeline_times a = f2f_pipeline_simulate(&part, scratch, NULL);
    /* forwards and backwards that do not mix add their periods; what binds late may not bind yet */
    double busy = stages * busiest_s(p), more = ((double)micro - settled) / stages;
    bool separate = p->schedule->ahead(&part.shape, stages - 1) == settled * p->shape.chunks;
    double each_s = separate ? separate_s(p) : fmax(busy, period_s(&part, scratch));
    a.total_s += more * each_s;
    a.first_end_s += more * each_s;
    a.last_end_s += more * each_s;
    return a;
}

double f2f_pipeline_bound_s(const struct f2f_pipeline *p) {
    int stages = p->shape.stages, chunks = p->shape.chunks;
    double most_s = 0, before_s = 0, all_s = 0;
    for (int s = 0; s < stages; s++) {
        double stage_s = busy_s(p, s);
        all_s += stage_s;
        most_s = fmax(most_s, before_s + p->shape.micro * stage_s);
        /* to reach the next stage and to come back from it; split-off weight gradients may wait until then */
        before_s += p->forward_s[s] + p->send_s + (p->schedule->splits ? 0 : p->backward_s[s] + p->send_s);
    }
    return p->schedule->splits ? most_s : fmax(most_s, all_s + 2 * (stages * chunks - 1) * (stages > 1) * p->send_s);
}
