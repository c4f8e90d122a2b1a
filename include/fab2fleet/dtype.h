/* dtype.h - number formats and the precisions jobs are run at. */
#ifndef F2F_DTYPE_H
#define F2F_DTYPE_H

#include <stdbool.h>

#include "fab2fleet/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* enum suffix, name in text, bits of one element as stored (block scales included for fp4: one
 * 8-bit scale for 16 elements, NVFP4; for mxfp8 and mxfp4 one for 32), accepted alias */
#define F2F_DTYPE_LIST(X)                                                                   \
    X(FP32, "fp32", 32.0, "float32")                                                        \
    X(TF32, "tf32", 32.0, "tensorfloat32")                                                  \
    X(BF16, "bf16", 16.0, "bfloat16")                                                       \
    X(FP16, "fp16", 16.0, "float16")                                                        \
    X(FP8, "fp8", 8.0, "float8")                                                            \
    X(FP8_BLOCK, "fp8_block", 8.0, "fp8_128") /* a scale for 128 x 128 weights, 128 in x */ \
    X(MXFP8, "mxfp8", 8.25, "mx8")                                                          \
    X(INT8, "int8", 8.0, "w8a8")                                                            \
    X(FP4, "fp4", 4.5, "nvfp4")                                                             \
    X(MXFP4, "mxfp4", 4.25, "mx4")                                                          \
    X(INT4, "int4", 4.25, "w4a16") /* 4 bits and one 16-bit scale and zero for 64..128 */   \
    X(INT4_G32, "int4_g32", 4.5, "q4_0") /* one 16-bit scale for 32 */

enum f2f_dtype {
#define X(id, name, bits, alias) F2F_DTYPE_##id,
    F2F_DTYPE_LIST(X)
#undef X
        F2F_DTYPE_N
};

/* How a model is run: the format the products of its layers are computed in, and how their weights, activations and the
 * KV cache are stored; of the output head and the table of embeddings, where both are one. */
struct f2f_precision {
    const char *name;
    enum f2f_dtype compute, weight, act, kv;
    enum f2f_dtype head;
    bool known_scale; /* of activations, which are cast in one pass */
};

const char *f2f_dtype_name(enum f2f_dtype d);
double f2f_dtype_B(enum f2f_dtype d); /* bytes of one element, 0.5625 for fp4 */
/* Accepts names and aliases, any case. F2F_EUSAGE names the known ones. */
f2f_status f2f_dtype_parse(enum f2f_dtype *out, const char *text, f2f_error *err);
/* "bf16", "fp16", "fp8" (weights, products and KV in fp8), "int8", "int8_wo", "int4_wo" (weight-only:
 * products in bf16), "w4a8" (4-bit weights, products and the head in int8), "w4afp8" (4-bit weights, products in fp8),
 * "nvfp4". kv: a dtype name or NULL for the precision's own. */
f2f_status f2f_precision_parse(struct f2f_precision *out, const char *text, const char *kv, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
