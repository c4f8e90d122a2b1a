/* tile.h - inside src/chip: a matrix product cut into tiles. */
#ifndef F2F_CHIP_TILE_H
#define F2F_CHIP_TILE_H

#include "chip/chip.h"

struct tile_shape {
    double m, n;
};

/* What the kernels for a product can do, and which of it they do. */
struct library {
    struct tile_shape only; /* the one tile there is; {0}: the best of many */
    bool swapped; /* a pair has columns of its own in each unit, and no row of tiles in vain */
    bool whole; /* a tile's rows are fetched in full where the product has fewer */
    bool mixed; /* TensorRT-LLM's of narrow weights: shapes of their own, parts of k in one kernel */
    double least_rows, least_columns; /* of a tile; 0: any */
    double split_waves; /* k is not split where there are so many without; 0: never */
    bool large_first; /* a smaller tile than the largest only where one wave of it is enough */
    bool stream_k; /* steps are shared out, not tiles */
    bool untiled; /* no tiles: multiplied on the vector units as weights come by */
    double lanes; /* rows or columns an instruction always works on; 0: as many as a tile has */
    bool paired; /* two units with tiles below or beside each other fetch half each of what both need */
    bool fours; /* two pairs beside each other fetch half each of their rows as well */
};

/* What all tilings of one product share. */
struct product {
    double m, n, k, groups;
    double units, unit_flops;
    double unit_Bps, cache_Bps; /* most that one unit takes from the shared cache, and all of them */
    double start_s, end_s; /* of a tile: filling its pipeline, writing one element of its result */
    bool starts_show, ends_show; /* of each tile, or of a unit's first and last alone */
    double merge_s; /* one more phase where k is split */
    double partial_s; /* a byte of partial sums */
    double step_s; /* of the inner loop beside the products, for one step of k */
    double multiply_s; /* a product on the vector units of one unit */
    double dequant_s; /* there, to widen one weight; 0: weights come as products want them */
    struct library lib;
    double in_B, w_B; /* bytes of an element in the cache */
    bool ahead; /* as in struct work */
    double hidden_frac; /* of the shorter of compute and memory */
};

struct tiling {
    double compute_s, merge_s;
};

/* Start and end of a block of attention, whose result has so many rows and columns. */
double f2f_tile_ends_s(const struct f2f_machine *machine, double rows, double columns);

/* Do the chip's registers hold the sums of the largest tile, 256 x 256? Else it is half of that. */
bool f2f_tile_has_largest(const struct f2f_chip *chip);

/* The only tile of vLLM's own kernel for such a product; {0}: it is a library's. */
struct tile_shape f2f_tile_vllm(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format);

/* Does it run in clusters of two by two units? */
bool f2f_tile_vllm_fours(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format);

/* Clocks a unit of such a kernel takes for the end of an element of its tile; 0: as long as others. */
double f2f_tile_vllm_end_ck(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format);

/* Share of the weights that the cache keeps from one turn through a set of products to the next. */
double f2f_tile_resident_share(const struct f2f_machine *machine, const struct f2f_op *op);

/* product.c: what is the same for all tilings of `op` in a format the chip has. */
struct product f2f_tile_product(const struct f2f_machine *machine, const struct f2f_op *op, enum f2f_dtype format);

/* Whether TensorRT-LLM's kernels for narrow weights take a product; their shapes; whether they work k in so many parts.
 */
bool f2f_tile_mixed(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format);
const struct tile_shape *f2f_tile_mixed_shapes(int *n);
bool f2f_tile_mixed_splits(double k, double parts);

/* The tiling with the shortest time beside so many seconds of memory traffic, at a clock relative to the highest. */
struct tiling f2f_tile_best(const struct f2f_machine *machine, const struct product *p, double memory_s, double clock);

#endif
