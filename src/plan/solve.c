/* solve.c - one question to the solver, and its answer in chips and dollars. */
#include <math.h>

#include "plan/model.h"

const char *f2f_plan_quarter(const struct f2f_plan_model *m, int q) {
    return f2f_arena_printf(m->arena, "%d Q%d", m->program->first_year + q / 4, q % 4 + 1);
}

static double *numbers(const struct f2f_plan_model *m, int n) {
    return f2f_arena_alloc(m->arena, ((size_t)n + 1) * sizeof(double));
}

/* Values of columns, times unit; 0 where there is none. */
static void take(double *out, const int *columns, int n, const struct f2f_lp_answer *a, double unit) {
    for (int i = 0; i < n; i++) out[i] = columns[i] < 0 ? 0 : fmax(0, a->value[columns[i]]) * unit;
}

#define TOLERANCE 1e-9 /* of the solver, as a share */

/* Missing work in money, and all work in the same money. */
static void sum_unmet(struct f2f_plan_answer *out, const struct f2f_plan_model *m, const struct f2f_plan_lp *p) {
    double missing_usd = 0, all_usd = 0;
    for (int i = 0; i < m->demands * m->quarters; i++) {
        if (p->unmet[i] < 0) continue;
        double usd = p->lp.columns[p->unmet[i]].cost * 1e6;
        all_usd += usd;
        missing_usd += usd * out->unmet_frac[i];
    }
    out->shortfall_usd = missing_usd;
    out->unmet_frac_all = all_usd > 0 ? missing_usd / all_usd : 0;
    if (out->unmet_frac_all < 1e-9) out->unmet_frac_all = 0;
}

/* One more of a supply in a quarter: a minimum falls by that much. */
static void take_shadows(struct f2f_plan_answer *out, const struct f2f_plan_model *m, const struct f2f_plan_lp *p,
                         const struct f2f_lp_answer *a) {
    for (int r = 0; r < p->lp.n_rows; r++)
        if (p->tags[r].kind == F2F_ROW_SUPPLY)
            out->supply_usd[p->tags[r].index * m->quarters + p->tags[r].quarter] = fmax(0, -a->row_dual[r]) * 1e3;
    double unit = m->program->lot_chips > 0 ? m->program->lot_chips : 1e3;
    for (int i = 0; i < m->vendors * m->quarters; i++)
        if (p->bought[i] >= 0) out->vendor_usd[i] = fmax(0, -a->reduced[p->bought[i]]) * 1e6 / unit;
}

static void answer(struct f2f_plan_answer *out, const struct f2f_plan_model *m, const struct f2f_plan_lp *p,
                   const struct f2f_lp_answer *a) {
    int V = m->vendors, D = m->demands, Q = m->quarters;
    *out = (struct f2f_plan_answer){.bought = numbers(m, V * Q),
                                    .installed = numbers(m, V * Q),
                                    .used = numbers(m, V * D * Q),
                                    .unmet_frac = numbers(m, D * Q),
                                    .supply_usd = numbers(m, m->program->n_supplies * Q),
                                    .vendor_usd = numbers(m, V * Q)};
    out->begun = f2f_arena_alloc(m->arena, (size_t)V * sizeof *out->begun);
    take(out->bought, p->bought, V * Q, a, m->program->lot_chips > 0 ? m->program->lot_chips : 1e3);
    take(out->installed, p->installed, V * Q, a, 1e3);
    take(out->used, p->used, V * D * Q, a, 1e3);
    take(out->unmet_frac, p->unmet, D * Q, a, 1);
    for (int v = 0; v < V; v++) out->begun[v] = p->begun[v] >= 0 && a->value[p->begun[v]] > 0.5;
    sum_unmet(out, m, p);
    double cost_usd = a->objective * 1e6 - out->shortfall_usd;
    out->cost_usd =
        fabs(cost_usd) > TOLERANCE * fabs(a->objective * 1e6) ? cost_usd : 0; /* a difference of large sums */
    take_shadows(out, m, p, a);
}

f2f_status f2f_plan_go_on(const struct f2f_plan_model *m, f2f_error *err) {
    bool on = !m->in->go_on || m->in->go_on(m->in->go_on_context);
    return on ? F2F_OK : f2f_fail(err, F2F_EINTERRUPTED, "interrupted: only the cases that were finished are answered");
}

f2f_status f2f_plan_solve(struct f2f_plan_answer *out, const struct f2f_plan_model *m, const struct f2f_plan_ask *ask,
                          f2f_error *err) {
    struct f2f_plan_lp p;
    struct f2f_lp_answer a;
    f2f_error reason;
    F2F_TRY(f2f_plan_go_on(m, err));
    f2f_plan_build(&p, m, ask);
    f2f_status status = f2f_lp_solve(&a, &p.lp, &reason);
    if (status == F2F_EINFEASIBLE) return f2f_fail(err, status, "%s", f2f_plan_why(m, ask, &reason));
    if (status != F2F_OK) return f2f_fail(err, status, "%s", reason.message);
    answer(out, m, &p, &a);
    return F2F_OK;
}
