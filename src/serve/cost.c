/* cost.c - see cost.h.
 *
 * Attention of decodes is linear in the context but for a kink where compute overtakes memory; it is interpolated
 * between knots a sixteenth of the context apart or less. A pipeline works on pp micro-batches at once, or on as many
 * as there are sequences: an iteration is pp turns of the fullest stage, and one of the head for each. Data-parallel
 * attention: each of dp ranks has its share of the tokens, and all meet at the experts. A draft model runs before each
 * iteration of decode; its own prompts are neglected. Leaves out: uneven lengths within a batch, uneven ranks and
 * experts, the pipeline's ramp for a lone prompt. */
#include "serve/cost.h"

#include <math.h>

struct f2f_serve_costs {
    const struct f2f_machine *machine;
    const struct f2f_serve_job *job;
    struct f2f_parts *parts, *draft; /* draft: NULL without one */
    double stages, ranks; /* pp, dp */
    double chips;
    double yield; /* tokens of an iteration of decode */
    long long queries; /* rows of a sequence in decode */
    double host_s, eager_s; /* account: host time, and waiting of the chips for launches */
};

double f2f_serve_yield(const struct f2f_speculation *s) {
    if (!s->draft || s->tokens < 1) return 1.0;
    double sum = 1.0, power = 1.0; /* Leviathan et al. 2023: 1 + a + a^2 + ... + a^k */
    for (int i = 0; i < s->tokens; i++) sum += power *= s->acceptance_frac;
    return sum;
}

f2f_status f2f_serve_costs_make(struct f2f_serve_costs **out, f2f_arena *arena, const struct f2f_machine *machine,
                                const struct f2f_serve_job *job, f2f_error *err) {
    struct f2f_serve_costs *costs = f2f_arena_alloc(arena, sizeof *costs);
    const struct f2f_speculation *draft = &job->speculation;
    *costs = (struct f2f_serve_costs){.machine = machine, .job = job, .yield = f2f_serve_yield(draft), .queries = 1};
    costs->stages = job->strategy.pp;
    costs->ranks = job->strategy.dp;
    costs->chips = f2f_serve_job_chips(job);
    const struct f2f_engine *engine = &job->engine;
    if (draft->draft) costs->queries = draft->tokens + 1;
    F2F_TRY(f2f_parts_make(&costs->parts, arena, machine, job->model, &job->precision, &job->strategy,
                           (int)costs->queries, engine, err));
    if (draft->draft)
        F2F_TRY(f2f_parts_make(&costs->draft, arena, machine, draft->draft, &job->precision, &job->strategy, 1, engine,
                               err));
    *out = costs;
    return F2F_OK;
}

/* ---- one turn of one stage ---- */

static long long per_chip(const struct f2f_serve_costs *costs, long long x) {
    return (long long)ceil((double)x / (costs->stages * costs->ranks));
}

/* Rows of the fullest micro-batch, of so many that can be shared out and those of decodes, which verify what was
 * drafted for a sequence in one place. */
static long long rows_of(const struct f2f_serve_costs *costs, long long shared, long long decodes) {
    long long even = per_chip(costs, shared + decodes * costs->queries);
    long long whole = per_chip(costs, decodes) * costs->queries;
    return even > whole ? even : whole;
}

/* Decodes of a captured graph are padded to its size. The last graph has what the engine runs at once, if a larger one
 * is asked for (_filter_cuda_graph_batch_sizes of TensorRT-LLM's model_engine.py; vLLM's goes no further either). */
static long long padded(const struct f2f_engine *engine, long long sequences) {
    int low = 0, high = engine->n_graph_sizes; /* those below `low` are too small, those from `high` on are not */
    while (low < high) {
        int middle = (low + high) / 2;
        if (engine->graph_sizes[middle] < (double)sequences) low = middle + 1;
        else high = middle;
    }
    if (low == engine->n_graph_sizes) return sequences;
    double size = fmin(engine->graph_sizes[low], fmin(engine->max_seqs, engine->max_batched_tok));
    return size > (double)sequences ? (long long)size : sequences;
}

/* Distance of knots: a power of two, between a 32nd and a 16th of the context, at least 16 tokens. It changes at a knot
 * and for good, so that a line that starts at one goes on over the knots of the contexts after it. */
static long long knot_step(double kv) { return kv < 512.0 ? 16 : 1LL << (ilogb(kv) - 4); }

struct knots {
    struct f2f_part_entry *low, *high;
    double share, step; /* of high; tokens between them */
};

static struct knots knots_of(const struct f2f_serve_costs *costs, struct f2f_parts *parts, long long sequences,
                             double kv) {
    long long step = knot_step(kv), low = (long long)(kv / (double)step) * step;
    struct knots k = {.step = (double)step, .share = (kv - (double)low) / (double)step};
    const struct f2f_serve_job *job = costs->job;
    if (job->engine.pads_context && (double)(job->isl + job->osl) >= kv) {
        k.low = k.high = f2f_parts_of(parts, F2F_PART_DECODES, sequences, job->isl + job->osl, 0);
        return k;
    }
    k.high = f2f_parts_of(parts, F2F_PART_DECODES, sequences, low + step, 0);
    k.low = low > 0 ? f2f_parts_of(parts, F2F_PART_DECODES, sequences, low, 0) : k.high;
    return k;
}

static double between(double low, double high, double share) { return low + (high - low) * share; }

/* Chunks of the same number, tokens and pairs, all equal: q each over kv, pairs = q * (kv - (q - 1) / 2). */
static struct f2f_part_entry *prompts_of(const struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch) {
    double q = ceil((double)batch->chunk_tok / (double)batch->chunks / (costs->stages * costs->ranks));
    double kv = batch->chunk_pairs / ((double)batch->chunk_tok) + 0.5 * (q - 1.0);
    return f2f_parts_of(costs->parts, F2F_PART_PROMPTS, batch->chunks, (long long)q, (long long)fmax(q, nearbyint(kv)));
}

/* Micro-batches under way. */
static double batches_of(const struct f2f_serve_costs *costs, long long tokens) {
    return fmin(costs->stages, ceil((double)tokens / costs->ranks));
}

static bool overlaps(const struct f2f_serve_costs *costs) {
    const struct f2f_engine *engine = &costs->job->engine;
    return engine->overlaps && !(engine->pipeline_waits && costs->stages > 1.0);
}

/* Host time of an iteration that is not hidden behind the chips' work. */
static double host_s(const struct f2f_serve_costs *costs, long long sequences, double chips_s) {
    const struct f2f_engine *engine = &costs->job->engine;
    double each = engine->host_per_seq_s + (costs->chips > 1.0 ? engine->host_sync_s : 0.0);
    double turns = engine->pipeline_waits ? batches_of(costs, sequences) : 1.0;
    double host = turns * engine->host_s + each * (double)sequences;
    return overlaps(costs) ? fmax(0.0, host - chips_s) : host;
}

static void add(struct f2f_serve_cost *sum, struct f2f_part_entry *e, double runs) {
    sum->time_s += runs * e->time_s;
    sum->energy_J += runs * e->energy_J;
    e->runs[F2F_PHASE_PREFILL] += runs;
}

/* The draft's passes before one iteration of decode. */
static void add_draft(struct f2f_serve_costs *costs, struct f2f_serve_cost *sum, struct f2f_serve_cost *head,
                      double head_frac, long long sequences, double kv) {
    double passes = costs->job->speculation.tokens;
    struct knots k = knots_of(costs, costs->draft, sequences, kv);
    add(sum, f2f_parts_of(costs->draft, F2F_PART_BODY, sequences, 0, 0), passes);
    add(head, f2f_parts_of(costs->draft, F2F_PART_HEAD, sequences, 0, 0), passes * head_frac);
    add(sum, k.low, passes * (1.0 - k.share));
    add(sum, k.high, passes * k.share);
}

struct f2f_serve_cost f2f_serve_costs_of(struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch) {
    const struct f2f_engine *engine = &costs->job->engine;
    double batches = batches_of(costs, batch->chunk_tok + batch->decodes), head_frac = batches / costs->stages;
    struct f2f_serve_cost sum = {0}, head = {0};
    add(&sum, f2f_parts_of(costs->parts, F2F_PART_BODY, rows_of(costs, batch->chunk_tok, batch->decodes), 0, 0), 1.0);
    add(&head, f2f_parts_of(costs->parts, F2F_PART_HEAD, rows_of(costs, batch->ends, batch->decodes), 0, 0), head_frac);
    if (batch->chunks > 0) add(&sum, prompts_of(costs, batch), 1.0);
    if (batch->decodes > 0) {
        long long sequences = per_chip(costs, batch->decodes);
        struct knots k = knots_of(costs, costs->parts, sequences, batch->decode_kv);
        add(&sum, k.low, 1.0 - k.share);
        add(&sum, k.high, k.share);
        if (costs->draft) add_draft(costs, &sum, &head, head_frac, sequences, batch->decode_kv);
    }
    struct f2f_serve_cost cost = {(sum.time_s + head.time_s) * costs->stages,
                                  (sum.energy_J * batches + head.energy_J) * costs->chips};
    double launch_s = engine->host_layer_s * (double)costs->job->model->layers;
    double eager_s = fmax(0.0, launch_s - cost.time_s);
    double host = host_s(costs, batch->chunks + batch->decodes, cost.time_s + eager_s);
    costs->eager_s += eager_s;
    costs->host_s += host;
    cost.time_s += eager_s + host;
    return cost;
}

/* ---- decode alone ---- */

/* Adds one model's decode to a line; `passes` of it in an iteration. */
static void add_line(const struct f2f_serve_costs *costs, struct f2f_serve_line *line, const struct knots *k,
                     const struct f2f_part_entry *body, const struct f2f_part_entry *head, double passes) {
    double turns = passes * costs->stages, per_step = costs->yield / k->step;
    double energy = passes * costs->chips * line->head_frac; /* the head's; those of bodies are on all stages */
    line->first_s +=
        turns * (body->time_s + line->head_frac * head->time_s + between(k->low->time_s, k->high->time_s, k->share));
    line->first_J += energy * head->energy_J;
    energy *= costs->stages;
    line->first_J += energy * (body->energy_J + between(k->low->energy_J, k->high->energy_J, k->share));
    line->slope_s += turns * (k->high->time_s - k->low->time_s) * per_step;
    line->slope_J += energy * (k->high->energy_J - k->low->energy_J) * per_step;
}

/* Host time on top; a line that would cross from hidden to not hidden ends before it does. */
static void add_host(const struct f2f_serve_costs *costs, struct f2f_serve_line *line, long long sequences) {
    double chips_s = line->first_s, slope_s = line->slope_s;
    line->host_s = host_s(costs, sequences, chips_s);
    if (overlaps(costs) && line->host_s > 0.0) {
        double crossing = slope_s > 0.0 ? ceil(line->host_s / slope_s) : HUGE_VAL;
        if (crossing < (double)line->n) line->n = (long long)fmax(1.0, crossing);
        line->first_s = chips_s + line->host_s;
        line->slope_s = 0.0;
    } else line->first_s += line->host_s;
}

struct f2f_serve_line f2f_serve_costs_line(struct f2f_serve_costs *costs, const struct f2f_serve_batch *batch) {
    const struct f2f_engine *engine = &costs->job->engine;
    long long sequences = per_chip(costs, batch->decodes), rows = padded(engine, sequences) * costs->queries;
    struct knots k = knots_of(costs, costs->parts, sequences, batch->decode_kv);
    struct f2f_serve_line line = {.low = k.low, .high = k.high, .share = k.share, .share_slope = costs->yield / k.step};
    line.head_frac = batches_of(costs, batch->decodes) / costs->stages;
    line.n = (long long)fmax(1.0, ceil((1.0 - k.share) * k.step / costs->yield));
    line.body = f2f_parts_of(costs->parts, F2F_PART_BODY, rows, 0, 0);
    line.head = f2f_parts_of(costs->parts, F2F_PART_HEAD, rows, 0, 0);
    add_line(costs, &line, &k, line.body, line.head, 1.0);
    if (costs->draft) {
        k = knots_of(costs, costs->draft, sequences, batch->decode_kv);
        line.draft_low = k.low;
        line.draft_high = k.high;
        line.draft_body = f2f_parts_of(costs->draft, F2F_PART_BODY, sequences, 0, 0);
        line.draft_head = f2f_parts_of(costs->draft, F2F_PART_HEAD, sequences, 0, 0);
        add_line(costs, &line, &k, line.draft_body, line.draft_head, costs->job->speculation.tokens);
    }
    add_host(costs, &line, batch->decodes);
    return line;
}

static void count(struct f2f_part_entry *body, struct f2f_part_entry *head, struct f2f_part_entry *low,
                  struct f2f_part_entry *high, double runs, double heads, double shares) {
    body->runs[F2F_PHASE_DECODE] += runs;
    head->runs[F2F_PHASE_DECODE] += heads;
    low->runs[F2F_PHASE_DECODE] += runs - shares;
    high->runs[F2F_PHASE_DECODE] += shares;
}

struct f2f_serve_cost f2f_serve_costs_run(struct f2f_serve_costs *costs, struct f2f_serve_line *line, long long n) {
    double runs = (double)n, shares = runs * (line->share + 0.5 * (runs - 1.0) * line->share_slope);
    struct f2f_serve_cost cost = {f2f_serve_line_s(line, n),
                                  runs * (line->first_J + 0.5 * (runs - 1.0) * line->slope_J)};
    double heads = runs * line->head_frac;
    count(line->body, line->head, line->low, line->high, runs, heads, shares);
    double passes = costs->draft ? costs->job->speculation.tokens : 0.0;
    if (costs->draft)
        count(line->draft_body, line->draft_head, line->draft_low, line->draft_high, passes * runs, passes * heads,
              passes * shares);
    costs->host_s += runs * line->host_s;
    line->first_s += runs * line->slope_s;
    line->first_J += runs * line->slope_J;
    line->share += runs * line->share_slope;
    line->n -= n;
    return cost;
}

long long f2f_serve_line_done(const struct f2f_serve_line *line, double after_s, long long n) {
    double a = line->first_s - 0.5 * line->slope_s, b = 0.5 * line->slope_s; /* after = a n + b n^2 */
    if (!(after_s > 0.0)) return 0;
    double root = 2.0 * after_s / (a + sqrt(fmax(0.0, a * a + 4.0 * b * after_s)));
    long long done = root < (double)n ? (long long)root : n;
    while (done < n && f2f_serve_line_s(line, done + 1) <= after_s) done++;
    while (done > 0 && f2f_serve_line_s(line, done) > after_s) done--;
    return done;
}

/* ---- the rest ---- */

double f2f_serve_swap_s(const struct f2f_serve_costs *costs, double bytes_B) {
    double link_Bps = costs->machine->chip->host_link_Bps * costs->chips;
    return link_Bps > 0.0 ? bytes_B / link_Bps : 0.0;
}

void f2f_serve_costs_reset(struct f2f_serve_costs *costs) {
    f2f_parts_reset(costs->parts);
    if (costs->draft) f2f_parts_reset(costs->draft);
    costs->host_s = costs->eager_s = 0.0;
}

static void explain(const struct f2f_serve_costs *costs, struct f2f_record *r, struct f2f_share *root, const char *name,
                    enum f2f_phase phase, double scale) {
    struct f2f_share *node = f2f_share_child(r->arena, root, name, NULL);
    f2f_parts_explain(costs->parts, r, node, phase, costs->stages * scale);
    if (costs->draft)
        f2f_parts_explain(costs->draft, r, f2f_share_child(r->arena, node, "draft", NULL), phase,
                          costs->stages * scale);
}

void f2f_serve_costs_explain(const struct f2f_serve_costs *costs, struct f2f_record *r, double scale) {
    struct f2f_share *root = f2f_share_root(r, "time per generated token", "s");
    explain(costs, r, root, "prefill", F2F_PHASE_PREFILL, scale);
    explain(costs, r, root, "decode", F2F_PHASE_DECODE, scale);
    if (costs->host_s > 0.0) f2f_share_child(r->arena, root, "host", "latency")->amount = costs->host_s * scale;
    if (costs->eager_s > 0.0)
        f2f_share_child(r->arena, root, "kernel launches", "latency")->amount = costs->eager_s * scale;
}
