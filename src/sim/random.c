/* random.c - see random.h. */
#include "sim/random.h"

#include <math.h>

static unsigned long long mix(unsigned long long x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static const unsigned long long golden = 0x9e3779b97f4a7c15u;

struct f2f_random f2f_random_make(unsigned long long seed, unsigned long long stream) {
    return (struct f2f_random){.key = mix(mix(seed + golden) + stream * golden)};
}

double f2f_random_even(struct f2f_random *r) {
    unsigned long long bits = mix(r->key + ++r->n * golden) >> 11; /* 53 bits */
    return ((double)bits + 0.5) * 0x1p-53;
}

double f2f_random_exponential(struct f2f_random *r) { return -log(f2f_random_even(r)); }

double f2f_random_normal(struct f2f_random *r) {
    double radius = sqrt(-2.0 * log(f2f_random_even(r)));
    return radius * cos(6.283185307179586 * f2f_random_even(r));
}

/* Of shape 1 or more, mean = shape. */
static double gamma_of(struct f2f_random *r, double shape) {
    double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = f2f_random_normal(r), v = 1.0 + c * x;
        if (v <= 0.0) continue;
        v = v * v * v;
        if (log(f2f_random_even(r)) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
    }
}

double f2f_random_gamma(struct f2f_random *r, double cv) {
    double shape = 1.0 / (cv * cv);
    if (shape >= 1.0) return gamma_of(r, shape) / shape;
    return gamma_of(r, shape + 1.0) * pow(f2f_random_even(r), 1.0 / shape) / shape;
}

double f2f_random_lognormal(struct f2f_random *r, double cv) {
    double variance = log(1.0 + cv * cv);
    return exp(sqrt(variance) * f2f_random_normal(r) - 0.5 * variance);
}
