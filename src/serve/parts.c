/* parts.c - see parts.h. A table of open addressing over entries that stay where they are. */
#include "serve/parts.h"

#include <assert.h>
#include <string.h>

struct f2f_parts {
    f2f_arena *arena;
    const struct f2f_machine *machine;
    const struct f2f_model *model;
    const struct f2f_precision *precision;
    const struct f2f_strategy *strategy;
    double decode_queries;
    enum f2f_kernels kernels;
    bool lone_heads;
    struct f2f_part_entry **table; /* a power of two; NULL: free */
    size_t n, cap;
};

enum { FIRST_CAP = 1024 };

static struct f2f_pass pass_of(const struct f2f_part_entry *e) {
    double a = (double)e->a, b = (double)e->b, c = (double)e->c;
    switch (e->part) {
    case F2F_PART_PROMPTS:
        return (struct f2f_pass){.prefill_seqs = a, .prefill_q = b, .prefill_kv = c, .prefill_ends = a};
    case F2F_PART_DECODES: return (struct f2f_pass){.decode_seqs = a, .decode_kv = b};
    case F2F_PART_HEAD: return (struct f2f_pass){.decode_seqs = a, .decode_kv = 1.0};
    case F2F_PART_BODY: break;
    }
    return (struct f2f_pass){.prefill_seqs = 1.0, .prefill_q = a, .prefill_kv = a};
}

static bool is_head(const struct f2f_op *op) {
    return !op->per_layer && (strncmp(op->name, "lm_head", 7) == 0 || strncmp(op->name, "sampling", 8) == 0);
}

static bool in_part(const struct f2f_op *op, enum f2f_part part) {
    if (op->kind == F2F_OP_ATTN_PREFILL) return part == F2F_PART_PROMPTS;
    if (op->kind == F2F_OP_ATTN_DECODE) return part == F2F_PART_DECODES;
    return part == (is_head(op) ? F2F_PART_HEAD : F2F_PART_BODY);
}

/* Adds up the operators of a part; node (may be NULL) receives `runs` of each. */
static f2f_status evaluate(struct f2f_part_entry *e, const struct f2f_parts *parts, f2f_arena *names,
                           struct f2f_share *node, double runs, f2f_error *err) {
    const struct f2f_pass pass = pass_of(e);
    f2f_arena *scratch = f2f_arena_new();
    struct f2f_graph *whole, *g = NULL;
    f2f_status status = f2f_graph_forward(&whole, scratch, parts->model, parts->precision, &pass, err);
    if (status == F2F_OK) status = f2f_graph_cut(&g, scratch, whole, parts->model, parts->strategy, false, err);
    for (size_t i = 0; status == F2F_OK && i < g->n_ops; i++) {
        struct f2f_op op = g->ops[i];
        if (!in_part(&op, e->part)) continue;
        op.kernels = parts->kernels;
        op.lone_heads = parts->lone_heads;
        if (op.kind == F2F_OP_ATTN_DECODE) op.q_heads *= parts->decode_queries; /* the cache is read once for all */
        struct f2f_op_cost cost = f2f_machine_op(parts->machine, &op);
        e->time_s += op.count * cost.time_s;
        e->energy_J += op.count * cost.energy_J;
        if (node)
            f2f_share_child(names, node, op.name, f2f_bound_name(cost.bound))->amount += runs * op.count * cost.time_s;
    }
    f2f_arena_free(scratch);
    return status;
}

static bool is_lone(const struct f2f_engine *engine, const struct f2f_precision *precision) {
    return engine->lone_heads || (engine->lone_wide_heads && f2f_dtype_B(precision->kv) >= 2.0);
}

f2f_status f2f_parts_make(struct f2f_parts **out, f2f_arena *arena, const struct f2f_machine *machine,
                          const struct f2f_model *model, const struct f2f_precision *precision,
                          const struct f2f_strategy *strategy, int decode_queries, const struct f2f_engine *engine,
                          f2f_error *err) {
    struct f2f_parts *parts = f2f_arena_alloc(arena, sizeof *parts);
    *parts = (struct f2f_parts){.arena = arena,
                                .machine = machine,
                                .model = model,
                                .precision = precision,
                                .strategy = strategy,
                                .decode_queries = decode_queries,
                                .kernels = (enum f2f_kernels)engine->kernels,
                                .lone_heads = is_lone(engine, precision),
                                .cap = FIRST_CAP};
    parts->table = f2f_arena_alloc(arena, parts->cap * sizeof *parts->table);
    /* What can be refused does not depend on the pass: one try, and the loop need not ask again. */
    struct f2f_part_entry probe = {.part = F2F_PART_BODY, .a = 1};
    F2F_TRY(evaluate(&probe, parts, NULL, NULL, 0.0, err));
    *out = parts;
    return F2F_OK;
}

static size_t hash(enum f2f_part part, long long a, long long b, long long c) {
    unsigned long long h = (unsigned long long)a * 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 32) ^ (unsigned long long)b) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 32) ^ (unsigned long long)c) * 0x94d049bb133111ebu;
    return (size_t)(h ^ (h >> 29) ^ (unsigned long long)part);
}

/* Where it is, or the free place where it belongs. */
static struct f2f_part_entry **slot(struct f2f_part_entry **table, size_t cap, enum f2f_part part, long long a,
                                    long long b, long long c) {
    size_t i = hash(part, a, b, c) & (cap - 1);
    while (table[i] && !(table[i]->a == a && table[i]->b == b && table[i]->c == c && table[i]->part == part))
        i = (i + 1) & (cap - 1);
    return &table[i];
}

static void grow(struct f2f_parts *parts) {
    size_t cap = 2 * parts->cap;
    struct f2f_part_entry **table = f2f_arena_alloc(parts->arena, cap * sizeof *table);
    for (size_t i = 0; i < parts->cap; i++) {
        struct f2f_part_entry *e = parts->table[i];
        if (e) *slot(table, cap, e->part, e->a, e->b, e->c) = e;
    }
    parts->table = table;
    parts->cap = cap;
}

struct f2f_part_entry *f2f_parts_of(struct f2f_parts *parts, enum f2f_part part, long long a, long long b,
                                    long long c) {
    struct f2f_part_entry **place = slot(parts->table, parts->cap, part, a, b, c);
    if (*place) return *place;
    if (2 * ++parts->n > parts->cap) {
        grow(parts);
        place = slot(parts->table, parts->cap, part, a, b, c);
    }
    struct f2f_part_entry *e = *place = f2f_arena_alloc(parts->arena, sizeof *e);
    *e = (struct f2f_part_entry){.part = part, .a = a, .b = b, .c = c};
    if (a < 1) return e; /* nothing to do */
    f2f_status status = evaluate(e, parts, NULL, NULL, 0.0, NULL);
    assert(status == F2F_OK);
    (void)status;
    return e;
}

void f2f_parts_reset(struct f2f_parts *parts) {
    for (size_t i = 0; i < parts->cap; i++)
        if (parts->table[i]) memset(parts->table[i]->runs, 0, sizeof parts->table[i]->runs);
}

void f2f_parts_explain(const struct f2f_parts *parts, struct f2f_record *r, struct f2f_share *node,
                       enum f2f_phase phase, double scale) {
    for (size_t i = 0; i < parts->cap; i++) {
        const struct f2f_part_entry *e = parts->table[i];
        if (!e || e->a < 1 || !(e->runs[phase] > 0.0)) continue;
        struct f2f_part_entry again = {.part = e->part, .a = e->a, .b = e->b, .c = e->c};
        f2f_status status = evaluate(&again, parts, r->arena, node, e->runs[phase] * scale, NULL);
        assert(status == F2F_OK);
        (void)status;
    }
}
