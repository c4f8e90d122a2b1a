/* synthetic.c - see synthetic.h.
 *
 * Times between requests are regular, exponential or gamma; lengths are lognormal or drawn from quantiles. The tail
 * between the last two quantiles is a power law that makes the mean what the description says.
 * Leaves out: correlation of prompt and answer, users who come back. */
#include "serve/synthetic.h"

#include <math.h>

#include "base/units.h"

static const double day_s = 86400.0, turn = 6.283185307179586;
static const double most_tok = 1e9;

static struct f2f_length_law law_of(f2f_arena *arena, const struct f2f_lengths *l, unsigned seed,
                                    unsigned long long stream) {
    struct f2f_length_law law = {.lengths = l, .tail = 1.0, .random = f2f_random_make(seed, stream)};
    int n = l->n_quantiles;
    double sum = 0.0;
    if (n < 2) return law;
    law.quantiles = f2f_arena_alloc(arena, (size_t)n * sizeof *law.quantiles);
    for (int i = 0; i < n; i++) (void)f2f_number_parse(&law.quantiles[i], l->quantiles[i]);
    for (int i = 0; i + 2 < n; i++) sum += 0.5 * (law.quantiles[i] + law.quantiles[i + 1]);
    double wide = law.quantiles[n - 1] - law.quantiles[n - 2];
    double mean = l->mean_tok * (n - 1) - sum - law.quantiles[n - 2]; /* of what the tail adds to its begin */
    if (l->mean_tok > 0.0 && mean > 0.0 && mean < wide) law.tail = wide / mean - 1.0;
    return law;
}

static double quantile(struct f2f_length_law *law) {
    int n = law->lengths->n_quantiles;
    double place = f2f_random_even(&law->random) * (n - 1);
    int i = (int)place;
    double part = place - i, low = law->quantiles[i], high = law->quantiles[i + 1];
    return low + (high - low) * (i == n - 2 ? pow(part, law->tail) : part);
}

static long long draw(struct f2f_length_law *law) {
    const struct f2f_lengths *l = law->lengths;
    double tokens = l->mean_tok;
    if (law->quantiles) tokens = quantile(law);
    else if (l->cv_frac > 0.0) tokens *= f2f_random_lognormal(&law->random, l->cv_frac);
    return (long long)fmin(most_tok, fmax(1.0, nearbyint(tokens)));
}

struct f2f_synthetic f2f_synthetic_make(f2f_arena *arena, const struct f2f_traffic *traffic, unsigned seed) {
    return (struct f2f_synthetic){.traffic = traffic,
                                  .gaps = f2f_random_make(seed, 1),
                                  .isl = law_of(arena, &traffic->isl, seed, 2),
                                  .osl = law_of(arena, &traffic->osl, seed, 3)};
}

static double gap(struct f2f_synthetic *s) {
    double cv = s->traffic->cv_frac;
    if (!(cv > 0.0)) return 1.0;
    return cv > 1.0 || cv < 1.0 ? f2f_random_gamma(&s->gaps, cv) : f2f_random_exponential(&s->gaps);
}

void f2f_synthetic_next(struct f2f_synthetic *s, struct f2f_arrival *out) {
    double rate_Hz = s->traffic->rate_Hz;
    if (s->traffic->day_frac > 0.0) rate_Hz *= 1.0 + s->traffic->day_frac * sin(turn * s->at_s / day_s);
    s->at_s += gap(s) / fmax(rate_Hz, 1e-3 * s->traffic->rate_Hz);
    *out = (struct f2f_arrival){.at_s = s->at_s, .isl = draw(&s->isl), .osl = draw(&s->osl)};
}
