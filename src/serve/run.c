/* run.c - one serving job: the load it is run at, and the answer as a record.
 *
 * users_max is found by bisection over simulations that start in mid-stride: what meets the objectives with n users is
 * taken to meet them with fewer. */
#include "serve/run.h"

#include <math.h>

/* Requests of a closed loop for each one in flight: as aiconfigurator runs genai-perf and InferenceMAX vLLM's
 * benchmark. In mid-stride two rounds repeat, and a p99 needs a hundred requests. All queued: an engine's batches,
 * so many that begin and end are a small part. */
enum { ROUNDS = 10, STEADY_ROUNDS = 2, STEADY_LEAST = 200, QUEUED_ROUNDS = 3 };
enum { ENOUGH_REQUESTS = 200000 }; /* bound on time */
enum { TRAFFIC_REQUESTS = 10000 }; /* of a generator that knows no end */

static long long least(long long a, long long b) { return a < b ? a : b; }
static long long most(long long a, long long b) { return a > b ? a : b; }

static bool is_open(const struct f2f_serve_job *job) { return job->stream.trace || job->stream.traffic; }

static struct f2f_serve_load load_of(const struct f2f_serve_site *site, long long users, bool steady) {
    const struct f2f_serve_job *job = site->job;
    struct f2f_serve_load load = {.in_flight = users, .steady = steady};
    load.front_end = !job->all_queued && !job->static_batch;
    load.requests =
        steady ? most(STEADY_ROUNDS * users, STEADY_LEAST) : least(ROUNDS * users, most(2 * users, ENOUGH_REQUESTS));
    if (job->static_batch) load.requests = users;
    if (job->all_queued) load.requests = least(QUEUED_ROUNDS * f2f_serve_site_most(site), ENOUGH_REQUESTS);
    if (is_open(job)) load.requests = job->stream.traffic && !(job->stream.to_s > 0.0) ? TRAFFIC_REQUESTS : 0;
    if (job->requests > 0) load.requests = job->requests;
    if (job->all_queued) load.in_flight = load.requests;
    return load;
}

/* *met: does the site meet the objectives with so many users? */
static f2f_status try_users(bool *met, const struct f2f_serve_site *site, long long users, f2f_error *err) {
    struct f2f_serve_load load = load_of(site, users, true);
    struct f2f_serve_outcome o;
    F2F_TRY(f2f_serve_site_run(&o, site, &load, NULL, NULL, err));
    *met = f2f_slo_met(&site->job->slo, &o.ttft, &o.tpot, &o.e2e);
    return F2F_OK;
}

/* Most users that meet the objectives; 0 when one alone does not. Doubles up to the first failure, then bisects. */
static f2f_status find_users(long long *found, const struct f2f_serve_site *site, f2f_error *err) {
    long long good = 0, bad = 1, limit = f2f_serve_site_most(site);
    bool met = true;
    *found = limit;
    if (!f2f_slo_given(&site->job->slo)) return F2F_OK;
    while (bad <= limit) {
        F2F_TRY(try_users(&met, site, bad, err));
        if (!met) break;
        good = bad;
        bad = bad == limit ? bad + 1 : least(2 * bad, limit);
    }
    while (bad - good > 1) {
        long long middle = good + (bad - good) / 2;
        F2F_TRY(try_users(&met, site, middle, err));
        if (met) good = middle;
        else bad = middle;
    }
    *found = good;
    return F2F_OK;
}

static void explain(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_serve_outcome *o) {
    if (o->tokens_out <= 0 || site->job->unexplained) return;
    for (int i = 0; i < site->n_plants; i++) /* comparable between loads */
        f2f_serve_costs_explain(site->plants[i].costs, r, 1.0 / (double)o->tokens_out);
    f2f_share_sum(r->shares);
}

/* Runs the load, and puts what came out. */
static f2f_status run_load(struct f2f_serve_outcome *o, struct f2f_record *r, const struct f2f_serve_site *site,
                           struct f2f_serve_load *load, f2f_error *err) {
    struct f2f_series series = {0};
    struct f2f_record *timeline = site->job->timeline_to_s > 0.0 ? r : NULL;
    *o = (struct f2f_serve_outcome){0};
    f2f_status status = f2f_serve_site_run(o, site, load, timeline, site->job->series ? &series : NULL, err);
    if (status == F2F_OK || status == F2F_EINTERRUPTED) {
        f2f_serve_put_outcome(r, site, o);
        if (site->job->series) f2f_serve_put_series(r, site, &series, o);
    }
    return status;
}

static f2f_status answer_closed(struct f2f_record *r, const struct f2f_serve_site *site, f2f_error *err) {
    const struct f2f_serve_job *job = site->job;
    bool closed_loop = !job->all_queued && !job->static_batch, search = closed_loop && job->concurrency == 0;
    long long found = f2f_serve_site_most(site);
    struct f2f_serve_outcome o;
    if (closed_loop) F2F_TRY(find_users(&found, site, err));
    struct f2f_serve_load load = load_of(site, most(search ? found : job->concurrency, 1), search || job->steady);
    f2f_status status = run_load(&o, r, site, &load, err);
    if (status != F2F_OK && status != F2F_EINTERRUPTED) return status;
    f2f_serve_put_users(r, site, load.in_flight, found);
    f2f_serve_put_feasible(
        r, search && found == 0 ? "one user alone does not meet the objectives; the times are that user's" : NULL);
    explain(r, site, &o);
    return status;
}

/* Contexts of the load's mean length that the engines can run side by side. */
static long long fit_mean(const struct f2f_serve_site *site, const struct f2f_serve_outcome *o, bool seats) {
    long long sum = 0, tokens = o->sent ? (long long)((double)o->asked_tok / (double)o->sent) : 0;
    for (int i = 0; i < site->n_plants && tokens > 0; i++) {
        const struct f2f_plant *p = &site->plants[i];
        long long one = p->budget.blocks / f2f_serve_blocks(&p->job.engine, tokens);
        if (p->role != F2F_ROLE_PREFILL) sum += (seats ? least(one, p->seats) : one) * site->counts[i];
    }
    return sum;
}

/* Why nobody was served; NULL: somebody was, or the run was cut short. */
static const char *why_none(const struct f2f_serve_outcome *o) {
    if (o->ended > 0) return NULL;
    if (o->lost > 0) return "every request is given up: its replica fails 100 times before it is answered";
    if (o->sent > 0) return NULL;
    return o->refused > 0 ? "no request of the load fits into the KV cache of an empty replica"
                          : "the load holds no request: look at the window";
}

static f2f_status answer_open(struct f2f_record *r, const struct f2f_serve_site *site, f2f_error *err) {
    const struct f2f_slo *slo = &site->job->slo;
    struct f2f_serve_load load = load_of(site, 0, false);
    struct f2f_serve_outcome o;
    load.front_end = true;
    f2f_status status = run_load(&o, r, site, &load, err);
    if (status != F2F_OK && status != F2F_EINTERRUPTED) return status;
    f2f_record_num(r, "rate_Hz", o.wall_s > 0.0 ? (double)o.sent / o.wall_s : 0.0, "requests sent per second");
    f2f_record_int(r, "users_max", fit_mean(site, &o, true),
                   "contexts of the load's mean length the engines run side by side; objectives: slo_met");
    f2f_record_int(r, "users_fit", fit_mean(site, &o, false), "contexts of the load's mean length that fit");
    if (f2f_slo_given(slo))
        f2f_record_bool(r, "slo_met", o.ended && !o.refused && !o.lost && f2f_slo_met(slo, &o.ttft, &o.tpot, &o.e2e),
                        "every objective");
    f2f_serve_put_feasible(r, why_none(&o));
    explain(r, site, &o);
    return status;
}

f2f_status f2f_serve_check(const struct f2f_system *system, const struct f2f_serve_job *job, f2f_error *err) {
    struct f2f_serve_site site;
    const char *why;
    f2f_arena *memo = f2f_arena_new();
    f2f_status status = f2f_serve_site_make(&site, &why, memo, system, job, err);
    f2f_arena_free(memo);
    return status;
}

f2f_status f2f_serve_run(struct f2f_record **out, f2f_arena *arena, const struct f2f_system *system,
                         const struct f2f_serve_job *job, f2f_error *err) {
    struct f2f_serve_site site;
    const char *why;
    f2f_arena *memo = f2f_arena_new();
    struct f2f_record *r = f2f_record_new(
        arena, f2f_arena_printf(arena, "%s / serve %s %s", system->id.name, job->model->name, job->precision.name));
    *out = NULL;
    f2f_status status = f2f_serve_site_make(&site, &why, memo, system, job, err);
    if (status == F2F_OK && why) {
        const struct f2f_serve_outcome none = {0};
        if (!is_open(job)) f2f_serve_put_users(r, &site, 0, 0);
        f2f_serve_put_outcome(r, &site, &none);
        f2f_serve_put_feasible(r, why);
    } else if (status == F2F_OK) status = is_open(job) ? answer_open(r, &site, err) : answer_closed(r, &site, err);
    f2f_arena_free(memo);
    if (status == F2F_OK || status == F2F_EINTERRUPTED) *out = r;
    return status;
}
