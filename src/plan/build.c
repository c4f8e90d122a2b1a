/* build.c - a program as a linear program: columns of chips by vendor and quarter, rows of limits.
 *
 * Chips in thousands, money in millions, missing work as a share of each demand. Training is wanted by the year (by the
 * quarter if steady), serving by the quarter. One's own chip has a binary (is it designed?) and, when it learns, tiers
 * of volume that fill in turn. */
#include <math.h>
#include <string.h>

#include "plan/model.h"

static const double quarter_s = 8766.0 * 900.0;

struct builder {
    struct f2f_plan_lp *p;
    const struct f2f_plan_model *m;
    const struct f2f_plan_ask *ask;
    int Q, D, V;
};

static int row(struct builder *b, enum f2f_lp_sense sense, double rhs, enum f2f_row_kind kind, int index, int quarter) {
    struct f2f_plan_lp *p = b->p;
    int r = f2f_lp_row(&p->lp, sense, rhs);
    size_t n = (size_t)r;
    if ((n & (n - 1)) == 0) { /* full, or the first */
        size_t old_B = n * sizeof *p->tags, new_B = (n ? 2 * n : 1) * sizeof *p->tags;
        p->tags = n ? f2f_arena_grow(p->lp.arena, p->tags, old_B, new_B) : f2f_arena_alloc(p->lp.arena, new_B);
    }
    p->tags[r] = (struct f2f_row_tag){kind, index, quarter};
    return r;
}

static int *indices(struct builder *b, int n) {
    int *list = f2f_arena_alloc(b->p->lp.arena, (size_t)n * sizeof *list);
    for (int i = 0; i < n; i++) list[i] = -1;
    return list;
}

static bool delivers(const struct builder *b, int v, int q) {
    const struct f2f_plan_ask *a = b->ask;
    return a->allowed[v] && q >= b->m->offers[v].first_q && !(a->fails == v && q >= a->fails_from_q);
}

/* Thousands of chips a vendor can deliver in a quarter. */
static double most_k(const struct builder *b, int v, int q) {
    const struct f2f_vendor *vendor = b->m->offers[v].vendor;
    double yearly = f2f_plan_by_year(vendor->supply, vendor->n_supplies, q / 4, HUGE_VAL);
    return yearly / (b->m->offers[v].rented ? 1e3 : 4e3);
}

/* Money counts unless missing work alone does. */
static double money(const struct builder *b, double usd) { return b->ask->least_unmet ? 0 : usd * 1e-6; }

static void add_chips(struct builder *b, int v) {
    const struct f2f_offer *o = &b->m->offers[v];
    const struct f2f_plan_answer *keep = b->ask->keep;
    double lot = b->m->program->lot_chips * 1e-3;
    for (int q = 0; q < b->Q; q++) {
        int at = v * b->Q + q;
        bool kept = keep && q < b->ask->keep_q;
        double high = delivers(b, v, q) ? most_k(b, v, q) : 0;
        double rent = o->rented ? money(b, o->steady_q_usd * pow(b->m->discount_q, q) * 1e3) : 0;
        b->p->installed[at] = f2f_lp_column(&b->p->lp, rent, 0, o->rented ? high : HUGE_VAL, false);
        if (o->rented) continue;
        double low = kept ? keep->bought[at] * 1e-3 : 0, unit = lot > 0 ? lot : 1;
        if (kept) high = low; /* what was ordered came */
        if (!(high > 0)) continue;
        b->p->bought[at] = f2f_lp_column(&b->p->lp, money(b, f2f_plan_chip_usd(b->m, v, q) * 1e3) * unit, low / unit,
                                         high / unit, lot > 0 && !kept);
    }
}

/* Entry of a chip bought, in thousands whatever the lot. */
static void put_bought(struct builder *b, int r, int v, int q, double value) {
    double lot = b->m->program->lot_chips * 1e-3;
    f2f_lp_put(&b->p->lp, r, b->p->bought[v * b->Q + q], value * (lot > 0 ? lot : 1));
}

static void add_inventory(struct builder *b, int v) {
    const struct f2f_offer *o = &b->m->offers[v];
    for (int q = 0; q < b->Q && !o->rented; q++) {
        int r = row(b, F2F_LP_EQ, 0, F2F_ROW_INNER, v, q);
        f2f_lp_put(&b->p->lp, r, b->p->installed[v * b->Q + q], 1);
        if (q) f2f_lp_put(&b->p->lp, r, b->p->installed[v * b->Q + q - 1], -1);
        put_bought(b, r, v, q, -1);
        if (q >= o->life_q) put_bought(b, r, v, q - o->life_q, 1);
    }
}

static void add_use(struct builder *b, int v) {
    for (int q = 0; q < b->Q; q++) {
        int r = row(b, F2F_LP_LE, 0, F2F_ROW_INNER, v, q);
        f2f_lp_put(&b->p->lp, r, b->p->installed[v * b->Q + q], -1);
        for (int d = 0; d < b->D; d++) {
            if (!(b->m->offers[v].tokps[d] > 0) || !b->ask->allowed[v]) continue;
            int column = f2f_lp_column(&b->p->lp, 0, 0, HUGE_VAL, false);
            b->p->used[(v * b->D + d) * b->Q + q] = column;
            f2f_lp_put(&b->p->lp, r, column, 1);
        }
    }
}

/* Missing work of a demand in money: chips of the first vendor that can do it, at the price of an hour. */
static double shortfall_usd(const struct builder *b, int d, double tok) {
    const struct f2f_plan_model *m = b->m;
    double per_s =
        m->program->shortfall_usd_per_s > 0 ? m->program->shortfall_usd_per_s : 10 * m->in->price->rental_usd_per_s;
    for (int v = 0; v < b->V; v++)
        if (m->offers[v].tokps[d] > 0) return tok / m->offers[v].tokps[d] * per_s;
    return tok * per_s;
}

/* One row of a demand over quarters [from, to). */
static void add_want(struct builder *b, int d, int from, int to, double tok) {
    const struct f2f_plan_ask *a = b->ask;
    double usd = shortfall_usd(b, d, tok) * pow(b->m->discount_q, from), high = a->elastic ? 1 : 0;
    int r = row(b, F2F_LP_GE, 1, F2F_ROW_DEMAND, d, from);
    int unmet = f2f_lp_column(&b->p->lp, usd * 1e-6, 0, high, false);
    b->p->unmet[d * b->Q + from] = unmet;
    f2f_lp_put(&b->p->lp, r, unmet, 1);
    for (int v = 0; v < b->V; v++)
        for (int q = from; q < to; q++)
            f2f_lp_put(&b->p->lp, r, b->p->used[(v * b->D + d) * b->Q + q],
                       b->m->offers[v].tokps[d] * quarter_s * 1e3 / tok);
}

static void add_demand(struct builder *b, int d) {
    const struct f2f_plan_model *m = b->m;
    const struct f2f_demand *demand = &m->program->demands[d];
    bool yearly = demand->job.kind == F2F_JOB_TRAIN && !demand->steady;
    for (int y = 0; y < m->years; y++) {
        double tok = f2f_plan_demand_tok(m, d, y) * b->ask->demand_scale;
        if (!(tok > 0)) continue;
        if (yearly) add_want(b, d, 4 * y, 4 * y + 4, tok);
        for (int q = 4 * y; !yearly && q < 4 * y + 4; q++) add_want(b, d, q, q + 1, tok / 4);
    }
}

static void add_supplies(struct builder *b) {
    const struct f2f_program *p = b->m->program;
    for (int s = 0; s < p->n_supplies; s++) {
        const struct f2f_supply *supply = &p->supplies[s];
        for (int q = 0; q < b->Q; q++) {
            double amount = f2f_plan_by_year(supply->amount, supply->n_amounts, q / 4, 0) / 4e3;
            int r = row(b, F2F_LP_LE, amount, F2F_ROW_SUPPLY, s, q);
            for (int v = 0; v < b->V; v++)
                if (!supply->vendor || strcmp(supply->vendor, b->m->offers[v].name) == 0)
                    put_bought(b, r, v, q, b->m->offers[v].needs[supply->kind]);
        }
    }
}

static void add_limits(struct builder *b) {
    const struct f2f_program *p = b->m->program;
    for (int q = 0; p->power_W > 0 && q < b->Q; q++) {
        int r = row(b, F2F_LP_LE, p->power_W * 1e-6, F2F_ROW_POWER, 0, q);
        for (int v = 0; v < b->V; v++)
            if (!b->m->offers[v].rented)
                f2f_lp_put(&b->p->lp, r, b->p->installed[v * b->Q + q], b->m->offers[v].power_W * 1e-3);
    }
    for (int y = 0; p->n_budgets && y < b->m->years; y++) {
        int r = row(b, F2F_LP_LE, f2f_plan_by_year(p->budget_usd, p->n_budgets, y, 0) * 1e-6, F2F_ROW_BUDGET, 0, 4 * y);
        for (int v = 0; v < b->V; v++)
            for (int q = 4 * y; q < 4 * y + 4; q++)
                put_bought(b, r, v, q,
                           b->m->offers[v].capital_usd * pow(1 + b->m->offers[v].vendor->price_change_frac, y) * 1e-3);
    }
}

/* No more than its share of the capacity at the end of each year. */
static void add_shares(struct builder *b, int v) {
    double share = fmin(b->m->offers[v].vendor->share_frac, b->ask->share_frac);
    if (share >= 1 || !b->ask->allowed[v] || b->ask->fails >= 0) return; /* whoever is left may have it all */
    for (int q = 3; q < b->Q; q += 4) {
        int r = row(b, F2F_LP_LE, 0, F2F_ROW_SHARE, v, q);
        for (int w = 0; w < b->V; w++)
            f2f_lp_put(&b->p->lp, r, b->p->installed[w * b->Q + q], b->m->offers[w].weight * ((w == v) - share));
    }
}

/* Enough for all demand of the whole plan at once: a bound that never binds. */
static double enough_k(const struct builder *b, int v) {
    double chips = 0, deliverable = 0;
    for (int q = 0; q < b->Q; q++) deliverable += delivers(b, v, q) ? most_k(b, v, q) : 0;
    for (int d = 0; d < b->D; d++)
        for (int y = 0; y < b->m->years; y++)
            if (b->m->offers[v].tokps[d] > 0)
                chips += f2f_plan_demand_tok(b->m, d, y) * b->ask->demand_scale / b->m->offers[v].tokps[d] / quarter_s;
    return fmin(2e-3 * chips + b->m->program->lot_chips * 1e-3 * b->Q, deliverable);
}

/* Tiers fill in turn: the next is open only when the one before is full. */
static void add_tiers(struct builder *b, int v, double enough) {
    int sum = row(b, F2F_LP_EQ, 0, F2F_ROW_INNER, v, 0), last = -1;
    double before = HUGE_VAL, left = enough;
    for (int q = 0; q < b->Q; q++) put_bought(b, sum, v, q, -1);
    for (int k = 0; k < F2F_PLAN_TIERS && left > 0; k++) {
        double chips, rebate = f2f_plan_rebate_usd(b->m, v, k, &chips), size = fmin(chips * 1e-3, left);
        int column = f2f_lp_column(&b->p->lp, money(b, -rebate * 1e3), 0, HUGE_VAL, false);
        int open = k ? f2f_lp_column(&b->p->lp, 0, 0, 1, true) : -1;
        int r = row(b, F2F_LP_LE, k ? 0 : size, F2F_ROW_INNER, v, 0);
        b->p->tier[v * F2F_PLAN_TIERS + k] = column;
        f2f_lp_put(&b->p->lp, sum, column, 1);
        f2f_lp_put(&b->p->lp, r, column, 1);
        f2f_lp_put(&b->p->lp, r, open, -size);
        if (k) {
            r = row(b, F2F_LP_GE, 0, F2F_ROW_INNER, v, 0);
            f2f_lp_put(&b->p->lp, r, last, 1);
            f2f_lp_put(&b->p->lp, r, open, -before);
        }
        last = column;
        before = size;
        left -= size;
    }
}

/* What is paid once: design and masks of one's own chip, software for a strange one. */
static void add_begin(struct builder *b, int v) {
    const struct f2f_offer *o = &b->m->offers[v];
    double enough = enough_k(b, v);
    if (!(o->nre_usd > 0) || o->rented || !(enough > 0)) return;
    bool kept = b->ask->keep && b->ask->keep->begun[v];
    b->p->begun[v] = f2f_lp_column(&b->p->lp, money(b, f2f_plan_begin_usd(b->m, v)), kept, 1, true);
    int r = row(b, F2F_LP_LE, 0, F2F_ROW_INNER, v, 0);
    for (int q = 0; q < b->Q; q++) put_bought(b, r, v, q, 1);
    f2f_lp_put(&b->p->lp, r, b->p->begun[v], -enough);
    if (o->own && o->vendor->learning_frac < 1) add_tiers(b, v, enough);
}

/* All missing work together, where it is limited. */
static void add_most_unmet(struct builder *b) {
    if (!b->ask->elastic || isinf(b->ask->most_unmet)) return;
    int r = row(b, F2F_LP_LE, b->ask->most_unmet, F2F_ROW_INNER, 0, 0);
    for (int i = 0; i < b->D * b->Q; i++)
        if (b->p->unmet[i] >= 0) f2f_lp_put(&b->p->lp, r, b->p->unmet[i], b->p->lp.columns[b->p->unmet[i]].cost);
}

void f2f_plan_build(struct f2f_plan_lp *out, const struct f2f_plan_model *m, const struct f2f_plan_ask *ask) {
    struct builder b = {.p = out, .m = m, .ask = ask, .Q = m->quarters, .D = m->demands, .V = m->vendors};
    *out = (struct f2f_plan_lp){.lp = {.arena = m->arena}};
    out->bought = indices(&b, b.V * b.Q);
    out->installed = indices(&b, b.V * b.Q);
    out->used = indices(&b, b.V * b.D * b.Q);
    out->unmet = indices(&b, b.D * b.Q);
    out->begun = indices(&b, b.V);
    out->tier = indices(&b, b.V * F2F_PLAN_TIERS);
    for (int v = 0; v < b.V; v++) add_chips(&b, v);
    for (int v = 0; v < b.V; v++) add_inventory(&b, v);
    for (int v = 0; v < b.V; v++) add_use(&b, v);
    for (int d = 0; d < b.D; d++) add_demand(&b, d);
    add_supplies(&b);
    add_limits(&b);
    for (int v = 0; v < b.V; v++) add_shares(&b, v);
    for (int v = 0; v < b.V; v++) add_begin(&b, v);
    add_most_unmet(&b);
}
