/* power.c - from demands to time and energy.
 *
 * Time: the longer of compute and memory, plus what of the shorter does not hide, network, fixed costs.
 * Energy: each FLOP and each byte at its price. Voltage is what a part needs for its boost clock: above the
 * nominal clock of its class it grows with the clock, and energy per operation with its square. Where dynamic and
 * idle power together would pass the chip's TDP the clock falls until they do not; voltage is near its floor and
 * stays, so that a kernel takes as long as its energy takes at the limit. A kernel that leaves power over still has its
 * units clocked, which draw a share of the rest. Left out: temperature, leakage's share,
 * the first milliseconds before a limit acts. */
#include <math.h>

#include "chip/chip.h"

static const char *const bound_names[F2F_BOUND_N] = {"compute", "memory", "latency", "network"};
/* Of a 16-bit product's energy: the accumulation in 32 bit, which does not shrink with the format. An fp16
 * multiplication takes 1.1 pJ and an fp32 addition 0.9 pJ at 45 nm (Horowitz, ISSCC 2014), but wide dot products add
 * once for several, and operands have to be fetched as well. 0.1 to 0.3 suit fp8 against bf16 at the power limit of
 * H100 and L40S; published fp8 and nvfp4 rates of B200 suit 0.1 to 0.2. */
static const double accumulate_share = 0.2;

const char *f2f_bound_name(enum f2f_bound b) { return bound_names[b]; }

/* Seconds at full clock. */
static double unthrottled_s(const struct f2f_machine *machine, const struct work *w) {
    return w->fixed_s + w->serial_s + w->network_s + fmax(w->compute_s, w->memory_s) +
           (1.0 - machine->cls->overlap_frac) * fmin(w->compute_s, w->memory_s);
}

static double flop_energy_J(const struct f2f_machine *machine, const struct work *w) {
    double width = f2f_dtype_B(w->format) / f2f_dtype_B(F2F_DTYPE_BF16);
    double one_J = machine->chip->process->flop_energy_J * (accumulate_share + (1.0 - accumulate_share) * width);
    double voltage = fmax(1.0, f2f_chip_clock_Hz(machine->chip) / machine->cls->nominal_clock_Hz);
    return w->flop * one_J * (w->flop_energy > 0.0 ? w->flop_energy : 1.0) * voltage * voltage;
}

static double energy_J(const struct f2f_machine *machine, const struct work *w) {
    return flop_energy_J(machine, w) + w->cache_B * machine->chip->process->sram_energy_J_per_B +
           w->mem_B * machine->mem.energy_J_per_B + w->net_B * 8.0 * machine->system->node->link.energy_J_per_b;
}

static enum f2f_bound longest(const struct work *w) {
    double most = fmax(fmax(w->compute_s, w->memory_s + w->serial_s), w->network_s);
    if (w->fixed_s > most) return F2F_BOUND_LATENCY;
    if (w->network_s >= most) return F2F_BOUND_NETWORK;
    return w->compute_s >= w->memory_s + w->serial_s ? F2F_BOUND_COMPUTE : F2F_BOUND_MEMORY;
}

struct f2f_op_cost f2f_chip_power_finish(const struct f2f_machine *machine, const struct work *w) {
    double budget_W = machine->chip->tdp_W - machine->chip->idle_W, dynamic_J = energy_J(machine, w);
    double time_s = unthrottled_s(machine, w);
    if (budget_W > 0.0) {
        time_s = fmax(time_s, dynamic_J / budget_W);
        dynamic_J += machine->cls->waiting_frac * fmax(0.0, budget_W * time_s - dynamic_J);
    }
    return (struct f2f_op_cost){.time_s = time_s,
                                .bound = longest(w),
                                .flop = w->flop,
                                .mem_B = w->mem_B,
                                .net_B = w->net_B,
                                .energy_J = dynamic_J};
}
