/* program.h - a purchasing program in one file: work wanted over years, who can deliver it, what limits it.
 *
 * Filled by src/desc/kind_plan.c; answered by plan.h. Lists by year: what is left out at the end is as the last. */
#ifndef F2F_PROGRAM_H
#define F2F_PROGRAM_H

#include "fab2fleet/study.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Work wanted each year: tokens generated (serve) or training runs of job.tokens each (train). */
struct f2f_demand {
    const char *name;
    struct f2f_study_job job; /* one model, one precision */
    double *amount; /* by year */
    int n_amounts;
    double strength; /* times `amount`: one number that moves them all */
    bool steady; /* as much in each quarter, as serving always is; else training is wanted by the end of the year */
};

/* Somebody who delivers chips in nodes; or one's own chip, which must first be designed. */
struct f2f_vendor {
    const char *name, *base; /* base: system, node or chip */
    struct f2f_set *sets;
    int n_sets;
    bool own; /* must be designed: nre is paid when the first is bought */
    double rent_usd_per_s; /* rented by the hour for this; 0: bought */
    double start_s; /* from the begin of the plan to the first chips: lead time, or design and fabrication */
    double *supply; /* most chips a year */
    int n_supplies;
    double share_frac; /* most of the capacity at the end of a year */
    double price_change_frac; /* of hardware, a year */
    double nre_usd; /* design and masks; 0: of the chip's foundry */
    double software_usd; /* once, before the first chip works: compiler, kernels, porting */
    double respin_frac, respin_s, respin_usd; /* probability of a second tape-out, its delay and price */
    double learning_frac; /* price after each doubling of one's own volume; 1: none */
    double learning_from; /* chips at which the price holds that is computed here */
};

enum f2f_supply_kind { F2F_SUPPLY_STACKS, F2F_SUPPLY_INTERPOSERS, F2F_SUPPLY_WAFERS };

/* What all chips, or those of one vendor, draw on. */
struct f2f_supply {
    const char *name;
    int kind; /* enum f2f_supply_kind */
    const char *vendor; /* NULL: all */
    double *amount; /* memory stacks, interposer wafers, logic wafers a year */
    int n_amounts;
};

/* One column of the answer. */
struct f2f_plan_case {
    const char *name;
    const char **vendors; /* who may deliver */
    int n_vendors;
};

enum f2f_objective { F2F_LEAST_COST, F2F_MOST_WORK };

struct f2f_program {
    struct f2f_ident id;
    const char *question, *price;
    int first_year, years;
    int objective; /* enum f2f_objective */
    struct f2f_demand *demands;
    int n_demands;
    struct f2f_vendor *vendors;
    int n_vendors;
    struct f2f_supply *supplies;
    int n_supplies;
    struct f2f_plan_case *cases;
    int n_cases;
    double *budget_usd; /* capital by year; none: no limit */
    int n_budgets;
    double power_W; /* of the facility; 0: no limit */
    double shortfall_usd_per_s; /* work that is missing, an hour of the first vendor's chip; 0: none may be missing */
    double lot_chips; /* bought in whole lots of this; 0: any number */
    const struct f2f_doc *tree; /* as read: where a mistake stands */
};

f2f_status f2f_program_load(const struct f2f_program **out, struct f2f_catalog *catalog, const char *path,
                            const struct f2f_set *sets, size_t n_sets, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
