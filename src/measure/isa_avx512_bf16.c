/* isa_avx512_bf16.c - products in bf16 by VDPBF16PS: two of k at once. Empty where the compiler does not make it. */
#include "measure/kernels.h"

#if defined(__AVX512BF16__)
#include <immintrin.h>

#define VECTOR __m512
#define LOAD(at) _mm512_loadu_ps(at)
#define STORE(at, x) _mm512_storeu_ps(at, x)
#define BROADCAST(x) _mm512_castsi512_ps(_mm512_set1_epi32(x))
#define INSTRUCTION "vdpbf16ps"
#define SUM(x, y) _mm512_add_ps(x, y)
#include "measure/dot.h"

const struct f2f_kernel_set f2f_kernel_set_avx512_bf16 = {.name = "avx512_bf16",
                                                          .lanes = LANES,
                                                          .rows = ROWS,
                                                          .block = {[F2F_PRODUCT_BF16] = block},
                                                          .peak = {[F2F_PRODUCT_BF16] = peak},
                                                          .peak_flop = {[F2F_PRODUCT_BF16] = 4.0 * PEAK_SUMS * LANES}};
#else
const struct f2f_kernel_set f2f_kernel_set_avx512_bf16 = {.name = "avx512_bf16"};
#endif
