/* tile_vllm.c - the tile vLLM's own fp8 and nvfp4 products take, by rows and columns.
 *
 * These kernels are built from CUTLASS with a few shapes, of which the number of rows picks one, and do not split k
 * (vLLM 0.24, csrc/quantization/w8a8/cutlass/c3x: scaled_mm_sm90_fp8_dispatch.cuh for Hopper,
 * scaled_mm_sm100_fp8_dispatch.cuh for Blackwell; fp4/nvfp4_scaled_mm_kernels.cu and nvfp4_scaled_mm_sm120_kernels.cu
 * for Blackwell with and without tensor memory). With few rows the operands are swapped; here m stays the number of
 * rows. A pair's tile of 256 x 128 is two of 128 x 128 below each other (tile.c). Left out: fp8 on Ada, whose kernels
 * pick by more than rows and columns. */
#include "chip/tile.h"

static struct tile_shape hopper(double m, double n) {
    if (m <= 16.0 || (m <= 64.0 && n <= 1280.0)) return (struct tile_shape){16.0, 64.0};
    return m <= 128.0 ? (struct tile_shape){64.0, m <= 64.0 ? 64.0 : 128.0} : (struct tile_shape){128.0, 128.0};
}

static struct tile_shape blackwell(double m) {
    if (m <= 64.0) return (struct tile_shape){m <= 16.0 ? 32.0 : 64.0, 128.0};
    return (struct tile_shape){128.0, 128.0};
}

static struct tile_shape nvfp4(bool registers, double m) {
    if (m <= 256.0) return (struct tile_shape){128.0, 128.0};
    return registers ? (struct tile_shape){256.0, 128.0} : (struct tile_shape){128.0, 256.0};
}

struct tile_shape f2f_tile_vllm(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    bool own = op->kernels == F2F_KERNELS_VLLM && !(chip->array.rows > 0);
    bool registers = chip->operands == F2F_OPERANDS_REGISTERS;
    if (own && format == F2F_DTYPE_FP4 && op->weight == F2F_DTYPE_FP4) return nvfp4(registers, op->m);
    if (!own || registers || format != F2F_DTYPE_FP8 || f2f_dtype_B(op->weight) > 1.0) return (struct tile_shape){0};
    return chip->operands == F2F_OPERANDS_PAIRED ? blackwell(op->m) : hopper(op->m, op->n);
}
