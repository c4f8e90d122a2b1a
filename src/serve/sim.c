/* sim.c - an engine with continuous batching serves equal requests, iteration by iteration.
 *
 * After Orca (Yu et al., OSDI 2022) for batching by iteration, vLLM (Kwon et al., SOSP 2023) for paged KV
 * blocks and preemption by recomputation, Sarathi-Serve (Agrawal et al., OSDI 2024) for chunked prompts.
 * Decodes are kept in the order they will end, with sums over them: an iteration costs the same however
 * many run, and runs of pure decode are taken in one step up to the next event.
 * Leaves out: prefix caching, swapping, speculative decoding. */
#include "serve/sim.h"

#include <math.h>
#include <string.h>

#include "serve/queue.h"

/* Fractions whose multiples are spread evenly and apart from each other. */
static const double golden = 0.6180339887498949, silver = 0.4142135623730951;

struct request {
    double sent_s, ready_s, first_s, end_s;
    long long isl, osl;
    long long prompt;    /* tokens to compute before the next one is generated */
    long long computed;  /* of them */
    long long generated; /* tokens */
    long long offset;    /* context minus step, while it decodes */
    long long end_step;  /* step after which it is done */
};

struct sim {
    const struct f2f_serve_job *job;
    const struct f2f_serve_load *load;
    struct f2f_serve_costs *costs;
    struct request *requests;
    int n_requests, cap_requests, first_measured;
    struct f2f_serve_queue waiting, prefilling, decoding; /* decoding: by end_step */
    double now_s, front_s; /* front_s: when the front end is free */
    long long step;        /* iterations with decodes so far */
    long long context;     /* tokens in the cache of all decodes */
    long long free_blocks, taken_now;
    long long *growth; /* [block_tok]: decodes that need a block at steps of that remainder */
    long long done;    /* measured requests */
    struct f2f_serve_outcome out;
};

/* ---- blocks ---- */

static void take(struct sim *s, long long blocks) {
    s->free_blocks -= blocks;
    s->taken_now += blocks;
    s->out.blocks_taken += blocks;
    if (s->taken_now > s->out.blocks_peak) s->out.blocks_peak = s->taken_now;
}

static void give(struct sim *s, long long blocks) {
    s->free_blocks += blocks;
    s->taken_now -= blocks;
    s->out.blocks_freed += blocks;
}

/* Blocks of a sequence with that context, or all it will ever need. */
static long long held(const struct sim *s, const struct request *r, long long context) {
    const struct f2f_engine *engine = &s->job->engine;
    return f2f_serve_blocks(engine, engine->reserves ? r->isl + r->osl : context);
}

static long long *growth_of(struct sim *s, const struct request *r) {
    long long block = s->job->engine.block_tok;
    return &s->growth[((-r->offset) % block + block) % block];
}

/* Blocks that `steps` more steps of all decodes need, or any number above `limit`. */
static long long needed(const struct sim *s, long long steps, long long limit) {
    long long block = s->job->engine.block_tok, sum = 0;
    if (s->job->engine.reserves) return 0;
    sum = steps / block * (long long)s->decoding.n;
    for (long long k = steps / block * block; k < steps && sum <= limit; k++) sum += s->growth[(s->step + k) % block];
    return sum;
}

/* ---- requests ---- */

/* Length of the i-th request: a Weyl sequence, which is even over any stretch of requests. */
static long long length_of(const struct sim *s, int tokens, int i, double irrational) {
    double x = (double)(i + 1) * irrational;
    return (long long)fmax(1.0, nearbyint(tokens * (1.0 - s->job->spread_frac * (x - floor(x)))));
}

static void send(struct sim *s, double at_s) {
    const struct f2f_engine *engine = &s->job->engine;
    if (s->n_requests == s->cap_requests) return;
    int i = s->n_requests++;
    struct request *r = &s->requests[i];
    *r = (struct request){.sent_s = at_s, .ready_s = at_s};
    r->isl = r->prompt = length_of(s, s->job->isl, i, golden);
    r->osl = length_of(s, s->job->osl, i, silver);
    if (s->load->front_end) {
        s->front_s = fmax(s->front_s, at_s) + engine->intake_s;
        r->ready_s = s->front_s + engine->reply_s;
    }
    f2f_serve_queue_push(&s->waiting, i);
}

/* Time at which tokens that the engine has now are with the users. */
static double deliver(struct sim *s, double tokens) {
    if (!s->load->front_end) return s->now_s;
    return s->front_s = fmax(s->front_s, s->now_s) + tokens * s->job->engine.stream_s;
}

static void finish(struct sim *s, int i, double at_s) {
    struct request *r = &s->requests[i];
    r->end_s = at_s;
    give(s, held(s, r, r->offset + s->step));
    if (i >= s->first_measured && i < s->first_measured + s->load->requests) s->done++;
    send(s, at_s);
}

/* Enters the decodes, which are sorted by end. */
static void start_decode(struct sim *s, int i) {
    struct request *r = &s->requests[i];
    r->offset = r->prompt - s->step;
    r->end_step = s->step + r->osl - r->generated;
    s->context += r->prompt;
    ++*growth_of(s, r);
    f2f_serve_queue_push(&s->decoding, i);
    for (size_t k = s->decoding.n - 1; k > 0; k--) {
        int *left = f2f_serve_queue_at(&s->decoding, k - 1), *right = f2f_serve_queue_at(&s->decoding, k);
        if (s->requests[*left].end_step <= s->requests[*right].end_step) break;
        int swap = *left;
        *left = *right;
        *right = swap;
    }
}

static void leave_decode(struct sim *s, const struct request *r) {
    s->context -= r->offset + s->step;
    --*growth_of(s, (struct request *)(size_t)r);
}

static void end_decodes(struct sim *s, double at_s) {
    while (s->decoding.n > 0 && s->requests[*f2f_serve_queue_at(&s->decoding, 0)].end_step <= s->step) {
        int i = f2f_serve_queue_pop(&s->decoding);
        leave_decode(s, &s->requests[i]);
        finish(s, i, at_s);
    }
}

/* The sequence with least progress goes back to the head of the queue; its context is computed again. */
static void preempt(struct sim *s) {
    int i = f2f_serve_queue_pop_back(&s->decoding);
    struct request *r = &s->requests[i];
    leave_decode(s, r);
    give(s, held(s, r, r->offset + s->step));
    r->generated = r->osl - (r->end_step - s->step);
    r->prompt = r->isl + r->generated;
    r->computed = 0;
    r->ready_s = s->now_s;
    s->out.preemptions++;
    f2f_serve_queue_push_front(&s->waiting, i);
}

/* ---- scheduling ---- */

static long long running(const struct sim *s) { return (long long)(s->decoding.n + s->prefilling.n); }

/* Could the first in the queue be admitted if it were ready? */
static bool has_room(const struct sim *s) {
    if (s->waiting.n == 0 || running(s) >= s->load->max_seqs) return false;
    const struct request *r = &s->requests[*f2f_serve_queue_at(&s->waiting, 0)];
    return held(s, r, r->prompt) + needed(s, 1, s->free_blocks) <= s->free_blocks;
}

static double next_ready_s(const struct sim *s) { return s->requests[*f2f_serve_queue_at(&s->waiting, 0)].ready_s; }

static void admit(struct sim *s) {
    while (has_room(s) && next_ready_s(s) <= s->now_s) {
        int i = f2f_serve_queue_pop(&s->waiting);
        take(s, held(s, &s->requests[i], s->requests[i].prompt));
        f2f_serve_queue_push(&s->prefilling, i);
    }
}

/* Adds a chunk of a prompt to the batch: q tokens over what is there of it. */
static void add_chunk(struct f2f_serve_batch *batch, struct request *r, long long q) {
    batch->chunks++;
    batch->chunk_tok += q;
    batch->chunk_pairs += (double)q * ((double)r->computed + 0.5 * (double)(q + 1));
    r->computed += q;
    if (r->computed == r->prompt) batch->ends++;
}

/* Prompts fill what the decodes leave of the token budget. A prompt longer than the budget is cut even by an
 * engine that does not chunk. */
static void add_prompts(struct sim *s, struct f2f_serve_batch *batch) {
    const struct f2f_engine *engine = &s->job->engine;
    long long budget = engine->max_batched_tok - batch->decodes;
    if (s->job->static_batch) budget = (long long)s->job->isl * (long long)s->prefilling.n;
    for (size_t k = 0; k < s->prefilling.n && budget > 0; k++) {
        struct request *r = &s->requests[*f2f_serve_queue_at(&s->prefilling, k)];
        long long left = r->prompt - r->computed;
        if (left > budget && !engine->chunked && (batch->chunks > 0 || left <= engine->max_batched_tok - batch->decodes)) break;
        long long q = left < budget ? left : budget;
        add_chunk(batch, r, q);
        budget -= q;
    }
}

static struct f2f_serve_batch next_batch(struct sim *s) {
    struct f2f_serve_batch batch = {.decodes = (long long)s->decoding.n};
    if (s->prefilling.n > 0 && !s->job->engine.mixed) batch.decodes = 0;
    if (s->prefilling.n > 0) add_prompts(s, &batch);
    if (batch.decodes > 0) batch.decode_kv = (double)s->context / (double)batch.decodes + 1.0;
    return batch;
}

/* ---- iterations ---- */

static void advance(struct sim *s, const struct f2f_serve_batch *batch, long long steps, const struct f2f_serve_cost *cost) {
    s->now_s += cost->time_s;
    s->out.energy_J += cost->energy_J;
    s->out.iterations += steps;
    s->out.tokens_in += batch->chunk_tok;
    s->out.tokens_out += steps * batch->decodes + batch->ends;
    if (batch->decodes == 0) return;
    take(s, needed(s, steps, s->free_blocks));
    s->context += steps * batch->decodes;
    s->step += steps;
}

/* Prompts that are complete have their next token. */
static void end_prompts(struct sim *s, long long ends, double at_s) {
    for (long long k = 0; k < ends; k++) {
        int i = f2f_serve_queue_pop(&s->prefilling);
        struct request *r = &s->requests[i];
        if (r->generated == 0) r->first_s = at_s;
        r->generated++;
        start_decode(s, i);
    }
}

static void run_with_prompts(struct sim *s, const struct f2f_serve_batch *batch) {
    struct f2f_serve_cost cost = f2f_serve_costs_of(s->costs, batch);
    advance(s, batch, 1, &cost);
    double at_s = deliver(s, (double)(batch->decodes + batch->ends));
    end_prompts(s, batch->ends, at_s);
    end_decodes(s, at_s);
}

/* Steps of decode alone until one ends or blocks run out; at least one. */
static long long steps_ahead(const struct sim *s) {
    long long steps = s->requests[*f2f_serve_queue_at(&s->decoding, 0)].end_step - s->step;
    while (steps > 1 && needed(s, steps, s->free_blocks) > s->free_blocks) steps = (steps + 1) / 2;
    return steps;
}

static void run_decodes(struct sim *s, const struct f2f_serve_batch *batch) {
    double within_s = has_room(s) ? next_ready_s(s) - s->now_s : (double)INFINITY;
    double backlog_s = s->front_s, begin_s = s->now_s;
    struct f2f_serve_cost cost;
    long long steps = f2f_serve_costs_decode(&cost, s->costs, batch, steps_ahead(s), within_s);
    advance(s, batch, steps, &cost);
    /* All but the last step's tokens pass the front end on the way: it was busy if it is slower. */
    double before = (double)((steps - 1) * batch->decodes) * s->job->engine.stream_s;
    if (s->load->front_end) s->front_s = fmax(backlog_s, begin_s + cost.time_s / (double)steps) + before;
    end_decodes(s, deliver(s, (double)batch->decodes));
}

static bool finished(const struct sim *s) { return s->done >= s->load->requests; }

static void run(struct sim *s) {
    while (!finished(s)) {
        while (s->decoding.n > 0 && running(s) > 1 && needed(s, 1, s->free_blocks) > s->free_blocks) preempt(s);
        admit(s);
        struct f2f_serve_batch batch = next_batch(s);
        if (batch.chunks > 0) run_with_prompts(s, &batch);
        else if (batch.decodes > 0) run_decodes(s, &batch);
        else s->now_s = fmax(s->now_s, next_ready_s(s));
    }
}

/* ---- begin and end ---- */

/* Puts the first that waits into the middle of its answer, at that share of it, if there is room. */
static bool seed_one(struct sim *s, double share) {
    int i = *f2f_serve_queue_at(&s->waiting, 0);
    struct request *r = &s->requests[i];
    long long generated = r->osl - 1 - (long long)((double)(r->osl - 1) * share);
    if (generated < 1 || !has_room(s) || held(s, r, r->isl + generated) > s->free_blocks) return false;
    f2f_serve_queue_pop(&s->waiting);
    r->generated = generated;
    r->prompt = r->isl + generated;
    take(s, held(s, r, r->prompt));
    start_decode(s, i);
    return true;
}

/* Sequences spread evenly over the stages of an answer, as far as they fit; the others wait. */
static void seed(struct sim *s) {
    long long n = s->load->in_flight;
    bool room = true;
    for (long long k = 0; k < n; k++) {
        send(s, 0.0);
        room = room && seed_one(s, (double)k / (double)n);
    }
    s->front_s = 0.0;
    s->first_measured = (int)n;
}

static void collect(struct sim *s, f2f_arena *scratch) {
    size_t n = (size_t)s->load->requests;
    double *ttft = f2f_arena_alloc(scratch, 3 * n * sizeof *ttft), *tpot = ttft + n, *e2e = tpot + n;
    long long good = 0;
    for (size_t i = 0; i < n; i++) {
        const struct request *r = &s->requests[(size_t)s->first_measured + i];
        ttft[i] = r->first_s - r->sent_s;
        e2e[i] = r->end_s - r->sent_s;
        tpot[i] = r->osl > 1 ? (r->end_s - r->first_s) / (double)(r->osl - 1) : 0.0;
        good += f2f_slo_met_by(&s->job->slo, ttft[i], tpot[i], e2e[i]);
    }
    s->out.requests = s->load->requests;
    s->out.goodput_frac = (double)good / (double)n;
    s->out.ttft = f2f_serve_stat_of(ttft, n);
    s->out.tpot = f2f_serve_stat_of(tpot, n);
    s->out.e2e = f2f_serve_stat_of(e2e, n);
    s->out.wall_s = fmax(s->now_s, s->load->front_end ? s->front_s : 0.0);
    s->out.output_tokps = (double)s->out.tokens_out / s->out.wall_s;
}

struct f2f_serve_outcome f2f_serve_simulate(const struct f2f_serve_job *job, const struct f2f_serve_budget *budget,
                                            const struct f2f_serve_load *load, struct f2f_serve_costs *costs, f2f_arena *scratch) {
    long long at_once = load->in_flight < load->requests || load->steady ? load->in_flight : load->requests;
    struct sim s = {.job = job, .load = load, .costs = costs, .free_blocks = budget->blocks};
    s.cap_requests = (int)(load->steady ? load->requests + 2 * at_once : load->requests);
    s.requests = f2f_arena_alloc(scratch, (size_t)s.cap_requests * sizeof *s.requests);
    s.growth = f2f_arena_alloc(scratch, (size_t)job->engine.block_tok * sizeof *s.growth);
    s.waiting = f2f_serve_queue_make(scratch, (size_t)at_once + 1);
    s.prefilling = f2f_serve_queue_make(scratch, (size_t)at_once + 1);
    s.decoding = f2f_serve_queue_make(scratch, (size_t)at_once + 1);
    if (load->steady) seed(&s);
    else
        for (long long i = 0; i < at_once; i++) send(&s, 0.0);
    run(&s);
    collect(&s, scratch);
    return s.out;
}
