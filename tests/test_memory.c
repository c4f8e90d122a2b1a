/* test_memory.c - the command-level memory against closed forms, other simulators and measured streams. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fab2fleet/machine.h"
#include "memory_rig.h"

static struct memory_rig rig;

static int setup(void **state) {
    (void)state;
    rig = memory_rig_open();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    memory_rig_close(&rig);
    return 0;
}

static void near(double got, double want, double tolerance_frac, const char *what) {
    if (!(fabs(got - want) <= tolerance_frac * fabs(want)))
        fail_msg("%s: got %g, wanted %g within %g %%", what, got, want, 100.0 * tolerance_frac);
}

static const struct f2f_controller *controller(const char *name) {
    const struct f2f_controller *c;
    f2f_error err;
    if (f2f_catalog_controller(&c, rig.catalog, name, NULL, 0, &err) != F2F_OK) fail_msg("%s", err.message);
    return c;
}

static struct f2f_mem_result simulate(const struct f2f_mem_run *run) {
    struct f2f_mem_result r;
    f2f_error err = {0};
    if (f2f_mem_simulate(&r, run, &err) != F2F_OK) fail_msg("%s: %s", run->memory->id.name, err.message);
    return r;
}

static struct f2f_mem_run reads(const struct f2f_memory *m, const struct f2f_controller *c, int pattern, int64_t n) {
    return (struct f2f_mem_run){.memory = m,
                                .controller = c,
                                .channels = 1,
                                .requests = n,
                                .traffic = {.pattern = pattern, .read_frac = 1.0, .seed = 1234}};
}

static double efficiency(const struct f2f_mem_run *run) {
    struct f2f_mem_result r = simulate(run);
    return r.bandwidth_Bps / r.peak_Bps;
}

static double clock_s(const struct f2f_memory *m) { return m->standard->bits_per_clock / m->pin_rate_bps; }

static double clocks(const struct f2f_memory *m, int symbol) {
    if (symbol == F2F_DRAM_SYMBOL_nBL) return m->burst / m->standard->bits_per_clock;
    return fmax(ceil(m->timing[symbol].s / clock_s(m) - 1e-6), m->timing[symbol].ck);
}

static void isolated_read_costs_row_column_and_burst(void **state) {
    (void)state;
    for (int i = 0; i < rig.n; i++) {
        const struct f2f_memory *m = rig.memory[i];
        struct f2f_mem_run run = reads(m, NULL, F2F_MEM_RANDOM, 1);
        double ck = clocks(m, F2F_DRAM_SYMBOL_nRCDRD) + clocks(m, F2F_DRAM_SYMBOL_nCL) + clocks(m, F2F_DRAM_SYMBOL_nBL);
        near(simulate(&run).latency_mean_s, ck * clock_s(m), 1e-9, m->id.name);
    }
}

/* Row hits alone: nothing but refresh may keep the bus from moving data. */
static void streams_reach_the_bus_less_refresh(void **state) {
    (void)state;
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    struct f2f_controller c = *controller("hbm3-tuned-ref");
    struct f2f_mem_run run = reads(m, &c, F2F_MEM_STREAM, 200000);
    double lost = clocks(m, F2F_DRAM_SYMBOL_nRFCab) / clocks(m, F2F_DRAM_SYMBOL_nREFI), all_bank = efficiency(&run);
    assert_true(all_bank <= 1.0 - 0.95 * lost && all_bank >= (1.0 - lost) * 0.98);
    c.refresh = F2F_DRAM_REFRESH_NONE;
    double none = efficiency(&run);
    assert_true(none <= 1.0 && none >= 0.985);
    c.refresh = F2F_DRAM_REFRESH_PER_BANK;
    c.postpone = 8;
    double per_bank = efficiency(&run);
    assert_true(per_bank > all_bank && per_bank <= none); /* the other banks go on */
}

static void per_bank_refresh_costs_less_than_all_bank(void **state) {
    (void)state;
    for (int i = 0; i < rig.n; i++) {
        const struct f2f_memory *m = rig.memory[i];
        struct f2f_controller c = *m->controller;
        struct f2f_mem_run run = reads(m, &c, F2F_MEM_STREAM, 100000);
        bool has_bank = false;
        for (int k = 0; k < m->standard->commands; k++)
            has_bank |= m->standard->command[k].action == F2F_DRAM_REFRESH_BANK;
        if (!has_bank) continue;
        c.read_queue = 128;
        c.postpone = m->standard->postponed;
        c.refresh = F2F_DRAM_REFRESH_PER_BANK;
        double per_bank = efficiency(&run);
        c.refresh = F2F_DRAM_REFRESH_ALL_BANK;
        c.postpone = 0; /* or what is owed at the end has cost nothing */
        if (per_bank < efficiency(&run))
            fail_msg("%s: per-bank %g, all-bank %g", m->id.name, per_bank, efficiency(&run));
    }
}

/* Each random read opens a row, and four rows are opened in tFAW at most. */
static void random_reads_reach_the_activate_window(void **state) {
    (void)state;
    static const char *const names[] = {"hbm3-8h-16gb", "hbm3e-12h-36gb", "hbm4-12h-36gb"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct f2f_memory *m = memory_rig_find(&rig, names[i]);
        struct f2f_controller c = *controller("hbm3-tuned-ref");
        struct f2f_mem_run run = reads(m, &c, F2F_MEM_RANDOM, 100000);
        double bound = 4.0 * clocks(m, F2F_DRAM_SYMBOL_nBL) / clocks(m, F2F_DRAM_SYMBOL_nFAW);
        c.refresh = F2F_DRAM_REFRESH_NONE;
        double free = efficiency(&run);
        assert_true(free <= bound && free >= 0.95 * bound);
        c.refresh = F2F_DRAM_REFRESH_ALL_BANK;
        double lost = clocks(m, F2F_DRAM_SYMBOL_nRFCab) / clocks(m, F2F_DRAM_SYMBOL_nREFI);
        double refreshed = efficiency(&run);
        assert_true(refreshed <= bound * (1.0 - 0.95 * lost) && refreshed >= 0.95 * bound * (1.0 - lost));
    }
}

/* Random reads of every memory with the controller it names: refreshing takes time, all banks at once the most. */
static void no_refresh_is_fastest(void **state) {
    (void)state;
    for (int i = 0; i < rig.n; i++) {
        const struct f2f_memory *m = rig.memory[i];
        struct f2f_controller c = *m->controller;
        struct f2f_mem_run run = reads(m, &c, F2F_MEM_RANDOM, 20000);
        run.traffic.outstanding = 1024;
        double as_named = efficiency(&run);
        c.refresh = F2F_DRAM_REFRESH_NONE;
        struct f2f_mem_result free = simulate(&run);
        if (!(free.bandwidth_Bps / free.peak_Bps > 0.995 * as_named)) fail_msg("%s is faster with refresh", m->id.name);
        assert_int_equal(free.commands[F2F_DRAM_MANAGE_BANK] + free.commands[F2F_DRAM_MANAGE_ALL], 0);
    }
}

/* Rows of one bank in turn: each waits tRC for the one before. */
static void bank_conflicts_cost_a_row_cycle_each(void **state) {
    (void)state;
    for (int i = 0; i < rig.n; i++) {
        struct f2f_memory without = *rig.memory[i];
        const struct f2f_memory *m = &without;
        struct f2f_controller c = *controller("hbm3-tuned-ref");
        without.raaimt = 0; /* no refresh management either */
        c.refresh = F2F_DRAM_REFRESH_NONE;
        c.mapping = "RoBaBgRaPcCo";
        c.hash = F2F_DRAM_HASH_NONE;
        struct f2f_mem_run run = reads(m, &c, F2F_MEM_STRIDED, 2000);
        run.traffic.step_B = m->page_B * m->banks * m->groups * m->ranks * m->pseudos;
        struct f2f_mem_result r = simulate(&run);
        double ras_rp = clocks(m, F2F_DRAM_SYMBOL_nRAS) + clocks(m, F2F_DRAM_SYMBOL_nRP);
        double cycle = fmax(clocks(m, F2F_DRAM_SYMBOL_nRC), ras_rp);
        assert_true(r.row_hit_frac == 0.0);
        near(r.cycles_ck / 2000.0, cycle, 0.02, m->id.name);
    }
}

/* Runs of Ramulator 2.1 (c5b1c3a4) with the same timings, mapping and scheduler: share of peak, mean read latency. */
static void other_simulators_agree(void **state) {
    (void)state;
    static const struct {
        const char *memory, *controller;
        int channels, pattern, skew;
        double read_frac;
        int64_t requests;
        double efficiency_frac, latency_ns;
    } runs[] = {
        {"hbm3-8h-16gb", "hbm3-tuned-ref", 16, F2F_MEM_STREAM, 0, 1, 500000, 0.8989, 104.0},
        {"hbm3-8h-16gb", "hbm3-tuned-ref", 16, F2F_MEM_RANDOM, 0, 1, 500000, 0.2915, 304.3},
        {"hbm3-8h-16gb", "hbm3-tuned-ref", 1, F2F_MEM_STREAM, 0, 1, 500000, 0.8894, 105.1},
        {"hbm3-8h-16gb", "hbm3-tuned-ref", 1, F2F_MEM_RANDOM, 0, 1, 500000, 0.2936, 306.1},
        {"hbm3-8h-16gb", "hbm3-tuned-ref", 16, F2F_MEM_TRIAD, 0, 1, 500000, 0.513, 256.0},
        {"hbm3-8h-16gb", "hbm3-tuned-ref", 16, F2F_MEM_TRIAD, 682, 1, 500000, 0.611, 217.0},
        {"hbm3-8h-16gb", "hbm3-tuned32-ref", 16, F2F_MEM_STREAM, 0, 1, 2000000, 0.8205, 39.0},
        {"hbm3-8h-16gb", "hbm3-tuned32-ref", 16, F2F_MEM_RANDOM, 0, 1, 2000000, 0.2879, 102.8},
        {"hbm3-8h-16gb", "hbm3-tuned32-ref", 16, F2F_MEM_TRIAD, 0, 1, 2000000, 0.258, 139.0},
        {"hbm3-8h-16gb", "hbm3-tuned32-ref", 16, F2F_MEM_TRIAD, 682, 1, 1000000, 0.383, 99.0},
        {"hbm3-8h-16gb", "hbm3-default-ref", 16, F2F_MEM_STREAM, 0, 1, 2000000, 0.4217, 61.8},
        {"hbm3-8h-16gb", "hbm3-default-ref", 16, F2F_MEM_RANDOM, 0, 1, 2000000, 0.2886, 102.8},
        {"hbm3-8h-16gb", "hbm3-default-ref", 16, F2F_MEM_TRIAD, 0, 1, 2000000, 0.185, 178.0},
        {"hbm3-8h-16gb", "hbm3-default-ref", 16, F2F_MEM_TRIAD, 682, 1, 1000000, 0.354, 99.0},
        {"hbm3-8h-16gb", "hbm3-default-ref", 16, F2F_MEM_RANDOM, 0, 2.0 / 3.0, 2000000, 0.265, 146.5},
        {"hbm2-2.0-ref", "hbm2-tuned-ref", 8, F2F_MEM_STREAM, 0, 1, 500000, 0.9000, 153.2},
        {"hbm2-2.0-ref", "hbm2-tuned-ref", 8, F2F_MEM_RANDOM, 0, 1, 500000, 0.3012, 454.7},
        {"hbm2-2.0-ref", "hbm2-tuned-ref", 8, F2F_MEM_TRIAD, 0, 1, 500000, 0.6911, 278.2},
        {"hbm2-2.0-ref", "hbm2-tuned-ref", 8, F2F_MEM_TRIAD, 682, 1, 500000, 0.7362, 251.4},
    };
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        char what[96];
        struct f2f_mem_run run = reads(memory_rig_find(&rig, runs[i].memory), controller(runs[i].controller),
                                       runs[i].pattern, runs[i].requests);
        run.channels = runs[i].channels;
        run.traffic.skew = runs[i].skew;
        run.traffic.read_frac = runs[i].read_frac;
        struct f2f_mem_result r = simulate(&run);
        (void)snprintf(what, sizeof what, "run %d, %s on %s", (int)i, runs[i].controller, runs[i].memory);
        near(r.bandwidth_Bps / r.peak_Bps, runs[i].efficiency_frac, 0.03, what);
        near(r.latency_mean_s * 1e9, runs[i].latency_ns, 0.08, what);
    }
}

static void gpus_stream_as_measured(void **state) {
    (void)state;
    /* BabelStream, share of the datasheet: dot (reads), triad (2:1), copy (1:1); Azure AI benchmarking guide. */
    static const struct {
        const char *chip;
        double pin_rate_bps, measured[3];
    } gpus[] = {{"h100-sxm", 5.234e9, {0.949, 0.887, 0.866}},
                {"h200-sxm", 6.25e9, {0.933, 0.865, 0.835}},
                {"a100-sxm-80gb", 3.186e9, {0.858, 0.834, 0.790}}};
    static const double read_frac[3] = {1.0, 2.0 / 3.0, 0.5};
    for (size_t g = 0; g < sizeof gpus / sizeof gpus[0]; g++) {
        const struct f2f_system *system;
        f2f_error err;
        assert_int_equal(f2f_catalog_system(&system, rig.catalog, gpus[g].chip, NULL, 0, &err), F2F_OK);
        const struct f2f_chip_memory *memory = &system->node->chip->memory;
        struct f2f_mem_run run = reads(memory->device, memory->controller, F2F_MEM_STREAM, 200000);
        near(memory->pin_rate_bps, gpus[g].pin_rate_bps, 1e-9, "pin rate");
        run.pin_rate_bps = memory->pin_rate_bps;
        run.traffic.outstanding = 4096;
        for (int k = 0; k < 3; k++) {
            run.traffic.read_frac = read_frac[k];
            double got = efficiency(&run);
            if (fabs(got - gpus[g].measured[k]) > 0.03)
                fail_msg("%s at %g reads: %g, measured %g", gpus[g].chip, read_frac[k], got, gpus[g].measured[k]);
        }
    }
}

static void longer_timings_deliver_no_more(void **state) {
    (void)state;
    static const int symbols[] = {F2F_DRAM_SYMBOL_nRFCpb, F2F_DRAM_SYMBOL_nRP,   F2F_DRAM_SYMBOL_nRC,
                                  F2F_DRAM_SYMBOL_nFAW,   F2F_DRAM_SYMBOL_nCCDL, F2F_DRAM_SYMBOL_nWTRL,
                                  F2F_DRAM_SYMBOL_nRTW};
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3e-12h-36gb");
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
        for (int k = 0; k < 3; k++) {
            struct f2f_memory slow = *m;
            struct f2f_mem_run run = reads(m, NULL, k == 2 ? F2F_MEM_RANDOM : F2F_MEM_STREAM, 60000);
            if (k == 1) run.traffic.read_frac = 2.0 / 3.0;
            double before = efficiency(&run);
            slow.timing[symbols[i]].s *= 1.5;
            slow.timing[symbols[i]].ck *= 1.5;
            run.memory = &slow;
            /* a scheduler that looks ahead so far and no farther may be lucky, but not by more */
            if (efficiency(&run) > before * 1.01)
                fail_msg("%s: %g, before %g", f2f_dram_symbol_name((enum f2f_dram_symbol)symbols[i]), efficiency(&run),
                         before);
        }
}

static void shares_of_the_bus_add_up(void **state) {
    (void)state;
    for (int i = 0; i < rig.n; i++)
        for (int pattern = 0; pattern < F2F_MEM_TRACE; pattern++) {
            struct f2f_mem_run run = reads(rig.memory[i], NULL, pattern, 5000);
            run.traffic.step_B = 8192;
            run.traffic.read_frac = 0.7;
            run.channels = rig.memory[i]->channels < 2 ? 1 : 2;
            struct f2f_mem_result r = simulate(&run);
            double sum = r.data_frac;
            for (int l = 0; l < F2F_MEM_LOSSES; l++) {
                assert_true(r.loss_frac[l] >= -1e-12);
                sum += r.loss_frac[l];
            }
            near(sum, 1.0, 1e-9, rig.memory[i]->id.name);
            assert_int_equal(r.requests, 5000);
            near(r.data_frac * r.peak_Bps * r.time_s,
                 (double)(r.requests - r.forwarded) * r.bytes_B / (double)r.requests, 1e-9, "bytes");
        }
}

static void threads_change_nothing(void **state) {
    (void)state;
    struct f2f_mem_run run = reads(memory_rig_find(&rig, "hbm3e-12h-36gb"), NULL, F2F_MEM_RANDOM, 64000);
    run.channels = 0;
    run.traffic.read_frac = 0.6;
    struct f2f_mem_result one = simulate(&run), again;
    for (run.threads = 2; run.threads <= 7; run.threads += 5) {
        again = simulate(&run);
        assert_memory_equal(&one, &again, sizeof one);
    }
}

static void heat_doubles_refresh(void **state) {
    (void)state;
    struct f2f_mem_run run = reads(memory_rig_find(&rig, "hbm3e-12h-36gb"), NULL, F2F_MEM_STREAM, 200000);
    run.temperature_C = 60;
    struct f2f_mem_result cool = simulate(&run);
    run.temperature_C = 95;
    struct f2f_mem_result hot = simulate(&run);
    near((double)hot.commands[F2F_DRAM_REFRESH_BANK] / hot.time_s,
         2.0 * (double)cool.commands[F2F_DRAM_REFRESH_BANK] / cool.time_s, 0.03, "refreshes");
    assert_true(hot.bandwidth_Bps < cool.bandwidth_Bps && hot.energy_J > cool.energy_J);
}

/* What a chip's memory delivers falls with the package's temperature, in two steps, until no DRAM is rated so hot. */
static void heat_never_helps(void **state) {
    (void)state;
    static const char *const names[] = {"hbm3e-8h-24gb", "hbm3-8h-16gb", "hbm3e-12h-36gb"};
    for (size_t i = 0; i < 3; i++) {
        struct f2f_chip_memory m = {.device = memory_rig_find(&rig, names[i]), .stacks = 1, .pin_rate_bps = 6.25e9};
        struct f2f_mem_port before = {0}, now;
        f2f_error err;
        for (m.base_C = 40; m.base_C <= 90; m.base_C += 10) {
            assert_int_equal(f2f_mem_port_make(&now, &m, &err), F2F_OK);
            if (m.base_C > 40)
                assert_true(now.read_Bps <= before.read_Bps && now.kv_Bps <= before.kv_Bps &&
                            now.mixed_Bps <= before.mixed_Bps);
            before = now;
        }
        assert_true(now.hot);
        m.base_C = 120;
        assert_int_equal(f2f_mem_port_make(&now, &m, &err), F2F_EINPUT);
        assert_non_null(strstr(err.message, "above 125 C: 'base_temperature' of at most"));
    }
}

/* A second threshold is data: above it what a chip's memory delivers falls again, and nothing else changes. */
static void second_threshold_costs_more(void **state) {
    (void)state;
    struct f2f_memory device = *memory_rig_find(&rig, "hbm3e-12h-36gb");
    struct f2f_chip_memory m = {.device = &device, .stacks = 1, .base_C = 60};
    struct f2f_mem_port hot, hotter;
    assert_int_equal(f2f_mem_port_make(&hot, &m, NULL), F2F_OK);
    assert_true(hot.temperature_C > 95);
    device.hotter_C = 95;
    assert_true(f2f_mem_refreshes(&device, 85) == 1 && f2f_mem_refreshes(&device, 95) == 2);
    assert_true(f2f_mem_refreshes(&device, 95.1) == 4);
    assert_int_equal(f2f_mem_port_make(&hotter, &m, NULL), F2F_OK);
    assert_true(hotter.temperature_C == hot.temperature_C && hotter.latency_s == hot.latency_s);
    assert_true(hotter.read_Bps < 0.98 * hot.read_Bps && hotter.kv_Bps < hot.kv_Bps);
    device.hotter_C = floor(hot.temperature_C) + 1;
    assert_int_equal(f2f_mem_port_make(&hotter, &m, NULL), F2F_OK);
    assert_true(hotter.read_Bps == hot.read_Bps && hotter.kv_Bps == hot.kv_Bps && hotter.mixed_Bps == hot.mixed_Bps);
}

/* Ports that share simulations are those made alone: more stacks, hotter packages, cool and hot ones. */
static void shared_ports_are_as_if_alone(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_mem_ports *ports = f2f_mem_ports_new(arena);
    const struct f2f_memory *device = memory_rig_find(&rig, "hbm3e-12h-36gb");
    int hot = 0;
    for (int stacks = 1; stacks <= 8; stacks++)
        for (int base_C = 40; base_C <= 70; base_C += 15) {
            struct f2f_chip chip = {
                .memory = {.device = device, .stacks = stacks, .pin_rate_bps = 8e9, .base_C = base_C}};
            struct f2f_node node = {.chip = &chip};
            struct f2f_system system = {.node = &node};
            struct f2f_mem_port alone;
            chip.memory.usable_frac = 0.9 + 0.01 * stacks;
            assert_int_equal(f2f_mem_port_make(&alone, &chip.memory, NULL), F2F_OK);
            assert_int_equal(f2f_mem_ports_attach(ports, &system, NULL), F2F_OK);
            const struct f2f_mem_port *shared = system.mem;
            assert_true(shared->capacity_B == alone.capacity_B && shared->peak_Bps == alone.peak_Bps);
            assert_true(shared->read_Bps == alone.read_Bps && shared->kv_Bps == alone.kv_Bps);
            assert_true(shared->mixed_Bps == alone.mixed_Bps && shared->latency_s == alone.latency_s);
            assert_true(shared->energy_J_per_B == alone.energy_J_per_B && shared->idle_W == alone.idle_W);
            assert_true(shared->temperature_C == alone.temperature_C && shared->hot == alone.hot);
            assert_true(shared->delivered[F2F_MEM_KV].latency_s == alone.delivered[F2F_MEM_KV].latency_s);
            hot += alone.hot;
        }
    assert_true(hot > 0 && hot < 24);
    f2f_arena_free(arena);
}

static void energy_is_the_sum_of_commands(void **state) {
    (void)state;
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    struct f2f_mem_run run = reads(m, NULL, F2F_MEM_STREAM, 100000);
    run.traffic.read_frac = 0.5;
    struct f2f_mem_result r = simulate(&run);
    near(r.part_J[0], (double)r.commands[F2F_DRAM_ACTIVATE] * m->activate_J, 1e-12, "activates");
    near(r.part_J[1], (double)r.reads * 256.0 * (m->read_J_per_b + m->io_J_per_b), 1e-12, "reads");
    near(r.part_J[2], (double)r.writes * 256.0 * (m->write_J_per_b + m->io_J_per_b), 1e-12, "writes");
    near(r.part_J[4], m->idle_W / 16.0 * r.time_s, 1e-12, "background of one channel of sixteen");
    near(r.energy_J, r.part_J[0] + r.part_J[1] + r.part_J[2] + r.part_J[3] + r.part_J[4], 1e-12, "all");
}

/* A request rate the memory can take is what it delivers, at the latency of an idle memory. */
static void open_loops_keep_their_rate(void **state) {
    (void)state;
    struct f2f_mem_run run = reads(memory_rig_find(&rig, "hbm3-8h-16gb"), NULL, F2F_MEM_STREAM, 50000);
    run.traffic.rate_Bps = 5e9;
    struct f2f_mem_result r = simulate(&run);
    near(r.bandwidth_Bps, 5e9, 1e-3, "bandwidth");
    assert_true(r.latency_mean_s < 60e-9);
}

static void traces_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text, *wrong;
    } traces[] = {{"# comment\n0x40 READ 0\n0x80 WRITE 5\n\n0xfffffffff0 READ 1000\n", NULL},
                  {"LD 64\nST 0x1000\n", NULL},
                  {"0x40 READ 10\n0x80 READ 9\n", ":2: cycle 9 comes after cycle 10"},
                  {"LD 64\nLOAD 64\n", ":2: 'LOAD ...' is no request"},
                  {"0x40 READ\n", ":1: '0x40 ...' is no request"},
                  {"0x40 READ -1\n", ":1:"},
                  {"0x10000000000000000 READ 1\n", ":1:"},
                  {"\n", "holds no request"}};
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        char path[] = "/tmp/f2f-trace-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0 && write(fd, traces[i].text, strlen(traces[i].text)) >= 0);
        struct f2f_mem_run run = reads(memory_rig_find(&rig, "hbm3-8h-16gb"), NULL, F2F_MEM_TRACE, 0);
        struct f2f_mem_result r;
        f2f_error err = {0};
        run.channels = 16;
        run.traffic.trace = path;
        f2f_status status = f2f_mem_simulate(&r, &run, &err);
        (void)close(fd);
        (void)unlink(path);
        assert_int_equal(status, traces[i].wrong ? F2F_EINPUT : F2F_OK);
        if (traces[i].wrong && !strstr(err.message, traces[i].wrong))
            fail_msg("'%s' is not in: %s", traces[i].wrong, err.message);
        if (!traces[i].wrong) assert_int_equal(r.requests, i == 0 ? 3 : 2);
    }
}

static void take_note(void *context, const struct f2f_mem_command *command) {
    (void)command;
    ++*(int64_t *)context;
}

/* A log wants every refresh of an idle hour's first milliseconds; without one they are counted at once: the same count.
 */
static void idle_time_is_skipped(void **state) {
    (void)state;
    char path[] = "/tmp/f2f-trace-XXXXXX";
    const char *text = "0x40 READ 0\n0x80 READ 3000000\n0x40 WRITE 3000001\n";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) > 0);
    struct f2f_mem_run run = reads(memory_rig_find(&rig, "hbm3e-12h-36gb"), NULL, F2F_MEM_TRACE, 0);
    int64_t noted = 0;
    run.traffic.trace = path;
    struct f2f_mem_result skipped = simulate(&run);
    run.log = take_note;
    run.log_context = &noted;
    struct f2f_mem_result whole = simulate(&run);
    (void)close(fd);
    (void)unlink(path);
    assert_memory_equal(skipped.commands, whole.commands, sizeof whole.commands);
    near(skipped.energy_J, whole.energy_J, 1e-12, "energy");
    near(skipped.time_s, whole.time_s, 1e-12, "time");
    assert_true(skipped.events * 10 < whole.events && noted > 20000);
}

/* Row A is read, those of banks D and E in other groups later; a write to D keeps a read of E waiting for the bus to
 * turn when row A is due to close as idle. A read of A at such a clock. */
static struct f2f_mem_result read_before_close(long at_ck) {
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    struct f2f_controller c = *controller("hbm3-tuned-ref");
    c.page = F2F_DRAM_PAGE_ADAPTIVE;
    c.idle_close_s = 60 * clock_s(m); /* after the read of A at clock 31 */
    c.refresh = F2F_DRAM_REFRESH_NONE;
    c.mapping = "RoBaBgRaPcCo";
    c.hash = F2F_DRAM_HASH_NONE;
    long group_B = (long)(m->page_B * m->pseudos * m->ranks), d = group_B, e = 2 * group_B;
    char path[] = "/tmp/f2f-trace-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(dprintf(fd, "0x0 READ 0\n0x%lx READ 25\n0x%lx READ 25\n", (unsigned long)d, (unsigned long)e) > 0);
    assert_true(
        dprintf(fd, "0x%lx WRITE 84\n0x%lx READ 85\n0x20 READ %ld\n", (unsigned long)d, (unsigned long)e, at_ck) > 0);
    struct f2f_mem_run run = reads(m, &c, F2F_MEM_TRACE, 0);
    run.audit = true;
    run.traffic.trace = path;
    struct f2f_mem_result r = simulate(&run);
    (void)close(fd);
    (void)unlink(path);
    assert_int_equal(r.violations, 0);
    return r;
}

static void wanted_rows_are_not_idle(void **state) {
    (void)state;
    for (long at_ck = 86; at_ck <= 90; at_ck++)
        assert_int_equal(read_before_close(at_ck).commands[F2F_DRAM_ACTIVATE], 3);
    assert_int_equal(read_before_close(100).commands[F2F_DRAM_ACTIVATE], 4); /* it was idle and did close */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isolated_read_costs_row_column_and_burst),
        cmocka_unit_test(streams_reach_the_bus_less_refresh),
        cmocka_unit_test(per_bank_refresh_costs_less_than_all_bank),
        cmocka_unit_test(random_reads_reach_the_activate_window),
        cmocka_unit_test(bank_conflicts_cost_a_row_cycle_each),
        cmocka_unit_test(other_simulators_agree),
        cmocka_unit_test(gpus_stream_as_measured),
        cmocka_unit_test(longer_timings_deliver_no_more),
        cmocka_unit_test(shares_of_the_bus_add_up),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(heat_doubles_refresh),
        cmocka_unit_test(heat_never_helps),
        cmocka_unit_test(second_threshold_costs_more),
        cmocka_unit_test(shared_ports_are_as_if_alone),
        cmocka_unit_test(no_refresh_is_fastest),
        cmocka_unit_test(energy_is_the_sum_of_commands),
        cmocka_unit_test(open_loops_keep_their_rate),
        cmocka_unit_test(traces_are_read),
        cmocka_unit_test(idle_time_is_skipped),
        cmocka_unit_test(wanted_rows_are_not_idle),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
