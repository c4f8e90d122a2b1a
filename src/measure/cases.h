/* cases.h - inside src/measure: which kernel an operator is run by. */
#ifndef F2F_MEASURE_CASES_H
#define F2F_MEASURE_CASES_H

#include "measure/state.h"

enum f2f_runner {
    F2F_RUN_NONE, /* there is no kernel */
    F2F_RUN_GEMM,
    F2F_RUN_PREFILL,
    F2F_RUN_DECODE,
    F2F_RUN_NORM,
    F2F_RUN_ROTATE,
    F2F_RUN_ACTIVATION,
    F2F_RUN_EMBED,
    F2F_RUN_SAMPLE,
    F2F_RUN_COPY,
    F2F_RUN_TRIAD
};
enum f2f_runner f2f_measure_runner(const struct f2f_op *op);
/* Format of a product; F2F_PRODUCTS: no kernels are in it. */
enum f2f_product f2f_measure_product(enum f2f_dtype format);

#endif
