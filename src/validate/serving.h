/* serving.h - one serving run as tables of several kinds describe it. */
#ifndef F2F_VALIDATE_SERVING_H
#define F2F_VALIDATE_SERVING_H

#include "fab2fleet/serve.h"
#include "validate/schema.h"

struct f2f_serving {
    const char *chip, *engine, *version, *model, *precision;
    const char *kv_precision; /* NULL: the precision's own */
    double tp, pp, isl, osl;
    double concurrency; /* of the closed loop or the fixed batch */
    bool all_queued, static_batch;
};

struct f2f_served {
    double ttft_s, tpot_s, output_tokps;
    double power_frac; /* of the chips' TDP, hosts left out */
};

/* false and a reason (as long-lived as the file) when it cannot be run or does not fit. */
bool f2f_serving_predict(struct f2f_served *out, struct f2f_validation *v, const struct f2f_serving *run,
                         const char **reason);

#endif
