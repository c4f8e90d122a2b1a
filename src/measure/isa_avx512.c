/* isa_avx512.c - kernels of AVX-512F: 32 vectors of 512 bit. Empty where the compiler does not make them. */
#include "measure/kernels.h"

#if defined(__AVX512F__)
#define LANES 16
#define ROWS 8
#define KERNELS_NAME f2f_kernel_set_avx512
#define KERNELS_TEXT "avx512"
#include "measure/vector.h"
#else
const struct f2f_kernel_set f2f_kernel_set_avx512 = {.name = "avx512"};
#endif
