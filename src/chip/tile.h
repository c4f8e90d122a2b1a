/* tile.h - inside src/chip: a matrix product cut into tiles. */
#ifndef F2F_CHIP_TILE_H
#define F2F_CHIP_TILE_H

#include "chip/chip.h"

/* What all tilings of one product share. */
struct product {
    double m, n, k, groups;
    double units, unit_flops, unit_Bps;
    double tile_s, merge_s; /* ends of a tile; one more phase where k is split */
    double partial_s; /* a byte of partial sums */
    double step_s; /* of the inner loop beside the products, for one step of k */
    double multiply_s; /* a product on the vector units of one unit */
    double dequant_s; /* there, to widen one weight; 0: weights come as products want them */
    double fetched_frac; /* of the columns of a tile by one unit; the other of a pair has the rest */
    double in_B, w_B; /* bytes of an element in the cache */
    double hidden_frac; /* of the shorter of compute and memory */
};

struct tiling {
    double m, n, split; /* shape of a tile, parts of k */
    double compute_s, merge_s;
};

struct product f2f_tile_product(const struct f2f_machine *machine, const struct f2f_op *op, enum f2f_dtype format);

/* The tiling with the shortest time beside so many seconds of memory traffic. */
struct tiling f2f_tile_best(const struct f2f_machine *machine, const struct product *p, double memory_s);

#endif
