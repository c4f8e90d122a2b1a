/* traffic.h - how requests come: a rate, how bursty they are, how long prompts and answers are.
 *
 * Read from catalog/traffic/. Lengths are either a mean with a coefficient of variation (lognormal; 0: all equal) or
 * evenly spaced quantiles, first the least, last the most. */
#ifndef F2F_TRAFFIC_H
#define F2F_TRAFFIC_H

#include "fab2fleet/hardware.h"

#ifdef __cplusplus
extern "C" {
#endif

struct f2f_lengths {
    double mean_tok, cv_frac;
    const char **quantiles; /* numbers as text, checked when read */
    int n_quantiles; /* 0: mean and variation hold */
};

struct f2f_traffic {
    struct f2f_ident id;
    double rate_Hz; /* requests per second */
    double cv_frac; /* coefficient of variation of the time between two: 1 Poisson, 0 regular, else gamma */
    double day_frac; /* the rate swings by this share of its mean over 24 h */
    struct f2f_lengths isl, osl;
};

#ifdef __cplusplus
}
#endif
#endif
