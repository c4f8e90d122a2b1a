/* rate.c - the rates all operators draw on: matrix peak by format, cache, memory streams. */
#include <math.h>

#include "chip/chip.h"

enum { N_CHOICES = 5 }; /* what is not listed is fp32 */
/* What stands in for a format the chip does not know: the next wider that holds its values, in order.
 * Engines take bf16 and fp16 for each other. */
static const enum f2f_dtype ladder[F2F_DTYPE_N][N_CHOICES] = {
    [F2F_DTYPE_FP32] = {F2F_DTYPE_FP32},
    [F2F_DTYPE_TF32] = {F2F_DTYPE_TF32, F2F_DTYPE_FP32},
    [F2F_DTYPE_BF16] = {F2F_DTYPE_BF16, F2F_DTYPE_FP16, F2F_DTYPE_TF32, F2F_DTYPE_FP32},
    [F2F_DTYPE_FP16] = {F2F_DTYPE_FP16, F2F_DTYPE_BF16, F2F_DTYPE_TF32, F2F_DTYPE_FP32},
    [F2F_DTYPE_FP8] = {F2F_DTYPE_FP8, F2F_DTYPE_FP16, F2F_DTYPE_BF16, F2F_DTYPE_FP32},
    [F2F_DTYPE_FP8_BLOCK] = {F2F_DTYPE_FP8_BLOCK, F2F_DTYPE_FP8, F2F_DTYPE_FP16, F2F_DTYPE_BF16, F2F_DTYPE_FP32},
    [F2F_DTYPE_MXFP8] = {F2F_DTYPE_MXFP8, F2F_DTYPE_FP8, F2F_DTYPE_FP16, F2F_DTYPE_BF16, F2F_DTYPE_FP32},
    [F2F_DTYPE_INT8] = {F2F_DTYPE_INT8, F2F_DTYPE_FP16, F2F_DTYPE_BF16, F2F_DTYPE_FP32},
    [F2F_DTYPE_FP4] = {F2F_DTYPE_FP4, F2F_DTYPE_FP8, F2F_DTYPE_FP16, F2F_DTYPE_BF16},
    [F2F_DTYPE_MXFP4] = {F2F_DTYPE_MXFP4, F2F_DTYPE_FP4, F2F_DTYPE_FP8, F2F_DTYPE_FP16, F2F_DTYPE_BF16},
    [F2F_DTYPE_INT4] = {F2F_DTYPE_INT4, F2F_DTYPE_INT8, F2F_DTYPE_FP16, F2F_DTYPE_BF16},
    [F2F_DTYPE_INT4_G32] = {F2F_DTYPE_INT4, F2F_DTYPE_INT8, F2F_DTYPE_FP16, F2F_DTYPE_BF16},
};

/* Narrow values fit both 16-bit formats: the faster one. */
static enum f2f_dtype faster_half(const struct f2f_chip *chip) {
    return chip->peak_flops[F2F_DTYPE_BF16] > chip->peak_flops[F2F_DTYPE_FP16] ? F2F_DTYPE_BF16 : F2F_DTYPE_FP16;
}

enum f2f_dtype f2f_chip_native_format(const struct f2f_chip *chip, enum f2f_dtype wanted) {
    bool narrow = f2f_dtype_B(wanted) < f2f_dtype_B(F2F_DTYPE_BF16);
    for (int i = 0; i < N_CHOICES; i++) {
        enum f2f_dtype choice = ladder[wanted][i];
        if (!(chip->peak_flops[choice] > 0.0)) continue;
        return narrow && f2f_dtype_B(choice) == f2f_dtype_B(F2F_DTYPE_BF16) ? faster_half(chip) : choice;
    }
    /* No matrix units for it: the vector units work in 16 bit or more. */
    return narrow ? F2F_DTYPE_BF16 : wanted;
}

bool f2f_chip_scales_blocks(enum f2f_dtype format) {
    return format == F2F_DTYPE_FP4 || format == F2F_DTYPE_MXFP4 || format == F2F_DTYPE_MXFP8;
}

double f2f_chip_clock_Hz(const struct f2f_chip *chip) { return chip->boost_Hz > 0.0 ? chip->boost_Hz : chip->clock_Hz; }

/* A rate stated at `clock`, at the highest one. */
static double raised(const struct f2f_chip *chip, double rate) {
    return rate * f2f_chip_clock_Hz(chip) / chip->clock_Hz;
}

double f2f_chip_peak_flops(const struct f2f_chip *chip, enum f2f_dtype format) {
    return raised(chip, chip->peak_flops[format] > 0.0 ? chip->peak_flops[format] : chip->vector_flops);
}

double f2f_chip_vector_flops(const struct f2f_chip *chip) { return raised(chip, chip->vector_flops); }

/* Blackwell's instructions in 4 bit take twice as much of k as those in 8 bit (PTX ISA, mma.m16n8k64) and reach their
 * peak: a tile of 128 x 128 takes 2.9 ns a step of k on an RTX PRO 6000, 3.3 at the clock its peak refers to
 * (flashinfer pull request 3051). */
double f2f_chip_register_flops(const struct f2f_machine *machine, enum f2f_dtype format) {
    double peak_flops = f2f_chip_peak_flops(machine->chip, format);
    bool full = f2f_dtype_B(format) < 1.0 && f2f_chip_generation(machine->chip) >= F2F_GENERATION_BLACKWELL;
    return f2f_dtype_B(format) < 2.0 && !full ? peak_flops * machine->cls->narrow_frac : peak_flops;
}

double f2f_chip_product_flops(const struct f2f_machine *machine, enum f2f_dtype format) {
    bool registers = machine->chip->operands == F2F_OPERANDS_REGISTERS;
    return registers ? f2f_chip_register_flops(machine, format) : f2f_chip_peak_flops(machine->chip, format);
}

double f2f_chip_stated_cache_Bps(const struct f2f_chip *chip, const struct f2f_chip_class *cls) {
    return chip->cache_Bps > 0.0 ? chip->cache_Bps : cls->unit_B_per_ck * chip->clock_Hz * chip->units;
}

double f2f_chip_cache_Bps(const struct f2f_machine *machine) {
    return raised(machine->chip, f2f_chip_stated_cache_Bps(machine->chip, machine->cls));
}

double f2f_chip_clocks_s(const struct f2f_machine *machine, double clocks) {
    return clocks / f2f_chip_clock_Hz(machine->chip);
}

double f2f_chip_launch_s(const struct f2f_machine *machine) {
    double start_s = machine->chip->kernel_start_s;
    return start_s > 0.0 ? start_s : f2f_chip_clocks_s(machine, machine->cls->launch_ck);
}

/* Each die reads evenly from the memory of all, so that of its share all but 1/dies comes over its link. Cores have so
 * many lines under way, which bounds what they read, however fast memory is. */
static double streamed_s(const struct f2f_machine *machine, double bytes_B, double memory_Bps) {
    const struct f2f_chiplets *c = &machine->chip->chiplets;
    double units_Bps = machine->chip->units * machine->chip->unit_memory_Bps;
    if (units_Bps > 0.0) memory_Bps = fmin(memory_Bps, units_Bps);
    double memory_s = bytes_B / memory_Bps;
    if (c->dies < 2) return memory_s;
    double crossing_B = bytes_B / c->dies * (c->dies - 1) / c->dies;
    return fmax(memory_s, crossing_B / c->link_Bps);
}

double f2f_chip_read_s(const struct f2f_machine *machine, double bytes_B) {
    return streamed_s(machine, bytes_B, machine->mem.read_Bps * machine->cls->stream_frac);
}

double f2f_chip_kv_s(const struct f2f_machine *machine, double bytes_B, double frac) {
    return streamed_s(machine, bytes_B, machine->mem.kv_Bps * frac);
}

/* A store that misses reads its line first, unless the caches know better. */
static double mixed_s(const struct f2f_machine *machine, double bytes_B, double memory_Bps) {
    return streamed_s(machine, bytes_B / machine->cls->mixed_frac, memory_Bps);
}

double f2f_chip_mixed_s(const struct f2f_machine *machine, double bytes_B) {
    return mixed_s(machine, bytes_B, machine->mem.mixed_Bps * machine->cls->stream_frac);
}

double f2f_chip_cached_s(const struct f2f_machine *machine, double bytes_B) {
    return bytes_B / (machine->cls->unshared_frac * f2f_chip_cache_Bps(machine));
}

static double activation_s(const struct f2f_machine *machine, double bytes_B, double memory_Bps) {
    double copies = fmax(1.0, machine->chip->cache_copies);
    double cached_B = fmin(bytes_B, 0.5 * machine->chip->cache_B / copies);
    double cached_s = fmin(f2f_chip_cached_s(machine, cached_B), mixed_s(machine, cached_B, memory_Bps));
    return mixed_s(machine, bytes_B - cached_B, memory_Bps) + cached_s;
}

double f2f_chip_activation_s(const struct f2f_machine *machine, double bytes_B) {
    return activation_s(machine, bytes_B, machine->mem.mixed_Bps * machine->cls->stream_frac);
}

double f2f_chip_wide_activation_s(const struct f2f_machine *machine, double bytes_B) {
    return activation_s(machine, bytes_B, machine->mem.mixed_Bps);
}
