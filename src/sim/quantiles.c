/* quantiles.c - see quantiles.h. Buckets cover 1e-7 to 1e7; what is below or above goes to the first or the last. */
#include "sim/quantiles.h"

#include <math.h>

#include "base/sort.h"

static const double least = 1e-7, most = 1e7;

/* Width of a bucket in the logarithm: its middle is within the error of all of it. */
static double width(void) { return log1p(2.0 * F2F_QUANTILES_ERROR_FRAC); }

static size_t count(void) { return (size_t)(log(most / least) / width()) + 2; }

static double place(double value) { return fmax(0.0, fmin(log(value / least) / width(), (double)count() - 1.0)); }

static double middle(size_t bucket) { return least * exp(((double)bucket + 0.5) * width()); }

static void need_buckets(struct f2f_quantiles *q) {
    if (!q->buckets) q->buckets = f2f_arena_alloc(q->arena, count() * sizeof *q->buckets);
}

static void bucket_add(struct f2f_quantiles *q, double value, double n) {
    q->buckets[value > least ? (size_t)place(value) : 0] += n;
}

static void to_buckets(struct f2f_quantiles *q) {
    need_buckets(q);
    for (size_t i = 0; i < q->kept; i++) bucket_add(q, q->values[i], 1.0);
    q->kept = 0;
}

void f2f_quantiles_add(struct f2f_quantiles *q, double value) {
    q->sum += value;
    q->n += 1.0;
    if (q->buckets) {
        bucket_add(q, value, 1.0);
        return;
    }
    if (q->kept == q->cap) {
        size_t cap = q->cap ? 2 * q->cap : 256;
        q->values = f2f_arena_grow(q->arena, q->values, q->cap * sizeof *q->values, cap * sizeof *q->values);
        q->cap = cap;
    }
    q->values[q->kept++] = value;
    q->sorted = 0;
    if (q->kept == F2F_QUANTILES_EXACT) to_buckets(q);
}

void f2f_quantiles_add_run(struct f2f_quantiles *q, double first, double last, double n) {
    if (!q->buckets) to_buckets(q);
    q->sum += 0.5 * (first + last) * n;
    q->n += n;
    double low = first > least ? floor(place(first)) : 0.0, high = last > least ? floor(place(last)) : 0.0;
    if (high <= low) {
        q->buckets[(size_t)low] += n;
        return;
    }
    double each = n / (last - first), from = first;
    for (double b = low; b <= high; b += 1.0) {
        double to = b < high ? least * exp((b + 1.0) * width()) : last;
        q->buckets[(size_t)b] += each * (to - from);
        from = to;
    }
}

double f2f_quantiles_mean(const struct f2f_quantiles *q) { return q->n > 0.0 ? q->sum / q->n : 0.0; }

static double exact_at(struct f2f_quantiles *q, double share) {
    if (q->sorted < q->kept) f2f_sort(q->values, q->kept);
    q->sorted = q->kept;
    double rank = share * (double)(q->kept - 1);
    size_t low = (size_t)rank;
    double above = low + 1 < q->kept ? q->values[low + 1] : q->values[low];
    return q->values[low] + (rank - (double)low) * (above - q->values[low]);
}

double f2f_quantiles_at(struct f2f_quantiles *q, double share) {
    if (!(q->n > 0.0)) return 0.0;
    if (!q->buckets) return exact_at(q, share);
    double rank = share * q->n, seen = 0.0;
    size_t last = 0;
    for (size_t b = 0; b < count(); b++) {
        seen += q->buckets[b]; /* less than none where more was taken out than a run spread over it put in */
        if (!(q->buckets[b] > 0.0)) continue;
        last = b;
        if (seen >= rank) break;
    }
    return last > 0 ? middle(last) : 0.0;
}
