/* timing.c - the median of repeats, and how far they lie apart. */

#include "base/sort.h"
#include "measure/state.h"

enum { SAMPLES_MAX = 2001, SAMPLES_MIN = 3 }; /* of the shortest a tenth of a second */
static const double sample_s = 5e-5; /* a sample lasts at least so long: reading the clock takes a thousandth of it */
static const double long_s = 1.0; /* a run above that is not repeated beyond the budget: it is long in any case */

static double timed_s(const struct f2f_clock *clock, void (*once)(void *), void *context, long turns) {
    double from_s = clock->now_s(clock->context);
    for (long i = 0; i < turns; i++) once(context);
    return (clock->now_s(clock->context) - from_s) / (double)turns;
}

/* Runs of one sample; they warm caches and clocks as well. */
static long turns_of(double *first_s, const struct f2f_clock *clock, void (*once)(void *), void *context) {
    enum { TURNS_MAX = 1 << 16 };
    long turns = 1;
    *first_s = timed_s(clock, once, context, 1);
    if (*first_s >= 4.0 * sample_s) return turns; /* the first is the longest */
    while (turns < TURNS_MAX && timed_s(clock, once, context, turns) * (double)turns < sample_s) turns *= 2;
    return turns;
}

void f2f_measure_time(struct f2f_timing *out, const struct f2f_clock *clock, const struct f2f_clock *wall,
                      void (*once)(void *), void *context, double budget_s) {
    double sample[SAMPLES_MAX], until_s = wall->now_s(wall->context) + budget_s;
    double first_s;
    long turns = turns_of(&first_s, clock, once, context);
    int n = 0, least = first_s > long_s ? 1 : SAMPLES_MIN;
    while (n < SAMPLES_MAX && (n < least || wall->now_s(wall->context) < until_s))
        sample[n++] = timed_s(clock, once, context, turns);
    f2f_sort(sample, (size_t)n);
    double middle_s = n % 2 ? sample[n / 2] : 0.5 * (sample[n / 2 - 1] + sample[n / 2]);
    *out = (struct f2f_timing){middle_s, sample[n / 10], sample[n - 1 - n / 10], n};
}
