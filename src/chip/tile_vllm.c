/* tile_vllm.c - the tile vLLM's own fp8 and nvfp4 products take, by their shape.
 *
 * These kernels are built from CUTLASS for one generation of NVIDIA's chips each, with a few shapes, of which rows,
 * columns and k pick one, and do not split k (vLLM 0.24, csrc/quantization:
 * w8a8/cutlass/scaled_mm_c2x_sm89_fp8_dispatch.cuh for Ada, w8a8/cutlass/c3x/scaled_mm_sm90_fp8_dispatch.cuh for Hopper
 * and scaled_mm_sm100_fp8_dispatch.cuh and scaled_mm_sm120_fp8_dispatch.cuh for Blackwell with and without tensor
 * memory; fp4/nvfp4_scaled_mm_kernels.cu and nvfp4_scaled_mm_sm120_kernels.cu alike). With few rows Hopper and
 * Blackwell swap the operands; here m stays the number of rows. A pair's tile of 256 x 128 is two of 128 x 128 below
 * each other, one of 128 x 128 two of 64 x 128 (tile.c). Ada's kernels are built with stream-K, but measure as whole
 * tiles; their ends measure long. */
#include <math.h>
#include <stddef.h>

#include "chip/tile.h"

/* The first whose rows and columns suffice. */
static const struct {
    double rows, columns;
    struct tile_shape tile;
    double warps; /* below each other */
} ada_tiles[] = {
    {16, 8192, {16, 64}, 1},         {16, 16384, {16, 128}, 1},           {16, HUGE_VAL, {32, 64}, 2},
    {32, 8192, {32, 64}, 2},         {32, 16384, {32, 128}, 1},           {32, HUGE_VAL, {32, 64}, 2},
    {64, 8192, {64, 64}, 2},         {64, 16384, {64, 128}, 1},           {64, HUGE_VAL, {64, 64}, 2},
    {128, 8192, {64, 128}, 1},       {128, 16384, {128, 128}, 2},         {128, HUGE_VAL, {128, 64}, 2},
    {256, 4096, {64, 128}, 1},       {256, HUGE_VAL, {128, 128}, 2},      {HUGE_VAL, 4096, {128, 128}, 2},
    {HUGE_VAL, 8192, {256, 128}, 4}, {HUGE_VAL, HUGE_VAL, {128, 128}, 2},
};
/* Clocks a unit takes to scale and write an element of such a kernel's tile, for each of its warps below each other. */
static const double ada_end_ck = 0.85;

static size_t ada(double m, double n) {
    size_t i = 0;
    while (m > ada_tiles[i].rows || n > ada_tiles[i].columns) i++;
    return i;
}

static bool has_ada_tile(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    return f2f_chip_generation(chip) == F2F_GENERATION_ADA && op->kernels == F2F_KERNELS_VLLM && op->groups <= 1.0 &&
           format == F2F_DTYPE_FP8 && f2f_dtype_B(op->weight) <= 1.0;
}

double f2f_tile_vllm_end_ck(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    return has_ada_tile(chip, op, format) ? ada_end_ck * ada_tiles[ada(op->m, op->n)].warps : 0.0;
}

static struct tile_shape hopper(double m, double n, double k) {
    if (m >= 8192.0 && k >= 6144.0) return (struct tile_shape){256.0, 128.0};
    if (m <= 16.0 || (m <= 64.0 && n <= 1280.0)) return (struct tile_shape){16.0, 64.0};
    return m <= 128.0 ? (struct tile_shape){64.0, m <= 64.0 ? 64.0 : 128.0} : (struct tile_shape){128.0, 128.0};
}

static struct tile_shape blackwell(double m) {
    if (m <= 64.0) return (struct tile_shape){m <= 16.0 ? 32.0 : 64.0, 128.0};
    return (struct tile_shape){m <= 256.0 ? 64.0 : 128.0, 128.0};
}

static struct tile_shape blackwell_rtx(double m) {
    if (m <= 32.0) return (struct tile_shape){m <= 16.0 ? 16.0 : 32.0, 64.0};
    return m <= 256.0 ? (struct tile_shape){64.0, 64.0} : (struct tile_shape){128.0, 128.0};
}

static struct tile_shape nvfp4(bool tensor_memory, double m) {
    if (m <= 256.0) return (struct tile_shape){128.0, 128.0};
    return tensor_memory ? (struct tile_shape){128.0, 256.0} : (struct tile_shape){256.0, 128.0};
}

struct tile_shape f2f_tile_vllm(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    struct tile_shape library = {0};
    enum f2f_generation generation = f2f_chip_generation(chip);
    bool tensor_memory = generation == F2F_GENERATION_BLACKWELL;
    if (op->kernels != F2F_KERNELS_VLLM || op->groups > 1.0) return library;
    if (format == F2F_DTYPE_FP4 && op->weight == F2F_DTYPE_FP4 && generation >= F2F_GENERATION_BLACKWELL)
        return nvfp4(tensor_memory, op->m);
    if (op->compute == F2F_DTYPE_FP8_BLOCK && generation == F2F_GENERATION_BLACKWELL_RTX)
        return (struct tile_shape){op->m <= 256.0 ? 64.0 : 128.0, 128.0};
    if (op->compute != F2F_DTYPE_FP8 || format != op->compute || f2f_dtype_B(op->weight) > 1.0) return library;
    if (tensor_memory) return blackwell(op->m);
    if (generation == F2F_GENERATION_BLACKWELL_RTX) return blackwell_rtx(op->m);
    if (generation == F2F_GENERATION_HOPPER) return hopper(op->m, op->n, op->k);
    return has_ada_tile(chip, op, format) ? ada_tiles[ada(op->m, op->n)].tile : library;
}

bool f2f_tile_vllm_fours(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    bool paired = chip->operands == F2F_OPERANDS_PAIRED && op->compute == F2F_DTYPE_FP8;
    return paired && op->m > 256.0 && f2f_tile_vllm(chip, op, format).m > 0.0;
}
