/* isa_generic.c - kernels of any machine: vectors of 128 bit (SSE2, NEON, or whatever the compiler makes of them). */
#define LANES 4
#define ROWS 4
#define KERNELS_NAME f2f_kernel_set_generic
#define KERNELS_TEXT "generic"
#include "measure/vector.h"
