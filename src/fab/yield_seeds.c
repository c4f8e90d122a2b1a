/* yield_seeds.c - exponentially distributed densities, many good wafers and a few bad ones: 1 / (1 + AD).
 *
 * R. B. Seeds, IEEE Int. Conv. Rec. 15 (1967). */
#include "fab/yield.h"

static double perfect(double mean, double clustering) {
    (void)clustering;
    return 1.0 / (1.0 + mean);
}

static void mix(struct f2f_mixture *out, double mean, double clustering) {
    (void)clustering;
    f2f_mixture_gamma(out, mean, 1.0);
}

extern const struct f2f_yield_model f2f_yield_seeds;
const struct f2f_yield_model f2f_yield_seeds = {"seeds", perfect, mix};
