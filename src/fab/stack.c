/* stack.c - a memory stack from its dies, or at a contract price.
 *
 * A stack works when every DRAM die and the base die were really good and every layer was bonded:
 * y = q^L * q_base * y_bond^L. Dies are tested before they are stacked (known good die), with the coverage of their
 * foundry; spare rows and columns save a share of the faulty ones. The test of the finished stack finds all faults.
 * Leaves out: spare vias, heights of a package, speed bins. */
#include <math.h>
#include <stddef.h>

#include "fab2fleet/fab.h"

/* Spare rows make some faulty dies good: fewer are thrown away. */
static void repair(struct f2f_fab_die *die, const struct f2f_foundry *f, double repaired_frac) {
    double carried_kg = die->kg * die->pass_frac;
    die->harvest_frac += (1.0 - die->harvest_frac) * repaired_frac;
    die->pass_frac = 1.0 - (1.0 - die->harvest_frac) * f->coverage_frac;
    die->quality_frac = die->harvest_frac / die->pass_frac;
    die->loss_usd = die->silicon_usd * (1.0 / die->pass_frac - 1.0);
    die->probe_usd = f->probe_usd / die->pass_frac;
    die->usd = die->silicon_usd + die->loss_usd + die->probe_usd;
    die->kg = carried_kg / die->pass_frac;
}

static f2f_status make(struct f2f_fab_stack *out, const struct f2f_memory *m, f2f_error *err) {
    const struct f2f_stack *s = m->stack;
    double layers = m->height, quality;
    F2F_TRY(f2f_fab_die(&out->die, s->foundry, &(struct f2f_die){.mm2 = s->die_mm2}, err));
    repair(&out->die, s->foundry, s->repaired_frac);
    quality = pow(out->die.quality_frac, layers);
    if (s->base_mm2 > 0) {
        F2F_TRY(f2f_fab_die(&out->base, s->base_foundry, &(struct f2f_die){.mm2 = s->base_mm2}, err));
        quality *= out->base.quality_frac;
    }
    if (layers > 1 && s->bonding) {
        out->yield_frac = quality * pow(s->bonding->bond_yield_frac, layers);
        out->bond_usd = layers * s->bonding->bond_usd;
        out->tsv_usd = layers * s->tsv_usd;
    } else out->yield_frac = quality;
    out->dies_usd = layers * out->die.usd;
    out->base_usd = out->base.usd;
    out->test_usd = s->test_usd;
    double begun_usd = out->dies_usd + out->base_usd + out->tsv_usd + out->bond_usd + out->test_usd;
    out->loss_usd = begun_usd * (1.0 / out->yield_frac - 1.0);
    out->margin_usd = s->margin_usd_per_B * m->capacity_B;
    out->usd = begun_usd + out->loss_usd + out->margin_usd;
    return F2F_OK;
}

f2f_status f2f_fab_stack(struct f2f_fab_stack *out, const struct f2f_memory *m, f2f_error *err) {
    const struct f2f_stack *s = m->stack;
    *out = (struct f2f_fab_stack){.yield_frac = 1.0};
    if (!s)
        return f2f_fail(err, F2F_EINPUT, "memory %s does not say what it costs: give 'stack', e.g. --set stack=hbm3",
                        m->id.name ? m->id.name : "of the chip");
    if (s->contract_usd_per_B > 0) out->usd = out->contract_usd = s->contract_usd_per_B * m->capacity_B;
    else F2F_TRY(make(out, m, err));
    out->usd_per_GB = out->usd / m->capacity_B * 1e9;
    out->kg = s->carbon_kg_per_B * m->capacity_B;
    return F2F_OK;
}
