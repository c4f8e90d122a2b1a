/* put.c - what came out of a run as a record. */
#include <math.h>
#include <stddef.h>

#include "serve/run.h"

static void put_stat(struct f2f_record *r, const char *name, const struct f2f_serve_stat *s, const char *help) {
    const struct {
        const char *suffix;
        double value_s;
    } rows[] = {{"mean", s->mean_s}, {"p50", s->p50_s}, {"p90", s->p90_s}, {"p99", s->p99_s}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        f2f_record_num(r, f2f_arena_printf(r->arena, "%s_%s_s", name, rows[i].suffix), rows[i].value_s, help);
}

static void put_speed(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_serve_outcome *o) {
    f2f_record_int(r, "requests", o->requests, "requests measured");
    put_stat(r, "ttft", &o->ttft, "from sending a request to its first token, queueing included");
    put_stat(r, "tpot", &o->tpot, "per token after the first, of one request");
    put_stat(r, "itl", &o->itl, "between two tokens of a sequence in decode, all tokens of the run");
    put_stat(r, "e2e", &o->e2e, "from sending a request to its last token");
    put_stat(r, "queue", &o->queue, "from sending a request to the first iteration that works on it");
    f2f_record_num(r, "output_tokps", o->output_tokps, "tokens generated per second by all replicas");
    f2f_record_num(r, "output_tokps_per_chip", o->output_tokps / site->chips, NULL);
    if (!f2f_slo_given(&site->job->slo)) return; /* of no objective any share is met */
    f2f_record_num(r, "goodput_frac", o->goodput_frac, "share of requests that meet every objective");
    f2f_record_num(r, "goodput_Hz", o->wall_s > 0.0 ? o->goodput_frac * (double)o->requests / o->wall_s : 0.0,
                   "requests per second that meet every objective");
}

/* Against what the log itself measured. */
static void put_logged(struct f2f_record *r, const struct f2f_serve_outcome *o) {
    if (!(o->logged_ttft_s > 0.0) || !(o->logged_tpot_s > 0.0)) return;
    f2f_record_num(r, "logged_ttft_mean_s", o->logged_ttft_s, "mean of the log");
    f2f_record_num(r, "ttft_error_frac", o->ttft.mean_s / o->logged_ttft_s - 1.0, "of the mean");
    f2f_record_num(r, "logged_tpot_mean_s", o->logged_tpot_s, "mean of the log");
    f2f_record_num(r, "tpot_error_frac", o->tpot.mean_s / o->logged_tpot_s - 1.0, "of the mean");
}

/* Idle power runs on all the time a replica is up; it bears its chips' share of the host. */
static double idle_W(const struct f2f_plant *p) {
    const struct f2f_node *node = p->machine.system->node;
    return f2f_serve_job_chips(&p->job) * (p->machine.chip->idle_W + node->host_W / node->chips);
}

static double replicas_of(const struct f2f_serve_site *site) {
    double n = 0.0;
    for (int i = 0; i < site->n_plants; i++) n += site->counts[i];
    return n;
}

/* Idle power of the replicas that were up, on average. */
static double standing_W(const struct f2f_serve_site *site, const struct f2f_serve_outcome *o) {
    double all_W = 0.0;
    for (int i = 0; i < site->n_plants; i++) all_W += site->counts[i] * idle_W(&site->plants[i]);
    return all_W * o->up_s / (o->wall_s * replicas_of(site));
}

static void put_energy(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_serve_outcome *o) {
    double power_W = o->energy_J / o->wall_s + standing_W(site, o);
    f2f_record_num(r, "power_W", power_W, "chips of all replicas and their share of hosts, before facility losses");
    f2f_record_num(r, "energy_J", power_W * o->wall_s, "of the whole run");
    f2f_record_num(r, "energy_per_tok_J", power_W / o->output_tokps, "per token generated");
}

/* On a chip of a replica when its cache was fullest: of the cache, and what was free. */
static double kv_B(const struct f2f_plant *p) {
    return (double)p->blocks_peak * p->job.engine.block_tok * p->budget.kv_B_per_tok / p->job.strategy.dp;
}

static double free_B(const struct f2f_plant *p) {
    return p->budget.usable_B - p->budget.weights_B - kv_B(p) - p->budget.workspace_B;
}

/* The group whose chips had least to spare. */
static const struct f2f_plant *fullest(const struct f2f_serve_site *site) {
    const struct f2f_plant *best = &site->plants[0];
    for (int i = 1; i < site->n_plants; i++)
        if (free_B(&site->plants[i]) < free_B(best)) best = &site->plants[i];
    return best;
}

static void put_memory(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_serve_outcome *o) {
    double capacity_tok = 0.0;
    for (int i = 0; i < site->n_plants; i++)
        capacity_tok += (double)site->plants[i].budget.blocks * site->plants[i].job.engine.block_tok * site->counts[i];
    const struct f2f_plant *full = fullest(site);
    f2f_record_num(r, "kv_capacity_tok", capacity_tok, "tokens the engines' KV caches hold");
    if (o->wall_s > 0.0) {
        f2f_record_num(r, "kv_used_mean_frac", o->kv_used_s / (o->wall_s * replicas_of(site)),
                       "of the KV cache, over time");
        f2f_record_num(r, "kv_used_peak_frac", o->kv_peak_frac, "most of one replica");
    }
    struct f2f_record *m = f2f_record_sub(r, "memory", "of the fullest chip");
    f2f_record_num(m, "weights_B", full->budget.weights_B, NULL);
    f2f_record_num(m, "kv_B", kv_B(full), "most that was used");
    f2f_record_num(m, "workspace_B", full->budget.workspace_B, "activations, graphs, communication buffers");
    f2f_record_num(m, "free_B", free_B(full), "negative: that much is missing");
}

static void put_counts(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_serve_outcome *o) {
    f2f_record_int(r, "iterations", o->iterations, "passes through the model");
    f2f_record_int(r, "preemptions", o->preemptions, "times that a sequence lost its cache");
    f2f_record_num(r, "running_mean", o->wall_s > 0.0 ? o->running_s / o->wall_s : 0.0, "sequences in iterations");
    f2f_record_num(r, "span_s", o->wall_s, "simulated time");
    f2f_record_int(r, "tokens_in_tok", o->tokens_in, "prompt tokens computed, again after preemption");
    f2f_record_int(r, "tokens_out_tok", o->tokens_out, "tokens generated");
    f2f_record_int(r, "chips", (long long)site->chips, "of all replicas");
    if (o->refused) f2f_record_int(r, "refused", o->refused, "requests no empty replica could hold");
    if (o->lost) f2f_record_int(r, "lost", o->lost, "requests given up after 100 failures of their replicas");
    if (o->skipped) f2f_record_int(r, "skipped", o->skipped, "requests that failed in the log, and were not sent");
    if (o->hit_tok > 0)
        f2f_record_num(r, "prefix_hit_frac", (double)o->hit_tok / (double)o->looked_tok, "prompt tokens found cached");
    if (o->sent_B > 0.0) f2f_record_num(r, "transferred_B", o->sent_B, "KV caches from prefill to decode replicas");
    if (o->failures) f2f_record_int(r, "failures", o->failures, "of replicas");
    if (site->job->autoscale.high > 0.0) {
        f2f_record_num(r, "replicas_mean", o->up_s / o->wall_s, "in service, over time");
        f2f_record_int(r, "started", o->started, "replicas");
        f2f_record_int(r, "stopped", o->stopped, "replicas");
    }
    if (o->interrupted) f2f_record_bool(r, "interrupted", true, "stopped before its end: the figures are partial");
}

void f2f_serve_put_outcome(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_serve_outcome *o) {
    if (o->ended > 0) {
        put_speed(r, site, o);
        put_logged(r, o);
        put_energy(r, site, o);
    }
    put_memory(r, site, o);
    if (o->wall_s > 0.0) put_counts(r, site, o);
    f2f_record_text(r, "engine", site->job->engine.id.name, "whose batching is followed");
}

void f2f_serve_put_users(struct f2f_record *r, const struct f2f_serve_site *site, long long users, long long found) {
    long long fit = 0;
    for (int i = 0; i < site->n_plants; i++)
        if (site->plants[i].role != F2F_ROLE_PREFILL) fit += site->plants[i].budget.users_fit * site->counts[i];
    f2f_record_int(r, "isl_tok", site->job->isl, "prompt of a request");
    f2f_record_int(r, "osl_tok", site->job->osl, "answer");
    f2f_record_int(r, "concurrency", users, "requests in flight at all times");
    f2f_record_int(r, "users_max", found, "most concurrent sequences that fit and meet the objectives");
    f2f_record_int(r, "users_fit", fit, "whole contexts that fit beside weights and workspace, objectives ignored");
}

void f2f_serve_put_series(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_series *series,
                          const struct f2f_serve_outcome *o) {
    struct f2f_record *table = f2f_record_sub(r, "over_time", "a row for each interval");
    double step_s = series->interval_s, replicas = replicas_of(site);
    for (int i = 0; i < F2F_SERIES_INTERVALS && i * step_s < o->wall_s; i++) {
        struct f2f_record *row = f2f_record_sub(table, f2f_arena_printf(r->arena, "%03d", i), NULL);
        double length_s = fmin(step_s, o->wall_s - i * step_s);
        f2f_record_num(row, "from_s", i * step_s, NULL);
        f2f_record_num(row, "power_W", series->total[F2F_OVER_ENERGY][i] / length_s + standing_W(site, o), NULL);
        f2f_record_num(row, "output_tokps", series->total[F2F_OVER_TOKENS][i] / length_s, NULL);
        f2f_record_num(row, "running", series->total[F2F_OVER_RUNNING][i] / length_s, NULL);
        f2f_record_num(row, "waiting", series->total[F2F_OVER_WAITING][i] / length_s, NULL);
        f2f_record_num(row, "kv_used_frac", series->total[F2F_OVER_KV][i] / (length_s * replicas), NULL);
    }
}

void f2f_serve_put_feasible(struct f2f_record *r, const char *why) {
    f2f_record_bool(r, "feasible", !why, "fits, and meets the objectives if users were asked for");
    f2f_record_text(r, "why", why, "what stands in the way");
}
