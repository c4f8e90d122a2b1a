/* sort.c - see sort.h. */
#include "base/sort.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void f2f_sort(double *values, size_t n) { qsort(values, n, sizeof *values, ascending); }
