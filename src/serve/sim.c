/* sim.c - an engine with continuous batching serves requests, iteration by iteration.
 *
 * After Orca (Yu et al., OSDI 2022) for batching by iteration, vLLM (Kwon et al., SOSP 2023) for paged KV
 * blocks and preemption by recomputation, Sarathi-Serve (Agrawal et al., OSDI 2024) for chunked prompts.
 * Decodes are kept in the order they will end, with sums over them: an iteration costs the same however
 * many run, and runs of pure decode are taken in one step up to the next event.
 * Leaves out: prefix caching, swapping, speculative decoding. */
#include "serve/sim.h"

#include <math.h>

#include "serve/requests.h"

/* ---- scheduling ---- */

static long long running(const struct f2f_serve_sim *s) { return (long long)(s->decoding.n + s->prefilling.n); }

/* The request that is next, or NULL: one that waits, else one the front end has yet to take in. */
static const struct f2f_serve_request *next_request(const struct f2f_serve_sim *s) {
    const struct f2f_serve_queue *q = s->waiting.n > 0 ? &s->waiting : &s->arriving;
    return q->n > 0 ? f2f_serve_request_at(s, q, 0) : NULL;
}

/* Could the next request be admitted if it were ready? */
static bool has_room(const struct f2f_serve_sim *s) {
    const struct f2f_serve_request *r = next_request(s);
    if (!r || running(s) >= s->load->max_seqs) return false;
    long long growth = f2f_serve_blocks_needed(s, 1, s->free_blocks);
    return f2f_serve_blocks_held(s, r, r->prompt) + growth <= s->free_blocks;
}

/* When the next request can be looked at again. */
static double next_event_s(const struct f2f_serve_sim *s) {
    const struct f2f_serve_request *r = next_request(s);
    return s->waiting.n > 0 ? r->ready_s : r->sent_s;
}

static void admit(struct f2f_serve_sim *s) {
    f2f_serve_requests_take_in(s);
    while (s->waiting.n > 0 && next_request(s)->ready_s <= s->now_s && has_room(s)) {
        int i = f2f_serve_queue_pop(&s->waiting);
        f2f_serve_blocks_take(s, f2f_serve_blocks_held(s, &s->requests[i], s->requests[i].prompt));
        f2f_serve_queue_push(&s->prefilling, i);
    }
}

/* Adds a chunk of a prompt to the batch: q tokens over what is there of it. */
static void add_chunk(struct f2f_serve_batch *batch, struct f2f_serve_request *r, long long q) {
    batch->chunks++;
    batch->chunk_tok += q;
    batch->chunk_pairs += (double)q * ((double)r->computed + 0.5 * (double)(q + 1));
    r->computed += q;
    if (r->computed == r->prompt) batch->ends++;
}

/* Prompts fill what the decodes leave of the token budget, in order. A prompt that no iteration could hold is
 * cut even by an engine that does not chunk. */
static void add_prompts(struct f2f_serve_sim *s, struct f2f_serve_batch *batch) {
    const struct f2f_engine *engine = &s->job->engine;
    long long budget = engine->max_batched_tok - batch->decodes;
    if (s->job->static_batch) budget = (long long)s->job->isl * (long long)s->prefilling.n;
    for (size_t k = 0; k < s->prefilling.n && budget > 0; k++) {
        struct f2f_serve_request *r = f2f_serve_request_at(s, &s->prefilling, k);
        long long left = r->prompt - r->computed;
        if (left > budget && !engine->chunked && (batch->chunks > 0 || left <= engine->max_batched_tok)) break;
        long long q = left < budget ? left : budget;
        add_chunk(batch, r, q);
        budget -= q;
    }
}

static struct f2f_serve_batch next_batch(struct f2f_serve_sim *s) {
    struct f2f_serve_batch batch = {.decodes = (long long)s->decoding.n};
    if (s->prefilling.n > 0 && !s->job->engine.mixed) batch.decodes = 0;
    if (s->prefilling.n > 0) add_prompts(s, &batch);
    if (batch.decodes > 0) batch.decode_kv = (double)s->context / (double)batch.decodes + 1.0;
    return batch;
}

/* ---- iterations ---- */

static void advance(struct f2f_serve_sim *s, const struct f2f_serve_batch *batch, long long steps,
                    const struct f2f_serve_cost *cost) {
    s->now_s += cost->time_s;
    f2f_serve_requests_take_in(s); /* before the tokens of this iteration reach the front end */
    s->out.energy_J += cost->energy_J;
    s->out.iterations += steps;
    s->out.tokens_in += batch->chunk_tok;
    s->out.tokens_out += steps * batch->decodes + batch->ends;
    if (batch->decodes == 0) return;
    f2f_serve_blocks_take(s, f2f_serve_blocks_needed(s, steps, s->free_blocks));
    s->context += steps * batch->decodes;
    s->step += steps;
}

/* Prompts that are complete have their next token. */
static void end_prompts(struct f2f_serve_sim *s, long long ends, double at_s) {
    for (long long k = 0; k < ends; k++) {
        int i = f2f_serve_queue_pop(&s->prefilling);
        struct f2f_serve_request *r = &s->requests[i];
        if (r->generated == 0) r->first_s = at_s;
        r->generated++;
        f2f_serve_decode_start(s, i);
    }
}

static void run_with_prompts(struct f2f_serve_sim *s, const struct f2f_serve_batch *batch) {
    struct f2f_serve_cost cost = f2f_serve_costs_of(s->costs, batch);
    advance(s, batch, 1, &cost);
    double at_s = f2f_serve_tokens_deliver(s, (double)(batch->decodes + batch->ends));
    end_prompts(s, batch->ends, at_s);
    f2f_serve_decodes_end(s, at_s);
}

/* Steps of decode alone until one ends or blocks run out; at least one. */
static long long steps_ahead(const struct f2f_serve_sim *s) {
    long long steps = f2f_serve_request_at(s, &s->decoding, 0)->end_step - s->step;
    while (steps > 1 && f2f_serve_blocks_needed(s, steps, s->free_blocks) > s->free_blocks) steps = (steps + 1) / 2;
    return steps;
}

static void run_decodes(struct f2f_serve_sim *s, const struct f2f_serve_batch *batch) {
    double within_s = has_room(s) ? next_event_s(s) - s->now_s : (double)INFINITY;
    double backlog_s = s->front_s, begin_s = s->now_s;
    struct f2f_serve_cost cost;
    long long steps = f2f_serve_costs_decode(&cost, s->costs, batch, steps_ahead(s), within_s);
    advance(s, batch, steps, &cost);
    /* All but the last step's tokens pass the front end on the way: it was busy if it is slower. */
    double before = (double)((steps - 1) * batch->decodes) * s->job->engine.stream_s;
    if (s->load->front_end) s->front_s = fmax(backlog_s, begin_s + cost.time_s / (double)steps) + before;
    f2f_serve_decodes_end(s, f2f_serve_tokens_deliver(s, (double)batch->decodes));
}

static bool finished(const struct f2f_serve_sim *s) { return s->done >= s->load->requests; }

static void run(struct f2f_serve_sim *s) {
    while (!finished(s)) {
        while (s->decoding.n > 0 && running(s) > 1 && f2f_serve_blocks_needed(s, 1, s->free_blocks) > s->free_blocks)
            f2f_serve_decode_preempt(s);
        admit(s);
        struct f2f_serve_batch batch = next_batch(s);
        if (batch.chunks > 0) run_with_prompts(s, &batch);
        else if (batch.decodes > 0) run_decodes(s, &batch);
        else s->now_s = fmax(s->now_s, next_event_s(s));
    }
}

/* ---- begin and end ---- */

/* Puts the first that waits into the middle of its answer, at that share of it, if there is room. */
static bool seed_one(struct f2f_serve_sim *s, double share) {
    struct f2f_serve_queue *q = s->waiting.n > 0 ? &s->waiting : &s->arriving;
    int i = *f2f_serve_queue_at(q, 0);
    struct f2f_serve_request *r = &s->requests[i];
    long long generated = r->osl - 1 - (long long)((double)(r->osl - 1) * share);
    if (generated < 1 || !has_room(s) || f2f_serve_blocks_held(s, r, r->isl + generated) > s->free_blocks) return false;
    f2f_serve_queue_pop(q);
    r->generated = generated;
    r->prompt = r->isl + generated;
    f2f_serve_blocks_take(s, f2f_serve_blocks_held(s, r, r->prompt));
    f2f_serve_decode_start(s, i);
    return true;
}

/* Sequences spread evenly over the stages of an answer, as far as they fit; the others wait. */
static void seed(struct f2f_serve_sim *s) {
    long long n = s->load->in_flight;
    bool room = true;
    for (long long k = 0; k < n; k++) {
        f2f_serve_request_send(s, 0.0);
        room = room && seed_one(s, (double)k / (double)n);
    }
    s->first_measured = (int)n;
}

static void collect(struct f2f_serve_sim *s, f2f_arena *scratch) {
    size_t n = (size_t)s->load->requests;
    double *ttft = f2f_arena_alloc(scratch, 3 * n * sizeof *ttft), *tpot = ttft + n, *e2e = tpot + n;
    long long good = 0;
    for (size_t i = 0; i < n; i++) {
        const struct f2f_serve_request *r = &s->requests[(size_t)s->first_measured + i];
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
                                            const struct f2f_serve_load *load, struct f2f_serve_costs *costs,
                                            f2f_arena *scratch) {
    long long at_once = load->in_flight < load->requests || load->steady ? load->in_flight : load->requests;
    struct f2f_serve_sim s = {.job = job, .load = load, .costs = costs, .free_blocks = budget->blocks};
    s.cap_requests = (int)(load->steady ? load->requests + 2 * at_once : load->requests);
    s.requests = f2f_arena_alloc(scratch, (size_t)s.cap_requests * sizeof *s.requests);
    s.growth = f2f_arena_alloc(scratch, (size_t)job->engine.block_tok * sizeof *s.growth);
    s.arriving = f2f_serve_queue_make(scratch, (size_t)at_once + 1);
    s.waiting = f2f_serve_queue_make(scratch, (size_t)at_once + 1);
    s.prefilling = f2f_serve_queue_make(scratch, (size_t)at_once + 1);
    s.decoding = f2f_serve_queue_make(scratch, (size_t)at_once + 1);
    if (load->steady) seed(&s);
    else
        for (long long i = 0; i < at_once; i++) f2f_serve_request_send(&s, 0.0);
    run(&s);
    collect(&s, scratch);
    return s.out;
}
