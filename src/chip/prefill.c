/* prefill.c - causal attention of new tokens over their context, in one pass without the score matrix.
 *
 * After FlashAttention-2 (Dao, 2023): a unit takes a block of query rows of one head and walks over the keys;
 * the diagonal is computed in whole blocks. Blocks have lengths from one to all of the keys and start shortest
 * first, so that at the end units wait for half of the longest on average. Few queries over a long context are split
 * by keys. Where there is a cache, rotary embedding and the write to it come first, as a kernel bound by memory,
 * and one more that casts to 8 bit. */
#include <math.h>

#include "chip/tile.h"

static const double usual_rows = 128.0; /* query rows of a block, and keys it takes at once */
static const double split_least_kv = 512.0; /* keys a part keeps */

/* AMD's library has blocks of 256 rows: the fewer there are, the longer units wait for the longest. */
static double block_rows(const struct f2f_chip *chip) {
    return chip->attention_rows > 0 ? (double)chip->attention_rows : usual_rows;
}

/* Scores that are computed: those of the mask, and half as many keys as a block has rows beside them for each query. */
static double scores(const struct f2f_op *op, double rows) {
    double wanted = f2f_op_flop(op) / f2f_chip_score_flop(op);
    return wanted + 0.5 * op->batch * op->q_heads * op->q_len * fmin(rows, op->q_len);
}

/* Parts the keys of a block are cut into: where many of them are cached and there are fewer blocks than units. Not
 * whole in the number of keys, so that another key never saves time. */
static double key_splits(const struct f2f_op *op, double jobs, double units, double seen) {
    double parts = fmin(op->kv_len / op->q_len, seen / split_least_kv);
    return fmax(1.0, fmin(floor(units / jobs), parts));
}

/* Is there a kernel that casts queries to the format of an 8-bit cache? Kernels whose operands come from the scratchpad
 * multiply both in one format; with operands from registers the cache alone is cast, as it is written. */
static bool casts(const struct f2f_chip *chip, const struct f2f_op *op) {
    return f2f_dtype_B(op->kv) < 2.0 && f2f_dtype_B(op->act) >= 2.0 && chip->operands != F2F_OPERANDS_REGISTERS;
}

struct work f2f_chip_prefill_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    enum f2f_dtype format = f2f_chip_attention_format(machine->chip, op);
    const struct f2f_chip_class *cls = machine->cls;
    double units = machine->chip->units, rows = block_rows(machine->chip);
    double jobs = op->batch * op->q_heads * ceil(op->q_len / rows);
    double score_s = f2f_chip_score_s(machine, format, op);
    double seen = op->window > 0.0 ? fmin(op->window, op->kv_len) : op->kv_len;
    double even_s = scores(op, rows) * score_s / units, last_s = fmin(rows, op->q_len) * seen * score_s;
    last_s /= key_splits(op, jobs, units, seen);
    double act_B = f2f_op_act_B(op), kv_B = f2f_op_kv_B(op);
    struct work w = {
        .fixed_s = f2f_chip_launch_s(machine), .format = format, .flop_energy = f2f_chip_attention_energy(machine, op)};
    w.compute_s =
        fmax(even_s + 0.5 * last_s, last_s) + ceil(jobs / units) * f2f_tile_ends_s(machine, rows, op->head_dim);
    w.memory_s = f2f_chip_activation_s(machine, act_B);
    w.flop = f2f_op_flop(op);
    w.mem_B = act_B;
    if (!op->no_cache) {
        w.fixed_s += cls->prefill_s;
        w.serial_s = f2f_chip_activation_s(machine, act_B + kv_B);
        w.mem_B += act_B + kv_B;
        if (casts(machine->chip, op)) {
            w.fixed_s += f2f_chip_launch_s(machine);
            w.serial_s += f2f_chip_activation_s(machine, act_B);
            w.mem_B += act_B;
        }
    }
    w.cache_B = w.mem_B + w.flop * f2f_dtype_B(format) / (2.0 * rows);
    return w;
}
