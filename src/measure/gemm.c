/* gemm.c - matrix products by panels of weights, shared out to the team.
 *
 * Each thread has panels of columns of its own and goes through k in pieces, so that a piece of a panel stays in the
 * core's own cache while all rows pass by; sums of all rows wait there too. After the loops around the kernel of BLIS
 * (Van Zee and van de Geijn, 2015), without packing of the input: rows are read as they lie. */
#include <string.h>

#include "measure/state.h"

static const size_t piece_B = 4096; /* of a row of k: 192 KB of a panel of 48 columns */
static const int zero_point = 128;

static size_t panel_B(const struct f2f_kernel_set *set, enum f2f_product product, size_t k) {
    size_t columns = (size_t)f2f_kernel_set_panel(set), step = f2f_product_step(product);
    size_t head = product == F2F_PRODUCT_INT8 ? 1 : 0; /* what the zero point adds to a sum */
    return columns * 4 * (f2f_round_up(k, step) / step + head);
}

size_t f2f_gemm_weight_B(const struct f2f_kernel_set *set, enum f2f_product product, size_t n, size_t k) {
    size_t columns = (size_t)f2f_kernel_set_panel(set);
    return f2f_round_up(n, columns) / columns * panel_B(set, product, k);
}

size_t f2f_gemm_scratch_B(const struct f2f_gemm *g) {
    return f2f_round_up(g->m * (size_t)f2f_kernel_set_panel(g->set) * 4, 128);
}

static void pack_zero_point(char *panel, const int8_t *w, size_t first, size_t columns, size_t n, size_t k) {
    for (size_t c = 0; c < columns; c++) {
        int32_t sum = 0;
        for (size_t i = 0; first + c < n && i < k; i++) sum += w[i * n + first + c];
        sum *= -zero_point;
        memcpy(panel + 4 * c, &sum, sizeof sum);
    }
}

void f2f_gemm_pack(void *out, const struct f2f_kernel_set *set, enum f2f_product product, const void *w, size_t n,
                   size_t k) {
    size_t columns = (size_t)f2f_kernel_set_panel(set), step = f2f_product_step(product), size = f2f_product_B(product);
    char *panel = out;
    const char *from = w;
    memset(out, 0, f2f_gemm_weight_B(set, product, n, k));
    for (size_t first = 0; first < n; first += columns, panel += panel_B(set, product, k)) {
        char *body = panel;
        if (product == F2F_PRODUCT_INT8) {
            pack_zero_point(panel, w, first, columns, n, k);
            body += 4 * columns;
        }
        for (size_t i = 0; i < k; i++)
            for (size_t c = 0; c < columns && first + c < n; c++)
                memcpy(body + ((i / step * columns + c) * step + i % step) * size, from + (i * n + first + c) * size,
                       size);
    }
}

static void multiply_rows(const struct f2f_gemm *g, const char *panel, size_t offset_B, size_t steps, char *sum) {
    const char *in = (const char *)g->in + offset_B;
    f2f_block_fn *block = g->set->block[g->product];
    size_t row_B = (size_t)f2f_kernel_set_panel(g->set) * 4;
    for (size_t m = 0; m < g->m;) {
        int rows = g->set->rows;
        while ((size_t)rows > g->m - m) rows /= 2;
        block(rows, in + m * g->in_stride_B, g->in_stride_B, panel, steps, sum + m * row_B);
        m += (size_t)rows;
    }
}

/* Round to nearest, ties to even. */
static uint16_t bf16_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

static void finish(const struct f2f_gemm *g, const char *sum, size_t first, size_t columns) {
    size_t row_B = (size_t)f2f_kernel_set_panel(g->set) * 4, kept = first + columns > g->n ? g->n - first : columns;
    for (size_t m = 0; m < g->m; m++, sum += row_B) {
        if (g->product == F2F_PRODUCT_FP32) {
            memcpy((float *)g->out + m * g->n + first, sum, kept * 4);
            continue;
        }
        uint16_t *out = (uint16_t *)g->out + m * g->n + first;
        const float *real = (const float *)(const void *)sum;
        const int32_t *whole = (const int32_t *)(const void *)sum;
        if (g->product == F2F_PRODUCT_BF16)
            for (size_t c = 0; c < kept; c++) out[c] = bf16_of(real[c]);
        else
            for (size_t c = 0; c < kept; c++) out[c] = bf16_of(g->scale * (float)whole[c]);
    }
}

static void start(const struct f2f_gemm *g, const char **panel, char *sum) {
    size_t row_B = (size_t)f2f_kernel_set_panel(g->set) * 4;
    if (g->product != F2F_PRODUCT_INT8) {
        memset(sum, 0, g->m * row_B);
        return;
    }
    for (size_t m = 0; m < g->m; m++) memcpy(sum + m * row_B, *panel, row_B);
    *panel += row_B;
}

void f2f_gemm_part(void *context, int thread, int threads) {
    const struct f2f_gemm *g = context;
    size_t columns = (size_t)f2f_kernel_set_panel(g->set), panels = (g->n + columns - 1) / columns;
    size_t from = panels * (size_t)thread / (size_t)threads, to = panels * ((size_t)thread + 1) / (size_t)threads;
    size_t step_B = f2f_product_step(g->product) * f2f_product_B(g->product); /* 4 */
    size_t row_B = f2f_round_up(g->k * f2f_product_B(g->product), step_B), each_B = panel_B(g->set, g->product, g->k);
    char *sum = g->scratch + (size_t)thread * f2f_gemm_scratch_B(g);
    for (size_t p = from; p < to; p++) {
        const char *panel = (const char *)g->weight + p * each_B;
        start(g, &panel, sum);
        for (size_t at_B = 0; at_B < row_B; at_B += piece_B) {
            size_t steps = (row_B - at_B < piece_B ? row_B - at_B : piece_B) / step_B;
            multiply_rows(g, panel, at_B, steps, sum);
            panel += steps * columns * 4;
        }
        finish(g, sum, p * columns, columns);
    }
}
