/* budget.c - memory of a replica: weights, workspace, and blocks of KV cache from the rest.
 *
 * Paged cache after Kwon et al. 2023 (PagedAttention): a context takes whole blocks. The fullest chip
 * decides. users_fit counts whole contexts beside weights and workspace; objectives do not matter.
 * Leaves out: fragmentation inside the allocator, prefix sharing, offload to the host. */
#include "serve/budget.h"

#include <math.h>

/* Widest activations of an iteration: the MLP's gate, up and product, or the logits. Weights apart, this is
 * what vLLM's profiling run and TensorRT-LLM's build find. */
static double activations_B(const struct f2f_serve_job *job) {
    const struct f2f_model *m = job->model;
    double tokens = job->engine.max_batched_tok;
    double experts = (double)m->experts_per_tok * (double)m->expert_ffn + (double)m->shared_ffn;
    double width = 3.0 * (m->experts > 0 ? experts : (double)m->ffn) / job->strategy.tp + 2.0 * (double)m->hidden;
    return tokens / job->strategy.dp * width * f2f_dtype_B(job->precision.act);
}

/* What sampling keeps for every sequence the engine was built for: words of the vocabulary, tokens of its context. */
static double buffers_B(const struct f2f_serve_job *job) {
    const struct f2f_engine *engine = &job->engine;
    double words = (double)job->model->vocab, tokens = (double)job->isl + job->osl;
    return 4.0 * engine->max_seqs * (engine->logits_buffers * words + engine->token_buffers * tokens);
}

/* Rows of the embedding table that other chips of the tensor group would hold. */
static double others_embedding_B(const struct f2f_serve_job *job) {
    const struct f2f_model *m = job->model;
    double table_B = (double)m->vocab * (double)m->hidden * f2f_dtype_B(job->precision.head);
    return table_B * (1.0 - 1.0 / job->strategy.tp);
}

static double memory_B(const struct f2f_chip *chip) {
    return chip->memory.on_chip ? chip->cache_B : chip->memory.device->capacity_B * chip->memory.stacks;
}

void f2f_serve_limits(struct f2f_engine *engine, const struct f2f_chip *chip) {
    if (memory_B(chip) >= engine->small_B) return;
    if (engine->max_seqs > engine->small_max_seqs) engine->max_seqs = engine->small_max_seqs;
    if (engine->max_batched_tok > engine->small_max_batched_tok)
        engine->max_batched_tok = engine->small_max_batched_tok;
}

long long f2f_serve_blocks(const struct f2f_engine *engine, long long tokens) {
    return (tokens + engine->block_tok - 1) / engine->block_tok;
}

static long long whole(double x) { return x > 0.0 ? (long long)floor(x) : 0; }

struct f2f_serve_budget f2f_serve_budget_make(const struct f2f_machine *machine, const struct f2f_serve_job *job) {
    const struct f2f_engine *engine = &job->engine;
    struct f2f_serve_budget b = {.usable_B = machine->mem.capacity_B};
    const struct f2f_model *draft = job->speculation.draft;
    b.weights_B = f2f_strategy_weight_B(&job->strategy, job->model, &job->precision);
    if (engine->whole_embedding) b.weights_B += others_embedding_B(job);
    b.workspace_B = engine->workspace_B + activations_B(job) + buffers_B(job);
    b.kv_B_per_tok = f2f_strategy_kv_B_per_tok(&job->strategy, job->model, job->precision.kv);
    if (draft) b.weights_B += f2f_strategy_weight_B(&job->strategy, draft, &job->precision);
    if (draft) b.kv_B_per_tok += f2f_strategy_kv_B_per_tok(&job->strategy, draft, job->precision.kv);
    double taken_B = b.weights_B + b.workspace_B, free_B = b.usable_B - taken_B;
    b.kv_B = engine->of_free ? engine->memory_frac * free_B : engine->memory_frac * b.usable_B - taken_B;
    b.blocks = whole(b.kv_B / (b.kv_B_per_tok * engine->block_tok)) * job->strategy.dp;
    if (job->isl + (long long)job->osl > 0)
        b.users_fit = b.blocks / f2f_serve_blocks(engine, job->isl + (long long)job->osl);
    return b;
}

const char *f2f_serve_budget_why(f2f_arena *arena, const struct f2f_serve_budget *b, const struct f2f_serve_job *job) {
    static const char *const remedy = "use more chips (tp), fewer bits, or more memory";
    double chips = f2f_serve_job_chips(job), tokens = (double)job->isl + job->osl;
    if (!(tokens > 0.0)) tokens = job->engine.block_tok; /* of a stream: any block at all */
    double context_B = b->kv_B_per_tok * tokens;
    if (b->users_fit > 0 || (job->isl == 0 && b->blocks > 0)) return NULL;
    if (b->weights_B > b->usable_B)
        return f2f_arena_printf(arena, "weights need %.1f GB, %.1f GB are usable: short by %.1f GB (%.0f bytes); %s",
                                b->weights_B * chips / 1e9, b->usable_B * chips / 1e9,
                                (b->weights_B - b->usable_B) * chips / 1e9, (b->weights_B - b->usable_B) * chips,
                                remedy);
    return f2f_arena_printf(arena,
                            "the KV cache of one sequence needs %.2f GB, weights (%.1f GB) and the engine leave %.2f "
                            "GB: short by %.2f GB (%.0f bytes); %s",
                            context_B * chips / 1e9, b->weights_B * chips / 1e9, fmax(0.0, b->kv_B) * chips / 1e9,
                            (context_B - fmax(0.0, b->kv_B)) * chips / 1e9, (context_B - fmax(0.0, b->kv_B)) * chips,
                            remedy);
}
