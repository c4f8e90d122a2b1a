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
 * card, "8da4w" in torchao). fp8_static knows the scale of activations beforehand; fp8_block has one for each 128 of a
 * row, as DeepSeek-V3; mxfp8 one for each 32. */
static const struct f2f_precision precisions[] = {
    {"bf16", F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, false},
    {"fp16", F2F_DTYPE_FP16, F2F_DTYPE_FP16, F2F_DTYPE_FP16, F2F_DTYPE_FP16, F2F_DTYPE_FP16, false},
    {"fp32", F2F_DTYPE_FP32, F2F_DTYPE_FP32, F2F_DTYPE_FP32, F2F_DTYPE_FP32, F2F_DTYPE_FP32, false},
    {"fp8", F2F_DTYPE_FP8, F2F_DTYPE_FP8, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16, false},
    {"fp8_static", F2F_DTYPE_FP8, F2F_DTYPE_FP8, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16, true},
    {"fp8_block", F2F_DTYPE_FP8_BLOCK, F2F_DTYPE_FP8_BLOCK, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16, false},
    {"mxfp8", F2F_DTYPE_MXFP8, F2F_DTYPE_MXFP8, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16, false},
    {"int8", F2F_DTYPE_INT8, F2F_DTYPE_INT8, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, false},
    {"int8_wo", F2F_DTYPE_BF16, F2F_DTYPE_INT8, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, false},
    {"int4_wo", F2F_DTYPE_BF16, F2F_DTYPE_INT4, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, false},
    {"w4a8", F2F_DTYPE_INT8, F2F_DTYPE_INT4_G32, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_INT8, false},
    {"w4afp8", F2F_DTYPE_FP8, F2F_DTYPE_INT4, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16, false},
    {"nvfp4", F2F_DTYPE_FP4, F2F_DTYPE_FP4, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16, false},
    {"mxfp4", F2F_DTYPE_MXFP4, F2F_DTYPE_MXFP4, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16, false},
    {"w4a8_mxfp4_mxfp8", F2F_DTYPE_MXFP8, F2F_DTYPE_MXFP4, F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_BF16, false},
    {"mxfp4_wo", F2F_DTYPE_BF16, F2F_DTYPE_MXFP4, F2F_DTYPE_BF16, F2F_DTYPE_BF16, F2F_DTYPE_BF16, false},
};

static const struct {
    const char *alias, *name;
} precision_aliases[] = {
    {"bfloat16", "bf16"},
    {"float16", "fp16"},
    {"float32", "fp32"},
    {"w8a16", "int8_wo"},
    {"w4a16", "int4_wo"},
    {"fp4", "nvfp4"},
    {"int4", "int4_wo"},
    {"w8a8", "int8"},
    {"8da4w", "w4a8"},
    {"half", "fp16"},
    {"sq", "int8"}, /* SmoothQuant */
    {"fp8_ootb", "fp8"},
    {"fp8_e4m3", "fp8"},
    {"fp8_rowwise", "fp8"},
    {"w8a8_fp8", "fp8"},
    {"fp8_blockwise", "fp8_block"},
    {"awq", "int4_wo"},
    {"int4_awq", "int4_wo"},
    {"w4a16_mxfp4", "mxfp4_wo"},
    {"w4a4_nvfp4", "nvfp4"},
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
                    "unknown number format '%.40s': fp32, tf32, bf16, fp16, fp8, fp8_block, mxfp8, int8, fp4, mxfp4, "
                    "int4 and int4_g32 are known",
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
        return f2f_fail(
            err, F2F_EUSAGE,
            "unknown precision '%.40s': bf16, fp16, fp32, fp8, fp8_static, fp8_block, mxfp8, int8, int8_wo, "
            "int4_wo, w4a8, w4afp8, w4a8_mxfp4_mxfp8, nvfp4, mxfp4 and mxfp4_wo are known",
            text);
    *out = *found;
    return kv ? f2f_dtype_parse(&out->kv, kv, err) : F2F_OK;
}
