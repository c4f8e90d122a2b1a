/* die.c - one die: how many on a wafer, how many work, what one costs and emits.
 *
 * Wafer test finds `coverage` of the bad dies (CATCH: pass = 1 - (1 - y) c); the others are packaged. A die is as
 * square as the reticle allows. Binning: dies that are only good for a lesser product bear their share of the wafer, by
 * what they are worth. Carbon per processed area: ACT (energy x grid + gases + materials), of the whole wafer
 * including its rim. */
#include <math.h>
#include <stddef.h>

#include "fab2fleet/fab.h"

enum { MOST_SPARES = 16 };
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

/* Dies that miss what the product needs and have what the lesser one does. */
static f2f_status find_lesser(double *out, const struct f2f_foundry *f, const struct f2f_die *die, double defects,
                              double harvest_frac, f2f_error *err) {
    struct f2f_spare lesser[MOST_SPARES];
    double frac;
    *out = 0;
    if (!(die->lesser_frac > 0)) return F2F_OK;
    for (int i = 0; i < die->n_spares; i++) {
        lesser[i] = die->spares[i];
        if (lesser[i].lesser > 0) lesser[i].need = lesser[i].lesser;
    }
    F2F_TRY(f2f_fab_harvest(&frac, f->yield, defects, f->clustering, lesser, die->n_spares, err));
    *out = frac - harvest_frac;
    return F2F_OK;
}

static void put_cost(struct f2f_fab_die *out, const struct f2f_foundry *f, const struct f2f_die *die) {
    double paid_frac = out->pass_frac + die->lesser_frac * out->lesser_frac; /* dies that bear the wafer */
    out->silicon_usd = f->wafer_usd / out->per_wafer;
    out->loss_usd = out->silicon_usd * (1.0 / paid_frac - 1.0);
    out->probe_usd = f->probe_usd / paid_frac;
    out->usd = out->silicon_usd + out->loss_usd + out->probe_usd;
    double wafer_mm2 = 0.25 * pi * f->wafer_mm * f->wafer_mm;
    double kg_per_mm2 = f->energy_J_per_mm2 * f->grid_kg_per_J + f->gas_kg_per_mm2 + f->material_kg_per_mm2;
    out->kg = kg_per_mm2 * wafer_mm2 / out->per_wafer / paid_frac;
}

static f2f_status find_yields(struct f2f_fab_die *out, const struct f2f_foundry *f, const struct f2f_die *die,
                              int seams, f2f_error *err) {
    double defects = die->mm2 * f->defects_per_mm2, joined = seams ? pow(f->stitch_yield_frac, seams) : 1.0;
    F2F_TRY(f2f_fab_yield(&out->perfect_frac, f->yield, defects, f->clustering, err));
    F2F_TRY(f2f_fab_harvest(&out->harvest_frac, f->yield, defects, f->clustering, die->spares, die->n_spares, err));
    F2F_TRY(find_lesser(&out->lesser_frac, f, die, defects, out->harvest_frac, err));
    out->perfect_frac *= joined;
    out->harvest_frac *= joined;
    out->lesser_frac *= joined;
    out->pass_frac = out->harvest_frac + (1.0 - out->harvest_frac - out->lesser_frac) * (1.0 - f->coverage_frac);
    out->quality_frac = out->harvest_frac / out->pass_frac;
    return F2F_OK;
}

f2f_status f2f_fab_die(struct f2f_fab_die *out, const struct f2f_foundry *f, const struct f2f_die *die,
                       f2f_error *err) {
    double w, h;
    int seams;
    *out = (struct f2f_fab_die){0};
    if (!(f->wafer_usd > 0))
        return f2f_fail(err, F2F_EINPUT,
                        "no public wafer price of %s: give one, e.g. --set foundry.wafer_price='10..16 kUSD'",
                        name_of(f));
    if (die->n_spares > MOST_SPARES)
        return f2f_fail(err, F2F_EINPUT, "a die of %d kinds of spares: at most %d are counted", die->n_spares,
                        MOST_SPARES);
    F2F_TRY(shape(&w, &h, &seams, f, die->mm2, err));
    F2F_TRY(find_yields(out, f, die, seams, err));
    out->per_wafer = f2f_fab_dies_per_wafer(f, w, h);
    if (out->per_wafer < 1)
        return f2f_fail(err, F2F_EINPUT, "a die of %g mm2 does not fit a wafer of %g mm", die->mm2, f->wafer_mm);
    put_cost(out, f, die);
    return F2F_OK;
}
