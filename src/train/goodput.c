/* What failures leave of a job's time: checkpoints, the rates of the system's parts, and many runs of the job.
 *
 * A checkpoint holds weights and optimizer state once, written by all chips to the system's storage; it is blocking, or
 * only copied to the hosts' memory first. Percentiles are of runs with different seeds. Long jobs are cut after a
 * number of stops and taken to go on alike. */
#include "train/goodput.h"

#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "train/failure.h"

enum { TRIALS = 64, MOST_STOPS = 5000 };
static const double HORIZON_S = 30 * 86400.0; /* of a job whose length is not given */

static double state_B(const struct f2f_train_job *job, const struct f2f_train_layout *l) {
    const struct f2f_model *m = job->model;
    double params = (double)m->params, tables = (m->tied_embeddings ? 1 : 2) * (double)m->vocab * (double)m->hidden;
    return f2f_train_weights_B(l, params, tables) + l->state_B * params;
}

/* Standstill for a checkpoint: until it is in storage, or in the host's memory. */
static double blocking_s(const struct f2f_system *system, const struct f2f_train_job *job, double bytes_B,
                         double chips) {
    double link_Bps = system->node->chip->host_link_Bps;
    if (job->async_checkpoint && link_Bps > 0) return bytes_B / chips / link_Bps;
    return bytes_B / system->storage_Bps;
}

static struct f2f_failure_job job_of(const struct f2f_system *system, const struct f2f_train_job *job,
                                     const struct f2f_train_choice *c, double chips) {
    double unit = system->reliability.unit > 0 ? system->reliability.unit : system->node->chips,
           jobs = job->jobs > 1 ? job->jobs : 1, bytes_B = state_B(job, &c->layout);
    double steps = job->tokens > 0 ? job->tokens / ((double)job->global_batch * job->seq) : 0;
    struct f2f_failure_job f = {.reliability = &system->reliability,
                                .chips = chips,
                                .servers = ceil(chips / unit),
                                .replicas = job->fault_tolerant ? c->strategy.dp : 0,
                                .checkpoint_s = blocking_s(system, job, bytes_B, chips),
                                .read_s = bytes_B / system->storage_Bps,
                                .work_s = steps > 0 ? steps * c->step.total_s : HORIZON_S,
                                .seed = (uint64_t)job->seed};
    double left = (double)system->nodes * system->node->chips - jobs * chips;
    f.spare_servers = fmax(0, floor(left / unit / jobs));
    /* shorter than it takes to write one is not possible */
    double least_s = bytes_B / system->storage_Bps;
    f.interval_s = job->checkpoint_s > 0 ? job->checkpoint_s : f2f_failure_best_interval_s(&f);
    f.interval_s = fmin(fmax(f.interval_s, least_s), f.work_s);
    return f;
}

static void put_record(struct f2f_record *r, const struct f2f_failure_job *f, const struct f2f_failure_times *sum,
                       double checkpoint_B) {
    struct f2f_record *sub = f2f_record_sub(r, "failures", "where the time goes, and what it rests on");
    double wall_s = sum->wall_s, mttf_s = f2f_failure_mttf_s(f);
    f2f_record_num(sub, "mttf_s", mttf_s, "mean time between unexpected stops of the job");
    f2f_record_num(sub, "stops_per_day", sum->stops / wall_s * 86400, "planned ones too");
    f2f_record_num(sub, "checkpoint_B", checkpoint_B, "weights and optimizer state of the whole model");
    f2f_record_num(sub, "checkpoint_s", f->checkpoint_s, "standstill for one");
    f2f_record_num(sub, "interval_s", f->interval_s, "between checkpoints; where not given, the best in simulation");
    f2f_record_num(sub, "daly_interval_s", f2f_failure_daly_s(f->checkpoint_s, mttf_s), "Daly's formula, to compare");
    f2f_record_num(sub, "lost_frac", sum->lost_s / wall_s, "work done again");
    f2f_record_num(sub, "recovery_frac", sum->recovery_s / wall_s, "detection, restart, reading");
    f2f_record_num(sub, "checkpoint_frac", sum->checkpoint_s / wall_s, "writing checkpoints");
    f2f_record_num(sub, "waiting_frac", sum->waiting_s / wall_s, "no spare server was left");
    f2f_record_num(sub, "slow_frac", sum->slow_s / wall_s, "slowed by a straggler until it was noticed");
    f2f_record_num(sub, "spare_servers", f->spare_servers, "that stand by for the job");
}

static void sum_up(struct f2f_failure_times *sum, const struct f2f_failure_times *t) {
    sum->wall_s += t->wall_s;
    sum->work_s += t->work_s;
    sum->lost_s += t->lost_s;
    sum->recovery_s += t->recovery_s;
    sum->checkpoint_s += t->checkpoint_s;
    sum->waiting_s += t->waiting_s;
    sum->slow_s += t->slow_s;
    sum->stops += t->stops;
}

static void put_days(struct f2f_record *r, const struct f2f_train_job *job, const struct f2f_train_choice *c,
                     double days[TRIALS]) {
    if (!(job->tokens > 0)) return;
    double steps = job->tokens / ((double)job->global_batch * job->seq);
    double ideal = steps * c->step.total_s / 86400;
    f2f_record_num(r, "ideal_days", ideal, "of the whole run without failures");
    if (!days) f2f_record_num(r, "days", ideal, "of the whole run; the system says not what fails");
    if (!days) return;
    f2f_sort(days, TRIALS);
    f2f_record_num(r, "days", days[TRIALS / 2], "of the whole run, median over seeds");
    f2f_record_num(r, "days_p10", days[TRIALS / 10], NULL);
    f2f_record_num(r, "days_p90", days[TRIALS - 1 - TRIALS / 10], NULL);
}

double f2f_train_goodput(struct f2f_record *r, const struct f2f_system *system, const struct f2f_train_job *job,
                         const struct f2f_train_choice *c, double chips) {
    struct f2f_failure_times sum = {0};
    double days[TRIALS];
    if (job->undisturbed || !system->reliability.parts || !(system->storage_Bps > 0)) {
        f2f_record_num(r, "goodput_frac", (double)NAN,
                       "share of the time that is work; the system says not what fails");
        put_days(r, job, c, NULL);
        return 1;
    }
    struct f2f_failure_job f = job_of(system, job, c, chips);
    for (int i = 0; i < TRIALS; i++) {
        struct f2f_failure_times t = f2f_failure_run(&f, (uint64_t)i + 1000, MOST_STOPS);
        days[i] = t.work_s > 0 ? f.work_s / t.work_s * t.wall_s / 86400 : HUGE_VAL;
        sum_up(&sum, &t);
    }
    f2f_record_num(r, "goodput_frac", sum.work_s / sum.wall_s, "share of the time that is work, after failures");
    put_days(r, job, c, days);
    put_record(r, &f, &sum, state_B(job, &c->layout));
    return sum.work_s / sum.wall_s;
}
