/* kv.h - blocks of KV cache of one replica, and the prefixes that are kept in them.
 *
 * A paged cache after Kwon et al. (PagedAttention, SOSP 2023). Prefixes after vLLM's automatic prefix caching and
 * SGLang's radix tree: the name of a block of prompt stands for it and all before it, so the tree is a table of names.
 * What nobody references stays until its blocks are needed, and goes in order of last use, tails first. The blocks of a
 * preempted sequence stay in the same way, until it comes back for what is left of them. */
#ifndef F2F_SERVE_KV_H
#define F2F_SERVE_KV_H

#include "serve/request.h"

struct f2f_kv_node {
    unsigned id;
    int references, newer, older, chain;
    long long blocks; /* of a remainder they grow fewer one by one */
    bool remainder; /* of a preempted sequence; has no name */
};

struct f2f_kv {
    f2f_arena *arena;
    long long total, blank, idle; /* idle: kept, referenced by nobody */
    long long taken, freed, peak; /* since the start */
    int node_blocks; /* blocks of a named stretch of prompt, 0: no prefix caching */
    int node_tok;
    struct f2f_kv_node *nodes;
    int n_nodes, cap_nodes, unused; /* unused: list through chain */
    int named; /* nodes in the table */
    int *table; /* heads of chains, a power of two of them */
    int table_mask;
    int oldest, newest; /* of the idle */
    long long looked_tok, hit_tok; /* prompt tokens asked for, and found */
};

/* node_tok: tokens that a name stands for; 0: no prefix caching. */
struct f2f_kv f2f_kv_make(f2f_arena *arena, long long blocks, int block_tok, int node_tok);

static inline long long f2f_kv_free(const struct f2f_kv *kv) { return kv->blank + kv->idle; }
static inline long long f2f_kv_used(const struct f2f_kv *kv) { return kv->total - f2f_kv_free(kv); }

/* At most f2f_kv_free of them. */
void f2f_kv_take(struct f2f_kv *kv, long long blocks);
void f2f_kv_give(struct f2f_kv *kv, long long blocks);

/* Named stretches at the head of the prompt that are there, at most `most`; *idle: of their blocks, those that a
 * reference would take from the free ones. */
int f2f_kv_match(const struct f2f_kv *kv, const struct f2f_serve_request *q, int most, long long *idle);
/* References the first n of its names, which are there. */
void f2f_kv_hold(struct f2f_kv *kv, struct f2f_serve_request *q, int n);
/* The request has computed its names up to n: those not there yet are kept, and what it holds of its own for them
 * becomes a reference. Returns the blocks it no longer holds itself. */
long long f2f_kv_keep(struct f2f_kv *kv, struct f2f_serve_request *q, int n);
/* What is left of a preempted sequence: its last own blocks, `full` of them, stay for it; returns the node. */
int f2f_kv_leave(struct f2f_kv *kv, long long full);
static inline long long f2f_kv_left(const struct f2f_kv *kv, int node) { return node < 0 ? 0 : kv->nodes[node].blocks; }
/* It takes them back (counted as taken), or gives them up for good. */
void f2f_kv_take_back(struct f2f_kv *kv, int node);
void f2f_kv_forget(struct f2f_kv *kv, int node);
/* Gives up all its references. */
void f2f_kv_release(struct f2f_kv *kv, struct f2f_serve_request *q);

#endif
