/* effects.c - what each axis is worth: of each of its values the median of every objective over all feasible designs
 * that have it.
 *
 * Exact medians, from ranks of sorted rows, so that nothing is held in memory. Values share no set of other values
 * where some designs are infeasible: how many of them are feasible is said beside. */
#include <math.h>
#include <string.h>

#include "explore/explorer.h"

enum { MOST_ROWS = 60 }; /* a longer axis has its line in the table of all axes only */

/* Of one axis and one objective, by value. */
struct medians {
    uint64_t *count, *seen; /* feasible designs */
    double *median, *best;
    bool most;
};

static bool count_row(void *context, uint64_t id, int place, const double *figures) {
    struct medians *m = context;
    (void)id;
    (void)figures;
    m->count[place]++;
    return true;
}

/* Figures of a value come smallest first: the middle one, or the mean of both. */
static bool rank_row(void *context, uint64_t id, int place, const double *figures) {
    struct medians *m = context;
    uint64_t rank = m->seen[place]++, n = m->count[place];
    (void)id;
    if (rank == (n - 1) / 2) m->median[place] = *figures;
    if (rank == n / 2 && n % 2 == 0) m->median[place] = (m->median[place] + *figures) / 2;
    if (rank == 0 || m->most) m->best[place] = *figures;
    return true;
}

static f2f_status find(struct medians *m, struct f2f_explorer *e, int axis, int objective, f2f_error *err) {
    size_t n = (size_t)e->lattice.space->axes[axis].n_values;
    m->most = e->lattice.space->objectives[objective].most;
    memset(m->seen, 0, n * sizeof *m->seen);
    for (size_t i = 0; i < n; i++) m->median[i] = m->best[i] = (double)NAN;
    if (!objective) F2F_TRY(f2f_database_each(e->database, axis, objective, count_row, m, err)); /* same for all */
    return f2f_database_each(e->database, axis, objective, rank_row, m, err);
}

static const char *label(f2f_arena *arena, const char *of, const char *key) {
    return f2f_arena_printf(arena, "%s.%s", of, key);
}

/* The largest median over the smallest: 1, the axis does not matter. */
static double span(const struct medians *m, size_t n) {
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        if (isnan(m->median[i])) continue;
        least = fmin(least, m->median[i]);
        most = fmax(most, m->median[i]);
    }
    return least > 0 && most >= least ? most / least : (double)NAN;
}

/* One axis: a row for each value, a line in the table of all. */
static f2f_status put_axis(struct f2f_results *results, struct f2f_record *all, struct f2f_explorer *e, int axis,
                           f2f_error *err) {
    const struct f2f_space *space = e->lattice.space;
    const struct f2f_space_axis *a = &space->axes[axis];
    f2f_arena *arena = results->arena;
    size_t n = (size_t)a->n_values;
    struct f2f_record *table = f2f_record_new(arena, f2f_arena_printf(arena, "by %s", a->name)), *line, **rows;
    struct medians m = {.count = f2f_arena_alloc(arena, n * sizeof *m.count),
                        .seen = f2f_arena_alloc(arena, n * sizeof *m.seen),
                        .median = f2f_arena_alloc(arena, n * sizeof *m.median),
                        .best = f2f_arena_alloc(arena, n * sizeof *m.best)};
    rows = f2f_arena_alloc(arena, n * sizeof *rows);
    line = f2f_record_sub(all, a->name, NULL);
    f2f_record_text(line, "axis", a->name, NULL);
    f2f_record_int(line, "values", a->n_values, NULL);
    for (int o = 0; o < space->n_objectives; o++) {
        const char *key = space->objectives[o].key;
        F2F_TRY(find(&m, e, axis, o, err));
        f2f_record_num(line, f2f_arena_printf(arena, "%s_ratio", key), span(&m, n), "largest median over smallest");
        for (size_t v = 0; v < n && n <= MOST_ROWS; v++) {
            if (!o) rows[v] = f2f_record_sub(table, a->values[v].name, NULL);
            if (!o) f2f_record_text(rows[v], a->name, a->values[v].name, NULL);
            if (!o) f2f_record_int(rows[v], "feasible", (long long)m.count[v], NULL);
            f2f_record_num(rows[v], label(arena, "median", key), m.median[v], NULL);
            f2f_record_num(rows[v], label(arena, "best", key), m.best[v], NULL);
        }
    }
    if (table->n_values && n > 1) f2f_results_table(results, table);
    return F2F_OK;
}

f2f_status f2f_effects_put(struct f2f_results *results, struct f2f_explorer *e, f2f_error *err) {
    struct f2f_record *all = f2f_record_new(results->arena, "what each axis is worth");
    f2f_record_text(all, "text",
                    "Of each axis the largest over the smallest median of an objective, each median over all feasible "
                    "designs with one value: 1, it does not matter.",
                    NULL);
    f2f_results_table(results, all);
    for (int a = 0; a < e->lattice.space->n_axes; a++) F2F_TRY(put_axis(results, all, e, a, err));
    return F2F_OK;
}
