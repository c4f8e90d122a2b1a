/* slo.h - objectives against what was measured. */
#ifndef F2F_SERVE_SLO_H
#define F2F_SERVE_SLO_H

#include "fab2fleet/serve.h"

/* Mean and percentiles of one figure over all requests. */
struct f2f_serve_stat {
    double mean_s, p50_s, p90_s, p99_s;
};

/* Is any objective given? Are all given ones met? */
bool f2f_slo_given(const struct f2f_slo *slo);
bool f2f_slo_met(const struct f2f_slo *slo, const struct f2f_serve_stat *ttft, const struct f2f_serve_stat *tpot,
                 const struct f2f_serve_stat *e2e);
/* Does a single request meet the tightest objective of each kind? */
bool f2f_slo_met_by(const struct f2f_slo *slo, double ttft_s, double tpot_s, double e2e_s);

#endif
