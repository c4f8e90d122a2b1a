/* explore.h - inside of this folder: a study unfolded into tasks that threads can take in any order. */
#ifndef F2F_EXPLORE_H
#define F2F_EXPLORE_H

#include "fab2fleet/explore.h"
#include "fab2fleet/serve.h"
#include "fab2fleet/train.h"

/* One system doing one job. Filled by tasks.c; arena and record by whoever runs it. */
struct f2f_task {
    const struct f2f_system *system; /* NULL: it could not be made, and status says why */
    const char *system_name;
    const struct f2f_study_job *job; /* as asked */
    const char *job_name; /* with model and precision when the job has several */
    const struct f2f_model *model;
    const char *precision;
    const char *value; /* of a sweep, or NULL */
    const struct f2f_price *price; /* or NULL */
    const char *missing_trace; /* for which a traffic stands in, or NULL */
    const struct f2f_doc *at; /* where its job stands, or NULL */
    const struct f2f_doc *value_at; /* where the value of its sweep stands, or NULL */
    const struct f2f_field *varied; /* field of the job that the sweep varies, or NULL */
    const struct f2f_study_system *place; /* that it was asked for; NULL: of a plan */
    int kind; /* enum f2f_job_kind */
    bool uncertainty; /* also p10 and p90 of the figures */
    uint64_t key; /* in a journal */
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
    bool uncertainty; /* also p10 and p90 of the figures, but in sweeps */
    const struct f2f_set *sets; /* of which those of engines change the engine of every task */
    size_t n_sets;
};

/* Appends the tasks of like->job on like->system, model-major then precision; items has room for them. What they have
 * in common stands in `like`. What is refused keeps its status and error, and is one of the tasks all the same. */
void f2f_tasks_add(struct f2f_tasks *tasks, const struct f2f_task *like);
/* Refuses tasks that could not run. */
void f2f_tasks_check(struct f2f_tasks *tasks);
/* What would refuse the task if its job were this one. */
f2f_status f2f_task_try(const struct f2f_tasks *tasks, const struct f2f_task *task, const struct f2f_study_job *job,
                        f2f_error *err);

/* Gives the task the record of its model in its arena, without money; NULL where it fails, with status and error. */
void f2f_task_answer(struct f2f_task *task);

/* fault.c: where that stands which a task is refused for: a field of its job, the value of its sweep, or else the job;
 * NULL: nowhere. */
const struct f2f_doc *f2f_task_fault(const struct f2f_tasks *tasks, const struct f2f_task *task);
/* The system, the job and the value of a task, for messages. */
const char *f2f_task_title(f2f_arena *arena, const struct f2f_task *task);
/* Reports all tasks that were refused, each at its fault. */
void f2f_tasks_report(const struct f2f_tasks *tasks);
/* A table of the tasks without an answer and why; none where all have one. */
void f2f_tasks_put_refused(struct f2f_results *results, const struct f2f_tasks *tasks);

/* unfold.c: gives a field of the job (no model, no precision) that value. F2F_EINPUT: it takes none such. */
f2f_status f2f_job_vary(struct f2f_study_job *job, const struct f2f_field *field, const char *value, f2f_error *err);

/* unfold.c: the tasks of a study in the order: jobs (system-major), then sweep w (system-major, then by value) from
 * sweep_start[w] on. Jobs and values that are wrong are among them; what else is wrong is reported, all of it at once.
 */
f2f_status f2f_study_unfold(struct f2f_tasks *tasks, size_t *sweep_start, const struct f2f_study *study,
                            const struct f2f_study_options *options, f2f_error *err);

struct f2f_journal;

/* Runs all that have no record yet in `threads` threads, and adds them to the journal, if there is one (journal.h).
 * Each record is the same whatever the number of threads. A task that fails keeps its status and has no record; err is
 * that of the first. */
f2f_status f2f_tasks_run(struct f2f_tasks *tasks, int threads, struct f2f_journal *journal, f2f_progress_fn *progress,
                         void *context, f2f_error *err);

/* The number `key` of a record; NaN when it is missing or what was asked does not fit. */
double f2f_figure(const struct f2f_record *r, const char *key);
/* Figure of b over that of a, NaN when there is none. */
double f2f_ratio(const struct f2f_record *a, const struct f2f_record *b, const char *key);

#endif
