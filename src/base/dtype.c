/* dtype.c - names of number formats and of the precisions jobs run at. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fab2fleet/dtype.h"

static const struct {
    const char *name, *alias;
    double bits;
} dtypes[F2F_DTYPE_N] = {
#define X(id, text, width, other) {text, other, width},
    F2F_DTYPE_LIST(X)
#undef X
};

/* compute, weight, activation, KV, head. Weight-only formats multiply in bf16. FP8 and FP4 engines keep
 * activations between operators in 16 bit and the KV cache in fp8, and leave the head as it was. w4a8 is the recipe of
 * phones: the output head and embeddings in 8 bit, all else in 4 with a scale for each 32 weights (Llama 3.2 model
 * card, "8da4w" in torchao). */
static const struct f2f_precision precisions[] = {
    {"bf16", F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16},
    {"fp16", F2F_DTYPE_FP16, F2F_DTYPE_FP16, F2F_DTYPE_FP16, F2F_DTYPE_FP16, F2F_DTYPE_FP16},
    {"fp32", F2F_DTYPE_FP32, F2F_DTYPE_FP32, F2F_DTYPE_FP32, F2F_DTYPE_FP32, F2F_DTYPE_FP32},
    {"fp8", F2F_DTYPE_FP8, F2F_DTYPE_FP8, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16},
    {"int8", F2F_DTYPE_INT8, F2F_DTYPE_INT8, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16},
    {"int8_wo", F2F_DTYPE_BF16, F2F_DTYPE_INT8, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16},
    {"int4_wo", F2F_DTYPE_BF16, F2F_DTYPE_INT4, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16},
    {"w4a8", F2F_DTYPE_INT8, F2F_DTYPE_INT4_G32, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_INT8},
    {"w4afp8", F2F_DTYPE_FP8, F2F_DTYPE_INT4, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16},
    {"nvfp4", F2F_DTYPE_FP4, F2F_DTYPE_FP4, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16},
    {"mxfp4", F2F_DTYPE_MXFP4, F2F_DTYPE_MXFP4, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16},
    {"mxfp4_wo", F2F_DTYPE_BF16, F2F_DTYPE_MXFP4, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16},
};

static const struct {
    const char *alias, *name;
} precision_aliases[] = {
    {"bfloat16", "bf16"}, {"float16", "fp16"}, {"float32", "fp32"},   {"w8a16", "int8_wo"}, {"w4a16", "int4_wo"},
    {"fp4", "nvfp4"},     {"int4", "int4_wo"}, {"fp8_block", "fp8"},  {"w8a8", "int8"},     {"8da4w", "w4a8"},
    {"half", "fp16"},     {"mxfp8", "fp8"},    {"fp8_static", "fp8"}, {"sq", "int8"}, /* SmoothQuant */
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const char *f2f_dtype_name(enum f2f_dtype d) { return d < F2F_DTYPE_N ? dtypes[d].name : "?"; }

double f2f_dtype_B(enum f2f_dtype d) { return dtypes[d].bits / 8.0; }

f2f_status f2f_dtype_parse(enum f2f_dtype *out, const char *text, f2f_error *err) {
    for (int d = 0; d < F2F_DTYPE_N; d++) {
        if (strcasecmp(text, dtypes[d].name) != 0 && strcasecmp(text, dtypes[d].alias) != 0) continue;
        *out = (enum f2f_dtype)d;
        return F2F_OK;
    }
    return f2f_fail(err, F2F_EUSAGE,
                    "unknown number format '%.40s': fp32, tf32, bf16, fp16, fp8, int8, fp4, mxfp4, int4 and int4_g32 "
                    "are known",
                    text);
}

static const struct f2f_precision *find_precision(const char *text) {
    for (size_t i = 0; i < COUNT(precision_aliases); i++)
        if (strcasecmp(text, precision_aliases[i].alias) == 0) text = precision_aliases[i].name;
    for (size_t i = 0; i < COUNT(precisions); i++)
        if (strcasecmp(text, precisions[i].name) == 0) return &precisions[i];
    return NULL;
}

f2f_status f2f_precision_parse(struct f2f_precision *out, const char *text, const char *kv, f2f_error *err) {
    const struct f2f_precision *found = find_precision(text);
    if (!found)
        return f2f_fail(err, F2F_EUSAGE,
                        "unknown precision '%.40s': bf16, fp16, fp32, fp8, int8, int8_wo, int4_wo, w4a8, w4afp8, "
                        "nvfp4, mxfp4 and mxfp4_wo are known",
                        text);
    *out = *found;
    return kv ? f2f_dtype_parse(&out->kv, kv, err) : F2F_OK;
}
