/* shard.c - what one chip holds: the model of which it is the whole owner.
 *
 * Head and embedding are cut by vocabulary and live on the last and first stage; tied ones are copied
 * to both. Every stage is counted a final norm. */
#include "model/arch.h"
#include "parallel/spread.h"

static void shard_tables(struct f2f_model *shard, const struct f2f_strategy *s, int stage) {
    bool first = stage == 0, last = stage == s->pp - 1;
    shard->vocab = first || last ? (shard->vocab + s->tp - 1) / s->tp : 0;
    shard->tied_embeddings = shard->tied_embeddings || !(first && last);
    shard->learned_positions = shard->learned_positions && first;
}

struct f2f_model f2f_model_shard(const struct f2f_model *m, const struct f2f_strategy *strategy, int stage) {
    const struct f2f_strategy s = f2f_strategy_whole(strategy);
    struct f2f_model shard = *m;
    shard.layers = f2f_stage_layers(&s, m, stage);
    shard.heads /= s.tp;
    shard.kv_heads = f2f_spread_kv_heads(m->kv_heads, s.tp);
    shard.ffn /= s.tp;
    shard.expert_ffn /= s.tp;
    shard.shared_ffn /= s.tp;
    shard.experts /= s.ep;
    if (shard.experts_per_tok > shard.experts) shard.experts_per_tok = shard.experts;
    shard_tables(&shard, &s, stage);
    (void)f2f_model_count(&shard, NULL); /* smaller than m, which was counted */
    return shard;
}

double f2f_strategy_weight_B(const struct f2f_strategy *s, const struct f2f_model *m, const struct f2f_precision *p) {
    const int pp = f2f_strategy_whole(s).pp;
    const int candidates[] = {0, pp > 1 ? pp - 2 : 0, pp - 1}; /* the ends, and the fullest inner stage */
    double fullest_B = 0.0;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        struct f2f_model shard = f2f_model_shard(m, s, candidates[i]);
        double held_B = f2f_model_weight_B(&shard, p);
        if (held_B > fullest_B) fullest_B = held_B;
    }
    return fullest_B;
}

double f2f_strategy_kv_B_per_tok(const struct f2f_strategy *s, const struct f2f_model *m, enum f2f_dtype kv) {
    const struct f2f_strategy sizes = f2f_strategy_whole(s);
    struct f2f_model shard = f2f_model_shard(m, s, f2f_stage_fullest(&sizes, m));
    return f2f_model_kv_B_per_tok(&shard, kv);
}
