/* study.c - runs a study: systems x jobs, then sweeps, then ratios and claims.
 *
 * Everything is loaded before the first thread starts; tasks only read. Ratios are the last system
 * over the first, as the study lists them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "desc/table.h"
#include "explore/answer.h"
#include "explore/explore.h"

#define MAX_TASKS 5000 /* bounds the memory of a study: about 0.1 MB each */

/* A system of the study with its own changes, one more of a sweep, and the user's. */
static f2f_status load_system(const struct f2f_system **out, struct f2f_catalog *catalog,
                              const struct f2f_study_system *s, const struct f2f_set *extra,
                              const struct f2f_study_options *options, f2f_error *err) {
    size_t n = (size_t)s->n_sets;
    struct f2f_set *sets = f2f_arena_alloc(f2f_catalog_arena(catalog), (n + 1 + options->n_sets) * sizeof *sets);
    if (n) memcpy(sets, s->sets, n * sizeof *sets);
    if (extra) sets[n++] = *extra;
    if (options->n_sets) memcpy(sets + n, options->sets, options->n_sets * sizeof *sets);
    return f2f_catalog_system(out, catalog, s->base, sets, n + options->n_sets, err);
}

/* Says where a failure comes from; what a study asks wrongly is bad input, not wrong usage. */
static f2f_status blame(f2f_error *err, f2f_status status, const char *what, const char *name) {
    f2f_error reason = err ? *err : (f2f_error){0};
    if (status == F2F_OK) return F2F_OK;
    return f2f_fail(err, status == F2F_EUSAGE ? F2F_EINPUT : status, "%s '%.80s': %.280s", what, name, reason.message);
}

/* `job.FIELD` of a sweep: a text or a number of the job (kind_study.c). */
static f2f_status vary_job(struct f2f_study_job *job, const char *field_name, const char *value, f2f_error *err) {
    const struct f2f_field *field = f2f_table_field(&f2f_study_job_table, field_name);
    double number;
    if (field->type == F2F_FIELD_TEXT || field->type == F2F_FIELD_NAME) {
        memcpy((char *)job + field->offset, &value, sizeof value);
        return F2F_OK;
    }
    if (field->type == F2F_FIELD_QUANTITY) {
        F2F_TRY(f2f_quantity_parse(&number, field->quantity, value, err));
        if (field->min < field->max && (number < field->min || number > field->max))
            return f2f_fail(err, F2F_EINPUT, "a sweep sets 'job.%.40s' to '%.40s', out of its range %g to %g",
                            field_name, value, field->min, field->max);
        memcpy((char *)job + field->offset, &number, sizeof number);
        return F2F_OK;
    }
    if (!f2f_number_parse(&number, value) || number < field->min || number > field->max || number != trunc(number))
        return f2f_fail(err, F2F_EINPUT,
                        "a sweep sets 'job.%.40s' to '%.40s': a whole number from %.0f to %.0f is wanted", field_name,
                        value, field->min, field->max);
    *(int *)((char *)job + field->offset) = (int)number;
    return F2F_OK;
}

/* Which job or sweep of the study the tasks come from. */
static void place_tasks(struct f2f_tasks *tasks, size_t first, const struct f2f_study *study, const char *list, int i) {
    const struct f2f_doc *all = f2f_doc_get(study->tree, list);
    for (size_t t = first; t < tasks->n; t++) tasks->items[t].at = f2f_doc_item(all, i);
}

/* Was the same said of the job on another system, or with another model? */
static bool is_told(const struct f2f_tasks *tasks, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (tasks->items[k].status != F2F_OK && tasks->items[k].at == tasks->items[i].at &&
            strcmp(tasks->items[k].err.message, tasks->items[i].err.message) == 0)
            return true;
    return false;
}

/* All tasks that were refused, each where its job stands. */
static void report_tasks(const struct f2f_tasks *tasks) {
    for (size_t i = 0; i < tasks->n; i++) {
        const struct f2f_task *t = &tasks->items[i];
        if (t->status == F2F_OK || t->status == F2F_EINTERRUPTED || !t->at || is_told(tasks, i)) continue;
        f2f_doc_error(f2f_catalog_diag(tasks->catalog), t->at, "%s / %s%s%s: %s", t->system_name, t->job_name,
                      t->value ? ", " : "", t->value ? t->value : "", t->err.message);
    }
}

/* A sweep over one system. */
static f2f_status add_values(struct f2f_tasks *tasks, struct f2f_catalog *catalog, const struct f2f_study_system *base,
                             const struct f2f_study_sweep *sweep, const struct f2f_doc *at,
                             const struct f2f_study_options *options, f2f_error *err) {
    struct f2f_diag *diag = f2f_catalog_diag(catalog);
    bool of_job = strncmp(sweep->path, "job.", 4) == 0;
    const struct f2f_system *system = NULL;
    for (int v = 0; v < sweep->n_values; v++) {
        struct f2f_study_job job = sweep->job;
        struct f2f_set set = {sweep->path, sweep->values[v]};
        f2f_error reason = {0};
        f2f_status status = of_job ? vary_job(&job, sweep->path + 4, set.value, &reason) : F2F_OK;
        if (status == F2F_OK && (!of_job || !system))
            status = load_system(&system, catalog, base, of_job ? NULL : &set, options, &reason);
        if (status == F2F_OK) {
            f2f_tasks_add(tasks, &job, system, base->name, set.value);
            continue;
        }
        if (status != F2F_EINPUT && status != F2F_EUSAGE) return f2f_fail(err, status, "%s", reason.message);
        const struct f2f_doc *value = f2f_doc_item(f2f_doc_get(at, "values"), v);
        f2f_doc_error(diag, value ? value : at, "sweep '%.80s' on %s: %s", sweep->name, base->name, reason.message);
    }
    return F2F_OK;
}

static const char *did_you_mean(f2f_arena *arena, const char *text, const char *const *names, size_t n) {
    const char *near = f2f_nearest(text, names, n);
    return near ? f2f_arena_printf(arena, " (did you mean '%.60s'?)", near) : "";
}

/* The job of each claim is one that runs. */
static void check_claims(const struct f2f_study *study, const struct f2f_tasks *tasks) {
    const char **names = f2f_arena_alloc(tasks->arena, tasks->n * sizeof *names);
    for (size_t i = 0; i < tasks->n; i++) names[i] = tasks->items[i].job_name;
    for (int c = 0; c < study->n_claims; c++) {
        const char *wanted = study->claims[c].job;
        size_t i = 0;
        while (i < tasks->n && strcmp(names[i], wanted) != 0) i++;
        const struct f2f_doc *claim = f2f_doc_item(f2f_doc_get(study->tree, "claims"), c);
        if (i == tasks->n)
            f2f_doc_error(f2f_catalog_diag(tasks->catalog), f2f_doc_get(claim, "job"),
                          "claim '%.60s': no job is called '%.60s'%s", study->claims[c].text, wanted,
                          did_you_mean(tasks->arena, wanted, names, tasks->n));
    }
}

static double count_of(const struct f2f_study_job *job) { return (double)job->n_models * job->n_precisions; }

/* Room for all tasks, before anything is loaded for them. */
static f2f_status make_room(struct f2f_tasks *tasks, const struct f2f_study *study, f2f_error *err) {
    double n = 0;
    for (int j = 0; j < study->n_jobs; j++) n += count_of(&study->jobs[j]);
    for (int w = 0; w < study->n_sweeps; w++) n += count_of(&study->sweeps[w].job) * study->sweeps[w].n_values;
    n *= study->n_systems;
    if (n > MAX_TASKS)
        return f2f_fail(err, F2F_EINPUT,
                        "the study unfolds to %.0f jobs (systems x models x precisions x values), at most %d are run: "
                        "split it",
                        n, MAX_TASKS);
    tasks->items = f2f_arena_alloc(tasks->arena, (size_t)n * sizeof *tasks->items);
    return F2F_OK;
}

/* A change that the system does not take: at its 'set'. */
static void report_system(const struct f2f_study *study, int s, struct f2f_diag *diag, const f2f_error *err) {
    const struct f2f_doc *system = f2f_doc_item(f2f_doc_get(study->tree, "systems"), s);
    const struct f2f_doc *set = f2f_doc_get(system, "set");
    f2f_doc_error(diag, set ? set : system, "%s", err ? err->message : "this system cannot be made");
}

/* Is it a change of the user's, not one of the study's? */
static bool user_is_wrong(struct f2f_catalog *catalog, const struct f2f_study_system *s,
                          const struct f2f_study_options *options) {
    const struct f2f_system *alone;
    const struct f2f_study_options none = {0};
    return options->n_sets && load_system(&alone, catalog, s, NULL, &none, NULL) == F2F_OK;
}

static bool does(const struct f2f_study_system *system, const char *job) {
    for (int i = 0; i < system->n_jobs; i++)
        if (strcmp(system->jobs[i], job) == 0) return true;
    return system->n_jobs == 0;
}

/* Tasks in the order: jobs (system-major), then each sweep (system-major). Jobs that are wrong are among them; what
 * else is wrong is reported, all of it at once. */
static f2f_status unfold(struct f2f_tasks *tasks, size_t *sweep_start, struct f2f_catalog *catalog,
                         const struct f2f_study *study, const struct f2f_study_options *options, f2f_error *err) {
    struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    F2F_TRY(make_room(tasks, study, err));
    for (int s = 0; s < study->n_systems; s++) {
        const struct f2f_system *system;
        size_t first = tasks->n;
        f2f_status status = load_system(&system, catalog, &study->systems[s], NULL, options, err);
        if (status != F2F_OK && status != F2F_EINPUT && status != F2F_EUSAGE) return status;
        if (status == F2F_EUSAGE) {
            if (user_is_wrong(catalog, &study->systems[s], options)) return status;
            report_system(study, s, diag, err);
        }
        for (int j = 0; j < study->n_jobs && status == F2F_OK; j++) {
            size_t begin = tasks->n;
            if (does(&study->systems[s], study->jobs[j].name))
                f2f_tasks_add(tasks, &study->jobs[j], system, study->systems[s].name, NULL);
            place_tasks(tasks, begin, study, "jobs", j);
        }
        for (size_t i = first; i < tasks->n; i++) tasks->items[i].place = &study->systems[s];
    }
    size_t systems = diag->n + diag->dropped;
    if (systems == before) check_claims(study, tasks);
    if (diag->n + diag->dropped > systems) report_tasks(tasks);
    F2F_TRY(f2f_diag_status(diag, before, err));
    for (int w = 0; w < study->n_sweeps; w++) {
        sweep_start[w] = tasks->n;
        const struct f2f_doc *at = f2f_doc_item(f2f_doc_get(study->tree, "sweeps"), w);
        for (int s = 0; s < study->n_systems; s++)
            F2F_TRY(add_values(tasks, catalog, &study->systems[s], &study->sweeps[w], at, options, err));
        place_tasks(tasks, sweep_start[w], study, "sweeps", w);
    }
    sweep_start[study->n_sweeps] = tasks->n;
    return f2f_diag_status(diag, before, err);
}

/* A figure that is asked for is one the jobs have; what was not finished or does not fit has none. */
static f2f_status check_figure(f2f_arena *arena, const char *key, const struct f2f_task *tasks, size_t n,
                               f2f_error *err) {
    const char *keys[256];
    size_t n_keys = 0;
    for (size_t i = 0; i < n; i++) {
        const struct f2f_record *r = tasks[i].record;
        if (f2f_record_find(r, key)) return F2F_OK;
        for (size_t k = 0; r && !(f2f_record_get(r, "feasible") <= 0) && k < r->n_values && n_keys < 256; k++)
            keys[n_keys++] = r->values[k].key;
    }
    if (!n_keys) return F2F_OK;
    return f2f_fail(err, F2F_EINPUT, "no result has a figure '%.60s'%s", key, did_you_mean(arena, key, keys, n_keys));
}

static f2f_status check_figures(const struct f2f_study *study, const struct f2f_tasks *tasks, const size_t *sweep_start,
                                f2f_error *err) {
    for (int c = 0; c < study->n_claims; c++)
        F2F_TRY(blame(err, check_figure(tasks->arena, study->claims[c].of, tasks->items, sweep_start[0], err), "claim",
                      study->claims[c].text));
    for (int w = 0; w < study->n_sweeps; w++)
        for (int k = 0; k < study->sweeps[w].n_of; k++)
            F2F_TRY(blame(err,
                          check_figure(tasks->arena, study->sweeps[w].of[k], tasks->items + sweep_start[w],
                                       sweep_start[w + 1] - sweep_start[w], err),
                          "sweep", study->sweeps[w].name));
    return F2F_OK;
}

static void answer(struct f2f_results *results, const struct f2f_study *study, const struct f2f_tasks *tasks,
                   const size_t *sweep_start) {
    size_t n_jobs = sweep_start[0];
    for (size_t i = 0; i < n_jobs; i++)
        if (tasks->items[i].record) f2f_results_add(results, tasks->items[i].record);
    if (study->n_systems > 1) f2f_answer_ratios(results, study, tasks, n_jobs);
    for (int w = 0; w < study->n_sweeps; w++)
        f2f_answer_sweep(results, study, &study->sweeps[w], tasks->items + sweep_start[w],
                         sweep_start[w + 1] - sweep_start[w]);
    for (int c = 0; c < study->n_claims; c++) f2f_answer_claim(results, study, &study->claims[c], tasks, n_jobs);
}

/* Requests that are drawn because a trace is not at hand: once for each trace. */
static void note_traces(struct f2f_results *results, const struct f2f_tasks *tasks) {
    for (size_t i = 0; i < tasks->n; i++) {
        const char *missing = tasks->items[i].missing_trace;
        size_t k = 0;
        while (k < i &&
               !(missing && tasks->items[k].missing_trace && strcmp(tasks->items[k].missing_trace, missing) == 0))
            k++;
        if (missing && k == i)
            f2f_results_note(results, "The trace %s is not at hand: requests are drawn from traffic %s instead.",
                             missing, tasks->items[i].serve.stream.traffic->id.name);
    }
}

/* A job that fails takes nothing from the others: what was finished is answered. */
f2f_status f2f_study_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_study *study,
                         const struct f2f_study_options *options, f2f_error *err) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    struct f2f_tasks tasks = {
        .arena = arena, .catalog = catalog, .price = options->price, .sets = options->sets, .n_sets = options->n_sets};
    size_t *sweep_start = f2f_arena_alloc(arena, ((size_t)study->n_sweeps + 1) * sizeof *sweep_start);
    *out = NULL;
    F2F_TRY(unfold(&tasks, sweep_start, catalog, study, options, err));
    f2f_status status = f2f_tasks_run(&tasks, options->threads, options->progress, options->progress_context, err);
    report_tasks(&tasks);
    if (status == F2F_EUSAGE) status = F2F_EINPUT; /* what a study asks wrongly is bad input */
    if (status == F2F_OK) status = check_figures(study, &tasks, sweep_start, err);
    struct f2f_results *results = f2f_results_new(arena, "run");
    results->title = study->id.title ? study->id.title : study->id.name;
    results->question = study->question;
    if (status == F2F_EINTERRUPTED) f2f_results_note(results, "Interrupted: only what was finished is shown.");
    note_traces(results, &tasks);
    for (int s = 0; s < study->n_systems; s++)
        if (study->systems[s].text) f2f_results_note(results, "%s: %s", study->systems[s].name, study->systems[s].text);
    answer(results, study, &tasks, sweep_start);
    *out = results;
    return status;
}

f2f_status f2f_study_check(struct f2f_catalog *catalog, const struct f2f_study *study, f2f_error *err) {
    struct f2f_tasks tasks = {.arena = f2f_catalog_arena(catalog), .catalog = catalog};
    size_t *sweep_start = f2f_arena_alloc(tasks.arena, ((size_t)study->n_sweeps + 1) * sizeof *sweep_start);
    struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    F2F_TRY(unfold(&tasks, sweep_start, catalog, study, &(struct f2f_study_options){0}, err));
    f2f_tasks_check(&tasks, 0);
    report_tasks(&tasks);
    return f2f_diag_status(diag, before, err);
}
