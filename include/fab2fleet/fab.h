/* fab.h - from wafer to chip: how many dies, how many work, what one that works costs.
 *
 * Money per good part. What is lost stands in lines of its own, so that the lines of a bill add up to its total.
 * Formulas and their sources: docs/models/cost.md. */
#ifndef F2F_FAB_H
#define F2F_FAB_H

#include "fab2fleet/making.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whole dies of that size on a wafer, the best of some placements: none over the edge. 0 when none fits. */
int f2f_fab_dies_per_wafer(const struct f2f_foundry *foundry, double width_mm, double height_mm);

/* Share of dies without a defect, mean_defects on each, by the model of that name ("poisson", "murphy", "seeds",
 * "negative-binomial"). F2F_EINPUT names the known ones. */
f2f_status f2f_fab_yield(double *out, const char *model, double mean_defects, double clustering, f2f_error *err);
/* Share of dies of which enough parts of each block work; what is in no block must be without defect. */
f2f_status f2f_fab_harvest(double *out, const char *model, double mean_defects, double clustering,
                           const struct f2f_spare *spares, int n_spares, f2f_error *err);

/* A die of a foundry: figures of one that passes wafer test. */
struct f2f_fab_die {
    double per_wafer; /* whole dies */
    double perfect_frac, harvest_frac; /* without a defect; good enough to sell */
    double pass_frac, quality_frac; /* pass wafer test; of those, really good */
    double lesser_frac; /* good only for the lesser product */
    double silicon_usd, loss_usd, probe_usd; /* its area of the wafer; dies thrown away for it; test */
    double usd; /* the sum */
    double kg; /* CO2e of its area of the wafer and of the dies thrown away */
};
/* die: area, spares, worth as a lesser product. F2F_EINPUT: no wafer price, a die that no reticle field holds, a die
 * larger than the wafer. */
f2f_status f2f_fab_die(struct f2f_fab_die *out, const struct f2f_foundry *foundry, const struct f2f_die *die,
                       f2f_error *err);

/* A memory stack or device: figures of one that is sold. */
struct f2f_fab_stack {
    struct f2f_fab_die die, base; /* empty when bought at a contract price */
    double yield_frac; /* stacks that work, of those begun */
    double dies_usd, base_usd, tsv_usd, bond_usd, test_usd; /* of one stack begun */
    double loss_usd; /* stacks thrown away */
    double margin_usd, contract_usd;
    double usd; /* the sum */
    double usd_per_GB;
    double kg;
};
/* F2F_EINPUT when the memory does not say how it is made or bought. */
f2f_status f2f_fab_stack(struct f2f_fab_stack *out, const struct f2f_memory *memory, f2f_error *err);

/* Lines of a chip's bill: identifier, group, name. Groups: die, memory, package, module, price. */
#define F2F_BILL_LIST(X)                                                     \
    X(DIE_SILICON, "die", "silicon that is sold")                            \
    X(DIE_LOSS, "die", "dies with too many defects")                         \
    X(DIE_PROBE, "die", "wafer test")                                        \
    X(MEMORY_DIES, "memory", "DRAM dies")                                    \
    X(MEMORY_BASE, "memory", "base die")                                     \
    X(MEMORY_TSV, "memory", "vias, bumps, thinning")                         \
    X(MEMORY_BOND, "memory", "bonding of layers")                            \
    X(MEMORY_TEST, "memory", "stack test")                                   \
    X(MEMORY_LOSS, "memory", "stacks lost in bonding and test")              \
    X(MEMORY_MARGIN, "memory", "memory maker's margin")                      \
    X(MEMORY_CONTRACT, "memory", "contract price")                           \
    X(PACKAGE_INTERPOSER, "package", "interposer")                           \
    X(PACKAGE_SUBSTRATE, "package", "substrate")                             \
    X(PACKAGE_ASSEMBLY, "package", "bumps, bonding and assembly")            \
    X(PACKAGE_TEST, "package", "final test")                                 \
    X(PACKAGE_LOSS, "package", "interposers with defects")                   \
    X(LOST_DIES, "lost in packages", "good dies")                            \
    X(LOST_MEMORY, "lost in packages", "good stacks")                        \
    X(LOST_PACKAGE, "lost in packages", "interposers, substrates, assembly") \
    X(MODULE, "module", "board, regulators, cooling")                        \
    X(MARGIN, "vendor", "vendor's margin")

enum f2f_bill_line {
#define X(id, group, name) F2F_BILL_##id,
    F2F_BILL_LIST(X)
#undef X
        F2F_BILL_N
};
const char *f2f_bill_group(enum f2f_bill_line line);
const char *f2f_bill_name(enum f2f_bill_line line);

/* A finished chip on its module. */
struct f2f_fab_chip {
    struct f2f_fab_die die; /* the largest logic die */
    struct f2f_fab_stack stack;
    double package_yield_frac; /* packages that work, of those begun */
    double interposers_per_wafer; /* 0: none */
    double line_usd[F2F_BILL_N];
    double die_usd, memory_usd, package_usd, lost_usd; /* sums of groups: lost is what bad packages take along */
    double chip_usd; /* all but the vendor's margin */
    double price_usd; /* with it */
    double die_kg, memory_kg, package_kg, module_kg, kg;
};
/* F2F_EINPUT: something needed is not known; the message says what to give. */
f2f_status f2f_fab_chip(struct f2f_fab_chip *out, const struct f2f_chip *chip, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
