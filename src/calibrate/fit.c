/* fit.c - the constants with the least error, by NLopt's subplex (Rowan, 1990): no derivatives, bounds, and no
 * assumption that the error is smooth, which the choice of tiles makes it not.
 *
 * Each table has its own fit of its own constants, in the order of enum f2f_fit. What is fitted on a later table
 * matters to rows of earlier ones too (`tile_clocks`, which products alone hardly tell, is fitted on decode), so that
 * all are gone through several times. Each time a constant moves within a factor of the value it has by then. */
#include <math.h>
#include <nlopt.h>
#include <string.h>

#include "calibrate/calibration.h"

enum { PARAMETERS_MAX = 16, TURNS = 3 };
static const double reach = 4.0; /* factor a constant may move by in one turn */
static const double first_step = 0.1; /* of the range */
static const double tolerance = 1e-5; /* of the error, relative */

struct fit {
    struct f2f_calibration *c;
    enum f2f_fit table;
    const char *left_out;
    const struct f2f_constant *constant[PARAMETERS_MAX];
    double low[PARAMETERS_MAX], high[PARAMETERS_MAX];
    unsigned n;
};

/* Parameters run from 0 to 1 over the logarithm of the range. */
static double value_of(const struct fit *f, unsigned i, double x) { return f->low[i] * pow(f->high[i] / f->low[i], x); }

static void set_values(const struct fit *f, const double *x) {
    for (unsigned i = 0; i < f->n; i++) *f2f_constant_value(&f->c->cls, f->constant[i]) = value_of(f, i, x[i]);
}

/* Mean over groups of the mean |log(predicted / measured)|. */
static double error_of(const struct fit *f) {
    const struct f2f_calibration *c = f->c;
    double sum[F2F_CALIBRATION_GROUPS] = {0}, total = 0.0;
    size_t used = 0;
    for (size_t i = 0; i < c->samples.n; i++) {
        const struct f2f_measured_run *s = &c->samples.item[i];
        size_t g = c->group_of[i];
        if (c->groups[g].fit != f->table || (f->left_out && strcmp(s->chip, f->left_out) == 0)) continue;
        sum[g] += fabs(log(f2f_measured_run_predicted_s(s) / s->measured_s)) / (double)c->groups[g].n;
    }
    for (size_t g = 0; g < c->n_groups; g++) {
        total += sum[g];
        used += sum[g] > 0.0;
    }
    return used ? total / (double)used : 0.0;
}

static double objective(unsigned n, const double *x, double *gradient, void *context) {
    (void)n, (void)gradient;
    set_values(context, x);
    return error_of(context);
}

/* Does the constant matter to any row? One that does not keeps its value. */
static bool matters(const struct fit *f, const struct f2f_constant *constant, double error) {
    double *value = f2f_constant_value(&f->c->cls, constant), before = *value;
    *value = fmax(constant->least, before * 0.9);
    bool changed = error_of(f) != error;
    *value = before;
    return changed;
}

static void add_constants(struct fit *f) {
    double error = error_of(f);
    for (size_t i = 0; i < f2f_n_constants && f->n < PARAMETERS_MAX; i++) {
        const struct f2f_constant *constant = &f2f_constants[i];
        double value = *f2f_constant_value(&f->c->cls, constant);
        if (constant->fit != f->table || !(value > 0.0) || !matters(f, constant, error)) continue;
        f->constant[f->n] = constant;
        f->low[f->n] = fmax(constant->least, value / reach);
        f->high[f->n] = fmin(constant->most, value * reach);
        f->n++;
    }
}

static f2f_status fit_table(struct fit *f, f2f_error *err) {
    double x[PARAMETERS_MAX], least;
    add_constants(f);
    if (!f->n || !(error_of(f) > 0.0)) return F2F_OK;
    for (unsigned i = 0; i < f->n; i++)
        x[i] = log(*f2f_constant_value(&f->c->cls, f->constant[i]) / f->low[i]) / log(f->high[i] / f->low[i]);
    nlopt_opt opt = nlopt_create(NLOPT_LN_SBPLX, f->n);
    if (!opt) return f2f_fail(err, F2F_ERUN, "NLopt cannot make a subplex of %u constants", f->n);
    nlopt_set_lower_bounds1(opt, 0.0);
    nlopt_set_upper_bounds1(opt, 1.0);
    nlopt_set_min_objective(opt, objective, f);
    nlopt_set_maxeval(opt, f->c->evaluations);
    nlopt_set_ftol_rel(opt, tolerance);
    nlopt_set_initial_step1(opt, first_step);
    nlopt_result result = nlopt_optimize(opt, x, &least);
    nlopt_destroy(opt);
    if (result < 0) return f2f_fail(err, F2F_ERUN, "NLopt gave up on %s (%d)", f2f_fit_table(f->table), (int)result);
    set_values(f, x);
    return F2F_OK;
}

f2f_status f2f_calibration_fit(struct f2f_calibration *c, const char *left_out, f2f_error *err) {
    for (int i = 0; i < TURNS * F2F_FIT_N; i++) {
        struct fit f = {.c = c, .table = (enum f2f_fit)(i % F2F_FIT_N), .left_out = left_out};
        F2F_TRY(fit_table(&f, err));
    }
    return F2F_OK;
}
