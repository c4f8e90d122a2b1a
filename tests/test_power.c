/* test_power.c - energy of operators in closed form, and what the power limit does to their time. */
#include "chip_rig.h"
#include "each_chip.h"

/* Energy in closed form where the clock is not raised. */
static void energy_is_the_sum_of_its_parts(void **state) {
    (void)state;
    struct rig r;
    rig_describe(&r);
    r.chip.tdp_W = 5000.0;
    rig_build(&r);
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    struct f2f_op_cost c = f2f_machine_op(&r.machine, &op);
    near(c.energy_J, c.flop * 0.68e-12 + c.mem_B * (8.0 * 3.6e-12 + 7.8e-12), 1e-9);
    op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_FP8);
    c = f2f_machine_op(&r.machine, &op);
    near(c.energy_J, c.flop * (0.2 + 0.8 / 2.0) * 0.68e-12 + c.mem_B * (8.0 * 3.6e-12 + 7.8e-12), 1e-9);
    struct f2f_op send = {.kind = F2F_OP_COLLECTIVE, .collective = F2F_SEND, .group_chips = 2, .bytes_B = 1e9};
    c = f2f_machine_op(&r.machine, &send);
    assert_int_equal(c.bound, F2F_BOUND_NETWORK);
    near(c.net_B, 1e9, 1e-12);
    assert_true(c.energy_J >= 1e9 * 8.0 * 5e-12);
}

static void power_stays_within_its_limit(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op ops[N_SAMPLES];
    samples(ops);
    for (double tdp_W = 250.0; tdp_W <= 1000.0; tdp_W += 150.0) {
        rig_describe(&r);
        r.chip.tdp_W = tdp_W;
        rig_build(&r);
        for (int i = 0; i < N_SAMPLES; i++) {
            struct f2f_op_cost c = f2f_machine_op(&r.machine, &ops[i]);
            assert_true(c.energy_J <= (tdp_W - 117.0) * c.time_s * (1.0 + 1e-9));
        }
    }
}

/* Half the power buys more than half the speed: the voltage falls with the clock, down to its floor. */
static void lower_clocks_save_energy(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    const double budget_W[] = {600.0, 300.0, 60.0, 30.0};
    double energy_J[4], time_s[4];
    for (int i = 0; i < 4; i++) {
        rig_describe(&r);
        r.chip.tdp_W = 117.0 + budget_W[i];
        rig_build(&r);
        struct f2f_op_cost c = f2f_machine_op(&r.machine, &op);
        energy_J[i] = c.energy_J;
        time_s[i] = c.time_s;
    }
    assert_true(energy_J[1] < 0.85 * energy_J[0]);
    assert_true(time_s[1] > 1.2 * time_s[0] && time_s[1] < 1.8 * time_s[0]);
    near(energy_J[3], energy_J[2], 1e-9); /* at the floor */
    near(time_s[3], 2.0 * time_s[2], 1e-9);
}

/* Operands through registers cost energy, operands from the scratchpad do not. */
static void registers_cost_energy(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    rig_describe(&r);
    r.chip.tdp_W = 5000.0;
    rig_build(&r);
    struct f2f_op_cost before = f2f_machine_op(&r.machine, &op);
    r.cls.register_energy = 1.25;
    struct f2f_op_cost after = f2f_machine_op(&r.machine, &op);
    near(after.energy_J - before.energy_J, 0.25 * before.flop * 0.68e-12, 1e-9);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    after = f2f_machine_op(&r.machine, &op);
    r.cls.register_energy = 1.0;
    near(after.energy_J, f2f_machine_op(&r.machine, &op).energy_J, 1e-12);
}

/* Above the nominal clock each operation costs more, so that the budget buys fewer of them. */
static void raised_clocks_cost_energy(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    rig_make(&r);
    struct f2f_op_cost base = f2f_machine_op(&r.machine, &op);
    rig_describe(&r);
    r.chip.boost_Hz = 2.5e9;
    r.chip.tdp_W = 5000.0;
    rig_build(&r);
    struct f2f_op_cost raised = f2f_machine_op(&r.machine, &op);
    assert_true(raised.energy_J > 1.2 * base.energy_J);
    assert_true(raised.time_s < base.time_s); /* and are faster */
}

/* Units that wait draw a share of what they would at work, but never more than the limit. */
static void waiting_units_draw_power(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op few = gemm(1.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    rig_make(&r);
    struct f2f_op_cost idle = f2f_machine_op(&r.machine, &few);
    r.cls.waiting_frac = 0.3;
    struct f2f_op_cost busy = f2f_machine_op(&r.machine, &few);
    near(busy.time_s, idle.time_s, 1e-12);
    double core_J = idle.flop * 0.68e-12 + idle.mem_B * 7.8e-12;
    near(busy.energy_J - idle.energy_J, 0.3 * (989.4 * 0.68 * idle.time_s - core_J), 1e-9);
    r.chip.tdp_W = 1400.0; /* power that is not used costs nothing */
    near(f2f_machine_op(&r.machine, &few).energy_J, busy.energy_J, 1e-12);
    r.chip.tdp_W = 600.0;
    r.cls.waiting_frac = 1.0;
    near(f2f_machine_op(&r.machine, &few).energy_J, 483.0 * idle.time_s, 1e-9);
}

/* Operands of zeros leave a FLOP less to draw: at the limit as on a process that needs so much less, without one no
 * matter. */
static void quiet_operands_save_energy(void **state) {
    (void)state;
    struct rig r;
    rig_describe(&r);
    r.chip.tdp_W = 500.0;
    rig_build(&r);
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16), quiet = op;
    quiet.flop_energy = 0.6;
    double quiet_s = time_of(&r, &quiet), loud_s = time_of(&r, &op);
    assert_true(quiet_s < 0.9 * loud_s);
    r.process.flop_energy_J *= 0.6;
    near(time_of(&r, &op), quiet_s, 1e-9);
    r.process.flop_energy_J /= 0.6;
    r.chip.tdp_W = 5000.0;
    near(time_of(&r, &quiet), time_of(&r, &op), 1e-12);
}

/* A burst after a pause passes the limit: never by more than the excursion, and in all by no more than the limit allows
 * in its delay. */
static void bursts_pass_the_limit_for_a_while(void **state) {
    (void)state;
    struct rig r;
    rig_describe(&r);
    r.chip.tdp_W = 500.0;
    rig_build(&r);
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    double steady_s = time_of(&r, &op), last_s = 0.0;
    for (double runs = 1.0; runs <= 1e6; runs *= 10.0) {
        op.runs = runs;
        struct f2f_op_cost c = f2f_machine_op(&r.machine, &op);
        assert_true(c.time_s >= last_s && c.time_s <= steady_s);
        double more_J = fmin((1.2 - 1.0) * 500.0 * c.time_s, 500.0 * 5e-3 / runs);
        near(c.energy_J, (500.0 - 117.0) * c.time_s + more_J, 1e-6);
        last_s = c.time_s;
    }
    near(last_s, steady_s, 1e-4);
    r.chip.tdp_W = 5000.0; /* no limit: no matter */
    double free_s = time_of(&r, &op);
    op.runs = 1.0;
    near(time_of(&r, &op), free_s, 1e-12);
}

/* ---- chips of the catalog ---- */

/* Seconds of each sample on a chip at that share of its highest clock and of its power limit. */
static void times_at(double *time_s, const struct f2f_system *system, double clock, double tdp) {
    struct f2f_op ops[N_SAMPLES];
    struct f2f_system changed = *system;
    struct f2f_node node = *system->node;
    struct f2f_chip chip = *node.chip;
    struct f2f_machine machine;
    chip.boost_Hz = clock * (chip.boost_Hz > 0.0 ? chip.boost_Hz : chip.clock_Hz);
    chip.tdp_W *= tdp;
    node.chip = &chip;
    changed.node = &node;
    assert_int_equal(f2f_machine_make(&machine, &changed, NULL), F2F_OK);
    samples(ops);
    for (int i = 0; i < N_SAMPLES; i++) time_s[i] = f2f_machine_op(&machine, &ops[i]).time_s;
}

/* A higher clock that may be taken, or more power, make a chip no slower. */
static void check_more(const struct f2f_system *system) {
    const double clocks[] = {0.7, 1.0, 1.1, 1.3, 2.0}, limits[] = {0.7, 1.0, 1.4, 2.0};
    double before_s[N_SAMPLES], after_s[N_SAMPLES];
    for (int step = 0; step < 7; step++) {
        bool clock = step < 4;
        times_at(before_s, system, clock ? clocks[step] : 1.0, clock ? 1.0 : limits[step - 4]);
        times_at(after_s, system, clock ? clocks[step + 1] : 1.0, clock ? 1.0 : limits[step - 3]);
        for (int i = 0; i < N_SAMPLES; i++)
            if (after_s[i] > before_s[i] * (1.0 + 1e-9))
                fail_msg("%s: sample %d, step %d: %g s after %g s", system->node->chip->id.name, i, step, after_s[i],
                         before_s[i]);
    }
}

static void more_is_never_slower(void **state) {
    (void)state;
    each_chip(check_more);
}

/* ---- products on chips with more of something ---- */

static void more_boost(struct f2f_chip *chip, struct f2f_mem_port *mem) {
    (void)mem;
    chip->boost_Hz = 1.15 * (chip->boost_Hz > 0.0 ? chip->boost_Hz : chip->clock_Hz);
}
static void more_peak(struct f2f_chip *chip, struct f2f_mem_port *mem) {
    (void)mem;
    for (int f = 0; f < F2F_DTYPE_N; f++) chip->peak_flops[f] *= 1.2;
}
static void more_tdp(struct f2f_chip *chip, struct f2f_mem_port *mem) {
    (void)mem;
    chip->tdp_W *= 1.15;
}
static void more_bandwidth(struct f2f_chip *chip, struct f2f_mem_port *mem) {
    (void)chip;
    mem->read_Bps *= 1.3, mem->mixed_Bps *= 1.3;
}
static void more_cores(struct f2f_chip *chip, struct f2f_mem_port *mem) {
    (void)mem;
    double more = ceil(1.2 * chip->units) / chip->units;
    for (int f = 0; f < F2F_DTYPE_N; f++) chip->peak_flops[f] *= more;
    chip->vector_flops *= more;
    chip->units = (int)ceil(1.2 * chip->units);
}

/* Seconds of products of many shapes and formats, and how many there are. */
static size_t products_s(double *time_s, const struct f2f_machine *machine) {
    static const double rows[] = {1.0, 16.0, 100.0, 512.0, 1024.0, 1800.0, 4096.0, 16384.0};
    static const double columns[] = {768.0, 4096.0, 6144.0, 10240.0, 28672.0}, depths[] = {512.0, 4096.0, 14336.0};
    static const enum f2f_dtype formats[] = {F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_FP4};
    size_t n = 0;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
            for (size_t d = 0; d < sizeof depths / sizeof depths[0]; d++)
                for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
                    struct f2f_op op = gemm(rows[r], columns[c], depths[d], formats[f]);
                    time_s[n++] = f2f_machine_op(machine, &op).time_s;
                }
    return n;
}

/* Tiles are chosen anew for the chip that has more, and none of the choices may cost it time. */
static void check_products(const struct f2f_system *system) {
    void (*const changes[])(struct f2f_chip *, struct f2f_mem_port *) = {more_boost, more_peak, more_tdp,
                                                                         more_bandwidth, more_cores};
    double before_s[512], after_s[512];
    struct f2f_machine machine;
    assert_int_equal(f2f_machine_make(&machine, system, NULL), F2F_OK);
    size_t n = products_s(before_s, &machine);
    for (size_t c = 0; c < sizeof changes / sizeof changes[0]; c++) {
        struct f2f_machine better = machine;
        struct f2f_chip chip = *machine.chip;
        changes[c](&chip, &better.mem);
        better.chip = &chip;
        assert_int_equal(products_s(after_s, &better), n);
        for (size_t i = 0; i < n; i++)
            if (after_s[i] > before_s[i] * (1.0 + 1e-6)) /* the search for the clock ends somewhere */
                fail_msg("%s: product %zu, change %zu: %g s after %g s", chip.id.name, i, c, after_s[i], before_s[i]);
    }
}

static void better_chips_are_never_slower(void **state) {
    (void)state;
    each_chip(check_products);
}

/* One row by narrower weights takes less time: what memory saves is not lost in widening them. (SRAM delivers weights
 * faster than vector units widen them; there they save room.) */
static void check_weights(const struct f2f_system *system) {
    if (system->node->chip->memory.on_chip) return;
    const enum f2f_dtype formats[] = {F2F_DTYPE_BF16, F2F_DTYPE_INT8, F2F_DTYPE_INT4};
    struct f2f_machine machine;
    double last_s = HUGE_VAL;
    assert_int_equal(f2f_machine_make(&machine, system, NULL), F2F_OK);
    for (int i = 0; i < 3; i++) {
        struct f2f_op op = gemm(1.0, 14336.0, 4096.0, F2F_DTYPE_BF16);
        op.weight = formats[i];
        double time_s = f2f_machine_op(&machine, &op).time_s;
        if (time_s >= last_s) fail_msg("%s, %d: %g s after %g s", system->node->chip->id.name, i, time_s, last_s);
        last_s = time_s;
    }
}

static void narrow_weights_are_faster(void **state) {
    (void)state;
    each_chip(check_weights);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_is_the_sum_of_its_parts), cmocka_unit_test(power_stays_within_its_limit),
        cmocka_unit_test(lower_clocks_save_energy),       cmocka_unit_test(registers_cost_energy),
        cmocka_unit_test(raised_clocks_cost_energy),      cmocka_unit_test(waiting_units_draw_power),
        cmocka_unit_test(quiet_operands_save_energy),     cmocka_unit_test(bursts_pass_the_limit_for_a_while),
        cmocka_unit_test(more_is_never_slower),           cmocka_unit_test(narrow_weights_are_faster),
        cmocka_unit_test(better_chips_are_never_slower)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
