/* gemm.c - matrix products: output tiles over units, in waves.
 *
 * out[m,n] = in[m,k] x w[k,n], `groups` of them. The output is cut into tiles of one of a few shapes,
 * k may be split where there are fewer tiles than units; each wave of tiles takes as long as its
 * slowest resource, the unit's matrix pipe or its path from the shared cache. The best of the shapes
 * is taken, as libraries' heuristics nearly do. After the tiling analysis of NVIDIA's "Matrix
 * Multiplication Background User's Guide". Left out: sparsity, epilogues, stream-K balancing. */
#include <math.h>

#include "chip/chip.h"

static const struct tile {
    double m, n;
} tiles[] = {{256, 128}, {128, 256}, {128, 128}, {128, 64}, {64, 256}, {64, 128}, {64, 64}, {16, 128}, {16, 64}};
static const double splits[] = {1, 2, 3, 4, 6, 8, 16};
enum { N_TILES = sizeof tiles / sizeof tiles[0], N_SPLITS = sizeof splits / sizeof splits[0] };
static const double split_least_k = 256.0; /* elements of k a split keeps */
static const double band_m = 4.0 * 128.0; /* rows of a band: four tiles */
static const double kept_share = 0.25; /* of the cache, beside the other operand, the output and what streams by */

/* What tiles of one problem share. */
struct product {
    double m, n, k, groups;
    double units, unit_flops, unit_Bps, cache_Bps, tile_s;
    double in_B, w_B; /* bytes of an element in the cache */
};

static struct product product_of(const struct f2f_machine *machine, const struct f2f_op *op, enum f2f_dtype format) {
    const struct f2f_chip *chip = machine->chip;
    double rate = f2f_chip_peak_flops(chip, format) * f2f_chip_matrix_frac(machine, format);
    double units = chip->units, cache_Bps = f2f_chip_cache_Bps(machine);
    struct product p = {.groups = fmax(op->groups, 1.0), .n = op->n, .k = op->k, .units = units};
    p.m = ceil(op->m / p.groups);
    p.unit_flops = rate / units;
    p.unit_Bps = cache_Bps / units;
    p.cache_Bps = cache_Bps;
    p.tile_s = f2f_chip_tile_s(machine);
    p.in_B = f2f_dtype_B(format);
    p.w_B = f2f_dtype_B(op->weight);
    return p;
}

/* Seconds all tiles take if cut that way. */
static double tiled_s(const struct product *p, const struct tile *t, double split) {
    double jobs = ceil(p->m / t->m) * ceil(p->n / t->n) * p->groups * split;
    double k = ceil(p->k / split);
    double matrix_s = 2.0 * t->m * t->n * k / p->unit_flops;
    double feed_s = (fmin(t->m, p->m) * p->in_B + t->n * p->w_B) * k / p->unit_Bps;
    double waves = ceil(jobs / p->units);
    double merge_s = split > 1.0 ? p->tile_s + p->m * p->n * p->groups * split * 8.0 / p->cache_Bps : 0.0;
    return waves * (fmax(matrix_s, feed_s) + p->tile_s) + merge_s;
}

/* Seconds of the best tiling. */
static double best_tiling_s(const struct product *p) {
    double best = HUGE_VAL;
    for (int t = 0; t < N_TILES; t++) {
        double jobs = ceil(p->m / tiles[t].m) * ceil(p->n / tiles[t].n) * p->groups;
        for (int s = 0; s < N_SPLITS; s++) {
            bool useful = s == 0 || (jobs * splits[s - 1] < p->units && p->k / splits[s] >= split_least_k);
            if (!useful) break;
            best = fmin(best, tiled_s(p, &tiles[t], splits[s]));
        }
    }
    return best;
}

/* Read again because the cache does not hold an operand from one wave of tiles to the next. Tiles are
 * walked in bands of a few rows: a wave covers a band, and each further band reads the weights again, each
 * further wave along it the input. An operand stays if it takes no more than its share of the cache. */
static double walked_B(const struct f2f_machine *machine, const struct product *p, double in_B, double w_B) {
    double wave_n = p->units * 128.0 * 256.0 / band_m, kept_B = kept_share * machine->chip->cache_B, again_B = 0.0;
    if (in_B > kept_B) again_B += in_B * fmax(0.0, p->n / wave_n - 1.0);
    if (w_B > kept_B) again_B += w_B * fmax(0.0, p->m / band_m - 1.0);
    return again_B;
}

/* Read again where software keeps a strip of one operand in the cache and streams the other past it. */
static double blocked_B(const struct f2f_machine *machine, double in_B, double w_B) {
    double strip_B = machine->cls->blocked_frac * machine->chip->cache_B;
    if (!(strip_B > 0.0)) return HUGE_VAL;
    return fmin(w_B * fmax(0.0, in_B / strip_B - 1.0), in_B * fmax(0.0, w_B / strip_B - 1.0));
}

static double reread_B(const struct f2f_machine *machine, const struct product *p) {
    double in_B = p->m * p->k * p->in_B, w_B = p->n * p->k * p->w_B;
    return fmin(walked_B(machine, p, in_B, w_B), blocked_B(machine, in_B, w_B)) * p->groups;
}

/* Wide activations cast before a narrow product, with a scale found at run time: one kernel for the largest
 * magnitude, one to cast. (Engines fuse this into the operator before where they can.) */
static void add_cast(const struct f2f_machine *machine, const struct f2f_op *op, double narrow_B, struct work *w) {
    double elements = op->m * op->k, cast_B = elements * (2.0 * f2f_dtype_B(op->act) + narrow_B);
    w->fixed_s += 2.0 * f2f_chip_launch_s(machine);
    w->serial_s += f2f_chip_mixed_s(machine, cast_B);
    w->mem_B += cast_B;
}

struct work f2f_chip_gemm_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    enum f2f_dtype format = f2f_chip_native_format(machine->chip, op->compute);
    struct product p = product_of(machine, op, format);
    double act_B = f2f_op_act_B(op), read_B = f2f_op_weight_B(op) + reread_B(machine, &p);
    struct work w = {.fixed_s = f2f_chip_launch_s(machine), .format = format};
    w.compute_s = best_tiling_s(&p);
    w.memory_s = f2f_chip_read_s(machine, read_B) + f2f_chip_mixed_s(machine, act_B);
    w.flop = f2f_op_flop(op);
    w.mem_B = read_B + act_B;
    if (f2f_dtype_B(op->weight) < f2f_dtype_B(format)) w.fixed_s += machine->cls->weight_only_s;
    if (op->cast && f2f_dtype_B(op->act) > f2f_dtype_B(format)) add_cast(machine, op, f2f_dtype_B(format), &w);
    w.cache_B = w.mem_B;
    return w;
}
