/* join.c - the one place where money meets the records of serving and training jobs. */
#include <math.h>

#include "cost/explain.h"

static void put_chain(struct f2f_record *r, const struct f2f_cost *cost) {
    static const enum f2f_cost_figure chain[] = {F2F_COST_HARVEST_YIELD, F2F_COST_DIE,      F2F_COST_STACK_YIELD,
                                                 F2F_COST_MEMORY_PER_GB, F2F_COST_MEMORY,   F2F_COST_PACKAGE_YIELD,
                                                 F2F_COST_PACKAGE,       F2F_COST_CHIP,     F2F_COST_PRICE,
                                                 F2F_COST_TCO_CHIP,      F2F_COST_DELIVERED};
    for (size_t i = 0; i < sizeof chain / sizeof chain[0]; i++)
        f2f_record_num(r, f2f_cost_key(chain[i]), cost->figure[chain[i]], NULL);
}

double f2f_cost_chips(const struct f2f_record *r) {
    double spares = f2f_record_get(r, "spares");
    return f2f_record_get(r, "chips") + (spares > 0 ? spares : 0);
}

/* Tokens a second of the job: generated where it serves; taken in where it trains, less what failures cost. */
static struct f2f_cost_job job_of(const struct f2f_record *r) {
    double served = f2f_record_get(r, "output_tokps"), goodput = f2f_record_get(r, "goodput_frac");
    struct f2f_cost_job job = {.tokps = served, .chips = f2f_cost_chips(r), .power_W = f2f_record_get(r, "power_W")};
    if (served > 0) return job;
    job.tokps = f2f_record_get(r, "tokps") * (goodput > 0 ? goodput : 1.0);
    job.always = true;
    return job;
}

/* Of a training run, or of one step when nobody said how long it is. */
static void put_run(struct f2f_record *r, const struct f2f_cost *cost, const struct f2f_cost_job *job, double tokens) {
    double step_tok = f2f_record_get(r, "tokps") * f2f_record_get(r, "step_s"), run = tokens > 0 ? tokens : step_tok;
    if (!job->always) return;
    f2f_record_num(r, "usd", cost->figure[F2F_COST_PER_MTOK] * run * 1e-6,
                   "of the run, or of a step where its tokens are not given");
    f2f_record_num(r, "kgCO2e", cost->figure[F2F_COST_CARBON_PER_MTOK] * run * 1e-6, "the same");
}

void f2f_cost_join(struct f2f_record *r, const struct f2f_system *system, const struct f2f_price *price,
                   double tokens) {
    struct f2f_cost_case c = {.system = system, .price = price};
    struct f2f_cost cost;
    f2f_error err = {0};
    if (!price || f2f_record_get(r, "feasible") <= 0) return;
    c.job = job_of(r);
    f2f_status status = f2f_cost_evaluate(&cost, &c, &err);
    double per_Mtok = status == F2F_OK ? cost.figure[F2F_COST_PER_MTOK] : (double)NAN;
    f2f_record_num(r, "usd_per_Mtok", per_Mtok, "a million tokens: capital, upkeep and electricity");
    f2f_record_num(r, "kgCO2e_per_Mtok", status == F2F_OK ? cost.figure[F2F_COST_CARBON_PER_MTOK] : (double)NAN,
                   "electricity, and its share of making the hardware");
    struct f2f_record *sub = f2f_record_sub(r, "cost", "from the wafer to an hour of one chip");
    if (status != F2F_OK) {
        f2f_record_text(sub, "why", err.message, "why there is no price");
        return;
    }
    put_run(r, &cost, &c.job, tokens);
    put_chain(sub, &cost);
    f2f_cost_put_basis(sub, &cost);
    f2f_cost_explain(sub, &cost, "a million tokens", per_Mtok / cost.figure[F2F_COST_TCO_CHIP]);
}
