/* lattice.h - the designs of a space by number, and which of them share a simulation.
 *
 * Design `id` counts through all combinations of values in the order of the axes, the last axis fastest. Axes that only
 * change what things cost (prices, making) leave speed and power alone: all designs that differ in nothing else are one
 * unit of work, and are simulated once; where they are more than 1,024, once for each 1,024. */
#ifndef F2F_EXPLORE_LATTICE_H
#define F2F_EXPLORE_LATTICE_H

#include <stdint.h>

#include "fab2fleet/space.h"

struct f2f_lattice {
    const struct f2f_space *space;
    uint64_t points; /* all combinations */
    uint64_t n_units, n_designs; /* that are to be looked at */
    uint64_t stride[F2F_SPACE_AXES_MAX]; /* of an axis in `id` */
    bool pays[F2F_SPACE_AXES_MAX]; /* the axis changes costs only */
    uint64_t n_pays; /* combinations of those */
    uint64_t n_slices; /* units that they make of each combination of the others */
    struct f2f_pick {
        uint64_t unit, pay;
    } * picks; /* of samples, sorted; NULL: all */
    uint64_t *begin; /* of the picks of a unit, n_units + 1 */
};

/* F2F_EINPUT: more combinations than can be counted, or than are run without `samples`. */
f2f_status f2f_lattice_make(struct f2f_lattice *out, f2f_arena *arena, const struct f2f_space *space, f2f_error *err);
/* Designs of a unit, and the id of number k of them. */
uint64_t f2f_lattice_count(const struct f2f_lattice *l, uint64_t unit);
uint64_t f2f_lattice_id(const struct f2f_lattice *l, uint64_t unit, uint64_t k);
/* Place of the design's value on an axis. */
int f2f_lattice_place(const struct f2f_lattice *l, uint64_t id, int axis);

#endif
