/* model.h - a language model, from its Hugging Face config.json, and its operator graph.
 *
 * Parameter counts are exact: the sum of all tensors of the checkpoint. The graph of a phase lists
 * operators with exact shapes; FLOPs and bytes follow from the shape (f2f_op_flop, ...), 2 FLOP a MAC. */
#ifndef F2F_MODEL_H
#define F2F_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fab2fleet/arena.h"
#include "fab2fleet/dtype.h"

#ifdef __cplusplus
extern "C" {
#endif

struct f2f_arch; /* one per architecture: src/model/arch.h */
struct f2f_diag;
struct f2f_doc;

struct f2f_model {
    const char *name; /* catalog name or path */
    const struct f2f_arch *arch;
    long long layers, hidden, ffn, heads, kv_heads, head_dim, vocab, max_positions;
    long long experts, experts_per_tok; /* 0: dense */
    long long expert_ffn; /* inner width of one expert */
    long long shared_ffn; /* width of an always-active shared expert, 0: none */
    bool tied_embeddings, gated, qkv_bias, o_bias, mlp_bias, qk_norm;
    bool norm_bias; /* LayerNorm (scale and bias) instead of RMSNorm (scale) */
    bool learned_positions; /* a table of max_positions rows instead of rotary embedding */
    long long window; /* sliding attention window, 0: none */
    long long params; /* all parameters */
    long long active_params; /* used for one token (MoE: of the experts only the routed ones) */
    uint64_t digest; /* of the config.json; 0: made from numbers */
};

/* One token of KV cache over all layers: 2 * layers * kv_heads * head_dim elements. */
double f2f_model_kv_B_per_tok(const struct f2f_model *m, enum f2f_dtype kv);
/* Bytes of all weights at that precision: norms, biases and embeddings stay 16 bit, as served checkpoints do. */
double f2f_model_weight_B(const struct f2f_model *m, const struct f2f_precision *p);

/* Reads a config.json (or a folder with one). Every error names the file, line and remedy; an
 * unknown architecture is refused by name with the list of the known ones. */
f2f_status f2f_model_load(struct f2f_model **out, f2f_arena *arena, const char *path, const char *name,
                          struct f2f_diag *diag, f2f_error *err);

/* The same from a tree at hand. */
f2f_status f2f_model_read(struct f2f_model **out, f2f_arena *arena, const struct f2f_doc *doc, const char *name,
                          struct f2f_diag *diag, f2f_error *err);

/* A model from numbers: layers, hidden, heads and vocab must be given. 0 means: kv_heads as heads, head_dim
 * hidden / heads, ffn 4 * hidden (gated: must be given), expert_ffn as ffn. gated = false is a GPT block:
 * GELU, LayerNorm, a bias at every product. The position table is counted when learned_positions is set
 * (max_positions rows). F2F_EINPUT says which number is impossible. */
f2f_status f2f_model_from_shape(struct f2f_model **out, f2f_arena *arena, const struct f2f_model *shape,
                                f2f_error *err);

/* ---- operators ---------------------------------------------------------------------------- */

enum f2f_op_kind {
    F2F_OP_GEMM, /* out[m,n] = in[m,k] x w[k,n]; groups > 1: that many weights, m rows in all (MoE) */
    F2F_OP_ATTN_PREFILL, /* causal: q_len new tokens of each of batch sequences over kv_len >= q_len */
    F2F_OP_ATTN_DECODE, /* one token of each of batch sequences over kv_len */
    F2F_OP_VECTOR, /* norms, rope, activation, residual: rows x (read + write) elements */
    F2F_OP_EMBED, /* gather rows of a table */
    F2F_OP_SAMPLE, /* soft-max and pick over the vocabulary */
    F2F_OP_COLLECTIVE /* bytes over a group */
};

/* How tensor parallelism may cut an operator (src/parallel/tensor.c). */
enum f2f_cut {
    F2F_CUT_NONE, /* every chip does all of it (its share of the tokens under sequence parallelism) */
    F2F_CUT_COLUMN, /* n; VECTOR: feeds cut operators, so its gradient is a sum over the group */
    F2F_CUT_ROW, /* k, then all-reduce; VECTOR: sums partial results; EMBED: rows of the table */
    F2F_CUT_HEADS, /* attention heads */
    F2F_CUT_WIDTH /* elements of a row */
};

enum f2f_collective_kind {
    F2F_ALL_REDUCE,
    F2F_ALL_GATHER,
    F2F_REDUCE_SCATTER,
    F2F_ALL_TO_ALL,
    F2F_SEND,
    F2F_COLLECTIVE_N
};

/* Which kind of parallelism a collective serves. */
enum f2f_axis { F2F_AXIS_TENSOR, F2F_AXIS_CONTEXT, F2F_AXIS_EXPERT, F2F_AXIS_PIPELINE, F2F_AXIS_DATA };

/* Whose kernels run an operator, where engines differ. FLASH: SGLang, whose attention is that of the libraries vLLM
 * takes it from too, and these libraries themselves. */
enum f2f_kernels {
    F2F_KERNELS_ANY,
    F2F_KERNELS_TRTLLM,
    F2F_KERNELS_VLLM,
    F2F_KERNELS_PYTORCH,
    F2F_KERNELS_TE,
    F2F_KERNELS_FLASH
};

struct f2f_op {
    enum f2f_op_kind kind;
    enum f2f_kernels kernels;
    const char *name; /* "qkv_proj", "attention_decode", ... */
    enum f2f_cut cut;
    double count; /* how often it runs in the phase */
    bool per_layer; /* count is a multiple of the layers */
    enum f2f_dtype compute, weight, act, kv;
    double m, n, k, groups; /* GEMM; groups = weights read */
    double experts; /* weights there are, of which groups are read; also set on dispatch and combine; 0: dense */
    bool partial; /* GEMM: its sum over the tensor group is left to a later operator */
    bool general; /* COLLECTIVE: the general library runs it, not an engine's own kernel */
    bool cast; /* GEMM: the input arrives in `act` and is cast to a narrower `compute` by kernels of its own */
    bool known_scale; /* GEMM with a cast: its scale is known beforehand, so that it takes one pass */
    bool over_tokens; /* GEMM of a weight gradient: k counts tokens */
    /* GEMM in a benchmark that runs so many alike in turn: the cache keeps what it can of all; 0: none */
    double copies;
    double flop_energy; /* GEMM in a benchmark: of a FLOP, relative to one of random numbers; 0: 1 */
    double runs; /* GEMM in a benchmark that runs it so often after a pause; 0: no pauses */
    double param_elems; /* parameters beside the product, stored as activations: bias, norm scale */
    double batch, q_len, kv_len, q_heads, kv_heads, head_dim; /* attention; heads also of qkv_proj */
    double latent_dim; /* of a head that keys and values share (multi-head latent attention), plus head_dim of its own
                        * for positions; 0: keys and values of head_dim each */
    double window; /* ATTN_PREFILL: keys a query sees at most, 0: all */
    bool lone_heads; /* ATTN_DECODE: each query head reads the cache for itself, not once for those that share it */
    bool no_cache; /* ATTN_*: the kernel alone, no KV cache is written: a training pass, a library */
    double rows, read_elems, write_elems; /* VECTOR, EMBED, SAMPLE: elements of act width a row */
    double flop_per_elem; /* of an element read */
    double exps_per_elem; /* exponentials among them */
    double wide_elems; /* VECTOR: elements a thread loads, stores and works on at once; 0: one */
    int collective; /* enum f2f_collective_kind */
    int axis; /* enum f2f_axis */
    int group_chips; /* chips in the collective */
    int stride_chips; /* 1: neighbours in the node; > 1: distance between members */
    double bytes_B; /* COLLECTIVE: message of one chip, see f2f_collective_time */
};

/* Of one run. GEMM 2mnk; attention 4 * heads * head_dim for each (query, key) pair under the causal
 * mask, summed exactly; VECTOR and SAMPLE as said above; EMBED and COLLECTIVE 0. */
double f2f_op_flop(const struct f2f_op *op);
/* Kernels by the framework of a table of measured operators, "trtllm" or "vllm"; what is not known is ANY. (An
 * engine of the catalog says itself whose it runs.) */
enum f2f_kernels f2f_kernels_find(const char *framework);
/* Weights, biases and scales, read once. EMBED: 0, its rows count as activations. */
double f2f_op_weight_B(const struct f2f_op *op);
/* KV cache read, and by prefill written; the one token a decode step writes is neglected. */
double f2f_op_kv_B(const struct f2f_op *op);
/* Activations in and out; inputs of products in the format of the product. */
double f2f_op_act_B(const struct f2f_op *op);

struct f2f_graph {
    f2f_arena *arena;
    struct f2f_op *ops;
    size_t n_ops, cap;
    double tokens; /* rows the pass carries */
    bool training, backward;
};

/* What one forward pass carries: chunks of prompts and sequences in decode, batched together. */
struct f2f_pass {
    double prefill_seqs; /* sequences with a prompt chunk in this pass */
    double prefill_q; /* new tokens of each */
    double prefill_kv; /* tokens each attends to at the end of its chunk, >= prefill_q */
    double prefill_ends; /* of them, how many finish their prompt (need logits) */
    double decode_seqs; /* sequences that generate one token */
    double decode_kv; /* mean context of those */
    bool training; /* all logits, no KV cache */
};

/* Forward graph of a pass on one chip that would hold the whole model (parallel/ cuts it). F2F_EINPUT
 * when the pass is empty or contradicts itself. Calls allocate about 8 kB from the arena. */
f2f_status f2f_graph_forward(struct f2f_graph **out, f2f_arena *arena, const struct f2f_model *m,
                             const struct f2f_precision *p, const struct f2f_pass *pass, f2f_error *err);
/* Backward of a training pass: two products for each forward product (input and weight gradient),
 * attention 2.5 times (Dao 2022: five products instead of two; its count is 2.5 * layers). */
f2f_status f2f_graph_backward(struct f2f_graph **out, f2f_arena *arena, const struct f2f_model *m,
                              const struct f2f_precision *p, const struct f2f_pass *pass, f2f_error *err);
/* A zeroed operator with count 1 and groups 1. The pointer holds until the next add. */
struct f2f_op *f2f_graph_add(struct f2f_graph *g, enum f2f_op_kind kind, const char *name);

#ifdef __cplusplus
}
#endif
#endif
