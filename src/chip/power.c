/* power.c - from demands to time and energy.
 *
 * Time: the longer of compute and memory, plus what of the shorter does not hide, network, fixed costs.
 * Energy: each FLOP and each byte at its price. Where dynamic and idle power together would pass the
 * chip's TDP, the clock of the units falls until they do not; voltage falls with it as far as the nominal
 * one, and energy per operation (V^2) with the voltage. Between 0.75 V and 1.05 V the clock of logic goes
 * about as V^2, so that energy per operation goes as the clock. Left out: temperature, leakage's share. */
#include <math.h>

#include "chip/chip.h"

static const char *const bound_names[F2F_BOUND_N] = {"compute", "memory", "latency", "network"};
static const double lowest_clock = 0.1; /* of the chip's: no budget makes it slower */

const char *f2f_bound_name(enum f2f_bound b) { return bound_names[b]; }

/* Seconds at a share of the clock: memory, network and fixed costs have clocks of their own. */
static double time_at(const struct f2f_machine *machine, const struct work *w, double clock) {
    double compute_s = w->compute_s / clock;
    return w->fixed_s + w->serial_s + w->network_s + fmax(compute_s, w->memory_s) +
           (1.0 - machine->cls->overlap_frac) * fmin(compute_s, w->memory_s);
}

/* Joules at a share of the clock. Energy of a FLOP goes as the width of its format: between the square of
 * the mantissa (multipliers) and less than the width (wires, control), see Horowitz, ISSCC 2014. */
static double energy_at(const struct f2f_machine *machine, const struct work *w, double clock) {
    const struct f2f_chip *chip = machine->chip;
    double width = f2f_dtype_B(w->format) / f2f_dtype_B(F2F_DTYPE_BF16);
    double raised = fmax(1.0, clock * f2f_chip_clock_Hz(chip) / machine->cls->nominal_clock_Hz);
    double logic_J = w->flop * chip->process->flop_energy_J * width + w->cache_B * chip->process->sram_energy_J_per_B;
    return logic_J * raised + w->mem_B * machine->mem.energy_J_per_B +
           w->net_B * 8.0 * machine->system->node->link.energy_J_per_b;
}

/* Highest share of the clock within the power budget: power falls with the clock, so bisection. */
static double clock_within(const struct f2f_machine *machine, const struct work *w, double budget_W) {
    double low = lowest_clock, high = 1.0;
    if (energy_at(machine, w, high) <= budget_W * time_at(machine, w, high)) return high;
    for (int i = 0; i < 20; i++) {
        double middle = 0.5 * (low + high);
        if (energy_at(machine, w, middle) <= budget_W * time_at(machine, w, middle)) low = middle;
        else high = middle;
    }
    return low;
}

static enum f2f_bound longest(const struct work *w) {
    double most = fmax(fmax(w->compute_s, w->memory_s + w->serial_s), w->network_s);
    if (w->fixed_s > most) return F2F_BOUND_LATENCY;
    if (w->network_s >= most) return F2F_BOUND_NETWORK;
    return w->compute_s >= w->memory_s + w->serial_s ? F2F_BOUND_COMPUTE : F2F_BOUND_MEMORY;
}

struct f2f_op_cost f2f_chip_power_finish(const struct f2f_machine *machine, const struct work *w) {
    double budget_W = machine->chip->tdp_W - machine->chip->idle_W;
    double clock = budget_W > 0.0 ? clock_within(machine, w, budget_W) : 1.0;
    return (struct f2f_op_cost){.time_s = time_at(machine, w, clock),
                                .bound = longest(w),
                                .flop = w->flop,
                                .mem_B = w->mem_B,
                                .net_B = w->net_B,
                                .energy_J = energy_at(machine, w, clock)};
}
