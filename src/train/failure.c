/* A job on parts that fail: Monte Carlo over failures, checkpoints, recovery, spares.
 *
 * Failures of each part are Poisson, some in bursts. A stop loses the work since the last checkpoint and costs
 * detection, restart and reading; failures meanwhile begin that anew (Daly 2006). Where replicas tolerate the loss of
 * one, all stand still shortly and the one is missing until it has rejoined. Between stops time is taken in one step,
 * so that the cost goes with the stops alone. Leaves out: failures that depend on load or age, partial repairs. */
#include "train/failure.h"

#include <math.h>

/* Numbers by counter: of a seed, a trial and a place in its stream (SplitMix64's finaliser, Steele et al. 2014). */
static uint64_t mixed(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

enum { REPAIRS_MAX = 4096 };

struct run {
    const struct f2f_failure_job *job;
    uint64_t key, count;
    double rate[F2F_FAILURE_PARTS_MAX + 1], all; /* of each part, then of planned stops; 1/s */
    double since_s; /* work since the last checkpoint */
    double repair_s[REPAIRS_MAX]; /* when servers are back, a ring in order of failure */
    int first, away;
    struct f2f_failure_times t;
};

/* From 0 to 1, neither of them. */
static double uniform(struct run *r) { return ((double)(mixed(r->key ^ mixed(r->count++)) >> 11) + 0.5) * 0x1p-53; }

static double exponential(struct run *r, double mean_s) { return -mean_s * log(uniform(r)); }

static double part_rate(const struct f2f_failure_job *job, const struct f2f_failure_part *part) {
    const double count[] = {[F2F_FAILS_CHIP] = job->chips, [F2F_FAILS_SERVER] = job->servers, [F2F_FAILS_JOB] = 1};
    return count[part->scope] / part->mtbf_s;
}

static int parts_of(const struct f2f_failure_job *job) {
    int n = job->reliability->parts;
    return n < F2F_FAILURE_PARTS_MAX ? n : F2F_FAILURE_PARTS_MAX;
}

double f2f_failure_mttf_s(const struct f2f_failure_job *job) {
    double rate = 0;
    for (int i = 0; i < parts_of(job); i++)
        if (!(job->reliability->part[i].slow_frac > 0)) rate += part_rate(job, &job->reliability->part[i]);
    return rate > 0 ? 1 / rate : HUGE_VAL;
}

/* Undisturbed for so long: work and checkpoints in turn. */
static void advance(struct run *r, double time_s) {
    const struct f2f_failure_job *job = r->job;
    double interval_s = job->interval_s, cycle_s = interval_s + job->checkpoint_s;
    double to_next_s = interval_s - r->since_s + job->checkpoint_s;
    r->t.wall_s += time_s;
    if (time_s >= to_next_s) {
        double cycles = 1 + floor((time_s - to_next_s) / cycle_s);
        time_s -= to_next_s + (cycles - 1) * cycle_s;
        r->t.work_s += interval_s - r->since_s + (cycles - 1) * interval_s;
        r->t.checkpoint_s += cycles * job->checkpoint_s;
        r->since_s = 0;
    }
    double worked_s = fmin(time_s, interval_s - r->since_s);
    r->since_s += worked_s;
    r->t.work_s += worked_s;
    r->t.checkpoint_s += time_s - worked_s; /* a checkpoint that is not whole */
}

static void lose(struct run *r, double work_s) {
    work_s = fmin(work_s, r->t.work_s);
    r->t.work_s -= work_s;
    r->t.lost_s += work_s;
    r->since_s = 0;
}

/* A standstill of so long, begun anew by each failure in it. */
static void stand_still(struct run *r, double takes_s, double times) {
    for (; times > 0; times--) {
        double next_s;
        while ((next_s = exponential(r, 1 / r->all)) < takes_s) {
            r->t.wall_s += next_s;
            r->t.recovery_s += next_s;
            r->t.stops++;
            if (r->t.stops > 1e6) return; /* it never ends: the share of work is next to nothing */
        }
        r->t.wall_s += takes_s;
        r->t.recovery_s += takes_s;
    }
}

/* A server leaves for repair; with no spare left the job waits for the first to return. */
static void replace_server(struct run *r, double repair_s) {
    if (!(repair_s > 0)) return;
    while (r->away && r->repair_s[r->first] <= r->t.wall_s) {
        r->first = (r->first + 1) % REPAIRS_MAX;
        r->away--;
    }
    if (r->away < REPAIRS_MAX) r->repair_s[(r->first + r->away++) % REPAIRS_MAX] = r->t.wall_s + repair_s;
    if (r->away <= r->job->spare_servers || r->away < 1) return;
    double waits_s = fmax(0, r->repair_s[r->first] - r->t.wall_s);
    double share = r->job->replicas > 0 ? 1 / r->job->replicas : 1; /* of the job that waits */
    r->t.waiting_s += share * waits_s;
    r->t.wall_s += share * waits_s;
}

static double burst(struct run *r, double mean) {
    double n = 1;
    while (uniform(r) > 1 / mean) n++;
    return n;
}

/* The job stops, or goes on without a replica. */
static void stop(struct run *r, const struct f2f_failure_part *part) {
    const struct f2f_failure_job *job = r->job;
    const struct f2f_reliability *rel = job->reliability;
    double away_s = rel->detect_s + rel->restart_s + job->read_s, times = burst(r, part->burst);
    r->t.stops += times;
    if (job->replicas > 0) {
        stand_still(r, rel->rejoin_s, times);
        r->t.recovery_s += times * away_s / job->replicas; /* one of so many is missing */
        r->t.wall_s += times * away_s / job->replicas;
    } else {
        lose(r, r->since_s);
        stand_still(r, away_s, times);
    }
    if (part->silent) lose(r, part->notice_s);
    replace_server(r, part->repair_s);
}

static void slow_down(struct run *r, const struct f2f_failure_part *part) {
    double lost_s = part->slow_frac * part->notice_s / (1 - part->slow_frac);
    r->t.slow_s += lost_s;
    r->t.wall_s += lost_s;
    replace_server(r, part->repair_s);
}

static void planned_stop(struct run *r) {
    const struct f2f_failure_job *job = r->job;
    r->t.stops++;
    r->t.wall_s += job->checkpoint_s;
    r->t.checkpoint_s += job->checkpoint_s;
    r->since_s = 0;
    stand_still(r, job->reliability->restart_s + job->read_s, 1);
}

static void fail(struct run *r) {
    double pick = uniform(r) * r->all;
    int parts = parts_of(r->job), i = 0;
    while (i < parts && pick >= r->rate[i]) pick -= r->rate[i++];
    if (i == parts) {
        planned_stop(r);
        return;
    }
    const struct f2f_failure_part *part = &r->job->reliability->part[i];
    if (part->slow_frac > 0) slow_down(r, part);
    else stop(r, part);
}

struct f2f_failure_times f2f_failure_run(const struct f2f_failure_job *job, uint64_t trial, int most_stops) {
    struct run r = {.job = job, .key = mixed(job->seed) ^ mixed(~trial)};
    int parts = parts_of(job);
    for (int i = 0; i < parts; i++) r.all += r.rate[i] = part_rate(job, &job->reliability->part[i]);
    if (job->reliability->planned_s > 0) r.all += r.rate[parts] = 1 / job->reliability->planned_s;
    while (r.t.work_s < job->work_s && r.t.stops < most_stops) {
        double left_s = job->work_s - r.t.work_s, per_work = 1 + job->checkpoint_s / job->interval_s;
        double next_s = r.all > 0 ? exponential(&r, 1 / r.all) : HUGE_VAL;
        if (next_s >= left_s * per_work) {
            advance(&r, left_s * per_work);
            break;
        }
        advance(&r, next_s);
        fail(&r);
    }
    return r.t;
}

double f2f_failure_daly_s(double checkpoint_s, double mttf_s) {
    double c = checkpoint_s, m = mttf_s;
    if (!(c < 2 * m)) return m;
    return sqrt(2 * c * m) * (1 + sqrt(c / (2 * m)) / 3 + c / (18 * m)) - c;
}

static double work_share(struct f2f_failure_job job, double interval_s) {
    enum { TRIALS = 8, STOPS = 1000 };
    double work_s = 0, wall_s = 0;
    job.interval_s = interval_s;
    for (uint64_t i = 0; i < TRIALS; i++) {
        struct f2f_failure_times t = f2f_failure_run(&job, i, STOPS);
        work_s += t.work_s;
        wall_s += t.wall_s;
    }
    return wall_s > 0 ? work_s / wall_s : 0;
}

double f2f_failure_best_interval_s(const struct f2f_failure_job *job) {
    double daly_s = f2f_failure_daly_s(job->checkpoint_s, f2f_failure_mttf_s(job)), best_s = daly_s, best = -1;
    struct f2f_failure_job endless = *job;
    endless.work_s = HUGE_VAL;
    for (int i = -6; i <= 6; i++) { /* from a quarter to four times */
        double interval_s = daly_s * exp2(i / 3.0), share = work_share(endless, interval_s);
        if (share > best) {
            best = share;
            best_s = interval_s;
        }
    }
    return best_s;
}
