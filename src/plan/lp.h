/* lp.h - inside of plan/: a mixed-integer linear program, built entry by entry. Minimises.
 *
 * The only door to the solver (lp.c). Columns and rows count from 0. */
#ifndef F2F_PLAN_LP_H
#define F2F_PLAN_LP_H

#include <stdbool.h>
#include <stddef.h>

#include "fab2fleet/arena.h"

enum f2f_lp_sense { F2F_LP_LE, F2F_LP_GE, F2F_LP_EQ };

struct f2f_lp_column {
    double cost, low, high; /* high HUGE_VAL: none */
    bool integer;
};

struct f2f_lp_row {
    enum f2f_lp_sense sense;
    double rhs;
};

struct f2f_lp_entry {
    int row, column;
    double value;
};

struct f2f_lp {
    f2f_arena *arena;
    struct f2f_lp_column *columns;
    struct f2f_lp_row *rows;
    struct f2f_lp_entry *entries;
    int n_columns, n_rows, n_entries;
};

int f2f_lp_column(struct f2f_lp *lp, double cost, double low, double high, bool integer);
int f2f_lp_row(struct f2f_lp *lp, enum f2f_lp_sense sense, double rhs);
/* Adds an entry; a column of -1 is left out. */
void f2f_lp_put(struct f2f_lp *lp, int row, int column, double value);

/* Values of the columns; what one more of each row's right side, or one more of a column's bound, is worth (change of
 * the objective, integers held). */
struct f2f_lp_answer {
    double objective, *value, *row_dual, *reduced;
};

/* F2F_EINFEASIBLE when nothing satisfies all rows; F2F_ERUN when the solver gives up. */
f2f_status f2f_lp_solve(struct f2f_lp_answer *out, const struct f2f_lp *lp, f2f_error *err);

#endif
