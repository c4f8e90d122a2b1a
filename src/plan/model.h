/* model.h - inside of plan/: a program in numbers, what is asked of it, and the answer.
 *
 * Flow: offer.c prices and needs of each vendor -> build.c the linear program -> solve.c the answer, why.c what stands
 * in its way -> risk.c failures and dependence, money.c uncertainty -> run.c records. Quarters count from the plan's
 * begin. Money of the program is in millions of dollars, chips in thousands: a solver likes numbers near one. */
#ifndef F2F_PLAN_MODEL_H
#define F2F_PLAN_MODEL_H

#include "fab2fleet/plan.h"
#include "plan/lp.h"

enum { F2F_PLAN_TIERS = 6, F2F_PLAN_SUPPLIES = 3 };

/* One vendor, per chip. */
struct f2f_offer {
    const char *name;
    bool own, rented;
    const double *tokps; /* by demand */
    double weight; /* of its work in chips of the first vendor that can do it, mean over demands */
    double capital_usd; /* cash when bought: chip, host, network, building */
    double chip_q_usd; /* a quarter of the chip: what learning makes cheaper */
    double hardware_q_usd; /* a quarter of chip, host, network and their upkeep, at the first year's price */
    double steady_q_usd; /* building and electricity, or rent */
    double needs[F2F_PLAN_SUPPLIES]; /* stacks, interposer wafers, logic wafers; packages that fail included */
    double power_W; /* of the facility */
    double nre_usd; /* once, software included */
    int first_q, life_q;
    const struct f2f_vendor *vendor;
};

struct f2f_plan_model {
    f2f_arena *arena;
    const struct f2f_plan_input *in;
    const struct f2f_program *program;
    struct f2f_offer *offers;
    int vendors, demands, years, quarters;
    double discount_q; /* worth of a dollar a quarter later */
};

/* Prices every vendor at the present values of all inputs. */
f2f_status f2f_plan_model_make(struct f2f_plan_model *out, f2f_arena *arena, const struct f2f_plan_input *in,
                               f2f_error *err);
/* The same offers priced anew, for another draw. */
f2f_status f2f_plan_model_price(struct f2f_plan_model *model, f2f_error *err);
/* The value of a list by year: the last one goes on; `none` where there is no list. */
double f2f_plan_by_year(const double *list, int n, int year, double none);
/* Tokens wanted in a year. */
double f2f_plan_demand_tok(const struct f2f_plan_model *m, int demand, int year);
/* Dollars today for a chip that is bought in quarter q and kept to the end of the plan or of its life. */
double f2f_plan_chip_usd(const struct f2f_plan_model *m, int vendor, int q);
/* Dollars today for what is paid once: written off like hardware, from the first chips on. */
double f2f_plan_begin_usd(const struct f2f_plan_model *m, int vendor);
/* Dollars today per chip for each tier of one's own volume, against the first; chips in the tier (HUGE_VAL: open). */
double f2f_plan_rebate_usd(const struct f2f_plan_model *m, int vendor, int tier, double *chips);

/* What is asked. */
struct f2f_plan_ask {
    const bool *allowed; /* by vendor */
    double share_frac; /* no vendor has more of the capacity at the end of a year; 1: as each says itself */
    bool elastic; /* missing work has a price */
    bool least_unmet; /* minimise missing work alone */
    double most_unmet; /* with elastic: missing work allowed, in demands; HUGE_VAL: any */
    int fails, fails_from_q; /* a vendor that delivers nothing from then on; -1: none */
    const struct f2f_plan_answer *keep; /* purchases of its first keep_q quarters are made as there */
    int keep_q;
    double demand_scale; /* times all demand */
};

/* What a row of the linear program is, to name it. */
enum f2f_row_kind { F2F_ROW_INNER, F2F_ROW_DEMAND, F2F_ROW_SUPPLY, F2F_ROW_POWER, F2F_ROW_BUDGET, F2F_ROW_SHARE };
struct f2f_row_tag {
    enum f2f_row_kind kind;
    int index, quarter; /* of supply, vendor or demand */
};

/* The linear program and where things are in it; -1: not there. */
struct f2f_plan_lp {
    struct f2f_lp lp;
    struct f2f_row_tag *tags; /* by row */
    int *bought, *installed, *used, *unmet, *begun; /* [v*Q+q], [v*Q+q], [(v*D+d)*Q+q], [d*Q+q], [v] */
    int *tier; /* [v*TIERS+k] */
    double constant_usd; /* of kept decisions */
};
void f2f_plan_build(struct f2f_plan_lp *out, const struct f2f_plan_model *m, const struct f2f_plan_ask *ask);

struct f2f_plan_answer {
    double *bought, *installed, *used; /* chips; indices as above */
    double *unmet_frac; /* [d*Q+q] of that quarter's (training: year's) demand */
    bool *begun; /* by vendor: one's own chips that are designed */
    double cost_usd; /* today's worth of all payments, missing work not priced */
    double shortfall_usd; /* price of missing work */
    double unmet_frac_all; /* of all demand, in chips of the first vendor */
    double *supply_usd; /* [s*Q+q] worth today of one more stack or wafer */
    double *vendor_usd; /* [v*Q+q] the same of one more chip a vendor delivers */
};

/* F2F_EINTERRUPTED when the caller wants no more. */
f2f_status f2f_plan_go_on(const struct f2f_plan_model *m, f2f_error *err);
/* F2F_EINFEASIBLE: err names what binds. */
f2f_status f2f_plan_solve(struct f2f_plan_answer *out, const struct f2f_plan_model *m, const struct f2f_plan_ask *ask,
                          f2f_error *err);
/* Why demand cannot be met: one sentence with the missing share and the limits that bind. */
const char *f2f_plan_why(const struct f2f_plan_model *m, const struct f2f_plan_ask *ask, f2f_error *err);
/* "2024 Q3" */
const char *f2f_plan_quarter(const struct f2f_plan_model *m, int q);

/* risk.c */
f2f_status f2f_plan_regret(struct f2f_record **table, double *worst_usd, const struct f2f_plan_model *m,
                           const struct f2f_plan_ask *ask, const struct f2f_plan_answer *best, const char *name,
                           f2f_error *err);
f2f_status f2f_plan_frontier(struct f2f_record **table, const struct f2f_plan_model *m, const struct f2f_plan_ask *ask,
                             const char *name, f2f_error *err);

/* money.c: quantiles of the cost of a plan that is kept, and what moves it. tornado may be NULL. */
struct f2f_plan_spread {
    double p10_usd, p50_usd, p90_usd;
};
f2f_status f2f_plan_money(struct f2f_plan_spread *out, struct f2f_record **tornado, struct f2f_plan_model *m,
                          const struct f2f_plan_answer *plan, const char *name, f2f_error *err);

#endif
