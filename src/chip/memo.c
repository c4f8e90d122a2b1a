/* memo.c - operators remembered: a table of fixed size in which a newer operator takes the place of an older one.
 *
 * The key is what a cost depends on: everything but names, counts and how an operator was cut. */
#include <stdint.h>
#include <string.h>

#include "chip/chip.h"

enum { N_NUMBERS = 8, N_SLOTS = 4096 };

struct key {
    uint64_t words; /* kinds, formats and flags */
    double number[N_NUMBERS];
};

struct entry {
    bool used;
    struct key key;
    struct f2f_op_cost cost;
};

struct f2f_memo {
    const struct f2f_machine *machine;
    struct entry entry[N_SLOTS];
};

struct f2f_memo *f2f_memo_new(f2f_arena *arena, const struct f2f_machine *machine) {
    struct f2f_memo *memo = f2f_arena_alloc(arena, sizeof *memo);
    memo->machine = machine;
    return memo;
}

/* What a kind of operator depends on, beside the words. */
static struct key key_of(const struct f2f_op *op) {
    uint64_t words = (uint64_t)op->kind | (uint64_t)op->compute << 8 | (uint64_t)op->weight << 16 |
                     (uint64_t)op->act << 24 | (uint64_t)op->kv << 32 | (uint64_t)op->kernels << 40 |
                     (uint64_t)op->collective << 48 | (uint64_t)op->general << 56 | (uint64_t)op->cast << 57 |
                     (uint64_t)op->no_cache << 58 | (uint64_t)op->lone_heads << 59 |
                     (uint64_t)(op->experts > 0.0) << 60 | (uint64_t)op->known_scale << 61;
    switch (op->kind) {
    case F2F_OP_GEMM:
        return (struct key){words,
                            {op->m, op->n, op->k, op->groups, op->param_elems, op->copies, op->runs, op->flop_energy}};
    case F2F_OP_ATTN_PREFILL:
    case F2F_OP_ATTN_DECODE:
        return (struct key){
            words,
            {op->batch, op->q_len, op->kv_len, op->q_heads, op->kv_heads, op->head_dim, op->window, op->latent_dim}};
    case F2F_OP_COLLECTIVE:
        return (struct key){words, {(double)op->group_chips, (double)op->stride_chips, op->bytes_B}};
    case F2F_OP_VECTOR:
    case F2F_OP_EMBED:
    case F2F_OP_SAMPLE: break;
    }
    return (struct key){words,
                        {op->rows, op->read_elems, op->write_elems, op->flop_per_elem, op->exps_per_elem,
                         op->param_elems, op->wide_elems}};
}

/* Multiply and rotate over the words, four lanes at a time. */
static size_t slot_of(const struct key *key) {
    uint64_t word[N_NUMBERS], lane[4] = {key->words, 2, 3, 5};
    memcpy(word, key->number, sizeof word);
    for (int i = 0; i < N_NUMBERS; i++) {
        uint64_t x = (lane[i & 3] ^ word[i]) * 0x9e3779b97f4a7c15u;
        lane[i & 3] = x ^ x >> 29;
    }
    uint64_t h = (lane[0] * 3 + lane[1]) ^ (lane[2] * 5 + lane[3]) * 0xbf58476d1ce4e5b9u;
    return (size_t)(h ^ h >> 32) & (N_SLOTS - 1);
}

static bool same(const struct key *a, const struct key *b) {
    if (a->words != b->words) return false;
    for (int i = 0; i < N_NUMBERS; i++)
        if (a->number[i] != b->number[i]) return false;
    return true;
}

struct f2f_op_cost f2f_memo_op(struct f2f_memo *memo, const struct f2f_op *op) {
    const struct key key = key_of(op);
    struct entry *e = &memo->entry[slot_of(&key)];
    if (!e->used || !same(&e->key, &key)) *e = (struct entry){true, key, f2f_machine_op(memo->machine, op)};
    return e->cost;
}
