/* schema_attention.c - attention of whole prompts, and of one new token over its cache.
 *
 * dtype is the format of the products and of queries and outputs, kv_dtype that of the cache. An engine embeds
 * positions and writes to the cache before, a library (cuDNN, FlashInfer) has the kernel alone. */
#include "validate/aliases.h"
#include "validate/schema.h"

#define COLUMNS(X, length)          \
    X(CHIP, "chip", WORD)           \
    X(FRAMEWORK, "framework", WORD) \
    X(DTYPE, "dtype", WORD)         \
    X(KV_DTYPE, "kv_dtype", WORD)   \
    X(Q_HEADS, "q_heads", COUNT)    \
    X(KV_HEADS, "kv_heads", COUNT)  \
    X(HEAD_DIM, "head_dim", COUNT)  \
    X(BATCH, "batch", COUNT)        \
    X(LENGTH, length, COUNT)        \
    X(LATENCY, "latency_us", REAL)

enum { COLUMNS(F2F_COLUMN_ID, "") };

static void predict(struct f2f_validation *v, const struct f2f_row *row, enum f2f_op_kind kind) {
    const struct f2f_key key = {row->text[CHIP], f2f_alias_framework(row->text[FRAMEWORK]), row->text[DTYPE],
                                "latency_us"};
    struct f2f_precision p;
    struct f2f_machine *machine = f2f_lookup_kernel(&p, v, &key, row->text[KV_DTYPE]);
    if (!machine) return;
    const struct f2f_op op = {.kind = kind,
                              .kernels = f2f_kernels_find(key.framework),
                              .batch = row->number[BATCH],
                              .q_len = kind == F2F_OP_ATTN_DECODE ? 1.0 : row->number[LENGTH],
                              .kv_len = row->number[LENGTH],
                              .q_heads = row->number[Q_HEADS],
                              .kv_heads = row->number[KV_HEADS],
                              .head_dim = row->number[HEAD_DIM],
                              .no_cache = !f2f_lookup_framework(v, key.framework)->engine,
                              .compute = p.compute,
                              .weight = p.weight,
                              .act = p.act,
                              .kv = p.kv};
    f2f_validation_kernels(v, &key, machine, &op, 1, row->number[LATENCY]);
}

static void predict_prefill(struct f2f_validation *v, const struct f2f_row *row) {
    predict(v, row, F2F_OP_ATTN_PREFILL);
}

static void predict_decode(struct f2f_validation *v, const struct f2f_row *row) { predict(v, row, F2F_OP_ATTN_DECODE); }

static const struct f2f_column prefill_columns[] = {COLUMNS(F2F_COLUMN_ENTRY, "seq_len")};
static const struct f2f_column decode_columns[] = {COLUMNS(F2F_COLUMN_ENTRY, "kv_len")};

F2F_SCHEMA(f2f_schema_attention_prefill, "attention_prefill", prefill_columns, predict_prefill);
F2F_SCHEMA(f2f_schema_attention_decode, "attention_decode", decode_columns, predict_decode);
