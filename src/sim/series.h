/* series.h - figures over simulated time in a bounded number of equal intervals.
 *
 * When time runs past the last interval, neighbours are merged and the intervals are twice as long. */
#ifndef F2F_SIM_SERIES_H
#define F2F_SIM_SERIES_H

#include "fab2fleet/arena.h"

enum { F2F_SERIES_INTERVALS = 128, F2F_SERIES_MOST = 8 };

struct f2f_series {
    double interval_s;
    double total[F2F_SERIES_MOST][F2F_SERIES_INTERVALS];
};

/* Spreads the amounts (one for each of n figures) evenly over from..to, both 0 or more. */
void f2f_series_add(struct f2f_series *s, double from_s, double to_s, const double *amounts, int n);

#endif
