/* budget.h - what memory leaves for the KV cache. */
#ifndef F2F_SERVE_BUDGET_H
#define F2F_SERVE_BUDGET_H

#include "fab2fleet/serve.h"

/* Of the fullest chip of the replica. */
struct f2f_serve_budget {
    double usable_B, weights_B, workspace_B;
    double kv_B_per_tok;
    double kv_B; /* left to the cache by the engine, may be negative */
    long long blocks; /* of block_tok tokens: what the engine can allocate */
    long long users_fit; /* whole contexts (isl + osl) the engine's blocks hold */
};

struct f2f_serve_budget f2f_serve_budget_make(const struct f2f_machine *machine, const struct f2f_serve_job *job);
/* NULL if at least one context fits, else why not and what would help. */
const char *f2f_serve_budget_why(f2f_arena *arena, const struct f2f_serve_budget *b, const struct f2f_serve_job *job);

/* The limits the engine starts with on that chip. */
void f2f_serve_limits(struct f2f_engine *engine, const struct f2f_chip *chip);

/* Blocks of that many tokens. */
long long f2f_serve_blocks(const struct f2f_engine *engine, long long tokens);

#endif
