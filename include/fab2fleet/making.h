/* making.h - what the catalog describes of making and running things: foundry, bonding, stack, package, price.
 *
 * Plain structs, filled by desc/ (src/desc/kind_making.c, kind_price.c). SI units, areas in mm2, money in US dollars of
 * the year of the source. 0 means "not given" where the table marks a field optional. */
#ifndef F2F_MAKING_H
#define F2F_MAKING_H

#include "fab2fleet/hardware.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who makes wafers of a process, at what price, with how many faults. */
struct f2f_foundry {
    struct f2f_ident id;
    double wafer_usd; /* one finished wafer; 0: no public price */
    double wafer_mm, edge_mm, scribe_mm; /* diameter, unusable rim, street between dies */
    double reticle_x_mm, reticle_y_mm; /* largest field of one exposure */
    double stitch_yield_frac; /* of one seam between fields; 0: fields cannot be stitched */
    double defects_per_mm2; /* that kill what they hit */
    const char *yield; /* model: how defects scatter, see src/fab/yield_list.h */
    double clustering; /* alpha of the negative binomial; large: none */
    double probe_usd, coverage_frac; /* wafer test of one die, and the share of bad dies it finds */
    double mask_set_usd, design_usd; /* once per design */
    double fab_s, package_s; /* from wafer start to wafer out, and on to a tested chip */
    double energy_J_per_mm2, gas_kg_per_mm2, material_kg_per_mm2; /* per processed area: EPA, GPA, MPA of ACT */
    double grid_kg_per_J; /* of the fab's electricity */
};

/* How dies are joined into a stack. */
struct f2f_bonding {
    struct f2f_ident id;
    double bond_yield_frac; /* of one layer */
    double bond_usd; /* of one layer */
};

/* How a memory stack or device is made, or bought. */
struct f2f_stack {
    struct f2f_ident id;
    double contract_usd_per_B; /* a price that stands in for making it; 0: made */
    double die_mm2, base_mm2;
    const struct f2f_foundry *foundry, *base_foundry; /* of the DRAM dies, of the base die */
    const struct f2f_bonding *bonding;
    double repaired_frac; /* of faulty DRAM dies, those that spare rows and columns save */
    double tsv_usd; /* vias, bumps and thinning of one die */
    double test_usd; /* of the finished stack */
    double margin_usd_per_B; /* the maker's, on top of the cost */
    double footprint_mm2; /* on the package */
    double carbon_kg_per_B; /* as sold */
};

enum f2f_package_order { F2F_CHIP_LAST, F2F_CHIP_FIRST };

struct f2f_package {
    struct f2f_ident id;
    const char *family;
    int order; /* enum f2f_package_order */
    const struct f2f_foundry *interposer; /* silicon or redistribution layers, as a wafer; NULL: substrate only */
    double spread; /* interposer area over that of the silicon on it */
    double place_yield_frac; /* of one die or stack bonded */
    double attach_yield_frac; /* of what is put on the substrate */
    double bump_usd_per_mm2; /* of the silicon bonded */
    double substrate_usd_per_mm2, substrate_spread; /* substrate area over that of the silicon (and interposer) */
    double assembly_usd, test_usd; /* of one package */
};

/* A block of `of` equal parts, of which `need` must work: SMs, cache slices, memory ports. */
struct f2f_spare {
    const char *name;
    int of, need;
    int lesser; /* enough for a lesser product; 0: there is none */
    double area_frac; /* of the die, all parts together */
};

struct f2f_die {
    const char *name;
    int count;
    double mm2;
    const struct f2f_foundry *foundry; /* NULL: the process's */
    const struct f2f_spare *spares;
    int n_spares;
    double lesser_frac; /* worth of a die that is only good for the lesser product */
};

/* How a chip is put together. */
struct f2f_making {
    struct f2f_ident id;
    const struct f2f_package *package;
    const struct f2f_die *dies;
    int n_dies;
    int dummies; /* pieces without function that are bonded too */
    double interposer_mm2; /* 0: the package's rule */
    double module_usd, module_kg; /* board, regulators, heat sink, last test: what the package is sold on */
    double margin_usd; /* of the vendor: price less bill; 0: made for oneself */
    double rental_usd_per_s; /* the chip rented with its share of a server; 0: not known */
    double ecc_loss_frac; /* of delivered work, to error correction beyond the memory's own */
};

/* Where and when things are bought and run. */
struct f2f_price {
    struct f2f_ident id;
    double electricity_usd_per_J, grid_kg_per_J;
    double pue; /* of the building, where the system does not say */
    double life_s, building_life_s; /* depreciation */
    double capital_frac; /* interest on what is not yet written off, a year */
    double building_usd_per_W; /* building, power delivery and cooling, per watt of facility power */
    double network_frac; /* of a cluster's price, to its network */
    double server_usd_per_W, server_W_per_W; /* host per watt of chip, where the node does not say */
    double server_kg_per_W; /* embodied in the host, the same */
    double load_frac; /* mean power over the most, where no job says */
    double upkeep_frac; /* repair, spares and staff, of the price, a year */
    double discount_frac; /* off list prices */
    double use_frac; /* share of the hours in which the work is wanted */
    double rental_usd_per_s; /* an H100 rented instead */
};

#ifdef __cplusplus
}
#endif
#endif
