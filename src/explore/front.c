/* front.c - the Pareto front: feasible designs that no other is at least as good as in all objectives and better in
 * one.
 *
 * Sorted by the objectives, a design can only be dominated by one before it, so that one pass against the front so far
 * finds it, exactly. Designs with the same objectives do not dominate each other: all of them are on it. */
#include <math.h>
#include <string.h>

#include "explore/explorer.h"

struct search {
    struct f2f_front *front;
    const struct f2f_explorer *explorer;
};

/* a at least as good as b everywhere; *better: somewhere better. */
static bool covers(const double *a, const double *b, int n, bool *better) {
    *better = false;
    for (int i = 0; i < n; i++) {
        if (a[i] > b[i]) return false;
        *better = *better || a[i] < b[i];
    }
    return true;
}

static void grow(struct f2f_front *f, f2f_arena *arena, int n) {
    size_t capacity = f->capacity ? 2 * f->capacity : 64;
    if (f->n < f->capacity) return;
    f->ids = f2f_arena_grow(arena, f->ids, f->n * sizeof *f->ids, capacity * sizeof *f->ids);
    f->figures = f2f_arena_grow(arena, f->figures, f->n * (size_t)n * sizeof *f->figures,
                                capacity * (size_t)n * sizeof *f->figures);
    f->capacity = capacity;
}

static bool look_at(void *context, uint64_t id, int unused, const double *figures) {
    struct search *s = context;
    struct f2f_front *f = s->front;
    const struct f2f_space *space = s->explorer->lattice.space;
    int n = space->n_objectives;
    double own[F2F_SPACE_OBJECTIVES_MAX];
    bool better, tied = false;
    (void)unused;
    for (int i = 0; i < n; i++) own[i] = space->objectives[i].most ? -figures[i] : figures[i];
    for (size_t k = f->n; k-- > 0;) { /* the nearest before it is the likeliest */
        if (!covers(&f->figures[k * (size_t)n], own, n, &better)) continue;
        if (better) return true;
        tied = true;
    }
    grow(f, s->explorer->arena, n);
    f->ids[f->n] = id;
    memcpy(&f->figures[f->n++ * (size_t)n], own, (size_t)n * sizeof *own);
    f->ties += tied;
    return true;
}

f2f_status f2f_front_find(struct f2f_front *out, struct f2f_explorer *e, f2f_error *err) {
    struct search search = {out, e};
    *out = (struct f2f_front){.n = 0};
    F2F_TRY(f2f_database_each(e->database, -1, e->lattice.space->n_objectives, look_at, &search, err));
    return f2f_database_mark(e->database, out->ids, out->n, err);
}

static void put_row(struct f2f_record *table, struct f2f_explorer *e, uint64_t id) {
    const struct f2f_lattice *l = &e->lattice;
    struct f2f_design_row row;
    if (!f2f_database_row(e->database, table->arena, &row, id)) return;
    struct f2f_record *r = f2f_record_sub(table, f2f_arena_printf(table->arena, "%llu", (unsigned long long)id), NULL);
    f2f_record_int(r, "id", (long long)id, "of the design in the database");
    for (int a = 0; a < l->space->n_axes; a++)
        f2f_record_text(r, l->space->axes[a].name, l->space->axes[a].values[f2f_lattice_place(l, id, a)].name, NULL);
    for (int i = 0; i < e->keys.n; i++)
        if (e->keys.wanted[i]) f2f_record_num(r, e->keys.key[i], row.figure[i], NULL);
}

void f2f_front_put(struct f2f_results *results, struct f2f_explorer *e, const struct f2f_front *front) {
    const struct f2f_space *space = e->lattice.space;
    f2f_arena *arena = results->arena;
    size_t most = e->options->rows > 0 ? (size_t)e->options->rows : front->n;
    struct f2f_record *table = f2f_record_new(arena, f2f_arena_printf(arena, "front, by %s", space->objectives[0].key));
    if (front->n > most)
        f2f_record_text(table, "text",
                        f2f_arena_printf(arena, "The first %zu of %zu designs; the database has all.", most, front->n),
                        NULL);
    table->n_drawn = (size_t)space->n_objectives;
    table->drawn = f2f_arena_alloc(arena, table->n_drawn * sizeof *table->drawn);
    for (int i = 0; i < space->n_objectives; i++) table->drawn[i] = space->objectives[i].key;
    for (size_t i = 0; i < front->n && i < most; i++) put_row(table, e, front->ids[i]);
    if (front->n) f2f_results_table(results, table);
    if (front->ties)
        f2f_results_note(results, "%zu designs of the front have the same objectives as another one.", front->ties);
}
