/* run.c - one serving job: capacity, the load it is run at, and the answer as a record.
 *
 * users_max is found by bisection over simulations that start in mid-stride: a replica that meets the
 * objectives with n users is taken to meet them with fewer. Leaves out: several replicas and their balance. */
#include <math.h>
#include <stddef.h>

#include "serve/sim.h"

/* Requests of a closed loop for each one in flight: as aiconfigurator runs genai-perf and InferenceMAX vLLM's
 * benchmark. In mid-stride two rounds repeat, and a p99 needs a hundred requests. All queued: an engine's batches,
 * so many that begin and end are a small part. */
enum { ROUNDS = 10, STEADY_ROUNDS = 2, STEADY_LEAST = 200, QUEUED_ROUNDS = 3 };
enum { MOST_REQUESTS = 1000000, ENOUGH_REQUESTS = 200000 }; /* bounds on memory */

/* A job with what all its runs share. */
struct replica {
    const struct f2f_serve_job *job;
    const struct f2f_machine *machine;
    struct f2f_serve_budget budget;
    struct f2f_serve_costs *costs;
    long long seats; /* sequences the engine lets into a batch */
};

static long long least(long long a, long long b) { return a < b ? a : b; }
static long long most(long long a, long long b) { return a > b ? a : b; }

static f2f_status job_check(const struct f2f_machine *machine, const struct f2f_serve_job *job, f2f_error *err) {
    if (job->isl < 1 || job->osl < 1)
        return f2f_fail(err, F2F_EINPUT, "%d tokens in and %d out: both must be at least 1", job->isl, job->osl);
    if (job->concurrency < 0 || job->requests < 0 || job->concurrency > MOST_REQUESTS || job->requests > MOST_REQUESTS)
        return f2f_fail(err, F2F_EINPUT, "concurrency %d and requests %d: give numbers from 0 to %d", job->concurrency,
                        job->requests, MOST_REQUESTS);
    if (!(job->spread_frac >= 0.0 && job->spread_frac <= 0.9))
        return f2f_fail(err, F2F_EINPUT, "spread of lengths %g: give a share from 0 to 0.9", job->spread_frac);
    if (job->static_batch && job->concurrency < 1)
        return f2f_fail(err, F2F_EINPUT, "a static batch of %d sequences: give at least 1", job->concurrency);
    if (job->engine.max_seqs < 1 || job->engine.max_batched_tok < 1 || job->engine.block_tok < 1)
        return f2f_fail(err, F2F_EINPUT, "engine %s: %d sequences, %d tokens, blocks of %d; all must be at least 1",
                        job->engine.name, job->engine.max_seqs, job->engine.max_batched_tok, job->engine.block_tok);
    return f2f_strategy_check(&job->strategy, job->model, machine->system, err);
}

/* Sizes of 0 are 1. */
static struct f2f_strategy serving(struct f2f_strategy s) {
    int *const sizes[] = {&s.tp, &s.cp, &s.pp, &s.vp, &s.dp, &s.ep, &s.micro_batch};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (*sizes[i] == 0) *sizes[i] = 1;
    return s;
}

/* Whole contexts the engine can run side by side. */
static long long most_at_once(const struct replica *p) { return least(p->seats, p->budget.users_fit); }

static struct f2f_serve_load load_of(const struct replica *p, long long users, bool steady) {
    const struct f2f_serve_job *job = p->job;
    struct f2f_serve_load load = {.in_flight = users, .steady = steady, .max_seqs = p->seats};
    load.front_end = !job->all_queued && !job->static_batch;
    load.requests =
        steady ? most(STEADY_ROUNDS * users, STEADY_LEAST) : least(ROUNDS * users, most(2 * users, ENOUGH_REQUESTS));
    if (job->static_batch) load.requests = users;
    if (job->all_queued) load.requests = least(QUEUED_ROUNDS * most_at_once(p), ENOUGH_REQUESTS);
    if (job->requests > 0) load.requests = job->requests;
    if (job->all_queued) load.in_flight = load.requests;
    return load;
}

static struct f2f_serve_outcome simulate(struct replica *p, const struct f2f_serve_load *load) {
    f2f_arena *scratch = f2f_arena_new();
    f2f_serve_costs_reset(p->costs);
    struct f2f_serve_outcome o = f2f_serve_simulate(p->job, &p->budget, load, p->costs, scratch);
    f2f_arena_free(scratch);
    return o;
}

static bool users_met(struct replica *p, long long users) {
    const struct f2f_serve_load load = load_of(p, users, true);
    const struct f2f_serve_outcome o = simulate(p, &load);
    return f2f_slo_met(&p->job->slo, &o.ttft, &o.tpot, &o.e2e);
}

/* Most users that meet the objectives; 0 when one alone does not. Doubles up to the first failure, then bisects. */
static long long users_max(struct replica *p) {
    long long good = 0, bad = 1, limit = most_at_once(p);
    if (!f2f_slo_given(&p->job->slo)) return limit;
    while (bad <= limit && users_met(p, bad)) {
        good = bad;
        bad = bad == limit ? bad + 1 : least(2 * bad, limit);
    }
    while (bad - good > 1) {
        long long middle = good + (bad - good) / 2;
        if (users_met(p, middle)) good = middle;
        else bad = middle;
    }
    return good;
}

/* ---- record ---- */

static void put_stat(struct f2f_record *r, const char *name, const struct f2f_serve_stat *s, const char *help) {
    const struct {
        const char *suffix;
        double value_s;
    } rows[] = {{"mean", s->mean_s}, {"p50", s->p50_s}, {"p90", s->p90_s}, {"p99", s->p99_s}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        f2f_record_num(r, f2f_arena_printf(r->arena, "%s_%s_s", name, rows[i].suffix), rows[i].value_s, help);
}

static void put_speed(struct f2f_record *r, const struct replica *p, const struct f2f_serve_outcome *o) {
    double chips = (double)p->job->strategy.tp * p->job->strategy.pp;
    f2f_record_int(r, "requests", o->requests, "requests measured");
    put_stat(r, "ttft", &o->ttft, "from sending a request to its first token, queueing included");
    put_stat(r, "tpot", &o->tpot, "per token after the first");
    f2f_record_num(r, "e2e_p99_s", o->e2e.p99_s, "from sending a request to its last token");
    f2f_record_num(r, "output_tokps", o->output_tokps, "tokens generated per second by the replica");
    f2f_record_num(r, "output_tokps_per_chip", o->output_tokps / chips, NULL);
    f2f_record_num(r, "goodput_frac", o->goodput_frac, "share of requests that meet every objective");
}

/* Idle power runs on all the time; the replica bears its chips' share of the host. */
static void put_energy(struct f2f_record *r, const struct replica *p, const struct f2f_serve_outcome *o) {
    const struct f2f_node *node = p->machine->system->node;
    double chips = (double)p->job->strategy.tp * p->job->strategy.pp;
    double power_W = o->energy_J / o->wall_s + chips * (p->machine->chip->idle_W + node->host_W / node->chips);
    f2f_record_num(r, "power_W", power_W, "chips of the replica and their share of the host, before facility losses");
    f2f_record_num(r, "energy_per_tok_J", power_W / o->output_tokps, "per token generated");
}

static void put_memory(struct f2f_record *r, const struct replica *p, const struct f2f_serve_outcome *o) {
    const struct f2f_serve_budget *b = &p->budget;
    double kv_B = (double)o->blocks_peak * p->job->engine.block_tok * b->kv_B_per_tok;
    f2f_record_num(r, "kv_capacity_tok", (double)b->blocks * p->job->engine.block_tok,
                   "tokens the engine's KV cache holds");
    struct f2f_record *m = f2f_record_sub(r, "memory", "of the fullest chip");
    f2f_record_num(m, "weights_B", b->weights_B, NULL);
    f2f_record_num(m, "kv_B", kv_B, "most that was used");
    f2f_record_num(m, "workspace_B", b->workspace_B, "activations, graphs, communication buffers");
    f2f_record_num(m, "free_B", b->usable_B - b->weights_B - kv_B - b->workspace_B, "negative: that much is missing");
}

static void put_users(struct f2f_record *r, const struct replica *p, long long users, long long found) {
    f2f_record_int(r, "concurrency", users, "requests in flight at all times");
    f2f_record_int(r, "users_max", found, "most concurrent sequences that fit and meet the objectives");
    f2f_record_int(r, "users_fit", p->budget.users_fit,
                   "whole contexts that fit beside weights and workspace, objectives ignored");
}

static void put_feasible(struct f2f_record *r, const char *why) {
    f2f_record_bool(r, "feasible", !why, "fits, and meets the objectives if users were asked for");
    f2f_record_text(r, "why", why, "what stands in the way");
}

/* The answer when nothing can be run: what is known without a simulation. */
static void put_infeasible(struct f2f_record *r, const struct replica *p, const char *why) {
    const struct f2f_serve_outcome none = {0};
    put_users(r, p, 0, 0);
    put_memory(r, p, &none);
    put_feasible(r, why);
}

static void answer(struct f2f_record *r, struct replica *p) {
    const struct f2f_serve_job *job = p->job;
    bool closed_loop = !job->all_queued && !job->static_batch, search = closed_loop && job->concurrency == 0;
    long long found = closed_loop ? users_max(p) : most_at_once(p), users = search ? found : job->concurrency;
    const struct f2f_serve_load load = load_of(p, most(users, 1), search || job->steady);
    const struct f2f_serve_outcome o = simulate(p, &load);
    put_speed(r, p, &o);
    put_users(r, p, load.in_flight, found);
    put_memory(r, p, &o);
    put_energy(r, p, &o);
    f2f_record_int(r, "iterations", o.iterations, "passes through the model");
    f2f_record_int(r, "preemptions", o.preemptions, "sequences that lost their cache and were computed again");
    put_feasible(r, search && found == 0 ? "one user alone does not meet the objectives; the times are that user's"
                                         : NULL);
    f2f_serve_costs_explain(p->costs, r, 1.0 / (double)o.tokens_out); /* comparable between loads */
    f2f_share_sum(r->shares);
}

f2f_status f2f_serve_run(struct f2f_record **out, f2f_arena *arena, const struct f2f_system *system,
                         const struct f2f_serve_job *job, f2f_error *err) {
    struct f2f_machine machine;
    struct f2f_serve_job whole = *job;
    whole.strategy = serving(job->strategy);
    *out = NULL;
    F2F_TRY(f2f_machine_make(&machine, system, err));
    F2F_TRY(job_check(&machine, &whole, err));
    struct replica p = {.job = &whole, .machine = &machine, .budget = f2f_serve_budget_make(&machine, &whole)};
    p.seats = most(1, (long long)whole.engine.max_seqs - whole.engine.held_seqs);
    struct f2f_record *r = f2f_record_new(
        arena, f2f_arena_printf(arena, "%s / serve %s %s", system->id.name, job->model->name, job->precision.name));
    const char *why = f2f_serve_budget_why(arena, &p.budget, &whole);
    if (why) {
        put_infeasible(r, &p, why);
        *out = r;
        return F2F_OK;
    }
    f2f_arena *memo = f2f_arena_new();
    f2f_status status = f2f_serve_costs_make(&p.costs, memo, &machine, &whole, err);
    if (status == F2F_OK) answer(r, &p);
    f2f_arena_free(memo);
    if (status == F2F_OK) *out = r;
    return status;
}
