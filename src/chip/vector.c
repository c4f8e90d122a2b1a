/* vector.c - elementwise work: norms, rotary embedding, activations, residuals, gathers, sampling.
 *
 * A row is worked by one unit, so that few rows leave units idle; loads, stores and their latency bind, not
 * arithmetic. What fits the shared cache is still there from the operator
 * before. Tables come from memory. Left out: fusion, which the graph expresses by merging operators. */
#include <math.h>

#include "chip/chip.h"

/* A row of a table is found through its index, so that loads wait for loads. */
static const double gather_cost = 4.0;

static struct work rows_work(const struct f2f_machine *machine, const struct f2f_op *op, double cost) {
    const struct f2f_chip *chip = machine->chip;
    /* Each element loaded, stored or worked on is an instruction of some thread. */
    double row_ops = (op->read_elems * (1.0 + op->flop_per_elem) + op->write_elems) * cost;
    struct work w = {.fixed_s = f2f_chip_launch_s(machine), .format = F2F_DTYPE_FP32};
    w.compute_s = ceil(op->rows / chip->units) * f2f_chip_clocks_s(machine, row_ops / machine->cls->elements_per_ck);
    w.flop = f2f_op_flop(op);
    w.mem_B = f2f_op_act_B(op) + f2f_op_weight_B(op);
    w.memory_s = f2f_chip_activation_s(machine, w.mem_B);
    w.cache_B = w.mem_B;
    return w;
}

struct work f2f_chip_vector_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    return rows_work(machine, op, 1.0);
}

/* Rows of a table are not in the cache. */
struct work f2f_chip_embed_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = rows_work(machine, op, gather_cost);
    w.memory_s = f2f_chip_mixed_s(machine, w.mem_B);
    return w;
}

/* Soft-max over the vocabulary, then the pick: two kernels over the same logits, whose long rows all units share. */
struct work f2f_chip_sample_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = rows_work(machine, op, 1.0);
    double units = machine->chip->units;
    if (op->rows > 0.0) w.compute_s *= op->rows / (units * ceil(op->rows / units));
    w.fixed_s += f2f_chip_launch_s(machine);
    return w;
}
