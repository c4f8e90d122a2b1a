/* vector.h - inside src/measure: the kernels of one set in fp32, by the vectors of GCC and Clang.
 *
 * Included by isa_*.c, which say LANES, ROWS and KERNELS_NAME and are compiled for their instruction set. A block of
 * sums stays in registers while k goes by: ROWS x 3 vectors, three loads and ROWS broadcasts for each step. The
 * exponential is 2 to the whole part times a polynomial of the rest (Cephes' expf, Moshier), within 2e-7. */
#include <math.h>
#include <string.h>

#include "measure/kernels.h"

typedef float vec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
#define KERNEL static inline __attribute__((always_inline))
enum { VECTORS = F2F_PANEL_VECTORS, LINE = 16, AHEAD = 2048 }; /* floats: lines asked for 8 KB ahead */

KERNEL vec load(const float *x) { return *(const vec *)x; }
KERNEL void store(float *out, vec x) { *(vec *)out = x; }
KERNEL vec all(float x) { return x - (vec){0}; }
KERNEL vec either(ivec which, vec x, vec y) { return (vec)(((ivec)x & which) | ((ivec)y & ~which)); }
KERNEL vec larger(vec x, vec y) { return either((ivec)(x > y), x, y); }

/* By halves, so that few additions wait for each other. */
KERNEL float sum_of(vec x) {
    float part[LANES];
    store(part, x);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) part[i] += part[i + half];
    return part[0];
}

KERNEL float most_in(vec x) {
    float part[LANES];
    store(part, x);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) part[i] = part[i] > part[i + half] ? part[i] : part[i + half];
    return part[0];
}

KERNEL void block_of(int rows, const float *in, size_t stride, const float *panel, size_t steps, float *sum) {
    vec s[ROWS][VECTORS];
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < VECTORS; c++) s[r][c] = load(sum + (r * VECTORS + c) * LANES);
    for (size_t k = 0; k < steps; k++, panel += VECTORS * LANES) {
        for (int c = 0; c < VECTORS * LANES; c += LINE) __builtin_prefetch(panel + AHEAD + c);
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < VECTORS; c++) s[r][c] += in[(size_t)r * stride + k] * load(panel + c * LANES);
    }
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < VECTORS; c++) store(sum + (r * VECTORS + c) * LANES, s[r][c]);
}

static void block(int rows, const void *in, size_t stride_B, const void *panel, size_t steps, void *sum) {
    size_t stride = stride_B / sizeof(float);
    switch (rows) {
    case 1: block_of(1, in, stride, panel, steps, sum); break;
    case 2: block_of(2, in, stride, panel, steps, sum); break;
    case 4: block_of(4, in, stride, panel, steps, sum); break;
    default: block_of(ROWS, in, stride, panel, steps, sum);
    }
}

/* More sums than a multiply-add takes clocks, times two pipes. The compiler must not know what they start from: of 1 it
 * finds that it stays 1, and leaves that sum out. */
enum { PEAK_SUMS = 12 };
static float peak(long rounds) {
    float start[PEAK_SUMS], by = 0.9999f, more = 1e-4f;
    vec s[PEAK_SUMS];
    for (int i = 0; i < PEAK_SUMS; i++) start[i] = (float)i;
    __asm__ volatile("" : : "r"(start), "r"(&by), "r"(&more) : "memory");
    vec x = all(by), y = all(more);
    for (int i = 0; i < PEAK_SUMS; i++) s[i] = all(start[i]);
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < PEAK_SUMS; i++) s[i] = s[i] * x + y;
    vec sum = s[0];
    for (int i = 1; i < PEAK_SUMS; i++) sum += s[i];
    return sum_of(sum);
}

/* As many vectors of the width at once as leave room for the rows' sums; the first asks for what more of the rows there
 * is, so that values come in a stream. */
KERNEL void weigh_part(int rows, int vectors, size_t more, const float *weight, size_t weight_stride,
                       const float *value, size_t value_stride, size_t n, size_t width, float *out) {
    vec s[ROWS][4];
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < vectors; c++) s[r][c] = load(out + (size_t)r * width + (size_t)c * LANES);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = (size_t)vectors * LANES; c < more; c += LINE) __builtin_prefetch(value + i * value_stride + c);
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < vectors; c++)
                s[r][c] += weight[(size_t)r * weight_stride + i] * load(value + i * value_stride + (size_t)c * LANES);
    }
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < vectors; c++) store(out + (size_t)r * width + (size_t)c * LANES, s[r][c]);
}

KERNEL void weigh_rows(int rows, const float *weight, size_t weight_stride, const float *value, size_t value_stride,
                       size_t n, size_t width, float *out) {
    size_t c = 0;
    if (rows <= 4 && ROWS == 8) /* with twice as many registers: whole rows of values, as they stream by */
        for (; c + 4 * LANES <= width; c += 4 * LANES)
            weigh_part(rows, 4, c ? 0 : width, weight, weight_stride, value + c, value_stride, n, width, out + c);
    for (; c + 2 * LANES <= width; c += 2 * LANES)
        weigh_part(rows, 2, c ? 0 : width, weight, weight_stride, value + c, value_stride, n, width, out + c);
    for (; c + LANES <= width; c += LANES)
        weigh_part(rows, 1, 0, weight, weight_stride, value + c, value_stride, n, width, out + c);
    for (; c < width; c++)
        for (int r = 0; r < rows; r++)
            for (size_t i = 0; i < n; i++)
                out[(size_t)r * width + c] += weight[(size_t)r * weight_stride + i] * value[i * value_stride + c];
}

static void weigh(int rows, const float *weight, size_t weight_stride, const float *value, size_t value_stride,
                  size_t n, size_t width, float *out) {
    switch (rows) {
    case 1: weigh_rows(1, weight, weight_stride, value, value_stride, n, width, out); break;
    case 2: weigh_rows(2, weight, weight_stride, value, value_stride, n, width, out); break;
    case 4: weigh_rows(4, weight, weight_stride, value, value_stride, n, width, out); break;
    default: weigh_rows(ROWS, weight, weight_stride, value, value_stride, n, width, out);
    }
}

KERNEL vec exp_of(vec x) {
    const vec magic = all(12582912.0f); /* 1.5 * 2^23: the whole part ends up in the lowest bits */
    x = larger(x, all(-87.0f));
    x = either((ivec)(x < all(88.0f)), x, all(88.0f));
    vec shifted = x * all(1.44269504f) + magic, whole = shifted - magic;
    vec r = x - whole * all(0.693359375f) + whole * all(2.12194440e-4f);
    vec p = all(1.9875691500e-4f);
    p = p * r + all(1.3981999507e-3f);
    p = p * r + all(8.3334519073e-3f);
    p = p * r + all(4.1665795894e-2f);
    p = p * r + all(1.6666665459e-1f);
    p = p * r + all(5.0000001201e-1f);
    p = p * (r * r) + r + all(1.0f);
    return (vec)((ivec)p + ((ivec)shifted << 23));
}

static float exp_sum(float *s, size_t n, float scale, float most) {
    vec sum = all(0.0f);
    for (size_t i = 0; i < n; i += LANES) {
        vec p = exp_of(load(s + i) * all(scale) - all(most));
        store(s + i, p);
        sum += p;
    }
    return sum_of(sum);
}

static float most_of(const float *x, size_t n) {
    float most = x[0];
    size_t i = 0;
    if (n >= LANES) {
        vec a = load(x), b = a;
        for (; i + 2 * LANES <= n; i += 2 * LANES) a = larger(a, load(x + i)), b = larger(b, load(x + i + LANES));
        for (; i + LANES <= n; i += LANES) a = larger(a, load(x + i));
        most = most_in(larger(a, b));
    }
    for (; i < n; i++) most = x[i] > most ? x[i] : most;
    return most;
}

static void add_norm(float *residual, const float *in, const float *weight, float *out, size_t n) {
    vec squares = all(0.0f);
    float rest = 0.0f;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vec x = load(residual + i) + load(in + i);
        store(residual + i, x);
        squares += x * x;
    }
    for (; i < n; i++) {
        residual[i] += in[i];
        rest += residual[i] * residual[i];
    }
    float scale = 1.0f / sqrtf((sum_of(squares) + rest) / (float)n + 1e-5f);
    for (i = 0; i + LANES <= n; i += LANES) store(out + i, load(residual + i) * load(weight + i) * scale);
    for (; i < n; i++) out[i] = residual[i] * weight[i] * scale;
}

static void silu_mul(const float *gate_up, float *out, size_t n) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vec x = load(gate_up + i);
        store(out + i, x / (all(1.0f) + exp_of(-x)) * load(gate_up + n + i));
    }
    for (; i < n; i++) out[i] = gate_up[i] / (1.0f + expf(-gate_up[i])) * gate_up[n + i];
}

static void rotate(const float *x, const float *turn, float *out, size_t half) {
    size_t i = 0;
    for (; i + LANES <= half; i += LANES) {
        vec a = load(x + i), b = load(x + half + i), c = load(turn + i), s = load(turn + half + i);
        store(out + i, a * c - b * s);
        store(out + half + i, b * c + a * s);
    }
    for (; i < half; i++) {
        out[i] = x[i] * turn[i] - x[half + i] * turn[half + i];
        out[half + i] = x[half + i] * turn[i] + x[i] * turn[half + i];
    }
}

static float read_all(const float *x, size_t n) {
    vec s[4] = {{0}, {0}, {0}, {0}};
    size_t i = 0;
    float rest = 0.0f;
    for (; i + 4 * LANES <= n; i += 4 * LANES)
        for (int v = 0; v < 4; v++) s[v] += load(x + i + (size_t)v * LANES);
    for (; i < n; i++) rest += x[i];
    return rest + sum_of(s[0] + s[1] + (s[2] + s[3]));
}

/* As operators store: through the caches. */
static void copy_all(const float *x, float *out, size_t n) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) store(out + i, load(x + i));
    for (; i < n; i++) out[i] = x[i];
}

static void triad(const float *x, const float *y, float *out, size_t n) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) store(out + i, load(x + i) + all(3.0f) * load(y + i));
    for (; i < n; i++) out[i] = x[i] + 3.0f * y[i];
}

const struct f2f_kernel_set KERNELS_NAME = {.name = KERNELS_TEXT,
                                            .lanes = LANES,
                                            .rows = ROWS,
                                            .block = {block},
                                            .peak = {peak},
                                            .peak_flop = {2.0 * PEAK_SUMS * LANES},
                                            .weigh = weigh,
                                            .exp_sum = exp_sum,
                                            .most = most_of,
                                            .add_norm = add_norm,
                                            .silu_mul = silu_mul,
                                            .rotate = rotate,
                                            .read = read_all,
                                            .copy = copy_all,
                                            .triad = triad};
