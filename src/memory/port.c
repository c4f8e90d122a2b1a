/* port.c - what a memory delivers, from its timings.
 *
 * Closed forms after JESD235 (HBM2E), JESD238 (HBM3) and JESD250 (GDDR6): refresh takes banks away, a
 * change of direction idles the data bus. Rows are assumed open long enough that activations hide
 * behind transfers, as they do for streams. Left out: ECC traffic, temperature-dependent refresh,
 * command bus conflicts and random access, which need the cycle-level model. */
#include "fab2fleet/machine.h"

/* A controller collects writes and drains them in one go; 38 bursts of 64 B are a queue of 64 entries
 * drained from 80 % to 20 %, the thresholds the public cycle-level controllers use. */
static const double write_drain_B = 38.0 * 64.0;
/* Reads per write of the mixed port: the triad a[i] = b[i] + s * c[i]. */
static const double mixed_reads_per_write = 2.0;

static f2f_status memory_check(const struct f2f_chip_memory *c, const struct f2f_memory *d, f2f_error *err) {
    if (c->stacks < 1 || d->pins < 1 || d->channels < 1)
        return f2f_fail(err, F2F_EINPUT, "memory %s: %d stacks of %d pins and %d channels; each must be at least 1",
                        d->id.name, c->stacks, d->pins, d->channels);
    if (!(d->pin_rate_bps > 0.0))
        return f2f_fail(err, F2F_EINPUT, "memory %s: pin rate %g b/s must be above 0", d->id.name, d->pin_rate_bps);
    if (c->pin_rate_bps > d->pin_rate_bps)
        return f2f_fail(err, F2F_EINPUT, "memory %s: driven at %g Gb/s a pin but rated for %g Gb/s", d->id.name,
                        c->pin_rate_bps / 1e9, d->pin_rate_bps / 1e9);
    if (!(d->trefi_s > 0.0) || d->trfc_s < 0.0 || d->trfc_s >= d->trefi_s)
        return f2f_fail(err, F2F_EINPUT, "memory %s: a refresh takes %g ns but is due every %g ns", d->id.name,
                        d->trfc_s * 1e9, d->trefi_s * 1e9);
    if (d->trcd_s < 0.0 || d->tcl_s < 0.0 || d->twtr_s < 0.0 || d->trtw_s < 0.0)
        return f2f_fail(err, F2F_EINPUT, "memory %s: negative timing (tRCD %g, tCL %g, tWTR %g, tRTW %g ns)",
                        d->id.name, d->trcd_s * 1e9, d->tcl_s * 1e9, d->twtr_s * 1e9, d->trtw_s * 1e9);
    return F2F_OK;
}

/* Share of time refresh takes from a stream. All-bank: the whole channel rests for tRFC in each tREFI.
 * Per-bank: each bank is away for tRFCpb in each tREFI; a stream spreads evenly over the banks and
 * cannot overtake the requests it has queued for the absent one, so that it loses the same share of time.
 * (BabelStream's read-only kernel on HBM3 loses 5.1 %; tRFCpb / tREFI = 200 / 3900 ns.) */
static double refresh_loss(const struct f2f_memory *d) { return d->trfc_s / d->trefi_s; }

/* Share of time the bus idles between directions: one pair of turnarounds for each drained batch of
 * writes and the reads that go with it, on one channel. */
static double turnaround_loss(const struct f2f_memory *d, double channel_Bps) {
    double transfer_s = write_drain_B * (1.0 + mixed_reads_per_write) / channel_Bps;
    double idle_s = d->twtr_s + d->trtw_s;
    return idle_s / (transfer_s + idle_s);
}

f2f_status f2f_mem_port_make(struct f2f_mem_port *out, const struct f2f_chip_memory *memory, f2f_error *err) {
    const struct f2f_memory *d = memory->device;
    F2F_TRY(memory_check(memory, d, err));
    double pin_bps = memory->pin_rate_bps > 0.0 ? memory->pin_rate_bps : d->pin_rate_bps;
    double stack_Bps = pin_bps * d->pins / 8.0;
    double refresh = refresh_loss(d), turnaround = turnaround_loss(d, stack_Bps / d->channels);
    double usable = memory->usable_frac > 0.0 ? memory->usable_frac : 1.0;
    *out = (struct f2f_mem_port){
        .capacity_B = d->capacity_B * memory->stacks * usable,
        .peak_Bps = stack_Bps * memory->stacks,
        .latency_s = d->trcd_s + d->tcl_s,
        .energy_J_per_B = 8.0 * d->energy_J_per_b,
        .idle_W = d->idle_W * memory->stacks,
        .refresh_loss_frac = refresh,
        .turnaround_loss_frac = (1.0 - refresh) * turnaround,
    };
    out->read_Bps = out->peak_Bps * (1.0 - refresh);
    out->mixed_Bps = out->read_Bps * (1.0 - turnaround);
    return F2F_OK;
}
