/* schema_gemm.c - matrix products: out[m,n] = in[m,k] x w[k,n].
 *
 * `dtype` is a precision: it says the format of the product and of the stored weights (int8_wo and int4_wo:
 * weights only). Activations come as the precision keeps them, so a narrow product pays for its cast, unless the
 * framework is no engine of the catalog but a library (cuBLAS, PyTorch), which takes them as they are. */
#include <math.h>
#include <string.h>

#include "validate/aliases.h"
#include "validate/samples.h"
#include "validate/schema.h"

#define COLUMNS(X)                  \
    X(CHIP, "chip", WORD)           \
    X(FRAMEWORK, "framework", WORD) \
    X(DTYPE, "dtype", WORD)         \
    X(M, "m", COUNT)                \
    X(N, "n", COUNT)                \
    X(K, "k", COUNT)                \
    X(LATENCY, "latency_us", REAL)

enum { COLUMNS(F2F_COLUMN_ID) };
static const struct f2f_column columns[] = {COLUMNS(F2F_COLUMN_ENTRY)};

/* TensorRT-LLM's products of narrow weights are timed otherwise (collect_gemm_trt.py): one of them, after three in fp16
 * of 12,288 rows or columns that leave nothing of its weights in the cache, in the second pass over these four. */
static bool timed_alone(const char *framework, const struct f2f_precision *p) {
    return strcmp(framework, "trtllm") == 0 && f2f_dtype_B(p->weight) < f2f_dtype_B(p->compute);
}
static const double runs_alone = 8.0;

/* NVIDIA's aiconfigurator captures a graph of equal products with weights of their own, replays it three times to warm
 * up and six times to measure. */
static const double timed_turns = 9.0;

static bool by_aiconfigurator(const char *source) {
    static const char collected[] = "aiconfigurator";
    return strncmp(source, collected, sizeof collected - 1) == 0;
}

/* TensorRT-LLM 1.1 and before: released, and collected, before 2026. */
static bool by_early_trtllm(const char *source) {
    static const char engine[] = "/trtllm/";
    const char *version = strstr(source, engine);
    if (!version) return false;
    version += sizeof engine - 1;
    return version[0] == '0' || strncmp(version, "1.0.", 4) == 0 || strncmp(version, "1.1.", 4) == 0;
}

/* Products in that graph, as the versions of its collector say (collect_gemm.py of each engine; those of TensorRT-LLM
 * from 2026 on take as many as exceed the cache, five at most; vLLM's one where scales are of blocks); 0: another
 * method.
 */
static double products_timed(const char *source, const struct f2f_precision *p, double cache_B, double weight_B) {
    if (!by_aiconfigurator(source)) return 0.0;
    if (strstr(source, "/vllm/")) return p->weight == F2F_DTYPE_FP4 || p->weight == F2F_DTYPE_FP8_BLOCK ? 1.0 : 6.0;
    if (by_early_trtllm(source)) return 5.0;
    return fmax(1.0, fmin(5.0, ceil(cache_B / weight_B)));
}

/* Weights of that graph lie in the cache in part, but what took less than memory does is not in the tables (of A100,
 * H100 and L40S no row is faster). */
static double streamed_s(const struct f2f_machine *machine, const struct f2f_op *op) {
    return (f2f_op_weight_B(op) + f2f_op_act_B(op)) / machine->mem.peak_Bps;
}

/* What operands hold decides on what products draw. TensorRT-LLM's rows multiply random numbers. In vLLM's, bf16
 * weights hold whatever the memory did: zeros, until something is written there; inputs and results of earlier rows
 * leave blocks that larger weights do not fit. Its fp8 weights are all 0.01 (aiconfigurator pull request 1344, which
 * brought the tables of vLLM 0.24), as even as zeros. */
static const double even_operand = 0.6, zero_weights = 0.4;

/* Published by a script that times the same product again and again, as its source says. */
static bool repeated(const char *source) { return strstr(source, "weights stay in the cache") != NULL; }

static bool by_vllm(const char *source) { return by_aiconfigurator(source) && strstr(source, "/vllm/"); }

/* Chosen after the rows: what even weights save shows in L40S's fp8, not in H100's. */
static double flop_energy(const char *source, const struct f2f_precision *p, const struct f2f_chip *chip, bool wide) {
    if (!by_vllm(source)) return 1.0;
    if (p->compute == F2F_DTYPE_FP8) return chip->operands == F2F_OPERANDS_REGISTERS ? even_operand : 1.0;
    return wide && p->compute == F2F_DTYPE_BF16 ? 1.0 - zero_weights * (1.0 - even_operand) : 1.0;
}

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_key key = {row->text[CHIP], f2f_alias_framework(row->text[FRAMEWORK]), row->text[DTYPE],
                                "latency_us"};
    struct f2f_precision p;
    struct f2f_machine *machine = f2f_lookup_kernel(&p, v, &key, NULL);
    if (!machine) return;
    double weight_B = row->number[N] * row->number[K] * f2f_dtype_B(p.weight);
    double products = products_timed(row->source, &p, machine->chip->cache_B, weight_B);
    bool alone = timed_alone(key.framework, &p);
    double copies = alone ? 0.0 : products;
    const struct f2f_op op = {.kind = F2F_OP_GEMM,
                              .kernels = f2f_kernels_find(key.framework),
                              .m = row->number[M],
                              .n = row->number[N],
                              .k = row->number[K],
                              .groups = 1,
                              .copies = repeated(row->source) ? 1.0 : copies,
                              .runs = alone ? fmin(runs_alone, timed_turns * products) : timed_turns * products,
                              .flop_energy =
                                  flop_energy(row->source, &p, machine->chip, row->number[M] < row->number[N]),
                              .cast = f2f_lookup_framework(v, key.framework)->engine,
                              .known_scale = p.known_scale,
                              .compute = p.compute,
                              .weight = p.weight,
                              .act = p.act,
                              .kv = p.kv};
    struct f2f_reading reading = {.least_s = products > 0.0 ? streamed_s(machine, &op) : 0.0};
    f2f_validation_profile(v, &key, machine, &op, 1, row->number[LATENCY], reading);
}

F2F_SCHEMA(f2f_schema_gemm, "gemm", columns, predict);
