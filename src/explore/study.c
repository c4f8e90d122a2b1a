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

/* `job.FIELD` of a sweep: one whole number of the job. */
static f2f_status vary_job(struct f2f_study_job *job, const char *field_name, const char *value, f2f_error *err) {
    const struct f2f_field *field = f2f_table_field(&f2f_study_job_table, field_name);
    double number;
    if (field && field->type == F2F_FIELD_TEXT) {
        memcpy((char *)job + field->offset, &value, sizeof value);
        return F2F_OK;
    }
    if (!field || field->type != F2F_FIELD_INT)
        return f2f_fail(err, F2F_EINPUT, "a sweep cannot vary 'job.%.40s'", field_name);
    if (!f2f_number_parse(&number, value) || number < field->min || number > field->max)
        return f2f_fail(err, F2F_EINPUT, "a sweep sets 'job.%.40s' to '%.40s': a whole number from %g to %g is wanted",
                        field_name, value, field->min, field->max);
    *(int *)((char *)job + field->offset) = (int)number;
    return F2F_OK;
}

static f2f_status add_sweep(struct f2f_tasks *tasks, struct f2f_catalog *catalog, const struct f2f_study *study,
                            const struct f2f_study_sweep *sweep, const struct f2f_study_options *options,
                            f2f_error *err) {
    bool of_job = strncmp(sweep->path, "job.", 4) == 0;
    for (int s = 0; s < study->n_systems; s++) {
        for (int v = 0; v < sweep->n_values; v++) {
            struct f2f_study_job job = sweep->job;
            struct f2f_set set = {sweep->path, sweep->values[v]};
            const struct f2f_system *system;
            if (of_job) F2F_TRY(vary_job(&job, sweep->path + 4, sweep->values[v], err));
            F2F_TRY(load_system(&system, catalog, &study->systems[s], of_job ? NULL : &set, options, err));
            F2F_TRY(f2f_tasks_add(tasks, &job, system, study->systems[s].name, sweep->values[v], err));
        }
    }
    return F2F_OK;
}

/* Tasks in the order: jobs (system-major), then each sweep (system-major). */
static f2f_status unfold(struct f2f_tasks *tasks, size_t *sweep_start, struct f2f_catalog *catalog,
                         const struct f2f_study *study, const struct f2f_study_options *options, f2f_error *err) {
    for (int s = 0; s < study->n_systems; s++) {
        const struct f2f_system *system;
        F2F_TRY(load_system(&system, catalog, &study->systems[s], NULL, options, err));
        for (int j = 0; j < study->n_jobs; j++)
            F2F_TRY(f2f_tasks_add(tasks, &study->jobs[j], system, study->systems[s].name, NULL, err));
    }
    for (int w = 0; w < study->n_sweeps; w++) {
        sweep_start[w] = tasks->n;
        F2F_TRY(add_sweep(tasks, catalog, study, &study->sweeps[w], options, err));
    }
    sweep_start[study->n_sweeps] = tasks->n;
    return F2F_OK;
}

static void answer(struct f2f_results *results, const struct f2f_study *study, const struct f2f_tasks *tasks,
                   const size_t *sweep_start) {
    size_t n_jobs = study->n_sweeps ? sweep_start[0] : tasks->n;
    for (size_t i = 0; i < n_jobs; i++)
        if (tasks->items[i].record) f2f_results_add(results, tasks->items[i].record);
    if (study->n_systems > 1) f2f_answer_ratios(results, study, tasks, n_jobs);
    for (int w = 0; w < study->n_sweeps; w++)
        f2f_answer_sweep(results, study, &study->sweeps[w], tasks->items + sweep_start[w],
                         sweep_start[w + 1] - sweep_start[w]);
    for (int c = 0; c < study->n_claims; c++) f2f_answer_claim(results, study, &study->claims[c], tasks, n_jobs);
}

f2f_status f2f_study_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_study *study,
                         const struct f2f_study_options *options, f2f_error *err) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    struct f2f_tasks tasks = {.arena = arena};
    size_t *sweep_start = f2f_arena_alloc(arena, ((size_t)study->n_sweeps + 1) * sizeof *sweep_start);
    *out = NULL;
    F2F_TRY(unfold(&tasks, sweep_start, catalog, study, options, err));
    f2f_status status = f2f_tasks_run(&tasks, options->threads, options->progress, options->progress_context, err);
    if (status != F2F_OK && status != F2F_EINTERRUPTED) return status;
    struct f2f_results *results = f2f_results_new(arena, "run");
    results->title = study->id.title ? study->id.title : study->id.name;
    results->question = study->question;
    if (status == F2F_EINTERRUPTED) f2f_results_note(results, "Interrupted: only what was finished is shown.");
    for (int s = 0; s < study->n_systems; s++)
        if (study->systems[s].text) f2f_results_note(results, "%s: %s", study->systems[s].name, study->systems[s].text);
    answer(results, study, &tasks, sweep_start);
    *out = results;
    return status;
}
