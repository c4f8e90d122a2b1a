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
                                           {128, 96}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0], N_REGISTER_SHAPES = 10, N_ARRAY_SHAPES = 8 };
/* Sums of a tile take half of a unit's registers: 256 x 128 of the 256 KiB NVIDIA's have; 256 x 256 of the 512 KiB of
 * AMD's and Intel's (sycl-tla's standard tile for Xe2, media/docs/cpp/cute/intel_performance_guide.md; MT256x256 of
 * hipBLASLt). */
static const double large_registers_B = 512.0 * 1024.0;
static const double splits[] = {1, 2, 3, 4, 5, 6, 8, 12, 16};
enum { N_SPLITS = sizeof splits / sizeof splits[0] };
static const double split_least_k = 128.0; /* elements of k a part takes the time of, if it has fewer */
/* Elements of k that cuBLAS leaves whole on Ampere and Ada beyond one wave of tiles. Chosen after A100: both engines
 * take two whole waves for 1.04 and 1.19 waves of 256 x 128 with k of 3,584 and 4,096 (7,168 and 8,192 columns with 512
 * rows, 3,584 and 4,096 with 1,024), where k in three parts would save a sixth, and 1.6 waves with 7,168 and 8,192. An
 * L40S takes two for 1.35 with 4,096. */
static const double whole_k = 4096.0;
static const double stream_least_B = 8.0 * 128.0; /* of a row of k in one part of Origami's: eight steps of 128 bytes */
static const double sum_B = 8.0; /* a partial sum, written and read in 32 bit */
/* What shows of the widening of weights in a tile of tile_trtllm.c: the rest runs beside other threads' products. */
static const double dequant_shown = 0.5;
/* Waves of such tiles from which on two pairs share what pairs do not: GB300, 1.5 times as fast in 4 bit, trains in it;
 * from 4 on suits alike. */
static const double fours_waves = 8.0;

bool f2f_tile_has_largest(const struct f2f_chip *chip) { return chip->unit_registers_B >= large_registers_B; }

/* As ceil, of numbers from 0; without a call. */
static double up(double x) {
    if (x > 1e15) return x; /* whole, or as good as */
    double whole = (double)(long long)x;
    return whole < x ? whole + 1.0 : whole;
}

/* Tiles below and beside each other. */
struct grid {
    double down, across;
};

/* Share of pairs that share what they fetch with a pair beside them: all where clusters are of four units, else of
 * tiles that are fetched in full none in one wave or row of them, all in many. */
static double in_fours(const struct product *p, const struct tile_shape *t, struct grid g) {
    if (p->lib.fours) return 1.0;
    if (!p->lib.whole || p->m <= t->m) return 0.0;
    return fmin(1.0, (up(g.down * g.across * p->groups / p->units) - 1.0) / (fours_waves - 1.0));
}

/* Bytes of an element of k that a unit fetches for one tile. Two tiles below each other share their columns, two beside
 * each other their rows. */
static double fetched_B(const struct product *p, const struct tile_shape *t, struct grid g) {
    double rows = p->lib.whole ? t->m : fmin(t->m, p->m);
    double rows_B = rows * p->in_B, columns_B = t->n * p->w_B;
    if (!p->lib.paired) return rows_B + columns_B;
    double of_columns_B = g.down > 1.0 && !p->lib.swapped ? 0.5 * columns_B : 0.0,
           of_rows_B = g.across > 1.0 ? 0.5 * rows_B : 0.0;
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
        /* In one kernel each part waits for the one before; another kernel clears what tells them whose turn it is. */
        if (p->lib.mixed) cut.merge_s = p->merge_s + (split - 1.0) * p->start_s;
        else cut.merge_s = p->merge_s + p->m * p->n * p->groups * split * sum_B * p->partial_s;
    }
    return cut;
}

/* Steps are shared out, in the way of AMD's Origami (ROCm/rocm-libraries, shared/origami, k_split_aware): more tiles
 * than units leave each unit so many whole ones and half of one, or the last wave partly idle; fewer are cut into equal
 * parts as long as there is a unit for each. Partial sums are added up in the same kernel, two and two, and each time
 * one unit waits for another as long as a tile takes to start (Osama and others, "Stream-K", PPoPP 2023). */
static struct cut in_steps(const struct product *p, const struct tile_shape *t, struct grid g, double parts) {
    double tiles = g.down * g.across * p->groups, halves = up(2.0 * tiles / p->units);
    return (struct cut){.k = p->k,
                        .parts = tiles,
                        .waves = tiles > p->units ? 0.5 * halves : 1.0 / parts,
                        .merge_s = up(log2(parts)) * (p->start_s + t->m * t->n * sum_B / p->unit_Bps)};
}

/* Whether a library of that kind would not cut a tile in so many. */
static bool not_cut(const struct product *p, double tiles, double parts) {
    if (tiles > p->units) return parts > 2.0;
    return tiles * parts > p->units || p->k * p->in_B < parts * stream_least_B;
}

/* Sums a unit works on for a tile. With tensor memory an instruction fills its 128 lanes with rows or, operands
 * swapped, with columns; with 64 it takes as long (PTX ISA, tcgen05.mma: shapes of M = 64 and 128). */
static double worked_area(const struct product *p, const struct tile_shape *t) {
    double lanes = p->lib.lanes;
    if (!(lanes > 0.0)) return t->m * t->n;
    return fmin(up(t->m / lanes) * lanes * t->n, up(t->n / lanes) * lanes * t->m);
}

static struct tiling tiled(const struct product *p, const struct tile_shape *t, struct grid g, const struct cut *cut) {
    double widen_s = t->n * p->dequant_s * (p->lib.mixed ? dequant_shown : 1.0);
    double loop_s = cut->k * (2.0 * worked_area(p, t) / p->unit_flops + p->step_s + widen_s);
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
    return t->merge_s + f2f_chip_overlapped_s(p->hidden_frac, p->ahead, t->compute_s / clock, memory_s);
}

/* Whether there are no units free for more parts of each tile. */
static bool all_busy(const struct product *p, double tiles, double parts) {
    return tiles * parts >= p->lib.split_waves * p->units;
}

/* Whether the library works this grid whole where parts would take less time: where large tiles go first, one that
 * needs more than a wave of them is split only if k is long. */
static bool left_whole(const struct product *p, double tiles) {
    return p->lib.large_first && tiles > p->units && p->k <= whole_k;
}

/* Best number of parts of k for one grid; more of them while units are free and it helps. */
static void try_grid(struct tiling *best, double *best_s, const struct product *p, const struct tile_shape *shape,
                     struct grid grid, double memory_s, double clock) {
    double jobs = grid.down * grid.across * p->groups;
    for (int s = 0; s < N_SPLITS; s++) {
        if (s > 0 && left_whole(p, jobs)) break;
        if (s > 0 && p->lib.stream_k && not_cut(p, jobs, splits[s])) break;
        if (s > 0 && !p->lib.stream_k && all_busy(p, jobs, splits[s - 1])) break;
        if (s > 0 && p->k <= split_least_k * splits[s - 1]) break;
        if (p->lib.mixed && !f2f_tile_mixed_splits(p->k, splits[s])) continue;
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

/* A tiling without parts of k. */
static struct tiling whole_tiles(const struct product *p, const struct tile_shape *shape) {
    struct grid grid = {up(p->m / shape->m), up(p->n / shape->n)};
    struct cut cut = in_parts(p, grid, 1.0);
    return tiled(p, shape, grid, &cut);
}

/* Whether the library has this tile but would not take it. */
static bool passed_over(const struct product *p, const struct tile_shape *t, struct grid g) {
    bool smaller = t->m * t->n < shapes[1].m * shapes[1].n;
    return p->lib.large_first && smaller && g.down * g.across * p->groups > p->units;
}

/* A pair may run a single row of tiles as well, half of it in vain. */
static void try_shape(struct tiling *best, double *best_s, const struct product *p, const struct tile_shape *shape,
                      double memory_s, double clock) {
    if (shape->m < p->lib.least_rows || shape->n < p->lib.least_columns) return;
    struct grid grid = {up(p->m / shape->m), up(p->n / shape->n)};
    if (passed_over(p, shape, grid)) return;
    try_grid(best, best_s, p, shape, grid, memory_s, clock);
    if (!p->lib.paired || p->lib.swapped) return;
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
    } else if (p->lib.mixed) {
        list = f2f_tile_mixed_shapes(&n);
    } else if (p->lib.only.m > 0.0) {
        n = 1;
        list = &p->lib.only;
    }
    int first = list == shapes && !f2f_tile_has_largest(chip) ? 1 : 0;
    for (int i = first; i < n; i++) try_shape(&best, &best_s, p, &list[i], memory_s, clock);
    /* None that the library would take: it has no choice but its first. */
    if (best_s == HUGE_VAL) best = whole_tiles(p, &list[first]);
    return best;
}
