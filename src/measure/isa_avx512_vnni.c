/* isa_avx512_vnni.c - products of 8 bit by VPDPBUSD: four of k at once. Empty where the compiler does not make it. */
#include "measure/kernels.h"

#if defined(__AVX512VNNI__)
#include <immintrin.h>

#define VECTOR __m512i
#define LOAD(at) _mm512_loadu_si512(at)
#define STORE(at, x) _mm512_storeu_si512(at, x)
#define BROADCAST(x) _mm512_set1_epi32(x)
#define INSTRUCTION "vpdpbusd"
#define SUM(x, y) _mm512_add_epi32(x, y)
#include "measure/dot.h"

const struct f2f_kernel_set f2f_kernel_set_avx512_vnni = {.name = "avx512_vnni",
                                                          .lanes = LANES,
                                                          .rows = ROWS,
                                                          .block = {[F2F_PRODUCT_INT8] = block},
                                                          .peak = {[F2F_PRODUCT_INT8] = peak},
                                                          .peak_flop = {[F2F_PRODUCT_INT8] = 8.0 * PEAK_SUMS * LANES}};
#else
const struct f2f_kernel_set f2f_kernel_set_avx512_vnni = {.name = "avx512_vnni"};
#endif
