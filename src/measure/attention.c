/* attention.c - attention in fp32: blocks of queries over panels of keys, without the matrix of scores.
 *
 * After FlashAttention-2 (Dao, 2023) and Flash-Decoding: a block of queries keeps its largest score, its sum and its
 * result while panels of keys go by. Keys lie in panels as weights of a product do; a cache keeps them so, prefill
 * packs them first. Decode takes the query heads that share keys as the rows of a block. */
#include <math.h>
#include <string.h>

#include "measure/state.h"

/* Of a block of queries so far. */
struct block {
    float most[F2F_ROWS_MAX], sum[F2F_ROWS_MAX];
    float *result; /* [rows][head_dim] */
};

static size_t panels_of(const struct f2f_attention *a) {
    size_t panel = (size_t)f2f_kernel_set_panel(a->set);
    return (a->kv_len + panel - 1) / panel;
}

/* Floats of the panels of one sequence and KV head. */
static size_t head_panels(const struct f2f_attention *a) {
    return panels_of(a) * a->head_dim * (size_t)f2f_kernel_set_panel(a->set);
}

size_t f2f_attention_panels_B(const struct f2f_attention *a) {
    return a->batch * a->kv_heads * head_panels(a) * sizeof(float);
}

/* For each split: the results of all heads, then their largest scores and sums. */
static size_t partial_floats(const struct f2f_attention *a) { return a->batch * a->q_heads * (a->head_dim + 2); }

size_t f2f_attention_partial_B(const struct f2f_attention *a) {
    return a->splits > 1 ? a->splits * partial_floats(a) * sizeof(float) : 0;
}

void f2f_attention_pack_part(void *context, int thread, int threads) {
    const struct f2f_attention *a = context;
    size_t panel = (size_t)f2f_kernel_set_panel(a->set), panels = panels_of(a), jobs = a->batch * a->kv_heads * panels;
    for (size_t job = (size_t)thread; job < jobs; job += (size_t)threads) {
        size_t first = job % panels * panel, head = job / panels % a->kv_heads, b = job / panels / a->kv_heads;
        const float *k = a->k + ((b * a->kv_len + first) * a->kv_heads + head) * a->head_dim;
        float *out = a->key_panels + job * panel * a->head_dim;
        for (size_t i = 0; i < panel; i++)
            for (size_t d = 0; d < a->head_dim; d++)
                out[d * panel + i] = first + i < a->kv_len ? k[i * a->kv_heads * a->head_dim + d] : 0.0f;
    }
}

/* Takes a row's new scores in: earlier sums shrink where a larger score comes. Weights replace the scores; `seen` of
 * them count. */
static void soften(const struct f2f_attention *a, struct block *b, int row, float *score, size_t seen) {
    size_t panel = (size_t)f2f_kernel_set_panel(a->set);
    float scale = 1.0f / sqrtf((float)a->head_dim);
    float most = a->set->most(score, seen) * scale;
    for (size_t i = seen; i < panel; i++) score[i] = -HUGE_VALF;
    if (most > b->most[row]) {
        float shrink = expf(b->most[row] - most);
        float *result = b->result + (size_t)row * a->head_dim;
        b->most[row] = most;
        b->sum[row] *= shrink;
        for (size_t d = 0; d < a->head_dim; d++) result[d] *= shrink;
    }
    b->sum[row] += a->set->exp_sum(score, panel, scale, b->most[row]);
}

/* Rows of a block over one panel; row r sees keys up to `last` + r * apart, all below kv_len. */
static void attend(const struct f2f_attention *a, struct block *b, int rows, const float *q, size_t q_stride,
                   const float *keys, const float *v, size_t v_stride, size_t first, size_t last, size_t apart) {
    float score[F2F_ROWS_MAX * F2F_PANEL_MAX];
    size_t panel = (size_t)f2f_kernel_set_panel(a->set), most = 0;
    memset(score, 0, (size_t)rows * panel * sizeof(float));
    a->set->block[F2F_PRODUCT_FP32](rows, q, q_stride * sizeof(float), keys, a->head_dim, score);
    for (int r = 0; r < rows; r++) {
        size_t end = last + (size_t)r * apart + 1, seen = end > first ? end - first : 0;
        if (seen > panel) seen = panel;
        if (seen > most) most = seen;
        if (seen) soften(a, b, r, score + (size_t)r * panel, seen);
        else memset(score + (size_t)r * panel, 0, panel * sizeof(float));
    }
    a->set->weigh(rows, score, panel, v, v_stride, most, a->head_dim, b->result);
}

static void reset(struct block *b, int rows, size_t head_dim) {
    for (int r = 0; r < rows; r++) b->most[r] = -HUGE_VALF, b->sum[r] = 0.0f;
    memset(b->result, 0, (size_t)rows * head_dim * sizeof(float));
}

static void divide(float *out, const float *result, float sum, size_t head_dim) {
    for (size_t d = 0; d < head_dim; d++) out[d] = result[d] / sum;
}

/* Queries first.. of one head: as many as a block has rows, fewer at the end. */
static void prefill_block(const struct f2f_attention *a, size_t batch, size_t head, size_t first, int rows) {
    float result[F2F_ROWS_MAX * F2F_HEAD_MAX];
    struct block b = {.result = result};
    size_t panel = (size_t)f2f_kernel_set_panel(a->set), q_stride = a->q_heads * a->head_dim;
    size_t kv_head = head / (a->q_heads / a->kv_heads), v_stride = a->kv_heads * a->head_dim;
    size_t last = a->kv_len - a->q_len + first; /* key that the first of them stands at */
    const float *q = a->q + (batch * a->q_len + first) * q_stride + head * a->head_dim;
    const float *keys = a->key_panels + (batch * a->kv_heads + kv_head) * head_panels(a);
    const float *v = a->v + (batch * a->kv_len * a->kv_heads + kv_head) * a->head_dim;
    reset(&b, rows, a->head_dim);
    for (size_t at = 0; at <= last + (size_t)rows - 1; at += panel, keys += panel * a->head_dim)
        attend(a, &b, rows, q, q_stride, keys, v + at * v_stride, v_stride, at, last, 1);
    float *out = a->out + (batch * a->q_len + first) * q_stride + head * a->head_dim;
    for (int r = 0; r < rows; r++)
        divide(out + (size_t)r * q_stride, result + (size_t)r * a->head_dim, b.sum[r], a->head_dim);
}

/* Blocks with the most keys first, so that threads end together. */
void f2f_attention_prefill_part(void *context, int thread, int threads) {
    const struct f2f_attention *a = context;
    size_t rows = (size_t)a->set->rows, blocks = (a->q_len + rows - 1) / rows, heads = a->batch * a->q_heads;
    for (size_t job = (size_t)thread; job < blocks * heads; job += (size_t)threads) {
        size_t first = (blocks - 1 - job / heads) * rows, end = first + rows < a->q_len ? first + rows : a->q_len;
        while (first < end) {
            int piece = a->set->rows;
            while ((size_t)piece > end - first) piece /= 2;
            prefill_block(a, job % heads / a->q_heads, job % heads % a->q_heads, first, piece);
            first += (size_t)piece;
        }
    }
}

/* So many query heads of one KV head over the keys from..to. */
static void decode_block(const struct f2f_attention *a, size_t batch, size_t head, int rows, size_t split) {
    float result[F2F_ROWS_MAX * F2F_HEAD_MAX];
    struct block b = {.result = result};
    size_t panel = (size_t)f2f_kernel_set_panel(a->set), panels = panels_of(a);
    size_t from = panels * split / a->splits, to = panels * (split + 1) / a->splits;
    size_t kv_head = batch * a->kv_heads + head / (a->q_heads / a->kv_heads), query = batch * a->q_heads + head;
    const float *keys = a->key_panels + kv_head * head_panels(a), *v = a->v + kv_head * a->kv_len * a->head_dim;
    reset(&b, rows, a->head_dim);
    for (size_t p = from; p < to; p++)
        attend(a, &b, rows, a->q + query * a->head_dim, a->head_dim, keys + p * panel * a->head_dim,
               v + p * panel * a->head_dim, a->head_dim, p * panel, a->kv_len - 1, 0);
    for (int r = 0; r < rows; r++) {
        const float *of_row = result + (size_t)r * a->head_dim;
        size_t row = query + (size_t)r;
        if (a->splits == 1) {
            divide(a->out + row * a->head_dim, of_row, b.sum[r], a->head_dim);
            continue;
        }
        float *partial = a->partial + split * partial_floats(a) + row * (a->head_dim + 2);
        memcpy(partial, of_row, a->head_dim * sizeof(float));
        partial[a->head_dim] = b.most[r], partial[a->head_dim + 1] = b.sum[r];
    }
}

void f2f_attention_decode_part(void *context, int thread, int threads) {
    const struct f2f_attention *a = context;
    size_t group = a->q_heads / a->kv_heads, jobs = a->batch * a->kv_heads * a->splits;
    for (size_t job = (size_t)thread; job < jobs; job += (size_t)threads) {
        size_t split = job % a->splits, kv_head = job / a->splits % a->kv_heads, batch = job / a->splits / a->kv_heads;
        for (size_t i = 0; i < group;) {
            int rows = a->set->rows;
            while ((size_t)rows > group - i) rows /= 2;
            decode_block(a, batch, kv_head * group + i, rows, split);
            i += (size_t)rows;
        }
    }
}

void f2f_attention_merge_part(void *context, int thread, int threads) {
    const struct f2f_attention *a = context;
    size_t each = a->head_dim + 2;
    for (size_t row = (size_t)thread; row < a->batch * a->q_heads; row += (size_t)threads) {
        float most = -HUGE_VALF, sum = 0.0f, *out = a->out + row * a->head_dim;
        const float *part = a->partial + row * each;
        for (size_t s = 0; s < a->splits; s++) most = fmaxf(most, part[s * partial_floats(a) + a->head_dim]);
        memset(out, 0, a->head_dim * sizeof(float));
        for (size_t s = 0; s < a->splits; s++) {
            const float *one = part + s * partial_floats(a);
            float share = expf(one[a->head_dim] - most);
            sum += share * one[a->head_dim + 1];
            for (size_t d = 0; d < a->head_dim; d++) out[d] += share * one[d];
        }
        divide(out, out, sum, a->head_dim);
    }
}
