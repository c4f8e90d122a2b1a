/* engine.c - serving engines: documented limits, and the host times of each, shared by all chips.
 *
 * Limits after vLLM's EngineArgs (V1, chips of 70 GB and more), TensorRT-LLM's LlmArgs (1.0), SGLang's ServerArgs.
 * Host times are fitted, one set for each engine, on closed loops of Llama 3.1 on H100 (vllm: 70B, trtllm: 8B) and
 * on TensorRT-LLM's published throughput tables (trtllm-bench); sglang has vLLM's. See docs/models/serve.md.
 * Leaves out: versions of an engine, and what their users tune. */
#include <stdio.h>
#include <strings.h>

#include "fab2fleet/serve.h"

static const struct f2f_engine engines[] = {
    /* What the chips alone allow: no limits, no host work. The default. */
    {.name = "generic",
     .max_seqs = 131072,
     .max_batched_tok = 8192,
     .block_tok = 16,
     .chunked = true,
     .mixed = true,
     .reserves = true,
     .memory_frac = 1.0,
     .overlaps = true},
    /* Chunked prefill, decodes first, preemption by recomputation. */
    {.name = "vllm",
     .max_seqs = 1024,
     .max_batched_tok = 8192,
     .block_tok = 16,
     .chunked = true,
     .mixed = true,
     .memory_frac = 0.90,
     .workspace_B = 1e9,
     .host_s = 0.5e-3,
     .host_per_seq_s = 40e-6,
     .intake_s = 2.7e-3,
     .reply_s = 20e-3},
    /* Served over HTTP, PyTorch backend: in-flight batching of whole prompts, no eviction, overlap scheduler; decodes
     * run from CUDA graphs, iterations with prompts kernel by kernel. */
    {.name = "trtllm",
     .max_seqs = 2048,
     .held_seqs = 1,
     .max_batched_tok = 8192,
     .block_tok = 32,
     .mixed = true,
     .reserves = true,
     .of_free = true,
     .memory_frac = 0.90,
     .workspace_B = 1e9,
     .overlaps = true,
     .host_s = 2.1e-3,
     .host_per_seq_s = 55e-6,
     .host_layer_s = 780e-6,
     .intake_s = 1.4e-3,
     .stream_s = 85e-6,
     .reply_s = 20e-3},
    /* The same library under its own benchmark: requests from memory, answers not streamed. */
    {.name = "trtllm-bench",
     .max_seqs = 2048,
     .max_batched_tok = 8192,
     .block_tok = 32,
     .mixed = true,
     .reserves = true,
     .of_free = true,
     .memory_frac = 0.90,
     .workspace_B = 1e9,
     .host_s = 1e-3,
     .host_per_seq_s = 10e-6},
    /* Prompts first, and alone. */
    {.name = "sglang",
     .max_seqs = 1024,
     .max_batched_tok = 8192,
     .block_tok = 1,
     .chunked = true,
     .memory_frac = 0.88,
     .workspace_B = 1e9,
     .host_s = 0.5e-3,
     .host_per_seq_s = 40e-6,
     .intake_s = 2.7e-3,
     .reply_s = 20e-3},
};
enum { N_ENGINES = sizeof engines / sizeof engines[0] };

static f2f_status unknown(const char *name, f2f_error *err) {
    char known[256] = "";
    int n = 0;
    for (int i = 0; i < N_ENGINES && n < (int)sizeof known; i++)
        n += snprintf(known + n, sizeof known - (size_t)n, "%s%s", i ? ", " : "", engines[i].name);
    return f2f_fail(err, F2F_EUSAGE, "unknown engine '%.40s': %s are known", name, known);
}

f2f_status f2f_engine_find(struct f2f_engine *out, const char *name, f2f_error *err) {
    for (int i = 0; i < N_ENGINES; i++) {
        if (name && strcasecmp(name, engines[i].name) != 0) continue;
        *out = engines[i];
        return F2F_OK;
    }
    return unknown(name, err);
}
