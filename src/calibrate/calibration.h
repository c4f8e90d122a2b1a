/* calibration.h - inside src/calibrate: samples, the constants that are fitted, and the steps of a fit.
 *
 * Flow: calibrate.c reads samples; fit.c moves the constants; report.c errors of groups; write.c the class's file. */
#ifndef F2F_CALIBRATE_CALIBRATION_H
#define F2F_CALIBRATE_CALIBRATION_H

#include "base/units.h"
#include "fab2fleet/calibrate.h"
#include "fab2fleet/chip_class.h"
#include "validate/samples.h"

enum { F2F_CALIBRATION_GROUPS = 256, F2F_CALIBRATION_CHIPS = 32 };

/* Rows of equal table, chip, framework and dtype. */
struct f2f_sample_group {
    struct f2f_measured_run *first; /* for its names */
    enum f2f_fit fit;
    size_t n;
};

struct f2f_calibration {
    f2f_arena *arena;
    struct f2f_measured_runs samples;
    size_t *group_of; /* of each sample */
    struct f2f_sample_group groups[F2F_CALIBRATION_GROUPS];
    size_t n_groups;
    const char *chips[F2F_CALIBRATION_CHIPS];
    size_t n_chips;
    struct f2f_chip_class cls; /* all machines of the samples point here */
    int evaluations;
    bool left_out; /* errors are those of chips that were left out of the fit */
};

/* A constant that is fitted. */
struct f2f_constant {
    const char *key;
    size_t offset; /* of the double in struct f2f_chip_class */
    enum f2f_quantity quantity;
    double least, most;
    enum f2f_fit fit;
};
extern const struct f2f_constant f2f_constants[];
extern const size_t f2f_n_constants; /* stated ones included */
double *f2f_constant_value(struct f2f_chip_class *cls, const struct f2f_constant *constant);
/* "gemm", ... */
const char *f2f_fit_table(enum f2f_fit fit);
/* F2F_FIT_N: no table that is fitted on. */
enum f2f_fit f2f_fit_of_table(const char *table);

/* Moves the constants of c->cls to the least mean |log(predicted / measured)|, table by table; rows of the chip
 * `left_out` (NULL: none) do not count. F2F_ERUN: the optimiser failed. */
f2f_status f2f_calibration_fit(struct f2f_calibration *c, const char *left_out, f2f_error *err);

/* Errors of the groups of one chip (NULL: of all) with the constants as they are. */
void f2f_calibration_report(struct f2f_results *out, const struct f2f_calibration *c, const char *chip, bool left_out);
/* Measured over predicted of each sample of the chip (NULL: of all), at its place in the samples. */
void f2f_calibration_ratios(double *ratio, const struct f2f_calibration *c, const char *chip);
/* Quantiles of the ratios of one table's samples; {0, 0} if there are none. */
struct f2f_residuals f2f_calibration_quantiles(const struct f2f_calibration *c, const double *ratio, enum f2f_fit fit);

/* The text of a class's file with the constants, quantiles and statistics in place. */
f2f_status f2f_calibration_write(const char **out, const struct f2f_calibration *c, const char *path,
                                 const struct f2f_residuals errors[F2F_FIT_N], const char *const *statistics,
                                 size_t n_statistics, f2f_error *err);

#endif
