/* test_failure.c - failures: simulated shares of work against Daly's exact formula, order, and published runs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/machine.h"
#include "fab2fleet/train.h"
#include "train/failure.h"

static void near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance * fabs(expected))) fail_msg("%.9g is not %.9g", value, expected);
}

static double share(const struct f2f_failure_job *job, int trials) {
    double work_s = 0, wall_s = 0;
    for (int i = 0; i < trials; i++) {
        struct f2f_failure_times t = f2f_failure_run(job, (uint64_t)i, 5000);
        near(t.wall_s, t.work_s + t.lost_s + t.recovery_s + t.checkpoint_s + t.waiting_s + t.slow_s, 1e-9);
        work_s += t.work_s;
        wall_s += t.wall_s;
    }
    return work_s / wall_s;
}

/* One part that fails every M seconds. */
static struct f2f_failure_part part = {.scope = F2F_FAILS_JOB, .mtbf_s = 10000, .burst = 1};
static struct f2f_reliability plain = {.part = &part, .parts = 1, .detect_s = 100, .restart_s = 200, .rejoin_s = 60};

static struct f2f_failure_job job_of(double mtbf_s, double checkpoint_s, double interval_s) {
    part.mtbf_s = mtbf_s;
    return (struct f2f_failure_job){.reliability = &plain,
                                    .chips = 1,
                                    .servers = 1,
                                    .spare_servers = 1,
                                    .checkpoint_s = checkpoint_s,
                                    .interval_s = interval_s,
                                    .work_s = HUGE_VAL,
                                    .seed = 5};
}

/* Daly 2006, exact for Poisson failures: a segment of work t and a checkpoint C takes M e^(R/M) (e^((t+C)/M) - 1). */
static void share_of_work_in_closed_form(void **state) {
    (void)state;
    const double cases[][3] = {{10000, 30, 800}, {10000, 100, 1400}, {2000, 30, 300}, {600, 20, 150}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double m = cases[i][0], c = cases[i][1], t = cases[i][2], r = 300;
        struct f2f_failure_job job = job_of(m, c, t);
        near(share(&job, 40), t / (m * exp(r / m) * (exp((t + c) / m) - 1)), 0.01);
    }
}

static void best_interval_is_near_dalys(void **state) {
    (void)state;
    for (double m = 1000; m < 1e6; m *= 10) {
        struct f2f_failure_job job = job_of(m, 20, 0);
        double daly_s = f2f_failure_daly_s(20, m), best_s = f2f_failure_best_interval_s(&job);
        assert_true(best_s > 0.5 * daly_s && best_s < 2 * daly_s); /* the optimum is flat */
        job.interval_s = best_s;
        double best = share(&job, 20);
        job.interval_s = daly_s;
        assert_true(best > share(&job, 20) - 2e-3);
    }
    near(f2f_failure_daly_s(1, 1e6), sqrt(2e6), 1e-3); /* Young's, where checkpoints are short */
}

static void more_failures_leave_less(void **state) {
    (void)state;
    double last = 1;
    for (double m = 1e6; m > 100; m /= 3) {
        struct f2f_failure_job job = job_of(m, 10, f2f_failure_daly_s(10, m));
        double now = share(&job, 10);
        assert_true(now < last && now > 0);
        last = now;
    }
    assert_true(last < 0.3); /* recovery takes as long as the job runs between failures */
}

/* The same seed gives the same run; another seed another. */
static void runs_are_repeatable(void **state) {
    (void)state;
    struct f2f_failure_job job = job_of(3000, 10, 200);
    struct f2f_failure_times a = f2f_failure_run(&job, 3, 100), b = f2f_failure_run(&job, 3, 100);
    near(a.wall_s, b.wall_s, 0);
    job.seed = 6;
    assert_true(fabs(f2f_failure_run(&job, 3, 100).wall_s - a.wall_s) > 1);
}

/* Without spares each failure waits for its repair; one replica of a hundred waits a hundredth. */
static void spares_and_replicas_help(void **state) {
    (void)state;
    struct f2f_failure_job job = job_of(10000, 10, 400);
    double ready = share(&job, 10);
    part.repair_s = 2000;
    job.spare_servers = 0;
    double waiting = share(&job, 10);
    near(1 / waiting - 1 / ready, 2000 / 10000.0, 0.1);
    job.replicas = 100;
    double tolerant = share(&job, 10);
    assert_true(tolerant > waiting && tolerant > ready);
    part.repair_s = 0;
}

static void bursts_and_silence_cost(void **state) {
    (void)state;
    struct f2f_failure_job job = job_of(10000, 10, 400);
    double alone = share(&job, 20);
    part.burst = 3;
    near(1 / share(&job, 20) - 1 / alone, 2 * 300 / 10000.0, 0.15);
    part.burst = 1;
    part.silent = true;
    part.notice_s = 1000;
    assert_true(share(&job, 20) < alone - 0.05);
    part.silent = false;
}

/* Llama 3's 54 days (arXiv 2407.21783 section 3.3.4): 466 interruptions, more than 90 % effective training time. */
static void llama_3_of_54_days(void **state) {
    (void)state;
    const char *dirs[] = {getenv("FAB2FLEET_DATA")};
    struct f2f_catalog *catalog;
    const struct f2f_system *system;
    if (!dirs[0]) dirs[0] = "catalog";
    assert_int_equal(f2f_catalog_new(&catalog, dirs, 1, NULL), F2F_OK);
    f2f_catalog_on_system(catalog, f2f_mem_ports_attach, f2f_mem_ports_new(f2f_catalog_arena(catalog)));
    assert_int_equal(f2f_catalog_system(&system, catalog, "h100-roce-24k", NULL, 0, NULL), F2F_OK);
    struct f2f_failure_job job = {.reliability = &system->reliability,
                                  .chips = 16384,
                                  .servers = 2048,
                                  .spare_servers = 100,
                                  .checkpoint_s = 405e9 * 14 / system->storage_Bps,
                                  .read_s = 405e9 * 14 / system->storage_Bps,
                                  .work_s = HUGE_VAL};
    job.interval_s = f2f_failure_best_interval_s(&job);
    near(f2f_failure_mttf_s(&job), 54 * 86400 / 419.0, 0.01);
    double stops = 0, wall_s = 0, effective = share(&job, 20);
    for (uint64_t i = 0; i < 20; i++) {
        struct f2f_failure_times t = f2f_failure_run(&job, i, 5000);
        stops += t.stops;
        wall_s += t.wall_s;
    }
    near(stops / wall_s * 54 * 86400, 466, 0.05);
    if (!(effective > 0.90 && effective < 0.96)) fail_msg("%.3f effective", effective);
    /* smaller jobs fail less often, but not in proportion */
    double large_s = f2f_failure_mttf_s(&job);
    job.chips = 1024;
    job.servers = 128;
    double small_s = f2f_failure_mttf_s(&job);
    assert_true(small_s > 3 * large_s && small_s < 8 * large_s);
    f2f_catalog_free(catalog);
}

/* Meta's 100,000 chips (arXiv 2602.00277, abstract): a failure every 18 min; stalls of 10 min leave 44 % effective
 * time, replicas that tolerate the loss of one and stall for 3 min 80 %. */
static void a_hundred_thousand_chips(void **state) {
    (void)state;
    struct f2f_failure_job job = job_of(18 * 60, 2.8, 0);
    plain.detect_s = plain.restart_s = 300;
    plain.rejoin_s = 180;
    job.interval_s = f2f_failure_best_interval_s(&job);
    double sync = share(&job, 20);
    job.replicas = 800;
    double tolerant = share(&job, 20);
    print_message("100,000 chips: %.0f %% and %.0f %% effective (44 %% and 80 %% published)\n", 100 * sync,
                  100 * tolerant);
    assert_true(sync > 0.40 && sync < 0.58 && tolerant > 0.75 && tolerant < 0.85);
    plain.detect_s = 100;
    plain.restart_s = 200;
    plain.rejoin_s = 60;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(share_of_work_in_closed_form), cmocka_unit_test(best_interval_is_near_dalys),
        cmocka_unit_test(more_failures_leave_less),     cmocka_unit_test(runs_are_repeatable),
        cmocka_unit_test(spares_and_replicas_help),     cmocka_unit_test(bursts_and_silence_cost),
        cmocka_unit_test(llama_3_of_54_days),           cmocka_unit_test(a_hundred_thousand_chips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
