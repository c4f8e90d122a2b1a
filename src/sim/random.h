/* random.h - random numbers that are a function of seed, stream and count alone.
 *
 * The n-th number of a stream is splitmix64's finalizer (Steele, Lea, Flood, OOPSLA 2014) of its key and n, so two
 * streams never disturb each other. Gamma after Marsaglia and Tsang, ACM TOMS 26(3), 2000. */
#ifndef F2F_SIM_RANDOM_H
#define F2F_SIM_RANDOM_H

struct f2f_random {
    unsigned long long key, n;
};

struct f2f_random f2f_random_make(unsigned long long seed, unsigned long long stream);
/* Even over (0, 1): never 0, never 1. */
double f2f_random_even(struct f2f_random *r);
/* Mean 1. */
double f2f_random_exponential(struct f2f_random *r);
/* Mean 0, deviation 1. */
double f2f_random_normal(struct f2f_random *r);
/* Mean 1, with that coefficient of variation above 0. */
double f2f_random_gamma(struct f2f_random *r, double cv);
/* Mean 1, with that coefficient of variation, 0 or more. */
double f2f_random_lognormal(struct f2f_random *r, double cv);

#endif
