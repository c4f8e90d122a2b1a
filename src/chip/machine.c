/* machine.c - a chip with its memory port and its links, ready to answer for any operator. */
#include <assert.h>
#include <math.h>

#include "chip/chip.h"

static work_fn *const work_of[] = {
    [F2F_OP_GEMM] = f2f_chip_gemm_work,
    [F2F_OP_ATTN_PREFILL] = f2f_chip_prefill_work,
    [F2F_OP_ATTN_DECODE] = f2f_chip_decode_work,
    [F2F_OP_VECTOR] = f2f_chip_vector_work,
    [F2F_OP_EMBED] = f2f_chip_embed_work,
    [F2F_OP_SAMPLE] = f2f_chip_sample_work,
    [F2F_OP_COLLECTIVE] = f2f_chip_collective_work,
};

const char *const f2f_quantile_note = "p10 and p90: the figure with all operators as fast, and as slow, as a tenth of "
                                      "their kind was measured on chips that "
                                      "the model was not fitted to. Of measured throughputs four in five lie between "
                                      "them; how many do of other figures is "
                                      "in docs/validation.md.";

static const double least_nominal_Hz = 1e8; /* below, voltage would rise with the clock without end */

/* SRAM has no rows, refreshes or turns of a bus. The energy of its accesses is the cache's. */
static struct f2f_mem_port on_chip_port(const struct f2f_machine *machine) {
    const struct f2f_chip *chip = machine->chip;
    double usable = chip->memory.usable_frac > 0.0 ? chip->memory.usable_frac : 1.0;
    double cache_Bps = f2f_chip_cache_Bps(machine);
    return (struct f2f_mem_port){.capacity_B = chip->cache_B * usable,
                                 .peak_Bps = cache_Bps,
                                 .read_Bps = cache_Bps,
                                 .kv_Bps = cache_Bps,
                                 .mixed_Bps = cache_Bps};
}

f2f_status f2f_machine_make(struct f2f_machine *out, const struct f2f_system *system, f2f_error *err) {
    const struct f2f_chip *chip = system->node->chip;
    if (!chip->cls)
        return f2f_fail(err, F2F_EINPUT, "chip %s names no class, so its operators cannot be timed", chip->id.name);
    if (!(chip->clock_Hz > 0.0) || chip->units < 1 || !(chip->vector_flops > 0.0))
        return f2f_fail(err, F2F_EINPUT, "chip %s: %d units at %g Hz with %g FLOP/s of vectors; all must be above 0",
                        chip->id.name, chip->units, chip->clock_Hz, chip->vector_flops);
    if (chip->cls->nominal_clock_Hz > 0.0 && chip->cls->nominal_clock_Hz < least_nominal_Hz)
        return f2f_fail(err, F2F_EINPUT, "class %s: nominal_clock of %g Hz; 0 or at least %g Hz is wanted",
                        chip->cls->id.name, chip->cls->nominal_clock_Hz, least_nominal_Hz);
    *out = (struct f2f_machine){.system = system, .chip = chip, .cls = chip->cls};
    if (chip->memory.on_chip) out->mem = on_chip_port(out);
    else if (system->mem) out->mem = *system->mem;
    else F2F_TRY(f2f_mem_port_make(&out->mem, &chip->memory, err));
    double data_frac = 1.0 - chip->memory.inline_ecc_frac;
    out->mem.read_Bps *= data_frac;
    out->mem.kv_Bps *= data_frac;
    out->mem.mixed_Bps *= data_frac;
    return F2F_OK;
}

struct f2f_op_cost f2f_machine_op(const struct f2f_machine *machine, const struct f2f_op *op) {
    assert((size_t)op->kind < sizeof work_of / sizeof work_of[0]);
    struct work w = work_of[op->kind](machine, op);
    struct f2f_op_cost cost = f2f_chip_power_finish(machine, &w);
    if (machine->quantile == F2F_EXPECTED) return cost;
    struct f2f_residuals error = f2f_machine_uncertainty(machine, op);
    cost.time_s *= machine->quantile == F2F_P10 ? error.p10 : error.p90;
    return cost;
}

double f2f_machine_gap_s(const struct f2f_machine *machine) {
    return (1.0 - machine->cls->profiled_frac) * f2f_chip_launch_s(machine);
}

enum f2f_dtype f2f_machine_format(const struct f2f_machine *machine, const struct f2f_op *op) {
    return f2f_chip_native_format(machine->chip, op->compute);
}

/* Of the work of a product: the casts before it, kernels and streams of their own. */
static struct work casts_of(const struct f2f_machine *machine, const struct f2f_op *op) {
    return op->kind == F2F_OP_GEMM ? f2f_chip_cast_work(machine, op) : (struct work){0};
}

double f2f_machine_cast_s(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work casts = casts_of(machine, op);
    return casts.fixed_s + casts.serial_s;
}

/* Of the units' work, what its FLOPs take at the peak of their format; the rest is operands on their way from the
 * cache, tiles that do not fill a wave, soft-max, what a format is widened by. */
static double products_s(const struct f2f_machine *machine, const struct work *w) {
    return fmin(w->compute_s, w->flop / f2f_chip_peak_flops(machine->chip, w->format));
}

/* Each die reads evenly from the memory of all (rate.c): does the link between them bind? */
static bool dies_bind(const struct f2f_machine *machine) {
    const struct f2f_chiplets *c = &machine->chip->chiplets;
    if (c->dies < 2) return false;
    return f2f_chip_read_s(machine, 1.0) > 1.001 / (machine->mem.read_Bps * machine->cls->stream_frac);
}

void f2f_machine_explain(struct f2f_record *r, const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = work_of[op->kind](machine, op), casts = casts_of(machine, op);
    double compute_s = w.compute_s, memory_s = w.memory_s;
    double both_s = f2f_chip_overlapped_s(machine->cls->overlap_frac, w.ahead, compute_s, memory_s);
    if (compute_s < memory_s) compute_s = both_s - memory_s;
    else memory_s = both_s - compute_s;
    memory_s += w.serial_s;
    double sum_s = w.fixed_s + compute_s + memory_s + w.network_s;
    double at_peak_s = products_s(machine, &w) * (w.compute_s > 0.0 ? compute_s / w.compute_s : 0.0);
    const struct {
        const char *name;
        enum f2f_bound bound;
        double time_s;
    } parts[] = {
        {"starts and ends", F2F_BOUND_LATENCY, w.fixed_s - casts.fixed_s},
        {"products at the peak", F2F_BOUND_COMPUTE, at_peak_s},
        {"operands, waves and vector work", F2F_BOUND_COMPUTE, compute_s - at_peak_s},
        {dies_bind(machine) ? "memory, over the link between dies" : "memory", F2F_BOUND_MEMORY,
         memory_s - casts.serial_s},
        {"cast of the input: starts", F2F_BOUND_LATENCY, casts.fixed_s},
        {"cast of the input", F2F_BOUND_MEMORY, casts.serial_s},
        {"links", F2F_BOUND_NETWORK, w.network_s},
        {"lower clock at the power limit", F2F_BOUND_COMPUTE, f2f_chip_power_finish(machine, &w).time_s - sum_s}};
    struct f2f_share *root = f2f_share_root(r, op->name, "s");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].time_s > 1e-15)
            f2f_share_child(r->arena, root, parts[i].name, f2f_bound_name(parts[i].bound))->amount += parts[i].time_s;
    f2f_share_sum(root);
}

struct f2f_residuals f2f_machine_uncertainty(const struct f2f_machine *machine, const struct f2f_op *op) {
    const struct f2f_class_errors *e = &machine->cls->errors;
    const struct f2f_residuals *const of_kind[] = {[F2F_OP_GEMM] = &e->gemm,
                                                   [F2F_OP_ATTN_PREFILL] = &e->prefill,
                                                   [F2F_OP_ATTN_DECODE] = &e->decode,
                                                   [F2F_OP_VECTOR] = &e->layer,
                                                   [F2F_OP_EMBED] = &e->layer,
                                                   [F2F_OP_SAMPLE] = &e->layer,
                                                   [F2F_OP_COLLECTIVE] = &e->collective};
    assert((size_t)op->kind < sizeof of_kind / sizeof of_kind[0]);
    return of_kind[op->kind]->p10 > 0.0 ? *of_kind[op->kind] : (struct f2f_residuals){1.0, 1.0};
}

/* Adds `count` runs of one operator to the total. */
static void cost_add(struct f2f_op_cost *total, const struct f2f_op_cost *one, double count) {
    total->time_s += count * one->time_s;
    total->flop += count * one->flop;
    total->mem_B += count * one->mem_B;
    total->net_B += count * one->net_B;
    total->energy_J += count * one->energy_J;
}

struct f2f_op_cost f2f_machine_graph(const struct f2f_machine *machine, const struct f2f_graph *graph, f2f_arena *arena,
                                     struct f2f_share *shares) {
    struct f2f_op_cost total = {0};
    double by_bound[F2F_BOUND_N] = {0};
    for (size_t i = 0; i < graph->n_ops; i++) {
        const struct f2f_op *op = &graph->ops[i];
        struct f2f_op_cost one = f2f_machine_op(machine, op);
        cost_add(&total, &one, op->count);
        by_bound[one.bound] += op->count * one.time_s;
        if (shares)
            f2f_share_child(arena, shares, op->name, f2f_bound_name(one.bound))->amount += op->count * one.time_s;
    }
    for (int b = 0; b < F2F_BOUND_N; b++)
        if (by_bound[b] > by_bound[total.bound]) total.bound = (enum f2f_bound)b;
    return total;
}
