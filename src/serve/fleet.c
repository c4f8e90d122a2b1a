/* fleet.c - see fleet.h: the loop over events, requests that come and go, and what is counted.
 *
 * Leaves out: users who give up, retries, time the router itself takes. */
#include "serve/fleet.h"

#include <math.h>

#include "serve/router.h"
#include "serve/scheduler.h"

/* Fractions whose multiples are spread evenly and apart from each other. */
static const double golden = 0.6180339887498949, silver = 0.4142135623730951;

enum { EVENTS_BETWEEN_CALLS = 4096 }; /* of progress */
enum { MOST_SPANS = 1000000 }; /* of a timeline: bounds its memory */

static struct f2f_serve_request *request(const struct f2f_fleet *f, int slot) { return &f->pool.items[slot]; }

/* ---- requests come ---- */

/* Length of the i-th request of a closed loop: a Weyl sequence, which is even over any stretch of requests. */
static int length_of(const struct f2f_fleet *f, int tokens, long long i, double irrational) {
    double x = (double)(i + 1) * irrational;
    return (int)fmax(1.0, nearbyint(tokens * (1.0 - f->job->spread_frac * (x - floor(x)))));
}

static int take(struct f2f_fleet *f, double at_s, long long isl, long long osl) {
    int slot = f2f_serve_pool_take(&f->pool);
    struct f2f_serve_request *q = request(f, slot);
    q->sent_s = at_s;
    q->number = f->sent++;
    q->isl = q->prompt = (int)isl;
    q->osl = (int)osl;
    f->out.asked_tok += isl + osl;
    return slot;
}

/* The next request of a closed loop. */
static int take_closed(struct f2f_fleet *f, double at_s) {
    int isl = length_of(f, f->job->isl, f->sent, golden), osl = length_of(f, f->job->osl, f->sent, silver);
    return take(f, at_s, isl, osl);
}

static bool fits(const struct f2f_fleet *f, long long isl, long long osl) {
    for (int i = 0; i < f->n_replicas; i++) {
        const struct f2f_plant *plant = f->replicas[i].plant;
        if (i && plant == f->replicas[i - 1].plant) continue;
        long long tokens = plant->role == F2F_ROLE_PREFILL ? isl + 1 : isl + osl;
        if (f2f_serve_blocks(&plant->job.engine, tokens) > plant->budget.blocks) return false;
    }
    return true;
}

void f2f_fleet_route(struct f2f_fleet *f, int slot, double at_s) {
    int at = f->router->pick(f, request(f, slot));
    if (at < 0) f2f_serve_list_insert(&f->parked, &f->pool, slot, -1);
    else f2f_replica_offer(&f->replicas[at], slot, at_s);
}

static void read_next(struct f2f_fleet *f) {
    long long limit = f->load->requests;
    if (limit > 0 && f->sent + f->out.refused >= limit) f->more = false;
    else f->status = f2f_arrivals_next(f->load->arrivals, &f->next, &f->more, &f->error);
    if (f->status != F2F_OK) f->more = false;
}

static void arrive(struct f2f_fleet *f) {
    const struct f2f_arrival *a = &f->next;
    if (!fits(f, a->isl, a->osl)) f->out.refused++;
    else {
        int slot = take(f, a->at_s, a->isl, a->osl);
        if (a->n_ids > 0) f2f_serve_pool_name(&f->pool, slot, a->ids, a->n_ids);
        f->out.logged_ttft_s += a->ttft_s; /* sums until the end */
        f->out.logged_tpot_s += a->tpot_s;
        f2f_fleet_route(f, slot, a->at_s);
    }
    read_next(f);
}

/* All that a closed loop sends in its life. */
static long long closed_total(const struct f2f_serve_load *load) {
    return load->steady ? load->requests + 2 * load->in_flight : load->requests;
}

static void send(struct f2f_fleet *f, double at_s) {
    if (f->sent < closed_total(f->load)) f2f_fleet_route(f, take_closed(f, at_s), at_s);
}

/* ---- requests go ---- */

static bool measured(const struct f2f_fleet *f, const struct f2f_serve_request *q) {
    if (f->load->arrivals) return true;
    return q->number >= f->first_measured && q->number < f->first_measured + f->load->requests;
}

void f2f_fleet_finish(struct f2f_fleet *f, struct f2f_replica *r, int slot, double at_s) {
    const struct f2f_serve_request *q = request(f, slot);
    long long beyond = r->decodes.step - q->end_step; /* tokens past its end: a draft that went too far */
    if (beyond > 0) f->out.tokens_out -= beyond;
    if (measured(f, q)) f2f_tally_add(&f->tally, q, at_s);
    if (f->timeline && f->timeline->n_spans < MOST_SPANS && at_s >= f->job->timeline_from_s &&
        q->sent_s < f->job->timeline_to_s) {
        const char *name = f2f_arena_printf(f->arena, "request %lld: %d in, %d out", q->number, q->isl, q->osl);
        f2f_record_span(f->timeline, f2f_arena_printf(f->arena, "requests %d", slot), name, q->sent_s,
                        at_s - q->sent_s);
    }
    f->out.ended++;
    f->out.wall_s = fmax(f->out.wall_s, at_s);
    f2f_serve_pool_give(&f->pool, slot);
    if (!f->load->arrivals && f->sent < closed_total(f->load)) f2f_events_push(&f->events, at_s, F2F_FLEET_SEND, 0, 0);
}

void f2f_fleet_give_up(struct f2f_fleet *f, int slot) {
    f->out.lost++;
    f2f_serve_pool_give(&f->pool, slot);
    if (!f->load->arrivals) f2f_events_push(&f->events, f->now_s, F2F_FLEET_SEND, 0, 0);
}

/* ---- what is counted ---- */

static void put_timeline(struct f2f_fleet *f, const struct f2f_replica *r, double begin_s, long long n) {
    f2f_arena *a = f->timeline->arena;
    const struct f2f_serve_batch *b = &r->batch;
    if (r->now_s < f->job->timeline_from_s || begin_s > f->job->timeline_to_s) return;
    const char *name = b->chunks > 0 ? f2f_arena_printf(a, "%lld prompt tokens of %lld, %lld decodes", b->chunk_tok,
                                                        b->chunks, b->decodes)
                                     : f2f_arena_printf(a, "%lld steps of %lld decodes", n, b->decodes);
    f2f_record_span(f->timeline, f2f_arena_printf(a, "replica %d", r->index), name, begin_s, r->now_s - begin_s);
    f2f_record_sample(f->timeline, f2f_arena_printf(a, "replica %d KV blocks", r->index), begin_s,
                      (double)f2f_kv_used(&r->kv));
    f2f_record_sample(f->timeline, f2f_arena_printf(a, "replica %d waiting", r->index), begin_s, r->waiting.n);
}

void f2f_fleet_ran(struct f2f_fleet *f, const struct f2f_replica *r, double begin_s, long long n,
                   const struct f2f_serve_cost *cost) {
    struct f2f_serve_outcome *o = &f->out;
    double took_s = r->now_s - begin_s, sequences = (double)(r->batch.decodes + r->batch.chunks);
    double used = (double)f2f_kv_used(&r->kv) / (double)r->kv.total;
    o->iterations += n;
    o->energy_J += cost->energy_J;
    o->tokens_in += r->batch.chunk_tok;
    o->tokens_out += r->batch.ends;
    o->busy_s += took_s;
    o->running_s += sequences * took_s;
    o->kv_used_s += used * took_s;
    if (f->series) {
        const double amounts[F2F_OVER_N] = {[F2F_OVER_ENERGY] = cost->energy_J,
                                            [F2F_OVER_TOKENS] = (double)(n * r->batch.decodes) * r->plant->yield +
                                                                (double)r->batch.ends,
                                            [F2F_OVER_RUNNING] = sequences * took_s,
                                            [F2F_OVER_WAITING] = r->waiting.n * took_s,
                                            [F2F_OVER_KV] = used * took_s};
        f2f_series_add(f->series, begin_s, r->now_s, amounts, F2F_OVER_N);
    }
    if (f->timeline && f->timeline->n_spans < MOST_SPANS) put_timeline(f, r, begin_s, n);
}

/* ---- the loop ---- */

static void handle(struct f2f_fleet *f, const struct f2f_event *e) {
    struct f2f_replica *r = &f->replicas[e->kind == F2F_FLEET_ARRIVE ? 0 : e->subject];
    f->now_s = e->at_s;
    switch ((enum f2f_fleet_event)e->kind) {
    case F2F_FLEET_WAKE:
        if (e->version == r->version) f2f_replica_wake(r, e->at_s);
        break;
    case F2F_FLEET_SEND: send(f, e->at_s); break;
    case F2F_FLEET_ARRIVE: f2f_fleet_arrive(f, e->subject, e->at_s); break;
    case F2F_FLEET_FAIL:
        if (e->version == r->life) f2f_fleet_fail(f, r, e->at_s);
        break;
    case F2F_FLEET_RETURN: f2f_fleet_return(f, r, e->at_s); break;
    case F2F_FLEET_SCALE: f2f_fleet_scale(f, e->at_s); break;
    }
}

static bool over(const struct f2f_fleet *f) {
    if (f->status != F2F_OK || f->out.interrupted) return true;
    if (f->load->arrivals) return !f->more && f->pool.in_flight == 0;
    return f->tally.requests + f->out.lost >= f->load->requests;
}

static void call_progress(struct f2f_fleet *f) {
    double total = (double)f->load->requests, share = total > 0.0 ? (double)f->tally.requests / total : 0.0;
    if (f->load->arrivals && !(total > 0.0)) share = f2f_arrivals_share(f->load->arrivals);
    if (!f->job->progress(f->job->progress_context, share)) f->out.interrupted = true;
}

static void loop(struct f2f_fleet *f) {
    for (long long events = 1; !over(f); events++) {
        double event_s = f2f_events_next_s(&f->events);
        if (f->more && f->next.at_s <= event_s) {
            f->now_s = f->next.at_s;
            arrive(f);
        } else if (f->events.n > 0) {
            const struct f2f_event e = f2f_events_pop(&f->events);
            handle(f, &e);
        } else break; /* only what can never be served is left */
        if (f->job->progress && events % EVENTS_BETWEEN_CALLS == 0) call_progress(f);
    }
}

/* ---- begin and end ---- */

/* Sequences spread evenly over the stages of an answer, as far as they fit; the others wait. */
static void seed(struct f2f_fleet *f) {
    long long n = f->load->in_flight;
    bool room = true;
    for (long long k = 0; k < n; k++) {
        int slot = take_closed(f, 0.0);
        struct f2f_serve_request *q = request(f, slot);
        struct f2f_replica *r = &f->replicas[k % f->n_replicas];
        q->generated = q->osl - 1 - (int)((double)(q->osl - 1) * ((double)k / (double)n));
        q->prompt = q->isl + q->generated - 1;
        q->first_s = q->started_s = 0.0;
        q->replica = r->index;
        room = room && f2f_replica_seed(r, slot);
        if (room) f2f_replica_present(r, 0.0, 1);
        if (room) continue;
        q->generated = 0;
        q->prompt = q->isl;
        q->first_s = q->started_s = -1.0;
        f2f_replica_offer(r, slot, 0.0);
    }
    for (int i = 0; i < f->n_replicas; i++)
        f2f_events_push(&f->events, 0.0, F2F_FLEET_WAKE, i, ++f->replicas[i].version);
    f->first_measured = n;
}

static void start(struct f2f_fleet *f) {
    const struct f2f_serve_load *load = f->load;
    f2f_fleet_upkeep_start(f);
    if (load->arrivals) read_next(f);
    else if (load->steady) seed(f);
    else
        for (long long i = 0; i < load->in_flight && i < load->requests; i++) send(f, 0.0);
}

static void collect(struct f2f_fleet *f) {
    struct f2f_serve_outcome *o = &f->out;
    struct f2f_tally *t = &f->tally;
    o->wall_s = fmax(o->wall_s, f->now_s);
    o->requests = t->requests;
    o->sent = f->sent;
    if (f->sent > 0) {
        o->logged_ttft_s /= (double)f->sent;
        o->logged_tpot_s /= (double)f->sent;
    }
    long long asked = t->requests + o->refused + o->lost;
    o->goodput_frac = asked ? (double)t->good / (double)asked : 0.0;
    o->ttft = f2f_tally_stat(&t->ttft);
    o->tpot = f2f_tally_stat(&t->tpot);
    o->itl = f2f_tally_stat(&t->itl);
    o->e2e = f2f_tally_stat(&t->e2e);
    o->queue = f2f_tally_stat(&t->queue);
    if (o->wall_s > 0.0) o->output_tokps = (double)o->tokens_out / o->wall_s;
    if (f->load->arrivals) o->skipped = f2f_arrivals_skipped(f->load->arrivals);
    for (int i = 0; i < f->n_replicas; i++) {
        const struct f2f_replica *r = &f->replicas[i];
        o->blocks_taken += r->kv.taken;
        o->blocks_freed += r->kv.freed;
        if (r->kv.peak > r->plant->blocks_peak) r->plant->blocks_peak = r->kv.peak;
        o->kv_peak_frac = fmax(o->kv_peak_frac, (double)r->kv.peak / (double)r->kv.total);
        o->looked_tok += r->kv.looked_tok;
        o->hit_tok += r->kv.hit_tok;
        o->area_s += r->area_s;
        o->up_s += r->up_s + (r->up ? o->wall_s - r->up_since_s : 0.0);
    }
}

f2f_status f2f_fleet_run(struct f2f_serve_outcome *out, const struct f2f_serve_job *job, struct f2f_plant *plants,
                         const int *counts, int n_plants, const struct f2f_serve_load *load, f2f_arena *scratch,
                         struct f2f_record *timeline, struct f2f_series *series, f2f_error *err) {
    struct f2f_fleet f = {.arena = scratch, .job = job, .load = load, .front_end = load->front_end};
    F2F_TRY(f2f_router_find(&f.router, job->router, err));
    f.pool = f2f_serve_pool_make(scratch);
    f.events.arena = scratch;
    f.tally = f2f_tally_make(scratch, &job->slo);
    f.parked = f2f_serve_list_empty();
    if (load->arrivals && f2f_arrivals_inside(load->arrivals)) f.front_end = false;
    f.id_tok = load->arrivals ? f2f_arrivals_id_tok(load->arrivals) : 0;
    f.kv_B_per_tok = f2f_model_kv_B_per_tok(job->model, job->precision.kv);
    f.random = f2f_random_make(job->stream.seed, 9);
    f.timeline = timeline;
    f.series = series;
    for (int p = 0; p < n_plants; p++) f.n_replicas += counts[p];
    f.replicas = f2f_arena_alloc(scratch, (size_t)f.n_replicas * sizeof *f.replicas);
    f.link_s = f2f_arena_alloc(scratch, (size_t)f.n_replicas * sizeof *f.link_s);
    for (int p = 0, at = 0; p < n_plants; p++)
        for (int k = 0; k < counts[p]; k++, at++) f2f_replica_make(&f.replicas[at], &f, &plants[p], at);
    start(&f);
    loop(&f);
    collect(&f);
    *out = f.out;
    if (f.status != F2F_OK && err) *err = f.error;
    if (f.status != F2F_OK) return f.status;
    return f.out.interrupted ? f2f_fail(err, F2F_EINTERRUPTED, "interrupted: %lld requests were finished", f.out.ended)
                             : F2F_OK;
}
