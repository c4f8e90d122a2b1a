/* upkeep.c - replicas fail, come back, and follow the load.
 *
 * Failures are exponential in time, one clock for each replica. What a failed replica had in flight is computed again
 * elsewhere, prompt and answer so far. Autoscaling: every interval, requests in flight per serving replica against two
 * thresholds; a new replica serves after its warm-up, one that goes takes no more requests and ends what it has.
 * Leaves out: degraded replicas, a warm-up that depends on the weights. */
#include "serve/fleet.h"

enum { MOST_RESTARTS = 100 }; /* of a request, which is then given up: replicas fail faster than they serve it */

/* The failure that was expected of an earlier life is off. */
static void expect_failure(struct f2f_fleet *f, struct f2f_replica *r, double at_s) {
    double mtbf_s = f->job->failures.mtbf_s;
    r->life++;
    if (mtbf_s > 0.0)
        f2f_events_push(&f->events, at_s + mtbf_s * f2f_random_exponential(&f->random), F2F_FLEET_FAIL, r->index,
                        r->life);
}

void f2f_fleet_upkeep_start(struct f2f_fleet *f) {
    const struct f2f_serve_autoscale *rule = &f->job->autoscale;
    for (int i = 0; i < f->n_replicas; i++) {
        f->replicas[i].up = !(rule->high > 0.0) || i < rule->least;
        if (f->replicas[i].up) expect_failure(f, &f->replicas[i], 0.0);
    }
    if (rule->high > 0.0) f2f_events_push(&f->events, rule->interval_s, F2F_FLEET_SCALE, 0, 0);
}

static void go_down(struct f2f_replica *r, double at_s) {
    r->up = false;
    r->up_s += at_s - r->up_since_s;
}

void f2f_fleet_fail(struct f2f_fleet *f, struct f2f_replica *r, double at_s) {
    struct f2f_serve_list lost = f2f_serve_list_empty();
    if (!r->up) return; /* stopped meanwhile */
    f->out.failures++;
    f2f_replica_fail(r, at_s, &lost);
    go_down(r, at_s);
    r->draining = false;
    r->starting = true;
    f2f_events_push(&f->events, at_s + f->job->failures.warmup_s, F2F_FLEET_RETURN, r->index, 0);
    while (lost.n > 0) {
        int slot = lost.head;
        struct f2f_serve_request *q = &f->pool.items[slot];
        f2f_serve_list_remove(&lost, &f->pool, slot);
        q->prompt = q->isl + q->generated;
        q->computed = 0;
        q->arrives_whole = false;
        if (++q->restarts <= MOST_RESTARTS) f2f_fleet_route(f, slot, at_s);
        else f2f_fleet_give_up(f, slot);
    }
}

void f2f_fleet_return(struct f2f_fleet *f, struct f2f_replica *r, double at_s) {
    struct f2f_serve_list waiting = f->parked;
    r->up = true;
    r->starting = false;
    r->up_since_s = r->area_at_s = at_s;
    r->front_s = at_s;
    r->now_s = at_s;
    expect_failure(f, r, at_s);
    f->parked = f2f_serve_list_empty();
    while (waiting.n > 0) {
        int slot = waiting.head;
        f2f_serve_list_remove(&waiting, &f->pool, slot);
        f2f_fleet_route(f, slot, at_s);
    }
}

void f2f_fleet_stop(struct f2f_fleet *f, struct f2f_replica *r, double at_s) {
    go_down(r, at_s);
    r->draining = false;
    f->out.stopped++;
}

static void start_one(struct f2f_fleet *f, double at_s) {
    for (int i = 0; i < f->n_replicas; i++) {
        struct f2f_replica *r = &f->replicas[i];
        if (r->up && r->draining) {
            r->draining = false;
            return;
        }
    }
    for (int i = 0; i < f->n_replicas; i++) {
        struct f2f_replica *r = &f->replicas[i];
        if (r->up || r->starting) continue;
        r->starting = true;
        f->out.started++;
        f2f_events_push(&f->events, at_s + f->job->failures.warmup_s, F2F_FLEET_RETURN, i, 0);
        return;
    }
}

static void stop_one(struct f2f_fleet *f, double at_s) {
    for (int i = f->n_replicas - 1; i >= 0; i--) {
        struct f2f_replica *r = &f->replicas[i];
        if (!r->up || r->draining) continue;
        r->draining = true;
        if (r->present == 0) f2f_fleet_stop(f, r, at_s);
        return;
    }
}

void f2f_fleet_scale(struct f2f_fleet *f, double at_s) {
    const struct f2f_serve_autoscale *rule = &f->job->autoscale;
    int serving = 0, coming = 0;
    for (int i = 0; i < f->n_replicas; i++) {
        serving += f->replicas[i].up && !f->replicas[i].draining;
        coming += f->replicas[i].starting;
    }
    double each = (double)f->pool.in_flight / (double)(serving + coming > 0 ? serving + coming : 1);
    if (each > rule->high) start_one(f, at_s);
    else if (each < rule->low && serving > rule->least) stop_one(f, at_s);
    f2f_events_push(&f->events, at_s + rule->interval_s, F2F_FLEET_SCALE, 0, 0);
}
