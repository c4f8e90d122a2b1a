/* unfold.c - a study to tasks: every job on every system, then every value of every sweep.
 *
 * A job or a value that is wrong is a task that is refused: it takes nothing from the others. */
#include <math.h>
#include <string.h>

#include "base/units.h"
#include "desc/table.h"
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

/* `job.FIELD` of a sweep: a text or a number of the job (kind_study.c). */
f2f_status f2f_job_vary(struct f2f_study_job *job, const struct f2f_field *field, const char *value, f2f_error *err) {
    double number;
    if (field->type == F2F_FIELD_TEXT || field->type == F2F_FIELD_NAME || field->type == F2F_FIELD_PATH) {
        memcpy((char *)job + field->offset, &value, sizeof value);
        return F2F_OK;
    }
    if (field->type == F2F_FIELD_BOOL) {
        *(bool *)((char *)job + field->offset) = strcmp(value, "true") == 0;
        return F2F_OK;
    }
    if (field->type == F2F_FIELD_QUANTITY) {
        F2F_TRY(f2f_quantity_parse(&number, field->quantity, value, err));
        if (field->min < field->max && (number < field->min || number > field->max))
            return f2f_fail(err, F2F_EINPUT, "a sweep sets 'job.%.40s' to '%.40s', out of its range %g to %g",
                            field->key, value, field->min, field->max);
        memcpy((char *)job + field->offset, &number, sizeof number);
        return F2F_OK;
    }
    if (!f2f_number_parse(&number, value) || number < field->min || number > field->max || number != trunc(number))
        return f2f_fail(err, F2F_EINPUT,
                        "a sweep sets 'job.%.40s' to '%.40s': a whole number from %.0f to %.0f is wanted", field->key,
                        value, field->min, field->max);
    *(int *)((char *)job + field->offset) = (int)number;
    return F2F_OK;
}

/* One value of a sweep on a system: a changed job, on the system that like has or gets, or a changed system. */
static f2f_status make_value(struct f2f_task *like, struct f2f_study_job *job, struct f2f_catalog *catalog,
                             const struct f2f_study_sweep *sweep, const struct f2f_study_options *options,
                             f2f_error *err) {
    const struct f2f_set set = {sweep->path, like->value};
    struct f2f_diag *diag = f2f_catalog_diag(catalog), before = *diag;
    if (like->varied) F2F_TRY(f2f_job_vary(job, like->varied, like->value, err));
    if (like->varied && like->system) return F2F_OK;
    f2f_status status = load_system(&like->system, catalog, like->place, like->varied ? NULL : &set, options, err);
    *diag = before; /* err has it, and the task keeps that */
    return status;
}

/* A sweep over one system. */
static f2f_status add_values(struct f2f_tasks *tasks, const struct f2f_study_system *system,
                             const struct f2f_study_sweep *sweep, const struct f2f_doc *node,
                             const struct f2f_study_options *options, f2f_error *err) {
    struct f2f_task like = {.system_name = system->name, .place = system, .at = f2f_doc_get(node, "job")};
    const struct f2f_doc *values = f2f_doc_get(node, "values"), *item = values->child;
    if (strncmp(sweep->path, "job.", 4) == 0) like.varied = f2f_table_field(&f2f_study_job_table, sweep->path + 4);
    for (int v = 0; v < sweep->n_values; v++, item = item ? item->next : NULL) {
        struct f2f_study_job *job = f2f_arena_alloc(tasks->arena, sizeof *job);
        *job = sweep->job;
        like.job = job;
        like.value = sweep->values[v];
        like.value_at = item ? item : values; /* one value needs no list */
        like.err = (f2f_error){0};
        like.status = make_value(&like, job, tasks->catalog, sweep, options, &like.err);
        if (like.status == F2F_EUSAGE) like.status = F2F_EINPUT; /* what a study asks wrongly is bad input */
        if (like.status != F2F_OK && like.status != F2F_EINPUT) {
            *err = like.err;
            return like.status;
        }
        f2f_tasks_add(tasks, &like);
    }
    return F2F_OK;
}

/* The job of each claim is one that runs. */
static void check_claims(const struct f2f_study *study, const struct f2f_tasks *tasks) {
    const char **names = f2f_arena_alloc(tasks->arena, tasks->n * sizeof *names);
    for (size_t i = 0; i < tasks->n; i++) names[i] = tasks->items[i].job_name;
    for (int c = 0; c < study->n_claims; c++)
        f2f_desc_check_name(f2f_catalog_diag(tasks->catalog),
                            f2f_doc_get(f2f_doc_item(f2f_doc_get(study->tree, "claims"), c), "job"), "job",
                            study->claims[c].job, names, tasks->n);
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

/* A change that the system does not take: at the first with which it cannot be made. */
static void report_system(const struct f2f_study *study, int s, struct f2f_catalog *catalog, const f2f_error *err) {
    const struct f2f_doc *at = f2f_doc_item(f2f_doc_get(study->tree, "systems"), s), *set = f2f_doc_get(at, "set");
    const struct f2f_study_options none = {0};
    const struct f2f_system *system;
    struct f2f_study_system part = study->systems[s];
    struct f2f_diag *diag = f2f_catalog_diag(catalog), before = *diag;
    const struct f2f_doc *change = set ? set->child : NULL;
    for (part.n_sets = 1; change; change = change->next, part.n_sets++) {
        if (load_system(&system, catalog, &part, NULL, &none, NULL) == F2F_OK) continue;
        at = change;
        break;
    }
    *diag = before; /* what the trials said */
    f2f_doc_error(diag, at, "%s", err ? err->message : "this system cannot be made");
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

/* The jobs of one system. A change that it does not take is reported; the user's own (--set) is F2F_EUSAGE. */
static f2f_status add_jobs(struct f2f_tasks *tasks, const struct f2f_study *study, int s,
                           const struct f2f_study_options *options, f2f_error *err) {
    const struct f2f_study_system *place = &study->systems[s];
    struct f2f_task like = {.system_name = place->name, .place = place};
    const struct f2f_diag *diag = f2f_catalog_diag(tasks->catalog);
    size_t before = diag->n + diag->dropped;
    f2f_status status = load_system(&like.system, tasks->catalog, place, NULL, options, err);
    if (status == F2F_EINPUT && diag->n + diag->dropped > before) return F2F_OK; /* which is reported */
    if ((status == F2F_EUSAGE || status == F2F_EINPUT) && !user_is_wrong(tasks->catalog, place, options)) {
        report_system(study, s, tasks->catalog, err);
        return F2F_OK;
    }
    F2F_TRY(status);
    for (int j = 0; j < study->n_jobs; j++) {
        like.job = &study->jobs[j];
        like.at = f2f_doc_item(f2f_doc_get(study->tree, "jobs"), j);
        if (does(place, study->jobs[j].name)) f2f_tasks_add(tasks, &like);
    }
    return F2F_OK;
}

f2f_status f2f_study_unfold(struct f2f_tasks *tasks, size_t *sweep_start, const struct f2f_study *study,
                            const struct f2f_study_options *options, f2f_error *err) {
    struct f2f_diag *diag = f2f_catalog_diag(tasks->catalog);
    size_t before = diag->n + diag->dropped;
    F2F_TRY(make_room(tasks, study, err));
    for (int s = 0; s < study->n_systems; s++) F2F_TRY(add_jobs(tasks, study, s, options, err));
    if (diag->n + diag->dropped == before) check_claims(study, tasks);
    if (diag->n + diag->dropped > before) f2f_tasks_report(tasks);
    F2F_TRY(f2f_diag_status(diag, before, err));
    for (int w = 0; w < study->n_sweeps; w++) {
        const struct f2f_doc *node = f2f_doc_item(f2f_doc_get(study->tree, "sweeps"), w);
        sweep_start[w] = tasks->n;
        for (int s = 0; s < study->n_systems; s++)
            F2F_TRY(add_values(tasks, &study->systems[s], &study->sweeps[w], node, options, err));
    }
    sweep_start[study->n_sweeps] = tasks->n;
    return F2F_OK;
}
