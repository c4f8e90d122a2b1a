/* size.c - the fewest chips that meet the objectives under an open load.
 *
 * For each tensor parallel degree (powers of two within the node; stages and ranks as given) the fewest replicas are
 * found by doubling and bisection: more replicas are taken never to be worse. Leaves out: pools, mixed degrees. */
#include <math.h>
#include <string.h>

#include "serve/run.h"

struct size {
    int tp, replicas; /* 0: none found */
    int chips; /* of all */
    struct f2f_record *record;
};

struct sizing {
    f2f_arena *arena;
    const struct f2f_system *system;
    struct f2f_serve_job job;
    int tried;
};

static bool meets(const struct f2f_record *r) {
    return f2f_record_get(r, "feasible") > 0.0 && f2f_record_get(r, "slo_met") > 0.0;
}

/* *record: that of so many replicas, NULL when they do not meet the objectives. */
static f2f_status try_size(struct f2f_record **record, struct sizing *s, int tp, int replicas, f2f_error *err) {
    struct f2f_record *r;
    s->job.strategy.tp = tp;
    s->job.replicas = replicas;
    s->tried++;
    *record = NULL;
    F2F_TRY(f2f_serve_run(&r, s->arena, s->system, &s->job, err));
    if (meets(r)) *record = r;
    return F2F_OK;
}

/* The fewest replicas of that degree, each of so many chips, at most `limit`. */
static f2f_status fewest(struct size *out, struct sizing *s, int tp, int chips, int limit, f2f_error *err) {
    int bad = 0, good = 0;
    struct f2f_record *r;
    *out = (struct size){.tp = tp};
    for (int n = 1; good == 0 && bad < limit; n = 2 * n < limit ? 2 * n : limit) {
        F2F_TRY(try_size(&r, s, tp, n, err));
        if (!r) bad = n;
        else *out = (struct size){tp, good = n, n * chips, r};
    }
    while (good - bad > 1) {
        int middle = bad + (good - bad) / 2;
        F2F_TRY(try_size(&r, s, tp, middle, err));
        if (!r) bad = middle;
        else *out = (struct size){tp, good = middle, middle * chips, r};
    }
    return F2F_OK;
}

/* Could it run at all? A degree that does not divide or fit is passed over. */
static bool possible(struct sizing *s, int tp) {
    struct f2f_machine machine;
    struct f2f_serve_job job = s->job;
    job.strategy = f2f_serve_strategy(s->job.strategy);
    job.strategy.tp = tp;
    if (f2f_machine_make(&machine, s->system, NULL) != F2F_OK) return false;
    if (f2f_strategy_check(&job.strategy, job.model, s->system, NULL) != F2F_OK) return false;
    f2f_serve_limits(&job.engine, s->system->node->chip);
    return f2f_serve_budget_make(&machine, &job).blocks > 0;
}

static f2f_status search(struct size *best, struct sizing *s, f2f_error *err) {
    int most = s->system->node->chips * s->system->nodes;
    *best = (struct size){0};
    for (int tp = 1; tp <= s->system->node->chips; tp *= 2) {
        s->job.strategy.tp = tp;
        int chips = (int)f2f_serve_job_chips(&s->job), limit = (best->replicas ? best->chips - 1 : most) / chips;
        struct size found;
        if (limit < 1 || !possible(s, tp)) continue;
        F2F_TRY(fewest(&found, s, tp, chips, limit, err));
        if (found.replicas) *best = found;
    }
    return F2F_OK;
}

f2f_status f2f_serve_size(struct f2f_record **out, f2f_arena *arena, const struct f2f_system *system,
                          const struct f2f_serve_job *job, f2f_error *err) {
    struct sizing s = {.arena = arena, .system = system, .job = *job};
    struct size best;
    *out = NULL;
    if (!job->stream.trace && !job->stream.traffic)
        return f2f_fail(err, F2F_EINPUT, "a size is asked for a rate of requests: give a trace, a traffic or a rate");
    if (!f2f_slo_given(&job->slo)) return f2f_fail(err, F2F_EINPUT, "a size is asked for objectives: give some");
    s.job.n_groups = 0;
    F2F_TRY(search(&best, &s, err));
    struct f2f_record *r = best.record;
    if (!r) {
        r = f2f_record_new(arena, f2f_arena_printf(arena, "%s / size", system->id.name));
        f2f_serve_put_feasible(r, f2f_arena_printf(arena,
                                                   "no number of replicas on the %d chips of %s meets the objectives: "
                                                   "use a larger system, or loosen them",
                                                   system->node->chips * system->nodes, system->id.name));
    } else {
        f2f_record_int(r, "tp", best.tp, "tensor parallel chips of each replica");
        f2f_record_int(r, "replicas", best.replicas, NULL);
    }
    f2f_record_int(r, "tried", s.tried, "sizes that were simulated");
    *out = r;
    return F2F_OK;
}
