/* series.c - see series.h. */
#include "sim/series.h"

static const double first_interval_s = 0.125;

static void merge(struct f2f_series *s) {
    for (int k = 0; k < F2F_SERIES_MOST; k++)
        for (int i = 0; i < F2F_SERIES_INTERVALS; i++) {
            double a = 2 * i < F2F_SERIES_INTERVALS ? s->total[k][2 * i] : 0.0;
            double b = 2 * i + 1 < F2F_SERIES_INTERVALS ? s->total[k][2 * i + 1] : 0.0;
            s->total[k][i] = a + b;
        }
    s->interval_s *= 2.0;
}

void f2f_series_add(struct f2f_series *s, double from_s, double to_s, const double *amounts, int n) {
    if (!(s->interval_s > 0.0)) s->interval_s = first_interval_s;
    while (to_s >= s->interval_s * F2F_SERIES_INTERVALS) merge(s);
    int first = (int)(from_s / s->interval_s), last = (int)(to_s / s->interval_s);
    if (first == last) {
        for (int k = 0; k < n; k++) s->total[k][first] += amounts[k];
        return;
    }
    for (int i = first; i <= last; i++) {
        double begin = i == first ? from_s : i * s->interval_s, end = i == last ? to_s : (i + 1) * s->interval_s;
        for (int k = 0; k < n; k++) s->total[k][i] += amounts[k] * (end - begin) / (to_s - from_s);
    }
}
