/* op.c - FLOPs and bytes of one run of an operator, from its shape alone.
 *
 * A multiply-add is 2 FLOP. Bytes are those an ideal kernel moves once through memory; what a cache
 * saves or a tiling repeats is src/chip's business. */
#include <math.h>
#include <string.h>

#include "fab2fleet/model.h"

enum f2f_kernels f2f_kernels_find(const char *framework) {
    static const char *const flash[] = {"sglang", "flashattention", "flashinfer", "cudnn", "aiter"};
    if (strncmp(framework, "trtllm", 6) == 0) return F2F_KERNELS_TRTLLM;
    for (size_t i = 0; i < sizeof flash / sizeof flash[0]; i++)
        if (strcmp(framework, flash[i]) == 0) return F2F_KERNELS_FLASH;
    return strncmp(framework, "vllm", 4) == 0 ? F2F_KERNELS_VLLM : F2F_KERNELS_ANY;
}

/* Sum over the queries of the keys each sees: query i of q (from 1) stands at position kv - q + i and
 * sees that many keys, at most `window`. */
static double causal_pairs(double q, double kv, double window) {
    double before = kv - q;
    if (window <= 0.0 || kv <= window) return q * before + q * (q + 1.0) / 2.0;
    double rising = fmax(window - before, 0.0); /* queries that see fewer than window */
    return rising * before + rising * (rising + 1.0) / 2.0 + (q - rising) * window;
}

static double attention_pairs(const struct f2f_op *op) {
    if (op->kind == F2F_OP_ATTN_DECODE) return op->batch * op->kv_len;
    return op->batch * causal_pairs(op->q_len, op->kv_len, op->window);
}

/* Elements of one key and one value of a head. */
static double key_elems(const struct f2f_op *op) { return op->latent_dim + op->head_dim; }
static double value_elems(const struct f2f_op *op) { return op->latent_dim > 0.0 ? op->latent_dim : op->head_dim; }
/* What the cache keeps of a token and KV head: a latent serves as key and as value. */
static double cached_elems(const struct f2f_op *op) {
    return op->latent_dim > 0.0 ? key_elems(op) : key_elems(op) + value_elems(op);
}

double f2f_op_flop(const struct f2f_op *op) {
    switch (op->kind) {
    case F2F_OP_GEMM: return 2.0 * op->m * op->n * op->k;
    case F2F_OP_ATTN_PREFILL:
    case F2F_OP_ATTN_DECODE: return 2.0 * op->q_heads * (key_elems(op) + value_elems(op)) * attention_pairs(op);
    case F2F_OP_VECTOR:
    case F2F_OP_SAMPLE: return op->rows * op->read_elems * op->flop_per_elem;
    case F2F_OP_EMBED:
    case F2F_OP_COLLECTIVE: return 0.0;
    }
    return 0.0;
}

double f2f_op_weight_B(const struct f2f_op *op) {
    double beside_B = op->param_elems * f2f_dtype_B(op->act);
    return op->kind == F2F_OP_GEMM ? op->groups * op->n * op->k * f2f_dtype_B(op->weight) + beside_B : beside_B;
}

/* Prefill reads the part of the context that is cached (what its window shows of it) and writes the new tokens. */
double f2f_op_kv_B(const struct f2f_op *op) {
    double token_B = op->kv_heads * cached_elems(op) * f2f_dtype_B(op->kv);
    if (op->kind == F2F_OP_ATTN_DECODE) return op->batch * op->kv_len * token_B;
    if (op->kind != F2F_OP_ATTN_PREFILL) return 0.0;
    double cached = op->kv_len - op->q_len;
    if (op->window > 0.0) cached = fmin(cached, op->window);
    return op->batch * (cached + (op->no_cache ? 0.0 : op->q_len)) * token_B;
}

/* Products read their input in the format they compute in, where that is the narrower one. */
static double gemm_act_B(const struct f2f_op *op) {
    double in_B = fmin(f2f_dtype_B(op->compute), f2f_dtype_B(op->act));
    return op->m * (op->k * in_B + op->n * f2f_dtype_B(op->act));
}

static double attention_elems(const struct f2f_op *op) {
    return op->q_heads * (key_elems(op) + value_elems(op)) + op->kv_heads * cached_elems(op);
}

double f2f_op_act_B(const struct f2f_op *op) {
    double act_B = f2f_dtype_B(op->act);
    switch (op->kind) {
    case F2F_OP_GEMM: return gemm_act_B(op);
    case F2F_OP_ATTN_PREFILL: /* query in, result out, new keys and values in */
        return op->batch * op->q_len * attention_elems(op) * act_B;
    case F2F_OP_ATTN_DECODE: return op->batch * attention_elems(op) * act_B;
    case F2F_OP_VECTOR:
    case F2F_OP_EMBED:
    case F2F_OP_SAMPLE: return op->rows * (op->read_elems + op->write_elems) * act_B;
    case F2F_OP_COLLECTIVE: return 0.0;
    }
    return 0.0;
}
