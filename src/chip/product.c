/* product.c - what all tilings of one matrix product share: rates of a unit, starts and ends of tiles, and what the
 * kernels that a vendor's library or an engine has for it can do. */
#include <math.h>

#include "chip/tile.h"

static const double split_waves = 2.0; /* k is not split where there are so many without */
/* cuBLAS on Ampere takes its largest tile as soon as smaller ones, which it has, would need a second wave: its times on
 * A100 are whole waves of 256 x 128 (7,168 x 4,096 with 512 rows, 112 of them for 108 units, takes two, and 1.3 times
 * what 128 x 128 would). It splits k of 2.4 waves (8,192 x 8,192 with 1,024 rows) and not of 4.1. Up to so many rows or
 * columns, where most of such a tile would be empty, it takes smaller ones. Experts are not cuBLAS's: engines have
 * kernels of Triton or CUTLASS for them. Ada is taken to do the same as Ampere, which L40S neither confirms nor
 * denies. */
static const double large_split_waves = 2.5;
static const double few_lines = 64.0;
/* Vector operations that widen a weight: two at once, as the packed conversions of weight-only kernels do. */
static const double dequant_ops = 0.5;
/* The same from fp8: to half and on to float, at half the rate (CUDA C++ Programming Guide, throughput of native
 * arithmetic instructions). Inputs are widened anew for each two columns. */
static const double fp8_ops = 4.0;
/* Of the clocks of a tile: its start, a latency. The rest writes its result, as long as that is large. 0.2 to 0.7 suit
 * the measurements alike. */
static const double start_share = 0.5;
/* Rows and columns of a tile in a format with scales of blocks, which lie in pieces of 128 x 4 (PTX ISA, tcgen05.mma).
 * It is worked through all of k (TensorRT-LLM's fp4_gemm_template.h, vLLM's nvfp4_scaled_mm_kernels.cu). */
static const double scaled_least = 128.0;
/* Bytes a unit of a pair takes in a clock of tiles whose weights come from memory: copies wait in its scratchpad for
 * the farther operand, and 180 KB in 1.4 us are this many. A step of k takes 0.8 to 1.0 ns in nvfp4, one row, tiles of
 * 128 x 128, on a GB200 with a cold cache (flashinfer pull request 2540), and 0.6 on a B200 where the cache holds the
 * weights (vLLM pull request 42235). */
static const double far_B_per_ck = 64.0;
/* Rows of a tile at least where scales belong to rows of the input, so that Hopper's wgmma does not swap operands: an
 * H20 takes 93 us for 16 and for 64 rows of 24,576 x 7,168 by DeepGEMM (vLLM pull request 49932). Blackwell without
 * tensor memory has tiles of 64 and 128 rows (vLLM pull request 37970). */
static const double warpgroup_rows = 64.0;
static const double tensor_lanes = 128.0; /* of tensor memory: rows of its instructions (PTX ISA, tcgen05.mma) */

/* Elements of the tile that `tile_clocks` is stated for. */
static double stated_area(const struct f2f_array *array) {
    return array->rows > 0 ? (double)array->rows * array->columns : 256.0 * 128.0;
}

double f2f_tile_ends_s(const struct f2f_machine *machine, double rows, double columns) {
    double share = start_share + (1.0 - start_share) * rows * columns / stated_area(&machine->chip->array);
    return share * f2f_chip_clocks_s(machine, machine->cls->tile_ck);
}

/* Threads that move operands through registers start each tile anew and write its result before the next (Ampere,
 * Ada). Units that fetch operands by themselves have the next tile's under way by then, so that of starts a unit shows
 * its first (Hopper). Sums outside registers are two sets, and a result is written beside the next tile's products
 * (tensor memory of Blackwell: 8192 x 8192 x k on a GB300 takes 78.7 us for k of 1,024 and 156.9 for 2,048). The steps
 * of the inner loop are instructions of the same threads. */
static void set_ends(struct product *p, const struct f2f_machine *machine) {
    int operands = machine->chip->operands;
    double tile_s = f2f_chip_clocks_s(machine, machine->cls->tile_ck);
    p->start_s = start_share * tile_s;
    p->end_s = (1.0 - start_share) * tile_s / stated_area(&machine->chip->array);
    p->starts_show = operands == F2F_OPERANDS_REGISTERS;
    p->ends_show = operands != F2F_OPERANDS_PAIRED;
    bool beside = p->in_B < 1.0 && f2f_chip_generation(machine->chip) >= F2F_GENERATION_BLACKWELL; /* as rate.c says */
    if (p->starts_show && !beside) p->step_s = f2f_chip_clocks_s(machine, machine->cls->step_ck);
}

/* TensorRT-LLM multiplies few rows of fp8 on the vector units where no unit fetches operands by itself (its linear.py,
 * enable_cuda_core, and cudaScaledMM.cpp). */
static bool on_vectors(enum f2f_generation generation, const struct f2f_op *op, enum f2f_dtype format) {
    bool has = generation == F2F_GENERATION_ADA || generation == F2F_GENERATION_BLACKWELL_RTX;
    return has && op->kernels == F2F_KERNELS_TRTLLM && op->compute == F2F_DTYPE_FP8 && format == op->compute &&
           op->m <= 8.0 && !(op->experts > 0.0);
}

/* Of scales of 128 DeepGEMM's tiles on Blackwell with tensor memory are 128 columns, in pairs, by 16 rows and more: it
 * swaps operands (its csrc/jit_kernels/heuristics/sm100.hpp, of which vLLM, SGLang and TensorRT-LLM run the kernel). */
static void set_least(struct library *l, enum f2f_generation generation, bool scaled, bool blocks) {
    bool tensor_memory = generation == F2F_GENERATION_BLACKWELL, rtx = generation == F2F_GENERATION_BLACKWELL_RTX;
    l->swapped = blocks && tensor_memory;
    l->whole = scaled || l->swapped;
    if (l->whole || (blocks && rtx)) l->least_columns = scaled_least;
    if (scaled) l->least_rows = scaled_least;
    if (blocks && (generation == F2F_GENERATION_HOPPER || rtx)) l->least_rows = warpgroup_rows;
}

static struct library library_of(const struct product *p, const struct f2f_chip *chip, const struct f2f_op *op,
                                 enum f2f_dtype format) {
    enum f2f_generation generation = f2f_chip_generation(chip);
    struct library l = {.only = f2f_tile_vllm(chip, op, format), .mixed = f2f_tile_mixed(chip, op, format)};
    bool blocks = op->compute == F2F_DTYPE_FP8_BLOCK;
    bool scaled = f2f_chip_scales_blocks(format) && generation >= F2F_GENERATION_BLACKWELL;
    l.paired = chip->operands == F2F_OPERANDS_PAIRED;
    if (generation == F2F_GENERATION_BLACKWELL) l.lanes = tensor_lanes;
    l.fours = f2f_tile_vllm_fours(chip, op, format);
    l.untiled = on_vectors(generation, op, format);
    if (chip->array.rows == 0)
        set_least(&l, generation, scaled, blocks); /* arrays have their own tiles, however small */
    if (scaled || blocks || l.only.m > 0.0) return l;
    bool cublas = !(p->dequant_s > 0.0) && !(op->experts > 0.0);
    bool large = cublas && (generation == F2F_GENERATION_AMPERE || generation == F2F_GENERATION_ADA);
    l.large_first = large && fmin(p->m, p->n) > few_lines;
    l.split_waves = large ? large_split_waves : split_waves;
    l.stream_k = chip->decomposition == F2F_DECOMPOSITION_STREAM_K;
    return l;
}

/* Threads that move operands through registers ask for those of several steps ahead (cp.async of CUTLASS's multistage
 * kernels). Beside products of three times its length a sixteenth of memory's time shows on A100, a fifth beside equal
 * ones. With operands from the scratchpad it does not show less (H100; published products of H20, B200 and GB300). */
static bool loads_ahead(const struct f2f_chip *chip) { return chip->operands == F2F_OPERANDS_REGISTERS; }

/* Where a chip does not say it, what the class's units take in a clock, or an even share of the cache if that is more.
 */
static double unit_fetch_Bps(const struct f2f_machine *machine) {
    double clock_Hz = f2f_chip_clock_Hz(machine->chip);
    if (machine->chip->unit_fetch_Bps > 0.0) return machine->chip->unit_fetch_Bps * clock_Hz / machine->chip->clock_Hz;
    double share_Bps = f2f_chip_cache_Bps(machine) / machine->chip->units;
    return fmax(machine->cls->unit_B_per_ck * clock_Hz, share_Bps);
}

/* Share of the weights that is still in the cache from the last turn, where equal products with weights of their own
 * follow each other: all of it as long as the set takes three fifths of the cache, nothing once it exceeds it by a
 * tenth (seen at L40S: sets of 10 to 117 MB with 96 MiB). Where partitions keep copies, a weight that one unit reads is
 * held in its own partition and in the one its memory belongs to: of two, every other weight twice. */
double f2f_tile_resident_share(const struct f2f_machine *machine, const struct f2f_op *op) {
    if (!(op->copies > 0.0)) return 0.0;
    double held = 0.5 * (1.0 + fmax(1.0, machine->chip->cache_copies));
    double taken = op->copies * f2f_op_weight_B(op) * held / machine->chip->cache_B;
    return fmin(1.0, fmax(0.0, (1.1 - taken) / 0.5));
}

/* What a unit takes of tiles that come in part from the cache, as fast as others, and in part from memory. */
static double far_Bps(const struct f2f_machine *machine, const struct f2f_op *op, double near_Bps) {
    double near = f2f_tile_resident_share(machine, op);
    double memory_Bps = fmin(near_Bps, far_B_per_ck * f2f_chip_clock_Hz(machine->chip));
    return 1.0 / (near / near_Bps + (1.0 - near) / memory_Bps);
}

struct product f2f_tile_product(const struct f2f_machine *machine, const struct f2f_op *op, enum f2f_dtype format) {
    const struct f2f_chip *chip = machine->chip;
    double units = chip->units;
    struct product p = {.groups = fmax(op->groups, 1.0), .n = op->n, .k = op->k, .units = units};
    p.m = ceil(op->m / p.groups);
    p.unit_flops = f2f_chip_product_flops(machine, format) / units;
    p.merge_s = f2f_chip_launch_s(machine);
    p.partial_s = f2f_chip_cached_s(machine, 1.0);
    p.in_B = f2f_dtype_B(format);
    p.w_B = f2f_dtype_B(op->weight);
    p.multiply_s = units / (0.5 * f2f_chip_vector_flops(chip));
    if (p.w_B < p.in_B && !f2f_chip_scales_blocks(format)) p.dequant_s = dequant_ops * p.multiply_s;
    p.hidden_frac = machine->cls->overlap_frac;
    p.ahead = loads_ahead(chip);
    set_ends(&p, machine);
    p.cache_Bps = f2f_chip_cache_Bps(machine);
    p.unit_Bps = unit_fetch_Bps(machine);
    p.lib = library_of(&p, chip, op, format);
    if (p.lib.untiled) p.dequant_s = fp8_ops * p.multiply_s, p.multiply_s += 0.5 * p.dequant_s;
    if (p.lib.paired) p.unit_Bps = far_Bps(machine, op, p.unit_Bps);
    double end_ck = f2f_tile_vllm_end_ck(chip, op, format);
    if (end_ck > 0.0) p.end_s = f2f_chip_clocks_s(machine, end_ck);
    return p;
}
