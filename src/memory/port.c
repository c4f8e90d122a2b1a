/* port.c - what the memory of a chip delivers: each access class simulated on one channel.
 *
 * All channels are alike and their addresses interleaved, so that one stands for all. A class runs for twenty refresh
 * intervals with as many requests waiting as the controller holds; the end of the run, when none come, does not count.
 * The stack's power under a read stream sets its temperature; where that is above the memory's threshold everything is
 * simulated again with refresh due more often, as often as the warmest of its bands says. Left out: imbalance between
 * channels, ECC traffic, and what the chip's caches do to addresses. */
#include <math.h>

#include "fab2fleet/machine.h"
#include "memory/energy.h"
#include "memory/port.h"

/* A page of the cache: keys or values of 64 tokens of 8 heads of 128 in 16 bits, TensorRT-LLM's block for Llama 3. With
 * vLLM's 16 tokens scattered one by one a stack delivers a tenth less; but blocks taken in order lie in order. */
static const double kv_page_B = 131072.0;
/* Reads per request of the mixed class: the triad a[i] = b[i] + s * c[i]. */
static const double mixed_read_frac = 2.0 / 3.0;
enum { WAITING = 4096 }; /* more than any queue holds */

static double pin_rate_bps(const struct f2f_chip_memory *m) {
    return m->pin_rate_bps > 0.0 ? m->pin_rate_bps : m->device->pin_rate_bps;
}

static f2f_status check(const struct f2f_chip_memory *m, f2f_error *err) {
    const struct f2f_memory *d = m->device;
    if (m->stacks < 1)
        return f2f_fail(err, F2F_EINPUT, "memory %s: %d stacks; at least 1 is wanted", d->id.name, m->stacks);
    if (m->pin_rate_bps > d->pin_rate_bps * 1.0000001)
        return f2f_fail(err, F2F_EINPUT, "memory %s: driven at %g Gb/s a pin but rated for %g Gb/s", d->id.name,
                        m->pin_rate_bps / 1e9, d->pin_rate_bps / 1e9);
    return F2F_OK;
}

static f2f_status simulate(struct f2f_mem_result *r, const struct f2f_chip_memory *m, int class, double temperature_C,
                           f2f_error *err) {
    const struct f2f_memory *d = m->device;
    struct f2f_mem_run run = {.memory = d,
                              .controller = m->controller,
                              .pin_rate_bps = m->pin_rate_bps,
                              .temperature_C = temperature_C,
                              .channels = 1,
                              .spread = d->channels};
    double channel_Bps = pin_rate_bps(m) * d->pins / 8.0 / d->channels;
    double burst_B = d->pins / (double)(d->channels * d->pseudos) * d->burst / 8.0;
    run.requests = (int64_t)ceil(20.0 * d->timing[F2F_DRAM_SYMBOL_nREFI].s * channel_Bps / burst_B);
    if (run.requests < 4096) run.requests = 4096;
    run.traffic = (struct f2f_mem_traffic){.pattern = class == F2F_MEM_KV ? F2F_MEM_KV_GATHER : F2F_MEM_STREAM,
                                           .step_B = kv_page_B,
                                           .read_frac = class == F2F_MEM_ACTIVATIONS ? mixed_read_frac : 1.0,
                                           .outstanding = WAITING};
    return f2f_mem_simulate(r, &run, err);
}

/* One read, all banks closed. */
static f2f_status isolated(double *latency_s, const struct f2f_chip_memory *m, f2f_error *err) {
    struct f2f_mem_result r;
    struct f2f_mem_run run = {.memory = m->device,
                              .controller = m->controller,
                              .pin_rate_bps = m->pin_rate_bps,
                              .channels = 1,
                              .requests = 1};
    run.traffic.read_frac = 1.0;
    F2F_TRY(f2f_mem_simulate(&r, &run, err));
    *latency_s = r.latency_mean_s;
    return F2F_OK;
}

f2f_status f2f_mem_sim_make(struct f2f_mem_sim *out, const struct f2f_chip_memory *m, double temperature_C,
                            f2f_error *err) {
    *out = (struct f2f_mem_sim){.latency_s = 0};
    F2F_TRY(isolated(&out->latency_s, m, err));
    for (int class = 0; class < F2F_MEM_CLASSES; class ++) {
        struct f2f_mem_result r;
        struct f2f_mem_delivered *to = &out->delivered[class];
        F2F_TRY(simulate(&r, m, class, temperature_C, err));
        out->peak_frac[class] = fmin(1.0, r.steady_Bps / r.peak_Bps);
        to->data_frac = r.data_frac;
        for (int l = 0; l < F2F_MEM_LOSSES; l++) to->loss_frac[l] = r.loss_frac[l];
        to->latency_s = r.latency_mean_s;
        to->row_hit_frac = r.row_hit_frac;
        if (class == F2F_MEM_WEIGHTS) out->energy_J_per_B = (r.energy_J - r.part_J[PART_BACKGROUND]) / r.bytes_B;
    }
    return F2F_OK;
}

/* All stacks do as the one that was simulated. */
static void deliver(struct f2f_mem_port *port, const struct f2f_mem_sim *sim) {
    double *const bandwidth[F2F_MEM_CLASSES] = {&port->read_Bps, &port->kv_Bps, &port->mixed_Bps};
    for (int class = 0; class < F2F_MEM_CLASSES; class ++) {
        *bandwidth[class] = port->peak_Bps * sim->peak_frac[class];
        port->delivered[class] = sim->delivered[class];
    }
    port->energy_J_per_B = sim->energy_J_per_B;
}

/* Refreshes that are due more often gain nothing, even where a stream happens to meet fewer of them (its beat). */
static void deliver_hot(struct f2f_mem_port *port, const struct f2f_mem_sim *sim) {
    const struct f2f_mem_port cooler = *port;
    deliver(port, sim);
    port->read_Bps = fmin(port->read_Bps, cooler.read_Bps);
    port->kv_Bps = fmin(port->kv_Bps, cooler.kv_Bps);
    port->mixed_Bps = fmin(port->mixed_Bps, cooler.mixed_Bps);
}

static f2f_status check_temperature(const struct f2f_mem_port *port, const struct f2f_chip_memory *m, f2f_error *err) {
    if (port->temperature_C <= F2F_MEM_LIMIT_C) return F2F_OK;
    return f2f_fail(
        err, F2F_EINPUT,
        "memory %s: on a package of %.0f C a read stream brings it to %.0f C, and no DRAM is rated above %.0f "
        "C: 'base_temperature' of at most %.0f C, or a lower 'pin_rate', 'read_energy' or 'io_energy'",
        m->device->id.name, m->base_C, port->temperature_C, F2F_MEM_LIMIT_C,
        floor(m->base_C + F2F_MEM_LIMIT_C - port->temperature_C));
}

f2f_status f2f_mem_port_of(struct f2f_mem_port *out, const struct f2f_chip_memory *memory, f2f_mem_sim_fn *sim_of,
                           void *context, f2f_error *err) {
    const struct f2f_memory *d = memory->device;
    double usable = memory->usable_frac > 0.0 ? memory->usable_frac : 1.0;
    struct f2f_mem_sim sim;
    F2F_TRY(check(memory, err));
    *out = (struct f2f_mem_port){.capacity_B = d->capacity_B * memory->stacks * usable,
                                 .peak_Bps = pin_rate_bps(memory) * d->pins / 8.0 * memory->stacks,
                                 .idle_W = d->idle_W * memory->stacks};
    /* All temperatures of a band give the same: each is simulated at its upper end. */
    const double bands_C[] = {fmin(d->hot_C, F2F_MEM_LIMIT_C), fmin(d->hotter_C, F2F_MEM_LIMIT_C), F2F_MEM_LIMIT_C};
    F2F_TRY(sim_of(&sim, context, memory, bands_C[0], err));
    out->latency_s = sim.latency_s;
    deliver(out, &sim);
    double stack_W = d->idle_W + out->energy_J_per_B * out->read_Bps / memory->stacks;
    out->temperature_C = f2f_mem_temperature_C(d, memory->base_C, stack_W);
    out->hot = out->temperature_C > d->hot_C;
    F2F_TRY(check_temperature(out, memory, err));
    for (int b = 1; b < 3 && out->temperature_C > bands_C[b - 1]; b++) {
        F2F_TRY(sim_of(&sim, context, memory, bands_C[b], err));
        deliver_hot(out, &sim);
    }
    return F2F_OK;
}

static f2f_status simulate_now(struct f2f_mem_sim *out, void *unused, const struct f2f_chip_memory *memory,
                               double temperature_C, f2f_error *err) {
    (void)unused;
    return f2f_mem_sim_make(out, memory, temperature_C, err);
}

f2f_status f2f_mem_port_make(struct f2f_mem_port *out, const struct f2f_chip_memory *memory, f2f_error *err) {
    return f2f_mem_port_of(out, memory, simulate_now, NULL, err);
}
