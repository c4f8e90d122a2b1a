/* schema_layer.c - times of the parts of one decoder layer, over prompt tokens, on one of tp chips.
 *
 * Two methods, never mixed: `vidur` timed vLLM's fused kernels; `llmservingsim` timed PyTorch modules
 * under a profiler, where a norm or a rotary embedding is a chain of elementwise kernels, each of which
 * reads and writes memory, but where a compiler makes one program of them. Collectives are in no row. Models are gated
 * decoders (Llama). */
#include <math.h>
#include <string.h>

#include "validate/aliases.h"
#include "validate/samples.h"
#include "validate/schema.h"

#define COLUMNS(X)             \
    X(CHIP, "chip", WORD)      \
    X(METHOD, "method", WORD)  \
    X(MODEL, "model", WORD)    \
    X(DTYPE, "dtype", WORD)    \
    X(TP, "tp", COUNT)         \
    X(LAYER, "layer", WORD)    \
    X(TOKENS, "tokens", COUNT) \
    X(LATENCY, "latency_us", REAL)

enum { COLUMNS(F2F_COLUMN_ID) };
static const struct f2f_column columns[] = {COLUMNS(F2F_COLUMN_ENTRY)};

/* Widths of a part on one of tp chips; NONE: there is no second one. */
enum width { NONE, HIDDEN, Q, KV, QKV, Q_AND_K, FFN, TWO_FFN, VOCAB, N_WIDTHS };

/* One elementwise kernel: elements of 16 bit it reads and writes for each element of the width (2 is one
 * of 32 bit); none where it works on one number a row. */
struct pass {
    double read, write;
    double dims; /* broadcast, transposed or sliced over so many: each element's place is worked out; 0: contiguous */
    bool reduces; /* a block works on a row alone, as its result is one number */
};

struct chain {
    const struct chain *compiled; /* what a compiler makes of it; NULL: the same */
    double fused_flop; /* of an element read, of one kernel that works row by row (a norm reads it twice); 0: PyTorch's
                          kernels */
    int n;
    struct pass pass[8];
};

/* SiLU times the other half: scale, exponential, add, divide, multiply for two elements read. Rotary embedding: the
 * rotation of a pair, and the load of a cosine or sine for each. */
static const struct chain norm_fused = {NULL, 7, 1, {{.read = 1, .write = 1}}},
                          add_pass = {NULL, 0, 1, {{.read = 2, .write = 1}}},
                          rope_fused = {NULL, 4, 1, {{.read = 1, .write = 1}}},
                          act_fused = {NULL, 2.5, 1, {{.read = 2, .write = 1}}};
/* PyTorch's Llama modules. Norm: to fp32, square, mean, + eps, rsqrt, scale, to 16 bit, weight. */
static const struct chain norm_chain = {&norm_fused,
                                        0,
                                        8,
                                        {{.read = 1, .write = 2},
                                         {.read = 2, .write = 2},
                                         {.read = 2, .reduces = true},
                                         {.read = 0},
                                         {.read = 0},
                                         {.read = 2, .write = 2, .dims = 2},
                                         {.read = 2, .write = 1},
                                         {.read = 1, .write = 1, .dims = 2}}};
/* Rotary embedding, of queries and of keys: x cos, negate one half, join halves, x sin, add. */
static const struct chain rope_chain = {&rope_fused,
                                        0,
                                        5,
                                        {{.read = 1, .write = 1, .dims = 4},
                                         {.read = 0.5, .write = 0.5, .dims = 4},
                                         {.read = 1, .write = 1, .dims = 4},
                                         {.read = 1, .write = 1, .dims = 4},
                                         {.read = 2, .write = 1}}};
static const struct chain act_chain = {
    &act_fused, 0, 2, {{.read = 1, .write = 1}, {.read = 2, .write = 1}}}; /* SiLU, times the other half */

/* A part: a product of n x k, a chain of elementwise kernels over n and then k, a gather, or attention. */
struct part {
    const char *method, *layer;
    enum f2f_op_kind kind;
    enum width n, k;
    const struct chain *chain; /* VECTOR */
};

static const char vidur[] = "vidur", servingsim[] = "llmservingsim";

static const struct part parts[] = {
    {vidur, "emb", F2F_OP_EMBED, HIDDEN, NONE, NULL},
    {vidur, "input_layernorm", F2F_OP_VECTOR, HIDDEN, NONE, &norm_fused},
    {vidur, "attn_pre_proj", F2F_OP_GEMM, QKV, HIDDEN, NULL},
    {vidur, "attn_rope", F2F_OP_VECTOR, Q_AND_K, NONE, &rope_fused},
    {vidur, "attn_post_proj", F2F_OP_GEMM, HIDDEN, Q, NULL},
    {vidur, "add", F2F_OP_VECTOR, HIDDEN, NONE, &add_pass},
    {vidur, "post_attention_layernorm", F2F_OP_VECTOR, HIDDEN, NONE, &norm_fused},
    {vidur, "mlp_up_proj", F2F_OP_GEMM, TWO_FFN, HIDDEN, NULL},
    {vidur, "mlp_act", F2F_OP_VECTOR, FFN, NONE, &act_fused},
    {vidur, "mlp_down_proj", F2F_OP_GEMM, HIDDEN, FFN, NULL},
    {servingsim, "embedding", F2F_OP_EMBED, HIDDEN, NONE, NULL},
    {servingsim, "input_layernorm", F2F_OP_VECTOR, HIDDEN, NONE, &norm_chain},
    {servingsim, "q_proj", F2F_OP_GEMM, Q, HIDDEN, NULL},
    {servingsim, "k_proj", F2F_OP_GEMM, KV, HIDDEN, NULL},
    {servingsim, "v_proj", F2F_OP_GEMM, KV, HIDDEN, NULL},
    {servingsim, "rope", F2F_OP_VECTOR, Q, KV, &rope_chain},
    {servingsim, "attn", F2F_OP_ATTN_PREFILL, Q, KV, NULL},
    {servingsim, "o_proj", F2F_OP_GEMM, HIDDEN, Q, NULL},
    {servingsim, "post_layernorm", F2F_OP_VECTOR, HIDDEN, NONE, &norm_chain},
    {servingsim, "gate_proj", F2F_OP_GEMM, FFN, HIDDEN, NULL},
    {servingsim, "up_proj", F2F_OP_GEMM, FFN, HIDDEN, NULL},
    {servingsim, "act_fn", F2F_OP_VECTOR, FFN, NONE, &act_chain},
    {servingsim, "down_proj", F2F_OP_GEMM, HIDDEN, FFN, NULL},
    {servingsim, "final_layernorm", F2F_OP_VECTOR, HIDDEN, NONE, &norm_chain},
    {servingsim, "lm_head", F2F_OP_GEMM, VOCAB, HIDDEN, NULL},
};
enum { N_PARTS = sizeof parts / sizeof parts[0] };

static const struct part *find_part(const char *method, const char *layer) {
    for (int i = 0; i < N_PARTS; i++)
        if (strcmp(parts[i].method, method) == 0 && strcmp(parts[i].layer, layer) == 0) return &parts[i];
    return NULL;
}

static void fill_widths(double width[N_WIDTHS], const struct f2f_model *m, double tp) {
    double head_dim = (double)m->head_dim;
    width[NONE] = 0.0;
    width[HIDDEN] = (double)m->hidden;
    width[Q] = (double)m->heads / tp * head_dim;
    width[KV] = fmax((double)m->kv_heads / tp, 1.0) * head_dim; /* a head is copied, not cut */
    width[Q_AND_K] = width[Q] + width[KV];
    width[QKV] = width[Q] + 2.0 * width[KV];
    width[FFN] = (double)m->ffn / tp;
    width[TWO_FFN] = 2.0 * width[FFN];
    width[VOCAB] = (double)m->vocab / tp;
}

enum { OPS_MAX = 16 }; /* two chains of eight */

/* PyTorch's elementwise kernels cut all elements into pieces, whatever the rows (128 threads of 4 elements). */
static const double piece_elems = 512.0;
/* A thread moves four neighbours at once (vectorized_elementwise_kernel), or divides an index by each dimension
 * (multiply, shift, subtract). */
static const double vector_elems = 4.0, dim_flop = 3.0;

/* Does a block take a whole row of that kernel, a thread waiting for each load? */
static bool by_row(const struct chain *chain, const struct pass *pass) {
    return chain->fused_flop > 0.0 || pass->reduces;
}

static struct f2f_op pass_op(const struct chain *chain, const struct pass *pass, struct f2f_op op, double width) {
    double pieces = by_row(chain, pass) ? 1.0 : ceil(width / piece_elems);
    op.rows *= pieces;
    op.read_elems = width * pass->read / pieces;
    op.write_elems = width * pass->write / pieces;
    op.flop_per_elem = chain->fused_flop > 0.0 ? chain->fused_flop : fmax(1.0, dim_flop * pass->dims);
    op.wide_elems = by_row(chain, pass) || pass->dims > 0.0 ? 0.0 : vector_elems;
    return op;
}

/* Adds the kernels of a chain over that width. */
static size_t add_chain(struct f2f_op *ops, size_t n, const struct chain *chain, struct f2f_op op, double width) {
    for (int i = 0; i < chain->n; i++) ops[n++] = pass_op(chain, &chain->pass[i], op, width);
    return n;
}

/* PyTorch's attention: keys and then values are copied to each query head, then one kernel. */
static size_t add_attention(struct f2f_op *ops, struct f2f_op op) {
    static const struct chain copy = {.n = 1, .pass = {{.read = 1, .write = 1}}};
    struct f2f_op repeat = op;
    repeat.kind = F2F_OP_VECTOR;
    add_chain(ops, 0, &copy, repeat, op.n);
    add_chain(ops, 1, &copy, repeat, op.n);
    op.no_cache = true;
    op.kernels = F2F_KERNELS_PYTORCH;
    ops[2] = op;
    return 3;
}

/* Programs for systolic arrays come from a compiler, which makes one kernel of neighbours that work element by element
 * (OpenXLA, "XLA architecture": fusion); PyTorch on a GPU starts each alone. */
static const struct chain *chain_of(const struct part *part, const struct f2f_chip *chip) {
    bool compiled = chip->array.rows > 0 && part->chain && part->chain->compiled;
    return compiled ? part->chain->compiled : part->chain;
}

static size_t part_ops(struct f2f_op ops[OPS_MAX], const struct part *part, const struct chain *chain,
                       const struct f2f_precision *p, const double width[N_WIDTHS], double head_dim, double tokens) {
    struct f2f_op op = {.kind = part->kind,
                        .compute = p->compute,
                        .weight = p->weight,
                        .act = p->act,
                        .kv = p->kv,
                        .groups = 1,
                        .flop_per_elem = 1};
    op.rows = op.m = op.q_len = op.kv_len = tokens;
    op.n = op.read_elems = op.write_elems = width[part->n];
    op.k = width[part->k];
    op.batch = 1;
    op.q_heads = width[part->n] / head_dim;
    op.kv_heads = width[part->k] / head_dim;
    op.head_dim = head_dim;
    ops[0] = op;
    if (part->kind == F2F_OP_ATTN_PREFILL) return add_attention(ops, op);
    if (!chain) return 1;
    size_t n = add_chain(ops, 0, chain, op, width[part->n]);
    return part->k == NONE ? n : add_chain(ops, n, chain, op, width[part->k]);
}

/* Both methods read the kernels' times from a profiler (CUPTI's activity records: from the first block's start to the
 * last one's end), of a chain of kernels with what lies between them. Products counted so would come out worse (12.0 %
 * over the table instead of 11.3): they are taken to fill that time. Vidur's PyTorch cut times to whole microseconds
 * (Kineto's nsToUs before 2024). */
static const double unit_s = 1e-6;

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    const char *word = f2f_alias_precision(row->text[DTYPE]), *reason;
    const char *precision = word ? word : row->text[DTYPE];
    const struct f2f_key key = {row->text[CHIP], row->text[METHOD], precision, "latency_us"};
    const struct part *part = find_part(key.framework, row->text[LAYER]);
    struct f2f_precision p;
    double width[N_WIDTHS];
    f2f_error err;
    struct f2f_machine *machine = f2f_lookup_machine(v, key.chip, 1, &reason);
    const struct f2f_model *model = machine ? f2f_lookup_model(v, row->text[MODEL], &reason) : NULL;
    if (!model) {
        f2f_validation_skip(v, &key, reason);
    } else if (!part) {
        f2f_validation_skip(v, &key, "method or layer is no known word");
    } else if (f2f_precision_parse(&p, precision, NULL, &err) != F2F_OK) {
        f2f_validation_skip(v, &key, err.message);
    } else {
        fill_widths(width, model, row->number[TP]);
        struct f2f_reading reading = {.cut_s = strcmp(key.framework, vidur) == 0 ? 0.5 * unit_s : 0.0};
        reading.profiled = part->kind == F2F_OP_VECTOR || part->kind == F2F_OP_EMBED;
        struct f2f_op ops[OPS_MAX];
        const struct chain *chain = chain_of(part, machine->chip);
        size_t n = part_ops(ops, part, chain, &p, width, (double)model->head_dim, row->number[TOKENS]);
        f2f_validation_profile(v, &key, machine, ops, n, row->number[LATENCY], reading);
    }
}

F2F_SCHEMA(f2f_schema_layer, "layer", columns, predict);
