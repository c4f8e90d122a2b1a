/* failure.h - a long job on parts that fail: how much of its time is work. */
#ifndef F2F_TRAIN_FAILURE_H
#define F2F_TRAIN_FAILURE_H

#include <stdint.h>

#include "fab2fleet/hardware.h"

enum { F2F_FAILURE_PARTS_MAX = 64 };

/* What a job meets. Times in seconds of wall clock, work in seconds of undisturbed progress. */
struct f2f_failure_job {
    const struct f2f_reliability *reliability;
    double chips, servers; /* of the job */
    double spare_servers; /* that stand by */
    double replicas; /* above 0: one that fails leaves and rejoins, the others go on */
    double checkpoint_s; /* standstill to write one */
    double read_s; /* to read one at a restart */
    double interval_s; /* of work between checkpoints */
    double work_s; /* of the whole job */
    uint64_t seed;
};

/* Where the time of some runs of the job went; parts add up to wall_s. */
struct f2f_failure_times {
    double wall_s, work_s; /* done and kept */
    double lost_s; /* done again */
    double recovery_s, checkpoint_s, waiting_s, slow_s; /* waiting: for a server to be repaired */
    double stops;
};

/* Mean time between stops of the job. */
double f2f_failure_mttf_s(const struct f2f_failure_job *job);
/* One run, trial by number; cut short after so many stops. The same numbers give the same run. */
struct f2f_failure_times f2f_failure_run(const struct f2f_failure_job *job, uint64_t trial, int most_stops);
/* Daly's interval (FGCS 22(3), 2006), Young's sqrt(2 C M) at the first order; C below 2 M, else M. */
double f2f_failure_daly_s(double checkpoint_s, double mttf_s);
/* The interval with the best share of work in simulation, near Daly's. */
double f2f_failure_best_interval_s(const struct f2f_failure_job *job);

#endif
