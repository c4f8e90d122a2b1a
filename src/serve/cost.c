/* cost.c - time and energy of an iteration: three independent parts, each remembered by what it depends on.
 *
 * The operators of a pass are timed one by one, so that a pass is the sum of: the body (everything that sees
 * rows of tokens: depends on tokens and logits), attention of prompt chunks (chunks, their tokens and pairs)
 * and attention of decodes (sequences, mean context). The last is linear in the context but for a kink where
 * compute overtakes memory; it is interpolated between knots a sixteenth of the context apart or less.
 * A pipeline works on pp micro-batches at once: an iteration is pp turns of the fullest stage.
 * Leaves out: uneven lengths within a batch, the pipeline's ramp for a lone prompt. */
#include "serve/cost.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum part { BODY, PROMPTS, DECODES };
enum phase { PREFILL, DECODE, N_PHASES };

/* What a part depends on. BODY: tokens, rows of logits. PROMPTS: chunks, tokens and context of each.
 * DECODES: sequences, context. */
struct key {
    long long part, a, b, c;
};

struct entry {
    struct key key;
    double time_s, energy_J; /* one turn of a stage; energy of one chip */
    double runs[N_PHASES]; /* account */
};

struct f2f_serve_costs {
    f2f_arena *arena;
    const struct f2f_machine *machine;
    const struct f2f_serve_job *job;
    struct entry *table; /* open addressing, a power of two; part < 0: free */
    size_t n, cap;
    double stages; /* pp */
    double host_s, eager_s; /* account: host time, and waiting of the chips for launches */
};

enum { FIRST_CAP = 1024 };

static struct f2f_pass pass_of(const struct key *key) {
    double a = (double)key->a, b = (double)key->b, c = (double)key->c;
    if (key->part == PROMPTS)
        return (struct f2f_pass){.prefill_seqs = a, .prefill_q = b, .prefill_kv = c, .prefill_ends = a};
    if (key->part == DECODES) return (struct f2f_pass){.decode_seqs = a, .decode_kv = b};
    return (struct f2f_pass){
        .prefill_seqs = a > b ? 1.0 : 0.0, .prefill_q = a - b, .prefill_kv = a - b, .decode_seqs = b, .decode_kv = 1.0};
}

static bool in_part(const struct f2f_op *op, long long part) {
    if (op->kind == F2F_OP_ATTN_PREFILL) return part == PROMPTS;
    if (op->kind == F2F_OP_ATTN_DECODE) return part == DECODES;
    return part == BODY;
}

static f2f_status part_graph(struct f2f_graph **out, f2f_arena *arena, const struct f2f_serve_job *job,
                             const struct key *key, f2f_error *err) {
    const struct f2f_pass pass = pass_of(key);
    struct f2f_graph *whole;
    F2F_TRY(f2f_graph_forward(&whole, arena, job->model, &job->precision, &pass, err));
    return f2f_graph_cut(out, arena, whole, job->model, &job->strategy, false, err);
}

/* Adds up the operators of a part; shares (may be NULL) receives runs of each. */
static f2f_status evaluate(struct entry *e, const struct f2f_serve_costs *costs, const struct f2f_record *r,
                           struct f2f_share *shares, double runs, f2f_error *err) {
    f2f_arena *scratch = f2f_arena_new();
    struct f2f_graph *g;
    f2f_status status = part_graph(&g, scratch, costs->job, &e->key, err);
    for (size_t i = 0; status == F2F_OK && i < g->n_ops; i++) {
        struct f2f_op *op = &g->ops[i];
        if (!in_part(op, e->key.part)) continue;
        op->kernels = f2f_kernels_find(costs->job->engine.name);
        struct f2f_op_cost cost = f2f_machine_op(costs->machine, op);
        e->time_s += op->count * cost.time_s;
        e->energy_J += op->count * cost.energy_J;
        if (shares)
            f2f_share_child(r->arena, shares, op->name, f2f_bound_name(cost.bound))->amount +=
                runs * op->count * cost.time_s;
    }
    f2f_arena_free(scratch);
    return status;
}

f2f_status f2f_serve_costs_make(struct f2f_serve_costs **out, f2f_arena *arena, const struct f2f_machine *machine,
                                const struct f2f_serve_job *job, f2f_error *err) {
    struct f2f_serve_costs *costs = f2f_arena_alloc(arena, sizeof *costs);
    *costs = (struct f2f_serve_costs){.arena = arena, .machine = machine, .job = job, .cap = FIRST_CAP};
    costs->stages = job->strategy.pp;
    costs->table = f2f_arena_alloc(arena, costs->cap * sizeof *costs->table);
    for (size_t i = 0; i < costs->cap; i++) costs->table[i].key.part = -1;
    /* What can be refused does not depend on the pass: one try, and the loop need not ask again. */
    struct entry probe = {.key = {BODY, 1, 1, 0}};
    F2F_TRY(evaluate(&probe, costs, NULL, NULL, 0.0, err));
    *out = costs;
    return F2F_OK;
}

/* splitmix64's finalizer over the fields. */
static unsigned long long hash(const struct key *key) {
    const long long fields[] = {key->part, key->a, key->b, key->c};
    unsigned long long h = 0;
    for (int i = 0; i < 4; i++) {
        h = (h + (unsigned long long)fields[i] + 0x9e3779b97f4a7c15u);
        h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
        h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
        h ^= h >> 31;
    }
    return h;
}

static bool same(const struct key *x, const struct key *y) {
    return x->part == y->part && x->a == y->a && x->b == y->b && x->c == y->c;
}

/* Where the key is, or the free slot where it belongs. */
static struct entry *slot(struct entry *table, size_t cap, const struct key *key) {
    size_t i = (size_t)hash(key) & (cap - 1);
    while (table[i].key.part >= 0 && !same(&table[i].key, key)) i = (i + 1) & (cap - 1);
    return &table[i];
}

static void grow(struct f2f_serve_costs *costs) {
    size_t cap = 2 * costs->cap;
    struct entry *table = f2f_arena_alloc(costs->arena, cap * sizeof *table);
    for (size_t i = 0; i < cap; i++) table[i].key.part = -1;
    for (size_t i = 0; i < costs->cap; i++)
        if (costs->table[i].key.part >= 0) *slot(table, cap, &costs->table[i].key) = costs->table[i];
    costs->table = table;
    costs->cap = cap;
}

static struct entry *entry_of(struct f2f_serve_costs *costs, struct key key) {
    struct entry *e = slot(costs->table, costs->cap, &key);
    if (e->key.part >= 0) return e;
    if (2 * (costs->n + 1) > costs->cap) {
        grow(costs);
        e = slot(costs->table, costs->cap, &key);
    }
    *e = (struct entry){.key = key};
    f2f_status status = evaluate(e, costs, NULL, NULL, 0.0, NULL);
    assert(status == F2F_OK);
    (void)status;
    costs->n++;
    return e;
}

/* Adds `runs` turns of a part to the account and to the sum. */
static void add(struct f2f_serve_costs *costs, struct f2f_serve_cost *sum, struct key key, enum phase phase,
                double runs) {
    struct entry *e = entry_of(costs, key);
    e->runs[phase] += runs;
    sum->time_s += runs * e->time_s;
    sum->energy_J += runs * e->energy_J;
}

/* Distance of knots: a power of two, between a 32nd and a 16th of the context, at least 16 tokens. */
static long long knot_step(double kv) {
    long long step = 16;
    while ((double)step * 32.0 < kv) step *= 2;
    return step;
}

/* Attention of decodes at that mean context, `runs` times. */
static void add_decodes(struct f2f_serve_costs *costs, struct f2f_serve_cost *sum, long long sequences, double kv,
                        enum phase phase, double runs) {
    long long step = knot_step(kv), low = (long long)(kv / (double)step) * step;
    double share = (kv - (double)low) / (double)step;
    if (low > 0) add(costs, sum, (struct key){DECODES, sequences, low, 0}, phase, runs * (1.0 - share));
    else share = 1.0;
    if (share > 0.0) add(costs, sum, (struct key){DECODES, sequences, low + step, 0}, phase, runs * share);
}

static long long per_stage(const struct f2f_serve_costs *costs, long long x) {
    return (long long)ceil((double)x / costs->stages);
}

/* Chunks of the same number, tokens and pairs, all equal: q each over kv, pairs = q * (kv - (q - 1) / 2). */
static struct key prompts_key(const struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch) {
    double q = ceil((double)batch->chunk_tok / (double)batch->chunks / costs->stages);
    double kv = batch->chunk_pairs / ((double)batch->chunk_tok) + 0.5 * (q - 1.0);
    return (struct key){PROMPTS, batch->chunks, (long long)q, (long long)fmax(q, nearbyint(kv))};
}

/* Host time of an iteration that is not hidden behind the chips' work. */
static double host_s(const struct f2f_engine *engine, long long sequences, double chips_s) {
    double host = engine->host_s + engine->host_per_seq_s * (double)sequences;
    return engine->overlaps ? fmax(0.0, host - chips_s) : host;
}

/* From one turn of one chip to the pipeline and the replica. */
static struct f2f_serve_cost whole(const struct f2f_serve_costs *costs, struct f2f_serve_cost turn) {
    double chips = costs->stages * costs->job->strategy.tp;
    return (struct f2f_serve_cost){turn.time_s * costs->stages, turn.energy_J * costs->stages * chips};
}

struct f2f_serve_cost f2f_serve_costs_of(struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch) {
    const struct f2f_engine *engine = &costs->job->engine;
    enum phase phase = batch->chunks > 0 ? PREFILL : DECODE;
    long long rows = batch->ends + batch->decodes;
    struct f2f_serve_cost sum = {0};
    add(costs, &sum, (struct key){BODY, per_stage(costs, batch->chunk_tok + batch->decodes), per_stage(costs, rows), 0},
        phase, 1.0);
    if (batch->chunks > 0) add(costs, &sum, prompts_key(costs, batch), phase, 1.0);
    if (batch->decodes > 0) add_decodes(costs, &sum, per_stage(costs, batch->decodes), batch->decode_kv, phase, 1.0);
    struct f2f_serve_cost cost = whole(costs, sum);
    double launch_s = phase == PREFILL ? engine->host_layer_s * (double)costs->job->model->layers : 0.0;
    double eager_s = fmax(0.0, launch_s - cost.time_s);
    double host = host_s(engine, batch->chunks + batch->decodes, cost.time_s + eager_s);
    costs->eager_s += eager_s;
    costs->host_s += host;
    cost.time_s += eager_s + host;
    return cost;
}

/* Seconds of one iteration of decode alone, not added to the account. */
static double step_s(struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch) {
    long long sequences = per_stage(costs, batch->decodes);
    long long step = knot_step(batch->decode_kv), low = (long long)(batch->decode_kv / (double)step) * step;
    double body_s = entry_of(costs, (struct key){BODY, sequences, sequences, 0})->time_s;
    double context_s = entry_of(costs, (struct key){DECODES, sequences, low > 0 ? low : step, 0})->time_s;
    double chips_s = (body_s + context_s) * costs->stages;
    return chips_s + host_s(&costs->job->engine, batch->decodes, chips_s);
}

/* Steps until the knots of the interpolation change: that many times the mean context is exact within them. */
static long long steps_to_knot(double kv) {
    double step = (double)knot_step(kv);
    return (long long)ceil((floor(kv / step) + 1.0) * step - kv);
}

/* Of n steps that begin with this one, those that begin before time runs out; at least one. */
static long long steps_within(struct f2f_serve_costs *costs, const struct f2f_serve_batch *first, double kv,
                              long long n, double left_s) {
    struct f2f_serve_batch next = *first;
    next.decode_kv = kv;
    double steps = ceil(left_s / step_s(costs, &next));
    return steps >= (double)n ? n : steps > 1.0 ? (long long)steps : 1;
}

long long f2f_serve_costs_decode(struct f2f_serve_cost *cost, struct f2f_serve_costs *costs,
                                 const struct f2f_serve_batch *first, long long steps, double within_s) {
    long long sequences = per_stage(costs, first->decodes), done = 0;
    *cost = (struct f2f_serve_cost){0};
    while (done < steps && (done == 0 || cost->time_s < within_s)) {
        struct f2f_serve_cost turns = {0};
        double kv = first->decode_kv + (double)done;
        long long n = steps_to_knot(kv);
        if (n > steps - done) n = steps - done;
        if (isfinite(within_s)) n = steps_within(costs, first, kv, n, within_s - cost->time_s);
        add(costs, &turns, (struct key){BODY, sequences, sequences, 0}, DECODE, (double)n);
        add_decodes(costs, &turns, sequences, kv + 0.5 * (double)(n - 1), DECODE, (double)n);
        struct f2f_serve_cost sum = whole(costs, turns);
        double host = host_s(&costs->job->engine, first->decodes, sum.time_s / (double)n) * (double)n;
        cost->time_s += sum.time_s + host;
        cost->energy_J += sum.energy_J;
        costs->host_s += host;
        done += n;
    }
    return done;
}

void f2f_serve_costs_reset(struct f2f_serve_costs *costs) {
    for (size_t i = 0; i < costs->cap; i++) memset(costs->table[i].runs, 0, sizeof costs->table[i].runs);
    costs->host_s = costs->eager_s = 0.0;
}

static void explain_phase(const struct f2f_serve_costs *costs, struct f2f_record *r, struct f2f_share *root,
                          const char *name, enum phase phase, double scale) {
    struct f2f_share *node = f2f_share_child(r->arena, root, name, NULL);
    for (size_t i = 0; i < costs->cap; i++) {
        const struct entry *e = &costs->table[i];
        if (e->key.part < 0 || !(e->runs[phase] > 0.0)) continue;
        struct entry again = {.key = e->key};
        f2f_status status = evaluate(&again, costs, r, node, e->runs[phase] * costs->stages * scale, NULL);
        assert(status == F2F_OK);
        (void)status;
    }
}

void f2f_serve_costs_explain(const struct f2f_serve_costs *costs, struct f2f_record *r, double scale) {
    struct f2f_share *root = f2f_share_root(r, "time per generated token", "s");
    explain_phase(costs, r, root, "prefill", PREFILL, scale);
    explain_phase(costs, r, root, "decode", DECODE, scale);
    if (costs->host_s > 0.0) f2f_share_child(r->arena, root, "host", "latency")->amount = costs->host_s * scale;
    if (costs->eager_s > 0.0)
        f2f_share_child(r->arena, root, "kernel launches", "latency")->amount = costs->eager_s * scale;
}
