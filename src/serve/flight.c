/* flight.c - time passes on a replica: iterations begin, run and end.
 *
 * After Orca (Yu et al., OSDI 2022) for batching by iteration. Iterations of decode alone are flown many at a time, up
 * to the next thing that could change them: an end, blocks that run out, a request that could join, a knot of the cost.
 * Where a flight is cut never changes the answer (the tests compare with one at a time).
 * The front end of an engine (HTTP, tokenizer, streaming) is one thread that works in order of arrival: when it is the
 * slowest part, tokens and new requests wait for it alike. */
#include <assert.h>
#include <math.h>

#include "serve/fleet.h"
#include "serve/scheduler.h"

static void begin(struct f2f_replica *r);

/* A sum of yields is a whole number of steps when it is one but for this. */
static const double rounding = 1e-9;

static void post(struct f2f_replica *r, double at_s) {
    f2f_events_push(&r->fleet->events, at_s, F2F_FLEET_WAKE, r->index, ++r->version);
}

void f2f_replica_present(struct f2f_replica *r, double at_s, int change) {
    r->area_s += r->present * (at_s - r->area_at_s);
    r->area_at_s = at_s;
    r->present += change;
}

/* ---- tokens on their way out ---- */

/* Time at which tokens that the engine has now are with the users. */
static double deliver(struct f2f_replica *r, double tokens) {
    if (!r->fleet->front_end) return r->now_s;
    return r->front_s = fmax(r->front_s, r->now_s) + tokens * r->plant->job.engine.stream_s;
}

/* The tokens of n iterations pass the front end: the backlog, or the first, or the last is what it waits for. */
static void deliver_run(struct f2f_replica *r, double first_s, double last_s, long long n) {
    double each = (double)r->batch.decodes * r->plant->yield * r->plant->job.engine.stream_s;
    if (!r->fleet->front_end) return;
    r->front_s = fmax(r->front_s, first_s) + (double)n * each;
    r->front_s = fmax(r->front_s, last_s + each);
}

static void end_decodes(struct f2f_replica *r, double at_s) {
    for (int slot; (slot = f2f_decodes_ended(&r->decodes)) >= 0;) {
        struct f2f_serve_request *q = f2f_replica_request(r, slot);
        const struct f2f_engine *engine = &r->plant->job.engine;
        long long context = f2f_decodes_context(&r->decodes, q);
        long long tokens = engine->reserves ? (long long)q->isl + q->osl : context;
        q->blocks = f2f_serve_blocks(engine, tokens) - (long long)q->held * r->kv.node_blocks;
        f2f_decodes_remove(&r->decodes, slot);
        f2f_replica_release(r, slot);
        f2f_replica_present(r, r->now_s, -1);
        f2f_fleet_finish(r->fleet, r, slot, at_s);
    }
}

/* ---- decode alone ---- */

/* Blocks for steps of all decodes. */
static void advance(struct f2f_replica *r, long long steps) {
    if (!r->plant->job.engine.reserves) f2f_kv_take(&r->kv, f2f_decodes_growth(&r->decodes, steps));
    f2f_decodes_advance(&r->decodes, steps);
    r->fleet->out.tokens_out += steps * f2f_decodes_n(&r->decodes);
}

/* Steps that n iterations make; the part of one that is left is remembered. */
static long long steps_of(struct f2f_replica *r, long long n) {
    if (r->plant->yield <= 1.0) return n;
    double steps = floor(r->credit + (double)n * r->plant->yield + rounding);
    r->credit += (double)n * r->plant->yield - steps;
    return (long long)steps;
}

/* Decodes that had to wait: their next token, due `base_s` after the last, comes that much later. */
static void tally_stall(struct f2f_replica *r, double base_s) {
    double n = fmin(r->stalled, (double)r->batch.decodes);
    if (r->stall_s > 0.0) f2f_tally_stall(&r->fleet->tally, r->stall_s, base_s, n);
    r->stall_s = r->stalled = 0.0;
}

/* The first n of the planned iterations are over. */
static void commit(struct f2f_replica *r, long long n) {
    double begin_s = r->now_s, first_s = r->line.first_s, last_s = first_s + (double)(n - 1) * r->line.slope_s;
    if (n == 0) return;
    struct f2f_serve_cost cost = f2f_serve_costs_run(r->plant->costs, &r->line, n);
    r->now_s += cost.time_s;
    r->planned -= n;
    deliver_run(r, begin_s + first_s, r->now_s, n);
    f2f_fleet_ran(r->fleet, r, begin_s, n, &cost);
    tally_stall(r, first_s / r->plant->yield);
    f2f_tally_intervals(&r->fleet->tally, first_s / r->plant->yield, last_s / r->plant->yield,
                        (double)n * (double)r->batch.decodes * r->plant->yield);
    advance(r, steps_of(r, n));
}

/* Iterations until the first decode ends or blocks run out; at least one. With a draft the last ones before blocks run
 * out are looked at one by one. */
static long long iterations_ahead(const struct f2f_replica *r) {
    double yield = r->plant->yield;
    long long left = f2f_decodes_left(&r->decodes), n = left, most = left;
    if (yield > 1.0) {
        n = (long long)ceil(((double)left - r->credit - rounding) / yield);
        most = left + (long long)(2.0 * yield) + 3;
    }
    if (!r->plant->job.engine.reserves) {
        long long within = f2f_decodes_steps_within(&r->decodes, most, f2f_kv_free(&r->kv));
        if (within < most && yield > 1.0) within = (long long)floor(((double)within - 2.0 - r->credit) / yield);
        if (within < n) n = within;
    }
    return n > 1 ? n : 1;
}

void f2f_replica_look_at(struct f2f_replica *r, double at_s) {
    if (r->flight != F2F_FLIGHT_DECODES) return;
    long long n = f2f_serve_line_done(&r->line, at_s - r->now_s, r->planned);
    if (n < r->planned && (n == 0 || r->now_s + f2f_serve_line_s(&r->line, n) < at_s)) n++;
    if (n >= r->planned) return;
    r->planned = n;
    post(r, r->now_s + f2f_serve_line_s(&r->line, n));
}

static void fly_decodes(struct f2f_replica *r) {
    r->flight = F2F_FLIGHT_DECODES;
    r->line = f2f_serve_costs_line(r->plant->costs, &r->batch);
    r->planned = iterations_ahead(r);
    if (r->line.n < r->planned) r->planned = r->line.n;
    if (r->plant->job.step_by_step || r->crowded) r->planned = 1;
    double end_s = r->now_s + f2f_serve_line_s(&r->line, r->planned);
    const struct f2f_serve_request *next = r->waiting.n ? f2f_replica_request(r, r->waiting.head) : NULL;
    unsigned version = r->version;
    if (next && !r->blocked && f2f_replica_seat(r) && next->ready_s < end_s) f2f_replica_look_at(r, next->ready_s);
    if (version == r->version) post(r, end_s);
}

/* ---- with prompts ---- */

static void fly_prompts(struct f2f_replica *r) {
    r->flight = F2F_FLIGHT_PROMPTS;
    r->cost = f2f_serve_costs_of(r->plant->costs, &r->batch);
    if (r->swap_B > 0.0) r->cost.time_s += f2f_serve_swap_s(r->plant->costs, r->swap_B);
    r->swap_B = 0.0;
    post(r, r->now_s + r->cost.time_s);
}

/* Contexts move to or from the host before the decodes go on. */
static void fly_swap(struct f2f_replica *r) {
    r->flight = F2F_FLIGHT_SWAP;
    r->stall_s += f2f_serve_swap_s(r->plant->costs, r->swap_B);
    r->stalled = (double)r->batch.decodes;
    r->swap_B = 0.0;
    post(r, r->now_s + r->stall_s);
}

/* Prompts that are complete have their next token. */
static void end_prompts(struct f2f_replica *r, double at_s) {
    for (long long k = 0; k < r->batch.ends; k++) {
        int slot = r->prefilling.head;
        struct f2f_serve_request *q = f2f_replica_request(r, slot);
        f2f_serve_list_remove(&r->prefilling, r->pool, slot);
        q->generated++;
        if (q->first_s < 0.0) q->first_s = at_s;
        if (r->plant->role == F2F_ROLE_PREFILL && q->generated < q->osl) f2f_fleet_hand_over(r->fleet, r, slot);
        else f2f_decodes_add(&r->decodes, slot);
    }
}

static void end_flight_with_prompts(struct f2f_replica *r) {
    double begin_s = r->now_s, yield = r->batch.decodes > 0 ? r->plant->yield : 0.0;
    r->now_s += r->cost.time_s;
    f2f_fleet_ran(r->fleet, r, begin_s, 1, &r->cost);
    if (r->batch.decodes > 0) {
        tally_stall(r, r->cost.time_s / yield);
        f2f_tally_intervals(&r->fleet->tally, r->cost.time_s / yield, r->cost.time_s / yield,
                            (double)r->batch.decodes * yield);
        advance(r, steps_of(r, 1));
    } else if (f2f_decodes_n(&r->decodes) > 0) {
        r->stall_s += r->cost.time_s;
        if (!(r->stalled > 0.0)) r->stalled = f2f_decodes_n(&r->decodes);
    }
    double at_s = deliver(r, (double)r->batch.decodes * yield + (double)r->batch.ends);
    end_prompts(r, at_s);
    end_decodes(r, at_s);
}

/* ---- one after the other ---- */

static void begin(struct f2f_replica *r) {
    long long preemptions = r->fleet->out.preemptions;
    r->batch = (struct f2f_serve_batch){0};
    r->plant->scheduler->form(r, &r->batch);
    const struct f2f_serve_request *next = r->waiting.n ? f2f_replica_request(r, r->waiting.head) : NULL;
    bool ready = next && next->ready_s <= r->now_s;
    r->blocked = ready && !r->plant->scheduler->overtakes;
    r->crowded = r->fleet->out.preemptions > preemptions;
    r->flight = F2F_FLIGHT_NONE;
    if (r->batch.chunks > 0) fly_prompts(r);
    else if (r->batch.decodes > 0 && r->swap_B > 0.0) fly_swap(r);
    else if (r->batch.decodes > 0) fly_decodes(r);
    else if (next && !ready) post(r, next->ready_s);
    else if (r->draining && r->present == 0) f2f_fleet_stop(r->fleet, r, r->now_s);
    assert(!ready || r->flight != F2F_FLIGHT_NONE || r->present > r->waiting.n); /* or contexts on their way out */
}

void f2f_replica_wake(struct f2f_replica *r, double at_s) {
    if (r->flight == F2F_FLIGHT_PROMPTS) end_flight_with_prompts(r);
    else if (r->flight == F2F_FLIGHT_DECODES) {
        commit(r, r->planned);
        end_decodes(r, fmax(r->now_s, r->front_s));
    } else r->now_s = at_s;
    if (r->flight == F2F_FLIGHT_SWAP) fly_decodes(r); /* what was formed before */
    else begin(r);
}

void f2f_replica_settle(struct f2f_replica *r, double at_s) {
    if (r->flight == F2F_FLIGHT_DECODES) commit(r, f2f_serve_line_done(&r->line, at_s - r->now_s, r->planned - 1));
}

void f2f_replica_offer(struct f2f_replica *r, int slot, double at_s) {
    const struct f2f_engine *engine = &r->plant->job.engine;
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    f2f_replica_settle(r, at_s);
    f2f_replica_present(r, at_s, 1);
    q->ready_s = at_s;
    q->replica = r->index;
    if (r->fleet->front_end && !q->arrives_whole) {
        r->front_s = fmax(r->front_s, at_s) + engine->intake_s + q->isl * engine->intake_per_tok_s;
        q->ready_s = r->front_s + engine->reply_s;
    }
    f2f_serve_list_insert(&r->waiting, r->pool, slot, -1);
    if (r->flight == F2F_FLIGHT_NONE && r->waiting.n == 1) post(r, q->ready_s);
    else if (r->flight == F2F_FLIGHT_DECODES && !r->blocked && f2f_replica_seat(r)) f2f_replica_look_at(r, q->ready_s);
}

void f2f_replica_fail(struct f2f_replica *r, double at_s, struct f2f_serve_list *lost) {
    f2f_replica_settle(r, at_s);
    while (f2f_decodes_n(&r->decodes) > 0) {
        int slot = r->decodes.order.head;
        struct f2f_serve_request *q = f2f_replica_request(r, slot);
        long long context = f2f_decodes_context(&r->decodes, q), left = q->end_step - r->decodes.step;
        const struct f2f_engine *engine = &r->plant->job.engine;
        q->blocks = f2f_serve_blocks(engine, engine->reserves ? (long long)q->isl + q->osl : context) -
                    (long long)q->held * r->kv.node_blocks;
        q->generated = q->osl - (int)(left > 0 ? left : 0);
        f2f_decodes_remove(&r->decodes, slot);
        f2f_replica_release(r, slot);
        f2f_serve_list_insert(lost, r->pool, slot, -1);
    }
    struct f2f_serve_list *const lists[] = {&r->prefilling, &r->waiting};
    for (int k = 0; k < 2; k++)
        while (lists[k]->n > 0) {
            int slot = lists[k]->head;
            struct f2f_serve_request *q = f2f_replica_request(r, slot);
            f2f_serve_list_remove(lists[k], r->pool, slot);
            f2f_kv_forget(&r->kv, q->left);
            q->left = -1;
            f2f_replica_release(r, slot);
            f2f_serve_list_insert(lost, r->pool, slot, -1);
        }
    f2f_replica_present(r, at_s, -lost->n); /* what is on its way out stays */
    r->flight = F2F_FLIGHT_NONE;
    r->swap_B = r->stall_s = r->stalled = 0.0; /* those that waited are lost */
    r->version++; /* what was waited for never comes */
}
