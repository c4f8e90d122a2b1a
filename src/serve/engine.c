/* engine.c - engines by name. */
#include <strings.h>

#include "fab2fleet/serve.h"

static const struct f2f_engine engines[] = {
#define ENGINE(name_, seqs, tokens, block, held, chunked_, mixed_, reserves_, free_, frac, workspace, overlap, host, per_seq, layer,    \
               intake, stream, reply)                                                                                          \
    {.name = name_,                                                                                                            \
     .max_seqs = seqs,                                                                                                         \
     .max_batched_tok = tokens,                                                                                                \
     .block_tok = block,                                                                                                       \
     .held_seqs = held,                                                                                                        \
     .chunked = chunked_,                                                                                                      \
     .mixed = mixed_,                                                                                                          \
     .reserves = reserves_,                                                                                                    \
     .of_free = free_,                                                                                                         \
     .memory_frac = frac,                                                                                                      \
     .workspace_B = workspace,                                                                                                 \
     .overlaps = overlap,                                                                                                      \
     .host_s = host,                                                                                                           \
     .host_per_seq_s = per_seq,                                                                                                \
     .host_layer_s = layer,                                                                                                    \
     .intake_s = intake,                                                                                                       \
     .stream_s = stream,                                                                                                       \
     .reply_s = reply},
#include "serve/engine_list.h"
#undef ENGINE
};
enum { N_ENGINES = sizeof engines / sizeof engines[0] };

f2f_status f2f_engine_find(struct f2f_engine *out, const char *name, f2f_error *err) {
    for (int i = 0; i < N_ENGINES; i++) {
        if (name && strcasecmp(name, engines[i].name) != 0) continue;
        *out = engines[i];
        return F2F_OK;
    }
    return f2f_fail(err, F2F_EUSAGE, "unknown engine '%.40s': generic, vllm, trtllm and sglang are known", name);
}

void f2f_engine_fit_load(struct f2f_engine *engine, int concurrency, int isl) {
    static const int spare_tok = 1500;
    engine->max_seqs = concurrency;
    engine->max_batched_tok = concurrency + isl + spare_tok;
}
