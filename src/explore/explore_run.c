/* explore_run.c - a space from its file to its answer. */
#include "explore/explorer.h"

static void put_counts(struct f2f_record *r, const struct f2f_explorer *e, const struct f2f_database_counts *c,
                       size_t front) {
    const uint64_t *of = c->of_status, *work = c->of_work;
    f2f_record_int(r, "points", (long long)e->lattice.points, "combinations of all values");
    f2f_record_int(r, "evaluated", (long long)c->rows, "designs that were looked at");
    f2f_record_int(r, "feasible", (long long)of[F2F_DESIGN_FEASIBLE], "of these, run and meet every requirement");
    f2f_record_int(r, "pareto", (long long)front, "of these, no other is better in all objectives");
    f2f_record_int(r, "infeasible", (long long)of[F2F_DESIGN_INFEASIBLE], "do not fit or serve nobody in time");
    f2f_record_int(r, "refused", (long long)of[F2F_DESIGN_REFUSED], "contradict themselves: a description, a strategy");
    f2f_record_int(r, "missed", (long long)of[F2F_DESIGN_MISSED], "run, but miss a requirement");
    f2f_record_int(r, "unknown", (long long)of[F2F_DESIGN_UNKNOWN], "have no figure for what is asked");
    f2f_record_int(r, "pruned", (long long)work[F2F_DESIGN_PRUNED], "known not to count without a simulation");
    f2f_record_int(r, "simulations", (long long)work[F2F_DESIGN_SIMULATED],
                   "runs; designs that differ only in what they cost share one");
}

/* Designs that are none, which nobody may have meant. */
static f2f_status note_reasons(struct f2f_results *results, const struct f2f_explorer *e,
                               const struct f2f_database_counts *c, f2f_error *err) {
    static const struct {
        int status;
        const char *what;
        bool always; /* else only where nothing is feasible */
    } kinds[] = {{F2F_DESIGN_REFUSED, "refused", true},
                 {F2F_DESIGN_UNKNOWN, "without a figure for what is asked", true},
                 {F2F_DESIGN_INFEASIBLE, "infeasible", false},
                 {F2F_DESIGN_MISSED, "below a requirement", false}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *why;
        uint64_t n;
        if (!kinds[i].always && c->of_status[F2F_DESIGN_FEASIBLE]) continue;
        F2F_TRY(f2f_database_reason(e->database, results->arena, kinds[i].status, &why, &n, err));
        if (n)
            f2f_results_note(results, "Designs that are %s: %llu. The commonest reason (%llu): %.300s", kinds[i].what,
                             (unsigned long long)c->of_status[kinds[i].status], (unsigned long long)n, why);
    }
    return F2F_OK;
}

/* All that the database says. */
static f2f_status answer(struct f2f_results *results, struct f2f_explorer *e, f2f_error *err) {
    const struct f2f_space *space = e->lattice.space;
    struct f2f_record *r = f2f_record_new(results->arena, space->id.name);
    struct f2f_database_counts counts;
    struct f2f_front front;
    F2F_TRY(f2f_database_count(e->database, &counts, err));
    F2F_TRY(f2f_front_find(&front, e, err));
    put_counts(r, e, &counts, front.n);
    f2f_results_add(results, r);
    if (e->lattice.picks)
        f2f_results_note(results, "%llu of %llu designs, a Latin hypercube of %d samples with seed %d.",
                         (unsigned long long)e->lattice.n_designs, (unsigned long long)e->lattice.points,
                         space->samples, space->seed);
    F2F_TRY(note_reasons(results, e, &counts, err));
    f2f_front_put(results, e, &front);
    return front.n ? f2f_effects_put(results, e, err) : F2F_OK;
}

static f2f_status why_none(const struct f2f_explorer *e, f2f_error *err) {
    struct f2f_database_counts c;
    F2F_TRY(f2f_database_count(e->database, &c, err));
    if (c.of_status[F2F_DESIGN_FEASIBLE] || !c.rows) return F2F_OK;
    return f2f_fail(
        err, F2F_EINFEASIBLE,
        "none of %llu designs is feasible; `why` in the table `design` of the database tells each one's reason",
        (unsigned long long)c.rows);
}

/* What an earlier run left. */
static f2f_status take_over(struct f2f_explorer *e, f2f_error *err) {
    struct f2f_database_counts c;
    F2F_TRY(f2f_database_count(e->database, &c, err));
    e->done = c.rows;
    const struct f2f_resumed found = {.taken = (int)c.rows, .total = (int)e->lattice.n_designs};
    if (c.rows && e->options->resumed) e->options->resumed(e->options->resumed_context, &found);
    return F2F_OK;
}

static f2f_status explore(struct f2f_results *results, struct f2f_explorer *e, f2f_error *err) {
    F2F_TRY(take_over(e, err));
    f2f_explorer_run(e);
    F2F_TRY(f2f_database_commit(e->database, err));
    if (e->failure.status != F2F_OK) return f2f_fail(err, e->failure.status, "%s", e->failure.message);
    if (e->stop && e->done < e->lattice.n_designs)
        f2f_results_note(results, "Interrupted: only what was finished is shown.");
    F2F_TRY(answer(results, e, err));
    if (e->stop && e->done < e->lattice.n_designs)
        return f2f_fail(err, F2F_EINTERRUPTED, "interrupted: %llu of %llu designs were finished; go on with --resume",
                        (unsigned long long)e->done, (unsigned long long)e->lattice.n_designs);
    return why_none(e, err);
}

f2f_status f2f_explore_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_space *space,
                           const char *path, const struct f2f_explore_options *options, f2f_error *err) {
    struct f2f_explorer *e;
    *out = NULL;
    F2F_TRY(f2f_explorer_new(&e, catalog, space, options, err));
    F2F_TRY(f2f_database_open(&e->database, e->arena, path, options->resume, &e->lattice, &e->keys, &e->mark, err));
    struct f2f_results *results = f2f_results_new(e->arena, "explore");
    results->title = space->id.title ? space->id.title : space->id.name;
    results->question = space->question;
    f2f_status status = explore(results, e, err);
    f2f_error reason = {0};
    if (status == F2F_EINPUT) {
        f2f_database_discard(e->database);
        return status;
    }
    f2f_status closed = f2f_database_close(e->database, &reason);
    if (status == F2F_OK && closed != F2F_OK) status = f2f_fail(err, closed, "%s", reason.message);
    if (status == F2F_OK || status == F2F_EINTERRUPTED || status == F2F_EINFEASIBLE) *out = results;
    return status;
}

f2f_status f2f_space_check(struct f2f_catalog *catalog, const struct f2f_space *space, f2f_error *err) {
    const struct f2f_explore_options none = {0};
    struct f2f_explorer *e;
    const struct f2f_system *system;
    F2F_TRY(f2f_catalog_system(&system, catalog, space->base, space->sets, (size_t)space->n_sets, err));
    return f2f_explorer_new(&e, catalog, space, &none, err);
}
