/* power.c - from demands to time and energy.
 *
 * Time: the longer of compute and memory, plus what of the shorter does not hide, network, fixed costs.
 * Energy: each FLOP and each byte at its price. Voltage follows the clock, and energy per operation the square of
 * the voltage. Where dynamic and idle power together would pass the chip's TDP the clock falls until they do not, and
 * the voltage with it down to its floor; memory, links and what is drawn at rest keep theirs. Units that wait are
 * clocked all the same and draw a share of what they would at work. A burst after a pause may pass the limit for a
 * while. Left out: temperature, leakage's share. */
#include <math.h>

#include "chip/chip.h"

static const char *const bound_names[F2F_BOUND_N] = {"compute", "memory", "latency", "network"};
/* Of a 16-bit product's energy: the accumulation in 32 bit, which does not shrink with the format. An fp16
 * multiplication takes 1.1 pJ and an fp32 addition 0.9 pJ at 45 nm (Horowitz, ISSCC 2014), but wide dot products add
 * once for several, and operands have to be fetched as well. 0.1 to 0.3 suit fp8 against bf16 at the power limit of
 * H100 and L40S, 0.2 to 0.3 on B200 (1.51 PFLOP/s in bf16 and 2.54 in fp8 with 16384 x 6144 x 4096, vLLM pull request
 * 19566). Blackwell multiplies 4 bits in instructions of their own with dot products twice as wide (PTX ISA,
 * kind::mxf4nvf4 beside kind::f8f6f4), and less of it is left: with 8192^3 a B200 reaches 1.42 PFLOP/s in bf16 and 5.37
 * in nvfp4 by cuBLAS (pytorch/ao pull request 2427), which suits 0, but 1.36 and 3.9 by vLLM's kernels (pull request
 * 20646), which suits 0.2. */
static const double accumulate_share = 0.2, wide_accumulate_share = 0.05;

/* Voltage over that of the nominal clock: a line in the clock, down to a floor. The slope is what large products need
 * on cards of one die under different limits: an H100 takes 0.68 pJ a FLOP at 1.48 GHz (SXM, 700 W) and 0.52 at 1.06
 * GHz (PCIe, 350 W), a slope of 0.5; an A100 1.1 at 1.22 GHz and 0.84 at 0.97, 0.7. An RTX 4090 draws 347 W at 2.73
 * GHz, 305 at 2.60 and 268 at 2.44 (Quasarzone 2022): about 1 up there, less 60 to 80 W that stay. Floors of 0.6 to 0.7
 * fit alike. That power grows in proportion to the clock up to some clock and faster beyond it has been measured on
 * A40, A100, H100 and H200 (arXiv 2607.00819). */
static const double voltage_slope = 0.68;
static const double voltage_floor = 0.62;

const char *f2f_bound_name(enum f2f_bound b) { return bound_names[b]; }

/* Joules of one kernel: at the highest clock's voltage, and what other supplies give. */
struct demand {
    double core_J, other_J;
};

/* The clock at which the process's energies are stated: that of the class, or the one the chip's peaks refer to. A
 * higher boost clock does not move it, so it has to be paid for with voltage. */
static double nominal_Hz(const struct f2f_machine *machine) {
    double nominal = machine->cls->nominal_clock_Hz;
    return nominal > 0.0 ? nominal : machine->chip->clock_Hz;
}

/* Energy of an operation at a clock, over that at the nominal one. */
static double voltage_squared(const struct f2f_machine *machine, double clock_Hz) {
    double voltage = fmax(voltage_floor, 1.0 + voltage_slope * (clock_Hz / nominal_Hz(machine) - 1.0));
    return voltage * voltage;
}

/* Seconds at a clock relative to the highest. */
static double at_clock_s(const struct f2f_machine *machine, const struct work *w, double clock) {
    return w->fixed_s + w->serial_s + w->network_s +
           f2f_chip_overlapped_s(machine->cls->overlap_frac, w->ahead, w->compute_s / clock, w->memory_s);
}

/* Of one product's FLOP at the highest clock. */
static double flop_energy_J(const struct f2f_machine *machine, enum f2f_dtype format) {
    const struct f2f_chip *chip = machine->chip;
    double width = f2f_dtype_B(format) / f2f_dtype_B(F2F_DTYPE_BF16);
    bool wide = f2f_chip_generation(chip) >= F2F_GENERATION_BLACKWELL && f2f_dtype_B(format) < 1.0;
    double share = wide ? wide_accumulate_share : accumulate_share;
    double one_J = chip->process->flop_energy_J * (share + (1.0 - share) * width);
    if (chip->operands == F2F_OPERANDS_REGISTERS) one_J *= machine->cls->register_energy;
    return one_J * voltage_squared(machine, f2f_chip_clock_Hz(chip));
}

static struct demand demand_of(const struct f2f_machine *machine, const struct work *w) {
    double cache_J = w->cache_B * machine->chip->process->sram_energy_J_per_B;
    double links_J = w->net_B * 8.0 * machine->system->node->link.energy_J_per_b;
    double flop_J = w->flop * flop_energy_J(machine, w->format) * (w->flop_energy > 0.0 ? w->flop_energy : 1.0);
    return (struct demand){.core_J = flop_J + cache_J, .other_J = w->mem_B * machine->mem.energy_J_per_B + links_J};
}

static double energy_J(const struct f2f_machine *machine, const struct demand *d, double clock) {
    double highest_Hz = f2f_chip_clock_Hz(machine->chip);
    double saved = voltage_squared(machine, clock * highest_Hz) / voltage_squared(machine, highest_Hz);
    return d->core_J * saved + d->other_J;
}

/* What a kernel may take beside what the chip draws at rest: the limit's power; of a burst that follows a pause more,
 * up to an excursion, until the burst has drawn what the limit's delay allows. */
struct budget {
    double power_W, peak_W, more_J;
};

static struct budget budget_of(const struct f2f_machine *machine, const struct work *w) {
    double tdp_W = machine->chip->tdp_W;
    struct budget b = {.power_W = tdp_W - machine->chip->idle_W};
    b.peak_W = w->runs > 0.0 ? b.power_W + (machine->cls->excursion - 1.0) * tdp_W : b.power_W;
    if (w->runs > 0.0) b.more_J = tdp_W * machine->cls->limit_delay_s / w->runs;
    return b;
}

static double budget_J(const struct budget *b, double time_s) {
    return fmin(b->power_W * time_s + b->more_J, b->peak_W * time_s);
}

/* The time in which so much may be drawn. */
static double budget_s(const struct budget *b, double energy_J) {
    return fmax((energy_J - b->more_J) / b->power_W, energy_J / b->peak_W);
}

/* What a kernel takes above its budget. */
static double excess_J(const struct f2f_machine *machine, const struct work *w, const struct demand *d,
                       const struct budget *b, double clock) {
    return energy_J(machine, d, clock) - budget_J(b, at_clock_s(machine, w, clock));
}

/* The highest relative clock at which a kernel draws no more than its budget; not below that of the voltage's floor,
 * from where on energy stays and time follows from it. Power grows with the clock, so that there is one: regula falsi,
 * the end that stays halved (Illinois). */
static double limited_clock(const struct f2f_machine *machine, const struct work *w, const struct demand *d,
                            const struct budget *b) {
    enum { STEPS = 9 };
    double floor_Hz = nominal_Hz(machine) * (1.0 - (1.0 - voltage_floor) / voltage_slope);
    double high = 1.0, over_J = excess_J(machine, w, d, b, high);
    if (over_J <= 0.0) return high;
    double low = fmin(1.0, floor_Hz / f2f_chip_clock_Hz(machine->chip));
    double under_J = excess_J(machine, w, d, b, low), last_J = 0.0;
    for (int i = 0; i < STEPS && under_J < 0.0; i++) {
        double clock = high - (high - low) * over_J / (over_J - under_J);
        double here_J = excess_J(machine, w, d, b, clock);
        if (here_J > 0.0) {
            high = clock, over_J = here_J;
            if (last_J > 0.0) under_J *= 0.5;
        } else {
            low = clock, under_J = here_J;
            if (last_J < 0.0) over_J *= 0.5;
        }
        last_J = here_J;
    }
    return low;
}

/* What units draw that are clocked and wait: a share of what they do not use of the power they have at work. */
static double waiting_J(const struct f2f_machine *machine, const struct demand *d, double time_s) {
    enum f2f_dtype format = f2f_chip_native_format(machine->chip, F2F_DTYPE_BF16);
    double peak_W = f2f_chip_peak_flops(machine->chip, format) * flop_energy_J(machine, format);
    return machine->cls->waiting_frac * fmax(0.0, peak_W * time_s - d->core_J);
}

static enum f2f_bound longest(const struct work *w) {
    double most = fmax(fmax(w->compute_s, w->memory_s + w->serial_s), w->network_s);
    if (w->fixed_s > most) return F2F_BOUND_LATENCY;
    if (w->network_s >= most) return F2F_BOUND_NETWORK;
    return w->compute_s >= w->memory_s + w->serial_s ? F2F_BOUND_COMPUTE : F2F_BOUND_MEMORY;
}

static double clock_of(const struct f2f_machine *machine, const struct work *w, const struct demand *d) {
    struct budget b = budget_of(machine, w);
    return b.power_W > 0.0 ? limited_clock(machine, w, d, &b) : 1.0;
}

double f2f_chip_power_clock(const struct f2f_machine *machine, const struct work *w) {
    struct demand d = demand_of(machine, w);
    return clock_of(machine, w, &d);
}

struct f2f_op_cost f2f_chip_power_finish(const struct f2f_machine *machine, const struct work *w) {
    struct budget b = budget_of(machine, w);
    struct demand d = demand_of(machine, w);
    double clock = w->clock > 0.0 ? w->clock : clock_of(machine, w, &d);
    double dynamic_J = energy_J(machine, &d, clock), time_s = at_clock_s(machine, w, clock);
    if (b.power_W > 0.0) time_s = fmax(time_s, budget_s(&b, dynamic_J));
    double clocked_J = dynamic_J + waiting_J(machine, &d, time_s);
    if (b.power_W > 0.0) clocked_J = fmax(dynamic_J, fmin(clocked_J, budget_J(&b, time_s)));
    return (struct f2f_op_cost){.time_s = time_s,
                                .bound = longest(w),
                                .flop = w->flop,
                                .mem_B = w->mem_B,
                                .net_B = w->net_B,
                                .energy_J = clocked_J};
}
