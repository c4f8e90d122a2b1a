/* sort.h - numbers in ascending order, for medians and quantiles. */
#ifndef F2F_BASE_SORT_H
#define F2F_BASE_SORT_H

#include <stddef.h>

/* In place. */
void f2f_sort(double *values, size_t n);

#endif
