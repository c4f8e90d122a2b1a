/* calibrate.h - the constants of a class of chips, fitted to measured kernels.
 *
 * A fit is small and physical: only the constants of chip_class.h that say what they are fitted on, never one
 * per chip or shape. What the fit cannot explain is reported, also for chips it has not seen. */
#ifndef F2F_CALIBRATE_H
#define F2F_CALIBRATE_H

#include "fab2fleet/catalog.h"
#include "fab2fleet/explore.h"

#ifdef __cplusplus
extern "C" {
#endif

struct f2f_calibrate_opts {
    const char *class_name; /* in the catalog, or a path */
    const char *const *files; /* measured tables: gemm, attention_prefill, attention_decode, layer, collective */
    size_t n_files;
    int evaluations; /* of the errors, for each table that is fitted on; 0: nothing is fitted */
    bool left_out; /* also fit without each chip in turn and report its errors */
    bool summary; /* report the errors of chips left out only */
    f2f_progress_fn *progress; /* may be NULL */
    void *progress_context;
};

/* Fits, in the order of enum f2f_fit, and adds to out
 *   a record of the constants: fitted and of the class's file;
 *   a record for each group of equal table, chip, framework and dtype: n, mape_frac, bias_frac, and left_out:
 *   false where the chip was in the fit, true where it was not.
 * class_text (may be NULL) receives the class's file with the fitted values, its statistics and the quantiles of
 * measured over predicted in place; those of left-out chips where there are such fits. The fit minimises the mean of
 * |log(predicted / measured)|, each group counting alike, by NLopt's subplex from the file's values; it is
 * deterministic. F2F_EINPUT: a file or class cannot be read, or holds no rows of its chips. F2F_EINTERRUPTED. */
f2f_status f2f_calibrate(struct f2f_results *out, const char **class_text, struct f2f_catalog *catalog,
                         const struct f2f_calibrate_opts *opts, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
