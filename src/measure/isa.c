/* isa.c - which sets of kernels this machine has: what was compiled and what the processor and system allow. */
#include <string.h>

#include "measure/kernels.h"

static bool is_there(const struct f2f_kernel_set *set) {
    if (!set->lanes) return false; /* not compiled */
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(set->name, "avx2") == 0) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (strcmp(set->name, "avx512") == 0) return __builtin_cpu_supports("avx512f");
    if (strcmp(set->name, "avx512_vnni") == 0) return __builtin_cpu_supports("avx512vnni");
    if (strcmp(set->name, "avx512_bf16") == 0) return __builtin_cpu_supports("avx512bf16");
#endif
    return true;
}

size_t f2f_kernel_set_all(const struct f2f_kernel_set **out, size_t max) {
    static const struct f2f_kernel_set *const sets[] = {
#define X(name) &f2f_kernel_set_##name,
#include "measure/isa_list.h"
#undef X
    };
    size_t n = 0;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0] && n < max; i++)
        if (is_there(sets[i])) out[n++] = sets[i];
    return n;
}

const struct f2f_kernel_set *f2f_kernel_set_for(enum f2f_product product) {
    const struct f2f_kernel_set *set[16];
    size_t n = f2f_kernel_set_all(set, 16);
    for (size_t i = 0; i < n; i++)
        if (set[i]->block[product]) return set[i];
    return NULL;
}

enum f2f_dtype f2f_product_dtype(enum f2f_product p) {
    static const enum f2f_dtype formats[] = {F2F_DTYPE_FP32, F2F_DTYPE_BF16, F2F_DTYPE_INT8};
    return formats[p];
}
