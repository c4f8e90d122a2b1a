/* quantiles.h - mean and quantiles of a stream of figures, in bounded memory.
 *
 * Exact, interpolated between ranks as NumPy does, up to F2F_QUANTILES_EXACT figures; beyond, and for figures that
 * come in bulk, a histogram of logarithmic buckets (DDSketch: Masson, Rim, Lee, VLDB 2019) whose quantiles are within
 * F2F_QUANTILES_ERROR_FRAC. The mean is exact always. */
#ifndef F2F_SIM_QUANTILES_H
#define F2F_SIM_QUANTILES_H

#include "fab2fleet/arena.h"

#define F2F_QUANTILES_EXACT 262144
#define F2F_QUANTILES_ERROR_FRAC 0.001

/* Start with {.arena = arena}. Figures are 0 or more. */
struct f2f_quantiles {
    f2f_arena *arena;
    double sum, n;
    double *values; /* while exact */
    size_t kept, cap, sorted;
    double *buckets; /* NULL: exact so far */
};

void f2f_quantiles_add(struct f2f_quantiles *q, double value);
/* n figures spread evenly from first to last, straight into buckets. */
void f2f_quantiles_add_run(struct f2f_quantiles *q, double first, double last, double n);
double f2f_quantiles_mean(const struct f2f_quantiles *q);
/* share 0..1. 0 when there are no figures. Sorts the values. */
double f2f_quantiles_at(struct f2f_quantiles *q, double share);

#endif
