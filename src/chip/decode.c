/* decode.c - attention of one new token of each sequence: a stream over the KV cache.
 *
 * After Flash-Decoding: the cache of a sequence and KV head is split so that all units read, and the
 * parts are merged. The query heads that share a KV head fill the rows of one matrix instruction. Left
 * out: page-table walks, uneven lengths within a batch. */
#include <math.h>

#include "chip/chip.h"

static const double matrix_rows = 16.0; /* query rows a matrix instruction takes at least (mma.m16n8k16) */

/* vLLM's kernels for operands from the scratchpad (FlashAttention-3) fill a unit with one block, so that half a tile
 * of its start and end shows; an 8-bit cache has its values transposed as well (Shah et al., 2024, section 3.3), which
 * takes a job longer. Chosen after H100. */
static double bare_tiles(const struct f2f_machine *machine, const struct f2f_op *op) {
    if (op->kernels != F2F_KERNELS_VLLM || machine->chip->operands == F2F_OPERANDS_REGISTERS) return 0.0;
    return f2f_dtype_B(op->kv) < 2.0 ? 2.0 : 0.5;
}

/* TensorRT-LLM's kernel for an 8-bit cache and operands from registers does not split a sequence: one block reads it,
 * at 6.4 bytes a clock (L40S, 2 to 32 sequences x KV heads alike). */
static const double lone_block_B_per_ck = 6.4;

static double unsplit_s(const struct f2f_machine *machine, const struct f2f_op *op, double job_B) {
    bool unsplit = op->kernels == F2F_KERNELS_TRTLLM && f2f_dtype_B(op->kv) < 2.0 &&
                   machine->chip->operands == F2F_OPERANDS_REGISTERS;
    return unsplit ? f2f_chip_clocks_s(machine, job_B / lone_block_B_per_ck) : 0.0;
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
                  ceil(jobs / units) * f2f_chip_clocks_s(machine, cls->tile_ck);
    w.memory_s = f2f_chip_kv_s(machine, kv_B) + f2f_chip_mixed_s(machine, act_B);
    w.memory_s = fmax(w.memory_s, unsplit_s(machine, op, kv_B / jobs));
    w.serial_s = bare_tiles(machine, op) * jobs / units * f2f_chip_clocks_s(machine, cls->tile_ck);
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
