/* vector.c - elementwise work: norms, rotary embedding, activations, residuals, gathers, sampling.
 *
 * A row is worked by one unit, so that few rows leave units idle; instructions, not arithmetic, bind
 * (vector_frac is a few per cent). What fits the shared cache is still there from the operator before.
 * Tables come from memory. Left out: fusion, which the graph expresses by merging operators. */
#include <math.h>

#include "chip/chip.h"

static struct work rows_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    const struct f2f_chip *chip = machine->chip;
    double unit_flops = chip->vector_flops * machine->cls->vector_frac / chip->units;
    struct work w = {.fixed_s = f2f_chip_launch_s(machine), .format = F2F_DTYPE_FP32};
    w.flop = f2f_op_flop(op);
    if (op->rows > 0.0) w.compute_s = ceil(op->rows / chip->units) * w.flop / op->rows / unit_flops;
    w.mem_B = f2f_op_act_B(op) + f2f_op_weight_B(op);
    w.memory_s = f2f_chip_activation_s(machine, w.mem_B);
    w.cache_B = w.mem_B;
    return w;
}

struct work f2f_chip_vector_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    return rows_work(machine, op);
}

/* Rows of a table are not in the cache. */
struct work f2f_chip_embed_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = rows_work(machine, op);
    w.memory_s = f2f_chip_mixed_s(machine, w.mem_B);
    return w;
}

/* Soft-max over the vocabulary, then the pick: two kernels over the same logits. */
struct work f2f_chip_sample_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = rows_work(machine, op);
    w.fixed_s += f2f_chip_launch_s(machine);
    return w;
}
