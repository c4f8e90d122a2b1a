/* explore.h - inside of this folder: a study unfolded into tasks that threads can take in any order. */
#ifndef F2F_EXPLORE_H
#define F2F_EXPLORE_H

#include "fab2fleet/explore.h"
#include "fab2fleet/serve.h"
#include "fab2fleet/train.h"

/* One system doing one job. Filled by tasks.c; arena and record by whoever runs it. */
struct f2f_task {
    const struct f2f_system *system;
    const char *system_name;
    const char *job_name; /* with model and precision when the job has several */
    const struct f2f_model *model;
    const char *precision;
    const char *value; /* of a sweep, or NULL */
    const struct f2f_price *price; /* or NULL */
    const char *missing_trace; /* for which a traffic stands in, or NULL */
    const struct f2f_doc *at; /* where its job stands in the study, or NULL */
    const struct f2f_study_system *place; /* that it was asked for; NULL: of a plan */
    int kind; /* enum f2f_job_kind */
    struct f2f_serve_job serve;
    struct f2f_train_job train;
    f2f_arena *arena;
    struct f2f_record *record; /* NULL until it has run */
    f2f_status status; /* not F2F_OK: it is not run */
    f2f_error err;
};

struct f2f_tasks {
    f2f_arena *arena;
    struct f2f_catalog *catalog; /* for engines and traffic, while tasks are added */
    struct f2f_task *items;
    size_t n;
    const struct f2f_price *price; /* of every task, or NULL */
    const struct f2f_set *sets; /* of which those of engines change the engine of every task */
    size_t n_sets;
};

/* Appends the tasks of a job on one system, model-major then precision; items has room for them. What is refused keeps
 * its status and error, and is one of the tasks all the same. */
void f2f_tasks_add(struct f2f_tasks *tasks, const struct f2f_study_job *job, const struct f2f_system *system,
                   const char *system_name, const char *value);
/* Refuses tasks that could not run, from `first` on. */
void f2f_tasks_check(struct f2f_tasks *tasks, size_t first);
/* Runs all in `threads` threads. Each record is the same whatever the number of threads. A task that fails keeps
 * its status and has no record; err is that of the first. */
f2f_status f2f_tasks_run(struct f2f_tasks *tasks, int threads, f2f_progress_fn *progress, void *context,
                         f2f_error *err);

/* The number `key` of a record; NaN when it is missing or what was asked does not fit. */
double f2f_figure(const struct f2f_record *r, const char *key);
/* Figure of b over that of a, NaN when there is none. */
double f2f_ratio(const struct f2f_record *a, const struct f2f_record *b, const char *key);

#endif
