/* vector.c - elementwise work: norms, rotary embedding, activations, residuals, gathers, sampling.
 *
 * A row is worked by one unit, so that few rows leave units idle; loads, stores and their latency bind, not
 * arithmetic. What fits the shared cache is still there from the operator before. Tables come from memory. Left out:
 * fusion, which the graph expresses by merging operators. */
#include <math.h>

#include "chip/chip.h"

/* `turns` of a unit over rows. */
static struct work rows_work(const struct f2f_machine *machine, const struct f2f_op *op, double turns) {
    /* Each element loaded, stored or worked on is an instruction of some thread. */
    double worked = 1.0 + op->flop_per_elem + op->exps_per_elem * machine->cls->exp_ops;
    double row_ops = (op->read_elems * worked + op->write_elems) / fmax(1.0, op->wide_elems);
    struct work w = {.fixed_s = f2f_chip_launch_s(machine), .format = F2F_DTYPE_FP32};
    w.compute_s = turns * f2f_chip_clocks_s(machine, row_ops / machine->cls->elements_per_ck);
    w.flop = f2f_op_flop(op);
    w.mem_B = f2f_op_act_B(op) + f2f_op_weight_B(op);
    w.memory_s =
        op->wide_elems > 1.0 ? f2f_chip_wide_activation_s(machine, w.mem_B) : f2f_chip_activation_s(machine, w.mem_B);
    w.cache_B = w.mem_B;
    return w;
}

/* A thread of a GPU has one load under way and waits for it: nothing hides, unless it moves several elements at once.
 * Cores of a CPU load ahead. */
static struct work waiting(const struct f2f_machine *machine, const struct f2f_op *op, struct work w) {
    if (op->wide_elems <= 1.0)
        w.serial_s = machine->cls->element_waits * machine->cls->overlap_frac * fmin(w.compute_s, w.memory_s);
    return w;
}

struct work f2f_chip_vector_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    return waiting(machine, op,
                   rows_work(machine, op, ceil(op->rows / (machine->cls->resident_rows * machine->chip->units))));
}

/* PyTorch's index_select, which vLLM looks tokens up with, walks few rows one by one, each a load that waits for
 * another, and cuts more of them into elements. It walks up to 16, which takes longer than 32 in elements (12 and 4 us
 * on H100); here no more than 4, so that another row never saves time. */
static const double walked_rows = 4.0;

static double gather_ck(const struct f2f_machine *machine, const struct f2f_op *op) {
    const struct f2f_chip_class *cls = machine->cls;
    if (cls->gather_per_ck <= 0.0) return 0.0;
    double elements_ck = op->rows * op->write_elems / (machine->chip->units * cls->gather_per_ck);
    return fmax(fmin(op->rows, walked_rows) * cls->gather_ck, elements_ck);
}

/* Rows of a table are not in the cache. */
struct work f2f_chip_embed_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = rows_work(machine, op, op->rows / (machine->cls->resident_rows * machine->chip->units));
    if (op->kernels != F2F_KERNELS_TRTLLM)
        w.compute_s = fmax(w.compute_s, f2f_chip_clocks_s(machine, gather_ck(machine, op)));
    w.memory_s = f2f_chip_mixed_s(machine, w.mem_B);
    return waiting(machine, op, w);
}

/* Soft-max over the vocabulary, then the pick: two kernels over the same logits, whose long rows all units share. */
struct work f2f_chip_sample_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = rows_work(machine, op, op->rows / (machine->cls->resident_rows * machine->chip->units));
    w.fixed_s += f2f_chip_launch_s(machine);
    return waiting(machine, op, w);
}
