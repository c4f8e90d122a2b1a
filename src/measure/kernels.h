/* kernels.h - inside src/measure: what is compiled once for each instruction set.
 *
 * A set is one file isa_*.c and one line in isa_list.h. Products are blocks of sums in registers: `rows` rows of the
 * input by a panel of F2F_PANEL_VECTORS vectors of columns. Weights lie in panels: [n / panel][k / step][panel][step],
 * `step` elements of k beside each other, as the instruction takes them; what is missing of the last panel is zero. */
#ifndef F2F_MEASURE_KERNELS_H
#define F2F_MEASURE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fab2fleet/dtype.h"

enum { F2F_PANEL_VECTORS = 3, F2F_ROWS_MAX = 8, F2F_PANEL_MAX = 64, F2F_HEAD_MAX = 256 };

/* Formats of products: in fp32; bf16 with sums in fp32; int8 weights by unsigned 8-bit inputs with a zero point of 128,
 * sums in int32. */
enum f2f_product { F2F_PRODUCT_FP32, F2F_PRODUCT_BF16, F2F_PRODUCT_INT8, F2F_PRODUCTS };

/* sum[rows][panel] += in[rows][steps * step] x panel of weights; rows: 1, 2, 4 or the set's. in_stride in bytes. */
typedef void f2f_block_fn(int rows, const void *in, size_t in_stride_B, const void *panel, size_t steps, void *sum);
/* So many rounds of multiply-adds in registers; the result only keeps the compiler from leaving them out. */
typedef float f2f_peak_fn(long rounds);

struct f2f_kernel_set {
    const char *name;
    int lanes; /* fp32 in a vector */
    int rows; /* of a block */
    f2f_block_fn *block[F2F_PRODUCTS]; /* NULL: no instruction for it */
    f2f_peak_fn *peak[F2F_PRODUCTS];
    double peak_flop[F2F_PRODUCTS]; /* of one round */
    /* The rest in fp32; NULL in sets that only add a format. */
    /* out[rows][width] += weight[rows][n] x value[n][width]; strides in elements. */
    void (*weigh)(int rows, const float *weight, size_t weight_stride, const float *value, size_t value_stride,
                  size_t n, size_t width, float *out);
    /* p = exp(scale * s - most), in place; returns the sum. n is a multiple of `lanes`. */
    float (*exp_sum)(float *s, size_t n, float scale, float most);
    float (*most)(const float *x, size_t n);
    /* Of any n: residual += in; out = residual / rms(residual) * weight. */
    void (*add_norm)(float *residual, const float *in, const float *weight, float *out, size_t n);
    /* out = silu(gate_up[0..n)) * gate_up[n..2n) */
    void (*silu_mul)(const float *gate_up, float *out, size_t n);
    /* Pairs (x[i], x[i + half]) turned by the angle whose cosine and sine stand in turn[0..half), turn[half..). */
    void (*rotate)(const float *x, const float *turn, float *out, size_t half);
    float (*read)(const float *x, size_t n); /* the sum */
    void (*copy)(const float *x, float *out, size_t n);
    void (*triad)(const float *x, const float *y, float *out, size_t n); /* out = x + 3 y */
};

#define X(name) extern const struct f2f_kernel_set f2f_kernel_set_##name;
#include "measure/isa_list.h"
#undef X

/* The first set this machine has that does such products; of fp32, the one that does the rest too. NULL: none. */
const struct f2f_kernel_set *f2f_kernel_set_for(enum f2f_product product);
/* Every set this machine has, in that order; returns how many. */
size_t f2f_kernel_set_all(const struct f2f_kernel_set **out, size_t max);

static inline int f2f_kernel_set_panel(const struct f2f_kernel_set *set) { return set->lanes * F2F_PANEL_VECTORS; }
/* Elements of k that lie side by side, bytes of one. */
static inline size_t f2f_product_step(enum f2f_product p) { return (size_t)1 << p; }
static inline size_t f2f_product_B(enum f2f_product p) { return (size_t)4 >> p; }
enum f2f_dtype f2f_product_dtype(enum f2f_product p);

#endif
