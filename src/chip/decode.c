/* decode.c - attention of one new token of each sequence: a stream over the KV cache.
 *
 * After Flash-Decoding: the cache of a sequence and KV head is split so that all units read, and the
 * parts are merged. The query heads that share a KV head fill the rows of one matrix instruction. Left
 * out: page-table walks, uneven lengths within a batch. */
#include <math.h>

#include "chip/tile.h"

static const double matrix_rows = 16.0; /* query rows a matrix instruction takes at least (mma.m16n8k16) */

/* Is the cache turned into a wider format before it is multiplied? FlashAttention-3 transposes 8-bit values (Shah et
 * al., 2024, section 3.3); kernels for Blackwell take 8 bits as they are. So may kernels of no engine in particular,
 * where units fetch operands themselves: TensorRT-LLM has them. */
static bool widens(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    bool as_is = chip->operands == F2F_OPERANDS_PAIRED ||
                 (chip->operands == F2F_OPERANDS_SCRATCHPAD && op->kernels == F2F_KERNELS_ANY);
    return f2f_dtype_B(op->kv) < 2.0 && f2f_dtype_B(format) >= 2.0 && !as_is;
}

/* TensorRT-LLM has kernels that multiply groups of query heads in 8 bit for Hopper, and all for Blackwell. Else one
 * block reads the 8-bit cache of a sequence and KV head, at a rate of its own; Hopper splits a sequence over units that
 * idle, operands from registers come without. */
static double block_s(const struct f2f_machine *machine, const struct f2f_op *op, double jobs, double kv_B) {
    double rate = machine->cls->block_B_per_ck, parts = 1.0;
    int operands = machine->chip->operands;
    bool better =
        operands == F2F_OPERANDS_PAIRED || (operands == F2F_OPERANDS_SCRATCHPAD && op->q_heads > op->kv_heads);
    if (op->kernels != F2F_KERNELS_TRTLLM || f2f_dtype_B(op->kv) >= 2.0 || better || rate <= 0.0) return 0.0;
    if (operands != F2F_OPERANDS_REGISTERS) parts = fmax(1.0, floor(machine->chip->units / jobs));
    return f2f_chip_clocks_s(machine, kv_B / jobs / parts / rate);
}

/* FlashAttention-3, which engines but TensorRT-LLM run where operands come from the scratchpad, fills a unit with one
 * block, so that its start and end show. */
static double ends_s(const struct f2f_machine *machine, const struct f2f_op *op, double jobs) {
    bool bare = op->kernels != F2F_KERNELS_TRTLLM && machine->chip->operands == F2F_OPERANDS_SCRATCHPAD;
    return bare ? jobs / machine->chip->units * f2f_tile_ends_s(machine, matrix_rows, op->head_dim) : 0.0;
}

/* Units that take operands from the scratchpad fill it by bulk copies beside their work and read what the memory
 * delivers; others issue each load and lose what all streams lose. Pairs lose it as well: B200 is published with 6 TB/s
 * (flashinfer pull request 1415). */
static double stream_frac(const struct f2f_machine *machine) {
    return machine->chip->operands == F2F_OPERANDS_SCRATCHPAD ? 1.0 : machine->cls->stream_frac;
}

struct work f2f_chip_decode_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    const struct f2f_chip_class *cls = machine->cls;
    enum f2f_dtype format = f2f_chip_attention_format(machine->chip, op);
    double kv_B = f2f_op_kv_B(op), act_B = f2f_op_act_B(op), jobs = op->batch * op->kv_heads;
    double rows = ceil(op->q_heads / op->kv_heads / matrix_rows) * matrix_rows, units = machine->chip->units;
    struct work w = {.fixed_s = f2f_chip_launch_s(machine) + f2f_chip_clocks_s(machine, cls->decode_ck),
                     .format = format,
                     .flop_energy = f2f_chip_attention_energy(machine)};
    w.compute_s = jobs * rows * op->kv_len * f2f_chip_score_s(machine, format, op) / units +
                  ceil(jobs / units) * f2f_tile_ends_s(machine, rows, op->head_dim);
    w.memory_s = f2f_chip_kv_s(machine, kv_B, stream_frac(machine)) + f2f_chip_mixed_s(machine, act_B);
    w.memory_s = fmax(w.memory_s, block_s(machine, op, jobs, kv_B));
    if (widens(machine->chip, op, format)) w.compute_s += kv_B * cls->widen_flop / f2f_chip_vector_flops(machine->chip);
    w.serial_s = ends_s(machine, op, jobs);
    w.flop = f2f_op_flop(op);
    w.mem_B = kv_B + act_B;
    w.cache_B = w.mem_B;
    if (op->lone_heads) {
        double read_B = kv_B * op->q_heads / op->kv_heads;
        w.memory_s = fmax(w.memory_s, f2f_chip_cached_s(machine, read_B));
        w.cache_B = read_B + act_B;
    }
    return w;
}
