/* study.h - a whole question in one file: systems, jobs, sweeps, and the claims to be tested. */
#ifndef F2F_STUDY_H
#define F2F_STUDY_H

#include "fab2fleet/catalog.h"
#include "fab2fleet/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum f2f_job_kind { F2F_JOB_SERVE, F2F_JOB_TRAIN };

/* A system of the study: a catalog description with some fields changed. */
struct f2f_study_system {
    const char *name, *base, *text;
    struct f2f_set *sets;
    int n_sets;
    const struct f2f_device *device; /* that it runs on or streams to; NULL: none */
    bool streamed; /* tokens are sent to the device */
    const char **jobs; /* by name, that it does; none: all */
    int n_jobs;
};

struct f2f_study_job {
    const char *name;
    int kind; /* enum f2f_job_kind */
    const struct f2f_model **models; /* one or more: a job each */
    int n_models;
    const char **precisions;
    int n_precisions;
    const char *kv_precision, *engine;
    int tp, pp, cp, vp, dp, micro_batch, zero; /* 0: the job's default (serving) or chosen (training) */
    const char *recompute;
    int isl, osl, concurrency; /* serve */
    const char *traffic, *trace, *router;
    double rate_scale;
    int requests, replicas;
    const char *slo;
    int chips, global_batch, seq; /* train */
    int split, spares; /* see struct f2f_train_job: jobs, spares */
    bool fault_tolerant, async_checkpoint;
    double tokens;
};

/* A published statement about the ratio of `of` between the last system and the first. */
struct f2f_study_claim {
    const char *text, *source;
    const char *of; /* key of the ratio, e.g. users_fit */
    const char *job; /* the job it is read from, as it stands in `job` of the results */
    const char *sweep; /* whose rows tell under which conditions it holds; may be NULL */
    const char *because; /* what to look at: the mechanism, in one sentence */
    double expected, tolerance_frac;
};

/* A job over changed systems or a changed job: one table, a row for each model, precision and value. */
struct f2f_study_sweep {
    const char *name, *text;
    struct f2f_study_job job;
    const char *path; /* a --set path, or job.FIELD */
    const char **values;
    int n_values;
    const char **of; /* keys shown for each system, with their ratio */
    int n_of;
};

struct f2f_study {
    struct f2f_ident id;
    const char *question;
    struct f2f_study_system *systems;
    int n_systems;
    struct f2f_study_job *jobs;
    int n_jobs;
    struct f2f_study_claim *claims;
    int n_claims;
    struct f2f_study_sweep *sweeps;
    int n_sweeps;
    bool uncertainty; /* also p10 and p90 of the jobs' figures */
    const char *price; /* price list, by name or path; NULL: the default */
    const struct f2f_doc *tree; /* as read: where a mistake stands */
};

f2f_status f2f_study_load(const struct f2f_study **out, struct f2f_catalog *catalog, const char *path, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
