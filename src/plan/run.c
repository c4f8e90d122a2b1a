/* run.c - a program's cases, each solved and put into a record with its risk and its uncertainty. */
#include <math.h>
#include <string.h>

#include "plan/model.h"

/* Dollars today for a chip that is bought in quarter q and used for all its life. */
static double life_usd(const struct f2f_plan_model *m, int vendor, int q) {
    struct f2f_plan_model longer = *m;
    longer.quarters = q + m->offers[vendor].life_q;
    return f2f_plan_chip_usd(&longer, vendor, q);
}

/* Chips of one's own from which designing them pays: N = NRE / (what the same work costs bought - what one costs), both
 * over a chip's life, running it included. NaN: nothing to build, nothing to buy, or nothing saved. */
static double break_even(const struct f2f_plan_model *m, const bool *allowed) {
    double best = (double)NAN;
    for (int v = 0; v < m->vendors; v++) {
        const struct f2f_offer *own = &m->offers[v];
        double bought_usd = HUGE_VAL;
        if (!own->own || !allowed[v] || !(own->weight > 0)) continue;
        for (int w = 0; w < m->vendors; w++) {
            const struct f2f_offer *o = &m->offers[w];
            if (o->own || o->rented || !(o->weight > 0) || o->first_q > own->first_q) continue;
            bought_usd = fmin(bought_usd, life_usd(m, w, own->first_q) / o->weight * own->weight);
        }
        double saved_usd = bought_usd - life_usd(m, v, own->first_q), chips = own->nre_usd / saved_usd;
        if (isfinite(bought_usd) && saved_usd > 0 && !(best <= chips)) best = chips;
    }
    return best;
}

/* The row of the table of all cases. */
static struct f2f_record *row_of(struct f2f_record *table, int year, const char *vendor) {
    const char *key = f2f_arena_printf(table->arena, "%d %s", year, vendor);
    for (size_t i = 0; i < table->n_values; i++)
        if (strcmp(table->values[i].key, key) == 0) return table->values[i].record;
    struct f2f_record *row = f2f_record_sub(table, key, NULL);
    f2f_record_int(row, "year", year, NULL);
    f2f_record_text(row, "vendor", vendor, NULL);
    return row;
}

static void put_mix(struct f2f_record *r, struct f2f_record *table, const char *name, const struct f2f_plan_model *m,
                    const struct f2f_plan_answer *a) {
    struct f2f_record *mix = f2f_record_sub(r, "mix", "chips that begin their work, by year and vendor");
    mix->is_list = true;
    for (int y = 0; y < m->years; y++) {
        for (int v = 0; v < m->vendors; v++) {
            double chips = 0;
            const double *quarter = (m->offers[v].rented ? a->installed : a->bought) + v * m->quarters + 4 * y;
            for (int q = 0; q < 4; q++) /* rented: the mean of the year */
                chips += m->offers[v].rented ? quarter[q] / 4 : quarter[q];
            if (chips < 0.5) continue;
            int year = m->program->first_year + y;
            struct f2f_record *row =
                f2f_record_sub(mix, f2f_arena_printf(m->arena, "%d %s", year, m->offers[v].name), NULL);
            f2f_record_int(row, "year", year, NULL);
            f2f_record_text(row, "vendor", m->offers[v].name, NULL);
            f2f_record_num(row, "chips", round(chips), NULL);
            f2f_record_num(row_of(table, year, m->offers[v].name), f2f_arena_printf(m->arena, "%s.chips", name),
                           round(chips), NULL);
        }
    }
}

static void put_totals(struct f2f_record *r, const struct f2f_plan_model *m, const struct f2f_plan_answer *a) {
    double capital_usd = 0, peak_W = 0;
    for (int q = 0; q < m->quarters; q++) {
        double power_W = 0;
        for (int v = 0; v < m->vendors; v++) {
            const struct f2f_offer *o = &m->offers[v];
            capital_usd +=
                a->bought[v * m->quarters + q] * o->capital_usd * pow(1 + o->vendor->price_change_frac, q / 4);
            if (!o->rented) power_W += a->installed[v * m->quarters + q] * o->power_W;
        }
        peak_W = fmax(peak_W, power_W);
    }
    for (int v = 0; v < m->vendors; v++) capital_usd += a->begun[v] ? m->offers[v].nre_usd : 0;
    f2f_record_num(r, "capital_usd", capital_usd, "cash for hardware, buildings and design");
    f2f_record_num(r, "power_W", peak_W, "most facility power");
}

/* What one more stack, wafer ... is worth: the most of any quarter, and its mean. */
static void put_shadows(struct f2f_record *r, const struct f2f_plan_model *m, const struct f2f_plan_answer *a) {
    struct f2f_record *sub = f2f_record_sub(r, "shadow", "worth today of one more, in the quarter it is worth most");
    for (int s = 0; s < m->program->n_supplies; s++) {
        double most = 0;
        for (int q = 0; q < m->quarters; q++) most = fmax(most, a->supply_usd[s * m->quarters + q]);
        f2f_record_num(sub, f2f_arena_printf(m->arena, "%s_usd", m->program->supplies[s].name), most, NULL);
    }
    for (int v = 0; v < m->vendors; v++) {
        double most = 0;
        for (int q = 0; q < m->quarters; q++) most = fmax(most, a->vendor_usd[v * m->quarters + q]);
        if (m->offers[v].vendor->n_supplies && !m->offers[v].rented)
            f2f_record_num(sub, f2f_arena_printf(m->arena, "%s_chip_usd", m->offers[v].name), most, NULL);
    }
}

static struct f2f_plan_ask ask_of(const struct f2f_plan_model *m, const bool *allowed) {
    return (struct f2f_plan_ask){.allowed = allowed,
                                 .share_frac = 1,
                                 .elastic = m->program->shortfall_usd_per_s > 0,
                                 .most_unmet = HUGE_VAL,
                                 .fails = -1,
                                 .demand_scale = 1};
}

/* Most work first, then the least cost of that much. */
static f2f_status solve(struct f2f_plan_answer *out, const struct f2f_plan_model *m, struct f2f_plan_ask *ask,
                        f2f_error *err) {
    if (m->program->objective == F2F_LEAST_COST) return f2f_plan_solve(out, m, ask, err);
    ask->elastic = ask->least_unmet = true;
    F2F_TRY(f2f_plan_solve(out, m, ask, err));
    ask->least_unmet = false;
    ask->most_unmet = out->shortfall_usd * 1e-6 * (1 + 1e-6) + 1e-6;
    return f2f_plan_solve(out, m, ask, err);
}

static f2f_status put_risk(struct f2f_results *out, struct f2f_record *r, struct f2f_plan_model *m,
                           struct f2f_plan_ask *ask, const struct f2f_plan_answer *a, const char *name, bool detail,
                           f2f_error *err) {
    struct f2f_record *regret, *frontier, *tornado;
    struct f2f_plan_spread spread;
    double worst_usd;
    F2F_TRY(f2f_plan_regret(&regret, &worst_usd, m, ask, a, name, err));
    f2f_record_num(r, "worst_regret_usd", worst_usd, "a vendor fails after the first year: cost beyond having known");
    f2f_results_table(out, regret);
    if (m->in->samples > 0) {
        F2F_TRY(f2f_plan_money(&spread, &tornado, m, a, name, err));
        f2f_record_num(r, "npv_usd_p10", -spread.p90_usd, NULL);
        f2f_record_num(r, "npv_usd_p50", -spread.p50_usd, NULL);
        f2f_record_num(r, "npv_usd_p90", -spread.p10_usd, NULL);
        if (detail && tornado->n_values) f2f_results_table(out, tornado);
    }
    if (!detail) return F2F_OK;
    F2F_TRY(f2f_plan_frontier(&frontier, m, ask, name, err));
    f2f_results_table(out, frontier);
    return F2F_OK;
}

static f2f_status run_case(struct f2f_results *out, struct f2f_record *mix, struct f2f_plan_model *m, const char *name,
                           const bool *allowed, bool detail, f2f_error *err) {
    struct f2f_plan_ask ask = ask_of(m, allowed);
    struct f2f_plan_answer a;
    f2f_error reason;
    struct f2f_record *r = f2f_record_new(m->arena, f2f_arena_printf(m->arena, "%s / %s", m->program->id.name, name));
    f2f_status status = solve(&a, m, &ask, &reason);
    if (status != F2F_OK && status != F2F_EINFEASIBLE) return f2f_fail(err, status, "%s: %s", name, reason.message);
    f2f_results_add(out, r);
    f2f_record_text(r, "system", name, "case of the plan");
    f2f_record_text(r, "job", "plan", NULL);
    f2f_record_bool(r, "feasible", status == F2F_OK, "is all demand met, or as much as the objective asks");
    if (status == F2F_EINFEASIBLE) {
        f2f_record_text(r, "why", reason.message, "what stands in the way");
        return F2F_OK;
    }
    f2f_record_num(r, "cost_usd", a.cost_usd, "today's worth of all payments within the plan");
    f2f_record_num(r, "npv_usd", -a.cost_usd, "the same as a value: negative, as work has no price here");
    f2f_record_num(r, "unmet_frac", a.unmet_frac_all, "of all demand, in chips of the first vendor");
    f2f_record_num(r, "break_even_chips", break_even(m, allowed), "one's own chips from which designing them pays");
    put_totals(r, m, &a);
    if (!mix->n_values) f2f_results_table(out, mix);
    put_mix(r, mix, name, m, &a);
    put_shadows(r, m, &a);
    return put_risk(out, r, m, &ask, &a, name, detail, err);
}

static void who(bool *allowed, const struct f2f_plan_model *m, const struct f2f_plan_case *c) {
    for (int v = 0; v < m->vendors; v++) {
        allowed[v] = c == NULL;
        for (int i = 0; c && i < c->n_vendors; i++)
            if (strcmp(c->vendors[i], m->offers[v].name) == 0) allowed[v] = true;
    }
}

f2f_status f2f_plan_run(struct f2f_results *out, const struct f2f_plan_input *in, f2f_error *err) {
    const struct f2f_program *p = in->program;
    struct f2f_plan_model m;
    bool *allowed = f2f_arena_alloc(out->arena, (size_t)p->n_vendors * sizeof *allowed);
    struct f2f_record *mix = f2f_record_new(out->arena, "chips that begin their work");
    F2F_TRY(f2f_plan_model_make(&m, out->arena, in, err));
    for (int c = 0; c < p->n_cases || (c == 0 && !p->n_cases); c++) {
        const struct f2f_plan_case *one = p->n_cases ? &p->cases[c] : NULL;
        who(allowed, &m, one);
        bool last = c + 1 >= p->n_cases;
        F2F_TRY(run_case(out, mix, &m, one ? one->name : "all vendors", allowed, last, err));
    }
    return F2F_OK;
}
