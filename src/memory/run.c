/* run.c - all channels of a run, on as many threads as asked, and their counts together.
 *
 * A channel is simulated in slices, so that progress can be told and the run be stopped. Channels share only
 * const structs: the order of execution cannot change a result. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/threads.h"
#include "memory/channel.h"
#include "memory/energy.h"

static const int64_t slice = 1 << 18; /* events */

struct job {
    const struct f2f_mem_run *run;
    const struct dram_spec *spec;
    struct outcome {
        f2f_status status;
        f2f_error err;
        struct f2f_mem_result counts; /* in ticks; see collect */
        int64_t end, dry, served, latency_sum, latency_max, loss[F2F_MEM_LOSSES], data, refreshed_banks;
    } * outcome; /* of each channel */
    int64_t requests; /* of all channels, or of the trace */
    atomic_llong done;
    atomic_bool stop;
};

struct watcher {
    f2f_mem_log_fn *log;
    void *context;
    struct f2f_mem_audit *audit;
};

static void watch(void *context, const struct f2f_mem_command *command) {
    struct watcher *w = context;
    if (w->log) w->log(w->context, command);
    if (w->audit) f2f_mem_audit_command(w->audit, command);
}

static void collect(struct outcome *o, const struct channel *c) {
    struct f2f_mem_result *r = &o->counts;
    r->reads = c->reads;
    r->writes = c->writes;
    r->forwarded = c->forwarded;
    r->events = c->events;
    r->row_hit_frac = (double)c->hits;
    memcpy(r->commands, c->commands, sizeof r->commands);
    memcpy(r->latency_count, c->latency_count, sizeof r->latency_count);
    memcpy(o->loss, c->loss, sizeof o->loss);
    for (int p = 0; p < c->pseudos; p++) o->loss[F2F_MEM_LOSS_IDLE] -= c->bus_free[p]; /* the end is added later */
    o->end = c->end;
    o->dry = c->dry;
    o->served = c->served;
    o->latency_sum = c->latency_sum;
    o->latency_max = c->latency_max;
    o->data = c->data;
    o->refreshed_banks = c->refreshed_banks;
}

static f2f_status simulate(struct job *job, struct channel *c, f2f_error *err) {
    bool more = true;
    int64_t told = 0;
    while (more) {
        if (atomic_load(&job->stop)) return f2f_fail(err, F2F_EINTERRUPTED, "interrupted");
        F2F_TRY(f2f_dram_channel_run(c, slice, &more, err));
        atomic_fetch_add(&job->done, c->source.asked - told);
        told = c->source.asked;
        if (!job->run->go_on || c->number) continue;
        if (!job->run->go_on(job->run->go_on_context, (double)atomic_load(&job->done) / (double)job->requests))
            atomic_store(&job->stop, true);
    }
    return F2F_OK;
}

/* Requests of a channel: its share, the first ones one more; a trace and strides are shared by address. */
static int64_t requests_of(const struct job *job, int number) {
    int channels = job->run->channels;
    if (job->run->traffic.pattern == F2F_MEM_TRACE) return job->requests;
    return job->requests / channels + (number < job->requests % channels);
}

static void run_channel(void *context, size_t channel) {
    struct job *job = context;
    int number = (int)channel;
    struct outcome *o = &job->outcome[number];
    const struct f2f_mem_run *run = job->run;
    f2f_arena *arena = f2f_arena_new();
    struct channel *c = f2f_arena_alloc(arena, sizeof *c);
    struct watcher watcher = {.log = number ? NULL : run->log, .context = run->log_context};
    const char *first;
    o->status = f2f_dram_channel_init(c, arena, run, job->spec, number, requests_of(job, number), &o->err);
    if (o->status == F2F_OK && run->audit)
        o->status = f2f_mem_audit_new(&watcher.audit, run->memory, run->pin_rate_bps, &o->err);
    if (watcher.audit || watcher.log) {
        c->log = watch;
        c->log_context = &watcher;
    }
    if (o->status == F2F_OK) o->status = simulate(job, c, &o->err);
    if (o->status != F2F_OK) atomic_store(&job->stop, true);
    collect(o, c);
    if (watcher.audit) {
        o->counts.violations = f2f_mem_audit_violations(watcher.audit, &first);
        if (o->counts.violations) {
            size_t length = strlen(first);
            if (length >= sizeof o->counts.violation) length = sizeof o->counts.violation - 1;
            memcpy(o->counts.violation, first, length);
        }
    }
    f2f_mem_audit_free(watcher.audit);
    f2f_dram_channel_close(c);
    f2f_arena_free(arena);
}

double f2f_mem_bin_s(const struct f2f_mem_result *r, int bin) {
    int shift = bin < 32 ? 0 : bin / 16 - 1;
    return ldexp((double)(bin - 16 * shift + 1), shift) * r->tick_s;
}

/* Latency that a share of reads does not pass: the upper edge of its bin. */
static double quantile_s(const struct f2f_mem_result *r, double share, double max_s) {
    double wanted = ceil(share * (double)r->reads), seen = 0.0;
    for (int b = 0; b < F2F_MEM_BINS; b++)
        if ((seen += (double)r->latency_count[b]) >= wanted && seen > 0.0) return fmin(f2f_mem_bin_s(r, b), max_s);
    return 0.0;
}

static void add_counts(struct f2f_mem_result *r, const struct outcome *o) {
    r->reads += o->counts.reads;
    r->writes += o->counts.writes;
    r->forwarded += o->counts.forwarded;
    r->events += o->counts.events;
    r->row_hit_frac += o->counts.row_hit_frac;
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++) r->commands[a] += o->counts.commands[a];
    for (int b = 0; b < F2F_MEM_BINS; b++) r->latency_count[b] += o->counts.latency_count[b];
    if (o->counts.violations && !r->violations) memcpy(r->violation, o->counts.violation, sizeof r->violation);
    r->violations += o->counts.violations;
}

static void summarise(struct f2f_mem_result *r, const struct job *job) {
    const struct f2f_mem_run *run = job->run;
    const struct dram_spec *spec = job->spec;
    double latency = 0, latency_max = 0, loss[F2F_MEM_LOSSES] = {0}, data = 0, refreshed = 0,
           pseudos = spec->members[F2F_DRAM_PSEUDO];
    int64_t end = 1;
    *r = (struct f2f_mem_result){.tick_s = spec->tick_s};
    for (int n = 0; n < run->channels; n++)
        if (job->outcome[n].end > end) end = job->outcome[n].end;
    for (int n = 0; n < run->channels; n++) {
        const struct outcome *o = &job->outcome[n];
        add_counts(r, o);
        if (o->dry > 0) r->steady_Bps += (double)o->served * spec->burst_B / ((double)o->dry * spec->tick_s);
        latency += (double)o->latency_sum;
        latency_max = fmax(latency_max, (double)o->latency_max);
        refreshed += (double)o->refreshed_banks;
        data += (double)o->data;
        for (int l = 0; l < F2F_MEM_LOSSES; l++) loss[l] += (double)o->loss[l];
        loss[F2F_MEM_LOSS_IDLE] += pseudos * (double)end;
    }
    double bus = pseudos * (double)end * run->channels, served = (double)(r->reads + r->writes - r->forwarded);
    r->requests = r->reads + r->writes;
    r->bytes_B = (double)r->requests * spec->burst_B;
    r->time_s = (double)end * spec->tick_s;
    r->cycles_ck = (double)end / spec->ticks_per_clock;
    r->bandwidth_Bps = r->bytes_B / r->time_s;
    r->peak_Bps = pseudos * run->channels * spec->burst_B / ((double)spec->burst * spec->tick_s);
    r->latency_mean_s = r->reads ? latency / (double)r->reads * spec->tick_s : 0.0;
    r->latency_max_s = latency_max * spec->tick_s;
    r->latency_p50_s = quantile_s(r, 0.50, r->latency_max_s);
    r->latency_p99_s = quantile_s(r, 0.99, r->latency_max_s);
    r->row_hit_frac = served > 0.0 ? r->row_hit_frac / served : 0.0;
    r->data_frac = data / bus;
    for (int l = 0; l < F2F_MEM_LOSSES; l++) r->loss_frac[l] = loss[l] / bus;
    if (!run->audit) r->violations = -1;
    f2f_mem_energy(r, run->memory, run->channels, (double)(r->reads - r->forwarded) * spec->burst_B,
                   (double)r->writes * spec->burst_B, refreshed);
}

/* The run with what was left out filled in, and the number of its requests. */
static f2f_status complete(struct f2f_mem_run *run, int64_t *requests, f2f_error *err) {
    const struct f2f_mem_traffic *t = &run->traffic;
    if (!run->controller) run->controller = run->memory->controller;
    if (!run->channels) run->channels = run->memory->channels;
    if (run->channels < 1 || run->channels > run->memory->channels)
        return f2f_fail(err, F2F_EINPUT, "%d channels: memory %s has %d", run->channels, run->memory->id.name,
                        run->memory->channels);
    if (!(t->read_frac >= 0.0 && t->read_frac <= 1.0))
        return f2f_fail(err, F2F_EINPUT, "a read share of %g is not from 0 to 1", t->read_frac);
    if (t->outstanding < 0 || t->outstanding > 1 << 20 || !(t->rate_Bps >= 0.0))
        return f2f_fail(err, F2F_EINPUT, "%d requests in flight at %g B/s cannot be simulated", t->outstanding,
                        t->rate_Bps);
    if (!(run->temperature_C <= F2F_MEM_LIMIT_C))
        return f2f_fail(err, F2F_EINPUT, "memory %s at %.0f C: no DRAM is rated above %.0f C, nor its refresh known",
                        run->memory->id.name, run->temperature_C, F2F_MEM_LIMIT_C);
    if (!f2f_dram_scheduler_find(run->controller->scheduler))
        return f2f_fail(err, F2F_EINPUT, "controller %s: no scheduler '%.40s': fcfs, frfcfs, frfcfs-rowhit",
                        run->controller->id.name, run->controller->scheduler);
    const struct f2f_dram_standard *standard = run->memory->standard;
    if (run->controller->refresh != F2F_DRAM_REFRESH_NONE && run->controller->postpone > standard->postponed)
        return f2f_fail(err, F2F_EINPUT, "controller %s postpones %d refreshes: %s allows %d", run->controller->id.name,
                        run->controller->postpone, standard->id.name, standard->postponed);
    *requests = run->requests;
    if (t->pattern == F2F_MEM_TRACE) {
        int64_t there;
        F2F_TRY(f2f_dram_trace_check(&there, t->trace, err));
        if (*requests <= 0 || *requests > there) *requests = there;
    }
    return *requests > 0 ? F2F_OK : f2f_fail(err, F2F_EINPUT, "no requests to simulate");
}

f2f_status f2f_mem_simulate(struct f2f_mem_result *out, const struct f2f_mem_run *asked, f2f_error *err) {
    struct f2f_mem_run run = *asked;
    struct job job = {.run = &run};
    bool used[F2F_DRAM_ACTIONS];
    *out = (struct f2f_mem_result){.violations = -1};
    F2F_TRY(complete(&run, &job.requests, err));
    f2f_arena *arena = f2f_arena_new();
    struct dram_spec *spec = f2f_arena_alloc(arena, sizeof *spec);
    f2f_dram_actions_used(used, run.memory, run.controller);
    f2f_status status = f2f_dram_spec_make(spec, run.memory, run.pin_rate_bps, used, err);
    if (status == F2F_OK) {
        spec->refresh_interval =
            (int64_t)((double)spec->refresh_interval / f2f_mem_refreshes(run.memory, run.temperature_C));
        job.spec = spec;
        job.outcome = f2f_arena_alloc(arena, (size_t)run.channels * sizeof *job.outcome);
        f2f_threads_each((size_t)run.channels, run.threads > 0 ? run.threads : 1, run_channel, &job);
        summarise(out, &job);
        for (int n = run.channels - 1; n >= 0; n--) {
            bool only_stopped = job.outcome[n].status == F2F_EINTERRUPTED && status != F2F_OK;
            if (job.outcome[n].status == F2F_OK || only_stopped) continue;
            status = job.outcome[n].status;
            if (err) *err = job.outcome[n].err;
        }
    }
    f2f_arena_free(arena);
    return status;
}

f2f_status f2f_mem_refresh_loss(double *out_frac, const struct f2f_mem_run *asked, f2f_error *err) {
    enum { COMPARED = 200000 };
    struct f2f_mem_run run = *asked;
    struct f2f_mem_result with, without;
    struct f2f_controller never = *(run.controller ? run.controller : run.memory->controller);
    struct f2f_memory unmanaged = *run.memory;
    *out_frac = 0.0;
    run.audit = false;
    run.log = NULL;
    run.go_on = NULL;
    if (run.requests > COMPARED) run.requests = COMPARED;
    F2F_TRY(f2f_mem_simulate(&with, &run, err));
    never.refresh = F2F_DRAM_REFRESH_NONE;
    unmanaged.raaimt = 0;
    run.controller = &never;
    run.memory = &unmanaged;
    F2F_TRY(f2f_mem_simulate(&without, &run, err));
    *out_frac = (without.bandwidth_Bps - with.bandwidth_Bps) / with.peak_Bps;
    return F2F_OK;
}
