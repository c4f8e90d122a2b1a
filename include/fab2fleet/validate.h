/* validate.h - how wrong is it: measured tables in, errors per group out. */
#ifndef F2F_VALIDATE_H
#define F2F_VALIDATE_H

#include "fab2fleet/catalog.h"
#include "fab2fleet/record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads one CSV whose header is one of the schemas (gemm, attention_prefill, attention_decode,
 * collective, serving, throughput, static, layer, training, power), predicts every row and adds one
 * record per group of equal chip, framework, dtype (or precision) and metric:
 * table, chip, framework, dtype, metric, n, skipped, mape_frac, median_ape_frac, p90_ape_frac, bias_frac.
 * Rows whose words cannot be mapped are counted as skipped. Malformed rows: file:line in the catalog's diag. */
f2f_status f2f_validate_file(struct f2f_results *out, struct f2f_catalog *catalog, const char *path, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
