/* serve_options.h - what `fab2fleet serve` was asked, and the job that follows from it. */
#ifndef F2F_CLI_SERVE_OPTIONS_H
#define F2F_CLI_SERVE_OPTIONS_H

#include "cli/cli.h"
#include "fab2fleet/serve.h"

struct serve_options {
    const char *system, *model, *precision, *kv_precision, *engine, *scheduler, *slo, *price;
    int tp, pp, dp, ep, concurrency, isl, osl, requests, max_seqs, max_batched_tok;
    const char *trace, *traffic, *window;
    double rate_Hz, rate_scale, cv, isl_cv, osl_cv;
    int replicas;
    const char *router, *pools, *autoscale, *draft;
    double mtbf_s, warmup_s, acceptance;
    int draft_tokens;
    const char *sweep, *timeline, *timeline_window;
    bool size_for, series, uncertainty;
};

/* Everything but what is swept. The arena holds what the job points to. */
f2f_status serve_job_make(struct f2f_serve_job *job, const struct f2f_system **system, const struct f2f_price **price,
                          struct cli *cli, const struct serve_options *o, f2f_error *err);

#endif
