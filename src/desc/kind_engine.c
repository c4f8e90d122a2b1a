/* kind_engine.c - field table of an inference engine. */
#include <math.h>
#include <string.h>

#include "desc/table.h"
#include "fab2fleet/engine.h"

static const char *const kernel_words[] = {"any", "trtllm", "vllm", "pytorch", "transformer-engine", "flash", NULL};

#define T struct f2f_engine
static const struct f2f_field fields[] = {
    F2F_TEXT(T, "scheduler", scheduler, true, "how an iteration is filled: a file of src/serve/scheduler_*.c"),
    F2F_WORD(T, "kernels", kernels, false, kernel_words,
             "whose casts, tiles, attention and all-reduce it runs; flash: FlashAttention and FlashInfer, as SGLang"),
    F2F_INT(T, "max_seqs", max_seqs, 1, 10000000, "most sequences in a batch"),
    F2F_FLAG(T, "seqs_per_stage", seqs_per_stage, "max_seqs holds for each micro-batch of a pipeline; else for all"),
    F2F_INT(T, "max_batched_tok", max_batched_tok, 1, 10000000,
            "most tokens in an iteration, of a pipeline in each micro-batch"),
    F2F_QTY_OR(T, "small_memory", small_B, SIZE, 0, 1e13, 0, "a chip with less memory gets the limits below instead"),
    F2F_INT_OR(T, "small_max_seqs", small_max_seqs, 1, 10000000, 256, "max_seqs there"),
    F2F_INT_OR(T, "small_max_batched_tok", small_max_batched_tok, 1, 10000000, 2048, "max_batched_tok there"),
    F2F_INT_OR(T, "held_seqs", held_seqs, 0, 1000, 0, "of max_seqs, those the engine keeps for itself"),
    F2F_INT(T, "block_tok", block_tok, 1, 65536, "tokens of a KV block"),
    F2F_FLAG(T, "chunked", chunked, "prompts may be cut to fill an iteration"),
    F2F_FLAG(T, "reserves", reserves, "room for prompt and answer is taken at admission"),
    F2F_FLAG(T, "swaps", swaps, "a preempted sequence goes to the host's memory; else it is computed again"),
    F2F_FLAG(T, "prefix_caching", prefix_caching, "blocks of known prefixes are kept and found again"),
    F2F_FLAG(T, "of_free", of_free, "memory_frac is of what weights and workspace leave; else of usable memory"),
    F2F_QTY(T, "memory_frac", memory_frac, FRACTION, 0.01, 1, "share of the memory the engine may fill"),
    F2F_QTY_OR(T, "watermark", watermark_frac, FRACTION, 0, 0.5, 0, "blocks left free when a sequence is admitted"),
    F2F_QTY_OR(T, "workspace", workspace_B, SIZE, 0, 1e12, 0,
               "graphs and communication buffers; activations are added"),
    F2F_INT_OR(T, "logits_buffers", logits_buffers, 0, 64, 0, "of 32 bit, max_seqs times the vocabulary"),
    F2F_INT_OR(T, "token_buffers", token_buffers, 0, 64, 0, "of 32 bit, max_seqs times tokens of prompt and answer"),
    F2F_FLAG(T, "whole_embedding", whole_embedding, "every chip of a tensor group holds the embedding table"),
    F2F_QTYS(T, "graph_sizes", graph_sizes, n_graph_sizes, NUMBER, 0, 1e6, false,
             "decodes run as graphs of these numbers of sequences, padded to the next; in rising order, 0: none"),
    F2F_FLAG(T, "pads_context", pads_context,
             "decode: attention reads a cache padded to prompt and answer from the first token on"),
    F2F_FLAG(T, "lone_heads", lone_heads,
             "decode: query heads read the cache each for itself, also where they share keys and values"),
    F2F_FLAG(T, "lone_wide_heads", lone_wide_heads, "the same, except where the cache is in 8 bit"),
    F2F_FLAG(T, "overlaps", overlaps, "host work runs beside the chips' work; else after it"),
    F2F_FLAG(T, "pipeline_waits", pipeline_waits,
             "in a pipeline host work runs after the chips' work all the same, in every micro-batch"),
    F2F_QTY_OR(T, "host", host_s, TIME, 0, 10, 0, "host time of an iteration"),
    F2F_QTY_OR(T, "host_per_seq", host_per_seq_s, TIME, 0, 1, 0, "and of each sequence in it"),
    F2F_QTY_OR(T, "host_sync", host_sync_s, TIME, 0, 1, 0, "and of each sequence where several chips have to agree"),
    F2F_QTY_OR(T, "host_layer", host_layer_s, TIME, 0, 1, 0,
               "to launch a layer kernel by kernel (iterations with prompts)"),
    F2F_QTY_OR(T, "intake", intake_s, TIME, 0, 10, 0, "front end, one thread: per request"),
    F2F_QTY_OR(T, "intake_per_tok", intake_per_tok_s, TIME, 0, 1, 0, "and per token of its prompt"),
    F2F_QTY_OR(T, "stream", stream_s, TIME, 0, 10, 0, "front end: per streamed token"),
    F2F_QTY_OR(T, "reply", reply_s, TIME, 0, 100, 0, "delay of a request on its way in"),
};

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *engine = object;
    const struct f2f_doc *sizes = f2f_doc_get(node, "graph_sizes");
    for (int i = 0; i < engine->n_graph_sizes; i++) {
        double size = engine->graph_sizes[i], before = i ? engine->graph_sizes[i - 1] : -1;
        if (size != floor(size))
            f2f_doc_error(diag, sizes ? sizes : node, "'graph_sizes' are whole numbers of sequences, %g is none", size);
        else if (size <= before)
            f2f_doc_error(diag, sizes ? sizes : node, "'graph_sizes' must rise: %g stands after %g", size, before);
        else continue;
        return;
    }
}

const struct f2f_table f2f_engine_table = F2F_TABLE("engine", T, fields, true, check);

static f2f_status load(struct f2f_engine *out, struct f2f_catalog *catalog, const char *name,
                       const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    void *object;
    F2F_TRY(f2f_desc_load(&object, catalog, &f2f_engine_table, name, sets, n_sets, err));
    *out = *(const struct f2f_engine *)object;
    return F2F_OK;
}

static bool of_engine(const struct f2f_set *set) { return strncmp(set->path, "engine.", 7) == 0; }

f2f_status f2f_catalog_engine(struct f2f_engine *out, struct f2f_catalog *catalog, const char *name,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    struct f2f_set *mine = f2f_arena_alloc(catalog->arena, (catalog->n_sets + n_sets + 1) * sizeof *mine);
    size_t n = 0;
    for (size_t i = 0; i < catalog->n_sets; i++)
        if (of_engine(&catalog->sets[i])) mine[n++] = catalog->sets[i];
    for (size_t i = 0; i < n_sets; i++)
        if (of_engine(&sets[i])) mine[n++] = sets[i];
    return load(out, catalog, name ? name : "generic", mine, n, err);
}
