/* engine.h - an inference engine: how it batches, and what its host program costs.
 *
 * Read from catalog/engine/. The constants are an engine's, shared by all chips. Fields of 0 are absent. */
#ifndef F2F_ENGINE_H
#define F2F_ENGINE_H

#include <stdbool.h>

#include "fab2fleet/hardware.h"

#ifdef __cplusplus
extern "C" {
#endif

struct f2f_engine {
    struct f2f_ident id;
    const char *scheduler; /* src/serve/scheduler_list.h */
    int kernels; /* enum f2f_kernels: whose it runs */
    int max_seqs; /* most sequences in a batch */
    bool seqs_per_stage; /* max_seqs holds for each micro-batch of a pipeline; else for all of them together */
    int max_batched_tok; /* most tokens in an iteration, of a pipeline in each micro-batch */
    double small_B; /* a chip with less memory gets the two limits below instead */
    int small_max_seqs, small_max_batched_tok;
    int held_seqs; /* of max_seqs, those the engine keeps for itself */
    int block_tok; /* KV block */
    bool chunked; /* prompts may be cut to fill an iteration; else only whole prompts that fit */
    bool reserves; /* room for prompt and answer at admission; else room on demand, and preemption */
    bool swaps; /* a preempted sequence goes to the host's memory and comes back; else it is computed again */
    bool prefix_caching; /* blocks of known prefixes are kept and found again */
    bool of_free; /* memory_frac is of what weights and workspace leave; else of all usable memory */
    double memory_frac; /* what the engine may fill */
    double watermark_frac; /* of the blocks, left free when a sequence is admitted */
    double workspace_B; /* graphs, communication buffers; activations are added */
    int logits_buffers; /* of 32 bit for each of max_seqs sequences and each word the engine keeps */
    int token_buffers; /* of 32 bit for each of max_seqs sequences and each of its tokens */
    bool whole_embedding; /* every chip of a tensor group holds the table; else a part of it */
    const double *graph_sizes; /* decodes are padded to the next of these, in rising order; what exceeds them is not */
    int n_graph_sizes;
    bool pads_context; /* decode: attention reads the cache of isl + osl tokens from the first token on */
    bool lone_heads; /* decode: query heads read the cache each for itself, also where they share keys and values */
    bool lone_wide_heads; /* the same, except where the cache is in 8 bit */
    bool overlaps; /* host work of an iteration runs beside the chips' work; else after it */
    bool pipeline_waits; /* in a pipeline host work runs after the chips' work all the same, in every micro-batch */
    double host_s; /* host time per iteration */
    double host_per_seq_s; /* and per sequence in the batch */
    double host_sync_s; /* and per sequence where several chips have to agree (tp or pp above 1) */
    double host_layer_s; /* host time to launch a layer kernel by kernel: least time of an iteration with prompts */
    double intake_s; /* front end (one thread): per request, until it can be scheduled */
    double intake_per_tok_s; /* and per token of its prompt (parsing, tokenizing) */
    double stream_s; /* front end: per streamed token */
    double reply_s; /* delay of a request on its way in, not shared with others */
};

#ifdef __cplusplus
}
#endif
#endif
