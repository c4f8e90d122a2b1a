/* validate.h - how wrong is it: measured tables in, errors per group out. */
#ifndef F2F_VALIDATE_H
#define F2F_VALIDATE_H

#include <stdbool.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads one CSV whose header is one of the schemas (gemm, attention_prefill, attention_decode, collective,
 * serving, throughput, static, layer, training, power; columns in any order, `source` may be missing),
 * predicts every row, and adds to out
 *   one record for each group of equal chip, framework, dtype (or precision) and metric, in order of first
 *   appearance: table, chip, framework, dtype, metric, n, skipped, mape_frac, median_ape_frac, p90_ape_frac,
 *   bias_frac, file (a text that the table does not have is null; errors of an empty group are null);
 *   one of chip "all" for each metric with several groups;
 *   one note for each reason why rows were skipped: names that cannot be mapped, jobs that do not fit.
 * F2F_EINPUT when the file cannot be read, its header is unknown or rows are malformed: each has its line in
 * the catalog's diag, the good rows are compared all the same. Memory: 8 B for each compared figure.
 * worst: so many of the rows that are most wrong follow as a table: line, row, metric, measured, predicted (in the
 * file's units), error_frac; 0: none. Each row that was ever among them keeps
 * some 100 B more until the file is done.
 * uncertainty: groups also have inside_frac, the share of measured figures between p10 and p90 of the predicted ones
 * (0.8 if the model knows its errors; not known of a file with bad rows). Three times the time, 48 B more a figure. */
struct f2f_validate_options {
    int worst;
    bool uncertainty;
};
f2f_status f2f_validate_file(struct f2f_results *out, struct f2f_catalog *catalog, const char *path,
                             const struct f2f_validate_options *options, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
