/* study.c - runs a study: systems x jobs, then sweeps, then ratios and claims.
 *
 * Everything is loaded before the first thread starts (unfold.c); tasks only read. Ratios are the last system over the
 * first, as the study lists them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "desc/table.h"
#include "explore/answer.h"
#include "explore/journal.h"

/* A figure that is asked for is one the tasks have; what was not finished or does not fit has none. */
static void check_figure(const struct f2f_tasks *tasks, const char *key, size_t first, size_t end, const char *what,
                         const char *name, const struct f2f_doc *at) {
    const char *keys[256];
    size_t n_keys = 0;
    for (size_t i = first; i < end; i++) {
        const struct f2f_record *r = tasks->items[i].record;
        if (f2f_record_find(r, key)) return;
        for (size_t k = 0; r && !(f2f_record_get(r, "feasible") <= 0) && k < r->n_values && n_keys < 256; k++)
            keys[n_keys++] = r->values[k].key;
    }
    if (n_keys)
        f2f_doc_error(f2f_catalog_diag(tasks->catalog), at, "%s '%.80s': no result has a figure '%.60s'%s", what, name,
                      key, f2f_did_you_mean(key, keys, n_keys).text);
}

/* Those of claims and sweeps; reported where they are asked for. */
static void check_figures(const struct f2f_study *study, const struct f2f_tasks *tasks, const size_t *sweep_start) {
    for (int c = 0; c < study->n_claims; c++) {
        const struct f2f_doc *node = f2f_doc_item(f2f_doc_get(study->tree, "claims"), c);
        check_figure(tasks, study->claims[c].of, 0, sweep_start[0], "claim", study->claims[c].text,
                     f2f_doc_get(node, "of"));
    }
    for (int w = 0; w < study->n_sweeps; w++) {
        const struct f2f_doc *of = f2f_doc_get(f2f_doc_item(f2f_doc_get(study->tree, "sweeps"), w), "of");
        for (int k = 0; k < study->sweeps[w].n_of; k++)
            check_figure(tasks, study->sweeps[w].of[k], sweep_start[w], sweep_start[w + 1], "sweep",
                         study->sweeps[w].name, f2f_doc_item(of, k) ? f2f_doc_item(of, k) : of);
    }
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
    f2f_tasks_put_refused(results, tasks);
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

/* Opens the journal, if one is wanted, and takes over the tasks it has. */
static f2f_status resume(struct f2f_journal **journal, struct f2f_tasks *tasks, const struct f2f_study_options *options,
                         f2f_error *err) {
    *journal = NULL;
    if (!options->journal) return F2F_OK;
    F2F_TRY(f2f_journal_open(journal, tasks->arena, options->journal, options->fresh, err));
    struct f2f_resumed found = f2f_journal_take(*journal, tasks);
    if (options->resumed) options->resumed(options->resumed_context, &found);
    return F2F_OK;
}

/* A job that fails takes nothing from the others: what was finished is answered. */
f2f_status f2f_study_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_study *study,
                         const struct f2f_study_options *options, f2f_error *err) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    struct f2f_tasks tasks = {.arena = arena,
                              .catalog = catalog,
                              .price = options->price,
                              .uncertainty = study->uncertainty,
                              .sets = options->sets,
                              .n_sets = options->n_sets};
    size_t *sweep_start = f2f_arena_alloc(arena, ((size_t)study->n_sweeps + 1) * sizeof *sweep_start);
    *out = NULL;
    struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    F2F_TRY(f2f_study_unfold(&tasks, sweep_start, study, options, err));
    struct f2f_journal *journal;
    F2F_TRY(resume(&journal, &tasks, options, err));
    f2f_status status =
        f2f_tasks_run(&tasks, options->threads, journal, options->progress, options->progress_context, err);
    f2f_status kept = f2f_journal_close(journal, status == F2F_OK ? err : NULL);
    if (status == F2F_OK) status = kept;
    f2f_tasks_report(&tasks);
    if (status == F2F_EUSAGE) status = F2F_EINPUT; /* what a study asks wrongly is bad input */
    if (status != F2F_EINTERRUPTED) check_figures(study, &tasks, sweep_start);
    if (status == F2F_OK) status = f2f_diag_status(diag, before, err);
    struct f2f_results *results = f2f_results_new(arena, "run");
    results->title = study->id.title ? study->id.title : study->id.name;
    results->question = study->question;
    if (status == F2F_EINTERRUPTED) f2f_results_note(results, "Interrupted: only what was finished is shown.");
    if (study->uncertainty) f2f_results_note(results, "%s", f2f_quantile_note);
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
    F2F_TRY(f2f_study_unfold(&tasks, sweep_start, study, &(struct f2f_study_options){0}, err));
    f2f_tasks_check(&tasks);
    f2f_tasks_report(&tasks);
    return f2f_diag_status(diag, before, err);
}
