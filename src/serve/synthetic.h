/* synthetic.h - requests drawn from a traffic description. */
#ifndef F2F_SERVE_SYNTHETIC_H
#define F2F_SERVE_SYNTHETIC_H

#include "serve/arrivals.h"
#include "sim/random.h"

/* Lengths as numbers; tail: exponent of the last interval of quantiles, such that the mean is as stated. */
struct f2f_length_law {
    const struct f2f_lengths *lengths;
    double *quantiles, tail;
    struct f2f_random random;
};

struct f2f_synthetic {
    const struct f2f_traffic *traffic;
    struct f2f_random gaps;
    struct f2f_length_law isl, osl;
    double at_s;
};

struct f2f_synthetic f2f_synthetic_make(f2f_arena *arena, const struct f2f_traffic *traffic, unsigned seed);
void f2f_synthetic_next(struct f2f_synthetic *s, struct f2f_arrival *out);

#endif
