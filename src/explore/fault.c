/* fault.c - what is said of jobs that are refused, and where: at the field whose mending ends the complaint.
 *
 * The models say what is wrong in their own words, not in those of the study. The field at fault is found by trying:
 * the job is refused as it stands, and no more without that field. So a new check of a model needs nothing here. */
#include <string.h>

#include "desc/table.h"
#include "explore/explore.h"

/* The job without that field; false: it cannot do without. */
static bool without(struct f2f_study_job *job, const struct f2f_field *field) {
    return field && !field->required && f2f_desc_leave_out(job, field);
}

/* Does leaving the field out end the complaint, or at least change it? */
static void try_without(const struct f2f_tasks *tasks, const struct f2f_task *task, const struct f2f_field *field,
                        bool *ends, bool *changes) {
    struct f2f_study_job job = *task->job;
    f2f_error err = {0};
    *ends = *changes = false;
    if (!without(&job, field)) return;
    *ends = f2f_task_try(tasks, task, &job, &err) == F2F_OK;
    *changes = *ends || strcmp(err.message, task->err.message) != 0;
}

/* A precision is needed: bf16, which every job takes, in its place. */
static bool is_precision(const struct f2f_tasks *tasks, const struct f2f_task *task) {
    struct f2f_task other = *task;
    f2f_error err = {0};
    other.precision = "bf16";
    return f2f_task_try(tasks, &other, task->job, &err) == F2F_OK || strcmp(err.message, task->err.message) != 0;
}

static const struct f2f_doc *precision_at(const struct f2f_task *task) {
    const struct f2f_doc *list = f2f_doc_get(task->at, "precision");
    for (int i = 0; i < task->job->n_precisions; i++)
        if (f2f_doc_item(list, i) && task->job->precisions[i] == task->precision) return f2f_doc_item(list, i);
    return list;
}

/* The field of the job, as it is written, that ends the complaint; else the first that changes it. */
static const struct f2f_doc *field_at(const struct f2f_tasks *tasks, const struct f2f_task *task) {
    const struct f2f_doc *changing = NULL;
    bool ends, changes;
    try_without(tasks, task, task->varied, &ends, &changes);
    if (ends) return task->value_at;
    if (changes) changing = task->value_at;
    for (const struct f2f_doc *node = task->at->child; node; node = node->next) {
        const struct f2f_field *field = f2f_table_field(&f2f_study_job_table, node->key);
        if (field == task->varied) continue; /* the value stands elsewhere */
        try_without(tasks, task, field, &ends, &changes);
        if (ends) return node;
        if (changes && !changing) changing = node;
    }
    return is_precision(tasks, task) ? precision_at(task) : changing;
}

const struct f2f_doc *f2f_task_fault(const struct f2f_tasks *tasks, const struct f2f_task *task) {
    const struct f2f_doc *whole = task->value_at ? task->value_at : task->at, *found = NULL;
    struct f2f_diag *diag = f2f_catalog_diag(tasks->catalog), before = *diag;
    f2f_error err;
    if (!task->at || task->at->kind != F2F_DOC_MAP || !task->system) return whole;
    if (f2f_task_try(tasks, task, task->job, &err) != F2F_OK) found = field_at(tasks, task); /* else it failed later */
    *diag = before; /* what the trials said is no fault of the user's */
    return found ? found : whole;
}

const char *f2f_task_title(f2f_arena *arena, const struct f2f_task *task) {
    return f2f_arena_printf(arena, "%s / %s%s%s", task->system_name, task->job_name, task->value ? ", " : "",
                            task->value ? task->value : "");
}

static bool is_refused(const struct f2f_task *task) {
    return task->status != F2F_OK && task->status != F2F_EINTERRUPTED;
}

/* Was the same said of the same before? By the job and value first: that needs no trials. */
static bool is_told(const struct f2f_tasks *tasks, size_t i, const struct f2f_doc *const *faults) {
    const struct f2f_task *task = &tasks->items[i];
    for (size_t k = 0; k < i; k++) {
        const struct f2f_task *t = &tasks->items[k];
        bool same = faults[i] ? faults[k] == faults[i] : t->at == task->at && t->value_at == task->value_at;
        if (faults[k] && same && strcmp(t->err.message, task->err.message) == 0) return true;
    }
    return false;
}

void f2f_tasks_report(const struct f2f_tasks *tasks) {
    const struct f2f_doc **faults = f2f_arena_alloc(tasks->arena, (tasks->n + 1) * sizeof *faults);
    for (size_t i = 0; i < tasks->n; i++) {
        const struct f2f_task *t = &tasks->items[i];
        if (!is_refused(t) || !t->at || is_told(tasks, i, faults)) continue;
        faults[i] = f2f_task_fault(tasks, t);
        if (is_told(tasks, i, faults)) continue;
        f2f_doc_error(f2f_catalog_diag(tasks->catalog), faults[i], "%s: %s", f2f_task_title(tasks->arena, t),
                      t->err.message);
    }
}

void f2f_tasks_put_refused(struct f2f_results *results, const struct f2f_tasks *tasks) {
    struct f2f_record *table = f2f_record_new(results->arena, "not answered");
    for (size_t i = 0; i < tasks->n; i++) {
        const struct f2f_task *t = &tasks->items[i];
        if (!is_refused(t)) continue;
        struct f2f_record *row = f2f_record_sub(table, f2f_task_title(results->arena, t), NULL);
        f2f_record_text(row, "system", t->system_name, NULL);
        f2f_record_text(row, "job", t->job_name, NULL);
        f2f_record_text(row, "value", t->value ? t->value : "", "of the sweep");
        f2f_record_text(row, "why", t->err.message, NULL);
    }
    if (table->n_values) f2f_results_table(results, table);
}
