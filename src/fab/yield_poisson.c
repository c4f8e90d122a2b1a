/* yield_poisson.c - the same defect density everywhere: exp(-AD). */
#include <math.h>

#include "fab/yield.h"

static double perfect(double mean, double clustering) {
    (void)clustering;
    return exp(-mean);
}

static void mix(struct f2f_mixture *out, double mean, double clustering) {
    (void)clustering;
    out->n = 1;
    out->mean[0] = mean;
    out->weight[0] = 1.0;
}

extern const struct f2f_yield_model f2f_yield_poisson;
const struct f2f_yield_model f2f_yield_poisson = {"poisson", perfect, mix};
