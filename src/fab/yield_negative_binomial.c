/* yield_negative_binomial.c - gamma distributed densities of shape alpha: (1 + AD / alpha)^-alpha.
 *
 * C. H. Stapper, IBM J. Res. Dev. 33 (1989). Large alpha: Poisson; alpha 1: Seeds. */
#include <math.h>

#include "fab/yield.h"

static double perfect(double mean, double alpha) { return exp(-alpha * log1p(mean / alpha)); }

extern const struct f2f_yield_model f2f_yield_negative_binomial;
const struct f2f_yield_model f2f_yield_negative_binomial = {"negative-binomial", perfect, f2f_mixture_gamma};
