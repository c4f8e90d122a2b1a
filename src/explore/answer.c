/* answer.c - ratios, sweep tables and verdicts on claims, from finished records alone. */
#include <math.h>
#include <string.h>

#include "explore/answer.h"

/* Figures that are compared between systems, in this order, where a job has them. */
static const char *const compared[] = {"users_fit",  "users_max",        "output_tokps", "ttft_p99_s",
                                       "tpot_p99_s", "step_s",           "tokps",        "mfu_frac",
                                       "power_W",    "energy_per_tok_J", "usd_per_Mtok"};

/* The same job of another system. */
static const struct f2f_task *same_job(const struct f2f_task *first, const struct f2f_task *tasks, size_t n,
                                       const char *system) {
    for (size_t i = 0; i < n; i++) {
        const struct f2f_task *t = &tasks[i];
        bool same_value = t->value == first->value || (t->value && first->value && strcmp(t->value, first->value) == 0);
        if (strcmp(t->system_name, system) == 0 && strcmp(t->job_name, first->job_name) == 0 &&
            t->model == first->model && strcmp(t->precision, first->precision) == 0 && same_value)
            return t;
    }
    return NULL;
}

/* The same, if it is finished. */
static const struct f2f_task *partner(const struct f2f_task *first, const struct f2f_task *tasks, size_t n,
                                      const char *system) {
    const struct f2f_task *t = same_job(first, tasks, n, system);
    return t && t->record ? t : NULL;
}

static void put_ratios(struct f2f_record *row, const struct f2f_task *a, const struct f2f_task *b) {
    for (size_t k = 0; k < sizeof compared / sizeof compared[0]; k++) {
        double ratio = f2f_ratio(a->record, b->record, compared[k]);
        if (isfinite(ratio)) f2f_record_num(row, f2f_arena_printf(row->arena, "%s_ratio", compared[k]), ratio, NULL);
    }
    bool fits_a = f2f_record_get(a->record, "feasible") > 0, fits_b = f2f_record_get(b->record, "feasible") > 0;
    if (!fits_a && fits_b) f2f_record_text(row, "fits", f2f_arena_printf(row->arena, "only %s", b->system_name), NULL);
    if (fits_a && !fits_b) f2f_record_text(row, "fits", f2f_arena_printf(row->arena, "only %s", a->system_name), NULL);
    if (!fits_a && !fits_b) f2f_record_text(row, "fits", "neither", NULL);
}

/* Serving and training have few figures in common: a table each. */
static void answer_kind(struct f2f_results *results, const struct f2f_study *study, const struct f2f_tasks *tasks,
                        size_t n_jobs, int kind) {
    const char *first = study->systems[0].name, *last = study->systems[study->n_systems - 1].name;
    struct f2f_record *table =
        f2f_record_new(results->arena, f2f_arena_printf(results->arena, "%s: %s over %s",
                                                        kind == F2F_JOB_SERVE ? "serving" : "training", last, first));
    for (size_t i = 0; i < n_jobs; i++) {
        const struct f2f_task *a = &tasks->items[i], *b;
        if (a->kind != kind || !a->record || strcmp(a->system_name, first) != 0) continue;
        if (!(b = partner(a, tasks->items, n_jobs, last))) continue;
        struct f2f_record *row = f2f_record_sub(table, a->job_name, NULL);
        f2f_record_text(row, "job", a->job_name, NULL);
        put_ratios(row, a, b);
    }
    if (table->n_values) f2f_results_table(results, table);
}

void f2f_answer_ratios(struct f2f_results *results, const struct f2f_study *study, const struct f2f_tasks *tasks,
                       size_t n_jobs) {
    answer_kind(results, study, tasks, n_jobs, F2F_JOB_SERVE);
    answer_kind(results, study, tasks, n_jobs, F2F_JOB_TRAIN);
}

/* "users_fit" of system "hbm3-8h" -> hbm3-8h.users_fit: the unit suffix stays last. */
static const char *column(f2f_arena *arena, const char *system, const char *key) {
    return f2f_arena_printf(arena, "%s.%s", system, key);
}

/* What the weights take of one stack: the axis the user claim turns on. */
static void put_weights(struct f2f_record *row, const struct f2f_task *task) {
    if (task->kind != F2F_JOB_SERVE || task->system->node->chip->memory.on_chip) return;
    double chips = (double)task->serve.strategy.tp * task->serve.strategy.pp;
    double weights_B = f2f_model_weight_B(task->model, &task->serve.precision) / chips;
    f2f_record_num(row, "weights_per_stack_B", weights_B / task->system->node->chip->memory.stacks,
                   "weights on one memory stack");
}

/* The first system that has an answer for the row; NULL: none, and none was refused one (it was not come to). */
static const struct f2f_task *first_done(const struct f2f_study *study, const struct f2f_task *first,
                                         const struct f2f_task *tasks, size_t n) {
    const struct f2f_task *refused = NULL;
    for (int s = 0; s < study->n_systems; s++) {
        const struct f2f_task *t = same_job(first, tasks, n, study->systems[s].name);
        if (t && t->record) return t;
        if (t && t->status != F2F_OK) refused = t;
    }
    return refused;
}

/* The figures `of` of each system, and the last over the first. */
static void put_figures(struct f2f_record *row, const struct f2f_study *study, const char *of,
                        const struct f2f_task *first, const struct f2f_task *tasks, size_t n) {
    const struct f2f_task *last = NULL;
    for (int s = 0; s < study->n_systems; s++) {
        last = partner(first, tasks, n, study->systems[s].name);
        f2f_record_num(row, column(row->arena, study->systems[s].name, of), f2f_figure(last ? last->record : NULL, of),
                       NULL);
    }
    if (study->n_systems == 1) return;
    double ratio = f2f_ratio(first->record, last ? last->record : NULL, of);
    f2f_record_num(row, f2f_arena_printf(row->arena, "%s_ratio", of), ratio, NULL);
}

void f2f_answer_sweep(struct f2f_results *results, const struct f2f_study *study, const struct f2f_study_sweep *sweep,
                      const struct f2f_task *tasks, size_t n) {
    f2f_arena *arena = results->arena;
    struct f2f_record *table = f2f_record_new(arena, sweep->name);
    if (sweep->text) f2f_record_text(table, "text", sweep->text, NULL);
    size_t values = (size_t)sweep->n_values, jobs = n / (values * (size_t)study->n_systems);
    for (size_t i = 0; i < values * jobs; i++) { /* tasks come value by value, rows job by job */
        const struct f2f_task *first = &tasks[i % values * jobs + i / values],
                              *done = first_done(study, first, tasks, n);
        if (!done) continue;
        struct f2f_record *row = f2f_record_sub(
            table, f2f_arena_printf(arena, "%s %s, %s", first->model->name, first->precision, first->value), NULL);
        f2f_record_text(row, "model", first->model->name, NULL);
        f2f_record_text(row, "precision", first->precision, NULL);
        f2f_record_text(row, sweep->path, first->value, NULL);
        if (done->record) put_weights(row, done);
        for (int k = 0; k < sweep->n_of; k++) put_figures(row, study, sweep->of[k], first, tasks, n);
    }
    if (table->n_values) f2f_results_table(results, table);
}

static const struct f2f_record *find_table(const struct f2f_results *results, const char *name) {
    for (size_t i = 0; i < results->n_tables; i++)
        if (name && strcmp(results->tables[i]->title, name) == 0) return results->tables[i];
    return NULL;
}

/* Rows of the sweep within and outside the tolerance, named; the range of the ratio. */
static void put_conditions(struct f2f_record *r, const struct f2f_study_claim *claim, const struct f2f_record *table) {
    const char *key = f2f_arena_printf(r->arena, "%s_ratio", claim->of), *within = "", *outside = "";
    double least = HUGE_VAL, most = -HUGE_VAL;
    int rows = 0;
    for (size_t i = 0; i < table->n_values; i++) {
        double ratio = f2f_record_get(table->values[i].record, key);
        if (!isfinite(ratio)) continue;
        bool holds = fabs(ratio / claim->expected - 1) <= claim->tolerance_frac;
        const char **list = holds ? &within : &outside;
        *list = f2f_arena_printf(r->arena, "%s%s%s (%.3g)", *list, **list ? "; " : "", table->values[i].key, ratio);
        least = fmin(least, ratio);
        most = fmax(most, ratio);
        rows++;
    }
    f2f_record_text(r, "holds_for", *within ? within : "no row of the sweep", "rows of the sweep within the tolerance");
    f2f_record_text(r, "does_not_hold_for", *outside ? outside : "no row of the sweep",
                    "rows outside, with their ratio");
    if (rows) {
        f2f_record_num(r, "sweep_min", least, "smallest ratio in the sweep");
        f2f_record_num(r, "sweep_max", most, "largest ratio in the sweep");
    }
}

void f2f_answer_claim(struct f2f_results *results, const struct f2f_study *study, const struct f2f_study_claim *claim,
                      const struct f2f_tasks *tasks, size_t n_jobs) {
    struct f2f_record *r = f2f_record_new(results->arena, claim->text);
    const struct f2f_task *a = NULL, *b = NULL;
    for (size_t i = 0; i < n_jobs && !a; i++)
        if (strcmp(tasks->items[i].job_name, claim->job) == 0) a = &tasks->items[i]; /* the first system's */
    if (a) b = partner(a, tasks->items, n_jobs, study->systems[study->n_systems - 1].name);
    if (!b || !a->record) return; /* not finished */
    double predicted = f2f_ratio(a->record, b->record, claim->of);
    f2f_record_text(r, "text", claim->text, NULL);
    f2f_record_num(r, "expected", claim->expected, "published ratio");
    f2f_record_num(r, "predicted", predicted, "ratio predicted for the job");
    f2f_record_bool(r, "holds", isfinite(predicted) && fabs(predicted / claim->expected - 1) <= claim->tolerance_frac,
                    "within the tolerance");
    f2f_record_num(r, "tolerance_frac", claim->tolerance_frac, NULL);
    f2f_record_text(r, "of", claim->of, NULL);
    f2f_record_text(r, "job", claim->job, NULL);
    f2f_record_text(r, "source", claim->source, NULL);
    if (claim->because) f2f_record_text(r, "because", claim->because, NULL);
    const struct f2f_record *table = find_table(results, claim->sweep);
    if (table) put_conditions(r, claim, table);
    f2f_results_claim(results, r);
}
