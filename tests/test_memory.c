/* test_memory.c - the memory port against closed forms, measured streams and its own refusals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fab2fleet/machine.h"

/* HBM3 as on an H100: 5 stacks driven at 5.234 Gb/s a pin; timings of public JESD238 presets. */
static const struct f2f_memory hbm3 = {.id = {.name = "hbm3"},
                                       .capacity_B = 17179869184.0,
                                       .pin_rate_bps = 6.4e9,
                                       .pins = 1024,
                                       .channels = 32,
                                       .banks = 32,
                                       .refresh = F2F_REFRESH_PER_BANK,
                                       .trefi_s = 3.9e-6,
                                       .trfc_s = 200e-9,
                                       .trcd_s = 19.4e-9,
                                       .tcl_s = 12.5e-9,
                                       .trp_s = 16.25e-9,
                                       .twtr_s = 6.25e-9,
                                       .trtw_s = 12.5e-9,
                                       .energy_J_per_b = 3.6e-12,
                                       .idle_W = 3.0};

static struct f2f_chip_memory carried(const struct f2f_memory *device) {
    return (struct f2f_chip_memory){.device = device, .stacks = 5, .pin_rate_bps = 5.234e9, .usable_frac = 0.98};
}

static struct f2f_mem_port port_of(const struct f2f_memory *device) {
    struct f2f_chip_memory m = carried(device);
    struct f2f_mem_port port;
    f2f_error err = {0};
    assert_int_equal(f2f_mem_port_make(&port, &m, &err), F2F_OK);
    return port;
}

static void near(double got, double want, double tolerance_frac) {
    if (!(fabs(got - want) <= tolerance_frac * fabs(want)))
        fail_msg("got %g, wanted %g within %g %%", got, want, 100.0 * tolerance_frac);
}

static void peak_is_pins_times_rate(void **state) {
    (void)state;
    struct f2f_mem_port port = port_of(&hbm3);
    near(port.peak_Bps, 5.0 * 1024.0 * 5.234e9 / 8.0, 1e-12);
    near(port.capacity_B, 5.0 * 17179869184.0 * 0.98, 1e-12);
    near(port.energy_J_per_B, 8.0 * 3.6e-12, 1e-12);
    near(port.idle_W, 15.0, 1e-12);
    near(port.latency_s, 31.9e-9, 1e-9);
}

static void pin_rate_defaults_to_the_device(void **state) {
    (void)state;
    struct f2f_chip_memory m = carried(&hbm3);
    struct f2f_mem_port port;
    m.pin_rate_bps = 0.0;
    assert_int_equal(f2f_mem_port_make(&port, &m, NULL), F2F_OK);
    near(port.peak_Bps, 5.0 * 1024.0 * 6.4e9 / 8.0, 1e-12);
}

/* BabelStream on H100 SXM (Azure AI benchmarking guide): dot 94.9 %, triad 88.7 % of the datasheet. */
static void streams_as_measured(void **state) {
    (void)state;
    struct f2f_mem_port port = port_of(&hbm3);
    near(port.read_Bps / port.peak_Bps, 0.949, 0.01);
    near(port.mixed_Bps / port.peak_Bps, 0.887, 0.02);
}

static void losses_add_up(void **state) {
    (void)state;
    struct f2f_mem_port port = port_of(&hbm3);
    near(port.read_Bps, port.peak_Bps * (1.0 - port.refresh_loss_frac), 1e-12);
    near(port.mixed_Bps, port.peak_Bps * (1.0 - port.refresh_loss_frac - port.turnaround_loss_frac), 1e-12);
    assert_true(port.mixed_Bps < port.read_Bps && port.read_Bps < port.peak_Bps);
}

static void longer_timings_deliver_less(void **state) {
    (void)state;
    struct f2f_mem_port base = port_of(&hbm3);
    struct f2f_memory slow = hbm3;
    slow.trfc_s *= 1.5;
    assert_true(port_of(&slow).read_Bps < base.read_Bps && port_of(&slow).mixed_Bps < base.mixed_Bps);
    slow = hbm3;
    slow.trefi_s *= 2.0; /* refreshed half as often */
    assert_true(port_of(&slow).read_Bps > base.read_Bps);
    slow = hbm3;
    slow.twtr_s *= 2.0;
    assert_true(port_of(&slow).mixed_Bps < base.mixed_Bps);
    near(port_of(&slow).read_Bps, base.read_Bps, 1e-12); /* a read stream never turns around */
}

/* Bad memories and the two numbers their message must show. */
static void contradictions_are_refused(void **state) {
    (void)state;
    struct f2f_memory bad[6];
    for (int i = 0; i < 6; i++) bad[i] = hbm3;
    bad[0].trfc_s = 4e-6;
    bad[1].pins = 0;
    bad[2].pin_rate_bps = 4e9;
    bad[3].channels = 0;
    bad[4].trefi_s = 0.0;
    bad[5].trtw_s = -1e-9;
    static const char *const shown[6][2] = {{"4000 ns", "3900 ns"}, {"5 stacks", "0 pins"},   {"5.234", "4 Gb/s"},
                                            {"1024 pins", "0 ch"},  {"200 ns", "every 0 ns"}, {"6.25", "-1 ns"}};
    for (int i = 0; i < 6; i++) {
        struct f2f_chip_memory m = carried(&bad[i]);
        struct f2f_mem_port port;
        f2f_error err = {0};
        assert_int_equal(f2f_mem_port_make(&port, &m, &err), F2F_EINPUT);
        for (int j = 0; j < 2; j++)
            if (!strstr(err.message, shown[i][j])) fail_msg("'%s' is not in: %s", shown[i][j], err.message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peak_is_pins_times_rate),     cmocka_unit_test(pin_rate_defaults_to_the_device),
        cmocka_unit_test(streams_as_measured),         cmocka_unit_test(losses_add_up),
        cmocka_unit_test(longer_timings_deliver_less), cmocka_unit_test(contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
