/* die.c - one die: how many on a wafer, how many work, what one costs and emits.
 *
 * Wafer test finds `coverage` of the bad dies (CATCH: pass = 1 - (1 - y) c); the others are packaged. A die is as
 * square as the reticle allows. Carbon per processed area: ACT (energy x grid + gases + materials), of the whole wafer
 * including its rim. */
#include <math.h>
#include <stddef.h>

#include "fab2fleet/fab.h"

static const double pi = 3.14159265358979323846;

static const char *name_of(const struct f2f_foundry *f) { return f->id.name ? f->id.name : "the foundry"; }

/* Sides of the die and the seams it needs; F2F_EINPUT when no field holds it and fields cannot be joined. */
static f2f_status shape(double *w, double *h, int *seams, const struct f2f_foundry *f, double area_mm2,
                        f2f_error *err) {
    double x = fmin(f->reticle_x_mm, f->reticle_y_mm), y = fmax(f->reticle_x_mm, f->reticle_y_mm);
    *seams = 0;
    *w = *h = sqrt(area_mm2);
    if (*w <= x) return F2F_OK;
    if (area_mm2 <= x * y) {
        *w = x;
        *h = area_mm2 / x;
        return F2F_OK;
    }
    if (!(f->stitch_yield_frac > 0))
        return f2f_fail(err, F2F_EINPUT,
                        "a die of %g mm2 is larger than the %g mm2 (%g x %g mm) one exposure of %s can be: split it "
                        "into several ('making.dies'), or give 'stitch_yield'",
                        area_mm2, x * y, x, y, name_of(f));
    *seams = (int)(ceil(*w / x) * ceil(*h / y)) - 1;
    return F2F_OK;
}

f2f_status f2f_fab_die(struct f2f_fab_die *out, const struct f2f_foundry *f, double area_mm2,
                       const struct f2f_spare *spares, int n_spares, f2f_error *err) {
    double w, h, defects = area_mm2 * f->defects_per_mm2;
    int seams;
    *out = (struct f2f_fab_die){0};
    if (!(f->wafer_usd > 0))
        return f2f_fail(err, F2F_EINPUT,
                        "no public wafer price of %s: give one, e.g. --set foundry.wafer_price='10..16 kUSD'",
                        name_of(f));
    F2F_TRY(shape(&w, &h, &seams, f, area_mm2, err));
    F2F_TRY(f2f_fab_yield(&out->perfect_frac, f->yield, defects, f->clustering, err));
    F2F_TRY(f2f_fab_harvest(&out->harvest_frac, f->yield, defects, f->clustering, spares, n_spares, err));
    out->per_wafer = f2f_fab_dies_per_wafer(f, w, h);
    if (out->per_wafer < 1)
        return f2f_fail(err, F2F_EINPUT, "a die of %g mm2 does not fit a wafer of %g mm", area_mm2, f->wafer_mm);
    double joined = seams ? pow(f->stitch_yield_frac, seams) : 1.0;
    out->perfect_frac *= joined;
    out->harvest_frac *= joined;
    out->pass_frac = 1.0 - (1.0 - out->harvest_frac) * f->coverage_frac;
    out->quality_frac = out->harvest_frac / out->pass_frac;
    out->silicon_usd = f->wafer_usd / out->per_wafer;
    out->loss_usd = out->silicon_usd * (1.0 / out->pass_frac - 1.0);
    out->probe_usd = f->probe_usd / out->pass_frac;
    out->usd = out->silicon_usd + out->loss_usd + out->probe_usd;
    double wafer_mm2 = 0.25 * pi * f->wafer_mm * f->wafer_mm;
    double kg_per_mm2 = f->energy_J_per_mm2 * f->grid_kg_per_J + f->gas_kg_per_mm2 + f->material_kg_per_mm2;
    out->kg = kg_per_mm2 * wafer_mm2 / out->per_wafer / out->pass_frac;
    return F2F_OK;
}
