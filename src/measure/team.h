/* team.h - inside src/measure: threads that stay, each on a core of its own. */
#ifndef F2F_MEASURE_TEAM_H
#define F2F_MEASURE_TEAM_H

#include "fab2fleet/status.h"

struct f2f_team;

/* One piece of work: the part of thread `thread` of `threads`. */
typedef void f2f_team_fn(void *context, int thread, int threads);

/* Threads 0 to n - 1, of which the caller's is the first, on the logical CPUs of that number where the system allows
 * it. F2F_ERUN: no memory or threads. */
f2f_status f2f_team_new(struct f2f_team **out, const int *cpu, int n, f2f_error *err);
/* The caller's thread may run where it might before. */
void f2f_team_free(struct f2f_team *team);
/* All threads run it; returns when all have. Threads wait by spinning, for a short time. */
void f2f_team_run(struct f2f_team *team, f2f_team_fn *work, void *context);
int f2f_team_threads(const struct f2f_team *team);
/* From then on each thread's own time at work is taken by that clock, of which f2f_team_busy_s sums the longest of each
 * run. */
void f2f_team_watch(struct f2f_team *team, double (*thread_s)(void *context), void *context);
double f2f_team_busy_s(void *team);

#endif
