/* report.c - errors of the groups, and quantiles of measured over predicted. */
#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "calibrate/calibration.h"

void f2f_calibration_ratios(double *ratio, const struct f2f_calibration *c, const char *chip) {
    for (size_t i = 0; i < c->samples.n; i++) {
        const struct f2f_measured_run *s = &c->samples.item[i];
        if (!chip || strcmp(s->chip, chip) == 0) ratio[i] = s->measured_s / f2f_measured_run_predicted_s(s);
    }
}

struct f2f_residuals f2f_calibration_quantiles(const struct f2f_calibration *c, const double *ratio, enum f2f_fit fit) {
    double *sorted = f2f_arena_alloc(c->arena, (c->samples.n + 1) * sizeof *sorted);
    size_t n = 0;
    for (size_t i = 0; i < c->samples.n; i++)
        if (c->groups[c->group_of[i]].fit == fit) sorted[n++] = ratio[i];
    if (!n) return (struct f2f_residuals){0};
    f2f_sort(sorted, n);
    return (struct f2f_residuals){sorted[n / 10], sorted[n - 1 - n / 10]};
}

void f2f_calibration_report(struct f2f_results *out, const struct f2f_calibration *c, const char *chip, bool left_out) {
    double size[F2F_CALIBRATION_GROUPS] = {0}, bias[F2F_CALIBRATION_GROUPS] = {0};
    for (size_t i = 0; i < c->samples.n; i++) {
        const struct f2f_measured_run *s = &c->samples.item[i];
        if (chip && strcmp(s->chip, chip) != 0) continue;
        double error = f2f_measured_run_predicted_s(s) / s->measured_s - 1.0;
        size[c->group_of[i]] += fabs(error);
        bias[c->group_of[i]] += error;
    }
    for (size_t g = 0; g < c->n_groups; g++) {
        const struct f2f_measured_run *first = c->groups[g].first;
        double n = (double)c->groups[g].n;
        if (chip && strcmp(first->chip, chip) != 0) continue;
        struct f2f_record *r =
            f2f_record_new(out->arena, f2f_arena_printf(out->arena, "%s / %s %s %s%s", first->table, first->chip,
                                                        first->framework, first->dtype, left_out ? " / left out" : ""));
        f2f_record_text(r, "table", first->table, "kind of table");
        f2f_record_text(r, "chip", first->chip, NULL);
        f2f_record_text(r, "framework", first->framework[0] ? first->framework : NULL, "or library, or method");
        f2f_record_text(r, "dtype", first->dtype[0] ? first->dtype : NULL, "or precision");
        f2f_record_bool(r, "left_out", left_out, "the chip was not in the fit");
        f2f_record_int(r, "n", (long long)c->groups[g].n, "rows");
        f2f_record_num(r, "mape_frac", size[g] / n, "mean absolute error, relative to the measured");
        f2f_record_num(r, "bias_frac", bias[g] / n, "mean signed error; above 0: predicted too much");
        f2f_results_add(out, r);
    }
}
