/* risk.c - a vendor that fails, and how much it costs not to depend on one.
 *
 * Regret: purchases of the first year are made as planned, then a vendor delivers nothing more. What this costs beyond
 * the plan somebody would have made who knew it. Missing work has its price in both. Frontier: the least cost, missing
 * work included, when no vendor may have more than a share of the capacity; its risk is that share, the work at stake.
 */
#include <math.h>

#include "plan/model.h"

static struct f2f_plan_ask failing(const struct f2f_plan_ask *ask, int vendor) {
    struct f2f_plan_ask a = *ask;
    a.elastic = true;
    a.most_unmet = HUGE_VAL;
    a.fails = vendor;
    a.fails_from_q = 4;
    return a;
}

f2f_status f2f_plan_regret(struct f2f_record **table, double *worst_usd, const struct f2f_plan_model *m,
                           const struct f2f_plan_ask *ask, const struct f2f_plan_answer *best, const char *name,
                           f2f_error *err) {
    *table = f2f_record_new(m->arena, f2f_arena_printf(m->arena, "%s: a vendor fails after the first year", name));
    *worst_usd = 0;
    for (int v = 0; v < m->vendors; v++) {
        struct f2f_plan_ask knowing = failing(ask, v), kept = knowing;
        struct f2f_plan_answer with, without;
        if (!ask->allowed[v]) continue;
        kept.keep = best;
        kept.keep_q = 4;
        F2F_TRY(f2f_plan_solve(&with, m, &kept, err));
        F2F_TRY(f2f_plan_solve(&without, m, &knowing, err));
        double knew_usd = without.cost_usd + without.shortfall_usd;
        double regret_usd = with.cost_usd + with.shortfall_usd - knew_usd;
        if (regret_usd < 1e-6 * knew_usd) regret_usd = 0; /* the solver's tolerance */
        struct f2f_record *row = f2f_record_sub(*table, m->offers[v].name, NULL);
        f2f_record_text(row, "fails", m->offers[v].name, NULL);
        f2f_record_num(row, "cost_usd", with.cost_usd, NULL);
        f2f_record_num(row, "missing_usd", with.shortfall_usd, "work that is missing, at its price");
        f2f_record_num(row, "unmet_frac", with.unmet_frac_all, NULL);
        f2f_record_num(row, "regret_usd", regret_usd, "beyond the plan of somebody who knew");
        *worst_usd = fmax(*worst_usd, regret_usd);
    }
    return F2F_OK;
}

f2f_status f2f_plan_frontier(struct f2f_record **table, const struct f2f_plan_model *m, const struct f2f_plan_ask *ask,
                             const char *name, f2f_error *err) {
    static const double shares[] = {1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3};
    *table = f2f_record_new(m->arena, f2f_arena_printf(m->arena, "%s: cost against dependence on one vendor", name));
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        struct f2f_plan_ask a = *ask;
        struct f2f_plan_answer answer;
        a.share_frac = shares[i];
        a.elastic = true;
        a.most_unmet = HUGE_VAL;
        f2f_status status = f2f_plan_solve(&answer, m, &a, err);
        if (status == F2F_EINFEASIBLE) break;
        F2F_TRY(status);
        struct f2f_record *row = f2f_record_sub(*table, f2f_arena_printf(m->arena, "%g", shares[i]), NULL);
        f2f_record_num(row, "most_of_one_frac", shares[i], NULL);
        f2f_record_num(row, "cost_usd", answer.cost_usd, NULL);
        f2f_record_num(row, "missing_usd", answer.shortfall_usd, "work that is missing, at its price");
        f2f_record_num(row, "total_usd", answer.cost_usd + answer.shortfall_usd, NULL);
        f2f_record_num(row, "unmet_frac", answer.unmet_frac_all, NULL);
    }
    return F2F_OK;
}
