/* isa_avx2.c - kernels of AVX2 and FMA: 16 vectors of 256 bit. Empty where the compiler does not make them. */
#include "measure/kernels.h"

#if defined(__AVX2__) && defined(__FMA__)
#define LANES 8
#define ROWS 4
#define KERNELS_NAME f2f_kernel_set_avx2
#define KERNELS_TEXT "avx2"
#include "measure/vector.h"
#else
const struct f2f_kernel_set f2f_kernel_set_avx2 = {.name = "avx2"};
#endif
