/* decode.c - attention of one new token of each sequence: a stream over the KV cache.
 *
 * After Flash-Decoding: the cache of a sequence and KV head is split so that all units read, and the
 * parts are merged. The query heads that share a KV head fill the rows of one matrix instruction. Left
 * out: page-table walks, uneven lengths within a batch. */
#include <math.h>

#include "chip/tile.h"

static const double flash3_rows = 64.0; /* of FlashAttention-3 and FlashMLA: wgmma's m64 */
/* Starts and ends of a block of XQA over those of the largest tile of a product. H100: 5 us a block of 128 tokens. */
static const double xqa_tiles = 2.0;

static double rows_of(const struct f2f_machine *machine, const struct f2f_op *op) {
    double rows = machine->cls->query_rows;
    return ceil(op->q_heads / op->kv_heads / rows) * rows;
}

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
static double narrow_block_s(const struct f2f_machine *machine, const struct f2f_op *op, double jobs, double kv_B) {
    double rate = machine->cls->block_B_per_ck, parts = 1.0;
    bool scratchpad = machine->chip->operands == F2F_OPERANDS_SCRATCHPAD;
    if ((scratchpad && op->q_heads > op->kv_heads) || rate <= 0.0) return 0.0;
    if (scratchpad) parts = fmax(1.0, floor(machine->chip->units / jobs));
    return f2f_chip_clocks_s(machine, kv_B / jobs / parts / rate);
}

/* Its kernel for groups in 16 bit (XQA) has a block of four warps with their keys and values, which fills a unit: that
 * it starts and ends shows, and no more blocks wait for the cache at once than there are units. */
static double wide_block_s(const struct f2f_machine *machine, const struct f2f_op *op, double jobs, double kv_B) {
    if (op->q_heads <= op->kv_heads || op->latent_dim > 0.0) return 0.0;
    double start_s = f2f_chip_clocks_s(machine, xqa_tiles * machine->cls->tile_ck);
    return jobs / machine->chip->units * start_s + f2f_chip_cached_s(machine, kv_B);
}

static double block_s(const struct f2f_machine *machine, const struct f2f_op *op, double jobs, double kv_B) {
    if (op->kernels != F2F_KERNELS_TRTLLM || machine->chip->operands == F2F_OPERANDS_PAIRED) return 0.0;
    return f2f_dtype_B(op->kv) < 2.0 ? narrow_block_s(machine, op, jobs, kv_B) : wide_block_s(machine, op, jobs, kv_B);
}

/* FlashAttention-3, which engines but TensorRT-LLM run on Hopper. */
static bool by_flash3(const struct f2f_chip *chip, const struct f2f_op *op) {
    return op->kernels != F2F_KERNELS_TRTLLM && f2f_chip_generation(chip) == F2F_GENERATION_HOPPER;
}

/* One block of it fills a unit, so that its start and end show. */
static double ends_s(const struct f2f_machine *machine, const struct f2f_op *op, double jobs) {
    bool bare = by_flash3(machine->chip, op);
    return bare ? jobs / machine->chip->units * f2f_tile_ends_s(machine, machine->cls->query_rows, op->head_dim) : 0.0;
}

/* Tokens it works on, as it takes so many at once from pages (hopper/tile_size.h, heads of 128): 128, 160 in 8 bit. */
static double worked_tokens(const struct f2f_chip *chip, const struct f2f_op *op) {
    double step = f2f_dtype_B(op->kv) < 2.0 ? 160.0 : 128.0;
    return by_flash3(chip, op) ? ceil(op->kv_len / step) * step : op->kv_len;
}

/* Its products are of 64 rows, most of them padding, and run beside its copies; what shows beside the longer of both is
 * the work of the vector units. They bind where memory is fast beside the matrix units: on an H20 16 heads of a latent
 * take 0.60 ms, as long as 64 at 0.82 of the peak, on an H100 0.22 for 16 to 64 (FlashMLA issue 30; ai-bot-pro/achatbot
 * pull request 123). */
static void pad_products(struct work *w, const struct f2f_machine *machine, const struct f2f_op *op,
                         double rows_tokens) {
    double heads = op->q_heads / op->kv_heads, padding = ceil(heads / flash3_rows) * flash3_rows / rows_of(machine, op);
    double flop = rows_tokens * padding * f2f_chip_score_flop(op);
    double products_s = flop / f2f_chip_product_flops(machine, w->format);
    double scores_s = f2f_chip_score_s(machine, w->format, op) - f2f_chip_softmax_s(machine, op);
    double vector_s = w->compute_s - rows_tokens * scores_s / machine->chip->units;
    bool bind = products_s > w->memory_s;
    w->compute_s = bind ? products_s : vector_s;
    if (bind) w->memory_s = vector_s;
}

/* Units that take operands from the scratchpad fill it by bulk copies beside their work and read what the memory
 * delivers; others issue each load and lose what all streams lose. With 256 sequences of 512 to 2,048 tokens and heads
 * of 128 TensorRT-LLM's kernel for Blackwell takes 35.6 us for each 0.27 GB more, 7.5 TB/s (Megatron-LM pull request
 * 6462); with heads of 64 in pages of 16 tokens it takes 6.5 TB/s (flashinfer pull request 1415). */
static double stream_frac(const struct f2f_machine *machine) {
    return machine->chip->operands == F2F_OPERANDS_REGISTERS ? machine->cls->stream_frac : 1.0;
}

/* An engine embeds positions, writes to the cache and looks up pages before; alone there is just the kernel that merges
 * the parts of sequences. */
static double before_s(const struct f2f_machine *machine, const struct f2f_op *op) {
    return op->no_cache ? f2f_chip_launch_s(machine) : f2f_chip_clocks_s(machine, machine->cls->decode_ck);
}

/* A head by itself is a product of a vector, which vector units do, a multiplication and an addition for each number of
 * keys and values, after they have widened those of 8 bit (decoderMaskedMultiheadAttentionTemplate.h of TensorRT-LLM).
 */
static double lone_s(const struct f2f_machine *machine, const struct f2f_op *op, double read_B) {
    double wide_flop = f2f_dtype_B(op->kv) < 2.0 ? machine->cls->widen_flop : 0.0;
    return read_B * (wide_flop + 2.0 / f2f_dtype_B(op->kv)) / f2f_chip_vector_flops(machine->chip);
}

struct work f2f_chip_decode_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    enum f2f_dtype format = f2f_chip_attention_format(machine->chip, op);
    double kv_B = f2f_op_kv_B(op), act_B = f2f_op_act_B(op), jobs = op->batch * op->kv_heads;
    double tokens = worked_tokens(machine->chip, op);
    double rows = rows_of(machine, op), units = machine->chip->units;
    struct work w = {.fixed_s = f2f_chip_launch_s(machine) + before_s(machine, op),
                     .format = format,
                     .flop_energy = f2f_chip_attention_energy(machine, op)};
    w.compute_s = jobs * rows * tokens * f2f_chip_score_s(machine, format, op) / units +
                  ceil(jobs / units) * f2f_tile_ends_s(machine, rows, op->head_dim);
    w.memory_s = f2f_chip_kv_s(machine, kv_B, stream_frac(machine)) + f2f_chip_mixed_s(machine, act_B);
    w.memory_s = fmax(w.memory_s, block_s(machine, op, jobs, kv_B));
    if (widens(machine->chip, op, format))
        w.compute_s += kv_B * tokens / op->kv_len * machine->cls->widen_flop / f2f_chip_vector_flops(machine->chip);
    w.serial_s = ends_s(machine, op, jobs);
    w.flop = f2f_op_flop(op);
    w.mem_B = kv_B + act_B;
    w.cache_B = w.mem_B;
    if (op->lone_heads) {
        double read_B = kv_B * op->q_heads / op->kv_heads;
        w.memory_s = fmax(w.memory_s, f2f_chip_cached_s(machine, read_B));
        w.compute_s = fmax(w.compute_s, lone_s(machine, op, read_B));
        w.cache_B = read_B + act_B;
    }
    if (by_flash3(machine->chip, op)) pad_products(&w, machine, op, jobs * rows * tokens);
    return w;
}
