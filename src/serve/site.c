/* site.c - machines, engines and replicas of a job, checked before anything runs. */
#include "serve/run.h"

#include <math.h>

#include "serve/router.h"
#include "serve/scheduler.h"

enum { MOST_REQUESTS = 1000000, MOST_REPLICAS = 100000 }; /* bounds on memory */

double f2f_serve_job_chips(const struct f2f_serve_job *job) {
    const int sizes[] = {job->strategy.tp, job->strategy.pp, job->strategy.dp};
    double chips = 1.0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) chips *= sizes[i] > 0 ? sizes[i] : 1;
    return chips;
}

static f2f_status check_lengths(const struct f2f_serve_job *job, f2f_error *err) {
    if (job->isl < 1 || job->osl < 1)
        return f2f_fail(err, F2F_EINPUT, "%d tokens in and %d out: both must be at least 1", job->isl, job->osl);
    if (job->concurrency < 0 || job->requests < 0 || job->concurrency > MOST_REQUESTS || job->requests > MOST_REQUESTS)
        return f2f_fail(err, F2F_EINPUT, "concurrency %d and requests %d: give numbers from 0 to %d", job->concurrency,
                        job->requests, MOST_REQUESTS);
    if (!(job->spread_frac >= 0.0 && job->spread_frac <= 0.9))
        return f2f_fail(err, F2F_EINPUT, "spread of lengths %g: give a share from 0 to 0.9", job->spread_frac);
    if (job->static_batch && job->concurrency < 1)
        return f2f_fail(err, F2F_EINPUT, "a static batch of %d sequences: give at least 1", job->concurrency);
    return F2F_OK;
}

static f2f_status check_stream(const struct f2f_serve_stream *s, f2f_error *err) {
    if (s->trace && s->traffic) return f2f_fail(err, F2F_EINPUT, "a trace and a traffic: give one of them");
    if (!(s->rate_scale >= 0.0 && s->rate_scale <= 1e9))
        return f2f_fail(err, F2F_EINPUT, "rate scale %g: give a number from 0 to 1e9", s->rate_scale);
    if (!(s->from_s >= 0.0) || !(s->to_s >= 0.0) || (s->to_s > 0.0 && s->to_s <= s->from_s))
        return f2f_fail(err, F2F_EINPUT, "window from %g s to %g s: it must end after it begins", s->from_s, s->to_s);
    return F2F_OK;
}

static f2f_status check_rest(const struct f2f_serve_job *job, f2f_error *err) {
    const struct f2f_speculation *s = &job->speculation;
    const struct f2f_serve_autoscale *a = &job->autoscale;
    if (s->draft && (s->tokens < 1 || s->tokens > 64 || !(s->acceptance_frac >= 0.0 && s->acceptance_frac <= 1.0)))
        return f2f_fail(err, F2F_EINPUT, "a draft of %d tokens accepted with %g: give 1 to 64 tokens and 0 to 1",
                        s->tokens, s->acceptance_frac);
    if (!(job->failures.mtbf_s >= 0.0) || !(job->failures.warmup_s >= 0.0))
        return f2f_fail(err, F2F_EINPUT, "failures every %g s, warm-up of %g s: give numbers from 0",
                        job->failures.mtbf_s, job->failures.warmup_s);
    if (a->high > 0.0 && (!(a->interval_s >= 1e-3) || a->least < 1 || !(a->low >= 0.0 && a->low < a->high)))
        return f2f_fail(err, F2F_EINPUT,
                        "autoscaling between %g and %g requests every %g s, at least %d replicas: give low below high, "
                        "an interval and a least number from 1",
                        a->low, a->high, a->interval_s, a->least);
    return F2F_OK;
}

struct f2f_strategy f2f_serve_strategy(struct f2f_strategy s) {
    int *const sizes[] = {&s.tp, &s.cp, &s.pp, &s.vp, &s.dp, &s.ep, &s.micro_batch};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (*sizes[i] == 0) *sizes[i] = 1;
    return s;
}

/* A pipeline has pp micro-batches under way. Each has its own limit of tokens; sequences are counted over all of them
 * (vLLM's scheduler) or in each (TensorRT-LLM: max_num_sequences = max_batch_size * pp_size). */
static void set_limits(struct f2f_plant *p) {
    const struct f2f_engine *engine = &p->job.engine;
    long long stages = p->job.strategy.pp, seqs = engine->max_seqs * (engine->seqs_per_stage ? stages : 1);
    p->seats = seqs > engine->held_seqs ? seqs - engine->held_seqs : 1;
    p->batched_tok = engine->max_batched_tok * stages;
}

static f2f_status make_plant(struct f2f_plant *p, f2f_arena *arena, const struct f2f_system *system, f2f_error *err) {
    struct f2f_serve_job *job = &p->job;
    const struct f2f_engine *engine = &job->engine;
    F2F_TRY(f2f_machine_make(&p->machine, system, err));
    p->machine.quantile = job->quantile;
    F2F_TRY(f2f_strategy_check(&job->strategy, job->model, system, err));
    if (job->speculation.draft) F2F_TRY(f2f_strategy_check(&job->strategy, job->speculation.draft, system, err));
    f2f_serve_limits(&job->engine, system->node->chip);
    if (engine->max_seqs < 1 || engine->max_batched_tok < 1 || engine->block_tok < 1)
        return f2f_fail(err, F2F_EINPUT, "engine %s: %d sequences, %d tokens, blocks of %d; all must be at least 1",
                        engine->id.name, engine->max_seqs, engine->max_batched_tok, engine->block_tok);
    F2F_TRY(f2f_scheduler_find(&p->scheduler, job->static_batch ? "fixed-batch" : engine->scheduler, err));
    set_limits(p);
    p->yield = f2f_serve_yield(&job->speculation);
    p->budget = f2f_serve_budget_make(&p->machine, job);
    return f2f_serve_costs_make(&p->costs, arena, &p->machine, job, err);
}

static f2f_status check_roles(const struct f2f_serve_site *site, f2f_error *err) {
    bool prefill = false, decode = false, both = false;
    for (int i = 0; i < site->n_plants; i++) {
        prefill = prefill || site->plants[i].role == F2F_ROLE_PREFILL;
        decode = decode || site->plants[i].role == F2F_ROLE_DECODE;
        both = both || site->plants[i].role == F2F_ROLE_BOTH;
    }
    if (!both && !(prefill && decode))
        return f2f_fail(err, F2F_EINPUT, "pools for %s alone: the other half of each request has no place to go",
                        prefill ? "prefill" : "decode");
    return F2F_OK;
}

f2f_status f2f_serve_site_make(struct f2f_serve_site *out, const char **why, f2f_arena *arena,
                               const struct f2f_system *system, const struct f2f_serve_job *job, f2f_error *err) {
    const struct f2f_serve_group whole = {.strategy = job->strategy, .replicas = job->replicas > 0 ? job->replicas : 1};
    const struct f2f_router *router;
    int n = job->n_groups > 0 ? job->n_groups : 1;
    bool open = job->stream.trace || job->stream.traffic;
    *why = NULL;
    if (!open) F2F_TRY(check_lengths(job, err));
    F2F_TRY(check_stream(&job->stream, err));
    F2F_TRY(check_rest(job, err));
    F2F_TRY(f2f_router_find(&router, job->router, err));
    *out = (struct f2f_serve_site){.job = job, .n_plants = n};
    out->plants = f2f_arena_alloc(arena, (size_t)n * sizeof *out->plants);
    out->counts = f2f_arena_alloc(arena, (size_t)n * sizeof *out->counts);
    for (int i = 0; i < n; i++) {
        const struct f2f_serve_group *g = job->n_groups > 0 ? &job->groups[i] : &whole;
        struct f2f_plant *p = &out->plants[i];
        p->job = *job;
        p->job.strategy = f2f_serve_strategy(g->strategy);
        if (open) p->job.isl = p->job.osl = 0;
        p->role = g->role;
        out->counts[i] = g->replicas;
        if (g->replicas < 1 || g->replicas > MOST_REPLICAS)
            return f2f_fail(err, F2F_EINPUT, "%d replicas: give a number from 1 to %d", g->replicas, MOST_REPLICAS);
        F2F_TRY(make_plant(p, arena, g->system ? g->system : system, err));
        out->chips += g->replicas * f2f_serve_job_chips(&p->job);
        if (!*why) *why = f2f_serve_budget_why(arena, &p->budget, &p->job);
    }
    return check_roles(out, err);
}

long long f2f_serve_site_most(const struct f2f_serve_site *site) {
    long long sum = 0;
    for (int i = 0; i < site->n_plants; i++) {
        const struct f2f_plant *p = &site->plants[i];
        long long one = p->seats < p->budget.users_fit ? p->seats : p->budget.users_fit;
        if (p->role != F2F_ROLE_PREFILL) sum += one * site->counts[i];
    }
    return sum;
}

f2f_status f2f_serve_site_run(struct f2f_serve_outcome *out, const struct f2f_serve_site *site,
                              struct f2f_serve_load *load, struct f2f_record *timeline, struct f2f_series *series,
                              f2f_error *err) {
    const struct f2f_serve_stream *stream = &site->job->stream;
    f2f_arena *scratch = f2f_arena_new();
    f2f_status status = F2F_OK;
    if (stream->trace || stream->traffic) status = f2f_arrivals_open(&load->arrivals, scratch, stream, err);
    for (int i = 0; i < site->n_plants; i++) {
        f2f_serve_costs_reset(site->plants[i].costs);
        site->plants[i].blocks_peak = 0;
    }
    if (status == F2F_OK)
        status = f2f_fleet_run(out, site->job, site->plants, site->counts, site->n_plants, load, scratch, timeline,
                               series, err);
    f2f_arrivals_close(load->arrivals);
    load->arrivals = NULL;
    f2f_arena_free(scratch);
    return status;
}
