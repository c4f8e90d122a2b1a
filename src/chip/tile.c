/* tile.c - a matrix product as output tiles over units, in waves.
 *
 * The output is cut into tiles of one of the shapes a vendor library has; k is split where there are fewer
 * tiles than units. (Or, where the library does so, all steps of all tiles are shared out evenly: stream-K.) A wave
 * takes as long as the slowest resource of a unit: its matrix pipe with the steps of the loop that do not overlap, or
 * its path from the shared cache. How much of a tile's start and end shows hangs on what holds operands and sums. The
 * best tiling counts, as libraries' heuristics nearly find it. After the tiling analysis of NVIDIA's "Matrix
 * Multiplication Background User's Guide" and, for what overlaps, CUTLASS's description of its persistent,
 * warp-specialized kernels. Units that take operands from the scratchpad have tiles of any width, systolic arrays those
 * of their own shape. */
#include "chip/tile.h"

#include <math.h>

static const struct tile_shape shapes[] = {{256, 256}, /* where registers hold its sums */
                                           {256, 128},
                                           {128, 256},
                                           {128, 128},
                                           {128, 64},
                                           {64, 256},
                                           {64, 128},
                                           {64, 64},
                                           {16, 128},
                                           {16, 64},
                                           /* with operands from the scratchpad also: */
                                           {128, 192},
                                           {192, 128},
                                           {256, 192},
                                           {192, 256},
                                           {128, 160},
                                           {128, 224},
                                           {256, 96},
                                           {64, 192},
                                           {64, 160},
                                           {64, 224},
                                           {64, 96},
                                           {128, 96}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0], N_REGISTER_SHAPES = 10, N_ARRAY_SHAPES = 8 };
/* Sums of a tile take half of a unit's registers: 256 x 128 of the 256 KiB NVIDIA's have; 256 x 256 of the 512 KiB of
 * AMD's and Intel's (sycl-tla's standard tile for Xe2, media/docs/cpp/cute/intel_performance_guide.md; MT256x256 of
 * hipBLASLt). */
static const double large_registers_B = 512.0 * 1024.0;
static const double splits[] = {1, 2, 3, 4, 5, 6, 8, 12, 16};
enum { N_SPLITS = sizeof splits / sizeof splits[0] };
static const double split_least_k = 128.0; /* elements of k a part takes the time of, if it has fewer */
static const double sum_B = 8.0; /* a partial sum, written and read in 32 bit */
static const double split_waves = 2.0; /* k is not split where there are so many without */
/* cuBLAS on Ampere takes its largest tile as soon as smaller ones, which it has, would need a second wave: its times on
 * A100 are whole waves of 256 x 128 (7,168 x 4,096 with 512 rows, 112 of them for 108 units, takes two, and 1.3 times
 * what 128 x 128 would). It splits k of 2.4 waves (8,192 x 8,192 with 1,024 rows) and not of 4.1. Up to so many rows or
 * columns, where most of such a tile would be empty, it takes smaller ones. Experts are not cuBLAS's: engines have
 * kernels of Triton or CUTLASS for them. Ada is taken to do the same as Ampere, which L40S neither confirms nor
 * denies: with and without, TensorRT-LLM's are 7.6 and 7.7 % off in bf16, 7.6 and 7.5 in fp8. */
static const double large_split_waves = 2.5;
static const double few_lines = 64.0;
/* Vector operations that widen a weight: two at once, as the packed conversions of weight-only kernels do. */
static const double dequant_ops = 0.5;
/* The same from fp8: to half and on to float, at half the rate (CUDA C++ Programming Guide, throughput of native
 * arithmetic instructions). Inputs are widened anew for each two columns. */
static const double fp8_ops = 4.0;
/* Of the clocks of a tile: its start, a latency. The rest writes its result, as long as that is large. 0.2 to 0.7 suit
 * the measurements alike. */
static const double start_share = 0.5;
/* Rows and columns of a tile in a format with scales of blocks, which lie in pieces of 128 x 4 (PTX ISA, tcgen05.mma).
 * It is worked through all of k (TensorRT-LLM's fp4_gemm_template.h, vLLM's nvfp4_scaled_mm_kernels.cu). */
static const double scaled_least = 128.0;
/* Bytes a unit with tensor memory takes in a clock from the shared cache for such tiles, its port (Jia and others,
 * 2018): with one row on a GB200 a step of k takes 0.8 to 1.0 ns (flashinfer pull request 2540). In large products two
 * pairs share, as GB300, 1.5 times as fast in 4 bit, trains in it; from 4 to 8 waves on suits alike. */
static const double port_B = 64.0, fours_waves = 8.0;
/* Rows of a tile at least where scales belong to rows of the input, so that Hopper's wgmma does not swap operands: an
 * H20 takes 93 us for 16 and for 64 rows of 24,576 x 7,168 by DeepGEMM (vLLM pull request 49932). */
static const double warpgroup_rows = 64.0;
static const double narrow_steps = 0.5; /* of steps, in 4 bit on Blackwell: m16n8k64 beside k32 in 8 bit (PTX ISA) */

bool f2f_tile_has_largest(const struct f2f_chip *chip) { return chip->unit_registers_B >= large_registers_B; }

/* As ceil, of numbers from 0; without a call. */
static double up(double x) {
    if (x > 1e15) return x; /* whole, or as good as */
    double whole = (double)(long long)x;
    return whole < x ? whole + 1.0 : whole;
}

/* Elements of the tile that `tile_clocks` is stated for. */
static double stated_area(const struct f2f_array *array) {
    return array->rows > 0 ? (double)array->rows * array->columns : 256.0 * 128.0;
}

double f2f_tile_ends_s(const struct f2f_machine *machine, double rows, double columns) {
    double share = start_share + (1.0 - start_share) * rows * columns / stated_area(&machine->chip->array);
    return share * f2f_chip_clocks_s(machine, machine->cls->tile_ck);
}

/* Threads that move operands through registers start each tile anew and write its result before the next (Ampere,
 * Ada). Units that fetch operands by themselves have the next tile's under way by then, so that of starts a unit shows
 * its first (Hopper). Sums outside registers are two sets, and a result is written beside the next tile's products
 * (tensor memory of Blackwell: 8192 x 8192 x k on a GB300 takes 78.7 us for k of 1,024 and 156.9 for 2,048). The steps
 * of the inner loop are instructions of the same threads. */
static void set_ends(struct product *p, const struct f2f_machine *machine) {
    int operands = machine->chip->operands;
    double tile_s = f2f_chip_clocks_s(machine, machine->cls->tile_ck);
    p->start_s = start_share * tile_s;
    p->end_s = (1.0 - start_share) * tile_s / stated_area(&machine->chip->array);
    p->starts_show = operands == F2F_OPERANDS_REGISTERS;
    p->ends_show = operands != F2F_OPERANDS_PAIRED;
    if (p->starts_show) p->step_s = f2f_chip_clocks_s(machine, machine->cls->step_ck);
    if (p->in_B < 1.0 && f2f_chip_generation(machine->chip) >= F2F_GENERATION_BLACKWELL) p->step_s *= narrow_steps;
}

/* TensorRT-LLM multiplies few rows of fp8 on the vector units where no unit fetches operands by itself (its linear.py,
 * enable_cuda_core, and cudaScaledMM.cpp). */
static bool on_vectors(enum f2f_generation generation, const struct f2f_op *op, enum f2f_dtype format) {
    bool has = generation == F2F_GENERATION_ADA || generation == F2F_GENERATION_BLACKWELL_RTX;
    return has && op->kernels == F2F_KERNELS_TRTLLM && format == F2F_DTYPE_FP8 && op->m <= 8.0 && !(op->experts > 0.0);
}

static struct library library_of(const struct product *p, const struct f2f_chip *chip, const struct f2f_op *op,
                                 enum f2f_dtype format) {
    enum f2f_generation generation = f2f_chip_generation(chip);
    struct library l = {.only = f2f_tile_vllm(chip, op, format)};
    bool blocks = op->compute == F2F_DTYPE_FP8_BLOCK;
    bool scaled = f2f_chip_scales_blocks(format) && generation >= F2F_GENERATION_BLACKWELL;
    scaled = scaled || (blocks && generation == F2F_GENERATION_BLACKWELL); /* by the same instructions */
    l.paired = chip->operands == F2F_OPERANDS_PAIRED;
    if (scaled) l.least = scaled_least;
    l.untiled = on_vectors(generation, op, format);
    if (blocks && generation == F2F_GENERATION_HOPPER) l.least_rows = warpgroup_rows;
    if (scaled || blocks || l.only.m > 0.0) return l;
    bool cublas = !(p->dequant_s > 0.0) && !(op->experts > 0.0);
    bool large = cublas && (generation == F2F_GENERATION_AMPERE || generation == F2F_GENERATION_ADA);
    l.large_first = large && fmin(p->m, p->n) > few_lines;
    l.split_waves = large ? large_split_waves : split_waves;
    l.stream_k = chip->decomposition == F2F_DECOMPOSITION_STREAM_K;
    return l;
}

struct product f2f_tile_product(const struct f2f_machine *machine, const struct f2f_op *op, enum f2f_dtype format) {
    const struct f2f_chip *chip = machine->chip;
    double units = chip->units;
    struct product p = {.groups = fmax(op->groups, 1.0), .n = op->n, .k = op->k, .units = units};
    p.m = up(op->m / p.groups);
    p.unit_flops = f2f_chip_product_flops(machine, format) / units;
    p.merge_s = f2f_chip_launch_s(machine);
    p.partial_s = f2f_chip_cached_s(machine, 1.0);
    p.in_B = f2f_dtype_B(format);
    p.w_B = f2f_dtype_B(op->weight);
    p.multiply_s = units / (0.5 * f2f_chip_vector_flops(chip));
    if (p.w_B < p.in_B && !f2f_chip_scales_blocks(format)) p.dequant_s = dequant_ops * p.multiply_s;
    p.hidden_frac = machine->cls->overlap_frac;
    set_ends(&p, machine);
    p.cache_Bps = f2f_chip_cache_Bps(machine);
    p.unit_Bps = fmax(machine->cls->unit_B_per_ck * f2f_chip_clock_Hz(chip), p.cache_Bps / units);
    p.lib = library_of(&p, chip, op, format);
    if (p.lib.untiled) p.dequant_s = fp8_ops * p.multiply_s, p.multiply_s += 0.5 * p.dequant_s;
    if (p.lib.least > 0.0 && p.lib.paired) p.unit_Bps = fmin(p.unit_Bps, port_B * f2f_chip_clock_Hz(chip));
    double end_ck = f2f_tile_vllm_end_ck(chip, op, format);
    if (end_ck > 0.0) p.end_s = f2f_chip_clocks_s(machine, end_ck);
    return p;
}

/* Tiles below and beside each other. */
struct grid {
    double down, across;
};

/* Share of pairs that share what they fetch with a pair beside them: none in one wave or row of tiles, all in many. */
static double in_fours(const struct product *p, const struct tile_shape *t, struct grid g) {
    if (!(p->lib.least > 0.0) || p->m <= t->m) return 0.0;
    return fmin(1.0, (up(g.down * g.across * p->groups / p->units) - 1.0) / (fours_waves - 1.0));
}

/* Bytes of an element of k that a unit fetches for one tile. Two tiles below each other share their columns, two beside
 * each other their rows. */
static double fetched_B(const struct product *p, const struct tile_shape *t, struct grid g) {
    double rows = p->lib.least > 0.0 ? t->m : fmin(t->m, p->m);
    double rows_B = rows * p->in_B, columns_B = t->n * p->w_B;
    if (!p->lib.paired) return rows_B + columns_B;
    double of_columns_B = g.down > 1.0 ? 0.5 * columns_B : 0.0, of_rows_B = g.across > 1.0 ? 0.5 * rows_B : 0.0;
    double least_B = fmin(of_columns_B, of_rows_B), most_B = fmax(of_columns_B, of_rows_B);
    return rows_B + columns_B - most_B - in_fours(p, t, g) * least_B;
}

/* How the tiles of a grid are shared out: elements of k of one part, parts, parts one unit works one after the other.
 */
struct cut {
    double k, parts, waves, merge_s;
};

/* Whole tiles, or as many parts of each one after the other in k. */
static struct cut in_parts(const struct product *p, struct grid g, double split) {
    double parts = g.down * g.across * p->groups * split;
    struct cut cut = {.k = p->k, .parts = parts, .waves = up(parts / p->units)};
    if (split > 1.0) {
        cut.k = fmax(up(p->k / split), split_least_k);
        cut.merge_s = p->merge_s + p->m * p->n * p->groups * split * sum_B * p->partial_s;
    }
    return cut;
}

/* Each unit takes an even share of all steps, so that a tile is of `parts` units at most; where a share ends within a
 * tile, the unit leaves its sums to the one that has the tile's last steps, which adds them up in the same kernel
 * (Osama and others, "Stream-K", PPoPP 2023). */
static struct cut in_steps(const struct product *p, const struct tile_shape *t, struct grid g, double parts) {
    double tiles = g.down * g.across * p->groups, least = fmax(1.0 / parts, fmin(1.0, split_least_k / p->k));
    return (struct cut){.k = p->k,
                        .parts = tiles,
                        .waves = fmax(tiles / p->units, least),
                        .merge_s = parts * t->m * t->n * 0.5 * sum_B / p->unit_Bps};
}

static struct tiling tiled(const struct product *p, const struct tile_shape *t, struct grid g, const struct cut *cut) {
    double loop_s = cut->k * (2.0 * t->m * t->n / p->unit_flops + p->step_s + t->n * p->dequant_s);
    double feed_B = cut->k * fetched_B(p, t, g), feed_s = feed_B / p->unit_Bps;
    double end_s = t->m * t->n * p->end_s, shown_s = p->ends_show ? end_s : 0.0;
    double busy_s = fmax(fmax(loop_s, feed_s), end_s - shown_s);
    if (p->starts_show) shown_s += p->start_s;
    struct tiling tiling = {.merge_s = cut->merge_s};
    tiling.compute_s = fmax(cut->waves * busy_s + up(cut->waves) * shown_s, cut->parts * feed_B / p->cache_Bps);
    tiling.compute_s += p->start_s + end_s - shown_s;
    return tiling;
}

/* Memory keeps its clock. */
static double total_s(const struct product *p, const struct tiling *t, double memory_s, double clock) {
    double compute_s = t->compute_s / clock;
    return t->merge_s + fmax(compute_s, memory_s) + (1.0 - p->hidden_frac) * fmin(compute_s, memory_s);
}

/* Whether more parts of each tile leave no unit free that has none. Stream-K shares out what is left of the last wave,
 * however many there are. */
static bool all_busy(const struct product *p, double tiles, double parts) {
    if (p->lib.stream_k) return parts > 1.0 && tiles * parts >= p->units;
    return tiles * parts >= p->lib.split_waves * p->units;
}

/* Best number of parts of k for one grid; more of them while units are free and it helps. */
static void try_grid(struct tiling *best, double *best_s, const struct product *p, const struct tile_shape *shape,
                     struct grid grid, double memory_s, double clock) {
    double jobs = grid.down * grid.across * p->groups;
    for (int s = 0; s < N_SPLITS; s++) {
        if (s > 0 && (all_busy(p, jobs, splits[s - 1]) || p->k <= split_least_k * splits[s - 1])) break;
        bool stream_k = p->lib.stream_k && s > 0;
        struct cut cut = stream_k ? in_steps(p, shape, grid, splits[s]) : in_parts(p, grid, splits[s]);
        if (cut.merge_s + memory_s >= *best_s) break; /* merging only grows */
        struct tiling t = tiled(p, shape, grid, &cut);
        double time_s = total_s(p, &t, memory_s, clock);
        if (time_s >= *best_s) continue;
        *best_s = time_s;
        *best = t;
    }
}

/* Whether the library has this tile but would not take it. */
static bool passed_over(const struct product *p, const struct tile_shape *t, struct grid g) {
    bool smaller = t->m * t->n < shapes[1].m * shapes[1].n;
    return p->lib.large_first && smaller && g.down * g.across * p->groups > p->units;
}

/* A pair may run a single row of tiles as well, half of it in vain. */
static void try_shape(struct tiling *best, double *best_s, const struct product *p, const struct tile_shape *shape,
                      double memory_s, double clock) {
    if (fmin(shape->m, shape->n) < p->lib.least || shape->m < p->lib.least_rows) return;
    struct grid grid = {up(p->m / shape->m), up(p->n / shape->n)};
    if (passed_over(p, shape, grid)) return;
    try_grid(best, best_s, p, shape, grid, memory_s, clock);
    if (!p->lib.paired) return;
    if (grid.down == 1.0) try_grid(best, best_s, p, shape, (struct grid){2.0, grid.across}, memory_s, clock);
    if (grid.across == 1.0) try_grid(best, best_s, p, shape, (struct grid){grid.down, 2.0}, memory_s, clock);
}

/* Few rows need no tiles: each weight is widened and multiplied on the vector units as it comes by, as kernels of
 * inference engines for narrow weights do. (Plain products of one row are tiled as well: cuBLAS's times show it.) */
static struct tiling untiled(const struct product *p) {
    double share = p->n * p->k * p->groups / p->units; /* weights of a unit */
    return (struct tiling){.compute_s = share * (p->m * p->multiply_s + p->dequant_s) + p->start_s};
}

/* Tiles of an array: its own shape, twice as much of either side, and what it may be folded to. */
static int array_shapes(struct tile_shape list[N_ARRAY_SHAPES], const struct f2f_array *a) {
    const struct tile_shape own[] = {{a->rows, a->columns},
                                     {2.0 * a->rows, a->columns},
                                     {a->rows, 2.0 * a->columns},
                                     {2.0 * a->rows, 2.0 * a->columns}};
    int n = 0;
    for (; n < 4; n++) list[n] = own[n];
    double rows = 0.5 * a->rows, columns = 2.0 * a->columns;
    for (; a->least_rows > 0 && rows >= a->least_rows && n < N_ARRAY_SHAPES; rows *= 0.5, columns *= 2.0)
        list[n++] = (struct tile_shape){rows, columns};
    return n;
}

struct tiling f2f_tile_best(const struct f2f_machine *machine, const struct product *p, double memory_s, double clock) {
    const struct f2f_chip *chip = machine->chip;
    struct tile_shape of_array[N_ARRAY_SHAPES];
    const struct tile_shape *list = shapes;
    int n = chip->operands != F2F_OPERANDS_REGISTERS ? N_SHAPES : N_REGISTER_SHAPES;
    struct tiling best = {0};
    double best_s = HUGE_VAL;
    if (p->dequant_s > 0.0) {
        best = untiled(p);
        best_s = total_s(p, &best, memory_s, clock);
    }
    if (p->lib.untiled) return best;
    if (chip->array.rows > 0) {
        n = array_shapes(of_array, &chip->array);
        list = of_array;
    } else if (p->lib.only.m > 0.0) {
        n = 1;
        list = &p->lib.only;
    }
    int first = list == shapes && !f2f_tile_has_largest(chip) ? 1 : 0;
    for (int i = first; i < n; i++) try_shape(&best, &best_s, p, &list[i], memory_s, clock);
    return best;
}
