/* test_fab.c - wafers, yields, stacks and packages against closed forms, thrown defects and sums. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fab/yield.h"
#include "fab/yield_list.h"
#include "fab2fleet/catalog.h"

#define X(name) extern const struct f2f_yield_model f2f_yield_##name;
F2F_YIELD_LIST(X)
#undef X
static const struct f2f_yield_model *const models[] = {
#define X(name) &f2f_yield_##name,
    F2F_YIELD_LIST(X)
#undef X
};
enum { N_MODELS = sizeof models / sizeof models[0] };

static void assert_near(double got, double want, double relative) {
    if (!(fabs(got - want) <= relative * fabs(want))) fail_msg("%.12g is not %.12g within %g", got, want, relative);
}

static double harvest(const char *model, double mean, double alpha, const struct f2f_spare *s, int n) {
    double y;
    assert_int_equal(f2f_fab_harvest(&y, model, mean, alpha, s, n, NULL), F2F_OK);
    return y;
}

/* ---- yield ---- */

/* Values of the literature at 0.1 defects/cm2: 115, 421, 600 and 814 mm2. */
static void closed_forms(void **state) {
    static const double area[] = {115, 421, 600, 814};
    static const double want[][4] = {
        {.891, .656, .549, .443}, {.892, .666, .565, .468}, {.897, .704, .625, .551}, {.892, .662, .558, .457}};
    (void)state;
    for (int m = 0; m < N_MODELS; m++)
        for (int a = 0; a < 4; a++) assert_near(models[m]->perfect(area[a] * 1e-3, 10), want[m][a], 1.2e-3);
    assert_near(f2f_yield_negative_binomial.perfect(0.814, 2), 0.505, 1e-3);
    assert_near(f2f_yield_negative_binomial.perfect(0.814, 1), f2f_yield_seeds.perfect(0.814, 0), 1e-12);
    assert_near(f2f_yield_negative_binomial.perfect(0.814, 1e6), f2f_yield_poisson.perfect(0.814, 0), 1e-6);
}

/* The mixture of each model gives its closed form, and its mean. */
static void mixtures(void **state) {
    static const double alphas[] = {0.2, 0.5, 1, 2, 3, 10, 100, 1e4};
    struct f2f_mixture mix;
    (void)state;
    for (int m = 0; m < N_MODELS; m++) {
        for (int a = 0; a < 8; a++) {
            for (double mean = 0.01; mean < 20; mean *= 2.5) {
                double zero = 0, first = 0, weight = 0;
                models[m]->mix(&mix, mean, alphas[a]);
                assert_in_range(mix.n, 1, F2F_MIXTURE_MAX);
                for (int i = 0; i < mix.n; i++) {
                    weight += mix.weight[i];
                    first += mix.weight[i] * mix.mean[i];
                    zero += mix.weight[i] * exp(-mix.mean[i]);
                }
                assert_near(weight, 1, 1e-9);
                assert_near(first, mean, 1e-6);
                assert_near(zero, models[m]->perfect(mean, alphas[a]), mean < 5 ? 1e-6 : 1e-4);
            }
        }
    }
}

/* One block of n parts, k needed, fixed density: exp(-(1-f) m) times the binomial tail. */
static void harvest_closed_form(void **state) {
    static const double f[] = {0.4, 0.5, 0.6, 0.7}, want[] = {.614, .666, .722, .783};
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct f2f_spare sm = {"SM", 144, 132, 0, f[i]};
        assert_near(harvest("poisson", 0.814, 0, &sm, 1), want[i], 1e-3);
        assert_near(harvest("poisson", 0.407, 0, &sm, 1), (double[]){.783, .816, .850, .885}[i], 1e-3);
    }
    struct f2f_spare all = {"SM", 144, 144, 0, 0.5}, none = {"SM", 144, 0, 0, 0.5};
    for (int m = 0; m < N_MODELS; m++) { /* no spare part, and nothing but spare parts */
        assert_near(harvest(models[m]->name, 0.814, 3, &all, 1), models[m]->perfect(0.814, 3), 1e-6);
        assert_near(harvest(models[m]->name, 0.814, 3, &none, 1), models[m]->perfect(0.407, 3), 1e-6);
    }
}

/* More spares, more dies; more defects, fewer. */
static void harvest_is_monotone(void **state) {
    double before = 0;
    (void)state;
    for (int need = 144; need >= 100; need -= 4) {
        struct f2f_spare s = {"SM", 144, need, 0, 0.5};
        double y = harvest("negative-binomial", 0.814, 3, &s, 1);
        assert_true(y >= before && y <= 1);
        before = y;
    }
    for (double mean = 0.1; mean < 10; mean *= 1.5) {
        struct f2f_spare s[] = {{"SM", 144, 132, 0, 0.5}, {"slice", 12, 10, 0, 0.1}};
        double y = harvest("murphy", mean, 3, s, 2);
        if (mean > 0.15) assert_true(y < before);
        before = y;
    }
}

/* ---- thrown defects ---- */

static uint64_t random_state;
static double uniform(void) { /* splitmix64 */
    uint64_t z = random_state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static int poisson(double mean) {
    int n = 0;
    for (double left = exp(-mean), p = uniform(); p > left; p *= uniform()) n++;
    return n;
}

/* Density of a die over the mean, of whole alpha: a sum of exponentials. */
static double gamma_density(int alpha) {
    double sum = 0;
    for (int i = 0; i < alpha; i++) sum -= log(1 - uniform());
    return sum / alpha;
}

/* One die: does it work? Defects fall anywhere; each part is a place of its own. */
static bool throw_at_die(double mean, const struct f2f_spare *s, int n) {
    bool hit[2][144] = {{false}};
    int bad[2] = {0};
    for (int d = poisson(mean); d > 0; d--) {
        double x = uniform();
        int b = 0;
        for (; b < n && x >= s[b].area_frac; b++) x -= s[b].area_frac;
        if (b == n) return false;
        int part = (int)(x / s[b].area_frac * s[b].of);
        if (!hit[b][part]) bad[b]++;
        hit[b][part] = true;
    }
    for (int b = 0; b < n; b++)
        if (s[b].of - bad[b] < s[b].need) return false;
    return true;
}

static void thrown_defects(void **state) {
    static const struct f2f_spare spares[] = {{"SM", 144, 132, 0, 0.5}, {"slice", 12, 10, 0, 0.2}};
    enum { DIES = 200000 };
    (void)state;
    random_state = 1;
    for (int alpha = 0; alpha <= 3; alpha++) { /* 0: Poisson */
        for (int n = 0; n <= 2; n++) {
            int good = 0;
            for (int i = 0; i < DIES; i++) good += throw_at_die(1.5 * (alpha ? gamma_density(alpha) : 1.0), spares, n);
            double want = harvest(alpha ? "negative-binomial" : "poisson", 1.5, alpha, spares, n);
            assert_true(fabs((double)good / DIES - want) < 4 * sqrt(want * (1 - want) / DIES));
        }
    }
}

/* Every place of the grid, one by one: the most dies whose corners lie within the radius. */
static int dies_one_by_one(const struct f2f_foundry *f, double w, double h) {
    double radius = 0.5 * f->wafer_mm - f->edge_mm, step_x = w + f->scribe_mm, step_y = h + f->scribe_mm;
    int best = 0, most_x = (int)(radius / step_x) + 2, most_y = (int)(radius / step_y) + 2;
    for (int shift = 0; shift < 64; shift++) {
        int n = 0;
        for (int i = -most_x; i <= most_x; i++)
            for (int k = -most_y; k <= most_y; k++) {
                double x = step_x * (i + shift % 8 / 8.0), y = step_y * (k + shift / 8 / 8.0);
                double far_x = fmax(fabs(x), fabs(x + w)), far_y = fmax(fabs(y), fabs(y + h));
                n += hypot(far_x, far_y) <= radius + 1e-9;
            }
        if (n > best) best = n;
    }
    return best;
}

static void wafers_hold_what_one_counts(void **state) {
    (void)state;
    const struct f2f_foundry f = {.wafer_mm = 300, .edge_mm = 3, .scribe_mm = 0.1}, bare = {.wafer_mm = 200};
    for (int i = 1; i <= 40; i++) {
        double w = 1 + i * 17 % 31 * 0.83, h = 1 + i * 11 % 29 * 1.09;
        assert_int_equal(f2f_fab_dies_per_wafer(&f, w, h), dies_one_by_one(&f, w, h));
        assert_int_equal(f2f_fab_dies_per_wafer(&bare, i, i), dies_one_by_one(&bare, i, i)); /* corners on the circle */
    }
}

/* ---- wafer ---- */

static const struct f2f_foundry plain = {.wafer_usd = 10000,
                                         .wafer_mm = 300,
                                         .edge_mm = 3,
                                         .reticle_x_mm = 26,
                                         .reticle_y_mm = 33,
                                         .defects_per_mm2 = 1e-3,
                                         .yield = "poisson",
                                         .coverage_frac = 1};

/* Near the usual estimate pi r^2 / A - pi d / sqrt(2 A), which is for an average placement; never more than the area.
 */
static void dies_per_wafer(void **state) {
    (void)state;
    for (double area = 20; area <= 858; area *= 1.3) {
        double side = sqrt(area), r = 147;
        double n = f2f_fab_dies_per_wafer(&plain, side, side),
               estimate = M_PI * r * r / area - M_PI * 2 * r / sqrt(2 * area);
        assert_true(n <= M_PI * r * r / area);
        assert_true(n > estimate - 2 && n < estimate + 0.06 * n + 3);
    }
    assert_int_equal(f2f_fab_dies_per_wafer(&plain, 207, 207), 1); /* the square in the circle has a side of 207.9 */
    assert_int_equal(f2f_fab_dies_per_wafer(&plain, 208, 208), 0);
    assert_int_equal(f2f_fab_dies_per_wafer(&plain, 26, 33), f2f_fab_dies_per_wafer(&plain, 33, 26));
}

static void die_costs(void **state) {
    struct f2f_fab_die d;
    struct f2f_foundry f = plain;
    f2f_error err;
    (void)state;
    assert_int_equal(f2f_fab_die(&d, &f, &(struct f2f_die){.mm2 = 100}, &err), F2F_OK);
    assert_near(d.usd, f.wafer_usd / d.per_wafer / exp(-0.1), 1e-12); /* the wafer is paid by the good dies */
    assert_near(d.usd, d.silicon_usd + d.loss_usd + d.probe_usd, 1e-12);
    f.coverage_frac = 0.9;
    assert_int_equal(f2f_fab_die(&d, &f, &(struct f2f_die){.mm2 = 100}, &err), F2F_OK);
    assert_near(d.pass_frac * d.quality_frac, d.harvest_frac, 1e-12);
    assert_int_equal(f2f_fab_die(&d, &f, &(struct f2f_die){.mm2 = 900}, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "858 mm2"));
    f.stitch_yield_frac = 0.9;
    assert_int_equal(f2f_fab_die(&d, &f, &(struct f2f_die){.mm2 = 900}, &err), F2F_OK);
    assert_near(d.harvest_frac, exp(-0.9) * 0.9, 1e-12); /* 30 x 30 mm: two fields, one seam */
    f.wafer_usd = 0;
    assert_int_equal(f2f_fab_die(&d, &f, &(struct f2f_die){.mm2 = 100}, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "wafer_price"));
    f.yield = "posson";
    f.wafer_usd = 1;
    assert_int_equal(f2f_fab_die(&d, &f, &(struct f2f_die){.mm2 = 100}, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "did you mean 'poisson'"));
}

/* Lesser products bear their share of the wafer: with full worth a die costs wafer over all that is sold. */
static void binning(void **state) {
    struct f2f_foundry f = plain;
    struct f2f_spare s = {.name = "SM", .of = 144, .need = 132, .lesser = 114, .area_frac = 1};
    struct f2f_die die = {.mm2 = 800, .spares = &s, .n_spares = 1};
    struct f2f_fab_die without, half, full;
    (void)state;
    f.defects_per_mm2 = 2.5e-2; /* so many defects that the lesser product matters */
    assert_int_equal(f2f_fab_die(&without, &f, &die, NULL), F2F_OK);
    die.lesser_frac = 0.5;
    assert_int_equal(f2f_fab_die(&half, &f, &die, NULL), F2F_OK);
    die.lesser_frac = 1;
    assert_int_equal(f2f_fab_die(&full, &f, &die, NULL), F2F_OK);
    s.need = 114;
    assert_near(full.harvest_frac + full.lesser_frac, harvest("poisson", 20, 0, &s, 1), 1e-9);
    assert_near(full.usd, f.wafer_usd / full.per_wafer / (full.harvest_frac + full.lesser_frac), 1e-9);
    assert_near(1 / half.usd, 0.5 / without.usd + 0.5 / full.usd, 1e-9);
    assert_true(full.lesser_frac > 2 * full.harvest_frac && full.harvest_frac > 0);
}

/* ---- stack and chip ---- */

/* y = bond^L with perfect dies; what is lost is paid by the good. */
static void stack_yields(void **state) {
    static const double want[][3] = {{0.9, 8, .43}, {0.98, 8, .85}, {0.99, 12, .89}, {0.99, 16, .85}};
    struct f2f_foundry f = plain;
    struct f2f_bonding bond = {.bond_usd = 2};
    struct f2f_stack s = {.die_mm2 = 100, .foundry = &f, .bonding = &bond, .tsv_usd = 1, .test_usd = 5};
    struct f2f_memory m = {.capacity_B = 16e9, .stack = &s};
    struct f2f_fab_stack out;
    (void)state;
    f.defects_per_mm2 = 0;
    for (int i = 0; i < 4; i++) {
        bond.bond_yield_frac = want[i][0];
        m.height = (int)want[i][1];
        assert_int_equal(f2f_fab_stack(&out, &m, NULL), F2F_OK);
        assert_near(out.yield_frac, want[i][2], 6e-3);
        assert_near(out.usd * out.yield_frac, m.height * (out.die.usd + 3) + 5, 1e-12);
    }
    s.contract_usd_per_B = 15e-9;
    assert_int_equal(f2f_fab_stack(&out, &m, NULL), F2F_OK);
    assert_near(out.usd, 240, 1e-12);
    m.stack = NULL;
    assert_int_equal(f2f_fab_stack(&out, &m, NULL), F2F_EINPUT);
}

static struct f2f_catalog *open_catalog(void) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog;
    assert_int_equal(f2f_catalog_new(&catalog, dirs, 1, NULL), F2F_OK);
    return catalog;
}

/* All that is begun is paid by what works: (everything begun) / yield, whatever stands on which line. */
static void bill_is_conserved(void **state) {
    static const char *const names[] = {"h100-sxm",      "b200-sxm", "mi300x",  "mtia-2i",
                                        "a100-sxm-80gb", "agi-1",    "xr2-gen2"};
    struct f2f_catalog *catalog = open_catalog();
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct f2f_system *s;
        struct f2f_fab_chip c;
        double lines = 0;
        assert_int_equal(f2f_catalog_system(&s, catalog, names[i], NULL, 0, NULL), F2F_OK);
        assert_int_equal(f2f_fab_chip(&c, s->node->chip, NULL), F2F_OK);
        for (int l = 0; l < F2F_BILL_N; l++) lines += c.line_usd[l];
        assert_near(lines, c.price_usd, 1e-12);
        assert_near(c.chip_usd + c.line_usd[F2F_BILL_MARGIN], c.price_usd, 1e-12);
        assert_near(c.die_usd + c.memory_usd + c.package_usd + c.lost_usd + c.line_usd[F2F_BILL_MODULE], c.chip_usd,
                    1e-12);
        /* good dies in bad packages: each package that works has used up 1 / yield of them */
        assert_near(c.line_usd[F2F_BILL_LOST_DIES], c.die_usd * (1 / c.package_yield_frac - 1), 1e-9);
        assert_near(c.kg, c.die_kg + c.memory_kg + c.package_kg + c.module_kg, 1e-12);
    }
    f2f_catalog_free(catalog);
}

static double chip_usd(struct f2f_catalog *catalog, const char *path, const char *value) {
    const struct f2f_system *s;
    struct f2f_fab_chip c;
    struct f2f_set set = {path, value};
    assert_int_equal(f2f_catalog_system(&s, catalog, "h100-sxm", &set, path ? 1 : 0, NULL), F2F_OK);
    assert_int_equal(f2f_fab_chip(&c, s->node->chip, NULL), F2F_OK);
    return c.chip_usd;
}

/* Each thing that goes wrong costs money. */
static void worse_is_dearer(void **state) {
    struct f2f_catalog *catalog = open_catalog();
    double base = chip_usd(catalog, NULL, NULL);
    (void)state;
    assert_true(chip_usd(catalog, "bond_yield", "0.95") > base);
    assert_true(chip_usd(catalog, "place_yield", "0.98") > base);
    assert_true(chip_usd(catalog, "chip.process.foundry.defects", "0.2 /cm2") > base);
    assert_true(chip_usd(catalog, "chip.process.foundry.wafer_price", "20 kUSD") > base);
    assert_true(chip_usd(catalog, "chip.making.package", "info") > base); /* chip-first takes good chips along */
    assert_true(chip_usd(catalog, "chip.process.foundry.coverage", "1") < base); /* no escapes */
    f2f_catalog_free(catalog);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wafers_hold_what_one_counts),
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(mixtures),
        cmocka_unit_test(harvest_closed_form),
        cmocka_unit_test(harvest_is_monotone),
        cmocka_unit_test(thrown_defects),
        cmocka_unit_test(dies_per_wafer),
        cmocka_unit_test(die_costs),
        cmocka_unit_test(stack_yields),
        cmocka_unit_test(bill_is_conserved),
        cmocka_unit_test(worse_is_dearer),
        cmocka_unit_test(binning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
