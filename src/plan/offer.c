/* offer.c - what each vendor asks for a chip, what it takes to make, and what it does.
 *
 * Prices come from cost/, work from the simulator. A plan pays for hardware as it is written off, interest and upkeep
 * included; electricity at the price list's mean load. */
#include <math.h>

#include "plan/model.h"

static const double quarter_h = 8766.0 / 4, quarter_s = 8766.0 * 900.0;

double f2f_plan_by_year(const double *list, int n, int year, double none) {
    if (n <= 0) return none;
    return list[year < n ? year : n - 1];
}

double f2f_plan_demand_tok(const struct f2f_plan_model *m, int demand, int year) {
    const struct f2f_demand *d = &m->program->demands[demand];
    double amount = f2f_plan_by_year(d->amount, d->n_amounts, year, 0) * d->strength;
    return d->job.kind == F2F_JOB_TRAIN ? amount * d->job.tokens : amount;
}

/* First quarter that begins when it has come. */
static int quarters_of(double time_s) { return (int)fmin(ceil(time_s / quarter_s - 1e-9), 1000); }

static double nre_of(const struct f2f_vendor *v, const struct f2f_chip *chip) {
    const struct f2f_foundry *f = chip->process->foundry;
    double hardware = v->nre_usd > 0 ? v->nre_usd : f ? f->design_usd + f->mask_set_usd : 0;
    return (v->own ? hardware : 0) + v->software_usd;
}

/* Mean over demands of its work over that of the first vendor that can do it. */
static double weight_of(const struct f2f_plan_model *m, const struct f2f_offer *o) {
    double sum = 0;
    int n = 0;
    for (int d = 0; d < m->demands; d++) {
        int first = 0;
        while (first < m->vendors && !(m->in->tokps[first * m->demands + d] > 0)) first++;
        if (first == m->vendors) continue;
        sum += o->tokps[d] / m->in->tokps[first * m->demands + d];
        n++;
    }
    return n ? sum / n : 0;
}

static f2f_status price_offer(struct f2f_offer *o, const struct f2f_plan_model *m, const struct f2f_system *system,
                              f2f_error *err) {
    const struct f2f_cost_case c = {.system = system, .price = m->in->price};
    const struct f2f_vendor *v = o->vendor;
    struct f2f_cost cost;
    double chips = (double)system->nodes * system->node->chips;
    f2f_error reason;
    if (f2f_cost_evaluate(&cost, &c, &reason) != F2F_OK)
        return f2f_fail(err, F2F_EINPUT, "vendor '%.60s': %.280s", v->name, reason.message);
    const struct f2f_cost_hour *h = &cost.hour;
    double placed = 1.0 / cost.chip.package_yield_frac, dies = cost.chip.die.per_wafer * cost.chip.die.pass_frac;
    o->capital_usd = cost.figure[F2F_COST_CAPITAL] / chips;
    o->chip_q_usd = h->chip_usd * quarter_h;
    o->hardware_q_usd = (h->chip_usd + h->host_usd + h->network_usd + h->upkeep_usd) * quarter_h;
    o->steady_q_usd = (h->building_usd + h->electricity_usd) * quarter_h;
    if (o->rented) {
        o->capital_usd = o->chip_q_usd = o->hardware_q_usd = 0;
        o->steady_q_usd = v->rent_usd_per_s * quarter_s;
    }
    const struct f2f_memory *device = system->node->chip->memory.device;
    bool stacked = device && device->height > 1;
    o->needs[F2F_SUPPLY_STACKS] = stacked ? system->node->chip->memory.stacks * placed : 0;
    o->needs[F2F_SUPPLY_INTERPOSERS] =
        cost.chip.interposers_per_wafer > 0 ? placed / cost.chip.interposers_per_wafer : 0;
    o->needs[F2F_SUPPLY_WAFERS] = placed / dies;
    o->power_W = (system->node->chip->tdp_W + system->node->host_W / system->node->chips) *
                 (system->pue > 1 ? system->pue : m->in->price->pue);
    o->nre_usd = nre_of(v, system->node->chip);
    o->first_q = quarters_of(v->start_s);
    o->life_q = quarters_of(m->in->price->life_s);
    return F2F_OK;
}

f2f_status f2f_plan_model_price(struct f2f_plan_model *m, f2f_error *err) {
    m->discount_q = pow(1.0 + m->in->price->capital_frac, -0.25);
    for (int v = 0; v < m->vendors; v++) F2F_TRY(price_offer(&m->offers[v], m, m->in->systems[v], err));
    return F2F_OK;
}

f2f_status f2f_plan_model_make(struct f2f_plan_model *m, f2f_arena *arena, const struct f2f_plan_input *in,
                               f2f_error *err) {
    const struct f2f_program *p = in->program;
    *m = (struct f2f_plan_model){.arena = arena,
                                 .in = in,
                                 .program = p,
                                 .vendors = p->n_vendors,
                                 .demands = p->n_demands,
                                 .years = p->years,
                                 .quarters = 4 * p->years};
    m->offers = f2f_arena_alloc(arena, (size_t)p->n_vendors * sizeof *m->offers);
    for (int v = 0; v < m->vendors; v++) {
        const struct f2f_vendor *vendor = &p->vendors[v];
        m->offers[v] = (struct f2f_offer){.name = vendor->name,
                                          .own = vendor->own,
                                          .rented = vendor->rent_usd_per_s > 0,
                                          .tokps = in->tokps + (size_t)v * (size_t)m->demands,
                                          .vendor = vendor};
        m->offers[v].weight = weight_of(m, &m->offers[v]);
    }
    return f2f_plan_model_price(m, err);
}

double f2f_plan_chip_usd(const struct f2f_plan_model *m, int vendor, int q) {
    const struct f2f_offer *o = &m->offers[vendor];
    double price = pow(1.0 + o->vendor->price_change_frac, q / 4), usd = 0; /* of its year */
    for (int t = q; t < m->quarters && t < q + o->life_q; t++)
        usd += (o->hardware_q_usd * price + o->steady_q_usd) * pow(m->discount_q, t);
    return usd;
}

double f2f_plan_begin_usd(const struct f2f_plan_model *m, int vendor) {
    const struct f2f_offer *o = &m->offers[vendor];
    double years = o->life_q / 4.0, r = m->in->price->capital_frac, usd = 0;
    double quarterly = o->nre_usd / 4 * (r > 0 ? r / -expm1(-years * log1p(r)) : 1 / years);
    for (int t = o->first_q; t < m->quarters && t < o->first_q + o->life_q; t++)
        usd += quarterly * pow(m->discount_q, t);
    return usd;
}

/* Wright: the price of a chip falls to learning_frac with each doubling of the volume. Steps, at the mean time a chip
 * of one's own is in use. */
double f2f_plan_rebate_usd(const struct f2f_plan_model *m, int vendor, int tier, double *chips) {
    const struct f2f_offer *o = &m->offers[vendor];
    double from = o->vendor->learning_from;
    *chips = tier == F2F_PLAN_TIERS - 1 ? HUGE_VAL : tier ? from * pow(2, tier - 1) : from;
    int middle = (o->first_q + m->quarters) / 2;
    double usd = 0;
    for (int t = middle; t < m->quarters && t < middle + o->life_q; t++) usd += o->chip_q_usd * pow(m->discount_q, t);
    return usd * (1.0 - pow(o->vendor->learning_frac, tier));
}
