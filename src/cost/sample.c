/* sample.c - Latin hypercube samples without a table, and quantiles.
 *
 * Which interval a sample falls into is a permutation computed by hashing (Kensler, Correlated Multi-Jittered Sampling,
 * Pixar Technical Memo 13-01), so any draw can be had alone, in any order and on any thread. */
#include <math.h>
#include <stdint.h>

#include "base/sort.h"
#include "fab2fleet/cost.h"

static uint32_t hash(uint32_t x) { /* Wellons' lowbias32 */
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ x >> 16;
}

/* A permutation of 0 to n - 1, one for each key. */
static uint32_t permute(uint32_t i, uint32_t n, uint32_t key) {
    uint32_t mask = n - 1;
    for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    do {
        i ^= key;
        i *= 0xe170893dU;
        i ^= key >> 16;
        i ^= (i & mask) >> 4;
        i ^= key >> 8;
        i *= 0x0929eb3fU;
        i ^= key >> 23;
        i ^= (i & mask) >> 1;
        i *= 1 | key >> 27;
        i *= 0x6935fa69U;
        i ^= (i & mask) >> 11;
        i *= 0x74dcb303U;
        i ^= (i & mask) >> 2;
        i *= 0x9e501cc3U;
        i ^= (i & mask) >> 2;
        i *= 0xc860a3dfU;
        i &= mask;
        i ^= i >> 5;
    } while (i >= n);
    return (i + key) % n;
}

double f2f_cost_draw(int seed, int dimension, int i, int n) {
    uint32_t key = hash((uint32_t)seed * 0x9e3779b9U + (uint32_t)dimension + 1U);
    double place = permute((uint32_t)i, (uint32_t)n, key);
    double jitter = (hash(key ^ hash((uint32_t)i + 0x68bc21ebU)) + 0.5) / 4294967296.0;
    return (place + jitter) / n;
}

double f2f_cost_quantile(double *values, size_t n, double p) {
    f2f_sort(values, n);
    double rank = p * (double)(n - 1);
    size_t below = (size_t)rank, above = below + 1 < n ? below + 1 : below;
    return values[below] + (rank - (double)below) * (values[above] - values[below]);
}
