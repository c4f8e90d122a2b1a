/* yield.h - inside of fab/: a yield model is how the mean number of defects differs from die to die.
 *
 * Given the mean, defects fall at random (Poisson). So a model is a mixture of Poissons, and the yield of any
 * redundancy is a sum over its points: spares need no formula of their own. */
#ifndef F2F_FAB_YIELD_H
#define F2F_FAB_YIELD_H

#include "fab2fleet/fab.h"

enum { F2F_MIXTURE_MAX = 512 };

struct f2f_mixture {
    double mean[F2F_MIXTURE_MAX], weight[F2F_MIXTURE_MAX]; /* weights add up to 1 */
    int n;
};

struct f2f_yield_model {
    const char *name;
    /* Share without a defect, in closed form; mean: defects on a die, on average over dies. */
    double (*perfect)(double mean, double clustering);
    void (*mix)(struct f2f_mixture *out, double mean, double clustering);
};

/* Shared by models whose means are gamma distributed with shape alpha. */
void f2f_mixture_gamma(struct f2f_mixture *out, double mean, double alpha);

#endif
