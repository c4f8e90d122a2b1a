/* vector.c - elementwise work: norms, rotary embedding, activations, residuals, gathers, sampling.
 *
 * A row is worked by one unit, so that few rows leave units idle; loads, stores and their latency bind, not
 * arithmetic. What fits the shared cache is still there from the operator
 * before. Tables come from memory. Left out: fusion, which the graph expresses by merging operators. */
#include <math.h>

#include "chip/chip.h"

/* Rows a unit works at once, in threads it has beside each other, and how much longer those take than one alone. These
 * and `exposed` were chosen after the kernels of A100 and H100 in the profiles of Vidur and LLMServingSim. */
static const double resident_rows = 2.0, resident_cost = 1.3;

/* How much less than elsewhere hides: a thread has one load under way, so that memory that is busy delays its next. */
static const double exposed = 0.5;

static double row_turns(double rows, double units) {
    return rows <= units ? 1.0 : resident_cost * ceil(rows / (resident_rows * units));
}

static struct work rows_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    const struct f2f_chip *chip = machine->chip;
    /* Each element loaded, stored or worked on is an instruction of some thread. */
    double row_ops = (op->read_elems * (1.0 + op->flop_per_elem) + op->write_elems) / fmax(1.0, op->wide_elems);
    struct work w = {.fixed_s = f2f_chip_launch_s(machine), .format = F2F_DTYPE_FP32};
    w.compute_s =
        row_turns(op->rows, chip->units) * f2f_chip_clocks_s(machine, row_ops / machine->cls->elements_per_ck);
    w.flop = f2f_op_flop(op);
    w.mem_B = f2f_op_act_B(op) + f2f_op_weight_B(op);
    bool wide = op->wide_elems > 1.0;
    w.memory_s = wide ? f2f_chip_wide_activation_s(machine, w.mem_B) : f2f_chip_activation_s(machine, w.mem_B);
    if (!wide) w.serial_s = exposed * fmin(w.compute_s, w.memory_s);
    w.cache_B = w.mem_B;
    return w;
}

struct work f2f_chip_vector_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    return rows_work(machine, op);
}

/* PyTorch's index_select, which vLLM looks tokens up with: up to 16 rows are walked one by one, each a load that waits
 * for another; more are cut into elements, one to a thread of 1,024 on a unit, two loads in turn for each. Clocks are
 * those of A100 and H100 in Vidur's profiles. */
static const double walked_rows = 16.0, walk_ck = 1150.0, gather_threads = 1024.0, gather_ck = 1800.0;

static double gather_ck_of(const struct f2f_op *op, double units) {
    if (op->rows <= walked_rows) return op->rows * walk_ck;
    return ceil(op->rows * op->write_elems / (units * gather_threads)) * gather_ck;
}

/* Rows of a table are not in the cache. */
struct work f2f_chip_embed_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = rows_work(machine, op);
    if (op->kernels != F2F_KERNELS_TRTLLM)
        w.compute_s = f2f_chip_clocks_s(machine, gather_ck_of(op, machine->chip->units));
    w.memory_s = f2f_chip_mixed_s(machine, w.mem_B);
    return w;
}

/* Soft-max over the vocabulary, then the pick: two kernels over the same logits, whose long rows all units share. */
struct work f2f_chip_sample_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct work w = rows_work(machine, op);
    double units = machine->chip->units;
    if (op->rows > 0.0) w.compute_s *= op->rows / (units * row_turns(op->rows, units));
    w.fixed_s += f2f_chip_launch_s(machine);
    return w;
}
