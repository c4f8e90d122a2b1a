/* money.c - what a plan costs when prices, yields and schedules turn out otherwise. The plan itself is kept.
 *
 * Every range of its descriptions is drawn (Latin hypercube); a chip of one's own is taped out a second time with its
 * probability, which costs masks, and the work of the quarters it is late, rented meanwhile. */
#include <math.h>

#include "plan/model.h"

/* Payments of the plan at the model's present prices. */
static double payments_usd(const struct f2f_plan_model *m, const struct f2f_plan_answer *plan) {
    double usd = 0;
    for (int v = 0; v < m->vendors; v++) {
        const struct f2f_offer *o = &m->offers[v];
        double bought = 0;
        for (int q = 0; q < m->quarters; q++) {
            int at = v * m->quarters + q;
            bought += plan->bought[at];
            if (o->rented) usd += plan->installed[at] * o->steady_q_usd * pow(m->discount_q, q);
            else if (plan->bought[at] > 0) usd += plan->bought[at] * f2f_plan_chip_usd(m, v, q);
        }
        if (plan->begun[v]) usd += f2f_plan_begin_usd(m, v);
        double left = bought;
        for (int k = 0; o->own && o->vendor->learning_frac < 1 && k < F2F_PLAN_TIERS && left > 0; k++) {
            double chips, rebate = f2f_plan_rebate_usd(m, v, k, &chips), here = fmin(left, chips);
            usd -= here * rebate;
            left -= here;
        }
    }
    return usd;
}

/* A second tape-out of vendor v: masks, and its work rented while it is late. */
static double respin_usd(const struct f2f_plan_model *m, const struct f2f_plan_answer *plan, int v) {
    const struct f2f_offer *o = &m->offers[v];
    double quarters = o->vendor->respin_s / (8766.0 * 900.0), usd = o->vendor->respin_usd;
    double rent_q_usd = m->in->price->rental_usd_per_s * 8766.0 * 900.0 * o->weight;
    for (int q = 0; q < m->quarters; q++)
        usd += plan->bought[v * m->quarters + q] * fmin(quarters, m->quarters - q) *
               (rent_q_usd - o->hardware_q_usd - o->steady_q_usd) * pow(m->discount_q, q);
    return usd;
}

static f2f_status price_at(double *usd, struct f2f_plan_model *m, const struct f2f_plan_answer *plan, f2f_error *err) {
    F2F_TRY(f2f_plan_go_on(m, err));
    F2F_TRY(f2f_plan_model_price(m, err));
    *usd = payments_usd(m, plan);
    return F2F_OK;
}

static f2f_status draw_all(double *usd, struct f2f_plan_model *m, const struct f2f_plan_answer *plan, f2f_error *err) {
    const struct f2f_plan_input *in = m->in;
    int n = in->samples, dimensions = in->ranges ? (int)in->ranges->n : 0;
    for (int i = 0; i < n; i++) {
        for (int d = 0; d < dimensions; d++) {
            const struct f2f_range *r = &in->ranges->item[d];
            f2f_range_put(r, f2f_range_quantile(r, f2f_cost_draw(in->seed, d, i, n)));
        }
        F2F_TRY(price_at(&usd[i], m, plan, err));
        for (int v = 0; v < m->vendors; v++) {
            bool again = f2f_cost_draw(in->seed, dimensions + v, i, n) < m->offers[v].vendor->respin_frac;
            if (plan->begun[v] && again) usd[i] += respin_usd(m, plan, v);
        }
    }
    return F2F_OK;
}

static void put_back(const struct f2f_ranges *ranges) {
    for (size_t i = 0; ranges && i < ranges->n; i++) f2f_range_put(&ranges->item[i], ranges->item[i].value);
}

struct swing {
    const char *input, *unit;
    double low, high, low_usd, high_usd;
};

static void insert(struct swing *swings, size_t n, struct swing s) {
    size_t at = n;
    for (; at > 0 && fabs(swings[at - 1].high_usd - swings[at - 1].low_usd) < fabs(s.high_usd - s.low_usd); at--)
        swings[at] = swings[at - 1];
    swings[at] = s;
}

static f2f_status find_swings(struct swing *swings, size_t *n, struct f2f_plan_model *m,
                              const struct f2f_plan_answer *plan, f2f_error *err) {
    const struct f2f_ranges *ranges = m->in->ranges;
    double base_usd = payments_usd(m, plan);
    *n = 0;
    for (size_t i = 0; ranges && i < ranges->n; i++) {
        const struct f2f_range *r = &ranges->item[i];
        struct swing s = {.input = f2f_range_label(m->arena, r)};
        double times = f2f_range_written(&s.unit, r), low = f2f_range_quantile(r, 0.1),
               high = f2f_range_quantile(r, 0.9);
        s.low = times * low;
        s.high = times * high;
        f2f_range_put(r, low);
        F2F_TRY(price_at(&s.low_usd, m, plan, err));
        f2f_range_put(r, high);
        F2F_TRY(price_at(&s.high_usd, m, plan, err));
        f2f_range_put(r, r->value);
        insert(swings, (*n)++, s);
    }
    for (int v = 0; v < m->vendors; v++) {
        if (!plan->begun[v] || !(m->offers[v].vendor->respin_frac > 0)) continue;
        const char *input = f2f_arena_printf(m->arena, "%s: a second tape-out", m->offers[v].name);
        insert(swings, (*n)++, (struct swing){input, "", 0, 1, base_usd, base_usd + respin_usd(m, plan, v)});
    }
    return F2F_OK;
}

static struct f2f_record *make_tornado(const struct f2f_plan_model *m, const struct swing *swings, size_t n,
                                       const char *name) {
    enum { ROWS = 12 };
    struct f2f_record *table = f2f_record_new(m->arena, f2f_arena_printf(m->arena, "%s: what moves the cost", name));
    for (size_t i = 0; i < n && i < ROWS; i++) {
        struct f2f_record *row = f2f_record_sub(table, f2f_arena_printf(m->arena, "%zu", i + 1), NULL);
        f2f_record_text(row, "input", swings[i].input, NULL);
        f2f_record_num(row, "low", swings[i].low, NULL);
        f2f_record_num(row, "high", swings[i].high, NULL);
        f2f_record_text(row, "unit", swings[i].unit, NULL);
        f2f_record_num(row, "low.cost_usd", swings[i].low_usd, NULL);
        f2f_record_num(row, "high.cost_usd", swings[i].high_usd, NULL);
    }
    return table;
}

f2f_status f2f_plan_money(struct f2f_plan_spread *out, struct f2f_record **tornado, struct f2f_plan_model *m,
                          const struct f2f_plan_answer *plan, const char *name, f2f_error *err) {
    size_t samples = (size_t)m->in->samples, n = (m->in->ranges ? m->in->ranges->n : 0) + (size_t)m->vendors;
    double *usd = f2f_arena_alloc(m->arena, (samples + 1) * sizeof *usd);
    struct swing *swings = f2f_arena_alloc(m->arena, (n + 1) * sizeof *swings);
    f2f_status status = draw_all(usd, m, plan, err);
    put_back(m->in->ranges);
    if (status == F2F_OK) status = f2f_plan_model_price(m, err);
    if (status == F2F_OK) status = find_swings(swings, &n, m, plan, err);
    put_back(m->in->ranges);
    if (status == F2F_OK) status = f2f_plan_model_price(m, err);
    F2F_TRY(status);
    *out = (struct f2f_plan_spread){f2f_cost_quantile(usd, samples, 0.1), f2f_cost_quantile(usd, samples, 0.5),
                                    f2f_cost_quantile(usd, samples, 0.9)};
    if (tornado) *tornado = make_tornado(m, swings, n, name);
    return F2F_OK;
}
