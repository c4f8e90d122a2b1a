/* rows.c - operators of rows, shared out to the team: norms, activations, rotary embedding, look-ups, sampling,
 * streams.
 */
#include <math.h>

#include "measure/state.h"

enum { PIECE = 1024 };

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
    for (size_t i = r.from; i < r.to; i++) o->set->silu_mul(o->in + i * 2 * o->width, o->out + i * o->width, o->width);
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

/* A piece of a row that stays in the first cache: the sum of exponentials shrinks where a larger score comes. */
static void take_piece(const struct f2f_rows *o, struct f2f_pick *pick, const float *x, size_t n, size_t at) {
    float piece[PIECE], most = o->set->most(x, n);
    size_t padded = f2f_round_up(n, (size_t)o->set->lanes);
    if (most > pick->most) {
        pick->sum *= expf(pick->most - most);
        pick->most = most;
        size_t i = 0;
        while (x[i] < most) i++;
        pick->at = (int)(at + i);
    }
    o->set->copy(x, piece, n);
    for (size_t i = n; i < padded; i++) piece[i] = -HUGE_VALF;
    pick->sum += o->set->exp_sum(piece, padded, 1.0f, pick->most);
}

/* All threads share each long row. */
void f2f_rows_sample_part(void *context, int thread, int threads) {
    const struct f2f_rows *o = context;
    struct range r = range_of(o->width, thread, threads);
    for (size_t row = 0; row < o->rows; row++) {
        struct f2f_pick pick = {-HUGE_VALF, 0.0f, 0};
        for (size_t i = r.from; i < r.to; i += PIECE)
            take_piece(o, &pick, o->in + row * o->width + i, r.to - i < PIECE ? r.to - i : PIECE, i);
        o->part[row * (size_t)threads + (size_t)thread] = pick;
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
