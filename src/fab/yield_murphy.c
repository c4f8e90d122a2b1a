/* yield_murphy.c - densities spread as a triangle from 0 to twice the mean: ((1 - exp(-AD)) / AD)^2.
 *
 * B. T. Murphy, Proc. IEEE 52 (1964). The points are Gauss-Legendre's with 8 on each side of the peak. */
#include <math.h>

#include "fab/yield.h"

static double perfect(double mean, double clustering) {
    (void)clustering;
    double y = mean > 0 ? -expm1(-mean) / mean : 1.0;
    return y * y;
}

static void mix(struct f2f_mixture *out, double mean, double clustering) {
    static const double node[4] = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363};
    static const double weight[4] = {0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763};
    (void)clustering;
    out->n = 0;
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < 8; i++) {
            double x = 0.5 * (1.0 + (i % 2 ? node[i / 2] : -node[i / 2])); /* 0 to 1 */
            double height = side ? 1.0 - x : x; /* of the triangle, peak 1 */
            out->mean[out->n] = mean * (x + side);
            out->weight[out->n++] = 0.5 * weight[i / 2] * height;
        }
    }
}

extern const struct f2f_yield_model f2f_yield_murphy;
const struct f2f_yield_model f2f_yield_murphy = {"murphy", perfect, mix};
