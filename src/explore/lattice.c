/* lattice.c - see lattice.h. Samples are a Latin hypercube: of n samples each of n equal parts of an axis is hit once,
 * so that every value of it has its share; what is drawn twice is looked at once. */
#include <stdlib.h>
#include <string.h>

#include "explore/lattice.h"
#include "fab2fleet/cost.h"

#define MOST_POINTS UINT64_C(1000000000000000000) /* ids are counted in 63 bits */
#define MOST_DESIGNS UINT64_C(1000000000) /* of a full grid */

static bool axis_pays(const struct f2f_space_axis *axis) {
    for (int v = 0; v < axis->n_values; v++)
        for (int c = 0; c < axis->values[v].n_changes; c++)
            if (!axis->values[v].changes[c].pays) return false;
    return true;
}

#define MOST_SHARED UINT64_C(1024) /* designs of a unit, whose rows are held in memory until it is done */

/* The id of combination `unit` of the axes that do not pay and `pay` of those that do. */
static uint64_t join(const struct f2f_lattice *l, uint64_t unit, uint64_t pay) {
    uint64_t id = 0;
    for (int a = l->space->n_axes - 1; a >= 0; a--) {
        uint64_t *from = l->pays[a] ? &pay : &unit, n = (uint64_t)l->space->axes[a].n_values;
        id += *from % n * l->stride[a];
        *from /= n;
    }
    return id;
}

static int by_place(const void *a, const void *b) {
    const struct f2f_pick *x = a, *y = b;
    if (x->unit != y->unit) return x->unit < y->unit ? -1 : 1;
    return (x->pay > y->pay) - (x->pay < y->pay);
}

static struct f2f_pick draw(const struct f2f_lattice *l, int i) {
    struct f2f_pick pick = {0, 0};
    for (int a = 0; a < l->space->n_axes; a++) {
        int n = l->space->axes[a].n_values;
        int place = (int)(f2f_cost_draw(l->space->seed, a, i, l->space->samples) * n);
        uint64_t *to = l->pays[a] ? &pick.pay : &pick.unit;
        *to = *to * (uint64_t)n + (uint64_t)(place < n ? place : n - 1);
    }
    return pick;
}

static void draw_all(struct f2f_lattice *l, f2f_arena *arena) {
    size_t n = (size_t)l->space->samples, kept = 0;
    l->picks = f2f_arena_alloc(arena, n * sizeof *l->picks);
    l->begin = f2f_arena_alloc(arena, (n + 1) * sizeof *l->begin);
    for (size_t i = 0; i < n; i++) l->picks[i] = draw(l, (int)i);
    qsort(l->picks, n, sizeof *l->picks, by_place);
    l->n_units = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept && by_place(&l->picks[i], &l->picks[kept - 1]) == 0) continue;
        if (!kept || l->picks[i].unit != l->picks[kept - 1].unit || kept - l->begin[l->n_units - 1] == MOST_SHARED)
            l->begin[l->n_units++] = kept;
        l->picks[kept++] = l->picks[i];
    }
    l->begin[l->n_units] = l->n_designs = kept;
}

f2f_status f2f_lattice_make(struct f2f_lattice *l, f2f_arena *arena, const struct f2f_space *space, f2f_error *err) {
    *l = (struct f2f_lattice){.space = space, .points = 1, .n_units = 1, .n_pays = 1};
    for (int a = space->n_axes - 1; a >= 0; a--) {
        uint64_t n = (uint64_t)space->axes[a].n_values;
        if (l->points > MOST_POINTS / n)
            return f2f_fail(err, F2F_EINPUT, "the space has more than 1e18 designs: leave out axes or values");
        l->stride[a] = l->points;
        l->points *= n;
        l->pays[a] = axis_pays(&space->axes[a]);
        *(l->pays[a] ? &l->n_pays : &l->n_units) *= n;
    }
    l->n_designs = l->points;
    l->n_slices = (l->n_pays + MOST_SHARED - 1) / MOST_SHARED;
    l->n_units *= l->n_slices;
    if (space->samples > 0 && (uint64_t)space->samples < l->points) draw_all(l, arena);
    else if (l->points > MOST_DESIGNS)
        return f2f_fail(err, F2F_EINPUT, "the space has %.3g designs, at most %.0e are run: give `samples:`",
                        (double)l->points, (double)MOST_DESIGNS);
    return F2F_OK;
}

uint64_t f2f_lattice_count(const struct f2f_lattice *l, uint64_t unit) {
    if (l->picks) return l->begin[unit + 1] - l->begin[unit];
    uint64_t first = unit % l->n_slices * MOST_SHARED;
    return l->n_pays - first < MOST_SHARED ? l->n_pays - first : MOST_SHARED;
}

uint64_t f2f_lattice_id(const struct f2f_lattice *l, uint64_t unit, uint64_t k) {
    if (!l->picks) return join(l, unit / l->n_slices, unit % l->n_slices * MOST_SHARED + k);
    const struct f2f_pick *pick = &l->picks[l->begin[unit] + k];
    return join(l, pick->unit, pick->pay);
}

int f2f_lattice_place(const struct f2f_lattice *l, uint64_t id, int axis) {
    return (int)(id / l->stride[axis] % (uint64_t)l->space->axes[axis].n_values);
}
