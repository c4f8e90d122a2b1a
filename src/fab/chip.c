/* chip.c - a chip from dies, stacks and package: what it costs, and where the money goes.
 *
 * After Chiplet Actuary (Feng and Ma, DAC 2022). Chip-last: interposers are tested before chips are placed, so their
 * loss is their own; chips and interposer are lost when a placement fails (y2 = place^n) or the substrate does (y3),
 * and all of it when a die that was bad slipped through wafer test (found in final test). Chip-first: redistribution
 * layers are made over the placed chips, and take them along when they fail. Memory stands in the package when it is
 * stacked and the package has an interposer, else beside it on the board. */
#include <math.h>
#include <stddef.h>

#include "fab2fleet/fab.h"

static const struct {
    const char *group, *name;
} lines[F2F_BILL_N] = {
#define X(id, group, name) {group, name},
    F2F_BILL_LIST(X)
#undef X
};

const char *f2f_bill_group(enum f2f_bill_line line) { return lines[line].group; }
const char *f2f_bill_name(enum f2f_bill_line line) { return lines[line].name; }

/* What goes into a package. */
struct contents {
    int placed; /* pieces */
    double area_mm2;
    double quality_frac; /* all dies really good */
    double dies_usd, stacks_usd; /* that a bad package takes along */
};

static const char *name_of(const struct f2f_chip *chip) { return chip->id.name ? chip->id.name : "the chip"; }

static bool in_package(const struct f2f_chip *chip) {
    const struct f2f_making *m = chip->making;
    return m->package->interposer && chip->memory.device && chip->memory.device->height > 1;
}

static f2f_status add_die(struct f2f_fab_chip *out, struct contents *in, const struct f2f_chip *chip,
                          const struct f2f_die *d, double *largest_mm2, f2f_error *err) {
    const struct f2f_foundry *foundry = d->foundry ? d->foundry : chip->process->foundry;
    struct f2f_fab_die die;
    if (!foundry)
        return f2f_fail(err, F2F_EINPUT,
                        "process %s names no foundry: nothing is known of its wafers, e.g. --set foundry=tsmc-n5",
                        chip->process->id.name ? chip->process->id.name : "of the chip");
    F2F_TRY(f2f_fab_die(&die, foundry, d, err));
    out->line_usd[F2F_BILL_DIE_SILICON] += d->count * die.silicon_usd;
    out->line_usd[F2F_BILL_DIE_LOSS] += d->count * die.loss_usd;
    out->line_usd[F2F_BILL_DIE_PROBE] += d->count * die.probe_usd;
    in->dies_usd += d->count * die.usd;
    in->placed += d->count;
    in->area_mm2 += d->count * d->mm2;
    in->quality_frac *= pow(die.quality_frac, d->count);
    out->die_kg += d->count * die.kg;
    if (d->mm2 > *largest_mm2) {
        *largest_mm2 = d->mm2;
        out->die = die;
    }
    return F2F_OK;
}

static f2f_status add_dies(struct f2f_fab_chip *out, struct contents *in, const struct f2f_chip *chip, f2f_error *err) {
    const struct f2f_making *m = chip->making;
    struct f2f_die whole = {.name = "compute", .count = 1, .mm2 = chip->die_mm2};
    double largest_mm2 = 0;
    if (!m->n_dies) return add_die(out, in, chip, &whole, &largest_mm2, err);
    for (int i = 0; i < m->n_dies; i++) F2F_TRY(add_die(out, in, chip, &m->dies[i], &largest_mm2, err));
    return F2F_OK;
}

static f2f_status add_memory(struct f2f_fab_chip *out, struct contents *in, const struct f2f_chip *chip,
                             f2f_error *err) {
    const struct f2f_memory *memory = chip->memory.device;
    double n = chip->memory.stacks;
    struct f2f_fab_stack *s = &out->stack;
    s->yield_frac = 1.0;
    if (!memory) return F2F_OK;
    F2F_TRY(f2f_fab_stack(s, memory, err));
    out->line_usd[F2F_BILL_MEMORY_DIES] = n * s->dies_usd;
    out->line_usd[F2F_BILL_MEMORY_BASE] = n * s->base_usd;
    out->line_usd[F2F_BILL_MEMORY_TSV] = n * s->tsv_usd;
    out->line_usd[F2F_BILL_MEMORY_BOND] = n * s->bond_usd;
    out->line_usd[F2F_BILL_MEMORY_TEST] = n * s->test_usd;
    out->line_usd[F2F_BILL_MEMORY_LOSS] = n * s->loss_usd;
    out->line_usd[F2F_BILL_MEMORY_MARGIN] = n * s->margin_usd;
    out->line_usd[F2F_BILL_MEMORY_CONTRACT] = n * s->contract_usd;
    out->memory_kg = n * s->kg;
    if (in_package(chip)) {
        in->placed += chip->memory.stacks + chip->making->dummies;
        in->area_mm2 += (n + chip->making->dummies) * memory->stack->footprint_mm2;
        in->stacks_usd = n * s->usd;
    }
    return F2F_OK;
}

/* Interposer or redistribution layers of one package: what it costs, how many of them work. */
static f2f_status make_interposer(struct f2f_fab_die *layer, double *area_mm2, const struct f2f_chip *chip,
                                  const struct contents *in, f2f_error *err) {
    const struct f2f_package *p = chip->making->package;
    *layer = (struct f2f_fab_die){.harvest_frac = 1.0, .pass_frac = 1.0};
    *area_mm2 = in->area_mm2;
    if (!p->interposer) return F2F_OK;
    *area_mm2 = chip->making->interposer_mm2 > 0 ? chip->making->interposer_mm2 : in->area_mm2 * p->spread;
    return f2f_fab_die(layer, p->interposer, &(struct f2f_die){.mm2 = *area_mm2}, err);
}

static f2f_status add_package(struct f2f_fab_chip *out, const struct contents *in, const struct f2f_chip *chip,
                              f2f_error *err) {
    const struct f2f_package *p = chip->making->package;
    struct f2f_fab_die layer;
    double area_mm2, *line = out->line_usd;
    F2F_TRY(make_interposer(&layer, &area_mm2, chip, in, err));
    double placed_frac = pow(p->place_yield_frac, in->placed), first_frac = 1.0;
    double substrate_usd = p->substrate_usd_per_mm2 * p->substrate_spread * area_mm2;
    double assembly_usd = p->bump_usd_per_mm2 * in->area_mm2 + p->assembly_usd;
    double layer_usd = layer.silicon_usd + layer.probe_usd, layer_loss_usd = layer.loss_usd;
    if (p->order == F2F_CHIP_FIRST) { /* made over the chips: its yield is theirs too */
        first_frac = layer.harvest_frac;
        layer_loss_usd = 0;
    }
    /* Begun for each that works: up to the substrate, and from there on. */
    double late = 1.0 / (p->attach_yield_frac * in->quality_frac), early = late / (placed_frac * first_frac);
    out->package_yield_frac = 1.0 / early;
    out->interposers_per_wafer = layer.per_wafer;
    line[F2F_BILL_PACKAGE_INTERPOSER] = layer_usd;
    line[F2F_BILL_PACKAGE_SUBSTRATE] = substrate_usd;
    line[F2F_BILL_PACKAGE_ASSEMBLY] = assembly_usd;
    line[F2F_BILL_PACKAGE_TEST] = p->test_usd;
    line[F2F_BILL_PACKAGE_LOSS] = layer_loss_usd;
    line[F2F_BILL_LOST_PACKAGE] =
        (layer_usd + layer_loss_usd + assembly_usd) * (early - 1.0) + (substrate_usd + p->test_usd) * (late - 1.0);
    line[F2F_BILL_LOST_DIES] = in->dies_usd * (early - 1.0);
    line[F2F_BILL_LOST_MEMORY] = in->stacks_usd * (early - 1.0);
    out->package_kg = layer.kg * early;
    out->die_kg *= early;
    if (in_package(chip)) out->memory_kg *= early;
    return F2F_OK;
}

static double sum(const struct f2f_fab_chip *c, enum f2f_bill_line from, enum f2f_bill_line to) {
    double total = 0;
    for (int i = (int)from; i <= (int)to; i++) total += c->line_usd[i];
    return total;
}

f2f_status f2f_fab_chip(struct f2f_fab_chip *out, const struct f2f_chip *chip, f2f_error *err) {
    struct contents in = {.quality_frac = 1.0};
    *out = (struct f2f_fab_chip){0};
    if (!chip->making)
        return f2f_fail(err, F2F_EINPUT,
                        "chip %s does not say how it is put together: give 'making' with at least a 'package'",
                        name_of(chip));
    F2F_TRY(add_dies(out, &in, chip, err));
    F2F_TRY(add_memory(out, &in, chip, err));
    F2F_TRY(add_package(out, &in, chip, err));
    out->line_usd[F2F_BILL_MODULE] = chip->making->module_usd;
    out->line_usd[F2F_BILL_MARGIN] = chip->making->margin_usd;
    out->module_kg = chip->making->module_kg;
    out->die_usd = sum(out, F2F_BILL_DIE_SILICON, F2F_BILL_DIE_PROBE);
    out->memory_usd = sum(out, F2F_BILL_MEMORY_DIES, F2F_BILL_MEMORY_CONTRACT);
    out->package_usd = sum(out, F2F_BILL_PACKAGE_INTERPOSER, F2F_BILL_PACKAGE_LOSS);
    out->lost_usd = sum(out, F2F_BILL_LOST_DIES, F2F_BILL_LOST_PACKAGE);
    out->chip_usd = sum(out, F2F_BILL_DIE_SILICON, F2F_BILL_MODULE);
    out->price_usd = out->chip_usd + out->line_usd[F2F_BILL_MARGIN];
    out->kg = out->die_kg + out->memory_kg + out->package_kg + out->module_kg;
    return F2F_OK;
}
