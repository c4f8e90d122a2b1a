/* plan.h - build or buy: which chips from whom and when, under limits of supply, power and money.
 *
 * A mixed-integer program by quarters (docs/models/plan.md). Chips are paid as they are written off, so that what is
 * bought late is charged only for the time within the plan. The solver has state of its own: one thread at a time. */
#ifndef F2F_PLAN_H
#define F2F_PLAN_H

#include "fab2fleet/cost.h"
#include "fab2fleet/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The program with what the simulator found. */
struct f2f_plan_input {
    const struct f2f_program *program;
    const struct f2f_price *price;
    const struct f2f_system *const *systems; /* one for each vendor */
    const double *tokps; /* of one chip, by vendor and demand: [vendor * n_demands + demand]; 0: cannot do it */
    const struct f2f_ranges *ranges; /* of systems, price and program; changed meanwhile and put back. NULL: none */
    int samples, seed;
    bool (*go_on)(void *context); /* asked before each solution and sample; false: F2F_EINTERRUPTED. NULL: always */
    void *go_on_context;
};

/* One record for each case: mix [{year, vendor, chips}], break_even_chips, npv_usd (payments, so negative; with _p10,
 * _p50, _p90), cost_usd, unmet_frac, shadow prices, worst_regret_usd, feasible, why. Tables: regret under each vendor's
 * failure, frontier of cost against dependence on one vendor, tornado. F2F_EINPUT: a vendor that cannot be priced;
 * F2F_ERUN: the solver gave up. F2F_EINTERRUPTED: out holds the cases that were finished. */
f2f_status f2f_plan_run(struct f2f_results *out, const struct f2f_plan_input *in, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
