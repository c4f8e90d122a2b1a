/* yield.c - share of dies that work, whole or with spare parts left out; see yield.h.
 *
 * Parts of a block are hit independently of each other, given the density of their die. Leaves out that spares are
 * shared out in fixed groups (2 of 18 SMs of each GPC): see docs/models/cost.md. */
#include "fab/yield.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "fab/yield_list.h"
#include "fab2fleet/doc.h"

#define X(name) extern const struct f2f_yield_model f2f_yield_##name;
F2F_YIELD_LIST(X)
#undef X

static const struct f2f_yield_model *const models[] = {
#define X(name) &f2f_yield_##name,
    F2F_YIELD_LIST(X)
#undef X
};
enum { N_MODELS = sizeof models / sizeof models[0] };

static f2f_status find_model(const struct f2f_yield_model **out, const char *name, f2f_error *err) {
    const char *names[N_MODELS];
    for (int i = 0; i < N_MODELS; i++) {
        names[i] = models[i]->name;
        *out = models[i];
        if (strcmp(name, names[i]) == 0) return F2F_OK;
    }
    return f2f_fail(err, F2F_EINPUT, "no yield model '%.40s': poisson, murphy, seeds and negative-binomial are known%s",
                    name, f2f_did_you_mean(name, names, N_MODELS).text);
}

/* In the logarithm of the mean the density falls off on both sides faster than any power, where equal steps are as
 * exact as any rule; at both ends it has fallen to 1e-13. */
void f2f_mixture_gamma(struct f2f_mixture *out, double mean, double alpha) {
    double width = 1.0 / sqrt(alpha), step = fmin(0.25, 0.25 * width * sqrt(2.0));
    double left = -30.0 / alpha - sqrt(60.0 / alpha);
    double right = log1p(40.0 / alpha + sqrt(60.0 / alpha));
    if ((right - left) / step > F2F_MIXTURE_MAX - 1) step = (right - left) / (F2F_MIXTURE_MAX - 1);
    double total = 0;
    out->n = 0;
    for (double t = left; t <= right && out->n < F2F_MIXTURE_MAX; t += step) {
        double weight = exp(alpha * (t - expm1(t))); /* t^alpha exp(-alpha t), largest at t = 0 */
        out->mean[out->n] = mean * exp(t);
        out->weight[out->n++] = weight;
        total += weight;
    }
    for (int i = 0; i < out->n; i++) out->weight[i] /= total;
}

/* At least `need` of `of` parts without a defect, when all together have `mean`. Sums over the few that may fail. */
static double enough_parts(const struct f2f_spare *s, double mean) {
    double bad_per_good = expm1(mean / s->of), term = exp(-mean), sum = term;
    for (int failed = 1; failed <= s->of - s->need; failed++) {
        term *= (double)(s->of - failed + 1) / failed * bad_per_good;
        sum += term;
    }
    return fmin(sum, 1.0);
}

f2f_status f2f_fab_yield(double *out, const char *name, double mean, double clustering, f2f_error *err) {
    const struct f2f_yield_model *model;
    F2F_TRY(find_model(&model, name, err));
    *out = model->perfect(mean, clustering);
    return F2F_OK;
}

f2f_status f2f_fab_harvest(double *out, const char *name, double mean, double clustering,
                           const struct f2f_spare *spares, int n_spares, f2f_error *err) {
    const struct f2f_yield_model *model;
    struct f2f_mixture mixture;
    F2F_TRY(find_model(&model, name, err));
    *out = model->perfect(mean, clustering);
    if (!n_spares || !(mean > 0)) return F2F_OK;
    double plain_frac = 1.0;
    for (int i = 0; i < n_spares; i++) plain_frac -= spares[i].area_frac;
    model->mix(&mixture, mean, clustering);
    *out = 0;
    for (int p = 0; p < mixture.n; p++) {
        double works = exp(-mixture.mean[p] * plain_frac);
        for (int i = 0; i < n_spares; i++) works *= enough_parts(&spares[i], mixture.mean[p] * spares[i].area_frac);
        *out += mixture.weight[p] * works;
    }
    return F2F_OK;
}
