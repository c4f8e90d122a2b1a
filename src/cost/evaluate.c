/* evaluate.c - from a chip's bill to dollars an hour and dollars a million tokens.
 *
 * Capital is paid back in equal payments over its life with interest on what is left (annuity). Price is the bill plus
 * the vendor's margin in dollars, so a change of the bill passes on one to one. A host that nobody priced costs and
 * draws in proportion to the power of its chips. Leaves out: taxes, land, resale, idle stock, price changes over life.
 */
#include <math.h>

#include "fab2fleet/cost.h"

static const double hour_s = 3600.0, year_s = 8766.0 * 3600.0;

static const char *const keys[F2F_COST_N] = {
#define X(id, key, help) key,
    F2F_COST_LIST(X)
#undef X
};

const char *f2f_cost_key(enum f2f_cost_figure figure) { return keys[figure]; }

/* What one dollar of capital costs an hour. */
static double hourly(double capital_frac, double life_s) {
    double years = life_s / year_s;
    double yearly = capital_frac > 0 ? capital_frac / -expm1(-years * log1p(capital_frac)) : 1.0 / years;
    return yearly * hour_s / year_s;
}

/* Of one chip with its share of everything. */
struct share {
    double host_usd, network_usd, building_usd, host_W, pue;
};

static struct share share_of(const struct f2f_cost_case *c, double paid_usd) {
    const struct f2f_node *node = c->system->node;
    const struct f2f_price *p = c->price;
    double tdp_W = node->chip->tdp_W;
    struct share s = {.pue = c->system->pue > 1 ? c->system->pue : p->pue};
    s.host_W = node->host_W > 0 ? node->host_W / node->chips : p->server_W_per_W * tdp_W;
    s.host_usd = node->host_usd > 0 ? node->host_usd / node->chips : p->server_usd_per_W * tdp_W;
    if (c->system->network) s.network_usd = p->network_frac / (1.0 - p->network_frac) * (paid_usd + s.host_usd);
    s.building_usd = p->building_usd_per_W * (tdp_W + s.host_W) * s.pue;
    return s;
}

/* A rack that grants less than a node asks for takes it from the work above idle; work is taken to fall with power,
 * which is the least favourable case (clocks fall more slowly than power). */
static double delivered(const struct f2f_system *s) {
    const struct f2f_chip *chip = s->node->chip;
    double asked_W = s->node->chips * chip->tdp_W + s->node->host_W, idle_W = s->node->chips * chip->idle_W;
    double kept = chip->making ? 1.0 - chip->making->ecc_loss_frac : 1.0;
    if (!(s->node->power_budget_W > 0) || s->node->power_budget_W >= asked_W) return kept;
    return kept *
           fmax(0.0, (s->node->power_budget_W - s->node->host_W - idle_W) / (asked_W - s->node->host_W - idle_W));
}

static void put_chip(struct f2f_cost *out, const struct f2f_fab_chip *chip) {
    double *f = out->figure;
    f[F2F_COST_DIES_PER_WAFER] = chip->die.per_wafer;
    f[F2F_COST_DIE_YIELD] = chip->die.perfect_frac;
    f[F2F_COST_HARVEST_YIELD] = chip->die.harvest_frac;
    f[F2F_COST_STACK_YIELD] = chip->stack.yield_frac;
    f[F2F_COST_PACKAGE_YIELD] = chip->package_yield_frac;
    f[F2F_COST_MEMORY_PER_GB] = chip->stack.usd_per_GB;
    f[F2F_COST_DIE] = chip->die_usd;
    f[F2F_COST_MEMORY] = chip->memory_usd;
    f[F2F_COST_PACKAGE] = chip->package_usd;
    f[F2F_COST_LOST] = chip->lost_usd;
    f[F2F_COST_CHIP] = chip->chip_usd;
    f[F2F_COST_MEMORY_SHARE] = chip->memory_usd / chip->chip_usd;
    f[F2F_COST_PRICE] = chip->price_usd;
}

/* What a design takes, once. */
static void put_program(struct f2f_cost *out, const struct f2f_chip *chip) {
    const struct f2f_foundry *f = chip->process->foundry;
    if (!f) return;
    if (f->design_usd + f->mask_set_usd > 0) out->figure[F2F_COST_NRE] = f->design_usd + f->mask_set_usd;
    if (f->fab_s > 0) out->figure[F2F_COST_LEAD] = f->fab_s + f->package_s;
}

/* mean_W: of one chip and its share of the host. */
static void put_hour(struct f2f_cost *out, const struct f2f_cost_case *c, const struct share *s, double mean_W) {
    const struct f2f_price *p = c->price;
    double servers = hourly(p->capital_frac, p->life_s);
    double hardware_usd = out->paid_usd + s->host_usd + s->network_usd;
    out->hour = (struct f2f_cost_hour){
        .chip_usd = out->paid_usd * servers,
        .host_usd = s->host_usd * servers,
        .network_usd = s->network_usd * servers,
        .building_usd = s->building_usd * hourly(p->capital_frac, p->building_life_s),
        .upkeep_usd = hardware_usd * p->upkeep_frac * hour_s / year_s,
        .electricity_usd = mean_W * s->pue * hour_s * p->electricity_usd_per_J,
    };
}

static double hour_sum(const struct f2f_cost_hour *h) {
    return h->chip_usd + h->host_usd + h->network_usd + h->building_usd + h->upkeep_usd + h->electricity_usd;
}

static void put_tokens(struct f2f_cost *out, const struct f2f_cost_case *c, double operation_kg) {
    const struct f2f_cost_job *job = &c->job;
    double life_h = c->price->life_s / hour_s;
    double Mtok_per_chip_h = job->tokps * hour_s * 1e-6 / job->chips * out->figure[F2F_COST_DELIVERED];
    double used = Mtok_per_chip_h * (job->always ? 1.0 : c->price->use_frac);
    double chips = (double)c->system->nodes * c->system->node->chips;
    if (!(job->tokps > 0)) return;
    out->figure[F2F_COST_PER_MTOK] = out->figure[F2F_COST_TCO_CHIP] / used;
    out->figure[F2F_COST_CARBON_PER_MTOK] = (operation_kg + out->figure[F2F_COST_EMBODIED] / chips / life_h) / used;
}

f2f_status f2f_cost_evaluate(struct f2f_cost *out, const struct f2f_cost_case *c, f2f_error *err) {
    const struct f2f_system *system = c->system;
    const struct f2f_node *node = system->node;
    double chips = (double)system->nodes * node->chips, *f = out->figure;
    for (int i = 0; i < F2F_COST_N; i++) f[i] = (double)NAN;
    F2F_TRY(f2f_fab_chip(&out->chip, node->chip, err));
    put_chip(out, &out->chip);
    put_program(out, node->chip);
    bool bought = out->chip.line_usd[F2F_BILL_MARGIN] > 0;
    out->paid_usd = bought ? out->chip.price_usd * (1.0 - c->price->discount_frac) : out->chip.chip_usd;
    struct share s = share_of(c, out->paid_usd);
    double full_W = node->chip->tdp_W + s.host_W;
    double mean_W =
        c->job.tokps > 0 && c->job.power_W > 0 ? c->job.power_W / c->job.chips : full_W * c->price->load_frac;
    put_hour(out, c, &s, mean_W);
    f[F2F_COST_DELIVERED] = delivered(system);
    f[F2F_COST_POWER] = (chips * node->chip->tdp_W + system->nodes * node->host_W) * system->pue;
    f[F2F_COST_CAPITAL] = chips * (out->paid_usd + s.host_usd + s.network_usd + s.building_usd);
    f[F2F_COST_TCO_CHIP] = hour_sum(&out->hour);
    double rental_usd = node->chip->making->rental_usd_per_s * hour_s;
    if (rental_usd > 0) f[F2F_COST_RENT] = f[F2F_COST_TCO_CHIP] / rental_usd;
    f[F2F_COST_TCO] = chips * f[F2F_COST_TCO_CHIP];
    double by_rule_kg = node->host_W > 0 ? c->price->server_kg_per_W * node->chips * node->chip->tdp_W : 0;
    f[F2F_COST_EMBODIED] = chips * out->chip.kg + system->nodes * (node->host_kg > 0 ? node->host_kg : by_rule_kg);
    double operation_kg = mean_W * s.pue * hour_s * c->price->grid_kg_per_J; /* of one chip */
    f[F2F_COST_OPERATION] = chips * operation_kg;
    put_tokens(out, c, operation_kg);
    return F2F_OK;
}
