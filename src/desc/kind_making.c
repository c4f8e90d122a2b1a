/* kind_making.c - field tables of what chips are made of and with: foundry, bonding, stack, package, making. */
#include <string.h>

#include "desc/table.h"

#define Y struct f2f_foundry
static const struct f2f_field foundry_fields[] = {
    F2F_QTY_OR(Y, "wafer_price", wafer_usd, MONEY, 0, 1e6, 0, "one finished wafer; left out where none is public"),
    F2F_QTY(Y, "wafer", wafer_mm, LENGTH, 100, 450, "diameter of a wafer"),
    F2F_QTY(Y, "edge", edge_mm, LENGTH, 0, 20, "unusable rim of a wafer"),
    F2F_QTY(Y, "scribe", scribe_mm, LENGTH, 0, 2, "street between dies"),
    F2F_QTY(Y, "reticle_x", reticle_x_mm, LENGTH, 1, 450, "width of the largest field"),
    F2F_QTY(Y, "reticle_y", reticle_y_mm, LENGTH, 1, 450, "height of the largest field"),
    F2F_QTY_OR(Y, "stitch_yield", stitch_yield_frac, FRACTION, 0, 1, 0,
               "yield of one seam between fields; left out: larger dies cannot be made"),
    F2F_QTY(Y, "defects", defects_per_mm2, DENSITY, 0, 0.1, "defects that kill what they hit"),
    F2F_TEXT(Y, "yield", yield, true, "how defects scatter: poisson, murphy, seeds or negative-binomial"),
    F2F_QTY_OR(Y, "clustering", clustering, NUMBER, 0.2, 1e6, 10, "alpha of the negative binomial"),
    F2F_QTY_OR(Y, "probe", probe_usd, MONEY, 0, 1e5, 0, "wafer test of one die"),
    F2F_QTY_OR(Y, "coverage", coverage_frac, FRACTION, 0, 1, 1, "share of bad dies that wafer test finds"),
    F2F_QTY_OR(Y, "mask_set", mask_set_usd, MONEY, 0, 1e9, 0, "one set of masks"),
    F2F_QTY_OR(Y, "design", design_usd, MONEY, 0, 1e11, 0, "design of a new chip"),
    F2F_QTY_OR(Y, "fab_time", fab_s, TIME, 0, 1e8, 0, "from wafer start to wafer out"),
    F2F_QTY_OR(Y, "package_time", package_s, TIME, 0, 1e8, 0, "from wafer out to a tested chip"),
    F2F_QTY_OR(Y, "fab_energy", energy_J_per_mm2, ENERGY_PER_AREA, 0, 1e9, 0, "electricity of the fab per area"),
    F2F_QTY_OR(Y, "gas_carbon", gas_kg_per_mm2, CARBON_PER_AREA, 0, 1, 0, "process gases per area"),
    F2F_QTY_OR(Y, "material_carbon", material_kg_per_mm2, CARBON_PER_AREA, 0, 1, 0, "materials per area"),
    F2F_QTY_OR(Y, "grid", grid_kg_per_J, GRID_CARBON, 0, 1e-3, 0, "of the fab's electricity"),
};
const struct f2f_table f2f_foundry_table = F2F_TABLE("foundry", Y, foundry_fields, true, NULL);

#define B struct f2f_bonding
static const struct f2f_field bonding_fields[] = {
    F2F_QTY(B, "bond_yield", bond_yield_frac, FRACTION, 0.01, 1, "yield of bonding one layer"),
    F2F_QTY(B, "bond", bond_usd, MONEY, 0, 1e4, "cost of bonding one layer"),
};
const struct f2f_table f2f_bonding_table = F2F_TABLE("bonding", B, bonding_fields, true, NULL);

#define S struct f2f_stack
static const struct f2f_field stack_fields[] = {
    F2F_QTY_OR(S, "contract", contract_usd_per_B, MONEY_PER_BYTE, 0, 1e-5, 0,
               "price that stands in for making it; left out: it is made"),
    F2F_QTY_OR(S, "die", die_mm2, AREA, 0, 1000, 0, "one DRAM die", .unless = "contract"),
    F2F_REF(S, "foundry", foundry, false, &f2f_foundry_table, "who makes the DRAM dies", .unless = "contract"),
    F2F_QTY_OR(S, "base_die", base_mm2, AREA, 0, 1000, 0, "the logic die below them", .unless = "contract"),
    F2F_REF(S, "base_foundry", base_foundry, false, &f2f_foundry_table, "who makes the base die", .unless = "contract"),
    F2F_REF(S, "bonding", bonding, false, &f2f_bonding_table, "how layers are joined", .unless = "contract"),
    F2F_QTY_OR(S, "repaired", repaired_frac, FRACTION, 0, 1, 0, "of faulty DRAM dies, those that spare rows save",
               .unless = "contract"),
    F2F_QTY_OR(S, "tsv", tsv_usd, MONEY, 0, 1e4, 0, "vias, bumps and thinning of one die", .unless = "contract"),
    F2F_QTY_OR(S, "test", test_usd, MONEY, 0, 1e4, 0, "test of the finished stack", .unless = "contract"),
    F2F_QTY_OR(S, "margin", margin_usd_per_B, MONEY_PER_BYTE, 0, 1e-5, 0, "the maker's margin on top of the cost",
               .unless = "contract"),
    F2F_QTY_OR(S, "footprint", footprint_mm2, AREA, 0, 1000, 0, "on the package"),
    F2F_QTY_OR(S, "carbon", carbon_kg_per_B, CARBON_PER_BYTE, 0, 1e-6, 0, "embodied CO2e, as sold"),
};

static void check_stack(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const S *s = object;
    if (!(s->contract_usd_per_B > 0) && !(s->die_mm2 > 0 && s->foundry))
        f2f_doc_error(diag, node, "give a 'contract' price, or 'die' and 'foundry' to make it");
    if (s->base_mm2 > 0 && !s->base_foundry) f2f_doc_error(diag, node, "'base_die' needs a 'base_foundry'");
}

const struct f2f_table f2f_stack_table = F2F_TABLE("stack", S, stack_fields, true, check_stack);

static const char *const order_words[] = {"chip-last", "chip-first", NULL};

#define P struct f2f_package
static const struct f2f_field package_fields[] = {
    F2F_TEXT(P, "family", family, true, "CoWoS-S, I-Cube, organic, ..."),
    F2F_WORD(P, "order", order, true, order_words, "are chips placed before or after the interposer is made"),
    F2F_REF(P, "interposer", interposer, false, &f2f_foundry_table, "who makes it; left out: chips sit on a substrate"),
    F2F_QTY_OR(P, "spread", spread, NUMBER, 1, 10, 1, "interposer area over the area of what sits on it"),
    F2F_QTY(P, "place_yield", place_yield_frac, FRACTION, 0.01, 1, "of placing one die or stack"),
    F2F_QTY(P, "attach_yield", attach_yield_frac, FRACTION, 0.01, 1, "of putting all on the substrate"),
    F2F_QTY_OR(P, "bump", bump_usd_per_mm2, MONEY_PER_AREA, 0, 100, 0, "bumps, per area of what is placed"),
    F2F_QTY(P, "substrate", substrate_usd_per_mm2, MONEY_PER_AREA, 0, 100, "substrate, per its area"),
    F2F_QTY_OR(P, "substrate_spread", substrate_spread, NUMBER, 1, 20, 1,
               "substrate area over the area of what sits on it"),
    F2F_QTY(P, "assembly", assembly_usd, MONEY, 0, 1e5, "assembly of one package"),
    F2F_QTY(P, "test", test_usd, MONEY, 0, 1e5, "final test of one package"),
};
const struct f2f_table f2f_package_table = F2F_TABLE("package", P, package_fields, true, NULL);

#define R struct f2f_spare
static const struct f2f_field spare_fields[] = {
    F2F_TEXT(R, "name", name, true, "SM, cache slice, memory port, ..."),
    F2F_INT(R, "of", of, 1, 100000, "how many there are"),
    F2F_INT(R, "need", need, 0, 100000, "how many must work"),
    F2F_INT_OR(R, "lesser", lesser, 0, 100000, 0, "how many are enough for a lesser product; left out: there is none"),
    F2F_QTY(R, "area", area_frac, FRACTION, 0, 1, "share of the die, all of them together"),
};

static void check_spare(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const R *r = object;
    if (r->lesser > r->need)
        f2f_doc_error(diag, node, "'lesser' is %d, more than the product itself needs (%d)", r->lesser, r->need);
    if (r->need > r->of) f2f_doc_error(diag, node, "'need' is %d, more than there are ('of': %d)", r->need, r->of);
}

static const struct f2f_table spare_table = F2F_TABLE(NULL, R, spare_fields, true, check_spare);

#define D struct f2f_die
static const struct f2f_field die_fields[] = {
    F2F_TEXT(D, "name", name, true, "what it is: compute, I/O, ..."),
    F2F_INT_OR(D, "count", count, 1, 256, 1, "how many in a package"),
    F2F_QTY(D, "area", mm2, AREA, 0.1, 100000, "of one"),
    F2F_REF(D, "foundry", foundry, false, &f2f_foundry_table, "who makes it; the process's if left out"),
    F2F_LIST(D, "spares", spares, n_spares, false, &spare_table, "blocks of which some may be faulty"),
    F2F_QTY_OR(D, "lesser_worth", lesser_frac, FRACTION, 0, 1, 0,
               "worth of a die that is only good for the lesser product"),
};

static void check_die(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const D *d = object;
    double area = 0;
    for (int i = 0; i < d->n_spares; i++) area += d->spares[i].area_frac;
    if (area > 1) f2f_doc_error(diag, node, "the areas of 'spares' add up to %g of the die", area);
}

static const struct f2f_table die_table = F2F_TABLE(NULL, D, die_fields, true, check_die);

#define M struct f2f_making
static const struct f2f_field making_fields[] = {
    F2F_REF(M, "package", package, true, &f2f_package_table, "the package"),
    F2F_LIST(M, "dies", dies, n_dies, false, &die_table, "logic dies; one of the chip's area if left out"),
    F2F_INT_OR(M, "dummies", dummies, 0, 64, 0, "pieces without function that are bonded too"),
    F2F_QTY_OR(M, "interposer_area", interposer_mm2, AREA, 0, 1e5, 0,
               "of the interposer; by the package's rule if left out"),
    F2F_QTY_OR(M, "module", module_usd, MONEY, 0, 1e6, 0, "board, regulators, heat sink and last test"),
    F2F_QTY_OR(M, "module_carbon", module_kg, CARBON, 0, 1e5, 0, "embodied in board, regulators and heat sink"),
    F2F_QTY_OR(M, "margin", margin_usd, MONEY, 0, 1e6, 0, "the vendor's: price less bill; 0: made for oneself"),
    F2F_QTY_OR(M, "rental", rental_usd_per_s, MONEY_PER_TIME, 0, 1, 0, "rented with its share of a server"),
    F2F_QTY_OR(M, "ecc_loss", ecc_loss_frac, FRACTION, 0, 0.9, 0, "of delivered work, to error correction in software"),
};
const struct f2f_table f2f_making_table = F2F_TABLE("making", M, making_fields, true, NULL);

const struct f2f_table *f2f_cost_table_find(const char *kind) {
    static const struct f2f_table *const tables[] = {&f2f_foundry_table, &f2f_bonding_table, &f2f_stack_table,
                                                     &f2f_package_table, &f2f_making_table,  &f2f_price_table,
                                                     &f2f_plan_table,    &f2f_device_table};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (strcmp(tables[i]->kind, kind) == 0) return tables[i];
    return NULL;
}
