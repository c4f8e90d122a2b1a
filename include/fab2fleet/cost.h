/* cost.h - what it costs to make, own and run: a chip, a node, a cluster, and a million tokens.
 *
 * The chain is wafer -> die -> chip (fab.h) -> price -> hardware, network, building -> an hour -> the tokens of an
 * hour. All of it is one function without state, so that a Monte Carlo run is that function called often. Formulas and
 * their sources: docs/models/cost.md. */
#ifndef F2F_COST_H
#define F2F_COST_H

#include "fab2fleet/catalog.h"
#include "fab2fleet/fab.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Figures, in the order of the answer: identifier, key, help. */
#define F2F_COST_LIST(X)                                                                                            \
    X(DIES_PER_WAFER, "dies_per_wafer", "whole dies of the largest kind on a wafer")                                \
    X(DIE_YIELD, "die_yield_frac", "of these, without a defect")                                                    \
    X(HARVEST_YIELD, "harvest_yield_frac", "of these, good enough with spare parts left out")                       \
    X(STACK_YIELD, "stack_yield_frac", "memory stacks that work, of those begun")                                   \
    X(PACKAGE_YIELD, "package_yield_frac", "packages that work, of those begun")                                    \
    X(MEMORY_PER_GB, "memory_usd_per_GB", "memory, as the chip's maker pays for it")                                \
    X(DIE, "die_usd", "logic dies of one chip")                                                                     \
    X(MEMORY, "memory_usd", "memory of one chip")                                                                   \
    X(PACKAGE, "package_usd", "interposer, substrate, assembly and test of one chip")                               \
    X(LOST, "lost_usd", "good dies, stacks, interposers and substrates lost in bad packages")                       \
    X(CHIP, "chip_usd", "one chip on its module: dies, memory, package, what is lost, module")                      \
    X(MEMORY_SHARE, "memory_share_frac", "memory in that")                                                          \
    X(PRICE, "price_usd", "one chip with the vendor's margin")                                                      \
    X(POWER, "power_W", "of all that is named, at its limit, facility losses included where a facility is named")   \
    X(CAPITAL, "capital_usd", "chips, hosts, network and building of all that is named")                            \
    X(TCO, "tco_usd_per_h", "capital, upkeep and electricity of all that is named, an hour")                        \
    X(TCO_CHIP, "tco_usd_per_chip_h", "the same of one chip with its share of host, network and building")          \
    X(RENT, "rent_break_even_frac", "share of the hours in use from which owning is cheaper than renting the chip") \
    X(NRE, "nre_usd", "design and first masks of a chip on this process")                                           \
    X(LEAD, "tapeout_to_chip_s", "wafer fabrication, packaging and test")                                           \
    X(DELIVERED, "delivered_frac", "of the work: after a power budget and error correction in software")            \
    X(EMBODIED, "embodied_kgCO2e", "in making all that is named")                                                   \
    X(OPERATION, "operation_kgCO2e_per_h", "from electricity, at the mean load")                                    \
    X(PER_MTOK, "usd_per_Mtok", "a million generated tokens, at the hours that are used")                           \
    X(CARBON_PER_MTOK, "kgCO2e_per_Mtok", "the same, electricity and its share of making")

enum f2f_cost_figure {
#define X(id, key, help) F2F_COST_##id,
    F2F_COST_LIST(X)
#undef X
        F2F_COST_N
};
const char *f2f_cost_key(enum f2f_cost_figure figure);

/* A job that was simulated on some of the chips; tokps 0: none. */
struct f2f_cost_job {
    double tokps; /* tokens counted, a second, on these chips */
    double chips;
    double power_W; /* chips and their share of the host */
    bool always; /* runs day and night, as training does; else only in the hours the price list calls used */
};

struct f2f_cost_case {
    const struct f2f_system *system;
    const struct f2f_price *price;
    struct f2f_cost_job job;
};

/* Where an hour's money of one chip goes. */
struct f2f_cost_hour {
    double chip_usd, host_usd, network_usd, building_usd; /* written off, with interest */
    double upkeep_usd, electricity_usd;
};

struct f2f_cost {
    double figure[F2F_COST_N]; /* NaN: does not apply */
    struct f2f_fab_chip chip;
    double paid_usd; /* for one chip, after discount */
    struct f2f_cost_hour hour;
};

/* Every figure at the values of the descriptions. F2F_EINPUT: something that is needed is not known. */
f2f_status f2f_cost_evaluate(struct f2f_cost *out, const struct f2f_cost_case *c, f2f_error *err);

struct f2f_cost_options {
    const struct f2f_ranges *ranges; /* of the case's system and price, which are changed meanwhile and put back */
    int samples; /* 0: values only */
    int seed;
    bool (*go_on)(void *context); /* asked between samples; NULL: always */
    void *go_on_context;
};

/* The answer: each figure, and with samples its _p10, _p50 and _p90; a tree of where the money of an hour (of a million
 * tokens, if there is a job) goes. tornado (may be NULL): a table of inputs, the most telling first; NULL when nothing
 * is uncertain. F2F_EINTERRUPTED: out holds the values, and the quantiles of the samples there were, if they tell any.
 */
f2f_status f2f_cost_run(struct f2f_record **out, struct f2f_record **tornado, f2f_arena *arena,
                        const struct f2f_cost_case *c, const struct f2f_cost_options *options, f2f_error *err);

/* Chips that the job of a record takes, those that stand by too; NaN where it says nothing. */
double f2f_cost_chips(const struct f2f_record *r);
/* Adds money to the record of a serving or training job that ran on the system: usd_per_Mtok and kgCO2e_per_Mtok; usd
 * and kgCO2e of a training run of `tokens` (0: of a step); a record `cost` with the chain and, for --explain, its tree.
 * What cannot be known is null, and `cost.why` says why. price: NULL adds nothing. */
void f2f_cost_join(struct f2f_record *r, const struct f2f_system *system, const struct f2f_price *price, double tokens);

/* ---- sampling ---- */

/* Latin hypercube: coordinate `dimension` of sample i of n, between 0 and 1, each of n equal intervals hit once. */
double f2f_cost_draw(int seed, int dimension, int i, int n);
/* Quantile p of values, linear between ranks; sorts them. */
double f2f_cost_quantile(double *values, size_t n, double p);

#ifdef __cplusplus
}
#endif
#endif
