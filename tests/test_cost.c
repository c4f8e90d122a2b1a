/* test_cost.c - ranges, samples, and the chain from a chip's bill to a million tokens. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fab2fleet/cost.h"

static void assert_near(double got, double want, double relative) {
    if (!(fabs(got - want) <= relative * fabs(want))) fail_msg("%.12g is not %.12g within %g", got, want, relative);
}

/* ---- ranges ---- */

static void quantiles(void **state) {
    struct f2f_range r = {.value = 2, .low = 1, .high = 5, .shape = F2F_SHAPE_TRIANGULAR};
    (void)state;
    assert_near(f2f_range_quantile(&r, 0.25), 2, 1e-12); /* a quarter of the area lies left of the peak */
    assert_near(f2f_range_quantile(&r, 1.0 / 16), 1.5, 1e-12);
    assert_near(f2f_range_quantile(&r, 1 - 1.0 / 12), 4, 1e-12);
    r.shape = F2F_SHAPE_UNIFORM;
    assert_near(f2f_range_quantile(&r, 0.75), 4, 1e-12);
    r.shape = F2F_SHAPE_LOGNORMAL;
    assert_near(f2f_range_quantile(&r, 0.1), 1, 1e-6);
    assert_near(f2f_range_quantile(&r, 0.5), 2, 1e-6);
    assert_near(f2f_range_quantile(&r, 0.9), 5, 1e-6);
    r = (struct f2f_range){.value = 0, .low = -1.2815515655, .high = 1.2815515655, .shape = F2F_SHAPE_NORMAL};
    assert_near(f2f_range_quantile(&r, 0.975), 1.959963985, 1e-6);
    assert_near(f2f_range_quantile(&r, 0.001), -3.090232306, 1e-6);
    assert_near(f2f_range_quantile(&r, 1e-10), -6.361340902, 1e-6);
    r.min = -1, r.max = 1; /* kept within what the field allows */
    assert_near(f2f_range_quantile(&r, 0.975), 1, 0);
}

/* Each of n intervals is hit once in every dimension, and dimensions know nothing of each other. */
static void latin_hypercube(void **state) {
    enum { N = 1000, DIMENSIONS = 8 };
    static double x[DIMENSIONS][N];
    (void)state;
    for (int d = 0; d < DIMENSIONS; d++) {
        bool hit[N] = {false};
        for (int i = 0; i < N; i++) {
            x[d][i] = f2f_cost_draw(7, d, i, N);
            assert_true(x[d][i] > 0 && x[d][i] < 1);
            int interval = (int)(x[d][i] * N);
            assert_false(hit[interval]);
            hit[interval] = true;
        }
    }
    for (int d = 1; d < DIMENSIONS; d++) {
        double correlation = 0;
        for (int i = 0; i < N; i++) correlation += 12 * (x[d][i] - 0.5) * (x[d - 1][i] - 0.5) / N;
        assert_true(fabs(correlation) < 0.13); /* four standard errors */
    }
    assert_true(f2f_cost_draw(7, 0, 0, N) != f2f_cost_draw(8, 0, 0, N));
}

/* ---- the chain ---- */

static struct f2f_catalog *open_catalog(void) {
    const char *dir = getenv("FAB2FLEET_DATA");
    struct f2f_catalog *catalog;
    assert_non_null(dir);
    assert_int_equal(f2f_catalog_new(&catalog, &dir, 1, NULL), F2F_OK);
    return catalog;
}

static struct f2f_cost_case load(struct f2f_catalog *catalog, const char *name, struct f2f_set set,
                                 const struct f2f_set *price, size_t n_price) {
    struct f2f_cost_case c = {0};
    assert_int_equal(f2f_catalog_system(&c.system, catalog, name, &set, set.path ? 1 : 0, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_price(&c.price, catalog, "us-2024", price, n_price, NULL), F2F_OK);
    return c;
}

static const struct f2f_set none = {0};

/* Without interest an hour is price over life; everything else is switched off. */
static void straight_line(void **state) {
    static const struct f2f_set price[] = {{"capital", "0 %"}, {"upkeep", "0 %"},   {"building", "0 USD/W"},
                                           {"life", "5 y"},    {"discount", "0 %"}, {"electricity", "0.1 USD/kWh"},
                                           {"load", "0.5"},    {"pue", "1.2"}};
    struct f2f_catalog *catalog = open_catalog();
    struct f2f_cost_case c = load(catalog, "dgx-h100", none, price, 8);
    struct f2f_cost cost;
    (void)state;
    assert_int_equal(f2f_cost_evaluate(&cost, &c, NULL), F2F_OK);
    double hardware = cost.chip.price_usd + 42000.0 / 8, energy_kWh = 10.2 / 8 * 0.5 * 1.2;
    assert_near(cost.figure[F2F_COST_TCO_CHIP], hardware / (5 * 8766) + energy_kWh * 0.1, 1e-12);
    assert_near(cost.figure[F2F_COST_TCO], 8 * cost.figure[F2F_COST_TCO_CHIP], 1e-12);
    assert_near(cost.figure[F2F_COST_POWER], 10200, 1e-12);
    f2f_catalog_free(catalog);
}

/* Payments of an annuity, discounted, are worth the price. */
static void annuity(void **state) {
    static const struct f2f_set price[] = {{"capital", "8 %"}, {"life", "5 y"}, {"discount", "0 %"}};
    struct f2f_catalog *catalog = open_catalog();
    struct f2f_cost_case c = load(catalog, "dgx-h100", none, price, 3);
    struct f2f_cost cost;
    double worth = 0;
    (void)state;
    assert_int_equal(f2f_cost_evaluate(&cost, &c, NULL), F2F_OK);
    for (int year = 1; year <= 5; year++) worth += cost.hour.chip_usd * 8766 * pow(1.08, -year);
    assert_near(worth, cost.paid_usd, 1e-9);
    f2f_catalog_free(catalog);
}

/* The leaves of the tree add up to the figure, whatever is named. */
static void tree_adds_up(void **state) {
    static const char *const names[] = {"h100-sxm", "dgx-h100", "h100-roce-24k", "fleet-350k", "agi-1", "mtia-2i-24x"};
    struct f2f_catalog *catalog = open_catalog();
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct f2f_cost_case c = load(catalog, names[i], none, NULL, 0);
        const struct f2f_cost_options values_only = {0};
        struct f2f_record *r;
        assert_int_equal(f2f_cost_run(&r, NULL, f2f_catalog_arena(catalog), &c, &values_only, NULL), F2F_OK);
        assert_near(r->shares->amount, f2f_record_get(r, "tco_usd_per_h"), 1e-9);
        assert_near(f2f_record_find(r, "bill")->record->shares->amount, f2f_record_get(r, "chip_usd"), 1e-9);
    }
    f2f_catalog_free(catalog);
}

/* One uncertain input that counts linearly: its quantiles are the answer's. */
static void monte_carlo(void **state) {
    static const struct f2f_set price[] = {{"electricity", "0.05..0.15 USD/kWh"}};
    struct f2f_catalog *catalog = open_catalog();
    struct f2f_record *r, *tornado;
    (void)state;
    f2f_catalog_ranges_start(catalog);
    struct f2f_cost_case c = load(catalog, "dgx-h100", none, price, 1);
    struct f2f_ranges all = *f2f_catalog_ranges(catalog), one = {.n = 0};
    for (size_t i = 0; i < all.n; i++)
        if (strcmp(all.item[i].path, "electricity") == 0) one = (struct f2f_ranges){&all.item[i], 1};
    assert_int_equal(one.n, 1);
    const struct f2f_cost_options how = {.ranges = &one, .samples = 1001};
    assert_int_equal(f2f_cost_run(&r, &tornado, f2f_catalog_arena(catalog), &c, &how, NULL), F2F_OK);
    double kWh = 10.2 * 0.75 * c.price->pue, middle = f2f_record_get(r, "tco_usd_per_h");
    assert_near(f2f_record_get(r, "tco_usd_per_h_p10"), middle - 0.04 * kWh, 1e-3);
    assert_near(f2f_record_get(r, "tco_usd_per_h_p50"), middle, 1e-3);
    assert_near(f2f_record_get(r, "tco_usd_per_h_p90"), middle + 0.04 * kWh, 1e-3);
    assert_non_null(tornado);
    assert_near(f2f_record_get(tornado, "1.high.tco_usd_per_h") - f2f_record_get(tornado, "1.low.tco_usd_per_h"),
                0.08 * kWh, 1e-9);
    assert_near(c.price->electricity_usd_per_J, 0.1 / 3.6e6, 1e-12); /* put back */
    f2f_catalog_free(catalog);
}

/* What is written in one place of one file is one input. */
static void one_place_one_input(void **state) {
    struct f2f_catalog *catalog = open_catalog();
    size_t shared = 0;
    (void)state;
    f2f_catalog_ranges_start(catalog);
    (void)load(catalog, "h100-sxm", none, NULL, 0);
    const struct f2f_ranges *all = f2f_catalog_ranges(catalog);
    for (size_t i = 0; i < all->n; i++) {
        const struct f2f_range *r = &all->item[i];
        assert_true(r->low < r->high && r->low <= r->value && r->value <= r->high);
        assert_non_null(r->source);
        for (size_t t = 0; t < r->n_targets; t++) assert_near(*r->targets[t], r->value, 0);
        shared += r->n_targets > 1; /* DRAM wafers are the base die's too */
    }
    assert_true(all->n > 30 && shared > 0);
    f2f_catalog_free(catalog);
}

/* A layer's bonding yield moves a million tokens, by what the chain says. */
static void bonding_reaches_tokens(void **state) {
    struct f2f_catalog *catalog = open_catalog();
    struct f2f_cost cost[2];
    double tokps = 2000;
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct f2f_cost_case c =
            load(catalog, "h100-sxm", (struct f2f_set){"bond_yield", i ? "0.98" : "0.99"}, NULL, 0);
        c.job = (struct f2f_cost_job){.tokps = tokps, .chips = 1, .power_W = 900};
        assert_int_equal(f2f_cost_evaluate(&cost[i], &c, NULL), F2F_OK);
        if (!i) continue;
        double more_usd = (cost[1].chip.chip_usd - cost[0].chip.chip_usd) * (1 - c.price->discount_frac);
        double years = c.price->life_s / (8766 * 3600.0), r = c.price->capital_frac;
        double per_h = (r / (1 - pow(1 + r, -years)) + c.price->upkeep_frac) / 8766;
        double per_Mtok = more_usd * per_h / (tokps * 3600e-6 * c.price->use_frac);
        assert_true(more_usd > 10);
        assert_near(cost[1].figure[F2F_COST_PER_MTOK] - cost[0].figure[F2F_COST_PER_MTOK], per_Mtok, 1e-6);
    }
    f2f_catalog_free(catalog);
}

/* A rack that grants less than asked for takes it from the work. */
static void power_budget(void **state) {
    struct f2f_catalog *catalog = open_catalog();
    struct f2f_cost cost;
    (void)state;
    struct f2f_cost_case c = load(catalog, "dgx-h100", (struct f2f_set){"power_budget", "8 kW"}, NULL, 0);
    assert_int_equal(f2f_cost_evaluate(&cost, &c, NULL), F2F_OK);
    assert_near(cost.figure[F2F_COST_DELIVERED], (8000.0 - 4600 - 8 * 117) / (5600.0 - 8 * 117), 1e-12);
    c = load(catalog, "mtia-2i", (struct f2f_set){"ecc_loss", "12 %"}, NULL, 0);
    assert_int_equal(f2f_cost_evaluate(&cost, &c, NULL), F2F_OK);
    assert_near(cost.figure[F2F_COST_DELIVERED], 0.88, 1e-12);
    f2f_catalog_free(catalog);
}

/* The usual constant of DDR4 is far too low for stacked memory. */
static void carbon_of_stacks(void **state) {
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_memory *hbm, *ddr;
    (void)state;
    assert_int_equal(f2f_catalog_memory(&hbm, catalog, "hbm3-8h-16gb", NULL, 0, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_memory(&ddr, catalog, "ddr5", NULL, 0, NULL), F2F_OK);
    double times = hbm->stack->carbon_kg_per_B / ddr->stack->carbon_kg_per_B;
    assert_true(times > 11 && times < 14);
    f2f_catalog_free(catalog);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles),           cmocka_unit_test(latin_hypercube),
        cmocka_unit_test(straight_line),       cmocka_unit_test(annuity),
        cmocka_unit_test(tree_adds_up),        cmocka_unit_test(monte_carlo),
        cmocka_unit_test(one_place_one_input), cmocka_unit_test(bonding_reaches_tokens),
        cmocka_unit_test(power_budget),        cmocka_unit_test(carbon_of_stacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
