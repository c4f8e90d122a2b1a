/* The order of a pipeline's actions, found once for a shape: the next pipeline of that shape need not look for what is
 * ready. Any order in which inputs come before what needs them gives the same times. */
#include <math.h>
#include <stddef.h>

#include "train/pipeline.h"

enum { STEPS_MAX = 1 << 14 };

struct f2f_pipeline_step {
    int at; /* in the tables of ends, by piece and micro-batch */
    short piece, stage;
    int act;
};

static bool same_shape(const struct f2f_pipeline_replay *r, const struct f2f_pipeline *p) {
    const struct f2f_schedule_shape *a = &r->shape, *b = &p->shape;
    return r->schedule == p->schedule && a->stages == b->stages && a->chunks == b->chunks && a->micro == b->micro;
}

const struct f2f_pipeline_replay *f2f_pipeline_replay_find(const struct f2f_pipeline_scratch *scratch,
                                                           const struct f2f_pipeline *p) {
    for (int i = 0; i < F2F_REPLAYS; i++)
        if (same_shape(&scratch->replay[i], p)) return &scratch->replay[i];
    return NULL;
}

struct f2f_pipeline_replay *f2f_pipeline_replay_new(struct f2f_pipeline_scratch *scratch,
                                                    const struct f2f_pipeline *p) {
    const struct f2f_schedule_shape *x = &p->shape;
    double steps = (p->schedule->splits ? 3.0 : 2.0) * x->micro * x->stages * x->chunks;
    if (steps > STEPS_MAX) return NULL;
    struct f2f_pipeline_replay *r = &scratch->replay[scratch->next_replay++ % F2F_REPLAYS];
    if (r->cap < steps) {
        r->cap = (int)steps;
        r->step = f2f_arena_alloc(scratch->arena, (size_t)r->cap * sizeof *r->step);
    }
    r->schedule = p->schedule;
    r->shape = *x;
    r->n = 0;
    return r;
}

void f2f_pipeline_replay_add(struct f2f_pipeline_replay *replay, enum f2f_act act, int stage, int piece, size_t at) {
    replay->step[replay->n++] = (struct f2f_pipeline_step){(int)at, (short)piece, (short)stage, (int)act};
}

struct f2f_pipeline_times f2f_pipeline_replay_run(const struct f2f_pipeline_replay *replay,
                                                  const struct f2f_pipeline *p, double *end_s) {
    const struct f2f_schedule_shape *x = &p->shape;
    int last = x->stages - 1, last_piece = x->stages * x->chunks - 1;
    ptrdiff_t step = x->micro;
    double *forward_s = end_s, *backward_s = end_s + (ptrdiff_t)(last_piece + 1) * step;
    double send_s = x->stages > 1 ? p->send_s : 0, free_s[F2F_PIECES_MAX] = {0}, first_s = -1, total_s = 0;
    for (int i = 0; i < replay->n; i++) {
        const struct f2f_pipeline_step *s = &replay->step[i];
        double from_s, takes_s, *done_s = NULL;
        if (s->act == F2F_ACT_FORWARD) {
            done_s = &forward_s[s->at];
            from_s = s->piece ? done_s[-step] + send_s : 0;
            takes_s = p->forward_s[s->piece];
        } else if (s->act == F2F_ACT_BACKWARD) {
            done_s = &backward_s[s->at];
            from_s = s->piece == last_piece ? forward_s[s->at] : done_s[step] + send_s;
            takes_s = p->backward_s[s->piece];
        } else {
            from_s = backward_s[s->at];
            takes_s = p->weight_s[s->piece];
        }
        double start_s = from_s > free_s[s->stage] ? from_s : free_s[s->stage];
        free_s[s->stage] = start_s + takes_s;
        if (done_s) *done_s = free_s[s->stage];
        if (first_s < 0 && s->stage == last) first_s = start_s;
    }
    for (int s = 0; s < x->stages; s++) total_s = fmax(total_s, free_s[s]);
    return (struct f2f_pipeline_times){total_s, 0, free_s[0], first_s, free_s[last]};
}
