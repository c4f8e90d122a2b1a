/* gemm.c - matrix products: what surrounds the tiles (tile.c), that is traffic, casts and setup.
 *
 * out[m,n] = in[m,k] x w[k,n], `groups` of them. Weights and activations stream once, and again where the
 * cache does not hold an operand from one wave of tiles to the next. Left out: sparsity, epilogues that do
 * more than write the result. */
#include <math.h>

#include "chip/tile.h"

/* Elements of a row that a block of vLLM's kernel casts at once: shorter rows take as long (seen on H100, rows of 512
 * to 2,048; vLLM 0.24, csrc/quantization/w8a8/fp8/common.cu gives each row a block). */
static const double cast_row = 2048.0;
static const double kept_share = 0.25; /* of the cache, beside the other operand, the output and what streams by */

/* Read again because the cache does not hold an operand from one wave of tiles to the next. The tiles of a wave lie
 * side by side in a square, as libraries order them, so that each square along n reads the input again and each along
 * m the weights. An operand stays if it takes no more than its share of the cache. */
static double walked_B(const struct f2f_machine *machine, const struct product *p, double in_B, double w_B) {
    double tile = 128.0 * (f2f_tile_has_largest(machine->chip) ? 512.0 : 256.0);
    double side = sqrt(p->units * tile), kept_B = kept_share * machine->chip->cache_B, again_B = 0.0;
    if (in_B > kept_B) again_B += in_B * fmax(0.0, p->n / side - 1.0);
    if (w_B > kept_B) again_B += w_B * fmax(0.0, p->m / side - 1.0);
    return again_B;
}

/* Read again where software keeps a strip of one operand in the cache and streams the other past it. */
static double blocked_B(const struct f2f_machine *machine, double in_B, double w_B) {
    double strip_B = machine->cls->blocked_frac * machine->chip->cache_B;
    if (!(strip_B > 0.0)) return HUGE_VAL;
    return fmin(w_B * fmax(0.0, in_B / strip_B - 1.0), in_B * fmax(0.0, w_B / strip_B - 1.0));
}

static double reread_B(const struct f2f_machine *machine, const struct product *p) {
    double in_B = p->m * p->k * p->in_B, w_B = p->n * p->k * p->w_B;
    return fmin(walked_B(machine, p, in_B, w_B), blocked_B(machine, in_B, w_B)) * p->groups;
}

/* Are there scales for blocks of a row, each found as the elements are cast? Of 8 bits also where they run as fp8. */
static bool scales_in_rows(const struct f2f_op *op, enum f2f_dtype format) {
    return f2f_chip_scales_blocks(format) || op->compute == F2F_DTYPE_FP8_BLOCK || op->compute == F2F_DTYPE_MXFP8;
}

/* One kernel casts, in one pass, where no largest magnitude of all has to be found before. */
static bool cast_once(const struct f2f_op *op, enum f2f_dtype format) {
    return scales_in_rows(op, format) || op->known_scale;
}

/* vLLM's finds the largest magnitude of a row and casts it in one kernel (csrc/quantization/w8a8/fp8/common.cu). */
static double cast_s(const struct f2f_machine *machine, const struct f2f_op *op, enum f2f_dtype format) {
    if (cast_once(op, format) || op->kernels == F2F_KERNELS_VLLM) return f2f_chip_launch_s(machine);
    return op->kernels == F2F_KERNELS_TRTLLM ? machine->cls->trtllm_cast_s : 2.0 * f2f_chip_launch_s(machine);
}

/* Elements a thread casts at once in one pass, 16 bytes: FlashInfer's 8192 x 8192 to nvfp4, whose kernel is
 * TensorRT-LLM's, takes 36 us on a B200 (issue 2496), vLLM's to fp8 with a known scale 46 (16384 x 4096 with and
 * without it in its pull request 19566). Others go one by one; so does in effect vLLM's own to nvfp4, which takes 60 us
 * for as many (pull request 20646). */
static const double wide_elements = 8.0;

static double cast_at_once(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    /* Transformer Engine's casts move vectors as well (cast_transpose.cu); units beside arrays are counted as wide. */
    if (op->kernels == F2F_KERNELS_TE && chip->array.rows == 0) return wide_elements;
    bool one_by_one = op->kernels == F2F_KERNELS_VLLM && f2f_dtype_B(format) < 1.0;
    return cast_once(op, format) && !one_by_one ? wide_elements : 1.0;
}

/* Training multiplies what is cast once more along its other side, for the gradient of the weights. Transformer Engine
 * writes a second copy for that where scales belong to blocks along k, or where the units take 8 bits only with k
 * innermost: before Blackwell (PTX ISA, wgmma: transposed operands in 16 bit only). Arrays are fed by software. */
static double cast_copies(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    bool any_layout = chip->operands == F2F_OPERANDS_PAIRED || chip->array.rows > 0;
    return op->kernels == F2F_KERNELS_TE && (scales_in_rows(op, format) || !any_layout) ? 2.0 : 1.0;
}

/* Wide activations cast before a narrow product, with a scale found at run time. (Engines fuse this into the
 * operator before where they can.) A pass loads each element and works on it, the last stores it; as in vector.c no
 * work hides behind the memory's. */
struct work f2f_chip_cast_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    enum f2f_dtype format = f2f_chip_native_format(machine->chip, op->compute);
    if (!op->cast || f2f_dtype_B(op->act) <= f2f_dtype_B(format)) return (struct work){0};
    double passes = cast_once(op, format) ? 1.0 : 2.0, elements = op->m * op->k;
    double copies = cast_copies(machine->chip, op, format);
    double cast_B = elements * (passes * f2f_dtype_B(op->act) + copies * f2f_dtype_B(format));
    bool blocks = op->kernels == F2F_KERNELS_VLLM && !cast_once(op, format);
    double worked = op->m * (blocks ? fmax(op->k, cast_row) : op->k);
    double ops = worked * (2.0 * passes + 1.0) / cast_at_once(machine->chip, op, format) / machine->chip->units;
    struct work w = {.fixed_s = cast_s(machine, op, format), .mem_B = cast_B};
    w.serial_s = op->kernels == F2F_KERNELS_TE ? f2f_chip_wide_activation_s(machine, cast_B)
                                               : f2f_chip_activation_s(machine, cast_B);
    w.serial_s += f2f_chip_clocks_s(machine, ops / machine->cls->elements_per_ck);
    return w;
}

/* Chooses the tiling that is fastest at the clock the power limit leaves. All take the same energy, so that each choice
 * that is faster at a clock leaves a lower one, and the choice that no longer changes is the best of all. */
static void choose_tiles(const struct f2f_machine *machine, const struct product *p, struct work *w) {
    enum { TURNS = 4 };
    double fixed_s = w->fixed_s;
    struct tiling last = {0};
    for (int turn = 0; turn < TURNS; turn++) {
        struct tiling best = f2f_tile_best(machine, p, w->memory_s, turn > 0 ? w->clock : 1.0);
        if (best.compute_s == last.compute_s && best.merge_s == last.merge_s) break;
        w->compute_s = best.compute_s;
        w->fixed_s = fixed_s + best.merge_s;
        w->clock = f2f_chip_power_clock(machine, w);
        if (w->clock >= 1.0) break;
        last = best;
    }
}

/* Sums of the largest tile, 256 x 256, leave no room for a second block on a unit, and units that start together end
 * together: while they write their results none multiplies. 131,072 x 7,168 by hipBLASLt on an MI355X takes as long for
 * k of 256 to 2,048 as products and results one after the other (ROCm/aiter pull request 2559). */
static double written_alone_B(const struct f2f_chip *chip, const struct f2f_op *op) {
    return f2f_tile_has_largest(chip) ? op->m * op->n * f2f_dtype_B(op->act) : 0.0;
}

struct work f2f_chip_gemm_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    enum f2f_dtype format = f2f_chip_native_format(machine->chip, op->compute);
    struct product p = f2f_tile_product(machine, op, format);
    double act_B = f2f_op_act_B(op), weight_B = f2f_op_weight_B(op);
    double read_B = weight_B * (1.0 - f2f_tile_resident_share(machine, op)) + reread_B(machine, &p);
    struct work w = {.fixed_s = f2f_chip_launch_s(machine),
                     .format = format,
                     .runs = op->runs,
                     .flop_energy = op->flop_energy,
                     .ahead = p.ahead};
    double alone_B = written_alone_B(machine->chip, op);
    w.memory_s = f2f_chip_read_s(machine, read_B) + f2f_chip_mixed_s(machine, act_B - alone_B);
    w.serial_s = f2f_chip_mixed_s(machine, alone_B);
    if (p.lib.untiled) w.memory_s *= machine->cls->stream_frac;
    w.flop = f2f_op_flop(op);
    w.mem_B = read_B + act_B;
    if (p.w_B < p.in_B && p.dequant_s > 0.0 && op->kernels == F2F_KERNELS_TRTLLM)
        w.fixed_s += machine->cls->weight_only_s;
    struct work cast = f2f_chip_cast_work(machine, op);
    w.fixed_s += cast.fixed_s, w.serial_s += cast.serial_s, w.mem_B += cast.mem_B;
    w.cache_B = w.mem_B; /* the way of operands to tiles is in a FLOP's energy, which comes from large products */
    w.memory_s += f2f_chip_cached_s(machine, weight_B * f2f_tile_resident_share(machine, op));
    choose_tiles(machine, &p, &w);
    return w;
}
