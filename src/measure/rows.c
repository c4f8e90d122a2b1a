/* rows.c - operators of rows, shared out to the team: norms, activations, rotary embedding, look-ups, sampling, streams.
 */
#include <math.h>

#include "measure/state.h"

/* Rows of a thread: from, to. */
struct range {
    size_t from, to;
};

static struct range range_of(size_t n, int thread, int threads) {
    return (struct range){n * (size_t)thread / (size_t)threads, n * ((size_t)thread + 1) / (size_t)threads};
}

void f2f_rows_norm_part(void *context, int thread, int threads) {
    const struct f2f_rows *o = context;
    struct range r = range_of(o->rows, thread, threads);
    for (size_t i = r.from; i < r.to; i++)
        o->set->add_norm(o->residual + i * o->width, o->in + i * o->width, o->more, o->out + i * o->width, o->width);
}

void f2f_rows_activation_part(void *context, int thread, int threads) {
    const struct f2f_rows *o = context;
    struct range r = range_of(o->rows, thread, threads);
    for (size_t i = r.from; i < r.to; i++)
        o->set->silu_mul(o->in + i * 2 * o->width, o->out + i * o->width, o->width);
}

void f2f_rows_rotate_part(void *context, int thread, int threads) {
    const struct f2f_rows *o = context;
    struct range r = range_of(o->rows, thread, threads);
    for (size_t i = r.from; i < r.to; i++)
        for (size_t h = i * o->heads; h < (i + 1) * o->heads; h++)
            o->set->rotate(o->in + h * o->width, o->more, o->out + h * o->width, o->width / 2);
}

void f2f_rows_embed_part(void *context, int thread, int threads) {
    const struct f2f_rows *o = context;
    struct range r = range_of(o->rows, thread, threads);
    for (size_t i = r.from; i < r.to; i++)
        o->set->copy(o->more + (size_t)o->index[i] * o->width, o->out + i * o->width, o->width);
}

/* All threads share each long row: the largest of its part, where it is, and the sum of exponentials over it, in pieces
 * that stay in the first cache. */
void f2f_rows_sample_part(void *context, int thread, int threads) {
    enum { PIECE = 1024 };
    const struct f2f_rows *o = context;
    struct range r = range_of(o->width, thread, threads);
    for (size_t row = 0; row < o->rows; row++) {
        const float *x = o->in + row * o->width;
        struct f2f_pick *pick = &o->part[row * (size_t)threads + (size_t)thread];
        *pick = (struct f2f_pick){-HUGE_VALF, 0.0f, 0};
        if (r.to == r.from) continue;
        pick->most = o->set->most(x + r.from, r.to - r.from);
        pick->at = (int)r.from;
        while (x[pick->at] < pick->most) pick->at++;
        for (size_t i = r.from; i < r.to; i += PIECE) {
            float piece[PIECE];
            size_t n = r.to - i < PIECE ? r.to - i : PIECE, padded = f2f_round_up(n, (size_t)o->set->lanes);
            o->set->copy(x + i, piece, n);
            for (size_t p = n; p < padded; p++) piece[p] = -HUGE_VALF;
            pick->sum += o->set->exp_sum(piece, padded, 1.0f, pick->most);
        }
    }
}

/* The parts of each row; out: probability of the one picked. */
void f2f_rows_pick_part(void *context, int thread, int threads) {
    const struct f2f_rows *o = context;
    struct range r = range_of(o->rows, thread, threads);
    for (size_t row = r.from; row < r.to; row++) {
        const struct f2f_pick *part = &o->part[row * (size_t)threads];
        struct f2f_pick best = part[0];
        for (int t = 1; t < threads; t++)
            if (part[t].most > best.most) best = part[t];
        float sum = 0.0f;
        for (int t = 0; t < threads; t++) sum += part[t].sum * expf(part[t].most - best.most);
        o->picked[row] = best.at;
        o->out[row] = 1.0f / sum;
    }
}

void f2f_rows_copy_part(void *context, int thread, int threads) {
    const struct f2f_rows *o = context;
    struct range r = range_of(o->width, thread, threads);
    o->set->copy(o->in + r.from, o->out + r.from, r.to - r.from);
}

void f2f_rows_triad_part(void *context, int thread, int threads) {
    const struct f2f_rows *o = context;
    struct range r = range_of(o->width, thread, threads);
    o->set->triad(o->in + r.from, o->more + r.from, o->out + r.from, r.to - r.from);
}
