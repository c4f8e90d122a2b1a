/* lp.c - programs handed to lp_solve 5.5 (LGPL): simplex, branch and bound.
 *
 * It prints nothing. Its BLAS hooks are global and set up by the first call: one thread makes plans at a time. */
#include "plan/lp.h"

#include <lpsolve/lp_lib.h>
#include <math.h>

#define TIMEOUT_S 30 /* a plan takes milliseconds; this only bounds what a hostile one may take */

/* Room for one more; lists grow when their length is a power of two. */
static void *room(f2f_arena *arena, void *list, int n, size_t size_B) {
    if (n == 0) return f2f_arena_alloc(arena, size_B);
    bool full = (n & (n - 1)) == 0;
    return full ? f2f_arena_grow(arena, list, (size_t)n * size_B, 2 * (size_t)n * size_B) : list;
}

int f2f_lp_column(struct f2f_lp *lp, double cost, double low, double high, bool integer) {
    lp->columns = room(lp->arena, lp->columns, lp->n_columns, sizeof *lp->columns);
    lp->columns[lp->n_columns] = (struct f2f_lp_column){cost, low, high, integer};
    return lp->n_columns++;
}

int f2f_lp_row(struct f2f_lp *lp, enum f2f_lp_sense sense, double rhs) {
    lp->rows = room(lp->arena, lp->rows, lp->n_rows, sizeof *lp->rows);
    lp->rows[lp->n_rows] = (struct f2f_lp_row){sense, rhs};
    return lp->n_rows++;
}

void f2f_lp_put(struct f2f_lp *lp, int row, int column, double value) {
    if (column < 0) return;
    lp->entries = room(lp->arena, lp->entries, lp->n_entries, sizeof *lp->entries);
    lp->entries[lp->n_entries++] = (struct f2f_lp_entry){row, column, value};
}

/* Entries by column: start[c] to start[c + 1]. */
static int *sort_by_column(const struct f2f_lp *lp, double *values, int *rows, f2f_arena *scratch) {
    int *start = f2f_arena_alloc(scratch, ((size_t)lp->n_columns + 2) * sizeof *start);
    for (int e = 0; e < lp->n_entries; e++) start[lp->entries[e].column + 2]++;
    for (int c = 0; c < lp->n_columns; c++) start[c + 2] += start[c + 1];
    for (int e = 0; e < lp->n_entries; e++) {
        int at = start[lp->entries[e].column + 1]++;
        values[at] = lp->entries[e].value;
        rows[at] = lp->entries[e].row + 1;
    }
    return start;
}

static bool add_columns(lprec *solver, const struct f2f_lp *lp, f2f_arena *scratch) {
    double *values = f2f_arena_alloc(scratch, ((size_t)lp->n_entries + 1) * sizeof *values);
    int *rows = f2f_arena_alloc(scratch, ((size_t)lp->n_entries + 1) * sizeof *rows);
    int *start = sort_by_column(lp, values, rows, scratch);
    double *column = f2f_arena_alloc(scratch, ((size_t)lp->n_rows + 1) * sizeof *column);
    for (int c = 0; c < lp->n_columns; c++) {
        const struct f2f_lp_column *head = &lp->columns[c];
        for (int i = 0; i <= lp->n_rows; i++) column[i] = 0;
        column[0] = head->cost;
        for (int e = start[c]; e < start[c + 1]; e++) column[rows[e]] += values[e];
        if (!add_column(solver, column)) return false;
        bool good = set_bounds(solver, c + 1, head->low, isinf(head->high) ? get_infinite(solver) : head->high);
        if (!good || (head->integer && !set_int(solver, c + 1, TRUE))) return false;
    }
    return true;
}

static lprec *make_solver(const struct f2f_lp *lp) {
    static const int senses[] = {LE, GE, EQ};
    lprec *solver = make_lp(lp->n_rows, 0);
    f2f_arena *scratch = f2f_arena_new();
    bool good = solver != NULL;
    if (good) set_verbose(solver, NEUTRAL);
    for (int r = 0; good && r < lp->n_rows; r++)
        good = set_constr_type(solver, r + 1, senses[lp->rows[r].sense]) && set_rh(solver, r + 1, lp->rows[r].rhs);
    if (good) {
        set_minim(solver);
        good = add_columns(solver, lp, scratch);
    }
    f2f_arena_free(scratch);
    if (good) {
        set_mip_gap(solver, TRUE, 1e-9);
        set_mip_gap(solver, FALSE, 1e-7);
        set_timeout(solver, TIMEOUT_S);
        return solver;
    }
    if (solver) delete_lp(solver);
    return NULL;
}

static void take_answer(struct f2f_lp_answer *out, lprec *solver, const struct f2f_lp *lp) {
    double *values, *duals;
    out->objective = get_objective(solver);
    out->value = f2f_arena_alloc(lp->arena, ((size_t)lp->n_columns + 1) * sizeof *out->value);
    out->reduced = f2f_arena_alloc(lp->arena, ((size_t)lp->n_columns + 1) * sizeof *out->reduced);
    out->row_dual = f2f_arena_alloc(lp->arena, ((size_t)lp->n_rows + 1) * sizeof *out->row_dual);
    if (get_ptr_variables(solver, &values))
        for (int c = 0; c < lp->n_columns; c++) out->value[c] = values[c];
    if (!get_ptr_dual_solution(solver, &duals)) return;
    for (int r = 0; r < lp->n_rows; r++) out->row_dual[r] = duals[r + 1];
    for (int c = 0; c < lp->n_columns; c++) out->reduced[c] = duals[lp->n_rows + c + 1];
}

f2f_status f2f_lp_solve(struct f2f_lp_answer *out, const struct f2f_lp *lp, f2f_error *err) {
    *out = (struct f2f_lp_answer){0};
    lprec *solver = make_solver(lp);
    if (!solver)
        return f2f_fail(err, F2F_ERUN, "the solver did not take %d rows, %d columns", lp->n_rows, lp->n_columns);
    set_presolve(solver, PRESOLVE_SENSDUALS, 0); /* that duals are kept */
    int code = solve(solver);
    if (code == OPTIMAL) take_answer(out, solver, lp);
    delete_lp(solver);
    if (code == OPTIMAL) return F2F_OK;
    if (code == INFEASIBLE) return f2f_fail(err, F2F_EINFEASIBLE, "nothing satisfies all limits");
    return f2f_fail(err, F2F_ERUN, "the solver gave up (code %d) on %d rows, %d columns", code, lp->n_rows,
                    lp->n_columns);
}
