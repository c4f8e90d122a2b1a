/* schema_gemm.c - matrix products: out[m,n] = in[m,k] x w[k,n].
 *
 * `dtype` is a precision: it says the format of the product and of the stored weights (int8_wo and int4_wo:
 * weights only). Activations come as the precision keeps them, so a narrow product pays for its cast, unless the
 * framework is no engine of the catalog but a library (cuBLAS, PyTorch), which takes them as they are. */
#include <string.h>

#include "validate/aliases.h"
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

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_key key = {row->text[CHIP], f2f_alias_framework(row->text[FRAMEWORK]), row->text[DTYPE],
                                "latency_us"};
    struct f2f_precision p;
    struct f2f_machine *machine = f2f_lookup_kernel(&p, v, &key, NULL);
    if (!machine) return;
    /* NVIDIA's aiconfigurator times a graph of products with weights of their own three times to warm up and six times
     * and more in a row: six products for TensorRT-LLM (outside_loop_count), for vLLM later and on as many as exceed
     * the cache. Rows in 16 bit show no share of the cache: those faster than memory are not in the table. */
    bool collected = strncmp(row->source, "aiconfigurator", strlen("aiconfigurator")) == 0;
    bool six = strcmp(key.framework, "trtllm") == 0 && f2f_dtype_B(p.weight) < 2.0;
    const struct f2f_op op = {.kind = F2F_OP_GEMM,
                              .kernels = f2f_kernels_find(key.framework),
                              .m = row->number[M],
                              .n = row->number[N],
                              .k = row->number[K],
                              .groups = 1,
                              .copies = six ? 6.0 : 0.0,
                              .runs = collected ? 9.0 * 6.0 : 0.0,
                              .cast = f2f_lookup_framework(v, key.framework)->engine,
                              .compute = p.compute,
                              .weight = p.weight,
                              .act = p.act,
                              .kv = p.kv};
    f2f_validation_kernels(v, &key, machine, &op, 1, row->number[LATENCY]);
}

F2F_SCHEMA(f2f_schema_gemm, "gemm", columns, predict);
