/* Event kernel, random numbers, quantiles and series against closed forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "sim/events.h"
#include "sim/quantiles.h"
#include "sim/random.h"
#include "sim/series.h"

static void assert_near(double x, double expected, double tolerance) {
    if (!(fabs(x - expected) <= tolerance)) fail_msg("%.9g, expected %.9g within %g", x, expected, tolerance);
}

static void test_events(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_events events = {.arena = arena};
    struct f2f_random random = f2f_random_make(1, 1);
    assert_true(isinf(f2f_events_next_s(&events)));
    for (int i = 0; i < 5000; i++) f2f_events_push(&events, floor(100 * f2f_random_even(&random)), 0, i, 0);
    double before_s = -1;
    int subject = -1;
    while (events.n > 0) {
        assert_near(f2f_events_next_s(&events), events.items[0].at_s, 0);
        struct f2f_event e = f2f_events_pop(&events);
        assert_true(e.at_s > before_s || (e.at_s == before_s && e.subject > subject)); /* first in, first out */
        before_s = e.at_s;
        subject = e.subject;
    }
    f2f_arena_free(arena);
}

/* Mean and coefficient of variation of n draws. */
static void moments(double *mean, double *cv, double (*draw)(struct f2f_random *, double), double asked, int n) {
    struct f2f_random random = f2f_random_make(7, 3);
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++) {
        double x = draw(&random, asked);
        assert_true(x > 0 && isfinite(x));
        sum += x;
        squares += x * x;
    }
    *mean = sum / n;
    *cv = sqrt(squares / n - *mean * *mean) / *mean;
}

static double exponential(struct f2f_random *r, double cv) {
    (void)cv;
    return f2f_random_exponential(r);
}

static void test_random(void **state) {
    (void)state;
    double mean, cv;
    moments(&mean, &cv, exponential, 1, 400000);
    assert_near(mean, 1, 0.01);
    assert_near(cv, 1, 0.01);
    for (double asked = 0.25; asked < 5; asked *= 2) {
        moments(&mean, &cv, f2f_random_gamma, asked, 400000);
        assert_near(mean, 1, 0.03);
        assert_near(cv, asked, 0.03 * asked);
        if (asked > 1) continue;
        moments(&mean, &cv, f2f_random_lognormal, asked, 400000);
        assert_near(mean, 1, 0.01);
        assert_near(cv, asked, 0.03 * asked);
    }
    struct f2f_random a = f2f_random_make(5, 1), b = f2f_random_make(5, 1), c = f2f_random_make(5, 2);
    assert_true(f2f_random_even(&a) == f2f_random_even(&b) && f2f_random_even(&a) != f2f_random_even(&c));
}

static void test_quantiles(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_quantiles q = {.arena = arena};
    static const double five[] = {5, 1, 3, 2, 4};
    assert_near(f2f_quantiles_at(&q, 0.5), 0, 0);
    for (int i = 0; i < 5; i++) f2f_quantiles_add(&q, five[i]);
    assert_near(f2f_quantiles_mean(&q), 3, 0);
    assert_near(f2f_quantiles_at(&q, 0.5), 3, 0);
    assert_near(f2f_quantiles_at(&q, 0.9), 4.6, 1e-12);
    assert_near(f2f_quantiles_at(&q, 0.99), 4.96, 1e-12);
    /* Beyond what is kept exactly: the quantiles of 0.001..N/1000 are known. */
    struct f2f_quantiles big = {.arena = arena};
    int n = 2 * F2F_QUANTILES_EXACT;
    for (int i = 1; i <= n; i++) f2f_quantiles_add(&big, (double)((i * 7919LL) % n + 1) * 1e-3);
    static const double shares[] = {0.01, 0.5, 0.9, 0.99};
    for (int i = 0; i < 4; i++)
        assert_near(f2f_quantiles_at(&big, shares[i]) / (shares[i] * n * 1e-3), 1, 1.1 * F2F_QUANTILES_ERROR_FRAC);
    assert_near(f2f_quantiles_mean(&big) / (0.5e-3 * (n + 1)), 1, 1e-9);
    f2f_arena_free(arena);
}

static void test_quantiles_run(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_quantiles q = {.arena = arena};
    f2f_quantiles_add_run(&q, 1, 3, 1000); /* even over 1..3 */
    assert_near(f2f_quantiles_mean(&q), 2, 1e-12);
    assert_near(f2f_quantiles_at(&q, 0.5), 2, 0.005);
    assert_near(f2f_quantiles_at(&q, 0.9), 2.8, 0.006);
    f2f_quantiles_add_run(&q, 10, 10, 1000);
    assert_near(f2f_quantiles_at(&q, 0.75), 10, 0.011);
    f2f_quantiles_add_run(&q, 1, 1, -100); /* more than the run has there: ranks above it count on */
    f2f_quantiles_add_run(&q, 20, 20, 100);
    assert_near(f2f_quantiles_at(&q, 0.94), 10, 0.011);
    assert_near(f2f_quantiles_at(&q, 0.96), 20, 0.011);
    f2f_arena_free(arena);
}

static void test_series(void **state) {
    (void)state;
    static struct f2f_series s;
    double total = 0;
    for (int i = 0; i < 10000; i++) f2f_series_add(&s, 0.1 * i, 0.1 * (i + 1), &(double){2.0}, 1);
    for (int i = 0; i < F2F_SERIES_INTERVALS; i++) total += s.total[0][i];
    assert_near(total, 20000, 1e-6);
    assert_near(s.total[0][10] / s.interval_s, 20, 1e-6); /* a rate of 2 per 0.1 s */
    assert_true(s.interval_s * F2F_SERIES_INTERVALS >= 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),        cmocka_unit_test(test_random), cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_quantiles_run), cmocka_unit_test(test_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
