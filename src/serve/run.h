/* run.h - inside: a job with what all its runs share. */
#ifndef F2F_SERVE_RUN_H
#define F2F_SERVE_RUN_H

#include "serve/fleet.h"

struct f2f_serve_site {
    const struct f2f_serve_job *job;
    struct f2f_plant *plants; /* one for each group */
    int *counts;
    int n_plants;
    double chips; /* of all replicas together */
};

/* Plants of all groups, checked. *why: what does not fit, or NULL. */
f2f_status f2f_serve_site_make(struct f2f_serve_site *out, const char **why, f2f_arena *arena,
                               const struct f2f_system *system, const struct f2f_serve_job *job, f2f_error *err);
/* Sizes of 0 are 1. */
struct f2f_strategy f2f_serve_strategy(struct f2f_strategy s);
/* Whole contexts the engines can run side by side. */
long long f2f_serve_site_most(const struct f2f_serve_site *site);
/* One run. timeline and series may be NULL. */
f2f_status f2f_serve_site_run(struct f2f_serve_outcome *out, const struct f2f_serve_site *site,
                              struct f2f_serve_load *load, struct f2f_record *timeline, struct f2f_series *series,
                              f2f_error *err);

/* put.c: the record. */
void f2f_serve_put_outcome(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_serve_outcome *o);
void f2f_serve_put_users(struct f2f_record *r, const struct f2f_serve_site *site, long long users, long long found);
void f2f_serve_put_series(struct f2f_record *r, const struct f2f_serve_site *site, const struct f2f_series *series,
                          const struct f2f_serve_outcome *o);
void f2f_serve_put_feasible(struct f2f_record *r, const char *why);

#endif
