/* tasks.c - jobs to tasks, and tasks to records, on as many threads as asked.
 *
 * A task owns its arena and reads only const structs, so the order of execution cannot change a result. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/threads.h"
#include "explore/journal.h"
#include "fab2fleet/cost.h"

static int or_one(int n) { return n > 0 ? n : 1; }

static f2f_status make_serve(struct f2f_task *task, const struct f2f_tasks *tasks, const struct f2f_study_job *job,
                             f2f_error *err) {
    struct f2f_catalog *catalog = tasks->catalog;
    struct f2f_serve_job *serve = &task->serve;
    *serve =
        (struct f2f_serve_job){.model = task->model, .isl = job->isl, .osl = job->osl, .concurrency = job->concurrency};
    serve->strategy =
        (struct f2f_strategy){.tp = or_one(job->tp), .pp = or_one(job->pp), .cp = 1, .vp = 1, .dp = 1, .ep = 1};
    F2F_TRY(f2f_precision_parse(&serve->precision, task->precision, job->kv_precision, err));
    F2F_TRY(f2f_catalog_engine(&serve->engine, catalog, job->engine, tasks->sets, tasks->n_sets, err));
    serve->requests = job->requests;
    serve->replicas = job->replicas;
    serve->router = job->router;
    serve->stream.rate_scale = job->rate_scale;
    if (job->trace && access(job->trace, R_OK) == 0) serve->stream.trace = job->trace;
    else if (job->traffic) {
        F2F_TRY(f2f_catalog_traffic(&serve->stream.traffic, catalog, job->traffic, err));
        task->missing_trace = job->trace;
    } else if (job->trace)
        return f2f_fail(err, F2F_EINPUT, "cannot read trace '%.150s', and no traffic stands in", job->trace);
    return job->slo ? f2f_slo_parse(&serve->slo, job->slo, err) : F2F_OK;
}

static f2f_status make_train(struct f2f_task *task, const struct f2f_study_job *job, f2f_error *err) {
    struct f2f_train_job *train = &task->train;
    *train = (struct f2f_train_job){.model = task->model,
                                    .chips = job->chips,
                                    .global_batch = job->global_batch,
                                    .seq = job->seq,
                                    .tokens = job->tokens,
                                    .jobs = job->split,
                                    .spares = job->spares,
                                    .fault_tolerant = job->fault_tolerant,
                                    .async_checkpoint = job->async_checkpoint,
                                    .search = true,
                                    .wide = true};
    train->strategy = (struct f2f_strategy){.tp = job->tp,
                                            .pp = job->pp,
                                            .cp = job->cp,
                                            .vp = job->vp,
                                            .dp = job->dp,
                                            .micro_batch = job->micro_batch,
                                            .zero = job->zero,
                                            .recompute = F2F_RECOMPUTE_CHOSEN,
                                            .schedule = F2F_SCHEDULE_CHOSEN};
    if (job->recompute) F2F_TRY(f2f_recompute_parse(&train->strategy.recompute, job->recompute, err));
    return f2f_precision_parse(&train->precision, task->precision, NULL, err);
}

static const char *task_name(f2f_arena *arena, const struct f2f_study_job *job, const struct f2f_task *task) {
    if (job->n_models == 1 && job->n_precisions == 1) return job->name;
    return f2f_arena_printf(arena, "%s %s %s", job->name, task->model->name, task->precision);
}

static f2f_status make_job(struct f2f_task *task, const struct f2f_tasks *tasks, const struct f2f_study_job *job,
                           f2f_error *err) {
    return job->kind == F2F_JOB_SERVE ? make_serve(task, tasks, job, err) : make_train(task, job, err);
}

static f2f_status check_job(const struct f2f_task *task, f2f_error *err) {
    return task->kind == F2F_JOB_SERVE ? f2f_serve_check(task->system, &task->serve, err)
                                       : f2f_train_check(task->system, &task->train, err);
}

void f2f_tasks_add(struct f2f_tasks *tasks, const struct f2f_task *like) {
    const struct f2f_study_job *job = like->job;
    for (int m = 0; m < job->n_models; m++) {
        for (int p = 0; p < job->n_precisions; p++) {
            struct f2f_task *task = &tasks->items[tasks->n++];
            *task = *like;
            task->model = job->models[m];
            task->precision = job->precisions[p];
            task->price = tasks->price;
            task->uncertainty = tasks->uncertainty && !task->value;
            task->kind = job->kind;
            task->job_name = task_name(tasks->arena, job, task);
            if (task->status == F2F_OK) task->status = make_job(task, tasks, job, &task->err);
        }
    }
}

void f2f_tasks_check(struct f2f_tasks *tasks) {
    for (size_t i = 0; i < tasks->n; i++) {
        struct f2f_task *t = &tasks->items[i];
        if (t->status == F2F_OK) t->status = check_job(t, &t->err);
    }
}

f2f_status f2f_task_try(const struct f2f_tasks *tasks, const struct f2f_task *task, const struct f2f_study_job *job,
                        f2f_error *err) {
    struct f2f_task other = *task;
    F2F_TRY(make_job(&other, tasks, job, err));
    return check_job(&other, err);
}

/* Who and what come first in a record. */
static void put_head(struct f2f_record *r, const struct f2f_task *task) {
    struct f2f_record *head = f2f_record_new(r->arena, NULL);
    f2f_record_text(head, "system", task->system_name, "System of the study");
    f2f_record_text(head, "job", task->job_name, "Job of the study");
    for (size_t i = 0; i < r->n_values; i++)
        if (strcmp(r->values[i].key, "system") != 0 && strcmp(r->values[i].key, "job") != 0)
            f2f_record_add(head, &r->values[i]);
    r->values = head->values;
    r->n_values = head->n_values;
    r->title = f2f_arena_printf(r->arena, "%s / %s", task->system_name, task->job_name);
}

void f2f_task_answer(struct f2f_task *task) {
    task->status = task->kind == F2F_JOB_SERVE
                       ? f2f_serve_run(&task->record, task->arena, task->system, &task->serve, &task->err)
                       : f2f_train_run(&task->record, task->arena, task->system, &task->train, &task->err);
    if (task->status != F2F_OK) task->record = NULL;
}

/* With what it costs. */
static void answer_all(struct f2f_task *task) {
    f2f_task_answer(task);
    if (!task->record) return;
    bool carried = task->place && task->place->device && !task->place->streamed; /* no server, no building */
    if (!carried) f2f_cost_join(task->record, task->system, task->price, task->train.tokens);
    if (task->place && task->place->device)
        f2f_device_join(task->record, task->place->device, task->system, task->place->streamed);
}

static const struct f2f_record *answer_at(const struct f2f_task *task, enum f2f_quantile quantile) {
    struct f2f_task other = *task;
    other.serve.quantile = other.train.quantile = quantile;
    other.serve.unexplained = true;
    answer_all(&other);
    return other.record;
}

static void run_task(struct f2f_task *task) {
    task->arena = f2f_arena_new();
    answer_all(task);
    if (!task->record) return;
    if (task->uncertainty) f2f_record_spread(task->record, answer_at(task, F2F_P10), answer_at(task, F2F_P90));
    put_head(task->record, task);
}

struct run {
    struct f2f_tasks *tasks;
    struct f2f_journal *journal;
    atomic_bool stop;
    pthread_mutex_t lock;
    int done;
    f2f_progress_fn *progress;
    void *context;
};

static void run_one(void *context, size_t i) {
    struct run *run = context;
    struct f2f_task *task = &run->tasks->items[i];
    if (atomic_load(&run->stop) || task->record) return;
    if (task->status == F2F_OK) run_task(task);
    pthread_mutex_lock(&run->lock);
    if (run->journal && task->record) f2f_journal_add(run->journal, task);
    run->done++;
    if (run->progress && !run->progress(run->context, run->done, (int)run->tasks->n, task->job_name))
        atomic_store(&run->stop, true);
    pthread_mutex_unlock(&run->lock);
}

f2f_status f2f_tasks_run(struct f2f_tasks *tasks, int threads, struct f2f_journal *journal, f2f_progress_fn *progress,
                         void *context, f2f_error *err) {
    struct run run = {.tasks = tasks, .journal = journal, .progress = progress, .context = context};
    for (size_t i = 0; i < tasks->n; i++)
        if (tasks->items[i].record) run.done++;
    pthread_mutex_init(&run.lock, NULL);
    f2f_threads_each(tasks->n, threads, run_one, &run);
    pthread_mutex_destroy(&run.lock);
    for (size_t i = 0; i < tasks->n; i++)
        if (tasks->items[i].arena) f2f_arena_adopt(tasks->arena, tasks->items[i].arena);
    for (size_t i = 0; i < tasks->n; i++) {
        const struct f2f_task *task = &tasks->items[i];
        if (task->status != F2F_OK)
            return f2f_fail(err, task->status, "%s: %s", f2f_task_title(tasks->arena, task), task->err.message);
    }
    return atomic_load(&run.stop)
               ? f2f_fail(err, F2F_EINTERRUPTED, "interrupted: %d of %zu jobs were finished", run.done, tasks->n)
               : F2F_OK;
}

double f2f_figure(const struct f2f_record *r, const char *key) {
    return f2f_record_get(r, "feasible") <= 0 ? (double)NAN : f2f_record_get(r, key);
}

double f2f_ratio(const struct f2f_record *a, const struct f2f_record *b, const char *key) {
    double from = f2f_figure(a, key), to = f2f_figure(b, key);
    return from > 0 || from < 0 ? to / from : (double)NAN;
}
